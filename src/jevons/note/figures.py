"""What charts of several sections share: keys, words of the hover, the as-of line."""

from collections.abc import Sequence

from jevons.note.charts import DOT, LEVELS, LINE, SERIES
from jevons.note.document import Key
from jevons.note.edition import Edition


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
