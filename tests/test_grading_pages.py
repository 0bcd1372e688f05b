"""The reports in a browser: both themes, a desk and a phone, and on paper."""

import dataclasses
import io
import re

import pypdf
import pytest
from chromium import contrast, violations
from entries import STRANGE, entries

from mlpnotes.grading.reports import classes, feedback
from mlpnotes.grading.reports.page import CSS
from mlpnotes.grading.reports.sentences import SENTENCES

pytestmark = [pytest.mark.site, pytest.mark.xdist_group("grading")]

CLASSES = {"class of 3": ["right", "two", "loop"], "class of none": []}
PAGES = ["two", "late", "right", "loop", "stub", "strange", "class of 200", *CLASSES]


def written(name):
    """Return the text of a report."""
    made = entries()
    if name == "class of 200":
        weights = zip(made.values(), [31, 40, 12, 9, 14, 6, 7, 11, 8, 10], strict=False)
        group = [e for e, n in weights for _ in range(n)]
        return classes.html(group + [*made.values()] * 3, SENTENCES)
    if name in CLASSES:
        return classes.html([made[n] for n in CLASSES[name]], SENTENCES)
    return feedback.html(made[name], SENTENCES)


@pytest.fixture
def show(open_page, tmp_path):
    """Return a function that opens a report."""

    def show(name, text=None, **options):
        path = tmp_path / "report.html"
        path.write_text(text or written(name), encoding="utf-8")
        return open_page(path.as_uri(), **options)

    return show


@pytest.mark.parametrize("width", [1280, 390, 320])
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_a_report_is_whole_in_both_themes_and_on_a_phone(show, name, theme, width):
    page = show(name, theme=theme, width=width)
    assert page.problems == []
    assert violations(page, "html") == []
    assert page.evaluate("document.documentElement.scrollWidth") == width
    outside = page.evaluate(
        """(width) => [...document.querySelectorAll("main *")].filter((e) => {
          const box = e.getBoundingClientRect();
          return box.width && (box.left < -1 || box.right > width + 1);
        }).map((e) => e.outerHTML.slice(0, 80))""",
        width,
    )
    assert outside == []
    covered = page.evaluate(
        """() => {
          const cells = [...document.querySelectorAll("tr > *")];
          const cut = cells.filter((e) => e.scrollWidth > e.clientWidth + 1);
          return cut.map((e) => e.outerHTML.slice(0, 80));
        }"""
    )
    assert covered == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_bars_are_seen_and_as_long_as_many(show, theme):
    page = show("class of 200", theme=theme)
    ground, edge = page.evaluate(
        """() => [getComputedStyle(document.documentElement).backgroundColor,
          getComputedStyle(document.querySelector(".bar")).borderColor]
          .map((c) => c.match(/[0-9]+/g).map(Number))"""
    )
    assert contrast(ground, edge) > 4.5
    bars = page.evaluate(
        """() => [...document.querySelector(".bars").querySelectorAll(".bar")].map(
          (bar) => [bar.getBoundingClientRect().width,
                    Number(bar.nextElementSibling.firstChild.textContent)])"""
    )
    unit = max(width for width, _ in bars) / max(n for _, n in bars)
    assert len(bars) >= 5
    for width, n in bars:
        assert abs(width - n * unit) < 2


BASELINES = """() => ["h1", ".points"].map((s) => {
  const mark = document.createElement("span");
  mark.style.display = "inline-block"; // empty, it stands on the baseline
  document.querySelector(s).append(mark);
  return mark.getBoundingClientRect().bottom;
})"""


def test_the_points_stand_on_the_line_of_the_name(show):
    long = dataclasses.replace(entries()["right"], student=12 * "Maximiliane ")
    for entry in entries()["right"], long:
        page = show("", feedback.html(entry, SENTENCES), width=1280)
        name, points = page.evaluate(BASELINES)
        assert abs(name - points) < 1


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_all_right_is_green_and_a_fault_is_not(show, theme):
    colours = {}
    for name in "right", "two":
        page = show(name, theme=theme)
        colours[name] = page.evaluate(
            """() => {
              const box = getComputedStyle(document.querySelector(".message"));
              const title = getComputedStyle(document.querySelector(".message h2"));
              return [box.borderLeftColor, title.color]
                .map((c) => c.match(/[0-9]+/g).map(Number));
            }"""
        )
    for red, green, blue in colours["right"]:
        assert green > max(red, blue)
    for red, green, blue in colours["two"]:
        assert blue > max(red, green)


def test_every_variable_of_the_sheet_is_used():
    names = set(re.findall(r"(--[\w-]+):", CSS))
    assert names == set(re.findall(r"var\((--[\w-]+)\)", CSS))


@pytest.mark.parametrize("width", [1280, 390])
def test_the_tables_are_tables_to_a_screen_reader_on_a_phone_too(show, width):
    page = show("two", width=width)
    row = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name="dz2"))
    assert row.get_by_role("cell").all_inner_texts()[:3] == ["(30)", "wrong here", "0"]
    assert page.get_by_role("columnheader").count() >= 4


def test_names_from_right_to_left_and_code_from_left_to_right(show):
    entry = dataclasses.replace(entries()["two"], student="محمد بن موسى")
    page = show("", feedback.html(entry, SENTENCES))
    directions = page.evaluate(
        """() => ["h1", ".sheet .code code"].map(
          (s) => getComputedStyle(document.querySelector(s)).direction)"""
    )
    assert directions == ["rtl", "ltr"]


def test_a_strangers_text_runs_nothing(show):
    page = show("strange", first="window.alert = () => { window.ran = true; };")
    assert page.evaluate(
        "window.ran === undefined && !document.querySelector('script')"
    )
    assert "<script>alert('x')</script>" in page.inner_text("h1")
    assert STRANGE not in page.inner_text("body")


@pytest.mark.parametrize("name", ["two", "class of 200"])
def test_a_report_prints_on_few_sheets(show, name):
    printed = show(name, theme="dark").pdf(format="A4", print_background=True)
    sheets = pypdf.PdfReader(io.BytesIO(printed)).pages
    assert len(sheets) <= (1 if name == "two" else 3)
    assert "dz2" in sheets[0].extract_text()
