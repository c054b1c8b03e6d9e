"""The store of prices: taken once, whole or not at all, bad bars apart with their reasons."""

import os
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from jevons.errors import UserError
from jevons.market.price_store import adjusted_prices, pull, stored_actions, stored_prices

NOW = datetime(2020, 2, 1, 12, tzinfo=UTC)
GOOD = ["2020-01-02,A,10,11,9,10", "2020-01-03,A,10,12,10,11", "2020-01-06,A,5,6,5,5.5"]
SPLIT = "date,ticker,action,value\n2020-01-06,A,split,2\n"


def written(folder: Path, *rows: str, name: str = "p.csv") -> Path:
    file = folder / name
    header = "date,ticker,open,high,low,close"
    file.write_text("\n".join([header, *rows, ""]), encoding="utf-8")
    return file


def contents(store: Path) -> list[Any]:
    with duckdb.connect(store, read_only=True) as connection:
        tables = ("pull", "bar", "quarantine", "action")
        return [connection.execute(f"FROM {t} ORDER BY ALL").fetchall() for t in tables]


def script(text: str, *words: Path) -> subprocess.CompletedProcess[str]:
    """Run a script in a process of its own, with the modules of this one."""
    return subprocess.run(
        [sys.executable, "-c", text, *map(str, words)],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
    )


def test_bars_and_actions_are_kept_as_quoted(tmp_path: Path) -> None:
    store = tmp_path / "prices.duckdb"
    actions = tmp_path / "a.csv"
    actions.write_text(SPLIT, encoding="utf-8")
    answer = pull(store, [written(tmp_path, *GOOD)], [actions], NOW)
    assert (answer["bars_added"], answer["actions_added"], answer["warnings"]) == (3, 1, [])
    history = stored_prices(store).histories["A"]
    assert history.close.tolist() == [10, 11, 5.5]
    assert history.open is not None
    assert history.open.tolist() == [10, 10, 5]
    assert stored_actions(store)[0].day == date(2020, 1, 6)
    with duckdb.connect(store, read_only=True) as connection:
        row = connection.execute("SELECT hash, pulled_at, bars FROM pull").fetchone()
    assert row == (answer["hash"], NOW.replace(tzinfo=None), 3)


def test_the_same_content_is_taken_once(tmp_path: Path) -> None:
    store = tmp_path / "prices.duckdb"
    file = written(tmp_path, *GOOD, "2020-01-07,A,1,1,1,-1")
    first = pull(store, [file], [], NOW)
    before = contents(store)
    again = pull(store, [file], [], datetime(2021, 1, 1, tzinfo=UTC))
    assert contents(store) == before
    assert (first["bars_added"], again["bars_added"], again["bars_known"]) == (3, 0, 3)


def test_a_split_without_its_action_is_named(tmp_path: Path) -> None:
    answer = pull(tmp_path / "s.duckdb", [written(tmp_path, *GOOD)], [], NOW)
    assert "2020-01-06, which looks like a split of 2 for 1" in answer["warnings"][0]


BAD = [
    ("2020-13-01,A,10,11,9,10", "the date is no day"),
    ("2020-01-07,,10,11,9,10", "the ticker is empty"),
    ("2020-01-07,A,10,11,9,", "the close is no number"),
    ("2020-01-07,A,x,11,9,10", "a price is no number"),
    ("2020-01-07,A,0,11,9,10", "a price is not above zero"),
    ("2020-01-07,A,10,11,9,-10", "a price is not above zero"),
    ("2020-01-07,A,12,11,9,10", "the high is below the open or close"),
    ("2020-01-07,A,10,11,10.5,10", "the low is above the open or close"),
    ("2020-01-03,A,10,12,10,11", "the day is given twice"),
]


@pytest.mark.parametrize(("row", "reason"), BAD)
def test_a_bad_bar_is_set_apart_with_its_reason(tmp_path: Path, row: str, reason: str) -> None:
    store = tmp_path / "prices.duckdb"
    answer = pull(store, [written(tmp_path, *GOOD, row)], [], NOW)
    assert answer["quarantined"] == {reason: 1}
    assert answer["bars_added"] == 3
    apart = contents(store)[2]
    assert apart[0][6:9] == (reason, str(tmp_path / "p.csv"), 4)


def test_a_weekend_is_the_wrong_calendar_unless_the_ticker_trades_then(tmp_path: Path) -> None:
    weekdays = [f"2020-{m:02}-{d:02},A,1,1,1,1" for m in (6, 9) for d in (1, 2, 3, 4)]
    weekdays += [f"2020-07-{d:02},A,1,1,1,1" for d in (1, 2, 6, 7, 8, 9)]
    coin = [f"2020-06-{d:02},COIN,1,1,1,1" for d in range(1, 15)]
    answer = pull(
        tmp_path / "s.duckdb",
        [written(tmp_path, *weekdays, "2020-06-06,A,1,1,1,1", *coin)],
        [],
        NOW,
    )
    assert answer["quarantined"] == {"the day is on a weekend": 1}
    # The 14 days of June are followed by 2020-07-01; the 3rd was a holiday of New York.
    lacking = "lacks 55 sessions of XNYS between 2020-06-01 and 2020-09-04, the first on 2020-06-05"
    assert answer["gaps"] == [f"A {lacking}"]


def test_a_stored_bar_stays_and_the_other_is_set_apart(tmp_path: Path) -> None:
    store = tmp_path / "prices.duckdb"
    pull(store, [written(tmp_path, *GOOD)], [], NOW)
    other = written(tmp_path, "2020-01-03,A,10,12,10,11.5", name="q.csv")
    assert pull(store, [other], [], NOW)["quarantined"] == {"the stored bar is another": 1}
    assert stored_prices(store).histories["A"].close.tolist() == [10, 11, 5.5]


KILLED = """
import os, sys
from datetime import datetime
from pathlib import Path
from jevons.market import price_store
number = price_store.number
def die(connection, query, values=()):
    if number(connection, "SELECT count(*) FROM store.bar") > 3:
        os._exit(9)
    return number(connection, query, values)
price_store.number = die
price_store.pull(Path(sys.argv[1]), [Path(sys.argv[2])], [], datetime(2020, 2, 2))
"""


def test_a_kill_in_the_middle_leaves_the_store_as_it_was(tmp_path: Path) -> None:
    store = tmp_path / "prices.duckdb"
    pull(store, [written(tmp_path, *GOOD)], [], NOW)
    before = contents(store)
    more = written(tmp_path, "2020-01-08,A,5,6,5,5.5", name="q.csv")
    assert script(KILLED, store, more).returncode == 9
    assert contents(store) == before
    assert pull(store, [more], [], NOW)["bars_added"] == 1


def older(store: Path, rows: str = "") -> None:
    """A store as version 1 laid it out."""
    with duckdb.connect(store) as connection:
        connection.execute("CREATE TABLE version (number INTEGER)")
        connection.execute("INSERT INTO version VALUES (1)")
        connection.execute(
            """CREATE TABLE pull (hash VARCHAR PRIMARY KEY, source VARCHAR, pulled_at TIMESTAMP,
                   bars BIGINT, quarantined BIGINT, actions BIGINT)"""
        )
        connection.execute(
            """CREATE TABLE bar (ticker VARCHAR, day DATE, open DOUBLE, high DOUBLE, low DOUBLE,
                   close DOUBLE, pull VARCHAR, PRIMARY KEY (ticker, day))"""
        )
        connection.execute("INSERT INTO bar VALUES ('A', '2020-01-02', 10, 11, 9, 10, 'x')")
        connection.execute(
            """CREATE TABLE quarantine (ticker VARCHAR, day VARCHAR, open VARCHAR, high VARCHAR,
                   low VARCHAR, close VARCHAR, reason VARCHAR, file VARCHAR, row BIGINT,
                   pull VARCHAR)"""
        )
        connection.execute(
            """CREATE TABLE action (ticker VARCHAR, day DATE, kind VARCHAR, value DOUBLE,
                   paid_on DATE, pull VARCHAR, PRIMARY KEY (ticker, day, kind))"""
        )


def test_an_older_store_is_read_as_it_is_and_migrated_by_the_next_pull(tmp_path: Path) -> None:
    store = tmp_path / "prices.duckdb"
    older(store)
    before = store.read_bytes()
    assert stored_prices(store).histories["A"].close.tolist() == [10]
    assert store.read_bytes() == before
    answer = pull(store, [written(tmp_path, *GOOD)], [], NOW)
    assert (answer["bars_added"], answer["bars_known"]) == (2, 1)
    with duckdb.connect(store, read_only=True) as connection:
        assert connection.execute("SELECT number FROM version").fetchall() == [(2,)]
        assert connection.execute("FROM listing").fetchall() == [("A", "XNYS", "USD")]


def test_a_migration_that_is_killed_leaves_the_old_store(tmp_path: Path) -> None:
    store = tmp_path / "prices.duckdb"
    older(store)
    killed = """
import os, sys
from datetime import datetime
from pathlib import Path
from jevons.market import database, price_store
def die(connection, statements):
    connection.begin()
    connection.execute(statements[0])
    os._exit(9)
database._run = die
price_store.pull(Path(sys.argv[1]), [Path(sys.argv[2])], [], datetime(2020, 2, 2))
"""
    file = written(tmp_path, *GOOD)
    assert script(killed, store, file).returncode == 9
    assert stored_prices(store).histories["A"].close.tolist() == [10]
    assert pull(store, [file], [], NOW)["bars_added"] == 2


def test_a_full_disk_is_one_sentence_and_harms_nothing(tmp_path: Path) -> None:
    store = tmp_path / "prices.duckdb"
    pull(store, [written(tmp_path, *GOOD)], [], NOW)
    before = contents(store)
    # A limit on the size of files stands for the disk: what is added is larger.
    full = """
import resource, signal, sys
from datetime import datetime
from pathlib import Path
from jevons.errors import UserError
from jevons.market import price_store
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
store = Path(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (65536, 65536))
try:
    price_store.pull(store, [Path(sys.argv[2])], [], datetime(2020, 2, 2))
except UserError as error:
    print(error)
    sys.exit(2)
"""
    many = [f"{date(1990, 1, 1) + timedelta(n)},BTC-USD,1,1,1,1" for n in range(9000)]
    ended = script(full, store, written(tmp_path, *many, name="q.csv"))
    assert ended.returncode == 2, ended.stderr
    assert "the disk is full; it is as it was" in ended.stdout
    assert contents(store) == before


def test_another_version_and_another_file_are_refused_unharmed(tmp_path: Path) -> None:
    store = tmp_path / "prices.duckdb"
    file = written(tmp_path, *GOOD)
    pull(store, [file], [], NOW)
    with duckdb.connect(store) as connection:
        connection.execute("UPDATE version SET number = 3")
    before = store.read_bytes()
    for attempt in (lambda: pull(store, [file], [], NOW), lambda: stored_prices(store)):
        with pytest.raises(UserError, match="prices of version 3, and this jevons reads version 2"):
            attempt()
    assert store.read_bytes() == before
    text = tmp_path / "text.duckdb"
    text.write_text("no database at all, " * 40, encoding="utf-8")
    with pytest.raises(UserError, match="is damaged or no store of prices"):
        pull(text, [file], [], NOW)
    assert text.read_text(encoding="utf-8").startswith("no database")
    with pytest.raises(UserError, match="there is no store of prices"):
        stored_prices(tmp_path / "absent.duckdb")


def test_prices_are_comparable_by_the_splits_known_on_the_day(tmp_path: Path) -> None:
    prices, actions = tmp_path / "p.csv", tmp_path / "a.csv"
    prices.write_text(
        "date,ticker,open,high,low,close\n"
        "2024-06-06,A,1000,1010,990,1000\n2024-06-07,A,1000,1010,990,1000\n"
        "2024-06-10,A,100,101,99,100\n",
        encoding="utf-8",
    )
    actions.write_text("date,ticker,action,value\n2024-06-10,A,split,10\n", encoding="utf-8")
    store = tmp_path / "prices.duckdb"
    pull(store, [prices], [actions], datetime(2024, 7, 1, tzinfo=UTC))
    before, after = (adjusted_prices(store, date(2024, 6, day)).of("A") for day in (7, 10))
    assert before is not None
    assert after is not None
    assert before.close.tolist() == [1000, 1000]
    assert after.close.tolist() == [100, 100, 100]
    assert after.high.tolist() == [101, 101, 101]
    assert after.open is not None
    assert after.open.tolist() == [100, 100, 100]


def test_a_holiday_is_set_apart_and_a_missing_session_is_named(tmp_path: Path) -> None:
    # The day of mourning for Jimmy Carter, 2025-01-09: New York was shut, Taipei was not.
    rows = [f"2025-01-{d:02},{t},1,1,1,1" for t in ("NVDA", "2330.TW") for d in (7, 8, 9, 13)]
    answer = pull(tmp_path / "s.duckdb", [written(tmp_path, *rows)], [], NOW)
    assert answer["quarantined"] == {"XNYS was shut that day": 1}
    assert answer["gaps"] == [
        "2330.TW lacks 1 sessions of XTAI between 2025-01-07 and 2025-01-13, "
        "the first on 2025-01-10",
        "NVDA lacks 1 sessions of XNYS between 2025-01-07 and 2025-01-13, the first on 2025-01-10",
    ]
    (warning,) = answer["warnings"]
    assert warning.startswith("25% of the bars of NVDA are on days when XNYS was shut;")
    assert stored_prices(tmp_path / "s.duckdb").histories["2330.TW"].currency == "TWD"


def test_a_stray_bar_on_a_holiday_does_not_put_the_calendar_in_doubt(tmp_path: Path) -> None:
    days = [date(2025, 1, 2) + timedelta(days=n) for n in range(90)]
    rows = [f"{day},NVDA,1,1,1,1" for day in days if day.weekday() < 5]
    holidays = {"2025-01-09", "2025-01-20", "2025-02-17"}  # XNYS was shut on these alone
    rows = [row for row in rows if row[:10] not in holidays] + ["2025-01-09,NVDA,1,1,1,1"]
    answer = pull(tmp_path / "s.duckdb", [written(tmp_path, *rows)], [], NOW)
    assert answer["quarantined"] == {"XNYS was shut that day": 1}
    assert answer["warnings"] == []


def test_another_calendar_is_named_with_its_market(tmp_path: Path) -> None:
    rows = [f"2025-01-{d:02},TSMC,1,1,1,1" for d in (7, 8, 9, 10)]
    answer = pull(tmp_path / "s.duckdb", [written(tmp_path, *rows)], [], NOW, exchange="XTAI")
    assert (answer["bars_added"], answer["gaps"]) == (4, [])
    with pytest.raises(UserError, match=r"--exchange 'XNYC' has no calendar; did you mean XNYS\?"):
        pull(tmp_path / "t.duckdb", [written(tmp_path, *rows)], [], NOW, exchange="XNYC")


def test_a_renamed_share_is_kept_under_one_name(tmp_path: Path) -> None:
    store, actions = tmp_path / "s.duckdb", tmp_path / "a.csv"
    rows = ["2022-06-08,FB,1,1,1,1", "2022-06-09,META,1,1,1,1", "2022-06-10,FB,5,5,5,5"]
    rows += ["2012-03-12,CEG,2,2,2,2", "2022-02-02,CEG,3,3,3,3", "2022-06-09,BRK.B,4,4,4,4"]
    actions.write_text("date,ticker,action,value\n2022-06-08,FB,dividend,1\n", encoding="utf-8")
    answer = pull(store, [written(tmp_path, *rows)], [actions], NOW)
    assert answer["tickers"] == ["BRK-B", "CEG", "CEG-2012", "FB", "META"]
    assert answer["quarantined"] == {"the ticker stood for no share that day": 1}
    table = stored_prices(store)
    assert [str(day) for day in table.histories["META"].days] == ["2022-06-08", "2022-06-09"]
    assert table.histories["CEG-2012"].close.tolist() == [2]
    assert [action.ticker for action in stored_actions(store)] == ["META"]


def test_the_volume_is_kept_where_it_is_given(tmp_path: Path) -> None:
    file = tmp_path / "p.csv"
    file.write_text(
        "date,ticker,close,volume\n2020-01-02,A,1,2.5e6\n2020-01-03,A,1,-1\n", encoding="utf-8"
    )
    store = tmp_path / "s.duckdb"
    answer = pull(store, [file], [], NOW)
    assert answer["quarantined"] == {"the volume is no number of shares": 1}
    with duckdb.connect(store, read_only=True) as connection:
        assert connection.execute("SELECT volume FROM bar").fetchall() == [(2.5e6,)]
