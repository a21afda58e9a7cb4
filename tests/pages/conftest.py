"""Runs a component's JavaScript under node, where it is installed."""

import json
import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from pages.shared.browser.component import bundle

RunJavascript = Callable[[Sequence[Path], str], Any]


@pytest.fixture(scope="session")
def run_javascript() -> RunJavascript:
    """A function that runs a component's bundle and then a script, and reads the JSON it prints."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed")

    def run(scripts: Sequence[Path], script: str) -> Any:
        done = subprocess.run(
            [node, "--input-type=module", "-"],
            input=bundle(scripts) + script,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return run
