"""What is written of marked submissions: feedback, the class, Gradescope's results."""

import dataclasses
import html
import json
import pickle
import re
import time
import tomllib
import unicodedata

import jsonschema
import numpy as np
import pytest
from bs4 import BeautifulSoup
from entries import REASONS, STRANGE, WRONG, entries, entry_of, marked
from programs import LINES, load, program
from results_schema import SCHEMA

from mlpnotes import backward
from mlpnotes.grading import Entry, Options
from mlpnotes.grading.reasons import Reason
from mlpnotes.grading.reports import classes, feedback
from mlpnotes.grading.reports.discreet import clean, discreet
from mlpnotes.grading.reports.page import marked as marked_html
from mlpnotes.grading.reports.results import results, shared
from mlpnotes.grading.reports.sentences import SENTENCES, pattern, replaced, told
from mlpnotes.tutor import HYPOTHESES, Form, diagnose
from mlpnotes.tutor.known import kind as kind_of_line
from mlpnotes.tutor.mistakes import fill
from mlpnotes.tutor.problems import make_problem

ALL = [*WRONG, "six", "nothing back", "stub", "untouched", "late", *REASONS, "strange"]
GERMAN = {
    "language": "de",
    "decimal": ",",
    "and": "und",
    "status": {"right": "richtig", "wrong here": "falsch", "follows": "folgt daraus"},
    "tutor": {"first": "{line} ist die erste falsche Zeile, {equation}.",
              "many follow": "{n} weitere Zeilen folgen daraus: nur diese verbessern.",
              "same": "Dasselbe gilt für {lines}."},
    "place": {"line": "Zeile {n}"},
    "mistake": {"slope missing": "Bei {line} fehlt die Ableitung der Sigmoidfunktion."},
    "reason": {"function": "Es fehlt eine Funktion {function}."},
    "class": {"right": "{right} von {all} sind ganz richtig."},
}  # fmt: skip


def visible(page):
    """Return the words of a page, code and all."""
    return " ".join(BeautifulSoup(page, "html.parser").body.get_text(" ").split())


@pytest.fixture(params=ALL)
def entry(request):
    return entries()[request.param]


# feedback


def test_feedback_says_what_the_tutor_says(entry):
    if entry.student == STRANGE:
        pytest.skip("looked at below")
    page, text = feedback.html(entry, SENTENCES), feedback.text(entry, SENTENCES)
    flat = re.sub(r"\s+", "", text)
    for said in [entry.message, *entry.remarks, *entry.notes]:
        said = discreet(said)
        assert said.replace("`", "").replace(" ", "") in visible(page).replace(" ", "")
        assert re.sub(r"\s+", "", said) in flat
    points = f"{entry.points:g} of 11 points"
    assert points in visible(page)
    assert points in text
    for line in entry.lines if not entry.reason else ():
        row = f"{line.name} ({line.equation}) {line.status} {round(line.points, 2):g}"
        assert row in visible(page)
        assert row in re.sub(" +", " ", text)
        assert f"{line.place} {line.code}" in visible(page)
        assert f"{line.place}: {line.code}" in text


def test_a_program_that_could_not_be_run_gets_its_reason_and_no_table():
    entry = entries()["loop"]
    page, text = feedback.html(entry, SENTENCES), feedback.text(entry, SENTENCES)
    assert "<table" not in page
    for words in visible(page), text:
        assert "It could not be run" in words
        assert words.count(entry.reason) == 1
        assert "dz3" not in words


def test_a_late_submission_is_told_what_it_costs():
    entry = entries()["late"]
    said = "It came 2 h 5 min late: 9 of its 10 points count."
    assert said in visible(feedback.html(entry, SENTENCES))
    assert said in feedback.text(entry, SENTENCES)
    free = dataclasses.replace(entry, factor=1.0)
    assert "This costs nothing." in feedback.text(free, SENTENCES)


def test_the_first_wrong_line_stands_beside_the_message():
    page = BeautifulSoup(feedback.html(entries()["two"], SENTENCES), "html.parser")
    figure = page.select_one(".message figure")
    assert figure.figcaption.text == "line 9"
    assert figure.pre.text == "dz2 = da2 * a2"
    assert [row.th.text for row in page.select("tr.first")] == ["dz2"]


def test_the_text_is_narrow_and_has_no_tabs(entry):
    text = feedback.text(entry, SENTENCES)
    assert max(map(len, text.splitlines())) <= 72
    assert "\t" not in text
    assert text.endswith("\n")
    assert "\n\n\n" not in text


def test_what_is_all_right_is_said_once_and_is_no_fault():
    entry = entries()["right"]
    page, text = feedback.html(entry, SENTENCES), feedback.text(entry, SENTENCES)
    piece, output = (
        feedback.piece(entry, SENTENCES),
        results(entry, SENTENCES)["output"],
    )
    for report in visible(page), text, piece, output:
        assert report.count("Every line is right.") == 1
        assert "All is right" not in report
        assert SENTENCES["feedback.message"] not in report
        assert "<h4></h4>" not in report
        assert "<strong>:" not in report
    box = BeautifulSoup(page, "html.parser").select_one(".message")
    assert box["class"] == ["message", "right"]
    assert box.h2.text == "Every line is right."
    wrong = BeautifulSoup(feedback.html(entries()["two"], SENTENCES), "html.parser")
    assert wrong.select_one(".message")["class"] == ["message"]


MIXED = re.compile(r"</code>( ?[@*+−/·²(]|\.T| ?\)[²@*])|[@*+−/·(] ?<code|\d <code")


@pytest.mark.parametrize("line", ["dz3", "da2", "dz2", "da1", "dz1", "dW2", "db1"])
def test_a_formula_in_a_sentence_is_code_from_end_to_end(line):
    for row in HYPOTHESES:
        if kind_of_line(line) in row.lines.split():
            text = fill(row.hint, line, fit=0.125)
            found = marked_html(text)
            assert not MIXED.search(re.sub(r"<code[^>]*>", "<code>", found)), found
            soup = BeautifulSoup(found, "html.parser")
            assert soup.text == text
            for piece in soup.select("code"):
                assert piece.text.count("(") == piece.text.count(")")


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("the factor a2(1 − a2) is missing", ["a2(1 − a2)"]),
        ("It is a2 @ dz3: (19) has a2.T.", ["a2 @ dz3", "a2.T"]),
        ("times (1 − tanh²(z2)), the derivative", ["(1 − tanh²(z2))"]),
        ("It is X.T @ (dz1 * a1 * (1 − a1)).", ["X.T @ (dz1 * a1 * (1 − a1))"]),
        ("max(z3, 0) − y: a ReLU", ["max(z3, 0) − y"]),
        ("W3 plus −0.1 dW3 in place of W3", ["W3", "−0.1 dW3", "W3"]),
        ("of the lines (dz2, dW2), (30) and db3 (20): 4", ["dz2", "dW2", "db3"]),
        ("Your line 7, `dW3 = a2 @ dz3`, and 12 dz2", ["dW3 = a2 @ dz3", "dz2"]),
        ("die dz2-Zeile, y is missing, 1/B (here 0.1429)", ["dz2"]),
    ],
)
def test_what_is_code_in_a_sentence(text, codes):
    soup = BeautifulSoup(marked_html(text), "html.parser")
    assert [piece.text for piece in soup.select("code")] == codes


def test_a_long_text_of_a_stranger_is_marked_at_once():
    for piece in "1", "a2", "(", "(a2 @ ", "a2(", "1.1 ", "(1 − ":
        began = time.perf_counter()
        marked_html(f"({1000 * piece}x")
        assert time.perf_counter() - began < 1


# what strangers write


@pytest.mark.parametrize("write", [feedback.html, feedback.text, results])
def test_nothing_of_a_stranger_acts_on_a_screen(write):
    report = write(entries()["strange"], SENTENCES)
    if write is results:
        report.pop("extra_data")  # which is no HTML
        report = json.dumps(report, ensure_ascii=False)
    odd = {c for c in report if unicodedata.category(c)[0] == "C"} - {"\n"}
    assert not odd
    report.encode()  # no half of a surrogate
    assert "\u2028" not in report
    assert "é̂̂̂̂" not in report  # accents in towers
    if write is not feedback.text:
        assert "<script" not in report
        assert "&lt;script&gt;" in report
        assert "<code" in report
        assert "<i>" not in report


def test_a_page_needs_nothing_else_and_can_run_nothing(entry):
    for page in feedback.html(entry, SENTENCES), classes.html([entry], SENTENCES):
        soup = BeautifulSoup(page, "html.parser")
        assert not soup.select("script, link, img, iframe, object, form, base, a")
        assert not re.search(r"url\(|@import|https?:", page)
        attributes = {a for tag in soup.find_all(True) for a in tag.attrs}
        assert not [a for a in attributes if a.startswith("on")]
        policy = soup.select_one("meta[http-equiv]")["content"]
        assert policy == "default-src 'none'; style-src 'unsafe-inline'"
        assert soup.html["lang"] == "en"
        assert soup.title.text
        assert len(soup.select("h1")) == 1


def test_what_is_long_is_cut_and_names_of_many_scripts_stay():
    assert clean("x" * 5000, 100) == "x" * 100 + "…"
    for name in "Ñandú", "李小龍", "محمد", "नमस्ते", "👩\u200d🎓", "Dvořák":
        assert clean(name) == name
    assert clean("a\r\nb") == "a\nb"


# no right answer


def changes():
    """Yield wrong programs of all kinds: changes of one line, and of two."""
    for name, code in LINES.items():
        for wrong in (f"2 * ({code})", f"-({code})", f"({code}) / B", f"0 * ({code})",
                      f"({code}) + 0.1", f"({code}) ** 2", f"np.sin({code})", "None",
                      f"({code}).T", "X", "y"):  # fmt: skip
            yield {name: wrong}
    yield {"dz2": "da2 * 0.37 + a2 * 1.3", "dW1": "np.cos(W1)"}
    for name, a, b in (("dW3", "a2", "dz3"), ("dW2", "a1", "dz2"), ("dW1", "X", "dz1")):
        for wrong in (f"{b} @ {a}", f"{b} @ {a}.T", f"{a} @ {b}", f"{b}.T @ {a}"):
            yield {name: wrong}
    for name, a, b in (("da2", "dz3", "W3"), ("da1", "dz2", "W2")):
        for wrong in (f"{b} @ {a}", f"{b}.T @ {a}", f"{a} @ {b}", f"{b} @ {a}.T"):
            yield {name: wrong}
    for k in "12":
        for wrong in (
            f"da{k}",
            f"da{k} * a{k}",
            f"da{k} * (1 - a{k})",
            f"da{k} * z{k}",
        ):
            yield {f"dz{k}": wrong}


@pytest.mark.parametrize("hint", [1, 2])
def test_no_report_tells_a_right_line_or_a_right_number(hint):
    problem = make_problem(rng=np.random.default_rng(5))
    arrays = backward(problem.params, problem.acts, problem.y)
    numbers = {f"{abs(v):.6g}" for a in arrays for v in a.ravel()}
    right = [code.replace(" ", "") for code in LINES.values()]
    made = []
    for changed in changes():
        found = diagnose(load(program("eleven", changed)), seed=5, hint=hint)
        made.append(entry_of(found))
        if made[-1].ok:  # such as 0 * X of an array that is all zeros
            made.pop()
            continue
        reports = [
            visible(feedback.html(made[-1], SENTENCES)),
            feedback.text(made[-1], SENTENCES),
            html.unescape(re.sub("<[^>]+>", "", str(results(made[-1], SENTENCES)))),
        ]
        for report in reports:
            # but for the student's own words, where the program stopped
            own = re.sub(r"(?s)Your\sline\s\d+,.+?\sis\s\(", "", report)
            assert not [c for c in right if c in re.sub(r"\s", "", own)], changed
            assert not numbers & set(re.findall(r"\d+\.\d{3,}", own)), changed
    assert len(made) > 120
    report = visible(classes.html(made, SENTENCES)).replace(" ", "")
    assert not [code for code in right if code in report]
    assert not re.search(r"expected\d", report)


def test_what_would_tell_it_is_taken_out():
    for name, code in LINES.items():
        assert code not in discreet(f"It is X: (9) is {code}.")
        assert code.replace(" ", "") not in discreet(f"Take {code.replace(' ', '')}")
        assert code in discreet(f"Your line 7, `{name} = {code}`, stopped.")
    said = "at [0, 1]: got −0.5, expected {}. More."
    for number in "0.25", "1e-05", "-3", "nan", "12":
        assert discreet(said.format(number)) == "at [0, 1]: got −0.5. More."
    counted = "Your function returned 5 items, expected 11 or 6."
    assert discreet(counted) == counted


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("It is da2 times (1 − a2²), the derivative of tanh.",  # the student's own
         "It is da2 times (1 − a2²), the derivative of tanh."),
        ("(30) is da2 * (1 − a2²).", "(30) is another product."),
        ("Take da2 * (a2 > 0).", "Take …."),
        ("It is |ŷ − y|.", "It is the absolute error."),
        ("It is d(1 − d) with d = ŷ − y.", "It is d(1 − d) with d the error."),
        ("(9) is ŷ − y.", "(9) is the error."),
        ("It is log ŷ − y.", "It is log ŷ − y."),
        ("da2 * (1 - a2**2) is (3, 7) * (7, 4).",
         "da2 * (1 - a2**2) is (3, 7) * (7, 4)."),
    ],
)  # fmt: skip
def test_neither_slope_nor_error_is_told(said, shown):
    assert discreet(said) == shown


@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "relu"])
def test_no_feedback_holds_the_slope(activation):
    factor = {"sigmoid": "a2(1 − a2)", "tanh": "1 − a2²", "relu": "a2 > 0"}[activation]
    slope = {"sigmoid": "a{0} * (1 - a{0})", "tanh": "(1 - a{0}**2)",
             "relu": "(a{0} > 0)"}[activation]  # fmt: skip
    options = Options(form=Form(activation=activation))
    text = program("eleven", {"dz2": "da2", "dz1": f"da1 * {slope.format(1)}"})
    entry = marked(text, "x", options)
    assert (entry.first_wrong, factor in entry.message) == ("dz2", False)
    assert "derivative is missing" in entry.message


# the class


def test_who_has_not_begun_goes_wrong_in_no_line():
    found = classes.Class([entries()[n] for n in ("untouched", "slope", "right")])
    assert (found.idle, found.first, found.size) == (1, {"dz2": 1}, 3)
    report = visible(classes.html([entries()["untouched"]], SENTENCES))
    assert "with mistakes 0 not run 0 not begun 1" in report
    assert "first wrong line is most often" not in report


def test_the_class_is_told_in_words_where_to_look():
    names = ["right", "slope", "slope", "six", "two", "mean", "loop"]
    report = visible(classes.html([entries()[n] for n in names], SENTENCES))
    assert report.startswith(
        "What the class got wrong 1 of 7 are all right, 1 could not be run. "
        "The first wrong line is most often dz2 (30): 4, of these 3 by the mistake "
        "“slope missing”."
    )
    assert "dz2 (30) 4 4 slope missing: 3" in report
    assert "db3 (20) 1 1 mean for sum: 1" in report
    assert "dW1 (51) 0 1" in report
    assert "slope missing 3 dz2 3 It is da2 alone" in report


def test_mistakes_stand_by_how_often_and_then_by_name():
    slope, mean = (entries()[name] for name in ("slope", "mean"))
    names = ["z", "slope", "slope missing", "mean"]
    made = []
    for name in names:
        lines = [line._replace(hypotheses=(name,) * bool(line.hypotheses))
                 for line in slope.lines]  # fmt: skip
        made.append(dataclasses.replace(slope, lines=tuple(lines)))
    page = classes.html([*made, mean, mean], SENTENCES)
    rows = BeautifulSoup(page, "html.parser").select("table.mistakes tbody th")
    assert [row.text for row in rows] == ["mean for sum", *sorted(names)]
    assert "dz2 (30) 4 4 mean: 1" in visible(page)
    assert "median, of 11 points" in visible(page)


@pytest.mark.parametrize(
    "names", [[], ["right"], ["loop"], ["right", "two", "loop"], ALL]
)
def test_a_class_of_any_size(names):
    page = classes.html([entries()[n] for n in names], SENTENCES)
    assert "nan" not in page.lower().replace("nannte", "")
    soup = BeautifulSoup(page, "html.parser")
    assert len(soup.select("[role=img]")) == 2 * bool(names)
    for picture in soup.select("[role=img]"):
        assert len(picture["aria-label"]) > 20
    if not names:
        assert "There are no submissions." in visible(page)


def test_lines_that_are_first_wrong_equally_often_are_all_named():
    report = visible(classes.html([entries()[n] for n in ("slope", "mean")], SENTENCES))
    assert "most often one of db3 (20) and dz2 (30): 1 each" in report


def test_the_class_has_no_names_and_no_code():
    own = [
        dataclasses.replace(
            e, student="Zebedee", file="Zebedee/x.py",
            reason=e.reason and f"Zebedee's program {e.reason}",
            lines=tuple(line._replace(code="zebra = dz3 + 1") for line in e.lines),
        )
        for e in entries().values()
    ]  # fmt: skip
    own.append(marked(program("eleven", {"dW3": "a2 @ zebra"}), "Zebedee"))
    own.append(marked(program("eleven", {"dW3": "zebra = a2 @ dz3"}), "Zebedee"))
    report = classes.html([*own, entries()["strange"]], SENTENCES)
    assert "zeb" not in report.lower()
    assert "script" not in report
    assert "backprop.py" not in report


def test_a_class_is_told_what_stopped_programs():
    names = ["loop", "loop", "memory", "syntax", "nothing", "stub", "raises"]
    report = visible(classes.html([entries()[n] for n in names], SENTENCES))
    for said in (
        "took too long 2", "needed too much memory 1", "is no Python 1",
        "an exception, at dW3 (19) 1",
        "which function is the backward pass cannot be told 1",
        "it stopped, or returned nothing, before the first line 1",
    ):  # fmt: skip
        assert said in report


def test_a_reason_is_told_in_the_teachers_sentence():
    assert "Es fehlt eine Funktion backward." in feedback.text(
        entries()["nothing"], replaced(GERMAN)
    )


def test_every_reason_is_counted_by_a_sentence_of_the_class():
    for key in SENTENCES:
        if key.startswith("reason."):
            by = key.removeprefix("reason.").partition(",")[0]
            assert f"class.by {by}" in SENTENCES


def test_a_reason_is_kept_in_the_record():
    entry = entries()["nothing"]
    assert Entry.from_json(entry.to_json()) == entry
    reason = pickle.loads(pickle.dumps(Reason("time", seconds=10)))
    assert (reason, reason.key) == ("Your program took more than 10 s.", "time")


# Gradescope


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("factor", [1, 0.9, 1 / 3, 0])
def test_results_are_as_gradescope_says_and_add_up(name, factor):
    entry = dataclasses.replace(entries()[name], factor=factor)
    found = results(entry, SENTENCES)
    jsonschema.validate(found, SCHEMA)
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    tests = found["tests"]
    assert [t["number"] for t in tests] == [str(x.equation) for x in entry.lines]
    assert tests[0]["name"] == "dz3 (9)"
    assert round(100 * sum(t["score"] for t in tests)) == round(100 * entry.points)
    assert found["score"] == entry.points
    assert all(t["score"] == round(t["score"], 2) for t in tests)
    assert all(0 <= t["score"] <= t["max_score"] for t in tests)


def test_results_say_passed_and_failed_whatever_lateness_costs():
    tests = results(entries()["late"], SENTENCES)["tests"]
    assert [t["name"] for t in tests if t["status"] == "failed"] == ["dz2 (30)"]
    halted = results(entries()["loop"], SENTENCES)["tests"]
    assert {t["status"] for t in halted} == {"failed"}


def test_the_schema_refuses_what_the_specification_does_not_know():
    good = results(entries()["two"], SENTENCES)
    for spoil in (
        lambda r: r.update(outputs="x"),
        lambda r: r.update(output_format="HTML"),
        lambda r: r.update(score="9"),
        lambda r: r["tests"][0].update(status="right"),
        lambda r: r["tests"][0].update(number=9),
        lambda r: r["tests"][0].update(visibility="shown"),
        lambda r: (r.pop("score"), r["tests"][0].pop("score")),
    ):
        spoiled = json.loads(json.dumps(good))
        spoil(spoiled)
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(spoiled, SCHEMA)


def test_hundredths_add_up(rng):
    for _ in range(300):
        worth = rng.choice([1, 2, 0, 0.5, 1 / 3, 10 / 7, 0.125], 11)
        earned = worth * rng.choice([0, 1, 0.5, 2 / 3], 11) * rng.choice([1, 0.9, 0.85])
        most = shared(worth, worth.sum())
        got = shared(earned, round(earned.sum(), 2), most)
        assert round(100 * sum(got)) == round(100 * round(earned.sum(), 2))
        assert round(100 * sum(most)) == round(100 * worth.sum())
        assert max(abs(got - earned)) < 0.01 + 1e-9
        assert all(np.array(got) <= most)


# sentences


def test_a_teacher_replaces_sentences():
    german = replaced(GERMAN)
    page = visible(feedback.html(entries()["slope"], german))
    assert (
        "dz2 ist die erste falsche Zeile, (30). Bei dz2 fehlt die Ableitung der "
        "Sigmoidfunktion. 6 weitere Zeilen folgen daraus: nur diese verbessern."
    ) in page
    assert "dz2 (30) falsch 0 Zeile 9 dz2 = da2" in page
    assert "dW2 (35) folgt daraus 1" in page
    assert 'lang="de"' in feedback.html(entries()["slope"], german)
    assert "Zeile 9: dz2 = da2" in feedback.text(entries()["slope"], german)
    assert "folgt daraus" in results(entries()["slope"], german)["tests"][5]["output"]
    assert "Es fehlt eine Funktion backward." in feedback.text(
        entries()["nothing"], german
    )
    report = visible(classes.html([entries()["slope"], entries()["right"]], german))
    assert "1 von 2 sind ganz richtig." in report
    assert "Bei dz2 fehlt die Ableitung" in report


def test_every_key_can_be_replaced_and_shows():
    """What stands in a report comes from the table, and every part of it is used."""
    other = {k: f"¤{k}¤" for k in SENTENCES if not k.startswith("tutor.")}
    other |= {k: v.replace("{", "¤{") for k, v in SENTENCES.items() if "{" in v}
    said = replaced(other)
    made = [*entries().values()]
    made.append(dataclasses.replace(entries()["late"], factor=1.0))
    made.append(dataclasses.replace(entries()["two"], student=""))
    reports = [w(e, said) for e in made for w in (feedback.html, feedback.text)]
    groups = [made, [], made[:1], [entries()["slope"], entries()["mean"]],
              [entries()[n] for n in ("unknown", "right")]]  # fmt: skip
    reports += [classes.html(group, said) for group in groups]
    page = " ".join(reports)
    whole = html.unescape(page + re.sub("<[^>]+>", "", page))
    unseen = [
        key for key, text in said.items()
        if key.startswith(("feedback.", "class."))
        and (not key.startswith("class.by") or key[9:] in ("time", "syntax"))
        and not re.search(re.sub(r"\\{\w+\\}", ".+?", re.escape(text)), whole)
    ]  # fmt: skip
    assert unseen == []


def test_own_sentences_come_from_toml():
    own = tomllib.loads(
        '[sentences]\nstatus.right = "richtig"\n"class.right" = "{right}/{all}"\n'
        'mistake."slope missing" = "Die Ableitung fehlt."\n'
    )["sentences"]
    said = replaced(own)
    assert said["status.right"] == "richtig"
    assert said["class.right"] == "{right}/{all}"
    assert SENTENCES["status.right"] == "right"


@pytest.mark.parametrize(
    ("own", "words"),
    [
        ({"status.wright": "x"}, 'there is no sentence "status.wright" to replace'),
        ({"mistake": {"slop": "x"}}, 'there is no sentence "mistake.slop" to replace'),
        ({"status.right": 1}, 'the sentence "status.right" is 1, expected a text'),
        (
            {"feedback.late": "{late} {by}"},
            'the sentence "feedback.late" has the field {by}, expected {before}, '
            "{late}, {points}",
        ),
        (
            {"class.points": "{x}"},
            'the sentence "class.points" has the field {x}, expected none',
        ),
        (
            {"feedback.late": "{late!r}"},
            'in the sentence "feedback.late": write {late} without what follows : or !',
        ),
        (
            {"feedback.late": "{late.__class__}"},
            'the sentence "feedback.late" has the field {late.__class__}, expected '
            "{before}, {late}, {points}",
        ),
        (
            {"feedback.late": "{late"},
            "in the sentence \"feedback.late\": expected '}' before end of string",
        ),
    ],
)
def test_a_sentence_that_cannot_be_is_refused(own, words):
    with pytest.raises(ValueError) as caught:
        replaced(own)
    assert str(caught.value) == words


def test_the_tutors_sentences_are_the_tutors():
    """Each of the table is said by the tutor, word for word, or it replaces nothing."""
    said = [e.message for e in entries().values()]
    for changed in changes():
        found = diagnose(load(program("eleven", changed)), seed=5, hint=1)
        said += [found.message, *found.notes]
    for changed in ({"dz3": "y - y_hat", "dz2": "-da2 * a2 * (1 - a2)"},
                    {"dz2": "da2", "db2": "2 * dz2.sum(axis=0)", "da1": "-dz2 @ W2.T"},
                    {"dz1": "da1", "db1": "2 * dz1.sum(axis=0)"},
                    {"da1": "2 * dz2 @ W2.T", "dz1": "da1"},
                    {"dW2": "2 * a1.T @ dz2"}):  # fmt: skip
        for form in ("eleven", "six"):
            for hint in (1, 2):
                found = diagnose(load(program(form, changed)), seed=5, hint=hint)
                said.append(found.message)
    said.append(diagnose(load("def backward(y, acts, params): pass")).notes[0])
    said.append(diagnose(load(program("six", back="return dict(dW3=dW3)"))).message)
    whole = "\n".join(said)
    tutors = [k for k in SENTENCES if k.startswith("tutor.")]
    assert [k for k in tutors if not re.search(pattern(SENTENCES[k]), whole)] == []


def test_fields_of_the_tutors_sentences_hold_what_they_should():
    own = replaced({"and": "und", "tutor": {"same": "Ebenso {lines}."}})
    assert told("The same holds for dz1, dW1 and db1.", own) == (
        "Ebenso dz1, dW1 und db1."
    )
    strange = "The same holds for {0.__class__}."
    assert told(strange, own) == strange
    assert REASONS
