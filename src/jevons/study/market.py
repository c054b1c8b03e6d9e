"""The market on one day: shares and benchmarks, how far each has fallen, plans, the regime."""

from collections.abc import Mapping
from datetime import date, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from jevons.facts.snapshot import Snapshot
from jevons.market import PriceHistory, PriceTable, drawdown_state, prices
from jevons.market.macro_store import MacroSeries
from jevons.market.receipts import receipt_premium
from jevons.market.regime import regime_state
from jevons.model.anchors import BUYERS
from jevons.quantiles import rounded
from jevons.valuation import Company
from jevons.valuation.multiple_history import multiple_state
from jevons.valuation.multiples import own_history
from jevons.valuation.revisions import fundamentals_state, spending_plans

if TYPE_CHECKING:
    from jevons.study.ladder_trial import LadderTrial

# Indices, as sources name them, and funds that follow one.
BENCHMARKS = ("GSPC", "^GSPC", "IXIC", "^IXIC", "SPY", "QQQ", "XLK")
VIX = ("VIX", "^VIX")
FIVE_YEARS = timedelta(days=5 * 365)
NO_BENCHMARKS = (
    "no index or fund is among the prices; take one with: jevons pull prices ^GSPC QQQ ^VIX "
    "--from yfinance"
)


class Market:
    """Prices known on one day, and what stands around them.

    Args:
        snapshot: facts known. prices: the user's own, up to the day. companies: by ticker.
        macro: macroeconomic series as they were known on the day.
    """

    def __init__(
        self,
        snapshot: Snapshot,
        prices: PriceTable | None,
        companies: Mapping[str, Company],
        macro: Mapping[str, MacroSeries],
    ) -> None:
        self.snapshot, self.prices = snapshot, prices
        self.companies, self.macro = companies, macro
        self._multiples: dict[str, dict[str, dict[str, Any]]] = {}

    def document(self) -> dict[str, Any]:
        """Benchmarks, volatility, the buyers' spending plans, the macroeconomic regime."""
        return {
            "benchmarks": self.benchmarks,
            "missing": None if self.benchmarks else NO_BENCHMARKS,
            "volatility_index": self.volatility_index,
            "spending_plans": spending_plans(self.snapshot, BUYERS),
            "regime": regime_state(self.macro, self.snapshot.as_of),
        }

    @cached_property
    def histories(self) -> PriceTable:
        """Closing prices known on the day: the facts' and the user's."""
        return prices(self.snapshot, self.prices)

    def month_ends(self, ticker: str) -> list[tuple[date, float]]:
        """The last close of every month of one company, with its day."""
        history = self.histories.of(ticker)
        return [] if history is None else month_ends(history)

    @cached_property
    def drawdowns(self) -> list[dict[str, Any]]:
        """Price, drawdown, valuation percentile and fundamentals of every company."""
        states = drawdown_state(self.snapshot, list(self.companies), self.prices)
        return [state | self._standing(state["ticker"]) for state in states]

    def _standing(self, ticker: str) -> dict[str, Any]:
        """Multiples among their own history, and whether fundamentals hold."""
        history, listed = self.histories.of(ticker), self.companies[ticker].shares_per_listed
        return {
            "valuation": multiple_state(self.snapshot, ticker, history, listed),
            "fundamentals": fundamentals_state(self.snapshot, ticker),
            "receipt": receipt_premium(self.prices or PriceTable({}), ticker),
        }

    def multiples(self, ticker: str) -> dict[str, dict[str, Any]]:
        """Enterprise multiples of one company with their percentile in its own history."""
        if ticker not in self._multiples:
            company, price = self.companies[ticker], self.state(ticker)["price"]
            closes = self.month_ends(ticker)
            self._multiples[ticker] = own_history(company, self.snapshot, closes, price)
        return self._multiples[ticker]

    @cached_property
    def trial(self) -> "LadderTrial | None":
        """The ladders' rule on the user's own prices, against its controls; None without prices."""
        if self.prices is None:
            return None
        from jevons.study.ladder_trial import ladder_trial  # brings a compiler that few runs need

        return ladder_trial(self.prices, list(self.companies))

    @property
    def benchmarks(self) -> list[dict[str, Any]]:
        """Price and drawdown of the benchmarks that the user's prices hold."""
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


def month_ends(history: PriceHistory) -> list[tuple[date, float]]:
    """The last close of every month of a history, with its day."""
    last: dict[tuple[int, int], tuple[date, float]] = {}
    for position, close in enumerate(history.close.tolist()):
        day = history.day(position)
        last[day.year, day.month] = (day, close)
    return list(last.values())
