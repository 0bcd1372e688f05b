"""Arrays that cannot be used as they are: of another shape, of integers, or none."""

import contextlib

import numpy as np

from mlpnotes.tutor.calling.source import HUGE
from mlpnotes.tutor.known import PARAMETERS, source
from mlpnotes.tutor.reasons import find
from mlpnotes.tutor.rows import FOLLOWS, SHAPE, TYPE, UNCLEAR, row


def judge_fault(judge, name):
    """Return the row of such an array, and keep later lines from being judged by it."""
    fault = judge.faults[name]
    if [n for n, a in judge.got.items() if a is None] == [name]:
        text = f"{fault.detail} (Or what it calls has no return.)"
        fault = fault._replace(detail=text)
    if (g := integers(judge, name)) is not None:
        return judge_integers(judge, name, g, fault)
    if name not in PARAMETERS:
        judge.lose(name, "unusable")
    return judge_shape(judge, name, fault) if fault.status == SHAPE else fault


def integers(judge, name):
    """Return an array of integers as floats, if it has the right shape."""
    raw, truth = judge.got[name], judge.known.truth[name]
    whole = isinstance(raw, np.ndarray) and raw.dtype.kind in "iub"
    return raw.astype(truth.dtype) if whole and raw.shape == truth.shape else None


def judge_integers(judge, name, g, fault):
    """Return the row of integers: a fault once, where fractions were cut off."""
    known, before = judge.known, judge.faults.get(source(name))
    cause = judge.blocked(name)
    if cause and known.powerless(name, g):
        detail = f"Your {cause} is {judge.lost[cause]}, "
        return row(
            name, UNCLEAR, detail + "so this line cannot be judged yet.", credit=0
        )
    if before and before.status == TYPE and known.close(g, known.c[name]):
        return row(name, FOLLOWS)
    if name not in PARAMETERS and known.powerless(name, g):
        judge.lose(name, "all zeros")
    else:
        known.c[name] = g
    return fault._replace(detail=f"{fault.detail} The fractions are cut off.")


def judge_shape(judge, name, fault):
    """Return the row of a wrong shape, with the reason if it is known."""
    raw = np.asarray(judge.got[name])
    if raw.size > HUGE:
        return fault
    cause = judge.blocked(name)
    if cause and judge.faults.get(cause):
        with contextlib.suppress(ValueError):
            value = judge.known.line(name, **{cause: np.asarray(judge.got[cause])})
            if judge.known.close(raw, value):
                detail = f"It is made of your {cause}, of a wrong shape."
                return row(name, UNCLEAR, detail)
    found = find(judge.known, name, raw)
    if not found:
        return fault
    detail = f"{fault.detail} {found.detail}"
    return row(name, SHAPE, detail, found.names, found.mend)
