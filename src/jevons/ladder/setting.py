"""What every rule of a comparison shares: the budget, the costs, the yield of cash, the fills."""

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from jevons.errors import UserError
from jevons.ladder.bars import Bars
from jevons.ladder.series import ewma_volatility

Numbers = NDArray[np.float64]
DAYS_A_YEAR = 365
FILLS = ("open", "close", "limit")
TRADED = 21  # sessions over which the volume of a day is averaged
SHARES = ("half_spread", "duty", "withheld", "fx")  # costs below 1


@dataclass(frozen=True, slots=True)
class Costs:
    """What trading costs.

    Attributes:
        commission: USD a trade. per_share: USD a share. half_spread: of the price, 0.0005 is 5 bp.
        duty: of the price, on purchases and sales. withheld: share of a dividend kept as tax.
        lot: shares in a lot; 0 for fractions of a share.
        impact: c of the market impact c s sqrt(q / ADV) of the price, with s the daily volatility
            and ADV the mean daily volume, both known the day before; 0 for none.
        fx: of the price, for changing dollars into another currency and back.
    """

    commission: float = 0.0
    per_share: float = 0.0
    half_spread: float = 0.0
    duty: float = 0.0
    withheld: float = 0.0
    lot: float = 0.0
    impact: float = 0.0
    fx: float = 0.0

    def __post_init__(self) -> None:
        for name in self.__slots__:
            value = getattr(self, name)
            most = 1.0 if name in SHARES else np.inf
            if not 0 <= value < most:
                raise UserError(f"cost {name} is {value:g}; it must be 0 or more, a share below 1")


@dataclass(frozen=True, slots=True)
class Setting:
    """What every rule of a comparison shares.

    Attributes:
        budget: USD at the start. costs: of trading.
        cash_rate: what idle cash earns, 1/year, simple over calendar days.
        fill_at: orders decided on a close are filled at the next session's "open" or "close"; with
            "limit", rungs at a drawdown buy within the session, at their level or the open.
        bills: days and yields of Treasury bills, 1/year, that cash earns in place of
            ``cash_rate``; each stands from its day, on which it was known.
    """

    budget: float = 100_000.0
    costs: Costs = Costs()
    cash_rate: float = 0.0
    fill_at: str = "open"
    bills: tuple[tuple[date, float], ...] = ()

    def __post_init__(self) -> None:
        if not 0 < self.budget < np.inf:
            raise UserError(f"the budget is {self.budget:g} USD; it must be above 0")
        if not -1 < self.cash_rate < 1:
            raise UserError(f"the cash rate is {self.cash_rate:g}; write 4 % a year as 0.04")
        if self.fill_at not in FILLS:
            raise UserError(f"fills at {self.fill_at!r} are not known; use {' or '.join(FILLS)}")

    @property
    def limits(self) -> bool:
        """Whether rungs at a drawdown are limit orders within the session."""
        return self.fill_at == "limit"

    def rates(self, bars: Bars) -> Numbers:
        """The costs of trading a share, as the loop reads them."""
        costs = self.costs
        share = costs.half_spread + costs.duty
        if bars.currency != "USD":
            share += costs.fx
        return np.array(
            [costs.commission, costs.per_share, share, share, costs.withheld, costs.lot]
        )

    def yields(self, bars: Bars) -> Numbers:
        """What cash earns from each session on, 1/year, (session,).

        Raises:
            UserError: no yield of bills was known at the first session.
        """
        if not self.bills:
            return np.full(len(bars), self.cash_rate)
        days = np.array([day for day, _ in self.bills], dtype="datetime64[D]")
        last = np.searchsorted(days, bars.days, side="right") - 1
        if last[0] < 0:
            raise UserError(
                f"the prices of {bars.ticker} begin on {bars.days[0]} and the yields of bills on "
                f"{days[0]}; leave out the years before, or give one rate with --cash-rate"
            )
        return np.array([rate for _, rate in self.bills])[last]

    def idle_returns(self, bars: Bars) -> Numbers:
        """What cash earns since the session before, by the yield known then, (session,)."""
        known = self.yields(bars)
        before = np.concatenate((known[:1], known[:-1]))
        return np.asarray(before * bars.gap_days / DAYS_A_YEAR, dtype=np.float64)

    def impact(self, bars: Bars) -> Numbers:
        """Share of the price that a trade of one share costs by its size, (session,).

        A trade of q shares costs c s sqrt(q / ADV) of the price, the square-root law (Almgren and
        others 2005), so this is c s / sqrt(ADV) with what was known the day before. It is 0 until
        21 sessions are known, and without bound where nothing was traded over them.

        Raises:
            UserError: the prices have no volume.
        """
        if self.costs.impact == 0:
            return np.zeros(len(bars))
        if bars.volume is None:
            raise UserError(
                f"market impact needs the volume of {bars.ticker} in every session; add the column "
                "volume to the prices, or leave out --impact"
            )
        sigma = ewma_volatility(bars.close * bars.factor)
        # Shares of the first session, then those of each session, so that splits change nothing.
        total = np.concatenate(([0.0], np.cumsum(bars.volume / bars.factor)))
        rate = np.zeros(len(bars))
        daily = (total[TRADED:-1] - total[: -1 - TRADED]) / TRADED * bars.factor[TRADED:]
        with np.errstate(divide="ignore"):
            rate[TRADED:] = self.costs.impact * sigma[TRADED - 1 : -1] / np.sqrt(daily)
        return np.where(np.isnan(rate), 0.0, rate)
