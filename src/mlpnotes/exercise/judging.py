"""The three states of an answer."""

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


def judge(mine, rule):
    """Judge an answer by a rule.

    Parameters
    ----------
    mine : object
        The answer; None is no answer yet.
    rule : callable
        Takes the answer and returns what is wrong with it, a sentence. Returns ""
        or None if nothing is, or a `Verdict`. An exception is a wrong answer.

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
        return Verdict("not tried")
    try:
        found = rule(mine)
    except (Exception, SystemExit) as error:  # whatever it does, the page goes on
        found = f"with it, the check stops: {said(error)}"
    if isinstance(found, Verdict):
        return found
    return Verdict("not yet", found) if found else Verdict("right")
