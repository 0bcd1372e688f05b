"""Grade many submissions of the backward pass: each judged by the tutor, apart.

A submission is a stranger's program. It runs in a process of its own that knows
nothing of the right answer; what comes back is judged here.
"""

from mlpnotes.grading.entry import Entry, Line
from mlpnotes.grading.many import grade
from mlpnotes.grading.marking import mark
from mlpnotes.grading.options import Options

__all__ = ["Entry", "Line", "Options", "grade", "mark"]
