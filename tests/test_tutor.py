import functools
import re

import numpy as np
import pytest
from programs import ELEVEN, ending, load, program, row

from mlpnotes import Gradients, Params, backward, loss_gradient
from mlpnotes.gradcheck import agree
from mlpnotes.tutor import Diagnosis, diagnose
from mlpnotes.tutor.mistakes import HYPOTHESES, Hypothesis
from mlpnotes.tutor.mistakes.lines import EQUATIONS
from mlpnotes.tutor.problems import make_problem


def eleven(changed=None, **more):
    return load(program("eleven", changed, **more))


def course(changed=None, **more):
    return load(program("course", changed, **more))


@pytest.mark.parametrize("right", [backward, eleven(), course()])
def test_of_a_right_pass_it_is_said(right):
    found = diagnose(right)
    assert str(found).endswith("Every line is right.")
    assert (found.first_wrong, found.score, found.remarks) == (None, 1, [])


def test_the_mean_with_penalty_as_our_loss_gradient_computes_it():
    def backward_pass(data, labels, params, reg):
        p = Params(
            *(params[n].ravel() if n[0] == "b" else params[n] for n in Params._fields)
        )
        return loss_gradient(p, data, labels, reg)

    assert diagnose(backward_pass).ok


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_no_false_alarm_in_problems_of_many_sizes(dtype):
    right = course()
    for seed in range(20):
        sizes = np.random.default_rng(seed).permutation(np.arange(2, 13))[:5].tolist()
        assert diagnose(backward, seed=seed, sizes=sizes, dtype=dtype).ok, seed
        assert diagnose(right, seed=seed, sizes=sizes, dtype=dtype).ok, seed


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


def test_a_teacher_adds_a_mistake_in_three_lines(monkeypatch):
    mine = Hypothesis("tripled", "dz3", "It is thrice {eq}.", lambda c, k, g: 3 * g)
    monkeypatch.setattr("mlpnotes.tutor.reasons.HYPOTHESES", [*HYPOTHESES, mine])
    found = diagnose(eleven({"dz3": "3 * (y_hat - y)"}))
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
    "a string": (lambda p, a, y: "dz3", "returned a str, expected 11 or 6 arrays"),
    "strings": (
        lambda p, a, y: dict.fromkeys(ELEVEN, "0"),
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
    right = course()

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


def test_six_arrays_with_an_unknown_mistake_judge_no_later_line():
    found = diagnose(course({"dz2": "da2 * np.cos(da2 + 1)"}, names="other"))
    assert "dW2 is the first wrong array that you return" in found.message
    assert "da2 or dz2, not returned, may hold the mistake" in found.message
    assert row(found, "dW1").status == "unclear"
    assert all(r.hypotheses == () for r in found.rows)


def test_a_hidden_line_is_seen_over_the_shoulder():
    found = diagnose(course({"dz2": "da2 * np.cos(da2 + 1)"}))
    assert found.first_wrong == "dz2"
    assert {row(found, n).status for n in ("dW2", "db2", "dW1", "db1")} == {"follows"}
    assert found.score == pytest.approx(10 / 11)


def test_a_hidden_factor_is_said_to_fit_elsewhere_too():
    found = diagnose(course({"da2": "-dz3 @ W3.T"}, names="other"))
    assert found.first_wrong == "dW2"
    assert "at the end, or in da2 or dz2, which you do not return" in found.message
    assert found.score == pytest.approx(10 / 11)


def test_a_hidden_line_is_not_blamed_when_later_arrays_are_right():
    planted = {"dW2": "-a1.T @ dz2", "db2": "-dz2.sum(axis=0)"}
    found = diagnose(course(planted))
    for name in ("dW2", "db2"):
        assert row(found, name).hypotheses == ("sign",)
    assert {row(found, n).status for n in ("dW1", "db1")} == {"right"}


def test_a_hidden_line_and_the_penalty_may_both_be_wrong():
    found = diagnose(course({"dz2": "da2"}, end=ending("g / B")))
    assert row(found, "dW3").hypotheses == ("λ missing",)
    assert row(found, "dz2").hypotheses == ("slope missing",)
    assert row(found, "dW2").hypotheses == ("λ missing",)
    assert row(found, "db2").status == "follows"


def test_the_mean_taken_early_is_told_without_touching_the_right_six():
    penalty = "; ".join(f"dW{k} = dW{k} + 2 * l2 * W{k}" for k in (1, 2, 3))
    back = f"return dict({', '.join(f'{n}={n}' for n in ELEVEN)})"
    early = {"dz3": "(y_hat - y) / B"}
    found = diagnose(course(early, end=penalty, back=back))
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
    return course()(data, labels, params, lam)


def with_keyword(data, labels, params, *, reg):
    return course()(data, labels, params, reg)


SIGNATURES = {
    "partial": functools.partial(with_keyword, reg=0.5),
    "other entries": lambda data, labels, params, reg: {
        **{f"d{n}": g for n, g in course()(data, labels, params, reg).items()},
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


def test_rounding_is_told_from_a_mistake():
    found = diagnose(eleven({"dW2": "(a1.T @ dz2).round(6)"}))
    assert row(found, "dW2").detail == "It is rounded, to 6 decimals."
    found = diagnose(eleven({"dW2": "(a1.T @ dz2) * (1 + 1e-6 * a2[0])"}))
    assert "digits only: is something rounded, or" in row(found, "dW2").detail


class BadError(Exception):
    def __str__(self):
        return None


def raises_badly(params, acts, y):
    raise BadError


def replaces(data, labels, params, reg):
    params["W1"] = [[1, 2], [3]]
    return course()(data, labels, params | {"W1": 0.0}, reg)


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
    page = diagnose(eleven(planted))._repr_html_()
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
        assert agree(c[name], array)
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
