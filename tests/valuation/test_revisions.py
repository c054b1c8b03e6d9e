"""Whether fundamentals hold: growth, guidance and restatements that were known by a day."""

from dataclasses import replace
from datetime import date

from jevons.facts import load
from jevons.facts.fact import Fact
from jevons.facts.store import Store
from jevons.model.anchors import BUYERS
from jevons.valuation.revisions import fundamentals_state, revised, spending_plans

from .test_multiple_history import filed

AS_OF = date(2025, 3, 11)
YEARS = [
    filed("total_revenue", 2023, 100, date(2024, 2, 20)),
    filed("total_revenue", 2024, 120, date(2025, 2, 20)),
]


def guided(value: float, known_on: date) -> Fact:
    fact = filed("total_revenue", 2025, value, known_on)
    return replace(fact, metric="total_revenue_guidance", fact_id=f"G-{known_on}")


def state(*facts: Fact, day: date = AS_OF) -> dict[str, object]:
    return fundamentals_state(Store([*YEARS, *facts]).as_of(day), "NVDA")


def test_revenue_that_grew_is_intact() -> None:
    found = state()
    assert (found["intact"], found["revenue_growth"], found["revenue_to"]) == (
        True,
        0.2,
        "2024-12-31",
    )


def test_revenue_that_fell_is_broken() -> None:
    fallen = filed("total_revenue", 2025, 100, date(2026, 2, 20))
    found = state(fallen, day=date(2026, 3, 1))
    assert (found["intact"], found["broken"]) == (False, ["revenue"])


def test_guidance_that_was_lowered_last_is_broken() -> None:
    cut = [guided(130, date(2024, 11, 20)), guided(120, date(2025, 2, 20))]
    assert state(*cut)["broken"] == ["guidance"]
    raised_again = guided(140, date(2025, 3, 1))
    assert state(*cut, raised_again)["intact"] is True


def test_a_figure_restated_downwards_is_broken_and_a_rounding_is_not() -> None:
    restated = filed("total_revenue", 2023, 90, date(2024, 9, 1))
    found = state(restated)
    assert found["broken"] == ["restatement"]
    assert found["revisions"][0]["change"] == -0.1  # type: ignore[index]  # a list
    assert state(filed("total_revenue", 2023, 99.9, date(2024, 9, 1)))["intact"] is True


def test_old_revisions_and_later_ones_do_not_count() -> None:
    assert state(filed("total_revenue", 2023, 90, date(2024, 3, 1)))["intact"] is True
    assert state(filed("total_revenue", 2024, 50, date(2025, 3, 12)))["intact"] is True


def test_nothing_is_judged_where_nothing_is_known() -> None:
    found = fundamentals_state(Store(YEARS).as_of(AS_OF), "VST")
    assert found["intact"] is None
    assert "two trailing years of revenue of VST are not known" in str(found["missing"])


def test_buyers_raised_their_plans_through_2025() -> None:
    # META for 2025: 60-65, then 64-72 on 2025-04-30 (its first-quarter report), and on.
    snapshot = load().as_of(date(2025, 11, 30))
    first = revised(snapshot, "META", "capex_guidance")[0]
    assert (first["before"], first["after"], first["known_on"]) == (62.5, 68.0, "2025-04-30")
    plans = spending_plans(snapshot, BUYERS)
    assert {"AMZN", "GOOGL", "META"} <= set(plans["raised"])
    assert plans["lowered"] == []
    # Before: META's 2024 went from 30-37 to 35-40, 37-40 and 38-40, Alphabet's last quarter from
    # about 12 to about 13.1, Oracle's fiscal 2025 from 10 to 13.7 and 16; nobody had yet moved a
    # plan for 2025.
    before = spending_plans(load().as_of(AS_OF), BUYERS)
    assert before["raised"] == ["GOOGL", "META", "ORCL"]
    ends = {revision["period_end"] for revision in before["revisions"]}
    assert ends == {"2024-05-31", "2024-09-30", "2024-12-31", "2025-05-31"}
