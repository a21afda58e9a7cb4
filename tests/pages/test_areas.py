"""The claim about the areas of masks: counted, and said where it does not hold."""

import numpy as np

from pages.shared.areas import EventAreas, claim_in_words, lit_units


def test_a_unit_at_one_half_is_not_lit() -> None:
    assert lit_units(np.array([[0.5, 0.51], [0.0, 1.0]], np.float32)) == 2


def test_each_part_of_the_claim_is_counted_by_itself() -> None:
    areas = [
        EventAreas(100, {"gmp": 0, "gap": 300, "gwrp": 120}, {}),
        EventAreas(100, {"gmp": 100, "gap": 300, "gwrp": 301}, {}),
        EventAreas(100, {"gmp": 5, "gap": 100, "gwrp": 6}, {}),
    ]
    assert claim_in_words(areas) == (
        "GMP stays below the ideal mask's area in 2 of 3, GAP goes beyond it in 2, and GWRP lies between "
        "GMP and GAP in 2."
    )
