"""A digest of an answer, the same for all ways to write it."""

import hashlib

import numpy as np

from mlpnotes.exercise.words import kind


def seal_of(label, answer):
    """Return eight hexadecimal digits that stand for an answer and do not show it.

    Parameters
    ----------
    label : str
    answer : number, str, or tuple of them
        2, 2.0 and NumPy's 2 are equal, and so are " B " and "b"; nine digits of a
        number count.

    Returns
    -------
    str

    Raises
    ------
    TypeError
        If the answer is something else.

    Examples
    --------
    >>> seal_of("ex-1", 2) == seal_of("ex-1", 2.0) != seal_of("ex-2", 2)
    True
    """
    return hashlib.sha256(f"{label}={plain(answer)}".encode()).hexdigest()[:8]


def plain(answer):
    """Return an answer as text, the same for all ways to write it."""
    answer = pieces(answer)
    if isinstance(answer, list):
        return f"({', '.join(map(plain, answer))})"
    if isinstance(answer, str):
        return " ".join(answer.casefold().split())
    if kind(answer) == "a number":
        return f"{float(answer):.9g}"
    if isinstance(answer, bool | np.bool_):
        return str(bool(answer))
    raise TypeError(f"that is {kind(answer)}, expected a number or a word")


def pieces(answer):
    """Return the parts of a tuple, of a row, or of a text such as "2, 8", as a list."""
    if isinstance(answer, np.ndarray) and answer.ndim == 1:
        return answer.tolist()
    if isinstance(answer, str) and "," in answer:
        answer = answer.strip(" ()[]").split(",")
    if isinstance(answer, tuple | list):
        parts = [number(part) for part in answer]
        return parts if len(parts) != 1 else parts[0]
    return number(answer)


def number(text):
    """Return the number that a text is, or the text."""
    try:
        return float(text) if isinstance(text, str) else text
    except ValueError:
        return text
