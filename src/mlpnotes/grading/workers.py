"""Mark many submissions at once, in processes that may be killed by one of them."""

import concurrent.futures
import contextlib
import json
import os
import pickle
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import NamedTuple

from mlpnotes.grading import worker
from mlpnotes.grading.entry import Entry, failed
from mlpnotes.grading.finding.collect import Submission
from mlpnotes.grading.reasons import Reason

PATIENCE = 3  # times what a submission may take, after which no verdict comes
START = 20  # seconds of that for what is no fault of the student's


class Marked(NamedTuple):
    """A submission and its entry.

    ``trouble`` says why there is no verdict, or is "", and ``ended`` whether the
    process that marked it has ended, as a submission may have brought about.
    """

    submission: Submission
    entry: Entry
    trouble: str = ""
    ended: bool = False


def marked(submissions, options, seed):
    """Yield each submission, `Marked`, as it comes.

    Parameters
    ----------
    submissions : list of Submission
    options : Options
    seed : int

    Raises
    ------
    RuntimeError
        If no process can be started.
    """
    if not submissions:
        return
    jobs = min(options.jobs or cores(), len(submissions))
    with _Crew(options, seed, jobs) as crew:
        futures = {crew.executor.submit(crew.mark, s.path): s for s in submissions}
        for future in concurrent.futures.as_completed(futures):
            yield Marked(futures[future], *future.result())


def cores():
    """Return how many cores this process may use."""
    with contextlib.suppress(AttributeError):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class _Crew:
    """Threads, each with a process of its own, which is replaced when it dies."""

    def __init__(self, options, seed, jobs):
        self.options, self.seed = options, seed
        self.executor = concurrent.futures.ThreadPoolExecutor(jobs)
        self.own = threading.local()
        self.lock = threading.Lock()
        self.processes = set()
        self.over = False

    def __enter__(self):
        return self

    def __exit__(self, *raised):
        with self.lock:
            self.over = True
        self.executor.shutdown(wait=False, cancel_futures=True)
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.executor.shutdown()
        for process in self.processes:
            _close(process)

    def mark(self, path):
        """Return the entry of one file, the trouble, and whether a process ended."""
        process, ended = self._process(), False
        request = pickle.dumps((path, self.options, self.seed))
        patience = PATIENCE * (self.options.seconds + START)
        timer = threading.Timer(patience, process.kill)
        timer.start()
        try:
            process.stdin.write(request)
            process.stdin.flush()
            trouble, text = json.loads(process.stdout.readline())
        except (OSError, ValueError):  # it has died
            self.own.process, ended = None, True
            trouble, text = f"it was ended {_ended(process)}", None
        finally:
            timer.cancel()
        if text:
            entry = Entry.from_json(text)
            return entry, worker.trouble_of(entry), False
        reason = Reason("no verdict", why=trouble)
        return failed(reason, self.options, seed=self.seed), trouble, ended

    def _process(self):
        process = getattr(self.own, "process", None)
        if process is None:
            with self.lock:
                if self.over:
                    raise concurrent.futures.CancelledError
                process = self.own.process = _start()
                self.processes.add(process)
            if process.stdout.readline() != worker.READY.encode():
                raise RuntimeError(f"a grader's process ended {_ended(process)}")
        return process


def _ended(process):
    """Return how a process ended."""
    process.kill()
    code = process.wait()
    _close(process)
    with contextlib.suppress(ValueError):
        return f"by the signal {signal.Signals(-code).name}"
    return f"with the code {code}"


def _close(process):
    for pipe in (process.stdin, process.stdout):
        with contextlib.suppress(OSError):
            pipe.close()


def _start():
    package = str(Path(__file__).parents[2])
    path = os.environ.get("PYTHONPATH")
    single = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL")}
    return subprocess.Popen(
        [sys.executable, "-P", "-c", f"from {worker.__name__} import main; main()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,  # Ctrl-C is for the parent
        env=os.environ
        | single
        | {"PYTHONPATH": os.pathsep.join([package, path] if path else [package])},
    )
