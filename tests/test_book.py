"""The chapters and their recorded twins, tests/notebooks, must say the same."""

import inspect
import re
import shutil

import nbformat
import pytest
from equations import checks, commented_lines, equations, program
from record import BOOK, TWINS, chapters, code, obeyed, pages

import mlpnotes
import mlpnotes.grading


def test_every_chapter_has_a_twin_and_every_twin_a_chapter():
    twins, own = {p.stem for p in TWINS.glob("*.ipynb")}, {p.stem for p in chapters()}
    assert own - twins == set(), "not recorded: make record"
    assert twins - own == set(), "in tests/notebooks without a chapter: delete it"


def test_every_page_is_in_the_table_of_contents():
    listed, own = set(pages()), {p.stem for p in BOOK.glob("*.md")}
    assert len(pages()) == len(listed), "listed twice in _toc.yml"
    assert own - listed == set(), "not in _toc.yml"
    assert listed - own == set(), "in _toc.yml, and no file"


@pytest.mark.parametrize("chapter", chapters(), ids=lambda p: p.stem)
def test_twin_has_the_chapters_code_all_of_it_executed(chapter):
    twin = nbformat.read(TWINS / f"{chapter.stem}.ipynb", 4).cells
    assert [(c.source, c.metadata) for c in twin] == [
        (c.source, obeyed(c)) for c in code(chapter)
    ], "run make record"
    # nbval compares nothing in a cell that has no execution count
    assert [c.execution_count for c in twin] == list(range(1, len(twin) + 1))


@pytest.mark.parametrize("chapter", chapters(), ids=lambda p: p.stem)
def test_cells_are_short_and_fit_a_page(chapter):
    for cell in code(chapter):
        lines = cell.source.splitlines()
        assert len(lines) <= 18, f"more than 18 lines:\n{cell.source}"
        long = [line for line in lines if len(line) > 72]
        assert long == [], "a line of more than 72 characters scrolls on the page"
        # nbval would print what the semicolon keeps quiet elsewhere
        assert not lines[-1].endswith(";"), f"give {lines[-1]} a name instead"


def test_pytest_collects_units_then_the_twins_and_no_built_copy(checkout):
    root, run = checkout
    planted = root / "book" / "_build" / "planted" / "planted.ipynb"
    planted.parent.mkdir(parents=True)
    shutil.copy(TWINS / "lemma-1.ipynb", planted)
    listed = run("-m", "pytest", "--nbval", "--collect-only", "-q")
    assert listed.returncode == 0, listed.stdout + listed.stderr
    files = dict.fromkeys(re.findall(r"^(\S+?)::", listed.stdout, flags=re.MULTILINE))
    twins = [f"tests/notebooks/{chapter.stem}.ipynb" for chapter in chapters()]
    found = [name for name in files if name.endswith(".ipynb")]
    assert set(found) == set(twins), "a twin without a chapter, or the reverse"
    assert found == twins == [*files][-len(twins) :]


def test_pytest_runs_inside_tests_and_where_it_cannot_write(checkout):
    root, run = checkout
    (root / ".pytest_cache").write_text("a file where the cache would be", "utf-8")
    run = run("-m", "pytest", "--nbval", "notebooks/lemma-5.ipynb", folder="tests")
    assert run.returncode == 0, run.stdout + run.stderr


def test_every_equation_is_defined_once_with_its_line_and_its_check():
    found = equations()
    assert [e.number for e in found] == list(range(1, 56))
    lines = {n for line in program() for n in line.numbers}
    checked = {(n, line.place) for line in checks() for n in line.numbers}
    assert [e for e in found if e.number not in lines] == []
    assert [e for e in found if (e.number, e.chapter) not in checked] == []


def test_the_order_of_backward_is_the_order_of_its_equations():
    numbers = [9, 19, 20, 28, 30, 35, 36, 44, 46, 51, 52]
    source = inspect.getsource(mlpnotes.backward)
    assert [ln.numbers[0] for ln in commented_lines(source, "")] == numbers


def test_public_names_are_in_the_api_page():
    page = (BOOK / "api.md").read_text("utf-8")
    for name in mlpnotes.__all__:
        module = getattr(mlpnotes, name).__module__
        assert f"automodule:: {module}\n" in page, name
    for name in mlpnotes.grading.__all__:
        listed = re.search(r"automodule:: mlpnotes\.grading\n +:members: (.*)", page)
        assert name in listed[1].split(", "), name


@pytest.mark.parametrize("chapter", chapters(), ids=lambda p: p.stem)
def test_every_figure_has_caption_and_alternative_text(chapter):
    for cell in code(chapter):
        if "plots." in cell.source:
            figure = cell.metadata["mystnb"]
            assert len(figure["figure"]["caption"]) > 20
            assert len(figure["image"]["alt"]) > 20


def test_a_silent_correction_is_marked_where_it_happens():
    """A reader with the notes in hand finds out why an equation reads otherwise."""
    places = {equation.number: equation.chapter for equation in equations()}
    for number in (12, 13, 35, 38, 43, 44, 51, 52, 53, 54):
        page = (BOOK / f"{places[number]}.md").read_text("utf-8")
        place = page.index(f"(eq-{number})")
        near = page[max(0, place - 900) : place + 900]
        assert "<err-" in near or "{ref}`ch-errata`" in near, number
