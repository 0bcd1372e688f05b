"""What a failed run of the tests says: what to mend, or how to accept an output."""

import functools
import re

import numpy as np

import mlpnotes
from mlpnotes.gradcheck import compare, numerical_gradient
from mlpnotes.tutor import diagnose

TWIN = "test_twin_has_the_chapters_code"


@functools.cache
def fault():
    """Return what is wrong with the package's gradient, in a paragraph, or ""."""
    params, X, y = mlpnotes.random_problem(rng=np.random.default_rng(0))
    found = gradient = None
    try:
        found = diagnose(mlpnotes.backward)
        gradient = compare(
            mlpnotes.loss_gradient(params, X, y, 0.1),
            numerical_gradient(lambda p: mlpnotes.loss(p, X, y, 0.1), params),
            1e-5,
        )
    except Exception as error:
        raised = f"A small network raises {type(error).__name__}: {error}"
    if gradient and gradient.ok:
        return ""
    if found and not found.ok:
        return " ".join(filter(None, ["backward:", found.message, *found.remarks]))
    if not gradient:
        return raised
    row = next(row for row in gradient.rows if not row.error <= gradient.tolerance)
    return (
        "Each line of backward is right for the activations it gets, but"
        f" loss_gradient is not the derivative of loss: {row.name} at {row.index} is"
        f" {row.got:.4g}, the difference quotient {row.expected:.4g}. Look at forward,"
        " loss and loss_gradient."
    )


def describe(error):
    """Return how a cell failed: on one line and, if the package is right, in full."""
    text = re.sub(r"\x1b\[[0-9;]*m", "", error.inner_traceback or "").strip()
    if differs(error):
        text = text.replace("reference_output == test_output", "recorded == new")
        text = text.replace("Reference outputs from ipynb file", "recorded")
        text = text.replace("disagrees with newly computed (test) output", "new")
        # nbval marks what is recorded by +; git diff will mark it by -
        swap = str.maketrans("+-", "-+")
        text = re.sub("^  [+-] ", lambda m: m[0].translate(swap), text, flags=re.M)
        line = "the output is not the recorded one"
    else:
        line = text.splitlines()[-1] if text else str(error)
    return line if fault() else f"{line}\n\n{error.source}\n\n{text}\n"


def differs(error):
    """Return whether nbval's error is a changed output, and not an exception."""
    return str(error) == "Cell outputs differ"


def last_words(failed):
    """Return the last paragraph of a run with these failed reports."""
    if failed and fault():
        return f"The package is wrong; mend this first. {fault()}"
    stale = [r for r in failed if TWIN in r.nodeid]
    changed = [r for r in failed if getattr(r, "differs", False)]
    words = []
    if stale:
        names = ", ".join(re.search(r"\[(.*)\]", r.nodeid)[1] for r in stale)
        words.append(f"The code of {names} is not the recorded code.")
    if changed:
        cells = {}
        for report in changed:
            cells.setdefault(report.chapter, []).append(report.cell)
        names = "; ".join(
            f"{chapter} (cell {', '.join(map(str, sorted(numbers)))})"
            for chapter, numbers in sorted(cells.items())
        )
        words.append(
            f"The output is not the recorded one in {names}. In the reports above,"
            " - marks what tests/notebooks holds, + what the cell prints now."
        )
    if words and len(failed) > len(changed) + len(stale):
        words.append("Other tests fail too: mend those first.")
    elif words:
        words.append(
            "If you meant this change, `make record` accepts it; then read"
            " `git diff tests/notebooks` before you commit."
        )
    return " ".join(words)
