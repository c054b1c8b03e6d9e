"""The study as a whole: one set of numbers for the note and every command, and no look-ahead."""

import json
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from jevons.errors import UserError
from jevons.facts import Store, load
from jevons.model.anchors import BUYERS
from jevons.model.clock import QUARTERS
from jevons.model.revenue import companies as exposed
from jevons.quantiles import rounded
from jevons.study import Study
from jevons.study.chain import power_rows
from jevons.study.companies import Companies
from jevons.study.scenario import find
from jevons.valuation import companies

DAY = date(2025, 3, 11)
DRAWS = 300
QUANTILES = ("p05", "p25", "p50", "p75", "p95")


@pytest.fixture(scope="module")
def store() -> Store:
    return load()


@pytest.fixture(scope="module")
def study(store: Store) -> Study:
    return Study(store, DAY, draws=DRAWS)


@pytest.fixture(scope="module")
def figures(study: Study) -> dict[str, Any]:
    return study.figures()


def quantities(value: Any) -> list[dict[str, Any]]:
    """Every random quantity anywhere in a document."""
    if isinstance(value, dict):
        if {"p05", "p50", "p95", "mean", "unit"} <= value.keys():
            return [value]
        return [found for part in value.values() for found in quantities(part)]
    if isinstance(value, list):
        return [found for part in value for found in quantities(part)]
    return []


def test_figures_are_one_json_document(figures: dict[str, Any]) -> None:
    text = json.dumps(figures, allow_nan=False)
    assert json.loads(text) == figures


def test_every_quantity_has_ordered_quantiles_and_a_unit(figures: dict[str, Any]) -> None:
    found = quantities(figures)
    assert len(found) > 150
    for quantity in found:
        columns = [quantity[level] for level in QUANTILES]
        rows = zip(*columns, strict=True) if isinstance(columns[0], list) else [tuple(columns)]
        assert all(list(row) == sorted(row) for row in rows)
        assert quantity["unit"]


def test_paths_have_their_quarters(figures: dict[str, Any]) -> None:
    for path in figures["quantities"].values():
        assert path["quarter"] == list(QUARTERS)
        assert len(path["p50"]) == len(QUARTERS)


def test_the_six_answers(figures: dict[str, Any]) -> None:
    answers = {answer["id"]: answer for answer in figures["answers"]}
    assert list(answers) == ["jevons", "build", "power", "value", "entry", "record"]
    chances = [answer["probability"] for answer in answers.values()]
    assert all(chance is None or 0 <= chance <= 1 for chance in chances)
    index = figures["jevons_index"]["long_run"]
    assert answers["jevons"]["probability"] == index["p_positive"]


def test_commands_give_the_numbers_of_the_note(store: Store, figures: dict[str, Any]) -> None:
    other = Study(store, DAY, draws=DRAWS)
    assert power_rows(other.chain.power()) == figures["power"]
    assert other.power() == other.chain.power() | figures["power_context"]
    assert other.simulate()["quantities"] == figures["quantities"]
    assert other.index()["p_positive"] == figures["jevons_index"]["long_run"]["p_positive"]
    assert other.shock() == figures["shock"]
    assert other.claims() == figures["claims"]
    shown = {row["ticker"]: row for row in figures["companies"]}
    for value in other.values():
        row = shown[value["ticker"]]
        assert {name: row[name] for name in value} == value
    assert other.implied("NVDA") == shown["NVDA"]["implied"]


def test_a_study_under_a_scenario_is_that_scenarios_study(store: Store, study: Study) -> None:
    scenarios = [find("power-starved")]
    moved, alone = study.under(scenarios), Study(store, DAY, draws=DRAWS, scenarios=scenarios)
    assert moved.figures() == alone.figures()
    assert moved.quoted is study.quoted
    assert study.scenarios == ()
    assert moved.power() != study.power()


def test_names_and_prices_of_companies_wait_for_no_valuation(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Study(store, DAY, draws=DRAWS)
    monkeypatch.setattr(Companies, "valued", lambda *_: pytest.fail("a company was valued"))
    rows = other.on_demand["companies"]
    assert [row["ticker"] for row in rows] == list(companies())
    assert all(row["name"] and row["drawdown"] is not None for row in rows if row["price"])
    reasons = other.on_demand["why"]["ai_capex"]
    assert all(other.on_demand["facts"][fact_id]["known_on"] for fact_id in reasons["facts"])
    assert "nowhere" not in other.on_demand["facts"]


def test_the_scale_of_a_build_out_carries_no_last_bits(figures: dict[str, Any]) -> None:
    scales = [row["implied"]["scale"] for row in figures["companies"]]
    assert any(scale is not None for scale in scales)
    assert all(scale is None or scale == rounded(scale) for scale in scales)


def test_every_company_is_shown_or_says_why_not(figures: dict[str, Any]) -> None:
    assert [row["ticker"] for row in figures["companies"]] == list(companies())
    for row in figures["companies"]:
        assert (row["fair_value"] is None) <= bool(row["missing"])


def test_what_was_published_later_changes_nothing(store: Store, figures: dict[str, Any]) -> None:
    tomorrow = DAY + timedelta(days=1)
    later = []
    for metric, entity in (
        ("data_center_revenue", "NVDA"),
        ("capex_cash_ppe", "MSFT"),
        ("total_revenue", "NVDA"),
        ("incremental_power_demand", "US data centres"),
    ):
        known = [fact for fact in store.facts if (fact.metric, fact.entity) == (metric, entity)]
        fact = known[0]
        value = None if fact.value is None else 3 * fact.value
        later.append(replace(fact, fact_id=f"later-{metric}", value=value, known_on=tomorrow))
    changed = Study(Store([*store.facts, *later]), DAY, draws=DRAWS).figures()
    assert changed["provenance"].pop("fact_hash") != figures["provenance"]["fact_hash"]
    expected = {**figures["provenance"]}
    del expected["fact_hash"]
    assert changed["provenance"] == expected
    del changed["provenance"]
    assert changed == {name: part for name, part in figures.items() if name != "provenance"}


def test_the_latest_facts_know_more(store: Store, figures: dict[str, Any]) -> None:
    now = Study(store, store.last_known_on, draws=DRAWS)
    assert QUARTERS.index(now.experiment.anchor) > QUARTERS.index(figures["provenance"]["anchor"])
    assert len(now.observed["buyers_capex"]) > len(figures["observed"]["buyers_capex"])


def test_nothing_cited_was_unknown(figures: dict[str, Any]) -> None:
    assert figures["facts"]
    assert all(fact["known_on"] <= DAY.isoformat() for fact in figures["facts"].values())


def test_observed_capex_is_the_sum_of_the_reports(study: Study) -> None:
    point = study.observed["buyers_capex"][-1]
    facts = [study.snapshot.get(fact_id) for fact_id in point["facts"]]
    assert {fact.entity for fact in facts} == set(BUYERS)
    assert point["value"] == pytest.approx(sum(fact.central for fact in facts))


def test_many_draws_take_several_passes_with_the_same_numbers(
    store: Store, figures: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jevons.study.chain.MEMORY", 1)
    small = Study(store, DAY, draws=DRAWS)
    assert small.simulate()["quantities"] == figures["quantities"]


def test_why_names_formula_facts_and_assumptions(study: Study) -> None:
    why = study.why("ai_revenue.NVDA")
    assert "share of the pool" in why["formula"]
    assert "network_ratio" in why["assumptions"]
    assert all(study.snapshot.get(fact_id) for fact_id in why["facts"])
    assert why["facts"]


def test_unknown_names_are_explained(study: Study) -> None:
    with pytest.raises(UserError, match=r"'gross_shortfal'; did you mean gross_shortfall"):
        study.why("gross_shortfal")
    with pytest.raises(UserError, match="NVDX"):
        study.value("NVDX")


def test_too_few_facts_are_named(store: Store) -> None:
    with pytest.raises(UserError, match="data_center_revenue"):
        Study(store, date(2023, 6, 1), draws=DRAWS).simulate()


def test_labelled_results(study: Study) -> None:
    results = study.dataset(["ai_revenue", "fleet"])
    assert list(results["company"].values) == list(exposed())
    assert dict(results.sizes) == {
        "draw": DRAWS,
        "company": len(exposed()),
        "quarter": len(QUARTERS),
    }
    assert results["fleet"].attrs["unit"] == "MH100e"
