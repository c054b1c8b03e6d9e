"""The rules that a quoted bar must keep; a bar that breaks one is kept apart, never repaired."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from jevons.market.actions import Action
from jevons.market.aliases import aliases
from jevons.market.calendars import exchange_of, missing_sessions, sessions
from jevons.market.price_table import PriceTable
from jevons.market.read_prices import DAY, NUMBER, ROUNDING
from jevons.market.splits import unadjusted_splits

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

WEEKEND_TRADER = 0.1  # share of weekend sessions from which a ticker trades on weekends
WRONG_CALENDAR = 0.02  # share of bars on closed days from which another calendar is suspected
READ = ("open", "high", "low", "close", "volume")
# Each row with the first rule that it breaks, or none.
JUDGED = f"""
    CREATE TABLE judged AS
    WITH read AS (
        SELECT *, try_cast(date AS DATE) AS d, {
    ", ".join(
        f"CASE WHEN regexp_full_match({name}, '{NUMBER}') THEN try_cast({name} AS DOUBLE) END"
        f" AS {name[0]}_"
        for name in READ
    )
}
        FROM price
    ), told AS (
        SELECT *, row_number() OVER (PARTITION BY ticker, date ORDER BY file, row) AS place,
               avg((isodow(d) > 5)::INTEGER) OVER (PARTITION BY ticker) AS weekends
        FROM read
    )
    SELECT told.*, calendar.exchange, CASE
        WHEN d IS NULL OR NOT regexp_full_match(date, '{DAY}') THEN 'the date is no day'
        WHEN told.ticker = '' THEN 'the ticker is empty'
        WHEN nobody.ticker IS NOT NULL THEN 'the ticker stood for no share that day'
        WHEN c_ IS NULL THEN 'the close is no number'
        WHEN (told.open <> '' AND o_ IS NULL) OR (told.high <> '' AND h_ IS NULL)
          OR (told.low <> '' AND l_ IS NULL) THEN 'a price is no number'
        WHEN NOT isfinite(c_) OR least(c_, o_, h_, l_) <= 0 THEN 'a price is not above zero'
        WHEN told.volume <> '' AND (v_ IS NULL OR NOT isfinite(v_) OR v_ < 0)
          THEN 'the volume is no number of shares'
        WHEN h_ < greatest(c_, o_) * (1 - {ROUNDING}) THEN 'the high is below the open or close'
        WHEN l_ > least(c_, o_) * (1 + {ROUNDING}) THEN 'the low is above the open or close'
        WHEN weekends < {WEEKEND_TRADER} AND isodow(d) > 5 THEN 'the day is on a weekend'
        WHEN weekends < {WEEKEND_TRADER} AND d BETWEEN calendar.first AND calendar.last
          AND session.day IS NULL THEN calendar.exchange || ' was shut that day'
        WHEN place > 1 THEN 'the day is given twice'
        WHEN bar.close IS NOT NULL AND (bar.close, bar.open, bar.high, bar.low)
          IS DISTINCT FROM (c_, o_, h_, l_) THEN 'the stored bar is another'
        END AS reason, bar.close IS NOT NULL AS is_stored
    FROM told
    LEFT JOIN store.bar ON bar.ticker = told.ticker AND bar.day = told.d
    LEFT JOIN calendar ON calendar.ticker = told.ticker
    LEFT JOIN session ON session.exchange = calendar.exchange AND session.day = told.d
    LEFT JOIN nobody ON nobody.ticker = told.ticker
          AND told.d > nobody.last AND told.d < nobody.again_from
"""  # noqa: S608  our own constants
RENAMED = """
    UPDATE price SET ticker = alias.name FROM alias
    WHERE price.ticker = alias.ticker AND try_cast(price.date AS DATE)
          BETWEEN alias.first AND alias.last
"""


def judge_bars(
    connection: "DuckDBPyConnection", exchange: str | None = None, tickers: Sequence[str] = ()
) -> None:
    """Make the table ``judged`` from ``price``: each row under its lasting name, with its fault.

    Args:
        connection: holds ``price`` (texts, see ``read_prices``) and the store.
        exchange: market code whose days all tickers keep; that of each ticker's suffix if None.
        tickers: only these, by their lasting names; all if none.

    Raises:
        UserError: there is no calendar of that exchange.
    """
    _rename(connection)
    if tickers:
        connection.execute("DELETE FROM price WHERE NOT list_contains($1, ticker)", [list(tickers)])
    found = connection.execute("SELECT DISTINCT ticker FROM price WHERE ticker <> ''").fetchall()
    kept = {name: exchange or exchange_of(name) for (name,) in found}
    connection.execute(
        "CREATE TABLE calendar (ticker VARCHAR, exchange VARCHAR, first DATE, last DATE)"
    )
    connection.execute("CREATE TABLE session (exchange VARCHAR, day DATE)")
    for code in sorted({code for code in kept.values() if code is not None}):
        days = sessions(code).tolist()
        connection.execute("INSERT INTO session SELECT $1, unnest($2::DATE[])", [code, days])
        names = [name for name, its in kept.items() if its == code]
        connection.execute(
            "INSERT INTO calendar SELECT unnest($1::VARCHAR[]), $2, $3, $4",
            [names, code, days[0], days[-1]],
        )
    connection.execute(JUDGED)


def doubts(
    table: PriceTable, actions: Sequence[Action], exchanges: Mapping[str, str | None]
) -> dict[str, list[str]]:
    """What no rule forbids but a reader should know: gaps, and splits that no action tells.

    Args:
        table: quoted bars. actions: stored. exchanges: of the tickers that are looked at.
    """
    gaps: list[str] = []
    warnings: list[str] = []
    for ticker, exchange in exchanges.items():
        history = table.of(ticker)
        if history is None:
            continue
        if exchange is not None:
            gaps += _missing(ticker, exchange, history.days)
        elif len(history.unbroken()) < len(history):
            gaps.append(f"{ticker} has a gap of {history.longest_gap()} days")
        ratio = np.ones(len(history))
        for action in actions:
            at = int(np.searchsorted(history.days, np.datetime64(action.day, "D")))
            if action.ticker == ticker and action.kind == "split" and at < len(ratio):
                ratio[at] *= action.value
        warnings += unadjusted_splits(ticker, history.days, history.close, ratio)
    return {"gaps": gaps, "warnings": warnings}


def strangers(connection: "DuckDBPyConnection") -> list[str]:
    """Warnings of tickers so many of whose bars are on closed days that they are of elsewhere."""
    rows: list[Any] = connection.execute(
        """SELECT ticker, exchange,
                  avg((coalesce(reason, '') LIKE '% was shut that day')::INTEGER) AS shut
           FROM judged WHERE exchange IS NOT NULL GROUP BY ALL HAVING shut > ? ORDER BY ALL""",
        [WRONG_CALENDAR],
    ).fetchall()
    return [
        f"{share:.0%} of the bars of {ticker} are on days when {exchange} was shut; if it is "
        "quoted elsewhere, name its market with --exchange"
        for ticker, exchange, share in rows
    ]


def _rename(connection: "DuckDBPyConnection") -> None:
    """Bring tickers to their lasting names, and note when a ticker stood for no share."""
    connection.execute(
        "UPDATE price SET ticker = regexp_replace(ticker, '^([A-Z]+)[./]([A-C])$', '\\1-\\2')"
    )
    connection.execute("CREATE TABLE alias (ticker VARCHAR, first DATE, last DATE, name VARCHAR)")
    connection.execute("CREATE TABLE nobody (ticker VARCHAR, last DATE, again_from DATE)")
    for alias in aliases():
        connection.execute(
            "INSERT INTO alias VALUES (?, ?, ?, ?)",
            [alias.ticker, alias.first, alias.last, alias.name],
        )
        connection.execute(
            "INSERT INTO nobody VALUES (?, ?, coalesce(?, DATE '9999-12-31'))",
            [alias.ticker, alias.last, alias.again_from],
        )
    connection.execute(RENAMED)


def _missing(ticker: str, exchange: str, days: Any) -> list[str]:
    lacking = missing_sessions(exchange, days)
    if not len(lacking):
        return []
    return [
        f"{ticker} lacks {len(lacking)} sessions of {exchange} between {days[0]} and {days[-1]}, "
        f"the first on {lacking[0]}"
    ]
