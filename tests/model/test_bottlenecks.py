"""The worth of one more unit of a limit: closed forms, and against the chain run again."""

import numpy as np
import pytest

from jevons.model.bottlenecks import (
    extra_build,
    gigawatts_per_spend,
    rent,
    spend_per_unit,
    watts_per_unit,
)
from jevons.model.clock import QUARTERS
from jevons.model.priors import BLOCK
from jevons.model.simulate import Block, simulate
from jevons.model.supply import LIMITS

from .invented import drawn, experiment, inputs, moved, paths


def invented(
    binding: int, room: float, scarcity: float = 1.5, us_share: float = 0.6
) -> dict[str, np.ndarray]:
    one = np.ones((1, 1))
    return {
        "binding": binding * one,
        "room_to_next_limit": room * one,
        "compute_built": 2.0 * one,
        "accelerator_spend": 40.0 * one,
        "hour_cost": 2.0 * one,
        "us_share_of_builds": us_share * one,
        "scarcity": scarcity * one,
    }


PER_UNIT = {name: np.full((1, 1), 4.0) for name in ("power", "capital")}


def test_one_unit_adds_what_it_allows_up_to_the_next_limit() -> None:
    power = LIMITS.index("power")
    assert float(extra_build(invented(power, 9.0), PER_UNIT)["power"][0, 0]) == 4.0
    assert float(extra_build(invented(power, 3.0), PER_UNIT)["power"][0, 0]) == 3.0


def test_only_what_binds_is_worth_anything() -> None:
    extra = extra_build(invented(LIMITS.index("power"), 9.0), PER_UNIT)
    assert float(extra["capital"][0, 0]) == 0.0
    assert not extra_build(invented(-1, 9.0), PER_UNIT)["power"].any()  # history decides nothing


def test_rent_is_the_price_above_cost() -> None:
    """4 USD_bn buys 0.2 M equivalents; at 1 USD an hour over cost that is 1.752 USD_bn a year."""
    found = rent(invented(0, 9.0), np.full((1, 1), 4.0))
    assert float(found[0, 0]) == pytest.approx(0.2 * 1.0 * 8.76)
    assert not rent(invented(0, 9.0, scarcity=1.0), np.full((1, 1), 4.0)).any()


def test_each_unit_is_turned_into_spend_by_its_own_ratio() -> None:
    x = {name: np.array([0.5]) for name in ("servers_ratio", "network_ratio")}
    x |= {name: np.array([0.25]) for name in ("power_cooling_ratio", "shell_ratio")}
    x |= {
        "pue": np.array([1.25]),
        "coincidence": np.array([0.5]),
        "builds_moved_abroad": np.array([0.2]),
        "us_share": np.array([0.6]),
        "power_abroad": np.array([1.2]),
    }
    watts, wafers, memory = (np.full((1, 1), each) for each in (1000.0, 2.0, 5.0))
    per = spend_per_unit(x, invented(0, 1.0), watts, wafers, memory)
    assert float(per["capital"][0, 0]) == pytest.approx(1 / 2.5)
    assert float(per["network"][0, 0]) == pytest.approx(2.0)
    assert (float(per["packaging"][0, 0]), float(per["memory"][0, 0])) == (0.5, 0.2)
    # 50 k equivalents a USD_bn x 1 kW x 1.25 x 0.5 = 0.03125 GW; a fifth had gone abroad instead
    assert float(per["power"][0, 0]) == pytest.approx(0.8 / 0.03125)
    # Where power abroad is spent as well, 1.2 GW for each in the US, it grows with that of the US.
    short = spend_per_unit(x, invented(0, 1.0, us_share=1 / 2.2), watts, wafers, memory)
    assert float(short["power"][0, 0]) == pytest.approx(2.2 / 0.03125)


def test_a_little_more_power_builds_what_a_gigawatt_is_said_to() -> None:
    """The chain again with a thousandth more arriving, in its first decided quarter.

    Where power binds in both runs; what arrives is what builds may draw there, or what is left.
    """
    run = moved(experiment(), power_slack=1e-3)  # or few draws are short so soon
    at = QUARTERS.index(run.first_forecast)
    scarce = run.shocked({"power": 0.1}, run.first_forecast)
    more = scarce.shocked({"power": 1.001}, run.first_forecast)
    before, after = (simulate(each, BLOCK) for each in (scarce, more))
    power = LIMITS.index("power")
    binds = (before["binding"][:, at] == power) & (after["binding"][:, at] == power)
    assert binds.mean() > 0.2
    names = ("compute_built", "accelerator_spend", "us_share_of_builds")
    given = {name: before[name].T.astype(np.float64) for name in names}
    watts = watts_per_unit(drawn(run), np.asarray(run.setting.generations.younger, np.float64))
    per_spend = gigawatts_per_spend(drawn(run), given, watts)[at]
    fed, built = (
        after[name][:, at].astype(np.float64) - before[name][:, at]
        for name in ("power_used", "accelerator_spend")
    )
    assert fed[binds].sum() / (per_spend * built)[binds].sum() == pytest.approx(1.0, rel=0.02)


@pytest.mark.parametrize("shock", ["chips", "power", "capital"])
def test_more_of_an_input_never_lowers_what_is_built_in_the_quarter(shock: str) -> None:
    """The chain again with a tenth more where it is scarce, from its first decided quarter on."""
    first = experiment().first_forecast
    scarce = experiment().shocked({shock: 0.6}, first)
    more = scarce.shocked({shock: 1.1}, first)
    at = 8
    before, after = (
        simulate(run, 2048, ["accelerator_spend"])["accelerator_spend"][:, at]
        for run in (scarce, more)
    )
    assert (after >= before * (1 - 1e-5)).all()
    assert (after > before * 1.001).any()


def test_the_first_block_is_the_one_that_every_run_begins_with() -> None:
    block = Block.of(experiment(), 100)
    np.testing.assert_allclose(block.paths["fleet"].T, paths()["fleet"][:100], rtol=1e-6)
    np.testing.assert_allclose(block.inputs["pue"], inputs()["pue"][:100], rtol=1e-6)
