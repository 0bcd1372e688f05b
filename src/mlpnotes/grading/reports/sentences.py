"""Every sentence of the reports, by a key, for teachers of another language."""

import re
from collections.abc import Mapping
from string import Formatter

from mlpnotes.tutor import HYPOTHESES, rows
from mlpnotes.tutor.mistakes.factors import FACTORS, MENDS, TIMES
from mlpnotes.tutor.mistakes.penalties import PENALTIES

STATUSES = (
    rows.RIGHT, rows.WRONG, rows.FOLLOWS, rows.SHAPE, rows.MISSING, rows.HIDDEN,
    rows.NONFINITE, rows.TYPE, rows.UNCLEAR, rows.RAISED, rows.UNREACHED,
)  # fmt: skip

SENTENCES = {
    "language": "en",
    "decimal": ".",
    "and": "and",
    **{f"status.{s}": s for s in STATUSES},
    # one student's feedback
    "feedback.title": "The backward pass of {student}",
    "feedback.nobody": "your program",
    "feedback.heading": "The backward pass",
    "feedback.points": "{points} of {worth} points",
    "feedback.late": "It came {late} late: {points} of its {before} points count.",
    "feedback.late, free": "It came {late} late. This costs nothing.",
    "feedback.halted": "It could not be run",
    "feedback.message": "What to mend first",
    "feedback.lines": "Line by line",
    "feedback.line": "Line",
    "feedback.equation": "Equation",
    "feedback.verdict": "Verdict",
    "feedback.earned": "Points",
    "feedback.place": "Where",
    "feedback.code": "Your code",
    "feedback.remarks": "Remarks",
    "feedback.notes": "Good to know",
    "feedback.total": "Sum",
    "feedback.follows": "A line that follows from an earlier mistake keeps its points.",
    "feedback.file": "File: {file}",
    "feedback.isolation": "How the program was kept apart: {isolation}.",
    # the class
    "class.title": "What the class got wrong",
    "class.nothing": "There are no submissions.",
    "class.right": "{right} of {all} are all right.",
    "class.right and halted": "{right} of {all} are all right, {halted} could not be "
    "run.",
    "class.first": "The first wrong line is most often {lines}: {n}.",
    "class.first alike": "The first wrong line is most often {lines}: {n}, of these "
    "{m} by the mistake “{mistake}”.",
    "class.tie": "The first wrong line is most often one of {lines}: {n} each.",
    "class.submissions": "submissions",
    "class.all right": "all right",
    "class.some wrong": "with mistakes",
    "class.halted": "not run",
    "class.idle": "not begun",
    "class.late": "late",
    "class.median": "median, of {worth} points",
    "class.where": "Where it first goes wrong",
    "class.where, in words": "For each line, how many first go wrong there.",
    "class.bar": "{line}, {equation}: {n}",
    "class.bar alike": "{line}, {equation}: {n}, of these {m} “{mistake}”",
    "class.key": "The filled part of a bar is the mistake named beside it, the most "
    "frequent.",
    "class.line": "Line",
    "class.equation": "Equation",
    "class.first wrong": "First wrong",
    "class.wrong": "Wrong at all",
    "class.often": "Most often",
    "class.mistakes": "Which mistakes",
    "class.mistake": "Mistake",
    "class.how many": "How many",
    "class.in lines": "In",
    "class.said": "What the tutor says, for example",
    "class.no mistakes": "There are none.",
    "class.points": "The points",
    "class.points, in words": "How many earned how much of the {worth} points.",
    "class.stopped": "What stopped programs",
    "class.why": "Why",
    "class.by syntax": "is no Python",
    "class.by file": "the file cannot be read",
    "class.by no file": "there is no program",
    "class.by function": "which function is the backward pass cannot be told",
    "class.by time": "took too long",
    "class.by memory": "needed too much memory",
    "class.by import": "imports what is not there",
    "class.by exception": "an exception before the function could be called",
    "class.by end": "ended Python, or meddled with how it is called",
    "class.by no verdict": "the grader itself stopped",
    "class.by other": "another reason",
    "class.raised": "an exception, at {lines}",
    "class.unnamed": "it stopped, or returned nothing, before the first line",
    "class.remark": "no line is wrong, but something is to be said of the function",
    "place.line": "line {n}",
    "place.cell": "cell {cell}, line {n}",
    # why a program could not be run; the word before a comma is the "class.by ..."
    # that counts it
    "reason.syntax": "{place}, `{code}`, is no Python: {error}.",
    "reason.syntax, elsewhere": "{place} is no Python: {error}.",
    "reason.syntax, no tree": "Your file cannot be read as Python: {error}.",
    "reason.file, unread": "Your file cannot be read: {error}.",
    "reason.file, large": "Your file is larger than 20 MB: hand in the code alone.",
    "reason.file, long": "Your file holds more than 200,000 characters of code: hand "
    "in the function alone, with what it needs.",
    "reason.file, tangled": "Your file is too tangled to find what the function needs: "
    "hand in the function alone, with what it needs.",
    "reason.file, encoding": "Your file is no text in the encoding that it declares, "
    "UTF-8 if none: save it as UTF-8.",
    "reason.file, notebook": "Your notebook cannot be read: it is no notebook, or was "
    "cut off. Save it again, open it to see that it is whole, and hand that file in.",
    "reason.function": "No function {function} is in your file; {has}.",
    "reason.function, method": "No function {function} is in your file, only a method "
    "of the class {owner} ({place}): write it as a function by itself.",
    "reason.function, which": "Your file has {functions}, each of which may be the "
    "backward pass: name the one that counts backward.",
    "reason.function, type": "Your {function} is of the type {type}, expected a "
    "function.",
    "reason.time, computing": "Your program took more than {seconds} s of computing "
    "time.",
    "reason.time, at": "Your program took more than {seconds} s, and was then at "
    "{where}. Is there a loop that does not end?",
    "reason.time": "Your program took more than {seconds} s.",
    "reason.memory": "Your {where} stopped: it needs more than {megabytes} MB of "
    "memory.",
    "reason.import": "Your {where} stopped: {why} Only Python and NumPy are there "
    "where it is marked.",
    "reason.import, name": "Your function {function} uses {name}, which comes from "
    "mlpnotes ({place}): mlpnotes is not there where it is marked. Write it with "
    "NumPy.",
    "reason.import, package": "Your function {function} uses mlpnotes ({place}), which "
    "is not there where it is marked. Write it with NumPy.",
    "reason.import, made": "Your function {function} uses {name}, which {place} makes "
    "with mlpnotes: that is not there where it is marked. Inside the function only "
    "{parameters} are given.",
    "reason.import, given": "Your function {function} uses {name}, which {place} makes "
    "with mlpnotes: that is not there where it is marked. Inside the function only "
    "{parameters} are given: write {given}.",
    "reason.exception": "Your {where} stopped: {why}",
    "reason.end": "Your program ended Python before its function had returned, as "
    "os._exit(0) does.",
    "reason.end, code": "Your program ended Python before its function had returned "
    "(exit code {code}).",
    "reason.memory, killed": "Your program was killed before its function had "
    "returned: it used too much memory, or killed itself.",
    "reason.end, crashed": "Your program crashed Python before its function had "
    "returned, as too many calls within calls do.",
    "reason.end, watch": "Your program ended the process that watched over it.",
    "reason.end, pipe": "Your program closed the pipe by which it is called.",
    "reason.end, flood": "Your program sent back far too much.",
    "reason.end, forged": "Your program did not send back what it was asked for: does "
    "it meddle with the pipes or the functions by which it is called?",
    "reason.no file": "There is no {suffix} file{only}.",
    "reason.file": "The file cannot be read: {error}.",
    "reason.file, folder": "A folder cannot be read: {error}.",
    "reason.no verdict, file": "Your file could not be marked; please tell your "
    "teacher. ({why})",
    "reason.no verdict": "There is no verdict, because the grader stopped: {why}.",
    # the tutor's sentences, replaced where they occur
    "tutor.right": "Every line is right.",
    "tutor.first": "{line} is the first wrong line, {equation}.",
    "tutor.first array": "{line} is the first wrong array that you return, {equation}.",
    "tutor.missing": "{line} is missing, {equation}.",
    "tutor.stopped": "Your function stopped at {line}, {equation}.",
    "tutor.one right": "{line} is right.",
    "tutor.some right": "{lines} are right.",
    "tutor.same": "The same holds for {lines}.",
    "tutor.one as well": "{line} is wrong as well.",
    "tutor.some as well": "{lines} are wrong as well.",
    "tutor.some follow": "{lines} follow from it: mend this one line.",
    "tutor.many follow": "{n} later lines follow from it: mend this one line.",
    "tutor.one follows before": "{line} follows from the lines before.",
    "tutor.some follow before": "{lines} follow from the lines before.",
    "tutor.many follow before": "{n} later lines follow from the lines before.",
    "tutor.made up": "The numbers of {lines} are right all the same: something makes "
    "up for it. Mend both.",
    "tutor.nothing": "Your function returned None: is the return statement missing?",
    "tutor.unknown": "No known mistake gives these numbers.",
    "tutor.called": "Your function was called as {call}.",
}

LINE = "d[zaWb][123]"
FIELDS = {
    "line": LINE,
    "lines": rf"{LINE}(?:(?:, | and ){LINE})*",
    "equation": r"\(\d+\)",
    "n": r"\d+",
    "cell": r"\d+",
}
# names of mistakes in which a size or a coefficient stands are not in the tables
MISTAKES = frozenset(
    [*(h.name for h in HYPOTHESES), *(p.name for p in PENALTIES), *MENDS]
    + [name for name, *_ in FACTORS] + [n for names, *_ in TIMES for n in names]
    + ["factor", "λ missing", "λW for 2λW", "λ subtracted", "λ before 1/B"]
    + ["λ forgotten", "other λ", "one array"]
)  # fmt: skip


def replaced(own):
    """Return the sentences with a teacher's own in place of some.

    Parameters
    ----------
    own : mapping
        Texts by key, as ``SENTENCES`` has them, each with the same fields or fewer; or
        tables of such, as TOML makes of ``status.right = "richtig"``. The key
        ``"mistake.<name>"`` replaces what the tutor says of a mistake, with the
        fields {line} and {equation}.

    Returns
    -------
    dict of str to str

    Raises
    ------
    ValueError
        If there is no such key, no such field, or a text is none.
    """
    sentences = dict(SENTENCES)
    for key, text in _flat(own):
        english = SENTENCES.get(key)
        if english is None and key.removeprefix("mistake.") in MISTAKES:
            english = "{line} {equation}" if key.startswith("mistake.") else None
        if english is None:
            raise ValueError(f'there is no sentence "{key}" to replace')
        if not isinstance(text, str):
            raise ValueError(f'the sentence "{key}" is {text!r}, expected a text')
        try:
            unknown = fields(text) - fields(english)
        except ValueError as error:
            raise ValueError(f'in the sentence "{key}": {error}') from None
        if unknown:
            known = ", ".join(f"{{{f}}}" for f in sorted(fields(english))) or "none"
            raise ValueError(
                f'the sentence "{key}" has the field {{{min(unknown)}}}, expected '
                f"{known}"
            )
        sentences[key] = text
    return sentences


def _flat(table, before=""):
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{before}{key}.")
        else:
            yield f"{before}{key}", value


def fields(text):
    """Return the names of the fields of a text; each is a plain name.

    >>> sorted(fields("{n} of {all}"))
    ['all', 'n']
    """
    parts = [*Formatter().parse(text)]
    if odd := [p for p in parts if p[2] or p[3]]:
        raise ValueError(f"write {{{odd[0][1]}}} without what follows : or !")
    return {name for _, name, *_ in parts if name is not None}


def pattern(english):
    """Return the regular expression of a sentence, a group for each field."""
    parts = []
    for text, name, *_ in Formatter().parse(english):
        parts.append(re.escape(text))
        if name is not None:
            parts.append(f"(?P<{name}>{FIELDS.get(name, '.+?')})")
    return "".join(parts)


def told(text, sentences, lines=(), of="tutor."):
    """Return what the tutor says in the teacher's sentences.

    What was not replaced stays as it is.

    Parameters
    ----------
    text : str
    sentences : mapping
    lines : sequence of Line
        Those of which the text may give the detail.
    of : str
        With what the keys of its sentences begin.
    """
    for line in lines:
        own = detail(line, sentences)
        for said in (line.detail, line.detail[:1].lower() + line.detail[1:]):
            text = text.replace(said, own) if said and own != line.detail else text
    for key, english in SENTENCES.items():
        if key.startswith(of) and sentences[key] != english:

            def put(match, key=key):
                held = match.groupdict()
                if "lines" in held:
                    held["lines"] = held["lines"].replace("and", sentences["and"])
                return sentences[key].format(**held)

            text = re.sub(rf"(?<!\w){pattern(english)}(?!\w)", put, text)
    return text


def detail(line, sentences):
    """Return what is said of one line: the teacher's words, if all are there."""
    own = [sentences.get(f"mistake.{name}") for name in line.hypotheses]
    if not own or None in own:
        return line.detail
    put = {"line": line.name, "equation": f"({line.equation})"}
    return " ".join(text.format(**put) for text in own)
