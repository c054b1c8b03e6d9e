"""What guidance implies: growth against closed forms, days, and what the chain makes of it."""

import math
from dataclasses import replace
from datetime import date

import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jevons.facts.fact import Fact
from jevons.model.anchors import BUYERS
from jevons.model.capex import outside_growth
from jevons.model.clock import FIRST_YEAR, QUARTERS
from jevons.model.guidance import Guided, guided
from jevons.model.simulate import Experiment, simulate
from jevons.model.statements import overrun
from jevons.model.supply import LIMITS

from .invented import (
    doubling_revenue,
    drawn,
    experiment,
    fact,
    known,
    moved,
    quarter_days,
    quarters,
    steady_buyers,
    store,
)

YEAR = (date(2025, 1, 1), date(2025, 12, 31))
FEBRUARY = date(2025, 2, 6)


def guidance(buyer: str, amount: float, known_on: date = FEBRUARY) -> Fact:
    return fact(buyer, "capex_guidance", amount, *YEAR, known_on=known_on)


def found(*facts: Fact, as_of: date = date(2025, 3, 11)) -> Guided:
    return guided(known(*steady_buyers(15.0), *doubling_revenue(), *facts, as_of=as_of))


def path(growth: float) -> float:
    """A year's capex of a buyer whose capex grows by a log amount each quarter."""
    return sum(15 * math.exp(growth * k) for k in range(1, 5))


@given(st.floats(-0.3, 0.5))
def test_growth_is_that_whose_path_adds_up_to_the_guidance(growth: float) -> None:
    names = ("AMZN", "GOOGL", "META")
    told = found(*(guidance(name, path(growth)) for name in names))
    assert set(told.growth) == set(names)
    ahead = np.arange(-3, 7)
    guides = (ahead > 0) & (ahead <= 4)
    for name in names:
        rate, last = told.growth[name]
        assert last == 4
        assert rate == pytest.approx(growth, abs=1e-6)
        expected = np.where(guides, 15 * np.exp(growth * ahead), 0.0)
        np.testing.assert_allclose(told.path(name, 15.0, ahead), expected, rtol=1e-5)
    assert not told.path("MSFT", 15.0, ahead).any()


def test_what_is_reported_of_the_year_is_taken_off() -> None:
    """After a first quarter of 18 the other three meet what is left of 78, from there on."""
    revenue = quarters("NVDA", "data_center_revenue", 2025, [60.0])
    first = [each for b in BUYERS for each in quarters(b, "capex_cash_ppe", 2025, [18.0])]
    told = found(*revenue, *first, guidance("GOOGL", 78.0), as_of=date(2025, 6, 30))
    growth, last = told.growth["GOOGL"]
    assert last == 3
    assert sum(18 * math.exp(growth * k) for k in (1, 2, 3)) == pytest.approx(60)


def test_guidance_is_put_into_cash_at_the_anchors_rate() -> None:
    """Amazon's 78 are net: 17 of them are spent, 61 left; a net dollar was 18/17 of cash."""
    revenue = quarters("NVDA", "data_center_revenue", 2025, [60.0])
    first = [each for b in BUYERS for each in quarters(b, "capex_cash_ppe", 2025, [18.0])]
    net = quarters("AMZN", "capex_net_of_proceeds", 2025, [17.0])
    told = found(*revenue, *first, *net, guidance("AMZN", 78.0), as_of=date(2025, 6, 30))
    growth, _ = told.growth["AMZN"]
    left = sum(18 * math.exp(growth * k) for k in (1, 2, 3))
    assert left == pytest.approx(61 * 18 / 17)


def test_a_quarter_is_guided_as_well_as_a_year() -> None:
    """Microsoft's next quarter alone: 20 after 15 is a growth of ln (20 / 15)."""
    quarter = fact("MSFT", "capex_guidance", 20.0, *quarter_days(2025, 1), known_on=FEBRUARY)
    growth, last = found(quarter).growth["MSFT"]
    assert last == 1
    assert growth == pytest.approx(math.log(20 / 15))


def test_the_last_word_counts_and_of_one_day_the_one_that_reaches_furthest() -> None:
    year, later = guidance("META", path(0.1)), date(2025, 2, 20)
    quarter = fact("META", "capex_guidance", 18.0, *quarter_days(2025, 1), known_on=later)
    assert found(year).growth["META"][1] == 4
    growth, last = found(year, quarter).growth["META"]
    assert last == 1
    assert growth == pytest.approx(math.log(18 / 15))
    growth, last = found(year, replace(quarter, known_on=FEBRUARY)).growth["META"]
    assert last == 4
    assert growth == pytest.approx(0.1, abs=1e-6)


def test_what_is_reported_stands_for_the_word_whatever_the_record() -> None:
    """A quarter of 20 guided and 24 reported, of a buyer that has always gone beyond its word."""
    before = fact("MSFT", "capex_guidance", 40.0, date(2024, 1, 1), date(2024, 12, 31),
                  known_on=date(2024, 1, 31))  # fmt: skip
    told = fact("MSFT", "capex_guidance", 20.0, *quarter_days(2025, 1), known_on=FEBRUARY)
    spent = quarters("MSFT", "capex_cash_ppe", 2025, [24.0])
    growth, last = found(before, told, *spent, as_of=date(2025, 5, 5)).growth["MSFT"]
    assert last == 1
    assert growth == pytest.approx(math.log(24 / 15))


def test_a_buyer_whose_anchor_quarter_is_missing_guides_from_its_last() -> None:
    late = [each for each in steady_buyers(15.0)
            if (each.entity, each.period_end) != ("META", date(2024, 12, 31))]  # fmt: skip
    told = guided(known(*late, *doubling_revenue(), guidance("META", 60.0)))
    growth, _ = told.growth["META"]
    assert growth == pytest.approx(0.0, abs=1e-6)


def test_what_is_said_after_the_day_is_not_known() -> None:
    old, new = guidance("META", path(0.0)), guidance("META", path(0.2), date(2025, 4, 30))
    assert found(old, new).growth["META"][0] == pytest.approx(0.0, abs=1e-6)


def certain() -> Experiment:
    """Guidance that is followed to the dollar: at full weight and without surprise."""
    run = moved(experiment(), guidance_weight=0.99999, guidance_surprise=0.0)
    exact = {
        name: replace(run.inputs[name], narrowed=1e-6)
        for name in ("guidance_weight", "guidance_surprise")
    }
    return replace(run, inputs={**run.inputs, **exact})


ANCHOR = QUARTERS.index("2024Q4")
AHEAD = slice(ANCHOR + 1, ANCHOR + 5)
PATHS = ("binding", "accelerator_spend", "ai_capex", "capex_by_buyer", "ai_capex_by_buyer")


def test_the_chain_plans_as_guided_if_all_guide() -> None:
    """In every draw in which the plan is the least limit AI capex grows as all have told of it."""
    run = certain()
    x, setting = drawn(run), run.setting
    told = np.asarray(setting.buyer_now)[:, None] * np.exp(0.05 * np.arange(1, 5))
    every = np.zeros(setting.told.shape, np.float32)
    every[:, AHEAD] = told
    paths = simulate(replace(run, setting=setting._replace(told=jnp.asarray(every))), 4096, PATHS)
    planned = (paths["binding"][:, AHEAD] == LIMITS.index("desired")).all(1)
    assert planned.mean() > 0.3
    ends = FIRST_YEAR + 0.25 * (np.arange(ANCHOR, ANCHOR + 5) + 1)
    most = float(setting.buyer_before.sum()) * np.array([outside_growth(each) for each in ends])
    outside = x["capex_outside_ai"][:, None] * most
    ai = np.r_[float(setting.buyer_now.sum()), told.sum(0)] - outside
    spend = paths["accelerator_spend"][:, ANCHOR : ANCHOR + 5]
    np.testing.assert_allclose(
        (spend / spend[:, :1])[planned], (ai / ai[:, :1])[planned], rtol=1e-3
    )


def test_a_buyer_spends_what_it_told_whatever_the_others_plan() -> None:
    """Alphabet's 75 in the year, where the plan is the least limit in all four quarters.

    Moved by its record, as the quarters are ahead: two and a half on the mean.
    """
    paths = simulate(certain(), 4096, PATHS)
    planned = (paths["binding"][:, AHEAD] == LIMITS.index("desired")).all(1)
    assert planned.mean() > 0.3
    google = paths["capex_by_buyer"][planned][:, BUYERS.index("GOOGL"), AHEAD].sum(1)
    record = overrun(store().as_of(date(2025, 3, 11)), "GOOGL").value
    assert record is not None
    assert record > 0.05
    np.testing.assert_allclose(google, 75.0 * np.exp(record * 2.5 / 4), rtol=2e-3)


def test_a_buyer_that_guides_nothing_grows_as_the_build_out() -> None:
    paths = simulate(certain(), 1000, PATHS)
    ai = paths["ai_capex_by_buyer"][:, BUYERS.index("MSFT")]
    grown, whole = (each / each[:, ANCHOR, None] for each in (ai, paths["ai_capex"]))
    np.testing.assert_allclose(grown, whole, rtol=1e-4, atol=1e-6)


def test_who_guides_less_than_it_spends_outside_ai_stops_ai_and_not_the_chain() -> None:
    """Alphabet tells 1 USD_bn a quarter: its AI capex falls to next to nothing, all is finite."""
    run = certain()
    told = np.asarray(run.setting.told).copy()
    told[BUYERS.index("GOOGL"), AHEAD] = 1.0
    paths = simulate(
        replace(run, setting=run.setting._replace(told=jnp.asarray(told))), 1000, PATHS
    )
    assert all(np.isfinite(path).all() for path in paths.values())
    google = paths["ai_capex_by_buyer"][:, BUYERS.index("GOOGL")]
    assert (google[:, ANCHOR + 4] < 0.1 * google[:, ANCHOR]).all()
