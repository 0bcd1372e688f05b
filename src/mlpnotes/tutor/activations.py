"""The activations of the hidden layers, each with its slope in numbers and words."""

from typing import NamedTuple

import numpy as np

from mlpnotes.checks import short
from mlpnotes.functions import sigmoid


class Activation(NamedTuple):
    """An activation a = f(z), and its slope f'(z) made of the output a.

    ``function(z)`` and ``slope(a)`` are its numbers. The others are words, with {a}
    for the name of the output and {z} for that of the input: the slope as a factor in
    a sentence, as it is typed after ``da *``, and by itself; whose it is; what to do
    about its sign.
    """

    word: str
    function: object
    slope: object
    factor: str
    code: str
    alone: str
    owner: str
    sign: str


ACTIVATIONS = {
    "sigmoid": Activation(
        "sigmoid", sigmoid, lambda a: a * (1 - a), "{a}(1 − {a})", "{a} * (1 − {a})",
        "{a}(1 − {a})", "the sigmoid's",
        "the slope is {a}(1 − {a}), not {a}({a} − 1), and {eq} has no other minus.",
    ),
    "tanh": Activation(
        "tanh", np.tanh, lambda a: 1 - a**2, "(1 − {a}²)", "(1 − {a}²)",
        "1 − {a}²", "tanh's",
        "the slope is 1 − {a}², not {a}² − 1, and {eq} has no other minus.",
    ),
    "relu": Activation(
        "ReLU", lambda z: np.maximum(z, 0), lambda a: (a > 0).astype(a.dtype),
        "({z} > 0)", "({z} > 0)", "1 where {z} > 0 and 0 elsewhere", "ReLU's",
        "{eq} has no minus in front.",
    ),
}  # fmt: skip


def activation_of(name):
    """Return an activation by its name.

    Raises
    ------
    ValueError
        If there is none of this name.
    """
    if not isinstance(name, str) or name not in ACTIVATIONS:
        *most, last = (f'"{n}"' for n in ACTIVATIONS)
        raise ValueError(
            f"activation is {short(name)}, expected {', '.join(most)} or {last}"
        )
    return ACTIVATIONS[name]
