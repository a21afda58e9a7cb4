"""What is said of networks that were not trained alike."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from pages.shared.cached import mask_systems
from pages.shared.fairness import fairness_in_words
from sedtf_core.checkpoints import SHIPPED, Metadata, read_metadata
from sedtf_core.config import FeatureConfig, ModelConfig

PAGES = Path(__file__).resolve().parents[2] / "pages"


def network(system: str, steps: int, width: int) -> Metadata:
    config = ModelConfig(system, 2, channels=(width, 2 * width))
    return Metadata(config, FeatureConfig(), ("Bark", "Flute"), {"step": steps})


def test_equal_networks_need_no_words() -> None:
    assert fairness_in_words({s: network(s, 100, 8) for s in ("gmp", "gap")}) == ""
    assert fairness_in_words({}) == ""


def test_steps_and_widths_are_named_where_they_differ() -> None:
    longer = {"gmp": network("gmp", 8000, 16), "gwrp": network("gwrp", 45_000, 16)}
    assert fairness_in_words(longer) == (
        "GMP, GWRP differ not in their pooling alone, but in steps of training "
        "(GMP 8\u202f000, GWRP 45\u202f000), too."
    )
    wider = {"gap": network("gap", 8000, 16), "gwrp": network("gwrp", 8000, 32)}
    assert fairness_in_words(wider) == (
        "GAP, GWRP differ not in their pooling alone, but in width "
        "(maps of the first layer: GAP 16, GWRP 32), too."
    )


@pytest.mark.parametrize("name", ["about.py", "results.py"])
def test_pages_that_compare_say_it(name: str) -> None:
    words = fairness_in_words({s: read_metadata(SHIPPED / s) for s in mask_systems()})
    page = AppTest.from_file(str(PAGES / name), default_timeout=120).run()
    assert not page.exception
    assert words in [caption.value for caption in page.caption]
