"""Mistakes in dz of the hidden layers, where the slope of the activation comes in."""

import numpy as np

from mlpnotes.functions import sigmoid
from mlpnotes.tutor.mistakes.lines import row


def _slope(a):
    return a * (1 - a)


def _silu(z):
    """Return the slope of SiLU."""
    return sigmoid(z) * (1 + z * (1 - sigmoid(z)))


ENTRYWISE = "{eq} is {line}, entry by entry."

SLOPES = [
    row("slope missing", "dz", "{it} is {da} alone: {owner} derivative is missing.", lambda v: v.da, "Multiply by the sigmoid's derivative, {a}(1 − {a}), Lemma 5. (That of a ReLU, {a} > 0, is 1 everywhere here.)", of="sigmoid"),
    row("slope missing", "dz", "{it} is {da} alone: {owner} derivative is missing.", lambda v: v.da, "Multiply by {owner} derivative, {its}.", of="tanh relu"),
    row("da missing", "dz", "{it} is {slope} alone: {da} is missing.", lambda v: v.slope(v.a), ENTRYWISE),
    row("slope of z", "dz", "{it} is {da} times {z}(1 − {z}).", lambda v: v.da * _slope(v.z), "Lemma 5 is made of the output {a}, not of the input {z}: {a}(1 − {a}).", of="sigmoid"),
    row("sigmoid twice", "dz", "{it} is {da} times σ({a})(1 − σ({a})): {a} is already a sigmoid.", lambda v: v.da * _slope(sigmoid(v.a)), "Take {a}(1 − {a}).", of="sigmoid"),
    row("σ(a) alone", "dz", "{it} is {da} times σ({a}): {a} is already a sigmoid.", lambda v: v.da * sigmoid(v.a), "Take {a}(1 − {a}).", of="sigmoid"),
    row("1 − σ(a)", "dz", "{it} is {da} times (1 − σ({a})): {a} is already a sigmoid.", lambda v: v.da * (1 - sigmoid(v.a)), "Take {a}(1 − {a}).", of="sigmoid"),
    row("slope twice", "dz", "{it} is {da} times {slope} twice.", lambda v: v.da * v.slope(v.a) ** 2, "It belongs in {name} once.", of="sigmoid tanh"),
    row("slope of the slope", "dz", "{it} is {da} times {slope_of_s} with s = {its}.", lambda v: v.da * v.slope(v.slope(v.a)), "Take {slope}, with the {a} of the forward pass: was it changed in place?", of="sigmoid tanh"),
    row("a twice", "dz", "{it} is {da} times {a}²(1 − {a}), one {a} too many.", lambda v: v.da * _slope(v.a) * v.a, ENTRYWISE, of="sigmoid"),
    row("1 − a twice", "dz", "{it} is {da} times {a}(1 − {a})², one 1 − {a} too many.", lambda v: v.da * _slope(v.a) * (1 - v.a), ENTRYWISE, of="sigmoid"),
    row("a(1 + a)", "dz", "{it} is {da} times {a}(1 + {a}): {eq} has a minus.", lambda v: v.da * v.a * (1 + v.a), "Take {a}(1 − {a}).", of="sigmoid"),
    row("a(1 − a²)", "dz", "{it} is {da} times {a}(1 − {a}²).", lambda v: v.da * v.a * (1 - v.a**2), "Take {a}(1 − {a}), without the square.", of="sigmoid"),
    row("slope of tanh", "dz", "{it} is {da} times (1 − {a}²), the derivative of tanh.", lambda v: v.da * (1 - v.a**2), "{Owner} is {its}.", of="sigmoid relu"),
    row("slope of tanh, of z", "dz", "{it} is {da} times (1 − tanh²({z})), the derivative of tanh.", lambda v: v.da * (1 - np.tanh(v.z) ** 2), "{Owner} is {its}.", of="sigmoid relu"),
    row("slope of tanh, of a", "dz", "{it} is {da} times (1 − tanh²({a})), a derivative of tanh.", lambda v: v.da * (1 - np.tanh(v.a) ** 2), "{Owner} is {its}."),
    row("1 − z²", "dz", "{it} is {da} times (1 − {z}²).", lambda v: v.da * (1 - v.z**2), "{Owner} is {its}."),
    row("slope of ReLU", "dz", "{it} is {da} where {z} is positive and 0 elsewhere: the derivative of ReLU.", lambda v: v.da * (v.z > 0), "{Owner} is {its}.", of="sigmoid tanh"),
    row("slope of ReLU as well", "dz", "{it} is {what} where {z} is positive and 0 elsewhere, as after a ReLU.", lambda v: v.g * (v.z > 0), "{Owner} {slope} alone is right.", True, of="sigmoid tanh"),
    row("slope of SiLU", "dz", "{it} is {da} times σ({z})(1 + {z}(1 − σ({z}))), the derivative of SiLU.", lambda v: v.da * _silu(v.z), "{Owner} is {its}."),
    row("slope of softmax", "dz", "{it} is what a softmax in place of the sigmoid would give.", lambda v: v.a * (v.da - (v.da * v.a).sum(axis=1, keepdims=True)), ENTRYWISE, of="sigmoid"),
    row("half the slope: a", "dz", "{it} is {da} times {a} alone.", lambda v: v.da * v.a, "The factor 1 − {a} is missing: {a}(1 − {a}).", of="sigmoid"),
    row("half the slope: 1 − a", "dz", "{it} is {da} times (1 − {a}) alone.", lambda v: v.da * (1 - v.a), "The factor {a} is missing: {a}(1 − {a}).", of="sigmoid"),
    row("a squared", "dz", "{it} is {da} times {a}².", lambda v: v.da * v.a**2, "Take {slope}."),
    row("1 − a squared", "dz", "{it} is {da} times (1 − {a})².", lambda v: v.da * (1 - v.a) ** 2, "Take {slope}."),
    row("minus for times", "dz", "{it} is {da} times ({a} − (1 − {a})), a difference.", lambda v: v.da * (2 * v.a - 1), "Take the product, {a}(1 − {a}).", of="sigmoid"),
    row("z for the slope", "dz", "{it} is {da} times {z} alone.", lambda v: v.da * v.z, "Take {owner} derivative, {its}."),
    row("slope skipped", "dz", "{it} is {da_next} @ {W}.T * {code}: the slope of the layer after is missing.", lambda v: v.da_next @ v.W_next.T * v.slope(v.a), "Take {dz_next} for {da_next} before {W}.T."),
    row("z and a mixed", "dz", "{it} is {da} times {z}(1 − {a}).", lambda v: v.da * v.z * (1 - v.a), "Take {slope}."),
    row("z and a mixed", "dz", "{it} is {da} times {a}(1 − {z}).", lambda v: v.da * v.a * (1 - v.z), "Take {slope}.", of="sigmoid tanh"),
    row("ReLU for a slope", "dz", "{it} is {da} times max({z}, 0), a ReLU.", lambda v: v.da * np.maximum(v.z, 0), "Take {owner} derivative, {its}.", of="sigmoid tanh"),
    row("tanh for a slope", "dz", "{it} is {da} times tanh({z}).", lambda v: v.da * np.tanh(v.z), "Take {owner} derivative, {its}.", of="sigmoid relu"),
    row("exp for a slope", "dz", "{it} is {da} times exp(−{z}).", lambda v: v.da * np.exp(-v.z), "The sigmoid's derivative is exp(−{z}) / (1 + exp(−{z}))², that is {a}(1 − {a}).", of="sigmoid"),
    row("times z", "dz", "{it} has a factor {z} that {eq} does not have.", lambda v: v.g * v.z, "Leave it out: {line}.", True, of="sigmoid tanh"),
    row("divided by the slope", "dz", "{it} is {da} divided by {slope}.", lambda v: v.da / v.slope(v.a), "Multiply by {slope}, {eq}.", of="sigmoid tanh"),
    row("plus for times", "dz", "{it} is {da} + {slope}, a sum.", lambda v: v.da + v.slope(v.a), "Multiply: {line}."),
    row("brackets", "dz", "{it} is {da} * {a} − {a}, as without the brackets around 1 − {a}.", lambda v: v.da * v.a - v.a, "Write {da} * {a} * (1 − {a}), with the brackets.", of="sigmoid"),
    row("brackets", "dz", "{it} is {da} − {a}, as in {da} * 1 − {a}, without brackets.", lambda v: v.da - v.a, "Write {da} * {a} * (1 − {a}), with the brackets.", of="sigmoid"),
    row("brackets", "dz", "{it} is {da} * {a} − {a}², as without the brackets around {a} − {a}².", lambda v: v.da * v.a - v.a**2, "Write {da} * {a} * (1 − {a}), with the brackets.", of="sigmoid"),
    row("brackets", "dz", "{it} is {da} * {a} − (1 − {a}), a difference.", lambda v: v.da * v.a - (1 - v.a), "Multiply: {da} * {a} * (1 − {a}).", of="sigmoid"),
    row("slope of the error", "dz", "{it} is {da} times {da}(1 − {da}), made of the error.", lambda v: v.da * _slope(v.da), "Make it of the output: {a}(1 − {a}).", of="sigmoid"),
    row("slope of the error", "dz", "{it} is {da}(1 − {da}), made of the error alone.", lambda v: _slope(v.da), ENTRYWISE, of="sigmoid"),
    row("slope of the error", "dz", "{it} is {da} times σ({da})(1 − σ({da})), made of the error.", lambda v: v.da * _slope(sigmoid(v.da)), "Make it of the output: {a}(1 − {a}).", of="sigmoid"),
    row("slope of the error", "dz", "{it} is σ({da})(1 − σ({da})), made of the error alone.", lambda v: _slope(sigmoid(v.da)), ENTRYWISE, of="sigmoid"),
    row("sigmoid of the error", "dz", "{it} is σ({da}), the sigmoid of the error.", lambda v: sigmoid(v.da), ENTRYWISE),
    row("first observation's slope", "dz", "{it} is {da} times the {slope} of the first observation, in every row.", lambda v: v.da * v.slope(v.a[0]), ENTRYWISE),
    row("last observation's slope", "dz", "{it} is {da} times the {slope} of the last observation, in every row.", lambda v: v.da * v.slope(v.a[-1]), ENTRYWISE),
    row("mean slope", "dz", "{it} is {da} times the mean of {slope} over the batch, in every row.", lambda v: v.da * v.slope(v.a).mean(axis=0), ENTRYWISE),
    row("slope of ReLU, of the error", "dz", "{it} is {da} where that is positive and 0 elsewhere.", lambda v: np.maximum(v.da, 0), "{Owner} derivative is {its}, whatever the sign.", of="sigmoid tanh"),
    row("other activation", "dz", "{it} is {da} times {slope_of_other}.", lambda v: v.da * v.slope(v.c["a1" if v.k == 2 else "a2"]), "{eq} has {a}, the activation of its own layer."),
    row("slope of ŷ", "dz", "{it} is {da} times {slope_of_y}.", lambda v: v.da * v.slope(v.p), "{eq} has {a}, the activation of its own layer.", of="sigmoid tanh"),
    row("slope of X", "dz", "{it} is {da} times {slope_of_X}.", lambda v: v.da * v.slope(v.a0), "{eq} has {a}, the layer's output, not its input."),
    row("dot for *", "dz", "{it} is {da} @ ({a}.T @ (1 − {a})), with matrix products.", lambda v: v.da @ (v.a.T @ (1 - v.a)), ENTRYWISE, of="sigmoid"),
    row("dot for *", "dz", "{it} is {da} @ {in_brackets}.T, a matrix product.", lambda v: v.da @ v.slope(v.a).T, ENTRYWISE),
    row("dot for *", "dz", "{it} is {da} @ {in_brackets}, a matrix product.", lambda v: v.da @ v.slope(v.a), ENTRYWISE),
    row("dot for *", "dz", "{it} is {da}.T @ {in_brackets}, a matrix product.", lambda v: v.da.T @ v.slope(v.a), ENTRYWISE),
    row("dot for *", "dz", "{it} is {da} @ {a} @ (1 − {a}), with matrix products.", lambda v: v.da @ v.a @ (1 - v.a), ENTRYWISE, of="sigmoid"),
    row("dot for *", "dz", "{it} is ({da} @ {a}) * (1 − {a}), with a matrix product.", lambda v: (v.da @ v.a) * (1 - v.a), ENTRYWISE, of="sigmoid"),
    row("dot for *", "dz", "{it} is ({da} * {a}) @ (1 − {a}), with a matrix product.", lambda v: (v.da * v.a) @ (1 - v.a), ENTRYWISE, of="sigmoid"),
    row("dot for *", "dz", "{it} is {da} * ({a} @ (1 − {a})), with a matrix product.", lambda v: v.da * (v.a @ (1 - v.a)), ENTRYWISE, of="sigmoid"),
    # through tanh or ReLU
    row("slope of the sigmoid", "dz", "{it} is {da} times {a}(1 − {a}), the derivative of the sigmoid.", lambda v: v.da * _slope(v.a), "{Owner} is {its}.", of="tanh relu"),
    row("slope of the sigmoid, of z", "dz", "{it} is {da} times σ({z})(1 − σ({z})), the derivative of the sigmoid.", lambda v: v.da * _slope(sigmoid(v.z)), "{Owner} is {its}.", of="tanh relu"),
    row("slope of the sigmoid, of a", "dz", "{it} is {da} times σ({a})(1 − σ({a})), a derivative of the sigmoid.", lambda v: v.da * _slope(sigmoid(v.a)), "{Owner} is {its}.", of="tanh relu"),
    row("a for the slope", "dz", "{it} is {da} times {a} alone.", lambda v: v.da * v.a, "Take {owner} derivative, {its}.", of="tanh relu"),
    row("no square", "dz", "{it} is {da} times (1 − {a}): {eq} has a square.", lambda v: v.da * (1 - v.a), "Take {slope}.", of="tanh"),
    row("a(1 − a²)", "dz", "{it} is {da} times {a}(1 − {a}²), one {a} too many.", lambda v: v.da * v.a * (1 - v.a**2), "Take {slope}.", of="tanh"),
    row("1 + a²", "dz", "{it} is {da} times (1 + {a}²): {eq} has a minus.", lambda v: v.da * (1 + v.a**2), "Take {slope}.", of="tanh"),
    row("tanh twice", "dz", "{it} is {da} times (1 − tanh({a})): {a} is already a tanh.", lambda v: v.da * (1 - np.tanh(v.a)), "Take {slope}.", of="tanh"),
    row("brackets", "dz", "{it} is {da} − {a}², as without the brackets around 1 − {a}².", lambda v: v.da - v.a**2, "Write {line}, with the brackets.", of="tanh"),
    row("brackets", "dz", "{it} is {da} − ({da} * {a})², as with the square around the product.", lambda v: v.da - (v.da * v.a) ** 2, "Write {line}: the square is of {a} alone.", of="tanh"),
    row("slope of the error", "dz", "{it} is {da} times (1 − {da}²), made of the error.", lambda v: v.da * (1 - v.da**2), "Make it of the output: {slope}.", of="tanh"),
    row("slope of the error", "dz", "{it} is 1 − {da}², made of the error alone.", lambda v: 1 - v.da**2, ENTRYWISE, of="tanh"),
    row("slope of the error", "dz", "{it} is {da} times (1 − tanh²({da})), made of the error.", lambda v: v.da * (1 - np.tanh(v.da) ** 2), "Make it of the output: {slope}.", of="tanh"),
    row("slope of ReLU, of the error", "dz", "{it} is {da} where that is positive and 0 elsewhere.", lambda v: np.maximum(v.da, 0), "Ask for the sign of {z}, not of {da}: {line}.", of="relu"),
    row("other sign", "dz", "{it} is {da} where {z} is negative and 0 elsewhere.", lambda v: v.da * (v.z < 0), "ReLU passes on what is positive: {line}.", of="relu"),
    row("sign for the slope", "dz", "{it} is {da} times the sign of {z}.", lambda v: v.da * np.sign(v.z), "{Owner} is {its}.", of="relu"),
]  # fmt: skip
