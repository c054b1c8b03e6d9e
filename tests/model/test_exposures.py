"""Shares of pools: reported revenue over the pool of the anchor quarter, declared where none is."""

from datetime import date

import pytest

from jevons.facts.fact import Fact
from jevons.facts.snapshot import Snapshot
from jevons.model.exposures import LEAST, MOST, RULES, broadcom, pools_at_anchor, settle_exposures
from jevons.model.nvidia import networking_at_anchor
from jevons.model.priors import Input, settle
from jevons.model.reported import Anchor
from jevons.model.revenue import companies, exposures
from jevons.model.simulate import Experiment, simulate

from .invented import (
    AS_OF,
    doubling_revenue,
    experiment,
    fact,
    known,
    quarter_days,
    steady_buyers,
    store,
)

SETTING = experiment().setting


def invented(*facts: Fact) -> Snapshot:
    """What the chain needs to be settled, and some facts more."""
    return known(*steady_buyers(), *doubling_revenue(), *facts)


def settled(snapshot: Snapshot) -> dict[str, Input]:
    return settle_exposures(snapshot, settle(snapshot), SETTING)


@pytest.mark.parametrize(
    ("ticker", "metric", "part", "pool"),
    [
        ("NVDA", "data_center_networking_revenue", 1.0, "network"),
        ("AVGO", "ai_semiconductor_revenue", 0.75, "custom_silicon"),
        ("AVGO", "ai_semiconductor_revenue", 0.25, "network"),
    ],
)
def test_a_share_is_reported_revenue_over_its_pool(
    ticker: str, metric: str, part: float, pool: str
) -> None:
    revenue = fact(ticker, metric, 0.4, *quarter_days(2024, 4))
    snapshot = invented(revenue)
    amount = pools_at_anchor(settle(snapshot), SETTING)[pool]
    found = settled(snapshot)[f"{ticker}_exposure_{pool}"]
    assert found.quantile(0.0) == pytest.approx(part * 0.4 / amount)
    assert revenue.fact_id in found.facts


def test_a_share_is_neither_nothing_nor_all_of_a_pool() -> None:
    for amount, share in ((1e-6, LEAST), (1e6, MOST)):
        revenue = fact("AVGO", "ai_semiconductor_revenue", amount, *quarter_days(2024, 4))
        found = settled(invented(revenue))["AVGO_exposure_custom_silicon"]
        assert found.quantile(0.0) == pytest.approx(share)


def test_what_no_rule_or_no_report_moves_stands_as_declared() -> None:
    nothing, bundled = (
        settled(invented()),
        settled(store().as_of(AS_OF)),
    )
    for row in exposures():
        assert nothing[row.name].quantile(0.0) == pytest.approx(row.median)
        if row.centre is None:
            assert bundled[row.name].facts == ()
            assert bundled[row.name].quantile(0.0) == pytest.approx(row.median)
    early = settled(store().as_of(date(2024, 3, 1)))
    assert early["AVGO_exposure_network"].facts != bundled["AVGO_exposure_network"].facts


@pytest.mark.parametrize("rule", [networking_at_anchor, broadcom])
def test_revenue_of_which_nothing_is_known_is_none(rule: object) -> None:
    assert callable(rule)
    assert rule(invented()) == Anchor(None, ())


@pytest.mark.parametrize("day", [date(2025, 3, 11), date(2026, 9, 29)])
def test_broadcom_sells_at_the_anchor_what_it_reported(day: date) -> None:
    """To a few per cent: the median of a product of draws is not that of its factors."""
    run = Experiment.of(store().as_of(day), 2025)
    at = companies().index("AVGO")
    path = simulate(run, 4096, ["ai_revenue"])["ai_revenue"][:, at]
    reported = broadcom(store().as_of(day)).value
    assert reported is not None
    anchor = int(run.setting.anchor)
    assert sorted(path[:, anchor])[2048] == pytest.approx(reported, rel=0.03)


def test_every_rule_is_used_by_a_row() -> None:
    assert {row.centre for row in exposures()} - {None} == set(RULES)
