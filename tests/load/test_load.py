"""The load script itself: it counts what fails, and real sessions still speak Streamlit's protocol."""

import argparse
import asyncio

import pytest

from tests.load.__main__ import PAGES, Waits, line, new_mixtures, quantile, report, visit
from tests.load.server import Server, running
from tests.load.session import Run

ARGS = argparse.Namespace(
    visitors=len(PAGES), seconds=20.0, pause=1.0, ramp=0.0, examples=1, patience=120.0
)


def waits_of(light_s: float, failure: str = "") -> Waits:
    waits = Waits()
    waits.add(waits.opened, "Explore", Run(seconds=1.0))
    waits.add(waits.light, "Explore", Run(seconds=light_s))
    if failure:
        waits.add(waits.light, "Explore", Run(seconds=9.0, failures=[failure]))
    return waits


def small_server() -> Server:
    return Server(port=1, pid=1, peak_bytes=10**9)


def test_the_aims_are_met_only_if_all_of_them_are() -> None:
    assert report(ARGS, waits_of(0.1), [], small_server())
    assert not report(ARGS, waits_of(0.3), [], small_server())
    assert not report(ARGS, waits_of(0.1, "no end"), [], small_server())
    assert not report(ARGS, Waits(), [], small_server())
    assert not report(ARGS, waits_of(0.1), [], Server(port=1, pid=1, peak_bytes=2 * 10**9))
    assert not report(ARGS, waits_of(0.1), [], Server(port=1, pid=1, died=True))


def test_a_failure_is_named_and_its_time_is_not_counted(capsys: pytest.CaptureFixture[str]) -> None:
    waits = waits_of(0.1, "no end")
    assert waits.light == {"Explore": [0.1]}
    report(ARGS, waits, [], small_server())
    assert "1 × Explore: no end" in capsys.readouterr().out


def test_the_quantiles_are_those_of_the_waits() -> None:
    waits = [n / 1000 for n in range(101)]
    assert quantile(waits[::-1], 0.95) == pytest.approx(0.095)
    assert line("x", waits).split() == ["x", "101", "50", "95"]


@pytest.mark.slow
def test_visitors_of_every_page_are_answered_and_memory_is_known() -> None:
    async def all_visit(server: Server) -> Waits:
        # First, as in the script: a cold server does not know its addresses before one visit.
        mixtures = await new_mixtures(server, ARGS.patience)
        assert mixtures.runs and not any(run.failures for run in mixtures.runs)
        assert all(run.sizes["bidi_component"] > 10**6 for run in mixtures.runs)
        waits = Waits()
        await asyncio.gather(*(visit(n, server, waits, ARGS) for n in range(ARGS.visitors)))
        return waits

    with running() as server:
        waits = asyncio.run(all_visit(server))
    assert not waits.failures
    assert set(waits.opened) == set(waits.light) == {light.title for light in PAGES}
    assert server.peak_bytes > 10**8
    assert not server.died
