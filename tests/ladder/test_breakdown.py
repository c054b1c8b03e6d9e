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


def test_the_error_of_a_depth_is_that_of_many_histories() -> None:
    found = [by_depth([run(RULE, martingale(seed, 3000))], sessions=21) for seed in range(60)]
    for k in (1, 2):
        # Histories that were there long enough; the deepest bin is a few spells and claims less.
        deep = [bins[k] for bins in found if len(bins) > k and bins[k]["share_sessions"] > 300]
        spread = np.std([record["change"] for record in deep])
        claimed = np.median([record["error"] for record in deep])
        # The spread of some 30 histories is known to 13 %, three times over, and some bias.
        assert 0.6 < claimed / spread < 1.6


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
