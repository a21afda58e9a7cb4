"""Panels of the About page: the method in words, the checkpoints and the sounds that ship."""

from collections import Counter

import streamlit as st

from pages.shared.cached import library, mask_systems, shipped_metadata
from pages.shared.charts import theme
from pages.shared.lesson.cached import method_in_pictures
from pages.shared.method_pictures import SYSTEM
from pages.shared.no_network import show_no_checkpoint
from pages.shared.numbers import thousands
from pages.shared.views import TITLES
from sedtf_core.checkpoints import Metadata

# What stands below each picture of ``method_pictures``, and what the picture shows to who cannot see it.
STEPS = {
    "Log mel": (
        "Ten seconds become 311 frames of 64 mel bands.",
        "Log mel spectrogram of a mixture: a bark, a trumpet and a cowbell in rain",
    ),
    "Masks": (
        "Eight convolutions keep every frame and band; the last layer gives a mask a class.",
        "GWRP's mask of the bark over the grey spectrogram",
    ),
    "Pooling": (
        "Sorted and weighted by rank (dashed), a mask becomes one number, compared with the weak label.",
        "The mask's units from high to low, and the falling weights of their ranks",
    ),
    "Detection": (
        "Averaged over bands, a mask becomes a score a frame; two thresholds make events of it.",
        "Frame score of the bark over time with both thresholds, and the event that they make",
    ),
    "Separation": (
        "Multiplied with the mixture's spectrum, a mask becomes the sound of its class.",
        "Waveform of the separated bark before that of the mixture",
    ),
}
CARD_PX = 228  # five fill a page of 1400 pixels, its scroll bar taken off


def show_method() -> None:
    """The path from weak labels to sounds, and what each pooling teaches."""
    st.markdown(
        "A network is told only *that* a dog barks somewhere in a clip, never when or at which "
        "frequencies. All the same, its last layer before the pooling becomes a time-frequency mask of "
        "the bark."
    )
    pictures = {}
    if SYSTEM in mask_systems():  # otherwise the words alone
        with st.spinner("Listening to the example"):
            pictures = method_in_pictures(theme())
    # Wraps where the page is narrow.
    with st.container(horizontal=True, horizontal_alignment="center"):
        for name, (text, alt) in STEPS.items():
            with st.container(border=True, width=CARD_PX, height="stretch"):
                if name in pictures:
                    st.image(pictures[name], width="stretch", alt=alt)
                st.markdown(f"**{name}**  \n{text}")
    st.markdown(
        "The pooling decides what a weak label can teach. **GMP** takes the largest unit of the mask: only "
        "that one learns, and masks shrink to a point. **GAP** takes the mean: all units learn alike, and "
        "masks flood the plane. **GWRP** weighs the units by rank with $r^{j-1}$, $r = 0.9998$: about a "
        "quarter of the units learns, and masks settle in between."
    )


def show_checkpoints() -> None:
    """A row a shipped network, and below the table the commands that trained each."""
    if not shipped_metadata():
        show_no_checkpoint()
        return
    rows = []
    for name, metadata in shipped_metadata().items():
        training = metadata.training
        settings = training.get("settings", {})
        rows.append(
            {
                "System": TITLES.get(metadata.model.system, name),
                "Classes": metadata.model.n_classes,
                "Channels": ", ".join(map(str, metadata.model.channels)),
                "Clip (s)": settings.get("clip_s"),
                "Events": settings.get("n_events"),
                "Steps": thousands(metadata.trained_steps),
            }
        )
    st.dataframe(
        rows,
        hide_index=True,
        width="stretch",
        column_config={"Steps": st.column_config.Column(alignment="right")},
    )
    for name, metadata in shipped_metadata().items():
        with st.expander(f"How {TITLES.get(metadata.model.system, name)} was trained"):
            _show_commands(metadata)


def _show_commands(metadata: Metadata) -> None:
    """The command of every run in full, in the order in which they were given."""
    commands = [run["command"] for run in metadata.runs if run.get("command")]
    if not commands:
        st.markdown("The checkpoint does not say.")
        return
    st.code("\n".join(commands), language="bash", wrap_lines=True)
    if len(commands) > 1:
        st.caption("Each run began with the weights of the one before.")


def show_licences() -> None:
    """Where the library's sounds come from."""
    counts = Counter((s.source, s.licence, s.credit) for s in library().sounds)
    rows = [
        {"Source": source, "Licence": licence, "Credit": credit, "Files": number}
        for (source, licence, credit), number in sorted(counts.items())
    ]
    st.dataframe(rows, hide_index=True, width="stretch")
    st.caption(
        "A row a file stands in assets/library/library.csv, the licences in LICENCES.md beside it."
    )
