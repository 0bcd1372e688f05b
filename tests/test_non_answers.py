"""No exercise takes for right what is no answer: 0, "", True, zeros, any function."""

import re

import jupytext
import matplotlib as mpl
import numpy as np
import pytest
from record import chapters

from mlpnotes.exercise import judge

SLOW = {"mnist", "further", "speed", "playground", "beyond-one-machine"}
CONSTANTS = [0, 1, -1, 0.5, True, False, "", "x", (), [], {}, (0, 0), (1, 1)]
FUNCTIONS = [lambda *a: 0, lambda *a: 1, lambda *a: a[0], lambda *a: a[-1], max, len]


def rules(chapter):
    """Yield the name of each exercise's rule, the rule, and arrays of its page."""
    mpl.use("agg")
    scope = {"__name__": "__main__"}
    for cell in jupytext.read(chapter).cells:
        if cell.cell_type == "code" and "mystnb" not in cell.metadata:
            exec(compile(cell.source, chapter.name, "exec"), scope)
            last = cell.source.rstrip().splitlines()[-1]
            if found := re.fullmatch(r"judge\(mine, (.*)\)", last):
                arrays = [v for v in scope.values() if isinstance(v, np.ndarray)]
                yield last, eval(found[1], scope), arrays


@pytest.mark.parametrize(
    "chapter",
    [p for p in chapters() if p.stem not in SLOW and "judge(" in p.read_text("utf-8")],
    ids=lambda p: p.stem,
)
def test_what_is_no_answer_is_not_right(chapter):
    count = 0
    for name, rule, arrays in rules(chapter):
        blank = [f(a) for a in arrays for f in (np.zeros_like, np.ones_like)]
        for mine in (*CONSTANTS, *FUNCTIONS, *blank):
            assert not judge(mine, rule), (name, mine)
            count += 1
    assert count > 0
