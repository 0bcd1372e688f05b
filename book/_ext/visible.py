"""What a chapter's code can see: its outputs are kept as long as this is the same.

It sees its own cells, the modules that it imports, what those import, the files
that any of them names, and the packages of others. Comments and docstrings it
sees only where it shows source.
"""

import ast
import functools
import hashlib
import json
import platform
import sys
from importlib import metadata, util
from pathlib import Path
from typing import NamedTuple

from equations import BOOK, SOURCE
from IPython.core.inputtransformer2 import TransformerManager

ROOTS = [SOURCE.parent, BOOK]  # where a chapter's kernel finds modules of ours
KERNEL = {"IPython", "ipykernel", "matplotlib_inline"}
SHOWS_SOURCE = {
    "__doc__", "doctest", "getdoc", "getsource", "getsourcelines", "help",
    "pdoc", "pfile", "pinfo", "pinfo2", "psource", "raises-exception", "traceback",
}  # fmt: skip


class Code(NamedTuple):
    """What we know of some code from its text."""

    text: str
    bare: str  # without comments, docstrings and layout
    imports: list  # inside functions too: pairs of name in the code, full name
    names: set
    strings: set


@functools.cache
def read(text, package=""):
    """Return what we know of a module of this package, or of a chapter's cells."""
    imports, names, strings = [], set(), set()
    try:
        tree = ast.parse(text)
        for node in ast.walk(tree):
            match getattr(node, "body", None):
                case [ast.Expr(ast.Constant(str())), *rest]:
                    node.body = rest
        for node in ast.walk(tree):
            match node:
                case ast.Import():
                    imports += [(a.asname or a.name, a.name) for a in node.names]
                case ast.ImportFrom():
                    base = "." * node.level + (node.module or "")
                    base = util.resolve_name(base, package)
                    imports += [
                        (a.asname or a.name, f"{base}.{a.name}") for a in node.names
                    ]
                case ast.Call(
                    ast.Attribute(attr="run_line_magic" | "run_cell_magic"),
                    [*_, ast.Constant(code)],
                ):  # %time import this
                    timed = read(code)
                    imports += timed.imports
                    names |= timed.names
                    strings |= timed.strings
                case ast.Name(id=name) | ast.Attribute(attr=name) | ast.alias(name):
                    names.add(name)
                case ast.Constant(value=str(string)):
                    strings.add(string)
    except (SyntaxError, ImportError):  # the kernel will say so
        return Code(text, text, [], set(), set())
    return Code(text, ast.dump(tree), imports, names, strings)


def module_path(name):
    """Return the file of a module of ours, or None."""
    for root in ROOTS:
        base = root.joinpath(*name.split("."))
        for path in (base / "__init__.py", base.with_suffix(".py")):
            if path.is_file():
                return path
    return None


def module(name):
    """Return what we know of a module of ours."""
    path = module_path(name)
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    return read(path.read_text("utf-8"), package)


def home(name):
    """Return the module of ours in which a full name is defined, or None.

    Of ``mlpnotes.backward`` this is ``mlpnotes.network``.
    """
    if module_path(name):
        return name
    parent, _, attribute = name.rpartition(".")
    if not parent:
        return None
    if module_path(parent):
        return home(dict(module(parent).imports).get(attribute, "")) or parent
    return home(parent)


def reached(imports):
    """Return the modules of ours behind these imports, and the packages of others."""
    modules, others, todo = {}, set(), list(imports)
    while todo:
        _, full = todo.pop()
        if name := home(full):
            if name not in modules:
                modules[name] = module(name)
                todo += modules[name].imports
        else:
            others.add(full.partition(".")[0])
    for name in list(modules):  # what Python runs on the way to a module
        while name := name.rpartition(".")[0]:
            modules.setdefault(name, module(name))
    return modules, others - sys.stdlib_module_names


def package_files(modules):
    """Return the data files of the package that these modules may read.

    A module reads a file that it names, with its suffix or without. A file that
    no module names may be read by all; a text for people, ``.md``, by none.
    """

    def names(codes):
        return {Path(string).name for code in codes for string in code.strings}

    own = names(modules)
    all_names = names(read(path.read_text("utf-8")) for path in SOURCE.rglob("*.py"))
    for path in sorted(SOURCE.rglob("*")):
        if path.suffix not in (".py", ".pyc", ".md") and path.is_file():
            called = {path.name, path.stem}
            if called & own or not called & all_names:
                yield path


def own_files(strings):
    """Return the files of the project that a chapter names, or all of a folder."""
    book = BOOK.resolve()
    for text in sorted(strings):
        if not text.strip() or "\n" in text or "\0" in text or len(text) > 200:
            continue
        path = (book / text).resolve()
        if book.parent in path.parents and path not in (book, *book.parents):
            found = path.rglob("*") if path.is_dir() else [path]
            yield from sorted(p for p in found if p.is_file())


packages_distributions = functools.cache(metadata.packages_distributions)  # slow


def versions(names):
    """Return the versions of the installed packages that bring these modules."""
    owners = packages_distributions()
    found = {owner for name in names for owner in owners.get(name, [])}
    return {owner: metadata.version(owner) for owner in sorted(found)}


def fingerprint(cells, settings=()):
    """Return a digest of all that code cells can see, and of the kernel's settings."""
    transform = TransformerManager().transform_cell  # turns %magic into Python
    code = read("".join(transform(cell.source) for cell in cells))
    tags = [cell.metadata.get("tags", []) for cell in cells]
    modules, others = reached(code.imports)
    words = code.names.union(code.strings, *tags, *(m.names for m in modules.values()))
    files = [*package_files(modules.values()), *own_files(code.strings)]
    digests = [hashlib.sha256(path.read_bytes()).hexdigest() for path in files]
    seen = {
        "cells": [
            [c.source, "raises-exception" in t]
            for c, t in zip(cells, tags, strict=True)
        ],
        "modules": {
            name: m.text if words & SHOWS_SOURCE else m.bare
            for name, m in modules.items()
        },
        "files": [[p.name for p in files], digests],
        "versions": versions(others | KERNEL),
        "python": platform.python_version(),
        "settings": settings,
    }
    return hashlib.sha256(json.dumps(seen, sort_keys=True).encode()).hexdigest()
