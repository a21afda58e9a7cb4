"""What a sweep over SNRs says: where each system breaks, in figures and in sentences.

Breaking point of a system: the lowest SNR measured at which at least half of the true classes are tagged;
at every SNR below it fewer than half are. Where it is the lowest SNR of all the system never breaks, and
where there is none it is broken throughout. Curves need not be monotone: the SNRs above the breaking point
at which fewer than half pass are kept as ``gaps_db`` and said, as are those below which a class comes back.
Every sentence is computed.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from pages.shared.snr.figures import STEP_DB, Sweep
from pages.shared.views import title
from sedtf_core.labels import display_name

NUMBERS = ("no", "one", "two", "three", "four", "five")
NOTABLE_FALL = 0.05


@dataclass(frozen=True)
class Breaking:
    """Where a system breaks; ``point_db`` None where it is broken throughout."""

    point_db: int | None
    gaps_db: tuple[int, ...]
    never: bool

    def text(self, *, of_class: bool = False) -> str:
        """The breaking point as it is read: of a system, or of one class that it names or loses."""
        if self.point_db is None:
            return "never names it" if of_class else "broken throughout"
        if self.never:
            return "never loses it" if of_class else "never breaks"
        return f"{'loses it' if of_class else 'breaks'} below {decibels(self.point_db)}"


def breaking(sweep: Sweep, system: str, event: int | None = None) -> Breaking:
    """Find the breaking point of a system, over all events or for the class of one."""
    holds = {}
    for point in sweep:
        events = point.systems[system].events
        chosen = events if event is None else events[event : event + 1]
        holds[point.snr_db] = 2 * sum(e.passes for e in chosen) >= len(chosen)
    holding = [snr_db for snr_db, held in holds.items() if held]
    if not holding:
        return Breaking(None, (), never=False)
    lowest = min(holding)
    gaps = tuple(snr_db for snr_db, held in holds.items() if snr_db > lowest and not held)
    return Breaking(lowest, gaps, never=lowest == min(holds))


def summary(sweep: Sweep, system: str) -> str:
    """How far down all classes are named, what is left below, and where the system breaks."""
    spoken, names = title(system), _names(sweep)
    by_snr = {point.snr_db: _passing(sweep, system, i) for i, point in enumerate(sweep)}
    snrs_db = sorted(by_snr, reverse=True)
    all_names = "both" if len(names) == 2 else f"all {_number(len(names))}"
    held = []
    for snr_db in snrs_db:
        if len(by_snr[snr_db]) < len(names):
            break
        held.append(snr_db)
    top, below = snrs_db[0], snrs_db[len(held) : len(held) + 1]
    if not held:
        first = f"{spoken} names {_only(by_snr[top], len(names))} even at {decibels(top)}"
    elif not below:
        return f"{spoken} names {_whole(names, all_names)} at every SNR."
    else:
        first = (
            f"{spoken} names {_whole(names, all_names)} down to {decibels(held[-1])}; at "
            f"{decibels(below[0])} {_passes(by_snr[below[0]])}"
        )
    again = [s for s in reversed(snrs_db[len(held) :]) if len(by_snr[s]) == len(names)]
    if again:
        first += f" (but {_whole(names, all_names)}{' again' if held else ''} at {_levels(again)})"
    return f"{first}{_consequence(breaking(sweep, system))}."


def _consequence(point: Breaking) -> str:
    """The breaking point as the end of a sentence, and the gaps above it."""
    if point.point_db is None:
        return ", and never half of them"
    text = ", and it never breaks" if point.never else f", and it {point.text()}"
    if point.gaps_db:
        text += f" (yet fewer than half pass at {_levels(point.gaps_db)})"
    return text


def first_to_go(sweep: Sweep, system: str) -> str:
    """Which class is lost first as the SNR falls, which stays longest, and which comes back below."""
    spoken, names = title(system), _names(sweep)
    points = [breaking(sweep, system, index).point_db for index in range(len(names))]
    never_named = [n for n, p in zip(names, points, strict=True) if p is None]
    named = {n: p for n, p in zip(names, points, strict=True) if p is not None}
    parts = []
    if never_named:
        parts.append(f"{_listed(never_named)} {_verb(never_named, 'passes', 'pass')} at no SNR")
    if named and len(set(points)) > 1:
        first, last = max(named.values()), min(named.values())
        if first != last:
            lost = [n for n, p in named.items() if p == first]
            parts.append(f"{_listed(lost)} {_verb(lost, 'goes', 'go')} first")
        kept = [n for n, p in named.items() if p == last]
        down = "the lowest SNR" if last == sweep[0].snr_db else decibels(last)
        if last == sweep[-1].snr_db:
            parts.append(f"{_listed(kept)} {_verb(kept, 'passes', 'pass')} at {down} only")
        else:
            parts.append(f"{_listed(kept)} {_verb(kept, 'lasts', 'last')} down to {down}")
    for index, name in enumerate(names):
        if gaps := breaking(sweep, system, index).gaps_db:
            parts.append(f"not monotone: {name} is missed at {_levels(gaps)} above that")
    return f"For {spoken}, {'; '.join(parts)}." if parts else ""


def largest_fall(sweep: Sweep, systems: Sequence[str]) -> str:
    """The largest fall of a clip probability as the SNR rises; nothing where all curves rise."""
    largest, sentence = NOTABLE_FALL, ""
    for system in systems:
        spoken = title(system)
        for index, name in enumerate(_names(sweep)):
            curve = [(p.snr_db, p.systems[system].events[index].clip_prob) for p in sweep]
            for start, (low_db, before) in enumerate(curve):
                high_db, after = min(curve[start:], key=lambda pair: pair[1])
                if before - after > largest:
                    largest = before - after
                    sentence = (
                        f"More SNR is not always better: {spoken}'s clip probability of {name} falls "
                        f"from {before:.2f} at {decibels(low_db)} to {after:.2f} at "
                        f"{decibels(high_db)}."
                    )
    return sentence


def at_point(sweep: Sweep, snr_db: int) -> str:
    """What each system names at one SNR, the classes that are not there counted."""
    index = [point.snr_db for point in sweep].index(snr_db)
    parts = []
    for system, figures in sweep[index].systems.items():
        passing = _passing(sweep, system, index)
        false = figures.false_classes
        kind = "class" if false == 1 else "classes"
        absent = f"{_number(false)} {kind} that {'is' if false == 1 else 'are'} not there"
        parts.append(f"{title(system)} names {_listed(passing) or 'none of them'} and {absent}")
    return f"At {decibels(snr_db)}, " + "; ".join(parts) + "."


def decibels(snr_db: int) -> str:
    """``−5 dB`` with a minus sign and a space that does not break."""
    return f"{snr_db}\u00a0dB".replace("-", "−")


def _levels(snrs_db: Sequence[int]) -> str:
    """Ascending SNRs in a sentence, three or more neighbours as a range."""
    runs: list[list[int]] = []
    for snr_db in snrs_db:
        if runs and snr_db - runs[-1][-1] == STEP_DB:
            runs[-1].append(snr_db)
        else:
            runs.append([snr_db])
    parts: list[str] = []
    for run in runs:
        is_range = len(run) > 2
        parts += [f"{decibels(run[0])} to {decibels(run[-1])}"] if is_range else map(decibels, run)
    return _listed(parts)


def _names(sweep: Sweep) -> list[str]:
    """The true classes as they stand in a sentence."""
    return [display_name(label).lower() for label in sweep[0].labels]


def _passing(sweep: Sweep, system: str, index: int) -> list[str]:
    """The true classes that pass at one of the SNRs."""
    events = sweep[index].systems[system].events
    return [name for name, event in zip(_names(sweep), events, strict=True) if event.passes]


def _whole(names: Sequence[str], all_names: str) -> str:
    """All events, or the only one."""
    return names[0] if len(names) == 1 else f"{all_names} events"


def _only(passing: Sequence[str], n_events: int) -> str:
    """Some of the events, as the object of a sentence."""
    if passing:
        return f"only {_listed(passing)}"
    return "nothing of it" if n_events == 1 else "none of the events"


def _passes(passing: Sequence[str]) -> str:
    """Some of the events, as the subject of a sentence."""
    return (
        f"only {_listed(passing)} {_verb(passing, 'passes', 'pass')}" if passing else "none passes"
    )


def _verb(subjects: Sequence[str], one: str, many: str) -> str:
    """The verb that agrees."""
    return one if len(subjects) == 1 else many


def _number(count: int) -> str:
    """Small numbers in words."""
    return NUMBERS[count] if count < len(NUMBERS) else str(count)


def _listed(names: Sequence[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))
