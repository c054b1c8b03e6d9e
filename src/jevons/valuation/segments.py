"""A company's two segments: profit, investment and worth of its base business and of AI."""

import jax
import jax.numpy as jnp

from jevons.valuation import blocks, cash_flow
from jevons.valuation.blocks import LOWEST_MARGIN
from jevons.valuation.case import Case
from jevons.valuation.priors import CYCLE


def base_revenue(case: Case) -> jax.Array:
    """Revenue of the base business outside regulation, (draw, explicit year), USD_bn a year."""
    base, inside = case.base, case.base.inside
    if case.plants is not None:
        inside = inside * blocks.added_revenue(case.x, case.plants)
    grown = jnp.exp(jnp.log1p(case.x["base_growth"])[:, None] * base.since)
    return jnp.maximum(base.revenue - inside, 0.0)[:, None] * grown


def base_margin(case: Case) -> jax.Array:
    """Operating margin of the base business outside regulation, (draw, explicit year).

    Where prices go in cycles, revenue stays at the reported price and unit cost at c = 1 - m of it.
    The price at which the margin is mu is c / (1 - mu), so profit comes to c mu / (1 - mu) of the
    revenue at the reported price.
    """
    reported = case.base.margin
    if CYCLE in case.x:
        level = (1 - reported) * case.x[CYCLE] / (1 - case.x[CYCLE])
    else:
        level = reported + case.x["margin_change"]
    margin = jnp.maximum(_on_the_way(case, level), LOWEST_MARGIN)
    if case.plants is not None:
        margin = margin + blocks.capacity_gain(case.x, case.plants, base_revenue(case))
    if case.gas is not None:
        margin = margin + blocks.netback_gain(case.x, case.gas)
    return jnp.maximum(margin, LOWEST_MARGIN)


def _on_the_way(case: Case, level: jax.Array) -> jax.Array:
    """A margin that moves in a straight line from the reported one to ``level`` in 2030."""
    return case.base.margin + (level - case.base.margin)[:, None] * case.base.arrived


def base_segment(case: Case) -> cash_flow.Segment:
    """Profit and investment of the base business over explicit and fade years, (draw, year)."""
    x, terminal = case.x, terminal_of(case)
    free = cash_flow.operating_segment(
        base_revenue(case), base_margin(case), x["tax_rate"], x["sales_to_capital"], terminal
    )
    if case.rate_base is None:
        return free
    regulated = blocks.regulated_segment(x, case.rate_base, terminal)
    return cash_flow.Segment(free.nopat + regulated.nopat, free.investment + regulated.investment)


def ai_margin(case: Case) -> jax.Array:
    """Operating margin of a supplier's AI revenue, (draw, explicit year); AI has its own price."""
    x = case.x
    if case.plants is not None:
        return jnp.broadcast_to(blocks.contract_margin(x, case.plants), case.ai.shape)
    if case.gas is not None:
        return jnp.broadcast_to(blocks.gas_margin(case.gas), case.ai.shape)
    level = x[CYCLE] if CYCLE in x else case.base.margin + x["margin_change"]
    margin = _on_the_way(case, level)
    if "ai_margin_premium" in x:  # a gas producer whose netback is not known has none
        margin = margin + x["ai_margin_premium"][:, None]
    return jnp.maximum(margin, LOWEST_MARGIN)


def ai_segment(case: Case, scale: jax.typing.ArrayLike, *, buyer: bool) -> cash_flow.Segment:
    """Profit and investment of the AI segment over explicit and fade years, (draw, year).

    Args:
        scale: on the build-out after the valuation date; 1 leaves the chain's path.
        buyer: AI earns a return on capital, not a margin on revenue.
    """
    x, path = case.x, case.ai + (jnp.asarray(scale) - 1) * case.ai_ramp
    terminal = terminal_of(case)
    if buyer:
        return cash_flow.capital_segment(path, x["ai_capital_life"], x["ai_return"], terminal)
    if case.plants is None:
        return cash_flow.operating_segment(
            path, ai_margin(case), x["tax_rate"], x["ai_sales_to_capital"], terminal
        )
    # Standing plants are there already: only new ones cost capital, now and in the fade.
    turnover = blocks.plant_turnover(x, case.plants)
    new_return = jnp.maximum(x["new_plant_margin"] * (1 - x["tax_rate"]) * turnover, terminal.ronic)
    invested = turnover / blocks.new_share(x, case.plants)
    return cash_flow.operating_segment(
        path, ai_margin(case), x["tax_rate"], invested, terminal, new_return
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
    worth: cash_flow.Worth = _ai_worth(case, scale, buyer)
    return worth


def _ai_worth_of(case: Case, scale: jax.typing.ArrayLike, buyer: bool) -> cash_flow.Worth:
    segment = ai_segment(case, scale, buyer=buyer)
    return cash_flow.present_value(segment, case.x["wacc"], terminal_of(case), case.when)


_ai_worth = jax.jit(_ai_worth_of, static_argnums=2)
