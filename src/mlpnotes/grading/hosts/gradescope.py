"""Gradescope: the zip file that a teacher uploads, and what runs in it.

Gradescope builds an image with ``setup.sh`` once, and calls ``run_autograder`` for
each submission, as root, in a container of its own.
"""

import dataclasses
import json
import os
import shutil
import sys
import tempfile
import time
import traceback
from pathlib import Path

import numpy as np

from mlpnotes.grading.entry import failed
from mlpnotes.grading.finding import collect
from mlpnotes.grading.hosts.hosted import Grader
from mlpnotes.grading.hosts.packing import pack
from mlpnotes.grading.reports.results import results

SETUP = """#!/bin/bash
# Gradescope runs this once, as root, while it builds the image.
set -euo pipefail
apt-get update
apt-get install -y bubblewrap python3-venv
python3 -m venv /opt/uv
/opt/uv/bin/pip install uv
# Ubuntu 22.04 has Python 3.10; students' programs run as another user, who must be
# able to read it
export UV_PYTHON_INSTALL_DIR=/opt/python
/opt/uv/bin/uv venv --clear --python {python} /opt/mlpnotes
/opt/uv/bin/uv pip install --python /opt/mlpnotes/bin/python numpy=={numpy}
# a grader that cannot start is to be seen now
cd /autograder/source
/opt/mlpnotes/bin/python -c "import mlpnotes.grading.hosts.gradescope"
"""
RUN = """#!/bin/sh
# Gradescope runs this for each submission, as root.
root="${1:-/autograder}"
chmod -R go= "$root/source"  # the right answer is in it
cd "$root/source"
exec "${MLPNOTES_PYTHON:-/opt/mlpnotes/bin/python}" \\
    -m mlpnotes.grading.hosts.gradescope "$root"
"""
NEEDLESS = {"data", "exercise", "plots", "__pycache__"}  # folders of the package
BROKEN = {
    "score": 0,
    "output": "The grader stopped before it had marked this, which is no fault of "
    "yours: please tell your teacher.",
}


def package(path, toml=None):
    """Write the zip file.

    Parameters
    ----------
    path : Path
        Where to.
    toml : Path, optional
        The class's options.

    Raises
    ------
    ValueError
        If the file of options does not hold such.

    Notes
    -----
    The Python and the NumPy in it are those that write it, so that marks are the same
    there as here.
    """
    Grader(toml and Path(toml))
    home = Path(__file__).parents[2]
    files = {
        f"mlpnotes/{p.relative_to(home).as_posix()}": p.read_bytes()
        for p in home.rglob("*")
        if p.is_file() and not NEEDLESS.intersection(p.relative_to(home).parts)
    }
    version = ".".join(map(str, sys.version_info[:2]))
    files |= {
        "setup.sh": SETUP.format(python=version, numpy=np.__version__),
        "run_autograder": RUN,
        "grading.toml": Path(toml).read_bytes() if toml else "",
    }
    pack(path, files)


def main(root="/autograder"):
    """Mark what lies in ROOT/submission, and write ROOT/results/results.json.

    Returns
    -------
    int
        0, or 1 if the grader itself failed: then, too, there is a result.
    """
    root, start = Path(root), time.monotonic()
    _write(root, BROKEN)  # whatever happens from here on
    try:
        grader = Grader(root / "source" / "grading.toml")
        found = results(_entry(root / "submission", grader), grader.sentences)
        found["execution_time"] = round(time.monotonic() - start, 2)
        _write(root, found)
    except Exception:
        traceback.print_exc()
        return 1
    return 0


def _entry(folder, grader):
    """Return the marks of the one student whose files are in a folder."""
    found = collect.one(folder, grader.options.function)
    if found.path is None:
        return failed(found.reason, grader.options)
    entry = grader(found.path, file=found.file)
    return dataclasses.replace(entry, notes=(*found.notes, *entry.notes))


def _write(root, found):
    """Put results.json in its place, whatever is there."""
    place = root / "results" / "results.json"
    place.parent.mkdir(exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=place.parent, delete=False) as file:
        json.dump(found, file)
    os.chmod(file.name, 0o644)
    if place.is_dir() and not place.is_symlink():
        shutil.rmtree(place)
    os.replace(file.name, place)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
