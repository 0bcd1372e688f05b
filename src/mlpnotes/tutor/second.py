"""What a second network adds to the verdict of the first."""

import re

from mlpnotes.tutor.known import source
from mlpnotes.tutor.mistakes import HYPOTHESES
from mlpnotes.tutor.mistakes.factors import FACTORS
from mlpnotes.tutor.rows import FAULTS, RAISED, SHAPE, WRONG

SECOND = {
    "equal": "In a network whose sizes are all 5",
    "loud": "In a network with larger numbers",
    "faint": "In a network with smaller numbers",
}
HINTS = {
    "equal": "with the other sizes it is right: is a size written into your function?",
    "loud": "with small ones it is right: does your function cut something off, or "
    "depend on the size of the batch?",
    "faint": "with others it is right: does your function set something to zero?",
}


# names of what is fitted, or a size: with equal sizes it may be another one
SIZED = {h.name for h in HYPOTHESES if h.fits} | {name for name, *_ in FACTORS}
SIZED |= {"mean for sum", "1/B missing", "factor", "λ before 1/B", "other λ"}


def join(main, second, name):
    """Return the first run with what the second network adds to it."""
    wrong = [r for r in second.rows if r.status in FAULTS]
    if main.ok:
        if second.stopped:
            stop = second.summary or next(r.detail for r in wrong)
            return main._replace(remarks=[f"{SECOND[name]}: {stop}"])
        if not wrong:
            return main
        remark = f"{SECOND[name]} this is wrong, {HINTS[name]}"
        rows = [_there(r, name) if r.status in FAULTS else r for r in second.rows]
        return main._replace(rows=rows, remarks=[remark])
    if second.summary and not any(r.hypotheses for r in second.rows):
        return main
    if not any(r.status in FAULTS for r in main.rows):  # stopped at no known line
        if not wrong or second.stopped:
            return main
        summary = f"{main.summary} {SECOND[name]} it runs; there:"
        i = second.rows.index(wrong[0])
        rows = [
            r if j <= i else r._replace(credit=0) for j, r in enumerate(second.rows)
        ]
        return main._replace(rows=rows, summary=summary)
    there = {r.name: r for r in second.rows}
    rows = [
        _with_reason(r, there)
        if r.status in (SHAPE, RAISED)
        and not r.hypotheses
        and "np.matrix" not in r.detail  # the line itself is right
        else r
        for r in main.rows
    ]
    return main._replace(rows=rows)


def _there(r, name):
    """Return a row that says in which network this is so."""
    return r._replace(detail=f"{SECOND[name]}: {r.detail[0].lower()}{r.detail[1:]}")


def _with_reason(r, there):
    """Return a row with the reason found in a network where its line can run.

    One line of a program may hold two of ours, so the line before counts as well.
    """
    for name in (r.name, source(r.name)):
        s = there.get(name)
        names = set(s.hypotheses) if s and s.status == WRONG else set()
        if names and names.isdisjoint(SIZED) and "/B" not in " ".join(names):
            said = s.detail if name == r.name else re.sub("^It ", f"{name} ", s.detail)
            detail = f"{r.detail} {said}"
            return r._replace(detail=detail, hypotheses=s.hypotheses, mend=s.mend)
    return r
