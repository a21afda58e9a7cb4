"""The player's message, its bundle, and the parts of its JavaScript that need no browser.

Node runs the very script that the browser gets. What the scripts below print is JSON; where node is
missing these tests are skipped.
"""

import json
import struct
import zlib
from collections.abc import Callable
from dataclasses import asdict, replace
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pages.shared.event_scores import false_alarm
from pages.shared.player.payload import (
    MAGIC,
    PlayerView,
    ShownClass,
    SystemView,
    Track,
    encode_message,
    masks_to_uint8,
)
from pages.shared.player.player import SCRIPTS
from pages.shared.player.state import PlayerState
from sedtf_core.config import DetectionConfig
from sedtf_core.evaluation.event import Collars, hits, match
from sedtf_core.events import Event, frames_to_events
from tests.pages.conftest import RunJavascript

RunNode = Callable[[str], Any]
CASES = Path(__file__).parents[1] / "data" / "event_cases.json"


@pytest.fixture
def view() -> PlayerView:
    """Two classes, one system with masks and one without, half a second of sound."""
    rng = np.random.default_rng(1)
    frames, mel_bins, samples = 14, 8, 16_000
    edges_hz = np.geomspace(50.0, 16_000.0, mel_bins + 1)
    masks = masks_to_uint8(rng.random((2, frames, mel_bins)))
    scores = rng.random((2, frames)).astype(np.float32)
    probs = np.array([0.9, 0.05], dtype=np.float32)
    return PlayerView(
        sample_rate=32_000,
        duration_s=samples / 32_000,
        log_mel_db=rng.uniform(-80.0, 0.0, (frames, mel_bins)),
        mel_hz=np.sqrt(edges_hz[:-1] * edges_hz[1:]),
        mel_edges_hz=edges_hz,
        frame_hop_s=0.032,
        frame_length_s=0.064,
        classes=(ShownClass("Bark", "Bark", "#bd51cf"), ShownClass("Oboe", "Oboe", "#ab3f3f")),
        systems=(
            SystemView("gwrp", "GWRP", probs, scores, masks),
            SystemView("dnn", "DNN", probs, scores),
        ),
        tracks=(
            Track("Mixture", "mixture", rng.uniform(-0.5, 0.5, samples)),
            Track("Scene", "scene", rng.uniform(-0.005, 0.005, samples)),
        ),
        truth=(Event(0.1, 0.3, "Bark"),),
    )


@pytest.fixture
def run_node(run_javascript: RunJavascript) -> RunNode:
    """A function that runs the player's bundle followed by a script."""
    return partial(run_javascript, SCRIPTS)


def decode(message: bytes) -> tuple[Any, dict[str, Any], dict[str, np.ndarray]]:
    """Read a message as its description says: a naive reference for payload.js."""
    assert message[:4] == MAGIC
    (length,) = struct.unpack("<I", message[4:8])
    body = zlib.decompress(message[8 + length :])
    (header_length,) = struct.unpack("<I", body[:4])
    header = json.loads(body[4 : 4 + header_length])
    arrays = {}
    for name, entry in header["arrays"].items():
        start = 4 + header_length + entry["offset"]
        assert start % 8 == 0, f"{name} is not aligned"
        count = int(np.prod(entry["shape"]))
        flat = np.frombuffer(body, "<" + entry["type"], count, start)
        arrays[name] = flat.reshape(entry["shape"])
    return json.loads(message[8 : 8 + length]), header, arrays


def test_a_message_brings_back_every_array(view: PlayerView) -> None:
    state, header, arrays = decode(encode_message(view, None))
    assert state is None
    np.testing.assert_array_equal(arrays["masks:gwrp"], view.systems[0].masks)
    np.testing.assert_array_equal(arrays["scores:dnn"], view.systems[1].frame_scores)
    np.testing.assert_allclose(arrays["log_mel"] * header["db_step"], view.log_mel_db, atol=0.0051)
    assert "masks:dnn" not in arrays
    assert "ideal" not in arrays
    assert header["truth"] == [{"onset": 0.1, "offset": 0.3, "label": "Bark"}]
    assert header["detection"] == asdict(DetectionConfig())


def test_all_tracks_share_one_gain_that_the_header_states(view: PlayerView) -> None:
    _, header, arrays = decode(encode_message(view, None))
    for track, samples in zip(view.tracks, arrays["audio"], strict=True):
        restored = samples / header["audio_scale"]
        np.testing.assert_allclose(restored, track.waveform, atol=0.51 / header["audio_scale"])
    assert np.abs(arrays["audio"]).max() == 32767


def test_a_silent_clip_is_encoded_as_zeros(view: PlayerView) -> None:
    silent = replace(view, tracks=(Track("Mixture", "mixture", np.zeros(16_000)),))
    _, header, arrays = decode(encode_message(silent, None))
    assert header["audio_scale"] == 1.0
    assert not arrays["audio"].any()


def test_a_changed_state_leaves_the_view_as_it_was(view: PlayerView) -> None:
    state = PlayerState(selected="Oboe", zoom=(0.1, 0.2, 50.0, 16_000.0), systems=("gwrp",))
    message = encode_message(view, state)
    assert message.endswith(view.blob)
    assert decode(message)[0]["selected"] == "Oboe"
    assert decode(message)[0]["detection"] == asdict(state.detection)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"mel_hz": np.ones(3)}, "mel_hz"),
        ({"classes": ()}, "at least one class"),
        ({"ideal_masks": np.zeros((2, 14, 8))}, "uint8"),
        ({"ideal_masks": np.zeros((2, 13, 8), np.uint8)}, "ideal_masks"),
        ({"tracks": (Track("Scene", "scene", np.zeros(4)),)}, "mixture"),
    ],
)
def test_arrays_that_do_not_agree_are_refused(
    view: PlayerView, change: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        replace(view, **change)


def test_probabilities_may_be_one_a_clip_or_one_a_frame(view: PlayerView) -> None:
    system = view.systems[0]
    replace(view, systems=(replace(system, clip_probs=np.zeros((2, 14))),))
    with pytest.raises(ValueError, match="clip_probs of gwrp"):
        replace(view, systems=(replace(system, clip_probs=np.zeros(14)),))


def test_masks_are_rounded_to_the_nearest_of_256_steps() -> None:
    masks = np.array([-1.0, 0.0, 0.499 / 255, 0.501 / 255, 0.5, 1.0, 2.0])
    assert masks_to_uint8(masks).tolist() == [0, 0, 0, 1, 128, 255, 255]


def test_the_browser_reads_what_python_wrote(view: PlayerView, run_node: RunNode) -> None:
    message = encode_message(view, PlayerState(selected="Oboe"))
    numbers = ",".join(map(str, b"odd" + message))  # a view at an odd offset, as Streamlit gives it
    read = run_node(f"""
        const data = new Uint8Array([{numbers}]).subarray(3);
        const {{ state, body, identity }} = splitMessage(data);
        const view = await unpackView(body);
        console.log(JSON.stringify({{
            selected: state.selected, identity, frames: view.frames, bands: view.bands,
            mask: [...classMask(view, view.systems[0].masks, 1)],
            scores: [...classScores(view, view.systems[1], 1)],
            probs: [...classProbs(view, view.systems[0], 1)],
            last: view.tracks[1].samples.at(-1) / view.audioScale,
            ideal: view.ideal,
        }}));
    """)
    assert read["selected"] == "Oboe"
    assert (read["frames"], read["bands"]) == view.log_mel_db.shape
    assert view.systems[0].masks is not None
    assert read["mask"] == view.systems[0].masks[1].ravel().tolist()
    assert read["scores"] == view.systems[1].frame_scores[1].tolist()
    assert read["probs"] == pytest.approx([0.05])
    assert read["last"] == pytest.approx(view.tracks[1].waveform[-1], abs=1e-4)
    assert read["ideal"] is None


def test_tracks_of_one_class_stand_together_and_backgrounds_last(
    view: PlayerView, run_node: RunNode
) -> None:
    wave = view.tracks[0].waveform
    rest = Track("Background", "background", wave, None, "gwrp")
    oboe, bark = Track("Oboe", "truth", wave, "Oboe"), Track("Bark", "truth", wave, "Bark")
    estimate = Track("Bark, GWRP", "estimate", wave, "Bark", "gwrp")
    mixed = replace(view, tracks=(*view.tracks, rest, oboe, bark, estimate))
    names = run_node(f"""
        const data = new Uint8Array({list(encode_message(mixed, None))});
        const view = await unpackView(splitMessage(data).body);
        console.log(JSON.stringify(view.tracks.map((track) => track.name)));
    """)
    assert names == ["Mixture", "Scene", "Bark", "Bark, GWRP", "Oboe", "Background"]


def test_the_identity_of_a_message_follows_the_view_not_the_state(
    view: PlayerView, run_node: RunNode
) -> None:
    messages = [
        encode_message(view, None),
        encode_message(view, PlayerState(selected="Oboe")),
        encode_message(replace(view, start_s=1.0), None),
    ]
    same, moved, other = run_node(
        f"const messages = {json.dumps([list(message) for message in messages])};"
        "console.log(JSON.stringify(messages.map(m => splitMessage(new Uint8Array(m)).identity)));"
    )
    assert same == moved
    assert same != other


def random_cases(count: int) -> list[dict[str, Any]]:
    """Score curves and operating points that cross thresholds often, 32-bit as models give them."""
    rng = np.random.default_rng(7)
    cases = []
    for _ in range(count):
        frames = int(rng.integers(1, 60))
        scores = np.round(rng.random(frames), 1).astype(np.float32)
        low, high = np.round(np.sort(rng.random(2)), 1).tolist()
        probs = np.round(rng.random(frames if rng.random() < 0.3 else 1), 1).astype(np.float32)
        config = DetectionConfig(
            tagging_threshold=0.3,
            high_threshold=high,
            low_threshold=low,
            min_event_frames=int(rng.integers(0, 6)),
            max_gap_frames=int(rng.integers(0, 6)),
            median_frames=int(rng.choice([1, 1, 3, 5])),
            drop_first=bool(rng.random() < 0.3),
        )
        cases.append({"scores": scores, "probs": probs, "config": config})
    return cases


def test_the_cases_that_python_is_tested_on_hold_in_the_browser(
    run_node: RunNode,
) -> None:
    cases = json.loads(CASES.read_text(encoding="utf-8"))["cases"]
    runs = run_node(f"""
        const cases = {json.dumps(cases)};
        console.log(JSON.stringify(cases.map(({{ scores, probs, detection }}) =>
            framesToEvents(Float32Array.from(scores), Float32Array.from(probs), detection, 1)
                .map(({{ onset, offset }}) => [onset, offset]))));
    """)
    for case, found in zip(cases, runs, strict=True):
        assert found == case["runs"], case["name"]


def test_thresholds_in_the_browser_give_exactly_the_events_of_sedtf_core(
    run_node: RunNode,
) -> None:
    cases = random_cases(400)
    expected = []
    for case in cases:
        detected = np.broadcast_to(case["probs"] >= 0.3, case["scores"].shape)[None]
        events = frames_to_events(
            case["scores"][None], ["a"], case["config"], 0.032, detected=detected
        )
        expected.append([[event.onset, event.offset] for event in events])
    plain = [
        {
            "scores": case["scores"].tolist(),
            "probs": case["probs"].tolist(),
            "config": asdict(case["config"]),
        }
        for case in cases
    ]
    found = run_node(f"""
        const cases = {json.dumps(plain)};
        console.log(JSON.stringify(cases.map(({{ scores, probs, config }}) =>
            framesToEvents(Float32Array.from(scores), Float32Array.from(probs), config, 0.032)
                .map(({{ onset, offset }}) => [onset, offset]))));
    """)
    assert sum(map(len, expected)) > 200, "the cases must have events"
    assert found == expected


def test_as_many_events_are_hit_in_the_browser_as_in_the_evaluation(
    run_node: RunNode,
) -> None:
    rng = np.random.default_rng(3)
    cases, expected = [], []
    for _ in range(200):
        truth, found = (
            [
                Event(onset, onset + length, "a")
                for onset, length in rng.uniform([0, 0.1], [1.5, 1.0], (int(rng.integers(0, 6)), 2))
            ]
            for _ in range(2)
        )
        cases.append([[asdict(event) for event in events] for events in (truth, found)])
        both = bool(truth) and bool(found)
        expected.append(len(match(hits(truth, found, Collars()))) if both else 0)
    counts = run_node(f"""
        const cases = {json.dumps(cases)};
        const sum = (flags) => flags.filter(Boolean).length;
        console.log(JSON.stringify(cases.map(([truth, found]) => {{
            const {{ hitTruth, hitFound }} = matchEvents(truth, found);
            return [sum(hitTruth), sum(hitFound)];
        }})));
    """)
    assert sum(expected) > 50, "the cases must have hits"
    assert counts == [[count, count] for count in expected]


def test_the_browser_says_of_a_false_alarm_what_the_events_page_says(run_node: RunNode) -> None:
    rng = np.random.default_rng(4)
    cases, expected = [], []
    for _ in range(100):
        truth, found = (
            [
                Event(onset, onset + length, str(rng.choice(["a", "b"])))
                for onset, length in rng.uniform([0, 0.1], [2.0, 1.5], (3, 2))
            ]
            for _ in range(2)
        )
        cases.append([[asdict(event) for event in events] for events in (truth, found)])
        expected.append([false_alarm(truth, event) for event in found])
    said = run_node(f"""
        const cases = {json.dumps(cases)};
        console.log(JSON.stringify(cases.map(([truth, found]) =>
            found.map((event) => ["false alarm", whatIsWrong(truth, event)].filter(Boolean).join(", ")))));
    """)
    assert said == expected
    words = {word for events in said for text in events for word in text.split()}
    assert {"onset", "offset", "early", "late", "already"} <= words


def test_slow_playback_keeps_stems_that_cancel_cancelled_and_the_pitch(
    run_node: RunNode,
) -> None:
    result = run_node("""
        const rate = 32000, hz = 440, speed = 0.5;
        const guide = Float32Array.from({ length: rate }, (_, i) => Math.sin(2 * Math.PI * hz * i / rate));
        const starts = grainStarts(guide, speed);
        const [a, b] = [new Float32Array(rate / speed), new Float32Array(rate / speed)];
        overlapAdd(guide, starts, 1, a);
        overlapAdd(guide.map((x) => -x), starts, 1, b);
        let rises = 0;
        for (let i = 1; i < a.length; i++) rises += a[i - 1] < 0 && a[i] >= 0;
        console.log(JSON.stringify({
            residual: Math.max(...a.map((x, i) => Math.abs(x + b[i]))),
            hz: rises / (a.length / rate),
            peak: Math.max(...a),
        }));
    """)
    assert result["residual"] == 0
    assert result["hz"] == pytest.approx(440, rel=0.01)
    assert result["peak"] == pytest.approx(1, abs=0.05)


def test_slowed_sound_stays_where_the_picture_shows_it(run_node: RunNode) -> None:
    clicks = run_node("""
        const rate = 32000, speed = 0.25;
        const guide = new Float32Array(2 * rate);
        for (const at of [0.4, 1.1, 1.7]) guide[at * rate] = 1;
        const output = new Float32Array(guide.length / speed);
        overlapAdd(guide, grainStarts(guide, speed), 1, output);
        const loud = [...output.keys()].filter((i) => output[i] > 0.3);
        console.log(JSON.stringify(loud.map((i) => (i * speed) / rate)));
    """)
    for click in (0.4, 1.1, 1.7):
        assert min(abs(click - heard) for heard in clicks) < 0.03


def test_the_fft_agrees_with_numpy(run_node: RunNode) -> None:
    rng = np.random.default_rng(0)
    signal = rng.standard_normal(64)
    real, imaginary = run_node(f"""
        const real = Float64Array.from({json.dumps(signal.tolist())});
        const imaginary = new Float64Array(64);
        fft(real, imaginary);
        console.log(JSON.stringify([[...real], [...imaginary]]));
    """)
    np.testing.assert_allclose(
        np.array(real) + 1j * np.array(imaginary), np.fft.fft(signal), atol=1e-9
    )


def test_zooming_keeps_the_moment_under_the_pointer_and_stays_inside_the_clip(
    run_node: RunNode,
) -> None:
    steps = run_node("""
        const viewport = new Viewport(10);
        const steps = [];
        for (const [factor, at] of [[0.5, 2], [0.1, 3], [0.01, 3.1], [4, 3.1], [100, 0]]) {
            const before = viewport.toFraction(at);
            viewport.zoomTime(factor, at);
            steps.push({ start: viewport.start, end: viewport.end, moved: viewport.toFraction(at) - before });
        }
        viewport.panTime(99);
        steps.push({ start: viewport.start, end: viewport.end, moved: 0 });
        console.log(JSON.stringify(steps));
    """)
    for step in steps[:4]:
        assert step["moved"] == pytest.approx(0, abs=1e-9)
    assert all(0 <= step["start"] < step["end"] <= 10 for step in steps)
    assert steps[2]["end"] - steps[2]["start"] == pytest.approx(0.1)
    assert (steps[4]["start"], steps[4]["end"]) == (0, 10)


def test_the_mel_axis_gives_every_band_the_same_height(view: PlayerView, run_node: RunNode) -> None:
    edges = view.mel_edges_hz.tolist()
    fractions, back = run_node(f"""
        const axis = new FrequencyAxis({json.dumps(edges)});
        const fractions = axis.edges.map((hz) => axis.toFraction(hz));
        const back = [0, 0.13, 0.5, 0.99].map((share) => axis.toFraction(axis.toHz(share)));
        console.log(JSON.stringify([fractions, back]));
    """)
    steps = [after - before for before, after in pairwise(fractions)]
    assert steps == pytest.approx([1 / 8] * 8)
    assert back == pytest.approx([0, 0.13, 0.5, 0.99])


def test_ticks_are_round_numbers_inside_the_axis(run_node: RunNode) -> None:
    values = run_node("console.log(JSON.stringify([ticks(0, 10, 10), ticks(1.23, 1.31, 6)]));")
    assert values[0]["values"] == pytest.approx(list(range(11)))
    assert values[1]["step"] == pytest.approx(0.02)
    assert values[1]["values"] == pytest.approx([1.24, 1.26, 1.28, 1.3])


def test_an_encoded_view_keeps_its_message_and_its_arrays_but_no_samples(view: PlayerView) -> None:
    message = encode_message(view, None)
    kept = view.encoded()
    assert encode_message(kept, None) == message
    assert [track.name for track in kept.tracks] == [track.name for track in view.tracks]
    assert sum(track.waveform.nbytes for track in kept.tracks) == 0
    assert kept.log_mel_db is view.log_mel_db
    assert kept.beginning() == view.beginning()
