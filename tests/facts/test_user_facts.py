"""Adding facts: all or nothing, twice is once, and a damaged store is told from a fault of ours."""

import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from jevons.errors import UserError
from jevons.facts import add, check, facts_list, facts_show, load
from jevons.facts.user_facts import read_user_facts, store_file

from .tables import line, table

TODAY = date(2026, 11, 23)
MINE = line(fact_id="MINE-1", entity="ACME", recorded_on="")
RESTATED = line(
    fact_id="MINE-2", entity="ACME", value="35.7", known_on="2025-05-28", recorded_on=""
)


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    file = tmp_path / "mine.csv"
    file.write_text(table(MINE), encoding="utf-8")
    return file


def test_added_facts_are_loaded_with_the_bundled_ones(mine: Path) -> None:
    before = load()
    assert add([mine], TODAY) == {"added": ["MINE-1"], "store": str(store_file())}
    after = load()
    assert len(after) == len(before) + 1
    assert after.fact_hash != before.fact_hash
    (found,) = after.as_of(date(2025, 3, 11)).select("ACME")
    assert found.value == 35.6
    assert found.recorded_on == TODAY
    assert not after.as_of(date(2025, 2, 25)).select("ACME")


def test_adding_twice_is_adding_once(mine: Path) -> None:
    add([mine], TODAY)
    content = load().fact_hash
    assert add([mine], date(2026, 12, 24))["added"] == []
    assert load().fact_hash == content
    mine.write_text(table(MINE, RESTATED), encoding="utf-8")
    assert add([mine], TODAY)["added"] == ["MINE-2"]
    shown = facts_show(load().as_of(TODAY), "MINE-2")
    assert [vintage["value"] for vintage in shown["vintages"]] == [35.6, 35.7]
    assert [row["fact_id"] for row in facts_list(load().as_of(TODAY), "ACME")] == ["MINE-2"]


def test_one_wrong_row_keeps_all_out(mine: Path) -> None:
    mine.write_text(table(MINE, line(fact_id="MINE-2", unit="furlong")), encoding="utf-8")
    with pytest.raises(UserError, match=r"mine\.csv:3:unit: unit 'furlong' is not known"):
        add([mine], TODAY)
    assert not store_file().exists()


def test_a_changed_fact_is_refused_and_names_both(mine: Path) -> None:
    add([mine], TODAY)
    mine.write_text(table(MINE.replace("35.6", "40")), encoding="utf-8")
    with pytest.raises(UserError, match=r"mine\.csv:2:fact_id: 'MINE-1' already names.*duckdb"):
        add([mine], TODAY)
    assert [fact.value for fact in read_user_facts(store_file())] == [35.6]


def test_a_fact_that_contradicts_a_bundled_one_is_refused(mine: Path) -> None:
    bundled = load().as_of(TODAY).latest("NVDA", "data_center_revenue", "company")
    assert bundled is not None
    row = line(
        fact_id="MINE-1",
        period_start=str(bundled.period_start),
        period_end=str(bundled.period_end),
        known_on=str(bundled.known_on),
        recorded_on=str(TODAY),
        value="1",
    )
    mine.write_text(table(row), encoding="utf-8")
    for question in (lambda: add([mine], TODAY), lambda: check([mine]), lambda: load([mine])):
        with pytest.raises(UserError, match=rf"mine\.csv:2:value:.*{bundled.fact_id}"):
            question()


def test_check_writes_nothing(mine: Path) -> None:
    answer = check([mine], TODAY)
    assert answer["new"] == ["MINE-1"]
    assert answer["facts"] == len(load()) + 1
    assert not store_file().exists()
    assert check()["new"] == []


def test_files_of_one_run_are_not_kept(mine: Path) -> None:
    assert load([mine], recorded_on=TODAY).as_of(TODAY).select("ACME")
    assert not load().as_of(TODAY).select("ACME")


@pytest.mark.parametrize("content", [b"not a database", b"", b"\0" * 8192])
def test_a_damaged_store(home: Path, content: bytes) -> None:
    home.mkdir()
    store_file().write_bytes(content)
    with pytest.raises(UserError) as caught:
        load()
    assert str(caught.value) == (
        f"the store of your facts {store_file()} cannot be read, it is damaged or no store of "
        "facts; move that file away and add your tables again with: jevons facts add FILE.csv"
    )


def test_a_store_damaged_in_the_middle(mine: Path) -> None:
    add([mine], TODAY)
    content = bytearray(store_file().read_bytes())
    content[12288:] = b"\xff" * (len(content) - 12288)  # all blocks after the three headers
    store_file().write_bytes(bytes(content))
    with pytest.raises(UserError, match="it is damaged or no store of facts; move that file away"):
        load()


def test_a_folder_that_cannot_be_made(home: Path, mine: Path) -> None:
    home.write_text("a file where the folder should be", encoding="utf-8")
    with pytest.raises(UserError, match="set JEVONS_HOME to a folder that you may write"):
        add([mine], TODAY)


def test_files_that_are_no_tables(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"absent\.csv cannot be read \(No such file"):
        check([tmp_path / "absent.csv"])
    binary = tmp_path / "binary.csv"
    binary.write_bytes(b"\xff\xfe\x00f")
    with pytest.raises(UserError, match="is not UTF-8 text; save the table as CSV in UTF-8"):
        check([binary])


def test_unknown_names_offer_near_ones() -> None:
    snapshot = load().as_of(TODAY)
    with pytest.raises(
        UserError, match=r"entity 'NVDIA' is known on 2026-11-23; did you mean.*NVD"
    ):
        facts_list(snapshot, "NVDIA")
    with pytest.raises(UserError, match=r"metric 'tokens_per_day'.*did you mean"):
        facts_list(snapshot, metric="tokens_per_day")
    with pytest.raises(UserError, match="no fact 'PSF-001' is known on 2026-11-23; did you mean"):
        facts_show(snapshot, "PSF-001")


def test_a_store_in_use_by_another_process(mine: Path) -> None:
    add([mine], TODAY)
    hold = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('held'); input()"
    with subprocess.Popen(
        [sys.executable, "-c", hold, str(store_file())],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(UserError, match="is in use by another process; wait until"):
            load()
        other.communicate("\n")
