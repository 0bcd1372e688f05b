"""The drawings of the network say what they are given, where a reader looks."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from mlpnotes import plots

CROSSED = {"p": (0, 1.5), "q": (0, 0), "r": (1, 1.5), "s": (1, 0)}


@pytest.fixture(autouse=True)
def _close():
    yield
    plt.close("all")


def texts(ax):
    return {t.get_text(): t for t in ax.texts if t.get_text()}


def test_an_edge_has_its_number_above_and_its_gradient_below_in_another_colour():
    nodes = {"x": (0, 0), "L": (1, 0), "w": (0, 1)}
    edges = [("x", "L", -0.5, np.float32(2.0004)), ("w", "L", "w", None)]
    found = texts(plots.computational_graph(nodes, edges))
    assert set(found) == {"x", "L", "w", "−0.500", "2.000"}
    above, below = found["−0.500"], found["2.000"]
    assert above.get_position()[1] > 0 > below.get_position()[1]
    assert above.get_color() != below.get_color()


def test_a_number_that_rounds_to_zero_has_no_sign():
    nodes = {"x": (0, 0), "L": (1, 0)}
    found = texts(plots.computational_graph(nodes, [("x", "L", -1e-5, 1)]))
    assert {"0.000", "1.000"} < set(found)


def test_numbers_on_crossing_edges_do_not_meet():
    edges = [(a, b, -8.888, -9.999) for a in "pq" for b in "rs"]
    ax = plots.computational_graph(CROSSED, edges)
    ax.figure.draw_without_rendering()
    numbers = [t for t in ax.texts if len(t.get_text()) > 1]
    places = [ax.transData.transform(t.get_position()) for t in numbers]
    assert len(places) == 8
    apart = min(
        np.hypot(*(a - b)) for i, a in enumerate(places) for b in places[:i]
    )  # fmt: skip
    assert apart > numbers[0].get_fontsize() / 72 * ax.figure.dpi / 2


def test_an_edge_without_a_node_is_refused_before_anything_is_drawn():
    with pytest.raises(ValueError, match="the end 'b', expected one of"):
        plots.computational_graph({"a": (0, 0)}, [("a", "b", 1, 1)])
    assert plt.get_fignums() == []
