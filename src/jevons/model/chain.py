"""The chain as one pure function: inputs (draw,) to paths (quarter, draw).

History up to the anchor quarter follows what was observed; from the next quarter on, demand, the
limits and capacity responses decide. No input, clock or file is read here; the same function
makes the draws, the sensitivities and the shock experiment, on CPU or GPU.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp

from jevons.model import (
    budgets,
    capex,
    custom_chips,
    demand,
    power,
    revenue,
    supply,
    training,
    unit_cost,
)
from jevons.model.budgets import Budgets
from jevons.model.capital import funding
from jevons.model.clock import QUARTER_YEARS
from jevons.model.demand import Inputs
from jevons.model.setting import Setting
from jevons.model.shocks import Shocks
from jevons.model.timeline import Timeline

Paths = dict[str, jax.Array]
PLANNING_GDP = 118_000.0  # world GDP 2025, USD_bn. Assumption; grows 5 % a year in nominal terms.
GDP_GROWTH = 0.05
LIMIT_OF_POWER = supply.LIMITS.index("power")
REASONING = demand.WORKLOADS.index("reasoning_agents")
CHIPS = supply.LIMITS.index("accelerators") - 1  # among the capacities, the limits after "desired"
HOURS = 8.76  # thousand hours a year: millions of units x USD/hour x HOURS = USD_bn a year
MOST_TOKENS = 75.0  # log, over or under the anchor's: past all money, within single precision
EARLIER_QUARTERS = 6.0  # fleet before the clock, in quarters of its first additions
EARLY_AGE = 2  # its mean age before the clock's first quarter, in quarters


def chain(x: Inputs, setting: Setting) -> Paths:
    """Paths of the whole chain.

    Args:
        x: inputs by name, each (draw,), units as in priors.toml; ``tokens_per_second`` is the
            roofline's tokens a second per H100-equivalent in 2025Q1.
        setting: what the as-of date fixes.

    Returns:
        paths by name, (quarter, draw); names and units in the table of variables. Workload and
        buyer paths carry their own leading axis.
    """
    time = Timeline.of(setting.anchor)
    costs = _costs(x, time, setting)
    needs = _needs(x, time, setting.shocks)
    given = budgets.budgets(x, setting, time)
    limits = _limits(x, time, setting, given)
    steps = _build(x, time, setting, given, costs, needs, limits)
    return _outputs(x, time, setting, given, costs, limits, steps)


def _at(path: jax.Array, index: jax.Array) -> jax.Array:
    """Value of a (quarter, draw) path at a traced quarter index, (draw,)."""
    return jnp.take(path, index.astype(jnp.int32), axis=0)


def _costs(x: Inputs, time: Timeline, setting: Setting) -> Paths:
    gain = unit_cost.efficiency_gain(
        x, time.since_anchor, time.since_2025, setting.shocks.efficiency[:, None]
    )
    gpu_price = unit_cost.price_per_unit(x, setting.generations)
    watts = unit_cost.watts_per_unit(x, setting.generations)
    asic = custom_chips.share(x, time, gpu_price, watts)
    units = supply.units_per_dollar(gpu_price, asic, x["asic_price_ratio"])
    hour = unit_cost.hour_cost(x, 1e3 / units, watts)
    token = unit_cost.token_cost(hour, x["tokens_per_second"], gain)
    return {
        "gain": gain,
        "asic": asic,
        "units": units,
        "watts": watts,
        "hour_cost": hour,
        "token_cost": token,
    }


def _needs(x: Inputs, time: Timeline, shocks: Shocks) -> Paths:
    use = demand.use_at_constant_price(x, time.since_anchor, time.since_2025)
    use = use + shocks.demand[:, None]
    use = use.at[REASONING].add(shocks.tokens_per_answer[:, None])
    return {
        "use": use,
        "shares": demand.workload_shares(x, time.anchor_since_2025),
        "elasticity": demand.elasticities(x),
        "pretraining": training.pretraining_growth(x, time.since_anchor),
        "post_ratio": training.post_training_ratio(x, time.since_2025),
    }


def _limits(x: Inputs, time: Timeline, setting: Setting, given: Budgets) -> Paths:
    arriving = jnp.exp(setting.shocks.power)[:, None]
    firm = power.firm_supply(x, time.year_end)
    under_construction, grid = (arriving * gw for gw in firm)
    options = arriving * power.option_supply(x, time.year_end)
    money = jnp.exp(setting.shocks.capital)[:, None]
    multiple = unit_cost.capital_multiple(x)
    found = funding(x, time.since_anchor, given.outside.sum(0), setting.net_debt)
    # What was spent at the anchor was paid for: there the money is no less than that.
    spent = x["accelerator_spend_at_anchor"] * multiple
    paid_for = found * jnp.maximum(spent / _at(found, setting.anchor), 1.0)
    return {
        "growth": supply.capacity_growth(x, time.since_anchor),
        "under_construction": under_construction,
        "grid": grid,
        "options": options,
        "arriving": arriving,
        "gw_arriving": arriving * jnp.diff(sum(firm), axis=0, prepend=0.0),
        "gw_supply": under_construction + grid + options.sum(0),
        "capital": money * paid_for / multiple,
        "chips": jnp.diff(setting.shocks.chips, prepend=0.0),
    }


class _State(NamedTuple):
    """What one quarter hands to the next; draw axis last."""

    log_tokens: jax.Array  # (workload, draw), against the anchor
    vintages: jax.Array  # (vintage, draw), millions of H100-equivalents as built, oldest first
    fleet: jax.Array  # (draw,), what is in service of them at the quarter's end
    capacity: jax.Array  # (capacity, draw), log of USD_bn/quarter
    orders: jax.Array  # (capacity, draw), log shortage
    gw_used: jax.Array  # (draw,), US GW drawn by builds since 2025
    gw_wanted: jax.Array  # (draw,), US GW that builds would draw without the power limit
    compute_wanted: jax.Array  # (draw,), last quarter's, for the growth that buyers extrapolate
    spend: jax.Array  # (draw,), last quarter's accelerator spend, for saturation
    plan: jax.Array  # (draw,), accelerator spend that buyers plan, log of USD_bn/quarter
    build_speed: jax.Array  # (draw,), share of the gap ordered in a quarter, the anchor's


def _history(x: Inputs, time: Timeline, setting: Setting) -> jax.Array:
    """Accelerator spend (USD_bn/quarter) in history, (quarter, draw).

    The trend through the anchor and what reported revenue was above or below it; the growth that
    is drawn tilts both, so that history is uncertain the more the further back.
    """
    trend = x["accelerator_spend_growth_past"] * jnp.minimum(time.since_anchor, 0.0)
    return x["accelerator_spend_at_anchor"] * jnp.exp(trend + setting.surge[:, None])


def _build(
    x: Inputs,
    time: Timeline,
    setting: Setting,
    given: Budgets,
    costs: Paths,
    needs: Paths,
    limits: Paths,
) -> Paths:
    quarters = len(costs["gain"])
    history = _history(x, time, setting)
    additions = history * costs["units"]
    past = (time.since_anchor <= 0) * supply.survival(x["accelerator_life"], -time.since_anchor)
    early = EARLIER_QUARTERS * additions[0]
    anchor_age = -time.since_anchor[0] + (EARLY_AGE + 1) * QUARTER_YEARS
    fleet_anchor = (additions * past).sum(0) + early * supply.survival(
        x["accelerator_life"], anchor_age
    )
    wanted_anchor = fleet_anchor * x["tightness"]
    price = jnp.log(costs["token_cost"] / _at(costs["token_cost"], setting.anchor))
    price = price * x["price_pass_through"]
    gain = costs["gain"] - _at(costs["gain"], setting.anchor)
    speed = demand.adjustment(x["adjustment_half_life"])
    planning = demand.adjustment(x["planning_half_life"])
    multiple = unit_cost.capital_multiple(x)
    inference_anchor = wanted_anchor * x["inference_share"] * needs["shares"]
    post_anchor = _at(needs["post_ratio"], setting.anchor)
    pretraining_anchor = wanted_anchor * (1 - x["inference_share"]) / (1 + post_anchor)
    # What training was seen to take at the anchor is within its budget.
    budget = jnp.maximum(x["training_budget_share"], pretraining_anchor / fleet_anchor)
    slack = jnp.log(supply.slack(x))
    gdp = PLANNING_GDP * jnp.exp(GDP_GROWTH * time.since_2025)

    def respond(log_tokens: jax.Array, spend: jax.Array, now: Paths) -> tuple[jax.Array, jax.Array]:
        """Elasticity after saturation, and log tokens one quarter on, each (workload, draw)."""
        share = 4 * spend * multiple / now["gdp"]
        eps = demand.saturated(needs["elasticity"], share, x["saturation_spend_share"])
        target = now["use"] - eps * now["price"]
        return eps, log_tokens + speed * (target - log_tokens)

    def step(state: _State, now: Paths) -> tuple[_State, Paths]:
        forecast = now["since_anchor"] > 0
        eps, log_tokens = respond(state.log_tokens, state.spend, now)
        beyond = jnp.clip(log_tokens - at_anchor, -MOST_TOKENS, MOST_TOKENS)
        inference = inference_anchor * jnp.exp(beyond - now["gain"])
        affordable = demand.affordable(
            inference.sum(0) * now["hour_cost"] * HOURS / now["gdp"], x["spend_share_ceiling"]
        )
        inference = inference * affordable
        standing = supply.in_service(state.vintages, x["accelerator_life"], now["vintage"])
        retiring = state.fleet - standing
        pretraining = pretraining_anchor * jnp.exp(now["pretraining"])
        expected = standing + state.spend * now["units"]
        in_budget = training.within_budget(pretraining, expected, budget)
        pretraining = jnp.where(forecast, in_budget, pretraining)
        post = pretraining * now["post_ratio"]
        wanted = inference.sum(0) + pretraining + post
        growth = jnp.log(wanted / state.compute_wanted) / QUARTER_YEARS
        ahead = supply.looking_ahead(wanted, growth, x)
        built_now = now["history"] * now["units"]
        speed = supply.build_speed(ahead, standing, retiring, built_now, x)
        speed = jnp.where(forecast, state.build_speed, speed)  # the anchor's, from the anchor on
        wish = supply.desired_additions(ahead, standing, retiring, speed) / now["units"]
        plan = supply.adjusted(state.plan, jnp.log(wish), planning)
        plan = supply.guided(plan, now["guided"], now["guidance_weight"])
        plan = jnp.where(forecast, plan, now["log_history"])
        paid = jnp.minimum(plan, now["log_capital"])
        own_growth = now["growth"] + relative_growth
        capacity, orders = supply.grow(state.capacity, state.orders, paid, own_growth, x)
        capacity = capacity.at[CHIPS].add(now["chips"])
        capacity = jnp.where(forecast, capacity, now["log_history"] + slack)
        orders = jnp.where(forecast, orders, 0.0)
        per_spend = power.facility_gw(x, now["units"], now["watts"])
        in_window = now["year_end"] > power.WINDOW_START
        headroom = power.headroom(now["gw_supply"], now["gw_arriving"], state.gw_used, in_window)
        wished = jnp.where(forecast, jnp.exp(plan), now["history"])
        bounds = [wished, *jnp.exp(capacity), now["capital"]]
        free, _, _ = supply.smallest(bounds)
        fed = headroom / per_spend
        powered = power.world_build(x, free, fed)
        bounds.insert(LIMIT_OF_POWER, powered)
        build, limit, room = supply.smallest(bounds)
        spend = jnp.where(forecast, build, now["history"])
        without_power = jnp.where(forecast, free, now["history"])
        chosen = x["us_share"] * without_power
        in_us = jnp.where(forecast, jnp.minimum(chosen, fed), chosen)
        built = spend * now["units"]
        vintages = jax.lax.dynamic_update_index_in_dim(state.vintages, built, now["vintage"], 0)
        fleet = standing + built
        served = jnp.minimum(fleet / wanted, 1.0)
        state = _State(
            log_tokens,
            vintages,
            fleet,
            capacity,
            orders,
            state.gw_used + in_window * in_us * per_spend,
            state.gw_wanted + in_window * chosen * per_spend,
            wanted,
            spend,
            plan,
            speed,
        )
        mix = inference / inference.sum(0)
        return state, {
            "log_tokens": beyond + jnp.log(affordable),
            "inference": inference,
            "pretraining": pretraining,
            "post_training": post,
            "compute_wanted": wanted,
            "served": served,
            "scarcity": demand.scarcity(wanted, fleet, (needs["elasticity"] * mix).sum(0)),
            "plan": plan - anchor_log,
            "spend": spend,
            "in_us": in_us / spend,
            "built": built,
            "retired": retiring,
            "fleet": fleet,
            "gw_used": state.gw_used,
            "gw_wanted": state.gw_wanted,
            "binding": jnp.where(forecast, limit, -1),
            "room": jnp.where(forecast, room, 0.0),
            "limits": jnp.stack(bounds),
            "elasticity": (eps * mix).sum(0),
        }

    relative_growth = supply.relative_growth(x)
    log_history = jnp.log(history)
    anchor_log = _at(log_history, setting.anchor)
    built_in_us = power.facility_gw(x, additions, costs["watts"]) * x["us_share"]
    connected = _at(built_in_us, setting.anchor)
    start = _start(x, time, needs, price, additions, history, slack, wanted_anchor)
    now = {
        "vintage": jnp.arange(quarters) + EARLY_AGE + 1,
        "since_anchor": time.since_anchor,
        "year_end": time.year_end,
        "gdp": gdp,
        "use": jnp.moveaxis(needs["use"], 1, 0),
        "price": price,
        "gain": gain,
        "pretraining": needs["pretraining"],
        "post_ratio": needs["post_ratio"],
        "units": costs["units"],
        "watts": costs["watts"],
        "hour_cost": costs["hour_cost"],
        "spend_before": jnp.concatenate([history[:1], history[:-1]]),
        "growth": limits["growth"],
        "history": history,
        "log_history": log_history,
        "gw_supply": limits["gw_supply"] + x["power_slack"],
        "gw_arriving": jnp.maximum(limits["gw_arriving"], limits["arriving"] * connected),
        "capital": limits["capital"],
        "log_capital": jnp.log(limits["capital"]),
        "chips": limits["chips"],
        "guided": anchor_log + given.plan,
        "guidance_weight": x["guidance_weight"] * given.part,
    }
    # Demand is stated against the anchor, whose lagged level a first pass over history gives.
    _, lagged = jax.lax.scan(
        lambda tokens, now: (respond(tokens, now["spend_before"], now)[1],) * 2,
        start.log_tokens,
        now,
    )
    at_anchor = _at(lagged, setting.anchor)
    # A derivative works each quarter out again: to keep all that is in one costs more.
    end, steps = jax.lax.scan(jax.checkpoint(step), start, now)
    watts = jnp.concatenate([jnp.repeat(costs["watts"][:1], EARLY_AGE + 1, 0), costs["watts"]])
    rated = end.vintages * watts / 1e3
    early = jnp.broadcast_to(x["us_share"], (EARLY_AGE + 1, *x["us_share"].shape))
    both = jnp.stack([rated, rated * jnp.concatenate([early, steps["in_us"]])])
    life = x["accelerator_life"]
    gw = jax.lax.map(lambda last: supply.in_service(both, life, last), now["vintage"])
    return dict(steps) | {"fleet_gw": gw[:, 0], "us_fleet_gw": gw[:, 1]}


def _start(
    x: Inputs,
    time: Timeline,
    needs: Paths,
    price: jax.Array,
    additions: jax.Array,
    history: jax.Array,
    slack: jax.Array,
    wanted_anchor: jax.Array,
) -> _State:
    """State before the first quarter: demand on its long-run path, a fleet of recent vintages."""
    quarters, draws = additions.shape
    early = EARLIER_QUARTERS * additions[0]
    vintages = jnp.zeros((quarters + EARLY_AGE + 1, draws), additions.dtype).at[0].set(early)
    zero = jnp.zeros(draws, additions.dtype)
    use = needs["use"]
    lag = x["adjustment_half_life"] / jnp.log(2.0)
    slope = (use[:, 1] - use[:, 0] - needs["elasticity"] * (price[1] - price[0])) / QUARTER_YEARS
    # On a path of constant growth a lagged quantity trails its target by growth times the lag.
    log_tokens = use[:, 0] - needs["elasticity"] * price[0] - slope * (lag + QUARTER_YEARS)
    return _State(
        log_tokens,
        vintages,
        early * supply.survival(x["accelerator_life"], jnp.float32(EARLY_AGE * QUARTER_YEARS)),
        jnp.log(history[0]) + slack,
        jnp.zeros((len(supply.CAPACITIES), draws), additions.dtype),
        zero,
        zero,
        wanted_anchor * jnp.exp(x["accelerator_spend_growth_past"] * time.since_anchor[0]),
        history[0],
        jnp.log(history[0]),
        zero,
    )


def _outputs(
    x: Inputs,
    time: Timeline,
    setting: Setting,
    given: Budgets,
    costs: Paths,
    limits: Paths,
    steps: Paths,
) -> Paths:
    spend = steps["spend"]
    categories = capex.by_category(x, spend)
    ai_capex = spend * unit_cost.capital_multiple(x)
    own = budgets.ai_capex(x, given, ai_capex / _at(ai_capex, setting.anchor), steps["plan"])
    buyers = given.outside + own
    tokens = x["token_level"] * jnp.exp(jnp.moveaxis(steps["log_tokens"], 1, 0))
    gross = steps["gw_wanted"] - limits["under_construction"] - limits["grid"]
    idle = _at(costs["hour_cost"] / costs["watts"], setting.anchor) * 1e6  # USD/MWh of IT
    options = power.merit_order(
        gross, limits["options"], power.merit_cost(x, idle / x["pue"])[:, None]
    )
    used = jnp.minimum(steps["compute_wanted"], steps["fleet"])
    hours = 8760 * QUARTER_YEARS / 1e3  # millions of units x USD/hour x hours -> USD_bn
    us_ai_gw = steps["us_fleet_gw"] * x["pue"] * x["coincidence"]
    paths = {
        **categories,
        "asic_share": costs["asic"],
        "power_options": options,
        "compute_services": used * costs["hour_cost"] * hours * x["services_markup"],
    }
    spending = revenue.pools(x, paths, us_ai_gw)
    return {
        "spending_pools": spending,
        "ai_revenue": revenue.ai_revenue(x, spending),
        "compute_services": paths["compute_services"],
        "hour_cost": costs["hour_cost"],
        "token_cost": costs["token_cost"],
        "token_price": costs["token_cost"] * steps["scarcity"],
        "efficiency_gain": jnp.exp(costs["gain"]),
        "custom_silicon_share": costs["asic"],
        "tokens_by_workload": tokens * _shares_of_tokens(x, time) * steps["served"],
        "compute_by_workload": jnp.moveaxis(steps["inference"], 1, 0),
        "pretraining_compute": steps["pretraining"],
        "post_training_compute": steps["post_training"],
        "compute_wanted": steps["compute_wanted"],
        "served_share": steps["served"],
        "scarcity": steps["scarcity"],
        "effective_elasticity": steps["elasticity"],
        "accelerator_spend": spend,
        "compute_built": steps["built"],
        "compute_retired": steps["retired"],
        "fleet": steps["fleet"],
        "fleet_power": steps["fleet_gw"],
        "us_fleet_power": steps["us_fleet_gw"],
        "us_share_of_builds": steps["in_us"],
        "us_electricity": power.electricity_use(x, us_ai_gw, time.year_end),
        "ai_capex": ai_capex,
        "buyers_capex": buyers.sum(0),
        "capex_by_buyer": buyers,
        "ai_capex_by_buyer": own,
        "capex_by_category": jnp.stack([categories[name] for name in capex.CATEGORIES]),
        "binding": steps["binding"],
        "limits": jnp.moveaxis(steps["limits"], 1, 0),
        "room_to_next_limit": steps["room"],
        "new_power_demand": steps["gw_wanted"],
        "power_used": steps["gw_used"],
        "power_under_construction": limits["under_construction"],
        "power_grid_access": limits["grid"],
        "gross_shortfall": jnp.maximum(gross, 0.0),
        "power_options": options,
        "net_shortfall": jnp.maximum(gross - options.sum(0), 0.0),
    }


def _shares_of_tokens(x: Inputs, time: Timeline) -> jax.Array:
    """Share of each workload in the anchor's tokens, (workload, 1, draw)."""
    return demand.workload_shares(x, time.anchor_since_2025)[:, None, :]
