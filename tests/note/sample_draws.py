"""Random quantities and paths for the sample figures."""

import hashlib
from collections.abc import Sequence
from typing import Any

import numpy as np

from jevons.quantiles import path, summarise

QUARTERS = [f"{year}Q{quarter}" for year in range(2023, 2031) for quarter in range(1, 5)]
DRAWS = 200


def stream(name: str) -> np.random.Generator:
    """A stream of its own for each name, so that a new entry changes no other."""
    return np.random.default_rng(int(hashlib.sha256(name.encode()).hexdigest()[:8], 16))


def quantity(name: str, middle: float, spread: float, unit: str) -> dict[str, Any]:
    """A lognormal quantity about ``middle``."""
    draws = middle * np.exp(spread * stream(name).standard_normal(DRAWS))
    return summarise(draws, unit)


def index_quantity(name: str, middle: float, spread: float) -> dict[str, Any]:
    """A normal quantity, which may be negative."""
    return summarise(middle + spread * stream(name).standard_normal(DRAWS), "1")


def growing(
    name: str,
    start: float,
    growth: float,
    unit: str,
    spread: float = 0.35,
    quarters: Sequence[str] = QUARTERS,
) -> dict[str, Any]:
    """A path that grows by ``growth`` (log a year), known until 2025Q1 and fanning out after."""
    random = stream(name)
    years = np.arange(len(quarters)) / 4
    ahead = np.maximum(years - 2.0, 0.0)
    noise = random.standard_normal((DRAWS, 1)) * np.sqrt(ahead) * spread
    level = random.standard_normal((DRAWS, 1)) * 0.08
    pace = np.where(years < 3, years, 3 + (years - 3) * 0.6)
    return path(start * np.exp(growth * pace + noise + level), unit, quarters)
