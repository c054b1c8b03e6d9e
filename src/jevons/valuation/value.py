"""The value of a company: priors, chain and reported facts meet here.

A company is a base business and an AI segment. For a supplier AI earns a margin on the revenue that
the chain gives it; for a buyer it earns a return on the capital that the chain says it spends.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from jevons.facts.snapshot import Snapshot
from jevons.model.clock import FIRST_YEAR, LAST_YEAR
from jevons.valuation import cash_flow
from jevons.valuation.chain_inputs import (
    ChainInputs,
    build_out_ramp,
    by_year,
    within,
)
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
from jevons.valuation.priors import draws_of

LOWEST_MARGIN = 0.01  # a business that cannot earn 1 % is restructured. Assumption.
Arrays = Mapping[str, jax.Array]


class Case(NamedTuple):
    """Everything that fixes a company's value, as arrays in float64.

    ``x``: input draws by short name, (draw,). ``base_revenue``, ``base_margin``, ``ai_margin``:
    (draw, explicit year). ``ai``: AI revenue of a supplier or AI capital spending of a buyer,
    (draw, explicit year), USD_bn a year; ``ai_ramp``: what is added to it for each unit by which
    the build-out is scaled up. ``when``: timing over explicit and fade years.
    """

    x: dict[str, jax.Array]
    base_revenue: jax.Array
    base_margin: jax.Array
    ai_margin: jax.Array
    ai: jax.Array
    ai_ramp: jax.Array
    when: cash_flow.Timing


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
    with jax.enable_x64(True):
        case, warnings = build_case(
            company, chain, reported, snapshot.as_of, normals, mid_year=mid_year
        )
        refuse_endless_growth(case.x["terminal_growth"], case.x["wacc"], company.ticker)
        parts = base_worth(case), ai_worth(case, 1.0, buyer=company.economics == "buyer")
        enterprise = parts[0].enterprise + parts[1].enterprise
        terminal = parts[0].terminal + parts[1].terminal
        claims = Claims(
            reported.net_debt,
            reported.other_claims,
            reported.shares,
            company.shares_per_listed,
            company.listing_per_dollar,
            reported.options,
            reported.exercise_price,
        )
        per_share = np.asarray(value_per_share(enterprise, claims))
    return _judged(
        company, price, reported, claims, case, per_share, enterprise, terminal, warnings
    )


def _judged(
    company: Company,
    price: float | None,
    reported: Fundamentals,
    claims: Claims,
    case: Case,
    per_share: Draws,
    enterprise: jax.Array,
    terminal: jax.Array,
    warnings: tuple[str, ...],
) -> CompanyValue:
    income = reported.margin * reported.revenue
    market: dict[str, float] = {}
    if price is not None:
        listed = claims.shares / claims.shares_per_listed / claims.exchange_rate
        market = multiples(
            price * listed + claims.net_debt + claims.other_claims, reported.revenue, income
        )
    whole = np.asarray(enterprise)
    share = np.asarray(terminal) / np.where(whole == 0, np.inf, whole)
    return CompanyValue(
        company,
        price,
        per_share=per_share,
        enterprise=whole,
        terminal_share=share,
        wacc=np.asarray(case.x["wacc"]),
        p_above_price=None if price is None else chance_above(per_share, price),
        p_worthless=float(np.mean(per_share == 0)),
        market_multiples=market,
        value_multiples=multiples(float(np.median(whole)), reported.revenue, income),
        reported=reported,
        claims=claims,
        case=case,
        facts=reported.facts,
        warnings=warnings,
    )


def build_case(
    company: Company,
    chain: ChainInputs,
    reported: Fundamentals,
    valued_on: date,
    normals: Mapping[str, jax.typing.ArrayLike],
    *,
    mid_year: bool = True,
) -> tuple[Case, tuple[str, ...]]:
    """Arrays of a company's value, and warnings. To be called with 64-bit arithmetic on.

    Raises:
        UserError: the valuation date is past the end of the chain.
    """
    x = draws_of(company, {name: np.asarray(z, np.float64) for name, z in normals.items()})
    now = cash_flow.year_fraction(valued_on)
    ai_revenue = chain.ai_revenue[company.ticker]
    ai_path = chain.buyer_ai_capex[company.ticker] if company.economics == "buyer" else ai_revenue
    ai_reported = within(ai_revenue, reported.start, reported.end)
    base_now = np.maximum(reported.revenue - ai_reported, 0.0)
    middles = np.arange(FIRST_YEAR, LAST_YEAR + 1) + 0.5
    window_middle = (
        cash_flow.year_fraction(reported.start) + cash_flow.year_fraction(reported.end)
    ) / 2
    growth = (1 + x["base_growth"])[:, None] ** (middles - window_middle)
    # The margin moves in a straight line from the reported one to the one drawn for 2030.
    arrived = np.clip((middles - now) / max(middles[-1] - now, 1.0), 0.0, 1.0)
    margin = reported.margin + x["margin_change"][:, None] * arrived
    premium = x["ai_margin_premium"][:, None] if "ai_margin_premium" in x else 0.0
    ramp = build_out_ramp(valued_on)
    case = Case(
        x=x,
        base_revenue=jnp.asarray(base_now)[:, None] * growth,
        base_margin=jnp.maximum(margin, LOWEST_MARGIN),
        ai_margin=jnp.maximum(margin + premium, LOWEST_MARGIN),
        ai=jnp.asarray(by_year(ai_path)),
        ai_ramp=jnp.asarray(by_year(ai_path * ramp)),
        when=cash_flow.timing(
            valued_on, FIRST_YEAR, LAST_YEAR + cash_flow.FADE_YEARS, mid_year=mid_year
        ),
    )
    return case, _warnings(company, reported, ai_reported, valued_on)


def _warnings(
    company: Company, reported: Fundamentals, ai_reported: Draws, valued_on: date
) -> tuple[str, ...]:
    found = []
    over = float(np.mean(ai_reported > reported.revenue))
    if over > 0:
        draws = "under 1%" if over < 0.005 else f"{over:.0%}"
        found.append(
            f"{company.ticker}: the chain's AI revenue exceeds the reported revenue of "
            f"{reported.start} to {reported.end} in {draws} of draws; base business zero there"
        )
    if (valued_on - reported.end).days > 400:
        found.append(f"{company.ticker}: the last known year of revenue ended on {reported.end}")
    return tuple(found)


def base_segment(case: Case) -> cash_flow.Segment:
    """Profit and investment of the base business over explicit and fade years, (draw, year)."""
    x = case.x
    return cash_flow.operating_segment(
        case.base_revenue, case.base_margin, x["tax_rate"], x["sales_to_capital"], terminal_of(case)
    )


def ai_segment(case: Case, scale: jax.typing.ArrayLike, *, buyer: bool) -> cash_flow.Segment:
    """Profit and investment of the AI segment over explicit and fade years, (draw, year).

    Args:
        scale: on the build-out after the valuation date; 1 leaves the chain's path.
        buyer: AI earns a return on capital, not a margin on revenue.
    """
    x, path = case.x, case.ai + (jnp.asarray(scale) - 1) * case.ai_ramp
    if buyer:
        return cash_flow.capital_segment(
            path, x["ai_capital_life"], x["ai_return"], terminal_of(case)
        )
    return cash_flow.operating_segment(
        path, case.ai_margin, x["tax_rate"], x["ai_sales_to_capital"], terminal_of(case)
    )


def terminal_of(case: Case) -> cash_flow.Terminal:
    """Where the company's fade ends, each (draw,)."""
    return cash_flow.Terminal(case.x["terminal_growth"], case.x["ronic"])


@jax.jit
def base_worth(case: Case) -> cash_flow.Worth:
    """Worth of the base business, each (draw,), USD_bn."""
    return cash_flow.present_value(base_segment(case), case.x["wacc"], terminal_of(case), case.when)


def ai_worth(case: Case, scale: jax.typing.ArrayLike, *, buyer: bool) -> cash_flow.Worth:
    """Worth of the AI segment when the build-out after the valuation date is scaled.

    Args:
        scale: a number; 1 leaves the chain's path. buyer: AI earns a return on capital.

    Returns:
        each (draw,), USD_bn.
    """
    worth: cash_flow.Worth = _ai_worth(case, jnp.asarray(scale), buyer)
    return worth


def _ai_worth_of(case: Case, scale: jax.Array, buyer: bool) -> cash_flow.Worth:
    segment = ai_segment(case, scale, buyer=buyer)
    return cash_flow.present_value(segment, case.x["wacc"], terminal_of(case), case.when)


_ai_worth = jax.jit(_ai_worth_of, static_argnums=2)
