"""How the process holds memory that was freed.

Owns one setting of glibc's malloc; other C libraries are left as they are. By default every thread gets an
arena of its own, from which others cannot take what it freed; Streamlit runs a thread a session. (To give
every large block back at once was measured too: it costs a third more time a mixture.)
"""

import ctypes
import os

M_ARENA_MAX = -8  # its number in malloc.h
ARENAS = 2


def share_freed_memory() -> bool:
    """Let all threads take their memory from the same few arenas.

    Returns
    -------
    Whether the C library has such a setting and took it.
    """
    if "CS_GNU_LIBC_VERSION" not in getattr(os, "confstr_names", {}):
        return False
    return bool(ctypes.CDLL(None).mallopt(M_ARENA_MAX, ARENAS))
