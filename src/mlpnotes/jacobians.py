"""The generalized Jacobians of the notes, for one observation, in full.

They are here to be read and to be checked against: slow, large, mostly zeros.
A Jacobian of y with respect to x has y's shape followed by x's, so that the
chain rule is ``numpy.tensordot`` over the axes in between (Johnson, 2017). An
observation is one row: ``x`` is (n0,), ``a1`` is (n1,), ``y`` is (K,). Another
number of dimensions is a ValueError; integers and booleans count as float64.
"""

import numpy as np

from mlpnotes.functions import as_floats
from mlpnotes.network import Gradients


def affine(a, W, b):
    r"""Return one layer's z, entry by entry.

    .. math:: z_j = \sum_q a_q w_{qj} + b_j

    Parameters
    ----------
    a : ndarray, shape (n,)
    W : ndarray, shape (n, m)
    b : ndarray, shape (m,)

    Returns
    -------
    ndarray, shape (m,)

    Raises
    ------
    ValueError
        If the shapes do not fit.
    """
    a, W, b = as_floats("a", a, 1), as_floats("W", W, 2), as_floats("b", b, 1)
    if W.shape != (a.size, b.size):
        raise ValueError(f"W is {W.shape}, expected {(a.size, b.size)} for a and b")
    n, m = W.shape
    z = np.array(b, np.result_type(a, W, b))
    for j in range(m):
        for q in range(n):
            z[j] += a[q] * W[q, j]  # (15), (31), (47)
    return z


def softmax_jacobian(y_hat):
    r"""Return the derivative of softmax, Lemma 1 and its off-diagonal companion.

    .. math:: J_{t,j} = \partial \hat y_t / \partial z_j
              = \hat y_t \, [I(t = j) - \hat y_j]

    Parameters
    ----------
    y_hat : ndarray, shape (K,)
        The softmax, not its argument.

    Returns
    -------
    ndarray, shape (K, K)
        Symmetric; each row and each column sums to zero.
    """
    y_hat = as_floats("y_hat", y_hat, 1)
    J = -np.outer(y_hat, y_hat)  # (12)  (K, K)
    np.fill_diagonal(J, y_hat * (1 - y_hat))  # (7), (8), (11)
    return J


def dL_dz3(y, y_hat):
    r"""Return the gradient of the cross-entropy by the chain rule, before Lemma 2.

    .. math:: \partial L_{CE} / \partial z_j
              = -\sum_t (y_t / \hat y_t) \, J_{t,j}

    Parameters
    ----------
    y, y_hat : ndarray, shape (K,)
        Labels, and positive probabilities.

    Returns
    -------
    ndarray, shape (K,)

    Raises
    ------
    ValueError
        If the shapes differ.
    """
    y, y_hat = as_floats("y", y, 1), as_floats("y_hat", y_hat, 1)
    if y.shape != y_hat.shape:
        raise ValueError(f"y is {y.shape} but y_hat is {y_hat.shape}: they must match")
    return np.tensordot(-y / y_hat, softmax_jacobian(y_hat), axes=1)  # (10), (13)


def dz_dW(a, m):
    r"""Return the derivative of z = a W + b with respect to W.

    .. math:: \partial z_t / \partial w_{rj} = I(t = j) \, a_r

    Parameters
    ----------
    a : ndarray, shape (n,)
    m : int
        The number of entries of z.

    Returns
    -------
    ndarray, shape (m, n, m)
        All zeros, but for ``a`` in ``[t, :, t]``.
    """
    a = as_floats("a", a, 1)
    J = np.zeros((m, len(a), m), a.dtype)
    for t in range(m):
        J[t, :, t] = a  # (14), (16), (24), (32), (40), (48)
    return J


def dz_db(m):
    r"""Return the derivative of z = a W + b with respect to b: the identity.

    Parameters
    ----------
    m : int
        The number of entries of z.

    Returns
    -------
    ndarray, shape (m, m)
    """
    return np.eye(m)  # (14), (17), (25), (32), (41), (48)


def dz_da(W):
    r"""Return the derivative of z = a W + b with respect to a: W transposed.

    Parameters
    ----------
    W : ndarray, shape (n, m)

    Returns
    -------
    ndarray, shape (m, n)
    """
    W = as_floats("W", W, 2)
    return W.T  # (27), (43)


def da_dz(a):
    r"""Return the derivative of a = sigmoid(z), from its value a: Lemma 5.

    .. math:: \partial a_r / \partial z_q = I(r = q) \, a_r (1 - a_r)

    Parameters
    ----------
    a : ndarray, shape (n,)

    Returns
    -------
    ndarray, shape (n, n)
        Diagonal.
    """
    a = as_floats("a", a, 1)
    return np.diag(a * (1 - a))  # (23), (29), (39), (45)


def gradients(params, acts, y):
    """Return the eleven gradients of one observation by tensors alone.

    Each is a chain of ``numpy.tensordot`` over the full Jacobians, in the order
    of the notes. Summed over the observations of a batch, those of parameters
    are what `mlpnotes.network.backward` returns.

    Parameters
    ----------
    params : Params
    acts : Activations
        One row of each array of `mlpnotes.network.forward`: X is (n0,), and so on.
    y : ndarray, shape (K,)
        One-hot label.

    Returns
    -------
    Gradients
    """
    n1, n2, K = (len(b) for b in params[1::2])
    # fmt: off
    dz3 = dL_dz3(y, acts.y_hat)                            # (10)  (K,)
    dW3 = np.tensordot(dz3, dz_dW(acts.a2, K), axes=1)     # (5), (6), (18)  (n2, K)
    db3 = np.tensordot(dz3, dz_db(K), axes=1)              # (5), (6), (18)  (K,)

    da2 = np.tensordot(dz3, dz_da(params.W3), axes=1)      # (26), (28)  (n2,)
    dz2 = np.tensordot(da2, da_dz(acts.a2), axes=1)        # (26), (30)  (n2,)
    dW2 = np.tensordot(dz2, dz_dW(acts.a1, n2), axes=1)    # (26), (33)  (n1, n2)
    db2 = np.tensordot(dz2, dz_db(n2), axes=1)             # (26), (34)  (n2,)

    da1 = np.tensordot(dz2, dz_da(params.W2), axes=1)      # (42), (44)  (n1,)
    dz1 = np.tensordot(da1, da_dz(acts.a1), axes=1)        # (42), (46)  (n1,)
    dW1 = np.tensordot(dz1, dz_dW(acts.X, n1), axes=1)     # (42), (49)  (n0, n1)
    db1 = np.tensordot(dz1, dz_db(n1), axes=1)             # (42), (50)  (n1,)
    # fmt: on
    return Gradients(dz3, dW3, db3, da2, dz2, dW2, db2, da1, dz1, dW1, db1)
