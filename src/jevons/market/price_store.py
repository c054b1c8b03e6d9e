"""The user's own prices kept on disk: quoted bars and dated actions, written in transactions only.

Nothing adjusted is stored. A bar that breaks a rule is kept apart with its reason, never repaired.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from jevons.errors import UserError
from jevons.facts.user_facts import store_file
from jevons.market.actions import Action, read_actions
from jevons.market.price_table import PriceHistory, PriceTable
from jevons.market.read_prices import DAY, NUMBER, ROUNDING, TEXTS, load_texts
from jevons.market.splits import split_adjusted, unadjusted_splits

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

VERSION = 1
WEEKEND_TRADER = 0.1  # share of weekend sessions from which a ticker trades on weekends
SCHEMA = (
    "CREATE TABLE store.version (number INTEGER)",
    f"INSERT INTO store.version VALUES ({VERSION})",  # noqa: S608  our own number
    """CREATE TABLE store.pull (hash VARCHAR PRIMARY KEY, source VARCHAR, pulled_at TIMESTAMP,
           bars BIGINT, quarantined BIGINT, actions BIGINT)""",
    """CREATE TABLE store.bar (ticker VARCHAR, day DATE, open DOUBLE, high DOUBLE, low DOUBLE,
           close DOUBLE, pull VARCHAR, PRIMARY KEY (ticker, day))""",
    """CREATE TABLE store.quarantine (ticker VARCHAR, day VARCHAR, open VARCHAR, high VARCHAR,
           low VARCHAR, close VARCHAR, reason VARCHAR, file VARCHAR, row BIGINT, pull VARCHAR)""",
    """CREATE TABLE store.action (ticker VARCHAR, day DATE, kind VARCHAR, value DOUBLE,
           paid_on DATE, pull VARCHAR, PRIMARY KEY (ticker, day, kind))""",
)
PULLED = "SELECT count(*) FROM store.pull WHERE hash = ?"
# Each row with the first rule that it breaks, or none.
JUDGED = f"""
    CREATE TABLE judged AS
    WITH read AS (
        SELECT *, try_cast(date AS DATE) AS d, {
    ", ".join(
        f"CASE WHEN regexp_full_match({name}, '{NUMBER}') THEN try_cast({name} AS DOUBLE) END"
        f" AS {name[0]}_"
        for name in ("open", "high", "low", "close")
    )
}
        FROM price
    ), told AS (
        SELECT *, row_number() OVER (PARTITION BY ticker, date ORDER BY file, row) AS place,
               avg((isodow(d) > 5)::INTEGER) OVER (PARTITION BY ticker) AS weekends
        FROM read
    )
    SELECT told.*, CASE
        WHEN d IS NULL OR NOT regexp_full_match(date, '{DAY}') THEN 'the date is no day'
        WHEN told.ticker = '' THEN 'the ticker is empty'
        WHEN c_ IS NULL THEN 'the close is no number'
        WHEN (told.open <> '' AND o_ IS NULL) OR (told.high <> '' AND h_ IS NULL)
          OR (told.low <> '' AND l_ IS NULL) THEN 'a price is no number'
        WHEN NOT isfinite(c_) OR least(c_, o_, h_, l_) <= 0 THEN 'a price is not above zero'
        WHEN h_ < greatest(c_, o_) * (1 - {ROUNDING}) THEN 'the high is below the open or close'
        WHEN l_ > least(c_, o_) * (1 + {ROUNDING}) THEN 'the low is above the open or close'
        WHEN isodow(d) > 5 AND weekends < {WEEKEND_TRADER} THEN 'the day is on a weekend'
        WHEN place > 1 THEN 'the day is given twice'
        WHEN bar.close IS NOT NULL AND (bar.close, bar.open, bar.high, bar.low)
          IS DISTINCT FROM (c_, o_, h_, l_) THEN 'the stored bar is another'
        END AS reason, bar.close IS NOT NULL AS is_stored
    FROM told LEFT JOIN store.bar ON bar.ticker = told.ticker AND bar.day = told.d
"""  # noqa: S608  our own constants


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
) -> dict[str, Any]:
    """Take bars and actions from files into the store, all in one transaction or not at all.

    The same content is taken once; a bar that is stored already stays as it is.

    Args:
        store: DuckDB file, made if it is not there. files: CSV or Parquet with quoted prices.
        actions: CSV files. pulled_at: now, with its time zone. tickers: only these; all if none.
        source: where the files come from, as it is recorded; their names if None.

    Returns:
        Counts of bars added, known before and quarantined by reason, actions added, gaps and
        splits that no action tells.

    Raises:
        UserError: a file is unreadable, or the store is damaged, of another version or not
            writable; the store is then as it was.
    """
    known = [a for a in read_actions(actions) if not tickers or a.ticker in tickers]
    digest = sha256("\n".join(["tickers", *sorted(tickers)]).encode())
    for file in (*files, *actions):
        digest.update(file.read_bytes())
    try:
        store.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"the folder {store.parent} cannot be made ({error.strerror})") from error
    with _attached(store, read_only=False) as connection:
        connection.execute(TEXTS)
        for number, file in enumerate(files):
            load_texts(connection, number, file)
        names = [str(file) for file in files] if source is None else [source] * len(files)
        connection.begin()
        _prepare(connection, store)
        connection.commit()
        answer = _judge(connection, digest.hexdigest(), tickers)
        if not _number(connection, PULLED, [answer["hash"]]):
            connection.begin()
            answer |= _take(connection, names, known, answer, pulled_at)
            connection.commit()
    return {"store": str(store), **answer, **_doubts(store, answer["tickers"])}


def stored_prices(store: Path) -> PriceTable:
    """Every bar of the store, as quoted; the open and the high are the close where unknown.

    Raises:
        UserError: there is no store, or it is damaged or of another version.
    """
    rows = """SELECT ticker, day, close, greatest(close, coalesce(high, close)) AS high, open
              FROM store.bar ORDER BY ticker, day"""
    with _attached(store, read_only=True) as connection:
        _prepare(connection, store)
        columns = connection.execute(rows).fetchnumpy()
    tickers = columns["ticker"].astype(str)
    opens = np.ma.filled(columns["open"], np.nan)
    found = {}
    names, first = np.unique(tickers, return_index=True)
    for name, start, stop in zip(names, first, [*first[1:], len(tickers)], strict=True):
        own = slice(start, stop)
        found[str(name)] = PriceHistory(
            str(name),
            columns["day"][own].astype("datetime64[D]"),
            np.asarray(columns["close"][own]),
            np.asarray(columns["high"][own]),
            open=opens[own],
        )
    return PriceTable(found)


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
        _prepare(connection, store)
        return tuple(Action(*row) for row in connection.execute(rows).fetchall())


def _judge(connection: "DuckDBPyConnection", digest: str, tickers: Sequence[str]) -> dict[str, Any]:
    """Find for every row the first rule that it breaks, and count."""
    if tickers:
        connection.execute("DELETE FROM price WHERE NOT list_contains($1, ticker)", [list(tickers)])
    connection.execute(JUDGED)
    names = "SELECT DISTINCT ticker FROM judged WHERE ticker <> '' ORDER BY 1"
    reasons = "SELECT reason, count(*) FROM judged WHERE reason IS NOT NULL GROUP BY 1 ORDER BY 1"
    held = "SELECT count(*) FROM judged WHERE reason IS NULL AND is_stored"
    return {
        "tickers": [row[0] for row in connection.execute(names).fetchall()],
        "bars_added": 0,
        "bars_known": _number(connection, held),
        "quarantined": dict(connection.execute(reasons).fetchall()),
        "actions_added": 0,
        "hash": digest,
    }


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
    before = _number(connection, bars), _number(connection, taken)
    connection.execute(
        """INSERT INTO store.bar SELECT ticker, d, o_, h_, l_, c_, $1
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
        "bars_added": _number(connection, bars) - before[0],
        "actions_added": _number(connection, taken) - before[1],
    }
    at = pulled_at.astimezone(UTC).replace(tzinfo=None)
    source, apart = ", ".join(names), sum(judged["quarantined"].values())
    connection.execute(
        "INSERT INTO store.pull VALUES (?, ?, ?, ?, ?, ?)",
        [digest, source, at, added["bars_added"], apart, added["actions_added"]],
    )
    return added


def _doubts(store: Path, tickers: Sequence[str]) -> dict[str, list[str]]:
    """Gaps, and splits without an action, of the tickers of a pull."""
    table, actions = stored_prices(store), stored_actions(store)
    gaps: list[str] = []
    splits: list[str] = []
    for ticker in tickers:
        history = table.of(ticker)
        if history is None:
            continue
        if len(history.unbroken()) < len(history):
            gaps.append(f"{ticker} has a gap of {history.longest_gap()} days")
        ratio = np.ones(len(history))
        for action in actions:
            at = int(np.searchsorted(history.days, np.datetime64(action.day, "D")))
            if action.ticker == ticker and action.kind == "split" and at < len(ratio):
                ratio[at] *= action.value
        splits += unadjusted_splits(ticker, history.days, history.close, ratio)
    return {"gaps": gaps, "warnings": splits}


def _prepare(connection: "DuckDBPyConnection", store: Path) -> None:
    """Make the tables of a new store; refuse one of another version or of something else."""
    tables = connection.execute(
        "SELECT table_name FROM duckdb_tables() WHERE database_name = 'store'"
    ).fetchall()
    if not tables:
        for statement in SCHEMA:
            connection.execute(statement)
        return
    known = ("version",) in tables
    version = _number(connection, "SELECT number FROM store.version") if known else None
    if version != VERSION:
        what = "no store of prices" if version is None else f"a store of version {version}"
        raise UserError(
            f"{store} is {what}, and this jevons reads version {VERSION}; it was left as it is: "
            "choose another file with --store"
        )


def _number(connection: "DuckDBPyConnection", query: str, values: Sequence[Any] = ()) -> int:
    row = connection.execute(query, list(values)).fetchone()
    assert row is not None
    return int(row[0])


@contextmanager
def _attached(store: Path, *, read_only: bool) -> "Iterator[DuckDBPyConnection]":
    """A database in memory with the store beside it."""
    import duckdb

    if read_only and not store.exists():
        raise UserError(
            f"there is no store of prices at {store}; give --prices FILE, or make one with: "
            "jevons pull prices FILE"
        )
    connection = duckdb.connect(":memory:")
    try:
        connection.execute("SET threads = 1")  # rows keep the order of the file
        mode = " (READ_ONLY)" if read_only else ""
        name = str(store).replace("'", "''")
        connection.execute(f"ATTACH '{name}' AS store{mode}")
        yield connection
    except duckdb.Error as error:
        text = str(error)
        if "Could not set lock" in text:
            message = "is in use by another process; wait until that has ended"
        elif "No space" in text:
            message = "cannot be written, the disk is full; it was left as it is"
        elif "ermission" in text or "ead-only" in text:
            message = "cannot be written; choose another file with --store"
        else:
            message = "is damaged or no store of prices; move it away or choose another file"
        raise UserError(f"{store} {message}") from error
    finally:
        connection.close()
