"""A recording with the microphone, which Chromium plays from a file."""

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from playwright.sync_api import Browser, BrowserContext, expect

from pages.shared.cached import library
from sedtf_core.config import SAMPLE_RATE
from tests.browser.conftest import FLAGS, PATIENCE_MS, complaints_of, settle

pytestmark = pytest.mark.browser
RECORDED_MS = 4000


@pytest.fixture
def context(browser: Browser, chromium_path: str, tmp_path: Path) -> Iterator[BrowserContext]:
    """A visitor beside whose microphone a cock crows again and again."""
    crow = next(sound.clip for sound in library().events("Rooster"))
    file = tmp_path / "crow.wav"
    soundfile.write(file, np.clip(library().waveform(crow), -1, 1), SAMPLE_RATE)
    microphone = [
        "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-audio-capture={file}",
    ]  # fmt: skip
    chromium = browser.browser_type.launch(
        executable_path=chromium_path, args=[*FLAGS, *microphone]
    )
    yield chromium.new_context(viewport={"width": 1400, "height": 1200})
    chromium.close()


def test_what_the_microphone_hears_is_analysed(context: BrowserContext, application: str) -> None:
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    complaints = complaints_of(page)
    page.goto(f"{application}/?source=Record")
    page.get_by_text("Press the microphone, make a sound").wait_for()
    page.get_by_role("button", name="Record", exact=True).click()
    page.wait_for_timeout(RECORDED_MS)
    page.get_by_role("button", name="Stop recording").click()
    page.get_by_text("In words.").wait_for()
    settle(page)
    expect(page.locator(".player .toolbar .clock")).to_have_text(re.compile(r"/ 0:0[3-6]\.\d$"))
    expect(page.locator("[data-lane=gwrp] .event").first).to_have_text("Rooster")
    expect(page.locator("[data-lane=truth]")).to_contain_text("not known")
    assert not complaints
