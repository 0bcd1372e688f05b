"""What is found in a folder of submissions, whatever laid it."""

import json
import os
import time
import unicodedata
from datetime import UTC
from pathlib import Path

import pytest

from mlpnotes.grading.finding.collect import RefusedError, collect
from mlpnotes.grading.finding.names import LONGEST, folder_names, is_formula

PROGRAM = "def backward(params, acts, y):\n    pass\n"
OTHER = "def helper():\n    pass\n"
NOTEBOOK = '{"cells": [{"cell_type": "code", "source": ["def backward(p, a, y):"]}]}'


def lay(folder, *files, text=PROGRAM):
    """Write files; a name with a slash at its end is a folder."""
    for name in files:
        path = folder / name
        if name.endswith("/"):
            path.mkdir(parents=True)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(NOTEBOOK if name.endswith("ipynb") else text, "utf-8")
    return folder


def found(folder, **more):
    return {s.student: s.file for s in collect(folder, **more).submissions}


def said(folder, **more):
    return "\n".join(collect(folder, **more).said)


def test_a_flat_folder_names_its_students(tmp_path):
    names = ["Ada Lovelace", "Zoë O'Brien", "🦊 fox", "a" * 200, "Çelik.Ö"]
    lay(tmp_path, *(f"{n}.py" for n in names), "Bob.IPYNB")
    assert found(tmp_path) == {n: f"{n}.py" for n in names} | {"Bob": "Bob.IPYNB"}


def test_a_folder_for_each_student_of_any_depth(tmp_path):
    lay(tmp_path, "Ada/backprop.py", "Bo/week 3/task/my.ipynb")
    assert found(tmp_path) == {
        "Ada": "Ada/backprop.py", "Bo": "Bo/week 3/task/my.ipynb",
    }  # fmt: skip


def test_an_umlaut_of_two_letters_is_shown_as_one(tmp_path):
    lay(tmp_path, unicodedata.normalize("NFD", "Zoë.py"))
    assert [*found(tmp_path)] == ["Zoë"]


@pytest.mark.parametrize("form", ["{}.py", "{}/hw.py"])
def test_nobody_takes_anothers_place_by_a_name_that_looks_the_same(tmp_path, form):
    names = ["alice", "alice ", " alice", "alice\u200d", "ali  ce", "ali ce", "Alice"]
    names += [unicodedata.normalize(form, "Zoë") for form in ("NFC", "NFD")]
    lay(tmp_path, *map(form.format, names))
    submissions = collect(tmp_path).submissions
    assert len({s.path for s in submissions}) == len(names)
    assert len({s.name.casefold() for s in submissions}) == len(names)
    shown = {s.student: str(s.path.relative_to(tmp_path)) for s in submissions}
    assert len(shown) == len(names)
    for honest in ("ali ce", "Zoë", "Alice"):
        assert shown[honest] == form.format(honest)


METADATA = """
submission_11:
  :submitters:
  - :name: Ada Lovelace
    :sid: '7'
    :email: ada@example.org
  :created_at: 2026-11-30 22:59:41.581450000 Z
  :score: 3.0
submission_12:
  :submitters:
  - :name: Zoë Ünal
  - :name: Bo
  :created_at: !ruby/object:ActiveSupport::TimeWithZone
    utc: 2026-12-01 22:59:41.581450000 Z
    zone: !ruby/object:ActiveSupport::TimeZone
      name: UTC
submission_13:
  :submitters:
  - :name: Ada Lovelace
  :created_at: 2026-11-30 22:59:41.581450000 Z
"""


def test_gradescopes_export_says_who_and_when(tmp_path):
    export = tmp_path / "assignment_5_export"
    lay(export, "submission_11/backprop.py", "submission_12/src/x.ipynb")
    lay(export, "submission_13/backprop.py", "submission_14/backprop.py")
    lay(export, "submission_metadata.yml", text=METADATA)
    for folder in (export, tmp_path):
        by = {s.student: s for s in collect(folder).submissions}
        assert sorted(by) == [
            "Ada Lovelace (11)", "Ada Lovelace (13)", "Zoë Ünal, Bo", "submission_14",
        ]  # fmt: skip
        assert by["Ada Lovelace (11)"].when.astimezone(UTC).day == 30
        assert by["Zoë Ünal, Bo"].when.astimezone(UTC).day == 1
        file = export / "submission_12/src/x.ipynb"
        assert by["Zoë Ünal, Bo"].file == file.relative_to(folder).as_posix()
        assert by["Ada Lovelace (11)"].name == "submission_11"


@pytest.mark.parametrize("text", ["{", "- a", "a: 1", "", "x: !!python/object:os.x {}"])
def test_metadata_that_is_none_leaves_the_folders_names(tmp_path, text):
    lay(tmp_path, "submission_11/backprop.py")
    lay(tmp_path, "submission_metadata.yml", text=text)
    assert found(tmp_path) == {"submission_11": "submission_11/backprop.py"}
    assert "submission_metadata.yml is not as expected" in said(tmp_path)


@pytest.mark.parametrize("end", ["_", ""])
def test_moodles_folders(tmp_path, end):
    lay(
        tmp_path,
        f"Ada Lovelace_123_assignsubmission_file{end}/backprop.py",
        f"Ada Lovelace_123_assignsubmission_onlinetext{end}/onlinetext.html",
        f"Ada Lovelace_456_assignsubmission_file{end}/backprop.py",
        f"Zoë_Ünal_789_assignsubmission_file{end}/a/b.ipynb",
    )
    assert sorted(found(tmp_path)) == [
        "Ada Lovelace (123)", "Ada Lovelace (456)", "Zoë_Ünal",
    ]  # fmt: skip


def test_moodles_files_without_folders_and_in_groups(tmp_path):
    lay(tmp_path / "flat", "Ada_123_assignsubmission_file_backprop.py")
    lay(tmp_path / "flat", "Bo_7_assignsubmission_onlinetext.html")
    assert [*found(tmp_path / "flat")] == ["Ada", "Bo"]
    lay(tmp_path / "groups", "A/Ada_1_assignsubmission_file_/x.py")
    lay(tmp_path / "groups", "B/Bo_2_assignsubmission_file_/x.py")
    assert [*found(tmp_path / "groups")] == ["Ada", "Bo"]


def test_nbgraders_course_and_its_submitted_folder(tmp_path):
    lay(
        tmp_path, "source/ps1/backprop.ipynb", "release/ps1/backprop.ipynb",
        "submitted/ada/ps1/backprop.ipynb", "submitted/bo/ps1/backprop.ipynb",
        "submitted/ada/ps1/timestamp.txt", "gradebook.db", "nbgrader_config.py",
    )  # fmt: skip
    files = {n: f"{n}/ps1/backprop.ipynb" for n in ("ada", "bo")}
    assert found(tmp_path) == {n: f"submitted/{file}" for n, file in files.items()}
    assert found(tmp_path / "submitted") == files


def test_one_folder_around_all_is_no_student(tmp_path):
    lay(tmp_path, "week 3/Ada.py", "week 3/Bo.py")
    assert [*found(tmp_path)] == ["Ada", "Bo"]


def test_a_folder_around_one_students_program_is_the_student(tmp_path):
    lay(tmp_path, "Ada/week 3/backprop.py")
    lay(tmp_path, "Ada/week 3/helper.py", text=OTHER)
    assert found(tmp_path) == {"Ada": "Ada/week 3/backprop.py"}


@pytest.mark.parametrize("name", ["smith_12345", "Smith"])
def test_a_folder_below_a_students_own_names_nobody(tmp_path, name):
    trap = "smith_12345_assignsubmission_file_"
    lay(tmp_path, f"{name}/hw.py", "mallory/hw.py", f"mallory/{trap}/hw.py")
    lay(tmp_path, f"eve/{trap}/hw.py", f"eve/{trap}/{trap}.py", "eve/submission_1/a.py")
    submissions = {s.student: s for s in collect(tmp_path).submissions}
    assert {*submissions} == {name, "mallory", "eve"}
    assert submissions[name].file == f"{name}/hw.py"
    assert submissions["mallory"].file.startswith("mallory/")


def test_one_with_moodles_name_for_a_folder_moves_nobody(tmp_path):
    lay(tmp_path, "A/report.pdf", "B/smith_1_assignsubmission_file_/hw.py", "smith_1/")
    assert {s.student: s.file for s in collect(tmp_path).submissions} == {
        "A": "", "B": "B/smith_1_assignsubmission_file_/hw.py", "smith_1": "",
    }  # fmt: skip
    other = lay(
        tmp_path / "other", "smith_1/x.py", "smith_1_assignsubmission_file_/y.py"
    )
    assert len(collect(other).submissions) == 2


def test_a_students_folder_called_submitted_hides_nobody(tmp_path):
    lay(tmp_path, "submitted/mallory/x.py", "Ada/x.py", "Bo/x.py")
    assert [*found(tmp_path)] == ["Ada", "Bo", "submitted"]


@pytest.mark.parametrize("inside", ["", "week 3/", "A/", "week 3/A/"])
def test_no_students_folder_is_skipped_whole(tmp_path, inside):
    end = "_1_assignsubmission_file_" if "A" in inside else ""
    made = "pyvenv.cfg", "run.json", "records/x.json"
    lay(tmp_path, *(f"{inside}mallory{end}/{file}" for file in (*made, "hw.py")))
    lay(tmp_path, f"{inside}Ada{end.replace('1', '2')}/hw.py")
    lay(tmp_path, f"{inside}Bo{end.replace('1', '3')}/hw.py")
    lay(tmp_path, f"{inside}Bo{end.replace('1', '3')}/env/pyvenv.cfg")
    lay(tmp_path, f"{inside}Bo{end.replace('1', '3')}/env/lib/b.py")
    submissions = {s.student: s.file for s in collect(tmp_path).submissions}
    assert {*submissions} == {"Ada", "Bo", "mallory"}
    assert submissions["Bo"].endswith("hw.py")
    assert "env is left out: it holds an environment of Python" in said(tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        "# def " + "backward" * 200_000, "# def " * 300_000 + "backward",
        "# def backward" + " " * 2_000_000, "def" + " " * 2_000_000,
        "# " + "def backward " * 100_000,
    ],
    ids=["long", "often", "spaces", "only spaces", "again"],
)  # fmt: skip
def test_no_text_takes_long_to_look_through(tmp_path, text):
    lay(tmp_path, "Ada/a.py", "Ada/b.py", text=text)
    begun = time.process_time()
    assert found(tmp_path, function="") == {"Ada": "Ada/b.py"}
    assert time.process_time() - begun < 5


def test_a_huge_file_is_not_read(tmp_path, monkeypatch):
    lay(tmp_path, "Ada/a.py", "Ada/b.py")
    os.truncate(tmp_path / "Ada/b.py", 3_000_000_000)
    os.utime(tmp_path / "Ada/b.py", (3e9, 3e9))
    read = Path.read_text

    def small(path, **more):
        assert path.name == "a.py"
        return read(path, **more)

    monkeypatch.setattr(Path, "read_text", small)
    assert found(tmp_path) == {"Ada": "Ada/a.py"}


def test_the_end_of_a_line_in_a_notebook_is_none_of_a_name(tmp_path):
    lay(tmp_path, "Ada/a.py", text=OTHER)
    source = "import numpy\ndef backward(params, acts, y): pass"
    cell = {"cell_type": "code", "source": source}
    lay(tmp_path, "Ada/b.txt", text=json.dumps({"cells": [cell]}))
    (tmp_path / "Ada/b.txt").rename(tmp_path / "Ada/b.ipynb")
    os.utime(tmp_path / "Ada/a.py", (3e9, 3e9))
    assert found(tmp_path) == {"Ada": "Ada/b.ipynb"}


def test_students_own_folders_with_an_exports_name_are_theirs(tmp_path):
    lay(tmp_path, "Ada/submission_1/x.py", "Bo/submission_1/x.py")
    assert [*found(tmp_path)] == ["Ada", "Bo"]


def test_the_file_with_a_backward_pass_counts_then_the_newest(tmp_path):
    lay(tmp_path, "Ada/a.py", "Ada/b.ipynb", "Ada/c.py", "Bo/x.py")
    lay(tmp_path, "Ada/z.py", "Bo/y.py", "Cy/x.py", "Cy/y.py", text=OTHER)
    os.utime(tmp_path / "Ada/b.ipynb", (2e9, 2e9))
    os.utime(tmp_path / "Ada/z.py", (3e9, 3e9))
    os.utime(tmp_path / "Cy/x.py", (2e9, 2e9))
    ada, bo, cy = collect(tmp_path).submissions
    assert ada.file == "Ada/b.ipynb"
    assert ada.notes == ("b.ipynb is marked, the newest of 3 with a backward pass.",)
    assert (bo.file, bo.notes) == ("Bo/x.py", ())
    assert cy.notes == ("x.py is marked, the newest of 2 files.",)
    assert f"Ada: {ada.notes[0]}" in said(tmp_path)
    assert collect(tmp_path, "helper").submissions[0].file == "Ada/z.py"


def test_the_function_itself_counts_before_one_called_like_it(tmp_path):
    like = "def check_backward(f):\n    pass\n"
    lay(tmp_path, "Ada/backprop.ipynb", "Bo/mine.py", "Cy/c.py")
    lay(tmp_path, "Di/backprop.py", text="def my_backward(p, a, y):\n    pass\n")
    lay(tmp_path, *(f"{name}/helper.py" for name in ("Ada", "Bo", "Di")), text=like)
    lay(tmp_path, "Cy/backprop.py", text=OTHER)
    for path in tmp_path.glob("*/helper.py"):
        os.utime(path, (3e9, 3e9))
    os.utime(tmp_path / "Cy/backprop.py", (3e9, 3e9))
    assert [*found(tmp_path).values()] == [
        "Ada/backprop.ipynb", "Bo/mine.py", "Cy/c.py", "Di/backprop.py",
    ]  # fmt: skip
    ada = collect(tmp_path).submissions[0]
    assert ada.notes == ("backprop.ipynb is marked, one of 2 with a backward pass.",)


def test_what_no_student_wrote_is_left_out(tmp_path):
    lay(
        tmp_path, "Ada/x.py", "Bo/x.py", "Ada/.ipynb_checkpoints/x-checkpoint.ipynb",
        ".hidden.py", "__MACOSX/Ada/._x.py", "Ada/__pycache__/x.py", "Ada/.venv/y.py",
        "Bo/env/pyvenv.cfg", "Bo/env/lib/y.py", "Ada/site-packages/y.py",
        "grades/x.py", ".git/x.py",
    )  # fmt: skip
    assert found(tmp_path, leave=tmp_path / "grades") == {
        "Ada": "Ada/x.py", "Bo": "Bo/x.py",
    }  # fmt: skip


def test_links_are_named_and_not_followed(tmp_path):
    lay(tmp_path, "all/Ada/x.py", "secret/solution.py")
    (tmp_path / "all/Bo").symlink_to(tmp_path / "secret")
    (tmp_path / "all/Ada/y.py").symlink_to(tmp_path / "secret/solution.py")
    (tmp_path / "all/Ada/round").symlink_to(tmp_path / "all")
    assert found(tmp_path / "all") == {"Ada": "Ada/x.py"}
    assert "Bo is left out: it is a link" in said(tmp_path / "all")
    assert "Ada/y.py is left out: it is a link" in said(tmp_path / "all")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs a system with pipes")
def test_a_pipe_is_no_file(tmp_path):
    lay(tmp_path, "Ada.py")
    os.mkfifo(tmp_path / "Bo.py")
    assert [*found(tmp_path)] == ["Ada"]


def test_a_student_without_a_program_is_not_lost(tmp_path):
    lay(tmp_path, "Ada/x.py", "Bo/backprop.pdf", "Cy/")
    ada, bo, cy = collect(tmp_path).submissions
    assert (ada.reason, bo.path, cy.path) == ("", None, None)
    assert bo.reason == "There is no .py or .ipynb file, only backprop.pdf."
    assert cy.reason == "There is no .py or .ipynb file."
    assert f"Bo: {bo.reason}" in said(tmp_path)


def test_what_lies_beside_flat_files_is_named(tmp_path):
    lay(tmp_path, "Ada.py", "Bo.pdf", "pictures/a.png", "1.txt", "2.txt", "3.txt")
    assert [*found(tmp_path)] == ["Ada"]
    words = said(tmp_path)
    assert "1.txt, 2.txt, 3.txt and 1 more left out: neither .py nor .ipynb" in words
    assert "pictures is left out" in words


def test_a_folder_that_cannot_be_read_has_its_reason(tmp_path, monkeypatch):
    lay(tmp_path, "Ada/x.py", "Bo/x.py")
    scandir = os.scandir

    def closed(path):
        if str(path).endswith("Bo"):
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", closed)
    bo = collect(tmp_path).submissions[1]
    assert bo.reason == "A folder cannot be read: Permission denied."


def test_a_file_that_cannot_be_read_has_its_reason(tmp_path, monkeypatch):
    lay(tmp_path, "Ada.py")
    monkeypatch.setattr(
        "builtins.open", lambda *_: (_ for _ in ()).throw(PermissionError(13, "No"))
    )
    (ada,) = collect(tmp_path).submissions
    assert (ada.path, ada.reason) == (None, "The file cannot be read: No.")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("nowhere", "nowhere is not there, expected a folder"),
        ("one.py", "one.py is a file, expected a folder of submissions: for one file"),
        ("all.zip", "all.zip is a file, expected a folder of submissions: unpack it"),
        ("empty", "empty holds no .py or .ipynb file"),
        ("texts", "texts holds no .py or .ipynb file"),
    ],
)
def test_no_submissions_is_a_sentence(tmp_path, given, words):
    lay(tmp_path, "one.py", "all.zip", "empty/", "texts/Ada/a.txt", "texts/Bo/b.txt")
    with pytest.raises(RefusedError, match=words):
        collect(tmp_path / given)


def test_a_name_that_is_no_text(tmp_path):
    bad = os.fsencode(tmp_path) + b"/M\xfcller.py"
    try:
        with open(bad, "w", encoding="utf-8") as file:
            file.write(PROGRAM)
    except OSError:
        pytest.skip("the file system takes only UTF-8")
    assert [*found(tmp_path)] == ["M\ufffdller"]


@pytest.mark.parametrize("seconds", [2**60, -(2**60)])
def test_a_time_that_is_none_stops_nobody(tmp_path, monkeypatch, seconds):
    lay(tmp_path, "Ada.py")
    stat = os.stat

    def odd(path, **more):
        real = stat(path, **more)
        if str(path).endswith(".py"):
            return os.stat_result([*real[:8], seconds, *real[9:]])
        return real

    monkeypatch.setattr(os, "stat", odd)
    (ada,) = collect(tmp_path).submissions
    assert (ada.when.year > 6000) == (seconds > 0)


def test_a_name_does_not_act_on_a_terminal(tmp_path):
    lay(tmp_path, "a\x1b[31m\u202eb.py", "c\rd.txt")
    assert [*found(tmp_path)] == ["a␛[31m⟨U+202E⟩b"]
    assert "c d.txt left out" in said(tmp_path)


def test_folders_names_are_safe_and_distinct():
    keys = [
        "..", ".", "a/b", "a:b", "CON", "nul.txt", "com1", "Ada", "ada", "ADA ", "x.",
        " y", "🦊" * 100, "🦊" * 101, "a" * 300, "a" * 301, "tab\there", "", "Zoë", "*",
        "\ud800", "-rf", "a;=1", "\u200d=1", "O'Brien", "a\\b", "con.", "CON ",
    ]  # fmt: skip
    names = folder_names({(key,): key for key in keys})
    assert sorted(names) == sorted((key,) for key in keys)
    folded = [n.casefold() for n in names.values()]
    assert len({*folded}) == len(keys)
    for name in names.values():
        assert name.strip(" .") == name != ""
        assert not set(name) & set('<>:"/\\|?*\t\n')
        assert len(name.encode()) < 255
        assert len(name) <= LONGEST + 9
        assert name.partition(".")[0].lower() not in ("con", "nul", "com1")
        assert not is_formula(name)
        assert ";" not in name
    for same in ("Zoë", "O'Brien", "🦊"):
        assert folder_names({(same,): same}) == {(same,): same}
    assert folder_names({(key,): key for key in reversed(keys)}) == names
