"""The macroeconomic regime as it was known on a day: growth and inflation, recession, uncertainty.

Every part reads series in their last vintage by that day, and says by name what it lacks.
"""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

import numpy as np

from jevons.market.macro_store import MacroSeries, described
from jevons.market.price_table import Days, Numbers
from jevons.market.recession import HORIZON, UNDATED, fit_probit
from jevons.quantiles import rounded

GROWTH, PRICES = "INDPRO", "CPIAUCSL"  # what stands for growth and for inflation
SAHM = 0.5  # percentage points, Sahm 2019
TREND = 60  # months whose mean a rate is held against: five years
FORGIVEN = 2  # of them that may be unknown: a month that was never counted costs two changes
QUADRANTS = {  # (growth above its trend, inflation above its trend), Ilmanen et al 2014
    (True, True): "reflation",
    (True, False): "goldilocks",
    (False, True): "stagflation",
    (False, False): "deflation",
}
UNCERTAINTY_DAYS = 30
OLD = {"day": 14, "month": 100}  # days after which the last figure is said to be old
Series = Mapping[str, MacroSeries]
Part = dict[str, Any]


class LackingError(Exception):
    """A part of the regime lacks ``series`` or enough of them; the message says what."""

    def __init__(self, message: str, *series: str) -> None:
        super().__init__(message)
        self.series = series


def regime_state(series: Series, day: date) -> dict[str, Any]:
    """The regime on a day.

    Args:
        series: as known on the day, see :func:`jevons.market.macro_store.known_series`.

    Returns:
        ``sahm``, ``recession``, ``quadrant``, ``stagflation``, ``policy_uncertainty`` and
        ``trade_policy_uncertainty``: each its figures with ``month`` or ``date`` and ``known_on``,
        or None; ``missing``: why, a sentence each; ``needs``: the series by part; ``warnings``: of
        figures that are old.
    """
    parts: dict[str, Callable[[Series], Part]] = {
        "sahm": sahm,
        "recession": recession,
        "quadrant": quadrant,
        "stagflation": stagflation,
        "policy_uncertainty": lambda known: uncertainty(known, "USEPUINDXD", UNCERTAINTY_DAYS),
        "trade_policy_uncertainty": lambda known: uncertainty(known, "EPUTRADE", 1),
    }
    state: dict[str, Any] = {"as_of": day.isoformat()}
    missing: list[str] = []
    needs: dict[str, list[str]] = {}
    for name, compute in parts.items():
        try:
            state[name] = compute(series)
        except LackingError as error:
            state[name] = None
            missing.append(f"{name}: {error}")
            needs[name] = list(error.series)
    return state | {"missing": missing, "needs": needs, "warnings": _old(series, day)}


def sahm(series: Series) -> Part:
    """Mean unemployment of three months less its lowest of the twelve months before.

    The rule of Sahm (2019): from half a percentage point on, a recession has begun. Twelve means
    before the current one are compared. A month that was never counted (October 2025, when the
    government was closed) is left out of the means that it belongs to.

    Raises:
        LackingError: unemployment of 15 months is not known, but for one of them.
    """
    months, rate = _last_months(series, "UNRATE", 15)
    if np.isnan(rate).sum() > 1:
        raise LackingError(
            f"UNRATE of 15 months in a row is not known; {_needs('UNRATE')}", "UNRATE"
        )
    mean = np.nanmean(np.lib.stride_tricks.sliding_window_view(rate, 3), axis=1)
    gap = float(mean[-1] - mean[:-1].min())
    return {
        "value": rounded(gap),
        "unit": "percentage points",
        "threshold": SAHM,
        "triggered": bool(gap >= SAHM - 1e-9),
        "unemployment": rounded(float(rate[-1])),
        **_dated(series["UNRATE"], months[-1]),
    }


def recession(series: Series) -> Part:
    """P(recession in twelve months) by a probit on the yield curve, fitted to what was known.

    Raises:
        LackingError: yields or recession dates are not known, or too few for a fit.
    """
    spread_months, spread = _monthly(series, "T10Y3M", 1)
    dated_months, in_recession = _monthly(series, "USREC", UNDATED + 1)
    dated_months, in_recession = dated_months[:-UNDATED], in_recession[:-UNDATED]
    _, at, ahead = np.intersect1d(
        spread_months + HORIZON, dated_months, assume_unique=True, return_indices=True
    )
    fit = fit_probit(spread[at], in_recession[ahead])
    if fit is None:
        raise LackingError(
            f"no fit to {len(at)} months with T10Y3M and USREC a year later: they are too few, "
            "hold no recession, or the curve parts them completely",
            "T10Y3M",
            "USREC",
        )
    return {
        "probability": rounded(fit.probability(float(spread[-1]))),
        "horizon_months": HORIZON,
        "spread": rounded(float(spread[-1])),
        "unit": "percent a year",
        "a": rounded(fit.a),
        "b": rounded(fit.b),
        "months": fit.observations,
        "recessions": fit.spells,
        "dated_to": str(dated_months[-1]),
        **_dated(series["T10Y3M"], spread_months[-1]),
    }


def quadrant(series: Series) -> Part:
    """Growth and inflation over twelve months, each above or below its mean of five years.

    Growth is that of industrial production, inflation that of consumer prices.

    Raises:
        LackingError: production or prices of six years are not known.
    """
    months, growth, inflation = _surprises(series)
    return {
        "quadrant": QUADRANTS[bool(growth[-1, 0] > 0), bool(inflation[-1, 0] > 0)],
        "growth": rounded(float(growth[-1, 1])),
        "growth_trend": rounded(float(growth[-1, 1] - growth[-1, 0])),
        "inflation": rounded(float(inflation[-1, 1])),
        "inflation_trend": rounded(float(inflation[-1, 1] - inflation[-1, 0])),
        "unit": "1",
        **_dated(series[PRICES], months[-1]),
    }


def stagflation(series: Series) -> Part:
    """How often months like the last one were followed by stagflation twelve months later.

    Stagflation is growth below and inflation above their trends. The share is counted over the
    months in the quadrant of the last one; ``spells`` says how many separate times that was.

    Raises:
        LackingError: as in :func:`quadrant`, or the quadrant was never followed up.
    """
    months, growth, inflation = _surprises(series)
    up, dear = growth[:, 0] > 0, inflation[:, 0] > 0
    like = (up == up[-1]) & (dear == dear[-1])
    later = (~up & dear)[HORIZON:]
    now = like[:-HORIZON]
    if len(later) < 1 or not now.any():
        raise LackingError("no month in this quadrant lies a year back", GROWTH, PRICES)
    return {
        "probability": rounded(float(later[now].mean())),
        "base_rate": rounded(float((~up & dear).mean())),
        "horizon_months": HORIZON,
        "months": int(now.sum()),
        "spells": int((np.diff(now.astype(np.int64), prepend=0) > 0).sum()),
        **_dated(series[PRICES], months[-1]),
    }


def uncertainty(series: Series, name: str, count: int) -> Part:
    """The mean of the last figures of an index, and its mid-rank among all such means.

    Raises:
        LackingError: the index is not known.
    """
    if name not in series or len(series[name]) < count:
        raise LackingError(_needs(name), name)
    found = series[name]
    means = np.convolve(found.values, np.ones(count) / count, mode="valid")
    last = means[-1]
    share = ((means < last).mean() + (means <= last).mean()) / 2
    return {
        "value": rounded(float(last)),
        "last": rounded(float(found.values[-1])),
        "days" if count > 1 else "months": count,
        "percentile": rounded(100 * float(share)),
        "unit": "index",
        "date": str(found.days[-1]),
        "known_on": found.last_known_on.isoformat(),
    }


def _surprises(series: Series) -> tuple[Days, Numbers, Numbers]:
    """Months, and for growth and inflation (month, [rate less its trend, rate])."""
    growth_months, growth = _over_trend(series, GROWTH)
    price_months, inflation = _over_trend(series, PRICES)
    months, left, right = np.intersect1d(growth_months, price_months, return_indices=True)
    if not len(months):
        raise LackingError(f"{GROWTH} and {PRICES} have no month in common", GROWTH, PRICES)
    return months, growth[left], inflation[right]


def _over_trend(series: Series, name: str) -> tuple[Days, Numbers]:
    """Change over twelve months, less its mean of the sixty months before, and by itself.

    A month that was never counted is left out, and so is the change to it and that from it.
    """
    found, least = series.get(name), 12 + TREND + 1
    if found is None:
        raise LackingError(_needs(name), name)
    known = found.days.astype("datetime64[M]")
    months, index = _last_months(series, name, max(int((known[-1] - known[0]).astype(int)) + 1, 1))
    rate = index[12:] / index[:-12] - 1
    if len(rate) <= TREND:
        raise LackingError(f"{name} of {least} months is not known; {_needs(name)}", name)
    before = np.lib.stride_tricks.sliding_window_view(rate, TREND)[:-1]
    counted = np.isfinite(before).sum(axis=1)
    trend = np.nansum(before, axis=1) / np.maximum(counted, 1)
    current = rate[TREND:]
    kept = np.isfinite(current) & (counted >= TREND - FORGIVEN)
    if not kept.any():
        raise LackingError(f"{name} of {least} months is not known; {_needs(name)}", name)
    return months[12 + TREND :][kept], np.column_stack((current - trend, current))[kept]


def _monthly(series: Series, name: str, least: int) -> tuple[Days, Numbers]:
    """Months (datetime64[M]) and their figures or means, the last run without a gap."""
    found = series.get(name)
    if found is None:
        raise LackingError(_needs(name), name)
    months, start = np.unique(found.days.astype("datetime64[M]"), return_index=True)
    sums = np.add.reduceat(found.values, start)
    means = sums / np.diff([*start, len(found)])
    breaks = np.flatnonzero(np.diff(months).astype(np.int64) > 1)
    first = int(breaks[-1]) + 1 if len(breaks) else 0
    if len(months) - first < least:
        raise LackingError(f"{name} of {least} months in a row is not known; {_needs(name)}", name)
    return months[first:], means[first:]


def _last_months(series: Series, name: str, count: int) -> tuple[Days, Numbers]:
    """The last months up to the last figure, NaN where there is none."""
    found = series.get(name)
    if found is None:
        raise LackingError(_needs(name), name)
    known = found.days.astype("datetime64[M]")
    months = known[-1] - np.arange(count)[::-1]
    figures = np.full(count, np.nan)
    _, at, place = np.intersect1d(months, known, return_indices=True)
    figures[at] = found.values[place]
    return months, figures


def _dated(series: MacroSeries, month: Any) -> dict[str, str]:
    return {"month": str(month), "known_on": series.last_known_on.isoformat()}


def _needs(name: str) -> str:
    return f"needs {name} ({described()[name].english}); take it with: jevons pull macro {name}"


def _old(series: Series, day: date) -> list[str]:
    """Warnings of series whose last figure is older than its frequency explains."""
    return [
        f"the last figure of {name} became known on {found.last_known_on}; pull it again"
        for name, found in series.items()
        if name in described()
        and day - found.last_known_on > timedelta(OLD[described()[name].frequency])
    ]
