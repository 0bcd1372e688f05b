"""Rules: each takes an answer and says what is wrong with it, or nothing."""

import contextlib
import re
import reprlib

import numpy as np

from mlpnotes.exercise.judging import Verdict
from mlpnotes.exercise.seals import pieces, seal_of
from mlpnotes.exercise.words import NUMBER, NUMERIC, as_numbers, difference, kind, said
from mlpnotes.gradcheck import agree
from mlpnotes.network import Gradients
from mlpnotes.tutor import diagnose


def same(target, rtol=1e-11, atol=1e-14, refuse=None):
    """Return the rule that an answer is this number or array.

    Parameters
    ----------
    target : array_like
        Computed where the exercise stands, in another way than the answer.
    rtol, atol : float
        As for `mlpnotes.gradcheck.agree`.
    refuse : dict of str to array_like, optional
        What is no answer, by its name: ``{"b3 itself": params.b3}``.

    Returns
    -------
    callable
    """

    def rule(mine):
        what = kind(mine)
        if not isinstance(target, np.ndarray) and what not in NUMBER:
            return f"that is {what}, expected a number"
        if what not in NUMERIC:
            return f"that is {what}, expected an array of numbers"
        if np.ndim(mine) and np.shares_memory(mine, target):
            return "that is what the check computed: compute it yourself"
        mine = as_numbers(mine)
        if np.iscomplexobj(mine) and not np.iscomplexobj(target):
            return "that is complex, expected real numbers"
        for name, value in (refuse or {}).items():
            if agree(mine, value, rtol, atol):
                return f"that is {name}"
        return difference(mine, np.asarray(target), rtol, atol)

    return rule


def returns(reference, *examples, rtol=1e-11, atol=1e-14):
    """Return the rule that an answer is a function with these values.

    Parameters
    ----------
    reference : callable
        Another way to the same values.
    *examples : tuple
        The arguments of each call; the answer gets copies of arrays.
    rtol, atol : float
        As for `mlpnotes.gradcheck.agree`.

    Returns
    -------
    callable
    """

    def rule(mine):
        if not callable(mine):
            return f"that is {kind(mine)}, expected a function"
        if mine is reference:
            return "that is the check's own function: write yours"
        for arguments in examples:
            expected = reference(*arguments)
            try:
                got = mine(*(np.copy(a) if np.ndim(a) else a for a in arguments))
            except Exception as error:
                return f"calling it raises {said(error)}"
            if kind(got) not in NUMERIC:
                return f"it returns {kind(got)}, expected numbers"
            wrong = difference(as_numbers(got), np.asarray(expected), rtol, atol)
            if wrong:
                return f"what it returns is not right: {wrong}"
        return ""

    return rule


def names(expected, among):
    """Return the rule that an answer is this set of names, in any order.

    Parameters
    ----------
    expected : iterable of str
        Found by an experiment where the exercise stands.
    among : iterable of str
        All names that can be asked for.

    Returns
    -------
    callable
    """
    expected, among = set(map(str, expected)), set(map(str, among))

    def rule(mine):
        if isinstance(mine, str):
            mine = (
                [mine]
                if mine in among
                else re.split("[,;]" if "," in mine else r"\s", mine)
            )
        if not isinstance(mine, list | tuple | set | frozenset | np.ndarray):
            return f"that is {kind(mine)}, expected names"
        spelled = {name.casefold(): name for name in among}
        got = {str(name).strip() for name in mine} - {""}
        got = {spelled.get(name.casefold(), name) for name in got}
        if unknown := got - among:
            return f"{reprlib.repr(min(unknown))} is none of {', '.join(sorted(among))}"
        counts = {
            "names that do not belong": len(got - expected),
            "names that are missing": len(expected - got),
        }
        return ", ".join(f"{what}: {count}" for what, count in counts.items() if count)

    return rule


def first_wrong(backward):
    """Return the rule that an answer names the line in which a pass goes wrong.

    The tutor is asked: the right answer comes with what it says.

    Parameters
    ----------
    backward : callable
        A backward pass with one planted mistake, for `mlpnotes.tutor.diagnose`.

    Returns
    -------
    callable
    """

    def rule(mine):
        if isinstance(mine, list | tuple | set) and len(mine) == 1:
            (mine,) = mine
        if not isinstance(mine, str):
            return f"that is {kind(mine)}, expected the name of a line"
        found = diagnose(backward)
        rows = {row.name.casefold(): row for row in found.rows}
        row = rows.get(str(mine).partition("=")[0].strip().casefold())
        if row is None:
            return f"{reprlib.repr(mine)} is none of {', '.join(Gradients._fields)}"
        if row.name == found.first_wrong:
            return Verdict("right", confirmed(row) or found.message)
        return {
            "right": f"{row.name} is right, entry by entry",
            "follows": f"{row.name} is wrong only because a line before it is",
            "not returned": f"this pass does not return {row.name}",
            "missing": f"this pass has no {row.name}",
        }.get(row.status, f"{row.name} is wrong, but a line before it is so first")

    return rule


def confirmed(row):
    """Return what the tutor says of the first wrong line, in any network."""
    detail = row.detail
    if detail.startswith("No known mistake"):  # and numbers of the tutor's network
        detail = "Its numbers are not those of the equation."
    if row.status == "wrong shape":
        detail += " (In the tutor's network no two sizes are equal.)"
    return detail and f"{row.name} is the first wrong line, ({row.equation}). {detail}"


def sealed(label, seal, why="", known=None, parts=None, words=False):
    """Return the rule that an answer has this seal, for what cannot be computed.

    Parameters
    ----------
    label : str
        The exercise's, so that equal answers have different seals.
    seal : str
        What `seal_of` makes of the label and the right answer.
    why : str
        What to think of again, when the answer is wrong.
    known : dict of str to str, optional
        The seal of a wrong answer that people give -> what is wrong with it.
    parts : int, optional
        How many numbers or words are asked for.
    words : bool
        Whether the answer is in words; else numbers are expected.

    Returns
    -------
    callable
    """

    def rule(mine):
        found = None
        with contextlib.suppress(TypeError):  # it is neither numbers nor words
            found = seal_of(label, mine)
        if found == seal:
            return ""
        if said := (known or {}).get(found):
            return said
        given = pieces(mine)
        given = given if isinstance(given, list) else [given]
        if unfit := next(filter(None, (_unfit(piece, words) for piece in given)), ""):
            what = "word" if words else "number"
            expected = f"a {what}" if parts in (None, 1) else f"{parts} {what}s"
            it = "that is" if len(given) == 1 else "one of them is"
            return f"{it} {unfit}, expected {expected}"
        if parts not in (None, len(given)):
            order = " in the order of the question" * (parts > 1)
            return f"expected {parts}{order}, got {len(given)}"
        return why or f"{reprlib.repr(mine)} is not it"

    return rule


def _unfit(piece, words):
    """Return what a part of an answer is, if it is no number, and no word either."""
    what = kind(piece)
    return "" if what == "a number" or (words and what == "a text") else what
