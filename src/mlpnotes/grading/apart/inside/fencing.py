"""Landlock and namespaces: what Linux lets a process give up for good.

Each is taken if the kernel has it, from within, without any program; the first
needs no right at all.
"""

import contextlib
import ctypes
import os
import sys

CREATE, ADD, RESTRICT = 444, 445, 446  # the numbers of Landlock's calls
FILES = {1: 1 << 13, 2: 1 << 14, 3: 1 << 15, 5: 1 << 16}  # rights by version: below
NETWORK, SCOPES = 0b11, 0b11  # TCP; sockets without a file, and signals
READ, LIST = 0b101, 0b1101  # of a file: run and read; of a folder: list, too
NULL = 0b110  # read and write
NEW_USER, NEW_IPC, NEW_NET = 0x10000000, 0x08000000, 0x40000000


def version():
    """Return the version of Landlock, 0 if there is none."""
    if sys.platform != "linux":
        return 0
    return max(_call(CREATE, None, 0, 1), 0)


def _call(number, *arguments):
    given = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    return ctypes.CDLL(None).syscall(ctypes.c_long(number), *given)


def lose_network():
    """Have no network, if that is allowed: a root may, others in some systems."""
    if sys.platform == "linux":
        alone = NEW_NET | NEW_IPC
        ctypes.CDLL(None).unshare(alone if os.geteuid() == 0 else alone | NEW_USER)


def fence(readable):
    """Read no more than these files and folders; write, make and remove nothing.

    Signals go to nobody outside, and no TCP is there, as far as the kernel knows.
    """
    known = version()
    if not known:
        return
    rights = max(bits for first, bits in FILES.items() if first <= known) - 1
    held = [rights, *[NETWORK] * (known >= 4), *[SCOPES] * (known >= 6)]
    rules = _call(CREATE, (ctypes.c_uint64 * len(held))(*held), 8 * len(held), 0)
    if rules < 0:
        return
    for path in readable:
        _allow(rules, path, LIST if os.path.isdir(path) else READ)
    _allow(rules, os.devnull, NULL)
    _call(RESTRICT, rules, 0)
    os.close(rules)


def _allow(rules, path, rights):
    with contextlib.suppress(OSError):
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
        rule = rights.to_bytes(8, sys.byteorder) + place.to_bytes(4, sys.byteorder)
        _call(ADD, rules, 1, ctypes.create_string_buffer(rule, 12), 0)
        os.close(place)


def python():
    """Return what Python needs: its library without what is installed in it."""
    library = os.path.dirname(os.__file__)
    above = os.path.dirname(library)
    found = ["/usr/lib", "/usr/lib64", "/lib", "/lib64", "/etc/ld.so.cache"]
    found += ["/nix/store", "/dev/urandom", "/usr/share/zoneinfo"]
    found += [
        entry.path for entry in os.scandir(library)
        if not entry.name.endswith("-packages")
    ]  # fmt: skip
    return found + [e.path for e in os.scandir(above) if e.name.startswith("lib")]
