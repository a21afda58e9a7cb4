"""Panels of the Events page: the operating point, how well its events fit the truth, and the events.

Conventions: seconds, counted from the start of the stretch that is analysed. Leaves counting to
``event_scores``, thresholding to ``sedtf_core.events`` and the network's run to ``analyses``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import streamlit as st

from pages.shared.cached import mask_systems, tuned_detections
from pages.shared.charts import show_chart
from pages.shared.event_lanes import KEY as LANES_KEY
from pages.shared.event_lanes import lanes_figure
from pages.shared.event_scores import MISS, Judged, count_judged, judge, precision_recall_figure
from pages.shared.learnt_length import show_learnt_length
from pages.shared.link import bound_to_link
from pages.shared.no_network import show_no_checkpoint
from pages.shared.number_table import show_rows
from pages.shared.numbers import probability_text
from pages.shared.tuned_points import SNR_DB as TUNED_AT_DB
from pages.shared.view_link import MOST_FRAMES, linked_point, put_point_in_link, show_link
from pages.shared.views import title
from sedtf_core.checkpoints import shipped_names
from sedtf_core.config import DetectionConfig, FeatureConfig
from sedtf_core.events import Event
from sedtf_core.inference import Analysis
from sedtf_core.labels import display_name

DEFAULT = DetectionConfig()
HOP_S = FeatureConfig().frame_hop_s
MEDIANS = tuple(range(1, MOST_FRAMES["median_frames"] + 1, 2))
KEYS = ("score_thresholds", "tagging_threshold", "min_event", "max_gap", "median")
SYSTEMS_KEY = "event_systems"
TRUTH_LANE = "Truth"


def show_system_choice() -> tuple[str, ...]:
    """Let any of the shipped systems be compared; those with masks to begin with."""
    names = shipped_names()
    if not names:
        show_no_checkpoint()
        return ()
    with bound_to_link({SYSTEMS_KEY: lambda text: not text or text in map(title, names)}):
        chosen = st.segmented_control(
            "Systems", names, selection_mode="multi", default=mask_systems() or names[:1],
            format_func=title, key=SYSTEMS_KEY, bind="query-params", persist_state="session",
            on_change=_order_systems,
        )  # fmt: skip
    if not chosen:
        st.info("Choose at least one system.")
    return tuple(name for name in names if name in chosen)


def _order_systems() -> None:
    """Put the chosen systems in their usual order: in another, the usual ones would stand in the link."""
    chosen = st.session_state[SYSTEMS_KEY]
    st.session_state[SYSTEMS_KEY] = [name for name in shipped_names() if name in chosen]


@st.fragment
def show_operating_point(
    analyses: Sequence[Analysis], truth: Sequence[Event] | None, note: str
) -> None:
    """Sliders, and below them what follows from them at once; ``note`` says what a link brings back."""
    detection = _show_sliders()
    systems = [analysis.system for analysis in analyses]
    _show_points(systems)
    show_learnt_length(systems, analyses[0].duration_s)
    put_point_in_link(detection)
    moved = [analysis.at(detection) for analysis in analyses]
    judged = {analysis.system: judge(truth, analysis.events) for analysis in moved}
    if truth is not None:
        _show_scores(judged)
    lanes = {
        **({} if truth is None else {TRUTH_LANE: judge(None, truth)}),
        **{title(system): events for system, events in judged.items()},
    }
    show_chart(lanes_figure(lanes, moved[0].duration_s), "lanes")
    if truth is not None:
        st.caption(LANES_KEY)
    if truth and st.toggle("Precision and recall over the high threshold", key="show_curve"):
        show_chart(precision_recall_figure(moved, truth), "curve")
    _show_table(moved, judged, is_judged=truth is not None)
    show_link(note)


def _show_sliders() -> DetectionConfig:
    """The operating point: the link's, or the player's on another page; else the paper's."""
    for key, value in _slider_values(linked_point()).items():
        st.session_state.setdefault(key, value)
    left, middle, right = st.columns(3, gap="medium")
    with left:
        st.slider(
            "Frame score: low, high", 0.0, 1.0, step=0.01, key="score_thresholds",
            help="An event starts where the score exceeds the high one and lasts while it exceeds "
            "the low one.",
        )  # fmt: skip
        low, high = st.session_state["score_thresholds"]
        tagging = st.slider(
            "Tagging threshold", 0.0, 1.0, step=0.01, key="tagging_threshold",
            help="Only classes whose clip probability reaches it can have events.",
        )  # fmt: skip
    with middle:
        shortest = _frames_slider("Minimum length", "min_event", MOST_FRAMES["min_event_frames"])
        gap = _frames_slider("Gap that is joined", "max_gap", MOST_FRAMES["max_gap_frames"])
    with right:
        median = st.select_slider(
            "Median filter (frames)", MEDIANS, key="median",
            help="Smooths the frame scores first; 1 leaves them as they are.",
        )  # fmt: skip
        st.caption(f"A frame is {HOP_S * 1000:.0f} ms. Where nothing is set, the paper's values.")
    return replace(
        DEFAULT,
        tagging_threshold=tagging,
        high_threshold=high,
        low_threshold=low,
        min_event_frames=shortest,
        max_gap_frames=gap,
        median_frames=int(median),
    )


def _slider_values(point: DetectionConfig) -> dict[str, object]:
    """What the sliders stand at for an operating point, by key."""
    values = (
        (point.low_threshold, point.high_threshold), point.tagging_threshold,
        point.min_event_frames, point.max_gap_frames, point.median_frames,
    )  # fmt: skip
    return dict(zip(KEYS, values, strict=True))


def _show_points(systems: Sequence[str]) -> None:
    """Buttons that move all sliders: to the paper's values, and to what was tuned for each system."""
    with st.container(horizontal=True):
        st.button("The paper's values", key="point_paper", on_click=_move_to, args=(DEFAULT,))
        points = tuned_detections()
        for system in (name for name in systems if name in points):
            st.button(
                f"Tuned for {title(system)}", key=f"point_{system}", on_click=_move_to,
                args=(points[system],),
                help=f"The thresholds with the greatest F1 of {title(system)} on the valid split at "
                f"{TUNED_AT_DB:g} dB; on the test split they gave the figures that Results shows as tuned.",
            )  # fmt: skip


def _move_to(point: DetectionConfig) -> None:
    """Set the sliders, in their steps."""
    rounded = replace(
        point,
        tagging_threshold=round(point.tagging_threshold, 2),
        high_threshold=round(point.high_threshold, 2),
        low_threshold=round(point.low_threshold, 2),
    )
    st.session_state.update(_slider_values(rounded))


def _frames_slider(label: str, key: str, most: int) -> int:
    """A length in frames."""
    frames = st.slider(f"{label} (frames)", 0, most, key=key)
    return int(frames)


def _show_scores(judged: Mapping[str, Sequence[Judged]]) -> None:
    """F1, precision, recall and error rate of each system at this point."""
    rows = []
    for system, events in judged.items():
        counts = count_judged(events)
        rows.append(
            {
                "System": title(system),
                "F1": counts.f1,
                "Precision": counts.precision,
                "Recall": counts.recall,
                "Error rate": counts.error_rate,
                "Found": f"{counts.matches} of {counts.references}",
                "False alarms": counts.estimates - counts.matches,
            }
        )
    show_rows(rows, ("F1", "Precision", "Recall", "Error rate"))
    st.caption(
        "Onset within 200 ms, offset within 200 ms or half the event's length. Events of masks often begin "
        "early, because each unit sees 8 frames (256 ms) to either side. One clip holds few events, so these "
        "figures are coarse; Results has those of whole test sets."
    )


def _show_table(
    analyses: Sequence[Analysis], judged: Mapping[str, Sequence[Judged]], *, is_judged: bool
) -> None:
    """The events of each system, with the clip probability of their class."""
    st.header("Events found")
    if not any(analysis.events for analysis in analyses):
        st.info(_nothing_found(analyses))
        return
    rows = [
        {
            "System": title(analysis.system),
            "Class": display_name(one.event.label),
            "Onset (s)": one.event.onset,
            "Offset (s)": one.event.offset,
            "Length (s)": one.event.offset - one.event.onset,
            "Clip probability": float(analysis.clip_probs[analysis.labels.index(one.event.label)]),
            **({"Against the truth": one.outcome} if is_judged else {}),
        }
        for analysis in analyses
        for one in judged[analysis.system]
        if one.outcome != MISS
    ]
    show_rows(rows, ("Onset (s)", "Offset (s)", "Length (s)", "Clip probability"))


def _nothing_found(analyses: Sequence[Analysis]) -> str:
    """How far the likeliest class is from having an event, and what to lower."""
    best = max(analyses, key=lambda analysis: float(analysis.clip_probs.max()))
    index = int(best.clip_probs.argmax())
    name = display_name(best.labels[index]).lower()
    return (
        f"No event at this operating point. The likeliest class is {name} ({title(best.system)}): clip "
        f"probability {probability_text(float(best.clip_probs[index]))}, highest frame score "
        f"{float(best.frame_scores[index].max()):.2f}. Lower a threshold or the minimum length."
    )
