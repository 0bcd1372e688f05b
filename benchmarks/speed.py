"""Time one epoch of every contestant, interleaved, on one thread: ``make bench``.

Peers that are not installed are reported as absent. Tables are printed and,
with every single measurement, written to ``benchmarks/results``.
"""

import argparse
import datetime
import importlib.metadata
import os
import platform
from pathlib import Path

# before JAX is imported: one thread, like the others
os.environ["XLA_FLAGS"] = (
    "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
)

import numpy as np
from contestants import CONTESTANTS, Task
from tables import RESULTS, show, write
from threadpoolctl import threadpool_info, threadpool_limits
from tqdm import tqdm

from mlpnotes import init_params, load_mnist, one_hot, plots

EPOCH = 60000  # times are stated for this many rows
OURS, LIMIT = "mlpnotes", "matrix products alone"
SLOW = {"one by one": 1280}  # rows, instead of n
BATCHES = 32, 64, 128, 256
ROWS = 15360
DEFAULTS = dict(n=ROWS, batch_size=128, n1=200, n2=100)


def task(n, batch_size, n1, n2):
    """Return the training that is timed, on the first n digits."""
    digits = load_mnist().train
    labels = digits.labels[:n].astype(np.int64)
    return Task(
        init_params(n1=n1, n2=n2, rng=np.random.default_rng(1), dtype=np.float32),
        digits.images[:n].reshape(n, 784).astype(np.float32) / 255,
        one_hot(labels),
        labels,
        batch_size,
    )


def measure(names, rounds, **options):
    """Return seconds per 60,000 rows: name -> array, one entry a round.

    Each round runs every contestant once, in an order of its own; a first one
    warms up, and checks that all that train from the same parameters over the
    same batches end at the same parameters.
    """
    options = DEFAULTS | options
    n = options["n"]
    rows = {name: min(n, SLOW.get(name, n)) for name in names}
    epochs = {m: CONTESTANTS[m][0](task(**options | {"n": rows[m]})) for m in names}
    _, expected = epochs[OURS]()
    for name in names:
        _, params = epochs[name]()
        if params is not None and rows[name] == n:
            for p, q in zip(params, expected, strict=True):
                np.testing.assert_allclose(p, q, atol=2e-4, err_msg=name)
    rng, seconds = np.random.default_rng(0), {name: [] for name in names}
    for _ in tqdm(range(rounds), desc=str(options), leave=False):
        for name in rng.permutation(names):
            taken, _ = epochs[name]()
            seconds[name].append(taken / rows[name] * EPOCH)
    return {name: np.array(s) for name, s in seconds.items()}


def ratio(slower, faster):
    """Return the median of the paired ratios and its quartiles, as a string."""
    low, middle, high = np.percentile(slower / faster, [25, 50, 75])
    return f"{middle:.2f} ({low:.2f} to {high:.2f})"


def environment(present):
    """Return what the numbers depend on, a row each."""
    cpu = platform.processor()
    if Path("/proc/cpuinfo").exists():
        text = Path("/proc/cpuinfo").read_text("utf-8")
        cpu = text.split("model name")[1].split("\n")[0].strip("\t: ")
    blas = next(t for t in threadpool_info() if t["user_api"] == "blas")
    packages = {CONTESTANTS[name][1] for name in present}
    return [
        ("date", datetime.date.today().isoformat()),
        ("processor", f"{cpu}, {os.cpu_count()} cores, one used"),
        ("system", f"{platform.system()} {platform.machine()}"),
        ("Python", platform.python_version()),
        (
            "BLAS",
            f"{blas['internal_api']} {blas['version']}, {blas['architecture']}",
        ),
        *((p, importlib.metadata.version(p)) for p in sorted(packages)),
    ]


def installed(name):
    """Tell whether a contestant's package is there."""
    try:
        importlib.metadata.version(CONTESTANTS[name][1])
    except importlib.metadata.PackageNotFoundError:
        print(f"{name}: absent, {CONTESTANTS[name][1]} is not installed")
        return False
    return True


def rivals(names, rounds):
    """Return every measurement at each batch size, the medians, the ratios."""
    raw, ratios, medians = [], [], {name: [name] for name in names}
    for B in BATCHES:
        found = measure(names, rounds, batch_size=B)
        for name, seconds in found.items():
            raw += [(name, B, ROWS, 200, 100, i, s) for i, s in enumerate(seconds)]
            medians[name].append(f"{np.median(seconds):.2f}")
            to_limit, to_ours = (ratio(seconds, found[k]) for k in (LIMIT, OURS))
            ratios.append((name, B, to_limit, to_ours))
    return raw, list(medians.values()), ratios


def growth(rounds):
    """Return how our time grows: every measurement, and a table."""
    raw, table = [], []
    for what, cases in {
        "rows n": [dict(n=n) for n in (7680, 15360, 30720, 53760)],
        "batch size B": [dict(batch_size=B) for B in (8, 32, 128, 512, 1024)],
        "width n1 = 2 n2": [dict(n1=n, n2=n // 2) for n in (100, 200, 400, 800)],
    }.items():
        for case in cases:
            found = measure([LIMIT, OURS], rounds, **case)
            n, B, n1, n2 = (DEFAULTS | case).values()
            for name, seconds in found.items():
                raw += [(name, B, n, n1, n2, i, s) for i, s in enumerate(seconds)]
            ours = np.median(found[OURS])
            limit = np.median(found[LIMIT] / found[OURS])
            table.append(
                (what, next(iter(case.values())), f"{ours * n / EPOCH:.3f}",
                 f"{ours:.2f}", f"{limit:.0%}")
            )  # fmt: skip
    return raw, table


def main(rounds):
    """Measure, print, write."""
    names = [name for name in CONTESTANTS if installed(name)]
    raw, medians, ratios = rivals(names, rounds)
    more, table = growth(max(rounds // 2, 3))
    for name, title, header, rows in (
        ("speed", "Seconds for 60,000 digits, medians",
         ("program", *(f"B = {B}" for B in BATCHES)), medians),
        ("ratios", "Paired ratios of times: median, lower and upper quartile",
         ("program", "B", "to the products alone", "to mlpnotes"), ratios),
        ("growth", f"mlpnotes, from {DEFAULTS}",
         ("what", "value", "seconds", "for 60,000 rows", "of the limit"), table),
        ("environment", "Where", ("what", "value"), environment(names)),
    ):  # fmt: skip
        show(title, header, rows)
        write(f"{name}.csv", header, rows)
    write(
        "measurements.csv",
        ("program", "B", "n", "n1", "n2", "round", "seconds for 60,000 rows"),
        [(*row[:-1], f"{row[-1]:.4f}") for row in raw + more],
    )
    column = 1 + BATCHES.index(128)
    bars = {row[0]: float(row[column]) for row in medians if row[0] not in SLOW}
    plots.speed(bars).figure.savefig(RESULTS / "speed.svg", metadata={"Date": None})


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    with threadpool_limits(1):
        main(parser.parse_args().rounds)
