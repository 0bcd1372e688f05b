"""Sentences of the tutor, each as a student reads it."""

import re

import pytest
from programs import BUT_NOT_BACK, LINES, NOTES, load

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


def handed_in(*lines):
    return diagnose(load(NOTES + "".join(f"    {line}\n" for line in lines)))


@pytest.mark.parametrize(
    ("back", "said"),
    [
        ("dW1", "returned one array, expected 11 or 6."),
        ("np.ma.array(dW1)", "returned one array, expected 11 or 6."),
        ("a2.T @ dz3", "returned one array, expected 11 or 6."),
        ("dz3,", "returned 1 item, expected 11 or 6."),
        ("[dW1, dW2, 3]", "returned 3 items, expected 11 or 6."),
        ("()", "returned 0 items, expected 11 or 6."),
        ("dz3.sum()", "returned one number, expected 11 or 6 arrays."),
        ("'dW1'", "returned a str, expected 11 or 6 arrays."),
        ("{1, 2}", "returned a set, expected 11 or 6 arrays."),
        ("zip([dW1], [db1])", "returned a zip, expected 11 or 6 arrays."),
        ("(x for x in X)", "returned a generator, expected 11 or 6 arrays."),
        ("{}", "Your dict is empty, expected dW1, db1, dW2, db2, dW3, db3."),
        ("{'delta': dz3}", "Your dict has the keys ['delta'], expected dW1, db1, dW2"),
        ("None", "returned None: is the return statement missing?"),
    ],
)
def test_what_cannot_be_handed_in_is_named_and_the_lines_are_judged(back, said):
    right = [f"{name} = {code}" for name, code in LINES.items()]
    found = handed_in(*right, f"return {back}")
    assert said in found.message
    assert found.message.endswith(f" {BUT_NOT_BACK}")
    assert {r.status for r in found.rows} == {"right"}
    first = handed_in("dz3 = y - y_hat", "dW3 = dW1 = a2.T @ dz3", f"return {back}")
    assert first.first_wrong == "dz3"


def test_a_generator_is_told_only_of_a_yield_that_it_has():
    assert handed_in("yield y_hat - y").message.endswith("Write return, not yield.")
    assert "yield" not in handed_in("return (x for x in X)").message


def test_rows_of_a_loop_that_is_over_are_no_lines():
    found = handed_in("for i in range(B):", "    dz3 = y_hat[i] - y[i]", "return dz3")
    assert found.message.endswith("returned one array, expected 11 or 6.")
    assert {r.status for r in found.rows} == {"missing"}


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("[0.1, 0.2, 0.3]", "It is a list, expected a NumPy array of shape (B, K)."),
        ("[y_hat - y]", "It is a list, expected a NumPy array of shape (B, K)."),
        ("[[1, 2], [3]]", "It is a list, expected a NumPy array of shape (B, K)."),
        ("(y_hat - y).tolist()", "It is a list, expected a NumPy array."),
        ("np.array([0.1, 0.2, 0.3])", "It has shape (K,), expected (B, K)."),
        ("y_hat[0] - y[0]", "It has shape (K,), expected (B, K)."),
        ("'y_hat - y'", "It is a str, expected a NumPy array."),
        ("(y_hat - y).T", "It has shape (K, B), expected (B, K)."),
    ],
)
@pytest.mark.parametrize("then", ["a2.T @ dz3 @ X", "dz3.sum(0) @ np.ones(9)"])
def test_the_cause_stands_before_the_stop(code, said, then):
    found = handed_in(f"dz3 = {code}", f"dW3 = {then}")
    assert found.first_wrong == "dz3"
    assert found.message.startswith(f"dz3 is the first wrong line, (9). {said} ")
    assert f"Your line 6, `dW3 = {then}`, stopped: " in found.message
    assert len(re.findall("stopped", found.message)) == 1


def test_a_stop_that_has_nothing_to_do_with_the_first_wrong_line_comes_first():
    message = handed_in("dz3 = [y_hat - y]", "1 / 0").message
    assert message.startswith("Your line 6, `1 / 0`, stopped: ZeroDivisionError")
    assert "dz3 is the first wrong line" in message


def test_a_row_of_a_loop_in_lists_is_no_wrong_line():
    found = handed_in(
        "for i in range(B):",
        "    dz3 = [p - q for p, q in zip(y_hat[i], y[i])]",
        "    dW3 = a2[i] @ dz3",
    )
    assert found.first_wrong == "dW3"
