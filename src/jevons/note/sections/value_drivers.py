"""Which assumption moves a share's value most, and which single fact would be worth learning."""

from jevons.note.document import Column, Figure, Key, Missing
from jevons.note.edition import Edition, Record
from jevons.note.numbers import PLAIN
from jevons.note.row_charts import SWING_HIGH, SWING_LOW, swings

WHY = ("value", "fair_value", "valuation", "companies")


def drivers(edition: Edition) -> list[Figure | Missing]:
    """The tornado of one share, and inputs by what they explain."""
    found = edition.mapping("value_drivers")
    rows, learning = found.get("swings") or [], found.get("worth_learning") or []
    if not rows or not learning or found.get("fair_value") is None:
        return [edition.nothing("valuation", "value_drivers")]
    return [_swings(edition, found, rows), _learning(edition, found, learning)]


def words(edition: Edition, found: Record) -> dict[str, object]:
    """The widest swing and the input that explains most, in words."""
    widest, first = found["swings"][0], found["worth_learning"][0]
    amount = edition.numbers.amount
    return {
        "company": edition.company_name(edition.company(found["ticker"])) or found["ticker"],
        "input": edition.words.label(widest["input"]),
        "low": amount(min(widest["at_p10"], widest["at_p90"]), found["unit"]),
        "high": amount(max(widest["at_p10"], widest["at_p90"]), found["unit"]),
        "fact": edition.words.label(first["input"]),
        "share": edition.numbers.percent(first["share"]),
    }


def _swings(edition: Edition, found: Record, rows: list[Record]) -> Figure:
    say = edition.say
    scale = edition.numbers.scale(found["unit"], max(row["at_p90"] for row in rows))
    shown = [(edition.words.label(row["input"]), row["at_p10"], row["at_p90"]) for row in rows]
    hover = {"name": say("hover.name"), "at_p10": say("key.at_p10"), "at_p90": say("key.at_p90")}
    title = (
        f"{say('axis.median_value')}, {scale.label}" if scale.label else say("axis.median_value")
    )
    spec = swings(shown, found["fair_value"], scale, title, hover)
    keys = [
        Key("block", SWING_LOW, say("key.at_p10")),
        Key("block", SWING_HIGH, say("key.at_p90")),
    ]
    figure = edition.figure("value_drivers", WHY, **words(edition, found))
    return Figure(**figure, charts=[edition.chart(spec, "value_drivers", keys)])


def _learning(edition: Edition, found: Record, rows: list[Record]) -> Figure:
    say = edition.say
    columns = [
        edition.text_column(say("column.input"), (edition.words.label(r["input"]) for r in rows)),
        (Column(say("column.explains")), [edition.percent_cell(row["share"]) for row in rows]),
        edition.text_column(say("column.ten_to_ninety"), (between(edition, r) for r in rows)),
        edition.text_column(say("column.facts_behind"), (facts(edition, r["facts"]) for r in rows)),
    ]
    figure = edition.figure("worth_learning", WHY, **words(edition, found))
    return Figure(**figure, table=edition.table(columns))


def between(edition: Edition, row: Record) -> str:
    """An input's 10 and 90 % points with its unit."""
    scale = edition.numbers.scale(row["unit"], max(abs(row["p10"]), abs(row["p90"])), table=True)
    low, high = (edition.numbers.plain(row[end] * scale.factor) for end in ("p10", "p90"))
    text = edition.say("note.from_to", low=low, high=high)
    return text if row["unit"] in PLAIN else f"{text} {scale.label}".strip()


def facts(edition: Edition, count: int) -> str:
    """How many facts are behind an input's centre; none makes it an assumption."""
    return edition.say("note.facts_behind", n=count) if count else edition.say("note.assumed")
