"""Arrays that cannot be used as they are: of another shape, of integers, or none."""

import contextlib

import numpy as np

from mlpnotes.tutor.calling.source import HUGE
from mlpnotes.tutor.known import PARAMETERS, source
from mlpnotes.tutor.reasons import find
from mlpnotes.tutor.rows import FOLLOWS, NONFINITE, SHAPE, TYPE, UNCLEAR, row


def judge_fault(judge, name):
    """Return the row of such an array, and keep later lines from being judged by it."""
    fault = judge.faults[name]
    if [n for n, a in judge.got.items() if a is None] == [name]:
        text = f"{fault.detail} (Or what it calls has no return.)"
        fault = fault._replace(detail=text)
    if fault.status == NONFINITE:
        return judge_nonfinite(judge, name, fault)
    if (g := as_floats(judge, name)) is not None:
        return judge_type(judge, name, g, fault)
    if name not in PARAMETERS:
        judge.lose(name, "unusable")
    return judge_shape(judge, name, fault) if fault.status == SHAPE else fault


def judge_nonfinite(judge, name, fault):
    """Return the row of an array with NaN or infinity: a fault once, where it begins.

    It follows if the line makes it of the student's own array; NaN alone tells nothing.
    """
    raw, cause = np.asarray(judge.got[name]), judge.blocked(name)
    made = False
    if (before := source(name)) in judge.own:
        value = judge.known.line(name, **{before: judge.own[before]})
        made = same_pattern(judge.known, raw, judge.known.finished(name, value))
    if name not in PARAMETERS and raw.shape == judge.known.truth[name].shape:
        judge.own[name] = raw
        judge.lose(name, "not finite")
    if made:
        return row(name, FOLLOWS)
    if cause:
        return judge.unclear(name, cause)
    return fault


def same_pattern(known, raw, value):
    """Return whether two arrays agree, NaN and infinity too, and differ within."""
    value = np.asarray(value)
    if raw.shape == (1, *value.shape):
        raw = raw[0]
    finite = np.isfinite(value)
    if raw.shape != value.shape or not np.array_equal(finite, np.isfinite(raw)):
        return False
    kinds = np.unique(np.where(finite, 0, np.sign(value)), equal_nan=True)
    same = np.array_equal(raw[~finite], value[~finite], equal_nan=True)
    return same and len(kinds) > 1 and known.close(raw[finite], value[finite])


def as_floats(judge, name):
    """Return an array of another type as floats, if it has the right shape."""
    raw, truth = judge.got[name], judge.known.truth[name]
    plain = isinstance(raw, np.ndarray) and not np.ma.isMaskedArray(raw)
    if not plain or raw.dtype.kind not in "iubfc":
        return None
    if name[1] == "b" and raw.shape == (1, *truth.shape):
        raw = raw[0]
    if raw.shape != truth.shape or not np.isfinite(raw).all() or np.imag(raw).any():
        return None
    return np.real(raw).astype(truth.dtype)


def judge_type(judge, name, g, fault):
    """Return the row of another type: a fault once, where it begins."""
    known, before = judge.known, judge.faults.get(source(name))
    dtype = judge.got[name].dtype
    whole = dtype.kind in "iub"
    rounding = 0 if whole else 4 * np.finfo(dtype).eps
    cause = judge.blocked(name)
    if cause and known.powerless(name, g):
        return judge.unclear(name, cause)
    final = known.finished(name, known.c[name])
    error = np.abs(g - final).max()
    rounded = error <= rounding * max(np.abs(final).max(), known.summands(name))
    if before and before.status == TYPE and (rounded or known.close(g, final)):
        known.c[name] = known.unfinished(name, g)
        return row(name, FOLLOWS)
    if name not in PARAMETERS and known.powerless(name, g):
        judge.lose(name, "all zeros")
    else:
        known.c[name] = known.unfinished(name, g)
    return fault._replace(detail=fault.detail + " The fractions are cut off." * whole)


def judge_shape(judge, name, fault):
    """Return the row of a wrong shape, with the reason if it is known."""
    raw = np.asarray(judge.got[name])
    if raw.size > HUGE:
        return fault
    cause = judge.blocked(name)
    small = cause in judge.got and np.size(judge.got[cause]) <= HUGE
    if small and judge.faults.get(cause):
        with contextlib.suppress(ValueError, TypeError):
            value = judge.known.line(name, **{cause: np.asarray(judge.got[cause])})
            if judge.known.close(raw, value):
                detail = f"It is made of your {cause}, of a wrong shape."
                return row(name, UNCLEAR, detail)
    found = find(judge.known, name, raw)
    if not found:
        return fault
    detail = f"{fault.detail} {found.detail}"
    return row(name, SHAPE, detail, found.names, found.mend)
