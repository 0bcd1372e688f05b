"""What came back: the arrays by name, and whether one can be used."""

import contextlib
import inspect
import numbers
import re

import numpy as np

from mlpnotes.checks import kind_of
from mlpnotes.network import Params
from mlpnotes.tutor.calling.names import plain
from mlpnotes.tutor.calling.source import HUGE
from mlpnotes.tutor.known import PARAMETERS
from mlpnotes.tutor.mistakes.lines import EQUATIONS
from mlpnotes.tutor.rows import MISSING, NONFINITE, SHAPE, TYPE, row

SIX = tuple(f"d{n}" for n in Params._fields)
ORDERS = (  # of six items in a tuple
    SIX,
    PARAMETERS,
    *(tuple(f"d{p}{k}" for p in pair for k in layers)
      for pair in ("Wb", "bW") for layers in ("123", "321")),
)  # fmt: skip


def spelled(key):
    """Return a key without case, underscores and "grad": dw1 for "grad_W1"."""
    letters = plain(key) if isinstance(key, str) else ""
    if "grad" not in letters:
        return letters
    return re.sub(r"^([wb]\d)$", r"d\1", letters.replace("grad", ""))


def named(value, problem, order=None):
    """Return the arrays by line, and a complaint if they are of no known form.

    Parameters
    ----------
    value : object
        What the student's function returned.
    problem : Problem
    order : list of str, optional
        The names of the items of a tuple, if they are known already.
    """
    if value is None:
        return {}, "Your function returned None: is the return statement missing?"
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        by_key = _by_key(value._asdict(), problem)
        if by_key[0]:
            return by_key
    if isinstance(value, dict):
        return _by_key(value, problem)
    if not isinstance(value, tuple | list):
        expected = "11 or 6" if isinstance(value, np.ndarray) else "11 or 6 arrays"
        complaint = f"Your function returned {_kind(value)}, expected {expected}."
        if inspect.iscoroutine(value):
            value.close()
        yields = inspect.isgenerator(value) and value.gi_code.co_name != "<genexpr>"
        return {}, complaint + " Write return, not yield." * yields
    if len(value) not in (6, 11):
        items = f"{len(value)} item{'s' * (len(value) != 1)}"
        return {}, f"Your function returned {items}, expected 11 or 6."
    if len(value) == 11:
        return dict(zip(EQUATIONS, value, strict=True)), ""
    return dict(zip(order or _order(value, problem), value, strict=True)), ""


def _kind(value):
    """Return what came back in place of arrays, in words."""
    if isinstance(value, np.ndarray):
        return "one array"
    if isinstance(value, numbers.Number) and not isinstance(value, bool):
        return "one number"
    return kind_of(value)


def _by_key(value, problem):
    """Return the lines that a dict holds; W1 means dW1 if it is not W1 itself."""
    keys = {spelled(key): key for key in reversed(value)}
    keys |= {name.lower(): name for name in EQUATIONS if name in value}
    found = {n: value[keys[n.lower()]] for n in EQUATIONS if n.lower() in keys}
    alone = not any(name in found for name in SIX)
    for name, parameter in zip(SIX, problem.params, strict=True):
        key = keys.get(name[1:].lower())
        is_new = key is not None and (alone or not _is(value[key], parameter))
        if name not in found and is_new:
            found[name] = value[key]
    if any(name in found for name in EQUATIONS):
        return {n: found[n] for n in EQUATIONS if n in found}, ""
    got = f"has the keys {[str(k) for k in value][:6]}" if value else "is empty"
    return {}, f"Your dict {got}, expected {', '.join(SIX)}."


def _is(array, parameter):
    """Return whether an array is the parameter that the function was given."""
    same = isinstance(array, np.ndarray) and array.size == parameter.size
    return same and np.array_equal(np.asarray(array).ravel(), parameter.ravel())


def _order(value, problem):
    """Return the names of six items, by their shapes as far as these tell."""
    shapes = {n: getattr(problem.params, n[1:]).shape for n in SIX}

    def fits(name, array):
        shape = np.shape(array) if isinstance(array, np.ndarray) else None
        return shape in (shapes[name], (1, *shapes[name]))

    own = [next((n for n in SIX if fits(n, array)), "") for array in value]
    if set(own) == set(SIX):  # all six shapes differ, and each is there
        return own
    return max(ORDERS, key=lambda names: sum(map(fits, names, value)))


def usable(array, name, problem):
    """Return an array in our shape, or None with the row that says what is wrong."""
    final = problem.shape(name)
    dtype = problem.y.dtype
    if array is None or array is ...:
        detail = f"It is {'None' if array is None else '...'}: "
        detail += "this line is still to be written."
        return None, row(name, MISSING, detail)
    if not isinstance(array, np.ndarray | np.generic):
        detail = f"It is {kind_of(array)}, expected a NumPy array"
        if isinstance(array, list | tuple) and not has_shape(array, final):
            detail += f" of shape {_letters(problem, final)}"
        return None, row(name, TYPE, f"{detail}.")
    if np.ma.isMaskedArray(array):
        detail = "It is a masked array, expected a plain NumPy array."
        return None, row(name, TYPE, detail)
    array = np.asarray(array)
    if array.dtype.kind != "f" or array.dtype.itemsize < 4:
        detail = f"It has dtype {array.dtype}, expected {dtype}."
        return None, row(name, TYPE, detail)
    if name.startswith("db") and array.shape == (1, *final):
        array = array[0]
    if array.shape != final:
        got, expected = (_letters(problem, s) for s in (array.shape, final))
        return None, row(name, SHAPE, f"It has shape {got}, expected {expected}.")
    if not np.isfinite(array).all():
        detail = "It has entries that are NaN or infinite."
        return None, row(name, NONFINITE, detail)
    return np.array(array, dtype), None


def has_shape(value, shape):
    """Return whether an array, or lists of numbers, have this shape."""
    with contextlib.suppress(Exception):  # rows of different lengths
        return np.shape(value) == shape
    return False


def _letters(problem, shape):
    """Return a shape in the letters of the notes, (B, K), where the sizes tell."""
    letters = {n: s for s, n in problem.sizes().items()}
    if len(letters) < 5:
        letters = {}
    parts = [letters.get(n, str(n)) for n in shape]
    return f"({', '.join(parts)}{',' * (len(parts) == 1)})"


def shared(got, overlap):
    """Return the pairs of lines whose arrays are one, or overlap, in memory.

    Parameters
    ----------
    got : dict of str to object
    overlap : callable
        Whether two arrays that were returned do: see `Caller`.
    """
    small = {
        n: a for n, a in got.items()
        if isinstance(a, np.ndarray) and 0 < a.size <= HUGE
    }  # fmt: skip
    names = list(small)
    return [
        (a, b) for i, a in enumerate(names) for b in names[i + 1 :]
        if overlap(small[a], small[b])
    ]  # fmt: skip
