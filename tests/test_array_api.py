"""Other array libraries: what the chapter says of them."""

import array_api_strict as xp
import numpy as np
import pytest
from record import BOOK, code

from mlpnotes import Params, backward, forward
from mlpnotes.gradcheck import agree


@pytest.fixture
def portable():
    """Return the two functions of the chapter, as they stand on the page."""
    names = {}
    for cell in code(BOOK / "beyond-one-machine.md"):
        if cell.source.startswith("def portable_"):
            exec(cell.source, names)
    return names["portable_forward"], names["portable_backward"]


@pytest.fixture
def strict(problem):
    """Return params, X and y in the other library's arrays, y of floats."""
    params, X, y = problem
    return Params(*map(xp.asarray, params)), xp.asarray(X), xp.asarray(y.astype(float))


@pytest.mark.parametrize(
    "library", ["array_api_strict", "jax.numpy", "array_api_compat.torch"]
)
def test_the_portable_version_needs_the_standard_alone(portable, problem, library):
    lib = pytest.importorskip(library, reason=f"{library} is not installed")
    params, X, y = problem
    acts = forward(params, X)
    g = backward(params, acts, y)
    theirs = [lib.asarray(a) for a in (*params, X, y.astype(float))]
    given, (run_forward, run_backward) = (theirs[:6], *theirs[6:]), portable
    for got, expected in zip(
        (*run_forward(lib, *given[:2]), *run_backward(lib, *given)),
        (acts.a1, acts.a2, acts.y_hat, g.dW1, g.db1, g.dW2, g.db2, g.dW3, g.db3),
        strict=True,
    ):
        assert type(got) is type(theirs[0])
        got = np.asarray(got)  # of float32, with JAX as it is installed
        rounding = 100 * np.finfo(got.dtype).eps
        assert agree(got, expected, rtol=rounding, atol=rounding)


def test_forward_asks_for_arrays_of_numpy(strict):
    with pytest.raises(TypeError, match="^W1 is an Array, expected a NumPy array"):
        forward(*strict[:2])


def test_each_line_of_the_table_is_outside_the_standard(strict):
    """If one of them becomes part of it, the page can say so."""
    z = strict[1]
    for method in ("max", "sum"):
        assert not hasattr(z, method)
        assert hasattr(xp, method)
    with pytest.raises(TypeError):
        np.reciprocal(z, out=z)
    with pytest.raises(TypeError):  # y of integers
        z - xp.asarray(np.ones(z.shape, np.int8))
