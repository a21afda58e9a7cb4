"""The Paint page's panel: which class, the drawing board, and the link that holds the mask.

The strokes are the page's only state. The browser reports them when a gesture is finished; each board keeps
its own for the session, and those of the board shown stand in the link as ``mask``. A link's strokes are
taken once, when the board appears, and only if they can be drawn on it.
"""

import re
from collections.abc import Sequence

import streamlit as st

from pages.shared.analyses import known_mixture
from pages.shared.cached import paint_board, painted, recording_paint_board
from pages.shared.class_choice import show_class_choice
from pages.shared.clips import Clip, Recording
from pages.shared.link import put_in_link
from pages.shared.listen import show_span_choice
from pages.shared.paint.board import Board, encode
from pages.shared.paint.component import drawing_board
from pages.shared.paint.kept import keep_mask
from pages.shared.paint.strokes import MOST_CHARACTERS, parse_strokes
from pages.shared.paint.verdict import verdict
from pages.shared.state import recipe
from pages.shared.views import shown_labels
from sedtf_core.errors import InputError
from sedtf_core.inference import Analysis

KEY = "paint"
LINK = "mask"
_MASKS = "paint:masks"  # identity of a board → text of its strokes
_MOST_MASKS = 32
_IDENTITY = re.compile("[0-9a-f]{16}")


@st.fragment
def show_paint(clip: Clip, systems: tuple[str, ...], analyses: Sequence[Analysis]) -> None:
    """The choice of a class, and the drawing board; only this is run again after a stroke."""
    with st.container(horizontal=True):
        label = show_classes(clip, analyses)
        known = not isinstance(clip, Recording)
        on_span = show_span_choice() if known else False
    if not known:
        st.info(
            "What is really in this recording is not known, so a mask cannot be scored. It can be "
            "heard."
        )
    board = _board(clip, systems, label)
    text = _strokes(board)
    keep_mask(clip, label, text)
    result = painted(board.identity, text, on_span, board)
    part = int(on_span)
    scores = {mask: both[part] for mask, both in board.scores_db.items()}
    said = verdict(result.improvement_db, scores, painted=bool(text)) if known else ""
    front = {"part": part, "verdict": said, "linked": known}
    drawing_board(encode(board, result, front, whole=not _held(board)), key=KEY, on_work=_keep)
    put_in_link(LINK, text if known else "")


def show_classes(clip: Clip, analyses: Sequence[Analysis]) -> str:
    """Let one of the classes be chosen: what is in a mixture, by onset, or the likeliest."""
    mixed = known_mixture(clip)
    events = sorted(mixed.events, key=lambda event: event.onset) if mixed else []
    labels = list(dict.fromkeys(e.label for e in events)) or shown_labels(analyses, [])
    title = "Paint where this class is, and hear what your mask lets through"
    return show_class_choice(st.segmented_control, title, labels)


def _board(clip: Clip, systems: tuple[str, ...], label: str) -> Board:
    """The board of a clip and a class."""
    with st.spinner("Separating with every mask"):
        if isinstance(clip, Recording):
            return recording_paint_board(
                clip.digest, clip.start_s, clip.seconds, label, systems, clip.data
            )
        return paint_board(recipe(clip), label, systems)


def _strokes(board: Board) -> str:
    """The text of the strokes to show: what was painted here, or what the link brought."""
    masks: dict[str, str] = st.session_state.setdefault(_MASKS, {})
    link = st.query_params.get(LINK, "")
    appears = KEY not in st.session_state
    if appears and link and link not in masks.values():
        masks[board.identity] = link
    text = masks.get(board.identity, "")
    try:
        parse_strokes(text, board.frames, board.mel_bins)
    except InputError as error:
        st.warning(f"The mask in this link cannot be drawn: {error}. The board starts empty.")
        masks[board.identity] = text = ""
    return text


def _held(board: Board) -> bool:
    """Whether the browser has this board already."""
    work = _work()
    return work is not None and work.get("board") == board.identity


def _work() -> dict[str, object] | None:
    """What the browser reported last."""
    state = st.session_state.get(KEY)
    work = state.get("work") if state else None
    return work if isinstance(work, dict) else None


def _keep() -> None:
    """Remember the strokes that the browser reports, by the board that they are on."""
    work = _work() or {}
    identity, text = work.get("board"), work.get("text")
    if not isinstance(text, str) or not isinstance(identity, str):
        return  # the browser only asks for the board
    if not _IDENTITY.fullmatch(identity):
        return  # none of our boards
    masks: dict[str, str] = st.session_state.setdefault(_MASKS, {})
    masks.pop(identity, None)
    while len(masks) >= _MOST_MASKS:
        del masks[next(iter(masks))]
    masks[identity] = text[: MOST_CHARACTERS + 1]
