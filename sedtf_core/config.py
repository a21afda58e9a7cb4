"""Every number of the method, one frozen dataclass a concern.

Owns the defaults of the ``paper`` preset (Kong et al., "Sound Event Detection and Time-Frequency
Segmentation from Weakly Labelled Data", IEEE/ACM TASLP 2019) and the checks that a configuration makes
sense. Conventions: seconds end in ``_s``, frequencies in ``_hz``, levels in ``_db``. Leaves the
meaning of each number to the module that uses it.
"""

import math
from dataclasses import dataclass

SAMPLE_RATE = 32_000  # in Hz, of all that is analysed or mixed
PAPER_DECAY = 0.9998  # r of global weighted rank pooling
DB_PER_NEPER = 20 / math.log(10)  # log mel is a natural logarithm of magnitude
# The paper's systems, and what tables and pages call them.
SYSTEM_TITLES = {
    "gmp": "GMP",
    "gap": "GAP",
    "gwrp": "GWRP",
    "dnn": "DNN",
    "wldcnn": "WLD CNN",
    "framecnn": "FrameCNN",
    "attention": "Attention",
}


def require(condition: bool, message: str) -> None:
    """Raise ValueError with ``message`` unless ``condition`` holds."""
    if not condition:
        raise ValueError(message)


def require_whole(names: str, *values: object) -> None:
    """Raise ValueError unless all are positive whole numbers; a JSON file may hold any type."""
    require(
        all(type(value) is int and value > 0 for value in values),
        f"{names} must be positive whole numbers, got {', '.join(map(str, values))}",
    )


@dataclass(frozen=True)
class FeatureConfig:
    """Log mel spectrogram: 64 Slaney bands of a Hamming-windowed magnitude spectrum (paper §V-B)."""

    sample_rate: int = SAMPLE_RATE
    n_fft: int = 2048
    hop_length: int = 1024
    n_mels: int = 64
    low_hz: float = 50.0
    high_hz: float = 16_000.0
    log_offset: float = 1e-8

    def __post_init__(self) -> None:
        """Check that the bands fit below the Nyquist frequency and that frames overlap or touch."""
        require_whole(
            "sample_rate, n_fft, hop_length, n_mels",
            *(self.sample_rate, self.n_fft, self.hop_length, self.n_mels),
        )
        require(
            self.hop_length <= self.n_fft,
            f"hop_length must lie in 1…n_fft, got {self.hop_length} with n_fft {self.n_fft}",
        )
        require(
            0 <= self.low_hz < self.high_hz <= self.sample_rate / 2,
            f"need 0 ≤ low_hz < high_hz ≤ sample_rate / 2, got {self.low_hz} and {self.high_hz}",
        )
        require(self.log_offset > 0, f"log_offset must be positive, got {self.log_offset}")

    @property
    def frame_hop_s(self) -> float:
        """Seconds from one frame to the next."""
        return self.hop_length / self.sample_rate

    @property
    def frame_length_s(self) -> float:
        """Seconds of sound that one frame sees."""
        return self.n_fft / self.sample_rate

    @property
    def freq_bins(self) -> int:
        """Number of linear frequency bins of the STFT."""
        return self.n_fft // 2 + 1


@dataclass(frozen=True)
class ModelConfig:
    """Which of the paper's systems, and how wide.

    ``channels`` are the maps of the four convolution blocks of Table I; half of them is the ``laptop``
    preset. ``decay`` is r of global weighted rank pooling and serves the system ``gwrp`` alone.
    """

    system: str = "gwrp"
    n_classes: int = 41
    n_mels: int = 64
    channels: tuple[int, ...] = (32, 64, 128, 128)
    decay: float = PAPER_DECAY

    def __post_init__(self) -> None:
        """Check sizes and the range of the decay."""
        require_whole("n_classes, n_mels", self.n_classes, self.n_mels)
        require_whole("channels", *self.channels)
        require(len(self.channels) > 0, "channels must not be empty")
        require(0.0 <= self.decay <= 1.0, f"decay must lie in 0…1, got {self.decay}")


@dataclass(frozen=True)
class MixtureConfig:
    """How a mixture is made of a scene and events (paper §V-A).

    ``fixed_onsets`` and ``level_on_whole_file`` reproduce the published code, which always places its
    three events at 0.5, 3.0 and 5.5 s and measures an event's level before it cuts the event.
    """

    seconds: float = 10.0
    n_events: int = 3
    max_event_s: float = 2.0
    snr_db: float = 0.0
    fixed_onsets: bool = False
    level_on_whole_file: bool = False

    def __post_init__(self) -> None:
        """Check the ranges; whether the events fit depends on their lengths, when they are drawn."""
        require(0 < self.seconds <= 3600, f"seconds must lie in 0…3600, got {self.seconds}")
        require(self.n_events > 0, f"n_events must be positive, got {self.n_events}")
        require(self.max_event_s > 0, f"max_event_s must be positive, got {self.max_event_s}")
        require(
            -60.0 <= self.snr_db <= 60.0,
            f"snr_db must be a number from -60 to 60, got {self.snr_db}",
        )


@dataclass(frozen=True)
class DetectionConfig:
    """From frame scores to events (paper §IV-C), and how a long recording is tagged.

    A class is detected where its clip probability reaches ``tagging_threshold``. An event starts where
    the frame score exceeds ``high_threshold`` and extends both ways while it exceeds ``low_threshold``;
    gaps shorter than ``max_gap_frames`` are joined, then events shorter than ``min_event_frames`` are
    dropped (``drop_first`` swaps the two, as the paper's text has it). ``median_frames`` smooths the
    scores first (1: not at all). A recording longer than ``section_s`` is tagged in sections of that
    length, half overlapping, because the networks were trained on clips of that length.
    """

    tagging_threshold: float = 0.1
    high_threshold: float = 0.2
    low_threshold: float = 0.1
    min_event_frames: int = 10
    max_gap_frames: int = 10
    median_frames: int = 1
    drop_first: bool = False
    section_s: float = 10.0

    def __post_init__(self) -> None:
        """Check ranges, and that the high threshold is not below the low one."""
        require(
            0.0 <= self.tagging_threshold <= 1.0,
            f"tagging_threshold must lie in 0…1, got {self.tagging_threshold}",
        )
        require(
            0.0 <= self.low_threshold <= self.high_threshold <= 1.0,
            "need 0 ≤ low_threshold ≤ high_threshold ≤ 1, "
            f"got {self.low_threshold} and {self.high_threshold}",
        )
        require(
            self.min_event_frames >= 0 and self.max_gap_frames >= 0,
            "min_event_frames and max_gap_frames must not be negative, "
            f"got {self.min_event_frames} and {self.max_gap_frames}",
        )
        require(
            self.median_frames > 0 and self.median_frames % 2 == 1,
            f"median_frames must be odd and positive, got {self.median_frames}",
        )
        require(self.section_s > 0, f"section_s must be positive, got {self.section_s}")
