"""Scrambled Sobol points: evenly spread, unbiased, and those of an independent implementation."""

import csv
from functools import cache
from importlib.resources import files

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import special
from scipy.stats import kstest, qmc

from jevons.model import sobol
from jevons.model.priors import standard_normals, streams
from jevons.model.sobol import BLOCK, DIGITS, PLACES, RUN

from .invented import experiment

NAMES = tuple(experiment().inputs)


@cache
def rows() -> list[dict[str, str]]:
    text = files("jevons.model").joinpath("sobol.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


@cache
def block(number: int, seed: int = 2025) -> np.ndarray:
    """Uniform numbers of every input in one block, (input, draw), in double precision."""
    return np.asarray(special.ndtr(np.asarray(streams(seed, NAMES, number), np.float64)))


def test_every_input_has_a_dimension_of_its_own() -> None:
    """If this fails, write the new input into the next free row: nothing else moves."""
    named = [row["input"] for row in rows() if row["input"]]
    assert set(NAMES) <= set(named)
    assert len(set(named)) == len(named)
    assert [int(row["dimension"]) for row in rows()] == list(range(1, len(rows()) + 1))


def test_an_input_without_a_dimension_is_named() -> None:
    with pytest.raises(KeyError, match=r"no dimension: new_input; write it into a free row"):
        streams(1, ("pue", "new_input"), 0)


def test_without_a_scramble_the_points_are_those_of_scipy() -> None:
    """Every dimension of the file, free ones too; SciPy goes through them in Gray code."""
    numbers = np.array([row["directions"].split() for row in rows()], np.uint32)
    directions = jnp.asarray(numbers << (DIGITS - 1 - np.arange(PLACES, dtype=np.uint32)))
    blocks = [
        np.asarray(jax.vmap(lambda own, at=at: sobol.points(own, 0, at))(directions))
        for at in range(2)
    ]
    order = np.arange(2 * BLOCK)
    found = np.concatenate(blocks, axis=1)[:, order ^ (order >> 1)]
    other = qmc.Sobol(len(rows()), scramble=False, bits=DIGITS).random(2 * BLOCK)
    np.testing.assert_array_equal(found / 2.0**DIGITS, other.T)


@pytest.mark.parametrize("number", [0, 1, RUN - 1, RUN])
def test_each_of_4096_equal_cells_of_an_input_has_one_draw_of_a_block(number: int) -> None:
    cells = np.floor(block(number) * BLOCK)
    np.testing.assert_array_equal(np.sort(cells[::20], axis=1) - np.arange(BLOCK), 0.0)


@pytest.mark.parametrize("count", [16, 256, 1024])
def test_draws_that_are_a_power_of_two_fill_as_many_cells(count: int) -> None:
    """So that the draws of a run with few are spread as well."""
    cells = np.sort(np.floor(block(0)[:, :count] * count), axis=1)
    np.testing.assert_array_equal(cells, np.tile(np.arange(count), (len(NAMES), 1)))


def test_a_run_of_blocks_fills_cells_that_much_smaller() -> None:
    """65,536 cells of 16 blocks; one draw each, where chance would leave 37 % empty."""
    name = NAMES[40]
    normals = standard_normals(5, [name], RUN * BLOCK)[name]
    cells = np.floor(special.ndtr(normals.astype(np.float64)) * RUN * BLOCK)
    assert np.unique(cells).size > 0.99 * RUN * BLOCK  # rounding at the edges of cells


def test_pairs_of_the_first_inputs_fill_squares() -> None:
    """Dimensions 1 and 2 are a (0, 12, 2)-net: one draw in each box of 2^a by 2^(12-a)."""
    first, second = block(0)[:2]
    for bits in range(1, 12):
        boxes = np.floor(first * 2**bits) * 2 ** (12 - bits) + np.floor(second * 2 ** (12 - bits))
        assert np.unique(boxes).size == BLOCK


def test_all_pairs_are_spread_better_than_by_chance() -> None:
    """Root mean square correlation: chance gives 1 / sqrt(4096) = 0.016."""
    correlation = np.corrcoef(np.asarray(streams(2025, NAMES, 0))) - np.eye(len(NAMES))
    assert np.sqrt(np.mean(correlation**2)) < 0.016 / 2
    assert np.abs(correlation).max() < 0.15


def test_mean_and_variance_are_far_nearer_than_by_chance() -> None:
    """Standard errors of random draws: 0.016 of the mean, 0.011 of the deviation."""
    normals = np.asarray(streams(2025, NAMES, 0), np.float64)
    assert np.abs(normals.mean(1)).max() < 0.016 / 10
    assert np.abs(normals.std(1) - 1).max() < 0.011 / 2


def test_each_draw_alone_is_standard_normal_over_seeds() -> None:
    """The scramble makes a point uniform wherever it was: so means are without bias."""
    seeds = jnp.arange(2000, dtype=jnp.uint32)
    drawn = jax.jit(jax.vmap(lambda seed: streams(seed, ("pue", "elasticity"), 3)[:, :2]))(seeds)
    for values in np.asarray(drawn, np.float64).reshape(2000, -1).T:
        assert kstest(values, "norm").pvalue > 1e-3
    # Two draws of one input are tied to other cells, two inputs to nothing.
    inputs = np.corrcoef(np.asarray(drawn)[:, 0, 0], np.asarray(drawn)[:, 1, 0])[0, 1]
    assert abs(inputs) < 4 / np.sqrt(2000)


def test_runs_of_blocks_and_seeds_are_scrambled_apart() -> None:
    assert np.unique([block(0)[3], block(RUN)[3], block(0, 1)[3]]).size > 2.99 * BLOCK


def test_the_same_key_gives_the_same_bits_compiled_or_not() -> None:
    alone = streams(2025, NAMES[5:7], 2)
    compiled = jax.jit(lambda seed, number: streams(seed, NAMES, number))
    np.testing.assert_array_equal(alone, compiled(np.uint32(2025), np.uint32(2))[5:7])
