"""The functions that the network is made of: softmax, sigmoid, cross-entropy.

All of them work along the last axis, take float32 or float64, and continue
analytically to complex input, so that a complex step can differentiate them.
"""

import numpy as np


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

    Notes
    -----
    Subtracting a row's largest entry changes nothing in the quotient, and no
    exponential can overflow then.

    Examples
    --------
    >>> softmax([0.0, 0.0])
    array([0.5, 0.5])
    """
    z = np.asarray(z)
    e = np.exp(z - z.real.max(axis=-1, keepdims=True))
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

    Examples
    --------
    >>> log_softmax([0.0, -10000.0])
    array([     0., -10000.])
    """
    z = np.asarray(z)
    shifted = z - z.real.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))


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

    Examples
    --------
    >>> sigmoid([-10000.0, 0.0, 10000.0])
    array([0. , 0.5, 1. ])
    """
    z = np.asarray(z)
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
        Estimated probabilities, real or complex.

    Returns
    -------
    ndarray, shape (...)
        The loss of each observation; ``inf`` where the true class has
        probability zero.

    Raises
    ------
    ValueError
        If the shapes differ.

    Examples
    --------
    >>> cross_entropy([[0, 1]], [[0.0, 1.0]])
    array([0.])
    """
    y, y_hat = np.asarray(y), np.asarray(y_hat)
    if y.shape != y_hat.shape:
        raise ValueError(f"y is {y.shape} but y_hat is {y_hat.shape}: they must match")
    with np.errstate(divide="ignore"):
        log = np.log(np.where(y == 0, 1, y_hat))  # 0 log 0 counts as 0
    return 0 - (y * log).sum(axis=-1)


def one_hot(labels, K=10):
    """Return the one-hot rows of integer labels.

    Parameters
    ----------
    labels : array_like of int, shape (B,)
        Classes, each in 0, ..., K-1.
    K : int
        The number of classes.

    Returns
    -------
    ndarray of int8, shape (B, K)
        Row i holds a 1 in column ``labels[i]`` and zeros elsewhere.

    Raises
    ------
    TypeError
        If the labels are not integers.
    ValueError
        If they are not one-dimensional, or one is outside 0, ..., K-1.

    Examples
    --------
    >>> one_hot([2, 0], K=3)
    array([[0, 0, 1],
           [1, 0, 0]], dtype=int8)
    """
    labels = np.asarray(labels)
    if not np.issubdtype(labels.dtype, np.integer):
        raise TypeError(f"labels have dtype {labels.dtype}, expected integers")
    if labels.ndim != 1:
        raise ValueError(f"labels are {labels.shape}, expected one dimension (B,)")
    outside = labels[(labels < 0) | (labels >= K)]
    if outside.size:
        raise ValueError(f"label {outside[0]} is outside 0, ..., {K - 1}")
    return (labels[:, None] == np.arange(K)).astype(np.int8)
