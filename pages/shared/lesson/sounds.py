"""The sounds of the lesson, encoded once, all at one gain: what is quiet there is quiet."""

from jaxtyping import Float32
from numpy import ndarray

from pages.shared.lesson.facts import LessonFacts
from pages.shared.levels import shared_gain
from pages.shared.listen import Heard, encoded
from sedtf_core.separation import separate

MIXTURE, SOURCE = "Mixture", "True source"


def encode_sounds(facts: LessonFacts) -> dict[str, bytes]:
    """Return FLAC by name: the mixture, the true source, and what each mask lets through.

    Masks go by the names of ``facts.simple_masks`` and of the systems.
    """
    features = next(iter(facts.analyses.values())).features
    masks = facts.simple_masks() | {name: mask.mask for name, mask in facts.systems.items()}
    sounds: dict[str, Float32[ndarray, " samples"]] = {
        MIXTURE: facts.mixture.mixture,
        SOURCE: facts.source,
    }
    for name, mask in masks.items():
        sounds[name] = separate(facts.mixture.mixture, mask[None], features).numpy()[0]
    gain = shared_gain(sounds.values())
    return {name: encoded(Heard(name, waveform, gain)) for name, waveform in sounds.items()}
