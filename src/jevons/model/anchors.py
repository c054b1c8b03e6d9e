"""Centres of the chain's inputs, read from facts known by the as-of date.

A rule takes a snapshot and returns the centre with the facts behind it, or no value when the facts
do not exist yet (the declared median then stands). What NVIDIA's reports settle is in
:mod:`jevons.model.nvidia`.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from jevons.errors import UserError
from jevons.facts.snapshot import Snapshot
from jevons.model import efficiency
from jevons.model.capex import outside_growth
from jevons.model.clock import QUARTER_YEARS, quarter_of
from jevons.model.efficiency_factors import efficiency_factors
from jevons.model.nvidia import (
    QUARTERS_A_YEAR,
    accelerator_price,
    accelerator_spend,
    accelerator_spend_growth,
    accelerator_spend_growth_past,
    anchor_quarter,
)
from jevons.model.reported import Anchor, last_year, quarterly, yearly

BUYERS: tuple[str, ...] = ("MSFT", "AMZN", "GOOGL", "META", "ORCL")
TOKEN_GROWTH = (
    1.6  # log growth a year used to carry stale token reports to the anchor (a factor of 5)
)
CASH_FLOW_GROWTH = 0.14  # log a year, the median of buyers_cash_flow_growth in priors.toml
CASH_FLOW_YEARS = 3  # over which growth is read: a cycle of advertising and of cloud migrations
OLDEST_REPORT = 1.5  # years for which a report of tokens is carried forward


def tokens_per_second(snapshot: Snapshot) -> Anchor:
    """Output tokens a second of the reference set-up per H100, the roofline at its medians."""
    if snapshot.as_of < efficiency.REFERENCE_KNOWN_ON:
        return Anchor(None, ())
    serving = efficiency.reference_serving(snapshot.as_of)
    factors = efficiency_factors(snapshot.as_of).at(*serving.setup.chip.levels).medians()
    return Anchor(float(efficiency.tokens_per_chip_second(serving, factors)[0]), ())


def token_level(snapshot: Snapshot) -> Anchor:
    """Tokens a day (trillions) of all reporting platforms, carried to the anchor quarter's end."""
    return tokens_reported(snapshot, quarter_end(anchor_quarter(snapshot)))


def tokens_reported(snapshot: Snapshot, end: date) -> Anchor:
    """Tokens a day (trillions) of all platforms at a date, each carried from its nearest report.

    A report from before the date is carried forward at :data:`TOKEN_GROWTH`, and only up to
    :data:`OLDEST_REPORT`; a platform whose first report is later does not count.
    """
    total, used = 0.0, []
    for entity in sorted({f.entity for f in snapshot.select(metric="tokens_processed_per_day")}):
        facts = snapshot.select(entity=entity, metric="tokens_processed_per_day")
        known = [fact for fact in facts if fact.period_end <= end]
        if entity in PLATFORM_PARTS or not known:
            continue
        fact = max(known, key=lambda fact: fact.period_end)
        years = (end - fact.period_end).days / 365.25
        if years <= OLDEST_REPORT:
            total += fact.central * math.exp(TOKEN_GROWTH * years)
            used.append(fact.fact_id)
    return Anchor(total if used else None, tuple(used))


# Parts of a platform that is counted whole, and one that resells others' tokens.
PLATFORM_PARTS = {"OpenAI GPT-5-Codex", "Google Gemini API", "OpenRouter", "China"}


def users_level(snapshot: Snapshot) -> Anchor:
    """Weekly users (millions) of ChatGPT, last report."""
    fact = snapshot.latest("OpenAI ChatGPT", "active_users_weekly")
    return Anchor(None, ()) if fact is None else Anchor(fact.central, (fact.fact_id,))


def inference_share(snapshot: Snapshot) -> Anchor:
    """OpenAI's inference spend over inference plus R&D, last year with both."""
    inference = snapshot.latest("OpenAI", "compute_spend_inference")
    if inference is None:
        return Anchor(None, ())
    research = snapshot.at("OpenAI", "compute_spend_rd", inference.period_end)
    if research is None:
        return Anchor(None, ())
    share = inference.central / (inference.central + research.central)
    return Anchor(share, (inference.fact_id, research.fact_id))


def published_supply(metric: str, entity: str = "US data centres") -> Callable[[Snapshot], Anchor]:
    """Rule for a term of Morgan Stanley's shortfall: its last vintage known by then."""

    def rule(snapshot: Snapshot) -> Anchor:
        facts = snapshot.select(entity=entity, metric=metric, stated_by="Morgan Stanley")
        if not facts:
            return Anchor(None, ())
        fact = max(facts, key=lambda f: f.known_on)
        return Anchor(fact.central, (fact.fact_id,))

    rule.__doc__ = f"Morgan Stanley's {metric} of {entity} (GW), last vintage."
    return rule


def bitcoin_sites(snapshot: Snapshot) -> Anchor:
    """Bitcoin sites (GW): operating and under construction whole, half of those in development."""
    parts = {
        metric: snapshot.latest("Bitcoin miners", metric)
        for metric in ("sites_operating", "sites_under_construction", "sites_in_development")
    }
    if any(fact is None for fact in parts.values()):
        return Anchor(None, ())
    weights = {"sites_in_development": 0.5}
    total = sum(f.central * weights.get(metric, 1.0) for metric, f in parts.items() if f)
    return Anchor(total, tuple(f.fact_id for f in parts.values() if f))


def us_base_electricity(snapshot: Snapshot) -> Anchor:
    """US data-centre use in 2023 (TWh) without accelerators; LBNL, else IEA's 2022 figure grown."""
    accelerators_2023 = 11.3  # what the chain's own fleet drew over 2023, see docs/power.md
    fact = snapshot.at("US data centres", "electricity_use", date(2023, 12, 31), stated_by="LBNL")
    if fact is not None:
        return Anchor(fact.central - accelerators_2023, (fact.fact_id,))
    fact = snapshot.at("US data centres", "electricity_use", date(2022, 12, 31), stated_by="IEA")
    if fact is not None:
        return Anchor(fact.central * 1.03 - accelerators_2023, (fact.fact_id,))
    return Anchor(None, ())


def buyers_cash_flow(snapshot: Snapshot) -> Anchor:
    """Five buyers' operating cash flow (USD_bn) in the anchor quarter.

    Each one's last fiscal year known, a quarter of it, carried from the year's middle to the
    anchor's at :func:`buyers_cash_flow_growth`: reports are up to a year and a half old.
    """
    read = buyers_cash_flow_growth(snapshot)
    growth = CASH_FLOW_GROWTH if read.value is None else read.value
    total, used = 0.0, list(read.facts)
    for buyer in BUYERS:
        last = last_year(snapshot.select(entity=buyer, metric="operating_cash_flow"))
        if last is None:
            return Anchor(None, ())
        end = last.period_end.year + last.period_end.timetuple().tm_yday / 365.25
        ahead = year_end(anchor_quarter(snapshot)) - QUARTER_YEARS / 2 - (end - 0.5)
        total += last.central / QUARTERS_A_YEAR * math.exp(growth * ahead)
        used.append(last.fact_id)
    return Anchor(total, tuple(dict.fromkeys(used)))


def buyers_cash_flow_growth(snapshot: Snapshot) -> Anchor:
    """Log growth a year of the five's operating cash flow over the last fiscal years known.

    Over :data:`CASH_FLOW_YEARS`, each buyer's last year against its own so many years before.
    """
    now, before, used = 0.0, 0.0, []
    for buyer in BUYERS:
        years = yearly(snapshot.select(entity=buyer, metric="operating_cash_flow"))
        last = max(years, default=0)
        if last - CASH_FLOW_YEARS not in years:
            return Anchor(None, ())
        pair = years[last - CASH_FLOW_YEARS], years[last]
        before, now = before + pair[0].central, now + pair[1].central
        used += [fact.fact_id for fact in pair]
    return Anchor(math.log(now / before) / CASH_FLOW_YEARS, tuple(used))


# AI's part of a buyer's capex, at least. Assumption: each of the five bought accelerators in 2023.
LEAST_AI_PART = 0.15


@dataclass(frozen=True, slots=True)
class BuyerCapex:
    """Cash capex of one buyer (USD_bn/quarter): outside AI in mid-2022, at most, and all now."""

    before: float
    now: float
    facts: tuple[str, ...]


def buyer_capex(snapshot: Snapshot) -> dict[str, BuyerCapex]:
    """Each buyer's quarterly cash capex: outside AI in mid-2022, and the last up to the anchor's.

    What is spent outside AI grows steadily and was never more than all that was spent: at most it
    is what the mean of the leanest four quarters since 2022Q1 allows, and leaves AI
    :data:`LEAST_AI_PART` at the anchor. Buyers report weeks before NVIDIA; their quarter after
    the anchor's is not yet history.

    Raises:
        UserError: a buyer's four quarters of 2022 are not known by then.
    """
    anchor = anchor_quarter(snapshot)
    result = {}
    for buyer in BUYERS:
        facts = quarterly(snapshot.select(entity=buyer, metric="capex_cash_ppe"))
        known = {quarter: fact for quarter, fact in facts.items() if "2022Q1" <= quarter <= anchor}
        if sum(quarter.startswith("2022") for quarter in known) < QUARTERS_A_YEAR:
            raise UserError(
                f"capex_cash_ppe of {buyer} for the four quarters of 2022 is not known by "
                f"{snapshot.as_of}"
            )
        spent = [(year_end(quarter), fact.central) for quarter, fact in known.items()]
        now = spent[-1][1]
        bounds = [(spent[-1][0], (1 - LEAST_AI_PART) * now)]
        for first in range(len(spent) - QUARTERS_A_YEAR + 1):
            times, amounts = zip(*spent[first : first + QUARTERS_A_YEAR], strict=True)
            bounds.append((float(np.mean(times)), float(np.mean(amounts))))
        before = min(amount / outside_growth(time) for time, amount in bounds)
        result[buyer] = BuyerCapex(before, now, tuple(fact.fact_id for fact in known.values()))
    return result


def year_end(quarter: str) -> float:
    """Time at a quarter's end in years.

    >>> year_end("2024Q4")
    2025.0
    """
    year, number = quarter.split("Q")
    return int(year) + int(number) / QUARTERS_A_YEAR


CAPITAL_MULTIPLE = 2.2  # AI capex over accelerators, at the medians of the ratios in priors.toml
CAPEX_OUTSIDE_AI = 0.72  # over the most of it, the median of capex_outside_ai in priors.toml


def outside_finance_ratio(snapshot: Snapshot) -> Anchor:
    """AI capex of the rest of the world over that of the five buyers in the anchor quarter."""
    spend = accelerator_spend(snapshot)
    end = year_end(anchor_quarter(snapshot))
    buyers = buyer_capex(snapshot)
    outside = CAPEX_OUTSIDE_AI * outside_growth(end)
    own = sum(capex.now - capex.before * outside for capex in buyers.values())
    if spend.value is None:
        return Anchor(None, ())
    ratio = max(spend.value * CAPITAL_MULTIPLE / own - 1, 0.1)
    facts = tuple(fact_id for capex in buyers.values() for fact_id in capex.facts)
    return Anchor(ratio, (*spend.facts, *facts))


def quarter_end(quarter: str) -> date:
    """Last day of a calendar quarter, to within the month's last days.

    >>> quarter_end("2024Q4")
    datetime.date(2024, 12, 28)
    """
    year, number = quarter.split("Q")
    return date(int(year), 3 * int(number), 28)


def last_quarter(snapshot: Snapshot) -> str:
    """The quarter the as-of date falls in."""
    return quarter_of(snapshot.as_of)


RULES: Mapping[str, Callable[[Snapshot], Anchor]] = {
    "tokens_per_second": tokens_per_second,
    "accelerator_spend_at_anchor": accelerator_spend,
    "accelerator_spend_growth_past": accelerator_spend_growth_past,
    "accelerator_spend_growth": accelerator_spend_growth,
    "accelerator_price": accelerator_price,
    "token_level": token_level,
    "users_level": users_level,
    "inference_share": inference_share,
    "under_construction": published_supply("self_supplied_under_construction"),
    "grid_access": published_supply("near_term_grid_access"),
    "gas_turbines": published_supply("time_to_power_solution", "Gas turbines"),
    "fuel_cells": published_supply("time_to_power_solution", "Bloom fuel cells"),
    "bitcoin_sites": bitcoin_sites,
    "nuclear_colocation": published_supply("time_to_power_solution", "Nuclear co-location"),
    "us_base_electricity": us_base_electricity,
    "buyers_cash_flow": buyers_cash_flow,
    "buyers_cash_flow_growth": buyers_cash_flow_growth,
    "outside_finance_ratio": outside_finance_ratio,
}
