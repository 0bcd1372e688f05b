"""The numbers that a reader works by hand are the program's, sum for sum."""

import re
from math import exp, log

import numpy as np
import pytest
from record import BOOK, code

from mlpnotes import backward, forward, loss

TEXT = (BOOK / "by-hand.md").read_text("utf-8")
WORKED = re.findall(
    r"^(?P<name>[^=\n]+?) &= (?P<sum>[^=\n]+) = (?P<result>-?\d\.\d{3})(?: \\\\)?$",
    TEXT, flags=re.MULTILINE,
)  # fmt: skip


def given():
    """Return the chapter's params, X and y."""
    space = {}
    exec(next(c.source for c in code(BOOK / "by-hand.md") if "W1=" in c.source), space)
    return space["params"], space["X"], space["y"]


def program():
    """Return what the program finds, by the page's names: ("dw", "3", "10")."""
    params, X, y = given()
    acts = forward(params, X)
    arrays = acts._asdict() | backward(params, acts, y)._asdict()
    found = {"L": loss(params, X, y)}
    for k in 0, 1:
        found[rf"\hat y_{k}"] = acts.y_hat[0, k]
        for layer in "123":
            for letter in ("z", "a", "dz", "da")[:: 2 if layer == "3" else 1]:
                value = arrays[letter + layer][0, k]
                found[f"{letter}^{{[{layer}]}}_{k}"] = value
            for r in 0, 1:
                value = arrays[f"dW{layer}"][k, r]
                found[f"dw^{{[{layer}]}}_{{{k}{r}}}"] = value
    return found


def value(latex):
    """Return the number that an expression on the page is."""
    latex = latex.replace(r"{\cdot}", "*")
    latex = re.sub(r"e\^\{(.*?)\}", r"exp(\1)", latex)
    latex = re.sub(r"\\log ([\d.]+)", r"log(\1)", latex)
    return eval(latex, {"exp": exp, "log": log})


def test_every_number_of_both_passes_is_worked_on_the_page():
    assert sorted(name for name, _, _ in WORKED) == sorted(program())


@pytest.mark.parametrize(("name", "sum_", "result"), WORKED)
def test_a_sum_of_rounded_numbers_gives_what_the_program_gives(name, sum_, result):
    assert round(value(sum_), 3) == float(result)
    assert round(program()[name], 3) == float(result)


def test_the_caption_names_the_two_parts_that_make_da2():
    params, X, y = given()
    gradients = backward(params, forward(params, X), y)
    (upper, lower), (above, below) = gradients.dz3 * params.W3, gradients.da2[0]
    said = "{:.3f} and {:.3f} make the {:.3f} of da2 above".format(*upper, above)
    assert f"{said}, {lower[0]:.3f} and {lower[1]:.3f} its {below:.3f} below" in TEXT


def test_the_step_of_one_weight_is_worked_on_the_page():
    dw = program()["dw^{[3]}_{10}"]
    worked = rf"\leftarrow -0.7 - 0.5{{\cdot}}({dw:.3f}) = {-0.7 - 0.5 * dw:.3f} ,"
    assert r"w^{[3]}_{10} " + worked in TEXT


def test_a_sum_starts_from_numbers_that_stand_on_the_page_before_it():
    params, X, y = given()
    known = {f"{abs(v):.3f}" for array in (*params, X, y) for v in np.ravel(array)}
    for name, sum_, result in WORKED:
        used = {f"{float(v):.3f}" for v in re.findall(r"\d+(?:\.\d+)?", sum_)}
        assert used <= known, name
        known.add(result.lstrip("-"))
