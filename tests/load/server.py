"""The application in a process of its own, on the loopback address, with what it used at the end."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
START_S = 180.0


@dataclass
class Server:
    """A running application.

    Attributes
    ----------
    peak_bytes
        The largest memory it ever held; known once it has ended.
    died
        Whether it ended by itself.
    """

    port: int
    pid: int
    peak_bytes: int = 0
    died: bool = False

    @property
    def address(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def running(port: int = 0, cores: int | None = None) -> Iterator[Server]:
    """Start the application and end it again.

    Parameters
    ----------
    port
        Where it is to listen; 0 for any that is free.
    cores
        How many cores it may use, where the system can say so; None for all.
    """
    port = port or _free_port()
    command = [
        sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port),
        "--server.address", "127.0.0.1", "--server.headless", "true",
    ]  # fmt: skip
    process = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    if cores is not None and hasattr(os, "sched_setaffinity"):
        allowed = sorted(os.sched_getaffinity(0))[:cores]
        os.sched_setaffinity(process.pid, allowed)
    server = Server(port, process.pid)
    try:
        _wait_for(server.address, process)
        yield server
    finally:
        server.died = _ended(process.pid)
        if not server.died:  # killed: a server that still computes would wait for its threads
            os.kill(process.pid, signal.SIGKILL)
        # wait4 tells the use of this one child; Popen.wait would throw that away.
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        server.peak_bytes = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def _ended(pid: int) -> bool:
    """Whether a child has ended; leaves it to be waited for."""
    return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def _free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _wait_for(address: str, process: "subprocess.Popen[bytes]") -> None:
    """Return when the server answers ``ok``."""
    until = time.monotonic() + START_S
    while time.monotonic() < until and not _ended(process.pid):
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=5) as answer:
                if answer.read() == b"ok":
                    return
        except OSError:
            pass
        time.sleep(0.3)
    raise RuntimeError(f"the server did not answer within {START_S:.0f} s")
