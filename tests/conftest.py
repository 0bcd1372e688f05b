import functools
import os
import re
import shutil
import subprocess
import sys
import tempfile
import textwrap

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before NumPy; kernels inherit it

import kernels
import nbval.kernel
import numpy as np
import pytest
from jupyter_client import KernelManager
from nbval.plugin import IPyNbCell, NbCellError
from record import SANITIZE, TESTS, chapters
from verdict import describe, differs, fault, last_words

from mlpnotes import random_problem


@pytest.fixture
def rng():
    return np.random.default_rng(2021)


@pytest.fixture
def problem(rng):
    """Return params, X and y with B, n0, n1, n2, K all different."""
    return random_problem(rng=rng)


@pytest.fixture(scope="session")
def address(tmp_path_factory):
    """Serve the built site."""
    from chromium import served

    with served(tmp_path_factory.mktemp("host")) as url:
        yield url


@pytest.fixture(scope="session")
def browser():
    from chromium import chromium

    with chromium() as started:
        yield started


@pytest.fixture
def open_page(browser):
    """Return a function that opens an address and notes what goes wrong."""
    from chromium import opener

    with opener(browser) as open_page:
        yield open_page


@pytest.fixture
def checkout(tmp_path):
    """Return a copy of the sources that a test may spoil, and a way to run in it."""
    root = TESTS.parent
    shutil.copy(root / "pyproject.toml", tmp_path)
    unused = shutil.ignore_patterns("_build", "_static", "mnist", "__pycache__")
    for folder in ("assignment", "book", "src", "tests"):
        shutil.copytree(root / folder, tmp_path / folder, ignore=unused)
    for path in tmp_path.rglob("*"):
        path.chmod(0o700)  # also where the original cannot be written
    modules = os.pathsep.join([str(tmp_path / "src"), os.environ.get("PYTHONPATH", "")])

    def run(*command, folder="."):
        return subprocess.run(
            [sys.executable, *command], cwd=tmp_path / folder,
            env=os.environ | {"PYTHONPATH": modules, "PYTHONUTF8": "1"},
            capture_output=True, encoding="utf-8", errors="replace",
        )  # fmt: skip

    return tmp_path, run


def manager(folder, **options):
    """Return the manager of one of nbval's kernels, reached as the book's are."""
    return KernelManager(**options, **kernels.channels(folder))


@pytest.hookimpl(trylast=True)  # after the reporter is there
def pytest_configure(config):
    """Give nbval's kernels the environment of the book's, and our patterns."""
    for name in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS", "PYTHON", "NUMPY"):
        os.environ.pop(name, None)  # of the make that runs us: tests run their own
    if config.option.nbval:
        folder = tempfile.TemporaryDirectory()
        config.add_cleanup(folder.cleanup)
        env = kernels.environment(folder.name)
        for name in os.environ.keys() - env:
            del os.environ[name]
        os.environ.update(env)
        nbval.kernel.KernelManager = functools.partial(manager, folder.name)
    config.option.nbval_sanitize_with = str(SANITIZE)  # from any directory
    if reporter := config.pluginmanager.get_plugin("terminalreporter"):
        # a character that the terminal lacks must not spoil the whole report
        reporter._tw._file.reconfigure(errors="backslashreplace")


def pytest_xdist_auto_num_workers(config):
    """Start no workers for a single file; else xdist counts the cores."""
    if len(config.args) == 1 and re.search(r"\.(py|ipynb)\b", config.args[0]):
        return 0
    return None


def pytest_collection_modifyitems(config, items):
    """Run unit tests first, then the chapters in the order of the book.

    Workers take them from the end, where the trainings are: the longest first.
    """
    order = [chapter.stem for chapter in chapters()]
    if hasattr(config, "workerinput"):
        order.reverse()
    place = {name: number for number, name in enumerate(order, 1)}
    items.sort(key=lambda i: place.get(i.path.stem, 99) * isinstance(i, IPyNbCell))


def pytest_runtest_setup(item):
    """Skip the rest of a chapter after an exception, and what needs pages that run."""
    if item.get_closest_marker("live"):
        from live_site import demand_live

        demand_live()
    if isinstance(item, IPyNbCell) and hasattr(item.parent, "stopped"):
        pytest.skip(f"cell {item.parent.stopped} failed")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_call(item):
    """Run the cells before this one that were not chosen (--lf, -k, ::Cell 5)."""
    if isinstance(item, IPyNbCell):
        kernel, ran = item.parent.kernel, getattr(item.parent, "ran", 0)
        for cell in item.parent.nb.cells[ran : item.cell_num]:
            kernel.await_reply(kernel.execute_cell_input(cell.source))
        item.parent.ran = item.cell_num + 1


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if report.failed and isinstance(item, IPyNbCell):
        error = call.excinfo.value
        report.chapter, report.cell = item.path.stem, item.cell_num
        report.differs = differs(error)
        if isinstance(error, NbCellError):
            report.longrepr = describe(error)
        if not report.differs or fault():
            item.parent.stopped = item.cell_num
    return report


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_sessionfinish(session):
    """Print the last paragraph below everything else."""
    result = yield
    if reporter := session.config.pluginmanager.get_plugin("terminalreporter"):
        stats = reporter.stats
        words = last_words([*stats.get("failed", []), *stats.get("error", [])])
        if words:
            reporter.write_line("\n" + textwrap.fill(words, 76))
    return result
