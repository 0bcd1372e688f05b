"""Sentences of the tutor, each as a student reads it."""

import re

import pytest

from mlpnotes import backward, plots
from mlpnotes.tutor import diagnose


def untransposed(params, acts, y):
    dz3 = acts.y_hat - y
    dW3 = acts.a2.T @ dz3
    db3 = dz3.sum(axis=0)
    da2 = dz3 @ params.W3
    return dz3, dW3, db3, da2


def at_once(params, acts, y):
    dz3 = acts.y_hat - acts.labels
    return dz3


def unfinished(params, acts, y):
    dz3 = acts.y_hat - y
    da2 = None
    dz2 = da2 * acts.a2 * (1 - acts.a2)
    return dz3, da2, dz2


@pytest.mark.parametrize(
    ("student", "where"),
    [
        (
            untransposed,
            "dz3, dW3 and db3 are right. Your function stopped at da2, (28).",
        ),
        (at_once, "Your function stopped at dz3, (9)."),
    ],
)
def test_the_first_step_names_the_line_that_stopped(student, where):
    assert diagnose(student, hint=1).message == where
    kind = diagnose(student).message
    assert "stopped: " in kind
    assert "stopped at" not in kind, "said once"
    assert diagnose(student, hint=3).message.startswith(kind)


def test_a_pass_that_stops_before_its_end_is_written_gets_a_reason():
    found = diagnose(untransposed)
    assert found.rows[3].hypotheses == ("not transposed",)
    assert found.message.endswith("differ. It is dz3 @ W3: (28) has W3.T.")
    assert found.mend == "(28) sums over the columns of W3: dz3 @ W3.T."
    assert found.score == 3 / 11


def test_a_line_without_its_text_is_known_by_its_name():
    scope = {}
    exec("def f(params, acts, y):\n    dz3 = acts.y_hat - y.T\n    return dz3", scope)
    message = diagnose(scope["f"]).message
    assert message.startswith("Your line of dz3, (9), stopped: acts.y_hat - y.T is (")


def test_an_unwritten_line_is_asked_for_once():
    message = diagnose(unfinished).message
    assert message.count("still to be written") == 1
    assert message.startswith("da2 is missing, (28). It is None: this line is still")
    assert re.search(r"Your line \d+ uses it\.$", message)


def test_what_is_not_returned_is_not_said_to_be():
    message = diagnose(lambda params, acts, y: {"dz3": acts.y_hat - y}).message
    assert message == "dW3 is missing, (19). It is not in what you return."


def negated(params, acts, y):
    grads = backward(params, acts, y)
    return {f"d{name}": -getattr(grads, f"d{name}") for name in params._fields}


def test_a_mistake_in_one_of_two_places_is_not_one_line_to_mend():
    message = diagnose(negated).message
    assert "at the end, or in dz3, which you do not return" in message
    assert "mend this one line" not in message


@pytest.mark.parametrize(
    ("line", "mend"),
    [
        ("dz3", "Change the sign: (9) is ŷ − y, not y − ŷ."),
        ("dW1", "Change the sign: (51) has no minus in front."),
    ],
)
def test_a_sign_is_mended_where_it_stands(line, mend):
    def student(params, acts, y):
        grads = backward(params, acts, y)
        return {line: -getattr(grads, line)}

    rows = {r.name: r for r in diagnose(student).rows}
    assert rows[line].mend == mend


def test_html_has_code_and_heads_of_columns():
    page = diagnose(untransposed)._repr_html_()
    assert ", <code>da2 = dz3 @ params.W3</code>, stopped" in page
    assert page.count('<th scope="col">') == 3
    assert "`" not in page


def test_a_question_ends_in_its_question_mark():
    def calls(params, acts, y):
        return acts.y_hat(y)

    assert diagnose(calls).message.endswith("is a * missing?")


def test_what_was_not_judged_is_not_drawn_as_wrong():
    found = diagnose(untransposed)
    ax = plots.verdicts({"da2": found})
    marks = [t.get_position()[1] for t in ax.texts if t.get_text() == "?"]
    unjudged = [i for i, r in enumerate(found.rows) if r.status == "not reached"]
    assert marks == [i + 0.5 for i in unjudged]
    assert len(marks) == 7
    drawn = ax.images[0].get_array()[:, 0]
    assert [i for i, v in enumerate(drawn) if v == -1] == [3]
