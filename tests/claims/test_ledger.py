"""The ledger: complete, refuses what is wrong with its place, and knows nothing early."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jevons.claims import claims, read_ledger
from jevons.claims.ledger import ledger
from jevons.errors import UserError
from jevons.facts import load
from jevons.facts.variables import variables
from jevons.model.simulate import LEADING_AXES

HEADER = (
    "id,text,text_zh,who,said_on,entity,metric,stated_by,period_start,period_end,low,high,unit,"
    "resolves_on,quantity,source_title,source_url,measure,benchmark,not_resolvable,"
    "not_resolvable_zh,note"
)
GOOD = {
    "id": "c-1",
    "text": "A claim",
    "text_zh": "判断",
    "who": "Someone",
    "said_on": "2025-02-06",
    "entity": "AMZN",
    "metric": "capex_cash_ppe",
    "stated_by": "",
    "period_start": "2025-01-01",
    "period_end": "2025-12-31",
    "low": "100",
    "high": "105",
    "unit": "USD_bn",
    "resolves_on": "2026-02-28",
    "quantity": "",
    "source_title": "Report",
    "source_url": "https://example.org",
    "measure": "",
    "benchmark": "",
    "not_resolvable": "",
    "not_resolvable_zh": "",
    "note": "",
}


def table(**cells: str) -> str:
    return f"{HEADER}\n{','.join((GOOD | cells).values())}\n"


def test_a_good_row() -> None:
    (claim,) = read_ledger(table(), "mine.csv")
    assert (claim.low, claim.high, claim.stated_by) == (100.0, 105.0, None)
    assert [claim.holds(figure) for figure in (99.9, 100.0, 105.0, 105.1)] == [
        False,
        True,
        True,
        False,
    ]


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ({"text": ""}, "mine.csv:2:text: is empty"),
        ({"said_on": "2025-2-6"}, "mine.csv:2:said_on: '2025-2-6' is not a day"),
        ({"said_on": ""}, "mine.csv:2:said_on: is empty"),
        ({"low": "many"}, "mine.csv:2:low: 'many' is not a number"),
        ({"low": "", "high": ""}, "nothing refutes the claim"),
        ({"low": "106"}, "mine.csv:2:high: 105 is below low, 106"),
        ({"measure": "chang"}, "'chang' is not known; did you mean change"),
        ({"measure": "last", "period_start": ""}, "period_start: is empty; a 'last' needs one"),
        ({"benchmark": "SPY"}, "only a 'change' is held against a benchmark"),
        ({"measure": "change"}, "mine.csv:2:unit: unit 'USD_bn' does not measure what '1' does"),
        ({"resolves_on": "2025-01-01"}, "is before it was said, 2025-02-06"),
        ({"metric": "capex_cash_pp"}, "'capex_cash_pp' is not known; did you mean capex_cash_ppe"),
        ({"unit": "GW"}, "mine.csv:2:unit: unit 'GW' does not measure what 'USD_bn' does"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(cells: dict[str, str], message: str) -> None:
    with pytest.raises(UserError, match=message):
        read_ledger(table(**cells), "mine.csv")


def test_a_claim_without_a_range_says_why_nothing_decides_it() -> None:
    (claim,) = read_ledger(table(low="", high="", not_resolvable="names no day"), "mine.csv")
    assert claim.not_resolvable == "names no day"


def test_a_ledger_of_an_earlier_version_is_read() -> None:
    """Columns that came later may be absent."""
    later = ("measure", "benchmark", "not_resolvable", "not_resolvable_zh")
    cells = {name: value for name, value in GOOD.items() if name not in later}
    text = f"{','.join(cells)}\n{','.join(cells.values())}\n"
    assert read_ledger(text, "old.csv") == read_ledger(table(), "mine.csv")


THESES = {
    "bofa-three-2025", "amazon-2025", "thesis-shortfall-2028", "thesis-reasoning-100x",
    "thesis-nvidia-2025", "thesis-leaders-2026", "stargate-500", "thesis-financing-mood",
    "thesis-recession-2025", "thesis-stagflation-growth-2025", "thesis-stagflation-prices-2025",
}  # fmt: skip


def test_the_theses_of_march_2025_are_on_file_as_of_that_day() -> None:
    known = {claim.id: claim for claim in claims(load().as_of(date(2025, 3, 11)))}
    assert known.keys() >= THESES
    assert known["thesis-leaders-2026"].parts == (
        "NVDA", "AVGO", "VST", "ETN", "EQT", "NEE", "ANET", "TSM",
    )  # fmt: skip
    later = {claim.id for claim in ledger()} - known.keys()
    assert {"morgan-stanley-2028-nov", "stargate-400", "amazon-2025-oct"} <= later


def test_a_name_twice_and_an_unknown_column() -> None:
    with pytest.raises(UserError, match=r"mine.csv:3:id: 'c-1' stands there twice"):
        read_ledger(table() + ",".join(GOOD.values()) + "\n", "mine.csv")
    with pytest.raises(UserError, match="column 'txt' is not known"):
        read_ledger("txt\nx\n", "mine.csv")


def test_the_bundled_ledger_names_quantities_of_the_chain() -> None:
    assert len(ledger()) >= 20
    for claim in ledger():
        for name in filter(None, claim.quantity.split("+")):
            stem, _, member = name.partition(".")
            assert variables()[stem].kind == "output"
            assert not member or member in LEADING_AXES[stem][1]


@given(st.dates(date(2024, 1, 1), date(2026, 9, 24)))
def test_only_what_had_been_said_is_known(day: date) -> None:
    known = claims(load().as_of(day))
    assert all(claim.said_on <= day for claim in known)
    assert len(known) == sum(claim.said_on <= day for claim in ledger())
