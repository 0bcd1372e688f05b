"""Where a training goes on that was stopped: a file, written after each epoch."""

import functools
import hashlib
import json

import numpy as np

from mlpnotes.checks import BLOCK, check_params, short
from mlpnotes.network import Params
from mlpnotes.storage import as_target, read_whole, write_arrays

CHANGING = ("params", "velocity")  # of a training, an array for each parameter


class Checkpoint:
    """The state of a training after its last finished epoch, in an .npz file.

    Parameters
    ----------
    path : Path
        The file. It need not be there yet.
    rng : numpy.random.Generator
        What the training draws from: its state is part of what is written, and
        is set to what is read.
    belongs : dict
        What the training was called with, by name: numbers, texts and None. A
        file that was written with anything else is refused.
    """

    def __init__(self, path, rng, belongs):
        self.path = path
        self.rng = rng
        self.belongs = {**belongs, "rng": type(rng.bit_generator).__name__}

    def write(self, params, velocity, records):
        """Write the file, in one move: never half a file.

        Parameters
        ----------
        params : Params
        velocity : Params or None
            Of the momentum.
        records : sequence of tuples of floats
            What was measured, one for each finished epoch.
        """
        state = {"rng": self.rng.bit_generator.state, "belongs": self.belongs}
        arrays = {
            f"{kind}_{name}": array
            for kind, held in zip(CHANGING, (params, velocity), strict=True)
            for name, array in (held._asdict() if held else {}).items()
        }
        state = json.dumps(state, default=np.ndarray.tolist)
        write_arrays(self.path, {**arrays, "records": records, "state": state})

    def read(self, first, epochs):
        """Return params, velocity and records, and set rng; None if there is no file.

        Parameters
        ----------
        first : tuple
            What was returned if it were written before the first epoch.
        epochs : int
            How many records there may be.

        Raises
        ------
        ValueError
            If the file is no checkpoint, that of another training, or of one with
            more epochs: rng is left as it is.
        OSError
            If it cannot be read.
        """
        if (found := parse(self.path)) is None:
            return None
        *held, records, belongs, state = found
        for name, value in self.belongs.items():
            if belongs.get(name) != value:
                raise ValueError(self._other(name, belongs.get(name), value))
        try:
            type(self.rng.bit_generator)(0).state = state  # or it fails half-way
        except Exception as error:
            raise _not_whole(self.path) from error
        if [*map(_shapes, held)] != [*map(_shapes, first[:2])]:
            raise _not_whole(self.path)
        if len(records) > epochs:
            raise ValueError(
                f"epochs is {epochs}, but checkpoint {self.path} has {len(records)}"
            )
        self.rng.bit_generator.state = state
        return *held, records

    def _other(self, name, was, now):
        """Return what to say of a file that another training has written."""
        digests = name in ("params", "X and y", "validation")
        difference = f"other {name}" if digests else f"{name} {was}, not {now}"
        return (
            f"checkpoint {self.path} belongs to a training with {difference}: give "
            "it what it had, or name another file"
        )


def check_file(path):
    """Raise if this can be no checkpoint: it cannot be written, or is another file."""
    as_target(path)
    parse(path)


def parse(path):
    """Return params, velocity, records, what they belong to, and the state of rng.

    None if there is no file.
    """
    try:
        content = read_whole(path)
    except FileNotFoundError:
        return None
    try:
        with np.load(content, allow_pickle=False) as file:
            arrays = dict(file)
        state = json.loads(str(arrays["state"]))
        records = tuple(map(tuple, arrays["records"].tolist()))
        params, velocity = (
            Params(*(arrays[f"{kind}_{name}"] for name in Params._fields))
            if f"{kind}_W1" in arrays
            else None
            for kind in CHANGING
        )
        check_params(params)
        return params, velocity, records, dict(state["belongs"]), dict(state["rng"])
    except Exception as error:  # zipfile, zlib, json and NumPy have their own
        raise _not_whole(path) from error


def _not_whole(path):
    return ValueError(
        f"{path} is not a whole checkpoint of a training: name another file, this "
        "one is left as it is"
    )


def _shapes(params):
    return params and [(p.shape, p.dtype) for p in params]


def digest(*arrays):
    """Return a text that changes with any entry of these arrays."""
    sha = hashlib.sha256()
    for array in arrays:
        for i in range(0, len(array), BLOCK):
            sha.update(np.ascontiguousarray(array[i : i + BLOCK]))
    return sha.hexdigest()


def name_of(function):
    """Return what tells this function from others: its name, None without one."""
    if function is None:
        return None
    if isinstance(function, functools.partial):
        given = [repr(a) for a in function.args]
        given += [f"{k}={a!r}" for k, a in function.keywords.items()]
        return f"functools.partial({', '.join([name_of(function.func), *given])})"
    module = getattr(function, "__module__", "")
    return f"{module}.{getattr(function, '__qualname__', short(function))}"
