"""Intervals and tests of the joint bootstrap: the reference `arch`, nominal size, power."""

import numpy as np
import pytest

from jevons.ladder import inference, statistics
from jevons.ladder.garch import Garch, fit, path
from jevons.ladder.walk import walk_forward

Numbers = statistics.Numbers


def noise(seed: int, *shape: int) -> Numbers:
    return np.random.default_rng(seed).standard_normal(shape)


def skewed(seed: int, sessions: int) -> Numbers:
    """Dependent and far from normal, as returns are."""
    shocks = np.random.default_rng(seed).exponential(1.0, sessions) - 1
    for t in range(1, sessions):
        shocks[t] += 0.4 * shocks[t - 1]
    return shocks


def ability(edges: Numbers, seed: int, block: float = 1.0) -> float:
    random = np.random.default_rng(seed)
    samples = statistics.bootstrap_means(edges, 400, block, random)
    return inference.superior_ability(edges.mean(axis=0), samples, len(edges))


def test_block_length_is_that_of_arch() -> None:
    from arch.bootstrap import optimal_block_length

    def theirs(x: Numbers) -> float:
        return max(1.0, float(optimal_block_length(x)["stationary"].iloc[0]))

    slow = np.cumsum(noise(9, 800)) * 0.1 + noise(8, 800)
    for x in (slow, noise(5, 300), *(skewed(seed, 1500) for seed in range(4))):
        ours = statistics.block_length(x)
        assert ours == pytest.approx(theirs(x), rel=1e-9)


def test_interval_of_a_skewed_mean_is_that_of_arch() -> None:
    from arch.bootstrap import StationaryBootstrap

    x = skewed(7, 400)
    samples = statistics.bootstrap_means(x, 20_000, 5.0, np.random.default_rng(0))
    ours = inference.bca_interval(x, samples)
    theirs = StationaryBootstrap(5, x, seed=1).conf_int(
        np.mean, 20_000, method="bca", size=0.9, tail="two"
    )
    error = samples.std()
    # Of 20,000 samples a 5 % quantile is known to 1.5 % of the standard error, twice over.
    assert np.array(ours) == pytest.approx(theirs[:, 0], abs=0.08 * error)
    plain = np.quantile(samples, (0.05, 0.95))
    assert ours[0] > plain[0]  # skewed to the right, so the interval moves to the right
    assert ours[1] > plain[1]


def test_superior_ability_and_stepwise_tests_agree_with_arch() -> None:
    from arch.bootstrap import SPA, StepM

    edges = 0.01 * noise(3, 500, 6) + 0.0004 * np.arange(-1, 5)
    random = np.random.default_rng(4)
    samples = statistics.bootstrap_means(edges, 4000, 4.0, random)
    ours = inference.superior_ability(edges.mean(axis=0), samples, 500)
    # arch takes losses: the rules' returns are negated and the benchmark's are zero.
    spa = SPA(np.zeros(500), -edges, block_size=4, reps=4000, seed=5, bootstrap="stationary")
    spa.compute()
    assert ours == pytest.approx(spa.pvalues["consistent"], abs=0.02)
    stepm = StepM(
        np.zeros(500), -edges, 0.05, block_size=4, reps=4000, seed=5, bootstrap="stationary"
    )
    stepm.compute()
    found = inference.step_down(edges.mean(axis=0), samples, 0.05)
    assert np.flatnonzero(found).tolist() == sorted(int(str(k)) for k in stepm.superior_models)


def test_superior_ability_has_its_size_and_its_power() -> None:
    luck = np.array([ability(noise(s, 250, 5), s) for s in range(300)])
    # 5 % of 300, and three standard errors of 1.3 % each.
    assert 0.012 <= np.mean(luck <= 0.05) <= 0.088
    power = np.array([ability(noise(s, 250, 5) + 0.3 * (np.arange(5) == 2), s) for s in range(40)])
    assert np.mean(power <= 0.05) > 0.95  # the mean of one rule is 4.7 standard errors
    assert ability(-np.abs(noise(6, 250, 5)), 0) == 1.0


def test_stepwise_test_is_rarely_wrong_and_finds_each_planted_rule() -> None:
    wrong = 0
    for seed in range(200):
        edges = noise(seed, 250, 8)
        samples = statistics.bootstrap_means(edges, 300, 1.0, np.random.default_rng(seed))
        wrong += bool(inference.step_down(edges.mean(axis=0), samples).any())
    assert wrong <= 200 * 0.05 + 3 * (200 * 0.05 * 0.95) ** 0.5
    edges = noise(1, 1000, 8) + 0.2 * (np.arange(8) < 3)
    samples = statistics.bootstrap_means(edges, 1000, 1.0, np.random.default_rng(0))
    assert np.flatnonzero(inference.step_down(edges.mean(axis=0), samples)).tolist() == [0, 1, 2]


def test_errors_and_alpha_are_those_of_statsmodels() -> None:
    from statsmodels.regression.linear_model import OLS  # type: ignore[import-untyped]  # no types

    market, rest = skewed(1, 800), skewed(2, 800)
    y = 0.05 + 0.6 * market + rest
    design = np.column_stack((np.ones(800), market))
    theirs = OLS(y, design).fit(cov_type="HAC", cov_kwds={"maxlags": 12})
    ours = inference.alpha(y, market, 12)
    assert ours == pytest.approx((theirs.params[0], theirs.bse[0], theirs.params[1]), rel=1e-9)
    mean = OLS(y, np.ones(800)).fit(cov_type="HAC", cov_kwds={"maxlags": 12})
    assert inference.mean_error(y, 12) == pytest.approx(mean.bse[0], rel=1e-9)


def test_garch_is_that_of_arch_and_of_what_made_it() -> None:
    from arch import arch_model

    made = path(fit_like(0.02, 0.08, 0.9), noise(3, 6000))
    ours = fit(made)
    theirs = arch_model(100 * made, mean="Constant").fit(disp="off").params
    assert (ours.a, ours.b) == pytest.approx((theirs["alpha[1]"], theirs["beta[1]"]), abs=0.015)
    assert (ours.a, ours.b) == pytest.approx((0.08, 0.9), abs=0.03)


def fit_like(volatility: float, a: float, b: float) -> Garch:
    return Garch(0.0, volatility**2, a, b)


def test_effective_numbers() -> None:
    common = noise(1, 4000, 1)
    half = common + noise(2, 4000, 10)  # correlation 1/2
    assert inference.mean_correlation(half) == pytest.approx(0.5, abs=0.03)
    assert inference.effective_names(half) == pytest.approx(10 / (1 + 9 * 0.5), rel=0.06)
    assert inference.effective_trials(half) == pytest.approx(0.5 + 0.5 * 10, rel=0.06)
    half[:2000, :5] = np.nan  # shares that were listed later
    assert inference.mean_correlation(half) == pytest.approx(0.5, abs=0.03)
    assert inference.mean_correlation(np.tile(common, 3)) == pytest.approx(1.0, abs=1e-9)
    assert inference.mean_correlation(noise(3, 100, 1)) == 0.0


def test_a_choice_among_noise_does_not_last_and_skill_does() -> None:
    days = np.datetime64("2000-01-01") + np.arange(3650)
    decay, outside = [], []
    for seed in range(10):
        found = walk_forward(noise(seed, 30, 3650), days)
        assert found is not None
        decay.append(found["decay"])
        outside.append(found["outside"])
    # The best of 30 over 3 to 9 years looks good by about 2 / sqrt(years) and is worth nothing.
    assert np.mean(outside) == pytest.approx(0, abs=3 * (1 / 7) ** 0.5 / 10**0.5)
    assert np.mean(decay) > 0.5
    skilled = noise(1, 30, 3650)
    skilled[4] += 0.15
    found = walk_forward(skilled, days)
    assert found is not None
    assert found["outside"] > 1.5
    assert walk_forward(noise(2, 30, 700), days[:700]) is None
