"""The notebooks run from the public interface alone, and say what the study says."""

import importlib.util
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import jevons as jv

FOLDER = Path(__file__).parents[1] / "notebooks"
NAMES = ("build_out", "claims", "jevons_paradox", "ladders", "power", "shares")
DAY, DRAWS = "2025-03-11", 100


@cache
def ran(name: str) -> tuple[str, dict[str, Any]]:
    """What a notebook shows as text, and what its cells define, with few draws."""
    spec = importlib.util.spec_from_file_location(name, FOLDER / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    outputs, definitions = module.app.run(defs={"day": DAY, "draws": DRAWS})
    return "\n".join(str(each.text) for each in outputs if hasattr(each, "text")), definitions


@cache
def study() -> jv.Study:
    return jv.as_of(DAY, draws=DRAWS)


def test_there_is_one_notebook_for_each_question() -> None:
    assert tuple(sorted(file.stem for file in FOLDER.glob("*.py"))) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_notebooks_use_the_public_interface(name: str) -> None:
    text = (FOLDER / f"{name}.py").read_text(encoding="utf-8")
    assert re.findall(r"^\s*(?:import|from) (.+)$", text, re.MULTILINE) == [
        "marimo", "marimo as mo", "jevons as jv",
    ]  # fmt: skip
    assert set(re.findall(r"\bjv\.(\w+)", text)) <= set(jv.__all__)


def test_the_paradox() -> None:
    shown, found = ran("jevons_paradox")
    moved = jv.as_of(DAY, draws=DRAWS, moves={"elasticity": 1.1}).index()
    assert found["index"] == moved
    assert f"P(J &gt; 0) = {moved['p_positive']:.0%}" in shown
    names = [row["workload"].replace(" ", "_") for row in found["workloads"]]
    assert names == list(moved["by_workload"])


def test_the_build_out() -> None:
    shown, found = ran("build_out")
    binding = study().on_demand["binding"]
    at = binding["quarter"].index("2028Q4")
    shares = {name: share[at] for name, share in binding["share"].items()}
    assert found["shares"] == shares
    assert shares[found["first"]] == max(v for n, v in shares.items() if n != "desired")
    assert f"{shares[found['first']]:.0%} of the draws" in shown


def test_gigawatts() -> None:
    shown, found = ran("power")
    power = study().power()
    at = power["gross_shortfall_gw"]["year"].index(2028)
    gross = power["gross_shortfall_gw"]
    assert f"{gross['p50'][at]:.0f} GW short" in shown
    assert found["table"][0]["end 2028"] == round(power["demand_gw"]["p50"][at], 1)


def test_shares() -> None:
    shown, found = ran("shares")
    rows = jv.as_of(DAY, draws=DRAWS, moves={"risk_free_rate": 0.043}).values()
    valued = [row for row in rows if row["fair_value"] and row["price"]]
    assert [row["ticker"] for row in found["worth"]] == [row["ticker"] for row in valued]
    assert found["cheap"] == [row["ticker"] for row in valued if row["p_above_price"] > 0.5]
    assert f"{len(found['cheap'])} of {len(valued)}" in shown


def test_ladders() -> None:
    shown, found = ran("ladders")
    ladders = study().ladders()
    assert found["open_gates"] == [row["ticker"] for row in ladders if row["gate"]]
    assert f"of {len(ladders)} gates are open" in shown
    assert ladders[0]["rule"] in shown.replace("&lt;", "<").replace("&gt;", ">")


def test_claims() -> None:
    shown, found = ran("claims")
    claims = jv.as_of(draws=DRAWS).claims()
    assert sum(found["counts"].values()) == len(claims)
    assert f"Of {len(claims)} claims" in shown
    came, inside = found["came"], found["inside"]
    assert 0 < len(inside) <= len(came)
    assert all(row["quarter"] >= "2025Q1" for row in came)
