"""Figures over the SNR: taken with the evaluation's own metrics, stored with what they were made with."""

from dataclasses import replace

import numpy as np
import pytest

from pages.shared import cached
from pages.shared.cached import analyser, library, mask_systems, mixture, mixture_analysis
from pages.shared.clips import EXAMPLES
from pages.shared.listen import class_levels
from pages.shared.snr.charts import Looks, metric_figure, passing_figure, value
from pages.shared.snr.figures import (
    SNRS_DB,
    EventFigures,
    SnrFigures,
    Sweep,
    SystemFigures,
    at_snr,
    from_dict,
    measure,
    to_dict,
)
from pages.shared.snr.stored import STORED, identity, read_sweeps, recipe_key, write_sweeps
from pages.shared.snr.words import at_point, breaking, first_to_go, largest_fall, summary
from pages.shared.state import recipe
from sedtf_core.evaluation import frame, segmentation
from sedtf_core.events import events_to_frames
from sedtf_core.separation import ideal_binary_mask, ideal_ratio_masks

CLIP = next(iter(EXAMPLES.values()))
SYSTEMS = mask_systems()


def made_up(*probs_by_snr: tuple[float, ...], false_classes: int = 0) -> Sweep:
    """A sweep of one system with these clip probabilities, the lowest SNR first."""
    labels = ("Bark", "Trumpet", "Cowbell")[: len(probs_by_snr[0])]
    return tuple(
        SnrFigures(
            -20 + 5 * index,
            labels,
            {
                "gwrp": SystemFigures(
                    tuple(EventFigures(p, 0.5, 0.5, 1.0, 10) for p in probs), false_classes
                )
            },
            (9.0,) * len(probs),
            (20,) * len(probs),
        )
        for index, probs in enumerate(probs_by_snr)
    )


@pytest.fixture(scope="module")
def measured() -> SnrFigures:
    drawn = recipe(CLIP)
    return measure(mixture(drawn), [mixture_analysis(drawn, system) for system in SYSTEMS])


def test_another_snr_keeps_clips_onsets_and_scene() -> None:
    drawn = recipe(CLIP)
    for snr_db in (-20, 30):
        moved = at_snr(drawn, snr_db)
        assert (moved.events, moved.scene) == (drawn.events, drawn.scene)
        assert moved.config == replace(drawn.config, snr_db=float(snr_db))
    assert recipe_key(at_snr(drawn, -20)) == recipe_key(at_snr(drawn, 30))
    assert recipe_key(drawn) != recipe_key(recipe(replace(CLIP, seed=CLIP.seed + 1)))


def test_si_sdr_improvements_are_those_of_the_listen_page(measured: SnrFigures) -> None:
    levels = class_levels(CLIP, SYSTEMS)
    assert [level.label for level in levels] == list(measured.labels)
    for index, level in enumerate(levels):
        ideal = measured.ideal_improvements_db[index]
        assert ideal == pytest.approx(level.improvements_db[None], abs=1e-6)
        for system in SYSTEMS:
            gain = measured.systems[system].events[index].si_sdr_improvement_db
            assert gain == pytest.approx(level.improvements_db[system], abs=1e-6)


def test_means_over_events_are_those_that_the_evaluation_takes_of_all_classes(
    measured: SnrFigures,
) -> None:
    mixed, analysis = mixture(recipe(CLIP)), mixture_analysis(recipe(CLIP), "gwrp")
    labels, features = analysis.labels, analysis.features
    activity = events_to_frames(
        mixed.events, labels, analysis.frame_scores.shape[1], features.frame_hop_s,
        features.frame_length_s,
    )  # fmt: skip
    binary = np.zeros(analysis.masks.shape, bool)
    ratio = np.zeros(analysis.masks.shape, np.float32)
    ideal = ideal_ratio_masks(mixed.sources, mixed.scene)
    for event, source, mask in zip(mixed.events, mixed.sources, ideal, strict=True):
        row = labels.index(event.label)
        binary[row] = ideal_binary_mask(source, mixed.scene, activity[row])
        ratio[row] = mask
    events = measured.systems["gwrp"].events
    of_frames = frame.evaluate([(analysis.frame_scores, activity)], labels)
    of_units = segmentation.evaluate([(analysis.masks, binary, ratio)], labels)
    assert value(events, "frame_f1", None) == pytest.approx(of_frames["f1"], abs=1e-9)
    assert value(events, "tf_f1", None) == pytest.approx(of_units["f1"], abs=1e-9)


def test_true_and_false_classes_together_are_all_that_are_tagged(measured: SnrFigures) -> None:
    for system in SYSTEMS:
        own = measured.systems[system]
        tagged = mixture_analysis(recipe(CLIP), system).detected_labels()
        assert own.passing() + own.false_classes == len(tagged)
        assert own.passing() == len(set(tagged) & set(measured.labels))


def test_a_system_without_masks_is_refused() -> None:
    analysis = replace(mixture_analysis(recipe(CLIP), "gmp"), masks=None)
    with pytest.raises(ValueError, match="gmp has no masks"):
        measure(mixture(recipe(CLIP)), [analysis])


def test_figures_survive_the_file(tmp_path, measured: SnrFigures) -> None:
    path, drawn = tmp_path / "examples.json", recipe(CLIP)
    write_sweeps(path, {"gmp": "1"}, [("A clip", drawn, (measured,))])
    (read,) = read_sweeps(path, {"gmp": "1"})[recipe_key(drawn)]
    assert read == from_dict(to_dict(measured))
    for system, figures in measured.systems.items():
        for before, after in zip(figures.events, read.systems[system].events, strict=True):
            assert after.clip_prob == pytest.approx(before.clip_prob, abs=1e-6)


def test_a_file_of_other_checkpoints_a_damaged_one_or_none_is_not_read(tmp_path) -> None:
    path = tmp_path / "examples.json"
    assert read_sweeps(path, {"gmp": "1"}) == {}
    write_sweeps(path, {"gmp": "1"}, [("A clip", recipe(CLIP), made_up((0.5,)))])
    assert len(read_sweeps(path, {"gmp": "1"})) == 1
    assert read_sweeps(path, {"gmp": "2"}) == {}
    path.write_text(path.read_text("utf-8")[:-20], "utf-8")
    assert read_sweeps(path, {"gmp": "1"}) == {}
    path.write_text("[]", "utf-8")
    assert read_sweeps(path, {"gmp": "1"}) == {}


def test_other_weights_have_another_identity(tmp_path, monkeypatch) -> None:
    before = identity(SYSTEMS, library())
    folder = tmp_path / "checkpoints"
    folder.mkdir()
    for system in SYSTEMS:
        weights = STORED.parents[1] / "checkpoints" / f"{system}.safetensors"
        (folder / weights.name).write_bytes(weights.read_bytes())
    monkeypatch.setattr("pages.shared.snr.stored.SHIPPED", folder)
    assert identity(SYSTEMS, library()) == before
    (folder / "gap.safetensors").write_bytes(b"other")
    after = identity(SYSTEMS, library())
    assert {name for name in after if after[name] != before[name]} == {"gap"}


def test_the_shipped_figures_are_those_of_the_shipped_checkpoints() -> None:
    stored = read_sweeps(STORED, identity(SYSTEMS, library()))
    advice = "stale: run `python -m pages.shared.snr.precompute`"
    assert set(stored) == {recipe_key(recipe(example)) for example in EXAMPLES.values()}, advice
    for sweep in stored.values():
        assert tuple(point.snr_db for point in sweep) == SNRS_DB
    drawn = at_snr(recipe(CLIP), 0)
    again = measure(
        mixture(drawn), [analyser(system)(mixture(drawn).mixture) for system in SYSTEMS]
    )
    shipped = stored[recipe_key(drawn)][SNRS_DB.index(0)]
    assert again.labels == shipped.labels
    assert again.ideal_improvements_db == pytest.approx(shipped.ideal_improvements_db, abs=1e-3)
    for system in SYSTEMS:
        now, then = again.systems[system], shipped.systems[system]
        assert abs(now.false_classes - then.false_classes) <= 1, (
            advice
        )  # one may lie on the threshold
        for a, b in zip(now.events, then.events, strict=True):
            assert list(vars(a).values()) == pytest.approx(list(vars(b).values()), abs=2e-3), advice


def test_a_sweep_is_measured_once(monkeypatch) -> None:
    cached.snr_figures.clear()
    calls = []
    monkeypatch.setattr(
        cached, "measure", lambda mixed, analyses: calls.append(1) or made_up((0.5,))[0]
    )
    for _ in range(2):
        cached.snr_figures(at_snr(recipe(CLIP), -20), SYSTEMS[:1])
    cached.snr_figures.clear()
    assert calls == [1]


# --- Words ---


def test_the_breaking_point_is_the_lowest_snr_at_which_half_of_the_classes_pass() -> None:
    sweep = made_up((0.0, 0.0), (0.0, 0.0), (0.2, 0.0), (0.2, 0.2))
    point = breaking(sweep, "gwrp")
    assert (point.point_db, point.gaps_db, point.never) == (-10, (), False)
    assert breaking(sweep, "gwrp", event=1).point_db == -5


def test_the_threshold_is_reached_not_exceeded() -> None:
    assert breaking(made_up((0.0999,), (0.1,)), "gwrp").point_db == -15


def test_a_system_may_never_break_or_be_broken_throughout() -> None:
    assert breaking(made_up((0.5,), (0.5,)), "gwrp").never
    assert breaking(made_up((0.5,), (0.5,)), "gwrp").text() == "never breaks"
    assert breaking(made_up((0.0,), (0.0,)), "gwrp").point_db is None
    assert breaking(made_up((0.0,), (0.0,)), "gwrp").text() == "broken throughout"


def test_of_one_class_it_is_said_that_it_is_lost() -> None:
    sweep = made_up((0.0, 0.0, 0.5), (0.5, 0.0, 0.5))
    texts = [breaking(sweep, "gwrp", event).text(of_class=True) for event in range(3)]
    assert texts == ["loses it below −15\u00a0dB", "never names it", "never loses it"]


def test_gaps_above_the_breaking_point_are_said() -> None:
    sweep = made_up((0.0, 0.0), (0.5, 0.5), (0.0, 0.0), (0.5, 0.5))
    assert breaking(sweep, "gwrp").gaps_db == (-10,)
    assert "yet fewer than half pass at −10" in summary(sweep, "gwrp")


def test_a_class_that_comes_back_at_a_lower_snr_is_said() -> None:
    sweep = made_up(
        (0.5, 0.5), (0.5, 0.0), (0.5, 0.5), (0.0, 0.5), (0.5, 0.0), (0.5, 0.0), (0.5, 0.0)
    )
    text = plain(summary(sweep, "gwrp"))
    assert "names only bark even at 10 dB (but both events at −20 dB and −10 dB)" in text
    text = plain(first_to_go(sweep, "gwrp"))
    assert "not monotone: bark is missed at −5 dB above that" in text
    assert "trumpet is missed at −15 dB and 0 dB to 10 dB above that" in text


def plain(text: str) -> str:
    """Without spaces that do not break."""
    return text.replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("sweep", "sentence"),
    [
        (
            made_up((0, 0, 0), (0, 0.2, 0), (0.2, 0.2, 0.2)),
            (
                "GWRP names all three events down to −10 dB; at −15 dB only trumpet passes, and it "
                "breaks below −10 dB."
            ),
        ),
        (made_up((0.2, 0.2), (0.2, 0.2)), "GWRP names both events at every SNR."),
        (
            made_up((0, 0), (0, 0)),
            "GWRP names none of the events even at −15 dB, and never half of them.",
        ),
        (
            made_up((0, 0.3), (0, 0.3)),
            "GWRP names only trumpet even at −15 dB, and it never breaks.",
        ),
        (
            made_up((0,), (0.5,)),
            "GWRP names bark down to −15 dB; at −20 dB none passes, and it breaks below −15 dB.",
        ),
    ],
)
def test_the_summary_says_what_the_figures_are(sweep: Sweep, sentence: str) -> None:
    assert plain(summary(sweep, "gwrp")) == sentence


def test_what_is_lost_first_is_the_class_with_the_highest_breaking_point() -> None:
    sweep = made_up((0, 0, 0.2), (0, 0.2, 0.2), (0.2, 0.2, 0.2))
    text = plain(first_to_go(sweep, "gwrp"))
    assert text == "For GWRP, bark goes first; cowbell lasts down to the lowest SNR."
    never = plain(first_to_go(made_up((0, 0, 0), (0, 0.2, 0), (0, 0.2, 0)), "gwrp"))
    assert never == "For GWRP, bark and cowbell pass at no SNR; trumpet lasts down to −15 dB."
    highest = plain(first_to_go(made_up((0, 0, 0), (0, 0.2, 0)), "gwrp"))
    assert highest == "For GWRP, bark and cowbell pass at no SNR; trumpet passes at −15 dB only."
    assert first_to_go(made_up((0.2, 0.2), (0.2, 0.2)), "gwrp") == ""


def test_the_largest_fall_is_said_and_a_rising_curve_is_not() -> None:
    falling = made_up((0.1, 0.9), (0.3, 0.8), (0.2, 0.5))
    text = plain(largest_fall(falling, ["gwrp"]))
    assert "trumpet falls from 0.90 at −20 dB to 0.50 at −10 dB" in text
    assert largest_fall(made_up((0.1,), (0.2,), (0.2,)), ["gwrp"]) == ""


def test_classes_that_are_not_there_are_counted_in_words() -> None:
    sweep = made_up((0.2, 0.0), (0.2, 0.2), false_classes=1)
    expected = "At −20 dB, GWRP names bark and one class that is not there."
    assert plain(at_point(sweep, -20)) == expected


# --- Charts ---


def test_dots_are_filled_where_the_class_is_named() -> None:
    figure = passing_figure(made_up((0, 0.2), (0.2, 0.2)), Looks(-20))
    colours = [list(trace.marker.color) for trace in figure.data[:2]]
    assert [[c != "rgba(0,0,0,0)" for c in row] for row in colours] == [[False, True], [True, True]]


@pytest.mark.parametrize(("count", "written"), [(0, ""), (2, "+2")])
def test_classes_that_are_not_there_are_counted_beside_the_dots_where_there_are_any(
    count: int, written: str
) -> None:
    figure = passing_figure(made_up((0, 0.2), (0.2, 0.2), false_classes=count), Looks(-20))
    (counts,) = (trace for trace in figure.data if trace.mode == "text")
    assert set(counts.text) == {written}


def test_probabilities_have_a_line_a_class_and_system_and_other_figures_a_line_a_system(
    measured: SnrFigures,
) -> None:
    sweep = (measured,)
    probabilities = metric_figure(sweep, "clip_prob", Looks(0))
    assert len(probabilities.data) == len(SYSTEMS) * len(measured.labels)
    assert len({trace.line.color for trace in probabilities.data}) == len(measured.labels)
    assert len({trace.line.dash for trace in probabilities.data}) == len(SYSTEMS)
    f1 = metric_figure(sweep, "frame_f1", Looks(0))
    assert len(f1.data) == len(SYSTEMS)
    gains = metric_figure(sweep, "si_sdr_improvement_db", Looks(0, event=1))
    assert gains.data[0].y[0] == measured.ideal_improvements_db[1]
    assert gains.data[1].y[0] == measured.systems["gmp"].events[1].si_sdr_improvement_db


def test_an_event_that_nowhere_stands_out_has_no_t_f_f1_and_is_left_out_of_the_mean() -> None:
    events = (EventFigures(0.5, 0.5, None, 1.0, 0), EventFigures(0.5, 0.5, 0.4, 1.0, 9))
    assert value(events, "tf_f1", None) == 0.4
    assert value(events, "tf_f1", 0) is None
