"""Say of an answer to an exercise: not tried, not yet, or right.

The cell of an exercise holds ``mine = None``, the place for the answer, and ends
in `judge` with a rule. A rule takes the answer and returns what is wrong with it,
a sentence, or nothing. The rules here never say the right answer, and refuse
what is none.
"""

import hashlib
import numbers
import textwrap
from typing import NamedTuple

import numpy as np

from mlpnotes.gradcheck import agree
from mlpnotes.network import Gradients
from mlpnotes.tutor import diagnose


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
    >>> judge(None, same(4)), judge(5.0, same(4)), judge(4, same(4))
    (○ not tried, ✗ not yet: 5 is too large, ✓ right)
    """
    if mine is None or mine is ...:
        return Verdict("not tried")
    try:
        found = rule(mine)
    except Exception as error:  # whatever the answer does, the page goes on
        found = f"with it, the check stops: {type(error).__name__}: {error}"
    if isinstance(found, Verdict):
        return found
    return Verdict("not yet", found) if found else Verdict("right")


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
        if not isinstance(target, np.ndarray) and what != "a number":
            return f"that is {what}, expected a number"
        if what not in ("a number", "an array of numbers"):
            return f"that is {what}, expected an array of numbers"
        if np.ndim(mine) and np.shares_memory(mine, target):
            return "that is what the check computed: compute it yourself"
        mine = as_numbers(mine)
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
                return f"calling it raises {type(error).__name__}: {error}"
            if kind(got) not in ("a number", "an array of numbers"):
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
    expected, among = set(expected), set(among)

    def rule(mine):
        if isinstance(mine, str):
            mine = [mine] if mine in among else mine.split("," if "," in mine else None)
            mine = [name.strip() for name in mine]
        if not isinstance(mine, list | tuple | set | frozenset):
            return f"that is {kind(mine)}, expected names"
        got = set(mine)
        if unknown := got - among:
            return f"{min(map(str, unknown))!r} is none of {', '.join(sorted(among))}"
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
        if not isinstance(mine, str):
            return f"that is {kind(mine)}, expected the name of a line"
        name = mine.partition("=")[0].strip()
        if name not in Gradients._fields:
            return f"{name!r} is none of {', '.join(Gradients._fields)}"
        found = diagnose(backward)
        if name == found.first_wrong:
            return Verdict("right", found.message)
        status = found.rows[Gradients._fields.index(name)].status
        return {
            "right": f"{name} is right, entry by entry",
            "follows": f"{name} is wrong only because a line before it is",
        }.get(status, f"{name} is {status}: it is not the first wrong line")

    return rule


def sealed(label, seal, why="", known=None, parts=None):
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

    Returns
    -------
    callable
    """

    def rule(mine):
        try:
            found = seal_of(label, mine)
        except TypeError as error:
            return str(error)
        count = len(pieces(mine)) if isinstance(pieces(mine), list) else 1
        if parts not in (None, count):
            return f"that is {count} of the {parts} that are asked for"
        if found == seal:
            return ""
        return (known or {}).get(found) or why or f"{mine} is not it"

    return rule


def seal_of(label, answer):
    """Return eight hexadecimal digits that stand for an answer and do not show it.

    Parameters
    ----------
    label : str
    answer : number, str, or tuple of them
        2, 2.0 and NumPy's 2 are equal, and so are " B " and "b"; nine digits of a
        number count.

    Returns
    -------
    str

    Raises
    ------
    TypeError
        If the answer is something else.

    Examples
    --------
    >>> seal_of("ex-1", 2) == seal_of("ex-1", 2.0) != seal_of("ex-2", 2)
    True
    """
    return hashlib.sha256(f"{label}={plain(answer)}".encode()).hexdigest()[:8]


def plain(answer):
    """Return an answer as text, the same for all ways to write it."""
    answer = pieces(answer)
    if isinstance(answer, list):
        return f"({', '.join(map(plain, answer))})"
    if isinstance(answer, str):
        return " ".join(answer.casefold().split())
    if kind(answer) == "a number":
        return f"{float(answer):.9g}"
    if isinstance(answer, bool | np.bool_):
        return str(bool(answer))
    raise TypeError(f"that is {kind(answer)}, expected a number or a word")


def pieces(answer):
    """Return the parts of a tuple, of a row, or of a text such as "2, 8", as a list."""
    if isinstance(answer, np.ndarray) and answer.ndim == 1:
        return answer.tolist()
    if isinstance(answer, str) and "," in answer:
        answer = answer.strip(" ()[]").split(",")
    if isinstance(answer, tuple | list):
        return [number(part) for part in answer]
    return number(answer)


def number(text):
    """Return the number that a text is, or the text."""
    try:
        return float(text) if isinstance(text, str) else text
    except ValueError:
        return text


def as_numbers(answer):
    """Return numbers, fractions among them, as an array."""
    array = np.asarray(answer)
    return array.astype(float) if array.dtype == object else array


def kind(answer):
    """Return what an answer is, in words."""
    if answer is None:
        return "None"
    if isinstance(answer, bool | np.bool_):
        return f"the truth value {answer}"
    if isinstance(answer, numbers.Real):
        return "a number" if np.isfinite(float(answer)) else f"the number {answer}"
    if isinstance(answer, str):
        return "a text"
    if callable(answer):
        return "a function"
    try:
        array = as_numbers(answer)
        numeric = np.issubdtype(array.dtype, np.number)
    except (TypeError, ValueError):
        numeric = False
    if not numeric:
        name = type(answer).__name__
        return f"an {name}" if name[0] in "aeiou" else f"a {name}"
    if not np.isfinite(array).all():
        return "an array with infinities or NaN in it"
    return "an array of numbers" if array.ndim else "a number"


def difference(got, expected, rtol, atol):
    """Return in words how two arrays differ, without the expected numbers, or ""."""
    if got.shape != expected.shape:
        return f"its shape is {got.shape}, expected {expected.shape}"
    near = np.isclose(got, expected, rtol=rtol, atol=atol)
    if near.all():
        return ""
    if np.isclose(got, expected, rtol=0.02, atol=atol).all():
        return "that is close, but not to as many digits as are asked for"
    if not got.shape:
        return f"{got:g} is too {'large' if got > expected else 'small'}"
    if agree(got, -expected, rtol, atol):
        return "the sign is wrong, everywhere"
    if got.shape == got.T.shape and agree(got, expected.T, rtol, atol):
        return "it is transposed"
    factor = np.vdot(expected, got) / np.vdot(expected, expected).real
    if abs(factor) > atol and agree(got, factor * expected, 1e-9, atol):
        return f"it is {factor:.3g} times what it should be, everywhere"
    return f"{near.sum()} of its {near.size} entries are right"
