"""Run in the browser, the cells of a page give what its reference notebook holds."""

import html
import json
import re

import nbformat
import pytest
from live import why_not
from live_site import LIVE, live_pages, needs_live
from record import TWINS, chapters, code, comparable

pytestmark = [pytest.mark.site, needs_live]

FIGURE = {"hide-input", "remove-input"}
PAGES = [
    chapter.stem
    for chapter in chapters()
    if not why_not(chapter.stem)
    and any(not FIGURE & {*cell.metadata.get("tags", [])} for cell in code(chapter))
]

# Press Run on each cell of the page, in their order.
PRESS = """async () => {
  for (const box of document.querySelectorAll("article div.cell")) {
    const run = box.querySelector(".live-bar button");
    const latest = performance.now() + 60_000;
    run?.click();
    while (run && run.getAttribute("aria-disabled") !== "false")
      if (performance.now() > latest) throw new Error(`for long: ${box.innerText}`);
      else await new Promise((resolve) => setTimeout(resolve, 5));
  }
}"""
# What then stands under each, as pairs of kind and text; null where nothing ran.
READ = """() => [...document.querySelectorAll("article div.cell")].map((box) =>
  box.querySelector(".live-bar") && [...box.querySelectorAll(".live-result > .output")]
    .map((part) => [
      /text_(plain|html|latex)/.exec(part.className)?.[1] ?? "stream",
      (part.querySelector("math annotation") ?? part).textContent]))"""
# Formulas come a moment later: whether n of them are there, or never will be.
FORMULAS = """(n) => document.querySelector(".live-result > .traceback")
  || document.querySelectorAll(".live-result annotation").length === n"""


def words(kind, text):
    """Return what is compared of an output: of HTML what is read, of LaTeX the TeX."""
    if kind == "html":
        text = html.unescape(re.sub(r"(?s)<style.*?</style>|<[^>]*>", "", text))
        return kind, re.sub(r"\s", "", text)
    if kind == "latex":
        return kind, text.strip("$ ").removeprefix(r"\displaystyle").strip()
    return kind, comparable(text)


def recorded(cell):
    """Return what a page shows of a cell of a reference notebook."""
    for output in cell.outputs:
        data = output.get("data", {"text/stream": output.get("text")})
        kinds = "text/latex", "text/html", "text/plain", "text/stream"
        kind = next(kind for kind in kinds if kind in data)
        yield words(kind.removeprefix("text/"), data[kind])


@pytest.mark.parametrize("name", PAGES)
def test_cells_give_what_the_reference_notebook_holds(name, address, open_page):
    cells = json.loads((LIVE / f"cells/{name}.json").read_text("utf-8"))["cells"]
    twin = nbformat.read(TWINS / f"{name}.ipynb", 4).cells
    assert [cell["source"] for cell in cells] == [cell.source for cell in twin]

    page = open_page(f"{address}{name}.html")
    page.evaluate(PRESS)
    latex = sum("text/latex" in o.get("data", {}) for c in twin for o in c.outputs)
    page.wait_for_function(FORMULAS, arg=latex)
    shown = page.evaluate(READ)

    seen = [cell for cell in twin if cells[twin.index(cell)]["shown"]]
    ran = [
        (cell.source, [words(*part) for part in parts], [*recorded(cell)])
        for cell, parts in zip(seen, shown, strict=True)
        if parts is not None
    ]
    assert len(ran) == sum(not cell["figure"] for cell in cells)
    for source, found, wanted in ran:
        assert found == wanted, source
    assert not page.problems


def test_all_chapters_run_but_those_that_say_why_not():
    assert live_pages() == sorted(PAGES)
