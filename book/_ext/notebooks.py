"""Offer each chapter as a notebook that stands on its own.

The executed notebook of the build becomes one for any Jupyter: roles and
directives, which only Sphinx reads, turn into plain Markdown with the numbers
and titles of the book, and a first cell installs the package where it is missing.
"""

import re
from pathlib import Path

import nbformat
from docutils import nodes
from jupyter_cache import get_cache
from nbformat.v4 import new_code_cell, new_markdown_cell

INSTALL = """\
from importlib.util import find_spec

if find_spec("mlpnotes") is None:  # elsewhere than in the book's own environment
    %pip install --quiet "git+{repository}" autograd sympy"""


class Plain:
    """Turns the book's MyST into plain Markdown, one chapter at a time."""

    def __init__(self, app, docname):
        env, doctree = app.env, app.env.get_doctree(docname)
        self.labels = env.get_domain("std").labels
        self.equations = env.get_domain("math").equations
        self.figures = env.toc_fignumbers
        self.docname, self.site = docname, app.config.html_baseurl
        self.substitutions = app.config.myst_substitutions
        self.sources = [
            node for node in doctree.findall(nodes.literal_block) if "source" in node
        ]

    def __call__(self, text):
        text = re.sub(r"^\([\w-]+\)=\n", "", text, flags=re.MULTILINE)
        text = re.sub(r"\{\{ (\w+) \}\}", lambda m: self.substitutions[m[1]], text)
        text = re.sub(
            r"^(`{3,}|:{3,})\{([\w:-]+)\}(.*)\n((?::.*\n)*)((?:.*\n)*?)\1$\n?",
            self.directive,
            text + "\n",
            flags=re.MULTILINE,
        )
        text = re.sub(
            r"\n\$\$ \(([\w-]+)\)$",
            lambda m: rf" \tag{{{self.equations[m[1]][1]}}}" + "\n$$",
            text,
            flags=re.MULTILINE,
        )
        return re.sub(r"\{([\w:]+)\}`([^`]*)`", self.role, text).strip()

    def directive(self, match):
        _, name, title, options, body = match.groups()
        title = title.strip()
        inner = self(body)
        label = re.search(r":label: (.*)", options)
        if name == "literalinclude":
            return f"```python\n{self.sources.pop(0).astext().rstrip()}\n```\n"
        if name == "prf:proof":
            return f"*Proof.* {inner} ∎\n"
        if name.startswith("prf:"):
            number = self.number(label[1]) if ":nonumber:" not in options else ""
            kind = name.removeprefix("prf:").title()
            return f"**{f'{kind} {number}'.strip()} ({title}).** {inner}\n"
        if name == "exercise-start":
            return "### Exercise\n"
        if name == "solution-start":
            return "### Solution\n"
        if name.endswith("-end"):
            return ""
        if name == "admonition":
            return f"**{title}.** {inner}\n"
        page = f"{self.site}{self.docname}.html"
        return f"*See the [page of the book]({page}).*\n"  # tables, recorded figures

    def number(self, label):
        for page in self.figures.values():
            for numbers in page.values():
                if label in numbers:
                    return ".".join(map(str, numbers[label]))
        raise KeyError(label)

    def role(self, match):
        name, target = match.groups()
        text = None
        if given := re.fullmatch(r"(.*) <(.*)>", target):
            text, target = given.groups()
        if name == "eq":
            page, number = self.equations[target]
            return f"[({number})]({self.site}{page}.html#equation-{target})"
        if name == "prf:ref":
            kind = {"lem": "Lemma", "thm": "Theorem"}[target.split("-")[0]]
            return f"{kind} {self.number(target)}"
        if name == "numref":
            return f"Figure {self.number(target)}"
        if name.startswith("cite"):
            return f"[[{target}]]({self.site}references.html)"
        page, anchor, title = self.labels[target]
        return f"[{text or title}]({self.site}{page}.html#{anchor})"


def write_notebook(app, pagename, templatename, context, doctree):
    """Write _sources/<chapter>.ipynb beside the Markdown of a chapter."""
    executed = Path(app.outdir).parent / "jupyter_execute" / f"{pagename}.ipynb"
    if doctree is None or not executed.exists():
        return
    plain = Plain(app, pagename)
    cache = get_cache(app.env.mystnb_config.execution_cache_path)
    _, notebook = cache.merge_match_into_notebook(nbformat.read(executed, 4))
    cells = []
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell = (
                new_markdown_cell(plain(cell.source)) if cell.source.strip() else None
            )
        if cell:
            cells.append(cell)
    repository = app.config.html_theme_options["repository_url"]
    first = new_code_cell(
        INSTALL.format(repository=repository), metadata={"tags": ["install"]}
    )
    notebook.cells = [first, *cells]
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number}"
    sources = Path(app.outdir) / "_sources"
    sources.mkdir(exist_ok=True)
    nbformat.write(notebook, sources / f"{pagename}.ipynb")


def setup(app):
    app.connect("html-page-context", write_notebook)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
