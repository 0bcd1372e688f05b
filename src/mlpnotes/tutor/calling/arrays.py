"""The names of the arrays, and the small network that a function is called on."""

from typing import NamedTuple

import numpy as np

from mlpnotes.network import Activations, Gradients, Params

__all__ = ["Activations", "Gradients", "Params", "Problem"]


class Problem(NamedTuple):
    """A small network with its data: what the student's function is run on."""

    params: Params
    acts: Activations
    y: np.ndarray
    l2: float

    def arrays(self):
        """Return every array by name, and l2; a0 is X, the input of layer 1."""
        return {
            **self.params._asdict(), **self.acts._asdict(),
            "a0": self.acts.X, "y": self.y, "l2": self.l2,
        }  # fmt: skip

    def sizes(self):
        """Return the five sizes by name."""
        n = len(self.y), *self.params.W1.shape, *self.params.W3.shape
        return dict(zip(("B", "n0", "n1", "n2", "K"), n, strict=True))

    def shape(self, name):
        """Return the shape of the line of this name."""
        if name[1] in "Wb":
            return getattr(self.params, name[1:]).shape
        return (len(self.y), len(getattr(self.params, f"b{name[2]}")))
