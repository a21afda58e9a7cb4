"""Panels that pages are made of: each draws one thing from values it is given."""

from collections.abc import Sequence

import streamlit as st

from pages.shared.analyses import clip_analysis, try_listening
from pages.shared.cached import mixture, mixture_view, recording_view
from pages.shared.clips import Clip, Recording
from pages.shared.event_scores import count_events
from pages.shared.listen import separation_in_words
from pages.shared.numbers import probability_text, spans_s
from pages.shared.player.payload import PlayerView
from pages.shared.player.state import PlayerState
from pages.shared.state import Synthesis, recipe
from pages.shared.views import TITLES
from sedtf_core.events import Event
from sedtf_core.inference import Analysis
from sedtf_core.labels import display_name

MOST_NAMED = 5


def clip_view(
    clip: Clip, systems: tuple[str, ...], truth: tuple[Event, ...] | None = None
) -> PlayerView | None:
    """Analyse a clip, or say why that was not possible; ``truth`` is of a recording's labels file."""
    if isinstance(clip, Recording):
        heard = clip.digest, clip.start_s, clip.seconds
        return try_listening(systems, lambda: recording_view(*heard, systems, clip.data, truth))
    return try_listening(systems, lambda: mixture_view(recipe(clip), systems))


def show_in_words(clip: Clip, view: PlayerView, system: str, state: PlayerState) -> None:
    """Say what one system finds at an operating point, and what it separates, where the truth is known."""
    analysis = clip_analysis(clip, system).at(state.detection)
    if view.is_silent:
        words = ["Nothing sounds here: the clip is silent."]
    elif isinstance(clip, Recording):
        text = _listed(analysis.events) or _nothing_passes(analysis)
        words = [f"{TITLES[system]} finds {text}.", _labelled(view, analysis.events)]
        words += _left_out(view, analysis.events)
        if view.duration_s < view.frame_length_s:
            words.append("The clip is shorter than one frame, and was filled up with silence.")
    else:
        mixed = mixture(recipe(clip))
        words = [_compared(mixed.events_of(label), analysis) for label in mixed.labels]
        words += _not_there(mixed.labels, analysis)
        followed = state.selected or view.classes[0].label
        if followed in {*mixed.labels} & {e.label for e in analysis.events}:
            words.append(separation_in_words(clip, followed, system))
    st.markdown(" ".join(["**In words.**", *words]))


def _compared(truth: Sequence[Event], analysis: Analysis) -> str:
    """The true events of one class beside what the system found of it."""
    label = truth[0].label
    title, name = TITLES[analysis.system], display_name(label).lower()
    found = [event for event in analysis.events if event.label == label]
    if found:
        return f"{title} hears {name} at {spans_s(found)} (truth {spans_s(truth)})."
    probability = analysis.clip_probs[analysis.labels.index(label)]
    return (
        f"{title} misses {name} (truth {spans_s(truth)}); its clip probability is "
        f"{probability_text(float(probability))}."
    )


def _not_there(present: Sequence[str], analysis: Analysis) -> list[str]:
    """The false alarms of classes that are not in a mixture, as a sentence if there are any."""
    false = [event for event in analysis.events if event.label not in present]
    return [f"Not in the mixture, but heard: {_listed(false)}."] if false else []


def _left_out(view: PlayerView, found: Sequence[Event]) -> list[str]:
    """The classes with events that have no place in the player, as a sentence if there are any."""
    shown = {shown.label for shown in view.classes}
    names = sorted({display_name(e.label).lower() for e in found if e.label not in shown})
    if not names:
        return []
    return [f"The player has room for {len(shown)} classes and leaves out {', '.join(names)}."]


def _labelled(view: PlayerView, found: Sequence[Event]) -> str:
    """What the labels of a recording say of the events found."""
    if view.truth is None:
        return "What is really there is not known."
    counts = count_events(view.truth, found)
    if not counts.references:
        return "The labels have no event of a class that the networks know here."
    return (
        f"Labelled events that it hits: {counts.matches} of {counts.references} (onset within "
        "200 ms, offset within 200 ms or half the event's length)."
    )


def show_unknown_classes(truth: Sequence[Event], view: PlayerView) -> None:
    """Name the labelled classes that the networks do not know."""
    shown = {shown.label for shown in view.classes}
    unknown = sorted({event.label for event in truth} - shown)
    if unknown:
        names = ", ".join(label[:40] for label in unknown[:MOST_NAMED])
        more = f" and {len(unknown) - MOST_NAMED} more" if len(unknown) > MOST_NAMED else ""
        st.warning(
            f"Left out, because the networks do not know these classes: {names}{more}. A label must "
            f"be spelt as here: {view.classes[0].label}."
        )


def _listed(events: Sequence[Event]) -> str:
    """Events as a phrase, class by class in the order in which they are first heard."""
    labels = dict.fromkeys(event.label for event in events)
    return "; ".join(
        f"{display_name(label).lower()} at {spans_s([e for e in events if e.label == label])}"
        for label in labels
    )


def _nothing_passes(analysis: Analysis) -> str:
    """What to say where no class passes: the highest, and how far it is."""
    best = int(analysis.clip_probs.argmax())
    return (
        f"no event; the likeliest class is {display_name(analysis.labels[best]).lower()} (clip "
        f"probability {probability_text(float(analysis.clip_probs[best]))})"
    )


def show_synthesis_note(clip: Synthesis) -> None:
    """Where the clip comes from."""
    chosen = " Chosen among its draws as one in which GWRP finds much." if clip.name else ""
    st.caption(
        f"{clip.title()}. Mixed here from the library at {clip.snr_db} dB, so every source is known; "
        f"no network was trained on these sounds.{chosen}"
    )
