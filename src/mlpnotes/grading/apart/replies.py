"""What a submission's process sends back: read as if it were forged.

Nothing is taken at its word: sizes are checked before anything of that size is
made, nothing is unpickled or unpacked, texts are short and printable.
"""

import io
import json
import math
import re
import zipfile

import numpy as np

MEMBERS = 100
TREE = 1_000_000  # bytes
HEADER = re.compile(
    rb"\{'descr': '([<>|][biufc]\d{1,2})', 'fortran_order': (True|False), "
    rb"'shape': \(((?:\d{1,12}, ?)*(?:\d{1,12})?)\), \} *\n"
)


class Odd(Exception):  # noqa: N818 - a reply, not a mistake of ours
    """A reply that no honest process sends."""


def parsed(data):
    """Return the tree and the arrays of a reply.

    Raises
    ------
    Odd
        If it is anything else.
    """
    try:
        if data.count(b"PK\x01\x02") > MEMBERS:
            raise Odd
        with zipfile.ZipFile(io.BytesIO(data)) as file:
            held = file.infolist()
            stored = all(
                m.compress_type == zipfile.ZIP_STORED and m.file_size == m.compress_size
                for m in held
            )
            if not stored or sum(m.file_size for m in held) > len(data):
                raise Odd
            members = {m.filename: file.read(m) for m in held}
        tree = array(members.pop("tree.npy"))
        if tree.dtype != np.uint8 or tree.size > TREE:
            raise Odd
        names = [f"arr_{i}.npy" for i in range(len(members))]
        return json.loads(tree.tobytes()), [array(members[n]) for n in names]
    except Odd:
        raise
    except Exception as error:  # what a forged zip does to zipfile is its own matter
        raise Odd from error


def array(data):
    """Return the array of a .npy, if it holds just the bytes that it declares."""
    if data[:6] != b"\x93NUMPY" or data[6:8] != b"\x01\x00":
        raise Odd
    end = 10 + int.from_bytes(data[8:10], "little")
    declared = HEADER.fullmatch(data[10:end])
    if not declared:
        raise Odd
    dtype = np.dtype(declared[1].decode())
    shape = tuple(int(n) for n in declared[3].replace(b",", b" ").split())
    if math.prod(shape) * dtype.itemsize != len(data) - end:
        raise Odd
    if dtype.kind == "b":  # a byte may be neither 0 nor 1
        flat = np.frombuffer(data, np.uint8, offset=end) != 0
    else:
        flat = np.frombuffer(data, dtype, offset=end).copy()
    return flat.reshape(shape, order="F" if declared[2] == b"True" else "C")


def text(value, longest=600):
    """Return a text without what cannot be seen."""
    if not isinstance(value, str) or len(value) > longest:
        raise Odd
    return "".join(c if c.isprintable() else " " for c in value)


def one_of(value, known):
    """Return a value if it is a known one."""
    if value not in known:
        raise Odd
    return value


def number(value):
    """Return a whole number that may count lines or items."""
    if type(value) is not int or not 0 <= value < 2**40:
        raise Odd
    return value
