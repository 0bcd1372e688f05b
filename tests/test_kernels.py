"""Kernels start, whatever other programs do meanwhile."""

import atexit
import contextlib
import os
import socket
import tempfile

import pytest

pytest.importorskip("nbclient", reason="the book's extra is not installed")
import kernels
from jupyter_client.provisioning import LocalProvisioner
from nbformat.v4 import new_code_cell, new_notebook, new_output, writes

SETTLED = "'settled'"


@pytest.fixture
def taken(monkeypatch):
    """Take each port that was chosen for a first kernel before it can bind it."""
    sockets, launched = [], []
    launch = LocalProvisioner.launch_kernel

    async def launch_late(self, cmd, **options):
        if not launched and self.connection_info["transport"] == "tcp":
            for name in ("shell_port", "iopub_port", "stdin_port", "hb_port"):
                sockets.append(socket.socket())
                sockets[-1].bind(("127.0.0.1", self.connection_info[name]))
                sockets[-1].listen()
        launched.append(cmd)
        return await launch(self, cmd, **options)

    monkeypatch.setattr(LocalProvisioner, "launch_kernel", launch_late)
    yield launched
    for one in sockets:
        one.close()


def run(folder):
    notebook = new_notebook(cells=[new_code_cell(SETTLED)])
    kernels.run(notebook, folder, kernels.environment(folder), timeout=60)
    assert notebook.cells[0].outputs[0].data["text/plain"] == SETTLED


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such files")
def test_no_other_program_can_take_what_a_kernel_needs(taken, tmp_path, monkeypatch):
    """Jupyter chooses ports before the kernel binds them: another may be quicker."""
    with tempfile.TemporaryDirectory() as folder:  # of a short name
        run(folder)
    assert len(taken) == 1


def test_kernel_whose_ports_are_taken_gets_a_second_try(taken, tmp_path, monkeypatch):
    monkeypatch.setattr(kernels, "LONGEST", 0)
    waiting = []  # for the end of Python
    monkeypatch.setattr(atexit, "register", waiting.append)
    monkeypatch.setattr(atexit, "unregister", waiting.remove)
    run(tmp_path)
    assert len(taken) == 2
    assert waiting == []


@pytest.mark.parametrize("dies", [False, True])
def test_what_is_written_beside_the_cells_is_told_of_the_dead(tmp_path, capfd, dies):
    source = "import os; os.write(2, b'Assertion failed')\n"  # as C does
    notebook = new_notebook(cells=[new_code_cell(source + "os._exit(1)" * dies)])
    with pytest.raises(RuntimeError) if dies else contextlib.nullcontext():
        kernels.run(notebook, tmp_path, kernels.environment(tmp_path), timeout=60)
    assert ("Assertion failed" in capfd.readouterr().err) == dies


def test_each_kernel_has_files_of_its_own(tmp_path):
    ways = [kernels.channels(tmp_path).get("ip", n) for n in range(3)]
    assert len({*ways}) == 3


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such files")
def test_kernels_of_nbval_have_files_too(checkout):
    root, run = checkout
    source = "import json, ipykernel\n"
    source += "json.loads(ipykernel.get_connection_info())['transport']"
    data = {"text/plain": "'ipc'"}
    output = new_output("execute_result", data, execution_count=1)
    cell = new_code_cell(source, execution_count=1, outputs=[output])
    path = root / "tests" / "notebooks" / "lemma-5.ipynb"
    path.write_text(writes(new_notebook(cells=[cell])), "utf-8")
    result = run("-m", "pytest", "-q", "-n0", "--nbval", str(path))
    assert result.returncode == 0, result.stdout
