"""The user's own prices kept on disk: quoted bars and dated actions, written in transactions only.

Nothing adjusted is stored. A bar that breaks a rule is kept apart with its reason, never repaired.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from jevons.facts.user_facts import store_file
from jevons.market.actions import Action, read_actions
from jevons.market.aliases import name_of, spelled
from jevons.market.bar_rules import WEEKEND_TRADER, doubts, judge_bars, strangers
from jevons.market.calendars import currency_of
from jevons.market.database import Layout, attached, number
from jevons.market.price_table import PriceHistory, PriceTable
from jevons.market.read_prices import TEXTS, load_texts
from jevons.market.splits import split_adjusted

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

LISTING = """CREATE TABLE store.listing (ticker VARCHAR PRIMARY KEY, exchange VARCHAR,
                 currency VARCHAR)"""
LAYOUT = Layout(
    what="store of prices",
    version=2,
    schema=(
        """CREATE TABLE store.pull (hash VARCHAR PRIMARY KEY, source VARCHAR, pulled_at TIMESTAMP,
               bars BIGINT, quarantined BIGINT, actions BIGINT)""",
        """CREATE TABLE store.bar (ticker VARCHAR, day DATE, open DOUBLE, high DOUBLE, low DOUBLE,
               close DOUBLE, pull VARCHAR, volume DOUBLE, PRIMARY KEY (ticker, day))""",
        """CREATE TABLE store.quarantine (ticker VARCHAR, day VARCHAR, open VARCHAR, high VARCHAR,
               low VARCHAR, close VARCHAR, reason VARCHAR, file VARCHAR, row BIGINT,
               pull VARCHAR)""",
        """CREATE TABLE store.action (ticker VARCHAR, day DATE, kind VARCHAR, value DOUBLE,
               paid_on DATE, pull VARCHAR, PRIMARY KEY (ticker, day, kind))""",
        LISTING,
    ),
    # Version 1 knew neither volume nor where a ticker is quoted.
    migrations={2: ("ALTER TABLE store.bar ADD COLUMN volume DOUBLE", LISTING)},
    reads_from=1,
    command="jevons pull prices FILE, or give --prices FILE",
)
# A store of version 1 has no volume.
BARS = """
    SELECT ticker, day, close, greatest(close, coalesce(high, close)) AS high, open,
           CASE WHEN low IS NOT NULL THEN least(close, low) END AS low, {} AS volume
    FROM store.bar ORDER BY ticker, day
"""
PULLED = "SELECT count(*) FROM store.pull WHERE hash = ?"


def default_store() -> Path:
    """Where prices are kept: beside the user's facts."""
    return store_file().with_name("prices.duckdb")


def pull(
    store: Path,
    files: Sequence[Path],
    actions: Sequence[Path],
    pulled_at: datetime,
    tickers: Sequence[str] = (),
    source: str | None = None,
    exchange: str | None = None,
    currencies: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Take bars and actions from files into the store, all in one transaction or not at all.

    The same content is taken once; a bar that is stored already stays as it is. Tickers are
    brought to their lasting names, see :mod:`jevons.market.aliases`.

    Args:
        store: DuckDB file, made if it is not there. files: CSV or Parquet with quoted prices.
        actions: CSV files. pulled_at: now, with its time zone. tickers: only these; all if none.
        source: where the files come from, as it is recorded; their names if None.
        exchange: market code whose calendar all tickers keep; that of their suffix if None.
        currencies: of prices by ticker; that of the exchange for tickers not named.

    Returns:
        Counts of bars added, known before and quarantined by reason, actions added; gaps, splits
        that no action tells, and tickers that seem to be of another calendar.

    Raises:
        UserError: a file is unreadable, or the store is damaged, of another version or not
            writable; the store is then as it was.
    """
    known = [a for a in _named(read_actions(actions)) if not tickers or a.ticker in tickers]
    digest = sha256("\n".join(["tickers", *sorted(tickers)]).encode())
    for file in (*files, *actions):
        digest.update(file.read_bytes())
    with _attached(store, read_only=False) as connection:
        connection.execute(TEXTS)
        for position, file in enumerate(files):
            load_texts(connection, position, file)
        names = [str(file) for file in files] if source is None else [source] * len(files)
        judge_bars(connection, exchange, tickers)
        answer = _counts(connection, digest.hexdigest())
        strange = strangers(connection)
        exchanges = _exchanges(connection)
        if not number(connection, PULLED, [answer["hash"]]):
            connection.begin()
            answer |= _take(connection, names, known, answer, pulled_at)
            _list(connection, exchanges, currencies or {})
            connection.commit()
    doubted = doubts(stored_prices(store), stored_actions(store), exchanges)
    return {"store": str(store), **answer, **doubted, "warnings": strange + doubted["warnings"]}


def stored_prices(store: Path) -> PriceTable:
    """Every bar of the store, as quoted; the high is the close where unknown.

    Raises:
        UserError: there is no store, or it is damaged or of another version.
    """
    with _attached(store, read_only=True) as connection:
        columns = connection.execute(BARS.format(_volume(connection))).fetchnumpy()
        currencies = _currencies(connection)
    tickers = columns["ticker"].astype(str)
    opens, lows, volumes = (
        np.ma.filled(columns[name], np.nan) for name in ("open", "low", "volume")
    )
    found = {}
    names, first = np.unique(tickers, return_index=True)
    for name, start, stop in zip(names.tolist(), first, [*first[1:], len(tickers)], strict=True):
        own = slice(start, stop)
        found[name] = PriceHistory(
            name,
            columns["day"][own].astype("datetime64[D]"),
            np.asarray(columns["close"][own]),
            np.asarray(columns["high"][own]),
            open=opens[own],
            low=lows[own],
            volume=volumes[own],
            currency=currencies.get(name, currency_of(name)),
        )
    return PriceTable(found)


def _volume(connection: "DuckDBPyConnection") -> str:
    """The column of volumes, or nothing where the store has none."""
    known = """SELECT count(*) FROM duckdb_columns() WHERE database_name = 'store'
               AND table_name = 'bar' AND column_name = 'volume'"""
    return "volume" if number(connection, known) else "NULL::DOUBLE"


def adjusted_prices(store: Path, day: date) -> PriceTable:
    """Bars of the store up to a day, comparable over time by the splits known on it.

    Prices before a split are divided by its ratio, so that the last price is as quoted; dividends
    are left in.
    """
    table = stored_prices(store).as_of(day)
    splits: dict[str, list[Action]] = {}
    for action in stored_actions(store):
        if action.kind == "split" and action.day <= day:
            splits.setdefault(action.ticker, []).append(action)
    return PriceTable(
        {
            ticker: split_adjusted(history, splits.get(ticker, ()))
            for ticker, history in table.histories.items()
        }
    )


def stored_actions(store: Path) -> tuple[Action, ...]:
    """Every action of the store, by ticker and day."""
    rows = "SELECT ticker, day, kind, value, paid_on FROM store.action ORDER BY ALL"
    with _attached(store, read_only=True) as connection:
        return tuple(Action(*row) for row in connection.execute(rows).fetchall())


def _named(actions: Sequence[Action]) -> list[Action]:
    """Actions under the lasting names of their shares; those of no share are left out."""
    named = ((action, name_of(spelled(action.ticker), action.day)) for action in actions)
    return [replace(action, ticker=name) for action, name in named if name is not None]


def _counts(connection: "DuckDBPyConnection", digest: str) -> dict[str, Any]:
    """What the rules said of the bars."""
    names = "SELECT DISTINCT ticker FROM judged WHERE ticker <> '' ORDER BY 1"
    reasons = "SELECT reason, count(*) FROM judged WHERE reason IS NOT NULL GROUP BY 1 ORDER BY 1"
    held = "SELECT count(*) FROM judged WHERE reason IS NULL AND is_stored"
    return {
        "tickers": [row[0] for row in connection.execute(names).fetchall()],
        "bars_added": 0,
        "bars_known": number(connection, held),
        "quarantined": dict(connection.execute(reasons).fetchall()),
        "actions_added": 0,
        "hash": digest,
    }


def _exchanges(connection: "DuckDBPyConnection") -> dict[str, str | None]:
    """The exchange whose days each ticker of a pull keeps; None for one that trades on weekends."""
    rows = connection.execute(
        """SELECT ticker, any_value(CASE WHEN weekends < ? THEN exchange END)
           FROM judged WHERE ticker <> '' GROUP BY 1 ORDER BY 1""",
        [WEEKEND_TRADER],
    )
    return dict(rows.fetchall())


def _list(
    connection: "DuckDBPyConnection",
    exchanges: Mapping[str, str | None],
    currencies: Mapping[str, str],
) -> None:
    """Record where each ticker is quoted, and in what; the first record stays."""
    told = [currencies.get(name, currency_of(name, code)) for name, code in exchanges.items()]
    connection.execute(
        """INSERT OR IGNORE INTO store.listing
           SELECT unnest($1::VARCHAR[]), unnest($2::VARCHAR[]), unnest($3::VARCHAR[])""",
        [list(exchanges), list(exchanges.values()), told],
    )


def _currencies(connection: "DuckDBPyConnection") -> dict[str, str]:
    """Currencies by ticker; a store of version 1 holds none."""
    listed = """SELECT count(*) FROM duckdb_tables()
                WHERE database_name = 'store' AND table_name = 'listing'"""
    if not number(connection, listed):
        return {}
    return dict(connection.execute("SELECT ticker, currency FROM store.listing").fetchall())


def _take(
    connection: "DuckDBPyConnection",
    names: Sequence[str],
    actions: Sequence[Action],
    judged: dict[str, Any],
    pulled_at: datetime,
) -> dict[str, Any]:
    """Write what is good, what is not, the actions, and the pull itself."""
    digest = judged["hash"]
    bars, taken = "SELECT count(*) FROM store.bar", "SELECT count(*) FROM store.action"
    before = number(connection, bars), number(connection, taken)
    connection.execute(
        """INSERT INTO store.bar SELECT ticker, d, o_, h_, l_, c_, $1, v_
           FROM judged WHERE reason IS NULL AND NOT is_stored""",
        [digest],
    )
    connection.execute(
        """INSERT INTO store.quarantine SELECT ticker, date, open, high, low, close, reason,
               list_extract($1, file + 1), row, $2 FROM judged WHERE reason IS NOT NULL""",
        [list(names), digest],
    )
    for action in actions:
        connection.execute(
            "INSERT OR IGNORE INTO store.action VALUES (?, ?, ?, ?, ?, ?)",
            [action.ticker, action.day, action.kind, action.value, action.paid_on, digest],
        )
    added = {
        "bars_added": number(connection, bars) - before[0],
        "actions_added": number(connection, taken) - before[1],
    }
    at = pulled_at.astimezone(UTC).replace(tzinfo=None)
    source, apart = ", ".join(names), sum(judged["quarantined"].values())
    connection.execute(
        "INSERT INTO store.pull VALUES (?, ?, ?, ?, ?, ?)",
        [digest, source, at, added["bars_added"], apart, added["actions_added"]],
    )
    return added


@contextmanager
def _attached(store: Path, *, read_only: bool) -> "Iterator[DuckDBPyConnection]":
    with attached(store, LAYOUT, read_only=read_only) as connection:
        yield connection
