"""Minibatch gradient descent on many machines: the batch sum is a map-reduce.

Each worker of a Dask cluster holds its shards, some of the observations. A step
sends the parameters out and gets batch sums back, which add up to the batch sum.
"""

import itertools

import numpy as np

from mlpnotes.checkpoint import digest, name_of
from mlpnotes.checks import check_count, check_data, largest, short
from mlpnotes.cluster import (
    ONE_THREAD,
    ShardError,
    Shards,
    check_client,
    check_sent,
    prepared,
)
from mlpnotes.epochs import Settings, run
from mlpnotes.network import Params, backward, forward
from mlpnotes.training import descend, totals

__all__ = ["ShardError", "train"]


def train(
    client,
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
    rng,
    validation=None,
    progress=False,
    checkpoint=None,
    shards=None,
):
    """Train on the workers of a Dask cluster: the twin of `mlpnotes.training.train`.

    Parameters
    ----------
    client : distributed.Client
        Of any cluster: ``Client(LocalCluster(...))``, or of SSH, SLURM, Kubernetes.
    params : Params
        Where to start. They are not modified.
    X, y : ndarrays, or callables
        As for the twin; or functions that return those of shard k, called by the
        worker that will hold them, so that no other machine needs the room. They
        return the same each time: a shard that is lost is asked for again. Dask
        must be able to pickle them.
    shards : int, optional
        How many pieces the data are cut into. By default one for each worker that
        the cluster has now; for functions it must be said.
    epochs, batch_size, learning_rate, l2, momentum, schedule, rng, validation, \
progress, checkpoint
        As for the twin. The validation data stay here.

    Returns
    -------
    History

    Raises
    ------
    TypeError, ValueError, OSError, DivergedError, TrainingInterrupted
        As the twin does, or if client is not a running Client. Before the first
        epoch, while shards load, Ctrl-C is a plain KeyboardInterrupt.
    ShardError
        If a shard cannot be had or computed with: it says which observations. Or
        if the cluster or client is closed or restarted. With the epochs until then.

    Notes
    -----
    The batches are those of the twin for the same rng, and so is the result after a
    step, but for rounding: the sums are added shard by shard. It depends on how the
    data are cut, in the last bits, and on nothing else of the cluster, if its
    machines are alike: workers compute with one BLAS thread. One shard gives the
    bits of the twin with ``threads=1``. Workers may come and go; while there is
    none, it waits. Those that a terminal's Ctrl-C reaches as well ignore it as long
    as the cluster lasts, also after the training.

    This machine needs memory for a few copies of the parameters for each shard, up
    to eight, and eight bytes an observation for their order. The scheduler keeps a
    copy of X and y, where they are arrays, to give them out again. Until the last
    training on it ends, its log of recent messages is switched off: each would hold
    all parameters.
    """
    check_client(client)
    settings = Settings(
        params, epochs, batch_size, learning_rate, l2, momentum, schedule, rng,
        validation, progress, checkpoint,
    )  # fmt: skip
    tasks = _tasks(client, params, X, y, shards)
    settings.check_validation()
    with prepared(client), Shards(client, tasks) as data:
        belongs = {"input_dropout": 0.0, "augment": name_of(None)}
        saved = settings.saved(lambda: data.map(digest), **belongs)

        def epoch(params, velocity, rates):
            order = rng.permutation(data.rows)
            for i in range(0, data.rows, settings.batch_size):
                rows, rate = order[i : i + settings.batch_size], next(rates)
                sums = data.sum(batch_sums, params, rows)
                step = gradient(params, sums, len(rows), settings.l2, times=rate)
                descend(params, velocity, step, settings.momentum)

        def measure(params):
            loss, right = map(sum, zip(*data.map(_totals, params), strict=True))
            record = [loss / data.rows, right / data.rows]
            if validation is not None:
                with ONE_THREAD:
                    loss, right = totals(params, *validation)
                record += [loss / len(validation[0]), right / len(validation[0])]
            return record

        def entry():
            return max(data.map(_largest, params), key=lambda found: found[1])

        return run(settings, data.rows, epoch, measure, entry, saved)


def batch_sums(params, X, y):
    """Return the sums of the eleven lines over these rows, for each parameter."""
    with np.errstate(over="ignore", invalid="ignore"):
        g = backward(params, forward(params, X), y)
    return Params(g.dW1, g.db1, g.dW2, g.db2, g.dW3, g.db3)


def gradient(params, sums, B, l2=0.0, times=1.0):
    """Return what `loss_gradient` does, from sums over B rows: dW/B + 2 lambda W."""
    gradient = Params(*(dp * (times / B) for dp in sums))  # from sums to means
    if l2:
        for W, dW in zip(params[::2], gradient[::2], strict=True):
            dW += times * 2 * l2 * W
    return gradient


def _tasks(client, params, X, y, shards):
    """Return what makes each shard: a function and its arguments."""
    called = callable(X), callable(y)
    if any(called) != all(called):
        raise TypeError(
            f"X is {short(X)} and y is {short(y)}, expected two arrays or two functions"
        )
    if all(called):
        if shards is None:
            raise TypeError(
                "shards is None, expected an integer, 1 or more: for functions it "
                "must be said"
            )
        for name, function in (("X", X), ("y", y)):
            check_sent(function, name)
        shards = check_count(shards, "shards", 1)
        return [(_load, X, y, k, params) for k in range(shards)]
    check_data(params, X, y)
    if shards is None:
        shards = min(len(client.nthreads()), len(X))
        if not shards:
            raise ValueError(
                "client has no workers yet, expected one or more for shards: use "
                "client.wait_for_workers(1), or say how many shards"
            )
    shards = check_count(shards, "shards", 1, most=len(X))
    cuts = [len(X) * k // shards for k in range(shards + 1)]
    return [(_hold, X[i:j], y[i:j]) for i, j in itertools.pairwise(cuts)]


def _hold(X, y):
    """Return a shard of two arrays."""
    return X, y


def _load(X, y, k, params):
    """Return shard k of two functions."""
    shard = X(k), y(k)
    check_data(params, *shard)
    return shard


def _totals(params, X, y):
    with np.errstate(over="ignore", invalid="ignore"):
        return totals(params, X, y)


def _largest(params, X, y):
    return largest(params, X)
