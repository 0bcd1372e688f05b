"""What is said of an answer to an exercise: three states, and why."""

import re
from fractions import Fraction

import numpy as np
import pytest

from mlpnotes import backward
from mlpnotes.exercise import (
    Verdict,
    first_wrong,
    judge,
    names,
    returns,
    same,
    seal_of,
    sealed,
)
from mlpnotes.network import Gradients

TARGET = np.arange(1.0, 7).reshape(2, 3)


@pytest.mark.parametrize("mine", [None, ...])
def test_no_answer_is_not_tried_and_not_true(mine):
    verdict = judge(mine, same(4))
    assert verdict.state == "not tried"
    assert not verdict
    assert repr(verdict) == "○ not tried"


def test_a_right_answer_is_true():
    assert judge(TARGET + 0, same(TARGET))
    assert judge(np.float32(4), same(4))
    assert judge(Fraction(1, 3), same(1 / 3))
    assert judge([Fraction(1, 3), 1], same(np.array([1 / 3, 1])))
    assert repr(judge(4.0, same(4))) == "✓ right"


@pytest.mark.parametrize(
    ("mine", "why"),
    [
        (TARGET[:2, :2] + 0, "its shape is (2, 2), expected (2, 3)"),
        (TARGET.T + 0, "its shape is (3, 2), expected (2, 3)"),
        (-TARGET, "the sign is wrong, everywhere"),
        (TARGET * 1.01, "close, but not to as many digits as are asked for"),
        (TARGET * 7, "it is 7 times what it should be, everywhere"),
        (TARGET + np.eye(2, 3), "4 of its 6 entries are right"),
        (TARGET, "that is what the check computed: compute it yourself"),
        (np.ones((2, 3)), "that is ones"),
        (TARGET * np.nan, "that is an array with infinities or NaN in it"),
        ("TARGET", "that is a text"),
        (True, "that is the truth value True"),
        (lambda: TARGET, "that is a function"),
        ({1, 2}, "that is a set"),
    ],
)
def test_a_wrong_array_is_told_apart(mine, why):
    verdict = judge(mine, same(TARGET, refuse={"ones": np.ones((2, 3))}))
    assert verdict.state == "not yet"
    assert not verdict
    assert verdict.why.startswith(why)


def test_a_transposed_square_is_told():
    square = np.arange(9.0).reshape(3, 3)
    assert judge(square.T + 0, same(square)).why == "it is transposed"


@pytest.mark.parametrize("mine", ["4", True, [4], np.array([4.0]), 3, 5.5, np.nan, len])
def test_a_wrong_number_is_not_told_the_right_one(mine):
    why = judge(mine, same(4)).why
    assert why
    assert "4" not in why.replace("array([4.])", "")


def test_a_function_is_called_with_copies_and_its_faults_are_said():
    x = np.arange(3.0)

    def spoils(z):
        z *= 2
        return z

    rule = returns(lambda z: 2 * z, (x,))
    assert judge(spoils, rule)
    assert list(x) == [0, 1, 2]
    assert judge(lambda z: 2 * z, rule)
    assert judge(lambda z: z, rule).why.startswith("what it returns is not right")
    assert judge(lambda z: None, rule).why.startswith("it returns None")
    assert judge(lambda: 1, rule).why.startswith("calling it raises TypeError")
    assert judge(3, rule).why == "that is a number, expected a function"


def test_a_function_is_not_the_checks_own():
    assert judge(np.sin, returns(np.sin, (1.0,))).why.startswith("that is the check's")


def test_names_in_any_order_are_counted_not_named():
    rule = names({"dz3", "dW3"}, Gradients._fields)
    assert judge({"dW3", "dz3"}, rule)
    assert judge(" dz3  dW3 ", rule)
    assert judge("in place", names(["in place"], among=["in place", "entry"]))
    assert judge("dW3, dz3", rule)
    why = "names that do not belong: 1, names that are missing: 1"
    assert judge(["dW3", "db3"], rule).why == why
    assert judge(["dW4"], rule).why.startswith("'dW4' is none of")
    assert judge(4, rule).why == "that is a number, expected names"


def test_the_tutor_confirms_the_first_wrong_line():
    def wrong(params, acts, y):
        right = backward(params, acts, y)
        return right._replace(db3=right.dz3.mean(axis=0))

    rule = first_wrong(wrong)
    assert judge("db3", rule)
    assert judge("DB3 ", rule)
    assert judge(["db3"], rule).why.startswith(
        "db3 is the first wrong line, (20). It is"
    )
    assert "1/B" in judge("db3", rule).why
    assert judge("dW3", rule).why == "dW3 is right, entry by entry"
    assert judge("da3", rule).why.startswith("'da3' is none of")
    assert judge(" db3 = dz3.mean(axis=0)", rule)
    assert judge(3, rule).why == "that is a number, expected the name of a line"


def test_what_follows_is_told_from_what_is_wrong():
    def wrong(params, acts, y):
        dz3 = y - acts.y_hat
        return {"dz3": dz3, "dW3": acts.a2.T @ dz3, "db3": dz3.sum(axis=0)}

    assert "before it" in judge("dW3", first_wrong(wrong)).why
    assert judge("dz2", first_wrong(wrong)).why == "this pass does not return dz2"


def test_a_seal_holds_what_it_sealed_and_shows_it_nowhere():
    seal = seal_of("ex-1", 2_011_000)
    known = {seal_of("ex-1", 2000): "that counts only"}
    rule = sealed("ex-1", seal, "count again", known)
    assert re.fullmatch("[0-9a-f]{8}", seal)
    assert judge(2_011_000, rule)
    assert judge(np.float64(2_011_000), rule)
    assert judge(2000, rule).why == "that counts only"
    assert judge(7, rule).why == "count again"
    assert judge(set(), rule).why == "that is a set, expected a number"
    assert judge(True, sealed("ex-1", seal_of("ex-1", 1))).state == "not yet"
    assert seal_of("ex-1", (" B", 1)) == seal_of("ex-1", ["b", 1.0])
    assert seal_of("ex-1", "b") != seal_of("ex-2", "b")


@pytest.mark.parametrize("mine", [(2, 8), [2.0, 8], np.array([2, 8]), "2, 8", "(2, 8)"])
def test_a_pair_may_be_written_in_any_way_and_its_half_is_told(mine):
    rule = sealed("ex-1", seal_of("ex-1", (2, 8)), parts=2)
    assert judge(mine, rule)
    assert judge(2, rule).why == "expected 2 in the order of the question, got 1"
    assert judge((2, 7), rule).why == "(2, 7) is not it"


def test_what_an_answer_does_stays_with_the_answer():
    class SilentError(Exception):
        def __str__(self):
            raise ValueError

    def leave(mine):
        raise mine

    assert "SystemExit" in judge(SystemExit(), leave).why
    assert judge(SilentError(), leave).why == "with it, the check stops: SilentError"
    assert len(repr(judge([0] * 10**6, sealed("ex-1", "00000000")))) < 200
    assert judge(4 + 1j, same(4)).state == "not yet"
    masked = np.ma.masked_all((2, 3))
    masked.data[:] = TARGET
    assert not judge(masked, same(TARGET))
    assert "float32" in judge(TARGET.astype(np.float32) * 0.1, same(TARGET * 0.1)).why


def test_a_long_reason_is_broken_into_lines():
    lines = repr(Verdict("not yet", "word " * 40)).splitlines()
    assert len(lines) > 2
    assert max(map(len, lines)) <= 70


def test_a_rule_that_stops_is_a_wrong_answer():
    why = judge("three", lambda mine: mine + 1).why
    assert why.startswith("with it, the check stops: TypeError")


@pytest.mark.parametrize(
    ("mine", "one", "two"),
    [
        ("banana", "that is a text, expected a number", "that is a text, expected 2 "),
        ("1/2", "that is a text, expected a number", "that is a text, expected 2 numb"),
        (
            (None, None),
            "one of them is None, expected a",
            "one of them is None, expect",
        ),
        (
            ("a", 2),
            "one of them is a text",
            "one of them is a text, expected 2 numbers",
        ),
        ([None], "that is None, expected a number", "that is None, expected 2 numbers"),
        (np.inf, "that is inf, expected a number", "that is inf, expected 2 numbers"),
        (10**400, "that is an integer beyond all floats", "that is an integer beyond"),
        (4 + 1j, "that is a complex number", "that is a complex number"),
        (True, "that is the truth value True", "that is the truth value True"),
        ((1, 2, 3), "expected 1, got 3", "expected 2 in the order of the question, g"),
        (7, "think again", "expected 2 in the order of the question, got 1"),
        ("7", "think again", "expected 2 in the order of the question, got 1"),
    ],
)
def test_where_numbers_are_sealed_other_things_are_told(mine, one, two):
    for parts, why in ((1, one), (2, two)):
        rule = sealed("ex-1", "00000000", "think again", parts=parts)
        assert judge(mine, rule).why.startswith(why)


def test_where_words_are_sealed_a_word_is_no_fault():
    rule = sealed("ex-1", seal_of("ex-1", "ii"), "one of i, ii", parts=1, words=True)
    assert judge("II", rule)
    assert judge("iii", rule).why == "one of i, ii"
    assert judge(2, rule).why == "one of i, ii"
    assert judge(None, rule).state == "not tried"
    assert judge([None], rule).why == "that is None, expected a word"


def test_a_word_that_is_known_keeps_its_reason():
    rule = sealed("ex-1", "00000000", known={seal_of("ex-1", ("K", "n1")): "names"})
    assert judge("K, n1", rule).why == "names"


@pytest.mark.parametrize(
    ("mine", "what"),
    [
        ((1, 2, 3), "a tuple of numbers"),
        ([1, 2], "a list of numbers"),
        (np.ones(2), "an array of numbers"),
        ((), "a tuple with nothing in it"),
        ((None, None), "a tuple"),
        ([1, np.nan], "a list with infinities or NaN in it"),
        (np.array(["a"]), "an array of dtype <U1"),
        (np.inf, "inf"),
        (10**400, "an integer beyond all floats"),
    ],
)
def test_an_answer_is_called_what_it_is(mine, what):
    assert judge(mine, same(4)).why == f"that is {what}, expected a number"
    if what not in ("a tuple of numbers", "a list of numbers", "an array of numbers"):
        why = f"that is {what}, expected an array of numbers"
        assert judge(mine, same(TARGET)).why == why


def test_a_complex_value_of_a_function_is_not_too_large():
    rule = returns(lambda x: x, (1.0,))
    said = "what it returns is not right: it is complex, expected real numbers"
    assert judge(lambda x: x + 1j, rule).why == said


@pytest.mark.parametrize("factor", [1e-10, 1e-20, 3, -0.5, 1e12])
def test_a_factor_is_told_however_small_it_is(factor):
    rule = same(TARGET, rtol=1e-6, atol=1e-10)  # as wide as for a central difference
    why = f"it is {factor:.3g} times what it should be, everywhere"
    assert judge(TARGET * factor, rule).why == why


def test_what_is_nearly_nothing_is_not_called_a_multiple():
    rule = same(TARGET, rtol=1e-6, atol=1e-10)
    dust = 1e-17 * np.random.default_rng(1).normal(size=TARGET.shape)
    for mine in (dust, 0 * TARGET):
        assert judge(mine, rule).why == "0 of its 6 entries are right"


def test_integers_where_floats_belong_are_told():
    why = judge(np.zeros(TARGET.shape, np.int64), same(TARGET / 7)).why
    assert why == "it is an array of integers (int64), expected floats"
    assert judge(np.zeros(TARGET.shape, np.int64), same(TARGET)).why.startswith(
        "0 of its"
    )


def test_a_return_that_is_missing_is_no_answer_that_was_not_tried():
    def stub(W):
        """Return something."""
        slope = None
        return slope

    def empty(W):
        pass

    def forgotten(W):
        """Return something."""
        slope = W + 1  # noqa: F841

    def early(W):
        slope = None
        for W in slope or []:
            slope = W
        return slope

    for function in (stub, empty, None):
        assert judge(None, same(TARGET), function) == Verdict("not tried")
    for function in (forgotten, early, len):
        verdict = judge(None, same(TARGET), function)
        name = function.__name__
        if function is len:  # its source is not known
            assert verdict == Verdict("not tried")
        else:
            assert verdict.state == "not yet"
            assert verdict.why.startswith(f"{name} returns None: is the return")
    assert judge(TARGET + 0, same(TARGET), forgotten)
