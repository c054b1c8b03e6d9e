"""The shape of a random quantity."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from jevons.quantiles import LEVELS, path, rounded, summarise

FIVE = ["p05", "p25", "p50", "p75", "p95"]


def test_hand_worked_quantiles_interpolate_between_draws() -> None:
    # 0, 1, ..., 20: the 5 % quantile is the second draw, the quartiles the sixth and sixteenth.
    assert summarise(np.arange(21.0), "GW") == {
        "unit": "GW", "p05": 1.0, "p25": 5.0, "p50": 10.0, "p75": 15.0, "p95": 19.0, "mean": 10.0
    }  # fmt: skip


@given(arrays(np.float64, array_shapes(max_dims=3, max_side=20), elements=st.floats(-1e9, 1e9)))
def test_agrees_with_numpy_to_six_digits(values: np.ndarray) -> None:
    summary = summarise(values, "1")
    expected = rounded(np.quantile(values, list(LEVELS.values()), axis=0))
    for name, quantile in zip(FIVE, expected, strict=True):
        # A tie in the seventh digit may be rounded either way.
        np.testing.assert_allclose(summary[name], quantile, rtol=1.1e-5, atol=1e-6)


@given(arrays(np.float64, st.integers(1, 50), elements=st.floats(-1e6, 1e6)), st.integers(0, 99))
def test_order_of_draws_is_of_no_consequence(values: np.ndarray, seed: int) -> None:
    shuffled = summarise(np.random.default_rng(seed).permutation(values), "1")
    for name in FIVE:
        assert shuffled[name] == summarise(values, "1")[name]


@given(arrays(np.float64, st.integers(1, 50), elements=st.floats(-1e6, 1e6)))
def test_quantiles_rise_with_their_level(values: np.ndarray) -> None:
    summary = summarise(values, "1")
    levels = [summary[name] for name in FIVE]
    assert levels == sorted(levels)


def test_equal_draws_have_equal_quantiles() -> None:
    # The seventh digit of this value is a tie, so an error in the last bit would show.
    summary = summarise(np.full(7, 7.105645), "1")
    assert len({summary[name] for name in FIVE}) == 1


@pytest.mark.parametrize("broken", [np.nan, np.inf, -np.inf])
def test_a_broken_draw_is_refused_and_counted(broken: float) -> None:
    with pytest.raises(ValueError, match="1 draws are not finite"):
        summarise([1.0, broken, 3.0], "GW")


def test_single_precision_draws_have_an_exact_mean() -> None:
    # 2**24 + 1 has no single-precision form, so a sum kept in single precision would stall there.
    draws = np.full(2**24 + 2**20, 1.0, dtype=np.float32)
    assert summarise(draws, "1")["mean"] == 1.0


def test_path_is_plain_json_with_its_quarters() -> None:
    document = path(np.array([[1.0, 2.0], [3.0, 4.0]]), "USD_bn", ["2025Q1", "2025Q2"])
    assert json.loads(json.dumps(document)) == document
    assert document["quarter"] == ["2025Q1", "2025Q2"]
    assert document["p50"] == [2.0, 3.0]


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_rounding_twice_changes_nothing(value: float) -> None:
    assert rounded(rounded(value)) == rounded(value)


def test_rounding_an_empty_array_gives_an_empty_list() -> None:
    assert rounded([]) == []
