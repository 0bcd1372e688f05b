"""Submissions that mean harm: each ends in an entry, and harms nobody else."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pytest
import submissions
from nbformat.v4 import new_code_cell, new_notebook, writes
from programs import FORMS, load, program

import mlpnotes
from mlpnotes.grading import Options
from mlpnotes.grading.apart import launching, pipe
from mlpnotes.grading.apart.inside.fencing import version
from mlpnotes.grading.apart.isolation import LEVELS, Isolated, level, possible
from mlpnotes.grading.apart.replies import Odd, array, parsed
from mlpnotes.grading.apart.stand_ins import Values
from mlpnotes.grading.entry import Entry
from mlpnotes.grading.marking import mark
from mlpnotes.grading.reading.program import read
from mlpnotes.grading.reasons import GraderStopped
from mlpnotes.tutor import diagnose
from mlpnotes.tutor.calling.source import copied

SOURCES = Path(mlpnotes.__file__).parent.parent
SERVER = """
import json, sys
from pathlib import Path
from mlpnotes.grading import Options
from mlpnotes.grading.apart import launching, pipe
from mlpnotes.grading.marking import mark
options = Options(seconds=1, megabytes=300)
for line in sys.stdin:
    path, level = json.loads(line)
    entry = mark(Path(path), options, 1, isolation=level)
    print(entry.to_json().replace(chr(10), " "), flush=True)
"""
ROOT = hasattr(os, "geteuid") and os.geteuid() == 0
NOBODY = 60999  # whom a grader that is not root runs as

pytestmark = pytest.mark.skipif(os.name != "posix", reason="limits are those of POSIX")


class Grader:
    """A grader in a process of its own, which must outlive what it grades."""

    def __init__(self, level, lone=False):
        self.level = level
        self.folder = Path(tempfile.mkdtemp(prefix="grader-", dir="/tmp"))
        self.folder.chmod(0o777)
        nobody = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
        self.process = subprocess.Popen(
            [sys.executable, "-c", SERVER], encoding="utf-8", stdin=-1, stdout=-1,
            env={"PYTHONPATH": str(SOURCES), "TMPDIR": str(self.folder),
                 "OMP_NUM_THREADS": "1", "PATH": os.environ["PATH"]},
            cwd=self.folder, **(nobody if lone else {}),
        )  # fmt: skip

    def mark(self, text):
        """Return the entry of a text, and see that nothing is left of it."""
        path = self.folder / "submission.py"
        path.write_text(text, encoding="utf-8")
        path.chmod(0o644)
        start = time.monotonic()
        print(json.dumps([str(path), self.level]), file=self.process.stdin, flush=True)
        answer = self.process.stdout.readline()
        assert time.monotonic() - start < 10
        entry = Entry.from_json(answer)
        assert entry.isolation == self.level
        assert entry.message
        assert [p.name for p in self.folder.iterdir()] == ["submission.py"]
        end = time.monotonic() + 2
        while self.left() and time.monotonic() < end:
            time.sleep(0.01)  # a namespace takes a moment to end
        assert self.left() == []
        return entry

    def left(self):
        """Return the processes that run in the folder, but for the grader."""
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            try:
                command = (process / "cmdline").read_text("utf-8")
            except OSError:
                continue
            if str(self.folder) in command:
                found.append(command)
        return found

    def close(self):
        """End it."""
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait(10)
        shutil.rmtree(self.folder)


@pytest.fixture(params=LEVELS, scope="module")
def grader(request):
    if not possible(request.param):
        pytest.skip(f"this machine cannot do it: {request.param}")
    grader = Grader(request.param, lone=ROOT and request.param == LEVELS[2])
    yield grader
    assert grader.mark(submissions.RIGHT).points == 11  # after all the others
    grader.close()


@pytest.mark.parametrize("name", submissions.RIGHT_ALL_THE_SAME)
def test_what_is_right_earns_all(grader, name):
    entry = grader.mark(submissions.RIGHT_ALL_THE_SAME[name])
    assert (entry.points, entry.ok, entry.reason) == (11, True, "")


@pytest.mark.parametrize("name", submissions.ENDS)
def test_what_goes_too_far_ends_with_a_reason(grader, name):
    text, said = submissions.ENDS[name]
    entry = grader.mark(text)
    assert said in entry.reason
    assert entry.reason
    assert entry.points == 0


@pytest.mark.parametrize("name", submissions.CELLS)
def test_a_stop_is_told_in_the_cell_of_its_line(tmp_path, name):
    cells, said = submissions.CELLS[name]
    path = tmp_path / "a.ipynb"
    cells = [new_code_cell(cell) for cell in cells]
    path.write_text(writes(new_notebook(cells=cells)), encoding="utf-8")
    assert mark(path, Options(seconds=1), 1).message.startswith(said)


def test_an_error_of_that_name_is_no_end_of_time(grader):
    code = "class OutOfTime(Exception): pass\nraise OutOfTime"
    entry = grader.mark(submissions.inside(code))
    assert entry.reason == ""
    assert "line 8, `raise OutOfTime`, stopped: OutOfTime." in entry.message


@pytest.mark.parametrize("name", submissions.NOTHING)
def test_a_cheat_earns_nothing(grader, name):
    entry = grader.mark(submissions.NOTHING[name])
    assert entry.points == 0, entry
    assert not entry.ok


@pytest.mark.parametrize("name", ["SIGKILL", "SIGSTOP"])
def test_a_killed_parent_is_no_grader(grader, name):
    entry = grader.mark(submissions.inside(submissions.PARENT.format(name)))
    assert entry.points == 0
    assert entry.reason or "not permitted" in entry.message


def test_no_socket_of_this_machine_is_reached(grader):
    if grader.level != LEVELS[0]:
        pytest.skip("only bubblewrap takes the network away everywhere")
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.1)
        text = submissions.SOCKETS.format(port=server.getsockname()[1])
        entry = grader.mark(submissions.inside(text))
        with pytest.raises(TimeoutError):
            server.accept()
    assert entry.points == 0


def test_killing_everybody_kills_nobody_else(grader):
    if grader.level == LEVELS[2] and version() < 6:
        pytest.skip("limits alone stop it from Linux 6.12 on")
    assert grader.mark(submissions.EVERYBODY).points == 0
    assert grader.mark(submissions.RIGHT).points == 11


OUTSIDE = {
    "a file of the package": f"open({str(SOURCES / 'mlpnotes' / 'network.py')!r})",
    "the submissions": "open({path!r})",
    "a file of the system": "open('/etc/passwd')",
    "a new file": "open({path!r} + '.new', 'w')",
    "the network": "__import__('socket').create_connection(('127.0.0.1', 9))",
}


@pytest.mark.parametrize("name", OUTSIDE)
def test_nothing_outside_is_reached(grader, name):
    hidden = grader.level == LEVELS[0] and "new" not in name  # that is in memory
    if not hidden and version() < 4:
        pytest.skip("without bubblewrap it takes Landlock, of Linux 6.7")
    code = OUTSIDE[name].format(path=str(grader.folder / "submission.py"))
    entry = grader.mark(submissions.inside(code))
    assert entry.points == 0
    assert re.search("denied|No such file|refused|unreachable|Read-only", entry.message)


def test_all_of_python_and_numpy_is_there(grader):
    code = "import ssl, sqlite3, decimal, numpy.fft, numpy.testing"
    assert grader.mark(submissions.inside(code)).points == 11


@pytest.mark.parametrize("code", ["os.mkdir('d')", "open('f', 'w')"])
def test_nothing_can_be_made(grader, code):
    entry = grader.mark(submissions.inside(code))
    assert re.search("denied|Read-only", entry.message)


@pytest.mark.parametrize(
    "back",
    [
        "return (np.zeros((), 'V60000000'),) * 11",
        "return [np.zeros((), 'V9000000') for _ in range(5)]",
        "return [np.zeros(3) for _ in range(200)]",
    ],
)
def test_a_huge_value_is_judged_without_its_memory(grader, back):
    entry = grader.mark(submissions.inside("", back))
    assert (entry.points, entry.reason) == (0, "")


def test_a_killed_grader_leaves_nothing(grader):
    other = Grader(grader.level, lone=ROOT and grader.level == LEVELS[2])
    path = other.folder / "submission.py"
    path.write_text(submissions.inside("time.sleep(100)"), encoding="utf-8")
    path.chmod(0o644)
    print(json.dumps([str(path), other.level]), file=other.process.stdin, flush=True)
    end = time.monotonic() + 20
    while len(other.left()) < 2 and time.monotonic() < end:
        time.sleep(0.01)  # the one that watches, and the one that runs
    time.sleep(0.4)
    other.process.kill()
    while other.left() and time.monotonic() < end:
        time.sleep(0.01)
    assert other.left() == []
    other.close()


@pytest.mark.skipif(not ROOT, reason="we are not root: the other tests show it")
def test_bubblewrap_needs_no_root():
    if not possible(LEVELS[0]):
        pytest.skip(f"this machine cannot do it: {LEVELS[0]}")
    grader = Grader(LEVELS[0], lone=True)
    assert grader.mark(submissions.RIGHT).points == 11
    assert "more than 1 s" in grader.mark(submissions.ENDS["sleeps"][0]).reason
    assert grader.mark(submissions.EVERYBODY).points == 0
    grader.close()


HEAD = """import numpy as np


"""
VALUES = [
    "return np.matrix(dz3), 1, 2, 3, 4, 5, 6, 7, 8, 9, 10",
    "return dict(W1=np.matrix(W1), b1=2, dW2=dW2)",
    "return dz3, dz3, db3, da2, da2[:], dW2, dW2[0], dW2[1], dW2.T, dW1, db1",
    "return np.ma.array(dz3), np.float64(3), 3.5, True, 1j, 'a', ..., None, [1], 2, 3",
    "return [dz3.tolist(), [[1], [1, 2]], db3.astype(int), dW3.astype('f2'), dz3 + 1j,"
    " db3 > 0, db3.astype(object), db3.astype(str), X.astype('f4'), np.zeros((3, 0)),"
    " np.broadcast_to(0.0, (10**7, 10**7))]",
    "return (i for i in range(3))", "yield dz3", "return 5", "return 'abc'",
    "return [dz3, dW3]", "return [None] * 100000", "return lambda x: x",
    "return __import__('decimal').Decimal(3)", "return {}",
    "return {1: dz3, None: dW3, 'dW1': dW1, (1, 2): 3, b'a': 3}",
    "return {'dW_1': dW1.astype('>f8'), 'db1': db1[None], 'GRAD_W2': dW2}",
    "return (type('Tensor', (), {'shape': (7, 3)})(),) + (dW3,) * 10",
    "return __import__('collections').namedtuple('G', 'dW1 dW2')(dW1, dW2)",
    "return __import__('collections').namedtuple('G', 'a b c d e f')(*[dW1, db1] * 3)",
    "dz2 *= 2\nreturn dz3, dW3, db3, da2, dz2, dW2, db2, da1, dz1, dW1, db1",
    "a1 *= 2\nreturn dz3, dW3, db3, da2, dz2, dW2, db2, da1, dz1, dW1, db1",
]  # fmt: skip
LINES = [
    {}, {"dz3": "y - y_hat"}, {"da2": "dz3 @ W3"}, {"dW2": "a1.T @ dZ2"},
    {"dz2": "dz2 = da2\ndz2 *= a2 * (1 - a2)"}, {"dW3": "a2.T @ dz3 / B"},
    {"da1": "raise NotImplementedError"}, {"dz1": "da1 * z1"}, {"db1": "dz1.sum()"},
    {"dW1": "for i in range(B + 1):\n    dW1 = X[i]"}, {"dz3": "None"},
    {"db2": "dz2.mean(axis=0)"}, {"dW3": "np.clip(a2.T @ dz3, -1, 1)"},
    {"dz2": "W3, a2 = W2, a1\ndz2 = da2 * a2 * (1 - a2)"},
]  # fmt: skip
TEXTS = [HEAD + program("eleven", back=value) for value in VALUES] + [
    HEAD + program(FORMS[i % 3], lines) for i, lines in enumerate(LINES)
]


@pytest.mark.filterwarnings("ignore:the matrix subclass")
@pytest.mark.parametrize("number", range(len(TEXTS)))
def test_the_verdict_is_the_same_as_without_isolation(number, tmp_path):
    here = diagnose(load(TEXTS[number]))
    path = tmp_path / "submission.py"
    path.write_text(TEXTS[number], encoding="utf-8")
    with Isolated(read(path), Options(), LEVELS[2]) as caller:
        there = diagnose(caller)
    assert str(there) == str(here)
    assert (there.rows, there.remarks) == (here.rows, here.remarks)
    assert there.points() == here.points()


@pytest.mark.parametrize(
    ("header", "size"),
    [
        (b"{'descr': '<f8', 'fortran_order': False, 'shape': (3,), }\n", 25),
        (b"{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999,), }\n", 8),
        (b"{'descr': '|O', 'fortran_order': False, 'shape': (1,), }\n", 8),
        (b"{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (1,), }\n", 8),
        (b"{'descr': '<f8', 'fortran_order': False, 'shape': (-1,), }\n", 8),
        (b"__import__('os').abort()\n", 8),
    ],
)
def test_a_forged_array_is_odd(header, size):
    start = b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little")
    with pytest.raises(Odd):
        array(start + header + bytes(size))


def test_a_forged_zip_is_odd():
    for data in (b"", b"PK", b"PK\x05\x06" + bytes(18), b"PK\x01\x02" * 1000):
        with pytest.raises(Odd):
            parsed(data)


def test_the_level_is_one_of_three():
    assert level() in LEVELS
    assert possible(level())


def test_nothing_of_ours_is_in_the_environment(tmp_path, monkeypatch):
    monkeypatch.setenv("SECRET", "x")
    text = submissions.inside("assert set(os.environ) <= {}".format({
        "HOME", "TMPDIR", "LANG", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS",
        "MKL_NUM_THREADS", "PYTHONDONTWRITEBYTECODE", "PWD", "LC_CTYPE",
    }) + ", os.environ\nassert os.listdir() == []")  # fmt: skip
    path = tmp_path / "submission.py"
    path.write_text(text, encoding="utf-8")
    assert mark(path, Options(), 1).points == 11


def test_under_bubblewrap_neither_package_nor_submissions_are_seen(tmp_path):
    if not possible(LEVELS[0]):
        pytest.skip(f"this machine cannot do it: {LEVELS[0]}")
    path = tmp_path / "submission.py"
    hidden = [str(SOURCES), str(tmp_path), "/root/.ssh", "/home", "/etc/passwd"]
    path.write_text(
        submissions.inside(f"assert not any(map(os.path.exists, {hidden}))"),
        encoding="utf-8",
    )
    entry = mark(path, Options(), 1, isolation=LEVELS[0])
    assert entry.points == 11, entry.message


@pytest.mark.parametrize("dtype", ["|V200000000", "<U100000000", "|S90000000"])
def test_no_entry_of_many_bytes_is_built_or_copied(dtype):
    with pytest.raises(Odd):
        Values([]).leaf({"like": dtype, "shape": []})
    array = np.zeros((), dtype)
    assert copied(array) is array


def test_deep_folders_are_removed_and_only_as_long_as_time_allows(
    tmp_path, monkeypatch
):
    folder = tmp_path / "folder"
    folder.mkdir()
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "file").write_text("x", encoding="utf-8")
    monkeypatch.chdir(folder)
    os.symlink(outside, "link")
    for i in range(3000):
        os.mkdir("d")
        Path("file").write_text(str(i), encoding="utf-8")
        os.chdir("d")
    os.chdir(tmp_path)
    launching.remove(folder, 0)
    assert folder.exists()
    launching.remove(folder, 60)
    assert not folder.exists()
    assert (outside / "file").exists()


@pytest.fixture
def submission(tmp_path):
    path = tmp_path / "submission.py"
    path.write_text(submissions.RIGHT, encoding="utf-8")
    return path


class Ended(launching.Process):
    """Processes of which the first few end at once."""

    left = 0

    def _started(self, *given):
        if not Ended.left:
            return super()._started(*given)
        Ended.left -= 1
        return subprocess.Popen([sys.executable, "-c", ""], stdin=-1, stdout=-1)


@pytest.mark.parametrize("times", [1, 2])
def test_what_does_not_start_is_started_once_more(times, submission, monkeypatch):
    level()  # is tried before
    monkeypatch.setattr(pipe, "Process", Ended)
    monkeypatch.setattr(Ended, "left", times)
    entry = mark(submission, Options(), 1)
    stopped = "GraderStopped: Python does not start where it is apart"
    assert (entry.points, stopped in entry.reason) == (22 - 11 * times, times == 2)
    assert entry.reason_key == ("no verdict, file" if times == 2 else "")
    assert issubclass(GraderStopped, RuntimeError)


@pytest.mark.skipif(not ROOT, reason="only root gives a submission a user of its own")
def test_no_two_submissions_share_a_user(monkeypatch):
    numbers = iter([5, 5, 6])
    monkeypatch.setattr(launching.secrets, "randbelow", lambda most: next(numbers))
    one, hold = launching._free_user()
    with hold:  # no process of it has started yet
        other, more = launching._free_user()
    more.close()
    assert (one, other) == (61189, 61190)


def test_under_bubblewrap_numpy_may_lie_anywhere(submission, monkeypatch):
    if not possible(LEVELS[0]):
        pytest.skip(f"this machine cannot do it: {LEVELS[0]}")
    real = launching._libraries()
    folder = Path(tempfile.mkdtemp(dir="/tmp"))
    try:
        libraries = folder / "venv"
        for name in ("numpy", "numpy.libs"):
            if os.path.isdir(path := os.path.join(real, name)):
                shutil.copytree(path, libraries / name)
        monkeypatch.setattr(launching, "_libraries", lambda: str(libraries))
        launching._bubblewrap.cache_clear()
        folder.chmod(0o755)
        entry = mark(submission, Options(), 1, isolation=LEVELS[0])
    finally:
        launching._bubblewrap.cache_clear()
        shutil.rmtree(folder)
    assert entry.points == 11, entry.reason
