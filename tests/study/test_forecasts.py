"""What a note forecasts and files: every figure of a time to come, with what decides it."""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from jevons.claims.forecasts import LEVELS, Forecast
from jevons.model.clock import QUARTERS
from jevons.study import Study
from jevons.study.forecast_rules import HOW, rules
from jevons.study.forecasts import forecasts

from .invented import AS_OF, store

YEARS_END = [quarter for quarter in QUARTERS if quarter > "2024Q4" and quarter.endswith("Q4")]


@pytest.fixture(scope="module")
def figures() -> dict[str, Any]:
    return dict(Study(store(), AS_OF, draws=300).on_demand)


@pytest.fixture(scope="module")
def made(figures: dict[str, Any]) -> list[Forecast]:
    return forecasts(figures, store().as_of(AS_OF), AS_OF)


def of(made: list[Forecast], name: str) -> list[Forecast]:
    found = [forecast for forecast in made if forecast.name == name]
    assert found, name
    return found


def test_every_observed_quantity_is_forecast_in_every_quarter_to_come(
    figures: dict[str, Any], made: list[Forecast]
) -> None:
    for name, points in figures["observed"].items():
        last = max(point["quarter"] for point in points)
        wanted = [q for q in QUARTERS if q > last and (name != "us_electricity" or q[-1] == "4")]
        rows = of(made, name)
        assert [forecast.quarter for forecast in rows] == wanted
        path = figures["quantities"][name]
        at = path["quarter"].index(rows[0].quarter)
        assert rows[0].quantiles[0.5] == path["p50"][at]
        assert {row.resolves_by for row in rows} == {"report"}


def test_every_quantity_of_the_note_is_filed_for_every_year_to_come(
    figures: dict[str, Any], made: list[Forecast]
) -> None:
    filed = {(row.name, row.quarter) for row in made}
    for name in figures["quantities"]:
        if name != "ai_revenue.NVDA":  # filed as data_center_revenue
            assert {(name, quarter) for quarter in YEARS_END} <= filed, name


def test_power_by_year_is_filed_as_the_note_shows_it(
    figures: dict[str, Any], made: list[Forecast]
) -> None:
    shown = {f"{row['year']}Q4": row for row in figures["power"]}
    for name, field in (
        ("new_power_demand", "demand_gw"),
        ("gross_shortfall", "gross_shortfall_gw"),
        ("net_shortfall", "net_shortfall_gw"),
        ("power_options.gas_turbines", "options_gw"),
    ):
        for row in of(made, name):
            figure = shown[row.quarter][field]
            figure = figure["gas_turbines"] if field == "options_gw" else figure
            assert row.quantiles == {level: figure[at] for at, level in LEVELS.items()}
    gross = of(made, "gross_shortfall")[-1]
    assert (gross.quarter, gross.resolves_on) == ("2030Q4", date(2031, 12, 31))
    assert gross.resolves_by == "publication"


def test_every_company_with_a_value_and_a_price_is_filed(
    figures: dict[str, Any], made: list[Forecast]
) -> None:
    valued = [row for row in figures["companies"] if row["fair_value"] and row["price"]]
    assert len(valued) > 10
    for row in valued:
        (over,) = of(made, f"value_over_price.{row['ticker']}")
        (above,) = of(made, f"value_above_price.{row['ticker']}")
        median = row["fair_value"]["p50"] / row["price"]
        assert over.quantiles[0.5] == pytest.approx(median, rel=1e-5)
        assert above.probability == row["p_above_price"]
        assert over.resolves_on == above.resolves_on == date(2026, 3, 11)
        # The chance of a ratio above 1 lies between the levels that 1 lies between.
        assert above.probability is not None
        p_below = 1 - above.probability
        for level, bound in over.quantiles.items():
            assert p_below >= level - 0.01 if bound < 1 else p_below <= level + 0.01


def test_the_index_and_the_odds_of_limits_are_filed_and_nothing_decides_them(
    figures: dict[str, Any], made: list[Forecast]
) -> None:
    index = figures["jevons_index"]["long_run"]
    (total,) = of(made, "jevons_index.long_run")
    (chance,) = of(made, "jevons_index.long_run.p_positive")
    assert total.quantiles[0.5] == index["jevons_index"]["p50"]
    assert chance.probability == index["p_positive"]
    shares = figures["binding"]["share"]
    odds = [row for limit in shares for row in of(made, f"binding.{limit}")]
    assert [row.quarter for row in odds] == YEARS_END * len(shares)
    for quarter in YEARS_END:  # one limit binds in each draw
        assert sum(row.probability or 0 for row in odds if row.quarter == quarter) == pytest.approx(
            1, abs=1e-4
        )
    for row in (total, chance, *odds):
        assert (row.resolves_by, row.resolves_on) == ("nothing", None)


def test_every_range_of_a_year_to_come_that_the_note_shows_is_filed(
    figures: dict[str, Any], made: list[Forecast]
) -> None:
    """Walked anew: whatever has quantiles and a year ahead, wherever it stands."""

    def ranges(part: Any, year: int | None) -> Iterator[tuple[int, float]]:
        if isinstance(part, list):
            for each in part:
                yield from ranges(each, year)
        if not isinstance(part, dict):
            return
        year = part["year"] if isinstance(part.get("year"), int) else year
        if "p05" in part and "p95" in part:
            if isinstance(part.get("year"), list):
                yield from zip(part["year"], part["p50"], strict=True)
            elif year is not None:
                yield year, part["p50"]
            return
        for each in part.values():
            yield from ranges(each, year)

    filed = {(row.quarter, row.p50) for row in made}
    names = ("power", "supply", "power_context", "campuses", "capital", "value_chain")
    shown = [pair for name in names for pair in ranges(figures[name], None) if pair[0] >= 2025]
    assert len(shown) > 200
    assumed = {row["realisation_factor"]["p50"] for row in figures["power"]}  # no outcome
    for year, median in shown:
        assert median in assumed or (f"{year}Q4", median) in filed, (year, median)


def test_every_open_claim_with_a_probability_is_forecast(
    figures: dict[str, Any], made: list[Forecast]
) -> None:
    wanted = {
        claim["id"]: (claim["p_model"], claim["resolves_on"])
        for claim in figures["claims"]
        if claim["status"] == "open" and claim["p_model"] is not None
    }
    assert wanted
    claims = [row for row in made if row.resolves_by == "claim"]
    assert {row.name: (row.probability, str(row.resolves_on)) for row in claims} == wanted


def test_each_forecast_is_filed_once_with_a_range_or_a_chance_and_a_rule(
    made: list[Forecast],
) -> None:
    assert max(Counter(row.key for row in made).values()) == 1
    for row in made:
        assert bool(row.quantiles) != (row.probability is not None), row
        assert row.unit
        assert row.resolves_by in HOW
        assert (row.resolves_on is None) == (row.resolves_by == "nothing"), row
        assert row.resolves_on is None or row.resolves_on > AS_OF, row


def test_a_rule_says_why_nothing_decides_or_what_does() -> None:
    for name, rule in rules().items():
        assert bool(rule.why) == (rule.by == "nothing"), name
        assert bool(rule.metric) == (rule.by == "publication"), name
        assert rule.how


def test_a_figure_that_was_known_is_no_forecast() -> None:
    """One buyer may have reported a quarter that the five together have not."""
    day = store().last_known_on
    figures = dict(Study(store(), day, draws=20).on_demand)
    snapshot = store().as_of(day)
    known = {
        fact.period_end
        for fact in snapshot.select(entity="ORCL", metric="capex_cash_ppe")
        if fact.period_end <= fact.known_on
    }
    first = of(forecasts(figures, snapshot, day), "capex_by_buyer.ORCL")[0].quarter
    assert max(known) >= date(2026, 8, 31)  # a quarter whose middle lies in 2026Q3
    assert first > "2026Q3" > figures["provenance"]["anchor"]


def test_a_scenario_is_no_forecast(figures: dict[str, Any]) -> None:
    asked = figures | {"provenance": figures["provenance"] | {"scenarios": ["capex-bust"]}}
    assert forecasts(asked, store().as_of(AS_OF), AS_OF) == []
