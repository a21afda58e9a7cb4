"""Tables of numbers that stand point below point."""

from collections.abc import Mapping, Sequence

import streamlit as st


def show_rows(
    rows: Sequence[Mapping[str, object]], numbers: Sequence[str], *, digits: int = 2
) -> None:
    """Show a table whose columns ``numbers`` have as many digits behind the point in every row."""
    column = st.column_config.NumberColumn(format=f"%.{digits}f")
    st.dataframe(
        rows, hide_index=True, width="stretch", column_config=dict.fromkeys(numbers, column)
    )
