"""What the lab shows, and the one binary message that carries it to the browser.

Conventions: planes are ``frames × mel_bins`` float32, so that the browser pools the very values that the
networks gave; levels are natural logarithms. The message is::

    "SEDL" | u32 length | JSON settings | zlib( u32 length | JSON header | planes )

message.js reads it. Leaves drawing and pooling in the browser to the JavaScript files.
"""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np
import torch
from jaxtyping import Float

from pages.shared.browser.message import join_front
from pages.shared.paint.kept import drawn
from pages.shared.pooling.settings import (
    EXAMPLE_BANDS,
    EXAMPLE_FRAMES,
    PARAMETERS,
    POOLING_TITLES,
    LabSettings,
)
from pages.shared.views import IDEAL, TITLES, shown_labels
from sedtf_core.evaluation.truth import class_ratio_masks
from sedtf_core.features import log_mel
from sedtf_core.inference import Analysis
from sedtf_core.labels import display_name, label_colour
from sedtf_core.mixing import Mixture

MAGIC = b"SEDL"
KIND_TITLES = {**TITLES, "ideal": IDEAL, "painted": "Painted"}
Plane = Float[np.ndarray, "frames mel_bins"]


@dataclass(frozen=True, eq=False)
class LabView:
    """A clip's level and its masks, ``masks[kind][class]``; kinds as in ``settings.MASKS``."""

    labels: tuple[str, ...]
    level: Plane
    masks: dict[str, list[Plane]]
    frame_hop_s: float


def lab_labels(
    analyses: Sequence[Analysis], mixture: Mixture | None, first: Sequence[str] = ()
) -> list[str]:
    """The classes worth showing: those of ``first``, what else is there, then what was found."""
    present = mixture.labels if mixture else ()
    ordered = [label for label in first if label in present]
    return shown_labels(analyses, [*ordered, *(x for x in present if x not in ordered)])


def lab_view(
    waveform: Float[np.ndarray, " samples"],
    analyses: Sequence[Analysis],
    mixture: Mixture | None,
    first: Sequence[str] = (),
    painted: Mapping[str, str] | None = None,
) -> LabView:
    """The masks of the classes worth showing, those of ``first`` in front; ``painted`` as in ``kept``."""
    labels = lab_labels(analyses, mixture, first)
    masks = {
        analysis.system: [analysis.masks[analysis.labels.index(label)] for label in labels]
        for analysis in analyses
        if analysis.masks is not None
    }
    level = log_mel(torch.from_numpy(waveform), analyses[0].features).numpy()
    if mixture:
        masks["ideal"] = list(class_ratio_masks(mixture, labels, analyses[0].features))
    if any(label in labels for label in painted or ()):
        masks["painted"] = [drawn((painted or {}).get(label, ""), *level.shape) for label in labels]
    return LabView(tuple(labels), level, masks, analyses[0].features.frame_hop_s)


def encode_view(view: LabView) -> bytes:
    """The compressed part of the message: the level, then each kind's masks by class."""
    planes = [view.level, *(plane for kind in view.masks.values() for plane in kind)]
    header = {
        "frames": view.level.shape[0],
        "bands": view.level.shape[1],
        "frame_hop_s": view.frame_hop_s,
        "classes": [
            {"label": label, "name": display_name(label), "colour": label_colour(label)}
            for label in view.labels
        ],
        "masks": [{"kind": kind, "title": KIND_TITLES[kind]} for kind in view.masks],
        "poolings": [
            {
                "name": name,
                "title": title,
                "parameter": asdict(PARAMETERS[name]) if name in PARAMETERS else None,
            }
            for name, title in POOLING_TITLES.items()
        ],
        "example": [EXAMPLE_FRAMES, EXAMPLE_BANDS],
    }
    data = b"".join(np.ascontiguousarray(plane, dtype="<f4").tobytes() for plane in planes)
    return zlib.compress(join_front(header, data, align=4), 1)


def encode_message(body: bytes, settings: LabSettings) -> bytes:
    """The component's whole ``data``: the settings in front, then the view as ``encode_view`` gives it."""
    return join_front(asdict(settings), body, magic=MAGIC)
