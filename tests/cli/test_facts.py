"""``jevons facts`` over a handful of facts, with the real store."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from jevons.facts import Fact, Store

from .conftest import Run

RELEASED = date(2025, 1, 29)
CAPEX = Fact(
    "msft-q4", "MSFT", "capex", date(2024, 10, 1), date(2024, 12, 31), 15.8, None, None, "USD_bn",
    "company", RELEASED, RELEASED, "Quarterly report [10-Q]", "https://example.com/q", "",
)  # fmt: skip
RESTATED = replace(CAPEX, fact_id="msft-q4-restated", value=15.9, known_on=date(2025, 7, 30))
SHARE = replace(
    CAPEX, fact_id="us-share", entity="US", metric="share", period_start=None,
    value=None, low=6.7, high=12.0, unit="percent", stated_by="LBNL",
)  # fmt: skip


@pytest.fixture(autouse=True)
def three_facts(stand_ins: None, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store([CAPEX, RESTATED, SHARE])
    monkeypatch.setattr("jevons.facts.load", lambda files, recorded_on: store)


def test_list_shows_what_was_known_and_nothing_later(run: Run) -> None:
    before = json.loads(run("facts", "list", "--as-of", "2025-07-29", "--json")[1])
    after = json.loads(run("facts", "list", "--as-of", "2025-07-30", "--json")[1])
    assert [fact["fact_id"] for fact in before] == ["msft-q4", "us-share"]
    assert [fact["fact_id"] for fact in after] == ["msft-q4-restated", "us-share"]


def test_list_for_a_reader_shows_a_range_where_there_is_no_value(run: Run) -> None:
    code, out, _ = run("facts", "list")
    assert code == 0
    assert "6.7 to 12" in out
    assert "15.9" in out


def test_list_of_an_entity_or_a_metric(run: Run) -> None:
    (fact,) = json.loads(run("facts", "list", "--entity", "MSFT", "--json")[1])
    assert (fact["value"], fact["known_on"]) == (15.9, "2025-07-30")
    (fact,) = json.loads(run("facts", "list", "--metric", "share", "--json")[1])
    assert fact["fact_id"] == "us-share"


def test_show_tells_the_source_and_every_vintage(run: Run) -> None:
    fact = json.loads(run("facts", "show", "msft-q4", "--json")[1])
    assert fact["source_url"] == "https://example.com/q"
    assert [vintage["value"] for vintage in fact["vintages"]] == [15.8, 15.9]
    assert "Quarterly report [10-Q]" in run("facts", "show", "msft-q4")[1]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["list", "--entity", "MSFTT"], "did you mean MSFT?"),
        (["list", "--as-of", "2025-01-28"], "before the first fact"),
        (["show", "msft-q44"], "did you mean msft-q4"),
        (["show", "msft-q4-restated", "--as-of", "2025-03-01"], "is known on 2025-03-01"),
        (["check", "absent.csv"], "absent.csv does not exist"),
        (["add", "absent.csv"], "absent.csv does not exist"),
        (["add"], "Missing argument"),
    ],
)
def test_mistakes(run: Run, arguments: list[str], expected: str) -> None:
    code, out, err = run("facts", *arguments)
    assert (code, out) == (2, "")
    assert expected in err


def test_a_malformed_table_is_refused_with_its_place_and_nothing_is_stored(
    run: Run, tmp_path: Path
) -> None:
    table = tmp_path / "mine.csv"
    table.write_text("fact_id,entity,metrics\n", encoding="utf-8")
    for command in ("check", "add"):
        code, out, err = run("facts", command, str(table))
        assert (code, out) == (2, "")
        assert f"{table}:1: column 'metrics' is not known; did you mean metric?" in err
    assert not (tmp_path / "jevons_home").exists()


def test_each_faulty_row_of_each_file_has_a_line(run: Run, tmp_path: Path) -> None:
    header = ",".join(Fact.__slots__)
    for name in ("one.csv", "two.csv"):
        (tmp_path / name).write_text(f"{header}\na,b\nc,d\n", encoding="utf-8")
    code, out, err = run("facts", "check", str(tmp_path / "one.csv"), str(tmp_path / "two.csv"))
    assert (code, out) == (2, "")
    places = [line.split(": has 2 cells")[0] for line in err.splitlines()]
    expected = [(name, row) for name in ("one.csv", "two.csv") for row in (2, 3)]
    assert places == [f"Error: {tmp_path / name}:{row}" for name, row in expected]
