"""Invented submissions, marked: what the tests of reports read."""

import dataclasses
import functools
import tempfile
from pathlib import Path

from programs import ELEVEN, program

from mlpnotes.grading import Entry, Line, Options, mark
from mlpnotes.grading.entry import failed
from mlpnotes.grading.reasons import Reason

WRONG = {
    "right": {},
    "slope": {"dz2": "da2"},
    "twice": {"dz2": "da2", "dz1": "da1"},
    "two": {"dz2": "da2 * a2", "dW1": "X.T @ dz1 / B"},
    "mean": {"db3": "dz3.mean(axis=0)"},
    "sign": {"dz3": "y - y_hat"},
    "order": {"dW2": "dz2 @ a1.T"},
    "raises": {"dW3": "a2 @ dz3"},
    "unknown": {"dz2": "da2 * 0.37 + a2 * 1.3"},
    "zeros": {"dW3": "0 * W3"},
}
REASONS = {
    "loop": Reason("time", seconds=10),
    "memory": Reason("memory", where="line 2, `a = [0] * 10**12`,", megabytes=1024),
    "nothing": Reason("function", function="backward", has="it defines main"),
    "syntax": Reason("syntax", place="Line 3", code="dz3 =", error="invalid syntax"),
}
STRANGE = "<script>alert('x')</script>\x1b[31m\u202eevil\x00\udc80\t\u2028" + "é̂̂̂̂̂"


def marked(text, student, options=None, **known):
    """Return the entry of a program, each line's code beside it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "backprop.py")
        path.write_text(text, encoding="utf-8")
        known |= {"student": student, "file": f"{student}/backprop.py"}
        entry = mark(path, options or Options(), seed=3, **known)
    rows = text.splitlines()
    places = {row.split(" = ")[0].strip(): i for i, row in enumerate(rows, 1)}
    lines = []
    for line in entry.lines:
        if at := places.get(line.name):
            line = line._replace(place=f"line {at}", code=rows[at - 1].strip())
        lines.append(line)
    return dataclasses.replace(entry, lines=tuple(lines))


@functools.cache
def entries():
    """Return a dozen and more, by name."""
    made = {name: marked(program("eleven", w), name) for name, w in WRONG.items()}
    made["six"] = marked(program("six", {"dz2": "da2"}), "Jörg Müller-Lüdenscheidt")
    made["nothing back"] = marked(program("eleven", back="pass"), "nothing back")
    stub = "def backward(params, acts, y):\n    return None\n"
    made["stub"] = marked(stub, "stub")
    nones = dict.fromkeys(ELEVEN, "None")
    made["untouched"] = marked(program("eleven", nones), "untouched")
    made["late"] = dataclasses.replace(
        made["slope"], student="Ana María de la Fuente y Rodríguez-Castellanos",
        late="2 h 5 min", factor=0.9,
    )  # fmt: skip
    for name, reason in REASONS.items():
        made[name] = failed(reason, Options(), student=name, file=f"{name}.py")
    made["strange"] = strange(made["two"])
    return made


def strange(entry):
    """Return an entry in which a stranger has written what a stranger can."""
    lines = [x._replace(place=STRANGE, code=STRANGE * 30) for x in entry.lines]
    return dataclasses.replace(
        entry, student=STRANGE, file=STRANGE, message=f"{entry.message} {STRANGE}",
        remarks=(STRANGE, "a `<i>` b"), notes=(STRANGE * 50,), isolation=STRANGE,
        late=STRANGE, lines=tuple(lines),
    )  # fmt: skip


def entry_of(found, **known):
    """Return the entry of a verdict, without any code."""
    lines = tuple(
        Line(r.name, r.equation, r.status, r.detail, r.hypotheses, p)
        for r, p in zip(found.rows, found.points(), strict=True)
    )
    assert [line.name for line in lines] == list(ELEVEN)
    return Entry(
        lines=lines, first_wrong=found.first_wrong or "", message=found.message,
        remarks=tuple(found.remarks), notes=tuple(found.notes), ok=found.ok, **known,
    )  # fmt: skip
