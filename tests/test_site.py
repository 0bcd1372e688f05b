"""The built site, as a reader meets it in a browser: ``make site-test``."""

import contextlib
import functools
import os
import re
import shutil
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

import nbformat
import pdf
import pytest
from bs4 import BeautifulSoup
from chromium import NAME, OWNER, REPOSITORY, contrast, violations
from lab import cells, lay_out
from nbclient import NotebookClient
from pdf import PDF, SITE, contents, printed
from playwright.sync_api import expect
from pypdf import PdfReader
from record import BOOK, TESTS
from test_notebooks import article, as_jupyter_shows, words

pytestmark = pytest.mark.site

ROOT = TESTS.parent
CHAPTERS = [page for _, part in contents() for page in part]
PAGES = [*CHAPTERS, "404", "search", "_modules/mlpnotes/network"]

soup = functools.cache(pdf.soup)

LOOK = """async () => {
  const images = [...document.images];
  for (const image of images) image.loading = "eager";
  const undecoded = [];
  for (const image of images)
    await image.decode().catch(() => undecoded.push(image.src));
  const article = document.querySelector("article, main").cloneNode(true);
  for (const code of article.querySelectorAll("pre, code, mjx-container, script"))
    code.remove();
  return {
    undecoded, text: article.textContent,
    unsized: [...document.querySelectorAll("article img")].filter((image) =>
      !image.getAttribute("width") || !image.getAttribute("height")
      || !image.alt != !!image.ariaHidden).map((i) => i.src),
    fonts: [...document.fonts].filter((f) => f.status === "error").length,
  };
}"""
OVERFLOW = "document.documentElement.scrollWidth - innerWidth"
PROSE = {"exclude": ["mjx-math"]}  # thousands of boxes, hidden from readers


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_page(open_page, address, name, theme):
    page = open_page(f"{address}{name}.html", theme)
    seen = page.evaluate(LOOK)
    assert seen["undecoded"] == []
    assert seen["unsized"] == []
    assert seen["fonts"] == 0
    raw = re.findall(
        r".{0,20}(?:\$|\\\w{2,}|Math input error|\{\w+\}`).{0,20}", seen["text"]
    )
    assert raw == []
    assert page.locator("mjx-merror").count() == 0
    assert page.locator("html").get_attribute("data-theme") == theme
    assert page.evaluate(OVERFLOW) <= 0
    assert page.problems == []
    assert violations(page, PROSE) == []


@pytest.mark.parametrize("name", PAGES)
def test_narrow_page(open_page, address, name):
    page = open_page(f"{address}{name}.html", width=390)
    assert page.evaluate(OVERFLOW) <= 0
    assert page.problems == []
    rules = {"color-contrast": {"enabled": False}}  # of the wide page, and see below
    assert violations(page, PROSE, rules=rules) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_header_and_menu_of_a_narrow_page_have_contrast(open_page, address, theme):
    page = open_page(f"{address}lemma-2.html", theme, 390)
    only = {"runOnly": ["color-contrast"]}
    assert violations(page, PROSE, **only) == []
    page.locator("button.primary-toggle:visible").click()
    page.locator(".bd-sidebar-primary a:visible").first.wait_for()
    assert violations(page, PROSE, **only) == []


def test_every_page_fits_320_pixels(open_page, address):
    page = open_page(f"{address}intro.html", width=320)
    for path in sorted(SITE.rglob("*.html")):
        name = path.relative_to(SITE).as_posix()
        if name != "index.html":  # it leads on to the first page
            page.goto(f"{address}{name}")
            assert page.evaluate(OVERFLOW) <= 0, name


BLOCKED = """for (const kind of ["localStorage", "sessionStorage"])
  Object.defineProperty(window, kind, {configurable: true, get() {
    throw new DOMException("Access is denied for this document.", "SecurityError");
  }});"""


def test_with_site_data_blocked_everything_works(open_page, address):
    page = open_page(f"{address}search.html?q=softmax+jacobian", first=BLOCKED)
    result = page.locator('#search-results ul.search a[href*="lemma-1.html"]').first
    result.click()
    page.locator("article .highlighted").first.wait_for()
    theme = page.locator("html")
    assert theme.get_attribute("data-theme") == "light"
    switch = page.locator("button.theme-switch-button:visible").first
    while theme.get_attribute("data-theme") == "light":
        switch.click()
    sidebar = page.locator(".bd-sidebar-primary")
    sidebar.evaluate("sidebar => sidebar.scrollTop = 70")
    page.locator("a.right-next").click()
    page.wait_for_url("**/lemma-2.html")
    assert theme.get_attribute("data-theme") == "dark"
    assert sidebar.evaluate("sidebar => sidebar.scrollTop") == 70
    page.locator('article a[href$="#equation-eq-2"]').first.hover()
    page.locator(".tippy-box").wait_for()
    page.locator("div.cell_input:visible").first.hover()
    page.locator("button.copybtn:visible").first.click()
    # leaving a page breaks off what it still loads
    assert [p for p in page.problems if not p.startswith("failed: ")] == []


@pytest.mark.parametrize("name", ["lemma-2", "your-backprop", "playground"])
def test_paper_is_light(open_page, address, name):
    page = open_page(f"{address}{name}.html", "dark")
    page.evaluate("""() => addEventListener("beforeprint", () =>
      window.printed = document.documentElement.dataset.theme)""")
    page.pdf()
    theme = page.locator("html")
    assert page.evaluate("window.printed") == "light"
    assert theme.get_attribute("data-theme") == "dark"
    page.emulate_media(media="print")
    theme.locator("xpath=self::*[@data-theme='light']").wait_for()
    # a printer leaves out backgrounds: every word must show on white
    page.add_style_tag(
        content="""@media print {
      * { background: none !important; } html { background: white !important; }}"""
    )
    assert violations(page, PROSE, runOnly=["color-contrast"]) == []
    images = page.locator("article img:visible")
    filters = images.evaluate_all("all => all.map((i) => getComputedStyle(i).filter)")
    assert set(filters) == {"none"}
    page.emulate_media(media="screen")
    theme.locator("xpath=self::*[@data-theme='dark']").wait_for()
    assert page.problems == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_forced_colours_choose_the_ground_of_figures(open_page, address, theme):
    other = {"light": "dark", "dark": "light"}[theme]
    page = open_page(
        f"{address}lemma-2.html", theme, forced_colors="active",
        first=f'localStorage.setItem("mode", "{other}")',
    )  # fmt: skip
    assert page.locator("html").get_attribute("data-theme") == other
    filters = page.locator(".cell_output img").evaluate_all(
        "all => all.map((i) => getComputedStyle(i).filter)"
    )
    assert filters
    for found in filters:
        assert ("invert" in found) == (theme == "dark")
    assert page.problems == []


def test_pages_with_mathematics_have_it_typeset():
    for chapter in CHAPTERS:
        source = (BOOK / f"{chapter}.md").read_text("utf-8")
        typeset = soup(chapter).select("article mjx-container")
        assert bool(typeset) >= ("$" in source), chapter
        spoken = soup(chapter).select("article mjx-assistive-mml math")
        assert len(spoken) == len(typeset)


def test_equation_numbers_are_their_labels():
    shown = []
    for chapter in CHAPTERS:
        for math in soup(chapter).select('div.math[id^="equation-eq-"]'):
            number = math.select_one(".eqno").get_text().strip("#¶")
            assert number == f"({math['id'].removeprefix('equation-eq-')})"
            shown.append(number)
    assert sorted(shown) == sorted(f"({n})" for n in range(1, 56))


def lettered():
    """Return the equations that are not the source's: label -> number, as shown."""
    return {
        math["id"]: math.select_one(".eqno").get_text().strip("#¶")
        for chapter in CHAPTERS
        for math in soup(chapter).select('div.math[id^="equation-"]')
        if not re.match(r"equation-eq-\d", math["id"])
    }


def test_a_lettered_equation_has_one_name_in_the_whole_book():
    numbers = lettered()
    assert len(numbers) > 10
    assert len(set(numbers.values())) == len(numbers)
    letters = [re.fullmatch(r"\(([A-Z]+)\d+\)", n)[1] for n in numbers.values()]
    assert letters == sorted(letters)  # in the order of the book
    assert letters[0] == "A"
    for chapter in CHAPTERS:
        for link in soup(chapter).select("article a.reference[href*='#equation-']"):
            label = urldefrag(link["href"])[1]
            if label in numbers and link.get_text().startswith("("):
                assert link.get_text() == numbers[label], (chapter, label)


def test_links_and_anchors_resolve():
    base = "http://site/"
    names = (p.relative_to(SITE).as_posix() for p in SITE.rglob("*.html"))
    pages = {n: soup(n.removesuffix(".html")) for n in names if n != "404.html"}
    anchors = {name: {t["id"] for t in s.select("[id]")} for name, s in pages.items()}
    broken, count = [], 0
    for name, page in pages.items():
        for tag in page.select("[href], [src]"):
            link = tag.get("href") or tag.get("src") or ""
            url, anchor = urldefrag(urljoin(base + name, link))
            if not url.startswith(base) or link.startswith("data:"):
                continue
            count += 1
            target = unquote(urlsplit(url).path.lstrip("/"))
            if not (SITE / target).is_file() or (
                anchor and target in anchors and anchor not in anchors[target]
            ):
                broken.append((name, link))
    assert broken == []
    assert count > 3000


def searched(open_page, address, query):
    """Open the page of a search that has ended."""
    page = open_page(f"{address}search.html?q={query.replace(' ', '+')}")
    page.get_by_text("Search finished").wait_for()
    return page


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("softmax jacobian", "lemma-1"),
        ("cross-entropy", "lemma-2"),
        ("outer product", "lemma-4"),
        ("sigmoid derivative", "lemma-5"),
        ("chain rule", "chain-rule"),
        ("second hidden layer", "step-1"),
        ("penalty weights", "regularization"),
        ("complex step", "gradient-check"),
        ("diagnose", "your-backprop"),
        ("pytorch textbook", "speed"),
        ("momentum", "further"),
        ("jacobian", "lemma-1"),
        ("notation", "notation"),
        ("slips", "errata"),
    ],
)
def test_search_finds(open_page, address, query, expected):
    page = searched(open_page, address, query)
    found = page.locator("#search-results ul.search > li > a").evaluate_all(
        "links => links.slice(0, 5).map((a) => new URL(a.href).pathname)"
    )
    assert f"/{NAME}/{expected}.html" in found
    assert page.problems == []


@pytest.mark.parametrize("query", ["jacobian", "softmax", "backward", "dz3"])
def test_search_lists_chapters_before_appendices(open_page, address, query):
    page = searched(open_page, address, query)
    found = page.locator("#search-results ul.search > li > a").evaluate_all(
        "links => links.map((a) => new URL(a.href).pathname)"
    )
    names = [path.removeprefix(f"/{NAME}/").removesuffix(".html") for path in found]
    behind = [name in contents()[-1][1] for name in names]
    assert behind == sorted(behind), names
    assert sum(behind) < len(behind)
    assert names[-1] == "api"


@pytest.mark.parametrize(
    "query", ["44", "(44)", "eq 44", "Eq. (44)", "eq-44", "equation 44", "4", "(4)"]
)
def test_search_finds_an_equation_by_its_number(open_page, address, query):
    number = re.search(r"\d+", query)[0]
    page = searched(open_page, address, query)
    first = page.locator("#search-results ul.search > li > a").first
    (chapter,) = (
        c for c in CHAPTERS if soup(c).select(f"article [id=equation-eq-{number}]")
    )
    assert first.inner_text() == f"({number})"
    first.click()
    page.wait_for_url(f"**/{chapter}.html*#equation-eq-{number}")
    assert page.problems == []


def test_search_finds_a_lettered_equation_and_knows_it_from_an_array(
    open_page, address
):
    anchors = {number: label for label, number in lettered().items()}
    for query, expected in (("(B1)", True), ("B1", True), ("b1", False)):
        page = searched(open_page, address, query)
        first = page.locator("#search-results ul.search > li > a").first
        found = urldefrag(first.get_attribute("href"))[1]
        assert (found == anchors["(B1)"]) == expected, query


def test_search_finds_a_function_by_its_name(open_page, address):
    page = searched(open_page, address, "loss_gradient")
    first = page.locator("#search-results ul.search > li > a").first
    assert first.inner_text() == "mlpnotes.network.loss_gradient"


def test_buttons_point_where_they_should():
    page = soup("lemma-1")
    menu = {
        a.get_text(strip=True): a["href"] for a in page.select("ul.dropdown-menu a")
    }
    assert menu == {
        "Binder": f"https://mybinder.org/v2/gh/{OWNER}/{NAME}/main"
        "?urlpath=lab/tree/notebooks/lemma-1.ipynb",
        "Colab": f"https://colab.research.google.com/github/{OWNER}/{NAME}"
        "/blob/gh-pages/_sources/lemma-1.ipynb",
        "On your machine": "intro.html#run-it-yourself",
        "Repository": REPOSITORY,
        "Edit this page": f"{REPOSITORY}/edit/main/book/lemma-1.md",
        "Report a problem": f"{REPOSITORY}/issues/new?title=Page%20lemma-1%3A%20",
        "Notebook": "_sources/lemma-1.ipynb",
        "Markdown": "_sources/lemma-1.md",
        "Whole book (PDF)": PDF,
    }
    assert soup("api").find("a", string=re.compile("Binder")) is None
    following = page.select_one("a.right-next")["href"]
    assert (page.select_one("a.left-prev")["href"], following) == (
        "chain-rule.html",
        "lemma-2.html",
    )


def git(*arguments):
    """Return what git says, nothing where it is missing or knows no repository."""
    try:
        return subprocess.run(
            ["git", *arguments], cwd=ROOT, capture_output=True, text=True,
            encoding="utf-8", check=True,
        ).stdout  # fmt: skip
    except (FileNotFoundError, subprocess.CalledProcessError):
        return ""


def test_metadata():
    shallow = "true" in git("rev-parse", "--is-shallow-repository")
    site = f"https://{OWNER}.github.io/{NAME}/"
    for chapter in CHAPTERS:
        head = soup(chapter).head
        assert head.select_one("link[rel=canonical]")["href"] == f"{site}{chapter}.html"
        for name in ("description", "og:description", "og:title", "og:image"):
            tag = head.select_one(f'meta[name="{name}"], meta[property="{name}"]')
            assert len(tag["content"]) > 4, (chapter, name)
            assert not re.search(r"[$\\{}]", tag["content"]), (chapter, tag["content"])
        footer = soup(chapter).select_one(".bd-footer").parent.get_text()
        committed = git("log", "-1", "--format=%h", "--", f"book/{chapter}.md")
        assert shallow or ("Last updated" in footer) == bool(committed), chapter
    sitemap = (SITE / "sitemap.xml").read_text("utf-8")
    assert all(f"<loc>{site}{chapter}.html</loc>" in sitemap for chapter in CHAPTERS)
    image = urlsplit(soup("intro").select_one('meta[property="og:image"]')["content"])
    assert (SITE / image.path.removeprefix(f"/{NAME}/")).is_file()


def test_page_404_leads_back_from_any_depth(open_page, address):
    html = (SITE / "404.html").read_text("utf-8")
    links = [a["href"] for a in BeautifulSoup(html, "html.parser").select("article a")]
    assert len(links) == 4
    for link in links:
        page = open_page(urljoin(address, link))
        assert page.problems == []


def test_nothing_else_names_the_repository():
    files = git("ls-files", "-z").split("\0")
    if "book/_config.yml" not in files:
        pytest.skip("git does not know which files are the project's")
    naming = [
        name
        for name in filter(None, files)
        if f"{OWNER}/{NAME}".encode() in (ROOT / name).read_bytes()
    ]
    assert naming == ["README.md", "book/_config.yml", "pyproject.toml"]


def test_a_fork_changes_one_line(tmp_path):
    """Build a copy with another address: only that one may appear."""
    for folder in ("book", "src", "benchmarks"):
        shutil.copytree(
            ROOT / folder, tmp_path / folder,
            ignore=shutil.ignore_patterns(
                "html", ".doctrees", "jupyter_execute", "node_modules"
            ),
        )  # fmt: skip
    settings = tmp_path / "book" / "_config.yml"
    text = settings.read_text("utf-8")
    assert text.count(REPOSITORY) == 1
    settings.write_text(
        text.replace(REPOSITORY, "https://github.com/ada/notes"), "utf-8"
    )
    build = subprocess.run(
        [Path(sys.executable).with_name("jupyter-book"), "build", tmp_path / "book"],
        cwd=tmp_path, capture_output=True, encoding="utf-8",
        env=os.environ | {"PYTHONPATH": str(tmp_path / "src")},
    )  # fmt: skip
    assert build.returncode == 0, build.stdout[-2000:] + build.stderr[-2000:]
    html = tmp_path / "book" / "_build" / "html"
    for path in html.rglob("*"):
        if path.suffix in (".html", ".ipynb", ".xml", ".js"):
            text = path.read_text("utf-8")
            assert f"{OWNER}/{NAME}" not in text, path
            assert f"{OWNER}.github.io" not in text, path
    assert "ada/notes/blob/gh-pages" in (html / "lemma-1.html").read_text("utf-8")


def test_opens_from_the_file_system(open_page):
    for chapter in ("intro", "lemma-2"):
        page = open_page((SITE / f"{chapter}.html").as_uri())
        page.wait_for_timeout(300)
        assert page.problems == []
        page.goto((SITE / "search.html").as_uri() + "?q=momentum")
        page.get_by_text("Search finished").wait_for()
        page.wait_for_timeout(300)
        assert page.problems == []
        page.go_back()
        loaded = page.evaluate(
            "[...document.fonts].filter(f => f.status == 'loaded').map(f => f.family)"
        )
        assert any("MJXTEX" in family for family in loaded)
        assert any("Awesome" in family for family in loaded)


def test_nothing_moves_while_a_page_arrives(browser, address):
    for name in ("lemma-2", "step-2", "mnist"):
        page = browser.new_page(viewport={"width": 1000, "height": 900})
        page.add_init_script("""
            window.shift = 0;
            new PerformanceObserver((list) => {
              for (const e of list.getEntries())
                if (!e.hadRecentInput) window.shift += e.value;
            }).observe({type: "layout-shift", buffered: true});""")
        session = page.context.new_cdp_session(page)
        session.send("Emulation.setCPUThrottlingRate", {"rate": 6})
        page.goto(f"{address}{name}.html")
        for _ in range(5):
            page.mouse.wheel(0, 800)
            page.wait_for_timeout(200)
        assert page.evaluate("window.shift") < 0.02, name
        page.close()


@pytest.mark.parametrize("name", ["equation-eq-2", "lem-1", "symbol-dz3"])
@pytest.mark.parametrize("how", ["hover", "focus"])
def test_a_reference_shows_what_it_refers_to(open_page, address, name, how):
    page = open_page(f"{address}lemma-2.html")
    link = page.locator(f'article a[href$="#{name}"]').first
    getattr(link, how)()
    tip = page.locator(".tippy-box")
    tip.wait_for()
    assert tip.locator("mjx-container").count() >= 1
    assert page.problems == []


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("da2", "da2 (B, n2), (28)"),
        ("dW1", "dW1 (n0, n1), (51)"),
        ("a1", "a1 (B, n1), (38)"),
        ("W2", "W2 (n1, n2)"),
        ("b3", "b3 (K,)"),
        ("X", "X (B, n0)"),
    ],
)
def test_a_name_of_an_array_says_its_shape_its_equation_and_what_it_is(
    open_page, address, name, first
):
    link = f'article a[href$="#symbol-{name}"]'
    chapter = next(
        c for c in CHAPTERS
        if any(not a.find_parent(class_="dropdown") for a in soup(c).select(link))
    )  # fmt: skip
    page = open_page(f"{address}{chapter}.html")
    page.locator(f"{link} >> visible=true").first.hover()
    tip = page.locator(".tippy-box")
    tip.wait_for()
    said, meaning = tip.locator("p").all()
    assert " ".join(said.inner_text().split()) == first
    assert len(meaning.inner_text()) > 5
    for equation in said.locator("a").all():
        assert equation.inner_text() in first
    assert page.problems == []


@pytest.mark.parametrize("how", ["hover", "focus"])
def test_a_tip_can_be_pointed_at_and_closed_and_is_not_printed(open_page, address, how):
    page = open_page(f"{address}lemma-2.html")
    link = page.locator('article a[href$="#lem-1"]').first
    getattr(link, how)()
    tip = page.locator(".tippy-box")
    tip.wait_for()
    if how == "hover":
        box = tip.bounding_box()
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        page.mouse.move(x, y, steps=9)
        page.wait_for_timeout(600)
        assert tip.is_visible()
    described = link.get_attribute("aria-describedby")
    assert page.locator(f"#{described} .tippy-box").count() == 1
    page.emulate_media(media="print")
    assert not tip.is_visible()
    page.emulate_media(media="screen")
    page.keyboard.press("Escape")
    tip.wait_for(state="detached")
    assert page.problems == []


def test_search_shows_words_of_articles(open_page, address):
    page = open_page(f"{address}search.html?q=notes")
    context = page.locator("#search-results p.context")
    context.first.wait_for()
    page.wait_for_load_state("networkidle")
    shown = " ".join(context.all_inner_texts())
    assert "notes" in shown.lower()
    assert not re.search("Report a problem|Repository|Download|Toggle", shown)
    assert page.problems == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_keys_of_the_search_can_be_read(open_page, address, theme):
    page = open_page(f"{address}search.html", theme)
    seen = page.locator(".bd-search-container form span").evaluate("""(keys) => {
      const field = keys.parentElement.querySelector("input");
      return [[keys, "color"], [field, "backgroundColor"]].map(([element, which]) =>
        getComputedStyle(element)[which].match(/[\\d.]+/g).map(Number));
    }""")
    assert contrast(*seen) > 4.5


def test_ids_are_given_once():
    for path in sorted(SITE.rglob("*.html")):
        name = path.relative_to(SITE).as_posix().removesuffix(".html")
        ids = [tag["id"] for tag in soup(name).select("[id]")]
        assert sorted(ids) == sorted(set(ids)), name


WIDE = "article figure > .wide"


@pytest.mark.parametrize("width", [320, 390])
def test_wide_figures_stay_readable_on_a_phone(open_page, address, width):
    chapter = next(c for c in CHAPTERS if soup(c).select(WIDE))
    page = open_page(f"{address}{chapter}.html", width=width)
    for box in page.locator(WIDE).all():
        box.scroll_into_view_if_needed()
        assert box.locator("img").bounding_box()["width"] > 500
        assert box.get_attribute("data-more") == "end"
        box.focus()
        page.keyboard.press("ArrowRight")
        page.wait_for_function("document.activeElement.scrollLeft > 0")
        caption = box.locator("xpath=../figcaption").bounding_box()
        assert caption["x"] >= 0  # stays
        assert caption["x"] + caption["width"] <= width
    assert page.evaluate(OVERFLOW) <= 0


STRIPS = [c for c in CHAPTERS if "-strip\n" in (BOOK / f"{c}.md").read_text("utf-8")]
ROWS = """(strip) => [...strip.querySelectorAll("img")].map((image) => {
  const {width, height} = image.getBoundingClientRect();
  const {objectFit, objectPosition} = getComputedStyle(image);
  const scale = height / image.naturalHeight;
  const share = width / scale / image.naturalWidth;
  const padding = parseFloat(getComputedStyle(image).padding);
  return {shown: width > 0, scale, share, objectFit, objectPosition, padding};
})"""


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 390])
def test_the_strip_stands_in_two_rows_on_a_phone(open_page, address, width, theme):
    assert len(STRIPS) > 10
    for chapter in STRIPS[:3]:
        page = open_page(f"{address}{chapter}.html", theme, width)
        strip = page.locator("figure[id$='-strip'] .strip")
        strip.scroll_into_view_if_needed()
        page.wait_for_function(
            "[...document.querySelectorAll('.strip img')].every((i) => i.naturalWidth)"
        )
        left, right = strip.evaluate(ROWS)
        for row in (left, right):
            assert row["shown"]
            assert row["objectFit"] == "cover"
            assert row["padding"] == 0
            assert 0.54 < row["share"] < 0.56  # the label in the middle is in both
            # its letters are 46 pixels of the picture
            assert row["scale"] * 46 > (11 if width > 360 else 10)
        assert (left["objectPosition"], right["objectPosition"]) == (
            "0% 50%", "100% 50%",
        )  # fmt: skip
        page.emulate_media(media="print")
        assert strip.evaluate(ROWS)[1]["shown"] is False


def test_the_strip_stands_once_on_a_wide_screen(open_page, address):
    for chapter in STRIPS[:3]:
        page = open_page(f"{address}{chapter}.html")
        one, other = page.locator(".strip img").all()
        assert one.is_visible()
        assert not other.is_visible()
        assert one.get_attribute("src") == other.get_attribute("src")
        assert other.get_attribute("aria-hidden") == "true"


HIDDEN = """() => [...document.querySelectorAll("article div.math")].map((math) => {
  const box = math.querySelector("mjx-container");
  const number = math.querySelector(".eqno")?.getBoundingClientRect();
  const edge = math.getBoundingClientRect().right;
  return {
    id: math.id, more: box.dataset.more ?? "",
    cut: box.scrollWidth - box.clientWidth,
    masked: getComputedStyle(box).maskImage !== "none",
    numbered: !number || number.right <= Math.min(edge + 1, innerWidth),
  };
})"""


@pytest.mark.parametrize("width", [320, 390])
def test_a_formula_that_is_cut_fades_where_it_goes_on(open_page, address, width):
    cut = 0
    page = open_page(f"{address}intro.html", width=width)
    for chapter in CHAPTERS:
        page.goto(f"{address}{chapter}.html")
        for formula in page.evaluate(HIDDEN):
            assert formula["numbered"], (chapter, formula)
            assert formula["masked"] == (formula["cut"] > 1), (chapter, formula)
            assert formula["more"] == "end" * (formula["cut"] > 1), (chapter, formula)
            cut += formula["cut"] > 1
    assert cut > 20


INLINE = """() => [...document.querySelectorAll("article span.math")].filter(
  (math) => math.scrollWidth > math.clientWidth + 1).map((math) => ({
    scrolls: getComputedStyle(math).overflowX, more: math.dataset.more,
    masked: getComputedStyle(math).maskImage !== "none", role: math.role }))"""


def test_a_formula_in_a_line_is_never_cut_without_a_sign(open_page, address):
    marked = {"scrolls": "auto", "more": "end", "masked": True, "role": "group"}
    page = open_page(f"{address}intro.html", width=390)
    found = []
    for chapter in CHAPTERS:
        page.goto(f"{address}{chapter}.html")
        found += page.evaluate(INLINE)
    assert all(formula == marked for formula in found), found
    assert 0 < len(found) < 15  # none because of what only a screen reader meets


ALONE = """() => {
  const found = [];
  const signs = /^[.,;:!?)\\]”’]/;
  for (const math of document.querySelectorAll("article span.math")) {
    const walker = document.createTreeWalker(
      math.closest("p, caption, li, dd, h1, h2, h3") ?? math.parentElement,
      NodeFilter.SHOW_TEXT, (text) => math.contains(text)
        ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT);
    walker.currentNode = math;
    for (math; math.contains(walker.currentNode);) if (!walker.nextNode()) break;
    const text = walker.currentNode;
    if (text.nodeType !== Node.TEXT_NODE || !signs.test(text.data)) continue;
    const range = document.createRange();
    range.setStart(text, 0);
    range.setEnd(text, 1);
    const sign = range.getBoundingClientRect(), box = math.getBoundingClientRect();
    if (box.width && sign.left < box.left) found.push(text.data.slice(0, 20));
    else document.glued = (document.glued ?? 0) + 1;
  }
  return [found, document.glued ?? 0];
}"""


@pytest.mark.parametrize("width", [390, 800, 1280])
def test_no_line_begins_with_the_comma_of_a_formula(open_page, address, width):
    page = open_page(f"{address}intro.html", width=width)
    seen = 0
    for chapter in CHAPTERS:
        page.goto(f"{address}{chapter}.html")
        alone, count = page.evaluate(ALONE)
        assert alone == [], chapter
        seen += count
    assert seen > 500


BROKEN = """() => [...document.querySelectorAll("article p code")].filter((code) =>
  code.textContent.length <= 20 && code.getClientRects().length > 1)
  .map((code) => code.textContent)"""


def test_short_code_in_a_line_stays_on_it(open_page, address):
    page = open_page(f"{address}intro.html", width=390)
    for chapter in CHAPTERS:
        page.goto(f"{address}{chapter}.html")
        assert page.evaluate(BROKEN) == [], chapter
    page.goto(f"{address}equations.html")
    for planted in page.get_by_text("errors planted").all():
        assert planted.evaluate("(words) => words.getClientRects().length") == 1


CODE = """() => [...document.querySelectorAll("article .cell_input pre")].filter(
  (code) => code.scrollWidth > code.clientWidth).map((code) => code.textContent)"""


def test_a_line_of_72_letters_needs_no_scrolling(open_page, address):
    page = open_page(f"{address}intro.html", width=1280)
    page.add_init_script("""addEventListener("load", () => {
      for (const box of document.querySelectorAll("details")) box.open = true; })""")
    for chapter in CHAPTERS:
        page.goto(f"{address}{chapter}.html")
        for code in page.evaluate(CODE):
            assert max(map(len, code.splitlines())) > 72, (chapter, code)


@pytest.mark.parametrize("how", ["tap", "keyboard"])
def test_the_whole_title_of_a_solution_opens_it(open_page, address, how):
    chapter = next(c for c in CHAPTERS if soup(c).select(".solution"))
    page = open_page(f"{address}{chapter}.html", width=390)
    for title in page.locator(".solution > .admonition-title").all():
        assert title.locator("a").count() == 0
        button = title.locator("button")
        title.evaluate("""(title) => {
          const words = document.createElement("em");  // as a formula would be
          words.append(title.firstChild);
          title.prepend(words);
        }""")
        box = title.bounding_box()
        for open_now in ("true", "false"):
            if how == "keyboard":
                button.press("Enter")
            else:
                title.click(position={"x": 40, "y": box["height"] - 12})
            assert button.get_attribute("aria-expanded") == open_now
    assert page.url.endswith(f"{chapter}.html")
    assert page.problems == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_folded_boxes_look_alike(open_page, address, theme):
    seen = set()
    for chapter in CHAPTERS:
        boxes = "details.sd-dropdown, div.admonition.dropdown:not(.solution)"
        if not soup(chapter).select(boxes):
            continue
        page = open_page(f"{address}{chapter}.html", theme)
        for title in page.locator(boxes).locator(
            "css=:scope > summary, :scope > .admonition-title"
        ).all():  # fmt: skip
            seen.add(tuple(title.evaluate("""(title) => {
              const box = getComputedStyle(title.parentElement);
              const {backgroundColor, fontWeight, paddingLeft, height} =
                getComputedStyle(title);
              return [backgroundColor, fontWeight, paddingLeft, height,
                box.borderLeft, box.boxShadow, box.marginTop];
            }""")))  # fmt: skip
    assert len(seen) == 1, seen


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_code_of_a_figure_opens_where_its_title_stands(open_page, address, theme):
    page = open_page(f"{address}lemma-2.html", theme)
    box = page.locator("details.hide").first
    closed = box.locator("p.collapsed").bounding_box()
    box.locator("summary").click()
    page.wait_for_timeout(500)
    opened = box.locator("p.expanded").bounding_box()
    code = box.locator(".cell_input").bounding_box()
    figure = box.locator("xpath=..").bounding_box()
    assert closed["x"] == opened["x"] == code["x"] == figure["x"]
    assert code["width"] == figure["width"]
    page.goto(f"{address}playground.html")
    board = page.locator(".text_html").first
    assert board.evaluate("(board) => getComputedStyle(board).padding") == "0px"


def test_a_wide_figure_says_that_it_goes_on(open_page, address):
    chapter = next(c for c in CHAPTERS if soup(c).select(WIDE))
    page = open_page(f"{address}{chapter}.html", width=390)
    hint = """(box) => {
      const {content, visibility} =
        getComputedStyle(box.nextElementSibling, "::before");
      return [content, visibility];
    }"""
    box = page.locator(WIDE).first
    said = '"swipe →" / ""'  # nothing to a screen reader
    assert box.evaluate(hint) == [said, "visible"]
    box.evaluate("(box) => box.scrollLeft = 9999")
    expect(box).to_have_attribute("data-more", "start")
    assert box.evaluate(hint) == [said, "hidden"]
    page.emulate_media(media="print")
    assert box.evaluate(hint)[0] == "none"
    page.emulate_media(media="screen")
    page.set_viewport_size({"width": 1280, "height": 900})
    assert box.evaluate(hint)[0] == "none"


def test_tables_of_a_phone_have_room_for_sentences_and_a_caption_that_stays(
    open_page, address
):
    page = open_page(f"{address}notation.html", width=390)
    for table in page.locator("table.wordy").all():
        cell = table.locator("tr:last-child > td:last-child")
        assert cell.bounding_box()["width"] >= 16 * 16
    page.goto(f"{address}speed.html")
    for caption in page.locator("caption:visible").all():
        caption.evaluate(
            "(caption) => caption.parentElement.parentElement.scrollLeft = 99"
        )
        place = caption.bounding_box()
        assert place["x"] >= 0
        assert place["x"] + place["width"] <= 390


def test_the_fade_follows_what_is_hidden(open_page, address):
    page = open_page(f"{address}lemma-2.html", width=390)
    box = page.locator("#equation-eq-13 mjx-container")
    for place, more in ((0, "end"), (40, "start end"), (9999, "start")):
        box.evaluate("(box, place) => box.scrollLeft = place", place)
        expect(box).to_have_attribute("data-more", more)
    assert box.evaluate("(box) => getComputedStyle(box).maskImage").count("gradient")
    page.emulate_media(media="print")
    assert box.evaluate("(box) => getComputedStyle(box).maskImage") == "none"


SAYS = """() => [...document.querySelectorAll(".cell_output pre")].map((pre) => [
  pre.textContent, pre.scrollWidth - pre.clientWidth])"""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_sentence_wraps_on_a_phone_and_a_table_scrolls(open_page, address, theme):
    page = open_page(f"{address}intro.html", theme, 390)
    long = scrolls = 0
    for chapter in CHAPTERS:
        page.goto(f"{address}{chapter}.html")
        for text, hidden in page.evaluate(SAYS):
            if re.search(r"\S {2,}\S|^ *\[", text, re.MULTILINE):
                scrolls += hidden > 0
            else:
                assert hidden <= 0, (chapter, text)
                long += max(map(len, text.splitlines())) > 45
    assert long > 10
    assert scrolls


def test_what_scrolls_has_a_role_and_a_name(open_page, address):
    named = 0
    for chapter in ("lemma-2", "network", "step-2", "notation"):
        page = open_page(f"{address}{chapter}.html", width=320)
        boxes = page.locator("article [tabindex='0']:not(a, button)")
        # all at one moment: a font that arrives late makes boxes scroll, or not
        for role, name in boxes.evaluate_all(
            "all => all.map((box) => [box.role, box.ariaLabel])"
        ):
            assert role == "group"
            assert name.endswith(", scrolls")
            named += 1
    assert named > 10


def test_paper_has_no_buttons(open_page, address):
    page = open_page(f"{address}lemma-1.html?highlight=softmax")
    for button in ("button.toggle-button", ".highlight-link"):
        assert page.locator(button).first.is_visible()
    page.emulate_media(media="print")
    for button in page.locator("article button, .highlight-link").all():
        assert not button.is_visible()


def test_copied_code_has_no_prompts(open_page, address):
    page = open_page(
        f"{address}api.html", permissions=["clipboard-read", "clipboard-write"]
    )
    block = page.locator("div.highlight", has_text=">>>").first
    block.hover()
    block.locator("button.copybtn").click()
    copied = page.wait_for_function("navigator.clipboard.readText()").json_value()
    assert ">>>" not in copied


def test_keyboard_reaches_the_content_and_shows_where_it_is(open_page, address):
    page = open_page(f"{address}lemma-2.html")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to main content"
    page.keyboard.press("Enter")
    for _ in range(8):
        page.keyboard.press("Tab")
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline != "none"
    page.locator(".bd-sidebar-secondary a.nav-link").first.focus()
    page.keyboard.press("Tab")
    ring, accent = page.evaluate("""() => {
      const probe = document.body.appendChild(document.createElement("i"));
      probe.style.color = "var(--accent)";
      const {boxShadow} = getComputedStyle(document.activeElement);
      return [boxShadow, getComputedStyle(probe).color];
    }""")
    assert accent in ring


@pytest.mark.parametrize("chapter", ["lemma-1", "your-backprop", "regularization"])
def test_downloaded_notebook_runs_as_it_is(chapter, tmp_path):
    notebook = nbformat.read(SITE / "_sources" / f"{chapter}.ipynb", 4)
    nbformat.validate(notebook)
    outputs = [o for c in notebook.cells for o in c.get("outputs", [])]
    assert any("image/png" in o.get("data", {}) for o in outputs)
    assert "find_spec" in notebook.cells[0].source
    NotebookClient(
        notebook, kernel_name="python3", resources={"metadata": {"path": tmp_path}}
    ).execute()


@pytest.mark.parametrize("chapter", [p.stem for p in (TESTS / "notebooks").iterdir()])
def test_downloaded_notebook_holds_what_the_page_holds(chapter):
    notebook = nbformat.read(SITE / "_sources" / f"{chapter}.ipynb", 4)
    seen, got = article(soup(chapter)), as_jupyter_shows(notebook)
    text = "\n".join(c.source for c in notebook.cells if c.cell_type == "markdown")
    numbers = [tag.get_text().strip("()#") for tag in seen.select(".eqno")]
    assert re.findall(r"\\tag\{(.*?)\}", text) == numbers
    for what, on_the_page, pattern in (
        ("exercises", "div.exercise", r"^### Exercise \d+"),
        ("solutions", "div.solution", r"^### Solution to Exercise \d+"),
        ("lemmas", "div.lemma", r"^> \*\*Lemma \d+"),
        ("statements", "div.theorem, div.observation", r"^> \*\*(Theorem|Observation)"),
        ("proofs", "div.proof:not(:has(> .admonition-title))", r"^\*Proof\.\*"),
        ("hints", "div.dropdown:not(.solution), details.sd-dropdown", r"^<details>$"),
        ("captions", "figcaption", r"^\*\*Fig\. \d+\*\* "),
        ("tables", "table.table", r"^\| -|^<table>$"),
    ):
        found = re.findall(pattern, text, re.MULTILINE)
        assert len(found) == len(seen.select(on_the_page)), what
    assert len(got.select("div.math")) == len(seen.select("div.math"))
    for tag in [*seen.select("mjx-container, .eqno"), *got.select(".math")]:
        tag.decompose()
    assert words(got) == words(seen)


def test_solutions_of_downloaded_notebooks_are_closed():
    closed = 0
    for path in (SITE / "_sources").glob("*.ipynb"):
        for cell in nbformat.read(path, 4).cells:
            if cell.source.startswith("### Solution"):
                closed += cell.metadata["jp-MarkdownHeadingCollapsed"]
                assert len(cell.source.splitlines()) == 1  # what follows is hidden
    sources = [p.read_text("utf-8") for p in BOOK.glob("*.md")]
    assert closed == sum(text.count("{solution-start}") for text in sources) > 0


def test_downloaded_notebooks_are_plain_markdown():
    found = sorted(p.stem for p in (SITE / "_sources").glob("*.ipynb"))
    assert found == sorted(p.stem for p in (TESTS / "notebooks").glob("*.ipynb"))
    for path in (SITE / "_sources").glob("*.ipynb"):
        for cell in nbformat.read(path, 4).cells:
            if cell.cell_type == "markdown":
                raw = re.findall(
                    r"\{[\w:-]+\}`|^:{3,}|`{3}\{|^\(\S+\)=$|\$\$ \(|\{\{",
                    cell.source, flags=re.MULTILINE,
                )  # fmt: skip
                assert raw == [], (path.name, cell.source)


PRINTED = [page for _, part in printed() for page in part]


class Paper:
    """The PDF: the text of each page, and how low it reaches, from 0 to 1."""

    def __init__(self):
        self.reader = PdfReader(SITE / PDF)
        self.texts, self.empty = [], []
        for page in self.reader.pages:
            self.places = []
            text = page.extract_text(
                visitor_text=self.see_text, visitor_operand_before=self.see_picture
            )
            self.texts.append(" ".join(text.split()))
            foot, head = 22 * 72 / 25.4, (297 - 20) * 72 / 25.4
            lowest = min((y for y in self.places if y > foot), default=head)
            self.empty.append((lowest - foot) / (head - foot))
        self.pages = {  # from 0, of what is linked to
            name.lstrip("/"): self.reader.get_destination_page_number(there)
            for name, there in self.reader.named_destinations.items()
        }

    def see_text(self, text, cm, tm, *font):
        if text.strip():
            self.places.append(cm[1] * tm[4] + cm[3] * tm[5] + cm[5])

    def see_picture(self, operator, operands, cm, tm):
        if operator == b"Do":
            self.places.append(min(cm[5], cm[5] + cm[3]))


@pytest.fixture(scope="module")
def paper():
    return Paper()


def test_pages_of_the_pdf_are_full(paper):
    *pages, _ = paper.empty
    wasted = [number for number, part in enumerate(pages, 1) if part > 1 / 3]
    assert len(wasted) <= len(pages) / 15, wasted  # code stays with its output
    assert max(pages) < 0.6


def test_the_pdf_has_the_solutions_at_the_end(paper):
    assert "solutions" in paper.pages
    found = 0
    for chapter in PRINTED:
        for solution in soup(chapter).select("article div.solution"):
            there = paper.pages[f"{chapter}--{solution['id']}"]
            exercise = solution.find_previous("div", class_="exercise")["id"]
            assert there >= paper.pages["solutions"]
            here = paper.pages[f"{chapter}--{exercise}"]
            assert here < paper.pages["solutions"]
            link = f"Solution on page {there + 1}"
            assert any(link in text for text in paper.texts[here : here + 2])
            found += 1
    assert found >= 20
    assert paper.pages[PRINTED[-1]] <= paper.pages["solutions"]


def test_the_pdf_leaves_the_api_to_the_site(paper):
    assert not [name for name in paper.pages if name.split("--")[0] == "api"]
    addresses = [
        str(note.get_object().get("/A", {}).get("/URI", ""))
        for page in paper.reader.pages
        for note in page.get("/Annots") or []
    ]
    assert any("/api.html#mlpnotes." in address for address in addresses)


def test_the_pdf_keeps_an_output_with_its_code(paper):
    pages = ["".join(text.split()) for text in paper.texts]
    for chapter in PRINTED:
        for cell in soup(chapter).select("article div.cell"):
            code = cell.select_one("div.cell_input pre")
            said = cell.select_one("div.cell_output pre")
            if not code or not said or cell.select("details.hide"):
                continue
            last = "".join(code.get_text().rstrip().splitlines()[-1].split())
            first = "".join(said.get_text().strip().splitlines()[0].split())
            assert any(last + first in page for page in pages), (chapter, first)


def test_the_pdf_unfolds_what_a_page_folds():
    page = pdf.soup_of(pdf.document({}))
    assert page.select("details")
    for folded in page.select("details"):
        assert folded.has_attr("open")
        assert not folded.select(".cell_input:only-child")


def test_pdf(paper):
    reader = paper.reader
    book = " ".join(paper.texts)
    assert len(paper.texts) > 100
    for chapter in PRINTED:
        title = soup(chapter).select_one("h1").get_text().removesuffix("#")
        assert " ".join(title.split()) in book
    for number in range(1, 56):
        assert f"({number})" in book
    assert not re.search(r"\\frac|\\partial|Math input error", book)
    names = set(reader.named_destinations)
    inner = outer = 0
    for page in reader.pages:
        for note in page.get("/Annots") or []:
            note = note.get_object()
            if "/Dest" in note:
                assert str(note["/Dest"]).lstrip("/") in {n.lstrip("/") for n in names}
                inner += 1
            elif "/A" in note and "/URI" in note["/A"]:
                assert str(note["/A"]["/URI"]).startswith("http")
                outer += 1
    assert inner > 500
    assert outer > 5
    assert len(reader.outline) > 10
    # the longest line of code is not cut off
    longest = max(
        (
            line
            for code in soup("step-2").select("div.cell_input pre")
            for line in code.get_text().splitlines()
        ),
        key=len,
    )
    assert " ".join(longest.split()) in book


@pytest.fixture(scope="module")
def lab_home(tmp_path_factory):
    """Lay out the notebooks as make lab does, beside the chapters' sources."""
    home = tmp_path_factory.mktemp("lab")
    lay_out(folder=home / "notebooks")
    shutil.copytree(BOOK, home / "book", ignore=shutil.ignore_patterns("_*"))
    return home


@pytest.fixture(scope="module")
def lab(lab_home):
    """Start JupyterLab there, with the settings that make lab gives."""
    home = lab_home
    folders = ("CONFIG", "DATA", "RUNTIME")
    own = {f"JUPYTER_{name}_DIR": str(home / name) for name in folders}
    own |= {f"JUPYTERLAB_{n}_DIR": str(home / n) for n in ("SETTINGS", "WORKSPACES")}
    server = subprocess.Popen(
        [
            sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root",
            "--ip=127.0.0.1", "--port=0", "--IdentityProvider.token=secret",
            f"--ServerApp.root_dir={home}", "--LabApp.expose_app_in_browser=True",
            f"--LabApp.app_settings_dir={ROOT / '.binder'}",
        ],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, encoding="utf-8",
        env=os.environ | own,
    )  # fmt: skip
    url = None
    for line in server.stderr:
        if found := re.search(r"(http://127\.0\.0\.1:\d+)/lab", line):
            url = found[1]
            break
    threading.Thread(target=server.stderr.read, daemon=True).start()
    for _ in range(600):  # it names its address before it listens there
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{url}/api"):
            break
        assert server.poll() is None, "JupyterLab ended: was its port taken?"
        time.sleep(0.1)
    yield url
    server.terminate()
    server.wait()
    server.stderr.close()


NOTEBOOK = "jupyterapp.shell.currentWidget"
CELLS = f"""() => [...{NOTEBOOK}.content.model.cells]
  .map((cell) => cell.toJSON()).filter((cell) => cell.cell_type === "code")"""


@pytest.mark.parametrize("chapter", ["lemma-4", "playground"])
@pytest.mark.xdist_group("lab")  # one JupyterLab
def test_live(lab, lab_home, open_page, chapter):
    link = soup(chapter).find("a", href=re.compile("mybinder"))["href"]
    path = re.search(r"urlpath=lab/tree/(.*)", link)[1]
    page = open_page(f"{lab}/lab/tree/{path}?reset&token=secret")
    page.wait_for_selector(".jp-NotebookPanel .jp-Cell", timeout=60000)
    kernel = f"{NOTEBOOK}.sessionContext.session?.kernel?.status === 'idle'"
    page.wait_for_function(kernel, timeout=120000)
    # opened and saved: still the book's notebook, to be renewed when the book is
    page.keyboard.press("Control+s")
    page.wait_for_function(f"!{NOTEBOOK}.context.model.dirty")
    assert cells(lab_home / path) == cells(SITE / "_sources" / f"{chapter}.ipynb")

    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    twin = nbformat.read(TESTS / "notebooks" / f"{chapter}.ipynb", 4)
    count = sum(c.cell_type == "code" for c in twin.cells) + 1  # the one that installs
    counts = f"({CELLS})().map((cell) => cell.execution_count)"
    done = f"Math.min(...{counts}) === 1 && Math.max(...{counts}) === {count}"
    page.wait_for_function(f"{done} && {kernel}", timeout=120000)
    ran = nbformat.from_dict({"cells": page.evaluate(CELLS)}).cells
    outputs = [o for cell in ran for o in cell.outputs]
    assert [
        o for o in outputs if o.output_type == "error" or o.get("name") == "stderr"
    ] == []
    printed = [
        [o.text for o in cell.get("outputs", []) if "text" in o]
        for cell in twin.cells if cell.cell_type == "code"
    ]  # fmt: skip
    assert any(printed)
    for cell, texts in zip(ran[1:], printed, strict=True):
        text = "".join(o.text for o in cell.outputs if "text" in o)
        assert "≈" in text or [text] * bool(text) == texts
    assert page.locator(".jp-OutputArea-output img").count() >= 1
    assert [p for p in page.problems if "foreign" in p] == []
    if chapter == "playground":
        ready = page.locator(".mlp-play[data-ready]")
        ready.locator(".mlp-examples button").first.click()
        assert "The network reads 0" in ready.locator(".mlp-verdict").inner_text()
        for _ in range(2):  # d d would delete the cell
            ready.locator(".mlp-examples button").first.press("d")
        assert len(page.evaluate(CELLS)) == len(ran)


def test_a_solution_is_hidden_until_it_is_opened(lab, open_page):
    page = open_page(f"{lab}/lab/tree/notebooks/lemma-4.ipynb?reset&token=secret")
    page.wait_for_selector(".jp-NotebookPanel .jp-Cell", timeout=60000)
    page.evaluate(
        f"{NOTEBOOK}.content.scrollToItem({NOTEBOOK}.content.widgets.length - 1)"
    )
    hidden = page.get_by_text(re.compile(r"\d+ cells? hidden")).first
    hidden.wait_for()
    notebook = nbformat.read(SITE / "_sources" / "lemma-4.ipynb", 4)
    names = [cell.source for cell in notebook.cells]
    first = names[
        next(i for i, n in enumerate(names) if n.startswith("### Solution")) + 1
    ]
    answer = page.locator(".jp-RenderedMarkdown", has_text=re.split("[$`[*]", first)[0])
    assert not answer.is_visible()
    hidden.click()
    answer.wait_for()
    after = page.locator(".jp-RenderedMarkdown", has_text="This was")
    assert after.is_visible()


def test_opening_the_source_of_a_chapter_leaves_it_alone(lab, lab_home, open_page):
    source = lab_home / "book" / "lemma-1.md"
    before = source.read_bytes()
    page = open_page(f"{lab}/lab/tree/book/lemma-1.md?reset&token=secret")
    page.wait_for_selector(".jp-FileEditor", timeout=60000)  # as text, not a notebook
    page.wait_for_timeout(1000)
    page.keyboard.press("Control+s")
    page.wait_for_timeout(1000)
    assert page.locator(".jp-NotebookPanel").count() == 0
    assert source.read_bytes() == before
