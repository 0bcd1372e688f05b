"""nbgrader with this package's grader: nothing of a student's runs in its kernel.

A course's ``nbgrader_config.py`` needs two lines::

    from mlpnotes.grading.hosts.nbgrader import configure
    configure(get_config())

Then ``nbgrader autograde`` marks the function of each notebook apart, as
``mlpnotes grade`` does, and writes the tutor's verdict and the points into the graded
cell. What a person is to read keeps the outputs that the student handed in: nothing
has been run to check them.
"""

import tempfile
from pathlib import Path

import nbformat
from nbformat import from_dict
from nbformat.v4 import new_code_cell, new_output
from nbgrader.api import Gradebook
from nbgrader.converters import Autograde
from nbgrader.nbgraderformat import SCHEMA_VERSION
from nbgrader.preprocessors import (
    ClearOutput,
    Execute,
    NbGraderPreprocessor,
)
from traitlets import Unicode

from mlpnotes.grading.hosts.hosted import Grader
from mlpnotes.grading.reports import feedback

HARMLESS = ("text/plain", "image/png", "image/jpeg")  # a page cannot be made to run it


class KeepOutputs(NbGraderPreprocessor):
    """Keep a student's text and pictures for whoever reads them, and nothing else."""

    def preprocess_cell(self, cell, resources, index):
        """Drop what could run in the page of a teacher."""
        if cell.cell_type == "code":
            for output in cell.outputs:
                if "data" in output:
                    output.data = {
                        k: v for k, v in output.data.items() if k in HARMLESS
                    }
                    output.metadata = {}
            cell.outputs = [o for o in cell.outputs if o.get("data", True)]
        return cell, resources


class Restore(NbGraderPreprocessor):
    """Undo what a student has changed of how the notebook is graded.

    nbgrader itself restores the text of locked cells and the points. That a cell is
    the student's to answer, or there twice, would be believed, and a mark of an older
    nbgrader would end the grading of the whole class.
    """

    grade_id = Unicode("lines", help="The graded cell.").tag(config=True)

    def preprocess(self, nb, resources):
        """Put the graded cell in its place, and say of each cell who grades it.

        Raises
        ------
        ValueError
            If not this cell alone is to be graded by its output: a teacher's mistake.
        """
        known = resources["nbgrader"]
        with Gradebook(known["db_url"]) as book:
            notebook = book.find_notebook(known["notebook"], known["assignment"])
            source = {c.name: _metadata(c) for c in notebook.source_cells}
            for cell in (*notebook.grade_cells, *notebook.task_cells):
                source[cell.name]["points"] = cell.max_score
            for cell in notebook.grade_cells:
                source[cell.name]["grade"] = True
            for cell in notebook.solution_cells:
                source[cell.name]["solution"] = True
            for cell in notebook.task_cells:
                source[cell.name]["task"] = True
            text = {c.name: c.source for c in notebook.source_cells}
        run = [
            n for n, c in source.items()
            if c["grade"] and not c["solution"] and c["cell_type"] == "code"
        ]  # fmt: skip
        if run != [self.grade_id]:
            raise ValueError(
                f"graded by their output are the cells {run} of {known['notebook']}, "
                f"expected {self.grade_id} alone: let a person grade the others"
            )
        last = {_name(cell): i for i, cell in enumerate(nb.cells)}
        for i, cell in enumerate(nb.cells):
            if "nbgrader" in cell.metadata:
                del cell.metadata["nbgrader"]
                name = next((n for n in source if last.get(n) == i), None)
                if name:
                    cell.metadata["nbgrader"] = from_dict(source[name])
        graded = new_code_cell(
            text[self.grade_id], metadata={"nbgrader": source[self.grade_id]}
        )
        if nb.nbformat_minor < 5:  # before cells had names of their own
            del graded["id"]
        if self.grade_id in last:
            nb.cells[last[self.grade_id]] = graded
        else:
            self.log.warning("The cell %s was missing", self.grade_id)
            nb.cells.append(graded)
        return nb, resources


class Grade(NbGraderPreprocessor):
    """Mark the notebook, and write verdict and points into its graded cell."""

    grade_id = Unicode("lines", help="The graded cell.").tag(config=True)
    options = Unicode(
        "grading.toml", help="The class's options, seen from the course's folder."
    ).tag(config=True)

    def preprocess(self, nb, resources):
        """Mark a notebook whose cells nbgrader has restored.

        Raises
        ------
        ValueError
            If the options have other points than the cell: a teacher's mistake.
        """
        known = resources["nbgrader"]
        cell = next(c for c in nb.cells if _name(c) == self.grade_id)
        grader = Grader(Path(self.options))
        worth, points = cell.metadata.nbgrader.points, sum(grader.options.points)
        if worth != points:
            raise ValueError(
                f"the points in {self.options} add up to {points:g}, the cell "
                f"{self.grade_id} is worth {worth:g}: make them the same"
            )
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"{known['notebook']}.ipynb"
            nbformat.write(nb, path)
            entry = grader(path, student=known["student"], file=path.name)
        cell.execution_count = 1
        cell.outputs = [
            new_output(
                "display_data",
                {
                    "text/html": feedback.piece(entry, grader.sentences),
                    "text/plain": feedback.text(entry, grader.sentences),
                },
            ),
            new_output(
                "execute_result", {"text/plain": str(entry.points)}, execution_count=1
            ),
        ]
        return nb, resources


def _name(cell):
    """Return what nbgrader calls a cell, or None: a student may write anything."""
    known = cell.metadata.get("nbgrader")
    name = known.get("grade_id") if isinstance(known, dict) else None
    return name if isinstance(name, str) else None


def _metadata(cell):
    """Return what nbgrader writes into a cell that nobody grades or answers."""
    return {
        "grade_id": cell.name, "locked": cell.locked, "checksum": cell.checksum,
        "cell_type": str(cell.cell_type), "schema_version": SCHEMA_VERSION,
        "grade": False, "solution": False, "task": False,
    }  # fmt: skip


def configure(c, options="grading.toml"):
    """Make nbgrader's autograde use this grader.

    Parameters
    ----------
    c : traitlets.config.Config
        What ``get_config()`` gives in ``nbgrader_config.py``.
    options : str
        The file of the class's options, seen from the course's folder; without such
        a file they are as they come. Lateness is left to nbgrader.
    """
    mine = {ClearOutput: [KeepOutputs, Restore], Execute: [Grade]}
    for name in ("sanitize_preprocessors", "autograde_preprocessors"):
        usual = Autograde.class_traits()[name].default()
        setattr(c.Autograde, name, [q for p in usual for q in mine.get(p, [p])])
    c.Grade.options = str(options)
