"""Splits: prices made comparable by those that are known, and those that no action tells."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from jevons.market.actions import Action
from jevons.market.price_table import Days, Numbers, PriceHistory

# Ratios at which shares are split, and how near a price must fall to one to look like it.
SPLITS = (1.5, 2.0, 3.0, 4.0, 5.0, 7.0, 8.0, 10.0, 15.0, 20.0, 25.0, 50.0)
NEAR = 0.03
NEAR_COUNT = 0.1  # a count of shares moves by purchases too
SUSPECT = 0.4  # a fall of this much overnight is looked at


def unadjusted_splits(ticker: str, days: Days, close: Numbers, split: Numbers) -> tuple[str, ...]:
    """Warnings of overnight changes that look like a split without its action."""
    ratio = close[:-1] / (close[1:] * split[1:])
    found = []
    for at in np.flatnonzero((ratio > 1 / (1 - SUSPECT)) | (ratio < 1 - SUSPECT)):
        nearest = nearest_split(float(ratio[at]), NEAR)
        if nearest is not None:
            sign = f"{nearest:g} for 1" if ratio[at] > 1 else f"1 for {nearest:g}"
            found.append(
                f"{ticker} went from {close[at]:g} to {close[at + 1]:g} on {days[at + 1]}, which "
                f"looks like a split of {sign}; give it as an action, or adjust the prices"
            )
    return tuple(found)


def nearest_split(ratio: float, near: float) -> float | None:
    """The usual ratio of a split that a change looks like, either way round; None for another one.

    >>> nearest_split(9.95, 0.03), nearest_split(0.5, 0.03), nearest_split(1.1, 0.03)
    (10.0, 2.0, None)
    """
    size = max(ratio, 1 / ratio)
    nearest = min(SPLITS, key=lambda known: abs(size / known - 1))
    return nearest if abs(size / nearest - 1) <= near else None


def split_adjusted(history: PriceHistory, splits: Sequence[Action]) -> PriceHistory:
    """Prices before each split divided by its ratio; a split after the last session is none yet."""
    divisor = np.ones(len(history))
    done = []
    for split in splits:
        first = int(np.searchsorted(history.days, np.datetime64(split.day, "D")))
        if first < len(history):
            divisor[:first] *= split.value
            done.append((split.day, split.value))
    opens, low = (
        None if values is None else values / divisor for values in (history.open, history.low)
    )
    return replace(
        history,
        close=history.close / divisor,
        high=history.high / divisor,
        open=opens,
        low=low,
        volume=None if history.volume is None else history.volume * divisor,
        splits=tuple(sorted(done)),
    )
