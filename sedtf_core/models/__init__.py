"""The seven systems of the paper, one file each; all take raw log mel and return a ``SystemOutput``.

Every system has ``context_frames`` (frames either side that an output frame depends on, or None where
that is unbounded) and ``frame_multiple`` (chunks of a long recording must start at multiples of it).
"""

from torch import nn

from sedtf_core.config import ModelConfig
from sedtf_core.models.attention import Attention
from sedtf_core.models.dnn import Dnn
from sedtf_core.models.frame_cnn import FrameCnn
from sedtf_core.models.mask_network import MaskNetwork
from sedtf_core.models.output import BASE_RATE_LOGIT, SystemOutput
from sedtf_core.models.wld_cnn import WldCnn

__all__ = ["BASE_RATE_LOGIT", "MASK_SYSTEMS", "SYSTEMS", "SystemOutput", "build_model"]

_CLASSES: dict[str, type[nn.Module]] = {
    "gmp": MaskNetwork,
    "gap": MaskNetwork,
    "gwrp": MaskNetwork,
    "dnn": Dnn,
    "wldcnn": WldCnn,
    "framecnn": FrameCnn,
    "attention": Attention,
}
SYSTEMS = tuple(_CLASSES)
MASK_SYSTEMS = tuple(system for system, network in _CLASSES.items() if network is MaskNetwork)


def build_model(config: ModelConfig) -> nn.Module:
    """Build the network that ``config.system`` names, with fresh weights.

    Raises
    ------
    ValueError
        If there is no such system.
    """
    if config.system not in _CLASSES:
        raise ValueError(f"unknown system {config.system!r}; known are {', '.join(SYSTEMS)}")
    return _CLASSES[config.system](config)
