"""Price files: what is read, and one clear sentence for what is wrong."""

from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pytest

from jevons.errors import UserError
from jevons.market import read_prices

from .invented import REAL_PRICES

HEADER = "date,ticker,close\n"


def write(folder: Path, text: str | bytes, name: str = "prices.csv") -> Path:
    file = folder / name
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return file


def write_parquet(folder: Path, query: str) -> Path:
    file = folder / "prices.parquet"
    connection = duckdb.connect(":memory:")
    connection.execute(f"COPY ({query}) TO '{file}' (FORMAT parquet)")
    connection.close()
    return file


def test_rows_are_sorted_and_grouped_by_ticker(tmp_path: Path) -> None:
    text = HEADER + "2025-03-10,VST,112.5\n2025-03-11,nvda,108.76\n2025-03-10,NVDA,106.98\n"
    table = read_prices([write(tmp_path, text)])
    assert table.tickers == ("NVDA", "VST")
    history = table.of("NVDA")
    assert history is not None
    assert history.close.tolist() == [106.98, 108.76]
    assert history.days.tolist() == [date(2025, 3, 10), date(2025, 3, 11)]
    assert history.high.tolist() == history.close.tolist()  # no other high is known
    assert table.of("AVGO") is None


def test_capitals_order_blank_lines_windows_ends_and_further_columns_do_not_matter(
    tmp_path: Path,
) -> None:
    plain = write(tmp_path, HEADER + "2025-03-10,NVDA,106.98\n2025-03-11,NVDA,108.76\n")
    text = "\ufeffVolume,Close,High,Ticker,Date\r\n1,106.98,107,NVDA,2025-03-10\r\n\r\n"
    odd = write(tmp_path, text + "2, 108.76 ,,NVDA,2025-03-11\r\n", "prices [1]*.csv")
    first, second = (read_prices([file]).of("NVDA") for file in (plain, odd))
    assert first is not None
    assert second is not None
    assert second.close.tolist() == first.close.tolist()
    assert second.high.tolist() == [107.0, 108.76]


@pytest.mark.parametrize("kind", ["DATE", "TIMESTAMP", "VARCHAR"])
def test_parquet_gives_the_same_as_csv(tmp_path: Path, kind: str) -> None:
    query = (
        f"SELECT '2025-03-10'::DATE::{kind} AS date, 'NVDA' AS ticker, 106.98::FLOAT AS close, "
        "110.5 AS high, 105 AS low"
    )
    if kind == "TIMESTAMP":
        query = query.replace("::DATE::TIMESTAMP", "::TIMESTAMP")
    text = "date,ticker,close,high,low\n2025-03-10,NVDA,106.98,110.5,105\n"
    from_parquet = read_prices([write_parquet(tmp_path, query)])
    assert from_parquet.price_hash == read_prices([write(tmp_path, text)]).price_hash


def test_several_files_make_one_table_whatever_their_order(tmp_path: Path) -> None:
    files = [
        write(tmp_path, HEADER + "2025-03-10,NVDA,106.98\n", "a.csv"),
        write(tmp_path, HEADER + "2025-03-11,NVDA,108.76\n", "b.csv"),
    ]
    table = read_prices(files)
    assert len(table) == 2
    assert table.price_hash == read_prices(files[::-1]).price_hash
    assert table.price_hash != read_prices(files[:1]).price_hash


ROW = "2025-03-10,NVDA,106.98\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty; give the columns date, ticker, close"),
        (HEADER, "has a header but no prices"),
        ("date,ticker,price\n" + ROW, ":1: column 'close' is missing"),
        ("day,ticker,close\n" + ROW, ":1: column 'date' is missing"),
        ("date,ticker,close,Close\n2025-03-10,NVDA,1,1\n", ":1: column 'close' stands there twice"),
        (HEADER + "10/03/2025,NVDA,1\n", ":2:date: '10/03/2025' is not a day"),
        (HEADER + ROW + "2025-02-30,NVDA,1\n", ":3:date: '2025-02-30' is not a day"),
        (HEADER + "2025-3-10,NVDA,1\n", ":2:date: '2025-3-10' is not a day"),
        (HEADER + ROW + "\n2025-03-11,,1\n", ":4:ticker: is empty"),
        (HEADER + "2025-03-10,NVDA,\n", ":2:close: is empty"),
        (HEADER + "2025-03-10,NVDA,n/a\n", ":2:close: 'n/a' is not a number"),
        (HEADER + "2025-03-10,NVDA,nan\n", ":2:close: 'nan' is not a number"),
        (HEADER + "2025-03-10,NVDA,inf\n", ":2:close: 'inf' is not a number"),
        (HEADER + "2025-03-10,NVDA,1e999\n", ":2:close: '1e999' is not a number"),
        (HEADER + "2025-03-10,NVDA,0\n", ":2:close: 0 is not above zero"),
        (HEADER + ROW + "2025-03-11,NVDA,-5\n", ":3:close: -5 is not above zero"),
        (HEADER + ROW + "2025-03-11,NVDA,1,2\n", ":3: has 4 cells where the header has 3"),
        (HEADER + ROW + "2025-03-11,NVDA\n", ":3: has 2 cells where the header has 3"),
        (HEADER + '2025-03-11,"NVDA,1\n', ":2: is not CSV; check the quotes"),
        ("date,ticker,close,high\n2025-03-10,NVDA,9,8\n", ":2:high: 8 is below the close 9"),
        ("date,ticker,close,high\n2025-03-10,NVDA,9,x\n", ":2:high: 'x' is not a number"),
        ("date,ticker,close,low\n2025-03-10,NVDA,9,10\n", ":2:low: 10 is above the close 9"),
        ("date,ticker,close,low\n2025-03-10,NVDA,9,0\n", ":2:low: 0 is not above zero"),
        (HEADER + '2025-03-10,"NV\nDA",1\n2025-03-11,A,0\n', ":4:close: 0 is not above zero"),
    ],
)
def test_a_mistake_is_named_by_file_row_and_column(tmp_path: Path, text: str, message: str) -> None:
    file = write(tmp_path, text)
    with pytest.raises(UserError) as caught:
        read_prices([file])
    assert str(caught.value).startswith(str(file))
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_session_given_twice_names_both_places(tmp_path: Path) -> None:
    file = write(tmp_path, HEADER + ROW + "2025-03-11,NVDA,108\n2025-03-10,nvda,107\n")
    with pytest.raises(UserError) as caught:
        read_prices([file])
    assert str(caught.value) == (
        f"{file}:4:date: gives NVDA on 2025-03-10 again (107, after 106.98 at {file}:2); "
        "keep one of the two"
    )
    one, other = write(tmp_path, HEADER + ROW, "a.csv"), write(tmp_path, HEADER + ROW, "b.csv")
    with pytest.raises(UserError, match=r"b\.csv:2:date: gives NVDA .* at .*a\.csv:2"):
        read_prices([one, other])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"PAR1 and then nothing", "damaged or of another format"),
        (HEADER.encode() + b"2025-03-10,NVDA,\xff\n", "not UTF-8"),
        (b"\xff\xfe\x00garbage", "neither CSV in UTF-8 nor Parquet"),
    ],
)
def test_a_damaged_file_is_a_users_error(tmp_path: Path, content: bytes, message: str) -> None:
    with pytest.raises(UserError, match=message):
        read_prices([write(tmp_path, content)])


def test_a_truncated_parquet_file_is_a_users_error(tmp_path: Path) -> None:
    file = write_parquet(tmp_path, "SELECT DATE '2025-03-10' AS date, 'A' AS ticker, 1.0 AS close")
    file.write_bytes(file.read_bytes()[:-20])
    with pytest.raises(UserError, match="damaged or of another format"):
        read_prices([file])


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ("DATE '2025-03-10' AS date, 'A' AS ticker", ":1: column 'close' is missing"),
        ("20250310 AS date, 'A' AS ticker, 1.0 AS close", ":date: is of the type INTEGER"),
        ("NULL::DATE AS date, 'A' AS ticker, 1.0 AS close", ":1:date: '' is not a day"),
        ("DATE '2025-03-10' AS date, 'A' AS ticker, 'nan'::DOUBLE AS close", ":1:close: 'nan'"),
        ("DATE '2025-03-10' AS date, 'A' AS ticker, NULL::DOUBLE AS close", ":1:close: is empty"),
    ],
)
def test_a_parquet_mistake_is_named_by_row_and_column(
    tmp_path: Path, columns: str, message: str
) -> None:
    with pytest.raises(UserError) as caught:
        read_prices([write_parquet(tmp_path, f"SELECT {columns}")])
    assert message in str(caught.value)


def test_a_missing_file_is_a_users_error(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot be read"):
        read_prices([tmp_path / "absent.csv"])


@pytest.mark.skipif(not REAL_PRICES.exists(), reason="../shared/data/prices is absent")
def test_real_history_reads_whole_and_holds_the_crash_of_10_march_2025() -> None:
    table = read_prices([REAL_PRICES])
    assert len(table.tickers) == 132
    history = table.of("TSLA")
    assert history is not None
    day = int(np.searchsorted(history.days, np.datetime64("2025-03-10")))
    change = history.close[day] / history.close[day - 1] - 1
    assert change == pytest.approx(-0.1543, abs=5e-5)  # as reported that day
