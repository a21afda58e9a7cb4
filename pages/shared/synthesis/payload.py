"""What the timeline shows, and the one binary message that carries it to the browser.

Conventions: times in whole milliseconds, clips by their number within their class, from 1. Streamlit passes
bytes raw only as a component's whole ``data``, so everything travels in one message::

    "SEDT" | u32 length | JSON header | the chosen clips, 16-bit PCM one after another

message.js reads it. A clip travels as a mixture uses it: cut to its longest, and all at one level over their
span, so that what is heard alone is what goes into the mixture, times one gain for all.
"""

import numpy as np
from numpy.typing import NDArray

from pages.shared.browser.message import join_front
from pages.shared.cached import library
from pages.shared.levels import FULL_SCALE_16
from pages.shared.state import (
    CLIP_MS,
    MOST_CLASSES,
    MOST_OF_A_CLASS,
    Placed,
    Synthesis,
    layout,
    used_ms,
)
from sedtf_core.config import SAMPLE_RATE, MixtureConfig
from sedtf_core.labels import display_name, label_colour
from sedtf_core.mixing import PEAK, level_event

MAGIC = b"SEDT"


def encode_timeline(synthesis: Synthesis, serial: int) -> bytes:
    """The message; ``serial`` is that of the last change that it follows."""
    places = layout(synthesis)
    sounds = clip_sounds(synthesis.classes, places)
    header = {
        "clip_ms": CLIP_MS,
        "most_classes": MOST_CLASSES,
        "most_of_a_class": MOST_OF_A_CLASS,
        "sample_rate": SAMPLE_RATE,
        "serial": serial,
        "classes": [
            {
                "label": label,
                "name": display_name(label),
                "colour": label_colour(label),
                "used_ms": used_ms(label),
            }
            for label in library().labels()
        ],
        "events": [
            {"label": label, "number": place.number, "onset_ms": place.onset_ms}
            for label, place in zip(synthesis.classes, places, strict=True)
        ],
        "samples": [len(sound) for sound in sounds],
    }
    return join_front(header, b"".join(s.tobytes() for s in sounds), magic=MAGIC, align=2)


def clip_sounds(classes: tuple[str, ...], places: tuple[Placed, ...]) -> list[NDArray[np.int16]]:
    """The chosen clips as a mixture uses them, at one gain at which the loudest peak fits."""
    config, bank = MixtureConfig(), library()
    longest = round(config.max_event_s * SAMPLE_RATE)
    levelled = []
    for label, place in zip(classes, places, strict=True):
        clip = bank.events(label)[place.number - 1].clip
        levelled.append(level_event(bank.waveform(clip), longest, SAMPLE_RATE, clip, config))
    loudest = max((float(np.abs(sound).max()) for sound in levelled), default=1.0)
    return [np.round(sound * FULL_SCALE_16 * PEAK / loudest).astype("<i2") for sound in levelled]
