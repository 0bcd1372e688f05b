"""A student's values, made again of what their process told: alike for the tutor."""

import math
import numbers
import re

import numpy as np

from mlpnotes.grading.apart.replies import Odd, number, one_of, text

DTYPE = re.compile(r"[<>|=]([biufcOSUV]\d{0,9}|[mM]8(\[\d{0,9}\w{1,2}\])?)")
BASES = {
    c.__name__: c for c in (dict, list, tuple, str, int, float, complex, object)
}  # fmt: skip
ENTRY = 1000  # bytes of one entry


class Values:
    """Makes the values of one reply.

    Parameters
    ----------
    arrays : list of ndarray
        What the tree refers to by number.
    """

    def __init__(self, arrays):
        self.arrays = arrays

    def container(self, told):
        """Return a value with its items."""
        if isinstance(told, dict) and "dict" in told:
            return {_key(k): self.leaf(v) for k, v in told["dict"]}
        if not isinstance(told, dict) or "items" not in told:
            return self.leaf(told)
        items = [self.leaf(v) for v in told["items"]]
        base = tuple if one_of(told["base"], ("tuple", "list")) == "tuple" else list
        members = {}
        if number(told["length"]) != len(items):
            members["__len__"] = lambda self, n=told["length"]: n
        if "fields" in told:
            fields = [_key(n) for n in told["fields"]]
            if len(fields) != len(items):
                raise Odd
            pairs = dict(zip(fields, items, strict=True))
            members["_asdict"] = lambda self: pairs
        return type(base.__name__, (base,), members)(items) if members else base(items)

    def leaf(self, told):
        """Return a value that is not looked into."""
        if told is None or told == "...":
            return None if told is None else ...
        if "array" in told:
            array = self.arrays[number(told["array"])]
            if told["masked"]:
                return np.ma.MaskedArray(array)
            return array[()] if told["single"] and array.ndim == 0 else array
        if "like" in told:
            return _large(told["like"], told["shape"])
        kind, base = text(told["kind"]).strip() or "object", told["base"]
        if base == "bool":
            return False
        if base == "generator":
            return (_ for _ in ()) if not told["alone"] else _generator()
        shape = told["shape"]
        members = {} if shape is None else {"shape": _shape(shape)}
        if shape is None:
            members["__array__"] = _ragged
        if base == "number":
            return numbers.Number.register(type(kind, (), members))()
        return type(kind, (BASES[base],), members)()


def _key(told):
    name = text(told["text"])
    if told["is"] is True:
        return name
    return type("Key", (), {"__str__": lambda self: name})()


def _shape(told):
    shape = tuple(map(number, told))
    if len(shape) > 64 or math.prod(shape) > 2**60:
        raise Odd
    return shape


def _large(kind, shape):
    """Return an array whose numbers do not matter, without its memory."""
    if not DTYPE.fullmatch(text(kind)):
        raise Odd
    try:
        dtype = np.dtype(kind)
        if dtype.itemsize > ENTRY:
            raise Odd
        return np.broadcast_to(np.zeros((), dtype), _shape(shape))
    except (TypeError, ValueError, MemoryError) as error:
        raise Odd from error


def _generator():
    yield


def _ragged(self, *_, **__):
    raise ValueError("rows of different lengths")
