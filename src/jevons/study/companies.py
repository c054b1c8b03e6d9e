"""Figures of companies: price, drawdown, fair value, implied build-out, ladder."""

from collections.abc import Mapping
from datetime import timedelta
from functools import cache, cached_property
from typing import Any, TypeVar

import jax
import numpy as np

from jevons.entry import propose
from jevons.facts.snapshot import Snapshot
from jevons.market import PriceTable, drawdown_state, prices, volatility_of
from jevons.market.receipts import receipt_premium
from jevons.model.priors import Z_90, Input, standard_normals
from jevons.model.simulate import Experiment, simulate
from jevons.quantiles import rounded, summarise
from jevons.study.backcheck import backcheck
from jevons.study.ladder_trial import LadderTrial, ladder_trial
from jevons.valuation import (
    ChainInputs,
    Company,
    CompanyValue,
    companies,
    company_of,
    implied_capex,
    input_names,
    settle,
    value_company,
)
from jevons.valuation.chain_inputs import driver
from jevons.valuation.multiple_history import multiple_state
from jevons.valuation.oversubscription import oversubscription
from jevons.valuation.revisions import fundamentals_state
from jevons.valuation.scenarios import by_region, common_factor_share, tornado

MOST_DRAWS = 100_000  # of the chain's draws that valuation uses, the first ones; bounds memory
NEEDED = ("ai_revenue", "capex_by_buyer", "ai_capex")
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


def standard_points(declared: Input, moved: Input, points: Points) -> Points:
    """Points of a moved input in standard deviations of the declared one, from its own."""
    scale = declared.prior.scale
    return (moved.location - declared.location) / scale + moved.prior.scale / scale * points


class Companies:
    """Figures of the bundled companies on one day.

    Args:
        snapshot: facts known. experiment: the chain's. draws: of the study; valuation uses the
            first :data:`MOST_DRAWS` of them at most. prices: the user's own, up to the day.
        inputs: of the valuation by stream name, as declared if None; see :func:`valuation_inputs`.
    """

    def __init__(
        self,
        snapshot: Snapshot,
        experiment: Experiment,
        draws: int,
        prices: PriceTable | None,
        inputs: Mapping[str, Input] | None = None,
    ) -> None:
        self.snapshot, self.experiment, self.prices = snapshot, experiment, prices
        self.inputs = valuation_inputs() if inputs is None else inputs
        self.draws = min(draws, MOST_DRAWS)
        self._values: dict[str, CompanyValue] = {}
        self._implied: dict[str, dict[str, Any]] = {}

    @cached_property
    def drawdowns(self) -> list[dict[str, Any]]:
        """Price, drawdown, valuation percentile and fundamentals of every company."""
        states = drawdown_state(self.snapshot, list(companies()), self.prices)
        return [state | self._standing(state["ticker"]) for state in states]

    def _standing(self, ticker: str) -> dict[str, Any]:
        """Multiples among their own history, and whether fundamentals hold."""
        history, listed = self.histories.of(ticker), companies()[ticker].shares_per_listed
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
        return [fact_id for ticker in companies() for fact_id in self.valued(ticker).facts]

    @cached_property
    def chain(self) -> ChainInputs:
        """The chain's paths that valuation needs."""
        paths = simulate(self.experiment, self.draws, NEEDED)
        return ChainInputs.of(paths, self.experiment.setting)

    @cached_property
    def normals(self) -> Mapping[str, jax.Array]:
        """Draws of every valuation input on the scale on which its declared prior is standard.

        An input whose centre or range was moved has its draws moved in the same way: the prior as
        declared then turns them into the input as moved.
        """
        drawn = standard_normals(self.experiment.seed, sorted(self.inputs), self.draws)
        declared = valuation_inputs()
        return {
            name: drawn[name]
            if entry == declared[name]
            else standard_points(declared[name], entry, drawn[name])
            for name, entry in self.inputs.items()
        }

    def _ends(self, company: Company) -> dict[str, tuple[float, float]]:
        """10 % and 90 % points of the inputs that were moved, on the scale of :attr:`normals`."""
        declared = valuation_inputs()
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
        company = company_of(ticker)
        if ticker not in self._values:
            normals = {name: self.normals[name] for name in input_names(company)}
            price = self.state(ticker)["price"]
            self._values[ticker] = value_company(company, self.chain, self.snapshot, normals, price)
        return self._values[ticker]

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
            "missing": valued.missing or state["missing"],
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
            "scenarios": by_region(valued, self.chain, self.snapshot),
            "tornado": tornado(
                valued, self.chain, self.snapshot, normals, self._ends(valued.company)
            ),
        }

    def backcheck(self) -> dict[str, Any]:
        """Modelled against reported AI revenue, quarter by quarter."""
        return backcheck(self.snapshot, self.chain)

    def side_by_side(self) -> dict[str, Any]:
        """The build-out in every price, the same driver for all, and whether they go together."""
        rows = {ticker: self.implied(ticker) for ticker in companies()}
        return {
            "companies": list(rows.values()),
            "oversubscription": oversubscription(rows, self.chain, self.snapshot.as_of),
        }

    def values(self) -> list[dict[str, Any]]:
        """Price and fair value of every company."""
        return [self.value(ticker) for ticker in companies()]

    def implied(self, ticker: str) -> dict[str, Any]:
        """World AI capital spending in 2028 that the price implies.

        Raises:
            UserError: the ticker is unknown, or 2028 is past.
        """
        if ticker not in self._implied:
            self._implied[ticker] = implied_capex(
                self.valued(ticker), self.chain, self.snapshot.as_of
            )
        return self._implied[ticker]

    @cached_property
    def histories(self) -> PriceTable:
        """Closing prices known on the day: the facts' and the user's."""
        return prices(self.snapshot, self.prices)

    @cached_property
    def ladder_trial(self) -> LadderTrial:
        """The ladders' rule on the user's own prices, against its controls."""
        return ladder_trial(self.prices or PriceTable({}), list(companies()))

    def ladders(self) -> list[dict[str, Any]]:
        """A ladder for every company whose price and high are known, and what history says."""
        proposals = []
        for ticker, company in companies().items():
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
            self._document(company, ai_revenue.get(company.ticker))
            for company in companies().values()
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
            "implied": self.implied(company.ticker),
        }
