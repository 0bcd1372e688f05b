"""Read from the chapters and the source where each equation is stated and held.

An equation is a ``$$`` block labelled ``eq-N`` in one chapter. A line of the
package that is equation N, and an ``assert`` in a chapter that checks it, end
in the comment ``# (N)``. The page of all equations and the tests are made from
these three.
"""

import re
from pathlib import Path
from typing import NamedTuple

BOOK = Path(__file__).parents[1]
SOURCE = BOOK.parent / "src" / "mlpnotes"


class Equation(NamedTuple):
    """An equation of the source as a chapter defines it."""

    number: int
    latex: str
    chapter: str  # the page's name, without .md


class Line(NamedTuple):
    """A line of code that names equations in its trailing comment."""

    numbers: tuple
    code: str
    place: str  # the chapter, or the module as mlpnotes/network
    shape: str  # of the array that it makes, if the comment says it


def equations():
    """Return the numbered equations of all chapters, by number."""
    return sorted(
        Equation(int(number), latex.strip(), path.stem)
        for path in BOOK.glob("*.md")
        for latex, number in re.findall(
            r"^\$\$\n((?:(?!^\$\$).)*)^\$\$ \(eq-(\d+)\)$",
            path.read_text("utf-8"),
            flags=re.MULTILINE | re.DOTALL,
        )
    )


def commented_lines(text, place, start=""):
    """Return the lines of code that begin with start and end in ``# (N), (M)``.

    A shape may follow: ``# (28)  (B, n2)``.
    """
    found = re.findall(
        rf"^\s*({start}.*?)\s*# (\(\d+\)(?:, \(\d+\))*)(?: +(\(.*\)))?",
        text,
        flags=re.MULTILINE,
    )
    return [
        Line(tuple(map(int, re.findall(r"\d+", numbers))), code, place, shape)
        for code, numbers, shape in found
    ]


def checks():
    """Return the asserts of all chapters that name equations."""
    return [
        line
        for path in sorted(BOOK.glob("*.md"))
        for line in commented_lines(path.read_text("utf-8"), path.stem, "assert ")
    ]


def program():
    """Return the lines of the package that name equations, network.py first."""
    paths = [SOURCE / "network.py", *sorted(SOURCE.glob("*.py"))]
    return [
        line
        for path in dict.fromkeys(paths)
        for line in commented_lines(path.read_text("utf-8"), f"mlpnotes/{path.stem}")
    ]
