"""The overview of a long upload in the browser: the whole is seen, and which part of it is shown."""

import io
from collections.abc import Iterator

import numpy as np
import pytest
import soundfile
from playwright.sync_api import Browser, Locator, Page, expect

from pages.shared.cached import SAMPLE_RATE, mixture
from pages.shared.clips import EXAMPLES
from pages.shared.state import recipe
from tests.browser.conftest import PATIENCE_MS

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def page(browser: Browser, application: str) -> Iterator[Page]:
    clips = [mixture(recipe(clip)).mixture for clip in EXAMPLES.values()]
    file = io.BytesIO()
    soundfile.write(file, np.clip(np.concatenate(clips), -1, 1), SAMPLE_RATE, format="WAV")
    page = browser.new_page(viewport={"width": 1400, "height": 1200})
    page.set_default_timeout(PATIENCE_MS)
    page.goto(f"{application}/?source=Upload")
    page.locator("input[type=file]").set_input_files(
        {"name": "walk.wav", "mimeType": "audio/wav", "buffer": file.getvalue()}
    )
    page.locator(".strip .window").wait_for()
    page.get_by_text("In words.").wait_for()
    settle(page)
    yield page
    page.close()


def window(page: Page) -> Locator:
    return page.get_by_role("slider", name="Stretch shown")


def settle(page: Page) -> None:
    """Wait until no script runs: a press on a page that is being drawn anew may be lost."""
    page.locator("[data-test-script-state=notRunning]").wait_for()
    page.wait_for_timeout(300)
    page.locator("[data-test-script-state=notRunning]").wait_for()


def test_the_whole_recording_is_seen_with_the_stretch_marked(page: Page) -> None:
    expect(page.get_by_text("Shown: 0:00.0 to 0:20.0 of 1:00.")).to_be_visible()
    plot, marked = page.locator(".strip .picture").bounding_box(), window(page).bounding_box()
    assert plot and marked
    assert marked["width"] == pytest.approx(plot["width"] / 3, abs=2)
