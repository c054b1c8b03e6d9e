"""Charts of Yahoo Finance into the store, from a server of our own that speaks its format."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from jevons.cli import main
from jevons.errors import UserError
from jevons.facts.fetch import PAUSE, Source
from jevons.market.price_store import adjusted_prices, stored_actions, stored_prices
from jevons.market.yahoo import pull_charts

from .server import Server

NEW_YORK = -4 * 3600
NOW = datetime(2024, 6, 12, 15, 0, tzinfo=UTC)  # in the middle of a session in New York
DAYS = (date(2024, 6, 6), date(2024, 6, 7), date(2024, 6, 10), date(2024, 6, 11), date(2024, 6, 12))


def stamp(day: date) -> int:
    """Half past nine in New York."""
    return int(datetime(day.year, day.month, day.day, 13, 30, tzinfo=UTC).timestamp())


def chart(*closes: float | None) -> bytes:
    """A share that was split ten for one on 10 June and paid a cent, now divided, before it."""
    values = list(closes)
    event = {"date": stamp(DAYS[2]), "numerator": 10, "denominator": 1, "splitRatio": "10:1"}
    paid = {"date": stamp(DAYS[1]), "amount": 0.01}
    result = {
        "meta": {"currency": "USD", "gmtoffset": NEW_YORK},
        "timestamp": [stamp(day) for day in DAYS[: len(values)]],
        "events": {"splits": {"1": event}, "dividends": {"1": paid}},
        "indicators": {
            "quote": [
                dict.fromkeys(("open", "high", "low", "close"), values)
                | {"volume": [1000] * len(values)}
            ]
        },
    }
    return json.dumps({"chart": {"result": [result], "error": None}}).encode()


WHOLE = chart(120.9, 120.888, 121.79, 120.91, 125.0)
UNKNOWN = json.dumps(
    {"chart": {"result": None, "error": {"description": "No data found, symbol may be delisted"}}}
).encode()


@pytest.fixture(autouse=True)
def charts(server: Server) -> None:
    server.answers = [(200, WHOLE, {})]


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "prices.duckdb"


def fetch(server: Server, store: Path, *tickers: str, waits: list[float] | None = None) -> Any:
    waited: list[float] = [] if waits is None else waits
    source = Source("Yahoo Finance", server.address, waited.append)
    return pull_charts(store, tickers or ("NVDA",), source, NOW)


def test_prices_are_stored_as_they_were_quoted(server: Server, store: Path) -> None:
    answer = fetch(server, store)
    assert answer["bars_added"] == 4  # the session of the day of the pull may not be over
    history = stored_prices(store).of("NVDA")
    assert history is not None
    assert history.close.tolist() == [1209.0, 1208.88, 121.79, 120.91]
    told = [(a.day, a.kind, a.value) for a in stored_actions(store)]
    assert told == [(DAYS[1], "dividend", 0.1), (DAYS[2], "split", 10.0)]
    adjusted = adjusted_prices(store, NOW.date()).of("NVDA")
    assert adjusted is not None
    assert adjusted.close.tolist() == pytest.approx([120.9, 120.888, 121.79, 120.91])


def test_the_same_again_adds_nothing_and_is_recorded_once(server: Server, store: Path) -> None:
    first, again = fetch(server, store), fetch(server, store)
    assert again["hash"] == first["hash"]
    assert (again["bars_added"], again["bars_known"]) == (0, 4)
    with duckdb.connect(str(store), read_only=True) as connection:
        (record,) = connection.execute("SELECT hash, source, pulled_at FROM pull").fetchall()
    assert record[0] == first["hash"]
    assert record[1] == f"{server.address} NVDA"
    assert record[2] == NOW.replace(tzinfo=None)


def test_a_session_without_a_price_is_set_apart(server: Server, store: Path) -> None:
    server.answers = [(200, chart(120.9, None, 121.79), {})]
    answer = fetch(server, store)
    assert answer["bars_added"] == 2
    assert answer["quarantined"] == {"the close is no number": 1}


def test_a_source_that_asks_to_wait_is_waited_for(server: Server, store: Path) -> None:
    server.answers = [(429, b"", {"Retry-After": "7"}), (503, b"", {}), (200, WHOLE, {})]
    waits: list[float] = []
    assert fetch(server, store, "NVDA", "VST", waits=waits)["bars_added"] == 8
    assert waits == [7.0, 2.0, PAUSE]
    assert len(server.asked) == 4


BAD: list[tuple[tuple[int, bytes, dict[str, str]], str]] = [
    ((429, b"", {}), "asks to wait (429); nothing was taken"),
    ((404, b"", {}), "knows nothing under this name (404)"),
    ((401, b"", {}), "refused with 401"),
    ((200, WHOLE[:200], {}), "half a document; nothing of it was taken"),
    ((200, UNKNOWN, {}), "gives no prices of VST (No data found, symbol may be delisted)"),
    ((200, b'{"chart": {"result": [{"meta": {}}]}}', {}), "no chart that can be read"),
    ((200, b"[]", {}), "gives no prices of VST (no reason told)"),
]


@pytest.mark.parametrize(("answer", "message"), BAD)
def test_a_bad_answer_for_one_ticker_takes_none(
    server: Server, store: Path, answer: tuple[int, bytes, dict[str, str]], message: str
) -> None:
    fetch(server, store, "ETN")
    before = store.read_bytes()
    server.answers = [(200, WHOLE, {}), answer]
    with pytest.raises(UserError) as raised:
        fetch(server, store, "NVDA", "VST")
    assert message in str(raised.value)
    assert store.read_bytes() == before


def test_an_answer_that_is_cut_off_is_asked_for_again(server: Server, store: Path) -> None:
    server.answers = [(200, WHOLE[:100], {}), (200, WHOLE, {})]
    assert fetch(server, store)["bars_added"] == 4


def test_a_pull_that_was_interrupted_goes_on_where_it_stopped(server: Server, store: Path) -> None:
    waiting = store.with_suffix(".waiting")

    def source() -> Source:
        return Source("Yahoo Finance", server.address, lambda _: None, kept=waiting)

    server.answers = [(200, WHOLE, {}), (401, b"", {})]
    with pytest.raises(UserError, match="401"):
        pull_charts(store, ("NVDA", "VST"), source(), NOW)
    assert not store.exists()
    assert len(list(waiting.iterdir())) == 1
    server.answers = [(200, WHOLE, {})]
    later = NOW.replace(hour=20)
    assert pull_charts(store, ("NVDA", "VST"), source(), later)["bars_added"] == 8
    assert [path.split("?")[0].rpartition("/")[2] for path in server.asked] == [
        "NVDA",
        "VST",
        "VST",
    ]
    assert not waiting.exists()
    pull_charts(store, ("NVDA",), source(), NOW.replace(day=13))  # another day asks again
    assert len(server.asked) == 4


def test_volume_and_currency_come_with_the_chart(server: Server, store: Path) -> None:
    fetch(server, store)
    with duckdb.connect(str(store), read_only=True) as connection:
        volumes = connection.execute("SELECT volume FROM bar ORDER BY day").fetchall()
        listed = connection.execute("FROM listing").fetchall()
    assert volumes == [(100,), (100,), (1000,), (1000,)]  # ten times fewer shares before the split
    assert listed == [("NVDA", "XNYS", "USD")]


def test_no_network_is_one_sentence(store: Path) -> None:
    gone = Server()
    gone.http.server_close()
    with pytest.raises(UserError, match=r"cannot be reached; check the network"):
        fetch(gone, store)
    assert not store.exists()


def test_the_command_pulls_and_refuses_what_makes_no_sense(
    server: Server, store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def call(*words: str) -> int:
        with pytest.raises(SystemExit) as leaving:
            main(["pull", "prices", *words, "--store", str(store), "--json"])
        assert isinstance(leaving.value.code, int)
        return leaving.value.code

    assert call("nvda", "--from", "yfinance", "--url", server.address) == 0
    assert json.loads(capsys.readouterr().out)["bars_added"] == 5
    assert call("NVDA", "^GSPC", "--url", server.address) == 0  # a name that is no file
    assert json.loads(capsys.readouterr().out)["tickers"] == ["NVDA", "^GSPC"]
    assert call("absent.csv") == 2
    assert "the file absent.csv does not exist" in " ".join(capsys.readouterr().err.split())
    assert call("NVDA", "--from", "yfinance", "--ticker", "NVDA") == 2
    assert "name the tickers alone" in " ".join(capsys.readouterr().err.split())
    assert call("NVDA", "--from", "yfinance", "--url", "file:///etc") == 2
    assert "is no address" in " ".join(capsys.readouterr().err.split())
