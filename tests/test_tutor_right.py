"""Right programs in many styles: none is flagged, whatever the seed and precision."""

import contextlib
import inspect
import io

import numpy as np
import pytest
from programs import ELEVEN, SIX, load, program

from mlpnotes import forward, loss_gradient, network
from mlpnotes.problem import random_problem
from mlpnotes.tutor import diagnose

E, S, C = ["eleven"], ["six"], ["course"]
E6, SC = E + S, S + C
ALL = ("eleven", "six", "course")


def each(code, *layers):
    """Return the same change in layers k; {n} is the next one, {x} the input."""
    name, _, code = code.partition(" = ")
    return {
        name.format(k=k): code.format(k=k, n=k + 1, x=("X", "a1", "a2")[k - 1])
        for k in layers
    }


def all_six(code):
    return {"end": "\n".join(f"{n} = {code.format(n)}" for n in SIX)}


def keys(rule, names=SIX, more=""):
    return {"back": f"return {{{', '.join(f'{rule(n)!r}: {n}' for n in names)}{more}}}"}


def back(code):
    return {"back": f"return {code}"}


COLUMNS = {
    "dz3": "y_hat.T - y.T", "dW3": "(dz3 @ a2).T",
    "db3": "dz3.sum(axis=1)", "da2": "W3 @ dz3", "dz2": "da2 * (a2 - a2**2).T",
    "dW2": "(dz2 @ a1).T", "db2": "dz2.sum(axis=1)", "da1": "W2 @ dz2",
    "dz1": "da1 * (a1 * (1 - a1)).T", "dW1": "(dz1 @ X).T", "db1": "dz1.sum(axis=1)",
}  # fmt: skip
ONE_OFF = {  # the notes' names, one layer off
    "dz3": "dz2 = y_hat - y", "dW3": "a2.T @ dz2", "db3": "dz2.sum(axis=0)",
    "da2": "da1 = dz2 @ W3.T", "dz2": "dz1 = da1 * a2 * (1 - a2)", "dW2": "a1.T @ dz1",
    "db2": "dz1.sum(axis=0)", "da1": "dz3 = dz1 @ W2.T",
    "dz1": "dz0 = dz3 * a1 * (1 - a1)", "dW1": "X.T @ dz0", "db1": "dz0.sum(axis=0)",
}  # fmt: skip
ALOOP = """total = dict.fromkeys("dW1 db1 dW2 db2 dW3 db3".split(), 0)
for i in range(B):
    dz3 = y_hat[i] - y[i]
    dz2 = W3 @ dz3 * a2[i] * (1 - a2[i])
    dz1 = W2 @ dz2 * a1[i] * (1 - a1[i])
    for n, x, dz in ((3, a2, dz3), (2, a1, dz2), (1, X, dz1)):
        total[f"dW{n}"] = total[f"dW{n}"] + np.outer(x[i], dz)
        total[f"db{n}"] = total[f"db{n}"] + dz
return total"""
BUFFER = """pair = np.empty((B, 2, a2.shape[1]))
pair[:, 0] = dz3 @ W3.T
pair[:, 1] = pair[:, 0] * a2 * (1 - a2)
da2, dz2 = pair[:, 0], pair[:, 1]"""
FLAT = """flat = np.empty(W3.size + W2.size)
dz3 = y_hat - y
dW3, dW2 = flat[:W3.size].reshape(W3.shape), flat[W3.size:].reshape(W2.shape)"""
SHUFFLED = """dW3 = np.zeros_like(W3)
for i in np.random.permutation(B):
    dW3 += np.outer(a2[i], dz3[i])"""
JACOBIAN = """J = y_hat[:, :, None] * (np.eye(y.shape[1]) - y_hat[:, None, :])
dz3 = np.einsum("bi,bij->bj", -y / y_hat, J)"""
SINGLE = """W1, W2, W3, X, a1, a2, y_hat, y = (
    a.astype("f4") for a in (W1, W2, W3, X, a1, a2, y_hat, y))
dz3 = y_hat - y"""
EARLY = """for W, g in ((W1, dW1), (W2, dW2), (W3, dW3)):
    g += 2 * l2 * W"""

# style: forms, changes and, for some, another end, return or names
STYLES = {
    "the eleven lines": (ALL, {}),
    "other names": (ALL, {}, {"names": "other"}),
    "functions for operators": (ALL, {
        "dz3": "np.subtract(y_hat, y)", "dW3": "np.dot(np.transpose(a2), dz3)",
        "db3": "np.sum(dz3, 0)", "da2": "np.inner(dz3, W3)",
        "dz2": "np.multiply(da2, np.multiply(a2, 1 - a2))", "dW2": "a1.T.dot(dz2)",
        "db2": "np.add.reduce(dz2)", "dW1": "np.tensordot(X, dz1, axes=(0, 0))",
        "db1": "np.ones(B, dz1.dtype) @ dz1"}),
    "einsum": (ALL, each("dW{k} = np.einsum('bi,bj->ij', {x}, dz{k})", 1, 2, 3)
        | each("da{k} = np.einsum('bj,ij->bi', dz{n}, W{n})", 1, 2)),
    "rows for biases": (ALL, each("db{k} = dz{k}.sum(axis=0, keepdims=True)", 1, 2, 3)),
    "biases reshaped": (ALL, each("db{k} = dz{k}.sum(0).reshape(b{k}.shape)", 1, 2, 3)),
    "an array of sums": (ALL, {"db3": "np.array([sum(c) for c in dz3.T], y.dtype)"}),
    "sums in random order": (ALL, {"dW3": SHUFFLED,
        "db1": "dz1[np.random.permutation(B)].sum(axis=0)"}),
    "outer products": (ALL, {"dW3": "(a2[:, :, None] * dz3[:, None]).sum(axis=0)",
        "dW1": "sum(np.outer(x, d) for x, d in zip(X, dz1))"}),
    "two halves of the batch": (ALL, {"db1": "dz1[:3].sum(0) + dz1[3:].sum(0)",
        "dW3": "a2[:3].T @ dz3[:3] + a2[3:].T @ dz3[3:]"}),
    "out=": (ALL, {"dW3": "dW3 = np.empty_like(W3)\nnp.matmul(a2.T, dz3, out=dW3)"}),
    "Fortran order": (ALL, each("dW{k} = np.asfortranarray({x}.T @ dz{k})", 1, 2, 3)),
    "a − a²": (ALL, each("dz{k} = da{k} * (a{k} - a{k}**2)", 1, 2)),
    "σ(z)σ(−z)": (ALL, each("dz{k} = da{k} * sigmoid(z{k}) * sigmoid(-z{k})", 1, 2)),
    "exp": (ALL, each("dz{k} = da{k} * np.exp(-z{k}) / (1 + np.exp(-z{k}))**2", 1, 2)),
    "tanh": (ALL, each("dz{k} = da{k} * (1 - np.tanh(z{k} / 2)**2) / 4", 1, 2)),
    "diagonal matrices": (ALL, {
        "dz2": "np.stack([np.diag(a * (1 - a)) @ d for a, d in zip(a2, da2)])"}),
    "the sign given back": (ALL, {"dz3": "-(y - y_hat)"}),
    "one off at the label": (ALL, {
        "dz3": "dz3 = y_hat.copy()\ndz3[range(B), y.argmax(axis=1)] -= 1"}),
    "softmax again": (ALL, {"dz3": "softmax(z3) - y"}),
    "softmax, unguarded": (ALL, {
        "dz3": "np.exp(z3) / np.exp(z3).sum(axis=1, keepdims=True) - y"}),
    "the full Jacobian": (ALL, {"dz3": JACOBIAN}),
    "a harmless clip": (ALL, {"dz3": "np.clip(y_hat, 1e-15, 1) - y"}),
    "copies, in place": (ALL, {"dz3": "dz3 = y_hat.copy()\ndz3 -= y",
        "dz2": "dz2 = da2.copy()\ndz2 *= a2\ndz2 *= 1 - a2"}),
    "in place and undone": (ALL, {
        "dz3": "y_hat -= y\ndz3 = y_hat.copy()\ny_hat += y"}),
    "put back": (ALL, {
        "dz2": "old = a2.copy()\na2 *= 1 - a2\ndz2 = da2 * a2\na2[:] = old"}),
    "disjoint parts of a buffer": (ALL, {"dz3": FLAT,
        "dW3": "dW3[:] = a2.T @ dz3", "dW2": "dW2[:] = a1.T @ dz2"}),
    "disjoint columns": (ALL, {"da2": BUFFER, "dz2": "pair[:, 1]"}),
    "a column of ones": (ALL, {"db3": "full[:, -1]", "db2": "both[:1]",
        "dW3": "full = dz3.T @ np.c_[a2, np.ones(B)]\ndW3 = full[:, :-1].T",
        "dW2": "both = np.c_[np.ones(B), a1].T @ dz2\ndW2 = both[1:]"}),
    "np.matrix": (E6, {"dz3": "np.asmatrix(y_hat - y)", "da2": "dz3 * W3.T",
        "dz2": "np.multiply(da2, a2 * (1 - a2))", "dW3": "np.asmatrix(a2).T * dz3",
        "dz1": "np.multiply(da1, a1 * (1 - a1))"}),
    "long doubles": (ALL, {"dz3": "y_hat.astype(np.longdouble) - y"}),
    "wholly in float32": (ALL, {"dz3": SINGLE}),
    "float32 at the end": (E6, {}, all_six("{}.astype('f4')")),
    "an early transpose": (ALL, {"dz3": "dZ3 = (y_hat - y).T\ndz3 = dZ3.T",
        "da2": "(W3 @ dZ3).T", "dW3": "(dZ3 @ a2).T", "db3": "dZ3.sum(axis=1)"}),
    "columns in locals": (SC, COLUMNS),
    "names one layer off": (SC, ONE_OFF),
    "da for the slope": (SC, {"da2": "a2 * (1 - a2)", "dz2": "dz3 @ W3.T * da2",
        "da1": "a1 * (1 - a1)", "dz1": "dz2 @ W2.T * da1"}),
    "locals reused": (SC, {"dz2": "dz2 = da2 * a2 * (1 - a2)\nda2 = a2 * (1 - a2)",
        "db1": "db1 = dz1.sum(axis=0)\ndz3 = dz3 / B\ndz2 = None"}),
    "dz2 in da2's memory": (SC, {"dz2": "dz2 = da2\ndz2 *= a2 * (1 - a2)"}),
    "negative inside": (S, {"dz3": "y - y_hat"}, all_six("-{}")),
    "a mean inside": (S, {"dz3": "(y_hat - y) / B"}, all_six("B * {}")),
    "an observation at a time": (S, dict.fromkeys(ELEVEN, "pass"), {"back": ALOOP}),
    "an early mean": (C, {"dz3": "(y_hat - y) / B"}, {"end": EARLY}),
    "an early mean, in place": (C, {"dz3": "dz3 = y_hat - y\ndz3 /= B"},
        {"end": EARLY}),
    "means by line": (C, {"dW3": "a2.T @ dz3 / B + 2 * l2 * W3",
        "db3": "np.mean(dz3, 0)", "dW2": "1 / B * a1.T @ dz2 + l2 * (W2 + W2)",
        "db2": "dz2.mean(axis=0)", "dW1": "(X / B).T @ dz1 + 2 * l2 * W1",
        "db1": "(dz1 / B).sum(axis=0)"}, {"end": "pass"}),
    "mean and penalty in place": (C, {},
        {"end": "for g in (dW1, db1, dW2, db2, dW3, db3):\n    g /= B\n" + EARLY}),
    "attempts above": (ALL, {"dz3": "dz3 = (y - y_hat) / B\ndz3 = y_hat - y",
        "da2": "if not B:\n    da2 = dz3 @ W3\nda2 = dz3 @ W3.T"}),
    "prints and asserts": (ALL, {
        "dW3": "dW3 = a2.T @ dz3\nassert dW3.shape == W3.shape\nprint(dW3)"}),
    "zeros, then filled": (ALL, {"dW3": "dW3 += a2.T @ dz3",
        "dz3": "dz3, dW3 = np.zeros_like(y), np.zeros_like(W3)\ndz3[:] = y_hat - y"}),
    "None, then filled": (ALL, {
        "dz3": " = ".join(ELEVEN) + " = None\ndz3 = y_hat - y"}),
    "a caught exception": (ALL, {
        "da2": "try:\n    da2 = dz3 @ W0.T\nexcept NameError:\n    da2 = dz3 @ W3.T"}),
    "eleven in a list": (E, {}, back(f"[{', '.join(ELEVEN)}]")),
    "capitals as keys": (E, {}, keys(lambda n: n[0] + n[1:].upper(), ELEVEN)),
    "no da": (E, {}, keys(str, [n for n in ELEVEN if n[1] != "a"])),
    "keys in lower case": (SC, {}, keys(str.lower)),
    "keys in upper case": (SC, {}, keys(str.upper)),
    "keys with grad_": (SC, {}, keys(lambda n: f"grad_{n[1:]}")),
    "keys with underscores": (SC, {}, keys(lambda n: f"{n[:2]}_{n[2]}")),
    "keys with d": (C, {}, keys(str)),
    "bare keys and a dz3": (SC, {}, keys(lambda n: n[1:], more=", 'dz3': dz3")),
    "more keys": (S, {}, keys(str, more=", 'loss': 0.5, 'W1': W1")),
    "six as W1, b1, W2": (SC, {}, back("dW1, db1, dW2, db2, dW3, db3")),
    "six as W3, b3, W2": (SC, {}, back("dW3, db3, dW2, db2, dW1, db1")),
    "six as W, W, W, b, b, b": (SC, {}, back("[dW1, dW2, dW3, db1, db2, db3]")),
    "the type of params": (S, {}, back("type(params)(dW1, db1, dW2, db2, dW3, db3)")),
    "the dict, filled": (C, {}, back("params | dict(" + ", ".join(
        f"{n}={n}" for n in SIX) + ")")),
}  # fmt: skip

BODY = """
    d3 = acts.y_hat - y
    d2 = d3 @ params.W3.T * acts.a2 * (1 - acts.a2)
    d1 = d2 @ params.W2.T * acts.a1 * (1 - acts.a1)
    return dict(dW1=acts.X.T @ d1, db1=d1.sum(0), dW2=acts.a1.T @ d2, db2=d2.sum(0),
                dW3=acts.a2.T @ d3, db3=d3.sum(0))
"""
COURSE_BODY = """
    grads, delta = {}, (params["y_hat"] - y) / len(X)
    for k in (3, 2, 1):
        a, W = X if k == 1 else params[f"a{k - 1}"], params[f"W{k}"]
        grads[f"W{k}"] = a.T @ delta + 2 * l2 * W
        grads[f"b{k}"] = delta.sum(axis=0, keepdims=True)
        delta = delta @ W.T * a * (1 - a)
    return grads
"""
SIGNATURES = {
    "a spare default": "def backward(params, acts, y, verbose=False):" + BODY,
    "more of anything": "def backward(params, acts, y, *more, **others):" + BODY,
    "stars alone": "def backward(*three):\n    params, acts, y = three" + BODY,
    "another order": "def backward(y, acts, params):" + BODY,
    "other arguments": "def backward(theta, cache, labels):\n"
        "    params, acts, y = theta, cache, labels" + BODY,
    "keyword only": "def backward_pass(X, y, params, *, l2):" + COURSE_BODY,
    "a default": "def backward_pass(X, y, params, l2=0.0):" + COURSE_BODY,
    "a fifth": "def backward_pass(X, y, params, l2, debug=False):" + COURSE_BODY,
    "another order of four": "def backward_pass(params, X, y, l2):" + COURSE_BODY,
}  # fmt: skip
OWN = {
    "its own forward pass, stored": """
def backward_pass(X, y, params, l2):
    s = lambda z: 1 / (1 + np.exp(-z))
    params["a1"] = s(X @ params["W1"] + params["b1"])
    params["a2"] = s(params["a1"] @ params["W2"] + params["b2"])
    e = np.exp(params["a2"] @ params["W3"] + params["b3"])
    params["y_hat"] = e / e.sum(axis=1, keepdims=True)""" + COURSE_BODY,
    "helpers with the notes' names": """
def affine(dz3, a2, W3):
    dW3, db3, da2 = a2.T @ dz3, dz3.sum(axis=0), dz3 @ W3.T
    return dW3, db3, da2

def slope(da2, a2):
    dz2 = da2 * a2 * (1 - a2)
    return dz2

def backward(params, acts, y):
    dW3, db3, d = affine(acts.y_hat - y, acts.a2, params.W3)
    dW2, db2, d = affine(slope(d, acts.a2), acts.a1, params.W2)
    dW1, db1, _ = affine(slope(d, acts.a1), acts.X, params.W1)
    return dW3, db3, dW2, db2, dW1, db1
""",
    "an object": """
class Net:
    def __call__(self, params, acts, y):
        self.d = acts.y_hat - y
        return {n: g for k in (3, 2, 1) for n, g in self.layer(params, acts, k)}

    def layer(self, params, acts, k):
        a = acts.X if k == 1 else getattr(acts, f"a{k - 1}")
        yield from ((f"dW{k}", a.T @ self.d), (f"db{k}", self.d.sum(axis=0)))
        self.d = self.d @ getattr(params, f"W{k}").T * a * (1 - a)

backward = Net()
""",
    "a method": "class Net:\n    def step(self, params, acts, y):"
        + BODY.replace("\n", "\n    ") + "\nbackward = Net().step\n",
    "a decorator": """
import functools

def counted(f):
    @functools.wraps(f)
    def inner(*arguments, **keywords):
        return f(*arguments, **keywords)
    return inner

@counted
def backward(params, acts, y):""" + BODY,
    "a partial": "import functools\ndef full(rate, params, acts, y):" + BODY
        + "\nbackward = functools.partial(full, 0.1)\n",
    "recursion": """
def backward(params, acts, y, d=None, k=3):
    d = acts.y_hat - y if d is None else d
    a = acts.X if k == 1 else getattr(acts, f"a{k - 1}")
    here = {f"dW{k}": a.T @ d, f"db{k}": d.sum(axis=0)}
    if k == 1:
        return here
    d = d @ getattr(params, f"W{k}").T * a * (1 - a)
    return here | backward(params, acts, y, d, k - 1)
""",
    "a self-test inside": "def backward(params, acts, y, again=True):\n"
        "    if again:\n        backward(params, acts, 1 - y, False)" + BODY,
    "its own named tuple": "from collections import namedtuple\n"
        "G = namedtuple('G', 'dW1 db1 dW2 db2 dW3 db3')\ndef backward(params, acts, y):"
        + BODY.replace("return dict(", "return G("),
}  # fmt: skip

PROGRAMS = {
    f"{name}, {form}": (program(form, changes, **(more[0] if more else {})), form)
    for name, (forms, changes, *more) in STYLES.items()
    for form in forms
} | {
    name: (text, "course" if "backward_pass" in text else "six")
    for name, text in (SIGNATURES | OWN).items()
}


def is_right(text, form, seed, dtype):
    """Return whether a program returns what the package's own functions do."""
    rng = np.random.default_rng(seed)
    params, X, y = random_problem((8, 3, 6, 5, 4), rng=rng, dtype=dtype, std=1.0)
    y, acts = y.astype(dtype), forward(params, X)
    truth = network.backward(params, acts, y)._asdict()
    given = dict(params=params, acts=acts, cache=acts, theta=params)
    if form == "course":
        mean = loss_gradient(params, X, y, 0.1)._asdict()
        truth |= {f"d{n}": g for n, g in mean.items()}
        rows = {n: a[None] if n[0] == "b" else a for n, a in params._asdict().items()}
        given = dict(params=rows | acts._asdict())
    given |= dict(y=y, labels=y, X=X, data=X, l2=0.1, reg=0.1)
    function = load(text)
    names = [n for n in inspect.signature(function).parameters if n in given]
    with contextlib.redirect_stdout(io.StringIO()):
        if names:
            value = function(**{n: given[n] for n in names})
        else:
            value = function(params, acts, y)
    value = value._asdict() if hasattr(value, "_asdict") else value
    if isinstance(value, dict):
        value = {str(n).lower(): a for n, a in value.items()}
        ours = {n: a for n, a in value.items() if n[0] in "dg"}
        value = value if not any("w" in n for n in ours) else ours
    else:
        value = dict(enumerate(value))
    found = set()
    for key, array in value.items():
        same = [n for n, g in truth.items() if agrees(array, g)]
        if isinstance(key, str):
            same = [n for n in same if n[1:].lower() == key.replace("_", "")[-2:]]
        found |= set(same[:1])
        if not same and key != "loss":
            return False
    return found >= set(SIX)


def agrees(array, g):
    if np.shape(array) not in (g.shape, (1, *g.shape)[-2:]):
        return False
    exact = array.dtype.itemsize > 4 and g.dtype.itemsize > 4
    error = np.abs(np.asarray(array).reshape(g.shape) - g).max()
    return error <= (1e-12 if exact else 1e-5) * np.abs(g).max()


RUNS = [(0, np.float64, (7, 6, 5, 4, 3)), (1, np.float32, (3, 9, 2, 8, 6))]


@pytest.mark.filterwarnings("ignore:the matrix subclass")
@pytest.mark.parametrize("name", PROGRAMS)
def test_a_right_program_is_right(name):
    text, form = PROGRAMS[name]
    for seed, dtype, sizes in RUNS:
        assert is_right(text, form, seed, dtype), "the program itself is wrong"
        found = diagnose(load(text), seed=seed, dtype=dtype, sizes=sizes)
        assert found.ok, (seed, found)
        assert found.score == 1
        assert {r.status for r in found.rows} <= {"right", "not returned"}


def test_there_are_many_styles():
    assert len(STYLES | SIGNATURES | OWN) >= 60
    assert len(RUNS) * len(PROGRAMS) >= 300
