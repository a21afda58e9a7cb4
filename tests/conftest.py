"""What every test relies on: shapes are checked, and browser tests know where their browser is.

Owns the import hook that makes beartype check jaxtyping's annotations in sedtf_core, the settings of
hypothesis, and the search for a Chromium. Leaves fixtures to the folders that use them.
"""

import os
import shutil

import pytest
from hypothesis import HealthCheck, settings
from jaxtyping import install_import_hook

# Before any test module imports sedtf_core: every annotated call then checks its shapes and dtypes.
install_import_hook("sedtf_core", "beartype.beartype")

# No test may fail because the machine is busy; CI draws the same examples every time.
settings.register_profile(
    "unhurried",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize="CI" in os.environ,
)
settings.load_profile("unhurried")

_BROWSERS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)


def find_chromium() -> str | None:
    """Path of a Chromium: the environment variable SEDTF_CHROMIUM, or the first of the usual names."""
    named = os.environ.get("SEDTF_CHROMIUM")
    return named or next((path for path in map(shutil.which, _BROWSERS) if path), None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the browser tests on one worker, so that they share one server and one browser."""
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.xdist_group("browser"))


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip browser tests where there is no Chromium; fail them if the environment requires one."""
    if item.get_closest_marker("browser") and find_chromium() is None:
        advice = "no Chromium found; install one, or name it in SEDTF_CHROMIUM"
        if os.environ.get("SEDTF_REQUIRE_BROWSER") == "1":
            pytest.fail(advice, pytrace=False)
        pytest.skip(advice)


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """Path of the Chromium that tests marked ``browser`` start."""
    path = find_chromium()
    assert path is not None, "a test that uses chromium_path must be marked browser"
    return path
