"""What a fresh student found unfair: a blame, a sentence, a mark."""

import pytest
from programs import (
    BACK,
    BUT_NOT_BACK,
    ELEVEN,
    ending,
    ending_like,
    load,
    program,
    row,
    words,
)  # fmt: skip

from mlpnotes.tutor import Form, diagnose

EARLY = {k: f"dz{k + 1} @ W{k + 1}.T * a{k} * (1 - a{k})" for k in (1, 2)}
IN_PLACE = "dz{k} = da{k}; dz{k} *= a{k} * (1 - a{k})"
HELPER = "def back(d, a):\n    d *= a * (1 - a)\n    return d\n"


def statuses(found):
    return {r.name: r.status for r in found.rows}


# one array with two names


@pytest.mark.parametrize("k", [1, 2])
@pytest.mark.parametrize("names", ["notes", "other"])
@pytest.mark.parametrize("more", ["", "; dW3 *= 1", "; db3 += 0"])
def test_a_slope_too_early_is_no_change_in_place(k, names, more):
    changed = {f"da{k}": EARLY[k], f"dz{k}": f"dz{k} = da{k}{more}"}
    found = diagnose(load(program("eleven", changed, names=names)), hint=3)
    assert found.first_wrong == f"da{k}"
    assert f"It has a factor a{k}(1 − a{k}) that belongs to dz{k}." in found.message
    assert "changed" not in str(found)
    assert "one array" not in str(found)
    copied = changed | {f"dz{k}": f"da{k}.copy()"}
    assert found.message == diagnose(load(program("eleven", copied)), hint=3).message


@pytest.mark.parametrize("k", [1, 2])
@pytest.mark.parametrize("names", ["notes", "other"])
@pytest.mark.parametrize(
    "code",
    [
        IN_PLACE, IN_PLACE.replace("; ", "\n"), "dz{k} = back(da{k}, a{k})",
        "np.multiply(da{k}, a{k} * (1 - a{k}), out=da{k}); dz{k} = da{k}",
        "dz{k} = da{k}; dz{k}[:] = da{k} * a{k}; dz{k} *= 1 - a{k}",
    ],
)  # fmt: skip
def test_a_change_in_place_is_one(k, names, code):
    changed = {f"dz{k}": code.format(k=k)}
    scope = {}
    exec(HELPER, scope)
    text = program("eleven", changed, names=names)
    found = diagnose(load(text, back=scope["back"]))
    assert found.first_wrong == f"da{k}"
    assert row(found, f"da{k}").hypotheses == ("one array",)
    assert f"da{k} and dz{k} are one array" in found.remarks[0]


def test_a_change_in_place_of_what_a_dict_holds():
    end = "g = dict(da2=dz3 @ W3.T); g['dz2'] = g['da2']; g['dz2'] *= a2 * (1 - a2)"
    back = BACK["eleven"].replace("da2, dz2", "g['da2'], g['dz2']")
    found = diagnose(load(program("eleven", end=end, back=back)))
    assert row(found, "da2").hypotheses == ("one array",)


# arrays that are not finite, or of half the precision


@pytest.mark.parametrize("form", ["eleven", "six", "course"])
def test_nan_in_one_line_is_no_fault_of_the_later_ones(form):
    found = diagnose(load(program(form, {"dz2": "da2 * np.log(z2)"})))
    assert found.first_wrong == "dz2"
    said = statuses(found)
    assert said["dz2"] == "not finite"
    assert said["dW2"] == said["db2"] == "follows"  # some columns are finite
    for name in ("da1", "dz1", "dW1", "db1"):  # all NaN
        assert said[name] == "unclear"
        assert "is not finite, so this line cannot be judged" in row(found, name).detail
    assert "wrong as well" not in words(found)
    assert found.message.endswith("da1, dz1, dW1 and db1 cannot be judged yet.")
    assert sum(found.points()) == 6


@pytest.mark.parametrize("form", ["six", "course"])
def test_nan_in_what_cannot_be_seen_is_suspected_there(form):
    text = program(form, {"dz2": "da2 * np.log(z2)"}, names="other")
    found = diagnose(load(text))
    assert found.first_wrong == "dW2"
    assert "da2 or dz2, not returned, may hold the mistake." in found.message
    assert "wrong as well" in found.message  # dW2 and db2 are
    assert statuses(found)["dW1"] == statuses(found)["db1"] == "unclear"


def test_a_suspected_line_is_said_to_be_one_once():
    changed = {"dz2": "np.cos(da2 * a2)", "dz1": "0 * da1 * a1"}
    found = diagnose(load(program("six", changed, names="other")))
    said = "Your dz2 is not returned and may be wrong, so this line cannot be judged"
    assert said in row(found, "dW1").detail


def test_a_wrong_shape_after_a_suspected_line_is_judged():
    changed = {"da2": "np.round(dz3 @ W3.T, 1)", "dW1": "dz1.T @ dz1"}
    found = diagnose(load(program("six", changed, names="other")))
    assert "dz2, not returned, may hold" in row(found, "dW2").detail
    assert statuses(found)["dW1"] == "wrong shape"


@pytest.mark.parametrize("form", ["eleven", "six", "course"])
def test_nan_of_its_own_is_a_fault(form):
    later = {"dz2": "da2 * np.log(z2)", "dW2": "a1.T @ dz2 / 0"}
    assert statuses(diagnose(load(program(form, later))))["dW2"] != "follows"
    found = diagnose(load(program(form, {"dW2": "a1.T @ dz2 / 0"})))
    assert [n for n, s in statuses(found).items() if s == "not finite"] == ["dW2"]
    assert sum(found.points()) == 10


def test_a_wrong_line_after_nan_does_not_follow():
    first = {"dz2": "np.where(z2 > 1, np.nan, da2 * a2 * (1 - a2))"}
    right = statuses(diagnose(load(program("eleven", first))))
    assert right["db2"] == "follows"
    wrong = diagnose(load(program("eleven", first | {"db2": "2 * dz2.sum(axis=0)"})))
    assert statuses(wrong)["db2"] == "unclear"


def test_masked_arrays_are_judged_to_the_end():
    masked = {"dz2": "np.ma.array(da2 * a2 * (1 - a2))"}
    found = diagnose(load(program("eleven", masked)))
    assert found.first_wrong == "dz2"
    assert "masked" in found.message


@pytest.mark.parametrize("kind", ["float16", "complex", "complex64"])
@pytest.mark.parametrize("line", ["dz3", "da2", "dz2", "da1", "dz1"])
def test_another_type_is_a_fault_once(kind, line):
    code = program("eleven").split(f"    {line} = ")[1].split("\n")[0]
    changed = {line: f"({code}).astype(np.{kind})"}
    changed[line] = changed[line].replace("np.complex)", "complex)")
    found = diagnose(load(program("eleven", changed)))
    assert found.first_wrong == line
    assert "expected float64" in row(found, line).detail
    assert "fractions" not in row(found, line).detail
    assert "wrong as well" not in found.message
    assert sum(found.points()) == 10


def test_half_precision_hides_no_mistake():
    half = {"dz3": "(y_hat - y).astype(np.float16)"}
    found = diagnose(load(program("eleven", half | {"db3": "2 * dz3.sum(axis=0)"})))
    assert statuses(found)["db3"] != "follows"
    found = diagnose(load(program("eleven", half | {"dW3": "2 * a2.T @ dz3"})))
    assert row(found, "dW3").hypotheses == ("twice",)


# what comes back


@pytest.mark.parametrize("more", ["y", "y_hat", "X", "W1", "b1", "da2", "1.0", "y, X"])
@pytest.mark.parametrize("form", ["eleven", "course"])
@pytest.mark.parametrize("first", [False, True])
def test_one_item_too_many(more, form, first):
    names = ", ".join(ELEVEN)
    back = f"return {more}, {names}" if first else f"return {names}, {more}"
    found = diagnose(load(program(form, back=back)))
    assert found.message.endswith(f"items, expected 11 or 6. {BUT_NOT_BACK}")
    assert found.points() == [1.0] * 10 + [0.0]
    assert found.score == pytest.approx(10 / 11)
    wrong = diagnose(load(program(form, {"dW2": "2 * (a1.T @ dz2)"}, back=back)))
    assert wrong.first_wrong == "dW2"
    assert sum(wrong.points()) == 10


def test_what_is_no_line_is_foreign():
    for foreign in ("2 * y", "params", "acts"):
        back = f"return ({', '.join(ELEVEN)}, {foreign})"
        found = diagnose(load(program("eleven", back=back)))
        if foreign == "2 * y":
            assert found.score == 0
    for back in ("return y, y_hat", "return acts"):
        assert diagnose(load(program("eleven", back=back))).score == 0


@pytest.mark.parametrize(
    "back",
    ["pass", "return dW3", "return [dW1, dW2]",
     f"return {', '.join(ELEVEN[::-1])}", f"return {', '.join(ELEVEN[:9])}"],
)  # fmt: skip
def test_to_return_nothing_usable_costs_one_line(back):
    found = diagnose(load(program("eleven", back=back)))
    assert sum(found.points()) == 10
    assert found.points((2,) * 11) == [2.0] * 10 + [0.0]
    assert "costs one line" in row(found, "db1").detail
    assert not found.ok


# where and why it stopped


@pytest.mark.parametrize("form", ["eleven", "course"])
def test_a_matrix_of_numpy_is_named(form):
    found = diagnose(load(program(form, {"dz3": "np.matrix(y_hat - y)"})))
    assert found.first_wrong == "dz2"
    assert "da2, as dz3, is an np.matrix, for which * is the matrix" in found.message
    assert "inner sizes" not in words(found)
    assert "with matrix products" not in words(found)
    found = diagnose(load(program(form, {"da2": "np.matrix(dz3 @ W3.T)"})))
    assert ": da2 is an np.matrix" in found.message


def test_the_name_of_a_transpose_is_no_y():
    found = diagnose(load(program("eleven", {"da2": "np.dot(dz3, W3, T)"})))
    assert "a transpose is written .T" in found.message
    assert "is it y" not in found.message


@pytest.mark.parametrize("line", ["dz2", "dW3", "db1"])
@pytest.mark.parametrize("through", ["", "helper"])
def test_a_function_that_calls_itself_is_blamed_where_it_does(line, through):
    call = f"backward(params, acts, y)[{ELEVEN.index(line)}]"
    text = program("eleven", {line: call if not through else f"again(lambda: {call})"})
    text = "def again(f):\n    return f()\n" * bool(through) + text
    found = diagnose(load(text))
    assert found.first_wrong == line
    assert "backward(params, acts, y)" in found.message
    assert "calls itself" in found.message
    assert ", in " not in found.message
    assert all(r.status == "right" for r in found.rows[: ELEVEN.index(line)])


# the form


def test_no_lambda_is_given():
    bare = program("course", end=ending("g / B"))
    bare = bare.replace(", reg):", "):").replace("len(data), reg", "len(data), 0")
    found = diagnose(load(bare), form="course")
    assert "The penalty's 2λW3 of (55) is missing." in found.message
    said = "Your function is given no λ: its parameters are data, labels, params."
    assert said in found.notes
    for text in (program("course", end=ending("g / B")), program("course")):
        assert not any("no λ" in n for n in diagnose(load(text)).notes)


@pytest.mark.parametrize(
    "end", [None, ending("g / B + l2 / B * W", "g / B + l2 / B * b")]
)
def test_what_the_other_form_returns_is_said(end):
    found = diagnose(load(program("course", end=end)), form="notes")
    assert found.message.startswith("What you return is right in the course's form")
    assert "No known mistake" not in words(found)
    assert found.first_wrong == "dW3"
    for how in ("eleven", "six"):
        found = diagnose(load(program(how)), form="course")
        said = "What you return is right in the form of the notes, sums over the batch"
        assert found.message.startswith(said)
        assert "is not divided by B" in found.message


def test_a_mistake_is_not_what_the_other_form_returns():
    changed = {"dW1": "2 * X.T @ dz1"}
    for how, form in (("course", "notes"), ("six", "course")):
        found = diagnose(load(program(how, changed)), form=form)
        assert "What you return is right" not in words(found)
    for how in ("course", "six"):
        assert "What you return" not in words(diagnose(load(program(how))))


RELU = Form(activation="relu")


@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        ("dz1", "da1 + (z1 > 0)", "It is da1 + (z1 > 0), a sum."),
        ("dz2", "da2 @ (z2 > 0)", "da2 @ (z2 > 0) is (7, 4) @ (7, 4): the inner sizes"),
        ("dz2", "da2 @ (z2 > 0)", "It is da2 @ (z2 > 0), a matrix product."),
        ("da1", "dz2 @ W2.T * (z1 > 0)", "It has a factor (z1 > 0) that belongs"),
        ("dW1", "X.T @ (a1 > 0)", "It is X.T @ (z1 > 0): (51) has dz1."),
        ("dz1", "da1 * (z2 > 0)", ""),
    ],
)
def test_relu_is_told_by_its_z(line, code, said):
    found = diagnose(load(program("eleven", {line: code}, like=RELU)), form=RELU)
    assert found.first_wrong == line
    assert said in found.message
    for text in (*(r.detail for r in found.rows), *(r.mend for r in found.rows)):
        assert "a1 > 0" not in text.replace(code, "")
        assert "a2 > 0" not in text.replace(code, "")


@pytest.mark.parametrize("biases", [False, True])
def test_a_mean_without_an_axis_is_named(biases):
    form = Form("course", biases=biases)
    end = f"{ending_like(form)}\ndb1 = np.full(5, dz1.mean()) + {2 * biases} * l2 * b1"
    found = diagnose(load(program("course", end=end)), form=form)
    assert row(found, "db1").hypotheses == ("no axis, spread",)
    assert "B times the mean of all entries of dz1" in found.message
    assert sum(found.points()) == 10
