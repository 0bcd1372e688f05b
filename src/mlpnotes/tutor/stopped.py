"""A function that raised: judged up to the line that stopped it."""

import re

from mlpnotes.tutor.calling.names import line_of
from mlpnotes.tutor.hidden import cost
from mlpnotes.tutor.judging import Judge
from mlpnotes.tutor.known import PARAMETERS
from mlpnotes.tutor.mistakes.lines import EQUATIONS
from mlpnotes.tutor.returned import has_shape
from mlpnotes.tutor.rows import FAULTS, HIDDEN, RAISED, UNCLEAR, UNREACHED, WRONG, row


def judge_seen(problem, form, outcome):
    """Return the rows of what a function had computed, by its local variables."""
    judge = Stopped(problem, form, computed(problem, outcome))
    rows = [row(name, UNREACHED) for name in EQUATIONS]
    if judge.got:
        rows = judge.judged()
    last = max((i for i, n in enumerate(EQUATIONS) if n in judge.got), default=-1)
    for i, r in enumerate(rows):
        if r.name not in judge.got:
            done = i < last and r.name not in PARAMETERS
            status = HIDDEN if done else UNREACHED
            rows[i] = row(r.name, status, credit=r.credit if done else 0)
    return rows


def judge_stopped(problem, form, outcome):
    """Return the rows of a function that raised, and what to say if none is named."""
    stop = outcome.stop
    text = describe(stop)
    rows = judge_seen(problem, form, outcome)
    first = next((r for r in rows if r.status in FAULTS), None)
    if first and first.status != WRONG and uses(stop, first.name):
        empty = any(outcome.seen[first.name] is a for a in (None, ...))
        more = f"Your line {stop.line} uses it." if empty else text
        detail = f"{first.detail} {more}"
        return [r._replace(detail=detail) if r is first else r for r in rows], ""
    after = [r.name for r in rows if r.status == UNREACHED]
    if first and stop.target in after and first.status == WRONG:
        i = list(EQUATIONS).index(stop.target)
        rows[i] = row(stop.target, RAISED, text)
    if first:
        return rows, text
    if stop.target in EQUATIONS:
        i = list(EQUATIONS).index(stop.target)
        rows[i] = row(stop.target, RAISED, text)
        return rows, ""
    return rows, text


def uses(stop, name):
    """Return whether the line that stopped is seen to use a line's array."""
    return name in map(line_of, re.findall(r"\w+", f"{stop.text} {stop.why}"))


def computed(problem, outcome):
    """Return the local variables that can be judged as lines.

    In a loop over the observations they are single rows, and sums of some rows:
    then none can. The variable that was to be computed may hold what it is made of.
    """
    seen, target = dict(outcome.seen), outcome.stop.target if outcome.stop else ""
    for name, value in seen.items() if outcome.loops else ():
        if name not in PARAMETERS and has_shape(value, problem.shape(name)[1:]):
            return {}
    shapes = ((), problem.shape(target)) if target in seen else ()
    if any(has_shape(seen[target], shape) for shape in shapes):
        del seen[target]
    return seen


def describe(stop):
    """Return where and why the function stopped, in a sentence."""
    where = "function" if stop.line is None else f"line {stop.line}"
    if stop.text:
        where += f", `{stop.text}`,"
    elif stop.target in EQUATIONS:
        where = f"line of {stop.target}, ({EQUATIONS[stop.target]}),"
    return f"Your {where} stopped: {stop.why}" + "." * (stop.why[-1] not in "?.")


class Stopped(Judge):
    """Judges local variables: what the function had computed before it stopped."""

    def __init__(self, problem, form, seen):
        super().__init__(problem, form, seen)
        for name in PARAMETERS:  # made by zeros, to be filled later
            if name in self.arrays and self.known.idle(name, self.arrays[name]):
                del self.arrays[name], self.got[name]
        self.right = {n for n in self.arrays if self.settles(n)}

    def settles(self, name):
        """Return whether an array is right at some stage, and take it as finished."""
        known, array, truth = self.known, self.arrays[name], self.known.truth[name]
        stages = [array] if known.form.call == "notes" else [array, array * known.B]
        ends = [array, array / known.B]  # to be divided yet, penalty and all
        if any(known.close(g, truth) for g in stages) or any(
            known.is_right(name, g) for g in ends
        ):
            self.arrays[name] = known.finished(name, truth)
            return True
        dz = f"dz{name[2]}"
        if self.has_slope(name) and dz in self.arrays and self.settles(dz):
            self.arrays[name] = truth  # changed in place for the next line
            return True
        return False

    def has_slope(self, name):
        """Return whether da is what dz should be."""
        array, truth = self.arrays[name], self.known.truth[f"dz{name[2]}"]
        return name[:2] == "da" and self.known.close(array, truth)

    def judge(self, name, blamed):
        """Return the row of a local variable, which may not be finished."""
        known, array = self.known, self.arrays.get(name)
        unclear = False
        if array is not None and name not in self.right:
            unclear = self.has_slope(name) and f"dz{name[2]}" not in self.arrays
            if known.form.call == "course":
                stages = [known.finished(name, g) for g in (array, array * known.B)]
                stages += [array, array / known.B] * (name in PARAMETERS)
                self.arrays[name] = min(stages, key=lambda g: cost(known, name, g))
        r = super().judge(name, blamed)
        if name in PARAMETERS and r.status == WRONG:  # perhaps not finished
            finished = self.arrays[name] is array
            unclear = not r.hypotheses or ("(55)" in r.detail and not finished)
        return row(name, UNCLEAR) if unclear else r
