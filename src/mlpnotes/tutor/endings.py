"""How an array ends that is made of a sum over the batch: factors and the penalty."""

import contextlib
from typing import NamedTuple

import numpy as np

from mlpnotes.tutor.mistakes.penalties import PENALTIES


class Ending(NamedTuple):
    """What is between a sum over the batch and the array that was returned."""

    whole: float = 1.0  # a factor of the whole array
    data: float = 1.0  # a factor of the sum alone
    penalty: float | None = None  # the coefficient in place of the right one
    basis: object = None  # the row of PENALTIES for what it multiplies, if not W


def factor(known, array, value):
    """Return the f of array = f value, to rounding, or None."""
    if np.shape(array) != np.shape(value):
        return None
    f = float(np.vdot(value, array) / np.vdot(value, value))
    difference = np.abs(array - f * value).max()
    if difference <= known.tolerance * abs(f) * np.abs(value).max():  # never if NaN
        return 1.0 if abs(f - 1) < known.tolerance else f
    return None


def ending(known, name, array, value, thorough=True):
    """Return how an array that is made of this sum ends, or None: of another one.

    ``Ending()`` is the right one. A ``thorough`` search looks for other things in
    place of the penalty, and for two unknown numbers at once.
    """
    if not known.is_finished(name) or np.shape(array) != known.truth[name].shape:
        f = factor(known, array, value)
        if f and known.is_finished(name) and abs(f * known.B - 1) < 1e-6:
            f = 1.0  # divided by B already, or not yet
        return None if f is None else Ending(whole=f)
    if np.shape(value) != np.shape(array):
        return None
    if not thorough:
        f = factor(known, known.unfinished(name, array), value)
        return None if f is None else Ending(data=f)
    if (f := factor(known, array, known.finished(name, value))) is not None:
        return Ending(whole=f)
    mean, P = value / known.B, known.c[name[1:]]
    penalised = known.form.penalises(name)
    f = factor(known, array - known.penalty(name), mean)
    if f is not None:
        return Ending(data=f)
    if (f := factor(known, array - P, mean)) is not None and P.size > 1:
        return Ending(data=f, penalty=1.0)
    for f in (1.0, float(known.B)):
        left = array - f * mean
        if np.abs(left).max() <= known.tolerance * np.abs(array).max():
            return Ending(data=f, penalty=0.0)
        if penalised and (beta := factor(known, left, P)) is not None:
            return Ending(data=f, penalty=beta)
        for row in PENALTIES if P.size > 2 else ():
            if name[:2] in row.lines and row.penalised == penalised:
                with contextlib.suppress(Exception):  # another shape: not this one
                    beta = factor(known, left, row.array(known.c, P))
                    if beta:
                        return Ending(data=f, penalty=beta, basis=row)
    if penalised and array.size >= (4 if name[1] == "W" else 3):
        columns = np.stack([mean.ravel(), P.ravel()], axis=1)
        alpha, beta = np.linalg.lstsq(columns, array.ravel(), rcond=None)[0]
        if known.close(array, beta * P):
            alpha = 0.0
        if known.close(array, alpha * mean + beta * P):
            right = abs(beta / known.coefficient - 1) < known.tolerance
            return Ending(data=float(alpha), penalty=None if right else float(beta))
    return None
