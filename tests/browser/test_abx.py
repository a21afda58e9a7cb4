"""The blind comparison by keyboard alone, from the choice to the result, at the narrowest width."""

import pytest
from playwright.sync_api import Browser, expect

pytestmark = pytest.mark.browser
PATIENCE_MS = 120_000
NOTHING_RUNS = """() => document.querySelector("[data-test-script-state=notRunning]")
  && !document.querySelector("[data-stale=true]")"""


def test_a_whole_test_is_taken_by_keyboard_and_tells_nothing_before_its_end(
    browser: Browser, application: str
) -> None:
    page = browser.new_page(viewport={"width": 700, "height": 900})
    page.set_default_timeout(PATIENCE_MS)
    page.goto(application)  # a fresh server loads its networks here, and learns its addresses
    expect(page.get_by_text("In words.")).to_be_visible(timeout=PATIENCE_MS)
    page.goto(f"{application}/separated")
    page.locator("summary", has_text="Blind comparison").press("Enter")
    page.get_by_role("radio", name="5", exact=True).press("Space")
    page.get_by_role("button", name="Start").press("Enter")
    addresses = []
    for trial in range(1, 6):
        expect(page.get_by_text(f"Trial {trial} of 5")).to_be_visible(timeout=PATIENCE_MS)
        page.wait_for_function(NOTHING_RUNS)
        assert page.get_by_text("of 5 right").count() == 0
        sounds = page.get_by_test_id("stExpander").locator("audio")
        played = [sound.get_attribute("src") for sound in sounds.all()]
        assert len(set(played)) == 3
        addresses.append(played[2])
        page.keyboard.press("a")
    expect(page.get_by_text("of 5 right")).to_be_visible(timeout=PATIENCE_MS)
    assert len(set(addresses)) == 5  # no X is known by the address of another
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.close()
