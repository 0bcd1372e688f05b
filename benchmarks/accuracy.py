"""Train the recipes of the chapter ``further`` on 50,000 digits: ``make accuracy``.

Every setting was chosen on the last 10,000 training digits. The test digits
are used here, once for each run. The parameters of the warped run that is best
on the *validation* digits become those of `mlpnotes.load_pretrained`.
"""

import argparse
import hashlib
import os
from collections import defaultdict
from multiprocessing import Pool

import numpy as np
from tables import show, write
from threadpoolctl import threadpool_limits

from mlpnotes import accuracy, init_params, load_mnist, one_hot, save_params, train
from mlpnotes.augment import warp
from mlpnotes.storage import PRETRAINED
from mlpnotes.training import cosine

MOMENTUM = dict(
    epochs=30, batch_size=64, learning_rate=0.3, momentum=0.9, schedule=cosine, l2=3e-5
)
WARPED = "and warps, 130 epochs"
# name -> options of train, number of seeds
RECIPES = {
    "gradient descent": (dict(epochs=30, batch_size=32, learning_rate=1.0), 3),
    "momentum, schedule, penalty": (MOMENTUM, 3),
    "and input dropout": (MOMENTUM | dict(l2=1e-5, input_dropout=0.2), 3),
    WARPED: (MOMENTUM | dict(l2=1e-5, epochs=130, augment=warp), 5),
}


def run(job):
    """Train one recipe from one seed; return its accuracies and parameters."""
    name, seed = job
    digits = load_mnist()
    X, X_test = (
        split.images.reshape(-1, 784).astype(np.float32) / 255 for split in digits
    )
    y = one_hot(digits.train.labels)
    rng = np.random.default_rng(seed)
    with threadpool_limits(1):
        history = train(
            init_params(rng=rng, dtype=np.float32), X[:50000], y[:50000],
            validation=(X[50000:], y[50000:]), rng=rng, **RECIPES[name][0],
        )  # fmt: skip
        test = accuracy(history.params, X_test, digits.test.labels)
    return name, seed, history, test


def main(processes):
    """Run everything; write the tables and the parameters."""
    jobs = [(name, seed) for name, (_, n) in RECIPES.items() for seed in range(n)]
    jobs.sort(key=lambda job: -RECIPES[job[0]][0]["epochs"])  # the longest first
    runs = defaultdict(dict)
    with Pool(processes) as pool:
        for name, seed, history, test in pool.imap_unordered(run, jobs):
            validation = history.val_accuracy[-1]
            runs[name][seed] = (
                validation, test, history.seconds.sum(), history.params
            )  # fmt: skip
            print(f"{name}, seed {seed}: {validation:.4f} {test:.4f}", flush=True)
    header = ("recipe", "seed", "validation error, %", "test error, %", "seconds")
    rows, summary = [], []
    for name in RECIPES:
        own = [runs[name][seed] for seed in sorted(runs[name])]
        rows += [
            (name, seed, f"{100 - 100 * v:.2f}", f"{100 - 100 * t:.2f}", f"{s:.0f}")
            for seed, (v, t, s, _) in enumerate(own)
        ]
        errors = 100 - 100 * np.array([[v, t] for v, t, _, _ in own])
        mean, spread = errors.mean(axis=0), errors.std(axis=0, ddof=1)
        summary.append(
            (
                name,
                len(own),
                *(f"{m:.2f} ± {s:.2f}" for m, s in zip(mean, spread, strict=True)),
            )
        )
    for file, title, columns, table in (
        ("accuracy-runs.csv", "Each run", header, rows),
        ("accuracy.csv", "Means and standard deviations",
         ("recipe", "runs", "validation error, %", "test error, %"), summary),
    ):  # fmt: skip
        show(title, columns, table)
        write(file, columns, table)
    best = max(runs[WARPED].values(), key=lambda r: r[0])
    save_params(PRETRAINED, best[-1])
    print("SHA-256", hashlib.sha256(PRETRAINED.read_bytes()).hexdigest())


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--processes", type=int, default=os.cpu_count())
    main(parser.parse_args().processes)
