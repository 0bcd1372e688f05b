"""Arguments that are not what they should be: one sentence each, before any work."""

import re

import numpy as np
import pytest

from mlpnotes import (
    Params,
    accuracy,
    backward,
    epochs,
    forward,
    init_params,
    load_mnist,
    loss,
    loss_gradient,
    one_hot,
    predict,
    train,
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
    monkeypatch.setattr(epochs, "_copy", None)  # nothing is copied before
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


FEATURES = {  # integers, and floats of another precision, that are no pixels
    "iris": (4, lambda rng: rng.integers(0, 9, (7, 4))),
    "digits of 8 x 8": (64, lambda rng: rng.integers(0, 17, (7, 64))),
    "images of 8 x 8": (64, lambda rng: rng.integers(0, 17, (7, 8, 8))),
    "one observation": (4, lambda rng: rng.integers(0, 256, 4, np.uint8)),
    "ages": (4, lambda rng: rng.integers(0, 99, (7, 4))),
    "float32": (4, lambda rng: 99 * rng.random((7, 4), np.float32)),
    "counts": (784, lambda rng: rng.integers(0, 17, (7, 784))),
}


@pytest.mark.parametrize("kind", FEATURES)
def test_what_is_no_pixel_is_not_divided(rng, kind):
    n0, make = FEATURES[kind]
    params, X = init_params(n0, 5, 4, 3, rng=rng), make(rng)
    with pytest.raises((TypeError, ValueError), match=": use ") as caught:
        forward(params, X)
    way = str(caught.value).partition(": use ")[2]
    assert "255" not in way
    rows = eval(way, {"np": np, "X": X})
    assert np.array_equal(rows.ravel(), X.ravel())
    forward(params, rows)


@pytest.mark.parametrize("kind", [np.uint8, np.int64, np.float32, np.float64])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape", [(7, 28, 28), (7, 784), (28, 28)])
def test_pixels_of_every_kind_are_divided(rng, kind, dtype, shape):
    params = init_params(rng=rng, dtype=dtype)
    X = rng.integers(0, 256, shape).astype(kind)
    if kind == dtype and shape == (7, 784):
        return  # what is given as it should be is not doubted
    with pytest.raises((TypeError, ValueError), match=": use .*255") as caught:
        forward(params, X)
    rows = eval(str(caught.value).partition(": use ")[2], {"np": np, "X": X})
    assert (rows.dtype, rows.shape) == (dtype, (-(-X.size // 784), 784))
    assert np.allclose(rows.ravel() * 255, X.ravel(), rtol=1e-6, atol=1e-6)


def test_two_rows_of_three_are_not_one_of_six(problem):
    with pytest.raises(ValueError, match=r"X is \(2, 3\), .* as W1 is \(6, 5\)$"):
        forward(problem[0], np.ones((2, 3)))


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        (None, "None, expected a NumPy array$"),
        ("file", "'file', expected a NumPy array$"),
        (3, "3, expected a NumPy array$"),
        (np.float64(3), "np.float64.3.0., expected a NumPy array$"),
        ({1: 2}, "a dict of 1, expected a NumPy array$"),
        ([["1"]], "a list of 1, expected a NumPy array$"),
        ([[1, 2], [3]], "a list of 2, .* array: its entries have different lengths$"),
        (np.ma.array([[1.0]], mask=True), r"a MaskedArray, .*: use X.filled\(0\)$"),
        (DataFrame(np.ones((7, 6))), r"a DataFrame, .*: use np.asarray\(X\)$"),
        (np.ndarray, "the class ndarray, expected a NumPy array$"),
    ],
)
def test_advice_for_what_is_no_array_can_be_followed(problem, rng, value, sentence):
    params, X, y = problem
    options = dict(epochs=1, batch_size=3, learning_rate=0.1, rng=rng)
    with pytest.raises(TypeError, match=f"^X is {sentence}"):
        train(params, value, y, **options)
    own = sentence.replace("X", r"validation\[0\]")
    with pytest.raises(TypeError, match=f"^validation X is {own}"):
        train(params, X, y, validation=(value, y), **options)


def test_the_validation_data_are_told_from_the_training_data(problem, rng):
    params, X, y = problem
    for bad, way in (
        (X.astype("f4"), r"validation\[0\].astype\(np.float64\)"),
        (X[0], r"validation\[0\].reshape\(1, -1\)"),
    ):
        with pytest.raises((TypeError, ValueError), match=f"^validation X .* {way}$"):
            train(
                params, X, y, validation=(bad, y), epochs=1, batch_size=3,
                learning_rate=0.1, rng=rng,
            )  # fmt: skip


def test_labels_are_told_from_one_row(problem):
    params, X, y = problem
    for rows, bad, way in (
        (X[:1], y[0], r"y.reshape\(1, -1\)$"),
        (X[:1], y[0] * 1.0, r"y.reshape\(1, -1\)$"),
        (X[:1], y[0].argmax()[None], r"one_hot\(labels, 3\)$"),
        (X, y[:, 0] * 1.0, "expected .7, 3.: a row for each of X"),
        (X, y[0], "expected .7, 3.: a row for each of X"),
    ):
        for call in (loss, loss_gradient):
            with pytest.raises(ValueError, match=f"^y is .*{way}"):
                call(params, rows, bad)


@pytest.mark.parametrize("dtype", [">f8", ">f4", np.float16, np.longdouble, int, bool])
def test_parameters_of_other_dtypes_are_named_and_converted(problem, dtype):
    params, X, _ = problem
    other = params._make(p.astype(dtype) for p in params)
    with pytest.raises(TypeError, match="^W1 has dtype .*: use Params") as caught:
        forward(other, X)
    way = str(caught.value).partition(": use ")[2]
    made = eval(way, {"np": np, "Params": Params, "params": other})
    forward(made, X)


def test_the_class_is_not_its_instance(problem):
    with pytest.raises(TypeError, match="^params is the class Params, expected Params"):
        forward(Params, problem[1])


def test_backward_says_what_it_was_given(problem, rng):
    params, X, y = problem
    acts = forward(params, X)
    history = train(params, X, y, epochs=1, batch_size=3, learning_rate=0.1, rng=rng)
    wide = init_params(6, 9, 4, 3, rng=rng)
    for p, a, sentence in (
        (params, X, r"acts is an array of shape \(7, 6\), expected Activations, as"),
        (params, tuple(acts), "acts is a tuple of 7, expected Activations, as forward"),
        (params, None, "acts is None, expected Activations"),
        (history, acts, r"params is a History, .*: use its \.params$"),
        (tuple(params), acts, r"params is a tuple of 6, .*: use Params\(\*params\)$"),
        (params, forward(wide, X), r"acts.z1 is \(7, 9\), expected \(7, 5\): use what"),
        (wide, acts, r"acts.z1 is \(7, 5\), expected \(7, 9\): use what forward"),
        (
            params,
            acts._replace(a2=acts.a2[1:]),
            r"acts.a2 is \(6, 4\), expected \(7, 4",
        ),
        (params, acts._replace(a2=None), "acts.a2 is None, expected a NumPy array$"),
    ):
        with pytest.raises((TypeError, ValueError), match=f"^{sentence}"):
            backward(p, a, y)


def test_a_step_is_checked_before_it_is_taken(problem):
    params, *_ = problem
    before = [p.copy() for p in params]
    fixed = params.W2.copy()
    fixed.flags.writeable = False
    zeros = params._make(np.zeros_like(p) for p in params)
    for p, velocity, step, sentence in (
        (params, zeros._replace(b3=np.zeros(3, int)), params, "velocity holds int64"),
        (params, zeros._replace(W2=fixed), params, "velocity holds a read-only array"),
        (params._replace(W2=fixed), zeros, params, "params holds a read-only array"),
        (
            params._replace(b3=np.zeros(3, int)),
            zeros,
            params,
            "params holds int64, exp",
        ),
        (params, zeros, zeros._replace(b3=np.zeros(3, "c16")), "step holds complex128"),
        (params, zeros, 0.5, "step is 0.5, expected arrays of shapes"),
        (params, zeros, [params.W1] * 99, "step is of shapes"),
        (params, zeros, np.ones((60000, 6)), r"step is an array of shape \(60000, 6\)"),
        (None, zeros, params, "params is None, expected a list of arrays"),
    ):
        with pytest.raises((TypeError, ValueError), match=f"^{sentence}") as caught:
            descend(p, velocity, step, 0.9)
        assert len(str(caught.value)) < 300
    assert all(map(np.array_equal, params, before))


@pytest.mark.parametrize("dtype", ["x", 3, ">f8", complex, np.float16, [1]])
def test_init_params_names_another_dtype(rng, dtype):
    with pytest.raises(ValueError, match="^dtype is .*, expected float32 or float64$"):
        init_params(rng=rng, dtype=dtype)


def test_weights_are_finite_in_float32(rng):
    for std in (1e38, 1e300, 10**400):
        with pytest.raises(ValueError, match="^std is .* at most 1e[+]30$"):
            init_params(std=std, rng=rng, dtype=np.float32)
    params = init_params(9, 9, 9, 9, std=1e30, rng=rng, dtype=np.float32)
    assert all(np.isfinite(p).all() for p in params)


HUGE = {
    "X": lambda p, X: (p, X / abs(X).max() * 1e308),
    "W1": lambda p, X: (p._replace(W1=p.W1 * 1e307), X),
    "W3": lambda p, X: (p._replace(W3=p.W3 / abs(p.W3).max() * 1e308), X),
}


@pytest.mark.parametrize("name", HUGE)
def test_no_class_is_predicted_where_a_sum_overflows(problem, name):
    params, X, y = problem
    params = params._make(9 * abs(p) for p in params)
    params, X = HUGE[name](params, abs(X))
    labels = y.argmax(axis=1)
    for call in (
        lambda: predict(params, X),
        lambda: accuracy(params, X, labels),
        lambda: evaluate(params, X, y),
    ):
        with pytest.raises(
            ValueError, match=f"leaves the finite numbers: {name} has entries of size "
        ):
            call()


def test_no_class_is_predicted_where_a_later_block_overflows(problem, rng):
    params, *_ = problem
    X = rng.normal(size=(1500, 6))
    X[1200] = 1e308
    params = params._replace(W1=abs(params.W1) * 9)
    with pytest.raises(ValueError, match="leaves the finite numbers: X has entries"):
        predict(params, X)


@pytest.mark.parametrize("name", ["learning_rate", "l2", "momentum", "input_dropout"])
@pytest.mark.parametrize("digits", [400, 5000])
def test_integers_beyond_the_floats_are_refused(problem, rng, name, digits):
    options = dict(epochs=1, batch_size=3, learning_rate=0.1, rng=rng)
    with pytest.raises(ValueError, match=f"^{name} is an integer of \\d+ bits, expec"):
        train(*problem, **options | {name: 10**digits})


def test_threads_fit_what_counts_them(problem, rng):
    with pytest.raises(ValueError, match="^threads is 4294967297, .* at most 1024$"):
        train(
            *problem, epochs=1, batch_size=3, learning_rate=0.1, rng=rng,
            threads=2**32 + 1,
        )  # fmt: skip


def test_advice_on_generators_can_be_followed(problem):
    with pytest.raises(TypeError, match=r"^rng is -1, .*default_rng\(seed\)$"):
        train(*problem, epochs=1, batch_size=3, learning_rate=0.1, rng=-1)
