"""What the snapshots show, in words made of what is measured on them.

Owns the sentences below the scrubber. The paper's claim (GMP underestimates, GAP overestimates, GWRP lies
between) is counted over all events in the file; where it does not hold, the counts say so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pages.shared.numbers import thousands
from pages.shared.training.slow_motion.runs import MaskFigures, Run, Snapshots, mask_figures
from pages.shared.views import TITLES


@dataclass(frozen=True)
class EventAreas:
    """Units above 0.5 of one event: in the ideal mask, and in each system's last snapshot."""

    ideal: int
    last: dict[str, int]


def event_areas(
    snapshots: Snapshots, ideal: Sequence[Sequence[MaskFigures]]
) -> tuple[EventAreas, ...]:
    """The areas of every event; ``ideal`` holds the figures of the ideal masks by clip and event."""
    return tuple(
        EventAreas(
            figures.lit,
            {
                run.system: mask_figures(run.masks[-1, clip, event], run.system).lit
                for run in snapshots.runs
            },
        )
        for clip, events in enumerate(ideal)
        for event, figures in enumerate(events)
    )


def run_in_words(run: Run, clip: int, event: int, ideal: MaskFigures) -> str:
    """How one system's area went, from its first snapshot to its last, beside the ideal mask's."""
    first, last = (mask_figures(run.masks[at, clip, event], run.system) for at in (0, -1))
    first_step, last_step = int(run.steps[0]), int(run.steps[-1])
    return (
        f"**{TITLES[run.system]}** has {_units(first.lit)} above 0.5 at step {first_step} and "
        f"{_units(last.lit)} at step {last_step}, the ideal mask {thousands(ideal.lit)}; its clip "
        f"probability ends at {last.prob:.2f}."
    )


def claim_in_words(areas: Sequence[EventAreas], gmp_steps: int) -> str:
    """How often each part of the paper's claim holds at the end of the runs, GMP's after ``gmp_steps``."""
    count = len(areas)
    under = sum(area.last["gmp"] < area.ideal for area in areas)
    over = sum(area.last["gap"] > area.ideal for area in areas)
    between = sum(area.last["gmp"] < area.last["gwrp"] < area.last["gap"] for area in areas)
    blank = sum(area.last["gmp"] == 0 for area in areas)
    text = (
        f"**All {count} events, last snapshots, by units above 0.5.** GMP stays below the ideal mask's "
        f"area in {under} of {count}, GAP goes beyond it in {over}, and GWRP lies between GMP and GAP in "
        f"{between}."
    )
    if blank:
        text += (
            f" In {blank}, GMP has no unit above 0.5 at all after {thousands(gmp_steps)} steps: less than "
            "the point that it shrinks to in the paper."
        )
    return text


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


def telling_event(snapshots: Snapshots, clip: int) -> int:
    """The event of a mixture to begin with: the one that the first run ends most sure of."""
    run = snapshots.runs[0]
    events = range(len(snapshots.recipes[clip].events))
    probs = [mask_figures(run.masks[-1, clip, event], run.system).prob for event in events]
    return probs.index(max(probs))


def _units(count: int) -> str:
    """A number of units."""
    return "1 unit" if count == 1 else f"{thousands(count)} units"
