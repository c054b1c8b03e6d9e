"""A company's two segments: profit, investment and worth of its base business and of AI."""

import jax
import jax.numpy as jnp

from jevons.valuation import blocks, cash_flow
from jevons.valuation.blocks import LOWEST_MARGIN
from jevons.valuation.case import Case


def base_margin(case: Case) -> jax.Array:
    """Operating margin of the base business outside regulation, (draw, explicit year)."""
    gain = jnp.zeros_like(case.base_margin)
    if case.plants is not None:
        gain = blocks.capacity_gain(case.x, case.plants, case.base_revenue)
    if case.gas is not None:
        gain = blocks.netback_gain(case.x, case.gas)
    return jnp.maximum(case.base_margin + gain, LOWEST_MARGIN)


def base_segment(case: Case) -> cash_flow.Segment:
    """Profit and investment of the base business over explicit and fade years, (draw, year)."""
    x, terminal = case.x, terminal_of(case)
    free = cash_flow.operating_segment(
        case.base_revenue, base_margin(case), x["tax_rate"], x["sales_to_capital"], terminal
    )
    if case.rate_base is None:
        return free
    regulated = blocks.regulated_segment(x, case.rate_base, terminal)
    return cash_flow.Segment(free.nopat + regulated.nopat, free.investment + regulated.investment)


def ai_margin(case: Case) -> jax.Array:
    """Operating margin of a supplier's AI revenue, (draw, explicit year)."""
    margin = case.ai_margin
    if case.plants is not None:
        margin = jnp.broadcast_to(blocks.contract_margin(case.x, case.plants), margin.shape)
    if case.gas is not None:
        margin = jnp.broadcast_to(blocks.gas_margin(case.gas), margin.shape)
    return margin


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
