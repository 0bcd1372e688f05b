import multiprocessing
import pickle
import signal
import tracemalloc

import numpy as np
import pytest
from threadpoolctl import threadpool_info
from tqdm import tqdm

from mlpnotes import (
    DivergedError,
    TrainingInterrupted,
    init_params,
    loss,
    loss_gradient,
    one_hot,
    train,
    training,
)
from mlpnotes.augment import warp
from mlpnotes.training import cosine


def test_one_epoch_is_the_updates_written_out(problem):
    params, X, y = problem  # 7 rows in batches of 3: the last has 1
    history = train(
        params, X, y, epochs=1, batch_size=3, learning_rate=0.1, l2=0.01,
        rng=np.random.default_rng(0),
    )  # fmt: skip
    order, expected = np.random.default_rng(0).permutation(7), params
    for rows in (order[:3], order[3:6], order[6:]):
        g = loss_gradient(expected, X[rows], y[rows], 0.01)
        expected = expected._make(
            p - 0.1 * dp for p, dp in zip(expected, g, strict=True)
        )
    assert all(map(np.allclose, history.params, expected))
    assert history.train_loss[0] == pytest.approx(loss(expected, X, y))


def test_history_and_validation(problem):
    params, X, y = problem
    before = [p.copy() for p in params]
    options = dict(epochs=4, batch_size=7, learning_rate=0.5)
    history = train(
        params, X, y, validation=(X[:2], y[:2]), rng=np.random.default_rng(1), **options
    )
    assert history.val_loss.shape == history.seconds.shape == (4,)
    assert history.train_loss[-1] < history.train_loss[0]
    assert all(map(np.array_equal, params, before))
    again = train(params, X, y, rng=np.random.default_rng(1), **options)
    assert np.array_equal(again.train_loss, history.train_loss)
    assert again.val_loss.shape == (0,)


def test_divergence_names_the_epoch_and_keeps_the_parameters(problem):
    params, X, y = problem
    with pytest.raises(DivergedError, match="diverged in epoch 2") as caught:
        # the penalty's own step, 1 - 2 * rate * l2, overflows in the second epoch
        train(
            params, X, y, epochs=9, batch_size=7, learning_rate=1e160, l2=1.0,
            rng=np.random.default_rng(0),
        )  # fmt: skip
    assert all(np.isfinite(p).all() for p in caught.value.history.params)
    assert len(caught.value.history.train_loss) == 1


def test_progress_bar(problem, rng, capsys):
    params, X, y = problem
    train(
        params, X, y, epochs=2, batch_size=7, learning_rate=0.1, rng=rng, progress=True
    )
    assert "2/2" in capsys.readouterr().err


def test_overfits_ten_observations(rng):
    X, y = rng.normal(size=(10, 20)), one_hot(np.arange(10))
    params = init_params(20, 15, 12, 10, rng=rng)
    history = train(params, X, y, epochs=300, batch_size=10, learning_rate=3.0, rng=rng)
    assert history.train_accuracy[-1] == 1


def options(**more):
    return dict(epochs=2, batch_size=3, learning_rate=0.1) | more


def test_momentum_is_nesterovs_as_printed(problem):
    """Against v = mu v - eta grad(theta + mu v), theta = theta + v."""
    params, X, y = problem
    history = train(
        params, X, y, momentum=0.9, l2=0.01, rng=np.random.default_rng(0), **options()
    )
    rng, theta = np.random.default_rng(0), params
    v = params._make(np.zeros_like(p) for p in params)
    for _ in range(2):
        order = rng.permutation(7)
        for rows in (order[:3], order[3:6], order[6:]):
            ahead = theta._make(t + 0.9 * u for t, u in zip(theta, v, strict=True))
            g = loss_gradient(ahead, X[rows], y[rows], 0.01)
            v = v._make(0.9 * u - 0.1 * d for u, d in zip(v, g, strict=True))
            theta = theta._make(t + u for t, u in zip(theta, v, strict=True))
    ahead = theta._make(t + 0.9 * u for t, u in zip(theta, v, strict=True))
    assert all(map(np.allclose, history.params, ahead))


def test_schedule_multiplies_the_rate_of_each_step(problem):
    params, X, y = problem
    asked = []

    def schedule(done):
        asked.append(done)
        return 0.5 if len(asked) == 1 else 0.0

    got = train(
        params, X, y, schedule=schedule, rng=np.random.default_rng(0), **options()
    ).params
    assert asked == pytest.approx([i / 6 for i in range(6)])
    rows = np.random.default_rng(0).permutation(7)[:3]
    g = loss_gradient(params, X[rows], y[rows])
    expected = [p - 0.05 * d for p, d in zip(params, g, strict=True)]
    assert all(map(np.allclose, got, expected))


def test_cosine_falls_from_one_to_zero():
    values = [cosine(t) for t in np.linspace(0, 1, 11)]
    assert values == sorted(values, reverse=True)
    assert (values[0], values[-1]) == (1, 0)


def test_input_dropout_keeps_the_mean(rng):
    X = rng.random((2000, 50), dtype=np.float32) + 1
    dropped = training._drop(X, 0.2, rng)
    assert dropped.dtype == np.float32
    assert (dropped == 0).mean() == pytest.approx(0.2, abs=0.01)
    kept = dropped != 0
    assert np.allclose(dropped[kept], X[kept] / 0.8)
    assert np.allclose(dropped.mean(axis=0), X.mean(axis=0), rtol=0.06)


def test_input_dropout_changes_training_and_not_evaluation(problem):
    params, X, y = problem
    still = options(learning_rate=0.0)
    history = train(
        params, X, y, input_dropout=0.5, rng=np.random.default_rng(0), **still
    )
    assert history.train_loss[0] == pytest.approx(loss(params, X, y))
    plain, dropped = (
        train(
            params, X, y, input_dropout=p, rng=np.random.default_rng(0), **options()
        ).params
        for p in (0.0, 0.5)
    )
    assert not np.allclose(plain.W1, dropped.W1)


def test_augment_gets_every_row_once_an_epoch(problem, rng):
    params, X, y = problem
    seen = []

    def augment(rows, generator):
        assert generator is rng
        seen.append(rows.copy())
        return rows + 1

    history = train(params, X, y, augment=augment, rng=rng, **options())
    assert len(seen) == 2
    for rows in seen:
        assert np.array_equal(np.sort(rows, axis=0), np.sort(X, axis=0))
    order = np.random.default_rng(0)
    shifted = train(params, X + 1, y, rng=order, **options())
    again = train(
        params, X, y, augment=lambda rows, _: rows + 1,
        rng=np.random.default_rng(0), **options(),
    )  # fmt: skip
    assert all(map(np.allclose, shifted.params, again.params))
    assert history.train_loss.shape == (2,)


def test_labels_follow_their_rows_through_augment(rng):
    n = 500
    labels = rng.integers(0, 3, n)
    X = one_hot(labels, 3).astype(float)  # the row says its label
    params = init_params(3, 8, 8, 3, rng=rng)
    history = train(
        params, X, one_hot(labels, 3), epochs=30, batch_size=10, learning_rate=2.0,
        augment=lambda rows, rng: rows * rng.uniform(0.5, 2), rng=rng,
    )  # fmt: skip
    assert history.train_accuracy[-1] == 1


@pytest.mark.parametrize("returned", [np.ones(3), None, "1"])
def test_a_schedule_returns_one_number(problem, rng, returned):
    with pytest.raises(TypeError, match=r"schedule\(0\) is .*, expected a finite num"):
        train(*problem, rng=rng, **options(schedule=lambda _: returned))


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (
            dict(momentum=1.0),
            "momentum is 1.0, expected a finite number, at least 0 and below 1",
        ),
        (dict(input_dropout=-0.1), "input_dropout is -0.1"),
        (dict(augment=lambda X, _: X[:, 1:]), r"augment returned \(7, \d+\)"),
        (dict(augment=lambda X, _: X.astype(np.float32)), "returned .* float32"),
        (dict(augment=lambda X, _: X / 0), "what augment returned is -?inf in row 0"),
        (dict(schedule=lambda _: np.nan), r"schedule\(0\) is nan, expected a finite"),
        (dict(schedule=lambda _: -1), r"schedule\(0\) is -1, .* at least 0$"),
    ],
)
def test_bad_options(problem, rng, more, words):
    params, X, y = problem
    with pytest.raises(ValueError, match=words), np.errstate(divide="ignore"):
        train(params, X, y, rng=rng, **options(**more))


def test_memory_beyond_the_data_is_small_and_does_not_grow(rng):
    X = rng.random((20000, 784), dtype=np.float32)  # 63 MB
    y = one_hot(rng.integers(0, 10, 20000))
    params = init_params(rng=rng, dtype=np.float32)
    peaks = []
    for epochs in (1, 3):
        tracemalloc.start()
        train(
            params, X, y, epochs=epochs, batch_size=256, learning_rate=0.1,
            momentum=0.9, input_dropout=0.2, augment=warp, validation=(X, y), rng=rng,
        )  # fmt: skip
        peaks.append(tracemalloc.get_traced_memory()[1] / 1e6)
        tracemalloc.stop()
    assert peaks[0] < 50
    assert peaks[1] < peaks[0] + 1


def test_threads_are_as_before(problem, rng):
    def threads():
        return [i["num_threads"] for i in threadpool_info()]

    params, X, y = problem
    before, during = threads(), []
    train(
        params, X, y, rng=rng, **options(epochs=1),
        schedule=lambda _: during.append(threads()) or 1,
    )  # fmt: skip
    assert {n for found in during for n in found} == {1}
    assert threads() == before


@pytest.mark.parametrize("batch_size", [3, 600])
def test_threads_are_as_asked(problem, rng, monkeypatch, batch_size):
    def threads():
        return {i["num_threads"] for i in threadpool_info() if i["user_api"] == "blas"}

    before, training_, evaluation = threads(), [], []
    evaluate = training._evaluate
    monkeypatch.setattr(
        training,
        "_evaluate",
        lambda *data: evaluation.append(threads()) or evaluate(*data),
    )
    train(
        *problem, rng=rng, threads=3, **options(epochs=1, batch_size=batch_size),
        schedule=lambda _: training_.append(threads()) or 1,
    )  # fmt: skip
    assert training_[0] == evaluation[0] == {3}
    assert threads() == before


def diverge(rate):
    """Be the task of another process."""
    rng = np.random.default_rng(0)
    params = init_params(4, 4, 4, 2, rng=rng)
    X, y = rng.normal(size=(6, 4)), one_hot([0, 1, 0, 1, 0, 1], 2)
    return train(
        params, X, y, epochs=9, batch_size=6, learning_rate=rate, l2=1.0, rng=rng
    )


def test_a_sweep_in_other_processes_reports_divergence():
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        good, bad = (pool.map_async(diverge, [rate]) for rate in (1e-3, 1e160))
        assert len(good.get(timeout=60)[0].train_loss) == 9
        with pytest.raises(DivergedError, match="diverged in epoch 2") as caught:
            bad.get(timeout=60)
    assert len(caught.value.history.train_loss) == 1


@pytest.mark.parametrize("error", [DivergedError, TrainingInterrupted])
def test_errors_and_histories_survive_pickling(problem, rng, error):
    history = train(*problem, rng=rng, **options())
    again = pickle.loads(pickle.dumps(error("a sentence", history)))
    assert (type(again), str(again)) == (error, "a sentence")
    assert all(map(np.array_equal, again.history.params, history.params))
    assert np.array_equal(again.history.train_loss, history.train_loss)


def test_a_smaller_rate_is_advised_only_where_it_helps(problem, rng):
    params, X, y = problem
    with pytest.raises(DivergedError) as caught:
        train(params, X, y, rng=rng, **options(learning_rate=1e160, l2=1.0))
    assert "try a smaller l2 or learning_rate" in str(caught.value)
    with pytest.raises(DivergedError) as caught:
        train(params, X, y, rng=rng, **options(learning_rate=1e308, momentum=0.9))
    assert "try a learning_rate below 1e+308." in str(caught.value)
    huge = X.astype(np.float32) * np.float32(3e38 / abs(X).max())
    small = params._make(p.astype(np.float32) * 9 for p in params)
    for name, start, data in (
        ("X", small, huge),
        ("W3", small._replace(W3=np.full((4, 3), 3e38, "f4")), X.astype(np.float32)),
    ):
        with pytest.raises(
            DivergedError, match=f"; {name} has entries of size 3e"
        ) as caught:
            train(start, data, y, rng=rng, **options())
        assert "learning_rate" not in str(caught.value)


@pytest.fixture
def press():
    """Return a function that presses Ctrl-C at its n-th call."""

    def at(n):
        calls = iter(range(1, n + 1))
        return lambda: next(calls, 0) == n and signal.raise_signal(signal.SIGINT)

    return at


@pytest.mark.parametrize("call", [1, 3, 4, 5, 9])  # 3 steps an epoch, 3 epochs
def test_ctrl_c_in_a_step_keeps_the_epochs_before(problem, press, call):
    before = [i["num_threads"] for i in threadpool_info()]
    ctrl_c, epochs = press(call), (call - 1) // 3

    def schedule(_):
        ctrl_c()
        return 1.0

    with pytest.raises(TrainingInterrupted) as caught:
        train(
            *problem, schedule=schedule, rng=np.random.default_rng(1),
            **options(epochs=3, progress=True),
        )  # fmt: skip
    assert isinstance(caught.value, KeyboardInterrupt)
    assert f"interrupted after {epochs} of 3 epochs" in str(caught.value)
    assert [i["num_threads"] for i in threadpool_info()] == before
    assert not tqdm._instances
    expected = train(*problem, rng=np.random.default_rng(1), **options(epochs=epochs))
    kept = caught.value.history
    assert np.array_equal(kept.train_loss, expected.train_loss)
    assert all(map(np.array_equal, kept.params, expected.params))


def test_ctrl_c_in_an_evaluation_keeps_the_epochs_before(problem, press, monkeypatch):
    params, X, y = problem
    ctrl_c, evaluate = press(4), training._evaluate  # the validation of epoch 2
    monkeypatch.setattr(
        training, "_evaluate", lambda *data: ctrl_c() or evaluate(*data)
    )
    with pytest.raises(TrainingInterrupted, match="after 1 of 3 epochs") as caught:
        train(
            params, X, y, validation=(X, y), rng=np.random.default_rng(1),
            **options(epochs=3),
        )  # fmt: skip
    history = caught.value.history
    assert history.val_loss.shape == history.train_loss.shape == (1,)
    assert history.train_loss[0] == evaluate(history.params, X, y)[0]


def test_augment_is_named_for_a_mask(problem, rng):
    with pytest.raises(ValueError, match="^augment returned a MaskedArray, expected"):
        train(*problem, rng=rng, **options(augment=lambda X, _: np.ma.array(X)))


def test_a_schedule_that_is_to_blame_is_named(problem, rng):
    with pytest.raises(DivergedError, match=r"schedule returned 1e\+308: try fac") as e:
        train(*problem, rng=rng, momentum=0.9, **options(schedule=lambda _: 1e308))
    assert "learning_rate" not in str(e.value)
    with pytest.raises(
        DivergedError, match=r"1 - 2 \* learning_rate \* schedule\("
    ) as e:
        train(*problem, rng=rng, l2=1.0, **options(schedule=lambda _: 1e160))
    assert "-2e+159: try a smaller l2, schedule or learning_rate" in str(e.value)
    with pytest.raises(DivergedError, match=r"try a learning_rate below 1e\+308"):
        train(
            *problem, rng=rng, momentum=0.9, schedule=lambda done: 1 - done,
            **options(learning_rate=1e308),
        )  # fmt: skip


def test_a_schedule_and_a_rate_have_a_finite_product(problem, rng):
    with pytest.raises(
        ValueError, match=r"^learning_rate \* schedule\(0\) is inf, expected a finite"
    ):
        train(*problem, rng=rng, **options(learning_rate=10, schedule=lambda _: 1e308))


def test_histories_can_be_compared(problem, rng):
    one, other = (train(*problem, rng=rng, **options()) for _ in range(2))
    assert one == one
    assert one != other
