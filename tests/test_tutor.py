import functools
import re

import numpy as np
import pytest

from mlpnotes import Gradients, Params, backward, loss_gradient, sigmoid
from mlpnotes.tutor import Diagnosis, diagnose
from mlpnotes.tutor.mistakes import HYPOTHESES, Hypothesis
from mlpnotes.tutor.mistakes.lines import EQUATIONS
from mlpnotes.tutor.problems import make_problem

LINES = {
    "dz3": "y_hat - y",
    "dW3": "a2.T @ dz3",
    "db3": "dz3.sum(axis=0)",
    "da2": "dz3 @ W3.T",
    "dz2": "da2 * a2 * (1 - a2)",
    "dW2": "a1.T @ dz2",
    "db2": "dz2.sum(axis=0)",
    "da1": "dz2 @ W2.T",
    "dz1": "da1 * a1 * (1 - a1)",
    "dW1": "X.T @ dz1",
    "db1": "dz1.sum(axis=0)",
}

NOTES = """
def backward(params, acts, y):
    W1, b1, W2, b2, W3, b3 = params
    X, z1, a1, z2, a2, z3, y_hat = acts
    B = len(y)
{lines}
    return {result}
"""

COURSE = """
def backward_pass(data, labels, params, reg):
    X, y, B = data, labels, len(data)
    W1, W2, W3 = params["W1"], params["W2"], params["W3"]
    b1, b2, b3 = params["b1"], params["b2"], params["b3"]
    z1, a1, z2, a2, z3 = (params[n] for n in ("z1", "a1", "z2", "a2", "z3"))
    y_hat = params["y_hat"]
{lines}
    grads = dict(W1=dW1, b1=db1, W2=dW2, b2=db2, W3=dW3, b3=db3)
    for name in grads:
        grads[name] = grads[name] / B
    for name in ("W1", "W2", "W3"):
        grads[name] = grads[name] + 2 * reg * params[name]
    return grads
"""

ELEVEN = f"dict({', '.join(f'{n}={n}' for n in LINES)})"


def compiled(template, changed=None, **fill):
    lines = LINES | (changed or {})
    body = "\n".join(f"    {name} = {code}" for name, code in lines.items())
    scope = {"np": np, "sigmoid": sigmoid}
    exec(template.format(lines=body, **fill), scope)
    return scope.get("backward") or scope["backward_pass"]


# line, what the student writes, the hypotheses that must be named
PLANTS = [
    ("dz3", "y - y_hat", "sign"),
    ("dz3", "(y_hat - y) / B", "divided by B"),
    ("dz3", "2 * (y_hat - y)", "twice"),
    ("dz3", "(y_hat - y) / 2", "half"),
    ("dz3", "-y * (1 - y_hat)", "diagonal only"),
    ("dz3", "(y_hat - y) * y_hat * (1 - y_hat)", "extra slope"),
    ("dz3", "-y / y_hat", "loss by ŷ"),
    ("dz3", "z3 - y", "no softmax"),
    ("dz3", "np.zeros_like(z3)", "zero"),
    ("dz3", "(y - y_hat) / B", "sign, divided by B"),
    ("dz3", "2 * (y - y_hat)", "sign, twice"),
    ("dW3", "dz3.T @ a2", "transposed"),
    ("dW3", "-a2.T @ dz3", "sign"),
    ("dW3", "a2.T @ dz3 / B", "divided by B"),
    ("dW3", "a2.T @ dz3 * B", "times B"),
    ("dW3", "a2 @ dz3", "input not transposed"),
    ("dW3", "a1.T @ dz3", "a1 for the input"),
    ("dW3", "X.T @ dz3", "X for the input"),
    ("dW3", "z2.T @ dz3", "z for a"),
    ("dW3", "-a2.T @ dz3 / B", "sign, divided by B"),
    ("db3", "dz3.mean(axis=0)", "mean for sum"),
    ("db3", "dz3.sum(axis=1)", "wrong axis"),
    ("db3", "-dz3.mean(axis=0)", "mean for sum, sign"),
    ("da2", "dz3 @ W3", "not transposed"),
    ("da2", "dz3 @ W2.T", "other matrix"),
    ("da2", "-dz3 @ W3", "not transposed, sign"),
    ("dz2", "da2", "slope missing"),
    ("dz2", "da2 * z2 * (1 - z2)", "slope of z"),
    ("dz2", "da2 * sigmoid(a2) * (1 - sigmoid(a2))", "sigmoid twice"),
    ("dz2", "da2 * (a2 * (1 - a2)) ** 2", "slope twice"),
    ("dz2", "da2 * a2 * (1 + a2)", "a(1 + a)"),
    ("dz2", "da2 * (1 - a2**2)", "slope of tanh"),
    ("dz2", "da2 * a2", "half the slope: a"),
    ("dz2", "da2 * (1 - a2)", "half the slope: 1 − a"),
    ("dz2", "da2 * a1 * (1 - a1)", "other activation"),
    ("dz2", "-da2", "slope missing, sign"),
    ("dz2", "da2 / B", "slope missing, divided by B"),
    ("dW2", "X.T @ dz2", "X for the input"),
    ("dW2", "a2.T @ dz2", "a2 for the input"),
    ("dW2", "a1.T @ da2", "da for dz"),
    ("dW2", "dz2.T @ a1", "transposed"),
    ("db2", "dz2.mean(axis=0)", "mean for sum"),
    ("db2", "da2.sum(axis=0)", "da for dz"),
    ("da1", "dz2 @ W1.T", "other matrix"),
    ("da1", "dz2 @ W3.T", "other matrix after"),
    ("da1", "dz2 @ W2", "not transposed"),
    ("dz1", "da1", "slope missing"),
    ("dz1", "da1 * z1 * (1 - z1)", "slope of z"),
    ("dz1", "da1 * a2 * (1 - a2)", "other activation"),
    ("dz1", "da1 * a1 * (1 + a1)", "a(1 + a)"),
    ("dz1", "-da1 * (1 - a1**2)", "slope of tanh, sign"),
    ("dW1", "a1.T @ dz1", "a1 for the input"),
    ("dW1", "dz1.T @ X", "transposed"),
    ("dW1", "X.T @ da1", "da for dz"),
    ("dW1", "X.T @ dz1 / B", "divided by B"),
    ("db1", "dz1.mean(axis=0)", "mean for sum"),
    ("db1", "dz1.sum(axis=1)", "wrong axis"),
    ("db1", "2 * dz1.sum(axis=0)", "twice"),
]


def row(diagnosis, name):
    return next(r for r in diagnosis.rows if r.name == name)


def check_others(found, line, zero):
    """Assert what the other rows must be when one line is wrong."""
    names = list(LINES)
    before, later = found.rows[: names.index(line)], found.rows[names.index(line) + 1 :]
    assert {r.status for r in before} <= {"right", "not returned"}
    if row(found, line).status == "raised":
        assert {r.status for r in later} <= {"not reached"}
        assert found.score == pytest.approx(len(before) / 11)
    elif zero:
        assert {r.status for r in later} <= {"unclear", "not returned", "wrong here"}
        assert found.score == pytest.approx(len(before) / 11)
    else:
        assert {r.status for r in later} <= {"right", "follows", "not returned"}
        assert found.score == pytest.approx(10 / 11)


@pytest.mark.parametrize(("line", "code", "names"), PLANTS)
def test_planted_mistakes_in_the_notes_form(line, code, names):
    found = diagnose(compiled(NOTES, {line: code}, result=ELEVEN))
    assert not found.ok
    assert found.first_wrong == line
    wrong = row(found, line)
    assert wrong.hypotheses == tuple(names.split(", "))
    assert wrong.status in ("wrong here", "wrong shape", "raised")
    check_others(found, line, names == "zero")
    assert wrong.detail in re.sub(r"\s+", " ", str(found))


@pytest.mark.parametrize(("line", "code", "names"), PLANTS)
def test_planted_mistakes_in_the_courses_form(line, code, names):
    found = diagnose(compiled(COURSE, {line: code}))
    if names == "zero":  # a zero that is not returned: its arrays are zero
        assert found.first_wrong == "dW3"
        assert found.score == 0
        return
    assert found.first_wrong == line
    if names == "times B":  # the same numbers, once 1/B is expected
        names = "1/B missing"
    assert row(found, line).hypotheses == tuple(names.split(", "))
    check_others(found, line, zero=False)


def finish(course, old, new):
    assert course.count(old) == 1
    return course.replace(old, new)


ENDS = [
    ("= grads[name] / B", "= grads[name]", "W b", "1/B missing"),
    ("+ 2 * reg * params[name]", "+ reg * params[name]", "W", "λW for 2λW"),
    ("+ 2 * reg * params[name]", "+ 0", "W", "λ missing"),
    ("+ 2 * reg * params[name]", "- 2 * reg * params[name]", "W", "λ subtracted"),
    ("+ 2 * reg * params[name]", "+ 2 * reg * params[name] / B", "W", "λ before 1/B"),
    ('for name in ("W1", "W2", "W3")', "for name in grads", "b", "λ on the biases"),
]


@pytest.mark.parametrize(("old", "new", "kinds", "hypothesis"), ENDS)
def test_planted_mistakes_in_the_mean_and_the_penalty(old, new, kinds, hypothesis):
    found = diagnose(compiled(finish(COURSE, old, new)))
    for r in found.rows:
        if r.name in EQUATIONS and r.name[1] in "Wb":
            expected = (hypothesis,) if r.name[1] in kinds else ()
            assert r.hypotheses == expected, r
            assert r.status == ("wrong here" if expected else "right"), r
        else:
            assert r.status == "not returned"


def test_a_line_and_the_penalty_may_both_be_wrong():
    course = finish(COURSE, "+ 2 * reg * params[name]", "+ reg * params[name]")
    found = diagnose(compiled(course, {"dW3": "-a2.T @ dz3"}))
    assert found.first_wrong == "dW3"
    assert row(found, "dW3").hypotheses == ("sign", "λW for 2λW")


def test_two_mistakes_in_two_lines_are_both_named():
    planted = {"dz2": "da2", "db1": "dz1.mean(axis=0)"}
    found = diagnose(compiled(NOTES, planted, result=ELEVEN))
    assert found.first_wrong == "dz2"
    assert row(found, "db1").hypotheses == ("mean for sum",)
    assert "mend that one line" not in str(found)


def six(order):
    return ", ".join("d" + n for n in order)


FORMS = {
    "Gradients": backward,
    "dict": compiled(NOTES, result=ELEVEN),
    "tuple of eleven": compiled(NOTES, result=", ".join(LINES)),
    "list of eleven": compiled(NOTES, result=f"[{', '.join(LINES)}]"),
    "six in our order": compiled(NOTES, result=six(Params._fields)),
    "six as computed": compiled(
        NOTES, result=six(["W3", "b3", "W2", "b2", "W1", "b1"])
    ),
    "rows for biases": compiled(
        NOTES,
        {f"db{k}": f"dz{k}.sum(axis=0, keepdims=True)" for k in (1, 2, 3)},
        result=ELEVEN,
    ),
    "course": compiled(COURSE),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_right_answers_get_no_remark(form, dtype):
    found = diagnose(FORMS[form], dtype=dtype)
    assert found.ok, found
    assert found.first_wrong is None
    assert found.score == 1
    assert {r.status for r in found.rows} <= {"right", "not returned"}
    assert found.remarks == []
    assert str(found).endswith("Every line is right.")


def test_the_mean_with_penalty_as_our_loss_gradient_computes_it():
    def backward_pass(data, labels, params, reg):
        p = Params(
            *(params[n].ravel() if n[0] == "b" else params[n] for n in Params._fields)
        )
        return loss_gradient(p, data, labels, reg)

    assert diagnose(backward_pass).ok


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_no_false_alarm_in_200_problems(dtype):
    course = compiled(COURSE)
    for seed in range(200):
        sizes = np.random.default_rng(seed).permutation(np.arange(2, 13))[:5].tolist()
        assert diagnose(backward, seed=seed, sizes=sizes, dtype=dtype).ok, seed
        assert diagnose(course, seed=seed, sizes=sizes, dtype=dtype).ok, seed


def test_random_wrong_gradients_get_no_hint():
    rng = np.random.default_rng(0)
    names = list(EQUATIONS)
    for trial in range(60):
        name = names[trial % 11]

        def random_line(params, acts, y, name=name):
            g = backward(params, acts, y)
            noise = np.random.default_rng(1).normal(size=getattr(g, name).shape)
            return g._replace(**{name: noise})

        found = diagnose(random_line, seed=int(rng.integers(1000)))
        assert found.first_wrong == name
        assert all(r.hypotheses == () for r in found.rows)
        assert "No known mistake" in row(found, name).detail
        assert "got" in row(found, name).detail


def test_a_factor_is_named_as_it_is():
    """A factor of 1.9 is near 2, and must not be taken for it."""
    found = diagnose(compiled(NOTES, {"dz3": "1.9 * (y_hat - y)"}, result=ELEVEN))
    assert row(found, "dz3").hypotheses == ("factor",)
    assert row(found, "dz3").detail == "It is 1.9 times the right one."


def test_a_teacher_adds_a_mistake_in_three_lines(monkeypatch):
    mine = Hypothesis("tripled", "dz3", "It is thrice {eq}.", lambda c, k, g: 3 * g)
    monkeypatch.setattr("mlpnotes.tutor.reasons.HYPOTHESES", [*HYPOTHESES, mine])
    found = diagnose(compiled(NOTES, {"dz3": "3 * (y_hat - y)"}, result=ELEVEN))
    assert row(found, "dz3").detail == "It is thrice (9)."


def with_row(**changes):
    def student(params, acts, y):
        return backward(params, acts, y)._replace(**changes)

    return student


@pytest.mark.parametrize(
    ("value", "status", "detail"),
    [
        (np.full((7, 4), np.nan), "not finite", "NaN or infinite"),
        (np.zeros((7, 4), np.float32), "wrong type", "dtype float32, expected float64"),
        (np.zeros((7, 4), complex), "wrong type", "dtype complex128"),
        ([[0.0] * 4] * 7, "wrong type", "It is a list, expected a NumPy array."),
        ("dz2", "wrong type", "It is a str"),
        (None, "missing", "It is None: this line is still to be written."),
        (np.zeros((4, 7)), "wrong shape", "shape (n2, B), expected (B, n2)"),
        (np.zeros(99), "wrong shape", "shape (99,), expected (B, n2)"),
        (np.float64(1), "wrong shape", "shape (), expected (B, n2)"),
    ],
)
def test_statuses(value, status, detail):
    found = diagnose(with_row(dz2=value))
    assert found.first_wrong == "dz2"
    assert row(found, "dz2").status == status
    assert detail in row(found, "dz2").detail


def test_missing_line():
    def student(params, acts, y):
        g = backward(params, acts, y)._asdict()
        del g["db2"]
        return g

    found = diagnose(student)
    assert found.first_wrong == "db2"
    assert row(found, "db2").status == "missing"


def raises(params, acts, y):
    dz3 = acts.y_hat - y
    return dz3 @ params.W1  # does not fit


def recursive(params, acts, y):
    return recursive(params, acts, y)


def mutates(params, acts, y):
    g = backward(params, acts, y)
    acts.a2[:] *= 1 - acts.a2
    return g


def prints(params, acts, y):
    for _ in range(100):
        print("dz3", acts.y_hat)
    return backward(params, acts, y)


def leaves(params, acts, y):
    raise SystemExit


def random(params, acts, y):
    g = backward(params, acts, y)
    return g._replace(dz1=g.dz1 + np.random.default_rng().normal(size=g.dz1.shape))


HOSTILE = {
    "raises": (
        raises,
        r"`return dz3 @ params.W1`, stopped: dz3 @ params.W1 is \(7, 3\)",
    ),
    "nothing": (lambda p, a, y: None, "returned None: is the return statement missing"),
    "a string": (lambda p, a, y: "dz3", "returned a str, expected arrays"),
    "strings": (
        lambda p, a, y: dict.fromkeys(LINES, "0"),
        "dz3 is the first wrong line",
    ),
    "NaN": (with_row(dz3=np.full((7, 3), np.nan)), "NaN or infinite"),
    "five items": (
        lambda p, a, y: (1, 2, 3, 4, 5),
        "returned 5 items, expected 11 or 6",
    ),
    "mutation": (mutates, "changes its argument a2"),
    "recursion": (recursive, "stopped: RecursionError: too many calls"),
    "a generator": (lambda p, a, y: (g for g in a), "returned a generator"),
    "views": (lambda p, a, y: (*a, y, y, y, y), "dz3 is the first wrong line"),
    "other keys": (lambda p, a, y: {"loss": 1}, r"has the keys \['loss'\]"),
    "exit": (leaves, "Your line .*`raise SystemExit`, stopped"),
    "random": (random, "Two calls with equal arguments return different dz1"),
    "huge": (
        with_row(dz3=np.broadcast_to(0.0, (10**7, 10**7))),
        "wrong shape|has shape",
    ),
    "no arguments": (
        lambda: None,
        r"Your function stopped: it takes \(\), expected \(params, acts, y\)",
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_functions_get_a_readable_diagnosis(name, capsys):
    student, message = HOSTILE[name]
    found = diagnose(student)
    assert isinstance(found, Diagnosis)
    assert not found.ok
    text = re.sub(r"\s+", " ", str(found))
    assert re.search(message, text), text
    assert "Traceback" not in text
    assert len(found.rows) == 11
    assert "<table>" in found._repr_html_()
    assert capsys.readouterr() == ("", "")


def test_mutation_and_noise_in_the_courses_form():
    right = compiled(COURSE)

    def mutating(data, labels, params, reg):
        grads = right(data, labels, params, reg)
        params["a1"] *= 2
        return grads

    def noisy(data, labels, params, reg):
        grads = right(data, labels, params, reg)
        grads["b2"] = grads["b2"] + np.random.default_rng().normal(size=4)
        return grads

    assert "changes its argument a1:" in " ".join(diagnose(mutating).remarks)
    assert "return different db2:" in " ".join(diagnose(noisy).remarks)
    assert "Mend" not in str(diagnose(mutating))


def test_printing_alone_is_no_fault(capsys):
    assert diagnose(prints).ok
    assert capsys.readouterr().out == ""


def test_an_interrupt_is_the_students():
    def slow(params, acts, y):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        diagnose(slow)


def named_otherwise(template, changed):
    """Compile a program whose gradients have no names of the notes."""
    plain = compiled(template, changed)
    scope = plain.__globals__
    lines = LINES | changed
    source = template.format(
        lines="\n".join(f"    {n} = {code}" for n, code in lines.items())
    )
    for name in LINES:
        source = re.sub(rf"\b{name}\b", f"g_{name[1:]}", source)
    exec(source, scope)
    return scope[plain.__name__]


def test_six_arrays_with_an_unknown_mistake_judge_no_later_line():
    found = diagnose(named_otherwise(COURSE, {"dz2": "da2 * np.cos(da2 + 1)"}))
    assert "dW2 is the first wrong array that you return" in found.message
    assert "da2 or dz2, not returned, may hold the mistake" in found.message
    assert row(found, "dW1").status == "unclear"
    assert all(r.hypotheses == () for r in found.rows)


def test_a_hidden_line_is_seen_over_the_shoulder():
    found = diagnose(compiled(COURSE, {"dz2": "da2 * np.cos(da2 + 1)"}))
    assert found.first_wrong == "dz2"
    assert {row(found, n).status for n in ("dW2", "db2", "dW1", "db1")} == {"follows"}
    assert found.score == pytest.approx(10 / 11)


def test_a_hidden_factor_is_said_to_fit_elsewhere_too():
    found = diagnose(named_otherwise(COURSE, {"da2": "-dz3 @ W3.T"}))
    assert found.first_wrong == "dW2"
    assert "at the end, or in da2 or dz2, which you do not return" in found.message
    assert found.score == pytest.approx(10 / 11)


def test_a_hidden_line_is_not_blamed_when_later_arrays_are_right():
    planted = {"dW2": "-a1.T @ dz2", "db2": "-dz2.sum(axis=0)"}
    found = diagnose(compiled(COURSE, planted))
    for name in ("dW2", "db2"):
        assert row(found, name).hypotheses == ("sign",)
    assert {row(found, n).status for n in ("dW1", "db1")} == {"right"}


def test_a_hidden_line_and_the_penalty_may_both_be_wrong():
    course = finish(COURSE, "+ 2 * reg * params[name]", "+ 0")
    found = diagnose(compiled(course, {"dz2": "da2"}))
    assert row(found, "dW3").hypotheses == ("λ missing",)
    assert row(found, "dz2").hypotheses == ("slope missing",)
    assert row(found, "dW2").hypotheses == ("λ missing",)
    assert row(found, "db2").status == "follows"


def test_right_numbers_are_right_whatever_stands_before_them():
    def student(params, acts, y):
        g = backward(params, acts, y)
        da2 = g.dz3 @ params.W3.T
        dz2 = da2
        dz2 *= acts.a2 * (1 - acts.a2)  # changes da2 as well
        return g._replace(da2=da2, dz2=dz2)

    found = diagnose(student)
    assert found.first_wrong == "da2"
    assert {r.status for r in found.rows if r.name != "da2"} == {"right"}
    assert "da2 and dz2 are one array" in " ".join(found.remarks)


def test_the_mean_taken_early_is_told_without_touching_the_right_six():
    early = {"dz3": "(y_hat - y) / B"}
    course = COURSE.replace("grads[name] / B", "grads[name]").replace(
        "return grads",
        "return {{'d' + n: g for n, g in grads.items()}} | "
        "dict(dz3=dz3, da2=da2, dz2=dz2, da1=da1, dz1=dz1)",
    )
    found = diagnose(compiled(course, early))
    assert row(found, "dz3").hypotheses == ("divided by B",)
    assert {r.status for r in found.rows if r.name[1] in "Wb"} == {"right"}
    assert "mend that one line" not in found.message


def test_an_accumulator_is_told_from_a_factor():
    kept = {}

    def student(params, acts, y):
        for name, array in backward(params, acts, y)._asdict().items():
            if name not in kept or kept[name].shape != array.shape:
                kept[name] = np.zeros_like(array)
            kept[name] += array
        return kept

    found = diagnose(student)
    assert {r.status for r in found.rows} == {"right"}
    assert "Two calls with equal arguments return different dz3" in found.remarks[0]


def with_reg_default(data, labels, params, lam=0.0):
    return compiled(COURSE)(data, labels, params, lam)


def with_keyword(data, labels, params, *, reg):
    return compiled(COURSE)(data, labels, params, reg)


def with_spare_default(params, acts, y, reg=0.0):
    return backward(params, acts, y)


def anonymous(*arguments):
    return compiled(COURSE)(*arguments)


SIGNATURES = {
    "keyword only": with_keyword,
    "partial": functools.partial(with_keyword, reg=0.5),
    "a spare default": with_spare_default,
    "stars": anonymous,
    "other names": lambda a, b, c: backward(a, b, c),
    "no da": lambda params, acts, y: {
        n: a
        for n, a in backward(params, acts, y)._asdict().items()
        if not n.startswith("da")
    },
    "weights, then biases": compiled(NOTES, result="dW1, dW2, dW3, db1, db2, db3"),
    "other entries": lambda data, labels, params, reg: {
        **{f"d{n}": g for n, g in compiled(COURSE)(data, labels, params, reg).items()},
        **params,
    },
    "matrix": lambda params, acts, y: backward(params, acts, y)._replace(
        db3=np.asmatrix(acts.y_hat - y).sum(axis=0)
    ),
}


@pytest.mark.filterwarnings("ignore:the matrix subclass")
@pytest.mark.parametrize("name", SIGNATURES)
def test_signatures_and_returns_that_are_right(name):
    assert diagnose(SIGNATURES[name]).ok


def test_a_fault_in_the_equal_sizes_alone_is_said_to_be_there():
    found = diagnose(compiled(NOTES, {"db3": "dz3.mean(axis=0) * 7"}, result=ELEVEN))
    assert "whose sizes are all 5 this is wrong" in found.remarks[0]


def test_rounding_is_told_from_a_mistake():
    found = diagnose(compiled(NOTES, {"dW2": "(a1.T @ dz2).round(6)"}, result=ELEVEN))
    assert row(found, "dW2").detail == "It is rounded, to 6 decimals."
    found = diagnose(
        compiled(NOTES, {"dW2": "(a1.T @ dz2) * (1 + 1e-6 * a2[0])"}, result=ELEVEN)
    )
    assert "digits only: is something rounded, or" in row(found, "dW2").detail


class BadError(Exception):
    def __str__(self):
        return None


def raises_badly(params, acts, y):
    raise BadError


def replaces(data, labels, params, reg):
    params["W1"] = [[1, 2], [3]]
    return compiled(COURSE)(data, labels, params | {"W1": 0.0}, reg)


def overflows(params, acts, y):
    g = backward(params, acts, y)
    return g._replace(dz3=1.7e308 * np.sign(g.dz3), dW3=3.3 * g.dW3)


@pytest.mark.parametrize(
    "student",
    [lambda p, a, y: Gradients, raises_badly, replaces, overflows],
)
def test_more_hostile_functions(student):
    found = diagnose(student)
    assert not found.ok
    assert str(found)
    assert row(found, "dW3").status not in ("right", "follows") or found.remarks


def test_html_marks_only_the_first_wrong_line():
    planted = {"dz2": "da2", "db1": "dz1.mean(axis=0)"}
    page = diagnose(compiled(NOTES, planted, result=ELEVEN))._repr_html_()
    assert page.count("<strong>") == 1
    assert "<code>dz2</code></th><td>(30)</td><td><strong>" in page


def test_bad_arguments():
    with pytest.raises(TypeError, match="backward is 3, expected a function"):
        diagnose(3)
    with pytest.raises(ValueError, match='form is .x., expected "notes" or "course"'):
        diagnose(backward, form="x")
    with pytest.raises(ValueError, match="expected five different numbers"):
        diagnose(backward, sizes=(5, 5, 4, 3, 2))


def test_the_lines_of_the_tutor_are_those_of_the_program(rng):
    from mlpnotes.tutor.mistakes.lines import LINES as OURS

    problem = make_problem(rng=rng)
    c = problem.arrays()
    for name, array in (
        backward(problem.params, problem.acts, problem.y)._asdict().items()
    ):
        kind = name if name == "dz3" else name[:2]
        c[name] = OURS[kind](c, int(name[-1]))
        assert np.allclose(c[name], array)
    assert list(EQUATIONS) == list(Gradients._fields)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (dict(seed="x"), "seed is 'x', expected an integer, 0 or more"),
        (dict(seed=-1), "seed is -1, expected an integer, 0 or more"),
        (dict(sizes=5), "sizes are 5, expected five different numbers"),
        (dict(sizes=(1, 2, 3)), "sizes are a tuple of 3, expected five different num"),
        (dict(sizes=(7, 6, 5, 4, [3])), r"the size K is a list of 1, expected an int"),
        (dict(sizes=(7.5, 6, 5, 4, 3)), "the size B is 7.5, expected an integer, 1 or"),
        (
            dict(sizes=(0, 6, 5, 4, 3)),
            "the size B is 0, expected an integer, 1 or more",
        ),
        (
            dict(sizes=(7, 6, 5, 4, 1)),
            "the size K is 1, expected an integer, 2 or more",
        ),
        (dict(dtype="x"), "dtype is 'x', expected float32 or float64"),
    ],
)
def test_bad_options(options, sentence):
    with pytest.raises((TypeError, ValueError), match=f"^{sentence}"):
        diagnose(backward, **options)


def test_a_number_has_its_article():
    assert "It is an int, expected a NumPy array." in diagnose(with_row(dz2=3)).message
