"""Minibatch gradient descent."""

import math

import numpy as np

from mlpnotes.checkpoint import digest, name_of
from mlpnotes.checks import (
    BLOCK,
    check_augmented,
    check_callable,
    check_count,
    check_data,
    check_number,
    check_params,
    check_step,
    is_finite,
    largest,
    overflow,
)
from mlpnotes.epochs import Settings, run
from mlpnotes.functions import log_softmax
from mlpnotes.network import forward, loss_gradient

SMALL = 512  # below this batch size BLAS gets one thread: see the notes of train
POOL = 3200  # rows that augment gets at a time


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
    threads=None,
    progress=False,
    checkpoint=None,
):
    """Train by gradient descent on minibatches, reshuffled every epoch.

    Parameters
    ----------
    params : Params
        Where to start. They are not modified.
    X : ndarray, shape (n, n0), float32 or float64
        Of the dtype of the parameters.
    y : ndarray, shape (n, K)
        One-hot labels, or any probabilities: rows that sum to 1.
    epochs : int
        How many times each observation is used, 0 or more.
    batch_size : int
        B, 1 or more. The last batch of an epoch may be smaller; its gradient
        is the mean over the observations it has.
    learning_rate : float
        0 or more.
    l2 : float
        The penalty's weight, lambda of (53), 0 or more.
    momentum : float
        Nesterov's momentum, in [0, 1): see `descend`.
    schedule : callable, optional
        Takes the fraction of the training that is done, in [0, 1), and returns
        what the learning rate is multiplied by in the next step, 0 or more:
        `cosine`.
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
    threads : int, optional
        How many threads, 1 to 1024, BLAS may use while an epoch trains and is
        evaluated. By default one for training in batches of fewer than 512 rows,
        and else as many as it has been given.
    progress : bool
        Show a progress bar.
    checkpoint : path-like, optional
        A file that is written after each epoch. If it is there already, training
        goes on from it, to the same bits as if it had never stopped.

    Returns
    -------
    History

    Raises
    ------
    TypeError, ValueError
        If an argument is not what it should be, or the checkpoint is that of
        another training: before the first epoch. Or if schedule or augment
        returns something else, when it does.
    OSError
        If the checkpoint cannot be read or written.
    DivergedError
        If the loss or a parameter is no longer finite after an epoch.
    TrainingInterrupted
        If Ctrl-C stops it; as a KeyboardInterrupt, with the epochs until then.

    Notes
    -----
    On an idle machine a second thread saves about 30 % of the time of batches of
    128 to 256 rows. Beside other work it makes an epoch 6 to 10 times longer,
    because each product waits for the slower of the two. Hence the default; with
    other work beside large batches, or long evaluations, take ``threads=1``.
    Afterwards the setting is as before. It belongs to the process: trainings that
    overlap in threads of one process change it for each other, and the last to end
    may leave it at 1. Let them run in processes.

    Beside X and y, memory is needed for a few batches and a few copies of the
    parameters, whatever the number of epochs.

    A checkpoint holds the parameters, momentum's velocity, the state of rng and
    what was measured. The same call again goes on from it, and sets rng. All else
    must be as it was, but for threads, progress and, without a schedule, a larger
    number of epochs. Functions are told apart by their names alone.
    """
    from threadpoolctl import ThreadpoolController

    settings = Settings(
        params, epochs, batch_size, learning_rate, l2, momentum, schedule, rng,
        validation, progress, checkpoint,
    )  # fmt: skip
    input_dropout = check_number(input_dropout, "input_dropout", least=0, below=1)
    check_callable(augment, "augment")
    if threads is not None:
        threads = check_count(threads, "threads", 1, most=1024)
    check_data(params, X, y)
    settings.check_validation()
    belongs = {"input_dropout": input_dropout, "augment": name_of(augment)}
    saved = settings.saved(lambda: [digest(X, y)], **belongs)
    blas = ThreadpoolController()
    few = threads or (1 if settings.batch_size < SMALL else None)

    def epoch(params, velocity, rates):
        with blas.limit(limits=few, user_api="blas"):
            batches = _batches(X, y, settings.batch_size, augment, input_dropout, rng)
            for (X_batch, y_batch), rate in zip(batches, rates, strict=False):
                step = loss_gradient(params, X_batch, y_batch, settings.l2, times=rate)
                descend(params, velocity, step, settings.momentum)

    def measure(params):
        with blas.limit(limits=threads, user_api="blas"):
            record = _evaluate(params, X, y)
            return record + (_evaluate(params, *validation) if validation else ())

    return run(settings, len(X), epoch, measure, lambda: largest(params, X), saved)


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
        mu, in [0, 1). With 0 this is plain gradient descent.

    Raises
    ------
    TypeError, ValueError
        If the arrays differ in number, shape or kind, one that is to change is
        read-only, or momentum is out of its range: before anything is changed.
    """
    momentum = check_number(momentum, "momentum", least=0, below=1)
    check_step(params, step=step, **{"velocity": velocity} if momentum else {})
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
    done = check_number(done, "done", least=0, most=1)
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

    Raises
    ------
    TypeError, ValueError
        If X or y are not data that `train` takes, or sums of finite entries are
        not finite.
    """
    check_params(params)
    check_data(params, X, y)
    with np.errstate(over="ignore", invalid="ignore"):
        mean, right = _evaluate(params, X, y)
    if not math.isfinite(mean):
        raise ValueError(overflow(params, X))
    return mean, right


def _evaluate(params, X, y):
    """Return the mean loss, nan if a sum is not finite, and the accuracy."""
    loss, right = totals(params, X, y)
    return loss / len(X), right / len(X)


def totals(params, X, y):
    """Return the sum of the losses, nan if one is not finite, and of the right ones."""
    total, right = 0.0, 0
    for i in range(0, len(X), BLOCK):
        acts, labels = forward(params, X[i : i + BLOCK]), y[i : i + BLOCK]
        if not is_finite(acts):
            return math.nan, math.nan
        total -= float((labels * log_softmax(acts.z3)).sum(dtype=np.float64))
        right += int((acts.z3.argmax(axis=1) == labels.argmax(axis=1)).sum())
    return total, right


def _batches(X, y, batch_size, augment, input_dropout, rng):
    """Yield X and y in batches of random rows, each row once."""
    order = rng.permutation(len(X))
    pool = batch_size * max(1, POOL // batch_size if augment else 1)
    for i in range(0, len(X), pool):
        rows = order[i : i + pool]
        X_pool, y_pool = X.take(rows, axis=0), y.take(rows, axis=0)
        if augment:
            X_pool = check_augmented(augment(X_pool, rng), X_pool.shape, X.dtype)
        for j in range(0, len(rows), batch_size):
            X_batch = X_pool[j : j + batch_size]
            if input_dropout:
                X_batch = _drop(X_batch, input_dropout, rng)
            yield X_batch, y_pool[j : j + batch_size]


def _drop(X, probability, rng):
    """Return X with entries set to zero at random, the others scaled up."""
    keep = rng.random(X.shape, dtype=np.float32) >= probability
    return X * keep * X.dtype.type(1 / (1 - probability))
