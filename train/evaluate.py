"""Evaluate a checkpoint on mixtures of a folder of sounds, with all metrics of the paper.

    python -m train.evaluate --system gwrp --sounds DIR --split test --snr 0 --count 200 --seed 0 --json FILE

Clips are made, analysed and forgotten one after the other, so memory does not grow with their number. The
intervals are 95 % bootstrap intervals over event recordings.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

import sedtf_core
from sedtf_core.checkpoints import Checkpoint, load_checkpoint
from sedtf_core.config import DetectionConfig
from sedtf_core.datasets import SoundBank, data_hash
from sedtf_core.errors import InputError
from sedtf_core.evaluation.bootstrap import DEFAULT_GROUPS, RecordingGroups, Summary
from sedtf_core.evaluation.event import EventMetrics
from sedtf_core.evaluation.frame import FrameMetrics
from sedtf_core.evaluation.segmentation import SegmentationMetrics
from sedtf_core.evaluation.separation import SeparationMetrics, Source
from sedtf_core.evaluation.tagging import TaggingMetrics, gate
from sedtf_core.events import events_to_frames
from sedtf_core.inference import Analyser, Analysis
from sedtf_core.mixing import Mixture, mix
from sedtf_core.separation import (
    ideal_binary_mask,
    ideal_ratio_masks,
    linear_ideal_ratio_masks,
    separate,
    separate_by_linear_masks,
)
from train.mixtures import add_mixture_arguments, draw_recipes, open_mixtures


class Evaluation:
    """All metrics of one system, fed clip by clip.

    Parameters
    ----------
    checkpoint
        The system.
    detection
        Thresholds of the events.
    empty_class
        How a class without any estimate enters the mean event F1: ``zero`` or ``skip``.
    gated
        Set frame scores and masks of classes below the tagging threshold to 0 before measuring.
    """

    def __init__(
        self,
        checkpoint: Checkpoint,
        detection: DetectionConfig,
        empty_class: str = "zero",
        gated: bool = False,
    ) -> None:
        """Start with no clip."""
        labels = checkpoint.metadata.labels
        self.labels, self.gated, self.detection = labels, gated, detection
        self.analyser = Analyser(checkpoint, detection)
        self.recordings = RecordingGroups(labels)
        groups = DEFAULT_GROUPS
        self.tagging = TaggingMetrics(labels, n_groups=groups)
        self.frame = FrameMetrics(labels, n_groups=groups)
        self.event = EventMetrics(labels, empty_class=empty_class, n_groups=groups)  # type: ignore[arg-type]
        self.segmentation = SegmentationMetrics(labels, n_groups=groups)
        self.separation = SeparationMetrics(labels, n_groups=groups)
        self.detected_separation = SeparationMetrics(labels, n_groups=groups)
        self.oracle = SeparationMetrics(labels, n_groups=groups)

    def update(self, mixture: Mixture, bank: SoundBank) -> None:
        """Analyse one mixture and add it to every metric."""
        analysis = self.analyser(mixture.mixture)
        placements = mixture.recipe.events
        groups = self.recordings.of_clip({p.label: bank[p.clip].recording for p in placements})
        present = np.isin(self.labels, [event.label for event in mixture.events])
        features = analysis.features
        activity = events_to_frames(
            mixture.events,
            self.labels,
            analysis.frame_scores.shape[1],
            features.frame_hop_s,
            features.n_fft / features.sample_rate,
        )
        self.tagging.update(analysis.clip_probs, present, groups)
        self.frame.update(self._gate(analysis.frame_scores, analysis), activity, groups)
        self.event.update(mixture.events, analysis.events, groups)
        if analysis.masks is not None:
            self._update_masks(mixture, analysis, activity, groups)

    def _gate(self, values: Any, analysis: Analysis) -> Any:
        """Values a class, zero where the class is not detected, if that was asked for."""
        if not self.gated:
            return values
        return gate(values, analysis.clip_probs, self.detection.tagging_threshold)

    def _update_masks(
        self, mixture: Mixture, analysis: Analysis, activity: Any, groups: Any
    ) -> None:
        """Segmentation and separation."""
        masks = analysis.masks
        assert masks is not None
        rows = [self.labels.index(event.label) for event in mixture.events]
        ratio, binary = np.zeros(masks.shape, np.float32), np.zeros(masks.shape, bool)
        ratio[rows] = ideal_ratio_masks(mixture.sources, mixture.scene)
        for row, source in zip(rows, mixture.sources, strict=True):
            binary[row] = ideal_binary_mask(source, mixture.scene, activity[row])
        self.segmentation.update(self._gate(masks, analysis), binary, ratio, groups)

        detected = analysis.detected_labels()
        wanted = sorted({*rows, *(self.labels.index(label) for label in detected)})
        stems = np.asarray(separate(mixture.mixture, masks[wanted]))
        estimates = {self.labels[row]: stem for row, stem in zip(wanted, stems, strict=True)}
        sources = {
            event.label: Source(
                source,
                round(event.onset * mixture.sample_rate),
                round(event.offset * mixture.sample_rate),
            )
            for event, source in zip(mixture.events, mixture.sources, strict=True)
        }
        of_present = {label: estimates[label] for label in sources}
        ideal = separate_by_linear_masks(
            mixture.mixture, linear_ideal_ratio_masks(mixture.sources, mixture.scene)
        )
        of_oracle = dict(zip(sources, np.asarray(ideal), strict=True))
        self.separation.update(estimates, sources, mixture.mixture, groups, detected)
        found = {label: source for label, source in sources.items() if label in detected}
        self.detected_separation.update(of_present, found, mixture.mixture, groups, found)
        self.oracle.update(of_oracle, sources, mixture.mixture, groups, sources)

    def summaries(self, replicates: int) -> dict[str, Summary]:
        """Each metric's values and intervals."""
        metrics: dict[str, Any] = {
            "tagging": self.tagging,
            "frame": self.frame,
            "event": self.event,
        }
        if self.analyser.has_masks:
            metrics |= {
                "segmentation": self.segmentation,
                "separation": self.separation,
                "detected_separation": self.detected_separation,
                "oracle_separation": self.oracle,
            }
        return {name: metric.summary(replicates) for name, metric in metrics.items()}


def to_json(summaries: dict[str, Summary]) -> dict[str, Any]:
    """Arrange the summaries: a dictionary a metric, intervals beside, then values a class."""
    result: dict[str, Any] = {name: dict(summary.mean) for name, summary in summaries.items()}
    intervals = {name: dict(summary.interval) for name, summary in summaries.items()}
    if "separation" in result:
        oracle = result["oracle_separation"]["si_sdr_improvement_db"]
        result["separation"]["oracle_si_sdr_improvement_db"] = oracle
        detected = result["detected_separation"]["si_sdr_improvement_db"]
        result["separation"]["detected_si_sdr_improvement_db"] = detected
    labels = summaries["tagging"].per_class
    result["per_class"] = {
        label: {name: summary.per_class[label] for name, summary in summaries.items()}
        for label in labels
    }
    return result | {"intervals": intervals}


def parse_arguments(arguments: list[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m train.evaluate", description=__doc__)
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--system", help="a shipped checkpoint")
    which.add_argument("--checkpoint", type=Path, help="a .safetensors file")
    add_mixture_arguments(parser)
    parser.add_argument("--json", type=Path, help="write all figures to this file")
    parser.add_argument("--replicates", type=int, default=1000, help="of the bootstrap; 0 for none")
    parser.add_argument(
        "--drop-first", action="store_true", help="drop short events, then join, as the text has it"
    )
    parser.add_argument(
        "--gated", action="store_true", help="zero scores and masks of classes that are not tagged"
    )
    parser.add_argument("--empty-class", choices=("zero", "skip"), default="zero")
    return parser.parse_args(arguments)


def evaluate(options: argparse.Namespace) -> dict[str, Any]:
    """Run the evaluation that the options describe; InputError for what is wrong with them."""
    bank, config = open_mixtures(options)
    checkpoint = load_checkpoint(options.checkpoint or options.system)
    unknown = sorted(set(bank.labels()) - set(checkpoint.metadata.labels))
    if unknown:
        raise InputError(
            f"the checkpoint does not know the class {unknown[0]}; evaluate it on the classes that "
            "it was trained on"
        )
    detection = DetectionConfig(drop_first=options.drop_first)
    evaluation = Evaluation(checkpoint, detection, options.empty_class, options.gated)
    recipes = draw_recipes(bank, config, options.count, options.seed)
    for recipe in tqdm(recipes, total=options.count, unit="clip", mininterval=2):
        evaluation.update(mix(recipe, bank.waveform, bank.sample_rate), bank)
    return {
        "system": checkpoint.metadata.model.system,
        "checkpoint": checkpoint.name,
        "trained_steps": checkpoint.metadata.training.get("step"),
        "snr_db": options.snr,
        "split": options.split,
        "count": options.count,
        "seed": options.seed,
        "gated": options.gated,
        "version": sedtf_core.__version__,
        "data_hash": data_hash(bank.sounds),
        "labels": list(checkpoint.metadata.labels),
        **to_json(evaluation.summaries(options.replicates)),
    }


def main(arguments: list[str] | None = None) -> int:
    """Evaluate as the command line says; returns the exit status."""
    options = parse_arguments(arguments)
    try:
        result = evaluate(options)
        result["command"] = " ".join(
            ["python -m train.evaluate", *(sys.argv[1:] if arguments is None else arguments)]
        )
        if options.json:
            try:
                options.json.parent.mkdir(parents=True, exist_ok=True)
                options.json.write_text(json.dumps(result, indent=1) + "\n", "utf-8")
            except OSError as error:
                raise InputError(
                    f"cannot write {options.json} ({error.strerror}); choose another --json"
                ) from None
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    for name in ("tagging", "frame", "event", "segmentation", "separation"):
        if name in result:
            print(f"{name:13s}" + "  ".join(f"{k} {v:.3f}" for k, v in result[name].items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
