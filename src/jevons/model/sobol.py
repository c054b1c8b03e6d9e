"""Scrambled Sobol points: draws that fill the space of the inputs more evenly than chance.

A point's binary digits in a dimension are the exclusive or of that dimension's direction numbers
over the ones of the point's number (Sobol 1967): of 2^m points from a multiple of 2^m on, each of
2^m equal cells holds one, and so do many boxes in several dimensions. Direction numbers are those
of Joe and Kuo (2008), which keep pairs of dimensions apart. A scramble keeps all this and makes
each point uniform: a random triangular matrix of bits times the digits, then an exclusive or with
random digits (Matousek 1998). Errors then vary as under the scramble of Owen (1995).

``sobol.csv`` gives each input of the chain a dimension for good, so that another input leaves its
draws unchanged: a new input takes the next row that is free.
"""

import csv
import math
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files

import jax
import jax.numpy as jnp
import numpy as np

BLOCK = 4096  # points given at once
RUN = 16  # blocks under one scramble
DIGITS = 32  # of a point, in binary
PLACES = (BLOCK * RUN).bit_length() - 1  # of a point's number in its run, in binary
ROWS = np.arange(DIGITS, dtype=np.uint32)
DIAGONAL = np.uint32(1) << (DIGITS - 1 - ROWS)
WEIGHTIER = ~(np.uint32(2**DIGITS - 1) >> ROWS)  # the digits before a row's own


@cache
def directions() -> Mapping[str, np.ndarray]:
    """Direction numbers of each input that has a dimension, by name, (place,) of 32 bits.

    The file has the odd numbers m_k below 2^k of the literature; here they are m_k 2^(32-k).
    """
    text = files("jevons.model").joinpath("sobol.csv").read_text(encoding="utf-8")
    shift = DIGITS - 1 - np.arange(PLACES, dtype=np.uint32)
    return {
        row["input"]: np.array(row["directions"].split(), np.uint32) << shift
        for row in csv.DictReader(text.splitlines())
        if row["input"]
    }


def directions_of(names: Sequence[str]) -> np.ndarray:
    """Direction numbers of named inputs, (input, place).

    Raises:
        KeyError: an input has no dimension yet.
    """
    known = directions()
    if missing := [name for name in names if name not in known]:
        raise KeyError(f"no dimension: {', '.join(missing)}; write it into a free row of sobol.csv")
    return np.stack([known[name] for name in names])


def scrambled(key: jax.Array, directions: jax.Array) -> tuple[jax.Array, jax.Array]:
    """A random matrix of bits times direction numbers, (place,), and random digits.

    The digits of points are linear in direction numbers, so a matrix for these is one for all.
    """
    words = jax.random.bits(key, (DIGITS + 1,), jnp.uint32)
    matrix = (words[:DIGITS] & WEIGHTIER) | DIAGONAL
    digits = jax.lax.population_count(matrix[:, None] & directions) & 1
    return (digits << (DIGITS - 1 - ROWS)[:, None]).sum(0, dtype=jnp.uint32), words[DIGITS]


def points(
    directions: jax.Array, start: jax.typing.ArrayLike, block: jax.typing.ArrayLike
) -> jax.Array:
    """Points of one dimension in a block, (:data:`BLOCK`,) of 32 bits.

    Args:
        directions: of the dimension, scrambled or not, (place,). start: point 0; zero without a
            scramble. block: number of the block; after :data:`RUN` they begin again.
    """
    number = (jnp.uint32(block) % RUN) * BLOCK + jnp.arange(BLOCK, dtype=jnp.uint32)
    digits = jnp.full(BLOCK, start, jnp.uint32)
    for place in range(PLACES):
        digits ^= jnp.where((number >> place) & 1, directions[place], jnp.uint32(0))
    return digits


def normal(points: jax.Array) -> jax.Array:
    """Standard normals from points of 32 bits.

    Read as the middle of one of 2^23 cells, a point is exact in single precision and neither 0
    nor 1: the furthest normals are 5.3 standard deviations out.

    >>> [round(float(normal(jnp.uint32(each))), 2) for each in (0, 2**32 - 1)]
    [-5.29, 5.29]
    """
    centred = (2 * (points >> 9).astype(jnp.int32) + 1 - 2**23).astype(jnp.float32)
    found: jax.Array = jax.lax.erf_inv(centred * jnp.float32(2.0**-23)) * jnp.float32(math.sqrt(2))
    return found


def normals(key: jax.Array, directions: jax.Array, block: jax.typing.ArrayLike) -> jax.Array:
    """Standard normals of one input in a block of draws, (:data:`BLOCK`,).

    Args:
        key: of the input. directions: of its dimension, (place,). block: number of the block.
    """
    own, start = scrambled(jax.random.fold_in(key, jnp.uint32(block) // RUN), directions)
    return normal(points(own, start, block))
