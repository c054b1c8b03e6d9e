"""The rule of a ladder: how deep the steps are, how much each buys, what must hold."""

from collections.abc import Sequence
from dataclasses import dataclass

from jevons.entry.spacing import volatility_scaled

SESSIONS_A_YEAR = 252


@dataclass(frozen=True, slots=True)
class Rule:
    """A ladder before it is put on a share.

    Attributes:
        multiples: depth of each step below the peak in standard deviations of the horizon, rising.
            Half of one is an ordinary fall; 1.25 is the expected worst fall of a price without
            drift, sqrt(pi/2) s sqrt(T) (Magdon-Ismail and others 2004).
        shares: of the budget that each step buys, before they are made to sum to 1.
        gate: a step buys only if P(fair value > its price) is at least this.
        sessions: horizon in trading days. drift: of the price, 1/year; 0 is a martingale.
    """

    multiples: tuple[float, ...] = (0.5, 1.0, 1.5, 2.0)
    shares: tuple[float, ...] = (1.0, 2.0, 3.0, 4.0)
    gate: float = 0.5
    sessions: int = SESSIONS_A_YEAR
    drift: float = 0.0

    def __post_init__(self) -> None:
        steps = self.multiples
        if not steps or steps[0] <= 0 or list(steps) != sorted(set(steps)):
            raise ValueError(f"multiples {steps} must rise from above 0")
        if len(self.shares) != len(steps) or min(self.shares) <= 0:
            raise ValueError(f"shares {self.shares} must be one above 0 for each of {steps}")
        if not 0 < self.gate < 1 or self.sessions < 1:
            raise ValueError(f"gate {self.gate} must be in (0, 1), sessions {self.sessions} from 1")

    @property
    def years(self) -> float:
        """The horizon, T."""
        return self.sessions / SESSIONS_A_YEAR

    @property
    def weights(self) -> tuple[float, ...]:
        """Shares of the budget, summing to 1."""
        return tuple(share / sum(self.shares) for share in self.shares)

    def drawdowns(self, volatility: float) -> tuple[float, ...]:
        """Depth of each step below the peak, in (-1, 0), to a tenth of a percentage point.

        Rounded so that the text of the rule and its levels are the same.

        Raises:
            ValueError: the volatility is so small or so large that steps fall together.
        """
        depths = volatility_scaled(self.multiples, volatility, self.years)
        found = tuple(round(depth, 3) for depth in depths)
        if len(set(found)) < len(found) or not -1 < found[-1] <= found[0] < 0:
            raise ValueError(f"volatility {volatility} sets no distinct steps: {found}")
        return found

    def text(self, ticker: str, drawdowns: Sequence[float]) -> str:
        """The rule on a share, one line, in the grammar of ladders (docs/entry.md)."""
        buys = " ".join(
            f"buy {100 * weight:.4g}% of budget when dd <= {100 * depth:.1f}% "
            f"and p(fv>px) >= {self.gate:g}"
            for weight, depth in zip(self.weights, drawdowns, strict=True)
        )
        guards = f"rearm never max_tranches {len(drawdowns)} halt_if thesis_false"
        return f"ladder {ticker} on peak(lookback=252, field=high) {{ {buys} {guards} }}"
