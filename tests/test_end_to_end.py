"""The real thing, once: the note twice, and every command's document in its agreed shape."""

import json
from pathlib import Path
from typing import Any

import pytest

from jevons.cli.program import run

ARGUMENTS = ("--as-of", "2025-03-11", "--draws", "300")
QUANTITY = {"unit", "p05", "p25", "p50", "p75", "p95", "mean"}


def ask(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    """The one document that a command prints."""
    assert run((*arguments, "--json")) == 0
    return json.loads(capsys.readouterr().out)


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The note written twice."""
    first, second = tmp_path_factory.mktemp("first"), tmp_path_factory.mktemp("second")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JEVONS_HOME", str(tmp_path_factory.mktemp("home")))
        for folder in (first, second):
            assert run(("note", "--out", str(folder), *ARGUMENTS)) == 0
    return first, second


def test_the_same_arguments_give_the_same_bytes(folders: tuple[Path, Path]) -> None:
    first, second = folders
    names = sorted(file.name for file in first.iterdir())
    assert names == ["figures.json", "note.html", "note.zh.html"]
    for name in names:
        assert (first / name).read_bytes() == (second / name).read_bytes()


def test_another_seed_gives_other_numbers(
    folders: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    figures = json.loads((folders[0] / "figures.json").read_text(encoding="utf-8"))
    other = ask(capsys, "index", *ARGUMENTS, "--seed", "7")
    assert other["jevons_index"] != figures["jevons_index"]["long_run"]["jevons_index"]


def test_documents_have_the_agreed_shapes(capsys: pytest.CaptureFixture[str]) -> None:
    simulated = ask(capsys, "simulate", *ARGUMENTS)
    assert {"as_of", "seed", "draws", "quantities"} <= simulated.keys()
    path = simulated["quantities"]["buyers_capex"]
    assert QUANTITY | {"quarter"} <= path.keys()
    assert len(path["p50"]) == len(path["quarter"])

    power = ask(capsys, "power", *ARGUMENTS)
    for name in ("demand_gw", "under_construction_gw", "grid_gw", "gross_shortfall_gw"):
        assert power[name]["year"] == list(range(2025, 2031))
    options = {"gas_turbines", "fuel_cells", "bitcoin_sites", "nuclear_colocation"}
    assert power["options_gw"].keys() == options
    assert power["net_shortfall_gw"].keys() >= QUANTITY

    index = ask(capsys, "index", *ARGUMENTS)
    assert index["jevons_index"].keys() == QUANTITY
    assert 0 <= index["p_positive"] <= 1
    assert set(index["by_workload"]) == {"direct", "reasoning_agents", "multimodal"}

    value = ask(capsys, "value", "NVDA", *ARGUMENTS)
    assert {"ticker", "price", "price_date", "fair_value", "p_above_price"} <= value.keys()
    implied = ask(capsys, "implied", "NVDA", *ARGUMENTS)
    assert {"ticker", "driver", "unit", "implied", "base"} <= implied.keys()

    cost = ask(capsys, "cost", "deepseek-v3", "--chip", "H800", *ARGUMENTS)
    assert {"tokens_per_s_per_chip", "usd_per_mtok", "joule_per_token", "bound"} <= cost.keys()

    agreed = {"id", "text", "metric", "low", "high", "resolves_on", "status", "outcome"}
    claims = ask(capsys, "claims", *ARGUMENTS)
    assert claims
    assert all(agreed <= claim.keys() for claim in claims)


def test_a_shock_to_history_is_a_mistake(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(("shock", "--at", "2024Q1", *ARGUMENTS)) == 2
    assert "lies in what was already observed" in capsys.readouterr().err


def test_a_day_before_the_chain_can_run_is_a_mistake(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(("index", "--as-of", "2023-06-01", "--draws", "300")) == 2
    assert "NVDA data_center_revenue" in capsys.readouterr().err


def test_what_a_day_has_learnt_is_told_to_readers(capsys: pytest.CaptureFixture[str]) -> None:
    """By the posterior that comes with the package; ranges of 10 to 90 % stand in columns."""
    assert run(("calibrate", "--as-of", "2025-03-11")) == 0
    told, _ = capsys.readouterr()
    assert "diagnostics.r_hat" in told
    assert "discrepancy.p50" in told
    assert "build_out" in told
    assert "before (" not in told  # inputs have units of their own, each beside its numbers
    assert "TWh" in told
