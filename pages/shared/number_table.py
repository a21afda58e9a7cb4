"""Tables of numbers that stand point below point."""

from collections.abc import Mapping, Sequence
from functools import partial

import pandas as pd  # type: ignore[import-untyped]  # Streamlit brings it
import streamlit as st

from pages.shared.numbers import fixed


def show_rows(
    rows: Sequence[Mapping[str, object]], numbers: Sequence[str], *, digits: int = 2
) -> None:
    """Show a table whose columns ``numbers`` have as many digits behind the point in every row.

    They are still sorted as numbers; Streamlit's own format would write a hyphen for a minus.
    """
    written = partial(fixed, digits=digits)
    table = pd.DataFrame(rows).style.format(dict.fromkeys(numbers, written), na_rep="–")
    st.dataframe(table, hide_index=True, width="stretch")
