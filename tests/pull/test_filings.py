"""Figures of SEC filings as facts, from a server of our own that answers as data.sec.gov does."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from jevons.errors import UserError
from jevons.facts import load
from jevons.facts.fetch import Source
from jevons.facts.sec_filings import filing_rows, pull_filings
from jevons.facts.user_facts import read_user_facts

from .server import Answer, Server

Run = Callable[..., tuple[int, str, str]]
NOW = datetime(2026, 3, 11, 12, tzinfo=UTC)
COMPANIES = {"0": {"cik_str": 1045810, "ticker": "NVDA", "title": "NVIDIA CORP"}}


def told(
    start: str | None, end: str, value: float, filed: str, form: str = "10-Q", accession: str = ""
) -> dict[str, Any]:
    """A figure of a filing as the source writes it."""
    number = accession or f"0001045810-{filed[2:4]}-{filed[5:7]}{filed[8:]}00"
    entry = {"end": end, "val": value, "accn": number, "form": form, "filed": filed, "fy": 2015}
    return entry | ({"start": start} if start else {})


def company(**concepts: list[dict[str, Any]]) -> dict[str, Any]:
    """A document of company facts in USD, or in shares where the name says so."""
    reported = {
        name: {"units": {"shares" if "Shares" in name else "USD": entries}}
        for name, entries in concepts.items()
    }
    return {"cik": 1045810, "entityName": "NVIDIA CORP", "facts": {"us-gaap": reported}}


# The quarter to April 2014 as it was filed, again a year later, and changed in a later filing; the
# nine months to October of that year are their own period.
DOCUMENT = company(
    SalesRevenueNet=[
        told("2014-01-27", "2014-04-27", 1_103_000_000, "2014-05-23"),
        told("2014-01-27", "2014-04-27", 1_103_000_000, "2015-05-20"),
        told("2014-01-27", "2014-10-26", 3_431_000_000, "2014-11-20"),
    ],
    Revenues=[told("2014-01-27", "2014-04-27", 1_090_000_000, "2016-05-25", "10-K/A")],
    WeightedAverageNumberOfDilutedSharesOutstanding=[
        told("2014-01-27", "2014-04-27", 570_000_000, "2014-05-23")
    ],
    NetIncomeLoss=[told("2014-01-27", "2014-04-27", 136_000_000, "2014-05-23", "S-1")],
)


def answer(document: Any) -> Answer:
    return 200, json.dumps(document).encode(), {}


def edgar(path: str) -> Answer:
    if path == "/files/company_tickers.json":
        return answer(COMPANIES)
    if path == "/api/xbrl/companyfacts/CIK0001045810.json":
        return answer(DOCUMENT)
    return 404, b"", {}


@pytest.fixture(autouse=True)
def speaks(server: Server) -> None:
    server.speaks = edgar


@pytest.fixture
def store(home: Path) -> Path:
    return home / "facts.duckdb"


def pull(server: Server, store: Path, *tickers: str) -> dict[str, Any]:
    source = Source("SEC EDGAR", server.address, lambda _: None)
    return pull_filings(store, tickers or ("NVDA",), source, source, NOW)


def test_figures_become_facts_known_from_their_filing_on(server: Server, store: Path) -> None:
    found = pull(server, store)
    assert (found["facts_added"], found["restated"], found["left_out"]) == (4, 1, {})
    facts = load()
    may = facts.as_of(date(2014, 5, 23)).select("NVDA", "total_revenue")
    assert [(fact.value, fact.period_start, fact.period_end) for fact in may] == [
        (1.103, date(2014, 1, 27), date(2014, 4, 27))
    ]
    quarter = facts.as_of(date(2020, 1, 1)).at("NVDA", "total_revenue", date(2014, 4, 27))
    assert quarter is not None
    assert (quarter.value, quarter.known_on) == (1.09, date(2016, 5, 25))
    assert [fact.value for fact in facts.as_of(date(2020, 1, 1)).vintages(quarter.fact_id)] == [
        1.103,
        1.09,
    ]
    shares = facts.as_of(date(2014, 6, 1)).latest("NVDA", "diluted_shares")
    assert shares is not None
    assert (shares.value, shares.unit) == (570e6, "share")
    assert shares.source_url.endswith("/1045810/000104581014052300")


def test_nothing_known_before_changes_when_more_is_filed(server: Server, store: Path) -> None:
    pull(server, store)
    before = load().as_of(date(2015, 12, 31))
    added = told("2014-01-27", "2014-04-27", 999_000_000, "2017-05-23")
    DOCUMENT["facts"]["us-gaap"]["SalesRevenueNet"]["units"]["USD"].append(added)
    try:
        assert pull(server, store)["facts_added"] == 1
    finally:
        DOCUMENT["facts"]["us-gaap"]["SalesRevenueNet"]["units"]["USD"].pop()
    assert load().as_of(date(2015, 12, 31)) == before


def test_the_same_again_adds_nothing_and_is_recorded(server: Server, store: Path) -> None:
    first, again = pull(server, store), pull(server, store)
    assert (again["facts_added"], again["facts_known"]) == (0, first["facts_added"])
    with duckdb.connect(str(store), read_only=True) as connection:
        rows = connection.execute("SELECT hash, source, pulled_at, facts FROM pull").fetchall()
    assert rows == [(first["hash"], f"{server.address} NVDA", NOW.replace(tzinfo=None), 4)]


def test_what_the_bundled_facts_hold_already_is_known(server: Server, store: Path) -> None:
    held = next(
        fact
        for fact in load().facts
        if fact.entity == "MSFT" and fact.metric == "total_revenue" and fact.period_start
    )
    entries = [
        told(str(held.period_start), str(held.period_end), held.central * 1e9, str(held.known_on)),
        told(str(held.period_start), str(held.period_end), held.central * 2e9, str(held.known_on)),
    ]
    for entry, counts in zip(entries, ((0, 1), (0, 0)), strict=True):
        server.answers = [
            answer({"0": {"cik_str": 789019, "ticker": "MSFT"}}),
            answer(company(Revenues=[entry])),
        ]
        found = pull(server, store, "MSFT")
        assert (found["facts_added"], found["facts_known"]) == counts
    assert held.fact_id in found["contradictions"][0]
    assert not store.exists()


def test_a_filing_keeps_to_the_name_that_was_compared() -> None:
    # The later filing tells both names; only the one that was told before is compared.
    period = ("2017-01-30", "2017-04-30")
    document = company(
        RevenueFromContractWithCustomerExcludingAssessedTax=[told(*period, 95.0, "2018-05-22")],
        Revenues=[told(*period, 100.0, "2017-05-23"), told(*period, 100.0, "2018-05-22")],
    )
    assert [row["value"] for row in filing_rows(document, "NVDA", 1)] == ["100.0"]


def test_a_figure_that_cannot_be_is_left_out_with_its_reason(server: Server, store: Path) -> None:
    bad = company(SalesRevenueNet=[told("2014-01-27", "2014-04-27", 1e9, "2014-03-01")])
    server.answers = [answer(COMPANIES), answer(bad)]
    found = pull(server, store)
    assert found["facts_added"] == 0
    ((reason, count),) = found["left_out"].items()
    assert "before the period ends on 2014-04-27" in reason
    assert count == 1


def test_a_company_that_reports_in_another_currency_is_named(server: Server, store: Path) -> None:
    document: Any = {"facts": {"ifrs-full": {"Revenue": {"units": {"TWD": []}}}}}
    server.answers = [answer(COMPANIES), answer(document)]
    assert "reports none of the figures in US dollars" in pull(server, store)["warnings"][0]


@pytest.mark.parametrize(
    ("answers", "ticker", "message"),
    [
        ([answer(COMPANIES)], "NVDIA", "knows no company by the ticker 'NVDIA'; did you mean NVDA"),
        ([answer(COMPANIES), answer({"facts": 1})], "NVDA", "with no facts that can be read"),
        ([answer([1, 2])], "NVDA", "no list of companies that can be read"),
        ([(403, b"", {})], "NVDA", "refused with 403"),
    ],
)
def test_what_goes_wrong_takes_nothing(
    server: Server, store: Path, answers: list[Answer], ticker: str, message: str
) -> None:
    server.answers, server.speaks = answers, None
    with pytest.raises(UserError) as raised:
        pull(server, store, ticker)
    assert message in str(raised.value)
    assert not store.exists()


KILLED = """
import os, sys
from datetime import datetime
from pathlib import Path
from jevons.facts import user_facts
user_facts.CREATE_PULL = "SELECT error('killed here')"
import duckdb
from jevons.facts.pulled_facts import take_facts
row = dict(fact_id="X", entity="NVDA", metric="net_income", period_start="2014-01-27",
           period_end="2014-04-27", value="1", unit="USD_bn", stated_by="company",
           known_on="2014-05-23", source_title="t", source_url="u")
explain = user_facts._explain
user_facts._explain = lambda file, error: os._exit(9)
take_facts(Path(sys.argv[1]), [row], "s", datetime(2026, 3, 11))
"""


def test_a_kill_before_the_end_leaves_the_store_as_it_was(server: Server, store: Path) -> None:
    pull(server, store)
    before = read_user_facts(store)
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    ended = subprocess.run([sys.executable, "-c", KILLED, str(store)], env=environment)
    assert ended.returncode == 9
    assert read_user_facts(store) == before


def test_the_command_says_who_asks(
    server: Server, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    monkeypatch.delenv("EDGAR_IDENTITY", raising=False)
    code, _, error = run("pull", "filings", "NVDA", "--url", server.address)
    assert (code, server.asked) == (2, [])
    assert "set EDGAR_IDENTITY to your name" in error
    monkeypatch.setenv("EDGAR_IDENTITY", "A. Reader a@example.org")
    code, out, _ = run("pull", "filings", "nvda", "--url", server.address, "--json")
    assert code == 0
    assert json.loads(out)["facts_added"] == 4
    assert set(server.agents) == {"A. Reader a@example.org"}
