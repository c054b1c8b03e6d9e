"""Outcomes by depth, volatility, regime and layer, worked by hand."""

from dataclasses import replace

import numpy as np
import pytest

from jevons.ladder import Scenario, parse, run
from jevons.ladder.breakdown import after_fills, by_depth, by_regime

from .test_verdict import martingale, path

RULE = parse("ladder A on peak(lookback=all, field=close) { buy 50% of budget when dd <= -10% }")


def test_the_largest_fall_and_rise_after_a_purchase() -> None:
    # Bought at 90 (the open is the close); then 81, 99 and 90.
    one = path(np.log([1, 0.9, 1.0, 0.9, 1.1 / 0.9, 90 / 99]))
    (found,) = after_fills([run(RULE, one)], sessions=3)
    assert (found["worst"], found["best"]) == pytest.approx((-0.1, 0.1))
    assert found["change"]["p50"] == pytest.approx(0)


def test_depths_are_told_apart_and_their_error_allows_for_overlap() -> None:
    # From at most 10 % below the peak the price moves by 0, from 15 % below by +1 % a session.
    fall = [0.0] * 40 + [np.log(0.85)] + [0.01] * 16
    one = path(np.tile(fall, 20))
    bins = by_depth([run(RULE, one)], sessions=5)
    assert [record["depth"] for record in bins] == ["0% to -10%", "-10% to -20%"]
    assert bins[1]["change"] == pytest.approx(0.05, abs=0.006)
    assert bins[1]["change"] > bins[0]["change"] + 4 * bins[0]["error"]
    # One share twice is no more evidence than once: the error stays.
    twin = run(RULE, replace(one, ticker="B"))
    twice = by_depth([run(RULE, one), twin], sessions=5)
    assert twice[1]["error"] == pytest.approx(bins[1]["error"])


def test_the_interval_of_a_depth_holds_as_often_as_it_says() -> None:
    # A martingale's log changes by -0.0002 a session, from whatever depth.
    told: dict[str, list[bool]] = {}
    claimed: dict[str, list[tuple[float, float]]] = {}
    for seed in range(250):
        for record in by_depth([run(RULE, martingale(seed, 3000))], sessions=21):
            if record["low"] is not None:
                held = record["low"] <= -0.0002 * 21 <= record["high"]
                told.setdefault(record["depth"], []).append(held)
                claimed.setdefault(record["depth"], []).append((record["change"], record["error"]))
    assert len(told) == 4
    for depth, holds in told.items():
        # 90 % of some 220 histories, give or take 2 %, three times over; a little less in the
        # deepest bin, whose histories are those in which the price stayed low.
        assert 0.80 < np.mean(holds) < 0.97, depth
        changes, errors = np.array(claimed[depth]).T
        assert np.sqrt((errors**2).mean()) > changes.std(), depth  # never too small


def test_overlapping_changes_are_one_cluster() -> None:
    # Two separate falls to -15 %, each followed for 5 sessions: from 0.85 back, and further down.
    up, down = [0.01] * 20, [-0.001] * 20
    one = path(np.array([0.0] * 30 + [np.log(0.85)] + up + [0.0] * 30 + [np.log(0.85)] + down))
    bins = {record["depth"]: record for record in by_depth([run(RULE, one)], sessions=5)}
    deep = bins["-10% to -20%"]
    assert deep["clusters"] == 2
    assert deep["high"] - deep["low"] == pytest.approx(2 * 6.3138 * deep["error"], rel=1e-3)
    alone = by_depth([run(RULE, path(np.zeros(30)))], sessions=5)
    assert (alone[0]["clusters"], alone[0]["error"], alone[0]["low"]) == (1, None, None)


def test_regimes_volatility_and_layers() -> None:
    random = np.random.default_rng(0)
    calm = 0.002 * random.standard_normal(200)
    calm[150] = np.log(0.88)
    wild = np.concatenate((0.002 * random.standard_normal(120), [-0.05, 0.04, -0.06, 0.03, -0.07]))
    one = path(np.concatenate((calm, np.zeros(60))))
    other = path(np.concatenate((wild, np.zeros(60))), "B")
    words = np.array(["boom"] * 100 + ["bust"] * 200)
    on = Scenario((one, other), signals={"A": {"regime": words[: len(one)]}})
    runs = [run(RULE, bars) for bars in on.bars]
    found = by_regime(runs, on, {"A": "network"}, sessions=10)
    by = {(record["by"], record["group"]): record["fills"] for record in found}
    assert by["regime", "bust"] == 1
    assert by["layer", "network"] == 1
    # The fall itself is in the volatility that was known at its close.
    assert by["volatility", "stressed"] == 2
