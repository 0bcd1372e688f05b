"""The verdict: a row for each line, and all of them as text, as HTML and as data."""

import html
import re
import textwrap

from mlpnotes.tutor.known import PARAMETERS, after
from mlpnotes.tutor.mistakes.errors import TOO_EARLY
from mlpnotes.tutor.rows import (
    FAULTS,
    FOLLOWS,
    HIDDEN,
    MISSING,
    NONFINITE,
    RAISED,
    RIGHT,
    UNCLEAR,
    WRONG,
    are,
    listed,
)

COLUMNS = ("line", "equation", "verdict")


def _alike(r):
    """Return what a row says, without the numbers of its layer and equation."""
    text = r.detail.replace("The sum over the batch in it", "It")
    return re.sub(rf"\({r.equation}\)|(?<=[Wbaz]){r.name[2]}", "", text)


def _marked(text):
    """Return a text as HTML, with what stands between backticks as code."""
    return re.sub("`(.+?)`", r"<code>\1</code>", html.escape(text))


class Diagnosis:
    """What `diagnose` found; prints as a table.

    Attributes
    ----------
    rows : list of Row
        One for each of dz3, dW3, ..., db1, in the order of the program.
    remarks : list of str
        What concerns the function as a whole, such as a changed argument. With a
        remark the function is not `ok`.
    notes : list of str
        What is good to know and no fault, such as how the function was called.
    hint : int
        How much `message` tells: 1 where the mistake is, 2 of what kind it is, 3 how
        to mend it.
    """

    def __init__(self, rows, remarks=(), notes=(), summary="", hint=2):
        self.rows, self.remarks, self.notes = list(rows), list(remarks), list(notes)
        self.hint, self._summary = hint, summary

    @property
    def ok(self):
        """Whether every returned line is right and there is no remark."""
        good = all(r.status in (RIGHT, HIDDEN) for r in self.rows)
        return good and not self.remarks and not self._summary

    @property
    def _first(self):
        if all(r.status == MISSING and not r.detail for r in self.rows):
            return None  # nothing came back
        return next((r for r in self.rows if r.status in FAULTS), None)

    @property
    def first_wrong(self):
        """The name of the first wrong line, or None: nothing wrong, or nothing back."""
        return self._first.name if self._first else None

    @property
    def score(self):
        """The fraction of the lines that are right given the lines before them.

        A line that follows earns its part, as an error carried forward does; one
        made of zeros alone earns nothing, nor does one that cannot be judged. A line
        that need not be returned earns its part with the arrays made of it. If all
        lines are right but do not come back as asked, this costs one line.
        """
        return sum(self.points()) / len(self.rows)

    def points(self, each=(1,) * 11):
        """Return what each line earns, so that all add up to the score of their sum.

        Parameters
        ----------
        each : sequence of eleven numbers, 0 or more
            What each line is worth.

        Returns
        -------
        list of float
        """
        return [float(p * r.credit) for p, r in zip(each, self.rows, strict=True)]

    @property
    def message(self):
        """What to mend first, in words: as much as ``hint`` allows."""
        return self._words(self.hint)

    @property
    def mend(self):
        """The last step of the hint: what the first wrong line should be."""
        return self._first.mend if self._first else ""

    def _words(self, hint):
        first = self._first
        if first is None:
            right = [r.name for r in self.rows if r.status == RIGHT]
            if not self._summary:
                return self.remarks[0] if self.remarks else "Every line is right."
            if len(right) == len(self.rows) and not self._summary.startswith("All"):
                cost = "; that they do not come back costs one" * (
                    not self.rows[-1].credit
                )
                return f"{self._summary} All lines are right{cost}."
            some = 0 < len(right) < len(self.rows)
            return f"{self._summary} {are(right)} right." if some else self._summary
        parts = [self._summary, self._where(first, hint)]
        if hint >= 2:
            detail = first.detail
            if first.explains and first.name not in PARAMETERS:
                parts.append("It is not returned, but this explains your")
                detail = f"{listed(first.explains)}: {detail[0].lower()}{detail[1:]}"
            parts += [detail, self._others(first)]
        if hint >= 3:
            parts.append(first.mend)
        return " ".join(filter(None, [*parts, self._rest(first)]))

    def _where(self, first, hint):
        before = self.rows[: self.rows.index(first)]
        if first.status == RAISED:
            right = [r.name for r in before if r.status == RIGHT]
            text = f"{are(right)} right." if right else ""
            if hint >= 2:  # the detail says where
                return text
            place = f"Your function stopped at {first.name}, ({first.equation})."
            return f"{text} {place}".strip()
        if first.status == MISSING:
            return f"{first.name} is missing, ({first.equation})."
        hidden = any(r.status == HIDDEN for r in self.rows)
        result = hidden and first.name in PARAMETERS
        what = "array that you return" if result else "line"
        return f"{first.name} is the first wrong {what}, ({first.equation})."

    def _others(self, first):
        """Return what to say of the other faults: the same, or another."""
        faults = [r for r in self.rows if r.status in FAULTS and r is not first]
        same = [
            r for r in faults
            if r.status == first.status and r.hypotheses and _alike(r) == _alike(first)
        ]  # fmt: skip
        other = [r.name for r in faults if r not in same and r.status != MISSING]
        words = []
        if same:
            words.append(f"The same holds for {listed([r.name for r in same])}.")
        if other:
            words.append(f"{are(other)} wrong as well.")
        return " ".join(words)

    def _rest(self, first):
        """Return what to say of the lines that are made of the first wrong one."""
        follow = [r.name for r in self.rows if r.status == FOLLOWS]
        made = after(first.name)
        right = [r.name for r in self.rows if r.status == RIGHT and r.name in made]
        if first.status == NONFINITE:
            unclear = [r.name for r in self.rows if r.status == UNCLEAR]
            return f"{listed(unclear)} cannot be judged yet." if unclear else ""
        either = first.explains and first.name in PARAMETERS  # one of two places
        if first.status != WRONG or self.remarks or either:
            return ""
        if right:
            text = f"The numbers of {listed(right)} are right all the same"
            if TOO_EARLY in first.hypotheses:
                return f"{text}."
            return f"{text}: something makes up for it. Mend both."
        if not follow:
            return ""
        faults = [r for r in self.rows if r.status in FAULTS]
        names = listed(follow) if len(follow) < 4 else f"{len(follow)} later lines"
        verb = "follows" if len(follow) == 1 else "follow"
        if len(faults) > 1:
            return f"{names} {verb} from the lines before."
        return f"{names} {verb} from it: mend this one line."

    def __str__(self):
        first = self.first_wrong
        lines = [
            f"{r.name:4} {f'({r.equation})':5} "
            + (r.status.upper() if r.name == first else r.status)
            for r in self.rows
        ]
        words = dict.fromkeys([self.message, *self.remarks, *self.notes])
        words = filter(None, words)
        return "\n\n".join(["\n".join(lines), *map(textwrap.fill, words)])

    __repr__ = __str__

    def _repr_html_(self):
        body = ""
        for r in self.rows:
            loud = r.name == self.first_wrong
            verdict = f"<strong>{r.status}</strong>" if loud else r.status
            body += (
                f'<tr><th scope="row"><code>{r.name}</code></th>'
                f"<td>({r.equation})</td><td>{verdict}</td></tr>"
            )
        head = "".join(map('<th scope="col">{}</th>'.format, COLUMNS))
        fold = ""
        if self.mend and self.hint == 2:
            fold = "<details><summary>How to mend it</summary>"
            fold += f"<p>{_marked(self.mend)}</p></details>"
        words = dict.fromkeys([self.message, *self.remarks, *self.notes])
        text = [f"<p>{_marked(w)}</p>" for w in words if w]
        table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        return "".join([table, *text[:1], fold, *text[1:]])
