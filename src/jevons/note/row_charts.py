"""Charts with one row a name: ranges, bars, and steps from one total to another."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from jevons.note.charts import (
    BAND,
    DOT,
    LEVELS,
    LINE,
    RULE,
    SERIES,
    SOFT,
    STEP,
    Measure,
    Spec,
    base,
    exact,
    spread,
)
from jevons.note.edition import Record
from jevons.note.numbers import Scale

INK = "var(--ink)"
SWING_LOW, SWING_HIGH = SERIES[1], SERIES[0]  # an input at its 10 % and at its 90 % point


def names_axis() -> Spec:
    """The axis of names, in the order given."""
    axis: Spec = {"title": None, "ticks": False, "domain": False, "grid": False}
    axis |= {"labelLimit": 180, "labelPadding": 6}
    return {"field": "name", "type": "nominal", "sort": None, "axis": axis}


def in_own_colour() -> Spec:
    """Each mark in the colour that its row names."""
    return {"field": "colour", "type": "nominal", "scale": None, "legend": None}


def tooltips(names: Mapping[str, str]) -> list[Spec]:
    """What a row says on hover."""
    fields = [{"field": "name", "type": "nominal", "title": names["name"]}]
    return fields + [
        {"field": level, "type": "quantitative", "title": names[level], "format": ",.4~g"}
        for level in LEVELS
    ]


def ranges(
    rows: Sequence[tuple[str, Record]],
    scale: Scale,
    names: Mapping[str, str],
    *,
    title: str | None = None,
    marks: Mapping[str, float] | None = None,
    reference: float | None = None,
    log: bool = False,
    extent: tuple[float, float] | None = None,
) -> Spec:
    """Each row: a line from 5 to 95 %, a bar from 25 to 75 %, a dot at the median.

    ``marks`` puts a diamond (a price, a reported figure) in the rows that it names; ``reference``
    is a value with a dashed line; ``extent`` is the axis, where several charts share one.
    """
    floor = smallest_shown(rows) if log else -math.inf
    data: list[Spec] = [
        {"name": name} | {level: exact(max(q[level], floor) * scale.factor) for level in LEVELS}
        for name, q in rows
    ]
    diamonds = [{"name": n, "value": exact(v * scale.factor)} for n, v in (marks or {}).items()]
    others = [*(d["value"] for d in diamonds), *([] if reference is None else [reference])]
    if log and extent is None:
        held = [*data, *({"p05": value, "p95": value} for value in others)]
        extent = spread(held, ("p05", "p95"))
    x = Measure(scale.label if title is None else title, log, extent, zero=False)
    layers = range_layers(x, names)
    if reference is not None:
        rule = {"type": "rule", "color": RULE, "strokeDash": [5, 3]}
        values = {"values": [{"value": reference}]}
        layers.insert(0, {"data": values, "mark": rule, "encoding": {"x": x.on("value")}})
    if diamonds:
        mark = {"type": "point", "shape": "diamond", "filled": True, "color": DOT}
        encoding = {"y": names_axis(), "x": x.on("value")}
        shown = {"mark": mark | {"opacity": 1, "size": 70}, "encoding": encoding}
        layers.append({"data": {"values": diamonds}} | shown)
    return base(data, layers, {"step": STEP})


def smallest_shown(rows: Sequence[tuple[str, Record]]) -> float:
    """Where a logarithmic axis begins when a range reaches zero: at half the least quartile."""
    quartiles = [q[level] for _, q in rows for level in ("p25", "p50", "p75") if q[level] > 0]
    if all(q["p05"] > 0 for _, q in rows):
        return 0.0
    return min(quartiles, default=1.0) / 2


def range_layers(x: Measure, names: Mapping[str, str]) -> list[Spec]:
    """Line, bar and dot of a row."""
    y = names_axis()
    line = {"type": "rule", "color": LINE, "opacity": 0.55, "strokeWidth": 1.5}
    bar = {"type": "bar", "color": LINE, "opacity": SOFT["inner"] + 0.1, "height": 9}
    dot = {"type": "point", "filled": True, "color": LINE, "opacity": 1, "size": 64}
    return [
        {"mark": line, "encoding": {"y": y, "x": x.on("p05"), "x2": {"field": "p95"}}},
        {"mark": bar, "encoding": {"y": y, "x": x.on("p25"), "x2": {"field": "p75"}}},
        {"mark": dot, "encoding": {"y": y, "x": x.on("p50"), "tooltip": tooltips(names)}},
    ]


def bars(rows: Sequence[tuple[str, float, str]], title: str, texts: Sequence[str]) -> Spec:
    """A bar a row (name, value, colour), with its number written at the end."""
    data: list[Spec] = [
        {"name": name, "value": exact(value), "colour": colour, "text": text}
        for (name, value, colour), text in zip(rows, texts, strict=True)
    ]
    values = [row["value"] for row in data]
    low, high = min(0.0, *values), max(0.0, *values)
    room = 0.16 * (high - low or 1.0)  # for the numbers at the ends
    extent = (low - room if low < 0 else 0.0, high + room if high > 0 else 0.0)
    x, y = Measure(title, extent=extent).on("value"), names_axis()
    mark = {"type": "bar", "height": 12, "opacity": 0.8}
    layers: list[Spec] = [{"mark": mark, "encoding": {"x": x, "y": y, "color": in_own_colour()}}]
    for sign, align, shift in ((">=", "left", 5), ("<", "right", -5)):
        layers.append(
            {
                "transform": [{"filter": f"datum.value {sign} 0"}],
                "mark": {"type": "text", "align": align, "dx": shift, "color": INK},
                "encoding": {"x": x, "y": y, "text": {"field": "text"}},
            }
        )
    return base(data, layers, {"step": STEP})


def swings(
    rows: Sequence[tuple[str, float, float]],
    middle: float,
    scale: Scale,
    title: str,
    names: Mapping[str, str],
) -> Spec:
    """A tornado: each row (name, at the 10 % point, at the 90 % point) from a middle to both ends.

    ``names``: words of the hover for ``name``, ``at_p10`` and ``at_p90``.
    """
    data: list[Spec] = [
        {
            "name": name,
            "middle": exact(middle * scale.factor),
            "at_p10": exact(low * scale.factor),
            "at_p90": exact(high * scale.factor),
        }
        for name, low, high in rows
    ]
    ends = [row[end] for row in data for end in ("at_p10", "at_p90")]
    low, high = min(ends), max(ends)
    room = 0.06 * (high - low or 1.0)
    x, y = Measure(title, extent=(low - room, high + room), zero=False), names_axis()
    hover = [{"field": "name", "type": "nominal", "title": names["name"]}] + [
        {"field": end, "type": "quantitative", "title": names[end], "format": ",.4~g"}
        for end in ("at_p10", "at_p90")
    ]
    layers: list[Spec] = [
        {
            "mark": {"type": "bar", "height": 12, "color": colour, "opacity": 0.85},
            "encoding": {"x": x.on("middle"), "x2": {"field": end}, "y": y, "tooltip": hover},
        }
        for end, colour in (("at_p10", SWING_LOW), ("at_p90", SWING_HIGH))
    ]
    rule = {"type": "rule", "color": RULE, "strokeDash": [5, 3]}
    layers.append(
        {
            "data": {"values": [{"value": exact(middle * scale.factor)}]},
            "mark": rule,
            "encoding": {"x": x.on("value")},
        }
    )
    return base(data, layers, {"step": STEP})


def waterfall(steps: Sequence[Mapping[str, Any]], title: str) -> Spec:
    """Steps from a total to another; each has name, start, end, low, high, edge, colour and text.

    ``edge`` is where the number is written: right of the bar and of its range.
    """
    low = min(0.0, *(step["low"] for step in steps))
    high = max(step["edge"] for step in steps)
    x, y = Measure(title, extent=(low, high + 0.2 * (high - low))), names_axis()
    bar = {"type": "bar", "height": 15, "opacity": 0.85}
    rule = {"type": "rule", "color": INK, "strokeWidth": 1.4}
    text = {"type": "text", "align": "left", "dx": 7, "color": INK}
    span = {"x": x.on("start"), "x2": {"field": "end"}, "y": y, "color": in_own_colour()}
    layers = [
        {"mark": bar, "encoding": span},
        {"mark": rule, "encoding": {"x": x.on("low"), "x2": {"field": "high"}, "y": y}},
        {"mark": text, "encoding": {"x": x.on("edge"), "y": y, "text": {"field": "text"}}},
    ]
    return base(list(steps), layers, {"step": STEP + 4})


def bubbles(rows: Sequence[Record], title: str, names: Mapping[str, str]) -> Spec:
    """Rungs of ladders: a row a company, x the drawdown, size the weight, shade the chance."""
    depths = [row["drawdown"] for row in rows]
    depths += [row["now"] for row in rows if row["now"] is not None]
    low, high = min(depths), max(depths)
    room = 0.08 * (high - low or 0.1)
    x, y = Measure(title, extent=(low - room, high + room)), names_axis()
    percent = {"axis": x.on("drawdown")["axis"] | {"format": "%"}}
    size = {"range": [40, 420], "zero": True}
    shade = {"domain": [0, 1], "range": [0.05, 1]}
    encoding = {
        "x": x.on("drawdown") | percent,
        "y": y,
        "size": {"field": "weight", "type": "quantitative", "legend": None, "scale": size},
        "fillOpacity": {"field": "chance", "type": "quantitative", "legend": None, "scale": shade},
        "tooltip": [
            {"field": "name", "type": "nominal", "title": names["name"]},
            *(
                {"field": field, "type": "quantitative", "title": names[field], "format": form}
                for field, form in (
                    ("drawdown", ".0%"),
                    ("level", ",.2f"),
                    ("weight", ".0%"),
                    ("chance", ".0%"),
                )
            ),
        ],
    }
    circle = {"type": "circle", "color": BAND, "stroke": LINE, "strokeWidth": 1.2}
    tick = {"type": "tick", "color": DOT, "thickness": 2.5, "size": 15}
    layers: list[Spec] = [
        {"mark": circle, "encoding": encoding},
        {
            "transform": [{"filter": "datum.now !== null"}],
            "mark": tick,
            "encoding": {"x": x.on("now") | percent, "y": y},
        },
    ]
    return base(rows, layers, {"step": STEP + 2})
