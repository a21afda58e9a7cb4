"""Random levels and filters, as other microphones and rooms would have coloured the same sounds.

A filter is a curve of gain over frequency, drawn at a few frequencies and straight between them, after
FilterAugment (Nam, Kim & Park, "FilterAugment: An Acoustic Environmental Data Augmentation Method", ICASSP
2022, in its linear form). On a log mel spectrogram, level and filter are a sum.
"""

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn.functional import interpolate

from sedtf_core.config import DB_PER_NEPER

KNOTS = 6  # of the curve, equally far apart on the mel scale


def random_colours(
    count: int, n_mels: int, gain_db: float, filter_db: float, generator: torch.Generator
) -> Float[Tensor, "count 1 mel_bins"]:
    """Draw how the log mel spectrograms of a batch are coloured, on the CPU.

    Parameters
    ----------
    count
        How many.
    n_mels
        Mel bands.
    gain_db
        A spectrogram is turned down by up to this much.
    filter_db
        The gain of its filter lies within ± this at every frequency.
    generator
        Of torch, on the CPU.

    Returns
    -------
    What to add to each log mel spectrogram, in nepers, for each mel band.
    """
    levels_db = torch.rand(count, 1, 1, generator=generator) * -gain_db
    curves_db = (2 * torch.rand(count, 1, KNOTS, generator=generator) - 1) * filter_db
    filters_db = interpolate(curves_db, n_mels, mode="linear", align_corners=True)
    return (levels_db + filters_db) / DB_PER_NEPER
