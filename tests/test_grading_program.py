"""What is read of a student's file, and how much of it runs."""

import ast
import codecs
import json
import time

import pytest

from mlpnotes.grading.reading.program import read
from mlpnotes.grading.reasons import Halted

END = "def backward(params, acts, y):\n    return {}\n"


@pytest.fixture
def file(tmp_path):
    """Return a function that writes a file, and one for notebooks."""

    def write(text, encoding="utf-8", name="my work ü.py"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
        return path

    return write


def notebook(*cells, format=4):
    """Return the text of a notebook with these code cells, and a text between."""
    key = "source" if format == 4 else "input"
    told = [{"cell_type": "markdown", "source": "Words"}]
    for cell in cells:
        lines = cell.splitlines(keepends=True) if format == 4 else cell
        told += [{"cell_type": "code", key: lines}, told[0]]
    held = {"cells": told} if format == 4 else {"worksheets": [{"cells": told}]}
    return json.dumps({"nbformat": format} | held)


def ran(program):
    """Return the first lines of the statements that would run."""
    return [ast.unparse(s.node).split("\n")[0] for s in program.statements]


@pytest.mark.parametrize(
    "data",
    [
        codecs.BOM_UTF8 + END.encode(),
        END.replace("\n", "\r\n").encode(),
        END.replace("\n", "\r").encode(),
        ("# -*- coding: latin-1 -*-\n# Übung\n" + END).encode("latin-1"),
        ("# Übung\n" + END).encode(),
    ],
)
def test_every_encoding_that_python_reads(data, file):
    assert read(file(data)).function == "backward"


def test_what_is_no_text_is_said(file):
    with pytest.raises(Halted, match="save it as UTF-8"):
        read(file("# Übung\n" + END, "latin-1"))
    with pytest.raises(Halted, match="cannot be read"):
        read(file(END).with_name("none.py"))


@pytest.mark.parametrize("format", [3, 4])
def test_a_notebook_and_its_magic(format, file):
    text = notebook(
        "%matplotlib inline\n!pip install numpy\nimport numpy as np\nnp.sum?",
        "%%bash\nrm -rf /", "files = !ls\nif 1:\n    %time x = 3",
        "%%time\ndef backward(params, acts, y):\n    dW2 = np.ones(3)",
        format=format,
    )  # fmt: skip
    program = read(file(text, name="a.ipynb"))
    assert ran(program) == ["import numpy as np", "def backward(params, acts, y):"]
    assert program.place("dW2") == ("cell 4, line 3", "dW2 = np.ones(3)")


@pytest.mark.parametrize("text", ["", "{", "[]", '{"cells": 3}', "[" * 10**5])
def test_a_broken_notebook_is_said(text, file):
    with pytest.raises(Halted, match="Your notebook cannot be read"):
        read(file(text, name="a.ipynb"))


def test_a_broken_cell_elsewhere_is_no_matter(file):
    path = file(notebook("x = = 3", END), name="a.ipynb")
    assert read(path).function == "backward"
    path = file(notebook("x = 3\n\ny = = 3"), name="a.ipynb")
    with pytest.raises(Halted, match="^Cell 1, line 3, `y = = 3`, is no Python: inv"):
        read(path)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("dW2 = a1.T @@ dz2\n", "^Line 1, `dW2 = a1.T @@ dz2`, is no Python: invalid"),
        ("def f():\n  if 1:\n pass\n", "^Line 3, `pass`, is no Python: unindent"),
        ("return 3\n", "^Line 1, `return 3`, is no Python: 'return' outside"),
        ("x = '\0'\n", "cannot be read as Python|is no Python"),
        ("x = " + "(" * 10**4, "is no Python: too many nested"),
        ("x = " + "-" * 10**5 + "1\n", "is no Python|cannot be read"),
    ],
)
def test_what_is_no_python_is_said(text, said, file):
    with pytest.raises(Halted, match=said):
        read(file(text))


NAMED = "def {}({}):\n    pass\n"


@pytest.mark.parametrize(
    ("functions", "chosen"),
    [
        ([("backward_pass", "a, b, c, d")], "backward_pass"),
        ([("my_backward", "a"), ("backward", "b")], "backward"),
        ([("solve", "params, acts, y"), ("forward", "params, X")], "solve"),
        ([("grads", "X, y, params, reg=0"), ("helper", "a")], "grads"),
        ([("loss", "params, X, y"), ("gradients", "params, cache, y")], "gradients"),
        ([("step", "W1, W2, W3, X, a1, a2, y_hat, y")], "step"),
    ],
)
def test_the_function_is_found(functions, chosen, file):
    assert read(file("".join(NAMED.format(*f) for f in functions))).function == chosen


@pytest.mark.parametrize(
    ("functions", "said"),
    [
        ([], "^No function backward is in your file; it defines none"),
        ([("forward", "params, X")], "; it defines forward"),
        ([("penalised", "params, X, y, l2")], "; it defines penalised"),
        ([("one", "params, acts, y"), ("two", "params, acts, y")],
         "^Your file has one, two, each of which may be the backward pass"),
        ([("backward_pass", "a"), ("my_backward", "a")], "has backward_pass, my_"),
    ],
)  # fmt: skip
def test_no_function_or_several_are_said(functions, said, file):
    with pytest.raises(Halted, match=said):
        read(file("".join(NAMED.format(*f) for f in functions)))


def test_a_named_function(file):
    path = file(END + "mine = backward")
    assert read(path, "mine").function == "mine"
    with pytest.raises(
        Halted, match="^No function other is in your file; it defines b"
    ):
        read(path, "other")


NEEDS = """from __future__ import annotations
import os, numpy as np
from math import *
from numpy import exp, log
cfg = {}
cfg["scale"] = 2
cfg.update(shift=1)
SIZE = 3
WIDTH = SIZE * 2
SIZE = 4
def helper(a):
    return sigmoid(a) * cfg["scale"] * LATE
X, y = load_mnist()
params = train(X, y)
for epoch in range(30):
    params = step(params)
try:
    import scipy
except ImportError:
    scipy = None
class Layer:
    width = WIDTH
    def call(self):
        return OTHER
def backward(params, acts, y):
    X, layer = acts.X, Layer()
    dW1 = [helper(x) for x in X]
    return scipy or np.ones(3)
if True:
    def sigmoid(z):
        return 1 / (1 + exp(-z))
LATE = 1
OTHER = 5
diagnose(backward)
plt.plot(X)
print(backward(params, None, y))
"""


def test_only_what_the_function_needs_runs(file):
    assert ran(read(file(NEEDS))) == [
        "import numpy as np", "from numpy import exp", "cfg = {}",
        "cfg['scale'] = 2", "cfg.update(shift=1)", "SIZE = 3", "WIDTH = SIZE * 2",
        "def helper(a):", "try:", "class Layer:", "def backward(params, acts, y):",
        "if True:", "LATE = 1", "OTHER = 5",
    ]  # fmt: skip


def test_of_several_definitions_the_last_counts(file):
    cells = "import lost\ndef backward(params, acts, y):\n    return lost", "x = 1", END
    program = read(file(notebook(*cells), name="a.ipynb"))
    assert [s.cell.name for s in program.statements] == ["cell 3"]


def test_a_star_is_needed_for_a_name_that_nothing_else_makes(file):
    assert ran(read(file("from numpy import *\n" + END))) == [
        "def backward(params, acts, y):"
    ]
    text = "from numpy import *\n" + END.replace("{}", "exp(y)")
    assert ran(read(file(text)))[0] == "from numpy import *"


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("dW2 = a1.T @ dz2", "dW2 = a1.T @ dz2"),
        ("dW_2 = 3 * a", "dW_2 = 3 * a"),
        ('grads["W2"] = a * b', 'grads["W2"] = a * b'),
        ('grads["dW2"] = a * b', 'grads["dW2"] = a * b'),
        ("dW2 = np.zeros(3); dW2 += a", "dW2 += a"),
        ("a, dW2 = (x,\n        y)", "a, dW2 = (x, y)"),
        ("return dict(dW2=a @ b)", "return dict(dW2=a @ b)"),
        ("return dict(W2=a @ b)", "return dict(W2=a @ b)"),
        ('return {"dW2": a @ b}', 'return {"dW2": a @ b}'),
        ("g.dW2 = a @ b", "g.dW2 = a @ b"),
        ("dW3 = a", ""),
    ],
)
def test_the_place_of_a_line(line, code, file):
    text = f"def backward(params, acts, y):\n    grads = {{}}\n    {line}\n"
    assert read(file(text)).place("dW2") == ("line 3" if code else "", code)


def test_the_place_in_a_helper(file):
    text = "def layer(a):\n    dW2 = a\n    return dW2\n" + END.replace(
        "{}", "layer(y)"
    )
    assert read(file(text)).place("dW2") == ("line 2", "dW2 = a")


def test_nothing_of_a_file_is_run_or_changed(file):
    path = file("raise SystemExit\n" + END)
    before = path.read_bytes(), path.stat().st_mtime_ns
    read(path)
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before


@pytest.mark.parametrize("coding", ["undefined", "idna", "punycode", "hex", "none"])
def test_a_coding_that_is_none_is_said(coding, file):
    with pytest.raises(Halted, match="save it as UTF-8"):
        read(file(f"# coding: {coding}\n" + END))


@pytest.mark.parametrize(
    ("text", "name", "said"),
    [
        ("x = 1\n" * 40_000 + END, "a.py", "more than 200,000 characters of code"),
        (END + " " * 900_000, "a.py", "more than 200,000 characters of code"),
        ('{"cells": [], "x": [' + "{}," * 10**6 + "0]}", "a.ipynb", "cannot be read"),
        ('{"a": "' + " " * 20_000_000 + '"}', "a.ipynb", "larger than 20 MB"),
    ],
)
def test_a_file_that_would_take_long_is_refused_at_once(text, name, said, file):
    path, start = file(text, name=name), time.process_time()
    with pytest.raises(Halted, match=said):
        read(path)
    assert time.process_time() - start < 2


def test_a_tangled_file_is_looked_through_in_little_time(file):
    start = time.process_time()
    chain = "x = 0\n" + "x += u\n" * 10_000 + END.replace("{}", "x")
    assert len(read(file(chain)).statements) == 10_002
    fills = "x = []\n" + "x.append(x)\n" * 5_000 + END.replace("{}", "x")
    with pytest.raises(Halted, match="too tangled"):
        read(file(fills))
    assert time.process_time() - start < 10


@pytest.mark.parametrize(("rows", "place"), [(3, "line 6"), (100, "")])
def test_the_place_of_a_line_is_looked_for_in_little_time(rows, place, file):
    deep = f"        {'-' * 500}y\n" * rows  # of too many it is not looked for at all
    text = f"def backward(params, acts, y):\n    if y is None:\n{deep}    dW2 = a\n"
    start = time.process_time()
    assert read(file(text)).place("dW2")[0] == place
    assert time.process_time() - start < 2


USES = {
    "sigmoid": "^Your function backward uses sigmoid, which comes from mlpnotes "
    "\\(cell 1, line 2\\): mlpnotes is not there where it is marked. Write it with "
    "NumPy.$",
    "nn.sigmoid": "^Your function backward uses nn, which comes from mlpnotes",
    "mlpnotes": r"^Your function backward uses mlpnotes \(cell 1, line 4\), which is ",
    "helper": "^Your function helper uses sigmoid, which comes from mlpnotes",
    "X": "^Your function backward uses X, which cell 2, line 2 makes with mlpnotes: "
    "that is not there where it is marked. Inside the function only params, acts and "
    "y are given: write acts.X.$",
    "W2": "write params.W2.$",
    "data": "Inside the function only params, acts and y are given.$",
}


@pytest.mark.parametrize("name", USES)
def test_what_a_function_takes_from_mlpnotes_is_named(name, file):
    cells = (
        "import numpy as np\nfrom mlpnotes import random_problem, sigmoid\n"
        "import mlpnotes.functions as nn\nimport mlpnotes",
        "data = random_problem()\nparams, X, y = data.params, data.X, data.y\n"
        "W2 = params.W2",
        "def helper(z):\n    return sigmoid(z)",
        "mlpnotes.diagnose(backward)\n" + END.replace("{}", name),
    )
    with pytest.raises(Halted, match=USES[name]):
        read(file(notebook(*cells), name="a.ipynb"))


def test_all_names_of_mlpnotes_are_no_others(file):
    star = "from mlpnotes import *\n"
    assert ran(read(file(star + END.replace("{}", "lost")))) == [END.split("\n")[0]]
    with pytest.raises(Halted, match="uses sigmoid, which comes from mlpnotes"):
        read(file(star + END.replace("{}", "lost, sigmoid")))


@pytest.mark.parametrize("form", [None, "course"])
def test_a_method_is_no_function(form, file):
    name = "backward_pass" if form else "backward"
    text = f"class Net:\n    def {name}(self, y):\n        pass\n"
    said = f"^No function {name} is in your file, only a method of the class Net "
    with pytest.raises(Halted, match=said + r"\(line 2\): write it"):
        read(file(text), form=form)
    with pytest.raises(Halted, match=f"^No function {name} is in your file; it def"):
        read(file("x = 1\n"), form=form)


def test_a_choice_is_told(file):
    cells = NAMED.format("backward_old", "params, acts, y"), END, "x = 1", END
    assert read(file(notebook(*cells), name="a.ipynb")).notes == (
        "backward is defined 2 times: the last is marked (cell 4, line 1).",
        "backward is marked (cell 4, line 1), not backward_old.",
    )
    others = NAMED.format("gradient_check", "params, acts, y") + END
    assert read(file(others)).notes == ()
    assert read(file(others), "backward").notes == ()
