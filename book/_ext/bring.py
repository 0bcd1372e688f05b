"""Bring Python and an editor into the built site: ``python book/_ext/bring.py``.

Pyodide's core and the editor come from npm, in the versions of
``book/live/package-lock.json``. NumPy's wheel comes from the address of Pyodide's
releases, with the SHA-256 that the core's own lock file gives, or from the folder
that is named: ``make live WHEELS=folder``. SymPy, mpmath and autograd are those of
this environment. Nothing in the site changes before all of it is at hand, and what
is there already is not made again.

What cannot be had on this machine is said in a sentence, and is no error unless the
environment says LIVE=required. What is not what it should be is always one.
"""

import ast
import hashlib
import http.client
import io
import json
import os
import re
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
import zipfile
from importlib import metadata
from pathlib import Path

import licences
from equations import BOOK
from live import (
    DIGITS,
    HERE,
    ON_REQUEST,
    RUNTIME,
    SITE,
    archive,
    entry,
    furnish,
    offer_live,
    put,
)

WORK = BOOK / "_build" / "live"
RELEASES = "https://cdn.jsdelivr.net/pyodide/v{version}/full/{name}"
PATIENCE = 10  # seconds for an address to answer; a name may have several
NPM = [
    "ci", "--ignore-scripts", "--include=optional", "--no-audit", "--no-fund",
    "--no-update-notifier", "--fetch-retries=1", "--fetch-retry-mintimeout=1000",
    "--fetch-retry-maxtimeout=1000", "--fetch-timeout=15000",
]  # fmt: skip
OUT_OF_REACH = re.compile(
    r"E(CONN|HOST|NET|PROTO|PIPE|AI_)\w*|ENOTFOUND|E?\w*TIMED?OUT|E[45]\d\d|\w*CERT\w*"
    r"|FETCH_ERROR|ENOTCACHED"
)
SCRIPTS = {"iife": ["page.js"], "esm": ["worker.js", "editor.js", "formula.js"]}
CORE = "pyodide.asm.wasm", "python_stdlib.zip"
UNUSED = {  # parts of packages that no reader of these chapters needs
    "tests", "benchmarks", "f2py", "stats", "vector", "diffgeom", "crypto",
    "holonomic", "liealgebras", "categories", "autolev", "latex",
    "mechanics", "quantum", "control", "continuum_mechanics", "biomechanics", "optics",
    "hep",
}  # fmt: skip
FOR_COMPILERS = {".a", ".h", ".pxd", ".pyi"}
DOCUMENTED = ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef


class MissingError(Exception):
    """Something cannot be had on this machine."""


class WrongError(Exception):
    """Something is not what it should be."""


def install():
    """Let npm bring what package-lock.json names; return the folder of modules."""
    names = "package.json", "package-lock.json"
    wanted = {name: (HERE / name).read_bytes() for name in names}
    modules = WORK / "node_modules"
    done = modules / ".installed"  # npm removes it with all else
    digest = hashlib.sha256(b"".join(wanted.values())).hexdigest()
    if done.exists() and done.read_text("utf-8") == digest:
        return modules
    npm = shutil.which("npm")
    if npm is None:
        raise MissingError("npm is not on this machine, it comes with Node.js")
    for name, content in wanted.items():
        put(WORK / name, content)
    done.unlink(missing_ok=True)
    ran = subprocess.run(
        [npm, *NPM], cwd=WORK,
        capture_output=True, encoding="utf-8", errors="replace",
    )  # fmt: skip
    if ran.returncode:
        said = re.findall(r"^npm (?:error|ERR!) (.+)", ran.stderr, re.MULTILINE)
        code = next((s[5:] for s in said if s.startswith("code ")), "")
        words = [
            s for s in said if not re.match(r"code |errno |syscall |A complete", s)
        ]
        text = f"npm ci fails: {' '.join([code, *words[:2]]).strip() or ran.stderr}"
        away = not said or OUT_OF_REACH.fullmatch(code)
        raise (MissingError if away else WrongError)(text.strip().rstrip("."))
    put(done, digest.encode())
    return modules


def check_whole(content, name):
    """Raise unless a wheel can be read to its end."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as wheel:
            broken = wheel.testzip()
            if not any(n.endswith(".dist-info/WHEEL") for n in wheel.namelist()):
                broken = broken or "it holds no file WHEEL"
    except Exception as error:  # whatever zipfile meets in bytes that are no zip
        broken = error
    if broken:
        raise WrongError(f"{name} is no whole wheel ({broken})")


def from_folder(folder, wheel):
    """Return a wheel from a folder of the reader's."""
    name, path = wheel["file_name"], Path(folder).expanduser() / wheel["file_name"]
    if not path.is_file():
        others = sorted(p.name for p in path.parent.glob(f"{wheel['name']}-*.whl"))
        there = f", only {', '.join(others)}" if others else ""
        raise WrongError(f"{folder} does not hold {name}{there}")
    content = path.read_bytes()
    check_whole(content, path)
    if hashlib.sha256(content).hexdigest() == wheel["sha256"]:
        put(WORK / wheel["sha256"] / name, content)
    else:
        print(f"{name} is not the build that Pyodide released, but yours: taken.")
    return content


def from_release(version, wheel):
    """Return a wheel from Pyodide's release, or as we keep it since the last time."""
    name, digest = wheel["file_name"], wheel["sha256"]
    kept = WORK / digest / name
    if kept.is_file():
        content = kept.read_bytes()
        if hashlib.sha256(content).hexdigest() == digest:
            return content
    url = RELEASES.format(version=version, name=name)
    try:
        with urllib.request.urlopen(url, timeout=PATIENCE) as response:
            content = response.read()
    except (OSError, http.client.HTTPException) as error:
        reason = getattr(error, "reason", error)
        if isinstance(error, urllib.error.HTTPError):
            error.close()
        raise MissingError(f"{url} cannot be had ({reason})") from None
    got = hashlib.sha256(content).hexdigest()
    if got != digest:
        raise WrongError(f"{name} has the SHA-256 {got}, expected {digest}")
    put(kept, content)
    return content


def used(name):
    path = Path(name)
    return path.suffix not in FOR_COMPILERS and not UNUSED.intersection(path.parts)


def lighter(wheel):
    """Return a wheel without what pages do not use."""
    with zipfile.ZipFile(io.BytesIO(wheel)) as whole:
        return archive({n: whole.read(n) for n in whole.namelist() if used(n)})


def without_docstrings(source):
    """Return a module, its docstrings empty and every line where it was."""
    lines = source.split(b"\n")
    first = [
        node.body[0]
        for node in ast.walk(ast.parse(source))
        if isinstance(node, DOCUMENTED) and ast.get_docstring(node, clean=False)
    ]
    for text in sorted(first, key=lambda node: node.lineno, reverse=True):
        start, end = text.lineno - 1, text.end_lineno - 1
        kept = lines[start][: text.col_offset] + b'""'
        rest = lines[end][text.end_col_offset :]
        lines[start : end + 1] = [kept + rest, *[b""] * (end - start)]
    return b"\n".join(lines)


def installed(package):
    """Return the archive of a package of this environment, pure Python."""
    files = metadata.distribution(package).files
    python = (path for path in files if path.suffix == ".py" and used(path))
    return archive(
        {p.as_posix(): without_docstrings(p.locate().read_bytes()) for p in python}
    )


def esbuild(modules):
    """Return the program that bundles: npm brings the one for this machine."""
    for place in "*/bin/esbuild", "*/esbuild.exe":
        for path in (modules / "@esbuild").glob(place):
            return path
    raise WrongError("npm brought no esbuild that runs on this machine")


def bundle(modules, out):
    """Bundle our scripts with what they import; return the folders of that."""
    node = [f"--external:{name}" for name in ("node:*", "ws")]
    told = out.with_name("inputs.json")
    found = set()
    for kind, names in SCRIPTS.items():
        ran = subprocess.run(
            [
                str(esbuild(modules)), *[str(HERE / name) for name in names], *node,
                "--bundle", "--minify", "--legal-comments=none", "--log-level=error",
                f"--format={kind}", f"--outdir={out}", f"--metafile={told}",
            ],
            env=os.environ | {"NODE_PATH": str(modules)},
            capture_output=True, encoding="utf-8", errors="replace",
        )  # fmt: skip
        if ran.returncode:
            raise WrongError(f"the scripts do not bundle:\n{ran.stderr.strip()}")
        for name in json.loads(told.read_text("utf-8"))["inputs"]:
            inside = re.search(r"node_modules/((?:@[^/]+/)?[^/]+)/", name)
            found |= {modules / inside[1]} if inside else set()
    told.unlink()
    return sorted(found)


def made_of(parts):
    """Return what a runtime is made of: as long as it is the same, it is not made."""
    ours = [*HERE.glob("*.js"), *HERE.glob("*.css"), *HERE.glob("package*.json")]
    ours += [Path(sys.modules[m].__file__) for m in (__name__, "live", "licences")]
    packages = [name.removesuffix(".zip") for n in ON_REQUEST.values() for name in n]
    versions = [metadata.version(name) for name in packages]
    texts = [path.read_bytes() for path in sorted(ours)]
    return entry(b"".join([*texts, *parts, repr(versions).encode()]))["hash"]


def is_there(live, made):
    """Tell whether a folder holds the whole runtime that is made of this."""
    try:
        found = json.loads((live / RUNTIME).read_text("utf-8"))
        sizes = {name: (live / name).stat().st_size for name in found["brought"]}
    except (OSError, ValueError, KeyError):
        return False
    return found["made"] == made and sizes == found["brought"]


def gather(out, modules, lock, numpy):
    """Write the runtime into a folder."""
    core = modules / "pyodide"
    version = json.loads((core / "package.json").read_text("utf-8"))["version"]
    files = {name: (core / name).read_bytes() for name in CORE}
    files["numpy.zip"] = lighter(numpy)
    every = [*files]
    on_request = [name for names in ON_REQUEST.values() for name in names]
    packages = [name.removesuffix(".zip") for name in on_request]
    files |= {f"{package}.zip": installed(package) for package in packages}
    for name, content in files.items():
        (out / name).write_bytes(content)
    inside = [path for path in bundle(modules, out) if path != core]
    shutil.copy(HERE / "page.css", out)
    wheels = {f"numpy {lock['packages']['numpy']['version']}": numpy}
    text = licences.document(version, lock["info"], wheels, packages, inside, DIGITS)
    (out / "LICENSES.txt").write_text(text, "utf-8")
    scripts = b"".join(p.read_bytes() for p in sorted(out.glob("*.[jc]s*")))
    return {
        "version": entry(scripts)["hash"],
        "info": lock["info"],
        "every": [*every, "mlpnotes.zip"],
        "files": {name: entry(content) for name, content in files.items()},
        "brought": {path.name: path.stat().st_size for path in sorted(out.iterdir())},
    }


def exchange(new, target):
    """Put a folder where another may be."""
    old = new.with_name("old")
    if target.exists():
        target.replace(old)
    try:
        new.replace(target)
    except OSError:
        if old.exists():
            old.replace(target)
        raise
    shutil.rmtree(old, ignore_errors=True)


def bring(wheels):
    """Bring the runtime into the site; return Pyodide's version."""
    target = SITE / "_static" / "live"
    modules = install()
    core = modules / "pyodide"
    lock = json.loads((core / "pyodide-lock.json").read_text("utf-8"))
    version = json.loads((core / "package.json").read_text("utf-8"))["version"]
    wheel = lock["packages"]["numpy"]
    numpy = from_folder(wheels, wheel) if wheels else from_release(version, wheel)
    made = made_of([numpy])
    if not is_there(target, made):
        new = WORK / "new"
        for left in new, new.with_name("old"):
            shutil.rmtree(left, ignore_errors=True)
        new.mkdir()
        runtime = gather(new, modules, lock, numpy) | {"made": made}
        (new / RUNTIME).write_text(json.dumps(runtime, indent=1), "utf-8")
        furnish(new, SITE)  # before anything in the site changes
        exchange(new, target)
    offer_live(SITE)
    size = sum(path.stat().st_size for path in target.rglob("*") if path.is_file())
    print(f"The pages run Python (Pyodide {version}): {size / 1e6:.1f} MB in {target}")


def main(wheels=""):
    if not (SITE / "index.html").exists():
        sys.exit("There is no site yet: make book comes before make live.")
    there = (SITE / "_static" / "live" / RUNTIME).exists()
    stay = "keep the Python that they have" if there else "stay without Python"
    try:
        bring(wheels)
    except MissingError as error:
        text = f"The pages {stay}: {error}."
        sys.exit(text) if os.environ.get("LIVE") == "required" else print(text)
    except (WrongError, OSError, ValueError) as error:
        sys.exit(f"The pages {stay}: {error}.")


if __name__ == "__main__":
    main(*sys.argv[1:])
