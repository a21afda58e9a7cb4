"""A labels file as the truth of a recording: its uploader, and its events in the stretch that is shown."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from pages.shared.brought import bring
from pages.shared.clips import Recording
from sedtf_core.errors import InputError
from sedtf_core.events import Event
from sedtf_core.label_files import parse_labels


def show_labels_upload(clip: Recording) -> tuple[Event, ...] | None:
    """Take a labels file as the truth of a recording; says what is missing without one."""
    events = labels_upload(clip)
    if events is None:
        st.info("What is really in this recording is not known: events are shown, not scored.")
    return events


def labels_upload(clip: Recording) -> tuple[Event, ...] | None:
    """Take a labels file as the truth of a recording; None without one that can be read."""
    file = bring("labels_file", _draw_labels_uploader, of=clip.digest)
    if file is None:
        return None
    try:
        events = parse_labels(file.data)
    except InputError as error:
        st.error(f"This labels file cannot be read: {error}")
        return None
    return in_stretch(events, clip.start_s, clip.seconds)


def _draw_labels_uploader(on_change: Callable[[], None]) -> UploadedFile | None:
    return st.file_uploader(
        "Labels file as truth (DCASE, Audacity or Raven)", ["tsv", "txt", "csv"],
        key="labels_file", max_upload_size=5, on_change=on_change,
    )  # fmt: skip


def in_stretch(events: Sequence[Event], start_s: float, seconds: float) -> tuple[Event, ...]:
    """Events of a file as those of a stretch of it: cut to the stretch, counted from its start."""
    shown = [
        replace(
            event,
            onset=max(0.0, event.onset - start_s),
            offset=min(seconds, event.offset - start_s),
        )
        for event in events
    ]
    return tuple(event for event in shown if event.onset < event.offset)
