"""What readers and attackers of the tutor stumbled over: a program, and a sentence."""

import logging
import sys

import numpy as np
import pytest
from programs import BUT_NOT_BACK, ending, load, program, row, six

from mlpnotes import backward
from mlpnotes.tutor import diagnose

# form, changes, more, the first wrong line, the score times eleven, what is said
SAID = [
    ("eleven", {"dz2": "da2 * a2 * (a2 - 1)"}, {}, "dz2", 10, "not a2(a2 − 1)"),
    ("eleven", {"dz3": "y - y_hat", "dz2": "da2 * a2 * (a2 - 1)"}, {}, "dz3", 10,
     "are right all the same: something makes up for it. Mend both."),
    ("eleven", {"dz3": "-(y_hat + y)"}, {}, "dz3", 10,
     "Up to the factor −1, it is ŷ + y: (9) has a minus."),
    ("eleven", {"da2": "dz3 @ W3.transpose"}, {}, "da2", 3,
     "W3.transpose is a function and is not called: write W3.transpose()"),
    ("eleven", {"da2": "dz3 @ W3.T()"}, {}, "da2", 3, "write it without ()"),
    ("eleven", {"db3": "sum(dz3, axis=0)"}, {}, "db3", 2, "sum is Python's own"),
    ("eleven", {"dz3": "dz3 = y_hat.copy(); dz3[range(B), y] -= 1"}, {}, "dz3", 0,
     "y holds one-hot rows, no class numbers"),
    ("eleven", {"dz2": "(9 * da2 * a2 * (1 - a2)).astype(int)"}, {}, "dz2", 10,
     "It has dtype int64, expected float64. The fractions are cut off."),
    ("eleven", {}, {"start": "W1, W2, W3, b1, b2, b3 = params"}, "da2", 3,
     "Your variable W2 holds b1, W3 holds W2"),
    ("eleven", {"dz2": "a2 *= 1 - a2; dz2 = da2 * a2"}, {}, None, 11,
     "Your function changes its argument a2"),
    ("eleven", {"dW3": "np.round(a2.T @ dz3, 2)"}, {}, "dW3", 10,
     "It is rounded, to 2 decimals."),
    ("eleven", {"dz3": "(y_hat.argmax(1) != y.argmax(1))[:, None] * (y_hat - y)"}, {},
     "dz3", 10, "zero in the rows that are classified rightly"),
    ("six", {}, {"back": "return None"}, None, 10,
     "returned None: is the return statement missing?"),
    ("six", {}, {"end": six("g / X.shape[1] * B"), "names": "other"}, "dW3", 10,
     "All six are B/n0"),
    ("course", {"dz3": "(y_hat - y) / X.shape[1]"},
     {"end": ending("g + 2 * l2 * W", "g")}, "dz3", 10, "It is 1/n0 (here"),
    ("course", {}, {"end": ending("g / y.shape[1] + 2 * l2 * W", "g / y.shape[1]")},
     "dW3", 5, "is divided by K where it should be by B. The same holds for db3, dW2"),
]  # fmt: skip


@pytest.mark.parametrize(("form", "changed", "more", "line", "lines", "said"), SAID)
def test_what_is_said(form, changed, more, line, lines, said):
    found = diagnose(load(program(form, changed, **more)))
    assert found.first_wrong == line
    assert said in found.message + found.mend
    assert found.score == pytest.approx(lines / 11)
    assert not found.ok


def test_lines_in_a_loop_are_not_judged_as_whole_arrays():
    text = """def backward(params, acts, y):
    dW3, db3 = np.zeros_like(params.W3), np.zeros_like(params.b3)
    for i in range(len(y)):
        dz3 = acts.y_hat[i] - y[i]
        dW3 += np.outer(acts.a2[i], dz3)
        db3 += dz3
        dz2 = params.W3.T @ dz3 * acts.a2[i] * (1 - acts.a2[i])
    return dW3, db3
"""
    found = diagnose(load(text))
    assert found.first_wrong == "dz2"
    assert {r.status for r in found.rows} == {"raised", "not reached"}


def test_a_part_that_is_returned_is_judged():
    found = diagnose(load(program("six", {}, back="return dz3, dW3, db3, da2")))
    assert found.message.endswith("expected 11 or 6. " + BUT_NOT_BACK)
    half = load(
        "def backward(params, acts, y):\n"
        "    dz3 = acts.y_hat - y\n"
        "    dW3 = acts.a2.T @ dz3\n"
    )
    assert diagnose(half).score == pytest.approx(2 / 11)
    assert diagnose(half).message.endswith("dz3 and dW3 are right.")


def test_right_arrays_in_another_order():
    found = diagnose(lambda p, a, y: tuple(backward(p, a, y))[::-1])
    assert found.message.startswith("All arrays are right, but in another order")
    assert {r.status for r in found.rows} == {"right"}


def test_a_stale_local_is_no_evidence():
    found = diagnose(
        load(program("six", {"dz3": "(y_hat - y) * np.cos(z3)"}, end="dz3 /= B"))
    )
    assert found.first_wrong == "dW3"
    assert "No known mistake" in found.message
    assert not row(found, "da2").hypotheses


def test_a_penalty_typed_as_a_number_is_seen():
    end = ending("g / B + 0.06 * W")
    found = diagnose(load(program("course", end=end)))
    assert found.first_wrong == "dW3"


def test_hints_in_three_steps():
    slip = load(program("eleven", {"dz2": "da2 * z2 * (1 - z2)"}))
    where, kind, mend = (diagnose(slip, hint=n).message for n in (1, 2, 3))
    assert where.startswith("dz2 is the first wrong line, (30).")
    assert "z2(1 − z2)" not in where
    assert "z2(1 − z2)" in kind
    assert "made of the output a2" not in kind
    assert "made of the output a2" in mend
    with pytest.raises(ValueError, match="hint is 4, expected 1, 2 or 3"):
        diagnose(slip, hint=4)


def test_nothing_is_left_behind():
    def student(params, acts, y):
        logging.warning("x")
        np.random.rand()  # the global state is the student's to use
        return backward(params, acts, y)

    before = sys.getprofile()
    root = logging.getLogger()
    handlers = list(root.handlers)
    try:
        assert diagnose(student).ok
        logging.warning("y")  # must not fail on a closed file
    finally:
        root.handlers[:] = handlers
    assert sys.getprofile() is before


def test_own_base_exceptions_are_a_verdict():
    class Stop(BaseException):
        pass

    def student(params, acts, y):
        raise Stop("now")

    assert "Stop" in diagnose(student).message
