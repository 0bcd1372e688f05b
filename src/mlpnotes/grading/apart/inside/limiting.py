"""The limits of a process, set by itself before it reads a student's program."""

import contextlib
import os
import signal
import sys

from fencing import fence, lose_network, python

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS = 1, 36, 38


def apart(limits, home, pipes, libraries):
    """Go on in a child that has all limits; what called this stays and watches it.

    So a program that kills its parent kills the watcher, and no grader.
    """
    if not hasattr(os, "fork"):
        os.chdir(home)
        return
    control(PR_SET_PDEATHSIG, signal.SIGKILL)  # with the grader
    control(PR_SET_CHILD_SUBREAPER, 1)
    readable = [*python(), *libraries]  # as long as we may look
    watcher = os.getpid()
    child = os.fork()
    if child:
        for pipe in pipes:
            os.close(pipe)
        watch(child)
    control(PR_SET_PDEATHSIG, signal.SIGKILL)
    with contextlib.suppress(Exception):
        lose_network()
    if os.getppid() != watcher:
        os._exit(1)
    if (user := limits["user"]) is not None:
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
        control(PR_SET_PDEATHSIG, signal.SIGKILL)  # a change of user takes it away
    os.umask(0o077)
    os.chdir(home)
    control(PR_SET_NO_NEW_PRIVS, 1)
    with contextlib.suppress(Exception):
        fence([*readable, home])
    limit(limits["seconds"], limits["megabytes"])


def watch(child):
    """Wait for the child, end what it has left behind, and end as it did."""
    status = None
    with contextlib.suppress(ChildProcessError):
        while True:
            pid, ended = os.wait()
            if pid == child:
                status = ended
                for left in children():
                    with contextlib.suppress(OSError):
                        os.kill(left, signal.SIGKILL)
    code = 1 if status is None else os.waitstatus_to_exitcode(status)
    os._exit(code if code >= 0 else 128 - code)


def children():
    """Return the processes that have this one as their parent."""
    path = f"/proc/self/task/{os.getpid()}/children"
    with contextlib.suppress(OSError), open(path, encoding="utf-8") as file:
        return [int(pid) for pid in file.read().split()]
    return []


def limit(seconds, megabytes):
    """Limit time, memory, files and processes; where a limit is unknown, go on."""
    import resource

    used = 0
    with (
        contextlib.suppress(OSError, ValueError),
        open("/proc/self/statm", "rb") as file,
    ):
        used = int(file.read().split()[0]) * resource.getpagesize()
    for name, most in {
        "RLIMIT_CPU": seconds + 2,  # the grader comes before
        "RLIMIT_AS": used + megabytes * 1024 * 1024,
        "RLIMIT_FSIZE": 0,
        "RLIMIT_NOFILE": 64,
        "RLIMIT_CORE": 0,
        "RLIMIT_NPROC": 0,  # no process and no thread beside this one
    }.items():
        with contextlib.suppress(AttributeError, OSError, ValueError):
            resource.setrlimit(getattr(resource, name), (most, most))


def control(option, value):
    """Set one of Linux's switches of a process."""
    if sys.platform == "linux":
        with contextlib.suppress(Exception):
            import ctypes

            ctypes.CDLL(None).prctl(option, int(value), 0, 0, 0)
