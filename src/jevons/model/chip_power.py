"""Gigawatts from chip counts: the arithmetic that Morgan Stanley describes and does not publish.

    US GW added = sum over years and product lines of
                  units x all-in IT watts x PUE x US share x coincidence

Units are forecasts of public sources where they were known by the day, assumptions of
``chip_volumes.csv`` before. PUE, US share and coincidence are the chain's own inputs: only their
product is identified by the published demand. Docs: power.md.
"""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files

from jevons.facts.fact import Fact
from jevons.facts.snapshot import Snapshot

FIRST_YEAR, LAST_YEAR = 2025, 2028  # the published window
FORECAST_ENTITY: Mapping[str, str] = {"NVIDIA": "NVIDIA", "TPU": "Google TPU"}
DIES = "NVIDIA Blackwell+Rubin dies"  # counted by the company over 2025 and 2026, two a package


@dataclass(frozen=True, slots=True)
class ChipVolume:
    """Chips of one product line shipped in one year.

    ``million_units``: packages. ``watts``: all-in IT power of one, before PUE. ``fact``: the
    forecast that the units come from, none where they are an assumption.
    """

    line: str
    year: int
    million_units: float
    watts: float
    source: str
    fact: str | None = None

    @property
    def gigawatts(self) -> float:
        """IT power of the year's chips, GW.

        >>> ChipVolume("NVIDIA", 2027, 8.0, 2975.0, "").gigawatts
        23.8
        """
        return self.million_units * self.watts / 1e3


@cache
def assumed_volumes() -> tuple[ChipVolume, ...]:
    """The table of ``chip_volumes.csv``: every line and year of the window."""
    text = files("jevons.model").joinpath("chip_volumes.csv").read_text(encoding="utf-8")
    return tuple(
        ChipVolume(
            row["line"],
            int(row["year"]),
            float(row["million_units"]),
            float(row["watts"]),
            row["source"],
        )
        for row in csv.DictReader(text.splitlines())
    )


def known_volumes(snapshot: Snapshot) -> tuple[ChipVolume, ...]:
    """The table with what was forecast by the snapshot's day in place of assumptions."""
    return tuple(_known(volume, snapshot) for volume in assumed_volumes())


def _known(volume: ChipVolume, snapshot: Snapshot) -> ChipVolume:
    """The volume by the last forecast known, else by NVIDIA's count of dies, else as assumed."""
    entity = FORECAST_ENTITY.get(volume.line)
    fact = None if entity is None else _forecast(snapshot, entity, volume.year)
    if fact is not None:
        return _stated(volume, fact.central / 1e6, fact)
    dies = _dies(snapshot)
    if dies is None or (volume.line, volume.year) != ("NVIDIA", 2026):
        return volume
    before = next(v for v in assumed_volumes() if (v.line, v.year) == ("NVIDIA", 2025))
    units = dies.central / 2 / 1e6 - before.million_units
    return _stated(volume, units, dies)


def _stated(volume: ChipVolume, million_units: float, fact: Fact) -> ChipVolume:
    return replace(volume, million_units=million_units, source=fact.source_title, fact=fact.fact_id)


def _forecast(snapshot: Snapshot, entity: str, year: int) -> Fact | None:
    """The last forecast published by then for a calendar year, whoever made it."""
    facts = [
        fact
        for fact in snapshot.select(entity=entity, metric="forecast_units")
        if fact.period_start is not None and fact.period_start.year == fact.period_end.year == year
    ]
    return max(facts, key=lambda fact: (fact.known_on, fact.stated_by), default=None)


def _dies(snapshot: Snapshot) -> Fact | None:
    facts = snapshot.select(entity=DIES, metric="forecast_units")
    return max(facts, key=lambda fact: fact.known_on, default=None)


def it_gigawatts(volumes: Sequence[ChipVolume]) -> float:
    """World IT power of all chips, GW."""
    return sum(volume.gigawatts for volume in volumes)


def capacity_path(start: float, end: float, years: float, until: float) -> float:
    """GW added when a stock goes on growing at its own constant rate.

    Args:
        start, end: GW at the beginning and after ``years``. until: years from the beginning.

    >>> round(capacity_path(40.0, 79.0, 3.0, 4.0), 1)
    59.1
    """
    growth: float = (end / start) ** (until / years)
    return start * (growth - 1)


@dataclass(frozen=True, slots=True)
class Shortfall:
    """The published identity, GW.

    gross = demand - under construction - grid;  net = gross - realisation x options.
    """

    demand: float
    under_construction: float
    grid: float
    options: float = 0.0

    @property
    def gross(self) -> float:
        """Demand that firm supply leaves, GW; negative where it leaves none."""
        return self.demand - self.under_construction - self.grid

    def net(self, realisation: float) -> float:
        """What is left when a share of the announced options is built in time, GW."""
        return self.gross - realisation * self.options

    def realisation_for(self, net: float) -> float:
        """The share of the options that a published net shortfall takes for granted.

        >>> round(Shortfall(69, 10, 15, 46.5).realisation_for(13.0), 2)
        0.67
        """
        return (self.gross - net) / self.options
