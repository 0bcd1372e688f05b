"""What every figure shares: its colours, its axes, its cells.

Figures are transparent, with dark ink, so that a page's dark theme can invert
their lightness and keep their hues.
"""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.patches import Rectangle

INK, FAINT, ACCENT, SECOND = "black", "#767676", "#0b5fa5", "#b3460b"

# red below zero and blue above; its ends are of middle lightness, so that they stay
# red and blue when a dark theme inverts it
SIGNED = LinearSegmentedColormap.from_list("signed", ["#c81e32", "white", "#1464b4"])


def new_axes(ax, height=3.2, width=6.4, **options):
    """Return ax, or one of its own figure in inches, with these options set."""
    if ax is None:
        _, ax = plt.subplots(
            figsize=(width, height), dpi=1024 / width, facecolor="none",
            layout="constrained",
        )  # fmt: skip
    ax.set_facecolor("none")
    ax.set(**options)
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
    return ax


def bare(ax):
    """Leave of the frame of ax only its labels."""
    ax.tick_params(length=0)
    for spine in ax.spines.values():
        spine.set_visible(False)


def cells(ax, values, left=0, top=0, limit=None, numbers=False):
    """Draw a matrix as unit cells, red below zero and blue above."""
    rows, columns = np.shape(values)
    limit = limit or np.abs(values).max() or 1.0
    ax.imshow(
        values, cmap=SIGNED, vmin=-limit, vmax=limit,
        extent=(left, left + columns, top + rows, top),
    )  # fmt: skip
    frame = {"fill": False, "edgecolor": FAINT, "linewidth": 0.8}
    for i, j in np.ndindex(rows, columns):
        ax.add_patch(Rectangle((left + j, top + i), 1, 1, **frame))
        if numbers:
            dark = abs(values[i, j]) > 0.6 * limit
            text = decimals(values[i, j], 2)
            ax.text(
                left + j + 0.5, top + i + 0.5, text, ha="center", va="center",
                fontsize=9, color="white" if dark else INK,
            )  # fmt: skip


def decimals(value, digits):
    """Return a number with this many decimals; its minus is long, its zero has none."""
    return f"{round(value, digits) + 0:.{digits}f}".replace("-", "\N{MINUS SIGN}")
