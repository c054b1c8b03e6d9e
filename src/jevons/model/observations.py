"""What was observed by a day, as the calibration reads it: which row, when, how much, how sure.

``observations.toml`` declares each series once: measurement error, model discrepancy, bias. Two
kinds of evidence are kept apart (docs/calibration.md):

* of an **origin**, a quarter some quarters before the anchor: what was reported after it, which the
  chain as it stood then would have had to foresee (capex of each buyer, NVIDIA, Broadcom);
* of the **history** up to the anchor: series that the anchored chain does not take as given
  (tokens, users, prices, electricity, laboratories).
"""

import math
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from jevons.facts.fact import Fact
from jevons.facts.snapshot import Snapshot
from jevons.model.anchors import BUYERS, PLATFORM_PARTS
from jevons.model.clock import QUARTERS, quarter_of
from jevons.model.reported import quarterly

FREE_LEVEL = 3.0  # log deviation of a level of which nothing is used


@dataclass(frozen=True, slots=True)
class Series:
    """How one observed series is held against the chain; see ``observations.toml``."""

    name: str
    meaning: str
    meaning_zh: str
    source: str
    discrepancy: Mapping[str, float]
    measurement: float = 0.0
    free: bool = False
    anchored: bool = False
    bias: Mapping[str, float] | None = None


@dataclass(frozen=True, slots=True)
class Observation:
    """One reported figure and what of the chain it is held against.

    Attributes:
        series: of ``observations.toml``. row: of :data:`jevons.model.observables.ROWS`.
        group: observations of one group share a level and a random walk, for instance a platform.
        quarters: positions on the clock whose mean the figure describes.
        value: in the unit of the row; of a ``slope``, log growth a year.
        slope: growth a year between the first and the last of ``quarters``, not a level.
        facts: behind the figure.
    """

    series: str
    row: str
    group: str
    quarters: tuple[int, ...]
    value: float
    facts: tuple[str, ...]
    slope: bool = False

    @property
    def log(self) -> float:
        """The figure on the scale on which it is compared."""
        return self.value if self.slope else math.log(self.value)

    @property
    def year(self) -> float:
        """Time in years since the clock's start."""
        return sum(self.quarters) / len(self.quarters) / 4


@cache
def series() -> Mapping[str, Series]:
    """All observed series by name, in the order of ``observations.toml``."""
    text = files("jevons.model").joinpath("observations.toml").read_text(encoding="utf-8")
    declared: dict[str, dict[str, Any]] = tomllib.loads(text)
    found = {}
    for name, entry in declared.items():
        # Buyers err alike before anything is seen, and not afterwards: each has its own deviation.
        for member in entry.pop("each", ("",)):
            each = f"{name}.{member}" if member else name
            found[each] = Series(name=each, **entry)
    return found


# Series and metric of what sellers report.
SALES: Mapping[str, tuple[str, str]] = {
    "NVDA": ("nvidia", "data_center_revenue"),
    "AVGO": ("broadcom", "ai_semiconductor_revenue"),
}


def reported_sales(snapshot: Snapshot, quarter: str) -> dict[str, float]:
    """AI revenue of each of :data:`SALES` in a quarter, USD_bn, where it is known."""
    found = {}
    for seller, (_, metric) in SALES.items():
        known = quarterly(snapshot.select(entity=seller, metric=metric))
        if quarter in known:
            found[seller] = known[quarter].central
    return found


def after_origin(snapshot: Snapshot, origin: int, last: int) -> tuple[Observation, ...]:
    """What was reported about the quarters after ``origin`` up to ``last``, by position."""
    sources = [(f"capex.{b}", f"capex_by_buyer.{b}", b, "capex_cash_ppe") for b in BUYERS]
    sources += [
        (name, f"ai_revenue.{seller}", seller, metric) for seller, (name, metric) in SALES.items()
    ]
    found = []
    for name, row, entity, metric in sources:
        known = quarterly(snapshot.select(entity=entity, metric=metric))
        for at in range(origin + 1, last + 1):
            fact = known.get(QUARTERS[at])
            if fact is not None and fact.central > 0:
                found.append(Observation(name, row, row, (at,), fact.central, (fact.fact_id,)))
    return tuple(found)


def history(
    snapshot: Snapshot, anchor: int, settled: Iterable[str] = ()
) -> tuple[Observation, ...]:
    """What was reported about the quarters up to the anchor, beyond what has settled the inputs.

    Args:
        anchor: position on the clock. settled: facts that already centre an input; a figure whose
            level is used is left out if it is among them, so that nothing counts twice.
    """
    used = set(settled)
    found = [
        *_tokens(snapshot),
        *_users(snapshot),
        *_declines(snapshot, anchor),
        *_electricity(snapshot),
        *_laboratories(snapshot),
    ]
    free = {name for name, entry in series().items() if entry.free}
    kept = [
        each
        for each in found
        if max(each.quarters) <= anchor and (each.series in free or not used & set(each.facts))
    ]
    return tuple(_telling(kept, free))


def _telling(found: Sequence[Observation], free: set[str]) -> list[Observation]:
    """Without what tells nothing: a single report of a series of which only growth is used."""
    sizes: dict[str, int] = {}
    for each in found:
        sizes[each.group] = sizes.get(each.group, 0) + 1
    return [each for each in found if each.series not in free or sizes[each.group] > 1]


def _at(day: date) -> tuple[int, ...]:
    """Position of the quarter that holds a day, nothing where it lies off the clock."""
    quarter = quarter_of(day)
    return (QUARTERS.index(quarter),) if quarter in QUARTERS else ()


def _levels(name: str, row: str, facts: Iterable[Fact]) -> list[Observation]:
    return [
        Observation(name, row, f"{row}: {fact.entity}", _at(fact.period_end), fact.central,
                    (fact.fact_id,))
        for fact in facts
        if _at(fact.period_end)
    ]  # fmt: skip


def _tokens(snapshot: Snapshot) -> list[Observation]:
    facts = snapshot.select(metric="tokens_processed_per_day")
    return _levels("tokens", "tokens", (f for f in facts if f.entity not in PLATFORM_PARTS))


def _users(snapshot: Snapshot) -> list[Observation]:
    facts = snapshot.select(entity="OpenAI ChatGPT", metric="active_users_weekly")
    return _levels("users", "users", facts)


def _declines(snapshot: Snapshot, anchor: int) -> list[Observation]:
    """Falls of price and gains of efficiency as growth a year, over their part of the clock."""
    metrics = {
        "price_decline_factor_per_year": ("price", "price_decline"),
        "price_decline_factor_total": ("price", "price_decline"),
        "efficiency_factor_per_year": ("efficiency", "efficiency_gain"),
    }
    found = []
    for metric, (name, row) in metrics.items():
        for fact in snapshot.select(metric=metric):
            start, end = fact.period_start, min(fact.period_end, snapshot.as_of)
            if start is None or not _at(end):
                continue
            middle = _geometric(fact)
            years = 1.0 if metric.endswith("per_year") else (fact.period_end - start).days / 365.25
            last = min(*_at(end), anchor)
            first = min(*(_at(start) or (0,)), last - 1)
            if first >= 0:
                found.append(
                    Observation(name, row, name, (first, last), math.log(middle) / years,
                                (fact.fact_id,), slope=True)
                )  # fmt: skip
    return found


def _geometric(fact: Fact) -> float:
    """The middle of a factor: of a range of factors, the geometric one."""
    if fact.value is None and fact.low and fact.high:
        return math.sqrt(fact.low * fact.high)
    return fact.central


def _electricity(snapshot: Snapshot) -> list[Observation]:
    facts = snapshot.select(entity="US data centres", metric="electricity_use")
    return [
        Observation("electricity", "us_electricity", "electricity", _year(fact.period_end.year),
                    fact.central, (fact.fact_id,))
        for fact in facts
        if fact.known_on > fact.period_end and _year(fact.period_end.year)
    ]  # fmt: skip


def _year(year: int) -> tuple[int, ...]:
    names = [f"{year}Q{quarter}" for quarter in range(1, 5)]
    return tuple(map(QUARTERS.index, names)) if names[0] in QUARTERS else ()


# What a laboratory's spending is for, and the row that moves with it.
SPENDING: Mapping[str, str] = {
    "compute_spend_inference": "inference_cost",
    "compute_spend_rd": "training_cost",
}


def _laboratories(snapshot: Snapshot) -> list[Observation]:
    found = []
    for entity in ("OpenAI", "Anthropic"):
        for metric, row in SPENDING.items():
            for fact in snapshot.select(entity=entity, metric=metric):
                quarters = _year(fact.period_end.year)
                if quarters and fact.days > 350 and fact.period_end <= snapshot.as_of:
                    found.append(
                        Observation("laboratories", row, f"{row}: {entity}", quarters,
                                    fact.central / 4, (fact.fact_id,))
                    )  # fmt: skip
    return found
