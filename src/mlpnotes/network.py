"""The three-layer perceptron: its forward pass, its loss, its backward pass.

Rows are observations. Names are those of the notes (Leifer and Troendle,
2021), and so are the equation numbers in the comments.
"""

import itertools
from typing import NamedTuple

import numpy as np

from mlpnotes.checks import (
    BLOCK,
    TWO_CLASSES,
    as_array,
    check_acts,
    check_count,
    check_dtype,
    check_finite,
    check_labels,
    check_number,
    check_params,
    check_rng,
    check_rows,
    check_X,
    check_y,
    is_finite,
    overflow,
)
from mlpnotes.functions import log_softmax, sigmoid, softmax


class Params(NamedTuple):
    """The parameters: W1 (n0, n1), b1 (n1,), W2 (n1, n2), b2, W3 (n2, K), b3."""

    W1: np.ndarray
    b1: np.ndarray
    W2: np.ndarray
    b2: np.ndarray
    W3: np.ndarray
    b3: np.ndarray


class Activations(NamedTuple):
    """All that the forward pass computes, a row for each of B observations."""

    X: np.ndarray
    z1: np.ndarray
    a1: np.ndarray
    z2: np.ndarray
    a2: np.ndarray
    z3: np.ndarray
    y_hat: np.ndarray


class Gradients(NamedTuple):
    """The eleven arrays of the backward pass, in the order of the program.

    Those of parameters are sums over the batch: ``dW3`` is B times the
    derivative of the mean loss, Notes 2 to 4.
    """

    dz3: np.ndarray
    dW3: np.ndarray
    db3: np.ndarray
    da2: np.ndarray
    dz2: np.ndarray
    dW2: np.ndarray
    db2: np.ndarray
    da1: np.ndarray
    dz1: np.ndarray
    dW1: np.ndarray
    db1: np.ndarray


def init_params(n0=784, n1=200, n2=100, K=10, *, rng, dtype=np.float64, std=None):
    """Return random weights and zero biases.

    Parameters
    ----------
    n0, n1, n2, K : int
        The sizes of the input, the two hidden layers and the output.
    rng : numpy.random.Generator
        The source of the weights.
    dtype : float32 or float64
    std : float, optional
        The standard deviation of every weight. By default it is
        1/sqrt(fan-in) in each layer, which keeps the spread of z near 1. At most
        1e30, so that float32 can hold the weights.

    Returns
    -------
    Params

    Raises
    ------
    TypeError
        If a size is not an integer, std not a number or rng not a Generator.
    ValueError
        If a size is below 1, K below 2, std out of its range, or the dtype another
        one.
    """
    sizes = [
        check_count(size, name, 1)
        for name, size in (("n0", n0), ("n1", n1), ("n2", n2), ("K", K))
    ]
    if K == 1:
        raise ValueError(f"K is 1, expected 2 or more: {TWO_CLASSES}")
    check_rng(rng)
    if std is not None:
        std = check_number(std, "std", least=0, most=1e30)
    check_dtype(dtype)
    arrays = []
    for rows, columns in itertools.pairwise(sizes):
        spread = rows**-0.5 if std is None else std
        arrays.append(rng.normal(0, spread, (rows, columns)).astype(dtype))
        arrays.append(np.zeros(columns, dtype))
    return Params(*arrays)


def forward(params, X):
    """Return every array of the forward pass, equations (3), (4), (21)-(38).

    Parameters
    ----------
    params : Params
        float32, float64 or complex.
    X : ndarray, shape (B, n0)
        One observation a row, of the same dtype unless one is complex.

    Returns
    -------
    Activations

    Raises
    ------
    TypeError
        If params is no Params, X no array, one of them not of floats, or float32
        and float64 are mixed.
    ValueError
        If two shapes do not fit, or K is 1: the softmax of one logit is 1.
    """
    check_params(params)
    check_X(X, params)
    W1, b1, W2, b2, W3, b3 = params
    # fmt: off
    z1 = X @ W1 + b1                            # (37)  (B, n1)
    a1 = sigmoid(z1)                            # (38)  (B, n1)
    z2 = a1 @ W2 + b2                           # (21)  (B, n2)
    a2 = sigmoid(z2)                            # (22)  (B, n2)
    z3 = a2 @ W3 + b3                           # (3)   (B, K)
    y_hat = softmax(z3)                         # (4)   (B, K)
    # fmt: on
    return Activations(X, z1, a1, z2, a2, z3, y_hat)


def backward(params, acts, y):
    """Return the eleven gradient arrays of Notes 2 to 4: batch sums, no 1/B.

    Parameters
    ----------
    params : Params
    acts : Activations
        What `forward` returned for these parameters.
    y : ndarray, shape (B, K)
        One-hot labels, which count as of the dtype of ``acts.y_hat``.

    Returns
    -------
    Gradients

    Raises
    ------
    TypeError, ValueError
        If params are no Params, acts no Activations of their sizes, or y no array
        of numbers with the shape of ``acts.y_hat``.
    """
    check_acts(acts, params)
    y = check_y(y, acts.y_hat.shape, acts.y_hat.dtype)
    # fmt: off
    dz3 = acts.y_hat - y                        # (9)   (B, K)
    dW3 = acts.a2.T @ dz3                       # (19)  (n2, K)
    db3 = dz3.sum(axis=0)                       # (20)  (K,)

    da2 = dz3 @ params.W3.T                     # (28)  (B, n2)
    dz2 = da2 * acts.a2 * (1 - acts.a2)         # (30)  (B, n2)
    dW2 = acts.a1.T @ dz2                       # (35)  (n1, n2)
    db2 = dz2.sum(axis=0)                       # (36)  (n2,)

    da1 = dz2 @ params.W2.T                     # (44)  (B, n1)
    dz1 = da1 * acts.a1 * (1 - acts.a1)         # (46)  (B, n1)
    dW1 = acts.X.T @ dz1                        # (51)  (n0, n1)
    db1 = dz1.sum(axis=0)                       # (52)  (n1,)
    # fmt: on
    return Gradients(dz3, dW3, db3, da2, dz2, dW2, db2, da1, dz1, dW1, db1)


def loss(params, X, y, l2=0.0):
    """Return the regularized loss, equations (1) and (53), from the logits.

    Parameters
    ----------
    params : Params
    X : ndarray, shape (B, n0)
    y : ndarray, shape (B, K)
        One-hot labels, or any probabilities.
    l2 : float
        The penalty's weight, lambda: it multiplies the sum of the squared
        weights. Biases are not penalised.

    Returns
    -------
    scalar
        Mean cross-entropy plus penalty; complex when an argument is complex.

    Raises
    ------
    TypeError, ValueError
        As `forward` and `backward` do, if X has no rows, or l2 is negative.
    """
    l2 = check_number(l2, "l2", least=0)
    z3 = forward(params, X).z3
    check_rows(X)
    y = check_y(y, z3.shape, z3.dtype)
    data = -(y * log_softmax(z3)).sum(axis=1).mean()  # (1), (2)
    return data + l2 * sum((W**2).sum() for W in params[::2])  # (53)


def loss_gradient(params, X, y, l2=0.0, times=1.0):
    """Return the gradient of `loss`: this is where 1/B and 2 lambda W enter, (55).

    Parameters
    ----------
    params, X, y, l2
        As for `loss`.
    times : float
        What the gradient is multiplied by, in the same pass over its arrays
        that brings 1/B: the learning rate, when training.

    Returns
    -------
    Params
        An array for each parameter, of its shape.

    Raises
    ------
    TypeError, ValueError
        As `loss` does, or if times is not finite.
    """
    l2, times = check_number(l2, "l2", least=0), check_number(times, "times")
    acts = forward(params, X)
    check_rows(X)
    g = backward(params, acts, y)
    gradient = Params(g.dW1, g.db1, g.dW2, g.db2, g.dW3, g.db3)
    for dp in gradient:
        dp *= times / len(X)  # from sums to means
    if l2:
        for W, dW in zip(params[::2], gradient[::2], strict=True):
            dW += times * 2 * l2 * W  # (54), (55)
    return gradient


def predict(params, X):
    """Return the most probable class of each observation, int64 of shape (B,).

    Parameters and errors are those of `forward`, and a ValueError says where an
    entry is not finite, or that the sums of finite entries are not. The work is
    done in blocks of rows, so memory stays small.
    """
    check_params(params)
    check_X(X, params)
    for name, array in (*params._asdict().items(), ("X", X)):
        check_finite(array, name)
    classes = []
    for i in range(0, max(len(X), 1), BLOCK):
        with np.errstate(over="ignore", invalid="ignore"):
            acts = forward(params, X[i : i + BLOCK])
        if not is_finite(acts):
            raise ValueError(overflow(params, X))
        classes.append(acts.z3.argmax(axis=1))
    return np.concatenate(classes)


def accuracy(params, X, labels):
    """Return the fraction of observations whose predicted class is the label.

    Parameters
    ----------
    params : Params
    X : ndarray, shape (B, n0)
    labels : array_like of int, shape (B,)
        Classes, each in 0, ..., K-1.

    Returns
    -------
    float
        Between 0 and 1.

    Raises
    ------
    TypeError, ValueError
        As `predict` does, if X has no rows, or labels are not one class for each.
    """
    check_params(params)
    check_X(X, params)
    check_rows(X)
    labels = as_array("labels", labels)
    check_labels(labels, len(X), K=len(params.b3))
    return float((predict(params, X) == labels).mean())
