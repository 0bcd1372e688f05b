"""Lines that were not returned: seen over the shoulder, or guessed from their arrays.

Nothing is said of such a line while the arrays made of it are right.
"""

from mlpnotes.tutor.endings import Ending, ending
from mlpnotes.tutor.guessing import guess, spared
from mlpnotes.tutor.known import after, layer
from mlpnotes.tutor.mistakes import HYPOTHESES, NOTES_ONLY
from mlpnotes.tutor.reasons import MANY, UNKNOWN, find
from mlpnotes.tutor.rows import FOLLOWS, HIDDEN, NONFINITE, RIGHT, WRONG

ROWS = {h.name for h in HYPOTHESES} - NOTES_ONLY  # mistakes in a line itself


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
    if is_nonfinite(judge, k):
        accept_nonfinite(judge, da, dz)
        return {}
    if any(n in judge.right for n in names):  # so it was right, whatever came before
        rest = [n for n in names if n not in judge.right]
        if not rest or not all(follows(known, n, judge.arrays[n]) for n in rest):
            for line in (da, dz)[k == 3 :]:
                known.c[line] = known.truth[line]
        return {}
    if not names or any(follows(known, n, judge.arrays[n]) for n in names):
        return {}  # an array follows, so the hidden line is what it should be
    for n in names:
        judge.tried[n] = find(known, n, judge.arrays[n])
    base = sum(f.cost if f else UNKNOWN for f in judge.tried.values())
    for scale in (1, known.B) if known.form.call == "course" else (1,):
        if dz in judge.seen and accept(judge, dz, judge.seen[dz] * scale, names, base):
            judge.scaled[dz] = scale
            if da in judge.seen:
                judge.seen[da] = judge.seen[da] * scale
                accept_da(judge, da, dz)
            return {}
    if judge.right & set(after(dz)):  # later arrays are made of the right one
        spared(judge, k, names)
        return {}
    if known.c[dz].size > MANY:
        return {}
    return guess(judge, k, names, base)


def is_nonfinite(judge, k):
    """Return whether all that came back of a layer has entries that are NaN."""
    faults = [judge.faults.get(n) for n in (f"dW{k}", f"db{k}") if n in judge.got]
    return bool(faults) and all(f and f.status == NONFINITE for f in faults)


def accept_nonfinite(judge, da, dz):
    """Take local variables that are not finite for what was used."""
    for name in (da, dz) if dz in judge.seen_faults else ():
        if name in judge.seen_faults and name not in judge.got:
            judge.got[name], judge.faults[name] = judge.seen_faults[name]


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
    """Take a local variable for what was used, if it explains the arrays.

    It does if one of them follows from it, or if a known mistake made it; and if all
    takes no more mistakes than the right line does: it may have been changed since.
    """
    known = judge.known
    if known.powerless(dz, value):
        return False
    if known.close(value, known.c[dz]) or known.close(value, known.truth[dz]):
        known.c[dz] = value
        judge.confirmed |= {dz, f"da{dz[2]}"}
        return True  # it is right, so the arrays are wrong by themselves
    trial = known.given(**{dz: value})
    made = any(follows(trial, n, judge.arrays[n]) for n in names)
    total = cost(known, dz, value)
    if total >= UNKNOWN and not made:
        return False
    total += sum(cost(trial, n, judge.arrays[n]) for n in names)
    if total > base or (total == base and not made):
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


def suspect(judge, k):
    """Say that a line of this layer, not returned, may hold the mistake."""
    names = [f"d{p}{k}" for p in "Wb" if f"d{p}{k}" in judge.arrays]
    if is_nonfinite(judge, k):
        names = [f"d{p}{k}" for p in "Wb" if f"d{p}{k}" in judge.got]
    unknown = [
        n for n in names
        if judge.rows[n].status in (WRONG, NONFINITE) and not judge.rows[n].hypotheses
    ]  # fmt: skip
    lines = [n for n in (f"da{k}", f"dz{k}") if n in judge.unreturned()]
    if not lines or not unknown or unknown != names:
        return
    if judge.right & set(after(lines[-1])):
        return
    judge.lost[lines[-1]] = "is not returned and may be wrong"
    text = f" {' or '.join(lines)}, not returned, may hold the mistake."
    judge.rows[names[0]] = judge.rows[names[0]]._replace(
        detail=judge.rows[names[0]].detail + text
    )


def credit(judge):
    """Give a line that was not returned its part with the arrays made of it."""
    idle = {n for n, a in judge.arrays.items() if judge.known.idle(n, a)}
    for name, r in judge.rows.items():
        if r.status == HIDDEN:
            made = [n for n in after(name) if n in judge.got]
            near = [n for n in made if layer(n) == layer(name)]
            done = any(n in judge.arrays and n not in idle for n in near)
            good = (done and name in judge.confirmed) or any(
                n not in idle and shows(judge.rows[n]) for n in made
            )
            judge.rows[name] = r._replace(credit=int(good))


def shows(r):
    """Return whether a row shows that the lines before it are right or follow."""
    ends_wrong = r.status == WRONG and {*r.hypotheses}.isdisjoint(ROWS)
    return r.status in (RIGHT, FOLLOWS) or (ends_wrong and r.hypotheses)
