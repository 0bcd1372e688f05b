"""One function, one curve: the loss, the sigmoid, a penalty, a step."""

import matplotlib.pyplot as plt
import numpy as np

from mlpnotes.functions import sigmoid
from mlpnotes.plots.frame import ACCENT, FAINT, INK, SECOND, new_axes


def cross_entropy_curve(K=10, ax=None):
    """Draw the loss of one observation against its true class's probability.

    Parameters
    ----------
    K : int
        The number of classes: log K is marked.
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    matplotlib.axes.Axes
    """
    ax = new_axes(
        ax, 2.6, xlabel="probability of the true class", ylabel="loss", xlim=(0, 1)
    )
    p = np.linspace(0.004, 1, 400)
    ax.plot(p, -np.log(p), color=ACCENT)
    ax.axhline(np.log(K), color=FAINT, linewidth=0.8, linestyle=":")
    ax.text(0.99, np.log(K) + 0.12, f"log {K}", ha="right")
    return ax


def descent_step(ax=None):
    """Draw a loss over one weight, its slope at a point, and a step of descent.

    Parameters
    ----------
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    matplotlib.axes.Axes
    """
    ax = new_axes(ax, 2.7, xlabel="weight w", ylabel="loss L", xlim=(-3, 3))

    def loss(w):
        return 0.5 * (w - 0.6) ** 2 + 0.4

    weights = np.linspace(-3, 3, 301)
    w, rate = -1.5, 0.5
    slope = w - 0.6
    after = w - rate * slope
    ax.plot(weights, loss(weights), color=FAINT)
    near = np.array([w - 0.9, w + 0.9])
    ax.plot(near, loss(w) + slope * (near - w), "--", color=SECOND)
    ax.text(w - 0.55, loss(w) - slope * 0.8, "slope ∂L/∂w", color=SECOND)
    ax.plot([w, w, after, after], [loss(w), 0, 0, loss(after)], ":", color=FAINT)
    ax.annotate(
        "", (after, 0.05), (w, 0.05), arrowprops={"arrowstyle": "->", "color": ACCENT}
    )
    ax.text((w + after) / 2, 0.2, "−η ∂L/∂w", ha="center", color=ACCENT)
    ax.plot(w, loss(w), "o", color=INK)
    ax.plot(after, loss(after), "o", color=ACCENT)
    ax.text(w + 0.15, loss(w) + 0.05, "before")
    ax.text(after + 0.1, loss(after) + 0.15, "after")
    ax.set(ylim=(0, 5.2), xticks=[], yticks=[])
    return ax


def sigmoid_slope(ax=None):
    """Draw the sigmoid and its slope, and shade where the slope is below 0.01.

    Parameters
    ----------
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    matplotlib.axes.Axes
    """
    ax = new_axes(ax, 2.8, xlabel="x", xlim=(-8, 8), ylim=(-0.02, 1.05))
    x = np.linspace(-8, 8, 401)
    a = sigmoid(x)
    for side in (-1, 1):
        ax.axvspan(side * 4.6, side * 8, color=FAINT, alpha=0.2, linewidth=0)
    ax.plot(x, a, color=ACCENT, label="sigmoid σ(x)")
    ax.plot(x, a * (1 - a), "--", color=SECOND, label="slope σ(x) (1 − σ(x))")
    ax.axhline(0.25, color=FAINT, linewidth=0.8, linestyle=":")
    ax.text(-7.9, 0.27, "1/4", fontsize=9)
    ax.legend(frameon=False, loc="upper left", bbox_to_anchor=(0.02, 0.98))
    return ax


def output_bars(y, y_hat, ax=None):
    """Draw y, y_hat and their difference, equation (9), as bars over the classes.

    Parameters
    ----------
    y, y_hat : array_like, shape (K,)
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    matplotlib.axes.Axes
    """
    y, y_hat = np.asarray(y, float), np.asarray(y_hat)
    ax = new_axes(ax, 2.8, xlabel="class j", ylabel="value")
    place = np.arange(len(y))
    ax.bar(place - 0.27, y, 0.25, label="y", facecolor="none", edgecolor=INK)
    ax.bar(place, y_hat, 0.25, label="ŷ", color=FAINT)
    for sign, color, hatch in ((1, ACCENT, "//"), (-1, SECOND, "\\\\")):
        height = np.where(sign * (y_hat - y) > 0, y_hat - y, np.nan)
        label = f"ŷ − y {'above' if sign > 0 else 'below'} 0"
        ax.bar(place + 0.27, height, 0.25, label=label, color=color, hatch=hatch)
    ax.axhline(0, color=INK, linewidth=0.8)
    ax.set_xticks(place)
    ax.legend(frameon=False)
    return ax


def penalty_surface(surfaces, w, ax=None):
    """Draw a loss over two weights, as contours, without and with a penalty.

    Parameters
    ----------
    surfaces : dict of str to ndarray, shape (n, n)
        Title -> loss at the weights ``(w[i], w[j])`` in entry (j, i).
    w : ndarray, shape (n,)
    ax : sequence of matplotlib.axes.Axes, optional
        One for each surface.

    Returns
    -------
    sequence of matplotlib.axes.Axes
    """
    if ax is None:
        _, ax = plt.subplots(
            1, len(surfaces), figsize=(6.4, 3.1), dpi=160, facecolor="none",
            sharey=True, layout="constrained",
        )  # fmt: skip
    for one, (title, surface) in zip(ax, surfaces.items(), strict=True):
        new_axes(one, title=title, xlabel="first weight", aspect="equal")
        one.contour(w, w, surface, levels=14, colors=FAINT, linewidths=0.8)
        j, i = np.unravel_index(surface.argmin(), surface.shape)
        one.plot(w[i], w[j], "o", color=SECOND, label="lowest point", clip_on=False)
        one.plot(0, 0, "+", color=INK, markersize=9, label="zero")
    ax[0].set_ylabel("second weight")
    ax[0].figure.legend(
        *ax[0].get_legend_handles_labels(), frameon=False, ncols=2,
        loc="outside lower center",
    )  # fmt: skip
    return ax


def step_errors(steps, errors, mark=None, ax=None):
    """Draw the error of derivatives against the step h, one curve for each method.

    Parameters
    ----------
    steps : ndarray, shape (n,)
    errors : dict of str to ndarray, shape (n,)
        Name of the method -> relative errors; zeros are drawn at 1e-17.
    mark : float, optional
        A step at which a dotted line stands.
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    matplotlib.axes.Axes
    """
    ax = new_axes(
        ax, xlabel="step h", ylabel="relative error", xscale="log", yscale="log"
    )
    styles = ["-", "--", ":"]
    for i, (name, error) in enumerate(errors.items()):
        color = [ACCENT, SECOND, INK][i % 3]
        ax.plot(
            steps, np.maximum(error, 1e-17), styles[i % 3], color=color, label=name
        )  # fmt: skip
    if mark:
        ax.axvline(mark, color=INK, linestyle=":", linewidth=1)
    ax.legend(frameon=False, loc=(0.06, 0.24))
    return ax
