"""What a reader sees: numbers in plain digits, words that hold in both themes."""

import csv
import re

import jupytext
import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pytest
from record import BOOK, TWINS, chapters, code

from mlpnotes import History, plots, softmax
from mlpnotes.plots.training import readable

TRAINING = "mnist", "speed", "further", "beyond-one-machine"


def history(errors):
    accuracy = 1 - np.asarray(errors)
    return History(None, accuracy, accuracy, accuracy / 2, accuracy, accuracy)


def curves(draw):
    return lambda: [draw(history([0.3, 0.05, 0.0002]))]


def two_panels():
    m = np.array([1, 10, 1000])
    ways = dict.fromkeys(["parameter server", "tree", "ring"], 2e-4 * m)
    return plots.scaling(m, ways, {way: 1e8 * t for way, t in ways.items()}, 60000)


@pytest.mark.parametrize(
    "draw", [curves(plots.learning_curves), curves(plots.loss_curves), two_panels],
    ids=["learning_curves", "loss_curves", "scaling"],
)  # fmt: skip
def test_logarithmic_axes_have_plain_numbers(draw):
    axes = draw()
    axes[0].figure.canvas.draw()
    for ax in axes:
        for axis in (ax.xaxis, ax.yaxis):
            labels = [t.get_text() for t in axis.get_ticklabels(which="both")]
            assert any(labels)
            assert [t for t in labels if not re.fullmatch(r"[\d.,]*", t)] == []
    plt.close("all")


def test_plain_numbers_say_the_value():
    values = [2e-5, 0.001, 0.6, 1, 6, 20, 1000, 60000]
    assert [float(readable(x).replace(",", "")) for x in values] == values
    assert [readable(x) for x in (0.6, 20, 1000)] == ["0.6", "20", "1,000"]


@pytest.mark.parametrize("chapter", chapters(), ids=lambda p: p.stem)
def test_captions_hold_in_the_dark_theme_too(chapter):
    """Dark pages invert the lightness of a figure, and keep its hues."""
    for cell in code(chapter):
        caption = cell.metadata.get("mystnb", {}).get("figure", {}).get("caption", "")
        assert not re.search(
            r"\b(dark|light|bright|pale|black|white)(er|est|en|ens)?\b", caption, re.I
        ), caption


@pytest.mark.parametrize("name", TRAINING)
def test_a_measured_result_shows_its_size(name):
    """Not "worse: True", nor "below 0.6: yes"."""
    for cell in nbformat.read(TWINS / f"{name}.ipynb", 4).cells:
        for line in "".join(o.get("text", "") for o in cell.outputs).splitlines():
            size = r"worse|better|above|below|less|more|least|most|jump|points"
            verdict = r": (True|False|yes|no)\b"
            assert not re.search(rf"\b({size})\b.*{verdict}", line), line


@pytest.mark.parametrize(
    ("name", "terms"),
    [
        ("mnist", ["validation", "standardise", "minibatches", "learning rate",
                   "epoch"]),
        ("further", ["momentum", "schedule", "dropout"]),
    ],
)  # fmt: skip
def test_a_term_is_explained_where_it_comes_first(name, terms):
    cells = jupytext.read(BOOK / f"{name}.md").cells
    prose = "\n".join(c.source for c in cells if c.cell_type == "markdown")
    prose = re.sub(r"^(#.*|\*\*On a first.*)$|`.*?`", "", prose, flags=re.MULTILINE)
    for term in terms:
        first = re.search(rf"\b{term}\b", prose, re.I)
        assert prose[first.start() - 1 : first.end() + 1] == f"*{term}*", term


def test_p_in_the_chapter_on_accuracy_is_an_array_of_parameters():
    text = (BOOK / "further.md").read_text("utf-8")
    formulas = re.findall(r"\$\$.*?\$\$|\$[^$]+\$", text, flags=re.DOTALL)
    assert len(formulas) > 20
    bare = [re.sub(r"\\(text\w*|operatorname)\{.*?\}|\\\w+", "", f) for f in formulas]
    assert [f for f in bare if re.search(r"(?<![a-zA-Z])p(?![a-zA-Z])", f)] == []


@pytest.mark.parametrize("name", [*TRAINING[:1], *TRAINING[2:]])
def test_a_long_chapter_says_at_the_top_what_to_read_first(name):
    top = (BOOK / f"{name}.md").read_text("utf-8").split("\n## ")[0]
    assert "On a first reading" in top


def test_the_slopes_that_the_first_chapter_names_are_those_of_the_two_losses():
    """Two classes, 0.01 for the true one: what a nudge of its logit does."""
    z, h = np.array([np.log(0.01 / 0.99), 0]), 1e-6
    p, moved = softmax(z)[0], softmax(z + np.array([h, 0]))[0]
    cross_entropy, squared = (
        np.log(moved / p) / h,
        ((1 - p) ** 2 - (1 - moved) ** 2) / h,
    )
    text = (BOOK / "network.md").read_text("utf-8")
    assert f"falls {cross_entropy:.2f} times as much" in text
    assert f"the squared error only {squared:.2f} times" in text


def test_the_chapter_on_speed_says_what_its_table_holds():
    text = (BOOK / "speed.md").read_text("utf-8")
    path = BOOK.parent / "benchmarks" / "results" / "speed.csv"
    _, *rows = csv.reader(path.read_text("utf-8").splitlines())
    table = {row[0]: np.array(row[1:], float) for row in rows}
    slow = table["one by one"] / table["mlpnotes"]
    assert f"{slow.min():.1f} to {slow.max():.1f} times as long as with mlp" in text
    others = [seconds[2] for name, seconds in table.items() if name != "one by one"]
    assert round(table["one by one"][2] / max(others)) == 6
    assert "a figure six times as wide" in text
    half = table["textbook, float32"] / table["textbook, float64"]
    assert half.max() < 0.65
    assert "about half" in text


@pytest.mark.parametrize("chapter", chapters(), ids=lambda p: p.stem)
def test_a_folded_check_prints_what_it_found(chapter):
    """Paper shows of a folded cell only what it prints."""
    for cell in code(chapter):
        if "hide-cell" in cell.metadata.get("tags", []) and "assert" in cell.source:
            assert re.search(r"^print\(", cell.source, re.M), cell.source
