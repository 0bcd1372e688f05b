"""The assignment: what the students get is the solution less its marked lines."""

import ast
import contextlib
import inspect
import io
import linecache
import re
import sys
import tomllib

import pytest
from nbgrader.nbgraderformat import MetadataValidator
from nbgrader.preprocessors import ClearSolutions
from record import BOOK
from traitlets.config.loader import PyFileConfigLoader

from mlpnotes import Gradients, backward

ASSIGNMENT = BOOK.parent / "assignment"
sys.path.append(str(ASSIGNMENT))

import make  # noqa: E402

PLACE = "*Your answer, in place of this line and any below it:*"


@pytest.fixture(scope="module")
def source():
    return make.read()


def cleared(notebook):
    """Let nbgrader make the students' version, with the course's configuration."""
    loader = PyFileConfigLoader("nbgrader_config.py", str(ASSIGNMENT))
    text = (ASSIGNMENT / "nbgrader_config.py").read_text("utf-8")
    lines = [line for line in text.splitlines() if line.startswith("c.ClearSolutions")]
    assert len(lines) == 2
    exec("\n".join(lines), {"c": loader.config})
    notebook, _ = ClearSolutions(config=loader.config).preprocess(notebook, {})
    return notebook


@pytest.fixture(scope="module")
def student(source):
    return cleared(make.read())


@pytest.fixture(scope="module")
def solution(source):
    return make.solution(source)


def marked(cell):
    """Return the lines of a cell of the source: those outside and those inside."""
    outside, inside, here = [], [], False
    for line in cell.source.splitlines():
        if make.BEGIN in line or make.END in line:
            here = make.BEGIN in line
        else:
            (inside if here else outside).append(line)
    return outside, inside


def secrets(notebook):
    """Return the lines and sentences that no student is to see."""
    found = set()
    for cell in notebook.cells:
        for line in marked(cell)[1]:
            found |= {s.strip() for s in re.split(r"(?<=[.:]) ", line)}
    return {s for s in found if len(s) > 7 and not s.startswith("after = params")}


def given(cell):
    return cell.metadata.get("nbgrader", {})


def lines(text):
    """Return the lines that are not empty: a region leaves an empty line behind."""
    return [line for line in text.splitlines() if line.strip()]


def test_each_stub_is_the_solution_less_its_marked_lines(source, student, solution):
    answers = 0
    for whole, stub, right in zip(
        source.cells, student.cells, solution.cells, strict=True
    ):
        outside, inside = marked(whole)
        assert lines(stub.source) == lines("\n".join(outside))
        if not inside:
            assert right.source == whole.source
            continue
        answers += 1
        stubs = {s for s in outside if s == PLACE or re.match(r" *\w+ = None", s)}
        assert stubs
        kept = lines("\n".join([s for s in outside if s not in stubs] + inside))
        assert sorted(lines(right.source)) == sorted(kept)
    assert answers == sum(bool(given(cell).get("solution")) for cell in source.cells)
    assert answers == 10


def test_each_stub_stands_in_the_solution_with_an_answer(source, solution):
    for whole, right in zip(source.cells, solution.cells, strict=True):
        if given(whole).get("solution") and whole.cell_type == "code":
            stubs = re.findall(r"^ *(\w+) = None", whole.source, re.MULTILINE)
            assert stubs
            for name in stubs:
                assert re.search(rf"^ *{name} = ", right.source, re.MULTILINE)
            assert "None" not in right.source


def test_each_of_the_eleven_lines_has_its_stub_with_equation_and_shape(student):
    (cell,) = (c for c in student.cells if given(c).get("grade_id") == "backward")
    stubs = re.findall(r"(\w+) = None  # (\(\d+\)) +(\(.*\))$", cell.source, re.M)
    assert tuple(name for name, _, _ in stubs) == Gradients._fields
    program = inspect.getsource(backward)
    for name, equation, shape in stubs:
        line = re.search(rf"^ *{name} = .*$", program, re.M)[0]
        assert equation in line
        assert line.endswith(shape)


def test_nothing_of_the_solutions_is_in_the_students_notebook(source, student):
    text = "\n".join(cell.source for cell in student.cells)
    assert len(secrets(source)) > 40
    assert [s for s in secrets(source) if s in text] == []
    assert "SOLUTION" not in text


@pytest.mark.parametrize("which", ["student", "solution"])
def test_cells_are_short(which, request):
    for cell in request.getfixturevalue(which).cells:
        if cell.cell_type == "code":
            lines = cell.source.splitlines()
            assert len(lines) <= 18, cell.source
            assert [line for line in lines if len(line) > 72] == []


def test_what_nbgrader_is_told_is_valid(source):
    validator = MetadataValidator()
    validator.validate_nb(source)
    told = [given(cell) for cell in source.cells if given(cell)]
    known = {cell["grade_id"]: cell for cell in told}
    assert len(known) == len(told)
    alone = [n for n, g in known.items() if g["grade"] and not g["solution"]]
    assert alone == ["lines"]  # by its output; the others by a person
    assert known["lines"]["locked"]
    assert known["lines"]["points"] == 11
    by_person = {n: g["points"] for n, g in known.items() if g["grade"]}
    assert sum(by_person.values()) == 20
    options = tomllib.loads((ASSIGNMENT / "grading.toml").read_text("utf-8"))
    assert sum(options["points"]) == known["lines"]["points"]


def test_the_table_of_points_adds_up(source):
    rows = re.findall(r"^\| .*? \| (\d+) \|", source.cells[1].source, re.MULTILINE)
    *each, together = map(int, rows)
    assert sum(each) == together
    graded = [given(cell).get("points", 0) for cell in source.cells]
    assert sum(graded) == together


def test_links_lead_into_the_book(source):
    text = "\n".join(cell.source for cell in source.cells)
    _, book = make.addresses()
    assert not re.search(r"[(<]book:", text)
    pages = set(re.findall(rf"{book}([\w-]+)\.html", text))
    assert {"your-backprop", "step-1", "step-2", "step-3"} & pages
    assert [page for page in pages if not (BOOK / f"{page}.md").exists()] == []


def shown(notebook):
    """Return what the code cells show, by grade_id or place."""
    return {
        given(cell).get("grade_id", str(i)): "\n".join(
            o.get("text") or o["data"]["text/plain"] for o in cell.outputs
        )
        for i, cell in enumerate(notebook.cells)
        if cell.cell_type == "code"
    }


def is_check(cell):
    return "check" in cell.metadata.get("tags", [])


def run(source, scope):
    """Run a cell as Jupyter does; return what it shows."""
    name = f"<cell {len(linecache.cache)}>"
    linecache.cache[name] = len(source), None, source.splitlines(True), name
    tree = ast.parse(source)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(tree, name, "exec"), scope)
        code = last and compile(ast.Expression(last.value), name, "eval")
        shown = code and eval(code, scope)
        print("" if shown is None else shown)
    return " ".join(out.getvalue().split())


@pytest.fixture
def said(solution):
    """Return what a check says of an answer, in a notebook that is right elsewhere."""
    first, *cells = (c for c in solution.cells if c.cell_type == "code")
    assert "install" in first.metadata.tags
    scope = {}

    def say(task, *answers):
        here, text = False, ""
        for cell in cells:
            name = given(cell).get("grade_id", "")
            source = cell.source
            if here and name:
                break
            if re.search(r"diagnose\(|as_rows|train\(", source):
                continue  # not for these tests
            text = run(source, scope) or text
            if name == task:
                here = True
                for answer in answers:
                    run(answer, scope)
        return text

    return say


@pytest.mark.parametrize("line", ["(iv)", "iv.", "line iv", "Line (IV).", ["iv"]])
def test_the_planted_bug_is_found_however_it_is_written(said, line):
    assert said("bug", f"line = {line!r}") == "✓ right"


def test_another_line_is_as_it_should_be_and_no_other_answer_is_a_line(said, solution):
    for line in ("vi", "i, ii", 4, {}, True):
        why = said("bug", f"line = {line!r}")
        assert why == "✗ not yet: expected one of i, ii, iii, iv and v"
    told = {said("bug", f"line = {line!r}") for line in ("i", "(ii)", "line iii", "v.")}
    why = "✗ not yet: ({}) is as it should be; compare with numerical"
    assert told == {why.format(line) for line in ("i", "ii", "iii", "v")}
    # no sentence or seal in the cell is about one of these lines
    (cell,) = (c for c in solution.cells if "def the_line" in c.source)
    assert len(re.findall('"[0-9a-f]{8}"', cell.source)) == 1
    assert re.findall(r"\biv?\b|\bi+\b|penalty|dimension", cell.source) == [
        *("i", "ii", "iii", "iv"),
        *("i", "ii", "iii", "iv"),
    ]


@pytest.mark.parametrize(
    ("off", "why"),
    [
        ("np.abs(slope - mine).max()", ""),
        ("np.linalg.norm(np.ravel(mine - slope), np.inf)", ""),
        ("(mine - slope).max()", "some entries differ by more"),
        ("np.abs(mine - slope).mean()", "some entries differ by more"),
        ("np.abs(mine - slope).sum()", "no entries differ by as much"),
        ("9e-9", "no entries differ by as much"),
        ("1e-11", "some entries differ by more"),
        ("0", "some entries differ by more"),
        ("np.nan", "that is nan, expected a number"),
        ("np.abs(mine - slope)", "that is an array of numbers, expected a number"),
        ("'1e-11'", "that is a text, expected a number"),
        ("[1e-11]", "that is a list of numbers, expected a number"),
        ("1e-11j", "that is a complex number, expected a number"),
    ],
)
def test_off_is_the_largest_difference(said, off, why):
    text = said("compare", f"mine = dW2 / len(X)\noff = {off}")
    assert text.startswith("mine: ✓ right off: ")
    assert text.endswith(f"✗ not yet: {why}" if why else "✓ right")


def test_off_waits_for_mine(said):
    text = said("compare", "mine, off = dW2, 1e-11")
    assert text.endswith("off: ✗ not yet: first mine and slope must be right")


@pytest.mark.parametrize(
    ("pair", "why"),
    [
        ('"n2, B"', ""),
        ('"n2 B"', ""),
        ('"(n2, B)"', ""),
        ('(" n2", "B")', ""),
        ('["N2", "b"]', ""),
        ('("B", "n2")', "these two, in this order, are not it"),
        ('"n2"', "expected two names, got 1"),
        ('("n2", "B", "K")', "expected two names, got 3"),
        ("(4, 7)", "expected names: two of B, n0, n1, n2 and K"),
        ("acts.a2.T.shape", "expected names: two of B, n0, n1, n2 and K"),
        ("5", "that is a number, expected two names"),
        ('{"n2", "B"}', "that is a set, expected two names"),
        ("acts.a2.T", "that is an array of numbers, expected two names"),
    ],
)
def test_two_sizes_are_known_however_they_are_written(said, pair, why):
    others = 'W3_T, a1_T, W2_T, X_T = "K n2", "n1 B", "n2 n1", "n0 B"'
    text = said("sizes", others, f"a2_T = {pair}")
    assert text.startswith(f"a2.T: ✗ not yet: {why} W3" if why else "a2.T: ✓ right W3")
    assert text.count("✓ right") == 4 + (not why)


STEP = """\
def step(params, X, y, eta):
    sums = [backward(params, forward(params, X), y)[i] for i in (9, 10, 5, 6, 1, 2)]
    return Params(*({} for p, d in zip(params, sums)))"""


@pytest.mark.parametrize(
    ("new", "why"),
    [
        ("p - eta * d / len(X)", ""),
        (
            "p - eta * d",
            "W1, new less old: it is 7 times what it should be, everywhere",
        ),
        ("p + eta * d / len(X)", "W1, new less old: the sign is wrong, everywhere"),
        (
            "p - d / len(X)",
            "W1, new less old: it is 2 times what it should be, everywhere",
        ),
        ("p", "W1 did not change"),
        ("p.tolist()", "W1 is a list of numbers, expected an array"),
        ("d[:1]", "W1: its shape is (1, 5), expected (6, 5)"),
    ],
)
def test_a_step_that_goes_wrong_is_told_how(said, new, why):
    text = said("step", STEP.format(new))
    assert text == (f"✗ not yet: {why}" if why else "✓ right")


@pytest.mark.parametrize(
    ("after", "kind"),
    [
        ("params._asdict()", "a dict"),
        ("params.W1", "an array of numbers"),
        ("3", "a number"),
        ("[*params]", "a list"),
        ("tuple(params)", "a tuple"),
    ],
)
@pytest.mark.parametrize("task", ["step", "epoch"])
def test_what_is_returned_is_params(said, task, after, kind):
    rest = "y, eta" if task == "step" else "y, B, eta, rng"
    text = said(task, f"def {task}(params, X, {rest}):\n    return {after}")
    assert text == f"✗ not yet: that is {kind}, expected Params"


EPOCH = """\
def epoch(params, X, y, B, eta, rng):
    after = params
    order = rng.permutation(len(X))
    for i in range(0, len(X), B):
        rows = order[i : i + B]
        after = step(after, X[rows], y[rows], eta)
    return after"""
LABELS = "it does not take every row once, with its own label"
ORDER = "the order is the same whatever rng is"
STEPS = "steps with 10 rows and B = 3: {}, expected 4"


@pytest.mark.parametrize(
    ("right", "wrong", "why"),
    [
        ("", "", ""),
        ("    return", "        return", STEPS.format(1)),
        ("step(after", "step(params", STEPS.format(1)),
        ("len(X), B)", "len(X) - B + 1, B)", STEPS.format(3)),
        ("len(X), B)", "len(X))", STEPS.format(10)),
        ("eta)", "eta * len(rows) / B)", STEPS.format("no whole number")),
        ("rng.permutation(len(X))", "rng.integers(len(X), size=len(X))", LABELS),
        ("y[rows]", "y[i : i + B]", LABELS),
        ("rng.permutation", "np.arange", ORDER),
        ("X[rows], y[rows]", "X, y", ORDER),
        ("    return after", "", "epoch returns None: is the return missing"),
    ],
)
def test_an_epoch_that_goes_wrong_is_told_how(said, right, wrong, why):
    text = said("epoch", EPOCH.replace(right, wrong) if right else EPOCH)
    assert text.startswith(f"✗ not yet: {why}" if why else "✓ right")


@pytest.mark.parametrize(
    ("recipe", "why"),
    [
        ("'5', 32, 1.0", "epochs is '5', expected an integer above 0"),
        ("2.0, 32, 1.0", "epochs is 2.0, expected an integer above 0"),
        ("2, 32.0, 1.0", "B is 32.0, expected an integer above 0"),
        ("2, 0, 1.0", "B is 0, expected an integer above 0"),
        ("True, 32, 1.0", "epochs is True, expected an integer above 0"),
        ("2, 32, '1'", "eta is '1', expected a number above 0"),
        ("2, 32, -1", "eta is -1, expected a number above 0"),
        ("2, np.int64(32), np.float32(1)", ""),
    ],
)
def test_a_recipe_is_looked_at_before_it_trains(solution, recipe, why):
    cells = [c.source for c in solution.cells if c.cell_type == "code"]
    scope = {}
    run(next(c for c in cells if "import numpy" in c), scope)
    run(next(c for c in cells if "def unfit" in c), scope)
    run(f"epochs, B, eta = {recipe}", scope)
    scope["train"] = lambda *args: None
    text = run(next(c for c in cells if "trained = train" in c), scope)
    assert text == (f"No training: {why}." if why else "")


def test_training_says_why_it_does_not_begin(solution):
    cells = [c.source for c in solution.cells if c.cell_type == "code"]
    scope = {"epochs": 2, "B": None, "eta": 1.0}
    start = next(c for c in cells if "trained = train" in c)
    assert run(start, scope).startswith("No training yet: ")
    scope = dict.fromkeys(["X_train", "y_train"]) | {"epoch": lambda *args: None}
    run(next(c for c in cells if "def train" in c), scope)
    assert run("train(1, 2, 3, 4, 5)", scope).startswith(
        "No training: epoch returns None."
    )


def test_what_is_for_teachers_reaches_no_student(source, student):
    text = (ASSIGNMENT / "backprop.md").read_text("utf-8")
    (note,) = re.findall(r"<!--(.*?)-->", text, re.DOTALL)
    assert "found.points([2, 1, ...])" in note
    assert "Form(call=" in note
    for notebook in (source, student):
        cells = "".join(cell.source for cell in notebook.cells)
        assert "<!--" not in cells
        assert "For teachers" not in cells


def test_checks_are_tagged(student):
    """What stands behind a verdict: the page leaves it out on paper."""
    for cell in student.cells:
        if cell.cell_type == "code":
            judges = re.search(r"\b(judge|same|sealed|kind)\(", cell.source)
            assert is_check(cell) == bool(judges) or "seed" in cell.source


def test_an_untouched_notebook_runs_and_earns_nothing():
    notebook = cleared(make.read())
    make.run(notebook)
    said = shown(notebook)
    assert said["lines"].splitlines()[-1] == "0.0"
    verdicts = re.findall("not tried|not yet|right", "\n".join(said.values()))
    assert set(verdicts) == {"not tried"}
    assert len(verdicts) == 12
