"""What a lecturer reads: where the class goes wrong, and nobody's name."""

import re
import statistics
from collections import Counter, defaultdict

from mlpnotes.grading.reports.discreet import discreet
from mlpnotes.grading.reports.page import code, marked, page, points, shown, table
from mlpnotes.grading.reports.sentences import detail, told
from mlpnotes.tutor.known import kind as kind_of_line
from mlpnotes.tutor.mistakes import EQUATIONS, HYPOTHESES, fill
from mlpnotes.tutor.rows import FAULTS, MISSING, RAISED, UNREACHED

# a student's own words stand between backticks, quotation marks or brackets, or
# behind these words
PERSONAL = re.compile(r"[`\"“”«»\[{]|(?<!\w)'|Your (line|function|dict)")
TIED = 3  # lines of which all are named if they are wrong equally often
STEPS = 10  # intervals of the points


class Class:
    """What is counted of a class.

    Attributes
    ----------
    size, right, halted, idle, late : int
        How many submissions; of these, how many are all right, could not be run, hold
        no line yet, and came late.
    first : Counter
        For how many each line is the first wrong one; "" counts those without one.
    wrong : Counter
        For how many each line is wrong.
    alike : dict of str to Counter
        The mistakes by the line that is first wrong, in how many.
    mistakes : Counter
        How many made each.
    where : dict of str to Counter
        In which lines, by mistake.
    stopped : Counter
        How many were stopped by what: keys of sentences, and lines that raised.
    """

    def __init__(self, entries):
        self.size = len(entries)
        self.right = sum(e.ok for e in entries)
        self.halted = sum(bool(e.reason) for e in entries)
        self.late, self.idle = sum(bool(e.late) for e in entries), 0
        self.first, self.wrong, self.mistakes = Counter(), Counter(), Counter()
        self.alike, self.where = defaultdict(Counter), defaultdict(Counter)
        self.stopped, self.examples = Counter(), defaultdict(list)
        for entry in entries:
            self._count(entry)

    def _count(self, entry):
        if entry.reason:
            by = entry.reason_key.partition(",")[0] or "other"
            self.stopped[f"class.by {by}"] += 1
            return
        if entry.first_wrong and all(x.status == MISSING for x in entry.lines):
            self.idle += 1
            return
        if not entry.ok:
            self.first[entry.first_wrong] += 1
            if not entry.first_wrong:
                none = all(x.status in (MISSING, UNREACHED) for x in entry.lines)
                key = "class.unnamed" if none else "class.remark"
                self.stopped[key] += 1
        made = set()
        for line in entry.lines:
            if line.status not in FAULTS or (line.status == MISSING and entry.ok):
                continue
            self.wrong[line.name] += 1
            if line.status == RAISED:
                self.stopped[line.name] += 1
            for name in dict.fromkeys(line.hypotheses):
                made.add(name)
                self.where[name][line.name] += 1
                self.examples[name].append(line)
                if line.name == entry.first_wrong:
                    self.alike[line.name][name] += 1
        self.mistakes.update(made)

    def example(self, name, sentences):
        """Return what the tutor says of a mistake most often, or "".

        Only what is said of this mistake alone, without a word of anyone's program.
        """
        said = Counter()
        for line in self.examples[name]:
            own = detail(line, sentences)
            if own == line.detail:
                own = impersonal(line, name)
            said[told(discreet(own), sentences)] += bool(own)
        return max(said, key=said.get, default="")


def impersonal(line, name):
    """Return what the tutor says of a mistake, if no word of a program is in it."""
    if len(line.hypotheses) == 1 and not PERSONAL.search(line.detail):
        return line.detail
    for row in HYPOTHESES:  # behind what stopped the program, which has its words
        if row.name == name and kind_of_line(line.name) in row.lines.split():
            text = fill(row.hint, line.name)
            if text in line.detail:
                return text
    return ""


def html(entries, sentences):
    """Return the report on a class as a page: without names, without code.

    Parameters
    ----------
    entries : sequence of Entry
    sentences : mapping
        As `mlpnotes.grading.reports.sentences.SENTENCES`.

    Returns
    -------
    str
        HTML that needs no other file, no script and no network.
    """
    entries = list(entries)
    found, title = Class(entries), sentences["class.title"]
    lead = f'<p class="lead">{_lead(found, sentences)}</p>'
    body = [f"<h1>{shown(title)}</h1>", lead]
    if entries:
        parts = (_counts, _where, _mistakes, _stopped, _points)
        body += [part(found, entries, sentences) for part in parts]
    return page(title, "\n".join(filter(None, body)), sentences)


def _named(name):
    return f"{name} ({EQUATIONS[name]})"


def _listed(names, sentences):
    *most, last = map(_named, names)
    return f"{', '.join(most)} {sentences['and']} {last}" if most else last


def _lead(found, sentences):
    """Return the report in one or two sentences."""
    if not found.size:
        return shown(sentences["class.nothing"])
    key = "class.right and halted" if found.halted else "class.right"
    words = [
        sentences[key].format(right=found.right, all=found.size, halted=found.halted)
    ]
    lines = {name: n for name, n in found.first.items() if name}
    most = max(lines.values(), default=0)
    names = [name for name in EQUATIONS if lines.get(name) == most]
    if len(names) == 1:
        held = {"lines": _listed(names, sentences), "n": most}
        mistake, m = min(found.alike[names[0]].items(), key=_often, default=("", 0))
        key = "class.first alike" if mistake else "class.first"
        words.append(sentences[key].format(**held, m=m, mistake=mistake))
    elif 1 < len(names) <= TIED:
        held = {"lines": _listed(names, sentences), "n": most}
        words.append(sentences["class.tie"].format(**held))
    return marked(" ".join(words))


def _often(pair):
    """Sort the most frequent first, and the equally frequent by name."""
    name, n = pair
    return -n, name


def _ordered(counter):
    return sorted(counter.items(), key=_often)


def _counts(found, entries, sentences):
    wrong = found.size - found.right - found.halted - found.idle
    each = [("submissions", found.size), ("all right", found.right)]
    each += [("some wrong", wrong), ("halted", found.halted)]
    each += [(key, n) for key in ("idle", "late") if (n := getattr(found, key))]
    held = [(sentences[f"class.{key}"], n) for key, n in each]
    worth = points(entries[0].worth, sentences)
    median = points(statistics.median(e.points for e in entries), sentences)
    held.append((sentences["class.median"].format(worth=worth), median))
    items = "".join(
        f"<div><dt>{shown(term)}</dt><dd>{n}</dd></div>\n" for term, n in held
    )
    return f'<dl class="counts">\n{items}</dl>'


def _where(found, entries, sentences):
    """Return the picture and the table of the lines that are first wrong."""
    bars, words, rows = "", [], []
    most = max([found.first[name] for name in EQUATIONS] + [1])
    for name, equation in EQUATIONS.items():
        n = found.first[name]
        mistake, m = min(found.alike[name].items(), key=_often, default=("", 0))
        held = {"line": name, "equation": f"({equation})", "n": n}
        if n:
            key = "class.bar alike" if mistake else "class.bar"
            words.append(sentences[key].format(**held, m=m, mistake=mistake))
        layer = ' class="layer"' if name.startswith("da") else ""
        bar = _bar(n, most, m, mistake)
        bars += f"<span{layer}><span>{code(name)}</span>{bar}</span>\n"
        often = f"{shown(mistake)}: {m}" if mistake else ""
        cells = code(name), f"({equation})", str(n), str(found.wrong[name]), often
        rows.append(("", cells))
    columns = [
        (sentences["class.line"], "name"),
        (sentences["class.equation"], "equation"),
        (sentences["class.first wrong"], "number"),
        (sentences["class.wrong"], "number"),
        (sentences["class.often"], "often"),
    ]
    return (
        f"<h2>{shown(sentences['class.where'])}</h2>\n"
        + _picture(bars, words, "class.where, in words", sentences, key="class.key")
        + table("lines", columns, rows)
    )


def _picture(bars, words, title, sentences, key="", **held):
    """Return bars as a picture, with a text for those who do not see it."""
    label = " ".join([sentences[title].format(**held), "; ".join(words)])
    caption = shown(sentences[title].format(**held))
    if key and any(words):
        caption += f" {shown(sentences[key])}"
    return (
        f'<figure><div class="bars" role="img" aria-label="{shown(label.strip())}">\n'
        f"{bars}</div>\n<figcaption>{caption}</figcaption></figure>\n"
    )


def _bar(n, most, m=0, said=""):
    """Return a bar of n, of which m are dark."""
    if not n:
        return '<span class="track"><span class="said">0</span></span>'
    part = f'<i style="width:{100 * m / n:.3g}%"></i>' if m else ""
    more = f" · {shown(said)} {m}" if said else ""
    # the bar takes at most 55 % of the track, so that its words have room
    return (
        f'<span class="track"><span class="bar" style="width:{55 * n / most:.3g}%">'
        f'{part}</span><span class="said"><b>{n}</b>{more}</span></span>'
    )


def _mistakes(found, entries, sentences):
    """Return which mistakes were made, by how many, and one sentence of each."""
    title = f"<h2>{shown(sentences['class.mistakes'])}</h2>\n"
    if not found.mistakes:
        return f"{title}<p>{shown(sentences['class.no mistakes'])}</p>"
    rows = []
    for name, n in _ordered(found.mistakes):
        lines = [x for x in EQUATIONS if found.where[name][x]]
        where = " ".join(
            f"<span>{code(x)} {found.where[name][x]}</span>" for x in lines
        )
        example = marked(found.example(name, sentences))
        rows.append(("", (shown(name), str(n), where, example)))
    columns = [
        (sentences["class.mistake"], "mistake"),
        (sentences["class.how many"], "number"),
        (sentences["class.in lines"], "where"),
        (sentences["class.said"], "example"),
    ]
    return title + table("mistakes", columns, rows)


def _stopped(found, entries, sentences):
    """Return what kept programs from being run, or from coming to an end."""
    if not found.stopped:
        return ""
    rows = []
    for key, n in _ordered(found.stopped):
        if key in EQUATIONS:
            why = sentences["class.raised"].format(lines=_named(key))
        else:
            why = sentences[key]
        rows.append(("", (marked(why), str(n))))
    columns = [
        (sentences["class.why"], ""), (sentences["class.how many"], "number"),
    ]  # fmt: skip
    title = f"<h2>{shown(sentences['class.stopped'])}</h2>\n"
    return title + table("stopped", columns, rows)


def _points(found, entries, sentences):
    """Return how many earned how much."""
    counts = Counter(
        int(STEPS * min(e.points / e.worth, 1) + 1e-9) if e.worth else 0
        for e in entries
    )
    most, bars, words = max(counts.values()), "", []
    for step in range(STEPS, -1, -1):
        low = 100 * step // STEPS
        label = f"{low} %" if step == STEPS else f"{low}–{low + 100 // STEPS - 1} %"
        if n := counts[step]:
            words.append(f"{label}: {n}")
        bars += f"<span><span>{label}</span>{_bar(n, most)}</span>\n"
    worth = points(entries[0].worth, sentences)
    picture = _picture(bars, words, "class.points, in words", sentences, worth=worth)
    return f"<h2>{shown(sentences['class.points'])}</h2>\n{picture}"
