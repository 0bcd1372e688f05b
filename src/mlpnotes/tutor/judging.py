"""Judging a line: right, following from the student's own lines before, or wrong."""

import contextlib

import numpy as np

from mlpnotes.tutor import hidden
from mlpnotes.tutor.known import PARAMETERS, Known, after, layer, source
from mlpnotes.tutor.mistakes.lines import EQUATIONS
from mlpnotes.tutor.reasons import find, unexplained
from mlpnotes.tutor.returned import HUGE, usable
from mlpnotes.tutor.rows import (
    FOLLOWS,
    HIDDEN,
    MISSING,
    RIGHT,
    SHAPE,
    TYPE,
    UNCLEAR,
    WRONG,
    row,
)


class Judge:
    """Judges the eleven lines, in the order of the program.

    Attributes
    ----------
    known : Known
    got : dict of str to object
        What the student's function returned, by line.
    seen : dict of str to ndarray
        Its local variables with the names of lines that were not returned.
    arrays : dict of str to ndarray
        Those of got that can be used.
    right : set of str
        Those of them that are right all the way.
    single : collection of str
        Those that are float32 though the problem is float64: no fault if right.
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
        self.known = Known(problem, form, bool(single))
        self.got, self.single = got, single
        self.arrays, self.faults, self.lost = {}, {}, {}
        self.rows, self.tried, self.confirmed, self.scaled = {}, {}, set(), {}
        for name in got:
            array, fault = usable(got[name], name, problem)
            if fault:
                self.faults[name] = fault
            else:
                self.arrays[name] = array
        self.seen = {}
        for name, value in (seen or {}).items():
            array, _ = usable(value, name, problem)
            if name not in got and name not in PARAMETERS and array is not None:
                self.seen[name] = array
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
            return self.fault(name)
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
            detail = f"Your {cause} is {self.lost[cause]}, "
            detail += "so this line cannot be judged yet."
            return row(name, UNCLEAR, detail, credit=0)
        if follows and (not weak or name in PARAMETERS):
            known.c[name] = g
            return row(name, FOLLOWS)
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
        return row(name, WRONG, unexplained(array, final))

    def fault(self, name):
        """Return the row of an array that cannot be used."""
        fault = self.faults[name]
        if [n for n, a in self.got.items() if a is None] == [name]:
            text = f"{fault.detail} (Or what it calls has no return.)"
            fault = fault._replace(detail=text)
        g = self.integers(name)
        if g is not None:
            text = f"{fault.detail} The fractions are cut off."
            fault = fault._replace(detail=text)
            cause = self.blocked(name)
            if self.known.powerless(name, g):
                if cause:
                    detail = f"Your {cause} is {self.lost[cause]}, "
                    detail += "so this line cannot be judged yet."
                    return row(name, UNCLEAR, detail, credit=0)
                if name not in PARAMETERS:
                    self.lose(name, "all zeros")
                return fault
            before = self.faults.get(source(name))
            if (
                before
                and before.status == TYPE
                and self.known.close(g, self.known.c[name])
            ):
                return row(name, FOLLOWS)
            self.known.c[name] = g
            return fault
        if name not in PARAMETERS:
            self.lose(name, "unusable")
        raw = np.asarray(self.got[name]) if fault.status == SHAPE else None
        if raw is None or raw.size > HUGE:
            return fault
        cause = self.blocked(name)
        if cause and self.faults.get(cause) and self.made_of(name, raw, cause):
            return row(name, UNCLEAR, f"It is made of your {cause}, of a wrong shape.")
        found = find(self.known, name, raw)
        if not found:
            return fault
        detail = f"{fault.detail} {found.detail}"
        return row(name, SHAPE, detail, found.names, found.mend)

    def integers(self, name):
        """Return an array of integers as floats, if it has the right shape."""
        raw = self.got[name]
        whole = isinstance(raw, np.ndarray) and raw.dtype.kind in "iub"
        if whole and raw.shape == self.known.truth[name].shape:
            return raw.astype(self.known.truth[name].dtype)
        return None

    def made_of(self, name, raw, cause):
        """Return whether an array is right for one of a wrong shape before it."""
        with contextlib.suppress(ValueError):
            value = self.known.line(name, **{cause: np.asarray(self.got[cause])})
            return self.known.close(raw, value)
        return False

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

    def because(self, cause):
        """Return why a line that depends on this one cannot be judged."""
        why = self.lost[cause]
        if why == "unusable":
            return "cannot be used"
        return why if why.startswith("is ") else f"is {why}"
