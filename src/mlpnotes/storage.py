"""Parameters in files, and those that come with the package."""

import contextlib
import hashlib
import io
import os
import reprlib
import secrets
import shutil
from pathlib import Path

import numpy as np

from mlpnotes.checks import check_params
from mlpnotes.network import Params

PRETRAINED = Path(__file__).parent / "data" / "pretrained.npz"
PRETRAINED_SHA256 = "2cf5a74bab1a881af8d9f3fdb7e5a2867df4b3bed583e4d041174cf2c4e4047c"


def save_params(path, params):
    """Write parameters to an .npz file, in one move: never half a file.

    Parameters
    ----------
    path : path-like
        Written as named; a ``~`` is the home folder. An existing file is
        replaced once the new one is whole, and keeps its permissions; a
        symbolic link stays, and the file that it points to is replaced.
    params : Params

    Raises
    ------
    TypeError, ValueError
        If path is not the name of a file, or params are not Params whose
        arrays fit together.
    OSError
        If the file cannot be written; a ``FileNotFoundError``,
        ``NotADirectoryError``, ``IsADirectoryError`` or ``PermissionError``
        where one of them says why.
    """
    as_file(path)
    check_params(params)
    write_arrays(path, params._asdict())


def write_arrays(path, arrays):
    """Write named arrays to an .npz file, as `save_params` does."""
    path, target = as_file(path), as_target(path)
    content = io.BytesIO()
    np.savez(content, **arrays)
    temporary = target.with_name(f".{secrets.token_hex(8)}")
    try:
        with open(temporary, "xb") as file:  # the umask decides on its permissions
            file.write(content.getbuffer())
            file.flush()
            os.fsync(file.fileno())  # or a power cut may leave a name without content
        if target.exists():
            shutil.copymode(target, temporary)
        os.replace(temporary, target)
    except OSError as error:  # whose words are about the temporary file
        raise OSError(error.errno, error.strerror, str(path)) from None
    finally:
        with contextlib.suppress(OSError):
            os.unlink(temporary)


def as_target(path):
    """Return the file that a path names, links followed, if it can be written."""
    path = as_file(path)
    target = Path(os.path.realpath(path))
    if not target.parent.exists():
        raise FileNotFoundError(f"cannot write {path}: there is no {target.parent}")
    if not target.parent.is_dir():
        raise NotADirectoryError(f"cannot write {path}: {target.parent} is a file")
    if os.path.lexists(target) and not target.is_file():  # a device, a link to itself
        raise OSError(f"cannot write {path}: it is not a regular file")
    for place in (target.parent, target):
        if place.exists() and not os.access(place, os.W_OK):
            raise PermissionError(f"cannot write {path}: {place} is write-protected")
    return target


def load_params(path):
    """Read parameters that `save_params` wrote.

    Parameters
    ----------
    path : path-like
        A ``~`` is the home folder.

    Returns
    -------
    Params

    Raises
    ------
    TypeError
        If path is not a path.
    ValueError
        If the file is damaged, foreign, or its arrays do not fit together.
    OSError
        If the file cannot be read; a ``FileNotFoundError``,
        ``IsADirectoryError`` or ``PermissionError`` where one of them says why.
    """
    path, held = as_file(path), []
    content = read_whole(path)
    try:
        with np.load(content, allow_pickle=False) as file:
            held = file.files
            params = Params(**file)
    except Exception as error:  # zipfile, zlib and NumPy raise ten different kinds
        other = set(held) != set(Params._fields)
        raise ValueError(
            f"{path} is not a whole file of save_params: expected an .npz with "
            f"{', '.join(Params._fields)}, arrays of floats"
            + (f", but it holds {reprlib.repr(held)}" if held and other else "")
        ) from error
    try:
        check_params(params)
    except (TypeError, ValueError) as error:
        what = str(error).partition(": use ")[0]  # there is nothing to use it on yet
        raise ValueError(f"{path} holds no parameters of a network: {what}") from error
    return params


def read_whole(path):
    """Return a file's content, in memory: a device, which may never end, has none."""
    path = as_file(path)
    if path.exists() and not path.is_file():
        raise OSError(f"cannot read {path}: it is not a regular file")
    return io.BytesIO(path.read_bytes())


def load_pretrained():
    """Return parameters that were trained on 50,000 MNIST digits and their warps.

    They expect pixels divided by 255, as float32, and are the best of five runs
    on the validation digits, the last 10,000 of the training set: see the
    chapter "Fewer errors from the same network".

    Returns
    -------
    Params
        float32, of 784, 200, 100 and 10 units.

    Raises
    ------
    ValueError
        If the file that came with the package has been changed.
    """
    digest = hashlib.sha256(PRETRAINED.read_bytes()).hexdigest()
    if digest != PRETRAINED_SHA256:
        raise ValueError(f"{PRETRAINED} is not the file we ship: its SHA-256 differs")
    return load_params(PRETRAINED)


def as_file(path, name="path"):
    """Return the path of a file that may or may not be there, but is no folder."""
    if not isinstance(path, str | os.PathLike):
        raise TypeError(
            f"{name} is of type {type(path).__name__}, expected str or pathlib.Path"
        )
    if not os.path.basename(path):
        raise ValueError(f"{name} is {os.fspath(path)!r}, expected the name of a file")
    path = Path(os.path.expanduser(path))
    if path.is_dir():
        raise IsADirectoryError(f"{path} is a folder, expected a file")
    return path
