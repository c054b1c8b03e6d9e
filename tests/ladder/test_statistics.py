"""Tests against luck: published examples, nominal size on noise, power on planted effects."""

import numpy as np
import pytest

from jevons.ladder import statistics


def noise(seed: int, *shape: int) -> statistics.Numbers:
    return np.random.default_rng(seed).standard_normal(shape)


def test_probabilistic_sharpe_of_the_paper() -> None:
    # Bailey & Lopez de Prado 2012: monthly 0.458 over two years; normal, then as observed.
    assert statistics.probabilistic_sharpe(0.458, 24, 0.0, 3.0) == pytest.approx(0.982, abs=5e-4)
    assert statistics.probabilistic_sharpe(0.458, 24, -2.448, 10.164) == pytest.approx(
        0.913, abs=5e-4
    )


def test_deflated_sharpe_of_the_paper() -> None:
    # Bailey & Lopez de Prado 2014: yearly 2.5 over 1,250 days, skew -3, kurtosis 10, V = 1/2.
    ratio = 2.5 / 250**0.5
    best = statistics.expected_best_sharpe(100, 0.5 / 250)
    assert best == pytest.approx(0.1132, abs=5e-5)
    assert statistics.probabilistic_sharpe(ratio, 1250, -3, 10, best) == pytest.approx(
        0.9004, abs=5e-4
    )
    fewer = statistics.expected_best_sharpe(46, 0.5 / 250)
    assert statistics.probabilistic_sharpe(ratio, 1250, -3, 10, fewer) == pytest.approx(
        0.9505, abs=5e-4
    )


def test_the_best_of_many_lucky_trials_is_as_expected() -> None:
    ratios = noise(1, 4000, 50).max(axis=1)
    assert statistics.expected_best_sharpe(50, 1.0) == pytest.approx(ratios.mean(), rel=0.02)


def test_block_length_grows_with_dependence() -> None:
    shocks = noise(3, 4000)
    slow = np.zeros(4000)
    for t in range(1, 4000):
        slow[t] = 0.9 * slow[t - 1] + shocks[t]
    # For AR(1), b = (2 (2 r / (1 - r^2))^2 / 2)^(1/3) n^(1/3) = 4.48 x 15.87 = 71 at r = 0.9.
    assert statistics.block_length(slow) == pytest.approx(71, rel=0.35)
    assert statistics.block_length(shocks) < 6


def test_bootstrap_means_spread_as_theory_says() -> None:
    x = noise(4, 1000)
    random = np.random.default_rng(0)
    means = statistics.bootstrap_means(x, 3000, 1.0, random)
    assert means.mean() == pytest.approx(x.mean(), abs=3 * 0.032 / 3000**0.5)
    assert means.std() == pytest.approx(x.std() / 1000**0.5, rel=0.05)
    same = statistics.bootstrap_means(np.ones(7), 50, 3.0, random)
    assert same == pytest.approx(np.ones(50))


def test_overfitting_is_even_on_noise_and_rare_on_skill() -> None:
    odds = [statistics.overfitting(noise(s, 500, 20)) for s in range(20)]
    assert np.mean(odds) == pytest.approx(0.5, abs=0.12)
    skilled = noise(9, 500, 20)
    skilled[:, 7] += 0.3
    assert statistics.overfitting(skilled) < 0.05


def test_deflated_sharpe_is_rarely_sure_of_the_best_of_noise() -> None:
    sure = 0
    for seed in range(200):
        trials = noise(seed, 500, 20)
        ratios = trials.mean(axis=0) / trials.std(axis=0, ddof=1)
        best = trials[:, int(ratios.argmax())]
        sure += statistics.deflated_sharpe(best, 20, float(ratios.var())) >= 0.95
    assert sure <= 0.05 * 200 + 3 * (200 * 0.05 * 0.95) ** 0.5
