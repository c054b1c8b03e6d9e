"""The store of prices: taken once, whole or not at all, bad bars apart with their reasons."""

import os
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from jevons.errors import UserError
from jevons.market import price_store
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
    weekdays += [f"2020-07-{d:02},A,1,1,1,1" for d in (1, 2, 3, 6, 7, 8)]
    coin = [f"2020-06-{d:02},COIN,1,1,1,1" for d in range(1, 15)]
    answer = pull(
        tmp_path / "s.duckdb",
        [written(tmp_path, *weekdays, "2020-06-06,A,1,1,1,1", *coin)],
        [],
        NOW,
    )
    assert answer["quarantined"] == {"the day is on a weekend": 1}
    assert answer["gaps"] == ["A has a gap of 55 days"]


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
number = price_store._number
def die(connection, query, values=()):
    if number(connection, "SELECT count(*) FROM store.bar") > 3:
        os._exit(9)
    return number(connection, query, values)
price_store._number = die
price_store.pull(Path(sys.argv[1]), [Path(sys.argv[2])], [], datetime(2020, 2, 2))
"""


def test_a_kill_in_the_middle_leaves_the_store_as_it_was(tmp_path: Path) -> None:
    store = tmp_path / "prices.duckdb"
    pull(store, [written(tmp_path, *GOOD)], [], NOW)
    before = contents(store)
    more = written(tmp_path, "2020-01-08,A,5,6,5,5.5", name="q.csv")
    path = os.pathsep.join(sys.path)
    ended = subprocess.run(
        [sys.executable, "-c", KILLED, str(store), str(more)], env=os.environ | {"PYTHONPATH": path}
    )
    assert ended.returncode == 9
    assert contents(store) == before
    assert pull(store, [more], [], NOW)["bars_added"] == 1


def test_another_version_and_another_file_are_refused_unharmed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = tmp_path / "prices.duckdb"
    file = written(tmp_path, *GOOD)
    pull(store, [file], [], NOW)
    monkeypatch.setattr(price_store, "VERSION", 2)
    with pytest.raises(UserError, match="is a store of version 1, and this jevons reads version 2"):
        pull(store, [file], [], NOW)
    monkeypatch.undo()
    assert len(stored_prices(store)) == 3
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
