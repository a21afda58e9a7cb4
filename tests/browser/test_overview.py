"""The overview of a long upload as a visitor uses it: click, drag, keys, analyse all, choose an event."""

import io
import re
from collections.abc import Iterator

import numpy as np
import pytest
import soundfile
from playwright.sync_api import Browser, Locator, Page, expect

from pages.shared.cached import mixture
from pages.shared.clips import EXAMPLES
from pages.shared.state import recipe
from sedtf_core.config import SAMPLE_RATE
from tests.browser.conftest import PATIENCE_MS, settle

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


def start(page: Page) -> float:
    return float(window(page).get_attribute("aria-valuenow") or "nan")


def expect_start(page: Page, seconds: float) -> None:
    """The window is there, and Python knows: the read-out of the run that follows agrees."""
    expect(window(page)).to_have_attribute("aria-valuenow", f"{seconds:.1f}")
    settle(page)
    expect(window(page)).to_have_attribute("aria-valuenow", f"{seconds:.1f}")


def test_the_whole_recording_is_seen_with_the_stretch_marked(page: Page) -> None:
    expect(page.get_by_text("Shown: 0:00.0 to 0:20.0 of 1:00.")).to_be_visible()
    plot, marked = page.locator(".strip .picture").bounding_box(), window(page).bounding_box()
    assert plot and marked
    assert marked["width"] == pytest.approx(plot["width"] / 3, abs=2)


def test_a_click_brings_the_stretch_there(page: Page) -> None:
    box = page.locator(".strip .picture").bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + 30)
    assert start(page) == pytest.approx(20, abs=0.1)
    expect_start(page, start(page))


def test_the_stretch_is_dragged_and_stops_at_the_end(page: Page) -> None:
    box = page.locator(".strip .picture").bounding_box()
    assert box
    x, before = box["x"] + box["width"] / 2, start(page)
    page.mouse.move(x, box["y"] + 30)
    page.mouse.down()
    page.mouse.move(x + box["width"] / 6, box["y"] + 30, steps=3)
    assert start(page) == pytest.approx(before + 10, abs=0.2)
    page.mouse.move(x + 3000, box["y"] + 30, steps=3)
    page.mouse.up()
    expect_start(page, 40)


def test_keys_move_the_stretch(page: Page) -> None:
    window(page).focus()
    window(page).press("Home")
    expect_start(page, 0)
    for key in ("ArrowRight", "ArrowRight", "Shift+ArrowRight"):
        window(page).press(key)
    expect_start(page, 22)
    window(page).press("ArrowLeft")
    expect_start(page, 21)


def test_every_event_is_found_listed_and_can_be_taken_away(page: Page) -> None:
    settle(page)
    page.get_by_role("button", name="Analyse the whole recording").click()
    expect(page.get_by_text("finds in the whole recording")).to_be_visible(timeout=90_000)
    expect(page.get_by_text("In words.")).to_be_visible()
    assert page.locator(".strip .names i").count() > 1
    expect(page.get_by_role("button", name="Analyse the whole recording")).to_have_count(0)
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Events (TSV)").click()
    assert waiting.value.suggested_filename == "walk_events.tsv"
    text = waiting.value.path().read_text("utf-8")
    assert text.startswith("onset\toffset\tevent_label\n")
    assert float(text.splitlines()[-1].split("\t")[0]) > 20
    assert start(page) == 21, "the stretch stays where it was"


def test_a_chosen_row_brings_the_stretch_to_its_event(page: Page) -> None:
    settle(page)
    table = page.locator("[data-testid=stDataFrame]").first
    table.scroll_into_view_if_needed()
    box = table.bounding_box()
    assert box
    page.mouse.click(box["x"] + 14, box["y"] + 52)  # the box that selects the first row
    expect(window(page)).not_to_have_attribute("aria-valuenow", re.compile(r"^21\.0$"))
    assert start(page) < 20
