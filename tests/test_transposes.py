"""The section on transposes: its table is what its cell runs, and is checked."""

import ast
import re

import numpy as np
import pytest
from record import BOOK

from mlpnotes import Gradients, backward, forward, random_problem
from mlpnotes.gradcheck import agree

PAGE = (BOOK / "step-1.md").read_text("utf-8")
SECTION = PAGE.split("(where-transposes)=")[1].split("\n## In code")[0]
CELL = r"^```\{code-cell\}[^\n]*\n(?::tags:[^\n]*\n+)?(.*?)^```$"
RUN, CHECK = re.findall(CELL, SECTION, flags=re.M | re.S)


def summed(string):
    """Return the word for the letters of an einsum string that are summed."""
    before, after = string.split("->")
    gone = set(before) - set(after) - {","}
    return "" if not gone else "observations" if gone == {"i"} else "outputs"


def cell():
    """Return line -> (einsum string, its factors, what is summed), as it runs."""
    found = {}
    for node in ast.walk(ast.parse(RUN)):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
            string, *factors = node.value.args
            names = [re.sub(r"(acts|params)\.", "", ast.unparse(f)) for f in factors]
            found[node.targets[0].id] = string.value, names, summed(string.value)
    return found


def table():
    """Return the same as the table has it."""
    row = r"^\| `(\w+)` \| `(.*?)` of (.*?) \| (.*?) ?\|"
    return {
        line: (string, re.findall("`(.*?)`", factors), over)
        for line, string, factors, over in re.findall(row, SECTION, flags=re.M)
    }


def run(source):
    params, X, y = random_problem(rng=np.random.default_rng(3))
    acts = forward(params, X)
    names = {"np": np, "agree": agree, "params": params, "acts": acts, "y": y}
    names["g"] = backward(params, acts, y)
    exec(source, names)
    exec(CHECK, names)


def test_the_table_is_what_the_cell_runs():
    assert tuple(table()) == Gradients._fields
    assert table() == cell()


def test_the_check_passes():
    run(RUN)


@pytest.mark.parametrize("line", Gradients._fields)
def test_a_wrong_line_is_caught(line):
    wrong = re.sub(rf"^( +{line} = )(.*)$", r"\1-\2", RUN, flags=re.M)
    assert wrong != RUN
    with pytest.raises(AssertionError, match=line):
        run(wrong)
