"""A visitor's session: Streamlit's own messages over its websocket, without a browser.

Owns the protocol: a run of the page is asked for with a ``BackMsg`` and read as ``ForwardMsg`` until its end.
As a browser would, a session keeps the widgets it has set, the link that the server gave it, and which large
messages it has, so that the server need not send them again. It fetches
neither the scripts nor the sounds of a page, and paints nothing.
"""

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect


@dataclass
class Run:
    """One run of a page as its visitor meets it.

    Attributes
    ----------
    seconds
        From the request to the message that ends the run.
    first_s
        From the request to the first message that changes the page.
    sizes
        Bytes of the messages by the kind of element they bring; a kind's largest.
    failures
        What went wrong, in words.
    """

    seconds: float = 0.0
    first_s: float = 0.0
    n_bytes: int = 0
    sizes: dict[str, int] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)


@dataclass
class Widget:
    """A widget on the page: its protocol element and the fragment that it reruns, if any."""

    element: Any
    fragment_id: str


class Session:
    """One visitor on one page."""

    def __init__(self, socket: ClientConnection, page: str, query: str) -> None:
        self._socket = socket
        self._page = page
        self._query = query
        self._script_hash = ""
        self._held: set[str] = set()
        self._states: dict[str, WidgetState] = {}
        self.widgets: dict[str, Widget] = {}

    @classmethod
    async def open(cls, port: int, page: str, query: str) -> "Session":
        """Connect to a page by its address, with the values that its link holds."""
        socket = await connect(
            f"ws://127.0.0.1:{port}/_stcore/stream", subprotocols=["streamlit"],
            max_size=None, compression=None, ping_timeout=None, open_timeout=60,
        )  # fmt: skip
        return cls(socket, page, query)

    async def close(self) -> None:
        """Leave."""
        await self._socket.close()

    async def run(self, patience_s: float, fragment_id: str = "") -> Run:
        """Run the page, or a fragment of it, with the widgets as they are set."""
        message = BackMsg()
        client = message.rerun_script
        client.query_string = self._query
        client.page_name = self._page
        client.page_script_hash = self._script_hash
        client.fragment_id = fragment_id
        client.widget_states.widgets.extend(self._states.values())
        client.cached_message_hashes.extend(self._held)
        client.context_info.timezone = "UTC"
        client.context_info.locale = "en"
        client.context_info.url = f"http://{self._socket.request.headers['Host']}/{self._page}"
        run, started = Run(), time.perf_counter()
        await self._socket.send(message.SerializeToString())
        try:
            await asyncio.wait_for(self._read(run, started), patience_s)
        except asyncio.TimeoutError:
            run.failures.append(f"no end within {patience_s:.0f} s")
        except Exception as error:  # whatever ends a session is a failure to count, not to stop at
            run.failures.append(f"{type(error).__name__}: {error}")
        run.seconds = time.perf_counter() - started
        return run

    async def set(self, key: str, patience_s: float, **value: Any) -> Run:
        """Change a widget as its visitor would, and run what depends on it."""
        widget = self.widgets[key]
        state = WidgetState(id=widget.element.id)
        for name, content in value.items():
            if name.endswith("array_value"):
                getattr(state, name).data[:] = content
            else:
                setattr(state, name, content)
        self._states[state.id] = state
        return await self.run(patience_s, widget.fragment_id)

    async def _read(self, run: Run, started: float) -> None:
        """Read messages up to the end of a run."""
        while True:
            data = await self._socket.recv(decode=False)
            message = ForwardMsg.FromString(data)
            kind = message.WhichOneof("type")
            run.n_bytes += len(data)
            if message.metadata.cacheable:
                self._held.add(message.hash)
            if kind in ("delta", "ref_hash"):
                run.first_s = run.first_s or time.perf_counter() - started
            if kind == "delta":
                self._take(message.delta, len(data), run)
            elif kind == "new_session":
                self._script_hash = message.new_session.page_script_hash
            elif kind == "page_info_changed":
                self._query = message.page_info_changed.query_string
            elif kind == "page_not_found":
                run.failures.append("page not found")
            elif kind == "script_finished" and _is_over(message.script_finished, run):
                return

    def _take(self, delta: Any, size: int, run: Run) -> None:
        """Keep an element's widget; count what it weighs and what it says went wrong."""
        if delta.WhichOneof("type") != "new_element":
            return
        kind = delta.new_element.WhichOneof("type")
        if kind is None:
            return
        element = getattr(delta.new_element, kind)
        run.sizes[kind] = max(size, run.sizes.get(kind, 0))
        if kind == "exception":
            run.failures.append(f"{element.type}: {element.message}")
        identity = getattr(element, "id", "")
        if identity.startswith("$$ID-"):
            key = identity.split("-", 2)[2]
            self.widgets[key] = Widget(element, delta.fragment_id)


def _is_over(finished: int, run: Run) -> bool:
    """Whether a script that has ended was the run's last, and not one that another takes the place of."""
    if finished == ForwardMsg.FINISHED_WITH_COMPILE_ERROR:
        run.failures.append("the page did not compile")
    return finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN
