"""Write a fixed set of mixtures with their exact sources, one folder each.

python -m train.make_mixtures --sounds DIR --split test --snr 0 --count 200 --seed 0 --out DIR
"""

import sys

from sedtf_core.command_line import Parser, command, given_path
from sedtf_core.errors import InputError
from sedtf_core.recordings import save_mixture
from train.mixtures import add_mixture_arguments, draw_mixtures, open_mixtures


@command
def main(arguments: list[str] | None = None) -> None:
    """Write the mixtures that the command line asks for."""
    parser = Parser(prog="python -m train.make_mixtures", description=__doc__)
    add_mixture_arguments(parser)
    parser.add_argument("--out", type=given_path, required=True, help="gets a folder a mixture")
    options = parser.parse_args(arguments)
    if options.out.is_dir() and any(options.out.iterdir()):
        raise InputError(
            f"{options.out} is not empty; choose another --out, so that no two sets mix"
        )
    bank, config = open_mixtures(options)
    mixtures = draw_mixtures(bank, config, options.count, options.seed)
    for number, mixture in enumerate(mixtures):
        save_mixture(mixture, options.out / f"{number:05d}")


if __name__ == "__main__":
    sys.exit(main())
