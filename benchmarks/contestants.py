"""One epoch of the same training, by different programs.

A contestant is a function of a `Task`. It prepares what may be prepared, and
returns a function without arguments that trains for one epoch, from the same
parameters over the same batches each time, and returns the seconds that it took
and the parameters it ended with, in the order of `mlpnotes.Params`.
"""

import time
from dataclasses import dataclass

import numpy as np

from mlpnotes import Params, train


@dataclass(frozen=True)
class Task:
    """What every contestant is asked to do.

    Attributes
    ----------
    params : mlpnotes.Params
        Where to start, float32.
    X : ndarray, shape (n, n0), float32
    y : ndarray, shape (n, K), int8
        One-hot labels.
    labels : ndarray, shape (n,), int64
    batch_size : int
        A divisor of n.
    rate : float
        The learning rate.
    seed : int
        ``default_rng(seed).permutation(n)`` is the order of the rows.
    """

    params: Params
    X: np.ndarray
    y: np.ndarray
    labels: np.ndarray
    batch_size: int
    rate: float = 0.1
    seed: int = 0

    def batches(self):
        """Return the rows of each batch, (n / B, B)."""
        order = np.random.default_rng(self.seed).permutation(len(self.X))
        return order.reshape(-1, self.batch_size)

    def copy(self, dtype=np.float32):
        """Return a copy of the parameters."""
        return [p.astype(dtype) for p in self.params]


def matrix_products(task):
    """Compute the eight matrix products of a step, and nothing else: the limit."""
    B, (n0, n1) = task.batch_size, task.params.W1.shape
    n2, K = task.params.W3.shape
    rng = np.random.default_rng(0)

    def array(*shape):
        return rng.random(shape, dtype=np.float32)

    X, a1, a2 = array(B, n0), array(B, n1), array(B, n2)
    dz1, dz2, dz3 = array(B, n1), array(B, n2), array(B, K)
    W1, W2, W3 = task.params[::2]
    z1, z2, z3, da1, da2 = map(np.empty_like, (dz1, dz2, dz3, a1, a2))
    dW1, dW2, dW3 = map(np.empty_like, (W1, W2, W3))

    def epoch():
        start = time.perf_counter()
        for _ in range(len(task.X) // B):
            np.matmul(X, W1, out=z1)
            np.matmul(a1, W2, out=z2)
            np.matmul(a2, W3, out=z3)
            np.matmul(a2.T, dz3, out=dW3)
            np.matmul(dz3, W3.T, out=da2)
            np.matmul(a1.T, dz2, out=dW2)
            np.matmul(dz2, W2.T, out=da1)
            np.matmul(X.T, dz1, out=dW1)
        return time.perf_counter() - start, None

    return epoch


def mlpnotes(task):
    """Train with `mlpnotes.train`."""

    def epoch():
        history = train(
            task.params, task.X, task.y, epochs=1, batch_size=task.batch_size,
            learning_rate=task.rate, rng=np.random.default_rng(task.seed),
        )  # fmt: skip
        return history.seconds[0], history.params

    return epoch


def sigmoid(z):
    """Return the sigmoid as it is printed."""
    return 1 / (1 + np.exp(-z))


def textbook(task, dtype=np.float64):
    """Write the formulas down as one would at first, in NumPy's default dtype."""
    X, y = task.X.astype(dtype), task.y.astype(dtype)

    def epoch():
        W1, b1, W2, b2, W3, b3 = task.copy(dtype)
        start = time.perf_counter()
        for rows in task.batches():
            x, t, B = X[rows], y[rows], len(rows)
            a1 = sigmoid(x @ W1 + b1)
            a2 = sigmoid(a1 @ W2 + b2)
            e = np.exp(a2 @ W3 + b3)
            d3 = (e / e.sum(axis=1, keepdims=True) - t) / B
            d2 = d3 @ W3.T * a2 * (1 - a2)
            d1 = d2 @ W2.T * a1 * (1 - a1)
            W3 -= task.rate * (a2.T @ d3)
            b3 -= task.rate * d3.sum(axis=0)
            W2 -= task.rate * (a1.T @ d2)
            b2 -= task.rate * d2.sum(axis=0)
            W1 -= task.rate * (x.T @ d1)
            b1 -= task.rate * d1.sum(axis=0)
        return time.perf_counter() - start, (W1, b1, W2, b2, W3, b3)

    return epoch


def textbook32(task):
    """Do the same in float32."""
    return textbook(task, np.float32)


def one_by_one(task):
    """Add the gradients up observation by observation, as older books do."""

    def epoch():
        params = W1, b1, W2, b2, W3, b3 = task.copy()
        start = time.perf_counter()
        for rows in task.batches():
            sums = [np.zeros_like(p) for p in params]
            for x, t in zip(task.X[rows], task.y[rows], strict=True):
                a1 = sigmoid(x @ W1 + b1)
                a2 = sigmoid(a1 @ W2 + b2)
                e = np.exp(a2 @ W3 + b3)
                d3 = e / e.sum() - t
                d2 = W3 @ d3 * a2 * (1 - a2)
                d1 = W2 @ d2 * a1 * (1 - a1)
                own = np.outer(x, d1), d1, np.outer(a1, d2), d2, np.outer(a2, d3), d3
                for total, gradient in zip(sums, own, strict=True):
                    total += gradient
            for p, total in zip(params, sums, strict=True):
                p -= task.rate / len(rows) * total
        return time.perf_counter() - start, params

    return epoch


def pytorch(task):
    """Train torch.nn.Sequential eagerly, batches taken by index."""
    import torch
    from torch import nn

    torch.set_num_threads(1)
    (n0, n1), (n2, K) = task.params.W1.shape, task.params.W3.shape
    X, labels = torch.from_numpy(task.X), torch.from_numpy(task.labels)
    model = nn.Sequential(
        nn.Linear(n0, n1), nn.Sigmoid(), nn.Linear(n1, n2), nn.Sigmoid(),
        nn.Linear(n2, K),
    )  # fmt: skip
    loss = nn.CrossEntropyLoss()

    def epoch():
        with torch.no_grad():
            for parameter, p in zip(model.parameters(), task.params, strict=True):
                parameter.copy_(torch.from_numpy(np.ascontiguousarray(p.T)))
        optimizer = torch.optim.SGD(model.parameters(), lr=task.rate)
        batches = torch.from_numpy(task.batches())
        start = time.perf_counter()
        for rows in batches:
            optimizer.zero_grad()
            loss(model(X[rows]), labels[rows]).backward()
            optimizer.step()
        seconds = time.perf_counter() - start
        return seconds, [p.detach().numpy().T for p in model.parameters()]

    return epoch


def jax_scan(task):
    """Compile a whole epoch with jax.jit, a lax.scan over its batches."""
    import jax
    import jax.numpy as jnp

    X, labels = jnp.asarray(task.X), jnp.asarray(task.labels)

    def loss(params, x, t):
        W1, b1, W2, b2, W3, b3 = params
        a1 = jax.nn.sigmoid(x @ W1 + b1)
        a2 = jax.nn.sigmoid(a1 @ W2 + b2)
        z3 = jax.nn.log_softmax(a2 @ W3 + b3)
        return -jnp.take_along_axis(z3, t[:, None], axis=1).mean()

    def step(params, rows):
        gradient = jax.grad(loss)(params, X[rows], labels[rows])
        return [p - task.rate * g for p, g in zip(params, gradient, strict=True)], None

    compiled = jax.jit(lambda params, batches: jax.lax.scan(step, params, batches)[0])

    def epoch():
        params = [jnp.asarray(p) for p in task.copy()]
        batches = jnp.asarray(task.batches())
        start = time.perf_counter()
        params = jax.block_until_ready(compiled(params, batches))
        return time.perf_counter() - start, [np.asarray(p) for p in params]

    epoch()  # compiles
    return epoch


def scikit_learn(task):
    """Train sklearn's MLPClassifier; it starts and shuffles for itself."""
    from sklearn.neural_network import MLPClassifier

    sizes = task.params.W1.shape[1], task.params.W2.shape[1]

    def epoch():
        model = MLPClassifier(
            sizes, activation="logistic", solver="sgd", alpha=0, momentum=0,
            batch_size=task.batch_size, learning_rate_init=task.rate, random_state=0,
        )  # fmt: skip
        start = time.perf_counter()
        model.partial_fit(task.X, task.labels, classes=np.arange(10))
        return time.perf_counter() - start, None

    return epoch


# name in the tables -> function, the package whose version is reported
CONTESTANTS = {
    "matrix products alone": (matrix_products, "numpy"),
    "mlpnotes": (mlpnotes, "mlpnotes"),
    "textbook, float32": (textbook32, "numpy"),
    "textbook, float64": (textbook, "numpy"),
    "JAX, compiled scan": (jax_scan, "jax"),
    "PyTorch, eager": (pytorch, "torch"),
    "scikit-learn": (scikit_learn, "scikit-learn"),
    "one by one": (one_by_one, "numpy"),
}
