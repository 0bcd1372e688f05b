"""The mistakes that the tutor knows: a table, one row each, for teachers to extend.

To add one, append a `Hypothesis` to ``HYPOTHESES``. The tutor tries each row on
each line that it names, and shows the hint only if the numbers agree.
"""

from typing import NamedTuple

from mlpnotes.functions import sigmoid
from mlpnotes.network import Gradients

NUMBERS = (9, 19, 20, 28, 30, 35, 36, 44, 46, 51, 52)
EQUATIONS = dict(zip(Gradients._fields, NUMBERS, strict=True))

# name -> what it is, given the arrays c and the layer k; the lines of `backward`
LINES = {
    "dz3": lambda c, k: c["y_hat"] - c["y"],
    "da": lambda c, k: c[f"dz{k + 1}"] @ c[f"W{k + 1}"].T,
    "dz": lambda c, k: c[f"da{k}"] * c[f"a{k}"] * (1 - c[f"a{k}"]),
    "dW": lambda c, k: c[f"a{k - 1}"].T @ c[f"dz{k}"],
    "db": lambda c, k: c[f"dz{k}"].sum(axis=0),
}


class Hypothesis(NamedTuple):
    """A mistake: its name, the lines it can be in, the hint, and what it computes.

    ``wrong(c, k, right)`` returns the mistaken array from all arrays c by name
    (a0 is X), the layer k and the right array. In the hint, {a}, {W}, {dz},
    {da}, {x} and {eq} stand for the line's own names and equation. ``lines``
    lists dz3, da, dz, dW, db. Those that are not ``data`` concern the last
    step of a parameter's gradient, 1/B and the penalty; they get P, the
    parameter, as ``c["P"]``, and return the finished gradient.
    """

    name: str
    lines: str
    hint: str
    wrong: object
    data: bool = True


def _other(c, k):
    return c["a1" if k == 2 else "a2"]


def _slope(a):
    return a * (1 - a)


HYPOTHESES = [
    # the output
    Hypothesis("diagonal only", "dz3", "It holds only the terms t = j of (10), −y(1 − ŷ): the softmax derivatives off the diagonal, (12), are missing.", lambda c, k, g: -c["y"] * (1 - c["y_hat"])),
    Hypothesis("extra slope", "dz3", "It is multiplied by ŷ(1 − ŷ), as for a squared error. With cross-entropy this factor cancels: (9).", lambda c, k, g: g * _slope(c["y_hat"])),
    Hypothesis("loss by ŷ", "dz3", "It is −y/ŷ, the derivative with respect to ŷ: the softmax derivative of (10) is missing.", lambda c, k, g: -c["y"] / c["y_hat"]),
    Hypothesis("no softmax", "dz3", "It is z3 − y: take ŷ, the softmax of z3.", lambda c, k, g: c["z3"] - c["y"]),
    # through a matrix
    Hypothesis("other matrix", "da", "It uses {W_before} where {eq} has {W}.", lambda c, k, g: c[f"dz{k + 1}"] @ c[f"W{k}"].T),
    Hypothesis("other matrix after", "da", "It uses {W_after} where {eq} has {W}.", lambda c, k, g: c[f"dz{k + 1}"] @ c[f"W{k + 2}"].T),
    Hypothesis("not transposed", "da", "It uses {W} without its transpose: {eq} sums over the columns of {W}.", lambda c, k, g: c[f"dz{k + 1}"] @ c[f"W{k + 1}"]),
    # through the sigmoid
    Hypothesis("slope missing", "dz", "It equals the right one without the factor {a}(1 − {a}) of {eq}: the derivative of the sigmoid (Lemma 5) is missing.", lambda c, k, g: c[f"da{k}"]),
    Hypothesis("slope of z", "dz", "Its factor is {z}(1 − {z}): Lemma 5 is made of the output {a}, not of the input {z}.", lambda c, k, g: c[f"da{k}"] * _slope(c[f"z{k}"])),
    Hypothesis("sigmoid twice", "dz", "Its factor is σ({a})(1 − σ({a})): {a} is already the sigmoid, so use {a}(1 − {a}).", lambda c, k, g: c[f"da{k}"] * _slope(sigmoid(c[f"a{k}"]))),
    Hypothesis("slope twice", "dz", "The factor {a}(1 − {a}) is in it twice.", lambda c, k, g: g * _slope(c[f"a{k}"])),
    Hypothesis("a(1 + a)", "dz", "Its factor is {a}(1 + {a}): the sign in {a}(1 − {a}) is wrong.", lambda c, k, g: c[f"da{k}"] * c[f"a{k}"] * (1 + c[f"a{k}"])),
    Hypothesis("slope of tanh", "dz", "Its factor is 1 − {a}², the derivative of tanh; for the sigmoid it is {a}(1 − {a}).", lambda c, k, g: c[f"da{k}"] * (1 - c[f"a{k}"] ** 2)),
    Hypothesis("half the slope: a", "dz", "Its factor is {a} alone: (1 − {a}) is missing.", lambda c, k, g: c[f"da{k}"] * c[f"a{k}"]),
    Hypothesis("half the slope: 1 − a", "dz", "Its factor is (1 − {a}) alone: {a} is missing.", lambda c, k, g: c[f"da{k}"] * (1 - c[f"a{k}"])),
    Hypothesis("other activation", "dz", "Its factor is made of {a_other}; {eq} has {a}, the activation of its own layer.", lambda c, k, g: c[f"da{k}"] * _slope(_other(c, k))),
    # to the parameters
    Hypothesis("da for dz", "dW", "It is made with {da} where {eq} has {dz}: the gradient has not passed the sigmoid yet.", lambda c, k, g: c[f"a{k - 1}"].T @ c[f"da{k}"]),
    Hypothesis("da for dz", "db", "It sums {da} where {eq} has {dz}: the gradient has not passed the sigmoid yet.", lambda c, k, g: c[f"da{k}"].sum(axis=0)),
    Hypothesis("z for a", "dW", "It is made with {z_in} where {eq} has {x}: take the layer's input after the sigmoid.", lambda c, k, g: c[f"z{k - 1}"].T @ c[f"dz{k}"]),
    Hypothesis("X for the input", "dW", "It is made with X where {eq} has {x}, the input of this layer.", lambda c, k, g: c["a0"].T @ c[f"dz{k}"]),
    Hypothesis("a1 for the input", "dW", "It is made with a1 where {eq} has {x}, the input of this layer.", lambda c, k, g: c["a1"].T @ c[f"dz{k}"]),
    Hypothesis("a2 for the input", "dW", "It is made with a2 where {eq} has {x}, the input of this layer.", lambda c, k, g: c["a2"].T @ c[f"dz{k}"]),
    Hypothesis("input not transposed", "dW", "It uses {x} without its transpose, so it does not sum over the batch: {eq}.", lambda c, k, g: c[f"a{k - 1}"] @ c[f"dz{k}"]),
    Hypothesis("mean for sum", "db", "It is the right one divided by B: a mean over the batch stands where {eq} has a sum.", lambda c, k, g: g / len(c["y"])),
    Hypothesis("wrong axis", "db", "It sums over the columns (axis 1): {eq} sums over the batch, axis 0.", lambda c, k, g: c[f"dz{k}"].sum(axis=1)),
    # anywhere
    Hypothesis("sign", "dz3", "It is the right one times −1: y − ŷ stands where (9) has ŷ − y.", lambda c, k, g: -g),
    Hypothesis("sign", "da dz dW db", "It is the right one times −1: a sign is wrong.", lambda c, k, g: -g),
    Hypothesis("transposed", "dz3 da dz dW", "It is the transpose of the right one: the factors of {eq} are in the wrong order.", lambda c, k, g: g.T),
    Hypothesis("times B", "dz3 da dz dW db", "It is B times the right one: a factor B too many.", lambda c, k, g: g * len(c["y"])),
    Hypothesis("divided by B", "dz3 da dz dW", "It is the right one divided by B: the lines of the notes are sums, the mean comes last.", lambda c, k, g: g / len(c["y"])),
    Hypothesis("twice", "dz3 da dz dW db", "It is twice the right one: a factor 2 too many.", lambda c, k, g: 2 * g),
    Hypothesis("half", "dz3 da dz dW db", "It is half the right one: a factor 1/2 too many.", lambda c, k, g: g / 2),
    Hypothesis("zero", "dz3 da dz dW db", "It is all zeros: was it made by zeros and never filled?", lambda c, k, g: 0 * g),
    # the mean and the penalty, where the function is to return them
    Hypothesis("λ missing", "dW", "The penalty's 2λ{P} of (55) is missing.", lambda c, k, g: g / len(c["y"]), False),
    Hypothesis("λW for 2λW", "dW", "The penalty adds λ{P}; the derivative of λ‖{P}‖² is 2λ{P}, (54).", lambda c, k, g: g / len(c["y"]) + c["l2"] * c["P"], False),
    Hypothesis("λ before 1/B", "dW", "The penalty is divided by B: divide the sum by B first, then add 2λ{P}, (55).", lambda c, k, g: (g + 2 * c["l2"] * c["P"]) / len(c["y"]), False),
    Hypothesis("λ subtracted", "dW", "The penalty is subtracted: (55) adds 2λ{P}.", lambda c, k, g: g / len(c["y"]) - 2 * c["l2"] * c["P"], False),
    Hypothesis("λ on the biases", "db", "The penalty 2λ{P} is added: (53) does not penalise biases.", lambda c, k, g: g / len(c["y"]) + 2 * c["l2"] * c["P"], False),
    Hypothesis("1/B missing", "dW", "The sum over the batch is not divided by B: (1) is a mean.", lambda c, k, g: g + 2 * c["l2"] * c["P"], False),
    Hypothesis("1/B missing", "db", "The sum over the batch is not divided by B: (1) is a mean.", lambda c, k, g: g, False),
]  # fmt: skip
