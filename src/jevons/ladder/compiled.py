"""Compile a plain loop; the function it was made from stays plain Python in ``py_func``."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

Function = TypeVar("Function", bound=Callable[..., Any])


def compiled(function: Function) -> Function:
    """The function compiled by Numba, with the same bits: no fast-math, no parallel sums."""
    return cast(Function, numba.njit(cache=True, nogil=True, error_model="numpy")(function))
