"""Derivatives that share no code with the formulas, and a table to compare.

Each method takes any function and any point. For an f that returns an array,
the derivative's shape is f's shape followed by the point's: the generalized
Jacobian of Johnson (2017).
"""

import numbers
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from mlpnotes.checks import check_number, check_rng, short
from mlpnotes.functions import as_floats


def numerical_gradient(f, x, h=1e-6):
    """Return the derivative of f at x by central differences.

    Parameters
    ----------
    f : callable
        Maps an array of x's shape (or a tuple like x) to a number or an array.
    x : array_like of real numbers, or a named tuple of such arrays
        The point, in float64. It is not modified.
    h : float
        Half the distance of the two points, above 0; the error is of order h**2,
        plus rounding of order 1e-16/h.

    Returns
    -------
    ndarray of shape f(x).shape + x.shape, or a tuple of them like x

    Raises
    ------
    TypeError
        If x does not hold real numbers, or f does not return numbers.
    ValueError
        If x is empty, or h is out of its range.
    """
    _check_step(h)

    def partial(f, x, index):
        step = np.zeros(x.shape)
        step[index] = h
        above, below = (as_floats("f(x)", f(point)) for point in (x + step, x - step))
        return (above - below) / (2 * h)

    return _each_entry(f, x, partial)


def complex_step_gradient(f, x, h=1e-30):
    """Return the derivative of f at x by the complex step, Im f(x + ih)/h.

    Nothing is subtracted, so nothing cancels: for an analytic f the result is
    right to rounding (Squire and Trapp, 1998).

    Parameters
    ----------
    f : callable
        As for `numerical_gradient`; it must accept complex arrays.
    x : array_like of real numbers, or a named tuple of such arrays
        The point, in float64. It is not modified.
    h : float
        The length of the imaginary step, above 0.

    Returns
    -------
    ndarray of shape f(x).shape + x.shape, or a tuple of them like x

    Raises
    ------
    TypeError
        If x does not hold real numbers, or f returns real values: somewhere it
        drops the imaginary part.
    ValueError
        If x is empty, or h is out of its range.
    """
    _check_step(h)

    def partial(f, x, index):
        point = x.astype(complex)
        point[index] += 1j * h
        return _imaginary(f(point)) / h

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
    x : array_like of real numbers, or a named tuple of such arrays
        The point, in float64. It is not modified.

    Returns
    -------
    ndarray of x's shape, or a tuple of them like x

    Raises
    ------
    TypeError
        If x does not hold real numbers, or f does not return one.
    """
    from autograd import grad

    if not hasattr(x, "_fields"):
        return grad(f)(_float64("x", x))
    each = grad(lambda *arrays: f(x._make(arrays)), argnum=tuple(range(len(x))))
    return x._make(each(*map(_float64, x._fields, x)))


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
    x : named tuple of arrays of real numbers
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
    TypeError
        If x is no named tuple, an array does not hold real numbers, f returns
        real values as in `complex_step_gradient`, or rng is no generator.
    ValueError
        If the names or the shapes differ, there is no direction, or f returns an
        array.
    """
    counted = isinstance(directions, numbers.Integral) and directions is not True
    if not counted or directions < 1:
        raise ValueError(f"directions is {short(directions)}, expected 1 or more")
    tolerance = check_number(tolerance, "tolerance", least=0)
    check_rng(rng)
    if not hasattr(x, "_fields"):
        raise TypeError(f"x is of type {type(x).__name__}, expected a named tuple")
    gradient = {n: _float64(n, g) for n, g in _named(gradient, x._fields).items()}
    points = {n: _float64(n, point) for n, point in x._asdict().items()}
    for name, point in points.items():
        if gradient[name].shape != point.shape:
            raise ValueError(
                f"{name} is {gradient[name].shape}, expected {point.shape}"
            )
    got, expected = {}, {}
    for name, point in points.items():
        got[name], expected[name] = np.zeros(directions), np.zeros(directions)
        for d in range(directions):
            v = rng.normal(size=point.shape)
            value = _imaginary(f(x._replace(**{name: point + 1e-30j * v})))
            if value.ndim:
                raise ValueError(f"f returned shape {value.shape}, expected a number")
            got[name][d] = (gradient[name] * v).sum()
            expected[name][d] = value / 1e-30
    return compare(got, expected, tolerance)


def step_errors(method, f, x, exact, steps):
    """Return the largest relative error of a method for each length of its step.

    Parameters
    ----------
    method : callable
        `numerical_gradient` or `complex_step_gradient`.
    f : callable
    x : array_like of real numbers
    exact : array_like of real numbers
        The derivative, as precise as it can be had.
    steps : sequence of float
        The values of h.

    Returns
    -------
    ndarray, shape (len(steps),)

    Raises
    ------
    TypeError
        If an argument does not hold real numbers.
    ValueError
        If exact has another shape than the derivative, or no finite entry but 0.
    """
    exact = _float64("exact", exact)
    scale = np.abs(exact).max(initial=0)
    if not 0 < scale < np.inf:
        raise ValueError(f"exact has the size {scale}, expected it finite, above 0")
    errors = []
    for h in steps:
        derivative = method(f, x, h)
        if derivative.shape != exact.shape:
            raise ValueError(f"exact is {exact.shape}, expected {derivative.shape}")
        errors.append(np.abs(derivative - exact).max() / scale)
    return np.array(errors)


def _check_step(h):
    """Raise one clear sentence if h is no length."""
    if not (isinstance(h, numbers.Real) and 0 < h < np.inf):
        raise ValueError(f"h is {short(h)}, expected a number above 0")


def _float64(name, array):
    """Return an array of real numbers as float64."""
    array = as_floats(name, array)
    if np.iscomplexobj(array):
        raise TypeError(f"{name} has dtype {array.dtype}, expected real numbers")
    return array.astype(np.float64)


def _imaginary(value):
    """Return the imaginary part of what f made of a complex argument."""
    value = as_floats("f(x)", value)
    if not np.iscomplexobj(value):
        raise TypeError(
            f"f returned {value.dtype} for a complex argument, expected complex: "
            "it drops the imaginary part (by abs, .real or a cast)"
        )
    return value.imag


def _each_entry(f, x, partial, name="x"):
    """Return the partial derivatives of f by each entry of x, one after the other."""
    if hasattr(x, "_fields"):

        def derivative(name, array):
            return _each_entry(
                lambda v: f(x._replace(**{name: v})), array, partial, name
            )

        return x._make(map(derivative, x._fields, x))
    x = _float64(name, x)
    if x.size == 0:
        raise ValueError(f"{name} is {x.shape}, expected one entry or more")
    columns = [partial(f, x, index) for index in np.ndindex(x.shape)]
    return np.stack(columns, axis=-1).reshape(columns[0].shape + x.shape)


def agree(got, expected, rtol=1e-11, atol=1e-14):
    """Return whether two arrays have the same shape and, nearly, the same numbers.

    Parameters
    ----------
    got, expected : array_like
        Real or complex.
    rtol, atol : float
        An entry may differ by atol plus rtol times the expected entry. By
        default that is eleven digits: far more than a wrong formula gives, and
        what rounding leaves of float64.

    Returns
    -------
    bool
        False if the shapes differ: nothing is broadcast.

    Examples
    --------
    >>> agree([1.0, 2.0], [1.0, 2.0 + 1e-12]), agree([1.0], 1.0)
    (True, False)
    """
    return np.shape(got) == np.shape(expected) and bool(
        np.allclose(got, expected, rtol=rtol, atol=atol)
    )


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
    TypeError
        If an argument is neither a named tuple nor a dict, an array does not
        hold real numbers, or tolerance is no number.
    ValueError
        If the names or the shapes differ, there is nothing to compare, or
        tolerance is negative or not finite.
    """
    tolerance = check_number(tolerance, "tolerance", least=0)
    expected = _as_dict(expected)
    got = _named(got, expected)
    if not expected:
        raise ValueError("there are no arrays to compare")
    rows = []
    for name, reference in expected.items():
        array, reference = _float64(name, got[name]), _float64(name, reference)
        if array.shape != reference.shape:
            raise ValueError(f"{name} is {array.shape}, expected {reference.shape}")
        if array.size == 0:
            raise ValueError(f"{name} is {array.shape}: it has nothing to compare")
        with np.errstate(invalid="ignore", over="ignore"):
            difference = np.abs(array - reference)
        index = np.unravel_index(
            np.where(np.isnan(difference), np.inf, difference).argmax(), array.shape
        )
        scale = max(np.abs(array).max(), np.abs(reference).max(), np.finfo(float).tiny)
        with np.errstate(invalid="ignore"):  # of infinities: they never agree
            error = difference[index] / scale
        rows.append(
            Row(
                name,
                array.shape,
                float(error),
                tuple(map(int, index)),
                float(array[index]),
                float(reference[index]),
            )
        )
    return Comparison(rows, tolerance)


def _named(arrays, names):
    """Return the arrays as a dict with just these names, a leading "d" removed."""
    found = _as_dict(arrays)
    renamed = [name if name in names else name.removeprefix("d") for name in found]
    if sorted(renamed) != sorted(names):
        raise ValueError(f"got {sorted(found)}, expected {sorted(names)}")
    return dict(zip(renamed, found.values(), strict=True))


def _as_dict(arrays):
    if hasattr(arrays, "_asdict"):
        return arrays._asdict()
    if not isinstance(arrays, Mapping):
        raise TypeError(
            f"got {type(arrays).__name__}, expected a named tuple or a dict of arrays"
        )
    return dict(arrays)
