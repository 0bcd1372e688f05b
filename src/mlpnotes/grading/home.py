"""The same verdict at home: one file, once or whenever it changes."""

import difflib
import os
import time
from pathlib import Path

from mlpnotes.grading.finding.collect import RefusedError
from mlpnotes.grading.finding.layouts import is_program
from mlpnotes.grading.finding.names import readable
from mlpnotes.grading.finding.walking import functions, holds
from mlpnotes.grading.marking import mark
from mlpnotes.grading.reports import feedback
from mlpnotes.grading.reports.sentences import replaced

PAUSE = 0.3  # seconds between two looks at the file


def check(path, options):
    """Print the verdict on one file.

    Parameters
    ----------
    path : Path
    options : Options

    Returns
    -------
    bool
        Whether all is right.

    Raises
    ------
    RefusedError
        If there is no such file.
    """
    path = as_program(path)
    entry = mark(path, options, options.seed or 0)
    print(feedback.text(entry, replaced(options.sentences)), end="", flush=True)
    return entry.ok


def watch(path, options):
    """Print the verdict again at each change, until Ctrl-C; return the last one."""
    path = as_program(path)
    right, seen = False, None
    try:
        while True:
            now = _state(path)
            if now not in (None, seen):  # an editor may take it away for a moment
                seen = now
                print(f"--- {readable(path.name)} at {time.strftime('%H:%M:%S')}\n")
                right = check(path, options)
                print("\nwaiting for a change (Ctrl-C ends)", flush=True)
            time.sleep(PAUSE)
    except KeyboardInterrupt:
        print()
        return right


def as_program(path):
    """Return the path of a file that can be a program, or raise."""
    path = Path(path)
    if path.is_dir():
        inside = sorted(p for p in path.iterdir() if is_program((p.name,)))
        likely = [p for p in inside if holds(functions(p), "")] or inside
        hint = f", such as {likely[0]}" if likely else ""
        raise RefusedError(f"{path} is a folder, expected a .py or .ipynb file{hint}")
    if not path.exists():
        folder = path.parent
        beside = [p.name for p in folder.iterdir()] if folder.is_dir() else []
        programs = [name for name in beside if is_program((name,))]
        near = difflib.get_close_matches(path.name, programs, 1)
        hint = f": is it {folder / near[0]}?" if near else ""
        where = "" if folder.is_dir() else f", and neither is the folder {folder}"
        raise RefusedError(f"{path} is not there{where or hint}")
    if not is_program((path.name,)):
        raise RefusedError(f"{path} is no program, expected a .py or .ipynb file")
    try:
        with open(path, "rb"):
            return path
    except OSError as error:
        raise RefusedError(f"{path} cannot be read: {error.strerror}") from None


def _state(path):
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size
