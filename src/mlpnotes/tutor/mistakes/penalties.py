"""Names for the end of the course's form, ``got = alpha V + beta P``.

V is the sum over the batch; P is the parameter, or what stands in its place. Right
are alpha = 1/B and beta = 2λ for the weights, 0 for the biases, (55); a `Form` may have
another beta, for the biases too. In the sentences {right} is 2λ{P}, or what the form
has for it, and {finish} is (55), or how the form departs from it.
"""

import itertools
from typing import NamedTuple

import numpy as np

from mlpnotes.tutor.mistakes.factors import is_close, say_factor
from mlpnotes.tutor.mistakes.lines import NOTES, number


class Penalty(NamedTuple):
    """What can stand in place of 2λW: its name, lines, sentences, and the array.

    ``array(c, P)`` is what the coefficient, {times} in the hint, multiplies.
    ``penalised`` is whether it is a mistake where (55) has a penalty, or where not.
    """

    name: str
    lines: str
    hint: str
    array: object
    mend: str = "The penalty {loss} has the derivative {right}, {by_54}: add this."
    penalised: bool = True


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
    penalised=False,
)
PENALTIES = [
    ON_BIASES,
    Penalty("other W", "dW", "It has {times}W1 where {finish} has {right}.", _other("W1"), "The penalty of each matrix is its own: add {right}."),
    Penalty("other W", "dW", "It has {times}W2 where {finish} has {right}.", _other("W2"), "The penalty of each matrix is its own: add {right}."),
    Penalty("other W", "dW", "It has {times}W3 where {finish} has {right}.", _other("W3"), "The penalty of each matrix is its own: add {right}."),
    Penalty("λ sign W", "dW db", "It has {times}sign({P}), the derivative of |{P}|, where {finish} has {right}.", lambda c, P: np.sign(P)),
    Penalty("λ|W|", "dW db", "It has {times}|{P}|, without the signs, where {finish} has {right}.", lambda c, P: np.abs(P)),
    Penalty("λW²", "dW db", "It has {times}{P}², entry by entry, where {finish} has {right}.", lambda c, P: P**2),
    Penalty("λ‖W‖²", "dW db", "It has the same number, {value}, in every entry where {finish} has {right}.", lambda c, P: np.ones_like(P)),
    Penalty("number added", "db", "It has the same number, {value}, added to every entry.", lambda c, P: np.ones_like(P), "Leave it out: (53) does not penalise biases.", penalised=False),
]  # fmt: skip

# how often, how often below the bar
TIMES = ((2, 1), (1, 1), (1, 2), (4, 1), (3, 1), (1, 4), (6, 1), (8, 1))
BATCH = (("", ""), ("", "B"), ("B", ""), ("", "B²"))


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
        batch = (B if above else 1) / {"": 1, "B": B, "B²": B**2}[below]
        if is_close(abs(beta), scale * batch * times / over):
            text = ("" if times == 1 and name + above else str(times)) + above + name
            bar = ("" if over == 1 else str(over)) + below
            bar = f"({bar})" if len(bar) > 1 and bar != "B²" else bar
            return ("−" if beta < 0 else "") + text + f"/{bar}" * bool(bar)
    return number(beta)


def _before(text):
    """Return a coefficient as it stands before a W: 2λ, 0.06 and a space, no 1."""
    return "" if text == "1" else text if text.endswith("λ") else text + " "


def words(text, name, form):
    """Return a text with the form's penalty of an array in it; {P} is left."""
    loss, written, _ = form.convention
    by_54 = "(54)" if form.finish(name) == "(55)" else "as by (54)"
    right = f"{_before(written)}{{P}}"
    for key, value in (
        ("loss", loss), ("right", right), ("finish", form.finish(name)),
        ("by_54", by_54),
    ):  # fmt: skip
        text = text.replace(f"{{{key}}}", value)
    return text


def name_penalty(beta, l2, B, P=None, form=NOTES, letter="W"):
    """Return the names of W's coefficient where the form has another, and its text."""
    text, right = coefficient(beta, l2, B, P), form.convention.written
    if text == right:
        return (), text
    _, slash, B_below = right.partition("/")
    known = {"0": "λ missing", f"−{right}": "λ subtracted"}
    known |= {f"{right}²" if slash else f"{right}/B": "λ before 1/B"}
    numbers = (sign + n + slash + B_below for sign in ("", "−") for n in "12")
    known |= dict.fromkeys(numbers, "λ forgotten")
    own = f"{_before(right)}{letter}"
    other = f"{_before(text).format(P=letter)}{letter} for {own}"
    return (known.get(text, other if "λ" in text else "other λ"),), text


def say_penalty(beta, l2, B, P=None, row=None, form=NOTES, name="dW"):
    """Return the names, the hint and the mend of the penalty, for `fill`.

    ``row`` is one of `PENALTIES`, or None if P itself has the wrong coefficient.
    """
    text = coefficient(beta, l2, B, P)
    if row is not None:
        hint = row.hint.replace("{times}", _before(text)).replace("{value}", text)
        return (row.name,), words(hint, name, form), words(row.mend, name, form)
    names, _ = name_penalty(beta, l2, B, P, form, name[1])
    hint = f"It has {_before(text)}{{P}} where {{finish}} has {{right}}."
    mend = Penalty._field_defaults["mend"]
    if text == "0":
        hint = "The penalty's {right} of {finish} is missing."
    if names == ("λ before 1/B",):
        mend = "Divide the sum by B first, then add {right}, {finish}."
    return names, words(hint, name, form), words(mend, name, form)


def say_whole(alpha, beta, l2, sizes, name, form=NOTES):
    """Return names, hint, mend if alpha and beta have one cause; else None.

    One factor of the whole finished gradient, its penalty too; or an updated
    parameter, P plus a factor of the gradient.
    """
    f, finish = alpha * sizes["B"], form.finish(name)
    penalised = form.called("course").penalises(name)
    right = form.coefficient(l2, sizes["B"]) if penalised else 0
    if right and not is_close(f, 1) and is_close(beta, right * f):
        names, hint, _ = say_factor(f, sizes, name)
        mend = "Data and penalty have this factor alike: look at your last lines."
        what = f"what {finish} gives, penalty and all"
        return names, hint.replace("{what}", what), mend
    if not f and is_close(beta, 1):
        return ("another array",), "It is the array {P}.", "Compute it by {eq}."
    if (f and is_close(beta, 1 + right * f)) or is_close(beta, 1):
        step = f"{{P}} plus {number(f, sizes['B'])} times its gradient {finish}"
        if right and not is_close(beta, 1 + right * f):
            step += " without the penalty"
        mend = "Return the gradient; the step comes later."
        return ("updated parameter",), f"It is {step}: as after an update.", mend
    return None
