"""What a visitor can try in each step: the pictures, sliders and sounds beside the idea.

Each function draws one step's interaction from the lesson's facts.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go
import streamlit as st
import torch
from numpy.typing import NDArray

from pages.shared.charts import legible, picture_config, theme
from pages.shared.lesson.cached import bag_picture, lesson_sounds, masks_picture
from pages.shared.lesson.facts import LessonFacts
from pages.shared.lesson.pictures import mask_title
from pages.shared.lesson.sounds import MIXTURE, SOURCE
from pages.shared.listen import show_waterfall
from pages.shared.numbers import spans_s
from pages.shared.views import IDEAL, TITLES
from sedtf_core.config import PAPER_DECAY, DetectionConfig
from sedtf_core.events import Event, frames_to_events
from sedtf_core.labels import display_name, label_colour
from sedtf_core.plotting import text_colour
from sedtf_core.pooling import global_weighted_rank_pool

PAPER = f"{PAPER_DECAY} (paper)"
DECAYS = {
    "0 (maximum, GMP)": 0.0,
    "0.99": 0.99,
    "0.999": 0.999,
    PAPER: PAPER_DECAY,
    "0.99999": 0.99999,
    "1 (mean, GAP)": 1.0,
}
PLAYER_PX = 260  # room for the browser's player to show where it is


def show_bag(facts: LessonFacts) -> None:
    """Step 1: the clip with nothing but its label, and on request with the truth."""
    present = ", ".join(sorted(display_name(e.label).lower() for e in facts.mixture.events))
    st.markdown(f"Label of the whole clip: **{present}**. Nothing else is told.")
    _play({"The clip": MIXTURE})
    is_told = st.toggle("Show what the label does not say", key="lesson_truth")
    alt = "Log mel of the clip" + (" with its events below" if is_told else "")
    st.image(bag_picture(theme(), with_events=is_told), width="stretch", alt=alt)


def show_masks(facts: LessonFacts) -> None:
    """Step 2: four masks to choose from, and what each lets through."""
    masks = facts.simple_masks()
    name = st.segmented_control(
        "Mask", list(masks), default="Box", key="lesson_mask", required=True
    )
    picture = masks_picture((name,), theme(), columns=1)
    st.image(picture, width="stretch", alt=mask_title(facts, name))
    _play({"Mixture": MIXTURE, "What the mask lets through": name})


def show_gmp(facts: LessonFacts) -> None:
    """Step 3: any lit unit is enough for the maximum."""
    _show_rectangle(facts, "lesson_gmp_area", 0.0)


def reveal_gmp(facts: LessonFacts) -> None:
    """Step 3, answered: what GMP has learnt."""
    _show_learnt(facts, "gmp")
    gmp = facts.systems["gmp"]
    st.caption(
        f"The ring marks GMP's largest unit, {gmp.mask.max():.2f}: its clip probability. It is all that "
        f"GMP was asked for; the mean of its mask is {gmp.mask.mean():.4f}."
    )


def show_gap(facts: LessonFacts) -> None:
    """Step 4: how many units must be lit for a probability."""
    _show_rectangle(facts, "lesson_gap_area", 1.0)


def reveal_gap(facts: LessonFacts) -> None:
    """Step 4, answered: what GAP has learnt."""
    _show_learnt(facts, "gap")


def show_gwrp(facts: LessonFacts) -> None:
    """Step 5: from maximum to mean in one slider."""
    chosen = st.select_slider("Decay r", list(DECAYS), value=PAPER, key="lesson_decay")
    _show_rectangle(facts, "lesson_gwrp_area", DECAYS[chosen])
    st.caption(
        "Moving r over a finished mask is not training with that r: training answers the pooling, and "
        "the mask itself becomes another."
    )


def reveal_gwrp(facts: LessonFacts) -> None:
    """Step 5, answered: what the ideal mask pools to on the way from maximum to mean; all three masks."""
    ideal = torch.from_numpy(facts.ideal.mask)
    pooled = {decay: float(global_weighted_rank_pool(ideal, decay)) for decay in DECAYS.values()}
    st.dataframe(
        [{"r": name, "The ideal mask pools to": f"{pooled[r]:.2f}"} for name, r in DECAYS.items()],
        hide_index=True,
    )
    _show_learnt(facts, *facts.systems)


def _show_rectangle(facts: LessonFacts, key: str, decay: float) -> None:
    """The clip probability, under GWRP with a decay, of a mask that is 1 on a share of the units."""
    share = st.slider("Lit units, % of all", 0, 100, 6, key=key)
    lit = torch.zeros(1, facts.units)
    lit[0, : round(facts.units * share / 100)] = 1
    pooled = float(global_weighted_rank_pool(lit, decay))
    st.progress(pooled, f"A mask that is 1 there and 0 elsewhere pools to {pooled:.2f}")


def show_events(facts: LessonFacts) -> None:
    """Step 6: move the threshold over GWRP's frame scores, and see the events that come of it."""
    paper = DetectionConfig()
    threshold = st.slider(
        "Threshold that begins an event", 0.0, 1.0, 0.8, 0.05, key="lesson_threshold"
    )
    detection = DetectionConfig(
        high_threshold=threshold, low_threshold=min(threshold, paper.low_threshold)
    )
    analysis, labels = facts.analyses["gwrp"], facts.mixture.labels
    scores = analysis.frame_scores[[analysis.labels.index(label) for label in labels]]
    # A class that the whole clip does not pass has no events: here only the frames are looked at.
    found = frames_to_events(
        scores, labels, detection, facts.frame_hop_s, detected=np.ones(len(labels), bool)
    )
    figure = _scores_figure(facts, dict(zip(labels, scores, strict=True)), detection)
    st.plotly_chart(figure, key="lesson_scores", config=picture_config("scores", "PNG"))
    lines = [
        f"- {display_name(label)}: **{_spans([event for event in found if event.label == label])}** "
        f"(truth {spans_s(facts.mixture.events_of(label))})"
        for label in labels
    ]
    st.markdown("Events that GWRP's scores give:\n" + "\n".join(lines))


def reveal_events(facts: LessonFacts) -> None:
    """Step 6, answered: how high the ideal masks' frame scores rise."""
    figure = _scores_figure(facts, facts.ideal_scores, DetectionConfig(), dash="dot")
    st.caption("The same sounds by their ideal masks, with the paper's thresholds")
    camera = picture_config("ideal_scores", "PNG")
    st.plotly_chart(figure, key="lesson_ideal_scores", config=camera)


def _spans(events: Sequence[Event]) -> str:
    """When events sound, or that there is none."""
    return spans_s(events) if events else "none"


def _scores_figure(
    facts: LessonFacts,
    scores: Mapping[str, NDArray[np.float32]],
    detection: DetectionConfig,
    dash: str = "solid",
) -> go.Figure:
    """Frame scores of classes over time in their colours, both thresholds, and the truth as shades."""
    figure, ink = go.Figure(), text_colour(theme())
    for label, own in scores.items():
        figure.add_scatter(
            x=np.arange(len(own)) * facts.frame_hop_s, y=own, name=display_name(label),
            line={"color": label_colour(label), "shape": "hv", "dash": dash},
        )  # fmt: skip
        for event in facts.mixture.events_of(label):
            figure.add_vrect(
                event.onset, event.offset, fillcolor=label_colour(label), opacity=0.15,
                line_width=0, annotation_text=display_name(label),
                annotation_position="top left",
            )  # fmt: skip
    figure.add_hline(
        detection.high_threshold,
        line_dash="dash",
        annotation_text="begins",
        line_color=ink,
        annotation_position="top left",
    )
    figure.add_hline(
        detection.low_threshold,
        line_dash="dot",
        annotation_text="extends",
        line_color=ink,
        annotation_position="top left",
    )
    figure.update_traces(hovertemplate="%{x:.2f} s: %{y:.2f}")
    figure.update_layout(
        height=260, margin={"l": 10, "r": 10, "t": 24, "b": 10}, showlegend=False,
        xaxis={"title": "Time (s)"}, yaxis={"title": "Frame score", "range": [0, 1]},
    )  # fmt: skip
    return legible(figure)


def show_sound(facts: LessonFacts) -> None:
    """Step 7: hear each mask."""
    masks = {f"{TITLES[system]} mask": system for system in facts.systems}
    _play({"Mixture": MIXTURE, "True source": SOURCE, **masks, IDEAL: IDEAL})


def reveal_sound(facts: LessonFacts) -> None:
    """Step 7, answered: how clean each sound is."""
    show_waterfall(facts.levels())


def _show_learnt(facts: LessonFacts, *systems: str) -> None:
    """The ideal mask beside what systems have learnt."""
    names = (IDEAL, *systems)
    alt = "; ".join(mask_title(facts, name) for name in names)
    st.image(masks_picture(names, theme()), width="stretch", alt=alt)


def _play(sounds: Mapping[str, str]) -> None:
    """A player a sound, side by side: what it is called here, and its name in ``lesson_sounds``."""
    with st.container(horizontal=True):
        players = [st.container(width=PLAYER_PX, gap=None) for _ in sounds]
    for player, (title, name) in zip(players, sounds.items(), strict=True):
        with player:
            st.caption(title)
            st.audio(lesson_sounds()[name], format="audio/flac")
