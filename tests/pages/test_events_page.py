"""The Events page: counts against the truth, and events that follow the sliders."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from pages.shared.analyses import clip_analysis, known_mixture
from pages.shared.clips import EXAMPLES
from pages.shared.event_lanes import HOLLOW, NO_EVENT, lanes_figure
from pages.shared.event_scores import (
    FALSE_ALARM,
    HIT,
    MISS,
    Counts,
    Judged,
    count_events,
    judge,
    precision_recall_figure,
    swept_counts,
)
from pages.shared.labels_panel import in_stretch
from pages.shared.tuned_points import tuned_points
from pages.shared.views import TITLES
from sedtf_core import audio
from sedtf_core.config import SAMPLE_RATE
from sedtf_core.evaluation.event import evaluate
from sedtf_core.events import Event
from sedtf_core.labels import label_colour

PAGE = Path(__file__).resolve().parents[2] / "pages" / "events.py"
TRUTH = (Event(1.0, 2.0, "Bark"), Event(4.0, 5.0, "Flute"))


def open_page() -> AppTest:
    return AppTest.from_file(str(PAGE), default_timeout=120)


def scores(page: AppTest) -> dict[str, dict[str, object]]:
    return page.dataframe[0].value.set_index("System").to_dict("index")


def test_an_event_must_be_of_its_class_and_near_its_truth_to_count() -> None:
    found = [Event(1.1, 2.1, "Bark"), Event(4.0, 5.0, "Oboe"), Event(4.5, 5.0, "Flute")]
    counts = count_events(TRUTH, found)
    assert counts == Counts(references=2, estimates=3, matches=1)
    assert counts.precision == pytest.approx(1 / 3)
    assert counts.recall == pytest.approx(1 / 2)
    assert counts.f1 == pytest.approx(2 / 5)
    assert counts.error_rate == pytest.approx(3 / 2)


@pytest.mark.parametrize("seed", range(5))
def test_of_one_class_the_figures_are_those_of_the_evaluation(seed: int) -> None:
    rng = np.random.default_rng(seed)
    truth, found = ([Event(o, o + 0.5, "Bark") for o in rng.uniform(0, 3, 6)] for _ in range(2))
    expected = evaluate([(truth, found)], ["Bark"])
    counts = count_events(truth, found)
    assert counts.f1 == pytest.approx(expected["f1"])
    assert counts.error_rate == pytest.approx(expected["er"])


def test_counts_without_events_or_claims_are_defined() -> None:
    assert count_events(TRUTH, []) == Counts(2, 0, 0)
    assert (count_events(TRUTH, []).f1, count_events(TRUTH, []).error_rate) == (0.0, 1.0)
    assert (count_events([], []).f1, count_events([], []).error_rate) == (0.0, 0.0)
    assert count_events([], TRUTH).error_rate == 2.0
    assert count_events(TRUTH, TRUTH) == Counts(2, 2, 2)


def test_each_event_is_told_what_it_is_against_the_truth() -> None:
    found = [
        Event(1.1, 2.1, "Bark"),
        Event(1.1, 2.1, "Bark"),
        Event(4.0, 5.0, "Oboe"),
        Event(4.5, 5.0, "Flute"),
        Event(4.1, 6.1, "Flute"),
    ]
    assert judge(TRUTH, found) == [
        Judged(found[0], HIT),
        Judged(found[1], f"{FALSE_ALARM}, its event is hit already"),
        Judged(found[2], FALSE_ALARM),
        Judged(found[3], f"{FALSE_ALARM}, onset 500 ms late"),
        Judged(found[4], f"{FALSE_ALARM}, offset 1100 ms late"),
        Judged(TRUTH[1], MISS),
    ]
    assert judge(None, found) == [Judged(event, "") for event in found]


@pytest.mark.parametrize("seed", range(5))
def test_hits_and_misses_add_up_to_the_counts(seed: int) -> None:
    rng = np.random.default_rng(seed)
    truth, found = (
        [Event(o, o + 0.4, str(rng.choice(["Bark", "Flute"]))) for o in rng.uniform(0, 2, 7)]
        for _ in range(2)
    )
    outcomes = [judged.outcome for judged in judge(truth, found)]
    counts = count_events(truth, found)
    assert outcomes.count(HIT) == counts.matches
    assert outcomes.count(MISS) == counts.references - counts.matches
    assert len(outcomes) - outcomes.count(MISS) == counts.estimates


def test_labels_of_a_file_are_cut_to_the_stretch_that_is_shown() -> None:
    assert in_stretch(TRUTH, 1.5, 3.0) == (Event(0.0, 0.5, "Bark"), Event(2.5, 3.0, "Flute"))
    assert in_stretch(TRUTH, 2.0, 1.0) == ()


def test_every_lane_is_drawn_and_events_have_the_colour_of_their_class() -> None:
    figure = lanes_figure({"Truth": judge(None, TRUTH), "GMP": []}, 10.0)
    (bars,) = figure.data
    assert list(bars.y[0]) == ["Truth", "Truth", "GMP"]
    assert list(bars.y[1]) == ["Bark", "Flute", NO_EVENT]
    assert list(bars.base[:2]) == [1.0, 4.0]
    assert list(bars.x) == [1.0, 1.0, 0.0]
    assert bars.marker.color[:2] == (label_colour("Bark"), label_colour("Flute"))
    assert set(bars.marker.pattern.shape) == {""}


def test_hits_false_alarms_and_misses_are_drawn_differently() -> None:
    lanes = {"GAP": judge(TRUTH, [TRUTH[0], Event(4.0, 5.0, "Oboe")])}
    (bars,) = lanes_figure(lanes, 10.0).data
    looks = zip(bars.y[1], bars.marker.color, bars.marker.pattern.shape, strict=True)
    # Flute and oboe begin at once: by name then.
    assert list(looks) == [
        ("Bark", label_colour("Bark"), ""),
        ("Flute", HOLLOW, ""),
        ("Oboe", label_colour("Oboe"), "/"),
    ]


def test_the_curve_passes_through_the_point_where_the_system_stands() -> None:
    clip = next(iter(EXAMPLES.values()))
    truth = known_mixture(clip).events
    for system in ("gap", "gwrp"):
        analysis = clip_analysis(clip, system)
        swept = dict(swept_counts(analysis, truth))
        assert swept[analysis.detection.high_threshold] == count_events(truth, analysis.events)
        claimed = [counts.estimates for counts in swept.values()]
        assert claimed == sorted(claimed, reverse=True)


def test_each_system_has_a_line_of_its_own_and_one_point() -> None:
    clip = next(iter(EXAMPLES.values()))
    analyses = [clip_analysis(clip, system) for system in ("gmp", "gap", "gwrp")]
    traces = precision_recall_figure(analyses, TRUTH).data
    assert [trace.name for trace in traces[::2]] == ["GMP", "GAP", "GWRP"]
    assert len({trace.line.dash for trace in traces[::2]}) == 3
    assert all(len(trace.x) == 1 for trace in traces[1::2])


def test_systems_at_one_point_are_told_apart_and_keep_their_looks_without_the_others() -> None:
    clip = next(iter(EXAMPLES.values()))
    analyses = [clip_analysis(clip, system) for system in TITLES]
    nothing = [replace(analysis, events=()) for analysis in analyses]
    now = precision_recall_figure(nothing, TRUTH).data[1::2]
    assert {(trace.x, trace.y) for trace in now} == {((0.0,), (0.0,))}
    assert all(", ".join(TITLES.values()) in trace.hovertemplate for trace in now)
    symbols = [trace.marker.symbol.removesuffix("-open") for trace in now]
    assert len(set(symbols)) == len({trace.marker.size for trace in now}) == len(TITLES)
    _, alone = precision_recall_figure(nothing[-1:], TRUTH).data
    assert alone.marker.symbol == symbols[-1]


def test_the_page_opens_with_the_events_that_the_analysis_has() -> None:
    page = open_page().run()
    assert not page.exception
    clip = next(iter(EXAMPLES.values()))
    shown = page.dataframe[1].value
    for name, system in (("GAP", "gap"), ("GWRP", "gwrp")):
        own = shown[shown["System"] == name]
        events = clip_analysis(clip, system).events
        assert own["Onset (s)"].tolist() == pytest.approx([e.onset for e in events], abs=1e-3)
    assert {"F1", "Precision", "Recall", "Error rate"} <= set(page.dataframe[0].value.columns)


def test_events_and_scores_follow_the_sliders() -> None:
    page = open_page().run()
    page.slider(key="tagging_threshold").set_value(0.0).run()
    every_class = scores(page)["GWRP"]["False alarms"]
    page.slider(key="tagging_threshold").set_value(0.5).run()
    assert not page.exception
    assert scores(page)["GWRP"]["False alarms"] < every_class
    page.slider(key="score_thresholds").set_value((0.9, 1.0)).run()
    assert not page.exception
    assert any("No event" in info.value for info in page.info)
    page.toggle(key="show_curve").set_value(True).run()
    assert not page.exception
    assert all(row["F1"] == 0 for row in scores(page).values())


def test_buttons_move_all_sliders_to_the_tuned_values_and_back() -> None:
    page = open_page().run()
    point = tuned_points(["gap"])["gap"]
    missed = scores(page)["GAP"]["Found"]
    page.slider(key="min_event").set_value(3).run()
    page.button(key="point_gap").click().run()
    assert not page.exception
    frame, tagging = round(point.high_threshold, 2), round(point.tagging_threshold, 2)
    assert page.slider(key="score_thresholds").value == (frame, frame)
    assert page.slider(key="tagging_threshold").value == tagging
    assert page.slider(key="min_event").value == 10
    assert page.query_params["tag"] == f"{tagging:g}"
    page.button(key="point_paper").click().run()
    assert page.slider(key="score_thresholds").value == (0.1, 0.2)
    assert scores(page)["GAP"]["Found"] == missed
    assert "tag" not in page.query_params


def test_tuned_points_are_those_of_the_results() -> None:
    results = Path(__file__).resolve().parents[2] / "assets" / "results" / "laptop"
    points = tuned_points(TITLES)
    assert set(points) == set(TITLES)
    for system, point in points.items():
        tuned = json.loads((results / f"{system}_10dB.json").read_text())["tuned"]["thresholds"]
        assert point.tagging_threshold == pytest.approx(tuned["tagging"])
        assert point.high_threshold == point.low_threshold == pytest.approx(tuned["frame"])


@pytest.mark.parametrize("text", [None, "no table", "[]", '{"rows": [{}]}', '{"rows": []}'])
def test_without_a_readable_table_there_are_no_tuned_points(
    tmp_path: Path, text: str | None
) -> None:
    table = tmp_path / "extra_tuned.json"
    if text is not None:
        table.write_text(text)
    assert tuned_points(["gwrp"], table) == {}


@pytest.mark.parametrize("key", ["min_event", "max_gap"])
def test_lengths_can_be_moved_to_their_ends(key: str) -> None:
    page = open_page().run()
    page.slider(key=key).set_value(0).run()
    page.slider(key=key).set_value(60).run()
    page.select_slider(key="median").set_value(31).run()
    assert not page.exception


def test_of_an_upload_events_are_shown_and_scored_only_with_its_labels() -> None:
    noise = np.random.default_rng(0).normal(0, 0.1, 64_000).astype(np.float32)
    page = open_page()
    page.query_params["source"] = "Upload"
    page.run()
    upload = page.file_uploader(key="upload")
    upload.upload("my.wav", audio.encode(noise, SAMPLE_RATE), "audio/wav").run()
    assert not page.exception
    assert any("not known" in info.value for info in page.info)
    labels = page.file_uploader(key="labels_file")
    labels.upload("labels.txt", b"0.5\t1.0\tBark\n", "text/plain").run()
    assert not page.exception
    assert scores(page)["GWRP"]["Found"].endswith("of 1")


def test_a_labels_file_that_cannot_be_read_is_one_message() -> None:
    noise = np.random.default_rng(0).normal(0, 0.1, 64_000).astype(np.float32)
    page = open_page()
    page.query_params["source"] = "Upload"
    page.run()
    page.file_uploader(key="upload").upload(
        "my.wav", audio.encode(noise, SAMPLE_RATE), "audio/wav"
    ).run()
    page.file_uploader(key="labels_file").upload("x.tsv", b"\xff\xfe words", "text/plain").run()
    assert not page.exception
    assert len(page.error) == 1
