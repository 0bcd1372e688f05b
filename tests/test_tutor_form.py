"""The conventions of a class: what is right, and every mistake, in each of them."""

import itertools
import random

import numpy as np
import pytest
from programs import (
    ELEVEN,
    PENALTIES,
    SIX,
    SLOPES,
    ending,
    ending_like,
    load,
    program,
    row,
    words,
)
from test_tutor_mistakes import HELPERS
from test_tutor_pairs import PLANTS
from test_tutor_wrong import KNOWN
from truth import untrue

from mlpnotes import sigmoid
from mlpnotes.tutor import HYPOTHESES, Form, diagnose, make_problem
from mlpnotes.tutor.activations import ACTIVATIONS
from mlpnotes.tutor.known import Known
from mlpnotes.tutor.mistakes import EQUATIONS, LINES, fill
from mlpnotes.tutor.problems import OTHERS, forward

EVERY = [
    Form(penalty=penalty, biases=biases, activation=activation)
    for penalty, biases, activation in itertools.product(
        PENALTIES, (False, True), ACTIVATIONS
    )
]
OTHER = [form for form in EVERY if form != Form()]


def called(form):
    return f"{form.penalty} {form.activation}{' biases' * form.biases}"


# what is right


def cost(params, X, y, l2, form):
    """Return the loss in a class's form, made of nothing but its definition."""
    f = {"sigmoid": sigmoid, "tanh": np.tanh, "relu": lambda z: z * (z > 0)}
    a = X
    for W, b in (params[:2], params[2:4]):
        a = f[form.activation](a @ W + b)
    z = a @ params[4] + params[5]
    data = np.mean(np.log(np.exp(z).sum(axis=1)) - (y * z).sum(axis=1))
    weight = {"2λ": l2, "λ": l2 / 2, "λ/m": l2 / (2 * len(X))}[form.penalty]
    penalised = params if form.biases else params[::2]
    return data + weight * sum((p**2).sum() for p in penalised)


@pytest.mark.parametrize("form", EVERY, ids=called)
def test_what_is_right_is_the_derivative_of_the_loss(form):
    problem = make_problem(rng=np.random.default_rng(4), activation=form.activation)
    known = Known(problem, form.called("course"))
    for i, name in enumerate(problem.params._fields):
        numerical = np.zeros(problem.params[i].shape)
        for index in np.ndindex(numerical.shape):
            ends = []
            for h in (1e-6, -1e-6):
                params = [np.array(p) for p in problem.params]
                params[i][index] += h
                ends.append(cost(params, problem.acts.X, problem.y, problem.l2, form))
            numerical[index] = (ends[0] - ends[1]) / 2e-6
        right = known.finished(f"d{name}", known.truth[f"d{name}"])
        np.testing.assert_allclose(right, numerical, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("form", EVERY, ids=called)
@pytest.mark.parametrize("names", ["notes", "other"])
def test_a_right_program_is_right(form, names):
    text = program("course", like=form, names=names)
    found = diagnose(load(text), form=form)
    assert found.ok, found
    assert found.remarks == found.notes == []
    assert diagnose(load(text), form=form, dtype=np.float32).ok
    assert not diagnose(load(text)).ok or form == Form()


@pytest.mark.parametrize("form", EVERY, ids=called)
def test_sums_have_no_penalty(form):
    for how in ("eleven", "six"):
        found = diagnose(load(program(how, like=form)), form=form)
        assert found.ok, found
        assert found.message == "Every line is right."
        wrong = {"dW3": "a2.T @ dz3 + l2 * W3", "db1": "dz1.sum(axis=0) + l2 * b1"}
        found = diagnose(load(program(how, wrong, like=form)), form=form)
        assert row(found, "dW3").hypotheses == ("penalty added",)
        assert row(found, "db1").hypotheses == ("λ on the biases",)
        assert untrue(found, how, wrong, like=form) == []


STYLES = {
    "tanh": [
        "da{k} * (1 - np.tanh(z{k}) ** 2)", "da{k} / np.cosh(z{k}) ** 2",
        "da{k} * (1 + a{k}) * (1 - a{k})", "da{k} - da{k} * a{k} ** 2",
    ],
    "relu": [
        "da{k} * (a{k} > 0)", "np.where(z{k} > 0, da{k}, 0)", "da{k} * (z{k} >= 0)",
        "dz{k} = da{k}.copy()\ndz{k}[z{k} <= 0] = 0", "da{k} * np.heaviside(z{k}, 0.5)",
        "da{k} * np.sign(a{k})", "da{k} * (a{k} != 0).astype(y.dtype)",
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("activation", "code"), [(a, code) for a in STYLES for code in STYLES[a]]
)
def test_a_slope_may_be_written_in_many_ways(activation, code):
    form = Form(activation=activation, penalty="λ/m")
    changed = {f"dz{k}": code.format(k=k) for k in (1, 2)}
    for how in ("eleven", "course"):
        found = diagnose(load(program(how, changed, like=form)), form=form)
        assert found.ok, found


ENDS = {
    "λ": [
        ending("(g + B * l2 * W) / B"), ending("g / B + 0.5 * l2 * (2 * W)"),
    ],
    "λ/m": [
        ending("(g + l2 * W) / B"), ending("1 / B * g + l2 / B * W"),
        "for W, g in ((W1, dW1), (W2, dW2), (W3, dW3)):\n    g += l2 * W\n"
        "for g in (dW1, db1, dW2, db2, dW3, db3):\n    g /= B",
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("penalty", "end"), [(p, end) for p in ENDS for end in ENDS[p]]
)
def test_a_penalty_may_be_written_in_many_ways(penalty, end):
    form = Form(penalty=penalty)
    found = diagnose(load(program("course", end=end)), form=form)
    assert found.ok, found


def test_a_program_that_stops_before_it_divides_has_right_lines():
    form = Form(penalty="λ/m")
    text = program("course", {"db1": "dW3 += l2 * W3; db1 = dz1 @ dz1"}, like=form)
    found = diagnose(load(text), form=form)
    assert found.first_wrong == "db1"
    assert row(found, "dW3").status == "right"


# one for another


@pytest.mark.parametrize(
    ("right", "wrong"), [*itertools.permutations(PENALTIES, 2)], ids=" not ".join
)
@pytest.mark.parametrize("biases", [False, True])
def test_each_penalty_for_each_other_is_named(right, wrong, biases):
    form = Form(penalty=right, biases=biases)
    end = ending_like(Form(penalty=wrong, biases=biases))
    found = diagnose(load(program("course", end=end)), form=form)
    written = {"2λ": "2λ", "λ": "λ", "λ/m": "λ/B "}
    for name in SIX:
        P = name[1:]
        if P[0] == "b" and not biases:
            assert row(found, name).status == "right"
            continue
        its, own = written[wrong], written[right]
        expected = f"{its}{P[0]} for {own}{P[0]}"
        if (right, wrong) == ("λ", "λ/m"):
            expected = "λ before 1/B"  # these are the same numbers
        assert row(found, name).hypotheses == (expected,)
        others = [own.strip()] * (right != "2λ") + ["biases"] * (P[0] == "b")
        cited = "(55)" + f" with {' and '.join(others)}" * bool(others)
        said = f"It has {its}{P} where {cited} has {own}{P}."
        assert row(found, name).detail == said
        assert f"{own}{P}" in row(found, name).mend
    assert untrue(found, "course", {}, end, like=form) == []


@pytest.mark.parametrize("form", EVERY, ids=called)
@pytest.mark.parametrize(
    ("times", "name"), [("0", "λ missing"), ("-{}", "λ subtracted"),
                        ("{} / B", "λ before 1/B"), ("4 * {}", None)],
)  # fmt: skip
def test_other_coefficients_are_named(form, times, name):
    right = PENALTIES[form.penalty]
    biases = f"g / B + {times.format(right)} * b" if form.biases else "g / B"
    end = ending(f"g / B + {times.format(right)} * W", biases)
    found = diagnose(load(program("course", end=end, like=form)), form=form)
    for n in SIX if form.biases else SIX[::2]:
        assert len(row(found, n).hypotheses) == 1
        assert name in (None, *row(found, n).hypotheses)
    assert untrue(found, "course", {}, end, like=form) == []


def test_what_the_biases_need_is_said_of_the_biases():
    form = Form(penalty="λ", biases=True)
    end = ending("g / B + l2 * W")
    found = diagnose(load(program("course", end=end)), form=form)
    assert found.first_wrong == "db3"
    assert "penalty's λb3 of (55) with λ and biases is missing" in found.message
    assert "(53)" not in words(found)
    added = ending("g / B + l2 * W", "g / B + l2 * b")
    found = diagnose(load(program("course", end=added)), form=Form(penalty="λ"))
    assert "It has λb3 in it: (53) does not penalise biases." in found.message


NAMES = {
    ("sigmoid", "tanh"): "slope of tanh",
    ("sigmoid", "relu"): "slope of ReLU",
    ("tanh", "sigmoid"): "slope of the sigmoid",
    ("tanh", "relu"): "slope of ReLU",
    ("relu", "sigmoid"): "slope of the sigmoid",
    ("relu", "tanh"): "slope of tanh",
}
OWN = {"sigmoid": "The sigmoid's", "tanh": "Tanh's", "relu": "ReLU's"}
ALONE = {
    "sigmoid": "{a}(1 − {a})",
    "tanh": "1 − {a}²",
    "relu": "1 where {z} > 0 and 0 elsewhere",
}


@pytest.mark.parametrize(("right", "wrong"), NAMES, ids=" not ".join)
@pytest.mark.parametrize("how", ["eleven", "course"])
@pytest.mark.parametrize("k", [1, 2])
def test_each_slope_for_each_other_is_named(right, wrong, how, k):
    form = Form(activation=right)
    changed = {f"dz{k}": f"da{k} * {SLOPES[wrong].format(k=k)}"}
    found = diagnose(load(program(how, changed, like=form)), form=form, hint=3)
    assert found.first_wrong == f"dz{k}"
    assert row(found, f"dz{k}").hypotheses == (NAMES[right, wrong],)
    assert (
        f"{OWN[right]} is {ALONE[right].format(a=f'a{k}', z=f'z{k}')}." in found.message
    )
    assert untrue(found, how, changed, like=form) == []


def test_an_equation_that_is_another_one_here_is_cited_so():
    form = Form(activation="tanh")
    text = program("eleven", {"dz2": "b2 + da2 * (1 - a2**2)"}, like=form)
    said = "It is what (30) with tanh gives plus b2: (30) with tanh has no bias."
    assert said in diagnose(load(text), form=form).message
    text = program("eleven", {"dz2": "-da2 * (1 - a2**2)"}, like=form)
    found = diagnose(load(text), form=form, hint=3)
    assert "the slope is 1 − a2², not a2² − 1" in found.message
    assert "(30) with" not in diagnose(load(program("eleven", {"dz2": "da2"}))).message


def test_a_relu_taken_early_does_no_harm():
    form = Form(activation="relu")
    early = {"da2": "dz3 @ W3.T * (a2 > 0)"}
    found = diagnose(load(program("eleven", early, like=form)), form=form)
    assert row(found, "da2").hypotheses == ("slope too early",)
    assert found.message.endswith("and db1 are right all the same.")
    assert diagnose(load(program("course", early, like=form)), form=form).ok


@pytest.mark.parametrize("activation", ["tanh", "relu"])
def test_a_name_that_is_not_defined_is_not_taken_for_a_sigmoid(activation):
    text = "def backward(params, acts, y):\n    return sigmoyd(acts.z1)"
    stops = text.replace("sigmoyd", "sigmoid")
    scope = {}
    exec(stops, scope)
    assert "sigmoid(z1) is acts.a1" in diagnose(scope["backward"]).message
    found = diagnose(scope["backward"], form=Form(activation=activation))
    assert "sigmoid(z1)" not in words(found)


# every mistake

MORE = {  # of a network with tanh or ReLU: the line, what is written, its name
    "tanh": [
        ("dz{k}", "da{k} * a{k} * (1 - a{k})", "slope of the sigmoid"),
        ("dz{k}", "da{k} * sigmoid(z{k}) * (1 - sigmoid(z{k}))",
         "slope of the sigmoid, of z"),
        ("dz{k}", "da{k} * sigmoid(a{k}) * (1 - sigmoid(a{k}))",
         "slope of the sigmoid, of a"),
        ("dz{k}", "da{k} * (z{k} > 0)", "slope of ReLU"),
        ("dz{k}", "da{k}", "slope missing"),
        ("dz{k}", "1 - a{k}**2", "da missing"),
        ("dz{k}", "da{k} * np.tanh(z{k})", "a for the slope"),
        ("dz{k}", "da{k} * (1 - np.tanh(z{k}))", "no square"),
        ("dz{k}", "da{k} * (1 + a{k}**2)", "1 + a²"),
        ("dz{k}", "da{k} * a{k} * (1 - a{k}**2)", "a(1 − a²)"),
        ("dz{k}", "da{k} * (1 - np.tanh(a{k}))", "tanh twice"),
        ("dz{k}", "da{k} * (1 - np.tanh(a{k})**2)", "slope of tanh, of a"),
        ("dz{k}", "da{k} * (1 - a{k}**2)**2", "slope twice"),
        ("dz{k}", "da{k} * (1 - (1 - a{k}**2)**2)", "slope of the slope"),
        ("dz{k}", "da{k} * (1 - z{k}**2)", "1 − z²"),
        ("dz{k}", "da{k} * 1 - a{k}**2", "brackets"),
        ("dz{k}", "da{k} - (da{k} * a{k})**2", "brackets"),
        ("dz{k}", "da{k} * (1 - da{k}**2)", "slope of the error"),
        ("dz{k}", "1 - da{k}**2", "slope of the error"),
        ("dz{k}", "da{k} * (1 - np.tanh(da{k})**2)", "slope of the error"),
        ("dz{k}", "da{k} / (1 - a{k}**2)", "divided by the slope"),
        ("dz{k}", "da{k} + 1 - a{k}**2", "plus for times"),
        ("dz{k}", "da{k} * (1 - a{k}**2) * z{k}", "times z"),
        ("dz{k}", "da{k} * (1 - a{k}**2) * (z{k} > 0)", "slope of ReLU as well"),
        ("dz{k}", "da{k} * (1 - a{k}[0]**2)", "first observation's slope"),
        ("dz{k}", "da{k} * np.where(z{k} > 0, 1, 0.1)", "slope of leaky ReLU"),
        ("da{k}", "dz{n} @ W{n}.T * (1 - a{k}**2)", "slope already in"),
        ("da{k}", "dz{n} @ W{n}.T * a{k} * (1 - a{k})", "slope already in"),
        ("da{k}", "dz{n} @ W{n}.T * (z{k} > 0)", "slope already in"),
        ("dW3", "np.tanh(a2).T @ dz3", "tanh of the input"),
        ("dW2", "a1.T @ (dz2 * (1 - a2**2))", "slope again"),
    ],
    "relu": [
        ("dz{k}", "da{k} * a{k} * (1 - a{k})", "slope of the sigmoid"),
        ("dz{k}", "da{k} * sigmoid(z{k}) * (1 - sigmoid(z{k}))",
         "slope of the sigmoid, of z"),
        ("dz{k}", "da{k} * sigmoid(a{k}) * (1 - sigmoid(a{k}))",
         "slope of the sigmoid, of a"),
        ("dz{k}", "da{k} * (1 - a{k}**2)", "slope of tanh"),
        ("dz{k}", "da{k} * (1 - np.tanh(z{k})**2)", "slope of tanh, of z"),
        ("dz{k}", "da{k}", "slope missing"),
        ("dz{k}", "1.0 * (a{k} > 0)", "da missing"),
        ("dz{k}", "da{k} * np.maximum(z{k}, 0)", "a for the slope"),
        ("dz{k}", "da{k} * z{k}", "z for the slope"),
        ("dz{k}", "np.maximum(da{k}, 0)", "slope of ReLU, of the error"),
        ("dz{k}", "da{k} * (da{k} > 0)", "slope of ReLU, of the error"),
        ("dz{k}", "da{k} * (z{k} < 0)", "other sign"),
        ("dz{k}", "da{k} * np.sign(z{k})", "sign for the slope"),
        ("dz{k}", "da{k} * np.where(z{k} > 0, 1, 0.1)", "slope of leaky ReLU"),
        ("dz{k}", "da{k} + (z{k} > 0)", "plus for times"),
        ("da{k}", "dz{n} @ W{n}.T * a{k} * (1 - a{k})", "slope already in"),
        ("da{k}", "dz{n} @ W{n}.T * (1 - a{k}**2)", "slope already in"),
        ("dW{k}", "{x}.T @ da{k}", "da for dz"),
        ("dW3", "z2.T @ dz3", "z for a"),
    ],
}  # fmt: skip


def in_layers(mistakes):
    for line, code, name in mistakes:
        for k in (1, 2) if "{k}" in line else (3,):
            names = {"k": k, "n": k + 1, "x": ("X", "a1", "a2")[k - 1]}
            yield line.format(k=k), code.format(**names), name


SLIPS = [(a, *slip) for a in MORE for slip in in_layers(MORE[a])]


@pytest.mark.parametrize("number", range(len(SLIPS)))
def test_a_mistake_with_another_activation(number):
    activation, line, code, name = SLIPS[number]
    for how in ("eleven", ("six", "course")[number % 2]):
        form = Form(activation=activation, penalty="λ/m" if how == "course" else "2λ")
        found = diagnose(load(program(how, {line: code}, like=form)), form=form)
        assert untrue(found, how, {line: code}, like=form) == []
        if how == "eleven":
            assert found.first_wrong == line
            assert row(found, line).hypotheses == (name,)
    if name != "slope again":
        assert not found.ok


def test_every_row_of_another_activation_is_written_by_someone():
    written = {(a, name) for a, _, _, name in SLIPS} | {("relu", "slope too early")}
    rows = [h for h in HYPOTHESES if h.of and "sigmoid" not in h.of]
    assert len(rows) > 15
    for h in rows:
        for activation in h.of.split():
            assert (activation, h.name) in written


# the slopes apart, these are mistakes whatever the activation is
SAME = [
    (line, code, names) for line, code, names in KNOWN
    if not line.startswith("dz") or line == "dz3"
    or names in ("slope missing + sign", "1 − z²", "slope of X")
]  # fmt: skip
SAME = [k for k in SAME if "X * (1" not in k[1]]


@pytest.mark.parametrize("number", range(len(SAME)))
def test_a_classic_keeps_its_name(number):
    line, code, names = SAME[number]
    form, how = OTHER[number % len(OTHER)], ("eleven", "six", "course")[number % 3]
    found = diagnose(load(program(how, {line: code}, like=form)), form=form)
    assert found.first_wrong == line
    assert row(found, line).hypotheses == tuple(names.split(" + "))
    assert untrue(found, how, {line: code}, like=form) == []


@pytest.mark.parametrize("number", range(0, len(PLANTS), 6))
def test_nothing_untrue_is_said_of_a_mistake_of_the_table(number):
    line, code, _ = PLANTS[number][number % len(PLANTS[number])]
    form, how = OTHER[number % len(OTHER)], ("eleven", "course")[number // 6 % 2]
    found = diagnose(load(program(how, {line: code}, like=form), **HELPERS), form=form)
    assert untrue(found, how, {line: code}, like=form, **HELPERS) == []


def pairs(number):
    """Return so many pairs of mistakes in two lines with a form, always the same."""
    draw = random.Random(2)
    for i in range(number):
        one, other = draw.sample(PLANTS, 2)
        (line, code, _), (second, then, _) = draw.choice(one), draw.choice(other)
        if line != second:
            how = ("eleven", "course", "six", "course")[i % 4]
            yield how, ("notes", "other")[i // 4 % 2], draw.choice(OTHER), {
                line: code, second: then,
            }  # fmt: skip


@pytest.mark.parametrize(("how", "names", "form", "changed"), [*pairs(30)])
def test_two_mistakes_at_once(how, names, form, changed):
    names = names if how != "eleven" else "notes"
    found = diagnose(
        load(program(how, changed, names=names, like=form), **HELPERS), form=form
    )
    assert untrue(found, how, changed, like=form, **HELPERS) == []


def arrays(activation, sizes, seed):
    """Return all arrays of a network in which every line has both signs."""
    for start in itertools.count(seed):
        rng = np.random.default_rng(start)
        problem = make_problem(sizes, rng=rng, activation=activation)
        c = Known(problem, Form(activation=activation)).c
        right = c["y"].argmax(axis=1) == c["y_hat"].argmax(axis=1)
        signs = all(c[n].max() > 0 > c[n].min() for n in (*EQUATIONS, "z3"))
        if signs and right.any() and not right.all():
            return c


@pytest.mark.parametrize("activation", ["tanh", "relu"])
@pytest.mark.parametrize("line", ELEVEN[1:])  # dz3 has no part in the activation
@pytest.mark.parametrize("sizes", [(7, 6, 5, 4, 3), (5, 5, 5, 5, 5)])
def test_no_two_rows_are_the_same_and_none_is_right(activation, line, sizes):
    c = arrays(activation, sizes, 8)
    kind, k = (line if line == "dz3" else line[:2]), int(line[-1])
    values = [(None, c[line])]
    for h in HYPOTHESES:
        if kind in h.lines.split() and h.is_of(c["form"]) and not h.fits:
            try:
                with np.errstate(all="ignore"):
                    v = np.asarray(h.wrong(c | {"got": c[line]}, k, c[line]))
            except Exception:  # it does not apply
                continue
            if np.isfinite(v).all() and v.size > 1 and np.ptp(v) > 0:
                values.append((h, v))
    for (h, v), (g, w) in itertools.combinations(values, 2):
        if v.shape == w.shape:
            f = np.vdot(w, v) / np.vdot(w, w)
            assert np.abs(v - f * w).max() > 1e-9 * np.abs(v).max(), (h, g)


@pytest.mark.parametrize("activation", ["tanh", "relu"])
def test_sentences_speak_of_the_forms_own_activation(activation):
    form = Form("course", "λ", True, activation)
    for h in HYPOTHESES:
        for line in EQUATIONS:
            kind = line if line == "dz3" else line[:2]
            if h.is_of(form) and kind in h.lines.split():
                for text in (h.hint, h.mend):
                    said = fill(text, line, fit=0.5, form=form)
                    assert "{" not in said
                    assert len(said) <= 140, said
                    assert said[:1].isupper() or said[:1] in "ŷ(−", said
                mend = fill(h.mend, line, fit=0.5, form=form)
                own = f"a{line[-1]}(1 − a{line[-1]})"
                assert own not in mend, "the sigmoid's slope"
                assert "igmoid" not in mend.replace("There is no sigmoid in", "")


# the networks


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("seed", range(5))
def test_a_network_shows_what_its_activation_does(activation, dtype, seed):
    rng = np.random.default_rng(seed)
    networks = [make_problem(rng=rng, dtype=dtype, activation=activation)]
    networks += [other(rng, dtype, activation) for other in OTHERS.values()]
    sizes = [(2, 1, 1, 1, 2), (1, 3, 2, 4, 5), (3, 1, 2, 5, 4), (50, 2, 9, 8, 3)]
    networks += [
        make_problem(s, rng=rng, dtype=dtype, activation=activation) for s in sizes
    ]
    for problem in networks:
        acts, f = problem.acts, ACTIVATIONS[activation].function
        assert all(array.dtype == dtype for array in (*acts, *problem.params))
        np.testing.assert_array_equal(acts.a1, f(acts.z1))
        np.testing.assert_array_equal(acts.a2, f(acts.z2))
        again = forward(problem.params, acts.X, activation)
        np.testing.assert_array_equal(again.y_hat, acts.y_hat)
        assert all(p.all() for p in problem.params)
        for z in (acts.z1, acts.z2) if activation == "relu" else ():
            assert z.all()
            if len(z) > 1:
                assert ((z > 0).any(axis=0) & (z < 0).any(axis=0)).all()
                rows = ((z > 0).any(axis=1) & (z < 0).any(axis=1)).all()
                assert rows or min(problem.sizes().values()) < 3
            assert (z > 0).any()


def test_small_networks_are_no_false_alarm():
    for form in (Form(activation="relu", biases=True), Form("course", "λ", True)):
        for sizes in [(2, 1, 3, 4, 5), (1, 3, 2, 4, 5), (3, 2, 1, 5, 4)]:
            text = program("course", like=form)
            assert diagnose(load(text), form=form, sizes=sizes).ok


# the argument


def test_spellings():
    assert Form(penalty="lambda") == Form(penalty="λ")
    assert Form(penalty="2lambda") == Form()
    assert Form(penalty="lambda/m").penalty == "λ/m"
    assert Form.of(None) == Form()
    assert Form.of("notes") == Form("notes")
    assert Form.of("course") == Form("course")
    form = Form(activation="relu")
    assert Form.of(form) is form
    assert hash(Form(penalty="lambda")) == hash(Form(penalty="λ"))


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (dict(call="other"), 'call is \'other\', expected None, "notes" or "course"'),
        (dict(call=3), 'call is 3, expected None, "notes" or "course"'),
        (dict(penalty="2l"), 'penalty is \'2l\', expected "2λ", "λ" or "λ/m" (or '),
        (dict(penalty=None), 'penalty is None, expected "2λ", "λ" or "λ/m" (or '),
        (dict(biases=1), "biases is 1, expected True or False"),
        (dict(biases="no"), "biases is 'no', expected True or False"),
        (dict(activation="elu"),
         "activation is 'elu', expected \"sigmoid\", \"tanh\" or \"relu\""),
        (dict(activation=np.tanh), "activation is"),
        (dict(call="notes", penalty="λ"), 'penalty is "λ", but call is "notes": sums'),
        (dict(call="notes", biases=True), 'biases is True, but call is "notes": sums'),
    ],
)  # fmt: skip
def test_what_is_no_form_is_said(arguments, sentence):
    with pytest.raises((TypeError, ValueError)) as error:
        Form(**arguments)
    assert str(error.value).startswith(sentence)


@pytest.mark.parametrize("form", ["x", 3, {"penalty": "λ"}, Form, ("notes",)])
def test_diagnose_takes_a_form_only(form):
    with pytest.raises(ValueError, match='expected "notes" or "course", or a Form'):
        diagnose(load(program("six")), form=form)


def test_the_call_decides_as_before():
    text = "def backward(*arguments):\n    return None"
    for call, said in (("notes", "dz3"), ("course", "dz3")):
        scope = {}
        exec(text, scope)
        message = diagnose(scope["backward"], form=Form(call)).message
        assert message == diagnose(scope["backward"], form=call).message
        assert said in message or "None" in message
    course = load(program("course"))
    found = diagnose(course, form=Form("notes"))
    assert found.first_wrong == "dW3"
    assert str(found) == str(diagnose(course, form="notes"))


# what must not be told


def test_no_right_number_is_told_before_the_third_step():
    code = {"db2": "dz2.max(axis=0)"}
    found = diagnose(load(program("eleven", code)))
    assert found.message.count("got ") == 1
    assert "xpected" not in words(found)
    assert row(found, "db2").mend.startswith("Expected ")
    assert "Expected" in diagnose(load(program("eleven", code)), hint=3).message


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_no_hint_holds_the_whole_right_line(activation):
    form = Form(activation=activation)
    slope, c = form.function.code, arrays(activation, (5, 5, 5, 5, 5), 8)
    for line in ELEVEN[1:]:
        k, kind = int(line[-1]), line[:2]
        right = {
            "dW": f"{('X', 'a1', 'a2')[k - 1]}.T @ dz{k}",
            "db": f"dz{k}.sum(axis=0)",
            "da": f"dz{k + 1} @ W{k + 1}.T",
            "dz": f"da{k} * {slope.format(a=f'a{k}', z=f'z{k}')}",
        }[kind]
        for h in HYPOTHESES:
            if kind in h.lines.split() and h.is_of(form):
                try:
                    h.wrong(c | {"got": 2 * c[line]}, k, c[line])
                except (KeyError, ValueError):  # it is no mistake in this line
                    continue
                said = fill(h.hint, line, fit=0.5, form=form)
                assert right not in said or f"{right} *" in said, said


def test_the_table_of_lines_is_that_of_the_equations():
    assert set(LINES) == {"dz3", "da", "dz", "dW", "db"}
    assert list(EQUATIONS) == list(ELEVEN)
