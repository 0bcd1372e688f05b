"""The kernels that run the chapters: in the build, in ``make record`` and in nbval.

A reader's own settings of Matplotlib, IPython and Python would change what a
page shows. They do not reach a kernel that has this environment.
"""

import atexit
import os
import sys
import tempfile
import uuid
from pathlib import Path

import matplotlib
import matplotlib.font_manager  # builds its cache here, not inside a cell
from nbclient import NotebookClient
from traitlets.config import Config

PROFILE = """\
c.HistoryManager.enabled = False
c.IPKernelApp.log_level = "ERROR"  # else each says that it talks over TCP
import logging
# a busy machine ends a kernel's channels while it still looks at one
logging.getLogger("tornado.general").setLevel(logging.CRITICAL)
"""
SHARP = """\
c.InlineBackend.figure_formats = {"retina"}  # two pixels for one of the page
"""

SETTINGS = {
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "PYTHONHASHSEED": "0",
}
LONGEST = 90  # bytes of the name of a file that two programs talk through
DROPPED = [  # each starts code, prints, or leaves out the asserts
    "PYTHONBREAKPOINT", "PYTHONDEVMODE", "PYTHONOPTIMIZE", "PYTHONSTARTUP",
    "PYTHONVERBOSE", "PYTHONWARNINGS", "FORCE_COLOR", "NO_COLOR", "COLUMNS", "LINES",
]  # fmt: skip


def environment(folder, profile=PROFILE):
    """Return the environment variables of a kernel with this profile, in ``folder``.

    Each kernel gets one BLAS thread, unless the variable says otherwise: more
    threads than cores would wait for each other.
    """
    path = Path(folder, "profile_default", "ipython_kernel_config.py")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(profile, "utf-8")
    kept = {name: os.environ[name] for name in os.environ if name not in DROPPED}
    places = {
        "IPYTHONDIR": str(folder),
        "MATPLOTLIBRC": str(Path(matplotlib.get_data_path(), "matplotlibrc")),
    }
    return {"OMP_NUM_THREADS": "1"} | kept | SETTINGS | places


def channels(folder):
    """Return how a kernel is reached: through files of its own in a folder.

    Over TCP, the ports are chosen before the kernel binds them, and meanwhile another
    program may take one: the kernel then dies. So it is on Windows, which has no such
    files, and where the folder's name is too long for them.
    """
    start = str(Path(folder, uuid.uuid4().hex[:8]).resolve())
    if os.name == "nt" or len(os.fsencode(start)) > LONGEST:
        return {}
    return {"transport": "ipc", "ip": start}


def run(notebook, cwd, env, timeout):
    """Run the cells in place, up to the first that fails.

    A kernel that dies before its first cell gets a second try. What kernels write
    beside their cells is shown if one died: some complain while they are being ended.
    """
    with tempfile.TemporaryFile() as said:
        for more in (True, False):
            runner = client(notebook, cwd, env, timeout)
            try:
                runner.execute(env=env, stderr=said)
                return
            except RuntimeError:
                begun = any(cell.get("execution_count") for cell in notebook.cells)
                if begun or not more:
                    said.seek(0)
                    print(said.read().decode(errors="replace"), end="", file=sys.stderr)
                    raise
                atexit.unregister(runner._cleanup_kernel)  # else Python ends it again


def client(notebook, cwd, env, timeout):
    """Return what runs the cells, in a kernel of its own."""
    return NotebookClient(
        notebook,
        kernel_name="python3",
        timeout=timeout,
        record_timing=False,
        coalesce_streams=True,
        resources={"metadata": {"path": str(cwd)}},
        config=Config(KernelManager=channels(env["IPYTHONDIR"])),
    )
