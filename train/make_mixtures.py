"""Write a fixed set of mixtures with their exact sources, one folder each.

python -m train.make_mixtures --sounds DIR --split test --snr 0 --count 200 --seed 0 --out DIR
"""

import argparse
import sys
from pathlib import Path

from tqdm import tqdm

from sedtf_core.errors import InputError
from sedtf_core.mixing import mix
from sedtf_core.recordings import save_mixture
from train.mixtures import add_mixture_arguments, draw_recipes, open_mixtures


def main(arguments: list[str] | None = None) -> int:
    """Write the mixtures that the command line asks for; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m train.make_mixtures", description=__doc__)
    add_mixture_arguments(parser)
    parser.add_argument("--out", type=Path, required=True, help="gets a folder a mixture")
    options = parser.parse_args(arguments)
    try:
        bank, config = open_mixtures(options)
        recipes = draw_recipes(bank, config, options.count, options.seed)
        for number, recipe in enumerate(tqdm(recipes, total=options.count, unit="mixture")):
            save_mixture(
                mix(recipe, bank.waveform, bank.sample_rate), options.out / f"{number:05d}"
            )
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
