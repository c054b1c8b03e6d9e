"""Quantiles of paths too many to keep: counts by the leading bits of each float, block by block.

The bit pattern of a float32 that is not negative grows with its value, and its leading bits are
the exponent and the first binary digits of the mantissa. Counting values by those bits gives bins
whose width is a fixed share of the value, 2^-10; counts of blocks add up, in any order, to the
same whole. Memory does not depend on the number of draws.
"""

from collections.abc import Callable, Mapping, Sequence
from threading import Lock
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


Count = Callable[
    [
        NDArray[np.float32], NDArray[np.uint32], NDArray[np.int64], NDArray[np.float32],
        NDArray[np.uint32], NDArray[np.float64],
    ],
    bool,
]  # fmt: skip


def _count(
    values: NDArray[np.float32],
    bits: NDArray[np.uint32],
    first: NDArray[np.int64],
    least: NDArray[np.float32],
    counts: NDArray[np.uint32],
    sums: NDArray[np.float64],
) -> bool:
    """Count values (series, draw) and add them up; false where one is not to be counted."""
    for series in range(values.shape[0]):
        total = 0.0
        for draw in range(values.shape[1]):
            value = values[series, draw]
            if not least[series] <= value < np.inf:
                return False
            if value > 0:  # below it is the rounding of a difference that is nought
                total += np.float64(value)
                key = np.int64(bits[series, draw] >> DROPPED) - first[series]
                counts[series, min(max(key, 0), BINS - 1)] += 1
            else:
                counts[series, 0] += 1
        sums[series] = total
    return True


count = cast(Count, numba.njit(cache=True, nogil=True)(_count))


class Histograms:
    """Counts and sums of several quantities, each (..., draw), over blocks of draws.

    Args:
        first: the first block's values by name, which set the range that is told apart.
        blocks: how many blocks will be added.
    """

    def __init__(self, first: Mapping[str, np.ndarray], blocks: int) -> None:
        self.shapes = {name: values.shape[:-1] for name, values in first.items()}
        self.first, self.counts, self.sums = {}, {}, {}
        for name, values in first.items():
            rows = _rows(values)
            place = int(USUAL * (rows.shape[1] - 1))
            usual = np.maximum(
                np.partition(rows, place, axis=1)[:, place], rows.max(axis=1) * 2**-10
            )
            octave = (np.maximum(usual, TINY).view(np.uint32) >> 23).astype(np.int64) + 1
            self.first[name] = (octave - OCTAVES_BELOW) << DIGITS
            self.counts[name] = np.zeros((len(rows), BINS), np.uint32)
            # Sums by block are added up in their order, so that threads change no bit.
            self.sums[name] = np.zeros((blocks, len(rows)))
        self.turns = {name: Lock() for name in first}
        self.draws = np.zeros(blocks, np.int64)

    def add(self, block: int, parts: Sequence[Mapping[str, np.ndarray]]) -> None:
        """Count one block, in parts along the draws, beside other threads that count others.

        A series is counted over the whole block at once: its bins then stay in a core's cache.

        Raises:
            NotFiniteError: a value is not finite, or below zero by more than is counted as nought.
        """
        for name, turn in self.turns.items():
            rows = np.concatenate([_rows(values[name]) for values in parts], axis=1)
            least = -self._edge(self.first[name])
            with turn:
                counted = count(
                    rows, rows.view(np.uint32), self.first[name], least,
                    self.counts[name], self.sums[name][block],
                )  # fmt: skip
            if not counted:
                raise NotFiniteError(f"{name} has values below zero or not finite")
        self.draws[block] = rows.shape[1]

    def quantiles(self, levels: Sequence[float]) -> dict[str, np.ndarray]:
        """Quantiles by name, (level, ...), cut down to eleven binary digits: less than 0.1 % lost.

        The rank of a level is ``level (draws - 1)``, as where draws are sorted.
        """
        ranks = np.array(levels) * (int(self.draws.sum()) - 1)
        return {name: self._at(name, ranks) for name in self.shapes}

    def _at(self, name: str, ranks: np.ndarray) -> np.ndarray:
        found = np.empty((len(ranks), len(self.first[name])))
        for column, (first, counts) in enumerate(
            zip(self.first[name], self.counts[name], strict=True)
        ):
            below = np.cumsum(counts, dtype=np.int64)
            at = np.searchsorted(below, ranks, side="right").clip(max=BINS - 1)
            found[:, column] = np.where(at == 0, 0.0, self._edge(first + at))
        return found.reshape(len(ranks), *self.shapes[name])

    def means(self) -> dict[str, np.ndarray]:
        """Means by name, (...)."""
        return {
            name: (sums.sum(axis=0) / self.draws.sum()).reshape(self.shapes[name])
            for name, sums in self.sums.items()
        }

    @staticmethod
    def _edge(key: NDArray[np.int64]) -> NDArray[np.float32]:
        bits: NDArray[np.uint32] = np.clip(key << DROPPED, 0, 0x7F7FFFFF).astype(np.uint32)
        return bits.view(np.float32)


def _rows(values: np.ndarray) -> np.ndarray[Any, np.dtype[np.float32]]:
    """Values (..., draw) as float32 (series, draw)."""
    return np.ascontiguousarray(values, np.float32).reshape(-1, values.shape[-1])
