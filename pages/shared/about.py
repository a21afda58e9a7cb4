"""Panels of the About page: the method in words, the checkpoints and the sounds that ship."""

from collections import Counter

import streamlit as st

from pages.shared.cached import library
from pages.shared.views import TITLES
from sedtf_core.checkpoints import SHIPPED, read_metadata, shipped_names

STEPS = (
    ("Log mel", "Ten seconds become 311 frames of 64 mel bands."),
    ("Masks", "Eight convolutions keep every frame and band; the last layer gives a mask a class."),
    ("Pooling", "One number a mask is compared with the weak label: is the class in the clip?"),
    (
        "Detection",
        "Averaged over bands, a mask becomes a score a frame; thresholds make events of it.",
    ),
    (
        "Separation",
        "Multiplied with the mixture's spectrum, a mask becomes the sound of its class.",
    ),
)


def show_method() -> None:
    """The path from weak labels to sounds, and what each pooling teaches."""
    st.markdown(
        "A network is told only *that* a dog barks somewhere in ten seconds, never when or at which "
        "frequencies. All the same, its last layer before the pooling becomes a time-frequency mask of "
        "the bark."
    )
    for column, (name, text) in zip(st.columns(len(STEPS)), STEPS, strict=True):
        with column.container(border=True, height="stretch"):
            st.markdown(f"**{name}**  \n{text}")
    st.markdown(
        "The pooling decides what a weak label can teach. **GMP** takes the largest unit of the mask: only "
        "that one learns, and masks shrink to a point. **GAP** takes the mean: all units learn alike, and "
        "masks flood the plane. **GWRP** weighs the units by rank with $r^{j-1}$, $r = 0.9998$: about a "
        "quarter of the units learns, and masks settle in between."
    )


def show_checkpoints() -> None:
    """A row a shipped network, with the command that trained it."""
    if not shipped_names():
        st.info("No checkpoint is installed. Train one with `python -m train.train`.")
        return
    rows = []
    for name in shipped_names():
        metadata = read_metadata(SHIPPED / name)
        training = metadata.training
        rows.append(
            {
                "System": TITLES.get(metadata.model.system, name),
                "Classes": metadata.model.n_classes,
                "Channels": ", ".join(map(str, metadata.model.channels)),
                "Steps": training.get("step"),
                "Trained with": training.get("command", ""),
            }
        )
    st.dataframe(rows, hide_index=True, width="stretch")


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
