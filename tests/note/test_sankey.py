"""Bands of a flow chart: as wide as what flows, and none over another at a node."""

from typing import Any

import pytest

from jevons.note.sankey import GAP, sankey

LINKS = [
    {"source": "a", "target": "b", "value": 0.6},
    {"source": "a", "target": "c", "value": 0.4},
    {"source": "b", "target": "d", "value": 0.6},
    {"source": "c", "target": "d", "value": 0.3},
    {"source": "c", "target": "nowhere", "value": 0.1},
]
NODES = dict.fromkeys("abcd", "var(--line)")


def drawn() -> Any:
    return sankey(LINKS, (("a",), ("b", "c"), ("d",)), {n: n for n in NODES}, NODES)


def test_nodes_are_as_high_as_what_flows_through() -> None:
    boxes = {box["name"]: box for box in drawn()["data"]["values"]}
    heights = {name: box["bottom"] - box["top"] for name, box in boxes.items()}
    assert heights == pytest.approx({"a": 1.0, "b": 0.6, "c": 0.4, "d": 0.9}, abs=1e-5)
    assert boxes["c"]["top"] - boxes["b"]["bottom"] == pytest.approx(GAP, abs=1e-5)


def test_bands_fill_the_node_that_they_leave() -> None:
    rows = drawn()["layer"][0]["data"]["values"]
    bands = {row["link"] for row in rows}
    assert len(bands) == 4, "a link to a node of no column is left out"
    first = [row for row in rows if row["x"] < 0.1]
    tops = sorted((row["top"], row["bottom"]) for row in first)
    assert tops[0][1] == pytest.approx(tops[1][0], abs=1e-5)
    for row in rows:
        assert row["bottom"] > row["top"]
