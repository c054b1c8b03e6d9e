"""Multiples by hand, their percentile in their own history, and nothing of later days."""

from datetime import date, timedelta

import pytest

from jevons.facts.fact import Fact
from jevons.facts.snapshot import Snapshot
from jevons.valuation.company import company_of
from jevons.valuation.multiples import FEWEST, on_day, own_history

NVDA = company_of("NVDA")
AS_OF = date(2026, 3, 2)


def fact(metric: str, amount: float, known: date, year: int = 2024, unit: str = "USD_bn") -> Fact:
    flow = metric in ("total_revenue", "operating_income")
    start = date(year, 1, 1) if flow else None
    name = f"{metric}-{year}-{known}"
    origin = "report", "https://example.org", ""
    end = date(year, 12, 31)
    numbers = amount, None, None, unit
    return Fact(name, "NVDA", metric, start, end, *numbers, "company", known, known, *origin)


def report(known: date, year: int, money: float = 1.0) -> list[Fact]:
    """Revenue 100, income 40, net cash 20, two billion shares."""
    return [
        fact("total_revenue", 100 * money, known, year),
        fact("operating_income", 40 * money, known, year),
        fact("total_debt", 10, known, year),
        fact("cash_and_investments", 30, known, year),
        fact("shares_outstanding", 2e9, known, year, "share"),
    ]


SNAPSHOT = Snapshot(
    AS_OF, tuple(report(date(2025, 2, 1), 2024) + report(date(2026, 2, 1), 2025, 2.0))
)
DAYS = [date(2025, 3, 1) + timedelta(30 * i) for i in range(10)]  # all before 2026-02-01


def test_multiples_by_hand() -> None:
    """2 bn shares at 100 are 200, less 20 of net cash 180: over 200 and 80 of 2025."""
    found = on_day(NVDA, SNAPSHOT, 100.0)
    assert found == pytest.approx({"ev_to_revenue": 0.9, "ev_to_operating_income": 2.25})


def test_past_days_see_the_report_of_their_day() -> None:
    """At one price the multiple of 2025's days is twice today's: revenue has doubled since."""
    closes = [(day, 100.0) for day in DAYS]
    found = own_history(NVDA, SNAPSHOT, closes, 100.0)["ev_to_revenue"]
    assert found["percentile"] == 0.0
    assert (found["days"], found["since"]) == (10, "2025-03-01")
    # At twice the price and a little, today stands above every day of then.
    assert own_history(NVDA, SNAPSHOT, closes, 200.0)["ev_to_revenue"]["percentile"] == 1.0


def test_percentile_is_the_mid_rank() -> None:
    """Six days at a higher multiple, three lower, one equal: 0.35."""
    # Today at 100: 0.9 of revenue. Then revenue was 100: EV of 90 is a price of 55.
    prices = [60.0] * 6 + [50.0] * 3 + [55.0]
    closes = list(zip(DAYS, prices, strict=True))
    found = own_history(NVDA, SNAPSHOT, closes, 100.0)["ev_to_revenue"]
    assert found["percentile"] == pytest.approx(0.35)


def test_too_short_a_history_has_no_percentile() -> None:
    closes = [(day, 100.0) for day in DAYS[: FEWEST - 1]]
    found = own_history(NVDA, SNAPSHOT, closes, 100.0)["ev_to_revenue"]
    assert found["percentile"] is None
    assert found["reason"] == f"7 days of history, fewer than {FEWEST}"


def test_a_loss_has_no_multiple_and_is_counted() -> None:
    loss = [f for f in report(date(2025, 2, 1), 2024) if f.metric != "operating_income"]
    facts = (
        *loss,
        fact("operating_income", -5, date(2025, 2, 1)),
        *report(date(2026, 2, 1), 2025, 2.0),
    )
    found = own_history(NVDA, Snapshot(AS_OF, facts), [(d, 100.0) for d in DAYS], 100.0)
    assert found["ev_to_operating_income"]["missing"] == 1.0
    assert found["ev_to_operating_income"]["percentile"] is None
    assert found["ev_to_revenue"]["missing"] == 0.0


def test_no_price_has_no_multiples() -> None:
    assert own_history(NVDA, SNAPSHOT, [], None) == {}
