"""Every figure of the book: each function takes an ``ax``, or makes one.

Figures are transparent, with dark ink, so that a page's dark theme can invert
their lightness and keep their hues.
"""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import FancyBboxPatch
from matplotlib.ticker import MaxNLocator

INK, FAINT, ACCENT, SECOND = "black", "#767676", "#0b5fa5", "#b3460b"

STRIP = ["X", "z1", "a1", "z2", "a2", "z3", "y_hat", "L"]


def _axes(ax, height=3.2, width=6.4, **options):
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


def network_strip(lit=(), ax=None):
    """Draw the network as a strip of arrays, X to L, with some of them lit.

    Parameters
    ----------
    lit : iterable of str
        Names among X, z1, a1, z2, a2, z3, y_hat, L.
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValueError
        If a name is not on the strip.
    """
    if unknown := set(lit) - set(STRIP):
        raise ValueError(
            f"{sorted(unknown)} not on the strip, expected some of {STRIP}"
        )
    ax = _axes(ax, 0.9, 5.0, xlim=(-0.4, 7.4), ylim=(-0.8, 0.5))
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
        ax.text(i + 0.5, -0.55, label, ha="center", va="center", fontsize=8)
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
    ax = _axes(ax, 2.8, xlabel="class j", ylabel="value")
    place = np.arange(len(y))
    ax.bar(place - 0.27, y, 0.25, label="y", facecolor="none", edgecolor=INK)
    ax.bar(place, y_hat, 0.25, label="ŷ", color=FAINT)
    ax.bar(place + 0.27, y_hat - y, 0.25, label="ŷ − y", color=SECOND, hatch="//")
    ax.axhline(0, color=INK, linewidth=0.8)
    ax.set_xticks(place)
    ax.legend(frameon=False)
    return ax


def learning_curves(history, ax=None):
    """Draw training and validation error, in percent, after each epoch.

    Parameters
    ----------
    history : mlpnotes.History
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    matplotlib.axes.Axes
    """
    smallest = 100 / 60000  # the log scale has no zero
    train = np.maximum(100 * (1 - history.train_accuracy), smallest)
    return _curves(ax, "error, %", train, 100 * (1 - history.val_accuracy))


def loss_curves(history, ax=None):
    """Draw the training and validation loss after each epoch.

    Parameters
    ----------
    history : mlpnotes.History
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    matplotlib.axes.Axes
    """
    return _curves(ax, "loss", history.train_loss, history.val_loss)


def _curves(ax, ylabel, train, validation):
    ax = _axes(ax, xlabel="epoch", ylabel=ylabel, yscale="log")
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.plot(1 + np.arange(len(train)), train, color=ACCENT, label="training")
    if len(validation):
        epochs = 1 + np.arange(len(validation))
        ax.plot(epochs, validation, "--", color=SECOND, label="validation")
    ax.legend(frameon=False)
    return ax


def confusion_matrix(counts, ax=None):
    """Draw a confusion matrix: a row for each true class, a number in each cell.

    Parameters
    ----------
    counts : ndarray of int, shape (K, K)
        Entry (i, j) counts the observations of class i predicted as j.
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    matplotlib.axes.Axes
    """
    ax = _axes(ax, 5.0, xlabel="predicted", ylabel="true")
    mistakes = counts - np.diag(np.diag(counts))
    ax.imshow(mistakes, cmap="Oranges", vmax=max(2 * mistakes.max(), 1))
    for (i, j), count in np.ndenumerate(counts):
        if count:
            ax.text(j, i, count, ha="center", va="center", fontsize=8)
    ticks = range(len(counts))
    ax.set_xticks(ticks)
    ax.set_yticks(ticks)
    return ax


def image_grid(images, titles=None, columns=8, signed=False):
    """Draw small images in a grid.

    Parameters
    ----------
    images : ndarray, shape (n, height, width)
    titles : sequence of str, optional
        One for each image.
    columns : int
    signed : bool
        Colour positive and negative values apart, around a white zero.

    Returns
    -------
    ndarray of matplotlib.axes.Axes
    """
    rows = -(-len(images) // columns)
    title = 0 if titles is None else 0.25
    _, axes = plt.subplots(
        rows, columns, figsize=(6.4, rows * (6.4 / columns + title)),
        dpi=160, facecolor="none", squeeze=False, layout="constrained",
    )  # fmt: skip
    for ax in axes.flat:
        ax.set_axis_off()
    for i, (ax, image) in enumerate(zip(axes.flat, images, strict=False)):
        limit = np.abs(image).max()
        if signed:
            ax.imshow(image, cmap="RdBu", vmin=-limit, vmax=limit)
        else:
            ax.imshow(image, cmap="gray_r")
        if titles is not None:
            ax.set_title(titles[i], fontsize=9)
    return axes
