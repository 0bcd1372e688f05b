"""How the tutor calls a student's function, and what it sees when that stops."""

import ast
import functools
import importlib.util
import linecache
import pathlib
import subprocess
import sys

import numpy as np
import pytest

import mlpnotes
from mlpnotes import Activations, Gradients, Params, backward
from mlpnotes.tutor import calling
from mlpnotes.tutor.calling import call, source
from mlpnotes.tutor.calling.why import why
from mlpnotes.tutor.problems import make_problem

NOTES = "def backward(params, acts, y):\n    dz3 = acts.y_hat - y\n"
COURSE = "def backward_pass(data, labels, params, reg):\n"


@pytest.fixture
def numbers():
    return make_problem(rng=np.random.default_rng(0))


def plan(function, form=None):
    return calling.plan(function, form, make_problem(rng=np.random.default_rng(0)))


def run(text, problem, name=None, known=True):
    """Call what a program defines last, with or without its source at hand."""
    file = f"<program {hash(text)}>" if known else "<string>"
    if known:
        linecache.cache[file] = len(text), None, text.splitlines(True), file
    scope = {"np": np}
    exec(compile(text, file, "exec"), scope)
    function = scope[name] if name else list(scope.values())[-1]
    return call(function, plan(function), problem)


# the line that stops after dz3 = acts.y_hat - y, its target, and why
STOPS = [
    ("da2 = dz3 @ params.W3", "da2",
     "dz3 @ params.W3 is (7, 3) @ (4, 3): the inner sizes 3 and 4 differ"),
    ("da2 = dz3 @ (2 * -params.W3)", "da2",
     "dz3 @ (2 * -params.W3) is (7, 3) @ (4, 3): the inner sizes 3 and 4 differ"),
    ("dW3 = acts.a2 @ dz3", "dW3",
     "acts.a2 @ dz3 is (7, 4) @ (7, 3): the inner sizes 4 and 7 differ"),
    ("da2 = np.dot(dz3, params.W3)", "da2",
     "np.dot(dz3, params.W3) is (7, 3) @ (4, 3): the inner sizes 3 and 4 differ"),
    ("da2 = np.matmul(dz3, params.W3)", "da2",
     "np.matmul(dz3, params.W3) is (7, 3) @ (4, 3): the inner sizes 3 and 4 differ"),
    ("da2 = dz3.dot(params.W3)", "da2",
     "dz3.dot(params.W3) is (7, 3) @ (4, 3): the inner sizes 3 and 4 differ"),
    ("dz2 = acts.a2 * acts.a1", "dz2",
     "acts.a2 * acts.a1 is (7, 4) * (7, 5): these shapes do not go together"),
    ("dz2 = np.multiply(acts.a2, acts.a1)", "dz2",
     "np.multiply(acts.a2, acts.a1) is (7, 4) * (7, 5): these shapes do not go"),
    ("dW3 = dz3.sum() @ params.W3.T", "dW3",
     "dz3.sum() @ params.W3.T is () @ (3, 4): a single number has no matrix product"),
    ("db3 = np.zeros(3)\n    db3 += dz3", "db3",
     "db3 is (3,), too small for the result (7, 3)"),
    ("dW3 = None\n    dW2 = acts.a1.T @ dW3", "dW2",
     "dW3 is None: is its line still to be written?"),
    ("dz2 = None\n    dW2 = dz2.T", "dW2",
     "dz2 is None: is its line still to be written?"),
    ("da2 = None\n    dz2 = da2 * acts.a2 * (1 - acts.a2)", "dz2",
     "da2 is None: is its line still to be written?"),
    ("da2 = ...\n    dz2 = da2 * acts.a2", "dz2",
     "da2 is ...: is its line still to be written?"),
    ("dz2 = (lambda z: None)(acts.z2)\n    da1 = dz2 * 1", "da1",
     "dz2 is None: is its line still to be written?"),
    ("dz2 = acts.a2(1 - acts.a2)", "dz2",
     "acts.a2(...) calls acts.a2, which is no function: is a * missing?"),
    ("W1, W2, W3 = params", "", "params has 6 entries: W1, b1, W2, b2, W3, b3"),
    ("X, z1, a1, z2, a2, z3, a3, y_hat = acts", "", "acts has 7 entries: X, z1, a1,"),
    ("dz3 = acts.A3 - y", "dz3", "acts has no A3; it has X, z1, a1, z2, a2, z3, y_hat"),
    ('dz3 = acts["y_hat"]', "dz3", "acts is a named tuple: write acts.y_hat"),
    ('d = dict(a=1)\n    dz3 = d["A"]', "dz3", "d has no key 'A'; it has a"),
    ('d = {}\n    dz3 = d["A"]', "dz3", "d has no key 'A'; it is empty"),
    ("d = dict(a=1)\n    dz3 = d.a", "dz3", 'd is a dict: write d["a"]'),
    ("dW3 = acts.a2.T @ dZ3", "dW3", "the name dZ3 is not defined: is it dz3?"),
    ("dW2 = acts.a1.T @ dz2\n    dz2 = 1", "dW2", "dz2 is used before it has a value"),
    ("dW2 = acts.a1.T @ dz2", "dW2", "dz2 is used before it has a value"),
    ("da2 = dz3 @ W3.T", "da2", "the name W3 is not defined: write params.W3"),
    ("X.T", "", 'the name X is not defined: write acts.X'),
    ("dz2 = sigmoid(acts.z2)", "dz2", "the name sigmoid is not defined: sigmoid(z1)"),
    ("dz2 = 1\n    if acts.z2 > 0:\n        dz2 = 0", "",
     "an array is asked for one truth value, as by if, and, max"),
    ("import math\n    dz2 = math.exp(acts.z2)", "dz2",
     "an array was given to a function of a single number, such as math.exp"),
    ("db3 = dz3.sum(dim=0)", "db3", "NumPy's word for dim is axis"),
    ("db3 = dz3.sum(axis=0, keepdim=True)", "db3", "NumPy's word for keepdim is keep"),
    ("db3 = dz3.sum / 7", "db3", "dz3.sum is a function and is not called"),
    ("dz3 = y.astype(int)\n    dz3 -= acts.y_hat", "dz3",
     "subtract in place would have to store float64 in an array of int64"),
    ("raise NotImplementedError", "",
     "NotImplementedError: this part is still to be written"),
    ("raise SystemExit", "", "SystemExit: it ends Python, as exit() does"),
    ("assert 0", "", "AssertionError: its own assert does not hold"),
    ('assert 0, "no"', "", "AssertionError: no"),
    ("return backward(params, acts, y)", "", "RecursionError: too many calls within"),
    ("raise type('BadError', (Exception,), dict(__str__=lambda e: None))", "",
     "BadError"),
]  # fmt: skip


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize(("lines", "target", "words"), STOPS)
def test_where_and_why_it_stops(lines, target, words, known, numbers):
    outcome = run(f"{NOTES}    {lines}\n", numbers, known=known)
    stop, last = outcome.stop, lines.splitlines()
    assert stop.why.startswith(words) or (stop.why, words) == ("BadError", "BadError")
    assert stop.target == target
    assert stop.kind == type(outcome.error).__name__
    assert outcome.value is None
    if "\n" not in lines and "backward(" not in lines:
        assert stop.line == 3
        assert stop.text == (last[0] if known else "")
    if words.startswith("dW3 is"):
        assert np.array_equal(outcome.seen["dz3"], numbers.acts.y_hat - numbers.y)


ONLY_SOURCE = [
    ("dW3[:] = acts.a2.T @ dz3", "dW3",
     "an array of shape (4, 3) is stored where (3, 4) belongs"),
    ("dz3[:, 9] = 0", "dz3", "dz3 is (7, 3): index 9 is out of bounds for axis 1"),
    ("dW3, db3 = dz3.sum(axis=0), dz3 @ dz3", "db3", "dz3 @ dz3 is (7, 3) @ (7, 3)"),
    ("return dict(dz3=dz3, dW3=acts.a2 @ dz3)", "dW3", "acts.a2 @ dz3 is"),
    ("return dict(W3=acts.a2 @ dz3)", "dW3", "acts.a2 @ dz3 is"),
    ('return {"b3": 1, "W3": acts.a2 @ dz3}', "dW3", "acts.a2 @ dz3 is"),
    ('g[f"dW{k}"] = acts.a2 @ dz3', "dW3", "acts.a2 @ dz3 is"),
    ('g["W" + str(k)] = acts.a2 @ dz3', "dW3", "acts.a2 @ dz3 is"),
    ("g.dW3: object = acts.a2 @ dz3", "dW3", "acts.a2 @ dz3 is"),
    ("(dW3 := acts.a2 @ dz3).sum()", "dW3", "acts.a2 @ dz3 is"),
    ("dW3 -= acts.a2 @ dz3", "dW3", "acts.a2 @ dz3 is"),
    ("acts.a2 @ dz3\n    dW3 = 1", "", "acts.a2 @ dz3 is"),
    ("params['W3'] = acts.a2 @ dz3", "", "acts.a2 @ dz3 is"),
    ("delta3 = acts.a2 @ dz3", "", "acts.a2 @ dz3 is"),
    ("dW3, dW2 = (a @ dz3 for a in (acts.a2, acts.a1))", "dW3", "a @ dz3 is"),
    ("dW3, other = (a @ dz3 for a in (acts.a2, acts.a1))", "dW3", "a @ dz3 is"),
    ("dW3 = [a @ b for a, b in [(acts.a2, dz3)]]", "dW3", "a @ b"),
]  # fmt: skip


@pytest.mark.parametrize(("lines", "target", "words"), ONLY_SOURCE)
def test_the_source_tells_more(lines, target, words, numbers):
    start = f"{NOTES}    k, g, dW3 = 3, {{}}, np.zeros((3, 4))\n"
    stop = run(f"{start}    {lines}\n", numbers).stop
    assert (stop.line, stop.target) == (4, target)
    assert stop.why.startswith(words)
    assert stop.text == lines.splitlines()[0]


@pytest.mark.parametrize(
    ("lines", "target"),
    [
        ('g = {}\n    g["W3"] = acts.a2 @ dz3', "dW3"),
        ('g = {}\n    g["dW3"] = acts.a2 @ dz3', "dW3"),
        ("dW3, db3 = acts.a2 @ dz3, 1", ""),
        ("acts.a2 @ dz3\n    dW3 = 1", ""),
        ("return acts.a2 @ dz3\n    dW3 = 1", ""),
        ("if acts.a2 @ dz3:\n        dW3 = 1", ""),
    ],
)
def test_the_target_by_bytecode_is_sure_or_none(lines, target, numbers):
    assert run(f"{NOTES}    {lines}\n", numbers, known=False).stop.target == target


def test_an_expression_that_is_not_sure_is_not_shown(numbers):
    for other in ("acts.z2", "acts.a1"):
        line = f"dW3 = (acts.a2 if len(y) else {other}) @ dz3"
        text = f"{NOTES}    {line}\n    dW2 = y * y\n    return dW2 - y + dW3, y * 2\n"
        stop = run(text, numbers, known=False).stop
        assert stop.why == "a product by @: the inner sizes 4 and 7 differ"
        stop = run(text, numbers).stop
        assert stop.why.startswith(f"(acts.a2 if len(y) else {other}) @ dz3: the inner")
    text = f"{NOTES}    dW3 = np.linalg.norm(dz3) @ acts.a2\n"
    words = ": one of the two is a single number, not an array"
    stop = run(text, numbers, known=False).stop
    assert stop.why == f"a product by @{words}"
    assert run(text, numbers).stop.why == f"np.linalg.norm(dz3) @ acts.a2{words}"


def test_what_the_numbers_contradict_is_not_said():
    node = ast.BinOp(ast.Name("a"), ast.MatMult(), ast.Name("b"))
    with pytest.raises(ValueError, match="matmul") as caught:
        np.ones((7, 4)) @ np.ones((7, 3))
    names = {"a": np.ones((2, 5)), "b": np.ones((7, 3))}
    words = why(caught.value, [node], names)
    assert words == "a product by @: the inner sizes 4 and 7 differ"
    names["a"] = np.ones((2, 4))
    words = why(caught.value, [node], names)
    assert words == "a @ b is (2, 4) @ (7, 3): the inner sizes 4 and 7 differ"


def test_of_two_empty_lines_none_is_blamed_by_guess():
    error = TypeError("unsupported operand type(s) for *: 'float' and 'NoneType'")
    for names, words in (
        ({"dz2": None, "W3": None}, "dz2 is None: is its line still to be written?"),
        ({"dz2": None, "dW2": None}, f"TypeError: {error}"),
    ):
        assert why(error, [None], names) == words


def test_names_of_the_courses_dict(numbers):
    text = f"{COURSE}    dz3 = y_hat - labels\n"
    words = 'the name y_hat is not defined: write params["y_hat"]'
    assert run(text, numbers).stop.why == words


def test_keys_in_another_case_have_shapes_too(numbers):
    text = "def f(weights, cache, Y):\n    dW3 = cache['A2'] @ cache.A1[0:7]\n"
    assert run(text, numbers).stop.why.startswith("cache['A2'] @ cache.A1[0:7]")
    text = "def f(weights, cache, Y):\n    dW3 = cache['A2'] @ cache.A1\n"
    assert run(text, numbers).stop.why.startswith("cache['A2'] @ cache.A1 is (7, 4) @")


def test_a_function_of_a_module_imported_beside_it(numbers):
    text = f"import numpy as np\n{NOTES}    dW3 = np.transpose(dz3) @ acts.a2.T\n"
    for known in (True, False):
        stop = run(text, numbers, known=known).stop
        assert stop.why.startswith("np.transpose(dz3) @ acts.a2.T is (3, 7) @ (4, 7)")


def test_a_statement_of_two_lines_is_shown_whole(numbers):
    text = NOTES + "    da2 = (dz3 *\n           2) @ params.W3  # a remark\n"
    stop = run(text, numbers).stop
    assert stop.text == "da2 = dz3 * 2 @ params.W3"
    assert stop.target == "da2"
    text = NOTES + "    dW3 = 1; da2 = dz3 @ params.W3; dz2 = 1  # a remark\n"
    stop = run(text, numbers).stop
    assert (stop.text, stop.target) == ("da2 = dz3 @ params.W3", "da2")


def test_a_helpers_line_is_named_beside_the_functions_own(numbers):
    helper = "def slope(a, b):\n    return a * b\n"
    stop = run(f"{helper}{NOTES}    dz2 = slope(acts.a2, dz3)\n", numbers).stop
    assert (stop.line, stop.target) == (5, "dz2")
    assert stop.text == "dz2 = slope(acts.a2, dz3)"
    assert stop.why.startswith("a * b is (7, 4) * (7, 3)")
    assert stop.why.endswith("(line 2, in slope)")


def test_a_helper_without_a_return(numbers):
    helper = "def sigmoid(z):\n    1 / (1 + np.exp(-z))\n"
    for known in (True, False):
        text = f"{helper}{NOTES}    dz2 = sigmoid(acts.z2) * 2\n"
        stop = run(text, numbers, known=known).stop
        assert stop.why == "sigmoid(acts.z2) is None: has it no return?"


@pytest.mark.parametrize("operand", ["w.W3", "w * 1", "w[0]", "w(1)", "w.f()"])
def test_nothing_of_the_students_runs_again(operand, numbers):
    text = f"""
class Weights:
    def f(self, _=None):
        asked.append(1)
        return np.ones((4, 3))
    W3 = property(f)
    __mul__ = __getitem__ = __call__ = f
{NOTES}
    global asked
    w, asked = Weights(), []
    da2 = dz3 @ ({operand})
"""
    for known in (True, False):
        outcome = run(text, numbers, known=known)
        assert "the inner sizes 3 and 4 differ" in outcome.stop.why
        frame = outcome.error.__traceback__.tb_next.tb_frame
        assert frame.f_globals["asked"] == [1]


def test_a_file_on_disk_and_a_method(tmp_path, numbers):
    path = tmp_path / "mine.py"
    path.write_text(
        "class Net:\n    # é\n    def backward(self, params, acts, y):\n"
        "        dz3 = acts.y_hat - y; ŷ = dz3; self.dW3 = acts.a2 @ ŷ\n",
        "utf-8",
    )
    spec = importlib.util.spec_from_file_location("mine", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    function = module.Net().backward
    stop = call(function, plan(function), numbers).stop
    assert stop[:3] == (4, "self.dW3 = acts.a2 @ ŷ", "dW3")
    assert stop.why.startswith("acts.a2 @ ŷ is (7, 4) @ (7, 3)")


# what wraps a function -> its locals are seen all the same


def logged(function):
    @functools.wraps(function)
    def inner(*arguments, **keywords):
        return function(*arguments, **keywords)

    return inner


def mine(params, acts, y):
    dz3 = acts.y_hat - y
    dW3 = acts.a2.T @ dz3
    return dz3, dW3


class Net:
    def __call__(self, params, acts, y):
        return mine(params, acts, (dz3 := y)) and dz3

    def method(self, params, acts, y):
        dz3 = acts.y_hat - y
        return dz3

    @classmethod
    def of_class(cls, params, acts, y):
        dz3 = acts.y_hat - y
        return dz3


def with_rate(rate, params, acts, y):
    dz3 = acts.y_hat - y
    return dz3


def deep(params, acts, y, n=3):
    dz3 = n
    if not n:
        dW3 = 1
        return dW3
    return deep(params, acts, y, n - 1) and dz3


KINDS = {
    "function": mine,
    "decorated": logged(logged(mine)),
    "partial": functools.partial(with_rate, 0.1),
    "partial of decorated": functools.partial(logged(with_rate), 0.1),
    "callable object": Net(),
    "method": Net().method,
    "class method": Net.of_class,
    "lambda": lambda params, acts, y: [dz3 := acts.y_hat - y, dz3],
}


@pytest.mark.parametrize("kind", KINDS)
def test_locals_are_seen_in_functions_of_all_kinds(kind, numbers):
    outcome = call(KINDS[kind], plan(KINDS[kind]), numbers)
    assert outcome.error is None
    assert outcome.seen["dz3"].shape == (7, 3)


def test_the_outermost_of_a_recursion_is_seen(numbers):
    assert call(deep, plan(deep), numbers).seen == {"dz3": 3}


def test_a_generator_is_handed_on(numbers):
    def lazy(params, acts, y):
        yield acts.y_hat - y

    outcome = call(lazy, plan(lazy), numbers)
    assert next(outcome.value).shape == (7, 3)
    assert outcome.seen == {}


def test_what_has_no_code_of_python(numbers):
    assert source.code_of(max) is None
    outcome = call(np.add, plan(np.add), numbers)
    assert outcome.error is None or outcome.stop.why


def test_names_are_the_notes_own(numbers):
    def student(params, acts, y):
        dZ3, d_W3, DB3, da_2, dz2_ = 1, 2, 3, 4, None
        delta3 = grad_W2 = dz3_old = z3 = dz = dz4 = dW = W3 = 9
        return dZ3, d_W3, DB3, da_2, dz2_, delta3, grad_W2, dz3_old, z3, dz, dz4, dW, W3

    seen = call(student, plan(student), numbers).seen
    assert seen == {"dz3": 1, "dW3": 2, "db3": 3, "da2": 4, "dz2": None}


def test_the_exact_name_comes_before_another_case(numbers):
    def student(params, acts, y):
        dw3, dW3, DW3 = 1, 2, 3
        return dw3, dW3, DW3

    assert call(student, plan(student), numbers).seen == {"dW3": 2}


def test_entries_of_a_dict_are_seen(numbers):
    outcome = run(f"{NOTES}    g = {{'dW3': 1, 'W2': 2, 3: 4}}\n    1 / 0\n", numbers)
    assert outcome.seen["dW3"] == 1
    assert set(outcome.seen) == {"dz3", "dW3"}


def test_what_is_seen_is_a_copy(numbers):
    kept = []

    def student(params, acts, y):
        dz3 = acts.y_hat - y
        kept.append(dz3)
        return dz3

    seen = call(student, plan(student), numbers).seen["dz3"]
    kept[0][:] = 0
    assert seen.any()


@pytest.mark.parametrize("raises", [False, True])
def test_the_profile_function_is_restored(raises, numbers):
    def profile(*_):
        pass

    def student(params, acts, y):
        dz3 = 1
        return dz3 / (not raises)

    sys.setprofile(profile)
    try:
        call(student, plan(student), numbers)
        assert sys.getprofile() is profile
    finally:
        sys.setprofile(None)
    call(student, plan(student), numbers)
    assert sys.getprofile() is None


def test_an_interrupt_goes_through_and_restores_too(numbers):
    def student(params, acts, y):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        call(student, plan(student), numbers)
    assert sys.getprofile() is None


# the parameters -> form, role of each if called by name


def takes(text):
    scope = {}
    exec(f"def student({text}): return locals()", scope)
    return scope["student"]


@pytest.mark.parametrize(
    ("text", "form", "called"),
    [
        ("params, acts, y", "notes", False),
        ("params, acts, y, reg=0.0", "notes", False),
        ("model, cache, labels", "notes", False),
        ("a, b, c", "notes", False),
        ("data, labels, params, reg", "course", False),
        ("X, Y, weights, lam=0.1", "course", False),
        ("data, labels, params, *, reg", "course", False),
        ("p, q, params, r=0", "course", False),
        ("a, b, c, d", "course", False),
        ("X, y, params, acts", "notes", True),
        ("parameters, cache, X, Y", "notes", True),
        ("params, acts, y, reg", "course", True),
        ("X, y, cache", "notes", True),
        ("X, y, W1, b1, W2, b2, W3, b3, reg", "course", True),
        ("y_hat, y, A1, A2, X, W2, W3, m", "notes", True),
        ("*, acts, params, y", "notes", True),
        ("B, y_hat, y, X", "notes", True),
        ("params, y, acts, reg, /", "course", False),
        ("p, labels, r", "notes", False),
        ("y, labels, X", "notes", False),
    ],
)
def test_signatures(text, form, called, numbers):
    student = takes(text)
    p = plan(student)
    outcome = call(student, p, numbers)
    assert outcome.error is None
    assert p.form == form
    first = text.replace("*, ", "").split(",")[0]
    assert outcome.called.startswith(f"student({first}=…") == called
    assert bool(outcome.called) == called
    for name, value in outcome.value.items() if p.arguments else ():
        if name in ("X", "data"):
            assert np.array_equal(value, numbers.acts.X)
        if name in ("y", "Y", "labels"):
            assert np.array_equal(value, numbers.y)
        if name in Params._fields:
            assert np.array_equal(value, getattr(numbers.params, name))
        if name in ("A1", "A2", "y_hat"):
            assert np.array_equal(value, getattr(numbers.acts, name.lower()))
        if name in ("m", "B"):
            assert value == 7
        if name in ("reg", "lam") and form == "course":
            assert value == 0.03


def test_the_called_sentence():
    assert plan(takes("X, y, W1")).called == "student(X=…, y=…, W1=…)"
    unnamed = plan(lambda y, X, params: 1)
    assert unnamed.called == "backward(y=…, X=…, params=…)"
    assert plan(takes("X, y, W1"), "course").form == "course"


@pytest.mark.parametrize(
    ("text", "form", "expected"),
    [
        ("", None, "it takes (), expected (params, acts, y) or (data, labels, par"),
        ("a, b", None, "it takes (a, b), expected (params, acts, y) or (data, labels"),
        ("params, acts", None, "it takes (params, acts), expected (params, acts, y) o"),
        ("self, X, z, r, s", None, "it takes (self, X, z, r, s), expected (params,"),
        ("a, b, c", "course", "it takes (a, b, c), expected (data, labels, params, re"),
        ("a, b, c, d", "notes", "it takes (a, b, c, d), expected (params, acts, y)"),
    ],
)
def test_a_function_that_cannot_be_called(text, form, expected, numbers):
    student = takes(text)
    outcome = call(student, plan(student, form), numbers)
    assert outcome.stop.why.startswith(expected)
    assert isinstance(outcome.error, TypeError)
    assert (outcome.stop.kind, outcome.stop.line) == ("TypeError", None)
    assert str(outcome.error) == outcome.stop.why


def test_stars_are_tried_in_both_forms(numbers):
    def notes(*arguments):
        return mine(*arguments)

    def course(*arguments):
        return arguments[2]["W1"] * arguments[3]

    for student, form in ((notes, "notes"), (course, "course")):
        p = plan(student)
        assert p.form == form
        assert call(student, p, numbers).error is None
    assert plan(lambda *a: 1 / 0).form == "notes"


def test_the_two_forms_get_what_they_promise(numbers):
    params, acts, _ = call(*planned(lambda *a: a), numbers).value
    assert type(params) is Params
    assert type(acts) is Activations
    student = takes("data, labels, params, reg")
    held = call(student, plan(student), numbers).value["params"]
    assert type(held) is dict
    assert {*held} == {*Params._fields, *Activations._fields} - {"X"}
    assert held["b1"].shape == (1, 5)


def planned(student):
    return student, plan(student)


@pytest.mark.parametrize("text", ["X, y, params, acts", "weights, cache, labels"])
def test_two_containers_are_read_in_every_way(text, numbers):
    student = takes(text)
    given = call(student, plan(student), numbers).value
    params = given.get("params", given.get("weights"))
    acts = given.get("acts", given.get("cache"))
    W1, _, _, _, W3, _ = params
    assert params["W1"] is params.W1 is params.w1 is W1 is dict(params)["W1"]
    assert params[-2] is W3
    assert acts["A1"] is acts["a1"] is acts.A1 is {**acts}["a1"]
    assert acts["A3"] is acts["probs"] is acts.y_hat
    assert "W1" in params
    assert "A9" not in acts
    assert (len(params), len(acts.values())) == (6, 7)
    assert [*params.keys()] == [n for n, _ in params.items()]
    with pytest.raises(KeyError):
        params["A1"]
    assert not hasattr(acts, "A9")
    assert not hasattr(acts, "W1")
    assert backward(params, acts, numbers.y)  # named tuples they are


def test_one_container_holds_everything(numbers):
    student = takes("X, y, cache")
    cache = call(student, plan(student), numbers).value["cache"]
    assert cache["A1"] is cache["a1"] is cache.a1
    assert cache["w3"].shape == (4, 3)
    cache["A1"] = 5
    assert cache["A1"] == 5
    with pytest.raises(KeyError):
        cache["A9"]


# what is done to the arguments -> those that are said to be changed

CHANGES = {
    "acts.a2[:] *= 2": ["a2"],
    "acts.a2[:] *= 2; acts.a2[:] /= 2": [],
    "acts.a2[:] *= 1.1; acts.a2[:] /= 1.1": [],
    "acts.a2[:] += 1e-5": ["a2"],
    "params.W1[0, 0] = np.nan": ["W1"],
    "y -= acts.y_hat": ["y"],
    "a = acts.a2; a *= 1 - a; params.b1[:] = 0": ["b1", "a2"],
}
COURSE_CHANGES = {
    'params["a1"] = data @ params["W1"]': ["a1"],
    'params["a1"] = 1 / (1 + np.exp(-(data @ params["W1"] + params["b1"])))': [],
    'params["b1"] = params["b1"].ravel()': [],
    'params["W1"] = params["W1"].reshape(5, 6)': ["W1"],
    'params["b1"] = params["b1"] * np.ones((7, 1))': ["b1"],
    'params["W1"] = params["W1"].tolist()': ["W1"],
    'params["W1"] = [[1, 2], [3]]': ["W1"],
    'params["W1"] = None': ["W1"],
    'params["W1"] = params["W1"].T.copy()': ["W1"],
    'params["W1"] = params["W1"].astype("U")': ["W1"],
    'del params["W3"]': ["W3"],
    "params.clear()": [n for n in (*Params._fields, *Activations._fields) if n != "X"],
    'params["dW1"] = 1': [],
    "data[:] = 0": ["X"],
}


@pytest.mark.parametrize("line", CHANGES)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_changed_arguments(line, dtype):
    problem = make_problem(rng=np.random.default_rng(1), dtype=dtype)
    if dtype == np.float32 and "1e-5" in line:
        line = line.replace("1e-5", "1e-2")
        expected = ["a2"]
    else:
        expected = CHANGES[line]
    before = [a.copy() for a in (*problem.params, *problem.acts, problem.y)]
    outcome = run(f"{NOTES}    {line}\n", problem)
    assert outcome.error is None
    assert outcome.changed == expected
    after = (*problem.params, *problem.acts, problem.y)
    assert all(map(np.array_equal, before, after))


@pytest.mark.parametrize("line", COURSE_CHANGES)
def test_changed_entries_of_the_courses_dict(line, numbers):
    outcome = run(f"{COURSE}    {line}\n", numbers)
    assert outcome.error is None
    assert outcome.changed == COURSE_CHANGES[line]


def test_quiet(numbers, capsys, recwarn):
    text = f"{NOTES}    print(1)\n    np.float64(1) / 0\n    raise ValueError\n"
    assert run(text, numbers).stop.kind == "ValueError"
    assert capsys.readouterr() == ("", "")
    assert not recwarn.list


def test_a_right_pass_shows_its_eleven_lines(numbers):
    outcome = call(backward, plan(backward), numbers)
    assert list(outcome.seen) == list(Gradients._fields)
    for name, array in outcome.seen.items():
        assert np.array_equal(array, getattr(outcome.value, name))
    assert (outcome.error, outcome.stop, outcome.changed) == (None, None, [])


def test_the_tutor_needs_numpy_alone(tmp_path):
    site = pathlib.Path(np.__file__).parents[1]
    package = pathlib.Path(mlpnotes.__file__).parent
    for folder in (site / "numpy", site / "numpy.libs", package):
        if folder.exists():
            (tmp_path / folder.name).symlink_to(folder)
    program = (
        f"import sys; sys.path.append({str(tmp_path)!r})\n"
        "import mlpnotes.tutor, mlpnotes.tutor.calling\n"
        "from mlpnotes import backward\n"
        "print(mlpnotes.tutor.diagnose(backward).ok)\n"
    )
    bare = [sys.executable, "-I", "-S", "-c", program]  # the standard library alone
    done = subprocess.run(bare, capture_output=True, encoding="utf-8")
    assert (done.stdout, done.stderr) == ("True\n", "")
