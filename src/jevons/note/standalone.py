"""The note's charts and tables as another program takes them: whole, flat, without our style sheet.

Colours are written out and the key of a chart becomes a legend inside it.
"""

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Literal

from jevons.note.document import Cell, Chart, Table
from jevons.note.render import resource
from jevons.note.theme import CONFIG

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
Theme = Literal["dark", "light"]


def headings(given: Table) -> list[str]:
    """Names of the columns with their units, each once."""
    found: list[str] = []
    for column in given.columns:
        heading = f"{column.heading} ({column.unit})" if column.unit else column.heading
        found.append(heading if heading not in found else f"{heading} {len(found)}")
    return found


def records(given: Table) -> list[dict[str, float | str]]:
    """Rows as flat records; the second line of a cell is a field of its own."""
    columns = headings(given)
    rows = []
    for cells in given.rows:
        row: dict[str, float | str] = {}
        for heading, cell in zip(columns, cells, strict=True):
            row[heading] = plain(cell)
            if cell.below:
                row[f"{heading}, range" if cell.value is not None else f"{heading}, name"] = (
                    cell.below
                )
        rows.append(row)
    return rows


def plain(cell: Cell) -> float | str:
    """The number that a cell shows, in its column's unit, else its text."""
    text = cell.text.replace(",", "").replace("−", "-")
    return float(text) if re.fullmatch(r"-?\d+(\.\d+)?", text) else cell.text


@cache
def palette(theme: Theme) -> Mapping[str, str]:
    """Colours of the note's style sheet by name."""
    light, dark = (
        dict(re.findall(r"(--[\w-]+):\s*([^;]+);", block))
        for block in re.findall(r":root\s*{([^}]*)}", resource("page.css"))[:2]
    )
    return light if theme == "light" else light | dark


def standalone(given: Chart, theme: Theme) -> dict[str, Any]:
    """A chart that needs no style sheet: colours written out, its key as a legend."""
    colours: dict[str, list[str]] = {}
    for key in given.keys:
        colours.setdefault(key.colour, []).append(key.text)
    spec: dict[str, Any] = {"$schema": SCHEMA, "config": CONFIG}
    spec |= given.spec
    if colours and "layer" in spec:
        texts = [", ".join(texts) for texts in colours.values()]
        legend = {
            "data": {"values": [{"key": text} for text in texts]},
            "mark": {"type": "square", "opacity": 0, "tooltip": False},
            "encoding": {
                "color": {
                    "field": "key",
                    "type": "nominal",
                    "scale": {"domain": texts, "range": list(colours)},
                    "legend": {"title": None, "orient": "top", "offset": 32, "symbolOpacity": 1},
                }
            },
        }
        spec["layer"] = [*spec["layer"], legend]
        spec["resolve"] = {"scale": {"color": "independent"}}
    return dict(coloured(spec, lambda name: resolved(name, theme)))


def resolved(name: str, theme: Theme) -> str:
    """A colour of the style sheet, through the names that it stands for."""
    value = palette(theme)[name]
    inner = re.fullmatch(r"var\((--[\w-]+)\)", value)
    return resolved(inner[1], theme) if inner else value


def coloured(value: Any, colour: Callable[[str], str]) -> Any:
    """The value with every name of a colour replaced by the colour."""
    if isinstance(value, str):
        return re.sub(r"var\((--[\w-]+)\)", lambda found: colour(found[1]), value)
    if isinstance(value, Mapping):
        return {key: coloured(each, colour) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [coloured(each, colour) for each in value]
    return value
