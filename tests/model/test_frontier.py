"""The frontier agrees with single points and keeps its order."""

from typing import Any

import pytest

from jevons.errors import UserError
from jevons.model.efficiency import cost, frontier
from jevons.model.frontier import doubling


def test_each_point_is_that_of_one_batch() -> None:
    many = frontier("gpt-oss-120b", "H100", (4, 64), chips=4, draws=300)["frontier"]
    for row in many:
        one = cost("gpt-oss-120b", "H100", batch=row["batch"], chips=4, draws=300)
        for name in ("tokens_per_s_per_chip", "usd_per_mtok", "joule_per_token"):
            assert row[name]["p50"] == pytest.approx(one[name]["p50"], rel=1e-4)
        assert row["bound"] == one["bound"]


def test_cached_prompts_are_paid_on_the_frontier_as_at_a_point() -> None:
    options: dict[str, Any] = {"chips": 4, "cache_hit": 0.9, "draws": 300}
    row = frontier("gpt-oss-120b", "H100", (64,), **options)["frontier"][0]
    one = cost("gpt-oss-120b", "H100", batch=64, **options)
    hour = one["usd_per_chip_hour"]["p50"]
    assert row["usd_per_mtok"]["p50"] == pytest.approx(one["usd_per_mtok"]["p50"], rel=1e-4)
    unpaid = hour / 3600 * 1e6 / row["tokens_per_s_per_chip"]["p50"]
    assert row["usd_per_mtok"]["p50"] > unpaid


def test_throughput_rises_and_interactivity_falls() -> None:
    rows = frontier("deepseek-v3", "H100", doubling(32, 4096), draws=100)["frontier"]
    rates = [row["tokens_per_s_per_chip"]["p50"] for row in rows]
    users = [row["tokens_per_s_per_user"]["p50"] for row in rows]
    assert rates == sorted(rates)
    assert users == sorted(users, reverse=True)


def test_batches_that_do_not_fit_are_named() -> None:
    document = frontier("llama-3.1-70b", "H100", (8, 100_000), chips=8, draws=10)
    assert [row["batch"] for row in document["frontier"]] == [8]
    assert document["left_out"] == [100_000]
    with pytest.raises(UserError, match="use a batch of at most"):
        frontier("llama-3.1-70b", "H100", (100_000,), chips=8, draws=10)


def test_doubling_keeps_both_ends() -> None:
    assert doubling(3, 3) == (3,)
    assert doubling(1, 512)[-2:] == (256, 512)
    with pytest.raises(UserError, match=r"sweep 5\.\.2"):
        doubling(5, 2)
