"""Nothing is lost: the chain in double precision balances to 1e-9 in every draw.

The engine runs in single precision, which rounds at 1e-7; the same function is run here in double.
"""

from functools import cache

import jax
import jax.numpy as jnp
import numpy as np

from jevons.model.chain import chain
from jevons.model.supply import SURVIVAL_WIDTH

from .invented import experiment, inputs

DRAWS = 256


@cache
def run() -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Inputs (draw,) and paths (quarter, draw), both in double precision."""
    x = {name: value[:DRAWS].astype(np.float64) for name, value in inputs().items()}
    with jax.enable_x64(True):
        setting = jax.tree.map(
            lambda value: jnp.asarray(np.asarray(value, np.float64)), experiment().setting
        )
        paths = chain({name: jnp.asarray(value) for name, value in x.items()}, setting)
        return x, {name: np.asarray(path) for name, path in paths.items()}


def balanced(left: np.ndarray, right: np.ndarray) -> bool:
    """Equal to 1e-9 of the larger side, or to 1e-9 where both are small."""
    scale = np.maximum(np.maximum(np.abs(left), np.abs(right)), 1.0)
    return bool((np.abs(left - right) <= 1e-9 * scale).all())


def test_the_paths_are_in_double_precision() -> None:
    assert {path.dtype for name, path in run()[1].items() if name != "binding"} == {
        np.dtype(np.float64)
    }


def test_chips_built_are_in_the_fleet_or_retired() -> None:
    """First fleet + all that was built since = fleet + all that retired since, every quarter."""
    fleet, built, retired = (run()[1][n] for n in ("fleet", "compute_built", "compute_retired"))
    came = fleet[0] + built[1:].cumsum(0)
    went = fleet[1:] + retired[1:].cumsum(0)
    assert balanced(came, went)


def watts_of(x: dict[str, np.ndarray]) -> np.ndarray:
    """Watts of an H100-equivalent by quarter shipped, (quarter, draw)."""
    younger = np.asarray(experiment().setting.generations.younger, np.float64)
    fall = x["energy_efficiency_growth"] ** -younger[:, None]
    watts: np.ndarray = x["compute_power"] * fall
    return watts


def test_watts_are_those_of_the_vintages_that_stand() -> None:
    """The fleet's power again from what was built, its watts then and its survival by age."""
    x, paths = run()
    quarters = len(paths["fleet"])
    life = x["accelerator_life"]

    def alive(age: float) -> np.ndarray:
        whole = 1 + np.exp(-life / SURVIVAL_WIDTH)
        return np.asarray(whole / (1 + np.exp(-(life - age) / SURVIVAL_WIDTH)))

    watts = watts_of(x)
    first = 6 * paths["compute_built"][0] * watts[0] / 1e3  # six quarters of the first additions
    for now in range(quarters):
        stands = sum(
            paths["compute_built"][then] * watts[then] / 1e3 * alive((now - then) / 4)
            for then in range(now + 1)
        )
        expected = stands + first * alive((now + 3) / 4)
        assert balanced(paths["fleet_power"][now], expected)


def test_dollars_of_the_categories_are_all_dollars() -> None:
    _, paths = run()
    assert balanced(paths["capex_by_category"].sum(0), paths["ai_capex"])
    assert balanced(paths["capex_by_buyer"].sum(0), paths["buyers_capex"])
    assert balanced(paths["capex_by_category"][0], paths["accelerator_spend"])


def test_gigawatts_wanted_are_supplied_or_short() -> None:
    """Supply is always feasible: what no source meets is the shortfall, never a lost watt."""
    _, paths = run()
    firm = paths["power_under_construction"] + paths["power_grid_access"]
    met = np.minimum(paths["new_power_demand"], firm)
    total = met + paths["power_options"].sum(0) + paths["net_shortfall"]
    assert balanced(total, paths["new_power_demand"])


def test_power_used_is_what_the_builds_draw() -> None:
    x, paths = run()
    site = x["pue"] * x["coincidence"]
    drawn, watts = np.diff(paths["power_used"], axis=0), watts_of(x)
    for now in range(9, len(paths["fleet"])):
        in_us = paths["compute_built"][now] * paths["us_share_of_builds"][now]
        assert balanced(drawn[now - 1], in_us * watts[now] / 1e3 * site)
