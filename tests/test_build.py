"""The build, on books of a few lines: our extensions and our configuration."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote

import pages
import pytest
from bs4 import BeautifulSoup
from PIL import Image
from record import BOOK

# one worker makes its books; they take too long to be part of `make test`
pytestmark = [pytest.mark.site, pytest.mark.xdist_group("build")]

ROOT = BOOK.parent
PDF = "mlpnotes.pdf"
JUPYTER_BOOK = Path(sys.executable).with_name("jupyter-book")
HEAD = """\
---
jupytext:
  text_representation: {extension: .md, format_name: myst}
kernelspec: {display_name: Python 3, language: python, name: python3}
---
"""
PAGES = {
    "intro": "# Intro\n\n(run-it-yourself)=\n## Run it yourself\n\nBy hand.\n",
    "notation": "# Notation\n\n| name | shape | meaning |\n|---|---|---|\n"
    "| `X` | (B, n0) | inputs $x$ |\n",
}


class Project:
    """A small book with the extensions and the configuration of ours."""

    def __init__(self, root, **pages):
        self.root, self.book = root, root / "book"
        self.site = self.book / "_build" / "html"
        for name in ("_ext", "_static", "_templates"):
            shutil.copytree(
                BOOK / name, self.book / name,
                ignore=shutil.ignore_patterns("__pycache__"),
            )  # fmt: skip
        for name in ("_config.yml", "references.bib"):
            shutil.copy(BOOK / name, self.book)
        shutil.copytree(
            ROOT / "src", root / "src",
            ignore=shutil.ignore_patterns("data", "__pycache__"),
        )  # fmt: skip
        shutil.copy(ROOT / ".gitignore", root)
        self.write(**PAGES, **pages)

    def write(self, **pages):
        """Write chapters, and the table of contents; None removes a chapter."""
        for name, text in pages.items():
            path = self.book / f"{name}.md"
            if text is None:
                path.unlink()
            else:
                path.write_text(text, "utf-8")
        chapters = sorted({p.stem for p in self.book.glob("*.md")} - {"intro"})
        toc = "format: jb-book\nroot: intro\nparts:\n- caption: All\n  chapters:\n"
        toc += "".join(f"  - file: {name}\n" for name in chapters)
        (self.book / "_toc.yml").write_text(toc, "utf-8")

    def build(self, **environment):
        """Build as `make book` does; keep the log; return the warnings."""
        run = subprocess.run(
            [JUPYTER_BOOK, "build", "-W", "-n", "--keep-going", self.book],
            cwd=self.root, capture_output=True, env=os.environ | environment,
        )  # fmt: skip
        log = (run.stdout + run.stderr).decode("utf-8", "replace")
        self.log = re.sub(r"\x1b\[[\d;]*m", "", log)
        assert "Traceback" not in self.log, self.log
        found = re.findall(r"^(.*\b(?:WARNING|ERROR): .*)$", self.log, re.MULTILINE)
        assert (run.returncode == 0) == (found == []), self.log
        return found

    def page(self, name):
        text = (self.site / f"{name}.html").read_text("utf-8")
        return BeautifulSoup(text, "html.parser")

    def git(self, *arguments):
        identity = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"]
        subprocess.run(
            ["git", *identity, *arguments], cwd=self.root, check=True,
            capture_output=True,
        )  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("mit Leerzeichen ü")


FORMULAS = {
    "inline": (r"The ratio $\frc{a}{b}$.", r"Undefined control sequence \frc"),
    "display": ("$$\n\\frc{d}{e}\n$$", r"Undefined control sequence \frc"),
    "labelled": ("$$\n\\fracc\n$$ (own)", r"Undefined control sequence \fracc"),
    "environment": (r"$\begin{foo}x\end{foo}$", "Unknown environment 'foo'"),
    "brace": (r"$\frac{a$", "Missing close brace"),
    "closing brace": (r"$a}$", "Extra close brace"),
    "subscripts": ("$a_b_c$", "Double subscripts"),
    "alignment": ("$a & b$", "Misplaced &"),
    "left": (r"$\left( a$", r"Extra \left or missing \right"),
    "ref": (r"See $\ref{eq-9}$.", r"Undefined control sequence \ref"),
    "eqref": (r"See $\eqref{eq-9}$.", r"Undefined control sequence \eqref"),
    "label": (r"$x \label{here}$", r"Undefined control sequence \label"),
    "require": (r"$\require{cancel} x$", r"Undefined control sequence \require"),
    "autoload": (r"$\cancel{x}$", r"Undefined control sequence \cancel"),
    "newcommand": (r"$\newcommand{\R}{x}$", r"Undefined control sequence \newcommand"),
    "title": (r"## Of $\ttl$", r"Undefined control sequence \ttl"),
    "figure": ("```{figure} _static/logo.svg\nAs $\\cpt$\n```", r"sequence \cpt"),
    "exercise": ("```{exercise} On $\\exr$\nBody\n```", r"sequence \exr"),
    "gated exercise": (
        "```{exercise-start} On $\\gte$\n:label: e-1\n```\n\nBody\n\n"
        "```{exercise-end}\n```",
        r"sequence \gte",
    ),
    "lemma": ("```{prf:lemma} Of $\\lmm$\n:label: lem-1\nBody\n```", r"sequence \lmm"),
    "admonition": ("```{admonition} Of $\\adm$\nBody\n```", r"sequence \adm"),
    "table": ("| a |\n|---|\n| $\\tbl$ |", r"sequence \tbl"),
    "footnote": ("A[^1]\n\n[^1]: As $\\ftn$", r"sequence \ftn"),
    "lone dollar": ("From $a + b on.", "$ stands outside a formula in"),
    "lone dollars": ("From $$a + b on.", "$ stands outside a formula in"),
    "command in text": (r"The \\alpha of it.", r"\alpha stands outside a formula"),
    "alternative": (
        "```{image} _static/logo.svg\n:alt: of $x$\n```",
        "$ stands outside a formula",
    ),
    "docstring": (
        "```{eval-rst}\n.. autofunction:: wrong.wrong\n```",
        r"wrong.py:docstring of wrong.wrong:3: WARNING: "
        r"Undefined control sequence \dcs",
    ),
    "dollar in a docstring": (
        "```{eval-rst}\n.. autofunction:: wrong.dollar\n```",
        r"wrong.py:docstring of wrong.dollar:1: WARNING: $ stands outside",
    ),
    "caption of a cell": (
        '```{code-cell}\n---\nmystnb:\n  figure: {caption: "As $\\\\cll$", name: f-c}\n'
        '  image: {alt: "line"}\n---\nimport matplotlib.pyplot as plt\n'
        "plt.plot([1, 2]);\n```",
        r"sequence \cll",
    ),
    "Markdown of a cell": (
        "```{code-cell}\nfrom IPython.display import Markdown\n\n"
        'Markdown("as $\\\\mrk$")\n```',
        r"sequence \mrk",
    ),
    "LaTeX of a cell": (
        '```{code-cell}\nfrom IPython.display import Math\n\nMath("\\\\ltx")\n```',
        r"sequence \ltx",
    ),
}
WRONG = '''\
def wrong():
    r"""Return.

    As :math:`\\dcs` is.
    """


def dollar():
    r"""Return $x$."""
'''


@pytest.fixture(scope="module")
def warned(folder):
    """Build a page for each wrong formula; return the project and the warnings."""
    project = Project(folder / "formulas")
    project.write(**{
        f"p{i}": HEAD * ("code-cell" in text) + f"# Page {i}\n\nWords.\n\n{text}\n"
        for i, (text, _) in enumerate(FORMULAS.values())
    })  # fmt: skip
    (project.root / "wrong.py").write_text(WRONG, "utf-8")
    path = os.pathsep.join([str(project.root), os.environ.get("PYTHONPATH", "")])
    return project, project.build(PYTHONPATH=path)


@pytest.mark.parametrize("name", FORMULAS)
def test_a_wrong_formula_is_a_located_warning(warned, name):
    _, warned = warned
    text, message = FORMULAS[name]
    number = list(FORMULAS).index(name)
    if "docstring" not in name:
        warned = [w for w in warned if re.search(rf"p{number}\.md:\d+: ", w)]
    assert any(message in warning for warning in warned), "\n".join(warned)
    if "cell" not in name and "docstring" not in name:
        lines = {int(re.search(r"\.md:(\d+):", w)[1]) for w in warned}
        start = 5
        assert lines <= set(
            range(start, start + text.count("\n") + 2)
        )  # MyST-NB counts from 0 or 1


def test_a_figure_of_a_cell_has_two_pixels_for_one(warned):
    project, _ = warned
    name = f"p{list(FORMULAS).index('caption of a cell')}"
    (image,) = project.page(name).select("article figure img")
    size = int(image["width"]), int(image["height"])
    with Image.open(project.site / image["src"]) as found:
        assert size == pytest.approx((found.width / 2, found.height / 2), abs=1)
    assert size[1] < 520
    assert "style" not in image.attrs
    assert image.find_parent("a") is None


PICTURES = """\
# Pictures

$$
\\frac{\\partial L}{\\partial W} = x^2
$$

```{figure} plain.png
A plain one, of $z^2$
```

```{figure} sub/plain.png
:alt: its namesake
:width: 50%
```

```{figure} net-strip.png
:alt: hyphen
:height: 30px
:align: left
Caption
```

```{image} photo.jpg
:alt: photograph
:width: 120
```

```{image} moving.gif
:alt: scaled
:scale: 50
```

![web](modern.webp) and ![umlaut](größe.png) and ![drawing](drawing.svg)
and ![space](<two words.png>) and ![boxed](boxed.svg)

```{image} tall.png
:alt: tall
:target: notation.html
```

{download}`the drawing <drawing.svg>`
"""


def draw(path, size, **options):
    path.parent.mkdir(exist_ok=True)
    Image.new("RGB", size, "teal").save(path, **options)


@pytest.fixture(scope="module")
def pictures(folder):
    """Build a page of pictures of all kinds; return the project."""
    project = Project(folder / "pictures", pictures=PICTURES)
    book = project.book
    for name in ("plain", "net-strip", "größe", "two words"):
        draw(book / f"{name}.png", (80, 60))
    draw(book / "sub" / "plain.png", (200, 100))
    draw(book / "tall.png", (100, 1040))
    draw(book / "photo.jpg", (400, 300))
    draw(book / "modern.webp", (60, 20))
    draw(book / "moving.gif", (90, 30))
    svg = '<svg xmlns="http://www.w3.org/2000/svg" {}><circle r="9"/></svg>'
    (book / "drawing.svg").write_text(svg.format('width="70" height="50"'), "utf-8")
    (book / "boxed.svg").write_text(svg.format('viewBox="0 0 64 32"'), "utf-8")
    (book / "_static" / "unnamed data.bin").write_bytes(b"mine")
    (book / "_static" / "deep").mkdir()
    (book / "_static" / "deep" / "part7.png").write_bytes(b"of a composed name")
    assert project.build() == []
    return project


@pytest.mark.parametrize(
    ("alt", "size", "style"),
    [
        ("A plain one, of z^2", (80, 60), None),
        ("its namesake", (200, 100), "width: 50%; height: auto"),
        ("hyphen", (80, 60), "width: auto; height: 30px"),
        ("photograph", (400, 300), "width: 120px; height: auto"),
        ("scaled", (45, 15), None),
        ("web", (60, 20), None),
        ("umlaut", (80, 60), None),
        ("space", (80, 60), None),
        ("drawing", (70, 50), None),
        ("boxed", (64, 32), None),
        ("tall", (50, 520), None),
    ],
)
def test_a_picture_shows_with_its_size(pictures, alt, size, style):
    image = pictures.page("pictures").select_one(f'article img[alt="{alt}"]')
    assert (int(image["width"]), int(image["height"])) == size
    assert image.get("style") == style
    link = image.find_parent("a")
    assert (link and link["href"]) == ("notation.html" if alt == "tall" else None)
    shown = pictures.site / unquote(image["src"])
    if shown.suffix == ".svg":
        assert "<circle" in shown.read_text("utf-8")
    else:
        with Image.open(shown) as found:
            width, height = found.size
            assert width / height == pytest.approx(size[0] / size[1])
            red, _, _ = found.convert("RGB").getpixel((5, 5))
            assert red < 10


def test_what_the_author_put_in_static_stays(pictures):
    static = pictures.site / "_static"
    assert (static / "unnamed data.bin").read_bytes() == b"mine"
    assert (static / "deep" / "part7.png").exists()
    assert not list(static.rglob("*.map"))  # but not what the theme brings along
    assert re.search(r"removed \d+ files, \d+ kB: named by no page", pictures.log)


def test_the_description_is_prose(pictures):
    pictures.write(
        formula="# Of $z^2$\n\n$$\n\\frac{1}{2}\n$$\n\n```python\nimport this\n```\n\n"
        "| a |\n|---|\n| tabled |\n\n```{note}\nNoted.\n```\n\n"
        r"The ratio $\frac{a}{b}$ with $z^{[3]}$, $x^2$ and $z_j$, see "
        "[that](notation).\n\n- item\n"
    )
    assert pictures.build() == []
    for name, expected in {
        "formula": "The ratio a/b with z[3], x^2 and z_j, see that.",
        "intro": "By hand.",
        "notation": "Notation, a page of: Gradient matrices, line by line",
    }.items():
        head = pictures.page(name).head
        for kind in ("name=description", "property='og:description'"):
            assert head.select_one(f"meta[{kind}]")["content"] == expected


def test_a_picture_without_words_is_a_warning(folder):
    project = Project(folder / "silent", silent="# A\n\n![](_static/logo.svg)\n")
    (found,) = project.build()
    assert re.search(r"silent\.md:3: WARNING: the picture _static/logo.svg", found)


def offering(project):
    return {
        path.stem
        for path in project.site.glob("*.html")
        if f'href="{PDF}"' in path.read_text("utf-8")
    }


def test_the_site_is_what_the_book_is(folder):
    """Chapters, pictures, downloads and the PDF that are no more leave the site."""
    project = Project(
        folder / "life",
        one="# One\n\nWords of one.\n",
        two="# Two\n\nZebras.\n\n```{figure} two.png\nTwo\n```\n\n"
        "{download}`data <two.csv>`\n\n"
        "```{eval-rst}\n.. autofunction:: mlpnotes.network.forward\n```\n",
    )
    draw(project.book / "two.png", (20, 20))
    (project.book / "two.csv").write_text("1,2\n", "utf-8")
    assert project.build() == []
    site = project.site
    assert (site / "_modules" / "mlpnotes" / "network.html").exists()
    assert offering(project) == set()
    icons = (site / "_static" / "icons.css").read_text("utf-8")
    assert "fa-file-pdf" in icons  # make pdf builds nothing
    assert "fa-file::" in icons
    assert "fa-rocket::" not in icons  # of chapters with code; there is none here
    chapters = {"intro", "notation", "one", "two"}

    # as make pdf does
    (site / PDF).write_bytes(b"%PDF")
    before = project.page("two").find_all(string=True)
    pages.offer_pdf(site)
    assert offering(project) == chapters
    page = project.page("two")
    link = page.select_one(f'a[href="{PDF}"]')
    assert link.get_text(strip=True) == "Whole book (PDF)"
    menu = link.find_parent("ul")
    assert menu.select_one('a[href="_sources/two.md"]')["title"] == "Download .md"
    link.find_parent("li").decompose()
    assert page.find_all(string=True) == before  # nothing else moved

    # nothing changed
    assert project.build() == []
    assert offering(project) == chapters
    assert (site / PDF).exists()

    # one page changed, and its picture
    draw(project.book / "new.png", (20, 20))
    two = (project.book / "two.md").read_text("utf-8").replace("two.png", "new.png")
    project.write(two=two)
    assert project.build() == []
    assert offering(project) == set()
    assert not (site / PDF).exists()
    assert [p.name for p in (site / "_images").iterdir()] == ["new.png.webp"]
    assert re.search(r"removed 1 files, \d+ kB: of former builds", project.log)

    # a chapter added, another renamed: every page says so
    project.write(three="# Three\n", one="# One anew\n\nWords of one.\n")
    assert project.build() == []
    sidebar = project.page("intro").select_one("nav.bd-links").get_text()
    assert "Three" in sidebar
    assert "One anew" in sidebar

    # a chapter removed
    project.write(two=None)
    assert project.build() == []
    left = [str(p.relative_to(site)) for p in site.rglob("*") if p.is_file()]
    assert [n for n in left if re.search(r"two|new\.png|network", n)] == []
    for path in site.rglob("*"):
        if path.suffix in (".html", ".xml") or path.name == "searchindex.js":
            assert not re.search(r"two\.html|zebra", path.read_text("utf-8")), path
    assert '"one"' in (site / "searchindex.js").read_text("utf-8")
    assert (site / "one.html").exists()


def test_equations_are_lettered_by_chapter(folder):
    """Also where another chapter, or none, has been read anew."""
    own = "\n\n$$\nx = {}\n$$ ({})\n"
    project = Project(
        folder / "letters",
        one="# One" + own.format(1, "uno") + own.format(2, "due"),
        two="# Two\n\nSee {eq}`due` and {eq}`eq-9`."
        + own.format(3, "tre") + own.format(4, "eq-9"),
        zero="# Zero\n\nNone; see {eq}`tre`.",
    )  # fmt: skip

    def shown(name):
        article = project.page(name).select_one("article")
        return [
            tag.get_text().strip("#")
            for tag in article.select(".eqno, a[href*='#equation-']")
            if tag.name == "span" or tag.get_text().startswith("(")
        ]

    assert project.build() == []
    assert shown("one") == ["(A1)", "(A2)"]
    assert shown("two") == ["(A2)", "(9)", "(B1)", "(9)"]
    assert shown("zero") == ["(B1)"]

    project.write(a="# A" + own.format(0, "zero"))  # before the others
    assert project.build() == []
    assert shown("a") == ["(A1)"]
    assert shown("one") == ["(B1)", "(B2)"]
    assert shown("two") == ["(B2)", "(9)", "(C1)", "(9)"]
    assert shown("zero") == ["(C1)"]

    before = (project.site / "zero.html").stat().st_mtime_ns
    project.write(one="# One" + own.format(1, "uno") + own.format(5, "due"))
    assert project.build() == []
    assert shown("one") == ["(B1)", "(B2)"]
    assert (project.site / "zero.html").stat().st_mtime_ns == before


def program_without(folder, name):
    """Return a PATH on which a program is not found."""
    return os.pathsep.join(
        entry
        for entry in os.environ["PATH"].split(os.pathsep)
        if not shutil.which(name, path=entry)
    )


SITUATIONS = [
    "a ZIP", "without git", "committed", "not committed", "dubious ownership",
    "shallow clone", "a ZIP in a repository", "a repository without a commit",
]  # fmt: skip


@pytest.mark.parametrize("situation", SITUATIONS)
def test_the_book_builds_wherever_it_lies(folder, situation, monkeypatch):
    outer = folder / situation
    project = Project(outer / "mlpnotes", one="# One\n\nWords.\n")
    dated, environment = set(), {}
    if "ZIP" not in situation and situation != "without git":
        project.git("init", "-q")
    if situation in ("committed", "dubious ownership", "shallow clone"):
        project.git("add", ".")
        project.git("commit", "-qm", "all")
        dated = {"intro", "notation", "one"}
    if situation == "not committed":
        project.git("add", "book/intro.md")
        project.git("commit", "-qm", "one")
        dated = {"intro"}
    if situation == "dubious ownership":
        environment["GIT_TEST_ASSUME_DIFFERENT_OWNER"] = "1"
        dated = set()
    if situation == "shallow clone":
        (project.book / "one.md").write_text("# One\n\nOther words.\n", "utf-8")
        project.git("commit", "-qam", "two")
        origin, project.root = project.root, outer / "clone"
        project.root.mkdir()
        project.git("clone", "-q", "--depth=1", origin.as_uri(), ".")
        project.book = project.root / "book"
        project.site = project.book / "_build" / "html"
        dated = {"one"} & set()  # the only commit there may be older than the change
    if situation == "a ZIP in a repository":
        (outer / "theirs.txt").write_text("their work", "utf-8")
        root, project.root = project.root, outer
        project.git("init", "-q")
        project.git("add", "theirs.txt")
        project.git("commit", "-qm", "theirs")
        project.root = root
    if situation == "without git":
        environment["PATH"] = program_without(folder, "git")
    assert project.build(**environment) == []
    for name in ("intro", "notation", "one"):
        page = project.page(name)
        (link,) = page.select("a[href^='_sources/'][href$='.md']")
        source = project.site / link["href"]
        assert source.read_bytes() == (project.book / f"{name}.md").read_bytes()
        assert ("Last updated" in page.get_text()) == (name in dated), name
        assert bool(page.select("meta[property='article:modified_time']")) == (
            name in dated
        )
