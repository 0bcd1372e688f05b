"""Data that stay on the workers of a Dask cluster, and sums over them.

Nothing here knows of networks: tasks are functions, and Dask runs them. What it has
taught its users is built in: whatever a worker may take with it when it is lost can
be computed again, no key is used twice, and sums have an order of their own.
"""

import functools
import itertools
import os
import secrets
import signal
import socket
import threading
from collections import deque
from contextlib import contextmanager

import dask
import numpy as np
from distributed import CancelledError, Client, Future, SchedulerPlugin, WorkerPlugin
from distributed.protocol.pickle import dumps
from threadpoolctl import ThreadpoolController

from mlpnotes.checks import short
from mlpnotes.epochs import Stopped

FAN = 8  # parts that are added at once: beyond, the workers add them in a tree
LARGE = "distributed.admin.large-graph-warning-threshold"
LOG = "distributed.admin.low-level-log-length"


class ShardError(Stopped, RuntimeError):
    """A worker could not do its part, or the cluster was closed or restarted.

    The ``__cause__`` is what the worker raised, or Dask.

    Attributes
    ----------
    history : History or None
        All epochs before; None if training had not begun.
    """


class Shards:
    """Pieces of the data, each the result of a task and held where that ran.

    Parameters
    ----------
    client : distributed.Client
    tasks : list of tuples
        What makes each piece: a function and its arguments.

    Attributes
    ----------
    rows : int
        How many observations there are, in all pieces.
    """

    def __init__(self, client, tasks):
        self.client, self.tasks = client, tasks
        self.name, self.counter = secrets.token_hex(16), itertools.count()
        self.held, self.starts = [], None

    def __enter__(self):
        try:
            self.held = self._submit("shard", self.tasks)
            self.starts = np.cumsum([0, *self.map(_rows)])
        except BaseException:
            self.__exit__()
            raise
        self.rows = int(self.starts[-1])
        return self

    def __exit__(self, *_):
        _release(self.held)

    def map(self, function, *arguments):
        """Return function(*arguments, *piece) of every piece."""
        tasks = [(_call, function, arguments, piece) for piece in self.held]
        futures = self._submit("map", tasks)
        return self._gather(futures, dict(enumerate(futures)), futures)

    def sum(self, function, params, rows):
        """Return the sums of what function(params, X, y) is on the pieces' rows.

        The rows are numbers of observations in all pieces; those of one piece keep
        their order. The function returns a tuple of arrays.
        """
        piece = np.searchsorted(self.starts, rows, side="right") - 1

        def task(k):
            own = rows[piece == k] - self.starts[k]
            return _call_on, function, params, own, self.held[k]

        pieces = np.unique(piece).tolist()
        sums = self._submit("part", map(task, pieces))
        parts, every = dict(zip(pieces, sums, strict=True)), list(sums)
        while len(sums) > FAN:
            groups = [sums[i : i + FAN] for i in range(0, len(sums), FAN)]
            sums = self._submit("add", ((_add, *group) for group in groups))
            every += sums
        return _add(*self._gather(sums, parts, every))

    def _submit(self, kind, tasks):
        """Start tasks under a new name: equal ones would be taken for the same.

        A name for each call, too, or Dask takes the steps of a training for one
        great map over the pieces, and moves these to whichever worker is idle.
        """
        name = f"{kind}-{self.name}-{next(self.counter)}"
        submit = self.client.submit
        try:
            return [submit(*t, key=(name, k)) for k, t in enumerate(tasks)]
        except Exception as error:
            self._check_lost(error)
            raise

    def _gather(self, futures, parts, every):
        """Return results, or raise for the first part that failed; forget them all."""
        try:
            return self.client.gather(futures)
        except KeyboardInterrupt:
            for future in every:  # Dask complains of those that end by being released
                future.add_done_callback(Future.release)
            every = []
            raise
        except Exception as error:
            for k, future in parts.items():
                if future.status == "error":
                    try:
                        future.result()
                    except Exception as its:
                        self._check_lost(its)
                        raise ShardError(self._failure(k, its)) from its
            self._check_lost(error)
            raise
        finally:
            _release(every)

    def _check_lost(self, error):
        """Raise what to say if there is no cluster any more, or none with the data."""
        if self.client.status != "running" or isinstance(error, CancelledError):
            raise ShardError(
                "the cluster was closed or restarted, or its client was: the epochs "
                "that were finished are in the error's .history"
            ) from error

    def _failure(self, k, error):
        """Return what to say of a piece: which observations, and what happened."""
        which = f"shard {k} of {len(self.held)}"
        if self.starts is not None:
            which += f", observations {self.starts[k]} to {self.starts[k + 1] - 1},"
        return f"{which} failed (all counted from 0): {type(error).__name__}: {error}"


def _release(futures):
    """Let the cluster forget these, also if an exception still refers to them."""
    for future in futures:
        future.release()


class Shared:
    """A context that threads may share: the first enters it, the last leaves it."""

    def __init__(self, make):
        self.make, self.lock, self.users = make, threading.Lock(), 0

    def __enter__(self):
        with self.lock:
            if not self.users:
                self.context = self.make()
                self.context.__enter__()
            self.users += 1

    def __exit__(self, *_):
        with self.lock:
            self.users -= 1
            if not self.users:
                self.context.__exit__(None, None, None)


_blas = functools.cache(ThreadpoolController)
ONE_THREAD = Shared(lambda: _blas().limit(limits=1, user_api="blas"))
ANY_SIZE = Shared(lambda: dask.config.set({LARGE: "1000 PB"}))


def _call(function, arguments, piece):
    with ONE_THREAD:  # with more, bits would depend on the machine's cores
        return function(*arguments, *piece)


def _call_on(function, params, rows, piece):
    with ONE_THREAD:
        return function(params, *(array.take(rows, axis=0) for array in piece))


def _rows(X, y):
    return len(X)


def _add(first, *others):
    """Return sums, added in this order."""
    columns = zip(first, *others, strict=True)
    return first._make(functools.reduce(np.add, column) for column in columns)


def check_client(client):
    """Raise if this is not a client that can be asked and waited for."""
    if not isinstance(client, Client):
        way = ": use Client(cluster)" if hasattr(client, "scheduler_address") else ""
        raise TypeError(
            f"client is {short(client)}, expected a distributed.Client{way}"
        )
    if client.asynchronous:
        raise ValueError("client is asynchronous, expected Client(...) without that")
    if client.status != "running":
        raise ValueError(f"client is {client.status}, expected one that is running")


def check_sent(function, name):
    """Raise if this function cannot be sent to a worker."""
    try:
        dumps(function)
    except Exception as error:  # pickle raises TypeErrors, and what a __reduce__ does
        raise TypeError(
            f"{name} cannot be sent to a worker, expected a function that can be "
            f"pickled: {error}"
        ) from error


@contextmanager
def prepared(client):
    """Let the cluster pass large arguments, keep no log of them, and survive Ctrl-C."""
    with ANY_SIZE:
        client.register_plugin(_Deaf(_group()))
        user = client.id, secrets.token_hex(16)
        client.run_on_scheduler(_log, user, False)
        try:
            yield
        finally:
            if client.status == "running":  # else the scheduler has seen it go
                client.run_on_scheduler(_log, user, True)


def _log(user, on, dask_scheduler):
    """Let a user have the log on, or off: it is on again when no user has it off."""
    quiet = dask_scheduler.plugins.get(_Quiet.name)
    if quiet is None:
        dask_scheduler.add_plugin(quiet := _Quiet(), name=_Quiet.name)
    (quiet.users.discard if on else quiet.users.add)(user)
    quiet.set_all(dask_scheduler)


class _Quiet(SchedulerPlugin):
    """No messages to workers are kept, each with all its arguments, for some users.

    Else 1,000 are kept for each worker, if nobody has changed that.
    """

    name = "mlpnotes-quiet"

    def __init__(self):
        self.users = set()  # client, training

    def set_all(self, scheduler):
        length = 0 if self.users else dask.config.get(LOG)
        for stream in scheduler.stream_comms.values():
            stream.recent_message_log = deque(stream.recent_message_log, maxlen=length)

    def add_worker(self, scheduler, worker):
        self.set_all(scheduler)

    def remove_client(self, scheduler, client):  # which may have had no time to say so
        self.users = {user for user in self.users if user[0] != client}
        self.set_all(scheduler)


class _Deaf(WorkerPlugin):
    """Workers that a terminal's or a notebook's Ctrl-C would end as well ignore it."""

    name, idempotent = "mlpnotes-deaf", True  # once, and as long as the cluster lasts

    def __init__(self, group):
        self.group = group

    def setup(self, worker):
        own = threading.current_thread() is threading.main_thread()
        if own and self.group is not None and _group() == self.group:
            signal.signal(signal.SIGINT, signal.SIG_IGN)


def _group():
    """Return which processes get a Ctrl-C together with this one."""
    return (socket.gethostname(), os.getpgrp()) if hasattr(os, "getpgrp") else None
