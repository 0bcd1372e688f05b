"""The loop over layers and the tape: as short as said, and no slip passes."""

import jupytext
import matplotlib.pyplot as plt
import numpy as np
import pytest
from record import BOOK

from mlpnotes import plots

SLIPS = {
    "deeper": [
        ("dz = {D: a[D] - y}", "dz = {D: y - a[D]}"),
        ("da * slope(a[k])", "da"),
        ("da * slope(a[k])", "da * slope(sigmoid(a[k]))"),
        ("a[k - 1].T @ dz[k]", "a[k - 1].T @ dz[k] / len(y)"),
        ("dz[k].sum(axis=0) for", "dz[k].mean(axis=0) for"),
        ("lambda a: a > 0", "lambda a: a >= 0"),
        ("lambda a: 1 - a**2", "lambda a: 1 - a"),
        ("np.where(z.real > 0, z, 0)", "np.where(z.real > 0, z, 0.1 * z)"),
        ("1 if k == 1 else c", "1"),
        ("p * ((p - y) - ((p - y) * p).sum())", "p * (p - y)"),
        ("c) / sizes[k - 1])", "1.06 * c) / sizes[k - 1])"),
    ],
    "tape": [
        ("lambda dz: dz @ W.value.T", "lambda dz: 2 * dz @ W.value.T"),
        ("lambda dz: a.value.T @ dz", "lambda dz: np.abs(a.value.T) @ dz"),
        ("dz.sum(axis=tuple(range(dz.ndim - len(shape))))",
         "dz[(0,) * (dz.ndim - len(shape))]"),
        ("da * a * (1 - a)", "da * a"),
        ("(np.exp(log) - y)", "(y - np.exp(log))"),
        ("np.full(B, dL / B)", "np.full(B, dL)"),
        ("in reversed(nodes)", "in nodes"),
        ("parent.grad += local(node.grad)", "parent.grad = local(node.grad)"),
        ("self.size * other.shape[-1]", "self.size * other.shape[0]"),
    ],
}  # fmt: skip


def cells(chapter):
    """Return the code of a chapter's cells, those that draw left out."""
    found = jupytext.read(BOOK / f"{chapter}.md").cells
    return [
        c.source for c in found if c.cell_type == "code" and "mystnb" not in c.metadata
    ]


def run(sources):
    namespace = {"__name__": "__main__"}
    for source in sources:
        exec(source, namespace)


@pytest.mark.parametrize(
    ("chapter", "right", "wrong"),
    [(chapter, *slip) for chapter, slips in SLIPS.items() for slip in slips],
)
def test_the_chapter_notices_a_slip(chapter, right, wrong, capsys):
    sources = cells(chapter)
    place = [i for i, source in enumerate(sources) if right in source]
    assert place, right
    sources[place[0]] = sources[place[0]].replace(right, wrong, 1)
    with pytest.raises(AssertionError):
        run(sources)


@pytest.mark.parametrize(
    ("chapter", "first", "last", "most"),
    [("deeper", "def forward_deep", "def backward_deep", 30),
     ("tape", "class Node", "def differentiate", 65)],
)  # fmt: skip
def test_the_program_is_as_short_as_the_chapter_says(chapter, first, last, most):
    sources = cells(chapter)
    start = next(i for i, source in enumerate(sources) if first in source)
    stop = next(i for i, source in enumerate(sources) if last in source)
    lines = "\n".join(sources[start : stop + 1]).splitlines()
    assert len([line for line in lines if line.strip()]) <= most


def test_each_run_is_a_line_and_each_name_is_told_once():
    curves = {"one": np.ones((3, 30)), "two": np.full((2, 30), 2.0)}
    ax = plots.by_depth(curves, "size")
    assert len(ax.lines) == 5
    assert ax.lines[0].get_xdata().tolist() == list(range(1, 31))
    assert [t.get_text() for t in ax.get_legend().get_texts()] == ["one", "two"]
    assert ax.get_yscale() == "log"
    styles = {(line.get_color(), line.get_linestyle()) for line in ax.lines}
    assert len(styles) == 2
    plt.close("all")
