"""What the page Training is made of: choices that go into the link, both components, and their words."""

from dataclasses import dataclass

import streamlit as st

from pages.shared.cached import slow_motion_ideals, trained_steps, training_snapshots
from pages.shared.class_choice import followed_class, show_class_choice
from pages.shared.link import linked, put_in_link
from pages.shared.training.slow_motion.findings import (
    event_areas,
    learnt_on_in_words,
    loss_in_words,
    outcome_in_words,
    run_in_words,
    telling_clip,
    telling_event,
)
from pages.shared.training.slow_motion.slow_motion import show_slow_motion
from pages.shared.training.toy.toy import PAPER_LIKE_DECAY, ToySettings, show_toy
from sedtf_core.labels import display_name

_MIXTURE = "run_mixture"


@dataclass(frozen=True)
class EventChoice:
    """Which mixture of the snapshots, and which of its events."""

    clip: int
    event: int


def show_event_choice() -> EventChoice:
    """Choose a mixture and an event of it; both go into the link.

    The page opens with a mixture that has the class followed, where there is one.
    """
    snapshots = training_snapshots()
    recipes = snapshots.recipes
    names = [", ".join(display_name(e.label) for e in r.events) for r in recipes]
    clip_column, event_column = st.columns([2, 3])
    if _MIXTURE not in st.session_state and _MIXTURE not in st.query_params:
        followed = followed_class()
        having = (i for i, r in enumerate(recipes) if followed in [e.label for e in r.events])
        st.session_state[_MIXTURE] = names[next(having, telling_clip(snapshots))]
    name = clip_column.selectbox("Mixture", names, key=_MIXTURE, bind="query-params")
    clip = names.index(name)
    labels = [event.label for event in recipes[clip].events]
    telling = labels[telling_event(snapshots, clip)]
    label = show_class_choice(event_column.segmented_control, "Event", labels, usual=telling)
    return EventChoice(clip, labels.index(label))


def show_linked_slow_motion(choice: EventChoice) -> None:
    """The scrubber, with its place in the link."""
    share = show_slow_motion(
        key="slow_motion", clip=choice.clip, event=choice.event, share=linked("share", _share, 1.0)
    )
    put_in_link("share", f"{share:.3g}", usual="1")


def show_findings(choice: EventChoice) -> None:
    """What the runs did to this event's masks, and how often the paper's claim holds."""
    snapshots, ideals = training_snapshots(), slow_motion_ideals()
    ideal = ideals[choice.clip][choice.event]
    lines = [run_in_words(run, choice.clip, choice.event, ideal) for run in snapshots.runs]
    st.markdown("\n".join(f"- {line}" for line in lines))
    if len(snapshots.runs) == 3:
        st.markdown(
            outcome_in_words(event_areas(snapshots, ideals), int(snapshots.runs[0].steps[-1]))
        )
    st.markdown(loss_in_words(snapshots.runs))
    st.caption(
        "Between two snapshots nothing is made up: each picture stays until the run's next snapshot. A ring "
        "marks the largest unit where few are above 0.5. Masks are kept in 32 levels, and p is pooled from "
        "them, so it is within 0.02 of the network's. No run was trained on these sounds. "
        + learnt_on_in_words(snapshots.runs, trained_steps())
    )


def show_linked_toy() -> None:
    """The toy, with its set-up in the link."""
    preset = linked("toy", ToySettings.from_text, ToySettings())
    settings = show_toy(key="toy", preset=preset)
    put_in_link("toy", settings.to_text(), usual=ToySettings().to_text())


def show_toy_notes() -> None:
    """What the toy is, folded."""
    with st.expander("What the toy is"):
        st.markdown(
            f"""
A bag is 8 × 8 units of noise; half of the bags hold a square patch that adds 1 to its units. The network has
377 parameters (convolutions of 3 × 3 with 8 and 4 maps, then 1 × 1 and a sigmoid), so each unit of its mask
sees 5 × 5 units of the bag. It is trained with binary cross-entropy on the bag's label alone, by Adam, on 16
new bags a step. GWRP with r = {PAPER_LIKE_DECAY:.2f} weights the ranks of 64 units as the paper's 0.9998
weights those of its 19 904. **p** is the mean clip probability of bags with a patch, **units** those of their
masks above 0.5, **IoU** the intersection with the patch over the union. A bag is far easier than a street:
there is one class, one size, and the noise does not change.
"""
        )


def _share(text: str) -> float:
    """A share of training, 0…1; raises ValueError where the text is none."""
    share = float(text)
    if not 0.0 <= share <= 1.0:
        raise ValueError(f"not a share: {text}")
    return share
