"""What a finished library must measure: lengths, levels, silence, size."""

from pathlib import Path

import numpy as np
import soundfile

from sedtf_core.config import SAMPLE_RATE
from sedtf_core.labels import LABELS

MAX_EVENT_S, MIN_EVENT_S, SCENE_S = 4.0, 0.1, 10.0
EVENT_PEAK, MAX_SCENE_PEAK, SCENE_RMS = 0.7, 0.65, 0.1
PEAK_TOLERANCE = 0.05  # of the peak asked for, because Vorbis moves it
SILENCE_DB = -50.0  # relative to the clip's peak
MAX_LEADING_SILENCE_S = 0.1
MIN_SCENE_RMS = 0.03
MIN_BLOCK_SHARE = 0.03  # RMS of a scene's quietest half second, of that of its loudest
MAX_BYTES = 6 * 2**20

Waveform = np.ndarray


def problems(out: Path, rows: list[dict[str, str]]) -> list[str]:
    """Measure every clip and the whole; return one line for each thing that is wrong."""
    found = []
    for row in rows:
        waveform, rate = soundfile.read(out / row["path"], always_2d=True)
        found += [f"{row['path']}: {fault}" for fault in clip_faults(row["kind"], waveform, rate)]
    size = sum(path.stat().st_size for path in out.rglob("*") if path.is_file())
    if size > MAX_BYTES:
        found.append(f"the library holds {size} bytes, more than {MAX_BYTES}")
    unknown = {row["label"] for row in rows if row["kind"] == "event"} - set(LABELS)
    return found + [f"{label} is not a class" for label in sorted(unknown)]


def clip_faults(kind: str, waveform: Waveform, rate: int) -> list[str]:
    """What is wrong with one decoded clip (samples, channels)."""
    if rate != SAMPLE_RATE or waveform.shape[1] != 1:
        return [f"has {waveform.shape[1]} channels at {rate} Hz"]
    if not np.any(waveform):
        return ["is silent"]
    return scene_faults(waveform[:, 0]) if kind == "scene" else event_faults(waveform[:, 0])


def event_faults(waveform: Waveform) -> list[str]:
    """What is wrong with an event: its peak, its length or silence before it."""
    faults = []
    level, seconds = np.abs(waveform), len(waveform) / SAMPLE_RATE
    if abs(level.max() / EVENT_PEAK - 1.0) > PEAK_TOLERANCE:
        faults.append(f"peaks at {level.max():.3f}")
    if not MIN_EVENT_S <= seconds <= MAX_EVENT_S:
        faults.append(f"lasts {seconds:.3f} s")
    leading_s = np.argmax(level > level.max() * 10 ** (SILENCE_DB / 20)) / SAMPLE_RATE
    if leading_s > MAX_LEADING_SILENCE_S:
        faults.append(f"starts with {leading_s:.3f} s of silence")
    return faults


def scene_faults(waveform: Waveform) -> list[str]:
    """What is wrong with a scene: length, peak, level or half a second of near silence."""
    if len(waveform) != round(SCENE_S * SAMPLE_RATE):
        return [f"lasts {len(waveform) / SAMPLE_RATE} s"]
    faults = []
    peak, blocks = np.abs(waveform).max(), waveform.reshape(-1, SAMPLE_RATE // 2)
    if peak > MAX_SCENE_PEAK * (1 + PEAK_TOLERANCE):
        faults.append(f"peaks at {peak:.3f}")
    rms = np.sqrt(np.mean(blocks**2, axis=1))
    if np.sqrt(np.mean(rms**2)) < MIN_SCENE_RMS:
        faults.append("is too quiet")
    if rms.min() < MIN_BLOCK_SHARE * rms.max():
        faults.append("falls silent for half a second")
    return faults
