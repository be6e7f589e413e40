"""Memory of planes that come and go is used again at once."""

from __future__ import annotations

import ctypes
import sys

# Of glibc's malloc.h.
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3

_LARGEST = 1 << 25  # bytes; glibc takes no more
_LEFT = 1 << 28  # bytes


def keep_freed_memory() -> None:
    """Have blocks of up to 32 MiB reused, and up to 256 MiB kept for that.

    Otherwise glibc gives most planes back to the system, which hands out every page of the next one
    cleared: a tenth of the time that a film takes. Other C libraries are left alone.
    """
    if sys.platform != "linux":
        return
    set_option = getattr(ctypes.CDLL(None), "mallopt", None)
    if set_option is not None:
        set_option(_MMAP_THRESHOLD, _LARGEST)
        set_option(_TRIM_THRESHOLD, _LEFT)
