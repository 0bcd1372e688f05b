"""The functions that the network is made of: softmax, sigmoid, cross-entropy.

All of them work along the last axis, keep float32 or float64, and continue
analytically to complex input, so that a complex step can differentiate them.
Integers and booleans count as float64.
"""

import numpy as np

from mlpnotes.checks import as_array, short


def as_floats(name, array, dimensions=None, dtype=np.float64):
    """Return an array of floats or complex numbers, made so if it is of others.

    Parameters
    ----------
    name : str
        What an error calls the array.
    array : array_like of numbers
    dimensions : int, optional
        How many it must have.
    dtype : dtype
        What integers and booleans become: their own arithmetic wraps or fails.

    Returns
    -------
    ndarray
        Floats and complex numbers keep their dtype and are not copied.

    Raises
    ------
    TypeError
        If the array holds something else, or has a mask.
    ValueError
        If it has another number of dimensions, or rows of different lengths.
    """
    array = as_array(name, array)
    if array.dtype.kind not in "fc":
        if array.dtype.kind not in "biu":
            raise TypeError(f"{name} has dtype {array.dtype}, expected numbers")
        array = array.astype(dtype)
    if dimensions not in (None, array.ndim):
        raise ValueError(
            f"{name} is {array.shape}, expected {dimensions} "
            f"dimension{'s' * (dimensions > 1)}"
        )
    return array


def softmax(z):
    r"""Return the softmax of each row, equation (4).

    .. math:: \mathrm{softmax}_j(z) = e^{z_j} / \sum_t e^{z_t}

    Parameters
    ----------
    z : array_like, shape (..., K)
        Logits, real or complex, of any finite size.

    Returns
    -------
    ndarray, shape (..., K)
        Positive entries; each row sums to 1.

    Raises
    ------
    TypeError
        If z does not hold numbers.
    ValueError
        If it has no last axis, or no entry there.

    Notes
    -----
    Subtracting a row's largest entry changes nothing in the quotient, and no
    exponential can overflow then.

    Examples
    --------
    >>> softmax([0.0, 0.0])
    array([0.5, 0.5])
    """
    e = np.exp(_shifted(z))
    return e / e.sum(axis=-1, keepdims=True)


def log_softmax(z):
    r"""Return the logarithm of softmax, without ever leaving the log scale.

    .. math:: \log \mathrm{softmax}_j(z) = z_j - \log \sum_t e^{z_t}

    Parameters
    ----------
    z : array_like, shape (..., K)
        Logits, real or complex, of any finite size.

    Returns
    -------
    ndarray, shape (..., K)
        For real input no entry is positive.

    Raises
    ------
    TypeError, ValueError
        As `softmax` does.

    Examples
    --------
    >>> log_softmax([0.0, -10000.0])
    array([     0., -10000.])
    """
    shifted = _shifted(z)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))


def _shifted(z):
    """Return z less the largest entry of each row."""
    z = as_floats("z", z)
    if z.ndim == 0 or z.shape[-1] == 0:
        raise ValueError(f"z is {z.shape}, expected (..., K) with K of 1 or more")
    with np.errstate(over="ignore"):  # -inf is right: its exponential is 0
        return z - z.real.max(axis=-1, keepdims=True)


def sigmoid(z):
    r"""Return the logistic sigmoid of each entry, equations (22) and (38).

    .. math:: \sigma(x) = 1 / (1 + e^{-x})

    Parameters
    ----------
    z : array_like
        Real or complex, of any shape and any finite size.

    Returns
    -------
    ndarray
        Same shape; real input gives values in [0, 1].

    Raises
    ------
    TypeError
        If z does not hold numbers.

    Examples
    --------
    >>> sigmoid([-10000.0, 0.0, 10000.0])
    array([0. , 0.5, 1. ])
    """
    z = as_floats("z", z)
    if np.iscomplexobj(z):  # a complex exp(-z) must stay finite
        z = np.maximum(z, np.log(np.finfo(z.dtype).tiny))
    with np.errstate(over="ignore"):  # 1 / (1 + inf) is 0, the right limit
        e = np.asarray(np.exp(-z))
        e += 1  # in place: nearly half the time of 1 / (1 + e)
        return np.reciprocal(e, out=e)[()]


def cross_entropy(y, y_hat):
    r"""Return the cross-entropy of each observation, equation (2).

    .. math:: L_{CE}(y, \hat y) = -\sum_j y_j \log \hat y_j

    This is the definition. A program that has the logits uses `log_softmax`
    instead, as `mlpnotes.network.loss` does: there a probability that rounds to zero
    costs nothing.

    Parameters
    ----------
    y : array_like, shape (..., K)
        One-hot labels, or any probabilities.
    y_hat : array_like, shape (..., K)
        Estimated probabilities, real and not negative, or complex.

    Returns
    -------
    ndarray, shape (...)
        The loss of each observation; ``inf`` where the true class has
        probability zero. Of y_hat's dtype when y is of integers.

    Raises
    ------
    TypeError
        If y or y_hat does not hold numbers.
    ValueError
        If the shapes differ, or are those of single numbers, or an entry of a real
        y_hat is negative.

    Examples
    --------
    >>> cross_entropy([[0, 1]], [[0.0, 1.0]])
    array([0.])
    """
    y_hat = as_floats("y_hat", y_hat)
    y = as_floats("y", y, dtype=y_hat.dtype)
    if y.shape != y_hat.shape:
        raise ValueError(f"y is {y.shape} but y_hat is {y_hat.shape}: they must match")
    if y.ndim == 0:
        raise ValueError("y and y_hat are single numbers, expected (..., K)")
    if y_hat.dtype.kind == "f" and (y_hat < 0).any():
        raise ValueError(
            "y_hat has a negative entry, expected probabilities, as softmax makes them"
        )
    never = (y != 0) & (y_hat == 0)
    log = np.log(np.where((y == 0) | never, 1, y_hat))  # 0 log 0 counts as 0
    L = np.asarray(0 - (y * log).sum(axis=-1))
    L[never.any(axis=-1)] = np.inf
    return L[()]


def one_hot(labels, K=10):
    """Return the one-hot rows of integer labels.

    Parameters
    ----------
    labels : array_like of int, shape (B,)
        Classes, each in 0, ..., K-1.
    K : int
        The number of classes, 1 or more.

    Returns
    -------
    ndarray of int8, shape (B, K)
        Row i holds a 1 in column ``labels[i]`` and zeros elsewhere.

    Raises
    ------
    TypeError
        If K or the labels are not integers; booleans are none.
    ValueError
        If K is below 1, the labels are not one-dimensional, or one is outside
        0, ..., K-1.

    Examples
    --------
    >>> one_hot([2, 0], K=3)
    array([[0, 0, 1],
           [1, 0, 0]], dtype=int8)
    """
    if not isinstance(K, int | np.integer) or isinstance(K, bool):
        raise TypeError(f"K is {short(K)}, expected an integer: the number of classes")
    if K < 1:
        raise ValueError(f"K is {K}, expected 1 or more")
    labels = as_array("labels", labels)
    if labels.dtype.kind not in "iu" and labels.shape != (0,):  # [] is of float64
        raise TypeError(f"labels have dtype {labels.dtype}, expected integers")
    if labels.ndim != 1:
        raise ValueError(f"labels are {labels.shape}, expected one dimension (B,)")
    outside = labels[(labels < 0) | (labels >= K)]
    if outside.size:
        raise ValueError(f"label {outside[0]} is outside 0, ..., {K - 1}")
    return (labels[:, None] == np.arange(K)).astype(np.int8)
