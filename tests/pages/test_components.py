"""What holds for the files of every component."""

import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from pages.shared.browser.component import SHARED, bundle
from pages.shared.numbers import share_text, thousands
from pages.shared.overview.strip import SCRIPTS as STRIP
from pages.shared.paint.component import SCRIPTS as PAINT
from pages.shared.player.player import SCRIPTS as PLAYER
from pages.shared.pooling.lab import SCRIPTS as POOLING
from pages.shared.synthesis.timeline import SCRIPTS as TIMELINE
from pages.shared.training.slow_motion.slow_motion import SCRIPTS as SLOW_MOTION
from pages.shared.training.toy.toy import SCRIPTS as TOY
from tests.pages.conftest import RunJavascript

COMPONENTS = {
    "player": PLAYER,
    "paint": PAINT,
    "pooling": POOLING,
    "slow_motion": SLOW_MOTION,
    "strip": STRIP,
    "timeline": TIMELINE,
    "toy": TOY,
}


@pytest.fixture(params=COMPONENTS)
def scripts(request: pytest.FixtureRequest) -> Sequence[Path]:
    return COMPONENTS[request.param]


def test_every_script_is_bundled_after_what_it_imports(scripts: Sequence[Path]) -> None:
    folder = scripts[-1].parent
    assert set(folder.glob("*.js")) <= set(scripts)
    for position, path in enumerate(scripts):
        for imported in re.findall(r'from "([./\w]+\.js)"', path.read_text(encoding="utf-8")):
            target = (path.parent / imported).resolve()
            assert target in scripts[:position], f"{path.name} imports {imported} too early"


def test_a_bundle_has_one_export_and_no_import(scripts: Sequence[Path]) -> None:
    lines = re.findall(r"^(?:import|export)\b.*", bundle(scripts), re.MULTILINE)
    assert len(lines) == 1
    assert lines[0].startswith("export default function ")


def test_no_name_stands_at_the_top_of_two_scripts(scripts: Sequence[Path]) -> None:
    declared = r"^(?:async )?(?:const|let|function\*?|class) ([\w$]+)"
    names = re.findall(declared, bundle(scripts), re.MULTILINE)
    assert len(names) == len(set(names))


def test_components_ask_the_network_for_nothing(scripts: Sequence[Path]) -> None:
    forbidden = r"https?:|\bfetch\(|XMLHttpRequest|WebSocket|@import|url\("
    folder = scripts[-1].parent
    for path in [*scripts, *folder.glob("*.css"), *folder.glob("*.html"), *SHARED.glob("*.css")]:
        assert re.search(forbidden, path.read_text(encoding="utf-8")) is None, path.name


def test_numbers_are_written_alike_in_python_and_in_the_browser(
    run_javascript: RunJavascript,
) -> None:
    numbers = [0, 1, 12, 999, 1000, 19_904, 1_234_567]
    script = f"console.log(JSON.stringify({numbers}.map(grouped)));"
    assert run_javascript([SHARED / "numbers.js"], script) == [thousands(n) for n in numbers]


@pytest.mark.parametrize(
    ("share", "text"),
    [(0, "0 %"), (1, "100 %"), (0.9996, "over 99 %"), (0.0752, "7.5 %"), (0.00005, "0.005 %")],
)
def test_shares_are_written_alike_in_python_and_in_the_browser(
    run_javascript: RunJavascript, share: float, text: str
) -> None:
    assert share_text(share) == text
    shares = [share, share / 3, 0.0994, 0.0996, 0.123, 0.5]
    script = f"console.log(JSON.stringify({shares}.map(shareText)));"
    assert run_javascript([SHARED / "numbers.js"], script) == [share_text(s) for s in shares]
