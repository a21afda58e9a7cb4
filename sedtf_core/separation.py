"""From masks to separated sources, for a whole waveform or block by block, and the ideal masks.

Owns how a mask is laid on a spectrum. Conventions: masks lie in 0…1; frame t of a mask covers the
samples [t · hop_length, t · hop_length + n_fft), as in ``features.log_mel``; axes run
``classes frames mel_bins`` or ``classes frames freq_bins``. The samples at either end also lie in
frames that reach beyond the clip: those take the mask of the first or the last frame. Only
magnitudes are masked; the phase stays the mixture's. Waveforms and masks may be NumPy or torch;
results are float32 tensors on the waveform's device. Where masks come from is left to others.
"""

from typing import NamedTuple, TypeAlias

import numpy as np
import torch
from jaxtyping import Bool, Float
from torch import Tensor

from sedtf_core.config import FeatureConfig
from sedtf_core.features import (
    PAPER,
    frame_count,
    inverse_padded_stft,
    magnitude,
    mel_filterbank,
    mel_to_linear,
    padded_stft,
)

Array: TypeAlias = Tensor | np.ndarray


def separate(
    waveform: Float[Array, " samples"],
    masks: Float[Array, "classes frames mel_bins"],
    config: FeatureConfig = PAPER,
) -> Float[Tensor, "classes samples"]:
    """Separate a waveform by masks over mel bands.

    Parameters
    ----------
    waveform
        Mixture at ``config.sample_rate``.
    masks
        Values in 0…1 on the grid of ``features.log_mel``.
    config
        Window, hop and bands that the masks were made with.

    Returns
    -------
    One estimate a mask, as long as the waveform.

    Raises
    ------
    ValueError
        If there is no sample, or the masks have not as many frames as the waveform.

    Source
    ------
    Kong et al. 2019, eqs. 3 and 4.
    """
    samples = _tensor(waveform)
    linear = _mel_to_linear_masks(_tensor(masks).to(samples.device), config)
    return separate_by_linear_masks(samples, linear, config)


def separate_by_linear_masks(
    waveform: Float[Array, " samples"],
    masks: Float[Array, "classes frames freq_bins"],
    config: FeatureConfig = PAPER,
) -> Float[Tensor, "classes samples"]:
    """Separate a waveform by masks over linear frequency bins, as the oracle does.

    Parameters, results and errors are those of ``separate``, with ``freq_bins`` for ``mel_bins``.
    """
    samples, gains = _tensor(waveform), _tensor(masks)
    _require_frames(gains.shape[1], samples.shape[0], config)
    return _apply(samples, gains.to(samples.device), config)


def background(
    mixture: Float[Array, " samples"], estimates: Float[Array, "classes samples"]
) -> Float[Tensor, " samples"]:
    """What the estimates leave of the mixture: mixture - sum of estimates."""
    return _tensor(mixture) - _tensor(estimates).sum(dim=0)


class SeparatedBlock(NamedTuple):
    """A stretch of the mixture and the estimates of the same samples; it may be empty."""

    mixture: Float[Tensor, " samples"]
    estimates: Float[Tensor, "classes samples"]


class StreamSeparator:
    """Separate a recording of any length in constant memory, with the result of ``separate``.

    Waveform and masks come in blocks of any size, in order and without gaps. Neither has to keep
    step with the other: what is ahead is kept. The blocks returned, joined, are the whole.

    Parameters
    ----------
    config
        Window, hop and bands that the masks were made with.
    """

    def __init__(self, config: FeatureConfig = PAPER) -> None:
        self.config = config
        # Samples on either side that share a frame with a given one; a hop at least, so that the
        # last frame of the masks is still there to be repeated.
        self._context = max(1, _lead_frames(config)) * config.hop_length
        self._waveform: Tensor | None = None  # from sample _origin, a multiple of the hop, on
        self._masks: Tensor | None = None  # from frame _origin / hop_length on
        self._origin = 0
        self._done = 0

    def push(
        self, waveform: Float[Array, " samples"], masks: Float[Array, "classes frames mel_bins"]
    ) -> SeparatedBlock:
        """Take the next samples and the next frames of the masks, and separate what they complete.

        Parameters
        ----------
        waveform
            Next samples; may be none.
        masks
            Next frames of the masks; may be none, but the classes are the same in every block.

        Returns
        -------
        What is new of the samples whose frames are complete and have masks; often a little behind.
        """
        samples = _tensor(waveform)
        frames = _tensor(masks).to(samples.device)
        self._waveform = _joined(self._waveform, samples, dim=0)
        self._masks = _joined(self._masks, frames, dim=1)
        whole_hops = (self._waveform.shape[0] - self._context) // self.config.hop_length
        ready = min(whole_hops, self._masks.shape[1]) * self.config.hop_length
        return self._emit(self._waveform, self._masks, max(self._done, self._origin + ready))

    def finish(self) -> SeparatedBlock:
        """Separate the rest, when waveform and masks have come to their end.

        Raises
        ------
        ValueError
            If nothing was pushed, or the masks have not as many frames as the waveform.
        """
        if self._waveform is None or self._masks is None:
            raise ValueError("the waveform has no samples")
        samples = self._origin + self._waveform.shape[0]
        frames = self._origin // self.config.hop_length + self._masks.shape[1]
        _require_frames(frames, samples, self.config)
        return self._emit(self._waveform, self._masks, samples)

    def _emit(self, waveform: Tensor, masks: Tensor, stop: int) -> SeparatedBlock:
        """Separate the samples from _done to ``stop`` and forget what no later sample needs."""
        first, last = self._done - self._origin, stop - self._origin
        # A copy: these samples are context of the next, and callers may write to what they get.
        mixture = waveform[first:last].clone()
        if first == last:
            return SeparatedBlock(mixture, waveform.new_zeros(masks.shape[0], 0))
        # With context on both sides a stretch comes out as it does from the whole: frames that are
        # cut off, or lack their masks, reach into the context only.
        hop_length = self.config.hop_length
        gains = _mel_to_linear_masks(masks[:, : -(-last // hop_length)], self.config)
        estimates = _apply(waveform[: last + self._context], gains, self.config)
        origin = max(0, stop - self._context)
        self._waveform = waveform[origin - self._origin :]
        self._masks = masks[:, (origin - self._origin) // hop_length :]
        self._origin, self._done = origin, stop
        return SeparatedBlock(mixture, estimates[:, first:last])


def ideal_ratio_masks(
    sources: Float[Array, "sources samples"],
    scene: Float[Array, " samples"],
    config: FeatureConfig = PAPER,
) -> Float[Tensor, "sources frames mel_bins"]:
    """Ideal ratio mask of each source over mel bands.

    Parameters
    ----------
    sources
        The events of a mixture, each by itself.
    scene
        What else is in the mixture.
    config
        Window, hop and bands.

    Returns
    -------
    |S_k| / (sum_j |S_j| + |scene|) of mel-weighted magnitudes; 0 where all of them are silent.

    Raises
    ------
    ValueError
        If there is no sample.
    """
    return _ratios(_mel_magnitude(_tensor(sources), config), _mel_magnitude(_tensor(scene), config))


def linear_ideal_ratio_masks(
    sources: Float[Array, "sources samples"],
    scene: Float[Array, " samples"],
    config: FeatureConfig = PAPER,
) -> Float[Tensor, "sources frames freq_bins"]:
    """Ideal ratio mask of each source over linear bins, for the oracle separation.

    Parameters, result and errors are those of ``ideal_ratio_masks``, but for the magnitudes, which
    are not mel-weighted.
    """
    return _ratios(magnitude(_tensor(sources), config), magnitude(_tensor(scene), config))


def ideal_binary_mask(
    source: Float[Array, " samples"],
    scene: Float[Array, " samples"],
    active: Bool[Array, " frames"],
    config: FeatureConfig = PAPER,
    margin_db: float = -5.0,
) -> Bool[Tensor, "frames mel_bins"]:
    """Where an event stands out of the scene while it is active.

    Parameters
    ----------
    source
        The event by itself.
    scene
        The scene by itself.
    active
        Frames that the event covers, as ``events.events_to_frames`` gives them.
    config
        Window, hop and bands.
    margin_db
        Level over the scene that the event has to exceed.

    Returns
    -------
    True where the event's mel-weighted magnitude exceeds the scene's by ``margin_db``.

    Raises
    ------
    ValueError
        If there is no sample, or ``active`` has not as many frames as the source.
    """
    event, rest = _tensor(source), _tensor(scene)
    _require_frames(active.shape[0], event.shape[0], config)
    threshold = _mel_magnitude(rest, config) * 10 ** (margin_db / 20)
    louder = _mel_magnitude(event, config) > threshold
    return louder & _tensor(active).bool().to(event.device)[:, None]


def _apply(
    waveform: Float[Tensor, " samples"],
    masks: Float[Tensor, "classes frames freq_bins"],
    config: FeatureConfig,
) -> Float[Tensor, "classes samples"]:
    """Mask the spectrum, the first and last frame of the masks repeated to the ends of its grid."""
    if masks.shape[0] == 0:  # nothing detected; the FFT takes no empty batch
        return waveform.new_zeros(0, waveform.shape[0])
    spectrum = padded_stft(waveform, config)
    grid = torch.arange(spectrum.shape[0], device=masks.device) - _lead_frames(config)
    gains = masks[:, grid.clamp(0, masks.shape[1] - 1)]
    return inverse_padded_stft(spectrum * gains, waveform.shape[0], config)


def _lead_frames(config: FeatureConfig) -> int:
    """How many frames of the padded grid come before frame 0 of the masks."""
    if config.n_fft % config.hop_length:
        raise ValueError(
            "to separate, hop_length must divide n_fft, "
            f"got {config.hop_length} with n_fft {config.n_fft}"
        )
    return config.n_fft // config.hop_length - 1


def _mel_to_linear_masks(
    masks: Float[Tensor, "classes frames mel_bins"], config: FeatureConfig
) -> Float[Tensor, "classes frames freq_bins"]:
    """Masks over linear bins, each a weighted average over the bands that hold the bin."""
    return masks @ mel_to_linear(config).T.to(masks.device)


def _mel_magnitude(
    waveform: Float[Tensor, "*batch samples"], config: FeatureConfig
) -> Float[Tensor, "*batch frames mel_bins"]:
    """Mel-weighted magnitude, without the logarithm."""
    return magnitude(waveform, config) @ mel_filterbank(config).T.to(waveform.device)


def _ratios(
    sources: Float[Tensor, "sources frames bins"], scene: Float[Tensor, "frames bins"]
) -> Float[Tensor, "sources frames bins"]:
    """Share of each source in the sum of magnitudes, 0/0 being 0."""
    total = sources.sum(dim=0) + scene
    return torch.where(total > 0, sources / total, 0.0)


def _require_frames(frames: int, samples: int, config: FeatureConfig) -> None:
    """Raise ValueError unless ``frames`` is what ``samples`` have on the grid of the log mel."""
    if samples == 0:
        raise ValueError("the waveform has no samples")
    expected = frame_count(samples, config)
    if frames != expected:
        raise ValueError(f"{samples} samples have {expected} frames, got masks of {frames}")


def _joined(held: Tensor | None, block: Tensor, dim: int) -> Tensor:
    """What was held and a block behind it, in memory that the caller does not share."""
    return block.clone() if held is None else torch.cat([held, block], dim=dim)


def _tensor(values: Array) -> Float[Tensor, "..."]:
    """Float32 tensor; shares memory where it can, copies what is read-only, as mapped files are."""
    if isinstance(values, Tensor):
        return values.float()
    return torch.from_numpy(np.require(values, np.float32, ["C", "W", "ENSUREARRAY"]))
