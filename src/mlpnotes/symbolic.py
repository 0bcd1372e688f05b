r"""The book's derivatives for symbolic sizes, by computer algebra.

SymPy differentiates the definitions, with symbols B, n0, n1, n2, K for the sizes
and arrays whose indices are symbols. Differentiating a sum brings indicators, as
Kronecker deltas; `normal` turns each sum over one into the term that it leaves,
and writes what is equal in the same way. Then the derivative and the right-hand
side that the book prints must cancel.

Two things are taken for granted. An index lies in its range, so that a sum over
an indicator does meet it. And the labels of an observation sum to 1.
"""

import functools
import math
from typing import NamedTuple

import numpy as np
from sympy import (
    Add,
    Dummy,
    Expr,
    Function,
    Indexed,
    IndexedBase,
    KroneckerDelta,
    Mul,
    Sum,
    diff,
    exp,
    expand_mul,
    lambdify,
    log,
    symbols,
)

B, n0, n1, n2, K = symbols("B n0 n1 n2 K", integer=True, positive=True)
i, j, q, r, t = symbols("i j q r t", integer=True)
INDICES = (i, j, q, r, t)  # the free ones, each in its range
l2 = symbols("lambda", real=True)
W1, b1, W2, b2, W3, b3 = map(IndexedBase, ("W1", "b1", "W2", "b2", "W3", "b3"))
X, Z1, A1, Z2, A2, Z3, y = map(IndexedBase, ("X", "z1", "a1", "z2", "a2", "z3", "y"))


class sigmoid(Function):  # noqa: N801  its name is what is printed
    """The logistic sigmoid, with the slope that Lemma 5 states."""

    def fdiff(self, argindex=1):
        """Return the derivative with respect to the argument."""
        return self * (1 - self)


def total(term, size):
    """Return the sum of ``term(v)`` over v = 0, ..., size - 1."""
    v = Dummy("v", integer=True)
    return Sum(term(v), (v, 0, size - 1))


def entries(array):
    """Return the function of i and t that gives entry t of observation i."""
    return lambda i, t: array[i, t]


def affine(a, W, b, n):
    """Return z = a W + b, equations (15), (31), (47); n is the length of a's rows."""
    return lambda i, t: total(lambda q: a(i, q) * W[q, t], n) + b[t]


def activation(z):
    """Return sigmoid(z), equations (22), (38)."""
    return lambda i, t: sigmoid(z(i, t))


def softmax(z):
    """Return the probabilities, equation (4)."""
    return lambda i, t: exp(z(i, t)) / total(lambda u: exp(z(i, u)), K)


def log_softmax(z):
    """Return the logarithm of `softmax`, as the program computes it."""
    return lambda i, t: z(i, t) - log(total(lambda u: exp(z(i, u)), K))


def cross_entropy(z):
    """Return the loss of observation i as a function of its logits, (2) of (4)."""
    return lambda i: -total(lambda t: y[i, t] * log_softmax(z)(i, t), K)


def normal(e):
    """Return an expression with its sums in one form, so that equals cancel.

    From the inside out, each sum is taken term by term: an indicator leaves one
    term, what does not depend on the index goes before the sum, labels sum to 1,
    and a sum of sums becomes one sum over several indices, in the order of their
    sizes. At the end bound indices are numbered by their depth.
    """
    e = e.replace(lambda s: isinstance(s, Sum), _one_sum)
    return expand_mul(_numbered(expand_mul(e)))


@functools.cache  # equal sums get equal indices, so that their quotients cancel
def _one_sum(s):
    if any(first != 0 for _, first, _ in s.limits):
        raise ValueError(f"{s} has an index that does not start at 0")
    fresh = {v: Dummy("v", integer=True) for v, *_ in s.limits}  # met nowhere else
    e = s.function.xreplace(fresh)
    for v, _, last in s.limits:  # the first index is the innermost
        terms = Add.make_args(expand_mul(e))
        e = Add(*(_one_term(term, fresh[v], last) for term in terms))
    return e


def _one_term(term, v, last):
    for factor in Mul.make_args(term):
        if isinstance(factor, KroneckerDelta) and v in factor.args:
            (other,) = set(factor.args) - {v}
            if other in INDICES:  # of another bound index we do not know the range
                return (term / factor).xreplace({v: other})
    before, inside = term.as_independent(v, as_Add=False)
    if inside == 1:
        return before * (last + 1)
    if isinstance(inside, Indexed) and inside.base == y and last == K - 1:
        row, column = inside.indices
        if column == v and v not in row.free_symbols:
            return before
    limits = [(v, 0, last)]
    for factor in Mul.make_args(inside):
        if isinstance(factor, Sum):
            fresh = {limit[0]: Dummy("v", integer=True) for limit in factor.limits}
            inside = inside / factor * factor.function.xreplace(fresh)
            limits += [(fresh[w], *ends) for w, *ends in factor.limits]
    return before * Sum(inside, *sorted(limits, key=lambda limit: str(limit[2])))


@functools.cache
def _bound(depth):
    return Dummy(f"v{depth}", integer=True)


def _numbered(e, depth=0):
    if isinstance(e, Sum):
        new = {limit[0]: _bound(depth + n) for n, limit in enumerate(e.limits)}
        inside = _numbered(e.function.xreplace(new), depth + len(new))
        return Sum(inside, *((new[v], *ends) for v, *ends in e.limits))
    return e.func(*(_numbered(a, depth) for a in e.args)) if e.args else e


class Claim(NamedTuple):
    """An equation of the book: its number and its two sides.

    ``left`` is a derivative that SymPy took of a definition, ``right`` is what
    the book prints, with everything in it written out.
    """

    number: int
    what: str
    left: Expr
    right: Expr

    @property
    def verdict(self):
        """Say "proved" if the sides cancel, "disproved" if they differ in numbers."""
        difference = self.left - self.right
        if normal(difference) == 0:
            return "proved"
        return "disproved" if max(map(abs, in_numbers(difference))) > 1e-9 else "open"


def in_numbers(e, seed=0):
    """Return an expression's values for small sizes and random arrays, as a pair.

    The sizes differ; labels sum to 1. First all free indices differ, then all are
    the same, so that indicators are 1.
    """
    rng = np.random.default_rng(seed)
    small = {B: 2, n0: 6, n1: 5, n2: 4, K: 3, i: 1, j: 2, q: 3, r: 1, t: 0, l2: 0.3}
    arrays = {a: rng.normal(size=(6, 6)) for a in (W1, W2, W3, X, Z1, A1, Z2, A2, Z3)}
    arrays |= {b: rng.normal(size=6) for b in (b1, b2, b3)}
    arrays[y] = rng.dirichlet(np.ones(small[K]), size=small[B])
    values = small | arrays
    return evaluate(e, values), evaluate(e, values | {t: 1, q: 1, j: 1, r: 1})


def evaluate(e, values):
    """Return an expression's value, given its symbols' numbers and arrays.

    Parameters
    ----------
    e : Expr
    values : dict
        Symbol -> number, array -> ndarray.

    Returns
    -------
    float
    """
    functions = {"sigmoid": lambda z: 1 / (1 + math.exp(-z))}
    return lambdify(list(values), e, [functions, "math"])(*values.values())


def claims():
    """Return the derivative equations of the book, (7) to (55), as claims."""
    found = [*softmax_and_loss(), *layer_3(), *layer_2(), *layer_1(), *penalty()]
    return sorted(found, key=lambda claim: claim.number)


def softmax_and_loss():
    """Return the claims of lemmas 1, 2 and 5: logits and loss of observation i."""
    z, D = entries(Z3), KroneckerDelta
    p, L = softmax(z), cross_entropy(z)(i)
    pt, pj, e = p(i, t), p(i, j), exp(Z3[i, j])
    S = total(lambda u: exp(Z3[i, u]), K)
    dp = diff(pt, Z3[i, j])
    same, other = dp.subs(t, j), dp.subs(D(j, t), 0)
    definition = -total(lambda t: y[i, t] * log(p(i, t)), K)
    dL = diff(definition, Z3[i, j])
    yj, yt = y[i, j], lambda t: y[i, t]
    lines = (
        lambda t: (
            yt(t) / p(i, t) * (pj * (1 - pj) * D(t, j) - p(i, t) * pj * (1 - D(t, j)))
        ),
        lambda t: yt(t) * (1 - pj) * D(t, j) - yt(t) * pj * (1 - D(t, j)),
    )
    return [
        Claim(7, "ds_j/dz_j", same, pj * (1 - pj)),
        Claim(8, "ds_j/dz_j", same, (e * S - e * e) / S**2),
        Claim(8, "ds_j/dz_j", same, pj - pj**2),
        Claim(9, "dL/dz3", diff(L, Z3[i, j]), pj - yj),
        Claim(
            10,
            "dL/dz3",
            dL,
            -total(lambda t: yt(t) / p(i, t) * diff(p(i, t), Z3[i, j]), K),
        ),
        Claim(11, "dŷ_j/dz_j", same, pj * (1 - pj)),
        Claim(12, "dŷ_t/dz_j, t ≠ j", other, -exp(Z3[i, t]) * e / S**2),
        Claim(12, "dŷ_t/dz_j, t ≠ j", other, -pt * pj),
        *(Claim(13, "dL/dz3", dL, -total(line, K)) for line in lines),
        Claim(
            13,
            "dL/dz3",
            dL,
            -yj + yj * pj + pj * total(lambda t: yt(t) * (1 - D(t, j)), K),
        ),
        Claim(13, "dL/dz3", dL, -yj + pj * total(yt, K)),
        Claim(13, "dL/dz3", dL, pj - yj),
    ]


def layer_3():
    """Return the claims of lemmas 3 and 4 and Note 2, and (27), (28)."""
    a2, D = entries(A2), KroneckerDelta
    z3 = affine(a2, W3, b3, n2)
    L = cross_entropy(z3)
    dz3 = error(z3)
    zt, in_W, in_b, in_a = z3(i, t), W3[r, j], b3[j], A2[i, r]
    mean = total(L, B) / B
    return [
        *(Claim(n, "∂z3/∂W3", diff(zt, in_W), D(t, j) * A2[i, r]) for n in (14, 16)),
        *(Claim(n, "∂z3/∂b3", diff(zt, in_b), D(t, j)) for n in (14, 17)),
        Claim(18, "∂L/∂W3", diff(L(i), in_W), dz3(i, j) * A2[i, r]),
        Claim(18, "∂L/∂b3", diff(L(i), in_b), dz3(i, j)),
        Claim(
            19, "dW3", B * diff(mean, in_W), total(lambda i: dz3(i, j) * A2[i, r], B)
        ),
        Claim(20, "db3", B * diff(mean, in_b), total(lambda i: dz3(i, j), B)),
        Claim(27, "∂z3/∂a2", diff(z3(i, j), in_a), W3[r, j]),
        Claim(
            28,
            "da2",
            diff(L(i), in_a),
            total(lambda t: dz3(i, t) * diff(z3(i, t), in_a), K),
        ),
        Claim(28, "da2", diff(L(i), in_a), total(lambda j: dz3(i, j) * W3[r, j], K)),
    ]


def error(z3):
    """Return dz3, equation (9), written out."""
    return lambda i, j: softmax(z3)(i, j) - y[i, j]


def back(dz, W, n):
    """Return da, equations (28) and (44): n is the length of dz's rows."""
    return lambda i, r: total(lambda j: dz(i, j) * W[r, j], n)


def through(da, a):
    """Return dz, equations (30) and (46)."""
    return lambda i, r: da(i, r) * a(i, r) * (1 - a(i, r))


def after_2(a2):
    """Return the loss as a function of a2, and da2."""
    z3 = affine(a2, W3, b3, n2)
    return cross_entropy(z3), back(error(z3), W3, K)


def after_1(a1):
    """Return the loss as a function of a1, and da1."""
    a2 = activation(affine(a1, W2, b2, n1))
    L, da2 = after_2(a2)
    return L, back(through(da2, a2), W2, n2)


def layer_2():
    """Return the claims of the second step, (29) to (36)."""
    return hidden_layer("2", 0, A1, W2, b2, Z2, n1, n2, after_2)


def layer_1():
    """Return the claims of the third step, (43) to (52)."""
    z2, in_a = affine(entries(A1), W2, b2, n1), A1[i, r]
    a2 = activation(z2)
    L, da1 = after_1(entries(A1))
    dz2 = through(after_2(a2)[1], a2)
    chain = total(lambda t: dz2(i, t) * diff(z2(i, t), in_a), n2)
    return [
        Claim(43, "∂z2/∂a1", diff(z2(i, j), in_a), W2[r, j]),
        Claim(44, "da1", diff(L(i), in_a), chain),
        Claim(44, "da1", diff(L(i), in_a), da1(i, r)),
        *hidden_layer("1", 16, X, W1, b1, Z1, n0, n1, after_1),
    ]


def hidden_layer(name, shift, A, W, b, Z, n, m, after):
    """Return the claims of a layer z = a W + b, a = sigmoid(z), from n to m units.

    ``after`` gives the loss and its gradient as functions of the layer's
    activations; ``shift`` is added to the numbers of the second step.
    """
    D, in_z, in_W, in_b = KroneckerDelta, Z[i, r], W[q, r], b[r]
    free = activation(entries(Z))  # a as a function of z
    L_z, da_z = after(free)
    z = affine(entries(A), W, b, n)
    a = activation(z)  # a as a function of W and b
    L, da = after(a)
    dz, mean = through(da, a), total(L, B) / B

    def chain(variable):
        return total(lambda t: dz(i, t) * diff(z(i, t), variable), m)

    rows = [
        (
            29,
            f"∂a{name}/∂z{name}",
            diff(free(i, r), Z[i, q]),
            D(r, q) * free(i, r) * (1 - free(i, r)),
        ),
        (
            30,
            f"dz{name}",
            diff(L_z(i), in_z),
            total(lambda t: da_z(i, t) * diff(free(i, t), in_z), m),
        ),
        (30, f"dz{name}", diff(L_z(i), in_z), through(da_z, free)(i, r)),
        (32, f"∂z{name}/∂W{name}", diff(z(i, t), in_W), D(t, r) * A[i, q]),
        (32, f"∂z{name}/∂b{name}", diff(z(i, t), in_b), D(t, r)),
        (33, f"∂L/∂W{name}", diff(L(i), in_W), chain(in_W)),
        (33, f"∂L/∂W{name}", diff(L(i), in_W), dz(i, r) * A[i, q]),
        (34, f"∂L/∂b{name}", diff(L(i), in_b), chain(in_b)),
        (34, f"∂L/∂b{name}", diff(L(i), in_b), dz(i, r)),
        (35, f"dW{name}", B * diff(mean, in_W), total(lambda i: dz(i, r) * A[i, q], B)),
        (36, f"db{name}", B * diff(mean, in_b), total(lambda i: dz(i, r), B)),
    ]
    return [Claim(number + shift, *sides) for number, *sides in rows]


def penalty():
    """Return the claims of Note 5, for each matrix, (54) and (55)."""
    a1 = activation(affine(entries(X), W1, b1, n0))
    L = total(after_1(a1)[0], B) / B
    weights = ((W1, n0, n1), (W2, n1, n2), (W3, n2, K))

    def squares(W, n, m):
        return total(lambda q: total(lambda k: W[q, k] ** 2, m), n)

    penalised = L + l2 * sum(squares(*w) for w in weights)
    own = diff(L, W1[r, j]) + l2 * diff(squares(*weights[0]), W1[r, j])
    return [
        Claim(54, "∂L^λ/∂W1", diff(penalised, W1[r, j]), own),
        *(
            Claim(
                number,
                f"∂L^λ/∂{W}",
                diff(penalised, W[r, j]),
                diff(L, W[r, j]) + 2 * l2 * W[r, j],
            )
            for number, (W, *_) in ((54, weights[0]), *((55, w) for w in weights))
        ),
    ]


def as_printed():
    """Return (43) and (44) as the notes print them, with W1 in the place of W2."""
    z2, in_a = affine(entries(A1), W2, b2, n1), A1[i, r]
    a2 = activation(z2)
    L, da2 = after_2(a2)
    slip = back(through(da2, a2), W1, n2)
    return [
        Claim(43, "∂z2/∂a1", diff(z2(i, j), in_a), W1[r, j]),
        Claim(44, "da1", diff(L(i), in_a), slip(i, r)),
    ]
