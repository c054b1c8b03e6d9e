"""Charts as Vega-Lite specifications: plain data, small functions, one look.

Colours are names of the page's style sheet (``var(--...)``), so the page's light, dark and print
palettes reach inside the charts. Labels and units come in; nothing here is a word of the note.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jevons.note.edition import Record, central
from jevons.note.numbers import Scale, position

Spec = dict[str, Any]
LEVELS = ("p05", "p25", "p50", "p75", "p95")
SERIES = tuple(f"var(--series-{i})" for i in range(1, 8))
OTHERS = "var(--quiet)"  # of groups beyond those that have a colour of their own
BAND, LINE, DOT, RULE = "var(--band)", "var(--line)", "var(--dot)", "var(--ink-soft)"
STEP = 24  # height of a row of a chart of rows
SOFT = {"outer": 0.16, "inner": 0.32}


def exact(value: float) -> float:
    """Six significant digits: scaling must not put the last bits of floats into the page."""
    return float(f"{value:.6g}")


def base(data: Sequence[Record], layers: Sequence[Record], height: int | Record = 240) -> Spec:
    """A chart as wide as its place, so many pixels high or ``{"step": pixels}`` for each name."""
    if not isinstance(height, int):
        height = height["step"] * len({row["name"] for row in data})
    return {
        "width": "container",
        "height": height,
        "autosize": {"type": "fit-x", "contains": "padding"},
        "data": {"values": list(data)},
        "layer": list(layers),
    }


def years(low: float, high: float) -> Spec:
    """The axis of time: a label for each year, at its start."""
    starts = list(range(int(low), int(high) + 1))
    axis = {"format": "d", "values": starts, "title": None, "grid": False}
    scale = {"domain": [low, high], "nice": False}
    return {"field": "x", "type": "quantitative", "axis": axis, "scale": scale}


@dataclass(frozen=True, slots=True)
class Measure:
    """An axis of values: its unit as the title, and the ends that it must hold."""

    title: str
    log: bool = False
    extent: tuple[float, float] | None = None
    zero: bool = True

    def on(self, field: str) -> Spec:
        """The axis for one field; every layer of a chart uses the same one."""
        axis: Spec = {"title": self.title or None, "tickCount": 5, "format": ",~r"}
        scale: Spec = {"zero": self.zero}
        if self.extent and self.log:
            low, high = self.extent[0] * 0.92, self.extent[1] * 1.08
            scale = {"type": "log", "domain": [exact(low), exact(high)], "nice": False}
            axis |= {"format": ",~g", "values": ticks(low, high)}
        elif self.extent:
            scale = {"domain": [exact(end) for end in self.extent], "nice": False}
        return {"field": field, "type": "quantitative", "axis": axis, "scale": scale}


def ticks(low: float, high: float) -> list[float]:
    """Round numbers of a logarithmic axis: 1, 2, 5 on a short one, powers of ten on a long one.

    >>> ticks(0.4, 2.3)
    [0.5, 1.0, 2.0]
    >>> ticks(0.02, 4000.0)
    [0.1, 1.0, 10.0, 100.0, 1000.0]
    """
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    steps = (1, 2, 5) if high / low < 250 else (1,)
    found = [float(f"{step}e{decade}") for decade in decades for step in steps]
    return [tick for tick in found if low <= tick <= high]


def spread(rows: Iterable[Record], fields: Sequence[str]) -> tuple[float, float]:
    """Smallest and largest value of the fields over all rows."""
    values = [row[field] for row in rows for field in fields]
    return min(values), max(values)


def fan_rows(path: Record, scale: Scale, first: str = "", last: str = "9") -> list[Spec]:
    """One row a quarter from ``first`` to ``last``: x and the five levels, scaled."""
    return [
        {"x": position(quarter), "quarter": quarter}
        | {level: exact(path[level][i] * scale.factor) for level in LEVELS}
        for i, quarter in enumerate(path["quarter"])
        if first <= quarter <= last
    ]


def observed_rows(points: Sequence[Record], scale: Scale) -> list[Spec]:
    """Observed points with their stated ranges, scaled."""
    rows = []
    for point in points:
        value = central(point)
        if value is None:
            continue
        quarter, shown = point["quarter"], exact(value * scale.factor)
        row: Spec = {"x": position(quarter), "quarter": quarter, "value": shown}
        for end in ("low", "high"):
            stated = point.get(end)
            row[end] = row["value"] if stated is None else exact(stated * scale.factor)
        rows.append(row)
    return rows


def fan_layers(x: Spec, y: Measure, colour: str, names: Mapping[str, str]) -> list[Spec]:
    """Bands of 5-95 % and 25-75 %, the median, and the numbers on hover (``names`` by field)."""
    numbers = [
        {"field": level, "type": "quantitative", "title": names[level], "format": ",.4~g"}
        for level in LEVELS
    ]
    when = {"field": "quarter", "type": "nominal", "title": names["quarter"]}
    whole = {"x": x, "y": y.on("p05"), "y2": {"field": "p95"}}
    half = {"x": x, "y": y.on("p25"), "y2": {"field": "p75"}}
    return [
        {"mark": {"type": "area", "color": colour, "opacity": SOFT["outer"]}, "encoding": whole},
        {"mark": {"type": "area", "color": colour, "opacity": SOFT["inner"]}, "encoding": half},
        {
            "mark": {"type": "line", "color": colour, "strokeWidth": 2.2},
            "encoding": {"x": x, "y": y.on("p50")},
        },
        {
            "mark": {"type": "bar", "opacity": 0, "width": 8},
            "encoding": whole | {"tooltip": [when, *numbers]},
        },
    ]


def observed_layers(
    x: Spec, y: Measure, rows: Sequence[Record], names: Mapping[str, str]
) -> list[Spec]:
    """Observed points, with a bar where the source states a range."""
    data = {"values": list(rows)}
    tooltip = [
        {"field": "quarter", "type": "nominal", "title": names["quarter"]},
        {"field": "value", "type": "quantitative", "title": names["observed"], "format": ",.4~g"},
    ]
    return [
        {
            "data": data,
            "mark": {"type": "rule", "color": DOT, "strokeWidth": 1.5},
            "encoding": {"x": x, "y": y.on("low"), "y2": {"field": "high"}},
        },
        {
            "data": data,
            "mark": {"type": "point", "color": DOT, "filled": True, "size": 42, "opacity": 1},
            "encoding": {"x": x, "y": y.on("value"), "tooltip": tooltip},
        },
    ]


def vertical(at: float, text: str, x: Spec) -> list[Spec]:
    """A dashed line at a day, with its word at the top."""
    data = {"values": [{"x": at, "text": text}]}
    line = {"type": "rule", "color": RULE, "strokeDash": [3, 3]}
    word = {"type": "text", "align": "left", "dx": 4, "y": 6, "color": RULE, "fontSize": 11}
    return [
        {"data": data, "mark": line, "encoding": {"x": x}},
        {"data": data, "mark": word, "encoding": {"x": x, "text": {"field": "text"}}},
    ]


def horizontal(at: float, y: Measure) -> Spec:
    """A dashed line at a value."""
    return {
        "data": {"values": [{"value": at}]},
        "mark": {"type": "rule", "color": RULE, "strokeDash": [6, 3]},
        "encoding": {"y": y.on("value")},
    }


def fan(
    path: Record,
    scale: Scale,
    names: Mapping[str, str],
    *,
    observed: Sequence[Record] = (),
    today: tuple[float, str] | None = None,
    log: bool = False,
    reference: float | None = None,
    height: int = 240,
    first: str = "",
    last: str = "9",
) -> Spec:
    """A path as a fan, observed points over it, a dashed line at the as-of day.

    ``first`` and ``last`` are the quarters shown; ``reference`` is a value with a dashed line.
    """
    rows = fan_rows(path, scale, first, last)
    points = [row for row in observed_rows(observed, scale) if first <= row["quarter"] <= last]
    ends = [row["x"] for row in (*rows, *points)]
    low, high = int(min(ends)), max(ends) + 0.125
    x = years(low, high)
    extent = spread([*rows, *({"p05": p["low"], "p95": p["high"]} for p in points)], ("p05", "p95"))
    y = Measure(scale.label, log, extent if log and extent[0] > 0 else None)
    layers = fan_layers(x, y, LINE, names)
    if points:
        layers += observed_layers(x, y, points, names)
    if reference is not None:
        layers.append(horizontal(reference, y))
    if today and low < today[0] < high:
        layers += vertical(*today, x)
    return base(rows, layers, height)


def scatter(
    rows: Sequence[Record],
    groups: Sequence[str],
    title: str,
    names: Mapping[str, str],
    factor: float,
) -> Spec:
    """Predicted over measured, both logarithmic, a colour a group, lines at 1 and at ``factor``.

    The first seven groups have a colour of their own, the others share one.

    ``rows`` have ``name``, ``group``, ``measured``, ``predicted``; ``names`` are words by field.
    """
    colours = {group: SERIES[i % len(SERIES)] for i, group in enumerate(groups)}
    data = [
        {"name": row["name"], "colour": colours.get(row["group"], OTHERS)}
        | {field: exact(row[field]) for field in ("measured", "predicted")}
        for row in rows
    ]
    low, high = spread(data, ("measured", "predicted"))
    x = Measure(f"{names['measured']} ({title})", True, (low, high)).on("measured")
    y = Measure(f"{names['predicted']} ({title})", True, (low, high))
    lines: list[Spec] = [
        {
            "data": {"values": [{"measured": low}, {"measured": high}]},
            "transform": [{"calculate": f"datum.measured * {at}", "as": "predicted"}],
            "mark": {
                "type": "line",
                "color": RULE,
                "strokeWidth": 1,
                "strokeDash": dash,
                "clip": True,
            },
            "encoding": {"x": x, "y": y.on("predicted")},
        }
        for at, dash in ((1.0, []), (factor, [5, 3]), (1 / factor, [5, 3]))
    ]
    tooltip = [{"field": "name", "type": "nominal", "title": names["name"]}] + [
        {"field": field, "type": "quantitative", "title": names[field], "format": ",.4~g"}
        for field in ("measured", "predicted")
    ]
    dots = {
        "mark": {"type": "point", "filled": True, "size": 30, "opacity": 0.75},
        "encoding": {
            "x": x,
            "y": y.on("predicted"),
            "color": {"field": "colour", "type": "nominal", "scale": None, "legend": None},
            "tooltip": tooltip,
        },
    }
    return base(data, [*lines, dots], 320)


def fans(
    paths: Sequence[tuple[str, Record]],
    scale: Scale,
    names: Mapping[str, str],
    *,
    today: tuple[float, str] | None = None,
    height: int = 260,
) -> Spec:
    """Paths on a logarithmic axis: the 25-75 % band and the median of each, in its own colour."""
    series = [fan_rows(path, scale) for _, path in paths]
    every = [row for rows in series for row in rows]
    low, high = int(min(row["x"] for row in every)), max(row["x"] for row in every) + 0.125
    extent = spread(every, ("p25", "p75"))
    x, y = years(low, high), Measure(scale.label, True, extent if extent[0] > 0 else None)
    layers: list[Spec] = []
    for rows, colour in zip(series, SERIES, strict=False):
        _, band, line, _ = fan_layers(x, y, colour, names)
        layers += [{"data": {"values": rows}} | layer for layer in (band, line)]
    if today and low < today[0] < high:
        layers += vertical(*today, x)
    return base([], layers, height)


def stack(
    series: Sequence[tuple[str, Sequence[float]]],
    quarters: Sequence[str],
    scale: Scale,
    *,
    colours: Sequence[str] = SERIES,
    share: bool = False,
    height: int = 260,
) -> Spec:
    """Areas on top of each other by quarter; with ``share``, parts of one whole."""
    rows = [
        {"x": position(quarter), "name": name, "order": i, "value": exact(values[j] * scale.factor)}
        for i, (name, values) in enumerate(series)
        for j, quarter in enumerate(quarters)
    ]
    x = years(int(position(quarters[0])), position(quarters[-1]) + 0.125)
    y = Measure(scale.label).on("value") | {"stack": "normalize" if share else "zero"}
    if share:
        y["axis"] = {"title": None, "format": "%", "tickCount": 5}
    names = [name for name, _ in series]
    colour = {
        "field": "name",
        "type": "nominal",
        "legend": None,
        "scale": {"domain": names, "range": [colours[i % len(colours)] for i in range(len(names))]},
    }
    tooltip = [
        {"field": "name", "type": "nominal"},
        {"field": "value", "type": "quantitative", "format": ".0%" if share else ",.4~g"},
    ]
    mark = {"type": "area", "opacity": 0.88, "stroke": "var(--paper)", "strokeWidth": 0.6}
    encoding = {"x": x, "y": y, "color": colour, "order": {"field": "order"}, "tooltip": tooltip}
    return base(rows, [{"mark": mark, "encoding": encoding}], height)
