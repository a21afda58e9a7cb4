"""Fixed sets of mixtures: what their recipes depend on."""

from pathlib import Path

from sedtf_core.config import MixtureConfig
from sedtf_core.datasets import SoundBank
from train.mixtures import draw_recipes


def test_a_recipe_depends_on_the_seed_and_its_own_number_alone(sounds: Path) -> None:
    bank, config = SoundBank.open(sounds, split="test"), MixtureConfig()
    recipes = list(draw_recipes(bank, config, 5, 0))
    assert len(set(map(repr, recipes))) == 5
    assert list(draw_recipes(bank, config, 3, 0)) == recipes[:3]
    assert not set(map(repr, draw_recipes(bank, config, 5, 1))) & set(map(repr, recipes))
