"""Mistakes in the gradients of the parameters: dW and db."""

import numpy as np

from mlpnotes.functions import sigmoid
from mlpnotes.tutor.mistakes.lines import row


def _reshaped(a):
    if a.shape[0] == a.shape[1]:
        raise ValueError("reshaped to its own shape it is the same")
    return a.reshape(a.shape[::-1])


BATCH = "{eq} sums over the whole batch: {x}.T @ {dz}."
ROWS = "{eq} sums over the whole batch: {dz}.sum(axis=0)."

PARAMETERS = [
    row("da for dz", "dW", "{it} is {x}.T @ {da}: {eq} has {dz}.", lambda v: v.x.T @ v.da, "Take {dz}: {da} has not passed the sigmoid yet."),
    row("da for dz", "db", "{it} is the sum of {da}: {eq} has {dz}.", lambda v: v.da.sum(axis=0), "Take {dz}: {da} has not passed the sigmoid yet."),
    row("z for a", "dW", "{it} is {z_in}.T @ {dz}: {eq} has {x}.", lambda v: v.z_in.T @ v.dz, "Take the layer's input after the sigmoid, {x}."),
    row("X for the input", "dW", "{it} is X.T @ {dz}: {eq} has {x}.", lambda v: v.other("a0").T @ v.dz, "Take the input of this layer, {x}."),
    row("a1 for the input", "dW", "{it} is a1.T @ {dz}: {eq} has {x}.", lambda v: v.other("a1").T @ v.dz, "Take the input of this layer, {x}."),
    row("a2 for the input", "dW", "{it} is a2.T @ {dz}: {eq} has {x}.", lambda v: v.other("a2").T @ v.dz, "Take the input of this layer, {x}."),
    row("ŷ for the input", "dW", "{it} is ŷ.T @ {dz}: {eq} has {x}.", lambda v: v.p.T @ v.dz, "Take the input of this layer, {x}."),
    row("y for the input", "dW", "{it} is y.T @ {dz}: {eq} has {x}.", lambda v: v.y.T @ v.dz, "Take the input of this layer, {x}."),
    row("own z for the input", "dW", "{it} is {z}.T @ {dz}: {eq} has {x}.", lambda v: v.z.T @ v.dz, "Take the input of this layer, {x}."),
    row("error for the input", "dW", "{it} is {dz}.T @ {dz}: {eq} has {x}.T.", lambda v: v.dz.T @ v.dz, "Take the input of this layer: {x}.T @ {dz}."),
    row("output for the error", "dW", "{it} is {x}.T @ {a}: {eq} has {dz}.", lambda v: v.x.T @ v.a, "Take the error {dz}, not the output {a}."),
    row("dz3 for dz", "dW", "{it} is {x}.T @ dz3: {eq} has {dz}.", lambda v: v.x.T @ v.other("dz3"), "Take the error of this layer, {dz}."),
    row("dz2 for dz", "dW", "{it} is {x}.T @ dz2: {eq} has {dz}.", lambda v: v.x.T @ v.other("dz2"), "Take the error of this layer, {dz}."),
    row("dz1 for dz", "dW", "{it} is {x}.T @ dz1: {eq} has {dz}.", lambda v: v.x.T @ v.other("dz1"), "Take the error of this layer, {dz}."),
    row("z for the error", "dW", "{it} is {x}.T @ {z}: {eq} has {dz}.", lambda v: v.x.T @ v.z, "Take the error {dz}."),
    row("slope for the error", "dW", "{it} is {x}.T @ ({a} * (1 − {a})): {eq} has {dz}.", lambda v: v.x.T @ (v.a * (1 - v.a)), "Take the error {dz}."),
    row("slope of the input", "dW", "{it} is ({x} * (1 − {x})).T @ {dz}: {eq} has {x}.", lambda v: (v.x * (1 - v.x)).T @ v.dz, "Take the input as it entered the layer, {x}."),
    row("input missing", "dW", "{it} has the sum of {dz} in every row: {x} is missing.", lambda v: np.ones_like(v.x).T @ v.dz, "{eq} is {x}.T @ {dz}."),
    row("times the parameter", "dW", "{it} is {what} times {P}, entry by entry.", lambda v: v.g * v.W, "Leave {P} out: it has no part in {eq}.", True),
    row("times the parameter", "db", "{it} is {what} times {P}, entry by entry.", lambda v: v.g * v.b, "Leave {P} out: it has no part in {eq}.", True),
    row("slope again", "dW", "{it} is {x}.T @ ({dz} * {a} * (1 − {a})): {eq} has {dz} alone.", lambda v: v.x.T @ (v.dz * v.a * (1 - v.a)), "Take {dz} as it is: {x}.T @ {dz}."),
    row("slope again", "db", "{it} is the sum of {dz} * {a} * (1 − {a}): {eq} has {dz} alone.", lambda v: (v.dz * v.a * (1 - v.a)).sum(axis=0), "Take {dz} as it is: {dz}.sum(axis=0)."),
    row("sigmoid of the input", "dW", "{it} is σ({x}).T @ {dz}: {eq} has {x}.", lambda v: sigmoid(v.x).T @ v.dz, "Take the input as it entered the layer, {x}."),
    row("other order", "dW", "{it} is {dz} @ {x}: {eq} is {x}.T @ {dz}.", lambda v: v.dz @ v.x, BATCH),
    row("other order", "dW", "{it} is {dz} @ {x}.T: {eq} is {x}.T @ {dz}.", lambda v: v.dz @ v.x.T, BATCH),
    row("transpose on the other", "dW", "{it} is {x} @ {dz}.T.", lambda v: v.x @ v.dz.T, "The transpose belongs to the other factor: {x}.T @ {dz}."),
    row("input not transposed", "dW", "{it} is {x} @ {dz}: {eq} has {x}.T.", lambda v: v.x @ v.dz, BATCH),
    row("* for @", "dW", "{it} is {x} * {dz}, entry by entry: {eq} is a matrix product.", lambda v: v.x * v.dz, BATCH),
    row("* for @", "dW", "{it} is {x}.T * {dz}, entry by entry: {eq} is a matrix product.", lambda v: v.x.T * v.dz, BATCH),
    row("reshape for transpose", "dW", "{it} is {dz}.T @ {x}, reshaped to the shape of {P}.", lambda v: _reshaped(v.dz.T @ v.x), "A reshape does not transpose: take {x}.T @ {dz}."),
    row("reshape for transpose", "dW", "{it} is {x} reshaped, times {dz}: {eq} has its transpose.", lambda v: _reshaped(v.x) @ v.dz, "A reshape does not transpose: take {x}.T @ {dz}."),
    row("bias row kept", "dW", "{it} has one row too many, the first: {b}'s gradient.", lambda v: np.vstack([v.dz.sum(axis=0), v.x.T @ v.dz]), "Leave the row of ones out: {x}.T @ {dz}."),
    row("bias row kept", "dW", "{it} has one row too many, the last: {b}'s gradient.", lambda v: np.vstack([v.x.T @ v.dz, v.dz.sum(axis=0)]), "Leave the row of ones out: {x}.T @ {dz}."),
    row("summed before the product", "dW", "{it} is the product of two sums, of {x} and of {dz}: {eq} is a sum of products.", lambda v: np.outer(v.x.sum(axis=0), v.dz.sum(axis=0)), "Multiply first, then sum: {x}.T @ {dz}."),
    row("last observation only", "dW", "{it} is made of the last observation only.", lambda v: np.outer(v.x[-1], v.dz[-1]), BATCH + " In a loop add with +=."),
    row("first observation only", "dW", "{it} is made of the first observation only.", lambda v: np.outer(v.x[0], v.dz[0]), BATCH),
    row("last observation left out", "dW", "{it} lacks the last observation.", lambda v: v.x[:-1].T @ v.dz[:-1], BATCH),
    row("first observation left out", "dW", "{it} lacks the first observation.", lambda v: v.x[1:].T @ v.dz[1:], BATCH),
    row("last observation only", "db", "{it} is the last row of {dz}.", lambda v: v.dz[-1], ROWS + " In a loop add with +=."),
    row("first observation only", "db", "{it} is the first row of {dz}.", lambda v: v.dz[0], ROWS),
    row("last observation left out", "db", "{it} lacks the last observation.", lambda v: v.dz[:-1].sum(axis=0), ROWS),
    row("first observation left out", "db", "{it} lacks the first observation.", lambda v: v.dz[1:].sum(axis=0), ROWS),
    row("wrong axis", "db", "{it} is {dz} summed along axis 1, one number for each observation.", lambda v: v.dz.sum(axis=1), ROWS),
    row("wrong axis", "db", "{it} is {dz} summed along axis 1, one number for each observation.", lambda v: v.dz.sum(axis=1, keepdims=True), ROWS),
    row("no axis", "db", "{it} is one number, the sum of all entries of {dz}.", lambda v: v.dz.sum(), "Give the axis: {dz}.sum(axis=0), one number for each column."),
    row("no axis", "db", "{it} is one number, the sum of all entries of {dz}.", lambda v: v.dz.sum(keepdims=True), "Give the axis: {dz}.sum(axis=0), one number for each column."),
    row("no axis, spread", "db", "{it} has one number in every entry, the sum of all entries of {dz}.", lambda v: np.full_like(v.g, v.dz.sum()), "Give the axis: {dz}.sum(axis=0), one number for each column."),
    row("no sum", "db", "{it} is {dz} itself, not summed over the batch.", lambda v: v.dz, ROWS),
    row("dW summed", "db", "{it} is {dW} summed over its rows.", lambda v: v.dW.sum(axis=0), "A bias has no factor {x}: {dz}.sum(axis=0)."),
    row("dW summed", "db", "{it} is {dW} summed over its columns.", lambda v: v.dW.sum(axis=1), "A bias has no factor {x}: {dz}.sum(axis=0)."),
    row("dW summed", "db", "{it} is one number, the sum of all entries of {dW}.", lambda v: v.dW.sum(), "A bias has no factor {x}: {dz}.sum(axis=0)."),
    row("a column", "db", "{it} is {what}, as a column.", lambda v: v.g[:, None], "Make it one row: {dz}.sum(axis=0).", True),
    row("output for the error", "db", "{it} is the sum of {a}: {eq} has {dz}.", lambda v: v.a.sum(axis=0), "Sum the error {dz}, not the output {a}."),
    row("dz3 for dz", "db", "{it} is the sum of dz3: {eq} has {dz}.", lambda v: v.other("dz3").sum(axis=0), "Take the error of this layer, {dz}."),
    row("dz2 for dz", "db", "{it} is the sum of dz2: {eq} has {dz}.", lambda v: v.other("dz2").sum(axis=0), "Take the error of this layer, {dz}."),
    row("dz1 for dz", "db", "{it} is the sum of dz1: {eq} has {dz}.", lambda v: v.other("dz1").sum(axis=0), "Take the error of this layer, {dz}."),
]  # fmt: skip
