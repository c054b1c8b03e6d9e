"""What the tests of a rule read: numbers known at the close of each session.

Every number of session t uses sessions up to t alone, bit for bit: prices are made comparable by
the splits so far, never by later ones.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date

import numpy as np
from numpy.typing import NDArray

from jevons.errors import UserError
from jevons.ladder import layout
from jevons.ladder.bars import Bars
from jevons.ladder.compiled import compiled
from jevons.ladder.phrases import KELLY, Phrase
from jevons.ladder.plan import BEFORE, KELLY_SHARE, LIMIT, LIVE_NAMES, REACHED, Read
from jevons.market.volatility import SESSIONS_A_YEAR

Numbers = NDArray[np.float64]

DECAY = 0.94  # of the exponentially weighted variance, J.P. Morgan RiskMetrics 1996
FIRST_RETURNS = 21  # that the variance starts from
HORIZON = SESSIONS_A_YEAR  # H of zdd


class SeriesTable:
    """The series that rules with one reference read on one share.

    Args:
        bars: the sessions. reference: the peak of the rules.
        signals: further series by name, (session,) each known at its close, NaN where unknown:
            ``fv`` (USD/share), ``p(fv>px)``, ``thesis`` (1 intact, 0 false), ``regime`` (texts),
            ``mu`` (expected return, 1/year, for the Kelly share), and multiples by their own names.
        cash_rate: 1/year, a number or (session,), for the Kelly share.
    """

    def __init__(
        self,
        bars: Bars,
        reference: Phrase,
        signals: Mapping[str, NDArray[np.generic]],
        cash_rate: float | Numbers = 0.0,
    ) -> None:
        self._bars, self._signals, self._cash_rate = bars, signals, cash_rate
        field = bars.high if reference.values[-1] == "high" else bars.close
        self._price = bars.close * bars.factor
        self._field = field * bars.factor
        self._peak = _peak(self._field, bars.days, reference)

    def matrix(self, reads: Sequence[Read]) -> Numbers:
        """What the loop reads, (series, session): four rows of its own, then those of a plan.

        Raises:
            UserError: a phrase reads a signal that is not given, or limits lack the lows.
        """
        found = np.full((len(LIVE_NAMES) + len(reads), len(self._bars)), np.nan)
        found[layout.NEW_PEAK] = np.where(self._field >= _day_before(self._peak), 1.0, 0.0)
        for row, read in enumerate(reads, start=len(LIVE_NAMES)):
            found[row] = np.round(self._row(read), layout.DIGITS)
        return found

    def _row(self, read: Read) -> Numbers:
        if read.how == LIMIT:
            return self.limit(read.phrase)
        if read.how == REACHED:
            if self._bars.low is None:
                raise UserError(
                    f"limit orders need the low of {self._bars.ticker} in every session; add the "
                    "column low to the prices, or fill at the open"
                )
            return self._bars.low / self.limit(read.phrase)
        found = _SERIES[read.phrase.form](self, read.phrase)
        return _day_before(found) if read.how == BEFORE else found

    def limit(self, phrase: Phrase) -> Numbers:
        """Price at which a purchase waits in each session, by what was known the day before.

        In the currency of the share and in shares of the session.
        """
        bound = phrase.number()
        if phrase.form.startswith("px/fv"):
            return bound * _day_before(self._signal("fv") * self._bars.factor) / self._bars.factor
        peak = _day_before(self._peak) / self._bars.factor
        if phrase.form.startswith("zdd"):
            level: Numbers = peak * np.exp(bound * lagged_deviation(self._price))
            return level
        return peak * (1 + bound / 100)

    def drawdown(self, _: Phrase | None = None) -> Numbers:
        """Price / peak - 1."""
        return self._price / self._peak - 1

    def scaled_drawdown(self, _: Phrase) -> Numbers:
        """ln(price / peak) / (s[t-1] sqrt(H))."""
        scaled: Numbers = np.log(self._price / self._peak) / lagged_deviation(self._price)
        return scaled

    def volatility(self, _: Phrase) -> Numbers:
        """s[t-1] sqrt(252)."""
        sigma = np.concatenate(([np.nan], ewma_volatility(self._price)[:-1]))
        return np.asarray(sigma * SESSIONS_A_YEAR**0.5, dtype=np.float64)

    def to_average(self, phrase: Phrase) -> Numbers:
        """Price over its mean of n sessions."""
        n = int(phrase.number())
        ratio: Numbers = self._price / _rolling(self._price, n, _mean)
        return ratio

    def clock(self, phrase: Phrase) -> Numbers:
        """1 on every n-th session."""
        strikes: Numbers = (np.arange(len(self._bars)) % int(phrase.number()) == 0).astype(float)
        return strikes

    def chance(self, phrase: Phrase) -> Numbers:
        """1 with probability 1/n in each session, whatever the prices are."""
        draws = np.random.default_rng(int(phrase.number(1))).random(len(self._bars))
        return (draws < 1 / phrase.number()).astype(np.float64)

    def price_to_value(self, _: Phrase) -> Numbers:
        """Price over fair value."""
        return self._bars.close / self._signal("fv")

    def signal(self, phrase: Phrase) -> Numbers:
        """A signal by the first word of its phrase."""
        return self._signal("thesis" if "thesis" in phrase.form else "p(fv>px)")

    def in_regime(self, phrase: Phrase) -> Numbers:
        """1 where the regime is one of those named."""
        names = phrase.values[0]
        assert isinstance(names, tuple)
        named = [str(name) for name in names]
        return np.isin(self._raw("regime"), named).astype(np.float64)

    def percentile(self, phrase: Phrase) -> Numbers:
        """Mid-rank of a multiple among its last years, in percent."""
        x = self._signal(str(phrase.values[0]))
        n = int(phrase.number(1)) * SESSIONS_A_YEAR
        return _rolling(x, n, _mid_rank)

    def kelly(self, _: Phrase) -> Numbers:
        """(mu - r) / s^2, the share of the wealth that grows fastest (Kelly 1956; Thorp 2006)."""
        excess = self._signal("mu") - self._cash_rate
        return excess / self.volatility(KELLY_SHARE) ** 2

    def _signal(self, name: str) -> Numbers:
        return np.asarray(self._raw(name), dtype=np.float64)

    def _raw(self, name: str) -> NDArray[np.generic]:
        if name not in self._signals:
            raise UserError(
                f"the rule reads {name!r} of {self._bars.ticker}, which is not given; "
                "give it with --signals, or leave it out of the rule"
            )
        return self._signals[name]


def ewma_volatility(price: Numbers) -> Numbers:
    """Standard deviation of daily log returns, exponentially weighted, (session,), NaN at first."""
    return np.sqrt(_ewma(np.diff(np.log(price)) ** 2))


@compiled
def _ewma(squares: Numbers) -> Numbers:
    """Variance known at each session (session,) from squared returns (session - 1,)."""
    found = np.full(len(squares) + 1, np.nan)
    if len(squares) < FIRST_RETURNS:
        return found
    variance = 0.0
    for square in squares[:FIRST_RETURNS]:
        variance += square / FIRST_RETURNS
    found[FIRST_RETURNS] = variance
    for t in range(FIRST_RETURNS, len(squares)):
        variance = DECAY * variance + (1 - DECAY) * squares[t]
        found[t + 1] = variance
    return found


def lagged_deviation(price: Numbers) -> Numbers:
    """s[t-1] sqrt(H), known before the session, (session,)."""
    found: Numbers = np.concatenate(([np.nan], ewma_volatility(price)[:-1])) * HORIZON**0.5
    return found


def scaled_depth(price: Numbers, bound: float) -> Numbers:
    """Drawdown at which ln(price / peak) is ``bound`` deviations, (session,)."""
    return np.asarray(np.expm1(bound * lagged_deviation(price)), dtype=np.float64)


def _peak(x: Numbers, days: NDArray[np.datetime64], reference: Phrase) -> Numbers:
    """Highest price of the look-back, today included; NaN before it starts."""
    first = reference.values[0]
    if isinstance(first, int):
        padded = np.concatenate((np.full(first - 1, -np.inf), x))
        highest: Numbers = np.lib.stride_tricks.sliding_window_view(padded, first).max(axis=1)
        return highest
    if isinstance(first, date):
        x = np.where(days >= np.datetime64(first, "D"), x, -np.inf)
    highest = np.maximum.accumulate(x)
    return np.where(np.isfinite(highest), highest, np.nan)


def _day_before(x: Numbers) -> Numbers:
    return np.concatenate(([np.nan], x[:-1]))


def _rolling(x: Numbers, n: int, statistic: Callable[[Numbers], Numbers]) -> Numbers:
    found = np.full(len(x), np.nan)
    if n <= len(x):
        windows = np.lib.stride_tricks.sliding_window_view(x, n)
        found[n - 1 :] = statistic(windows)
    return found


def _mean(windows: Numbers) -> Numbers:
    return np.asarray(windows.mean(axis=1), dtype=np.float64)


def _mid_rank(windows: Numbers) -> Numbers:
    last = windows[:, -1:]
    share = ((windows < last).mean(axis=1) + (windows <= last).mean(axis=1)) / 2
    return np.where(np.isfinite(windows).all(axis=1), 100 * share, np.nan)


_SERIES: dict[str, Callable[[SeriesTable, Phrase], Numbers]] = {
    "dd <= {depth}%": SeriesTable.drawdown,
    "zdd <= {negative}": SeriesTable.scaled_drawdown,
    "px/fv <= {positive}": SeriesTable.price_to_value,
    "px/fv >= {positive}": SeriesTable.price_to_value,
    "pctile({word}, {count}) <= {positive}": SeriesTable.percentile,
    "close > sma({count})": SeriesTable.to_average,
    "close<sma({count})": SeriesTable.to_average,
    "clock every {count} sessions": SeriesTable.clock,
    "random every {count} sessions seed {count}": SeriesTable.chance,
    "thesis": SeriesTable.signal,
    "thesis_false": SeriesTable.signal,
    "regime in {set}": SeriesTable.in_regime,
    "p(fv>px) >= {fraction}": SeriesTable.signal,
    "vol <= {positive}": SeriesTable.volatility,
    KELLY: SeriesTable.kelly,
}
