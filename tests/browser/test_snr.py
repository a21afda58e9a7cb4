"""The SNR page in a browser: a click in a chart, the keyboard, widths, and measuring a clip of one's own."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import PATIENCE_MS

pytestmark = pytest.mark.browser

# Whether as many of the four small charts stand in their first row.
IN_FIRST_ROW = """beside => {
    const charts = [...document.querySelectorAll('[data-testid="stPlotlyChart"]')].slice(1);
    const tops = charts.map((chart) => chart.getBoundingClientRect().top);
    return tops.filter((top) => Math.abs(top - tops[0]) < 2).length === beside;
}"""


@pytest.fixture(scope="module")
def address(application: str) -> str:
    return f"{application}/breaking-point"


def open_page(browser: Browser, url: str, width: int = 1400, scheme: str = "light") -> Page:
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page.set_default_timeout(PATIENCE_MS)
    page.goto(url)
    return page


def said(page: Page, text: str) -> None:
    """Wait for the sentence about the SNR looked at."""
    expect(page.get_by_text(text, exact=False).first).to_be_visible(timeout=PATIENCE_MS)


def test_a_click_on_a_point_and_the_arrow_keys_set_the_snr_that_is_played(
    browser: Browser, address: str
) -> None:
    page = open_page(browser, address)
    said(page, "At 10\u00a0dB, GMP names")
    expect(page.get_by_role("button", name="Play").first).to_be_visible(timeout=PATIENCE_MS)
    frame_f1 = page.get_by_test_id("stPlotlyChart").nth(2)
    point = frame_f1.locator(".scatterlayer .trace .points path").nth(13)  # GAP's third: -10 dB
    box = point.bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    said(page, "At −10\u00a0dB, GMP names")
    assert "snr_at=-10" in page.url
    page.get_by_role("slider", name="Look at SNR").focus()
    page.keyboard.press("ArrowLeft")
    said(page, "At −15\u00a0dB, GMP names")
    page.goto(page.url)
    said(page, "At −15\u00a0dB, GMP names")
    page.close()


def test_charts_stand_beside_each_other_as_far_as_there_is_room(
    browser: Browser, address: str
) -> None:
    page = open_page(browser, address, scheme="dark")
    charts = page.get_by_test_id("stPlotlyChart")
    expect(charts.nth(4)).to_be_visible(timeout=PATIENCE_MS)
    for width, beside in ((1400, 4), (1000, 2), (700, 2), (600, 1)):
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_function(IN_FIRST_ROW, arg=beside)
        assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    page.close()


def test_measuring_shows_progress_and_can_be_cancelled(browser: Browser, address: str) -> None:
    page = open_page(browser, f"{address}?source=Synthesise")
    measure = page.get_by_role("button", name="Measure this clip")
    measure.click()
    said(page, "of 11 SNRs")
    page.get_by_role("button", name="Cancel").click()
    expect(measure).to_be_visible(timeout=PATIENCE_MS)
    expect(page.get_by_text("In words.")).to_have_count(0)
    page.close()


def test_on_a_phone_the_row_of_dots_scrolls_and_no_dot_lies_on_another(
    browser: Browser, address: str
) -> None:
    page = open_page(browser, address, width=390)
    said(page, "At 10\u00a0dB, GMP names")
    traces = page.get_by_test_id("stPlotlyChart").first.locator(".scatterlayer .trace")
    bark, trumpet = (
        traces.nth(event).locator(".points path").first.bounding_box() for event in (0, 1)
    )
    assert bark and trumpet
    assert bark["x"] + bark["width"] <= trumpet["x"] + 3  # their edges may touch
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    page.close()
