"""The exercises of the chapters: each has a level, a stub, a check, a solution."""

import re

import kernels
import nbformat
import numpy as np
import pytest
from record import BOOK, TWINS, chapters, code

import mlpnotes.exercise

LEVELS = "On paper", "In code", "To think about"
CHAPTERS = [p for p in chapters() if p.stem not in ("intro", "errata")]


def exercises(chapter):
    """Return label, title and cell of each exercise and of each solution."""
    text = chapter.read_text("utf-8")
    found = {}
    for kind in ("exercise", "solution"):
        for title, body in re.findall(
            rf"^:::\{{{kind}-start\}} ?(.*?)\n(.*?)^:::\{{{kind}-end\}}",
            text, flags=re.MULTILINE | re.DOTALL,
        ):  # fmt: skip
            label = title if kind == "solution" else re.search(r":label: (.*)", body)[1]
            fence = r"^```\{code-cell\}.*?\n(.*?)^```$"
            cells = re.findall(fence, body, flags=re.MULTILINE | re.DOTALL)
            found.setdefault(label, {})[kind] = (title, body, cells)
    return found


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda p: p.stem)
def test_every_exercise_has_a_level_a_stub_a_check_and_a_solution(chapter):
    twin = nbformat.read(TWINS / f"{chapter.stem}.ipynb", 4).cells
    outputs = {
        cell.source: [
            out["data"]["text/plain"] for out in cell.outputs if "data" in out
        ]
        for cell in twin
    }
    found = exercises(chapter)
    for label, parts in found.items():
        assert set(parts) == {"exercise", "solution"}, label
        title, _, cells = parts["exercise"]
        assert title.startswith(LEVELS), f"{label}: {title!r} names no level"
        assert cells, label
        assert "mine = None" in cells[-1], label
        assert re.search(r"^judge\(mine, .*\)$", cells[-1].rstrip().splitlines()[-1])
        assert outputs[cells[-1].rstrip()] == ["○ not tried"], label
        _, _, cells = parts["solution"]
        assert "judge(" in cells[-1].rstrip().splitlines()[-1], label
        assert outputs[cells[-1].rstrip()][0].startswith("✓ right"), label
    titles = [parts["exercise"][0] for parts in found.values()]
    for level in LEVELS:
        assert any(title.startswith(level) for title in titles), level


def test_there_are_enough_exercises_and_planted_bugs():
    titles = [
        parts["exercise"][0]
        for chapter in chapters()
        for parts in exercises(chapter).values()
    ]
    assert len(titles) >= 60
    assert sum("find the planted bug" in title.lower() for title in titles) >= 8


WATCH = """
import mlpnotes.exercise as exercise
import numpy
from mlpnotes.exercise.seals import plain

judged, taken = exercise.judge, {}


def equal(one, other):
    try:
        return plain(one) == plain(other)
    except TypeError:
        return False


IDLE = [
    0, 1, -1, 2, 0.5, "", "a", "yes", "1", "dz9", [], (), {}, (0, 0), (1, 1),
    True, False, float("nan"), numpy, print, max, len,
    lambda *_: 0, lambda *_: 1, lambda *all: all[0], lambda *all: all[-1],
]


ODD = ["banana", (None, None), [None], 3, 1j, True, {1}, {}]


def on_the_page():
    for value in [*globals().values()]:
        if isinstance(value, list | set) and value and value is not IDLE:
            yield value
        for array in value if isinstance(value, tuple) else [value]:
            if isinstance(array, numpy.ndarray) and array.size < 10**5:
                yield from (array, numpy.zeros_like(array), numpy.ones_like(array))


def judge(mine, rule):
    if mine is None:
        right = [a for a in (*IDLE, *on_the_page()) if judged(a, rule)]
        stopped = [a for a in ODD if "check stops" in judged(a, rule).why]
        taken[id(rule)] = rule, right + stopped
    elif judged(mine, rule) and id(rule) in taken:
        rule, right = taken[id(rule)]
        right = [a for a in right if not equal(a, mine)]
        taken[id(rule)] = rule, right
    return judged(mine, rule)


exercise.judge = judge
"""
FOUND = (
    "wrong = [right for _, right in taken.values() if right]\nassert not wrong, wrong"
)


@pytest.mark.site
@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda p: p.stem)
def test_what_is_no_answer_is_refused(chapter, tmp_path):
    """Numbers, words, arrays of the page, functions that do nothing: none is right.

    What is odd is refused in words, not by an exception of the rule.
    """
    book = nbformat.v4.new_notebook()
    new = nbformat.v4.new_code_cell
    book.cells = [new(WATCH), *code(chapter), new(FOUND)]
    kernels.run(book, BOOK, kernels.environment(tmp_path), timeout=600)


@pytest.mark.parametrize(
    ("chapter", "label", "mine", "why"),
    [
        ("lemma-2", "worst", (None, None), "one of them is None, expected 2 numbers"),
        ("lemma-2", "worst", "banana", "that is a text, expected 2 numbers"),
        ("gradient-check", "kink", "banana", "that is a text, expected a number"),
        ("chain-rule", "patterns", "dbca", "Nudge one input a little: how far does"),
        ("mnist", "shuffle", "vii", "expected one of i, ii, iii, iv, v and vi"),
        ("speed", "memory", "v", "expected one of i, ii, iii and iv"),
    ],
)
def test_what_is_expected_is_said(chapter, label, mine, why):
    label = f"ex-{chapter}-{label}"
    (path,) = (p for p in CHAPTERS if p.stem == chapter)
    *_, cell = exercises(path)[label]["exercise"][2]
    cell = cell.replace("mine = None", f"mine = {mine!r}")
    *body, last = cell.rstrip().splitlines()
    scope = {"np": np, **vars(mlpnotes.exercise)}
    exec("\n".join(body), scope)
    assert eval(last, scope).why.startswith(why)
