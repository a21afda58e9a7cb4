"""The front of a component's binary message; message.js beside this file reads it.

Streamlit passes bytes raw only as the whole ``data``, so everything travels in one message::

    four letters | u32 length | JSON | body
"""

import json
import struct
from typing import Any


def join_front(magic: bytes, front: Any, body: bytes, *, align: int = 1) -> bytes:
    """Put JSON before a body, which then starts at a multiple of ``align`` bytes."""
    text = json.dumps(front, separators=(",", ":"), allow_nan=False).encode()
    text += b" " * (-(len(magic) + 4 + len(text)) % align)
    return b"".join([magic, struct.pack("<I", len(text)), text, body])
