"""Arguments that are not what they should be: one sentence each, before any work."""

import re

import numpy as np
import pytest

from mlpnotes import (
    Params,
    accuracy,
    forward,
    init_params,
    load_mnist,
    loss,
    loss_gradient,
    one_hot,
    predict,
    train,
    training,
)
from mlpnotes.checks import NAMES
from mlpnotes.training import cosine, descend, evaluate


def nan_at(X, *place):
    X = X.copy()
    X[place] = np.nan
    return X


class DataFrame:
    """What a table of pandas has in common with an array."""

    def __init__(self, values):
        self.values, self.shape = values, values.shape

    def __len__(self):
        return len(self.values)

    def __getitem__(self, key):
        raise KeyError(key)

    def __array__(self, dtype=None, copy=None):
        return self.values


WRONG_DATA = {
    "nan": (lambda X, y: (nan_at(X, 3, 2), y), "X is nan in row 3, column 2"),
    "infinity": (lambda X, y: (X / (X[5, 1] != X), y), "X is -?inf in row 5, column 1"),
    "no rows": (lambda X, y: (X[:0], y[:0]), "X has no rows"),
    "fewer columns": (lambda X, y: (X[:, 1:], y), r"X is \(7, 5\), expected \(n, 6\)"),
    "transposed": (lambda X, y: (X.T, y), r"X is \(6, 7\), .*: use X.T$"),
    "one observation": (lambda X, y: (X[0], y[:1]), r"X is \(6,\), .*reshape\(1, -1\)"),
    "float32": (lambda X, y: (X.astype("f4"), y), r"X is float32 .*astype\(np.float64"),
    "complex": (lambda X, y: (X + 0j, y), "X is complex128, expected float32 or float"),
    "strings": (lambda X, y: (X.astype(str), y), r"X is <U32 of shape \(7, 6\)"),
    "integers": (lambda X, y: ((9 * X).astype(int), y), r"X is int64.*use X.astype"),
    "list": (lambda X, y: (X.tolist(), y), "X is a list of 7, expected a NumPy array"),
    "table": (lambda X, y: (DataFrame(X), y), r"X is a DataFrame, .*np.asarray\(X"),
    "masked": (
        lambda X, y: (np.ma.array(X), y),
        "X is a MaskedArray, expected a NumPy",
    ),
    "y table": (lambda X, y: (X, DataFrame(y)), "y is a DataFrame, expected a NumPy"),
    "labels": (lambda X, y: (X, y.argmax(1)), r"y is \(7,\), .*use one_hot\(labels, 3"),
    "column": (lambda X, y: (X, y.argmax(1)[:, None]), r"y is \(7, 1\).*labels.ravel"),
    "shorter": (lambda X, y: (X, y[1:]), r"y is \(6, 3\), expected \(7, 3\)"),
    "longer": (lambda X, y: (X, np.vstack([y, y])), r"y is \(14, 3\), expected \(7, 3"),
    "other K": (
        lambda X, y: (X, np.eye(4)[y.argmax(1)]),
        r"y is \(7, 4\), expected \(",
    ),
    "words": (lambda X, y: (X, y.astype(str)), "y is <U4, expected numbers"),
    "y complex": (lambda X, y: (X, y + 0j), "y is complex128, expected real numbers"),
    "y nan": (lambda X, y: (X, nan_at(y * 1.0, 4, 1)), "y is nan in row 4, column 1"),
    "two of each": (lambda X, y: (X, y * 2), "row 0 of y has the sum 2"),
    "negative": (
        lambda X, y: (X, 0.9 * y - [0.2, -0.3, 0]),
        "row . of y has .*entry -0",
    ),
}


@pytest.mark.parametrize("wrong", WRONG_DATA)
def test_wrong_data(problem, rng, wrong, monkeypatch):
    params, X, y = problem
    change, sentence = WRONG_DATA[wrong]
    named = re.sub(r"\b([Xy]) (is|has)", r"validation \1 \2", sentence)
    named = re.sub(r"(use |asarray\\\()X", r"\1validation\[0\]", named)
    with np.errstate(all="ignore"):
        bad = change(X, y)
    monkeypatch.setattr(training, "_copy", None)  # nothing is copied before
    options = dict(epochs=1, batch_size=3, learning_rate=0.1, rng=rng)
    for words, call in (
        (sentence, lambda: train(params, *bad, **options)),
        (named, lambda: train(params, X, y, validation=bad, **options)),
        (sentence, lambda: evaluate(params, *bad)),
    ):
        with pytest.raises((TypeError, ValueError), match=f"^{words}"):
            call()


def test_validation_is_named_as_such(problem, rng):
    params, X, y = problem
    for validation, sentence in (
        ((X, y[:, :1]), "^validation y is"),
        ((X[:, 1:], y), "^validation X is"),
        ((X, 2 * y), "^row 0 of validation y has"),
        ((X, y, y), "^validation is a tuple of 3, expected a pair"),
        (X, "^validation is an array of shape"),
        (False, "^validation is False"),
    ):
        with pytest.raises((TypeError, ValueError), match=sentence):
            train(
                params, X, y, validation=validation, epochs=1, batch_size=3,
                learning_rate=0.1, rng=rng,
            )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("epochs", 2.0, "an integer, 0 or more"),
        ("epochs", -1, "an integer, 0 or more"),
        ("batch_size", 16.0, "an integer, 1 or more"),
        ("batch_size", 0, "an integer, 1 or more"),
        ("batch_size", True, "an integer, 1 or more"),
        ("threads", 0, "an integer, 1 or more"),
        ("threads", 1.5, "an integer, 1 or more"),
        ("learning_rate", -0.1, "a finite number, at least 0"),
        ("learning_rate", np.nan, "a finite number, at least 0"),
        ("learning_rate", np.inf, "a finite number, at least 0"),
        ("learning_rate", "0.1", "a finite number, at least 0"),
        ("learning_rate", [0.1], "a finite number, at least 0"),
        ("l2", -1e-4, "a finite number, at least 0"),
        ("l2", np.nan, "a finite number, at least 0"),
        ("momentum", np.nan, "a finite number, at least 0 and below 1"),
        ("momentum", "0.9", "a finite number, at least 0 and below 1"),
        ("input_dropout", 1, "a finite number, at least 0 and below 1"),
        ("rng", 0, r"a numpy.random.Generator: use np.random.default_rng\(0\)"),
        ("rng", None, "a numpy.random.Generator"),
        ("rng", np.random.RandomState(0), "a numpy.random.Generator"),
        ("schedule", 0.5, "a function or None"),
        ("augment", "warp", "a function or None"),
        ("progress", "no", "True or False"),
    ],
)
def test_options(problem, rng, name, value, expected):
    options = dict(epochs=1, batch_size=3, learning_rate=0.1, rng=rng)
    with pytest.raises(
        (TypeError, ValueError), match=f"^{name} is .*expected {expected}"
    ):
        train(*problem, **options | {name: value})


def test_numbers_of_numpy_are_numbers(problem, rng):
    train(
        *problem, epochs=np.int8(1), batch_size=np.uint8(3), l2=np.float32(1e-3),
        learning_rate=np.float64(0.1), momentum=0, progress=np.bool_(False), rng=rng,
    )  # fmt: skip


PARAMS = {
    "dict": (lambda p: p._asdict(), r"a dict of 6, .*use Params\(\*\*params\)"),
    "tuple": (lambda p: tuple(p), r"a tuple of 6, .*use Params\(\*params\)"),
    "list": (lambda p: list(p), r"a list of 6, .*use Params\(\*params\)"),
    "five": (lambda p: tuple(p)[:5], "a tuple of 5, expected Params .W1, b1, W2"),
    "array": (lambda p: p.W1, "an array of shape"),
    "none": (lambda p: None, "None, expected Params"),
}


@pytest.mark.parametrize("form", PARAMS)
def test_other_forms_of_parameters(problem, rng, form):
    params, X, y = problem
    change, sentence = PARAMS[form]
    for call in (
        lambda p: train(p, X, y, epochs=1, batch_size=3, learning_rate=1.0, rng=rng),
        lambda p: forward(p, X),
        lambda p: predict(p, X),
        lambda p: accuracy(p, X, y.argmax(axis=1)),
        lambda p: loss(p, X, y),
        lambda p: evaluate(p, X, y),
    ):
        with pytest.raises(TypeError, match=f"^params is {sentence}"):
            call(change(params))


def test_a_history_is_not_its_parameters(problem, rng):
    params, X, y = problem
    history = train(params, X, y, epochs=1, batch_size=3, learning_rate=0.1, rng=rng)
    with pytest.raises(TypeError, match=r"params is a History, .*: use its \.params$"):
        predict(history, X)


def test_parameters_that_do_not_fit(problem, rng):
    params, X, y = problem
    assert Params._fields == NAMES
    for more, sentence in (
        (
            dict(W1=params.W1.T),
            r"b1 is \(5,\) but W1 is \(5, 6\): did you transpose W1",
        ),
        (dict(W2=params.W2.astype("f4")), "W2 is float32 but W1 is float64"),
        (dict(W2=np.ones((5, 4), int)), "W2 has dtype int64, expected floats"),
        (dict(b3=[0.0] * 3), "b3 is a list of 3, expected a NumPy array"),
    ):
        with pytest.raises((TypeError, ValueError), match=f"^{sentence}"):
            forward(params._replace(**more), X)
    for name, place in (("W2", "row 1, column 2"), ("b2", "entry 3")):
        bad = nan_at(getattr(params, name), *map(int, re.findall(r"\d", place)))
        for call in (
            lambda p: predict(p, X),
            lambda p: train(p, X, y, epochs=1, batch_size=3, learning_rate=1, rng=rng),
        ):
            with pytest.raises(ValueError, match=f"^{name} is nan in {place}"):
                call(params._replace(**{name: bad}))


def test_one_output_is_no_classifier(problem, rng):
    params, X, y = problem
    one = params._replace(W3=params.W3[:, :1], b3=params.b3[:1])
    sentence = "softmax of one output is always 1. Two classes are K = 2"
    for call in (
        lambda: init_params(K=1, rng=rng),
        lambda: forward(one, X),
        lambda: predict(one, X),
        lambda: accuracy(one, X, np.zeros(7, int)),
        lambda: loss(one, X, y[:, :1]),
        lambda: loss_gradient(one, X, y[:, :1]),
        lambda: evaluate(one, X, y[:, :1]),
        lambda: train(
            one, X, y[:, :1], epochs=1, batch_size=3, learning_rate=0.1, rng=rng
        ),
    ):
        with pytest.raises(ValueError, match=sentence):
            call()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda t: t.astype(str), r"labels are <U\d+, expected integers from 0 to 2"),
        (lambda t: t * 1.0, r"labels are float64, .*use labels.astype\(int\)"),
        (lambda t: t > 0, "labels are bool, expected integers"),
        (
            lambda t: one_hot(t, 3),
            r"labels are \(7, 3\), .*use labels.argmax\(axis=1\)",
        ),
        (lambda t: t[:, None], r"labels are \(7, 1\), .*use labels.ravel\(\)"),
        (lambda t: t[1:], r"labels are \(6,\), expected \(7,\) like X$"),
        (lambda t: t + 3, "label [345] is outside 0, ..., 2"),
        (lambda t: t - 3, "label -[123] is outside 0, ..., 2"),
    ],
)
def test_accuracy_of_other_labels(problem, change, sentence):
    params, X, y = problem
    with pytest.raises((TypeError, ValueError), match=sentence):
        accuracy(params, X, change(y.argmax(axis=1)))


def test_no_class_is_predicted_from_nan(problem):
    params, X, y = problem
    for call in (predict, lambda p, X: accuracy(p, X, y.argmax(axis=1))):
        with pytest.raises(ValueError, match="X is nan in row 2, column 5"):
            call(params, nan_at(X, 2, 5))
    with pytest.raises(ValueError, match="X has no rows"):
        accuracy(params, X[:0], [])


def test_rows_are_counted_beyond_a_block(problem, rng):
    params, *_ = problem
    X, labels = rng.normal(size=(2345, 6)), rng.integers(0, 3, 2345)
    with pytest.raises(ValueError, match="X is nan in row 2001, column 4"):
        predict(params, nan_at(X, 2001, 4))
    y = one_hot(labels, 3).astype(float)
    y[1500] = 0.5
    with pytest.raises(ValueError, match="row 1500 of y has the sum 1.5"):
        evaluate(params, X, y)
    with pytest.raises(TypeError, match=r"X is int64 of shape \(2345, 6\)"):
        predict(params, X.astype(int))
    with pytest.raises(ValueError, match=r"X is \(2345, 5\)"):
        accuracy(params, X[:, 1:], labels)


def test_probabilities_and_booleans_are_labels(problem, rng):
    params, X, y = problem
    options = dict(epochs=1, batch_size=3, learning_rate=0.1)
    for good in (y.astype(bool), 0.9 * y + 0.1 / 3, (y * 0.7 + 0.1).astype("f4")):
        train(params, X, good, rng=rng, **options)


def test_the_gradient_and_the_loss(problem):
    params, X, y = problem
    for call in (loss, loss_gradient):
        for more, sentence in (
            (dict(l2=-1), "l2 is -1, expected a finite number, at least 0"),
            (dict(l2=np.nan), "l2 is nan, expected a finite number"),
        ):
            with pytest.raises(ValueError, match=sentence):
                call(params, X, y, **more)
        with pytest.raises(ValueError, match="X has no rows"):
            call(params, X[:0], y[:0])
        with pytest.raises(TypeError, match="y is <U4, expected numbers"):
            call(params, X, y.astype(str))
    for times in (np.nan, -np.inf):
        with pytest.raises(ValueError, match=f"times is {times}"):
            loss_gradient(params, X, y, times=times)


def test_initial_parameters(rng):
    for more, sentence in (
        (dict(rng=0), r"rng is 0, .*default_rng\(0\)"),
        (dict(std=-1), "std is -1, expected a finite number, at least 0"),
        (dict(std="1"), "std is '1', expected a finite number"),
        (dict(n0=784.0), "n0 is 784.0, expected an integer"),
        (dict(n2=True), "n2 is True, expected an integer"),
        (dict(n1=-3), "n1 is -3, expected an integer, 1 or more"),
    ):
        with pytest.raises((TypeError, ValueError), match=sentence):
            init_params(**dict(rng=rng) | more)


def test_a_step_has_the_shapes_of_the_parameters(problem):
    params, *_ = problem
    before = [p.copy() for p in params]
    for velocity, step, momentum, sentence in (
        (None, params, 0.9, "velocity is None, expected arrays of shapes"),
        (None, params[:5], 0.0, "step is of shapes"),
        (None, params._replace(b1=np.ones(1)), 0.0, "step is of shapes"),
        (params, params, 1.0, "momentum is 1.0"),
    ):
        with pytest.raises(ValueError, match=sentence):
            descend(params, velocity, step, momentum)
    assert all(map(np.array_equal, params, before))


@pytest.mark.parametrize("done", [-0.1, 1.1, np.nan, "0", np.zeros(2)])
def test_cosine_of_a_fraction(done):
    with pytest.raises((TypeError, ValueError), match="done is .* 0 and at most 1"):
        cosine(done)


@pytest.mark.parametrize(
    ("raw", "dtype"),
    [
        (lambda images: images, np.float64),
        (lambda images: images, np.float32),
        (lambda images: images.astype(float), np.float32),
        (lambda images: DataFrame(images.reshape(3000, 784).astype(int)), np.float32),
    ],
)
def test_doing_what_the_sentences_say_trains_a_network_that_learns(raw, dtype):
    """Start from the arrays of load_mnist; obey, until nothing is left to obey."""
    digits = load_mnist().train
    rng = np.random.default_rng(0)
    params = init_params(rng=rng, dtype=dtype)
    labels = digits.labels[:3000]
    start = {"X": raw(digits.images[:3000]), "y": labels}

    def obey(call, given):
        for _ in range(4):
            try:
                return call(**given)
            except (TypeError, ValueError) as error:
                sentence = str(error)
            assert re.search("3000|DataFrame", sentence)  # not the rows of a block
            name, code = re.fullmatch(r"([Xy]) .*: use (.*)", sentence).groups()
            names = dict(np=np, one_hot=one_hot, images=given["X"], labels=labels)
            given |= {name: eval(code, names | {"X": given["X"]})}
        raise AssertionError("the sentences do not come to an end")

    for call in (
        lambda X, y: forward(params, X),
        lambda X, y: predict(params, X),
        lambda X, y: accuracy(params, X, labels),
        lambda X, y: loss(params, X, y),
        lambda X, y: evaluate(params, X, y),
        lambda X, y: train(
            params, X, y, validation=(X, y), epochs=8, batch_size=32,
            learning_rate=1.0, rng=rng,
        ),
    ):  # fmt: skip
        result = obey(call, given := dict(start))
        assert given["X"].max() == 1
    assert result.train_accuracy[-1] > 0.9


def test_one_image_in_bytes(rng):
    image = load_mnist().test.images[0]
    params = init_params(rng=rng)
    with pytest.raises(TypeError, match=r"use X.reshape\(1, -1\) / 255$"):
        predict(params, image)
