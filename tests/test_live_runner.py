"""The part in Python of the pages that run, without a browser."""

import importlib.util
import inspect
import json
import tracemalloc
import warnings

import pytest
from live import HERE, first_digits

import mlpnotes
from mlpnotes import backward

RIGHT = """\
def my_backward(params, acts, y):
    dz3 = acts.y_hat - y
    dW3 = acts.a2.T @ dz3
    db3 = dz3.sum(axis=0)
    da2 = dz3 @ params.W3.T
    dz2 = da2 * acts.a2 * (1 - acts.a2)
    dW2 = acts.a1.T @ dz2
    db2 = dz2.sum(axis=0)
    da1 = dz2 @ params.W2.T
    dz1 = da1 * acts.a1 * (1 - acts.a1)
    dW1 = acts.X.T @ dz1
    db1 = dz1.sum(axis=0)
    return dz3, dW3, db3, da2, dz2, dW2, db2, da1, dz1, dW1, db1
"""
RETURNED = "return dz3, dW3, db3, da2, dz2, dW2, db2, da1, dz1, dW1, db1"


@pytest.fixture
def runner(monkeypatch):
    monkeypatch.setattr(warnings, "showwarning", warnings.showwarning)
    spec = importlib.util.spec_from_file_location("runner", HERE / "runner.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def run(runner):
    """Return a function that runs cells of one page and returns what they show."""
    scope = {"__name__": "__main__"}

    def run(source, name="cell 1"):
        found = []
        done = runner.run(source, name, scope, lambda *piece: found.append(piece))
        failed = [kind for kind, _ in found].count("error")
        assert failed == (not done)
        return [
            (kind, json.loads(text) if kind == "result" else text)
            for kind, text in found
        ]

    run.scope = scope
    return run


@pytest.fixture
def error(run):
    """Return a function that runs a cell that fails and returns how."""

    def error(source, name="cell 1"):
        *_, (kind, text) = run(source, name)
        assert kind == "error"
        return text

    return error


@pytest.fixture
def check(runner, run):
    """Return a function that runs a cell and lets the tutor judge it."""

    def check(source):
        run(source, "cell 7")
        return json.loads(runner.check("my_backward", run.scope))

    return check


def stream(shown):
    return "".join(text for kind, text in shown if kind == "stream")


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("1 + 1", "2"),
        ("x = 3\nx", "3"),
        ("'a\\nb'", repr("a\nb")),
        ('"""words"""', "'words'"),
        ("(1,\n 2)  # a pair;", "(1, 2)"),
        ("'ä;'  # ;", "'ä;'"),
        ("class A:\n    def __repr__(self):\n        return 'an A'\nA()", "an A"),
        ("int", "<class 'int'>"),
        ("'\\ud800'", repr("\ud800")),
    ],
)
def test_the_value_of_a_last_expression_is_shown(run, source, text):
    assert run(source) == [("result", {"text": text})]


@pytest.mark.parametrize(
    "source",
    ["", "# nothing", "None", "x = 1", "1;", "(1);  # not", "(1\n);", "1; x = 2",
     "if True:\n    1", "def f():\n    return 1"],
)  # fmt: skip
def test_other_cells_show_nothing(run, source):
    assert run(source) == []


def test_values_have_the_texts_that_a_notebook_shows(run):
    run("""\
class Rich:
    def __repr__(self): return "plain"
    def _repr_html_(self): return "<p>rich</p>"
    def _repr_latex_(self): return "$x$"
""")
    rich = {"text": "plain", "html": "<p>rich</p>", "latex": "$x$"}
    assert run("Rich()") == [("result", rich)]
    assert [*run("Rich")[0][1]] == ["text"]  # the class itself is none of its values
    run("Rich._repr_html_ = lambda self: 1 / 0")
    run("Rich._repr_latex_ = lambda self: None")
    assert run("Rich()") == [("result", {"text": "plain"})]


def test_display_shows_where_it_stands(run):
    shown = run("print('a')\ndisplay(1, 'b')\nprint('c')\n2")
    assert [text for _, text in shown] == [
        "a", "\n", {"text": "1"}, {"text": "'b'"}, "c", "\n", {"text": "2"},
    ]  # fmt: skip
    run("def show(x):\n    display(x)", "cell 1")
    assert run("show(3)", "cell 2") == [("result", {"text": "3"})]
    run("display = print", "cell 3")
    assert stream(run("display(4)", "cell 4")) == "4\n"


def test_prints_and_errors_come_in_their_order(run):
    shown = run("import sys\nprint(1)\nprint(2, file=sys.stderr)\nprint(3)\n1 / 0")
    assert stream(shown) == "1\n2\n3\n"
    assert shown[-1][0] == "error"


def test_what_is_printed_is_cut_and_says_how_much_is_lost(runner, run):
    whole = "x" * (runner.LIMIT - 1) + "\n"
    assert stream(run(f"print('x' * {runner.LIMIT - 1})")) == whole
    shown = run(f"print('x' * {runner.LIMIT + 1233})")
    assert stream(shown) == whole[:-1] + "x\n[cut here: 1,234 more characters]\n"
    # what comes after it is shown nevertheless, and below
    shown = run(f"print('x' * {runner.LIMIT})\n5")
    assert [kind for kind, _ in shown] == ["stream", "stream", "result"]
    assert run(f"print('x' * {runner.LIMIT})\n1 / 0")[-1][0] == "error"


def test_values_and_errors_are_cut(runner, run):
    ((_, shown),) = run(f"'x' * {runner.LIMIT}")
    assert shown["text"].endswith("x\n[cut here: 2 more characters]")
    ((_, text),) = run(f"raise ValueError('x' * {runner.LIMIT})")
    assert len(text) < runner.LIMIT + 100
    shown = run(f"for i in range({runner.VALUES + 7}):\n    display(i)")
    assert len(shown) == runner.VALUES + 1
    assert stream(shown) == "[cut here: 7 more values]\n"


def test_endless_prints_take_no_memory(run):
    tracemalloc.start()
    run("for i in range(100_000):\n    print('a line of some length', i)")
    assert tracemalloc.get_traced_memory()[1] < 3e6
    tracemalloc.stop()


def test_print_refuses_what_is_no_text(error):
    assert "write() takes a str, not bytes" in error(
        "import sys\nsys.stdout.write(b'')"
    )


def test_a_traceback_names_the_cell_and_holds_its_lines(error, run):
    run("def f(x):\n    return 1 / x\n", "cell 2")
    text = error("y = 0\nf(y)", "cell 3")
    assert text.splitlines()[:2] == [
        "Traceback (most recent call last):", '  File "cell 3", line 2, in <module>',
    ]  # fmt: skip
    assert '  File "cell 2", line 2, in f\n    return 1 / x\n' in text
    assert text.endswith("ZeroDivisionError: division by zero\n")
    assert "runner" not in text


@pytest.mark.parametrize(
    "source",
    [
        "import numpy as np\nnp.linalg.inv(np.zeros((2, 2)))",
        "import numpy as np\nnp.ones((2, 3)) @ np.ones((2, 3))",
        "from mlpnotes import one_hot\none_hot([11])",
        "import json\njson.loads('{')",
        "sorted([1, 'a'])",
        "def f():\n    yield 1 / 0\nlist(f())",
        "exec('1 / 0')",
        "int('x')",
    ],
)
def test_a_traceback_leaves_out_the_lines_of_others(error, source):
    text = error(source)
    files = [line for line in text.splitlines() if line.startswith("  File")]
    assert files
    assert all(line.startswith('  File "cell 1"') for line in files)
    assert "site-packages" not in text


def test_chained_exceptions_keep_what_the_reader_wrote(error):
    text = error("try:\n    1 / 0\nexcept ZeroDivisionError:\n    {}['key']")
    assert "division by zero" in text
    assert "During handling" in text
    text = error("try:\n    1 / 0\nexcept Exception as e:\n    raise ValueError from e")
    assert "division by zero" in text
    assert "direct cause" in text
    assert "KeyError" in error("raise ValueError from KeyError('new')")
    # an exception that others handled among themselves says nothing
    text = error("import json\njson.loads('')")
    assert "StopIteration" not in text
    assert "During handling" not in text
    text = error("raise ExceptionGroup('both', [ValueError('a'), KeyError('b')])")
    assert "ValueError: a" in text
    assert "KeyError: 'b'" in text


def test_a_long_chain_of_exceptions_has_an_end(error):
    source = "e = None\nfor i in range(5000):\n    new = ValueError(i)\n"
    assert error(f"{source}    new.__cause__ = e\n    e = new\nraise e")


def test_a_syntax_error_shows_its_place_alone(error):
    text = error("x = 1\ny = = 2", "cell 4")
    assert text.startswith('  File "cell 4", line 2\n    y = = 2\n')
    assert error("return 1").endswith("SyntaxError: 'return' outside function\n")
    assert "null bytes" in error("x = '\0'")


def test_endless_recursion_is_reported_shortly(error):
    text = error("def f(x):\n    return f(x)\nf(1)")
    assert "more times]" in text
    assert len(text) < 1000
    assert "RecursionError" in text


@pytest.mark.parametrize(
    ("source", "last"),
    [
        ("class E(Exception):\n    def __str__(self):\n        1 / 0\nraise E", "E: <"),
        ("class A:\n    def __repr__(self):\n        1 / 0\nA()", "ZeroDivisionError"),
        ("class A:\n    def __repr__(self):\n        return 1\nA()", "TypeError"),
        ("raise SystemExit(3)", "SystemExit: 3"),
        ("import sys\nsys.exit()", "SystemExit"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt"),
        ("raise GeneratorExit", "GeneratorExit"),
        ("class E(Exception):\n    def __getattribute__(self, name):\n"
         "        raise E\nraise E", "E"),
        ("assert 1 == 2, 'no'", "AssertionError: no"),
    ],
)  # fmt: skip
def test_whatever_a_cell_raises_the_page_goes_on(error, run, source, last):
    assert last in error(source).splitlines()[-1]
    assert run("1 + 1", "cell 2") == [("result", {"text": "2"})]


@pytest.mark.parametrize(
    "source",
    ["%time 1", "x = 2\n%matplotlib inline", "!pip install x", "%%time\n1", "x?"],
)
def test_commands_of_a_notebook_get_a_sentence(error, source):
    assert "commands of a notebook: a page runs Python alone" in error(source)


def test_other_syntax_errors_get_none(error):
    assert "notebook" not in error("x = 5 %")
    assert "notebook" not in error("exec('%time')")


def test_input_gets_a_sentence(error, run):
    text = error("x = input('x? ')")
    assert "write the value into the cell" in text
    assert 'File "cell 1", line 1' in text
    assert text.count("File") == 1
    run("input = lambda prompt: '3'")
    assert run("input('x? ')", "cell 2") == [("result", {"text": "'3'"})]


@pytest.mark.parametrize("name", ["nothing_like_it", "nothing.like.it", "json.nothing"])
def test_missing_modules_get_a_sentence(error, name):
    missing = name if name.startswith("json") else name.partition(".")[0]
    text = error(f"import {name}")
    assert f"This page has no {missing}: " in text
    assert "notebook" in text


def test_variables_stay_from_cell_to_cell(run):
    run("from __future__ import annotations\nx = 1\nclass A:\n    y: nothing = 2")
    run("def f():\n    return x, A().y", "cell 2")
    run("x = 5", "cell 3")
    assert run("f()", "cell 4") == [("result", {"text": "(5, 2)"})]
    run("x = 6\n1 / 0", "cell 5")
    assert run("x", "cell 6") == [("result", {"text": "6"})]
    # what a cell asks of the future holds for it alone
    assert "NameError" in run("def g(z: nothing):\n    pass", "cell 7")[-1][1]


def test_the_source_of_a_cells_function_is_known(run):
    run("# a comment\n" + RIGHT, "cell 1")
    run("f = lambda: '\\x0c\f'\ndef g():\n    return 2\n", "cell 2")
    assert inspect.getsource(run.scope["my_backward"]) == RIGHT
    assert inspect.getsource(run.scope["g"]) == "def g():\n    return 2\n"


def test_a_warning_is_shown_once_with_the_cells_line(run):
    warnings.simplefilter("default")
    source = "import numpy as np\nfor _ in range(3):\n    np.exp(np.array([1e4]))"
    wanted = (
        "cell 1:3: RuntimeWarning: overflow encountered in exp\n"
        "  np.exp(np.array([1e4]))\n"
    )
    assert stream(run(source)) == wanted
    assert stream(run(source)) == wanted  # and again when the cell runs again
    assert stream(run(source, "cell 2")) == wanted.replace("1:3", "2:3")
    # from within a library the line is that of the cell too
    text = stream(run("x = np.full(3, 1e308)\n\nx.var()", "cell 3"))
    assert text.startswith("cell 3:3: RuntimeWarning")
    assert "site-packages" not in text


def test_the_first_digits_are_loaded(runner, monkeypatch, tmp_path):
    monkeypatch.setattr(mlpnotes, "load_mnist", mlpnotes.load_mnist)
    monkeypatch.setattr(mlpnotes.mnist, "load_mnist", mlpnotes.load_mnist)
    every = mlpnotes.load_mnist()
    for name, content in first_digits().items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    runner.use_first_digits(str(tmp_path / "digits"))
    few = mlpnotes.load_mnist()
    for part, whole in zip(few, every, strict=True):
        assert (part.images == whole.images[: len(part.labels)]).all()
        assert (part.labels == whole.labels[: len(part.labels)]).all()
        assert len(part.labels) == 500


def test_a_right_function_is_right(check):
    found = check(RIGHT)
    assert (found["ok"], found["right"], found["first"]) == (True, 11, None)
    assert found["rows"][0] == ["dz3", 9, "right"]
    assert len(found["rows"]) == 11
    assert check(RIGHT.replace(RETURNED, "return dW1, db1, dW2, db2, dW3, db3"))["ok"]
    assert check("from mlpnotes import backward as my_backward")["ok"]
    assert check("import mlpnotes\nmy_backward = mlpnotes.backward")["ok"]


def test_a_wrong_line_has_a_hint_in_steps(check):
    found = check(RIGHT.replace("da1 = dz2 @", "da1 = da2 @"))
    assert (found["ok"], found["right"], found["first"]) == (False, 10, "da1")
    assert len(found["hints"]) == 3
    assert "da1" in found["hints"][0]


def test_a_blank_function_has_nothing_right(check):
    lines = [*RIGHT.splitlines()]
    blank = [f"{line.partition('=')[0]}= None" for line in lines[1:-1]]
    found = check("\n".join([lines[0], *blank, lines[-1]]))
    assert (found["ok"], found["right"], found["first"]) == (False, 0, "dz3")


@pytest.mark.parametrize(
    "body",
    ["1 / 0", "raise SystemExit", "return my_backward(*p)",
     "return 'garbage'", "return object()", "return [None] * 11", "return", "print(1)"],
)  # fmt: skip
def test_whatever_the_function_does_there_is_a_verdict(check, body):
    found = check(f"def my_backward(*p):\n    {body}")
    assert not found["ok"]
    assert len(found["rows"]) == 11
    assert found["hints"][0]
    found = check(RIGHT.replace(RETURNED, body.replace("*p", "params, acts, y")))
    assert len(found["rows"]) == 11
    assert found["hints"][0]


@pytest.mark.parametrize(
    "source",
    [
        RIGHT.replace("my_backward", "backward"),
        "x = 1",
        "",
        "1 / 0",
        "def my_backward(:",
        "my_backward = None",
        f"{RIGHT}\nmy_backward = 3",
        f"{RIGHT}\ndel my_backward",
    ],
)
def test_a_function_of_an_earlier_run_is_not_judged(check, source):
    assert check(RIGHT)["ok"]
    found = check(source)
    assert (found["ok"], found["right"], found["first"]) == (False, 0, None)
    assert found["hints"] == [
        "The cell defines no function `my_backward`: the tutor looks for that."
    ]
    assert len(found["rows"]) == 11
    assert not found["words"]
    assert check(RIGHT)["ok"]


def test_what_stops_below_a_function_does_not_keep_it_from_being_judged(check):
    found = check(f"{RIGHT}\n1 / 0")
    assert (found["given"], found["ok"], found["right"], found["of"]) == (
        True, True, 11, 11,
    )  # fmt: skip


def test_arrays_that_need_not_come_back_are_not_counted(check):
    six = RIGHT.partition("    return")[0] + "    return dW1, db1, dW2, db2, dW3, db3"
    names = "dz3", "da2", "dz2", "da1", "dz1"
    for name in names:
        six = six.replace(name, f"_{name}")
    found = check(six)
    assert (found["ok"], found["right"], found["of"]) == (True, 6, 6)
    found = check(six.replace("db3 = _dz3.sum", "db3 = _dz3.mean"))
    assert (found["ok"], found["right"], found["of"]) == (False, 5, 6)


def test_the_tutor_judges_what_the_page_calls_so(check):
    # two definitions: the last one counts, as in Python
    wrong = RIGHT.replace("acts.y_hat - y", "y - acts.y_hat")
    assert check(f"{RIGHT}\n\n{wrong}")["first"] == "dz3"
    assert check(f"{wrong}\n\n{RIGHT}")["ok"]
    assert backward.__name__ == "backward"
