"""Who is late: by the time of the file, or by a list."""

import difflib
import math

from mlpnotes.grading.finding.names import same

TOO, LISTED = "too", "listed"  # for a sentence, for a column


def unknown_late(options, submissions):
    """Yield a sentence on each name of the late list that handed in nothing."""
    students = {same(s.student): s.student for s in submissions}
    for name in sorted(options.late_list):
        if same(name) not in students:
            near = difflib.get_close_matches(same(name), students, 1)
            hint = f": is it {students[near[0]]}?" if near else ""
            yield f"late names {name}, who handed in nothing{hint}"


def lateness(submission, options):
    """Return by how much a submission is late, and what its points are multiplied by.

    Returns
    -------
    late : str
        Such as "2 h 5 min", "too" for one on the list alone, or "".
    factor : float
    """
    late = ""
    if options.deadline is not None and submission.when is not None:
        seconds = (submission.when - options.deadline.astimezone()).total_seconds()
        late = _spell(math.ceil(seconds / 60)) if seconds > 0 else ""
    if not late and same(submission.student) in map(same, options.late_list):
        late = TOO
    return late, 1 - options.late_costs if late else 1.0


def _spell(minutes):
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    parts = [(days, "d"), (hours, "h"), (minutes, "min")]
    return " ".join(f"{n} {unit}" for n, unit in parts if n)
