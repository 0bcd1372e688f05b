"""Errors to plant, equation by equation: each must be caught.

tests/test_teeth.py plants them. A row of the table is (where, right, wrong): in a function of the package, or in
the cells of the chapter that owns the equation, the text ``right`` becomes
``wrong``. Two errors need no row, since every line of the package that is an
equation gets them: its value times 1 + 1e-6, and its negative.
"""

import inspect
import re
import types

from mlpnotes import functions, jacobians, network

FORWARD, BACKWARD, LOSS = "network.forward", "network.backward", "network.loss"
GRADIENT, AFFINE = "network.loss_gradient", "jacobians.affine"
SOFTMAX_J, DL, TENSORS = (
    "jacobians.softmax_jacobian", "jacobians.dL_dz3", "jacobians.gradients",
)  # fmt: skip
DZ_DW, DZ_DB, DZ_DA, DA_DZ = (
    "jacobians.dz_dW", "jacobians.dz_db", "jacobians.dz_da", "jacobians.da_dz",
)  # fmt: skip
SIGMOID, ENTROPY, LOG = (
    "functions.sigmoid", "functions.cross_entropy", "functions.log_softmax",
)  # fmt: skip
CELL = "cell"
MODULES = {"functions": functions, "jacobians": jacobians, "network": network}

PLANTED = {
    1: [
        (LOSS, ".mean()", ".sum()"),
        (CELL, "L = sum(L_CE) / B", "L = sum(L_CE) / (B - 1)"),
        (CELL, "L = sum(L_CE) / B", "L = sum(L_CE[1:]) / B"),
        (LOSS, "(y * log_softmax(z3))", "(y * log_softmax(z3))[:, :-1]"),
    ],
    2: [
        (LOSS, "y * log_softmax(z3)", "log_softmax(z3)"),
        (LOSS, "log_softmax(z3)", "np.log(softmax(z3) + 1e-8)"),
        (ENTROPY, "0 - (y * log)", "0 + (y * log)"),
        (LOG, "np.log(np.exp(shifted)", "np.log1p(np.exp(shifted)"),
        (CELL, "L_CE[i] -= y[i, j] * np.log", "L_CE[i] -= y[i, j] * np.log2"),
        (CELL, "np.log(y_hat[i, j])", "np.log(y_hat[i, j] + 1e-8)"),
        (ENTROPY, "(y * log)", "(y * log)[..., :-1]"),
        (CELL, "for j in range(K):\n        L_CE", "for j in range(K - 1):\n        L_CE"),
    ],
    3: [
        (FORWARD, "a2 @ W3 + b3", "a2 @ W3"),
        (FORWARD, "a2 @ W3 + b3", "a2 @ W3 - b3"),
        (CELL, "z3[i, j] = params.b3[j]", "z3[i, j] = 2 * params.b3[j]"),
        (CELL, "params.W3[q, j]", "params.W3[j, q % K]"),
    ],
    4: [
        (FORWARD, "softmax(z3)", "sigmoid(z3)"),
        ("functions.softmax", "e / e.sum(", "e / (1 + 1e-6) / e.sum("),
        (CELL, "for t in range(K))", "for t in range(1, K))"),
        (CELL, "np.exp(z3[i, j]) / total", "np.exp2(z3[i, j]) / total"),
        ("functions.softmax", "np.exp(_shifted(z))", "np.exp(np.clip(_shifted(z), -10, 0))"),
    ],
    5: [
        (TENSORS, "dz_dW(acts.a2, K)", "dz_dW(acts.a2 + 1e-6, K)"),
        (TENSORS, "np.tensordot(dz3, dz_db(K), axes=1)", "dz3[::-1]"),
        (CELL, "by_tensor_W = np.tensordot(dz3, J_W, axes=1)",
         "by_tensor_W = np.tensordot(dz3[::-1], J_W, axes=1)"),
        (CELL, "by_tensor_b = np.tensordot(dz3,", "by_tensor_b = np.tensordot(1 - dz3,"),
        (CELL, "np.tensordot(F, G, axes=1)", "np.tensordot(F, G, axes=(0, 2)).T"),
    ],
    6: [
        (CELL, "dz[t] * J[(t, *place)]", "dz[place[-1]] * J[(t, *place)]"),
        (CELL, "dz[t] * J[(t, *place)]", "dz[t] * J[(place[-1], *place)]"),
        (CELL, "dz[t] * J[(t, *place)]", "dz[t] * J[(t, *place)] * (1 + 1e-6)"),
        (CELL, "result[place] += dz", "result[place] = dz"),
        (CELL, "result[place] += dz", "result[place] -= dz"),
        (CELL, "range(len(dz))", "range(1, len(dz))"),
    ],
    7: [
        (SOFTMAX_J, "y_hat * (1 - y_hat)", "y_hat * (1 + y_hat)"),
        (SOFTMAX_J, "y_hat * (1 - y_hat)", "y_hat"),
        (CELL, "agree(s * (1 - s), diagonal)", "agree(s * (1 - s) * (1 + 1e-6), diagonal)"),
        (CELL, "agree(s * (1 - s), diagonal)", "agree(s - s**3, diagonal)"),
    ],
    8: [
        (SOFTMAX_J, "y_hat * (1 - y_hat)", "y_hat - y_hat**3"),
        (CELL, "(e * total - e * e) / total**2", "(e * total - e) / total**2"),
        (CELL, "(e * total - e * e) / total**2", "(e * total - e * e) / total"),
        (CELL, "agree(s - s**2, diagonal)", "agree(s + s**2, diagonal)"),
    ],
    9: [
        (BACKWARD, "acts.y_hat - y", "y - acts.y_hat"),
        (BACKWARD, "acts.y_hat - y", "(acts.y_hat - y) / len(y)"),
        (BACKWARD, "acts.y_hat - y", "acts.y_hat - y * acts.y_hat"),
        (BACKWARD, "acts.y_hat - y", "acts.y_hat - y * (np.arange(y.shape[1]) < 2)"),
    ],
    10: [
        (DL, "-y / y_hat", "-y"),
        (DL, "-y / y_hat", "-y / (y_hat + 1e-8)"),
        (CELL, "by_index[i, j] -= y[i, t] / p[t]", "by_index[i, j] -= y[i, j] / p[j]"),
        (CELL, "if t == j else -p[t] * p[j]", "if t == j else p[t] * p[j]"),
    ],
    11: [
        (SOFTMAX_J, "y_hat * (1 - y_hat)", "1 - y_hat"),
        (CELL, "agree(p * (1 - p), exact[same])", "agree(p * (1 + p), exact[same])"),
        (CELL, "agree(p * (1 - p), exact[same])", "agree(p, exact[same])"),
    ],
    12: [
        (SOFTMAX_J, "-np.outer(y_hat, y_hat)", "-np.outer(y_hat, 1 - y_hat)"),
        (CELL, "off = -np.outer(p, p)", "off = np.outer(p, p)"),
        (CELL, "-np.outer(e, e) / e.sum() ** 2", "-np.outer(e, e) / e.sum()"),
        (CELL, "-np.outer(e, e) / e.sum() ** 2", "-np.outer(e, p) / e.sum() ** 2"),
    ],
    13: [
        (DL, "axes=1", "axes=0)[0] + (0"),
        (CELL, "label * (1 - p) * same - label * p * ~same", "label * (1 - p) * same"),
        (CELL, "label * (1 - p) * same - label * p * ~same",
         "label * (1 - p) * same + label * p * ~same"),
        (CELL, "agree(-y + y * y_hat + y_hat * others,", "agree(-y + y_hat * others,"),
        (CELL, "agree(-y + y_hat * total,", "agree(-y + y_hat * (total + 1e-6),"),
        (CELL, "agree(y_hat - y, definition)", "agree(y - y_hat, definition)"),
    ],
    14: [
        (DZ_DW, "J[t, :, t] = a", "J[t, :, t] = a[::-1]"),
        (DZ_DW, "J[t, :, t] = a", "J[t] = a[:, None]"),
        (DZ_DB, "np.eye(m)", "np.ones((m, m))"),
        (CELL, "J_b[t, j] = t == j", "J_b[t, j] = t <= j"),
        (CELL, "(t == j) * a2[r]", "(t != j) * a2[r]"),
    ],
    15: [
        (AFFINE, "a[q] * W[q, j]", "a[q] * W[q, 0]"),
        (AFFINE, "z[j] += a[q]", "z[j] -= a[q]"),
        (AFFINE, "z = np.array(b,", "z = np.array(0 * b,"),
        (CELL, "a2 @ W3 + b3)  # (15)", "a2 @ W3 + 2 * b3)  # (15)"),
    ],
    16: [
        (DZ_DW, "J[t, :, t] = a", "J[0, :, t] = a"),
        (CELL, "(t == j) * a2[r]", "(t == j) * a2[t]"),
        (CELL, "(t == j) * a2[r]", "a2[r]"),
    ],
    17: [
        (DZ_DB, "np.eye(m)", "np.eye(m)[::-1]"),
        (CELL, "J_b[t, j] = t == j", "J_b[t, j] = 1"),
        (CELL, "J_b[t, j] = t == j", "J_b[t, j] = t != j"),
    ],
    18: [
        (TENSORS, "dz_dW(acts.a2, K)", "dz_dW(1 - acts.a2, K)"),
        (TENSORS, "np.tensordot(dz3, dz_db(K), axes=1)", "dz3 * dz3"),
        (CELL, "dW3 = np.outer(a2, dz3)", "dW3 = np.outer(a2, y)"),
        (CELL, "np.tensordot(dz3, jacobians.dz_db(K), axes=1)", "dz3 + 1e-6"),
        (CELL, "by_index[r, j] = dz3[j] * a2[r]", "by_index[r, j] = dz3[j] * a2[0]"),
        (CELL, "by_tensor = np.tensordot(dz3, ", "by_tensor = np.tensordot(2 * dz3, "),
    ],
    19: [
        (BACKWARD, "acts.a2.T @ dz3", "acts.a2.T @ dz3 / len(y)"),
        (BACKWARD, "acts.a2.T @ dz3", "(1 - acts.a2).T @ dz3"),
        (CELL, "dW3[r, j] += (acts.y_hat[i, j] - y[i, j])", "dW3[r, j] += acts.y_hat[i, j]"),
        (CELL, "* acts.a2[i, r]", "* acts.a2[0, r]"),
        (CELL, "gradient.dW3 for gradient in each", "gradient.dW3 for gradient in each[1:]"),
        (CELL, "- y[i, j]) * acts", "- y[i, j] * (j < 2)) * acts"),
    ],
    20: [
        (BACKWARD, "dz3.sum(axis=0)", "dz3.mean(axis=0)"),
        (BACKWARD, "dz3.sum(axis=0)", "dz3[1:].sum(axis=0)"),
        (CELL, "db3[j] += acts.y_hat[i, j] - y[i, j]", "db3[j] += acts.y_hat[i, j]"),
    ],
    21: [
        (FORWARD, "a1 @ W2 + b2", "a1 @ W2"),
        (FORWARD, "a1 @ W2 + b2", "a1 @ W2 - b2"),
        (CELL, "by_index[i, r] = b2[r]", "by_index[i, r] = 0"),
        (CELL, "a1[i, q] * W2[q, r]", "a1[i, q] * W2[q, r - 1]"),
    ],
    22: [
        (FORWARD, "a2 = sigmoid(z2)", "a2 = np.tanh(z2)"),
        (FORWARD, "a2 = sigmoid(z2)", "a2 = sigmoid(-z2)"),
        (SIGMOID, "e += 1", "e += 1 + 1e-6"),
        (CELL, "1 / (1 + np.exp(-by_index))", "1 / (1 + np.exp(by_index))"),
        (CELL, "1 / (1 + np.exp(-by_index))", "1 / (1 + np.exp(-by_index - b2))"),
        (SIGMOID, "np.exp(-z)", "np.exp(-np.clip(z, -6, 6))"),
    ],
    23: [
        (DA_DZ, "a * (1 - a)", "1 - a**2"),
        (DA_DZ, "np.diag(a * (1 - a))", "np.outer(a, 1 - a)"),
        (CELL, "assert answers(sigmoid, z2[i]", "assert answers(np.tanh, z2[i]"),
        (CELL, "in_z = derivative(sigmoid,", "in_z = derivative(np.tanh,"),
        (CELL, "answers(sigmoid, z2[i]", "answers(lambda z: 1 + sigmoid(z), z2[i]"),
    ],
    24: [
        (DZ_DW, "J[t, :, t] = a", "J[:, :, t] = a"),
        (CELL, "answers(lambda W: a1[i] @ W + b2", "answers(lambda W: a1[i] @ W**2 + b2"),
        (CELL, "answers(lambda W: a1[i] @ W + b2", "answers(lambda W: a1[0] @ W + b2"),
        (CELL, "derivative(lambda W: a1[i] @ W + b2", "derivative(lambda W: a1[i] @ W**2 + b2"),
        (CELL, "answers(lambda W: a1[i] @ W + b2", "answers(lambda W: a1[i] @ W"),
    ],
    25: [
        (DZ_DB, "np.eye(m)", "np.tri(m)"),
        (CELL, "answers(lambda b: a1[i] @ W2 + b,", "answers(lambda b: a1[i] @ W2,"),
        (CELL, "answers(lambda b: a1[i] @ W2 + b,", "answers(lambda b: a1[i] @ W2 + 2 * b,"),
        (CELL, "answers(lambda b: a1[i] @ W2 + b,", "answers(lambda b: b,"),
    ],
    26: [
        (TENSORS, "dz_dW(acts.a1, n2)", "dz_dW(1 - acts.a1, n2)"),
        (TENSORS, "db2 = np.tensordot(dz2, dz_db(n2), axes=1)", "db2 = da2"),
        (CELL, "for J in (in_a, in_z):", "for J in (in_a, in_z @ in_z):"),
        (CELL, "derivative(loss_from_z3, acts.z3[i])", "derivative(loss_from_z3, -acts.z3[i])"),
        (CELL, "agree(np.tensordot(chain, in_b, axes=1)", "agree(np.tensordot(-chain, in_b, axes=1)"),
    ],
    27: [
        (DZ_DA, "W.T", "W[::-1].T"),
        (DZ_DA, "W.T", "W.T**2"),
        (CELL, "in_a = derivative(lambda a: a @ W3 + b3", "in_a = derivative(lambda a: a**2 @ W3 + b3"),
    ],
    28: [
        (BACKWARD, "dz3 @ params.W3.T", "-dz3 @ params.W3.T"),
        (BACKWARD, "dz3 @ params.W3.T", "acts.y_hat @ params.W3.T"),
        (TENSORS, "dz_da(params.W3)", "dz_da(params.W3**2)"),
        (CELL, "da2[i, r] += dz3[i, j] * W3[r, j]", "da2[i, r] += dz3[i, j] * W3[j, r % K]"),
        (BACKWARD, "dz3 @ params.W3.T", "dz3 @ params.W3.T * (np.arange(len(y)) > 0)[:, None]"),
        (BACKWARD, "dz3 @ params.W3.T", "dz3[3] @ params.W3.T + 0 * acts.a2"),
        (CELL, "dz3[i, j] * W3[r, j]", "dz3[3, j] * W3[r, j]"),
    ],
    29: [
        (DA_DZ, "a * (1 - a)", "a * (1 + a)"),
        (DA_DZ, "a * (1 - a)", "a"),
        (CELL, "in_z = derivative(sigmoid, z2[i])", "in_z = derivative(sigmoid, a2[i])"),
    ],
    30: [
        (BACKWARD, "da2 * acts.a2 * (1 - acts.a2)", "da2 * acts.a2"),
        (BACKWARD, "da2 * acts.a2 * (1 - acts.a2)", "da2 * acts.z2 * (1 - acts.z2)"),
        (TENSORS, "da_dz(acts.a2)", "da_dz(acts.a2**2)"),
        (CELL, "da2[i, r] * a2[i, r] * (1 - a2[i, r])", "da2[i, r] * (1 - a2[i, r])"),
        (BACKWARD, "(1 - acts.a2)", "(1 - acts.a2[3])"),
        (CELL, "(1 - a2[i, r])", "(1 - a2[3, r])"),
    ],
    31: [
        (AFFINE, "a[q] * W[q, j]", "a[q] * W[0, j]"),
        (AFFINE, "z = np.array(b,", "z = np.array(-b,"),
        (CELL, "by_index[i, r] = b2[r]", "by_index[i, r] = 2 * b2[r]"),
    ],
    32: [
        (DZ_DW, "J[t, :, t] = a", "J[t, :, 0] = a"),
        (DZ_DB, "np.eye(m)", "2 * np.eye(m)"),
        (CELL, "J_W = jacobians.dz_dW(a1[i], n2)", "J_W = jacobians.dz_dW(a1[0], n2)"),
        (CELL, "J_b = jacobians.dz_db(n2)", "J_b = 1 - jacobians.dz_db(n2)"),
    ],
    33: [
        (TENSORS, "dz_dW(acts.a1, n2)", "dz_dW(acts.a1**2, n2)"),
        (CELL, "np.outer(a1[i], dz2[i])", "np.outer(a1[i], da2[i])"),
        (CELL, "np.outer(a1[i], dz2[i])", "np.outer(1 - a1[i], dz2[i])"),
    ],
    34: [
        (TENSORS, "db2 = np.tensordot(dz2, dz_db(n2), axes=1)", "db2 = dz2[::-1]"),
        (CELL, "for found in (dz2[i], tensors.db2)", "for found in (da2[i], tensors.db2)"),
        (CELL, "for found in (dz2[i], tensors.db2)", "for found in (dz2[0], tensors.db2)"),
    ],
    35: [
        (BACKWARD, "acts.a1.T @ dz2", "acts.a1.T @ da2"),
        (BACKWARD, "acts.a1.T @ dz2", "acts.a1.T @ dz2 / len(y)"),
        (CELL, "dW2[q, r] += dz2[i, r] * a1[i, q]", "dW2[q, r] = dz2[i, r] * a1[i, q]"),
        (CELL, "    by_tensor += chain", "    by_tensor = chain"),
    ],
    36: [
        (BACKWARD, "dz2.sum(axis=0)", "dz2.mean(axis=0)"),
        (BACKWARD, "dz2.sum(axis=0)", "da2.sum(axis=0)"),
        (CELL, "db2[r] += dz2[i, r]", "db2[r] -= dz2[i, r]"),
    ],
    37: [
        (FORWARD, "X @ W1 + b1", "X @ W1"),
        (FORWARD, "X @ W1 + b1", "X @ W1 + 2 * b1"),
        (CELL, "by_index[i, r] = b1[r]", "by_index[i, r] = 0"),
        (CELL, "X[i, q] * W1[q, r]", "X[i, q] * W1[q, r - 1]"),
    ],
    38: [
        (FORWARD, "a1 = sigmoid(z1)", "a1 = np.tanh(z1)"),
        (FORWARD, "a1 = sigmoid(z1)", "a1 = sigmoid(z1 - b1)"),
        (SIGMOID, "np.exp(-z)", "np.exp2(-z)"),
        (CELL, "1 / (1 + np.exp(-by_index))", "1 / (1 - np.exp(-by_index))"),
        (SIGMOID, "np.exp(-z)", "np.exp(-np.clip(z, -6, 6))"),
    ],
    39: [
        (DA_DZ, "a * (1 - a)", "1 - a**2"),
        (CELL, "assert answers(sigmoid, z1[i]", "assert answers(np.tanh, z1[i]"),
        (CELL, "in_z = derivative(sigmoid,", "in_z = derivative(np.tanh,"),
        (CELL, "answers(sigmoid, z1[i]", "answers(lambda z: 1 + sigmoid(z), z1[i]"),
    ],
    40: [
        (DZ_DW, "J[t, :, t] = a", "J[:, :, t] = a"),
        (CELL, "answers(lambda W: X[i] @ W + b1", "answers(lambda W: X[i] @ W**2 + b1"),
        (CELL, "derivative(lambda W: X[i] @ W + b1", "derivative(lambda W: X[0] @ W + b1"),
        (CELL, "answers(lambda W: X[i] @ W + b1", "answers(lambda W: X[i] @ W"),
    ],
    41: [
        (DZ_DB, "np.eye(m)", "np.tri(m)"),
        (CELL, "answers(lambda b: X[i] @ W1 + b,", "answers(lambda b: X[i] @ W1 - b,"),
        (CELL, "derivative(lambda b: X[i] @ W1 + b,", "derivative(lambda b: X[i] @ W1 + b**2,"),
        (CELL, "answers(lambda b: X[i] @ W1 + b,", "answers(lambda b: b,"),
    ],
    42: [
        (TENSORS, "dz_dW(acts.X, n1)", "dz_dW(1 - acts.X, n1)"),
        (TENSORS, "db1 = np.tensordot(dz1, dz_db(n1), axes=1)", "db1 = da1"),
        (CELL, "for J in (in_a, in_z):", "for J in (in_a, in_z @ in_z):"),
        (CELL, "derivative(loss_from_z2, acts.z2[i])", "derivative(loss_from_z2, acts.a2[i])"),
    ],
    43: [
        (DZ_DA, "W.T", "W[::-1].T"),
        (DZ_DA, "W.T", "2 * W.T"),
        (CELL, "in_a = derivative(lambda a: a @ W2 + b2", "in_a = derivative(lambda a: a**2 @ W2 + b2"),
        (CELL, "agree(jacobians.dz_da(W2), in_a)", "agree(jacobians.dz_da(W1[:n1, :n2]), in_a)"),
    ],
    44: [
        (BACKWARD, "dz2 @ params.W2.T", "dz2 @ params.W1[: len(params.W2), : dz2.shape[1]].T"),
        (BACKWARD, "dz2 @ params.W2.T", "da2 @ params.W2.T"),
        (TENSORS, "dz_da(params.W2)", "dz_da(params.W2**2)"),
        (CELL, "da1[i, r] += dz2[i, j] * W2[r, j]", "da1[i, r] += dz2[i, j] * params.W1[r, j]"),
        (BACKWARD, "dz2 @ params.W2.T", "dz2[4] @ params.W2.T + 0 * acts.a1"),
        (CELL, "dz2[i, j] * W2[r, j]", "dz2[4, j] * W2[r, j]"),
    ],
    45: [
        (DA_DZ, "a * (1 - a)", "a * (1 + a)"),
        (CELL, "in_z = derivative(sigmoid, z1[i])", "in_z = derivative(sigmoid, a1[i])"),
        (CELL, "J_z = jacobians.da_dz(a1[i])", "J_z = jacobians.da_dz(z1[i])"),
    ],
    46: [
        (BACKWARD, "da1 * acts.a1 * (1 - acts.a1)", "da1 * acts.a1"),
        (BACKWARD, "da1 * acts.a1 * (1 - acts.a1)", "da1 * acts.z1 * (1 - acts.z1)"),
        (TENSORS, "da_dz(acts.a1)", "da_dz(acts.a1 + 1e-6)"),
        (CELL, "da1[i, r] * a1[i, r] * (1 - a1[i, r])", "da1[i, r] * a1[i, r]"),
        (BACKWARD, "(1 - acts.a1)", "(1 - acts.a1[4])"),
        (CELL, "(1 - a1[i, r])", "(1 - a1[4, r])"),
    ],
    47: [
        (AFFINE, "a[q] * W[q, j]", "W[q, j]"),
        (AFFINE, "z = np.array(b,", "z = np.array(2 * b,"),
        (CELL, "by_index[i, r] += X[i, q]", "by_index[i, r] -= X[i, q]"),
    ],
    48: [
        (DZ_DW, "J[t, :, t] = a", "J[t, :, 0] = a"),
        (DZ_DB, "np.eye(m)", "2 * np.eye(m)"),
        (CELL, "J_W = jacobians.dz_dW(X[i], n1)", "J_W = jacobians.dz_dW(X[0], n1)"),
        (CELL, "J_b = jacobians.dz_db(n1)", "J_b = 1 - jacobians.dz_db(n1)"),
    ],
    49: [
        (TENSORS, "dz_dW(acts.X, n1)", "dz_dW(acts.X**2, n1)"),
        (CELL, "np.outer(X[i], dz1[i])", "np.outer(X[i], da1[i])"),
        (CELL, "np.outer(X[i], dz1[i])", "np.outer(X[0], dz1[i])"),
    ],
    50: [
        (TENSORS, "db1 = np.tensordot(dz1, dz_db(n1), axes=1)", "db1 = dz1[::-1]"),
        (CELL, "for found in (dz1[i], tensors.db1)", "for found in (da1[i], tensors.db1)"),
        (CELL, "for found in (dz1[i], tensors.db1)", "for found in (dz1[0], tensors.db1)"),
    ],
    51: [
        (BACKWARD, "acts.X.T @ dz1", "acts.X.T @ da1"),
        (BACKWARD, "acts.X.T @ dz1", "acts.X.T @ dz1 / len(y)"),
        (CELL, "dW1[q, r] += dz1[i, r] * X[i, q]", "dW1[q, r] = dz1[i, r] * X[i, q]"),
        (CELL, "gradient.dW1 for gradient in each", "gradient.dW1 for gradient in each[1:]"),
    ],
    52: [
        (BACKWARD, "dz1.sum(axis=0)", "dz1.mean(axis=0)"),
        (BACKWARD, "dz1.sum(axis=0)", "da1.sum(axis=0)"),
        (CELL, "db1[r] += dz1[i, r]", "db1[r] -= dz1[i, r]"),
    ],
    53: [
        (LOSS, "params[::2]", "params"),
        (LOSS, "(W**2).sum()", "np.linalg.norm(W, 2) ** 2"),
        (LOSS, "+ l2 * sum", "+ l2 / 2 * sum"),
        (CELL, "L = L + l2 * w**2", "L = L + l2 * abs(w)"),
        (CELL, "for W in (p.W1, p.W2, p.W3):", "for W in (p.W1, p.W2):"),
        (LOSS, "l2 * sum", "20 * l2**2 * sum"),
    ],
    54: [
        (GRADIENT, "times * 2 * l2 * W", "times * l2 * W"),
        (CELL, "g.dW1[r, j] / B + 2 * l2 * W1[r, j]", "(g.dW1[r, j] + 2 * l2 * W1[r, j]) / B"),
        (CELL, "g.dW1[r, j] / B + 2 * l2 * W1[r, j]", "g.dW1[r, j] / B + l2 * W1[r, j]"),
        (GRADIENT, "times * 2 * l2 * W", "2 * l2 * W"),
        (GRADIENT, "times * 2 * l2 * W", "times**2 * 2 * l2 * W"),
        (GRADIENT, "times * 2 * l2 * W", "times * 40 * l2**2 * W"),
    ],
    55: [
        (GRADIENT, "times * 2 * l2 * W", "times * 2 * l2 * W / len(X)"),
        (GRADIENT, "zip(params[::2], gradient[::2], strict=True)",
         "zip(params[:1], gradient[:1], strict=True)"),
        (CELL, "by_hand = mean + 2 * l2 *", "by_hand = mean + l2 *"),
        (GRADIENT, "times * 2 * l2 * W", "2 * l2 * W"),
        (GRADIENT, "times * 2 * l2 * W", "times**2 * 2 * l2 * W"),
        (GRADIENT, "times * 2 * l2 * W", "times * 40 * l2**2 * W"),
    ],
}  # fmt: skip


def lines_of(number):
    """Return the functions and lines of the package that are an equation."""
    for name, module in MODULES.items():
        for function in vars(module).values():
            if (
                isinstance(function, types.FunctionType)
                and function.__module__ == module.__name__
            ):
                for line in inspect.getsource(function).splitlines():
                    code, _, comment = line.strip().partition("#")
                    if re.search(rf"\({number}\)", comment):
                        yield f"{name}.{function.__name__}", code.strip()


def spoiled(line):
    """Return a line of code with its value times 1 + 1e-6, and with its sign changed."""
    for factor in ("1.000001", "-1"):
        if line.startswith("np.fill_diagonal("):  # the value is the second argument
            yield re.sub(r", (.*)\)$", rf", {factor} * (\1))", line)
        elif line.startswith("return "):
            yield f"return {factor} * ({line.removeprefix('return ')})"
        else:
            name, sign, value = re.match(r"(.*?) (\+?=) (.*)", line).groups()
            yield f"{name} {sign} {factor} * ({value})"


def errors(number):
    """Return every error that is planted for an equation: (where, right, wrong)."""
    return PLANTED[number] + [
        (where, line, wrong)
        for where, line in lines_of(number)
        for wrong in spoiled(line)
    ]
