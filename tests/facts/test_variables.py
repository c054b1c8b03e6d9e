"""The table of variables is complete, in both languages, and finds near names."""

import re

import pytest

from jevons.errors import UserError
from jevons.facts.variables import variable, variables


def test_rows_are_complete() -> None:
    kinds = {"fact", "forecast", "input", "output"}
    for row in variables().values():
        assert re.fullmatch(r"[a-z][a-z0-9_]*", row.name), row
        assert row.kind in kinds, row
        assert row.owner, row
        assert row.english, row
        assert row.meaning, row
        assert row.meaning.endswith("."), row


def test_metrics_have_chinese_labels() -> None:
    metrics = [row for row in variables().values() if row.is_metric]
    assert [row.name for row in metrics if not re.search(r"[\u4e00-\u9fff]", row.chinese)] == []


def test_bounds_are_ordered() -> None:
    bounded = [v for v in variables().values() if v.lower is not None and v.upper is not None]
    assert all(v.lower < v.upper for v in bounded if v.lower is not None and v.upper is not None)


def test_electricity_use() -> None:
    row = variable("electricity_use")
    assert (row.unit, row.kind, row.lower) == ("TWh/year", "forecast", 0.0)
    # A region's use entered a thousand times too large exceeds the world's 31,000 TWh.
    assert row.upper == 40_000


def test_unknown_name_offers_a_near_one() -> None:
    with pytest.raises(UserError, match=r"'electricity_used'; did you mean electricity_use"):
        variable("electricity_used")
