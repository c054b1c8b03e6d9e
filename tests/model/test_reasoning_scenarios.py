"""Longer answers and more post-training: dated multiples, costs that follow from the roofline."""

from datetime import date
from typing import Any

import pytest

from jevons.errors import UserError
from jevons.model.efficiency import cost
from jevons.model.reasoning_scenarios import known, reasoning_document

OPTIONS: dict[str, Any] = {"price_per_hour": 2.0, "draws": 50, "chips": 128}


def test_answers_cost_more_than_their_tokens_once_the_cache_is_full() -> None:
    rows = reasoning_document("deepseek-v3", "H800", **OPTIONS)["answers"]
    assert [row["tokens"] for row in rows] == [512, 4096, 51_200]
    plain, longer, longest = (row["over_plain"] for row in rows)
    assert plain == 1
    assert longer < 8  # the prompt is read once, and it is a part of a plain answer's cost
    assert longest > 100  # mean context of 27,648 tokens for 2,304: fewer users fit
    assert rows[2]["bound"] == "capacity"


def test_an_answer_is_what_cost_says_it_is() -> None:
    row = reasoning_document("deepseek-v3", "H800", **OPTIONS)["answers"][1]
    document = cost("deepseek-v3", "H800", context_out=4096, **OPTIONS)
    assert row["usd_per_answer"] == document["usd_per_answer"]


def test_post_training_is_a_share_of_the_hours_and_buys_its_tokens() -> None:
    rows = reasoning_document("deepseek-v3", "H800", **OPTIONS)["training"]
    named = {row["scenario"]: row for row in rows}
    whole = named["pre-training"]["chip_hours"]["p50"]
    assert named["post-training of DeepSeek-R1"]["chip_hours"]["p50"] == pytest.approx(
        147 / 2664 * whole, rel=0.01
    )
    grown = named["another order of magnitude"]
    assert grown["usd"]["p50"] == pytest.approx(
        10 * named["post-training of DeepSeek-R1"]["usd"]["p50"], rel=0.01
    )
    sampled = cost(
        "deepseek-v3", "H800", phase="rl", tokens=grown["tokens"], context_out=4096, **OPTIONS
    )
    assert sampled["run"]["chip_hours"]["p50"] == pytest.approx(
        grown["chip_hours"]["p50"], rel=0.01
    )


def test_a_day_sees_only_the_scenarios_told_by_then() -> None:
    assert [name for name, *_ in known("answer", date(2025, 3, 11))] == ["plain answer"]
    assert [name for name, *_ in known("training", date(2025, 3, 11))] == [
        "post-training of DeepSeek-V3"
    ]
    document = reasoning_document("deepseek-v3", "H800", as_of=date(2025, 3, 11), **OPTIONS)
    assert len(document["answers"]) == 1
    grown = document["training"][2]
    assert grown["share"] == pytest.approx(10 * 5 / 2664, rel=0.01)


def test_a_length_beyond_the_models_limit_is_left_out_with_its_reason() -> None:
    options: dict[str, Any] = {"price_per_hour": 2.0, "draws": 20, "context_in": 512}
    rows = reasoning_document("qwen3-8b", "H100", **options)["answers"]
    assert "exceeds the limit of qwen3-8b, 40960 tokens" in rows[2]["left_out"]
    with pytest.raises(UserError, match="exceeds the limit"):
        reasoning_document("qwen3-8b", "H100", context_out=50_000, draws=20)
