"""What a page says where no network is installed that it could show."""

import streamlit as st

_TRAIN_ONE = "Train one with `python -m train.train`."


def show_no_checkpoint() -> None:
    """There is no network at all."""
    st.info(f"No checkpoint is installed. {_TRAIN_ONE}")


def show_no_mask_system() -> None:
    """There is none with masks; there may be others."""
    st.info(f"No system with masks is installed. {_TRAIN_ONE}")
