"""Seconds to value companies, warm: ours against plain NumPy float64 loops over the same formulas.

    python bench/valuation.py [--draws 100000] [--companies 20] [--repeats 5]

Both take the same inputs and reports of the same companies to enterprise values, from the same
draws; the largest difference is printed, so a gain that changes the answer shows. The peer is one
vectorised pass a year, written from docs/valuation.md. ``jevons value`` does more for each company:
it reads the reports, draws the inputs and comes down to a share, which is timed beside them.
"""

import argparse
import math
import time
from collections.abc import Callable, Mapping, Sequence

import jax
import numpy as np
from numpy.typing import NDArray

from jevons.facts import load
from jevons.study import Study
from jevons.study.companies import Companies
from jevons.valuation import cash_flow, input_names, value_company
from jevons.valuation.blocks import HEAT_CONTENT, LOWEST_MARGIN, Plants
from jevons.valuation.case import Case
from jevons.valuation.priors import CYCLE
from jevons.valuation.segments import ai_worth, base_worth
from jevons.valuation.trade import Line
from jevons.valuation.value import CompanyValue

Floats = NDArray[np.float64]
Inputs = Mapping[str, Floats]
Flows = tuple[list[Floats], list[Floats]]  # NOPAT and investment, one array of draws a year


def ours(values: list[CompanyValue]) -> list[Floats]:
    with jax.enable_x64(True):
        worths = [
            base_worth(v.case).enterprise
            + ai_worth(v.case, 1.0, buyer=v.company.economics == "buyer").enterprise
            for v in values
            if v.case is not None
        ]
        return [np.asarray(worth, np.float64) for worth in worths]


def shares(companies: Companies, values: list[CompanyValue]) -> list[CompanyValue]:
    """All that a value takes: reports, draws of inputs, enterprise value, claims, the price."""
    return [
        value_company(
            v.company,
            companies.chain,
            companies.snapshot,
            {name: companies.normals[name] for name in input_names(v.company)},
            v.price,
        )
        for v in values
    ]


def plain(values: list[CompanyValue]) -> list[Floats]:
    return [_plain(v.case, v.company.economics == "buyer") for v in values if v.case is not None]


def _plain(case: Case, buyer: bool) -> Floats:
    x = {name: np.asarray(value, np.float64) for name, value in case.x.items()}
    when = tuple(np.asarray(part, np.float64) for part in case.when)
    revenue, path = _revenue(case, x), np.asarray(case.ai)
    base, own = _margins(case, x)
    margin = np.maximum(base + _gain(case, x, revenue), LOWEST_MARGIN)
    total = _worth(_operating(revenue, margin, x, x["sales_to_capital"], None), x, when)
    if case.rate_base is not None:
        years = np.asarray(case.rate_base.years)
        capital = float(case.rate_base.amount) * (1 + x["rate_base_growth"])[:, None] ** years
        total = total + _worth(_regulated(capital, x), x, when)
    if buyer:
        ai = _capital(path, x)
    elif case.plants is None:
        if case.gas is not None:
            well = np.asarray(case.gas.price) * HEAT_CONTENT
            own = (
                np.maximum(1 - float(case.gas.unit_cost) / well, LOWEST_MARGIN)[:, None] + 0 * path
            )
        ai = _operating(path, own, x, x["ai_sales_to_capital"], None)
    else:
        turnover = np.asarray(case.plants.contract) * 8.76 / x["plant_cost"]
        earned = np.maximum(x["new_plant_margin"] * (1 - x["tax_rate"]) * turnover, x["ronic"])
        new, own = _contracts(case.plants, x, path)
        ai = _operating(path, own, x, turnover / new, earned)
    return total + _worth(ai, x, when)


def _revenue(case: Case, x: Inputs) -> Floats:
    base = case.base
    inside = np.asarray(base.inside)
    if case.plants is not None:
        inside = inside * _added(case.plants, x)
    now = np.maximum(float(base.revenue) - inside, 0.0)
    revenue: Floats = now[:, None] * (1 + x["base_growth"])[:, None] ** np.asarray(base.since)
    return revenue


def _margins(case: Case, x: Inputs) -> tuple[Floats, Floats]:
    """Of the base business and of AI, before what the prices of its market add."""
    reported, arrived = float(case.base.margin), np.asarray(case.base.arrived)
    if CYCLE in x:
        own = x[CYCLE] - reported
        base = (1 - reported) * x[CYCLE] / (1 - x[CYCLE]) - reported
    else:
        own = base = x["margin_change"]
    premium = x.get("ai_margin_premium", np.zeros(1))[:, None]
    return (
        np.maximum(reported + base[:, None] * arrived, LOWEST_MARGIN),
        np.maximum(reported + own[:, None] * arrived + premium, LOWEST_MARGIN),
    )


def _line(line: Line, level: Floats) -> Floats:
    price: Floats = line.known + level[:, None] * line.drawn
    return price


def _gain(case: Case, x: Inputs, revenue: Floats) -> Floats:
    if case.gas is not None:
        changed: Floats = _line(case.gas.netback, x["netback_2030"]) / case.gas.netback.reported - 1
        return changed
    plants = case.plants
    if plants is None or plants.capacity is None or plants.cleared is None:
        return np.zeros_like(revenue)
    dearer = _line(plants.capacity, x["capacity_price_2030"]) - plants.capacity.reported
    income = x["capacity_kept"][:, None] * float(plants.cleared) * dearer * 365e-6
    gain: Floats = np.where(revenue > 0, income / np.where(revenue > 0, revenue, 1.0), 0.0)
    return gain


def _added(plants: Plants, x: Inputs) -> Floats:
    """Part of contracts' revenue of the reported year that the market would not have paid."""
    if plants.energy is None:
        return np.ones_like(x["new_plant_margin"])
    market = plants.energy.reported
    if plants.capacity is not None:
        market = market + plants.capacity.reported / 24
    above = np.maximum(1 - market / np.asarray(plants.contract), 0.0)
    added: Floats = x["new_build_share"] + (1 - x["new_build_share"]) * above
    return added


def _contracts(plants: Plants, x: Inputs, path: Floats) -> tuple[Floats, Floats]:
    """Share of new plants and margin of contracts."""
    if plants.energy is None:
        return np.ones(len(path)), x["new_plant_margin"][:, None] + 0 * path
    market = _line(plants.energy, x["energy_price_2030"])
    if plants.capacity is not None:
        market = market + _line(plants.capacity, x["capacity_price_2030"]) / 24
    above = np.maximum(1 - market / np.asarray(plants.contract)[:, None], 0.0)
    new = x["new_build_share"]
    return new, (new * x["new_plant_margin"])[:, None] + (1 - new)[:, None] * above


def _operating(
    revenue: Floats, margin: Floats, x: Inputs, turnover: Floats, entry: Floats | None
) -> Flows:
    kept = 1 - x["tax_rate"]
    nopat = [revenue[:, t] * margin[:, t] * kept for t in range(revenue.shape[1])]
    spent = [(revenue[:, t + 1] - revenue[:, t]) / turnover for t in range(revenue.shape[1] - 1)]
    earned = np.maximum(margin[:, -1] * kept * turnover, x["ronic"]) if entry is None else entry
    return _faded(nopat, spent, revenue[:, -3], revenue[:, -1], earned, x)


def _regulated(capital: Floats, x: Inputs) -> Flows:
    nopat = [x["allowed_return"] * capital[:, t] for t in range(capital.shape[1] - 1)]
    spent = [capital[:, t + 1] - capital[:, t] for t in range(capital.shape[1] - 2)]
    return _faded(nopat, spent, capital[:, -3], capital[:, -1], x["allowed_return"], x)


def _capital(spending: Floats, x: Inputs) -> Flows:
    capital = np.zeros(len(spending))
    nopat, spent, levels = [], [], []
    for t in range(spending.shape[1]):
        closing = capital * (1 - 1 / x["ai_capital_life"]) + spending[:, t]
        nopat.append(x["ai_return"] * capital)
        spent.append(closing - capital)
        levels.append(closing)
        capital = closing
    return _faded(nopat, spent[:-1], levels[-3], levels[-1], x["ai_return"], x)


def _faded(
    nopat: list[Floats], spent: list[Floats], before: Floats, last: Floats, entry: Floats, x: Inputs
) -> Flows:
    grows = (before > 0) & (last > 0)
    ratio = np.where(grows, last, 1.0) / np.where(grows, before, 1.0)
    growth = np.clip(np.sqrt(ratio) - 1, *cash_flow.ENTRY_GROWTH_BOUNDS)
    for k in range(1, cash_flow.FADE_YEARS + 1):
        g = growth + (x["terminal_growth"] - growth) * k / cash_flow.FADE_YEARS
        r = entry + (x["ronic"] - entry) * k / cash_flow.FADE_YEARS
        spent.append(nopat[-1] * g / r)
        nopat.append(nopat[-1] * (1 + g))
    spent.append(nopat[-1] * x["terminal_growth"] / x["ronic"])
    return nopat, spent


def _worth(segment: Flows, x: Inputs, when: tuple[Floats, ...]) -> Floats:
    nopat, spent = segment
    weight, paid, horizon = when
    flows = [
        weight[t] * (nopat[t] - spent[t]) * (1 + x["wacc"]) ** -paid[t] for t in range(len(nopat))
    ]
    coming = nopat[-1] * (1 + x["terminal_growth"])
    beyond = coming * (1 - x["terminal_growth"] / x["ronic"]) / (x["wacc"] - x["terminal_growth"])
    worth: Floats = np.sum(flows, axis=0) + beyond * (1 + x["wacc"]) ** -horizon
    return worth


def best(works: Sequence[Callable[[], object]], repeats: int) -> list[float]:
    """Least seconds of each, taken in turn, so that other work on the machine meets all alike."""
    seconds: list[list[float]] = [[] for _ in works]
    for _ in range(repeats):
        for work, found in zip(works, seconds, strict=True):
            started = time.perf_counter()
            work()
            found.append(time.perf_counter() - started)
    return [min(found) for found in seconds]


def gap(ours: np.ndarray, peer: np.ndarray) -> tuple[float, int]:
    """Largest difference over the largest value, and how many draws have no value in both.

    The chain itself has no number in a few of 100,000 draws; both must lack it there.
    """
    known = np.isfinite(peer)
    if not np.array_equal(known, np.isfinite(ours)):
        return math.nan, int(np.sum(~known))
    difference = np.max(np.abs(ours - peer)[known]) / np.max(np.abs(peer[known]))
    return float(difference), int(np.sum(~known))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=100_000)
    parser.add_argument("--companies", type=int, default=20)
    parser.add_argument("--repeats", type=int, default=5)
    wanted = parser.parse_args()
    store = load()
    companies = Study(store, store.last_known_on, draws=wanted.draws).companies
    values = [v for t in companies.all if (v := companies.valued(t)).case is not None]
    values = values[: wanted.companies]
    pairs = list(zip(ours(values), plain(values), strict=True))
    gaps, without = zip(*(gap(a, b) for a, b in pairs), strict=True)
    whole = [lambda: shares(companies, values), lambda: ours(values), lambda: plain(values)]
    to_a_share, jax_seconds, numpy_seconds = best(whole, wanted.repeats)  # compiled and warm by now
    print(f"{len(values)} companies x {wanted.draws:,} draws, best of {wanted.repeats}")
    print(f"from reports and inputs to a share {to_a_share:.2f} s")
    print(f"enterprise values: ours {jax_seconds:.2f} s, NumPy {numpy_seconds:.2f} s")
    print(f"ratio {numpy_seconds / jax_seconds:.1f}")
    print(f"largest relative difference {max(gaps):.1e}")
    print(f"draws without a value, in both: {max(without)}")


if __name__ == "__main__":
    main()
