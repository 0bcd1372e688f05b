"""How a page that runs looks, and how it is used: by mouse, finger, keyboard, ear."""

import re
import subprocess
import sys
from io import BytesIO

import nbformat
import pytest
from chromium import contrast, violations
from live_site import LIVE, needs_live
from nbclient import NotebookClient
from pdf import SITE
from programs import LINES
from pypdf import PdfReader

pytestmark = [pytest.mark.site, needs_live]

PROSE = {"exclude": ["mjx-math"]}
PHONE = {"width": 390, "is_mobile": True, "has_touch": True}
OPEN_ALL = """() => {
  for (const box of document.querySelectorAll("details")) box.open = true;
  for (const button of document.querySelectorAll(".toggle-hidden button.toggle-button"))
    button.click();
}"""


def function(**lines):
    """Return a reader's function, with some lines of their own."""
    body = [f"    {name} = {code}" for name, code in {**LINES, **lines}.items()]
    return "\n".join(
        [
            "def my_backward(params, acts, y):",
            "    W1, b1, W2, b2, W3, b3 = params",
            "    X, z1, a1, z2, a2, z3, y_hat = acts",
            *body,
            f"    return {', '.join(LINES)}",
        ]
    )


def write(page, cell, text):
    """Replace the text of a cell's editor."""
    cell.locator(".cm-content").focus()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(text)


def run(cell, named="Run"):
    """Press Run and wait until the cell has run."""
    button = cell.locator(".live-bar").first.locator("button").first
    assert button.text_content() == named
    button.click()
    cell.locator(".live-bar button:first-child[aria-disabled=false]").wait_for(
        timeout=90_000
    )


def editor_of(page, cell):
    cell.scroll_into_view_if_needed()
    cell.locator(".live-editor").wait_for()
    return cell


@pytest.fixture
def tutor(open_page, address):
    """Return a page of the tutor and its cell, with an editor."""

    def open_tutor(**options):
        page = open_page(f"{address}your-backprop.html", **options)
        return page, editor_of(page, page.locator("div.cell.tag_tutor"))

    return open_tutor


@pytest.fixture
def exercise(open_page, address):
    """Return the page of a lemma, its first exercise, and the cell of that."""

    def open_exercise(**options):
        page = open_page(f"{address}lemma-2.html", **options)
        box = page.locator("div.exercise").first
        cell = box.locator("div.cell", has_text="mine =")
        return page, box, editor_of(page, cell)

    return open_exercise


def said(page):
    return page.locator("[role=status].live-spoken").text_content()


def test_a_page_says_in_two_sentences_what_its_buttons_do(open_page, address):
    page = open_page(f"{address}lemma-2.html")
    note = page.locator("article h1 + .live-note")
    assert re.fullmatch(
        "The cells of this page run here, in your browser: press Run. "
        r"The first press fetches Python, \d\d MB\.",
        note.text_content(),
    )
    cells = page.locator("article div.cell")
    figures = cells.filter(has=page.locator(".cell_output img"))
    assert figures.count() > 0
    assert figures.locator(".live-bar").count() == 0
    assert page.locator(".live-bar").count() == cells.count() - figures.count()
    shown = page.locator(".live-bar button:not([hidden])")
    names = shown.evaluate_all("all => all.map((b) => b.ariaLabel ?? b.textContent)")
    assert len(set(names)) == len(names)
    filled = page.locator(".live-bar button").evaluate_all(
        """all => all.filter((b) =>
          getComputedStyle(b).backgroundColor !== "rgba(0, 0, 0, 0)").length"""
    )
    assert filled <= page.locator(".live-editor").count()  # the others are quiet


@pytest.mark.parametrize("options", [{"theme": "dark"}, PHONE], ids=["dark", "phone"])
def test_folded_and_closed_boxes_hold_buttons_once_they_are_open(
    open_page, address, options
):
    page = open_page(f"{address}step-2.html", **options)
    closed = page.locator("div.dropdown.toggle-hidden, details:not([open])")
    inside = closed.locator(".live-bar button:not([hidden])")
    assert inside.count() > 8
    assert not any(button.is_visible() for button in inside.all())
    page.evaluate(OPEN_ALL)
    buttons = page.locator(".live-bar button:not([hidden])")
    buttons.last.wait_for()
    assert all(button.is_visible() for button in buttons.all())
    assert violations(page, PROSE) == []
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


COLOURS = """(root) => Object.fromEntries(
  [...document.querySelectorAll(`${root} span[class]`)].filter((span) =>
    /^[\\w.]+$|^[@=*-]$|^["#]/.test(span.textContent) && !span.children.length)
  .map((span) => [span.textContent, getComputedStyle(span).color]))"""
SAMPLE = """def f(x):
    # words
    for i in range(3):
        x = x @ i - 1.5
    return None if x is True else "text"
"""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_an_editor_stands_as_the_code_stood_and_has_its_colours(
    open_page, address, theme
):
    page = open_page(f"{address}lemma-2.html", theme)
    cell = page.locator("div.cell:has(.live-bar)", has_text="by_index = np.zeros")
    bar = cell.locator(".live-bar")
    before = COLOURS, "div.cell:has(.live-bar) .cell_input"
    built = page.evaluate(*before)
    place = "e => e.getBoundingClientRect().top + scrollY"
    top = bar.evaluate(place)
    cell.get_by_role("button", name="Edit").click()
    cell.locator(".cm-content").wait_for()
    assert page.evaluate("document.activeElement.className").startswith("cm-content")
    assert abs(bar.evaluate(place) - top) <= 1
    edited = page.evaluate(COLOURS, ".live-editor .cm-line")
    assert {"for", "in", "range", "if"} <= edited.keys()
    assert edited == {text: built[text] for text in edited}
    write(page, cell, SAMPLE)
    edited = page.evaluate(COLOURS, ".live-editor .cm-line")
    assert len({edited[text] for text in ("for", "range", "@", '"text"')}) >= 3
    assert page.problems == []


def colour(text):
    """Return the r, g, b of a computed colour, and how opaque it is."""
    numbers = [float(n) for n in re.findall(r"[\d.]+", text)]
    scale = 255 if text.startswith("color(") else 1
    return [n * scale for n in numbers[:3]], (*numbers[3:], 1)[0]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_selection_shows_and_what_is_selected_can_be_read(tutor, theme):
    _, cell = tutor(theme=theme)
    over, ground, *texts = cell.locator(".cm-line").first.evaluate(
        """(line) => {
          const colours = [...line.querySelectorAll("span")].concat([line]);
          return [getComputedStyle(line, "::selection").backgroundColor,
            getComputedStyle(line.closest(".highlight")).backgroundColor,
            ...colours.map((span) => getComputedStyle(span, "::selection").color)];
        }"""
    )
    (over, alpha), (ground, _) = colour(over), colour(ground)
    mixed = [alpha * o + (1 - alpha) * g for o, g in zip(over, ground, strict=True)]
    assert contrast(mixed, ground) > 1.3
    for text in texts:
        assert contrast(colour(text)[0], mixed) >= 4.5


def test_on_a_phone_an_editor_does_not_enlarge_the_page(exercise):
    page, _, cell = exercise(**PHONE)
    content = cell.locator(".cm-content")
    size = content.evaluate("e => parseFloat(getComputedStyle(e).fontSize)")
    assert size >= 16  # else iOS does
    write(page, cell, "x = 1  # " + 30 * "long ")
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    for button in cell.locator(".live-bar button:not([hidden])").all():
        assert button.bounding_box()["height"] >= 36


def test_the_verdict_is_short_leads_on_and_grows_old(tutor, address):
    page, cell = tutor()
    write(page, cell, function(db3="dz3.mean(axis=0)", db1=None))
    run(cell, "Check my lines")
    verdict = cell.locator(".live-result")
    assert verdict.locator(".live-count").text_content() == "9 of 11 lines are right"
    assert said(page) == (
        "cell 1: 9 of 11 lines are right. db3 is the first wrong line, (20)."
    )
    # the table, and the lines themselves, have signs
    rows = verdict.locator("tbody tr").evaluate_all(
        "all => all.map((row) => [...row.children].map((c) => c.textContent))"
    )
    assert rows[2] == ["db3", "(20)", "✗wrong here"]
    assert [row[2][0] for row in rows] == [*"✓✓✗✓✓✓✓✓✓✓○"]
    signs = cell.locator(".cm-line[data-sign]")
    assert signs.evaluate_all("all => all.map((l) => l.dataset.sign)") == [
        *"✓✓✗✓✓✓✓✓✓✓○"
    ]
    for link in verdict.locator("a").evaluate_all("all => all.map((a) => a.href)"):
        path, anchor = link.removeprefix(address).split("#")
        assert f'id="{anchor}"' in (SITE / path).read_text("utf-8")
    # a step at a time; no button leads nowhere, nothing is said twice
    assert "mean" not in verdict.text_content()
    verdict.get_by_role("button", name="What is wrong with it?").click()
    assert "It is 1/B" in verdict.text_content()
    page.keyboard.press("Enter")  # the button is the next one now
    assert verdict.text_content().count("not the mean") == 1
    assert verdict.locator("button").count() == 0
    assert "live-hint" in page.evaluate("document.activeElement.className")
    page.wait_for_function(
        "document.querySelector('.live-spoken').textContent.includes('not the mean')"
    )
    assert page.problems == []  # before axe asks for style sheets
    assert violations(page, PROSE) == []
    # after a change it is that of the former text, also for who hears the page
    assert verdict.get_attribute("aria-label") == "Your result of cell 1"
    cell.locator(".cm-line", has_text="dz3.mean").click()
    page.keyboard.press("End")
    page.keyboard.type("  # hm")
    assert "before your last change" in verdict.locator(".live-whose").text_content()
    assert "before your last change" in verdict.get_attribute("aria-label")
    assert signs.count() == 10  # those of the other lines
    page.keyboard.press("Control+z")
    assert verdict.get_attribute("aria-label") == "Your result of cell 1"
    # all lines
    write(page, cell, function())
    run(cell, "Check my lines")
    count = verdict.locator(".live-count").text_content()
    assert count == "✓ 11 of 11 lines are right"
    assert cell.locator(".live-words").text_content() == ""
    assert "Every line is right" not in verdict.text_content()
    # a name that the tutor does not find, though an earlier one still stands
    write(page, cell, "def mine(params, acts, y):\n    return None")
    run(cell, "Check my lines")
    assert "with the name my_backward" in cell.locator(".live-words").text_content()
    assert verdict.count() == 0


def test_the_verdict_of_a_pass_that_changes_its_arguments_says_so_once(tutor):
    page, cell = tutor(**PHONE, theme="dark")
    changed = f"{LINES['db1']}\n    W3[:] = 0"
    write(page, cell, function(db1=changed))
    run(cell, "Check my lines")
    verdict = cell.locator(".live-result")
    count = verdict.locator(".live-count").text_content()
    assert count == "11 of 11 lines are right"  # but no mark
    assert verdict.text_content().count("changes its argument") == 1
    assert verdict.locator("button").count() == 0
    table = verdict.locator("table").bounding_box()
    assert table["height"] < 330
    assert table["width"] < 350
    assert page.problems == []
    assert violations(page, PROSE) == []


def test_the_cell_that_asks_as_a_notebook_does_is_not_shown_beside_the_verdict(tutor):
    page, cell = tutor()
    other = page.locator("div.cell", has_text="diagnose(my_backward)").first
    assert not other.is_visible()
    page.emulate_media(media="print")
    assert other.is_visible()  # paper has the book's verdict, until the reader's
    page.emulate_media(media="screen")
    run(cell, "Check my lines")
    page.emulate_media(media="print")
    assert not other.is_visible()


def test_an_unfinished_function_does_not_keep_the_cells_below_from_running(tutor):
    page, cell = tutor()
    write(page, cell, "def my_backward(params, acts, y)\n    return None")
    below = page.locator("div.cell", has_text="assert found.ok").first
    run(below)
    assert "right" in below.locator(".live-result").text_content()
    assert "SyntaxError" in cell.locator(".live-result").text_content()
    write(page, cell, function())
    run(cell, "Check my lines")
    write(page, cell, function(db3="None"))
    run(below)  # the tutor's cell runs before it, but nobody asked the tutor
    verdict = cell.locator(".live-result")
    assert "11 of 11" in verdict.text_content()
    assert "before your last change" in verdict.get_attribute("aria-label")
    assert page.problems == []


def test_a_function_can_be_taken_along(tutor, tmp_path):
    page, cell = tutor()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    text = function(db3="np.sum(dz3, axis=0)")
    write(page, cell, text)
    cell.get_by_role("button", name="Copy my function").click()
    page.wait_for_function(
        "document.querySelector('.live-spoken').textContent === 'Copied.'"
    )
    assert page.evaluate("navigator.clipboard.readText()") == text
    for kind in "py", "ipynb":
        with page.expect_download() as got:
            cell.get_by_role("button", name=f"Download .{kind}").click()
        assert got.value.suggested_filename == f"my_backward.{kind}"
        got.value.save_as(tmp_path / f"my_backward.{kind}")
    ran = subprocess.run(
        [sys.executable, tmp_path / "my_backward.py"],
        capture_output=True, encoding="utf-8", check=True,
    )  # fmt: skip
    assert "Every line is right." in ran.stdout
    first = (tmp_path / "my_backward.py").read_text("utf-8").splitlines()[0]
    assert first.startswith('# pip install "git+https://')
    notebook = nbformat.read(tmp_path / "my_backward.ipynb", nbformat.NO_CONVERT)
    nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    assert "find_spec" in notebook.cells[0].source
    NotebookClient(notebook, timeout=60).execute()
    assert "Every line is right." in notebook.cells[-1].outputs[0]["data"]["text/html"]
    assert page.problems == []


FOCUS = """() => {
  const at = document.activeElement;
  return `${at.ariaLabel ?? at.textContent}`.trim();
}"""


def test_by_keyboard_alone_from_the_top_of_the_page_to_a_hint(open_page, address):
    page = open_page(f"{address}your-backprop.html")
    seen = []
    while not (seen and seen[-1].startswith("Text of cell 1")):
        page.keyboard.press("Tab")
        page.wait_for_timeout(10)
        seen.append(page.evaluate(FOCUS))
        assert len(seen) < 150, seen
    page.keyboard.press("Tab")  # who only passes changes nothing
    assert page.evaluate(FOCUS) == "Check my lines"
    page.keyboard.press("Shift+Tab")
    assert page.locator(".live-keys").first.is_visible()  # how to leave
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(function(dz2="da2"))
    page.keyboard.press("Tab")  # indents
    assert page.evaluate(FOCUS).startswith("Text of cell 1")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUS) == "Check my lines"
    page.keyboard.press("Enter")
    page.locator(".live-count").wait_for(timeout=90_000)
    assert page.evaluate(FOCUS) == "Check my lines"
    for _ in range(3):
        page.keyboard.press("Tab")
        if page.evaluate(FOCUS) == "What is wrong with it?":
            break
    page.keyboard.press("Enter")
    assert page.evaluate(FOCUS) == "How do I mend it?"
    page.keyboard.press("Enter")
    assert "dz2" in page.evaluate(FOCUS)  # what the last step says
    assert page.problems == []


def test_an_exercise_has_three_states_and_keeps_them(exercise):
    page, box, cell = exercise()
    title = box.locator("> .admonition-title")
    number = title.text_content().split("(")[0]
    assert title.text_content().endswith("○ not tried")
    solution = page.locator("div.solution", has_text=number)
    answer = re.search(
        r"judge\((.*?), \w+\)", solution.locator("pre").last.text_content()
    )
    text = cell.locator(".cell_input pre").text_content()
    write(page, cell, text.replace("mine = None", "mine = lambda eps, K: 1"))
    assert cell.locator(".live-books").count() == 1  # the output below is the book's
    run(cell)
    assert title.text_content().endswith("✗ not yet")
    assert cell.locator(".live-books").is_hidden()
    mine = "lambda eps, K: np.log((1 - eps) * (K - 1) / eps)"
    write(page, cell, text.replace("mine = None", f"mine = {mine}"))
    run(cell)
    assert title.text_content().endswith("✓ right"), answer
    assert said(page).endswith("✓ right")
    spoken = title.evaluate(
        """(title) => { const copy = title.cloneNode(true);
          copy.querySelectorAll("[aria-hidden]").forEach((e) => e.remove());
          return copy.textContent; }"""
    )
    assert spoken.count("right") == 1  # once, and not the sign's name
    assert "✓" not in spoken
    assert page.problems == []  # before axe asks for style sheets
    assert violations(page, PROSE) == []
    page.reload()
    cell.scroll_into_view_if_needed()
    assert title.text_content().endswith("✓ right")
    assert cell.locator(".cell_output").is_hidden()  # it says: not tried
    assert "Right when you last ran it" in cell.locator(".live-words").text_content()
    # Reset brings the book's back, Undo the reader's
    cell.locator(".live-editor").wait_for()
    cell.get_by_role("button", name="Reset").click()
    assert title.text_content().endswith("○ not tried")
    assert cell.locator(".cell_output").is_visible()
    assert cell.locator(".cm-content").inner_text().count("mine = None") == 1
    assert page.evaluate(FOCUS) == "Run cell 11"
    cell.get_by_role("button", name="Undo").click()
    assert title.text_content().endswith("✓ right")
    assert mine in cell.locator(".cm-content").inner_text()
    assert page.evaluate(FOCUS) == "Run cell 11"
    assert cell.get_by_role("button", name="Undo").is_hidden()


def test_a_state_is_that_of_the_text_that_ran(exercise):
    page, box, cell = exercise()
    title = box.locator("> .admonition-title")
    text = cell.locator(".cell_input pre").text_content()
    mine = text.replace(
        "mine = None", "mine = lambda eps, K: np.log((1 - eps) * (K - 1) / eps)"
    )
    write(page, cell, mine)
    run(cell)
    assert title.text_content().endswith("✓ right")
    write(page, cell, mine.replace("K - 1", "K - 2"))
    assert title.text_content().endswith("○ not tried")
    page.reload()
    editor_of(page, cell)
    assert title.text_content().endswith("○ not tried")
    assert "Right" not in cell.locator(".live-words").text_content()
    assert "eps) * (K - 2)" in cell.locator(".cm-content").inner_text()
    write(page, cell, mine)
    run(cell)
    assert title.text_content().endswith("✓ right")


def test_a_tab_says_that_another_wrote_here_and_the_one_that_runs_is_kept(exercise):
    page, _, cell = exercise()
    write(page, cell, "mine = 'first'")
    other = page.context.new_page()
    other.goto(page.url)
    there = editor_of(other, other.locator("div.exercise").first.locator("div.cell"))
    write(other, there, "mine = 'second'")
    cell.get_by_text("Another tab has changed this cell.").wait_for()
    run(cell)
    other.reload()
    editor_of(other, there)
    assert there.locator(".cm-content").inner_text() == "mine = 'first'"


def test_what_an_earlier_run_gave_says_so_where_a_new_one_does_not_come(exercise):
    page, _, cell = exercise()
    run(cell)
    whose = cell.locator(".live-whose")
    assert whose.text_content() == "Your result"
    above = page.locator("div.cell", has=page.locator(".live-bar")).nth(1)
    above.get_by_role("button", name="Edit").click()
    write(page, above, "1 / 0")
    run(cell)
    assert whose.text_content() == "Your result, of an earlier run"
    cell.get_by_role("link", name="cell 2").click()
    assert above.evaluate("(box) => box.matches(':target')")
    sign = above.locator(".cm-line[data-sign='✗']")
    assert sign.text_content() == "1 / 0"


def test_hints_stay_open_while_they_are_the_same(tutor):
    page, cell = tutor()
    write(page, cell, function(dz3="y - y_hat"))
    run(cell, "Check my lines")
    verdict = cell.locator(".live-result")
    verdict.get_by_role("button", name="What is wrong with it?").click()
    hint = verdict.locator(".live-hint").text_content()
    run(cell, "Check my lines")
    assert verdict.locator(".live-hint").text_content() == hint
    write(page, cell, function(da2="dz3 @ W3"))
    run(cell, "Check my lines")
    assert verdict.get_by_role("button", name="What is wrong with it?").is_visible()


def test_six_arrays_are_counted_as_six(tutor):
    page, cell = tutor()
    six = function().replace(", ".join(LINES), "dW1, db1, dW2, db2, dW3, db3")
    for name in ("dz3", "da2", "dz2", "da1", "dz1"):
        six = six.replace(name, f"_{name}")
    write(page, cell, six)
    run(cell, "Check my lines")
    count = cell.locator(".live-count").text_content()
    assert count == "✓ 6 of the 6 arrays that come back are right"
    rows = cell.locator(".live-result tbody tr")
    assert rows.filter(has_text="not returned").count() == 5
    assert "○" not in cell.locator(".live-result tbody").text_content()


def test_an_error_names_the_cell_and_wraps_what_it_says(exercise):
    page, _, cell = exercise(**PHONE)
    words = "a sentence that is longer than the screen of a phone is wide"
    write(page, cell, f"def f():\n    raise ValueError({words!r})\n\n\nf()")
    run(cell)
    trace = cell.locator(".live-result .traceback pre")
    assert 'File "cell 11", line 5' in trace.text_content()
    message = trace.locator(".live-said")
    assert message.text_content().strip() == f"ValueError: {words}"
    assert message.evaluate("e => e.scrollWidth <= e.clientWidth")
    assert message.bounding_box()["height"] > 30  # lines
    assert said(page) == f"cell 11: ValueError: {words}"
    assert violations(page, PROSE) == []


def test_stop_keeps_the_focus_and_nothing_moves_while_a_cell_runs(exercise):
    page, _, cell = exercise()
    run(cell)
    below = cell.locator("xpath=following::p[1]")
    write(page, cell, "while True: pass")
    page.keyboard.press("Shift+Enter")
    cell.get_by_role("button", name="Stop").wait_for()
    top = below.bounding_box()["y"]
    page.wait_for_timeout(500)
    assert cell.locator(".live-result").count() == 1
    assert below.bounding_box()["y"] == top
    assert page.problems == []  # before axe asks for style sheets
    assert violations(page, ["article"]) == []
    cell.get_by_role("button", name="Stop").focus()
    page.keyboard.press("Enter")
    cell.get_by_text("Stopped.").wait_for()
    assert page.evaluate(FOCUS) == "Run cell 11"
    assert cell.get_by_role("button", name="Stop").is_hidden()


@pytest.mark.parametrize("options", [{"width": 390}, {"width": 620}, PHONE], ids=str)
def test_a_press_that_leaves_an_editor_hits_the_button_it_was_meant_for(
    open_page, address, options
):
    page = open_page(f"{address}lemma-1.html", **options)
    width = options["width"]
    page.set_viewport_size({"width": width, "height": 4000})  # no scrolling makes up
    cells = page.locator("div.cell:has(.live-bar)")
    cells.nth(0).get_by_role("button", name="Edit").click()
    write(page, cells.nth(0), "x = 1")
    button = cells.nth(1).get_by_role("button", name="Run")
    box = button.bounding_box()
    at = box["x"] + box["width"] / 2, box["y"] + 3
    if "has_touch" in options:
        page.touchscreen.tap(*at)
    else:
        page.mouse.move(*at)
        page.mouse.down()
        assert page.evaluate("document.activeElement.className") != "cm-content"
        assert button.bounding_box()["y"] == pytest.approx(box["y"], abs=1)
        page.mouse.up()
    assert button.get_attribute("aria-disabled") == "true"
    cells.nth(1).get_by_role("button", name="Stop").click()


def is_boxed(cell):
    """Tell whether a box of the reader's result is seen."""
    return cell.locator(".live-result:visible, .live-whose:visible").count() > 0


def test_no_box_stays_where_nothing_is_shown(open_page, address):
    page = open_page(f"{address}lemma-1.html", width=390)
    cell = page.locator("div.cell:has(.live-bar)").first
    words = cell.locator(".live-words")
    cell.get_by_role("button", name="Edit").click()
    for text in "x = 1", "print()", "pass":
        write(page, cell, text)
        run(cell)
        assert not is_boxed(cell)
        assert words.text_content() == "Has run; it shows nothing."
    for before in "", "print(1)":
        if before:
            write(page, cell, before)
            run(cell)
            assert is_boxed(cell)
        write(page, cell, "import time\ntime.sleep(99)")
        page.keyboard.press("Shift+Enter")
        cell.get_by_text("Running.", exact=True).wait_for(timeout=90_000)
        assert not is_boxed(cell)  # but its place is kept
        cell.get_by_role("button", name="Stop").click()
        cell.get_by_text("Stopped.").wait_for()
        assert not is_boxed(cell)
    write(page, cell, "print('here again')")
    run(cell)
    assert cell.locator(".live-result").inner_text().split("\n")[0] == "Your result"
    assert is_boxed(cell)
    assert page.problems == []


@pytest.mark.parametrize("options", [{"width": 390, "theme": "dark"}, {}], ids=str)
def test_printed_sentences_wrap_beside_a_table_whose_columns_stay(
    tutor, tmp_path, options
):
    page, cell = tutor(**options)
    asks = "from mlpnotes.tutor import diagnose\nprint(diagnose(my_backward))"
    ran = f"{function(dz2='da2')}\n\n\n{asks}"
    write(page, cell, ran)
    run(cell, "Check my lines")
    pre = cell.locator(".live-result .stream pre")
    said = pre.text_content()
    rows, _, prose = said.partition("\n\n")
    assert len(rows.split("\n")) == 11
    assert len(prose.strip().split("\n")) > 1  # as Python printed it
    assert pre.evaluate("e => e.scrollWidth <= e.clientWidth")
    filled = pre.locator(".live-filled")
    assert filled.text_content() == prose.rstrip("\n")
    height = pre.evaluate("e => parseFloat(getComputedStyle(e).lineHeight)")
    lines = round(filled.bounding_box()["height"] / height)
    letters = pre.evaluate(
        "e => e.clientWidth / parseFloat(getComputedStyle(e).fontSize) / 0.65"
    )
    # the lines of a phone are filled anew: none is a leftover of another
    assert lines <= len(prose) / min(letters, 70) + 2
    assert "white-space: pre" in pre.evaluate(
        "e => `white-space: ${getComputedStyle(e).whiteSpace}`"
    )
    assert page.problems == []  # before axe asks for style sheets
    assert violations(page, PROSE) == []


def test_while_python_arrives_a_bar_and_megabytes_say_so(open_page, address):
    page = open_page(f"{address}lemma-2.html")
    waits = []
    page.context.route("**/python_stdlib.zip*", lambda route: waits.append(route))
    cell = page.locator("div.cell:has(.live-bar)").first
    cell.get_by_role("button", name="Run").click()
    assert "on its way" in cell.locator(".live-words").text_content()
    progress = cell.get_by_role("progressbar", name="Python arrives")
    progress.wait_for()
    assert re.search(
        r"\d+\.\d of \d\d\.\d MB", cell.locator(".live-words").text_content()
    )
    page.locator(".live-spoken", has_text="Python arrives, ").wait_for(state="attached")
    assert violations(page, PROSE) == []
    cell.get_by_role("button", name="Stop").click()
    progress.wait_for(state="hidden")
    for route in waits:
        route.abort()


def test_paper_has_the_readers_text_and_results_and_no_buttons(tutor):
    page, cell = tutor(theme="dark")
    many = "\n".join(f"line_{n} = {n}" for n in range(150))
    write(page, cell, f"{function(dz2='da2')}\n{many}\nprint('it ' + 'ran')")
    run(cell, "Check my lines")
    page.evaluate("scrollTo(0, 1e6)")
    text = "".join(p.extract_text() for p in PdfReader(BytesIO(page.pdf())).pages)
    assert "10 of 11 lines are right" in text
    for n in range(150):
        assert f"line_{n} = {n}" in text
    for word in "Copy my function", "Reset", "Download", "run here":
        assert word not in text, word
    page.route("**/editor.js*", lambda route: route.abort())
    page.reload()  # as far from the cell: there is no editor yet
    text = "".join(p.extract_text() for p in PdfReader(BytesIO(page.pdf())).pages)
    assert "line_149 = 149" in text
    page.emulate_media(media="print")
    assert not any(sign.is_visible() for sign in page.locator(".live-state").all())


def test_opened_as_a_file_a_page_says_why_it_has_no_buttons(open_page):
    page = open_page((SITE / "lemma-2.html").as_uri())
    assert "wants it from a server" in page.locator(".live-note").text_content()
    assert page.locator(".live-bar, .live-editor, .live-state").count() == 0
    assert page.problems == []


def test_without_javascript_a_page_is_as_without_python(open_page, address):
    page = open_page(f"{address}your-backprop.html", java_script_enabled=False)
    assert page.locator(".live-bar, .live-editor").count() == 0
    assert page.locator(".live-note").is_hidden()
    assert page.locator("div.cell.tag_tutor pre").is_visible()


@pytest.mark.parametrize("options", [{}, PHONE], ids=["desk", "phone"])
def test_a_page_that_does_not_run_leads_to_where_it_does(open_page, address, options):
    page = open_page("about:blank", **options)

    def without(route):
        body = (SITE / "lemma-2.html").read_text("utf-8")
        for name in "why", "text":
            body = re.sub(f'data-{name}=".*?"', f'data-{name}="No `digits`."', body)
        route.fulfill(body=body, content_type="text/html")

    page.route("**/lemma-2.html", without)
    page.goto(f"{address}lemma-2.html")
    note = page.locator(".live-note")
    assert "No digits." in note.text_content()
    assert page.locator(".live-bar, .live-editor, .live-state").count() == 0
    note.get_by_role("button", name="Open it as a notebook").click()
    page.get_by_role("link", name="Binder").wait_for()
    menu = page.locator(".dropdown-launch > button:visible").first
    assert menu.get_attribute("aria-expanded") == "true"
    assert menu.evaluate("e => e === document.activeElement")
    assert violations(page, PROSE) == []


def test_only_what_is_used_is_fetched_before_the_first_press(open_page, address):
    fetched = []
    page = open_page("about:blank")
    page.on("request", lambda r: "/live/" in r.url and fetched.append(r.url))
    page.goto(f"{address}lemma-2.html")
    page.wait_for_timeout(300)
    names = {url.split("/live/")[1].split("?")[0] for url in fetched}
    assert names == {"page.js", "page.css"}
    assert (LIVE / "page.js").stat().st_size < 30_000
