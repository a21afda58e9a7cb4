"""Freeze what sed_scores_eval says about random frame scores in ``psds_golden.json``.

Run in an environment of its own:

    python -m venv golden
    golden/bin/pip install sed_scores_eval==0.0.4 "pandas<3"
    golden/bin/python tests/data/make_psds_golden.py

All scores are edges of the grid of thresholds with 8 steps an octave, so that thresholds on the
grid see every one of them. Scores are given as frames of each class.
"""

import importlib.metadata
import json
from pathlib import Path

import numpy as np
from sed_scores_eval.base_modules.scores import create_score_dataframe
from sed_scores_eval.intersection_based import psds

HOP_S = 0.1
CLIP_S = 60.0  # the frames cover the start; one false positive costs less of 100 an hour
LABELS = ["bark", "cello", "flute"]
CONFIGS = {
    "psds1": {"dtc_threshold": 0.7, "gtc_threshold": 0.7, "alpha_ct": 0.0, "alpha_st": 1.0},
    "psds2": {
        "dtc_threshold": 0.1,
        "gtc_threshold": 0.1,
        "cttc_threshold": 0.3,
        "alpha_ct": 0.5,
        "alpha_st": 1.0,
    },
}


def grid():
    """Edges from 2^-8 to 1 - 2^-8."""
    octaves = [2.0**-e * (1 + step / 8) for e in range(8, 1, -1) for step in range(8)]
    return np.array([*octaves, 0.5, *(1 - edge for edge in reversed(octaves))])


def random_case(rng, n_clips, n_frames, skill):
    """Clips with up to two events a class, and scores that follow them as far as ``skill`` goes."""
    levels = grid()
    clips = []
    for _ in range(n_clips):
        events, scores = [], np.zeros((len(LABELS), n_frames), dtype=int)
        for k, label in enumerate(LABELS):
            activity = np.zeros(n_frames)
            for half in range(rng.integers(0, 3)):
                first = int(rng.integers(0, n_frames // 4)) + half * n_frames // 2
                end = first + int(rng.integers(2, n_frames // 4))
                activity[first:end] = 1
                onset = first * HOP_S + rng.uniform(-0.03, 0.03)
                events.append([round(max(0.0, onset), 3), round(end * HOP_S + 0.02, 3), label])
            noise = np.convolve(rng.random(n_frames + 4), np.ones(5) / 5, "valid")
            mixed = skill * activity + (1 - skill) * noise
            scores[k] = np.clip(mixed * len(levels), 0, len(levels) - 1)
        clips.append({"scores": levels[scores].tolist(), "events": events})
    return clips


def expect(clips, config):
    """Score over all classes and of each class; classes without references are no classes."""
    occurring = [label for label in LABELS if any(label in e for c in clips for e in c["events"])]
    columns = [LABELS.index(label) for label in occurring]
    frames = {}
    truth = {}
    durations = {}
    for number, clip in enumerate(clips):
        scores = np.array(clip["scores"])[columns].T
        times = np.arange(len(scores) + 1) * HOP_S
        name = f"clip{number}"
        frames[name] = create_score_dataframe(scores, times, occurring)
        truth[name] = [tuple(event) for event in clip["events"]]
        durations[name] = CLIP_S
    score, per_class, _, _ = psds(
        frames, truth, durations, max_efpr=100.0, unit_of_time="hour", **config
    )
    return {"score": float(score), "per_class": {k: float(v) for k, v in per_class.items()}}


def main():
    """Write the cases with what sed_scores_eval says."""
    rng = np.random.default_rng(0)
    cases = []
    for n_clips, n_frames, skill in [(5, 40, 0.3), (24, 40, 0.2), (16, 40, 0.1), (6, 120, 0.2)]:
        clips = random_case(rng, n_clips, n_frames, skill)
        cases.append(
            {"clips": clips, **{name: expect(clips, config) for name, config in CONFIGS.items()}}
        )
    document = {
        "sed_scores_eval": importlib.metadata.version("sed_scores_eval"),
        "labels": LABELS,
        "frame_hop_s": HOP_S,
        "clip_s": CLIP_S,
        "cases": cases,
    }
    path = Path(__file__).with_name("psds_golden.json")
    path.write_text(json.dumps(document, separators=(",", ":")).replace('{"scores"', '\n{"scores"'))


if __name__ == "__main__":
    main()
