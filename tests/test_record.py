"""`make record` writes what nbval compares and nothing else."""

import nbformat
import pytest
from record import TWINS, chapters, comparable, obeyed


@pytest.mark.parametrize("chapter", chapters(), ids=lambda p: p.stem)
def test_twins_hold_code_and_comparable_outputs_alone(chapter):
    text = (TWINS / f"{chapter.stem}.ipynb").read_text("utf-8")
    twin = nbformat.reads(text, 4)
    for number, cell in enumerate(twin.cells):
        assert (cell.cell_type, cell.id) == ("code", f"cell-{number}")
        assert cell.metadata == obeyed(cell)
        assert cell.outputs == [comparable(output) for output in cell.outputs]
    assert twin.metadata == {}
    assert nbformat.writes(twin) + "\n" == text


def test_measured_numbers_pictures_and_packed_bytes_are_not_kept():
    numbers = "≈ 12.5 ms, ≈ -3, ≈1.5e-07 and ≈ 9,999; 3.5 stays"
    data = {"image/png": "iVBOR", "text/plain": numbers, "text/html": "=" + "A1" * 200}
    output = {"output_type": "display_data", "metadata": {}, "data": data}
    kept = comparable(output)["data"]
    assert kept == {
        "text/plain": "≈ N ms, ≈ N, ≈ N and ≈ N; 3.5 stays",
        "text/html": "=PACKED",
    }
    assert comparable(kept) == kept


CHAPTER = """---
kernelspec: {display_name: Python 3, language: python, name: python3}
---
# Prose

```{code-cell} ipython3
:tags: [hide-input]
import time
from IPython.display import Image, display
print(f"≈ {time.perf_counter():.3f} s")
display({"image/png": "", "text/plain": f"≈ {time.perf_counter()}"}, raw=True)
BEFORE
```
"""


def test_recording_again_changes_nothing(checkout):
    """Record a chapter as it is, a new one with measurements, and a broken one."""
    root, run = checkout
    book, twins = root / "book", root / "tests" / "notebooks"
    for path in book.glob("*.md"):
        if path.stem != "lemma-5":
            path.unlink()
    (book / "new.md").write_text(CHAPTER.replace("BEFORE", "print()"), "utf-8")
    (book / "broken.md").write_text(CHAPTER, "utf-8")
    real = (twins / "lemma-5.ipynb").read_bytes()

    first = run("tests/record.py")
    assert first.returncode == 1
    assert "name 'BEFORE' is not defined" in first.stderr
    lines = [line.split() for line in first.stdout.splitlines()]
    assert lines[:3] == [
        ["lemma-5", "unchanged"], ["broken", "failed"], ["new", "new"],
    ]  # fmt: skip
    assert ["step-3", "removed,", "there", "is", "no", "such", "chapter"] in lines
    assert "git diff tests/notebooks" in first.stdout
    assert {p.stem for p in twins.iterdir()} == {"lemma-5", "new"}
    assert (twins / "lemma-5.ipynb").read_bytes() == real

    written = (twins / "new.ipynb").read_bytes()
    again = run("tests/record.py", "new")
    assert (again.returncode, again.stdout.split()) == (0, ["new", "unchanged"])
    assert (twins / "new.ipynb").read_bytes() == written
    assert "≈ N s" in written.decode()
    assert "Prose" not in written.decode()


def test_an_unknown_chapter_is_named(checkout):
    _, run = checkout
    answer = run("tests/record.py", "lemma2")
    assert answer.returncode == 1
    assert answer.stderr.startswith("No such chapter: lemma2. Known: intro, network,")


def test_a_wrong_package_is_not_recorded(checkout):
    root, run = checkout
    network = root / "src" / "mlpnotes" / "network.py"
    text = network.read_text("utf-8")
    network.write_text(text.replace("acts.y_hat - y ", "y - acts.y_hat "), "utf-8")
    answer = run("tests/record.py", "lemma-5")
    assert (answer.returncode, answer.stdout) == (1, "")
    assert answer.stderr.startswith("Nothing is recorded: the package is wrong.")
    assert "dz3 is the first wrong line" in answer.stderr
