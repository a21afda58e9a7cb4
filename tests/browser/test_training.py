"""The page Training in a real browser: scrubbing, playing, the toy's run, its controls, links and keys."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import PATIENCE_MS

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def address(application: str) -> str:
    return f"{application}/slow-motion"


def open_page(browser: Browser, url: str, width: int = 1400, **options: str) -> Page:
    page = browser.new_page(viewport={"width": width, "height": 900}, **options)
    page.set_default_timeout(PATIENCE_MS)
    page.goto(url)
    expect(page.locator(".slow_motion [data-system]")).to_have_count(3)
    expect(page.locator(".toy .row")).to_have_count(4)
    return page


@pytest.fixture(scope="module")
def page(browser: Browser, address: str) -> Iterator[Page]:
    opened = open_page(browser, address)
    yield opened
    opened.close()


def figures(page: Page, system: str) -> str:
    return page.locator(f".slow_motion [data-system={system}] .info").inner_text()


def step_of(page: Page, system: str) -> int:
    found = re.search(r"step ([\d\u202f]+)", figures(page, system))
    assert found
    return int(found[1].replace("\u202f", ""))


def test_the_slider_works_by_keys_and_its_place_goes_into_the_link(page: Page) -> None:
    slider = page.get_by_label("Share of training")
    last = step_of(page, "gap")
    slider.focus()
    slider.press("Home")
    expect(page.locator(".slow_motion .clock")).to_have_text("0 % of training")
    assert step_of(page, "gap") < last
    for _ in range(30):
        slider.press("ArrowRight")
    expect(page.locator(".slow_motion .clock")).to_have_text("30 % of training")
    page.wait_for_url(re.compile("share=0.3"))
    assert 0 < step_of(page, "gwrp") < last


def test_the_snapshot_buttons_go_from_one_snapshot_to_the_next(page: Page) -> None:
    page.get_by_label("Share of training").press("Home")
    steps = [step_of(page, "gmp")]
    for _ in range(3):
        page.get_by_role("button", name="Next snapshot").click()
        steps.append(step_of(page, "gmp"))
    assert steps == sorted(steps)
    assert len(set(steps)) >= 3
    page.get_by_role("button", name="Previous snapshot").click()
    assert step_of(page, "gmp") == steps[-2]


def test_playing_moves_through_training_and_pauses(page: Page) -> None:
    page.get_by_label("Share of training").press("Home")
    button = page.locator(".slow_motion .play")
    button.click()
    expect(button).to_have_text("Pause")
    expect(page.locator(".slow_motion .clock")).not_to_have_text("0 % of training")
    button.click()
    expect(button).to_have_text("Play")
    share = page.locator(".slow_motion .clock").inner_text()
    page.wait_for_timeout(300)
    assert page.locator(".slow_motion .clock").inner_text() == share


def test_another_event_keeps_the_share_of_training(page: Page) -> None:
    slider = page.get_by_label("Share of training")
    slider.press("End")
    before = figures(page, "gap")
    page.get_by_role("radio", name="Flute").or_(
        page.get_by_role("button", name="Flute")
    ).first.click()
    expect(page.locator(".slow_motion [data-system=gap] .info")).not_to_have_text(before)
    expect(page.locator(".slow_motion .clock")).to_have_text("100 % of training")
    page.wait_for_url(re.compile("class=Flute"))


def test_a_run_of_the_toy_ends_with_what_was_measured(page: Page) -> None:
    page.locator(".toy .play").click()
    expect(page.locator(".toy .words")).to_contain_text("After 300 steps")
    expect(page.locator(".toy .words")).to_contain_text("GMP lights")
    expect(page.locator(".toy .play")).to_have_text("Play")


def test_a_change_starts_afresh_keeps_the_old_curves_and_goes_into_the_link(page: Page) -> None:
    page.locator(".toy").get_by_label("Patch").select_option("5")
    expect(page.locator(".toy .reset + .clock")).to_have_text("step 0 of 300")
    expect(page.locator(".toy .curves")).to_contain_text("the run before (3 × 3 patch")
    page.get_by_label("Pooling of run 2").select_option("top_k")
    page.wait_for_url(re.compile("toy=gmp%2Ctop_k%2Cgwrp%2C5"))


def test_the_toy_steps_pauses_and_resets(page: Page) -> None:
    clock, play = page.locator(".toy .reset + .clock"), page.locator(".toy .play")
    page.locator(".toy .reset").click()
    page.locator(".toy .step").click()
    page.locator(".toy .step").press("Enter")
    expect(clock).to_have_text("step 2 of 300")
    play.click()
    expect(clock).not_to_have_text("step 2 of 300")
    play.click()
    expect(play).to_have_text("Play")
    paused = clock.inner_text()
    page.wait_for_timeout(300)
    assert clock.inner_text() == paused
    page.locator(".toy .reset").click()
    expect(clock).to_have_text("step 0 of 300")


def test_a_seed_can_be_typed_while_the_toy_trains(browser: Browser, address: str) -> None:
    page = open_page(browser, f"{address}?toy=gmp,gap,gwrp,2,0.3,0.8,7")
    seed = page.locator(".toy").get_by_label("Seed")
    clock = page.locator(".toy .clock").first
    page.locator(".toy .play").click()
    seed.fill("12")
    before = clock.text_content()
    expect(clock).not_to_have_text(before)
    seed.press("Enter")
    expect(seed).to_have_value("12")
    page.wait_for_url(re.compile("0.8%2C12$"))


def test_a_link_opens_its_set_up_on_a_narrow_dark_page_without_motion(
    browser: Browser, address: str
) -> None:
    link = f"{address}?share=0.5&toy=gap,gap,auto,2,0.3,0.8,7"
    link += "&run_mixture=Cowbell,+Tambourine,+Bark&class=Tambourine"
    page = open_page(browser, link, 700, color_scheme="dark", reduced_motion="reduce")
    expect(page.locator(".slow_motion .clock")).to_have_text("50 % of training")
    expect(page.locator(".slow_motion .grid")).to_contain_text("the mixture; Tambourine")
    expect(page.get_by_label("Pooling of run 3")).to_have_value("auto")
    expect(page.locator(".toy").get_by_label("Seed")).to_have_value("7")
    assert page.evaluate("document.documentElement.scrollWidth") <= 700
    page.locator(".toy .play").click()
    seen = set()
    while page.locator(".toy .play").inner_text() == "Pause":
        seen.add(page.locator(".toy .reset + .clock").inner_text())
    assert len(seen) <= 8  # every 50 steps, not every frame
    page.close()
