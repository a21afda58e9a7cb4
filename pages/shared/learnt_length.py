"""What becomes of GAP's clip probability where a network hears longer clips than those it learnt from."""

from collections.abc import Collection

import streamlit as st

from pages.shared.cached import shipped_metadata

SYSTEM = "gap"  # a mean over the whole clip; what counts of GMP and GWRP is no share of it


def show_learnt_length(systems: Collection[str], seconds: float) -> None:
    """Say, where GAP is among the systems, why it names less than its masks show.

    Parameters
    ----------
    systems
        Those that the page shows.
    seconds
        Length of the clip that they hear.
    """
    if SYSTEM not in systems:
        return
    learnt_s = shipped_metadata()[SYSTEM].training.get("settings", {}).get("clip_s", seconds)
    if learnt_s >= seconds:
        return
    percent = round(100 * learnt_s / seconds)
    st.caption(
        f"GAP's clip probability is the mean of its mask. This network learnt from clips of {learnt_s:g} s; "
        f"in one of {seconds:.3g} s the same event makes {percent} % of that mean. So GAP often fails the "
        "paper's tagging threshold where its mask is right; “Tuned for GAP”, a button of Events, allows for "
        "that."
    )
