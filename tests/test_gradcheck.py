from typing import NamedTuple

import numpy as np
import pytest

from mlpnotes import Params, loss, loss_gradient
from mlpnotes.gradcheck import (
    autograd_gradient,
    compare,
    compare_directions,
    complex_step_gradient,
    numerical_gradient,
    step_errors,
)


class Pair(NamedTuple):
    a: np.ndarray
    b: np.ndarray


@pytest.mark.parametrize("method", [complex_step_gradient, numerical_gradient])
def test_shape_is_that_of_f_then_of_x(method, rng):
    A, x = rng.normal(size=(2, 3)), rng.normal(size=(3, 4))
    jacobian = method(lambda x: A @ x, x)
    assert jacobian.shape == (2, 4, 3, 4)
    assert np.allclose(jacobian, np.einsum("ik,jl->ijkl", A, np.eye(4)))


METHODS = [complex_step_gradient, numerical_gradient]


@pytest.mark.parametrize("method", [*METHODS, autograd_gradient])
@pytest.mark.parametrize("dtype", [bool, np.uint8, np.int64, np.float16, np.float32])
def test_points_are_taken_as_float64(method, dtype):
    point = np.array([0, 1], dtype)
    assert np.allclose(method(lambda x: (x**2 - x).sum(), point), [-1, 1])
    assert np.allclose(method(lambda x: (x**2 - x).sum(), tuple(point)), [-1, 1])
    pair = Pair(point, point.tolist())
    d = method(lambda p: (p.a * p.a).sum() + 3 * p.b[0], pair)
    assert isinstance(d, Pair)
    assert np.allclose(d.a, [0, 2])
    assert np.allclose(d.b, [3, 0])


@pytest.mark.parametrize("method", [*METHODS, autograd_gradient])
def test_points_that_are_no_real_numbers(method):
    for point, dtype in (([1j, 2], "complex128"), (["1"], "<U1"), ([None], "object")):
        with pytest.raises(TypeError, match=f"^x has dtype {dtype}, expected"):
            method(lambda x: x.sum(), point)
        with pytest.raises(TypeError, match=f"^b has dtype {dtype}, expected"):
            method(lambda p: p.a[0] ** 2, Pair([1.0], point))


@pytest.mark.parametrize("method", METHODS)
def test_nothing_to_differentiate_by_and_no_step(method):
    with pytest.raises(ValueError, match=r"^x is \(0,\), expected one entry or more$"):
        method(lambda x: x.sum(), [])
    for h in (0, -1e-6, np.nan, np.inf, "1", None):
        with pytest.raises(ValueError, match="^h is .*, expected a number above 0$"):
            method(lambda x: x.sum(), [1.0], h)
    with pytest.raises(TypeError, match=r"^f\(x\) has dtype object, expected numbers$"):
        method(lambda x: None, [1.0])


def test_differences_of_unsigned_values_do_not_wrap():
    falling = numerical_gradient(lambda x: (x < 0).astype(np.uint8), [0.0], h=0.5)
    assert np.array_equal(falling, [[-1.0]])
    assert np.array_equal(numerical_gradient(lambda x: x < 0, [0.0], h=0.5), [[-1.0]])


def test_a_dropped_imaginary_part_is_noticed():
    with pytest.raises(TypeError, match="drops the imaginary part"):
        complex_step_gradient(lambda x: np.abs(x).sum(), np.ones(2))


def test_compare_names_the_worst_entry():
    table = compare({"dW1": np.array([[1.0, 2.0]])}, {"W1": np.array([[1.0, 4.0]])})
    assert not table.ok
    assert "W1     (1, 2)  NO: at (0, 1) got 2, expected 4" in str(table)
    assert not compare({"a": np.array([np.nan])}, {"a": np.array([1.0])}).ok
    assert compare({"a": np.zeros(2)}, {"a": np.zeros(2)}).ok


@pytest.mark.parametrize("dtype", [bool, np.uint8, np.int8, np.int64])
def test_compare_measures_integers_in_float64(dtype):
    low, high = np.array([0, 0], dtype), np.array([0, 1], dtype)
    for table in (compare({"a": low}, {"a": high}), compare({"a": high}, {"a": low})):
        assert table.rows[0].error == 1
        assert table.rows[0].index == (1,)


def test_int8_and_infinities_do_not_agree():
    least = np.array([-128], np.int8)
    assert not compare({"a": least}, {"a": np.array([0], np.int8)}).ok
    assert not compare({"a": [np.inf, 1.0]}, {"a": [np.inf, 1.0]}).ok
    assert not compare({"a": [np.inf]}, {"a": [1.0]}).ok
    assert not compare({"a": [1e308]}, {"a": [-1e308]}).ok


def test_compare_refuses_what_it_cannot_compare():
    for got in ([np.ones(2)], (np.ones(2),), np.ones(2), None):
        with pytest.raises(
            TypeError, match="^got .*, expected a named tuple or a dict"
        ):
            compare(got, {"a": np.ones(2)})
    for bad in (np.ones(2) * 1j, ["1", "2"], [None, None]):
        with pytest.raises(TypeError, match="^a has dtype .*, expected"):
            compare({"a": bad}, {"a": np.ones(2)})
        with pytest.raises(TypeError, match="^a has dtype .*, expected"):
            compare({"a": np.ones(2)}, {"a": bad})
    with pytest.raises(ValueError, match="^there are no arrays to compare$"):
        compare({}, {})
    with pytest.raises(ValueError, match=r"^a is \(0, 3\): it has nothing to compare$"):
        compare({"a": np.empty((0, 3))}, {"a": np.empty((0, 3))})
    with pytest.raises(ValueError, match="^got .'W1', 'dW1'., expected .'W1'.$"):
        compare({"W1": [1.0], "dW1": [2.0]}, {"W1": [2.0]})


def test_compare_refuses_other_names_and_shapes():
    with pytest.raises(ValueError, match="got .'a'., expected .'b'."):
        compare({"a": np.ones(1)}, {"b": np.ones(1)})
    with pytest.raises(ValueError, match=r"a is \(1,\), expected \(2,\)"):
        compare({"a": np.ones(1)}, {"a": np.ones(2)})


def autograd_loss(params, X, y, l2):
    """Return the regularized loss by its definition, with autograd's NumPy."""
    import autograd.numpy as anp

    W1, b1, W2, b2, W3, b3 = params
    a1 = 1 / (1 + anp.exp(-(anp.dot(X, W1) + b1)))
    a2 = 1 / (1 + anp.exp(-(anp.dot(a1, W2) + b2)))
    e = anp.exp(anp.dot(a2, W3) + b3)
    y_hat = e / anp.sum(e, axis=1, keepdims=True)
    penalty = sum(anp.sum(W**2) for W in (W1, W2, W3))
    return -anp.mean(anp.sum(y * anp.log(y_hat), axis=1)) + l2 * penalty


@pytest.mark.parametrize("l2", [0.0, 0.03])
def test_gradient_against_automatic_differentiation(problem, l2):
    params, X, y = problem
    expected = autograd_gradient(lambda p: autograd_loss(p, X, y, l2), params)
    table = compare(loss_gradient(params, X, y, l2), expected, tolerance=1e-12)
    assert isinstance(expected, Params)
    assert table.ok, table
    dX = autograd_gradient(lambda X: autograd_loss(params, X, y, l2), X)
    exact = complex_step_gradient(lambda X: loss(params, X, y, l2), X)
    assert np.allclose(dX, exact, rtol=1e-10)


def test_directions_agree_and_name_the_wrong_array(problem, rng):
    params, X, y = problem
    gradient = loss_gradient(params, X, y, 0.03)

    def check(gradient):
        return compare_directions(
            lambda p: loss(p, X, y, 0.03), params, gradient, rng=rng
        )

    assert check(gradient).ok
    table = check(gradient._replace(b2=gradient.b2 * (1 + 1e-6)))
    assert [row.name for row in table.rows if row.error > table.tolerance] == ["b2"]
    with pytest.raises(ValueError, match=r"W1 is \(5, 6\), expected \(6, 5\)"):
        check(gradient._replace(W1=gradient.W1.T))
    single = Params(*(p.astype(np.float32) for p in params))
    assert compare_directions(
        lambda p: loss(p, X.astype(np.float32), y), single, loss_gradient(params, X, y),
        rng=rng, tolerance=1e-5,
    ).ok  # fmt: skip


def test_directions_name_what_they_cannot_use(problem, rng):
    params, X, y = problem
    gradient = loss_gradient(params, X, y)

    def check(f=lambda p: loss(p, X, y), x=params, gradient=gradient, **options):
        compare_directions(f, x, gradient, **dict(rng=rng) | options)

    for directions in (0, -1, 2.5, "2", None):
        with pytest.raises(ValueError, match="^directions is .*, expected 1 or more$"):
            check(directions=directions)
    for other in (0, None, np.random.RandomState(0)):
        with pytest.raises(TypeError, match=r"^rng is .*: use np.random.default_rng\("):
            check(rng=other)
    with pytest.raises(TypeError, match="^x is of type dict, expected a named tuple$"):
        check(x=params._asdict())
    with pytest.raises(TypeError, match="it drops the imaginary part"):
        check(lambda p: loss(p, X, y).real)
    with pytest.raises(
        ValueError, match=r"^f returned shape \(7,\), expected a number"
    ):
        check(lambda p: X @ p.W1 @ np.ones(5))
    with pytest.raises(TypeError, match="^b3 has dtype complex128, expected real"):
        check(gradient=gradient._replace(b3=gradient.b3 * 1j))
    with pytest.raises(TypeError, match="^b3 has dtype complex128, expected real"):
        check(x=params._replace(b3=params.b3 * 1j))


def test_step_errors_show_the_trade_off():
    x = np.array([0.3])
    steps = [1e-2, 1e-5, 1e-12]
    exact = np.exp(x)[:, None]
    errors = step_errors(numerical_gradient, np.exp, x, exact, steps)
    assert errors[1] < 1e-9 < errors[0]
    assert errors[2] > 1e-6
    errors = step_errors(complex_step_gradient, np.exp, x, exact, steps[1:])
    assert errors[1] < 1e-15


@pytest.mark.parametrize(
    ("exact", "error", "words"),
    [
        (np.ones(3), ValueError, r"^exact is \(3,\), expected \(3, 3\)$"),
        (np.zeros((3, 3)), ValueError, "^exact has the size 0.0, expected it finite, "),
        (np.full((3, 3), np.nan), ValueError, "^exact has the size nan"),
        (np.eye(3) * 1j, TypeError, "^exact has dtype complex128, expected real"),
    ],
)
def test_step_errors_of_another_derivative(exact, error, words):
    with pytest.raises(error, match=words):
        step_errors(numerical_gradient, np.exp, [1.0, 2.0, 3.0], exact, [1e-5])


@pytest.mark.parametrize("tolerance", ["x", None, True, -1, np.nan])
def test_tolerance_is_a_number(problem, rng, tolerance):
    params, X, y = problem
    with pytest.raises(
        (TypeError, ValueError), match="^tolerance is .*, expected a fin"
    ):
        compare({"a": [1.0]}, {"a": [1.0]}, tolerance=tolerance)
    with pytest.raises(
        (TypeError, ValueError), match="^tolerance is .*, expected a fin"
    ):
        compare_directions(
            None, params, loss_gradient(params, X, y), rng=rng, tolerance=tolerance
        )


def test_a_truth_is_no_number_of_directions(problem, rng):
    with pytest.raises(ValueError, match="^directions is True, expected 1 or more$"):
        compare_directions(None, problem[0], problem[0], rng=rng, directions=True)
