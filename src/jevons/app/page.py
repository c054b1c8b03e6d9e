"""The page and what it loads: its parts are the note's own sections, drawn for the settings."""

from collections.abc import Callable, Mapping
from functools import cache, partial
from importlib.resources import files
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Request, Response
from fastapi.responses import HTMLResponse

from jevons.app.asked import DRAWS, SEED, Against, Asked, Warm, tagged
from jevons.app.comparison import comparison
from jevons.app.described import described
from jevons.app.engine import PARTS, Engine, sections_of
from jevons.app.question import Question
from jevons.app.texts import Language, name_of, words
from jevons.note.bundle import javascript
from jevons.note.document import Section
from jevons.note.edition import Edition
from jevons.note.render import as_script, fragment, reasons, resource
from jevons.note.words import Words
from jevons.study.explanations import explain
from jevons.study.on_demand import OnDemand, whole

Figures = Mapping[str, Any]
PartName = Literal["demand", "build", "value", "market", "record", "compare"]
OF_THE_NOTE = {"note.css": "page.css", "save.js": "save.js"}
TYPES = {"js": "text/javascript", "css": "text/css"}
routes = APIRouter(include_in_schema=False)


@cache
def static(name: str) -> str:
    """A file of the page."""
    return files("jevons.app").joinpath("static", name).read_text(encoding="utf-8")


@routes.get("/", response_class=HTMLResponse)
def page(lang: Language = "en") -> str:
    """The page itself; the words are those of the note's code that saves tables and charts."""
    saved = as_script({"below": Words(lang).say("note.below")})
    return static("page.html").replace("WORDS", saved)


@routes.get("/static/{name}")
def file(
    name: Literal[
        "app.js", "controls.js", "app.css", "note.css", "charts.js", "docs.css", "save.js"
    ],
) -> Response:
    """What the page loads: its own scripts and style, the note's style, the charts' code."""
    if name == "charts.js":
        text = javascript()
    elif name in OF_THE_NOTE:
        text = resource(OF_THE_NOTE[name])
    else:
        text = static(name)
    kind = TYPES[name.rpartition(".")[2]]
    return Response(text, media_type=kind, headers={"Cache-Control": "no-cache"})


@routes.get("/part/{part}", response_class=HTMLResponse, dependencies=[Depends(tagged)])
def part_of_the_page(
    part: PartName, engine: Warm, asked: Asked, other: Against, lang: Language = "en"
) -> str:
    """A part of the page: sections of the note, or the comparison of two questions."""
    if part == "compare":
        return compared(engine, asked, other, lang)
    return engine.show(asked, lambda figures: drawn(figures, part, lang))


def drawn(figures: Figures, part: str, lang: str) -> str:
    """The sections of a part as HTML."""
    edition = Edition(figures, lang)
    return fragment(edition, [section(edition) for section in sections_of(part)])


def warm(engine: Engine) -> None:
    """Answer what a page asks first, so that kernels are compiled before anyone waits."""
    plain = Question(engine.latest, SEED, DRAWS)
    engine.summary(plain, plain)
    for part in PARTS:
        engine.show(plain, partial(drawn, part=part, lang="en"))


def compared(engine: Engine, asked: Question, other: Question, lang: Language) -> str:
    """The comparison of two questions as HTML."""
    names = name_of(asked, other, lang), name_of(other, asked, lang)
    if names[0] == names[1]:
        names = names[0], words(lang)["compare.other"].format(name=names[1])

    def read(mine: Figures) -> str:
        def both(theirs: Figures) -> str:
            section: Section = comparison(mine, theirs, names, lang)
            return fragment(Edition(mine, lang), [section])

        return engine.show(other, both)

    return engine.show(asked, read)


@routes.get("/why/{name}", response_class=HTMLResponse, dependencies=[Depends(tagged)])
def why(
    name: Annotated[str, Path(max_length=100)], engine: Warm, asked: Asked, lang: Language = "en"
) -> str:
    """What stands behind a number of the page, as the note shows it."""
    stem = explain(name).name
    return engine.show(asked, lambda figures: reasons(Edition(figures, lang), [stem]))


def read_by(figures: Figures, part: str) -> dict[str, Any]:
    """The figures that the sections of a part read, found by letting them read."""
    read: dict[str, Any] = {}

    def noted(name: str) -> Callable[[Figures], Any]:
        def reader(_: Figures) -> Any:
            read[name] = figures[name]
            return read[name]

        return reader

    drawn(OnDemand({name: noted(name) for name in figures}), part, "en")
    return {name: whole(figure) for name, figure in read.items()}


@routes.get("/docs", response_class=HTMLResponse)
def documentation(request: Request) -> str:
    """The interface as a page, from its own description."""
    return described(request.app.openapi())
