"""Where a training goes on that was stopped: a file, written after each epoch."""

import hashlib
import json

import numpy as np

from mlpnotes.checks import BLOCK, check_params, short
from mlpnotes.network import Params
from mlpnotes.storage import read_whole, write_arrays

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

    def read(self):
        """Return params, velocity and records, and set rng; None if there is no file.

        Raises
        ------
        ValueError
            If the file is no checkpoint, or that of another training.
        OSError
            If it cannot be read.
        """
        try:
            content = read_whole(self.path)
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
            belongs, generator = state["belongs"], state["rng"]
        except Exception as error:  # zipfile, zlib, json and NumPy have their own
            raise ValueError(
                f"{self.path} is not a whole checkpoint of a training: name another "
                "file, this one is left as it is"
            ) from error
        for name, value in self.belongs.items():
            if belongs.get(name) != value:
                raise ValueError(self._other(name, belongs.get(name), value))
        self.rng.bit_generator.state = generator
        return params, velocity, records

    def _other(self, name, was, now):
        """Return what to say of a file that another training has written."""
        digests = name in ("params", "X and y", "validation")
        difference = f"other {name}" if digests else f"{name} {was}, not {now}"
        return (
            f"checkpoint {self.path} belongs to a training with {difference}: give "
            "it what it had, or name another file"
        )


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
    module = getattr(function, "__module__", "")
    return f"{module}.{getattr(function, '__qualname__', short(function))}"
