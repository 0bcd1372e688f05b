"""A training that was stopped goes on to the same bits as if it had not been."""

import json
import re
import shutil
import signal
import subprocess
import sys
import textwrap
from functools import partial

import numpy as np
import pytest

from mlpnotes import TrainingInterrupted, save_params, storage, train
from mlpnotes.checkpoint import name_of
from mlpnotes.training import cosine

GENERATORS = (
    np.random.PCG64, np.random.PCG64DXSM, np.random.MT19937, np.random.Philox,
    np.random.SFC64,
)  # fmt: skip
steps = []  # those that are left before Ctrl-C


@pytest.fixture
def path(tmp_path):
    return tmp_path / "training.npz"


def turn(X, rng):
    return X * rng.uniform(0.5, 1.5, X.shape).astype(X.dtype)


def fade(done):
    if steps and steps.pop() == "last":
        signal.raise_signal(signal.SIGINT)
    return cosine(done)


def options(**more):
    """Return three steps an epoch, which draw from rng in all ways there are."""
    return dict(
        epochs=4, batch_size=3, learning_rate=0.1, l2=0.01, momentum=0.9,
        input_dropout=0.2, augment=turn, schedule=fade, rng=np.random.default_rng(1),
    ) | more  # fmt: skip


def interrupt(n, *data, **more):
    """Press Ctrl-C in the n-th step."""
    steps[:] = ["last"] + ["another"] * (n - 1)
    with pytest.raises(TrainingInterrupted) as caught:
        train(*data, **more)
    assert not steps
    return caught.value.history


def same(one, other):
    names = ("train_loss", "train_accuracy", "val_loss", "val_accuracy")
    return all(map(np.array_equal, one.params, other.params)) and all(
        np.array_equal(getattr(one, n), getattr(other, n)) for n in names
    )


@pytest.mark.parametrize("generator", GENERATORS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_it_goes_on_to_the_same_bits(problem, path, generator, dtype):
    params, X, y = problem
    params, X = params._make(p.astype(dtype) for p in params), X.astype(dtype)
    expected = np.random.Generator(generator(5))
    valid = X[:3], y[:3]
    whole = train(params, X, y, validation=valid, **options(rng=expected))
    for step in (1, 3, 4, 8, 12):
        path.unlink(missing_ok=True)
        rng = np.random.Generator(generator(5))
        again = options(rng=rng, checkpoint=path, validation=valid)
        kept = interrupt(step, params, X, y, **again)
        assert len(kept.train_loss) == (step - 1) // 3
        rng.random(7)  # it is set to what it was at the checkpoint
        assert same(train(params, X, y, **again), whole)
        assert repr(rng.bit_generator.state) == repr(expected.bit_generator.state)


def test_it_may_stop_again_and_again(problem, path):
    whole = train(*problem, **options())
    for step in (5, 4, 2, 4):  # each in the epoch after the last one
        interrupt(step, *problem, **options(checkpoint=path))
    done = train(*problem, **options(checkpoint=path))
    assert same(done, whole)
    steps[:] = ["last"]  # which no step takes: all is done
    assert same(train(*problem, **options(checkpoint=path)), whole)
    steps.clear()
    assert [p.name for p in path.parent.iterdir()] == [path.name]


def test_without_a_schedule_more_epochs_may_follow(problem, path):
    more = dict(checkpoint=path, schedule=None)
    train(*problem, **options(epochs=2, **more))
    history = train(*problem, **options(epochs=5, **more))
    assert same(history, train(*problem, **options(epochs=5, schedule=None)))
    assert history.seconds.shape == (5,)
    given = options(epochs=4, **more)
    state = given["rng"].bit_generator.state
    with pytest.raises(ValueError, match=f"^epochs is 4, but checkpoint {path} has 5"):
        train(*problem, **given)
    assert given["rng"].bit_generator.state == state


def test_a_progress_bar_goes_on(problem, path, capsys):
    interrupt(8, *problem, **options(checkpoint=path))
    train(*problem, progress=True, **options(checkpoint=path))
    shown = re.findall(r"\b\d/\d\b", capsys.readouterr().err)
    assert (shown[0], shown[-1]) == ("2/4", "4/4")


def test_a_killed_process_leaves_what_is_needed(problem, path, tmp_path):
    """The computer stops without a word, in the third epoch or while it writes."""
    (tmp_path / "script.py").write_text(
        textwrap.dedent("""
        import os, signal, sys
        import numpy as np
        from mlpnotes import random_problem, storage, train

        def die(*_):
            os.kill(os.getpid(), signal.SIGKILL)

        def schedule(done):
            if done > 0.5:
                if sys.argv[1:] == ["step"]:
                    die()
                storage.os.replace = die
            return 1.0

        history = train(
            *random_problem(rng=np.random.default_rng(3)), epochs=4, batch_size=3,
            learning_rate=0.1, momentum=0.9, schedule=schedule,
            rng=np.random.default_rng(1), checkpoint="training.npz",
        )
        """),
        "utf-8",
    )

    def run(*arguments):
        command = [sys.executable, "script.py", *arguments]
        return subprocess.run(command, cwd=tmp_path).returncode

    for how in ("step", "write"):
        assert run(how) == -signal.SIGKILL
        with np.load(path) as file:
            assert len(file["records"]) == 2


OTHER = {
    "batch_size": (dict(batch_size=4), "batch_size 3, not 4"),
    "learning_rate": (dict(learning_rate=0.2), "learning_rate 0.1, not 0.2"),
    "l2": (dict(l2=0), "l2 0.01, not 0.0"),
    "momentum": (dict(momentum=0), "momentum 0.9, not 0.0"),
    "dropout": (dict(input_dropout=0), "input_dropout 0.2, not 0.0"),
    "augment": (dict(augment=None), "augment test_checkpoint.turn, not None"),
    "schedule": (dict(schedule=cosine), "schedule .*.fade, not mlpnotes.training.cos"),
    "epochs": (dict(epochs=9), "epochs 4, not 9"),
    "rng": (dict(rng=np.random.Generator(np.random.SFC64(1))), "rng PCG64, not SFC64"),
}


@pytest.mark.parametrize("name", OTHER)
def test_a_checkpoint_of_other_arguments_is_refused(problem, path, name):
    interrupt(4, *problem, **options(checkpoint=path))
    content, (change, words) = path.read_bytes(), OTHER[name]
    state = (given := options(checkpoint=path) | change)["rng"].bit_generator.state
    with pytest.raises(
        ValueError, match=f"^checkpoint {path} belongs to a training with {words}"
    ):
        train(*problem, **given)
    assert path.read_bytes() == content
    assert repr(given["rng"].bit_generator.state) == repr(state)


def test_a_checkpoint_of_other_data_is_refused(problem, path):
    params, X, y = problem
    interrupt(4, params, X, y, validation=(X, y), **options(checkpoint=path))
    more = X.copy()
    more[6, 5] = np.nextafter(more[6, 5], 9)
    float32 = params._make(p.astype(np.float32) for p in params)
    for data, valid, name in (
        ((params, more, y), (X, y), "X and y"),
        ((params, X, y[::-1]), (X, y), "X and y"),
        ((params, X, y.astype(float)), (X, y), "X and y"),
        ((params, X[:6], y[:6]), (X, y), "X and y"),
        ((params._replace(b3=params.b3 + 1), X, y), (X, y), "params"),
        ((params, X, y), (more, y), "validation"),
        ((params, X, y), None, "validation"),
        ((float32, X.astype("f4"), y), None, "params"),
    ):
        words = f"belongs to a training with other {name}: give it what it had, or"
        with pytest.raises(ValueError, match=words):
            train(*data, validation=valid, **options(checkpoint=path))
    columns = np.asfortranarray(X)  # the same numbers
    assert len(
        train(
            params, columns, y, validation=(X, y), **options(checkpoint=path)
        ).val_loss
    )


def test_other_files_are_refused_and_left(problem, path):
    interrupt(4, *problem, **options(checkpoint=path))
    content = path.read_bytes()
    save_params(path, problem[0])
    for other in (path.read_bytes(), content[:-50], content[:300], b"", b"text"):
        path.write_bytes(other)
        with pytest.raises(
            ValueError, match=f"^{path} is not a whole checkpoint of a training: name"
        ):
            train(*problem, **options(checkpoint=path))
        assert path.read_bytes() == other


@pytest.mark.parametrize("what", ["params_W1", "velocity_b2", "belongs", "rng"])
def test_a_file_with_other_content_is_refused(problem, path, what):
    interrupt(4, *problem, **options(checkpoint=path))
    with np.load(path) as file:
        arrays = dict(file)
    state = json.loads(str(arrays["state"]))
    if what in state:
        state[what] = {"belongs": 7, "rng": {"bit_generator": "PCG64"}}[what]
        arrays["state"] = json.dumps(state)
    elif what == "params_W1":  # they fit together, but not the training
        arrays[what] = np.zeros((arrays[what].shape[0], 1))
    else:
        arrays[what] = arrays[what][1:]
    np.savez(path, **arrays)
    given = options(checkpoint=path)
    before = given["rng"].bit_generator.state
    with pytest.raises(ValueError, match="is not a whole checkpoint of a training"):
        train(*problem, **given)
    assert given["rng"].bit_generator.state == before


def test_a_file_is_checked_before_the_data(problem, path):
    params, never = problem[0], None
    path.write_bytes(b"text")
    for place, error in ((path, ValueError), (path / "no" / "a.npz", OSError)):
        with pytest.raises(error, match="training.npz"):
            train(params, never, never, **options(checkpoint=place))


def test_partial_functions_have_names():
    one, other = partial(fade, 1, b="x"), partial(fade, 1, b="y")
    assert name_of(one) == f"functools.partial({name_of(fade)}, 1, b='x')"
    assert name_of(one) == name_of(partial(fade, 1, b="x")) != name_of(other)
    assert name_of(partial(turn, 1, b="x")) != name_of(one)


def test_what_cannot_be_written_is_known_before_the_first_epoch(problem, tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()
    never = options(schedule=lambda done: pytest.fail("a step was taken"))
    for place, error, words in (
        (
            "none/training.npz",
            FileNotFoundError,
            "^cannot write .*: there is no .*none",
        ),
        ("file/training.npz", NotADirectoryError, "file"),
        ("folder", IsADirectoryError, "folder is a folder, expected a file$"),
    ):
        with pytest.raises(error, match=words):
            train(*problem, checkpoint=tmp_path / place, **never)
    for place in (7, b"training.npz", True):
        with pytest.raises(
            TypeError, match="^checkpoint is of type .*, expected str or"
        ):
            train(*problem, checkpoint=place, **never)
    with pytest.raises(
        ValueError, match="^checkpoint is '', expected the name of a fil"
    ):
        train(*problem, checkpoint="", **never)


def test_a_disk_that_fills_leaves_the_epoch_before(problem, path, monkeypatch):
    whole = train(*problem, **options())
    writes, replace = iter(range(9)), storage.os.replace

    def fill(*names):
        if next(writes) == 3:  # of the third epoch: the first is before all
            raise OSError(28, "No space left on device")
        replace(*names)

    monkeypatch.setattr(storage.os, "replace", fill)
    with pytest.raises(OSError, match="No space left on device: .*training.npz"):
        train(*problem, **options(checkpoint=path))
    monkeypatch.undo()
    copy = shutil.copy(path, path.with_name("copy.npz"))
    with np.load(copy) as file:
        assert len(file["records"]) == 2
    assert same(train(*problem, **options(checkpoint=path)), whole)
