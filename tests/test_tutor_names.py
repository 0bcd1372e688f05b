"""A name that is not defined: the tutor says what may be meant by it."""

import linecache

import pytest

from mlpnotes.tutor import diagnose

UNPACKED = """def backward(params, acts, y):
    W1, b1, W2, b2, W3, b3 = params
    X, z1, a1, z2, a2, z3, y_hat = acts
    dz3 = {}
"""
PACKED = """def backward(params, acts, y):
    dz3 = {}
"""
COURSE = """def backward_pass(data, labels, params, reg):
    dz3 = {}
"""
ONE = """def backward(X, y, cache):
    dz3 = {}
"""
SUMS = "The gradients are sums over the batch: no line here is divided by it."

# the program, what it computes, and what is said of the name
NAMES = [
    (UNPACKED, "(y_hat - y) / B", f"it is len(y). {SUMS}"),
    (PACKED, "(acts.y_hat - y) / B", f"it is len(y). {SUMS}"),
    (ONE, "cache.y_hat / B", f"it is len(y). {SUMS}"),
    (
        UNPACKED,
        "(y_hat - y) / m",
        f"if it is the size of the batch, it is len(y). {SUMS}",
    ),
    (
        COURSE,
        "labels / B",
        "it is len(data), by which each sum over the batch is divided.",
    ),
    (UNPACKED, "y / n0", "it is W1.shape[0]."),
    (UNPACKED, "y / n1", "it is W2.shape[0]."),
    (PACKED, "y / n2", "it is params.W3.shape[0]."),
    (COURSE, "labels / K", 'it is params["W3"].shape[1].'),
    (UNPACKED, "y - lam * W3", "no line here has a penalty."),
    (COURSE, 'lam * params["W3"]', "is it reg?"),
    (UNPACKED, "a2T @ y", "is it a2.T?"),
    (PACKED, "y @ W3_T", "is it params.W3.T?"),
    (ONE, "y @ W3_T", 'is it cache["W3"].T?'),
    (UNPACKED, "dz", "is it dz3, dz2 or dz1?"),
    (PACKED, "da", "is it da2 or da1?"),
    (UNPACKED, "y @ W.T", "is it W1, W2 or W3?"),
    (UNPACKED, "sigmoid(z2)", "sigmoid(z1) is a1, sigmoid(z2) is a2."),
    (PACKED, "softmax(acts.z3)", "softmax(z3) is acts.y_hat."),
    (UNPACKED, "a3 - y", "is it y_hat?"),
    (PACKED, "a3 - y", "is it acts.y_hat?"),
    (UNPACKED, "y_hat - labels", "is it y?"),
    (UNPACKED, "exp(z3)", "is it np.exp?"),
]


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize(("text", "code", "said"), NAMES)
def test_what_a_name_may_mean(text, code, said, known):
    text = text.format(code)
    file, scope = f"<{hash(text)}>" if known else "<string>", {}
    if known:
        linecache.cache[file] = len(text), None, text.splitlines(True), file
    exec(compile(text, file, "exec"), scope)
    message = diagnose(list(scope.values())[-1]).message
    assert message.endswith(f" is not defined: {said}")


@pytest.mark.parametrize("name", ["qqq", "dT", "k", "pi", "a", "foo_T", "B_"])
def test_of_a_name_that_means_nothing_only_that_is_said(name):
    scope = {}
    exec(PACKED.format(name), scope)
    message = diagnose(scope["backward"]).message
    assert message.endswith(f"NameError: name '{name}' is not defined.")
