"""What outcomes teach about each link of the chain: scores over baselines, and a lesson."""

from collections.abc import Mapping, Sequence
from datetime import date
from statistics import median
from typing import Any

import numpy as np

from jevons.model.clock import quarter_of
from jevons.model.measurements import IDLE, TIME_PER_TOKEN, measurements
from jevons.quantiles import rounded

HELD, NARROW = 1.25, 0.7  # ratio within which a median held; share inside 5-95 % below: too narrow
WITHIN = 1.6  # a factor: a measured speed so near to the roofline's counts as inside


def scores(outcomes: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Coverage, and skill: 1 less mean CRPS over that of a baseline, where it has one."""
    return {
        "outcomes": len(outcomes),
        "coverage_50": mean([row["inside_50"] for row in outcomes]),
        "coverage_90": mean([row["inside_90"] for row in outcomes]),
        "ratio": rounded(median(row["ratio"] for row in outcomes)) if outcomes else None,
        "skill": _skill(outcomes, "crps_random_walk"),
        "skill_no_change": _skill(outcomes, "crps_no_change"),
    }


def _skill(outcomes: Sequence[Mapping[str, Any]], baseline: str) -> float | None:
    """1 less the sum of CRPS over that of a baseline, over the outcomes that have both."""
    both = [row for row in outcomes if row[baseline] is not None]
    theirs = sum(row[baseline] for row in both)
    return float(rounded(1 - sum(row["crps"] for row in both) / theirs)) if theirs else None


def link(name: str, rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Scores of one quantity's outcomes, and the lesson."""
    found = scores(rows)
    last = max(rows, key=lambda row: row["quarter"])
    return {
        "quantity": name,
        **found,
        "lesson": lesson(found["ratio"], found["coverage_90"]),
        "last_quarter": last["quarter"],
    }


def lesson(ratio: float, inside: float | None) -> str:
    """What a ratio of outcome over median, and the share inside the range, teach.

    >>> lesson(1.3, 0.9), lesson(0.5, 0.9), lesson(1.1, 0.4), lesson(1.1, 0.9)
    ('too_low', 'too_high', 'too_narrow', 'held')
    """
    if ratio > HELD:
        return "too_low"
    if ratio < 1 / HELD:
        return "too_high"
    return "too_narrow" if inside is not None and inside < NARROW else "held"


def mean(values: Sequence[float | bool]) -> float | None:
    """Mean, or nothing where there is nothing to average."""
    return float(rounded(np.mean(values))) if values else None


def served(then: date, until: date) -> list[dict[str, Any]]:
    """The link of efficiency: speeds measured after a day beside that day's roofline.

    The factors are those known on the earlier day. The ratio is measured over predicted speed, and
    a measurement within a factor of :data:`WITHIN` counts as inside. One row, or none.
    """
    new = [
        row
        for row in measurements()
        if then.isoformat() < row.known_on <= until.isoformat() and row.case_id != IDLE
    ]
    if not new:
        return []
    ratios = []
    for row in new:
        ratio = row.value / row.predicted(then)
        ratios.append(1 / ratio if row.metric == TIME_PER_TOKEN else ratio)
    inside = [1 / WITHIN <= ratio <= WITHIN for ratio in ratios]
    last = date.fromisoformat(max(row.known_on for row in new))
    return [_compared("service_rate", ratios, inside, quarter_of(last))]


def valued(shares: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The link of valuation: prices on the later day over the values of the earlier one."""
    rows = [row for row in shares if row["fair_value"]]
    if not rows:
        return []
    ratios = [row["price_after"] / row["fair_value"] for row in rows]
    inside = [
        low <= row["price_after"] <= high for row in rows for low, high in [row["fair_value_range"]]
    ]
    last = date.fromisoformat(max(row["price_after_date"] for row in rows))
    return [_compared("fair_value", ratios, inside, quarter_of(last))]


def _compared(
    name: str, ratios: Sequence[float], inside: Sequence[bool], quarter: str
) -> dict[str, Any]:
    """A link whose outcomes are no quarters of a path, so that it has no CRPS and no baseline."""
    ratio, share = float(rounded(median(ratios))), mean(inside)
    return {
        "quantity": name,
        "outcomes": len(ratios),
        "coverage_50": None,
        "coverage_90": share,
        "ratio": ratio,
        "skill": None,
        "skill_no_change": None,
        "lesson": lesson(ratio, share),
        "last_quarter": quarter,
    }
