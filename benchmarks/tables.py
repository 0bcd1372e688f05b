"""Tables of results: printed, and written to ``benchmarks/results``."""

import csv
from pathlib import Path

RESULTS = Path(__file__).parent / "results"


def write(name, header, rows):
    """Write a table to the results."""
    RESULTS.mkdir(exist_ok=True)
    with open(RESULTS / name, "w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *rows])


def show(title, header, rows):
    """Print a table with aligned columns."""
    widths = [max(len(str(r[i])) for r in [header, *rows]) for i in range(len(header))]
    print(f"\n{title}\n")
    for row in [header, ["-" * w for w in widths], *rows]:
        print("  ".join(str(c).ljust(w) for c, w in zip(row, widths, strict=True)))
