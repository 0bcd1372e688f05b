"""A small random network with its data: what a check is run on."""

import numpy as np

from mlpnotes.functions import one_hot
from mlpnotes.network import init_params


def random_problem(sizes=(7, 6, 5, 4, 3), *, rng, dtype=np.float64, std=None):
    """Return random parameters, inputs and labels on which mistakes show.

    No bias is zero, so a bias that is lost, doubled or penalised changes the
    result. By default all five sizes differ, so a transpose in the wrong place
    does not fit. Every class occurs among the labels, if B is K or more.

    Parameters
    ----------
    sizes : tuple of five int
        B, n0, n1, n2, K.
    rng : numpy.random.Generator
        The source of all numbers.
    dtype : float32 or float64
    std : float, optional
        The standard deviation of the weights: see `mlpnotes.network.init_params`.
        That of the biases and of X is 1.

    Returns
    -------
    params : Params
    X : ndarray, shape (B, n0)
    y : ndarray of int8, shape (B, K)
        One-hot labels.

    Raises
    ------
    ValueError
        If a size is below 1 or the dtype is another one.

    Examples
    --------
    >>> params, X, y = random_problem(rng=np.random.default_rng(0))
    >>> X.shape, y.shape, bool(params.b1.all()), bool(y.any(axis=0).all())
    ((7, 6), (7, 3), True, True)
    """
    B, *layers = sizes
    params = init_params(*layers, rng=rng, dtype=dtype, std=std)
    for b in params[1::2]:
        b[:] = rng.normal(size=b.shape)
    X = rng.normal(size=(B, layers[0])).astype(dtype)
    K = layers[-1]
    labels = rng.permutation(np.arange(B) + rng.integers(K)) % K
    return params, X, one_hot(labels, K)
