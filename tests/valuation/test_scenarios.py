"""Regions of the draws whose probabilities are their masses, and swings worked both ways."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import rankdata

from jevons.model.clock import QUARTERS
from jevons.valuation.chain_inputs import ChainInputs
from jevons.valuation.company import company_of
from jevons.valuation.scenarios import (
    by_region,
    common_factor_share,
    explained,
    ranks,
    regions,
    tornado,
)
from jevons.valuation.value import value_company

from .reports import annual_report, chain, normals, snapshot

NVDA = company_of("NVDA")
FACTS = snapshot(annual_report("NVDA"))
YEARS_TO_2028 = 3  # from 2025


def growing(rates: list[float]) -> ChainInputs:
    """One draw for each yearly growth of everything."""
    path = np.exp(np.log1p(np.array(rates))[:, None] * np.arange(len(QUARTERS)) / 4)
    return ChainInputs({"NVDA": path}, {}, 10 * path)


def test_regions_by_hand() -> None:
    """Three years on: -5 % a year is below today, +10 % is 1.33 times, +30 % is 2.2 times."""
    found = regions(growing([-0.05, 0.10, 0.30]), FACTS)
    assert {name: inside.tolist() for name, inside in found.items()} == {
        "bear": [True, False, False],
        "base": [False, True, False],
        "bull": [False, False, True],
    }


def test_regions_are_the_distribution() -> None:
    """Masses sum to one, and P(V > price) is the sum of the regions' weighted by them."""
    paths = growing(np.linspace(-0.2, 0.5, 400).tolist())
    value = value_company(NVDA, paths, FACTS, normals(NVDA), 100.0)
    assert value.per_share is not None
    value = replace(value, price=float(np.quantile(value.per_share, 0.4)))
    found = by_region(value, paths, FACTS).values()
    assert sum(row["probability"] or 0 for row in found) == pytest.approx(1)
    above = sum((row["probability"] or 0) * (row["p_above_price"] or 0) for row in found)
    assert above == pytest.approx(0.6, abs=0.005)
    medians = [row["fair_value"] or 0 for row in found]
    assert medians == sorted(medians)


def test_a_region_that_no_draw_reaches_has_no_value() -> None:
    paths = growing([0.1] * 400)
    value = value_company(NVDA, paths, FACTS, normals(NVDA), 100.0)
    empty = {"probability": 0.0, "fair_value": None, "p_above_price": None}
    assert by_region(value, paths, FACTS)["bull"] == empty


def test_common_factor_share_of_independent_draws_is_nought() -> None:
    draws = np.random.default_rng(3).standard_normal((2, 4000))
    assert common_factor_share(draws[0], draws[1]) == pytest.approx(0, abs=0.005)
    assert common_factor_share(np.ones(9), np.arange(9.0)) is None


def test_what_explains_a_value_alone_is_first() -> None:
    """V = 2 a + b of independent normals: a explains 4 / 5 of the variance, b 1 / 5; of ranks, by
    Spearman's rho = 6 / pi asin(r / 2), 0.87 and 0.43, squared 0.76 and 0.18. c explains nothing,
    and what never varies is not told."""
    a, b, c = np.random.default_rng(5).standard_normal((3, 20_000))
    found = explained(2 * a + b, {"c": c, "b": b, "a": a, "fixed": np.ones(20_000)})
    assert list(found) == ["a", "b", "c"]
    for name, share in (("a", 4 / 5), ("b", 1 / 5)):
        ranks = (6 / np.pi * np.arcsin(np.sqrt(share) / 2)) ** 2
        assert found[name] == pytest.approx(ranks, abs=0.02)
    assert found["c"] < 0.001


def test_tornado_moves_the_way_each_input_must() -> None:
    """A dearer cost of capital lowers a value, margin, growth and build-out raise it."""
    paths, z = chain("NVDA"), normals(NVDA)
    value = value_company(NVDA, paths, FACTS, z, 100.0)
    rows = {row["input"]: row for row in tornado(value, paths, FACTS, z)}
    for name in ("asset_beta", "equity_risk_premium", "tax_rate"):
        assert rows[name]["at_p10"] > rows[name]["at_p90"]
    for name in ("margin_change", "base_growth", "ai_margin_premium", "ai_capex_2028"):
        assert rows[name]["at_p10"] < rows[name]["at_p90"]
    swings = [abs(row["at_p90"] - row["at_p10"]) for row in rows.values()]
    assert swings == sorted(swings, reverse=True)


def test_a_company_without_a_value_has_no_tornado() -> None:
    paths = chain("NVDA")
    missing = value_company(company_of("MSFT"), paths, FACTS, normals(company_of("MSFT")), None)
    assert tornado(missing, paths, FACTS, normals(company_of("MSFT"))) == []
    assert by_region(missing, paths, FACTS)["base"]["fair_value"] is None


def test_ranks_are_those_of_scipy_with_ties_and_without() -> None:
    draws = np.random.default_rng(1).normal(size=2_000)
    for values in (draws, np.round(draws, 1), np.maximum(draws, 0.0)):
        np.testing.assert_array_equal(ranks(values), rankdata(values))
