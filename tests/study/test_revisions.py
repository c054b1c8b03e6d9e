"""What changed between two notes: the same quantity, quarter and unit, or nothing."""

import json
from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from jevons.errors import UserError
from jevons.study.revisions import earlier_figures, revisions


def figures(as_of: str, capex: float, value: float) -> dict[str, Any]:
    quarters = ["2028Q3", "2028Q4"]
    return {
        "provenance": {"as_of": as_of, "version": "0.1"},
        "quantities": {
            "ai_capex": {"unit": "USD_bn/quarter", "quarter": quarters, "p50": [1.0, capex]},
            "tokens": {"unit": "Ttoken/day", "quarter": quarters[:1], "p50": [5.0]},
        },
        "companies": [
            {"ticker": "NVDA", "price": 100.0, "fair_value": {"p50": value}},
            {"ticker": "TSM", "price": 90.0, "fair_value": None},
        ],
    }


def test_medians_stand_side_by_side() -> None:
    found = revisions(figures("2025-03-11", 200.0, 80.0), figures("2025-06-30", 250.0, 60.0))
    assert found["as_of"] == "2025-03-11"
    assert found["rows"] == [
        {"name": "ai_capex", "quarter": "2028Q4", "unit": "USD_bn/quarter", "then": 200.0,
         "now": 250.0}
    ]  # fmt: skip  # tokens do not reach the quarter
    (share,) = found["shares"]  # TSM has no value in either
    assert (share["fair_value_then"], share["fair_value_now"]) == (80.0, 60.0)


def test_another_unit_is_another_quantity() -> None:
    now = figures("2025-06-30", 250.0, 60.0)
    now["quantities"]["ai_capex"]["unit"] = "USD_bn/year"
    assert revisions(figures("2025-03-11", 200.0, 80.0), now)["rows"] == []


def test_only_an_earlier_note_is_taken(tmp_path: Path) -> None:
    file = tmp_path / "figures.json"
    given = figures("2025-03-11", 200.0, 80.0)
    file.write_text(json.dumps(given), encoding="utf-8")
    assert earlier_figures(file, date(2025, 6, 30)) == given
    with pytest.raises(UserError, match="as of 2025-03-11, which is not before 2025-03-11"):
        earlier_figures(file, date(2025, 3, 11))


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"provenance": {"as_of": "soon"}}'])
def test_what_is_no_note_is_a_mistake(tmp_path: Path, text: str) -> None:
    file = tmp_path / "figures.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match=r"figures.json is no figures.json of a note"):
        earlier_figures(file, date(2025, 6, 30))
    with pytest.raises(UserError, match="absent"):
        earlier_figures(tmp_path / "absent.json", date(2025, 6, 30))


def test_the_notes_are_not_changed() -> None:
    before, now = figures("2025-03-11", 200.0, 80.0), figures("2025-06-30", 250.0, 60.0)
    kept = deepcopy((before, now))
    revisions(before, now)
    assert (before, now) == kept
