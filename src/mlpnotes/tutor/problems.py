"""The small networks that a student's function is run on."""

import numpy as np

from mlpnotes.functions import softmax
from mlpnotes.problem import random_problem
from mlpnotes.tutor.activations import activation_of
from mlpnotes.tutor.calling.arrays import Activations, Problem

TRIES = 100  # to let each ReLU switch: in a layer of one or two it may be impossible


def make_problem(
    sizes=(7, 6, 5, 4, 3),
    *,
    rng,
    dtype=np.float64,
    l2=0.03,
    activation="sigmoid",
):
    """Return a random problem of the sizes (B, n0, n1, n2, K).

    Parameters
    ----------
    sizes : tuple of five int
    rng : numpy.random.Generator
    dtype : float32 or float64
    l2 : float
        The lambda of the penalty.
    activation : {"sigmoid", "tanh", "relu"}
        Of both hidden layers.
    """
    activation_of(activation)
    params, X, y = random_problem(sizes, rng=rng, dtype=dtype, std=1.0)
    params, X = switching(params, X, activation, rng)
    return Problem(params, forward(params, X, activation), y.astype(dtype), l2)


def forward(params, X, activation):
    """Return every array of the forward pass with this activation."""
    f = activation_of(activation).function
    W1, b1, W2, b2, W3, b3 = params
    z1 = X @ W1 + b1
    a1 = f(z1)
    z2 = a1 @ W2 + b2
    a2 = f(z2)
    z3 = a2 @ W3 + b3
    return Activations(X, z1, a1, z2, a2, z3, softmax(z3))


def switching(params, X, activation, rng):
    """Return parameters and X with which each ReLU is on here and off there.

    A unit that is off for the whole batch, or an observation for which all are off,
    would hide mistakes: so biases are moved, and such rows of X drawn again. Other
    activations keep theirs.
    """
    if activation != "relu":
        return params, X
    least = len(X) + 1
    for _ in range(TRIES):
        p, a, dull = params._asdict(), X, np.zeros(len(X), bool)
        for W, b in (("W1", "b1"), ("W2", "b2")):
            p[b] = p[b] - between(a @ p[W] + p[b])
            a = np.maximum(a @ p[W] + p[b], 0)
            on = (a > 0).sum(axis=1)
            dull |= (a.shape[1] > 1) & ((on == 0) | (on == a.shape[1]))
        params = params._replace(**p)
        if dull.sum() < least:
            least, best = dull.sum(), (params, X)
        if not least:
            break
        X = np.where(dull[:, None], rng.normal(size=X.shape), X).astype(X.dtype)
    return best


def between(z):
    """Return for each column a number below some and above others, close to none."""
    B, n = z.shape
    if B == 1:  # on, off, on ...
        signs = np.where(np.arange(n) % 2, 1, -1).astype(z.dtype)
        return z[0] + signs * (np.abs(z[0]) + z.dtype.type(0.1))
    z, least = np.sort(z, axis=0), (B - 1) // 4
    i = least + np.diff(z, axis=0)[least : B - 1 - least].argmax(axis=0)
    columns = np.arange(n)
    return (z[i, columns] + z[i + 1, columns]) / 2


def loud_problem(rng, dtype, activation="sigmoid"):
    """Return a problem with large gradients and small probabilities.

    Clipping, or a bound of the probabilities at 0.01, must not go unseen. W3 is
    large; W1 is small, so that b3 can keep the logits moderate. Most labels are the
    least probable class.
    """
    p, (X, *_), *_ = make_problem(
        (60, 8, 7, 6, 5), rng=rng, dtype=dtype, activation=activation
    )
    quiet = 300 if activation == "sigmoid" else 2400  # slopes of 1, not 1/4
    params = p._replace(W1=p.W1 / quiet, W3=p.W3 * 2000)
    params, X = switching(params, X, activation, rng)
    z3 = forward(params, X, activation).z3 - params.b3
    params = params._replace(b3=params.b3 - z3.mean(axis=0))
    acts = forward(params, X, activation)
    labels = np.full(60, acts.y_hat.sum(axis=0).argmin())
    labels[:5] = range(5)
    y = np.eye(5)[labels]
    return Problem(params, acts, y.astype(dtype), 0.02)


def faint_problem(rng, dtype, activation="sigmoid"):
    """Return a problem with small gradients in the first two layers.

    Setting to zero what is below 0.001 must not go unseen.
    """
    p, (X, *_), y, l2 = make_problem(
        (9, 8, 7, 6, 5), rng=rng, dtype=dtype, activation=activation
    )
    params = p._replace(W3=p.W3 / 1000)
    return Problem(params, forward(params, X, activation), y, l2)


def equal_problem(rng, dtype, activation="sigmoid"):
    """Return a problem whose sizes are all 5, in which every product fits."""
    sizes = (5, 5, 5, 5, 5)
    return make_problem(sizes, rng=rng, dtype=dtype, l2=0.05, activation=activation)


OTHERS = {"equal": equal_problem, "loud": loud_problem, "faint": faint_problem}
