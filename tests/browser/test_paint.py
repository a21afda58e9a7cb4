"""The Paint page in a real browser: painting by hand and by keyboard, hearing, scoring, sharing."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import COMPONENT, PATIENCE_MS, axe_faults

pytestmark = pytest.mark.browser

AXIS, RIGHT, TOP, BOTTOM = 44, 22, 6, 24  # px around the plot area, as in picture.js


@pytest.fixture(scope="module")
def address(application: str) -> str:
    return f"{application}/own-mask"


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    opened = open_page(browser, address)
    yield opened
    opened.close()


def open_page(browser: Browser, url: str, width: int = 1400, scheme: str = "light") -> Page:
    opened = browser.new_page(viewport={"width": width, "height": 1100}, color_scheme=scheme)
    opened.set_default_timeout(15_000)
    opened.goto(url)
    expect(opened.locator(".paint .work")).to_be_visible(timeout=PATIENCE_MS)
    return opened


def place(page: Page, seconds: float, height: float) -> tuple[float, float]:
    """A point of the picture: seconds of ten, and a share of the height from the bottom."""
    box = page.locator(".plot canvas").bounding_box()
    width, tall = box["width"] - AXIS - RIGHT, box["height"] - TOP - BOTTOM
    return box["x"] + AXIS + seconds / 10 * width, box["y"] + TOP + (1 - height) * tall


def drag(page: Page, start: tuple[float, float], stop: tuple[float, float]) -> None:
    page.mouse.move(*place(page, *start))
    page.mouse.down()
    page.mouse.move(*place(page, *stop), steps=8)
    page.mouse.up()
    wait_for_score(page)


def wait_for_score(page: Page) -> None:
    expect(page.locator(".paint")).not_to_have_class(re.compile("waiting"), timeout=20_000)


def strokes(page: Page) -> list[str]:
    """The strokes that the link holds."""
    found = re.search(r"mask=([0-9a-z-]*)", page.url)
    return found[1].split("-") if found else []


def expect_strokes(page: Page, count: int) -> None:
    page.wait_for_function(
        "count => (new URL(location).searchParams.get('mask') ?? '').split('-')"
        ".filter(Boolean).length === count",
        arg=count,
    )


def test_a_drag_is_painted_heard_scored_and_kept_in_the_link(page: Page, browser: Browser) -> None:
    expect(page.locator(".verdict")).to_contain_text("Nothing is painted yet")
    hint = page.locator(".hint")
    onset, offset = map(float, re.findall(r"\d+\.\d", hint.inner_text()))
    drag(page, (onset, 0.1), (offset, 0.9))
    expect(hint).to_be_hidden()
    expect(page.locator(".verdict")).to_contain_text("Yours is")
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    expect(page.get_by_role("radio", name="Your mask")).to_be_checked()
    expect_strokes(page, 1)

    other = open_page(browser, page.url)
    for part in (".verdict", "[data-mask=yours] .gain"):
        assert other.locator(part).inner_text() == page.locator(part).inner_text()
    other.close()


def test_what_is_heard_changes_while_it_plays(page: Page) -> None:
    page.get_by_role("radio", name="Mixture").click()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    page.wait_for_timeout(400)
    page.keyboard.press("3")
    expect(page.get_by_role("radio", name="What it removes")).to_be_checked()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    before = float(page.get_by_role("slider", name="Position").input_value())
    assert before > 0.1
    drag(page, (1, 0.3), (2, 0.6))
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    assert float(page.get_by_role("slider", name="Position").input_value()) > before
    expect(page.get_by_role("radio", name="What it removes")).to_be_checked()
    page.get_by_role("radio", name="True source").click()
    drag(page, (1, 0.3), (2, 0.5))
    expect(page.get_by_role("radio", name="Your mask")).to_be_checked()
    page.keyboard.press("p")
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()


def test_strokes_can_be_undone_redone_and_cleared(page: Page) -> None:
    undo, redo, clear = (page.get_by_role("button", name=n) for n in ("Undo", "Redo", "Clear"))
    expect(undo).to_be_disabled()
    drag(page, (1, 0.3), (2, 0.6))
    page.get_by_role("button", name="Erase box").click()
    drag(page, (1.5, 0.1), (1.7, 0.9))
    expect_strokes(page, 2)
    assert [part[:2] for part in strokes(page)] == ["pa", "b0"]
    undo.click()
    expect_strokes(page, 1)
    redo.click()
    expect_strokes(page, 2)
    clear.click()
    expect_strokes(page, 0)
    expect(page.locator(".hint")).to_be_visible()
    page.keyboard.press("Control+z")
    expect_strokes(page, 2)


def test_a_mask_can_be_painted_by_keyboard_alone(page: Page) -> None:
    page.get_by_role("button", name="Box", exact=True).focus()
    page.keyboard.press("Enter")
    page.locator(".plot canvas").focus()
    for key in ("ArrowLeft", "Space", "Shift+ArrowRight", "Shift+ArrowUp", "Space"):
        page.keyboard.press(key)
    expect_strokes(page, 1)
    assert strokes(page)[0] == "ba4a0w4k16"  # frames 154 to 164, bands 32 to 42
    page.get_by_role("button", name="Brush").focus()
    page.keyboard.press("Enter")
    page.locator(".plot canvas").focus()
    page.keyboard.press("Space")
    expect_strokes(page, 2)
    assert strokes(page)[1] == "pa34k16"


def test_a_finger_paints_and_does_not_scroll_the_page(browser: Browser, address: str) -> None:
    context = browser.new_context(viewport={"width": 820, "height": 1100}, has_touch=True)
    page = context.new_page()
    page.goto(address)
    expect(page.locator(".paint .work")).to_be_visible(timeout=PATIENCE_MS)
    session = context.new_cdp_session(page)
    for kind, height in (("touchStart", 0.2), ("touchMove", 0.4), ("touchMove", 0.8)):
        x, y = place(page, 1.0, height)
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    expect_strokes(page, 1)
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollTop") == 0
    context.close()


def test_a_box_can_be_drawn_by_numbers_and_an_outline_asked_for(page: Page) -> None:
    page.get_by_text("Box by numbers").click()
    for label, value in {"Onset": "1", "Offset": "2", "Low": "200", "High": "4000"}.items():
        page.get_by_label(re.compile(label)).fill(value)
    page.get_by_role("button", name="Draw the box").click()
    expect_strokes(page, 1)
    page.get_by_label(re.compile("Offset")).fill("0.5")
    page.get_by_role("button", name="Draw the box").click()
    expect(page.locator(".status")).to_contain_text("No unit lies in this box")
    expect_strokes(page, 1)
    page.get_by_label("Outline to compare with").select_option(label="Outline: Ideal ratio mask")
    expect(page.locator(".status")).to_contain_text("at least 0.5")


def test_a_mask_longer_than_a_link_is_refused_with_a_reason(browser: Browser, address: str) -> None:
    long = "-".join(["ba00000101"] * 363)  # 3992 characters
    page = open_page(browser, f"{address}?mask={long}")
    drag(page, (1, 0.3), (2, 0.6))
    expect(page.locator(".status")).to_contain_text("as long as a link can hold")
    page.close()


def test_the_link_can_be_copied_where_the_clipboard_is_closed(page: Page) -> None:
    drag(page, (1, 0.3), (2, 0.6))
    page.evaluate(
        "() => { navigator.clipboard.writeText = () => Promise.reject(new Error('closed')); }"
    )
    page.get_by_role("button", name="Copy link").click()
    link = page.get_by_label("Link to this mask")
    expect(link).to_be_visible()
    assert "mask=pa3" in link.input_value()


def test_another_class_is_another_board_and_the_way_back_keeps_the_mask(page: Page) -> None:
    drag(page, (1, 0.3), (2, 0.6))
    expect_strokes(page, 1)
    classes = page.get_by_test_id("stButtonGroup").filter(has_text="Trumpet").get_by_role("radio")
    classes.filter(has_text="Trumpet").click()
    expect_strokes(page, 0)
    expect(page.locator(".verdict")).to_contain_text("Nothing is painted yet")
    classes.first.click()
    expect_strokes(page, 1)
    expect(page.locator(".verdict")).to_contain_text("Yours is")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_width_scrolls_sideways_and_axe_finds_no_fault(
    browser: Browser, address: str, scheme: str
) -> None:
    page = open_page(browser, f"{address}?mask=ba4a0w4k16", scheme=scheme)
    page.get_by_text("Box by numbers").click()
    assert axe_faults(page, COMPONENT) == []
    for width in (1000, 800, 700):
        page.set_viewport_size({"width": width, "height": 1000})
        page.wait_for_timeout(100)
        assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    page.close()
