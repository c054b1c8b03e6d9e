"""What the tests of a rule read: numbers known at the close of each session.

Every number of session t uses sessions up to t alone, bit for bit: prices are made comparable by
the splits so far, never by later ones.
"""

from collections.abc import Callable, Mapping
from datetime import date

import numpy as np
from numpy.typing import NDArray

from jevons.errors import UserError
from jevons.ladder import loop
from jevons.ladder.bars import Bars
from jevons.ladder.phrases import Phrase
from jevons.market.volatility import SESSIONS_A_YEAR

Numbers = NDArray[np.float64]
Test = tuple[int, int, float]  # row of the series, relation, bound

DECAY = 0.94  # of the exponentially weighted variance, J.P. Morgan RiskMetrics 1996
FIRST_RETURNS = 21  # that the variance starts from
HORIZON = SESSIONS_A_YEAR  # H of zdd


class SeriesTable:
    """The series that a rule reads on one share; each is computed once.

    Args:
        bars: the sessions. reference: the peak of the rule.
        signals: further series by name, (session,) each known at its close, NaN where unknown:
            ``fv`` (USD/share), ``p(fv>px)``, ``thesis`` (1 intact, 0 false), ``regime`` (texts),
            and multiples by their own names.
    """

    def __init__(
        self, bars: Bars, reference: Phrase, signals: Mapping[str, NDArray[np.generic]]
    ) -> None:
        self._bars = bars
        self._signals = signals
        field = bars.high if reference.values[-1] == "high" else bars.close
        self._price = bars.close * bars.factor
        x = field * bars.factor
        self._peak = _peak(x, bars.days, reference)
        before = np.concatenate(([np.nan], self._peak[:-1]))
        live = np.full(len(bars), np.nan)
        self._rows: dict[str, Numbers] = {"since fill": live, "gain": live, "held": live}
        self._rows["new peak"] = np.where(x >= before, 1.0, 0.0)

    def matrix(self) -> Numbers:
        """All series, (series, session)."""
        return np.array(list(self._rows.values()))

    def name(self, row: int) -> str:
        """The name of a series."""
        return list(self._rows)[row]

    def test(self, phrase: Phrase) -> Test:
        """A phrase as a comparison of one series with a bound.

        Raises:
            UserError: the phrase reads a signal that is not given.
        """
        form = phrase.form
        if form in _LIVE:
            row, relation, scale = _LIVE[form]
            bound = phrase.number() if phrase.values else 1.0
            return row, relation, bound * scale
        name = phrase.text().split(" <=")[0].split(" >=")[0].replace(" > ", "/").replace("<", "/")
        if name not in self._rows:
            self._rows[name] = np.round(_SERIES[form](self, phrase), loop.DIGITS)
        relation, bound = _bound(phrase)
        return list(self._rows).index(name), relation, bound

    def drawdown(self, _: Phrase) -> Numbers:
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
        return np.isin(self._raw("regime"), names).astype(np.float64)

    def percentile(self, phrase: Phrase) -> Numbers:
        """Mid-rank of a multiple among its last years, in percent."""
        x = self._signal(str(phrase.values[0]))
        n = int(phrase.number(1)) * SESSIONS_A_YEAR
        return _rolling(x, n, _mid_rank)

    def _signal(self, name: str) -> Numbers:
        return np.asarray(self._raw(name), dtype=np.float64)

    def _raw(self, name: str) -> NDArray[np.generic]:
        if name not in self._signals:
            raise UserError(
                f"the rule reads {name!r} of {self._bars.ticker}, which is not given; "
                "give it with --signals, or leave it out of the rule"
            )
        return self._signals[name]


def table_of(series: SeriesTable, groups: list[tuple[Phrase, ...]]) -> Numbers:
    """Tests of several groups as (group, test, [row, relation, bound]); row -1 where none."""
    width = max([len(group) for group in groups], default=1)
    table = np.full((len(groups), width, 3), -1.0)
    for i, group in enumerate(groups):
        for k, phrase in enumerate(group):
            table[i, k] = series.test(phrase)
    return table


def ewma_volatility(price: Numbers) -> Numbers:
    """Standard deviation of daily log returns, exponentially weighted, (session,), NaN at first."""
    squares = np.diff(np.log(price)) ** 2
    found = np.full(len(price), np.nan)
    if len(squares) < FIRST_RETURNS:
        return found
    variance = float(squares[:FIRST_RETURNS].mean())
    found[FIRST_RETURNS] = variance**0.5
    for t in range(FIRST_RETURNS, len(squares)):
        variance = DECAY * variance + (1 - DECAY) * float(squares[t])
        found[t + 1] = variance**0.5
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


def _bound(phrase: Phrase) -> tuple[int, float]:
    form = phrase.form
    if form.startswith(("close", "clock", "random", "thesis", "regime")):
        if form == "thesis_false":
            return loop.AT_MOST, 0.0
        relation = {"close > sma({count})": loop.ABOVE, "close<sma({count})": loop.BELOW}
        return relation.get(form, loop.AT_LEAST), 1.0
    bound = phrase.number(len(phrase.values) - 1)
    relation_ = loop.AT_LEAST if ">=" in form else loop.AT_MOST
    return relation_, bound / 100 if form.startswith("dd ") else bound


# Phrases whose series the loop writes: row, relation, scale of the bound.
_LIVE = {
    "days_since_fill >= {count}": (loop.DAYS_SINCE_FILL, loop.AT_LEAST, 1.0),
    "gain >= {positive}": (loop.GAIN, loop.AT_LEAST, 1.0),
    "held {count} sessions": (loop.HELD, loop.AT_LEAST, 1.0),
    "dd_from_cost <= {negative}": (loop.GAIN, loop.AT_MOST, 1.0),
    "new_peak": (loop.NEW_PEAK, loop.AT_LEAST, 1.0),
}
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
}
