"""The small networks that a student's function is run on."""

from typing import NamedTuple

import numpy as np

from mlpnotes.network import Activations, Params, forward
from mlpnotes.problem import random_problem


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


def make_problem(sizes=(7, 6, 5, 4, 3), *, rng, dtype=np.float64, l2=0.03):
    """Return a random problem of the sizes (B, n0, n1, n2, K)."""
    params, X, y = random_problem(sizes, rng=rng, dtype=dtype, std=1.0)
    return Problem(params, forward(params, X), y.astype(dtype), l2)


def loud_problem(rng, dtype):
    """Return a problem with large gradients and small probabilities.

    Clipping, or a bound of the probabilities at 0.01, must not go unseen. W3 is
    large; W1 is small, so that b3 can keep the logits moderate. Most labels are the
    least probable class.
    """
    p, acts, *_ = make_problem((60, 8, 7, 6, 5), rng=rng, dtype=dtype)
    params = p._replace(W1=p.W1 / 300, W3=p.W3 * 2000)
    acts = forward(params, acts.X)
    z3 = acts.z3 - params.b3
    params = params._replace(b3=params.b3 - z3.mean(axis=0))
    acts = forward(params, acts.X)
    labels = np.full(60, acts.y_hat.sum(axis=0).argmin())
    labels[:5] = range(5)
    y = np.eye(5)[labels]
    return Problem(params, acts, y.astype(dtype), 0.02)


def faint_problem(rng, dtype):
    """Return a problem with small gradients in the first two layers.

    Setting to zero what is below 0.001 must not go unseen.
    """
    p, acts, y, l2 = make_problem((9, 8, 7, 6, 5), rng=rng, dtype=dtype)
    params = p._replace(W3=p.W3 / 1000)
    return Problem(params, forward(params, acts.X), y, l2)


def equal_problem(rng, dtype):
    """Return a problem whose sizes are all 5, in which every product fits."""
    return make_problem((5, 5, 5, 5, 5), rng=rng, dtype=dtype, l2=0.05)


OTHERS = {"equal": equal_problem, "loud": loud_problem, "faint": faint_problem}
