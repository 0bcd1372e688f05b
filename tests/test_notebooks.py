"""The notebooks to download hold what the page holds, whatever a chapter uses."""

import base64
import copy
import io
import re
from urllib.parse import unquote, urljoin

import lab
import nbformat
import pytest
from bs4 import BeautifulSoup
from docutils import nodes
from IPython.core.interactiveshell import InteractiveShell
from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from plain import escape
from record import TESTS
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective, docutils_namespace, patch_docutils
from traitlets.config import Config

CONF = """
extensions = [
    "myst_nb", "sphinx_proof", "sphinx_exercise", "sphinx_design",
    "sphinx_togglebutton", "sphinxcontrib.bibtex", "sphinx.ext.autodoc", "notebooks",
]
nb_execution_mode = "off"
myst_enable_extensions = ["colon_fence", "dollarmath", "substitution"]
myst_substitutions = {"place": "a substituted place"}
bibtex_bibfiles = ["books.bib"]
html_theme = "sphinx_book_theme"
html_baseurl = "https://site.example/book/"
html_theme_options = {"repository_url": "https://github.com/who/what"}
math_numfig = False
suppress_warnings = ["design.card_legacy"]
"""

HEAD = """\
---
jupytext:
  text_representation: {extension: .md, format_name: myst}
kernelspec: {display_name: Python 3, language: python, name: python3}
---

# A chapter

"""

BESIDE = {
    "index.md": "# Index\n\n```{toctree}\nchapter\nother\n```\n",
    "other.md": "# Other page\n\nOther words.\n",
    "data.csv": "first,second\n1,2\n",
    "program.py": "def double(x):\n    return 2 * x\n",
    "books.bib": "@book{knuth, author = {Donald Knuth}, title = {The TeXbook}, "
    "year = {1984}, publisher = {Addison-Wesley}}",
}

DOT = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9"
    "awAAAABJRU5ErkJggg=="
)

JUPYTER = MarkdownIt().enable(["table", "strikethrough"]).use(dollarmath_plugin)


def build(folder, chapter, conf=CONF):
    """Build a small book; return its chapter's page, its notebook, the warnings."""
    source, out = folder / "source", folder / "html"
    source.mkdir()
    for name, text in {**BESIDE, "chapter.md": chapter, "conf.py": conf}.items():
        (source / name).write_text(text, "utf-8")
    (source / "one.png").write_bytes(DOT)
    said = io.StringIO()
    with patch_docutils(source), docutils_namespace():
        trees = folder / "trees"
        app = Sphinx(source, source, out, trees, "html", status=None, warning=said)
        app.build()
    page = BeautifulSoup((out / "chapter.html").read_text("utf-8"), "html.parser")
    notebook = nbformat.read(out / "_sources" / "chapter.ipynb", 4)
    nbformat.validate(notebook)
    return page, notebook, re.sub(r"\x1b\[[\d;]*m", "", said.getvalue())


def article(page):
    """Return what a chapter's page says; of its code cells, the captions."""
    found = copy.copy(page.select_one("article.bd-article"))
    for cell in found.select("div.cell"):
        cell.replace_with(*cell.select("figcaption:has(.caption-number)"))
    for tag in found.select(".headerlink, .linenos, .backrefs, script"):
        tag.decompose()
    return found


def as_jupyter_shows(notebook):
    """Return the text of a notebook as Jupyter renders it."""
    cells = [c.source for c in notebook.cells if c.cell_type == "markdown"]
    html = "\n".join(JUPYTER.render(source) for source in cells)
    found = BeautifulSoup(html, "html.parser")
    for heading in found.find_all(re.compile("^h"), string="Back to the text"):
        heading.decompose()
    return found


def formulas(found):
    """Take the formulas out of a text; return them as bare LaTeX."""
    result = []
    for math in found.select(".math"):
        for number in math.select(".eqno"):
            number.decompose()
        latex = re.sub(r"(?<!\\)%.*", "", math.get_text())
        latex = re.sub(r"\\(tag\{.*?\}|(begin|end)\{split\}|[][()])|\$", "", latex)
        result.append("".join(latex.replace("|", r"\vert").split()))
        math.replace_with(" ")
    return result


def words(found):
    return re.findall(r"\w+", found.get_text(" "))


@pytest.fixture(scope="module")
def everything(tmp_path_factory):
    """Return page and notebook of a chapter that uses all that a chapter may use."""
    chapter = (TESTS / "everything.md").read_text("utf-8")
    page, notebook, said = build(tmp_path_factory.mktemp("book"), chapter)
    assert said == ""
    return page, notebook


def test_no_word_and_no_formula_is_lost(everything):
    page, notebook = everything
    seen, got = article(page), as_jupyter_shows(notebook)
    assert formulas(got) == formulas(seen)
    text = " ".join(words(got)).replace("Click to show ", "")  # a script's, on a page
    assert text.split() == words(seen)
    assert len(words(seen)) > 400


@pytest.mark.parametrize(
    ("on_the_page", "in_the_notebook"),
    [
        ("pre", "pre"),
        ("sub", "sub"),
        ("abbr[title]", "abbr[title]"),
        ("table.table td, table.table th", "td, th"),
        ("div.dropdown:not(.solution), details, .toggle", "details"),
        ("ol", "ol"),
    ],
)
def test_what_is_marked_on_the_page_is_marked(everything, on_the_page, in_the_notebook):
    page, notebook = everything
    seen = [tag.get_text(" ") for tag in article(page).select(on_the_page)]
    got = [
        tag.get_text(" ") for tag in as_jupyter_shows(notebook).select(in_the_notebook)
    ]
    assert len(got) == len(seen) > 0


def test_code_is_as_on_the_page(everything):
    page, notebook = everything
    seen = [tag.get_text().strip() for tag in article(page).select("pre")]
    got = [tag.get_text().strip() for tag in as_jupyter_shows(notebook).select("pre")]
    assert got == seen


def test_links_lead_to_the_book(everything):
    page, notebook = everything
    own = ".footnote-reference, .fn-backref, .label a, .image-reference[href^=_]"
    for tag in (seen := article(page)).select(own):
        tag.decompose()
    base = "https://site.example/book/"
    there = [urljoin(f"{base}chapter.html", a["href"]) for a in seen.select("a[href]")]
    got = [unquote(a["href"]) for a in as_jupyter_shows(notebook).select("a[href]")]
    assert got == there
    assert f"{base}other.html" in got


def test_pictures_come_along_with_what_they_show(everything):
    page, notebook = everything
    got = as_jupyter_shows(notebook).select("img")
    assert [i["alt"] for i in got] == [i["alt"] for i in article(page).select("img")]
    packed = base64.b64encode(DOT).decode()
    assert {i["src"] for i in got} == {f"data:image/png;base64,{packed}"}


def test_numbers_are_those_of_the_page(everything):
    _, notebook = everything
    text = "\n".join(cell.source for cell in notebook.cells)
    for part in (
        r"$$ x = y + z \tag{2} $$", "**Lemma 1 (Of something)**", "**Fig. 1** The",
        "**Table 1 A listed table, with $x$**", "**Listing 1** A listing",
        "[(1)](https://site.example/book/chapter.html#equation-near)",
    ):  # fmt: skip
        assert part in text


def test_solutions_stand_closed_below_their_heading(everything):
    _, notebook = everything
    headings = [c for c in notebook.cells if c.source.startswith("### ")]
    names = [re.sub(r"\[|\]\(.*\)$", "", c.source.split("\n")[0][4:]) for c in headings]
    assert names == [
        "Exercise 1 (With a title, $n$)", "Solution to Exercise 1 (With a title, $n$)",
        "Exercise 2", "Solution to Exercise 2", "Exercise", "Back to the text",
    ]  # fmt: skip
    closed = [c for c in headings if "jp-MarkdownHeadingCollapsed" in c.metadata]
    assert [names[headings.index(c)].split()[0] for c in closed] == ["Solution"] * 2
    assert [len(c.source.splitlines()) for c in closed] == [1, 1]  # the rest is hidden
    ids = [c.metadata["id"] for c in closed]
    assert notebook.metadata["colab"]["collapsed_sections"] == ids


def test_code_cells_stand_in_their_places_hidden_as_on_the_page(everything):
    _, notebook = everything
    kinds = [c.source[:12] if c.cell_type == "code" else "" for c in notebook.cells]
    code = [k for k in kinds if k]
    assert code[1:] == ["mine = None", "import numpy", "removed = 1", "last = remov"]
    second = next(i for i, c in enumerate(notebook.cells) if c.source == "Answer two.")
    assert kinds[second + 1] == "import numpy"
    assert notebook.cells[second + 1].metadata["jupyter"] == {"source_hidden": True}
    assert notebook.cells[second + 2].source == "Rest of answer two."


def test_jupyter_reads_it_without_myst(everything):
    _, notebook = everything
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            text = re.sub(r"^ *```.*?^ *````?$", "", cell.source, flags=re.M | re.S)
            assert not re.search(r"\{[\w:-]+\}`|^:{3}|^\(\S+\)=$|\{\{", text, re.M)
            # mathematics is taken out before quotes are read
            assert not re.search(r"^[> ]*> \$\$$", text, re.M)


@pytest.mark.parametrize(
    "text",
    [
        "a*b*c", "_a_ and b_c", "`x`", "1 < 2 > 0 & &amp; &#65;", "<b>", "~~no~~",
        "\\*", "[a](b)", "![a](b)", "a\\b", "f(x)[0](y)", "**", "Look!", "__init__",
        "x__y", "_", "a _b", "https://example.org/a_b_c", "x^2", "{name}`x`", "#1",
    ],
)  # fmt: skip
def test_no_character_of_a_text_means_anything(text):
    shown = BeautifulSoup(JUPYTER.render(f"x {escape(text)}[](l)"), "html.parser")
    assert shown.get_text().strip() == f"x {text}"
    assert [t.name for t in shown.find_all()] == ["p", "a"]


def test_dollars_in_a_text_are_no_mathematics():
    text = escape("costs $5, not $6")
    assert text == r"costs <span>\$</span>5, not <span>\$</span>6"
    assert not BeautifulSoup(JUPYTER.render(text), "html.parser").select(".math")


class novelty(nodes.Element):  # noqa: N801
    """What an extension of the future may put on a page."""


class Novelty(SphinxDirective):
    def run(self):
        found = novelty("", nodes.paragraph("", "New words."))
        self.set_source_info(found)
        return [found]


def setup(app):
    skip = (lambda self, node: None,) * 2
    app.add_node(novelty, html=skip)
    app.add_directive("novelty", Novelty)


def test_a_node_without_a_rule_is_a_warning_at_its_line(tmp_path):
    conf = f"{CONF}\nfrom {__name__} import setup\n"
    chapter = f"{HEAD}Words.\n\n```{{novelty}}\n```\n"
    line = chapter.splitlines().index("```{novelty}") + 1
    _, notebook, said = build(tmp_path, chapter, conf)
    assert f"chapter.md:{line}: WARNING: notebooks have no rule for <novelty>" in said
    assert "New words." in notebook.cells[-1].source


@pytest.mark.parametrize(
    "role", ["eq", "ref", "numref", "prf:ref", "term", "doc", "cite", "download"]
)
def test_a_wrong_reference_is_sphinx_warning_at_its_line(tmp_path, role):
    chapter = f"{HEAD}Words {{{role}}}`nowhere` and more.\n"
    line = len(chapter.splitlines())
    _, notebook, said = build(tmp_path, chapter)
    place = r"chapter\.rst" if role == "prf:ref" else rf"chapter\.md:{line}"  # its own
    assert re.search(rf"{place}: WARNING: .*nowhere", said), said
    assert "and more" in notebook.cells[-1].source


def test_the_first_cell_installs_what_is_missing(everything, monkeypatch):
    _, notebook = everything
    cell = notebook.cells[0]
    asked = []
    quiet = Config({"HistoryManager": {"enabled": False}})
    shell = InteractiveShell(config=quiet)
    shell.register_magic_function(asked.append, magic_name="pip")
    for missing, line in (
        ({"mlpnotes"}, "install --quiet git+https://github.com/who/what"),
        ({"sympy", "autograd", "json"}, "install --quiet autograd sympy"),
        (set(), None),
    ):
        asked.clear()
        with monkeypatch.context() as patch:
            patch.setattr(
                "importlib.util.find_spec", lambda n, m=missing: n not in m or None
            )
            assert shell.run_cell(cell.source).success
        assert asked == [line] * bool(line)


def write(path, *sources, output="1", **metadata):
    path.parent.mkdir(exist_ok=True)
    cells = [new_markdown_cell("words"), *map(new_code_cell, sources)]
    cells[1].outputs = [new_output("stream", text=output)]
    nbformat.write(new_notebook(cells=cells, metadata=metadata), path)


def test_a_reader_keeps_what_they_wrote_and_gets_what_they_did_not(tmp_path):
    built, folder = tmp_path / "built", tmp_path / "notebooks"
    names = ["opened", "run", "edited", "deleted", "broken", "untouched"]
    for name in names:
        write(built / f"{name}.ipynb", "a = 1")
    assert lab.lay_out(built, folder) == []
    assert sorted(p.stem for p in folder.glob("*.ipynb")) == sorted(names)
    write(folder / "opened.ipynb", "a = 1", language_info={"name": "python"})
    write(folder / "run.ipynb", "a = 1", output="mine")
    write(folder / "edited.ipynb", "a = 2")
    (folder / "deleted.ipynb").unlink()
    (folder / "broken.ipynb").write_text("half a no", "utf-8")
    (folder / "own.txt").write_text("own", "utf-8")

    def sources():
        found = {p.stem: lab.cells(p) for p in folder.glob("*.ipynb")}
        return {n: c[1][1] if isinstance(c, list) else c for n, c in found.items()}

    mine = {"edited": "a = 2", "broken": b"half a no"}
    assert lab.lay_out(built, folder) == []  # nothing newer to tell of
    assert sources() == dict.fromkeys(names, "a = 1") | mine
    for name in names:
        write(built / f"{name}.ipynb", "a = 3")
    for _ in range(2):
        assert lab.lay_out(built, folder) == ["broken.ipynb", "edited.ipynb"]
        assert sources() == dict.fromkeys(names, "a = 3") | mine
    (folder / "edited.ipynb").rename(folder / "my-edited.ipynb")
    assert lab.lay_out(built, folder) == ["broken.ipynb"]
    assert sources()["edited"] == "a = 3"
    assert sources()["my-edited"] == "a = 2"
    assert (folder / "own.txt").read_text("utf-8") == "own"
