"""What guidance implies: growth against closed forms, shares, days, and what it leaves out."""

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
from jevons.model.supply import LIMITS

from .invented import (
    doubling_revenue,
    experiment,
    fact,
    known,
    moved,
    quarters,
    steady_buyers,
    store,
)

YEAR = (date(2025, 1, 1), date(2025, 12, 31))
FEBRUARY = date(2025, 2, 6)
BEFORE = 5 * math.exp(-0.03 / 8)  # the quarters of 2022 end an eighth of a year after its middle


def guidance(buyer: str, amount: float, known_on: date = FEBRUARY) -> Fact:
    return fact(buyer, "capex_guidance", amount, *YEAR, known_on=known_on)


def found(*facts: Fact, as_of: date = date(2025, 3, 11)) -> Guided:
    return guided(known(*steady_buyers(15.0), *doubling_revenue(), *facts, as_of=as_of))


def outside(quarters_ahead: int) -> float:
    """Capex outside AI of one buyer, 5 a quarter in 2022, some quarters after 2024Q4."""
    return BEFORE * math.exp(0.03 * (2.5 + quarters_ahead / 4))


def path(growth: float) -> float:
    """A year's capex of a buyer whose AI capex grows by a log amount each quarter."""
    own = 15 - outside(0)
    return sum(outside(k) + own * math.exp(growth * k) for k in range(1, 5))


@given(st.floats(-0.3, 0.5))
def test_growth_is_that_whose_path_adds_up_to_the_guidance(growth: float) -> None:
    names = ("AMZN", "GOOGL", "META")
    told = found(*(guidance(name, path(growth)) for name in names))
    assert set(told.own) == set(names)
    for own, grown, last in told.own.values():
        assert own == pytest.approx(15 - outside(0))
        assert grown == pytest.approx(growth, abs=1e-6)
        assert last == 4
    ahead = np.arange(-3, 7)
    np.testing.assert_allclose(told.plan(ahead), growth * np.clip(ahead, 0, 4), atol=1e-5)


def test_what_is_reported_of_the_year_is_taken_off() -> None:
    """After a first quarter the other three meet what is left, from the new anchor on."""
    revenue = quarters("NVDA", "data_center_revenue", 2025, [60.0])
    first = [each for b in BUYERS for each in quarters(b, "capex_cash_ppe", 2025, [18.0])]
    told = found(
        *revenue, *first, *(guidance(name, 78.0) for name in ("AMZN", "GOOGL", "META")),
        as_of=date(2025, 6, 30),
    )  # fmt: skip
    _, growth, quarters_left = told.own["GOOGL"]
    own = 18 - outside(1)
    left = sum(outside(k) + own * math.exp(growth * (k - 1)) for k in (2, 3, 4))
    assert told.last("GOOGL") == quarters_left == 3
    assert left == pytest.approx(78 - 18)


def test_what_is_taken_off_is_counted_as_the_guidance_counts_it() -> None:
    """Amazon's is net: of 78, 17 are spent where the cash figure says 18, so 61 are left."""
    revenue = quarters("NVDA", "data_center_revenue", 2025, [60.0])
    first = [each for b in BUYERS for each in quarters(b, "capex_cash_ppe", 2025, [18.0])]
    net = quarters("AMZN", "capex_net_of_proceeds", 2025, [17.0])
    others = [guidance(name, 78.0) for name in ("AMZN", "GOOGL", "META")]
    told = found(*revenue, *first, *net, *others, as_of=date(2025, 6, 30))
    growth = told.own["AMZN"][1]
    own = 18 - outside(1)
    left = sum(outside(k) + own * math.exp(growth * (k - 1)) for k in (2, 3, 4))
    assert left == pytest.approx(61)


def test_the_plan_is_the_sum_of_those_that_guide() -> None:
    told = found(guidance("AMZN", path(0.1)), guidance("GOOGL", path(0.1)),
                 guidance("META", path(0.3)))  # fmt: skip
    ahead = np.arange(-3, 7)
    held = np.clip(ahead, 0, 4)
    expected = np.log((2 * np.exp(0.1 * held) + np.exp(0.3 * held)) / 3)
    np.testing.assert_allclose(told.plan(ahead), expected, atol=1e-6)
    np.testing.assert_allclose(told.growth("META", ahead), 0.3 * held, atol=1e-6)
    np.testing.assert_array_equal(told.growth("MSFT", ahead), np.zeros(10))


@pytest.mark.parametrize(
    ("names", "part"),
    [((), 0.0), (("META",), 0.2), (("AMZN", "GOOGL", "META"), 0.6), (("AMZN", "MSFT"), 0.2)],
)
def test_guidance_counts_for_the_part_of_those_that_give_it(
    names: tuple[str, ...], part: float
) -> None:
    """Five equal buyers; Microsoft counts leases and is never read; 2025 has four quarters."""
    told = found(*(guidance(name, 80.0) for name in names))
    expected = [0.0] * 4 + [part] * 4 + [0.0] * 2
    np.testing.assert_allclose(told.part(np.arange(-3, 7)), expected)


def test_the_last_vintage_known_counts() -> None:
    others = [guidance(name, path(0.1)) for name in ("AMZN", "GOOGL")]
    old, new = guidance("META", path(0.0)), guidance("META", path(0.2), date(2025, 4, 30))
    assert found(*others, old, new).own["META"][1] == pytest.approx(0.0, abs=1e-6)


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
PATHS = ("binding", "accelerator_spend", "ai_capex", "capex_by_buyer")


def test_the_chain_plans_as_guided_if_all_guide() -> None:
    """In every draw in which the plan is the least limit the build-out grows as told."""
    run = certain()
    told = guided(store().as_of(date(2025, 3, 11)))
    all_of_it = run.setting._replace(guiding=jnp.sign(run.setting.guiding))
    paths = simulate(replace(run, setting=all_of_it), 4096, PATHS)
    planned = (paths["binding"][:, AHEAD] == LIMITS.index("desired")).all(1)
    assert planned.mean() > 0.3
    spend = paths["accelerator_spend"][planned]
    grown = np.log(spend[:, AHEAD] / spend[:, ANCHOR, None])
    expected = told.plan(np.arange(1, 5))
    np.testing.assert_allclose(grown, np.tile(expected, (planned.sum(), 1)), atol=1e-3)


def test_a_buyer_spends_what_it_told_whatever_the_others_plan() -> None:
    """Alphabet's 75 in the year, where the plan is the least limit in all four quarters."""
    paths = simulate(certain(), 4096, PATHS)
    planned = (paths["binding"][:, AHEAD] == LIMITS.index("desired")).all(1)
    assert planned.mean() > 0.3
    google = paths["capex_by_buyer"][planned][:, BUYERS.index("GOOGL"), AHEAD].sum(1)
    np.testing.assert_allclose(google, 75.0, rtol=2e-3)


def test_a_buyer_that_guides_nothing_grows_as_the_build_out() -> None:
    paths = simulate(certain(), 1000, PATHS)
    setting = certain().setting
    year_ends = FIRST_YEAR + 0.25 * np.arange(1, len(QUARTERS) + 1)
    outside = np.array([outside_growth(each) for each in year_ends]) * float(
        setting.buyer_before[0]
    )
    ai = paths["capex_by_buyer"][:, BUYERS.index("MSFT")] - outside
    grown, whole = (each / each[:, ANCHOR, None] for each in (ai, paths["ai_capex"]))
    np.testing.assert_allclose(grown, whole, rtol=1e-4, atol=1e-6)
