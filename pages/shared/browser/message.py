"""The front of a component's binary message; message.js beside this file reads it.

Streamlit passes bytes raw only as the whole ``data``, so everything travels in one message::

    letters, or none | u32 length | JSON | body

A body that is compressed has such a front of its own.
"""

import json
import struct
from typing import Any


def join_front(front: Any, body: bytes, *, magic: bytes = b"", align: int = 1) -> bytes:
    """Put JSON before a body, which then starts at a multiple of ``align`` bytes.

    Parameters
    ----------
    front
        What JSON can say; not-a-number is a ValueError.
    body
        Arrays, or what is compressed.
    magic
        Letters by which a component knows its messages.
    align
        Size in bytes of the largest number in the body: a browser reads it only at its multiples.
    """
    text = json.dumps(front, separators=(",", ":"), allow_nan=False).encode()
    text += b" " * (-(len(magic) + 4 + len(text)) % align)
    return b"".join([magic, struct.pack("<I", len(text)), text, body])
