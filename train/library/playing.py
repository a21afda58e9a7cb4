"""From the library's contents to waveforms: FluidSynth plays phrases, recordings are cut and looped.

Waveforms are mono at the library's rate. The same generator gives the same samples.
"""

import subprocess
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
import soxr

from sedtf_core.config import SAMPLE_RATE
from sedtf_core.errors import InputError
from train.library.contents import (
    DRUM_BANK,
    SONIC_PI,
    Loop,
    Note,
    Patch,
    Phrase,
    Recording,
    Texture,
)
from train.library.measures import MAX_EVENT_S, SCENE_S, SILENCE_DB, Waveform

RENDER_RATE = 48_000  # above the fonts' 44.1 kHz, so that soxr removes what would fold at 32 kHz
FONT_FOLDER = Path("/usr/share/sounds/sf2")
SONIC_PI_FOLDER = Path("/usr/share/sonic-pi/samples")


@dataclass(frozen=True)
class Studio:
    """The places of one build: where the animals lie, and where MIDI and takes are written."""

    animals: Path
    scratch: Path


def perform(phrase: Phrase, patch: Patch, rng: np.random.Generator) -> Phrase:
    """A phrase as a player plays it: transposed (drums: tuned), at a tempo, not quite even."""
    is_kit = patch.bank == DRUM_BANK
    transpose = patch.base_key + (0 if is_kit else int(rng.integers(-2, 3)))
    tempo = rng.uniform(0.85, 1.15)
    notes = tuple(
        Note(
            onset_s=max(0.0, note.onset_s * tempo + rng.normal(0.0, 0.006)),
            key=note.key + transpose,
            velocity=int(np.clip(note.velocity + rng.integers(-8, 9), 1, 127)),
            seconds=note.seconds * tempo,
        )
        for note in phrase.notes
    )
    bend = phrase.bend + (rng.uniform(-0.5, 0.5) if is_kit else 0.0)
    return replace(phrase, notes=notes, bend=bend)


def write_midi(path: Path, phrase: Phrase, bank: int, program: int) -> None:
    """Write a phrase as a MIDI file whose ticks are milliseconds."""
    mido = import_mido()
    channel = 9 if bank == DRUM_BANK else 0

    def control(number: int, value: int) -> Any:
        return mido.Message("control_change", channel=channel, control=number, value=value)

    timed = [] if bank == DRUM_BANK else [(0, control(0, bank))]
    timed.append((0, mido.Message("program_change", channel=channel, program=program)))
    # Registered parameter 0 is the bend range; an octave leaves room for every bend of the tables.
    timed += [(0, control(101, 0)), (0, control(100, 0)), (0, control(6, 12))]
    pitch = round(phrase.bend / 12 * 8191)
    timed.append((0, mido.Message("pitchwheel", channel=channel, pitch=pitch)))
    timed.append((0, control(1, phrase.vibrato)))
    end_s = max(note.onset_s + note.seconds for note in phrase.notes)
    for fraction in np.linspace(0.0, 1.0, 33):
        level = round(float(np.interp(fraction, (0, 1), phrase.swell)))
        timed.append((round(1000 * fraction * end_s), control(11, level)))
    for note in phrase.notes:
        stroke = {"channel": channel, "note": note.key, "velocity": note.velocity}
        timed.append((round(1000 * note.onset_s), mido.Message("note_on", **stroke)))
        stop = round(1000 * (note.onset_s + note.seconds))
        timed.append((stop, mido.Message("note_off", **stroke)))
    track = mido.MidiTrack([mido.MetaMessage("set_tempo", tempo=1_000_000)])
    now = 0
    for at, message in sorted(timed, key=lambda pair: pair[0]):
        track.append(message.copy(time=at - now))
        now = at
    mido.MidiFile(ticks_per_beat=1000, tracks=[track]).save(path)


def import_mido() -> Any:
    """The MIDI library, which only a build needs."""
    try:
        import mido
    except ImportError:
        raise InputError("mido is not installed; run: pip install '.[library]'") from None
    return mido


def synthesise(font: str, bank: int, program: int, phrase: Phrase, scratch: Path) -> Waveform:
    """Play a phrase on a preset with FluidSynth, dry; return it mono at the library's rate."""
    midi, take = scratch / "take.mid", scratch / "take.wav"
    write_midi(midi, phrase, bank, program)
    command = ["fluidsynth", "-ni", "-q", "-R", "0", "-C", "0", "-g", "1"]
    command += ["-r", str(RENDER_RATE), "-T", "wav", "-O", "float", "-F", str(take)]
    command += ["-o", "synth.dynamic-sample-loading=1", str(FONT_FOLDER / font), str(midi)]
    subprocess.run(command, check=True, capture_output=True)
    return read_mono(take)


def read_mono(
    path: Path, start_s: float = 0.0, end_s: float | None = None, speed: float = 1.0
) -> Waveform:
    """Read a stretch of a file as mono at the library's rate."""
    waveform, rate = soundfile.read(path, always_2d=True)
    stretch = waveform[round(start_s * rate) : None if end_s is None else round(end_s * rate)]
    mono: Waveform = soxr.resample(stretch.mean(axis=1), rate * speed, SAMPLE_RATE, "VHQ")
    return mono


def read_recording(recording: Recording, studio: Studio) -> Waveform:
    """Read a recording's stretch at its speed."""
    folder = SONIC_PI_FOLDER if recording.source == SONIC_PI else studio.animals
    file = folder / recording.file
    return read_mono(file, recording.start_s, recording.end_s, recording.speed)


def trim(waveform: Waveform) -> Waveform:
    """Cut what is quieter than ``SILENCE_DB`` at both ends and what exceeds ``MAX_EVENT_S``."""
    loud = np.flatnonzero(np.abs(waveform) > np.abs(waveform).max() * 10 ** (SILENCE_DB / 20))
    clip = waveform[loud[0] : loud[-1] + 1][: round(MAX_EVENT_S * SAMPLE_RATE)]
    return fade(clip, in_s=0.001, out_s=min(0.08, 0.2 * len(clip) / SAMPLE_RATE))


def fade(waveform: Waveform, in_s: float, out_s: float) -> Waveform:
    """Raised-cosine fades at both ends, so that a cut does not click."""
    faded = waveform.copy()
    for length, edge in ((round(in_s * SAMPLE_RATE), 1), (round(out_s * SAMPLE_RATE), -1)):
        faded[::edge][:length] *= 0.5 - 0.5 * np.cos(np.pi * (np.arange(length) + 0.5) / length)
    return faded


def render_layer(layer: Texture | Loop, rng: np.random.Generator, studio: Studio) -> Waveform:
    """One layer of a scene, ``SCENE_S`` long, at RMS 1 times its level."""
    samples = round(SCENE_S * SAMPLE_RATE)
    if isinstance(layer, Loop):
        recorded = read_recording(layer.recording, studio)
        # Some recordings carry a constant offset, which would count as level.
        waveform = repeat(recorded - recorded.mean(), samples)
    else:
        # Past its attacks: the scene begins where the first notes have settled.
        lead_s = 4.0
        phrase = draw_texture(layer, lead_s + SCENE_S, rng)
        take = synthesise(layer.font, layer.bank, layer.program, phrase, studio.scratch)
        waveform = take[round(lead_s * SAMPLE_RATE) :][:samples]
    gain: float = 10 ** (layer.level_db / 20) / np.sqrt(np.mean(waveform**2))
    return waveform * gain


def draw_texture(layer: Texture, seconds: float, rng: np.random.Generator) -> Phrase:
    """Draw a texture's notes: random keys and velocities at uneven intervals, to the end."""
    notes: list[Note] = []
    onset_s = 0.0
    while onset_s < seconds:
        # Never the key just struck: each note then swells while another one still sounds.
        keys = [key for key in layer.keys if not notes or key != notes[-1].key]
        velocity = int(rng.integers(80, 121))
        notes.append(Note(onset_s, int(rng.choice(keys or layer.keys)), velocity, layer.hold_s))
        onset_s += layer.every_s * rng.uniform(0.6, 1.4)
    return Phrase(tuple(end_before_restrike(notes)))


def end_before_restrike(notes: list[Note]) -> list[Note]:
    """Shorten notes whose key is struck again: MIDI would let their end silence the new note."""
    struck_at: dict[int, float] = {}
    ended = []
    for note in reversed(notes):
        room_s = struck_at.get(note.key, np.inf) - note.onset_s
        ended.append(note._replace(seconds=min(note.seconds, room_s)))
        struck_at[note.key] = note.onset_s
    return ended[::-1]


def repeat(waveform: Waveform, samples: int, crossfade_s: float = 0.3) -> Waveform:
    """Repeat a waveform with crossfades until it fills ``samples``."""
    overlap = round(crossfade_s * SAMPLE_RATE)
    piece = fade(waveform, crossfade_s, crossfade_s)
    looped = np.zeros(samples + overlap + len(piece))
    for start in range(0, samples + overlap, len(piece) - overlap):
        looped[start : start + len(piece)] += piece
    return looped[overlap : overlap + samples]
