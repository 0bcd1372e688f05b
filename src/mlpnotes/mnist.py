"""The MNIST digits: the four official files, shipped and checked."""

import gzip
import hashlib
import io
import os
import struct
import zlib
from pathlib import Path
from typing import NamedTuple

import numpy as np

DATA = Path(__file__).parent / "data" / "mnist"

SIDE = 28

# name of the file -> shape of one of its entries, SHA-256 of the official .gz
FILES = {
    "train-images-idx3-ubyte": (
        (SIDE, SIDE),
        "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
    ),
    "train-labels-idx1-ubyte": (
        (),
        "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
    ),
    "t10k-images-idx3-ubyte": (
        (SIDE, SIDE),
        "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
    ),
    "t10k-labels-idx1-ubyte": (
        (),
        "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
    ),
}


class Split(NamedTuple):
    """Images (n, 28, 28) and labels (n,), both uint8."""

    images: np.ndarray
    labels: np.ndarray


class MNIST(NamedTuple):
    """The training and the test split."""

    train: Split
    test: Split


def load_mnist(folder=None):
    """Return the MNIST digits, or any data set in the same four files.

    Parameters
    ----------
    folder : path-like, optional
        Where ``train-images-idx3-ubyte`` and its three companions are, each
        plain or gzipped, also as ``train-images.idx3-ubyte`` or in a folder of
        its own name. Fashion-MNIST and KMNIST fit, and EMNIST once its files
        have these names. A ``~`` is the home folder. By default the files that
        come with the package, verified by SHA-256.

    Returns
    -------
    MNIST
        ``train`` (60000 digits) and ``test`` (10000), each with ``images``
        (n, 28, 28) and ``labels`` (n,), uint8. Another data set may have other
        numbers of images, and more classes than ten: the K of
        `mlpnotes.functions.one_hot`.

    Raises
    ------
    TypeError
        If folder is not a path.
    FileNotFoundError, NotADirectoryError
        If the folder or a file is missing, or the folder is a file.
    ValueError
        If a file is damaged or holds nothing, the images are not 28 by 28, or
        images and labels differ in number.
    """
    if folder is None:
        files = [(DATA / (name + ".gz"), digest) for name, (_, digest) in FILES.items()]
    else:
        folder = _existing(folder)
        files = [(_find(folder, name), None) for name in FILES]
    arrays = [
        _read(path, entry, digest)
        for (path, digest), (entry, _) in zip(files, FILES.values(), strict=True)
    ]
    mnist = MNIST(Split(*arrays[:2]), Split(*arrays[2:]))
    for split, (images, labels) in zip(mnist._fields, mnist, strict=True):
        if len(images) != len(labels):
            raise ValueError(
                f"the {split} files hold {len(images)} images but {len(labels)} labels"
            )
    return mnist


def _existing(folder):
    """Return the path of a folder that is there."""
    if not isinstance(folder, str | os.PathLike):
        raise TypeError(
            f"folder is of type {type(folder).__name__}, expected str or pathlib.Path"
        )
    if not os.fspath(folder):
        raise ValueError(
            "folder is empty: name one, or leave it out for the digits of the package"
        )
    path = Path(os.path.expanduser(folder))
    if path.is_file():
        raise NotADirectoryError(
            f"{path} is a file, expected the folder that holds {next(iter(FILES))} "
            "and its three companions"
        )
    if not path.exists():
        raise FileNotFoundError(f"the folder {path} does not exist")
    return path


def _find(folder, name):
    """Return the path of a file, by any of the names under which it is handed on."""
    stems = name, name.replace("-idx", ".idx")
    names = [stem + ending for stem in stems for ending in (".gz", "")]
    for place in (folder, *(folder / n for n in names)):
        for path in (place / n for n in names):
            if path.is_file():
                return path
    raise FileNotFoundError(
        f"{folder} holds neither {' nor '.join(stems)}, plain or with the ending .gz"
    )


def _read(path, entry, digest):
    """Return the array in an IDX file, which may be gzipped, even twice."""
    content = path.read_bytes()
    if digest is not None and hashlib.sha256(content).hexdigest() != digest:
        raise ValueError(f"{path} is not the official file: its SHA-256 differs")
    stream = io.BytesIO(content)
    try:
        for _ in range(2):  # the name does not tell: browsers unpack, or pack again
            start = stream.read(2)
            stream.seek(0)
            if start == b"\x1f\x8b":
                stream = gzip.GzipFile(mode="rb", fileobj=stream)
        return _parse(stream, path, entry)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise ValueError(
            f"{path} is a damaged or truncated gzip file ({error})"
        ) from error


def _parse(stream, path, entry):
    """Return the array of an IDX stream of unsigned bytes.

    The stream is read in pieces and never further than the header's promise,
    so no header can make us allocate more than the file really holds.
    """
    ndim = 1 + len(entry)
    header = stream.read(4 + 4 * ndim)
    if not header:
        raise ValueError(f"{path} is empty")
    if header[:2] != b"\0\0" or len(header) < 4:
        raise ValueError(f"{path} starts with {header[:4]!r}: not an IDX magic number")
    if header[2] != 8:
        raise ValueError(
            f"{path} has type code {header[2]}, expected 8, unsigned bytes"
        )
    if header[3] != ndim:
        raise ValueError(f"{path} has {header[3]} dimensions, expected {ndim}")
    if len(header) < 4 + 4 * ndim:
        raise ValueError(f"{path} is truncated: it ends inside its header")
    shape = struct.unpack(f">{ndim}I", header[4:])
    if shape[1:] != entry:
        raise ValueError(
            f"{path} holds images of {shape[1]} x {shape[2]} pixels, "
            f"expected {SIDE} x {SIDE}"
        )
    if shape[0] == 0:
        raise ValueError(f"{path} has no entries, expected one or more")
    expected = int(np.prod(shape, dtype=object))
    content = bytearray()
    while len(content) <= expected and (piece := stream.read(1 << 20)):
        content += piece
    if len(content) != expected:
        what = "is truncated" if len(content) < expected else "has extra bytes"
        raise ValueError(
            f"{path} {what}: its header {shape} promises {expected} bytes, "
            f"it holds {'more' if len(content) > expected else len(content)}"
        )
    return np.frombuffer(content, np.uint8).reshape(shape)
