"""Figures computed when read: once each, from each other, faults not hidden."""

from collections.abc import Mapping
from typing import Any

import pytest

from jevons.study.on_demand import OnDemand


def test_a_value_is_computed_once_and_only_when_read() -> None:
    asked: list[str] = []

    def one(_: Mapping[str, Any]) -> int:
        asked.append("one")
        return 1

    def two(found: Mapping[str, Any]) -> int:
        asked.append("two")
        return int(found["one"]) + 1

    figures = OnDemand({"one": one, "two": two})
    assert list(figures) == ["one", "two"]
    assert "two" in figures
    assert asked == []
    assert figures["two"] == figures.get("two") == 2
    assert asked == ["two", "one"]
    assert dict(figures) == {"one": 1, "two": 2}


def test_a_missing_name_has_the_default_but_a_fault_is_a_fault() -> None:
    figures = OnDemand({"broken": lambda found: found["nothing"]})
    assert figures.get("nothing", 0) == 0
    with pytest.raises(KeyError, match="nothing"):
        figures.get("broken", 0)
