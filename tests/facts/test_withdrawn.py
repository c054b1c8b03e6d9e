"""A row entered wrongly stays as typed, is read by no run, and names the row that says it right."""

import csv
from datetime import date
from importlib.resources import files

import pytest

from jevons.errors import UserError
from jevons.facts import Store, facts_show
from jevons.facts.store import bundled_rows
from jevons.facts.withdrawn import withdrawals


def typed() -> dict[str, dict[str, str]]:
    """Every row of the bundled tables as it stands there."""
    found = {}
    for table in files("jevons.facts").joinpath("bundled").iterdir():
        for row in csv.DictReader(table.read_text(encoding="utf-8").splitlines()):
            found[row["fact_id"]] = row
    return found


def test_a_withdrawn_row_stays_in_its_table_and_its_successor_differs_in_what_was_wrong() -> None:
    for fact_id, withdrawal in withdrawals().items():
        wrong, right = typed()[fact_id], typed()[withdrawal.replaced_by]
        changed = {name for name in wrong if wrong[name] != right[name]}
        assert changed - {"stated_by", "metric"} == {"fact_id", "recorded_on"}
        assert len(changed) == 3
        assert right["recorded_on"] == withdrawal.withdrawn_on.isoformat()


def test_no_day_sees_a_withdrawn_row() -> None:
    read = {row.fact.fact_id for row in bundled_rows()}
    assert read.isdisjoint(withdrawals())
    assert {each.replaced_by for each in withdrawals().values()} <= read


def test_asking_for_a_withdrawn_fact_says_why_and_what_holds_instead() -> None:
    snapshot = Store(row.fact for row in bundled_rows()).as_of(date(2026, 3, 11))
    with pytest.raises(UserError, match="the IEA's Electricity 2024, not LBNL; DCP-0114"):
        facts_show(snapshot, "DCP-0028")
