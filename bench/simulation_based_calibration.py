"""Simulation-based calibration of the chain's own calibration (Talts and others 2018).

Truths are drawn from the priors, reports from the chain at each truth with its discrepancies and
errors, at the places where a day has reports; each set is calibrated; the rank of every true value
among draws of its posterior must be uniform. Run by hand, interrupted and taken up again at will:

    python bench/simulation_based_calibration.py [DAY] [SETS]

By default 2025-03-11 and 200 sets, about twenty minutes on two cores. Many sets are sampled side
by side, which costs a fraction of one after another.
File: ``docs/simulation_based_calibration.json``.
"""

import json
import sys
import time
from collections.abc import Callable
from datetime import date
from functools import cache, partial
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from scipy.stats import chi2

from jevons.cli.compiled import keep_compiled_code
from jevons.facts import load
from jevons.model.device import compiler_options
from jevons.model.evidence import Arrays, gather
from jevons.model.likelihood import covariance, discrepancies, log_likelihood, predicted
from jevons.model.observations import series
from jevons.model.sampler import START, Scale, kernel_of, scale_of
from jevons.model.simulate import Experiment, Scales, scales_of

FILE = Path(__file__).parents[1] / "docs" / "simulation_based_calibration.json"
DAY, SETS = "2025-03-11", 200
TOGETHER = 40  # sets that are sampled side by side
SCOUTED, WARM_UP, KEPT = 100, 50, 160  # iterations; the sampler's own, one chain a set
EVERY = 4  # of the kept draws enters a rank, so that they are nearly independent
CLASSES = 8
DIVIDER = KEPT // EVERY + 1  # possible ranks
Trial = tuple[np.ndarray, Arrays]  # truths (set, quantity), and the sets' data


def drawn(scales: Scales, data: Arrays, sets: int, seed: int) -> Trial:
    """Truths from the priors and the reports that follow from each."""
    size = len(scales)
    truths = np.random.default_rng(seed).standard_normal((sets, size + len(series())))

    @jax.jit
    @jax.vmap
    def reports(truth: jax.Array, noise: jax.Array) -> jax.Array:
        factor = jnp.linalg.cholesky(covariance(discrepancies(truth[size:]), data))
        return predicted(truth[:size], scales, data) + (factor @ noise[..., None])[..., 0]

    noise = np.random.default_rng([seed, 1]).standard_normal((sets, *data.value.shape))
    values = reports(jnp.asarray(truths, jnp.float32), jnp.asarray(noise, jnp.float32))
    return truths, data._replace(value=values)


@cache
def runner(scales: Scales) -> Callable[..., tuple[jax.Array, jax.Array]]:
    """Draws and divergences of many sets side by side, compiled once for all batches."""
    size = len(scales) + len(series())
    by_set = (Arrays(*(None for _ in Arrays._fields))._replace(value=0), Scale(0, None))

    def likelihood(z: jax.Array, data: Arrays) -> jax.Array:
        return log_likelihood(z[: len(scales)], z[len(scales) :], scales, data)

    kernel = kernel_of(likelihood, size)

    def begin(key: jax.Array, data: Arrays, scale: Scale) -> Any:
        start = {"u": START * jax.random.normal(key, (size,))}
        return kernel.init(key, WARM_UP, start, (data, scale), {})

    def move(state: Any, data: Arrays, scale: Scale) -> Any:
        state = kernel.sample(state, (data, scale), {})
        return state, (scale.at(state.z["u"]), state.diverging)

    @partial(jax.jit, static_argnums=3, compiler_options=compiler_options())
    def run(keys: jax.Array, data: Arrays, scale: Scale, iterations: int) -> Any:
        state = jax.vmap(begin, in_axes=(0, *by_set))(keys, data, scale)
        step = jax.vmap(move, in_axes=(0, *by_set))
        return jax.lax.scan(
            lambda state, _: step(state, data, scale), state, None, length=iterations
        )[1]

    return run


def sampled(scales: Scales, sets: Arrays, seed: int) -> tuple[np.ndarray, float]:
    """Posterior draws of each set, (iteration, set, quantity), and the share that diverged.

    The first run scouts: a set's own mean, and the covariance within sets of all of them.
    """
    count, size, run = len(sets.value), len(scales) + len(series()), runner(scales)
    first, second = jax.random.split(jax.random.key(seed))
    flat = Scale(jnp.zeros((count, size)), jnp.eye(size))
    scouted = np.asarray(run(jax.random.split(first, count), sets, flat, SCOUTED)[0])
    scouted = scouted[SCOUTED // 2 :]
    centre = scouted.mean(0)
    scale = Scale(jnp.asarray(centre), scale_of(scouted - centre).factor)
    draws, diverging = run(jax.random.split(second, count), sets, scale, WARM_UP + KEPT)
    return np.asarray(draws[WARM_UP:]), float(diverging[WARM_UP:].mean())


def uniformity(ranks: np.ndarray) -> np.ndarray:
    """P value of Pearson's test of uniform ranks in :data:`CLASSES` classes, (quantity,)."""
    edges = np.linspace(0, DIVIDER, CLASSES + 1)
    expected = len(ranks) * np.diff(np.ceil(edges)) / DIVIDER
    counts = np.stack([np.histogram(each, np.ceil(edges) - 0.5)[0] for each in ranks.T])
    result: np.ndarray = chi2.sf(((counts - expected) ** 2 / expected).sum(1), CLASSES - 1)
    return result


def main(day: str, sets: int) -> None:
    """Sample what is missing, keep it after every batch, and print the tests."""
    keep_compiled_code()
    snapshot = load().as_of(date.fromisoformat(day))
    evidence = gather(snapshot, Experiment.of(snapshot, seed=0))
    scales = scales_of(evidence.experiment.inputs)
    names = [*(name for name, _ in scales), *(f"discrepancy of {name}" for name in series())]
    kept = json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {}
    if kept.get("key") != evidence.key:
        kept = {"day": day, "key": evidence.key, "divider": DIVIDER, "ranks": [], "divergent": []}
    while len(kept["ranks"]) < sets:
        began, batch = time.perf_counter(), len(kept["ranks"]) // TOGETHER
        truths, data = drawn(scales, evidence.arrays(), TOGETHER, seed=batch)
        draws, divergent = sampled(scales, data, seed=batch)
        kept["ranks"] += (draws[::EVERY] < truths).sum(0).tolist()
        kept["divergent"].append(round(divergent, 4))
        kept["quantities"] = names
        kept["uniform"] = dict(
            zip(names, uniformity(np.array(kept["ranks"])).round(4).tolist(), strict=True)
        )
        FILE.write_text(json.dumps(kept) + "\n", encoding="utf-8")
        took = time.perf_counter() - began
        print(
            f"{len(kept['ranks'])} of {sets} sets, {took:.0f} s, {divergent:.2%} divergent",
            flush=True,
        )
    worst = sorted(kept["uniform"].items(), key=lambda each: each[1])[:10]
    print(f"{len(names)} quantities; the least likely uniform:", dict(worst))


if __name__ == "__main__":
    main(*(sys.argv[1:2] or [DAY]), int((sys.argv[2:3] or [str(SETS)])[0]))
