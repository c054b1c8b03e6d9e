"""Each command prints the answer of the study: one JSON document, or tables."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from jevons.cli import options

from .conftest import Run
from .stand_ins import LAST_KNOWN, OWN, QUANTITY, Study


def cost(model: str, chip: str, **options: Any) -> dict[str, Any]:
    return {"model": model, "chip": chip, "bound": "memory", "usd_per_mtok": QUANTITY} | {
        name: value for name, value in options.items() if name != "as_of"
    }


ANSWERS = [
    (["simulate"], Study.simulate),
    (["index"], Study.index_explained),
    (["calibrate"], Study.calibration),
    (["shock"], lambda study: study.shock(at=None)),
    (["power"], Study.power),
    (["supply"], Study.supply),
    (["capital"], Study.capital),
    (["campuses"], Study.campuses),
    (["value", "NVDA"], lambda study: study.value("NVDA")),
    (["value", "nvda"], lambda study: study.value("NVDA")),
    (["value"], Study.values),
    (["value", "nvda", "NVDA"], lambda study: [study.value("NVDA")] * 2),
    (["implied", "NVDA", "ETN"], lambda study: [study.implied("NVDA"), study.implied("ETN")]),
    (["chain"], lambda study: study.value_chain()),
    (["chain", "--year", "2027"], lambda study: study.value_chain(2027)),
    (["value", "nvda", "--export", "a.xlsx"], lambda study: study.workbook("NVDA", Path("a.xlsx"))),
    (["implied", "NVDA"], lambda study: study.implied("NVDA")),
    (["sensitivity"], lambda study: study.sensitivity("new_power_demand", "2028Q4")),
    (
        ["sensitivity", "ai_capex", "--at", "2027Q1"],
        lambda study: study.sensitivity("ai_capex", "2027Q1"),
    ),
    (["backcheck"], lambda study: study.backcheck()),
    (["implied"], lambda study: study.side_by_side()),
    (
        ["drawdown"],
        lambda study: {"as_of": "2025-08-27", "shares": study.shares(), **study.market()},
    ),
    (["drawdown", "etn"], lambda study: study.drawdown()[1:]),
    (["claims"], Study.claims),
    (["claims", "list"], Study.claims),
    (["claims", "show", "capex-2025"], lambda study: study.claims()[0]),
    (["claims", "score"], lambda study: {"sources": study.record.scoreboard(), "own": []}),
    (["claims", "list", "--who", "jevons"], lambda _: [OWN]),
    (["claims", "list", "--who", "jevons", "--status", "true"], lambda _: []),
    (["claims", "show", OWN["id"]], lambda _: OWN),
    (["facts", "why", "capex"], lambda study: study.why("capex")),
]


@pytest.mark.parametrize(("arguments", "expected"), ANSWERS)
def test_json_is_the_answer_of_the_study_and_nothing_else(
    run: Run, arguments: list[str], expected: Callable[[Study], Any]
) -> None:
    code, out, _ = run(*arguments, "--json")
    assert code == 0
    assert json.loads(out) == expected(Study.opened)


@pytest.mark.parametrize(("arguments", "_expected"), ANSWERS)
def test_tables_are_for_readers(run: Run, arguments: list[str], _expected: object) -> None:
    code, out, err = run(*arguments)
    assert code == 0
    assert out.strip()
    assert "Error" not in err


def test_a_quantity_is_shown_with_its_range_and_unit(run: Run) -> None:
    _, out, _ = run("capital")
    assert "2 (1.1 to 2.9)" in out
    _, out, _ = run("power")
    assert "demand_gw" in out
    assert "options_gw.a" in out


def test_capital_tells_the_chance_by_year_and_adds_up_what_is_ai(run: Run) -> None:
    _, out, _ = run("capital")
    assert "P(beyond) 2026" in out
    assert "97%" in out
    assert "2026 to 2026" in out
    assert "16.2" in out  # 14.0 + 2.2
    assert "f1" not in out


def test_tables_leave_out_what_only_explains(run: Run) -> None:
    _, out, _ = run("campuses")
    assert "Abilene" in out
    assert "stages" not in out
    assert "f1" not in out


def test_prices_side_by_side_are_a_line_a_company(run: Run) -> None:
    """The driver's base once, each unit a column, and the reasons of those without a root below."""
    _, out, _ = run("implied")
    assert out.count("ai_capex_2028, base") == 1
    assert "fleet_gw (GW)" in out
    assert "no root for ETN [2025]" in out
    assert "…" not in out


def test_square_brackets_in_a_text_are_no_mark_up(run: Run) -> None:
    assert "no revenue [2025]" in run("value")[1]
    assert "capex = a [b] / c" in run("facts", "why", "capex")[1]


def test_options_reach_the_study(run: Run) -> None:
    run("index", "--as-of", "2025-03-11", "--seed", "7", "--draws", "50")
    assert Study.opened.arguments == {
        "as_of": date(2025, 3, 11), "seed": 7, "draws": 50, "prices": None,
        "prior": False, "sample": False,
    }  # fmt: skip
    run("index", "--prior")
    assert Study.opened.arguments["prior"]
    run("calibrate")
    assert Study.opened.arguments["sample"]


def test_without_a_day_the_latest_fact_is_the_clock(run: Run) -> None:
    run("index")
    assert Study.opened.arguments["as_of"] == LAST_KNOWN


def test_a_fact_dated_ahead_does_not_move_the_clock_past_today(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(options, "today", lambda: date(2024, 5, 1))
    run("index")
    assert Study.opened.arguments["as_of"] == date(2024, 5, 1)


def test_price_files_reach_the_study(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "prices.csv"
    file.touch()
    run("drawdown", "--prices", str(file))
    assert Study.opened.arguments["prices"] == [file]


def test_simulate_shows_only_the_quantities_asked_for(run: Run) -> None:
    _, out, _ = run("simulate", "capex", "--json")
    assert list(json.loads(out)["quantities"]) == ["capex"]


def test_cost_passes_on_only_what_was_given(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jevons.model.efficiency.cost", cost)
    given = ["--batch", "64", "--parallel", "tp=8,ep=2", "--cache-hit", "0.5", "--seed", "1"]
    code, out, _ = run("cost", "deepseek-v3", "--chip", "h800", *given, "--json")
    assert code == 0
    assert json.loads(out) == cost(
        "deepseek-v3", "h800", phase="serve", seed=1, draws=20_000,
        batch=64, parallel={"tp": 8, "ep": 2}, cache_hit=0.5,
    )  # fmt: skip


@pytest.mark.parametrize("language", ["en", "zh", "both"])
def test_note_names_its_files(run: Run, tmp_path: Path, language: str) -> None:
    out = tmp_path / "new" / "folder"
    code, printed, err = run("note", "--out", str(out), "--lang", language)
    assert (code, printed) == (0, f"{out / 'note.html'}\n")
    assert "Writing the note" in err  # progress goes to standard error
    expected = "en zh" if language == "both" else language
    assert (out / "note.html").read_text(encoding="utf-8") == expected


def test_note_as_json(run: Run, tmp_path: Path) -> None:
    code, printed, _ = run("note", "--out", str(tmp_path), "--as-of", "2025-03-11", "--json")
    assert code == 0
    assert json.loads(printed) == {
        "files": [str(tmp_path / "note.html")],
        "provenance": {"as_of": "2025-03-11"},
    }


def test_what_the_regime_lacks_is_said_below_the_tables(run: Run) -> None:
    out = run("drawdown")[1]
    assert "buyers_that_raised_spending" in out
    for sentence in ("no index", "recession: needs T10Y3M"):
        assert sentence in out
    assert "warnings" not in out  # there are none
