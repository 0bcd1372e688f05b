"""The mistakes that the tutor knows: a table, one row each, for teachers to extend.

To add one, insert a `mlpnotes.tutor.Hypothesis` at the front of ``HYPOTHESES``: of
two that fit, the first one speaks. The tutor tries each row on each line that it
names, also times a constant, and shows the hint only if the numbers agree. What a
sentence says is true of the numbers, whatever was typed.
"""

from mlpnotes.tutor.mistakes.anywhere import ANYWHERE
from mlpnotes.tutor.mistakes.errors import ERRORS
from mlpnotes.tutor.mistakes.lines import EQUATIONS, LINES, Hypothesis, fill
from mlpnotes.tutor.mistakes.parameters import PARAMETERS
from mlpnotes.tutor.mistakes.slopes import SLOPES

__all__ = ["EQUATIONS", "HYPOTHESES", "LINES", "NOTES_ONLY", "Hypothesis", "fill"]

HYPOTHESES = [*ERRORS, *SLOPES, *PARAMETERS, *ANYWHERE]

# rows that hold the parameter itself: in the course's form the penalty's
# coefficient is fitted instead, see penalties.py
NOTES_ONLY = frozenset({"updated parameter", "penalty added", "λ on the biases"})
