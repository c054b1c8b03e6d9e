"""Splits that prices show and no action tells."""

import numpy as np

from jevons.market.price_table import Days, Numbers

# Ratios at which shares are split, and how near a price must fall to one to look like it.
SPLITS = (1.5, 2.0, 3.0, 4.0, 5.0, 7.0, 8.0, 10.0, 15.0, 20.0, 25.0, 50.0)
NEAR = 0.03
SUSPECT = 0.4  # a fall of this much overnight is looked at


def unadjusted_splits(ticker: str, days: Days, close: Numbers, split: Numbers) -> tuple[str, ...]:
    """Warnings of overnight changes that look like a split without its action."""
    ratio = close[:-1] / (close[1:] * split[1:])
    found = []
    for at in np.flatnonzero((ratio > 1 / (1 - SUSPECT)) | (ratio < 1 - SUSPECT)):
        size = max(ratio[at], 1 / ratio[at])
        nearest = min(SPLITS, key=lambda known: abs(size / known - 1))
        if abs(size / nearest - 1) <= NEAR:
            sign = f"{nearest:g} for 1" if ratio[at] > 1 else f"1 for {nearest:g}"
            found.append(
                f"{ticker} went from {close[at]:g} to {close[at + 1]:g} on {days[at + 1]}, which "
                f"looks like a split of {sign}; give it as an action, or adjust the prices"
            )
    return tuple(found)
