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
