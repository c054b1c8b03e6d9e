"""A calibration is refused where it did not converge or data and priors contradict each other."""

from typing import Any

import numpy as np
import pytest

from jevons.errors import UserError
from jevons.model.calibrate import (
    FEWEST_DRAWS,
    LEAST_OVERLAP,
    MOST_DIVERGENT,
    WORST_QUANTILE,
    WORST_R_HAT,
    Sampled,
    diagnosed,
    overlap,
    refuse,
)
from jevons.model.observations import series

GOOD: dict[str, Any] = {
    "r_hat": 1.01,
    "r_hat_of": "elasticity",
    "effective_draws": 500.0,
    "effective_draws_of": "tightness",
    "divergent": 0.0,
    "overlap": 0.4,
    "overlap_of": "adoption_speed",
    "normal_misses": 0.1,
    "normal_misses_of": "asic_share",
}


def test_a_good_fit_passes() -> None:
    refuse(GOOD, "2025-03-11")


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("r_hat", WORST_R_HAT + 0.2, r"the chains disagree \(R-hat 1\.250 of elasticity"),
        ("r_hat", float("nan"), "the chains disagree"),
        ("effective_draws", FEWEST_DRAWS - 50, r"too few independent draws \(50 of tightness"),
        ("divergent", MOST_DIVERGENT + 0.1, r"12\.0% of the transitions diverged"),
        ("overlap", LEAST_OVERLAP / 2, r"contradict each other \(overlap 0\.010 of adoption_speed"),
        ("normal_misses", WORST_QUANTILE + 1, "no normal distribution"),
    ],
)
def test_a_bad_fit_is_refused_loudly(name: str, value: float, said: str) -> None:
    with pytest.raises(UserError, match=said) as caught:
        refuse(GOOD | {name: value}, "2025-03-11")
    assert "--prior" in str(caught.value)
    assert "2025-03-11" in str(caught.value)


def sampled(inputs: np.ndarray, divergent: float = 0.0) -> Sampled:
    deviations = np.random.default_rng(1).standard_normal((4, inputs.shape[1], len(series())))
    return Sampled(inputs, deviations, divergent)


def test_independent_draws_are_sound() -> None:
    inputs = np.random.default_rng(2).standard_normal((4, 300, 2))
    found = diagnosed(("a", "b"), sampled(inputs))
    assert float(found["r_hat"]) < 1.02
    assert float(found["effective_draws"]) > 600
    assert float(found["overlap"]) > 0.9
    refuse(found, "2025-03-11")


def test_chains_in_different_places_are_told() -> None:
    inputs = np.random.default_rng(3).standard_normal((4, 300, 2))
    inputs[0, :, 1] += 3.0
    found = diagnosed(("a", "b"), sampled(inputs))
    assert found["r_hat_of"] == "b"
    with pytest.raises(UserError, match="disagree"):
        refuse(found, "2025-03-11")


def test_two_peaks_are_no_normal_distribution() -> None:
    """Half at -2, half at +2: a normal of deviation two misses the 95 % point by far."""
    generator = np.random.default_rng(4)
    inputs = generator.normal(0.0, 0.05, (4, 300, 1))
    inputs += np.where(generator.random((4, 300, 1)) < 0.5, -2.0, 2.0)
    found = diagnosed(("a",), sampled(inputs))
    assert float(found["normal_misses"]) == pytest.approx(0.645, abs=0.1)
    with pytest.raises(UserError, match="no normal distribution"):
        refuse(found, "2025-03-11")


def test_overlap_is_the_area_under_both_densities() -> None:
    """Equal widths m apart share 2 Phi(-m/2); far apart they share nothing."""
    assert overlap(0.0, 1.0) == pytest.approx(1.0, abs=1e-9)
    assert overlap(1.0, 1.0) == pytest.approx(0.617075, abs=1e-4)
    assert overlap(7.0, 0.2) < 1e-6
