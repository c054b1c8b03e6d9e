"""Capital: each buyer's build against its money, and bottom-up capex against what was reported."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np

from jevons.facts.snapshot import Snapshot
from jevons.model import anchors, buyers
from jevons.model.capex import CATEGORIES
from jevons.model.clock import YEARS
from jevons.model.reported import quarterly
from jevons.model.simulate import Block
from jevons.quantiles import rounded, summarise
from jevons.study.reports import BY_BUYER, Reports, spread
from jevons.study.supply import by_year, year_sums

# Three definitions that are never added up or compared with each other.
DEFINITIONS: Mapping[str, str] = {
    "cash": "capex_cash_ppe",
    "with_leases": "capex_incl_finance_leases",
    "net": "capex_net_of_proceeds",
}
FLAG = 0.5  # a buyer is flagged in years to come in which most draws build beyond its money


def funding(snapshot: Snapshot, reports: Reports, block: Block) -> list[dict[str, Any]]:
    """Each buyer by year: capex, money for it, and the chance that the build exceeds it.

    USD_bn a year; quarters up to the anchor are what was reported. After it the range of capex is
    that of what the buyer will report, ``p_exceeds`` the share of the chain's own draws (by how
    much reports err is no money spent), ``flag`` whether it is above :data:`FLAG`. Buyers whose
    balance is not known by the day are left out.
    """
    number = {buyer: i for i, buyer in enumerate(anchors.BUYERS)}
    paths = {BY_BUYER: block.paths[BY_BUYER].copy()}
    drawn = reports.around(paths)
    for each in (paths, drawn):
        reports.put_past(each)
    own, capex = year_sums(paths[BY_BUYER]), year_sums(drawn[BY_BUYER])
    middle = np.array(YEARS) + 0.5
    last = reports.experiment.anchor
    anchor = int(last[:4]) + int(last[5]) / 4
    growth = block.inputs["buyers_cash_flow_growth"]
    rows = []
    for balance in buyers.balances(snapshot):
        money = buyers.funding(
            balance, growth, block.inputs["capex_intensity_limit"], middle - anchor + 0.5
        )
        at = number[balance.buyer]
        chance = [rounded(np.mean(row)) for row in own[at] > money]
        rows.append(
            {
                "buyer": balance.buyer,
                "operating_cash_flow": balance.cash_flow,
                "net_debt": rounded(balance.net_debt),
                "capex": spread(by_year(own[at], "USD_bn"), by_year(capex[at], "USD_bn")),
                "funding": by_year(money, "USD_bn"),
                "p_exceeds": chance,
                "flag": [
                    year for year, p in zip(YEARS, chance, strict=True)
                    if p > FLAG and f"{year}Q4" > last
                ],
                "facts": list(balance.facts),
            }
        )  # fmt: skip
    return rows


def vehicles(snapshot: Snapshot) -> list[dict[str, Any]]:
    """Programmes and vehicles that pay for capacity outside the buyers' own capex."""
    return [
        {
            "programme": fact.entity,
            "metric": fact.metric,
            "until": fact.period_end.isoformat(),
            "usd_bn": fact.central,
            "stated_by": fact.stated_by,
            "known_on": fact.known_on.isoformat(),
            "fact": fact.fact_id,
        }
        for fact in buyers.outside_vehicles(snapshot)
    ]


def reconciliation(snapshot: Snapshot, block: Block) -> list[dict[str, Any]]:
    """Bottom-up against reported cash capex, by buyer and calendar year with four quarters known.

    ``non_ai`` is capex outside AI, ``ai`` the buyer's share of the bottom-up total by category;
    both add to ``modelled``. ``ratio`` is the modelled median over cash capex, the model's own
    definition; the other two definitions stand beside it and enter nothing.
    """
    parts = block.paths["capex_by_category"].mean(-1).reshape(len(CATEGORIES), len(YEARS), 4)
    shares = parts.sum(-1) / parts.sum((0, -1))
    rows = []
    for i, buyer in enumerate(anchors.BUYERS):
        capex, own = (block.paths[name][i] for name in ("capex_by_buyer", "ai_capex_by_buyer"))
        other = capex - own
        for at, year in enumerate(YEARS):
            reported = reported_capex(snapshot, buyer, year)
            cash = reported.get("cash")
            if cash is None:
                continue
            named = zip(CATEGORIES, shares[:, at], strict=True)
            total = summarise(year_sums(capex)[at], "USD_bn")
            of_ai = year_sums(own)[at].mean()
            rows.append(
                {
                    "buyer": buyer,
                    "year": year,
                    "modelled": total,
                    "non_ai": rounded(year_sums(other)[at].mean()),
                    "ai": {name: rounded(of_ai * share) for name, share in named},
                    "reported": {name: reported.get(name) for name in DEFINITIONS},
                    "ratio": rounded(total["p50"] / cash),
                }
            )  # fmt: skip
    return rows


def reported_capex(snapshot: Snapshot, buyer: str, year: int) -> dict[str, float]:
    """Capex of a calendar year by definition, USD_bn, where all four quarters are known.

    Oracle's fiscal quarters end a month before the calendar's and count to the one they fill most.
    A year reported only as a whole counts where it is the calendar year.
    """
    found = {}
    for name, metric in DEFINITIONS.items():
        facts = snapshot.select(entity=buyer, metric=metric, stated_by="company")
        known = quarterly(facts)
        quarters = [known.get(f"{year}Q{number}") for number in range(1, 5)]
        given = [fact.central for fact in quarters if fact is not None]
        whole = [
            fact.central
            for fact in facts
            if (fact.period_start, fact.period_end) == (date(year, 1, 1), date(year, 12, 31))
        ]
        if len(given) == 4:
            found[name] = rounded(sum(given))
        elif whole:
            found[name] = whole[-1]
    return found
