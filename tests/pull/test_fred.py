"""Series with their vintages, from a server of our own that answers as FRED and ALFRED do."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import duckdb
import pytest

from jevons.errors import UserError
from jevons.facts.fetch import Source
from jevons.market import fred
from jevons.market.fred import pull_series
from jevons.market.macro_store import known_series

from .server import Answer, Server

Run = Callable[..., tuple[int, str, str]]
NOW = datetime(2025, 3, 11, 12, tzinfo=UTC)
KEY = "abcdef0123456789"
Vintages = dict[str, list[tuple[date, date, str]]]  # series: day, from when it stood, value
SERIES: Vintages = {
    # January was 4.0 at first and is 4.1 since the revision of 7 March.
    "UNRATE": [
        (date(2025, 1, 1), date(2025, 2, 7), "4.0"),
        (date(2025, 1, 1), date(2025, 3, 7), "4.1"),
        (date(2025, 2, 1), date(2025, 3, 7), "4.2"),
    ],
    "T10Y3M": [
        (date(2025, 3, 6), date(2025, 3, 7), "-0.05"),
        (date(2025, 3, 7), date(2025, 3, 8), "."),
        (date(2025, 3, 10), date(2025, 3, 11), "-0.10"),
    ],
    "USEPUINDXD": [
        (date(1985, 1, 1), date(1999, 5, 3), "103.8"),
        (date(2024, 12, 30), date(2024, 12, 31), "250"),
        (date(2025, 2, 24), date(2025, 2, 25), "655"),
        (date(2025, 2, 24), date(2025, 3, 4), "648"),
    ],
}


def bad(message: str) -> Answer:
    return 400, json.dumps({"error_code": 400, "error_message": message}).encode(), {}


def alfred(path: str) -> Answer:
    """What ALFRED answers: each row with the part of the span in which it stood."""
    words = {name: values[0] for name, values in parse_qs(urlsplit(path).query).items()}
    if words.get("api_key") != KEY:
        return bad("Bad Request.  The value for variable api_key is not registered.")
    first, last = (date.fromisoformat(words[f"realtime_{end}"]) for end in ("start", "end"))
    told = SERIES[words["series_id"]]
    rows = []
    for day, since, value in told:
        later = [other for same, other, _ in told if same == day and other > since]
        until = min(later) - timedelta(1) if later else date(9999, 12, 31)
        if since <= last and until >= first:
            rows.append(
                {
                    "realtime_start": max(since, first).isoformat(),
                    "realtime_end": min(until, last).isoformat(),
                    "date": day.isoformat(),
                    "value": value,
                }
            )
    offset, limit = int(words["offset"]), int(words["limit"])
    document = {"count": len(rows), "offset": offset, "limit": limit}
    return 200, json.dumps(document | {"observations": rows[offset : offset + limit]}).encode(), {}


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "macro.duckdb"


@pytest.fixture(autouse=True)
def speaks(server: Server) -> None:
    server.speaks = alfred


def pull(server: Server, store: Path, *names: str, now: datetime = NOW) -> dict[str, Any]:
    source = Source("FRED", server.address, lambda _: None)
    return pull_series(store, names, source, KEY, now)


def test_a_figure_is_known_from_its_own_vintage_on(server: Server, store: Path) -> None:
    assert pull(server, store, "UNRATE")["figures_added"] == 3
    february = known_series(store, date(2025, 2, 28))["UNRATE"]
    assert february.values.tolist() == [4.0]
    march = known_series(store, date(2025, 3, 7))["UNRATE"]
    assert march.values.tolist() == [4.1, 4.2]
    assert [str(day) for day in march.known_on] == ["2025-03-07", "2025-03-07"]


def test_a_later_vintage_changes_nothing_known_before(server: Server, store: Path) -> None:
    pull(server, store, "UNRATE")
    before = known_series(store, date(2025, 3, 10))["UNRATE"]
    SERIES["UNRATE"].append((date(2025, 2, 1), date(2025, 4, 4), "9.9"))
    try:
        answer = pull(server, store, "UNRATE", now=datetime(2025, 4, 5, tzinfo=UTC))
    finally:
        SERIES["UNRATE"].pop()
    assert (answer["figures_added"], answer["figures_known"]) == (1, 3)
    after = known_series(store, date(2025, 3, 10))["UNRATE"]
    assert after.values.tobytes() == before.values.tobytes()
    assert known_series(store, date(2025, 4, 5))["UNRATE"].values.tolist() == [4.1, 9.9]


def test_a_series_that_is_never_revised_is_known_on_the_next_day(
    server: Server, store: Path
) -> None:
    pull(server, store, "T10Y3M")
    assert len(server.asked) == 1
    found = known_series(store, date(2025, 3, 10))["T10Y3M"]
    assert [str(day) for day in found.days] == ["2025-03-06"]  # the 7th has no figure
    assert known_series(store, date(2025, 3, 11))["T10Y3M"].values.tolist() == [-0.05, -0.1]


def test_spans_of_a_daily_series_join_without_a_seam(server: Server, store: Path) -> None:
    pull(server, store, "USEPUINDXD")
    assert len(server.asked) == 8  # to 1994, and from 1995 on every five years
    with duckdb.connect(str(store), read_only=True) as connection:
        rows = connection.execute("SELECT day, known_on, value FROM figure ORDER BY ALL").fetchall()
    assert rows == [(day, since, float(value)) for day, since, value in SERIES["USEPUINDXD"]]


def test_a_long_answer_comes_in_pages(
    server: Server, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fred, "LIMIT", 2)
    assert pull(server, store, "UNRATE")["figures_added"] == 3
    assert len(server.asked) == 2


def test_the_same_again_adds_nothing(server: Server, store: Path) -> None:
    first, again = pull(server, store, "UNRATE"), pull(server, store, "UNRATE")
    assert (again["figures_added"], again["figures_known"]) == (0, 3)
    assert again["hash"] == first["hash"]
    with duckdb.connect(str(store), read_only=True) as connection:
        ((digest, source, at, figures),) = connection.execute("FROM pull").fetchall()
    assert (digest, figures) == (first["hash"], 3)
    assert source == f"{server.address} UNRATE"
    assert at == NOW.replace(tzinfo=None)
    assert KEY.encode() not in store.read_bytes()


def test_what_goes_wrong_is_one_sentence_and_takes_nothing(
    server: Server, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = Source("FRED", server.address, lambda _: None)
    with pytest.raises(UserError, match=r"FRED asks for a key; get one .* and set FRED_API_KEY"):
        pull_series(store, ["UNRATE"], source, None, NOW)
    with pytest.raises(UserError, match="'UNRAT' is no series that jevons reads; did you mean"):
        pull_series(store, ["unrat"], source, KEY, NOW)
    with pytest.raises(UserError, match=r"refused with 400: .*api_key is not registered") as told:
        pull_series(store, ["UNRATE"], source, "wrong", NOW)
    assert "wrong" not in str(told.value)
    server.answers = [(200, b'{"count": 1, "observations": [{"date": "x"}]}', {})]
    server.speaks = None
    with pytest.raises(UserError, match="with no series that can be read; nothing was taken"):
        pull_series(store, ["UNRATE"], source, KEY, NOW)
    assert not store.exists()


KILLED = """
import os, sys
from datetime import UTC, date, datetime
from pathlib import Path
from jevons.market import macro_store
number = macro_store.number
def die(connection, query, values=()):
    if number(connection, query) > 1:
        os._exit(9)
    return number(connection, query)
macro_store.number = die
figures = [("UNRATE", date(2025, month, 1), date(2025, month + 1, 7), 4.0) for month in (4, 5)]
macro_store.write_series(Path(sys.argv[1]), figures, "x", "y", datetime(2025, 7, 1, tzinfo=UTC))
"""


def test_a_kill_in_the_middle_leaves_the_store_as_it_was(tmp_path: Path) -> None:
    store = tmp_path / "macro.duckdb"
    from jevons.market.macro_store import write_series

    write_series(store, [("UNRATE", date(2025, 1, 1), date(2025, 2, 7), 4.0)], "a", "b", NOW)
    path = os.pathsep.join(sys.path)
    environment = os.environ | {"PYTHONPATH": path}
    ended = subprocess.run([sys.executable, "-c", KILLED, str(store)], env=environment)
    assert ended.returncode == 9
    assert known_series(store, date(2026, 1, 1))["UNRATE"].values.tolist() == [4.0]


def test_the_command(server: Server, run: Run, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    monkeypatch.delenv("FRED_API_KEY", raising=False)
    assert run("pull", "macro", "UNRATE", "--url", server.address)[0] == 2
    monkeypatch.setenv("FRED_API_KEY", KEY)
    code, out, _ = run("pull", "macro", "unrate", "--url", server.address, "--json")
    assert code == 0
    assert json.loads(out)["figures_added"] == 3
    assert [file.name for file in home.iterdir()] == ["macro.duckdb"]
