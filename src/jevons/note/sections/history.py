"""The model against what was observed, so that misfit is visible."""

from statistics import median

from jevons.note.document import Cell, Chart, Column, Figure, Missing, Section
from jevons.note.edition import Edition, Record, at, central
from jevons.note.figures import fan_keys, observed_fan
from jevons.note.numbers import NOTHING
from jevons.note.sections.learned import learned

WHY = ("history", "observed")
MOST_PANELS = 8
FIRST = ("buyers_capex", "ai_capex", "data_center_revenue", "us_electricity", "tokens")


def modelled(edition: Edition, name: str, points: list[Record]) -> Record | None:
    """The model's path of an observed quantity; a company's AI revenue by its entity."""
    path = edition.path(name)
    if path:
        return path
    entity = str(points[0].get("entity") or "")
    path = edition.company(entity).get("ai_revenue")
    unit = points[0].get("unit")
    return path if path and path.get("quarter") and path["unit"] == unit else None


def compared(edition: Edition) -> dict[str, tuple[list[Record], Record]]:
    """Observed points and path by quantity, the four that matter most first."""
    names = sorted(
        edition.mapping("observed"), key=lambda n: (FIRST.index(n) if n in FIRST else 99, n)
    )
    found = {}
    for name in names:
        points = list(edition.observed(name))
        path = modelled(edition, name, points) if points else None
        if path:
            found[name] = (points, path)
    return found


def misses(points: list[Record], path: Record) -> list[tuple[Record, Record, float]]:
    """Observed point, model, and the ratio of the model's median to it, by quarter."""
    found: list[tuple[Record, Record, float]] = []
    for point in points:
        q, value = at(path, point["quarter"]), central(point)
        if q and value:
            found.append((point, q, q["p50"] / value - 1))
    return found


def history(edition: Edition) -> Section:
    """Panels, the table of gaps, and what calibration made of such gaps."""
    found = compared(edition)
    if not found:
        return edition.missing("history", "observed")
    gaps = {name: misses(points, path) for name, (points, path) in found.items()}
    values = words(edition, gaps) | {"reports": edition.say("note.reports")}
    charts = panels(edition, found)
    why = (*WHY, *found)
    blocks: list[Figure | Missing] = [
        Figure(**edition.figure("history", why, **values), charts=charts),
        table(edition, gaps, why),
        *learned(edition),
    ]
    return edition.section("history", edition.say("finding.history", **values), blocks)


def panels(edition: Edition, found: dict[str, tuple[list[Record], Record]]) -> list[Chart]:
    """A fan with its observed points for each quantity."""
    charts = []
    for i, (name, (points, path)) in enumerate(list(found.items())[:MOST_PANELS]):
        spec = observed_fan(edition, path, points, following(edition, points))
        keys = fan_keys(edition, observed=True) if i == 0 else []
        charts.append(edition.chart(spec, "history", keys, edition.label(name)))
    return charts


def following(edition: Edition, points: list[Record]) -> str:
    """The last quarter of a panel: a year after the last point or the as-of quarter."""
    last = max(*(point["quarter"] for point in points), edition.quarter or "")
    return f"{int(last[:4]) + 1}{last[4:]}"


def words(edition: Edition, gaps: dict[str, list[tuple[Record, Record, float]]]) -> dict[str, str]:
    """How many points lie inside, and the worst quantity by median gap."""
    inside = [
        q["p05"] <= (central(p) or 0.0) <= q["p95"] for rows in gaps.values() for p, q, _ in rows
    ]
    typical = {name: median(gap for _, _, gap in rows) for name, rows in gaps.items() if rows}
    worst = max(typical, key=lambda name: abs(typical[name])) if typical else ""
    return {
        "inside": edition.numbers.percent(sum(inside) / len(inside)) if inside else NOTHING,
        "points": str(len(inside)),
        "quantity": edition.words.inside(edition.label(worst)) if worst else NOTHING,
        "gap": edition.numbers.percent(typical.get(worst), signed=True),
    }


def table(
    edition: Edition, gaps: dict[str, list[tuple[Record, Record, float]]], why: tuple[str, ...]
) -> Figure:
    """For each quantity the last comparison and the typical gap."""
    rows = {name: found for name, found in gaps.items() if found}
    say, numbers = edition.say, edition.numbers
    last = {name: max(found, key=lambda r: r[0]["quarter"]) for name, found in rows.items()}
    scales = {
        name: numbers.scale(q["unit"], q["p95"], table=True) for name, (_, q, _) in last.items()
    }
    typical = [median(gap for _, _, gap in found) for found in rows.values()]
    inside = [
        sum(q["p05"] <= (central(p) or 0.0) <= q["p95"] for p, q, _ in found) / len(found)
        for found in rows.values()
    ]
    names = [Cell(edition.label(name), below=scales[name].label) for name in rows]
    seen = {name: central(p) or 0.0 for name, (p, _, _) in last.items()}
    columns = [
        (Column(say("column.quantity"), numeric=False), names),
        (Column(say("column.points")), [Cell(str(len(f)), value=len(f)) for f in rows.values()]),
        (
            Column(say("column.quarter"), numeric=False, whole=True),
            [Cell(p["quarter"]) for p, _, _ in last.values()],
        ),
        (
            Column(say("column.observed")),
            [Cell(numbers.plain(v * scales[n].factor), value=v) for n, v in seen.items()],
        ),
        (
            Column(say("column.model")),
            [edition.quantity_cell(q, scales[name], None) for name, (_, q, _) in last.items()],
        ),
        (
            Column(say("column.last_gap")),
            [Cell(numbers.percent(g, signed=True)) for _, _, g in last.values()],
        ),
        (
            Column(say("column.typical_gap")),
            [Cell(numbers.percent(g, signed=True)) for g in typical],
        ),
        (Column(say("column.inside")), [edition.percent_cell(s) for s in inside]),
    ]
    return Figure(**edition.figure("gaps", why), table=edition.table(columns))
