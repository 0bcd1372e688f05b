"""What is no answer to an exercise of the first chapters is refused as one."""

import re

import matplotlib.pyplot as plt
import numpy as np
import pytest
from record import BOOK, code

from mlpnotes.exercise import judge

NONE = 0, 1, -1, "", "yes", (), [], True, np.zeros(3), np.zeros((1, 2)), lambda *a: 0


@pytest.mark.parametrize("chapter", ["network", "by-hand"])
def test_what_the_page_holds_and_what_means_nothing_are_no_answers(chapter):
    page, rules = {}, set()
    with np.printoptions():  # by-hand sets its own
        for cell in code(BOOK / f"{chapter}.md"):
            exec(cell.source, page)
            rules |= set(re.findall(r"^judge\(mine, (\w+)\)$", cell.source, re.M))
    plt.close("all")
    assert len(rules) >= 3
    arrays = [v for v in page.values() if isinstance(v, np.ndarray)]
    for rule in rules:
        for answer in (*NONE, *arrays, *page["params"]):
            assert not judge(answer, page[rule]), (rule, answer)
