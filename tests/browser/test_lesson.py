"""The lesson as a lecturer gives it: from its link alone, on a cold server, to the end, on a projector."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import PATIENCE_MS, ROOT, complaints_of, served, settle

pytestmark = pytest.mark.browser

STEPS = 7
REVEALED_LATER = (3, 4, 5, 6, 7)
# The choices that are right whatever the checkpoints are; of the other steps the first is taken.
RIGHT = {1: 0, 2: 2, 3: 0, 5: 1, 6: 1}


@pytest.fixture(scope="module")
def lesson() -> Iterator[str]:
    """The lesson's link on a server that nobody has visited."""
    with served(ROOT / "app.py") as address:
        yield f"{address}/weak-labels"


def open_lesson(browser: Browser, link: str) -> Page:
    page = browser.new_page(viewport={"width": 800, "height": 900})
    page.set_default_timeout(PATIENCE_MS)
    page.goto(link)
    page.get_by_role("heading", name=re.compile("of 7")).wait_for()
    settle(page)
    return page


def press(page: Page, key: str, times: int = 1) -> None:
    for _ in range(times):
        page.keyboard.press(key)
    settle(page)


def tab_to(page: Page, control: Locator, key: str = "Tab") -> None:
    """Go on by the Tab key alone until a control has the focus."""
    for _ in range(25):
        page.keyboard.press(key)
        if control.evaluate("element => element === document.activeElement"):
            return
    pytest.fail(f"the Tab key does not reach {control}")


def show_the_truth(page: Page) -> None:
    before = page.locator("img").get_attribute("src")
    page.get_by_text("Show what the label does not say").click()
    settle(page)
    assert page.locator("img").get_attribute("src") != before


def hear_another_mask(page: Page) -> None:
    before = page.locator("audio").last.get_attribute("src")
    page.get_by_role("radio", name="Ideal ratio mask").click()
    settle(page)
    assert page.locator("audio").last.get_attribute("src") != before


def light_nothing(page: Page) -> None:
    expect(page.get_by_text("pools to 1.00")).to_be_visible()
    tab_to(page, page.get_by_role("slider"))
    press(page, "Home")
    expect(page.get_by_text("pools to 0.00")).to_be_visible()


def light_half(page: Page) -> None:
    tab_to(page, page.get_by_role("slider"))
    press(page, "Home")
    press(page, "ArrowRight", 50)
    expect(page.get_by_text("pools to 0.50")).to_be_visible()


def go_to_the_maximum(page: Page) -> None:
    expect(page.get_by_text("pools to 0.22")).to_be_visible()
    tab_to(page, page.get_by_role("slider", name="Decay"))
    press(page, "Home")
    expect(page.get_by_text("pools to 1.00")).to_be_visible()


def find_all_three(page: Page) -> None:
    slider = page.get_by_role("slider")
    slider.focus()
    press(page, "End")
    for name in ("Bark", "Trumpet", "Cowbell"):
        expect(page.get_by_text(f"{name}: none")).to_be_visible()
    press(page, "ArrowLeft", 12)
    for name in ("Bark", "Trumpet", "Cowbell"):
        found = page.get_by_text(re.compile(rf"{name}: \d\.\d–\d\.\d s \(truth"))
        expect(found).to_be_visible()


def listen(page: Page) -> None:
    sounds = page.locator("audio")
    expect(sounds).to_have_count(6)
    for index in range(6):
        sound = sounds.nth(index)
        expect(sound).to_have_js_property("error", None)
        page.wait_for_function("audio => audio.duration > 9.9", arg=sound.element_handle())


TRIED: dict[int, Callable[[Page], None]] = {
    1: show_the_truth,
    2: hear_another_mask,
    3: light_nothing,
    4: light_half,
    5: go_to_the_maximum,
    6: find_all_three,
    7: listen,
}


def predict(page: Page, number: int, *, by_keyboard: bool) -> None:
    """Answer a step's question; the verdict, and what it uncovers, come only then."""
    choices = page.get_by_test_id("stRadio").get_by_role("radio")
    check = page.get_by_role("button", name="Check my answer")
    hidden = page.get_by_text("appears here when you have answered")
    verdict = page.get_by_role("alert").first
    chosen = RIGHT.get(number, 0)
    expect(check).to_be_disabled()
    expect(page.get_by_role("alert")).to_have_count(0)
    expect(hidden).to_have_count(int(number in REVEALED_LATER))
    if by_keyboard:
        tab_to(page, choices.first)
        press(page, "Space")
        press(page, "ArrowDown", chosen)
        tab_to(page, check)
        press(page, "Enter")
    else:
        page.get_by_test_id("stRadio").locator("[role=radiogroup] label").nth(chosen).click()
        settle(page)
        check.click()
        settle(page)
    expect(choices.nth(chosen)).to_be_checked()
    expect(verdict).to_contain_text("Right." if number in RIGHT else re.compile("Right.|Not quite"))
    expect(hidden).to_have_count(0)


def go_on(page: Page, number: int, *, by_keyboard: bool) -> None:
    """Press "Next"; the next step's heading has the focus, so that it is read out, and is in sight."""
    following = page.get_by_role("button", name=re.compile("^Next: "))
    if by_keyboard:
        tab_to(page, following, "Shift+Tab")  # what was tried stands behind it
        press(page, "Enter")
    else:
        following.click()
        settle(page)
    heading = page.get_by_role("heading", name=f"{number + 1} of {STEPS}")
    expect(heading).to_be_focused()
    expect(heading).to_be_in_viewport()


@pytest.fixture(scope="module")
def walked(browser: Browser, lesson: str) -> Iterator[Page]:
    """The lesson walked to its end: steps 2 to 5 by keyboard alone, the others by mouse."""
    page = browser.new_page(viewport={"width": 800, "height": 900})
    page.set_default_timeout(PATIENCE_MS)
    complaints = complaints_of(page)
    page.goto(lesson)
    page.get_by_role("heading", name="1 of 7").wait_for()
    for number in range(1, STEPS + 1):
        settle(page)
        by_keyboard = 2 <= number <= 5
        predict(page, number, by_keyboard=by_keyboard)
        TRIED[number](page)
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        assert all(picture.get_attribute("alt") for picture in page.locator("img").all())
        if number < STEPS:
            go_on(page, number, by_keyboard=by_keyboard)
    assert complaints == []
    yield page
    page.close()


def test_the_lesson_runs_from_its_link_to_the_end(walked: Page) -> None:
    expect(
        walked.get_by_text(re.compile(r"All seven answered, [5-7] of them right"))
    ).to_be_visible()
    expect(walked.get_by_role("button", name=re.compile("^Next"))).to_have_count(0)


def test_what_was_answered_survives_a_reload_and_goes_with_the_link(
    walked: Page, browser: Browser
) -> None:
    marks = walked.get_by_role("radiogroup", name="Step").inner_text()
    assert marks.count("✓") + marks.count("✗") == STEPS
    other = open_lesson(browser, walked.url)
    for page in (walked, other):
        page.reload()
        expect(page.get_by_role("heading", name="7 of 7")).to_be_visible()
        settle(page)
        assert page.get_by_role("radiogroup", name="Step").inner_text() == marks
        expect(page.get_by_test_id("stRadio").get_by_role("radio").first).to_be_checked()
    other.close()


def test_back_leads_to_the_step_before(browser: Browser, lesson: str) -> None:
    page = open_lesson(browser, lesson)
    for number in (1, 2):
        go_on(page, number, by_keyboard=False)
    for number in (2, 1):
        page.go_back()
        expect(page.get_by_role("heading", name=f"{number} of {STEPS}")).to_be_visible()
    page.close()


def test_the_handout_arrives_as_a_pdf(walked: Page, tmp_path: Path) -> None:
    with walked.expect_download() as download:
        walked.get_by_role("button", name="Handout (PDF)").click()
    assert download.value.suggested_filename == "sedtf-lesson.pdf"
    download.value.save_as(tmp_path / "handout.pdf")
    assert (tmp_path / "handout.pdf").read_bytes().startswith(b"%PDF-")


def test_a_first_choice_keeps_the_focus_on_a_server_just_started(browser: Browser) -> None:
    """The script that loads a cold server's first link twice must not shift the page when it goes."""
    with served(ROOT / "app.py") as address:
        page = open_lesson(browser, f"{address}/weak-labels")
        first = page.get_by_test_id("stRadio").get_by_role("radio").first
        first.focus()
        press(page, "Space")
        expect(first).to_be_checked()
        expect(first).to_be_focused()
        page.close()
