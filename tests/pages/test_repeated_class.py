"""Two events of one class in a mixture: one mask, one sound and one score for the class on every page."""

from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from pages.shared.cached import mixture, mixture_analysis, paint_board
from pages.shared.figures import FigureOrder, draw
from pages.shared.listen import class_levels
from pages.shared.numbers import spans_s
from pages.shared.paint.board import BINARY, RATIO
from pages.shared.pooling.payload import lab_view
from pages.shared.snr.figures import measure
from pages.shared.state import Placed, Synthesis, recipe
from pages.shared.views import mixture_to_view
from sedtf_core.evaluation.separation import si_sdr
from sedtf_core.separation import ideal_ratio_masks

PAGES = Path(__file__).resolve().parents[2] / "pages"
CLIP = Synthesis(
    ("Bark", "Bark", "Oboe"),
    "rain",
    10,
    0,
    placed=(Placed(3, 500), Placed(4, 7000), Placed(1, 3000)),
)
LINK = {
    "source": "Synthesise", "events": ["Bark", "Oboe"], "scene": "rain", "snr": "10",
    "placed": "3-500_4-7000.1-3000", "class": "Bark",
}  # fmt: skip


@pytest.fixture(scope="module")
def barks() -> np.ndarray:
    """Both barks as they are in the mixture."""
    return mixture(recipe(CLIP)).sources[:2].sum(axis=0)


def test_the_player_has_one_track_of_the_class_and_both_events() -> None:
    mixed, analysis = mixture(recipe(CLIP)), mixture_analysis(recipe(CLIP), "gwrp")
    view = mixture_to_view(mixed, [analysis])
    assert [t.label for t in view.tracks if t.kind == "truth"] == ["Bark", "Oboe"]
    assert view.truth is not None
    assert [event.label for event in view.truth] == ["Bark", "Bark", "Oboe"]
    assert view.ideal_masks is not None
    bark = view.ideal_masks[[shown.label for shown in view.classes].index("Bark")]
    active = bark.any(axis=1)
    assert active[20:40].any()
    assert not active[110:200].any()  # 3.5–6.4 s
    assert active[222:240].any()


def test_listen_measures_both_events_together(barks: np.ndarray) -> None:
    first, second = class_levels(CLIP, ("gwrp",))
    assert (first.label, second.label) == ("Bark", "Oboe")
    assert first.name() == f"Bark, {spans_s(first.events)}"
    mixed = mixture(recipe(CLIP)).mixture
    assert first.mixture_db == pytest.approx(si_sdr(mixed, barks), abs=1e-4)
    on_span = class_levels(CLIP, ("gwrp",), on_span=True)[0]
    covered = mixture(recipe(CLIP)).covered("Bark")
    assert covered.sum() == sum(
        round(32_000 * e.offset) - round(32_000 * e.onset) for e in first.events
    )
    assert on_span.mixture_db == pytest.approx(si_sdr(mixed[covered], barks[covered]), abs=1e-4)


def test_the_snr_page_and_the_board_score_the_class_as_listen_does(barks: np.ndarray) -> None:
    level = class_levels(CLIP, ("gwrp",))[0]
    mixed, analysis = mixture(recipe(CLIP)), mixture_analysis(recipe(CLIP), "gwrp")
    figures = measure(mixed, [analysis])
    assert figures.labels == ("Bark", "Oboe")
    gained = figures.systems["gwrp"].events[0].si_sdr_improvement_db
    assert gained == pytest.approx(level.improvements_db["gwrp"], abs=1e-6)
    board = paint_board(recipe(CLIP), "Bark", ("gwrp",))
    assert board.truth is not None
    np.testing.assert_array_equal(board.truth.source, barks)
    assert board.truth.events == mixed.events_of("Bark")
    assert board.scores_db["gwrp"][0] == pytest.approx(level.improvements_db["gwrp"], abs=1e-6)
    assert board.scores_db[RATIO][0] == pytest.approx(level.improvements_db[None], abs=1e-6)
    assert board.scores_db[BINARY][0] > board.scores_db["gwrp"][0]


def test_the_pooling_lab_and_the_figures_draw_the_masks_of_both() -> None:
    mixed, analysis = mixture(recipe(CLIP)), mixture_analysis(recipe(CLIP), "gwrp")
    ideal = ideal_ratio_masks(mixed.class_sources, mixed.scene).numpy()
    lab = lab_view(mixed.mixture, [analysis], mixed, ("Bark", "Bark", "Oboe"))
    assert lab.labels[:2] == ("Bark", "Oboe")
    np.testing.assert_allclose(lab.masks["ideal"][:2], ideal)
    figure = draw(FigureOrder(CLIP, ("gwrp",), "Bark"), "masks")
    assert figure.axes[0].get_title() == "Bark, ideal ratio mask"


@pytest.mark.parametrize("name", ["explore", "events", "listen", "paint", "pooling", "snr"])
def test_every_page_opens_with_it(name: str) -> None:
    page = AppTest.from_file(str(PAGES / f"{name}.py"), default_timeout=120)
    for key, value in LINK.items():
        page.query_params[key] = value
    page.run()
    assert not page.exception
    assert not page.warning
    if name == "explore":
        words = next(m.value for m in page.markdown if m.value.startswith("**In words.**"))
        spans = spans_s(mixture(recipe(CLIP)).events_of("Bark"))
        assert f"(truth {spans})" in words
    if name == "listen":
        assert page.dataframe[0].value["Event"].iloc[0].startswith("Bark, 0.5–")
