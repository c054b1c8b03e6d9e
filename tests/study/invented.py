"""Invented reports, and one real experiment that the tests of the study share."""

from collections.abc import Iterable
from datetime import date, timedelta
from functools import cache

from jevons.facts import Store, load
from jevons.facts.fact import Fact
from jevons.facts.snapshot import Snapshot
from jevons.model.simulate import Experiment
from jevons.study.reports import Reports

AS_OF = date(2025, 3, 11)


@cache
def store() -> Store:
    """The bundled facts."""
    return load()


@cache
def experiment() -> Experiment:
    """The bundled facts as of 2025-03-11: history to 2024Q4, forecast from 2025Q1."""
    return Experiment.of(store().as_of(AS_OF), 2025)


@cache
def reports() -> Reports:
    """The reports of :func:`experiment`, which wander as declared."""
    return Reports.of(store().as_of(AS_OF), experiment(), None)


def fact(
    entity: str,
    metric: str,
    value: float,
    start: date,
    end: date,
    *,
    stated_by: str = "company",
    known_on: date | None = None,
    fact_id: str = "",
) -> Fact:
    """A fact known a month after its period unless said otherwise; its id is what it says."""
    return Fact(
        fact_id=fact_id or f"{entity}/{metric}/{end}",
        entity=entity,
        metric=metric,
        period_start=start,
        period_end=end,
        value=value,
        low=None,
        high=None,
        unit="1",
        stated_by=stated_by,
        known_on=end + timedelta(days=30) if known_on is None else known_on,
        recorded_on=date(2026, 1, 1),
        source_title="Report",
        source_url="https://example.org/report",
        note="",
    )


def quarters(entity: str, metric: str, first_year: int, values: Iterable[float]) -> list[Fact]:
    """Facts of consecutive calendar quarters from the first of a year."""
    starts = [date(first_year + n // 4, n % 4 * 3 + 1, 1) for n in range(41)]
    return [
        fact(entity, metric, value, starts[n], starts[n + 1] - timedelta(days=1))
        for n, value in enumerate(values)
    ]


def revenue() -> list[Fact]:
    """NVIDIA's data-centre revenue of 2023 and 2024 in USD_bn: 4, 5, ... 11."""
    return quarters("NVDA", "data_center_revenue", 2023, [4.0 + n for n in range(8)])


def known(*facts: Fact, as_of: date = AS_OF) -> Snapshot:
    """A snapshot of invented facts."""
    return Store(facts).as_of(as_of)
