"""The application's page list and navigation; nothing else.

streamlit run app.py
"""

import streamlit as st

from pages.shared.cached import warm_up

st.set_page_config(page_title="SED-TF", page_icon="assets/icon.png", layout="wide")
warm_up()

# Each address differs from its file's name: on a fresh server Streamlit would otherwise run the file in
# pages/ alone, without this navigation.
pages = {
    "Work": [
        st.Page("pages/explore.py", title="Explore", url_path="clip", default=True),
        st.Page("pages/events.py", title="Events", url_path="thresholds"),
        st.Page("pages/listen.py", title="Listen", url_path="separated"),
    ],
    "Reference": [
        st.Page("pages/results.py", title="Results", url_path="tables"),
        st.Page("pages/about.py", title="About", url_path="method"),
    ],
}
st.navigation(pages, position="top").run()
