"""The chapters and their recorded twins, tests/notebooks, must say the same."""

import re
import shutil
import subprocess
import sys

import jupytext
import nbformat
import pytest
import yaml
from record import BOOK, TESTS, chapters

TWINS = TESTS / "notebooks"


def code(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def test_every_chapter_has_a_twin_and_every_twin_a_chapter():
    assert {p.stem for p in TWINS.glob("*.ipynb")} == {p.stem for p in chapters()}


def test_every_page_is_in_the_table_of_contents():
    toc = yaml.safe_load((BOOK / "_toc.yml").read_text("utf-8"))
    listed = [c["file"] for part in toc["parts"] for c in part["chapters"]]
    assert sorted([toc["root"], *listed]) == sorted(p.stem for p in BOOK.glob("*.md"))


@pytest.mark.parametrize("chapter", chapters(), ids=lambda p: p.stem)
def test_twin_has_the_chapters_code_all_of_it_executed(chapter):
    cells = code(jupytext.read(chapter))
    twin = code(nbformat.read(TWINS / f"{chapter.stem}.ipynb", 4))
    assert [c.source for c in twin] == [c.source for c in cells], "run make record"
    # nbval compares nothing in a cell that has no execution count
    assert [c.execution_count for c in twin] == list(range(1, len(twin) + 1))


@pytest.mark.parametrize("chapter", chapters(), ids=lambda p: p.stem)
def test_cells_are_short_and_fit_a_page(chapter):
    for cell in code(jupytext.read(chapter)):
        lines = cell.source.splitlines()
        assert len(lines) <= 18, cell.source
        assert max(map(len, lines)) <= 72, cell.source


def test_pytest_collects_the_twins_and_no_built_copy():
    planted = BOOK / "_build" / "planted" / "planted.ipynb"
    planted.parent.mkdir(parents=True, exist_ok=True)
    try:
        shutil.copy(next(TWINS.glob("*.ipynb")), planted)
        run = subprocess.run(
            [sys.executable, "-m", "pytest", "--nbval", "--collect-only", "-q"],
            cwd=BOOK.parent, capture_output=True, text=True, encoding="utf-8",
        )  # fmt: skip
    finally:
        shutil.rmtree(planted.parent)
    assert run.returncode == 0, run.stdout + run.stderr
    collected = set(re.findall(r"^(\S+\.ipynb)::", run.stdout, flags=re.MULTILINE))
    assert collected == {f"tests/notebooks/{p.stem}.ipynb" for p in chapters()}


def test_each_equation_is_defined_once():
    labels = re.findall(
        r"^\$\$ \((eq-\d+)\)$",
        "\n".join(p.read_text("utf-8") for p in BOOK.glob("*.md")),
        flags=re.MULTILINE,
    )
    assert sorted(labels) == sorted(set(labels))
    assert {f"eq-{n}" for n in (1, 2, 3, 4, 9, 10, 11, 12, 13)} <= set(labels)
