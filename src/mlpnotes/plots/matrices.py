"""Arrays as coloured cells, and images as they are."""

import matplotlib.pyplot as plt
import numpy as np

from mlpnotes.plots.frame import ACCENT, INK, SIGNED, bare, cells, new_axes


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
    ax = new_axes(ax, 3.4, 4.6)
    K = len(J)
    limit = np.abs(J).max()
    cells(ax, J, limit=limit, numbers=True)
    cells(ax, J.sum(axis=1, keepdims=True), left=K + 0.5, limit=limit, numbers=True)
    ax.set(xlim=(0, K + 1.5), ylim=(K, 0), xlabel="logit j", ylabel="probability t")
    ax.set_xticks([*(np.arange(K) + 0.5), K + 1], [*range(K), "row sum"])
    ax.set_yticks(np.arange(K) + 0.5, range(K))
    bare(ax)
    return ax


def jacobian_sparsity(J, ax=None):
    """Draw dz/dW unfolded: a row for each entry of z, a column for each weight.

    A cell that is not zero names the entry of the layer's input that it holds.

    Parameters
    ----------
    J : ndarray, shape (m, n, m)
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    matplotlib.axes.Axes
    """
    m, n, _ = J.shape
    ax = new_axes(ax, 1.9)
    cells(ax, J.reshape(m, n * m), limit=2 * np.abs(J).max())
    for t, r, j in np.argwhere(J):
        place = r * m + j + 0.5, t + 0.5
        ax.text(*place, f"$a_{{{r}}}$", ha="center", va="center", color=INK)
    ax.set(xlim=(0, n * m), ylim=(m, 0), ylabel="t", xlabel="weight (r, j)")
    pairs = [f"{r},{j}" for r in range(n) for j in range(m)]
    ax.set_xticks(np.arange(n * m) + 0.5, pairs)
    ax.set_yticks(np.arange(m) + 0.5, range(m))
    bare(ax)
    return ax


def outer_product(column, row, names=("", ""), ax=None):
    """Draw the outer product of two vectors, with the vectors at its margins.

    Parameters
    ----------
    column : ndarray, shape (n,)
    row : ndarray, shape (m,)
    names : pair of str
        What to print beside the column and the row.
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    matplotlib.axes.Axes
    """
    n, m = len(column), len(row)
    ax = new_axes(ax, 3.2, 4.2)
    cells(ax, np.outer(column, row), numbers=True)
    cells(ax, column[:, None], left=-1.4, numbers=True)
    cells(ax, row[None, :], top=-1.4, numbers=True)
    ax.text(-0.9, -0.1, names[0], ha="center", va="bottom", fontsize=9)
    ax.text(-0.1, -0.9, names[1], ha="right", va="center", fontsize=9)
    ax.set(xlim=(-1.5, m + 0.1), ylim=(n + 0.1, -1.5))
    ax.set_xticks([*(np.arange(m) + 0.5)], [f"j = {j}" for j in range(m)])
    ax.set_yticks([*(np.arange(n) + 0.5)], [f"r = {r}" for r in range(n)])
    bare(ax)
    return ax


def matrix_row(matrices, titles, between="", ax=None):
    """Draw matrices side by side, all on one colour scale.

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
    ax = new_axes(ax, 6.4 * (rows + 1.2) / width)
    left, limit = 0.0, max(np.abs(M).max() for M in matrices)
    for i, (M, title) in enumerate(zip(matrices, titles, strict=True)):
        cells(ax, M, left=left, limit=limit)
        ax.text(left + M.shape[1] / 2, -0.4, title, ha="center", fontsize=9)
        left += M.shape[1] + 1.4
        if between[i : i + 1].strip():
            ax.text(left - 0.7, rows / 2, between[i], ha="center", va="center")
    ax.set(xlim=(-0.05, width + 0.05), ylim=(rows + 0.05, -1.1))
    ax.set_axis_off()
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
    ax = new_axes(ax, 4.2, 3.6)
    cells(ax, np.array(columns).T, limit=1.3)
    for j, d in enumerate(diagnoses.values()):
        for i, r in enumerate(d.rows):
            if r.status in unknown:
                ax.text(j + 0.5, i + 0.5, "?", ha="center", va="center", color=INK)
    names = [r.name for r in next(iter(diagnoses.values())).rows]
    ax.set(xlim=(0, len(columns)), ylim=(len(names), 0), xlabel="mistake in")
    ax.set_xticks(np.arange(len(columns)) + 0.5, diagnoses)
    ax.set_yticks(np.arange(len(names)) + 0.5, names)
    bare(ax)
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
    ax = new_axes(ax, 5.0, xlabel="predicted", ylabel="true")
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
            ax.imshow(image, cmap=SIGNED, vmin=-limit, vmax=limit)
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
                values < 0, "#c81e32", ACCENT))  # fmt: skip
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
            one.imshow(grid, cmap=SIGNED, vmin=-limit, vmax=limit)
        one.set_xticks([])
        one.set_yticks([])
    return ax
