"""The scoreboard: counts by source, and claims about one figure counted once."""

from jevons.claims import Claim, Resolution, read_ledger, scoreboard
from jevons.claims.scoreboard import independent

from .test_ledger import table


def claim(**cells: str) -> Claim:
    return read_ledger(table(**cells), "mine.csv")[0]


def test_counts_by_source_and_for_all() -> None:
    one = claim(id="a", who="Bank", entity="AMZN")
    two = claim(id="b", who="Bank", entity="MSFT")
    three = claim(id="c", who="Paper", entity="META")
    resolved = [
        (one, Resolution("true", 101.0, ())),
        (two, Resolution("false", 90.0, ())),
        (three, Resolution("not resolvable", None, ())),
    ]
    bank, paper, every = scoreboard(resolved)
    assert (bank["partly"], every["decided"]) == (0, 2)
    assert (bank["who"], bank["decided"], bank["true"], bank["share_true"]) == ("Bank", 2, 1, 0.5)
    assert (paper["claims"], paper["not_resolvable"], paper["share_true"]) == (1, 1, None)
    assert (every["who"], every["claims"], every["independent"]) == ("all", 3, 2)


def test_partly_is_decided_and_not_true() -> None:
    both = claim(entity="AMZN|MSFT")
    (row,) = scoreboard([(both, Resolution("partly", 101.0, ()))])
    assert (row["decided"], row["partly"], row["true"], row["share_true"]) == (1, 1, 0, 0.0)
    assert independent([both, claim(id="b", entity="MSFT")]) == 1


def test_a_source_alone_needs_no_total() -> None:
    assert [row["who"] for row in scoreboard([(claim(), Resolution("open", None, ()))])] == [
        "Someone"
    ]
    assert scoreboard([]) == []


def test_claims_about_one_figure_are_one_test() -> None:
    """Amazon's 2025 alone, and in a sum with Microsoft's, stand and fall together."""
    amazon = claim(id="a", entity="AMZN")
    both = claim(id="b", entity="AMZN+MSFT")
    microsoft = claim(id="c", entity="MSFT")
    next_year = claim(
        id="d", entity="AMZN", period_start="2026-01-01", period_end="2026-12-31",
        resolves_on="2027-02-28",
    )  # fmt: skip
    revenue = claim(id="e", entity="AMZN", metric="total_revenue")
    assert independent([amazon, microsoft]) == 2
    assert independent([amazon, microsoft, both]) == 1
    assert independent([amazon, next_year]) == 2
    assert independent([amazon, revenue]) == 2
