"""The command: a folder becomes grades, once, again, cut off; one file at home."""

import contextlib
import csv
import dataclasses
import datetime
import hashlib
import json
import os
import re
import signal
import subprocess
import sys
import time

import pytest
from programs import program

from mlpnotes.grading import Options, grade, keeping, many, options, worker, workers
from mlpnotes.grading.__main__ import main
from mlpnotes.grading.apart import isolation
from mlpnotes.grading.entry import Entry, Line, failed
from mlpnotes.grading.finding.collect import Submission, collect
from mlpnotes.grading.finding.names import is_formula
from mlpnotes.grading.keeping import table
from mlpnotes.grading.reasons import Reason
from mlpnotes.tutor.mistakes import EQUATIONS

RIGHT = "import numpy as np\n" + program("eleven")
WRONG = "import numpy as np\n" + program("eleven", {"dW2": "dz2.T @ a1"})
CLASS = {"Ada": RIGHT, "Bo Ünal": WRONG, "Cy": "def backward(params, acts, y:\n"}


@pytest.fixture
def folder(tmp_path):
    """Return the folder of a class of three."""
    folder = tmp_path / "submissions"
    folder.mkdir()
    for name, text in CLASS.items():
        (folder / f"{name}.py").write_text(text, "utf-8")
    return folder


@pytest.fixture
def run(folder, capfd):
    """Return a function that grades the class and gives the code and what was said."""

    def run(*more, out="grades"):
        argv = ["grade", str(folder), "--out", str(folder.parent / out), *more]
        try:
            code = main(argv)
        except SystemExit as end:
            code = end.code
        return code, capfd.readouterr().err

    return run


@pytest.fixture
def quick(monkeypatch):
    """Have points without running anything."""

    def marked(submissions, options, seed):
        for submission in submissions:
            text = submission.path.read_text("utf-8")
            wrong = {RIGHT: (), WRONG: ("dW2",)}.get(text, EQUATIONS)
            lines = tuple(
                Line(*line, "missing" if line[0] in wrong else "right",
                     points=0 if line[0] in wrong else worth, worth=worth)
                for line, worth in zip(EQUATIONS.items(), options.points, strict=True)
            )  # fmt: skip
            entry = Entry(lines=lines, ok=not wrong, seed=seed)
            yield workers.Marked(submission, entry)

    monkeypatch.setattr(many, "marked", marked)


def rows(out):
    text = (out / "grades.csv").read_bytes().decode("utf-8-sig")
    return {row["student"]: row for row in csv.DictReader(text.splitlines())}


def heed_ctrl_c():
    """Let a process be interrupted, even if the tests run in a shell's background."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def counts(ran):
    """Return how many were graded and unchanged."""
    return tuple(map(int, re.search(r"(\d+) graded.*, (\d+) unch", ran[1]).groups()))


def state(folder):
    """Return the content and the times of all files below."""
    return {
        path: (hashlib.sha256(path.read_bytes()).digest(), path.stat().st_mtime_ns)
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_a_class_is_graded_and_nothing_of_theirs_is_altered(folder, run):
    before, out = state(folder), folder.parent / "grades"
    code, said = run()
    level = isolation.level()
    assert code == 0
    assert said == (
        f"3 graded (kept apart by: {level}), 0 unchanged. "
        f"Read {out / 'class.html'} first.\n"
    )
    assert state(folder) == before
    assert {*os.listdir(folder)} == {f"{name}.py" for name in CLASS}
    assert (out / "grades.csv").read_bytes().startswith(b"\xef\xbb\xbfstudent,points,")
    marks = rows(out)
    assert [marks[n]["points"] for n in CLASS] == ["11", "10", "0"]
    assert {row["of"] for row in marks.values()} == {"11"}
    assert marks["Bo Ünal"]["first wrong line"] == "dW2"
    assert (marks["Bo Ünal"]["dW2"], marks["Bo Ünal"]["db2"]) == ("0", "1")
    assert marks["Cy"]["reason"] > ""
    assert marks["Cy"]["file"] == "Cy.py"
    assert [marks[n]["folder"] for n in CLASS] == [*CLASS]
    for name in CLASS:
        feedback = out / "students" / name
        assert "of 11 points" in (feedback / "feedback.txt").read_text("utf-8")
        assert (feedback / "feedback.html").read_text("utf-8").startswith("<!")
        assert len(json.loads((feedback / "results.json").read_bytes())["tests"]) == 11
        Entry.from_json((out / "records" / f"{name}.json").read_text("utf-8"))
    assert (out / "class.html").exists()


@pytest.mark.usefixtures("quick")
def test_a_rerun_grades_only_what_changed(folder, run):
    out = folder.parent / "grades"
    run()
    before = state(out)
    assert counts(run()) == (0, 3)
    assert state(out) == before
    (folder / "Bo Ünal.py").write_text(RIGHT, "utf-8")
    (folder / "Di.py").write_text(RIGHT, "utf-8")
    os.utime(folder / "Ada.py", (2e9, 2e9))
    assert counts(run()) == (2, 2)
    assert rows(out)["Bo Ünal"]["points"] == "11"
    assert counts(run("--points", "2,1,1,1,1,1,1,1,1,1,1")) == (4, 0)
    assert rows(out)["Ada"]["points"] == "12"


@pytest.mark.usefixtures("quick")
def test_another_tutor_grades_anew(run, monkeypatch):
    run()
    monkeypatch.setattr("mlpnotes.grading.options.written", lambda package: "other")
    assert counts(run()) == (3, 0)


def test_a_changed_line_of_the_tutor_or_the_grading_is_another(tmp_path):
    files = [tmp_path / part / "more" / "a.py" for part in ("grading", "tutor")]
    for file in files:
        file.parent.mkdir(parents=True)
        file.write_text("x = 1\n", "utf-8")
    seen = {options.written.__wrapped__(tmp_path)}
    for file in files:
        file.write_text("x = 2\n", "utf-8")
        seen.add(options.written.__wrapped__(tmp_path))
    (tmp_path / "plots.py").write_text("x = 3\n", "utf-8")
    seen.add(options.written.__wrapped__(tmp_path))
    assert len(seen) == 3


@pytest.mark.usefixtures("quick")
def test_a_record_that_is_broken_is_made_anew(folder, run):
    run()
    (folder.parent / "grades/records/Ada.json").write_text(
        '{"student": "Ada"', encoding="utf-8"
    )
    (folder.parent / "grades/records/Cy.json").write_text("[]", encoding="utf-8")
    assert counts(run()) == (2, 1)


@pytest.mark.usefixtures("quick")
def test_the_report_of_a_vanished_file_goes(folder, run):
    out = folder.parent / "grades"
    run()
    (out / "students/Cy/my own note.txt").write_text("kept", encoding="utf-8")
    (folder / "Cy.py").unlink()
    (folder / "Bo Ünal.py").unlink()
    said = run()[1]
    assert "Cy: the file is gone, and so is the old report" in said
    assert "Bo Ünal: the file is gone, and so is the old report" in said
    assert sorted(os.listdir(out / "students")) == ["Ada", "Cy"]
    assert os.listdir(out / "students/Cy") == ["my own note.txt"]
    assert [*rows(out)] == ["Ada"]


@pytest.mark.usefixtures("quick")
def test_what_is_done_stays_when_it_is_cut_off(folder, run, monkeypatch):
    marked = many.marked

    def cut(*given):
        for n, one in enumerate(marked(*given)):
            if n == 2:
                raise KeyboardInterrupt
            yield one

    monkeypatch.setattr(many, "marked", cut)
    code, said = run()
    assert code == 130
    assert "stopped: what is graded stays" in said
    monkeypatch.setattr(many, "marked", marked)
    assert counts(run()) == (1, 2)


@pytest.mark.skipif(sys.platform == "win32", reason="sends a signal")
def test_ctrl_c_ends_the_workers_too(folder):
    out = folder.parent / "grades"
    endless = "def backward(params, acts, y):\n    while True: pass\n"
    for name in ("X", "Y", "Z"):
        (folder / f"{name}.py").write_text(endless, encoding="utf-8")
    command = [sys.executable, "-m", "mlpnotes.grading", "grade", folder, "--out", out]
    command += ["--seconds", "100"]
    process = subprocess.Popen(
        command, stderr=subprocess.PIPE, encoding="utf-8", preexec_fn=heed_ctrl_c
    )
    deadline = time.monotonic() + 60
    while not (out / "records/Cy.json").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    begun = time.monotonic()
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert time.monotonic() - begun < 50
    assert process.returncode == 130
    assert "stopped: what is graded stays, the same command goes on" in said
    assert "Traceback" not in said
    assert len(os.listdir(out / "records")) >= 1


STANDIN = """
import os, signal, time
from mlpnotes.grading import worker
from mlpnotes.grading.entry import failed
from mlpnotes.grading.reasons import Reason
real = worker.mark
def seen(path):
    been = path.parents[1] / "been"
    if been.exists():
        return False
    been.touch()
    return True
def mark(path, options, seed):
    text = path.read_text()
    if "kill" in text:
        os.kill(os.getppid() if "parent" in text else os.getpid(), signal.SIGKILL)
    if "leave" in text:
        os._exit(0)
    if "fault" in text:
        raise KeyError("a fault of the grader")
    if "apart" in text or ("once" in text and seen(path)):
        why = "RuntimeError: Python does not start where it is apart"
        return failed(Reason("no verdict, file", why=why), options, seed=seed)
    if "hang" in text:
        time.sleep(600)
    if "talk" in text:
        os.write(1, b"not an answer")
        assert os.read(0, 9) == b""
    return real(path, options, seed)
worker.mark = mark
main = worker.main
"""


@pytest.fixture
def standin(tmp_path, monkeypatch):
    """Have workers that do what a submission says."""
    (tmp_path / "standin.py").write_text(STANDIN, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.setattr(workers.worker, "__name__", "standin")


@pytest.mark.skipif(sys.platform == "win32", reason="sends signals")
@pytest.mark.usefixtures("standin")
def test_a_worker_that_dies_costs_its_submission_alone(folder, run):
    for what in ("kill", "leave", "fault"):
        (folder / f"{what}.py").write_text(f"# {what}\n{RIGHT}", encoding="utf-8")
        (folder / f"{what} 2.py").write_text(f"# {what}\n{RIGHT}", encoding="utf-8")
    (folder / "talk.py").write_text(f"# talk\n{RIGHT}", encoding="utf-8")
    code, said = run("--jobs", "2")
    marks = rows(folder.parent / "grades")
    assert code == 0
    assert {n: marks[n]["points"] for n in marks} == dict.fromkeys(
        ("fault", "fault 2", "kill", "kill 2", "leave", "leave 2", "Cy"), "0"
    ) | {"Ada": "11", "Bo Ünal": "10", "talk": "11"}
    assert "ended by the signal SIGKILL" in marks["kill"]["reason"]
    assert "ended with the code 0" in marks["leave"]["reason"]
    assert "fault: no verdict, KeyError: 'a fault of the grader'" in said
    assert "kill 2: no verdict, it was ended by the signal SIGKILL; the next" in said
    for what in ("kill", "leave"):
        (folder / f"{what}.py").write_text(RIGHT, encoding="utf-8")
    again = run()
    assert counts(again) == (6, 4)  # whose worker died is tried once more
    assert (
        "kill 2: no verdict, it was ended by the signal SIGKILL; it stays" in again[1]
    )
    assert counts(run()) == (2, 8)  # and then only whom the grader itself failed
    assert rows(folder.parent / "grades")["kill 2"]["points"] == "0"
    (folder / "kill 2.py").write_text(RIGHT, encoding="utf-8")
    assert counts(run()) == (3, 7)
    assert rows(folder.parent / "grades")["kill 2"]["points"] == "11"


@pytest.mark.usefixtures("standin")
def test_a_fault_of_the_grader_is_tried_again_then_named(folder, run):
    (folder / "apart.py").write_text(f"# apart\n{RIGHT}", encoding="utf-8")
    (folder / "once.py").write_text(f"# once\n{RIGHT}", encoding="utf-8")
    for n in (5, 1):
        ran = run()
        assert counts(ran) == (n, 5 - n)
        assert "apart: no verdict, RuntimeError: Python does not start" in ran[1]
        assert "once: no" not in ran[1]
        assert rows(folder.parent / "grades")["once"]["points"] == "11"
        assert rows(folder.parent / "grades")["apart"]["points"] == "0"
    (folder.parent / "been").unlink()
    entry = worker.attempt(folder / "once.py", Options(), 1)
    assert entry.points == 11


@pytest.mark.usefixtures("standin")
def test_a_worker_without_an_end_is_ended(folder, monkeypatch):
    (folder / "hang.py").write_text(f"# hang\n{RIGHT}", encoding="utf-8")
    monkeypatch.setattr(workers, "PATIENCE", 0.1)
    entries = grade(folder, folder.parent / "grades", Options(seconds=10))
    assert [e.points for e in entries] == [11, 10, 0, 0]
    assert "the grader stopped" in entries[-1].reason


def test_no_worker_can_start(folder, run, monkeypatch):
    monkeypatch.setattr(workers.worker, "__name__", "no_such_module")
    code, said = run()
    assert code == 2
    assert "a grader's process ended with the code 1" in said


@pytest.mark.usefixtures("quick")
def test_each_submission_is_graded_by_the_seed_that_is_kept(folder, run):
    seeds = []
    for out, more in (("a", []), ("a", []), ("b", []), ("b", ["--seed", "7"])):
        run(*more, out=out)
        record = json.loads((folder.parent / out / "records/Ada.json").read_bytes())
        seeds.append(record["seed"])
    first, again, other, given = seeds
    assert first == again != other
    assert given == 7
    assert counts(run(out="b")) == (0, 3)


@pytest.mark.usefixtures("quick")
def test_late_by_the_time_of_the_file(folder, run):
    moment = datetime.datetime(2026, 12, 1, 23, 59)
    late = ["--deadline", "2026-12-01 23:59", "--late-costs", "0.1"]
    for name, minutes in (("Ada", 125), ("Bo Ünal", 0), ("Cy", 60 * 24 * 2 + 0.5)):
        when = moment.timestamp() + 60 * minutes
        os.utime(folder / f"{name}.py", (when, when))
    run(*late)
    marks = rows(folder.parent / "grades")
    assert [marks[n]["late"] for n in CLASS] == ["2 h 5 min", "", "2 d 1 min"]
    assert [marks[n]["points"] for n in CLASS] == ["9.9", "10", "0"]
    assert marks["Ada"]["dz3"] == "1"
    reports = folder.parent / "grades/students"
    told = {n: (reports / n / "feedback.txt").read_text("utf-8") for n in CLASS}
    assert "It came 2 h 5 min late: 9.9 of its 11 points" in told["Ada"]
    assert "It came 2 d 1 min late. This costs nothing." in told["Cy"]
    os.utime(folder / "Ada.py", (1e9, 1e9))
    assert counts(run(*late)) == (0, 3)
    assert rows(folder.parent / "grades")["Ada"]["points"] == "11"


@pytest.mark.usefixtures("quick")
def test_late_by_a_list(folder, run):
    names = folder.parent / "late.txt"
    names.write_text("bo ünal\n\n Ada \n", "utf-8-sig")
    run("--late", str(names), "--late-costs", "0.5")
    marks = rows(folder.parent / "grades")
    assert [marks[n]["points"] for n in CLASS] == ["5.5", "5", "0"]
    assert [bool(marks[n]["late"]) for n in CLASS] == [True, True, False]
    names.write_text("Bo Unal\nAda\n", encoding="utf-8")
    code, said = run("--late", str(names), "--late-costs", "0.5", out="other")
    assert code == 0
    assert "late names Bo Unal, who handed in nothing: is it Bo Ünal?" in said
    marks = rows(folder.parent / "other")
    assert [marks[n]["late"] for n in CLASS] == ["listed", "", ""]


def cells(entries):
    """Return the rows of grades.csv, less its head."""
    return [*csv.reader(table(dict(enumerate_names(entries))).splitlines())][1:]


def enumerate_names(entries):
    return ((f"folder {n}", entry) for n, entry in enumerate(entries))


def test_no_cell_is_a_formula():
    names = ["=1+1", "+1", "-1", "@SUM(A1)", " =1", "\u200d=1", "＝1", "＋1", "－1"]
    names += ["＠1", "\u0301=1", "Ada", "O'Brien"]
    options = Options()
    entries = [
        failed(Reason("no verdict", why="=1\n+2"), options, student=name, file=name)
        for name in names
    ]
    found = cells(entries)
    safe = [*(f"'{name.strip()}" for name in names[:-2]), *names[-2:]]
    assert [row[0] for row in found] == [row[-2] for row in found] == safe
    assert {row[-3] for row in found} == {
        "There is no verdict, because the grader stopped: =1 +2."
    }
    for odd in ("\t=1", "\r=1", "\x00=1"):
        (row,) = cells([failed(Reason("end"), options, student=odd)])
        assert not row[0].startswith(("=", "\t", "\r"))


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_no_cell_is_a_formula_whatever_separates_them(separator):
    names = ["bob;=1+2;=HYPERLINK(A1)", "a,b;+1", 'a";=1', "a; \u200d＝1", "a\t=1"]
    entries = [
        failed(Reason("no verdict", why=f"a,b;=1 {n}"), Options(), student=n, file=n)
        for n in names
    ]
    text = table(dict(enumerate_names(entries)))
    for row in csv.reader(text.splitlines(), delimiter=separator):
        for cell in row:
            assert not is_formula(cell)


def test_a_row_says_why_and_where():
    entry = Entry(message="Your function returned (): expected eleven arrays.")
    ((*_, reason, _, folder),) = cells([entry])
    assert reason == entry.message
    assert folder == "folder 0"
    ((*_, reason, _, _),) = cells([dataclasses.replace(entry, first_wrong="dz2")])
    assert reason == ""
    ((*_, reason, _, _),) = cells([dataclasses.replace(entry, ok=True)])
    assert reason == ""


def test_points_have_two_decimals():
    lines = tuple(Line(n, k, "right", points=1 / 3) for n, k in EQUATIONS.items())
    ((_, points, _, _, first, *_),) = cells([Entry(lines=lines)])
    assert (points, first) == ("3.67", "0.33")


@pytest.mark.usefixtures("quick")
def test_a_huge_file_is_not_read_to_be_told_apart(folder, run, monkeypatch):
    os.truncate(folder / "Ada.py", 10**9)
    (submission, *_) = collect(folder).submissions
    monkeypatch.setattr("hashlib.file_digest", lambda *_: pytest.fail("read"))
    assert len(keeping.digest(submission, Options(), 1)) == 64


def test_what_is_said_does_not_act_on_a_terminal(tmp_path, capfd):
    bad = "a\x1b[31m\u202eb"
    (tmp_path / f"{bad}.py").write_text(RIGHT, encoding="utf-8")
    (tmp_path / f"{bad}x.toml").write_text(f'"{"frob"}" = 1', encoding="utf-8")
    (tmp_path / "class").mkdir()
    (tmp_path / "class" / f"{bad}.txt").write_text("", encoding="utf-8")
    folder, out = str(tmp_path / "class"), str(tmp_path / "grades")
    for argv in (
        ["check", str(tmp_path / "ab.py")],
        ["check", str(tmp_path / bad)],
        ["check", str(tmp_path)],
        ["check", str(tmp_path / f"{bad}.py"), "--options", str(tmp_path / bad)],
        ["check", str(tmp_path / f"{bad}.py"), "--options",
         str(tmp_path / f"{bad}x.toml")],
        ["check", str(tmp_path / f"{bad}.py"), f"--{bad}"],
        ["grade", str(tmp_path / bad), "--out", out],
        ["grade", folder, "--out", out],
        ["grade", folder, "--out", out, "--late", bad],
    ):  # fmt: skip
        with contextlib.suppress(SystemExit):
            main(argv)
        said = capfd.readouterr()
        assert not {"\x1b", "\u202e"} & {*said.out, *said.err}, argv
        assert said.err > ""


def test_an_errors_file_does_not_act_on_a_terminal(folder, run, monkeypatch):
    def grade(*_, **more):
        more["say"]("\x1b[31m is left out")
        raise PermissionError(13, "Permission denied", "\x1b[31m.py")

    monkeypatch.setattr("mlpnotes.grading.__main__.grade", grade)
    code, said = run()
    assert code == 2
    assert "␛[31m.py: Permission denied" in said
    assert "\x1b" not in said


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["--points", "1,2"], "points are 2 numbers, expected eleven, for dz3, dW3"),
        (["--points", "a"], "'a', expected numbers with commas between"),
        (["--points", ",".join(["0"] * 11)], "points are all 0"),
        (["--points", ",".join(["nan"] * 11)], "points of dz3 is nan"),
        (["--hint", "3"], "--hint: invalid choice: 3"),
        (["--sizes", "7,7,6,5,4"], "sizes are (7, 7, 6, 5, 4), expected five diff"),
        (["--sizes", "7,6.5"], "'7,6.5', expected integers"),
        (["--seed", "-1"], "seed is -1, expected an integer, 0 or more"),
        (["--jobs", "-1"], "jobs is -1"),
        (["--seconds", "0"], "seconds is 0"),
        (["--megabytes", "1"], "megabytes is 1"),
        (["--penalty", "3"], "penalty is '3'"),
        (["--function", "a b"], "function is 'a b', expected a name"),
        (["--deadline", "2026-12-01"], "expected a day and a time, such as"),
        (["--deadline", "soon"], "deadline is 'soon'"),
        (["--late", "nowhere.txt"], "late is 'nowhere.txt', expected a file of names"),
        (["--late-costs", "0.1"], "nobody can be late"),
        (["--options", "nowhere.toml"], "nowhere.toml: No such file"),
        (["--frob"], "mlpnotes grade: unrecognized arguments: --frob"),
        (["--form", "notes", "--penalty", "λ"], "or take --form course"),
        (["--form", "notes", "--penalise-biases"], "but --form is notes"),
    ],
)
def test_bad_input_is_one_sentence_before_any_work(folder, run, more, words):
    code, said = run(*more)
    assert code == 2
    assert words in said
    assert said.count("\n") == 1
    assert not (folder.parent / "grades").exists()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("frob = 1", "frob is no option, expected one of deadline, form,"),
        ("points = 3", "points are 3, expected eleven"),
        ("form = 3", "form is 3, expected a table"),
        ('form = "other"', "call is 'other'"),
        ("[form]\nkall = 1", "form.kall is no option"),
        ("[form]\nbiases = 1", "biases is 1"),
        ("deadline = 2026-12-01", "deadline is a date, expected a day and a time"),
        ("late = [1]", "expected a list of names, or a file"),
        ("sizes = 3", "sizes are 3"),
        ('seed = "a"', "seed is 'a'"),
        ("sentences = 1", "sentences is 1, expected a table"),
        ('[sentences]\nfrob = "a"', 'there is no sentence "frob"'),
        ("hint = 2.0", "hint is 2.0, expected 1 or 2"),
        ("late_costs = 0.1", "late_costs is no option"),
        ("late_list = []", "late_list is no option"),
        ('[form]\ncall = "notes"\npenalty = "λ"', 'or take call="course"'),
        ("late-costs = 0.1", "nobody can be late"),
        ("hint = 3", "hint is 3, expected 1 or 2: a third would give the answer"),
        ("=", "is no TOML file"),
    ],
)
def test_a_wrong_file_of_options_is_named_with_its_key(folder, run, text, words):
    file = folder.parent / "class.toml"
    file.write_text(text, "utf-8")
    code, said = run("--options", str(file))
    assert code == 2
    assert str(file) in said
    assert words in said
    assert said.count("\n") == 1


def test_options_of_a_file_and_of_the_line(folder, run):
    (folder.parent / "late.txt").write_text("Ada\n", encoding="utf-8")
    file = folder.parent / "class.toml"
    file.write_text(
        'points = [1, 1, 1, 1, 2, 1, 1, 1, 2, 1, 1]\nlate = "late.txt"\nseed = 5\n'
        'late-costs = 0.5\nhint = 1\n[sentences]\nstatus.right = "richtig"\n'
        '[form]\npenalty = "lambda"\n',
        "utf-8",
    )
    run("--options", str(file), "--seed", "6", "--activation", "sigmoid")
    marks = rows(folder.parent / "grades")
    assert (marks["Ada"]["points"], marks["Ada"]["of"]) == ("6.5", "13")
    assert marks["Bo Ünal"]["dz2"] == "2"
    ada = folder.parent / "grades/students/Ada/feedback.txt"
    assert "richtig" in ada.read_text("utf-8")
    record = json.loads((folder.parent / "grades/records/Ada.json").read_bytes())
    assert record["seed"] == 6


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("late-costs = 0.1", ["--deadline", "2026-12-01 23:59"]),
        ('[form]\ncall = "notes"\npenalty = "λ"', ["--form", "course"]),
        ('form = "course"', ["--penalty", "λ", "--penalise-biases"]),
        ("hint = 3", ["--hint", "1"]),
        ("points = 3", ["--points", "1,1,1,1,1,1,1,1,1,1,1"]),
        ('late = "nowhere.txt"', ["--late", os.devnull]),
    ],
)
def test_the_line_wins_over_the_file(folder, run, text, line):
    file = folder.parent / "class.toml"
    file.write_text(text, "utf-8")
    code, said = run("--options", str(file), *line)
    assert (code, counts((code, said))) == (0, (3, 0)), said


@pytest.mark.usefixtures("quick")
def test_a_fault_of_the_line_is_not_the_files(folder, run):
    file = folder.parent / "class.toml"
    file.write_text("hint = 1", "utf-8")
    code, said = run("--options", str(file), "--points", "1")
    assert code == 2
    assert said.startswith("mlpnotes grade: points are 1 numbers")


@pytest.mark.usefixtures("quick")
def test_out_is_never_somebody_elses(folder, run, tmp_path):
    (tmp_path / "full").mkdir()
    (tmp_path / "full/thesis.md").write_text("mine", encoding="utf-8")
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    for out, words in (
        ("submissions", "where the submissions are"),
        (".", "where the submissions are"),
        ("full", "which holds other files"),
        ("file", "which is a file"),
    ):
        code, said = run(out=out)
        assert code == 2
        assert words in said
    assert os.listdir(tmp_path / "full") == ["thesis.md"]
    (folder / "grades").mkdir()
    assert "grades is left out" not in run(out="submissions/grades")[1]
    assert counts(run(out="submissions/grades")) == (0, 3)
    (folder.parent / "week 2").mkdir()
    (folder.parent / "week 2/Ada.py").write_text(RIGHT, encoding="utf-8")
    argv = ["grade", str(folder.parent / "week 2"), "--out", str(folder / "grades")]
    assert main(argv) == 2
    assert len(rows(folder / "grades")) == 3


@pytest.mark.usefixtures("quick")
def test_grades_that_cannot_be_written_are_a_sentence(folder, run, monkeypatch):
    def replace(old, new):
        if str(new).endswith("grades.csv"):
            raise PermissionError(13, "Permission denied")
        os.rename(old, new)

    monkeypatch.setattr(os, "replace", replace)
    code, said = run()
    assert code == 2
    assert "grades.csv cannot be written: Permission denied; is it open els" in said
    assert not [*(folder.parent / "grades").glob(".*")]


def test_progress_where_there_is_no_terminal(capfd):
    step = many._lines(3, every=0)
    for _ in range(3):
        step()
    lines = capfd.readouterr().err.splitlines()
    assert lines == [f"graded {n} of 3" for n in (1, 2, 3)]


@pytest.mark.usefixtures("quick")
def test_a_class_that_is_hardly_kept_apart_is_told_of(run, monkeypatch):
    assert "can read and delete what you can" not in run()[1]
    monkeypatch.setattr(isolation, "level", lambda: "limits alone")
    assert "can read and delete what you can" in run(out="other")[1]


def test_many_at_once_keep_their_order(tmp_path):
    (tmp_path / "a.py").write_text(RIGHT, encoding="utf-8")
    given = [Submission(f"{n}", f"{n}", tmp_path / "a.py", "a.py") for n in range(5)]
    done = [s.student for s, *_ in workers.marked(given, Options(jobs=2), 1)]
    assert sorted(done) == [s.student for s in given]
    assert [*workers.marked([], Options(), 1)] == []


@pytest.mark.parametrize(
    ("name", "text", "code", "words"),
    [
        ("my.py", RIGHT, 0, "Every line is right"),
        ("my.py", WRONG, 1, "dW2 is the first wrong line, (35)"),
        ("my.py", CLASS["Cy"], 1, "is no Python"),
        ("my.py", "x = 1\n", 1, "No function backward is in your file"),
        ("my.ipynb", "{}", 1, "Your notebook cannot be read"),
    ],
    ids=["right", "wrong", "no Python", "no function", "no notebook"],
)
def test_check_gives_the_verdict_at_home(tmp_path, capfd, name, text, code, words):
    (tmp_path / name).write_text(text, "utf-8")
    assert main(["check", str(tmp_path / name)]) == code
    said = capfd.readouterr()
    assert words in said.out
    assert said.err == ""


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("mine.py", "mine.py is not there: is it {}/my.py?"),
        ("no/my.py", "no/my.py is not there, and neither is the folder"),
        (".", "is a folder, expected a .py or .ipynb file, such as {}/my.py"),
        ("my.txt", "my.txt is no program, expected a .py or .ipynb file"),
        ("zzz", "zzz is not there\n"),
        ("OTHER.PY", "OTHER.PY is not there: is it {}/OTHERS.PY?"),
    ],
)
def test_check_names_what_is_wrong_with_the_file(tmp_path, capfd, given, words):
    (tmp_path / "my.py").write_text(RIGHT, encoding="utf-8")
    (tmp_path / "a.py").write_text("", encoding="utf-8")
    (tmp_path / "my.txt").write_text("", encoding="utf-8")
    (tmp_path / "OTHERS.PY").write_text("", encoding="utf-8")
    assert main(["check", str(tmp_path / given)]) == 2
    said = capfd.readouterr().err
    assert words.format(tmp_path) in said
    assert said.count("\n") == 1


@pytest.mark.parametrize("more", [["--penalty", "λ"], ["--penalise-biases"]])
def test_a_penalty_without_effect_is_told_of(tmp_path, capfd, more):
    for text, told in ((RIGHT, True), (program("course"), False)):
        (tmp_path / "my.py").write_text(f"import numpy as np\n{text}", "utf-8")
        main(["check", str(tmp_path / "my.py"), *more])
        assert ("of that has no effect" in capfd.readouterr().out) == told
    main(["check", str(tmp_path / "my.py"), "--activation", "tanh"])
    assert "no effect" not in capfd.readouterr().out


def test_check_says_itself_what_it_does_not_know(capfd):
    with pytest.raises(SystemExit) as end:
        main(["check", "my.py", "--frob"])
    assert end.value.code == 2
    said = capfd.readouterr().err
    assert said == "mlpnotes check: unrecognized arguments: --frob\n"


def test_check_takes_the_class_s_options_without_its_late_list(tmp_path, capfd):
    (tmp_path / "my.py").write_text(RIGHT, encoding="utf-8")
    (tmp_path / "class.toml").write_text(
        'late = "late.txt"\nlate-costs = 0.1\n', encoding="utf-8"
    )
    argv = ["check", str(tmp_path / "my.py"), "--options", str(tmp_path / "class.toml")]
    assert main(argv) == 0


@pytest.mark.skipif(not hasattr(os, "fork"), reason="closes a pipe")
def test_a_reader_who_leaves_is_no_error(tmp_path):
    (tmp_path / "my.py").write_text(RIGHT, encoding="utf-8")
    command = [sys.executable, "-m", "mlpnotes.grading", "check", tmp_path / "my.py"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait() == 141


@pytest.mark.skipif(sys.platform == "win32", reason="sends a signal")
def test_watch_looks_again_at_each_change(tmp_path):
    file = tmp_path / "my.py"
    file.write_text(WRONG, encoding="utf-8")
    command = [sys.executable, "-m", "mlpnotes.grading", "check", "--watch", file]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8",
        preexec_fn=heed_ctrl_c,
    )  # fmt: skip

    def until(words):
        for line in process.stdout:
            if words in line:
                return

    until("10 of 11 points")
    until("waiting for a change")
    file.unlink()
    time.sleep(0.5)
    file.write_text(RIGHT, encoding="utf-8")
    until("11 of 11 points")
    until("waiting for a change")
    process.send_signal(signal.SIGINT)
    _, error = process.communicate(timeout=30)
    assert (process.returncode, error) == (0, "")


@pytest.mark.parametrize("argv", [["--help"], ["grade", "--help"], ["check", "--help"]])
def test_help_names_each_option_in_words(argv, capfd):
    with pytest.raises(SystemExit) as end:
        main(argv)
    assert end.value.code == 0
    text = capfd.readouterr().out
    assert re.search(r"usage: mlpnotes", text)
    for option in re.findall(r"^  (--[\w-]+)(?: \S+)?$", text, re.M):
        assert re.search(rf"^  {option}.*\n +\w", text, re.M), option
