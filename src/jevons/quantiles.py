"""The shape in which a random quantity is shown: five quantiles, the mean, the unit.

Every JSON document, table and chart of jevons uses this shape, so that a figure in the note and
the same figure on the command line cannot differ.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike


class NotFiniteError(ValueError):
    """A draw is infinite or no number at all, so nothing can be said of the whole."""


LEVELS = {"p05": 0.05, "p25": 0.25, "p50": 0.50, "p75": 0.75, "p95": 0.95}
SIGNIFICANT_DIGITS = 6


def rounded(values: ArrayLike) -> Any:
    """Round to six significant digits and return plain Python floats or nested lists.

    Six digits are more than any figure here deserves and fewer than float32 carries, so the last
    bits of the arithmetic never reach a published document.

    >>> rounded(1234567.8)
    1234570.0
    """
    array = np.asarray(values, dtype=np.float64)
    texts = np.vectorize(lambda x: float(f"{x:.{SIGNIFICANT_DIGITS}g}"), otypes=[np.float64])
    return (texts(array) if array.size else array).tolist()


def summarise(values: ArrayLike, unit: str) -> dict[str, Any]:
    """Summarise a random quantity over its leading ``draw`` axis.

    Args:
        values: array (draw, ...) in ``unit``; finite.
        unit: unit text as in the table of variables.

    Returns:
        ``{"unit", "p05", "p25", "p50", "p75", "p95", "mean"}``; lists where ``values`` has more
        axes than ``draw``.

    Raises:
        NotFiniteError: a value is not finite; a summary must never hide a broken draw.

    >>> summarise([1.0, 2.0, 3.0], "GW")["p50"]
    2.0
    """
    array = np.asarray(values)
    if not np.isfinite(array).all():
        raise NotFiniteError(f"{np.count_nonzero(~np.isfinite(array))} draws are not finite")
    # Sorting float32 once, with the draws side by side in memory, is several times faster than one
    # selection per level.
    ordered = np.moveaxis(np.sort(np.moveaxis(array, 0, -1), axis=-1), -1, 0)
    position = np.array(list(LEVELS.values())) * (len(ordered) - 1)
    below = np.floor(position).astype(int)
    above = np.ceil(position).astype(int)
    weight = (position - below).reshape(-1, *[1] * (array.ndim - 1))
    low, high = (ordered[index].astype(np.float64) for index in (below, above))
    quantiles = low + (high - low) * weight  # equal draws give exactly that draw
    summary: dict[str, Any] = {"unit": unit}
    summary.update({name: rounded(q) for name, q in zip(LEVELS, quantiles, strict=True)})
    summary["mean"] = rounded(array.mean(axis=0, dtype=np.float64))
    return summary


def path(values: ArrayLike, unit: str, quarter: Sequence[str]) -> dict[str, Any]:
    """Summary of a random path (draw, quarter) with its quarters beside it."""
    return summarise(values, unit) | {"quarter": list(quarter)}
