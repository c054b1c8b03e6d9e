"""Training: budgets bind, post-training rises to its ceiling."""

import math

import jax.numpy as jnp
import numpy as np
import pytest

from jevons.model.training import post_training_ratio, pretraining_growth, within_budget

from .invented import numbers, years

X = numbers(
    post_training_ratio=0.2,
    post_training_ceiling=1.0,
    post_training_speed=0.8,
    pretraining_growth=2.0,
    growth_half_life=3.0,
)


def test_post_training_starts_at_its_ratio_and_ends_at_its_ceiling() -> None:
    ratio = post_training_ratio(X, years(0.0, 40.0))[:, 0]
    np.testing.assert_allclose(ratio, [0.2, 1.0], rtol=1e-5)


def test_its_log_odds_rise_at_the_speed() -> None:
    """Odds of 0.25 at zero pass one, half of the ceiling, after ln 4 / speed years."""
    half = post_training_ratio(X, years(math.log(4) / 0.8))
    assert float(half[0, 0]) == pytest.approx(0.5, rel=1e-5)


def test_a_start_above_the_ceiling_stays_below_it() -> None:
    x = X | numbers(post_training_ratio=3.0)
    ratio = np.asarray(post_training_ratio(x, years(0.0, 1.0, 5.0))[:, 0])
    assert (np.diff(ratio) > 0).all()
    assert ratio.max() < 1.0


def test_pretraining_doubles_a_year_at_first_and_quadruples_in_no_two() -> None:
    near, far = np.asarray(pretraining_growth(X, years(0.01, 2.0))[:, 0])
    assert near / 0.01 == pytest.approx(math.log(2), rel=2e-3)
    assert far == pytest.approx(3.0 * (1 - 2 ** (-2 / 3)), rel=1e-5)  # rate / decay = 3 years
    assert far < math.log(4)


def test_training_takes_what_it_wants_within_its_share() -> None:
    wanted, fleet = jnp.asarray([1.0, 8.0]), jnp.asarray([10.0, 10.0])
    assert within_budget(wanted, fleet, jnp.float32(0.5)).tolist() == [1.0, 5.0]
