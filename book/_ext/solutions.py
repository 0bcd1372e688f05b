"""Build the book without the solutions: ``make book SOLUTIONS=no``.

What stands between the gates of a solution is taken out of a chapter before Sphinx,
the kernels or a reader's download see it. So is what stands between the comments
``% solution-start`` and ``% solution-end``: it answers, or speaks of the answers.
``sphinx: config: solutions: no`` in ``_config.yml`` says the same for every build,
and SOLUTIONS in the environment has the last word.
"""

import os
import re
from pathlib import Path

import yaml
from sphinx.errors import ConfigError
from sphinx.util import logging

FENCE = re.compile(r" {0,3}(:{3,}|`{3,}|~{3,})(?:\{(solution(?:-start|-end)?)\})?")
COMMENT = re.compile(r"%\s*(solution-start|solution-end)\s*$")

logger = logging.getLogger(__name__)


class GateError(ValueError):
    """A gate of a solution is missing; ``line`` says where its other one stands."""

    def __init__(self, message, line):
        super().__init__(message)
        self.line = line


def closing(lines, first, marks):
    """Return the number of the line that closes the fence of the first."""
    closed = re.compile(rf" {{0,3}}{marks}{marks[0]}*\s*$")
    found = (n for n in range(first + 1, len(lines)) if closed.match(lines[n]))
    return next(found, None)


def found_in(lines):
    """Yield the numbers of the first and the last line of each solution."""
    start, number = None, 0
    while number < len(lines):
        first, number = number, number + 1
        fence, comment = FENCE.match(lines[first]), COMMENT.match(lines[first])
        if not fence and not comment:
            continue
        gate = comment[1] if comment else fence[2]
        last = first if comment else closing(lines, first, fence[1])
        if gate and last is None:
            raise GateError(f"{{{gate}}} has no closing {fence[1]}", first + 1)
        if gate or fence[1][0] != ":":  # all else that a colon fence holds is a page
            number = (first if last is None else last) + 1
        if gate == "solution-start" and start is not None:
            raise GateError("this solution begins inside another", first + 1)
        if gate == "solution-end" and start is None:
            raise GateError("here ends a solution that has no beginning", first + 1)
        if gate == "solution-start":
            start = first
        elif gate == "solution-end":
            yield start, last
            start = None
        elif gate and start is None:
            yield first, last
    if start is not None:
        raise GateError(
            "this solution has no end: {solution-end} is missing", start + 1
        )


def without_solutions(text, keep_lines=True):
    """Return a chapter without its solutions.

    The other lines keep their numbers, which warnings name, unless told otherwise.

    Raises
    ------
    GateError
        If a gate stands without its other one.
    """
    lines = text.split("\n")
    for first, last in reversed([*found_in(lines)]):
        after = last + 1
        if not keep_lines and after < len(lines) and not lines[after].strip():
            after += 1
        lines[first:after] = [""] * (after - first) * keep_lines
    return "\n".join(lines)


def as_built(app, docname, text):
    """Return a chapter as this build has it, or stop with the place of the fault."""
    if app.config.solutions:
        return text
    try:
        return without_solutions(text)
    except GateError as error:
        logger.error("%s", error, location=(docname, error.line))
        raise SystemExit(f"Stopped: see the error in {docname} above") from None


def decide(app, config):
    """Let the environment decide, if it says something."""
    for place, said in (
        ("solutions in _config.yml", config.solutions),
        ("SOLUTIONS in the environment", os.environ.get("SOLUTIONS")),
    ):
        if said in (None, ""):
            continue
        wanted = yaml.safe_load(said) if isinstance(said, str) else said
        if not isinstance(wanted, bool):
            raise ConfigError(f"{place} is {said!r}, expected yes or no")
        config.solutions = wanted


def leave_out(app, docname, source):
    source[0] = as_built(app, docname, source[0])


def offer_as_built(app, exception):
    """Let the Markdown to download be what the page is; Sphinx copies the file."""
    if not app.config.solutions:
        for path in Path(app.outdir, "_sources").rglob("*.md"):
            text = path.read_text("utf-8")
            path.write_text(without_solutions(text, keep_lines=False), "utf-8")


def setup(app):
    app.add_config_value("solutions", True, "env", types=[bool, str])
    app.connect("config-inited", decide, priority=100)
    app.connect("source-read", leave_out, priority=100)
    app.connect("build-finished", offer_as_built, priority=100)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
