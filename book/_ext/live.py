"""Let the chapters run in the reader's browser, if the site holds what that takes.

``make live`` brings the runtime into ``_static/live`` (see ``bring``). As long as it
is there, each build adds what follows from the book: the package, the cells of each
page, and on the pages that have cells the script that shows buttons. A chapter that
cannot run in a page says why in its front matter, under ``not_live``.
"""

import functools
import gzip
import hashlib
import io
import json
import re
import struct
import zipfile
from html import escape
from pathlib import Path

import nbformat
import yaml
from equations import BOOK, SOURCE
from visible import reached, read

SITE = BOOK / "_build" / "html"
HERE = BOOK / "live"
RUNTIME = "runtime.json"  # what was brought; the last file that is written
DIGITS = 500  # of each set go with the pages, the first ones
ON_REQUEST = {"sympy": ["sympy.zip", "mpmath.zip"], "autograd": ["autograd.zip"]}
ON_PAGE = re.compile(
    r'<(link|script) [^>]*"_static/live/[^>]*>(</script>)?\n'
    r'|<p class="live-note".*?</p>'
)
TITLE = re.compile(r"<article.*?</h1>", re.DOTALL)
NOTE = (
    "The cells of this page run here, in your browser: press Run. The first press "
    "fetches Python, {size:.0f} MB."
)
THEN = 1980, 1, 1, 0, 0, 0  # an archive's bytes follow from its files alone


def archive(files):
    """Return a zip of texts and bytes by their names."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as packed:
        for name, content in sorted(files.items()):
            info = zipfile.ZipInfo(name, THEN)
            info.compress_type = zipfile.ZIP_DEFLATED
            packed.writestr(info, content, compresslevel=9)
    return stream.getvalue()


def entry(content):
    """Return what a page must know of a file before it fetches it."""
    return {"size": len(content), "hash": hashlib.sha256(content).hexdigest()[:16]}


@functools.cache
def first_digits():
    """Return the beginning of each of the four files of MNIST."""
    found = {}
    for path in sorted(SOURCE.glob("data/mnist/*.gz")):
        with gzip.open(path) as stream:
            sides = 2 * ("images" in path.name)
            header = struct.unpack(f">{2 + sides}I", stream.read(4 * (2 + sides)))
            shape = DIGITS, *header[2:]
            size = DIGITS * (header[2] * header[3] if sides else 1)
            text = struct.pack(f">{2 + sides}I", header[0], *shape) + stream.read(size)
        found[f"digits/{path.stem}"] = text
    return found


def package():
    """Return the archive of the package and of what runs the cells."""
    modules = {
        path.relative_to(SOURCE.parent).as_posix(): path.read_bytes()
        for path in SOURCE.rglob("*.py")
    }
    runner = {"runner.py": (HERE / "runner.py").read_bytes()}
    return archive(modules | runner | first_digits())


def is_figure(cell):
    """Tell whether a cell draws: it stays as it was built."""
    kinds = [kind for o in cell.outputs for kind in o.get("data", {})]
    return any(kind.startswith("image/") for kind in kinds)


def page_cells(notebook):
    """Return the cells of a chapter, as its page must know them."""
    for cell in notebook.cells:
        tags = cell.metadata.get("tags", [])
        if cell.cell_type == "code" and "install" not in tags:
            yield {
                "source": cell.source,
                "shown": "remove-cell" not in tags,
                "figure": is_figure(cell),
            }


def install_source(notebook):
    """Return the source of the cell that installs what a chapter imports."""
    marked = (c for c in notebook.cells if "install" in c.metadata.get("tags", []))
    return next((cell.source for cell in marked), "")


def requested(cells):
    """Return the archives, beside those of every page, that these cells import."""
    code = read("\n".join(c["source"] for c in cells if not c["figure"]))
    _, others = reached(code.imports)
    return [name for package in sorted(others) for name in ON_REQUEST.get(package, [])]


def why_not(page):
    """Return why a chapter does not run in a page, or ""."""
    text = (BOOK / f"{page}.md").read_text("utf-8")
    return yaml.safe_load(text.split("---\n")[1]).get("not_live", "")


def tags(page, runtime, packages):
    """Return what a page's head says, and what stands below its title.

    That is a place for words which the page's script turns into text: nothing moves
    when it does, and where it does not run they are not shown, searched or copied.
    """
    version, files = runtime["version"], runtime["files"]
    size = sum(files[name]["size"] for name in [*runtime["every"], *packages])
    data = {"page": page, "why": why_not(page)}
    note = data["why"] or NOTE.format(size=size / 1e6)
    marks = " ".join(f'data-{k}="{escape(v)}"' for k, v in data.items())
    return (
        f'<link rel="stylesheet" href="_static/live/page.css?{version}" />\n'
        f'<script defer src="_static/live/page.js?{version}" {marks}></script>\n',
        f'<p class="live-note" data-text="{escape(note)}"></p>',
    )


def put(path, content):
    """Write a file, whole or not at all: a full disk must not cost a page."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f"{path.name}.new")
    new.write_bytes(content)
    new.replace(path)


def furnish(live, site):
    """Add to the runtime what follows from the book; return the heads of its pages."""
    runtime = live / RUNTIME
    if not runtime.exists():
        return {}
    found = json.loads(runtime.read_text("utf-8"))
    content = package()
    put(live / "mlpnotes.zip", content)
    found["files"]["mlpnotes.zip"] = entry(content)
    put(runtime, json.dumps(found, indent=1).encode())
    heads = {}
    for path in site.glob("*.html"):
        notebook = site / "_sources" / f"{path.stem}.ipynb"
        if notebook.exists():
            chapter = nbformat.read(notebook, 4)
            cells = [*page_cells(chapter)]
            if any(not cell["figure"] for cell in cells):
                data = {
                    "why": why_not(path.stem),
                    "packages": requested(cells),
                    "install": install_source(chapter),
                    "cells": cells,
                }
                put(live / "cells" / f"{path.stem}.json", json.dumps(data).encode())
                heads[path.stem] = tags(path.stem, found, data["packages"])
    for path in live.glob("cells/*.json"):
        if path.stem not in heads:
            path.unlink()  # of a page that is no more
    return heads


def offer_live(site=SITE):
    """Let the pages run if the runtime is there, and only then."""
    heads = furnish(site / "_static" / "live", site)
    for path in site.glob("*.html"):
        text = path.read_text("utf-8")
        head, note = heads.get(path.stem, ("", ""))
        bare = ON_PAGE.sub("", text).replace("</head>", f"{head}</head>", 1)
        if title := TITLE.search(bare):
            bare = bare[: title.end()] + note + bare[title.end() :]
        if bare != text:
            put(path, bare.encode())


def finish(app, exception):
    if not exception and app.builder.name == "html":
        offer_live(Path(app.outdir))


def setup(app):
    app.connect("build-finished", finish, priority=960)  # when all else is there
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
