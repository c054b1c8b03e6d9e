"""Figures of companies: fair value, what moves it, the value chain."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from jevons.errors import UserError, did_you_mean
from jevons.model.simulate import Experiment
from jevons.quantiles import rounded, summarise
from jevons.study.backcheck import backcheck
from jevons.study.described import with_described
from jevons.study.economics import economics
from jevons.study.implied_prices import ImpliedPrices
from jevons.study.market import Market
from jevons.study.on_demand import OnDemand, together
from jevons.study.run import Run
from jevons.study.valuation_inputs import ValuationInputs
from jevons.study.value_chain import PATHS, accounts, needed_inputs, value_chain
from jevons.study.value_drivers import value_drivers
from jevons.valuation import (
    ChainInputs,
    Company,
    CompanyValue,
    Described,
    driver_units,
    input_names,
    value_company,
)
from jevons.valuation.bounds import bounds
from jevons.valuation.chain_inputs import UNIT_PRICES, driver
from jevons.valuation.scenarios import by_region, common_factor_share, tornado

MOST_DRAWS = 100_000  # of the chain's draws that valuation uses, the first ones; bounds memory
NEEDED = ("ai_revenue", "ai_capex_by_buyer", "ai_capex", *PATHS, *driver_units.PATHS)
SHARE_UNIT = "USD/share"
# What the note shows of a company: what needs no simulation, and what its value is.
SHOWN = (
    "ticker", "name", "name_zh", "layer", "currency", "price", "price_date", "high_52_week",
    "drawdown", "scaled_drawdown", "days_under_water", "valuation", "fundamentals",
    "forward_price_earnings",
)  # fmt: skip
WORTH = ("fair_value", "p_above_price", "missing", "warnings")


class Companies:
    """Figures of the companies on one day.

    Args:
        quoted: their prices. run: the chain's; valuation uses the first :data:`MOST_DRAWS` draws of
            it at most. inputs: of the valuation. described: those of the companies that a user
            describes.
    """

    def __init__(
        self,
        quoted: Market,
        run: Run,
        inputs: ValuationInputs,
        described: Sequence[Described] = (),
    ) -> None:
        self.quoted, self.snapshot, self.all = quoted, quoted.snapshot, quoted.companies
        self.run, self.experiment = run, run.experiment
        self.draws = min(run.draws, MOST_DRAWS)
        self.inputs, self.described = inputs, described
        self._values: dict[str, CompanyValue] = {}

    @property
    def value_facts(self) -> list[str]:
        """Facts behind the values."""
        return [fact_id for ticker in self.all for fact_id in self.valued(ticker).facts]

    @cached_property
    def paths(self) -> Mapping[str, np.ndarray]:
        """The chain's paths that companies need."""
        return self.run.paths(self.needed, self.draws)

    @property
    def needed(self) -> tuple[str, ...]:
        """Names of those paths."""
        return (*NEEDED, "spending_pools") if self.described else NEEDED

    @cached_property
    def chain(self) -> ChainInputs:
        """What valuation takes from the chain."""
        return self.chain_of(self.paths, self.experiment, self.run.inputs(UNIT_PRICES, self.draws))

    def chain_of(
        self,
        paths: Mapping[str, np.ndarray],
        experiment: Experiment,
        unit_prices: Mapping[str, np.ndarray],
    ) -> ChainInputs:
        """The same of another experiment, from its paths and prices over the same draws."""
        chain = ChainInputs.of(paths)
        chain = replace(chain, unit_prices=unit_prices)
        return with_described(chain, paths, experiment, self.described)

    def value_chain(self, year: int | None = None) -> dict[str, Any]:
        """One year's capital spending through the value chain.

        Args:
            year: calendar year, that of the as-of date by default.

        Raises:
            UserError: the year is not one of the chain's.
        """
        year = self.snapshot.as_of.year if year is None else year
        drawn = self.run.inputs(needed_inputs(), self.draws)
        booked = accounts(self.paths, self.chain, drawn, year)
        return value_chain(booked, self.snapshot)

    @cached_property
    def normals(self) -> Mapping[str, np.ndarray]:
        """Draws of every input of the valuation; see :meth:`ValuationInputs.normals`."""
        return self.inputs.normals(self.experiment.seed, self.draws)

    def valued(self, ticker: str) -> CompanyValue:
        """The value of one company, computed once.

        Raises:
            UserError: the ticker is unknown.
        """
        if ticker not in self.all:
            raise UserError(f"unknown ticker '{ticker}'{did_you_mean(ticker, self.all)}")
        company = self.all[ticker]
        if ticker not in self._values:
            normals = {name: self.normals[name] for name in input_names(company)}
            price = self.quoted.state(ticker)["price"]
            found = value_company(company, self.chain, self.snapshot, normals, price)
            self._values[ticker] = self._with_facts(found)
        return self._values[ticker]

    def workbook(self, ticker: str, file: Path, head: Mapping[str, Any]) -> dict[str, Any]:
        """Write the central case of one company with live formulas.

        Args:
            head: what fixes the figures, by name.

        Raises:
            UserError: the ticker is unknown, has no value, or the file cannot be written.
        """
        from jevons.study.workbook import write_workbook  # a spreadsheet library, rarely needed

        simulated, central = self.valued(ticker), self.central(ticker)
        settled = self.inputs.settled
        return write_workbook(
            file, central, self.chain.median(), simulated, self.snapshot, settled, head
        )

    def central(self, ticker: str) -> CompanyValue:
        """The value of one company in one draw: every input, and the chain's path, at its median.

        Raises:
            UserError: the ticker is unknown.
        """
        company, price = self.valued(ticker).company, self.valued(ticker).price
        centre = self.inputs.centre(company)
        found = value_company(company, self.chain.median(), self.snapshot, centre, price)
        return self._with_facts(found)

    def _with_facts(self, value: CompanyValue) -> CompanyValue:
        """A value with the facts that its inputs are centred on."""
        inputs = (self.inputs.settled[name] for name in input_names(value.company))
        more = [each for entry in inputs for each in entry.facts]
        return replace(value, facts=(*value.facts, *more))

    def value(self, ticker: str) -> dict[str, Any]:
        """Price and fair value of one company.

        Raises:
            UserError: the ticker is unknown.
        """
        valued = self.valued(ticker)
        state = self.quoted.state(ticker)
        per_share = valued.per_share
        unit = SHARE_UNIT if valued.company.currency == "USD" else valued.company.currency
        return {
            "ticker": ticker,
            "price": state["price"],
            "price_date": state["price_date"],
            "currency": valued.company.currency,
            "fair_value": None if per_share is None else summarise(per_share, unit),
            "p_above_price": None
            if valued.p_above_price is None
            else rounded(valued.p_above_price),
            "missing": valued.missing or (None if state["price"] else state["missing"]),
            "warnings": list(valued.warnings),
        }

    def explained(self, ticker: str) -> dict[str, Any]:
        """Value of one company with its bull, base and bear, its common factor and its tornado.

        Raises:
            UserError: the ticker is unknown, or 2028 is past.
        """
        answer, valued = self.value(ticker), self.valued(ticker)
        return answer | {
            "common_factor_share": None
            if valued.per_share is None
            else common_factor_share(valued.per_share, driver(self.chain, self.snapshot.as_of)),
            "economics": economics(valued, self.chain, self.snapshot),
            "multiples": self.multiples(ticker),
            "bounds": bounds(valued, self.snapshot),
            "scenarios": by_region(valued, self.chain, self.snapshot),
            "tornado": self._tornado(valued),
        }

    def drivers(self, ticker: str) -> dict[str, Any]:
        """Which assumptions move a value most; see :mod:`jevons.study.value_drivers`.

        Raises:
            UserError: the ticker is unknown, or 2028 is past.
        """
        valued = self.valued(ticker)
        rows = self._tornado(valued)
        entries = self.experiment.inputs
        drawn = self.run.inputs(list(entries), self.draws)
        own = input_names(valued.company)
        drawn |= {name: np.asarray(self.normals[name]) for name in own}
        known = {**entries, **{name: self.inputs.settled[name] for name in own}}
        return value_drivers(valued, rows, drawn, known)

    def _tornado(self, valued: CompanyValue) -> list[dict[str, Any]]:
        normals = {name: self.normals[name] for name in input_names(valued.company)}
        ends = self.inputs.ends(valued.company)
        return tornado(valued, self.chain, self.snapshot, normals, ends)

    def backcheck(self) -> dict[str, Any]:
        """Modelled against reported revenue, quarter by quarter."""
        values = {ticker: self.valued(ticker) for ticker in self.all}
        return backcheck(self.snapshot, self.chain, values)

    @cached_property
    def implied(self) -> ImpliedPrices:
        """What the prices already assume."""
        return ImpliedPrices(self)

    def values(self) -> list[dict[str, Any]]:
        """Price and fair value of every company."""
        return [self.value(ticker) for ticker in self.all]

    def multiples(self, ticker: str) -> dict[str, dict[str, Any]]:
        """Market multiples of one company with their percentile in its own history."""
        return self.quoted.multiples(ticker)

    def documents(self, ai_revenue: Callable[[], Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        """Everything the note shows of each company, each part computed when it is read.

        Args:
            ai_revenue: gives the paths of AI revenue by ticker.
        """
        return [self._document(company, ai_revenue) for company in self.all.values()]

    def _document(
        self, company: Company, ai_revenue: Callable[[], Mapping[str, Any]]
    ) -> Mapping[str, Any]:
        ticker = company.ticker
        multiple = self.snapshot.latest(ticker, "forward_price_earnings")
        known = self.quoted.state(ticker) | {
            "ticker": ticker,
            "currency": company.currency,
            "name": company.name,
            "name_zh": company.name_zh,
            "layer": company.layer,
            "forward_price_earnings": None if multiple is None else multiple.central,
        }
        return OnDemand(
            together(SHOWN, lambda: known)
            | together(WORTH, lambda: self.value(ticker))
            | {
                "ai_revenue": lambda _: ai_revenue().get(ticker),
                "revenue_ttm": lambda _: self._revenue(ticker),
                "terminal_share": lambda _: self._terminal_share(ticker),
                "multiples": lambda _: self.multiples(ticker),
                "bounds": lambda _: bounds(self.valued(ticker), self.snapshot),
                "implied": lambda _: self.implied.of(ticker),
            }
        )

    def _revenue(self, ticker: str) -> Any:
        """Reported revenue of the last year, USD_bn; None where it is not known."""
        reported = self.valued(ticker).reported
        return None if reported is None else rounded(reported.revenue)

    def _terminal_share(self, ticker: str) -> Any:
        """Median share of the value that lies beyond the forecast; None without a value."""
        share = self.valued(ticker).terminal_share
        return None if share is None else rounded(np.median(share))
