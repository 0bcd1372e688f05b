"""Lay the chapters' notebooks into the folder notebooks/, for a reader to work in.

Beside each copy stands, in notebooks/.book, the state in which the book gave it. A
copy whose cells still say the same is renewed when the book changes; any other is
the reader's own, and stays. (JupyterLab rewrites a notebook that is merely opened,
and outputs come back when it runs: neither counts as a change.)
"""

import shutil
from pathlib import Path

import nbformat

ROOT = Path(__file__).parents[2]
BUILT = ROOT / "book" / "_build" / "html" / "_sources"


def cells(path):
    """Return what the cells of a notebook say, or None if there is no such file."""
    if not path.exists():
        return None
    try:
        notebook = nbformat.read(path, 4)
    except ValueError:  # no notebook, but somebody's
        return path.read_bytes()
    return [(cell.cell_type, cell.source) for cell in notebook.cells]


def lay_out(built=BUILT, folder=ROOT / "notebooks"):
    """Copy the built notebooks; return those that the reader keeps instead."""
    kept = []
    (folder / ".book").mkdir(parents=True, exist_ok=True)
    for new in sorted(built.glob("*.ipynb")):
        copy, given = folder / new.name, folder / ".book" / new.name
        if cells(copy) in (None, cells(given), cells(new)):
            shutil.copyfile(new, copy)
            shutil.copyfile(new, given)
        elif cells(given) != cells(new):
            kept.append(copy.name)
    return kept


if __name__ == "__main__":
    for name in lay_out():
        print(
            f"notebooks/{name} holds changes of yours and stays as it is. The book "
            "has a newer one: rename yours to get it."
        )
