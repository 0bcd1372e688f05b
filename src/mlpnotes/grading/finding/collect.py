"""Find the submissions in a folder, whatever laid it; nothing in it is altered."""

import contextlib
import datetime
import os
from pathlib import Path
from typing import NamedTuple

from mlpnotes.grading.finding import layouts
from mlpnotes.grading.finding.layouts import is_program
from mlpnotes.grading.finding.names import folder_names, readable, seen
from mlpnotes.grading.finding.walking import functions, holds, look
from mlpnotes.grading.reasons import Reason

FAR = 2**37  # seconds, in the year 6325: datetime takes no more than 9999


class Submission(NamedTuple):
    """One student's file, or the reason why there is none to be marked.

    ``name`` is that of the student's folder of reports, ``file`` the path from the
    folder of submissions, and ``when`` the time it was handed in.
    """

    student: str
    name: str
    path: Path | None
    file: str
    when: datetime.datetime | None = None
    notes: tuple = ()
    reason: str = ""


class Found(NamedTuple):
    """The submissions, by student, and sentences on what was left out or chosen."""

    submissions: list
    said: list


class RefusedError(ValueError):
    """What was asked for cannot be done; the sentence says why."""


def collect(folder, function="", leave=None):
    """Return the submissions in a folder.

    Parameters
    ----------
    folder : Path
        Of ``.py`` and ``.ipynb`` files: flat, each named for its student; one folder
        for each student; or as Gradescope, Moodle or nbgrader export them.
    function : str
        What the students' function is called; "" for any name with ``backward``.
    leave : Path, optional
        A folder in it that holds no submissions.

    Returns
    -------
    Found

    Raises
    ------
    RefusedError
        If it is no folder, cannot be read, or holds no program.

    Notes
    -----
    Hidden files, links, environments and what Python or macOS adds are left out. Of a
    student's files the one that holds a backward pass counts, of several such the
    newest.
    """
    folder = as_folder(folder)
    inside = look(folder, function, leave)
    submitters, trouble = layouts.read_submitters(inside.base)
    said = [*inside.said, *([trouble] if trouble else [])]
    students, programs, others, beside = _sorted(inside, submitters)
    flat = any(_loose(p, inside) for own in programs.values() for p in own)
    wished = {
        key: "_".join(key) if key[1:] else readable(*key) for key in students
    }  # fmt: skip
    names = folder_names(wished)
    submissions = []
    for key in sorted(students):
        when = submitters.get(key[0], ("", None))[1]
        known = _distinct(students, key, names[key]), names[key], when
        if key in programs:
            paths = [inside.base.joinpath(*parts) for parts in programs[key]]
            submissions.append(_chosen(known, folder, paths, function))
        elif flat:
            who = students[key].name
            said.append(f"{who} is left out: no .py or .ipynb file is in that folder")
        else:
            closed = [inside.closed[p] for p in others[key] if p in inside.closed]
            submissions.append(_nothing(known, others[key], closed))
    if not programs:
        raise RefusedError(f"{folder} holds no .py or .ipynb file")
    for s in submissions:
        said += [
            f"{s.student}: {sentence}" for sentence in (*s.notes, s.reason) if sentence
        ]
    if beside:
        said.append(f"{_some(beside)} left out: neither .py nor .ipynb")
    return Found(submissions, said)


def one(folder, function=""):
    """Return the submission of the only student whose files are in a folder."""
    inside = look(folder, function, None)
    known = "", "", None
    if programs := [*filter(is_program, inside.files)]:
        paths = [inside.base.joinpath(*parts) for parts in programs]
        return _chosen(known, inside.base, paths, function)
    return _nothing(known, inside.files, [*inside.closed.values()])


def as_folder(path):
    """Return the path of a folder that can be read, or raise."""
    path = Path(path)
    if path.is_file():
        packed = path.suffix.lower() in (".zip", ".gz", ".tar", ".tgz", ".7z", ".rar")
        way = "unpack it first" if packed else "for one file, use mlpnotes check"
        raise RefusedError(f"{path} is a file, expected a folder of submissions: {way}")
    try:
        os.listdir(path)
    except OSError as error:
        why = f"cannot be read ({error.strerror})" if path.exists() else "is not there"
        raise RefusedError(f"{path} {why}, expected a folder of submissions") from None
    return path


def _sorted(inside, submitters):
    """Return the students by key, their programs and other files, and what is beside.

    A student without a program is found by the folder.
    """
    students, programs, others, beside = {}, {}, {}, []

    def of(parts, where):
        owner = layouts.owner(parts, inside.level, submitters)
        students.setdefault(owner.key, owner)
        return where.setdefault(owner.key, [])

    for parts in inside.folders:
        if len(parts) == inside.level:
            of(parts, others)
    for parts in inside.closed:
        if parts:
            of(parts, others).append(parts)
    for parts in inside.files:
        if not _loose(parts, inside):
            of(parts, programs if is_program(parts) else others).append(parts)
        elif is_program(parts):
            of((Path(parts[0]).stem,), programs).append(parts)
        elif parts[0] != layouts.METADATA:
            beside.append(readable(parts[-1]))
    return students, programs, others, beside


def _loose(parts, inside):
    """Return whether a file lies where the students' folders do, not in one."""
    return len(parts) <= inside.level and not layouts.exported(parts)


def _chosen(known, folder, paths, function):
    """Return the submission of a student who handed in these programs."""
    student, name, when = known
    path, notes = _picked(paths, function)
    file = readable(path.relative_to(folder).as_posix())
    try:
        with open(path, "rb"):
            when = when or datetime.datetime.fromtimestamp(_changed(path), datetime.UTC)
    except OSError as error:
        reason = Reason("file", error=error.strerror)
        return Submission(student, name, None, file, None, notes, reason)
    return Submission(student, name, path, file, when.astimezone(), notes)


def _picked(paths, function):
    """Return the one of a student's programs that counts, and a note if it is chosen.

    One with the function itself, or named for it, comes before one with another that
    is merely called so; of several the newest counts.
    """
    if len(paths) == 1:
        return paths[0], ()
    defined = {path: functions(path) for path in paths}
    named = function or "backward"
    holding = [p for p, names in defined.items() if holds(names, function)]
    likely = [
        p for p in holding if named in defined[p] or p.stem.lower() == "backprop"
    ]  # fmt: skip
    among = likely or holding or paths
    path = max(among, key=lambda p: (_changed(p), str(p)))
    if len(holding) == 1:
        return path, ()
    of = f"{len(holding)} with a backward pass" if holding else f"{len(paths)} files"
    newest = "the newest" if len(among) > 1 else "one"
    return path, (f"{readable(path.name)} is marked, {newest} of {of}.",)


def _nothing(known, others, closed):
    student, name, when = known
    only = f", only {_some([readable(p[-1]) for p in others])}" if others else ""
    reason = Reason("no file", suffix=".py or .ipynb", only=only)
    if closed:
        reason = Reason("file, folder", error=closed[0])
    return Submission(student, name, None, "", when, (), reason)


def _changed(path):
    """Return when a file was changed, in seconds; 0 if that is not to be had."""
    with contextlib.suppress(OSError):
        return min(max(os.stat(path).st_mtime, 0), FAR)
    return 0


def _distinct(students, key, folder):
    """Return the student's name, with what tells two that look alike apart."""
    name, number = students[key][1:]
    alike = sum(seen(name) == seen(other.name) for other in students.values())
    tell = number or folder
    return name if alike == 1 or tell == name else f"{name} ({tell})"


def _some(names):
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return ", ".join(names[:3]) + more
