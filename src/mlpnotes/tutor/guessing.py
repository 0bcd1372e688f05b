"""Guessing a line that was not returned: the known mistake that makes its arrays."""

import numpy as np

from mlpnotes.tutor.endings import Ending, ending, factor
from mlpnotes.tutor.known import PARAMETERS
from mlpnotes.tutor.mistakes import HYPOTHESES
from mlpnotes.tutor.mistakes.factors import say_factor
from mlpnotes.tutor.mistakes.lines import EQUATIONS, fill
from mlpnotes.tutor.reasons import UNKNOWN, reason, variants
from mlpnotes.tutor.rows import WRONG, listed, row


def guesses(judge, k):
    """Yield what known mistakes would have made of the hidden lines of a layer.

    Yields
    ------
    steps : tuple of (str, Hypothesis)
    lines : dict of str to ndarray
        dz, and da if the mistake is there.
    """
    known, dz, da = judge.known, f"dz{k}", f"da{k}"
    yield (), {dz: known.c[dz]}
    for steps, value in variants(known, dz):
        if np.shape(value) == np.shape(known.c[dz]):
            yield steps, {dz: value}
    if da not in EQUATIONS or da in judge.got:
        return
    for steps, value in variants(known, da):
        if np.shape(value) == np.shape(known.c[da]):
            made = known.line(dz, **{da: value})
            if not known.close(made, known.c[dz]):  # a ReLU may undo the mistake
                yield steps, {da: value, dz: made}
    yield from updated(judge, k)


def updated(judge, k):
    """Yield da as it would be with updated weights, of the step that fits db."""
    known, da, dz, db = judge.known, f"da{k}", f"dz{k}", f"db{k}"
    change = known.c[f"dz{k + 1}"] @ known.c[f"dW{k + 1}"].T
    if db in judge.arrays:
        left = known.unfinished(db, judge.arrays[db]) - known.line(db)
        t = factor(known, left, known.line(dz, **{da: change}).sum(axis=0))
        rows = [h for h in HYPOTHESES if h.name == "updated weights"]
        if t is not None and rows:
            value = known.line(da) + t * change
            yield ((da, rows[0]),), {da: value, dz: known.line(dz, **{da: value})}


def guess(judge, k, names, base):
    """Look for a known mistake in the hidden lines that makes the arrays follow."""
    known, dz = judge.known, f"dz{k}"
    best, least = None, base
    for steps, lines in guesses(judge, k):
        if len(steps) >= least or known.powerless(dz, lines[dz]):
            continue
        trial = known.given(**lines)
        ends = {n: _ending(judge, trial, n, len(steps) < 2) for n in names}
        exact = {n: e for n, e in ends.items() if e}
        if not exact or sum(judge.arrays[n].size for n in exact) < 3:
            continue
        f = common_factor(known, exact)
        if (not steps and f == 1) or (f != 1 and len(steps) > 1):
            continue  # nothing, or three things at once
        total = len(steps) + (f != 1)
        for n in names:
            e, tried = ends[n], judge.tried[n]
            if e is None:
                total += tried.cost if tried else UNKNOWN
            else:
                total += (e.penalty is not None) + (f == 1 and e.whole * e.data != 1)
        if total < least:
            best, least = (steps, lines, f, list(exact)), total
    if best is None:
        return {}
    steps, lines, f, exact = best
    judge.tried = {}
    if not steps:
        known.c[dz] = f * known.c[dz]
        return share(judge, k, exact, f)
    line = steps[0][0]
    found = reason(known, line, lines[line], steps, Ending(whole=f))
    known.c.update(lines | {dz: f * lines[dz]})
    blamed = row(line, WRONG, found.detail, found.names, found.mend, explains=exact)
    return {line: blamed}


def _ending(judge, trial, name, thorough):
    end = ending(trial, name, judge.arrays[name], trial.line(name), thorough)
    return None if end is None or end.whole * end.data == 0 else end


def spared(judge, k, names):
    """Look for arrays made of a hidden line that is right for all later ones."""
    known = judge.known
    for steps, lines in guesses(judge, k):
        trial = known.given(**lines)
        for n in names if len(steps) == 1 else ():
            array, found = judge.arrays[n], judge.tried[n]
            end = None if found else _ending(judge, trial, n, False)
            if end and array.size > 2:
                judge.tried[n] = reason(known, n, array, steps, end)


def common_factor(known, ends):
    """Return the factor that both sums over the batch have, 1 if none.

    A factor of a finished array with its penalty was put in at the end, and B in
    the course's form is a division left out there.
    """
    weighted = [e for n, e in ends.items() if known.form.penalises(n)]
    at_end = any(e.whole != 1 for e in weighted)
    if len(ends) < 2 or at_end:
        return 1.0
    f, g = (e.whole * e.data for e in ends.values())
    missing = known.form.call == "course" and abs(f - known.B) < 1e-6
    return f if abs(f - g) <= 10 * known.tolerance * abs(f) and not missing else 1.0


def share(judge, k, names, f):
    """Blame a factor that is in a hidden line, or at the end: both give this."""
    known = judge.known
    lines = [n for n in (f"da{k}", f"dz{k}") if n in EQUATIONS and n not in judge.got]
    course = known.form.call == "course"
    factors, text, mend = say_factor(f, known.sizes, f"dz{k}", course)

    def all_scaled(some):
        return all(
            n in judge.arrays
            and known.close(known.unfinished(n, judge.arrays[n]), f * known.truth[n])
            for n in some
        )

    who = "all six" if all_scaled(PARAMETERS) else listed(names)
    sums = f"the sums over the batch in {who}" if course else who
    what = "the right ones" if all_scaled(names) else "what the lines before give"
    text = text.replace(" is ", " are ", 1)
    if not sums.startswith("d"):  # the name of an array
        sums = sums[0].upper() + sums[1:]
    detail = fill(text, f"dz{k}", it=sums, what=what, form=known.form)
    where = f"at the end, or in {' or '.join(lines)}, which you do not return"
    cause = ", as y − ŷ would give" if (k, round(f, 6)) == (3, -1) else ""
    detail = f"{detail[:-1]}: {where}{cause}."
    mend = fill(mend, f"dz{k}", form=known.form)
    return {names[0]: row(names[0], WRONG, detail, factors, mend, explains=names)}
