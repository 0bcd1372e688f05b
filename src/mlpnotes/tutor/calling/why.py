"""Why a student's function stopped, in words for a beginner."""

import ast
import contextlib
import re

import numpy as np

from .meanings import KINDS, MEANINGS
from .names import line_of
from .source import value_of
from .undefined import undefined

SIGNS = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "**",
    ast.MatMult: "@", "dot": "@", "matmul": "@",
    "multiply": "*", "add": "+", "subtract": "-", "divide": "/",
}  # fmt: skip
SHAPE = r"(\(\d*(?:, ?\d+)*,?\))"
METHODS = ("transpose", "copy", "sum", "mean", "max", "flatten", "ravel")
LONG = 60  # an expression longer than this is not repeated


def why(error, path, names, form=""):
    """Say why, given the nodes around the place and what the names hold there."""
    kind, message = type(error).__name__, ""
    with contextlib.suppress(Exception):  # its __str__ is the student's, too
        message = str(error).strip().splitlines()[0][:200]
    node = path[-1] if path else None
    for explain in (_uncalled, _empty, _shapes, _entries, _calls):
        with contextlib.suppress(Exception):
            if words := explain(error, message, node, path, names):
                return words
    if isinstance(error, NameError) and (name := getattr(error, "name", "")):
        with contextlib.suppress(Exception):
            if name != "np" and (words := undefined(name, names, form)):
                return words
    for pattern, meaning in MEANINGS.items():
        if found := re.search(pattern, message):
            return found.expand(meaning)
    message = message if kind not in KINDS or kind == "AssertionError" else ""
    message = message or KINDS.get(kind, "")
    return f"{kind}: {message}" if message else kind


def _sides(node):
    """Return the two operands of a node and the sign between them."""
    match node:
        case ast.BinOp():
            return node.left, SIGNS[type(node.op)], node.right
        case ast.AugAssign():
            return node.target, SIGNS[type(node.op)], node.value
        case ast.Call(func=ast.Attribute(attr="dot") as f, args=[right]):
            return f.value, "@", right
        case ast.Call(func=ast.Attribute(attr=attr), args=[left, right, *_]):
            return left, SIGNS[attr], right
    return None


def _written(node):
    """Return an expression as it is written, or "" if it is long."""
    text = ast.unparse(node) if node is not None else ""
    return "" if len(text) > LONG or "?" in text else text


def _uncalled(error, message, node, path, names):
    """Look for a method that was not called: W3.transpose for W3.transpose()."""
    for side in (_sides(node) or ())[::2]:
        if isinstance(side, ast.Attribute):
            owner = value_of(side.value, names)
            if isinstance(owner, np.ndarray) and side.attr in METHODS:
                text = _written(side)
                return f"{text} is a function and is not called: write {text}()"
    return ""


def _empty(error, message, node, path, names):
    """Look for a None or an ellipsis that is used like an array."""
    if not re.search("NoneType|ellipsis|not have enough dim", message):
        return ""
    for n in ast.walk(node) if node else _only(names):
        with contextlib.suppress(Exception):
            value = value_of(n, names)
            empty = value is None or value is ...
            if empty and not isinstance(n, ast.Constant):
                text = f"{ast.unparse(n)} is {'...' if value else None}"
                return f"{text}: is its line still to be written?"
    left, _, right = _sides(node)
    found = re.search(r"for .+: '(\w+)' and '\w+'", message)
    side = left if found[1] == "NoneType" else right
    if isinstance(side, ast.Call) and (text := _written(side)):
        return f"{text} is None: has it no return?"
    return ""


def _only(names):
    """Return the one line of the notes that is None or an ellipsis, if it is one."""
    empty = [n for n in names if line_of(n) and (names[n] is None or names[n] is ...)]
    return map(ast.Name, empty if len(empty) == 1 else [])


def _shapes(error, message, node, path, names):
    """Say which two shapes do not fit, and the names of the operands."""
    shapes = [_shape(s) for s in re.findall(SHAPE, message)]
    text = _written(node)
    if message.startswith("non-broadcastable output"):
        name = _written(_sides(node)[0]) if node else "an array"
        return f"{name} is {shapes[0]}, too small for the result {shapes[1]}"
    if message.startswith("could not broadcast input"):
        return f"an array of shape {shapes[0]} is stored where {shapes[1]} belongs"
    product = re.search("in its core dimension|enough dimensions|not aligned", message)
    if not product and "could not be broadcast together with shapes" not in message:
        return ""
    left, sign, right = (_sides(node) if node else None) or (None, "", None)
    known = [_evaluated(n, names) for n in (left, right)]
    shapes = shapes if shapes[1:] else known
    sizes = re.search(r"size (\d+) is different from (\d+)", message)
    sure = None not in known and shapes == known
    if sizes and sure:
        sure = [int(n) for n in sizes.groups()] == [known[1][-2:][0], known[0][-1]]
    if not sure and not hasattr(node, "lineno"):
        text, shapes = "", shapes if not sizes else [None, None]
    if product and None in shapes:
        text = text or "a product by @"
        if sizes:
            return f"{text}: the inner sizes {sizes[2]} and {sizes[1]} differ"
        return f"{text}: one of the two is a single number, not an array"
    if sign == "*" and (matrix := _matrix(node, names)):
        return f"{matrix} is an np.matrix, for which * is the matrix product"
    a, b = shapes[:2]
    pair = f"{a} {sign or ('@' if product else 'with')} {b}"
    pair = f"{text} is {pair}" if text and sign else pair
    if not product:
        return f"{pair}: these shapes do not go together"
    if () in (a, b):
        return f"{pair}: a single number has no matrix product"
    return f"{pair}: the inner sizes {a[-1]} and {b[-2:][0]} differ"


def _matrix(node, names):
    """Return the name of an np.matrix in an expression and of the first, or ""."""
    for n in ast.walk(node):
        with contextlib.suppress(Exception):
            if isinstance(value_of(n, names), np.matrix):
                found, own = ast.unparse(n), getattr(names, "maps", [names])[0]
                first = next(m for m, a in own.items() if isinstance(a, np.matrix))
                return f"{found}, as {first}," if first != found else found
    return ""


def _shape(text):
    return tuple(map(int, re.findall(r"\d+", text)))


def _evaluated(node, names):
    """Return the shape of an operand, or None if it cannot be told."""
    with contextlib.suppress(Exception):
        return np.shape(value_of(node, names))


def _entries(error, message, node, path, names):
    """Say what a container has, if it was asked for something else."""
    if "to unpack" in message:
        node = next(n for n in reversed(path) if isinstance(n, ast.Assign))
    owner = value_of(node.value, names)
    text = _written(node.value) or "it"
    fields = getattr(owner, "_fields", ())
    if "to unpack" in message:
        entries = f": {', '.join(fields)}" if fields else ""
        return f"{text} has {len(owner)} entries{entries}"
    if isinstance(error, AttributeError) and fields and node.attr not in fields:
        return f"{text} has no {node.attr}; it has {', '.join(fields)}"
    if isinstance(error, AttributeError) and node.attr in owner:
        return f'{text} is a dict: write {text}["{node.attr}"]'
    if "indices must be integers" in message and node.slice.value in fields:
        return f"{text} is a named tuple: write {text}.{node.slice.value}"
    if isinstance(error, KeyError) and isinstance(owner, dict):
        key = value_of(node.slice, names)
        keys = ", ".join(map(str, owner))[:100]
        return f"{text} has no key {key!r}; it {f'has {keys}' if keys else 'is empty'}"
    if isinstance(error, IndexError) and "must be of integer" in message:
        return "an index must be an integer, and y holds one-hot rows, no class numbers"
    if isinstance(error, IndexError) and isinstance(owner, np.ndarray):
        return f"{text} is {owner.shape}: {message}"
    return ""


def _calls(error, message, node, path, names):
    """Say that what is called is no function."""
    if isinstance(node, ast.Call) and "not callable" in message:
        called = value_of(node.func, names)
        if isinstance(called, np.ndarray | float | int):
            text = _written(node.func)
            if isinstance(called, np.ndarray) and not node.args:
                return f"{text} is an array, no function: write it without ()"
            return f"{text}(...) calls {text}, which is no function: is a * missing?"
    return ""
