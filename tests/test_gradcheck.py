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


@pytest.mark.parametrize("method", [complex_step_gradient, numerical_gradient])
def test_shape_is_that_of_f_then_of_x(method, rng):
    A, x = rng.normal(size=(2, 3)), rng.normal(size=(3, 4))
    jacobian = method(lambda x: A @ x, x)
    assert jacobian.shape == (2, 4, 3, 4)
    assert np.allclose(jacobian, np.einsum("ik,jl->ijkl", A, np.eye(4)))


def test_a_dropped_imaginary_part_is_noticed():
    with pytest.raises(TypeError, match="drops the imaginary part"):
        complex_step_gradient(lambda x: np.abs(x).sum(), np.ones(2))


def test_compare_names_the_worst_entry():
    table = compare({"dW1": np.array([[1.0, 2.0]])}, {"W1": np.array([[1.0, 4.0]])})
    assert not table.ok
    assert "W1     (1, 2)  NO: at (0, 1) got 2, expected 4" in str(table)
    assert not compare({"a": np.array([np.nan])}, {"a": np.array([1.0])}).ok
    assert compare({"a": np.zeros(2)}, {"a": np.zeros(2)}).ok


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
    with pytest.raises(ValueError, match="directions is 0"):
        compare_directions(loss, params, gradient, rng=rng, directions=0)


def test_step_errors_show_the_trade_off():
    x = np.array([0.3])
    steps = [1e-2, 1e-5, 1e-12]
    errors = step_errors(numerical_gradient, np.exp, x, np.exp(x), steps)
    assert errors[1] < 1e-9 < errors[0]
    assert errors[2] > 1e-6
    errors = step_errors(complex_step_gradient, np.exp, x, np.exp(x), steps[1:])
    assert errors[1] < 1e-15
