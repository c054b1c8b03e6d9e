"""Compile a plain loop where a compiler is installed; the same text runs without one."""

from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from typing import Any, TypeVar

Function = TypeVar("Function", bound=Callable[..., Any])

IS_COMPILED = find_spec("numba") is not None


def compiled(function: Function) -> Function:
    """The function compiled by Numba if it is installed, else the function itself.

    Both give the same bits: no fast-math, no parallel sums.
    """
    if not IS_COMPILED:
        return function
    result: Function = import_module("numba").njit(cache=True, nogil=True)(function)
    return result
