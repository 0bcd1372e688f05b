"""Run the chapters whose outputs are not known, before Sphinx reads the pages.

The outputs are kept in jupyter-cache, where MyST-NB finds them, each with the
fingerprint of what the chapter could see when it ran. A chapter runs again when
its fingerprint has changed. A chapter that fails is not kept, and stops the build.
"""

import os
import re
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

import kernels
from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn
from myst_nb.core.read import MystMetadataParsingError, create_nb_reader
from nbclient.exceptions import CellExecutionError, CellTimeoutError
from solutions import as_built
from sphinx.util import logging
from visible import fingerprint

PROFILE = kernels.PROFILE + kernels.SHARP

logger = logging.getLogger(__name__)


def say(text):
    """Tell the reader how far we are, also when Sphinx is told to be quiet."""
    print(text, file=sys.stderr, flush=True)


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def read_chapter(app, docname):
    """Return a chapter as a notebook without outputs, or None for a mere page."""
    path = app.env.doc2path(docname)
    with open(path, encoding="utf-8") as file:
        text = as_built(app, docname, file.read())
    config = app.env.mystnb_config
    reader = create_nb_reader(path, app.env.myst_config, config, text)
    return reader and reader.read(text)


def fault(cell):
    """Return what is wrong with the outputs of a cell that has run, or None."""
    for output in cell.outputs:
        allowed = "raises-exception" in cell.metadata.get("tags", [])
        if output.output_type == "error" and not allowed:
            return "\n".join(output.traceback)
        if output.get("name") == "stderr":
            return f"the cell writes to stderr:\n{output.text}"
    header = cell.metadata.get("mystnb", {})
    if "figure" not in header:
        return None
    kinds = [kind for o in cell.outputs for kind in o.get("data", {})]
    if not any(kind.startswith("image/") for kind in kinds):
        return "the cell has the caption of a figure, and draws none"
    if not (header["figure"].get("caption") and header.get("image", {}).get("alt")):
        return (
            "the figure's cell needs a caption (mystnb: figure: caption) and a text "
            "for those who cannot see it (mystnb: image: alt)"
        )
    return None


def run(notebook, cwd, env, timeout):
    """Run a chapter; return the seconds, and what is wrong with it: line, text."""
    start, stopped = time.perf_counter(), None
    try:
        kernels.run(notebook, cwd, env, timeout)
    except CellExecutionError:
        pass  # stands among the outputs
    except (CellTimeoutError, RuntimeError) as error:
        stopped = str(error)
    faults = []
    lines = notebook.metadata.source_map
    for cell, line in zip(notebook.cells, lines, strict=True):
        if cell.cell_type == "code":
            found = fault(cell) if cell.execution_count else stopped
            if found:
                faults.append((line, re.sub(r"\x1b\[[\d;]*m", "", found)))
            if not cell.execution_count:
                break
    return time.perf_counter() - start, faults


def run_all(chapters, cwd, timeout):
    """Run chapters, as many at a time as cores; yield each name and its result."""
    with (
        tempfile.TemporaryDirectory() as folder,
        ThreadPoolExecutor(os.cpu_count()) as pool,
    ):
        env = kernels.environment(folder, PROFILE)
        jobs = {
            pool.submit(run, notebook, cwd, env, timeout): name
            for name, notebook in chapters.items()
        }
        try:
            for job in as_completed(jobs):
                yield jobs[job], *job.result()
        finally:
            pool.shutdown(cancel_futures=True)


def keep(cache, notebook, data):
    bundle = CacheBundleIn(notebook, notebook.metadata.get("path", ""), data=data)
    cache.cache_notebook_bundle(bundle, check_validity=False, overwrite=True)


def unchanged(cache, notebook, seen):
    """Return whether the outputs are known; those of a changed caption move to it.

    To jupyter-cache, a cell with another caption is another cell.
    """
    known = [r for r in cache.list_cache_records() if r.data.get("seen") == seen]
    if not known:
        return False
    if cache.create_hashed_notebook(notebook)[1] not in [r.hashkey for r in known]:
        old = cache.get_cache_bundle(known[0].pk).nb
        notebook.metadata.language_info = old.metadata.language_info
        for cell, done in zip(code_cells(notebook), old.cells, strict=True):
            cell.outputs, cell.execution_count = done.outputs, done.execution_count
        if any(map(fault, code_cells(notebook))):
            return False
        keep(cache, notebook, known[0].data)
    return True


def forget_others(cache, chapters, seen, solutions):
    """Remove the outputs that no chapter of the book has now.

    Those of the book with solutions and those of the book without stay for each other.
    """
    now = {
        (cache.create_hashed_notebook(notebook)[1], seen[name])
        for name, notebook in chapters.items()
    }
    for record in cache.list_cache_records():
        same_book = record.data.get("solutions", True) == solutions
        if same_book and (record.hashkey, record.data.get("seen")) not in now:
            cache.remove_cache(record.pk)


def execute_chapters(app, env, added, changed, removed):
    """Run the chapters that have changed; return the pages to read again."""
    config = env.mystnb_config
    if config.execution_mode != "cache":
        return []
    cache = get_cache(config.execution_cache_path)
    found = {}
    for name in sorted(env.found_docs):
        try:
            found[name] = read_chapter(app, name)
        except MystMetadataParsingError as error:
            line = re.search(r"line (\d+)", str(error))
            logger.error(
                "the header of a cell is not YAML: %s", error,
                location=(name, int(line[1])) if line else name,
            )  # fmt: skip
            raise SystemExit(f"Stopped: see the error in {name} above") from None
    pages = {path.stem for path in Path(env.srcdir).glob("*.md")}
    if unlisted := sorted(pages - env.found_docs):
        say(f"Not in _toc.yml, so not in the book: {', '.join(unlisted)}")
    chapters = {name: notebook for name, notebook in found.items() if notebook}
    seen = {
        name: fingerprint(code_cells(notebook), [kernels.SETTINGS, PROFILE])
        for name, notebook in chapters.items()
    }
    todo = {n: c for n, c in chapters.items() if not unchanged(cache, c, seen[n])}
    say(f"{len(todo)} chapters to run, {len(chapters) - len(todo)} unchanged")
    longest_first = dict(
        sorted(todo.items(), key=lambda item: -str(item[1]).count("train("))
    )
    results = run_all(longest_first, env.srcdir, config.execution_timeout)
    failed = set()
    for number, (name, seconds, faults) in enumerate(results, 1):
        say(f"{number:3} of {len(todo)}  {name:20} {seconds:6.1f} s")
        for line, text in faults:
            logger.error(text, location=(name, line))
            failed.add(name)
        if not faults:
            data = {"solutions": app.config.solutions, "execution_seconds": seconds}
            keep(cache, todo[name], data | {"seen": seen[name]})
    forget_others(cache, chapters, seen, app.config.solutions)
    if failed:  # of another exception, Jupyter Book would show its own traceback
        raise SystemExit(
            f"Stopped: see the errors in {', '.join(sorted(failed))} above"
        )
    say("Making the pages")
    on_pages = getattr(env, "mlpnotes_seen", {})
    env.mlpnotes_seen = seen
    return [name for name in seen if seen[name] != on_pages.get(name)]


def setup(app):
    app.setup_extension("solutions")  # which say what is executed
    app.connect("env-get-outdated", execute_chapters)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
