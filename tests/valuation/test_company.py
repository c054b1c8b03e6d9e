"""Companies are data, and their inputs are declared."""

from pathlib import Path

import pytest

from jevons.errors import UserError
from jevons.valuation.company import Company, companies, company_of, read_companies
from jevons.valuation.priors import declared, input_names, priors_of

ENTRY = """
[NEW]
name = "New Chips"
name_zh = "新芯"
layer = "accelerator"
economics = "product"
industry = "Semiconductor"
"""
COVERED = (
    *("NVDA", "AVGO", "TSM", "VST", "ETN", "EQT", "NEE", "ANET", "BE"),
    *("MSFT", "AMZN", "META", "GOOGL", "ORCL", "CEG", "VRT", "GEV"),
    *("AMD", "MU", "ASML", "TLN"),
)


def test_every_covered_company_is_declared() -> None:
    assert sorted(companies()) == sorted(COVERED)
    assert companies()["TSM"].shares_per_listed == 5


@pytest.mark.parametrize("ticker", COVERED)
def test_every_input_has_a_source_and_an_ordered_range(ticker: str) -> None:
    for prior in priors_of(company_of(ticker)).values():
        assert prior.p10 < prior.median < prior.p90, prior.name
        assert len(prior.source) > 30, prior.name
        assert "Assumption of ours" in prior.source or "Damodaran" in prior.source, prior.name


def test_shared_inputs_share_a_stream_and_others_do_not() -> None:
    one, other = set(input_names(company_of("NVDA"))), set(input_names(company_of("AVGO")))
    assert one & other == {
        "risk_free_rate",
        "equity_risk_premium",
        "terminal_growth_share",
        "tax_rate",
    }


def test_ai_earns_a_return_on_capital_at_a_buyer_only() -> None:
    assert "MSFT_ai_return" in input_names(company_of("MSFT"))
    assert "NVDA_ai_return" not in input_names(company_of("NVDA"))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('layer = "accelerator"\n', "", r"\[NEW\] lacks the field 'layer'"),
        ('"product"', '"products"', r"unknown economics 'products'; did you mean product"),
        ("layer =", "layers =", r"unknown field 'layers'; did you mean layer"),
        ('"New Chips"', "3", r"name must be a text, got 3"),
        ("[NEW]", "[NEW", "not readable as TOML"),
        ('industry = "', 'shares_per_listed = -5\nindustry = "', "above 0, got -5"),
    ],
)
def test_a_bad_entry_is_refused(old: str, new: str, message: str) -> None:
    with pytest.raises(UserError, match=message):
        read_companies(ENTRY.replace(old, new), "mine.toml")


def test_unknown_names_are_refused() -> None:
    with pytest.raises(UserError, match="unknown ticker 'NVDIA'; did you mean NVDA"):
        company_of("NVDIA")
    odd = Company("ODD", "Odd", "怪", "network", "product", "Semiconductr")
    with pytest.raises(UserError, match="did you mean Semiconductor"):
        priors_of(odd)


def test_documentation_shows_every_prior() -> None:
    """docs/valuation.md lists each input with the range that the code draws from."""
    page = Path(__file__).parents[2] / "docs" / "valuation.md"
    text = page.read_text(encoding="utf-8")
    for scope, entries in declared().items():
        for name, entry in entries.items():
            numbers = " | ".join(f"{entry[key]:g}" for key in ("p10", "median", "p90"))
            assert f"| {scope} | {name} | {numbers} | {entry['unit']} |" in text
