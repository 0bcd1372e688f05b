"""What the page for lecturers says is what the command, the tutor and the book do."""

import csv
import re

import nbformat
import pytest
from programs import ELEVEN, program
from record import BOOK, TWINS

from mlpnotes.grading import Options, arguments
from mlpnotes.grading.many import grade

PAGE = (BOOK / "teaching.md").read_text("utf-8")


def table(first):
    """Return the rows of the table whose head begins with this cell."""
    (found,) = re.findall(rf"^\| {first} \|.*\n\|[-|]+\n((?:\|.*\n)+)", PAGE, re.M)
    rows = found.replace("`", "").splitlines()
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]


def test_the_five_students_get_what_the_page_says(tmp_path):
    torch = (
        "import torch\n\n\ndef backward(params, acts, y):\n    return torch.ones(3)\n"
    )
    programs = {
        "Ada Lovelace": program("eleven"),
        "Ben": program("eleven", dict.fromkeys(ELEVEN, "None")),
        "Cleo": program("eleven", {"da2": "dz3 @ W3"}),
        "Dan": torch,
        "Jörg Müller": program("eleven", {"dW2": "a1.T @ da2"}),
    }
    for name, text in programs.items():
        folder = tmp_path / "submissions" / name
        folder.mkdir(parents=True)
        (folder / "backprop.py").write_text(text, "utf-8")
    grade(tmp_path / "submissions", tmp_path / "grades")
    with open(tmp_path / "grades" / "grades.csv", encoding="utf-8-sig") as file:
        marks = [*csv.DictReader(file)]
    names = "student", "points", "of", "first wrong line", "reason"
    assert [[row[n].replace("`", "") for n in names] for row in marks] == [
        [row[0], *row[2:]] for row in table("student")
    ]
    written = {
        re.sub(
            "Ada Lovelace", "<name>", path.relative_to(tmp_path / "grades").as_posix()
        )
        for path in (tmp_path / "grades").rglob("*")
        if path.is_file() and ("Ada" in str(path) or path.parent.name == "grades")
    }
    said = {name for row in table("in `grades`") for name in row[0].split(", ")}
    assert written == said


def test_every_option_is_in_the_table(capsys):
    with pytest.raises(SystemExit):
        arguments.parser().parse_args(["grade", "--help"])
    known = set(re.findall(r"--[a-z-]+", capsys.readouterr().out)) - {"--help"}
    said = [re.match(r"--[a-z-]+", row[0])[0] for row in table("option")]
    assert set(said) == known
    assert len(said) == len(known)


def test_the_options_in_the_file_are_options(tmp_path):
    (text,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    (tmp_path / "late.txt").write_text("Ben\n", "utf-8")
    (tmp_path / "grading.toml").write_text(text, "utf-8")
    found = Options.read(tmp_path / "grading.toml")
    assert found.form.penalty == "λ/m"
    assert found.late_list == {"Ben"}


def test_the_words_of_the_tutor_are_its_words():
    twin = nbformat.read(TWINS / "your-backprop.ipynb", 4)
    outputs = [out for cell in twin.cells for out in cell.get("outputs", [])]
    texts = [out.get("text") or out.data["text/plain"] for out in outputs]
    said = " ".join(" ".join(texts).split())
    for _, words, _ in table("mistake"):
        for part in words.strip("*").split(" … "):
            assert part in said
