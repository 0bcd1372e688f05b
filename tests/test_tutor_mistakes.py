"""Every row of the table of mistakes is what some student's line computes."""

import itertools
import re

import numpy as np
import pytest
from programs import LINES as RIGHT

from mlpnotes import backward, forward, sigmoid, softmax
from mlpnotes.gradcheck import agree
from mlpnotes.problem import random_problem
from mlpnotes.tutor import Form
from mlpnotes.tutor.mistakes import (
    EQUATIONS,
    HYPOTHESES,
    LINES,
    NOTES_ONLY,
    Hypothesis,
    fill,
)
from mlpnotes.tutor.mistakes.factors import name_factor, say_factor
from mlpnotes.tutor.mistakes.lines import number
from mlpnotes.tutor.mistakes.penalties import (
    PENALTIES,
    coefficient,
    name_penalty,
    say_penalty,
    say_whole,
)

SIZES = (7, 6, 5, 4, 3)
SQUARE = (5, 5, 5, 5, 5)

# the lines, what is written there, the row that it is; {a} is a2 in layer 2
WRITTEN = [
    # dz3
    ("dz3", "-y * (1 - y_hat)", "diagonal only"),
    ("dz3", "-y / y_hat * y_hat * (1 - y_hat)", "diagonal only"),
    ("dz3", "y * (y_hat - y)", "diagonal only"),
    ("dz3", "(1 - y) * y_hat", "off the diagonal only"),
    ("dz3", "np.maximum(y_hat - y, 0)", "off the diagonal only"),
    ("dz3", "(y_hat - y) * y_hat * (1 - y_hat)", "extra slope"),
    ("dz3", "(y_hat - y) * y_hat", "extra ŷ"),
    ("dz3", "(y_hat - y) * (1 - y_hat)", "extra 1 − ŷ"),
    ("dz3", "(y_hat - y) * (1 - y_hat**2)", "extra slope of tanh"),
    ("dz3", "(y_hat - y) / 4 / np.cosh(z3 / 2) ** 2", "extra slope of the sigmoid"),
    ("dz3", "(y_hat - y) * (z3 > 0)", "extra slope of ReLU"),
    ("dz3", "(y_hat - y) * (1 - (y_hat - y))", "slope of the error"),
    ("dz3", "(y_hat - y) * (y_hat - y) * (1 - (y_hat - y))", "slope of the error"),
    ("dz3", "np.einsum('bi,bij->bj', y_hat - y, jacobian(y_hat))", "squared error"),
    ("dz3", "-y / y_hat", "loss by ŷ"),
    ("dz3", "(1 - y) / (1 - y_hat) - y / y_hat", "binary cross-entropy by ŷ"),
    ("dz3", "-(y / y_hat + (1 - y) / (1 - y_hat))", "binary cross-entropy, a sign"),
    ("dz3", "np.abs(y_hat - y)", "no signs"),
    ("dz3", "(y / y_hat + (1 - y) / (1 - y_hat)) * y_hat * (1 - y_hat)", "no signs"),
    ("dz3", "-y * np.log(y_hat)", "the loss itself"),
    ("dz3", "-np.sum(y * np.log(y_hat))", "the loss itself"),
    ("dz3", "-np.log(y_hat[np.arange(len(y)), y.argmax(axis=1)])", "the loss itself"),
    ("dz3", "np.log(y_hat) - y", "log ŷ"),
    ("dz3", "y_hat.copy()", "ŷ alone"),
    (
        "dz3",
        "(y_hat.argmax(1) != y.argmax(1))[:, None] * (y_hat - y)",
        "right answers left out",
    ),
    ("dz3", "y_hat - y.T", "transposed labels"),
    ("dz3", "-y", "y alone"),
    ("dz3", "-y / y_hat * y_hat", "y alone"),
    ("dz3", "y_hat + y", "plus for minus"),
    ("dz3", "y_hat * y", "product for difference"),
    ("dz3", "every_column(y_hat, y.argmax(axis=1))", "1 in every column"),
    ("dz3", "y_hat * (1 - y_hat)", "slope of ŷ alone"),
    ("dz3", "z3 - y_hat", "z3 minus ŷ"),
    ("dz3", "z3 - y", "no softmax"),
    ("dz3", "sigmoid(z3) - y", "sigmoid for softmax"),
    ("dz3", "np.tanh(z3) - y", "tanh for softmax"),
    ("dz3", "z3 * (z3 > 0) - y", "ReLU for softmax"),
    ("dz3", "np.exp(z3) - y", "exp for softmax"),
    ("dz3", "np.exp(z3) / np.exp(z3).sum(axis=0) - y", "softmax over axis 0"),
    ("dz3", "np.exp(z3) / np.exp(z3).sum() - y", "softmax over all"),
    ("dz3", "softmax(softmax(z3)) - y", "softmax twice"),
    ("dz3", "sigmoid(y_hat) - y", "sigmoid of ŷ"),
    ("dz3", "np.eye(y.shape[1])[y_hat.argmax(axis=1)] - y", "predicted class"),
    ("dz3", "y_hat - y.argmax(axis=1)[:, None]", "class numbers"),
    ("dz3", "y_hat - np.roll(y, 1, axis=1)", "labels one up"),
    ("dz3", "y_hat - np.eye(y.shape[1])[y.argmax(axis=1) - 1]", "labels one down"),
    ("dz3", "y_hat - y[:, ::-1]", "labels reversed"),
    ("dz3", "y_hat - y / len(y)", "brackets"),
    ("dz3", "(y_hat - y) / y_hat", "divided by ŷ"),
    ("dz3", "y_hat[np.arange(len(y)), y.argmax(axis=1)] - 1", "true class only"),
    ("dz3", "np.clip(y_hat, 0.2, 0.8) - y", "ŷ clipped"),
    ("dz3", "np.maximum(y_hat, 0.3) - y", "ŷ clipped"),
    ("dz3", "-y / (y_hat + 1e-3)", "loss by ŷ"),
    ("dz3", "y_hat - (0.9 * y + 0.1 / y.shape[1])", "labels smoothed"),
    ("dz3", "y_hat - np.roll(y, 1, axis=0)", "other labels"),
    # da
    ("da", "{dz_next} @ {W}.T", "other matrix"),
    ("da", "{dz_next} @ {W_after}.T", "other matrix after"),
    ("da", "{dz_next} @ {W_next}", "not transposed"),
    ("da", "{dz_next} @ {W_next}.reshape({W_next}.T.shape)", "reshape for transpose"),
    ("da", "{W_next} @ {dz_next}", "other order"),
    ("da", "{W_next}.T @ {dz_next}", "other order"),
    ("da", "{dz_next} * {W_next}.T", "* for @"),
    ("da", "np.multiply({dz_next}, {W_next})", "* for @"),
    ("da", "{dz_next} @ {dW_next}.T", "dW for W"),
    ("da", "{da_next} @ {W_next}.T", "slope skipped"),
    ("da1", "dz3 @ (W2 @ W3).T", "slope skipped"),
    ("da", "{dz_after} @ {W_next}.T", "layer skipped"),
    ("da", "{a_next} @ {W_next}.T", "output for the error"),
    ("da", "{z_next} @ {W_next}.T", "z for the error"),
    ("da", "y @ {W_next}.T", "labels for the error"),
    ("da", "{dz_next} @ {W_next}.T + {b}", "bias added"),
    ("da", "{dz_next} @ {W_next}.T * {a} * (1 - {a})", "slope already in"),
    ("da", "({dz_next} @ {W_next}.T) * (1 - {a} ** 2)", "slope already in"),
    ("da", "({dz_next} @ {W_next}.T) * ({z} > 0)", "slope already in"),
    ("da", "{dz_next} @ {W_next}.T * {a}", "times a"),
    ("da", "{dz_next} @ {W_next}.T * {z}", "times z"),
    ("da", "{dW_next} @ {W_next}.T", "dW for the error"),
    ("da", "{dz_next} @ ({W_next} - 0.5 * {dW_next}).T", "updated weights"),
    ("da", "{dz_next} @ ({W_next} - 0.1 * {dW_next} / len(y)).T", "updated weights"),
    (
        "da",
        "{dz_next} @ ({W_next} - 0.1 * ({dW_next} / len(y) + 2 * l2 * {W_next})).T",
        "updated weights",
    ),
    # dz
    ("dz", "{da}.copy()", "slope missing"),
    ("dz", "{da} * ({a} > 0)", "slope missing"),
    ("dz", "{a} * (1 - {a})", "da missing"),
    ("dz", "{da} * {z} * (1 - {z})", "slope of z"),
    ("dz", "{da} * sigmoid({a}) * (1 - sigmoid({a}))", "sigmoid twice"),
    ("dz", "{da} * sigmoid({a})", "σ(a) alone"),
    ("dz", "{da} * (1 - sigmoid({a}))", "1 − σ(a)"),
    ("dz", "{da} * ({a} * (1 - {a})) ** 2", "slope twice"),
    ("dz", "{da} * ({a} * (1 - {a})) * (1 - {a} * (1 - {a}))", "slope of the slope"),
    ("dz", "{da} * {a} * {a} * (1 - {a})", "a twice"),
    ("dz", "{da} * {a} * (1 - {a}) * (1 - {a})", "1 − a twice"),
    ("dz", "{da} * {a} * (1 + {a})", "a(1 + a)"),
    ("dz", "{da} * {a} * (1 - {a}**2)", "a(1 − a²)"),
    ("dz", "{da} * (1 - {a}**2)", "slope of tanh"),
    ("dz", "{da} * (1 - np.tanh({z}) ** 2)", "slope of tanh, of z"),
    ("dz", "{da} / np.cosh({a}) ** 2", "slope of tanh, of a"),
    ("dz", "{da} * (1 - np.power({z}, 2))", "1 − z²"),
    ("dz", "{da} * ({z} > 0)", "slope of ReLU"),
    ("dz", "np.where({z} > 0, {da}, 0)", "slope of ReLU"),
    ("dz", "{da} * {a} * (1 - {a}) * ({z} > 0)", "slope of ReLU as well"),
    ("dz", "{da} * ({a} + {z} * {a} * (1 - {a}))", "slope of SiLU"),
    ("dz", "np.einsum('bi,bij->bj', {da}, jacobian({a}))", "slope of softmax"),
    ("dz", "{da} * {a}", "half the slope: a"),
    ("dz", "{da} * (1 - {a})", "half the slope: 1 − a"),
    ("dz", "{da} * np.exp(-{z}) / (1 + np.exp(-{z}))", "half the slope: 1 − a"),
    ("dz", "{da} * {a}**2", "a squared"),
    ("dz", "{da} * (1 - {a}) ** 2", "1 − a squared"),
    ("dz", "{da} * ({a} - (1 - {a}))", "minus for times"),
    ("dz", "{da} * {z}", "z for the slope"),
    ("dz", "{da_next} @ {W_next}.T * {a} * (1 - {a})", "slope skipped"),
    ("dz", "{da} * {z} * (1 - {a})", "z and a mixed"),
    ("dz", "{da} * {a} * (1 - {z})", "z and a mixed"),
    ("dz", "{da} * np.maximum({z}, 0)", "ReLU for a slope"),
    ("dz", "{da} * np.tanh({z})", "tanh for a slope"),
    ("dz", "{da} * np.exp(-{z})", "exp for a slope"),
    ("dz", "{da} * {a} - (1 - {a})", "brackets"),
    ("dz", "{da} * {a} * (1 - {a}) + {b}", "bias added"),
    ("dz", "{da} * {a} * (1 - {a}) * {z}", "times z"),
    ("dz", "{da} / ({a} * (1 - {a}))", "divided by the slope"),
    ("dz", "{da} + {a} * (1 - {a})", "plus for times"),
    ("dz", "{da} * {a} * 1 - {a}", "brackets"),
    ("dz", "{da} * 1 - {a}", "brackets"),
    ("dz", "{da} * {a} - {a} ** 2", "brackets"),
    ("dz", "{da} * {da} * (1 - {da})", "slope of the error"),
    ("dz", "{da} * (1 - {da})", "slope of the error"),
    ("dz", "{da} * sigmoid({da}) * (1 - sigmoid({da}))", "slope of the error"),
    ("dz", "sigmoid({da}) * (1 - sigmoid({da}))", "slope of the error"),
    ("dz", "sigmoid({da})", "sigmoid of the error"),
    ("dz", "{da} * ({a}[0] * (1 - {a}[0]))", "first observation's slope"),
    ("dz", "{da} * ({a}[-1] * (1 - {a}[-1]))", "last observation's slope"),
    ("dz", "{da} * np.mean({a} * (1 - {a}), axis=0)", "mean slope"),
    ("dz", "{da} * ({da} > 0)", "slope of ReLU, of the error"),
    ("dz2", "da2 * a1 * (1 - a1)", "other activation"),
    ("dz1", "da1 * a2 * (1 - a2)", "other activation"),
    ("dz", "{da} * y_hat * (1 - y_hat)", "slope of ŷ"),
    ("dz1", "da1 * X * (1 - X)", "slope of X"),
    ("dz", "{da} @ ({a}.T @ (1 - {a}))", "dot for *"),
    ("dz", "np.dot({da}, ({a} * (1 - {a})).T)", "dot for *"),
    ("dz", "np.dot({da}, {a} * (1 - {a}))", "dot for *"),
    ("dz", "{da}.T @ ({a} * (1 - {a}))", "dot for *"),
    ("dz", "{da}.dot({a}).dot(1 - {a})", "dot for *"),
    ("dz", "np.dot({da}, {a}) * (1 - {a})", "dot for *"),
    ("dz", "({da} * {a}) @ (1 - {a})", "dot for *"),
    ("dz", "{da} * np.dot({a}, 1 - {a})", "dot for *"),
    ("dz", "np.where({z} > 0, {da}, 0.01 * {da})", "slope of leaky ReLU"),
    # dW
    ("dW", "{x}.T @ {da}", "da for dz"),
    ("dW", "{z_in}.T @ {dz}", "z for a"),
    ("dW", "X.T @ {dz}", "X for the input"),
    ("dW", "a1.T @ {dz}", "a1 for the input"),
    ("dW", "a2.T @ {dz}", "a2 for the input"),
    ("dW", "y_hat.T @ {dz}", "ŷ for the input"),
    ("dW", "y.T @ {dz}", "y for the input"),
    ("dW", "{z}.T @ {dz}", "own z for the input"),
    ("dW", "{dz}.T @ {dz}", "error for the input"),
    ("dW", "{x}.T @ {a}", "output for the error"),
    ("dW", "{x}.T @ dz3", "dz3 for dz"),
    ("dW", "{x}.T @ dz2", "dz2 for dz"),
    ("dW", "{x}.T @ dz1", "dz1 for dz"),
    ("dW", "{x}.T @ {z}", "z for the error"),
    ("dW", "{x}.T @ ({a} * (1 - {a}))", "slope for the error"),
    ("dW", "({x} * (1 - {x})).T @ {dz}", "slope of the input"),
    ("dW", "np.ones_like({x}).T @ {dz}", "input missing"),
    ("dW", "({x}.T @ {dz}) * {P}", "times the parameter"),
    ("db", "{dz}.sum(axis=0) * {P}", "times the parameter"),
    ("db", "{dz}.sum(axis=0)[:, None]", "a column"),
    ("db2 db1", "np.sum({dW})", "dW summed"),
    ("dW", "{x}.T @ ({dz} * {a} * (1 - {a}))", "slope again"),
    ("dW", "sigmoid({x}).T @ {dz}", "sigmoid of the input"),
    ("dW", "{dz} @ {x}", "other order"),
    ("dW", "{dz} @ {x}.T", "other order"),
    ("dW", "{x} @ {dz}.T", "transpose on the other"),
    ("dW", "{x} @ {dz}", "input not transposed"),
    ("dW", "np.multiply({x}, {dz})", "* for @"),
    ("dW", "{x}.T * {dz}", "* for @"),
    ("dW", "({dz}.T @ {x}).reshape({P}.shape)", "reshape for transpose"),
    ("dW", "{x}.reshape({x}.shape[1], -1) @ {dz}", "reshape for transpose"),
    ("dW", "np.hstack([np.ones((len(y), 1)), {x}]).T @ {dz}", "bias row kept"),
    ("dW", "np.hstack([{x}, np.ones((len(y), 1))]).T @ {dz}", "bias row kept"),
    ("dW", "np.outer({x}.sum(axis=0), {dz}.sum(axis=0))", "summed before the product"),
    ("dW", "{x}[-1][:, None] * {dz}[-1]", "last observation only"),
    ("dW", "np.outer({x}[0], {dz}[0])", "first observation only"),
    ("dW", "sum(map(np.outer, {x}[:-1], {dz}[:-1]))", "last observation left out"),
    ("dW", "sum(map(np.outer, {x}[1:], {dz}[1:]))", "first observation left out"),
    ("dW", "{dz}.T @ {x}", "transposed"),
    ("dW", "{P} - 0.1 * ({x}.T @ {dz})", "updated parameter"),
    ("dW", "{x}.T @ {dz} + 2 * l2 * {P}", "penalty added"),
    # db
    ("db", "{da}.sum(axis=0)", "da for dz"),
    ("db", "({dz} * {a} * (1 - {a})).sum(axis=0)", "slope again"),
    ("db", "{dz}[-1]", "last observation only"),
    ("db", "{dz}[0]", "first observation only"),
    ("db", "sum({dz}[i] for i in range(len(y) - 1))", "last observation left out"),
    ("db", "sum({dz}[i] for i in range(1, len(y)))", "first observation left out"),
    ("db", "{dz}.sum(axis=1)", "wrong axis"),
    ("db", "np.sum({dz}, axis=1, keepdims=True)", "wrong axis"),
    ("db2 db1", "np.sum({dz})", "no axis"),
    ("db2 db1", "np.sum({dz}, keepdims=True)", "no axis"),
    ("db2 db1", "np.sum({dz}) * np.ones_like({P})", "no axis, spread"),
    ("db2 db1", "np.mean({dz}) * np.ones_like({P})", "no axis, spread"),
    ("db2 db1", "len({dz}) * np.mean({dz}) * np.ones_like({P})", "no axis, spread"),
    ("db", "{dz}.copy()", "no sum"),
    ("db", "{dW}.sum(axis=0)", "dW summed"),
    ("db", "{dW}.sum(axis=1)", "dW summed"),
    ("db", "{a}.sum(axis=0)", "output for the error"),
    ("db", "dz3.sum(axis=0)", "dz3 for dz"),
    ("db", "dz2.sum(axis=0)", "dz2 for dz"),
    ("db", "dz1.sum(axis=0)", "dz1 for dz"),
    ("db", "{P} - 0.1 * {dz}.sum(axis=0)", "updated parameter"),
    ("db", "{dz}.sum(axis=0) + 0.06 * {P}", "λ on the biases"),
    # anywhere
    ("dz3 da dz", "({right}).sum(axis=0)", "batch summed"),
    ("dz3 da dz", "({right}).sum(axis=0, keepdims=True)", "batch summed"),
    ("dz3 dz", "({right}).T", "transposed"),
    ("da", "{W_next} @ {dz_next}.T", "transposed"),
    ("dz3 da dz dW db", "({right}) ** 2", "squared"),
    ("da dz dW db", "np.abs({right})", "no signs"),
    ("dz3 da dz dW db", "np.sign({right})", "signs only"),
    ("da dz dW db", "np.maximum({right}, 0)", "negative entries zero"),
    ("dz3 da dW db", "sigmoid({right})", "sigmoid of it"),
    ("dz3 da dz dW db", "clipped({right})", "clipped"),
    ("dz3 da dz dW", "dropped({right})", "masked"),
    ("dz3 da dz dW db", "{right} + 1e-3", "number added"),
    ("dz3 da dz dW db", "np.ones_like({right})", "one number"),
    ("dW3", "dW2.copy()", "another array"),
    ("db dW", "{P}.copy()", "another array"),
    ("da1 dz1", "a1.copy()", "another array"),
]  # fmt: skip


def kind_of(line):
    return line if line == "dz3" else line[:2]


def layer_of(line):
    return int(line[-1])


def rows_of(line):
    found = [h for h in HYPOTHESES if kind_of(line) in h.lines.split()]
    return [h for h in found if h.is_of(Form())]  # others: see test_tutor_form


def problem(sizes, first=0):
    """Return all arrays of a problem in which every line has both signs."""
    for seed in itertools.count(first):
        params, X, y = random_problem(sizes, rng=np.random.default_rng(seed), std=1.0)
        acts = forward(params, X)
        c = {**params._asdict(), **acts._asdict(), "a0": X, "y": y.astype(float)}
        c |= {"l2": 0.03, "a3": acts.y_hat, **backward(params, acts, c["y"])._asdict()}
        signs = [c[n] for n in (*EQUATIONS, "z3", "z2", "z1")]
        if all(a.max() > 0 > a.min() for a in signs):
            return c


PROBLEMS = {"sizes": problem(SIZES), "square": problem(SQUARE)}


def jacobian(a):
    return a[:, :, None] * (np.eye(a.shape[1]) - a[:, None, :])


def every_column(y_hat, labels):
    g = y_hat.copy()
    g[:, labels] -= 1
    return g


def clipped(g):
    return np.clip(g, -np.median(np.abs(g)), np.median(np.abs(g)))


def dropped(g):
    return g * (np.random.default_rng(3).random(g.shape) < 0.8) / 0.8


HELPERS = {f.__name__: f for f in (jacobian, every_column, clipped, dropped)}


def filled(code, line):
    """Return a student's code with the names of a line put in."""
    k = layer_of(line)
    return code.format(**{
        "a": ("X", "a1", "a2", "y_hat")[k], "x": ("X", "a1", "a2")[k - 1],
        "a_next": ("", "a1", "a2", "y_hat")[min(k + 1, 3)], "z_in": f"z{k - 1}",
        "z": f"z{k}", "da": f"da{k}", "dz": f"dz{k}", "b": f"b{k}", "P": line[1:],
        "W": f"W{k}", "dW": f"dW{k}", "W_next": f"W{k + 1}", "W_after": f"W{k + 2}",
        "dW_next": f"dW{k + 1}", "dz_next": f"dz{k + 1}", "da_next": f"da{k + 1}",
        "dz_after": f"dz{k + 2}", "z_next": f"z{k + 1}", "right": RIGHT[line],
    })  # fmt: skip


def written(code, line, c):
    """Return what the line computes, or None if it does not fit or does not apply."""
    if "reshape" in code and c is PROBLEMS["square"]:
        return None  # a square matrix reshaped is itself
    scope = {**c, **HELPERS, "np": np, "sigmoid": sigmoid, "softmax": softmax}
    try:
        return np.asarray(eval(filled(code, line), scope))
    except (NameError, ValueError):
        return None


def close(a, b, scale=1.0):
    if np.shape(a) != np.shape(b) or not np.isfinite(b).all():
        return False
    scale = scale * np.abs(b).max()
    return bool(scale > 0 and np.abs(a - b).max() <= 1e-9 * scale)


def proportional(a, b):
    """Whether a = f b for one number f, where more than one number says so."""
    if np.shape(a) != np.shape(b) or not np.isfinite(b).all() or np.ptp(b) == 0:
        return False
    return close(np.vdot(b, a) / np.vdot(b, b) * b, a)


def value(h, line, c, got):
    with np.errstate(all="ignore"):
        try:
            return h.wrong({**c, "got": got}, layer_of(line), c[line])
        except Exception:  # it does not apply
            return None


def matches(line, c, got):
    values = ((h, value(h, line, c, got)) for h in rows_of(line))
    return [h for h, v in values if v is not None and close(v, got)]


def lines_of(where):
    for part in where.split():
        for line in EQUATIONS:
            if part in (line, kind_of(line)):
                yield line


@pytest.mark.parametrize(("where", "code", "name"), WRITTEN)
def test_what_students_write_is_found_by_its_own_row(where, code, name):
    seen = 0
    for line, c in itertools.product(lines_of(where), PROBLEMS.values()):
        got = written(code, line, c)
        if got is None or close(got, c[line]):
            continue  # this line has no such names, or it is right there
        found = matches(line, c, got)
        if not found:
            continue
        seen += 1
        assert found[0].name == name, (line, code, [h.name for h in found])
        exact = {h.name for h in found if not h.fits}
        assert exact <= {name}, (line, code, exact)
    assert seen, "no row gives these numbers"


def test_every_row_is_written_by_someone():
    found = set()
    for where, code, _ in WRITTEN:
        for line, c in itertools.product(lines_of(where), PROBLEMS.values()):
            got = written(code, line, c)
            if got is not None and not close(got, c[line]):
                found |= {id(h) for h in matches(line, c, got)[:1]}
    missing = [
        (h.name, h.hint)
        for h in HYPOTHESES if id(h) not in found and h.is_of(Form())
    ]  # fmt: skip
    assert not missing


@pytest.mark.parametrize("line", EQUATIONS)
@pytest.mark.parametrize("sizes", PROBLEMS)
@pytest.mark.parametrize("seed", range(3))
def test_no_two_rows_are_the_same_and_none_is_right(line, sizes, seed):
    c = problem({"sizes": SIZES, "square": SQUARE}[sizes], 50 * seed)
    noise = np.random.default_rng(9).normal(size=c[line].shape)
    values = []
    for h in rows_of(line):
        if h.fits:
            for got in (noise, c[line], -c[line], 2 * c[line], c[line] / 7):
                v = value(h, line, c, got)
                assert v is None or not close(v, got), h.name
            continue
        v = value(h, line, c, c[line])
        if v is not None and np.abs(v).max() > 1e-9 * np.abs(c[line]).max():
            assert not proportional(v, c[line]), h.name
            assert not proportional(noise, v), h.name
            values.append((h, v))
    for (h, v), (g, w) in itertools.combinations(values, 2):
        assert not proportional(v, w), (h.name, h.hint, g.name, g.hint)


@pytest.mark.parametrize("h", HYPOTHESES, ids=lambda h: h.name)
def test_sentences(h):
    for line in EQUATIONS:
        if kind_of(line) in h.lines.split():
            for text in (h.hint, h.mend):
                words = fill(text, line, fit=0.5)
                assert re.fullmatch(r"[A-Z(ŷ].*[.)?]", words), words
                assert "{" not in words
                assert len(words) <= 130, (len(words), words)
                assert "right one" not in words
            assert h.hint.startswith("{it} ")
    assert ("{fit}" in h.hint) <= bool(h.fits)


def test_hints_fill_their_names():
    row = next(h for h in HYPOTHESES if h.name == "updated weights")
    got = fill(row.hint, "da2", fit=-0.5 / 7, B=7, it="Up to the factor −1, it")
    assert got == (
        "Up to the factor −1, it has W3 plus −0.5/B dW3 in place of W3: "
        "as after an update."
    )
    clipped = next(h for h in HYPOTHESES if h.name == "clipped")
    assert fill(clipped.hint, "dW1", fit=5.0) == "It is what (51) gives, cut off at ±5."
    assert fill(clipped.hint, "dW1", fit=5.0, what="that").startswith("It is that, cut")


@pytest.mark.parametrize(
    ("x", "text"),
    [(0.01, "0.01"), (-1 / 3, "−0.3333"), (1.0001, "1.0001"), (1e-8, "1e−08")],
)
def test_numbers_are_printed_short(x, text):
    assert number(x) == text


def test_the_unknown_number_is_found():
    c = PROBLEMS["sizes"]
    wanted = {
        "updated weights": ("da2", "dz3 @ (W3 - 0.5 * dW3).T", -0.5),
        "clipped": ("dW1", "np.clip(X.T @ dz1, -0.1, 0.1)", 0.1),
        "ŷ clipped": ("dz3", "np.clip(y_hat, 0.2, 0.8) - y", 0.2),
        "λ on the biases": ("db1", "dz1.sum(axis=0) + 0.06 * b1", 0.06),
        "another array": ("dW3", "a2 * 1.0", "a2"),
    }
    for name, (line, code, fit) in wanted.items():
        got = written(code, line, c)
        row = next(h for h in rows_of(line) if h.name == name)
        found = row.fits({**c, "got": got}, layer_of(line), c[line])
        assert found == (fit if isinstance(fit, str) else pytest.approx(fit))
    assert {h.name for h in HYPOTHESES} > NOTES_ONLY


def test_a_teacher_adds_a_row_with_four_fields():
    mine = Hypothesis("tripled", "dz3", "It is thrice {eq}.", lambda c, k, g: 3 * g)
    assert fill(mine.hint, "dz3") == "It is thrice (9)."
    assert (mine.mend, mine.then, mine.fits) == ("", False, None)


def test_then_rows_use_the_right_array_and_the_others_do_not():
    c = PROBLEMS["square"]
    for line in EQUATIONS:
        for h in rows_of(line):
            if not h.fits and (v := value(h, line, c, c[line])) is not None:
                w = h.wrong({**c, "got": c[line]}, layer_of(line), 0.1 - 3.3 * c[line])
                changed = not np.array_equal(v, w)
                assert changed == h.then, h.name


def test_the_lines_are_those_of_the_program():
    for c in PROBLEMS.values():
        for line in EQUATIONS:
            assert agree(LINES[kind_of(line)](c, layer_of(line)), c[line])
            assert agree(written("{right}", line, c), c[line])


NAMED = dict(B=7, n0=6, n1=5, n2=4, K=3)
FACTORS = [
    (1, (), "1"),
    (-1, ("sign",), "−1"),
    (-1 / 7, ("sign", "divided by B"), "−1/B"),
    (1 / 7, ("divided by B",), "1/B"),
    (7, ("times B",), "B"),
    (2, ("twice",), "2"),
    (-0.5, ("sign", "half"), "−1/2"),
    (2 / 7, ("twice", "divided by B"), "2/B"),
    (1 / 14, ("half", "divided by B"), "1/(2B)"),
    (1 / 49, ("divided by B²",), "1/B²"),
    (1 / 3, ("divided by K",), "1/K"),
    (2 / 3, ("twice", "divided by K"), "2/K"),
    (1 / 21, ("divided by BK",), "1/(BK)"),
    (1 / 6, ("divided by n0",), "1/n0"),
    (1 / 28, ("divided by B n2",), "1/(B n2)"),
    (0.01, ("factor",), "0.01, as a learning rate would be"),
    (-0.1 / 7, ("factor",), "−0.1/B, as a learning rate would be"),
    (1.1, ("factor",), "1.1"),
    (4, ("factor",), "4"),
    (1.25, ("factor",), "1.25"),
    (0.0, ("zero",), "0"),
]


@pytest.mark.parametrize(("f", "names", "text"), FACTORS)
def test_factors_have_names(f, names, text):
    assert name_factor(np.float64(f * (1 + 1e-8)), NAMED) == (names, text)
    sentence = fill(say_factor(f, NAMED, "dW2")[1], "dW2")
    assert re.fullmatch("It is .*(what \\(35\\) gives|all zeros).*\\.", sentence)


def test_factors_of_a_sum_and_of_the_courses_form():
    assert name_factor(-1 / 7, NAMED, "db2")[0] == ("mean for sum", "sign")
    assert name_factor(7, NAMED, "db2", finished=True)[0] == ("1/B missing",)
    assert name_factor(1 / 7, NAMED, "dW2", finished=True)[0] == ("divided by B",)
    assert say_factor(1 / 7, NAMED, "dW2", finished=True)[1:] == (
        "{it} is divided by B twice.",
        "Divide by B, once: the loss is a mean over the batch, (1).",
    )
    assert (
        say_factor(-1 / 7, NAMED, "db2")[1]
        == "{it} is −1/B (here −0.1429) times {what}."
    )


def test_zeros_in_db3_may_be_a_sum_without_an_axis():
    c = PROBLEMS["sizes"]
    assert abs(c["dz3"].sum()) < 1e-12
    _, hint, mend = say_factor(0, NAMED, "db3")
    assert fill(hint, "db3") == "It is all zeros, to rounding."
    assert "dz3.sum() without an axis" in mend
    assert "sum()" not in say_factor(0, NAMED, "db2")[2]


W = np.random.default_rng(0).normal(size=(4, 3))
L2 = 0.03
COEFFICIENTS = [
    (0, "0", "λ missing"),
    (L2, "λ", "λW for 2λW"),
    (-2 * L2, "−2λ", "λ subtracted"),
    (2 * L2 / 7, "2λ/B", "λ before 1/B"),
    (L2 / 7, "λ/B", "λ/B W for 2λW"),
    (L2 / 14, "λ/(2B)", "λ/(2B) W for 2λW"),
    (-L2, "−λ", "−λW for 2λW"),
    (4 * L2, "4λ", "4λW for 2λW"),
    (L2 / 2, "λ/2", "λ/2 W for 2λW"),
    (7 * L2, "Bλ", "BλW for 2λW"),
    (L2**2, "λ²", "λ² W for 2λW"),
    (2, "2", "λ forgotten"),
    (0.05, "0.05", "other λ"),
    (L2 / np.linalg.norm(W), "λ/‖{P}‖", "λ/‖W‖ W for 2λW"),
]


@pytest.mark.parametrize(("beta", "text", "name"), COEFFICIENTS)
def test_coefficients_of_the_penalty_have_names(beta, text, name):
    assert name_penalty(np.float64(beta), L2, 7, W) == ((name,), text)
    names, hint, mend = say_penalty(beta, L2, 7, W)
    assert names == (name,)
    assert "{" not in fill(hint, "dW3") + fill(mend, "dW3")


def test_the_right_coefficient_has_no_name():
    assert name_penalty(2 * L2, L2, 7) == ((), "2λ")


@pytest.mark.parametrize("row", PENALTIES, ids=lambda row: row.name)
def test_what_stands_in_place_of_the_weights(row):
    c = PROBLEMS["square"]
    for line in EQUATIONS:
        if kind_of(line) in row.lines:
            P = c[line[1:]]
            try:
                array = row.array(c, P)
            except ValueError:
                assert f"W{layer_of(line)}" in row.hint
                continue
            assert array.shape == P.shape
            assert row.name == "λ on the biases" or not proportional(array, P)
            _, hint, mend = say_penalty(2 * L2, L2, 7, P, row)
            assert "2λ" in fill(hint, line)
            assert fill(mend, line).endswith(".")


def test_the_penalty_itself_is_a_number():
    row = next(r for r in PENALTIES if r.name == "λ‖W‖²")
    beta = L2 * (W**2).sum()
    assert coefficient(beta, L2, 7, W) == "λ‖{P}‖²"
    assert fill(say_penalty(beta, L2, 7, W, row)[1], "dW3") == (
        "It has the same number, λ‖W3‖², in every entry where (55) has 2λW3."
    )


STEP = "−0.1 times its gradient (55): as after an update."


@pytest.mark.parametrize(
    ("alpha", "beta", "name", "sentence"),
    [
        (-1 / 7, -2 * L2, "dW3", "It is −1 times what (55) gives, penalty and all."),
        (0.5 / 7, L2, "dW3", "It is 1/2 times what (55) gives, penalty and all."),
        (-0.1 / 7, 1 - 0.2 * L2, "dW3", f"It is W3 plus {STEP}"),
        (-0.1 / 7, 1, "db3", f"It is b3 plus {STEP}"),
        (1 / 7, L2, "dW3", None),
        (1 / 7, 2 * L2, "dW3", None),
        (0.5 / 7, 0, "db3", None),
    ],
)  # fmt: skip
def test_one_cause_of_both_is_said_once(alpha, beta, name, sentence):
    found = say_whole(alpha, beta, L2, NAMED, name)
    assert (fill(found[1], name) if found else None) == sentence
