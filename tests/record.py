"""Record in tests/notebooks what `pytest --nbval` compares, for every chapter.

That is the chapter's code cells and their outputs: no prose, no pictures, and
"≈ N" for a measured number. Name chapters to record only those:
``python tests/record.py lemma-2``.
"""

import os
import re
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import jupytext
import nbformat
import yaml
from nbclient.exceptions import CellControlSignal, DeadKernelError
from nbval.plugin import get_sanitize_patterns, metadata_tags
from verdict import fault

TESTS = Path(__file__).parent
BOOK = TESTS.parent / "book"
sys.path.insert(0, str(BOOK / "_ext"))
import kernels  # noqa: E402

TWINS = TESTS / "notebooks"
SANITIZE = TESTS / "sanitize.cfg"
PATTERNS = get_sanitize_patterns(SANITIZE.read_text("ascii"))


def pages():
    """Return the names of the book's pages in its order."""
    toc = yaml.safe_load((BOOK / "_toc.yml").read_text("utf-8"))
    parts = [page["file"] for part in toc["parts"] for page in part["chapters"]]
    return [toc["root"], *parts]


def chapters():
    """Return the chapters that have code cells, in the order of the book."""
    found = [p for p in BOOK.glob("*.md") if "{code-cell}" in p.read_text("utf-8")]
    place = {name: number for number, name in enumerate(pages())}
    return sorted(found, key=lambda p: (place.get(p.stem, len(place)), p.stem))


def code(chapter):
    """Return the chapter's code cells."""
    return [c for c in jupytext.read(chapter).cells if c.cell_type == "code"]


def obeyed(cell):
    """Return a cell's metadata that nbval obeys: the tags it knows."""
    tags = [tag for tag in cell.metadata.get("tags", []) if tag in metadata_tags]
    return {"tags": tags} if tags else {}


def comparable(output):
    """Return an output without pictures, its strings as nbval compares them."""
    if isinstance(output, dict):
        kept = {k: v for k, v in output.items() if not k.startswith("image/")}
        return nbformat.from_dict({k: comparable(v) for k, v in kept.items()})
    if isinstance(output, str):
        for regex, replace in PATTERNS:
            output = re.sub(regex, replace, output)
    return output


def record(chapter):
    """Write the executed twin of one chapter; return "new", "changed" or ""."""
    twin = nbformat.v4.new_notebook(cells=code(chapter))
    with tempfile.TemporaryDirectory() as folder:
        kernels.run(twin, BOOK, kernels.environment(folder), timeout=600)
    twin.metadata.pop("language_info", None)  # the Python version
    for number, cell in enumerate(twin.cells):
        cell.id = f"cell-{number}"  # nbval's own number
        cell.metadata = obeyed(cell)
        cell.outputs = [comparable(output) for output in cell.outputs]
    path = TWINS / f"{chapter.stem}.ipynb"
    old = path.read_text("utf-8") if path.exists() else None
    text = nbformat.writes(twin) + "\n"
    path.write_text(text, "utf-8", newline="\n")
    return "new" if old is None else "changed" if old != text else ""


def main(names):
    """Record the named chapters, or all; tell what to read before committing."""
    sys.stdout.reconfigure(errors="backslashreplace")
    known = {chapter.stem: chapter for chapter in chapters()}
    if unknown := [name for name in names if name not in known]:
        sys.exit(f"No such chapter: {', '.join(unknown)}. Known: {', '.join(known)}.")
    if fault():
        sys.exit(f"Nothing is recorded: the package is wrong. {fault()}")
    wanted = [known[name] for name in names] or [*known.values()]
    differing, failed = [], []

    def attempt(chapter):
        try:
            return chapter.stem, record(chapter), None
        except (CellControlSignal, DeadKernelError) as error:
            return chapter.stem, "failed", error

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for name, state, error in pool.map(attempt, wanted):
            print(f"{name:16}{state or 'unchanged'}", flush=True)
            if error:
                failed.append(f"{name} is not recorded:\n{error}")
            elif state:
                differing.append(name)
    if not names:
        for orphan in {p.stem for p in TWINS.glob("*.ipynb")} - set(known):
            (TWINS / f"{orphan}.ipynb").unlink()
            print(f"{orphan:16}removed, there is no such chapter")
            differing.append(orphan)
    if differing:
        print(
            f"\nNot as before: {', '.join(differing)}.\n`pytest --nbval` demands this"
            " from now on: read `git diff tests/notebooks` before you commit."
        )
    if failed:
        sys.exit("\n\n".join(["", *failed]))


if __name__ == "__main__":
    main(sys.argv[1:])
