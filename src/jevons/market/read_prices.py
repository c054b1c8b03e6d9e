"""Read the user's own price files, CSV or Parquet, and refuse what is wrong by file and row."""

import csv
import glob
import math
import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from jevons.errors import UserError, did_you_mean
from jevons.market.price_table import PriceHistory, PriceTable

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

NEEDED = ("date", "ticker", "close")
OPTIONAL = ("high", "low", "open")  # further columns are left unread
COLUMNS = (*NEEDED, *OPTIONAL)
LOADED = (*COLUMNS, "volume")
PARQUET_SUFFIXES = (".parquet", ".pq")
DATE_TYPES = ("DATE", "VARCHAR", "TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS")
DAY = r"\d{4}-\d{2}-\d{2}"
NUMBER = r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?"
# A high a little under its close is the rounding of an adjusted series, not a mistake.
ROUNDING = 1e-5

# The rows of files as they are written.
TEXTS = """
    CREATE TABLE price (file INTEGER, row BIGINT, date VARCHAR, ticker VARCHAR,
                        close VARCHAR, high VARCHAR, low VARCHAR, open VARCHAR,
                        volume VARCHAR)
"""
# Kept by the query of bad rows and by _fault alike; the query only finds where to look.
BAD = f"""
    WITH read AS (
        SELECT *, try_cast(close AS DOUBLE) AS c,
               try_cast(nullif(high, '') AS DOUBLE) AS h, try_cast(nullif(low, '') AS DOUBLE) AS l,
               try_cast(nullif(open, '') AS DOUBLE) AS o
        FROM price
    )
    SELECT file, row, date, ticker, close, high, low, open FROM read
    WHERE NOT regexp_full_match(date, '{DAY}') OR try_cast(date AS DATE) IS NULL OR ticker = ''
       OR NOT regexp_full_match(close, '{NUMBER}') OR c IS NULL OR NOT isfinite(c) OR c <= 0
       OR (high <> '' AND (NOT regexp_full_match(high, '{NUMBER}') OR h IS NULL
           OR NOT isfinite(h) OR h <= 0 OR h < c * (1 - {ROUNDING})))
       OR (low <> '' AND (NOT regexp_full_match(low, '{NUMBER}') OR l IS NULL
           OR NOT isfinite(l) OR l <= 0 OR l > c * (1 + {ROUNDING})))
       OR (open <> '' AND (NOT regexp_full_match(open, '{NUMBER}') OR o IS NULL
           OR NOT isfinite(o) OR o <= 0))
    ORDER BY file, row LIMIT 1
"""  # noqa: S608  our own constants
TWICE = """
    SELECT date, ticker, close, file, row, first_file, first_row, first_close FROM (
        SELECT date, ticker, close, file, row,
               first_value(file) OVER same AS first_file,
               first_value(row) OVER same AS first_row,
               first_value(close) OVER same AS first_close,
               row_number() OVER same AS place
        FROM price WINDOW same AS (PARTITION BY date, ticker ORDER BY file, row)
    ) WHERE place = 2 ORDER BY file, row LIMIT 1
"""
READ = """
    SELECT ticker, date::DATE AS date, close::DOUBLE AS close,
           greatest(close::DOUBLE, coalesce(nullif(high, '')::DOUBLE, 0)) AS high,
           nullif(open, '')::DOUBLE AS open,
           CASE WHEN low <> '' THEN least(close::DOUBLE, low::DOUBLE) END AS low,
           CASE WHEN try_cast(volume AS DOUBLE) >= 0 THEN volume::DOUBLE END AS volume
    FROM price ORDER BY ticker, price.date
"""


def read_prices(files: Sequence[Path]) -> PriceTable:
    """Read price files into one table.

    Args:
        files: CSV or Parquet files with the columns ``date`` (session day), ``ticker``, ``close``
            and, if wanted, ``high``, ``low`` and ``open``, in USD/share, and ``volume``; capitals
            do not matter, further columns are left unread. Prices must be adjusted for splits but
            not for dividends.

    Returns:
        One history a ticker, sorted by day.

    Raises:
        UserError: the first thing that is wrong, as ``file:row:column: what``. The row is the line
            of a CSV file, and the count from 1 in a Parquet file.
    """
    import duckdb

    connection = duckdb.connect(":memory:")
    try:
        connection.execute("SET threads = 1")  # rows keep the order of the file
        connection.execute(TEXTS)
        for number, file in enumerate(files):
            load_texts(connection, number, file)
        _check(connection, files)
        columns = connection.execute(READ).fetchnumpy()
    finally:
        connection.close()
    tickers = columns["ticker"].astype(str)
    days = columns["date"].astype("datetime64[D]")
    opens, lows, volumes = (
        np.ma.filled(columns[name], np.nan) for name in ("open", "low", "volume")
    )
    names, starts = np.unique(tickers, return_index=True)
    histories = {}
    for name, start, stop in zip(names, starts, [*starts[1:], len(tickers)], strict=True):
        part = slice(start, stop)
        ticker = str(name)
        histories[ticker] = PriceHistory(
            ticker,
            days[part],
            columns["close"][part],
            columns["high"][part],
            open=opens[part],
            low=lows[part],
            volume=volumes[part],
        )
    return PriceTable(histories)


def load_texts(connection: "DuckDBPyConnection", number: int, file: Path) -> None:
    """Add the rows of one file as texts, numbered from 1."""
    name = glob.escape(str(file))  # the database would read [, * and ? as a pattern
    if is_parquet(file):
        texts, source = _parquet_columns(connection, file, name), "read_parquet($name)"
        given: dict[str, object] = {"name": name}
    else:
        header = _csv_header(file)
        texts = _texts({title: f'"{i}"' for i, title in enumerate(header)})
        source = (
            "read_csv($name, auto_detect = false, header = true, delim = ',', quote = '\"', "
            "escape = '\"', columns = $columns)"
        )
        given = {"name": name, "columns": {str(i): "VARCHAR" for i in range(len(header))}}
    before = _count(connection)
    insert = f"INSERT INTO price SELECT {number}, row_number() OVER (), {texts} FROM {source}"  # noqa: S608
    try:
        connection.execute(insert, given)
    except Exception as error:
        raise _unreadable(file, error) from error
    if _count(connection) == before:
        raise UserError(f"{file} has a header but no prices; add rows of {', '.join(NEEDED)}")


def is_parquet(file: Path) -> bool:
    """Whether a file is Parquet by its content or its name."""
    try:
        with file.open("rb") as stream:
            return stream.read(4) == b"PAR1" or file.suffix.lower() in PARQUET_SUFFIXES
    except OSError as error:
        raise UserError(f"{file} cannot be read ({error.strerror}); check the path") from error


def _count(connection: "DuckDBPyConnection") -> int:
    rows = connection.execute("SELECT count(*) FROM price").fetchall()
    return int(rows[0][0])


def _csv_header(file: Path) -> list[str]:
    """Column names of a CSV file, in small letters."""
    unreadable = UserError(f"{file} is neither CSV in UTF-8 nor Parquet; export it again")
    try:
        with file.open(encoding="utf-8-sig", errors="replace", newline="") as stream:
            header = next(csv.reader(stream), [])
    except csv.Error as error:
        raise unreadable from error
    if any("\ufffd" in title for title in header):
        raise unreadable
    titles = [title.strip().casefold() for title in header]
    if not any(titles):
        raise UserError(f"{file} is empty; give the columns {', '.join(NEEDED)}")
    _check_header(file, titles)
    return titles


def _parquet_columns(connection: "DuckDBPyConnection", file: Path, name: str) -> str:
    try:
        described = connection.execute("DESCRIBE SELECT * FROM read_parquet(?)", [name]).fetchall()
    except Exception as error:
        raise _unreadable(file, error) from error
    _check_header(file, [str(row[0]).strip().casefold() for row in described])
    columns = {}
    for title, kind, *_ in described:
        quoted, column = '"{}"'.format(str(title).replace('"', '""')), str(title).strip().casefold()
        if column == "date":
            if kind not in DATE_TYPES:
                raise UserError(
                    f"{file}:date: is of the type {kind}, which names no session day; write DATE"
                )
            quoted = quoted if kind == "VARCHAR" else f"{quoted}::DATE"
        columns[column] = quoted
    return _texts(columns)


def _check_header(file: Path, titles: Sequence[str]) -> None:
    for column in NEEDED:
        if column not in titles:
            hint = did_you_mean(column, (title for title in titles if title))
            raise UserError(
                f"{file}:1: column {column!r} is missing{hint}; needed are {', '.join(NEEDED)}"
            )
    for column in LOADED:
        if titles.count(column) > 1:
            raise UserError(f"{file}:1: column {column!r} stands there twice; keep one")


def _texts(columns: dict[str, str]) -> str:
    """SQL that reads the columns as trimmed texts, empty where there is nothing."""
    texts = [
        f"coalesce(trim({columns[column]}::VARCHAR), '')" if column in columns else "''"
        for column in LOADED
    ]
    texts[1] = f"upper({texts[1]})"
    return ", ".join(texts)


def _unreadable(file: Path, error: Exception) -> UserError:
    text = str(error)
    line = re.search(r"CSV Error on Line: (\d+)", text)
    if line is None:
        return UserError(f"{file} cannot be read as prices; it is damaged or of another format")
    place = f"{file}:{line[1]}:"
    cells = re.search(r"Expected Number of Columns: (\d+) Found: (\d+)", text)
    if cells is not None:
        return UserError(f"{place} has {cells[2]} cells where the header has {cells[1]}")
    if "unicode" in text:
        return UserError(f"{place} is not UTF-8; export the file again in UTF-8")
    return UserError(f"{place} is not CSV; check the quotes of this line")


def _check(connection: "DuckDBPyConnection", files: Sequence[Path]) -> None:
    """Raise for the first bad row, then for the first session that stands there twice."""
    for number, row, *cells in connection.execute(BAD).fetchall():
        column, message = _fault(dict(zip(COLUMNS, cells, strict=True)))
        raise UserError(f"{_place(files[number], row)}:{column}: {message}")
    for day, ticker, close, number, row, first, first_row, first_close in connection.execute(
        TWICE
    ).fetchall():
        raise UserError(
            f"{_place(files[number], row)}:date: gives {ticker} on {day} again ({close}, after "
            f"{first_close} at {_place(files[first], first_row)}); keep one of the two"
        )


def _place(file: Path, row: int) -> str:
    """``file:row``; a CSV file is counted in lines, since texts in quotes may span several."""
    if is_parquet(file):
        return f"{file}:{row}"
    with file.open(encoding="utf-8-sig", newline="") as stream:
        reader = csv.reader(stream)
        filled = (reader.line_num for cells in reader if cells)
        for _ in range(row):
            next(filled)
        return f"{file}:{next(filled)}"


def _fault(cells: dict[str, str]) -> tuple[str, str]:
    """The first column of a bad row that is wrong, and why."""
    if not _is_day(cells["date"]):
        return "date", f"{cells['date']!r} is not a day; write it as YYYY-MM-DD, e.g. 2025-03-10"
    if not cells["ticker"]:
        return "ticker", "is empty; every price needs one, e.g. NVDA"
    for column in ("close", *OPTIONAL):
        text = cells[column]
        if not text and column in OPTIONAL:
            continue
        if not text:
            return column, "is empty; leave out the row of a session without a price"
        if not re.fullmatch(NUMBER, text, re.ASCII) or not math.isfinite(float(text)):
            return column, f"{text!r} is not a number; write it plainly, e.g. 106.98"
        if float(text) <= 0:
            return column, f"{text} is not above zero; a price in USD/share is"
    close = cells["close"]
    if cells["high"] and float(cells["high"]) < float(close):
        return "high", f"{cells['high']} is below the close {close}; check both"
    return "low", f"{cells['low']} is above the close {close}; check both"


def _is_day(text: str) -> bool:
    try:
        return bool(re.fullmatch(DAY, text, re.ASCII)) and date.fromisoformat(text) is not None
    except ValueError:
        return False
