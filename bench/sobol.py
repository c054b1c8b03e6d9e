"""How far off the chain's summaries are by chance: scrambled Sobol draws beside random ones.

Run: ``python bench/sobol.py [seeds]``. Prints the root mean square error over seeds, against four
million random draws, of each summary at several numbers of draws, for the draws of ``jevons``, for
random ones and for a Latin hypercube in each block, and what a block of draws costs. Tables
measured with it, and how to read them: bench/README.md.
"""

import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import jax
import jax.numpy as jnp
import numpy as np

from jevons.facts import load
from jevons.model.chain import chain
from jevons.model.clock import QUARTERS
from jevons.model.device import compiler_options
from jevons.model.priors import BLOCK, streams
from jevons.model.rebound import HORIZONS
from jevons.model.setting import Setting
from jevons.model.simulate import Drawn, arguments, correlated, series
from jevons.study import Study

PATHS = "buyers_capex", "gross_shortfall", "ai_revenue.NVDA", "tokens"
AT = QUARTERS.index("2028Q4")
DRAWS = 4_096, 16_384, 20_000, 65_536
SEEDS = 40
REFERENCE, FIRST = 1_024, 10_000  # blocks of random draws, and their seed
Rule = Callable[[int, int], np.ndarray]  # independent normals (input, draw) of a seed and block


class Runs:
    """The chain's figures, (figure, draw), as of a day with what its data taught."""

    def __init__(self, as_of: date) -> None:
        self.experiment = Study(load(), as_of).experiment
        self.declared, self.drawn = arguments(self.experiment)
        self.names = [name for name, _ in self.declared]
        self.run = jax.jit(self._run, compiler_options=compiler_options())

    def _run(self, drawn: Drawn, normals: jax.Array, setting: Setting) -> jax.Array:
        x = drawn.inputs(self.declared, correlated(drawn.factor, normals))
        start = QUARTERS.index(self.experiment.anchor) + 1
        after = jnp.arange(len(QUARTERS)) >= start
        end = min(start + HORIZONS["long_run"], len(QUARTERS) - 1)

        def wanted(gain: jax.Array) -> tuple[jax.Array, dict[str, jax.Array]]:
            more = setting.shocks._replace(efficiency=setting.shocks.efficiency + gain * after)
            paths = chain(x, setting._replace(shocks=more))
            return jnp.log(paths["compute_wanted"][end]), dict(paths)

        _, index, paths = jax.jvp(wanted, (jnp.float32(0),), (jnp.float32(1),), has_aux=True)
        paths["tokens"] = paths["tokens_by_workload"].sum(0)
        figures = []
        for name in PATHS:
            output, place = series(name)
            path = paths[output] if place is None else paths[output][place]
            figures.append(path[AT])
        return jnp.stack([*figures, index])

    def figures(self, rule: Rule, seed: int, draws: int) -> np.ndarray:
        """Figures (figure, draw) under a rule of drawing."""

        def one(block: int) -> np.ndarray:
            return np.asarray(self.run(self.drawn, rule(seed, block), self.experiment.setting))

        with ThreadPoolExecutor() as pool:
            blocks = list(pool.map(one, range(-(-draws // BLOCK))))
        return np.concatenate(blocks, axis=1)[:, :draws]

    def rules(self) -> dict[str, Rule]:
        """How standard normals may be drawn."""
        count = len(self.names)

        def even(seed: jax.Array, block: jax.Array) -> jax.Array:
            return streams(seed, self.names, block)

        def random(seed: jax.Array, block: jax.Array) -> jax.Array:
            key = jax.random.fold_in(jax.random.key(seed), block)
            return jax.random.normal(key, (count, BLOCK))

        def hypercube(seed: jax.Array, block: jax.Array) -> jax.Array:
            key = jax.random.split(jax.random.fold_in(jax.random.key(seed), block))
            order = jax.random.uniform(key[0], (count, BLOCK)).argsort(1)
            within = jax.random.uniform(key[1], (count, BLOCK), minval=0.01, maxval=0.99)
            return jax.scipy.special.ndtri((order + within) / BLOCK)

        def rule(drawing: Callable[[jax.Array, jax.Array], jax.Array]) -> Rule:
            compiled = jax.jit(drawing)
            return lambda seed, block: np.asarray(compiled(np.uint32(seed), np.uint32(block)))

        return {"random": rule(random), "hypercube": rule(hypercube), "Sobol": rule(even)}


def summaries(figures: np.ndarray) -> dict[str, float]:
    """Mean and quantiles of each path, and the probability that the index is above zero."""
    found: dict[str, float] = {}
    for name, values in zip(PATHS, figures.astype(np.float64), strict=False):
        found[f"{name} mean"] = values.mean()
        for level in (10, 50, 90):
            found[f"{name} {level} %"] = np.percentile(values, level)
    return found | {"P(index > 0)": float(np.mean(figures[-1] > 0))}


def errors(runs: Runs, seeds: int) -> None:
    """Print relative errors of random draws, and how many times smaller those of others are."""
    rules = runs.rules()
    reference = summaries(runs.figures(rules["random"], FIRST, REFERENCE * BLOCK))
    true = np.array(list(reference.values()))
    for draws in DRAWS:
        error = {
            rule: np.sqrt(np.mean([
                (np.array(list(summaries(runs.figures(draw, seed, draws)).values())) / true - 1)
                ** 2 for seed in range(seeds)
            ], axis=0)) for rule, draw in rules.items()
        }  # fmt: skip
        print(f"{draws:,} draws, {seeds} seeds: error of random draws in %, times smaller")
        for place, name in enumerate(reference):
            row = [error["random"][place] / error[rule][place] for rule in rules][1:]
            print(f"  {name:24}{100 * error['random'][place]:6.2f}", *(f"{x:6.2f}" for x in row))
        middle = [np.exp(np.log(error["random"] / each).mean()) for each in error.values()][1:]
        print(f"  {'geometric mean':30}", *(f"{each:6.2f}" for each in middle), flush=True)


def costs(runs: Runs) -> None:
    """Print what drawing a block takes beside running the chain over it."""
    setting, normals = runs.experiment.setting, runs.rules()["random"](1, 0)
    works = {rule: lambda draw=draw: draw(1, 2) for rule, draw in runs.rules().items()}
    works["chain and index"] = lambda: np.asarray(runs.run(runs.drawn, normals, setting))
    best = dict.fromkeys(works, np.inf)
    for _ in range(30):
        for name, work in works.items():
            start = time.perf_counter()
            work()
            best[name] = min(best[name], time.perf_counter() - start)
    print("a block: " + ", ".join(f"{name} {1e3 * each:.2f} ms" for name, each in best.items()))


def main() -> None:
    """Compare errors, then costs."""
    runs = Runs(date(2025, 3, 11))
    costs(runs)
    errors(runs, int(sys.argv[1]) if len(sys.argv) > 1 else SEEDS)


if __name__ == "__main__":
    main()
