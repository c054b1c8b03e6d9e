"""What happened after the note's day: forecasts beside outcomes, and what each link teaches."""

from jevons.note.document import Cell, Chart, Column, Figure, Section
from jevons.note.edition import Edition, Record
from jevons.note.figures import fan_keys, observed_fan
from jevons.note.numbers import NOTHING

WHY = ("replay",)


def aftermath(edition: Edition) -> Section:
    """Panels, lessons by link, claims and shares."""
    after = edition.mapping("replay")
    scores = after["scores"]
    values = {
        "day": edition.numbers.day(after["until"]),
        "all": scores["outcomes"],
        "inside": edition.numbers.percent(scores["coverage_90"]),
        "ratio": edition.numbers.plain(scores["ratio"]),
        "reports": edition.say("note.reports"),
    }
    blocks = [
        Figure(**edition.figure("replay", WHY, **values), charts=panels(edition, after)),
        lessons(edition, after),
        claims(edition, after),
        *([sources(edition, after)] if after.get("sources") else []),
        shares(edition, after),
    ]
    return edition.section("aftermath", edition.say("finding.aftermath", **values), blocks)


def panels(edition: Edition, after: Record) -> list[Chart]:
    """The fan of each quantity with the points known then and those that came."""
    charts: list[Chart] = []
    for link in after["links"]:
        name = link["quantity"]
        path = edition.path(name)
        if path is None:
            continue
        came = [
            {"quarter": row["quarter"], "value": row["outcome"]}
            for row in after["outcomes"]
            if row["quantity"] == name
        ]
        points = [*edition.observed(name), *came]
        last = max(point["quarter"] for point in points)
        spec = observed_fan(edition, path, points, f"{int(last[:4]) + 1}{last[4:]}")
        keys = [] if charts else fan_keys(edition, observed=True)
        charts.append(edition.chart(spec, "replay", keys, edition.label(name)))
    return charts


def lessons(edition: Edition, after: Record) -> Figure:
    """Scores of each link, and the lesson in a sentence."""
    say, rows = edition.say, after["links"]
    names = [
        Cell(edition.label(row["quantity"]), below=say("note.until", quarter=row["last_quarter"]))
        for row in rows
    ]
    columns = [
        (Column(say("column.quantity"), numeric=False), names),
        (
            Column(say("column.points")),
            [Cell(str(row["outcomes"]), value=row["outcomes"]) for row in rows],
        ),
        edition.number_column(say("column.outcome_ratio"), [row["ratio"] for row in rows], "1"),
        (Column(say("column.inside")), [edition.percent_cell(row["coverage_90"]) for row in rows]),
        edition.number_column(say("column.skill"), [row["skill"] for row in rows], "1"),
        edition.number_column(
            say("column.skill_no_change"), [row.get("skill_no_change") for row in rows], "1"
        ),
        (
            Column(say("column.lesson"), numeric=False, wide=True),
            [Cell(lesson(edition, row)) for row in rows],
        ),
    ]
    return Figure(**edition.figure("lessons", WHY), table=edition.table(columns))


def lesson(edition: Edition, row: Record) -> str:
    """What a link's outcomes teach, with the numbers that say so."""
    ratio, inside = row["ratio"], row["coverage_90"]
    return edition.say(
        f"lesson.{row['lesson']}",
        ratio=edition.numbers.plain(ratio if ratio >= 1 else 1 / ratio, 1),
        inside=edition.numbers.percent(inside),
    )


def sources(edition: Edition, after: Record) -> Figure:
    """Who was right how often, with the number of independent claims."""
    say, rows = edition.say, after["sources"]
    counts = ("claims", "open", "not_resolvable", "decided", "true", "partly", "independent")
    columns = [
        edition.text_column(say("column.source"), [who(edition, row) for row in rows]),
        *(
            (
                Column(say(f"column.count_{name}")),
                [Cell(str(row[name]), value=row[name]) for row in rows],
            )
            for name in counts
        ),
    ]
    return Figure(**edition.figure("sources_after", WHY), table=edition.table(columns))


def who(edition: Edition, row: Record) -> str:
    """A source, or the word for all of them."""
    if row["who"] == "all":
        return edition.say("note.all")
    return edition.words.name("who", str(row["who"]))


def claims(edition: Edition, after: Record) -> Figure:
    """Claims made by the day, the probability given then, and what became of them."""
    say, rows = edition.say, after["claims"]
    columns = [
        (
            Column(say("column.claim"), numeric=False, wide=True),
            [edition.free_cell(row, "text") for row in rows],
        ),
        (Column(say("column.p_then")), [edition.percent_cell(row["p_model"]) for row in rows]),
        (
            Column(say("column.status"), numeric=False),
            [
                Cell(
                    edition.words.heading("status", row["status"]),
                    below=edition.free(row, "why"),
                    foreign=edition.is_foreign(row, "why"),
                )
                for row in rows
            ],
        ),
        edition.number_column(say("column.brier"), [row["brier"] for row in rows], "1"),
    ]
    return Figure(**edition.figure("claims_after", WHY), table=edition.table(columns))


def shares(edition: Edition, after: Record) -> Figure:
    """Prices then and after, beside the probability that the share was worth more."""
    say, rows = edition.say, after["shares"]
    correlation = after["scores"]["rank_correlation"]
    values = {
        "up": sum(row["change"] > 0 for row in rows),
        "all": len(rows),
        "correlation": NOTHING if correlation is None else edition.numbers.plain(correlation, 2),
    }

    def prices(field: str) -> list[Cell]:
        return [
            Cell(edition.numbers.plain(row[field], 2), value=row[field], below=row[f"{field}_date"])
            for row in rows
        ]

    columns = [
        (Column(say("column.company"), numeric=False), [Cell(row["ticker"]) for row in rows]),
        (edition.money_column("price_then"), prices("price")),
        (
            Column(say("column.p_above")),
            [edition.percent_cell(row["p_above_price"]) for row in rows],
        ),
        (edition.money_column("price_after"), prices("price_after")),
        (
            Column(say("column.change")),
            [edition.percent_cell(row["change"], tone=True) for row in rows],
        ),
    ]
    return Figure(**edition.figure("shares_after", WHY, **values), table=edition.table(columns))
