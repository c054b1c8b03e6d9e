"""A flow chart: bands between nodes in columns, as wide as what flows (Sankey 1898)."""

import math
from collections.abc import Mapping, Sequence

from jevons.note.charts import Spec, base, exact
from jevons.note.edition import Record
from jevons.note.row_charts import INK, in_own_colour

NODE = 0.09  # width of a node, in columns
GAP = 0.035  # room between nodes of a column, in parts of the whole flow
STEPS = 14  # straight pieces of a band's edge
LABELS = 0.85  # room right of the last column, in columns


def sankey(
    links: Sequence[Record],
    columns: Sequence[Sequence[str]],
    labels: Mapping[str, str],
    colours: Mapping[str, str],
    height: int = 460,
) -> Spec:
    """Nodes in columns, top to bottom as given, and a band for each link.

    Args:
        links: ``source, target, value``; a link to a node of no column is left out.
        columns: names of nodes, from left to right. labels: what is written beside each.
        colours: of nodes; a band has the colour of its source.
    """
    place = {node: (x, i) for x, column in enumerate(columns) for i, node in enumerate(column)}
    drawn = [link for link in links if link["source"] in place and link["target"] in place]
    drawn.sort(key=lambda link: (place[link["source"]], place[link["target"]]))
    tops = _tops(drawn, columns)
    bands = _bands(drawn, place, tops, colours)
    boxes = [
        {"name": labels[node], "colour": colours[node], "x": place[node][0]}
        | {"right": place[node][0] + NODE, "top": exact(top), "bottom": exact(top + size)}
        | {"middle": exact(top + size / 2), "text_x": place[node][0] + NODE + 0.04}
        for node, (top, size) in tops.items()
    ]
    lowest = exact(max(top + size for top, size in tops.values()))
    x_axis: Spec = {"domain": [0, len(columns) - 1 + LABELS], "nice": False}
    y_axis: Spec = {"domain": [0, lowest], "reverse": True, "nice": False}

    def along(field: str) -> Spec:
        return {"field": field, "type": "quantitative", "axis": None, "scale": x_axis}

    def down(field: str) -> Spec:
        return {"field": field, "type": "quantitative", "axis": None, "scale": y_axis}

    area = {
        "data": {"values": bands},
        "mark": {"type": "area", "opacity": 0.38, "clip": True},
        "encoding": {
            "x": along("x"),
            "y": down("top"),
            "y2": {"field": "bottom"},
            "detail": {"field": "link"},
            "color": in_own_colour(),
        },
    }
    box = {
        "mark": {"type": "rect"},
        "encoding": {
            "x": along("x"),
            "x2": {"field": "right"},
            "y": down("top"),
            "y2": {"field": "bottom"},
            "color": in_own_colour(),
            "tooltip": {"field": "name", "type": "nominal"},
        },
    }
    text = {
        "mark": {"type": "text", "align": "left", "baseline": "middle", "fontSize": 11}
        | {"color": INK},
        "encoding": {"x": along("text_x"), "y": down("middle"), "text": {"field": "name"}},
    }
    return base(boxes, [area, box, text], height)


def _tops(
    links: Sequence[Record], columns: Sequence[Sequence[str]]
) -> dict[str, tuple[float, float]]:
    """Upper edge and height of every node that something flows through, columns centred."""
    sizes: dict[str, float] = {}
    for column in columns:
        for node in column:
            enters = sum(link["value"] for link in links if link["target"] == node)
            leaves = sum(link["value"] for link in links if link["source"] == node)
            if enters or leaves:
                sizes[node] = max(enters, leaves)
    kept = [[node for node in column if node in sizes] for column in columns]
    heights = [
        sum(sizes[node] for node in column) + GAP * max(len(column) - 1, 0) for column in kept
    ]
    found: dict[str, tuple[float, float]] = {}
    for column, tall in zip(kept, heights, strict=True):
        top = (max(heights) - tall) / 2
        for node in column:
            found[node] = (top, sizes[node])
            top += sizes[node] + GAP
    return found


def _bands(
    links: Sequence[Record],
    place: Mapping[str, tuple[int, int]],
    tops: Mapping[str, tuple[float, float]],
    colours: Mapping[str, str],
) -> list[Spec]:
    """Points of the upper and lower edge of every band, which leaves and arrives level."""
    leaving = {node: top for node, (top, _) in tops.items()}
    arriving = dict(leaving)
    starts: dict[int, float] = {}
    for i, link in enumerate(links):
        starts[i] = leaving[link["source"]]
        leaving[link["source"]] += link["value"]
    rows: list[Spec] = []
    for i, link in sorted(enumerate(links), key=lambda each: place[each[1]["source"]]):
        source, target, size = link["source"], link["target"], link["value"]
        start, end = starts[i], arriving[target]
        arriving[target] += size
        left, right = place[source][0] + NODE, place[target][0]
        for step in range(STEPS + 1):
            part = step / STEPS
            at = start + (end - start) * (1 - math.cos(math.pi * part)) / 2
            rows.append(
                {"link": i, "colour": colours[source], "x": exact(left + (right - left) * part)}
                | {"top": exact(at), "bottom": exact(at + size)}
            )
    return rows
