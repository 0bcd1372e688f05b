"""Print the built site as one PDF: ``python book/_ext/pdf.py``.

The articles of all pages but that of the API are joined in the order of the table
of contents, the solutions of the exercises at the end, the links between them made
links inside the document, and Chromium prints it twice: first to learn on which
page each chapter and each solution begins, then with these numbers.
"""

import os
import shutil
import sys
from io import BytesIO
from urllib.parse import urljoin

import yaml
from bs4 import BeautifulSoup
from equations import BOOK
from pages import PDF, offer_pdf
from playwright.sync_api import sync_playwright
from pypdf import PdfReader

SITE = BOOK / "_build" / "html"
SHORT = 250  # letters: what is longer than two lines may go on, too
LEFT_OUT = {"api"}  # long, and of use beside the program: on the site
LONG = 20  # lines: what is longer may go on on the next page
STYLE = """
@page { size: A4; margin: 20mm 20mm 22mm; }
html { font-size: 10pt; }
body { margin: 0; orphans: 2; widows: 2; }
.bd-content { display: block; }
article { max-width: none; padding: 0 !important; }
article h1 { font-size: 2em; margin-top: 1.5em; padding-top: 0.5em; }
article h1 { border-top: 2px solid; }
article h2 { font-size: 1.5em; }
.highlight pre, .cell_output pre { font-size: 8pt; overflow-wrap: anywhere; }
.bd-content pre { overflow: visible; }
div.math, table { font-size: 9.5pt; overflow: visible; }
.cell_input, .cell_output, .highlight { break-inside: avoid; }
.pst-scrollable-table-container { overflow: visible; }
.pst-scrollable-table-container:not(:has(tr:nth-child(12))) { break-inside: avoid; }
.long, .long :is(div, pre) { display: block !important; break-inside: auto !important; }
.bd-content :is(.admonition, .proof) { break-inside: auto; }
.cell_input:has(+ .cell_output pre) { break-after: avoid; }
.cell_input + .cell_output:has(pre), .solution-link { break-before: avoid; }
p:has(+ .cell > .cell_input, + .highlight-python) { break-after: avoid; }
.equation-entry { break-after: avoid; }
.whole { break-inside: avoid; }
.admonition-title { break-after: avoid; }
.book-toc h2 { font-size: 1.1em; margin: 0.8em 0 0.3em; }
table { width: 100%; overflow-wrap: anywhere; }
article img { max-height: 90mm; object-fit: contain; }
article :is(.wide, .strip) img { max-height: 54mm; }
a { text-decoration: none !important; }
.title-page { padding: 20mm 0 10mm; text-align: center; }
.title-page img { width: 30mm; }
.title-page h1 { font-size: 2.6em; }
.book-toc li { display: flex; list-style: none; }
.book-toc li::before { order: 1; flex: 1; border-bottom: 1px dotted; content: ""; }
.book-toc li::before { margin: 0 0.5em 0.3em; }
.book-toc span { order: 2; }
"""
APPENDIX = '<article class="bd-article" id="solutions"><h1>Solutions</h1>{}</article>'
FOOTER = """<div style="font-size: 8pt; width: 100%; text-align: center">
<span class="pageNumber"></span></div>"""


def launch(playwright):
    """Start Chromium: of the system if there is one, else of Playwright."""
    path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    return playwright.chromium.launch(
        executable_path=path, args=["--no-sandbox"] if os.name == "posix" else []
    )


def contents():
    """Return the parts of the book: their captions and the names of their pages."""
    toc = yaml.safe_load((BOOK / "_toc.yml").read_text("utf-8"))
    parts = [(p["caption"], [c["file"] for c in p["chapters"]]) for p in toc["parts"]]
    return [("", [toc["root"]]), *parts]


def printed():
    """Return the parts of the book as the PDF has them."""
    return [(c, [p for p in pages if p not in LEFT_OUT]) for c, pages in contents()]


def soup(page):
    return soup_of((SITE / f"{page}.html").read_text("utf-8"))


def soup_of(html):
    return BeautifulSoup(html, "html.parser")


def article(page, pages, address):
    """Return a page's article, its anchors and links renamed for one document."""
    found = soup(page).select_one("article.bd-article")
    for tag in found.select("[id]"):
        tag["id"] = f"{page}--{tag['id']}"
    for link in found.select("a[href]"):
        target, _, anchor = link["href"].partition("#")
        name = target.removesuffix(".html") or page
        if name in pages:
            link["href"] = f"#{name}--{anchor}" if anchor else f"#{name}"
        else:
            link["href"] = urljoin(address, link["href"])
    for image in found.select("img"):
        image["loading"] = "eager"
    for hidden in found.select("script, .headerlink, .copybtn"):
        hidden.decompose()
    for folded in found.select("details"):
        if "hide" in folded.get("class", []) and not folded.select(".cell_output"):
            folded.decompose()  # the code of a figure
        else:
            folded["open"] = ""
    for block in found.select(".cell_input, .cell_output"):
        lines = block.get_text().count("\n")
        if lines > LONG or block.select("table, figure"):
            block["class"].append("long")
    for words in found.select("p"):
        if len(words.get_text()) < SHORT:
            words["class"] = [*words.get("class", []), "whole"]
    for playground in found.select(".mlp-static"):
        here = urljoin(address, f"{page}.html")
        playground.string = "The playground is on the site: "
        playground.append(soup_of(f'<a href="{here}">{here}</a>'))
    found["id"] = page
    return found


def solutions(found, page, numbers):
    """Take the solutions out of an article; leave links to them in the exercises."""
    taken = found.select("div.solution")
    for solution in taken:
        exercise = solution.find_previous("div", class_="exercise")
        title = solution.select_one(".admonition-title")
        back = f'<a href="#{exercise["id"]}">{title.decode_contents()}</a>'
        title.clear()
        title.append(soup_of(back))
        number = numbers.get(solution["id"], "")
        link = f'<a href="#{solution["id"]}">Solution on page {number}</a>'
        exercise.append(soup_of(f'<p class="solution-link">{link}</p>'))
        solution.extract()
    return "".join(map(str, taken))


def document(numbers):
    """Return the book as one page of HTML; numbers are the pages of its parts."""
    first = soup("intro")
    address = first.select_one("link[rel=canonical]")["href"]
    title = first.select_one("h1").get_text().removesuffix("#")
    pages = [page for _, part in printed() for page in part]
    styles = "".join(map(str, first.select("link[rel=stylesheet]")))
    toc, articles, answers = "", "", ""

    def entry(page, heading):
        number = numbers.get(page, "")
        return f'<li><a href="#{page}">{heading}</a><span>{number}</span></li>'

    for caption, part in printed():
        toc += f"<h2>{caption}</h2><ul>" if caption else "<ul>"
        for page in part:
            found = article(page, pages, address)
            heading = found.h1.decode_contents()
            if own := solutions(found, page, numbers):
                answers += f'<h2><a href="#{page}">{heading}</a></h2>{own}'
            articles += str(found)
            toc += entry(page, heading)
        toc += "</ul>"
    if answers:
        toc += f"<ul>{entry('solutions', 'Solutions')}</ul>"
        answers = APPENDIX.format(answers)
    return f"""<!DOCTYPE html>
<html lang="en" data-theme="light" data-mode="light"><head><meta charset="utf-8">
<title>{title}</title>{styles}<style>{STYLE}</style></head>
<body><div class="bd-content">
<section class="title-page"><img src="_static/logo.svg" alt="">
<h1>{title}</h1><p>The mlpnotes authors</p><p><a href="{address}">{address}</a></p>
</section>
<nav class="book-toc"><h1>Contents</h1>{toc}</nav>
{articles}{answers}</div></body></html>"""


def main():
    with sync_playwright() as playwright:
        browser = launch(playwright)
        page = browser.new_page()
        file = SITE / "book.html"
        numbers = {}
        for _ in range(2):
            file.write_text(document(numbers), "utf-8")
            page.goto(file.as_uri())
            data = page.pdf(
                prefer_css_page_size=True, print_background=True, outline=True,
                tagged=True, display_header_footer=True,
                header_template="<span></span>", footer_template=FOOTER,
            )  # fmt: skip
            reader = PdfReader(BytesIO(data))
            numbers = {
                name.lstrip("/"): reader.get_destination_page_number(destination) + 1
                for name, destination in reader.named_destinations.items()
            }
        browser.close()
    file.unlink()
    (SITE / PDF).write_bytes(data)
    offer_pdf(SITE)
    print(f"{len(reader.pages)} pages, {len(data) / 1e6:.1f} MB: {SITE / PDF}")


if __name__ == "__main__":
    sys.exit(main())
