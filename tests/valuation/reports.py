"""A snapshot of invented reports, so that every number in a test can be worked by hand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import cast

import numpy as np

from jevons.facts.snapshot import Snapshot
from jevons.model.clock import QUARTERS
from jevons.valuation.chain_inputs import ChainInputs
from jevons.valuation.company import Company
from jevons.valuation.priors import input_names

AS_OF = date(2025, 3, 11)
DRAWS = 400


@dataclass(frozen=True)
class Report:
    """The part of a fact that valuation reads."""

    entity: str
    metric: str
    period_start: date | None
    period_end: date
    central: float
    unit: str

    @property
    def fact_id(self) -> str:
        return f"{self.entity}-{self.metric}-{self.period_end}"


@dataclass(frozen=True)
class Reports:
    """A snapshot over a few reports."""

    reports: Sequence[Report]
    as_of: date = AS_OF

    def select(
        self, entity: str | None = None, metric: str | None = None, stated_by: str | None = None
    ) -> tuple[Report, ...]:
        return tuple(r for r in self.reports if (r.entity, r.metric) == (entity, metric))

    def latest(self, entity: str, metric: str, stated_by: str | None = None) -> Report | None:
        return max(self.select(entity, metric), key=lambda r: r.period_end, default=None)


def year(ticker: str, metric: str, amount: float, unit: str = "USD_bn") -> Report:
    return Report(ticker, metric, date(2024, 1, 1), date(2024, 12, 31), amount, unit)


def at_year_end(ticker: str, metric: str, amount: float, unit: str = "USD_bn") -> Report:
    return Report(ticker, metric, None, date(2024, 12, 31), amount, unit)


def annual_report(ticker: str, *, money: float = 1.0, shares: float = 2.0e9) -> list[Report]:
    """Revenue 100, operating income 40, debt 10, cash 30 (all times ``money``, USD_bn)."""
    return [
        year(ticker, "total_revenue", 100 * money),
        year(ticker, "operating_income", 40 * money),
        at_year_end(ticker, "total_debt", 10 * money),
        at_year_end(ticker, "cash_and_investments", 30 * money),
        at_year_end(ticker, "shares_outstanding", shares, "share"),
    ]


def snapshot(reports: Sequence[Report], as_of: date = AS_OF) -> Snapshot:
    return cast(Snapshot, Reports(reports, as_of))


def chain(ticker: str, *, money: float = 1.0, draws: int = DRAWS, seed: int = 7) -> ChainInputs:
    """AI spending that grows by 5 % a quarter, with a level that differs by draw."""
    level = np.random.default_rng(seed).lognormal(0.0, 0.2, (draws, 1))
    path = level * 1.05 ** np.arange(len(QUARTERS))
    prices = {"electricity_contract_price": 75 * level[:, 0], "gas_netback": 2.7 * level[:, 0]}
    paths = {ticker: 4 * money * path}, {ticker: 6 * money * path}, 60 * money * path
    return ChainInputs(*paths, unit_prices=prices)


def normals(company: Company, draws: int = DRAWS) -> dict[str, np.ndarray]:
    """Standard normal draws for each input, reproducible and independent of one another."""
    generator = np.random.default_rng(11)
    return {name: generator.standard_normal(draws) for name in input_names(company)}
