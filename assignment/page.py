"""The assignment as one page that runs in the browser, and printed from that page.

The page is a book of one chapter, built with the extensions and the looks of the book.
If the book's site has the Python that ``make live`` brings, the page has it too.
"""

import copy
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import jupytext
import pdf
import yaml
from bs4 import BeautifulSoup
from equations import BOOK
from nbformat.v4 import new_notebook
from playwright.sync_api import Error, sync_playwright

NAME, TITLE = "backprop", "Assignment: your own backward pass"
JUPYTER_BOOK = Path(sys.executable).with_name("jupyter-book")
UNUSED = ["mlpnotes_book", "execution"]  # they are about the book's equations and cells
BUTTONS = '''\
"""The button of the page: its notebook."""


def set_buttons(app, pagename, templatename, context, doctree):
    context["header_buttons"] = [
        {
            "type": "link", "text": "", "icon": "fas fa-download",
            "url": f"_sources/{pagename}.ipynb", "tooltip": "Download the notebook",
        }
    ]


def setup(app):
    app.connect("html-page-context", set_buttons, priority=700)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
'''
STYLE = """
article h1 { margin-top: 0; border-top: 0; }
article { line-height: 1.4; }
article p { break-inside: avoid; }
p:has(+ .room) { break-after: avoid; }
.room { min-height: 70mm; padding: 2mm 3mm; border: 1px solid; border-radius: 1mm; }
.room.short { min-height: 14mm; }
"""
ROOM = ("Your answer", "I worked with")  # how the paragraphs begin that wait for words
UNPRINTED = "script, .headerlink, .copybtn, .live-note, .on-screen, .tag_check"
PRINTED = "On paper the cells that check your answers are left out."
TRY = """
:::{container} on-screen
On this page all but the training to 97 % can be run as well. What you write here
stays in this browser: copy it into the notebook that you hand in.
:::
"""


def book(notebook, root, address, live):
    """Write a book of this one chapter, live or not; return its folder."""
    folder = root / "book"
    unused = shutil.ignore_patterns("__pycache__")
    for name in ("_ext", "_static", "_templates", "live"):
        shutil.copytree(BOOK / name, folder / name, ignore=unused)
    shutil.copytree(BOOK.parent / "src", root / "src", ignore=unused)
    shutil.copy(BOOK / "references.bib", folder)
    config = yaml.safe_load((BOOK / "_config.yml").read_text("utf-8"))
    config["execute"] = {"execute_notebooks": "off"}
    config["sphinx"]["config"]["html_theme_options"]["logo"]["text"] = "Assignment"
    local = config["sphinx"]["local_extensions"]
    for name in UNUSED:
        del local[name]
    local["buttons"] = "_ext/"
    (folder / "_ext" / "buttons.py").write_text(BUTTONS, "utf-8")
    (folder / "_config.yml").write_text(yaml.safe_dump(config), "utf-8")
    toc = {"root": NAME, "chapters": [{"url": address, "title": "The book"}]}
    (folder / "_toc.yml").write_text(
        yaml.safe_dump({"format": "jb-book"} | toc), "utf-8"
    )
    cells = [copy.copy(c) for c in notebook.cells if "install" not in tags(c)]
    for cell in cells:
        if live and "**Where you work.**" in cell.source:
            cell.source = cell.source.replace("**Working", f"{TRY}\n**Working")
    chapter = new_notebook(cells=cells, metadata=notebook.metadata)
    jupytext.write(chapter, folder / f"{NAME}.md", fmt="md:myst")
    return folder


def tags(cell):
    """Return the tags of a cell."""
    return cell.metadata.get("tags", [])


def build(notebook, target, address):
    """Build the page into a folder."""
    live = BOOK / "_build" / "html" / "_static" / "live"
    with tempfile.TemporaryDirectory() as root:
        folder = book(notebook, Path(root), address, live.is_dir())
        site = folder / "_build" / "html"
        if live.is_dir():
            shutil.copytree(live, site / "_static" / "live")
        else:
            print("The page does not run: make live, before this, brings Python.")
        done = subprocess.run(
            [JUPYTER_BOOK, "build", "-q", "-W", "-n", "--keep-going", folder],
            capture_output=True, encoding="utf-8", errors="replace",
        )  # fmt: skip
        if done.returncode:
            sys.exit(f"The page of the assignment is not built:\n{done.stderr.strip()}")
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(site, target)


def document(site, title):
    """Return the page as it is printed: its article alone."""
    page = BeautifulSoup((site / f"{NAME}.html").read_text("utf-8"), "html.parser")
    styles = "".join(map(str, page.select("link[rel=stylesheet]")))
    article = page.select_one("article.bd-article")
    for unprinted in article.select(UNPRINTED):
        unprinted.decompose()
    for words in article.select("p:has(> em:only-child)"):
        said = words.get_text()
        if said.startswith(ROOM):
            short = ["short"] * said.startswith(ROOM[1])
            words["class"] = ["room", *short]
    note = page.new_tag("p")
    note.string = PRINTED
    article.h1.insert_after(note)
    return f"""<!DOCTYPE html>
<html lang="en" data-theme="light" data-mode="light"><head><meta charset="utf-8">
<title>{title}</title>{styles}<style>{pdf.STYLE}{STYLE}</style></head>
<body><div class="bd-content">{article}</div></body></html>"""


def print_page(site, path):
    """Print the page as a PDF; say so if this machine cannot."""
    file = site / "printed.html"
    with sync_playwright() as playwright:
        try:
            browser = pdf.launch(playwright)
        except Error:
            path.unlink(missing_ok=True)  # of the assignment as it was before
            print("There is no Chromium to print the PDF: make chromium installs one.")
            return
        file.write_text(document(site, TITLE), "utf-8")
        page = browser.new_page()
        page.goto(file.as_uri())
        page.pdf(
            path=path, prefer_css_page_size=True, print_background=True,
            outline=True, tagged=True, display_header_footer=True,
            header_template="<span></span>", footer_template=pdf.FOOTER,
        )  # fmt: skip
        browser.close()
    file.unlink()


def make(notebook, out, address):
    """Build the page and print it, as far as this machine can."""
    build(notebook, out / "page", address)
    print_page(out / "page", out / f"{NAME}.pdf")
