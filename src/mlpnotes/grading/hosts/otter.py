"""otter-grader: a question for each line, whose test says what the tutor says.

``otter run submission.ipynb -a autograder.zip`` marks the function apart, as
``mlpnotes grade`` does: `Grade` takes the student's cells out before otter runs the
notebook in its own process. Where the tests lie beside a student's notebook,
``grader.check`` runs the tutor there and then.
"""

import functools
import json
from pathlib import Path

from nbformat.v4 import new_code_cell, new_notebook

from mlpnotes.grading.hosts.hosted import Grader
from mlpnotes.grading.hosts.packing import pack
from mlpnotes.grading.reports import feedback
from mlpnotes.tutor import diagnose
from mlpnotes.tutor.mistakes import EQUATIONS

TEST = '''"""The line of {name}, equation ({equation})."""

from mlpnotes.grading.hosts.otter import check
from otter.test_files import test_case

OK_FORMAT = False
name = "{key}"
points = {worth}


@test_case(hidden=False)
def test_line(env):
    check("{name}", env)
'''
CONFIG = {"plugins": ["mlpnotes.grading.hosts.otter.Grade"], "show_all_public": True}
MARKED = "_marked"  # what stands for the student's cells


def package(path, toml=None):
    """Write ``autograder.zip``.

    Parameters
    ----------
    path : Path
        Where to.
    toml : Path, optional
        The class's options.
    """
    points = Grader(toml and Path(toml)).options.points
    files = {
        f"tests/{_key(name)}.py": TEST.format(
            name=name, equation=equation, key=_key(name), worth=worth
        )
        for (name, equation), worth in zip(EQUATIONS.items(), points, strict=True)
    }
    files |= {
        "otter_config.json": json.dumps(CONFIG, indent=1),
        "grading.toml": Path(toml).read_bytes() if toml else "",
    }
    pack(path, files)


class Grade:
    """otter's plugin: marks the submission apart, and leaves its marks to the tests."""

    def __init__(self, submission_path, submission_metadata, plugin_config):
        self._path = Path(submission_path)

    def before_execution(self, submission):
        """Return a notebook that holds the marks and nothing of the student's."""
        grader = Grader(Path("..", "source", "grading.toml"))
        self._entry = grader(self._path, file=self._path.name)
        text = feedback.text(self._entry, grader.sentences)
        earned = {line.name: line.points >= line.worth for line in self._entry.lines}
        return new_notebook(cells=[new_code_cell(f"{MARKED} = {(earned, text)!r}")])

    def after_grading(self, results):
        """Give each line its points, which need not be all or none."""
        for line in self._entry.lines:
            results.update_score(_key(line.name), line.points)


def check(name, env):
    """Compare a line of the function ``backward`` with its equation.

    Parameters
    ----------
    name : str
        Such as "dW3".
    env : dict
        What the notebook has defined.

    Raises
    ------
    AssertionError
        If the line does not earn all of its points: at the first such line with
        what the tutor says of them all.
    """
    earned, text = env.get(MARKED) or _diagnosed(env.get("backward"))
    first = next((n for n in earned if not earned[n]), None)
    assert earned[name], text if name == first else f"See {first}."


@functools.lru_cache(1)
def _diagnosed(backward):
    found = diagnose(backward)
    return dict(zip(EQUATIONS, (p == 1 for p in found.points()), strict=True)), str(
        found
    )


def _key(name):
    """Return the name of a line's question, so that they come in the order to write."""
    return f"{EQUATIONS[name]:02}_{name}"
