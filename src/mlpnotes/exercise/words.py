"""What an answer is, how it differs from the right one, what it raised: in words."""

import numbers

import numpy as np

from mlpnotes.checks import kind_of
from mlpnotes.gradcheck import agree

HOLDERS = {tuple: "a tuple", list: "a list", np.ndarray: "an array"}
# what `kind` says of usable numbers
NUMBER = "a number", "a complex number"
NUMERIC = *NUMBER, *(f"{holder} of numbers" for holder in HOLDERS.values())


def said(error):
    """Return an exception in words, also one that cannot be printed."""
    try:
        return f"{type(error).__name__}: {error}"
    except Exception:
        return type(error).__name__


def as_numbers(answer):
    """Return numbers, fractions among them, as an array."""
    array = np.asarray(answer)
    if array.dtype != object:
        return array
    if any(x is None for x in array.flat):
        raise TypeError("None is no number")  # to NumPy it would be NaN
    return array.astype(float)


def kind(answer):
    """Return what an answer is, in words."""
    if answer is None:
        return "None"
    if isinstance(answer, bool | np.bool_):
        return f"the truth value {answer}"
    if isinstance(answer, numbers.Real):
        try:
            return "a number" if np.isfinite(float(answer)) else f"{float(answer)}"
        except OverflowError:
            return "an integer beyond all floats"
    if isinstance(answer, str):
        return "a text"
    if callable(answer):
        return "a function"
    try:
        array = as_numbers(answer)
        numeric = np.issubdtype(array.dtype, np.number) and not np.ma.is_masked(answer)
    except (TypeError, ValueError):
        numeric = False
    holder = HOLDERS.get(type(answer), "an array")
    if not numeric:
        plain = type(answer) is np.ndarray
        return f"an array of dtype {answer.dtype}" if plain else kind_of(answer)
    if not array.size:
        return f"{holder} with nothing in it"
    if not np.isfinite(array).all():
        return f"{holder} with infinities or NaN in it"
    return f"{holder} of numbers" if array.ndim else NUMBER[np.iscomplexobj(array)]


def difference(got, expected, rtol, atol):
    """Return in words how two arrays differ, without the expected numbers, or ""."""
    if got.shape != expected.shape:
        return f"its shape is {got.shape}, expected {expected.shape}"
    near = np.isclose(got, expected, rtol=rtol, atol=atol)
    if near.all():
        return ""
    if np.iscomplexobj(got) and not np.iscomplexobj(expected):
        return "it is complex, expected real numbers"
    if got.dtype == np.float32 and agree(got, expected, 1e-4, 1e-6):
        return "right to the digits of float32: compute in float64"
    if np.isclose(got, expected, rtol=0.02, atol=atol).all():
        return "close, but not to as many digits as are asked for"
    if not got.shape:
        return f"{got:g} is too {'large' if got > expected else 'small'}"
    if got.dtype.kind in "iu" and (expected != np.round(expected)).any():
        return f"it is an array of integers ({got.dtype}), expected floats"
    if agree(got, -expected, rtol, atol):
        return "the sign is wrong, everywhere"
    if got.shape == got.T.shape and agree(got, expected.T, rtol, atol):
        return "it is transposed"
    factor = np.vdot(expected, got) / (np.vdot(expected, expected).real or 1)
    if (
        got.size > 2
        and abs(factor) > 1e-100
        and agree(got / factor, expected, max(rtol, 1e-9), atol)
    ):
        return f"it is {factor:.3g} times what it should be, everywhere"
    return f"{near.sum()} of its {near.size} entries are right"
