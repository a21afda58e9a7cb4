"""The player's view in the address: set by hand, and back after the address is opened anew."""

import re

import numpy as np
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from sedtf_core.audio import encode
from tests.browser.conftest import PATIENCE_MS

pytestmark = pytest.mark.browser


# A young server loads a deep link twice, which would begin another session: see first_visit.py.
NOT_TWICE = 'sessionStorage.setItem("sedtf-loaded-twice", "yes")'


def go_to(page: Page, name: str) -> None:
    # Seen once on a busy machine: a click on the menu while a run drew the page had no effect.
    page.locator("[data-test-script-state=notRunning]").wait_for()
    page.get_by_text("Work", exact=True).first.click()
    page.get_by_test_id("stTopNavDropdownLink").filter(has_text=name).click()


def open_explore(browser: Browser, url: str) -> Page:
    page = browser.new_page(viewport={"width": 1400, "height": 1000})
    page.set_default_timeout(PATIENCE_MS)
    page.add_init_script(NOT_TWICE)
    page.goto(url)
    page.locator(".player[data-ready]").wait_for()
    return page


def solo(page: Page, track: str) -> Locator:
    return page.get_by_role("button", name=f"Solo {track}", exact=True)


def test_class_panels_zoom_and_solo_come_back_with_the_address(
    browser: Browser, application: str
) -> None:
    page = open_explore(browser, application)
    page.get_by_role("radio", name="Trumpet").click()
    page.wait_for_url(re.compile("class=Trumpet"))
    page.get_by_role("button", name="GMP").first.click()
    page.wait_for_url(re.compile("panels="))
    page.get_by_role("button", name="Zoom in", exact=False).first.click()
    page.wait_for_url(re.compile("zoom="))
    solo(page, "Trumpet, GWRP").click()
    page.wait_for_url(re.compile("solo=gwrp~Trumpet"))
    other = open_explore(browser, page.url)
    expect(other.get_by_role("radio", name="Trumpet")).to_be_checked()
    expect(other.get_by_role("button", name="GMP").first).to_have_attribute("aria-pressed", "false")
    asked = page.url.split("?")[1]
    expect(solo(other, "Trumpet, GWRP")).to_have_attribute("aria-pressed", "true")
    expect(solo(other, "Mixture")).to_have_attribute("aria-pressed", "false")
    other.wait_for_timeout(500)
    assert sorted(other.url.split("?")[1].split("&")) == sorted(asked.split("&"))
    page.close()
    other.close()


def high_threshold(page: Page) -> Locator:
    return page.get_by_role("slider", name=re.compile("high threshold", re.IGNORECASE)).first


def test_a_threshold_moved_by_keys_comes_back_and_is_that_of_the_events_page(
    browser: Browser, application: str
) -> None:
    page = open_explore(browser, application)
    before = float(high_threshold(page).get_attribute("aria-valuenow") or "nan")
    high_threshold(page).focus()
    for _ in range(5):
        page.keyboard.press("ArrowUp")
    page.wait_for_url(re.compile(r"high=0\.\d+"))
    moved = str(high_threshold(page).get_attribute("aria-valuenow"))
    assert float(moved) > before
    ready = page.locator(".player").get_attribute("data-ready")
    assert ready == "1", "a change of the link must not load the player anew"
    page.reload()
    page.locator(".player[data-ready]").wait_for()
    expect(high_threshold(page)).to_have_attribute("aria-valuenow", moved)
    go_to(page, "Events")
    expect(page.get_by_role("heading", level=1, name="Events")).to_be_visible()
    page.wait_for_url(re.compile(r"thresholds.*high=0\.\d+"))
    score = page.locator(".st-key-score_thresholds")
    expect(score).to_contain_text(moved)
    go_to(page, "Explore")
    page.locator(".player[data-ready]").wait_for()
    expect(high_threshold(page)).to_have_attribute("aria-valuenow", moved)
    page.close()


def example(page: Page) -> Locator:
    return page.locator(".st-key-example").get_by_role("combobox")


def choose_example(page: Page, name: str) -> None:
    example(page).click()
    page.get_by_role("option", name=name).click()


def test_the_clip_of_a_link_goes_along_to_every_page_and_back(
    browser: Browser, application: str
) -> None:
    page = open_explore(browser, f"{application}/?example=A+thunderstorm")
    for name in ("Events", "Listen", "Explore", "Listen"):
        go_to(page, name)
        expect(page.get_by_role("heading", level=1, name=name)).to_be_visible()
        expect(example(page)).to_have_value("A thunderstorm")
        page.wait_for_url(re.compile(r"\?example=A\+thunderstorm$"))
    choose_example(page, "Drums on a train")
    page.wait_for_url(re.compile(r"\?example=Drums\+on\+a\+train$"))
    page.go_back()  # at once, while the run that the choice began still draws
    expect(page.get_by_role("heading", level=1, name="Explore")).to_be_visible()
    expect(example(page)).to_have_value("A thunderstorm")
    page.wait_for_url(re.compile(r"\?example=A\+thunderstorm$"))
    page.go_forward()
    expect(page.get_by_role("heading", level=1, name="Listen")).to_be_visible()
    expect(example(page)).to_have_value("Drums on a train")
    page.wait_for_url(re.compile(r"\?example=Drums\+on\+a\+train$"))
    page.close()


def test_back_leads_to_the_page_before_as_it_was_left(browser: Browser, application: str) -> None:
    page = open_explore(browser, f"{application}/?example=A+thunderstorm")
    high_threshold(page).focus()
    for key in ("ArrowUp", "ArrowUp", "ArrowDown"):
        before = page.url
        page.keyboard.press(key)
        page.wait_for_url(lambda url, before=before: url != before)
    left = page.url
    go_to(page, "Events")
    expect(page.get_by_role("heading", level=1, name="Events")).to_be_visible()
    page.wait_for_url(re.compile(r"thresholds.*example"))
    page.go_back()
    expect(page.get_by_role("heading", level=1, name="Explore")).to_be_visible()
    page.locator(".player[data-ready]").wait_for()
    assert sorted(page.url.split("?")[1].split("&")) == sorted(left.split("?")[1].split("&"))
    page.go_back()
    assert page.url == "about:blank", "Explore must be one entry, however often its link changed"
    page.close()


def test_what_was_chosen_as_usual_stays_so_on_the_next_page(
    browser: Browser, application: str
) -> None:
    page = open_explore(browser, f"{application}/?example=A+thunderstorm")
    choose_example(page, "Bark, trumpet, cowbell in rain")
    page.wait_for_url(re.compile(r"^[^?]*$"))
    go_to(page, "Events")
    expect(page.get_by_role("heading", level=1, name="Events")).to_be_visible()
    expect(example(page)).to_have_value("Bark, trumpet, cowbell in rain")
    assert "?" not in page.url
    page.close()


def test_a_synthesised_clip_of_a_link_goes_along_with_its_places(
    browser: Browser, application: str
) -> None:
    link = "source=Synthesise&events=Bark&events=Oboe&scene=wind&snr=-5&placed=3-2150.1-5000"
    page = open_explore(browser, f"{application}/?{link}")
    go_to(page, "Events")
    expect(page.get_by_role("heading", level=1, name="Events")).to_be_visible()
    page.wait_for_url(re.compile("placed="))
    assert sorted(page.url.split("?")[1].split("&")) == sorted(link.split("&"))
    page.close()


def test_the_systems_of_the_events_page_are_in_its_link_and_outlast_another_page(
    browser: Browser, application: str
) -> None:
    page = open_explore(browser, application)
    go_to(page, "Events")
    systems = page.locator(".st-key-event_systems")
    systems.get_by_role("button", name="GMP").click()
    page.wait_for_url(re.compile(r"\?event_systems=GAP&event_systems=GWRP$"))
    go_to(page, "Explore")
    page.wait_for_url(re.compile(r"^[^?]*$"))
    go_to(page, "Events")
    page.wait_for_url(re.compile(r"\?event_systems=GAP&event_systems=GWRP$"))
    systems.get_by_role("button", name="GMP").click()
    page.wait_for_url(re.compile(r"^[^?]*$"))
    page.close()


def test_levels_speed_and_layout_outlast_another_page_and_the_levels_are_in_the_link(
    browser: Browser, application: str
) -> None:
    page = open_explore(browser, application)
    page.get_by_label("Speed").select_option("0.5")
    page.get_by_label("Layout").select_option("side")
    lowest = page.get_by_label("Lowest level in dB")
    lowest.fill("-45")
    lowest.press("Enter")
    page.wait_for_url(re.compile("levels=-45_"))
    linked = page.url
    go_to(page, "Events")
    page.wait_for_url(re.compile(r"^[^?]*$"))
    go_to(page, "Explore")
    page.wait_for_url(linked)
    other = open_explore(browser, linked)
    for seen, speed, layout in ((page, "0.5", "side"), (other, "1", "stack")):
        expect(seen.get_by_label("Lowest level in dB")).to_have_value("-45")
        expect(seen.get_by_label("Speed")).to_have_value(speed)
        expect(seen.get_by_label("Layout")).to_have_value(layout)
    page.close()
    other.close()


def test_the_filters_of_the_results_come_back_with_the_address(
    browser: Browser, application: str
) -> None:
    page = browser.new_page(viewport={"width": 1400, "height": 1000})
    page.set_default_timeout(PATIENCE_MS)
    page.add_init_script(NOT_TWICE)
    page.goto(f"{application}/tables?table=Event+F1+a+class+(Table+VII)")
    page.locator(".st-key-results_snr").get_by_text("0 dB", exact=True).click()
    page.wait_for_url(re.compile(r"results_snr=0\+dB"))
    page.locator(".st-key-results_systems").get_by_text("GAP", exact=True).click()
    page.wait_for_url(re.compile("results_systems=GMP&results_systems=GWRP"))
    page.reload()
    expect(page.get_by_text("Made by these commands, at 0 dB")).to_be_visible()
    expect(page.get_by_test_id("stToast")).to_have_count(0)
    assert "results_systems=GMP&results_systems=GWRP" in page.url
    page.close()


def test_what_of_a_link_does_not_fit_the_clip_leaves_the_link(
    browser: Browser, application: str
) -> None:
    page = open_explore(browser, f"{application}/?class=Helicopter&zoom=100_200_50_8000&tag=0.3")
    page.wait_for_url(re.compile(r"^[^?]*\?tag=0\.3$"))
    page.get_by_role("button", name="Copy link").click()
    expect(page.get_by_test_id("stCode")).to_contain_text("?tag=0.3")
    page.close()


def test_a_labels_file_gives_an_upload_its_truth(browser: Browser, application: str) -> None:
    page = browser.new_page(viewport={"width": 1400, "height": 1000})
    page.set_default_timeout(PATIENCE_MS)
    page.goto(f"{application}/?source=Upload")
    noise = np.random.default_rng(0).normal(0, 0.1, 64_000).astype(np.float32)
    sound = {"name": "a.wav", "mimeType": "audio/wav", "buffer": encode(noise, 32_000)}
    page.locator(".st-key-upload input[type=file]").set_input_files(files=[sound])
    page.locator(".player[data-ready]").wait_for()
    labels = {"name": "a.txt", "mimeType": "text/plain", "buffer": b"0.5\t1.0\tOboe\n"}
    page.locator(".st-key-labels_file input[type=file]").set_input_files(files=[labels])
    page.locator(".player[data-ready='2']").wait_for()
    page.get_by_role("radio", name="Oboe").click()
    expect(page.locator("[data-lane=truth]")).to_contain_text("Truth 1")
    expect(page.get_by_role("radio", name="Oboe")).to_be_visible()
    go_to(page, "Events")
    expect(page.get_by_text("Still open: a.wav")).to_be_visible()
    expect(page.get_by_text("Still open: a.txt")).to_be_visible()
    go_to(page, "Explore")
    expect(page.get_by_text("Still open: a.wav")).to_be_visible()
    page.locator(".player[data-ready]").wait_for()
    expect(page.get_by_role("radio", name="Oboe")).to_be_visible()
    page.close()
