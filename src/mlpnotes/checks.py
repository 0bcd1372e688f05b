"""What an argument must be: one sentence for each that is not.

Every function returns at once when all is well, and is asked before any work.
Shapes in a sentence are those of the array that was given.
"""

import math
import numbers
import reprlib

import numpy as np

NAMES = ("W1", "b1", "W2", "b2", "W3", "b3")
FLOATS = (np.float32, np.float64)
TWO_CLASSES = (
    "softmax of one output is always 1. Two classes are K = 2, with one_hot(labels, 2)"
)
BLOCK = 1000  # rows at a time, so that memory stays small


def check_params(params):
    """Raise if these are not six arrays of floats that fit together."""
    if getattr(params, "_fields", None) != NAMES:
        raise TypeError(
            f"params is {_got(params)}, expected Params ({', '.join(NAMES)})"
            f"{_way_to_params(params)}"
        )
    for name, p in zip(NAMES, params, strict=True):
        _check_array(name, p)
        if p.dtype.kind not in "fc":
            raise TypeError(f"{name} has dtype {p.dtype}, expected floats")
        if p.ndim != (dimensions := 1 if name[0] == "b" else 2):
            raise ValueError(
                f"{name} is {p.shape}, expected {dimensions} "
                f"dimension{'s' * (dimensions > 1)}"
            )
    real = [
        (n, p.dtype) for n, p in zip(NAMES, params, strict=True) if p.dtype.kind == "f"
    ]
    for name, dtype in real:
        if dtype != real[0][1]:
            raise TypeError(
                f"{name} is {dtype} but {real[0][0]} is {real[0][1]}: convert one"
            )
    width = params.W1.shape[0]
    for layer, (W, b) in enumerate(zip(params[::2], params[1::2], strict=True), 1):
        if W.shape[0] != width:
            hint = ": did you transpose it?" if W.shape[1] == width else ""
            raise ValueError(
                f"W{layer} is {W.shape} but a{layer - 1} has {width} columns{hint}"
            )
        if b.shape != W.shape[1:]:
            hint = f": did you transpose W{layer}?" if b.shape == W.shape[:1] else ""
            raise ValueError(f"b{layer} is {b.shape} but W{layer} is {W.shape}{hint}")
        width = W.shape[1]
    if width == 1:
        raise ValueError(f"W3 is {params.W3.shape}, one output: {TWO_CLASSES}")


def check_X(X, params, name="X"):
    """Raise if X is not rows of floats that these parameters take."""
    n0 = params.W1.shape[0]
    dtype = next((p.dtype for p in params if p.dtype.kind == "f"), np.dtype(float))
    _check_array(name, X)
    floats = X.dtype.kind in "fc"
    if not (floats and X.ndim == 2 and X.shape[1] == n0):
        hint = _way_to_rows(X, n0, dtype)
        if not floats:
            raise TypeError(
                f"{name} is {X.dtype} of shape {X.shape}, "
                f"expected floats of shape (n, {n0}){hint}"
            )
        raise ValueError(
            f"{name} is {X.shape}, expected (n, {n0}) as W1 is {params.W1.shape}{hint}"
        )
    if X.dtype.kind == "f" and X.dtype != dtype:
        raise TypeError(
            f"{name} is {X.dtype} but the parameters are {dtype}: "
            f"use X.astype(np.{dtype.name})"
        )


def check_rows(X, name="X"):
    """Raise if there is nothing to take the mean of."""
    if len(X) == 0:
        raise ValueError(f"{name} has no rows, expected one or more")


def check_y(y, shape, name="y"):
    """Raise if y is not numbers of this shape, (B, K)."""
    if np.ndim(y) == 1 or (np.ndim(y) == 2 and np.shape(y)[1] == 1):
        labels = "labels" if np.ndim(y) == 1 else "labels.ravel()"
        raise ValueError(
            f"{name} is {np.shape(y)}, expected {shape}: use one_hot({labels}, "
            f"{shape[1]})"
        )
    _check_array(name, y)
    if y.dtype.kind not in "biufc":
        raise TypeError(f"{name} is {y.dtype}, expected numbers: one-hot rows")
    if y.shape != shape:
        raise ValueError(
            f"{name} is {y.shape}, expected {shape}: a row for each of X, "
            "a column for each output"
        )


def check_data(params, X, y, name=""):
    """Raise if X and y are not what a network is trained and evaluated on."""
    check_X(X, params, f"{name}X")
    for array, array_name in zip((*params, X), (*NAMES, f"{name}X"), strict=True):
        if array.dtype not in FLOATS:
            raise TypeError(
                f"{array_name} is {array.dtype}, expected float32 or float64"
            )
    check_rows(X, f"{name}X")
    check_y(y, (len(X), params.W3.shape[1]), f"{name}y")
    if y.dtype.kind == "c":
        raise TypeError(f"{name}y is {y.dtype}, expected real numbers")
    check_finite(X, f"{name}X")
    check_finite(y, f"{name}y")
    for i in range(0, len(y), BLOCK):
        rows = y[i : i + BLOCK]
        sums, least = rows.sum(axis=1), rows.min(axis=1)
        bad = np.flatnonzero((abs(sums - 1) > 1e-3) | (least < 0))
        if bad.size:
            j = bad[0]
            raise ValueError(
                f"row {i + j} of {name}y has the sum {sums[j]:g} and the smallest "
                f"entry {least[j]:g}, expected probabilities, as one_hot(labels, "
                f"{y.shape[1]}) makes them: a sum of 1 and none below 0"
            )


def check_finite(array, name):
    """Raise if an entry is nan or infinite."""
    for i in range(0, len(array), BLOCK):
        finite = np.isfinite(array[i : i + BLOCK])
        if not finite.all():
            row, *column = np.argwhere(~finite)[0]
            where = (
                f"row {i + row}, column {column[0]}" if column else f"entry {i + row}"
            )
            raise ValueError(
                f"{name} is {array[(i + row, *column)]} in {where} "
                "(counted from 0), expected finite numbers"
            )


def check_shapes(arrays, params, name):
    """Raise if these are not arrays of the shapes of the parameters."""
    shapes = list(map(np.shape, params))
    if arrays is None or (found := list(map(np.shape, arrays))) != shapes:
        got = "None" if arrays is None else f"of shapes {found}"
        raise ValueError(f"{name} is {got}, expected arrays of shapes {shapes}")


def check_augmented(rows, shape, dtype):
    """Return what augment returned, or raise."""
    if not isinstance(rows, np.ndarray) or (rows.shape, rows.dtype) != (shape, dtype):
        got = _got(rows)
        if isinstance(rows, np.ndarray):
            got = f"{rows.shape} {rows.dtype}"
        raise ValueError(
            f"augment returned {got}, expected {shape} {dtype} as it was given"
        )
    check_finite(rows, "what augment returned")
    return rows


def check_labels(labels, n, K):
    """Raise if these are not n classes in 0, ..., K-1."""
    if labels.shape != (n,):
        ways = {(n, K): ": use labels.argmax(axis=1)", (n, 1): ": use labels.ravel()"}
        hint = ways.get(labels.shape, "")
        raise ValueError(f"labels are {labels.shape}, expected ({n},) like X{hint}")
    if labels.dtype.kind not in "iu":
        raise TypeError(
            f"labels are {labels.dtype}, expected integers from 0 to {K - 1}: "
            "if they stand for such, use labels.astype(int)"
        )
    outside = labels[(labels < 0) | (labels >= K)]
    if outside.size:
        raise ValueError(f"label {outside[0]} is outside 0, ..., {K - 1}")


def check_count(value, name, least):
    """Return an integer of any kind as an int, or raise."""
    if not isinstance(value, numbers.Integral) or isinstance(value, bool):
        error = TypeError
    elif value < least:
        error = ValueError
    else:
        return int(value)
    raise error(f"{name} is {_got(value)}, expected an integer, {least} or more")


def check_number(value, name, least=-math.inf, below=math.inf, most=math.inf):
    """Return a real number of any kind as a float, or raise."""
    if not isinstance(value, numbers.Real) or isinstance(value, bool):
        error = TypeError
    elif not (math.isfinite(value) and least <= value < below and value <= most):
        error = ValueError
    else:
        return float(value)
    limits = [f"at least {least:g}"] if least > -math.inf else []
    limits += [f"below {below:g}"] if below < math.inf else []
    limits += [f"at most {most:g}"] if most < math.inf else []
    expected = ", ".join(["a finite number", " and ".join(limits)]) if limits else ""
    raise error(f"{name} is {_got(value)}, expected {expected or 'a finite number'}")


def check_rng(rng):
    """Raise if this is no generator of random numbers."""
    if not isinstance(rng, np.random.Generator):
        seed = rng if isinstance(rng, numbers.Integral) else "seed"
        raise TypeError(
            f"rng is {_got(rng)}, expected a numpy.random.Generator: "
            f"use np.random.default_rng({seed})"
        )


def check_flag(value, name):
    """Raise if this is neither True nor False."""
    if not isinstance(value, bool | np.bool_):
        raise TypeError(f"{name} is {_got(value)}, expected True or False")


def check_pair(value, name):
    """Return a pair (X, y), or raise."""
    if not isinstance(value, tuple | list) or len(value) != 2:
        raise TypeError(f"{name} is {_got(value)}, expected a pair (X, y)")
    return value


def check_callable(function, name):
    """Raise if this can be neither called nor left out."""
    if not (function is None or callable(function)):
        raise TypeError(f"{name} is {_got(function)}, expected a function or None")


def _check_array(name, array):
    """Raise if this is no plain array of NumPy."""
    if isinstance(array, np.ndarray) and not isinstance(
        array, np.matrix | np.ma.MaskedArray
    ):
        return
    way = f"np.asarray({name.split()[-1]})"  # no dtype: integers are pixels
    for method in ("filled", "toarray"):  # of masked arrays and of sparse ones
        if hasattr(array, method):
            way = f"its method {method}"
    raise TypeError(f"{name} is {_got(array)}, expected a NumPy array: use {way}")


def _way_to_params(value):
    """Return a hint for those who have the parameters in another form."""
    if getattr(getattr(value, "params", None), "_fields", None) == NAMES:
        return ": use its .params"
    if isinstance(value, dict) and set(value) == set(NAMES):
        return ": use Params(**params)"
    if isinstance(value, tuple | list) and len(value) == len(NAMES):
        return ": use Params(*params)"
    return ", as init_params makes it"


def _way_to_rows(X, n0, dtype):
    """Return a hint for those who have images, pixels or one observation."""
    if X.dtype.kind not in "biuf" or X.size == 0:
        return ""
    if X.shape[1:] == (n0,):
        way = "X"
    elif X.size == n0:
        way = "X.reshape(1, -1)"
    elif X.shape[:1] == (n0,) and X.ndim == 2:
        way = "X.T"
    elif X.ndim > 2 and X.size == len(X) * n0:
        way = "images.reshape(len(images), -1)"
    else:
        return ""
    if X.min() >= 0 and 1 < X.max() <= 255:  # pixels, whatever their dtype
        way = f"{way.replace('X', 'images')} / 255"
        if dtype != np.float64:
            way = f"({way}).astype(np.{dtype.name})"
    elif X.dtype != dtype:
        way += f".astype(np.{dtype.name})"
    return f": use {way}"


def _got(value):
    """Return a few words for what was given."""
    if type(value) is np.ndarray:
        return f"an array of shape {value.shape}"
    if value is None or isinstance(value, str | numbers.Number | np.generic):
        return reprlib.repr(value)
    size = f" of {len(value)}" if isinstance(value, tuple | list | dict) else ""
    kind = type(value).__name__
    return f"{'an' if kind[0] in 'AEIOUaeiou' else 'a'} {kind}{size}"
