"""Source separation: how much nearer an estimate is to its source than the mixture was.

Owns SI-SDR and SDR in dB and their improvement over the unprocessed mixture. Conventions: mono
waveforms of one length, in float64. Both definitions are sample by sample, without the filters of
BSS Eval:

- SDR: energy of the reference over energy of (reference - estimate); torchmetrics calls it
  ``signal_noise_ratio``. It depends on the level of the estimate.
- SI-SDR: the same after the reference is scaled to fit the estimate best (Le Roux et al., "SDR -
  half-baked or well done?", ICASSP 2019), without removing the mean.

Both are taken on the whole clip and, in columns named ``span``, on the event's own samples only,
from onset to offset. ``improvement`` is the value of the estimate minus that of the mixture,
which is therefore the floor, 0 dB; run the oracle's estimates through a second
``SeparationMetrics`` for the ceiling. The class-aware SDR improvement is the improvement in SDR
on the clip if the class was detected in a clip that contains it, and 0 dB if it was missed or is
not there.

Degenerate input: a machine epsilon is added to both energies, as in torchmetrics, so a perfect
estimate has a large finite value and two silent waveforms 0 dB. Estimates of absent sources are
left out, the class-aware column excepted. A present source without an estimate is left as it was,
0 dB improvement; so is the SI-SDR of a silent estimate, which separates nothing. A class without
any value has 0 dB and is left out of the means, which are 0 dB without any class.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Num

from sedtf_core.evaluation.bootstrap import (
    DEFAULT_REPLICATES,
    ClassMetric,
    Groups,
    Summary,
    Weights,
    class_index,
    class_metric,
    groups_or_zeros,
    index_labels,
    summarise,
)

_EPS = float(np.finfo(np.float64).eps)


COLUMNS = (
    "si_sdr_improvement_db",
    "sdr_improvement_db",
    "si_sdr_improvement_span_db",
    "sdr_improvement_span_db",
    "class_aware_sdr_improvement_db",
    "mixture_si_sdr_db",
    "mixture_sdr_db",
)


class Source(NamedTuple):
    """A source of the mixture: a waveform as long as the mixture, and the samples of its event."""

    waveform: Num[np.ndarray, " samples"]
    first_sample: int
    end_sample: int


def validate(*waveforms: Num[np.ndarray, "..."]) -> None:
    """Check waveforms that are compared.

    Raises
    ------
    ValueError
        If one is not mono, is empty, has another length than the first, or holds anything but
        numbers.
    """
    shapes = [np.shape(waveform) for waveform in waveforms]
    if any(len(shape) != 1 or shape != shapes[0] or shape == (0,) for shape in shapes):
        raise ValueError(f"need mono waveforms of one length, got shapes {shapes}")
    for waveform in waveforms:
        finite = np.isfinite(waveform)
        if not finite.all():
            raise ValueError(f"waveforms must be finite, got {np.asarray(waveform)[~finite][0]}")


def sdr(estimate: Num[np.ndarray, " samples"], reference: Num[np.ndarray, " samples"]) -> float:
    """Signal-to-distortion ratio in dB, plain energies.

    Parameters
    ----------
    estimate, reference
        Waveforms of one length.

    Raises
    ------
    ValueError
        If they are not mono, finite and of one length.
    """
    validate(estimate, reference)
    signal = np.asarray(reference, dtype=np.float64)
    return _energy_ratio_db(signal, signal - estimate)


def si_sdr(estimate: Num[np.ndarray, " samples"], reference: Num[np.ndarray, " samples"]) -> float:
    """Scale-invariant signal-to-distortion ratio in dB.

    Parameters
    ----------
    estimate, reference
        Waveforms of one length.

    Raises
    ------
    ValueError
        If they are not mono, finite and of one length.

    Source
    ------
    Le Roux et al. 2019, eq. 3.
    """
    validate(estimate, reference)
    signal = np.asarray(reference, dtype=np.float64)
    scale = (np.dot(signal, estimate) + _EPS) / (np.dot(signal, signal) + _EPS)
    return _energy_ratio_db(scale * signal, scale * signal - estimate)


def _energy_ratio_db(
    signal: Float[np.ndarray, " samples"], distortion: Float[np.ndarray, " samples"]
) -> float:
    """Ratio of energies in dB, an epsilon added to both."""
    signal_energy, distortion_energy = np.dot(signal, signal), np.dot(distortion, distortion)
    return float(10.0 * np.log10((signal_energy + _EPS) / (distortion_energy + _EPS)))


def improvements(
    estimate: Num[np.ndarray, " samples"],
    reference: Num[np.ndarray, " samples"],
    mixture: Num[np.ndarray, " samples"],
) -> dict[str, float]:
    """``si_sdr_improvement_db`` and ``sdr_improvement_db`` of an estimate over the mixture.

    Parameters
    ----------
    estimate, reference, mixture
        Waveforms of one length.

    Raises
    ------
    ValueError
        If they are not mono, finite and of one length.
    """
    validate(estimate, reference, mixture)
    si_improvement = si_sdr(estimate, reference) - si_sdr(mixture, reference)
    return {
        "si_sdr_improvement_db": si_improvement if np.any(estimate) else 0.0,
        "sdr_improvement_db": sdr(estimate, reference) - sdr(mixture, reference),
    }


def class_aware_sdr_improvement(
    estimates: Mapping[str, Num[np.ndarray, " samples"]],
    sources: Mapping[str, Num[np.ndarray, " samples"]],
    mixture: Num[np.ndarray, " samples"],
) -> dict[str, float]:
    """SDR improvement in dB of each class that the mixture contains or that was detected in it.

    Parameters
    ----------
    estimates
        Label of a detected class → its estimate.
    sources
        Label of a present class → its source.
    mixture
        What both are parts of.

    Returns
    -------
    Label → SDR improvement where the label is in both, and 0 dB where it is in one only. The mean
    of the values is the measure of DCASE 2025 task 4; a mixture with neither has none.
    """
    return {
        label: improvements(estimates[label], sources[label], mixture)["sdr_improvement_db"]
        if label in estimates and label in sources
        else 0.0
        for label in sorted({*estimates, *sources})
    }


class SeparationMetrics:
    """Takes the estimates of one clip after another.

    Parameters
    ----------
    labels
        Class names in the order of the class axis.
    n_groups
        Groups of recordings for the bootstrap.

    Raises
    ------
    ValueError
        If labels repeat.
    """

    def __init__(self, labels: Sequence[str], n_groups: int = 1) -> None:
        self._class_of = index_labels(labels)
        self.labels, self.n_groups = tuple(labels), n_groups
        self._sums = {name: np.zeros((n_groups, len(labels))) for name in COLUMNS}
        self._terms = {name: np.zeros((n_groups, len(labels))) for name in COLUMNS}

    def update(
        self,
        estimates: Mapping[str, Num[np.ndarray, " samples"]],
        sources: Mapping[str, Source],
        mixture: Num[np.ndarray, " samples"],
        groups: Groups | None = None,
        detected: Collection[str] | None = None,
    ) -> None:
        """Add one clip.

        Parameters
        ----------
        estimates
            Label → separated waveform.
        sources
            Label of each present class → its source; those of absent classes must not stand here.
        mixture
            The unprocessed clip.
        groups
            Group of each class in this clip, from ``RecordingGroups``.
        detected
            Labels that the system detected, for the class-aware column; all estimates if left out.

        Raises
        ------
        ValueError
            If a label is unknown, waveforms are not mono, finite and of one length, an event lies
            outside the clip, or a group is out of range.
        """
        groups = groups_or_zeros(groups, len(self.labels), self.n_groups)
        detected = estimates.keys() if detected is None else detected
        rows: dict[str, dict[str, float]] = {label: {} for label in (*sources, *detected)}
        for label, source in sources.items():
            rows[label] = score_source(estimates.get(label), source, mixture)
        claimed = {label: estimates[label] for label in detected if label in estimates}
        waveforms = {label: source.waveform for label, source in sources.items()}
        aware = class_aware_sdr_improvement(claimed, waveforms, mixture)
        # Every label is looked up before anything is added: a refused clip leaves no trace.
        classes = {label: class_index(self._class_of, label) for label in rows}
        for label, row in rows.items():
            k = classes[label]
            row["class_aware_sdr_improvement_db"] = aware.get(label, 0.0)
            for name, value in row.items():
                self._sums[name][groups[k], k] += value
                self._terms[name][groups[k], k] += 1

    def metrics(self, weights: Weights) -> dict[str, ClassMetric]:
        """Each of ``COLUMNS``, a weighting a row."""
        result = {}
        for name in COLUMNS:
            terms = weights @ self._terms[name]
            counted = np.any(self._terms[name], axis=0)
            means = np.divide(
                weights @ self._sums[name], terms, out=np.zeros_like(terms), where=terms > 0
            )
            result[name] = class_metric(means, counted)
        return result

    def summary(self, replicates: int = DEFAULT_REPLICATES, seed: int = 0) -> Summary:
        """Values and 95 % intervals; with 0 replicates values only."""
        return summarise(self.labels, self.metrics, self.n_groups, replicates, seed)


def score_source(
    estimate: Num[np.ndarray, " samples"] | None,
    source: Source,
    mixture: Num[np.ndarray, " samples"],
) -> dict[str, float]:
    """All columns of one present source but the class-aware one.

    Parameters
    ----------
    estimate
        Separated waveform, or None if there is none: then the improvements are 0 dB.
    source
        What it should be.
    mixture
        The unprocessed clip.

    Raises
    ------
    ValueError
        If the waveforms are not mono, finite and of one length, or the event lies outside the clip.
    """
    waveform, first, end = source
    if not 0 <= first < end <= len(waveform):
        raise ValueError(
            f"an event needs 0 ≤ first < end ≤ {len(waveform)} samples, got {first} and {end}"
        )
    span = slice(first, end)
    left_as_it_was = {"si_sdr_improvement_db": 0.0, "sdr_improvement_db": 0.0}
    on_clip, on_span = left_as_it_was, left_as_it_was
    if estimate is not None:
        on_clip = improvements(estimate, waveform, mixture)
        on_span = improvements(estimate[span], waveform[span], mixture[span])
    return {
        **on_clip,
        "si_sdr_improvement_span_db": on_span["si_sdr_improvement_db"],
        "sdr_improvement_span_db": on_span["sdr_improvement_db"],
        "mixture_si_sdr_db": si_sdr(mixture, waveform),
        "mixture_sdr_db": sdr(mixture, waveform),
    }


def evaluate(
    clips: Iterable[
        tuple[
            Mapping[str, Num[np.ndarray, " _samples"]],
            Mapping[str, Source],
            Num[np.ndarray, " _samples"],
        ]
    ],
    labels: Sequence[str],
) -> dict[str, float]:
    """Mean over the classes that occur of each of ``COLUMNS``.

    Parameters
    ----------
    clips
        Estimates, sources and mixture of each clip; taken one at a time.
    labels
        Class names in the order of the class axis.

    Raises
    ------
    ValueError
        As ``SeparationMetrics.update``.
    """
    metrics = SeparationMetrics(labels)
    for estimates, sources, mixture in clips:
        metrics.update(estimates, sources, mixture)
    return metrics.summary(replicates=0).mean
