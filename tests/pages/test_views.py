"""What of an analysis the player is given, and in which order."""

from pages.shared.cached import mask_systems, mixture, mixture_analysis
from pages.shared.clips import EXAMPLES
from pages.shared.state import recipe
from pages.shared.views import mixture_to_view

DEFAULT = next(iter(EXAMPLES.values()))


def test_the_class_that_most_systems_detect_comes_first() -> None:
    known = recipe(DEFAULT)
    analyses = [mixture_analysis(known, system) for system in mask_systems()]
    view = mixture_to_view(mixture(known), analyses)
    present = [shown.label for shown in view.classes][: len(known.events)]
    assert sorted(present) == sorted(event.label for event in known.events)
    found = [sum(any(e.label == c for e in a.events) for a in analyses) for c in present]
    assert found == sorted(found, reverse=True)
    assert found[0] > found[-1]  # otherwise the order would say nothing
