"""The value of a company: priors, chain and reported facts meet here.

A company is a base business and an AI segment. For a maker of products AI earns a margin on the
revenue that the chain gives it; for a buyer it earns a return on the capital that the chain says it
spends; power and gas are valued by quantity and price (:mod:`jevons.valuation.blocks`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import jax
import numpy as np

from jevons.facts.snapshot import Snapshot
from jevons.valuation.case import Case, build_case
from jevons.valuation.chain_inputs import ChainInputs
from jevons.valuation.company import Company
from jevons.valuation.fair_value import (
    Claims,
    Draws,
    chance_above,
    multiples,
    refuse_endless_growth,
    value_per_share,
)
from jevons.valuation.fundamentals import Fundamentals, NotKnownError, fundamentals
from jevons.valuation.segments import ai_worth, base_worth
from jevons.valuation.trade import Trade, trade


@dataclass(frozen=True, slots=True)
class CompanyValue:
    """What a company's shares are worth, or why that cannot be said.

    ``per_share``: (draw,), listing currency a share, None when ``missing`` gives the reason.
    ``enterprise``, ``terminal_share``, ``wacc``: (draw,). ``terminal_share`` is the part of
    enterprise value beyond 2040. ``facts``: fact ids used. ``warnings``: what a reader should know.
    """

    company: Company
    price: float | None
    missing: str | None = None
    per_share: Draws | None = None
    enterprise: Draws | None = None
    terminal_share: Draws | None = None
    wacc: Draws | None = None
    p_above_price: float | None = None
    p_worthless: float | None = None
    market_multiples: Mapping[str, float] = field(default_factory=dict)
    value_multiples: Mapping[str, float] = field(default_factory=dict)
    reported: Fundamentals | None = None
    claims: Claims | None = None
    case: Case | None = None
    trade: Trade | None = None
    facts: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def value_company(
    company: Company,
    chain: ChainInputs,
    snapshot: Snapshot,
    normals: Mapping[str, jax.typing.ArrayLike],
    price: float | None,
    *,
    mid_year: bool = True,
) -> CompanyValue:
    """Value one company over the draws, on the snapshot's date.

    Args:
        company: which. chain: the chain's paths over the same draws. snapshot: reported facts.
        normals: standard normal draws by :func:`~jevons.valuation.priors.input_names`, (draw,).
        price: the share's last price, listing currency, None if unknown.
        mid_year: cash arrives in the middle of each year, else at its end.

    Raises:
        UserError: terminal growth reaches the cost of capital, or the date is past the chain's end.
    """
    if company.ticker not in chain.ai_revenue:
        reason = f"no exposure of {company.ticker} to AI spending is declared in exposures.csv"
        return CompanyValue(company, price, missing=reason)
    try:
        reported = fundamentals(company, snapshot)
    except NotKnownError as reason:
        return CompanyValue(company, price, missing=str(reason))
    known = trade(company, snapshot, reported)
    with jax.enable_x64(True):
        case, warnings = build_case(
            company, chain, reported, known, snapshot.as_of, normals, mid_year=mid_year
        )
        refuse_endless_growth(case.x["terminal_growth"], case.x["wacc"], company.ticker)
        parts = base_worth(case), ai_worth(case, 1.0, buyer=company.economics == "buyer")
        enterprise, terminal = (np.add(*each) for each in zip(*parts, strict=True))
        claims = Claims(
            reported.net_debt,
            reported.other_claims,
            reported.shares,
            company.shares_per_listed,
            company.listing_per_dollar,
            reported.options,
            reported.exercise_price,
        )
        per_share = value_per_share(enterprise, claims)
    value = _judged(company, price, reported, claims, case, per_share, enterprise, terminal)
    facts = tuple(dict.fromkeys((*reported.facts, *known.facts)))
    return replace(value, trade=known, facts=facts, warnings=(*warnings, *known.missing))


def _judged(
    company: Company,
    price: float | None,
    reported: Fundamentals,
    claims: Claims,
    case: Case,
    per_share: Draws,
    enterprise: Draws,
    terminal: Draws,
) -> CompanyValue:
    income = reported.margin * reported.revenue
    market: dict[str, float] = {}
    if price is not None:
        listed = claims.shares / claims.shares_per_listed / claims.exchange_rate
        market = multiples(
            price * listed + claims.net_debt + claims.other_claims, reported.revenue, income
        )
    share = terminal / np.where(enterprise == 0, np.inf, enterprise)
    return CompanyValue(
        company,
        price,
        per_share=per_share,
        enterprise=enterprise,
        terminal_share=share,
        wacc=np.asarray(case.x["wacc"]),
        p_above_price=None if price is None else chance_above(per_share, price),
        p_worthless=float(np.mean(per_share == 0)),
        market_multiples=market,
        value_multiples=multiples(float(np.median(enterprise)), reported.revenue, income),
        reported=reported,
        claims=claims,
        case=case,
    )
