"""A page in which the reader draws a digit and sees the backward pass.

The arithmetic is in ``playground.js``, in the names of the book; this module
packs parameters and examples into HTML that needs nothing else.
"""

import base64
import json
from importlib import resources

import numpy as np

from mlpnotes.checks import check_params
from mlpnotes.functions import one_hot
from mlpnotes.network import Params

WITHOUT_SCRIPTS = """\
<p class="mlp-static">The playground is a script, and none has run here. In a notebook:
run the cell, or trust the notebook. In a browser: allow scripts for this page. Paper,
and viewers that leave out scripts, cannot show it.</p>"""


def quantize(params):
    """Round weights to 255 levels for each row, as the playground holds them.

    Parameters
    ----------
    params : Params

    Returns
    -------
    Params of float32
        Each row of a weight matrix is a float32 scale times integers from -127
        to 127; biases are only cast.

    Raises
    ------
    TypeError, ValueError
        If params are no Params of real numbers that fit together and are finite
        as float32.
    """
    _check(params)
    return Params(*(_unpack(*_pack(p)) for p in params))


def _check(params):
    """Raise one clear sentence if params cannot be held as real float32."""
    check_params(params)
    for name, p in zip(Params._fields, params, strict=True):
        if np.iscomplexobj(p):
            raise TypeError(f"{name} has dtype {p.dtype}, expected real numbers")
        if not (np.abs(p) <= np.finfo(np.float32).max).all():
            raise ValueError(f"{name} has entries that are not finite as float32")


def _pack(p):
    p = np.asarray(p)
    if p.ndim == 1:
        return p.astype(np.float32), None
    scale = np.abs(p).max(axis=1, keepdims=True).astype(np.float32) / np.float32(127)
    scale[scale == 0] = 1
    return np.round(p / scale).clip(-127, 127).astype(np.int8), scale


def _unpack(q, scale):
    return q if scale is None else q * scale


def _text(array):
    return base64.b64encode(np.ascontiguousarray(array).tobytes()).decode()


class Playground:
    """The playground as a value: a notebook shows it.

    Attributes
    ----------
    params : Params of float32
        The parameters that the page computes with, see `mlpnotes.playground.quantize`.
    html : str
        What a notebook or a page shows.
    """

    def __init__(self, params, images, labels):
        packed = [_pack(p) for p in params]
        self.params = Params(*(_unpack(q, scale) for q, scale in packed))
        texts = (
            {"values": _text(q)}
            if scale is None
            else {"q": _text(q), "scale": _text(scale)}
            for q, scale in packed
        )
        files = resources.files("mlpnotes")
        data = {
            "page": files.joinpath("playground.html").read_text("utf-8"),
            "params": dict(zip(Params._fields, texts, strict=True)),
            "examples": _text(images),
            "labels": [int(label) for label in labels],
        }
        script = files.joinpath("playground.js").read_text("utf-8")
        self.html = (
            f'<div class="mlp-play" lang="en" dir="ltr">\n{WITHOUT_SCRIPTS}\n'
            f'<script type="application/json" class="mlp-data">{json.dumps(data)}'
            f"</script>\n</div>\n<script>\n{script}</script>\n"
        )

    def __repr__(self):
        sizes = " -> ".join(str(len(p)) for p in self.params[::2])
        return f"Playground({sizes} -> {self.params.b3.size})"

    def _repr_html_(self):
        return self.html


def playground(params, examples=None):
    """Return a page on which ``params`` reads what the reader draws.

    Parameters
    ----------
    params : Params
        Real, with 784 inputs, trained on pixels between 0 and 1.
    examples : tuple of ndarray, optional
        Images, shape (n, 28, 28), uint8, and labels, shape (n,), integers below
        K: digits to choose from, as ``load_mnist().test`` has them.

    Returns
    -------
    Playground
        Shows itself in a notebook; ``.params`` are the rounded parameters that
        it computes with.

    Raises
    ------
    TypeError
        If params are no Params of real numbers, or the examples are no pair.
    ValueError
        If the parameters do not fit together, the network has not 784 inputs, a
        parameter is not finite as float32, the examples are no images of 28 by
        28 bytes, one for each label, or a label is no class.

    Examples
    --------
    >>> from mlpnotes import load_pretrained
    >>> playground(load_pretrained())
    Playground(784 -> 200 -> 100 -> 10)
    """
    _check(params)
    if params.W1.shape[0] != 784:
        raise ValueError(
            f"the playground draws 28 x 28 = 784 pixels, but W1 has shape "
            f"{params.W1.shape}: expected 784 rows"
        )
    if examples is None:
        examples = np.zeros((0, 28, 28), np.uint8), np.zeros(0, int)
    try:
        images, labels = map(np.asarray, examples)
    except (TypeError, ValueError) as error:
        raise TypeError(
            "examples must be two arrays, the images and their labels"
        ) from error
    if (
        images.dtype != np.uint8
        or images.shape[1:] != (28, 28)
        or labels.shape != images.shape[:1]
    ):
        raise ValueError(
            "examples must be uint8 images of shape (n, 28, 28) and n labels, got "
            f"{images.dtype} of shape {images.shape} and {labels.shape}"
        )
    one_hot(labels, params.b3.size)  # says which label is no class
    return Playground(params, images, labels)
