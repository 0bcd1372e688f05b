import inspect

import numpy as np
import pytest

import mlpnotes
from mlpnotes import (
    Params,
    accuracy,
    backward,
    forward,
    init_params,
    loss,
    loss_gradient,
    one_hot,
    predict,
)
from mlpnotes.gradcheck import compare, complex_step_gradient, numerical_gradient

L2 = 0.03


@pytest.mark.parametrize("l2", [0.0, L2])
def test_gradient_against_complex_step(problem, l2):
    params, X, y = problem
    expected = complex_step_gradient(lambda p: loss(p, X, y, l2), params)
    table = compare(loss_gradient(params, X, y, l2), expected, tolerance=1e-12)
    assert table.ok, table


@pytest.mark.parametrize("l2", [0.0, L2])
def test_gradient_against_central_differences(problem, l2):
    params, X, y = problem
    expected = numerical_gradient(lambda p: loss(p, X, y, l2), params, h=1e-5)
    table = compare(loss_gradient(params, X, y, l2), expected, tolerance=1e-6)
    assert table.ok, table


def test_backward_returns_batch_sums(problem):
    params, X, y = problem
    g = backward(params, forward(params, X), y)
    mean = complex_step_gradient(lambda p: loss(p, X, y), params)
    for name in Params._fields:
        assert np.allclose(getattr(g, "d" + name), len(X) * getattr(mean, name))


def test_worked_example():
    """A 2-2-2-2 network with zero weights but W3, two observations, on paper.

    X = [[1, 2], [3, 4]]; W1 = W2 = 0 and b = 0 give z1 = z2 = 0, so every
    entry of a1 and a2 is 1/2. W3 = [[1, 0], [1, 0]] gives z3 = (1, 0), so
    y_hat = (s, 1 - s) with s = 1/(1 + 1/e). With y = (1, 0) and (0, 1):

    dz3 = [[s - 1, 1 - s], [s, -s]];   column sums t = 2s - 1 and -t
    dW3 = a2' dz3 = [[t/2, -t/2], [t/2, -t/2]];   db3 = (t, -t)
    da2 = dz3 W3' = [[s - 1, s - 1], [s, s]];   dz2 = da2 / 4
    dW2 = a1' dz2: every entry t/8;   db2 = (t/4, t/4)
    da1 = dz2 W2' = 0, and so dz1, dW1, db1 are 0.
    Loss: -(log s + log(1 - s))/2.
    """
    s = 1 / (1 + np.exp(-1.0))
    t = 2 * s - 1
    zero, bias = np.zeros((2, 2)), np.zeros(2)
    W3 = np.array([[1.0, 0.0], [1.0, 0.0]])
    params = Params(zero, bias, zero, bias, W3, bias)
    X, y = np.array([[1.0, 2.0], [3.0, 4.0]]), np.eye(2)
    g = backward(params, forward(params, X), y)
    assert np.allclose(g.dz3, [[s - 1, 1 - s], [s, -s]])
    assert np.allclose(g.dW3, [[t / 2, -t / 2]] * 2)
    assert np.allclose(g.db3, [t, -t])
    assert np.allclose(g.da2, [[s - 1, s - 1], [s, s]])
    assert np.allclose(g.dz2, g.da2 / 4)
    assert np.allclose(g.dW2, t / 8)
    assert np.allclose(g.db2, t / 4)
    assert not any(a.any() for a in (g.da1, g.dz1, g.dW1, g.db1))
    assert loss(params, X, y) == pytest.approx(-(np.log(s) + np.log(1 - s)) / 2)


BUGS = {
    "sign of (9)": ("acts.y_hat - y ", "acts.y_hat + y "),
    "transpose in (19)": ("acts.a2.T @ dz3", "acts.a2 @ dz3"),
    "mean in (20)": ("dz3.sum(axis=0)", "dz3.mean(axis=0)"),
    "transpose in (28)": ("dz3 @ params.W3.T", "dz3 @ params.W3"),
    "missing factor in (30)": ("* acts.a2 * (1 - acts.a2)", ""),
    "other layer in (30)": ("da2 * acts.a2 * (1 - acts.a2)", "da2*acts.a1*(1-acts.a1)"),
    "mean in (36)": ("dz2.sum(axis=0)", "dz2.mean(axis=0)"),
    "W1 for W2 in (44)": ("dz2 @ params.W2.T", "dz2 @ params.W1.T"),
    "missing factor in (46)": ("* acts.a1 * (1 - acts.a1)", ""),
    "mean in (52)": ("dz1.sum(axis=0)", "dz1.mean(axis=0)"),
    "1/B twice": ("times / len(X)", "times / len(X) ** 2"),
    "lambda W": ("times * 2 * l2 * W ", "times * l2 * W "),
    "bias penalised": ("zip(params[::2], gradient[::2]", "zip(params, gradient"),
}


@pytest.mark.parametrize("bug", BUGS)
def test_planted_bugs_are_caught(bug, rng):
    """Plant each bug in the source, with square layers so that shapes fit."""
    source = inspect.getsource(mlpnotes.network)
    right, wrong = BUGS[bug]
    assert source.count(right) == 1
    namespace = {"__name__": "planted"}
    exec(source.replace(right, wrong), namespace)
    params = init_params(4, 4, 4, 4, rng=rng)
    params = params._replace(b1=rng.normal(size=4))
    X, y = rng.normal(size=(4, 4)), one_hot([0, 1, 3, 2], 4)
    expected = complex_step_gradient(lambda p: loss(p, X, y, L2), params)
    got = namespace["loss_gradient"](params, X, y, L2)
    assert not compare(got, expected, tolerance=1e-6).ok


def test_extreme_logits_give_finite_losses(problem):
    params, X, y = problem
    for dtype in (np.float32, np.float64):
        big = Params(*((1e4 * p).astype(dtype) for p in params))
        assert np.isfinite(loss(big, X.astype(dtype), y))
        assert all(np.isfinite(g).all() for g in loss_gradient(big, X.astype(dtype), y))


def test_float32_stays_float32(problem):
    params, X, y = problem
    params, X = Params(*(p.astype(np.float32) for p in params)), X.astype(np.float32)
    acts = forward(params, X)
    arrays = [*acts, *backward(params, acts, y), *loss_gradient(params, X, y, L2)]
    assert {a.dtype for a in arrays} == {np.dtype(np.float32)}


def test_init_params(rng):
    params = init_params(rng=rng)
    assert sum(p.size for p in params) == 178_110
    assert params.W1.std() == pytest.approx(784**-0.5, rel=0.01)
    assert init_params(std=1.0, rng=rng).W1.std() == pytest.approx(1, rel=0.01)
    assert not any(b.any() for b in params[1::2])
    with pytest.raises(ValueError, match="n1 is 0, expected an integer, 1 or more"):
        init_params(n1=0, rng=rng)
    with pytest.raises(ValueError, match="dtype is int64, expected float32 or float64"):
        init_params(rng=rng, dtype=np.int64)


def test_predict_and_accuracy_in_blocks(problem, rng):
    params, *_ = problem
    X = rng.normal(size=(2345, 6))
    labels = forward(params, X).y_hat.argmax(axis=1)
    assert np.array_equal(predict(params, X), labels)
    labels[:469] = (labels[:469] + 1) % 3
    assert accuracy(params, X, labels) == pytest.approx(0.8)
    with pytest.raises(ValueError, match=r"labels are \(3,\), expected \(2345,\)"):
        accuracy(params, X, labels[:3])


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        (
            {"W2": (4, 5)},
            ValueError,
            r"W2 is \(4, 5\) but a1 has 5 columns: did you tr",
        ),
        ({"W3": (9, 3)}, ValueError, r"W3 is \(9, 3\) but a2 has 4 columns$"),
        ({"b1": (4,)}, ValueError, r"b1 is \(4,\) but W1 is \(6, 5\)"),
        ({"b1": (1, 5)}, ValueError, r"b1 is \(1, 5\), expected 1 dimension$"),
        ({"W1": (6,)}, ValueError, r"W1 is \(6,\), expected 2 dimensions"),
    ],
)
def test_shape_errors(problem, change, error, message):
    params, X, _ = problem
    params = params._replace(**{n: np.ones(shape) for n, shape in change.items()})
    with pytest.raises(error, match=message):
        forward(params, X)


def test_dtype_and_label_errors(problem):
    params, X, y = problem
    with pytest.raises(
        TypeError, match=r"X is uint8 of shape \(7, 6\), expected floats"
    ):
        forward(params, X.astype(np.uint8))
    with pytest.raises(
        TypeError, match="X is float32 but the parameters are float64: use X"
    ):
        forward(params, X.astype(np.float32))
    with pytest.raises(ValueError, match=r"y is \(7,\), expected .* use one_hot"):
        loss(params, X, y.argmax(axis=1))
    with pytest.raises(ValueError, match=r"y is \(6, 3\), expected \(7, 3\)"):
        backward(params, forward(params, X), y[1:])


def test_times_multiplies_the_gradient(problem):
    params, X, y = problem
    plain, scaled = (loss_gradient(params, X, y, L2, times=t) for t in (1, -2.5))
    for dp, product in zip(plain, scaled, strict=True):
        assert np.allclose(-2.5 * dp, product)
    with pytest.raises(ValueError, match="X has no rows"):
        loss_gradient(params, X[:0], y[:0])


@pytest.mark.parametrize("dtype", [bool, *"bBhHiIlLqQ", "f2", "f4", "f8", ">f8", "g"])
def test_no_labels_change_the_precision(problem, dtype):
    params, X, y = problem
    for precision in (np.float32, np.float64):
        p, rows = Params(*(p.astype(precision) for p in params)), X.astype(precision)
        labels = y.astype(dtype)
        g = backward(p, forward(p, rows), labels)
        gradient = loss_gradient(p, rows, labels, L2)
        assert {a.dtype for a in (*g, *gradient)} == {np.dtype(precision)}
        assert loss(p, rows, labels, L2).dtype == precision
        assert loss(p, rows, labels, L2) == loss(p, rows, y, L2)


def test_complex_labels_stay_complex(problem):
    params, X, y = problem
    assert loss(params, X, y + 1e-30j).imag != 0
