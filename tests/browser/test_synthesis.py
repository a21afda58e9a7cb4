"""The timeline as a visitor uses it: drag, keys, choices, play, link, dice; and the mixture that follows."""

import re
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import PATIENCE_MS, settle

pytestmark = pytest.mark.browser

QUERY = "source=Synthesise&events=Bark&events=Oboe&scene=rain&snr=3&seed=7"


def open_timeline(browser: Browser, address: str, query: str = QUERY, width: int = 1400) -> Page:
    page = browser.new_page(viewport={"width": width, "height": 1000})
    page.set_default_timeout(PATIENCE_MS)
    page.add_init_script(COUNT_SOUNDS)
    page.goto(f"{address}/?{query}")
    page.locator(".timeline .lane").first.wait_for()
    page.get_by_text("In words.").wait_for()
    return page


# Every sound that starts is kept by its samples.
COUNT_SOUNDS = """
window.started = [];
const start = AudioBufferSourceNode.prototype.start;
AudioBufferSourceNode.prototype.start = function (...when) {
  window.started.push(this.buffer.length);
  return start.apply(this, when);
};
"""


@pytest.fixture(scope="module")
def page(browser: Browser, application: str) -> Iterator[Page]:
    page = open_timeline(browser, application)
    yield page
    page.close()


def block(page: Page, name: str) -> Locator:
    return page.get_by_role("slider", name=f"Onset of {name}")


def onset(page: Page, name: str) -> float:
    return float(block(page, name).get_attribute("aria-valuenow") or "nan")


def linked_onsets(page: Page) -> list[int]:
    """The onsets in the link, once the run that writes them there is over."""
    settle(page)
    match = re.search(r"placed=([\d._-]+)", page.url)
    return [int(part.split("-")[1]) for part in re.split("[._]", match[1])] if match else []


def test_a_seeds_draw_is_shown_and_not_in_the_link(page: Page) -> None:
    expect(page.locator(".timeline .lane")).to_have_count(2)
    assert onset(page, "Bark") == 1.722
    assert onset(page, "Oboe") == 6.374
    assert "placed=" not in page.url
    expect(page.get_by_text("3 dB, seed 7", exact=False)).to_be_visible()


def test_a_dragged_block_moves_its_event_alone_and_the_mixture_follows(page: Page) -> None:
    box = block(page, "Bark").bounding_box()
    track = page.locator(".timeline .track").first.bounding_box()
    assert box and track
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + track["width"] / 10, y, steps=4)
    assert "placed=" not in page.url
    page.mouse.up()
    began = time.monotonic()
    page.wait_for_url(re.compile("placed="))
    expect(page.get_by_text("3 dB, placed by hand", exact=False)).to_be_visible()
    print(f"the mixture followed after {time.monotonic() - began:.2f} s")
    assert onset(page, "Bark") == pytest.approx(2.722, abs=0.02)
    assert linked_onsets(page) == [round(1000 * onset(page, "Bark")), 6374]


def test_a_block_cannot_be_dragged_out_of_the_clip(page: Page) -> None:
    box = block(page, "Oboe").bounding_box()
    assert box
    page.mouse.move(box["x"] + 5, box["y"] + 5)
    page.mouse.down()
    page.mouse.move(box["x"] + 2000, box["y"] + 5, steps=3)
    page.mouse.up()
    latest = float(block(page, "Oboe").get_attribute("aria-valuemax") or "nan")
    assert onset(page, "Oboe") == latest
    track = page.locator(".timeline .track").nth(1).bounding_box()
    moved = block(page, "Oboe").bounding_box()
    assert track and moved
    assert moved["x"] + moved["width"] <= track["x"] + track["width"] + 1
    page.wait_for_url(re.compile(rf"-{round(1000 * latest)}(&|$)"))


def test_keys_move_a_block_and_python_hears_of_it_when_they_rest(page: Page) -> None:
    before = onset(page, "Bark")
    block(page, "Bark").focus()
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowRight")
    assert onset(page, "Bark") == pytest.approx(before + 0.55, abs=1e-6)
    assert f"-{round(1000 * before)}." in page.url
    page.wait_for_url(re.compile(rf"-{round(1000 * before + 550)}\."))
    expect(block(page, "Bark")).to_be_focused()
    page.keyboard.press("Home")
    page.wait_for_url(re.compile(r"placed=\d+-0\."))


def test_a_clip_is_chosen_by_its_number_and_played_alone(page: Page) -> None:
    chosen = page.get_by_role("combobox", name="Clip of Bark")
    chosen.select_option("6")
    expect(chosen.locator("option:checked")).to_have_text("6 of 11 · 1.5 s")
    page.wait_for_url(re.compile("placed=6-0"))
    play = page.get_by_role("button", name="Play the clip of Bark")
    expect(play).to_be_enabled()
    page.evaluate("window.started.length = 0")
    play.click()
    expect(page.get_by_role("button", name="Stop the clip of Bark")).to_be_visible()
    (samples,) = page.evaluate("window.started")
    assert samples / 32_000 == pytest.approx(1.53, abs=0.01)
    expect(play).to_be_visible()  # it has ended


def test_events_are_added_changed_and_removed_by_keyboard(page: Page) -> None:
    before = linked_onsets(page)
    add = page.get_by_role("combobox", name="Add an event")
    add.focus()
    page.keyboard.type("Cow", delay=50)
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowDown")
    expect(add).to_have_value("Cowbell")
    settle(page)
    expect(page.locator(".timeline .lane")).to_have_count(
        2
    )  # what is passed on the way is not added
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("events=Cowbell"))
    expect(page.locator(".timeline .lane")).to_have_count(3)
    assert linked_onsets(page)[:2] == before
    assert add.locator("option", has_text="Cowbell").count() == 1  # there may be another
    page.get_by_role("combobox", name="Class of event 3").select_option("Flute")
    page.wait_for_url(re.compile("events=Flute"))
    assert "Cowbell" not in page.url
    page.locator(".timeline").get_by_role("button", name="Remove Flute").press("Enter")
    page.wait_for_url(lambda url: "Flute" not in url)
    expect(page.locator(".timeline .lane")).to_have_count(2)
    expect(page.locator(".timeline").get_by_role("button", name="Remove Oboe")).to_be_focused()
    assert linked_onsets(page) == before


def test_a_class_that_was_looked_up_and_not_added_is_forgotten(page: Page) -> None:
    add = page.get_by_role("combobox", name="Add an event")
    add.focus()
    page.keyboard.type("Cow", delay=50)
    hint = page.locator(".timeline .hint")
    expect(hint).to_have_text("Enter adds it.")
    page.keyboard.press("Tab")
    expect(add).to_have_value("")
    expect(hint).to_contain_text("Drag a block")
    settle(page)
    expect(page.locator(".timeline .lane")).to_have_count(2)


def test_a_class_may_come_again_with_another_clip(page: Page) -> None:
    first, oboe = linked_onsets(page)
    timeline = page.locator(".timeline")
    page.get_by_role("combobox", name="Add an event").select_option("Bark")
    page.wait_for_url(re.compile("placed=[0-9-]+_"))
    expect(timeline.locator(".lane")).to_have_count(3)
    names = timeline.locator(".lane").evaluate_all("(lanes) => lanes.map((lane) => lane.ariaLabel)")
    assert names == ["Bark 1", "Bark 2", "Oboe"]
    assert linked_onsets(page)[::2] == [first, oboe]
    expect(page.get_by_text("2 × Bark, Oboe in rain", exact=False)).to_be_visible()
    settle(page)
    timeline.get_by_role("combobox", name="Class of event 3").focus()
    timeline.get_by_role("combobox", name="Class of event 3").select_option("Bark")
    page.wait_for_url(re.compile("placed=[0-9-]+_[0-9-]+_"))
    expect(timeline.get_by_role("combobox", name="Class of event 3")).to_be_focused()
    timeline.get_by_role("button", name="Remove Bark 2").press("Enter")
    page.wait_for_url(re.compile("placed=[0-9-]+_[0-9-]+(&|$)"))
    timeline.get_by_role("combobox", name="Class of event 2").select_option("Oboe")
    page.wait_for_url(re.compile("events=Oboe"))
    assert len(linked_onsets(page)) == 2


def test_the_link_brings_the_placement_back(browser: Browser, application: str, page: Page) -> None:
    other = open_timeline(browser, application, page.url.split("?")[1], width=700)
    assert [onset(other, name) for name in ("Bark", "Oboe")] == [
        onset(page, name) for name in ("Bark", "Oboe")
    ]
    assert other.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    other.close()


@pytest.mark.parametrize("width", [1400, 700, 390])
def test_the_seconds_stand_below_the_tracks(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 1000})
    ends = "node => { const { left, right } = node.getBoundingClientRect(); return [left, right]; }"
    seconds = page.locator(".timeline .ruler > div").evaluate(ends)
    assert page.locator(".timeline .track").first.evaluate(ends) == pytest.approx(seconds, abs=1)
    page.set_viewport_size({"width": 1400, "height": 1000})


def test_the_dice_draw_anew_and_clear_the_placement(page: Page) -> None:
    page.get_by_role("button", name="New draw").click()
    page.wait_for_url(lambda url: "placed=" not in url)
    expect(page.get_by_text(re.compile(r"3 dB, seed \d+"))).to_be_visible()
    expect(page.locator(".timeline .lane")).to_have_count(2)
