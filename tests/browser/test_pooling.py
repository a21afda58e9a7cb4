"""The pooling lab as a visitor uses it: choices, sliders, keyboard, link, widths."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import PATIENCE_MS, settle

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def address(application: str) -> str:
    return f"{application}/pooling-lab"


def open_lab(browser: Browser, address: str, query: str = "", width: int = 1400) -> Page:
    page = browser.new_page(viewport={"width": width, "height": 1000})
    page.set_default_timeout(PATIENCE_MS)
    page.goto(f"{address}{query}")
    page.locator(".pooling .work").wait_for()
    return page


@pytest.fixture(scope="module")
def lab(browser: Browser, address: str) -> Iterator[Page]:
    page = open_lab(browser, address)
    yield page
    page.close()


def probability(page: Page) -> float:
    text = page.locator(".pooling .probability").inner_text()
    return float(text.removeprefix("p = "))


def test_the_lab_opens_with_a_good_mask_that_pools_low(lab: Page) -> None:
    expect(lab.get_by_role("radio", name="GWRP").first).to_be_checked()
    expect(lab.locator(".mask-title")).to_have_text("Bark, mask of GWRP")
    assert 0 < probability(lab) < 0.5
    expect(lab.locator(".caution")).to_contain_text("not training with that r")
    assert "lab=" not in lab.url


def test_the_ends_of_r_are_the_maximum_and_the_mean(lab: Page) -> None:
    rows = lab.get_by_role("radiogroup", name="Pooling").get_by_role("radio")
    for end, row in (("GMP", 0), ("GAP", 1)):
        lab.locator(".marks").get_by_role("button", name=end).click()
        assert rows.nth(row).inner_text().endswith(f"{probability(lab):.3f}")
    lab.locator(".marks").get_by_role("button", name="0.9998").click()
    expect(lab.locator(".parameter-text")).to_contain_text("r = 0.9998")


def test_the_formula_and_the_link_follow_the_chosen_pooling(lab: Page) -> None:
    lab.get_by_role("radio", name="Linear softmax").click()
    expect(lab.get_by_text("At y = p/2.").first).to_be_visible()
    lab.wait_for_url(re.compile("lab=Bark.*linear_softmax"))
    expect(lab.locator(".learning")).to_contain_text("are pushed down")


def test_arrow_keys_choose_a_pooling_and_move_its_slider(lab: Page) -> None:
    settle(lab)
    lab.get_by_role("radio", name="Linear softmax").focus()
    lab.keyboard.press("ArrowDown")
    expect(lab.get_by_role("radio", name="Power")).to_be_checked()
    expect(lab.get_by_role("radio", name="Power")).to_be_focused()
    before = probability(lab)
    lab.locator("input.parameter").focus()
    for _ in range(5):
        lab.keyboard.press("ArrowRight")
    assert probability(lab) > before
    expect(lab.locator(".parameter-text")).to_have_text("n = 2.25")


def test_a_wider_rectangle_pools_higher_and_reaches_a_half_at_the_area_said(lab: Page) -> None:
    lab.get_by_role("radio", name="GWRP").last.click()
    lab.get_by_role("radio", name="Rectangle").click()
    lab.get_by_role("button", name="2 s × 20 bands").click()
    assert probability(lab) == pytest.approx(0.22, abs=0.005)
    needed = re.search(r"(\d+) % of the units", lab.locator(".needed").inner_text())
    assert needed is not None
    for area, above in ((int(needed[1]) - 1, False), (int(needed[1]) + 1, True)):
        lab.locator("input.area").fill(str(10 * area))
        assert (probability(lab) > 0.5) is above
    lab.locator("input.height").fill("40")
    expect(lab.locator(".needed")).to_contain_text("never reaches p = 0.5")


def test_a_link_brings_the_set_up_back(browser: Browser, address: str) -> None:
    page = open_lab(browser, address, "?lab=Trumpet,rectangle,auto,8,0.25,0.6")
    expect(page.get_by_role("radio", name="Trumpet")).to_be_checked()
    expect(page.get_by_role("radio", name="Auto-pool")).to_be_checked()
    expect(page.locator(".parameter-text")).to_have_text("α = 8")
    expect(page.locator(".area-text")).to_contain_text("25 %")
    expect(page.locator(".height-text")).to_have_text("0.60")
    page.close()


@pytest.mark.parametrize("width", [700, 800, 1000, 1400])
def test_nothing_scrolls_sideways(lab: Page, width: int) -> None:
    lab.set_viewport_size({"width": width, "height": 1000})
    lab.wait_for_timeout(300)
    assert lab.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    cut = lab.locator(".pooling").evaluate("root => root.scrollWidth - root.clientWidth")
    assert cut <= 0


def test_a_class_chosen_in_the_lab_is_the_class_on_other_pages(
    browser: Browser, address: str
) -> None:
    page = open_lab(browser, address)
    settle(page)
    page.get_by_role("radio", name="Trumpet").click()
    page.wait_for_url(re.compile("lab=Trumpet"))
    settle(page)
    for name in ("Paint", "SNR"):
        page.get_by_role("button", name="Learn").click()
        page.get_by_role("menuitem", name=name).click()
        page.wait_for_url(re.compile("class=Trumpet"))
        expect(page.get_by_role("radio", name="Trumpet")).to_be_checked()
        settle(page)
    page.get_by_role("button", name="Work").click()
    page.get_by_role("menuitem", name="Explore").click()
    page.wait_for_url(re.compile("class=Trumpet"))
    expect(page.get_by_text("Trumpet", exact=True).first).to_be_visible()
    page.close()
