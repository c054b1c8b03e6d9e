"""Widgets for OpenBB Workspace: every chart and table of the note, and the key numbers.

The descriptor files follow the reference of OpenBB Workspace (widgets.json, apps.json). Charts are
Vega-Lite, which the workspace draws itself. A widget's identifier is its address with underscores.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path

from jevons.app.asked import DRAWS, OTHERWISE, SEED, Against, Asked, Warm, tagged
from jevons.app.engine import PARTS, Engine, sections_of
from jevons.app.question import Question
from jevons.app.texts import Language, words
from jevons.errors import UserError, did_you_mean
from jevons.note.document import Figure
from jevons.note.edition import Edition
from jevons.note.numbers import Numbers
from jevons.note.standalone import Theme, headings, records, standalone
from jevons.note.words import Words
from jevons.study.scenario import bundled, find

ORIGINS = ("https://pro.openbb.co",)
WIDE, TALL = 40, 13  # of the workspace's grid, which has 40 columns
routes = APIRouter(
    prefix="/openbb", tags=["openbb"], dependencies=[Depends(tagged)], responses=OTHERWISE
)
descriptors = APIRouter(tags=["openbb"], responses=OTHERWISE)
Name = Annotated[str, Path(max_length=100)]


@descriptors.get("/widgets.json")
def widgets(engine: Warm) -> dict[str, dict[str, Any]]:
    """Every widget by its identifier."""
    return widgets_of(engine)


@descriptors.get("/apps.json")
def apps(engine: Warm) -> list[dict[str, Any]]:
    """One application: a tab for each part of the page."""
    return [app_of(engine)]


@routes.get("/metrics")
def metrics(
    engine: Warm, asked: Asked, against: Against, lang: Language = "en"
) -> list[dict[str, str]]:
    """Key numbers of the settings, with the change from nothing moved in per cent."""
    written, said = Numbers(Words(lang)), words(lang)
    rows = []
    for row in engine.summary(asked, against):
        text = (
            written.percent(row["value"])
            if row["unit"] == "probability"
            else written.amount(row["value"], row["unit"])
        )
        delta = 100 * (row["value"] / row["base"] - 1) if row["base"] else 0.0
        rows.append({"label": said[row["name"]], "value": text, "delta": f"{delta:.1f}"})
    return rows


@routes.get("/chart/{name}/{panel}")
def chart(
    name: Name,
    panel: Annotated[int, Path(ge=0, le=50, description="Which of the figure's charts.")],
    engine: Warm,
    asked: Asked,
    lang: Language = "en",
    theme: Theme = "dark",
) -> dict[str, Any]:
    """A chart of the note as a Vega-Lite specification."""
    charts = figure_of(engine, asked, name, lang).charts
    if panel >= len(charts):
        raise UserError(f"figure {name} has {len(charts)} charts; there is none at panel {panel}")
    return filling(standalone(charts[panel], theme))


def filling(spec: dict[str, Any]) -> dict[str, Any]:
    """A chart as high as its widget, unless its rows have a height of their own."""
    if isinstance(spec.get("height"), dict) or spec.get("width") != "container":
        return spec
    return spec | {"height": "container", "autosize": {"type": "fit", "contains": "padding"}}


@routes.get("/table/{name}")
def table(
    name: Name, engine: Warm, asked: Asked, lang: Language = "en"
) -> list[dict[str, float | str]]:
    """A table of the note as flat records."""
    found = figure_of(engine, asked, name, lang)
    if found.table is None:
        raise UserError(f"figure {name} has no table")
    return records(found.table)


def figures_of(engine: Engine, asked: Question, lang: str) -> dict[str, list[Figure]]:
    """The figures that the note has for a question, by part of the page."""

    def read(found: Mapping[str, Any]) -> dict[str, list[Figure]]:
        edition = Edition(found, lang)
        return {
            part: [
                block
                for section in sections_of(part)
                for block in section(edition).blocks
                if isinstance(block, Figure)
            ]
            for part in PARTS
        }

    return engine.show(asked, read)


def figure_of(engine: Engine, asked: Question, name: str, lang: str) -> Figure:
    """A figure by name.

    Raises:
        UserError: the note has none of that name for the question.
    """
    found = {
        figure.name: figure
        for figures in figures_of(engine, asked, lang).values()
        for figure in figures
    }
    if name not in found:
        raise UserError(f"no figure is called {name!r}{did_you_mean(name, found)}")
    return found[name]


def widgets_of(engine: Engine) -> dict[str, dict[str, Any]]:
    """Descriptions of every widget, by the figures that the latest day has."""
    plain = Question(engine.latest, SEED, DRAWS)
    found = [("summary", METRICS)]
    for part, figures in figures_of(engine, plain, "en").items():
        found += [(words("en")[part], entry) for figure in figures for entry in entries(figure)]
    shared = {"category": "jevons", "source": ["jevons"], "params": parameters(engine)}
    return {
        entry["endpoint"].replace("/", "_"): {**shared, "subCategory": group, **entry}
        for group, entry in found
    }


METRICS: Mapping[str, Any] = {
    "name": "Key numbers",
    "description": "Jevons index, power shortfall, AI capex and tokens in 2028.",
    "type": "metric",
    "endpoint": "openbb/metrics",
    "gridData": {"w": WIDE, "h": 6},
}


def entries(figure: Figure) -> Iterator[Mapping[str, Any]]:
    """The widgets of one figure: each chart, and the table."""
    for panel, each in enumerate(figure.charts):
        yield {
            "name": f"{figure.title}: {each.heading}" if each.heading else figure.title,
            "description": each.description,
            "type": "chart-vegalite",
            "endpoint": f"openbb/chart/{figure.name}/{panel}",
            "gridData": {"w": WIDE // 2, "h": TALL},
        }
    if figure.table is not None:
        first = headings(figure.table)[0]
        columns = [{"field": first, "headerName": first, "pinned": "left"}]
        yield {
            "name": figure.title,
            "description": figure.caption or figure.title,
            "type": "table",
            "endpoint": f"openbb/table/{figure.name}",
            "gridData": {"w": WIDE, "h": TALL},
            "data": {"table": {"enableCharts": True, "showAll": True, "columnsDefs": columns}},
        }


def parameters(engine: Engine) -> list[dict[str, Any]]:
    """What a reader may choose in every widget."""
    return [
        {
            "paramName": "as_of",
            "type": "date",
            "label": "As of",
            "value": engine.latest.isoformat(),
            "description": "Only what was public on this day.",
            "show": True,
        },
        {
            "paramName": "scenario",
            "type": "text",
            "label": "Scenario",
            "value": "base",
            "description": "What is moved from the declared run.",
            "show": True,
            "options": [{"label": find(name).texts["name"], "value": name} for name in bundled()],
        },
    ]


def app_of(engine: Engine) -> dict[str, Any]:
    """The application's layout: charts two in a row, tables across, day and scenario shared."""
    found = widgets_of(engine)
    groups = ["Group 1", "Group 2"]  # the workspace knows groups by these names alone
    tabs = {}
    for part in PARTS:
        title = words("en")[part]
        chosen = {
            name: each for name, each in found.items() if each["subCategory"] in ("summary", title)
        }
        tabs[part] = {"id": part, "name": title, "layout": layout(chosen, groups)}
    return {
        "name": "jevons",
        "description": "From a GPU kernel to the price of a share. Not investment advice.",
        "img": "",
        "img_dark": "",
        "img_light": "",
        "allowCustomization": True,
        "tabs": tabs,
        "groups": [
            {
                "name": name,
                "type": "param",
                "paramName": each["paramName"],
                "defaultValue": each["value"],
                "widgetIds": list(found),
            }
            for name, each in zip(groups, parameters(engine), strict=True)
        ],
        "prompts": [
            "Does cheaper AI raise demand for compute, and how sure is that?",
            "How many gigawatts is the US short by 2028?",
            "Which build-out does each share price already imply?",
        ],
    }


def layout(chosen: Mapping[str, Mapping[str, Any]], groups: Sequence[str]) -> list[dict[str, Any]]:
    """Places on the grid, row by row; a widget that does not fit beside the last starts a row."""
    placed = []
    x = y = row = 0
    for name, widget in chosen.items():
        w, h = widget["gridData"]["w"], widget["gridData"]["h"]
        if x + w > WIDE:
            x, y, row = 0, y + row, 0
        placed.append({"i": name, "x": x, "y": y, "w": w, "h": h, "groups": list(groups)})
        x, row = x + w, max(row, h)
    return placed
