"""Short-time Fourier transform and its inverse, log mel features, and the mel mask to linear map.

Conventions: a waveform is mono float32 at ``FeatureConfig.sample_rate``; frame t covers the samples
[t · hop_length, t · hop_length + n_fft), there is no centring and no padding, and what is left at the end
of a clip that does not fill a frame is not seen. A clip shorter than one frame is padded with zeros to
one. Axes run ``frames freq_bins`` and ``frames mel_bins``, low frequencies first. Everything is torch and
runs on the waveform's device, because librosa's first call waits half a minute for a compiler; the tests
compare with librosa. Reading files is left to ``audio``, normalising to the networks.
"""

import math
from functools import lru_cache
from typing import TypeAlias

import torch
from jaxtyping import Complex, Float
from torch import Tensor

from sedtf_core.config import FeatureConfig

PAPER = FeatureConfig()

Waveform: TypeAlias = Float[Tensor, "*batch samples"]


def frame_count(samples: int, config: FeatureConfig = PAPER) -> int:
    """Number of frames of a clip of ``samples`` samples; one at least."""
    return 1 + max(0, samples - config.n_fft) // config.hop_length


def stft(
    waveform: Waveform, config: FeatureConfig = PAPER
) -> Complex[Tensor, "*batch frames freq_bins"]:
    """Short-time Fourier transform under a symmetric Hamming window, without centring or padding.

    Parameters
    ----------
    waveform
        Samples at ``config.sample_rate``; any leading axes.
    config
        Window and hop.

    Returns
    -------
    Complex spectrum; frame t is the windowed span [t · hop_length, t · hop_length + n_fft).

    Raises
    ------
    ValueError
        If there is no sample.
    """
    return _spectrum(waveform, _window(config, waveform.device, waveform.dtype), config)


def magnitude(
    waveform: Waveform, config: FeatureConfig = PAPER
) -> Float[Tensor, "*batch frames freq_bins"]:
    """Magnitude spectrum |X| / sqrt(sum w²), so that white noise keeps its RMS whatever the window."""
    window = _window(config, waveform.device, waveform.dtype)
    spectrum = _spectrum(waveform, window / window.square().sum().sqrt(), config)
    # In place, and faster than abs(), which guards against overflow that no waveform causes.
    return spectrum.real.square().addcmul_(spectrum.imag, spectrum.imag).sqrt_()


def log_mel(
    waveform: Waveform, config: FeatureConfig = PAPER
) -> Float[Tensor, "*batch frames mel_bins"]:
    """Log mel spectrogram: natural logarithm of the mel-weighted magnitude plus ``log_offset``.

    Parameters
    ----------
    waveform
        Samples at ``config.sample_rate``, full scale 1; any leading axes.
    config
        Window, hop, bands and offset.

    Returns
    -------
    Features in nepers (natural log of magnitude), not normalised.

    Raises
    ------
    ValueError
        If there is no sample.

    Source
    ------
    Kong et al. 2019, §V-B; the published code applies the filterbank to the magnitude, not the power.
    """
    if waveform.device.type == "cpu" and waveform.shape[:-1].numel() > 1:
        # Clip by clip the spectrum stays in the processor's cache: half the time of all at once.
        clips = [log_mel(clip, config) for clip in waveform.flatten(0, -2)]
        together: Tensor = torch.stack(clips).unflatten(0, waveform.shape[:-1])
        return together
    bank = mel_filterbank(config).to(waveform.device, waveform.dtype)
    return (magnitude(waveform, config) @ bank.T).add_(config.log_offset).log_()


@lru_cache(maxsize=8)
def mel_filterbank(config: FeatureConfig = PAPER) -> Float[Tensor, "mel_bins freq_bins"]:
    """Triangular mel filterbank, Slaney's scale and area normalisation, float32.

    Source
    ------
    M. Slaney, Auditory Toolbox, 1998; the same numbers as ``librosa.filters.mel`` with its defaults.
    """
    edges = mel_to_hz(_mel_edges(config))
    bins = torch.linspace(0, config.sample_rate / 2, config.freq_bins, dtype=torch.float64)
    rising = (bins - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    falling = (edges[2:, None] - bins) / (edges[2:] - edges[1:-1])[:, None]
    triangles = torch.minimum(rising, falling).clamp(min=0)
    return (triangles * (2 / (edges[2:] - edges[:-2]))[:, None]).float()


def mel_centres_hz(config: FeatureConfig = PAPER) -> Float[Tensor, " mel_bins"]:
    """Centre frequency of each mel band in Hz."""
    return mel_to_hz(_mel_edges(config))[1:-1].float()


def mel_edges_hz(config: FeatureConfig = PAPER) -> Float[Tensor, " edges"]:
    """Where one mel band ends and the next begins when drawn: half way between centres, in mel."""
    corners = _mel_edges(config)
    return mel_to_hz((corners[1:] + corners[:-1]) / 2).float()


@lru_cache(maxsize=8)
def mel_to_linear(config: FeatureConfig = PAPER) -> Float[Tensor, "freq_bins mel_bins"]:
    """Weights that turn a mask over mel bands into one over linear bins; each row sums to 1.

    The transposed filterbank, normalised per bin to a weighted average. Bins that no band reaches (below
    ``low_hz``, and the last) take the values of the nearest bin that has some, not zero: a separated
    event keeps its lowest frequencies.

    Source
    ------
    Kong et al. 2019, eq. 3; the rule for empty bins is ours.
    """
    weights = mel_filterbank(config).T.double()
    covered = torch.nonzero(weights.sum(dim=1) > 0).squeeze(1)
    bins = torch.arange(config.freq_bins)
    nearest = covered[(bins[:, None] - covered[None, :]).abs().argmin(dim=1)]
    weights = weights[nearest]
    return (weights / weights.sum(dim=1, keepdim=True)).float()


def padded_stft(
    waveform: Waveform, config: FeatureConfig = PAPER
) -> Complex[Tensor, "*batch padded_frames freq_bins"]:
    """STFT of the waveform with zeros around it, so that every sample lies in n_fft / hop frames.

    One window less one hop of zeros stands in front, so padded frame t + n_fft / hop - 1 is frame t of
    ``stft``; enough follow to complete the last frame. ``inverse_padded_stft`` undoes it exactly.
    """
    lead = config.n_fft - config.hop_length
    length = waveform.shape[-1]
    frames = -(-(length + lead) // config.hop_length)
    tail = (frames - 1) * config.hop_length + config.n_fft - lead - length
    return stft(torch.nn.functional.pad(waveform, (lead, tail)), config)


def inverse_padded_stft(
    spectrum: Complex[Tensor, "*batch padded_frames freq_bins"],
    samples: int,
    config: FeatureConfig = PAPER,
) -> Float[Tensor, "*batch samples"]:
    """Waveform of ``samples`` samples whose ``padded_stft`` is nearest to ``spectrum``.

    Weighted overlap-add: the window is applied again and the sum divided by the overlapped squares.

    Source
    ------
    D. Griffin and J. Lim, "Signal estimation from modified short-time Fourier transform", 1984, eq. 6.
    """
    frames = torch.fft.irfft(spectrum, n=config.n_fft)
    window = _window(config, frames.device, frames.dtype)
    numerator = overlap_add(frames * window, config.hop_length)
    weight = overlap_add((window**2).expand(spectrum.shape[-2], -1), config.hop_length)
    lead = config.n_fft - config.hop_length
    return (numerator / weight)[..., lead : lead + samples]


def overlap_add(
    frames: Float[Tensor, "*batch frames n_fft"], hop_length: int
) -> Float[Tensor, "*batch samples"]:
    """Sum of frames laid ``hop_length`` samples apart."""
    *batch, count, size = frames.shape
    parts = -(-size // hop_length)
    # Whole slices of all frames at once: on a processor several times as fast as torch's fold.
    blocks = frames.new_zeros(*batch, count + parts - 1, hop_length)
    for part in range(parts):
        piece = frames[..., part * hop_length : (part + 1) * hop_length]
        blocks[..., part : part + count, : piece.shape[-1]] += piece
    return blocks.flatten(-2)[..., : (count - 1) * hop_length + size]


def hz_to_mel(hz: Float[Tensor, "*batch"]) -> Float[Tensor, "*batch"]:
    """Slaney's mel scale: linear below 1 kHz, logarithmic above."""
    logarithmic = 15 + torch.log(hz.clamp(min=1000) / 1000) * (27 / math.log(6.4))
    return torch.where(hz < 1000, hz * 3 / 200, logarithmic)


def mel_to_hz(mel: Float[Tensor, "*batch"]) -> Float[Tensor, "*batch"]:
    """Inverse of ``hz_to_mel``."""
    logarithmic = 1000 * torch.exp((mel - 15) * (math.log(6.4) / 27))
    return torch.where(mel < 15, mel * 200 / 3, logarithmic)


def _mel_edges(config: FeatureConfig) -> Float[Tensor, " edges"]:
    """Corners of the triangles on the mel scale, two more than there are bands."""
    limits = hz_to_mel(torch.tensor([config.low_hz, config.high_hz], dtype=torch.float64))
    return torch.linspace(
        float(limits[0]), float(limits[1]), config.n_mels + 2, dtype=torch.float64
    )


def _spectrum(
    waveform: Waveform, window: Float[Tensor, " n_fft"], config: FeatureConfig
) -> Complex[Tensor, "*batch frames freq_bins"]:
    """Spectrum under a given window; ValueError if there is no sample."""
    if waveform.shape[-1] == 0:
        raise ValueError("the waveform has no samples")
    missing = config.n_fft - waveform.shape[-1]
    if missing > 0:
        waveform = torch.nn.functional.pad(waveform, (0, missing))
    frames: Tensor = waveform.unfold(-1, config.n_fft, config.hop_length)
    spectrum: Tensor = torch.fft.rfft(frames * window)
    return spectrum


@lru_cache(maxsize=16)
def _window(
    config: FeatureConfig, device: torch.device, dtype: torch.dtype
) -> Float[Tensor, " n_fft"]:
    """Symmetric Hamming window."""
    return torch.hamming_window(config.n_fft, periodic=False, dtype=torch.float64).to(device, dtype)
