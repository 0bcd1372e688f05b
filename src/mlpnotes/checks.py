"""What an argument must be: one sentence for each that is not.

Every function returns at once when all is well, and is asked before any work.
Shapes in a sentence are those of the array that was given.
"""

import contextlib
import math
import numbers
import reprlib

import numpy as np

NAMES = ("W1", "b1", "W2", "b2", "W3", "b3")
ACTIVATIONS = ("X", "z1", "a1", "z2", "a2", "z3", "y_hat")
FLOATS = (np.float32, np.float64)
DIGIT = (28, 28)
TWO_CLASSES = (
    "softmax of one output is always 1. Two classes are K = 2, with one_hot(labels, 2)"
)
BLOCK = 1000  # rows at a time, so that memory stays small


def check_params(params):
    """Raise if these are not six arrays of floats that fit together."""
    if getattr(type(params), "_fields", None) != NAMES:
        raise TypeError(
            f"params is {short(params)}, expected Params ({', '.join(NAMES)})"
            f"{_way_to_params(params)}"
        )
    for name, p in zip(NAMES, params, strict=True):
        _check_array(name, p)
        if p.dtype.char not in "fdFD" or not p.dtype.isnative:
            raise TypeError(
                f"{name} has dtype {p.dtype}, expected floats of 32 or 64 bits in this "
                f"machine's byte order{_way_to_floats(params)}"
            )
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
        hint = _way_to_rows(X, n0, dtype, name)
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
            f"{name} is {X.dtype} but the parameters are {dtype}"
            f"{_way_to_rows(X, n0, dtype, name)}"
        )


def check_rows(X, name="X"):
    """Raise if there is nothing to take the mean of."""
    if len(X) == 0:
        raise ValueError(f"{name} has no rows, expected one or more")


def check_y(y, shape, dtype=None, name="y"):
    """Return y, in a dtype that keeps this one, or raise if it is not (B, K)."""
    _check_array(name, y)
    if y.dtype.kind not in "biufc":
        raise TypeError(f"{name} is {y.dtype}, expected numbers: one-hot rows")
    if y.shape != shape:
        B, K = shape
        way = "a row for each of X, a column for each output"
        if y.shape == (K,) and B == 1:
            way = f"use {_code(name)}.reshape(1, -1)"
        elif y.dtype.kind in "iu" and y.shape in ((B,), (B, 1)):
            way = f"use one_hot({'labels' if y.ndim == 1 else 'labels.ravel()'}, {K})"
        raise ValueError(f"{name} is {y.shape}, expected {shape}: {way}")
    if dtype is None or (y.dtype.kind == "c" and dtype.kind != "c"):
        return y
    return y if np.promote_types(y.dtype, dtype) == dtype else y.astype(dtype)


def check_acts(acts, params):
    """Raise if these are no parameters, or not the activations of their sizes."""
    check_params(params)
    if getattr(type(acts), "_fields", None) != ACTIVATIONS:
        raise TypeError(
            f"acts is {short(acts)}, expected Activations, as forward returns them"
        )
    n0, n1, n2, K = (*params.W1.shape, *params.W3.shape)
    widths = (n0, n1, n1, n2, n2, K, K)
    for name, a, width in zip(ACTIVATIONS, acts, widths, strict=True):
        _check_array(f"acts.{name}", a)
        if a.shape != (shape := (*acts.X.shape[:1], width)):
            raise ValueError(
                f"acts.{name} is {a.shape}, expected {shape}: "
                "use what forward returns for these parameters"
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
    check_y(y, (len(X), params.W3.shape[1]), name=f"{name}y")
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


def check_step(params, **others):
    """Raise if these are not arrays of the same shapes; all but the step change."""
    shapes = None
    for name, arrays in (("params", params), *others.items()):
        listed = isinstance(arrays, tuple | list) and all(map(_is_plain, arrays))
        found = [a.shape for a in arrays] if listed else None
        shapes = shapes or found
        if not listed or found != shapes:
            got = f"of shapes {reprlib.repr(found)}" if listed else short(arrays)
            expected = f"arrays of shapes {shapes}" if shapes else "a list of arrays"
            raise ValueError(f"{name} is {got}, expected {expected}")
        for a, p in zip(arrays, params, strict=True):
            if a.dtype.kind not in "fc" or a.dtype.kind != p.dtype.kind:
                kind = "floats" if arrays is params else f"{p.dtype} as params do"
                raise TypeError(f"{name} holds {a.dtype}, expected {kind}")
            if name != "step" and not a.flags.writeable:
                raise ValueError(
                    f"{name} holds a read-only array, expected arrays to change: "
                    "use copies"
                )


def check_augmented(rows, shape, dtype):
    """Return what augment returned, or raise."""
    plain = _is_plain(rows)
    if not plain or (rows.shape, rows.dtype) != (shape, dtype):
        got = f"{rows.shape} {rows.dtype}" if plain else short(rows)
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


def check_count(value, name, least, most=math.inf):
    """Return an integer of any kind as an int, or raise."""
    if not isinstance(value, numbers.Integral) or isinstance(value, bool):
        error = TypeError
    elif not least <= value <= most:
        error = ValueError
    else:
        return int(value)
    limit = f" and at most {most}" if most < math.inf else ""
    raise error(
        f"{name} is {short(value)}, expected an integer, {least} or more{limit}"
    )


def check_number(value, name, least=-math.inf, below=math.inf, most=math.inf):
    """Return a real number of any kind as a float, or raise."""
    if not isinstance(value, numbers.Real) or isinstance(value, bool):
        error = TypeError
    else:
        error, number = ValueError, math.inf
        with contextlib.suppress(OverflowError):  # of 10**400
            number = float(value)
        if math.isfinite(number) and least <= number < below and number <= most:
            return number
    limits = [f"at least {least:g}"] if least > -math.inf else []
    limits += [f"below {below:g}"] if below < math.inf else []
    limits += [f"at most {most:g}"] if most < math.inf else []
    expected = ", ".join(["a finite number", " and ".join(limits)]) if limits else ""
    raise error(f"{name} is {short(value)}, expected {expected or 'a finite number'}")


def check_dtype(dtype):
    """Raise if this is neither float32 nor float64."""
    got, known = dtype, False
    with contextlib.suppress(TypeError):
        got, known = np.dtype(dtype), np.dtype(dtype) in FLOATS
    if not known:
        got = got if isinstance(got, np.dtype) else short(got)
        raise ValueError(f"dtype is {got}, expected float32 or float64")


def check_rng(rng):
    """Raise if this is no generator of random numbers."""
    if not isinstance(rng, np.random.Generator):
        seed = rng if isinstance(rng, numbers.Integral) and rng >= 0 else "seed"
        raise TypeError(
            f"rng is {short(rng)}, expected a numpy.random.Generator: "
            f"use np.random.default_rng({seed})"
        )


def check_flag(value, name):
    """Raise if this is neither True nor False."""
    if not isinstance(value, bool | np.bool_):
        raise TypeError(f"{name} is {short(value)}, expected True or False")


def check_pair(value, name):
    """Return a pair (X, y), or raise."""
    if not isinstance(value, tuple | list) or len(value) != 2:
        raise TypeError(f"{name} is {short(value)}, expected a pair (X, y)")
    return value


def check_callable(function, name):
    """Raise if this can be neither called nor left out."""
    if not (function is None or callable(function)):
        raise TypeError(f"{name} is {short(function)}, expected a function or None")


def as_array(name, array):
    """Return a plain array of what can be one, or raise: no mask is dropped."""
    if isinstance(array, np.ma.MaskedArray):
        raise TypeError(
            f"the mask of {name} would be lost: fill it with numbers that you choose, "
            f"as {name}.filled(0) does"
        )
    try:
        return np.asarray(array)
    except ValueError as error:
        raise ValueError(f"{name} has rows of different lengths") from error


def overflow(params, X):
    """Return what to say where the sums of finite entries are not finite."""
    name, size = largest(params, X)
    return (
        f"the forward pass leaves the finite numbers: {name} has entries of size "
        f"{size:g}, bring them near 1"
    )


def is_finite(acts):
    """Tell whether every sum of a forward pass is finite."""
    return all(np.isfinite(z).all() for z in (acts.z1, acts.z2, acts.z3))


def largest(params, X):
    """Return the name of the array with the largest entry, and the entry's size."""
    arrays = {"X": X, **params._asdict()}
    sizes = {n: max(a.real.max(), -a.real.min()) for n, a in arrays.items()}
    name = max(sizes, key=sizes.get)
    return name, sizes[name]


def _is_plain(array):
    """Tell whether this is an array of NumPy that no mask or matrix changes."""
    return type(array) is np.ndarray or (
        isinstance(array, np.ndarray)
        and not isinstance(array, np.matrix | np.ma.MaskedArray)
    )


def _check_array(name, array):
    """Raise if this is no plain array of NumPy."""
    if not _is_plain(array):
        raise TypeError(
            f"{name} is {short(array)}, expected a NumPy array"
            f"{_way_to_array(array, _code(name))}"
        )


def _code(name):
    """Return what stands for an argument in a line of code."""
    return {"validation X": "validation[0]", "validation y": "validation[1]"}.get(
        name, name
    )


def _way_to_array(value, code):
    """Return a hint for those who have the numbers in another form."""
    for method, arguments in (("filled", "0"), ("toarray", "")):  # masked, sparse
        if hasattr(value, method):
            return f": use {code}.{method}({arguments})"
    try:
        array = np.asarray(value)
    except Exception as error:  # a list of lists, or a tensor of other memory
        ragged = isinstance(value, tuple | list) and isinstance(error, ValueError)
        return ": its entries have different lengths" if ragged else ""
    if array.ndim and array.dtype.kind in "biufc":
        return f": use np.asarray({code})"  # no dtype: integers are pixels
    return ""


def _way_to_floats(params):
    """Return a hint for those whose parameters are numbers of other kinds."""
    if not all(_is_plain(p) and p.dtype.kind in "biuf" for p in params):
        return ""
    return ": use Params(*(p.astype(np.float64) for p in params))"


def _way_to_params(value):
    """Return a hint for those who have the parameters in another form."""
    if getattr(getattr(value, "params", None), "_fields", None) == NAMES:
        return ": use its .params"
    if isinstance(value, dict) and set(value) == set(NAMES):
        return ": use Params(**params)"
    if isinstance(value, tuple | list) and len(value) == len(NAMES):
        return ": use Params(*params)"
    return ", as init_params makes it"


def _way_to_rows(X, n0, dtype, name):
    """Return a hint for those who have images, pixels or one observation."""
    if X.dtype.kind not in "biuf" or X.size == 0:
        return ""
    code = _code(name)
    if X.shape[1:] == (n0,):
        way = code
    elif X.shape in ((n0,), DIGIT) and X.size == n0:
        way = f"{code}.reshape(1, -1)"
    elif X.shape[:1] == (n0,) and X.ndim == 2:
        way = f"{code}.T"
    elif X.ndim > 2 and X.size == len(X) * n0:
        way = f"{code}.reshape(len({code}), -1)"
    else:
        return ""
    made = X.dtype if X.dtype.kind == "f" else np.dtype(np.float64)
    if not _are_pixels(X, n0):
        made = X.dtype
    elif made == dtype:
        way += " / 255"
    else:
        way = f"({way} / 255)"
    if made != dtype:
        way += f".astype(np.{dtype.name})"
    return f": use {way}"


def _are_pixels(X, n0):
    """Tell whether these are bytes of images, on evidence alone."""
    if X.min() < 0 or not 16 < X.max() <= 255:
        return False
    images = X.dtype == np.uint8 or (X.dtype.kind in "iu" and X.ndim > 2)
    return n0 == DIGIT[0] * DIGIT[1] or (images and X.size > n0)


def short(value):
    """Return a few words for what was given."""
    if type(value) is np.ndarray:
        return f"an array of shape {value.shape}"
    if isinstance(value, type):
        return f"the class {value.__name__}"
    if isinstance(value, int) and abs(value) > 10**40:
        return f"an integer of {value.bit_length()} bits"
    if value is None or isinstance(value, str | numbers.Number | np.generic):
        return reprlib.repr(value)
    size = f" of {len(value)}" if isinstance(value, tuple | list | dict) else ""
    return f"{kind_of(value)}{size}"


def kind_of(value):
    """Return the name of a value's type with its article."""
    kind = type(value).__name__
    return f"{'an' if kind[0] in 'AEIOUaeiou' else 'a'} {kind}"
