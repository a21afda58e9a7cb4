"""What a link holds: which clip, and how it was synthesised. Recipes and values, never samples.

A synthesised clip is four values (classes, scene, SNR, seed); the seed draws the clips and their onsets,
unless they were placed by hand. The examples are such values with a name, so that one path makes them all. A
link knows a clip by its number within its class in the library's table, from 1, and an onset in
milliseconds: ``3-2150.1-5000`` places an event of each of two classes, ``3-2150_4-7000.1-5000`` two of the
first. Those share the one mask that a network has for their class.
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from pages.shared.cached import library
from sedtf_core.config import MixtureConfig
from sedtf_core.labels import display_name
from sedtf_core.mixing import Placement, Recipe, draw_recipe

MOST_CLASSES = 5
MOST_OF_A_CLASS = 3
SNR_RANGE_DB = (-20, 30)
SEED_RANGE = (0, 9999)
CLIP_MS = round(1000 * MixtureConfig.seconds)
_LINKED = re.compile(r"([1-9][0-9]{0,2})-(0|[1-9][0-9]{0,4})")


@dataclass(frozen=True)
class Placed:
    """Where one event stands: the number of its clip within its class, from 1, and its onset."""

    number: int
    onset_ms: int


# Class → where its events stand, in the order in which the classes were chosen.
Places = Mapping[str, tuple[Placed, ...]]


@dataclass(frozen=True)
class Synthesis:
    """The choices behind a synthesised mixture, and a name for people.

    Attributes
    ----------
    classes
        The class of each event; only where events are placed by hand does one come more than once.
    placed
        Where each event stands; empty where the seed draws clips and onsets.
    """

    classes: tuple[str, ...]
    scene: str
    snr_db: int
    seed: int
    name: str = ""
    placed: tuple[Placed, ...] = ()

    def title(self) -> str:
        """What the clip is called."""
        if self.name:
            return self.name
        names = ", ".join(
            f"{count} × {display_name(label)}" if count > 1 else display_name(label)
            for label, count in Counter(self.classes).items()
        )
        origin = "placed by hand" if self.placed else f"seed {self.seed}"
        return f"{names} in {self.scene.replace('_', ' ').lower()}, {self.snr_db} dB, {origin}"


def recipe(synthesis: Synthesis) -> Recipe:
    """Draw the clips and onsets that the seed stands for, or take those placed by hand."""
    bank = library()
    if synthesis.placed:
        return _placed_recipe(synthesis)
    clips = bank.clips(synthesis.classes)
    scenes = [scene.clip for scene in bank.scenes() if scene.label == synthesis.scene]
    config = MixtureConfig(n_events=len(clips), snr_db=float(synthesis.snr_db))
    return draw_recipe(np.random.default_rng(synthesis.seed), clips, scenes, config)


def _placed_recipe(synthesis: Synthesis) -> Recipe:
    """The recipe of events placed by hand, in their order; each scene has one clip."""
    bank = library()
    scene = next(scene.clip for scene in bank.scenes() if scene.label == synthesis.scene)
    events = tuple(
        Placement(label, bank.events(label)[placed.number - 1].clip, placed.onset_ms / 1000)
        for label, placed in zip(synthesis.classes, synthesis.placed, strict=True)
    )
    return Recipe(
        events, scene, MixtureConfig(n_events=len(events), snr_db=float(synthesis.snr_db))
    )


def layout(synthesis: Synthesis) -> tuple[Placed, ...]:
    """Where the events stand, placed or drawn, in the order of ``classes``."""
    if synthesis.placed:
        return synthesis.placed
    drawn = {event.label: event for event in recipe(synthesis).events}
    return tuple(
        Placed(
            [sound.clip for sound in library().events(label)].index(drawn[label].clip) + 1,
            round(1000 * drawn[label].onset),
        )
        for label in synthesis.classes
    )


def used_ms(label: str) -> list[int]:
    """How long each clip of a class sounds in a mixture, rounded up to a millisecond."""
    longest = 1000 * MixtureConfig.max_event_s
    return [int(-(-min(1000 * s.seconds, longest) // 1)) for s in library().events(label)]


def is_possible(label: str, placed: Placed) -> bool:
    """Whether the class has this clip, and it ends within the mixture."""
    lengths = used_ms(label)
    if not 1 <= placed.number <= len(lengths):
        return False
    return 0 <= placed.onset_ms <= CLIP_MS - lengths[placed.number - 1]


def place_new(label: str, places: Places) -> Placed:
    """A new event in the middle of the longest silence: the class's first clip, or the next one."""
    lengths = used_ms(label)
    number = 1 + len(places.get(label, ())) % len(lengths)
    length, ends = lengths[number - 1], 0
    spans = sorted(_span(each, placed) for each, own in places.items() for placed in own)
    silences = []
    for start, end in [*spans, (CLIP_MS, CLIP_MS)]:
        silences.append((ends, start))
        ends = max(ends, end)
    start, end = max(silences, key=lambda silence: silence[1] - silence[0])
    return Placed(number, min(max(0, (start + end - length) // 2), CLIP_MS - length))


def _span(label: str, placed: Placed) -> tuple[int, int]:
    """Onset and offset of an event in milliseconds."""
    return placed.onset_ms, placed.onset_ms + used_ms(label)[placed.number - 1]


def placed_to_text(places: Places) -> str:
    """The events' places as they stand in a link."""
    return ".".join(
        "_".join(f"{each.number}-{each.onset_ms}" for each in own) for own in places.values()
    )


def text_to_placed(text: str, classes: Sequence[str]) -> Places | None:
    """Read ``placed_to_text``; None unless it places events of exactly these classes, each possibly."""
    groups = text.split(".", MOST_CLASSES)
    if len(groups) != len(classes):
        return None
    places = {}
    for label, group in zip(classes, groups, strict=True):
        matches = [_LINKED.fullmatch(part) for part in group.split("_", MOST_OF_A_CLASS)]
        own = tuple(Placed(int(match[1]), int(match[2])) for match in matches if match)
        if len(matches) > MOST_OF_A_CLASS or len(own) < len(matches):
            return None
        if not all(is_possible(label, each) for each in own):
            return None
        places[label] = own
    return places


def _is_within(text: str, least: int, most: int) -> bool:
    """Whether a text is a number of a range."""
    try:
        return least <= float(text) <= most  # written so that NaN is refused as well
    except ValueError:
        return False


# A synthesised clip's parameters in the link → whether a text can be read; no event at all is ``events=``.
READABLE: Mapping[str, Callable[[str], bool]] = {
    "events": lambda text: not text or text in map(display_name, library().labels()),
    "scene": lambda text: text in (s.label.replace("_", " ") for s in library().scenes()),
    "snr": lambda text: _is_within(text, *SNR_RANGE_DB),
    "seed": lambda text: _is_within(text, *SEED_RANGE),
}


def rolled(synthesis: Synthesis) -> Synthesis:
    """The same choices with a new seed, and nothing placed by hand."""
    seed = int(np.random.default_rng().integers(0, 10_000))
    return replace(synthesis, seed=seed, name="", placed=())
