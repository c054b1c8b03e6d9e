"""Tokens and compute by workload."""

from collections.abc import Mapping

from jevons.note.charts import fans
from jevons.note.document import Cell, Column, Figure, Missing, Section
from jevons.note.edition import Edition, Record, at, last_quarter
from jevons.note.figures import level_names, series_keys, today
from jevons.note.numbers import NOTHING
from jevons.note.sections import HORIZON

WORKLOADS = ("direct", "reasoning_agents", "multimodal")
TOKENS, COMPUTE = "tokens_by_workload", "compute_by_workload"
TRAINING = ("pretraining_compute", "post_training_compute")


def members(edition: Edition, name: str) -> dict[str, Record]:
    """Paths of a quantity by workload."""
    paths = {workload: edition.path(name, workload) for workload in WORKLOADS}
    return {workload: path for workload, path in paths.items() if path}


def workloads(edition: Edition) -> Section:
    """Who uses the tokens, and what runs the compute."""
    tokens, compute = members(edition, TOKENS), members(edition, COMPUTE)
    named = {edition.words.heading("workload", name): path for name, path in compute.items()}
    named |= {edition.label(name): path for name in TRAINING if (path := edition.path(name))}
    blocks: list[Figure | Missing] = []
    if tokens:
        shown = {edition.words.heading("workload", name): path for name, path in tokens.items()}
        blocks.append(lines(edition, "tokens", shown, (TOKENS, "tokens", "workloads")))
    else:
        blocks.append(edition.nothing("workloads", f"quantities.{TOKENS}"))
    if named:
        blocks.append(lines(edition, "compute", named, (COMPUTE, "compute_wanted", "workloads")))
        blocks.append(table(edition, named))
    else:
        blocks.append(edition.nothing("workloads", f"quantities.{COMPUTE}"))
    return edition.section("workloads", finding(edition, named), blocks)


def shares(named: Mapping[str, Record], quarter: str | None) -> dict[str, float]:
    """Share of each path in their sum of means in a quarter, which add up exactly."""
    means = {name: q["mean"] for name, path in named.items() if (q := at(path, quarter))}
    whole = sum(means.values())
    return {name: mean / whole for name, mean in means.items()} if whole else {}


def finding(edition: Edition, named: Mapping[str, Record]) -> str:
    """The largest use of compute now and at the horizon."""
    if not named:
        return ""
    path = next(iter(named.values()))
    now = edition.quarter if edition.quarter in path["quarter"] else path["quarter"][0]
    then = last_quarter(path, HORIZON)
    before, after = shares(named, now), shares(named, then)
    if not before or not after:
        return ""
    first, last = max(before, key=lambda n: before[n]), max(after, key=lambda n: after[n])
    percent = edition.numbers.percent
    return edition.say(
        "finding.workloads",
        now=now,
        first=edition.words.inside(first),
        first_share=percent(before[first]),
        then=then,
        last=edition.words.inside(last),
        last_share=percent(after[last]),
    )


def lines(edition: Edition, name: str, named: Mapping[str, Record], why: tuple[str, ...]) -> Figure:
    """Medians with their 25-75 % bands, on a logarithmic axis."""
    unit = next(iter(named.values()))["unit"]
    largest = max(max(path["p75"]) for path in named.values())
    scale = edition.numbers.scale(unit, largest, table=True)
    spec = fans(list(named.items()), scale, level_names(edition), today=today(edition))
    growth = {}
    for label, path in named.items():
        now = at(path, edition.quarter) or at(path, path["quarter"][0])
        then = at(path, last_quarter(path, HORIZON))
        if now and then and now["p50"]:
            growth[label] = then["p50"] / now["p50"]
    fastest = max(growth, key=lambda label: growth[label], default=NOTHING)
    values = {
        "fastest": fastest,
        "growth": edition.numbers.plain(growth.get(fastest)),
        "quarter": last_quarter(next(iter(named.values())), HORIZON),
    }
    chart = edition.chart(spec, name, series_keys(list(named), "band"))
    return Figure(**edition.figure(name, why, **values), charts=[chart])


def table(edition: Edition, named: Mapping[str, Record]) -> Figure:
    """Compute by use at the end of each year."""
    path = next(iter(named.values()))
    years = [quarter for quarter in path["quarter"] if quarter.endswith("Q4")]
    names = [Cell(name) for name in named]
    unit = edition.numbers.scale(path["unit"], 1.0, table=True).label
    columns = [(Column(edition.say("column.workload"), unit, numeric=False), names)]
    columns += [
        edition.quantity_column(
            edition.period(quarter), [at(path, quarter) for path in named.values()], unit=False
        )
        for quarter in years
    ]
    return Figure(
        **edition.figure("compute_table", (COMPUTE, "compute_wanted", "workloads")),
        table=edition.table(columns),
    )
