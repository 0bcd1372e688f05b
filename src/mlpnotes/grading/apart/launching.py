"""Starting a submission's process, kept apart as well as this machine can."""

import contextlib
import functools
import importlib.resources
import inspect
import io
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
import tempfile
import time
import zipfile
from pathlib import Path

import numpy as np

import mlpnotes
from mlpnotes.network import Activations, Gradients, Params

BUBBLEWRAP, USER, LIMITS = LEVELS = "bubblewrap", "another user", "limits alone"
SYSTEM = (
    "/usr/lib", "/usr/lib64", "/usr/lib32", "/lib", "/lib64", "/nix/store",
    "/etc/ld.so.cache", "/etc/alternatives",
)  # fmt: skip
HOME = "/submission"  # within bubblewrap, where all is read-only
GONE = 2  # seconds that a process which was killed may take
CLEAN = 5  # seconds for removing what a program has made, if it could make anything
PACKAGES = "python*/*-packages"  # site-packages, and dist-packages in Debian
NETWORKS = """from typing import NamedTuple

import numpy as np


"""


@functools.cache
def bundle():
    """Return the bytes of what runs beside a submission, as one zip."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as file:
        inside = importlib.resources.files("mlpnotes.grading.apart") / "inside"
        for part in inside.iterdir():
            if part.name.endswith(".py"):
                file.writestr(part.name, part.read_text(encoding="utf-8"))
        calling = importlib.resources.files("mlpnotes.tutor.calling")
        for part in calling.iterdir():
            if part.name.endswith(".py"):
                text = part.read_text(encoding="utf-8")
                text = text.replace("from mlpnotes.network ", "from .networks ")
                file.writestr(f"calling/{part.name}", text)
        named = map(inspect.getsource, (Params, Activations, Gradients))
        file.writestr("calling/networks.py", NETWORKS + "\n\n".join(named))
    return held.getvalue()


class Process:
    """A process with its own empty folder; both are gone when it is closed.

    Attributes
    ----------
    pid : int or None
        Of the child that runs the program, as it says itself before it has read it.
    """

    def __init__(self, level, seconds, megabytes):
        self.level, self.pid, self.user, self.hold = level, None, None, None
        self.folder = Path(tempfile.mkdtemp(prefix="mlpnotes-"))
        try:
            self.popen = self._started(seconds, megabytes)
        except BaseException:
            self._clean()
            raise

    def _started(self, seconds, megabytes):
        self.folder.chmod(0o755)
        code, home = self.folder / "inside.pyz", self.folder / "home"
        code.write_bytes(bundle())
        code.chmod(0o644)
        home.mkdir(0o555)  # nothing needs to be made in it
        limits = {"seconds": seconds, "megabytes": megabytes, "user": None}
        more = {"start_new_session": True} if os.name == "posix" else {}
        wrapping = []
        if self.level != LIMITS and os.geteuid() == 0:
            self.user, self.hold = _free_user()
        if self.level == BUBBLEWRAP:
            wrapping = [*_bubblewrap(), "--ro-bind", code, code]
            wrapping += ["--remount-ro", "/dev", "--remount-ro", "/", "--"]
            home = HOME
            if self.user is not None:
                more |= {"user": self.user, "group": self.user, "extra_groups": []}
        else:
            limits["user"] = self.user
        python = [_python(), "-I", "-S", "-B", code, _libraries()]
        command = [*wrapping, *python, json.dumps(limits), home]
        return subprocess.Popen(
            list(map(str, command)), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, cwd=self.folder, env=_environment(home),
            **more,
        )  # fmt: skip

    def kill(self):
        """End it and all that it started."""
        if self.level != BUBBLEWRAP and self.pid:  # another number within bubblewrap
            with contextlib.suppress(OSError):
                os.kill(self.pid, signal.SIGKILL)
        with contextlib.suppress(OSError):
            if os.name == "posix" and self.popen.poll() is None:
                os.killpg(self.popen.pid, signal.SIGKILL)
        self.popen.kill()
        for pid in _processes(self.user) if self.user is not None else ():
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)

    def close(self):
        """End it, and remove its folder."""
        self.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.popen.wait(GONE)
        for pipe in (self.popen.stdin, self.popen.stdout):
            with contextlib.suppress(OSError):
                pipe.close()
        self._clean()

    def _clean(self):
        remove(self.folder, CLEAN)
        if self.hold:
            self.hold.close()


def remove(folder, seconds):
    """Remove a folder, however deep and whatever its rights, or what time allows.

    Folders are moved to the top before they are looked into: no path gets long.
    """
    end, moved = time.monotonic() + seconds, 0
    waiting = [folder]
    with contextlib.suppress(OSError):
        folder.chmod(0o700)
    while waiting and time.monotonic() < end:
        inner = waiting.pop()
        with contextlib.suppress(OSError):
            inner.chmod(0o700)
            for entry in [*os.scandir(inner)]:
                if time.monotonic() > end:
                    return
                with contextlib.suppress(OSError):
                    if not entry.is_dir(follow_symlinks=False):
                        os.unlink(entry)
                        continue
                    moved += 1
                    os.chmod(entry, 0o700)  # it is moved by who may write in it
                    waiting.append(folder / f".{moved}")
                    os.rename(entry, waiting[-1])
            if inner != folder:
                inner.rmdir()
    with contextlib.suppress(OSError):
        folder.rmdir()


def _environment(home):
    kept = {n: os.environ[n] for n in ("SYSTEMROOT",) if n in os.environ}  # Windows
    return kept | {
        "HOME": str(home), "TMPDIR": str(home), "LANG": "C.UTF-8",
        "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
    }  # fmt: skip


def _python():
    """Return Python itself, not that of a virtual environment."""
    return os.path.realpath(getattr(sys, "_base_executable", "") or sys.executable)


def _libraries():
    """Return the folder that holds NumPy."""
    return os.path.realpath(Path(np.__file__).parent.parent)


@functools.cache
def _bubblewrap():
    """Return bubblewrap's command up to what is to run."""
    program = shutil.which("bwrap")
    if not program:
        raise OSError("bubblewrap is not installed")
    asked = subprocess.run([program, "--help"], capture_output=True, encoding="utf-8")
    known = asked.stdout + asked.stderr
    command = [
        program, "--unshare-all", "--unshare-user", "--die-with-parent",
        "--new-session", "--cap-drop", "ALL", "--hostname", "submission",
    ]  # fmt: skip
    command += ["--disable-userns"] * ("--disable-userns" in known)
    stdlib, libraries = sysconfig.get_path("stdlib"), _libraries()
    prefix = Path(os.path.realpath(sys.base_prefix), "lib")
    folders = [
        p for p in (*SYSTEM, str(prefix), stdlib, _python()) if os.path.exists(p)
    ]
    for folder in dict.fromkeys(folders):
        if os.path.islink(folder):
            command += ["--symlink", os.readlink(folder), folder]
        else:
            command += ["--ro-bind", folder, folder]
    hidden = {
        str(p) for f in (*SYSTEM[:2], prefix) for p in Path(f).glob(PACKAGES)
    }  # fmt: skip
    package = os.path.realpath(Path(mlpnotes.__file__).parent)
    if any(package.startswith(f"{f}/") for f in folders):
        hidden.add(package)
    for folder in sorted(hidden):
        command += ["--tmpfs", folder]
    for name in ("numpy", "numpy.libs"):
        if os.path.isdir(path := os.path.join(libraries, name)):
            command += ["--ro-bind", path, path]
    command += ["--proc", "/proc", "--dev", "/dev"]
    return (*command, "--dir", HOME, "--chdir", HOME)


def _processes(user):
    """Return the processes of a user."""
    found = []
    for name in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError):
            if os.stat(f"/proc/{name}").st_uid == user:
                found.append(int(name))
    return found


def _free_user():
    """Return the number of a user of whom nothing runs, and what holds it for us.

    One for each submission: all that runs as this user is killed in the end. A user
    whose process has not started yet is told by the name of a socket, which Linux
    gives to one process at a time, and takes back when it ends.
    """
    while True:
        user = 61184 + secrets.randbelow(4096)
        hold = socket.socket(socket.AF_UNIX)
        with contextlib.suppress(OSError):
            hold.bind(f"\0mlpnotes-{user}")
            if not _processes(user):
                return user, hold
        hold.close()
