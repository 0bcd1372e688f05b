"""The book's words and signs: each has one meaning, said where it is first used."""

import re

import pytest
from record import BOOK, pages


def prose(page):
    """Return the text of a page without its code."""
    text = (BOOK / f"{page}.md").read_text("utf-8")
    return re.sub(r"^(`{3,})\{code-cell.*?^\1$", "", text, flags=re.M | re.S)


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("tensor", "**tensor**"),
        ("contract", "**contraction**"),
        ("Jacobian", "**Jacobian**"),
        ("complex step", "**complex step**"),
        ("upstream", "**upstream**"),
        (r"rank\b", "**rank**"),
    ],
)
def test_the_first_page_that_has_a_word_says_what_it_is(word, said):
    for page in pages():
        text = re.sub(r"^#.*", "", prose(page), flags=re.M)
        if re.search(rf"\b{word}", text):
            assert said in text, page
            return
    raise AssertionError(word)


def test_sigma_is_the_sigmoid_and_never_softmax():
    other = [
        (page, line)
        for page in pages()
        for line in prose(page).splitlines()
        if re.search(r"\\sigma_|\\sigma\^", line) and "notes" not in line
    ]
    assert other == []
