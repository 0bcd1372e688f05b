import numpy as np
import pytest

from mlpnotes.gradcheck import compare, complex_step_gradient, numerical_gradient


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
