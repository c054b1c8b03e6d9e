"""From spending to companies: pools by hand, shares that add up, no dollar counted twice."""

from collections import defaultdict

import jax.numpy as jnp
import numpy as np
import pytest

from jevons.errors import UserError
from jevons.facts.variables import variable
from jevons.model.exposures import RULES
from jevons.model.input_output import FINAL, UPSTREAM, coefficients
from jevons.model.power import OPTIONS
from jevons.model.revenue import (
    HEAT_RATE,
    POOLS,
    Exposure,
    ai_revenue,
    companies,
    exposures,
    pools,
    refuse_overallocated,
    shares,
)

from .invented import Numbers, experiment, inputs, numbers, paths

X = numbers(
    gas_turbine_price=800.0,
    fuel_cell_price=3000.0,
    electricity_contract_price=75.0,
    gas_share_of_power=0.5,
    gas_netback=3.0,
    **{entry.name: 0.1 for entry in coefficients()},
)


def spending() -> Numbers:
    """Two quarters: 100 then 120 USD_bn of accelerators, a fifth of it custom."""
    options = {"fuel_cells": [0.5, 0.7], "gas_turbines": [1.0, 3.0]}
    ratios = {
        "accelerators": 1.0,
        "servers": 0.2,
        "network": 0.3,
        "power_cooling": 0.5,
        "shell": 0.1,
    }
    paths = {
        **{name: ratio * jnp.asarray([[100.0], [120.0]]) for name, ratio in ratios.items()},
        "asic_share": jnp.full((2, 1), 0.2),
        "power_options": jnp.asarray([options.get(name, [0.0, 0.0]) for name in OPTIONS])[
            :, :, None
        ],
        "compute_services": jnp.asarray([[40.0], [50.0]]),
    }
    table = pools(X, paths, jnp.asarray([[10.0], [20.0]]))
    return dict(zip(POOLS, table, strict=True))


def test_pools_by_hand() -> None:
    """20 GW for a quarter are 43.8 TWh; half of it from gas takes 153.3 M MMBtu."""
    pool = {name: float(path[1, 0]) for name, path in spending().items()}
    assert pool["gpu"] == pytest.approx(96.0)
    assert pool["custom_silicon"] == pytest.approx(24.0)
    assert pool["network"] == pytest.approx(36.0)
    assert pool["power_cooling"] == pytest.approx(60.0)
    assert pool["gas_turbines"] == pytest.approx(2.0 * 0.8)  # 2 GW more at 800 USD/kW
    assert pool["fuel_cells"] == pytest.approx(0.2 * 3.0, rel=1e-5)
    assert pool["electricity"] == pytest.approx(43.8 * 75 / 1e3, rel=1e-5)
    assert pool["natural_gas"] == pytest.approx(43.8 * 0.5 * HEAT_RATE * 3 / 1e3, rel=1e-5)
    assert pool["compute_services"] == pytest.approx(50.0)


def test_equipment_is_sold_when_it_is_added() -> None:
    first = {name: float(path[0, 0]) for name, path in spending().items()}
    assert first["gas_turbines"] == pytest.approx(0.8)


def test_accelerators_are_gpus_and_custom_silicon() -> None:
    pool = spending()
    np.testing.assert_allclose(pool["gpu"] + pool["custom_silicon"], [[100.0], [120.0]])


def test_what_is_inside_is_bought_out_of_what_holds_it() -> None:
    """A tenth of GPUs, custom chips and servers is memory; a tenth of each sector's foundry."""
    pool = {name: float(path[1, 0]) for name, path in spending().items()}
    assert pool["memory"] == pytest.approx(0.1 * (96 + 24 + 24))
    assert pool["processors"] == pytest.approx(2.4)
    assert pool["foundry"] == pytest.approx(0.1 * (96 + 24 + 36 + 2.4))
    assert pool["wafer_equipment"] == pytest.approx(0.1 * (15.84 + 14.4))


def test_revenue_is_share_times_pool_summed_by_company() -> None:
    table = jnp.arange(1.0, len(POOLS) + 1)[:, None, None]
    x = {exposure.name: jnp.asarray([0.1]) for exposure in exposures()}
    revenue = dict(zip(companies(), ai_revenue(x, table)[:, 0, 0], strict=True))
    expected = dict.fromkeys(companies(), 0.0)
    for exposure in exposures():
        expected[exposure.ticker] += 0.1 * (POOLS.index(exposure.pool) + 1)
    assert {name: float(value) for name, value in revenue.items()} == pytest.approx(expected)


@pytest.mark.parametrize("exposure", exposures(), ids=lambda exposure: exposure.name)
def test_an_exposure_is_a_share_of_a_pool_with_a_source(exposure: Exposure) -> None:
    assert exposure.pool in POOLS
    assert 0 < exposure.p10 < exposure.median < exposure.p90 < 1
    assert exposure.source.strip()
    assert exposure.centre is None or exposure.centre in RULES
    assert variable(f"exposure_{exposure.pool}").unit == "1"


def test_an_exposure_is_declared_once() -> None:
    names = [exposure.name for exposure in exposures()]
    assert len(names) == len(set(names))


def test_no_pool_is_given_away_twice() -> None:
    """At the declared medians and at the centres that the facts of 2025-03-11 set."""
    settled: dict[str, float] = defaultdict(float)
    for exposure in exposures():
        settled[exposure.pool] += experiment().inputs[exposure.name].quantile(0.0)
    refuse_overallocated(exposures())
    assert max(settled.values()) <= 1.01  # draws are scaled to the whole, see below


def test_shares_of_a_pool_never_exceed_it() -> None:
    """Half and three quarters become two and three fifths; a half alone stays."""
    rows = [
        Exposure(t, p, 0.1, 0.2, 0.3, None, "-")
        for t, p in (("A", "gpu"), ("B", "gpu"), ("A", "network"))
    ]
    x = numbers(A_exposure_gpu=0.5, B_exposure_gpu=0.75, A_exposure_network=0.5)
    found = {name: float(value[0]) for name, value in shares(x, rows).items()}
    assert found == pytest.approx(
        {"A_exposure_gpu": 0.4, "B_exposure_gpu": 0.6, "A_exposure_network": 0.5}
    )


def test_exposures_that_add_to_more_than_one_are_refused() -> None:
    more = Exposure("NEW", "gpu", 0.1, 0.2, 0.3, None, "invented")
    with pytest.raises(UserError, match=r"pool 'gpu' add to 1\.19.* NVDA 0\.96 .* NEW 0\.2"):
        refuse_overallocated([*exposures(), more])


def test_a_foundry_is_paid_by_its_customers_not_by_buyers() -> None:
    """Whoever sells to final demand sells there; a foundry, memory and machines are inside it."""
    assert {e.pool for e in exposures() if e.ticker == "TSM"} == {"foundry"}
    assert not set(UPSTREAM) & set(FINAL)


def test_suppliers_earn_no_more_than_is_spent() -> None:
    """Whoever sells into capital spending, the foundry aside, sells less than the AI capex."""
    capital = {"gpu", "custom_silicon", "network", "power_cooling"}
    spend, ratio = paths()["accelerator_spend"], inputs()
    custom = paths()["custom_silicon_share"]
    amounts = {
        "gpu": spend * (1 - custom),
        "custom_silicon": spend * custom,
        "network": spend * ratio["network_ratio"][:, None],
        "power_cooling": spend * ratio["power_cooling_ratio"][:, None],
    }
    share = shares({name: jnp.asarray(x) for name, x in ratio.items()}, exposures())
    sold = sum(
        share[exposure.name][:, None] * amounts[exposure.pool]
        for exposure in exposures()
        if exposure.pool in capital
    )
    assert (sold < paths()["ai_capex"]).all()


def test_nvidias_revenue_is_its_gpus_and_its_network() -> None:
    spend, ratio = paths()["accelerator_spend"], inputs()
    share = shares({name: jnp.asarray(x) for name, x in ratio.items()}, exposures())
    gpus = spend * (1 - paths()["custom_silicon_share"]) * share["NVDA_exposure_gpu"][:, None]
    network = spend * (ratio["network_ratio"] * share["NVDA_exposure_network"])[:, None]
    nvidia = paths()["ai_revenue"][:, companies().index("NVDA")]
    np.testing.assert_allclose(nvidia, gpus + network, rtol=1e-4)
