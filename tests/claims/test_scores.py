"""Scores against closed forms, and that telling the truth is best."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import erf

from jevons.claims import brier_score, crps, log_score, weighted_interval_score

CHANCE = st.floats(0.01, 0.99)


@given(CHANCE, CHANCE)
def test_the_believed_probability_has_the_best_expected_score(belief: float, said: float) -> None:
    for score in (brier_score, log_score):
        honest, other = (
            belief * score(told, True) + (1 - belief) * score(told, False)
            for told in (belief, said)
        )
        assert honest <= other + 1e-12


def test_certainty_that_fails_costs_most() -> None:
    assert brier_score(1.0, False) == 1.0
    assert log_score(1.0, False) == math.inf
    assert log_score(1.0, True) == 0.0


def test_crps_of_a_normal_has_its_closed_form() -> None:
    """Gneiting & Raftery 2007, eq. 21: s (z (2 Phi(z) - 1) + 2 phi(z) - 1/sqrt(pi))."""
    mean, spread, outcome = 3.0, 2.0, 4.5
    draws = np.random.default_rng(1).normal(mean, spread, 200_000)
    z = (outcome - mean) / spread
    density = math.exp(-z * z / 2) / math.sqrt(2 * math.pi)
    expected = spread * (z * erf(z / math.sqrt(2)) + 2 * density - 1 / math.sqrt(math.pi))
    # Sampling error of a mean of 200,000 draws of this size is about 0.003.
    assert crps(draws, outcome) == pytest.approx(expected, abs=0.01)


@given(st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=20), st.floats(-1e3, 1e3))
def test_crps_equals_its_definition_over_pairs(draws: list[float], outcome: float) -> None:
    values = np.array(draws)
    pairs = np.abs(values[:, None] - values).mean() / 2
    expected = np.abs(values - outcome).mean() - pairs
    assert crps(draws, outcome) == pytest.approx(expected, abs=1e-9)


def test_the_weighted_interval_score_by_hand() -> None:
    """Bracher et al. 2021, eq. 1 with one interval: (|y - m|/2 + a/2 IS) / 1.5, at a = 0.1.

    An outcome of 12 above 2 to 10 around 5: IS = 8 + 2/0.1 * 2 = 48, so (3.5 + 2.4) / 1.5.
    """
    score = weighted_interval_score({0.05: 2.0, 0.5: 5.0, 0.95: 10.0}, 12.0)
    assert score == pytest.approx((3.5 + 0.05 * 48) / 1.5)


def test_the_weighted_interval_score_tends_to_the_crps() -> None:
    draws = np.random.default_rng(2).normal(0.0, 1.0, 20_000)
    levels = (np.arange(999) + 1) / 1000
    quantiles = dict(zip(levels.tolist(), np.quantile(draws, levels).tolist(), strict=True))
    assert weighted_interval_score(quantiles, 0.7) == pytest.approx(crps(draws, 0.7), rel=0.01)
