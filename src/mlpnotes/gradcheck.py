"""Derivatives that share no code with the formulas, and a table to compare.

Each method takes any function and any point. For an f that returns an array,
the derivative's shape is f's shape followed by the point's: the generalized
Jacobian of Johnson (2017).
"""

from typing import NamedTuple

import numpy as np


def numerical_gradient(f, x, h=1e-6):
    """Return the derivative of f at x by central differences.

    Parameters
    ----------
    f : callable
        Maps an array of x's shape (or a tuple like x) to a number or an array.
    x : array_like of float64, or a named tuple of such arrays
        The point. It is not modified.
    h : float
        Half the distance of the two points; the error is of order h**2, plus
        rounding of order 1e-16/h.

    Returns
    -------
    ndarray of shape f(x).shape + x.shape, or a tuple of them like x
    """

    def partial(f, x, index):
        step = np.zeros(x.shape)
        step[index] = h
        return (np.asarray(f(x + step)) - f(x - step)) / (2 * h)

    return _each_entry(f, x, partial)


def complex_step_gradient(f, x, h=1e-30):
    """Return the derivative of f at x by the complex step, Im f(x + ih)/h.

    Nothing is subtracted, so nothing cancels: for an analytic f the result is
    right to rounding (Squire and Trapp, 1998).

    Parameters
    ----------
    f : callable
        As for `numerical_gradient`; it must accept complex arrays.
    x : array_like of float64, or a named tuple of such arrays
        The point. It is not modified.
    h : float
        The length of the imaginary step.

    Returns
    -------
    ndarray of shape f(x).shape + x.shape, or a tuple of them like x

    Raises
    ------
    TypeError
        If f returns real values: somewhere it drops the imaginary part.
    """

    def partial(f, x, index):
        point = x.astype(complex)
        point[index] += 1j * h
        value = np.asarray(f(point))
        if not np.iscomplexobj(value):
            raise TypeError(
                f"f returned {value.dtype} for a complex argument, expected complex: "
                "it drops the imaginary part (by abs, .real or a cast)"
            )
        return value.imag / h

    return _each_entry(f, x, partial)


def autograd_gradient(f, x):
    """Return the gradient of f at x by reverse-mode automatic differentiation.

    It needs the package autograd (``pip install autograd``), which records the
    operations of f and applies the chain rule to each.

    Parameters
    ----------
    f : callable
        Maps an array of x's shape (or a tuple like x) to a number. It must be
        written with ``autograd.numpy`` in the place of NumPy.
    x : array_like of float64, or a named tuple of such arrays
        The point. It is not modified.

    Returns
    -------
    ndarray of x's shape, or a tuple of them like x
    """
    from autograd import grad

    if not isinstance(x, tuple):
        return grad(f)(np.asarray(x, dtype=float))
    each = grad(lambda *arrays: f(x._make(arrays)), argnum=tuple(range(len(x))))
    return x._make(each(*x))


def compare_directions(f, x, gradient, *, rng, directions=10, tolerance=1e-10):
    """Compare a gradient with f along random directions, for each array of x.

    A network of many parameters has too many partial derivatives to check one
    by one. Along a direction v, of independent normal entries, the complex step
    gives the slope of f in one evaluation; the gradient gives it as the
    inner product with v. A wrong gradient agrees along a random direction with
    probability zero, and the differences estimate the size of its error
    (Johnson and Lindenstrauss, 1984).

    Parameters
    ----------
    f : callable
        Maps a named tuple like x to a number; it must accept complex arrays.
    x : named tuple of ndarrays of float64
        The point. It is not modified.
    gradient : named tuple or dict of ndarrays
        What is checked, an array for each of x, with or without a leading "d".
    rng : numpy.random.Generator
    directions : int
        How many directions, 1 or more, for each array.
    tolerance : float
        As for `compare`.

    Returns
    -------
    Comparison
        Its rows have one entry for each direction.

    Raises
    ------
    ValueError
        If the names or the shapes differ, or there is no direction.
    """
    if directions < 1:
        raise ValueError(f"directions is {directions}, expected 1 or more")
    gradient = _named(gradient, x._fields)
    got, expected = {}, {}
    for name, point in x._asdict().items():
        if np.shape(gradient[name]) != point.shape:
            raise ValueError(
                f"{name} is {np.shape(gradient[name])}, expected {point.shape}"
            )
        got[name], expected[name] = np.zeros(directions), np.zeros(directions)
        for d in range(directions):
            v = rng.normal(size=point.shape)
            along = x._replace(**{name: point + 1e-30j * v})
            got[name][d] = (gradient[name] * v).sum()
            expected[name][d] = np.imag(f(along)) / 1e-30
    return compare(got, expected, tolerance)


def step_errors(method, f, x, exact, steps):
    """Return the largest relative error of a method for each length of its step.

    Parameters
    ----------
    method : callable
        `numerical_gradient` or `complex_step_gradient`.
    f : callable
    x : array_like of float64
    exact : ndarray
        The derivative, as precise as it can be had.
    steps : sequence of float
        The values of h.

    Returns
    -------
    ndarray, shape (len(steps),)
    """
    scale = np.abs(exact).max()
    return np.array([np.abs(method(f, x, h) - exact).max() / scale for h in steps])


def _each_entry(f, x, partial):
    if isinstance(x, tuple):
        return x._replace(
            **{
                name: _each_entry(
                    lambda v, name=name: f(x._replace(**{name: v})), value, partial
                )
                for name, value in x._asdict().items()
            }
        )
    x = np.asarray(x, dtype=float)
    columns = [partial(f, x, index) for index in np.ndindex(x.shape)]
    return np.stack(columns, axis=-1).reshape(columns[0].shape + x.shape)


class Row(NamedTuple):
    """One compared array: its name, shape, relative error and worst entry."""

    name: str
    shape: tuple
    error: float
    index: tuple
    got: float
    expected: float


class Comparison:
    """The outcome of `compare`: ``rows``, ``tolerance``, ``ok``; prints as a table."""

    def __init__(self, rows, tolerance):
        self.rows, self.tolerance = rows, tolerance

    @property
    def ok(self):
        """Whether every array agrees."""
        return all(row.error <= self.tolerance for row in self.rows)

    def __str__(self):
        width = max(len(str(row.shape)) for row in self.rows)
        lines = [f"{'array':<6} {'shape':<{width}}  agrees to {self.tolerance:.0e}"]
        for row in self.rows:
            verdict = "yes"
            if not row.error <= self.tolerance:
                verdict = (
                    f"NO: at {row.index} got {row.got:.4g}, expected {row.expected:.4g}"
                )
            lines.append(f"{row.name:<6} {row.shape!s:<{width}}  {verdict}")
        return "\n".join(lines)

    __repr__ = __str__


def compare(got, expected, tolerance=1e-6):
    """Compare arrays with their references, name by name.

    Parameters
    ----------
    got, expected : named tuples or dicts of arrays
        With the same names, or with names that differ by a leading "d", so
        that ``dW3`` of `mlpnotes.network.Gradients` meets ``W3`` of
        `mlpnotes.network.Params`.
    tolerance : float
        The largest relative error that still agrees: the largest absolute
        difference in an array over the array's largest entry.

    Returns
    -------
    Comparison

    Raises
    ------
    ValueError
        If the names or the shapes differ.
    """
    expected = expected._asdict() if isinstance(expected, tuple) else dict(expected)
    got = _named(got, expected)
    rows = []
    for name, reference in expected.items():
        array, reference = np.asarray(got[name]), np.asarray(reference)
        if array.shape != reference.shape:
            raise ValueError(f"{name} is {array.shape}, expected {reference.shape}")
        difference = np.abs(array - reference)
        index = np.unravel_index(
            np.where(np.isnan(difference), np.inf, difference).argmax(), array.shape
        )
        scale = max(np.abs(array).max(), np.abs(reference).max(), np.finfo(float).tiny)
        rows.append(
            Row(
                name,
                array.shape,
                float(difference[index] / scale),
                tuple(map(int, index)),
                float(array[index]),
                float(reference[index]),
            )
        )
    return Comparison(rows, tolerance)


def _named(arrays, names):
    """Return the arrays as a dict with just these names, a leading "d" removed."""
    found = arrays._asdict() if isinstance(arrays, tuple) else dict(arrays)
    found = {n if n in names else n.removeprefix("d"): a for n, a in found.items()}
    if set(found) != set(names):
        raise ValueError(f"got {sorted(found)}, expected {sorted(names)}")
    return found
