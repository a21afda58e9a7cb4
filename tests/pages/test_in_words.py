"""What is said below the player: false alarms, and what a recording's player leaves out."""

from dataclasses import replace

import numpy as np

from pages.shared.cached import mixture_analysis, mixture_view
from pages.shared.clips import EXAMPLES
from pages.shared.panels import _compared, _left_out, _listed, _not_there, _nothing_passes
from pages.shared.state import recipe
from sedtf_core.events import Event

DRAWN = recipe(next(iter(EXAMPLES.values())))
EVENTS = (Event(1.0, 2.0, "Bark"), Event(3.0, 4.0, "Sneeze"), Event(5.0, 6.0, "Bark"))


def test_events_are_listed_class_by_class() -> None:
    assert _listed(EVENTS) == "bark at 1.0–2.0 and 5.0–6.0 s; sneeze at 3.0–4.0 s"


def test_false_alarms_of_classes_that_are_not_there_are_named() -> None:
    analysis = replace(mixture_analysis(DRAWN, "gwrp"), events=EVENTS)
    assert _not_there(("Bark",), analysis) == [
        "Not in the mixture, but heard: sneeze at 3.0–4.0 s."
    ]
    assert _not_there(("Bark", "Sneeze"), analysis) == []


def test_classes_without_a_place_in_the_player_are_named() -> None:
    view = mixture_view(DRAWN, ("gwrp",))
    assert "Sneeze" not in [shown.label for shown in view.classes]
    (said,) = _left_out(view, EVENTS)
    assert said.endswith("leaves out sneeze.")
    assert _left_out(view, EVENTS[:1]) == []


def test_a_probability_that_would_read_0_00_is_said_to_be_below_0_01() -> None:
    analysis = mixture_analysis(DRAWN, "gwrp")
    low = np.full_like(analysis.clip_probs, 0.004)
    sections = tuple(section._replace(probs=low) for section in analysis.sections)
    none = replace(analysis, events=(), sections=sections)
    assert _nothing_passes(none).endswith("(clip probability below 0.01)")
    assert _compared(EVENTS[:1], none).endswith("its clip probability is below 0.01.")
