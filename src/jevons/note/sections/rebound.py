"""The Jevons index, and what a sudden gain of efficiency does."""

from dataclasses import dataclass

from jevons.note.charts import fan, spread
from jevons.note.document import Cell, Chart, Column, Figure, Missing, Section
from jevons.note.edition import Edition, Record
from jevons.note.figures import fan_keys, level_names, range_keys, today
from jevons.note.numbers import NOTHING
from jevons.note.row_charts import ranges

WHY = ("jevons_index", "index", "jevons")
MOST_RESPONSES = 6


def horizons(edition: Edition) -> dict[str, Record]:
    """The index by horizon, the longest first."""
    index = edition.mapping("jevons_index")
    return {name: index[name] for name in ("long_run", "one_year") if index.get(name)}


def total(horizon: Record) -> Record | None:
    """The index over all workloads."""
    found = horizon.get("jevons_index")
    return found if isinstance(found, dict) else None


@dataclass(frozen=True, slots=True)
class Row:
    """An index with P(index > 0), of all compute or a workload, at a horizon."""

    horizon: str
    name: str
    index: Record
    p_positive: float | None


def rows(edition: Edition) -> list[Row]:
    """The total and each workload, by horizon."""
    found = []
    for name, horizon in horizons(edition).items():
        whole = total(horizon)
        if whole:
            label = edition.words.heading("workload", "total")
            found.append(Row(name, label, whole, horizon.get("p_positive")))
        for workload, entry in (horizon.get("by_workload") or {}).items():
            q = entry.get("jevons_index", entry)
            if "p50" in q:
                label = edition.words.heading("workload", workload)
                found.append(Row(name, label, q, entry.get("p_positive")))
    return found


def response(edition: Edition, *names: str) -> tuple[Record, float] | None:
    """A response to the shock and its median at the end, by the first name that exists."""
    responses = edition.mapping("shock").get("responses") or {}
    for name in names:
        if responses.get(name) and responses[name].get("p50"):
            return responses[name], responses[name]["p50"][-1]
    return None


def rebound(edition: Edition) -> Section:
    """Index and shock."""
    found = rows(edition)
    blocks: list[Figure | Missing] = []
    finding = ""
    if found:
        values = words(edition)
        finding = edition.say("finding.jevons", **values) if values else ""
        title = values or {"short": NOTHING, "probability": NOTHING}
        charts = index_charts(edition, found)
        blocks += [
            Figure(**edition.figure("index", WHY, **title), charts=charts),
            index_table(edition, found),
        ]
    else:
        blocks.append(edition.nothing("jevons", "jevons_index"))
    blocks.append(shock(edition))
    return edition.section("jevons", finding, blocks)


def words(edition: Edition) -> dict[str, str]:
    """The long-run index in words, empty where it is absent."""
    long_run = horizons(edition).get("long_run") or {}
    whole = total(long_run)
    if not whole:
        return {}
    probability = long_run.get("p_positive")
    return {
        "index": edition.quantity(whole),
        "short": edition.numbers.plain(whole["p50"]),
        "probability": edition.numbers.percent(probability),
        "verdict": edition.say(f"verdict.{verdict(probability)}"),
    }


def verdict(probability: float | None) -> str:
    """Whether efficiency raises demand for compute, in steps of confidence.

    >>> verdict(0.93), verdict(0.5), verdict(0.05)
    ('rises', 'open', 'falls')
    """
    if probability is None or 1 / 3 < probability < 2 / 3:
        return "open"
    if probability >= 2 / 3:
        return "rises" if probability >= 0.9 else "likely_rises"
    return "falls" if probability <= 0.1 else "likely_falls"


def index_charts(edition: Edition, found: list[Row]) -> list[Chart]:
    """One chart a horizon, on the same axis."""
    low, high = spread((row.index for row in found), ("p05", "p95"))
    room = 0.05 * (high - low)
    extent = (min(low, 0.0) - room, max(high, 0.0) + room)
    charts: list[Chart] = []
    for horizon in dict.fromkeys(row.horizon for row in found):
        spec = ranges(
            [(row.name, row.index) for row in found if row.horizon == horizon],
            edition.numbers.scale("1", 1.0),
            level_names(edition),
            title=edition.say("axis.index"),
            reference=0.0,
            extent=extent,
        )
        keys = [] if charts else range_keys(edition)
        heading = edition.words.heading("horizon", horizon)
        charts.append(edition.chart(spec, "index", keys, heading))
    return charts


def index_table(edition: Edition, found: list[Row]) -> Figure:
    """The same numbers as a table."""
    say = edition.say
    names = [Cell(r.name, below=edition.words.heading("horizon", r.horizon)) for r in found]
    columns = [
        (Column(say("column.workload"), numeric=False), names),
        edition.quantity_column(say("column.index"), [row.index for row in found]),
        (Column(say("column.p_positive")), [edition.percent_cell(r.p_positive) for r in found]),
    ]
    return Figure(**edition.figure("index_table", WHY), table=edition.table(columns))


def shock(edition: Edition) -> Figure | Missing:
    """Responses to a sudden gain of efficiency, as ratios to no shock."""
    part = edition.mapping("shock")
    responses = {
        name: path for name, path in (part.get("responses") or {}).items() if path.get("quarter")
    }
    if not responses:
        return edition.nothing("jevons", "shock.responses")
    charts: list[Chart] = []
    scale = edition.numbers.scale("ratio", 1.0)
    first = f"{int(str(part.get('at', '2025Q1'))[:4])}Q1"
    for i, (name, path) in enumerate(list(responses.items())[:MOST_RESPONSES]):
        spec = fan(
            path,
            scale,
            level_names(edition),
            today=today(edition),
            reference=1.0,
            height=170,
            first=first,
        )
        keys = fan_keys(edition) if i == 0 else []
        charts.append(edition.chart(spec, "shock", keys, edition.label(name)))
    values = {
        "factor": edition.numbers.plain(part.get("efficiency")),
        "at": part.get("at", ""),
        "responses": edition.say("note.comma").join(
            edition.say(
                "note.times",
                name=edition.words.inside(edition.label(name)),
                ratio=edition.numbers.plain(path["p50"][-1]),
            )
            for name, path in list(responses.items())[:3]
        ),
        "quarter": next(iter(responses.values()))["quarter"][-1],
    }
    return Figure(**edition.figure("shock", ("shock", *WHY), **values), charts=charts)
