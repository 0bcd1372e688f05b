"""Random warps of digits, so that a network never sees the same one twice."""

import numbers

import numpy as np

from mlpnotes.checks import as_array, check_rng, short

SIDE = 28
LARGEST = 1000  # no size of a warp needs more, and arithmetic stays finite


def warp(
    X,
    rng,
    *,
    rotation=10.0,
    scale=0.1,
    shear=0.1,
    shift=1.0,
    elastic=0.8,
    sigma=4.0,
    group=50,
):
    r"""Return digits that are turned, stretched, slanted, moved and bent at random.

    A pixel p of the result shows the point

    .. math:: c + M (p - c) + t + e(p)

    of the digit, by bilinear interpolation; c is the centre of the image. The
    matrix M turns, slants and stretches; t moves; the elastic part e bends:
    white noise, smoothed by a Gaussian (Simard, Steinkraus and Platt, 2003).

    Parameters
    ----------
    X : ndarray, shape (m, 784) or (m, 28, 28)
        Images of finite floats with a background of 0. Not modified.
    rng : numpy.random.Generator
        All the randomness there is.
    rotation : float
        The largest angle, in degrees. Like the other sizes it is 0 or more, and at
        most 1000.
    scale : float
        The largest relative stretch of either axis, below 1.
    shear : float
        The largest slant, in columns a row.
    shift : float
        The largest move in either direction, in pixels.
    elastic : float
        The root mean square of the elastic displacement in either direction,
        in pixels.
    sigma : float
        The standard deviation of the Gaussian that smooths it, in pixels, above 0
        and at most 28.
    group : int
        How many images share a warp, 1 or more: rows 0, g, 2g, ... with
        g = ceil(m / group), so that neighbours never do.

    Returns
    -------
    ndarray
        Of the shape and dtype of X; values stay between those of X and 0.

    Raises
    ------
    TypeError
        If X is not of floats, or rng is no generator.
    ValueError
        If the shape of X is another one, an entry is not finite, or an option is
        out of its range.

    Notes
    -----
    Sharing is what makes it cheap: the four neighbours and weights of each
    pixel are computed once a group.
    """
    X = as_array("X", X)
    if X.dtype.kind != "f":
        hint = ": for bytes, X / 255" if X.dtype == np.uint8 else ""
        raise TypeError(
            f"X has dtype {X.dtype}, expected floats with a background of 0{hint}"
        )
    if X.shape[1:] not in ((SIDE * SIDE,), (SIDE, SIDE)):
        raise ValueError(f"X is {X.shape}, expected (m, 784) or (m, 28, 28)")
    if not np.isfinite(X).all():
        raise ValueError("X has entries that are not finite")
    check_rng(rng)
    sizes = dict(
        rotation=rotation, scale=scale, shear=shear, shift=shift, elastic=elastic,
        sigma=sigma,
    )  # fmt: skip
    for name, size in sizes.items():
        number = isinstance(size, numbers.Real) and not isinstance(size, bool)
        if not (number and 0 <= size < np.inf):
            raise ValueError(f"{name} is {short(size)}, expected a number, 0 or more")
    if scale >= 1 or not 0 < sigma <= SIDE:
        raise ValueError(
            f"scale is {short(scale)} and sigma {short(sigma)}, expected scale < 1 "
            f"and 0 < sigma <= {SIDE}"
        )
    for name, size in sizes.items():
        if size > LARGEST:
            raise ValueError(f"{name} is {short(size)}, expected at most {LARGEST}")
    counted = isinstance(group, numbers.Integral) and not isinstance(group, bool)
    if not counted or group < 1:
        raise ValueError(f"group is {short(group)}, expected an integer, 1 or more")
    rotation, scale, shear, shift, elastic, sigma = map(float, sizes.values())
    groups = -(-len(X) // int(group))
    rows, columns = _affine(groups, rng, rotation, scale, shear, shift)
    if elastic:
        rows += elastic * _smooth_noise(groups, rng, sigma)
        columns += elastic * _smooth_noise(groups, rng, sigma)
    flat = X.reshape(len(X), SIDE * SIDE)
    result = np.empty_like(flat)
    for g in range(groups):
        where, weights = _neighbours(rows[g].ravel(), columns[g].ravel())
        weights = weights.astype(X.dtype)[..., None]
        pixels = np.ascontiguousarray(flat[g::groups].T)  # (784, images)
        result[g::groups] = sum(
            w * pixels[i] for i, w in zip(where, weights, strict=True)
        ).T
    return result.reshape(X.shape)


def _affine(groups, rng, rotation, scale, shear, shift):
    """Return the source row and column of each pixel, each (groups, 28, 28)."""
    angle = np.radians(rng.uniform(-rotation, rotation, groups))
    stretch = 1 + rng.uniform(-scale, scale, (2, groups))
    slant = rng.uniform(-shear, shear, groups)
    move = rng.uniform(-shift, shift, (2, groups))
    cos, sin = np.cos(angle), np.sin(angle)
    turn = np.array([[cos, -sin], [sin, cos]])  # (2, 2, groups)
    one, zero = np.ones(groups), np.zeros(groups)
    slanted = np.array([[one, zero], [slant, one]])
    M = np.einsum("ijg,jkg,kg->gik", turn, slanted, stretch)
    centre = (SIDE - 1) / 2
    grid = np.indices((SIDE, SIDE)) - centre
    source = np.einsum("gik,kxy->igxy", M, grid)
    return centre + source + move[..., None, None]


def _smooth_noise(groups, rng, sigma):
    """Return smooth fields (groups, 28, 28) of standard normal entries.

    Each row of S has a sum of squares of 1, so S N S' keeps the variance of N.
    """
    margin = int(3 * sigma)
    distance = np.subtract.outer(np.arange(SIDE), np.arange(-margin, SIDE + margin))
    S = np.exp(-((distance / sigma) ** 2) / 2)
    S = (S / np.sqrt((S**2).sum(axis=1, keepdims=True))).astype(np.float32)
    noise = rng.standard_normal((groups, *2 * S.shape[1:]), dtype=np.float32)
    return S @ noise @ S.T


def _neighbours(row, column):
    """Return the four pixels around each point, (4, n), and their weights.

    A pixel outside the image has weight 0.
    """
    top, left = np.floor(row), np.floor(column)
    down, right = row - top, column - left
    where, weights = [], []
    for r, in_row in ((top, 1 - down), (top + 1, down)):
        for c, in_column in ((left, 1 - right), (left + 1, right)):
            inside = (r >= 0) & (r < SIDE) & (c >= 0) & (c < SIDE)
            where.append(np.where(inside, r * SIDE + c, 0))
            weights.append(np.where(inside, in_row * in_column, 0))
    return np.array(where, np.intp), np.array(weights)
