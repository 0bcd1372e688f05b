"""The build, on books of a few lines: our extensions and our configuration."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote

import pytest
from bs4 import BeautifulSoup
from PIL import Image
from record import BOOK

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
    "notation": "# Notation\n\n| symbol | name |\n|---|---|\n| $x$ | `X` |\n",
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
    """Build a page a wrong formula; return the warnings."""
    project = Project(folder / "formulas")
    project.write(**{
        f"p{i}": (HEAD if "{code-cell}" in text else "") + f"# Page {i}\n\nWords.\n\n{text}\n"
        for i, (text, _) in enumerate(FORMULAS.values())
    })  # fmt: skip
    (project.root / "wrong.py").write_text(WRONG, "utf-8")
    path = os.pathsep.join([str(project.root), os.environ.get("PYTHONPATH", "")])
    return project.build(PYTHONPATH=path)


@pytest.mark.parametrize("name", FORMULAS)
def test_a_wrong_formula_is_a_located_warning(warned, name):
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
