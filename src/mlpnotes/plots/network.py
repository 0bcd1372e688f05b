"""The network as a drawing: where we are in it, and what flows back."""

from matplotlib.patches import FancyBboxPatch

from mlpnotes.plots.frame import ACCENT, FAINT, INK, SECOND, new_axes

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
    ax = new_axes(ax, 2.6, 5.6, xlim=(-0.62, 4.62), ylim=(-1.7, 0.6))
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
        ax.annotate("", (i + 0.34, 0), (i + 0.66, 0), arrowprops=arrow)
        ax.text(i + 0.5, 0.4, text, ha="center", va="center", fontsize=8)
    for i, text in leaves.items():
        ax.annotate("", (i, -0.95), (i, -0.35), arrowprops=arrow)
        ax.text(
            i, -1.3, text, ha="center", va="center", fontsize=8,
            bbox={**box, "edgecolor": SECOND},
        )  # fmt: skip
    return ax
