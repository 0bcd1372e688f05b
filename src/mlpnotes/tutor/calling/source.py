"""The expression that raised, and what its names hold: nothing is run again."""

import ast
import collections
import contextlib
import dis
import functools
import inspect
import itertools
import operator

import numpy as np

from .names import Everything, Forgiving

PLAIN = (np.ndarray, np.float64, np.float32, int, float, str)  # no student's class
HOLDERS = (dict, list, tuple, np.ndarray, Everything)
OPERATORS = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul,
    ast.Div: operator.truediv, ast.Pow: operator.pow, ast.MatMult: operator.matmul,
}  # fmt: skip
COMPARED = {
    ast.Gt: operator.gt, ast.GtE: operator.ge,
    ast.Lt: operator.lt, ast.LtE: operator.le,
}  # fmt: skip
PURE = {"sum", "mean", "transpose", "reshape", "copy", "dot", "exp", "matmul"}

HUGE = 1_000_000  # more numbers than this we neither copy nor compare
BYTES = 32 * HUGE  # nor these, if each of few is a long text


def copied(value):
    """Return a copy of an array that is not huge, anything else as it is."""
    array = isinstance(value, np.ndarray)
    small = array and value.size <= HUGE and value.nbytes <= BYTES
    return value.copy() if small else value


def overlap(a, b):
    """Return whether two arrays are one, or overlap, in memory."""
    try:
        return np.may_share_memory(a, b) and np.shares_memory(a, b, max_work=10_000)
    except np.exceptions.TooHardError:
        return False


def code_of(backward):
    """Return the code that the student wrote, or None if it is not Python's."""
    for _ in range(20):  # a partial of a decorated method of ...
        with contextlib.suppress(Exception):
            backward = inspect.unwrap(backward)
        if inspect.iscode(code := getattr(backward, "__code__", None)):
            return code
        if isinstance(backward, functools.partial):
            backward = backward.func
        else:
            backward = getattr(backward, "__func__", type(backward).__call__)
    return None


def has_loop(code):
    """Return whether the code, not what it calls, goes back to an earlier line."""
    return any("JUMP_BACKWARD" in step.opname for step in dis.get_instructions(code))


def path_to(entry):
    """Return the syntax nodes around the place of a traceback entry, outermost first.

    Empty if the source is not known, or not what was compiled.
    """
    code = entry.tb_frame.f_code
    with contextlib.suppress(OSError, SyntaxError, TypeError, ValueError):
        lines, first = inspect.getsourcelines(code)
        first = max(first, 1)  # of a whole module it is 0
        inner = lines[0][:1].isspace()  # a method: give it something to be in
        tree = ast.parse("if 1:\n" * inner + "".join(lines))
        ast.increment_lineno(tree, first - 1 - inner)
        if code.co_name not in {getattr(n, "name", "<lambda>") for n in ast.walk(tree)}:
            return [] if code.co_name[0] != "<" else _around(tree, entry)
        return _around(tree, entry)
    return []


def _around(tree, entry):
    at = itertools.islice(
        entry.tb_frame.f_code.co_positions(), entry.tb_lasti // 2, None
    )
    line, end_line, column, end_column = next(at)
    return [
        n for n in ast.walk(tree)
        if hasattr(n, "lineno")
        and (n.lineno, n.col_offset) <= (line, column)
        and (end_line, end_column) <= (n.end_lineno, n.end_col_offset)
    ]  # fmt: skip


def variables_of(entry):
    """Return the names that the frame of a traceback entry can see."""
    frame = entry.tb_frame
    return collections.ChainMap(dict(frame.f_locals), frame.f_globals)


def value_of(node, names):
    """Return what an expression holds, if that can be told without side effects.

    Raises
    ------
    LookupError, TypeError, ValueError
        If it cannot.
    """
    match node:
        case ast.Constant():
            return node.value
        case ast.Name():
            return names[node.id]
        case ast.Attribute():
            owner = value_of(node.value, names)
            fields = getattr(type(owner), "_fields", ())
            if node.attr in fields or isinstance(owner, Forgiving):
                return getattr(owner, node.attr)
            if isinstance(owner, np.ndarray) and node.attr == "T":
                return owner.T
            return vars(owner)[node.attr]
        case ast.Subscript():
            owner, key = value_of(node.value, names), value_of(node.slice, names)
            if type(owner) in HOLDERS or hasattr(type(owner), "_fields"):
                return owner[key]
        case ast.BinOp() if type(node.op) in OPERATORS:
            sides = [value_of(n, names) for n in (node.left, node.right)]
            return OPERATORS[type(node.op)](*map(_plain, sides))
        case ast.Compare(ops=[sign]) if type(sign) in COMPARED:
            sides = [value_of(n, names) for n in (node.left, *node.comparators)]
            return COMPARED[type(sign)](*map(_plain, sides))
        case ast.UnaryOp(op=ast.USub()):
            return -_plain(value_of(node.operand, names))
        case ast.JoinedStr():
            return "".join(str(_plain(value_of(n, names))) for n in node.values)
        case ast.FormattedValue():
            return value_of(node.value, names)
        case ast.Call(func=ast.Name(id="str"), args=[argument]):
            return str(_plain(value_of(argument, names)))
        case ast.Call(func=ast.Attribute(value=owner, attr=attr)) if attr in PURE:
            owner = value_of(owner, names)
            if owner is np or type(owner) is np.ndarray:
                given = [_plain(value_of(n, names)) for n in node.args]
                named = {k.arg: value_of(k.value, names) for k in node.keywords}
                return getattr(owner, attr)(*given, **named)
    raise LookupError(ast.dump(node))


def _plain(value):
    if type(value) not in PLAIN:
        raise TypeError(f"{type(value)} may do anything")
    return value
