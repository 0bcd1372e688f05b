"""What a function returned, as a tree of plain values and a list of arrays.

The tree is no deeper than what is told of: a container and its items.
"""

import numbers

import numpy as np
from calling.source import HUGE, overlap

MOST = 1000  # items of a container; the tutor asks for eleven
ARRAYS = 64  # whose numbers are sent; all the notes have are eleven, twice
ROOM = 32_000_000  # bytes of them all, and some more if the networks are large
ENTRY = 1000  # bytes of one entry, of which no more is told
LONG = 300  # characters of a text
BASES = (dict, list, tuple, str, bool, int, float, complex)


def packed(outcome, given):
    """Return the tree of an Outcome, and its arrays.

    Parameters
    ----------
    outcome : Outcome
    given : list of ndarray
        What it was called on.
    """
    store = Store(given)
    value = store.container(outcome.value)
    pairs = store.overlaps()
    tree = {
        "value": value,
        "overlaps": pairs,
        "raised": name_of(outcome.error) if outcome.error is not None else "",
        "memory": isinstance(outcome.error, MemoryError),
        "changed": outcome.changed,
        "seen": {name: store.leaf(a) for name, a in outcome.seen.items()},
        "stop": outcome.stop and plain(outcome.stop._asdict()),
        "called": outcome.called,
        "mistaken": outcome.mistaken,
        "loops": outcome.loops,
    }
    return {"outcome": tree}, store.arrays


class Store:
    """Takes values, and keeps their arrays apart."""

    def __init__(self, given):
        self.arrays, self.held = [], {}
        self.most = max([HUGE, *map(np.size, given)])
        self.room = ROOM + 20 * sum(np.asarray(a).nbytes for a in given)

    def container(self, value):
        """Return what tells of a whole value: its items, if it has some."""
        if issubclass(type(value), dict):
            items = [*dict.items(value)][:MOST]
            items = [[_key(k), self.leaf(v)] for k, v in items]
            return {"dict": items}
        if not issubclass(type(value), tuple | list):
            return self.leaf(value)
        base = tuple if issubclass(type(value), tuple) else list
        items = [self.leaf(v) for v in base.__getitem__(value, slice(MOST))]
        told = {"items": items, "base": base.__name__, "length": base.__len__(value)}
        fields = getattr(type(value), "_fields", None)
        if base is tuple and type(fields) is tuple and len(fields) == len(items):
            told["fields"] = [_key(n) for n in fields]
        return told

    def leaf(self, value):
        """Return what tells of a value that is not looked into."""
        kind = type(value)
        if value is None or value is ...:
            return None if value is None else "..."
        if issubclass(kind, np.ndarray | np.generic):
            return self._array(value)
        told = {"kind": name_of(value), "base": _base(kind)}
        if told["base"] == "generator":
            told["alone"] = value.gi_code.co_name != "<genexpr>"
        try:
            told["shape"] = [int(n) for n in np.shape(value)][:64]
        except BaseException:  # rows of different lengths, or what a class says
            told["shape"] = None
        return told

    def _array(self, value):
        single = not issubclass(type(value), np.ndarray)
        array = np.asarray(value)
        masked = issubclass(type(value), np.ma.MaskedArray)
        plain = array.dtype.kind in "biufc" and array.size <= self.most
        known = id(value) in self.held
        room = len(self.arrays) < ARRAYS and array.nbytes <= self.room
        if not plain or not (known or room):
            return {"like": _dtype(array.dtype), "shape": list(array.shape)}
        if not known:
            self.held[id(value)] = len(self.arrays), value  # so that no id comes again
            self.arrays.append(array)
            self.room -= array.nbytes
        return {"array": self.held[id(value)][0], "single": single, "masked": masked}

    def overlaps(self):
        """Return the pairs of arrays that overlap in memory."""
        some = [(i, a) for i, a in enumerate(self.arrays[:32]) if 0 < a.size <= HUGE]
        return [
            [i, j] for n, (i, a) in enumerate(some) for j, b in some[n + 1 :]
            if overlap(a, b)
        ]  # fmt: skip


def _dtype(dtype):
    """Return a dtype as a text; one of long entries as that of short ones."""
    if dtype.kind in "SUV" and dtype.itemsize > ENTRY:
        return f"|{dtype.kind}1"
    return dtype.str[:40]


def _key(key):
    return {"text": str(key)[:LONG], "is": isinstance(key, str)}


def _base(kind):
    for base in BASES:
        if issubclass(kind, base):
            return base.__name__
    if issubclass(kind, type(_ for _ in ())):
        return "generator"
    return "number" if issubclass(kind, numbers.Number) else "object"


def name_of(value):
    """Return the name of a value's type."""
    return str(type.__dict__["__name__"].__get__(type(value)))[:LONG]


def plain(stop):
    """Return the fields of a Stop in short."""
    return {k: v[: 2 * LONG] if isinstance(v, str) else v for k, v in stop.items()}
