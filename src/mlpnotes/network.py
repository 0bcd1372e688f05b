"""The three-layer perceptron: its forward pass, its loss, its backward pass.

Rows are observations. Names are those of the notes (Leifer and Troendle,
2021), and so are the equation numbers in the comments.
"""

import itertools
from typing import NamedTuple

import numpy as np

from mlpnotes.functions import log_softmax, sigmoid, softmax

BLOCK = 1000  # rows at a time where only a summary of the forward pass is kept


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
        1/sqrt(fan-in) in each layer, which keeps the spread of z near 1.

    Returns
    -------
    Params

    Raises
    ------
    ValueError
        If a size is below 1 or the dtype is another one.
    """
    sizes = (n0, n1, n2, K)
    if min(sizes) < 1:
        raise ValueError(f"sizes (n0, n1, n2, K) are {sizes}, expected 1 or more")
    if np.dtype(dtype) not in (np.float32, np.float64):
        raise ValueError(f"dtype is {np.dtype(dtype)}, expected float32 or float64")
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
        If an array is not of floats, or float32 and float64 are mixed.
    ValueError
        If two shapes do not fit.
    """
    _check(params, X)
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
        One-hot labels.

    Returns
    -------
    Gradients

    Raises
    ------
    ValueError
        If y does not have the shape of ``acts.y_hat``.
    """
    _check_labels(y, acts.y_hat)
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
        One-hot labels.
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
        As `forward` and `backward` do.
    """
    z3 = forward(params, X).z3
    _check_labels(y, z3)
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
        As `forward` and `backward` do, or if X has no rows.
    """
    if len(X) == 0:
        raise ValueError("X has no rows, expected one or more to take the mean of")
    g = backward(params, forward(params, X), y)
    gradient = Params(g.dW1, g.db1, g.dW2, g.db2, g.dW3, g.db3)
    for dp in gradient:
        dp *= times / len(X)  # from sums to means
    if l2:
        for W, dW in zip(params[::2], gradient[::2], strict=True):
            dW += times * 2 * l2 * W  # (54), (55)
    return gradient


def predict(params, X):
    """Return the most probable class of each observation, int64 of shape (B,).

    Parameters and errors are those of `forward`; the work is done in blocks
    of rows, so memory stays small.
    """
    blocks = [X[i : i + BLOCK] for i in range(0, max(len(X), 1), BLOCK)]
    return np.concatenate([forward(params, rows).z3.argmax(axis=1) for rows in blocks])


def accuracy(params, X, labels):
    """Return the fraction of observations whose predicted class is the label.

    Parameters
    ----------
    params : Params
    X : ndarray, shape (B, n0)
    labels : array_like of int, shape (B,)

    Returns
    -------
    float
        Between 0 and 1.

    Raises
    ------
    ValueError
        If there is not one label for each row of X.
    """
    labels = np.asarray(labels)
    if labels.shape != (len(X),):
        raise ValueError(f"labels are {labels.shape}, expected ({len(X)},) like X")
    return float((predict(params, X) == labels).mean())


def check_params(params):
    """Raise one clear sentence if the dtypes or shapes of parameters do not fit."""
    if not isinstance(params, Params):
        raise TypeError(f"params are of type {type(params).__name__}, expected Params")
    _check(params, None)


def _check(params, X):
    """Raise one clear sentence if dtypes or shapes do not fit."""
    arrays = params._asdict() if X is None else {"X": X, **params._asdict()}
    for name, array in arrays.items():
        if not isinstance(array, np.ndarray):
            raise TypeError(f"{name} is a {type(array).__name__}, expected an array")
        if array.dtype.kind not in "fc":
            raise TypeError(
                f"{name} has dtype {array.dtype}, expected floats: "
                "convert it, for instance with astype(np.float32)"
            )
        dimensions = 1 if name.startswith("b") else 2
        if np.ndim(array) != dimensions:
            raise ValueError(
                f"{name} is {np.shape(array)}, expected {dimensions} "
                f"dimension{'s' * (dimensions > 1)}"
            )
    real = {n: a.dtype for n, a in arrays.items() if a.dtype.kind == "f"}
    for name, dtype in real.items():
        first, expected = next(iter(real.items()))
        if dtype != expected:
            raise TypeError(f"{name} is {dtype} but {first} is {expected}: convert one")
    width, source = (params.W1.shape[0] if X is None else X.shape[1]), "X"
    for layer in "123":
        W, b = arrays["W" + layer], arrays["b" + layer]
        if W.shape[0] != width:
            hint = ": did you transpose it?" if W.shape[1] == width else ""
            raise ValueError(
                f"W{layer} is {W.shape} but {source} has {width} columns{hint}"
            )
        if b.shape != W.shape[1:]:
            raise ValueError(f"b{layer} is {b.shape} but W{layer} is {W.shape}")
        width, source = W.shape[1], "a" + layer


def _check_labels(y, y_hat):
    """Raise one clear sentence if y is not a (B, K) array like y_hat."""
    if np.shape(y) != y_hat.shape:
        hint = ": use one_hot(labels, K)" if np.ndim(y) == 1 else ""
        raise ValueError(f"y is {np.shape(y)}, expected {y_hat.shape} like y_hat{hint}")
