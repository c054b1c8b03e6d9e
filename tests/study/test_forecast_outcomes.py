"""What became of filed forecasts: decided by figures, prices and claims, or never."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from jevons.claims.forecasts import Forecast
from jevons.facts import Store
from jevons.market import PriceHistory, PriceTable
from jevons.study import Study
from jevons.study.forecast_outcomes import board, outcomes

from .invented import AS_OF, fact, store

LATER = date(2026, 4, 30)
NONE = PriceTable({})
RANGE = Forecast(
    as_of=AS_OF, filed_on=AS_OF, version="0.1", fact_hash="abc", calibration="", seed=1, draws=300,
    name="buyers_capex", quarter="2025Q2", unit="USD_bn/quarter",
    p05=90.0, p25=95.0, p50=100.0, p75=105.0, p95=110.0, probability=None,
    resolves_on=date(2025, 8, 31), resolves_by="report",
)  # fmt: skip


def chance(name: str, probability: float, **changes: Any) -> Forecast:
    bare: dict[str, Any] = dict.fromkeys(("p05", "p25", "p50", "p75", "p95"))
    return replace(
        RANGE, **bare | {"name": name, "unit": "1", "probability": probability} | changes
    )


def came(forecast: Forecast, day: date = LATER, prices: PriceTable = NONE, facts: Any = ()) -> Any:
    known = Store([*store().facts, *facts]).as_of(day)
    (row,) = outcomes([forecast], known, [], prices)
    return row


def closes(ticker: str, **by_day: float) -> PriceHistory:
    days = np.array([day[1:].replace("_", "-") for day in by_day], dtype="datetime64[D]")
    values = np.array(list(by_day.values()))
    return PriceHistory(ticker, days, values, values)


def test_a_reported_quarter_decides_a_range() -> None:
    """The five buyers spent USD 97.326bn in the second quarter of 2025 (their filings)."""
    row = came(RANGE)
    assert (row["status"], row["outcome"]) == ("true", 97.326)
    # Bracher et al.: mean over five levels of 2 x quantile loss of 97.326, by hand.
    losses = (0.05 * 7.326, 0.25 * 2.326, 0.5 * 2.674, 0.25 * 7.674, 0.05 * 12.674)
    assert row["wis"] == pytest.approx(2 * sum(losses) / 5, rel=1e-5)
    assert came(replace(RANGE, p05=98.0))["status"] == "false"
    assert came(RANGE, date(2025, 4, 30))["status"] == "open"


def test_a_year_is_the_sum_of_its_quarters() -> None:
    """Amazon's cash capital spending of 2025 was USD 131.819bn (its filings)."""
    year = replace(RANGE, name="capital.funding.capex.AMZN", quarter="2025Q4", resolves_by="year")
    assert came(year)["outcome"] == pytest.approx(131.819)
    assert came(year, date(2026, 1, 15))["status"] == "open"


def test_more_spending_is_decided_by_eight_quarters() -> None:
    build = chance("answers.build", 0.9, quarter="2025Q4", resolves_by="spending")
    row = came(build)
    assert (row["status"], row["brier"]) == ("true", pytest.approx(0.01))
    assert row["outcome"] > 100  # USD bn more than in 2024


@pytest.mark.parametrize(("known_on", "status"), [((2027, 2, 1), "true"), ((2026, 12, 1), "open")])
def test_an_outlook_decides_no_shortfall_but_a_count_after_the_year_does(
    known_on: tuple[int, int, int], status: str
) -> None:
    shortfall = replace(
        RANGE, name="gross_shortfall", quarter="2026Q4", unit="GW", p05=0.0, p95=20.0,
        resolves_on=date(2027, 12, 31), resolves_by="publication",
    )  # fmt: skip
    counted = fact(
        "US data centres", "gross_power_shortfall", 7.5, date(2025, 1, 1), date(2026, 12, 31),
        known_on=date(*known_on), stated_by="a counter",
    )  # fmt: skip
    row = came(shortfall, date(2027, 3, 1), facts=[replace(counted, unit="GW")])
    assert row["status"] == status
    assert row["outcome"] == (7.5 if status == "true" else None)
    late = came(shortfall, date(2028, 7, 1))  # nobody counted, half a year after its day
    assert late["status"] == "not resolvable"


def test_prices_a_year_on_decide_values_even_over_a_split() -> None:
    """Ten for one in between: prices that are comparable over time say 20 to 30."""
    table = PriceTable({
        "NVDA": closes("NVDA", d2025_03_10=20.0, d2026_03_10=30.0),
        "SPY": closes("SPY", d2025_03_10=500.0, d2026_03_11=550.0),
    })  # fmt: skip
    ratio = replace(
        RANGE, name="value_over_price.NVDA", quarter="", unit="1", p05=0.5, p25=0.8, p50=1.0,
        p75=1.2, p95=1.4, resolves_on=date(2026, 3, 11), resolves_by="price",
    )  # fmt: skip
    beats = chance(
        "value_above_price.NVDA", 0.2, quarter="", resolves_by="market",
        resolves_on=date(2026, 3, 11),
    )  # fmt: skip
    row = came(ratio, LATER, table)
    assert (row["status"], row["outcome"]) == ("false", 1.5)
    row = came(beats, LATER, table)
    assert (row["status"], row["brier"]) == ("true", pytest.approx(0.64))
    assert row["outcome"] == pytest.approx(1.5 - 1.1)
    assert came(ratio, date(2026, 3, 10), table)["status"] == "open"
    gap = PriceTable({"NVDA": closes("NVDA", d2025_02_20=20.0, d2026_03_10=30.0)})
    assert came(ratio, LATER, gap)["status"] == "open"  # no close of the day itself
    assert came(beats, LATER, PriceTable({"NVDA": table.histories["NVDA"]}))["status"] == "open"


def test_what_nothing_decides_says_why() -> None:
    row = came(chance("binding.power", 0.3, resolves_by="nothing", resolves_on=None))
    assert row["status"] == "not resolvable"
    assert row["how"] == "not resolvable: no one reports which limit was the smallest"
    assert (row["outcome"], row["brier"]) == (None, None)


def test_a_forecast_of_before_rules_is_decided_as_it_was() -> None:
    old = replace(RANGE, resolves_on=None, resolves_by="")
    assert came(old)["status"] == "true"
    claim = chance("thesis-x", 0.25, quarter="", resolves_on=None, resolves_by="")
    said = [{"id": "thesis-x", "status": "true", "outcome": 1.0}]
    (row,) = outcomes([claim], store().as_of(LATER), said, NONE)
    assert row["brier"] == pytest.approx(0.5625)


def test_a_forecast_of_a_later_note_is_not_known() -> None:
    late = [replace(RANGE, as_of=date(2027, 1, 1))]
    assert outcomes(late, store().as_of(LATER), [], NONE) == []


def test_the_board_counts_a_figure_once_in_however_many_notes() -> None:
    never = chance("binding.power", 0.3, resolves_by="nothing", resolves_on=None)
    mine = [RANGE, replace(RANGE, p05=98.0, version="next"), never]
    hindsight = [replace(each, filed_on=AS_OF + timedelta(days=400)) for each in mine[:1]]
    own, late = board(outcomes([*mine, *hindsight], store().as_of(LATER), [], NONE))
    assert (own["who"], late["who"]) == ("jevons", "jevons, in hindsight")
    assert (own["forecasts"], own["decided"], own["independent"]) == (3, 2, 1)
    assert (own["not_resolvable"], own["open"]) == (1, 0)
    assert own["coverage_90"] == 0.5
    assert board([]) == []


def test_the_bundled_facts_decide_many_forecasts_of_march_2025() -> None:
    study = Study(store(), AS_OF, draws=200)
    from jevons.study.forecasts import forecasts

    made = forecasts(study.figures(), study.snapshot, AS_OF)
    later = Study(store(), store().last_known_on, draws=20)
    rows = outcomes(made, later.snapshot, later.record.decided(), later.quoted.histories)
    decided = {row["name"] for row in rows if row["status"] in ("true", "false")}
    assert {
        "buyers_capex", "capex_by_buyer.ORCL", "ai_revenue.AVGO", "compute_built", "tokens",
        "us_electricity", "value_over_price.NVDA", "value_above_price.VST", "answers.build",
    } <= decided  # fmt: skip
    assert not any(row["status"] == "open" and row["resolves_on"] is None for row in rows)
