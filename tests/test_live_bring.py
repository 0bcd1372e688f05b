"""What make live brings into the site, without a network and without npm."""

import hashlib
import http.server
import io
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
import zipfile
from pathlib import Path

import pytest

pytest.importorskip("jupyter_book", reason="the book's extra is not installed")
import bring
import licences
import live
from live_site import LIVE, live_pages, needs_live
from nbformat.v4 import new_code_cell, new_notebook, writes
from pages import PDF, offer_pdf
from pdf import document, soup_of

ROOT = bring.BOOK.parent
NAME = "numpy-2.2.5-cp313-cp313-pyodide_2025_0_wasm32.whl"
PAGE = """\
<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8">
</head><body><ul><li><a class="dropdown-item" href="_sources/NAME.md"
title="Source"><i class="fas"></i><span class="btn__text-container">.md</span></a></li>
</ul><article>größer &amp; kleiner</article></body></html>
"""
NPM = """\
import json, os, pathlib, sys
here = pathlib.Path.cwd()
said = json.loads(pathlib.Path(__file__).with_name("says.json").read_text("utf-8"))
with pathlib.Path(__file__).with_name("calls.txt").open("a", encoding="utf-8") as file:
    print(*sys.argv[1:], file=file)
for name, text in said["files"].items():
    path = here / "node_modules" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
print(said["stderr"], file=sys.stderr)
sys.exit(said["code"])
"""


def wheel_of(**files):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as wheel:
        wheel.writestr("numpy/__init__.py", "1\n")
        wheel.writestr("numpy-2.2.5.dist-info/WHEEL", "Tag: cp313")
        wheel.writestr("numpy-2.2.5.dist-info/LICENSE.txt", "NumPy may be shared.")
        for name, text in files.items():
            wheel.writestr(name, text)
    return stream.getvalue()


def spoiled(start, end, byte=b"\xff"):
    """Return a packed wheel with other bytes from start to end."""
    stream = io.BytesIO(WHEEL)
    with zipfile.ZipFile(stream, "a", zipfile.ZIP_DEFLATED) as wheel:
        wheel.writestr("numpy/core.py", "x = 1, 2, 3\n" * 50)
    content = bytearray(stream.getvalue())
    at = content.index(b"numpy/core.py")
    content[at + start : at + end] = byte * (end - start)
    return bytes(content)


WHEEL = wheel_of()
CORE = {
    "pyodide/package.json": json.dumps({"name": "pyodide", "version": "0.29.3"}),
    "pyodide/pyodide-lock.json": json.dumps(
        {
            "info": {"python": "3.13.2"},
            "packages": {
                "numpy": {
                    "name": "numpy", "version": "2.2.5", "file_name": NAME,
                    "sha256": hashlib.sha256(WHEEL).hexdigest(),
                }
            },
        }
    ),
    "pyodide/pyodide.asm.wasm": "wasm", "pyodide/python_stdlib.zip": "zip",
    "temml/package.json": json.dumps({"name": "temml", "version": "0.13"}),
    "temml/LICENSE": "Temml may be shared.",
}  # fmt: skip


class Machine:
    """A machine with a small site, and an npm that does what it is told."""

    def __init__(self, root, monkeypatch):
        self.site, self.work = root / "ein Büch" / "html", root / "ein Büch" / "live"
        self.tools, self.target = root / "tools", self.site / "_static" / "live"
        self.wheels = root / "my wheels"
        for folder in (
            self.target.parent,
            self.site / "_sources",
            self.tools,
            self.wheels,
        ):
            folder.mkdir(parents=True)
        (self.wheels / NAME).write_bytes(WHEEL)
        for name, source in {"lemma-1": "1 + 1", "intro": ""}.items():
            (self.site / f"{name}.html").write_bytes(
                PAGE.replace("NAME", name).encode()
            )
            cells = [new_code_cell(source)] if source else []
            text = writes(new_notebook(cells=cells))
            (self.site / "_sources" / f"{name}.ipynb").write_text(text, "utf-8")
        (self.site / "index.html").write_text("", "utf-8")
        (self.tools / "npm.py").write_text(NPM, "utf-8")
        if os.name == "nt":
            text = f'@"{sys.executable}" "{self.tools / "npm.py"}" %*\n'
            (self.tools / "npm.cmd").write_text(text, "utf-8")
        else:
            text = (
                f'#!/bin/sh\nexec "{sys.executable}" "{self.tools / "npm.py"}" "$@"\n'
            )
            (self.tools / "npm").write_text(text, "utf-8")
            (self.tools / "npm").chmod(0o700)
        self.npm(CORE)
        monkeypatch.setenv("PATH", str(self.tools))
        monkeypatch.delenv("LIVE", raising=False)
        monkeypatch.setattr(bring, "SITE", self.site)
        monkeypatch.setattr(bring, "WORK", self.work)
        monkeypatch.setattr(bring, "ON_REQUEST", {"autograd": ["autograd.zip"]})
        monkeypatch.setattr(bring, "RELEASES", "http://127.0.0.1:9/{version}/{name}")
        monkeypatch.setattr(live, "package", lambda: b"the package")
        monkeypatch.setattr(bring, "bundle", self.bundle)
        monkeypatch.setattr(bring, "installed", lambda package: b"the sources")
        self.bundled = 0

    def npm(self, files, stderr="", code=0):
        says = {"files": files, "stderr": stderr, "code": code}
        (self.tools / "says.json").write_text(json.dumps(says), "utf-8")

    def npm_calls(self):
        path = self.tools / "calls.txt"
        return path.read_text("utf-8").splitlines() if path.exists() else []

    def bundle(self, modules, out):
        self.bundled += 1
        for names in bring.SCRIPTS.values():
            for name in names:
                (out / name).write_text(f"// {self.bundled}", "utf-8")
        return [modules / "pyodide", modules / "temml"]

    def everything(self):
        return {p: p.read_bytes() for p in self.site.rglob("*") if p.is_file()}


@pytest.fixture
def machine(tmp_path, monkeypatch):
    return Machine(tmp_path, monkeypatch)


@pytest.fixture
def release(machine, monkeypatch):
    """Serve a wheel as Pyodide's address does; a test may put another in its place."""
    files, asked = {NAME: WHEEL}, []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            content = files.get(self.path.split("/")[-1])
            self.send_response(200 if content else 404)
            self.send_header("Content-Length", str(files.get("length", len(content))))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args):
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/v{{version}}/full/{{name}}"
        monkeypatch.setattr(bring, "RELEASES", url)
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        yield files, asked
        server.shutdown()


@pytest.fixture
def dead():
    """Return a port that takes a call and never answers."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        yield listening.getsockname()[1]


def one_line(text):
    assert text.count("\n") == 1, text
    return text


def refused(*arguments):
    """Return the sentence with which make live ends, in an error."""
    with pytest.raises(SystemExit) as ended:
        bring.main(*arguments)
    assert isinstance(ended.value.code, str)  # so that the exit code is 1
    return ended.value.code


def test_runtime_is_brought_and_pages_name_it(machine, release, capsys):
    _, asked = release
    bring.main()
    assert asked == [f"/v0.29.3/full/{NAME}"]
    runtime = json.loads((machine.target / "runtime.json").read_text("utf-8"))
    for name, known in runtime["files"].items():
        content = (machine.target / name).read_bytes()
        assert known["size"] == len(content)
        assert known["hash"] == hashlib.sha256(content).hexdigest()[:16]
    assert {*runtime["every"]} < {*runtime["files"]}
    assert "_static/live/page.js" in (machine.site / "lemma-1.html").read_text("utf-8")
    assert "_static/live" not in (machine.site / "intro.html").read_text("utf-8")
    assert [p.stem for p in machine.target.glob("cells/*")] == ["lemma-1"]
    assert "The pages run Python (Pyodide 0.29.3)" in one_line(capsys.readouterr().out)
    assert not [*machine.work.glob("new*"), *machine.work.glob("old*")]
    assert "--ignore-scripts" in machine.npm_calls()[0]


def test_nothing_is_done_twice(machine, release, monkeypatch):
    _, asked = release
    bring.main()
    first = machine.everything()
    monkeypatch.setenv("PATH", "")
    bring.main()
    assert (len(asked), len(machine.npm_calls()), machine.bundled) == (1, 1, 1)
    assert machine.everything() == first


def test_a_changed_script_renews_the_runtime(machine, monkeypatch, tmp_path):
    here = tmp_path / "live sources"
    shutil.copytree(bring.HERE, here)
    monkeypatch.setattr(bring, "HERE", here)
    bring.main(str(machine.wheels))
    old = (machine.site / "lemma-1.html").read_text("utf-8")
    (here / "page.css").write_text("/* new */", "utf-8")
    bring.main(str(machine.wheels))
    assert (machine.target / "page.css").read_text("utf-8") == "/* new */"
    assert machine.bundled == 2
    assert (machine.site / "lemma-1.html").read_text("utf-8") != old  # its version
    assert len(machine.npm_calls()) == 1


def test_a_lost_file_is_brought_again(machine):
    bring.main(str(machine.wheels))
    (machine.target / "numpy.zip").write_bytes(b"half")
    bring.main(str(machine.wheels))
    assert zipfile.is_zipfile(machine.target / "numpy.zip")


def test_a_wheel_that_was_verified_is_kept(machine, capsys):
    bring.main(str(machine.wheels))  # whose wheel has the SHA-256 of the release
    (machine.target / "runtime.json").unlink()
    bring.main()
    assert (machine.target / "runtime.json").exists()
    capsys.readouterr()


def test_a_kept_wheel_that_is_broken_is_fetched_again(machine, release):
    bring.main()
    kept = next(machine.work.glob(f"*/{NAME}"))
    kept.write_bytes(b"half")
    bring.main()
    assert len(release[1]) == 2
    assert kept.read_bytes() == WHEEL


ABSENCES = {
    "no npm": "npm is not on this machine",
    "no registry": "npm ci fails: ENOTFOUND network request to x failed",
    "no address": "cannot be had",
    "no wheel there": "cannot be had (Not Found)",
    "cut short": "cannot be had (IncompleteRead",
    "no answer": "cannot be had (timed out)",
}


def make_absent(what, machine, monkeypatch, files, dead):
    if what == "no npm":
        monkeypatch.setenv("PATH", "")
    elif what == "no registry":
        said = "npm error code ENOTFOUND\nnpm error errno ENOTFOUND\n"
        machine.npm({}, f"{said}npm error network request to x failed\n", 1)
    elif what == "no address":
        monkeypatch.setattr(bring, "RELEASES", "http://127.0.0.1:9/{version}/{name}")
    elif what == "no wheel there":
        files[NAME] = b""
    elif what == "no answer":
        monkeypatch.setattr(bring, "PATIENCE", 0.1)
        monkeypatch.setattr(bring, "RELEASES", f"http://127.0.0.1:{dead}/")
    else:
        files["length"] = len(WHEEL) + 9


@pytest.mark.parametrize("what", ABSENCES)
def test_what_cannot_be_had_is_one_sentence(
    what, machine, release, dead, monkeypatch, capsys
):
    before = machine.everything()
    make_absent(what, machine, monkeypatch, release[0], dead)
    bring.main()
    said = one_line(capsys.readouterr().out)
    assert said.startswith("The pages stay without Python: ")
    assert ABSENCES[what] in said
    assert machine.everything() == before
    monkeypatch.setenv("LIVE", "required")
    assert ABSENCES[what] in refused()
    assert machine.everything() == before


@pytest.mark.parametrize("what", ABSENCES)
def test_what_cannot_be_had_leaves_an_earlier_runtime(
    what, machine, release, dead, monkeypatch, capsys
):
    bring.main()
    (machine.target / "numpy.zip").unlink()  # so there is work to do
    shutil.rmtree(machine.work)
    before = machine.everything()
    make_absent(what, machine, monkeypatch, release[0], dead)
    capsys.readouterr()
    bring.main()
    said = one_line(capsys.readouterr().out)
    assert said.startswith("The pages keep the Python that they have: ")
    assert machine.everything() == before


def test_another_wheel_at_the_address_is_an_error(machine, release):
    release[0][NAME] = wheel_of(other="1")
    before = machine.everything()
    assert "has the SHA-256" in refused()
    assert machine.everything() == before
    assert not [*machine.work.glob(f"*/{NAME}")]


WRONG = {
    "npm error code EINTEGRITY\nnpm error sha512-x integrity checksum failed\n": "EINT",
    "npm error code ENOSPC\nnpm error nospc There is no space left\n": "no space left",
    "npm error code EUSAGE\nnpm error `npm ci` needs a lock\n": "needs a lock",
}


@pytest.mark.parametrize("stderr", WRONG, ids=WRONG.values())
def test_npm_that_fails_half_way_is_an_error(stderr, machine):
    half = dict([*CORE.items()][:2])
    machine.npm(half, stderr, 1)
    before = machine.everything()
    assert WRONG[stderr] in refused(str(machine.wheels))
    assert machine.everything() == before
    machine.npm(CORE)
    bring.main(str(machine.wheels))  # what was half there is not taken for the whole
    assert len(machine.npm_calls()) == 2


def test_a_folder_must_hold_the_wheel(machine):
    (machine.wheels / NAME).rename(machine.wheels / NAME.replace("cp313", "cp312"))
    said = refused(str(machine.wheels))
    assert f"does not hold {NAME}, only numpy-2.2.5-cp312" in said
    assert "does not hold" in refused("no folder")


BROKEN = {
    "empty": b"",
    "no zip": b"no zip",
    "cut short": WHEEL[:-30],
    "other bytes": WHEEL.replace(b"may", b"can", 1),
    "not to be unpacked": spoiled(13, 20),
}


@pytest.mark.parametrize("how", BROKEN)
def test_a_broken_wheel_in_a_folder_is_an_error(how, machine):
    (machine.wheels / NAME).write_bytes(BROKEN[how])
    before = machine.everything()
    assert "is no whole wheel" in refused(str(machine.wheels))
    assert machine.everything() == before


def test_a_zip_that_is_no_wheel_is_an_error(machine):
    with zipfile.ZipFile(machine.wheels / NAME, "w") as other:
        other.writestr("numpy.py", "")
    assert "holds no file WHEEL" in refused(str(machine.wheels))


def test_a_build_of_the_readers_is_taken_and_said(machine, capsys):
    (machine.wheels / NAME).write_bytes(wheel_of(more="1"))
    bring.main(str(machine.wheels))
    said = capsys.readouterr().out.splitlines()
    assert said[0] == (
        f"{NAME} is not the build that Pyodide released, but yours: taken."
    )
    assert len(said) == 2
    with zipfile.ZipFile(machine.target / "numpy.zip") as packed:
        assert "more" in packed.namelist()
    assert not [*machine.work.glob(f"*/{NAME}")]  # nothing keeps it for a release's


STEPS = ["installed", "bundle", "lighter", "furnish", "exchange"]


@pytest.mark.parametrize("earlier", [False, True])
@pytest.mark.parametrize("step", STEPS)
def test_a_step_that_fails_leaves_the_site_as_it_was(
    step, earlier, machine, monkeypatch
):
    if earlier:
        bring.main(str(machine.wheels))
        (machine.target / "numpy.zip").unlink()
    before = machine.everything()

    def fail(*args):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(bring, step, fail)
        assert "No space left on device" in refused(str(machine.wheels))
    assert machine.everything() == before
    bring.main(str(machine.wheels))
    assert (machine.target / "numpy.zip").exists()


def test_what_is_killed_in_the_middle_leaves_the_site_as_it_was(machine, monkeypatch):
    before = machine.everything()

    def die(*args):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(bring, "furnish", die)
        with pytest.raises(KeyboardInterrupt):
            bring.main(str(machine.wheels))
    assert machine.everything() == before
    bring.main(str(machine.wheels))
    assert {p.name for p in machine.work.iterdir()} == {
        "node_modules", "package.json", "package-lock.json",
        hashlib.sha256(WHEEL).hexdigest(),
    }  # fmt: skip


def test_a_folder_that_cannot_be_moved_leaves_the_earlier_one(tmp_path):
    new, target = tmp_path / "new", tmp_path / "live"
    target.mkdir()
    (target / "file").write_text("old", "utf-8")
    with pytest.raises(OSError, match="new"):  # which is not there
        bring.exchange(new, target)
    assert (target / "file").read_text("utf-8") == "old"


def test_a_full_disk_costs_no_page(machine, monkeypatch):
    page = machine.site / "lemma-1.html"
    before = page.read_bytes()
    bring.main(str(machine.wheels))
    offered = page.read_bytes()
    monkeypatch.setattr(Path, "replace", lambda *args: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        live.put(page, before)
    assert page.read_bytes() == offered


def test_without_a_site_it_says_so(machine):
    (machine.site / "index.html").unlink()
    assert refused() == "There is no site yet: make book comes before make live."


def test_without_a_runtime_pages_are_as_built(machine):
    before = machine.everything()
    live.offer_live(machine.site)
    assert machine.everything() == before


def test_pages_forget_a_runtime_that_is_gone(machine):
    before = machine.everything()
    bring.main(str(machine.wheels))
    live.offer_live(machine.site)  # twice is once
    assert (machine.site / "lemma-1.html").read_text("utf-8").count("page.js") == 1
    shutil.rmtree(machine.target)
    live.offer_live(machine.site)
    assert machine.everything() == before


def test_a_chapter_that_is_no_more_leaves_nothing(machine):
    bring.main(str(machine.wheels))
    (machine.site / "lemma-1.html").unlink()
    live.offer_live(machine.site)
    assert not [*machine.target.glob("cells/*")]


@pytest.mark.parametrize("pdf_first", [False, True])
def test_pages_offer_python_and_the_pdf_in_any_order(pdf_first, machine, monkeypatch):
    why = 'it draws "all" 60,000 digits & more than > a page'
    monkeypatch.setattr(live, "why_not", lambda page: why)
    page = machine.site / "lemma-1.html"
    (machine.site / PDF).write_bytes(b"")
    if pdf_first:
        offer_pdf(machine.site)
        bring.main(str(machine.wheels))
    else:
        bring.main(str(machine.wheels))
        offer_pdf(machine.site)
    for _ in range(2):
        text = page.read_text("utf-8")
        assert text.count("Whole book (PDF)") == 1
        tags = re.findall(r"<script [^>]*_static/live/page\.js[^>]*></script>", text)
        assert len(tags) == 1, text
        assert re.search(r"\bdefer\b", tags[0])
        assert 'data-page="lemma-1"' in tags[0]
        assert "data-why=" in tags[0]
        assert text.count("_static/live/page.css") == 1
        live.offer_live(machine.site)
        offer_pdf(machine.site)
    shutil.rmtree(machine.target)
    live.offer_live(machine.site)
    assert "_static/live" not in page.read_text("utf-8")
    assert "größer &amp; kleiner" in page.read_text("utf-8")


def test_docstrings_go_and_every_line_stays():
    source = (
        '"""Ä module."""\nclass A:\n    """A\n    class."""; x = 1\n\n'
        'def f():\n    "ß"\n    return "kept", __doc__\n'
    )
    light = bring.without_docstrings(source.encode())
    assert light.count(b"\n") == source.count("\n")
    names = {}
    exec(light, names)
    assert names["f"]() == ("kept", "")
    assert (names["A"].x, names["f"].__doc__, names["A"].__doc__) == (1, "", "")
    assert names["f"].__code__.co_firstlineno == 6


def test_package_of_the_environment_is_packed_whole(tmp_path):
    path = tmp_path / "autograd.zip"
    path.write_bytes(bring.installed("autograd"))
    with zipfile.ZipFile(path) as packed:
        names = packed.namelist()
        source = packed.read("autograd/differential_operators.py").decode()
    assert all(name.endswith(".py") for name in names)
    assert "autograd/numpy/numpy_vjps.py" in names
    assert "def grad(" in source


def test_esbuild_is_the_one_of_this_machine(tmp_path):
    with pytest.raises(bring.WrongError, match="no esbuild that runs"):
        bring.esbuild(tmp_path)
    for place in "linux-x64/bin/esbuild", "win32-x64/esbuild.exe":
        path = tmp_path / place.split("/")[0] / "@esbuild" / place
        path.parent.mkdir(parents=True)
        path.touch()
        assert bring.esbuild(path.parents[path.parts[::-1].index("@esbuild")]) == path


@pytest.mark.parametrize("what", ["temml", "numpy"])
def test_what_has_no_licence_is_not_brought(what, machine, monkeypatch):
    if what == "temml":
        machine.npm({k: v for k, v in CORE.items() if k != "temml/LICENSE"})
    else:
        monkeypatch.setattr(licences, "of_wheel", lambda content: "")
    assert f"no licence is found for {what}" in refused(str(machine.wheels))


def test_licences_are_brought(machine):
    bring.main(str(machine.wheels))
    text = (machine.target / "LICENSES.txt").read_text("utf-8")
    for words in (
        "Pyodide 0.29.3", "Mozilla Public License, v. 2.0", "pyodide/tree/0.29.3",
        "Python 3.13.2", "PYTHON SOFTWARE FOUNDATION LICENSE", "numpy 2.2.5",
        "NumPy may be shared.", "autograd 1", "Fellows of Harvard University",
        "temml 0.13", "Temml may be shared.", "CC BY-SA 3.0", "The mlpnotes authors",
    ):  # fmt: skip
        assert words in text


def lock():
    return json.loads((bring.HERE / "package-lock.json").read_text("utf-8"))


def test_packages_are_pinned_and_the_lock_agrees():
    wanted = json.loads((bring.HERE / "package.json").read_text("utf-8"))
    packages = lock()["packages"]
    for part in "dependencies", "engines":
        assert packages[""][part] == wanted[part]
    for name, version in wanted["dependencies"].items():
        assert re.fullmatch(r"\d+\.\d+\.\d+", version), name
        assert packages[f"node_modules/{name}"]["version"] == version


def test_lock_names_contents_and_no_host():
    for name, package in lock()["packages"].items():
        assert not name or package["integrity"].startswith("sha512-"), name
        assert "resolved" not in package, f"{name}: CONTRIBUTING says how to renew"


def test_workflows_demand_python_and_the_readers_command_does_not():
    workflows = ROOT / ".github" / "workflows"
    if not workflows.exists():
        pytest.skip("the workflows are not here")
    for name in "site", "test":
        text = (workflows / f"{name}.yml").read_text("utf-8")
        assert re.search(r"run: make .*\blive\b", text), name
        assert "LIVE: required" in text
    assert "required" not in (ROOT / ".ci" / "run").read_text("utf-8")


def test_readme_tells_the_policy_that_is_tested():
    policy = pytest.importorskip("test_live").POLICY
    readme = (ROOT / "README.md").read_text("utf-8")
    assert policy in " ".join(readme.split())


# The site as it is built


@pytest.mark.site
@needs_live
def test_runtime_is_small_and_whole():
    files = [path for path in LIVE.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < 20e6
    assert not [path for path in files if path.suffix == ".new"]
    runtime = json.loads((LIVE / "runtime.json").read_text("utf-8"))
    for name, known in runtime["files"].items():
        assert live.entry((LIVE / name).read_bytes()) == known


@pytest.mark.site
@needs_live
def test_lock_of_the_core_names_a_wheel_of_the_version_that_we_tell():
    path = bring.WORK / "node_modules" / "pyodide" / "pyodide-lock.json"
    if not path.exists():
        pytest.skip("npm's folder is not here")
    wheel = json.loads(path.read_text("utf-8"))["packages"]["numpy"]
    assert wheel["file_name"] == NAME
    text = (LIVE / "LICENSES.txt").read_text("utf-8")
    assert f"numpy {wheel['version']}\n" in text


@pytest.mark.site
@needs_live
def test_licence_of_each_part_is_told():
    text = (LIVE / "LICENSES.txt").read_text("utf-8")
    wanted = json.loads((bring.HERE / "package.json").read_text("utf-8"))
    names = [n for n in wanted["dependencies"] if n not in ("esbuild", "pyodide")]
    for name in ["Pyodide", "Python", "numpy", "sympy", "mpmath", "autograd", *names]:
        assert re.search(rf"(^|, ){name} \d", text, re.MULTILINE), name


@pytest.mark.site
@needs_live
def test_only_pages_that_have_cells_name_the_runtime():
    for path in bring.SITE.glob("*.html"):
        count = path.read_text("utf-8").count("_static/live/page.js")
        assert count == (LIVE / "cells" / f"{path.stem}.json").exists(), path.name
    assert len(live_pages()) > 10


@pytest.mark.site
@needs_live
def test_packages_without_docstrings_do_what_the_chapters_ask(tmp_path):
    """Run the cells that import them, here, with what the pages get."""
    reached = set()
    for page in map(json.loads, (p.read_bytes() for p in LIVE.glob("cells/*.json"))):
        code = [cell["source"] for cell in page["cells"] if not cell["figure"]]
        zips = {n: str(LIVE / n) for n in page["packages"]}
        named = [n for n in zips if n.removesuffix(".zip") in "\n".join(code)]
        if page["why"] or not named:
            continue
        reached.update(named)
        ends = [
            f"assert sys.modules[{n.removesuffix('.zip')!r}].__file__.startswith"
            f"({zips[n]!r})"
            for n in named
        ]
        starts = f"import sys\nsys.path[:0] = {[*zips.values()]!r}"
        path = tmp_path / "page.py"
        path.write_text("\n".join([starts, *code, *ends]), "utf-8")
        ran = subprocess.run(
            [sys.executable, str(path)], capture_output=True, encoding="utf-8",
            env=os.environ | {"PYTHONPATH": str(ROOT / "src"), "MPLBACKEND": "agg"},
        )  # fmt: skip
        assert ran.returncode == 0, ran.stderr
    assert {"sympy.zip", "autograd.zip"} <= reached


@pytest.mark.site
@needs_live
def test_pdf_is_printed_without_what_makes_buttons():
    printed = soup_of(document({}))
    assert printed.select("article div.cell")
    assert not printed.select("script")
    assert not printed.select("article button")


@pytest.mark.site
def test_absence_is_told_in_one_line_or_is_a_failure(checkout, monkeypatch):
    root, run = checkout
    monkeypatch.delenv("LIVE", raising=False)  # the site's workflow sets it
    (root / "tests" / "test_live_x.py").write_text(
        "import pytest\nfrom live_site import live_pages, needs_live\n"
        "pytestmark = [pytest.mark.site, needs_live]\n\n\n"
        '@pytest.mark.parametrize("page", live_pages())\ndef test_a(page): pass\n\n\n'
        "def test_b(): pass\n",
        "utf-8",
    )
    test = "-m", "pytest", "-q", "-n0", "-m", "site", "-rs", "tests/test_live_x.py"
    result = run(*test)
    assert result.returncode == 0, result.stdout
    lines = [line for line in result.stdout.splitlines() if "SKIPPED" in line]
    assert len(lines) == 1, result.stdout
    assert "SKIPPED [2]" in lines[0]
    assert "the site holds no Python (make live)" in lines[0]
    required = subprocess.run(
        [sys.executable, *test], cwd=root, capture_output=True, encoding="utf-8",
        env=os.environ | {"LIVE": "required", "PYTHONPATH": str(root / "src")},
    )  # fmt: skip
    assert required.returncode == 1, required.stdout
    assert "2 errors" in required.stdout
