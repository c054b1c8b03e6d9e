"""The assistant's server, asked by the protocol's own client: in process, and over its pipes."""

import asyncio
import json
import os
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from mcp import Client, StdioServerParameters, stdio_client

from jevons.app import Engine
from jevons.app.assistant import server
from jevons.facts import load
from jevons.model import efficiency
from jevons.study import Study
from jevons.study.scenario import find

DAY, DRAWS = date(2025, 3, 11), 4096
DATED = {"as_of": DAY.isoformat()}
QUESTIONS: dict[str, dict[str, Any]] = {
    "simulate": {"quantities": ["tokens"], "draws": 100},
    "power": {"shocks": ["power:0.5"]},
    "cost": {"model": "deepseek-v3", "chip": "H800"},
    "value": {"ticker": "NVDA"},
    "implied": {"ticker": "NVDA"},
    "why": {"name": "ai_capex"},
}


def call(engine: Engine, tool: str, **arguments: Any) -> Any:
    """Ask one tool in a session of its own and return its structured answer."""

    async def session() -> Any:
        async with Client(server(engine)) as client:
            found = await client.call_tool(tool, arguments)
            assert not found.is_error, found.content
            return found.structured_content

    return asyncio.run(session())


def complaint(engine: Engine, tool: str, **arguments: Any) -> str:
    """Ask one tool and return what it complains of."""

    async def session() -> str:
        async with Client(server(engine)) as client:
            found = await client.call_tool(tool, arguments)
            assert found.is_error
            return str(found.content[0].text)  # type: ignore[union-attr]  # a mistake is text

    return asyncio.run(session())


@pytest.fixture(scope="module")
def study() -> Study:
    return Study(load(), DAY, draws=DRAWS, scenarios=[find("power-starved")])


def test_tools_are_listed_with_what_they_take(engine: Engine) -> None:
    async def session() -> dict[str, Any]:
        async with Client(server(engine)) as client:
            return {tool.name: tool for tool in (await client.list_tools()).tools}

    tools = asyncio.run(session())
    assert list(tools) == ["simulate", "power", "cost", "value", "implied", "why"]
    for name, tool in tools.items():
        assert tool.description, name
        assert tool.annotations.read_only_hint, name
    assert tools["cost"].input_schema["required"] == ["model", "chip"]
    draws = tools["simulate"].input_schema["properties"]["draws"]
    assert (draws["minimum"], draws["maximum"]) == (100, 20_000)


def test_answers_are_those_of_the_study(engine: Engine, study: Study) -> None:
    starved = {"scenarios": ["power-starved"]}
    power = call(engine, "power", **starved)
    assert power["answer"] == study.power()
    assert power["provenance"] == study.provenance
    assert call(engine, "value", ticker="nvda", **starved)["answer"] == study.value("NVDA")
    assert call(engine, "implied", ticker="NVDA", **starved)["answer"] == study.implied("NVDA")


def test_simulate_gives_years_ends(engine: Engine, study: Study) -> None:
    asked = {"quantities": ["fleet"], "scenarios": ["power-starved"]}
    answer = call(engine, "simulate", **asked)["answer"]
    whole = study.quantity("fleet")
    fleet = answer["quantities"]["fleet"]
    assert fleet["quarter"][-1] == "2030Q4"
    assert all(quarter.endswith("Q4") for quarter in fleet["quarter"])
    assert fleet["p50"][-1] == whole["p50"][-1]
    assert answer["jevons_index"] == study.index()


def test_cost_is_that_of_the_command(engine: Engine) -> None:
    expected = efficiency.cost(
        "deepseek-v3", "H800", phase="decode", as_of=DAY, seed=2025, draws=DRAWS
    )
    found = call(engine, "cost", model="deepseek-v3", chip="H800", phase="decode")
    assert found["answer"] == json.loads(json.dumps(expected))


def test_why_leads_to_sources(engine: Engine) -> None:
    answer = call(engine, "why", name="gross_shortfall")["answer"]
    assert answer["explains"] == "power"
    assert all(fact["source_url"].startswith("http") for fact in answer["facts"])
    assert all(fact["known_on"] <= "2025-03-11" for fact in answer["facts"])
    assert answer["assumptions"]["grid_access"]["source"]


@pytest.mark.parametrize(
    ("tool", "arguments", "sentence"),
    [
        ("simulate", {"quantities": ["fleets"]}, "unknown quantity 'fleets'; did you mean fleet?"),
        ("power", {"as_of": "soon"}, "is not a day"),
        ("power", {"as_of": "2031-01-01"}, "is outside the facts"),
        ("power", {"moves": ["elastic:1"]}, "unknown input 'elastic'; did you mean elasticity"),
        ("value", {"ticker": "NVDIA"}, "NVDIA"),
        ("cost", {"model": "deepseek-v3", "chip": "H8000"}, "H8000"),
        ("why", {"name": "weather"}, "no figure is called 'weather'"),
    ],
)
def test_a_mistake_is_one_sentence(
    engine: Engine, tool: str, arguments: dict[str, Any], sentence: str
) -> None:
    assert sentence in complaint(engine, tool, **arguments)


def test_the_command_speaks_the_protocol_over_its_pipes(tmp_path: Path) -> None:
    """A session as an assistant opens it: the process, its pipes, every tool that is listed."""
    surroundings = {
        **os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "JEVONS_HOME": str(tmp_path),
    }  # fmt: skip
    command = StdioServerParameters(
        command=sys.executable, args=["-m", "jevons", "mcp"], env=surroundings
    )

    async def session() -> dict[str, Any]:
        async with Client(stdio_client(command)) as client:
            listed = [tool.name for tool in (await client.list_tools()).tools]
            assert listed == list(QUESTIONS)
            return {
                name: await client.call_tool(name, DATED | asked)
                for name, asked in QUESTIONS.items()
            }

    found = asyncio.run(session())
    for name, result in found.items():
        assert not result.is_error, (name, result.content)
        assert result.structured_content["provenance"]["as_of"] == "2025-03-11", name
        # The same as text, for clients that read no structure.
        assert json.loads(result.content[0].text) == result.structured_content, name
    answers = {name: result.structured_content["answer"] for name, result in found.items()}
    assert answers["simulate"]["quantities"]["tokens"]["unit"] == "Ttoken/day"
    assert answers["power"]["gross_shortfall_gw"]["year"][-1] == 2030
    assert answers["cost"]["usd_per_mtok"]["p50"] > 0
    assert answers["value"]["fair_value"]["p05"] < answers["value"]["fair_value"]["p95"]
    assert answers["implied"]["driver"] == "AI capital spending in 2028"
    assert answers["why"]["formula"].startswith("accelerator spend")
