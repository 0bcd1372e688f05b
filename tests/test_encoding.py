"""Text is the same on every system: nothing is read in the locale's encoding."""

import ast
import os
import re
import shutil
import subprocess
import sys

import pytest
from record import SANITIZE, TESTS, chapters, code

ROOT = TESTS.parent
MODULES = [
    p
    for d in ("src", "tests", "book/_ext", "benchmarks", "assignment")
    for p in ROOT.glob(f"{d}/**/*.py")
]


def guesses(code):
    """Return the calls in this code that handle text and name no encoding."""
    calls = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Call)]
    return [ast.unparse(call) for call in calls if is_guess(call)]


def is_guess(call):
    function, args = ast.unparse(call.func), [*map(ast.unparse, call.args)]
    named = {k.arg: ast.unparse(k.value) for k in call.keywords}
    if "encoding" in named:
        return False
    match function.rpartition(".")[2]:
        case "read_text":
            return not args
        case "write_text":
            return len(args) < 2
        case "open" | "fdopen" if function not in (
            "gzip.open",
            "Image.open",
            "os.open",
        ):
            modes = [*args, named.get("mode", "")]
            return not any(re.fullmatch(r"'[\w+]*b[\w+]*'", mode) for mode in modes)
        case "loadtxt" | "genfromtxt" | "savetxt" | "TextIOWrapper":
            return True
    return "True" in (named.get("text"), named.get("universal_newlines"))


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("Path(name).read_text()", 1),
        ("path.read_text('utf-8')", 0),
        ("path.write_text(text)", 1),
        ("path.write_text(text, encoding='utf-8')", 0),
        ("open(path); open(path, 'w'); open(path, newline='')", 3),
        ("open(path, 'rb'); open(path, mode='wb'); path.open('r+b')", 0),
        ("path.open(); os.fdopen(handle, 'w')", 2),
        ("run(['git'], text=True)", 1),
        ("run(['git'], text=True, encoding='utf-8'); run(['git'])", 0),
        ("np.loadtxt(name); np.savetxt(name, x)", 2),
    ],
)
def test_a_guess_is_found(code, found):
    assert len(guesses(code)) == found


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_modules_name_the_encoding(path):
    assert guesses(path.read_text("utf-8")) == []


@pytest.mark.parametrize("chapter", chapters(), ids=lambda p: p.stem)
def test_chapters_name_the_encoding(chapter):
    assert guesses("\n".join(cell.source for cell in code(chapter))) == []


def test_the_file_that_nbval_reads_is_ascii():
    assert SANITIZE.read_bytes().isascii()


def test_git_writes_the_same_bytes_on_every_system():
    if not (ROOT / ".git").exists() or not shutil.which("git"):
        pytest.skip("not a clone")
    listed = subprocess.run(
        ["git", "-c", "core.autocrlf=true", "ls-files", "--eol"],
        cwd=ROOT, capture_output=True, check=True, encoding="utf-8",
    ).stdout.splitlines()  # fmt: skip
    assert len(listed) > 50
    assert [x for x in listed if "i/-text" not in x and "eol=lf" not in x] == []
    assert [x for x in listed if "i/crlf" in x or "i/mixed" in x] == []


@pytest.mark.parametrize("locale", ["C", "en_US.CP1252"])
def test_the_suite_runs_in_other_encodings(locale, tmp_path):
    """Run a chapter with "≈", and unit tests, in the encoding of another system."""
    if not f"{sys.prefix}{TESTS}".isascii():
        pytest.skip("Python itself cannot read this path in such an encoding")
    env = os.environ | {
        "LC_ALL": locale, "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0",
    }  # fmt: skip
    if locale != "C" and (localedef := shutil.which("localedef")):
        language, charmap = locale.split(".")
        command = [localedef, "-i", language, "-f", charmap, tmp_path / locale]
        if subprocess.run(command, capture_output=True).returncode == 0:
            env["LOCPATH"] = str(tmp_path)
    run = subprocess.run(
        [
            sys.executable, "-m", "pytest", "--nbval", "-n0", "-pno:cacheprovider",
            "notebooks/step-3.ipynb", "test_functions.py", "test_playground.py",
        ],
        cwd=TESTS, env=env, capture_output=True,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout.decode(errors="replace")
