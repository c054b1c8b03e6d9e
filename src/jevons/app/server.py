"""The application's HTTP interface: the page, its parts, and the same numbers as JSON.

It is meant for the loopback address. Requests are bounded: at most
:data:`~jevons.app.question.MOST_DRAWS` draws, bundled scenarios only, no file or code from a
request is read or run.
"""

import tomllib
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, FastAPI, Query, Request, Response
from fastapi.middleware.trustedhost import TrustedHostMiddleware
from fastapi.responses import HTMLResponse, JSONResponse

from jevons import __version__
from jevons.app.engine import PARTS, Engine
from jevons.app.question import MOST_DRAWS, Question, moves, shocks
from jevons.errors import UserError
from jevons.facts.variables import variable
from jevons.model.shocks import Shocks
from jevons.note.bundle import javascript
from jevons.note.numbers import Numbers
from jevons.note.render import part as sections
from jevons.note.render import resource
from jevons.note.theme import CONFIG
from jevons.note.words import Words
from jevons.study.scenario import bundled, find

DRAWS = 4096
FEWEST_DRAWS = 100
# Inputs with a slider: the drivers that matter most, in the order of the chain.
SLIDERS = (
    "elasticity", "adjustment_half_life", "software_efficiency_growth", "tokens_per_answer_ratio",
    "spend_share_ceiling", "build_speed", "lead_time_chips", "realisation_factor", "grid_access",
    "capex_intensity_limit",
)  # fmt: skip
POLICY = (
    "default-src 'none'; script-src 'self' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
# A page of another site cannot reach the service under a name of its own.
HOSTS = ("127.0.0.1", "localhost", "testserver")
DOCUMENTATION = ("/docs", "/redoc")  # these two load their viewer from elsewhere
Language = Literal["en", "zh"]
Part = Literal["demand", "build", "value", "record"]
TYPES = {"js": "text/javascript", "css": "text/css", "html": "text/html"}


@cache
def static(name: str) -> str:
    """A file of the page."""
    return files("jevons.app").joinpath("static", name).read_text(encoding="utf-8")


def engine_of(request: Request) -> Engine:
    """The engine of the application that a request came to."""
    engine: Engine = request.app.state.engine
    return engine


Warm = Annotated[Engine, Depends(engine_of)]


def question(
    engine: Warm,
    as_of: Annotated[date | None, Query(description="Day; the latest if absent.")] = None,
    seed: Annotated[int, Query(ge=0, le=2**32 - 1)] = 2025,
    draws: Annotated[int, Query(ge=FEWEST_DRAWS, le=MOST_DRAWS)] = DRAWS,
    scenario: Annotated[tuple[str, ...], Query(description="Bundled scenarios.")] = (),
    move: Annotated[tuple[str, ...], Query(description="input:median")] = (),
    shock: Annotated[tuple[str, ...], Query(description="shock:factor")] = (),
) -> Question:
    """The question of a request.

    Raises:
        UserError: a day outside the facts, or a change that cannot be read.
    """
    day = engine.latest if as_of is None else as_of
    first = engine.store.first_known_on
    if not first <= day <= engine.latest:
        raise UserError(f"as_of {day} is outside the facts; choose {first} to {engine.latest}")
    return Question(day, seed, draws, tuple(sorted(set(scenario))), moves(move), shocks(shock))


Asked = Annotated[Question, Depends(question)]
routes = APIRouter()


@routes.get("/", response_class=HTMLResponse, include_in_schema=False)
def page() -> str:
    """The page itself."""
    return static("page.html")


@routes.get("/static/{name}", include_in_schema=False)
def file(name: Literal["app.js", "app.css", "note.css", "charts.js"]) -> Response:
    """What the page loads: its own script and style, the note's style, the charts' code."""
    if name == "charts.js":
        text = javascript()
    else:
        text = resource("page.css") if name == "note.css" else static(name)
    return Response(text, media_type=TYPES[name.rpartition(".")[2]])


@routes.get("/api/controls")
def controls(engine: Warm, asked: Asked, lang: Language = "en") -> dict[str, Any]:
    """What may be changed: sliders with their ranges, shocks, scenarios, days."""
    inputs = engine.inputs(replace(asked, scenarios=(), moves=(), shocks=()))
    keys = ("p05", "p50", "p95", "source")
    said, unit = words(lang), Numbers(Words(lang)).scale
    return {
        "first_day": engine.store.first_known_on,
        "last_day": engine.latest,
        "chart_config": CONFIG,
        "inputs": [
            {"name": name, "label": label(name, lang)}
            | {key: inputs[name][key] for key in keys}
            | {"unit": unit(inputs[name]["unit"], 1.0, table=True).label}
            for name in SLIDERS
        ],
        "shocks": [{"name": name, "label": said[f"shock.{name}"]} for name in Shocks._fields],
        "scenarios": [
            {"name": name, "title": texts["name_zh" if lang == "zh" else "name"]}
            | {"about": texts["about_zh" if lang == "zh" else "about"]}
            for name in bundled()
            for texts in (find(name).texts,)
        ],
        "words": said,
    }


@routes.get("/api/summary")
def summary(engine: Warm, asked: Asked, lang: Language = "en") -> dict[str, Any]:
    """Key numbers, each beside the number with nothing moved; as numbers and as texts."""
    found, written = engine.summary(asked), Numbers(Words(lang))
    for row in found["numbers"]:
        row["label"] = words(lang)[row["name"]]
        for key in ("value", "base"):
            row[f"{key}_text"] = (
                written.percent(row[key])
                if row["unit"] == "probability"
                else written.amount(row[key], row["unit"])
            )
    return found


@routes.get("/api/figures/{part}")
def figures(part: Part, engine: Warm, asked: Asked) -> dict[str, Any]:
    """The figures of a part of the page, in the shapes of figures.json."""
    return engine.figures(asked, part)


@routes.get("/api/why/{name}")
def why(name: str, engine: Warm, asked: Asked) -> dict[str, Any]:
    """Formula, facts and assumptions behind a figure."""
    return engine.why(asked, name)


@routes.get("/part/{part}", response_class=HTMLResponse, include_in_schema=False)
def part_of_the_page(part: Part, engine: Warm, asked: Asked, lang: Language = "en") -> str:
    """The note's sections of a part, as the page shows them."""
    return sections(engine.figures(asked, part), lang, PARTS[part][0])


def mistake(_: Request, error: Exception) -> JSONResponse:
    """A mistake of the request: one sentence."""
    return JSONResponse({"detail": str(error)}, status_code=422)


async def guarded(request: Request, follow: Callable[[Request], Awaitable[Response]]) -> Response:
    """Every answer says what the page may load: nothing from elsewhere."""
    response = await follow(request)
    if request.url.path not in DOCUMENTATION:
        response.headers["Content-Security-Policy"] = POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def application(engine: Engine) -> FastAPI:
    """The application over one engine."""
    app = FastAPI(
        title="jevons",
        version=__version__,
        description="From a GPU kernel to the price of a share. Not investment advice.",
    )
    app.state.engine = engine
    app.include_router(routes)
    app.add_exception_handler(UserError, mistake)
    app.middleware("http")(guarded)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(HOSTS))
    return app


def label(name: str, language: Language) -> str:
    """The label of a quantity or input."""
    about = variable(name)
    return about.chinese if language == "zh" else about.english


@cache
def words(language: Language) -> dict[str, str]:
    """Texts of the page by name."""
    text = files("jevons.app").joinpath("words.toml").read_text(encoding="utf-8")
    return {name: entry[language] for name, entry in tomllib.loads(text).items()}
