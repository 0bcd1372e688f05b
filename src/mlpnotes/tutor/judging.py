"""Judging a line: right, following from the student's own lines before, or wrong."""

from mlpnotes.tutor import hidden
from mlpnotes.tutor.faults import judge_fault
from mlpnotes.tutor.known import PARAMETERS, Known, after, layer, source
from mlpnotes.tutor.mistakes.lines import EQUATIONS
from mlpnotes.tutor.reasons import find, unexplained
from mlpnotes.tutor.returned import usable
from mlpnotes.tutor.rows import (
    FOLLOWS,
    HIDDEN,
    MISSING,
    NONFINITE,
    RIGHT,
    TYPE,
    UNCLEAR,
    WRONG,
    row,
)


class Judge:
    """Judges the eleven lines, in the order of the program.

    Attributes
    ----------
    problem : Problem
    known : Known
    got : dict of str to object
        What the student's function returned, by line.
    seen : dict of str to ndarray
        Its local variables with the names of lines that were not returned.
    seen_faults : dict of str to (ndarray, Row)
        Those of them that have entries that are NaN or infinite.
    arrays : dict of str to ndarray
        Those of got that can be used.
    right : set of str
        Those of them that are right all the way.
    single : collection of str
        Those that are float32 though the problem is float64: no fault if right.
    own : dict of str to ndarray
        Those that are not finite, by which only arrays that are not are judged.
    lost : dict of str to str
        Lines on which later ones cannot be judged, and why.
    tried : dict of str to Reason or None
        What was found already of the arrays of this layer.
    confirmed : set of str
        Lines that were not returned, but are right as local variables.
    scaled : dict of str to int
        By what a local variable was multiplied, as 1/B stands before it already.
    rows : dict of str to Row
    """

    def __init__(self, problem, form, got, seen=None, single=()):
        self.problem, self.known = problem, Known(problem, form, bool(single))
        self.got, self.single = got, single
        self.arrays, self.faults, self.lost = {}, {}, {}
        self.rows, self.tried, self.confirmed, self.scaled = {}, {}, set(), {}
        self.own = {}
        for name in got:
            array, fault = usable(got[name], name, problem)
            if fault:
                self.faults[name] = fault
            else:
                self.arrays[name] = array
        self.seen, self.seen_faults = {}, {}
        for name, value in (seen or {}).items():
            array, fault = usable(value, name, problem)
            if name not in got and name not in PARAMETERS:
                if array is not None:
                    self.seen[name] = array
                elif fault.status == NONFINITE:
                    self.seen_faults[name] = value, fault
        self.right = {n for n, a in self.arrays.items() if self.known.is_right(n, a)}

    def judged(self):
        """Return the eleven rows."""
        for k in (3, 2, 1):
            names = [n for n in EQUATIONS if layer(n) == k]
            blamed = hidden.explain(self, k) if self.got else {}
            for name in names:
                self.rows[name] = self.judge(name, blamed)
            hidden.suspect(self, k)
        hidden.credit(self)
        return [self.rows[name] for name in EQUATIONS]

    def judge(self, name, blamed):
        """Return the row of one line, given the student's own lines before it."""
        known = self.known
        if name not in self.got:
            if name in blamed:
                return blamed[name]
            if name in PARAMETERS or not self.got:
                detail = "It is not in what you return." if self.got else ""
                return row(name, MISSING, detail)
            return row(name, HIDDEN)
        known.c[name] = known.line(name)
        if name in self.faults:
            return judge_fault(self, name)
        array = self.arrays[name]
        g = known.unfinished(name, array)
        if name in self.right:
            known.c[name] = g
            return row(name, RIGHT)
        weak = known.powerless(name, g)
        final = known.finished(name, known.c[name])
        follows = known.close(array, final, known.summands(name))
        cause = self.blocked(name)
        if name in blamed:
            return blamed[name]
        if cause and weak:
            return self.unclear(name, cause)
        if follows and (not weak or name in PARAMETERS):
            known.c[name] = g
            return row(name, FOLLOWS, credit=0 if weak else 1)
        if name in self.single and len(self.single) < len(self.got):
            return row(name, TYPE, "It has dtype float32, expected float64.")
        found = self.tried.get(name)
        if name not in self.tried:
            found = find(known, name, array)
        if found and found.names[-1].endswith(" for B") and name in self.scaled:
            found = find(known, name, array / self.scaled[name])  # as it was typed
        if weak and name not in PARAMETERS:
            self.lose(name, weak)
        else:
            known.c[name] = g
        if found:
            return row(name, WRONG, found.detail, found.names, found.mend)
        if cause:
            detail = f"It depends on {cause}, which {self.because(cause)}."
            return row(name, UNCLEAR, detail)
        detail, mend = unexplained(array, final)
        return row(name, WRONG, detail, mend=mend)

    def unreturned(self):
        """Return the lines that were not returned."""
        return {n for n in EQUATIONS if n not in self.got}

    def lose(self, name, why):
        """Judge no later line by this one, unless one shows that it was right."""
        if not self.right & set(after(name)):
            self.lost[name] = why

    def blocked(self, name):
        """Return the line before this one on which nothing can be judged, or None."""
        before = source(name)
        while before:
            if before in self.lost:
                return before
            if before in self.arrays and self.rows[before].status != UNCLEAR:
                return None
            before = source(before)
        return None

    def unclear(self, name, cause):
        """Return the row of a line of which nothing can be told because of another."""
        detail = f"Your {cause} {self.because(cause)}, "
        detail += "so this line cannot be judged yet."
        return row(name, UNCLEAR, detail)

    def because(self, cause):
        """Return why a line that depends on this one cannot be judged."""
        why = self.lost[cause]
        if why == "unusable":
            return "cannot be used"
        return why if why.startswith("is ") else f"is {why}"
