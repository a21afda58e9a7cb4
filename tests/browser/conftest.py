"""One Chromium for all browser tests, and servers for them: the application, and any script alone.

Conventions: a server listens on a free port of the loopback address and ends with the session. The first test
that opens the application meets a cold server, which loads torch and three networks first, on a machine that
may be busy: hence ``PATIENCE_MS``.
"""

import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, Page

ROOT = Path(__file__).resolve().parents[2]
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
PATIENCE_MS = 180_000
COMPONENT = "[data-testid=stBidiComponentIsolated]"  # where a page's own component stands
# What Streamlit writes to the console when a process meets its first deep link (pages/shared/first_visit.py).
NO_SUCH_PAGE = "The page that you have requested does not seem to exist"


def axe_faults(page: "Page", within: str) -> list[tuple[str, str]]:
    """What axe finds wrong within a part of a page: each rule, and the first element that breaks it."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    found = axe.Axe().run(page, context={"include": [[within]]})
    return [(fault["id"], fault["nodes"][0]["html"]) for fault in found.response["violations"]]


@contextmanager
def served(script: Path) -> Iterator[str]:
    """Serve a script while the context lasts; gives the address."""
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        sys.executable, "-m", "streamlit", "run", str(script), "--server.port", str(port),
        "--server.address", "127.0.0.1", "--server.headless", "true",
    ]  # fmt: skip
    server = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait_for(f"http://127.0.0.1:{port}/_stcore/health", server)
        yield f"http://127.0.0.1:{port}"
    finally:
        # Not terminate: a server that still computes waits for its threads.
        server.kill()
        server.wait()


def _wait_for(url: str, server: "subprocess.Popen[bytes]") -> None:
    """Return when the server answers ``ok``."""
    for _ in range(240):
        assert server.poll() is None, "the server ended before it answered"
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                if answer.read() == b"ok":
                    return
        except OSError:
            time.sleep(0.5)
    pytest.fail("the server did not start")


def settle(page: "Page") -> None:
    """Wait until no script runs: a press on a page that is being drawn anew may be lost."""
    for _ in range(2):
        page.wait_for_timeout(300)
        page.locator("[data-test-script-state=notRunning]").wait_for()


def complaints_of(page: "Page") -> list[str]:
    """A list that fills with the errors of a page's console as they occur.

    Without those of Streamlit itself: it looks for its server below a deep link's path first.
    """
    complaints: list[str] = []

    def hear(message: "ConsoleMessage") -> None:
        is_search = "/_stcore/" in message.location.get("url", "")
        if message.type == "error" and not is_search and NO_SUCH_PAGE not in message.text:
            complaints.append(message.text)

    page.on("console", hear)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    return complaints


@pytest.fixture(scope="session")
def browser(chromium_path: str) -> "Iterator[Browser]":
    """The Chromium of this session."""
    playwright = pytest.importorskip("playwright.sync_api")
    playwright.expect.set_options(timeout=30_000)
    with playwright.sync_playwright() as started:
        chromium = started.chromium.launch(executable_path=chromium_path, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def application() -> Iterator[str]:
    """The address of the application."""
    with served(ROOT / "app.py") as address:
        yield address
