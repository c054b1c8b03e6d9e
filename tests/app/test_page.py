"""The page: every section of the note in one part, two questions side by side, "why?"."""

import json
import re

import pytest
from fastapi.testclient import TestClient

from jevons.app.engine import FIRST, PARTS, UNMOVED, sections_of
from jevons.app.texts import words
from jevons.note.render import SECTIONS
from jevons.study.figures import FIGURES

from .asking import get, html


def test_every_section_of_the_note_is_in_one_part() -> None:
    shown = [section for part in PARTS for section in sections_of(part)]
    assert sorted(each.__name__ for each in shown) == sorted(each.__name__ for each in SECTIONS)
    assert all(sections_of(part) for part in PARTS)
    assert set(FIRST) <= {section.__name__ for section in SECTIONS}
    assert set(FIRST.values()) == set(PARTS)


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("part", PARTS)
def test_parts_of_the_page_are_the_notes_sections(client: TestClient, part: str, lang: str) -> None:
    text = html(client, f"/part/{part}", lang=lang)
    found = re.findall(r'<section id="(\w+)"', text)
    assert len(found) == len(sections_of(part))
    assert "<script>" not in text
    figures = re.findall(r'<figure id="figure-(\w+)".*?</figure>', text, re.DOTALL)
    whole = re.findall(r"<figure.*?</figure>", text, re.DOTALL)
    unexplained = {n for n, each in zip(figures, whole, strict=True) if "why" not in each}
    assert unexplained <= {"sources"}  # which are what stands behind all others


def test_figures_of_a_part_are_those_that_its_sections_read(client: TestClient) -> None:
    build = get(client, "/api/figures/build")
    assert {"binding", "power", "capex", "quantities", "why", "facts"} <= set(build)
    assert not {"ladders", "cost", "claims"} & set(build)


def test_figures_that_no_scenario_moves_are_computed_once(client: TestClient) -> None:
    assert set(UNMOVED) - {"efficiency_steps"} <= set(FIGURES)
    plain, moved = (
        get(client, "/api/figures/demand", **query) for query in ({}, {"move": "elasticity:2"})
    )
    assert plain["cost"] == moved["cost"]
    assert plain["jevons_index"] != moved["jevons_index"]


def test_two_questions_side_by_side(client: TestClient) -> None:
    text = html(client, "/part/compare", against="scenario=power-starved", move="elasticity:1.4")
    assert re.findall(r'<figure id="figure-(\w+)"', text) == [
        "compare_paths", "compare_limits", "compare_values",
    ]  # fmt: skip
    assert "Your settings" in text
    assert "Power-starved" in text
    specs = [json.loads(each) for each in re.findall(r'application/json">(.+?)</script>', text)]
    gross = specs[-1]
    mine, other = (
        {row["quarter"]: row["p50"] for row in layer["data"]["values"]}
        for layer in gross["layer"][1:4:2]
    )
    for values, query in (
        (mine, {"move": "elasticity:1.4"}),
        (other, {"scenario": "power-starved"}),
    ):
        path = get(client, "/api/simulate", name="gross_shortfall", **query)["quantities"]
        found = path["gross_shortfall"]
        at = found["quarter"].index("2028Q4")
        assert values["2028Q4"] == pytest.approx(found["p50"][at])


def test_the_finding_of_a_comparison_follows_from_its_numbers(client: TestClient) -> None:
    same = html(client, "/part/compare")
    assert words("en")["compare.same"] in same
    assert "Base (other)" in same
    moved = html(client, "/part/compare", shock="demand:4", lang="zh")
    assert "“您的设定”与“基准”差别最大的一项是" in moved


def test_every_key_number_can_be_asked_why(client: TestClient) -> None:
    for row in get(client, "/api/summary")["numbers"]:
        text = html(client, f"/why/{row['why']}")
        assert "<details" in text
        assert "http" in text, row["name"]
    assert "公式" in html(client, "/why/tokens", lang="zh")
