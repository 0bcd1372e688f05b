"""Names for the factor f in ``got = f V``, V right or as a row of the table has it.

``sizes`` is a dict of B, n0, n1, n2, K.
"""

import math

from mlpnotes.tutor.mistakes.lines import number

# name, the sizes above the fraction bar, those below it
FACTORS = [
    ("times B", "B", ""),
    ("divided by B", "", "B"),
    ("divided by B²", "", "B B"),
    ("divided by K", "", "K"),
    ("divided by BK", "", "B K"),
    ("times B²", "B B", ""),
    ("K for B", "B", "K"),
    ("n2 for B", "B", "n2"),
    ("n1 for B", "B", "n1"),
    ("n0 for B", "B", "n0"),
    ("divided by n2", "", "n2"),
    ("divided by n1", "", "n1"),
    ("divided by n0", "", "n0"),
    ("divided by B n2", "", "B n2"),
    ("divided by B n1", "", "B n1"),
    ("divided by B n0", "", "B n0"),
]
TIMES = [((), 1, 1), (("twice",), 2, 1), (("half",), 1, 2)]

MENDS = {
    "sign": "Change the sign: {eq} has no minus in front.",
    "sign of dz3": "Change the sign: (9) is ŷ − y, not y − ŷ.",
    "sign of dz": "Change the sign: {sign_of_slope}",
    "zero": "It may have been made by zeros and never filled: compute it by {eq}.",
    "zero of db3": "It may have been made by zeros and never filled, or be dz3.sum() without an axis: ŷ − y has the sum 0.",
    "twice": "Leave the factor 2 out.",
    "half": "Leave the factor 1/2 out.",
    "mean for sum": "Take the sum, not the mean: 1/B comes last, (55).",
    "times B": "Leave the factor B out: there is none in {eq}.",
    "divided by B": "Leave 1/B out: {eq} has none; the mean comes last, (55).",
    "1/B missing": "Divide by B, once: the loss is a mean over the batch, (1).",
}


def is_close(a, b):
    """Return whether two numbers agree to rounding."""
    return math.isclose(a, b, rel_tol=1e-6)


def _product(names, sizes):
    return math.prod(sizes[n] for n in names.split())


def _fraction(above, below, times=1, over=1):
    """Return how a factor is written: 2/(BK), B/2."""
    above, below = (t.replace("B B", "B²").split() for t in (above, below))
    above = [str(times)] * (times != 1) + above
    below = [str(over)] * (over != 1) + below
    bar = "".join(below).replace("n", " n").strip()
    bar = f"({bar})" if len(below) > 1 else bar
    return ("".join(above) or "1") + f"/{bar}" * bool(bar)


def _is_round(x):
    """Return whether x is such as 0.01 or 0.003: a number that one types."""
    digits = f"{x:.0e}"
    return 1e-7 < x < 1 and digits[0] in "1235" and is_close(x, float(digits))


def name_factor(f, sizes, line="", finished=False):
    """Return the names of the factor f, and how it is written, such as −1/B.

    A factor 1 has no name. In a line db, 1/B is "mean for sum"; ``finished`` is
    for sums of the course's form, where a factor B is a division left out.
    """
    if f == 0:
        return ("zero",), "0"
    size, sign, minus = abs(f), ("sign",) if f < 0 else (), "−" if f < 0 else ""
    for more, times, over in TIMES:
        if is_close(size, times / over):
            return sign + more, minus + _fraction("", "", times, over)
    for more, times, over in TIMES:
        for name, above, below in FACTORS:
            value = times * _product(above, sizes) / (over * _product(below, sizes))
            if is_close(size, value) and ("n" not in below or not more):
                text = minus + _fraction(above, below, times, over)
                if finished and name == "times B":
                    name = "1/B missing"
                if line.startswith("db") and name == "divided by B":
                    return ("mean for sum", *sign, *more), text
                return (*sign, *more, name), text
    for scale, unit in ((1, ""), (sizes["B"], "/B")):
        if _is_round(size * scale):
            typed = f"{number(f * scale)}{unit}"
            return ("factor",), f"{typed}, as a learning rate would be"
    return ("factor",), number(f)


def say_factor(f, sizes, name, finished=False):
    """Return the factor's names, its hint and its mend, for `fill`."""
    names, text = name_factor(f, sizes, name, finished)
    if names == ("zero",):
        zero = "zero of db3" if name == "db3" else "zero"
        return names, "{it} is all zeros, to rounding.", MENDS[zero]
    if finished and text in ("B", "1/B"):
        hint = (
            "{it} is not divided by B."
            if text == "B"
            else "{it} is divided by B twice."
        )
        return names, hint, MENDS["1/B missing"]
    if finished and names[-1].endswith(" for B"):
        size = names[-1].split()[0]
        hint = f"{{it}} is divided by {size} where it should be by B."
        return names, hint, MENDS["1/B missing"]
    written, comma, remark = text.partition(", ")
    here = f" (here {number(f)})" if any(s in written for s in ("B", "K", "n")) else ""
    of = f" of {name if name == 'dz3' else name[:2]}"
    known = [MENDS.get(n + of) or MENDS[n] for n in names if n in MENDS]
    mend = " ".join(known) or "Leave this factor out: there is none in {eq}."
    if finished and not known:
        mend = MENDS["1/B missing"]
    return names, f"{{it}} is {written}{here} times {{what}}{comma}{remark}.", mend
