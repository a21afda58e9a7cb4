"""The overview of a long recording: its picture, its analysis, the page's logic and the strip's scale."""

import io
import itertools
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import soundfile
import torch
from numpy.typing import NDArray
from streamlit.testing.v1 import AppTest

from pages.shared import cached
from pages.shared.cached import digest, mixture
from pages.shared.clips import EXAMPLES
from pages.shared.overview import panel
from pages.shared.overview.picture import (
    BANDS,
    MOST_COLUMNS,
    clock,
    highest_in_columns,
    make_picture,
)
from pages.shared.overview.strip import FOLDER, strip_data
from pages.shared.state import recipe
from sedtf_core.cli import main
from sedtf_core.config import SAMPLE_RATE, FeatureConfig
from sedtf_core.features import log_mel

SYSTEM = cached.mask_systems()[-1]
PAGE = """
import streamlit as st
from pages.shared.cached import digest
from pages.shared.overview.panel import show_overview
data = st.session_state["data"]
st.session_state["shown"] = show_overview(digest(data), "long walk.wav", data, 45.0, 20.0)
"""


@pytest.fixture(scope="module")
def samples() -> NDArray[np.float32]:
    """45 s: four examples behind one another, and a quiet end."""
    clips = [mixture(recipe(clip)).mixture for clip in list(EXAMPLES.values())[:4]]
    joined = np.concatenate([*clips, np.zeros(5 * SAMPLE_RATE, np.float32)])
    return np.clip(joined, -1, 1).astype(np.float32)[: 45 * SAMPLE_RATE]


@pytest.fixture(scope="module")
def data(samples: NDArray[np.float32]) -> bytes:
    file = io.BytesIO()
    soundfile.write(file, samples, SAMPLE_RATE, format="WAV", subtype="PCM_16")
    return file.getvalue()


@pytest.fixture(scope="module")
def whole(data: bytes) -> cached.WholeAnalysis:
    return cached.analyse_whole(digest(data), data, SYSTEM, lambda done_s: None)


def test_the_whole_recording_has_the_events_of_the_command_line(
    data: bytes,
    whole: cached.WholeAnalysis,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = tmp_path / "walk.wav"
    path.write_bytes(data)
    assert main(["analyse", str(path), "--system", SYSTEM, "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert len(whole.events) > 2
    assert [(e.onset, e.offset, e.label) for e in whole.events] == [
        (
            pytest.approx(e["onset"], abs=1e-3),
            pytest.approx(e["offset"], abs=1e-3),
            e.get("label") or e["event_label"],
        )
        for e in report["events"]
    ]
    assert whole.duration_s == 45


def test_a_stopped_analysis_keeps_nothing_and_lets_the_next_one_run(data: bytes) -> None:
    seen: list[float] = []

    def stop(done_s: float) -> None:
        seen.append(done_s)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        cached.analyse_whole("stopped", data, SYSTEM, stop)
    assert len(seen) == 1
    assert seen[0] < 45
    assert cached.whole_recordings().get(("stopped", SYSTEM)) is None
    assert cached._one_inference.acquire(blocking=False)
    assert not cached._one_inference.acquire(blocking=False), "released once too often"
    cached._one_inference.release()


def test_others_get_their_turn_between_two_windows(data: bytes) -> None:
    free: list[bool] = []

    def take(done_s: float) -> None:
        free.append(cached._one_inference.acquire(blocking=False))
        cached._one_inference.release()

    cached.analyse_whole("giving way", data, SYSTEM, take)
    assert free
    assert all(free)


def test_the_store_forgets_the_oldest(whole: cached.WholeAnalysis) -> None:
    store = cached.WholeRecordings()
    for index in range(store.MOST + 2):
        store.keep((f"{index}", SYSTEM), whole)
    assert store.get(("1", SYSTEM)) is None
    assert store.get(("2", SYSTEM)) is whole


def test_a_picture_made_block_by_block_is_that_of_the_whole(samples: NDArray[np.float32]) -> None:
    picture = make_picture(samples, FeatureConfig())
    whole = log_mel(torch.from_numpy(samples)).numpy().T
    assert picture.levels.shape == (BANDS, MOST_COLUMNS)
    columns = highest_in_columns([whole], whole.shape[1])
    peak = columns.reshape(BANDS, -1, MOST_COLUMNS).max(axis=1)
    expected = 255 * np.clip(1 + (peak - peak.max()) * 20 / 60 / np.log(10), 0, 1)
    np.testing.assert_allclose(picture.levels, expected, atol=1)
    assert picture.levels.max() == 255
    assert picture.levels[:, -20:].max() < 40, "the end is silent"


@pytest.mark.parametrize("frames", [1, 7, MOST_COLUMNS, 3 * MOST_COLUMNS + 11])
def test_every_column_holds_the_highest_of_its_frames(frames: int) -> None:
    values = np.random.default_rng(3).normal(size=(2, frames)).astype(np.float32)
    cuts = [0, frames // 3, frames // 2, frames]
    blocks = [values[:, a:b] for a, b in itertools.pairwise(cuts)]
    columns = min(frames, MOST_COLUMNS)
    column = np.arange(frames) * columns // frames
    expected = [values[:, column == index].max(axis=1) for index in range(columns)]
    np.testing.assert_array_equal(highest_in_columns(blocks, frames), np.transpose(expected))


def test_the_strip_has_a_lane_a_class_that_has_events(
    samples: NDArray[np.float32], whole: cached.WholeAnalysis
) -> None:
    picture = make_picture(samples, FeatureConfig())
    assert strip_data(picture, None, 3.0, 20.0)["lanes"] == []
    sent = strip_data(picture, whole, 3.0, 20.0)
    assert sum(len(lane["events"]) for lane in sent["lanes"]) == len(whole.events)
    assert len(sent["lanes"]) == len({event.label for event in whole.events})
    assert (sent["start_s"], sent["window_s"], sent["duration_s"]) == (3, 20, 45)
    json.dumps(sent)


def test_progress_says_how_far_and_how_long() -> None:
    shown: list[tuple[float, str]] = []
    times = iter([100.0, 110.0, 120.0])
    report = panel._reporter(lambda *values: shown.append(values), 1800.0, lambda: next(times))
    report(90.0)
    report(1900.0)
    assert shown[0][0] == pytest.approx(0.05)
    assert "1:30.0 of 30:00.0 analysed, about 3 min left" in shown[0][1]
    assert shown[1][0] == 1.0


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0:00.0"), (65.34, "1:05.3"), (59.96, "1:00.0"), (3599.9, "59:59.9")]
)
def test_clocks_show_minutes_and_seconds(seconds: float, text: str) -> None:
    assert clock(seconds) == text


def page_of(data: bytes) -> AppTest:
    page = AppTest.from_string(PAGE, default_timeout=120)
    page.session_state["data"] = data
    return page.run()


def test_the_button_finds_the_events_of_the_whole_recording(data: bytes) -> None:
    other = data + b"\0\0"  # another digest, the same sound: nothing is known of it yet
    page = page_of(other)
    assert not page.exception
    assert page.session_state["shown"] == 0
    assert not page.dataframe
    page.button(key="overview_run").click().run()
    assert not page.exception
    kept = cached.whole_recordings().get((digest(other), SYSTEM))
    assert kept is not None
    assert len(page.dataframe[0].value) == len(kept.events)
    assert [button.key for button in page.button] == []


def test_a_chosen_row_moves_the_window_there_and_within_the_recording(
    whole: cached.WholeAnalysis, monkeypatch: pytest.MonkeyPatch
) -> None:
    state: dict[str, Any] = {"table": {"selection": {"rows": [len(whole.events) - 1]}}}
    monkeypatch.setattr(panel.st, "session_state", state)
    panel._show_event("table", whole, 25.0)
    onset = whole.events[-1].onset
    assert state[panel.START] == pytest.approx(min(25.0, max(0.0, onset - 2)), abs=0.06)


def test_the_window_stays_on_the_same_file_and_starts_anew_on_another(data: bytes) -> None:
    page = page_of(data)
    page.session_state[panel.START] = 99.0
    page.run()
    assert page.session_state["shown"] == 25
    page.session_state["data"] = data + b"\0\0\0\0"
    page.run()
    assert page.session_state["shown"] == 0


def test_a_recording_that_cannot_be_analysed_gives_one_line(
    data: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[str] = []
    bar = SimpleNamespace(progress=lambda *_: None, empty=lambda: None)
    monkeypatch.setattr(panel.st, "progress", lambda *_: bar)
    monkeypatch.setattr(panel.st, "error", shown.append)

    def fail(*_: object) -> None:
        raise panel.InputError("the samples hold values that are not finite")

    monkeypatch.setattr(panel.cached, "analyse_whole", fail)
    panel._analyse("digest", data, SYSTEM, 45.0)
    assert shown == [
        "This recording cannot be analysed: the samples hold values that are not finite"
    ]


def test_keys_and_marks_of_the_strip(
    run_javascript: Callable[[Sequence[Path], str], Any],
) -> None:
    script = """
const at = (key, start, shiftKey = false) => afterKey({ key, shiftKey }, start, 180, 20);
console.log(JSON.stringify([
  [at("ArrowRight", 5), at("ArrowLeft", 0.5), at("ArrowRight", 5, true), at("End", 5), at("Home", 5)],
  [at("PageDown", 155), at("a", 5)],
  [clock(65), clock(65.34, true), clock(59.96, true), clock(3600)],
  marks(180, 1200), marks(3600, 500).slice(0, 2), marks(3600, 500).length,
  fitted(-3, 45, 20), fitted(12.3456, 45, 20),
]));
"""
    got = run_javascript([FOLDER / "scale.js"], script)
    assert got[0] == [6, 0, 25, 160, 0]
    assert got[1] == [160, None]
    assert got[2] == ["1:05", "1:05.3", "1:00.0", "60:00"]
    assert got[3][:3] == [0, 10, 20]
    assert got[4] == [0, 600]
    assert got[5] == 6
    assert got[6:] == [0, 12.3]
