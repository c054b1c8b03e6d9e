"""Descriptor files as OpenBB Workspace reads them, and widgets that answer.

The field names and closed lists are those of its reference of widgets.json and apps.json.
"""

from typing import Any

import pytest
import vl_convert
from fastapi.testclient import TestClient

from jevons.app.openbb import WIDE
from jevons.study.scenario import bundled

from .asking import ASKED, get

FIELDS = {
    "name", "description", "endpoint", "category", "subCategory", "type", "gridData", "data",
    "params", "source",
}  # fmt: skip
TYPES = {"table", "metric", "chart-vegalite"}
PARAMETER = {"paramName", "type", "label", "value", "description", "show", "options"}
TABLE, COLUMN = {"enableCharts", "showAll", "columnsDefs"}, {"field", "headerName", "pinned"}
TAB, PLACE = {"id", "name", "layout"}, {"i", "x", "y", "w", "h", "groups"}


@pytest.fixture(scope="module")
def widgets(client: TestClient) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = client.get("/widgets.json").json()
    return found


def test_widgets_have_the_fields_of_the_reference(widgets: dict[str, dict[str, Any]]) -> None:
    assert len(widgets) > 20
    for name, widget in widgets.items():
        assert set(widget) <= FIELDS, name
        assert widget["name"], name
        assert widget["description"], name
        assert widget["type"] in TYPES
        assert 10 <= widget["gridData"]["w"] <= WIDE
        assert 4 <= widget["gridData"]["h"] <= 100
        assert all(set(each) <= PARAMETER for each in widget["params"])
        assert all(isinstance(each, str) for each in widget["source"])
        table = widget.get("data", {"table": {}})["table"]
        assert set(table) <= TABLE
        assert all(set(column) <= COLUMN for column in table.get("columnsDefs", []))
        assert name == widget["endpoint"].replace("/", "_")
        kinds = {each["paramName"]: each["type"] for each in widget["params"]}
        assert kinds == {"as_of": "date", "scenario": "text"}
    options = next(iter(widgets.values()))["params"][1]["options"]
    assert [each["value"] for each in options] == list(bundled())


def test_every_widget_answers_in_the_shape_of_its_type(
    client: TestClient, widgets: dict[str, dict[str, Any]]
) -> None:
    for widget in widgets.values():
        found = get(client, f"/{widget['endpoint']}", scenario="power-starved")
        match widget["type"]:
            case "metric":
                assert all(set(row) == {"label", "value", "delta"} for row in found)
            case "table":
                flat = (str, int, float)
                assert all(isinstance(cell, flat) for row in found for cell in row.values())
                pinned = widget["data"]["table"]["columnsDefs"][0]["field"]
                assert all(pinned in row for row in found)
            case _:
                assert "var(--" not in str(found)
                assert "layer" in found or "mark" in found
                # As wide as the widget, and as high, or as high as its rows need.
                assert found["width"] == "container"
                assert found["height"] == "container" or "step" in found["height"]


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_a_chart_stands_alone(client: TestClient, theme: str) -> None:
    """The compiler of Vega-Lite takes it, and its key is a legend."""
    spec = get(client, "/openbb/chart/fleet/0", theme=theme)
    vega = vl_convert.vegalite_to_vega(spec, vl_version="6.4")
    legend = next(iter(vega["legends"]))
    scale = next(each for each in vega["scales"] if each["name"] == legend["fill"])
    assert scale["domain"] == ["Compute wanted", "Fleet"]
    assert all(colour.startswith("#") for colour in scale["range"])


def test_the_application_places_every_widget_on_the_grid(
    client: TestClient, widgets: dict[str, dict[str, Any]]
) -> None:
    (app,) = client.get("/apps.json").json()
    placed = set()
    for key, tab in app["tabs"].items():
        assert set(tab) == TAB
        assert tab["id"] == key
        taken: set[tuple[int, int]] = set()
        for place in tab["layout"]:
            assert set(place) == PLACE
            cells = {
                (x, y)
                for x in range(place["x"], place["x"] + place["w"])
                for y in range(place["y"], place["y"] + place["h"])
            }
            assert place["x"] + place["w"] <= WIDE
            assert not cells & taken, "two widgets overlap"
            taken |= cells
            placed.add(place["i"])
    assert placed == set(widgets)
    chosen = {each["paramName"]: each["value"] for each in next(iter(widgets.values()))["params"]}
    for group in app["groups"]:
        assert group["defaultValue"] == chosen[group["paramName"]]
        assert set(group) == {"name", "type", "paramName", "defaultValue", "widgetIds"}
        assert group["name"] in ("Group 1", "Group 2")
        assert group["widgetIds"] == list(widgets)


def test_metrics_say_how_far_they_moved(client: TestClient) -> None:
    rows = {row["label"]: row for row in get(client, "/openbb/metrics")}
    assert {row["delta"] for row in rows.values()} == {"0.0"}
    moved = {row["label"]: row for row in get(client, "/openbb/metrics", shock="demand:4")}
    more = get(client, "/api/summary", shock="demand:4")["numbers"]
    tokens = next(row for row in more if row["name"] == "tokens")
    expected = f"{100 * (tokens['value'] / tokens['base'] - 1):.1f}"
    assert moved[tokens["label"]]["delta"] == expected


def test_descriptors_need_no_parameters(client: TestClient) -> None:
    assert client.get("/openbb/metrics", params=ASKED).status_code == 200
    assert client.get("/apps.json").headers["content-type"] == "application/json"
