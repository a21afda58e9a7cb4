"""All caches but the lesson's, each bounded.

Keys are recipes or digests, never arrays: Streamlit hashes only a sample of a long array. What is cached as
a resource is shared by all sessions and never changed. What may hold sound or masks of a recording is
forgotten some minutes after it was made. One inference runs at a time, on all cores, and one view is made at
a time: what a view is made from takes ten times its own memory.
"""

import gc
import hashlib
import io
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from pages.shared.memory import share_freed_memory
from pages.shared.overview.picture import (
    Picture,
    WholeAnalysis,
    condense,
    in_blocks,
    make_picture,
)
from pages.shared.paint.board import (
    Board,
    Painted,
    class_masks,
    hear,
    ideal_masks,
    make_board,
    truth_of,
)
from pages.shared.player.payload import PlayerView
from pages.shared.snr.figures import SnrFigures, Sweep, measure
from pages.shared.snr.stored import STORED, identity, read_sweeps
from pages.shared.training.slow_motion.runs import (
    MaskFigures,
    Snapshots,
    encode_event,
    load_snapshots,
    mask_figures,
    snapshot_ideal_masks,
)
from pages.shared.tuned_points import tuned_points
from pages.shared.views import mixture_to_view, recording_to_view
from sedtf_core import audio
from sedtf_core.checkpoints import SHIPPED, Metadata, load_checkpoint, read_metadata, shipped_names
from sedtf_core.config import SAMPLE_RATE, DetectionConfig, FeatureConfig
from sedtf_core.datasets import SoundBank
from sedtf_core.evaluation.separation import improvements
from sedtf_core.events import Event
from sedtf_core.inference import Analyser, Analysis
from sedtf_core.mixing import Mixture, Recipe, mix
from sedtf_core.models import MASK_SYSTEMS, SYSTEMS
from sedtf_core.separation import ideal_ratio_masks, separate

LIBRARY = Path(__file__).resolve().parents[2] / "assets" / "library"
SNAPSHOTS = LIBRARY.parent / "results" / "snapshots.npz"
LONGEST_S = 3600.0
SLOWEST_DECODING_S = 20.0
# So that the memory of an hour's recording returns once its visitor has left.
RECORDINGS_LAST = "15m"

_one_inference = threading.Semaphore(1)
_one_view = threading.Semaphore(1)


@st.cache_resource(max_entries=1, show_spinner=False)
def warm_up() -> None:
    """Once a process: load what every page needs, then tell the garbage collector to leave it alone.

    Streamlit collects garbage after every run of a script; with torch loaded that dominates a rerun.
    """
    share_freed_memory()
    for name in mask_systems():
        analyser(name)
    gc.collect()
    gc.freeze()


def mask_systems() -> tuple[str, ...]:
    """Return the shipped systems that have masks."""
    return tuple(name for name in MASK_SYSTEMS if name in shipped_names())


@st.cache_resource(max_entries=1, show_spinner=False)
def library() -> SoundBank:
    """Return the sounds that come with the application."""
    return SoundBank.open(LIBRARY)


@st.cache_resource(max_entries=7, show_spinner=False)
def analyser(system: str) -> Analyser:
    """Return a shipped system, ready to analyse."""
    return Analyser(load_checkpoint(system))


@st.cache_resource(max_entries=12, show_spinner=False)
def mixture(recipe: Recipe) -> Mixture:
    """Return the samples of a recipe over the library."""
    bank = library()
    return mix(recipe, bank.waveform, bank.sample_rate)


@st.cache_resource(max_entries=24, show_spinner=False)
def mixture_analysis(recipe: Recipe, system: str) -> Analysis:
    """Return what one system finds in a mixture."""
    with _one_inference:
        return analyser(system)(mixture(recipe).mixture)


@st.cache_resource(max_entries=6, show_spinner=False)
def mixture_view(recipe: Recipe, systems: tuple[str, ...]) -> PlayerView:
    """Return a mixture as the player shows it."""
    analyses = [mixture_analysis(recipe, system) for system in systems]
    with _one_view:
        return mixture_to_view(mixture(recipe), analyses).encoded()


@st.cache_resource(ttl=RECORDINGS_LAST, max_entries=2, show_spinner=False)
def recording(digest: str, _data: bytes) -> NDArray[np.float32]:
    """Return the samples of an uploaded file; ``digest`` of its bytes is the key."""
    return audio.load(
        io.BytesIO(_data), SAMPLE_RATE, max_seconds=LONGEST_S, max_decode_s=SLOWEST_DECODING_S
    )


@st.cache_resource(ttl=RECORDINGS_LAST, max_entries=6, show_spinner=False)
def recording_view(
    digest: str,
    start_s: float,
    seconds: float,
    systems: tuple[str, ...],
    _data: bytes,
    truth: tuple[Event, ...] | None = None,
) -> PlayerView:
    """Return a stretch of an uploaded recording as the player shows it; ``truth`` from its labels file."""
    waveform = recording_stretch(digest, start_s, seconds, _data)
    analyses = [recording_analysis(digest, start_s, seconds, name, _data) for name in systems]
    with _one_view:
        return recording_to_view(waveform, analyses, start_s, truth).encoded()


def digest(data: bytes) -> str:
    """Return the key of a file's bytes."""
    return hashlib.sha256(data).hexdigest()


@st.cache_resource(ttl=RECORDINGS_LAST, max_entries=2, show_spinner=False)
def recording_stretch(
    digest: str, start_s: float, seconds: float, _data: bytes
) -> NDArray[np.float32]:
    """Return the samples of a stretch of an uploaded recording."""
    first = round(start_s * SAMPLE_RATE)
    return recording(digest, _data)[first : first + round(seconds * SAMPLE_RATE)]


@st.cache_resource(ttl=RECORDINGS_LAST, max_entries=8, show_spinner=False)
def recording_analysis(
    digest: str, start_s: float, seconds: float, system: str, _data: bytes
) -> Analysis:
    """Return what one system finds in a stretch of an uploaded recording."""
    waveform = recording_stretch(digest, start_s, seconds, _data)
    with _one_inference:
        return analyser(system)(waveform)


def _class_masks(recipe: Recipe, system: str | None) -> tuple[NDArray[np.float32], FeatureConfig]:
    """Return the masks of a mixture's classes and their features; None takes the ideal ratio masks."""
    mixed = mixture(recipe)
    if system is None:
        return ideal_ratio_masks(mixed.class_sources, mixed.scene).numpy(), FeatureConfig()
    analysis = mixture_analysis(recipe, system)
    if analysis.masks is None:
        raise ValueError(f"{system} has no masks")
    rows = [analysis.labels.index(label) for label in mixed.labels]
    return analysis.masks[rows], analysis.features


@st.cache_resource(max_entries=24, show_spinner=False)
def mixture_estimates(recipe: Recipe, system: str | None) -> NDArray[np.float32]:
    """Return what a system separates of each class (classes, samples); None takes the ideal ratio masks."""
    return separate(mixture(recipe).mixture, *_class_masks(recipe, system)).numpy()


@st.cache_data(max_entries=256, show_spinner=False)
def separation_gain_db(recipe: Recipe, system: str | None, label: str) -> float:
    """Return the SI-SDR improvement of one class by a system's mask; None takes the ideal ratio mask."""
    mixed = mixture(recipe)
    index = mixed.labels.index(label)
    masks, features = _class_masks(recipe, system)
    estimate = separate(mixed.mixture, masks[[index]], features).numpy()[0]
    gained = improvements(estimate, mixed.class_sources[index], mixed.mixture)
    return gained["si_sdr_improvement_db"]


# --- Paint ---


@st.cache_resource(max_entries=8, show_spinner=False)
def paint_board(recipe: Recipe, label: str, systems: tuple[str, ...]) -> Board:
    """Return a mixture ready to be painted on, for one of its classes."""
    mixed = mixture(recipe)
    analyses = [mixture_analysis(recipe, system) for system in systems]
    config = analyses[0].features if analyses else FeatureConfig()
    masks = {**class_masks(analyses, label), **ideal_masks(mixed, label, config)}
    return make_board(mixed.mixture, label, masks, config, truth_of(mixed, label))


@st.cache_resource(ttl=RECORDINGS_LAST, max_entries=2, show_spinner=False)
def recording_paint_board(
    digest: str, start_s: float, seconds: float, label: str, systems: tuple[str, ...], _data: bytes
) -> Board:
    """Return a stretch of an uploaded recording ready to be painted on, for one class."""
    analyses = [recording_analysis(digest, start_s, seconds, name, _data) for name in systems]
    waveform = recording_stretch(digest, start_s, seconds, _data)
    return make_board(waveform, label, class_masks(analyses, label), analyses[0].features, None)


@st.cache_resource(ttl=RECORDINGS_LAST, max_entries=24, show_spinner=False)
def painted(identity: str, text: str, on_span: bool, _board: Board) -> Painted:
    """Return what a painted mask lets through; the board's identity is its key."""
    return hear(_board, text, on_span=on_span)


# --- SNR page ---


@st.cache_resource(max_entries=132, show_spinner=False)
def snr_figures(recipe: Recipe, systems: tuple[str, ...]) -> SnrFigures:
    """Return what systems reach on a mixture; of its samples and masks nothing is kept."""
    bank = library()
    mixed = mix(recipe, bank.waveform, bank.sample_rate)
    with _one_inference:
        analyses = [analyser(system)(mixed.mixture) for system in systems]
    return measure(mixed, analyses)


@st.cache_resource(max_entries=1, show_spinner=False)
def stored_sweeps() -> dict[str, Sweep]:
    """Return the examples' figures by ``recipe_key``; none if they are of other checkpoints."""
    return read_sweeps(STORED, identity(mask_systems(), library()))


# --- Training page ---


@st.cache_resource(max_entries=1, show_spinner=False)
def training_snapshots() -> Snapshots:
    """Return what the masks looked like while they were learnt."""
    return load_snapshots(SNAPSHOTS)


@st.cache_resource(max_entries=1, show_spinner=False)
def shipped_metadata() -> dict[str, Metadata]:
    """Return what each shipped network is, and how it was trained."""
    return {name: read_metadata(SHIPPED / name) for name in shipped_names()}


def trained_steps() -> dict[str, int]:
    """Return for how many steps each shipped network learnt in all."""
    return {name: metadata.trained_steps for name, metadata in shipped_metadata().items()}


@st.cache_resource(max_entries=1, show_spinner=False)
def tuned_detections() -> dict[str, DetectionConfig]:
    """Return the operating point that was tuned for each system."""
    return tuned_points(SYSTEMS)


@st.cache_resource(max_entries=1, show_spinner=False)
def slow_motion_ideals() -> tuple[tuple[MaskFigures, ...], ...]:
    """Return the figures of the ideal masks of the snapshots' mixtures, by clip and event."""
    return tuple(
        tuple(mask_figures(mask, None) for mask in snapshot_ideal_masks(mixture(recipe)))
        for recipe in training_snapshots().recipes
    )


@st.cache_resource(max_entries=9, show_spinner=False)
def slow_motion_event(clip: int, event: int) -> bytes:
    """Return one event's snapshots as the browser takes them."""
    snapshots = training_snapshots()
    return encode_event(snapshots, mixture(snapshots.recipes[clip]), clip, event)


# --- Pooling page ---


@st.cache_resource(ttl=RECORDINGS_LAST, max_entries=6, show_spinner=False)
def pooling_view(
    identity: Recipe | tuple[str, float, float],
    systems: tuple[str, ...],
    painted: tuple[tuple[str, str], ...],
    _encode: Callable[[], bytes],
) -> bytes:
    """Return a clip's masks as the pooling lab takes them; ``identity`` as ``paint.kept.clip_key`` has it."""
    return _encode()


# --- Overview of a long recording ---


class WholeRecordings:
    """What systems found in whole recordings, by digest and system; the oldest goes first.

    Not a cached function: the analysis moves a progress bar, which Streamlit would try to play back.
    """

    MOST = 8

    def __init__(self) -> None:
        """Start empty."""
        self._found: dict[tuple[str, str], WholeAnalysis] = {}
        self._lock = threading.Lock()

    def get(self, key: tuple[str, str]) -> WholeAnalysis | None:
        """Return what was found, or None."""
        with self._lock:
            return self._found.get(key)

    def keep(self, key: tuple[str, str], whole: WholeAnalysis) -> None:
        """Keep what was found."""
        with self._lock:
            self._found[key] = whole
            while len(self._found) > self.MOST:
                del self._found[next(iter(self._found))]


@st.cache_resource(max_entries=1, show_spinner=False)
def whole_recordings() -> WholeRecordings:
    """Return the one store of this process."""
    return WholeRecordings()


@st.cache_resource(ttl=RECORDINGS_LAST, max_entries=4, show_spinner="Drawing the overview")
def recording_picture(digest: str, _data: bytes) -> Picture:
    """Return an uploaded recording as one coarse picture."""
    return make_picture(recording(digest, _data), FeatureConfig())


def analyse_whole(
    digest: str, data: bytes, system: str, progress: Callable[[float], None]
) -> WholeAnalysis:
    """Analyse a whole recording and keep what was found; ``progress`` gets seconds, and may raise to stop.

    Between windows of the network others get their turn, so an hour does not make them wait for minutes.
    """

    def give_way(done_s: float) -> None:
        _one_inference.release()
        try:
            progress(done_s)
            time.sleep(0.001)
        finally:
            _one_inference.acquire()

    blocks = in_blocks(recording(digest, data), SAMPLE_RATE)
    with _one_inference:
        whole = condense(analyser(system).stream(blocks, progress=give_way))
    whole_recordings().keep((digest, system), whole)
    return whole
