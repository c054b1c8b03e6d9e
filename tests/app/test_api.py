"""The typed interface: the study's own numbers in the shapes that its description promises."""

from datetime import date
from typing import Any

import pytest
from fastapi.testclient import TestClient

from jevons.app.controls import SLIDERS
from jevons.app.engine import key_numbers
from jevons.app.texts import words
from jevons.facts import load
from jevons.model.shocks import Shocks
from jevons.study import Study
from jevons.study.scenario import bundled, find, parse

from .asking import ASKED, DRAWS, get

DAY = date(2025, 3, 11)


@pytest.fixture(scope="module")
def study() -> Study:
    return Study(load(), DAY, draws=DRAWS, scenarios=[find("power-starved")])


def test_answers_are_those_of_the_study(client: TestClient, study: Study) -> None:
    for path, expected in {
        "/api/index": study.index(),
        "/api/power": study.power(),
        "/api/value": study.values(),
        "/api/value/nvda": study.value("NVDA"),
        "/api/implied/NVDA": study.implied("NVDA"),
        "/api/implied": study.side_by_side(),
        "/api/claims": study.claims(),
        "/api/ladders": study.ladders(),
        "/api/simulate": study.simulate(),
    }.items():
        assert get(client, path, scenario="power-starved") == expected, path


def test_key_numbers_are_those_of_the_study(client: TestClient, study: Study) -> None:
    found = get(client, "/api/summary", scenario="power-starved")
    assert found["provenance"] == study.provenance
    assert (found["name"], found["against"]) == ("Power-starved", "Base")
    values = {row["name"]: row["value"] for row in found["numbers"]}
    assert values == {name: value for name, (value, _, _) in key_numbers(study).items()}


def test_each_number_stands_beside_the_other_question(client: TestClient) -> None:
    def numbers(key: str, **query: Any) -> dict[str, float]:
        return {row["name"]: row[key] for row in get(client, "/api/summary", **query)["numbers"]}

    moved = {"move": "elasticity:2", "shock": "power:0.5"}
    assert numbers("base", **moved) == numbers("value")
    starved = numbers("value", scenario="power-starved")
    assert numbers("base", against="scenario=power-starved", **moved) == starved
    assert numbers("value", **moved)["gross_shortfall"] != numbers("value")["gross_shortfall"]


def test_the_other_question_may_be_of_another_day(client: TestClient) -> None:
    found = get(client, "/api/summary", against="as_of=2025-01-15")
    assert found["name"] == "Base, 2025-03-11"
    assert found["against"] == "Base, 2025-01-15"
    earlier = get(client, "/api/summary", as_of="2025-01-15")
    assert [row["base"] for row in found["numbers"]] == [row["value"] for row in earlier["numbers"]]


def test_numbers_are_written_in_the_language(client: TestClient) -> None:
    english, chinese = (
        {row["name"]: row for row in get(client, "/api/summary", lang=lang)["numbers"]}
        for lang in ("en", "zh")
    )
    assert english["gross_shortfall"]["value_text"].endswith("GW")
    assert chinese["gross_shortfall"]["value_text"].endswith("吉瓦")
    assert english["p_positive"]["value_text"].endswith("%")


def test_controls_are_as_the_scenario_has_them(client: TestClient) -> None:
    found = get(client, "/api/controls")
    assert [row["name"] for row in found["inputs"]] == [n for row in SLIDERS.values() for n in row]
    assert all(row["p05"] < row["p50"] < row["p95"] for row in found["inputs"])
    assert all(row["source"] for row in found["inputs"])
    units = {row["name"]: row["unit"] for row in found["inputs"]}
    assert (units["grid_access"], units["risk_free_rate"]) == ("GW", "% a year")
    factors = {row["name"]: row["factor"] for row in found["inputs"]}
    assert (factors["grid_access"], factors["risk_free_rate"]) == (1.0, 100.0)
    assert [(row["name"], row["factor"]) for row in found["shocks"]] == [
        (name, 1.0) for name in Shocks._fields
    ]
    assert all("times the factor" in row["about"] for row in found["shocks"])
    assert [row["name"] for row in found["scenarios"]] == list(bundled())
    starved = get(client, "/api/controls", scenario="power-starved", move="pue:1.4")
    factors = {row["name"]: row["factor"] for row in starved["shocks"]}
    medians = {row["name"]: row["p50"] for row in starved["inputs"]}
    assert factors["power"] == 0.5
    assert medians["realisation_factor"] == pytest.approx(0.45)


def test_what_is_set_by_hand_replaces_what_a_scenario_says(client: TestClient) -> None:
    hand = {"shock": "power:1", "move": "realisation_factor:0.66"}
    over = get(client, "/api/power", scenario="power-starved", **hand)
    assert over == get(client, "/api/power", move="realisation_factor:0.66")


def test_a_saved_file_gives_the_same_numbers(client: TestClient, study: Study) -> None:
    settings: dict[str, Any] = {
        "scenario": "power-starved",
        "move": ["elasticity:1.4", "risk_free_rate:0.05"],
    }
    reply = client.get("/api/scenario.toml", params=ASKED | settings)
    assert "attachment" in reply.headers["content-disposition"]
    for path in ("/api/power", "/api/value"):
        assert get(client, path, file=reply.text) == get(client, path, **settings)
    # The command line reads it too.
    own = Study(load(), DAY, draws=DRAWS, scenarios=[parse(reply.text, "mine.toml", "mine")])
    assert get(client, "/api/power", file=reply.text) == own.power()
    assert get(client, "/api/controls", file=reply.text)["files"] == ["My scenario"]


def test_why_gives_facts_and_assumptions_whole(client: TestClient) -> None:
    found, study = get(client, "/api/why/ai_capex"), Study(load(), DAY, draws=DRAWS)
    why = study.why("ai_capex")
    assert found["formula"] == why["formula"]
    assert [fact["fact_id"] for fact in found["facts"]] == why["facts"]
    assert list(found["assumptions"]) == why["assumptions"]
    assert all(fact["source_title"] and fact["known_on"] <= "2025-03-11" for fact in found["facts"])
    assert all(entry["source"] for entry in found["assumptions"].values())
    fact = get(client, f"/api/facts/{why['facts'][0]}")
    assert fact["vintages"][-1]["fact_id"] == why["facts"][0]


def test_a_cost_is_that_of_the_command(client: TestClient) -> None:
    from jevons.model import efficiency

    asked = {"model": "deepseek-v3", "chip": "H800", "phase": "decode"}
    expected = efficiency.cost(
        "deepseek-v3", "H800", phase="decode", as_of=DAY, seed=2025, draws=DRAWS
    )
    assert get(client, "/api/cost", **asked) == expected


def test_the_interface_is_described_with_types(client: TestClient) -> None:
    openapi = client.get("/openapi.json").json()
    answers = {path: each["get"] for path, each in openapi["paths"].items()}
    assert {"/api/simulate", "/api/power", "/api/cost", "/api/why/{name}"} <= set(answers)
    for path, each in answers.items():
        assert each["description"], path
        for given in each.get("parameters", ()):
            schema = given["schema"]
            kinds = [kind.get("type") for kind in schema.get("anyOf", [schema])]
            if given["in"] == "query" and kinds[0] in ("string", "array", "integer"):
                bounds = {"maxLength", "maxItems", "maximum", "enum", "const", "format"}
                assert any(bounds & kind.keys() for kind in schema.get("anyOf", [schema])), (
                    path,
                    given["name"],
                )
    schema = answers["/api/power"]["responses"]["200"]["content"]["application/json"]["schema"]
    assert schema == {"$ref": "#/components/schemas/Power"}


def test_the_description_is_a_page_too(client: TestClient) -> None:
    page = client.get("/docs").text
    for path in client.get("/openapi.json").json()["paths"]:
        assert f"GET {path}" in page
    assert "integer, 100 to 20,000" in page


def test_both_languages_have_the_same_words() -> None:
    english, chinese = words("en"), words("zh")
    assert english.keys() == chinese.keys()
    assert all(english.values())
    assert all(chinese.values())
