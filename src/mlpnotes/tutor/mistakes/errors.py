"""Mistakes in the errors that go back: dz3, and da of the hidden layers."""

import numpy as np

from mlpnotes.functions import sigmoid, softmax
from mlpnotes.tutor.mistakes.lines import reshaped, row


def _slope(a):
    return a * (1 - a)


TOO_EARLY = "slope too early"  # with ReLU no fault of what is made of it: see verdict
SOFTMAX = "ŷ is the softmax of z3, row by row, (4): take {name} = ŷ − y."
PAIR = "Cross-entropy and softmax together give ŷ − y, (9): leave everything else out."

ERRORS = [
    # the output
    row("diagonal only", "dz3", "{it} is −y(1 − ŷ): of the sum in (10) it holds the terms t = j only.", lambda v: -v.y * (1 - v.p), "Add the terms t ≠ j, made of (12): all together are ŷ − y, (9)."),
    row("off the diagonal only", "dz3", "{it} is (1 − y)ŷ: right for the wrong classes, zero for the true one.", lambda v: (1 - v.y) * v.p, "At the true class (9) has ŷ − 1."),
    row("extra slope", "dz3", "{it} has a factor ŷ(1 − ŷ) that (9) does not have.", lambda v: v.g * _slope(v.p), PAIR, True),
    row("extra ŷ", "dz3", "{it} has a factor ŷ that (9) does not have.", lambda v: v.g * v.p, PAIR, True),
    row("extra 1 − ŷ", "dz3", "{it} has a factor 1 − ŷ that (9) does not have.", lambda v: v.g * (1 - v.p), PAIR, True),
    row("extra slope of tanh", "dz3", "{it} has a factor 1 − ŷ² that (9) does not have.", lambda v: v.g * (1 - v.p**2), PAIR, True),
    row("extra slope of the sigmoid", "dz3", "{it} has a factor σ(z3)(1 − σ(z3)) that (9) does not have: there is no sigmoid at the output.", lambda v: v.g * _slope(sigmoid(v.z3)), PAIR, True),
    row("extra slope of ReLU", "dz3", "{it} is {what} where z3 is positive and 0 elsewhere, as after a ReLU.", lambda v: v.g * (v.z3 > 0), PAIR, True),
    row("slope of the error", "dz3", "{it} is d(1 − d) with d = ŷ − y.", lambda v: v.g * (1 - v.g), "Leave 1 − d out: ŷ − y, (9).", True),
    row("slope of the error", "dz3", "{it} is d·d(1 − d) with d = ŷ − y.", lambda v: v.g**2 * (1 - v.g), "Leave d(1 − d) out: ŷ − y, (9).", True),
    row("squared error", "dz3", "{it} is what a squared error, ½(ŷ − y)², gives through the softmax.", lambda v: v.p * ((v.p - v.y) - ((v.p - v.y) * v.p).sum(axis=1, keepdims=True)), "The loss is the cross-entropy, (2): {name} = ŷ − y, (9)."),
    row("loss by ŷ", "dz3", "{it} is −y/ŷ, the derivative with respect to ŷ: the softmax derivative of (10) is missing.", lambda v: -v.y / v.p, "Go on through the softmax, from ŷ to z3: ŷ − y, (9)."),
    row("binary cross-entropy by ŷ", "dz3", "{it} is −y/ŷ + (1 − y)/(1 − ŷ), the derivative of the binary cross-entropy with respect to ŷ.", lambda v: -v.y / v.p + (1 - v.y) / (1 - v.p), "(2) has −y log ŷ only; through the softmax it gives ŷ − y, (9)."),
    row("binary cross-entropy, a sign", "dz3", "{it} is −y/ŷ − (1 − y)/(1 − ŷ), as a binary cross-entropy gives it, but for a sign.", lambda v: -v.y / v.p - (1 - v.y) / (1 - v.p), "(2) has −y log ŷ only; through the softmax it gives ŷ − y, (9)."),
    row("no signs", "dz3", "{it} is |ŷ − y|, the error without its signs.", lambda v: np.abs(v.g), "(9) is ŷ − y: negative at the true class. In −y/ŷ + (1 − y)/(1 − ŷ) the second sign is a plus.", True),
    row("the loss itself", "dz3", "{it} is −y log ŷ, the terms of the loss (2), not of its derivative.", lambda v: -v.y * np.log(v.p), "The loss's derivative with respect to z3 is ŷ − y, (9)."),
    row("log ŷ", "dz3", "{it} is log ŷ − y: (9) has ŷ itself.", lambda v: np.log(v.p) - v.y, "Take {name} = ŷ − y; the logarithm belongs to the loss."),
    row("right answers left out", "dz3", "{it} is zero in the rows that are classified rightly.", lambda v: v.g * (v.p.argmax(axis=1) != v.y.argmax(axis=1))[:, None], "Keep all rows: (9) holds for each observation.", True),
    row("transposed labels", "dz3", "{it} is ŷ − y.T.", lambda v: v.p - v.y.T, "ŷ − y: the labels have a row for each observation already."),
    row("ŷ alone", "dz3", "{it} is ŷ alone: y is missing.", lambda v: v.p, "Subtract the labels: ŷ − y."),
    row("y alone", "dz3", "{it} is −y alone: ŷ is missing.", lambda v: -v.y, "(9) is ŷ − y."),
    row("plus for minus", "dz3", "{it} is ŷ + y: (9) has a minus.", lambda v: v.p + v.y, "Subtract the labels: ŷ − y."),
    row("product for difference", "dz3", "{it} is ŷ times y: (9) is a difference.", lambda v: v.p * v.y, "Subtract the labels: ŷ − y."),
    row("1 in every column", "dz3", "{it} is ŷ − 1 in every entry.", lambda v: v.p - 1, "Subtract 1 at the true class of each row only: ŷ − y."),
    row("slope of ŷ alone", "dz3", "{it} is ŷ(1 − ŷ) alone.", lambda v: _slope(v.p), "With cross-entropy this slope cancels: ŷ − y, (9)."),
    row("z3 minus ŷ", "dz3", "{it} is z3 − ŷ: y is missing.", lambda v: v.z3 - v.p, "(9) is ŷ − y."),
    row("no softmax", "dz3", "{it} is z3 − y, made of the logits.", lambda v: v.z3 - v.y, SOFTMAX),
    row("sigmoid for softmax", "dz3", "{it} is σ(z3) − y: a sigmoid where (4) has a softmax.", lambda v: sigmoid(v.z3) - v.y, SOFTMAX),
    row("tanh for softmax", "dz3", "{it} is tanh(z3) − y: a tanh where (4) has a softmax.", lambda v: np.tanh(v.z3) - v.y, SOFTMAX),
    row("ReLU for softmax", "dz3", "{it} is max(z3, 0) − y: a ReLU where (4) has a softmax.", lambda v: np.maximum(v.z3, 0) - v.y, SOFTMAX),
    row("exp for softmax", "dz3", "{it} is exp(z3) − y: the rows of exp(z3) are not divided by their sums.", lambda v: np.exp(v.z3) - v.y, SOFTMAX),
    row("softmax over axis 0", "dz3", "{it} is ŷ − y with a softmax over the batch (axis 0), not over the classes.", lambda v: softmax(v.z3.T).T - v.y, SOFTMAX),
    row("softmax over all", "dz3", "{it} is ŷ − y with a softmax over the whole array, not row by row.", lambda v: softmax(v.z3.ravel()).reshape(v.z3.shape) - v.y, SOFTMAX),
    row("softmax twice", "dz3", "{it} is softmax(ŷ) − y: ŷ is already a softmax.", lambda v: softmax(v.p) - v.y, SOFTMAX),
    row("sigmoid of ŷ", "dz3", "{it} is σ(ŷ) − y: ŷ is already the output.", lambda v: sigmoid(v.p) - v.y, SOFTMAX),
    row("predicted class", "dz3", "{it} is ŷ − y with 1 at the predicted class, 0 elsewhere, in place of ŷ.", lambda v: np.eye(v.p.shape[1])[v.p.argmax(axis=1)] - v.y, "Take the probabilities ŷ themselves: ŷ − y."),
    row("class numbers", "dz3", "{it} is ŷ minus the class number of each row, 0, 1, 2 …: (9) has one-hot labels.", lambda v: v.p - v.y.argmax(axis=1)[:, None], "Subtract y, with its 1 at the true class."),
    row("labels one up", "dz3", "{it} is ŷ − y with each 1 of y one column on, the last in the first.", lambda v: v.p - np.roll(v.y, 1, axis=1), "Classes are counted from 0: subtract y as it is given."),
    row("labels one down", "dz3", "{it} is ŷ − y with each 1 of y one column back, the first in the last.", lambda v: v.p - np.roll(v.y, -1, axis=1), "Classes are counted from 0: subtract y as it is given."),
    row("labels reversed", "dz3", "{it} is ŷ − y with the columns of y in reverse.", lambda v: v.p - v.y[:, ::-1], "Subtract y as it is given."),
    row("brackets", "dz3", "{it} is ŷ − y/B: y alone is divided by B.", lambda v: v.p - v.y / len(v.y), "Leave 1/B out: the lines are sums, the mean comes last, (55)."),
    row("divided by ŷ", "dz3", "{it} is {what} divided by ŷ.", lambda v: v.g / v.p, PAIR, True),
    row("the loss itself", "dz3", "{it} is one number, the sum of −y log ŷ: the loss, not its derivative.", lambda v: -(v.y * np.log(v.p)).sum(), "The loss's derivative with respect to z3 is ŷ − y, (9)."),
    row("the loss itself", "dz3", "{it} is −log ŷ at the true class of each row: the loss, not its derivative.", lambda v: -(v.y * np.log(v.p)).sum(axis=1), "The loss's derivative with respect to z3 is ŷ − y, (9)."),
    row("true class only", "dz3", "{it} is ŷ − 1 at the true class of each row: the other classes are missing.", lambda v: (v.p * v.y).sum(axis=1) - 1, "Keep all K columns: ŷ − y."),
    # through a matrix
    row("other matrix", "da", "{it} is {dz_next} @ {W_before}.T: {eq} has {W}.", lambda v: v.dz_next @ v.W.T, "Take {W}: it leads from this layer to the next."),
    row("other matrix after", "da", "{it} is {dz_next} @ {W_after}.T: {eq} has {W}.", lambda v: v.dz_next @ v.W_after.T, "Take {W}: it leads from this layer to the next."),
    row("not transposed", "da", "{it} is {dz_next} @ {W}: {eq} has {W}.T.", lambda v: v.dz_next @ v.W_next, "{eq} sums over the columns of {W}: {dz_next} @ {W}.T."),
    row("reshape for transpose", "da", "{it} is {dz_next} times {W} reshaped: {eq} has its transpose.", lambda v: v.dz_next @ reshaped(v.W_next), "A transpose swaps rows and columns, a reshape does not: take {W}.T."),
    row("other order", "da", "{it} is {W} @ {dz_next}: the factors of {eq} are in the other order.", lambda v: v.W_next @ v.dz_next, "{eq} is {dz_next} @ {W}.T, observations in rows."),
    row("other order", "da", "{it} is {W}.T @ {dz_next}: the factors of {eq} are in the other order.", lambda v: v.W_next.T @ v.dz_next, "{eq} is {dz_next} @ {W}.T, observations in rows."),
    row("* for @", "da", "{it} is {dz_next} * {W}.T, entry by entry: {eq} is a matrix product.", lambda v: v.dz_next * v.W_next.T, "Take {dz_next} @ {W}.T."),
    row("* for @", "da", "{it} is {dz_next} * {W}, entry by entry: {eq} is a matrix product.", lambda v: v.dz_next * v.W_next, "Take {dz_next} @ {W}.T."),
    row("dW for W", "da", "{it} is {dz_next} @ {dW_next}.T: {eq} has {W}.", lambda v: v.dz_next @ v.dW_next.T, "The error goes back through the weights: {dz_next} @ {W}.T."),
    row("slope skipped", "da", "{it} is {da_next} @ {W}.T: {eq} has {dz_next}.", lambda v: v.da_next @ v.W_next.T, "Take {dz_next}: {da_next} has not passed its {activation} yet."),
    row("layer skipped", "da", "{it} is {dz_after} @ {W}.T: {eq} has {dz_next}.", lambda v: v.dz_after @ v.W_next.T, "Take the error of the next layer, {dz_next}."),
    row("output for the error", "da", "{it} is {a_next} @ {W}.T: {eq} has {dz_next}.", lambda v: v.a_next @ v.W_next.T, "Pass back the error {dz_next}, not the output {a_next}."),
    row("z for the error", "da", "{it} is {z_next} @ {W}.T: {eq} has {dz_next}.", lambda v: v.z_next @ v.W_next.T, "Pass back the error {dz_next}."),
    row("labels for the error", "da", "{it} is y @ {W}.T: {eq} has {dz_next}.", lambda v: v.y @ v.W_next.T, "Pass back the error {dz_next}."),
    row("bias added", "da dz", "{it} is {what} plus {b}: {eq} has no bias.", lambda v: v.g + v.b, "Leave the bias out: it has no part in {eq}.", True),
    row("slope already in", "da", "{it} has a factor {slope} that belongs to {dz}.", lambda v: v.g * v.slope(v.a), "Leave it out here, {eq}: {owner} derivative comes in the next line.", True, of="sigmoid tanh"),
    row(TOO_EARLY, "da", "{it} has a factor {slope} that belongs to {dz}.", lambda v: v.g * v.slope(v.a), "Leave it out here, {eq}: {owner} derivative comes in the next line.", True, of="relu"),
    row("dW for the error", "da", "{it} is {dW_next} @ {W}.T: {eq} has {dz_next}.", lambda v: v.dW_next @ v.W_next.T, "Pass back the error {dz_next}."),
    row("slope already in", "da", "{it} is {what} where {z} is positive and 0 elsewhere, as after a ReLU.", lambda v: v.g * (v.z > 0), "{eq} has no factor; {owner} derivative, {its}, comes in the next line.", True, of="sigmoid tanh"),
    row("slope already in", "da", "{it} has a factor 1 − {a}², the derivative of tanh.", lambda v: v.g * (1 - v.a**2), "{eq} has no factor; {owner} derivative, {its}, comes in the next line.", True, of="sigmoid relu"),
    row("slope already in", "da", "{it} has a factor {a}(1 − {a}), the derivative of the sigmoid.", lambda v: v.g * _slope(v.a), "{eq} has no factor; {owner} derivative, {its}, comes in the next line.", True, of="tanh relu"),
    row("times a", "da", "{it} has a factor {a} that {eq} does not have.", lambda v: v.g * v.a, "Leave it out: {dz_next} @ {W}.T.", True),
    row("times z", "da", "{it} has a factor {z} that {eq} does not have.", lambda v: v.g * v.z, "Leave it out: {dz_next} @ {W}.T.", True),
]  # fmt: skip
