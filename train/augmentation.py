"""Random filters, as another microphone and another room would have coloured the same sounds.

After FilterAugment (Nam, Kim & Park, "FilterAugment: An Acoustic Environmental Data Augmentation Method",
ICASSP 2022), in its linear form: a filter is a curve of gain over frequency, drawn at a few frequencies
and straight between them. On a log mel spectrogram it is a sum.
"""

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn.functional import interpolate

from sedtf_core.config import DB_PER_NEPER

KNOTS = 6  # of the curve, equally far apart on the mel scale


def random_filters(
    count: int, n_mels: int, most_db: float, generator: torch.Generator
) -> Float[Tensor, "count 1 mel_bins"]:
    """Draw filters, on the CPU.

    Parameters
    ----------
    count
        How many.
    n_mels
        Mel bands.
    most_db
        A gain lies within ± this, in dB.
    generator
        Of torch, on the CPU.

    Returns
    -------
    What to add to a log mel spectrogram, in nepers, for each mel band.
    """
    gains_db = (2 * torch.rand(count, 1, KNOTS, generator=generator) - 1) * most_db
    return interpolate(gains_db, n_mels, mode="linear", align_corners=True) / DB_PER_NEPER
