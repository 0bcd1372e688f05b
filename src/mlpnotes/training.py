"""Minibatch gradient descent."""

import time
from dataclasses import dataclass, field

import numpy as np
from threadpoolctl import threadpool_limits
from tqdm import tqdm

from mlpnotes.functions import log_softmax
from mlpnotes.network import BLOCK, Params, forward, loss_gradient

SMALL = 512  # below this batch size a second BLAS thread gains nothing


@dataclass(frozen=True)
class History:
    """What `train` measured, and what it trained.

    Attributes
    ----------
    params : Params
        The parameters after the last epoch.
    train_loss, train_accuracy : ndarray, shape (epochs,)
        On the whole training set after each epoch, the loss without penalty.
    val_loss, val_accuracy : ndarray, shape (epochs,)
        The same on the validation set; empty without one.
    seconds : ndarray, shape (epochs,)
        The time of each epoch's training alone, evaluation excluded.
    """

    params: Params = field(repr=False)
    train_loss: np.ndarray
    train_accuracy: np.ndarray
    val_loss: np.ndarray
    val_accuracy: np.ndarray
    seconds: np.ndarray


class DivergedError(ArithmeticError):
    """Training left the finite numbers.

    Attributes
    ----------
    history : History
        All epochs before; ``history.params`` are the last finite parameters.
    """

    def __init__(self, message, history):
        super().__init__(message)
        self.history = history


def train(
    params,
    X,
    y,
    *,
    epochs,
    batch_size,
    learning_rate,
    l2=0.0,
    rng,
    validation=None,
    progress=False,
):
    """Train by gradient descent on minibatches, reshuffled every epoch.

    Parameters
    ----------
    params : Params
        Where to start. They are not modified.
    X : ndarray, shape (n, n0)
    y : ndarray, shape (n, K)
        One-hot labels.
    epochs : int
        How many times each observation is used, 0 or more.
    batch_size : int
        B, 1 or more. The last batch of an epoch may be smaller; its gradient
        is the mean over the observations it has.
    learning_rate : float
    l2 : float
        The penalty's weight, lambda of (53).
    rng : numpy.random.Generator
        Shuffles the observations.
    validation : tuple (X, y), optional
        Evaluated after each epoch, never trained on.
    progress : bool
        Show a progress bar.

    Returns
    -------
    History

    Raises
    ------
    ValueError
        If X and y differ in length or a size makes no sense.
    DivergedError
        If the loss or a parameter is no longer finite after an epoch.

    Notes
    -----
    With batches of fewer than 512 rows, BLAS is held to one thread while an
    epoch runs: a second one gains nothing there, and is in the way where
    several processes share the cores. Afterwards the setting is as before.
    """
    if len(X) != len(y):
        raise ValueError(f"X has {len(X)} rows but y has {len(y)}")
    if len(X) == 0:
        raise ValueError("X has no rows, expected one or more")
    if batch_size < 1 or epochs < 0:
        raise ValueError(
            f"batch_size is {batch_size} and epochs is {epochs}, "
            "expected at least 1 and 0"
        )
    params = Params(*(p.copy() for p in params))
    records = []
    bar = tqdm(range(1, epochs + 1), unit="epoch", disable=not progress)
    for epoch in bar:
        last = Params(*(p.copy() for p in params))
        start = time.perf_counter()
        with (
            np.errstate(over="ignore", invalid="ignore"),  # reported below
            threadpool_limits(1 if batch_size < SMALL else None, "blas"),
        ):
            order = rng.permutation(len(X))
            for i in range(0, len(X), batch_size):
                rows = order[i : i + batch_size]
                gradient = loss_gradient(params, X[rows], y[rows], l2)
                for p, dp in zip(params, gradient, strict=True):
                    p -= learning_rate * dp
            seconds = time.perf_counter() - start
        with np.errstate(over="ignore", invalid="ignore"):
            record = evaluate(params, X, y)
            if validation is not None:
                record += evaluate(params, *validation)
        if not all(np.isfinite(a).all() for a in (record[0], *params)):
            raise DivergedError(
                f"training diverged in epoch {epoch}: the loss is {record[0]}. Try a "
                f"learning rate below {learning_rate}. The error's .history.params "
                f"are those before this epoch",
                _history(last, records),
            )
        records.append((seconds, *record))
        bar.set_postfix(loss=f"{record[0]:.4f}")
    return _history(params, records)


def evaluate(params, X, y):
    """Return the mean cross-entropy and the accuracy, in blocks of rows.

    Parameters
    ----------
    params : Params
    X : ndarray, shape (n, n0)
    y : ndarray, shape (n, K)
        One-hot labels.

    Returns
    -------
    tuple of two floats
    """
    total, right = 0.0, 0
    for i in range(0, len(X), BLOCK):
        z3 = forward(params, X[i : i + BLOCK]).z3
        labels = y[i : i + BLOCK]
        total -= float((labels * log_softmax(z3)).sum(dtype=np.float64))
        right += int((z3.argmax(axis=1) == labels.argmax(axis=1)).sum())
    return total / len(X), right / len(X)


def _history(params, records):
    columns = [np.array(c) for c in zip(*records, strict=True)] or [np.empty(0)] * 3
    seconds, *measures = columns
    measures += [np.empty(0)] * (4 - len(measures))
    return History(params, *measures, seconds)
