"""The folder of grades: what is in it, what is still true, and how it is written."""

import contextlib
import csv
import hashlib
import io
import json
import os
import secrets
from pathlib import Path

from mlpnotes.grading.entry import Entry
from mlpnotes.grading.finding.collect import RefusedError
from mlpnotes.grading.finding.lateness import LISTED, TOO
from mlpnotes.grading.finding.names import is_formula
from mlpnotes.grading.reading.cells import LARGEST
from mlpnotes.grading.reports import classes, feedback, results
from mlpnotes.grading.reports.discreet import in_one
from mlpnotes.tutor.mistakes import EQUATIONS

RUN = "run.json"
COLUMNS = ("student", "points", "of", "first wrong line", *EQUATIONS)
COLUMNS += ("late", "reason", "file", "folder")
LONGEST = 5000  # letters of a cell


def opened(out, submissions, seed):
    """Return the seed of a folder of grades, made if it is not there.

    Parameters
    ----------
    out, submissions : Path
    seed : int or None
        By default the one that was drawn when the folder was made.

    Raises
    ------
    RefusedError
        If it is something else, or holds the grades of other submissions.
    """
    source = os.path.realpath(submissions)
    target = os.path.realpath(out)
    if source == target or source.startswith(os.path.join(target, "")):
        raise RefusedError(
            f"--out is {out}, where the submissions are: name another folder, "
            "so that theirs stay as they are"
        )
    if out.exists() and not out.is_dir():
        raise RefusedError(f"--out is {out}, which is a file: expected a folder")
    run = out / RUN
    if run.exists():
        try:
            held = json.loads(run.read_text("utf-8"))
            held = {"submissions": held["submissions"], "seed": int(held["seed"])}
        except (ValueError, KeyError, TypeError):
            raise RefusedError(f"{run} cannot be read: name another --out") from None
        if held["submissions"] != source:
            raise RefusedError(
                f"{out} holds the grades of {held['submissions']}: name another --out"
            )
    elif out.exists() and any(out.iterdir()):
        raise RefusedError(
            f"--out is {out}, which holds other files: name a new folder"
        )
    else:
        held = {"submissions": source, "seed": secrets.randbelow(2**32)}
    if seed is not None:
        held["seed"] = seed
    try:
        for folder in ("students", "records"):
            (out / folder).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RefusedError(
            f"--out is {out}, which cannot be made: {error.strerror}"
        ) from None
    write(run, json.dumps(held, ensure_ascii=False, indent=1))
    return held["seed"]


def digest(submission, options, seed):
    """Return the SHA-256 of all that the mark of a submission depends on."""
    made = hashlib.sha256(options.digest(seed).encode())
    made.update(repr((submission.notes, submission.reason)).encode())
    if submission.path and os.stat(submission.path).st_size <= LARGEST:
        with open(submission.path, "rb") as file:
            made.update(hashlib.file_digest(file, "sha256").digest())
    return made.hexdigest()


def read_record(out, name):
    """Return what is known of a student from an earlier run, or None."""
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        return Entry.from_json(_record(out, name).read_text("utf-8"))
    return None


def write_student(out, name, entry, sentences):
    """Write a student's reports, and last the record, which says that all is there."""
    folder = out / "students" / name
    folder.mkdir(exist_ok=True)
    write(folder / "feedback.html", feedback.html(entry, sentences))
    write(folder / "feedback.txt", feedback.text(entry, sentences))
    told = results.results(entry, sentences)
    write(folder / "results.json", json.dumps(told, ensure_ascii=False, indent=1))
    write(_record(out, name), entry.to_json())


def write_class(out, entries, sentences):
    """Write what is about all of them, by the names of their folders."""
    write(out / "class.html", classes.html([*entries.values()], sentences))
    write(out / "grades.csv", "\ufeff" + table(entries))


def forget(out, names):
    """Remove the reports of all but these students; return whose they were."""
    gone = []
    for record in sorted((out / "records").glob("*.json")):
        if record.stem not in names:
            entry = read_record(out, record.stem)
            gone.append(entry.student if entry else record.stem)
            folder = out / "students" / record.stem
            for file in ("feedback.html", "feedback.txt", "results.json"):
                (folder / file).unlink(missing_ok=True)
            with contextlib.suppress(OSError):  # somebody's own file is in it
                folder.rmdir()
            record.unlink()
    return gone


def table(entries):
    """Return the marks as CSV.

    What a spreadsheet would take for a formula begins with an apostrophe, in whatever
    cell it ends up: many read a semicolon as the end of one.

    Parameters
    ----------
    entries : dict of str to Entry
        By the name of the student's folder.
    """
    text = io.StringIO(newline="")
    rows = csv.writer(text)
    rows.writerow(COLUMNS)
    for name, entry in entries.items():
        marks = [_number(v) for v in (entry.points, entry.worth)]
        each = [_number(line.points) for line in entry.lines]
        late = LISTED if entry.late == TOO else entry.late
        reason = entry.reason
        if not (reason or entry.first_wrong or entry.ok):  # it returned nothing
            reason = entry.message
        student, first, *known = map(
            _cell, [entry.student, entry.first_wrong, late, reason, entry.file, name]
        )
        rows.writerow([student, *marks, first, *each, *known])
    return text.getvalue()


def _number(value):
    return f"{round(value, 2):.10g}"


def _cell(value):
    parts = in_one(value, LONGEST).split(";")
    return ";".join(f"'{part}" if is_formula(part) else part for part in parts)


def write(path, text):
    """Write a text file whole or not at all, and only if it says something new."""
    content = text.encode("utf-8", "replace")
    with contextlib.suppress(OSError):
        if path.read_bytes() == content:
            return
    temporary = path.with_name(f".{secrets.token_hex(8)}")
    try:
        temporary.write_bytes(content)
        os.replace(temporary, path)
    except OSError as error:
        why = f"{error.strerror}; is it open elsewhere?"
        raise RefusedError(f"{path} cannot be written: {why}") from None
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink()


def _record(out, name):
    return Path(out) / "records" / f"{name}.json"
