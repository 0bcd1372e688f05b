"""The network as a drawing: where we are in it, and what flows back."""

import itertools
import numbers

import numpy as np
from matplotlib.patches import FancyBboxPatch

from mlpnotes.plots.frame import ACCENT, FAINT, INK, SECOND, decimals, new_axes

STRIP = ["X", "z1", "a1", "z2", "a2", "z3", "y_hat", "L"]


def network_strip(lit=(), ax=None):
    """Draw the network as a strip of arrays, X to L, with some of them lit.

    Parameters
    ----------
    lit : iterable of str
        Names among X, z1, a1, z2, a2, z3, y_hat, L; or W1, W2, W3, which light
        an arrow's parameters.
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValueError
        If a name is not on the strip.
    """
    names = [*STRIP, "W1", "W2", "W3"]
    if unknown := set(lit) - set(names):
        raise ValueError(
            f"{sorted(unknown)} not on the strip, expected some of {names}"
        )
    ax = new_axes(ax, 0.9, 5.0, xlim=(-0.4, 7.4), ylim=(-0.8, 0.5))
    ax.set_axis_off()
    edges = ["W1, b1", "sigmoid", "W2, b2", "sigmoid", "W3, b3", "softmax", "y"]
    for i, name in enumerate(STRIP):
        on = name in lit
        ax.add_patch(
            FancyBboxPatch(
                (i - 0.26, -0.22), 0.52, 0.44, boxstyle="round,pad=0.02",
                facecolor=ACCENT if on else "none", edgecolor=ACCENT if on else FAINT,
            )
        )  # fmt: skip
        ax.text(
            i, 0, "ŷ" if name == "y_hat" else name, ha="center", va="center",
            color="white" if on else INK, weight="bold" if on else "normal",
        )  # fmt: skip
    for i, label in enumerate(edges):
        ax.annotate(
            "",
            (i + 0.71, 0),
            (i + 0.29, 0),
            arrowprops={"arrowstyle": "->", "color": INK},
        )
        on = label[:2] in lit
        ax.text(
            i + 0.5, -0.55, label, ha="center", va="center", fontsize=8,
            color=ACCENT if on else INK, weight="bold" if on else "normal",
        )  # fmt: skip
    return ax


def gradient_flow(ax=None):
    """Draw the backward pass: each gradient with its shape, L at the right.

    Parameters
    ----------
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    matplotlib.axes.Axes
    """
    ax = new_axes(ax, 2.1, 5.6, xlim=(-0.6, 4.8), ylim=(-1.25, 0.38))
    ax.set_axis_off()
    chain = ["dz1\n(B, n1)", "da1\n(B, n1)", "dz2\n(B, n2)", "da2\n(B, n2)",
             "dz3\n(B, K)"]  # fmt: skip
    factors = ["a1 (1 − a1)", "W2ᵀ", "a2 (1 − a2)", "W3ᵀ"]
    leaves = {
        0: "dW1 (n0, n1)\ndb1 (n1,)",
        2: "dW2 (n1, n2)\ndb2 (n2,)",
        4: "dW3 (n2, K)\ndb3 (K,)",
    }
    box = {"boxstyle": "round,pad=0.4", "facecolor": "none"}
    arrow = {"arrowstyle": "->", "color": INK}
    for i, text in enumerate(chain):
        ax.text(
            i, 0, text, ha="center", va="center", fontsize=8,
            bbox={**box, "edgecolor": ACCENT},
        )  # fmt: skip
    for i, text in enumerate(factors):
        ax.annotate("", (i + 0.24, 0), (i + 0.76, 0), arrowprops=arrow)
        ax.text(i + 0.5, 0.18, text, ha="center", va="bottom", fontsize=8)
    for (i, text), factor in zip(leaves.items(), ("Xᵀ", "a1ᵀ", "a2ᵀ"), strict=True):
        ax.annotate("", (i, -0.86), (i, -0.15), arrowprops=arrow)
        ax.text(i + 0.06, -0.5, f"{factor} and sums", va="center", fontsize=8)
        ax.text(
            i, -1.03, text, ha="center", va="center", fontsize=8,
            bbox={**box, "edgecolor": SECOND},
        )  # fmt: skip
    return ax


def neurons(ax=None):
    """Draw the network as nodes and links, four nodes a layer, one link marked.

    Parameters
    ----------
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    matplotlib.axes.Axes
    """
    ax = new_axes(ax, 2.8, xlim=(-0.3, 3.3), ylim=(-0.85, 3.9))
    ax.set_axis_off()
    rows, q, r = [3, 2, 1, -0.1], (1, 2), (2, 1)
    for layer, head in enumerate(["X: 784", "a1: 200", "a2: 100", "ŷ: 10"]):
        ax.text(layer, 3.6, head, ha="center", weight="bold")
        ax.text(layer, 0.45, "⋮", ha="center", va="center")
        ax.plot([layer] * 4, rows, "o", ms=15, color=INK, markerfacecolor="none")
    for layer, start, end in itertools.product(range(3), rows, rows):
        line = {"arrowstyle": "-", "shrinkA": 8, "shrinkB": 8}
        if ((layer, start), (layer + 1, end)) == (q, r):
            line |= {"arrowstyle": "->", "color": ACCENT, "linewidth": 2.4}
        else:
            line |= {"color": FAINT, "linewidth": 0.6, "alpha": 0.4}
        ax.annotate("", (layer + 1, end), (layer, start), arrowprops=line)
    for layer in (1, 2, 3):
        ax.text(layer - 0.5, -0.75, f"W{layer}, b{layer}", ha="center")
    for place, name in (q, "$q$"), (r, "$r$"), ((1.55, 1.85), "$w^{[2]}_{qr}$"):
        ax.text(*place, name, ha="center", va="center", color=ACCENT, fontsize=12)
    return ax


def computational_graph(nodes, edges, ax=None):
    """Draw values that are computed from each other, and what flows back.

    Each edge has the number that goes forward above it, and the gradient that
    comes back, the derivative of the last node with respect to it, below.

    Parameters
    ----------
    nodes : dict of str to (float, float)
        Label -> x and y, in one unit; an edge with its numbers needs a length of
        1, and seven beside each other are as wide as a page.
    edges : list of (str, str, forward, gradient)
        The label where it starts, the one where it ends, and what is written
        above and below: a number, with three decimals, a text as it is, or None.
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValueError
        If an edge starts or ends at no node.
    """
    for edge in edges:
        if unknown := [end for end in edge[:2] if end not in nodes]:
            raise ValueError(
                f"an edge has the end {unknown[0]!r}, expected one of {[*nodes]}"
            )
    places = np.array([*nodes.values()])
    (left, low), (right, high) = places.min(axis=0), places.max(axis=0)
    width, height = max(right - left + 0.8, 6.0), high - low + 0.9
    middle = (left + right) / 2
    ax = new_axes(
        ax, 6.4 * height / width, aspect="equal", ylim=(low - 0.45, high + 0.45),
        xlim=(middle - width / 2, middle + width / 2),
    )  # fmt: skip
    ax.set_axis_off()
    boxes = {}
    for label, (x, y) in nodes.items():
        text = ax.text(
            x, y, label, ha="center", va="center", fontsize=9,
            bbox={"boxstyle": _outline(label), "facecolor": "none"},
        )  # fmt: skip
        boxes[label] = text.get_bbox_patch()
    for source, target, forward, gradient in edges:
        start, end = np.array(nodes[source]), np.array(nodes[target])
        ax.annotate(
            "", end, start, zorder=4,  # after the boxes, where it starts and ends
            arrowprops={
                "arrowstyle": "->", "color": FAINT, "shrinkA": 1, "shrinkB": 1,
                "patchA": boxes[source], "patchB": boxes[target],
            },
        )  # fmt: skip
        dx, dy = way = (end - start) / np.hypot(*(end - start))
        # a slanted edge may cross another: its numbers stay near its start
        texts = _short(forward), _short(gradient)
        near = 0.3 + 0.04 * max(map(len, texts))
        place = start + near * way if dy else (start + end) / 2
        for text, side, color in zip(texts, (1, -1), (INK, SECOND), strict=True):
            ax.text(
                *(place + 0.03 * side * np.array([-dy, dx])), text,
                color=color, fontsize=7.5, ha="center",
                va="bottom" if side > 0 else "top",
                rotation=np.degrees(np.arctan2(dy, dx)), rotation_mode="anchor",
            )  # fmt: skip
    return ax


def _outline(label):
    """Return the box of a node: a circle, unless a word would make it large."""
    return "circle,pad=0.25" if len(label) < 3 or "$" in label else "round,pad=0.4"


def _short(value):
    """Return what a graph shows of a number, a text or None."""
    if isinstance(value, numbers.Real):
        return decimals(value, 3)
    return value or ""
