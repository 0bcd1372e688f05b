import io
import os
import pickle
import re
import stat
import zipfile
from pathlib import Path

import numpy as np
import pytest

from mlpnotes import (
    Params,
    accuracy,
    load_mnist,
    load_params,
    load_pretrained,
    save_params,
    storage,
)

posix = pytest.mark.skipif(os.name == "nt", reason="POSIX permissions")


@pytest.fixture
def params(problem):
    return problem[0]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "params.npz"


def test_save_and_load(params, path):
    for dtype in (np.float32, np.float64, np.complex128):
        written = Params(*(p.astype(dtype) for p in params))
        save_params(path, written)
        read = load_params(str(path))
        assert all(map(np.array_equal, written, read))
        assert {p.dtype for p in read} == {np.dtype(dtype)}
        assert [p.name for p in path.parent.iterdir()] == ["params.npz"]


@posix  # whose names may be as long as a path of Windows
def test_the_file_is_written_as_named(params, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    longest = "p" * os.pathconf(tmp_path, "PC_NAME_MAX")
    for name in ("params", longest):
        save_params(name, params)
    assert {p.name for p in tmp_path.iterdir()} == {"params", longest}


def test_home_is_expanded(params, path, monkeypatch):
    monkeypatch.setenv("HOME", str(path.parent))
    monkeypatch.setenv("USERPROFILE", str(path.parent))
    save_params("~/params.npz", params)
    assert path.exists()
    assert len(load_params(Path("~", "params.npz")).b3) == 3


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


@posix
@pytest.mark.parametrize(("umask", "expected"), [(0o022, 0o644), (0o027, 0o640)])
def test_a_new_file_has_the_permissions_that_open_gives(params, path, umask, expected):
    before = os.umask(umask)
    try:
        save_params(path, params)
    finally:
        os.umask(before)
    assert mode(path) == expected


@posix
@pytest.mark.parametrize("permissions", [0o600, 0o664])
def test_an_existing_file_keeps_its_permissions(params, path, permissions):
    path.touch()
    path.chmod(permissions)
    save_params(path, params)
    assert mode(path) == permissions
    assert len(load_params(path).b3) == 3


@posix  # Windows lets few users make links
@pytest.mark.parametrize("exists", [True, False])
def test_a_link_stays_a_link(params, path, tmp_path, exists):
    (tmp_path / "other").mkdir()
    target = tmp_path / "other" / "best.npz"
    if exists:
        target.touch()
    path.symlink_to("other/best.npz")
    save_params(path, params)
    assert path.is_symlink()
    assert len(load_params(target).b3) == 3
    assert [p.name for p in target.parent.iterdir()] == ["best.npz"]


@pytest.mark.parametrize(("module", "step"), [(os, "replace"), (storage, "open")])
def test_a_failure_leaves_the_old_file_and_names_no_other(
    params, path, monkeypatch, module, step
):
    path.write_bytes(b"old")

    def fail(name, *_):
        raise OSError(28, "No space left on device", name)

    monkeypatch.setattr(module, step, fail, raising=False)  # open is a built-in
    with pytest.raises(OSError) as caught:
        save_params(path, params)
    assert str(caught.value) == f"[Errno 28] No space left on device: {str(path)!r}"
    assert caught.value.__suppress_context__
    assert caught.value.__cause__ is None
    assert path.read_bytes() == b"old"
    assert [p.name for p in path.parent.iterdir()] == ["params.npz"]


def test_an_interruption_leaves_the_old_file(params, path, monkeypatch):
    path.write_bytes(b"old")

    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", interrupt)
    with pytest.raises(KeyboardInterrupt):
        save_params(path, params)
    assert path.read_bytes() == b"old"
    assert [p.name for p in path.parent.iterdir()] == ["params.npz"]


def test_places_where_no_file_can_be(params, path, tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()
    for place, error, words in (
        ("none/params.npz", FileNotFoundError, "^cannot write .*: there is no .*none$"),
        ("file/params.npz", NotADirectoryError, "^cannot write .*: .*file is a file$"),
        ("folder", IsADirectoryError, "folder is a folder, expected a file$"),
    ):
        with pytest.raises(error, match=words):
            save_params(tmp_path / place, params)
    for place in ("", "folder/", "new/"):
        with pytest.raises(ValueError, match=f"^path is '{place}', expected the name"):
            save_params(place, params)
        with pytest.raises(ValueError, match=f"^path is '{place}', expected the name"):
            load_params(place)
    for place in (3, None, io.BytesIO(), b"params.npz", params):
        with pytest.raises(
            TypeError, match="^path is of type .*, expected str or pathl"
        ):
            save_params(place, params)
        with pytest.raises(
            TypeError, match="^path is of type .*, expected str or pathl"
        ):
            load_params(place)
    with pytest.raises(IsADirectoryError, match="folder is a folder, expected a file$"):
        load_params(tmp_path / "folder")
    with pytest.raises(FileNotFoundError, match="none.npz"):
        load_params(tmp_path / "none.npz")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["file", "folder"]


@pytest.mark.parametrize("protected", ["folder", "file"])
def test_what_is_write_protected_stays(params, path, monkeypatch, protected):
    path.write_bytes(b"old")
    place = Path(os.path.realpath(path if protected == "file" else path.parent))
    monkeypatch.setattr(os, "access", lambda tried, mode: tried != place)
    with pytest.raises(
        PermissionError, match=f"{re.escape(str(place))} is write-protected$"
    ):
        save_params(path, params)
    assert path.read_bytes() == b"old"


@posix
@pytest.mark.parametrize("make", [os.mkfifo, lambda path: path.symlink_to(path)])
def test_only_a_regular_file_is_replaced(params, path, make):
    make(path)
    before = path.lstat()
    with pytest.raises(OSError, match="^cannot write .*: it is not a regular file$"):
        save_params(path, params)
    assert path.lstat() == before


def test_only_parameters_that_fit_are_written(params, path):
    for other in (params._asdict(), tuple(params), str(path), None):
        with pytest.raises(TypeError, match="^params .*expected Params"):
            save_params(path, other)
    with pytest.raises(ValueError, match=r"^W2 is \(4, 5\)"):
        save_params(path, params._replace(W2=params.W2.T))
    with pytest.raises(TypeError, match="^b3 "):
        save_params(path, params._replace(b3=[1, 2, 3]))
    assert not path.exists()


def arrays(**changes):
    """Return the bytes of a file that differs from what save_params writes."""
    sizes = dict(W1=(6, 5), b1=5, W2=(5, 4), b2=4, W3=(4, 3), b3=3)
    content = io.BytesIO()
    np.savez(content, **{n: np.ones(s) for n, s in sizes.items()} | changes)
    return content.getvalue()


def test_parameters_that_do_not_fit_are_named(path):
    for changes, words in (
        (dict(W2=np.ones((4, 5))), r"W2 is \(4, 5\)"),
        (dict(W1=np.ones(6)), r"W1 is \(6,\)"),
        (dict(W1=np.ones(())), r"W1 is \(\)"),
        (dict(W1=np.ones((6, 5), np.int64)), "W1 has dtype int64"),
        (dict(b1=np.ones(5, np.float32)), "float32"),
    ):
        path.write_bytes(arrays(**changes))
        with pytest.raises(ValueError, match=words) as caught:
            load_params(path)
        assert str(caught.value).startswith(f"{path} holds no parameters of a network")
        assert "X" not in str(caught.value).removeprefix(str(path))


def changed(content, place, piece):
    return content[:place] + piece + content[place + len(piece) :]


def archive(header, compression=zipfile.ZIP_STORED):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", compression) as file:
        for name in Params._fields:
            file.writestr(f"{name}.npy", header)
    return content.getvalue()


NPY = b"\x93NUMPY\1\0\x46\0{'descr': '<f8', 'fortran_order': False, 'shape': (%s,)}"
RIGHT = arrays()
COMPRESSED = archive(b"text" * 99, zipfile.ZIP_DEFLATED)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        RIGHT[:200],
        RIGHT[:-30],
        b"text",
        pickle.dumps({"W1": 1}),
        arrays(W4=np.ones(1)),
        arrays(b3=np.array([{}], object)),
        archive((NPY % (b"9" * 13)).ljust(79) + b"\n"),
        archive((NPY % (b"9" * 20)).ljust(79) + b"\n"),
        changed(RIGHT, RIGHT.index(b"PK\1\2") + 8, b"\1"),  # as if encrypted
        changed(RIGHT, RIGHT.index(b"PK\1\2") + 8, b"\x20"),  # as if patched
        changed(COMPRESSED, COMPRESSED.index(b".npy") + 6, b"\xff\xff"),
    ],
    ids=range(12),
)
def test_other_files_are_refused(path, content):
    path.write_bytes(content)
    with pytest.raises(
        ValueError, match="not a whole file of save_params: expected an"
    ):
        load_params(path)


def test_other_arrays_are_refused(path):
    np.savez(path, W=np.ones(3))
    with pytest.raises(ValueError, match="expected an .npz with W1, b1"):
        load_params(path)
    with open(path, "wb") as file:
        np.save(file, np.ones(3))
    with pytest.raises(ValueError, match="expected an .npz with W1, b1"):
        load_params(path)
    path.write_bytes(archive(b"text"))
    with pytest.raises(ValueError, match="params.npz holds no parameters of a network"):
        load_params(path)


def test_pretrained_parameters_read_the_test_digits():
    params = load_pretrained()
    assert {p.dtype for p in params} == {np.dtype(np.float32)}
    images, labels = load_mnist().test
    X = images.reshape(-1, 784).astype(np.float32) / 255
    assert accuracy(params, X, labels) >= 0.993


def test_changed_pretrained_parameters_are_refused(path, monkeypatch):
    save_params(path, load_pretrained()._replace(b3=np.ones(10, np.float32)))
    monkeypatch.setattr(storage, "PRETRAINED", path)
    with pytest.raises(ValueError, match="is not the file we ship"):
        load_pretrained()


def test_what_another_file_holds_is_named(params, path):
    np.savez(path, X=np.ones(3), y=np.ones(3))
    with pytest.raises(
        ValueError, match=r"b3, arrays of floats, but it holds \['X', 'y"
    ):
        load_params(path)
    np.savez(path, **{f"array{i}": np.ones(1) for i in range(999)})
    with pytest.raises(ValueError, match=r"it holds \['array0', .*\.\.\.\]$"):
        load_params(path)
    path.write_bytes(arrays(b3=np.array([{}], object)))
    with pytest.raises(ValueError, match="b3, arrays of floats$"):
        load_params(path)


def test_advice_is_not_given_on_what_was_not_read(path):
    path.write_bytes(arrays(W1=np.ones((6, 5), np.float16)))
    with pytest.raises(ValueError, match="W1 has dtype float16, expected .* order$"):
        load_params(path)


@posix
def test_only_a_regular_file_is_read(path):
    os.mkfifo(path)
    for place in (path, Path(os.devnull)):
        with pytest.raises(OSError, match="^cannot read .*: it is not a regular file$"):
            load_params(place)
