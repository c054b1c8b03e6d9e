"""The typed HTTP interface: the command line's answers as JSON, described by OpenAPI."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query, Response

from jevons.app.answers import (
    Claim,
    Controls,
    Cost,
    FactWithVintages,
    Implied,
    JevonsIndex,
    Ladder,
    Power,
    SideBySide,
    Simulation,
    Summary,
    Value,
    Why,
)
from jevons.app.asked import OTHERWISE, Against, Asked, Warm, tagged
from jevons.app.controls import controls_of
from jevons.app.page import read_by
from jevons.app.texts import Language, name_of, words
from jevons.facts.questions import document, facts_show
from jevons.note.numbers import Numbers
from jevons.note.words import Words
from jevons.study import Study
from jevons.study.scenario_text import text_of

routes = APIRouter(
    prefix="/api",
    dependencies=[Depends(tagged)],
    responses=OTHERWISE,
)
Name = Annotated[str, Path(max_length=100)]
Ticker = Annotated[str, Path(max_length=12, examples=["NVDA"])]
Phase = Literal["serve", "prefill", "decode", "pretrain", "sft", "rl"]
PartName = Literal["demand", "build", "value", "market", "record"]


@routes.get("/controls", tags=["page"])
def controls(engine: Warm, asked: Asked, lang: Language = "en") -> Controls:
    """What may be changed: inputs with their ranges, shocks, scenarios, days."""
    return controls_of(engine, asked, lang)


@routes.get("/summary", tags=["answers"])
def summary(engine: Warm, asked: Asked, against: Against, lang: Language = "en") -> Summary:
    """Key numbers, each beside the number of another question, by default nothing moved."""
    written, said = Numbers(Words(lang)), words(lang)

    def text(value: float, unit: str) -> str:
        return written.percent(value) if unit == "probability" else written.amount(value, unit)

    rows = [
        row
        | {"label": said[row["name"]]}
        | {f"{key}_text": text(row[key], row["unit"]) for key in ("value", "base")}
        for row in engine.summary(asked, against)
    ]
    return Summary.model_validate(
        {
            "provenance": engine.ask(asked, lambda study: study.provenance),
            "name": name_of(asked, against, lang),
            "against": name_of(against, asked, lang),
            "numbers": rows,
        }
    )


@routes.get("/simulate", tags=["answers"], response_model=Simulation)
def simulate(
    engine: Warm,
    asked: Asked,
    name: Annotated[
        list[str] | None, Query(max_length=100, description="Only these; repeatable.")
    ] = None,
) -> dict[str, Any]:
    """Every quantity of the chain as a path by quarter."""

    def read(study: Study) -> dict[str, Any]:
        answer = study.simulate()
        return answer | {
            "quantities": {each: study.quantity(each) for each in name or answer["quantities"]}
        }

    return engine.ask(asked, read)


@routes.get("/index", tags=["answers"], response_model=JevonsIndex)
def index(engine: Warm, asked: Asked) -> dict[str, Any]:
    """The Jevons index: does efficiency raise demand for compute, and how sure is that?"""
    return engine.ask(asked, Study.index)


@routes.get("/power", tags=["answers"], response_model=Power)
def power(engine: Warm, asked: Asked) -> dict[str, Any]:
    """How many gigawatts the US is short, by year, and what closes the gap."""
    return engine.ask(asked, Study.power)


@routes.get("/value", tags=["answers"], response_model=list[Value])
def values(engine: Warm, asked: Asked) -> list[dict[str, Any]]:
    """What every share is worth, as a distribution, beside its price."""
    return engine.ask(asked, Study.values)


@routes.get("/value/{ticker}", tags=["answers"], response_model=Value)
def value(engine: Warm, asked: Asked, ticker: Ticker) -> dict[str, Any]:
    """What one share is worth, in which scenario, and what moves it."""
    return engine.ask(asked, lambda study: study.value(ticker.upper()))


@routes.get("/implied", tags=["answers"], response_model=SideBySide)
def side_by_side(engine: Warm, asked: Asked) -> dict[str, Any]:
    """Which build-out each price implies, and whether all of them can be met at once."""
    return engine.ask(asked, Study.side_by_side)


@routes.get("/implied/{ticker}", tags=["answers"], response_model=Implied)
def implied(engine: Warm, asked: Asked, ticker: Ticker) -> dict[str, Any]:
    """Which build-out one price implies."""
    return engine.ask(asked, lambda study: study.implied(ticker.upper()))


@routes.get("/cost", tags=["answers"], response_model=Cost)
def cost(
    engine: Warm,
    asked: Asked,
    model: Annotated[str, Query(max_length=60, examples=["deepseek-v3"])],
    chip: Annotated[str, Query(max_length=60, examples=["H800"])],
    phase: Phase = "serve",
    batch: Annotated[int | None, Query(ge=1, le=100_000)] = None,
    context_in: Annotated[int | None, Query(ge=1, le=10_000_000)] = None,
    context_out: Annotated[int | None, Query(ge=1, le=10_000_000)] = None,
    tokens: Annotated[float | None, Query(gt=0, le=1e18)] = None,
) -> dict[str, Any]:
    """What a token costs: a model on a chip, from arithmetic, memory and wires."""
    from jevons.model import efficiency

    def read(study: Study) -> dict[str, Any]:
        return efficiency.cost(
            model, chip, phase=phase, batch=batch, context_in=context_in, context_out=context_out,
            tokens=tokens, as_of=study.as_of, seed=study.seed, draws=study.draws,
        )  # fmt: skip

    return engine.ask(asked.plain, read)


@routes.get("/ladders", tags=["answers"], response_model=list[Ladder])
def ladders(engine: Warm, asked: Asked) -> list[dict[str, Any]]:
    """Steps to buy each share in while it falls, with what history says about doing that."""
    return engine.ask(asked, Study.ladders)


@routes.get("/claims", tags=["answers"], response_model=list[Claim])
def claims(engine: Warm, asked: Asked) -> list[dict[str, Any]]:
    """What was said, by whom, and what came of it by the day."""
    return engine.ask(asked, Study.claims)


@routes.get("/why/{name}", tags=["answers"], response_model=Why)
def why(engine: Warm, asked: Asked, name: Name) -> dict[str, Any]:
    """Formula, facts and assumptions behind a figure or a quantity."""

    def read(study: Study) -> dict[str, Any]:
        found = study.why(name)
        return {
            "name": name,
            "formula": found["formula"],
            "facts": [document(study.snapshot.get(fact_id)) for fact_id in found["facts"]],
            "assumptions": {entry: study.inputs[entry] for entry in found["assumptions"]},
        }

    return engine.ask(asked, read)


@routes.get("/facts/{fact_id}", tags=["answers"], response_model=FactWithVintages)
def fact(engine: Warm, asked: Asked, fact_id: Name) -> dict[str, Any]:
    """One fact as known on the day, with every figure published for its series."""
    return engine.ask(asked.plain, lambda study: facts_show(study.snapshot, fact_id))


@routes.get("/figures/{part}", tags=["page"])
def figures(engine: Warm, asked: Asked, part: PartName) -> dict[str, Any]:
    """The figures that a part of the page shows, in the shapes of figures.json."""
    return engine.show(asked, lambda found: read_by(found, part))


@routes.get("/scenario.toml", tags=["page"], response_class=Response)
def scenario(asked: Asked, engine: Warm) -> Response:
    """The settings as a scenario file, which the command line and the page read again."""
    engine.ask(asked, lambda study: study.experiment)  # only what runs becomes a file
    return Response(
        text_of(asked.scenario()),
        media_type="application/toml",
        headers={"Content-Disposition": 'attachment; filename="my-scenario.toml"'},
    )
