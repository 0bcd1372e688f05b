"""What may be meant by a name that is not defined, in words for a beginner."""

import ast
import re

import numpy as np

from .arrays import Activations, Gradients, Params
from .names import NAMES, Everything, line_of, plain, role_of
from .source import value_of

SIZES = {"n0": ("W1", 0), "n1": ("W2", 0), "n2": ("W3", 0), "K": ("W3", 1)}
NUMBERED = (*Gradients._fields, *Params._fields, *Activations._fields)


def undefined(name, names, form=""):
    """Say what a name may be, given what is defined and the form, or return ""."""
    own = getattr(names, "maps", [names])[0]
    if name == "T":
        said = "a transpose is written .T, behind the array"
    elif alike := [n for n in names if plain(n) == plain(name) and n != name]:
        said = f"is it {alike[0]}?"
    elif line_of(name):
        return f"{name} is used before it has a value"
    else:
        said = (
            _held(name, [*own.items(), *names.items()])
            or _size(name, own, form)
            or _near(name, own)
        )
    return said and f"the name {name} is not defined: {said}"


def _held(name, items):
    """Say in what container the array of this name is."""
    for n, value in items:
        if name in getattr(type(value), "_fields", ()):
            return f"write {n}.{name}"
        if type(value) in (dict, Everything) and name in value and name in NAMES:
            return f'write {n}["{name}"]'
    return ""


def _reached(name, own):
    """Return how a line that stands here may write an array, or ""."""
    if isinstance(own.get(name), np.ndarray):
        return name
    role = role_of(name)
    for n, value in own.items() if role else ():
        if role_of(n) == role and (role == "l2" or isinstance(value, np.ndarray)):
            return n
    return _held(role or name, own.items()).removeprefix("write ")


def _size(name, own, form):
    """Say what a size is, and whether a line is divided by it."""
    if name in SIZES:
        W, axis = SIZES[name]
        W = _reached(W, own)
        return f"it is {W}.shape[{axis}]" if W else ""
    if role_of(name) == "l2" and form == "notes":
        return "no line here has a penalty"
    rows = _reached("X" if form == "course" else "y", own)
    if role_of(name) != "B" or not rows:
        return ""
    what = f"it is len({rows})"
    if name != "B":
        what = f"if it is the size of the batch, {what}"
    return {
        "notes": f"{what}. The gradients are sums over the batch: no line here is "
        "divided by it",
        "course": f"{what}, by which each sum over the batch is divided",
    }.get(form, what)


def _is_between_0_and_1(text, own):
    """Return whether an array is as a sigmoid gives it: no tanh, no ReLU."""
    a = value_of(ast.parse(text, mode="eval").body, own)
    return bool(((a > 0) & (a < 1)).all())


def _near(name, own):
    """Say what is written almost so, or has this value already."""
    if role_of(name) and (known := _reached(name, own)):
        return f"is it {known}?"
    base = re.fullmatch("(.+?)_?T", name)
    if base and (known := _reached(base[1], own)):
        return f"is it {known}.T?"
    numbered = [n for n in NUMBERED if n[:-1] == name and (n in own or line_of(n))]
    if numbered:
        *most, last = numbered
        return f"is it {', '.join(most)} or {last}?" if most else f"is it {last}?"
    values = {"sigmoid": ("a1", "a2"), "softmax": ("y_hat",)}.get(name, ())
    values = [_reached(n, own) for n in values]
    if values and all(values) and all(_is_between_0_and_1(v, own) for v in values):
        layers = "12" if name == "sigmoid" else "3"
        pairs = zip(layers, values, strict=True)
        return ", ".join(f"{name}(z{k}) is {a}" for k, a in pairs)
    return f"is it np.{name}?" if callable(getattr(np, name, None)) else ""
