"""Grade a folder of submissions: what changed is marked, all is reported."""

import contextlib
import dataclasses
import itertools
import sys
import time
from pathlib import Path

from mlpnotes.grading import keeping
from mlpnotes.grading.apart import isolation
from mlpnotes.grading.apart.launching import LIMITS
from mlpnotes.grading.entry import failed
from mlpnotes.grading.finding.collect import collect
from mlpnotes.grading.finding.lateness import lateness, unknown_late
from mlpnotes.grading.options import Options
from mlpnotes.grading.reasons import Reason
from mlpnotes.grading.reports.sentences import replaced
from mlpnotes.grading.workers import marked

ALONE = (
    "Limits alone keep the submissions apart: what they run can read and delete what "
    "you can. Install bubblewrap, or grade where nothing else lies."
)
AGAIN, NEXT = "again ", "the next run tries once more"


def grade(submissions, out, options=None, *, say=None, progress=False):
    """Grade the submissions in a folder and write all reports.

    Parameters
    ----------
    submissions : str or Path
        A folder of ``.py`` and ``.ipynb`` files, flat, one folder for each student, or
        as Gradescope, Moodle or nbgrader export them. Nothing in it is altered.
    out : str or Path
        Where ``grades.csv``, ``class.html``, the students' feedback and the records
        go. What an earlier run left there and is still true is kept.
    options : Options, optional
    say : callable, optional
        Takes each sentence on what was left out, chosen, or went wrong.
    progress : bool
        Whether a bar, or a line now and then, is shown on stderr.

    Returns
    -------
    list of Entry
        By student.

    Raises
    ------
    ValueError
        Before any work is done: if there are no submissions, or out is something else.
    """
    folder, out = Path(submissions), Path(out)
    options = options or Options()
    say = say or (lambda sentence: None)
    found = collect(folder, options.function, leave=out)
    seed = keeping.opened(out, folder, options.seed)
    for sentence in (*found.said, *unknown_late(options, found.submissions)):
        say(sentence)
    sentences, entries = replaced(options.sentences), {}
    known, new = _known(found.submissions, out, options, seed)
    _say_gone(out, found.submissions, say)
    with contextlib.closing(_marked(new, options, seed, say, progress)) as marked_now:
        for submission, entry in itertools.chain(known, marked_now):
            entry = _finished(submission, entry, options)
            keeping.write_student(out, submission.name, entry, sentences)
            entries[submission.name] = entry
    entries = {s.name: entries[s.name] for s in found.submissions}
    keeping.write_class(out, entries, sentences)
    level = f" (kept apart by: {isolation.level()})" if new else ""
    empty = sum(s.path is None for s, _ in known)
    said = [f"{len(new)} graded{level}", f"{len(known) - empty} unchanged"]
    said += [f"{empty} without a program"] if empty else []
    say(f"{', '.join(said)}. Read {out / 'class.html'} first.")
    return [*entries.values()]


def _known(submissions, out, options, seed):
    """Return what needs no marking, with its entry, and what does, with its digest.

    The digest of what an earlier run could not end begins with `AGAIN`: one more time.
    """
    known, new = [], []
    for submission in submissions:
        try:
            digest = keeping.digest(submission, options, seed)
        except OSError as error:
            reason = Reason("file", error=error.strerror)
            submission = submission._replace(path=None, reason=reason)
            digest = keeping.digest(submission, options, seed)
        old = keeping.read_record(out, submission.name)
        if old and old.digest == digest:
            known.append((submission, old))
        elif submission.path is None:
            entry = failed(submission.reason, options, seed=seed, digest=digest)
            known.append((submission, entry))
        else:
            tried = old is not None and old.digest == AGAIN + digest
            new.append((submission, digest if tried else AGAIN + digest))
    return known, new


def _say_gone(out, submissions, say):
    """Remove the reports of those who are no longer there."""
    for student in keeping.forget(out, {s.name for s in submissions}):
        say(f"{student}: the file is gone, and so is the old report")


def _marked(new, options, seed, say, progress):
    """Yield each new submission with its entry, whose digest says if it holds."""
    if new and isolation.level() == LIMITS:
        say(ALONE)
    digests = {submission.name: digest for submission, digest in new}
    work = contextlib.closing(marked([s for s, _ in new], options, seed))
    with work as done, _bar(len(new), progress) as step:
        for submission, entry, trouble, ended in done:
            digest = digests[submission.name]
            if not trouble:
                digest = digest.removeprefix(AGAIN)
            elif not ended:  # through no fault of the student's
                digest = ""
            if trouble:
                again = digest == "" or digest.startswith(AGAIN)
                then = NEXT if again else "it stays so until the file changes"
                say(f"{submission.student}: no verdict, {trouble}; {then}")
            notes = (*entry.notes, *submission.notes)
            yield submission, dataclasses.replace(entry, notes=notes, digest=digest)
            step()


def _finished(submission, entry, options):
    """Return an entry with whose it is, and whether it came late."""
    late, factor = lateness(submission, options)
    return dataclasses.replace(
        entry, student=submission.student, file=submission.file, late=late,
        factor=factor,
    )  # fmt: skip


@contextlib.contextmanager
def _bar(total, progress):
    """Give a function that counts, and shows it if asked."""
    if not progress or not total:
        yield lambda: None
    elif sys.stderr.isatty():
        from tqdm import tqdm

        with tqdm(total=total, unit="", desc="graded", file=sys.stderr) as bar:
            yield bar.update
    else:
        yield _lines(total)


def _lines(total, every=10):
    """Return a function that counts, and says how far it is every few seconds."""
    done, last = 0, time.monotonic()

    def step():
        nonlocal done, last
        done += 1
        if time.monotonic() - last >= every:
            last = time.monotonic()
            print(f"graded {done} of {total}", file=sys.stderr, flush=True)

    return step
