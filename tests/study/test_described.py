"""A described company is valued like a bundled one, and changes no other."""

from functools import cache
from pathlib import Path

import numpy as np
import pytest

from jevons.errors import UserError
from jevons.facts import load
from jevons.model.revenue import POOLS
from jevons.study import Study
from jevons.valuation.described import Described, described

FILE = (Path(__file__).parents[2] / "docs" / "company.toml").read_text(encoding="utf-8")
DRAWS = 300


@cache
def study(text: str = FILE) -> Study:
    store = load()
    found = described(text, "acme.toml") if text else ()
    return Study(store, store.last_known_on, draws=DRAWS, described=found)


def test_it_has_a_value_and_says_what_moves_it() -> None:
    answer = study().value("ACME")
    assert answer["missing"] is None
    assert answer["price"] == 25.0
    assert answer["fair_value"]["p50"] > 0
    assert {row["input"] for row in answer["tornado"]} >= {"margin_change", "ai_capex_2028"}


def test_its_revenue_is_its_share_of_the_pool() -> None:
    """Share over pool is one number a draw, in the declared range."""
    own = study().companies
    pool = own.paths["spending_pools"][:, POOLS.index("memory")]
    share = own.chain.ai_revenue["ACME"] / pool
    assert np.ptp(share, axis=1).max() < 1e-6
    assert 0.015 < np.median(share) < 0.026


def test_the_price_implies_a_build_out_or_says_why_not() -> None:
    answer = study().implied("ACME")
    assert (answer["implied"] is None) == (answer["reason"] is not None)


def test_no_other_company_moves() -> None:
    plain = study("")
    np.testing.assert_array_equal(
        study().companies.valued("NVDA").per_share, plain.companies.valued("NVDA").per_share
    )
    with pytest.raises(UserError, match="unknown ticker 'ACME'"):
        plain.value("ACME")


def test_nothing_of_the_file_is_known_before_its_day() -> None:
    store = load()
    found: tuple[Described, ...] = described(FILE, "acme.toml")
    before = Study(store, found[0].facts[0].known_on.replace(day=1), draws=50, described=found)
    assert "no total_revenue over a year for ACME" in str(before.value("ACME")["missing"])
    assert before.value("ACME")["fair_value"] is None


def test_no_price_is_said_and_not_zero() -> None:
    without = FILE[: FILE.index("[ACME.price]")]
    answer = study(without).value("ACME")
    assert answer["price"] is None
    assert answer["p_above_price"] is None
    assert "ACME" in answer["missing"]
