"""Every figure of the book: each function takes an ``ax``, or makes one.

Figures are transparent, with dark ink, so that a page's dark theme can invert
their lightness and keep their hues.
"""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import FancyBboxPatch, Rectangle
from matplotlib.ticker import LogLocator, MaxNLocator

from mlpnotes.functions import sigmoid

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
        on = label[:2] in lit
        ax.text(
            i + 0.5, -0.55, label, ha="center", va="center", fontsize=8,
            color=ACCENT if on else INK, weight="bold" if on else "normal",
        )  # fmt: skip
    return ax


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
    ax = _axes(
        ax, 2.6, xlabel="probability of the true class", ylabel="loss", xlim=(0, 1)
    )
    p = np.linspace(0.004, 1, 400)
    ax.plot(p, -np.log(p), color=ACCENT)
    ax.axhline(np.log(K), color=FAINT, linewidth=0.8, linestyle=":")
    ax.text(0.99, np.log(K) + 0.12, f"log {K}", ha="right")
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
    ax = _axes(ax, 2.6, 5.6, xlim=(-0.62, 4.62), ylim=(-1.7, 0.6))
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


def _cells(ax, values, left=0, top=0, limit=None, numbers=False):
    """Draw a matrix as unit cells, red below zero and blue above."""
    rows, columns = np.shape(values)
    limit = limit or np.abs(values).max() or 1.0
    ax.imshow(
        values, cmap="RdBu", vmin=-limit, vmax=limit,
        extent=(left, left + columns, top + rows, top),
    )  # fmt: skip
    frame = {"fill": False, "edgecolor": FAINT, "linewidth": 0.8}
    for i, j in np.ndindex(rows, columns):
        ax.add_patch(Rectangle((left + j, top + i), 1, 1, **frame))
        if numbers:
            dark = abs(values[i, j]) > 0.6 * limit
            ax.text(
                left + j + 0.5, top + i + 0.5, f"{round(values[i, j], 2) + 0:.2f}",
                ha="center", va="center", fontsize=9, color="white" if dark else INK,
            )  # fmt: skip


def jacobian_heatmap(J, ax=None):
    """Draw a square Jacobian as a heat map, with the sum of each row beside it.

    Parameters
    ----------
    J : ndarray, shape (K, K)
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    matplotlib.axes.Axes
    """
    ax = _axes(ax, 3.4, 4.6)
    K = len(J)
    limit = np.abs(J).max()
    _cells(ax, J, limit=limit, numbers=True)
    _cells(ax, J.sum(axis=1, keepdims=True), left=K + 0.5, limit=limit, numbers=True)
    ax.set(xlim=(0, K + 1.5), ylim=(K, 0), xlabel="logit j", ylabel="probability t")
    ax.set_xticks([*(np.arange(K) + 0.5), K + 1], [*range(K), "row sum"])
    ax.set_yticks(np.arange(K) + 0.5, range(K))
    _bare(ax)
    return ax


def jacobian_sparsity(J, ax=None):
    """Draw dz/dW unfolded: a row for each entry of z, a column for each weight.

    Parameters
    ----------
    J : ndarray, shape (m, n, m)
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    matplotlib.axes.Axes
    """
    m, n, _ = J.shape
    ax = _axes(ax, 1.9)
    _cells(ax, J.reshape(m, n * m))
    ax.set(xlim=(0, n * m), ylim=(m, 0), ylabel="t", xlabel="weight (r, j)")
    pairs = [f"{r},{j}" for r in range(n) for j in range(m)]
    ax.set_xticks(np.arange(n * m) + 0.5, pairs)
    ax.set_yticks(np.arange(m) + 0.5, range(m))
    _bare(ax)
    return ax


def outer_product(column, row, ax=None):
    """Draw the outer product of two vectors, with the vectors at its margins.

    Parameters
    ----------
    column : ndarray, shape (n,)
    row : ndarray, shape (m,)
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    matplotlib.axes.Axes
    """
    n, m = len(column), len(row)
    ax = _axes(ax, 3.2, 4.2)
    _cells(ax, np.outer(column, row), numbers=True)
    _cells(ax, column[:, None], left=-1.4, numbers=True)
    _cells(ax, row[None, :], top=-1.4, numbers=True)
    ax.set(xlim=(-1.5, m + 0.1), ylim=(n + 0.1, -1.5))
    ax.set_xticks([*(np.arange(m) + 0.5)], [f"j = {j}" for j in range(m)])
    ax.set_yticks([*(np.arange(n) + 0.5)], [f"r = {r}" for r in range(n)])
    _bare(ax)
    return ax


def matrix_row(matrices, titles, between="", ax=None):
    """Draw matrices side by side on one colour scale each.

    Parameters
    ----------
    matrices : sequence of ndarray, each of shape (n, m)
    titles : sequence of str
        One for each matrix.
    between : str
        Signs to print between neighbours, one character for each gap.
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    matplotlib.axes.Axes
    """
    rows = max(len(M) for M in matrices)
    width = sum(M.shape[1] for M in matrices) + 1.4 * (len(matrices) - 1)
    ax = _axes(ax, 6.4 * (rows + 1.2) / width)
    left = 0.0
    for i, (M, title) in enumerate(zip(matrices, titles, strict=True)):
        _cells(ax, M, left=left)
        ax.text(left + M.shape[1] / 2, -0.4, title, ha="center", fontsize=9)
        left += M.shape[1] + 1.4
        if between[i : i + 1].strip():
            ax.text(left - 0.7, rows / 2, between[i], ha="center", va="center")
    ax.set(xlim=(-0.05, width + 0.05), ylim=(rows + 0.05, -1.1))
    ax.set_axis_off()
    return ax


def _bare(ax):
    ax.tick_params(length=0)
    for spine in ax.spines.values():
        spine.set_visible(False)


def sigmoid_slope(ax=None):
    """Draw the sigmoid and its slope, and shade where the slope is below 0.01.

    Parameters
    ----------
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    matplotlib.axes.Axes
    """
    ax = _axes(ax, 2.8, xlabel="x", xlim=(-8, 8), ylim=(-0.02, 1.05))
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
        _axes(one, title=title, xlabel="first weight", aspect="equal")
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
    ax = _axes(ax, xlabel="step h", ylabel="relative error", xscale="log", yscale="log")
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


def verdicts(diagnoses, ax=None):
    """Draw the verdicts of several diagnoses, a column each.

    Strong colour is wrong, faint colour follows, blank is right, and a question
    mark stands where nothing could be judged.

    Parameters
    ----------
    diagnoses : dict of str to mlpnotes.tutor.Diagnosis
        Title -> diagnosis.
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    matplotlib.axes.Axes
    """
    unknown = dict.fromkeys(("not returned", "not reached", "unclear"), 0.0)
    grade = {"right": 0.0, "follows": -0.25} | unknown
    columns = [[grade.get(r.status, -1.0) for r in d.rows] for d in diagnoses.values()]
    ax = _axes(ax, 4.2, 3.6)
    _cells(ax, np.array(columns).T, limit=1.3)
    for j, d in enumerate(diagnoses.values()):
        for i, r in enumerate(d.rows):
            if r.status in unknown:
                ax.text(j + 0.5, i + 0.5, "?", ha="center", va="center", color=INK)
    names = [r.name for r in next(iter(diagnoses.values())).rows]
    ax.set(xlim=(0, len(columns)), ylim=(len(names), 0), xlabel="mistake in")
    ax.set_xticks(np.arange(len(columns)) + 0.5, diagnoses)
    ax.set_yticks(np.arange(len(names)) + 0.5, names)
    _bare(ax)
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
    ax.yaxis.set_minor_locator(LogLocator(subs=(2, 3, 6)))
    ax.yaxis.set_major_formatter("{x:g}")  # 20, not 2 × 10¹
    ax.yaxis.set_minor_formatter("{x:g}")
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.plot(1 + np.arange(len(train)), train, color=ACCENT, label="training")
    if len(validation):
        epochs = 1 + np.arange(len(validation))
        ax.plot(epochs, validation, "--", color=SECOND, label="validation")
    ax.legend(frameon=False)
    return ax


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
    ax = _axes(ax, 2.4, xlabel="digit", ylabel="error, %", xticks=range(len(errors)))
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
    ax = _axes(ax, 0.4 * len(names) + 0.6, xlabel=xlabel)
    colours = [ACCENT if lit in (None, name) else FAINT for name in names]
    bars = ax.barh(names, [values[name] for name in names], color=colours)
    ax.bar_label(bars, fmt=label, color=INK)
    ax.tick_params(axis="y", length=0)
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
    signed : bool or float
        Colour positive and negative values apart, around a white zero: each
        image on its own scale if True, all on one scale that ends at a number.

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
        if signed:
            limit = np.abs(image).max() if signed is True else signed
            ax.imshow(image, cmap="RdBu", vmin=-limit, vmax=limit)
        else:
            ax.imshow(image, cmap="gray_r")
        if titles is not None:
            ax.set_title(titles[i], fontsize=9)
    return axes


def one_digit(acts, gradients, dX, ax=None):
    """Draw the arrays of one digit, forward above and backward below.

    Parameters
    ----------
    acts : Activations
        Of one observation of 784 pixels, shapes (1, ...).
    gradients : Gradients
        What ``backward`` returned for it.
    dX : ndarray, shape (1, 784)
    ax : sequence of eight matplotlib.axes.Axes, optional

    Returns
    -------
    sequence of matplotlib.axes.Axes
    """
    if ax is None:
        _, ax = plt.subplots(
            2, 4, figsize=(6.4, 3.9), dpi=160, facecolor="none", layout="constrained",
        )  # fmt: skip
        ax = ax.flat
    panels = [
        ("X", acts.X), ("a1", acts.a1), ("a2", acts.a2), ("ŷ", acts.y_hat),
        ("dX", dX), ("dz1", gradients.dz1), ("dz2", gradients.dz2),
        ("dz3 = ŷ − y", gradients.dz3),
    ]  # fmt: skip
    for k, (one, (title, values)) in enumerate(zip(ax, panels, strict=True)):
        values = np.ravel(values)
        one.set(facecolor="none", title=title)
        if k % 4 == 3:
            one.barh(np.arange(values.size), values, color=np.where(
                values < 0, "#b2182b", ACCENT))  # fmt: skip
            one.invert_yaxis()
            one.set_yticks(range(values.size))
            one.spines[["top", "right"]].set_visible(False)
            continue
        columns = 28 if values.size == 784 else int(np.ceil(np.sqrt(2 * values.size)))
        grid = np.full((-(-values.size // columns), columns), np.nan)
        grid.flat[: values.size] = values
        limit = np.abs(values).max() or 1
        if k < 4:
            one.imshow(grid, cmap="gray_r", vmin=0, vmax=1)
        else:
            one.imshow(grid, cmap="RdBu", vmin=-limit, vmax=limit)
        one.set_xticks([])
        one.set_yticks([])
    return ax


def scaling(workers, seconds, batches, observations, measured=None, ax=None):
    """Draw what more workers cost: the time of the messages, and the batch they need.

    Parameters
    ----------
    workers : ndarray of int, shape (n,)
    seconds : dict of str to ndarray, shape (n,)
        Way to add the gradients -> time of a step's messages; 0 is not drawn.
    batches : dict of str to ndarray, shape (n,)
        The same ways -> the batch size at which work outweighs them.
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
        _axes(one, title=title, xlabel="workers", xscale="log", yscale="log")
        for name, (color, style) in styles.items():
            y = np.where(curves[name] > 0, curves[name], np.nan)
            one.plot(workers, y, style, color=color, label=name)
    if measured:
        ax[0].plot(
            *zip(*measured.items(), strict=True), "o", color=INK, label="measured"
        )
    ax[1].axhline(observations, color=FAINT, linewidth=0.8)
    ax[1].text(workers[-1], observations, f"all {observations:,}", ha="right", va="top")
    ax[0].figure.legend(
        *ax[0].get_legend_handles_labels(), frameon=False, ncols=4,
        loc="outside lower center",
    )  # fmt: skip
    return ax
