"""The accounts of a year of capital spending: they close, and agree with the chain."""

from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

import numpy as np
import pytest

from jevons.errors import UserError
from jevons.facts import load
from jevons.model.input_output import SECTORS
from jevons.model.revenue import companies, exposures
from jevons.study import Study
from jevons.study.value_chain import OTHERS, Accounts, _capacity, accounts, needed_inputs
from jevons.valuation.chain_inputs import by_year

DRAWS, YEAR = 500, 2027


@cache
def study() -> Study:
    store = load()
    return Study(store, store.last_known_on, draws=DRAWS)


@cache
def booked() -> Accounts:
    own = study().companies
    drawn = own.run.inputs(needed_inputs(), own.draws)
    return accounts(own.paths, own.chain, drawn, YEAR)


@cache
def answer() -> dict[str, Any]:
    return study().value_chain(YEAR)


def test_the_accounts_close() -> None:
    """Suppliers' revenue is what buyers and sectors pay; value added is final demand."""
    assert booked().residual() < 1e-9
    assert answer()["closure"]["residual"] < 1e-9


def test_an_unbooked_dollar_is_seen() -> None:
    """The residual is no tautology: a hundredth of GPUs sold to nobody shows as that."""
    found = booked()
    sold = dict(found.output) | {"gpu": found.output["gpu"] * 1.01}
    assert replace(found, output=sold).residual() > 1e-4


def test_what_nobody_followed_sells_is_between_nothing_and_all() -> None:
    for sector in SECTORS:
        rest = booked().sold(sector)[OTHERS]
        assert rest.min() >= 0
        assert rest.max() <= 1


def test_revenue_is_that_of_the_chain() -> None:
    """A company that sells capital goods only has its AI revenue here, to single precision."""
    chain = by_year(study().companies.paths["ai_revenue"][:, companies().index("TSM")])
    ours = booked().share["TSM_exposure_foundry"] * booked().output["foundry"]
    np.testing.assert_allclose(ours, chain[:, YEAR - 2023], rtol=1e-4)


def test_one_dollar_is_kept_whole() -> None:
    assert sum(row["of_a_dollar"] for row in answer()["companies"]) == pytest.approx(1, abs=1e-4)
    assert sum(row["of_a_dollar"] for row in answer()["sectors"]) == pytest.approx(1, abs=1e-4)
    assert sum(row["of_a_dollar"] for row in answer()["buyers"]) == pytest.approx(1, abs=1e-4)


def test_what_enters_a_node_leaves_it() -> None:
    links = answer()["sankey"]["links"]
    for sector in SECTORS:
        enters = sum(link["value"] for link in links if link["target"] == sector)
        leaves = sum(link["value"] for link in links if link["source"] == sector)
        assert enters == pytest.approx(leaves, abs=1e-5), sector
    assert sum(link["value"] for link in links if link["source"] == "capex") == pytest.approx(1)


def test_memory_is_in_revenue_twice_and_in_value_once() -> None:
    rows = {row["sector"]: row for row in answer()["sectors"]}
    revenue = sum(row["gross_output"]["mean"] for row in rows.values())
    kept = sum(row["value_added"]["mean"] for row in rows.values())
    assert kept == pytest.approx(answer()["capex"]["mean"], rel=1e-5)
    inside = sum(rows[s]["gross_output"]["mean"] for s in ("memory", "foundry", "wafer_equipment"))
    assert revenue - kept > inside * 0.99


def test_a_buyer_beyond_its_means_is_flagged() -> None:
    """Cash flow and debt of Oracle are known; its share of draws above both is one of them."""
    rows = {row["buyer"]: row for row in answer()["buyers"]}
    oracle = rows["ORCL"]
    assert oracle["funding_capacity"] > 100
    spent = booked().spent["ORCL"]
    assert oracle["over_capacity"] == pytest.approx(
        np.mean(spent > oracle["funding_capacity"]), abs=1e-3
    )
    assert rows[OTHERS]["over_capacity"] is None


def test_means_are_those_of_a_year_where_a_quarter_was_reported_last() -> None:
    """Oracle: 31.977 of cash flow in the year to May 2026, 23.103 in the quarter after it."""
    snapshot = load().as_of(date(2026, 11, 25))
    last = snapshot.latest("ORCL", "operating_cash_flow", stated_by="company")
    debt = snapshot.latest("ORCL", "total_debt", stated_by="company")
    assert last is not None
    assert debt is not None
    assert (last.period_end, last.value) == (date(2026, 8, 31), 23.103)
    assert _capacity("ORCL", snapshot) == pytest.approx(31.977 + debt.central, abs=1e-3)


def test_every_seller_of_capital_goods_is_there() -> None:
    sellers = {row.ticker for row in exposures() if row.pool in SECTORS}
    assert {row["ticker"] for row in answer()["companies"]} == sellers | {OTHERS}


def test_a_year_outside_the_chain_is_refused() -> None:
    with pytest.raises(UserError, match="--year 2035 is not a year of the chain, 2023 to 2030"):
        study().value_chain(2035)
