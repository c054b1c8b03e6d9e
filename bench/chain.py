"""The chain over blocks of draws, against the same chain written out in NumPy (plain_chain.py).

Run: ``python bench/chain.py``. Checks that both agree on the same inputs, then prints draws a
second by block size and threads, the ratio to the fastest one-thread NumPy of the same run, the
same with sampling and quantiles included, and the memory of a large simulation. Tables measured
with it, and how to read them: bench/README.md.
"""

import math
import resource
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from plain_chain import Floats, Inputs, PlainRun, run_plain

from jevons.facts import load
from jevons.facts.snapshot import Snapshot
from jevons.model import chain as model
from jevons.model.clock import QUARTERS
from jevons.model.device import compiler_options
from jevons.model.priors import BLOCK
from jevons.model.simulate import PART, Experiment, arguments, sample, simulate
from jevons.quantiles import summarise
from jevons.study.path_summaries import series_names, summarise_paths
from jevons.study.reports import Reports

DRAWS = 65_536
BLOCKS = PART, BLOCK, 16_384
ROUNDS = 5
LARGE = 1_000_000
WHOLE, WHOLE_ROUNDS = 2**18, 3  # a whole run; NumPy keeps every path of it for its quantiles
DIFFERENCES = {
    "compute_retired": "fleet",
    "gross_shortfall": "new_power_demand",
    "net_shortfall": "new_power_demand",
    "room_to_next_limit": "accelerator_spend",
}


def check(x: Inputs, experiment: Experiment) -> tuple[float, float]:
    """Largest median gap of any path between both, and the share of all values 0.1 % apart."""
    theirs = run_plain(x, experiment)
    ours = jax.jit(model.chain)(x, experiment.setting)
    assert set(ours) == set(theirs), set(ours) ^ set(theirs)
    worst, apart = 0.0, []
    for name, path in ours.items():
        # The rounding of a small difference is that of the sums that it is taken from.
        size = theirs.get(DIFFERENCES.get(name, ""), np.asarray(path))
        scale = 1 if name == "binding" else np.maximum(np.abs(size), 1e-3)
        assert path.shape == theirs[name].shape, name
        assert name == "binding" or theirs[name].dtype == np.float32, name
        gap = np.abs(np.asarray(path) - theirs[name]) / scale
        worst = max(worst, float(np.median(gap)))
        apart.append(float(np.mean(gap > 1e-3)))
        assert apart[-1] < 1e-3, (name, apart[-1])
    assert worst < 1e-5, worst
    return worst, sum(apart) / len(apart)


def timed(work: Callable[[int], object], blocks: int, threads: int) -> float:
    """Seconds for all blocks."""
    with ThreadPoolExecutor(threads) as pool:
        start = time.perf_counter()
        list(pool.map(work, range(blocks)))
        return time.perf_counter() - start


def cut(x: Inputs, size: int) -> list[dict[str, Floats]]:
    """The draws in blocks of a size."""
    starts = range(0, DRAWS, size)
    return [{n: np.ascontiguousarray(v[i : i + size]) for n, v in x.items()} for i in starts]


def compare(x: Inputs, experiment: Experiment) -> None:
    """Print the table of both engines over block sizes and threads, the best of the rounds.

    Rounds go through all rows in turn, so that other work on the machine slows all alike.
    """
    compiled = jax.jit(model.chain, compiler_options=compiler_options())
    work: dict[tuple[str, int], tuple[Callable[[int], object], int]] = {}
    for size in BLOCKS:
        plain = cut(x, size)
        placed = jax.device_put(plain)

        def numpy_block(i: int, blocks: list[dict[str, Floats]] = plain) -> object:
            return run_plain(blocks[i], experiment)

        def jax_block(i: int, blocks: list[dict[str, jax.Array]] = placed) -> object:
            paths = compiled(blocks[i], experiment.setting)
            return [path.block_until_ready() for path in paths.values()]

        jax_block(0)  # compiles
        work["NumPy", size] = numpy_block, len(plain)
        work["JAX", size] = jax_block, len(plain)
    best: dict[tuple[str, int, int], float] = {}
    for _ in range(ROUNDS):
        for (engine, size), (block, blocks) in work.items():
            for threads in (1, 2):
                row = engine, size, threads
                best[row] = min(timed(block, blocks, threads), best.get(row, math.inf))
    base = min(best["NumPy", size, 1] for size in BLOCKS)
    print(f"{'engine':8}{'block':>8}{'threads':>9}{'s':>8}{'k draws/s':>11}{'ratio':>7}")
    for (engine, size, threads), seconds in sorted(best.items()):
        rate, ratio = DRAWS / seconds / 1e3, base / seconds
        print(f"{engine:8}{size:8,}{threads:9}{seconds:8.3f}{rate:11.0f}{ratio:7.2f}")


def gradient(x: Inputs, experiment: Experiment) -> None:
    """Print what the derivative of one path to every input costs, in runs of the chain."""

    def total(x: dict[str, jax.Array]) -> jax.Array:
        return model.chain(x, experiment.setting)["new_power_demand"][-1].sum()

    forward = jax.jit(model.chain, compiler_options=compiler_options())
    derivative, placed = jax.jit(jax.grad(total)), jax.device_put(cut(x, PART)[0])
    best = [math.inf, math.inf]
    for _ in range(20 * ROUNDS):
        for number, run in enumerate((lambda: forward(placed, experiment.setting),
                                      lambda: derivative(placed))):  # fmt: skip
            start = time.perf_counter()
            jax.block_until_ready(run())
            best[number] = min(best[number], time.perf_counter() - start)
    print(f"gradient to {len(x)} inputs: {best[1] / best[0]:.1f} runs of the chain")


def whole(snapshot: Snapshot, experiment: Experiment) -> None:
    """Print seconds of both for sampling, chain, quantiles and mean: of one path, of every path."""
    plain, one = PlainRun(experiment), ("buyers_capex",)
    every = [name for name in series_names() if name != "tokens"]  # that sum is not in the text

    def summaries() -> object:
        paths = simulate(experiment, WHOLE, one)
        return [summarise(values, "USD_bn/quarter") for values in paths.values()]

    versus("one path", partial(plain, one, WHOLE), summaries)
    versus(f"{len(every)} paths", partial(plain, every, WHOLE),
           partial(summarise_paths, Reports.of(snapshot, experiment, None), WHOLE))  # fmt: skip


def versus(what: str, plain: Callable[[int], object], ours: Callable[[], object]) -> None:
    """Print the best seconds of NumPy, by draws in a chunk, and of jevons, in turns."""
    work = {f"NumPy, chunks of {chunk:,}": partial(plain, chunk) for chunk in BLOCKS}
    work["jevons"] = ours
    best = dict.fromkeys(work, math.inf)
    for _ in range(WHOLE_ROUNDS):
        for name, run in work.items():
            start = time.perf_counter()
            run()
            best[name] = min(best[name], time.perf_counter() - start)
    base = min(seconds for name, seconds in best.items() if name != "jevons")
    print(f"sampling, chain and quantiles of {what}, {WHOLE:,} draws:")
    for name, seconds in best.items():
        print(f"{name:24}{seconds:8.2f} s  ratio {base / seconds:.2f}")


def large(experiment: Experiment) -> None:
    """Print seconds and the process's peak memory (Linux) for many draws of one path."""
    simulate(experiment, 1, ["ai_capex"])  # compiles
    start = time.perf_counter()
    simulate(experiment, LARGE, ["ai_capex"])
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    result = LARGE * 4 * len(QUARTERS) / 2**20
    print(f"simulate, sampling included, {LARGE:,} draws, one path kept: {seconds:.1f} s, ", end="")
    print(f"peak {peak:,.0f} MB, of which the result {result:,.0f}")


def main() -> None:
    """Measure the memory while the process is small, then check and compare."""
    snapshot = load().as_of(date(2025, 3, 11))
    experiment = Experiment.of(snapshot, 2025)
    large(experiment)
    declared, drawn = arguments(experiment)
    blocks = [sample(declared, drawn, jnp.uint32(i)) for i in range(DRAWS // BLOCK)]
    x = {name: np.concatenate([block[name] for block in blocks]) for name in blocks[0]}
    worst, apart = check(cut(x, BLOCK)[0], experiment)
    print(f"agreement: median gap of the worst path {worst:.1e}, {apart:.3%} of values over 0.1 %")
    compare(x, experiment)
    gradient(x, experiment)
    whole(snapshot, experiment)


if __name__ == "__main__":
    main()
