"""Where a student's function stopped: its line, and the line of the notes there."""

import ast
import contextlib
import linecache
from typing import NamedTuple

from .bytecode import expression_at, next_stored
from .names import line_of
from .source import path_to, value_of, variables_of
from .why import why

SIMPLE = (ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Expr, ast.Return)


class Stop(NamedTuple):
    """Where and why a function raised."""

    line: int | None  # the line's number in the student's source
    text: str  # the source line, "" if it is not known
    target: str  # the line of the notes being computed ("da2"), "" if none
    why: str  # "dz3 @ W3 is (7, 3) @ (4, 3)", "NameError: name 'sigmoid' ..."
    kind: str  # the exception's class


def entries(error):
    """Yield the entries of an exception's traceback, outermost first."""
    return entries_from(error.__traceback__)


def entries_from(entry):
    """Yield a traceback entry and those inside it."""
    while entry is not None:
        yield entry
        entry = entry.tb_next


def own_entry(error, code):
    """Return the innermost traceback entry that is the function's own, or None.

    Of a function that calls itself without end, it is the innermost that does so: where
    the stack ran out is chance.
    """
    own = [e for e in entries(error) if e.tb_frame.f_code is code]
    if isinstance(error, RecursionError) and own[1:]:
        return own[-2]
    return own[-1] if own else None


def stopped(error, code, form=""):
    """Return the Stop of an exception, given the function's code and its form."""
    kind, own = type(error).__name__, own_entry(error, code)
    if own is None:
        return Stop(None, "", "", why(error, [], {}, form), kind)
    path = path_to(own)
    target = target_of(path, variables_of(own)) if path else next_stored(own)
    file = code.co_filename
    last = [e for e in entries(error) if e.tb_frame.f_code.co_filename == file][-1]
    if own.tb_next and any(
        e.tb_frame.f_code is code for e in entries_from(own.tb_next)
    ):
        last = own  # it calls itself
    path_there = path_to(last) or [expression_at(last)]
    words = why(error, path_there, variables_of(last), form)
    helper = last.tb_frame.f_code.co_name
    if last.tb_frame.f_code is not code and helper[0] != "<":
        words += f" (line {last.tb_lineno}, in {helper})"
    return Stop(own.tb_lineno, _text(path, own), target, words, kind)


def _text(path, own):
    """Return the statement in one line if it is short, else the line of the place."""
    file = own.tb_frame.f_code.co_filename
    statement = next((n for n in reversed(path) if isinstance(n, ast.stmt)), None)
    if isinstance(statement, SIMPLE) and len(text := ast.unparse(statement)) <= 100:
        if statement.lineno < statement.end_lineno:
            return text
        line = linecache.getline(file, statement.lineno).encode()
        return line[statement.col_offset : statement.end_col_offset].decode()
    if not path and file.startswith("<"):
        return ""
    return linecache.getline(file, own.tb_lineno).strip()


def target_of(path, names):
    """Return the line of the notes that the expression at the end belongs to."""
    arguments = set()
    for node in path:
        if isinstance(node, ast.FunctionDef | ast.Lambda):
            arguments = {a.arg for a in ast.walk(node.args) if isinstance(a, ast.arg)}

    def name_of(node):
        match node:
            case ast.Name():
                return line_of(node.id)
            case ast.Attribute():
                return line_of(node.attr)
            case ast.Starred():
                return name_of(node.value)
            case ast.Tuple() | ast.List():
                found = [*filter(None, map(name_of, node.elts))]
                return found[0] if found else ""
            case ast.Subscript():
                with contextlib.suppress(Exception):
                    key = value_of(node.slice, names)
                    given = getattr(node.value, "id", "") in arguments
                    return line_of(key) or (not given and line_of(f"d{key}")) or ""
                return name_of(node.value)
        return ""

    for outer, inner in zip(path[-2::-1], path[:0:-1], strict=True):
        match outer:
            case ast.keyword():
                found = line_of(outer.arg)
            case ast.Call(func=ast.Name(id="dict")) if isinstance(inner, ast.keyword):
                found = line_of(f"d{inner.arg}")
            case ast.Dict() if inner in outer.values:
                key = outer.keys[outer.values.index(inner)]
                key = getattr(key, "value", None)
                found = line_of(key) or line_of(f"d{key}")
            case ast.Assign(
                targets=[ast.Tuple() as to], value=ast.Tuple() as value
            ) if inner is value and len(to.elts) == len(value.elts):
                at = [n for n in path if n in value.elts]
                found = name_of(to.elts[value.elts.index(at[0])] if at else to)
            case ast.Assign():
                found = next(filter(None, map(name_of, outer.targets)), "")
            case ast.AugAssign() | ast.AnnAssign() | ast.NamedExpr():
                found = name_of(outer.target)
            case _:
                found = ""
        if found:
            return found
    if path and isinstance(path[-1], ast.AugAssign):
        return name_of(path[-1].target)
    return ""
