"""A page with nothing but the player, over a clip made of numbers: what test_player.py looks at.

Run it alone with ``streamlit run tests/browser/player_app.py``. ``?case=`` chooses what is shown: ``known``
(a mixture with truth), ``unknown`` (no truth, no ideal masks, one system without masks), ``opposite`` (the
second track is the first one negated), ``quiet`` (no class passes the tagging threshold).
"""

import dataclasses
import json
import sys
from pathlib import Path

import numpy as np
import streamlit as st

sys.path.insert(0, str(Path(__file__).parents[2]))

from pages.shared.player.payload import PlayerView, ShownClass, SystemView, Track, masks_to_uint8
from pages.shared.player.player import player
from pages.shared.player.state import PlayerState
from sedtf_core.config import FeatureConfig
from sedtf_core.events import Event
from sedtf_core.labels import display_name, label_colour

FEATURES = FeatureConfig()
SECONDS = 10.0
TRUTH = (Event(1.0, 3.0, "Bark"), Event(4.0, 5.5, "Trumpet"), Event(5.0, 8.0, "Cowbell"))
SPREAD = {
    "gmp": (0.0, 6.0),
    "gap": (0.5, 0.5),
    "gwrp": (0.12, 0.8),
}  # floor and exponent of a fake mask


def make_sources(rng: np.random.Generator) -> list[np.ndarray]:
    """One harmonic sound for each event of the truth."""
    time = np.arange(int(SECONDS * FEATURES.sample_rate)) / FEATURES.sample_rate
    sources = []
    for event, pitch in zip(TRUTH, (180.0, 440.0, 900.0), strict=True):
        length = event.offset - event.onset
        envelope = np.interp(
            time - event.onset, [0, 0.05, length - 0.2, length], [0, 1, 0.5, 0], 0, 0
        )
        vibrato = pitch * time + 4 * np.sin(2 * np.pi * 3 * time)
        tones = sum(np.sin(2 * np.pi * k * vibrato) / k for k in range(1, 9))
        noise = 0.3 * rng.standard_normal(time.size)
        sources.append((0.12 * envelope * (tones + noise)).astype(np.float32))
    return sources


def mel_magnitude(waveform: np.ndarray, centres: np.ndarray) -> np.ndarray:
    """(frames, mel_bins) magnitude by summing FFT bins around each centre: good enough to look at."""
    hops = np.lib.stride_tricks.sliding_window_view(waveform, FEATURES.n_fft)[
        :: FEATURES.hop_length
    ]
    window = np.hamming(FEATURES.n_fft).astype(np.float32)
    spectrum = np.abs(np.fft.rfft(hops * window)) / np.linalg.norm(window)
    bins = np.fft.rfftfreq(FEATURES.n_fft, 1 / FEATURES.sample_rate)
    width = np.gradient(centres)
    weights = np.maximum(0, 1 - np.abs(bins[:, None] - centres) / np.maximum(width, 16))
    return np.asarray(spectrum @ (weights / weights.sum(axis=0)))


def fake_system(name: str, ideal: np.ndarray, rng: np.random.Generator, prob: float) -> SystemView:
    """A system whose mask is the ideal one, made narrower or spread out."""
    floor, exponent = SPREAD[name]
    clean = np.minimum(1, ideal**exponent + floor * ideal.max(axis=-1, keepdims=True))
    masks = np.clip(clean + 0.04 * rng.standard_normal(ideal.shape), 0, 1)
    return SystemView(
        name=name,
        title=name.upper(),
        clip_probs=np.array([prob, 0.9 * prob, 0.8 * prob], dtype=np.float32),
        frame_scores=masks.mean(axis=-1).astype(np.float32),
        masks=masks_to_uint8(masks),
    )


@st.cache_resource
def make_view(case: str) -> PlayerView:
    """The clip of one case, the same in every session."""
    rng = np.random.default_rng(0)
    sources = make_sources(rng)
    scene = (0.01 * rng.standard_normal(sources[0].size)).astype(np.float32)
    mixture = np.stack([*sources, scene]).sum(axis=0)
    edges_hz = np.geomspace(50, 16_000, FEATURES.n_mels + 1)
    mel_hz = np.sqrt(edges_hz[:-1] * edges_hz[1:])
    magnitudes = np.stack([mel_magnitude(wave, mel_hz) for wave in [*sources, scene]])
    ideal = magnitudes[:3] / magnitudes.sum(axis=0)
    probs = {"gmp": 0.93, "gap": 0.41, "gwrp": 0.71}
    systems = [
        fake_system(name, ideal, rng, 0.08 if case == "quiet" else probs[name]) for name in SPREAD
    ]
    tracks = [Track("Mixture", "mixture", mixture), Track("Scene", "scene", scene)]
    for event, source in zip(TRUTH, sources, strict=True):
        name = display_name(event.label)
        tracks.append(Track(f"{name}, true", "truth", source, event.label))
        for index, system in enumerate(systems):
            estimate = 0.9 * source + (0.05 + 0.05 * index) * (mixture - source)
            title = f"{name}, {system.title}"
            tracks.append(Track(title, "estimate", estimate, event.label, system.name))
    tracks += [
        Track(f"Background, {system.title}", "background", scene * 0.9, None, system.name)
        for system in systems
    ]
    view = PlayerView(
        sample_rate=FEATURES.sample_rate,
        duration_s=SECONDS,
        log_mel_db=20 * np.log10(mel_magnitude(mixture, mel_hz) + 1e-8),
        mel_hz=mel_hz,
        mel_edges_hz=edges_hz,
        frame_hop_s=FEATURES.frame_hop_s,
        frame_length_s=FEATURES.frame_length_s,
        classes=tuple(
            ShownClass(event.label, display_name(event.label), label_colour(event.label))
            for event in TRUTH
        ),
        systems=tuple(systems),
        tracks=tuple(tracks),
        ideal_masks=masks_to_uint8(ideal),
        truth=TRUTH,
    )
    if case == "opposite":
        negated = Track("Negated", "scene", -mixture)
        return dataclasses.replace(view, tracks=(view.tracks[0], negated, *view.tracks[2:]))
    if case == "unknown":
        plain = dataclasses.replace(systems[0], masks=None)
        kept = tuple(track for track in tracks if track.kind not in ("scene", "truth"))
        return dataclasses.replace(
            view, ideal_masks=None, truth=None, systems=(plain, *systems[1:]), tracks=kept
        )
    return view


st.set_page_config(page_title="Player", layout="wide")
saved = st.query_params.get("selected")
case = "quiet" if st.toggle("Another clip") else st.query_params.get("case", "known")
state = player(
    make_view(case),
    key="player",
    initial=PlayerState(selected=saved) if saved else None,
)
st.code(json.dumps(dataclasses.asdict(state)), language="json")
