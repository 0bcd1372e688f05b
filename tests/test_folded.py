"""What a page folds: a link opens it, paper shows it, closed it takes no room."""

import pytest

pytestmark = pytest.mark.site

IN_SIGHT = """(id) => {
  const {top, height} = document.getElementById(id).getBoundingClientRect();
  return height > 20 && top >= 0 && top + height <= innerHeight;
}"""


@pytest.mark.parametrize("number", [40, 44, 51])
def test_a_link_into_a_closed_box_opens_it(open_page, address, number):
    page = open_page(f"{address}step-3.html#equation-eq-{number}")
    equation = page.locator(f"#equation-eq-{number}")
    equation.wait_for()
    page.wait_for_function(IN_SIGHT, arg=f"equation-eq-{number}")
    assert page.problems == []


def test_a_link_on_the_page_opens_it_too(open_page, address):
    page = open_page(f"{address}step-3.html")
    equation = page.locator("#equation-eq-46")
    assert not equation.is_visible()
    page.evaluate("location.hash = '#equation-eq-46'")
    equation.wait_for()


def test_a_closed_box_is_a_line(open_page, address):
    page = open_page(f"{address}step-3.html")
    boxes = page.locator("div.admonition.dropdown.toggle-hidden:not(.solution)")
    assert boxes.count() == 3
    for box in boxes.all():
        title = box.locator("> .admonition-title").bounding_box()["height"]
        assert box.bounding_box()["height"] < title + 8


def test_paper_shows_what_is_folded(open_page, address):
    page = open_page(f"{address}step-3.html")
    panels = page.locator("details.hide:has(.cell_output)")
    assert panels.count() >= 6
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    for number in range(37, 53):
        assert page.locator(f"#equation-eq-{number}").is_visible()
    for text in panels.locator(".cell_output").all():
        assert text.is_visible()
    for panel in page.locator("details.hide:not(:has(.cell_output))").all():
        assert not panel.is_visible()
