"""Lines that were not returned: seen over the shoulder, or guessed from their arrays.

Nothing is said of such a line while the arrays made of it are right.
"""

import itertools

from mlpnotes.tutor.endings import Ending, ending, factor
from mlpnotes.tutor.known import PARAMETERS, after
from mlpnotes.tutor.mistakes import HYPOTHESES
from mlpnotes.tutor.mistakes.factors import say_factor
from mlpnotes.tutor.mistakes.lines import EQUATIONS, fill
from mlpnotes.tutor.reasons import UNKNOWN, find, reason, variants
from mlpnotes.tutor.verdict import WRONG, listed, row


def explain(judge, k):
    """Find what the hidden gradient of a layer was, if its arrays are wrong.

    Local variables that are accepted are added to ``judge.arrays`` and ``judge.got``,
    as if they had been returned; a guess is put into ``judge.known``.

    Returns
    -------
    dict of str to Row
        The rows of lines that the guess has judged already.
    """
    known, dz, da = judge.known, f"dz{k}", f"da{k}"
    judge.tried = {}
    names = [n for n in (f"dW{k}", f"db{k}") if n in judge.arrays]
    if k < 3 and da not in judge.got:
        known.c[da] = known.line(da)
    if dz in judge.got:
        accept_da(judge, da, dz)
        return {}
    known.c[dz] = known.line(dz)
    if any(n in judge.right for n in names):  # so it was right, whatever came before
        rest = [n for n in names if n not in judge.right]
        if rest and all(follows(known, n, judge.arrays[n]) for n in rest):
            return {}  # unless the others follow
        for line in (da, dz)[k == 3 :]:
            known.c[line] = known.truth[line]
        return {}
    for n in names:
        if follows(known, n, judge.arrays[n]):
            return {}  # it follows, so the hidden line is what it should be
    if not names:
        return {}
    for n in names:
        judge.tried[n] = find(known, n, judge.arrays[n], judge.unreturned())
    base = sum(f.cost if f else UNKNOWN for f in judge.tried.values())
    for scale in (1, known.B) if known.form == "course" else (1,):
        if dz in judge.seen and accept(judge, dz, judge.seen[dz] * scale, names, base):
            if da in judge.seen:
                judge.seen[da] = judge.seen[da] * scale
                accept_da(judge, da, dz)
            return {}
    if judge.right & set(after(dz)):
        return {}  # later arrays are made of the right one
    return guess(judge, k, names, base)


def follows(known, name, array):
    """Return whether an array is right, given the lines before it."""
    return ending(known, name, array, known.line(name)) == Ending()


def cost(known, name, array):
    """Return how many mistakes it takes to come from the right line to this array."""
    if follows(known, name, array):
        return 0
    found = find(known, name, array)
    return found.cost if found else UNKNOWN


def accept(judge, dz, value, names, base):
    """Take a local variable for what was used, if it explains the arrays better."""
    known = judge.known
    if known.powerless(dz, value):
        return False
    trial = known.given(**{dz: value})
    if known.close(value, known.c[dz]) or known.close(value, known.truth[dz]):
        known.c[dz] = value
        judge.tried = {}
        return True  # it is right, so the arrays are wrong by themselves
    total = cost(known, dz, value)
    for name in names:
        total += cost(trial, name, judge.arrays[name])
    if total >= base:
        return False
    judge.got[dz] = judge.arrays[dz] = value
    judge.tried = {}
    return True


def accept_da(judge, da, dz):
    """Take the local variable da for what was used, if it explains dz better."""
    known = judge.known
    if da in judge.got or da not in judge.seen or dz not in judge.arrays:
        return
    array, value = judge.arrays[dz], judge.seen[da]
    base = 0 if dz in judge.right else cost(known, dz, array)
    if not base or known.powerless(da, value):
        return
    left = cost(known.given(**{da: value}), dz, array)
    if left == 0 or left + cost(known, da, value) < base:
        judge.got[da] = judge.arrays[da] = value


def guess(judge, k, names, base):
    """Look for a known mistake in the hidden lines that makes all arrays follow."""
    known, dz = judge.known, f"dz{k}"
    best = None
    hidden = judge.unreturned()
    tries = itertools.chain(
        [((), known.c[dz])],
        variants(known, dz, None, hidden),
        updated(judge, k) if f"da{k}" in hidden else (),
    )
    for steps, value in tries:
        if value.shape != known.c[dz].shape or known.powerless(dz, value):
            continue
        ends = endings(known.given(**{dz: value}), judge, names, len(steps) < 2)
        if not ends:
            continue
        f = common_factor(known, names, ends)
        left = sum(e.penalty is not None for e in ends)
        if f == 1:
            left += sum(e.whole * e.data != 1 for e in ends)
        total = len(steps) + (f != 1) + left
        if total < (best[0] if best else base):
            best = total, steps, value, f
    if best is None:
        return {}
    _, steps, value, f = best
    judge.tried = {}
    known.c[dz] = f * value
    if not steps:
        return share(judge, k, names, f)
    line = steps[0][0]
    known.c[line] = known.line(line) if line != dz else value
    got = value
    if line != dz and k < 3:  # what da was, for a mistake with an unknown number
        got = value / (known.c[f"a{k}"] * (1 - known.c[f"a{k}"]))
    before = known.given(**{dz: known.line(dz)})
    found = reason(before, line, got, steps, Ending(whole=f))
    blamed = row(line, WRONG, found.detail, found.names, found.mend, explains=names)
    return {line: blamed}


def endings(trial, judge, names, thorough):
    """Return how the arrays end that are made of a guess, [] if one is of another."""
    ends = []
    for name in names:
        end = ending(trial, name, judge.arrays[name], trial.line(name), thorough)
        if end is None or end.whole * end.data == 0:
            return []
        ends.append(end)
    return ends


def updated(judge, k):
    """Yield dz as it would be with updated weights in da, of any step."""
    known, da, dz, db = judge.known, f"da{k}", f"dz{k}", f"db{k}"
    step = known.c[f"dz{k + 1}"] @ known.c[f"dW{k + 1}"].T
    right, change = known.line(dz), known.line(dz, **{da: step})
    if db in judge.arrays:
        left = known.unfinished(db, judge.arrays[db]) - right.sum(axis=0)
        t = factor(known, left, change.sum(axis=0))
        rows = [h for h in HYPOTHESES if h.name == "updated weights"]
        if t is not None and rows:
            yield ((da, rows[0]),), right + t * change


def common_factor(known, names, ends):
    """Return the factor that both sums over the batch have, 1 if none.

    A factor of a finished array with its penalty was put in at the end, and B in
    the course's form is a division left out there.
    """
    weighted = [e for n, e in zip(names, ends, strict=True) if n[1] == "W"]
    at_end = known.form == "course" and any(e.whole != 1 for e in weighted)
    if len(ends) < 2 or at_end:
        return 1.0
    f, g = (e.whole * e.data for e in ends)
    missing = known.form == "course" and abs(f - known.B) < 1e-6
    return f if abs(f - g) <= 10 * known.tolerance * abs(f) and not missing else 1.0


def share(judge, k, names, f):
    """Blame a factor that is in a hidden line, or at the end: both give this."""
    known = judge.known
    lines = [n for n in (f"da{k}", f"dz{k}") if n in EQUATIONS and n not in judge.got]
    factors, text, mend = say_factor(f, known.sizes, f"dz{k}")
    every = all(
        n in judge.arrays
        and known.close(known.unfinished(n, judge.arrays[n]), f * known.truth[n])
        for n in PARAMETERS
    )
    who = "all six" if every else listed(names)
    sums = f"the sums over the batch in {who}" if known.form == "course" else who
    text = text.replace(" is ", " are ", 1)
    detail = fill(text, f"dz{k}", it=sums[0].upper() + sums[1:], what="the right ones")
    if not every and known.form == "notes":
        detail = sums + detail[len(sums) :]
    where = f"at the end, or in {' or '.join(lines)}, which you do not return"
    cause = ", as y − ŷ would give" if (k, round(f, 6)) == (3, -1) else ""
    detail = f"{detail[:-1]}: {where}{cause}."
    return {names[0]: row(names[0], WRONG, detail, factors, fill(mend, f"dz{k}"))}
