"""Signals for ladders: known from their day on, the same whatever became known later."""

import csv
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np

from jevons.facts.fact import Fact
from jevons.facts.store import Store
from jevons.ladder import bars_of, read_signals
from jevons.market import PriceHistory, PriceTable
from jevons.market.macro_store import Figure, write_series
from jevons.study.signals import signals
from jevons.valuation.company import company_of

NOW = datetime(2026, 1, 1, tzinfo=UTC)
FIRST = date(2023, 1, 2)
NVDA = company_of("NVDA")


def filed(metric: str, year: int, value: float, known_on: date, unit: str = "USD_bn") -> Fact:
    """A figure of a year of NVDA."""
    return Fact(
        f"{metric}-{year}", "NVDA", metric, date(year, 1, 1), date(year, 12, 31), value, None,
        None, unit, "company", known_on, known_on, "Report", "https://example.org", "",
    )  # fmt: skip


FACTS = [
    filed("total_revenue", 2021, 100, FIRST),
    filed("total_revenue", 2022, 120, FIRST + timedelta(10)),
    filed("diluted_shares", 2022, 2e9, FIRST + timedelta(10), "share"),
    filed("total_revenue", 2023, 110, FIRST + timedelta(400)),
]


def prices(count: int = 500) -> PriceTable:
    days = np.datetime64(FIRST, "D") + np.arange(count)
    close = np.full(count, 60.0)
    return PriceTable({"NVDA": PriceHistory("NVDA", days, close, close, open=close, splits=())})


def economy(store: Path, *later: Figure) -> None:
    """Eight years of even growth, then half a year in which production stops and prices go on."""
    figures: list[Figure] = list(later)
    for month in range(102):
        day = date(2015 + month // 12, month % 12 + 1, 1)
        known = day + timedelta(45)
        made = 100 * 1.02 ** (min(month, 96) / 12)
        paid = 100 * 1.02 ** (month / 12) * 1.03 ** (max(month - 96, 0) / 12)
        figures += [("INDPRO", day, known, made), ("CPIAUCSL", day, known, paid)]
    write_series(store, figures, "x", "invented", NOW)


def rows(until: date, store: Path | None = None) -> list[tuple[date, str, str, str]]:
    return list(signals(Store(FACTS).as_of(until), prices().as_of(until), [NVDA], store))


def test_thesis_breaks_with_the_report_that_shows_it() -> None:
    found = [(row[0], row[3]) for row in rows(FIRST + timedelta(499)) if row[2] == "thesis"]
    assert found == [(FIRST + timedelta(10), "1"), (FIRST + timedelta(400), "0")]


def test_price_to_sales_stands_from_the_filing_on() -> None:
    found = [(row[0], row[3]) for row in rows(FIRST + timedelta(499)) if row[2] == "price_sales"]
    # USD 120 bn over 2 bn shares is 60 a share; then 110 bn.
    assert found[0] == (FIRST + timedelta(10), "1")
    assert found[-1] == (FIRST + timedelta(499), f"{60 / 55:.6g}")


def test_the_regime_changes_when_a_figure_is_known_and_not_before(tmp_path: Path) -> None:
    store = tmp_path / "macro.duckdb"
    economy(store)
    found = [(row[0], row[3]) for row in rows(FIRST + timedelta(499), store) if row[2] == "regime"]
    # February 2023, the first month without growth, became known on 2023-03-18.
    assert (date(2023, 3, 18), "stagflation") in found


def test_what_becomes_known_later_changes_no_earlier_signal(tmp_path: Path) -> None:
    day = FIRST + timedelta(300)
    store, other = tmp_path / "a.duckdb", tmp_path / "b.duckdb"
    economy(store)
    economy(other, ("INDPRO", date(2020, 1, 1), day + timedelta(1), 500.0))
    before = rows(day, store)
    assert rows(day, other) == before
    whole = rows(FIRST + timedelta(499), other)
    assert [row for row in whole if row[0] <= day] == before


def test_a_ladder_reads_the_file(tmp_path: Path) -> None:
    store, file = tmp_path / "macro.duckdb", tmp_path / "signals.csv"
    economy(store)
    with file.open("w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(("date", "ticker", "signal", "value"))
        writer.writerows(rows(FIRST + timedelta(499), store))
    bars = bars_of(prices().histories["NVDA"])
    read = read_signals([file], [bars])["NVDA"]
    assert read["thesis"][[9, 10, 399, 400]].tolist()[1:] == [1.0, 1.0, 0.0]
    assert read["regime"][-1] == "stagflation"
    assert read["price_sales"][20] == 1.0
