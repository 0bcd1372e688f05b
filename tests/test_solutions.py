"""A book without solutions holds no trace of them, and the one with them stays whole.

Only the first tests are part of `make test`: the others build books.
"""

import json
import re
import shutil

import nbformat
import pytest
from bs4 import BeautifulSoup
from equations import commented_lines
from record import BOOK, chapters, pages
from solutions import GateError, found_in, without_solutions
from test_build import HEAD, Project

ANSWER = "The answer is forty-two."
PAGE = f"""\
# One

:::{{exercise-start}} On paper: how many
:label: ex-one
:::
How many are there?
:::{{exercise-end}}
:::

:::{{solution-start}} ex-one
:class: dropdown
:::
{ANSWER}

```{{code-cell}}
print("forty", "two")
```
:::{{solution-end}}
:::

## After
"""
AFTER = PAGE.count("\n")


def lines_with(text, words):
    return [n for n, line in enumerate(text.split("\n")) if words in line]


@pytest.mark.parametrize(
    "solution",
    [
        ":::{solution-start} e\n:::\nSecret.\n:::{solution-end}\n:::",
        "```{solution-start} e\n:label: s\n```\nSecret.\n```{solution-end}\n```",
        "::::{solution} e\nSecret.\n:::{note}\nSecret.\n:::\n::::",
        "````{solution} e\n```python\nSecret.\n```\nSecret.\n````",
        "% solution-start\nSecret.\n\n:::{tip}\nSecret.\n:::\n%  solution-end",
        ":::{solution-start} e\n:::\n```\n:::{solution-end}\n:::\n```\nSecret.\n"
        ":::{solution-end}\n:::",
        "% solution-start\n:::{solution} e\nSecret.\n:::\nSecret.\n% solution-end",
    ],
)
def test_what_stands_between_the_gates_is_left_out(solution):
    text = f"# Title\n\nBefore.\n\n{solution}\n\nAfter.\n"
    bare = without_solutions(text)
    assert "Secret" not in bare
    assert re.sub("\n+", "\n", bare) == "# Title\nBefore.\nAfter.\n"
    assert lines_with(bare, "After.") == lines_with(text, "After.")
    short = without_solutions(text, keep_lines=False)
    assert short == "# Title\n\nBefore.\n\nAfter.\n"


def test_other_text_stays_as_it_is():
    text = (
        "# Title\r\n\n\n:::{note}\n% no solution-start\n:::\n"
        "~~~\n:::{solution-start} shown\n:::\n~~~\n"
        "    % solution-start\n```\n% solution-end\n```\n:::{solutions}\n:::\n"
    )
    assert without_solutions(text) == text
    assert without_solutions(text, keep_lines=False) == text


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        (":::{solution-start} e\n:::\nA\n", 3, "no end: {solution-end} is missing"),
        ("% solution-start\nA\n", 3, "no end"),
        (":::{solution-end}\n:::\n", 3, "ends a solution that has no beginning"),
        (":::{solution-start} e\n:::\n" * 2, 5, "begins inside another"),
        (":::{solution-start} e\nA\n", 3, "{solution-start} has no closing :::"),
        ("::::{solution} e\n:::\nA\n", 3, "{solution} has no closing ::::"),
    ],
)
def test_a_gate_alone_is_an_error_at_its_line(text, line, message):
    with pytest.raises(GateError, match=re.escape(message)) as caught:
        without_solutions(f"# Title\n\n{text}")
    assert caught.value.line == line


def regions(text):
    """Return the solutions of a chapter, as they are written."""
    lines = text.split("\n")
    return ["\n".join(lines[a : b + 1]) for a, b in found_in(lines)]


@pytest.mark.parametrize("page", pages())
def test_a_chapter_stands_without_its_solutions(page):
    """Nothing that the rest of the book needs stands in a solution."""
    text = (BOOK / f"{page}.md").read_text("utf-8")
    found = regions(text)
    for solution in found:
        assert commented_lines(solution, page, "assert ") == []
        assert not re.search(
            r"^\([\w-]+\)=|^\$\$ \(|^ *:?(label|name):", solution, re.M
        )
    if page != "teaching":  # which tells of them
        gates = re.findall(r"^(?::::\{|% )solution-start", text, flags=re.MULTILINE)
        assert len(found) == len(gates)
        assert "solution" not in without_solutions(text).lower()


def builds(function):
    """Mark a test that builds a book: one worker makes all of them."""
    return pytest.mark.site(pytest.mark.xdist_group("build")(function))


WITHOUT = {"SOLUTIONS": "no"}
BINARY = {".png", ".webp", ".woff", ".woff2", ".ttf", ".zip", ".pdf", ".wasm"}


def texts(site):
    """Yield each file of a site and what a reader can find in it."""
    for path in sorted(site.rglob("*")):
        if path.is_file() and path.suffix not in BINARY:
            text = path.read_text("utf-8", errors="replace")
            yield path, text
            if path.suffix == ".html":
                yield path, BeautifulSoup(text, "html.parser").get_text()
            elif path.suffix in (".ipynb", ".json"):
                yield path, " ".join(words_of(json.loads(text)))


def words_of(value):
    """Yield the strings in what JSON holds."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from words_of(part)


def holding(site, words):
    """Return the files of a site that hold these words."""
    return {path.relative_to(site).as_posix() for path, t in texts(site) if words in t}


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    plain = "# Zero\n\n% solution-start\nOnly for teachers.\n% solution-end\n"
    folder = tmp_path_factory.mktemp("solutions")
    return Project(folder, one=HEAD + PAGE, zero=plain)


@builds
def test_both_books_can_be_built_in_turn(project):
    """No stale page, no chapter run twice, and the second book with is the first."""
    seen = []
    for environment in ({}, WITHOUT, {}, WITHOUT, {"SOLUTIONS": "yes"}):
        assert project.build(**environment) == []
        named = {name: holding(project.site, name) for name in (ANSWER, '"two")')}
        for words, files in named.items():
            inside = {"one.html", "_sources/one.md", "_sources/one.ipynb"}
            assert (inside <= files) == (environment != WITHOUT), words
            assert bool(files) == (environment != WITHOUT), words
        files = holding(project.site, "Only for teachers.")
        assert ("zero.html" in files) == bool(files) == (environment != WITHOUT)
        page = project.page("one")
        assert len(page.select(".exercise")) == 1
        assert len(page.select(".solution")) == (environment != WITHOUT)
        seen.append((re.search(r"(\d+) chapters to run", project.log)[1], str(page)))
    assert [ran for ran, _ in seen] == ["1", "1", "0", "0", "0"]
    changing = r"tippy/one\.[\w-]+\.js|\?v=\w+"  # with each build
    bare = [re.sub(changing, "", page) for _, page in seen]
    assert bare[0] == bare[2] == bare[4]
    assert bare[1] == bare[3]


@builds
def test_a_book_without_solutions_leads_nowhere_to_them(project):
    assert project.build(**WITHOUT) == []
    links = {a["href"] for a in project.page("one").select("a[href^=http]")}
    assert not [a for a in links if re.search(r"/edit/|mybinder|mlpnotes/?$", a)]
    text = (project.site / "_sources" / "one.md").read_text("utf-8")
    assert text == HEAD + PAGE.split(":::{solution-start")[0] + "## After\n"
    notebook = nbformat.read(project.site / "_sources" / "one.ipynb", 4)
    assert not [
        c for c in notebook.cells if c.cell_type == "code" and "two" in c.source
    ]


@builds
def test_the_line_in_the_configuration_says_the_same(project):
    config = project.book / "_config.yml"
    before = config.read_text("utf-8")
    assert "    solutions: yes " in before
    try:
        config.write_text(before.replace("solutions: yes ", "solutions: no "), "utf-8")
        assert project.build() == []
        assert holding(project.site, ANSWER) == set()
        assert project.build(SOLUTIONS="yes") == []
        assert holding(project.site, ANSWER) != set()
    finally:
        config.write_text(before, "utf-8")


@builds
def test_a_gate_left_open_stops_the_build_at_its_line(project):
    gate = PAGE.split("## After")[0].replace(":::{solution-end}\n:::\n", "")
    line = 1 + lines_with(HEAD + gate, "{solution-start}")[0]
    project.write(two=HEAD + gate.replace("ex-one", "ex-two"))
    try:
        (found,) = project.build(**WITHOUT)
        assert re.search(rf"two\.md:{line}: ERROR: this solution has no end", found)
    finally:
        project.write(two=None)


@builds
def test_neither_yes_nor_no_is_refused(project):
    words = "SOLUTIONS in the environment is 'perhaps', expected yes or no"
    with pytest.raises(AssertionError, match=words):
        project.build(SOLUTIONS="perhaps")


def traces(solution):
    """Return what would give a solution away: its code, and pieces of its prose."""
    *_, body = re.split(r"^:::$", solution[:-3], maxsplit=1, flags=re.MULTILINE)
    in_code = False
    for line in body.split("\n"):
        if line.startswith("```"):
            in_code = not in_code
        pieces = [line] if in_code else re.split(r"[$*`{}\[\]_\\\"'&<>()]+", line)
        yield from (p.strip() for p in pieces if len(p.strip()) > 16)


@pytest.fixture(scope="module")
def secrets():
    """Return for each page what stands in its solutions, and nowhere else."""
    kept = "\n".join(
        without_solutions(path.read_text("utf-8")) for path in BOOK.glob("*.md")
    )
    kept += "\n".join(
        path.read_text("utf-8")
        for path in (BOOK.parent / "src").rglob("*")
        if path.suffix in (".py", ".js", ".html")
    )
    return {
        path.stem: [
            {piece for piece in traces(solution) if piece not in kept}
            for solution in regions(path.read_text("utf-8"))
            if solution.startswith(":::")
        ]
        for path in chapters()
    }


@builds
def test_the_book_without_solutions_holds_no_trace_of_one(tmp_path, secrets):
    """The whole book, not executed, since that takes minutes and shows no more."""
    project = Project(tmp_path)
    shutil.copytree(
        BOOK, project.book, dirs_exist_ok=True, ignore=shutil.ignore_patterns("_build")
    )
    config = project.book / "_config.yml"
    text = config.read_text("utf-8")
    config.write_text(text.replace("notebooks: cache", "notebooks: off"), "utf-8")
    project.build(**WITHOUT)
    assert {path.stem for path in project.site.glob("*.html")} >= set(pages())
    everything = "\f".join(text for _, text in texts(project.site))
    for page in ("intro", "your-backprop"):
        listing = r"dW1 = acts.X.T @ dz1 +# \(51\)"  # of the whole program
        assert not re.search(listing, project.page(page).get_text())
    pieces = set().union(*(s for found in secrets.values() for s in found))
    assert [piece for piece in pieces if piece in everything] == []


@builds
def test_the_traces_are_those_of_the_book(secrets):
    """What the test above seeks is there when the book has its solutions."""
    site = BOOK / "_build" / "html"
    for page, solutions in secrets.items():
        text = BeautifulSoup((site / f"{page}.html").read_text("utf-8"), "html.parser")
        source = (site / "_sources" / f"{page}.md").read_text("utf-8")
        words = text.get_text()
        for pieces in solutions:
            assert pieces, page
            assert all(piece in source for piece in pieces)
            assert any(piece in words for piece in pieces), pieces
