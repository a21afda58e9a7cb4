"""Files that were brought stay open from page to page, until they are closed; nothing is said of none."""

from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from sedtf_core import audio
from sedtf_core.config import SAMPLE_RATE

ROOT = Path(__file__).resolve().parents[2]
NAME = "my *dog*.wav"


def open_application() -> AppTest:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
    app.query_params["source"] = "Upload"
    return app.run()


def go_to(app: AppTest, page: str) -> None:
    app.switch_page(str(ROOT / "pages" / page)).run()
    # In the browser the choice is still there (tests/browser/test_view_link.py); AppTest forgets it.
    app.segmented_control(key="source").set_value("Upload").run()
    assert not app.exception


def still_open(app: AppTest) -> list[str]:
    return [text.value for text in app.text if text.value.startswith("Still open")]


def noise(seed: int) -> bytes:
    samples = np.random.default_rng(seed).normal(0, 0.1, 64_000).astype(np.float32)
    return audio.encode(samples, SAMPLE_RATE)


@pytest.fixture
def sound() -> bytes:
    return noise(5)


def test_an_upload_and_its_labels_are_still_there_on_another_page(sound: bytes) -> None:
    app = open_application()
    assert not still_open(app)
    app.file_uploader(key="upload").upload(NAME, sound, "audio/wav").run()
    app.file_uploader(key="labels_file").upload("l.txt", b"0.5\t1\tBark\n", "text/plain").run()
    assert not still_open(app)  # its uploader shows it
    go_to(app, "events.py")
    assert still_open(app) == [f"Still open: {NAME}", "Still open: l.txt"]
    assert "F1" in app.dataframe[0].value
    app.button(key="labels_file:brought:close").click().run()
    assert still_open(app) == [f"Still open: {NAME}"]
    assert any("not scored" in info.value for info in app.info)
    app.button(key="upload:brought:close").click().run()
    assert not still_open(app)
    assert any("Drop a file" in info.value for info in app.info)
    go_to(app, "explore.py")
    assert not still_open(app)


def test_labels_stay_with_their_recording(sound: bytes) -> None:
    app = open_application()
    app.file_uploader(key="upload").upload(NAME, sound, "audio/wav").run()
    app.file_uploader(key="labels_file").upload("l.txt", b"0.5\t1\tBark\n", "text/plain").run()
    go_to(app, "events.py")
    app.file_uploader(key="upload").upload("b.wav", noise(6), "audio/wav").run()
    assert not still_open(app)
    assert any("not scored" in info.value for info in app.info)
