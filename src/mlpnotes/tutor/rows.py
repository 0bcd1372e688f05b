"""What is said of one line: its status, what kind of mistake it is, and the mend."""

from typing import NamedTuple

from mlpnotes.tutor.mistakes.lines import EQUATIONS

RIGHT, WRONG, FOLLOWS = "right", "wrong here", "follows"
SHAPE, MISSING, HIDDEN = "wrong shape", "missing", "not returned"
NONFINITE, TYPE, UNCLEAR = "not finite", "wrong type", "unclear"
RAISED, UNREACHED = "raised", "not reached"
FAULTS = (WRONG, SHAPE, MISSING, NONFINITE, TYPE, RAISED)


class Row(NamedTuple):
    """One line of the backward pass.

    ``detail`` says what kind of mistake it is, ``mend`` what to write instead, and
    ``hypotheses`` name it. ``credit`` is 1 if the line is earned, else 0.
    ``explains`` are the arrays that tell of a line which was not returned.
    """

    name: str
    equation: int
    status: str
    detail: str = ""
    hypotheses: tuple = ()
    mend: str = ""
    credit: int = 0
    explains: tuple = ()


def row(name, status, detail="", hypotheses=(), mend="", credit=None, explains=()):
    """Return a row; by default what is right or follows earns its line."""
    if credit is None:
        credit = int(status in (RIGHT, FOLLOWS))
    return Row(
        name, EQUATIONS[name], status, detail, tuple(hypotheses), mend, credit,
        tuple(explains),
    )  # fmt: skip


def listed(names):
    """Return "a, b and c"."""
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last


def are(names):
    """Return "a is" or "a and b are"."""
    return f"{listed(names)} {'is' if len(names) == 1 else 'are'}"
