"""A failed run ends in a paragraph that says what to mend, or how to accept it."""

import inspect
import re
from types import SimpleNamespace as Report

import pytest
from verdict import TWIN, fault, last_words

import mlpnotes

MEND, ACCEPT = "The package is wrong; mend this first.", "`make record` accepts it"
OTHER = Report(nodeid="tests/test_mnist.py::test_checksum")
RAISES = Report(nodeid="mnist::Cell 4", chapter="mnist", cell=4, differs=False)
STALE = Report(nodeid=f"tests/test_book.py::{TWIN}_all_of_it_executed[step-1]")
CHANGED = [
    Report(nodeid=f"{name}::Cell {n}", chapter=name, cell=n, differs=True)
    for name, n in [("mnist", 11), ("mnist", 3), ("lemma-2", 5)]
]

SLIPS = {
    "a sign": ("acts.a2 * (1 - acts.a2)", "acts.a2 * (1 + acts.a2)", "dz2 is the f"),
    "a transpose": ("acts.a1.T @ dz2", "dz2.T @ acts.a1", "dW2 is the first wrong"),
    "reversed": ("acts.y_hat - y ", "y - acts.y_hat ", "dz3 is the first wrong line"),
    "no such array": ("acts.a1.T @ dz2", "acts.a0.T @ dz2", "acts has no a0; it has"),
    "forward": ("a1 @ W2 + b2", "a1 @ W2     ", "Look at forward, loss and"),
    "forward raises": ("a1 @ W2 + b2", "a1 @ W2.T + b2", "raises ValueError: matmul"),
    "the penalty": ("times * 2 * l2 * W ", "times * l2 * W ", "loss_gradient is not"),
}  # fmt: skip


@pytest.fixture
def planted(monkeypatch):
    """Return a function that changes the source of network.py."""

    def plant(right, wrong):
        source = inspect.getsource(mlpnotes.network)
        assert source.count(right) == 1
        namespace = {"__name__": "planted"}
        exec(source.replace(right, wrong), namespace)
        for name in ("backward", "loss", "loss_gradient"):
            monkeypatch.setattr(mlpnotes, name, namespace[name])
        fault.cache_clear()

    yield plant
    fault.cache_clear()


@pytest.mark.parametrize("slip", SLIPS)
def test_a_wrong_line_comes_first_and_nothing_is_to_be_accepted(planted, slip):
    right, wrong, words = SLIPS[slip]
    planted(right, wrong)
    text = last_words([OTHER, *CHANGED, STALE])
    assert text.startswith(MEND)
    assert words in text
    assert "make record" not in text


def test_the_right_package_is_not_blamed():
    assert fault() == ""
    assert last_words([]) == ""
    assert last_words([OTHER, RAISES]) == ""


def test_a_changed_output_is_named_with_both_sides_and_the_command():
    text = last_words(CHANGED)
    assert "not the recorded one in lemma-2 (cell 5); mnist (cell 3, 11)." in text
    assert "- marks what tests/notebooks holds, + what the cell prints now" in text
    assert ACCEPT in text


def test_a_changed_chapter_is_to_be_recorded():
    text = last_words([STALE])
    assert text.startswith("The code of step-1 is not the recorded code.")
    assert ACCEPT in text


@pytest.mark.parametrize("other", [OTHER, RAISES])
def test_nothing_is_accepted_while_other_tests_fail(other):
    text = last_words([*CHANGED, STALE, other])
    assert text.endswith("Other tests fail too: mend those first.")
    assert "make record" not in text


def spoil(twin, old, new):
    text = twin.read_text("utf-8")
    assert text.count(old) == 1
    twin.write_text(text.replace(old, new), "utf-8")


def test_one_wrong_character_gives_few_lines_and_the_sentence_last(checkout):
    root, run = checkout
    right, wrong, _ = SLIPS["a sign"]
    spoil(root / "src" / "mlpnotes" / "network.py", right, wrong)
    tests = ["tests/notebooks/step-2.ipynb", "tests/test_jacobians.py"]
    shown = run("-m", "pytest", "--nbval", "-n2", *tests).stdout
    assert len(shown.splitlines()) < 50
    assert shown.count("FAILED tests/notebooks/") == 1
    assert shown.endswith(
        "The package is wrong; mend this first. backward: dz2 is the first wrong\n"
        "line, (30). It is da2 times a2(1 + a2): (30) has a minus. 6 later lines\n"
        "follow from it: mend this one line.\n"
    )


def test_a_changed_output_shows_both_sides_also_when_run_alone(checkout):
    """With --lf the cells before the failed one run too, or it would lack names."""
    root, run = checkout
    twin = "tests/notebooks/lemma-5.ipynb"
    spoil(root / twin, "agrees: False", "agrees: True")
    for option in ("-q", "--lf"):
        shown = run("-m", "pytest", "--nbval", option, twin).stdout
        assert "\n  - agrees: True\n" in shown
        assert "\n  + agrees: False\n" in shown
        assert "1 failed" in shown
        assert "not the recorded one in lemma-5 (cell 6)" in shown
        assert ACCEPT in shown.splitlines()[-2]


def test_a_chapter_stops_at_its_first_exception(checkout):
    root, run = checkout
    twin = "tests/notebooks/lemma-5.ipynb"
    spoil(root / twin, "import numpy as np", "import nump as np")
    shown = run("-m", "pytest", "--nbval", twin).stdout
    assert "\nModuleNotFoundError: No module named 'nump'\n\nimport nump" in shown
    assert re.search(r"1 failed, 1 passed, \d+ skipped", shown)
    assert "make record" not in shown
