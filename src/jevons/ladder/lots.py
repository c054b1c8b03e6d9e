"""Tax lots: what each sale sold, first in first out, and what it brought."""

from collections import deque
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from jevons.ladder import layout
from jevons.ladder.run import Run
from jevons.quantiles import rounded

NONE_LEFT = 1e-12  # share of a lot that is rounding


@dataclass(frozen=True, slots=True)
class Lot:
    """Shares bought together, and as far as they are sold, sold together.

    Attributes:
        shares: in shares of the day of ``sold``, or of the last session. cost: USD with fees.
        gross: USD without fees. proceeds: USD after fees; None while they are held.
    """

    ticker: str
    bought: date
    sold: date | None
    shares: float
    cost: float
    gross: float
    proceeds: float | None

    @property
    def gain(self) -> float:
        """USD won by its sale, after fees; 0 while it is held."""
        return 0.0 if self.proceeds is None else self.proceeds - self.cost

    def document(self) -> dict[str, Any]:
        """The lot as reports show it."""
        sold, proceeds = self.sold, self.proceeds
        return {
            "ticker": self.ticker,
            "bought": str(self.bought),
            "sold": None if sold is None else str(sold),
            "days": None if sold is None else (sold - self.bought).days,
            "shares": rounded(self.shares),
            "cost_usd": rounded(self.cost),
            "proceeds_usd": None if proceeds is None else rounded(proceeds),
            "gain_usd": None if proceeds is None else rounded(self.gain),
        }


def tax_lots(result: Run) -> list[Lot]:
    """Lots of a run in the order of their sales, then those held at the end.

    A sale takes the oldest shares first; its fees are spread over them. A split changes the
    number of shares of a lot, and neither its cost nor its day.
    """
    factor, days = result.bars.factor, result.bars.days.astype(object)
    held: deque[Lot] = deque()  # in shares of the first session
    found = []
    for fill in result.fills:
        at, count = int(fill[layout.FILLED]), float(fill[layout.COUNT])
        value = abs(count) * float(fill[layout.PRICE])
        shares = abs(count) / float(factor[at])
        if count > 0:
            cost = value + float(fill[layout.COST])
            held.append(Lot(result.bars.ticker, days[at], None, shares, cost, value, None))
            continue
        left, proceeds = shares, value - float(fill[layout.COST])
        while held and left > NONE_LEFT * shares:
            lot = held.popleft()
            part = min(1.0, left / lot.shares)
            sold = _part(lot, part)
            got = proceeds * sold.shares / shares
            sold = replace(sold, sold=days[at], proceeds=got, shares=sold.shares * factor[at])
            found.append(sold)
            left -= lot.shares * part
            if 1 - part > NONE_LEFT:
                held.appendleft(_part(lot, 1 - part))
    return found + [replace(lot, shares=float(lot.shares * factor[-1])) for lot in held]


def _part(lot: Lot, part: float) -> Lot:
    return replace(lot, shares=lot.shares * part, cost=lot.cost * part, gross=lot.gross * part)
