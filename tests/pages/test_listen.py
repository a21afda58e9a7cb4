"""The Listen page: levels against the known truth, sounds at one gain, and no claim about uploads."""

import io
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import soundfile
from streamlit.testing.v1 import AppTest

from pages.shared.analyses import clip_analysis
from pages.shared.cached import digest, mixture
from pages.shared.clips import EXAMPLES, Recording
from pages.shared.listen import (
    ClassLevels,
    Heard,
    class_levels,
    encoded,
    mask_name,
    recording_tracks,
    separation_in_words,
    waterfall,
)
from pages.shared.numbers import MINUS
from pages.shared.state import recipe
from pages.shared.views import title
from sedtf_core import audio
from sedtf_core.config import SAMPLE_RATE
from sedtf_core.evaluation.separation import si_sdr
from sedtf_core.inference import Analysis
from sedtf_core.labels import display_name, label_colour

PAGE = Path(__file__).resolve().parents[2] / "pages" / "listen.py"
CLIP = next(iter(EXAMPLES.values()))


@pytest.fixture(scope="module")
def levels() -> list[ClassLevels]:
    return class_levels(CLIP, ("gap", "gwrp"))


def open_page() -> AppTest:
    return AppTest.from_file(str(PAGE), default_timeout=120)


def test_every_event_is_there_in_order_and_the_ideal_mask_is_the_ceiling(
    levels: list[ClassLevels],
) -> None:
    assert {level.label for level in levels} == set(CLIP.classes)
    assert all(a.events[0].onset <= b.events[0].onset for a, b in pairwise(levels))
    for level in levels:
        assert list(level.improvements_db) == ["gap", "gwrp", None]
        assert level.improvements_db[None] == max(level.improvements_db.values())


def test_levels_are_those_of_the_sounds_that_are_played(levels: list[ClassLevels]) -> None:
    for level in levels:
        sounds = {track.name: track.waveform for track in level.tracks}
        source = sounds["True source"]
        assert level.mixture_db == pytest.approx(si_sdr(sounds["Mixture"], source))
        for kind, gained in level.improvements_db.items():
            reached = si_sdr(sounds[mask_name(kind)], source)
            assert level.mixture_db + gained == pytest.approx(reached)


def test_on_its_own_span_a_class_is_measured_without_the_rest_of_the_clip(
    levels: list[ClassLevels],
) -> None:
    on_span = class_levels(CLIP, ("gap", "gwrp"), on_span=True)
    mixed = mixture(recipe(CLIP))
    for whole, own in zip(levels, on_span, strict=True):
        (event,) = own.events
        first, end = (round(s * SAMPLE_RATE) for s in (event.onset, event.offset))
        source = next(t.waveform for t in own.tracks if t.name == "True source")
        assert own.mixture_db == pytest.approx(si_sdr(mixed.mixture[first:end], source[first:end]))
        assert own.mixture_db > whole.mixture_db


def test_all_sounds_of_a_clip_are_played_at_one_gain(levels: list[ClassLevels]) -> None:
    tracks = [track for level in levels for track in level.tracks]
    assert len({track.gain for track in tracks}) == 1
    for track in tracks:
        samples, rate = soundfile.read(io.BytesIO(encoded(track)), dtype="float32")
        assert rate == SAMPLE_RATE
        np.testing.assert_allclose(samples, track.gain * track.waveform, atol=2**-15)


def test_a_quiet_sound_stays_quiet() -> None:
    quiet = Heard("quiet", np.full(320, 0.01, np.float32), 1.0)
    samples, _ = soundfile.read(io.BytesIO(encoded(quiet)))
    assert np.abs(samples).max() < 0.011


def test_bars_start_at_the_mixture_and_have_the_colour_of_the_class(
    levels: list[ClassLevels],
) -> None:
    unprocessed, masks = waterfall(levels[0]).data
    assert unprocessed.y[0] == masks.base == levels[0].mixture_db
    assert list(masks.y) == list(levels[0].improvements_db.values())
    assert masks.marker.color == label_colour(levels[0].label)
    assert len(set(masks.marker.pattern.shape)) == len(masks.y)


def test_the_page_plays_encoded_sounds_and_says_what_was_gained() -> None:
    page = open_page().run()
    assert not page.exception
    assert any("cleaner" in text.value for text in page.markdown)
    assert len(page.get("audio")) >= 5
    assert len(page.dataframe[0].value) == len(CLIP.classes)


def test_another_clip_or_event_can_be_chosen() -> None:
    page = open_page().run()
    page.selectbox(key="example").set_value("A rooster, a guitar and a jet").run()
    assert not page.exception
    assert len(page.dataframe[0].value) == 2
    page.segmented_control(key="measured_on").set_value("Event only").run()
    assert not page.exception


def test_of_an_upload_nothing_is_measured() -> None:
    noise = np.random.default_rng(0).normal(0, 0.1, 64_000).astype(np.float32)
    page = open_page()
    page.query_params["source"] = "Upload"
    page.run()
    page.file_uploader(key="upload").upload(
        "my.wav", audio.encode(noise, SAMPLE_RATE), "audio/wav"
    ).run()
    assert not page.exception
    assert any("not known" in info.value for info in page.info)
    assert not page.dataframe
    assert page.get("audio")


@pytest.fixture(scope="module")
def recorded() -> tuple[Recording, list[Analysis]]:
    data = audio.encode(mixture(recipe(CLIP)).mixture, SAMPLE_RATE)
    clip = Recording(digest(data), "bark.wav", 0.0, 10.0, data)
    return clip, [clip_analysis(clip, system) for system in ("gmp", "gwrp")]


def test_of_a_recording_what_each_system_detects_and_leaves_is_heard(
    recorded: tuple[Recording, list[Analysis]],
) -> None:
    clip, analyses = recorded
    heard = {track.name: track.waveform for track in recording_tracks(clip, analyses)}
    for analysis in analyses:
        name = title(analysis.system)
        stems = [f"{display_name(label)}, {name}" for label in analysis.detected_labels()]
        assert stems and [own for own in heard if own.endswith(f", {name}")] == stems
        left = heard[f"What {name} leaves of the recording"]
        total = left + sum(heard[stem] for stem in stems)
        np.testing.assert_allclose(total, heard["Recording"], atol=1e-3)


def test_where_nothing_is_detected_nothing_but_the_recording_is_heard() -> None:
    page = open_page()
    page.query_params["source"] = "Upload"
    page.run()
    silence = audio.encode(np.zeros(64_000, np.float32), SAMPLE_RATE)
    page.file_uploader(key="upload").upload("quiet.wav", silence, "audio/wav").run()
    assert not page.exception
    assert len(page.get("audio")) == 1
    assert any("No system detects" in info.value for info in page.info)


def test_the_table_of_all_events_writes_a_minus_and_sorts_by_number() -> None:
    page = open_page().run()
    (table,) = page.dataframe
    assert table.value["GMP"].dtype == float and table.value["GMP"].min() < 0
    assert MINUS in table.proto.arrow_data.styler.display_values.decode("utf-8", "ignore")
    assert list(table.value)[1:] == ["Mixture", "GMP", "GAP", "GWRP", "Ideal mask"]


def test_the_words_of_explore_have_the_figures_of_listen() -> None:
    for level in class_levels(CLIP, ("gwrp",)):
        said = separation_in_words(CLIP, level.label, "gwrp")
        assert f" {abs(level.improvements_db['gwrp']):.1f} dB " in said
        assert f" {level.improvements_db[None]:.1f} dB cleaner." in said
        assert "+" not in said and MINUS not in said


def test_explore_says_what_is_gained_where_the_followed_class_is_found() -> None:
    for label in CLIP.classes:
        page = AppTest.from_file(str(PAGE.with_name("explore.py")), default_timeout=120)
        page.query_params["class"] = label
        words = next(m.value for m in page.run().markdown if m.value.startswith("**In words.**"))
        is_found = f"GWRP hears {display_name(label).lower()}" in words
        assert is_found == (separation_in_words(CLIP, label, "gwrp") in words)
        assert words.count("Separated by") == is_found
