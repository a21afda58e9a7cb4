"""What the process holds: no thread an arena of its own, no view its samples, one view made at a time."""

import inspect
import os
import platform
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import ModuleType

import pytest
from streamlit.runtime.caching.cache_utils import CachedFunc

from pages.shared import cached
from pages.shared.clips import EXAMPLES
from pages.shared.lesson import cached as lesson
from pages.shared.state import recipe

ROOT = Path(__file__).resolve().parents[2]
COUNT_ARENAS = """
import ctypes, io, tempfile, threading
from pages.shared.memory import share_freed_memory
if {shared}:
    assert share_freed_memory()
wait = threading.Barrier(9)
kept = []
def work():
    wait.wait()
    kept.append([bytes(1000) for _ in range(2000)])
    wait.wait()
threads = [threading.Thread(target=work) for _ in range(8)]
for thread in threads: thread.start()
wait.wait(); wait.wait()
libc = ctypes.CDLL(None)
libc.fopen.restype = ctypes.c_void_p
with tempfile.NamedTemporaryFile() as file:
    stream = ctypes.c_void_p(libc.fopen(file.name.encode(), b"w"))
    libc.malloc_info(0, stream); libc.fclose(stream)
    print(file.read().decode().count("<heap nr="))
"""


def arenas(shared: bool) -> int:
    script = COUNT_ARENAS.format(shared=shared)
    # Small blocks then come from malloc too, not from Python's own pools.
    run = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True,
        env={**os.environ, "PYTHONMALLOC": "malloc"},
    )  # fmt: skip
    return int(run.stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="a setting of glibc")
def test_threads_share_two_arenas() -> None:
    assert arenas(shared=False) > 2
    assert arenas(shared=True) <= 2


def test_a_cached_view_has_its_message_and_no_samples() -> None:
    view = cached.mixture_view(recipe(next(iter(EXAMPLES.values()))), cached.mask_systems())
    assert len(view.blob) > 1_000_000
    assert not any(track.waveform.size for track in view.tracks)


@pytest.mark.parametrize("module", [cached, lesson])
def test_every_cache_is_bounded_and_forgets_recordings(module: ModuleType) -> None:
    found = [value._info for value in vars(module).values() if isinstance(value, CachedFunc)]
    assert found and all(cache.max_entries for cache in found)
    for cache in found:
        # What stands beside the key is what may be a visitor's own.
        if any(name.startswith("_") for name in inspect.signature(cache.func).parameters):
            assert cache.ttl == cached.RECORDINGS_LAST, cache.func.__name__


def test_only_one_view_is_made_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    making, most = [0], [0]

    class View:
        def encoded(self) -> object:
            making[0] -= 1
            return object()

    def make(*_: object) -> View:
        making[0] += 1
        most[0] = max(most[0], making[0])
        time.sleep(0.05)
        return View()

    monkeypatch.setattr(cached, "mixture_to_view", make)
    monkeypatch.setattr(cached, "mixture_analysis", lambda *_: None)
    clips = list(EXAMPLES.values())[:3]
    threads = [
        threading.Thread(target=cached.mixture_view, args=(recipe(clip), ("none",)))
        for clip in clips
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1]
