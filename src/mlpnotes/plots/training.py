"""What training measured: curves over epochs and layers, bars, scaling."""

import itertools

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.ticker import LogLocator, MaxNLocator

from mlpnotes.plots.frame import ACCENT, FAINT, INK, SECOND, new_axes


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
    ax = new_axes(ax, xlabel="epoch", ylabel=ylabel, yscale="log")
    ax.yaxis.set_minor_locator(LogLocator(subs=(2, 3, 6)))
    plain(ax.yaxis)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.plot(1 + np.arange(len(train)), train, color=ACCENT, label="training")
    if len(validation):
        epochs = 1 + np.arange(len(validation))
        ax.plot(epochs, validation, "--", color=SECOND, label="validation")
    ax.legend(frameon=False)
    return ax


def by_depth(curves, ylabel, ax=None):
    """Draw a size in each layer, on a logarithmic scale, a thin line for each run.

    Parameters
    ----------
    curves : mapping of str to ndarray, shape (runs, layers)
        Name -> the size in layers 1, 2, ... of each run, above 0.
    ylabel : str
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    matplotlib.axes.Axes
    """
    ax = new_axes(ax, xlabel="layer k", ylabel=ylabel, yscale="log")
    styles = itertools.cycle([(ACCENT, "-"), (SECOND, "--"), (INK, ":")])
    for (name, runs), (color, style) in zip(curves.items(), styles, strict=False):
        for i, sizes in enumerate(runs):
            ax.plot(
                1 + np.arange(len(sizes)), sizes, style, color=color, linewidth=1,
                label=None if i else name,
            )  # fmt: skip
    ax.set_xticks([1, *range(5, int(ax.dataLim.x1) + 1, 5)])
    ax.legend(frameon=False)
    return ax


def plain(*log_axes):
    """Label axes with a log scale as one reads numbers: 20, not 2 × 10¹."""
    for axis in log_axes:
        axis.set_major_formatter(readable)
        axis.set_minor_formatter(readable)


def readable(x, position=None):
    """Return a number in plain digits, with commas."""
    return f"{x:,.0f}" if x >= 1 else f"{x:.10f}".rstrip("0")


def error_by_digit(errors, ax=None):
    """Draw the error of each class as a bar.

    Parameters
    ----------
    errors : sequence of float, length K
        In percent.
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    matplotlib.axes.Axes
    """
    ax = new_axes(ax, 2.4, xlabel="digit", ylabel="error, %", xticks=range(len(errors)))
    ax.bar(range(len(errors)), errors, color=ACCENT, width=0.6)
    return ax


def ladder(errors, ax=None):
    """Draw the error after each of several ideas, from top to bottom.

    Parameters
    ----------
    errors : mapping of str to float
        Name of the idea -> error in percent, in the order of their use.
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    matplotlib.axes.Axes
    """
    return _bars(ax, errors, list(errors)[::-1], "validation error, %", " %.1f")


def speed(seconds, ax=None):
    """Draw seconds an epoch as horizontal bars, one for each program.

    Parameters
    ----------
    seconds : mapping of str to float
        Name of the program -> seconds; mlpnotes is lit.
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    matplotlib.axes.Axes
    """
    names = sorted(seconds, key=seconds.get, reverse=True)
    return _bars(ax, seconds, names, "seconds for 60,000 digits", " %.2f", "mlpnotes")


def _bars(ax, values, names, xlabel, label, lit=None):
    """Draw named values as horizontal bars, from below, each with its number."""
    ax = new_axes(ax, 0.4 * len(names) + 0.6, xlabel=xlabel)
    colours = [ACCENT if lit in (None, name) else FAINT for name in names]
    bars = ax.barh(names, [values[name] for name in names], color=colours)
    ax.bar_label(bars, fmt=label, color=INK)
    ax.tick_params(axis="y", length=0)
    return ax


def scaling(workers, seconds, batches, observations, measured=None, ax=None):
    """Draw what more workers cost: the time of the messages, and the batch they need.

    Parameters
    ----------
    workers : ndarray of int, shape (n,)
    seconds : dict of str to ndarray, shape (n,)
        Way to add the gradients -> time of a step's messages; 0 is not drawn.
    batches : dict of str to ndarray, shape (n,)
        The same ways -> the batch size at which work outweighs them. Drawn up to
        a hundred times the observations.
    observations : int
        How many there are: no batch is larger.
    measured : dict of int to float, optional
        Workers -> seconds that were measured.
    ax : sequence of two matplotlib.axes.Axes, optional

    Returns
    -------
    sequence of two matplotlib.axes.Axes
    """
    if ax is None:
        _, ax = plt.subplots(
            1, 2, figsize=(6.4, 3.4), dpi=160, facecolor="none", layout="constrained",
        )  # fmt: skip
    titles = "messages of a step, seconds", "batch for 80 % efficiency"
    styles = dict(
        zip(seconds, [(ACCENT, "-"), (SECOND, "--"), (INK, ":")], strict=True)
    )
    for one, title, curves in zip(ax, titles, (seconds, batches), strict=True):
        new_axes(one, title=title, xlabel="workers", xscale="log", yscale="log")
        plain(one.xaxis, one.yaxis)
        one.minorticks_off()
        for name, (color, style) in styles.items():
            y = np.where(curves[name] > 0, curves[name], np.nan)
            one.plot(workers, y, style, color=color, label=name)
    if measured:
        ax[0].plot(
            *zip(*measured.items(), strict=True), "o", color=INK, label="measured"
        )
    ax[1].set_ylim(top=100 * observations)
    ax[1].axhline(observations, color=FAINT, linewidth=0.8)
    ax[1].text(workers[-1], observations, f"all {observations:,}", ha="right", va="top")
    ax[0].figure.legend(
        *ax[0].get_legend_handles_labels(), frameon=False, ncols=4,
        loc="outside lower center",
    )  # fmt: skip
    return ax
