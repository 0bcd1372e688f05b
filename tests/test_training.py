import numpy as np
import pytest

from mlpnotes import DivergedError, init_params, loss, loss_gradient, one_hot, train


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


def test_bad_arguments(problem, rng):
    params, X, y = problem
    options = dict(epochs=1, learning_rate=0.1, rng=rng)
    with pytest.raises(ValueError, match="X has 7 rows but y has 6"):
        train(params, X, y[1:], batch_size=2, **options)
    with pytest.raises(ValueError, match="X has no rows"):
        train(params, X[:0], y[:0], batch_size=2, **options)
    with pytest.raises(ValueError, match="batch_size is 0"):
        train(params, X, y, batch_size=0, **options)


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
