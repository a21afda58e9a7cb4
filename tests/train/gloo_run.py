"""Trains as ``train.train`` does, but such that only rounding may differ between one process and two.

Started by torchrun from test_parallel.py; arguments are those of ``train.train``. Dropout is off, for each
process draws its own. The network computes in float64: a rounding of float32 or bfloat16 can decide which
of two units a maximum is. Adam divides a gradient by its size, and that of a bias before a batch
normalisation is zero but for rounding, which would decide where it moves: a larger epsilon damps it.
"""

import sys
from functools import partial

import torch
from torch import nn

from sedtf_core.config import ModelConfig
from sedtf_core.models import build_model, dnn
from train import learner, train
from train.settings import PRESETS, TrainSettings

SMALL = TrainSettings(
    "dnn", "laptop", steps=4, batch_size=4, peak_rate=2e-3, schedule="one_cycle", channels=(4, 4, 4, 4),
    snr_db=(0.0, 20.0), gain_db=10.0, valid_every=2, valid_count=4, snapshots=1,
)  # fmt: skip


def built_in_float64(config: ModelConfig) -> nn.Module:
    model = build_model(config).double()
    model.register_forward_pre_hook(lambda _, given: tuple(tensor.double() for tensor in given))
    return model


if __name__ == "__main__":
    dnn.DROPOUT = 0.0
    learner.has_fast_bfloat16 = lambda device: False
    torch.optim.Adam = partial(torch.optim.Adam, eps=1e-6)
    learner.build_model = built_in_float64
    PRESETS["laptop"] = SMALL
    sys.exit(train.main(sys.argv[1:]))
