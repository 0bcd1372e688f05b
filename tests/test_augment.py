import numpy as np
import pytest

from mlpnotes.augment import warp

STILL = dict(rotation=0, scale=0, shear=0, shift=0, elastic=0)


@pytest.fixture
def digits(rng):
    return rng.random((120, 784), dtype=np.float32)


def spot(row, column):
    X = np.zeros((1, 28, 28))
    X[0, row, column] = 1
    return X


def centre_of_mass(image):
    return (np.indices((28, 28)) * image).sum(axis=(1, 2)) / image.sum()


def test_without_any_warp_nothing_changes(digits, rng):
    assert np.allclose(warp(digits, rng, **STILL), digits)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape", [(120, 784), (120, 28, 28)])
def test_shape_dtype_range_and_input_are_kept(digits, rng, shape, dtype):
    X = digits.reshape(shape).astype(dtype)
    before = X.copy()
    result = warp(X, rng)
    assert (result.shape, result.dtype) == (shape, dtype)
    assert result.min() >= 0
    assert result.max() <= 1
    assert np.array_equal(X, before)
    assert not np.allclose(result, X)


def test_the_same_generator_gives_the_same_warps(digits):
    first, second = (warp(digits, np.random.default_rng(5)) for _ in range(2))
    assert np.array_equal(first, second)


def test_group_members_share_a_warp_and_neighbours_do_not(rng):
    X = np.repeat(rng.random((1, 784)), 6, axis=0)
    result = warp(X, rng, group=2)  # three groups: rows 0 and 3, 1 and 4, 2 and 5
    assert np.array_equal(result[:3], result[3:])
    assert not np.allclose(result[0], result[1])


@pytest.mark.parametrize("seed", range(5))
def test_a_shift_moves_the_ink_and_keeps_it(seed):
    options = STILL | dict(shift=3.0)
    image = warp(spot(13, 13), np.random.default_rng(seed), **options)[0]
    move = centre_of_mass(image) - 13
    assert 0.01 < np.abs(move).max() <= 3
    assert image.sum() == pytest.approx(1)


@pytest.mark.parametrize("seed", range(5))
def test_a_rotation_keeps_the_distance_from_the_centre(seed):
    bar = np.zeros((1, 28, 28))
    bar[0, 2:9, 13:15] = 1  # above the centre, at (13.5, 13.5)
    image = warp(bar, np.random.default_rng(seed), **STILL | dict(rotation=40.0))[0]
    before, after = (centre_of_mass(x) - 13.5 for x in (bar[0], image))
    assert np.linalg.norm(after) == pytest.approx(np.linalg.norm(before), rel=0.03)
    cosine = before @ after / np.linalg.norm(before) / np.linalg.norm(after)
    assert cosine >= np.cos(np.radians(40.5))


def test_ink_that_leaves_the_image_does_not_come_back(rng):
    border = np.zeros((20, 28, 28))
    border[:, :, 27] = 1
    result = warp(border, rng, **STILL | dict(shift=5.0), group=1)
    assert not result[:, :, :20].any()


def test_elastic_displacements_have_the_stated_size(rng):
    ramp = np.broadcast_to(np.arange(28.0), (300, 28, 28))  # value = column
    result = warp(ramp, rng, **STILL | dict(elastic=0.8), group=1)
    moved = (result - ramp)[:, 10:18, 10:18]
    assert np.sqrt((moved**2).mean()) == pytest.approx(0.8, rel=0.1)
    assert np.abs(np.diff(moved, axis=2)).mean() < 0.4  # smooth


def test_no_rows_are_no_trouble(rng):
    assert warp(np.empty((0, 784)), rng).shape == (0, 784)


@pytest.mark.parametrize(
    ("X", "options", "error", "words"),
    [
        (np.zeros((2, 784), np.uint8), {}, TypeError, "X has dtype uint8"),
        (np.zeros((2, 100)), {}, ValueError, r"X is \(2, 100\), expected \(m, 784\)"),
        (np.zeros((2, 784), np.uint8), {}, TypeError, "for bytes, X / 255$"),
        (np.zeros((2, 784), complex), {}, TypeError, "X has dtype complex128"),
        ([["0"] * 784], {}, TypeError, "X has dtype <U1"),
        (np.full((2, 784), np.nan), {}, ValueError, "X has entries that are not finit"),
        (np.full((2, 784), np.inf), {}, ValueError, "X has entries that are not finit"),
        (np.zeros((2, 784)), dict(scale=1.5), ValueError, "scale is 1.5"),
        (np.zeros((2, 784)), dict(scale=1), ValueError, "scale is 1 "),
        (np.zeros((2, 784)), dict(sigma=0), ValueError, "sigma 0"),
    ],
)
def test_bad_arrays_and_limits(X, options, error, words, rng):
    with pytest.raises(error, match=words):
        warp(X, rng, **options)


@pytest.mark.parametrize(
    "name", ["rotation", "scale", "shear", "shift", "elastic", "sigma"]
)
@pytest.mark.parametrize("size", [-1, np.nan, np.inf, "1", None, [1.0]])
def test_a_size_is_a_number_that_is_not_negative(digits, rng, name, size):
    with pytest.raises(
        ValueError, match=rf"^{name} is .*, expected a number, 0 or more$"
    ):
        warp(digits, rng, **{name: size})


@pytest.mark.parametrize("group", [0, -1, 2.5, 2.0, "2", None])
def test_a_group_is_counted(digits, rng, group):
    with pytest.raises(
        ValueError, match="^group is .*, expected an integer, 1 or more$"
    ):
        warp(digits, rng, group=group)


@pytest.mark.parametrize("other", [0, None, np.random, np.random.RandomState(0)])
def test_rng_is_a_generator(digits, other):
    with pytest.raises(TypeError, match=r"^rng is .*: use np.random.default_rng\("):
        warp(digits, other)


def test_options_may_be_numpy_scalars(digits):
    X = np.repeat(digits, 2, axis=0)  # more than an int8 counts
    options = dict(rotation=np.uint8(9), shift=np.float32(2), group=np.int8(50))
    plain = {name: value.item() for name, value in options.items()}
    one, other = (warp(X, np.random.default_rng(5), **o) for o in (options, plain))
    assert np.array_equal(one, other)


@pytest.mark.parametrize(
    "name", ["rotation", "scale", "shear", "shift", "elastic", "sigma"]
)
def test_sizes_have_limits(digits, rng, name):
    with pytest.raises(ValueError, match=f"^{name} is True, expected a number, 0 or"):
        warp(digits, rng, **{name: True})
    words = "at most 1000$" if name not in ("scale", "sigma") else "scale < 1 and 0 < "
    for size, got in ((1e308, "1e.308"), (10**400, "an integer of 1329 bits")):
        with pytest.raises(
            ValueError, match=rf"{name}( is)? {got}.*, expected {words}"
        ):
            warp(digits, rng, **{name: size})


def test_the_smoothing_fits_the_image(digits, rng):
    with pytest.raises(ValueError, match="sigma 29, expected scale < 1 and 0 < sigma"):
        warp(digits, rng, sigma=29)
    assert np.isfinite(warp(digits, rng, sigma=28, shift=1000, rotation=1000)).all()
    with pytest.raises(ValueError, match="^group is True, expected an integer"):
        warp(digits, rng, group=True)


def test_only_bytes_are_told_to_be_divided(rng):
    for dtype in (bool, int, complex):
        with pytest.raises(TypeError, match="with a background of 0$"):
            warp(np.zeros((2, 784), dtype), rng)
