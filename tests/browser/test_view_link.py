"""The player's view in the address: set by hand, and back after the address is opened anew."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import PATIENCE_MS

pytestmark = pytest.mark.browser


def open_explore(browser: Browser, url: str) -> Page:
    page = browser.new_page(viewport={"width": 1400, "height": 1000})
    page.set_default_timeout(PATIENCE_MS)
    page.goto(url)
    page.locator(".player[data-ready]").wait_for()
    return page


def test_class_panels_and_zoom_come_back_with_the_address(
    browser: Browser, application: str
) -> None:
    page = open_explore(browser, application)
    page.get_by_role("radio", name="Trumpet").click()
    page.wait_for_url(re.compile("class=Trumpet"))
    page.get_by_role("button", name="GMP").first.click()
    page.wait_for_url(re.compile("panels="))
    page.get_by_role("button", name="Zoom in", exact=False).first.click()
    page.wait_for_url(re.compile("zoom="))
    other = open_explore(browser, page.url)
    expect(other.get_by_role("radio", name="Trumpet")).to_be_checked()
    expect(other.get_by_role("button", name="GMP").first).to_have_attribute("aria-pressed", "false")
    asked = page.url.split("?")[1]
    other.wait_for_timeout(500)
    assert sorted(other.url.split("?")[1].split("&")) == sorted(asked.split("&"))
    page.close()
    other.close()
