"""Minibatch gradient descent."""

import contextlib
import math
import time
from dataclasses import dataclass, field

import numpy as np

from mlpnotes.checks import (
    BLOCK,
    check_augmented,
    check_callable,
    check_count,
    check_data,
    check_finite,
    check_flag,
    check_number,
    check_pair,
    check_params,
    check_rng,
    check_step,
    is_finite,
    largest,
    overflow,
)
from mlpnotes.functions import log_softmax
from mlpnotes.network import Params, forward, loss_gradient

SMALL = 512  # below this batch size BLAS gets one thread: see the notes of train
POOL = 3200  # rows that augment gets at a time


@dataclass(frozen=True, eq=False)  # arrays have no single truth of ==
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


class _Stopped:
    """An end before the last epoch, which keeps the epochs that were finished."""

    def __init__(self, message, history):
        super().__init__(message)
        self.history = history

    def __reduce__(self):
        return type(self), (str(self), self.history)  # else unpickled by message alone


class DivergedError(_Stopped, ArithmeticError):
    """Training left the finite numbers.

    Attributes
    ----------
    history : History
        All epochs before; ``history.params`` are the last finite parameters.
    """


class TrainingInterrupted(_Stopped, KeyboardInterrupt):
    """Training was stopped by Ctrl-C, or by the button of a notebook.

    Attributes
    ----------
    history : History
        All epochs before; ``history.params`` are the parameters after the last
        of them, or those that training started from.
    """


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

    Returns
    -------
    History

    Raises
    ------
    TypeError, ValueError
        If an argument is not what it should be: before the first epoch. Or if
        schedule or augment returns something else, when it does.
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
    """
    from threadpoolctl import ThreadpoolController  # here: the rest needs NumPy alone
    from tqdm import tqdm

    check_params(params)
    epochs = check_count(epochs, "epochs", 0)
    batch_size = check_count(batch_size, "batch_size", 1)
    learning_rate = check_number(learning_rate, "learning_rate", least=0)
    l2 = check_number(l2, "l2", least=0)
    momentum = check_number(momentum, "momentum", least=0, below=1)
    input_dropout = check_number(input_dropout, "input_dropout", least=0, below=1)
    check_callable(schedule, "schedule")
    check_callable(augment, "augment")
    check_rng(rng)
    if threads is not None:
        threads = check_count(threads, "threads", 1, most=1024)
    check_flag(progress, "progress")
    for name, p in params._asdict().items():
        check_finite(p, name)
    check_data(params, X, y)
    if validation is not None:
        check_data(params, *check_pair(validation, "validation"), "validation ")

    start, params = params, _copy(params)
    velocity = Params(*(np.zeros_like(p) for p in params)) if momentum else None
    steps, done, most = epochs * -(-len(X) // batch_size), 0, 0.0
    blas = ThreadpoolController()
    limit = threads or (1 if batch_size < SMALL else None)
    finished = _copy(params), ()  # assigned as one, so that they always fit
    try:
        with tqdm(range(1, epochs + 1), unit="epoch", disable=not progress) as bar:
            for epoch in bar:
                with _arithmetic(blas, limit):
                    begin = time.perf_counter()
                    for X_batch, y_batch in _batches(
                        X, y, batch_size, augment, input_dropout, rng
                    ):
                        factor = _factor(schedule, done / steps, learning_rate)
                        most = max(most, factor)
                        rate = learning_rate * factor
                        step = loss_gradient(params, X_batch, y_batch, l2, times=rate)
                        descend(params, velocity, step, momentum)
                        done += 1
                    record = (time.perf_counter() - begin,)
                with _arithmetic(blas, threads):
                    record += _evaluate(params, X, y)
                    if validation is not None:
                        record += _evaluate(params, *validation)
                    if not all(np.isfinite(a).all() for a in (record[1], *params)):
                        sentence = _divergence(
                            epoch, start, X, y, learning_rate, most, l2
                        )
                        raise DivergedError(sentence, _history(*finished))
                finished = _copy(params), (*finished[1], record)
                bar.set_postfix(loss=f"{record[1]:.4f}")
        return _history(*finished)
    except KeyboardInterrupt:
        n = len(finished[1])
        raise TrainingInterrupted(
            f"training was interrupted after {n} of {epochs} epochs, which are in "
            "the error's .history; its .params are those "
            + ("after them" if n else "it started from"),
            _history(*finished),
        ) from None


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
    total, right = 0.0, 0
    for i in range(0, len(X), BLOCK):
        acts, labels = forward(params, X[i : i + BLOCK]), y[i : i + BLOCK]
        if not is_finite(acts):
            return math.nan, math.nan
        total -= float((labels * log_softmax(acts.z3)).sum(dtype=np.float64))
        right += int((acts.z3.argmax(axis=1) == labels.argmax(axis=1)).sum())
    return total / len(X), right / len(X)


@contextlib.contextmanager
def _arithmetic(blas, threads):
    """Hold BLAS to so many threads, and let overflow pass: it is reported."""
    with (
        np.errstate(over="ignore", invalid="ignore"),
        blas.limit(limits=threads, user_api="blas"),
    ):
        yield


def _factor(schedule, done, learning_rate):
    """Return what the learning rate is multiplied by."""
    if schedule is None:
        return 1.0
    factor = check_number(schedule(done), f"schedule({done:.3g})", least=0)
    check_number(learning_rate * factor, f"learning_rate * schedule({done:.3g})")
    return factor


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


def _copy(params):
    return Params(*(p.copy() for p in params))


def _divergence(epoch, start, X, y, learning_rate, factor, l2):
    """Return what happened, and what may help: not always a smaller rate.

    The factor is the largest that a schedule has returned, 1 without one.
    """
    (name, size), rate = largest(start, X), learning_rate * factor
    if size > 1e4 or not math.isfinite(_evaluate(start, X, y)[0]):
        advice = f"{name} has entries of size {size:g}: bring them near 1"
    elif rate * l2 > 1:
        scheduled, way = (" * schedule(...)", ", schedule") if factor != 1 else ("", "")
        advice = (
            f"a step multiplies the weights by 1 - 2 * learning_rate{scheduled} * l2, "
            f"{1 - 2 * rate * l2:g}: try a smaller l2{way} or learning_rate"
        )
    elif factor > 1:
        advice = f"schedule returned {factor:g}: try factors of at most 1"
    else:
        advice = f"try a learning_rate below {learning_rate:g}"
    return (
        f"training diverged in epoch {epoch}, out of the finite numbers; {advice}. "
        "The error's .history.params are those before this epoch"
    )


def _history(params, records):
    columns = [np.array(c) for c in zip(*records, strict=True)] or [np.empty(0)] * 3
    seconds, *measures = columns
    measures += [np.empty(0)] * (4 - len(measures))
    return History(params, *measures, seconds)
