"""The Paint page: strokes that are the same in Python and in the browser, scores, message and link."""

import base64
import json
import struct
import zlib
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from streamlit.testing.v1 import AppTest

from pages.shared.cached import mask_systems, mixture, paint_board
from pages.shared.clips import EXAMPLES
from pages.shared.listen import class_levels
from pages.shared.paint.board import BINARY, RATIO, Board, encode, hear, make_board
from pages.shared.paint.component import SCRIPTS
from pages.shared.paint.strokes import (
    MOST_CHARACTERS,
    Stroke,
    format_strokes,
    parse_strokes,
    strokes_to_mask,
)
from pages.shared.paint.verdict import verdict
from pages.shared.state import recipe
from sedtf_core import audio
from sedtf_core.config import SAMPLE_RATE, FeatureConfig
from sedtf_core.errors import InputError
from sedtf_core.evaluation.separation import improvements
from sedtf_core.events import Event, events_to_frames
from sedtf_core.features import log_mel, mel_centres_hz
from sedtf_core.separation import separate
from tests.pages.conftest import RunJavascript

PAGE = Path(__file__).resolve().parents[2] / "pages" / "paint.py"
CLIP = next(iter(EXAMPLES.values()))
FRAMES, BANDS = 311, 64
EVERYTHING = format_strokes([Stroke("box", 10, ((0, 0), (FRAMES - 1, BANDS - 1)))])


def random_strokes(rng: np.random.Generator, frames: int, bands: int) -> list[Stroke]:
    """A painting as nobody would paint it: every tool, every size, long paths and short ones."""
    strokes = []
    for _ in range(int(rng.integers(1, 9))):
        box = rng.random() < 0.3
        count = 2 if box else int(rng.integers(1, 12))
        cells = rng.integers([0, 0], [frames, bands], (count, 2)).tolist()
        level, radius = int(rng.integers(0, 11)), 0 if box else int(rng.integers(0, 16))
        kind = "box" if box else "path"
        strokes.append(Stroke(kind, level, tuple(map(tuple, cells)), radius))
    return strokes


def naive_mask(strokes: list[Stroke], frames: int, bands: int) -> np.ndarray:
    """Slow and plain: a disc at every cell of every line, with exact fractions rounded half up."""
    mask = np.zeros((frames, bands), np.float32)
    for stroke in strokes:
        (a, b), (c, d) = stroke.cells[0], stroke.cells[-1]
        for frame in range(frames):
            for band in range(bands):
                if stroke.kind == "box":
                    hit = min(a, c) <= frame <= max(a, c) and min(b, d) <= band <= max(b, d)
                else:
                    hit = any(
                        (frame - x) ** 2 + (band - y) ** 2 <= (stroke.radius + 0.5) ** 2
                        for x, y in naive_path(stroke.cells)
                    )
                if hit:
                    mask[frame, band] = stroke.level / 10
    return mask


def naive_path(corners: tuple[tuple[int, int], ...]) -> list[tuple[int, int]]:
    """Cells of the lines between corners, by floating point."""
    cells = [corners[0]]
    for start, stop in pairwise(corners):
        (a, b), (c, d) = start, stop
        steps = max(abs(c - a), abs(d - b), 1)
        rounded = np.floor(np.outer(np.arange(1, steps + 1), [c - a, d - b]) / steps + 0.5 + [a, b])
        cells.extend(map(tuple, rounded.astype(int).tolist()))
    return cells


@pytest.fixture(scope="module")
def board() -> Board:
    return paint_board(recipe(CLIP), mixture(recipe(CLIP)).labels[0], mask_systems())


def open_page(**query: str) -> AppTest:
    page = AppTest.from_file(str(PAGE), default_timeout=120)
    for name, value in query.items():
        page.query_params[name] = value
    return page


def front_of(page: AppTest) -> dict[str, Any]:
    """What the page sends to the browser in front of sound and board."""
    data = page.get("bidi_component")[0].proto.bytes
    (length,) = struct.unpack("<I", data[:4])
    return json.loads(data[4 : 4 + length])


# --- Strokes ---


@pytest.mark.parametrize("seed", range(20))
def test_strokes_come_back_from_their_text(seed: int) -> None:
    strokes = random_strokes(np.random.default_rng(seed), FRAMES, BANDS)
    text = format_strokes(strokes)
    assert list(parse_strokes(text, FRAMES, BANDS)) == strokes
    assert text.replace("-", "").isalnum(), "nothing in it may need escaping in a link"


@pytest.mark.parametrize("seed", range(12))
def test_a_mask_is_what_a_disc_at_every_cell_gives(seed: int) -> None:
    strokes = random_strokes(np.random.default_rng(seed), 23, 14)
    np.testing.assert_array_equal(strokes_to_mask(strokes, 23, 14), naive_mask(strokes, 23, 14))


def test_a_later_stroke_replaces_and_the_eraser_leaves_zero() -> None:
    strong, weak = (Stroke("box", level, ((2, 3), (6, 8))) for level in (10, 4))
    erased = Stroke("path", 0, ((4, 5),), radius=1)
    mask = strokes_to_mask([strong, weak, erased], 20, 10)
    assert mask[2, 3] == mask[6, 8] == np.float32(0.4)
    assert mask[4, 5] == mask[3, 5] == 0
    assert mask[1].max() == mask[7].max() == 0


@pytest.mark.parametrize(
    "text",
    [
        "x", "p", "pa3", "pa30f1", "ba30f1i0i", "pb30f1i", "pag0f1i", "PA30F1I", "pa30f1i-",
        "-pa30f1i", "pa30f1i--pa30f1i", "pa3\u0661\u06610f", "pa30f1i\n", " pa30f1i",
        "<script>", "pa38n00", "pa30000-ba000000zz", "pa3" + "0000" * MOST_CHARACTERS,
    ],
)  # fmt: skip
def test_text_that_is_not_a_mask_of_this_clip_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(InputError) as refused:
        parse_strokes(text, FRAMES, BANDS)
    assert "\n" not in str(refused.value)
    assert text not in str(refused.value), "what a link brings is not repeated on the page"


def test_no_text_is_no_stroke() -> None:
    assert parse_strokes("", FRAMES, BANDS) == ()
    assert not strokes_to_mask((), FRAMES, BANDS).any()


def test_the_browser_draws_exactly_the_same_mask(run_javascript: RunJavascript) -> None:
    rng = np.random.default_rng(11)
    paintings = [random_strokes(rng, FRAMES, BANDS) for _ in range(60)]
    texts = [format_strokes(strokes) for strokes in paintings]
    drawn = run_javascript(
        SCRIPTS,
        f"""
        const texts = {json.dumps(texts)};
        console.log(JSON.stringify(texts.map((text) => {{
            const strokes = parseStrokes(text);
            const mask = strokesToMask(strokes, {FRAMES}, {BANDS});
            return [formatStrokes(strokes), Buffer.from(mask.buffer).toString("base64")];
        }})));
        """,
    )
    for strokes, text, (again, raw) in zip(paintings, texts, drawn, strict=True):
        assert again == text
        mask = np.frombuffer(base64.b64decode(raw), "<f4").reshape(FRAMES, BANDS)
        np.testing.assert_array_equal(mask, strokes_to_mask(strokes, FRAMES, BANDS))


def test_a_shortened_path_stays_within_half_a_cell(run_javascript: RunJavascript) -> None:
    rng = np.random.default_rng(2)
    paths = [np.cumsum(rng.integers(-1, 3, (80, 2)), axis=0).tolist() for _ in range(20)]
    paths.append([[k, 5] for k in range(50)])
    shortened = run_javascript(
        SCRIPTS,
        f"console.log(JSON.stringify({json.dumps(paths)}.map((path) => simplifyPath(path))));",
    )
    assert shortened[-1] == [[0, 5], [49, 5]]
    for path, short in zip(paths, shortened, strict=True):
        assert short[0] == path[0] and short[-1] == path[-1]
        corners = np.array(short, float)
        starts, along = corners[:-1], np.diff(corners, axis=0)
        for cell in path:
            share = ((cell - starts) * along).sum(1) / np.maximum((along**2).sum(1), 1e-9)
            nearest = starts + np.clip(share, 0, 1)[:, None] * along
            assert np.hypot(*(cell - nearest).T).min() <= 0.5 + 1e-9


def test_a_box_by_numbers_covers_the_frames_of_an_event_and_the_bands_between(
    run_javascript: RunJavascript,
) -> None:
    rng = np.random.default_rng(5)
    config = FeatureConfig()
    centres, window_s = mel_centres_hz(config).numpy(), config.frame_length_s
    boxes = [
        [float(a), float(a + d), float(low), float(low * factor)]
        for a, d, low, factor in rng.uniform([0, 0.1, 40, 1.3], [9.9, 3, 8000, 20], (40, 4))
    ]
    settings = {
        "frameHopS": config.frame_hop_s, "frameLengthS": window_s, "frames": FRAMES,
        "melHz": centres.tolist(),
    }  # fmt: skip
    drawn = run_javascript(
        SCRIPTS,
        f"""
        const board = {json.dumps(settings)};
        const boxes = {json.dumps(boxes)};
        console.log(JSON.stringify(boxes.map((box) => boxOfNumbers(board, ...box))));
        """,
    )
    for (onset, offset, low, high), cells in zip(boxes, drawn, strict=True):
        event = Event(onset, offset, "a")
        active = events_to_frames([event], ["a"], FRAMES, config.frame_hop_s, window_s)[0]
        bands = np.flatnonzero((centres >= low) & (centres <= high))
        frames = np.flatnonzero(active)
        if len(frames) and len(bands):
            assert cells == [[frames[0], bands[0]], [frames[-1], bands[-1]]]
        else:
            assert cells is None
    assert sum(cells is not None for cells in drawn) > 20


# --- Scores ---


def test_the_bars_are_the_levels_of_the_listen_page(board: Board) -> None:
    assert board.truth is not None
    for part, on_span in enumerate((False, True)):
        level = next(
            level
            for level in class_levels(CLIP, mask_systems(), on_span=on_span)
            if level.label == board.label
        )
        assert board.truth.mixture_db[part] == pytest.approx(level.mixture_db, abs=1e-6)
        for kind, gained in level.improvements_db.items():
            own = board.scores_db[RATIO if kind is None else kind][part]
            assert own == pytest.approx(gained, abs=1e-6)


@pytest.mark.parametrize("on_span", [False, True])
def test_a_painted_mask_is_measured_as_in_the_evaluation(board: Board, on_span: bool) -> None:
    assert board.truth is not None
    frame = round(board.truth.events[0].onset / 0.032)
    text = format_strokes([Stroke("path", 10, ((frame, 10), (frame + 8, 50)), radius=6)])
    result = hear(board, text, on_span=on_span)
    part = board.truth.covered if on_span else slice(None)
    expected = improvements(result.estimate[part], board.truth.source[part], board.waveform[part])
    assert result.improvement_db == pytest.approx(expected["si_sdr_improvement_db"], abs=1e-6)
    assert abs(result.improvement_db) > 0.1


def test_a_mask_beside_the_event_has_no_score_on_its_span(board: Board) -> None:
    assert board.truth is not None
    far = board.frames - 2 if board.truth.events[0].offset < 8 else 1
    beside = hear(board, format_strokes([Stroke("path", 1, ((far, 30),), radius=1)]), on_span=True)
    assert beside.estimate.any() and beside.improvement_db is None


def test_an_empty_mask_is_silent_and_a_full_one_is_the_mixture(board: Board) -> None:
    nothing, everything = hear(board, "", on_span=False), hear(board, EVERYTHING, on_span=False)
    assert not nothing.estimate.any() and nothing.improvement_db is None
    np.testing.assert_allclose(everything.estimate, board.waveform, atol=1e-5)
    assert everything.improvement_db == pytest.approx(0, abs=1e-3)


def test_a_painted_mask_is_heard_on_the_grid_that_the_clip_was_analysed_on() -> None:
    config = FeatureConfig(hop_length=FeatureConfig().hop_length // 2)
    rng = np.random.default_rng(0)
    waveform = rng.uniform(-0.1, 0.1, config.sample_rate).astype(np.float32)
    frames, bands = log_mel(torch.from_numpy(waveform), config).shape
    other = make_board(
        waveform, "Bark", {"gwrp": np.ones((frames, bands), np.float32)}, config, None
    )
    text = format_strokes([Stroke("box", 10, ((0, 0), (frames // 2, bands // 2)))])
    mask = strokes_to_mask(parse_strokes(text, frames, bands), frames, bands)
    expected = separate(waveform, mask[None], config)[0].numpy()
    np.testing.assert_array_equal(hear(other, text, on_span=False).estimate, expected)


def test_the_ideal_masks_are_above_every_network(board: Board) -> None:
    systems = [board.scores_db[name] for name in mask_systems()]
    for part in (0, 1):
        best = max(score[part] for score in systems)
        assert board.scores_db[RATIO][part] > best and board.scores_db[BINARY][part] > best


SCORES = {"gmp": -1.0, "gap": 2.0, "gwrp": 3.0, BINARY: 9.0, RATIO: 10.0}


@pytest.mark.parametrize(
    ("yours_db", "said"),
    [
        (
            4.3,
            "1.3 dB above GWRP and 5.7 dB below the ideal ratio mask. It beats GMP, GAP and GWRP.",
        ),
        (
            2.5,
            "0.5 dB below GWRP and 7.5 dB below the ideal ratio mask. It beats GMP and GAP, not GWRP.",
        ),
        (
            3.01,
            "level with GWRP and 7.0 dB below the ideal ratio mask. It beats GMP and GAP, not GWRP.",
        ),
        (
            11.0,
            "8.0 dB above GWRP and 1.0 dB above the ideal ratio mask. It beats GMP, GAP and GWRP.",
        ),
        (
            -5.0,
            "8.0 dB below GWRP and 15.0 dB below the ideal ratio mask. It beats no network yet.",
        ),
    ],
)
def test_the_sentence_names_distance_and_the_beaten(yours_db: float, said: str) -> None:
    assert verdict(yours_db, SCORES, painted=True) == f"Yours is {said}"


def test_without_a_stroke_the_sentence_says_what_there_is_to_beat() -> None:
    said = verdict(0.0, SCORES, painted=False)
    assert "GWRP" in said and "+3.0\u00a0dB" in said and "+10.0\u00a0dB" in said
    assert "Yours" not in said


def test_where_nothing_of_the_event_passes_no_number_is_given() -> None:
    silent, said, still_said = (
        verdict(yours, SCORES, painted=True) for yours in (None, -40.1, -39.9)
    )
    assert silent == said
    assert not any(c.isdigit() for c in said)
    assert "below GWRP" in still_said


def test_bars_share_a_scale_with_the_mixture_on_it(run_javascript: RunJavascript) -> None:
    ranges, gains = run_javascript(
        SCRIPTS,
        """
        console.log(JSON.stringify([
            [[1, 9], [-3, 2], [-180, 10], [0]].map(scoreRange),
            [1.26, -0.04, -3.21, -39.9, -40.1].map(formatGain),
        ]));
        """,
    )
    for values, found in zip([[1, 9], [-3, 2], [-12, 10], [0]], ranges, strict=True):
        assert found["low"] <= 0 < found["high"]
        assert found["low"] <= min(values) and found["high"] >= max(values)
    assert ranges[2]["low"] > -20, "one hopeless mask must not flatten the others"
    assert gains == ["+1.3 dB", "+0.0 dB", "−3.2 dB", "−39.9 dB", "< −40 dB"]


# --- The message and the sound ---


def test_the_browser_reads_what_python_wrote(board: Board, run_javascript: RunJavascript) -> None:
    result = hear(board, EVERYTHING, on_span=False)
    front = {"part": 1, "verdict": "said", "linked": True}
    whole, short = (encode(board, result, front, whole=whole) for whole in (True, False))
    assert len(short) < len(whole) / 2, "a stroke does not send the clip again"
    read = run_javascript(
        SCRIPTS,
        f"""
        const bytes = Buffer.from("{(b"odd" + whole).hex()}", "hex").subarray(3);
        const {{ front, sound, body }} = splitPaintMessage(bytes);
        const board = await unpackBoard(body);
        const samples = await unpackSound(sound);
        const tracks = heardTracks(board);
        const sum = (array) => array.reduce((total, value) => total + value, 0);
        const mixture = tracks[0].samples;
        const rest = removed(mixture, samples);
        console.log(JSON.stringify({{
            front, keys: tracks.map(({{ key }}) => key), names: tracks.map(({{ name }}) => name),
            rest: rest.reduce((most, value) => Math.max(most, Math.abs(value)), 0),
            mixture: [...mixture.subarray(20000, 20010)], samples: samples.length,
            masks: board.masks.map(({{ key, scoresDb, cells }}) => [key, scoresDb, sum(cells)]),
            hz: [board.melHz[3], board.melEdgesHz[64]],
            events: board.events, rows: scoreRows(board, 1, 2.5),
        }}));
        """,
    )
    assert read["front"]["text"] == EVERYTHING and read["front"]["board"] == board.identity
    assert read["keys"][:3] == ["mixture", "yours", "removed"] and read["keys"][-1] == "source"
    assert read["names"][3:6] == ["GMP", "GAP", "GWRP"]
    assert read["rest"] <= 1, "a mask of ones removes nothing but rounding"
    assert read["samples"] == len(board.waveform)
    expected = board.waveform[20000:20010] * board.scale
    np.testing.assert_allclose(read["mixture"], expected, atol=0.51)
    assert {key: scores for key, scores, _ in read["masks"]} == {
        key: list(scores) for key, scores in board.scores_db.items()
    }
    assert all(total > 0 for _, _, total in read["masks"])
    assert read["hz"] == pytest.approx([mel_centres_hz()[3].item(), 15_500], rel=0.1)
    assert read["rows"][0] == {"key": "yours", "name": "Yours", "value": 2.5}
    assert read["rows"][-1]["value"] == board.scores_db[RATIO][1]
    (event,) = board.truth.events
    assert read["events"] == [pytest.approx([event.onset, event.offset])]


def test_all_sounds_are_at_one_scale_that_leaves_room(board: Board) -> None:
    mixed = mixture(recipe(CLIP))
    body = zlib.decompress(board.body)
    (length,) = struct.unpack("<I", body[:4])
    header = json.loads(body[4 : 4 + length])
    start = 4 + length + 4 * (2 * BANDS + 1)
    shape = (len(header["tracks"]), header["samples"])
    tracks = np.frombuffer(body, "<i2", shape[0] * shape[1], start).reshape(shape)
    named = dict(zip(header["tracks"], tracks, strict=True))
    np.testing.assert_allclose(named["mixture"], mixed.mixture * board.scale, atol=0.51)
    np.testing.assert_allclose(named["source"], mixed.sources[0] * board.scale, atol=0.51)
    assert np.abs(tracks).max() <= 32767 // 2 + 1
    assert header["gain"] <= 1


# --- The page ---


def test_the_page_opens_with_an_empty_mask_and_the_scores_to_beat() -> None:
    page = open_page().run()
    assert not page.exception
    front = front_of(page)
    assert front["text"] == "" and front["yours_db"] is None
    assert "Nothing is painted yet" in front["verdict"]
    assert front["linked"]


def test_a_link_brings_class_mask_and_score() -> None:
    board = paint_board(recipe(CLIP), "Trumpet", mask_systems())
    page = open_page(**{"class": "Trumpet"}, mask=EVERYTHING).run()
    assert not page.exception
    front = front_of(page)
    assert (front["board"], front["text"]) == (board.identity, EVERYTHING)
    assert front["verdict"].startswith("Yours is")
    assert page.query_params["mask"] == EVERYTHING


def test_a_broken_link_is_one_line_and_an_empty_mask() -> None:
    page = open_page(mask="pa3zzzz-<b>").run()
    assert not page.exception
    assert len(page.warning) == 1 and "<b>" not in page.warning[0].value
    assert front_of(page)["text"] == ""
    assert "mask" not in page.query_params


def test_another_class_has_its_own_mask_and_the_first_keeps_its_own() -> None:
    page = open_page(mask=EVERYTHING).run()
    first = page.segmented_control(key="class_choice").value
    other = next(label for label in CLIP.classes if label != first)
    page.segmented_control(key="class_choice").set_value(other).run()
    assert front_of(page)["text"] == ""
    assert "mask" not in page.query_params
    page.segmented_control(key="class_choice").set_value(first).run()
    assert front_of(page)["text"] == EVERYTHING


def test_the_span_that_is_measured_can_be_chosen() -> None:
    page = open_page(mask=EVERYTHING).run()
    page.segmented_control(key="measured_on").set_value("Event only").run()
    assert not page.exception
    assert front_of(page)["part"] == 1


def test_another_clip_can_be_chosen() -> None:
    page = open_page(mask=EVERYTHING).run()
    page.selectbox(key="example").set_value("A rooster, a guitar and a jet").run()
    assert not page.exception
    assert page.segmented_control(key="class_choice").value in ("Rooster", "Acoustic_guitar")
    assert front_of(page)["text"] == ""


def test_a_recording_can_be_painted_and_heard_but_not_scored_or_shared() -> None:
    noise = np.random.default_rng(0).normal(0, 0.1, 64_000).astype(np.float32)
    page = open_page(source="Upload").run()
    page.file_uploader(key="upload").upload(
        "my.wav", audio.encode(noise, SAMPLE_RATE), "audio/wav"
    ).run()
    assert not page.exception
    assert any("cannot be scored" in info.value for info in page.info)
    front = front_of(page)
    assert front["yours_db"] is None and front["verdict"] == "" and not front["linked"]
