"""The licences of what ``make live`` brings into the site, as one text."""

import io
import json
import re
import zipfile
from importlib import metadata
from pathlib import Path

from equations import SOURCE

SAYS = re.compile(r"(.*/)?(licen[cs]e|copying|notice)[^/]*", re.IGNORECASE)
HEAD = """\
The pages run in the reader's browser with the programs below, which this folder
holds. Each is under its own licence, given here.
"""
PYODIDE = """\
Python for the browser: pyodide.asm.wasm, python_stdlib.zip and a part of worker.js.
This Source Code Form is subject to the terms of the Mozilla Public License, v. 2.0.
If a copy of the MPL was not distributed with this file, You can obtain one at
https://mozilla.org/MPL/2.0/. The source, unchanged here, and the list of the libraries
that are built into it are at https://github.com/pyodide/pyodide/tree/{version}.
"""
PYTHON = "typing_extensions"  # which has come out of Python, under its licence
OURS = """\
The digits in mlpnotes.zip, the first {digits} of each set of MNIST, are by Yann LeCun
and Corinna Cortes, under CC BY-SA 3.0: https://creativecommons.org/licenses/by-sa/3.0/.
The rest of mlpnotes.zip, and the scripts beside it, are under this licence:

{text}"""


def of_wheel(content):
    """Return the texts of the licences in a wheel, the same one once."""
    with zipfile.ZipFile(io.BytesIO(content)) as wheel:
        names = [n for n in sorted(wheel.namelist()) if SAYS.fullmatch(n)]
        texts = [wheel.read(name).decode().strip() for name in names]
    return "\n\n".join(dict.fromkeys(texts))


def of_installed(package):
    """Return the texts of the licences of a package of this environment."""
    files = metadata.distribution(package).files
    paths = sorted(p for p in files if ".dist-info/" in p.as_posix())
    found = [p for p in paths if SAYS.fullmatch(p.as_posix())]
    return "\n\n".join(p.locate().read_text("utf-8").strip() for p in found)


def of_module(folder):
    """Return name and version of a package from npm, and the text of its licence."""
    about = json.loads((folder / "package.json").read_text("utf-8"))
    found = [path for path in sorted(folder.iterdir()) if SAYS.fullmatch(path.name)]
    texts = [path.read_text("utf-8").strip() for path in found]
    return f"{about['name']} {about['version']}", "\n\n".join(texts)


def document(core, info, wheels, packages, modules, digits):
    """Return the whole text.

    Parameters
    ----------
    core : str
        The version of Pyodide.
    info : dict
        What its lock file says of itself.
    wheels : dict
        Wheels, by name and version.
    packages : list of str
        Of this environment.
    modules : list of Path
        Packages from npm that are part of a script.
    digits : int
        How many of each set of MNIST there are.
    """
    own = Path(SOURCE.parents[1], "LICENSE").read_text("utf-8")
    every = {f"Pyodide {core}": PYODIDE.format(version=core).strip()}
    every[f"Python {info['python']}"] = of_installed(PYTHON)
    every |= {name: of_wheel(content) for name, content in wheels.items()}
    every |= {f"{p} {metadata.version(p)}": of_installed(p) for p in packages}
    every |= dict(map(of_module, modules))
    every["mlpnotes"] = OURS.format(digits=digits, text=own.strip())
    if missing := [name for name, text in every.items() if not text]:
        raise ValueError(f"no licence is found for {', '.join(missing)}")
    titles = {}
    for name, text in every.items():
        titles.setdefault(text, []).append(name)
    parts = [f"{', '.join(names)}\n\n{text}\n" for text, names in titles.items()]
    line = f"\n{'=' * 72}\n"
    return line.join([HEAD, *parts])
