"""What little work earns: no line that nobody can judge, and no zeros."""
# ruff: noqa: F841, RUF059, for the tutor reads the variables of a pass

import numpy as np
import pytest

from mlpnotes import Gradients, backward
from mlpnotes.tutor import diagnose

SIX = [n for n in Gradients._fields if n[1] in "Wb"]


def noise(rng, right, names=Gradients._fields):
    """Return a pass: the right arrays of some lines, noise for the others."""

    def arrays(*given):
        truth = backward(*given)._asdict()
        return {
            n: truth[n] if n in right else rng.normal(size=truth[n].shape)
            for n in names
        }

    return lambda params, acts, y: arrays(params, acts, y)  # which shows no variables


def local(right):
    """Return a pass that returns nothing, with noise in its other variables."""
    held = noise(np.random.default_rng(5), right)

    def student(params, acts, y):
        found = held(params, acts, y)
        dz3, dW3, db3 = found["dz3"], found["dW3"], found["db3"]
        dW2, db2, dW1, db1 = (found[n] for n in ("dW2", "db2", "dW1", "db1"))

    return student


def made_of_noise(params, acts, y):
    rng = np.random.default_rng(5)
    dz3 = rng.normal(size=y.shape)
    db3 = dz3.sum(axis=0)
    dW3 = acts.a2.T @ dz3
    dW2, db2 = rng.normal(size=params.W2.shape), rng.normal(size=params.b2.shape)
    dW1, db1 = rng.normal(size=params.W1.shape), rng.normal(size=params.b1.shape)


def replaced(name, value):
    """Return a pass of which the first three lines are right, one is this, all else
    noise."""
    held = noise(np.random.default_rng(5), ("dz3", "dW3", "db3"))

    def student(params, acts, y):
        found = held(params, acts, y)
        found[name] = found[name] * value if value is not None else None
        return found

    return student


def without_gradient(params, acts, y):
    """Errors that no input sees: each gradient of a parameter is zero, and follows."""

    def unseen(A):
        _, s, vt = np.linalg.svd(A.T)
        return vt[(s > 1e-9).sum() :].T

    rng, one = np.random.default_rng(1), np.ones((len(y), 1))
    grads = backward(params, acts, y)._asdict()
    zero = {n: np.zeros_like(a) for n, a in grads.items() if n[1] in "Wb"}
    inputs = {3: acts.a2, 2: acts.a1, 1: acts.X}
    for k, a in inputs.items():
        free = unseen(np.hstack([a, one]) if k > 1 else a)
        dz = grads[f"dz{k}"]
        grads[f"dz{k}"] = free @ rng.normal(size=(free.shape[1], dz.shape[1]))
    noisy = {n: rng.normal(size=grads[n].shape) for n in ("da2", "da1")}
    return grads | zero | noisy | {"db1": grads["dz1"].sum(axis=0)}


@pytest.mark.parametrize(
    ("student", "most"),
    [
        (local(("db3",)), 2),  # dz3, of which it is the sum, and db3
        (local(("dz3",)), 1),
        (local(("dz3", "dW3", "db3")), 3),
        (made_of_noise, 2),
        (replaced("da2", np.nan), 3),
        (replaced("da2", 0), 3),
        (replaced("da2", None), 3),
        (noise(np.random.default_rng(5), ("dW3", "db3"), SIX), 3),
        (without_gradient, 1),  # the sum of dz1 follows
    ],
)
@pytest.mark.parametrize("seed", range(3))
def test_noise_earns_nothing(student, most, seed):
    assert 0 <= sum(diagnose(student, seed=seed).points()) <= most


def test_a_line_that_stops_after_a_wrong_one_is_named_as_well():
    def student(params, acts, y):
        dz3 = y - acts.y_hat
        dW3 = acts.a2.T @ dz3
        db3 = dz3.sum(axis=0)
        da2 = dz3 @ params.W3.T
        dz2 = da2 * acts.a2 * (1 - acts.a2)
        dW2 = acts.a1.T @ dz2
        db2 = dz2.sum(axis=0)
        da1 = dz2 @ params.W2
        return dz3, dW3, db3, da2, dz2, dW2, db2, da1

    found = diagnose(student)
    rows = {r.name: r for r in found.rows}
    assert (found.first_wrong, rows["da1"].status) == ("dz3", "raised")
    assert "mend this one line" not in found.message


def test_an_array_of_a_wrong_shape_after_a_hidden_line_that_may_be_wrong():
    def student(params, acts, y):
        dz3 = acts.y_hat - y
        dz2 = (dz3 @ params.W3.T) * np.cos(7 * acts.a2)  # no known mistake
        dz1 = (dz2 @ params.W2.T) * acts.a1 * (1 - acts.a1)
        odd = np.sin(params.W2), 0.3 * params.b2**2 + np.arange(4)
        return {
            "dW1": dz1.T @ acts.X, "db1": dz1.sum(axis=0),
            "dW2": acts.a1.T @ dz2 + odd[0], "db2": dz2.sum(axis=0) + odd[1],
            "dW3": acts.a2.T @ dz3, "db3": dz3.sum(axis=0),
        }  # fmt: skip

    found = diagnose(student)
    assert found.first_wrong == "dW2"
    assert {r.name: r.status for r in found.rows}["dW1"] == "wrong shape"
