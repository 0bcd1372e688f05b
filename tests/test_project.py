"""The files around the package say the same as it does, and make does what they say."""

import ast
import doctest
import os
import re
import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions

import pytest
import yaml
from record import BOOK, TESTS

import mlpnotes

ROOT = TESTS.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def test_one_version():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    changes = (ROOT / "CHANGELOG.md").read_text("utf-8")
    newest = re.search(r"^## (\S+)", changes, flags=re.MULTILINE)[1]
    assert mlpnotes.__version__ == citation["version"] == newest


def test_one_address():
    settings = yaml.safe_load((BOOK / "_config.yml").read_text("utf-8"))
    repository = settings["repository"]["url"]
    assert PROJECT["urls"]["Repository"] == repository
    readme = (ROOT / "README.md").read_text("utf-8")
    assert f'pip install "git+{repository}"' in readme
    assert f"**[Read it]({PROJECT['urls']['Book']}).**" in readme


def test_links_of_the_readme_work_wherever_it_is_shown():
    readme = (ROOT / "README.md").read_text("utf-8")
    links = re.findall(r"\]\((.*?)\)", readme)
    assert links
    assert [link for link in links if not link.startswith("https://")] == []


def test_examples_of_the_readme():
    result = doctest.testfile(str(ROOT / "README.md"), False, encoding="utf-8")
    assert result.attempted >= 8
    assert result.failed == 0


def listed(extra):
    """Return the packages that the project asks for with this extra."""
    lines = PROJECT["dependencies"] + PROJECT["optional-dependencies"][extra]
    names = {re.match(r"[\w.-]+", line)[0].lower().replace("_", "-") for line in lines}
    if "mlpnotes" in names:  # the extra includes others
        names |= listed("book") | listed("lab")
        names |= listed("assignment") if extra != "assignment" else set()
    return names


@pytest.mark.parametrize(
    ("folder", "extra"),
    [
        ("src/mlpnotes", "assignment"),
        ("book/_ext", "test"),
        ("tests", "test"),
        ("assignment", "test"),
    ],
)
def test_what_is_imported_is_listed(folder, extra):
    """A package that only comes along with another one may stay away one day."""
    allowed, found = listed(extra), packages_distributions()
    ours = "tests", "book/_ext", "assignment", "src/mlpnotes/grading/apart/inside"
    own = {p.stem for f in ours for p in (ROOT / f).glob("*.py")}
    sent = {"calling"}  # along with what runs beside a submission
    known = own | sent | {"mlpnotes"} | sys.stdlib_module_names
    missing = {}
    for path in (ROOT / folder).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [] if node.level else [node.module]
            else:
                continue
            for name in {n.partition(".")[0] for n in names} - known:
                packages = {
                    p.lower().replace("_", "-") for p in found.get(name, [name])
                }
                if not packages & allowed:
                    missing[name] = path.name
    assert missing == {}


@pytest.fixture
def make(tmp_path):
    """Return a function that runs make in a folder with an empty list of packages."""
    if not shutil.which("make"):
        pytest.skip("make is not installed")
    folder = tmp_path / "mit Leerzeichen ü"
    folder.mkdir()
    shutil.copy(ROOT / "Makefile", folder)
    (folder / "requirements.txt").touch()
    (folder / "pyproject.toml").touch()

    def make(*arguments):
        return subprocess.run(
            ["make", *arguments],
            cwd=folder, capture_output=True, text=True, encoding="utf-8",
        )  # fmt: skip

    make.folder = folder
    return make


def stub(path, version):
    """Write a program that says it is another Python, but is this one."""
    path.write_text(
        f'#!/bin/sh\n[ "$1" = -c ] && set -- -c "import sys; '
        f'sys.version_info = {version}; ${{2#import sys;}}"\n'
        f'exec "{sys.executable}" "$@"\n',
        "utf-8",
    )
    path.chmod(0o755)
    return str(path)


@pytest.mark.skipif(os.name == "nt", reason="the stub is a shell script")
def test_make_names_the_python_it_needs_and_takes_another_one(make, tmp_path):
    old, new = stub(tmp_path / "old", (3, 10, 12)), stub(tmp_path / "new", (3, 12, 1))
    refused = make("lint", f"PYTHON={old}")
    assert refused.returncode == 2
    assert "needs Python 3.11 or newer" in refused.stderr
    assert "is 3.10: name another one" in refused.stderr
    assert not (make.folder / ".venv").exists()
    (make.folder / ".venv").mkdir()
    (make.folder / ".venv" / "left-over").touch()  # by an older Python
    made = make(f".venv/.installed-{new.replace('/', '-')}", f"PYTHON={new}")
    assert made.returncode == 0, made.stderr
    assert not (make.folder / ".venv" / "left-over").exists()
    assert "up to date" in make(".venv/.installed").stdout
    assert "venv --clear" in make("-n", "lint", f"PYTHON={old}").stdout
    assert "numpy==1.26" in make("-n", "lint", "NUMPY=oldest").stdout


def test_clean_keeps_the_installed_packages(make):
    assert ".venv" not in make("-n", "clean").stdout
    assert ".venv" in make("-n", "clean-all").stdout


def test_lock_renews_what_it_is_asked_to(make):
    assert "--upgrade" not in make("-n", "lock").stdout
    assert "--upgrade " in make("-n", "lock", "UPGRADE=all").stdout
    assert "--upgrade-package numpy" in make("-n", "lock", "UPGRADE=numpy").stdout


def test_help_lists_every_target(make):
    text = (ROOT / "Makefile").read_text("utf-8")
    phony = re.search(r"\.PHONY: (.*)", text)[1].split()
    shown = [line.split()[0] for line in make("help").stdout.splitlines()]
    assert shown == phony
