"""Streamlit components out of readable files: ES modules, one style sheet, one piece of HTML.

Owns how files become the one script that Streamlit takes. Each JavaScript file is an ordinary ES module,
which node can import for tests; a script in the browser has no address from which to import its neighbours,
so ``bundle`` puts the files behind one another and takes the import lines and the ``export`` words out. One
consequence: no name may be used at the top level of two files of a component.

``ground.css`` beside this file gives every component the theme's colours and the same controls; its root
element has the class ``ground``. ``dom.js`` and ``colours.js`` are for every component too.
"""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar

import streamlit as st

SHARED = Path(__file__).parent
Value = TypeVar("Value")
_IMPORT = re.compile(r"^import [^;]*;\n", re.MULTILINE)
_EXPORT = re.compile(r"^export (?!default)", re.MULTILINE)


def bundle(scripts: Sequence[Path]) -> str:
    """All modules as one script; each imports only from those before it, the last holds the entry."""
    sources = [path.read_text(encoding="utf-8") for path in scripts]
    return "\n".join(_EXPORT.sub("", _IMPORT.sub("", source)) for source in sources)


def register(name: str, folder: Path, scripts: Sequence[Path]) -> Any:
    """Register a component and return its mounting command; call once a process.

    Parameters
    ----------
    name
        Of the component, and of the ``.html`` and ``.css`` file in its folder.
    folder
        Where these files are.
    scripts
        As ``bundle`` takes them.
    """
    styles = [SHARED / "ground.css", folder / f"{name}.css"]
    return st.components.v2.component(
        f"sedtf_{name}",
        html=(folder / f"{name}.html").read_text(encoding="utf-8"),
        css="\n".join(path.read_text(encoding="utf-8") for path in styles),
        js=bundle(scripts),
    )


def pinned(key: str, initial: Value) -> Value:
    """What a component began with: ``initial`` of the run in which it appears, while it stays on the page.

    So a page may put a component's state into its link and read it from there in every run.
    """
    kept = f"{key}:initial"
    if key not in st.session_state:  # the component is about to appear
        st.session_state[kept] = initial
    value: Value = st.session_state.setdefault(kept, initial)
    return value


def ignore_change() -> None:
    """Changes are read from the result; Streamlit wants a callback for every state that it keeps."""
