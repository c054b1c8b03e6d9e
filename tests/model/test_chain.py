"""The chain as a whole: nothing is lost, no limit is passed, every declared input is read."""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import permutations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jevons.facts.variables import variable
from jevons.model import capex, power, supply, unit_cost
from jevons.model.capital import funding
from jevons.model.chain import chain
from jevons.model.clock import FIRST_YEAR, QUARTER_YEARS, QUARTERS
from jevons.model.input_output import coefficients
from jevons.model.nvidia import compute_revenue
from jevons.model.priors import BLOCK, priors
from jevons.model.revenue import exposures
from jevons.model.setting import setting_of
from jevons.model.simulate import Experiment, simulate
from jevons.model.supply import LIMITS
from jevons.model.timeline import Timeline

from .invented import AS_OF, drawn, experiment, in_double, inputs, moved, paths, store

ANCHOR = QUARTERS.index("2024Q4")
HISTORY, FORECAST = slice(0, ANCHOR + 1), slice(ANCHOR + 1, None)
YEAR_END = FIRST_YEAR + QUARTER_YEARS * np.arange(1.0, len(QUARTERS) + 1)
SINCE_ANCHOR = QUARTER_YEARS * (np.arange(len(QUARTERS)) - ANCHOR)
WINDOW = QUARTERS.index("2025Q1")  # the first quarter whose power counts


class Recorded(dict[str, jax.Array]):
    """Inputs that remember which of them were read."""

    def __init__(self, names: Iterator[str]) -> None:
        super().__init__({name: jnp.full(2, 0.5) for name in names})
        self.read: set[str] = set()

    def __getitem__(self, name: str) -> jax.Array:
        self.read.add(name)
        return super().__getitem__(name)


@cache
def free() -> Experiment:
    """No budget and no saturation: what is left is the plain arithmetic of demand."""
    return moved(experiment(), spend_share_ceiling=1e30, saturation_spend_share=1e30)


@cache
def unanswered() -> Experiment:
    """Capacities that do not answer shortage, so that their paths follow from their use alone."""
    return moved(experiment(), shortage_response=1e-9)


@cache
def unanswered_paths() -> dict[str, np.ndarray]:
    return in_double(simulate(unanswered(), BLOCK))


def numbers_of(values: dict[str, np.ndarray]) -> dict[str, jax.Array]:
    return {name: jnp.asarray(value, jnp.float32) for name, value in values.items()}


def test_every_declared_input_is_read_and_nothing_else() -> None:
    names = [*priors(), *(row.name for row in exposures()), *(row.name for row in coefficients())]
    setting = experiment().setting
    recorded = Recorded(iter(names))
    jax.eval_shape(lambda: chain(recorded, setting))
    assert recorded.read == set(names)


def test_years_are_counted_from_the_middle_of_the_same_quarters() -> None:
    time = Timeline.of(jnp.float32(ANCHOR))
    assert float(time.since_anchor[ANCHOR, 0]) == 0.0
    assert float(time.since_2025[QUARTERS.index("2026Q1"), 0]) == 1.0
    assert float(time.year_end[QUARTERS.index("2028Q4"), 0]) == 2029.0


def test_a_setting_is_what_the_date_fixes() -> None:
    setting = setting_of("2023Q2", {"A": (1.0, 2.0), "B": (3.0, 4.0)})
    assert float(setting.anchor) == 1.0
    assert setting.buyer_before.tolist() == [1.0, 3.0]
    assert setting.buyer_now.tolist() == [2.0, 4.0]
    assert setting.shocks.efficiency.shape == (len(QUARTERS),)
    assert not any(shock.any() for shock in setting.shocks)
    assert not setting.surge.any()
    surged = setting_of("2023Q2", {"A": (1.0, 2.0)}, surge={"2023Q1": 0.5})
    assert surged.surge.tolist()[:3] == [0.5, 0.0, 0.0]


def test_every_path_is_finite_and_within_its_bounds() -> None:
    """Bounds of the table of variables; rounding may leave -1e-6 million chips retired."""
    for name, values in paths().items():
        about = variable(name)
        assert np.isfinite(values).all(), name
        assert about.lower is None or values.min() >= about.lower - 1e-5, name
        assert about.upper is None or values.max() <= about.upper + 1e-5, name


def test_demand_of_any_elasticity_stays_a_number() -> None:
    """Prices passed on whole and at once, an elasticity of 80: 200 in logs of tokens, and more."""
    run = moved(
        experiment(), elasticity=80.0, price_pass_through=1 - 1e-6, adjustment_half_life=0.02
    )
    assert all(np.isfinite(path).all() for path in simulate(run, 256).values())


def test_history_is_what_was_observed_tilted_by_the_growth_that_is_drawn() -> None:
    """At the centre of the growth the quarters stand to each other as reported revenue does."""
    x = inputs()
    centre = experiment().inputs["accelerator_spend_growth_past"].quantile(0.0)
    revenue = compute_revenue(store().as_of(AS_OF))
    reported = np.array([revenue[quarter][0] for quarter in QUARTERS[HISTORY]])
    tilt = (x["accelerator_spend_growth_past"][:, None] - centre) * SINCE_ANCHOR[HISTORY]
    level = x["accelerator_spend_at_anchor"][:, None]
    expected = level * reported / reported[-1] * np.exp(tilt)
    np.testing.assert_allclose(paths()["accelerator_spend"][:, HISTORY], expected, rtol=1e-5)


def test_a_limit_binds_in_every_forecast_quarter_and_in_no_other() -> None:
    binding = paths()["binding"]
    assert (binding[:, HISTORY] == -1).all()
    assert np.isin(binding[:, FORECAST], range(len(LIMITS))).all()


def test_no_chip_is_lost() -> None:
    """fleet(t) = fleet(t-1) + built(t) - retired(t): what arrives stands until it retires."""
    names = ("fleet", "compute_built", "compute_retired")
    fleet, built, retired = (paths()[name] for name in names)
    expected = fleet[:, :-1] + built[:, 1:] - retired[:, 1:]
    np.testing.assert_allclose(fleet[:, 1:], expected, rtol=1e-5)


def test_what_is_built_is_what_was_bought() -> None:
    """A dollar buys 1 / price H100-equivalents as GPUs and more as cheaper custom chips."""
    x = inputs()
    price = unit_cost.price_per_unit(numbers_of(x), experiment().setting.generations)
    share = paths()["custom_silicon_share"]
    units = 1e3 / np.asarray(price).T * (1 - share + share / x["asic_price_ratio"][:, None])
    np.testing.assert_allclose(
        paths()["compute_built"], paths()["accelerator_spend"] * units, rtol=1e-4
    )


def test_compute_wanted_is_inference_and_training() -> None:
    parts = paths()
    total = (
        parts["compute_by_workload"].sum(1)
        + parts["pretraining_compute"]
        + parts["post_training_compute"]
    )
    np.testing.assert_allclose(parts["compute_wanted"], total, rtol=1e-5)
    np.testing.assert_allclose(parts["tokens"], parts["tokens_by_workload"].sum(1), rtol=1e-5)


def test_the_share_served_is_the_fleet_over_what_is_wanted() -> None:
    ratio = paths()["fleet"] / paths()["compute_wanted"]
    np.testing.assert_allclose(paths()["served_share"], np.minimum(ratio, 1.0), rtol=1e-5)


def test_prices_rise_above_cost_only_where_compute_is_short() -> None:
    scarcity, wanted, fleet = (paths()[name] for name in ("scarcity", "compute_wanted", "fleet"))
    short = wanted > fleet * (1 + 1e-5)
    assert (scarcity[short] > 1).all()
    np.testing.assert_array_equal(scarcity[wanted < fleet], 1.0)
    np.testing.assert_allclose(paths()["token_price"], paths()["token_cost"] * scarcity, rtol=1e-5)


def test_at_the_anchor_the_chain_wants_the_declared_multiple_of_its_fleet() -> None:
    run, x = in_double(simulate(free(), BLOCK)), drawn(free())
    wanted, fleet = run["compute_wanted"][:, ANCHOR], run["fleet"][:, ANCHOR]
    np.testing.assert_allclose(wanted / fleet, x["tightness"], rtol=1e-4)
    inference = run["compute_by_workload"][:, :, ANCHOR].sum(1)
    np.testing.assert_allclose(inference / wanted, x["inference_share"], rtol=1e-4)
    tokens = x["token_level"] * run["served_share"][:, ANCHOR]
    np.testing.assert_allclose(run["tokens"][:, ANCHOR], tokens, rtol=1e-4)


def test_the_ceiling_holds_spending_on_inference() -> None:
    """Owner's cost of inference over world GDP reaches each draw's ceiling and never passes it."""
    hours = 8760 / 1e3  # million chips x USD/hour -> USD_bn a year
    inference = paths()["compute_by_workload"].sum(1)
    gdp = 118_000 * np.exp(0.05 * (SINCE_ANCHOR - QUARTER_YEARS))
    share = inference * paths()["hour_cost"] * hours / gdp
    ratio = share / inputs()["spend_share_ceiling"][:, None]
    assert 0.99 < ratio.max() < 1 + 1e-6


def test_training_stays_within_its_share_of_the_fleet() -> None:
    """The budget is a share of the fleet expected, or what training was seen to take."""
    anchor = paths()["pretraining_compute"][:, ANCHOR] / paths()["fleet"][:, ANCHOR]
    budget = np.maximum(inputs()["training_budget_share"], anchor)[:, None]
    spend, built = paths()["accelerator_spend"], paths()["compute_built"]
    standing = paths()["fleet"][:, :-1] - paths()["compute_retired"][:, 1:]
    expected = standing + spend[:, :-1] * (built / spend)[:, 1:]
    training = paths()["pretraining_compute"][:, 1:]
    assert (training <= 1.0001 * budget * expected)[:, ANCHOR:].all()


def bounds(limit: str) -> np.ndarray:
    """A limit of :func:`unanswered` as accelerator spend (USD_bn/quarter), (draw, quarter)."""
    x, run = drawn(unanswered()), unanswered_paths()
    if limit in supply.CAPACITIES:
        number = supply.CAPACITIES.index(limit)
        slack = np.asarray(supply.slack(numbers_of(x)))[number]
        growth = supply.capacity_growth(numbers_of(x), jnp.asarray(SINCE_ANCHOR)[:, None])
        own = np.asarray(growth + supply.relative_growth(numbers_of(x))[number], np.float64)
        plan, paid = (run["limits"][:, LIMITS.index(each)] for each in ("desired", "capital"))
        capacity, path = x["accelerator_spend_at_anchor"] * slack, []
        for quarter in range(ANCHOR + 1, len(QUARTERS)):  # grows as far as it is used
            used = np.minimum(np.minimum(plan, paid)[:, quarter] / capacity, 1.0)
            rate = np.where(own[quarter] > 0, own[quarter] * used, own[quarter])
            capacity = capacity * np.exp(QUARTER_YEARS * rate)
            path.append(capacity)
        return np.stack(path, axis=1)
    if limit == "capital":
        most = float(experiment().setting.buyer_before.sum())
        steady = np.exp(capex.OTHER_CAPEX_GROWTH * (YEAR_END - 2022.5))
        other = most * steady[:, None] * x["capex_outside_ai"]
        money = funding(
            numbers_of(x),
            jnp.asarray(SINCE_ANCHOR)[:, None],
            jnp.asarray(other),
            experiment().setting.net_debt,
        )
        all_capital = np.asarray(unit_cost.capital_multiple(numbers_of(x)))
        bound = np.asarray(money / all_capital)
        short = np.maximum(x["accelerator_spend_at_anchor"] / bound[ANCHOR], 1.0)
        return np.asarray((bound * short)[FORECAST].T)
    ends = jnp.asarray(YEAR_END)[:, None]
    firm = sum(np.asarray(part) for part in power.firm_supply(numbers_of(x), ends))
    options = np.asarray(power.option_supply(numbers_of(x), ends)).sum(0)
    total = (firm + options).T.astype(np.float64)
    arriving = np.diff(np.asarray(firm).T.astype(np.float64), axis=1, prepend=0.0)
    left = total[:, 1:] + x["power_slack"][:, None] - run["power_used"][:, :-1]
    watts = np.asarray(unit_cost.watts_per_unit(numbers_of(x), experiment().setting.generations))
    built = run["compute_built"][:, ANCHOR] * watts[ANCHOR] / 1e3
    connected = built * x["pue"] * x["us_share"] * x["coincidence"]
    arriving = np.maximum(arriving, connected[:, None])
    in_us = run["us_share_of_builds"] * run["accelerator_spend"]
    per_spend = np.diff(run["power_used"], axis=1) / in_us[:, 1:]
    fed = np.maximum(left, arriving[:, 1:]) / np.maximum(per_spend, 1e-12)
    others = [limit for limit in LIMITS if limit != "power"]
    free = run["limits"][:, [LIMITS.index(each) for each in others], 1:].min(1)
    share, moved = (x[name][:, None] for name in ("us_share", "builds_moved_abroad"))
    short = share * free - fed
    most = np.maximum(x["power_abroad"][:, None], 1 / share - 1) * fed
    abroad = np.minimum((1 - share) * free + moved * short, most)
    allowed = np.where(short > 0, fed + abroad, fed / share)
    return np.asarray(allowed[:, ANCHOR:])


@pytest.mark.parametrize("limit", LIMITS[1:])
def test_no_limit_is_passed_and_the_one_that_binds_is_met(limit: str) -> None:
    spend = unanswered_paths()["accelerator_spend"][:, FORECAST]
    binds = unanswered_paths()["binding"][:, FORECAST] == LIMITS.index(limit)
    bound = bounds(limit)
    assert (spend <= bound * 1.001).all()
    assert binds.any()
    np.testing.assert_allclose(spend[binds], bound[binds], rtol=1e-3)
    # Where something else binds, this limit lies above the spend: 'smallest' means smallest.
    assert (bound[~binds] >= 0.999 * spend[~binds]).all()


def test_capacities_that_answer_shortage_deliver_more() -> None:
    """Same draws, same limits, only slower answers: no quarter's median spend is larger."""
    answered = np.median(paths()["accelerator_spend"], axis=0)
    assert (np.median(unanswered_paths()["accelerator_spend"], axis=0) <= 1.001 * answered).all()


def test_power_follows_the_published_definition() -> None:
    """Gross = demand less firm supply, never negative; net = gross less the options taken."""
    run, x = paths(), numbers_of(inputs())
    firm = run["power_under_construction"] + run["power_grid_access"]
    missing = run["new_power_demand"] - firm
    np.testing.assert_allclose(run["gross_shortfall"], np.maximum(missing, 0.0), atol=1e-3)
    taken = run["power_options"].sum(1)
    np.testing.assert_allclose(run["gross_shortfall"], taken + run["net_shortfall"], atol=1e-3)
    assert (run["net_shortfall"] <= run["gross_shortfall"]).all()
    available = power.option_supply(x, jnp.asarray(YEAR_END)[:, None])
    # Years near 2025 resolve 1.2e-4 in single precision, and options ramp by some GW a year.
    assert (run["power_options"] <= np.moveaxis(np.asarray(available), 2, 0) + 1e-3).all()


def test_options_are_announced_times_realised() -> None:
    """At the end of 2028 no option gives more than is announced and realised."""
    end = QUARTERS.index("2028Q4")
    for number, name in enumerate(power.OPTIONS):
        most = inputs()[name] * inputs()["realisation_factor"]
        assert (paths()["power_options"][:, number, end] <= most * 1.0001).all()


def test_a_dearer_option_is_taken_only_when_the_cheaper_are_spent() -> None:
    """Cheaper by energy cost and delay, draw by draw: no option has a fixed place."""
    x, run = numbers_of(inputs()), paths()
    available = power.option_supply(x, jnp.asarray(YEAR_END)[:, None])
    idle = run["hour_cost"][:, ANCHOR] / x["compute_power"]  # the anchor is what watts describe
    cost = np.asarray(power.merit_cost(x, jnp.asarray(idle) * 1e6 / x["pue"])).T
    taken, most = run["power_options"], np.moveaxis(np.asarray(available), 2, 0)
    assert len(np.unique(np.argsort(cost, axis=1), axis=0)) > 4
    for first, second in permutations(range(len(power.OPTIONS)), 2):
        cheaper = (cost[:, first] < cost[:, second] - 1e-2)[:, None]
        used = cheaper & (taken[:, second] > 1e-3)
        assert used.any()
        np.testing.assert_allclose(
            taken[:, first][used], most[:, first][used], rtol=1e-3, atol=1e-3
        )


def test_relaxing_what_binds_could_add_no_more_than_the_next_limit_allows() -> None:
    """Nothing in history; ahead the build and its room reach the second smallest limit.

    What a build of 0.01 USD_bn draws is not resolved beside the power of all earlier ones.
    """
    room, spend = paths()["room_to_next_limit"], paths()["accelerator_spend"]
    assert not room[:, HISTORY].any()
    assert (room[:, FORECAST] >= 0).all()
    run, binds = unanswered_paths(), unanswered_paths()["binding"][:, FORECAST]
    reach = (run["accelerator_spend"] + run["room_to_next_limit"])[:, FORECAST]
    resolved = run["accelerator_spend"][:, FORECAST] > 0.01
    for number, limit in enumerate(LIMITS[1:], start=1):
        assert (reach <= 1.001 * bounds(limit))[resolved & (binds != number)].all()
    assert (spend > 0).all()


def test_power_is_counted_from_2025_and_its_limit_never_adds_demand() -> None:
    used, wanted = paths()["power_used"], paths()["new_power_demand"]
    assert not used[:, :WINDOW].any()
    assert (np.diff(used[:, WINDOW:], axis=1) > 0).all()
    assert (used <= wanted * 1.00001).all()


def test_us_power_turns_builds_away_from_the_us_alone() -> None:
    """Where power binds the US builds what it can feed, the rest of the world what it would.

    And a part of what the US turns away, both up to what power abroad feeds.
    """
    x, run = inputs(), paths()
    binds = (run["binding"] == LIMITS.index("power"))[:, ANCHOR + 1 :]
    spend, part = (
        run[name][:, ANCHOR + 1 :] for name in ("accelerator_spend", "us_share_of_builds")
    )
    others = [LIMITS.index(limit) for limit in LIMITS if limit != "power"]
    free = run["limits"][:, others, ANCHOR + 1 :].min(1)
    share, moved = (x[name][:, None] for name in ("us_share", "builds_moved_abroad"))
    turned_away = share * free - part * spend
    wish = (1 - share) * free + moved * turned_away
    most = np.maximum(x["power_abroad"][:, None], 1 / share - 1)
    abroad = np.minimum(wish, most * part * spend)
    assert (abroad < wish)[binds].mean() > 0.1
    assert (abroad == wish)[binds].mean() > 0.1
    np.testing.assert_allclose((spend * (1 - part))[binds], abroad[binds], rtol=1e-4)
    np.testing.assert_allclose(part[~binds], np.broadcast_to(share, part.shape)[~binds], rtol=1e-4)


def test_the_us_draws_what_was_built_there() -> None:
    x = inputs()
    base = x["us_base_electricity"][:, None] * np.exp(
        x["us_base_electricity_growth"][:, None] * (YEAR_END - 2023.5)
    )
    average = (x["pue"] * x["coincidence"])[:, None]
    expected = base + paths()["us_fleet_power"] * average * 8.76
    np.testing.assert_allclose(paths()["us_electricity"], expected, rtol=1e-4)
    at_first = paths()["fleet_power"][:, : ANCHOR + 1] * x["us_share"][:, None]
    np.testing.assert_allclose(paths()["us_fleet_power"][:, : ANCHOR + 1], at_first, rtol=1e-4)
    assert (
        paths()["us_fleet_power"] <= 1.0001 * paths()["fleet_power"] * x["us_share"][:, None]
    ).all()


def test_compute_is_sold_for_its_cost_and_a_markup() -> None:
    used = np.minimum(paths()["compute_wanted"], paths()["fleet"])
    expected = used * paths()["hour_cost"] * 2.19 * inputs()["services_markup"][:, None]
    np.testing.assert_allclose(paths()["compute_services"], expected, rtol=1e-4)


def test_another_anchor_needs_no_other_code() -> None:
    """A setting with a later anchor gives more history and less forecast."""
    later = replace(experiment(), setting=experiment().setting._replace(anchor=jnp.float32(12)))
    binding = simulate(later, 8, ["binding"])["binding"]
    assert (binding[:, :13] == -1).all()
    assert (binding[:, 13:] >= 0).all()
