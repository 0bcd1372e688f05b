"""Bring Python and an editor into the built site: ``python book/_ext/bring.py``.

Pyodide's core and the editor come from npm, in the versions of
``book/live/package-lock.json``. NumPy's wheel comes from the address of Pyodide's
releases, with the SHA-256 that the core's own lock file gives, or from the folder
that is named: ``make live WHEELS=folder``. SymPy, mpmath and autograd are those of
this environment. Nothing in the site changes before all of it is at hand.
"""

import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
import zipfile
from importlib import metadata
from pathlib import Path

from equations import BOOK
from live import HERE, ON_REQUEST, RUNTIME, SITE, archive, entry, offer_live

WORK = BOOK / "_build" / "live"
RELEASES = "https://cdn.jsdelivr.net/pyodide/v{version}/full/{name}"
SCRIPTS = {"iife": ["page.js"], "esm": ["worker.js", "editor.js", "formula.js"]}
CORE = "pyodide.asm.wasm", "python_stdlib.zip"
LARGEST = 20e6  # bytes of the whole
UNUSED = {  # parts of packages that no reader of these chapters needs
    "tests", "benchmarks", "f2py", "physics", "stats", "vector", "diffgeom", "crypto",
    "codegen", "holonomic", "liealgebras", "categories", "autolev", "latex",
}  # fmt: skip
FOR_COMPILERS = {".a", ".h", ".pxd", ".pyi"}


class MissingError(Exception):
    """Something cannot be had on this machine."""


class WrongError(Exception):
    """Something is not what it should be."""


def install():
    """Let npm bring what package-lock.json names; return the folder of modules."""
    WORK.mkdir(parents=True, exist_ok=True)
    npm = shutil.which("npm")
    if npm is None:
        raise MissingError("npm is not on this machine, it comes with Node.js")
    names = "package.json", "package-lock.json"
    wanted = [(HERE / name).read_text("utf-8") for name in names]
    done = WORK / "node_modules" / ".installed"
    if not done.exists() or done.read_text("utf-8") != wanted[1]:
        for name, text in zip(names, wanted, strict=True):
            (WORK / name).write_text(text, "utf-8")
        ran = subprocess.run(
            [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
            cwd=WORK, capture_output=True, encoding="utf-8", errors="replace",
        )  # fmt: skip
        if ran.returncode:
            lines = [line for line in ran.stderr.splitlines() if "error" in line]
            raise MissingError(f"npm ci failed ({'; '.join(lines[:2])})")
        done.write_text(wanted[1], "utf-8")
    return WORK / "node_modules"


def check_whole(content, name):
    """Raise unless an archive can be read to its end."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as wheel:
            broken = wheel.testzip()
    except zipfile.BadZipFile as error:
        broken = error
    if broken:
        raise WrongError(f"{name} is no whole wheel ({broken})")


def from_folder(folder, wheel):
    """Return a wheel from a folder of the reader's."""
    name, path = wheel["file_name"], Path(folder) / wheel["file_name"]
    if not path.is_file():
        raise WrongError(f"{folder} does not hold {name}")
    content = path.read_bytes()
    check_whole(content, path)
    if hashlib.sha256(content).hexdigest() != wheel["sha256"]:
        print(f"{name} is not the build that Pyodide released, but yours: taken.")
    return content


def from_release(version, wheel):
    """Return a wheel from Pyodide's release, or as we keep it since the last time."""
    name, digest = wheel["file_name"], wheel["sha256"]
    kept = WORK / digest / name
    if kept.is_file():
        content = kept.read_bytes()
    else:
        url = RELEASES.format(version=version, name=name)
        try:
            with urllib.request.urlopen(url, timeout=60) as response:
                content = response.read()
        except OSError as error:
            reason = getattr(error, "reason", error)
            raise MissingError(f"{url} cannot be had ({reason})") from None
    got = hashlib.sha256(content).hexdigest()
    if got != digest:
        raise WrongError(f"{name} has the SHA-256 {got}, expected {digest}")
    kept.parent.mkdir(exist_ok=True)
    kept.write_bytes(content)
    return content


def used(name):
    path = Path(name)
    return path.suffix not in FOR_COMPILERS and not UNUSED.intersection(path.parts)


def lighter(wheel):
    """Return a wheel without what pages do not use."""
    with zipfile.ZipFile(io.BytesIO(wheel)) as whole:
        return archive({n: whole.read(n) for n in whole.namelist() if used(n)})


def installed(package):
    """Return the archive of a package of this environment, pure Python."""
    files = metadata.distribution(package).files
    python = (path for path in files if path.suffix == ".py" and used(path))
    return archive({path.as_posix(): path.locate().read_bytes() for path in python})


def bundle(modules, out):
    """Bundle our scripts with what they import."""
    binary = next((modules / "@esbuild").glob("*/bin/esbuild*"), None) or next(
        (modules / "@esbuild").glob("*/esbuild.exe")
    )
    node = [f"--external:{name}" for name in ("node:*", "ws")]
    common = ["--bundle", "--minify", "--log-level=error", f"--outdir={out}", *node]
    for kind, names in {
        "iife": ["page.js"],
        "esm": ["worker.js", "editor.js", "formula.js"],
    }.items():
        paths = [str(HERE / name) for name in names]
        ran = subprocess.run(
            [str(binary), *paths, *common, f"--format={kind}"],
            env=os.environ | {"NODE_PATH": str(modules)},
            capture_output=True, encoding="utf-8",
        )  # fmt: skip
        if ran.returncode:
            raise WrongError(f"the scripts do not bundle:\n{ran.stderr}")


def gather(out, wheels=""):
    """Write the runtime into a folder."""
    modules = install()
    core = modules / "pyodide"
    lock = json.loads((core / "pyodide-lock.json").read_text("utf-8"))
    version = json.loads((core / "package.json").read_text("utf-8"))["version"]
    wheel = lock["packages"]["numpy"]
    numpy = from_folder(wheels, wheel) if wheels else from_release(version, wheel)
    files = {name: (core / name).read_bytes() for name in CORE}
    files["numpy.zip"] = lighter(numpy)
    every = [*files]
    for names in ON_REQUEST.values():
        for name in names:
            files[name] = installed(name.removesuffix(".zip"))
    for name, content in files.items():
        (out / name).write_bytes(content)
    bundle(modules, out)
    shutil.copy(HERE / "page.css", out)
    scripts = b"".join(p.read_bytes() for p in sorted(out.glob("*.[jc]s*")))
    runtime = {
        "version": entry(scripts)["hash"],
        "info": lock["info"],
        "every": [*every, "mlpnotes.zip"],
        "files": {name: entry(content) for name, content in files.items()},
    }
    (out / RUNTIME).write_text(json.dumps(runtime, indent=1), "utf-8")
    return version


def main(wheels=""):
    if not (SITE / "index.html").exists():
        sys.exit("There is no site yet: make book comes before make live.")
    target = SITE / "_static" / "live"
    with tempfile.TemporaryDirectory(dir=SITE.parent) as folder:
        new = Path(folder, "live")
        new.mkdir()
        try:
            version = gather(new, wheels)
        except MissingError as error:
            text = f"The pages stay without Python: {error}."
            sys.exit(text) if os.environ.get("LIVE") == "required" else print(text)
            return
        except WrongError as error:
            sys.exit(f"The pages stay without Python: {error}.")
        shutil.rmtree(target, ignore_errors=True)
        new.replace(target)
    offer_live(SITE)
    size = sum(path.stat().st_size for path in target.rglob("*") if path.is_file())
    print(f"The pages run Python (Pyodide {version}): {size / 1e6:.1f} MB in {target}")


if __name__ == "__main__":
    main(*sys.argv[1:])
