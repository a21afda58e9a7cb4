"""The choice of a clip: an example, a synthesised mixture, an upload or a recording.

``show_clip_picker`` draws the widgets and returns what was chosen as a frozen value; everything that can be
in a link is bound to it. What a user brings is known by the digest of its bytes, and its name is only shown.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from pages.shared.brought import Brought, bring
from pages.shared.cached import LONGEST_S, digest, recording
from pages.shared.link import bound_to_link
from pages.shared.overview.panel import show_overview
from pages.shared.state import READABLE, Synthesis
from pages.shared.synthesis.panel import LINK as PLACED
from pages.shared.synthesis.panel import show_synthesis
from sedtf_core.config import SAMPLE_RATE
from sedtf_core.errors import InputError

UPLOAD_LIMIT_MB = 200
WINDOW_S = 20.0
SOURCES = ("Example", "Synthesise", "Upload", "Record")
# Their names stand in links: a changed name breaks one. Their seeds are of draws in which GWRP finds much.
EXAMPLES = {
    example.name: example
    for example in (
        Synthesis(("Bark", "Trumpet", "Cowbell"), "rain", 10, 23, "Bark, trumpet, cowbell in rain"),
        Synthesis(("Saxophone", "Double_bass", "Hi-hat"), "wind", 20, 9, "A jazz trio in the wind"),
        Synthesis(
            ("Rooster", "Acoustic_guitar"), "jet_plane", 5, 26, "A rooster, a guitar and a jet"
        ),
        Synthesis(("Oboe", "Violin_or_fiddle", "Cello"), "stream", 10, 40, "A trio by a stream"),
        Synthesis(("Bass_drum", "Snare_drum", "Tambourine"), "train", 10, 16, "Drums on a train"),
        Synthesis(
            ("Glockenspiel", "Harmonica", "Clarinet"), "thunderstorm", -5, 34, "A thunderstorm"
        ),
    )
}


@dataclass(frozen=True)
class Recording:
    """A stretch of what a user brought; ``data`` is not part of its identity, ``digest`` is."""

    digest: str
    name: str
    start_s: float
    seconds: float
    data: bytes = field(repr=False, compare=False, hash=False)

    def title(self) -> str:
        """What the clip is called."""
        return self.name


Clip = Synthesis | Recording


def show_clip_picker(*, takes_recordings: bool = True) -> Clip | None:
    """Draw the choice and return it; None while there is nothing to analyse yet.

    A page that takes no recordings asks for none: it says itself what to do instead.
    """
    with bound_to_link({"source": SOURCES.__contains__}):
        source = st.segmented_control(
            "Source", SOURCES, default=SOURCES[0], key="source", required=True,
            bind="query-params", persist_state="session", label_visibility="collapsed",
        )  # fmt: skip
    if source == "Synthesise":
        with bound_to_link(READABLE):
            return show_synthesis()
    st.query_params.pop(PLACED, None)
    if source in ("Upload", "Record") and not takes_recordings:
        return None
    if source == "Upload":
        return _show_recording(
            bring("upload", _draw_uploader),
            "Drop a file above to see and hear what the networks find in it.",
        )
    if source == "Record":
        return _show_recording(
            bring("microphone", _draw_microphone),
            "Press the microphone, make a sound, and press again to stop.",
        )
    return _show_example()


def _draw_uploader(on_change: Callable[[], None]) -> UploadedFile | None:
    file = st.file_uploader(
        f"Audio or video file, at most {UPLOAD_LIMIT_MB} MB and one hour ({LONGEST_S:g} s)",
        key="upload", max_upload_size=UPLOAD_LIMIT_MB, on_change=on_change,
    )  # fmt: skip
    # Always there: a file that is too large never reaches Python, and the browser only marks it red.
    st.caption(
        "A file marked red is too large: cut it into shorter ones, or analyse it, at any size and length, "
        "with `python -m sedtf_core analyse FILE --out DIR`."
    )
    return file


def _draw_microphone(on_change: Callable[[], None]) -> UploadedFile | None:
    return st.audio_input(
        "Record with the microphone", sample_rate=None, key="microphone", on_change=on_change
    )


def _show_example() -> Synthesis:
    """One of six prepared mixtures."""
    with bound_to_link({"example": EXAMPLES.__contains__}):
        name = st.selectbox(
            "Example", list(EXAMPLES), key="example", bind="query-params",
            persist_state="session", label_visibility="collapsed",
        )  # fmt: skip
    return EXAMPLES[name]


def _show_recording(file: Brought | None, invitation: str) -> Recording | None:
    """Decode what was brought; choose a stretch of it where it is long."""
    if file is None:
        st.info(invitation)
        return None
    data, name = file.data, file.name
    key = digest(data)
    try:
        with st.spinner("Reading the sound"):
            samples = recording(key, data)
    except InputError as error:
        st.error(f"This file cannot be analysed: {error}")
        return None
    total_s = len(samples) / SAMPLE_RATE
    start_s = 0.0
    if total_s > WINDOW_S:
        start_s = show_overview(key, name, data, total_s, WINDOW_S)
    return Recording(key, name, start_s, min(WINDOW_S, total_s), data)
