"""The Jevons question: does demand for compute rise or fall when a token takes less compute?

The Jevons index is J = d ln(compute wanted) / d ln(efficiency): above zero, efficiency raises the
demand for compute. It is the exact derivative of the chain, by forward-mode automatic
differentiation per draw, of compute wanted in a later quarter with respect to a lasting gain in
efficiency in the first forecast quarter. Nothing else is held back: prices pass through with
their lag, elasticities fall with the spend share, and training keeps its budgets. In the long run
and without saturation a workload's index tends to eps x pass-through - 1.
"""

from collections.abc import Callable
from functools import cache

import jax
import jax.numpy as jnp
import numpy as np

from jevons.model.chain import Paths, chain
from jevons.model.clock import QUARTERS
from jevons.model.device import compiler_options
from jevons.model.priors import BLOCK
from jevons.model.setting import Setting
from jevons.model.simulate import Drawn, Experiment, Scales, arguments, sample

HORIZONS = {"one_year": 4, "long_run": 20}  # quarters after the shock
Block = Callable[[Drawn, jax.typing.ArrayLike, Setting], Paths]


@cache
def _derivative(scales: Scales) -> Block:
    def run(drawn: Drawn, block: jax.Array, setting: Setting) -> Paths:
        x = sample(scales, drawn, block)
        start = setting.anchor + 1
        onset = (jnp.arange(len(QUARTERS)) >= start).astype(jnp.float32)

        def log_compute(gain: jax.Array) -> tuple[jax.Array, jax.Array]:
            shocks = setting.shocks._replace(efficiency=setting.shocks.efficiency + gain * onset)
            paths = chain(x, setting._replace(shocks=shocks))
            return jnp.log(paths["compute_wanted"]), jnp.log(paths["compute_by_workload"])

        zero = jnp.float32(0.0)
        _, (total, workloads) = jax.jvp(log_compute, (zero,), (jnp.float32(1.0),))
        return {"total": total, "by_workload": workloads}

    return jax.jit(run, compiler_options=compiler_options())


def jevons_index(experiment: Experiment, draws: int) -> dict[str, dict[str, np.ndarray]]:
    """The index by horizon, per draw.

    Args:
        experiment: what to run. draws: number of draws.

    Returns:
        ``{"one_year" | "long_run": {"total": (draw,), "by_workload": (workload, draw)}}``. The
        long run is five years, or the clock's end where that comes first.
    """
    scales, drawn = arguments(experiment)
    run = _derivative(scales)
    start = QUARTERS.index(experiment.anchor) + 1
    parts: dict[str, list[tuple[np.ndarray, np.ndarray]]] = {name: [] for name in HORIZONS}
    for block in range(-(-draws // BLOCK)):
        paths = run(drawn, np.uint32(block), experiment.setting)
        total, workloads = (np.asarray(paths[name]) for name in ("total", "by_workload"))
        for name, ahead in HORIZONS.items():
            at = min(start + ahead, len(QUARTERS) - 1)
            parts[name].append((total[at], workloads[:, at]))
    return {
        name: {
            "total": np.concatenate([total for total, _ in blocks])[:draws],
            "by_workload": np.concatenate([each for _, each in blocks], axis=1)[:, :draws],
        }
        for name, blocks in parts.items()
    }
