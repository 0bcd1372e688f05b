import numpy as np
import pytest

from mlpnotes import cross_entropy, log_softmax, one_hot, sigmoid, softmax


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.complex64, np.complex128])
@pytest.mark.parametrize("f", [softmax, log_softmax, sigmoid])
def test_extreme_logits_stay_finite_and_keep_dtype(f, dtype):
    z = np.array([[-1e4, 0, 1e4], [1e4, 1e4, 1e4], [-1e4, -1e4, -1e4]], dtype)
    value = f(z)
    assert np.isfinite(value).all()
    assert value.dtype == dtype


def test_values_at_the_extremes():
    assert np.array_equal(sigmoid(np.array([-1e4, 0.0, 1e4])), [0, 0.5, 1])
    assert np.array_equal(softmax(np.array([-1e4, 1e4])), [0, 1])
    assert np.array_equal(log_softmax(np.array([-1e4, 1e4])), [-2e4, 0])


def test_sigmoid_keeps_relative_precision_in_the_tail():
    assert sigmoid(-40.0) == pytest.approx(np.exp(-40.0), rel=1e-15, abs=0)


@pytest.mark.parametrize("f", [softmax, log_softmax])
def test_softmax_ignores_a_shift(f, rng):
    z = rng.normal(size=(4, 5))
    assert np.allclose(f(z), f(z + 1000), rtol=1e-9)


def test_log_softmax_is_the_logarithm(rng):
    z = rng.normal(size=(4, 5))
    assert np.allclose(np.exp(log_softmax(z)), softmax(z), rtol=1e-14)


def test_cross_entropy():
    y_hat = np.array([[0.5, 0.25, 0.25], [1.0, 0.0, 0.0]])
    assert np.allclose(cross_entropy(one_hot([1, 0], 3), y_hat), [np.log(4), 0])
    assert cross_entropy(one_hot([2], 3), y_hat[1:])[0] == np.inf
    with pytest.raises(ValueError, match=r"y is \(3,\) but y_hat is \(2, 3\)"):
        cross_entropy(np.ones(3), y_hat)


def test_one_hot_rejects_what_is_not_a_class():
    with pytest.raises(TypeError, match="dtype float64, expected integers"):
        one_hot([1.0])
    with pytest.raises(
        ValueError, match=r"labels are \(1, 1\), expected one dimension"
    ):
        one_hot([[1]])
    with pytest.raises(ValueError, match="label 10 is outside 0, ..., 9"):
        one_hot([3, 10])
    with pytest.raises(ValueError, match="label -1 is outside 0, ..., 9"):
        one_hot([-1])
