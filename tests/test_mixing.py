"""Mixtures: exact sources, the SNR asked for, and the same samples from the same recipe."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sedtf_core.config import MixtureConfig
from sedtf_core.errors import InputError
from sedtf_core.mixing import Placement, Recipe, draw_onsets, draw_recipe, mix

RATE = 8000


def clip(name: str) -> np.ndarray:
    """Noise of a length and level that the name decides."""
    rng = np.random.default_rng(sum(map(ord, name)))
    seconds = {"scene": 10.0, "short": 3.0, "long": 4.0}.get(name, 0.8)
    return rng.normal(0, rng.uniform(0.01, 0.5), round(seconds * RATE)).astype(np.float32)


def recipe(snr_db: float = 0.0, **changes: object) -> Recipe:
    config = replace(MixtureConfig(snr_db=snr_db), **changes)  # type: ignore[arg-type]
    events = (
        Placement("Bark", "a", 1.0),
        Placement("Oboe", "long", 3.5),
        Placement("Cello", "b", 9.5),
    )
    return Recipe(events, "scene", config)


def rms(waveform: np.ndarray) -> float:
    return float(np.sqrt(np.mean(waveform.astype(np.float64) ** 2)))


def test_sources_and_scene_sum_to_the_mixture_within_one_rounding() -> None:
    mixture = mix(recipe(), clip, RATE)
    total = mixture.sources.sum(axis=0, dtype=np.float64) + mixture.scene
    assert np.all(np.abs(mixture.mixture - total) <= np.spacing(np.abs(mixture.mixture)))


@pytest.mark.parametrize("snr_db", [-20.0, 0.0, 10.0, 30.0])
def test_the_measured_snr_is_the_one_asked_for(snr_db: float) -> None:
    mixture = mix(recipe(snr_db), clip, RATE)
    for event, source in zip(mixture.events, mixture.sources, strict=True):
        sounding = source[round(event.onset * RATE) : round(event.offset * RATE)]
        measured = 20 * np.log10(rms(sounding) / rms(mixture.scene))
        assert measured == pytest.approx(snr_db, abs=0.01)


def test_the_mixture_stays_inside_full_scale() -> None:
    assert float(np.abs(mix(recipe(30.0), clip, RATE).mixture).max()) <= 1.0


def test_an_event_sounds_two_seconds_at_most_and_ends_with_the_clip() -> None:
    mixture = mix(recipe(), clip, RATE)
    assert [(e.onset, e.offset) for e in mixture.events] == [(1.0, 1.8), (3.5, 5.5), (9.5, 10.0)]
    for event, source in zip(mixture.events, mixture.sources, strict=True):
        outside = np.ones(len(source), dtype=bool)
        outside[round(event.onset * RATE) : round(event.offset * RATE)] = False
        assert not source[outside].any()


def test_the_published_level_is_measured_on_the_whole_file() -> None:
    def fading(name: str) -> np.ndarray:
        waveform = clip(name)
        if name == "long":
            waveform[2 * RATE :] *= 0.01
        return waveform

    ours = mix(recipe(), fading, RATE)
    published = mix(recipe(level_on_whole_file=True), fading, RATE)
    ratio = (
        rms(published.sources[1]) / rms(published.scene) * rms(ours.scene) / rms(ours.sources[1])
    )
    assert ratio == pytest.approx(2**0.5, rel=0.01)


def test_the_same_recipe_gives_the_same_samples() -> None:
    assert (
        mix(recipe(), clip, RATE).mixture.tobytes() == mix(recipe(), clip, RATE).mixture.tobytes()
    )


def test_a_recipe_survives_json_form() -> None:
    assert Recipe.from_dict(recipe(3.0).to_dict()) == recipe(3.0)


@pytest.mark.parametrize(
    "values", [{}, {"events": [{}], "scene": "x", "config": {}}, {"events": 3}]
)
def test_what_is_not_a_recipe_is_refused(values: dict[str, object]) -> None:
    with pytest.raises(InputError, match="recipe"):
        Recipe.from_dict(values)


def test_a_short_scene_is_repeated_without_a_gap() -> None:
    mixture = mix(replace(recipe(), scene="short"), clip, RATE)
    blocks = mixture.scene.reshape(-1, RATE // 10)
    assert min(rms(block) for block in blocks) > 0.5 * rms(mixture.scene)


def test_a_scene_of_a_few_samples_is_refused() -> None:
    with pytest.raises(InputError, match="too short for a scene"):
        mix(recipe(), lambda name: clip(name)[:100], RATE)


@pytest.mark.parametrize("silent", ["scene", "long"])
def test_silence_is_an_error_that_names_the_file(silent: str) -> None:
    with pytest.raises(InputError, match=f"{silent} is silent"):
        mix(recipe(), lambda name: clip(name) * (name != silent), RATE)


def test_an_event_outside_the_clip_is_an_error() -> None:
    late = replace(recipe(), events=(Placement("Bark", "a", 10.0),))
    with pytest.raises(InputError, match="outside the clip"):
        mix(late, clip, RATE)


@pytest.mark.parametrize("snr_db", [float("nan"), float("inf"), 61.0])
def test_an_snr_that_is_no_sensible_number_is_refused(snr_db: float) -> None:
    with pytest.raises(ValueError, match="snr_db"):
        MixtureConfig(snr_db=snr_db)


@given(st.lists(st.floats(0.1, 2.0), min_size=1, max_size=5), st.integers(0, 1000))
@settings(deadline=None)
def test_drawn_events_lie_inside_the_clip_and_never_overlap(
    durations: list[float], seed: int
) -> None:
    onsets = draw_onsets(np.random.default_rng(seed), durations, MixtureConfig())
    ends = [onset + duration for onset, duration in zip(onsets, durations, strict=True)]
    assert onsets[0] >= 0
    assert ends[-1] <= 10.002
    assert all(end <= onset + 0.002 for end, onset in zip(ends, onsets[1:], strict=False))


def test_fixed_onsets_are_those_of_the_published_code() -> None:
    config = MixtureConfig(fixed_onsets=True)
    assert draw_onsets(np.random.default_rng(0), [1.0, 2.0, 1.0], config) == [0.5, 3.0, 5.5]


def test_events_that_do_not_fit_are_an_error() -> None:
    with pytest.raises(InputError, match="do not fit"):
        draw_onsets(np.random.default_rng(0), [2.0] * 6, MixtureConfig())


def test_drawn_recipes_have_different_classes_and_depend_on_the_seed_alone() -> None:
    clips = {label: [(f"{label}/{n}", 1.0) for n in range(4)] for label in "ABCDE"}
    draw = [
        draw_recipe(np.random.default_rng(seed), clips, ["s", "t"], MixtureConfig())
        for seed in (1, 1, 2)
    ]
    assert draw[0] == draw[1] != draw[2]
    for drawn in draw:
        assert len({event.label for event in drawn.events}) == 3
        assert all(event.clip.startswith(event.label) for event in drawn.events)


def test_a_class_of_many_clips_is_drawn_as_often_as_one_of_few() -> None:
    clips = {"A": [("A/0", 1.0)], "B": [(f"B/{n}", 1.0) for n in range(20)]}
    rng = np.random.default_rng(0)
    config = MixtureConfig(n_events=1)
    drawn = [draw_recipe(rng, clips, ["s"], config).events[0] for _ in range(400)]
    assert sum(event.label == "A" for event in drawn) == pytest.approx(200, abs=40)  # 4 sigma
    assert {event.clip for event in drawn} == {"A/0", *(clip for clip, _ in clips["B"])}


def test_too_few_classes_are_an_error() -> None:
    with pytest.raises(InputError, match="needs 3 classes"):
        draw_recipe(np.random.default_rng(0), {"A": [("a", 1.0)]}, ["s"], MixtureConfig())
