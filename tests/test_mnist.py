import gzip
import shutil
import struct

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


HEADER = struct.pack(">HBB3I", 0, 8, 3, 5, 28, 28)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (HEADER + bytes(3919), "is truncated: .* promises 3920 bytes, it holds 3919"),
        (HEADER + bytes(3921), "has extra bytes"),
        (HEADER[:9], "ends inside its header"),
        (b"", "not an IDX magic number"),
        (b"PNG!" + bytes(99), "not an IDX magic number"),
        (gzip.compress(HEADER, mtime=0), "holds gzip data"),
        (b"\0\0\x0d\3" + bytes(12), "type code 13, expected 8"),
        (b"\0\0\x08\1" + bytes(12), "has 1 dimensions, expected 3"),
        (HEADER[:4] + b"\xff" * 12, "is truncated: .* it holds 0"),
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
        (lambda gz: idx(np.arange(5, dtype=np.uint8)), "is not a gzip file"),
        (lambda gz: gz[:-9], "damaged or truncated gzip"),
        (
            lambda gz: gz[:-8] + bytes(4) + gz[-4:],
            "or a damaged one",
        ),
    ],
)
def test_bad_gzip(folder, damage, message):
    path = folder / "train-labels-idx1-ubyte.gz"
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(ValueError, match=message):
        load_mnist(folder)


def test_missing_file(folder):
    (folder / "t10k-images-idx3-ubyte").unlink()
    with pytest.raises(FileNotFoundError, match="holds neither"):
        load_mnist(folder)
