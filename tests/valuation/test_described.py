"""A company described in one file: every field checked, money converted, counts not."""

from datetime import date
from pathlib import Path

import pytest

from jevons.errors import UserError
from jevons.valuation.described import described
from jevons.valuation.priors import priors_of

FILE = (Path(__file__).parents[2] / "docs" / "company.toml").read_text(encoding="utf-8")


def facts() -> dict[str, float]:
    return {fact.metric: fact.central for fact in described(FILE, "acme.toml")[0].facts}


def test_segments_are_added_and_money_is_converted() -> None:
    """(600 + 400) TWD bn at 0.03 is 30; 280 of income is 8.4; two billion shares stay two."""
    found = facts()
    assert found["total_revenue"] == pytest.approx(30.0)
    assert found["operating_income"] == pytest.approx(8.4)
    assert found["total_debt"] == pytest.approx(3.0)
    assert found["shares_outstanding"] == 2.0
    assert found["close"] == 25.0


def test_the_file_is_the_source_and_has_its_day() -> None:
    for fact in described(FILE, "acme.toml")[0].facts:
        assert fact.source_title in ("annual report of 2025", "the exchange")
        assert fact.known_on in (date(2026, 2, 20), date(2026, 9, 1))


def test_own_ranges_take_the_place_of_the_blocks() -> None:
    company = described(FILE, "acme.toml")[0].company
    own = priors_of(company)["margin_change"]
    assert (own.p10, own.median, own.p90) == (-0.2, -0.1, 0.0)
    assert own.distribution == "normal"
    assert priors_of(company)["base_growth"].median == 0.05
    assert company.shares_per_listed == 5


BUYER = ('economics = "product"', 'economics = "buyer"')
MISTAKES = [
    ('currency = "USD"\nrep', "rep", r"\[ACME\] lacks the field 'currency'"),
    ("TWD = 0.03", "EUR = 1.1", r"uses TWD but gives no rate; add \[ACME.dollars_per\]"),
    ("TWD = 0.03", "TWD = -1", "dollars_per.TWD must be above 0, got -1"),
    ("shares_outstanding = 2.0", "shares_outstanding = -2.0", "above 0 billion shares, got -2"),
    ("shares_outstanding = 2.0\n", "", "reported lacks 'shares_outstanding'"),
    (
        "total_debt = 100.0",
        "total_debts = 100.0",
        "no figure of the economics 'product'; did you mean total_debt",
    ),
    ("total_debt = 100.0", "total_debt = -1.0", "total_debt must not be below 0, got -1"),
    ("total_debt = 100.0", "total_revenue = 1.0", "both in reported and by segments"),
    ("memory = {p10", "memories = {p10", "no pool is called 'memories'; did you mean memory"),
    ("p90 = 0.04", "p90 = 1.4", "must lie between 0 and 1, got 0.01 to 1.4"),
    ("median = 0.02", "median = 0.2", "must rise from p10 to p90, got 0.01, 0.2, 0.04"),
    ("0.01, median = 0.02, p90 = 0.04", "0.8, median = 0.9, p90 = 0.95", "add to 1.1"),
    (', source = "assumption: a small maker"', "", "exposures.memory lacks a source"),
    (
        "margin_change =",
        "margin_changes =",
        "'product' is called 'margin_changes'; did you mean margin_change",
    ),
    ("operating_margin = 0.4", "operating_margin = 40", "40 is no share of revenue"),
    ("known_on = 2026-02-20", "known_on = 'soon'", "known_on must be a day such as"),
    ("close = 25.0", "close = 0", "price.close must be above 0, got 0"),
    ("shares_per_listed = 5", "shares_per_listed = -5", "above 0, got -5"),
    (*BUYER, "is a buyer and needs an exposure 'ai_capex'"),
    (
        "total_debt =",
        "cleared_capacity = 2\ntotal_debt =",
        "cleared_capacity: no figure of the econ",
    ),
    (
        "margin_change =",
        "plant_cost =",
        "no input of the economics 'product' is called 'plant_cost'",
    ),
    (
        "margin_change = {p10 = -0.2, median = -0.1",
        "asset_beta = {p10 = -0.2, median = -0.1",
        "asset_beta must be above 0, got -0.2 to 0",
    ),
    ('economics = "product"', 'economics = "foundry"\ncyclical = true', "only the economics 'pro"),
    ("shares_per_listed = 5", "cyclical = 1", "cyclical must be true or false, got 1"),
    ("shares_per_listed = 5", "cyclical = true", "'product' is called 'margin_change'"),
    ("[ACME]", "[ACME", "not readable as TOML"),
]


@pytest.mark.parametrize(("old", "new", "message"), MISTAKES)
def test_what_cannot_be_is_refused_by_name(old: str, new: str, message: str) -> None:
    assert old in FILE
    with pytest.raises(UserError, match=message):
        described(FILE.replace(old, new), "acme.toml")


def test_an_empty_file_describes_nobody() -> None:
    with pytest.raises(UserError, match="describes no company"):
        described("", "acme.toml")


def test_a_cyclical_company_has_a_margin_over_the_cycle() -> None:
    text = FILE.replace("shares_per_listed = 5", "cyclical = true")
    low = "cycle_margin = {p10 = 0.0, median = 0.1"
    text = text.replace("margin_change = {p10 = -0.2, median = -0.1", low)
    company = described(text.replace("p90 = 0.0,", "p90 = 0.3,"), "acme.toml")[0].company
    own = priors_of(company)
    assert own["cycle_margin"].median == 0.1
    assert "margin_change" not in own


def of_block(economics: str, figures: str) -> str:
    """The file as one of another block, without its own range of a maker's input."""
    text = FILE.replace('economics = "product"', f'economics = "{economics}"')
    text = text.replace('industry = "Semiconductor"', 'industry = "Power"')
    return text.replace("total_debt = 100.0", f"total_debt = 100.0\n{figures}")


def test_a_generator_gives_the_gigawatts_that_it_sold_at_auction() -> None:
    """Gigawatts are counted, never converted by the rate of 0.03 USD."""
    found = described(of_block("generator", "cleared_capacity = 12.5"), "acme.toml")[0]
    sold = next(fact for fact in found.facts if fact.metric == "cleared_capacity")
    assert (sold.central, sold.unit) == (12.5, "GW")


def test_a_utility_gives_its_rate_base_with_what_it_earns() -> None:
    """300 TWD bn at 0.03 are 9; a rate base alone says nothing of the rest of the company."""
    whole = "rate_base = 300\nregulated_revenue = 100\nregulated_operating_income = 20"
    facts = {f.metric: f for f in described(of_block("utility", whole), "acme.toml")[0].facts}
    assert facts["rate_base"].central == pytest.approx(9.0)
    assert facts["regulated_revenue"].period_start == date(2025, 1, 1)
    assert facts["rate_base"].period_start is None
    with pytest.raises(UserError, match="lacks 'regulated_revenue', which belongs with rate_base"):
        described(of_block("utility", "rate_base = 300"), "acme.toml")


def test_a_gas_producer_gives_its_volume() -> None:
    found = described(of_block("gas", "gas_sales_volume = 2228"), "acme.toml")[0]
    sold = next(fact for fact in found.facts if fact.metric == "gas_sales_volume")
    assert (sold.central, sold.unit, sold.period_start) == (2228, "Bcfe", date(2025, 1, 1))
