"""Memory that glibc keeps though it is free; other C libraries are left alone."""

from __future__ import annotations

import ctypes
import sys

__all__ = ["give_memory_back", "keep_few_heaps"]

# M_ARENA_MAX of glibc's malloc.h. With two heaps for all threads, in place of one for each, a
# clip of six minutes takes 869 MiB in place of 1107 (benchmarks/memory.py).
_ARENA_MAX, _HEAPS = -8, 2


def keep_few_heaps() -> None:
    """Have threads share heaps, before there are any: what is free in one piles up."""
    _call("mallopt", _ARENA_MAX, _HEAPS)


def give_memory_back() -> None:
    """Return what is free: a closed MediaPipe leaves tens of megabytes."""
    _call("malloc_trim", 0)


def _call(name: str, *numbers: int) -> None:
    function = getattr(ctypes.CDLL(None), name, None) if sys.platform == "linux" else None
    if function is not None:
        function(*numbers)
