"""Compile a plain loop; the function it was made from stays plain Python in ``py_func``."""

from collections.abc import Callable
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar, cast

import numba

Function = TypeVar("Function", bound=Callable[..., Any])


def compiled(function: Function, **options: Any) -> Function:
    """The function compiled by Numba, with the same bits: no fast-math, no parallel sums."""
    dispatcher = numba.njit(cache=True, nogil=True, error_model="numpy", **options)(function)
    # Numba keeps machine code by the file of the function alone, although the functions and the
    # constants that it takes from other files are part of it; so the code of all is the stamp.
    kept = getattr(getattr(dispatcher, "_cache", None), "_cache_file", None)
    if kept is not None:
        kept._source_stamp = code()
    return cast(Function, dispatcher)


def bare(function: Function) -> Function:
    """A function that makes no arrays of its own, compiled without counting references to them.

    Counting those to every array that is handed on takes longer than what a session does.
    """
    return compiled(function, _nrt=False)


def part(function: Function) -> Function:
    """A part of a compiled loop, put in where it is called."""
    return compiled(function, inline="always")


@cache
def code() -> str:
    """SHA-256 of the package's code."""
    digest = sha256()
    for file in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(file.read_bytes())
    return digest.hexdigest()
