"""One run of the student's function, judged; and what a second network adds."""

import warnings
from typing import NamedTuple

import numpy as np

from mlpnotes.tutor.calling import call
from mlpnotes.tutor.calling.source import copied
from mlpnotes.tutor.judging import Judge
from mlpnotes.tutor.known import Known
from mlpnotes.tutor.returned import HUGE, named, shared
from mlpnotes.tutor.rows import (
    FAULTS,
    FOLLOWS,
    HIDDEN,
    RIGHT,
    WRONG,
    are,
    listed,
    row,
)
from mlpnotes.tutor.stopped import computed, judge_seen, judge_stopped


class Run(NamedTuple):
    """What one run showed."""

    rows: list
    remarks: list
    notes: list
    summary: str  # what is to be said if no line can be named
    order: list | None  # the names of what was returned
    stopped: bool = False

    @property
    def ok(self):
        """Whether nothing is wrong."""
        good = all(r.status in (RIGHT, HIDDEN) for r in self.rows)
        return good and not self.remarks and not self.summary


def run(backward, how, problem, order=None):
    """Call the function on a problem and judge what it did.

    If it returns too little, it is judged by its local variables.
    """
    outcome = call(backward, how, problem)
    remarks, notes = [], []
    if outcome.called:
        notes.append(f"Your function was called as {outcome.called}.")
    if outcome.changed:
        remarks.append(
            f"Your function changes its argument{'s' * (len(outcome.changed) > 1)} "
            f"{', '.join(outcome.changed)}: "
            "copy before you modify, or write a = a * b for a *= b."
        )
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if outcome.error is not None:
            rows, summary = judge_stopped(problem, how.form, outcome)
            summary = " ".join(filter(None, [causes(outcome, rows), summary]))
            return Run(rows, remarks, notes, summary, None, stopped=True)
        got, complaint = named(outcome.value, problem, order)
        if complaint and in_part(outcome) and computed(problem, outcome):
            rows = judge_seen(problem, how.form, outcome)
            return Run(rows, remarks, notes, complaint, None)
        single = {
            n for n, a in got.items()
            if problem.y.dtype != np.float32 == getattr(a, "dtype", None)
        }  # fmt: skip
        if single:
            which = [n for n in got if n in single]
            who = "Your arrays" if len(which) == len(got) else listed(which)
            notes.append(f"Of float32: {who}, compared in its precision.")
        got, disorder = in_order(how.form, problem, got, outcome.value)
        judge = Judge(problem, how.form, got, outcome.seen, single)
        overlaps = shared(got)
        got = {n: copied(a) for n, a in got.items()}  # a second call may change them
        again = call(backward, how, problem, watch=False).value
        again = named(again, problem, list(got))[0]
        differing = [n for n in got if _differs(judge.known, got[n], again.get(n))]
        differing = [] if disorder else differing
        if differing:
            remarks.append(
                f"Two calls with equal arguments return different "
                f"{', '.join(differing)}: does your function use random numbers, or "
                "keep something between calls?"
            )
        rows = judge.judged()
    for a, b in overwritten(overlaps, {r.name: r for r in rows}):
        remarks.append(
            f"{a} and {b} are one array: what changes {b} in place, such as "
            f"{b} *= c, also changes {a}."
        )
        detail = f"It was changed after it was computed: it and {b} are one array."
        mend = f"Make {b} a new array: no *= or += after {b} = {a}."
        rows = [
            row(a, WRONG, detail, ("one array",), mend) if r.name == a else r
            for r in rows
        ]
    if outcome.mistaken:
        mend = "Look at the lines where these variables get their values."
        rows = [r._replace(mend=mend) if r.status in FAULTS else r for r in rows]
    summary = complaint or disorder or causes(outcome, rows)
    return Run(rows, remarks, notes, summary, list(got))


def in_part(outcome):
    """Return whether no other arrays came back than lines of the function, or one."""
    lines = [a for a in outcome.seen.values() if isinstance(a, np.ndarray)]
    value = outcome.value
    items = value.values() if isinstance(value, dict) else value
    return not isinstance(value, tuple | list | dict) or not any(
        isinstance(a, np.ndarray) and not any(np.array_equal(a, line) for line in lines)
        for a in items
    )


def _differs(known, a, b):
    if not isinstance(a, np.ndarray) or a.dtype.kind not in "fc" or a.size > HUGE:
        return False  # judged, or not worth judging, elsewhere
    if not isinstance(b, np.ndarray) or a.shape != b.shape:
        return True
    if not np.isfinite(a).all():
        return not np.array_equal(a, b, equal_nan=True)
    return not known.close(np.asarray(b), np.asarray(a)) and bool(np.any(a != b))


def overwritten(overlaps, rows):
    """Return the pairs of which the first was changed in place through the second."""
    good = (RIGHT, FOLLOWS)
    return [
        (a, b) for a, b in overlaps
        if rows[a].status not in good and rows[b].status in good
    ]  # fmt: skip


def causes(outcome, rows):
    """Return what may be behind all faults: a name that holds something else."""
    words = ""
    if any(r.status in FAULTS for r in rows):
        if outcome.mistaken:
            held = listed([f"{n} holds {other}" for n, other in outcome.mistaken])
            words = f"Your variable {held}."
        elif outcome.changed:
            words = f"Mend first that {are(outcome.changed)} changed in place."
    return words


def in_order(form, problem, got, value):
    """Return the arrays by line, and what to say if a tuple had another order."""
    known = Known(problem, form)
    arrays = {
        n: np.asarray(a) for n, a in got.items()
        if isinstance(a, np.ndarray) and a.dtype == problem.y.dtype and a.size <= HUGE
    }  # fmt: skip
    wrong = [n for n, a in arrays.items() if not known.is_right(n, a)]
    if isinstance(value, dict) or len(arrays) < len(got) or not wrong:
        return got, ""
    lines = {
        next((n for n in got if known.is_right(n, a)), ""): a for a in arrays.values()
    }
    if lines.keys() != got.keys():
        return got, ""
    words = f"All arrays are right, but in another order: return {', '.join(got)}."
    return {n: lines[n] for n in got}, words
