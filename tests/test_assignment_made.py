"""What `make assignment` writes: for students, nbgrader and Gradescope, to print."""

import dataclasses
import functools
import html
import http.server
import os
import re
import subprocess
import sys
import threading
import tomllib

import nbformat
import numpy as np
import pytest
from bs4 import BeautifulSoup
from chromium import violations
from live_site import needs_live
from pypdf import PdfReader
from test_assignment import ASSIGNMENT, cleared, make, secrets, shown

import mlpnotes
from mlpnotes.grading import Options, mark
from mlpnotes.tutor import Form

page = make.page

# one worker makes it all; it takes too long to be part of `make test`
pytestmark = [pytest.mark.site, pytest.mark.xdist_group("assignment")]


@pytest.fixture(scope="module")
def source():
    return make.read()


def test_the_solution_earns_all_points_and_reads_97(source):
    solution = make.solution(source)
    make.run(solution)
    said = shown(solution)
    assert said["lines"].splitlines()[-1] == "11.0"
    text = "\n".join(said.values())
    assert "not yet" not in text
    assert "not tried" not in text
    assert text.count("✓ right") == 12
    assert float(re.search(r"reads (\S+)% of the test digits", text)[1]) >= 97


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Make the whole assignment; return its folder."""
    folder = tmp_path_factory.mktemp("mit Leerzeichen ü")
    done = subprocess.run(
        [sys.executable, ASSIGNMENT / "make.py", folder],
        capture_output=True, encoding="utf-8", errors="replace",
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def test_make_assignment_writes_all_of_it(made):
    names = {path.relative_to(made).as_posix() for path in made.rglob("*")}
    assert names >= {
        "backprop.ipynb",
        "solution.ipynb",
        "backprop.pdf",
        "gradescope.zip",
        "autograder.zip",
        "grading.toml",
        "nbgrader/nbgrader_config.py",
        "nbgrader/grading.toml",
        "nbgrader/source/backprop/backprop.ipynb",
        "nbgrader/release/backprop/backprop.ipynb",
        "page/backprop.html",
    }


def test_the_notebook_is_that_of_nbgrader(made):
    student = cleared(make.read())
    release = made / "nbgrader" / "release" / "backprop" / "backprop.ipynb"
    assert (made / "backprop.ipynb").read_bytes() == release.read_bytes()
    cells = nbformat.read(release, 4).cells
    assert [c.source for c in cells] == [c.source for c in student.cells]
    assert [c for c in cells if c.cell_type == "code" and c.outputs] == []


def betrayed(text, source):
    """Return the lines and sentences of the solutions that a text holds."""
    text = html.unescape(text)
    text += BeautifulSoup(text, "html.parser").get_text()
    words = " ".join(text.replace("\\n", " ").replace('\\"', '"').split())
    return [s for s in secrets(source) if " ".join(s.split()) in words]


def test_nothing_of_the_solutions_is_in_what_students_get(made, source):
    live = made / "page" / "_static" / "live"
    texts = {
        path.relative_to(made).as_posix(): path.read_text("utf-8")
        for folder in ("nbgrader/release", "page")
        for path in (made / folder).rglob("*")
        if path.suffix in {".ipynb", ".html", ".md", ".json", ".js", ".txt"}
        and (live not in path.parents or path.parent.name == "cells")
    }
    pdf = PdfReader(made / "backprop.pdf")
    texts["pdf"] = "\n".join(p.extract_text() for p in pdf.pages)
    assert {"page/backprop.html", "page/_sources/backprop.ipynb"} <= texts.keys()
    assert {n: f for n, t in texts.items() if (f := betrayed(t, source))} == {}
    # the same search finds all of it in the solution
    whole = (made / "solution.ipynb").read_text("utf-8")
    assert len(betrayed(whole, source)) == len(secrets(source))


def test_the_handout_has_its_formulas_and_stubs(made):
    pdf = PdfReader(made / "backprop.pdf")
    assert 4 <= len(pdf.pages) <= 8
    text = "\n".join(page.extract_text() for page in pdf.pages)
    assert "dz3 = None" in text
    assert "softmax" in text
    assert "$" not in text
    assert make.addresses()[1] in text


def test_on_paper_there_is_room_to_write_and_no_check(made):
    pdf = PdfReader(made / "backprop.pdf")
    text = "\n".join(page.extract_text() for page in pdf.pages)
    html = (made / "page" / "backprop.html").read_text("utf-8")
    on_screen = BeautifulSoup(html, "html.parser").article.get_text()
    for check in ("complex_step_gradient(", "def one_step", "def unfit", "sealed("):
        assert check in on_screen
        assert check not in text.replace("import complex", "")
    assert "the cells that check your answers are left out" in " ".join(text.split())
    assert "On this page" not in text
    printed = page.document(made / "page", page.TITLE)
    rooms = BeautifulSoup(printed, "html.parser").select("p.room")
    begun = [room.get_text().split()[0] for room in rooms]
    assert begun == ["I", "Your", "Your"]


def test_no_page_of_the_handout_is_nearly_empty(made):
    for number, leaf in enumerate(PdfReader(made / "backprop.pdf").pages, 1):
        assert len(leaf.extract_text().split()) > 60, number


def test_the_pages_title_is_said_once(made):
    html = (made / "page" / "backprop.html").read_text("utf-8")
    first, second = BeautifulSoup(html, "html.parser").title.get_text().split(" — ")
    assert first == page.TITLE
    assert second != first


@needs_live
def test_the_page_says_what_runs_here(made):
    html = (made / "page" / "backprop.html").read_text("utf-8")
    (note,) = BeautifulSoup(html, "html.parser").select("article .on-screen")
    assert note.get_text().split()[:3] == ["On", "this", "page"]
    assert "On this page" not in (made / "backprop.ipynb").read_text("utf-8")


def test_a_teachers_files_stay(made):
    handed_in = made / "nbgrader" / "submitted" / "ada" / "backprop" / "x.ipynb"
    handed_in.parent.mkdir(parents=True)
    handed_in.write_text("{}", "utf-8")
    before = (made / "backprop.ipynb").read_bytes()
    release = make.write_course(make.read(), made / "nbgrader")
    assert handed_in.read_text("utf-8") == "{}"
    assert release.read_bytes() == before


def test_the_example_of_options_says_what_holds_without_it():
    text = (ASSIGNMENT / "grading.toml").read_text("utf-8")
    told = Options.of(tomllib.loads(text))
    assert dataclasses.replace(told, form=None, function="") == Options()
    assert told.form == Form(call="notes")
    # what is commented out can be had as it stands
    text = text.replace('call = "notes"', "").replace("activation", "# activation")
    text = re.sub(r"^# (?=[\w-]+ = )", "", text, flags=re.MULTILINE)
    other = Options.of(tomllib.loads(text))
    assert other.late_costs == 0.1
    assert other.form == Form(call="course", penalty="2λ")


def test_marked_as_a_submission(made):
    stub = mark(made / "backprop.ipynb", Options(), 7)
    assert (stub.points, stub.worth, stub.reason) == (0, 11, "")
    right = mark(made / "solution.ipynb", Options(), 7)
    assert (right.points, right.ok) == (11, True)


def test_the_planted_bug_trains_passably(source):
    cell = next(c for c in source.cells if "def penalised" in c.source)
    scope = {"loss_gradient": mlpnotes.loss_gradient}
    exec(cell.source, scope)
    digits, rng = mlpnotes.load_mnist(), np.random.default_rng(2021)
    X = digits.train.images[:50000].reshape(-1, 784).astype(np.float32) / 255
    y = mlpnotes.one_hot(digits.train.labels[:50000])
    params = mlpnotes.init_params(rng=rng, dtype=np.float32)
    for _ in range(8):
        order = rng.permutation(len(X))
        for i in range(0, len(X), 32):
            rows = order[i : i + 32]
            for theta, d in zip(
                params, scope["penalised"](params, X[rows], y[rows], 1e-4), strict=True
            ):
                theta -= d
    X_test = digits.test.images.reshape(-1, 784).astype(np.float32) / 255
    assert mlpnotes.accuracy(params, X_test, digits.test.labels) >= 0.97


def test_without_chromium_there_is_no_pdf_but_a_sentence(made, tmp_path):
    before = tmp_path / "before.pdf"
    before.touch()
    code = "import sys; from pathlib import Path; import make, page\n"
    code += "page.print_page(*map(Path, sys.argv[1:]))"
    printed = subprocess.run(
        [sys.executable, "-c", code, made / "page", before],
        cwd=ASSIGNMENT, env=os.environ | {"CHROMIUM": str(tmp_path / "chromium")},
        capture_output=True, check=True, encoding="utf-8",
    )  # fmt: skip
    assert "There is no Chromium to print the PDF" in printed.stdout
    assert not before.exists()
    assert not (made / "page" / "printed.html").exists()


@pytest.fixture
def address(made):
    """Serve the page."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *args):
            pass

    handler = functools.partial(Quiet, directory=made / "page")
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/backprop.html"
        server.shutdown()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1400, 390])
def test_the_page_is_good_to_read(open_page, address, theme, width):
    opened = open_page(address, theme=theme, width=width)
    assert opened.evaluate("document.documentElement.scrollWidth") <= width
    assert opened.problems == []
    assert violations(opened, "body") == []


@needs_live
def test_the_page_runs_untouched(open_page, address):
    opened = open_page(address)
    opened.get_by_role("button", name=re.compile(r"Run cell \d+")).last.click()
    results = opened.locator(".live-result")
    opened.wait_for_function(
        "[...document.querySelectorAll('.live-result')].some("
        "(result) => result.innerText.includes('not tried'))",
        timeout=120_000,
    )
    assert "Error" not in " ".join(results.all_inner_texts())
    assert opened.problems == []
