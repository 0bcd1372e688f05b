import re

import numpy as np
import pytest

from mlpnotes import (
    accuracy,
    cross_entropy,
    load_pretrained,
    log_softmax,
    one_hot,
    sigmoid,
    softmax,
)
from mlpnotes.augment import warp
from mlpnotes.gradcheck import compare, numerical_gradient


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


INTEGERS = [np.dtype(code) for code in "?bBhHiIlLqQ"]


@pytest.mark.parametrize("dtype", INTEGERS, ids=lambda dtype: dtype.name)
@pytest.mark.parametrize("f", [softmax, log_softmax, sigmoid])
def test_integers_and_booleans_count_as_float64(f, dtype):
    limits = (0, 1) if dtype.kind == "b" else (np.iinfo(dtype).min, np.iinfo(dtype).max)
    z = np.array([[*limits, 0], [1, 0, 1]], dtype)
    value = f(z)
    assert value.dtype == np.float64
    assert np.array_equal(value, f(z.astype(np.float64)))
    assert np.array_equal(f(z.tolist()), value)
    assert f(z[:0]).shape == (0, 3)


def test_values_of_integers():
    assert np.allclose(
        sigmoid(np.array([0, 1, 2], np.uint8)), [0.5, 0.731059, 0.880797]
    )
    assert np.allclose(softmax(np.array([1, 2], np.uint8)), [0.268941, 0.731059])
    assert np.array_equal(sigmoid(np.array([-128, 127], np.int8)).round(9), [0, 1])
    assert np.array_equal(softmax(np.array([-128, 127], np.int8)).round(9), [0, 1])
    assert sigmoid(True) == sigmoid(1) == sigmoid(1.0)


@pytest.mark.parametrize("dtype", [np.float16, np.longdouble, np.clongdouble])
@pytest.mark.parametrize("f", [softmax, log_softmax, sigmoid])
def test_other_floats_stay_what_they_are(f, dtype):
    z = np.array([-20, 0, 20], dtype)
    assert f(z).dtype == dtype
    assert np.allclose(f(z), f(z.astype(np.complex128)), rtol=1e-3, atol=1e-7)


def test_logits_of_any_finite_size():
    largest = np.finfo(np.float64).max
    assert np.array_equal(softmax([-largest, largest]), [0, 1])
    assert np.array_equal(log_softmax([-largest, largest]), [-np.inf, 0])


@pytest.mark.parametrize("f", [softmax, log_softmax, sigmoid])
@pytest.mark.parametrize(
    "z", [["1", "2"], [None], [2**64], np.array([1.0, 2.0], object)]
)
def test_what_is_no_number_is_named(f, z):
    with pytest.raises(
        TypeError, match=r"^z has dtype (<U1|object), expected numbers$"
    ):
        f(z)


def test_rows_of_different_lengths_are_named():
    for f in (softmax, log_softmax, sigmoid):
        with pytest.raises(ValueError, match="^z has rows of different lengths$"):
            f([[1, 2], [3]])
    with pytest.raises(ValueError, match="^y has rows of different lengths$"):
        cross_entropy([[1, 0], [1]], np.full((2, 2), 0.5))


@pytest.mark.parametrize("f", [softmax, log_softmax])
@pytest.mark.parametrize("z", [2.0, np.empty((2, 0)), []])
def test_softmax_needs_a_last_axis(f, z):
    with pytest.raises(
        ValueError, match=r"z is \(.*\), expected \(..., K\) with K of 1"
    ):
        f(z)


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


@pytest.mark.parametrize("dtype", INTEGERS, ids=lambda dtype: dtype.name)
def test_cross_entropy_of_integers(dtype):
    y = np.array([[0, 1], [1, 0]], dtype)
    for precision in (np.float32, np.float64, np.complex64, np.complex128):
        L = cross_entropy(y, np.full((2, 2), 0.25, precision))
        assert L.dtype == precision
        assert np.allclose(L, np.log(4))
    L = cross_entropy([[0.5, 0.5], [1, 0]], y)
    assert L.dtype == np.float64
    assert np.array_equal(L, [np.inf, 0])


def test_cross_entropy_needs_numbers_in_rows():
    with pytest.raises(TypeError, match="y has dtype <U1, expected numbers"):
        cross_entropy(["0", "1"], [0.5, 0.5])
    with pytest.raises(TypeError, match="y_hat has dtype object, expected numbers"):
        cross_entropy([0, 1], [0.5, None])
    with pytest.raises(ValueError, match=r"y and y_hat are single numbers, expected"):
        cross_entropy(1, 0.5)


@pytest.mark.parametrize("dtype", [d for d in INTEGERS if d.kind != "b"], ids=str)
def test_one_hot_of_every_integer_type(dtype):
    top = min(np.iinfo(dtype).max, 299)
    rows = one_hot(np.array([0, top], dtype), top + 1)
    assert rows.dtype == np.int8
    assert (rows[0, 0], rows[1, top], rows.sum()) == (1, 1, 2)
    with pytest.raises(ValueError, match=f"^label {np.iinfo(dtype).max} is outside"):
        one_hot(np.array([np.iinfo(dtype).max], dtype), np.int64(100))


def test_one_hot_of_no_labels():
    assert one_hot([], K=3).shape == (0, 3)


@pytest.mark.parametrize("K", [2.0, 2.5, "2", None, True, [2], np.array([2])])
def test_one_hot_needs_an_integer_K(K):
    with pytest.raises(TypeError, match="^K is .*, expected an integer: the number"):
        one_hot([0, 1], K)


@pytest.mark.parametrize("K", [0, -1, np.int8(-3)])
def test_one_hot_needs_a_class(K):
    with pytest.raises(ValueError, match=f"^K is {K}, expected 1 or more$"):
        one_hot([0], K)


def test_one_hot_rejects_what_is_not_a_class():
    with pytest.raises(TypeError, match="dtype float64, expected integers"):
        one_hot([1.0])
    with pytest.raises(TypeError, match="dtype bool, expected integers"):
        one_hot([True, False], K=2)
    with pytest.raises(
        ValueError, match=r"labels are \(1, 1\), expected one dimension"
    ):
        one_hot([[1]])
    with pytest.raises(ValueError, match="label 10 is outside 0, ..., 9"):
        one_hot([3, 10])
    with pytest.raises(ValueError, match="label -1 is outside 0, ..., 9"):
        one_hot([-1])


MASKED = np.ma.array([[1.0, 2.0]], mask=[[True, False]])
LABELS = np.ma.array([1, 2], mask=[True, False])


@pytest.mark.parametrize(
    ("name", "call"),
    [
        ("z", lambda: softmax(MASKED)),
        ("z", lambda: log_softmax(MASKED)),
        ("z", lambda: sigmoid(MASKED)),
        ("y", lambda: cross_entropy(MASKED, [[0.5, 0.5]])),
        ("y_hat", lambda: cross_entropy([[0, 1]], MASKED)),
        ("labels", lambda: one_hot(LABELS)),
        (
            "labels",
            lambda: accuracy(load_pretrained(), np.ones((2, 784), "f4"), LABELS),
        ),
        ("X", lambda: warp(np.ma.zeros((2, 784)), np.random.default_rng(0))),
        ("x", lambda: numerical_gradient(np.sum, MASKED)),
        ("f(x)", lambda: numerical_gradient(lambda x: np.ma.array(x), [1.0])),
        ("a", lambda: compare({"a": MASKED}, {"a": [[1.0, 2.0]]})),
        ("a", lambda: compare({"a": [[1.0, 2.0]]}, {"a": MASKED})),
    ],
)
def test_no_mask_is_dropped(name, call):
    with pytest.raises(
        TypeError, match=rf"^the mask of {re.escape(name)} would be lost: fill it"
    ):
        call()


def test_ragged_lists_are_named():
    ragged = [[1, 2], [3]]
    params, rng = load_pretrained(), np.random.default_rng(0)
    for name, call in (
        ("labels", lambda: one_hot(ragged)),
        ("labels", lambda: accuracy(params, np.ones((2, 784), "f4"), ragged)),
        ("X", lambda: warp(ragged, rng)),
    ):
        with pytest.raises(ValueError, match=f"^{name} has rows of different lengths$"):
            call()


def test_swapped_arguments_of_one_hot_are_told_in_short():
    for labels, words in (
        ([7] * 60000, "a list of 60000"),
        (np.zeros(60000, int), r"an array of shape \(60000,\)"),
    ):
        with pytest.raises(TypeError, match=f"^K is {words}, expected an integer: "):
            one_hot(10, labels)


def test_cross_entropy_refuses_what_is_no_probability():
    for y in ([0, 1], [1, 0]):
        with pytest.raises(
            ValueError, match="^y_hat has a negative entry, expected pro"
        ):
            cross_entropy(y, [-0.5, 1.5])


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.complex64, np.complex128])
def test_cross_entropy_at_probability_zero(dtype):
    y_hat = np.array([[0, 1], [1, 0]], dtype)
    L = cross_entropy([[1, 0], [1, 0]], y_hat)
    assert L.dtype == dtype
    assert np.array_equal(L, [np.inf, 0])
    one = cross_entropy([1, 0], y_hat[0])
    assert (one, one.dtype, one.shape) == (np.inf, dtype, ())
