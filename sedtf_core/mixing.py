"""Mixtures of events in a scene at a known signal-to-noise ratio, with their exact sources.

Conventions: times in seconds, levels as root mean square (RMS) of the samples used. A recipe names every
choice, so the same recipe gives the same samples; drawing one from a seed is separate from realising it.
The scene has RMS 1 before one common gain, every event 10^(snr_db / 20) over the span it sounds. One gain
scales the sum, the sources and the scene alike, so sources + scene = mixture. Which clips there are is
left to ``datasets``; mixing batches on a training device to ``train.batches``.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Bool, Float32, Float64

from sedtf_core.config import SAMPLE_RATE, MixtureConfig
from sedtf_core.errors import InputError
from sedtf_core.events import Event
from sedtf_core.labels import LABELS

# Peak of a mixture: inside ±1 with room for the rounding of file formats.
PEAK = 0.99
# The published code's onsets, in seconds.
REFERENCE_ONSETS = (0.5, 3.0, 5.5)
FADE_S = 0.005
SCENE_CROSSFADE_S = 0.2

Samples = Float32[np.ndarray, " samples"]


@dataclass(frozen=True)
class Placement:
    """One event of a recipe: its class, the clip that it is taken from, and its onset in seconds."""

    label: str
    clip: str
    onset: float


@dataclass(frozen=True)
class Recipe:
    """All choices behind a mixture."""

    events: tuple[Placement, ...]
    scene: str
    config: MixtureConfig = field(default_factory=MixtureConfig)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Recipe":
        """Rebuild a recipe from ``to_dict``; InputError if it is not one."""
        try:
            events = tuple(Placement(**event) for event in values["events"])
            return cls(events, str(values["scene"]), MixtureConfig(**values["config"]))
        except (KeyError, TypeError, ValueError) as error:
            raise InputError(f"this is not a recipe of a mixture: {error}") from None


@dataclass(frozen=True, eq=False)
class Mixture:
    """A realised recipe: samples at ``sample_rate``, and what is true of them.

    Attributes
    ----------
    mixture, scene
        The sum, and the background in it.
    sources
        One row an event, silent outside its span, in the recipe's order.
    events
        Onset, offset and label of each source.
    gain
        The one factor that everything was scaled by.
    """

    mixture: Samples
    sources: Float32[np.ndarray, "sources samples"]
    scene: Samples
    events: tuple[Event, ...]
    recipe: Recipe
    gain: float
    sample_rate: int

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """The classes of the events, each once, in the order of the recipe."""
        return tuple(dict.fromkeys(event.label for event in self.events))

    @cached_property
    def class_sources(self) -> Float32[np.ndarray, "classes samples"]:
        """One row a class of ``labels``: the sum of its events, as a network has one mask a class."""
        if len(self.labels) == len(self.events):
            return self.sources
        rows = [
            sum(
                source
                for event, source in zip(self.events, self.sources, strict=True)
                if event.label == label
            )
            for label in self.labels
        ]
        return np.stack(rows).astype(np.float32)

    def events_of(self, label: str) -> tuple[Event, ...]:
        """The events of a class, by onset."""
        own = (event for event in self.events if event.label == label)
        return tuple(sorted(own, key=lambda event: event.onset))

    def covered(self, label: str) -> Bool[np.ndarray, " samples"]:
        """The samples at which an event of a class sounds."""
        samples = np.zeros(len(self.mixture), dtype=bool)
        for event in self.events_of(label):
            first, end = (round(s * self.sample_rate) for s in (event.onset, event.offset))
            samples[first:end] = True
        return samples


def draw_recipe(
    rng: np.random.Generator,
    clips: Mapping[str, Sequence[tuple[str, float]]],
    scenes: Sequence[str],
    config: MixtureConfig,
) -> Recipe:
    """Draw classes, clips, onsets and scene of a mixture.

    Parameters
    ----------
    rng
        Source of all choices.
    clips
        For each class the clips to choose from, with their seconds.
    scenes
        The scenes to choose from.
    config
        Number of events, lengths and SNR.

    Returns
    -------
    A recipe whose events have different classes and do not overlap.

    Raises
    ------
    InputError
        If there are too few classes or no scene, or the events do not fit into the clip.
    """
    if len(clips) < config.n_events or not scenes:
        raise InputError(
            f"a mixture needs {config.n_events} classes and a scene, there are {len(clips)} classes "
            f"and {len(scenes)} scenes"
        )
    labels = rng.choice(sorted(clips), size=config.n_events, replace=False)
    chosen = [clips[label][int(rng.integers(len(clips[label])))] for label in labels]
    durations = [min(seconds, config.max_event_s) for _, seconds in chosen]
    onsets = draw_onsets(rng, durations, config)
    events = tuple(
        Placement(str(label), clip, onset)
        for label, (clip, _), onset in zip(labels, chosen, onsets, strict=True)
    )
    return Recipe(events, scenes[int(rng.integers(len(scenes)))], config)


def draw_onsets(
    rng: np.random.Generator, durations: Sequence[float], config: MixtureConfig
) -> list[float]:
    """Draw onsets in seconds, in the events' order, such that no two events overlap.

    The time that the events leave free is cut into gaps at uniform points, the first and last included.
    Onsets are rounded to a millisecond, by which neighbours may then meet.
    """
    if config.fixed_onsets:
        if len(durations) > len(REFERENCE_ONSETS):
            raise InputError(f"fixed onsets serve at most {len(REFERENCE_ONSETS)} events")
        return list(REFERENCE_ONSETS[: len(durations)])
    free = config.seconds - sum(durations)
    if free < 0:
        raise InputError(
            f"events of {sum(durations):.1f} s do not fit into {config.seconds:g} s; "
            "take fewer or shorter events, or a longer clip"
        )
    gaps_before = np.sort(rng.uniform(0, free, size=len(durations)))
    starts = gaps_before + np.concatenate([[0.0], np.cumsum(durations)[:-1]])
    return [round(float(start), 3) for start in starts]


def mix(recipe: Recipe, load: Callable[[str], Samples], sample_rate: int = SAMPLE_RATE) -> Mixture:
    """Realise a recipe.

    Parameters
    ----------
    recipe
        What to mix.
    load
        Returns a clip's samples at ``sample_rate``.
    sample_rate
        Rate in Hz.

    Returns
    -------
    The mixture with its sources; float32, sources + scene = mixture sample by sample.

    Raises
    ------
    InputError
        If an event or the scene is silent (the message names it), or an event starts outside the clip.
    """
    config = recipe.config
    samples = round(config.seconds * sample_rate)
    scene = level_scene(load(recipe.scene), samples, sample_rate, recipe.scene)
    tracks = np.zeros((len(recipe.events), samples))
    events = []
    for track, placement in zip(tracks, recipe.events, strict=True):
        start = round(placement.onset * sample_rate)
        if not 0 <= start < samples:
            raise InputError(
                f"{placement.label} starts at {placement.onset:g} s, outside the clip of {config.seconds:g} s"
            )
        room = min(samples - start, round(config.max_event_s * sample_rate))
        event = level_event(load(placement.clip), room, sample_rate, placement.clip, config)
        track[start : start + len(event)] = event * 10 ** (config.snr_db / 20)
        events.append(
            Event(start / sample_rate, (start + len(event)) / sample_rate, placement.label)
        )
    gain = PEAK / float(np.abs(tracks.sum(axis=0) + scene).max())
    sources, scene = (tracks * gain).astype(np.float32), (scene * gain).astype(np.float32)
    # Summed from the float32 tracks, in double precision, so that a listener's sum has no other rounding.
    mixture = (sources.sum(axis=0, dtype=np.float64) + scene).astype(np.float32)
    return Mixture(mixture, sources, scene, tuple(events), recipe, gain, sample_rate)


def level_event(
    waveform: Float32[np.ndarray, " recorded"],
    samples: int,
    sample_rate: int,
    name: str,
    config: MixtureConfig,
) -> Float64[np.ndarray, " used"]:
    """Return the part of an event that a mixture uses, at most ``samples`` long, at RMS 1."""
    used = waveform[:samples].astype(np.float64)
    if len(used) < len(waveform):
        fade = min(round(FADE_S * sample_rate), len(used))
        used[len(used) - fade :] *= np.linspace(1, 0, fade)  # a cut in full swing would click
    measured = waveform.astype(np.float64) if config.level_on_whole_file else used
    return used / _rms(measured, name)


def level_scene(
    waveform: Float32[np.ndarray, " recorded"], samples: int, sample_rate: int, name: str
) -> Float64[np.ndarray, " samples"]:
    """Return ``samples`` samples of a scene at RMS 1; a shorter one is repeated with a crossfade."""
    scene = waveform.astype(np.float64)
    fade = round(SCENE_CROSSFADE_S * sample_rate)
    if len(scene) < min(samples, 2 * fade + 1):
        raise InputError(
            f"{name} lasts {len(scene) / sample_rate:.2f} s, too short for a scene; "
            f"choose a file of at least {2 * SCENE_CROSSFADE_S:g} s"
        )
    if len(scene) < samples:
        # Equal power: the repetition is not correlated with what it fades into.
        rise, period = np.sqrt(np.linspace(0, 1, fade)), len(scene) - fade
        joint = scene[period:] * rise[::-1] + scene[:fade] * rise
        again = np.concatenate([joint, scene[fade:period]])
        times = -(-(samples - len(scene)) // period)
        scene = np.concatenate([scene[:period], np.tile(again, times), scene[period:]])
    scene = scene[:samples]
    return scene / _rms(scene, name)


def _rms(waveform: Float64[np.ndarray, " samples"], name: str) -> float:
    """Root mean square; InputError that names the file if it is silent."""
    rms = float(np.sqrt(np.mean(waveform**2))) if len(waveform) else 0.0
    if rms < 1e-7:
        raise InputError(f"{name} is silent, so it has no level to mix at; choose another file")
    return rms


def mix_files(
    events: Sequence[str],
    scene: str,
    *,
    labels: Sequence[str] | None = None,
    snr_db: float = 0.0,
    seconds: float = 10.0,
    seed: int = 0,
    sample_rate: int = SAMPLE_RATE,
) -> Mixture:
    """Mix audio files; the seed draws the onsets, the events keep the order given.

    Parameters
    ----------
    events, scene
        Paths of audio files.
    labels
        A class an event; by default the name of the event's folder if that is a known class, otherwise
        the file's own name.
    snr_db, seconds
        As in ``MixtureConfig``.
    seed
        Of the onsets.

    Raises
    ------
    InputError
        If a file cannot be read or is silent, the events do not fit, or a number is out of range.
    """
    from sedtf_core import audio  # deferred: recipes can be drawn without the decoders

    names = [_label_of(path) for path in events] if labels is None else list(labels)
    if len(names) != len(events):
        raise InputError(f"{len(names)} labels for {len(events)} events; give one a file")
    try:
        config = MixtureConfig(seconds=seconds, n_events=len(events), snr_db=snr_db)
    except ValueError as error:
        raise InputError(f"{error}; choose another value") from None
    waveforms = {path: audio.load(path, sample_rate) for path in {*events, scene}}
    durations = [min(len(waveforms[path]) / sample_rate, config.max_event_s) for path in events]
    onsets = draw_onsets(np.random.default_rng(seed), durations, config)
    placements = tuple(map(Placement, names, events, onsets))
    return mix(Recipe(placements, scene, config), waveforms.__getitem__, sample_rate)


def _label_of(path: str) -> str:
    """Class of an event file: its folder's name if that is a known class, otherwise its own name."""
    folder = Path(path).resolve().parent.name
    return folder if folder in LABELS else Path(path).stem
