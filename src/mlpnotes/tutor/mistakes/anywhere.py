"""Mistakes that can be in any line, and those with an unknown number.

The number is found from the student's array. What these say, others may say
better, so the tutor tries them last.
"""

import numpy as np

from mlpnotes.functions import sigmoid
from mlpnotes.tutor.mistakes.lines import fitted, row


def _times(v, D):
    """Return the number t of got = right + t D, or None if it is nothing."""
    t = np.vdot(D, v.got - v.g) / np.vdot(D, D)
    return t if abs(t) * np.abs(D).max() > 1e-6 * np.abs(v.g).max() else None


def _penalised(v):
    return v.dz_next @ (v.dW_next / len(v.y) + v.penalty * v.W_next).T


def _epsilon(v):
    """Return the small number in −y/(ŷ + ε)."""
    true = v.y == 1
    eps = np.mean(-1 / v.got[true] - v.p[true])
    return eps if 0 < eps < 0.5 else None


def _step(v, P):
    """Return the number t of got = P + t right, or None if it is nothing."""
    t = np.vdot(v.g, v.got - P) / np.vdot(v.g, v.g)
    return t if abs(t) * np.abs(v.g).max() > 1e-6 * np.abs(P).max() else None


def _bound(v):
    """Return the largest size of an entry, if it cuts off some entries."""
    c = np.abs(v.got).max()
    cut = np.abs(v.g) > c
    return c if cut.any() else None


def _smallest(v):
    """Return the smallest probability, if it is larger than the smallest of ŷ."""
    eps = (v.got + v.y).min()
    return eps if v.p.min() < eps < 0.5 else None


def _leak(v):
    """Return the factor of da where z is negative, if it is neither 0 nor 1."""
    t = np.mean((v.got / v.da)[v.z < 0])
    return t if min(abs(t), abs(t - 1)) > 1e-6 else None


def _mask(v):
    """Return the factor of the entries that are not zero, if some are."""
    kept, there = v.got != 0, v.g != 0
    some = kept.sum() > 2 and (there & ~kept).any()
    return np.mean((v.got / v.g)[kept]) if some else None


def _same(v):
    """Return the name of the array that this one is, among all the others."""
    if np.shape(v.got) == np.shape(v.g) and np.allclose(v.got, v.g, 1e-9, 0):
        return None
    for name, array in v.c.items():
        other = name != "got" and np.shape(array) == np.shape(v.got) != ()
        if other and np.allclose(array, v.got, 1e-9, 0):
            return {"y_hat": "ŷ", "a3": "ŷ", "a0": "X"}.get(name, name)
    return None


def _one_hot_rows(v):
    """Return ŷ − got where it is one-hot, row by row, but not y."""
    labels = np.rint(v.p - v.got)
    one_hot = (np.sort(labels)[:, :-1] == 0).all() and (labels.max(axis=1) == 1).all()
    return "" if one_hot and (labels != v.y).any() else None


ANYWHERE = [
    row("batch summed", "dz3 da dz", "{it} is summed over the batch: {eq} has a row for each observation.", lambda v: v.g.sum(axis=0), "Keep the rows; only dW and db sum over them.", True),
    row("batch summed", "dz3 da dz", "{it} is summed over the batch: {eq} has a row for each observation.", lambda v: v.g.sum(axis=0, keepdims=True), "Keep the rows; only dW and db sum over them.", True),
    row("transposed", "dW", "{it} is transposed.", lambda v: v.g.T, "{eq} is {x}.T @ {dz}, in this order.", True),
    row("transposed", "da", "{it} is transposed: {eq} has a row for each observation.", lambda v: v.g.T, "{eq} is {dz_next} @ {W}.T, in this order.", True),
    row("transposed", "dz3 dz", "{it} is transposed: {eq} has a row for each observation.", lambda v: v.g.T, "Keep the observations in rows.", True),
    row("squared", "dz3 da dz dW db", "{it} holds the squares of {what}.", lambda v: v.g**2, "Leave the square out, {eq}.", True),
    row("no signs", "da dz dW db", "{it} is {what} without the signs.", lambda v: np.abs(v.g), "Keep the signs, {eq}.", True),
    fitted("one number", "dz3 da dz dW db", "{it} has the number {fit} in every entry.", lambda v: v.got.flat[0] if v.got.any() else None, lambda v: np.full_like(v.g, v.fit), "Compute it by {eq}."),
    row("signs only", "dz3 da dz dW db", "{it} holds the signs of {what}, and not the sizes.", lambda v: np.sign(v.g), "Keep the sizes, {eq}.", True),
    row("negative entries zero", "da dz dW db", "{it} has zero for every negative entry of {what}.", lambda v: np.maximum(v.g, 0), "A gradient may be negative: keep it as {eq} has it.", True),
    row("sigmoid of it", "dz3 da dW db", "{it} is σ of {what}.", lambda v: sigmoid(v.g), "There is no sigmoid in {eq}: leave it out.", True),
    fitted("updated weights", "da", "{it} has {W} plus {fit} {dW_next} in place of {W}: as after an update.", lambda v: _times(v, v.dz_next @ v.dW_next.T), lambda v: v.g + v.fit * (v.dz_next @ v.dW_next.T), "Compute all eleven lines with the weights of the forward pass, then update."),
    fitted("updated weights", "da", "{it} has {W} plus {fit} times its gradient {gradient} in place of {W}: as after an update.", lambda v: _times(v, _penalised(v)), lambda v: v.g + v.fit * _penalised(v), "Compute all eleven lines with the weights of the forward pass, then update."),
    fitted("updated parameter", "dW", "{it} is {P} plus {fit} times {what}: as after an update.", lambda v: _step(v, v.W), lambda v: v.W + v.fit * v.g, "Return the gradient; the step comes later."),
    fitted("updated parameter", "db", "{it} is {P} plus {fit} times {what}: as after an update.", lambda v: _step(v, v.b), lambda v: v.b + v.fit * v.g, "Return the gradient; the step comes later."),
    fitted("penalty added", "dW", "{it} is {what} plus {fit} {P}.", lambda v: _times(v, v.W), lambda v: v.g + v.fit * v.W, "{eq} is the sum over the batch alone; the penalty comes last, (55)."),
    fitted("λ on the biases", "db", "{it} is {what} plus {fit} {P}.", lambda v: _times(v, v.b), lambda v: v.g + v.fit * v.b, "Leave {P} out: (53) does not penalise biases."),
    fitted("slope of leaky ReLU", "dz", "{it} is {da} where {z} is positive, {fit} times {da} elsewhere: as after a leaky ReLU.", _leak, lambda v: v.da * np.where(v.z > 0, 1, v.fit), "{Owner} is {its}."),
    fitted("ŷ clipped", "dz3", "{it} is ŷ − y with ŷ cut off at {fit} and 1 − {fit}.", _smallest, lambda v: np.clip(v.p, v.fit, 1 - v.fit) - v.y, "Take ŷ as it is: the softmax is never 0, and (9) has no logarithm."),
    fitted("ŷ clipped", "dz3", "{it} is ŷ − y with ŷ cut off below at {fit}.", _smallest, lambda v: np.maximum(v.p, v.fit) - v.y, "Take ŷ as it is: the softmax is never 0, and (9) has no logarithm."),
    fitted("loss by ŷ", "dz3", "{it} is −y/(ŷ + {fit}), the derivative with respect to ŷ: the softmax derivative of (10) is missing.", _epsilon, lambda v: -v.y / (v.p + v.fit), "Go on through the softmax, from ŷ to z3: ŷ − y, (9)."),
    fitted("labels smoothed", "dz3", "{it} is ŷ minus smoothed labels, (1 − ε)y + ε/K with ε = {fit}.", lambda v: _times(v, v.y - 1 / v.y.shape[1]), lambda v: v.g + v.fit * (v.y - 1 / v.y.shape[1]), "Subtract y as it is given."),
    fitted("other labels", "dz3", "{it} is ŷ minus one-hot labels, but not minus y.", _one_hot_rows, lambda v: v.p - np.rint(v.p - v.got), "Subtract y as it is given: each row has its own label."),
    fitted("clipped", "dz3 da dz dW db", "{it} is {what}, cut off at ±{fit}.", _bound, lambda v: np.clip(v.g, -v.fit, v.fit), "Leave the clipping out."),
    fitted("masked", "dz3 da dz dW", "{it} is {fit} times {what}, but zero in some entries.", _mask, lambda v: v.g * v.fit * (v.got != 0), "Keep all entries: {eq} leaves none out, and the network has no dropout."),
    fitted("number added", "dz3 da dz dW db", "{it} is {what} plus {fit} in every entry.", lambda v: _times(v, np.ones_like(v.g)), lambda v: v.g + v.fit, "Add nothing to {eq}."),
    fitted("another array", "dz3 da dz dW db", "{it} is the array {fit}.", _same, lambda v: v.got, "Compute it by {eq}."),

]  # fmt: skip
