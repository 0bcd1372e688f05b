"""Wrong programs: the line that is named, the reason, the score, what is not said."""

import re

import numpy as np
import pytest
from programs import (
    BACK,
    ELEVEN,
    FORMS,
    NOTES,
    SIX,
    ending,
    load,
    program,
    row,
    six,
    words,
)
from truth import untrue

from mlpnotes.tutor import diagnose

# line, what the student writes, the mistakes that must be named
KNOWN = [
    ("dz3", "y - y_hat", "sign"),
    ("dz3", "2 * (y_hat - y)", "twice"),
    ("dz3", "2 / B * (y_hat - y)", "twice + divided by B"),
    ("dz3", "(y - y_hat) / B", "sign + divided by B"),
    ("dz3", "(y_hat - y) / y.shape[1]", "divided by K"),
    ("dz3", "(y_hat - y) / y_hat.size", "divided by BK"),
    ("dz3", "0.01 * (y_hat - y)", "factor"),
    ("dz3", "2 * (y_hat - y) / y.shape[1] * y_hat * (1 - y_hat)",
     "extra slope + twice + divided by K"),
    ("dz3", "-(y / y_hat + (1 - y) / (1 - y_hat)) * y_hat * (1 - y_hat)",
     "no signs + sign"),
    ("dz3", "y_hat - np.roll(y, 1, axis=1)", "labels one up"),
    ("dz3", "y_hat - np.eye(y.shape[1])[y.argmax(axis=1) - 1]", "labels one down"),
    ("dz3", "y_hat - y.argmax(axis=1)[:, None]", "class numbers"),
    ("dz3", "sigmoid(z3) - y", "sigmoid for softmax"),
    ("dz3", "e = np.exp(z3 - z3.max())\ndz3 = e / e.sum() - y", "softmax over all"),
    ("dz3", "(y_hat - y) * (1 - (y_hat - y))", "slope of the error"),
    ("dW3", "-a2.T @ dz3 / B", "sign + divided by B"),
    ("dW3", "z2.T @ dz3", "z for a"),
    ("db3", "-dz3.mean(axis=0)", "mean for sum + sign"),
    ("db3", "np.sum(dz3) * np.ones_like(b3)", "no axis, spread"),
    ("db3", "dW3.sum(axis=0)", "dW summed"),
    ("da2", "7.3 * dz3 @ W3.T", "factor"),
    ("da2", "W3 @ dz3", "other order"),
    ("da2", "-dz3 @ W3", "not transposed + sign"),
    ("da2", "dz3 @ W3.reshape(W3.shape[::-1])", "reshape for transpose"),
    ("da2", "W3_new = W3 - 0.5 * dW3 / B\nda2 = dz3 @ W3_new.T", "updated weights"),
    ("dz2", "-da2", "slope missing + sign"),
    ("dz2", "da2 * (1 - sigmoid(a2))", "1 − σ(a)"),
    ("dz2", "da2 * (a2 - (1 - a2))", "minus for times"),
    ("dz2", "da2 * da2 * (1 - da2)", "slope of the error"),
    ("dz2", "da2 * (1 - np.power(z2, 2))", "1 − z²"),
    ("dz2", "da2 * a2 * (1 - a2) * z2", "times z"),
    ("dz2", "da2 @ (a2.T @ (1 - a2))", "dot for *"),
    ("dz2", "da2 / 0.8 * a2 * (1 - a2)", "factor"),
    ("dz2", "a2 *= 1 - a2\ndz2 = da2 * a2 * (1 - a2)", "slope of the slope"),
    ("dW2", "np.multiply(a1, dz2)", "* for @"),
    ("dW2", "(dz2.T @ a1).reshape(W2.shape)", "reshape for transpose"),
    ("dW2", "a1.T @ dz2 / X.shape[1]", "divided by n0"),
    ("db2", "for i in range(B):\n    db2 = dz2[i]", "last observation only"),
    ("da1", "dz3 @ (W2 @ W3).T", "slope skipped"),
    ("da1", "dz2 @ dW2.T", "dW for W"),
    ("dz1", "da1 * (z1 > 0)", "slope of ReLU"),
    ("dz1", "da1 * X * (1 - X)", "slope of X"),
    ("dz1", "-da1 * (1 - a1**2)", "slope of tanh + sign"),
    ("dW1", "dz1.T @ X", "transposed"),
    ("db1", "4 * dz1.sum(axis=0)", "factor"),
]  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("line", "code", "names"), KNOWN)
def test_a_known_mistake(line, code, names, form):
    found = diagnose(load(program(form, {line: code})))
    assert not found.ok
    assert found.first_wrong == line
    assert row(found, line).hypotheses == tuple(names.split(" + "))
    assert row(found, line).mend
    assert "No known mistake" not in words(found)
    assert untrue(found, form, {line: code}) == []
    states = {r.status for r in found.rows[ELEVEN.index(line) + 1 :]}
    if "not reached" in states:
        assert states == {"not reached"}
        assert found.score == pytest.approx(ELEVEN.index(line) / 11)
    else:
        assert states <= {"right", "follows", "not returned"}
        assert found.score == pytest.approx(10 / 11)


def scaled(factor):
    """Return the same factor in all six arrays."""
    return {"end": six(f"g {factor}")}


MEANS = {n: f"{c} / B" for n, c in zip(SIX, (
    "a2.T @ dz3", "dz3.sum(axis=0)", "a1.T @ dz2", "dz2.sum(axis=0)", "X.T @ dz1",
    "dz1.sum(axis=0)"), strict=True)}  # fmt: skip
OWN_OUTPUTS = {"dW3": "y_hat.T @ dz3", "dW2": "a2.T @ dz2", "dW1": "a1.T @ dz1"}
BIAS_COLUMN = "np.hstack([np.ones((B, 1)), a2]).T @ dz3"
WITH_B = {n: f"dz{n[2]}.sum(axis=0) + 0.06 * b{n[2]}" for n in ("db3", "db2", "db1")}

# form, changes, more, the first wrong line, its mistakes, lines of the same mistake
SEVERAL = [
    ("course", {}, {"end": ending("g", "g")}, "dW3", "1/B missing + λ missing", ""),
    ("course", {}, {"end": ending("g / B / B + 2 * l2 * W", "g / B / B")},
     "dW3", "divided by B", "dW2 dW1"),
    ("course", {}, {"end": ending("-(g / B + 2 * l2 * W)", "-g / B")},
     "dW3", "sign", "db3 dW2 db2 dW1 db1"),
    ("course", {}, {"end": ending("0.5 * g / B + l2 * W", "0.5 * g / B")},
     "dW3", "half", "db3 dW2 db2 dW1 db1"),
    ("course", {}, {"end": ending("g / B + l2 / B * W")},
     "dW3", "λ/B W for 2λW", "dW2 dW1"),
    ("course", {}, {"end": ending("g / B - l2 * W")}, "dW3", "−λW for 2λW", "dW2 dW1"),
    ("course", {}, {"end": ending("g / B + l2 * W")}, "dW3", "λW for 2λW", "dW2 dW1"),
    ("course", {}, {"end": ending("g / B")}, "dW3", "λ missing", "dW2 dW1"),
    ("course", {}, {"end": ending("g / B - 2 * l2 * W")},
     "dW3", "λ subtracted", "dW2 dW1"),
    ("course", {}, {"end": ending("(g + 2 * l2 * W) / B")},
     "dW3", "λ before 1/B", "dW2 dW1"),
    ("course", {}, {"end": ending("g / B + 0.001 * W")}, "dW3", "other λ", "dW2 dW1"),
    ("course", {}, {"end": ending("g / B + l2 * np.square(W).sum()")},
     "dW3", "λ‖W‖²", "dW2 dW1"),
    ("course", {}, {"end": ending("g / B + l2 * np.sign(W)")},
     "dW3", "λ sign W", "dW2 dW1"),
    ("course", {}, {"end": ending(biases="g / B + 2 * l2 * b")},
     "db3", "λ on the biases", "db2 db1"),
    ("course", {}, {"end": ending(biases="g")}, "db3", "1/B missing", "db2 db1"),
    ("course", {}, {"end": ending("g / y.size + 2 * l2 * W", "g / y.size")},
     "dW3", "divided by K", "db3 dW2 db2 dW1 db1"),
    ("course", {}, {"end": ending("W - 0.1 * (g / B + 2 * l2 * W)")},
     "dW3", "updated parameter", "dW2 dW1"),
    ("six", MEANS, {}, "dW3", "divided by B", "dW2 dW1"),
    ("six", {}, scaled("* -1"), "dW3", "sign", "db3 dW2 db2 dW1 db1"),
    ("eleven", {}, scaled("* 0.01"), "dW3", "factor", "db3 dW2 db2 dW1 db1"),
    ("eleven", {"dz2": "da2 * (z2 > 0)", "dz1": "da1 * (z1 > 0)"}, {},
     "dz2", "slope of ReLU", "dz1"),
    ("eleven", {"da2": "dz3 @ (W3 - 0.1 * dW3).T", "da1": "dz2 @ (W2 - 0.1 * dW2).T"},
     {}, "da2", "updated weights", "da1"),
    ("eleven", WITH_B, {}, "db3", "λ on the biases", "db2 db1"),
    ("eleven", {"dz2": "da2", "db1": "dz1.mean(axis=0)"}, {},
     "dz2", "slope missing", ""),
    ("course", {"dz3": "y - y_hat", "db3": "dz3.mean(axis=0)"}, {}, "dz3", "sign", ""),
    ("course", {"dW3": "-a2.T @ dz3"}, {"end": ending("g / B + l2 * W")},
     "dW3", "sign + λW for 2λW", ""),
]  # fmt: skip


@pytest.mark.parametrize(("form", "changed", "more", "line", "names", "too"), SEVERAL)
def test_several_lines_or_the_end(form, changed, more, line, names, too):
    found = diagnose(load(program(form, changed, **more)))
    assert found.first_wrong == line
    assert row(found, line).hypotheses == tuple(names.split(" + "))
    for name in too.split():
        assert row(found, name).hypotheses == tuple(names.split(" + ")), name
    assert untrue(found, form, changed, **more) == []
    assert "mend this one line" not in found.message


@pytest.mark.parametrize("changed", [{"dW3": BIAS_COLUMN}, OWN_OUTPUTS])
def test_an_array_that_cannot_be_finished(changed):
    """In the course's form the program stops at its end; the line before is named."""
    found = diagnose(load(program("course", changed)))
    assert found.first_wrong == "dW3"
    assert "stopped" in found.message
    assert row(found, "dW3").hypotheses
    assert untrue(found, "course", changed) == []


def test_the_penalty_of_another_matrix_stops_the_program():
    end = "dW3 = dW3 / B + 2 * l2 * W1"
    found = diagnose(load(program("course", end=end)))
    assert found.first_wrong == "dW3"
    assert "`dW3 = dW3 / B + 2 * l2 * W1`, stopped" in found.message
    assert [r.status for r in found.rows].count("right") == 10


def test_the_parameters_themselves_are_no_gradient():
    found = diagnose(load(program("course", back="return params")))
    assert row(found, "dW3").hypotheses == ("another array",)
    assert "It is the array W3." in found.message


# what is handed in -> the score, times eleven; nothing is praised that has no power

ZEROS = {
    n: f"np.zeros_like({'y' if n == 'dz3' else n[1:] if n in SIX else 'a' + n[2]})"
    for n in ELEVEN
}
ONES = {n: code.replace("zeros", "ones") for n, code in ZEROS.items()}
NO_LINES = dict.fromkeys(ELEVEN, "pass")
NANS = {n: code.replace("zeros", "nan * np.ones") for n, code in ZEROS.items()}


def then_zeros(line):
    """Return right lines up to this one, then zeros."""
    return {n: ZEROS[n] for n in ELEVEN[ELEVEN.index(line) + 1 :]}


NOTHING = [
    ("eleven", ZEROS, {}, 0), ("six", ZEROS, {}, 0), ("course", ZEROS, {}, 0),
    ("course", ZEROS, {"end": "pass"}, 0),
    ("course", ZEROS, {"end": ending("l2 * W", "g")}, 0),
    ("eleven", {"dz3": ZEROS["dz3"]}, {}, 0), ("six", {"dz3": ZEROS["dz3"]}, {}, 0),
    ("course", {"dz3": "0 * (y_hat - y)"}, {}, 0),
    ("eleven", {"dz3": "1e-30 + 0 * y"}, {}, 0),
    ("eleven", ONES, {}, 0), ("six", ONES, {}, 0), ("course", ONES, {}, 0),
    ("eleven", NANS, {}, 0), ("six", dict.fromkeys(ELEVEN, "None"), {}, 0),
    *(("six", NO_LINES, {"back": f"return {it}"}, 0)
      for it in ("params", "acts", "{}", "None", "'dW1'", "(0,) * 11")),
    ("course", NO_LINES, {"end": "", "back": "return params"}, 0),
    ("six", {}, {"back": "return params"}, 0), ("six", {}, {"back": "return acts"}, 0),
    ("eleven", then_zeros("dz3"), {}, 1), ("eleven", then_zeros("db3"), {}, 3),
    ("six", then_zeros("db3"), {}, 3), ("course", then_zeros("db3"), {}, 3),
    ("eleven", then_zeros("da2"), {}, 4), ("eleven", then_zeros("db2"), {}, 7),
    ("six", then_zeros("db2"), {}, 7), ("course", then_zeros("db2"), {}, 7),
    ("eleven", {"dz2": ZEROS["dz2"]}, {}, 4), ("eleven", {"da1": ZEROS["da1"]}, {}, 7),
    ("six", {n: ZEROS[n] for n in ("db1", "db2", "db3")}, {}, 8),
    ("eleven", {n: ZEROS[n] for n in ("dW1", "dW2", "dW3")}, {}, 8),
    ("eleven", {}, scaled("* 0"), 5), ("six", {}, scaled("* 0"), 0),
    *((form, {"dz3": "(y_hat - y) / y.shape[1]"}, {}, 10) for form in FORMS),
]  # fmt: skip


@pytest.mark.parametrize(("form", "changed", "more", "lines"), NOTHING)
def test_no_marks_for_nothing(form, changed, more, lines):
    found = diagnose(load(program(form, changed, **more)))
    assert not found.ok
    assert found.score == pytest.approx(lines / 11)
    credited = [r.name for r in found.rows if r.status in ("right", "follows")]
    if lines < 9:
        assert len(credited) <= lines
        assert "follow" not in words(found)
    if not lines:
        assert "right" not in re.sub("the right one", "", words(found))


def test_what_follows_from_zeros_is_unclear():
    found = diagnose(load(program("eleven", {"dz3": ZEROS["dz3"]})))
    assert {r.status for r in found.rows[1:]} == {"unclear"}
    said = "Your dz3 is all zeros, so this line cannot be judged yet."
    assert row(found, "dW3").detail == said


# a pass that raises: what is right so far, the line, and why, in words

STOPS = [
    ({"da2": "dz3 @ W3"}, "da2", r"\(7, 3\) @ \(4, 3\): the inner .* dz3 @ W3: \(28\)"),
    ({"da1": "np.dot(dz2, W2)"}, "da1", r"np.dot\(dz2, W2\) is \(7, 4\) @ \(5, 4\)"),
    ({"dW3": "a2 @ dz3"}, "dW3", r"a2 @ dz3 is \(7, 4\) @ \(7, 3\)"),
    ({"dz2": "da2 * a1 * (1 - a1)"}, "dz2", r"da2 \* a1 is \(7, 4\) \* \(7, 5\)"),
    ({"dz2": "da2(a2 * (1 - a2))"}, "dz2", "calls da2, which is no function"),
    ({"dW2": "a1.T @ dZ2"}, "dW2", "dZ2 is not defined: is it dz2"),
    ({"da2": "None"}, "da2", "still to be written"),
    ({"dz3": "y_hat.minus(y)"}, "dz3", "minus"),
    ({"db3": "dz3.sum(axis=2)"}, "db3", "axis 2"),
    ({"dW1": "for i in range(B + 1):\n    dW1 = X[i]"}, "dW1", "X has 7 rows|bounds"),
    ({"da1": "raise NotImplementedError"}, "", "still to be written"),
    ({"dz3": "y - y_hat", "da2": "dz3 @ W3"}, "dz3", r"−1 times.* @ W3"),
]  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("changed", "line", "said"), STOPS)
def test_a_pass_that_raises_is_judged_up_to_there(changed, line, said, form):
    found = diagnose(load(program(form, changed)))
    text = words(found)
    assert found.first_wrong == (line or None)
    assert "gufunc" not in text
    assert re.search(r"stopped: |Your line \d+ uses it", text)
    assert re.search(said, text, re.S) or re.search(said.split(".*")[-1], text), text
    assert untrue(found, form, changed) == []
    right = [r.name for r in found.rows if r.status == "right"]
    if row(found, line or "dz3").status == "raised" and right:
        assert found.score == pytest.approx(ELEVEN.index(line) / 11)
        assert "is right. Your line" in text or "are right. Your line" in text


# thresholds that a small network never reaches

CUTS = {
    "np.clip(g, -1, 1)": "clipped",
    "np.clip(g, -5, 5)": "clipped",
    "np.clip(g, -10, 10)": "clipped",
    "np.clip(g, -100, 100)": "clipped",
    "np.where(abs(g) < 1e-2, 0, g)": "",
    "np.where(abs(g) < 1e-3, 0, g)": "",
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("cut", CUTS)
@pytest.mark.parametrize("seed", [0, 1])
def test_what_is_cut_off_is_seen(cut, form, seed):
    end = six(cut) if form != "course" else ending(cut + " / B + 2 * l2 * W")
    found = diagnose(load(program(form, end=end)), seed=seed)
    first = row(found, found.first_wrong)
    assert found.first_wrong[1] == "W"
    if found.remarks:  # seen in another network: that is said
        assert re.search("larger|smaller|cut something off|to zero", found.remarks[0])
        assert first.detail.startswith("In a network with ")
    assert first.hypotheses[:1] in ((CUTS[cut],), ("masked",), ("zero",))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("eps", ["1e-2", "1e-3"])
def test_a_bound_of_the_probabilities_is_seen(eps, form):
    code = f"np.clip(y_hat, {eps}, 1 - {eps}) - y"
    found = diagnose(load(program(form, {"dz3": code})))
    assert found.first_wrong == "dz3"
    assert row(found, "dz3").hypotheses == ("ŷ clipped",)


# what was said and was not so

D = "    d3 = acts.y_hat - y\n    d2 = d3 @ W3.T * a2 * (1 - a2)\n"
D += "    d1 = d2 @ W2.T * a1 * (1 - a1)\n    w = X.T @ d1, a1.T @ d2, a2.T @ d3\n"


def test_six_in_a_tuple_are_told_by_the_shapes_that_fit():
    for back, line in (
        ("(*w, np.sum(d1), np.sum(d2), np.sum(d3))", "db3"),
        ("(*w[::-1], d3.sum(0), d2, d1.sum(0))", "db2"),
        ("(*w, d1.sum(1), d2.sum(1), d3.sum(1))", "db3"),
    ):
        found = diagnose(load(f"{NOTES}{D}    return {back}\n"))
        assert found.first_wrong == line
        assert {row(found, f"dW{k}").status for k in (1, 2, 3)} == {"right"}


@pytest.mark.parametrize("factor", ["* -1", "/ 2", "/ B", "* 0.1", "* 7.3"])
def test_a_factor_at_the_end_may_be_in_dz3_where_the_numbers_cannot_tell(factor):
    found = diagnose(load(program("six", names="other", **scaled(factor))))
    assert found.first_wrong == "dW3"
    assert "at the end, or in dz3, which you do not return" in found.message
    seen = diagnose(load(program("six", **scaled(factor))))
    assert "dz3" not in words(seen).replace("dz3.T", "")
    whole = ending(f"(g / B + 2 * l2 * W) {factor}", f"g / B {factor}")
    told = diagnose(load(program("course", end=whole, names="other")))
    assert told.first_wrong == "dW3"
    assert "in dz3" not in words(told)


def test_a_hidden_factor_is_told_from_one_in_each_of_two_arrays():
    twice = {"dW3": "2 * a2.T @ dz3", "db3": "2 * dz3.sum(axis=0)"}
    for names in ("notes", "other"):
        found = diagnose(load(program("six", twice, names=names)))
        assert {row(found, n).status for n in ("dW2", "dW1")} == {"right"}
        assert "or in dz3" not in words(found)
        assert untrue(found, "six", twice) == []


def test_what_later_arrays_show_to_be_right_is_not_lost():
    changed = {"end": "dz3 = np.full_like(dz3, np.nan); dW2 = dW2 * np.nan"}
    found = diagnose(load(program("eleven", **changed)))
    assert row(found, "dz3").status == row(found, "dW2").status == "not finite"
    rest = [r for r in found.rows if r.name not in ("dz3", "dW2")]
    assert {r.status for r in rest} == {"right"}
    assert "cannot be used" not in words(found)
    spoiled = {"end": "dz3 = dz3 * np.nan; dW2 = np.cos(dW2)"}
    spoiled |= {"back": BACK["six"].replace("(", "(dz3=dz3, ", 1)}
    found = diagnose(load(program("six", **spoiled)))
    assert row(found, "dW2").status == "wrong here"
    assert "cannot be used" not in words(found)


@pytest.mark.parametrize("names", ["notes", "other"])
def test_a_hidden_line_is_not_suspected_while_an_array_made_of_it_is_right(names):
    unknown = {"db2": "np.cos(dz2).sum(axis=0)"}
    found = diagnose(load(program("six", unknown, names=names)))
    assert found.first_wrong == "db2"
    assert "may hold the mistake" not in words(found)
    assert row(found, "db2").hypotheses == ()


@pytest.mark.parametrize("form", FORMS)
def test_one_sentence_does_not_contradict_the_other(form):
    for code in ("da2 * (1 - a2)", "da2 * a2", "da2"):
        found = diagnose(load(program(form, {"dz2": code})), hint=3)
        assert "twice" not in words(found)
        assert len(row(found, "dz2").hypotheses) == 1
    for line, code in (("dz3", "(y_hat - y).T"), ("dz2", "(da2 * a2 * (1 - a2)).T")):
        assert "order" not in words(diagnose(load(program(form, {line: code}))))


def test_in_the_courses_form_a_sum_is_called_a_sum():
    for code, hypothesis in (("0 * W3", "zero"), ("2 * (a2.T @ dz3)", "twice")):
        detail = row(diagnose(load(program("course", {"dW3": code}))), "dW3")
        assert detail.hypotheses == (hypothesis,)
        assert detail.detail.startswith("The sum over the batch in it is ")


def test_the_second_network_is_named_where_its_numbers_are_shown():
    tried = "try:\n    da2 = dz3 @ W3\nexcept ValueError:\n    da2 = dz3 @ W3.T"
    for changed in ({"da2": tried}, {"db3": "dz3.sum(axis=0) * 7 / B"}):
        found = diagnose(load(program("eleven", changed)))
        assert "In a network whose sizes are all 5" in found.remarks[0]
        assert row(found, found.first_wrong).detail.startswith("In a network whose")


def test_a_missing_slope_is_no_change_in_place():
    found = diagnose(load(program("eleven", {"dz2": "dz2 = da2"})))
    assert found.first_wrong == "dz2"
    assert found.remarks == []
    found = diagnose(
        load(program("eleven", {"dz2": "dz2 = da2\ndz2 *= a2 * (1 - a2)"}))
    )
    assert found.first_wrong == "da2"
    assert "da2 and dz2 are one array" in found.remarks[0]
    for text in (str(found), found._repr_html_()):
        assert "da2 is the first wrong line" in text
        assert "one array" in text


def test_accumulating_into_an_argument_is_said():
    back = "W3 += dW3\nreturn dW1, db1, dW2, db2, W3, db3"
    found = diagnose(load(program("six", back=back)))
    assert "changes its argument W3" in found.remarks[0]
    assert found.first_wrong == "dW3"
    assert row(found, "dW3").hypotheses


@pytest.mark.filterwarnings("ignore:the matrix subclass")
def test_a_star_between_matrices_is_a_product():
    start = "W3, a2 = np.asmatrix(W3), np.asmatrix(a2)"
    changed = {"dz2": "da2 * (a2.T * (1 - a2))", "dz1": "np.multiply(da1, a1 - a1**2)"}
    changed |= {"dW3": "a2.T * dz3", "da2": "dz3 * W3.T"}
    found = diagnose(load(program("eleven", changed, start=start)))
    assert found.first_wrong == "dz2"
    assert row(found, "dz2").hypotheses == ("dot for *",)


def test_an_array_is_finished_before_the_program_stops():
    """Of what was computed by then, some arrays have 1/B and the penalty."""
    changed = {"dz1": "da1 * (1 - a1**2)", "dW2": "X.T @ dz2"}
    found = diagnose(load(program("course", changed)))
    assert found.first_wrong == "dW2"
    assert row(found, "dz1").hypotheses == ("slope of tanh",)
    assert row(found, "dW1").status == row(found, "db1").status == "follows"


def test_nothing_is_made_out_of_rounding():
    """The rows of ŷ − y have the sum 0: anything times a number fits."""
    for code in ("np.mean(dz3)", "dW3.sum(axis=1) / 3", "1.7 * np.sum(dz3)"):
        wrong = row(diagnose(load(program("six", {"db3": code}))), "db3")
        assert wrong.hypotheses in (("zero",), ("no axis",), ("dW summed",))
        assert "times" not in wrong.detail


def test_the_reason_of_another_line_names_it():
    """Where a line does not fit, the line before it may hold the mistake."""
    changed = {"db2": "np.sum(dz2)", "dz2": "da2 * a2 * (1 - a2) * (z2 > 0)"}
    found = diagnose(load(program("six", changed, names="other")))
    said = row(found, "db2").detail
    assert "It is what (30) gives" not in said
    assert untrue(found, "six", changed) == []


def test_the_loss_penalises_no_bias():
    end = ending(biases="g / B + b")
    found = diagnose(load(program("course", {"db2": "da2.sum(axis=0)"}, end=end)))
    assert row(found, "db2").hypotheses == ("da for dz", "λ on the biases")
    assert "b2 in it: (53) does not penalise biases" in row(found, "db2").detail


def test_disjoint_parts_of_a_buffer_are_not_one_array():
    full = "full = dz3.T @ np.c_[a2, np.ones(B)]"
    changed = {"dW3": f"{full}\ndW3 = full[:, :-1].T", "db3": "full[:, -1]"}
    found = diagnose(load(program("six", changed, end="dW3 *= 2")))
    assert row(found, "dW3").hypotheses == ("twice",)
    assert found.remarks == []


def test_a_slope_too_early_is_not_taken_for_one_made_in_place():
    changed = {"da2": "dz3 @ W3.T * a2 * (1 - a2)", "dz1": "da1 @ a1"}
    found = diagnose(load(program("six", changed)))
    assert found.first_wrong == "da2"
    assert untrue(found, "six", changed) == []
    changed = {"dz2": "dz2 = da2\ndz2 *= a2 * (1 - a2)", "dW2": "a1 @ dz2"}
    found = diagnose(load(program("six", changed)))
    assert found.first_wrong == "dW2"
    assert {r.status for r in found.rows[:5]} == {"right"}


def test_every_number_that_is_printed_is_one():
    for k in (-0.0137, 1e-7, 12345.678, -2.5e9):
        found = diagnose(load(program("eleven", {"dz3": f"{k} * (y_hat - y)"})))
        factor = re.search(r"It is ([−\d.e+]+?)(,| times)", found.message)[1]
        assert float(factor.replace("−", "-")) == pytest.approx(k, rel=1e-3)
    assert np.isfinite(found.score)
