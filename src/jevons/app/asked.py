"""What FastAPI reads from a request: the engine, the question, and the question it is held against.

Within a run of the service an answer follows from the question alone, so its hash is an entity
tag: a browser that has an answer is told so without anything being computed.
"""

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any
from urllib.parse import parse_qs

from fastapi import Depends, Query, Request, Response
from fastapi.dependencies.models import Dependant

from jevons import __version__
from jevons.app.answers import Mistake
from jevons.app.engine import Engine
from jevons.app.question import (
    FEWEST_DRAWS,
    MOST_DRAWS,
    Question,
    moves,
    scenario_texts,
    shocks,
)
from jevons.errors import UserError, did_you_mean

DRAWS = 4096
SEED = 2025
NOTHING = "base"  # the scenario that moves nothing
PARAMETERS = {"as_of", "scenario", "file", "move", "shock"}
OF_THE_PAGE = PARAMETERS | {"against", "draws", "lang", "part", "seed"}  # its address has these

# What may be answered instead of an answer.
OTHERWISE: dict[int | str, dict[str, Any]] = {
    422: {"model": Mistake, "description": "A mistake in the question, in one sentence."},
    413: {"model": Mistake, "description": "The request has a body; a question has none."},
    414: {"model": Mistake, "description": "The address is too long."},
    304: {"description": "You have this answer: its entity tag was in If-None-Match."},
}


class UnchangedError(Exception):
    """The client holds this very answer; ``tag`` names it."""

    def __init__(self, tag: str) -> None:
        super().__init__(tag)
        self.tag = tag


def engine_of(request: Request) -> Engine:
    """The engine of the application that a request came to."""
    engine: Engine = request.app.state.engine
    return engine


Warm = Annotated[Engine, Depends(engine_of)]
Day = Annotated[date | None, Query(description="Only what was public on this day; else today's.")]
ScenarioNames = Annotated[
    tuple[str, ...], Query(max_length=10, description="Name of a bundled scenario; repeatable.")
]
Files = Annotated[
    tuple[str, ...], Query(max_length=10, description="Text of a scenario file; repeatable.")
]
Moves = Annotated[
    tuple[str, ...],
    Query(max_length=100, description="INPUT:MEDIAN in the input's unit; repeatable."),
]
ShockFactors = Annotated[
    tuple[str, ...], Query(max_length=100, description="SHOCK:FACTOR from now on; repeatable.")
]


def question(
    engine: Warm,
    as_of: Day = None,
    seed: Annotated[int, Query(ge=0, le=2**32 - 1, description="Root of every draw.")] = SEED,
    draws: Annotated[
        int, Query(ge=FEWEST_DRAWS, le=MOST_DRAWS, description="Simulated futures.")
    ] = DRAWS,
    scenario: ScenarioNames = (),
    file: Files = (),
    move: Moves = (),
    shock: ShockFactors = (),
) -> Question:
    """The question of a request.

    Raises:
        UserError: a day outside the facts, or a change that cannot be read.
    """
    day = engine.latest if as_of is None else within(engine, as_of)
    return asked(Question(day, seed, draws), scenario, file, move, shock)


def within(engine: Engine, day: date) -> date:
    """The day.

    Raises:
        UserError: it is outside the facts.
    """
    first = engine.store.first_known_on
    if not first <= day <= engine.latest:
        raise UserError(f"as_of {day} is outside the facts; choose {first} to {engine.latest}")
    return day


def asked(
    plain: Question,
    scenario: Iterable[str],
    file: Iterable[str],
    move: Iterable[str],
    shock: Iterable[str],
) -> Question:
    """A question of the same day, seed and draws with changes read from their texts.

    Raises:
        UserError: a change cannot be read.
    """
    names, own, factors = (
        tuple(sorted(set(scenario) - {NOTHING})),
        scenario_texts(file),
        shocks(shock),
    )
    if not names and not own:  # a factor of 1 replaces nothing
        factors = tuple(row for row in factors if row[1] != 1.0)
    return Question(plain.as_of, plain.seed, plain.draws, names, own, moves(move), factors)


Asked = Annotated[Question, Depends(question)]


def against(
    engine: Warm,
    mine: Asked,
    against: Annotated[
        str | None,
        Query(
            max_length=12_000,
            description="The other question, as a query of its own (as_of, scenario, file, move, "
            "shock), e.g. scenario=power-starved. The same day with nothing moved if absent.",
        ),
    ] = None,
) -> Question:
    """The question that the numbers are held against.

    Raises:
        UserError: it cannot be read.
    """
    plain = mine.plain
    if against is None:
        return plain
    given = parse_qs(against, max_num_fields=200)
    unknown = sorted(given.keys() - PARAMETERS)
    if unknown:
        raise UserError(f"against: {unknown[0]!r} is none of {', '.join(sorted(PARAMETERS))}")
    if "as_of" in given:
        try:
            day = date.fromisoformat(given["as_of"][-1])
        except ValueError:
            raise UserError(f"against: {given['as_of'][-1]!r} is not a day") from None
        plain = Question(within(engine, day), plain.seed, plain.draws)
    changes = (given.get(name, []) for name in ("scenario", "file", "move", "shock"))
    return asked(plain, *changes)


Against = Annotated[Question, Depends(against)]


def parameters_of(read: Dependant) -> set[str]:
    """Names of the query parameters that a route and its dependencies read."""
    own = {parameter.alias for parameter in read.query_params}
    return own.union(*map(parameters_of, read.dependencies))


def only_known(request: Request) -> None:
    """Refuse a query parameter that nothing reads; the page sends its own to every route.

    Raises:
        UserError: neither the route nor the page has such a parameter.
    """
    route = request.scope["route"]
    known = OF_THE_PAGE | parameters_of(route.dependant)
    for name in request.query_params:
        if name not in known:
            raise UserError(f"unknown parameter {name[:100]!r}{did_you_mean(name[:100], known)}")


def tagged(request: Request, response: Response, engine: Warm, asked: Asked) -> None:
    """Give the answer its entity tag.

    Raises:
        UnchangedError: the client has it already.
    """
    others = sorted(
        (key, value) for key, value in request.query_params.multi_items() if key not in PARAMETERS
    )
    fixed = (request.url.path, others, engine.store.fact_hash, engine.run, __version__)
    tag = f'"{asked.digest(*fixed)}"'
    response.headers["ETag"] = tag
    response.headers["Cache-Control"] = "no-cache"  # ask, and be told that nothing changed
    if tag in (each.strip() for each in request.headers.get("if-none-match", "").split(",")):
        raise UnchangedError(tag)
