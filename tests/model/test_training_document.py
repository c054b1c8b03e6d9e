"""Training as ``jevons cost`` prints it, against published hours and its own arithmetic."""

from datetime import date
from typing import Any

import pytest

from jevons.errors import UserError
from jevons.model.efficiency import cost
from jevons.model.training_document import training_tokens


@pytest.mark.parametrize(
    ("model", "chip", "context", "hours"),
    [
        ("deepseek-v3", "H800", 4096, 2.664e6),  # arXiv 2412.19437
        ("llama-3.1-405b", "H100", 8192, 30.84e6),  # Llama 3.1 model card
    ],
)
def test_published_hours_within_fifteen_percent(
    model: str, chip: str, context: int, hours: float
) -> None:
    run = cost(model, chip, phase="pretrain", context_in=context, draws=2000)["run"]
    assert run["chip_hours"]["p50"] == pytest.approx(hours, rel=0.15)
    assert run["chip_hours"]["p05"] < hours < run["chip_hours"]["p95"]
    # Two factors, told apart: MFU of a step, and the share of hours that were useful steps.
    assert run["step_mfu"]["p50"] == pytest.approx(0.40, abs=0.01)
    assert run["goodput"]["p50"] == pytest.approx(0.95, abs=0.01)


def test_a_token_and_the_run_agree() -> None:
    document = cost("deepseek-v3", "H800", phase="pretrain", price_per_hour=2.0, draws=200)
    run = document["run"]
    assert run["tokens"] == 14.8e12
    total = document["usd_per_mtok"]["p50"] * run["tokens"] / 1e6
    assert run["usd"]["p50"] == pytest.approx(total, rel=1e-3)
    assert run["usd"]["p50"] == pytest.approx(2 * run["chip_hours"]["p50"], rel=1e-3)
    assert sum(row["share"] for row in document["contributions"]) == pytest.approx(1, abs=0.001)


def test_fine_tuning_leaves_out_multi_token_prediction() -> None:
    pretrain, tune = (
        cost("deepseek-v3", "H800", phase=phase, tokens=1e9, context_in=4096, draws=200)
        for phase in ("pretrain", "sft")
    )
    saved = {row["stage"] for row in pretrain["contributions"]}
    assert saved - {row["stage"] for row in tune["contributions"]} == {"multi-token prediction"}


@pytest.mark.parametrize("phase", ["sft", "rl"])
def test_a_run_of_ones_own_needs_its_length(phase: str) -> None:
    with pytest.raises(UserError, match=f"phase {phase} needs the length of the run; give tokens"):
        cost("deepseek-v3", "H800", phase=phase, draws=10)


def test_reinforcement_is_roll_outs_and_four_thirds_of_an_update() -> None:
    options: dict[str, Any] = {"context_in": 1024, "context_out": 8192, "draws": 200}
    serve = cost("deepseek-v3", "H800", phase="serve", **options)
    rl = cost("deepseek-v3", "H800", phase="rl", tokens=1e10, **options)
    seconds = {row["stage"]: row["seconds"]["p50"] for row in rl["contributions"]}
    assert seconds["roll-outs"] == pytest.approx(
        1 / serve["tokens_per_s_per_chip"]["p50"], rel=0.01
    )
    assert seconds["reference pass"] == pytest.approx(seconds["update"] / 3, rel=1e-4)
    assert rl["bound"] == serve["bound"]  # roll-outs are most of it
    assert rl["setup"]["roll_out"]["context_out"] == 8192


def test_longer_answers_cost_more_than_their_tokens() -> None:
    # Reasoning: eight times the tokens at a longer mean context.
    short, long = (
        cost("llama-3.1-70b", "H100", chips=8, batch=32, context_out=answer, draws=200)[
            "usd_per_answer"
        ]["p50"]
        for answer in (512, 4096)
    )
    assert 5 < long / short < 12


def test_token_counts_are_dated() -> None:
    assert training_tokens("deepseek-v3", "pretrain", None)[0] == 14.8e12
    before = training_tokens("deepseek-v3", "pretrain", None, date(2024, 12, 26))
    assert before == (1e12, "not given and no published count: a trillion")
    assert training_tokens("deepseek-v3", "pretrain", 5.0) == (5.0, "given")


def test_mistakes() -> None:
    with pytest.raises(UserError, match="tokens 0 must be above 0"):
        cost("deepseek-v3", "H800", phase="pretrain", tokens=0.0, draws=10)
    with pytest.raises(UserError, match="tokens inf must be above 0 and finite"):
        cost("deepseek-v3", "H800", phase="pretrain", tokens=float("inf"), draws=10)
    with pytest.raises(UserError, match="exceeds the limit of gpt-3-175b, 2048 tokens"):
        cost("gpt-3", "A100", phase="pretrain", draws=10)
