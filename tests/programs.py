"""Students' programs, written short: the eleven lines with changes, and an end.

A change is what stands right of ``dz3 = ``, or statements that set dz3.
"""

import linecache
import re

import numpy as np

from mlpnotes import Gradients, Params, sigmoid, softmax
from mlpnotes.tutor import Form

LINES = {
    "dz3": "y_hat - y",
    "dW3": "a2.T @ dz3",
    "db3": "dz3.sum(axis=0)",
    "da2": "dz3 @ W3.T",
    "dz2": "da2 * a2 * (1 - a2)",
    "dW2": "a1.T @ dz2",
    "db2": "dz2.sum(axis=0)",
    "da1": "dz2 @ W2.T",
    "dz1": "da1 * a1 * (1 - a1)",
    "dW1": "X.T @ dz1",
    "db1": "dz1.sum(axis=0)",
}
SLOPES = {"sigmoid": "a{k} * (1 - a{k})", "tanh": "(1 - a{k}**2)", "relu": "(z{k} > 0)"}
PENALTIES = {"2λ": "2 * l2", "λ": "l2", "λ/m": "l2 / B"}
ELEVEN = Gradients._fields
SIX = tuple(n for n in ELEVEN if n[1] in "Wb")
FORMS = ("eleven", "six", "course")

NOTES = """def backward(params, acts, y):
    W1, b1, W2, b2, W3, b3 = params
    X, z1, a1, z2, a2, z3, y_hat = acts
    B, l2 = len(y), 0.03
"""
COURSE = """def backward_pass(data, labels, params, reg):
    X, y, B, l2 = data, labels, len(data), reg
    W1, b1, W2, b2, W3, b3 = (params[n] for n in "W1 b1 W2 b2 W3 b3".split())
    z1, a1, z2, a2, z3 = (params[n] for n in "z1 a1 z2 a2 z3".split())
    b1, b2, b3, y_hat = b1.ravel(), b2.ravel(), b3.ravel(), params["y_hat"]
"""
BACK = {
    "eleven": f"return {', '.join(ELEVEN)}",
    "six": f"return dict({', '.join(f'd{n}=d{n}' for n in Params._fields)})",
    "course": f"return dict({', '.join(f'{n}=d{n}' for n in Params._fields)})",
}
BUT_NOT_BACK = "All lines are right; that they do not come back costs one."
OTHER = {"dz": "delta", "da": "err", "dW": "gw", "db": "gb"}


def lines_like(like):
    """Return the eleven lines in a class's form, `mlpnotes.tutor.Form`."""
    slope = SLOPES[like.activation].format
    return LINES | {f"dz{k}": f"da{k} * {slope(k=k)}" for k in (2, 1)}


def ending_like(like):
    """Return the end of the course's form, in a class's."""
    times = PENALTIES[like.penalty]
    biases = f"g / B + {times} * b" if like.biases else "g / B"
    return ending(f"g / B + {times} * W", biases)


def ending(weights="g / B + 2 * l2 * W", biases="g / B"):
    """Return the end of the course's form: what is made of a sum g over the batch."""
    return "\n".join(
        f"g, W, b = d{n}, W{n[1]}, b{n[1]}; d{n} = {weights if n[0] == 'W' else biases}"
        for n in Params._fields
    )


def six(code):
    """Return an end that makes the same of all six sums g."""
    return "\n".join(f"g = {n}; {n} = {code}" for n in SIX)


def statements(form, changed=None, end=None, like=Form()):  # noqa: B008
    """Return what a program does, as statements by the line that they make."""
    lines = {}
    for name, code in (lines_like(like) | (changed or {})).items():
        try:
            compile(code, name, "eval")
        except SyntaxError:
            lines[name] = code
        else:
            lines[name] = f"{name} = {code}"
    if end is None:
        end = ending_like(like) if form == "course" else ""
    return lines | {"end": end}


def program(
    form,
    changed=None,
    *,
    end=None,
    back=None,
    names="notes",
    start="",
    like=Form(),  # noqa: B008
):
    """Return the text of a program; with other ``names`` for its gradients."""
    text = "\n".join([start, *statements(form, changed, end, like).values()])
    text = f"{text}\n{BACK[form] if back is None else back}"
    if names == "other":  # but not the keywords of dict(...)
        text = re.sub(r"\b(d[zaWb])([123])\b(?!=)", lambda m: OTHER[m[1]] + m[2], text)
    body = "".join(f"    {line}\n" for line in text.splitlines() if line)
    return (COURSE if form == "course" else NOTES) + body


def load(text, **scope):
    """Return the function that a program defines, with its source at hand."""
    file = f"<program {hash(text)}>"
    linecache.cache[file] = len(text), None, text.splitlines(True), file
    scope |= {"np": np, "sigmoid": sigmoid, "softmax": softmax}
    exec(compile(text, file, "exec"), scope)
    return scope.get("backward") or scope["backward_pass"]


def row(found, name):
    """Return the row of a line."""
    return found.rows[ELEVEN.index(name)]


def words(found):
    """Return all that a diagnosis says."""
    return "\n".join([found.message, *found.remarks, *(r.detail for r in found.rows)])
