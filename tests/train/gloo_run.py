"""Trains as ``train.train`` does, but such that only rounding may differ between one process and two.

Started by torchrun from test_parallel.py; arguments are those of ``train.train``. Dropout is off, for each
process draws its own, and so is bfloat16, which rounds much. Adam divides a gradient by its size: where
that is almost nothing, rounding alone would decide the direction of a step, so a larger epsilon damps it.
"""

import sys
from functools import partial

import torch

from sedtf_core.models import dnn
from train import learner, train
from train.settings import PRESETS, TrainSettings

SMALL = TrainSettings(
    "dnn", "laptop", steps=4, batch_size=4, peak_rate=2e-3, schedule="one_cycle", channels=(4, 4),
    snr_db=(0.0, 20.0), gain_db=10.0, valid_every=2, valid_count=4, snapshots=1,
)  # fmt: skip

if __name__ == "__main__":
    dnn.DROPOUT = 0.0
    learner.has_fast_bfloat16 = lambda device: False
    torch.optim.Adam = partial(torch.optim.Adam, eps=1e-3)
    PRESETS["laptop"] = SMALL
    sys.exit(train.main(sys.argv[1:]))
