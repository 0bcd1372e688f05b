import base64
import json
import re

import numpy as np
import pytest
from bs4 import BeautifulSoup
from record import BOOK, code

from mlpnotes import Params, accuracy, init_params, load_mnist, load_pretrained
from mlpnotes.playground import playground, quantize


def data_of(board):
    found = re.search(r'class="mlp-data">(.*?)</script>', board.html)
    return json.loads(found[1])


def test_rounding_keeps_the_accuracy_and_the_page_small():
    board = playground(load_pretrained())
    digits = load_mnist().test
    X = digits.images.reshape(-1, 784).astype(np.float32) / 255
    lost = accuracy(load_pretrained(), X, digits.labels) - accuracy(
        board.params, X, digits.labels
    )
    assert lost <= 0.0002
    assert len(board.html) < 300_000


def test_the_page_holds_the_rounded_parameters():
    board = playground(load_pretrained())
    for (name, packed), p in zip(
        data_of(board)["params"].items(), board.params, strict=True
    ):
        if "values" in packed:
            held = np.frombuffer(base64.b64decode(packed["values"]), np.float32)
        else:
            q = np.frombuffer(base64.b64decode(packed["q"]), np.int8)
            scale = np.frombuffer(base64.b64decode(packed["scale"]), np.float32)
            held = q.reshape(p.shape) * scale[:, None]
        np.testing.assert_array_equal(held, p, err_msg=name)


def test_rounding_is_within_half_a_level_and_keeps_zeros():
    params = init_params(rng=np.random.default_rng(0), dtype=np.float32)
    params.W1[3] = 0
    for p, q in zip(params, quantize(params), strict=True):
        level = np.abs(p).max(axis=-1, keepdims=True) / 127 if p.ndim == 2 else 0
        assert np.all(np.abs(p - q) <= 0.5001 * level)
        assert np.all(q[p == 0] == 0)


def test_examples_are_held_byte_for_byte():
    images, labels = load_mnist().test.images[:3], load_mnist().test.labels[:3]
    data = data_of(playground(load_pretrained(), (images, labels)))
    assert base64.b64decode(data["examples"]) == images.tobytes()
    assert data["labels"] == labels.tolist()


def test_it_shows_itself_and_loads_nothing():
    board = playground(load_pretrained())
    assert repr(board) == "Playground(784 -> 200 -> 100 -> 10)"
    html = board._repr_html_()
    assert not re.search(r"(src|href)=|https?:|@import|url\(", html)
    assert " id=" not in html  # two on one page do not meet


def test_where_scripts_are_taken_out_a_true_sentence_stays():
    """An untrusted notebook, and GitHub, remove scripts and styles."""
    page = BeautifulSoup(playground(load_pretrained()).html, "html.parser")
    for removed in page(["script", "style"]):
        removed.decompose()
    words = " ".join(page.get_text().split())
    assert words == (
        "The playground is a script, and none has run here. In a notebook: run the "
        "cell, or trust the notebook. In a browser: allow scripts for this page. "
        "Paper, and viewers that leave out scripts, cannot show it."
    )
    assert page.select("button, canvas, input, fieldset") == []


def test_the_chapter_opens_with_the_board_and_hides_its_code():
    first = code(BOOK / "playground.md")[0]
    assert first.source.endswith("\nboard")
    assert first.metadata["tags"] == ["hide-input"]


def test_bad_input_is_named():
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match=r"784 pixels.*\(5, 200\): expected 784 rows"):
        playground(init_params(5, rng=rng))
    params = load_pretrained()
    for other in (params._asdict(), "params.npz", None):
        with pytest.raises(TypeError, match="^params .*expected Params"):
            playground(other)
    with pytest.raises(ValueError, match=r"^W2 is \(100, 200\)"):
        playground(params._replace(W2=params.W2.T))
    with pytest.raises(TypeError, match="^b3 has dtype complex64, expected real"):
        playground(params._replace(b3=params.b3 * 1j))
    for factor in (np.nan, np.inf):
        with pytest.raises(ValueError, match="W2 has entries that are not finite"):
            playground(params._replace(W2=params.W2 * factor))
    for bad in (params._asdict(), params._replace(b3=params.b3 * 1j)):
        with pytest.raises(TypeError, match="^(params|b3) .*expected"):
            quantize(bad)
    double = Params(*(p.astype(np.float64) for p in params))
    with pytest.raises(
        ValueError, match="^W2 has entries that are not finite as float"
    ):
        playground(double._replace(W2=double.W2 * 1e60))
    images, labels = load_mnist().test.images[:3], load_mnist().test.labels[:3]
    for bad in (
        (images / 255, labels), (images, labels[:2]), (images[0], labels), images[:2],
        dict(images=images, labels=labels),
    ):  # fmt: skip
        with pytest.raises(ValueError, match="examples must be uint8 images"):
            playground(params, bad)
    for bad in (images, (images,), load_mnist(), {"images": images}, 3):
        with pytest.raises(TypeError, match="^examples must be two arrays"):
            playground(params, bad)
    for dtype in (float, str, bool):
        with pytest.raises(TypeError, match="^labels have dtype .*, expected integers"):
            playground(params, (images, labels.astype(dtype)))
    for label in (10, 255):
        with pytest.raises(ValueError, match=f"^label {label} is outside 0, ..., 9$"):
            playground(params, (images, np.array([0, label, 1], np.uint8)))
