"""How numbers are written on the pages; browser/numbers.js does the same."""

from collections.abc import Sequence

from sedtf_core.events import Event

MINUS = "\u2212"


def thousands(number: int) -> str:
    """19904 as “19 904”, with a space that does not break."""
    return f"{number:,}".replace(",", "\u202f")


def fixed(value: float, digits: int) -> str:
    """A number with so many digits after the point and, below zero, a minus as wide as a plus."""
    return f"{value:.{digits}f}".replace("-", MINUS)


def signed_db(value: float) -> str:
    """A gain in dB with its sign, one digit and a space that does not break: “+3.9 dB”, “−13.2 dB”."""
    return f"{value:+.1f}\u00a0dB".replace("-", MINUS)


def share_text(share: float) -> str:
    """A share as a percentage with two digits that count: 0.0752 as “7.5 %”."""
    percent = 100 * share
    if 99.5 <= percent < 100:
        return "over 99 %"  # rounded, it would claim all
    return f"{percent:.0f} %" if percent >= 9.95 else f"{float(f'{percent:.2g}'):g} %"


def probability_text(prob: float) -> str:
    """A probability with two digits after the point; what would read 0.00 is not nothing."""
    return "below 0.01" if prob < 0.005 else f"{prob:.2f}"


def lit_text(lit: int, units: int) -> str:
    """An area: how many units, and which share of them all, as “1 487 units (7.5 %)”."""
    return f"{thousands(lit)} {'unit' if lit == 1 else 'units'} ({share_text(lit / units)})"


def spans_s(events: Sequence[Event]) -> str:
    """When events sound: “0.5–2.0 and 4.1–5.0 s”."""
    *others, last = (f"{event.onset:.1f}–{event.offset:.1f}" for event in events)
    return f"{', '.join(others)} and {last} s" if others else f"{last} s"
