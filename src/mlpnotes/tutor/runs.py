"""One run of the student's function, judged; and what a second network adds."""

import itertools
import warnings
from typing import NamedTuple

import numpy as np

from mlpnotes.tutor.calling.source import copied
from mlpnotes.tutor.form import CONVENTIONS, Form
from mlpnotes.tutor.judging import Judge
from mlpnotes.tutor.known import PARAMETERS, Known
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

OTHER_FORM = {
    "notes": "What you return is right in the form of the notes, sums over the batch; "
    "here the course's is asked for, finished by (55).",
    "course": "What you return is right in the course's form, finished by (55); here "
    "that of the notes is asked for, sums over the batch.",
}


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


def run(caller, how, form, problem, order=None):
    """Call the function on a problem and judge what it did, by the class's form.

    If it returns too little, it is judged by its local variables.
    """
    outcome = caller.call(how, problem)
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
            rows, summary = judge_stopped(problem, form, outcome)
            summary = " ".join(filter(None, [causes(outcome, rows), summary]))
            return Run(rows, remarks, notes, summary, None, stopped=True)
        got, complaint = named(outcome.value, problem, order)
        if complaint and in_part(problem, outcome) and computed(problem, outcome):
            rows = short_of_one(judge_seen(problem, form, outcome))
            return Run(rows, remarks, notes, complaint, None)
        single = {
            n for n, a in got.items()
            if problem.y.dtype != np.float32 == getattr(a, "dtype", None)
        }  # fmt: skip
        if single:
            which = [n for n in got if n in single]
            who = "Your arrays" if len(which) == len(got) else listed(which)
            notes.append(f"Of float32: {who}, compared in its precision.")
        got, disorder = in_order(form, problem, got, outcome.value)
        judge = Judge(problem, form, got, outcome.seen, single)
        overlaps = shared(got, caller.overlap)
        got = {n: copied(a) for n, a in got.items()}  # a second call may change them
        again = caller.call(how, problem, watch=False).value
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
        pairs = overwritten(overlaps, {r.name: r for r in rows})
        stored = caller.call(how, problem, watch="stored").value if pairs else None
        stored = named(stored, problem, list(got))[0] if pairs else {}
        pairs = [p for p in pairs if was_changed(judge, p[0], stored.get(p[0]))]
        other = other_form(judge, form)
    for a, b in pairs:
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
    if other:
        rows = [as_other_form(r, other) for r in rows]
    elif without_penalty(how) and any(
        r.status in FAULTS and form.penalises(r.name) for r in rows
    ):
        takes = ", ".join(name for name, _ in how.arguments)
        notes.append(f"Your function is given no λ: its parameters are {takes}.")
    if disorder:
        rows = short_of_one(rows)
    said = other and OTHER_FORM[other.call]
    summary = complaint or disorder or said or causes(outcome, rows)
    return Run(rows, remarks, notes, summary, list(got))


def in_part(problem, outcome):
    """Return whether only lines of the function came back, what was given, or one."""
    value = outcome.value
    if not isinstance(value, tuple | list | dict):
        return True
    items = value.values() if isinstance(value, dict) else value
    items = [a for a in items if isinstance(a, np.ndarray)]
    lines = [a for a in outcome.seen.values() if isinstance(a, np.ndarray)]
    others = [a for a in items if not any(_equal(a, line) for line in lines)]
    given = [a for a in problem.arrays().values() if isinstance(a, np.ndarray)]
    return not others or (
        len(others) < len(items)  # there is a line among them
        and all(any(_equal(a, b) for b in given) for a in others)
    )


def _equal(a, b):
    """Return whether two arrays hold the same; a bias may be one row."""
    same = b.shape in (a.shape, a.shape[1:]) and a.size == b.size
    a = a.reshape(b.shape) if same else a
    return same and bool(((a == b) | ((a != a) & (b != b))).all())


def short_of_one(rows):
    """Return the rows without the last one's credit: all is right but what is returned.

    So what was computed counts, and that it does not come back costs one line.
    """
    last = rows[-1]
    if last.credit != 1 or any(r.credit == 0 for r in rows):
        return rows
    detail = "It is right; that the arrays do not come back as asked costs one line."
    return [*rows[:-1], last._replace(credit=0, detail=detail)]


def was_changed(judge, name, stored):
    """Return whether an array was changed after it was computed, by all we know.

    It was if it was right when it was stored; and if no known mistake gives what it is.
    """
    known = judge.known
    if isinstance(stored, np.ndarray) and known.close(stored, known.line(name)):
        return True
    return not judge.rows[name].hypotheses


def other_form(judge, form):
    """Return the form other than this one in which all arrays are right, or None."""
    arrays = judge.arrays
    if not set(PARAMETERS) <= arrays.keys() or judge.right >= arrays.keys():
        return None
    others = [form.called("notes")]
    if form.call == "notes":
        choices = itertools.product(CONVENTIONS, (False, True))
        others = [Form("course", *c, form.activation) for c in choices]
    for other in others:
        known = Known(judge.problem, other, bool(judge.single))
        if all(known.is_right(n, a) for n, a in arrays.items()):
            return other
    return None


def as_other_form(r, other):
    """Return the row of a line without a reason in the form in which it is right."""
    if r.status != WRONG or r.hypotheses or r.name not in PARAMETERS:
        return r
    detail = f"It is finished by {other.finish(r.name)}, a mean with a penalty."
    mend = f"Return the sum over the batch, ({r.equation})."
    return r._replace(detail=detail, hypotheses=("other form",), mend=mend)


def without_penalty(how):
    """Return whether a function of the course's form is called without its λ."""
    given = [role for _, role in how.arguments]
    return how.form == "course" and bool(given) and "l2" not in given


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
