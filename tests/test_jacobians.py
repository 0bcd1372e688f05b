import numpy as np
import pytest

from mlpnotes import Activations, Params, backward, forward, jacobians, sigmoid, softmax
from mlpnotes.gradcheck import complex_step_gradient


@pytest.fixture
def layer(rng):
    return rng.normal(size=4), rng.normal(size=(4, 3)), rng.normal(size=3)


def test_affine_is_the_matrix_product(layer):
    a, W, b = layer
    assert np.allclose(jacobians.affine(a, W, b), a @ W + b)


@pytest.mark.parametrize(
    ("jacobian", "place", "shape"),
    [
        (lambda a, W, b: jacobians.dz_da(W), 0, (3, 4)),
        (lambda a, W, b: jacobians.dz_dW(a, 3), 1, (3, 4, 3)),
        (lambda a, W, b: jacobians.dz_db(3), 2, (3, 3)),
    ],
)
def test_affine_jacobians_against_complex_step(layer, jacobian, place, shape):
    def vary(x):
        return jacobians.affine(*layer[:place], x, *layer[place + 1 :])

    J = jacobian(*layer)
    assert J.shape == shape
    assert np.allclose(J, complex_step_gradient(vary, layer[place]), rtol=1e-14)


def test_softmax_and_sigmoid_jacobians_against_complex_step(rng):
    z = rng.normal(size=5)
    J = jacobians.softmax_jacobian(softmax(z))
    assert np.allclose(J, complex_step_gradient(softmax, z), atol=1e-15)
    J = jacobians.da_dz(sigmoid(z))
    assert np.allclose(J, complex_step_gradient(sigmoid, z), atol=1e-15)


INTEGERS = [bool, np.uint8, np.int8, np.int64]


@pytest.mark.parametrize("dtype", INTEGERS)
def test_integers_and_booleans_count_as_float64(dtype):
    top = 1 if dtype is bool else 100
    a, W, b = (
        np.array([top, top], dtype),
        np.full((2, 3), top, dtype),
        np.ones(3, dtype),
    )
    y, p = np.array([0, 1, 0], dtype), np.array([0.25, 0.25, 0.5])
    for f, arguments in (
        (jacobians.affine, (a, W, b)),
        (jacobians.softmax_jacobian, (y,)),
        (jacobians.dL_dz3, (y, p)),
        (lambda a: jacobians.dz_dW(a, 3), (a,)),
        (jacobians.dz_da, (W,)),
        (jacobians.da_dz, (y,)),
    ):
        right = f(*(np.asarray(x, np.float64) for x in arguments))
        for given in (arguments, [x.tolist() for x in arguments]):
            J = f(*given)
            assert J.dtype == np.float64
            assert np.array_equal(J, right)


@pytest.mark.parametrize(
    ("f", "words"),
    [
        (
            lambda: jacobians.affine([1, 2, 3], np.ones((2, 1)), [0]),
            r"W is \(2, 1\), ex",
        ),
        (
            lambda: jacobians.affine([1, 2], np.ones((2, 1)), [0, 0]),
            r"W is \(2, 1\), ex",
        ),
        (
            lambda: jacobians.affine(np.ones((1, 2)), np.ones((2, 1)), [0]),
            r"a is \(1, 2",
        ),
        (
            lambda: jacobians.softmax_jacobian(np.full((2, 2), 0.5)),
            r"y_hat is \(2, 2\)",
        ),
        (lambda: jacobians.dL_dz3([0, 1], [0.2, 0.3, 0.5]), r"y is \(2,\) but y_hat"),
        (lambda: jacobians.dL_dz3(1, [0.5, 0.5]), r"y is \(\), expected 1 dimension$"),
        (
            lambda: jacobians.dz_dW(np.ones((2, 3)), 2),
            r"a is \(2, 3\), expected 1 dime",
        ),
        (lambda: jacobians.dz_da(np.ones(3)), r"W is \(3,\), expected 2 dimensions$"),
        (
            lambda: jacobians.da_dz(np.ones((2, 2))),
            r"a is \(2, 2\), expected 1 dimensi",
        ),
    ],
)
def test_other_shapes_are_refused(f, words):
    with pytest.raises(ValueError, match=f"^{words}"):
        f()


def test_a_batch_is_no_observation(problem):
    params, X, y = problem
    with pytest.raises(ValueError, match=r"^y is \(7, 3\), expected 1 dimension$"):
        jacobians.gradients(params, forward(params, X), y)


def test_tensors_give_the_backward_pass(problem):
    params, X, y = problem
    acts = forward(params, X)
    g = backward(params, acts, y)
    each = [
        jacobians.gradients(params, Activations(*(a[i] for a in acts)), y[i])
        for i in range(len(X))
    ]
    for name, array in g._asdict().items():
        rows = np.array([getattr(one, name) for one in each])
        summed = name[1:] in Params._fields
        assert np.allclose(rows.sum(axis=0) if summed else rows, array, rtol=1e-12), (
            name
        )
