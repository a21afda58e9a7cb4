"""All figures of a sweep as a table, to read and to download, and how they are measured."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from pages.shared.cached import stored_sweeps
from pages.shared.number_table import show_rows
from pages.shared.snr.charts import ideal_value
from pages.shared.snr.figures import Sweep
from pages.shared.snr.stored import recipe_key
from pages.shared.state import Synthesis, recipe
from pages.shared.views import IDEAL, TITLES
from sedtf_core.labels import display_name

MEASURED = ("Clip probability", "Frame F1", "T-F F1", "SI-SDR improvement (dB)")


def show_values(sweep: Sweep, clip: Synthesis) -> None:
    """All figures, to read and to download, and how they were taken."""
    with st.expander("All figures, and how they are measured"):
        rows = values_table(sweep)
        show_rows(rows, MEASURED)
        st.download_button(
            "Download as CSV", to_csv(rows), "snr.csv", "text/csv", on_click="ignore", key="snr_csv"
        )
        st.markdown(
            "A system breaks below the lowest SNR at which at least half of the classes in the clip reach "
            "the tagging threshold. F1 is taken at the paper's threshold of 0.1 on the scores as they "
            "are, even of classes that are not named; T-F F1 compares the mask with the ideal binary "
            "mask. SI-SDR improvement is over the unprocessed mixture, on the whole clip. Means are over "
            "the events. One clip is one draw: Results has figures of whole test sets."
        )
        if recipe_key(recipe(clip)) in stored_sweeps():
            st.caption(
                "Measured beforehand with the shipped checkpoints, by "
                "`python -m pages.shared.snr.precompute`."
            )


def values_table(sweep: Sweep) -> list[dict[str, Any]]:
    """A row an SNR, system and event."""
    rows: list[dict[str, Any]] = []
    for point in sweep:
        for index, label in enumerate(point.labels):
            start = {"SNR (dB)": point.snr_db, "Event": display_name(label)}
            for system, figures in point.systems.items():
                own = figures.events[index]
                rows.append(
                    {
                        **start,
                        "System": TITLES[system],
                        "Clip probability": own.clip_prob,
                        "Frame F1": own.frame_f1,
                        "T-F F1": own.tf_f1,
                        "SI-SDR improvement (dB)": own.si_sdr_improvement_db,
                        "Units above 0.5": own.area,
                        "Classes named that are not there": figures.false_classes,
                    }
                )
            gain = ideal_value(point, index)
            ideal = {"SI-SDR improvement (dB)": gain, "Units above 0.5": point.ideal_areas[index]}
            rows.append({**start, "System": IDEAL, **ideal})
    return rows


def to_csv(rows: Sequence[Mapping[str, Any]]) -> str:
    """The rows as CSV, an unknown figure empty."""
    columns = list(dict.fromkeys(column for row in rows for column in row))
    lines = [columns] + [
        ["" if row.get(c) is None else str(row.get(c)) for c in columns] for row in rows
    ]
    return "".join(",".join(line) + "\n" for line in lines)
