"""Separation metrics against torchmetrics and plain energies."""

import numpy as np
import pytest
import torch
from jaxtyping import TypeCheckError
from torchmetrics.functional.audio import (
    scale_invariant_signal_distortion_ratio,
    signal_noise_ratio,
)

from sedtf_core.evaluation import separation
from sedtf_core.evaluation.separation import Source

LABELS = ("bark", "cello", "flute")


def drawn(seed: int, count: int, samples: int = 800) -> np.ndarray:
    """Waveforms of noise."""
    return np.random.default_rng(seed).normal(size=(count, samples))


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("leak", [0.0, 0.1, 3.0])
def test_si_sdr_and_sdr_equal_those_of_torchmetrics(seed: int, leak: float) -> None:
    reference, noise = drawn(seed, 2)
    estimate = 0.7 * reference + leak * noise
    pair = torch.from_numpy(estimate), torch.from_numpy(reference)
    assert separation.si_sdr(estimate, reference) == pytest.approx(
        scale_invariant_signal_distortion_ratio(*pair).item(), abs=1e-6 if leak else 1.0
    )
    assert separation.sdr(estimate, reference) == pytest.approx(
        signal_noise_ratio(*pair).item(), abs=1e-9
    )


def test_silent_waveforms_have_the_results_of_torchmetrics() -> None:
    silence, sound = np.zeros(100), drawn(0, 1)[0, :100]
    for estimate, reference in [(silence, sound), (sound, silence), (silence, silence)]:
        pair = torch.from_numpy(estimate), torch.from_numpy(reference)
        assert separation.si_sdr(estimate, reference) == pytest.approx(
            scale_invariant_signal_distortion_ratio(*pair).item(), abs=1e-6
        )
        assert separation.sdr(estimate, reference) == pytest.approx(
            signal_noise_ratio(*pair).item(), abs=1e-6
        )


def test_si_sdr_does_not_depend_on_the_level_and_sdr_does() -> None:
    reference, noise = drawn(1, 2)
    estimate = reference + 0.3 * noise
    assert separation.si_sdr(5 * estimate, reference) == pytest.approx(
        separation.si_sdr(estimate, reference)
    )
    assert separation.sdr(5 * estimate, reference) < separation.sdr(estimate, reference) - 10


def test_sdr_of_noise_at_a_known_level_is_that_level() -> None:
    reference = drawn(2, 1)[0]
    assert separation.sdr(1.1 * reference, reference) == pytest.approx(20.0)


def test_the_mixture_improves_nothing_and_the_source_most() -> None:
    source, rest = drawn(3, 2)
    floor = separation.improvements(source + rest, source, source + rest)
    assert floor == {"si_sdr_improvement_db": 0.0, "sdr_improvement_db": 0.0}
    ceiling = separation.improvements(source, source, source + rest)
    assert min(ceiling.values()) > 100


def scene(seed: int) -> tuple[dict[str, Source], np.ndarray, np.ndarray]:
    """Two sources in noise, each in its own half of the clip."""
    waveforms = drawn(seed, 3)
    waveforms[0, 400:] = 0.0
    waveforms[1, :400] = 0.0
    sources = {"bark": Source(waveforms[0], 0, 400), "cello": Source(waveforms[1], 400, 800)}
    return sources, waveforms.sum(axis=0), waveforms[2]


def test_the_columns_are_the_improvements_on_clip_and_span() -> None:
    sources, mixture, noise = scene(0)
    estimate = sources["bark"].waveform + 0.1 * noise
    metrics = separation.SeparationMetrics(LABELS)
    metrics.update({"bark": estimate}, {"bark": sources["bark"]}, mixture)
    row = metrics.summary(replicates=0).per_class["bark"]
    on_clip = separation.improvements(estimate, sources["bark"].waveform, mixture)
    on_span = separation.improvements(estimate[:400], sources["bark"].waveform[:400], mixture[:400])
    for name in ("si_sdr", "sdr"):
        assert row[f"{name}_improvement_db"] == on_clip[f"{name}_improvement_db"]
        assert row[f"{name}_improvement_span_db"] == on_span[f"{name}_improvement_db"]
    assert row["class_aware_sdr_improvement_db"] == on_clip["sdr_improvement_db"]
    assert row["mixture_sdr_db"] == separation.sdr(mixture, sources["bark"].waveform)
    assert row["mixture_si_sdr_db"] == separation.si_sdr(mixture, sources["bark"].waveform)


def test_class_aware_improvement_is_zero_for_missed_and_wrong_classes() -> None:
    sources, mixture, _ = scene(1)
    waveforms = {label: source.waveform for label, source in sources.items()}
    aware = separation.class_aware_sdr_improvement(
        {"bark": waveforms["bark"], "flute": mixture}, waveforms, mixture
    )
    assert set(aware) == {"bark", "cello", "flute"}
    assert aware["bark"] > 100
    assert aware["cello"] == aware["flute"] == 0.0
    assert separation.class_aware_sdr_improvement({}, {}, mixture) == {}


def test_detection_decides_the_class_aware_column_only() -> None:
    sources, mixture, _ = scene(2)
    estimates = {label: source.waveform for label, source in sources.items()}
    metrics = separation.SeparationMetrics(LABELS)
    metrics.update(estimates, sources, mixture, detected=["bark", "flute"])
    rows = metrics.summary(replicates=0).per_class
    assert rows["cello"]["si_sdr_improvement_db"] > 100
    assert rows["cello"]["class_aware_sdr_improvement_db"] == 0.0
    assert rows["bark"]["class_aware_sdr_improvement_db"] > 100
    # a wrong class pulls the class-aware mean down, and no other
    mean = metrics.summary(replicates=0).mean
    aware = [rows[label]["class_aware_sdr_improvement_db"] for label in LABELS]
    assert mean["class_aware_sdr_improvement_db"] == pytest.approx(np.mean(aware))
    assert mean["sdr_improvement_db"] == pytest.approx(
        np.mean([rows[label]["sdr_improvement_db"] for label in ("bark", "cello")])
    )


def test_missing_and_silent_estimates_improve_the_si_sdr_by_nothing() -> None:
    sources, mixture, _ = scene(3)
    metrics = separation.SeparationMetrics(LABELS)
    metrics.update({"cello": np.zeros(800)}, sources, mixture)
    rows = metrics.summary(replicates=0).per_class
    assert rows["bark"]["si_sdr_improvement_db"] == rows["bark"]["sdr_improvement_db"] == 0.0
    assert rows["cello"]["si_sdr_improvement_db"] == 0.0
    assert rows["cello"]["sdr_improvement_db"] == pytest.approx(-rows["cello"]["mixture_sdr_db"])
    assert not any(rows["flute"].values())


def test_nothing_at_all_gives_zeros() -> None:
    assert separation.evaluate([], LABELS) == dict.fromkeys(separation.COLUMNS, 0.0)
    silent = separation.evaluate([({}, {}, np.zeros(10))], LABELS)
    assert silent == dict.fromkeys(separation.COLUMNS, 0.0)


def test_intervals_contain_the_values() -> None:
    metrics = separation.SeparationMetrics(LABELS, n_groups=10)
    for seed in range(10):
        sources, mixture, noise = scene(seed)
        estimates = {k: s.waveform + 0.1 * (seed + 1) * noise for k, s in sources.items()}
        metrics.update(estimates, sources, mixture, np.full(3, seed))
    summary = metrics.summary(replicates=200)
    for name in ("si_sdr_improvement_db", "sdr_improvement_span_db"):
        low, high = summary.interval[name]
        assert low < summary.mean[name] < high


def test_a_refused_clip_leaves_no_trace() -> None:
    sources, mixture, _ = scene(0)
    metrics = separation.SeparationMetrics(LABELS)
    with pytest.raises(ValueError, match="'horn' is not one of"):
        metrics.update({}, {**sources, "horn": sources["bark"]}, mixture)
    assert metrics.summary(replicates=0) == separation.SeparationMetrics(LABELS).summary(
        replicates=0
    )


def test_misuse_is_refused() -> None:
    _, mixture, _ = scene(0)
    metrics = separation.SeparationMetrics(LABELS)
    with pytest.raises(ValueError, match="'horn' is not one of"):
        metrics.update({"horn": mixture}, {}, mixture)
    with pytest.raises(ValueError, match="got 400 and 400"):
        metrics.update({}, {"bark": Source(mixture, 400, 400)}, mixture)
    with pytest.raises(ValueError, match="nan"):
        separation.si_sdr(np.full(3, np.nan), np.ones(3))
    for wrong in [(np.ones(3), np.ones(4)), (np.ones((2, 3)), np.ones((2, 3))), (np.ones(0),) * 2]:
        with pytest.raises((ValueError, TypeCheckError)):
            separation.sdr(*wrong)
