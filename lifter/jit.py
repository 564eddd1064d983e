"""Numba's decorator with a type, so that strict checking sees through it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

from numba import njit

__all__ = ["jit"]

F = TypeVar("F", bound=Callable[..., object])


def jit(function: F) -> F:
    """Compile a function of numbers and arrays; compiled code is kept on disk."""
    return cast(F, njit(cache=True, fastmath=True, error_model="numpy")(function))
