"""Make the assignment: ``python assignment/make.py`` writes ``dist/assignment/``.

All of it follows from ``backprop.md``. A solution stands there once, between the marks
that nbgrader knows, below the stubs that a student sees: ``dz3 = None``. nbgrader
removes what stands between the marks; the solution is made by removing the stubs.

Submissions and the gradebook in the course folder stay. All else is written anew,
``grading.toml`` and ``nbgrader_config.py`` too: the place to change these is the folder
of this file.
"""
# ruff: noqa: E402, for what is imported lies in book/_ext

import copy
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent
OUT = ROOT / "dist" / "assignment"
sys.path.insert(0, str(ROOT / "book" / "_ext"))

import jupytext
import kernels
import nbformat
import page
from notebooks import install_cell

from mlpnotes.grading.hosts import gradescope, otter

NAME = "backprop"
BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
REGION = re.compile(rf"^ *{BEGIN}\n(.*?)^ *{END}\n?", re.DOTALL | re.MULTILINE)
STUB = re.compile(r"^ *(\w+) = None.*\n", re.MULTILINE)
FOR_TEACHERS = re.compile(r"<!--.*?-->\n*", re.DOTALL)
LINK = re.compile(r"(?<=[(<])book:([\w-]*)(?=[)>])")
COURSE = ["nbgrader_config.py", "grading.toml"]


def addresses():
    """Return where the project and the book are."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return project["urls"]["Repository"], project["urls"]["Book"]


def read():
    """Return the assignment as a notebook, its solutions between their marks."""
    repository, book = addresses()
    notebook = jupytext.read(HERE / f"{NAME}.md")
    for cell in notebook.cells:
        source = FOR_TEACHERS.sub("", cell.source)
        cell.source = LINK.sub(
            lambda link: book + f"{link[1]}.html" * bool(link[1]), source
        )
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    notebook.cells.insert(0, install_cell(code, repository))
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number}"
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    notebook.metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    return notebook


def solved(source, kind):
    """Return a cell without its marks, and without the stubs that they replace."""
    region = REGION.search(source)
    if not region:
        return source
    if kind == "markdown":
        return region[1].strip()
    assigned = set(re.findall(r"^ *(\w+) = ", region[1], re.MULTILINE))
    above = STUB.sub(
        lambda stub: "" if stub[1] in assigned else stub[0], source[: region.start()]
    )
    return f"{above}{region[1]}{source[region.end() :]}".rstrip()


def solution(notebook):
    """Return the notebook as a right answer."""
    notebook = copy.deepcopy(notebook)
    for cell in notebook.cells:
        cell.source = solved(cell.source, cell.cell_type)
    return notebook


def run(notebook):
    """Run the cells of a notebook in place, as those of the book are run."""
    with tempfile.TemporaryDirectory() as folder:
        kernels.run(notebook, folder, kernels.environment(folder), timeout=300)


def write_course(notebook, course):
    """Write nbgrader's folder, let it make the students' version; return its path."""
    source = course / "source" / NAME
    source.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, source / f"{NAME}.ipynb")
    for name in COURSE:
        shutil.copy(HERE / name, course)
    tools = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", "generate_assignment", NAME, "--force"],
        cwd=course, env=os.environ | {"PATH": tools, "PYTHONUTF8": "1"},
        capture_output=True, encoding="utf-8", errors="replace",
    )  # fmt: skip
    if done.returncode:
        sys.exit(f"nbgrader does not make the assignment:\n{done.stderr.strip()}")
    return course / "release" / NAME / f"{NAME}.ipynb"


def main(out=OUT):
    """Make all of it; what is in the folder from before is replaced."""
    out.mkdir(parents=True, exist_ok=True)
    notebook = read()
    release = write_course(notebook, out / "nbgrader")
    shutil.copyfile(release, out / f"{NAME}.ipynb")
    shutil.copy(HERE / "grading.toml", out)
    gradescope.package(out / "gradescope.zip", out / "grading.toml")
    otter.package(out / "autograder.zip", out / "grading.toml")
    answers = solution(notebook)
    run(answers)
    nbformat.write(answers, out / "solution.ipynb")
    page.make(nbformat.read(release, 4), out, addresses()[1])
    print(
        f"The assignment is in {out}\n"
        "Points, form and deadline: change assignment/grading.toml, then run this again"
    )


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
