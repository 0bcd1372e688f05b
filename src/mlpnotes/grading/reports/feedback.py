"""What one student reads: the verdict, the hint, and the line of their own code."""

import textwrap

from mlpnotes.grading.reports.discreet import clean, discreet, in_one
from mlpnotes.grading.reports.page import code, marked, page, points, shown, table
from mlpnotes.grading.reports.sentences import told
from mlpnotes.tutor.rows import FOLLOWS, HIDDEN, RIGHT

WIDTH = 72
CODE = 400  # characters of a student's code that are shown


def said(text, entry, sentences):
    """Return a sentence of the tutor or the grader, as it may be shown."""
    return told(discreet(clean(text)), sentences, entry.lines)


def place(line, sentences):
    """Return where the student computes a line, or ""."""
    return told(in_one(line.place), sentences, of="place.")


def words(entry, sentences):
    """Return the message, the remarks and the notes, none twice."""
    message = entry.message
    if entry.reason_key:
        message = sentences[f"reason.{entry.reason_key}"].format(**entry.held)
    each = dict.fromkeys([message, *entry.remarks, *entry.notes])
    message, *_ = each
    kept = [[t for t in ts if t != message] for ts in (entry.remarks, entry.notes)]
    return said(message, entry, sentences), *(
        [said(t, entry, sentences) for t in ts] for ts in kept
    )


def heading(entry, sentences):
    """Return what stands above the message, or "": all is right says all."""
    if entry.reason:
        return sentences["feedback.halted"]
    return "" if entry.ok else sentences["feedback.message"]


def late(entry, sentences):
    """Return what is said of a late submission, or ""."""
    if not entry.late:
        return ""
    before = sum(line.points for line in entry.lines)
    free = entry.factor == 1 or before == 0
    key = "feedback.late, free" if free else "feedback.late"
    return sentences[key].format(
        late=in_one(entry.late), points=points(entry.points, sentences),
        before=points(before, sentences),
    )  # fmt: skip


def _student(entry, sentences):
    return in_one(entry.student) or sentences["feedback.nobody"]


def _ends(entry, sentences):
    """Return the small print."""
    follows = any(line.status == FOLLOWS for line in entry.lines)
    return [
        *[sentences["feedback.follows"]] * follows,
        *[sentences["feedback.file"].format(file=in_one(entry.file))]
        * bool(entry.file),
        *[sentences["feedback.isolation"].format(isolation=in_one(entry.isolation))]
        * bool(entry.isolation),
    ]


def html(entry, sentences):
    """Return one student's feedback as a page.

    Parameters
    ----------
    entry : Entry
    sentences : mapping
        As `mlpnotes.grading.reports.sentences.SENTENCES`.

    Returns
    -------
    str
        HTML that needs no other file, no script and no network.
    """
    student = _student(entry, sentences)
    message, *others = words(entry, sentences)
    earned, worth = (points(p, sentences) for p in (entry.points, entry.worth))
    total = shown(sentences["feedback.points"])
    total = total.format(points=f"<b>{earned}</b>", worth=worth)
    body = [
        f'<header>\n<div><p class="kicker">{shown(sentences["feedback.heading"])}</p>\n'
        f'<h1 dir="auto">{shown(student)}</h1></div>\n'
        f'<p class="points">{total}</p>\n</header>'
    ]
    if entry.late:
        body.append(f'<p class="late">{shown(late(entry, sentences))}</p>')
    if title := heading(entry, sentences):
        said = f"<h2>{shown(title)}</h2>\n<p>{marked(message)}</p>"
    else:
        said = f"<h2>{marked(message)}</h2>"
    kind = "message right" if entry.ok else "message"
    body.append(
        f'<section class="{kind}">\n{said}{_first(entry, sentences)}\n</section>'
    )
    if not entry.reason:
        body.append(f"<h2>{shown(sentences['feedback.lines'])}</h2>")
        body.append(_sheet(entry, sentences))
    for key, texts in zip(("remarks", "notes"), others, strict=True):
        if texts:
            items = "".join(f"<li>{marked(text)}</li>\n" for text in texts)
            title = shown(sentences[f"feedback.{key}"])
            body.append(f"<h2>{title}</h2>\n<ul>\n{items}</ul>")
    ends = "".join(f"<p>{shown(text)}</p>\n" for text in _ends(entry, sentences))
    if ends:
        body.append(f"<footer>\n{ends}</footer>")
    title = sentences["feedback.title"].format(student=student)
    return page(title, "\n".join(body), sentences)


def _first(entry, sentences):
    """Return the first wrong line's own code as a figure, or ""."""
    line = next((x for x in entry.lines if x.name == entry.first_wrong), None)
    if line is None or not line.code:
        return ""
    own = shown(line.code.strip(), CODE)
    where = shown(place(line, sentences))
    caption = f"<figcaption>{where}</figcaption>" * bool(where)
    return f"\n<figure>{caption}<pre><code>{own}</code></pre></figure>"


def _sheet(entry, sentences):
    """Return the table of the eleven lines."""
    columns = [
        (sentences["feedback.line"], "name"),
        (sentences["feedback.equation"], "equation"),
        (sentences["feedback.verdict"], "verdict"),
        (sentences["feedback.earned"], "number"),
        (sentences["feedback.place"], "place"),
        (sentences["feedback.code"], "code"),
    ]
    rows = []
    for line in entry.lines:
        own = code(shown(line.code.strip(), CODE)) if line.code else ""
        first = line.name == entry.first_wrong
        rows.append((
            "first" if first else "quiet" * (line.status in (RIGHT, FOLLOWS, HIDDEN)),
            (code(line.name), f"({line.equation})", shown(status(line, sentences)),
             points(line.points, sentences), shown(place(line, sentences)), own),
        ))  # fmt: skip
    total = points(sum(line.points for line in entry.lines), sentences)
    foot = (shown(sentences["feedback.total"]), "", "", total, "", "")
    return table("sheet", columns, rows, foot)


def status(line, sentences):
    """Return the verdict on a line, in the teacher's words."""
    return sentences.get(f"status.{line.status}", line.status)


def text(entry, sentences):
    """Return the same as plain text, at most 72 columns wide, without tabs."""
    message, *others = words(entry, sentences)
    total = sentences["feedback.points"].format(
        points=points(entry.points, sentences), worth=points(entry.worth, sentences)
    )
    title = sentences["feedback.title"].format(student=_student(entry, sentences))
    parts = [f"{_wrapped(title)}\n{_wrapped(total)}"]
    if entry.late:
        parts.append(_wrapped(late(entry, sentences)))
    if title := heading(entry, sentences):
        parts.append(f"{_headed(title)}\n{_wrapped(message)}")
    else:
        parts.append(_wrapped(message))
    if not entry.reason:
        rows = _rows(entry, sentences)
        parts.append(f"{_headed(sentences['feedback.lines'])}\n{rows}")
    for key, texts in zip(("remarks", "notes"), others, strict=True):
        if texts:
            items = "\n".join(_wrapped(t, "- ", "  ") for t in texts)
            parts.append(f"{_headed(sentences[f'feedback.{key}'])}\n{items}")
    if ends := _ends(entry, sentences):
        parts.append("\n".join(map(_wrapped, ends)))
    return "\n\n".join(parts) + "\n"


def _wrapped(text, first="", then=""):
    return "\n".join(
        textwrap.fill(
            line, WIDTH, initial_indent=first if i == 0 else then,
            subsequent_indent=then, break_on_hyphens=False,
        )
        for i, line in enumerate(text.split("\n"))
    )  # fmt: skip


def _headed(title):
    return f"{_wrapped(title)}\n{'-' * min(len(title), WIDTH)}"


def _rows(entry, sentences):
    """Return the eleven lines, the code below each."""
    verdicts = [status(line, sentences) for line in entry.lines]
    wide = max(map(len, verdicts), default=0)
    rows = []
    for line, verdict in zip(entry.lines, verdicts, strict=True):
        mark = ">" if line.name == entry.first_wrong else " "
        earned = points(line.points, sentences)
        name = f"{mark} {line.name} {f'({line.equation})':5}"
        rows.append(f"{name} {verdict:{wide}} {earned:>5}")
        own = clean(line.code.strip(), CODE)
        where = place(line, sentences) + ": " * bool(line.place and own)
        if where or own:
            rows.append(_coded(where + own))
    return "\n".join(rows)


def _coded(text):
    """Return code below its row, where it is cut at the edge, not at its spaces."""
    room = WIDTH - 6
    lines = [
        line[i : i + room]
        for line in text.split("\n")
        for i in range(0, max(len(line), 1), room)
    ]
    return textwrap.indent("\n".join(lines), " " * 6)


def piece(entry, sentences):
    """Return the message and the table as a piece of HTML that fits in any page."""
    message, *others = words(entry, sentences)
    said = "".join(f"<p>{marked(text)}</p>\n" for texts in others for text in texts)
    title = heading(entry, sentences)
    before = f"<strong>{shown(title)}:</strong> " if title else ""
    return (
        "<style>.sheet th, .sheet td {padding: .1em .8em; text-align: left}</style>\n"
        f"<p>{before}{marked(message)}</p>\n{_sheet(entry, sentences)}\n{said}"
    )
