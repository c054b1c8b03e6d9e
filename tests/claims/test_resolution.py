"""Resolution by facts known on a day, by hand; and the model's probability."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from jevons.claims import document, probability, read_ledger, resolve
from jevons.claims.ledger import Claim
from jevons.facts import Store
from jevons.facts.fact import Fact

from .test_ledger import table

QUARTERS = [
    (date(2025, 1, 1), date(2025, 3, 31), date(2025, 5, 1), 24.0),
    (date(2025, 4, 1), date(2025, 6, 30), date(2025, 8, 1), 25.0),
    (date(2025, 7, 1), date(2025, 9, 30), date(2025, 11, 1), 26.0),
    (date(2025, 10, 1), date(2025, 12, 31), date(2026, 2, 6), 27.0),
]


def fact(fact_id: str, known_on: date, value: float) -> Fact:
    """A figure of US data-centre electricity in 2028, stated by LBNL."""
    return Fact(
        fact_id=fact_id,
        entity="US data centres",
        metric="electricity_use",
        period_start=date(2028, 1, 1),
        period_end=date(2028, 12, 31),
        value=value,
        low=None,
        high=None,
        unit="TWh/year",
        stated_by="LBNL",
        known_on=known_on,
        recorded_on=date(2026, 1, 1),
        source_title="Report",
        source_url="https://example.org/report",
        note="",
    )


@pytest.fixture
def claim() -> Claim:
    return read_ledger(table(), "mine.csv")[0]


def spending(entity: str = "AMZN") -> list[Fact]:
    """Four quarters that add to 102."""
    return [
        replace(
            fact(f"{entity}-{end}", known_on, value),
            entity=entity,
            stated_by="company",
            metric="capex_cash_ppe",
            unit="USD_bn",
            period_start=start,
            period_end=end,
        )
        for start, end, known_on, value in QUARTERS
    ]


def test_quarters_add_up_once_the_last_is_public(claim: Claim) -> None:
    store = Store(spending())
    before, after = (
        resolve(claim, store.as_of(day)) for day in (date(2026, 2, 5), date(2026, 2, 6))
    )
    assert (before.status, before.outcome) == ("open", None)
    assert (after.status, after.outcome, len(after.facts)) == ("true", 102.0, 4)


def test_outside_the_range_is_false_above_as_below(claim: Claim) -> None:
    snapshot = Store(spending()).as_of(date(2026, 3, 1))
    assert resolve(replace(claim, low=103.0), snapshot).status == "false"
    assert resolve(replace(claim, low=90.0, high=101.0), snapshot).status == "false"
    assert resolve(replace(claim, low=None, high=102.0), snapshot).status == "true"


def test_a_gap_is_never_filled(claim: Claim) -> None:
    store = Store([found for found in spending() if found.period_end != date(2025, 6, 30)])
    assert resolve(claim, store.as_of(date(2026, 3, 1))).status == "open"
    assert resolve(claim, store.as_of(date(2026, 12, 1))).status == "not resolvable"


def test_a_year_stated_whole_wins_over_its_quarters(claim: Claim) -> None:
    year = replace(
        spending()[0], fact_id="year", period_end=date(2025, 12, 31), value=104.0,
        known_on=date(2026, 2, 6),
    )  # fmt: skip
    found = resolve(claim, Store([*spending(), year]).as_of(date(2026, 3, 1)))
    assert (found.outcome, found.facts) == (104.0, ("year",))


def test_several_entities_are_summed_and_all_are_needed(claim: Claim) -> None:
    both = replace(claim, entity="AMZN+MSFT", low=200.0, high=None)
    day = date(2026, 3, 1)
    assert resolve(both, Store(spending()).as_of(day)).status == "open"
    found = resolve(both, Store([*spending(), *spending("MSFT")]).as_of(day))
    assert (found.status, found.outcome) == ("true", 204.0)


def test_a_forecast_is_no_outcome(claim: Claim) -> None:
    outlook = replace(
        claim, entity="US data centres", metric="electricity_use", unit="TWh/year",
        period_start=date(2028, 1, 1), period_end=date(2028, 12, 31), resolves_on=date(2029, 6, 30),
    )  # fmt: skip
    forecast, report = (
        fact("forecast", date(2025, 1, 1), 103.0),
        fact("report", date(2029, 3, 1), 104.0),
    )
    assert resolve(outlook, Store([forecast]).as_of(date(2029, 4, 1))).status == "open"
    assert resolve(outlook, Store([forecast, report]).as_of(date(2029, 4, 1))).outcome == 104.0
    other = replace(outlook, stated_by="IEA")
    assert resolve(other, Store([forecast, report]).as_of(date(2029, 4, 1))).status == "open"


def test_units_are_converted(claim: Claim) -> None:
    small = [replace(found, value=found.central * 1e3, unit="USD_mn") for found in spending()]
    assert resolve(claim, Store(small).as_of(date(2026, 3, 1))).outcome == pytest.approx(102.0)


def test_probability_counts_draws_in_the_closed_range(claim: Claim) -> None:
    assert probability(claim, np.array([99.0, 100.0, 103.0, 105.0, 106.0])) == 0.6
    assert probability(replace(claim, high=None), [1.0, 200.0]) == 0.5


def test_the_document_has_the_agreed_keys(claim: Claim) -> None:
    found = document(claim, resolve(claim, Store(spending()).as_of(date(2026, 3, 1))), 0.25)
    agreed = {"id", "text", "metric", "low", "high", "resolves_on", "status", "outcome"}
    assert agreed <= found.keys()
    assert (found["status"], found["outcome"], found["p_model"]) == ("true", 102.0, 0.25)
