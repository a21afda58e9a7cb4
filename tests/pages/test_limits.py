"""Numbers that stand in Python and in JavaScript are the same: what one allows, the other takes."""

import math
from dataclasses import replace
from typing import Any

import pytest

from pages.shared.paint import strokes, verdict
from pages.shared.paint.component import SCRIPTS as PAINT
from pages.shared.paint.strokes import Stroke, format_strokes, parse_strokes
from pages.shared.player.payload import FIRST_SYSTEMS, SILENT_DB
from pages.shared.player.player import SCRIPTS as PLAYER
from pages.shared.player.state import ALL_CLASSES
from pages.shared.training.toy.toy import SCRIPTS as TOY
from pages.shared.training.toy.toy import TOY_POOLINGS, ToySettings
from pages.shared.view_link import HIGHEST_DB, LEAST_RANGE_DB, LOWEST_DB, MOST_FRAMES
from sedtf_core.config import DetectionConfig, FeatureConfig
from sedtf_core.evaluation.event import Collars
from tests.pages.conftest import RunJavascript


def print_json(*names: str) -> str:
    return f"console.log(JSON.stringify({{ {', '.join(names)} }}));"


def test_the_player_lets_an_operating_point_be_set_as_a_link_takes_it(
    run_javascript: RunJavascript,
) -> None:
    fields = {f["field"]: f for f in run_javascript(PLAYER, print_json("FIELDS"))["FIELDS"]}
    assert {name: fields[name]["max"] for name in MOST_FRAMES} == MOST_FRAMES
    assert (fields["tagging_threshold"]["min"], fields["tagging_threshold"]["max"]) == (0, 1)
    for median in (fields["median_frames"]["min"], fields["median_frames"]["max"]):
        DetectionConfig(median_frames=median)  # odd, and so is each step from there
    assert fields["median_frames"]["step"] == 2


def test_the_player_counts_as_python_does(run_javascript: RunJavascript) -> None:
    names = (
        "LOWEST_DB", "HIGHEST_DB", "LEAST_RANGE_DB", "FIRST_SYSTEMS", "ALL_CLASSES", "COLLAR_S",
        "OFFSET_SHARE", "LOG_OFFSET", "SILENT_DB",
    )  # fmt: skip
    collars = Collars()
    assert collars.onset_s == collars.offset_s
    values = (
        LOWEST_DB, HIGHEST_DB, LEAST_RANGE_DB, FIRST_SYSTEMS, ALL_CLASSES, collars.onset_s,
        collars.offset_fraction, FeatureConfig().log_offset, SILENT_DB,
    )  # fmt: skip
    shown: dict[str, Any] = run_javascript(PLAYER, print_json(*names))
    assert shown == dict(zip(names, values, strict=True))
    assert 20 * math.log10(FeatureConfig().log_offset) >= LOWEST_DB


def test_a_board_paints_what_a_link_can_hold(run_javascript: RunJavascript) -> None:
    shown = run_javascript(PAINT, print_json("HIGHEST_LEVEL", "LARGEST_RADIUS", "FAR_DB"))
    assert shown["HIGHEST_LEVEL"] == strokes.HIGHEST_LEVEL
    assert shown["FAR_DB"] == verdict._FAR_DB
    strongest = Stroke("path", shown["HIGHEST_LEVEL"], ((1, 1),), shown["LARGEST_RADIUS"])
    assert parse_strokes(format_strokes([strongest]), 4, 4) == (strongest,)


def test_the_toy_can_be_set_up_as_a_link_takes_it_and_no_further(
    run_javascript: RunJavascript,
) -> None:
    names = ("PATCHES", "NOISE", "DECAY", "MOST_SEED", "poolings: Object.keys(TOY_POOLINGS)")
    shown = run_javascript(TOY, print_json(*names))
    assert set(shown["poolings"]) == set(TOY_POOLINGS)
    usual = ToySettings()
    ends = {
        "patch": (min(shown["PATCHES"]), max(shown["PATCHES"]), 1),
        "noise": (shown["NOISE"]["min"], shown["NOISE"]["max"], 0.05),
        "r": (shown["DECAY"]["min"], shown["DECAY"]["max"], 0.01),
        "seed": (0, shown["MOST_SEED"], 1),
    }
    for name, (low, high, beyond) in ends.items():
        for value in (low, high):
            replace(usual, **{name: value})
        for value in (low - beyond, high + beyond):
            with pytest.raises(ValueError, match="not a set-up"):
                replace(usual, **{name: value})
