"""The application's page list and navigation; nothing else.

streamlit run app.py
"""

from pathlib import Path

import streamlit as st

from pages.shared.first_visit import reload_first_deep_link
from pages.shared.history import keep_one_entry_a_page

st.set_page_config(page_title="SED-TF", page_icon="assets/icon.png", layout="wide")
st.html(Path("assets/page.css"))

# Each address differs from its file's name: on a fresh server Streamlit would otherwise run the file in
# pages/ alone, without this navigation.
pages = {
    "Work": [
        st.Page("pages/explore.py", title="Explore", url_path="clip", default=True),
        st.Page("pages/events.py", title="Events", url_path="thresholds"),
        st.Page("pages/listen.py", title="Listen", url_path="separated"),
    ],
    "Learn": [
        st.Page("pages/lesson.py", title="Lesson", url_path="weak-labels"),
        st.Page("pages/pooling.py", title="Pooling", url_path="pooling-lab"),
        st.Page("pages/paint.py", title="Paint", url_path="own-mask"),
        st.Page("pages/training.py", title="Training", url_path="slow-motion"),
        st.Page("pages/snr.py", title="SNR", url_path="breaking-point"),
    ],
    "Reference": [
        st.Page("pages/results.py", title="Results", url_path="tables"),
        st.Page("pages/about.py", title="About", url_path="method"),
    ],
}
page = st.navigation(pages, position="top")
reload_first_deep_link()
keep_one_entry_a_page()

from pages.shared.cached import warm_up  # noqa: E402 - loads torch, which a reload need not wait for

warm_up()
page.run()
