"""The loop over epochs, around the steps of one machine or of many."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from mlpnotes.checkpoint import Checkpoint, check_file, digest, name_of
from mlpnotes.checks import (
    check_callable,
    check_count,
    check_data,
    check_finite,
    check_flag,
    check_number,
    check_pair,
    check_params,
    check_rng,
)
from mlpnotes.network import Params
from mlpnotes.storage import as_file


@dataclass(frozen=True, eq=False)  # arrays have no single truth of ==
class History:
    """What a training measured, and what it trained.

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


class Stopped:
    """An end before the last epoch, which keeps the epochs that were finished."""

    def __init__(self, message, history=None):
        super().__init__(message)
        self.history = history

    def __reduce__(self):
        return type(self), (str(self), self.history)  # else unpickled by message alone


class DivergedError(Stopped, ArithmeticError):
    """Training left the finite numbers.

    Attributes
    ----------
    history : History
        All epochs before; ``history.params`` are the last finite parameters.
    """


class TrainingInterrupted(Stopped, KeyboardInterrupt):
    """Training was stopped by Ctrl-C, or by the button of a notebook.

    Attributes
    ----------
    history : History
        All epochs before; ``history.params`` are the parameters after the last
        of them, or those that training started from.
    """


@dataclass
class Settings:
    """What every `train` is told, checked; see there."""

    params: Params
    epochs: int
    batch_size: int
    learning_rate: float
    l2: float
    momentum: float
    schedule: Callable | None
    rng: np.random.Generator
    validation: tuple | None
    progress: bool
    checkpoint: Path | None

    def __post_init__(self):
        check_params(self.params)
        self.epochs = check_count(self.epochs, "epochs", 0)
        self.batch_size = check_count(self.batch_size, "batch_size", 1)
        self.learning_rate = check_number(self.learning_rate, "learning_rate", least=0)
        self.l2 = check_number(self.l2, "l2", least=0)
        self.momentum = check_number(self.momentum, "momentum", least=0, below=1)
        check_callable(self.schedule, "schedule")
        check_rng(self.rng)
        check_flag(self.progress, "progress")
        for name, p in self.params._asdict().items():
            check_finite(p, name)
        if self.checkpoint is not None:
            self.checkpoint = as_file(self.checkpoint, "checkpoint")
            check_file(self.checkpoint)

    def check_validation(self):
        """Raise if validation is no pair of data; those for training come first."""
        if self.validation is not None:
            X, y = check_pair(self.validation, "validation")
            check_data(self.params, X, y, "validation ")

    def saved(self, digests, **belongs):
        """Return the Checkpoint of this training, or None if there shall be none.

        The function digests returns one for each shard of the data.
        """
        if self.checkpoint is None:
            return None
        names = ("batch_size", "learning_rate", "l2", "momentum")
        belongs |= {name: getattr(self, name) for name in names}
        belongs["schedule"] = name_of(self.schedule)
        if self.schedule is not None:  # it is asked for the fraction that is done
            belongs["epochs"] = self.epochs
        belongs["params"], data = digest(*self.params), digests()
        belongs |= {"shards": len(data), "X and y": data}
        belongs["validation"] = self.validation and digest(*self.validation)
        return Checkpoint(self.checkpoint, self.rng, belongs)


class Rates:
    """The learning rate of each step, one after the other."""

    def __init__(self, settings, steps, done):
        self.learning_rate, self.schedule = settings.learning_rate, settings.schedule
        self.steps, self.done, self.most = steps, done, 0.0  # factors at most

    def __iter__(self):
        return self

    def __next__(self):
        rate, factor = self.learning_rate, 1.0
        if self.schedule is not None:
            name = f"schedule({self.done / self.steps:.3g})"
            factor = check_number(self.schedule(self.done / self.steps), name, least=0)
            check_number(rate * factor, f"learning_rate * {name}")
        self.done += 1
        self.most = max(self.most, factor)
        return rate * factor


def run(settings, rows, epoch, measure, largest, saved):
    """Train, and return the History; raise as `train` does.

    Parameters
    ----------
    settings : Settings
    rows : int
        How many observations there are.
    epoch : callable
        Takes params, velocity, which is None without momentum, and Rates;
        changes both by one epoch's steps.
    measure : callable
        Takes params; returns the loss and the accuracy on the training data, and
        then on those for validation.
    largest : callable
        Returns the name and size of the largest entry that training started with.
    saved : Checkpoint or None
    """
    from tqdm import tqdm

    epochs, start = settings.epochs, settings.params
    first = _first(settings)
    params, velocity, records = (saved and saved.read(first, epochs)) or first
    steps = -(-rows // settings.batch_size)
    rates = Rates(settings, epochs * steps, len(records) * steps)
    finished = _copy(params), records  # assigned as one, so that they always fit
    try:
        if saved and not records:
            saved.write(params, velocity, records)  # or know now that it cannot
        with (
            np.errstate(over="ignore", invalid="ignore"),  # it is reported
            tqdm(
                range(len(records) + 1, epochs + 1), initial=len(records), total=epochs,
                unit="epoch", disable=not settings.progress,
            ) as bar,
        ):  # fmt: skip
            for number in bar:
                begin = time.perf_counter()
                epoch(params, velocity, rates)
                record = (time.perf_counter() - begin, *measure(params))
                if not all(np.isfinite(a).all() for a in (record[1], *params)):
                    entry, loss = largest(), measure(start)[0]
                    raise DivergedError(
                        _divergence(number, entry, loss, settings, rates.most)
                    )
                finished = _copy(params), (*finished[1], record)
                if saved:
                    saved.write(params, velocity, finished[1])
                bar.set_postfix(loss=f"{record[1]:.4f}")
        return _history(*finished)
    except Exception as error:
        if isinstance(error, Stopped):
            error.history = _history(*finished)
        raise
    except KeyboardInterrupt:
        n = len(finished[1])
        raise TrainingInterrupted(
            f"training was interrupted after {n} of {epochs} epochs, which are in "
            "the error's .history; its .params are those "
            + ("after them" if n else "it started from"),
            _history(*finished),
        ) from None


def _first(settings):
    """Return parameters, velocity and records before the first epoch."""
    zeros = Params(*map(np.zeros_like, settings.params))
    return _copy(settings.params), zeros if settings.momentum else None, ()


def _copy(params):
    return Params(*(p.copy() for p in params))


def _divergence(epoch, entry, loss, settings, factor):
    """Return what happened, and what may help: not always a smaller rate.

    The entry is the largest of the start, the loss the first; the factor is the
    largest that a schedule has returned, 1 without one.
    """
    (name, size), learning_rate, l2 = entry, settings.learning_rate, settings.l2
    rate = learning_rate * factor
    if size > 1e4 or not math.isfinite(loss):
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
