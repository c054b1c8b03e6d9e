"""Figures of companies as they filed them with the SEC, each with the day of its filing.

Reads the company facts of data.sec.gov (XBRL): for each concept every figure of every filing, with
the exact first and last day that it describes. A figure told again in a later filing is no news;
one that differs there is a restatement, and becomes a vintage known from that day on.
"""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from jevons.errors import UserError, did_you_mean
from jevons.facts.fetch import Source
from jevons.facts.pulled_facts import take_facts

ADDRESS = "https://data.sec.gov"
DIRECTORY = "https://www.sec.gov"  # which number is whose ticker
NAME = "SEC EDGAR"
IDENTITY = "EDGAR_IDENTITY"  # the source wants to know who asks; edgartools reads the same
PAUSE = 0.2  # s between requests; the source allows ten a second
FORMS = ("10-Q", "10-K", "20-F", "40-F", "6-K", "8-K")  # and their amendments
Period = tuple[str, str]  # first day, empty for a stock at a date, and last day
Key = tuple[Period, str, str]  # period, day of filing, accession number
Told = dict[str, Mapping[str, Any]]  # figures of one filing by name
UNITS = {"USD": "USD", "shares": "share", "USD/shares": "USD/share"}


@dataclass(frozen=True, slots=True)
class Concept:
    """A metric and the names under which filings report it, the preferred first."""

    metric: str
    taxonomy: str
    unit: str
    names: tuple[str, ...]


@cache
def concepts() -> tuple[Concept, ...]:
    """The concepts that are read; see ``filing_concepts.csv``."""
    text = files("jevons.facts").joinpath("filing_concepts.csv").read_text(encoding="utf-8")
    return tuple(
        Concept(row["metric"], row["taxonomy"], row["unit"], tuple(row["concepts"].split()))
        for row in csv.DictReader(text.splitlines())
    )


def pull_filings(
    store: Path, tickers: Sequence[str], source: Source, directory: Source, pulled_at: datetime
) -> dict[str, Any]:
    """Fetch the facts of every company, then take all of them into the store or none.

    Args:
        store: of the user's facts. tickers: companies. source, directory: see :data:`ADDRESS` and
            :data:`DIRECTORY`. pulled_at: now, with its time zone.

    Raises:
        UserError: a ticker is unknown to the source, an answer does not come or cannot be read.
    """
    numbers = _numbers(directory)
    rows: list[dict[str, str]] = []
    nothing: list[str] = []
    for ticker in tickers:
        if ticker not in numbers:
            raise UserError(
                f"{NAME} knows no company by the ticker {ticker!r}{did_you_mean(ticker, numbers)}"
            )
        document = source.json(f"api/xbrl/companyfacts/CIK{numbers[ticker]:010d}.json")
        found = list(filing_rows(document, ticker, numbers[ticker]))
        rows += found
        if not found:
            nothing.append(
                f"{ticker} reports none of the figures in US dollars by US rules; nothing of it "
                "was taken"
            )
    told = f"{source.address} {' '.join(tickers)}"
    answer = take_facts(store, rows, told, pulled_at)
    source.done()
    directory.done()
    return {"companies": list(tickers), **answer, "warnings": nothing}


def filing_rows(document: Any, ticker: str, number: int) -> Iterator[dict[str, str]]:
    """Rows of a table of facts: each figure at its first filing, and again where it changed.

    Raises:
        UserError: the document has another shape.
    """
    try:
        for concept in concepts():
            taken: dict[Period, tuple[str, float]] = {}
            for (period, _, _), told in _by_filing(document, concept):
                before = taken.get(period)
                # A filing that still uses the name of the last one is compared by that name.
                name = before[0] if before is not None and before[0] in told else next(iter(told))
                value = float(told[name]["val"])
                if before is None or before[1] != value:
                    taken[period] = name, value
                    yield _row(concept, name, told[name], ticker, number)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise UserError(
            f"{NAME} answered for {ticker} with no facts that can be read; nothing was taken"
        ) from error


def _by_filing(document: Any, concept: Concept) -> list[tuple[Key, Told]]:
    """Figures by period and filing, in the order of the filings; preferred names first."""
    found: dict[Key, Told] = {}
    reported = document["facts"].get(concept.taxonomy, {})
    for name in concept.names:
        for entry in reported.get(name, {}).get("units", {}).get(concept.unit, ()):
            if str(entry["form"]).removesuffix("/A") not in FORMS:
                continue
            period = str(entry.get("start", "")), str(entry["end"])
            key = period, str(entry["filed"]), str(entry["accn"])
            found.setdefault(key, {}).setdefault(name, entry)
    return sorted(found.items(), key=lambda item: item[0][1:])


def _row(
    concept: Concept, name: str, entry: Mapping[str, Any], ticker: str, number: int
) -> dict[str, str]:
    start, end, filed = str(entry.get("start", "")), str(entry["end"]), str(entry["filed"])
    accession = str(entry["accn"])
    return {
        "fact_id": "-".join(
            part for part in ("SEC", ticker, concept.metric, start, end, filed) if part
        ),
        "entity": ticker,
        "metric": concept.metric,
        "period_start": start,
        "period_end": end,
        "value": repr(entry["val"]),
        "unit": UNITS[concept.unit],
        "stated_by": "company",
        "known_on": filed,
        "source_title": f"{entry['form']} of {ticker}, filed {filed}, accession {accession}",
        "source_url": f"{DIRECTORY}/Archives/edgar/data/{number}/{accession.replace('-', '')}",
        "note": f"{concept.taxonomy}:{name}",
    }


def _numbers(directory: Source) -> dict[str, int]:
    """The number of each company by ticker."""
    document = directory.json("files/company_tickers.json")
    try:
        return {str(entry["ticker"]): int(entry["cik_str"]) for entry in document.values()}
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise UserError(
            f"{NAME} answered with no list of companies that can be read; nothing was taken"
        ) from error
