"""Finding the reason: which known mistakes reproduce the student's numbers."""

import contextlib
from typing import NamedTuple

import numpy as np

from mlpnotes.tutor.endings import Ending, ending
from mlpnotes.tutor.known import kind, layer
from mlpnotes.tutor.mistakes import HYPOTHESES, NOTES_ONLY
from mlpnotes.tutor.mistakes.factors import name_factor, say_factor
from mlpnotes.tutor.mistakes.lines import fill, number
from mlpnotes.tutor.mistakes.penalties import ON_BIASES, say_penalty, say_whole

MANY = 2000  # numbers in an array whose reason is not looked for: it would take long
UNKNOWN = 5  # what a difference without a reason counts, in mistakes


class Reason(NamedTuple):
    """Known mistakes that give these numbers, and how they end."""

    steps: tuple  # (line, Hypothesis) pairs
    ending: Ending
    names: tuple
    detail: str
    mend: str

    @property
    def cost(self):
        """How many mistakes it takes; a factor without a name is no first guess."""
        return len(self.names) + 0.5 * ("factor" in self.names)


def variants(known, name, got=None):
    """Yield what the known mistakes would have made of a line, one or two at a time.

    Parameters
    ----------
    known : Known
    name : str
        The line.
    got : ndarray, optional
        The student's array, for mistakes with an unknown number.

    Yields
    ------
    steps : tuple of (str, Hypothesis)
        The mistakes, each with the line in which it is made.
    value : ndarray
    """
    skipped = NOTES_ONLY if known.is_finished(name) else ()
    rows = [
        h for h in HYPOTHESES
        if kind(name) in h.lines.split() and h.name not in skipped
        and h.is_of(known.form)
    ]  # fmt: skip
    c = known.c | {"got": got, "P": known.c.get(name[1:])}

    def made(h, g):
        if h.fits and (got is None or np.size(got) < 2):
            return None
        with contextlib.suppress(Exception):  # sizes that do not fit: not this one
            value = np.asarray(h.wrong(c, layer(name), g))
            return value if np.isfinite(value).all() and value.any() else None

    single = [(h, value) for h in rows if (value := made(h, c[name])) is not None]
    for h, value in single:
        yield ((name, h),), value
    for h, value in single:
        for then in rows if not h.fits else ():
            if then.then and then is not h:
                both = made(then, value)
                if both is not None:
                    yield ((name, h), (name, then)), both


def find(known, name, array):
    """Return the simplest reason for an array that is not right, or None."""
    if np.size(array) > MANY:
        return None
    end = ending(known, name, array, known.line(name))
    best = None if end is None else reason(known, name, array, (), end)
    if best and "factor" in best.names and np.size(array) < 2:
        best = None  # one number is some number times any other
    if best and best.cost == 1:
        return best
    got = known.unfinished(name, array)
    tiny = known.is_tiny(name, array)
    for steps, value in variants(known, name, got):
        if best and len(steps) >= best.cost:
            continue
        if tiny or known.is_tiny(name, value):  # rounding: no number can be compared
            same = tiny and known.is_tiny(name, value)
            end = Ending() if same and value.shape == np.shape(array) else None
        else:
            end = ending(known, name, array, value, thorough=len(steps) == 1)
        if end is not None and (end == Ending() or not steps[0][1].fits):
            found = reason(known, name, array, steps, end)
            sure = "factor" not in found.names or (
                len(steps) == 1 and np.size(array) > 1
            )
            if sure and (best is None or found.cost < best.cost):
                best = found
                if best.cost == 1:
                    break
    return best


def reason(known, name, array, steps=(), end=Ending()):  # noqa: B008
    """Return the reason that these mistakes are, in words."""
    names, details, mends = [], [], []
    form, penalised = known.form, known.form.penalises(name)
    summed = "The sum over the batch in it" if known.is_finished(name) else "It"

    def say(line, names_, text, mend, it, **filled):
        names.extend(names_)
        details.append(fill(text, line, it=it, form=form, **filled))
        mends.append(fill(mend, line, it=it, form=form, **filled) if mend else "")

    c = known.c | {"got": known.unfinished(name, array), "P": known.c.get(name[1:])}
    up_to, said_already = _up_to(known, name, end) if steps else ("", ())
    for i, (line, h) in enumerate(steps):
        fit = h.fits(c, layer(line), c[line]) if h.fits else None
        it = (f"The array {line}" if line != name else summed) if i == 0 else "And it"
        if up_to and i == 0:
            it = f"{up_to}, {it[0].lower()}{it[1:]}"
        what = "that" if i else None
        say(line, [h.name], h.hint, h.mend, it, what=what, fit=fit, B=known.B)
    names.extend(said_already)
    if end.penalty is not None and end.basis is None and not steps:
        l2, alpha = known.c["l2"], end.data / known.B
        if said := say_whole(alpha, end.penalty, l2, known.sizes, name, form):
            say(name, *said, "It", what=f"what {form.finish(name)} gives")
            return Reason(steps, end, tuple(names), details[0], mends[0])
    for f, whole in ((end.data, False), (end.whole, True)):
        if f != 1 and not up_to:
            course = known.is_finished(name)
            its, text, mend = say_factor(
                f, known.sizes, name, course and (not whole or not penalised)
            )
            it = ("It" if whole else summed) if not details else "And it"
            what = "that" if details else "the right one"
            say(name, its, text, mend, it, what=what)
    if end.penalty is not None:
        basis = end.basis or (None if penalised else ON_BIASES)
        P, l2 = known.c[name[1:]], known.c["l2"]
        its, text, mend = say_penalty(end.penalty, l2, known.B, P, basis, form, name)
        say(name, its, text, mend, "It")
    mends = [*dict.fromkeys(filter(None, mends))]
    return Reason(steps, end, tuple(names), " ".join(details), " ".join(mends))


def _up_to(known, name, end):
    """Return how a factor is said in front of another mistake, and its names."""
    f = end.whole * end.data
    names, text = name_factor(f, known.sizes, name, known.is_finished(name))
    if 1 in (f, f * known.B) or (known.is_finished(name) and f == known.B):
        return "", ()
    if 1 not in (end.whole, end.data) or names[-1].endswith((" for B", "missing")):
        return "", ()
    text = text.partition(",")[0]
    here = f" (here {number(f)})" if any(n in text for n in "BKn") else ""
    return f"Up to the factor {text}{here}", names


def unexplained(array, expected):
    """Return what to say of a difference that no known mistake gives, and the mend."""
    for d in range(9):
        if np.array_equal(np.round(expected, d), array):
            return f"It is rounded, to {d} decimals.", ""
    error = np.abs(array - expected).max() / np.abs(expected).max()
    if error < 1e-4:
        about = f"It is right to about {int(-np.log10(error))} digits only"
        return f"{about}: is something rounded, or float32?", ""
    index = np.unravel_index(np.abs(array - expected).argmax(), expected.shape)
    where = ", ".join(map(str, index))
    return (
        "No known mistake gives these numbers. The largest difference is at "
        f"[{where}]: got {array[index]:.6g}.",
        f"Expected {expected[index]:.6g} at [{where}].",
    )
