"""Visitors, all at once, on the application in a process of its own; prints what they waited for.

    make load                                          # twenty visitors for sixty seconds on two cores
    python -m tests.load --visitors 3 --seconds 20

A visitor opens a page on one of the six examples and, until the time is over, changes something light on it
every few seconds: on Explore the page runs again, as after a threshold is let go; on Events the tagging
threshold, on Listen what levels are measured on, on SNR which event the charts show. Bounded in count, in
time and in patience. The sessions are real (websocket and messages are Streamlit's), their browsers are not:
what a browser fetches, decodes and paints comes on top; ``--browser`` measures that for one visitor.
"""

import argparse
import asyncio
import itertools
import os
import statistics
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

from pages.shared.clips import EXAMPLES
from tests.load.paint import clicks_to_paint
from tests.load.server import Server, running
from tests.load.session import Run, Session

LIGHT_MS = 200
MEMORY_GB = 1.5
NEW_MIXTURE_S = 1.5
NEW_MIXTURES = 5


@dataclass(frozen=True)
class Light:
    """A page and what is light to change on it: a widget with two values, or the page itself."""

    page: str
    title: str
    key: str = ""
    values: tuple[dict[str, object], ...] = ()


PAGES = (
    Light("", "Explore"),
    Light(
        "thresholds",
        "Events",
        "tagging_threshold",
        ({"double_array_value": [0.3]}, {"double_array_value": [0.6]}),
    ),
    Light(
        "separated",
        "Listen",
        "measured_on",
        ({"string_array_value": ["Event only"]}, {"string_array_value": ["Whole clip"]}),
    ),
    Light("breaking-point", "SNR", "class_choice"),
)


@dataclass
class Waits:
    """Seconds that the visitors waited for, by page, and what failed."""

    opened: dict[str, list[float]] = field(default_factory=dict)
    shown: list[float] = field(default_factory=list)
    light: dict[str, list[float]] = field(default_factory=dict)
    failures: Counter[str] = field(default_factory=Counter)

    def add(self, kind: dict[str, list[float]], title: str, run: Run) -> None:
        """Count one run, among the failures if it failed."""
        if run.failures:
            self.failures.update(f"{title}: {failure}" for failure in run.failures)
        else:
            kind.setdefault(title, []).append(run.seconds)


async def visit(number: int, server: Server, waits: Waits, args: argparse.Namespace) -> None:
    """One visitor: a page, an example, then something light every few seconds."""
    light = PAGES[number % len(PAGES)]
    example = list(EXAMPLES)[number // len(PAGES) % min(args.examples, len(EXAMPLES))]
    ends = time.monotonic() + args.seconds
    await asyncio.sleep(args.ramp * number / args.visitors)
    try:
        session = await Session.open(server.port, light.page, urlencode({"example": example}))
    except OSError as error:
        waits.failures[f"{light.title}: no connection ({type(error).__name__})"] += 1
        return
    run = await session.run(args.patience)
    waits.add(waits.opened, light.title, run)
    waits.shown.append(run.first_s)
    for turn in itertools.count():
        if run.failures or time.monotonic() + args.pause >= ends:
            break
        await asyncio.sleep(args.pause)
        run = await interact(session, light, turn, args.patience)
        waits.add(waits.light, light.title, run)
    await session.close()


async def interact(session: Session, light: Light, turn: int, patience_s: float) -> Run:
    """Something light: never the value that is already set."""
    if not light.key:
        return await session.run(patience_s)
    if light.key not in session.widgets:
        return Run(failures=[f"there is no {light.key} on the page"])
    values = light.values or tuple(
        {"string_array_value": [option.content]}
        for option in reversed(session.widgets[light.key].element.options)
    )
    return await session.set(light.key, patience_s, **values[turn % len(values)])


@dataclass
class Mixtures:
    """New mixtures for one visitor: how long the server took, and what it sent."""

    runs: list[Run] = field(default_factory=list)

    def lines(self) -> list[str]:
        """What is printed."""
        good = [run for run in self.runs if not run.failures]
        if not good:
            return ["  no new mixture came back"]
        seconds = statistics.median(run.seconds for run in good)
        message = statistics.median(run.sizes.get("bidi_component", 0) for run in good)
        everything = statistics.median(run.n_bytes for run in good)
        slowest = max(run.seconds for run in good)
        aim = f"(aim: under {NEW_MIXTURE_S:g} s; slowest {slowest:.2f} s)"
        share = f"of {everything / 1e6:.2f} MB in all"
        return [
            f"  server, request to end of run    {seconds:6.2f} s   {aim}",
            f"  the player's message             {message / 1e6:6.2f} MB  {share}",
        ]


async def new_mixtures(server: Server, patience_s: float) -> Mixtures:
    """One visitor on Explore who draws mixture after mixture, after a warm-up."""
    query = urlencode({"source": "Synthesise", "events": ["Bark", "Flute"], "seed": 1}, doseq=True)
    session = await Session.open(server.port, "", query)
    first = await session.run(patience_s)
    mixtures = Mixtures()
    if first.failures or "seed" not in session.widgets:
        return mixtures
    for seed in range(2, 2 + NEW_MIXTURES):
        mixtures.runs.append(await session.set("seed", patience_s, double_value=float(seed)))
    await session.close()
    return mixtures


def quantile(seconds: Sequence[float], share: float) -> float:
    """The wait that a share of all stays under."""
    ordered = sorted(seconds)
    return ordered[min(len(ordered) - 1, round(share * (len(ordered) - 1)))]


def line(name: str, seconds: Sequence[float]) -> str:
    """Count, median and 95th percentile of some waits."""
    if not seconds:
        return f"  {name:20s}     none"
    median, high = statistics.median(seconds), quantile(seconds, 0.95)
    return f"  {name:20s} {len(seconds):6d} {1000 * median:11.0f} {1000 * high:11.0f}"


def report(args: argparse.Namespace, waits: Waits, alone: list[str], server: Server) -> bool:
    """Print everything; return whether the aims are met."""
    light = [seconds for values in waits.light.values() for seconds in values]
    opened = [seconds for values in waits.opened.values() for seconds in values]
    print(f"{args.visitors} visitors for {args.seconds:g} s, a change every {args.pause:g} s")
    print(f"  {'':20s}  count   median ms    95 % ms")
    print(line("First sign of a page", waits.shown))
    print(line("First full page", opened))
    for title, values in sorted(waits.opened.items()):
        print(line(f"  {title}", values))
    print(line("Light interaction", light))
    for title, values in sorted(waits.light.items()):
        print(line(f"  {title}", values))
    print("One visitor, a new mixture of two events seen by all mask systems")
    print("\n".join(alone))
    peak_gb = server.peak_bytes / 1e9
    print(f"Peak memory of the server: {peak_gb:.2f} GB (aim: under {MEMORY_GB:g} GB)")
    failures = sum(waits.failures.values()) + server.died
    print(f"Failures: {failures}" + (" (the server ended)" if server.died else ""))
    for failure, count in waits.failures.most_common(10):
        print(f"  {count} × {failure}")
    quick = bool(light) and 1000 * statistics.median(light) < LIGHT_MS
    print(f"Light interactions at the median under {LIGHT_MS} ms: {'yes' if quick else 'no'}")
    return not failures and quick and peak_gb < MEMORY_GB


async def load(server: Server, args: argparse.Namespace) -> tuple[Waits, list[str]]:
    """First one visitor alone, then all of them."""
    alone = (await new_mixtures(server, args.patience)).lines()
    if args.browser:
        alone += await asyncio.to_thread(clicks_to_paint, server.address)
    waits = Waits()
    await asyncio.gather(*(visit(n, server, waits, args) for n in range(args.visitors)))
    return waits, alone


def main() -> int:
    """Run it; the exit status is 0 only if every aim is met."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.load", description=__doc__.split("\n")[0]
    )
    parser.add_argument("--visitors", type=int, default=20, help="how many at once (default 20)")
    parser.add_argument("--seconds", type=float, default=60, help="how long they stay (default 60)")
    parser.add_argument(
        "--pause", type=float, default=3, help="seconds between changes (default 3)"
    )
    parser.add_argument("--ramp", type=float, default=0, help="seconds over which they arrive (0)")
    parser.add_argument("--examples", type=int, default=6, help="different clips (default 6)")
    parser.add_argument(
        "--patience", type=float, default=120, help="longest wait in s (default 120)"
    )
    parser.add_argument("--cores", type=int, default=2, help="cores of the server (default 2)")
    parser.add_argument(
        "--port", type=int, default=0, help="port of the server (default: any free)"
    )
    parser.add_argument("--browser", action="store_true", help="click to paint, in Chromium")
    args = parser.parse_args()
    print(f"{os.cpu_count()} cores, {args.cores} for the server; load before: {_load_average()}")
    with running(args.port, args.cores) as server:
        waits, alone = asyncio.run(load(server, args))
    return 0 if report(args, waits, alone, server) else 1


def _load_average() -> str:
    """How busy the machine is already, where it says so."""
    return f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown"


if __name__ == "__main__":
    sys.exit(main())
