"""Fixed sets of mixtures: the same recipes from the same folder, split, SNR and seed, one at a time."""

import argparse
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from tqdm import tqdm

from sedtf_core.checkpoints import Checkpoint
from sedtf_core.command_line import at_least, finite, given_path
from sedtf_core.config import MixtureConfig
from sedtf_core.datasets import SPLITS, SoundBank, read_sounds, require_mixable
from sedtf_core.errors import InputError
from sedtf_core.mixing import Mixture, Recipe, draw_recipe, mix
from train.sounds import without_heard_recordings


def draw_recipes(bank: SoundBank, config: MixtureConfig, count: int, seed: int) -> Iterator[Recipe]:
    """Draw ``count`` recipes; each depends on the seed and its own number alone."""
    clips, scenes = bank.clips(), [scene.clip for scene in bank.scenes()]
    for number in range(count):
        yield draw_recipe(np.random.default_rng([seed, number]), clips, scenes, config)


def draw_mixtures(
    bank: SoundBank, config: MixtureConfig, count: int, seed: int
) -> Iterator[Mixture]:
    """Mix what ``draw_recipes`` draws, one at a time, while a bar shows how far it is."""
    recipes = draw_recipes(bank, config, count, seed)
    # disable=None: no bar where nobody watches, as in a log.
    for recipe in tqdm(recipes, bank.sounds[0].split, count, unit="clip", disable=None):
        yield mix(recipe, bank.waveform, bank.sample_rate)


def require_known(bank: SoundBank, checkpoint: Checkpoint) -> None:
    """InputError if there are classes that the checkpoint was not trained on."""
    unknown = sorted(set(bank.labels()) - set(checkpoint.metadata.labels))
    if unknown:
        raise InputError(
            f"the checkpoint does not know the class {unknown[0]}; evaluate it on the classes that "
            "it was trained on"
        )


def config_at(snr_db: float) -> MixtureConfig:
    """Mixtures as in the paper at the SNR that ``--snr`` gave; InputError if it is out of range."""
    try:
        return MixtureConfig(snr_db=snr_db)
    except ValueError as error:
        raise InputError(f"{error}; choose another --snr") from None


def add_mixture_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe a set of mixtures on a command line."""
    parser.add_argument("--sounds", type=given_path, required=True, help="folder with sounds.csv")
    parser.add_argument(
        "--split",
        choices=SPLITS,
        default="test",
        help="valid goes without clips of recordings that train has, too",
    )
    parser.add_argument("--snr", type=finite, default=0.0, help="in dB")
    parser.add_argument("--count", type=at_least(1), default=200, help="number of mixtures")
    parser.add_argument("--seed", type=at_least(0), default=0)
    parser.add_argument(
        "--fixed-onsets", action="store_true", help="0.5, 3.0 and 5.5 s, as in the published code"
    )
    parser.add_argument(
        "--level-on-whole-file",
        action="store_true",
        help="measure an event's level before the cut, as in the published code",
    )


def open_mixtures(options: argparse.Namespace) -> tuple[SoundBank, MixtureConfig]:
    """Check the options of ``add_mixture_arguments``; InputError says what is wrong."""
    config = replace(
        config_at(options.snr),
        fixed_onsets=options.fixed_onsets,
        level_on_whole_file=options.level_on_whole_file,
    )
    rows = without_heard_recordings(read_sounds(options.sounds))
    require_mixable(rows, options.split, config.n_events)
    bank = SoundBank(options.sounds, [row for row in rows if row.split == options.split])
    return bank, config
