"""On real clusters: every worker is a process of its own."""

import asyncio
import contextlib
import logging
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
import tracemalloc
from collections import namedtuple

import dask
import numpy as np
import psutil
import pytest
from distributed import Client, LocalCluster
from threadpoolctl import ThreadpoolController

import mlpnotes
from mlpnotes import (
    DivergedError,
    TrainingInterrupted,
    init_params,
    loss_gradient,
    one_hot,
    random_problem,
)
from mlpnotes.cluster import ANY_SIZE, FAN, LARGE, ONE_THREAD, Shards, prepared
from mlpnotes.distributed import ShardError, gradient, train

SIZES = (53, 6, 5, 4, 3)


def long(test):
    """Leave a test that starts or mends a cluster of its own to `make site-test`."""
    return pytest.mark.site(pytest.mark.xdist_group("cluster")(test))


@contextlib.contextmanager
def started(workers):
    with (
        LocalCluster(
            n_workers=workers, threads_per_worker=1, dashboard_address="127.0.0.1:0",
            silence_logs=logging.CRITICAL,
        ) as cluster,
        Client(cluster) as client,
    ):  # fmt: skip
        yield client


@pytest.fixture(scope="module")
def client():
    with started(2) as client:
        yield client


@pytest.fixture
def problem(rng):
    return random_problem(SIZES, rng=rng)


Counts = namedtuple("Counts", "most")


def options(**more):
    """Return five steps an epoch, with all that a step can have."""
    seed = np.random.default_rng(1)
    return dict(
        epochs=3, batch_size=12, learning_rate=0.3, l2=0.01, momentum=0.9, rng=seed
    ) | more  # fmt: skip


def same(one, other):
    return all(map(np.array_equal, one.params, other.params)) and np.array_equal(
        one.train_loss, other.train_loss
    )


def close(one, other):
    for p, q in zip(one, other, strict=True):
        np.testing.assert_allclose(p, q, rtol=1e-12, atol=1e-12 * abs(q).max())
    return True


def pids(client):
    return client.run(os.getpid)  # by address


def test_one_shard_is_one_machine_to_the_bit(client, problem):
    params, X, y = problem
    valid = random_problem(SIZES, rng=np.random.default_rng(5))[1:]
    before = [p.copy() for p in params]
    mine, its = np.random.default_rng(1), np.random.default_rng(1)
    one = mlpnotes.train(params, X, y, validation=valid, threads=1, **options(rng=mine))
    many = train(client, params, X, y, validation=valid, shards=1, **options(rng=its))
    assert same(one, many)
    for name in ("train_accuracy", "val_loss", "val_accuracy"):
        assert np.array_equal(getattr(one, name), getattr(many, name))
    assert many.seconds.shape == (3,)
    assert mine.bit_generator.state == its.bit_generator.state
    assert all(map(np.array_equal, params, before))


@pytest.mark.parametrize("shards", [2, 3, FAN + 1, FAN**2 + 1])
def test_a_step_is_that_of_one_machine(client, rng, shards):
    params, X, y = random_problem((80, 6, 5, 4, 3), rng=rng)
    step = options(epochs=1, batch_size=80)
    one = mlpnotes.train(params, X, y, **step)
    many = train(
        client, params, X, y, shards=shards, **options(epochs=1, batch_size=80)
    )
    assert close(many.params, one.params)
    assert many.train_loss == pytest.approx(one.train_loss, rel=1e-12)


def test_threads_of_a_worker_share_their_one_blas_thread():
    blas = ThreadpoolController()

    def threads():
        return {p["num_threads"] for p in blas.info() if p["user_api"] == "blas"}

    with blas.limit(limits=2, user_api="blas"):
        before = threads()
        with contextlib.ExitStack() as first:
            first.enter_context(ONE_THREAD)
            with ONE_THREAD:
                first.close()  # before the second ends
                assert threads() == {1}
        assert threads() == before


def test_all_that_is_summed_has_one_blas_thread(client):
    def threads(*_):
        pools = ThreadpoolController().info()
        return [p["num_threads"] for p in pools if p["user_api"] == "blas"]

    X = np.zeros((4, 2))
    with Shards(client, [(lambda: (X, X),)] * 2) as data:
        for counts in data.map(threads):
            assert set(counts) <= {1}
        sums = data.sum(lambda *_: Counts(max(threads())), None, np.arange(8))
    assert sums.most == 2  # 1 of each shard


def test_many_sums_are_added_by_the_workers(client, problem, monkeypatch):
    gather, got = client.gather, []

    def record(futures):
        got.append((futures[0].key[0].partition("-")[0], len(futures)))
        return gather(futures)

    monkeypatch.setattr(client, "gather", record)
    for shards in (FAN, FAN + 1, 53):
        step = options(epochs=1, batch_size=53)
        train(client, *problem, shards=shards, **step)
    sums = [number for number in got if number[0] != "map"]
    assert sums == [("part", FAN), ("add", 2), ("add", 7)]


def test_an_epoch_is_that_of_one_machine_but_for_rounding(client, problem):
    one = mlpnotes.train(*problem, **options())
    many = train(client, *problem, **options())
    for p, q in zip(many.params, one.params, strict=True):
        np.testing.assert_allclose(p, q, rtol=1e-9, atol=1e-12)


@long
def test_the_number_of_workers_changes_no_bit(problem):
    found = []
    with started(3) as client:
        for workers in (3, 2, 1):
            client.cluster.scale(workers)
            while len(client.nthreads()) != workers:
                time.sleep(0.02)
            found.append(train(client, *problem, shards=3, **options()))
    assert same(found[0], found[1])
    assert same(found[0], found[2])


@pytest.mark.parametrize("shards", [1, 3])
def test_the_mean_and_the_penalty_are_those_of_loss_gradient(problem, shards):
    params, X, y = problem
    sums = [
        loss_gradient(params, X[i::3], y[i::3], times=len(X[i::3])) for i in range(3)
    ]
    sums = params._make(sum(parts) for parts in zip(*sums, strict=True))
    assert close(
        gradient(params, sums, len(X), 0.3, times=0.7),
        loss_gradient(params, X, y, 0.3, times=0.7),
    )


def test_shards_stay_where_they_are_and_go_at_the_end(client, problem):
    held = []

    def schedule(done):
        held.append(
            {k: w for k, w in client.who_has().items() if str(k[0]).endswith("-0")}
        )
        return 1.0

    train(client, *problem, shards=4, schedule=schedule, **options())
    assert all(h == held[0] for h in held)
    assert sorted(map(len, held[0].values())) == [1, 1, 1, 1]
    assert len(set(held[0].values())) == 2  # both workers have some
    assert_empty(client)


def assert_empty(client):
    for _ in range(100):  # it is told, and forgets soon
        if not client.who_has() and not client.futures:
            return
        time.sleep(0.02)
    pytest.fail(f"{client.who_has()} {client.futures}")


def test_functions_give_the_shards_and_the_driver_never_calls_them(client, problem):
    params, X, y = problem
    driver, cuts = os.getpid(), (0, 10, 11, 53)

    def give(array):
        def shard(k):
            assert os.getpid() != driver
            return array[cuts[k] : cuts[k + 1]]

        return shard

    one = mlpnotes.train(params, X, y, **options())
    many = train(client, params, give(X), give(y), shards=3, **options())
    np.testing.assert_allclose(many.params.W1, one.params.W1, rtol=1e-9)
    even = train(client, params, X, y, shards=3, **options())
    cuts = (0, 17, 35, 53)
    assert same(even, train(client, params, give(X), give(y), shards=3, **options()))


@pytest.fixture(scope="module")
def victims():
    """Return a cluster of two whose workers may be killed: they come back."""
    with started(2) as client:
        yield client


@long
@pytest.mark.parametrize("during", [False, True])
def test_a_killed_worker_changes_no_bit(victims, client, problem, during):
    victims.wait_for_workers(2)
    old, steps = pids(victims), iter(range(99))

    def kill():
        workers = victims.cluster.scheduler.workers
        while during and not any(w.processing for w in workers.values()):
            pass
        os.kill(
            next(
                (old[a] for a, w in workers.items() if w.processing), min(old.values())
            ),
            signal.SIGKILL,
        )

    def schedule(done):
        if next(steps) == 7:  # in the second epoch
            thread = threading.Thread(target=kill)
            thread.start()
            if not during:
                thread.join()
        return 1.0

    history = train(victims, *problem, shards=3, schedule=schedule, **options())
    victims.wait_for_workers(2)
    assert len(set(pids(victims).values()) - set(old.values())) == 1
    assert same(history, train(client, *problem, shards=3, **options()))


@long
def test_the_log_is_off_also_for_workers_that_come_and_on_again(victims, problem):
    victims.wait_for_workers(2)
    steps, during = iter(range(99)), []

    def lengths():
        streams = victims.cluster.scheduler.stream_comms.values()
        return [stream.recent_message_log.maxlen for stream in streams]

    def schedule(done):
        if (step := next(steps)) == 3:
            os.kill(min(pids(victims).values()), signal.SIGKILL)
        elif step == 8:
            while len(lengths()) != 2:
                time.sleep(0.02)
        during.append(lengths())
        return 1.0

    before = lengths()
    train(victims, *problem, schedule=schedule, **options())
    assert during[0] == during[-1] == [0, 0]
    assert lengths() == before


def test_the_last_of_overlapping_trainings_restores_the_log(client):
    def lengths():
        streams = client.cluster.scheduler.stream_comms.values()
        return {stream.recent_message_log.maxlen for stream in streams}

    before, large = lengths(), dask.config.get(LARGE)
    with contextlib.ExitStack() as first:
        first.enter_context(prepared(client))
        with prepared(client):
            first.close()
            assert lengths() == {0}
            assert dask.config.get(LARGE) != large
        assert lengths() == before
        assert dask.config.get(LARGE) == large
    with Client(client.scheduler.address, set_as_default=False) as other:
        gone = prepared(other)
        gone.__enter__()
        assert lengths() == {0}
    end = time.monotonic() + 10
    while lengths() != before:
        assert time.monotonic() < end
        time.sleep(0.02)
    gone.__exit__(None, None, None)
    assert not ANY_SIZE.users


@long
def test_a_shard_that_kills_its_workers_is_named(problem, tmp_path):
    params, X, y = problem

    def shard(k):
        if k == 1:
            os.kill(os.getpid(), signal.SIGKILL)
        return X

    with (
        dask.config.set({"distributed.scheduler.allowed-failures": 0}),
        started(2) as client,
        pytest.raises(ShardError, match="^shard 1 of 2 failed .*: KilledWorker: ") as e,
    ):
        train(client, params, shard, lambda k: y, shards=2, **options())
    assert e.value.history is None


def test_a_shard_that_cannot_be_had_is_named(client, problem):
    params, X, y = problem

    def shard(k):
        return X if k != 2 else np.load("/nowhere/X.npy")

    words = r"^shard 2 of 3 failed \(.*\): FileNotFoundError: .*nowhere"
    with pytest.raises(ShardError, match=words) as caught:
        train(client, params, shard, lambda k: y, shards=3, **options())
    assert isinstance(caught.value.__cause__, FileNotFoundError)
    bad = X.copy()
    bad[4, 0] = np.nan
    words = "^shard 0 of 1 .*: ValueError: X is nan in row 4"
    with pytest.raises(ShardError, match=words):
        train(client, params, lambda k: bad, lambda k: y, shards=1, **options())
    assert_empty(client)


@long
def test_a_worker_that_raises_names_its_observations(problem, tmp_path):
    params, X, y = problem
    paths = [str(tmp_path / f"{k}.npy") for k in range(2)]
    for path, rows in zip(paths, (X[:20], X[20:]), strict=True):
        np.save(path, rows)

    def schedule(done):
        if done > 0.4:  # in the second epoch a worker and its files are lost
            with contextlib.suppress(FileNotFoundError):
                os.unlink(paths[1])
            for pid in pids(client).values():
                os.kill(pid, signal.SIGKILL)
        return 1.0

    words = r"^shard 1 of 2, observations 20 to 52, failed .*: FileNotFoundError: "
    with started(2) as client, pytest.raises(ShardError, match=words) as caught:
        train(
            client, params, lambda k: np.load(paths[k]),
            lambda k: y[:20] if k == 0 else y[20:], shards=2, schedule=schedule,
            **options(),
        )  # fmt: skip
    assert isinstance(caught.value.__cause__, FileNotFoundError)
    assert len(caught.value.history.train_loss) == 1


@long
@pytest.mark.parametrize("what", ["client", "cluster", "restart"])
def test_a_cluster_that_goes_leaves_the_epochs_before(problem, what):
    calls = iter(range(99))

    def schedule(done):
        if next(calls) == 8:  # in the second epoch
            if what == "restart":
                client.restart()
            else:
                (client if what == "client" else client.cluster).close()
        return 1.0

    words = "^the cluster was closed or restarted, or its client was: "
    with started(1) as client, pytest.raises(ShardError, match=words) as caught:
        train(client, *problem, schedule=schedule, **options())
    assert len(caught.value.history.train_loss) == 1
    assert caught.value.__cause__ is not None


def test_divergence_is_reported_as_on_one_machine(client, problem):
    wild = dict(learning_rate=1e160, l2=1.0)
    with pytest.raises(DivergedError) as one:
        mlpnotes.train(*problem, **options(**wild))
    with pytest.raises(DivergedError) as many:
        train(client, *problem, **options(**wild))
    assert str(one.value) == str(many.value)
    assert same(one.value.history, many.value.history)


def test_ctrl_c_keeps_the_epochs_before_and_the_cluster(client, problem):
    calls, before = iter(range(99)), pids(client)

    def schedule(done):
        if next(calls) == 8:
            signal.raise_signal(signal.SIGINT)
        return 1.0

    with pytest.raises(TrainingInterrupted, match="after 1 of 3 epochs") as caught:
        train(client, *problem, schedule=schedule, **options())
    assert same(caught.value.history, train(client, *problem, **options(epochs=1)))
    assert pids(client) == before
    assert_empty(client)


@long
def test_training_goes_on_to_the_same_bits_on_other_workers(problem, client, tmp_path):
    path = tmp_path / "training.npz"
    expected = train(client, *problem, shards=3, **options())
    calls = iter(range(99))

    def schedule(done):
        if next(calls) == 8:
            raise RuntimeError("power cut")
        return 1.0

    def run(client, **more):
        return train(
            client, *problem, shards=3, checkpoint=path, **options(**more),
        )  # fmt: skip

    with pytest.raises(RuntimeError, match="power cut"):
        run(client, schedule=schedule)
    with pytest.raises(ValueError, match="with schedule .*, not None: give it what it"):
        run(client)
    path.unlink()
    run(client, epochs=1)
    with pytest.raises(ValueError, match="with shards 3, not 2: give it what it had"):
        train(client, *problem, checkpoint=path, **options())
    with started(1) as other:
        rng = np.random.default_rng(99)  # its state is that of the checkpoint
        assert same(run(other, rng=rng), expected)


def test_one_machine_goes_on_where_one_shard_stopped(client, problem, tmp_path):
    path = tmp_path / "training.npz"
    train(client, *problem, shards=1, checkpoint=path, **options(epochs=1))
    history = mlpnotes.train(*problem, threads=1, checkpoint=path, **options())
    assert same(history, mlpnotes.train(*problem, threads=1, **options()))


@long
def test_memory_is_flat_over_epochs(client, rng):
    """The scheduler runs in this process, and would keep 300 kB a step and worker."""
    params, (X, labels) = init_params(784, 50, rng=rng), (
        rng.random((600, 784)), rng.integers(0, 10, 600)
    )  # fmt: skip
    used = []

    def schedule(done):
        if round(done * 30) % 10 == 0:
            used.append(tracemalloc.get_traced_memory()[0] / 1e6)
        return 1.0

    tracemalloc.start()
    try:
        train(
            client, params, X, one_hot(labels), schedule=schedule,
            **options(epochs=6, batch_size=60),
        )  # fmt: skip
    finally:
        tracemalloc.stop()
    assert max(used[2:]) < min(used[2:]) + 10  # of 38 that are sent


def test_progress_bar(client, problem, capsys):
    train(client, *problem, progress=True, **options())
    assert "3/3" in capsys.readouterr().err


def test_bad_arguments(client, problem):
    (params, X, y), lock = problem, threading.Lock()
    for more, words in (
        (
            dict(X=lambda k: X),
            "X is .*function.* and y is an array of .*, expected two",
        ),
        (
            dict(X=lambda k: X, y=lambda k: y),
            "shards is None, .* 1 or more: for functions it must",
        ),
        (
            dict(X=lambda k: lock, y=lambda k: y, shards=1),
            "X cannot be sent to a worker, .* pickled: ",
        ),
        (dict(shards=0), "shards is 0, expected an integer, 1 or more and at most 53"),
        (dict(shards=54), "shards is 54, .*at most 53"),
        (dict(client=client.cluster), r"client is a LocalCluster, .*: use Client\(clu"),
        (dict(client=None), "client is None, expected a distributed.Client$"),
        (dict(y=y[:, :2]), r"y is \(53, 2\), expected \(53, 3\)"),
        (dict(validation=(X, y[:5])), "validation y is"),
        (dict(batch_size=0), "batch_size is 0"),
        (dict(rng=3), "rng is 3"),
        (dict(checkpoint=7), "checkpoint is of type int"),
    ):
        given = options(client=client, params=params, X=X, y=y) | more
        with pytest.raises((TypeError, ValueError), match=f"^{words}"):
            train(**given)
    assert_empty(client)


def test_clients_that_cannot_be_waited_for(client, problem):
    async def run():
        async with Client(client.scheduler.address, asynchronous=True) as other:
            with pytest.raises(ValueError, match="client is asynchronous"):
                train(other, *problem, **options())

    asyncio.run(run())
    with Client(client.scheduler.address, set_as_default=False) as other:
        pass
    with pytest.raises(ValueError, match="client is closed, expected one that is run"):
        train(other, *problem, **options())
    with (
        started(0) as empty,
        pytest.raises(ValueError, match="client has no workers yet"),
    ):
        train(empty, *problem, **options())


@long
def test_nothing_is_left_and_nothing_is_said(tmp_path):
    """A terminal's Ctrl-C, and a clean end: no warning, no process, no port."""
    (tmp_path / "script.py").write_text(
        textwrap.dedent("""
        import os, signal, threading
        import numpy as np, psutil
        from distributed import Client, LocalCluster
        from mlpnotes import TrainingInterrupted, random_problem
        from mlpnotes.distributed import train

        def press(workers):
            while not any(worker.processing for worker in workers.values()):
                pass
            os.killpg(os.getpgrp(), signal.SIGINT)

        def schedule(done):
            if done == 0.5:
                workers = cluster.scheduler.workers
                threading.Thread(target=press, args=[workers]).start()
            return 1.0

        if __name__ == "__main__":
            problem = random_problem(rng=np.random.default_rng(0))
            options = dict(epochs=4, batch_size=3, learning_rate=0.1)
            with LocalCluster(
                n_workers=2, threads_per_worker=1, dashboard_address="127.0.0.1:0"
            ) as cluster, Client(cluster) as client:
                try:
                    train(client, *problem, schedule=schedule,
                          rng=np.random.default_rng(1), **options)
                except TrainingInterrupted as error:
                    print(error)
                train(client, *problem, rng=np.random.default_rng(1), **options)
                print(len(client.nthreads()), "workers")
            connections = psutil.Process().net_connections()
            print([c for c in connections if c.status == "LISTEN"])
        """),
        "utf-8",
    )
    process = subprocess.Popen(
        [sys.executable, "-W", "error", "script.py"], cwd=tmp_path, encoding="utf-8",
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
    )  # fmt: skip
    out, _ = process.communicate(timeout=60)
    interrupted, workers, ports = out.splitlines()
    assert interrupted.startswith("training was interrupted after 2 of 4 epochs")
    assert (workers, ports) == ("2 workers", "[]")
    assert process.returncode == 0
    end = time.monotonic() + 10
    while left := [p for p in psutil.process_iter() if is_of(p, process.pid)]:
        assert time.monotonic() < end, left


def is_of(process, session):
    """Tell whether a process still runs that was started in a session."""
    try:
        running = process.status() != psutil.STATUS_ZOMBIE
        return running and os.getsid(process.pid) == session
    except (ProcessLookupError, psutil.NoSuchProcess):
        return False
