"""Histograms of paths: quantiles of draws that were never kept, against the draws themselves."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jevons.model.histograms import BINS, DIGITS, OCTAVES_ABOVE, OCTAVES_BELOW, Histograms, _count
from jevons.quantiles import NotFiniteError

LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
WIDTH = 2.0**-DIGITS  # of a bin, as a share of the value
Blocks = list[dict[str, np.ndarray]]


def counted(blocks: Blocks) -> Histograms:
    histograms = Histograms(blocks[0], len(blocks))
    for number, block in enumerate(blocks):
        histograms.add(number, [block])
    return histograms


@settings(max_examples=50)
@given(
    seed=st.integers(0, 2**32 - 1),
    scale=st.floats(-8, 8),
    spread=st.floats(0.01, 1.0),
    sizes=st.lists(st.integers(500, 3000), min_size=1, max_size=4),
)
def test_a_quantile_is_that_of_the_draws_to_a_bin(
    seed: int, scale: float, spread: float, sizes: list[int]
) -> None:
    """Lognormal draws of any size and width; between two neighbouring draws either may be told."""
    rng = np.random.default_rng(seed)
    draws = [np.exp(scale + spread * rng.standard_normal((2, n))).astype(np.float32) for n in sizes]
    histograms = counted([{"a": each} for each in draws])
    every = np.sort(np.concatenate(draws, axis=1), axis=1)
    found = histograms.quantiles(LEVELS)["a"]
    for level, row in zip(LEVELS, found, strict=True):
        rank = level * (every.shape[1] - 1)
        low, high = every[:, int(rank)], every[:, min(int(rank) + 1, every.shape[1] - 1)]
        assert (row >= low * (1 - WIDTH)).all()
        assert (row <= high * (1 + WIDTH)).all()
    np.testing.assert_allclose(histograms.means()["a"], every.mean(1, dtype=np.float64), rtol=1e-9)


def test_the_order_of_blocks_changes_no_bit() -> None:
    rng = np.random.default_rng(1)
    first, *others = [{"a": rng.random((3, 200), np.float32)} for _ in range(4)]
    one, other = Histograms(first, 4), Histograms(first, 4)
    for number, block in enumerate((first, *others)):
        one.add(number, [block])
    for number, block in reversed(list(enumerate((first, *others)))):
        other.add(number, [block])
    assert (one.counts["a"] == other.counts["a"]).all()
    assert one.means()["a"].tobytes() == other.means()["a"].tobytes()


def test_nought_and_what_is_too_small_to_tell_are_nought() -> None:
    values = np.array([[0.0, -0.0, -1e-9, 1e-9, 1.0, 1.0, 1.0, 1.0]], np.float32)
    found = counted([{"a": values}]).quantiles((0.0, 2 / 7, 3 / 7, 4 / 7, 1.0))["a"][:, 0]
    assert found.tolist() == [0, 0, 0, 1, 1]  # one in a billion cannot be told from nought


def test_later_blocks_may_be_larger() -> None:
    first, later = np.full((1, 10), 1.0, np.float32), np.full((1, 90), 3.0, np.float32)
    found = counted([{"a": first}, {"a": later}])
    assert found.quantiles((0.5,))["a"][0, 0] == pytest.approx(3.0, rel=WIDTH)
    assert 2.0**OCTAVES_ABOVE > 3
    assert BINS == (OCTAVES_ABOVE + OCTAVES_BELOW) * 2**DIGITS


def test_names_and_axes_come_back() -> None:
    rng = np.random.default_rng(2)
    block = {"a": rng.random((2, 3, 50), np.float32), "b": rng.random((4, 50), np.float32)}
    found = counted([block]).quantiles(LEVELS)
    assert {name: values.shape for name, values in found.items()} == {"a": (5, 2, 3), "b": (5, 4)}
    assert found["b"][2, 3] == pytest.approx(np.median(block["b"][3]), abs=0.05)


@pytest.mark.parametrize("wrong", [-1.0, np.nan, np.inf])
def test_what_has_no_place_in_the_counts_is_refused(wrong: float) -> None:
    block = {"a": np.ones((1, 5), np.float32)}
    histograms = Histograms(block, 2)
    with pytest.raises(NotFiniteError, match="a has values below zero or not finite"):
        histograms.add(1, [{"a": np.array([[1, wrong]], np.float32)}])


def test_a_block_in_parts_is_the_block() -> None:
    whole = {"a": np.random.default_rng(4).random((3, 90), np.float32)}
    one, other = Histograms(whole, 1), Histograms(whole, 1)
    one.add(0, [whole])
    other.add(0, [{"a": whole["a"][:, :40]}, {"a": whole["a"][:, 40:]}])
    assert (one.counts["a"] == other.counts["a"]).all()
    assert one.means()["a"].tobytes() == other.means()["a"].tobytes()


def test_the_compiled_count_is_the_plain_one() -> None:
    values = np.random.default_rng(3).random((3, 100), np.float32)
    bits = values.view(np.uint32)
    first = np.full(3, (bits.min() >> 13) + 5, np.int64)
    counts, sums = np.zeros((3, BINS), np.uint32), np.zeros(3)
    assert _count(values, bits, first, np.zeros(3, np.float32), counts, sums)
    histograms = Histograms({"a": values}, 1)
    histograms.first["a"] = first
    histograms.add(0, [{"a": values}])
    assert (histograms.counts["a"] == counts).all()
    np.testing.assert_array_equal(histograms.sums["a"][0], sums)
    assert (counts.sum(1) == 100).all()
