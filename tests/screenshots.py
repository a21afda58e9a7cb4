"""The pictures of every page in docs, renewed: each once, in a state that shows what it is for.

    make screenshots

Light theme, 1400 pixels wide, as high as given below; reduced to 256 colours, as the README is loaded often.
Chromium is needed at /usr/bin/chromium.
"""

import io
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from tests.load.paint import CHROMIUM, FLAGS
from tests.load.server import running

DOCS = Path(__file__).resolve().parents[1] / "docs"
WIDTH = 1400
MOST_BYTES = 1200 * 1024
COLOURS = 256
PATIENCE_MS = 180_000
DRAWN_MS = 1500
# No script has run for two seconds, and nothing on the page is old or still to come.
SETTLED = """() => {
  const idle = document.querySelector("[data-test-script-state=notRunning]")
    && !document.querySelector("[data-testid=stSkeleton], [data-stale=true]");
  const now = performance.now();
  if (!idle) window.idleSince = undefined;
  else window.idleSince ??= now;
  return idle && now - window.idleSince > 2000;
}"""


def _nothing(page: Page) -> None:
    """The page is good as it opens."""


def _player(page: Page) -> None:
    """Wait for the player's pictures."""
    page.locator(".player .loading").wait_for(state="hidden")


@dataclass(frozen=True)
class Shot:
    """A page's address, the file's name, its height, and what is done before the picture is taken."""

    name: str
    link: str
    height: int
    prepare: Callable[[Page], None] = _nothing


SHOTS = (
    Shot("explore", "", 1250, _player),
    Shot("events", "thresholds", 1150),
    Shot("listen", "separated", 1150),
    Shot("lesson", "weak-labels", 800),
    Shot("pooling", "pooling-lab", 1150),
    Shot("paint", "own-mask", 1100),
    Shot("training", "slow-motion", 1100),
    Shot("snr", f"breaking-point?example={quote('A jazz trio in the wind')}", 1200),
    Shot("results", "tables", 1000),
    Shot("about", "method", 900),
)


def take(page: Page, address: str, shot: Shot) -> bytes:
    """One page as PNG."""
    page.set_viewport_size({"width": WIDTH, "height": shot.height})
    page.goto(f"{address}/{shot.link}")
    page.get_by_role("heading", level=1).first.wait_for()
    shot.prepare(page)
    page.wait_for_function(SETTLED, polling=250)
    page.wait_for_timeout(DRAWN_MS)
    if page.get_by_test_id("stException").count():
        raise RuntimeError(f"{shot.link or 'the start page'} shows an error")
    return page.screenshot(animations="disabled")


def reduced(png: bytes) -> bytes:
    """The picture in few colours, rare ones too; without dither text and flat ground keep clean edges."""
    with Image.open(io.BytesIO(png)) as picture:
        few = picture.convert("RGB").quantize(COLOURS, Image.Quantize.MAXCOVERAGE, dither=0)
    file = io.BytesIO()
    few.save(file, "PNG", optimize=True)
    return file.getvalue()


def main() -> int:
    """Take them all; the exit status is 1 where they are together too large."""
    total = 0
    with running() as server, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(color_scheme="light", reduced_motion="reduce")
        page.set_default_timeout(PATIENCE_MS)
        # The first page of a fresh server loads the networks; that is no part of a picture.
        take(page, server.address, SHOTS[0])
        for shot in SHOTS:
            picture = reduced(take(page, server.address, shot))
            (DOCS / f"{shot.name}.png").write_bytes(picture)
            total += len(picture)
            print(f"docs/{shot.name}.png  {len(picture) / 1024:.0f} KiB")
        browser.close()
    print(f"{total / 1024:.0f} KiB in all, of {MOST_BYTES / 1024:.0f}")
    return 0 if total <= MOST_BYTES else 1


if __name__ == "__main__":
    sys.exit(main())
