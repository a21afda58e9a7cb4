"""Panels of the Results page: the filters, and a table as bars and as rows with its commands."""

from collections.abc import Sequence

import streamlit as st

from pages.shared.charts import show_chart
from pages.shared.link import bound_to_link
from pages.shared.number_table import show_rows
from pages.shared.numbers import fixed
from pages.shared.results.figures import class_figure, mean_figure
from pages.shared.results.findings import findings_in_words
from pages.shared.results.tables import (
    PAPERS,
    Choice,
    Mean,
    Table,
    class_values,
    commands_for,
    means_at,
)
from pages.shared.views import title
from sedtf_core.labels import display_name

SYSTEMS_AT_FIRST = 3  # the last in the paper's order: GMP, GAP and GWRP
OURS_ALONE = (
    "**These figures are ours alone.** The paper's table has other classes (41 of DCASE 2018; ours are {}), "
    "so class by class nothing of it can stand beside them. Only its means can: see Tables II, V, VI and IX."
)
FEW_COMMANDS = 7  # one a system; several draws of mixtures have one each
SYSTEM_PX = 100  # the longest name, which many columns beside it would clip
HOW_TO_MEASURE = """\
python -m train.evaluate --system gwrp --sounds sounds --split test --snr 0 --count 200 --seed 0 \\
    --json gwrp_0dB.json
python -m train.tables gwrp_0dB.json --out assets/results"""


def show_filters(tables: Sequence[Table]) -> Choice:
    """Choose a table, an SNR and, where rows are classes, systems and classes."""
    left, right = st.columns([3, 2])
    titles = [table.title for table in tables]
    with left, bound_to_link({"table": titles.__contains__}):
        chosen = st.selectbox("Table", titles, key="table", bind="query-params")
    table = tables[titles.index(chosen)]
    with right:
        snr_db = _show_snr_choice(table.snrs_db())
    return Choice(table, snr_db) if table.means else _show_class_filters(table, snr_db)


def _show_snr_choice(snrs_db: Sequence[float]) -> float:
    """One of the SNRs that a table has figures for; the first to begin with, or if another table had it."""
    with bound_to_link({"results_snr": lambda text: text in map(_decibels, snrs_db)}):
        snr_db = st.segmented_control(
            "SNR", snrs_db, default=snrs_db[0], required=True, format_func=_decibels,
            key="results_snr", bind="query-params",
        )  # fmt: skip
    return snr_db if snr_db in snrs_db else snrs_db[0]


def _decibels(snr_db: float) -> str:
    """An SNR as it is read."""
    return f"{snr_db:g} dB"


def _show_class_filters(table: Table, snr_db: float) -> Choice:
    """Systems and classes of a table whose rows are classes."""
    found = list(class_values(table, snr_db))
    classes = [row["Class"] for row in table.classes]
    readable = {
        "results_systems": lambda text: not text or text in found,
        "results_classes": lambda text: text in map(display_name, classes),
    }
    with bound_to_link(readable):
        systems = st.segmented_control(
            "Systems", found, selection_mode="multi", default=found[-SYSTEMS_AT_FIRST:],
            key="results_systems", bind="query-params",
        )  # fmt: skip
        labels = st.multiselect(
            "Classes", classes, format_func=display_name, placeholder="All classes",
            key="results_classes", bind="query-params",
        )  # fmt: skip
    return Choice(table, snr_db, tuple(s for s in found if s in systems), tuple(labels))


def show_mean_table(choice: Choice) -> None:
    """Bars and rows of means over classes."""
    table, means = choice.table, means_at(choice.table, choice.snr_db)
    figure = mean_figure(means, table)
    show_chart(figure, "means")
    st.dataframe(
        mean_rows(means, table), hide_index=True, width="stretch", height="content",
        column_config={"System": st.column_config.Column(width=SYSTEM_PX, pinned=True)},
    )  # fmt: skip
    st.caption(f"In brackets: {table.ends}.")
    findings = findings_in_words(means) if table.beside == PAPERS else []
    if findings:
        lines = (f"- {finding}" for finding in findings)
        st.markdown("\n".join([f"**In words**, at {_decibels(choice.snr_db)}:", "", *lines]))
    _show_sources(choice)


def mean_rows(means: Sequence[Mean], table: Table) -> list[dict[str, str]]:
    """A row a system, as the paper's tables have it; each figure beside what it is compared with, if any."""
    compared = {mean.heading for mean in means if mean.beside is not None}
    rows: dict[str, dict[str, str]] = {}
    for mean in means:
        row = rows.setdefault(mean.system, {"System": title(mean.system)})
        if mean.heading not in compared:
            row[mean.heading] = _with_interval(mean)
            continue
        row[f"{mean.heading}: {_within(table.ours)}"] = _with_interval(mean)
        row[f"{mean.heading}: {_within(table.beside)}"] = _number(mean.beside, mean.digits)
    return list(rows.values())


def _within(words: str) -> str:
    """A heading as it stands within a line."""
    return words[0].lower() + words[1:]


def _with_interval(mean: Mean) -> str:
    """Our figure, with its interval where there is one."""
    if mean.low is None:
        return _number(mean.ours, mean.digits)
    ours, low, high = (_number(value, mean.digits) for value in (mean.ours, mean.low, mean.high))
    return f"{ours} [{low}, {high}]"


def _number(value: float | None, digits: int) -> str:
    """So many digits after the point; a dash for what is not known."""
    return "–" if value is None else fixed(value, digits)


def show_class_table(choice: Choice) -> None:
    """Bars and rows a class."""
    everything = class_values(choice.table, choice.snr_db, choice.labels)
    values = {system: everything[system] for system in choice.systems}
    if not values:
        st.info("Choose at least one system.")
        return
    st.markdown(OURS_ALONE.format(len(choice.table.classes)))
    show_chart(class_figure(values), "classes")
    with st.expander("As a table"):
        labels = list(next(iter(values.values()), {}))
        rows = [
            {"Class": display_name(label), **{s: own.get(label) for s, own in values.items()}}
            for label in labels
        ]
        show_rows(rows, tuple(values), digits=3)
    _show_sources(choice)


def _show_sources(choice: Choice) -> None:
    """What the figures were measured on, and by which commands."""
    st.caption(choice.table.note)
    commands = commands_for(choice.table, choice.snr_db)
    title = f"Made by these commands, at {choice.snr_db:g} dB"
    with st.expander(title, expanded=len(commands) <= FEW_COMMANDS):
        st.code("\n".join(commands), language="bash", wrap_lines=True)


def show_empty() -> None:
    """What to do while nothing has been measured."""
    st.info(
        "No results are installed yet. This page shows the paper's tables beside figures measured "
        "with the checkpoints at hand."
    )
    st.markdown("Measure a system, then write the tables (`--sounds` is a folder of test sounds):")
    st.code(HOW_TO_MEASURE, language="bash")
    st.caption("Measuring 200 mixtures takes some minutes a system and SNR on two cores.")
