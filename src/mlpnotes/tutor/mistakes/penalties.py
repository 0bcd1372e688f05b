"""Names for the end of the course's form, ``got = alpha V + beta P``.

V is the sum over the batch; P is the parameter, or what stands in its place. Right
are alpha = 1/B and beta = 2λ for the weights, 0 for the biases, (55).
"""

import itertools
from typing import NamedTuple

import numpy as np

from mlpnotes.tutor.mistakes.factors import is_close, say_factor
from mlpnotes.tutor.mistakes.lines import number


class Penalty(NamedTuple):
    """What can stand in place of 2λW: its name, lines, sentences, and the array.

    ``array(c, P)`` is what the coefficient, {times} in the hint, multiplies.
    """

    name: str
    lines: str
    hint: str
    array: object
    mend: str = "The penalty λ‖{P}‖² has the derivative 2λ{P}, (54): add this."


def _other(name):
    def array(c, P):
        if np.shape(c[name]) != np.shape(P) or np.array_equal(c[name], P):
            raise ValueError("does not apply")
        return c[name]

    return array


ON_BIASES = Penalty(
    "λ on the biases",
    "db",
    "It has {times}{P} in it: (53) does not penalise biases.",
    lambda c, P: P,
    "Leave {P} out.",
)
PENALTIES = [
    ON_BIASES,
    Penalty("other W", "dW", "It has {times}W1 where (55) has 2λ{P}.", _other("W1"), "The penalty of each matrix is its own: add 2λ{P}."),
    Penalty("other W", "dW", "It has {times}W2 where (55) has 2λ{P}.", _other("W2"), "The penalty of each matrix is its own: add 2λ{P}."),
    Penalty("other W", "dW", "It has {times}W3 where (55) has 2λ{P}.", _other("W3"), "The penalty of each matrix is its own: add 2λ{P}."),
    Penalty("λ sign W", "dW", "It has {times}sign({P}), the derivative of |{P}|, where (55) has 2λ{P}.", lambda c, P: np.sign(P)),
    Penalty("λ|W|", "dW", "It has {times}|{P}|, without the signs, where (55) has 2λ{P}.", lambda c, P: np.abs(P)),
    Penalty("λW²", "dW", "It has {times}{P}², entry by entry, where (55) has 2λ{P}.", lambda c, P: P**2),
    Penalty("λ‖W‖²", "dW", "It has the same number, {value}, in every entry where (55) has 2λ{P}.", lambda c, P: np.ones_like(P)),
    Penalty("number added", "db", "It has the same number, {value}, added to every entry.", lambda c, P: np.ones_like(P), "Leave it out: (53) does not penalise biases."),
]  # fmt: skip

# how often, how often below the bar
TIMES = ((2, 1), (1, 1), (1, 2), (4, 1), (3, 1), (1, 4), (6, 1), (8, 1))
BATCH = (("", ""), ("", "B"), ("B", ""))


def coefficient(beta, l2, B, P=None):
    """Return how a coefficient of the penalty is written: 2λ, λ/B, λ‖{P}‖², 0.06.

    With the array P, its norms and sums are tried as well; {P} is left for `fill`.
    """
    if abs(beta) < 1e-9 * l2:
        return "0"
    scales = [("λ", l2), ("λ²", l2**2), ("", 1.0)]
    if P is not None:
        norm = float(np.linalg.norm(P))
        scales += [("λ‖{P}‖²", l2 * norm**2), ("λ‖{P}‖", l2 * norm)]
        scales += [("λ/‖{P}‖", l2 / norm), ("λ·sum({P})", l2 * abs(P.sum()))]
        scales += [("λ·sum(|{P}|)", l2 * np.abs(P).sum())]
    for (name, scale), (above, below), (times, over) in itertools.product(
        scales, BATCH, TIMES
    ):
        batch = (B if above else 1) / (B if below else 1)
        if is_close(abs(beta), scale * batch * times / over):
            text = ("" if times == 1 and name + above else str(times)) + above + name
            bar = ("" if over == 1 else str(over)) + below
            bar = f"({bar})" if len(bar) > 1 else bar
            return ("−" if beta < 0 else "") + text + f"/{bar}" * bool(bar)
    return number(beta)


def _before(text):
    """Return a coefficient as it stands before a W: 2λ, 0.06 and a space, no 1."""
    return "" if text == "1" else text if text.endswith("λ") else text + " "


def name_penalty(beta, l2, B, P=None):
    """Return the names of W's coefficient in place of 2λ, and how it is written."""
    text = coefficient(beta, l2, B, P)
    if text == "2λ":
        return (), text
    known = {"0": "λ missing", "λ": "λW for 2λW", "−2λ": "λ subtracted"}
    known |= {"2λ/B": "λ before 1/B"}
    known |= dict.fromkeys(("1", "2", "−1", "−2"), "λ forgotten")
    other = f"{_before(text).format(P='W')}W for 2λW" if "λ" in text else "other λ"
    return (known.get(text, other),), text


def say_penalty(beta, l2, B, P=None, row=None):
    """Return the names, the hint and the mend of the penalty, for `fill`.

    ``row`` is one of `PENALTIES`, or None if P itself has the wrong coefficient.
    """
    text = coefficient(beta, l2, B, P)
    if row is not None:
        hint = row.hint.replace("{times}", _before(text)).replace("{value}", text)
        return (row.name,), hint, row.mend
    names, _ = name_penalty(beta, l2, B, P)
    mend = Penalty._field_defaults["mend"]
    if text == "0":
        return names, "The penalty's 2λ{P} of (55) is missing.", mend
    if names == ("λ before 1/B",):
        mend = "Divide the sum by B first, then add 2λ{P}, (55)."
    return names, f"It has {_before(text)}{{P}} where (55) has 2λ{{P}}.", mend


def say_whole(alpha, beta, l2, sizes, name):
    """Return names, hint, mend if alpha and beta have one cause; else None.

    One factor of the whole finished gradient, its penalty too; or an updated
    parameter, P plus a factor of the gradient.
    """
    f, right = alpha * sizes["B"], 2 * l2 if name.startswith("dW") else 0
    if right and not is_close(f, 1) and is_close(beta, right * f):
        names, hint, _ = say_factor(f, sizes, name)
        mend = "Data and penalty have this factor alike: look at your last lines."
        return names, hint.replace("{what}", "what (55) gives, penalty and all"), mend
    if not f and is_close(beta, 1):
        return ("another array",), "It is the array {P}.", "Compute it by {eq}."
    if (f and is_close(beta, 1 + right * f)) or is_close(beta, 1):
        step = f"{{P}} plus {number(f, sizes['B'])} times its gradient (55)"
        if right and not is_close(beta, 1 + right * f):
            step += " without the penalty"
        mend = "Return the gradient; the step comes later."
        return ("updated parameter",), f"It is {step}: as after an update.", mend
    return None
