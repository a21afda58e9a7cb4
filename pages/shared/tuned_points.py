"""Operating points tuned on the valid split, as ``train.tables`` wrote them beside the results."""

import json
from collections.abc import Sequence
from pathlib import Path

from pages.shared.results.tables import RESULTS
from sedtf_core.config import DetectionConfig
from sedtf_core.events import detection_above

TUNED = RESULTS / "extra_tuned.json"
SNR_DB = 10.0


def tuned_points(systems: Sequence[str], table: Path = TUNED) -> dict[str, DetectionConfig]:
    """The thresholds with the greatest F1 at 10 dB of each system that the table has, lengths as the paper's.

    Of a table that is missing or cannot be read there are none: the Results page says what is wrong with it.
    """
    try:
        rows = json.loads(table.read_text("utf-8"))["rows"]
        values = {
            (row["system"], row["column"]): float(row["ours"])
            for row in rows
            if row["snr_db"] == SNR_DB
        }
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    points = {}
    for system in systems:
        tagging, frame = (
            values.get((system, f"tuned.thresholds.{name}")) for name in ("tagging", "frame")
        )
        if tagging is not None and frame is not None:
            points[system] = detection_above(tagging, frame, DetectionConfig())
    return points
