"""The application as a visitor meets it: by its address, on a cold server, in both themes, three widths."""

import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parents[2]
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
# A cold server loads torch and three networks first, on a machine that may be busy.
PATIENCE_MS = 180_000
ADDRESSES = {
    "": "Explore",
    "thresholds": "Events",
    "separated": "Listen",
    "tables": "Results",
    "method": "About",
}


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port),
        "--server.address", "127.0.0.1", "--server.headless", "true",
    ]  # fmt: skip
    server = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait_for(f"http://127.0.0.1:{port}/_stcore/health")
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(timeout=30)


def _wait_for(url: str) -> None:
    """Return when the server answers ``ok``."""
    for _ in range(240):
        if _answer(url) == b"ok":
            return
        time.sleep(0.5)
    pytest.fail("the server did not start")


def _answer(url: str) -> bytes:
    """What an address answers; nothing while nobody listens."""
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return bytes(answer.read())
    except OSError:
        return b""


@pytest.fixture(scope="module")
def browser(chromium_path: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=chromium_path, args=FLAGS)
        yield chromium
        chromium.close()


def open_page(browser: Browser, url: str, width: int = 1400, scheme: str = "light") -> Page:
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page.set_default_timeout(PATIENCE_MS)
    page.goto(url)
    return page


@pytest.mark.parametrize("path", ADDRESSES)
def test_every_page_opens_by_its_own_address(browser: Browser, address: str, path: str) -> None:
    page = open_page(browser, f"{address}/{path}")
    heading = page.get_by_role("heading", level=1, name=ADDRESSES[path])
    expect(heading).to_be_visible(timeout=PATIENCE_MS)
    expect(page.get_by_test_id("stException")).to_have_count(0)
    page.close()


def test_a_first_visit_shows_a_finished_example_to_play(browser: Browser, address: str) -> None:
    page = open_page(browser, address)
    play = page.get_by_role("button", name="Play", exact=False).first
    expect(play).to_be_visible(timeout=PATIENCE_MS)
    expect(page.get_by_text("In words.")).to_be_visible(timeout=PATIENCE_MS)
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [700, 1000, 1400])
def test_nothing_scrolls_sideways(browser: Browser, address: str, width: int, scheme: str) -> None:
    page = open_page(browser, address, width, scheme)
    expect(page.get_by_text("In words.")).to_be_visible(timeout=PATIENCE_MS)
    overflow = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert overflow <= 0
    page.close()


def test_a_link_brings_back_the_synthesised_mixture(browser: Browser, address: str) -> None:
    page = open_page(browser, f"{address}/?source=Synthesise&events=Bark&events=Oboe&snr=3&seed=7")
    caption = page.get_by_text("3 dB, seed 7", exact=False)
    expect(caption).to_be_visible(timeout=PATIENCE_MS)
    page.close()
