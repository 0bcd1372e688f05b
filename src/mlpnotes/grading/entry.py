"""What is known of one submission when it has been marked: all that reports need."""

import dataclasses
import json
from typing import NamedTuple

from mlpnotes.tutor.mistakes import EQUATIONS
from mlpnotes.tutor.rows import MISSING


class Line(NamedTuple):
    """One of the eleven lines: the tutor's verdict, its points, the student's code.

    The tutor's ``mend`` is left out: it is the right answer.

    ``place`` says where the student computes it, such as "line 7" or
    "cell 3, line 2", and ``code`` what stands there; both are "" if it is not found.
    """

    name: str
    equation: int
    status: str
    detail: str = ""
    hypotheses: tuple = ()
    points: float = 0.0
    worth: float = 1.0
    place: str = ""
    code: str = ""


@dataclasses.dataclass(frozen=True)
class Entry:
    """One student's submission, marked.

    Attributes
    ----------
    student, file : str
        The name, and the path of the file from the folder of submissions; "" where
        one student's file is checked.
    lines : tuple of Line
        The eleven lines, in the order of the program; all without points if the
        submission could not be run.
    first_wrong : str
        The name of the first wrong line, or "".
    message : str
        The hint, as many steps of it as the options allow.
    remarks, notes : tuple of str
        What concerns the function as a whole, and what is no fault.
    reason : str
        Why it could not be run, in a sentence to the student; "" if it ran.
    reason_key : str
        The sentence's key, without "reason."; "no verdict ..." is the grader's fault.
    held : dict
        What the sentence's fields are.
    ok : bool
        Whether nothing is wrong.
    late : str
        By how much it came late, such as "2 h 5 min", or "".
    factor : float
        What the points are multiplied by because of that, 1 if it came in time.
    isolation : str
        How the program was kept apart.
    seed : int
        Of the networks that it was run on.
    digest : str
        SHA-256 of the file and of all options: a new one is graded anew.
    """

    student: str = ""
    file: str = ""
    lines: tuple = ()
    first_wrong: str = ""
    message: str = ""
    remarks: tuple = ()
    notes: tuple = ()
    reason: str = ""
    reason_key: str = ""
    held: dict = dataclasses.field(default_factory=dict)
    ok: bool = False
    late: str = ""
    factor: float = 1.0
    isolation: str = ""
    seed: int = 0
    digest: str = ""

    @property
    def points(self):
        """What it earns, to two decimals."""
        return round(self.factor * sum(line.points for line in self.lines), 2)

    @property
    def worth(self):
        """What a right submission earns."""
        return sum(line.worth for line in self.lines)

    def to_json(self):
        """Return all of it as JSON text."""
        return json.dumps(dataclasses.asdict(self), ensure_ascii=False, indent=1)

    @classmethod
    def from_json(cls, text):
        """Return the entry of such a text."""
        held = json.loads(text)
        held["lines"] = tuple(
            Line(*(tuple(a) if isinstance(a, list) else a for a in line))
            for line in held["lines"]
        )
        held |= {name: tuple(held[name]) for name in ("remarks", "notes")}
        return cls(**held)


def failed(reason, options, **known):
    """Return the entry of a submission that could not be run, for a `Reason`.

    Another text is counted by no key, and told as it is.
    """
    each = zip(EQUATIONS.items(), options.points, strict=True)
    lines = tuple(Line(*line, MISSING, worth=p) for line, p in each)
    if key := getattr(reason, "key", ""):
        held = reason.held.items()
        held = {n: v if isinstance(v, int) else str(v) for n, v in held}
        known |= {"reason_key": key, "held": held}
    return Entry(lines=lines, reason=str(reason), message=str(reason), **known)
