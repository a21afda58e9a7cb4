"""Measure the examples at every SNR with the shipped checkpoints, and write assets/snr/examples.json.

    python -m pages.shared.snr.precompute

Run it again whenever a checkpoint, the library or an example changes; a test fails until then.
"""

import sys

from tqdm import tqdm

from pages.shared.cached import library, mask_systems, snr_figures
from pages.shared.clips import EXAMPLES
from pages.shared.snr.figures import SNRS_DB, at_snr
from pages.shared.snr.stored import STORED, identity, write_sweeps
from pages.shared.state import recipe


def main() -> int:
    """Measure and write; returns the exit status."""
    systems = mask_systems()
    sweeps = []
    for name, example in tqdm(EXAMPLES.items(), unit="example"):
        drawn = recipe(example)
        sweep = tuple(snr_figures(at_snr(drawn, snr_db), systems) for snr_db in SNRS_DB)
        sweeps.append((name, drawn, sweep))
    write_sweeps(STORED, identity(systems, library()), sweeps)
    return 0


if __name__ == "__main__":
    sys.exit(main())
