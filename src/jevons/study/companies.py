"""Figures of companies: price, drawdown, fair value, implied build-out, ladder."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import cache, cached_property
from pathlib import Path
from typing import Any, TypeVar

import jax
import numpy as np

from jevons.entry import propose
from jevons.errors import UserError, did_you_mean
from jevons.facts.snapshot import Snapshot
from jevons.market import PriceHistory, PriceTable, drawdown_state, prices, volatility_of
from jevons.market.receipts import receipt_premium
from jevons.model.priors import Z_90, Input, standard_normals
from jevons.model.revenue import exposures
from jevons.model.simulate import Experiment, simulate
from jevons.quantiles import rounded, summarise
from jevons.study.backcheck import backcheck
from jevons.study.described import with_described
from jevons.study.economics import economics
from jevons.study.ladder_trial import LadderTrial, ladder_trial
from jevons.study.value_chain import PATHS, accounts, value_chain
from jevons.valuation import (
    ChainInputs,
    Company,
    CompanyValue,
    Described,
    companies,
    driver_units,
    implied_capex,
    input_names,
    settle,
    value_company,
)
from jevons.valuation.bounds import bounds
from jevons.valuation.chain_inputs import driver
from jevons.valuation.iso_value import iso_value
from jevons.valuation.multiple_history import multiple_state
from jevons.valuation.multiples import own_history
from jevons.valuation.oversubscription import oversubscription
from jevons.valuation.revisions import fundamentals_state
from jevons.valuation.scenarios import by_region, common_factor_share, tornado

MOST_DRAWS = 100_000  # of the chain's draws that valuation uses, the first ones; bounds memory
NEEDED = ("ai_revenue", "capex_by_buyer", "ai_capex", *PATHS, *driver_units.PATHS)
# Indices, as sources name them, and funds that follow one.
BENCHMARKS = ("GSPC", "^GSPC", "IXIC", "^IXIC", "SPY", "QQQ", "XLK")
VIX = ("VIX", "^VIX")
FIVE_YEARS = timedelta(days=5 * 365)
SHARE_UNIT = "USD/share"
Points = TypeVar("Points", float, jax.Array)


@cache
def valuation_inputs() -> Mapping[str, Input]:
    """Inputs of the valuation by stream name, every company's, as declared."""
    return {
        name: entry for company in companies().values() for name, entry in settle(company).items()
    }


def declared_inputs(described: Sequence[Described]) -> Mapping[str, Input]:
    """:func:`valuation_inputs` with those of described companies."""
    own = (settle(each.company) for each in described)
    return {**valuation_inputs(), **{n: entry for inputs in own for n, entry in inputs.items()}}


def standard_points(declared: Input, moved: Input, points: Points) -> Points:
    """Points of a moved input in standard deviations of the declared one, from its own."""
    scale = declared.prior.scale
    return (moved.location - declared.location) / scale + moved.prior.scale / scale * points


class Companies:
    """Figures of the bundled companies on one day.

    Args:
        snapshot: facts known. experiment: the chain's. draws: of the study; valuation uses the
            first :data:`MOST_DRAWS` of them at most. prices: the user's own, up to the day.
        inputs: of the valuation by stream name, as declared if None; see :func:`declared_inputs`.
        described: companies of the user's own, beside the bundled ones or in their place.
    """

    def __init__(
        self,
        snapshot: Snapshot,
        experiment: Experiment,
        draws: int,
        prices: PriceTable | None,
        inputs: Mapping[str, Input] | None = None,
        described: Sequence[Described] = (),
    ) -> None:
        self.snapshot, self.experiment, self.prices = snapshot, experiment, prices
        self.declared = declared_inputs(described)
        self.inputs = self.declared if inputs is None else inputs
        self.draws = min(draws, MOST_DRAWS)
        self.described = described
        own = {each.company.ticker: each.company for each in described}
        self.all: Mapping[str, Company] = dict(companies()) | own
        self._values: dict[str, CompanyValue] = {}
        self._implied: dict[str, dict[str, Any]] = {}

    @cached_property
    def drawdowns(self) -> list[dict[str, Any]]:
        """Price, drawdown, valuation percentile and fundamentals of every company."""
        states = drawdown_state(self.snapshot, list(self.all), self.prices)
        return [state | self._standing(state["ticker"]) for state in states]

    def _standing(self, ticker: str) -> dict[str, Any]:
        """Multiples among their own history, and whether fundamentals hold."""
        history, listed = self.histories.of(ticker), self.all[ticker].shares_per_listed
        return {
            "valuation": multiple_state(self.snapshot, ticker, history, listed),
            "fundamentals": fundamentals_state(self.snapshot, ticker),
            "receipt": receipt_premium(self.prices or PriceTable({}), ticker),
        }

    @property
    def market(self) -> list[dict[str, Any]]:
        """The same of the benchmarks that the user's prices hold."""
        held = () if self.prices is None else self.prices.tickers
        names = [name for name in BENCHMARKS if name in held]
        return drawdown_state(self.snapshot, names, self.prices)

    @property
    def volatility_index(self) -> dict[str, Any] | None:
        """VIX on its last day, and its mid-rank among its last five years; None without prices."""
        held = PriceTable({}) if self.prices is None else self.prices
        found = next((held.histories[name] for name in VIX if name in held.histories), None)
        if found is None:
            return None
        recent = found.between(found.day(-1) - FIVE_YEARS, found.day(-1)).close
        rank = ((recent < recent[-1]).mean() + (recent <= recent[-1]).mean()) / 2
        return {
            "value": rounded(recent[-1]),
            "percentile": rounded(100 * rank),
            "sessions": len(recent),
            "date": found.day(-1).isoformat(),
        }

    def state(self, ticker: str) -> dict[str, Any]:
        """Price and drawdown of one company."""
        return next(row for row in self.drawdowns if row["ticker"] == ticker)

    @property
    def facts(self) -> list[str]:
        """Facts behind prices and highs."""
        return [fact_id for row in self.drawdowns for fact_id in row["facts"]]

    @property
    def value_facts(self) -> list[str]:
        """Facts behind the values."""
        return [fact_id for ticker in self.all for fact_id in self.valued(ticker).facts]

    @cached_property
    def paths(self) -> Mapping[str, np.ndarray]:
        """The chain's paths that companies need."""
        names = (*NEEDED, "spending_pools") if self.described else NEEDED
        return simulate(self.experiment, self.draws, names)

    @cached_property
    def chain(self) -> ChainInputs:
        """What valuation takes from the chain."""
        chain = ChainInputs.of(self.paths, self.experiment.setting)
        return with_described(chain, self.paths, self.experiment, self.described)

    def value_chain(self, year: int | None = None) -> dict[str, Any]:
        """One year's capital spending through the value chain.

        Args:
            year: calendar year, that of the as-of date by default.

        Raises:
            UserError: the year is not one of the chain's.
        """
        year = self.snapshot.as_of.year if year is None else year
        booked = accounts(self.paths, self.chain, self.experiment, year)
        return value_chain(booked, self.snapshot)

    @cached_property
    def normals(self) -> Mapping[str, jax.Array]:
        """Draws of every valuation input on the scale on which its declared prior is standard.

        An input whose centre or range was moved has its draws moved in the same way: the prior as
        declared then turns them into the input as moved.
        """
        drawn = standard_normals(self.experiment.seed, sorted(self.inputs), self.draws)
        declared = self.declared
        return {
            name: drawn[name]
            if entry == declared[name]
            else standard_points(declared[name], entry, drawn[name])
            for name, entry in self.inputs.items()
        }

    def _ends(self, company: Company) -> dict[str, tuple[float, float]]:
        """10 % and 90 % points of the inputs that were moved, on the scale of :attr:`normals`."""
        declared = self.declared
        return {
            name: (
                standard_points(declared[name], self.inputs[name], -Z_90),
                standard_points(declared[name], self.inputs[name], Z_90),
            )
            for name in input_names(company)
            if self.inputs[name] != declared[name]
        }

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
            price = self.state(ticker)["price"]
            self._values[ticker] = value_company(company, self.chain, self.snapshot, normals, price)
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
        return write_workbook(file, central, self.chain.median(), simulated, self.snapshot, head)

    def central(self, ticker: str) -> CompanyValue:
        """The value of one company in one draw: every input, and the chain's path, at its median.

        Raises:
            UserError: the ticker is unknown.
        """
        company, price = self.valued(ticker).company, self.valued(ticker).price
        zero = {name: np.zeros(1) for name in input_names(company)}
        return value_company(company, self.chain.median(), self.snapshot, zero, price)

    def value(self, ticker: str) -> dict[str, Any]:
        """Price and fair value of one company.

        Raises:
            UserError: the ticker is unknown.
        """
        valued = self.valued(ticker)
        state = self.state(ticker)
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
        normals = {name: self.normals[name] for name in input_names(valued.company)}
        return answer | {
            "common_factor_share": None
            if valued.per_share is None
            else common_factor_share(valued.per_share, driver(self.chain, self.snapshot.as_of)),
            "economics": economics(valued, self.chain, self.experiment, self.snapshot),
            "multiples": self.multiples(ticker),
            "bounds": bounds(valued, self.snapshot),
            "scenarios": by_region(valued, self.chain, self.snapshot),
            "tornado": tornado(
                valued, self.chain, self.snapshot, normals, self._ends(valued.company)
            ),
        }

    def backcheck(self) -> dict[str, Any]:
        """Modelled against reported revenue, quarter by quarter."""
        values = {ticker: self.valued(ticker) for ticker in self.all}
        return backcheck(self.snapshot, self.chain, values)

    def side_by_side(self) -> dict[str, Any]:
        """The build-out in every price, the same driver for all, and whether they go together."""
        rows = {ticker: self.implied(ticker) for ticker in self.all}
        return {
            "companies": list(rows.values()),
            "oversubscription": oversubscription(rows, self.chain, self.snapshot.as_of),
        }

    def values(self) -> list[dict[str, Any]]:
        """Price and fair value of every company."""
        return [self.value(ticker) for ticker in self.all]

    def implied(self, ticker: str) -> dict[str, Any]:
        """World AI capital spending in 2028 that the price implies.

        Raises:
            UserError: the ticker is unknown, or 2028 is past.
        """
        if ticker not in self._implied:
            answer = implied_capex(self.valued(ticker), self.chain, self.snapshot.as_of)
            units = driver_units.in_units(self.units, answer["scale"], self._largest_share(ticker))
            self._implied[ticker] = answer | {"units": units}
        return self._implied[ticker]

    @cached_property
    def units(self) -> driver_units.DriverUnits:
        """What translates a build-out into gigawatts and tokens."""
        return driver_units.DriverUnits(self.chain, self.paths, self.snapshot.as_of)

    def _largest_share(self, ticker: str) -> tuple[str, float] | None:
        """The pool that a company lives on, by its median exposure, and its median share."""
        own = [row for each in self.described for row in each.exposures] + list(exposures())
        rows = [row for row in own if row.ticker == ticker]
        if not rows:
            return None
        largest = max(rows, key=lambda row: row.median)
        settled = self.experiment.inputs.get(largest.name)
        return largest.pool, largest.median if settled is None else settled.quantile(0.0)

    def iso_value(self, ticker: str, name: str) -> dict[str, Any]:
        """Pairs of build-out and one input at which the median value is the price.

        Raises:
            UserError: the ticker or the input is unknown, or the company has no value or price.
        """
        valued = self.valued(ticker)
        normals = {each: self.normals[each] for each in input_names(valued.company)}
        return iso_value(valued, self.chain, self.snapshot, normals, name)

    def multiples(self, ticker: str) -> dict[str, dict[str, Any]]:
        """Market multiples of one company with their percentile in its own history."""
        history = self.histories.of(ticker)
        closes = [] if history is None else month_ends(history)
        valued = self.valued(ticker)
        return own_history(valued.company, self.snapshot, closes, valued.price)

    @cached_property
    def histories(self) -> PriceTable:
        """Closing prices known on the day: the facts' and the user's."""
        return prices(self.snapshot, self.prices)

    @cached_property
    def ladder_trial(self) -> LadderTrial:
        """The ladders' rule on the user's own prices, against its controls."""
        return ladder_trial(self.prices or PriceTable({}), list(self.all))

    def ladders(self) -> list[dict[str, Any]]:
        """A ladder for every company whose price and high are known, and what history says."""
        proposals = []
        for ticker, company in self.all.items():
            state, history = self.state(ticker), self.histories.of(ticker)
            proposal = propose(
                ticker,
                state["price"],
                state["high_52_week"],
                volatility_of(company.layer, history),
                self.valued(ticker).per_share,
                history=history,
                trial=self.ladder_trial.trial,
            )
            if proposal.rungs:
                trial = self.ladder_trial.document(ticker)
                proposals.append(proposal.document() | {"trial": trial})
        return proposals

    def documents(self, ai_revenue: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Everything the note shows of each company; ``ai_revenue``: paths by ticker."""
        return [
            self._document(company, ai_revenue.get(company.ticker)) for company in self.all.values()
        ]

    def _document(self, company: Company, ai_revenue: Any) -> dict[str, Any]:
        state, valued = self.state(company.ticker), self.valued(company.ticker)
        multiple = self.snapshot.latest(company.ticker, "forward_price_earnings")
        value = self.value(company.ticker)
        return value | {
            "name": company.name,
            "name_zh": company.name_zh,
            "layer": company.layer,
            "high_52_week": state["high_52_week"],
            "drawdown": state["drawdown"],
            "scaled_drawdown": state["scaled_drawdown"],
            "days_under_water": state["days_under_water"],
            "valuation": state["valuation"],
            "fundamentals": state["fundamentals"],
            "ai_revenue": ai_revenue,
            "revenue_ttm": None if valued.reported is None else rounded(valued.reported.revenue),
            "forward_price_earnings": None if multiple is None else multiple.central,
            "terminal_share": None
            if valued.terminal_share is None
            else rounded(np.median(valued.terminal_share)),
            "multiples": self.multiples(company.ticker),
            "bounds": bounds(valued, self.snapshot),
            "implied": self.implied(company.ticker),
        }


def month_ends(history: PriceHistory) -> list[tuple[date, float]]:
    """The last close of every month of a history, with its day."""
    last: dict[tuple[int, int], tuple[date, float]] = {}
    for position, close in enumerate(history.close.tolist()):
        day = history.day(position)
        last[day.year, day.month] = (day, close)
    return list(last.values())
