import itertools

import numpy as np
import pytest
from equations import equations
from sympy import KroneckerDelta, Rational, Sum, diff, exp

from mlpnotes import forward, loss_gradient, random_problem
from mlpnotes import symbolic as s
from mlpnotes.symbolic import as_printed, claims, in_numbers, normal

CLAIMS = claims()
NAMES = [f"{claim.number}-{k}" for k, claim in enumerate(CLAIMS)]

# definitions, maps and chain rules are no derivatives that one could compare
NO_DERIVATIVE = {1, 2, 3, 4, 5, 6, 15, *range(21, 27), 31, *range(37, 43), 47, 53}


def test_every_derivative_of_the_book_is_claimed():
    numbers = {equation.number for equation in equations()}
    assert {claim.number for claim in CLAIMS} == numbers - NO_DERIVATIVE


@pytest.mark.parametrize("claim", CLAIMS, ids=NAMES)
def test_a_claim_is_proved_and_holds_in_numbers(claim):
    assert claim.verdict == "proved"
    # normal and its assumptions play no part in this
    assert max(map(abs, in_numbers(claim.left - claim.right, seed=1))) < 1e-12


@pytest.mark.parametrize("claim", CLAIMS, ids=NAMES)
def test_a_wrong_claim_is_disproved(claim):
    wrong = claim._replace(right=(1 + Rational(1, 10**3)) * claim.right)
    assert wrong.verdict == "disproved"


@pytest.mark.parametrize("claim", CLAIMS, ids=NAMES)
def test_a_wrong_claim_is_not_proved(claim):
    assert normal(claim.left - (1 + Rational(1, 10**6)) * claim.right) != 0


def swaps():
    """Yield claims with two arrays of the right-hand side exchanged."""
    for claim in CLAIMS:
        arrays = [a for a in (s.W1, s.W2, s.W3, s.b1, s.b2, s.b3) if claim.right.has(a)]
        for one, other in itertools.combinations(arrays, 2):
            swap = {one: other, other: one}
            yield claim._replace(right=claim.right.xreplace(swap))


def test_exchanged_arrays_are_not_proved():
    found = list(swaps())
    assert len(found) > 50
    assert [c.number for c in found if normal(c.left - c.right) == 0] == []


def test_what_the_notes_print_is_disproved():
    assert [(c.number, c.verdict) for c in as_printed()] == [
        (43, "disproved"), (44, "disproved"),
    ]  # fmt: skip


def test_sums_keep_their_order_and_their_indices():
    a, b, W = s.A1, s.A2, s.W2
    one = s.total(
        lambda q: a[s.i, q] * s.total(lambda r: W[q, r] * b[s.i, r], s.n2), s.n1
    )
    other = s.total(
        lambda r: s.total(lambda q: a[s.i, q] * W[q, r], s.n1) * b[s.i, r], s.n2
    )
    crossed = s.total(
        lambda r: s.total(lambda q: a[s.i, r] * W[q, r], s.n1) * b[s.i, r], s.n2
    )
    assert normal(one - other) == 0
    assert normal(one - crossed) != 0


def test_labels_sum_to_one_over_all_classes_of_one_observation_only():
    assert normal(s.total(lambda v: s.y[s.i, v], s.K)) == 1
    assert normal(s.total(lambda v: s.y[v, v], s.K)) != 1
    assert normal(s.total(lambda v: s.y[s.i, v], s.n1)) != 1


def test_an_indicator_of_two_bound_indices_stays():
    """Their ranges may differ; only a free index lies in each."""
    both = s.total(
        lambda u: s.total(lambda v: KroneckerDelta(u, v) * s.A1[s.i, u], s.K), s.n1
    )
    assert normal(both - s.total(lambda u: s.A1[s.i, u], s.n1)) != 0
    for odd in (lambda v: 2 * v, lambda v: v + 1):
        one = s.total(lambda v, odd=odd: KroneckerDelta(odd(v), s.j) * s.X[s.i, v], s.K)
        assert normal(one - s.X[s.i, s.j]) != 0


def test_a_sum_that_does_not_start_at_zero_is_refused():
    later = Sum(s.X[s.i, s.t], (s.t, 1, s.K - 1))
    with pytest.raises(ValueError, match="does not start at 0"):
        normal(later)


def test_what_is_normal_can_be_used_again():
    """Numbered indices are bound as others are: they are not captured."""
    z = s.affine(s.entries(s.A1), s.W2, s.b2, s.n1)(s.i, s.t)
    for inner in (z, normal(z)):
        again = s.total(
            lambda u, z=inner: s.sigmoid(z.xreplace({s.t: u})) * s.W3[u, s.j], s.n2
        )
        fresh = s.total(
            lambda u: (
                s.sigmoid(s.affine(s.entries(s.A1), s.W2, s.b2, s.n1)(s.i, u))
                * s.W3[u, s.j]
            ),
            s.n2,
        )
        assert normal(again - fresh) == 0


def test_a_free_index_is_not_captured_by_an_inner_sum_of_its_name():
    inner = Sum(s.W1[s.t, s.j], (s.j, 0, s.K - 1))
    outer = s.total(lambda v: KroneckerDelta(v, s.j) * inner.xreplace({s.t: v}), s.n1)
    wrong = Sum(s.W1[s.j, s.j], (s.j, 0, s.K - 1))
    assert normal(outer - wrong) != 0


def test_an_index_under_an_exponential_is_not_lost():
    """exp(sum of x) is no sum of exp(x)."""
    inner = s.total(lambda t: s.Z3[s.i, t], s.K)
    outer = s.total(lambda t: exp(s.Z3[s.i, t]), s.K)
    assert normal(exp(inner) - outer) != 0
    slope = diff(exp(inner), s.Z3[s.i, s.j])
    assert normal(slope - exp(inner)) == 0


def test_equal_products_of_sums_share_no_index():
    square = s.total(lambda t: s.Z3[s.i, t], s.K) ** 2
    diagonal = s.total(lambda t: s.Z3[s.i, t] ** 2, s.K)
    assert normal(square - diagonal) != 0
    assert (
        normal(
            s.total(lambda j: s.Z3[s.i, j] * square, s.n1)
            - s.total(lambda j: s.Z3[s.i, j], s.n1) * square
        )
        == 0
    )


def test_the_symbols_are_the_programs_arrays():
    """Put real arrays into (51), and loss_gradient's dW1 comes out."""
    params, X, y = random_problem((2, 3, 4, 5, 3), rng=np.random.default_rng(5))
    claim = next(c for c in CLAIMS if c.number == 51)
    values = {
        s.B: 2, s.n0: 3, s.n1: 4, s.n2: 5, s.K: 3, s.q: 1, s.r: 2,
        s.W1: params.W1, s.b1: params.b1, s.W2: params.W2, s.b2: params.b2,
        s.W3: params.W3, s.b3: params.b3, s.X: X, s.y: y,
    }  # fmt: skip
    found = s.evaluate(claim.right, values)
    assert found == pytest.approx(2 * loss_gradient(params, X, y).W1[1, 2], rel=1e-11)
    assert np.isfinite(forward(params, X).z3).all()
    assert isinstance(claim.left, Sum) or claim.left.has(Sum)
