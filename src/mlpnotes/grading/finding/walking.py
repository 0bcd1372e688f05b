"""What lies in a folder of submissions, and where the students' parts begin."""

import os
import re
from pathlib import Path
from typing import NamedTuple

from mlpnotes.grading.finding import layouts
from mlpnotes.grading.finding.layouts import is_program
from mlpnotes.grading.finding.names import readable
from mlpnotes.grading.reading.cells import LARGEST

IGNORED = ("__pycache__", "__MACOSX", "node_modules", "site-packages")
COURSE = {"source", "release", "submitted", "autograded", "feedback"}  # of nbgrader
# possessive, so that no text takes long; a notebook spells the end of a line
DEFINED = re.compile(r"(?:\b|\\n)def\s++(\w++)\s*+\(")


class Inside(NamedTuple):
    """What is below ``base``, as parts of paths from there.

    ``closed`` are folders that cannot be read, by parts, with the reason; ``made``
    hold an environment of Python; ``said`` has sentences on what was left out.
    ``level`` says at which part of a path a student's name stands.
    """

    base: Path
    files: list
    folders: list
    closed: dict
    made: list
    said: list
    level: int = 1


def look(folder, function, leave):
    """Return what lies in a folder of submissions.

    A folder in which all lies in one other is a wrapper around that, if that is an
    export or holds several backward passes; nbgrader's course folder is one around
    its ``submitted``.
    """
    inside = _walk(_submitted(folder), leave)
    while (inner := _wrapped(inside, function)) is not None:
        inside = _walk(_submitted(inner), leave)
    return _without_environments(inside)


def functions(path):
    """Return the names of the functions that a program or notebook defines.

    It is only looked through, not read as Python; one that is too large or cannot be
    read has none.
    """
    try:
        if path.stat().st_size > LARGEST:
            return set()
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return set()
    return set(DEFINED.findall(text))


def holds(names, function):
    """Return whether the function, or any for a backward pass, is among these."""
    return function in names if function else any("backward" in n for n in names)


def _submitted(folder):
    """Return the folder of submissions of nbgrader's course folder, or this one."""
    inner = folder / "submitted"
    if not inner.is_dir() or inner.is_symlink():
        return folder
    beside = {p.name for p in folder.iterdir() if p.is_dir() and p.name[0] != "."}
    return inner if beside <= COURSE else folder


def _wrapped(inside, function):
    """Return the folder that this one is wrapped around, or None."""
    base, files, folders, *_ = inside
    tops = {p[0] for p in (*files, *folders)}
    if base.name == "submitted" or len(tops) != 1 or (*tops,) not in folders:
        return None
    if layouts.exported((*tops,)):
        return None
    (top,) = tops
    below = [[p[1:] for p in paths if len(p) > 1] for paths in (files, folders)]
    if not layouts.is_export(*below) and ("submitted",) not in below[1]:
        programs = filter(is_program, files)
        if (
            len(
                {
                    p[1]
                    for p in programs
                    if holds(functions(base.joinpath(*p)), function)
                }
            )
            < 2
        ):
            return None
    return base / top


def _walk(base, leave):
    """Return all files and folders below, without what is hidden or linked."""
    inside = Inside(base, [], [], {}, [], [])
    ahead, leave = [()], leave and os.path.realpath(leave)
    while ahead:
        parts = ahead.pop()
        try:
            entries = [*os.scandir(base.joinpath(*parts))]
        except OSError as error:
            inside.closed[parts] = error.strerror
            continue
        for entry in entries:
            here = (*parts, entry.name)
            if entry.name.startswith(".") or entry.name in IGNORED:
                continue
            if entry.is_symlink():
                inside.said.append(f"{_path(here)} is left out: it is a link")
            elif entry.is_file():
                inside.files.append(here)
            elif entry.is_dir() and os.path.realpath(entry.path) != leave:
                inside.folders.append(here)
                ahead.append(here)
                if os.path.exists(os.path.join(entry.path, "pyvenv.cfg")):
                    inside.made.append(here)
    for found in (inside.files, inside.folders, inside.said):
        found.sort()
    return inside


def _without_environments(inside):
    """Leave out environments of Python, but no student's folder whole."""
    level = layouts.level(inside.files, inside.folders)
    made = {p for p in inside.made if len(p) > level}

    def own(parts):
        return not any(parts[:n] in made for n in range(level + 1, len(parts) + 1))

    said = [
        f"{_path(p)} is left out: it holds an environment of Python"
        for p in sorted(made) if own(p[:-1])
    ]  # fmt: skip
    return inside._replace(
        files=[*filter(own, inside.files)], folders=[*filter(own, inside.folders)],
        said=inside.said + said, level=level,
    )  # fmt: skip


def _path(parts):
    return readable("/".join(parts))
