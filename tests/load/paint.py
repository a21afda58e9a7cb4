"""From a click to what it paints: one visitor in a Chromium, who asks for one new mixture after another."""

import statistics

from playwright.sync_api import Error, Page, sync_playwright

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
CHROMIUM = "/usr/bin/chromium"
CLICKS = 5
PATIENCE_MS = 120_000
# Presses "New draw" and resolves when the player has left its loading state and two frames are drawn.
CLICK = """async () => {
  const inside = (root, wanted) => {
    const found = root.querySelector(wanted);
    if (found) return found;
    for (const node of root.querySelectorAll("*")) {
      const deeper = node.shadowRoot && inside(node.shadowRoot, wanted);
      if (deeper) return deeper;
    }
    return null;
  };
  const frame = () => new Promise(requestAnimationFrame);
  const loading = () => { const node = inside(document, ".player .loading"); return !node || !node.hidden; };
  const button = [...document.querySelectorAll("button")].find((b) => b.textContent.includes("New draw"));
  const started = performance.now();
  button.click();
  while (!loading() && performance.now() - started < 60000) await frame();
  while (loading() && performance.now() - started < 120000) await frame();
  await frame();
  await frame();
  return performance.now() - started;
}"""


def clicks_to_paint(address: str) -> list[str]:
    """What is printed about the clicks, or why there is none."""
    try:
        with sync_playwright() as driver:
            browser = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            try:
                waits_ms = _clicked(
                    browser.new_page(viewport={"width": 1400, "height": 900}), address
                )
            finally:
                browser.close()
    except Error as error:
        return [f"  click to paint                   not measured: {str(error).splitlines()[0]}"]
    median_s, slowest_s = statistics.median(waits_ms) / 1000, max(waits_ms) / 1000
    clicks = f"(slowest {slowest_s:.2f} s, {len(waits_ms)} clicks)"
    return [f"  click to paint, in Chromium      {median_s:6.2f} s   {clicks}"]


def _clicked(page: Page, address: str) -> list[float]:
    """Milliseconds of each click, after one that warms up."""
    page.set_default_timeout(PATIENCE_MS)
    page.goto(f"{address}/?source=Synthesise&events=Bark&events=Flute&seed=1")
    page.get_by_text("In words.").wait_for()
    page.locator(".player .loading").wait_for(state="hidden")
    return [float(page.evaluate(CLICK)) for _ in range(CLICKS + 1)][1:]
