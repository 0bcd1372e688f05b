"""Say of an answer to an exercise: not tried, not yet, or right.

The cell of an exercise holds ``mine = None``, the place for the answer, and ends
in `judge` with a rule. A rule takes the answer and returns what is wrong with it,
a sentence, or nothing. The rules here never say the right answer, and refuse
what is none.
"""

from mlpnotes.exercise.judging import Verdict, judge
from mlpnotes.exercise.rules import first_wrong, names, returns, same, sealed
from mlpnotes.exercise.seals import seal_of

__all__ = [
    "Verdict", "first_wrong", "judge", "names", "returns", "same", "seal_of", "sealed",
]  # fmt: skip
