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


def prices(entity: str, first: float, last: float) -> list[Fact]:
    """Two closes, a year apart."""
    days = {date(2025, 3, 11): first, date(2026, 3, 11): last}
    return [
        replace(
            fact(f"{entity}-{day}", day, value), entity=entity, metric="close", unit="USD/share",
            stated_by="exchange", period_start=day, period_end=day,
        )
        for day, value in days.items()
    ]  # fmt: skip


@pytest.fixture
def leaders(claim: Claim) -> Claim:
    """Two shares that beat a fund over a year."""
    return replace(
        claim, entity="A|B", metric="close", measure="change", benchmark="FUND", unit="percent",
        period_start=date(2025, 3, 11), period_end=date(2026, 3, 11), low=0.0, high=None,
        resolves_on=date(2026, 3, 31),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("a", "b", "status"), [(150.0, 130.0, "true"), (150.0, 110.0, "partly"), (90.0, 119.0, "false")]
)
def test_shares_are_held_against_the_fund_one_by_one(
    leaders: Claim, a: float, b: float, status: str
) -> None:
    """The fund rose by 20 %, from 100 to 120; a share that rose by 19 % has lost to it."""
    facts = [*prices("A", 100.0, a), *prices("B", 100.0, b), *prices("FUND", 100.0, 120.0)]
    found = resolve(leaders, Store(facts).as_of(date(2026, 3, 11)))
    assert found.status == status
    assert found.outcome == pytest.approx((a + b) / 2 - 120)  # the median of two is their mean
    assert len(found.facts) == 6
    assert f"{sum(price > 120 for price in (a, b))} of 2 hold" in found.why


def test_an_outperformance_waits_for_every_price(leaders: Claim) -> None:
    facts = [*prices("A", 100.0, 150.0), *prices("FUND", 100.0, 120.0)]
    found = resolve(leaders, Store(facts).as_of(date(2026, 4, 1)))
    assert (found.status, found.why) == ("open", "not every figure of B is public")


def test_the_last_level_stated_within_the_period_counts(claim: Claim) -> None:
    ratio = replace(
        claim, entity="models", metric="tokens_per_answer_measured", unit="1", measure="last",
        low=50.0, high=200.0, period_start=date(2025, 3, 11), period_end=date(2026, 3, 11),
    )  # fmt: skip
    levels = {date(2025, 3, 1): 90.0, date(2025, 4, 17): 8.0, date(2026, 4, 1): 100.0}
    facts = [
        replace(
            fact(str(day), day, value), entity="models", metric=ratio.metric, unit="1",
            period_start=None, period_end=day,
        )
        for day, value in levels.items()
    ]  # fmt: skip
    found = resolve(ratio, Store(facts).as_of(date(2026, 6, 1)))
    assert (found.status, found.outcome) == ("false", 8.0)
    assert found.why == "8 is below the claimed range, 50 to 200"


def test_what_nothing_can_decide_says_so_at_once(claim: Claim) -> None:
    mood = replace(
        claim, low=None, high=None, not_resolvable="names no figure", not_resolvable_zh="未给数字"
    )
    found = resolve(mood, Store(spending()).as_of(date(2025, 5, 1)))
    assert (found.status, found.why, found.why_zh) == (
        "not resolvable", "names no figure", "未给数字",
    )  # fmt: skip


def test_a_status_gives_its_reason(claim: Claim) -> None:
    store = Store(spending())
    early = resolve(claim, store.as_of(date(2025, 6, 1)))
    assert early.why == "its period ends on 2025-12-31"
    known = resolve(claim, store.as_of(date(2026, 3, 1)))
    assert known.why == "102 is in the claimed range, 100 to 105"
    high = replace(claim, low=None, high=90.0)
    above = resolve(high, store.as_of(date(2026, 3, 1)))
    assert above.why == "102 is above the claimed range, at most 90"
    never = resolve(replace(claim, entity="META"), store.as_of(date(2027, 1, 1)))
    assert never.why == "no figure of META that covers the period was known by 2026-08-27"


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
