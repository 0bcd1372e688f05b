"""The outputs on the pages: when chapters run, in what surroundings, what is said."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("jupyter_book", reason="the book's extra is not installed")
import visible
from nbformat.v4 import new_code_cell

ROOT = Path(__file__).parents[1]

CONFIG = """\
execute: {execute_notebooks: cache}
only_build_toc_files: true
sphinx:
  local_extensions: {execution: _ext/}
"""
CHAPTER = """\
---
file_format: mystnb
kernelspec: {name: python3}
---
# NAME

"""
FIGURE = """\
```{code-cell}
---
mystnb: {figure: {name: fig, caption: The caption.}, image: {alt: A line.}}
---
from mlpnotes import plots

plots.draw()
```
"""
PLOTS = '''\
"""Draws."""
import matplotlib.pyplot as plt


def draw():
    """Draw."""
    plt.plot([1, 2])
'''
PLAYGROUND = """\
from pathlib import Path


def script():
    return Path(__file__).with_name("playground.js").read_text("utf-8")
"""
GREET = """\
```{code-cell}
from mlpnotes import greet

greet()
```
"""
PLAY = """\
```{code-cell}
from mlpnotes.playground import script

script()
```
"""


class Book:
    """A small book and package, built by the project's Makefile and extension."""

    def __init__(self, root):
        self.root, self.book, self.source = root, root / "book", root / "src/mlpnotes"
        self.pages = {"draw": FIGURE, "greet": GREET, "play": PLAY}
        self.source.mkdir(parents=True)
        self.book.mkdir()
        shutil.copy(ROOT / "Makefile", root)
        shutil.copytree(ROOT / "book" / "_ext", self.book / "_ext")
        (root / ".venv").symlink_to(sys.prefix)
        self.write("_config.yml", CONFIG)
        toc = "".join(f"- file: {name}\n" for name in self.pages)
        self.write("_toc.yml", f"format: jb-book\nroot: intro\nchapters:\n{toc}")
        self.write("intro.md", "# A page without code\n")
        for name, text in self.pages.items():
            self.write(f"{name}.md", CHAPTER.replace("NAME", name) + text)
        self.module("__init__.py", "from mlpnotes.words import greet\n")
        self.module("words.py", "def greet():\n    return 'hello'\n")
        self.module("plots.py", PLOTS)
        self.module("playground.py", PLAYGROUND)
        self.module("playground.js", "first script")

    def write(self, name, text):
        (self.book / name).write_text(text, "utf-8")

    def module(self, name, text):
        (self.source / name).write_text(text, "utf-8")

    def change(self, path, old, new):
        text = (self.root / path).read_text("utf-8")
        assert old in text
        (self.root / path).write_text(text.replace(old, new), "utf-8")

    def make(self, **settings):
        """Run ``make book``; return what it says and the chapters that it ran."""
        env = os.environ | {"PYTHONPATH": str(self.root / "src")} | settings
        result = subprocess.run(
            ["make", "-o", ".venv/.installed", "book"],
            cwd=self.root, env=env, encoding="utf-8",
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        said = result.stdout.splitlines()
        ran = [line.split()[3] for line in said if line[:3].strip().isdigit()]
        return result.returncode, said, sorted(ran)

    def page(self, name):
        return (self.book / "_build/html" / f"{name}.html").read_text("utf-8")

    def kept(self):
        return len([*(self.book / "_build/.jupyter_cache").rglob("base.ipynb")])


def small_book(test):
    """Leave a test that builds the small book to `make site-test`."""
    return pytest.mark.site(pytest.mark.xdist_group("small book")(test))


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    if not shutil.which("make"):
        pytest.skip("needs make")
    return Book(tmp_path_factory.mktemp("ein Büch"))


@pytest.fixture(scope="module")
def first_build(book, tmp_path_factory):
    """Build in the surroundings of a reader with settings of their own."""
    own = tmp_path_factory.mktemp("own")
    startup = own / "startup.py"
    startup.write_text("def draw():\n  pass\nprint('started')", "utf-8")
    (own / "matplotlibrc").write_text("backend: svg\nfigure.figsize: 1, 1\n", "utf-8")
    return book.make(
        MPLBACKEND="agg", MPLCONFIGDIR=str(own), PYTHONSTARTUP=str(startup),
        FORCE_COLOR="1",
    )  # fmt: skip


@small_book
def test_screen_holds_a_line_for_each_chapter_and_the_address(book, first_build):
    code, said, ran = first_build
    assert code == 0, said
    assert ran == ["draw", "greet", "play"]
    assert said[0] == "3 chapters to run, 0 unchanged"
    assert (
        said[-1] == f"The book is at {(book.book / '_build/html/index.html').as_uri()}"
    )
    assert len(said) == 1 + 3 + 2, said


@small_book
def test_settings_of_the_reader_change_nothing(book, first_build):
    assert '<img alt="A line."' in book.page("draw")
    image = next((book.book / "_build/jupyter_execute").glob("*.png"))
    assert int.from_bytes(image.read_bytes()[16:20], "big") > 800  # two for one
    assert "started" not in book.page("greet")


@small_book
def test_changes_run_the_chapters_that_see_them(book, first_build):
    book.change("src/mlpnotes/playground.js", "first script", "second script")
    book.change("src/mlpnotes/words.py", "'hello'", "'good day'")
    book.change("src/mlpnotes/plots.py", '"""Draw."""', '"""Draw a line."""  # so')
    book.change("book/draw.md", "The caption.", "Another caption.")
    code, said, ran = book.make()
    assert (code, ran) == (0, ["greet", "play"]), said
    assert said[0] == "2 chapters to run, 1 unchanged"
    assert "second script" in book.page("play")
    assert "good day" in book.page("greet")
    assert "Another caption." in book.page("draw")
    assert '<img alt="A line."' in book.page("draw")
    assert book.kept() == 3


@small_book
def test_faults_are_located_stop_the_build_and_are_not_kept(book, first_build):
    book.change("book/greet.md", "greet()\n", "1 / 0\n")
    book.change("src/mlpnotes/plots.py", "plt.plot([1, 2])", "pass")
    code, said, ran = book.make()
    assert (code > 0, ran) == (True, ["draw", "greet"])
    faults = [line for line in said if ".md:" in line]
    assert len(faults) == 2, said
    for name in ran:
        assert sum(f"{book.book / name}.md:7: ERROR: " in line for line in faults) == 1
    assert any("ZeroDivisionError: division by zero" in line for line in said)
    assert "Stopped: see the errors in draw, greet above" in said
    assert not any("site-packages" in line for line in said)
    assert book.kept() == 1


@pytest.fixture
def seen(tmp_path, monkeypatch):
    """Return the fingerprint of a cell that sees a small package."""
    package = tmp_path / "src" / "mlpnotes"
    (package / "tutor").mkdir(parents=True)
    (package / "data").mkdir()
    (tmp_path / "book").mkdir()
    monkeypatch.setattr(visible, "SOURCE", package)
    monkeypatch.setattr(visible, "BOOK", tmp_path / "book")
    monkeypatch.setattr(visible, "ROOTS", [package.parent, tmp_path / "book"])
    files = {
        "src/mlpnotes/__init__.py": "from mlpnotes.network import forward as ahead\n",
        "src/mlpnotes/network.py": '"""Text."""\nfrom .functions import f\n',
        "src/mlpnotes/functions.py": "NAME = 'data/weights.npz'\n\ndef f(): 1\n",
        "src/mlpnotes/late.py": "def g():\n    from mlpnotes import alone\n",
        "src/mlpnotes/alone.py": "A = 1\n",
        "src/mlpnotes/tutor/__init__.py": "from mlpnotes.tutor.judge import diagnose\n",
        "src/mlpnotes/tutor/judge.py": "D = 1\n",
        "src/mlpnotes/data/weights.npz": "weights",
        "src/mlpnotes/data/nobody.bin": "which no module names",
        "src/mlpnotes/data/README.md": "prose",
        "results/a.csv": "1",
        "book/helper.py": "H = 1\n",
    }
    (tmp_path / "results").mkdir()
    for name, text in files.items():
        (tmp_path / name).write_text(text, "utf-8")

    def changes(cell, tags=()):
        """Return the files whose change a cell sees."""

        def digest():
            return visible.fingerprint(
                [new_code_cell(cell, metadata={"tags": list(tags)})]
            )

        before, found = digest(), set()
        for name, text in files.items():
            (tmp_path / name).write_text(f"B = 2; {text}", "utf-8")
            found |= {Path(name).stem} if digest() != before else set()
            (tmp_path / name).write_text(text, "utf-8")
        docs = tmp_path / "src/mlpnotes/network.py"
        docs.write_text(files["src/mlpnotes/network.py"] + "# comment", "utf-8")
        found |= {"a comment"} if digest() != before else set()
        docs.write_text(files["src/mlpnotes/network.py"], "utf-8")
        assert digest() == before
        return found

    return changes


NETWORK = {"network", "functions", "__init__", "weights", "nobody"}


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("1 + 1", {"nobody"}),
        ("import numpy", {"nobody"}),
        ("from mlpnotes import ahead", NETWORK),
        ("import mlpnotes", NETWORK),
        ("from mlpnotes import *", NETWORK),
        ("import mlpnotes.network as n", NETWORK),
        ("from mlpnotes import ahead as f\nfrom numpy import dot as f", NETWORK),
        ("%time import mlpnotes.network", NETWORK),
        ("%%time\nimport mlpnotes.network\nx = 1", NETWORK),
        ("%matplotlib inline\nfrom mlpnotes import network", NETWORK),
        ("from mlpnotes import alone", {"alone", "__init__", "nobody"}),
        ("from mlpnotes.late import g", {"late", "alone", "__init__", "nobody"}),
        ("from mlpnotes.tutor import diagnose", {"judge", "__init__", "nobody"}),
        ("open('../results/a.csv')", {"a", "nobody"}),
        ("import os; os.listdir('../results')", {"a", "nobody"}),
        ("import helper", {"helper", "nobody"}),
        ("import mlpnotes, inspect\ninspect.getsource(f)", {*NETWORK, "a comment"}),
        (
            "import mlpnotes\nfrom inspect import getsource as s",
            {*NETWORK, "a comment"},
        ),
        ("from mlpnotes import network\nnetwork?", {*NETWORK, "a comment"}),
        ("from mlpnotes import network\nhelp(network)", {*NETWORK, "a comment"}),
        ("this is no Python", {"nobody"}),
    ],
)
def test_what_a_cell_sees(seen, cell, expected):
    assert seen(cell) == expected


def test_a_traceback_shows_lines_of_the_source(seen):
    assert "a comment" in seen("import mlpnotes", tags=["raises-exception"])


def test_versions_of_what_a_chapter_imports_count(monkeypatch):
    def digest(*cells):
        return visible.fingerprint([new_code_cell(cell) for cell in cells])

    before = digest("import numpy"), digest("1")
    monkeypatch.setattr(
        visible.metadata, "version", lambda name: "9" if name == "numpy" else "1"
    )
    after = digest("import numpy"), digest("1")
    assert before[0] != after[0]


def test_data_of_the_package_is_named_where_it_is_read():
    """Each data file belongs to few chapters because its reader names it."""
    modules = {
        p.relative_to(visible.SOURCE).with_suffix("").as_posix(): visible.read(
            p.read_text("utf-8")
        )
        for p in visible.SOURCE.rglob("*.py")
    }
    files = {
        name: {p.name for p in visible.package_files([code])}
        for name, code in modules.items()
    }
    assert files["plots/training"] == set()
    assert files["playground"] == {"playground.js", "playground.html"}
    assert files["grading/reports/page"] >= {"sheet.css"}
    assert len(files["mnist"]) == 4


def test_no_library_chats_on_the_screen():
    code = """
import logging, unittest.mock, mlpnotes_book
mlpnotes_book.setup(unittest.mock.Mock())
import a11y_pygments
logging.getLogger("fontTools.subset").info("27 lines of this")
"""
    path = os.pathsep.join([str(ROOT / "book" / "_ext"), *sys.path])
    done = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | {"PYTHONPATH": path},
        capture_output=True, encoding="utf-8", check=True,
    )  # fmt: skip
    assert done.stdout + done.stderr == ""


def test_nbval_compares_figures_whatever_the_backend():
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--nbval", "tests/notebooks/intro.ipynb"],
        cwd=ROOT, env=os.environ | {"MPLBACKEND": "agg"},
        capture_output=True, encoding="utf-8",
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
