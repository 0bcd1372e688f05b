"""Offer each chapter as a notebook that stands on its own.

Its code cells are those of the executed chapter. Between them stands the page as
any Jupyter can show it (see ``plain``), solutions closed until they are opened,
and a first cell installs what the chapter imports and its reader lacks.
"""

import ast
import re
from importlib.metadata import packages_distributions
from pathlib import Path

import nbformat
from jupyter_cache import get_cache
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from plain import TEXT, Plain

INSTALL = """\
# installs what this notebook needs and this Python lacks
from importlib.util import find_spec

needed = {{
{needed}}}
missing = [needed[name] for name in needed if find_spec(name) is None]
if missing:
    %pip install --quiet {{" ".join(missing)}}"""

HIDES = {"hide-cell", "remove-cell"}
HIDES_SOURCE = {"hide-input", "remove-input", *HIDES}
HIDES_OUTPUTS = {"hide-output", "remove-output", *HIDES}


def imported(sources):
    """Return the names of the modules that cells import."""
    names = set()
    for source in sources:
        code = re.sub(r"^\s*[%!].*$", "", source, flags=re.MULTILINE)
        for node in ast.walk(ast.parse(code)):
            if isinstance(node, ast.Import):
                names |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                names.add((node.module or "").partition(".")[0])
    return names


def install_cell(cells, repository):
    """Return the cell that installs what these cells import, where it is missing."""
    packages = packages_distributions() | {"mlpnotes": [f"git+{repository}"]}
    names = sorted(imported(cell.source for cell in cells) & set(packages))
    needed = "".join(f'    "{name}": "{packages[name][0]}",\n' for name in names)
    hidden = {"source_hidden": True}
    return new_code_cell(
        INSTALL.format(needed=needed), metadata={"tags": ["install"], "jupyter": hidden}
    )


def executed(app, page):
    """Return the cells of a chapter with their outputs."""
    path = Path(app.outdir).parent / "jupyter_execute" / f"{page}.ipynb"
    notebook = nbformat.read(path, 4)
    try:
        cache = get_cache(app.env.mystnb_config.execution_cache_path)
        _, notebook = cache.merge_match_into_notebook(notebook)
    except KeyError:
        pass  # executed without the cache, or not at all
    return notebook.cells


def shown(cell):
    """Return a code cell hidden where the page hides it, its pictures with a text."""
    tags = cell.metadata.get("tags", [])
    alt = cell.metadata.get("mystnb", {}).get("image", {}).get("alt")
    cell.metadata = {"tags": tags}
    hidden = {"source_hidden": HIDES_SOURCE, "outputs_hidden": HIDES_OUTPUTS}
    if hidden := {k: True for k, which in hidden.items() if which & set(tags)}:
        cell.metadata["jupyter"] = hidden
    for output in cell.outputs:
        for kind in output.get("data", {}):
            if alt and kind.startswith("image/"):
                output.metadata.setdefault(kind, {})["alt"] = alt
    return cell


def merged(text, cells):
    """Yield the cells of text, and the code cells where the text has their marks.

    A code cell that the page leaves out stands before the next that it shows.
    """
    code = [(i, cell) for i, cell in enumerate(cells) if cell.cell_type == "code"]
    for kind, content in re.findall("\f(.)([^\f]*)", f"{TEXT}{text}"):
        if kind == "c":
            while code and code[0][0] <= int(content):
                yield shown(code.pop(0)[1])
        elif content.strip():
            closed = {"jp-MarkdownHeadingCollapsed": True} if kind == "h" else {}
            yield new_markdown_cell(content.strip(), metadata=closed)
    yield from (shown(cell) for _, cell in code)


def write_notebook(app, pagename, templatename, context, doctree):
    """Write _sources/<chapter>.ipynb beside the Markdown of a chapter."""
    if doctree is None or "kernelspec" not in app.env.metadata[pagename]:
        return
    cells = executed(app, pagename)
    first = install_cell(
        [cell for cell in cells if cell.cell_type == "code"],
        app.config.html_theme_options["repository_url"],
    )
    text = Plain(app.builder, pagename)(doctree)
    notebook = new_notebook(cells=[first, *merged(text, cells)])
    closed = []  # Colab keeps the names of closed headings, and names of its own
    for number, cell in enumerate(notebook.cells):
        cell.id = cell.metadata["id"] = f"cell-{number}"
        if "jp-MarkdownHeadingCollapsed" in cell.metadata:
            closed.append(cell.id)
    notebook.metadata = {
        "kernelspec": {
            "display_name": "Python 3",
            "language": "python",
            "name": "python3",
        },
        "language_info": {"name": "python"},
        "colab": {"collapsed_sections": closed},
    }
    sources = Path(app.outdir) / "_sources"
    sources.mkdir(exist_ok=True)
    nbformat.write(notebook, sources / f"{pagename}.ipynb")


def setup(app):
    # early: others take the page's mathematics apart to describe it in words
    app.connect("html-page-context", write_notebook, priority=50)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
