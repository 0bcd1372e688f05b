"""The three states of an answer."""

import ast
import inspect
import textwrap
from typing import NamedTuple

from mlpnotes.exercise.words import said


class Verdict(NamedTuple):
    """What `judge` says: one of three states, and why. True only if right."""

    state: str
    why: str = ""

    def __bool__(self):
        return self.state == "right"

    def __repr__(self):
        sign = {"not tried": "○", "not yet": "✗", "right": "✓"}[self.state]
        return textwrap.fill(f"{sign} {self.state}" + f": {self.why}" * bool(self.why))


def judge(mine, rule, by=None):
    """Judge an answer by a rule.

    Parameters
    ----------
    mine : object
        The answer; None is no answer yet.
    rule : callable
        Takes the answer and returns what is wrong with it, a sentence. Returns ""
        or None if nothing is, or a `Verdict`. An exception is a wrong answer.
    by : callable, optional
        The reader's function that returned the answer. Once it is more than its
        stub, ``mine = None`` and ``return mine``, None is a return that is missing.

    Returns
    -------
    Verdict

    Examples
    --------
    >>> def four(mine):
    ...     return "" if mine == 4 else "count again"
    >>> judge(None, four), judge(5, four), judge(4, four)
    (○ not tried, ✗ not yet: count again, ✓ right)
    """
    if mine is None or mine is ...:
        if by is None or is_stub(by):
            return Verdict("not tried")
        it = f"{by.__name__} returns {mine}: is the return missing"
        return Verdict("not yet", f"{it}, or does it name something else?")
    try:
        found = rule(mine)
    except (Exception, SystemExit) as error:  # whatever it does, the page goes on
        found = f"with it, the check stops: {said(error)}"
    if isinstance(found, Verdict):
        return found
    return Verdict("not yet", found) if found else Verdict("right")


def is_stub(function):
    """Return whether a function does nothing but set names to None and return them.

    Also True if its source is not known.
    """
    try:
        (node,) = ast.parse(textwrap.dedent(inspect.getsource(function))).body
    except (OSError, TypeError, SyntaxError, ValueError):
        return True
    return all(map(_idle, getattr(node, "body", [])))


def _idle(line):
    value = getattr(line, "value", None)
    constant = isinstance(value, ast.Constant)
    if isinstance(line, ast.Assign):
        return constant and value.value is None
    if isinstance(line, ast.Return):
        return value is None or constant or isinstance(value, ast.Name)
    return isinstance(line, ast.Pass) or (isinstance(line, ast.Expr) and constant)
