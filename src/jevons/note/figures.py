"""What charts of several sections share: keys, words of the hover, the as-of line."""

from collections.abc import Sequence

from jevons.note.charts import DOT, LEVELS, LINE, SERIES, Spec, fan
from jevons.note.document import Key
from jevons.note.edition import Edition, Record, central


def level_names(edition: Edition) -> dict[str, str]:
    """Words of the hover by field."""
    fields = ("name", "quarter", "observed", "drawdown", "level", "weight", "chance", *LEVELS)
    return {field: edition.say(f"hover.{field}") for field in fields}


def today(edition: Edition) -> tuple[float, str] | None:
    """Place and word of the as-of line."""
    place = edition.as_of_position
    return None if place is None else (place, edition.say("note.as_of_line"))


def fan_keys(edition: Edition, *, observed: bool = False) -> list[Key]:
    """Key of a fan."""
    keys = [
        Key("line", LINE, edition.say("key.median")),
        Key("inner", LINE, edition.say("key.inner")),
        Key("outer", LINE, edition.say("key.outer")),
    ]
    return keys + ([Key("dot", DOT, edition.say("key.observed"))] if observed else [])


def observed_fan(edition: Edition, path: Record, points: Sequence[Record], until: str) -> Spec:
    """A path's fan with observed points over it, up to a quarter.

    The axis is logarithmic where what is shown spans more than two powers of ten.
    """
    shown = [place for place, quarter in enumerate(path["quarter"]) if quarter <= until]
    lowest, highest = min(path["p05"][i] for i in shown), max(path["p95"][i] for i in shown)
    top = max(highest, *(central(point) or 0.0 for point in points))
    return fan(
        path,
        edition.numbers.scale(path["unit"], top, table=True),
        level_names(edition),
        observed=points,
        today=today(edition),
        height=190,
        last=until,
        log=lowest > 0 and highest > 100 * lowest,
    )


def range_keys(edition: Edition, mark: str | None = None) -> list[Key]:
    """Key of a chart of ranges, with the word of its diamond if it has one."""
    keys = [
        Key("dot", LINE, edition.say("key.median")),
        Key("inner", LINE, edition.say("key.inner")),
        Key("line", LINE, edition.say("key.outer")),
    ]
    return keys + ([Key("diamond", DOT, mark)] if mark else [])


def series_keys(
    names: Sequence[str], mark: str = "block", colours: Sequence[str] = SERIES
) -> list[Key]:
    """Key of several series."""
    return [Key(mark, colour, name) for name, colour in zip(names, colours, strict=False)]
