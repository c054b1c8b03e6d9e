"""What gets built, and what stands in its way."""

from jevons.note.charts import SERIES, fans, stack
from jevons.note.document import Cell, Column, Figure, Missing, Section
from jevons.note.edition import Edition, Record, at, last_quarter
from jevons.note.figures import level_names, series_keys, today
from jevons.note.sections import HORIZON
from jevons.note.sections.chips import chips

LIMITS = ("desired", "accelerators", "packaging", "memory", "network", "power", "capital")
COLOURS = ("var(--quiet)", *SERIES)  # nothing binds: grey


def build_out(edition: Edition) -> Section:
    """Fleet against what is wanted, and the binding limit."""
    blocks: list[Figure | Missing] = [fleet(edition)]
    binding = forecast(edition)
    if not binding:
        blocks.append(edition.nothing("build_out", "binding"))
        return edition.section("build_out", "", blocks)
    values = most_binding(edition, binding)
    shares = binding["share"]
    limits = [limit for limit in LIMITS if limit in shares]
    labels = [edition.words.heading("limit", limit) for limit in limits]
    spec = stack(
        [(label, shares[limit]) for label, limit in zip(labels, limits, strict=True)],
        binding["quarter"],
        edition.numbers.scale("1", 1.0),
        colours=COLOURS,
        share=True,
    )
    chart = edition.chart(spec, "binding", series_keys(labels, colours=COLOURS))
    why = ("binding", "build_out")
    blocks.append(Figure(**edition.figure("binding", why, **values), charts=[chart]))
    blocks.append(binding_table(edition, binding, limits, why))
    blocks += chips(edition)
    return edition.section("build_out", edition.say("finding.build_out", **values), blocks)


def forecast(edition: Edition) -> Record | None:
    """The binding limits in the quarters where some draw has one; history has none."""
    binding = edition.mapping("binding")
    quarters, shares = binding.get("quarter") or [], binding.get("share") or {}
    kept = [i for i in range(len(quarters)) if sum(values[i] for values in shares.values()) > 0]
    if not kept:
        return None
    return {
        "quarter": [quarters[i] for i in kept],
        "share": {name: [values[i] for i in kept] for name, values in shares.items()},
    }


def most_binding(edition: Edition, binding: Record) -> dict[str, str]:
    """The limit that binds most often in the first four forecast quarters, and at the horizon."""
    quarters = binding["quarter"]
    shares = {name: values for name, values in binding["share"].items() if name != "desired"}
    year = range(min(4, len(quarters)))
    soon = {name: sum(values[i] for i in year) / len(year) for name, values in shares.items()}
    last = last_quarter(binding, HORIZON)
    at_last = {name: values[quarters.index(last)] for name, values in shares.items()}
    first, then = max(soon, key=lambda n: soon[n]), max(at_last, key=lambda n: at_last[n])
    return {
        "first": edition.words.name("limit", first),
        "first_share": edition.numbers.percent(soon[first]),
        "from_quarter": quarters[0],
        "quarter": str(last),
        "then": edition.words.name("limit", then),
        "then_share": edition.numbers.percent(at_last[then]),
    }


def binding_table(
    edition: Edition, binding: Record, limits: list[str], why: tuple[str, ...]
) -> Figure:
    """Share of draws in which each limit binds, at each year's end."""
    names = [Cell(edition.words.heading("limit", limit)) for limit in limits]
    columns = [(Column(edition.say("column.limit"), numeric=False), names)]
    for i, quarter in enumerate(binding["quarter"]):
        if quarter.endswith("Q4"):
            cells = [edition.percent_cell(binding["share"][limit][i]) for limit in limits]
            columns.append((Column(edition.period(quarter)), cells))
    return Figure(**edition.figure("binding_table", why), table=edition.table(columns))


def fleet(edition: Edition) -> Figure | Missing:
    """Compute wanted and compute installed."""
    paths = [(name, edition.path(name)) for name in ("compute_wanted", "fleet")]
    named = [(edition.label(name), path) for name, path in paths if path]
    if not named:
        return edition.nothing("build_out", "quantities.compute_wanted", "quantities.fleet")
    largest = max(max(path["p75"]) for _, path in named)
    scale = edition.numbers.scale(named[0][1]["unit"], largest, table=True)
    spec = fans(named, scale, level_names(edition), today=today(edition))
    label, path = named[-1]
    end = last_quarter(path, HORIZON)
    now, then = at(path, edition.quarter) or at(path, path["quarter"][0]), at(path, end)
    growth = then["p50"] / now["p50"] if now and then and now["p50"] else None
    values = {"quarter": end, "growth": edition.numbers.plain(growth), "what": label}
    chart = edition.chart(spec, "fleet", series_keys([name for name, _ in named], "band"))
    why = ("fleet", "compute_wanted", "compute_built")
    return Figure(**edition.figure("fleet", why, **values), charts=[chart])
