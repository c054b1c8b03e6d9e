"""Two questions side by side: the same paths in one chart, limits and values in one table."""

from collections.abc import Mapping, Sequence
from typing import Any

from jevons.app.engine import LAST_QUARTER, MEDIANS
from jevons.app.texts import Language, words
from jevons.note.charts import fans
from jevons.note.document import Chart, Column, Figure, Section
from jevons.note.edition import Edition, Record
from jevons.note.figures import level_names, series_keys, today
from jevons.note.sections.build_out import LIMITS

Figures = Mapping[str, Any]
PATHS = ("tokens", "compute_wanted", "fleet", "ai_capex", "new_power_demand", "gross_shortfall")


def comparison(mine: Figures, other: Figures, names: tuple[str, str], lang: Language) -> Section:
    """The section of a page that compares two questions.

    Args:
        mine, other: the note's figures of each. names: how each is called, different from the
            other. lang: of the page.
    """
    editions = Edition(mine, lang), Edition(other, lang)
    blocks = [paths(editions, names), limits(editions, names), values(editions, names)]
    return Section("compare", words(lang)["compare"], finding(editions, names), blocks)


def finding(editions: tuple[Edition, Edition], names: tuple[str, str]) -> str:
    """The sentence that says what differs most, in proportion."""
    said = words(editions[0].language)
    medians = {name: [median(edition, name) for edition in editions] for name in MEDIANS}
    ratios = {name: mine / other for name, (mine, other) in medians.items() if mine > 0 < other}
    furthest = max(ratios, key=lambda name: max(ratios[name], 1 / ratios[name]), default="")
    if not furthest or ratios[furthest] == 1:
        return said["compare.same"]
    unit = editions[0].mapping("quantities")[furthest]["unit"]
    after, before = (editions[0].numbers.amount(value, unit) for value in medians[furthest])
    return said["compare.finding"].format(
        mine=names[0], other=names[1], what=said[furthest], before=before, after=after
    )


def median(edition: Edition, name: str) -> float:
    """Median of a path at the end of the year of the shortfall."""
    path = edition.mapping("quantities")[name]
    return float(path["p50"][path["quarter"].index(LAST_QUARTER)])


def paths(editions: tuple[Edition, Edition], names: tuple[str, str]) -> Figure:
    """Each path of both questions in one chart."""
    edition, said = editions[0], words(editions[0].language)
    charts = []
    for name in PATHS:
        pair = [(called, edition.mapping("quantities")[name])
                for called, edition in zip(names, editions, strict=True)]  # fmt: skip
        largest = max(max(path["p75"]) for _, path in pair)
        scale = edition.numbers.scale(pair[0][1]["unit"], largest, table=True)
        spec = fans(pair, scale, level_names(edition), today=today(edition), height=200)
        label = edition.label(name)
        about = said["compare.alt"].format(what=label, mine=names[0], other=names[1])
        charts.append(Chart(spec, about, series_keys(names, "band"), label))
    return Figure(
        "compare_paths", said["compare.paths"], PATHS, charts, caption=said["compare.caption"]
    )


def limits(editions: tuple[Edition, Edition], names: tuple[str, str]) -> Figure:
    """How often each limit binds at the end of the year of the shortfall."""
    edition, said = editions[0], words(editions[0].language)
    chosen = [limit for limit in LIMITS if limit in edition.mapping("binding")["share"]]
    words_of = [edition.words.heading("limit", limit) for limit in chosen]
    columns = [edition.text_column(edition.say("column.limit"), words_of)]
    for called, each in zip(names, editions, strict=True):
        binding = each.mapping("binding")
        at = binding["quarter"].index(LAST_QUARTER)
        cells = [each.percent_cell(binding["share"][limit][at]) for limit in chosen]
        columns.append((Column(called), cells))
    title = said["compare.limits"].format(quarter=LAST_QUARTER)
    return Figure("compare_limits", title, ("binding",), table=edition.table(columns))


def values(editions: tuple[Edition, Edition], names: tuple[str, str]) -> Figure:
    """Fair value of each share, and the odds that it exceeds the price, in both questions."""
    edition, said = editions[0], words(editions[0].language)
    both = [
        (mine, other)
        for mine, other in zip(*(each.records("companies") for each in editions), strict=True)
        if mine.get("fair_value") and other.get("fair_value")
    ]
    rows: Sequence[tuple[str, Sequence[Record]]] = [
        (called, [pair[side] for pair in both]) for side, called in enumerate(names)
    ]
    columns = [
        edition.text_column(edition.say("column.company"), [mine["ticker"] for mine, _ in both]),
        edition.number_column(
            edition.say("column.price"), [mine["price"] for mine, _ in both], "USD"
        ),
    ]
    for called, records in rows:
        heading = said["compare.value"].format(name=called)
        fair = [record["fair_value"] for record in records]
        columns.append(edition.quantity_column(heading, fair, unit=False))
    for called, records in rows:
        odds = [edition.percent_cell(record["p_above_price"]) for record in records]
        columns.append((Column(said["compare.odds"].format(name=called)), odds))
    return Figure(
        "compare_values", said["compare.values"], ("fair_value",), table=edition.table(columns)
    )
