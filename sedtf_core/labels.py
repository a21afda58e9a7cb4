"""The classes that the shipped networks know: their names, their order, and one colour for each.

Owns the class order of every array with a ``classes`` axis, the words a person reads and the
palette that every figure and page shares. Conventions: a label is the name as it stands in
``sounds.csv`` (``Violin_or_fiddle``); a colour is sRGB, ``#rrggbb``. A network trained on other
folders carries its own labels in its checkpoint; the functions here take any label. Leaves file
names to ``exports``.
"""

import hashlib
from typing import Final

# The colours were searched for together: each has a contrast of 3:1 or more against white and
# against the dark theme's #0e1117, and the smallest distance between two of them is as large as
# we could make it for normal vision, protanopia, deuteranopia and tritanopia at once. The order
# then keeps alphabetical neighbours, which stand side by side in lists, far apart.
# tests/test_labels.py measures all of this.
_PALETTE: Final = {
    "Acoustic_guitar": "#5a75cf",
    "Bark": "#997500",
    "Bass_drum": "#fc3f99",
    "Cello": "#b42d63",
    "Chainsaw": "#7e12fc",
    "Chime": "#8790cf",
    "Clarinet": "#cf5a6c",
    "Clock_tick": "#875a99",
    "Computer_keyboard": "#f32400",
    "Cowbell": "#e151f3",
    "Crying_baby": "#5a8748",
    "Double_bass": "#b451bd",
    "Electric_piano": "#2d6c51",
    "Flute": "#ab00bd",
    "Glockenspiel": "#c60000",
    "Harmonica": "#3699a2",
    "Helicopter": "#d87e00",
    "Hi-hat": "#5a6375",
    "Oboe": "#a248f3",
    "Rooster": "#cf0099",
    "Saxophone": "#909951",
    "Snare_drum": "#c675b4",
    "Sneeze": "#905136",
    "Tambourine": "#3f51d8",
    "Trumpet": "#0099f3",
    "Violin_or_fiddle": "#877e7e",
}

LABELS: Final[tuple[str, ...]] = tuple(_PALETTE)
"""The 26 classes in the order of the ``classes`` axis: alphabetical."""


def display_name(label: str) -> str:
    """The label as a person reads it: ``Violin_or_fiddle`` becomes ``Violin or fiddle``."""
    return label.replace("_", " ")


def label_colour(label: str) -> str:
    """The one colour of a class, ``#rrggbb``, on every figure and page, in light and dark.

    Parameters
    ----------
    label
        Any label. One that is not among ``LABELS`` gets a colour of the same palette, chosen by a
        digest of its name, so it stays the same in every session; it can share it with another
        class.

    Returns
    -------
    An sRGB colour with a contrast of at least 3:1 against white and against ``#0e1117``.
    """
    if label in _PALETTE:
        return _PALETTE[label]
    digest = hashlib.sha256(label.encode("utf-8", errors="surrogatepass")).digest()
    return _PALETTE[LABELS[int.from_bytes(digest[:8], "big") % len(LABELS)]]
