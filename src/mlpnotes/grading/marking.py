"""One submission: run apart, judged by the tutor, turned into marks."""

from mlpnotes.grading.apart.isolation import Isolated, level
from mlpnotes.grading.entry import Entry, Line, failed
from mlpnotes.grading.reading import program
from mlpnotes.grading.reasons import Halted, Reason
from mlpnotes.grading.reports.discreet import discreet
from mlpnotes.tutor import diagnose


def mark(path, options, seed, isolation=None, **known):
    """Mark one file.

    Parameters
    ----------
    path : Path
        A ``.py`` or an ``.ipynb``; it is only read.
    options : Options
    seed : int
        Of the networks that it is run on.
    isolation : str, optional
        The level at which it is kept apart, by default the best.
    **known
        What is known already: ``student``, ``file``, ``late`` ... of the `Entry`.

    Returns
    -------
    Entry
    """
    known = {"seed": seed, "isolation": isolation or level()} | known
    try:
        call = getattr(options.form, "call", options.form)
        submission = program.read(path, options.function, call)
        with Isolated(submission, options, known["isolation"]) as caller:
            found = diagnose(
                caller, form=options.form, seed=seed, sizes=options.sizes,
                hint=options.hint,
            )  # fmt: skip
    except Halted as halted:
        return failed(halted.reason, options, **known)
    except Exception as error:  # the others are marked all the same
        why = f"{type(error).__name__}: {error}"[:200]
        return failed(Reason("no verdict, file", why=why), options, **known)
    points = found.points(options.points)
    lines = tuple(
        Line(r.name, r.equation, r.status, discreet(r.detail), r.hypotheses, p, worth,
             *submission.place(r.name))
        for r, p, worth in zip(found.rows, points, options.points, strict=True)
    )  # fmt: skip
    return Entry(
        lines=lines,
        first_wrong=found.first_wrong or "",
        message=discreet(found.message),
        remarks=tuple(map(discreet, found.remarks)),
        notes=(*submission.notes, *map(discreet, found.notes)),
        ok=found.ok,
        **known,
    )
