"""The MNIST digits: the four official files, shipped and checked."""

import gzip
import hashlib
import io
import struct
import zlib
from pathlib import Path
from typing import NamedTuple

import numpy as np

DATA = Path(__file__).parent / "data" / "mnist"

# name of the file -> number of dimensions, SHA-256 of the official .gz
FILES = {
    "train-images-idx3-ubyte": (
        3,
        "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
    ),
    "train-labels-idx1-ubyte": (
        1,
        "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
    ),
    "t10k-images-idx3-ubyte": (
        3,
        "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
    ),
    "t10k-labels-idx1-ubyte": (
        1,
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
        plain or with ``.gz``: Fashion-MNIST and KMNIST fit. By default the
        files that come with the package, verified by SHA-256.

    Returns
    -------
    MNIST
        ``train`` (60000 digits) and ``test`` (10000), each with ``images``
        (n, 28, 28) and ``labels`` (n,), uint8.

    Raises
    ------
    FileNotFoundError
        If a file is missing.
    ValueError
        If a file is damaged or images and labels differ in number.
    """
    arrays = []
    for name, (ndim, digest) in FILES.items():
        arrays.append(
            _read(Path(folder or DATA), name, ndim, None if folder else digest)
        )
    mnist = MNIST(Split(*arrays[:2]), Split(*arrays[2:]))
    for split, (images, labels) in zip(mnist._fields, mnist, strict=True):
        if len(images) != len(labels):
            raise ValueError(
                f"the {split} files hold {len(images)} images but {len(labels)} labels"
            )
    return mnist


def _read(folder, name, ndim, digest):
    """Return the array in folder/name.gz, or in folder/name."""
    path = folder / (name + ".gz")
    if not path.exists():
        path = folder / name
    if not path.exists():
        raise FileNotFoundError(f"{folder} holds neither {name}.gz nor {name}")
    content = path.read_bytes()
    if digest is not None and hashlib.sha256(content).hexdigest() != digest:
        raise ValueError(f"{path} is not the official file: its SHA-256 differs")
    if path.suffix != ".gz":
        return _parse(io.BytesIO(content), path, ndim)
    try:
        with gzip.open(io.BytesIO(content)) as stream:
            return _parse(stream, path, ndim)
    except gzip.BadGzipFile as error:
        raise ValueError(
            f"{path} is not a gzip file, or a damaged one ({error})"
        ) from error
    except (EOFError, zlib.error) as error:
        raise ValueError(f"{path} is a damaged or truncated gzip file") from error


def _parse(stream, path, ndim):
    """Return the array of an IDX stream of unsigned bytes.

    The stream is read in pieces and never further than the header's promise,
    so no header can make us allocate more than the file really holds.
    """
    header = stream.read(4 + 4 * ndim)
    if header[:2] == b"\x1f\x8b":
        raise ValueError(f"{path} holds gzip data: give its name the ending .gz")
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
