"""The same program earns the same marks from every grader, and no cheat earns any.

What is invented here goes, as a file and as the student's own notebook filled in,
through ``mlpnotes grade``, nbgrader, the zip file for Gradescope and otter.
"""

import copy
import csv
import html
import json
import os
import re
import shutil
import stat
import subprocess
import sys
import tempfile
import venv
import zipfile
from pathlib import Path

import nbformat
import numpy as np
import pytest
from programs import LINES, program
from submissions import ENDS, NOTHING, inside

from mlpnotes.grading.hosts import gradescope, otter

pytestmark = pytest.mark.site

ROOT = Path(__file__).parents[1]
OPTIONS = 'function = "backward"\nseconds = 3\nmegabytes = 512\n'

ZEROS = """
def backward(params, acts, y):
    W1, b1, W2, b2, W3, b3 = params
    X, z1, a1, z2, a2, z3, y_hat = acts
    like = y_hat, W3, b3, a2, a2, W2, b2, a1, a1, W1, b1
    return tuple(np.zeros(a.shape) for a in like)
"""


def zeros(statements):
    """Return a program that does something first and then gives zeros."""
    head, body = ZEROS.split(":\n", 1)
    inner = "".join(f"    {line}\n" for line in statements.splitlines())
    return f"{head}:\n{inner}{body}"


UNTOUCHED = None  # the notebook as it is given out
INSIDE = """
import mlpnotes
found = mlpnotes.backward(params, acts, y)
return tuple(found)
"""
FRAMES = """
import sys
frame = sys._getframe().f_back
while frame:
    problem = frame.f_locals.get("problem")
    known = sys.modules.get("mlpnotes.tutor.known")
    if problem is not None and known:
        return tuple(known.Known(problem, "notes").truth.values())
    frame = frame.f_back
"""
REPLACED = """
import sys
known = sys.modules.get("mlpnotes.tutor.known")
verdict = sys.modules.get("mlpnotes.tutor.verdict")
if known:
    known.Known.close = known.Known.is_right = lambda *args, **more: True
    verdict.Diagnosis.points = lambda self, each=(1,) * 11: list(each)
    verdict.Diagnosis.score = verdict.Diagnosis.ok = True
"""
OWN_RESULTS = """
import json, pathlib
mine = json.dumps({"score": 11, "output": "All right.", "tests": []})
for place in ("results.json", "../results/results.json", "/autograder/results.json",
              "/autograder/results/results.json", "../../results/results.json"):
    try:
        pathlib.Path(place).write_text(mine)
    except OSError:
        pass
"""
# what each of them earns of eleven points
MARKS = {
    "perfect": (program("eleven"), 11),
    "six arrays": (program("six"), 11),
    "the course's form": (program("course").replace("backward_pass", "backward"), 11),
    "empty": ("", 0),
    "untouched": (UNTOUCHED, 0),
    "zeros": (ZEROS, 0),
    "one wrong line": (program("eleven", {"dW3": "dz3.T @ a2"}), 10),
    "one mistake, carried on": (program("eleven", {"dz2": "da2 * a2"}), 10),
    "two wrong lines": (
        program("eleven", {"dz2": "da2 * a2", "db1": "dz1.mean(axis=0)"}),
        9,
    ),
    "raises": (zeros("raise RuntimeError('I give up')"), 0),
    "stops halfway": (program("eleven", {"dW2": "a1 @ dz2"}), 5),
    "does not compile": ("def backward(params, acts, y)\n    return 1", 0),
    "endless": (ENDS["loops without end"][0], 0),
    "sleeps": (ENDS["sleeps"][0], 0),
    "memory": (ENDS["allocates 100 GB"][0], 0),
    "forks": (NOTHING["forks without end"], 0),
    "exits early": (ENDS["exits in the function"][0], 0),
    "exits politely": (inside("raise SystemExit(0)"), 0),
    "imports the answer": ("from mlpnotes import backward\n", 0),
    "imports it inside": (zeros(INSIDE), 0),
    "walks the frames": (zeros(FRAMES), 0),
    "replaces the tutor": (zeros(REPLACED), 0),
    "writes the results": (zeros(OWN_RESULTS), 0),
    "lies when compared": (NOTHING["lies as an array"], 0),
}
NOTHING_RIGHT = (  # in these no right line is the student's own
    "untouched", "zeros", "raises", "replaces the tutor", "writes the results",
)  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def commands():
    """Let nbgrader find the commands that it calls, as in an activated environment."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)
        yield


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """Make the course folder as ``make assignment`` does."""
    sys.path.insert(0, str(ROOT / "assignment"))
    import make

    folder = tmp_path_factory.mktemp("course")
    make.write_course(make.read(), folder)
    (folder / "grading.toml").write_text(OPTIONS, encoding="utf-8")
    return folder


def run(*command, cwd, ok=(0,), **env):
    """Run a command as a teacher types it, and return what it printed."""
    outer = {k: v for k, v in os.environ.items() if not k.startswith("JUPYTER")}
    env = {"HOME": str(cwd), "PYTHONPATH": str(ROOT / "src"), **env}
    done = subprocess.run(
        list(map(str, command)), cwd=cwd, env=outer | env, encoding="utf-8",
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=600,
    )  # fmt: skip
    assert done.returncode in ok, done.stdout
    return done.stdout


def nbgrader(folder, *args, **env):
    return run(sys.executable, "-m", "nbgrader", *args, cwd=folder, **env)


def cell(notebook, name):
    """Return a cell by what nbgrader calls it."""
    return next(
        c
        for c in notebook.cells
        if c.metadata.get("nbgrader", {}).get("grade_id") == name
    )


@pytest.mark.parametrize(
    "cheat", ["imports it inside", "walks the frames", "replaces the tutor"]
)
def test_a_cheat_would_win_where_the_tutor_runs_it_itself(cheat, tmp_path):
    said = run(
        sys.executable, "-c",
        "import sys, numpy as np\n" + MARKS[cheat][0] +
        "from mlpnotes.tutor import diagnose\n"
        "print(sum(diagnose(backward).points()))",
        cwd=tmp_path,
    )  # fmt: skip
    assert said.split() == ["11"] or said.split() == ["11.0"]


def filled_in(course, text):
    """Return the notebook that is given out, with a student's program in it."""
    notebook = nbformat.read(course / "release/backprop/backprop.ipynb", 4)
    if text is not UNTOUCHED:
        cell(notebook, "backward").source = text
    return notebook


def as_file(course, text, name):
    """Return the name and the text of a file that a student hands in."""
    if text is UNTOUCHED:
        return f"{name}.ipynb", nbformat.writes(filled_in(course, text))
    return f"{name}.py", f"import numpy as np\n{text}"


def hand_in(course, student, text):
    """Lay a notebook where nbgrader collects it, and return it and its path."""
    notebook = filled_in(course, text)
    path = course / "submitted" / student / "backprop" / "backprop.ipynb"
    path.parent.mkdir(parents=True)
    nbformat.write(notebook, path)
    return notebook, path


def earned(course, student, name="lines"):
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{course}/gradebook.db") as book:
        grade = book.find_grade(name, "backprop", "backprop", student)
        return grade.auto_score


def spoken(path):
    """Return what a page says, less all space."""
    text = path.read_text("utf-8")
    if path.suffix == ".html":
        text = html.unescape(
            re.sub("<(style|script).*?</\\1>|<[^>]*>", "", text, flags=re.S)
        )
    return "".join(text.split())


def tells_nothing(text, name):
    """Check that neither a right line nor a number of an array stands in it."""
    assert not re.search(r"\d\.\d{3}", text), name
    for right in LINES.values():
        assert "".join(right.split()) not in "".join(text.split()), (name, right)


def test_nbgrader_gives_the_marks_and_the_words(course):
    notebooks = {}
    for student, (text, _) in MARKS.items():
        notebooks[student], path = hand_in(course, student, text)
        before = path.read_bytes()
    nbgrader(course, "autograde", "backprop")
    assert path.read_bytes() == before
    nbgrader(course, "generate_feedback", "backprop")
    assert {s: earned(course, s) for s in MARKS} == {
        s: m for s, (_, m) in MARKS.items()
    }
    for student in MARKS:
        where = Path(student, "backprop")
        assert "Yourcode" in spoken(course / "feedback" / where / "backprop.html")
        graded = nbformat.read(course / "autograded" / where / "backprop.ipynb", 4)
        if student in NOTHING_RIGHT:  # the notebook itself shows a program, with a bug
            tells_nothing(json.dumps(cell(graded, "lines").outputs), student)


ODD = "x", [], None, 7, {"grade_id": ["lines"]}, {"grade_id": {}}, {"grade_id": None}


@pytest.mark.parametrize("known", ODD)
def test_a_cell_that_nbgrader_did_not_make_has_no_name(known):
    from mlpnotes.grading.hosts.nbgrader import _name

    assert _name(nbformat.from_dict({"metadata": {"nbgrader": known}})) is None


def test_what_a_student_breaks_in_the_notebook_nbgrader_mends(course):
    text, points = MARKS["one wrong line"]

    def deleted(notebook):
        notebook.cells.remove(cell(notebook, "lines"))

    def both_deleted(notebook):
        deleted(notebook)
        cell(notebook, "backward").metadata.pop("nbgrader")

    def changed(notebook):
        cell(notebook, "lines").source = "11"
        cell(notebook, "lines").metadata.nbgrader.points = 1000

    def mine_to_answer(notebook):
        cell(notebook, "lines").metadata.nbgrader |= dict(solution=True, grade=False)
        cell(notebook, "numerical").metadata.nbgrader.solution = False

    def twice(notebook):
        again = copy.deepcopy(cell(notebook, "lines"))
        again.id = "another"
        notebook.cells.append(again)

    def old(notebook):
        cell(notebook, "recipe").metadata.nbgrader.schema_version = 1
        cell(notebook, "compare").metadata.nbgrader = {}

    def failing(notebook):
        notebook.cells.insert(0, nbformat.v4.new_code_cell("import this_is_not_there"))

    def odd(notebook):
        for known in ODD:
            notebook.cells.append(nbformat.v4.new_code_cell("1"))
            notebook.cells[-1].metadata["nbgrader"] = known

    changes = deleted, both_deleted, changed, mine_to_answer, twice, old, failing, odd
    for change in changes:
        notebook, path = hand_in(course, f"has {change.__name__}", text)
        change(notebook)
        nbformat.write(notebook, path)
    nbgrader(course, "autograde", "backprop")
    for change in changes:
        student = f"has {change.__name__}"
        assert earned(course, student) == points, student
        assert earned(course, student, "numerical") in (None, 0)  # a person's


def test_the_outputs_that_a_person_reads_are_kept_and_cannot_act(course):
    notebook, path = hand_in(course, "has outputs", MARKS["perfect"][0])
    script = "<script>steal()</script>"
    new = nbformat.v4.new_output
    cell(notebook, "recipe").outputs = [
        new("stream", text="epoch 8: reads ≈ 97.3%\n"),
        new("display_data", {"text/html": script, "text/plain": "a picture"}),
        new("display_data", {"text/html": script}),
        new("display_data", {"image/svg+xml": script, "image/png": "iVBORw0KGgo="}),
    ]
    nbformat.write(notebook, path)
    nbgrader(course, "autograde", "backprop", "--student=has outputs")
    graded = nbformat.read(course / "autograded/has outputs/backprop/backprop.ipynb", 4)
    kept = cell(graded, "recipe").outputs
    assert kept[0].text == "epoch 8: reads ≈ 97.3%\n"
    assert [list(o.data) for o in kept[1:]] == [["text/plain"], ["image/png"]]


def test_nbgrader_left_as_it_is_gives_honest_students_the_same(course, tmp_path):
    shutil.copytree(course / "source", tmp_path / "source")
    config = (course / "nbgrader_config.py").read_text("utf-8")
    lines = [line for line in config.splitlines() if "configure" not in line]
    (tmp_path / "nbgrader_config.py").write_text("\n".join(lines), encoding="utf-8")
    nbgrader(tmp_path, "generate_assignment", "backprop")
    honest = (
        "perfect",
        "one wrong line",
        "two wrong lines",
        "stops halfway",
        "six arrays",
    )
    for student in (*honest, "untouched", "raises"):
        notebook, path = hand_in(tmp_path, student, MARKS[student][0])
        last = notebook.cells.index(cell(notebook, "lines"))
        notebook.cells = notebook.cells[: last + 1]  # the training takes its time
        nbformat.write(notebook, path)
    nbgrader(tmp_path, "autograde", "backprop")
    for student in (*honest, "untouched", "raises"):
        assert earned(tmp_path, student) == MARKS[student][1], student


def test_options_that_contradict_the_graded_cell_are_a_sentence(course):
    hand_in(course, "has other points", MARKS["perfect"][0])
    options = course / "grading.toml"
    try:
        options.write_text(
            "points = [2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]", encoding="utf-8"
        )
        said = run(
            sys.executable, "-m", "nbgrader", "autograde", "backprop",
            "--student=has other points", cwd=course, ok=(1,),
        )  # fmt: skip
    finally:
        options.write_text(OPTIONS, encoding="utf-8")
    assert "add up to 12, the cell lines is worth 11: make them the same" in said


def test_the_command_gives_the_marks(course, tmp_path):
    folder, out = tmp_path / "handed in", tmp_path / "grades"
    folder.mkdir()
    for student, (text, _) in MARKS.items():
        name, held = as_file(course, text, student)
        (folder / name).write_text(held, "utf-8")
    (tmp_path / "grading.toml").write_text(OPTIONS, encoding="utf-8")
    run(
        sys.executable, "-m", "mlpnotes.grading", "grade", folder, "--out", out,
        "--options", tmp_path / "grading.toml", cwd=tmp_path,
    )  # fmt: skip
    with open(out / "grades.csv", encoding="utf-8-sig") as file:
        got = {row["student"]: float(row["points"]) for row in csv.DictReader(file)}
    assert got == {student: marks for student, (_, marks) in MARKS.items()}
    for student in NOTHING_RIGHT:
        for path in (out / "students" / student).iterdir():
            tells_nothing(spoken(path), student)


@pytest.fixture(scope="module")
def unpacked():
    """Lay the zip file for Gradescope out as Gradescope does; return its root."""
    with tempfile.TemporaryDirectory() as folder:  # pytest's own is closed to others
        folder = Path(folder)
        folder.chmod(0o755)
        (folder / "grading.toml").write_text(OPTIONS, encoding="utf-8")
        gradescope.package(folder / "gradescope.zip", folder / "grading.toml")
        root = folder / "autograder"
        with zipfile.ZipFile(folder / "gradescope.zip") as archive:
            archive.extractall(root / "source")
            for info in archive.infolist():
                (root / "source" / info.filename).chmod(info.external_attr >> 16)
        (root / "results").mkdir()
        shutil.copy(root / "source" / "run_autograder", root)
        yield root


@pytest.fixture(scope="module")
def bare():
    """Make a Python that has NumPy and nothing else, as setup.sh does."""
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        folder.chmod(0o755)
        venv.create(folder, symlinks=True)
        site = next(folder.glob("lib/python*/site-packages"))
        for path in Path(np.__file__).parents[1].glob("numpy*"):
            (site / path.name).symlink_to(path)
        yield folder / "bin" / "python"


def gradescope_marks(root, python, files, ok=(0,), **env):
    """Run the autograder on some files, by name, and return its results."""
    shutil.rmtree(root / "submission", ignore_errors=True)
    for path in (root / "results").iterdir():
        path.unlink()
    for name, text in files.items():
        path = root / "submission" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (root / "submission").mkdir(exist_ok=True)
    run(
        root / "run_autograder",
        root,
        cwd=root,
        ok=ok,
        PYTHONPATH="",
        MLPNOTES_PYTHON=str(python),
        **env,
    )
    assert [p.name for p in (root / "results").iterdir()] == ["results.json"]
    return json.loads((root / "results" / "results.json").read_text("utf-8"))


def test_gradescope_gives_the_marks(course, unpacked, bare):
    for student, (text, marks) in MARKS.items():
        files = dict([as_file(course, text, "my backprop")])
        found = gradescope_marks(unpacked, bare, files)
        assert found["score"] == marks, (student, found["output"])
        assert len(found["tests"]) == 11
        assert sum(test["score"] for test in found["tests"]) == marks
        if student in NOTHING_RIGHT:
            tells_nothing(json.dumps(found), student)


def test_gradescope_takes_the_notebook_and_says_what_it_cannot_take(
    course, unpacked, bare
):
    for student in ("untouched", "one wrong line"):
        text, marks = MARKS[student]
        notebook = nbformat.writes(filled_in(course, text))
        files = {"a folder/Übung 1.ipynb": notebook}
        found = gradescope_marks(unpacked, bare, files)
        assert found["score"] == marks, (student, found["output"])
    for files, said in (
        ({}, "There is no"),
        ({"backprop.txt": "def backward"}, "There is no"),
        ({"backprop.ipynb": "{"}, "notebook"),
        ({".hidden.py": ZEROS, "__MACOSX/a.py": ZEROS}, "There is no"),
    ):
        found = gradescope_marks(unpacked, bare, files)
        assert found["score"] == 0
        assert said in found["output"], (files, found["output"])
    right = f"import numpy as np\n{MARKS['perfect'][0]}"
    found = gradescope_marks(unpacked, bare, {"a.py": "x = 1", "b.py": right})
    assert found["score"] == 11


def test_gradescope_without_bubblewrap_runs_it_as_another_user(unpacked, bare):
    tools = unpacked.parent / "tools"
    tools.mkdir()
    for name in ("sh", "chmod"):
        (tools / name).symlink_to(shutil.which(name))
    source = str(unpacked / "source")
    reads = zeros(f"import sys\nsys.path.insert(0, {source!r})\n{INSIDE}")
    for text, marks in (
        MARKS["perfect"],
        MARKS["one wrong line"],
        MARKS["imports it inside"],
        MARKS["writes the results"],
        (reads, 0),
    ):
        files = {"backprop.py": f"import numpy as np\n{text}"}
        found = gradescope_marks(unpacked, bare, files, PATH=str(tools))
        assert found["extra_data"]["isolation"] == "another user"
        assert found["score"] == marks, found["output"]


def test_gradescope_hears_of_a_grader_that_fails(unpacked, bare):
    options = unpacked / "source" / "grading.toml"
    held = options.read_text("utf-8")
    try:
        options.write_text("points = 3", encoding="utf-8")
        found = gradescope_marks(unpacked, bare, {"a.py": ZEROS}, ok=(1,))
    finally:
        options.write_text(held, encoding="utf-8")
    assert found["score"] == 0
    assert "please tell your teacher" in found["output"]


def test_a_result_that_a_student_has_left_does_not_count(unpacked, bare):
    root = unpacked
    (root / "results" / "results.json").unlink(missing_ok=True)
    (root / "results" / "results.json").mkdir()
    gradescope._write(root, {"score": 1})
    assert json.loads((root / "results" / "results.json").read_text("utf-8")) == {
        "score": 1
    }


def test_the_zip_files_are_the_same_each_time_and_hold_no_digits(tmp_path):
    for module, mine in ((gradescope, "gradescope.zip"), (otter, "autograder.zip")):
        module.package(tmp_path / mine)
        module.package(tmp_path / "again.zip")
        assert (tmp_path / mine).read_bytes() == (tmp_path / "again.zip").read_bytes()
        assert (tmp_path / mine).stat().st_size < 300_000
    with zipfile.ZipFile(tmp_path / "gradescope.zip") as archive:
        modes = {i.filename: i.external_attr >> 16 for i in archive.infolist()}
    assert not any("data/" in name or "__pycache__" in name for name in modes)
    runs = {name for name, mode in modes.items() if mode & stat.S_IXUSR}
    assert runs == {"setup.sh", "run_autograder"}


def test_setup_installs_the_numpy_that_is_locked():
    locked = (ROOT / "requirements.txt").read_text("utf-8")
    assert f"numpy=={np.__version__} ;" in locked
    made = gradescope.SETUP.format(python="3.11", numpy=np.__version__)
    assert f"numpy=={np.__version__}\n" in made
    assert subprocess.run(["bash", "-n"], input=made, encoding="utf-8").returncode == 0


def otter_results(folder, name, text):
    """Run otter's command on a file, and return its results by question."""
    (folder / name).write_text(text, encoding="utf-8")
    run(
        sys.executable, "-m", "otter", "run", name, "-a", "autograder.zip", "--no-logo",
        cwd=folder,
    )  # fmt: skip
    tests = json.loads((folder / "results.json").read_text("utf-8"))["tests"]
    return {t["name"]: t for t in tests if "score" in t}


def test_otter_gives_the_marks_and_the_words(course, tmp_path):
    (tmp_path / "grading.toml").write_text(OPTIONS, encoding="utf-8")
    otter.package(tmp_path / "autograder.zip", tmp_path / "grading.toml")
    for student in ("perfect", "untouched", "two wrong lines", "exits early"):
        text, marks = MARKS[student]
        notebook = nbformat.writes(filled_in(course, text))
        found = otter_results(tmp_path, "backprop.ipynb", notebook)
        assert sum(t["score"] for t in found.values()) == marks, student
        assert len(found) == 11
        if student == "two wrong lines":
            assert "dz2 is the first wrong line, (30)" in found["30_dz2"]["output"]
            assert "See dz2." in found["52_db1"]["output"]
            tells_nothing(found["52_db1"]["output"], student)
    (tmp_path / "backprop.ipynb").unlink()
    text = f"import numpy as np\n{MARKS['one wrong line'][0]}"
    found = otter_results(tmp_path, "backprop.py", text)
    assert sum(t["score"] for t in found.values()) == 10


def test_otter_checks_in_the_students_own_notebook():
    scope = {"np": np}
    exec(MARKS["one wrong line"][0], scope)
    otter.check("dz3", scope)
    with pytest.raises(AssertionError, match="dW3 is the first wrong line"):
        otter.check("dW3", scope)
    with pytest.raises(TypeError, match="backward is None, expected a function"):
        otter.check("dz3", {})
