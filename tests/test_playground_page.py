"""The playground in a browser: its arithmetic, its pointers, its fields, its looks."""

import colorsys
import io
import json
import re

import numpy as np
import pytest
from chromium import contrast, violations
from PIL import Image

from mlpnotes import (
    accuracy,
    backward,
    forward,
    load_mnist,
    load_pretrained,
    loss,
    loss_gradient,
    one_hot,
    predict,
)
from mlpnotes.playground import playground

pytestmark = pytest.mark.site
STATE = "document.querySelector('.mlp-play').playground.state"


@pytest.fixture
def board(open_page, address):
    """Open the playground; return the page."""
    page = open_page(f"{address}playground.html")
    page.wait_for_selector(".mlp-play[data-ready]")
    return page


def held_by_the_page():
    params = playground(load_pretrained()).params
    return params._make(p.astype(float) for p in params)


def test_the_playground_computes_what_numpy_does(board):
    pixels, labels = load_mnist().test
    X, y = pixels[:500].reshape(500, 784) / 255, one_hot(labels[:500])
    params = held_by_the_page()
    found = board.evaluate(
        """([images, labels]) => {
          const {forward, backward, weightGradients, crossEntropy, trained} =
            document.querySelector(".mlp-play").playground;
          return JSON.stringify(images.map((bytes, i) => {
            const X = Float64Array.from(bytes, (x) => x / 255);
            const acts = forward(trained, X);
            const grads = backward(trained, acts, labels[i]);
            const all = {...grads, ...weightGradients(acts, grads), y_hat: acts.y_hat};
            const seen = {L: [crossEntropy(acts, labels[i])]};
            for (const [name, values] of Object.entries(all))
              seen[name] = i % 100 && values.length > 1000
                ? [values.reduce((s, v, k) => s + v * Math.cos(k), 0)]
                : Array.from(values);
            return seen;
          }));
        }""",
        [pixels[:500].reshape(500, 784).tolist(), labels[:500].tolist()],
    )
    for i, seen in enumerate(json.loads(found)):
        one = slice(i, i + 1)
        acts = forward(params, X[one])
        g = backward(params, acts, y[one])
        own = g._asdict() | {
            "y_hat": acts.y_hat, "L": loss(params, X[one], y[one]),
            "dX": g.dz1 @ params.W1.T,
        }  # fmt: skip
        assert seen.keys() == own.keys()
        for name, values in own.items():
            values, got = np.ravel(values), np.array(seen[name])
            scale = np.linalg.norm(values)
            if got.size < values.size:  # a large array is compared by its product
                values = [values @ np.cos(np.arange(values.size))]
            np.testing.assert_allclose(got, values, rtol=0, atol=1e-4 * scale + 1e-12)


def test_the_playground_reads_drawn_digits(board):
    pixels, labels = load_mnist().test
    chosen = slice(1000, 1300)
    strokes = []  # runs of ink in each row of pixels, ten times as large
    for image in pixels[chosen]:
        runs = []
        for row, line in enumerate(np.pad(image > 127, ((0, 0), (1, 1))).astype(int)):
            ends = np.flatnonzero(np.diff(line)).reshape(-1, 2)
            runs += [[10 * a + 5, 10 * b - 5, 10 * row + 5] for a, b in ends.tolist()]
        strokes.append(runs)
    read = board.evaluate(
        """async (digits) => {
          const root = document.querySelector(".mlp-play"), {state} = root.playground;
          const pad = root.querySelector(".mlp-pad");
          root.querySelector("[name=pen]").value = 12;
          const read = [];
          for (const runs of digits) {
            root.querySelector("[data-do=clear]").click();
            const box = pad.getBoundingClientRect();
            for (const [from, to, y] of runs)
              for (const [type, x] of [["down", from], ["move", to], ["up", to]])
                pad.dispatchEvent(new PointerEvent("pointer" + type, {
                  pointerId: 1, bubbles: true,
                  clientX: box.left + x * box.width / pad.width,
                  clientY: box.top + y * box.height / pad.height}));
            await new Promise((done) => requestAnimationFrame(done));
            await new Promise((done) => requestAnimationFrame(done));
            read.push(state.acts.y_hat.indexOf(Math.max(...state.acts.y_hat)));
          }
          return read;
        }""",
        strokes,
    )
    X = pixels[chosen].reshape(-1, 784) / 255
    own = accuracy(held_by_the_page(), X, labels[chosen])
    assert (np.array(read) == labels[chosen]).mean() >= 0.95 * own
    assert board.problems == []


def test_a_step_of_the_playground_is_a_step(board):
    examples = board.locator(".mlp-examples button")
    assert examples.count() == 12
    examples.last.focus()
    board.keyboard.press("Enter")  # no mouse is needed
    state = "document.querySelector('.mlp-play').playground.state"
    X = np.array(board.evaluate(f"Array.from({state}.X)")).reshape(1, 784)
    label, before = board.evaluate(f"[{state}.label, {state}.loss]")
    params, y = held_by_the_page(), one_hot(np.array([label]))
    assert predict(params, X) != label  # one of the mistakes
    assert before == pytest.approx(loss(params, X, y), rel=1e-6)
    board.locator("[name=rate]").fill("-1")
    board.locator("[data-do=step]").click()
    message = board.locator(".mlp-steps").inner_text()
    assert message.startswith('The learning rate is "-1": expected a number above 0')
    assert board.evaluate(f"{state}.loss") == before
    board.locator("[name=rate]").fill("0.01")
    board.locator("[data-do=step]").press("Enter")
    moved = params._make(
        p - 0.01 * d for p, d in zip(params, loss_gradient(params, X, y), strict=True)
    )
    after = board.evaluate(f"{state}.loss")
    assert after == pytest.approx(loss(moved, X, y), rel=1e-4)
    assert after < before
    assert "the loss went from" in board.locator(".mlp-steps").inner_text()
    board.get_by_role("button", name="Reset").click()
    assert board.evaluate(f"{state}.loss") == before
    board.get_by_role("button", name="Clear").click()
    assert "Nothing is drawn" in board.locator(".mlp-verdict").inner_text()
    assert board.evaluate(f"{state}.acts") is None
    assert board.problems == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_playground_in_use_is_accessible(open_page, address, theme):
    page = open_page(f"{address}playground.html", theme, has_touch=True)
    pad = page.locator(".mlp-pad")
    pad.scroll_into_view_if_needed()
    pad.tap(position={"x": 90, "y": 60})
    page.wait_for_selector(".mlp-forward:not([hidden])")
    page.locator(".mlp-labels button").nth(7).click()
    page.locator("[data-do=steps]").click()
    page.locator("[name=scale]").check()
    page.locator("[name=r]").fill("-3")
    page.locator("[name=r]").press("Enter")
    assert page.problems == []
    assert violations(page, ".mlp-play") == []
    for width in (390, 320):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    rules = {"color-contrast": {"enabled": False}}
    assert violations(page, ".mlp-play", rules=rules) == []


def test_two_playgrounds_on_one_page_are_two(browser):
    test = load_mnist().test
    one = playground(load_pretrained(), (test.images[:2], test.labels[:2]))
    page = browser.new_page()
    page.set_content(one.html + one.html)
    first, second = page.locator(".mlp-play").all()
    first.locator(".mlp-examples button").first.click()
    second.locator(".mlp-examples button").last.click()
    for which, label in ((first, test.labels[0]), (second, test.labels[1])):
        verdict = which.locator(".mlp-verdict").inner_text()
        assert f"The network reads {label}" in verdict
    page.close()


def test_without_scripts_the_playground_explains_itself(open_page, address):
    page = open_page(f"{address}playground.html", java_script_enabled=False)
    assert page.locator(".mlp-static").is_visible()
    assert page.locator(".mlp-play :is(button, canvas, input)").count() == 0
    assert page.locator("#fig-playground-digit img").is_visible()


@pytest.mark.parametrize(
    ("typed", "rate"),
    [("0,003", 0.003), ("1e-2", 0.01), (".5", 0.5), (",5", 0.5), (" +0.01 ", 0.01)],
)
def test_a_rate_is_read_as_it_is_meant(board, typed, rate):
    board.locator(".mlp-examples button").last.click()
    field = board.locator("[name=rate]")
    field.fill("")
    field.press_sequentially(typed)
    board.locator("[data-do=step]").click()
    message = board.locator(".mlp-steps").inner_text()
    assert message.startswith(f"Step 1, learning rate {rate}: the loss went from")
    assert field.input_value() == typed


@pytest.mark.parametrize(
    "typed",
    ["", "-", "-1", "0", "11", "∞", "١", "1,000", "1,000.5", "0x1", "1e", "e1"],
)
def test_what_is_no_rate_is_shown_and_can_be_mended(board, typed):
    board.locator(".mlp-examples button").last.click()
    before = board.evaluate(f"{STATE}.loss")
    field = board.locator("[name=rate]")
    field.fill("")
    field.press_sequentially(typed)
    board.locator("[data-do=step]").click()
    message = board.locator(".mlp-steps")
    shown = f'"{typed}"' if typed else "empty"
    assert message.inner_text() == (
        f"The learning rate is {shown}: expected a number above 0 and at most 10, "
        "such as 0.01."
    )
    assert board.evaluate(f"{STATE}.loss") == before
    assert field.input_value() == typed
    assert field.is_visible()
    assert field.get_attribute("aria-invalid") == "true"
    assert field.get_attribute("aria-describedby") == message.get_attribute("id")
    assert violations(board, ".mlp-play", runOnly=["aria-valid-attr-value"]) == []
    field.fill("0.01")
    assert field.get_attribute("aria-invalid") is None
    board.locator("[data-do=step]").click()
    assert "learning rate 0.01: the loss went from" in message.inner_text()


def test_the_column_shown_is_the_column_named(board):
    board.locator(".mlp-examples button").last.click()
    field, r = board.locator("[name=neuron]"), board.locator("[name=r]")
    for wanted in ("500", "-3", "2.6", "", "137"):
        field.evaluate(
            """(field, value) => {
              field.value = value;
              field.dispatchEvent(new Event("input", {bubbles: true}));
            }""",
            wanted,
        )
        column = int(r.input_value())
        assert field.input_value() == str(column)
        most = np.abs(held_by_the_page().W1[:, column]).max()
        shown = board.locator("[data-show=W1]").get_attribute("aria-label")
        assert float(shown.split()[-3]) == pytest.approx(most, rel=0.01)
    field.press("ArrowRight")
    assert r.input_value() == "138"


def test_an_empty_board_says_what_to_do(board, browser):
    hint, examples = board.locator(".mlp-hint"), board.locator(".mlp-examples button")
    assert hint.inner_text() == "Draw a digit here, or click one"
    pad, words = board.locator(".mlp-pad").bounding_box(), hint.bounding_box()
    assert pad["y"] <= words["y"] <= pad["y"] + pad["height"] - words["height"] + 1
    assert "nothing to compute" not in board.locator(".mlp-play").inner_text()
    assert violations(board, ".mlp-play") == []
    examples.first.click()
    assert not hint.is_visible()
    board.get_by_role("button", name="Clear").click()
    assert hint.is_visible()
    board.locator(".mlp-pad").click(position={"x": 90, "y": 60})  # through the words
    board.locator(".mlp-forward").wait_for()
    assert not hint.is_visible()
    page = browser.new_page()  # without examples there is none to click
    page.set_content(playground(load_pretrained()).html)
    assert page.locator(".mlp-hint").inner_text() == "Draw a digit here"
    assert not page.locator(".mlp-examples").is_visible()
    page.close()


@pytest.mark.parametrize("edge", ["top", "bottom"])
@pytest.mark.parametrize("button", ["step", "steps"])
def test_on_a_phone_a_step_shows_what_it_changes(open_page, address, button, edge):
    page = open_page(f"{address}playground.html", width=390, has_touch=True)
    page.set_viewport_size({"width": 390, "height": 664})  # between a phone's bars
    page.locator(".mlp-examples button").nth(3).tap()
    page.locator(".mlp-labels button").nth(5).tap()
    step = page.locator(f"[data-do={button}]")
    end = {"top": "start", "bottom": "end"}[edge]
    step.evaluate(f"""(button) => {{
      button.scrollIntoView({{block: "{end}", behavior: "instant"}});
      button.click();
    }}""")
    page.wait_for_timeout(1000)  # scrolling may be smooth
    head = page.locator(".bd-header-article").bounding_box()
    for what in ("[data-bars=y_hat]", "[data-show=losses]", ".mlp-steps"):
        box = page.locator(what).bounding_box()
        assert box["y"] >= head["y"] + head["height"] - 1, what
        assert box["y"] + box["height"] <= 664, what
    for name in ("step", "steps", "reset"):  # nothing floats over a button
        assert page.locator(f"[data-do={name}]").evaluate("""(button) => {
          const {x, y, width, height} = button.getBoundingClientRect();
          return [0.1, 0.5, 0.9].every((part) => button.contains(
            document.elementFromPoint(x + part * width, y + height / 2)));
        }""")
    assert step.bounding_box()["y"] + step.bounding_box()["height"] < 665


def test_ten_steps_are_ten_steps_and_the_curve_follows(board):
    examples, labels = (
        board.locator(f".mlp-{name} button") for name in ("examples", "labels")
    )
    curve, words = board.locator("[data-show=losses]"), board.locator(".mlp-steps")
    examples.nth(3).click()
    labels.nth(5).click()
    for k in range(10):
        if k % 2:
            board.locator("[name=rate]").press("Enter")
        else:
            board.locator("[data-do=step]").click()
    one_by_one = board.evaluate(f"{STATE}.losses")
    assert len(one_by_one) == 11
    assert curve.locator("circle").count() == 11
    board.locator("[data-do=reset]").click()
    assert board.evaluate(f"{STATE}.losses") == one_by_one[:1]
    assert curve.locator("circle").count() == 1
    board.locator("[data-do=steps]").click()
    assert board.evaluate(f"{STATE}.losses") == one_by_one
    first, last = f"{one_by_one[0]:.2f}", one_by_one[-1]
    text = words.inner_text()
    assert text.startswith(
        f"Steps 1 to 10, learning rate 0.01: the loss went from {first} to "
    )
    assert re.search(r"read 3 with probability over 0.99, and now reads 5 with", text)
    shown = curve.get_attribute("aria-label")
    assert shown.startswith("Loss after 10 steps: ")
    assert shown.endswith(f", at first {first}")
    assert float(shown.split()[4].rstrip(",")) == pytest.approx(last, rel=1e-3)
    heights = curve.locator("circle").evaluate_all(
        "all => all.map((c) => +c.cy.baseVal.value)"
    )
    np.testing.assert_allclose(
        (76 - np.array(heights)) / 66, np.array(one_by_one) / one_by_one[0], atol=0.002
    )
    for _ in range(3):
        board.locator("[data-do=steps]").click()
    assert curve.locator("circle").count() == 0  # a line, for so many
    assert len(curve.locator("path").last.get_attribute("d").split("L")) == 41
    send(board, ["down", 5, 5, {"pointerId": 1}], ["move", 60, 5, {"pointerId": 1}])
    board.evaluate("new Promise((done) => requestAnimationFrame(done))")
    assert len(board.evaluate(f"{STATE}.losses")) == 1
    send(board, ["cancel", 60, 5, {"pointerId": 1}])
    assert len(board.evaluate(f"{STATE}.losses")) == 41  # taken back with the stroke
    labels.nth(8).click()  # another question
    assert len(board.evaluate(f"{STATE}.losses")) == 1
    assert board.problems == []


def test_ten_steps_at_the_first_rate_change_what_is_read(board):
    examples = board.locator(".mlp-examples button")
    for k in range(examples.count()):
        board.locator("[data-do=reset]").evaluate("button => button.click()")
        examples.nth(k).click()
        label = board.evaluate(f"{STATE}.label")
        if f"reads {label} " in board.locator(".mlp-verdict").inner_text():
            label = (label + 2) % 10
            board.locator(".mlp-labels button").nth(label).click()
        board.locator("[data-do=steps]").click()
        assert f"reads {label} with" in board.locator(".mlp-verdict").inner_text()


def test_a_chosen_label_says_its_loss_and_nothing_is_said_twice(board):
    words, verdict = board.locator(".mlp-steps"), board.locator(".mlp-verdict")
    board.locator(".mlp-examples button").nth(3).click()
    board.locator("[data-do=step]").click()
    assert words.inner_text().startswith("Step 1, ")
    assert verdict.get_attribute("aria-live") == "off"
    board.locator(".mlp-labels button").nth(8).click()
    loss = board.evaluate(f"{STATE}.loss")
    assert words.inner_text() == f"For the label 8, the loss is {loss:.2f}."
    assert words.get_attribute("role") == "status"
    assert verdict.get_attribute("aria-live") == "polite"


def test_norms_and_one_scale_show_which_gradient_is_large(board):
    pixels = load_mnist().test.images
    X, y = pixels[3:4].reshape(1, 784) / 255, one_hot(np.array([5]))
    board.evaluate(
        """([bytes, label]) => document.querySelector(".mlp-play").playground
          .setPixels(bytes.map((x) => x / 255), label)""",
        [pixels[3].ravel().tolist(), 5],
    )
    params = held_by_the_page()
    g = backward(params, forward(params, X), y)
    arrays = g._asdict() | {"dX": g.dz1 @ params.W1.T}

    def shown():
        rows = board.locator(":is([data-bars=norms], [data-bars=weights]) tr")
        return rows.evaluate_all("""rows => rows.map((row) => [row.cells[0].innerText,
          row.cells[2].innerText, parseFloat(row.querySelector("i").style.width)])""")

    found = {name: float(number) for name, number, _ in shown()}
    assert list(found) == ["dz3", "da2", "dz2", "da1", "dz1", "dW3", "dW2", "dW1"]
    for name, number in found.items():
        assert number == pytest.approx(np.linalg.norm(arrays[name]), abs=1e-3)

    bars = board.locator("[data-bars=dz3] i").evaluate_all(
        "bars => bars.map((bar) => parseFloat(bar.style.width))"
    )
    np.testing.assert_allclose(bars, 50 * np.abs(arrays["dz3"][0]), atol=0.01)

    def opaque(name):
        return board.locator(f"[data-show={name}]").evaluate("""(canvas) => {
          const {data} = canvas.getContext("2d").getImageData(
            0, 0, canvas.width, canvas.height);
          return data.filter((_, k) => k % 4 === 3).reduce((m, x) => Math.max(m, x));
        }""")

    pictures = ("da2", "dz2", "da1", "dz1", "dX")
    assert {opaque(name) for name in pictures} == {255}
    assert "each picture has its own scale" in board.locator(".mlp-play").inner_text()
    board.get_by_label("one scale").press("Space")
    most = max(np.abs(arrays[name]).max() for name in ("dz3", *pictures))
    words = board.locator("output[name=full]").inner_text()
    assert words.startswith("in every picture, full colour is ")
    assert float(words.split()[-1]) == pytest.approx(most, rel=0.01)
    for name in pictures:
        assert opaque(name) == pytest.approx(
            255 * np.abs(arrays[name]).max() / most, abs=1.1
        )
    longest = max(found.values())
    for _, number, width in shown():
        assert width == pytest.approx(100 * float(number) / longest, abs=0.1)


def test_in_a_right_to_left_page_the_board_reads_left_to_right(board):
    board.evaluate("document.documentElement.dir = 'rtl'")
    board.locator(".mlp-examples button").nth(3).click()
    board.locator(".mlp-labels button").nth(5).click()
    row = board.locator("[data-bars=y_hat] tr").nth(3)
    head, bar = row.locator("th").bounding_box(), row.locator("i").bounding_box()
    gap = bar["x"] - head["x"] - head["width"]
    assert -1 <= gap <= 10  # beside its label
    number = board.locator("[data-bars=dz3] tr").nth(5).locator("td").last
    assert number.inner_text() == "−1.000"
    first = number.evaluate("""(cell) => [0, 1].map((k) => {
      const range = document.createRange();
      range.setStart(cell.firstChild, k);
      range.setEnd(cell.firstChild, k + 1);
      return range.getBoundingClientRect().left;
    })""")
    assert first[0] < first[1]  # the minus sign is before its number
    assert board.locator(".mlp-play").get_attribute("lang") == "en"


@pytest.mark.parametrize("typed", ["-3", "−3", "500", "200", "1.5", "", "x", "1,000"])
def test_what_is_no_column_is_refused_and_can_be_mended(board, typed):
    board.locator(".mlp-examples button").last.click()
    box, words = board.locator("[name=r]"), board.locator(".mlp-column")
    picture = board.locator("[data-show=W1]")
    assert words.inner_text() == ""
    box.fill("137")
    box.press("Enter")
    before = picture.get_attribute("aria-label")
    box.fill(typed)
    box.press("Enter")
    shown = f'"{typed}"' if typed else "empty"
    assert words.inner_text() == (
        f"r is {shown}: expected a whole number from 0 to 199. Column 137 stays."
    )
    assert picture.get_attribute("aria-label") == before
    assert box.input_value() == typed
    assert box.get_attribute("aria-invalid") == "true"
    assert box.get_attribute("aria-describedby") == words.get_attribute("id")
    assert words.get_attribute("role") == "status"
    assert violations(board, ".mlp-play", runOnly=["aria-valid-attr-value"]) == []
    box.fill("199")
    assert box.get_attribute("aria-invalid") is None
    box.press("Tab")  # leaving the box is enough
    assert words.inner_text() == ""
    assert board.locator("[name=neuron]").input_value() == "199"
    most = np.abs(held_by_the_page().W1[:, 199]).max()
    shown = picture.get_attribute("aria-label")
    assert float(shown.split()[-3]) == pytest.approx(most, rel=0.01)


def test_the_slider_takes_a_refusal_back(board):
    board.locator(".mlp-examples button").last.click()
    box = board.locator("[name=r]")
    box.fill("500")
    box.press("Enter")
    board.locator("[name=neuron]").press("ArrowRight")
    assert box.input_value() == "1"
    assert box.get_attribute("aria-invalid") is None
    assert board.locator(".mlp-column").inner_text() == ""


INK = """() => {
  const pad = document.querySelector(".mlp-pad");
  const {data} = pad.getContext("2d").getImageData(0, 0, pad.width, pad.height);
  const ink = [];
  for (let k = 3; k < data.length; k += 4) if (data[k] > 99) {
    const at = (k - 3) / 4;
    ink.push([at % pad.width, Math.floor(at / pad.width)]);
  }
  return ink;
}"""


def inked(page):
    """Return the box of the ink, in the pad's 280 by 280 pixels, or None."""
    ink = np.array(page.evaluate(INK))
    return [*ink.min(axis=0), *ink.max(axis=0)] if len(ink) else None


def send(page, *events):
    """Dispatch pointer events at places in the pad; nothing is captured."""
    page.evaluate(
        """(events) => {
          const pad = document.querySelector(".mlp-pad");
          const box = pad.getBoundingClientRect();
          for (const [type, x, y, more] of events)
            pad.dispatchEvent(new PointerEvent(`pointer${type}`, {
              bubbles: true, cancelable: true, pointerType: "touch", isPrimary: true,
              buttons: type === "up" ? 0 : 1, ...more,
              clientX: box.left + x * box.width / pad.width,
              clientY: box.top + y * box.height / pad.height}));
        }""",
        events,
    )


def test_a_second_finger_neither_draws_nor_joins_lines(board):
    one, two = {"pointerId": 1}, {"pointerId": 2, "isPrimary": False}
    send(board, ["down", 40, 40, one], ["move", 60, 40, one])
    send(board, ["down", 240, 240, two], ["move", 250, 240, two])
    assert inked(board) is None  # two fingers enlarge: the stroke is taken back
    send(board, ["move", 80, 40, one], ["up", 250, 240, two])
    send(board, ["down", 200, 240, two], ["move", 210, 240, two], ["up", 210, 240, two])
    send(board, ["move", 90, 40, one], ["up", 90, 40, one])
    assert inked(board) is None
    send(board, ["down", 40, 40, one], ["move", 60, 40, one], ["up", 60, 40, one])
    left, top, right, bottom = inked(board)
    assert (left, top) < (40, 40) < (right, bottom) < (99, 99)


@pytest.fixture
def touch(open_page, address):
    """Open the playground; return the page, and a function that sends fingers."""
    page = open_page(f"{address}playground.html", has_touch=True)
    pad = page.locator(".mlp-pad")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    session = page.context.new_cdp_session(page)

    def touch(kind, *points):
        session.send(
            "Input.dispatchTouchEvent",
            {
                "type": kind,
                "touchPoints": [
                    {"x": box["x"] + x, "y": box["y"] + y, "id": i}
                    for i, (x, y) in enumerate(points)
                ],
            },
        )

    yield page, touch
    assert page.problems == []


def spread(page, touch, one, two):
    """Move two fingers apart."""
    for k in range(1, 12):
        touch("touchMove", (one[0] - 5 * k, one[1]), (two[0] + 5 * k, two[1]))
        page.wait_for_timeout(20)
    touch("touchEnd")


def test_real_fingers(touch):
    page, touch = touch
    touch("touchStart", (30, 30))
    touch("touchMove", (60, 30))
    touch("touchStart", (60, 30), (160, 160))
    touch("touchMove", (62, 30), (162, 160))
    touch("touchEnd")
    assert inked(page) is None

    touch("touchStart", (70, 98))
    touch("touchStart", (70, 98), (120, 98))
    spread(page, touch, (70, 98), (120, 98))
    page.wait_for_function("visualViewport.scale > 1")  # two fingers enlarge the page
    assert inked(page) is None


@pytest.mark.parametrize("second", [(120, 98), (230, 98)], ids=["on", "beside"])
def test_two_fingers_take_back_what_the_first_has_drawn(touch, second):
    page, touch = touch
    touch("touchStart", (70, 98))
    for k in range(1, 6):
        touch("touchMove", (70, 98 + 5 * k))
    assert inked(page) is not None
    touch("touchStart", (70, 123), second)
    spread(page, touch, (70, 123), second)
    assert inked(page) is None


def test_a_pen_comes_before_a_palm(board):
    palm, pen = {"pointerId": 1}, {"pointerId": 2, "pointerType": "pen"}
    send(board, ["down", 240, 240, palm], ["move", 230, 240, palm])
    send(board, ["down", 40, 40, pen], ["move", 60, 40, pen], ["move", 250, 230, palm])
    send(board, ["up", 60, 40, pen], ["down", 240, 240, palm], ["move", 200, 240, palm])
    send(board, ["up", 200, 240, palm])
    assert inked(board)[3] < 70
    board.get_by_role("button", name="Clear").click()
    send(board, ["down", 240, 240, palm], ["up", 240, 240, palm])
    assert inked(board)[1] > 200  # a finger may draw the next digit


def test_only_the_first_button_of_a_mouse_draws(board):
    mouse = {"pointerId": 1, "pointerType": "mouse"}
    right = mouse | {"button": 2, "buttons": 2}
    send(board, ["down", 40, 40, right], ["move", 90, 90, right], ["up", 90, 90, right])
    assert inked(board) is None
    send(board, ["down", 40, 40, mouse | {"ctrlKey": True}])  # a menu, on a Mac
    assert inked(board) is None
    send(board, ["down", 40, 40, mouse], ["move", 60, 40, mouse])
    # the button was let go where nobody saw it
    send(board, ["move", 200, 200, mouse | {"buttons": 0}])
    send(board, ["move", 220, 200, mouse])
    assert inked(board)[3] < 70


def test_a_stroke_ends_with_its_capture(board):
    pad = board.locator(".mlp-pad")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    pad.evaluate("""(pad) => pad.addEventListener(
      "pointerdown", (event) => window.id = event.pointerId)""")

    def move(x, y):
        board.mouse.move(box["x"] + x, box["y"] + y)

    move(30, 30)
    board.mouse.down()
    move(60, 30)
    move(-80, 30)  # out of the canvas, and back: still one stroke
    move(60, 40)
    assert inked(board)[3] < 75
    assert inked(board)[0] == 0
    pad.evaluate("(pad) => pad.releasePointerCapture(window.id)")
    move(61, 40)
    move(150, 150)
    board.mouse.up()
    assert inked(board)[3] < 75
    assert board.problems == []


def test_a_cancelled_stroke_is_taken_back(board):
    board.locator(".mlp-examples button").last.click()
    before = board.evaluate(f"[Array.from({STATE}.X), {STATE}.label]")
    ink = inked(board)
    finger = {"pointerId": 1}
    send(board, ["down", 5, 5, finger], ["move", 60, 5, finger])
    send(board, ["cancel", 60, 5, finger], ["move", 90, 5, finger])
    board.evaluate("new Promise((done) => requestAnimationFrame(done))")
    assert inked(board) == ink
    assert board.evaluate(f"[Array.from({STATE}.X), {STATE}.label]") == before


def colours(locator):
    """Return how many colours a screenshot of an element shows."""
    image = Image.open(io.BytesIO(locator.screenshot())).convert("RGB")
    return len(image.getcolors(1 << 20))


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_forced_colours_leave_everything_visible(open_page, address, theme):
    other = {"light": "dark", "dark": "light"}[theme]
    page = open_page(
        f"{address}playground.html", theme, forced_colors="active",
        first=f'localStorage.setItem("mode", "{other}")',
    )  # fmt: skip
    page.locator(".mlp-examples button").nth(9).click()
    for name in ("y_hat", "dz3", "norms"):
        widths = page.locator(f"[data-bars={name}] i").evaluate_all(
            "all => all.map((i) => i.offsetWidth)"
        )
        bar = page.locator(f"[data-bars={name}] td.bar").nth(int(np.argmax(widths)))
        assert colours(bar) > 1, name
    assert colours(page.locator("[data-show=losses]")) > 2
    ground = page.evaluate("""() => {
      const probe = document.body.appendChild(document.createElement("i"));
      probe.style.cssText = "forced-color-adjust: none; color: Canvas";
      return getComputedStyle(probe).color;
    }""")
    dark = sum(int(x) for x in ground[4:-1].split(",")) < 384
    assert dark == (theme == "dark")
    ink = page.evaluate("""() => {
      const canvas = document.querySelector("[data-show=X]");
      const {data} = canvas.getContext("2d").getImageData(0, 0, 28, 28);
      for (let k = 0; k < data.length; k += 4) if (data[k + 3] > 200) return data[k];
    }""")
    assert (ink > 128) == dark
    pressed, other = (
        page.locator(f".mlp-labels [aria-pressed={which}]").first.evaluate(
            "button => getComputedStyle(button).backgroundColor"
        )
        for which in ("true", "false")
    )
    assert pressed != other
    assert page.problems == []


def test_on_paper_the_playground_is_dark_on_white(open_page, address):
    page = open_page(f"{address}playground.html", "dark")
    page.locator(".mlp-examples button").nth(9).click()
    page.emulate_media(media="print")
    page.locator("html[data-theme=light]").wait_for()
    most = page.evaluate("""() => {
      const canvas = document.querySelector("[data-show=X]");
      const {data} = canvas.getContext("2d").getImageData(0, 0, 28, 28);
      let most = 0;
      for (let k = 0; k < data.length; k += 4)
        if (data[k + 3] > 200) most = Math.max(most, data[k]);
      return most;
    }""")
    assert most < 60
    bar = page.locator("[data-bars=y_hat] i").last
    adjust = bar.evaluate("(bar) => getComputedStyle(bar).printColorAdjust")
    assert adjust == "exact"  # a printer leaves out other backgrounds


def test_changed_weights_say_so_until_they_are_back(board):
    examples = board.locator(".mlp-examples button")
    verdict, reset = board.locator(".mlp-verdict"), board.locator("[data-do=reset]")
    changed = "The weights are changed by 2 steps, until Reset."
    examples.first.click()
    assert "changed" not in verdict.inner_text()
    for _ in range(2):
        board.locator("[data-do=step]").click()
    assert verdict.inner_text().endswith(changed)
    examples.nth(1).click()
    assert verdict.inner_text().endswith(changed)
    board.get_by_role("button", name="Clear").click()
    assert verdict.inner_text().endswith(changed)
    assert not board.locator("[name=rate]").is_visible()
    board.locator(".mlp-pad").click()  # without a label there is no loss
    assert verdict.inner_text().endswith(changed)
    reset.click()
    assert "changed" not in verdict.inner_text()
    assert "trained weights are back" in board.locator(".mlp-steps").inner_text()
    assert reset.evaluate("button => button === document.activeElement")
    same = f"{STATE}.p === document.querySelector('.mlp-play').playground.trained"
    assert board.evaluate(same)
    board.get_by_role("button", name="Clear").click()
    assert not reset.is_visible()


@pytest.mark.parametrize("then", ["[data-do=reset]", ".mlp-examples button >> nth=0"])
def test_a_refused_rate_is_marked_until_it_is_past(board, then):
    board.locator(".mlp-examples button").last.click()
    field = board.locator("[name=rate]")
    border = "field => [getComputedStyle(field).border, field.ariaInvalid].join()"
    before = field.evaluate(border)
    field.fill("-1")
    field.press("Enter")  # as the button
    assert "expected a number" in board.locator(".mlp-steps").inner_text()
    colour, mark = field.evaluate(border).rsplit(",", 1)
    assert mark == "true"
    assert colour != before.rsplit(",", 1)[0]
    board.locator(then).click()
    assert "expected" not in board.locator(".mlp-steps").inner_text()
    assert field.evaluate(border) == before


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_lines_and_signs_stand_out_and_are_named_truly(open_page, address, theme):
    page = open_page(f"{address}playground.html", theme)
    colours = page.evaluate("""() => {
      const probe = document.querySelector(".mlp-play").appendChild(
        document.createElement("i"));
      const names = ["--line", "--plus", "--minus", "--pst-color-background"];
      return names.map((name) => {
        probe.style.color = `var(${name})`;
        return getComputedStyle(probe).color.match(/[\\d.]+/g).map(Number);
      });
    }""")
    ground = colours.pop()
    for colour in colours:
        assert len(colour) == 3  # nothing shines through
        assert contrast(colour, ground) > 3
    for (r, g, b), name in zip(colours[1:], ("blue", "red"), strict=True):
        hue = colorsys.rgb_to_hsv(r / 255, g / 255, b / 255)[0]
        assert abs((hue - {"blue": 0.58, "red": 0}[name] + 0.5) % 1 - 0.5) < 0.035
    words = page.locator("article").inner_text()
    assert not re.search("darker|White pixels", words)  # ink may be white


def test_small_numbers_are_written_as_numbers(board):
    pixels, labels = load_mnist().test
    board.evaluate(
        """([bytes, label]) => document.querySelector(".mlp-play").playground
          .setPixels(bytes.map((x) => x / 255), label)""",
        [pixels[0].ravel().tolist(), int(labels[0])],
    )
    rows = board.get_by_role("table", name="dz3 of each class").locator("tr")
    shown = [text.split()[-1] for text in rows.all_inner_texts()]
    assert "0.000" in shown
    assert not any("-" in text or text == "−0.000" for text in shown)
    board.locator(".mlp-labels button").first.click()
    shown = [text.split()[-1] for text in rows.all_inner_texts()]
    assert shown[0].startswith("−")
    for name in ("ŷ of each class", "norms of dz and da", "norms of dW"):
        assert board.get_by_role("table", name=name).is_visible()


def test_a_pen_says_that_fingers_wait(board):
    pen = {"pointerId": 2, "pointerType": "pen"}
    verdict, waits = board.locator(".mlp-verdict"), "fingers wait until Clear"
    send(board, ["down", 40, 40, pen], ["move", 60, 40, pen], ["up", 60, 40, pen])
    board.evaluate("new Promise((done) => requestAnimationFrame(done))")
    assert waits in verdict.inner_text()
    board.get_by_role("button", name="Clear").click()
    assert waits not in verdict.inner_text()


def test_keys_used_in_the_playground_are_no_commands_of_a_notebook(board):
    board.evaluate("""() => {
      window.heard = [];
      document.addEventListener("keydown", (event) => window.heard.push(event.key));
    }""")
    board.get_by_role("button", name="Clear").focus()
    for key in ("d", "Enter", "ArrowDown", "Escape", "Control+s"):
        board.keyboard.press(key)
    assert board.evaluate("heard") == ["Escape", "Control", "s"]
    assert "Nothing is drawn" in board.locator(".mlp-verdict").inner_text()
