"""Every mistake of the table, and two at once, in each form: no sentence is untrue."""

import random

import numpy as np
import pytest
from programs import ELEVEN, FORMS, load, program, row
from test_tutor_mistakes import HELPERS, PROBLEMS, WRITTEN, filled, lines_of
from truth import same, untrue

from mlpnotes import sigmoid, softmax
from mlpnotes.tutor import diagnose


def plants(where, code, name):
    """Return each line in which a mistake can be made, its code and its name."""
    found = []
    for line in lines_of(where):
        before = {n: a for n, a in PROBLEMS["sizes"].items() if n not in ELEVEN}
        before |= {n: PROBLEMS["sizes"][n] for n in ELEVEN[: ELEVEN.index(line)]}
        scope = before | HELPERS | dict(np=np, sigmoid=sigmoid, softmax=softmax)
        try:
            value = eval(filled(code, line), scope)
        except NameError:
            continue  # made later, or there is no such array
        except ValueError:
            pass  # the pass will stop there
        else:
            if same(value, PROBLEMS["sizes"][line]):
                continue
        found.append((line, filled(code, line), name))
    return found


PLANTS = [found for mistake in WRITTEN if (found := plants(*mistake))]


@pytest.mark.parametrize("number", range(len(PLANTS)))
def test_a_mistake_of_the_table_is_named(number):
    line, code, name = PLANTS[number][number % len(PLANTS[number])]
    form = FORMS[number % 3]
    found = diagnose(load(program(form, {line: code}), **HELPERS))
    assert not found.ok
    assert untrue(found, form, {line: code}, **HELPERS) == []
    if form == "eleven" and row(found, found.first_wrong).status != "raised":
        assert found.first_wrong == line
        assert row(found, line).hypotheses[0] in (name, "zero")


def pairs(number):
    """Return so many pairs of mistakes in two lines, always the same."""
    draw = random.Random(1)
    for i in range(number):
        one, other = draw.sample(PLANTS, 2)
        (line, code, _), (second, then, _) = draw.choice(one), draw.choice(other)
        if line != second:
            form = ("eleven", "six", "eleven", "course")[i % 4]
            yield form, ("notes", "other")[i // 4 % 2], {line: code, second: then}


@pytest.mark.parametrize(("form", "names", "changed"), [*pairs(100)])
def test_two_mistakes_at_once(form, names, changed):
    text = program(form, changed, names=names if form != "eleven" else "notes")
    found = diagnose(load(text, **HELPERS))
    assert not found.ok  # no two of these cancel
    assert untrue(found, form, changed, **HELPERS) == []
