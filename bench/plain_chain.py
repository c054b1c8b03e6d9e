"""The chain a second time, written out in NumPy: the peer of the benchmark, and its check.

An independent text of the same quarter step, over whole arrays of a chunk of draws, in float32.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jevons.model import budgets, capex, capital, custom_chips, input_output, power, revenue, supply
from jevons.model import chain as model
from jevons.model.clock import FIRST_YEAR, QUARTERS
from jevons.model.simulate import Experiment, arguments, series
from jevons.quantiles import LEVELS

DT = 0.25
Floats = NDArray[np.floating[Any]]
Inputs = Mapping[str, Floats]


class Plain:
    """The chain in NumPy: one block of draws, the same quarter step, whole arrays in float32."""

    def __init__(self, x: Inputs, experiment: Experiment) -> None:
        self.x, self.anchor = x, QUARTERS.index(experiment.anchor)
        s = experiment.setting
        self.before, self.now = np.asarray(s.buyer_before), np.asarray(s.buyer_now)
        self.shock, self.surge = np.asarray(s.shocks.efficiency), np.asarray(s.surge)[:, None]
        self.told = np.asarray(s.told)
        self.net_debt = float(s.net_debt)
        self.younger, self.uncounted, self.counted = (
            np.asarray(each)[:, None] for each in s.generations
        )
        steps = np.arange(len(QUARTERS), dtype=np.float32)[:, None]
        self.since_anchor = (steps - self.anchor) * DT
        self.since_2025 = (steps - QUARTERS.index("2025Q1")) * DT
        self.year_end = FIRST_YEAR + (steps + 1) * DT
        self.anchor_2025 = float(self.since_2025[0, 0] - self.since_anchor[0, 0])
        self.multiple = 1 + sum(x[f"{name}_ratio"] for name in capex.CATEGORIES[1:])

    def costs(self) -> None:
        """Efficiency, units per dollar, watts, cost of an hour and of a token, (quarter, draw)."""
        x = self.x
        rate = np.log(x["software_efficiency_growth"])
        faded = decaying(rate, x["efficiency_growth_half_life"], self.since_anchor)
        self.gain = faded + rate * self.anchor_2025 + self.shock[:, None]
        price = x["accelerator_price"] * x["price_performance_growth"] ** -self.uncounted
        price = price * np.exp(self.counted)
        self.watts = x["compute_power"] * x["energy_efficiency_growth"] ** -self.younger
        gpu = self.hourly(price, self.watts)
        custom = self.hourly(price * x["asic_price_ratio"], self.watts * x["asic_watts_ratio"])
        self.asic = self.custom_share(np.log(gpu / custom))
        self.units = 1e3 / price * (1 - self.asic + self.asic / x["asic_price_ratio"])
        self.hour = self.hourly(1e3 / self.units, self.watts)
        self.token = self.hour * 1e6 / (3600 * x["tokens_per_second"] * np.exp(self.gain))

    def hourly(self, price: Floats, watts: Floats) -> Floats:
        """USD per H100-equivalent hour."""
        x = self.x
        energy = x["coincidence"] * x["pue"] * x["industrial_power_price"] / 1e6
        capital = price * self.multiple * x["serving_cost_share"] / 8760
        result: Floats = capital + watts * energy
        return result

    def custom_share(self, advantage: Floats) -> Floats:
        """Custom chips in spend, (quarter, draw): a logit a workload, the gap of 2025Q1 closing."""
        x, serving = self.x, self.x["flexibility_premium_inference"]
        odds = logit(x["reasoning_answer_share"]) + (
            x["reasoning_adoption_speed"] * np.float32(self.anchor_2025)
        )
        self.shares = self.workload_shares(sigmoid(odds))
        weights = np.stack([1 - x["inference_share"], *(x["inference_share"] * self.shares)])
        premium = np.stack([x["flexibility_premium_training"], serving, serving, serving])
        wish = (advantage - premium[:, None]) / x["asic_choice_spread"]
        now = wish[:, QUARTERS.index("2025Q1")]
        gap = self.gap(*now[:2], weights[0], x["asic_share"])
        chosen = sigmoid(wish + gap * 2 ** (-self.since_2025 / x["asic_half_life"]))
        share: Floats = (chosen * weights[:, None]).sum(0)
        return share

    def gap(self, training: Floats, serving: Floats, weight: Floats, share: Floats) -> Floats:
        """Log odds that make the two weighted choices add up to ``share``, (draw,)."""
        top = np.maximum(training, serving)
        a, b = (
            np.exp(np.maximum(each - top, -custom_chips.WIDEST)) for each in (training, serving)
        )
        square = a * b * (1 - share)
        linear = weight * a + (1 - weight) * b - share * (a + b)
        root = np.sqrt(linear**2 + 4 * square * share)
        upper = np.where(linear < 0, root - linear, 2 * share)
        lower = np.where(linear < 0, 2 * square, root + linear)
        found: Floats = np.log(upper / lower) - top
        return found

    def workload_shares(self, answers: Floats) -> Floats:
        """Shares in inference of direct use, reasoning and multimodal, (workload, draw)."""
        x = self.x
        weight = answers * x["tokens_per_answer_ratio"]
        weight = weight / (weight + 1 - answers)
        text = 1 - x["multimodal_share"]
        return np.stack([text * (1 - weight), text * weight, x["multimodal_share"]])

    def needs(self) -> None:
        """Use at constant price (quarter, workload, draw), shares, elasticities, training."""
        x, years = self.x, self.since_anchor
        adoption = np.clip(x["users_level"] / x["users_ceiling"], 0.005, 0.98)
        users = log_sigmoid(logit(adoption) + x["adoption_speed"] * years) - np.log(adoption)
        odds = logit(x["reasoning_answer_share"]) + x["reasoning_adoption_speed"] * self.since_2025
        start = odds - x["reasoning_adoption_speed"] * years
        fade = x["growth_half_life"]
        users = users + decaying(np.log(x["intensity_growth"]), fade, years)
        direct = log_sigmoid(-odds) - log_sigmoid(-start)
        reasoning = log_sigmoid(odds) - log_sigmoid(start)
        agents = decaying(np.log(x["agents_growth"]), fade, years)
        multimodal = decaying(np.log(x["multimodal_growth"]), fade, years)
        self.use = np.stack([users + direct, users + reasoning + agents, users + multimodal], 1)
        self.shares = self.workload_shares(sigmoid(start[0]))
        market = x["elasticity"]
        ratios = x["elasticity_ratio_reasoning"], x["elasticity_ratio_multimodal"]
        self.elasticity = np.stack([market, market * ratios[0], market * ratios[1]])
        self.pretraining = decaying(np.log(x["pretraining_growth"]), fade, years)
        share = np.clip(x["post_training_ratio"] / x["post_training_ceiling"], 0.01, 0.95)
        rise = sigmoid(logit(share) + x["post_training_speed"] * self.since_2025)
        self.post_ratio = x["post_training_ceiling"] * rise

    def limits(self) -> None:
        """Power by source, money, and the growth of capacities."""
        x, after = self.x, self.x["power_growth_after_2028"]
        arrived = ramp(self.year_end, power.WINDOW_START, after)
        self.building = x["under_construction"] * arrived
        self.grid = x["grid_access"] * arrived
        realised = x["realisation_factor"]
        starts = {name: 2025 + x[f"{name}_lead_time"] for name in power.OPTIONS}
        self.options = np.stack(
            [x[name] * realised * ramp(self.year_end, starts[name], after) for name in starts]
        )
        self.gw = self.building + self.grid + self.options.sum(0)
        steady = np.exp(capex.OTHER_CAPEX_GROWTH * (self.year_end[:, 0] - 2022.5))
        self.outside = (self.before[:, None] * steady)[..., None] * x["capex_outside_ai"]
        cash = x["buyers_cash_flow"] * np.exp(x["buyers_cash_flow_growth"] * self.since_anchor)
        room = np.maximum(capital.DEBT_CEILING * 4 * cash - self.net_debt, 0)
        borrowed = room / (4 * capital.BORROWING_YEARS)
        own = np.maximum(cash * x["capex_intensity_limit"] + borrowed - self.outside.sum(0), 1)
        found = own * (1 + x["outside_finance_ratio"])
        spent = x["accelerator_spend_at_anchor"] * self.multiple
        self.capital = found * np.maximum(spent / found[self.anchor], 1) / self.multiple
        fade = 2 ** (-np.maximum(self.since_anchor, 0) / x["capacity_growth_half_life"])
        floor = x["capacity_growth_floor"]
        chips = floor + (x["accelerator_spend_growth"] - floor) * fade
        relative = [x[f"{name}_relative_growth"] for name in supply.CAPACITIES[1:]]
        self.growth = np.stack([chips, *(chips + each for each in relative)], 1)

    def origin(self) -> None:
        """Fleet, compute and lagged demand of the anchor quarter."""
        x, a, life = self.x, self.anchor, self.x["accelerator_life"]
        trend = x["accelerator_spend_growth_past"] * np.minimum(self.since_anchor, 0)
        self.history = x["accelerator_spend_at_anchor"] * np.exp(trend + self.surge)
        self.budgets()
        watts = self.units[a] * self.watts[a] / 1e3 * x["pue"] * x["us_share"] * x["coincidence"]
        self.connected = self.history[a] * watts
        additions = self.history * self.units
        self.early = model.EARLIER_QUARTERS * additions[0]
        past = (additions * (self.since_anchor <= 0) * survival(life, -self.since_anchor)).sum(0)
        fleet = past + self.early * survival(life, -self.since_anchor[0] + 3 * DT)
        self.wanted = fleet * x["tightness"]
        self.price = np.log(self.token / self.token[a]) * x["price_pass_through"]
        self.relative_gain = self.gain - self.gain[a]
        self.inference = self.wanted * x["inference_share"] * self.shares
        training = self.wanted * (1 - x["inference_share"])
        self.pretraining_anchor = training / (1 + self.post_ratio[a])
        self.budget = np.maximum(x["training_budget_share"], self.pretraining_anchor / fleet)
        self.slack = np.stack(
            [np.ones_like(life), *(x[f"{name}_slack"] for name in supply.CAPACITIES[1:])]
        )
        self.gdp = model.PLANNING_GDP * np.exp(model.GDP_GROWTH * self.since_2025)
        lag = x["adjustment_half_life"] / math.log(2)
        slope = self.use[1] - self.use[0] - self.elasticity * (self.price[1] - self.price[0])
        self.start = self.use[0] - self.elasticity * self.price[0] - slope / DT * (lag + DT)
        tokens, before = self.start, self.history[0]
        for t in range(a + 1):
            _, tokens = self.respond(tokens, before, t)
            before = self.history[t]
        self.at_anchor = tokens

    def budgets(self) -> None:
        """What the buyers told of AI capex: each one's word, and the plan of those that guide."""
        x, told = self.x, self.told[..., None]
        guides, steps = told > 0, np.arange(len(QUARTERS))
        self.own = self.now[:, None, None] - self.outside[:, [self.anchor]]
        word = np.maximum(told - self.outside, budgets.LEAST_TOLD * self.own)
        spent = np.where(guides, self.own, 0).sum(0)
        self.guiding = spent / self.own.sum(0)
        surprise = x["guidance_surprise"] * np.maximum(self.since_anchor, 0)
        grown = np.where(guides, word, 0).sum(0) / np.where(spent > 0, spent, 1)
        self.guided = self.history[self.anchor] * np.exp(surprise) * np.where(spent > 0, grown, 1)
        last = np.where(self.told > 0, steps, self.anchor).max(1, keepdims=True)
        self.held = np.clip(steps, self.anchor, last)
        beyond = np.where(steps[:, None] > self.anchor, np.log(word / self.own) + surprise, 0)
        self.word = np.take_along_axis(beyond, self.held[..., None], 1)

    def respond(self, tokens: Floats, spend: Floats, t: int) -> tuple[Floats, Floats]:
        """Elasticity after saturation, and log tokens one quarter on."""
        half = self.x["saturation_spend_share"]
        share = 4 * spend * self.multiple / self.gdp[t]
        eps = self.elasticity * (half / (half + share))
        speed = adjustment(self.x["adjustment_half_life"])
        return eps, tokens + speed * (self.use[t] - eps * self.price[t] - tokens)

    def build(self) -> None:
        """The quarter step, in order: demand, plan, capacities, the smallest limit, the fleet."""
        x, quarters, draws = self.x, *self.gain.shape
        ages = np.arange(quarters + 3, dtype=np.float32)[:, None] * DT
        alive = survival(x["accelerator_life"], ages)
        # Vintages slide through a longer buffer: a view a quarter, nothing is moved.
        units = np.zeros((2 * quarters + 3, draws), np.float32)
        rated = np.zeros_like(units)
        units[quarters + 2] = self.early
        rated[quarters + 2] = self.early * self.watts[0] / 1e3
        rated_us = rated * x["us_share"]
        leads = np.stack([x[name] for name in supply.LEAD_TIMES])
        lag = np.minimum(DT / leads, 1)
        planning = adjustment(x["planning_half_life"])
        site = x["pue"] * x["coincidence"] / 1e3
        tokens, spend, plan = self.start, self.history[0], self.history[0]
        capacity, orders = self.history[0] * self.slack, np.zeros_like(self.slack)
        used = unlimited = np.zeros(draws, np.float32)
        wanted_before = self.wanted * np.exp(
            x["accelerator_spend_growth_past"] * self.since_anchor[0]
        )
        fleet, speed = (units[quarters:] * alive).sum(0), used
        self.steps: dict[str, list[Floats]] = {}
        for t in range(quarters):
            forecast = t > self.anchor
            eps, tokens = self.respond(tokens, spend, t)
            beyond = np.clip(tokens - self.at_anchor, -model.MOST_TOKENS, model.MOST_TOKENS)
            inference = self.inference * np.exp(beyond - self.relative_gain[t])
            cost = inference.sum(0) * self.hour[t] * model.HOURS / self.gdp[t]
            afford = 1 / (1 + cost / x["spend_share_ceiling"])
            inference = inference * afford
            window = slice(quarters - 1 - t, 2 * quarters + 2 - t)
            standing = (units[window] * alive).sum(0)
            retiring = fleet - standing
            pretraining = self.pretraining_anchor * np.exp(self.pretraining[t])
            if forecast:
                expected = standing + spend * self.units[t]
                pretraining = np.minimum(pretraining, self.budget * expected)
            post = pretraining * self.post_ratio[t]
            wanted = inference.sum(0) + pretraining + post
            per_spend = self.units[t] * self.watts[t] * site
            pace = np.clip(np.log(wanted / wanted_before) / DT, -1, 1.5)
            if forecast:
                ahead = wanted * np.exp(x["demand_extrapolation"] * pace)
                wish = np.maximum(speed * (ahead - standing) + retiring, 1e-4)
                plan = (1 - planning) * plan + planning * wish / self.units[t]
                if (self.told[:, t] > 0).any():
                    weight = x["guidance_weight"] * self.guiding[t]
                    plan = plan * (self.guided[t] / plan) ** weight
                paid = np.minimum(plan, self.capital[t])
                orders = orders + (np.maximum(np.log(paid / capacity), 0) - orders) * lag
                rate = self.growth[t]
                rate = np.where(rate > 0, rate * np.minimum(paid / capacity, 1), rate)
                rate = rate + x["shortage_response"] * orders
                capacity = capacity * np.exp(DT * rate)
                fed = self.headroom(t, used) / per_spend
                without = np.minimum.reduce([plan, *capacity, self.capital[t]])
                powered = self.world_build(without, fed)
                bounds = np.stack([plan, *capacity, powered, self.capital[t]])
                at_home = np.minimum(x["us_share"] * without, fed)
                spend, binding = bounds.min(0), bounds.argmin(0)
                left = np.partition(bounds, 1, 0)[1] - spend
            else:
                spend = plan = without = self.history[t]
                capacity = spend * self.slack
                binding, left = np.full(draws, -1), np.zeros(draws, np.float32)
                ahead = wanted * np.exp(x["demand_extrapolation"] * pace)
                delivered = spend * self.units[t]
                gap = np.maximum(ahead - standing, delivered)
                speed = (x["orders_over_deliveries"] * delivered - retiring) / gap
                speed = np.clip(speed, *supply.BUILD_SPEEDS)
                at_home = x["us_share"] * spend
                free = np.minimum.reduce([plan, *capacity, self.capital[t]])
                powered = self.world_build(free, self.headroom(t, used) / per_spend)
                bounds = np.stack([plan, *capacity, powered, self.capital[t]])
            if self.year_end[t, 0] > power.WINDOW_START:
                used = used + at_home * per_spend
                unlimited = unlimited + x["us_share"] * without * per_spend
            built = units[window.start] = spend * self.units[t]
            rated[window.start] = built * self.watts[t] / 1e3
            rated_us[window.start] = rated[window.start] * at_home / spend
            fleet = (units[window] * alive).sum(0)
            mix = inference / inference.sum(0)
            scarcity = np.maximum(wanted / fleet, 1) ** (1 / (self.elasticity * mix).sum(0))
            kept = {
                "tokens": beyond + np.log(afford),
                "compute_by_workload": inference,
                "pretraining_compute": pretraining,
                "post_training_compute": post,
                "compute_wanted": wanted,
                "served_share": np.minimum(fleet / wanted, 1),
                "scarcity": scarcity,
                "plan": plan,
                "accelerator_spend": spend,
                "compute_built": built,
                "compute_retired": retiring,
                "fleet": fleet,
                "fleet_power": (rated[window] * alive).sum(0),
                "us_fleet_power": (rated_us[window] * alive).sum(0),
                "us_share_of_builds": at_home / spend,
                "power_used": used,
                "new_power_demand": unlimited,
                "binding": binding,
                "room_to_next_limit": left,
                "limits": bounds,
                "effective_elasticity": (eps * mix).sum(0),
            }
            for name, value in kept.items():
                self.steps.setdefault(name, []).append(value)
            wanted_before = wanted

    def world_build(self, wished: Floats, fed: Floats) -> Floats:
        """What US power lets the world build: a part of what it turns away goes abroad."""
        share = self.x["us_share"]
        short = share * wished - fed
        abroad = (1 - share) * wished + self.x["builds_moved_abroad"] * short
        most = np.maximum(self.x["power_abroad"], (1 - share) / share) * fed
        return np.where(short > 0, fed + np.minimum(abroad, most), fed / share)

    def headroom(self, t: int, used: Floats) -> Floats:
        """US GW that this quarter's builds may draw."""
        if self.year_end[t, 0] <= power.WINDOW_START:
            return np.full_like(used, power.UNCOUNTED)
        firm = self.building + self.grid
        arriving = np.maximum(firm[t] - (firm[t - 1] if t else 0), self.connected)
        room = np.maximum(self.gw[t] + self.x["power_slack"] - used, arriving)
        return np.maximum(room, power.LEAST_HEADROOM)

    def paths(self) -> dict[str, Floats]:
        """All paths by the chain's names, (quarter, draw) or with an axis before."""
        for link in (self.costs, self.needs, self.limits, self.origin, self.build):
            link()
        x, found = self.x, {name: np.stack(value) for name, value in self.steps.items()}
        spend = found["accelerator_spend"]
        for name in ("compute_by_workload", "limits"):
            found[name] = found[name].swapaxes(0, 1)
        tokens = x["token_level"] * np.exp(found.pop("tokens").swapaxes(0, 1))
        total = spend * self.multiple
        ratios = [x[f"{name}_ratio"] for name in capex.CATEGORIES[1:]]
        plan = np.log(found.pop("plan") / spend[self.anchor])
        beyond = np.exp(x["guidance_weight"] * (self.word - plan[self.held]))
        own = self.own * beyond * total / total[self.anchor]
        buyers = self.outside + own
        gross = found["new_power_demand"] - self.building - self.grid
        taken = self.merit_order(gross)
        us_gw = found["us_fleet_power"] * x["pue"] * x["coincidence"]
        base = x["us_base_electricity"]
        base = base * np.exp(x["us_base_electricity_growth"] * (self.year_end - 2023.5))
        busy = np.minimum(found["compute_wanted"], found["fleet"])
        services = busy * self.hour * (8760 * DT / 1e3) * x["services_markup"]
        return found | {
            **self.revenue(spend, taken, us_gw, services),
            "compute_services": services,
            "hour_cost": self.hour,
            "token_cost": self.token,
            "token_price": self.token * found["scarcity"],
            "efficiency_gain": np.exp(self.gain),
            "custom_silicon_share": self.asic,
            "tokens_by_workload": tokens * self.shares[:, None, :] * found["served_share"],
            "us_electricity": base + us_gw * 8.76,
            "ai_capex": total,
            "buyers_capex": buyers.sum(0),
            "capex_by_buyer": buyers,
            "ai_capex_by_buyer": own,
            "capex_by_category": np.stack([spend, *(spend * ratio for ratio in ratios)]),
            "power_under_construction": self.building,
            "power_grid_access": self.grid,
            "gross_shortfall": np.maximum(gross, 0),
            "power_options": taken,
            "net_shortfall": np.maximum(gross - taken.sum(0), 0),
        }

    def merit_order(self, needed: Floats) -> Floats:
        """GW taken from each option, cheapest first: sorted here, compared pair by pair there."""
        x, names = self.x, power.OPTIONS
        idle = self.hour[self.anchor] / self.watts[self.anchor] * 1e6 / x["pue"]
        capital = [x["fuel_cell_price"], *(x[f"{name}_capital_cost"] for name in names[1:])]
        bought = {"bitcoin_sites": x["industrial_power_price"]}
        running = [bought[n] if n in bought else x[f"{n}_running_cost"] for n in names]
        delay = np.stack([x[f"{name}_lead_time"] for name in names]) * idle
        hours, charge = 8.76 * x["coincidence"], x["power_fixed_charge_rate"]
        cost = np.stack(capital) * charge / hours + np.stack(running) + delay * charge
        order = np.argsort(cost, axis=0, kind="stable")[:, None]
        sorted_options = np.take_along_axis(self.options, order, 0)
        before = np.cumsum(sorted_options, 0) - sorted_options
        taken = np.clip(needed - before, 0, sorted_options)
        result: Floats = np.empty_like(taken)
        np.put_along_axis(result, np.broadcast_to(order, taken.shape), taken, 0)
        return result

    def revenue(
        self, spend: Floats, taken: Floats, us_gw: Floats, services: Floats
    ) -> dict[str, Floats]:
        """Pools of spending and AI revenue by company, each with a leading axis."""
        x = self.x
        arriving = np.maximum(np.diff(taken, axis=1, prepend=np.float32(0)), 0)
        deployed = dict(zip(power.OPTIONS, arriving, strict=True))
        energy = us_gw * (8760 * DT / 1e6)
        custom = spend * self.asic
        gas = energy * x["gas_share_of_power"] * revenue.HEAT_RATE * x["gas_netback"]
        output = {"gpu": spend - custom, "custom_silicon": custom}
        output |= {name: spend * x[f"{name}_ratio"] for name in capex.CATEGORIES[1:]}
        for sector in input_output.UPSTREAM:
            output[sector] = np.zeros_like(spend)
            for entry in input_output.coefficients():
                if entry.seller == sector:
                    output[sector] += x[entry.name] * output[entry.buyer]
        pools = {name: output[name] for name in input_output.SECTORS} | {
            "gas_turbines": deployed["gas_turbines"] * x["gas_turbine_price"] / 1e3,
            "fuel_cells": deployed["fuel_cells"] * x["fuel_cell_price"] / 1e3,
            "electricity": energy * x["electricity_contract_price"],
            "natural_gas": gas,
            "compute_services": services,
        }
        held = dict.fromkeys(pools, np.float32(0))
        for share in revenue.exposures():
            held[share.pool] = held[share.pool] + x[share.name]
        total = dict.fromkeys(revenue.companies(), np.float32(0))
        for share in revenue.exposures():
            part = x[share.name] / np.maximum(held[share.pool], 1)
            total[share.ticker] = total[share.ticker] + part * pools[share.pool]
        return {
            "spending_pools": np.stack([pools[name] for name in revenue.POOLS]),
            "ai_revenue": np.stack(list(total.values())),
        }


def sigmoid(value: Floats) -> Floats:
    """Logistic function."""
    result: Floats = 1 / (1 + np.exp(-value))
    return result


def log_sigmoid(value: Floats) -> Floats:
    """Logarithm of the logistic function."""
    result: Floats = -np.log1p(np.exp(-value))
    return result


def logit(share: Floats) -> Floats:
    """Log odds."""
    return np.log(share) - np.log1p(-share)


def survival(life: Floats, age: Floats) -> Floats:
    """Share of a vintage in service, 1 at age 0."""
    whole = sigmoid(life / supply.SURVIVAL_WIDTH)
    return sigmoid((life - age) / supply.SURVIVAL_WIDTH) / whole


def adjustment(half_life: Floats) -> Floats:
    """Share of a gap closed in a quarter."""
    result: Floats = -np.expm1(-math.log(2) * DT / half_life)
    return result


def decaying(rate: Floats, half_life: Floats, years: Floats) -> Floats:
    """Cumulated log growth at a rate that halves every half-life after zero."""
    decay = math.log(2) / half_life
    ahead = -np.expm1(-decay * np.maximum(years, 0)) / decay
    result: Floats = rate * (np.minimum(years, 0) + ahead)
    return result


def ramp(year: Floats, start: Floats | float, after: Floats) -> Floats:
    """Share of the window's power that has arrived."""
    window = power.WINDOW_END - power.WINDOW_START
    length = np.maximum(np.float32(power.WINDOW_END) - start, np.float32(DT))
    within = np.clip((year - start) / length, 0, 1)
    result: Floats = within + after * (np.maximum(year - power.WINDOW_END, 0) / window)
    return result


def run_plain(x: Inputs, experiment: Experiment) -> dict[str, Floats]:
    """One block through the NumPy chain."""
    return Plain(x, experiment).paths()


class PlainRun:
    """Sampling, chain and quantiles of series in NumPy, chunk by chunk, one thread."""

    def __init__(self, experiment: Experiment) -> None:
        self.experiment = experiment
        scales, drawn = arguments(experiment)
        self.kinds = {name: (scale.distribution, scale.floor) for name, scale in scales}
        self.location, self.width = (np.asarray(each)[:, None] for each in drawn[:2])
        self.factor = np.asarray(drawn.factor)

    def inputs(self, generator: np.random.Generator, draws: int) -> Inputs:
        """Draws of every input in its unit, each (draw,)."""
        shape = len(self.kinds), draws
        normals = self.factor @ generator.standard_normal(shape, np.float32)
        found = {}
        for (name, (kind, floor)), raw in zip(
            self.kinds.items(), self.location + self.width * normals, strict=True
        ):
            match kind:
                case "lognormal":
                    found[name] = np.float32(floor) + np.exp(raw)
                case "logitnormal":
                    found[name] = sigmoid(raw)
                case "normal":
                    found[name] = raw
        return found

    def __call__(self, names: Sequence[str], draws: int, chunk: int) -> dict[str, Floats]:
        """Quantiles and mean of each named series, (level and mean, quarter)."""
        generator, kept = np.random.Generator(np.random.SFC64(2025)), dict[str, Floats]()
        for start in range(0, draws, chunk):
            paths = run_plain(self.inputs(generator, chunk), self.experiment)
            for name in names:
                of, at = series(name)
                path = paths[of] if at is None else paths[of][at]
                if name not in kept:
                    kept[name] = np.empty((*path.shape[:-1], draws), path.dtype)
                kept[name][..., start : start + chunk] = path
        ranks = [round(level * (draws - 1)) for level in LEVELS.values()]
        return {
            name: np.stack([*np.sort(path)[..., ranks].T, path.mean(-1)])
            for name, path in kept.items()
        }
