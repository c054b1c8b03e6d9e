"""What calibration changed: inputs before and after the data, and how the reports fit."""

from collections.abc import Sequence

from jevons.note.document import Cell, Column, Figure, Missing
from jevons.note.edition import Edition, Record
from jevons.note.numbers import PLAIN

WHY = ("learned",)


def learned(edition: Edition) -> list[Figure | Missing]:
    """The figures after the model's comparison with history."""
    part = edition.mapping("learned")
    if not part:
        return [edition.nothing("history", "learned")]
    return [changed(edition, part["inputs"], str(part["as_of"])), fit(edition, part["fit"])]


def series_name(edition: Edition, name: str) -> str:
    """An observed series in words; of one buyer with its ticker."""
    series, _, buyer = name.partition(".")
    text = edition.words.heading("series", series)
    return f"{text}{edition.say('note.colon')}{buyer}" if buyer else text


def changed(edition: Edition, rows: Sequence[Record], as_of: str) -> Figure:
    """The inputs of which most was learnt."""
    say = edition.say
    ends = [(row["before"], row["after"]) for row in rows]
    scales = [
        edition.numbers.scale(
            before["unit"], max(abs(q[end]) for q in (before, after) for end in ("p05", "p95")),
            table=True,
        )
        for before, after in ends
    ]  # fmt: skip
    names = [
        Cell(
            edition.label(row["input"]),
            below="" if row["before"]["unit"] in PLAIN else scale.label,
        )
        for row, scale in zip(rows, scales, strict=True)
    ]
    before, after = (
        [
            edition.quantity_cell(pair[at], scale, None)
            for pair, scale in zip(ends, scales, strict=True)
        ]
        for at in (0, 1)
    )
    columns = [
        (Column(say("column.input"), numeric=False), names),
        (Column(say("column.before_data")), before),
        (Column(say("column.after_data")), after),
        edition.text_column(
            say("column.moved_by"), [series_name(edition, row["moved_by"]) for row in rows]
        ),
    ]
    values = {"first": edition.label(rows[0]["input"]), "as_of": as_of} if rows else {}
    return Figure(**edition.figure("learned", WHY, **values), table=edition.table(columns))


def fit(edition: Edition, rows: Sequence[Record]) -> Figure:
    """Every observed series against what the calibrated chain says of it."""
    say, numbers = edition.say, edition.numbers
    total = sum(row["observations"] for row in rows)
    inside = sum(row["observations"] * row["inside"] for row in rows) / total
    columns = [
        edition.text_column(
            say("column.series"), [series_name(edition, row["series"]) for row in rows]
        ),
        (
            Column(say("column.points")),
            [Cell(str(row["observations"]), value=row["observations"]) for row in rows],
        ),
        (Column(say("column.inside_90")), [edition.percent_cell(row["inside"]) for row in rows]),
        (Column(say("column.place")), [edition.percent_cell(row["place"]) for row in rows]),
        (
            Column(say("column.wander_before")),
            [Cell(numbers.percent(row["declared"]), value=row["declared"]) for row in rows],
        ),
        (
            Column(say("column.wander_after")),
            [Cell(numbers.percent(row["discrepancy"]), value=row["discrepancy"]) for row in rows],
        ),
    ]
    values = {"inside": numbers.percent(inside), "all": str(total)}
    return Figure(**edition.figure("fit", WHY, **values), table=edition.table(columns))
