"""A process that marks one submission after another, as its parent asks.

It reads pickled ``(path, options, seed)`` and answers each with a line of JSON: the
entry. A submission that ends this process ends no more than this process.
"""

import json
import os
import pickle
import signal
import sys

from mlpnotes.grading.marking import mark

READY = "ready\n"


def trouble_of(entry):
    """Return why there is no verdict through a fault of the grader's, or ""."""
    return entry.held["why"] if entry.reason_key == "no verdict, file" else ""


def attempt(path, options, seed, **known):
    """Return the entry of a file; if the grader itself fails it tries once more."""
    entry = mark(path, options, seed, **known)
    return mark(path, options, seed, **known) if trouble_of(entry) else entry


def main():
    """Mark what comes in until there is no more."""
    requests, answers = _take(0, "rb", os.O_RDONLY), _take(1, "w", os.O_WRONLY)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # isolation is undone
    answers.write(READY)
    answers.flush()
    while True:
        try:
            path, options, seed = pickle.load(requests)
        except EOFError:
            return
        try:
            entry = attempt(path, options, seed)
        except Exception as error:  # of the grader
            answer = [f"{type(error).__name__}: {error}", None]
        else:
            answer = ["", entry.to_json()]
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


def _take(descriptor, mode, flag):
    """Return a file that no submission inherits, and leave it nothing in its place."""
    own = os.fdopen(os.dup(descriptor), mode, encoding=None if "b" in mode else "utf-8")
    nothing = os.open(os.devnull, flag)
    os.dup2(nothing, descriptor)
    os.close(nothing)
    return own
