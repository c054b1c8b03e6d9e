"""Quantiles of paths too many to keep: counts by the leading bits of each float, block by block.

The bit pattern of a float32 that is not negative grows with its value, and its leading bits are
the exponent and the first binary digits of the mantissa. Counting values by those bits gives bins
whose width is a fixed share of the value, 2^-10; counts of blocks add up, in any order, to the
same whole. Memory does not depend on the number of draws.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

import numba
import numpy as np
from numpy.typing import NDArray

from jevons.quantiles import NotFiniteError

DIGITS = 10  # binary digits of the mantissa that are told apart: values to one part in 1,024
DROPPED = 23 - DIGITS
USUAL = 0.95  # quantile of the first block that places the range of a series
OCTAVES_BELOW = 13  # told apart below it; smaller values are counted as nought
OCTAVES_ABOVE = 3  # told apart above it; larger values are counted as the edge
BINS = (OCTAVES_BELOW + OCTAVES_ABOVE) << DIGITS
TINY = np.finfo(np.float32).tiny


def _count(keys: NDArray[np.uint32], first: NDArray[np.int64], counts: NDArray[np.uint32]) -> None:
    for series in range(keys.shape[0]):
        for draw in range(keys.shape[1]):
            key = np.int64(keys[series, draw] >> DROPPED) - first[series]
            counts[series, min(max(key, 0), BINS - 1)] += 1


count = cast(
    Callable[[NDArray[np.uint32], NDArray[np.int64], NDArray[np.uint32]], None],
    numba.njit(cache=True, nogil=True)(_count),
)


class Histograms:
    """Counts and sums of several quantities, each (..., draw), over blocks of draws.

    Args:
        first: the first block's values by name, which set the range that is told apart.
        blocks: how many blocks will be added.
    """

    def __init__(self, first: Mapping[str, np.ndarray], blocks: int) -> None:
        self.names = tuple(first)
        self.shapes = {name: values.shape[:-1] for name, values in first.items()}
        rows = np.concatenate([_rows(first[name]) for name in self.names])
        place = int(USUAL * (rows.shape[1] - 1))
        usual = np.maximum(np.partition(rows, place, axis=1)[:, place], rows.max(axis=1) * 2**-10)
        octave = (np.maximum(usual, TINY).view(np.uint32) >> 23).astype(np.int64) + 1
        self.first = (octave - OCTAVES_BELOW) << DIGITS
        self.counts = np.zeros((len(rows), BINS), np.uint32)
        # Sums by block are added up in their order, so that threads change no bit.
        self.sums = np.zeros((blocks, len(rows)))
        self.draws = np.zeros(blocks, np.int64)

    def add(self, block: int, values: Mapping[str, np.ndarray]) -> None:
        """Count one block; not to be called by two threads at once.

        Raises:
            NotFiniteError: a value is not finite, or below zero by more than is counted as nought.
        """
        rows = np.concatenate([_rows(values[name]) for name in self.names])
        least = -self._edge(self.first)[:, None]
        if not (np.isfinite(rows).all() and (rows >= least).all()):
            raise NotFiniteError(f"block {block} has values below zero or not finite")
        rows = np.maximum(rows, np.float32(0))  # rounding of a difference that is nought
        count(rows.view(np.uint32), self.first, self.counts)
        self.sums[block] = rows.sum(axis=1, dtype=np.float64)
        self.draws[block] = rows.shape[1]

    def quantiles(self, levels: Sequence[float]) -> dict[str, np.ndarray]:
        """Quantiles by name, (level, ...), cut down to eleven binary digits: less than 0.1 % lost.

        The rank of a level is ``level (draws - 1)``, as where draws are sorted.
        """
        ranks = np.array(levels) * (int(self.draws.sum()) - 1)
        found = np.empty((len(levels), len(self.first)))
        for column, counts in enumerate(self.counts):
            below = np.cumsum(counts, dtype=np.int64)
            at = np.searchsorted(below, ranks, side="right").clip(max=BINS - 1)
            found[:, column] = np.where(at == 0, 0.0, self._edge(self.first[column] + at))
        return self._named(found)

    def means(self) -> dict[str, np.ndarray]:
        """Means by name, (...)."""
        sums = self._named(self.sums.sum(axis=0, keepdims=True) / self.draws.sum())
        return {name: values[0] for name, values in sums.items()}

    @staticmethod
    def _edge(key: NDArray[np.int64]) -> NDArray[np.float32]:
        bits: NDArray[np.uint32] = np.clip(key << DROPPED, 0, 0x7F7FFFFF).astype(np.uint32)
        return bits.view(np.float32)

    def _named(self, columns: np.ndarray) -> dict[str, np.ndarray]:
        ends = np.cumsum([int(np.prod(self.shapes[name])) for name in self.names])
        parts = np.split(columns, ends[:-1], axis=1)
        return {
            name: part.reshape(len(columns), *self.shapes[name])
            for name, part in zip(self.names, parts, strict=True)
        }


def _rows(values: np.ndarray) -> np.ndarray[Any, np.dtype[np.float32]]:
    """Values (..., draw) as float32 (series, draw)."""
    return np.ascontiguousarray(values, np.float32).reshape(-1, values.shape[-1])
