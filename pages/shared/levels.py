"""How loud sounds are played: what is compared gets one gain, so that a quiet residual stays quiet."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from sedtf_core.audio import peak_level
from sedtf_core.mixing import PEAK

FULL_SCALE_16 = 32_767  # of the 16-bit samples that travel to the browser


def shared_gain(waveforms: Iterable[NDArray[np.float32]]) -> float:
    """The largest gain up to 1 with which none of the waveforms passes full scale."""
    loudest = max(map(peak_level, waveforms), default=0.0)
    return min(1.0, PEAK / loudest) if loudest > 0 else 1.0
