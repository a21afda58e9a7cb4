"""From a waveform to an analysis: a ladder of steps, each adding one stage, for clips of any length.

    waveform blocks → log mel blocks → windows with context
        → masks → frame scores, section probabilities → Analysis

Conventions: frames are those of ``features.log_mel``. One path serves a clip in memory and an hour read in
blocks: windows overlap by the network's reach, so masks are the same however the recording is cut. A
recording longer than ``DetectionConfig.section_s`` is tagged in half-overlapping sections of that length,
because the networks learnt from clips of it; its clip probability is the highest of a section, and events
are looked for only where a section passes the tagging threshold. Frames quieter than the rounding of 16-bit
samples hold nothing: their masks and scores are 0. Separation and files are left to others.
"""

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import NamedTuple, TypeAlias, cast

import numpy as np
import torch
from jaxtyping import Bool, Float
from torch import Tensor

from sedtf_core.checkpoints import Checkpoint
from sedtf_core.config import DetectionConfig, FeatureConfig
from sedtf_core.errors import InputError
from sedtf_core.events import Event, frames_to_events
from sedtf_core.features import frame_count, log_mel
from sedtf_core.models import SystemOutput
from sedtf_core.models.mask_network import MaskNetwork

# Every band below this is white noise under -95 dBFS: the rounding of 16-bit samples, not a sound.
SILENCE_LOG_MEL = math.log(1e-6)
CHUNK_FRAMES = 1024

LogMel: TypeAlias = Float[Tensor, "frames mel_bins"]
Masks: TypeAlias = Float[Tensor, "classes frames mel_bins"]


class Section(NamedTuple):
    """Clip probabilities of the frames ``start`` to ``stop``."""

    start: int
    stop: int
    probs: Float[np.ndarray, " classes"]


@dataclass(frozen=True, eq=False)
class Analysis:
    """What one system finds in one recording.

    Attributes
    ----------
    sections
        Clip probabilities of each section; a recording that is not long has one.
    frame_scores
        Mean of the mask over mel (paper eq. 2), or the system's own score a frame.
    masks
        Segmentation masks, or None where the system has none or they went to a sink.
    detected
        Where the tagging threshold lets a class have events.
    events
        Thresholded events, by onset.
    """

    system: str
    labels: tuple[str, ...]
    sections: tuple[Section, ...]
    frame_scores: Float[np.ndarray, "classes frames"]
    masks: Float[np.ndarray, "classes frames mel_bins"] | None
    detected: Bool[np.ndarray, "classes frames"]
    events: tuple[Event, ...]
    duration_s: float
    detection: DetectionConfig = field(default_factory=DetectionConfig)
    features: FeatureConfig = field(default_factory=FeatureConfig)

    @property
    def clip_probs(self) -> Float[np.ndarray, " classes"]:
        """Probability a class; of a long recording the highest of a section."""
        highest: Float[np.ndarray, " classes"] = np.max([s.probs for s in self.sections], axis=0)
        return highest

    def frame_probs(self) -> Float[np.ndarray, "classes frames"]:
        """Return for each frame the highest clip probability of a section that covers it."""
        probs = np.zeros_like(self.frame_scores)
        for start, stop, own in self.sections:
            np.maximum(probs[:, start:stop], own[:, None], out=probs[:, start:stop])
        return probs

    def at(self, detection: DetectionConfig) -> "Analysis":
        """Return the analysis with other thresholds and lengths; sections stay as they were pooled."""
        detected = self.frame_probs() >= np.float32(detection.tagging_threshold)
        hop_s = self.features.frame_hop_s
        events = frames_to_events(
            self.frame_scores, self.labels, detection, hop_s, detected=detected
        )
        return replace(self, detected=detected, events=tuple(events), detection=detection)

    def detected_labels(self) -> tuple[str, ...]:
        """Return the classes whose clip probability passes the tagging threshold, the likeliest first."""
        order = np.argsort(-self.clip_probs, kind="stable")
        passed = np.asarray(self.detected.any(axis=1))
        return tuple(self.labels[index] for index in order if passed[index])


class Window(NamedTuple):
    """A stretch of features: ``size`` frames of interest after ``lead`` frames of context."""

    features: LogMel
    start: int
    lead: int
    size: int


class Block(NamedTuple):
    """Frame scores, and masks where there are any, of consecutive frames, and the sections now complete."""

    frame_scores: Float[Tensor, "classes frames"]
    masks: Masks | None
    sections: list[Section]


class Analyser:
    """Analyses recordings with one checkpoint.

    Parameters
    ----------
    checkpoint
        Its network is fused and laid out for fast inference, in place: do not train it afterwards.
    detection
        Thresholds and lengths.
    chunk_frames
        Frames that go through the network at a time; bounds the memory.
    device
        Where the network runs.
    """

    def __init__(
        self,
        checkpoint: Checkpoint,
        detection: DetectionConfig | None = None,
        *,
        chunk_frames: int = CHUNK_FRAMES,
        device: str = "cpu",
    ) -> None:
        """Prepare the network."""
        self.checkpoint = checkpoint
        self.detection = detection or DetectionConfig()
        self.features = checkpoint.metadata.features
        self.chunk_frames = chunk_frames
        self.device = torch.device(device)
        model = checkpoint.model
        if isinstance(model, MaskNetwork):
            model = model.fuse()
        self.model = model.to(self.device).to(memory_format=torch.channels_last).eval()  # type: ignore[call-overload]

    @property
    def has_masks(self) -> bool:
        """Whether the system has segmentation masks."""
        return isinstance(self.model, MaskNetwork)

    def __call__(self, waveform: Float[np.ndarray, " samples"]) -> Analysis:
        """Analyse a clip in memory, its masks included.

        Raises
        ------
        InputError
            If there is no sample, or one that is not finite.
        """
        masks: list[Float[np.ndarray, "classes frames mel_bins"]] = []
        analysis = self.stream([waveform], masks.append)
        if not masks:
            return analysis
        return replace(analysis, masks=np.concatenate(masks, axis=1))

    @torch.inference_mode()
    def stream(
        self,
        blocks: Iterable[Float[np.ndarray, " samples"]],
        sink: Callable[[Float[np.ndarray, "classes frames mel_bins"]], None] | None = None,
        progress: Callable[[float], None] | None = None,
    ) -> Analysis:
        """Analyse a recording that arrives in blocks, at constant memory but for the frame scores.

        Parameters
        ----------
        blocks
            Consecutive samples at the checkpoint's sample rate.
        sink
            Takes the masks, in order, as they are made.
        progress
            Called after each window with the seconds analysed so far.

        Returns
        -------
        The analysis, its ``masks`` None.
        """
        counter = _Counter(blocks)
        scores, sections, done = [], [], 0
        for block in self._blocks(stream_log_mel(counter, self.features)):
            scores.append(block.frame_scores)
            sections += block.sections
            done += block.frame_scores.shape[1]
            if sink is not None and block.masks is not None:
                sink(block.masks.cpu().numpy())
            if progress is not None:
                progress(done * self.features.frame_hop_s)
        duration_s = counter.samples / self.features.sample_rate
        return self._analysis(torch.cat(scores, dim=1).cpu().numpy(), sections, duration_s)

    def _blocks(self, log_mels: Iterable[LogMel]) -> Iterator[Block]:
        """Run the network over the features, as its kind needs it."""
        section_samples = round(self.detection.section_s * self.features.sample_rate)
        section_frames = frame_count(section_samples, self.features)
        if isinstance(self.model, MaskNetwork):
            return self._mask_blocks(log_mels, section_frames)
        return self._score_blocks(log_mels, section_frames)

    def _mask_blocks(self, log_mels: Iterable[LogMel], section_frames: int) -> Iterator[Block]:
        """Masks by windows that overlap by the network's reach; clip probabilities by sections."""
        model = cast(MaskNetwork, self.model)
        pooler = SectionPooler(model.pool, section_frames)
        for window in windows(log_mels, self.chunk_frames, model.context_frames):
            inside = slice(window.lead, window.lead + window.size)
            masks = model.segment(window.features[None].to(self.device))[0, :, inside]
            masks = masks * audible(window.features[inside]).to(masks)[:, None]
            yield Block(masks.mean(dim=-1), masks, pooler.push(masks))
        empty = masks[:, :0]
        yield Block(empty.mean(dim=-1), empty, pooler.finish())

    def _score_blocks(self, log_mels: Iterable[LogMel], section_frames: int) -> Iterator[Block]:
        """Frame scores of systems without masks: half-overlapping sections, the middle half of each kept."""
        multiple = cast(int, self.model.frame_multiple)
        quarter = max(1, round(section_frames / 4 / multiple)) * multiple
        for window in windows(log_mels, 2 * quarter, quarter, whole_below=section_frames):
            output: SystemOutput = self.model(window.features[None].to(self.device))
            inside = slice(window.lead, window.lead + window.size)
            heard = audible(window.features).to(output.frame_scores)
            probs = output.clip_probs[0] * heard.amax()
            first = window.start - window.lead
            section = Section(first, first + len(window.features), probs.cpu().numpy())
            yield Block((output.frame_scores[0] * heard)[:, inside], None, [section])

    def _analysis(
        self,
        frame_scores: Float[np.ndarray, "classes frames"],
        sections: list[Section],
        duration_s: float,
    ) -> Analysis:
        """Threshold what was measured."""
        measured = Analysis(
            self.checkpoint.metadata.model.system,
            self.checkpoint.metadata.labels,
            tuple(sections),
            frame_scores,
            None,
            np.zeros(frame_scores.shape, dtype=bool),
            (),
            duration_s,
            self.detection,
            self.features,
        )
        return measured.at(self.detection)


class SectionPooler:
    """Pools masks that arrive in blocks over half-overlapping sections; the last ends with the recording."""

    def __init__(self, pool: Callable[[Tensor], Tensor], section_frames: int) -> None:
        """Start before the first frame."""
        self.pool, self.section_frames = pool, section_frames
        self._masks: Masks | None = None
        self._start = 0  # frame that the buffer begins with
        self._next = 0  # frame that the next section begins with
        self._pooled_to = 0

    def push(self, masks: Masks) -> list[Section]:
        """Take the next frames; return the sections that are now complete."""
        self._masks = masks if self._masks is None else torch.cat([self._masks, masks], dim=1)
        end, sections = self._start + self._masks.shape[1], []
        while self._next + self.section_frames <= end:
            sections.append(self._section(self._next, self._next + self.section_frames))
            self._next += max(1, self.section_frames // 2)
        # Keep one section behind the end: the last one is aligned to it.
        drop = max(0, min(self._next, end - self.section_frames) - self._start)
        self._masks, self._start = self._masks[:, drop:], self._start + drop
        return sections

    def finish(self) -> list[Section]:
        """Return the section that ends with the recording, if none did yet."""
        if self._masks is None:
            return []
        end = self._start + self._masks.shape[1]
        if self._pooled_to == end:
            return []
        return [self._section(max(0, end - self.section_frames), end)]

    def _section(self, start: int, stop: int) -> Section:
        """Pool the frames start to stop, which the buffer holds."""
        assert self._masks is not None
        self._pooled_to = stop
        masks = self._masks[:, start - self._start : stop - self._start]
        return Section(start, stop, self.pool(masks).cpu().numpy())


def stream_log_mel(
    blocks: Iterable[Float[np.ndarray, " samples"]], config: FeatureConfig
) -> Iterator[LogMel]:
    """Log mel frames of a recording that arrives in blocks; the same frames as of the whole.

    Raises
    ------
    InputError
        If there is no sample, or one that is not finite.
    """
    rest, any_frame = torch.zeros(0), False
    for block in blocks:
        if not np.isfinite(block).all():
            raise InputError("the samples hold values that are not finite; export the sound again")
        rest = torch.cat([rest, torch.from_numpy(np.ascontiguousarray(block, dtype=np.float32))])
        frames = 1 + (len(rest) - config.n_fft) // config.hop_length
        if frames > 0:
            any_frame = True
            yield log_mel(rest[: (frames - 1) * config.hop_length + config.n_fft], config)
            rest = rest[frames * config.hop_length :]
    if len(rest) == 0 and not any_frame:
        raise InputError("the recording has no samples; record or export it again")
    if not any_frame:
        yield log_mel(rest, config)


def windows(
    log_mels: Iterable[LogMel], size: int, context: int, whole_below: int = 0
) -> Iterator[Window]:
    """Cut features that arrive in blocks into windows of ``size`` frames with ``context`` on both sides.

    Where the recording begins or ends there is no context. One of at most ``whole_below`` frames, or
    ``size``, is a single window.
    """
    buffer = torch.zeros(0, 0)
    start = lead = 0
    for block in chain(log_mels, [None]):
        if block is not None:
            buffer = torch.cat([buffer, block]) if len(buffer) else block
        ahead = 1 if block is None else max(1, context)
        while len(buffer) - lead - size >= ahead and (start or len(buffer) > whole_below):
            yield Window(buffer[: lead + size + context], start, lead, size)
            drop = max(0, lead + size - context)
            buffer, start, lead = buffer[drop:], start + size, lead + size - drop
    yield Window(buffer, start, lead, len(buffer) - lead)


def audible(log_mel_frames: LogMel) -> Bool[Tensor, " frames"]:
    """Whether a frame holds anything above the rounding of 16-bit samples."""
    return log_mel_frames.amax(dim=1) > SILENCE_LOG_MEL


class _Counter:
    """Passes blocks on and counts their samples."""

    def __init__(self, blocks: Iterable[Float[np.ndarray, " samples"]]) -> None:
        self.blocks, self.samples = blocks, 0

    def __iter__(self) -> Iterator[Float[np.ndarray, " samples"]]:
        for block in self.blocks:
            self.samples += len(block)
            yield block
