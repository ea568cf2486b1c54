"""The memory of a node: what messages leave is used again, and given back once nothing comes in.

Two allocators serve a node: the C library's (Python, the threads) and jemalloc (granian). Both would
keep what a rush took; giving all of it back at once, and taking it anew page by page, would cost a third
of the system's time. What may wait is bounded by ``Settings.held``.
"""

from __future__ import annotations

import ctypes
import os
import resource
from pathlib import Path

_LIBC = ctypes.CDLL(None)
_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8  # of mallopt(3)


def set_allocators() -> None:
    """Before granian is loaded, and before the threads start."""
    os.environ.setdefault("_RJEM_MALLOC_CONF", "narenas:1,dirty_decay_ms:200")
    mallopt = getattr(_LIBC, "mallopt", None)
    if mallopt is not None:  # glibc
        mallopt(_TRIM_THRESHOLD, 64 * 1024 * 1024)
        mallopt(_MMAP_THRESHOLD, 32 * 1024 * 1024)
        mallopt(_ARENA_MAX, 2)  # what one thread freed serves another


def give_back() -> None:
    """Give the system what a rush has left. A few milliseconds."""
    trim = getattr(_LIBC, "malloc_trim", None)
    if trim is not None:
        trim(0)


def resident_mb() -> int:
    """Resident memory of this process, in MiB."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
        return pages * resource.getpagesize() >> 20
    except (OSError, ValueError):  # not Linux: the peak, for want of better
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
