"""Trains as ``train.train`` does, without dropout, which each process of several draws for itself.

Started by torchrun from test_parallel.py; arguments are those of ``train.train``.
"""

import sys

from sedtf_core.models import dnn
from train import train
from train.settings import PRESETS, TrainSettings

SMALL = TrainSettings(
    "dnn", "laptop", steps=4, batch_size=4, peak_rate=2e-3, schedule="one_cycle", channels=(4, 4),
    snr_db=(0.0, 20.0), gain_db=10.0, valid_every=2, valid_count=4, snapshots=1,
)  # fmt: skip

if __name__ == "__main__":
    dnn.DROPOUT = 0.0
    PRESETS["laptop"] = SMALL
    sys.exit(train.main(sys.argv[1:]))
