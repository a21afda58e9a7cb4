"""The application as a visitor meets it: by its address, on a cold server, in both themes, three widths."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import PATIENCE_MS, axe_faults

pytestmark = pytest.mark.browser

ADDRESSES = {
    "": "Explore",
    "thresholds": "Events",
    "separated": "Listen",
    "weak-labels": "Lesson",
    "pooling-lab": "Pooling",
    "own-mask": "Paint",
    "slow-motion": "Training",
    "breaking-point": "SNR",
    "tables": "Results",
    "method": "About",
}


@pytest.fixture(scope="module")
def address(application: str) -> str:
    return application


def test_the_first_visit_of_a_fresh_server_may_be_a_link_to_any_page(
    browser: Browser, address: str
) -> None:
    """Stands first, so that the server is cold: Streamlit must not say that there is no such page."""
    page = open_page(browser, f"{address}/weak-labels?step=3")
    expect(page.get_by_role("heading", name="3 of 7")).to_be_visible(timeout=PATIENCE_MS)
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.close()


def open_page(browser: Browser, url: str, width: int = 1400, scheme: str = "light") -> Page:
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page.set_default_timeout(PATIENCE_MS)
    page.goto(url)
    return page


@pytest.mark.parametrize("path", ADDRESSES)
def test_every_page_opens_by_its_own_address(browser: Browser, address: str, path: str) -> None:
    page = open_page(browser, f"{address}/{path}")
    heading = page.get_by_role("heading", level=1, name=ADDRESSES[path])
    expect(heading).to_be_visible(timeout=PATIENCE_MS)
    expect(page.get_by_test_id("stException")).to_have_count(0)
    page.close()


@pytest.mark.parametrize("path", [*ADDRESSES, "weak-labels?step=6"])
def test_axe_finds_no_fault_on_a_page(browser: Browser, address: str, path: str) -> None:
    page = open_page(browser, f"{address}/{path}")
    expect(page.get_by_text(re.compile("^Words")).first).to_be_visible(timeout=PATIENCE_MS)
    page.locator("[data-test-script-state=notRunning]").wait_for()
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.wait_for_timeout(500)  # until Streamlit has changed its colours
        assert axe_faults(page, "[data-testid=stMain]") == [], scheme
    page.close()


def test_a_first_visit_shows_a_finished_example_to_play(browser: Browser, address: str) -> None:
    page = open_page(browser, address)
    play = page.get_by_role("button", name="Play", exact=False).first
    expect(play).to_be_visible(timeout=PATIENCE_MS)
    expect(page.get_by_text("In words.")).to_be_visible(timeout=PATIENCE_MS)
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [700, 1000, 1400])
def test_nothing_scrolls_sideways(browser: Browser, address: str, width: int, scheme: str) -> None:
    page = open_page(browser, address, width, scheme)
    expect(page.get_by_text("In words.")).to_be_visible(timeout=PATIENCE_MS)
    overflow = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert overflow <= 0
    page.close()


def test_a_link_brings_back_the_synthesised_mixture(browser: Browser, address: str) -> None:
    page = open_page(browser, f"{address}/?source=Synthesise&events=Bark&events=Oboe&snr=3&seed=7")
    caption = page.get_by_text("3 dB, seed 7", exact=False)
    expect(caption).to_be_visible(timeout=PATIENCE_MS)
    page.close()


def test_on_a_touch_screen_the_buttons_of_a_table_cover_nothing(
    browser: Browser, address: str
) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page.set_default_timeout(PATIENCE_MS)
    page.goto(f"{address}/tables")
    table = page.get_by_test_id("stDataFrame").first
    buttons = page.get_by_test_id("stElementToolbar").filter(has=page.get_by_role("button")).first
    expect(buttons).to_be_visible()
    tops = [part.bounding_box()["y"] for part in (buttons, table)]  # type: ignore[index]
    above = page.get_by_role("radio", name="SVG", exact=True).bounding_box()
    assert above and above["y"] + above["height"] <= tops[0] < tops[1]
    page.close()
