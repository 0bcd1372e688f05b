"""Execute every chapter and keep its outputs in tests/notebooks, without pictures.

Name chapters to record only those: ``python tests/record.py lemma-2``.
"""

import configparser
import re
import sys
import tempfile
from pathlib import Path

import jupytext
import nbformat

TESTS = Path(__file__).parent
BOOK = TESTS.parent / "book"
sys.path.insert(0, str(BOOK / "_ext"))
import kernels  # noqa: E402

SANITIZE = configparser.ConfigParser()
SANITIZE.read(TESTS / "sanitize.cfg", encoding="utf-8")


def record(chapter):
    """Write the executed twin of one chapter."""
    notebook = jupytext.read(chapter)
    with tempfile.TemporaryDirectory() as folder:
        kernels.run(notebook, BOOK, kernels.environment(folder), timeout=600)
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            for kind in [k for k in output.get("data", {}) if k.startswith("image/")]:
                del output.data[kind]
            if html := output.get("data", {}).get("text/html"):
                packed = SANITIZE["packed"]
                output.data["text/html"] = re.sub(
                    packed["regex"], packed["replace"], html
                )
    notebook.metadata.pop("language_info", None)  # the Python version
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number}"
    nbformat.write(notebook, TESTS / "notebooks" / f"{chapter.stem}.ipynb")


def chapters():
    """Return the chapters that have code cells."""
    return [
        p for p in sorted(BOOK.glob("*.md")) if "{code-cell}" in p.read_text("utf-8")
    ]


if __name__ == "__main__":
    for chapter in chapters():
        if len(sys.argv) == 1 or chapter.stem in sys.argv[1:]:
            print("recording", chapter.stem, flush=True)
            record(chapter)
