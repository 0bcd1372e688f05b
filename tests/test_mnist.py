import gzip
import shutil
import struct
from pathlib import Path

import numpy as np
import pytest

from mlpnotes import load_mnist, mnist


def test_the_official_files():
    train, test = load_mnist()
    assert train.images.shape == (60000, 28, 28)
    assert test.images.shape == (10000, 28, 28)
    assert train.images.dtype == train.labels.dtype == np.uint8
    counts = [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
    assert np.bincount(train.labels).tolist() == counts
    counts = [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
    assert np.bincount(test.labels).tolist() == counts
    assert (train.images.mean(), train.images.std()) == pytest.approx(
        (33.32, 78.57), 1e-3
    )


def test_checksum(tmp_path, monkeypatch):
    folder = tmp_path / "mnist"
    shutil.copytree(mnist.DATA, folder)
    name = folder / "t10k-labels-idx1-ubyte.gz"
    name.chmod(0o600)
    name.write_bytes(gzip.compress(gzip.decompress(name.read_bytes())))
    assert len(load_mnist(folder).test.labels) == 10000  # no checksum in a folder
    monkeypatch.setattr(mnist, "DATA", folder)
    with pytest.raises(ValueError, match="SHA-256 differs"):
        load_mnist()


def idx(array):
    header = struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape)
    return header + array.tobytes()


@pytest.fixture
def folder(tmp_path, rng):
    images = rng.integers(256, size=(5, 28, 28), dtype=np.uint8)
    labels = np.arange(5, dtype=np.uint8)
    for split in ("train", "t10k"):
        (tmp_path / f"{split}-images-idx3-ubyte").write_bytes(idx(images))
        content = gzip.compress(idx(labels))
        (tmp_path / f"{split}-labels-idx1-ubyte.gz").write_bytes(content)
    return tmp_path


def test_a_folder_gzipped_or_not(folder):
    assert load_mnist(folder).train.labels.tolist() == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("layers", [0, 1, 2])
@pytest.mark.parametrize("ending", ["", ".gz"])
@pytest.mark.parametrize("name", ["train-images-idx3-ubyte", "train-images.idx3-ubyte"])
@pytest.mark.parametrize("nested", [False, True])
def test_names_and_layers_in_the_wild(folder, name, ending, layers, nested):
    content = (folder / "train-images-idx3-ubyte").read_bytes()
    images = load_mnist(folder).train.images
    (folder / "train-images-idx3-ubyte").unlink()
    place = folder / (name + ending) if nested else folder
    place.mkdir(exist_ok=True)
    for _ in range(layers):
        content = gzip.compress(content)
    (place / (name + ending)).write_bytes(content)
    assert np.array_equal(load_mnist(folder).train.images, images)


def test_kaggles_folder_with_the_other_name_inside(folder):
    for name in mnist.FILES:
        path = next(folder.glob(f"{name}*"))
        path.rename(folder / "moved")
        (folder / name).mkdir()
        end = path.name.removeprefix(name)
        (folder / "moved").rename(folder / name / (name.replace("-idx", ".idx") + end))
    assert len(load_mnist(folder).test.labels) == 5


def test_home_is_expanded(folder, monkeypatch):
    monkeypatch.setenv("HOME", str(folder.parent))
    monkeypatch.setenv("USERPROFILE", str(folder.parent))
    for path in (f"~/{folder.name}", Path("~", folder.name)):
        assert len(load_mnist(path).test.labels) == 5


def test_what_is_no_folder(folder, tmp_path, monkeypatch):
    monkeypatch.chdir(folder)
    assert len(load_mnist(".").test.labels) == 5
    with pytest.raises(ValueError, match="^folder is empty: name one, or leave it out"):
        load_mnist("")
    for folder in (0, False, b"data", ["data"]):
        with pytest.raises(TypeError, match="^folder is of type .*, expected str or"):
            load_mnist(folder)
    with pytest.raises(FileNotFoundError, match="^the folder .*none does not exist$"):
        load_mnist(tmp_path / "none")
    path = tmp_path / "archive.zip"
    path.touch()
    with pytest.raises(NotADirectoryError, match="archive.zip is a file, expected the"):
        load_mnist(path)


def test_labels_may_be_of_any_number_of_classes(folder):
    (folder / "t10k-labels-idx1-ubyte.gz").unlink()
    labels = np.array([0, 46, 61, 255, 1], np.uint8)
    (folder / "t10k-labels-idx1-ubyte").write_bytes(idx(labels))
    assert np.array_equal(load_mnist(folder).test.labels, labels)


HEADER = struct.pack(">HBB3I", 0, 8, 3, 5, 28, 28)
THRICE = gzip.compress(gzip.compress(gzip.compress(HEADER, mtime=0), mtime=0), mtime=0)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (HEADER + bytes(3919), "is truncated: .* promises 3920 bytes, it holds 3919"),
        (HEADER + bytes(3921), "has extra bytes"),
        (HEADER[:9], "ends inside its header"),
        (b"", "train-images-idx3-ubyte is empty"),
        (gzip.compress(b"", mtime=0), "train-images-idx3-ubyte is empty"),
        (b"PNG!" + bytes(99), "not an IDX magic number"),
        (gzip.compress(HEADER, mtime=0), "is truncated: .* it holds 0"),
        (THRICE, "not an IDX magic number"),
        (b"\0\0\x0d\3" + bytes(12), "type code 13, expected 8"),
        (b"\0\0\x08\1" + bytes(12), "has 1 dimensions, expected 3"),
        (HEADER[:4] + b"\xff" * 12, "4294967295 x 4294967295 pixels, expected 28 x 28"),
        (HEADER[:4] + b"\xff" * 4 + HEADER[8:], "is truncated: .* it holds 0"),
        (idx(np.zeros((5, 32, 32), np.uint8)), "of 32 x 32 pixels, expected 28 x 28"),
        (idx(np.zeros((5, 1, 784), np.uint8)), "of 1 x 784 pixels, expected 28 x 28"),
        (idx(np.zeros((0, 28, 28), np.uint8)), "has no entries, expected one or more"),
        (struct.pack(">HBB3I", 0, 8, 3, 4, 28, 28) + bytes(3136), "4 images but 5 lab"),
    ],
)
def test_bad_files(folder, content, message):
    (folder / "train-images-idx3-ubyte").write_bytes(content)
    with pytest.raises(ValueError, match=message):
        load_mnist(folder)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda gz: gz[:-9], "damaged or truncated gzip"),
        (lambda gz: gz[:5], "damaged or truncated gzip"),
        (lambda gz: gz[:-8] + bytes(4) + gz[-4:], "damaged .* gzip file .CRC check"),
        (lambda gz: gzip.compress(gz[:-9]), "damaged or truncated gzip"),
    ],
)
def test_bad_gzip(folder, damage, message):
    path = folder / "train-labels-idx1-ubyte.gz"
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(ValueError, match=message):
        load_mnist(folder)


def test_missing_file(folder):
    (folder / "t10k-images-idx3-ubyte").unlink()
    with pytest.raises(
        FileNotFoundError, match=r"neither .*-idx3-ubyte nor .*\.idx3-ubyte, plain"
    ):
        load_mnist(folder)
