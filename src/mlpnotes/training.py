"""Minibatch gradient descent."""

import math
import time
from dataclasses import dataclass, field

import numpy as np
from threadpoolctl import ThreadpoolController
from tqdm import tqdm

from mlpnotes.functions import log_softmax
from mlpnotes.network import BLOCK, Params, forward, loss_gradient

SMALL = 512  # below this batch size BLAS gets one thread: see the notes of train
POOL = 3200  # rows that augment gets at a time


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
    momentum=0.0,
    schedule=None,
    input_dropout=0.0,
    augment=None,
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
    momentum : float
        Nesterov's momentum, in [0, 1): see `descend`.
    schedule : callable, optional
        Takes the fraction of the training that is done, in [0, 1), and returns
        what the learning rate is multiplied by in the next step: `cosine`.
    input_dropout : float
        The probability, in [0, 1), that an entry of a batch's X is set to zero;
        the others are divided by its complement, so that z1 keeps its mean.
    augment : callable, optional
        Takes some rows of X, in random order, and rng; returns as many rows to
        train on instead: `mlpnotes.augment.warp`. Asked anew each epoch, about
        3,200 rows at a time, so that memory stays small.
    rng : numpy.random.Generator
        Shuffles the observations, and is all that is random.
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
        If X and y differ in length, an option is out of its range, or augment
        returns rows of another shape or dtype.
    DivergedError
        If the loss or a parameter is no longer finite after an epoch.

    Notes
    -----
    With batches of fewer than 512 rows, BLAS is held to one thread while an
    epoch runs: a second one saves at most a quarter of the time on an idle
    machine, and loses many times that where several processes share the cores.
    Afterwards the setting is as before.
    Beside X and y, memory is needed for a few batches and a few copies of the
    parameters, whatever the number of epochs.
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
    for name, value in (("momentum", momentum), ("input_dropout", input_dropout)):
        if not 0 <= value < 1:
            raise ValueError(f"{name} is {value}, expected at least 0 and below 1")
    params = Params(*(p.copy() for p in params))
    velocity = Params(*(np.zeros_like(p) for p in params)) if momentum else None
    steps, done = epochs * -(-len(X) // batch_size), 0
    threads, records = ThreadpoolController(), []
    bar = tqdm(range(1, epochs + 1), unit="epoch", disable=not progress)
    for epoch in bar:
        last = Params(*(p.copy() for p in params))
        start = time.perf_counter()
        with (
            np.errstate(over="ignore", invalid="ignore"),  # reported below
            threads.limit(limits=1 if batch_size < SMALL else None, user_api="blas"),
        ):
            for X_batch, y_batch in _batches(X, y, batch_size, augment, rng):
                if input_dropout:
                    X_batch = _drop(X_batch, input_dropout, rng)
                rate = learning_rate
                if schedule:
                    rate *= float(schedule(done / steps))
                step = loss_gradient(params, X_batch, y_batch, l2, times=rate)
                descend(params, velocity, step, momentum)
                done += 1
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


def descend(params, velocity, step, momentum=0.0):
    r"""Take one step of gradient descent, in place, with Nesterov's momentum.

    .. math::

        v \leftarrow \mu v - \eta g, \qquad
        \theta \leftarrow \theta + \mu v - \eta g

    where g is the gradient at theta. In the words of Sutskever et al. (2013):
    theta is the point that the momentum is about to carry the parameters to.

    Parameters
    ----------
    params : Params
        theta, changed in place.
    velocity : Params or None
        v, changed in place; not needed without momentum.
    step : Params
        eta g, the gradient times the learning rate.
    momentum : float
        mu. With 0 this is plain gradient descent.
    """
    for p, dp in zip(params, step, strict=True):
        p -= dp
    if momentum:
        for p, v, dp in zip(params, velocity, step, strict=True):
            v *= momentum
            v -= dp
            p += momentum * v


def cosine(done):
    """Return the factor (1 + cos(pi done)) / 2: from 1 at the start to 0 at the end.

    Examples
    --------
    >>> cosine(0.0), round(cosine(0.5), 6), cosine(1.0)
    (1.0, 0.5, 0.0)
    """
    return (1 + math.cos(math.pi * done)) / 2


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


def _batches(X, y, batch_size, augment, rng):
    """Yield X and y in batches of random rows, each row once."""
    order = rng.permutation(len(X))
    pool = batch_size * max(1, POOL // batch_size if augment else 1)
    for i in range(0, len(X), pool):
        rows = order[i : i + pool]
        X_pool, y_pool = X.take(rows, axis=0), y.take(rows, axis=0)
        if augment:
            before = X_pool.shape, X_pool.dtype
            X_pool = augment(X_pool, rng)
            if (X_pool.shape, X_pool.dtype) != before:
                raise ValueError(
                    f"augment returned {X_pool.shape} {X_pool.dtype}, "
                    f"expected {before[0]} {before[1]} as it was given"
                )
        for j in range(0, len(rows), batch_size):
            yield X_pool[j : j + batch_size], y_pool[j : j + batch_size]


def _drop(X, probability, rng):
    """Return X with entries set to zero at random, the others scaled up."""
    keep = rng.random(X.shape, dtype=np.float32) >= probability
    return X * keep * X.dtype.type(1 / (1 - probability))


def _history(params, records):
    columns = [np.array(c) for c in zip(*records, strict=True)] or [np.empty(0)] * 3
    seconds, *measures = columns
    measures += [np.empty(0)] * (4 - len(measures))
    return History(params, *measures, seconds)
