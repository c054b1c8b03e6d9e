"""Capital spending: the categories are the whole, and each buyer keeps what it spent before."""

import math

import jax.numpy as jnp
import numpy as np
import pytest

from jevons.model import unit_cost
from jevons.model.anchors import BUYERS, buyer_capex
from jevons.model.capex import CATEGORIES, by_category, outside
from jevons.model.clock import FIRST_YEAR, QUARTERS

from .invented import AS_OF, experiment, inputs, numbers, paths, store, years

RATIOS = numbers(servers_ratio=0.1, network_ratio=0.3, power_cooling_ratio=0.5, shell_ratio=0.2)


def test_categories_are_the_ratios_of_accelerators() -> None:
    parts = by_category(RATIOS, years(20.0))
    assert tuple(parts) == CATEGORIES
    amounts = [float(parts[name][0, 0]) for name in CATEGORIES]
    assert amounts == pytest.approx([20.0, 2.0, 6.0, 10.0, 4.0])
    assert sum(amounts) == pytest.approx(20 * float(unit_cost.capital_multiple(RATIOS)[0]))


def test_capex_outside_ai_grows_steadily() -> None:
    """2022's 5 USD_bn grow 3 % a year."""
    spent = outside(jnp.asarray([5.0]), years(2.5))
    assert float(spent[0, 0]) == pytest.approx(5 * math.exp(0.075), rel=1e-6)


def test_the_chains_categories_add_up_to_its_ai_capex() -> None:
    total = paths()["capex_by_category"].sum(1)
    np.testing.assert_allclose(total, paths()["ai_capex"], rtol=1e-6)
    np.testing.assert_array_equal(
        paths()["capex_by_category"][:, CATEGORIES.index("accelerators")],
        paths()["accelerator_spend"],
    )


def test_the_chains_buyers_add_up() -> None:
    total = paths()["capex_by_buyer"].sum(1)
    np.testing.assert_allclose(total, paths()["buyers_capex"], rtol=1e-6)


def test_a_buyer_spends_on_ai_and_outside_it() -> None:
    """A draw's share of the most that the leanest year allows, 3 % a year, and AI on top."""
    since = FIRST_YEAR + 0.25 * np.arange(1, len(QUARTERS) + 1) - 2022.5
    most = np.asarray(experiment().setting.buyer_before)[:, None] * np.exp(0.03 * since)
    other = most * inputs()["capex_outside_ai"][:, None, None]
    expected = other + paths()["ai_capex_by_buyer"]
    np.testing.assert_allclose(paths()["capex_by_buyer"], expected, rtol=1e-5)


def test_at_the_anchor_every_draw_is_what_each_buyer_reported() -> None:
    anchor = QUARTERS.index(experiment().anchor)
    reported = buyer_capex(store().as_of(AS_OF))
    for number, buyer in enumerate(BUYERS):
        spent = paths()["capex_by_buyer"][:, number, anchor]
        np.testing.assert_allclose(spent, reported[buyer].now, rtol=1e-5)


def test_ai_capex_is_the_spend_times_all_capital() -> None:
    multiple = 1 + np.sum([inputs()[f"{name}_ratio"] for name in CATEGORIES[1:]], axis=0)
    expected = paths()["accelerator_spend"] * multiple[:, None]
    np.testing.assert_allclose(paths()["ai_capex"], expected, rtol=1e-5)
