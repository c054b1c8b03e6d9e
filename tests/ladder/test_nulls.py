"""Made-up prices keep what they should, and a rule finds nothing in them."""

import numpy as np
import pytest

from jevons.errors import UserError
from jevons.ladder import Bars, Scenario, parse, run
from jevons.ladder.garch import Garch, path
from jevons.ladder.nulls import _makers, null_document, placebo_days

from .test_verdict import RULE, martingale, sawtooth
from .test_verdict import path as prices


def returns(bars: Bars) -> np.ndarray:
    return np.diff(np.log(bars.close))


def test_made_up_prices_keep_drift_volatility_and_correlation() -> None:
    common = 0.02 * np.random.default_rng(9).standard_normal(1500)

    def share(seed: int, ticker: str) -> Bars:
        alone = 0.02 * np.random.default_rng(seed).standard_normal(1500)
        return prices(0.0005 + common + alone, ticker)

    on = Scenario((share(1, "A"), share(2, "B")))
    own = [run(RULE, bars) for bars in on.bars]
    for name, make in _makers(on, own).items():
        made = [make(np.random.default_rng(seed)) for seed in range(8)]
        spread = np.mean([returns(a).std() for a, _ in made])
        assert spread == pytest.approx(0.02 * 2**0.5, rel=0.05), name
        together = np.mean([np.corrcoef(returns(a), returns(b))[0, 1] for a, b in made])
        assert together == pytest.approx(0.5, abs=0.05), name
        drift = np.mean([returns(a).mean() for a, _ in made])
        assert drift == pytest.approx(returns(on.bars[0]).mean(), abs=4 * 0.028 / 12_000**0.5), name
    order = _makers(on, own)["reordered days"](np.random.default_rng(0))
    # The same days for both: each pair of returns is one that happened.
    happened = set(zip(returns(on.bars[0]).round(9), returns(on.bars[1]).round(9), strict=True))
    drawn = zip(returns(order[0]).round(9), returns(order[1]).round(9), strict=True)
    assert set(drawn) <= happened


def test_garch_paths_cluster() -> None:
    shocks = np.random.default_rng(3).standard_normal(20_000)
    made = path(Garch(0.0, 0.02**2, 0.1, 0.85), shocks)
    assert made.std() == pytest.approx(0.02, rel=0.1)
    squares = made**2
    assert np.corrcoef(squares[1:], squares[:-1])[0, 1] > 0.1
    assert path(Garch(0.001, 0.0, 0.0, 0.0), shocks) == pytest.approx(np.full(20_000, 0.001))


def test_a_martingale_is_no_better_than_its_nulls_and_a_sawtooth_is() -> None:
    flat = null_document(RULE, Scenario((martingale(5, 800),)), 40)
    assert all(0.02 < null["p"] < 0.98 for null in flat["nulls"])
    rule = parse(
        "ladder A on peak(lookback=60, field=close) { buy 100% of budget when dd <= -13% "
        "rearm on_new_peak sell 100% of remaining when new_peak }"
    )
    found = null_document(rule, Scenario((sawtooth(True),)), 40)
    assert {null["null"]: null["p"] for null in found["nulls"]}["Brownian motion"] < 0.05
    assert len(found["nulls"]) == 3


def test_moved_days_have_their_size_and_their_power() -> None:
    odds = []
    for seed in range(100):
        found = placebo_days(
            [run(RULE, martingale(seed, 500))], np.random.default_rng(seed), sessions=20
        )
        odds += [] if found is None else [found["p"]]
    # 5 % and three standard errors; purchases come in clusters, so the odds are few and lumpy.
    assert np.mean(np.array(odds) <= 0.05) <= 0.05 + 3 * (0.05 * 0.95 / len(odds)) ** 0.5
    # Falls of 15 % at irregular times, won back over the ten sessions that follow the next.
    random = np.random.default_rng(1)
    steps = 0.003 * random.standard_normal(2000)
    for at in np.cumsum(random.integers(40, 120, 20)):
        steps[at] -= 0.15
        steps[at + 2 : at + 12] += 0.015
    rule = parse(
        "ladder A on peak(lookback=60, field=close) { buy 5% of budget when dd <= -10% "
        "rearm on_new_peak }"
    )
    skill = placebo_days([run(rule, prices(steps))], np.random.default_rng(0), sessions=10)
    assert skill is not None
    assert skill["actual"] > 5 * skill["moved"]["p95"]
    assert skill["p"] < 0.01


def test_what_made_up_prices_lack_is_said() -> None:
    on = Scenario((martingale(1),))
    gated = parse(RULE.text().replace("dd <= -10%", "dd <= -10% and px/fv <= 0.9", 1))
    with pytest.raises(UserError, match="reads 'px/fv', which made-up prices do not have"):
        null_document(gated, on, 40)
    with pytest.raises(UserError, match="3 made-up histories are too few"):
        null_document(RULE, on, 3)
