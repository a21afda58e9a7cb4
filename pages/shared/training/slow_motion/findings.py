"""What the snapshots show, in words made of what is measured on them.

Owns the sentences below the scrubber. The paper's claim about areas is counted over all events in the file.
"""

from collections.abc import Mapping, Sequence

from pages.shared.areas import EventAreas, claim_in_words
from pages.shared.numbers import thousands
from pages.shared.training.slow_motion.runs import MaskFigures, Run, Snapshots, mask_figures
from pages.shared.views import TITLES
from sedtf_core.config import DetectionConfig

TAGGED = DetectionConfig().tagging_threshold


def event_areas(
    snapshots: Snapshots, ideal: Sequence[Sequence[MaskFigures]]
) -> tuple[EventAreas, ...]:
    """The areas at the end of the runs; ``ideal`` holds the figures of the ideal masks by clip and event."""
    return tuple(
        _areas_of(snapshots.runs, clip, event, figures.lit)
        for clip, events in enumerate(ideal)
        for event, figures in enumerate(events)
    )


def _areas_of(runs: Sequence[Run], clip: int, event: int, ideal: int) -> EventAreas:
    """The areas of one event in the last snapshots."""
    last = {run.system: mask_figures(run.masks[-1, clip, event], run.system) for run in runs}
    return EventAreas(
        ideal,
        {system: figures.lit for system, figures in last.items()},
        {system: figures.prob for system, figures in last.items()},
    )


def run_in_words(run: Run, clip: int, event: int, ideal: MaskFigures) -> str:
    """How one system's area went, from its first snapshot to its last, beside the ideal mask's."""
    first, last = (mask_figures(run.masks[at, clip, event], run.system) for at in (0, -1))
    first_step, last_step = (thousands(int(run.steps[at])) for at in (0, -1))
    return (
        f"**{TITLES[run.system]}** has {_units(first.lit)} above 0.5 at step {first_step} and "
        f"{_units(last.lit)} at step {last_step}, the ideal mask {thousands(ideal.lit)}; its clip "
        f"probability ends at {last.prob:.2f}."
    )


def outcome_in_words(areas: Sequence[EventAreas], gmp_steps: int) -> str:
    """How often the paper's claim holds at the end of the runs, and where GMP lit nothing."""
    text = (
        f"**All {len(areas)} events, last snapshots, by units above 0.5.** {claim_in_words(areas)}"
    )
    blank = [area for area in areas if area.systems["gmp"] == 0]
    if not blank:
        return text
    unknown = sum(area.clip_probs["gmp"] < TAGGED for area in blank)
    text += f" In {len(blank)}, GMP has no unit above 0.5 after {thousands(gmp_steps)} steps"
    if unknown:
        text += (
            f"; in {unknown} of them its clip probability is below {TAGGED:g}: it does not know the class "
            "there, rather than marking it by a point"
        )
    return text + "."


def learnt_on_in_words(runs: Sequence[Run], trained_steps: Mapping[str, int]) -> str:
    """Which networks learnt for longer than the run shown, of those whose steps are given; or nothing."""
    return " ".join(
        f"{TITLES[run.system]}'s network on the other pages learnt for {thousands(steps)} steps in all."
        for run in runs
        if (steps := trained_steps.get(run.system, 0)) > run.steps[-1]
    )


def loss_in_words(runs: Sequence[Run]) -> str:
    """Which run ends with the lowest loss, and what that does not mean; nothing without curves."""
    measured = [run for run in runs if len(run.valid)]
    if not measured:
        return ""
    best = min(measured, key=lambda run: float(run.valid[-1]))
    return (
        f"**Loss.** {TITLES[best.system]} ends with the lowest validation loss "
        f"({float(best.valid[-1]):.2f}). The loss knows the clips' labels only: it says nothing about the "
        "shape of a mask."
    )


def telling_clip(snapshots: Snapshots) -> int:
    """The mixture to begin with: the one with the event that the first run ends most sure of."""
    clips = range(len(snapshots.recipes))
    return max(clips, key=lambda clip: max(_last_probs(snapshots, clip)))


def telling_event(snapshots: Snapshots, clip: int) -> int:
    """The event of a mixture to begin with: the one that the first run ends most sure of."""
    probs = _last_probs(snapshots, clip)
    return probs.index(max(probs))


def _last_probs(snapshots: Snapshots, clip: int) -> list[float]:
    """The first run's last clip probability of each event of a mixture."""
    run = snapshots.runs[0]
    events = range(len(snapshots.recipes[clip].events))
    return [mask_figures(run.masks[-1, clip, event], run.system).prob for event in events]


def _units(count: int) -> str:
    """A number of units."""
    return "1 unit" if count == 1 else f"{thousands(count)} units"
