"""The kernels that run the chapters: in the build, in ``make record`` and in nbval.

A reader's own settings of Matplotlib, IPython and Python would change what a
page shows. They do not reach a kernel that has this environment.
"""

import os
from pathlib import Path

import matplotlib
import matplotlib.font_manager  # builds its cache here, not inside a cell
from nbclient import NotebookClient

PROFILE = """\
c.HistoryManager.enabled = False
c.IPKernelApp.log_level = "ERROR"  # else each says that it talks over TCP
"""
SHARP = """\
c.InlineBackend.figure_formats = {"retina"}  # two pixels for one of the page
"""

SETTINGS = {
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "PYTHONHASHSEED": "0",
}
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


def run(notebook, cwd, env, timeout):
    """Run the cells in place, up to the first that fails."""
    NotebookClient(
        notebook,
        kernel_name="python3",
        timeout=timeout,
        record_timing=False,
        coalesce_streams=True,
        resources={"metadata": {"path": str(cwd)}},
    ).execute(env=env)
