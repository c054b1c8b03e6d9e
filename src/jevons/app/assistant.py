"""A server for an analyst's assistant, in the Model Context Protocol, over the warm engine.

Tools answer as the commands of the same names do. An answer names its day, scenarios and version;
a mistake comes back as one sentence, which the assistant can read and mend.
"""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Annotated, Any

from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import ToolAnnotations
from pydantic import Field

from jevons import __version__
from jevons.app.asked import DRAWS, SEED, asked, within
from jevons.app.engine import Engine
from jevons.app.question import MOST_DRAWS, Question
from jevons.errors import UserError
from jevons.facts.questions import document
from jevons.model import efficiency
from jevons.study import Study
from jevons.study.explanations import explain

INSTRUCTIONS = """\
jevons follows AI infrastructure from the cost of a token to the value of a share. Every number is
a range over simulated futures (p05 to p95, mean, unit), uses only what was public on `as_of`, and
can be asked `why`: formula, dated sources, assumptions. Quote ranges and the day.
Scenarios: base, efficiency-shock, reasoning-boom, power-starved, capex-bust. Moves are written
"elasticity:1.5" (a median in the input's unit), shocks "power:0.5" (a factor from now on).
Not investment advice."""
YEARS_SHOWN = "Q4"  # of the paths that an assistant reads; all quarters are in the command line
MOST_FACTS = 30

Day = Annotated[str | None, Field(description="YYYY-MM-DD; the latest day if absent.")]
Names = Annotated[tuple[str, ...], Field(max_length=10, description="Bundled scenarios.")]
Moves = Annotated[tuple[str, ...], Field(max_length=40, description='Inputs, "NAME:MEDIAN".')]
Shocks = Annotated[tuple[str, ...], Field(max_length=40, description='Shocks, "NAME:FACTOR".')]
Ticker = Annotated[str | None, Field(max_length=12, description="All companies if absent.")]
Draws = Annotated[int, Field(ge=100, le=MOST_DRAWS, description="Simulated futures.")]


def server(engine: Engine) -> MCPServer:
    """The server with its six tools."""
    made = MCPServer("jevons", version=__version__, instructions=INSTRUCTIONS)
    reads = ToolAnnotations(read_only_hint=True, idempotent_hint=True, open_world_hint=False)
    tools = Tools(engine)
    for tool in (
        tools.simulate, tools.power, tools.cost, tools.value, tools.implied, tools.why,
    ):  # fmt: skip
        made.add_tool(tool, annotations=reads)
    return made


class Tools:
    """The tools over one engine; names, signatures and first lines are what an assistant reads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def simulate(
        self,
        quantities: Annotated[
            list[str], Field(max_length=40, description='E.g. "tokens", "ai_capex", "fleet".')
        ],
        as_of: Day = None,
        scenarios: Names = (),
        moves: Moves = (),
        shocks: Shocks = (),
        draws: Draws = DRAWS,
    ) -> dict[str, Any]:
        """Quantities of the chain at each year's end, and the Jevons index."""
        return self._ask(
            self._question(as_of, scenarios, moves, shocks, draws),
            lambda study: {
                "jevons_index": study.index(),
                "quantities": {name: _years(study, name) for name in quantities},
            },
        )

    def power(
        self,
        as_of: Day = None,
        scenarios: Names = (),
        moves: Moves = (),
        shocks: Shocks = (),
    ) -> dict[str, Any]:
        """How many gigawatts the US is short by year, and what closes the gap."""
        return self._ask(self._question(as_of, scenarios, moves, shocks), Study.power)

    def cost(
        self,
        model: Annotated[str, Field(max_length=60, description='E.g. "deepseek-v3".')],
        chip: Annotated[str, Field(max_length=60, description='E.g. "H800".')],
        phase: Annotated[
            str, Field(description="serve, prefill, decode, pretrain, sft or rl.")
        ] = "serve",
        tokens: Annotated[
            float | None, Field(gt=0, le=1e18, description="Of a run in sft or rl, e.g. 1e9.")
        ] = None,
        as_of: Day = None,
    ) -> dict[str, Any]:
        """What a token of a model costs on a chip: rate, USD, joule, and what limits it."""
        return self._ask(
            self._question(as_of),
            lambda study: efficiency.cost(
                model,
                chip,
                phase=phase,
                tokens=tokens,
                as_of=study.as_of,
                seed=study.seed,
                draws=study.draws,
            ),
        )

    def value(
        self,
        ticker: Ticker = None,
        as_of: Day = None,
        scenarios: Names = (),
        moves: Moves = (),
        shocks: Shocks = (),
    ) -> dict[str, Any]:
        """What a share is worth as a distribution, beside its price, and what moves it."""
        return self._ask(
            self._question(as_of, scenarios, moves, shocks),
            lambda study: study.value(ticker.upper()) if ticker else study.values(),
        )

    def implied(
        self,
        ticker: Ticker = None,
        as_of: Day = None,
        scenarios: Names = (),
        moves: Moves = (),
        shocks: Shocks = (),
    ) -> dict[str, Any]:
        """Which build-out a share's price already implies, beside the model's own."""
        return self._ask(
            self._question(as_of, scenarios, moves, shocks),
            lambda study: study.implied(ticker.upper()) if ticker else study.side_by_side(),
        )

    def why(
        self,
        name: Annotated[str, Field(max_length=100, description="A figure or quantity.")],
        as_of: Day = None,
    ) -> dict[str, Any]:
        """What stands behind a number: formula, dated facts with their sources, assumptions."""

        def read(study: Study) -> dict[str, Any]:
            found = study.why(name)
            facts = [document(study.snapshot.get(each)) for each in found["facts"][:MOST_FACTS]]
            return {
                "explains": explain(name).name,
                "formula": found["formula"],
                "facts": facts,
                "facts_left_out": len(found["facts"]) - len(facts),
                "assumptions": {each: study.inputs[each] for each in found["assumptions"]},
            }

        return self._ask(self._question(as_of), read)

    def _ask(self, question: Question, read: Callable[[Study], Any]) -> dict[str, Any]:
        """An answer with what fixes it, or the mistake as the protocol has it."""
        try:
            answer = self._engine.ask(question, read)
            provenance = self._engine.ask(question, lambda study: study.provenance)
        except UserError as error:
            raise ToolError(str(error)) from error
        return {"provenance": provenance, "answer": answer}

    def _question(
        self,
        as_of: str | None,
        scenarios: Sequence[str] = (),
        moves: Sequence[str] = (),
        shocks: Sequence[str] = (),
        draws: int = DRAWS,
    ) -> Question:
        try:
            latest = self._engine.latest
            day = latest if as_of is None else within(self._engine, date.fromisoformat(as_of))
            return asked(Question(day, SEED, draws), scenarios, (), moves, shocks)
        except ValueError as error:
            raise ToolError(f"as_of {as_of!r} is not a day; write it as 2025-03-11") from error
        except UserError as error:
            raise ToolError(str(error)) from error


def _years(study: Study, name: str) -> dict[str, Any]:
    """A path at years' ends.

    Raises:
        UserError: the quantity is not known.
    """
    path = study.quantity(name)
    kept = [n for n, quarter in enumerate(path["quarter"]) if quarter.endswith(YEARS_SHOWN)]
    return {
        key: [value[n] for n in kept] if isinstance(value, list) else value
        for key, value in path.items()
    }
