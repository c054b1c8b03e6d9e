"""The macroeconomic regime: worked cases, a published turning point, and what is missing."""

from datetime import date

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import norm

from jevons.market.macro_store import MacroSeries, bundled_series
from jevons.market.recession import fit_probit
from jevons.market.regime import (
    LackingError,
    quadrant,
    recession,
    regime_state,
    sahm,
    stagflation,
    uncertainty,
)

from .invented_macro import daily, monthly

DAY = date(2025, 3, 11)


def test_sahm_by_hand() -> None:
    # Twelve means of 4.0 and then 4.0, 4.0, 4.6: the last mean is 4.2, 0.2 above the lowest.
    state = sahm({"UNRATE": monthly("UNRATE", "2024-01", *[4.0] * 14, 4.6)})
    assert state["value"] == pytest.approx(0.2)
    assert (state["triggered"], state["month"], state["known_on"]) == (
        False,
        "2025-03",
        "2025-04-07",
    )


def test_sahm_was_reached_in_july_2024() -> None:
    # US rates from May 2023 to July 2024 (4.3 %, told on 2024-08-02, when the press saw the rule
    # met; a month earlier it stood at 4.0 less 3.6). By hand: 12.4 / 3 - 10.8 / 3.
    rates = (3.7, 3.6, 3.5, 3.8, 3.8, 3.8, 3.7, 3.7, 3.7, 3.9, 3.8, 3.9, 4.0, 4.1, 4.3)
    state = sahm({"UNRATE": monthly("UNRATE", "2023-05", *rates)})
    assert state["value"] == pytest.approx(1.6 / 3, abs=1e-6)
    assert state["triggered"]


def test_sahm_of_the_bundled_rates() -> None:
    # By hand: 12.2 / 3 (December 2024 to February 2025) less 11.4 / 3; FRED's real-time series told
    # 0.27 for February 2025. Nothing later than the day is known.
    state = sahm(bundled_series(DAY))
    assert state["value"] == pytest.approx(0.8 / 3, abs=1e-6)
    assert (state["month"], state["known_on"]) == ("2025-02", "2025-03-07")
    assert sahm(bundled_series(date(2025, 3, 6)))["month"] == "2025-01"
    assert not bundled_series(date(2025, 1, 1))
    # In May 2026 February 2025 stands at 4.2, and October 2025 was never counted.
    late = bundled_series(date(2026, 5, 20))["UNRATE"]
    assert late.values[late.days == np.datetime64("2025-02-01")] == 4.2
    assert np.datetime64("2025-10-01") not in late.days
    # 13.0 / 3 (February to April 2026) less (4.2 + 4.2 + 4.2) / 3, the mean to April 2025.
    assert sahm({"UNRATE": late})["value"] == pytest.approx(13 / 3 - 4.2, abs=1e-6)


def test_a_month_that_was_never_counted_is_left_out() -> None:
    told = bundled_series(date(2026, 5, 20))
    assert bundled_series(date(2026, 5, 19)).keys() == {"UNRATE"}
    state = quadrant(told)
    # March 2026: 330.293 / 319.785 - 1 and 101.806 / 101.0404 - 1, the five years before at 4.6 %
    # and 1.5 % on average.
    assert state["month"] == "2026-03"
    assert state["inflation"] == pytest.approx(330.293 / 319.785 - 1, rel=1e-5)
    assert state["growth"] == pytest.approx(101.806 / 101.0404 - 1, rel=1e-5)
    assert state["quadrant"] == "deflation"
    prices = told["CPIAUCSL"]
    rates = [
        prices.values[i] / prices.values[j] - 1
        for i, j in (
            (list(prices.days).index(month), list(prices.days).index(before))
            for month in np.arange("2021-03", "2026-03", dtype="datetime64[M]").astype(
                "datetime64[D]"
            )
            for before in [(month.astype("datetime64[M]") - 12).astype("datetime64[D]")]
            if month in prices.days
        )
    ]
    assert len(rates) == 59  # October 2025 is no month to compare
    assert state["inflation_trend"] == pytest.approx(np.mean(rates), rel=1e-5)


def test_sahm_forgives_one_month_and_no_more() -> None:
    rates = monthly("UNRATE", "2024-01", *[4.0] * 14, 4.6)
    kept = [t for t in range(15) if t != 13]
    one = MacroSeries("UNRATE", rates.days[kept], rates.values[kept], rates.known_on[kept])
    assert sahm({"UNRATE": one})["value"] == pytest.approx(0.3)  # (4.0 + 4.6) / 2 - 4.0
    kept.remove(5)
    two = MacroSeries("UNRATE", rates.days[kept], rates.values[kept], rates.known_on[kept])
    with pytest.raises(LackingError, match="15 months in a row"):
        sahm({"UNRATE": two})


def test_probit_of_two_groups_is_their_shares() -> None:
    # With two values of x the fit meets both shares exactly: Phi(a) = 0.4, Phi(a + b) = 0.1.
    x = np.repeat([0.0, 1.0], 200)
    happened = np.concatenate((np.arange(200) % 5 < 2, np.arange(200) % 10 < 1)).astype(float)
    fit = fit_probit(x, happened)
    assert fit is not None
    assert fit.a == pytest.approx(norm.ppf(0.4), abs=1e-9)
    assert fit.b == pytest.approx(norm.ppf(0.1) - norm.ppf(0.4), abs=1e-9)
    assert fit.probability(1.0) == pytest.approx(0.1, abs=1e-9)


def test_probit_recovers_what_made_the_data() -> None:
    random = np.random.default_rng(1)
    x = random.normal(1.5, 1.2, 40_000)
    happened = (random.random(40_000) < norm.cdf(-0.5 - 0.6 * x)).astype(float)
    fit = fit_probit(x, happened)
    assert fit is not None
    assert fit.a == pytest.approx(-0.5, abs=0.05)
    assert fit.b == pytest.approx(-0.6, abs=0.05)


@pytest.mark.parametrize("happened", [np.zeros(400), np.ones(400)])
def test_one_outcome_fits_nothing(happened: NDArray[np.float64]) -> None:
    assert fit_probit(np.linspace(-1, 3, 400), happened) is None


def curve_and_recessions() -> dict[str, MacroSeries]:
    """Forty years: half of the inversions, and one spell in eight years else, precede a recession.

    The curve is inverted in the first six months of every fourth year.
    """
    months = np.arange(480)
    spread = np.where(months % 48 < 6, -1.0, 2.0)
    year_ahead = (months - 12) % 96
    struck = (year_ahead < 6) | ((year_ahead >= 60) & (year_ahead < 63))
    return {
        "T10Y3M": monthly("T10Y3M", "1985-01", *spread),
        "USREC": monthly("USREC", "1985-01", *struck.astype(float)),
    }


def test_recession_odds_are_the_share_that_followed() -> None:
    # Labels end twelve months before 2024-12 and are a year ahead: 456 pairs, ten inversions of
    # six months of which five were followed; two values of the spread are met exactly.
    state = recession(curve_and_recessions())
    assert (state["months"], state["recessions"], state["dated_to"]) == (456, 10, "2023-12")
    assert state["spread"] == 2.0
    fit_at_inversion = norm.cdf(state["a"] + state["b"] * -1.0)
    assert fit_at_inversion == pytest.approx(30 / 60, abs=1e-4)
    assert state["probability"] == pytest.approx(15 / 396, abs=1e-4)


def test_labels_of_the_last_year_are_not_used() -> None:
    series = curve_and_recessions()
    before = recession(series)
    values = series["USREC"].values.copy()
    values[-12:] = 1.0  # nobody had dated these months yet
    assert recession(series | {"USREC": monthly("USREC", "1985-01", *values)}) == before


def growth_and_prices(last_growth: float, last_inflation: float) -> dict[str, MacroSeries]:
    """Nine years of 2 % a year of both, then a year at other rates."""
    months = np.arange(109)
    path = 100 * 1.02 ** (months / 12)
    made = np.append(path, path[-12:] * (1 + last_growth))
    paid = np.append(path, path[-12:] * (1 + last_inflation))
    return {
        "INDPRO": monthly("INDPRO", "2015-01", *made),
        "CPIAUCSL": monthly("CPIAUCSL", "2015-01", *paid),
    }


@pytest.mark.parametrize(
    ("growth", "inflation", "name"),
    [
        (0.05, 0.05, "reflation"),
        (0.05, 0.0, "goldilocks"),
        (-0.02, 0.06, "stagflation"),
        (-0.02, 0.0, "deflation"),
    ],
)
def test_quadrants(growth: float, inflation: float, name: str) -> None:
    state = quadrant(growth_and_prices(growth, inflation))
    assert state["quadrant"] == name
    assert state["growth"] == pytest.approx(growth)
    # 60 rates before the last: 49 of 2 % and the 11 of the last year before it.
    assert state["inflation_trend"] == pytest.approx((49 * 0.02 + 11 * inflation) / 60, abs=1e-6)


def test_stagflation_counts_what_followed_months_like_this_one() -> None:
    # A cycle of four years: rates move in steps of a year through all four quadrants.
    quarters = np.repeat(np.arange(40) % 4, 12)
    growth = np.choose(quarters, [0.04, 0.04, 0.0, 0.0])
    inflation = np.choose(quarters, [0.0, 0.04, 0.04, 0.0])
    made, paid = [100.0] * 12, [100.0] * 12
    for up, dear in zip(growth, inflation, strict=True):
        made.append(made[-12] * (1 + up))
        paid.append(paid[-12] * (1 + dear))
    series = {
        "INDPRO": monthly("INDPRO", "1980-01", *made[: 12 + 456]),
        "CPIAUCSL": monthly("CPIAUCSL", "1980-01", *paid[: 12 + 456]),
    }
    # The last month is in reflation (second year of the cycle); a year on is always stagflation.
    assert quadrant(series)["quadrant"] == "reflation"
    state = stagflation(series)
    assert state["probability"] == 1.0
    assert state["base_rate"] == pytest.approx(0.25, abs=0.02)
    assert (state["months"], state["spells"]) == (96, 8)


def test_uncertainty_is_a_mid_rank_of_means() -> None:
    state = uncertainty(
        {"USEPUINDXD": daily("USEPUINDXD", date(2020, 1, 1), *range(1, 61))}, "USEPUINDXD", 30
    )
    assert (state["value"], state["last"]) == (45.5, 60.0)
    assert state["percentile"] == pytest.approx(100 * (1 - 0.5 / 31))


def test_without_series_each_part_says_what_it_needs() -> None:
    state = regime_state({}, DAY)
    assert [state[part] for part in ("sahm", "recession", "quadrant", "stagflation")] == [None] * 4
    assert state["missing"][0] == (
        "sahm: needs UNRATE (Unemployment rate); take it with: jevons pull macro UNRATE"
    )
    assert len(state["missing"]) == 6
    assert state["needs"]["recession"] == ["T10Y3M"]


def test_a_gap_and_an_old_figure_are_told() -> None:
    whole = monthly("UNRATE", "2015-01", *[4.0] * 40)
    holed = MacroSeries(
        "UNRATE",
        np.delete(whole.days, [28, 30]),
        np.delete(whole.values, [28, 30]),
        np.delete(whole.known_on, [28, 30]),
    )
    state = regime_state({"UNRATE": holed}, DAY)
    assert "UNRATE of 15 months in a row is not known" in state["missing"][0]
    assert state["warnings"] == [
        "the last figure of UNRATE became known on 2018-05-07; pull it again"
    ]
