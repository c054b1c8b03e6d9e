"""What NVIDIA's reports settle, on a few invented facts and worked by hand."""

import math
from datetime import date

import pytest

from jevons.errors import UserError
from jevons.facts.fact import Fact
from jevons.model.anchors import RULES
from jevons.model.nvidia import (
    NETWORKING_SHARE,
    NVIDIA_SHARE,
    anchor_quarter,
    compute_revenue,
    counted_price,
    networking_at_anchor,
    surge,
)
from jevons.model.reported import Anchor, quarterly

from .invented import doubling_revenue, fact, known, quarter_days, quarters

YEAR_END = date(2024, 12, 31)
LAST = 4 * 2**1.75  # USD_bn of data-centre revenue in 2024Q4


def settled(rule: str, *facts: Fact) -> Anchor:
    return RULES[rule](known(*doubling_revenue(), *facts))


def network(year: int, quarter: int, amount: float) -> Fact:
    days = quarter_days(year, quarter)
    return fact("NVDA", "data_center_networking_revenue", amount, *days)


def shipped(chip: str, year: int, quarter: int, units: float, known_on: date) -> Fact:
    days = quarter_days(year, quarter)
    return fact(chip, "units_shipped_quarter", units, *days, known_on=known_on)


def test_the_anchor_is_the_last_quarter_known() -> None:
    facts = doubling_revenue()
    assert anchor_quarter(known(*facts)) == "2024Q4"
    assert anchor_quarter(known(*facts, as_of=date(2025, 1, 29))) == "2024Q3"


def test_only_periods_of_a_quarter_are_quarterly() -> None:
    whole = fact("NVDA", "data_center_revenue", 30.0, date(2024, 1, 1), YEAR_END)
    stock = fact("NVDA", "data_center_revenue", 30.0, None, YEAR_END)
    quarter = fact("NVDA", "data_center_revenue", 9.0, *quarter_days(2024, 4))
    assert quarterly([whole, stock, quarter]) == {"2024Q4": quarter}


def test_two_quarters_are_too_few_and_the_series_is_named() -> None:
    with pytest.raises(UserError, match=r"3 quarters of NVDA data_center_revenue.*knows 2"):
        anchor_quarter(known(*doubling_revenue()[:2]))


def test_quarters_before_the_clock_do_not_count() -> None:
    facts = quarters("NVDA", "data_center_revenue", 2021, [3.0] * 8)
    with pytest.raises(UserError, match="knows 0"):
        anchor_quarter(known(*facts))


def test_accelerator_spend_takes_networking_out_and_the_others_in() -> None:
    spend = settled("accelerator_spend_at_anchor", network(2024, 4, 3.0))
    assert spend.value == pytest.approx((LAST - 3.0) / NVIDIA_SHARE)
    assert len(spend.facts) == 2  # the quarter's two figures, once each


def test_unreported_networking_has_the_nearest_share() -> None:
    """Published for 2023Q2 and 2024Q2: a quarter takes the nearer one's share, of two the earlier.

    Revenue rises by the fourth root of two a quarter, and networking at a given share with it.
    """
    split = network(2023, 2, 1.0), network(2024, 2, 3.0)
    found = compute_revenue(known(*doubling_revenue(), *split))
    money = {quarter: amount for quarter, (amount, _) in found.items()}
    whole = {quarter: 4 * 2 ** (n / 4) for n, quarter in enumerate(money)}
    assert money["2023Q2"] == pytest.approx(whole["2023Q2"] - 1.0)
    assert money["2023Q1"] == pytest.approx(whole["2023Q1"] - 2**-0.25)
    assert money["2023Q4"] == pytest.approx(whole["2023Q4"] - 2**0.5)  # as near to both
    assert money["2024Q1"] == pytest.approx(whole["2024Q1"] - 3 * 2**-0.25)
    assert money["2024Q4"] == pytest.approx(whole["2024Q4"] - 3 * 2**0.5)
    assert len(found["2024Q2"][1]) == 2
    assert len(found["2024Q4"][1]) == 3


def test_before_any_split_networking_is_the_assumed_share() -> None:
    without = settled("accelerator_spend_at_anchor")
    assert without.value == pytest.approx(LAST * (1 - NETWORKING_SHARE) / NVIDIA_SHARE)
    assert networking_at_anchor(known(*doubling_revenue())) == Anchor(None, ())


def test_a_split_that_is_not_yet_public_changes_nothing() -> None:
    later = fact(
        "NVDA", "data_center_networking_revenue", 3.0, *quarter_days(2024, 4),
        known_on=date(2025, 4, 1),
    )  # fmt: skip
    assert settled("accelerator_spend_at_anchor", later) == settled("accelerator_spend_at_anchor")


def test_revenue_that_doubles_a_year_grows_by_ln_2() -> None:
    past = settled("accelerator_spend_growth_past")
    assert past.value == pytest.approx(math.log(2))
    assert len(past.facts) == 8
    recent = settled("accelerator_spend_growth")
    assert recent.value == pytest.approx(math.log(2))
    assert recent.facts == (
        f"NVDA/data_center_revenue/{date(2023, 12, 31)}",
        f"NVDA/data_center_revenue/{YEAR_END}",
    )


def test_growth_over_less_than_a_year_is_put_on_a_year() -> None:
    recent = RULES["accelerator_spend_growth"](known(*doubling_revenue()[:4]))
    assert recent.value == pytest.approx(math.log(2))


def test_growth_and_surge_are_of_compute_alone() -> None:
    """Networking that falls from half of revenue to nothing lets compute double once more.

    Nine tenths of a doubling is above no trend: surge is what the least-squares line leaves.
    """
    split = network(2023, 4, 4 * 2**0.75 / 2), network(2024, 4, 0.0)
    snapshot = known(*doubling_revenue(), *split)
    growth = RULES["accelerator_spend_growth"](snapshot).value
    assert growth == pytest.approx(2 * math.log(2))
    off = surge(snapshot)
    assert off["2024Q4"] == 0.0
    slope = RULES["accelerator_spend_growth_past"](snapshot).value
    assert slope is not None
    assert off["2023Q4"] == pytest.approx(slope - 2 * math.log(2))


def test_price_is_compute_revenue_over_chips_counted() -> None:
    """200 thousand B200 of 2.527 equivalents in 2024Q3, 13 % of whose revenue is networking."""
    count = shipped("NVIDIA B200", 2024, 3, 200_000, date(2025, 1, 1))
    google = shipped("Google TPU v6e", 2024, 3, 900_000, date(2025, 1, 1))
    price = settled("accelerator_price", count, google)
    money = 4 * 2**1.5 * (1 - NETWORKING_SHARE) * 1e9
    assert price.value == pytest.approx(money / (200_000 * 2.527))
    assert price.facts == (f"NVDA/data_center_revenue/{date(2024, 9, 30)}", count.fact_id)
    assert settled("accelerator_price") == Anchor(None, ())


def test_price_is_that_of_the_last_quarter_counted_by_the_day() -> None:
    counts = [
        shipped("NVIDIA H100", 2024, 2, 400_000, date(2025, 1, 1)),
        shipped("NVIDIA H100", 2024, 3, 500_000, date(2025, 1, 1)),
        shipped("NVIDIA H100", 2024, 4, 900_000, date(2025, 6, 1)),
    ]
    snapshot = known(*doubling_revenue(), *counts)
    assert list(counted_price(snapshot)) == ["2024Q2", "2024Q3"]
    price = RULES["accelerator_price"](snapshot).value
    assert price == pytest.approx(counted_price(snapshot)["2024Q3"][0])


def test_a_count_of_a_quarter_that_still_runs_is_none() -> None:
    early = shipped("NVIDIA H100", 2024, 4, 300_000, date(2024, 12, 1))
    assert counted_price(known(*doubling_revenue(), early)) == {}
