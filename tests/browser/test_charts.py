"""Charts in the browser: their text is drawn legibly in both themes, and the camera saves PNG and SVG."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import PATIENCE_MS
from tests.test_tooling import THEMES, contrast

pytestmark = pytest.mark.browser

TEXTS = """() => [...document.querySelectorAll(".stPlotlyChart text")]
    .map((text) => getComputedStyle(text).fill)"""


def open_listen(browser: Browser, address: str, scheme: str) -> Page:
    page = browser.new_page(viewport={"width": 700, "height": 900}, color_scheme=scheme)
    page.set_default_timeout(PATIENCE_MS)
    page.goto(f"{address}/separated")
    page.locator(".stPlotlyChart .main-svg text").first.wait_for()
    page.wait_for_timeout(1500)  # colours follow the theme when the chart is there
    return page


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_text_of_a_chart_is_legible(browser: Browser, application: str, scheme: str) -> None:
    page = open_listen(browser, application, scheme)
    fills = {tuple(map(int, re.findall(r"\d+", fill)[:3])) for fill in page.evaluate(TEXTS)}
    assert fills
    for red, green, blue in fills:
        colour = f"#{red:02x}{green:02x}{blue:02x}"
        assert contrast(colour, THEMES[scheme]["backgroundColor"]) >= 4.5, colour
    page.close()


def test_the_camera_saves_png_and_svg(browser: Browser, application: str, tmp_path: Path) -> None:
    page = open_listen(browser, application, "light")
    for kind, start in (("PNG", b"\x89PNG"), ("SVG", b"<svg")):
        page.get_by_text(kind, exact=True).click()
        page.wait_for_timeout(1500)  # the chart is drawn anew
        with page.expect_download() as saved:
            page.locator(".stPlotlyChart .modebar-btn").click()
        assert saved.value.suggested_filename == f"waterfall.{kind.lower()}"
        saved.value.save_as(tmp_path / kind)
        assert (tmp_path / kind).read_bytes().startswith(start)
    page.close()
