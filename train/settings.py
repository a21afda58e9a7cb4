"""What a training run is made of: the two presets, and the schedule of learning rate and SNR."""

import math
from dataclasses import dataclass, replace

from sedtf_core.config import PAPER_DECAY, MixtureConfig, ModelConfig, require


@dataclass(frozen=True)
class TrainSettings:
    """All choices of a training run.

    Attributes
    ----------
    system
        One of ``sedtf_core.models.SYSTEMS``.
    channels
        Maps of the convolution blocks; the baselines scale with the first.
    init
        Checkpoint whose weights training starts from; None: fresh ones.
    schedule
        ``step``: the peak rate × 0.9 every 200 steps (paper); ``one_cycle``: a rise over the first tenth
        of the steps, then a cosine to zero.
    snr_db
        Lowest and highest SNR of a training mixture.
    curriculum
        Share of the steps in which the lowest SNR falls from the highest to ``snr_db[0]``; 0 for none.
    decay
        r of GWRP.
    speed_octaves
        Each event is played faster or slower, and so higher or lower, by up to this much.
    clip_s, n_events
        Seconds of a training mixture, and events in it.
    gain_db
        Each mixture is turned down by up to this much, so that quiet recordings are known too.
    filter_db
        Each mixture passes a random filter whose gain lies within ± this at every frequency.
    valid_every, valid_count, valid_snr_db
        When, on how many mixtures and at which SNR the valid split is measured.
    patience
        Stop after so many measurements without a better mAP; None: go on to the last step.
    """

    system: str
    preset: str
    steps: int
    batch_size: int
    peak_rate: float
    schedule: str
    init: str | None = None
    channels: tuple[int, ...] = ModelConfig.channels
    decay: float = PAPER_DECAY
    snr_db: tuple[float, float] = (0.0, 0.0)
    curriculum: float = 0.0
    clip_s: float = 10.0
    n_events: int = 3
    speed_octaves: float = 0.0
    gain_db: float = 0.0
    filter_db: float = 0.0
    seed: int = 0
    valid_every: int = 500
    valid_count: int = 96
    valid_snr_db: float = 10.0
    snapshots: int = 8
    patience: int | None = None

    def __post_init__(self) -> None:
        """Check the ranges; ValueError names the setting. Other checks wait for the sounds."""
        low, high = self.snr_db
        require(
            -60 <= low <= high <= 60,
            f"snr_db must rise between -60 and 60, got {low:g} to {high:g}",
        )
        needed_s = self.n_events * MixtureConfig().max_event_s
        require(
            needed_s <= self.clip_s <= 3600,
            f"clip_s must lie in {needed_s:g}…3600 for {self.n_events} events, got {self.clip_s:g}",
        )
        require(0 <= self.peak_rate <= 1, f"peak_rate must lie in 0…1, got {self.peak_rate:g}")
        limits = {"speed_octaves": 3, "gain_db": 60, "filter_db": 60, "decay": 1}
        for name, limit in limits.items():
            value = getattr(self, name)
            require(0 <= value <= limit, f"{name} must lie in 0…{limit}, got {value:g}")

    def rate(self, step: int) -> float:
        """Learning rate of a step, counted from 0."""
        if self.schedule == "step":
            return self.peak_rate * 0.9 ** (step // 200)
        warm_up = max(1, self.steps // 10)
        if step < warm_up:
            return self.peak_rate * (step + 1) / warm_up
        progress = (step - warm_up) / max(1, self.steps - warm_up)
        return self.peak_rate * 0.5 * (1 + math.cos(math.pi * progress))

    def snr_range(self, step: int) -> tuple[float, float]:
        """Range in dB that the SNR of a mixture of this step is drawn from."""
        low, high = self.snr_db
        share = step / (self.curriculum * self.steps) if self.curriculum else 1.0
        return (high + (low - high) * min(1.0, share), high)

    def snapshot_steps(self) -> tuple[int, ...]:
        """Steps after which a snapshot is kept, denser at the start, the last included."""
        shares = [(k / self.snapshots) ** 2 for k in range(1, self.snapshots + 1)]
        return tuple(sorted({max(1, round(share * self.steps)) for share in shares}))


PRESETS = {
    # Kong et al. 2019, §V: one SNR a network.
    "paper": TrainSettings(
        "",
        "paper",
        steps=10_000,
        batch_size=24,
        peak_rate=1e-3,
        schedule="step",
        valid_snr_db=0.0,
    ),
    # Half the width, and small batches of short mixtures, for two cores and an hour.
    "laptop": TrainSettings(
        "",
        "laptop",
        steps=6000,
        batch_size=12,
        peak_rate=2e-3,
        schedule="one_cycle",
        channels=(16, 32, 64, 64),
        clip_s=3.3,
        n_events=1,
        snr_db=(-5.0, 25.0),
        curriculum=0.3,
        gain_db=10.0,
    ),
}


def preset_settings(name: str, system: str, **changes: object) -> TrainSettings:
    """Return a preset for one system, with what the user changed (None: as the preset has it).

    Another range of SNRs is validated at its middle, as both presets are.
    """
    given = {key: value for key, value in changes.items() if value is not None}
    settings = replace(PRESETS[name], system=system, **given)  # type: ignore[arg-type]
    if settings.init is not None:
        settings = replace(settings, curriculum=0.0)  # a trained network needs no easy beginning
    if "snr_db" in given and "valid_snr_db" not in given:
        settings = replace(settings, valid_snr_db=sum(settings.snr_db) / 2)
    return settings
