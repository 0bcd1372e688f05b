"""A test of the tests: errors planted in each equation must be caught by its check.

The cells of a chapter run here in process, with all of their asserts left out but
those whose comment names one equation. An error is planted, in the package or in
the cells, and one of these asserts must fail: nothing else counts, no exception
and no other assert.
"""

import ast
import functools
import inspect
import textwrap

import jupytext
import pytest
from equations import equations, program
from planted import CELL, MODULES, PLANTED, errors, lines_of
from record import BOOK

CHAPTER = {equation.number: equation.chapter for equation in equations()}


@functools.cache
def cells(chapter):
    """Return the code of a chapter's cells, those that draw left out."""
    found = jupytext.read(BOOK / f"{chapter}.md").cells
    return [
        c.source for c in found if c.cell_type == "code" and "mystnb" not in c.metadata
    ]


def checks_alone(source, number):
    """Return the code with only the asserts that name the equation, and their count."""
    lines, kept = source.splitlines(), 0

    class Others(ast.NodeTransformer):
        def visit_Assert(self, node):
            nonlocal kept
            comment = lines[node.end_lineno - 1].partition("#")[2]
            if f"({number})" in comment:
                kept += 1
                return node
            return ast.copy_location(ast.Pass(), node)

    return Others().visit(ast.parse(source)), kept


@functools.cache
def compiled(chapter, number, right=None, wrong=None):
    """Return the chapter's code up to the last check of an equation."""
    sources, last = list(cells(chapter)), 0
    if right is not None:
        assert sum(source.count(right) for source in sources) >= 1, (number, right)
        sources = [source.replace(right, wrong, 1) for source in sources]
    code = []
    for source in sources:
        tree, kept = checks_alone(source, number)
        code.append(compile(tree, f"{chapter}.md", "exec"))
        last = len(code) if kept else last
    assert last, f"no check of ({number}) in {chapter}"
    return code[:last]


def caught(number, right=None, wrong=None):
    """Return whether a check of the equation, and nothing else, fails."""
    namespace = {"__name__": "__main__"}
    for code in compiled(CHAPTER[number], number, right, wrong):
        try:
            exec(code, namespace)
        except AssertionError:
            return True
    return False


def function_of(where):
    module, name = where.split(".")
    return getattr(MODULES[module], name)


@pytest.fixture
def plant(monkeypatch):
    """Return a function that plants an error in the code of a function."""

    def plant(function, right, wrong):
        source = textwrap.dedent(inspect.getsource(function))
        assert source.count(right) >= 1, (function, right)
        before, after = source.rsplit(right, 1)  # a docstring stands first
        namespace = {}
        code = compile(before + wrong + after, function.__code__.co_filename, "exec")
        exec(code, function.__globals__, namespace)
        monkeypatch.setattr(function, "__code__", namespace[function.__name__].__code__)

    return plant


ROWS = [
    pytest.param(number, *error, id=f"{number}-{k}-{error[0]}")
    for number in CHAPTER
    for k, error in enumerate(errors(number))
]


def test_the_table_is_full():
    assert sorted(PLANTED) == list(range(1, 56))
    for number, rows in PLANTED.items():
        places = [row[0] for row in rows]
        assert len(set(rows)) >= 3, number
        assert any(place != CELL for place in places) or list(lines_of(number)), number
    listed = {
        (n, line.place.removeprefix("mlpnotes/"))
        for line in program()
        for n in line.numbers
    }
    planted = {(n, where.split(".")[0]) for n in CHAPTER for where, _ in lines_of(n)}
    assert planted == listed


@pytest.mark.parametrize("number", CHAPTER)
def test_without_an_error_every_check_passes(number):
    assert not caught(number)


@pytest.mark.parametrize(("number", "where", "right", "wrong"), ROWS)
def test_an_error_is_caught(number, where, right, wrong, plant):
    if where == CELL:
        assert caught(number, right, wrong)
    else:
        plant(function_of(where), right, wrong)
        assert caught(number)


def test_cells_compare_with_a_stated_tolerance():
    """``agree`` has its own; that of ``allclose`` lets a part in 100,000 through."""
    loose = []
    for path in sorted(BOOK.glob("*.md")):
        for cell in jupytext.read(path).cells:
            if cell.cell_type != "code":
                continue
            for node in ast.walk(ast.parse(cell.source)):
                if not isinstance(node, ast.Call):
                    continue
                name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                stated = {keyword.arg for keyword in node.keywords}
                if name in ("allclose", "isclose") and not {"rtol", "atol"} <= stated:
                    loose.append((path.stem, ast.unparse(node)))
    assert loose == []
