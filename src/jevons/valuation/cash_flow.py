"""Free cash flow to the firm and its present value, per draw.

A company is a sum of segments. A segment is two paths over calendar years: NOPAT (operating profit
after tax) and net investment (capital spending less depreciation, which are never separated).
Capital is paid for one year before it earns, so on every path

    NOPAT[t+1] - NOPAT[t] = return on new capital[t+1] * net investment[t].

Years are the explicit ones, taken from the chain, then a fade in which growth and return on new
capital move in straight lines to their terminal values, then a perpetuity priced by the
value-driver formula (Koller, Goedhart, Wessels, "Valuation"). Kernels are pure, differentiable,
and keep ``draw`` as the leading axis. They go year by year, so that the compiler makes one pass
over the draws and keeps no year's array in memory.
"""

from datetime import date
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from jevons.model.device import on_device

FADE_YEARS = 10
# Fastest growth and shrinkage, a year, with which a segment may enter the fade. Assumption: ten
# years of fade from 20 % to 3 % already multiply a segment by three.
ENTRY_GROWTH_BOUNDS = (-0.2, 0.2)


class Segment(NamedTuple):
    """NOPAT and net investment of one business, both (draw, year), USD_bn a year."""

    nopat: jax.Array
    investment: jax.Array

    @property
    def free_cash_flow(self) -> jax.Array:
        """FCFF = NOPAT - net investment, (draw, year)."""
        return self.nopat - self.investment


class Terminal(NamedTuple):
    """Where the fade ends: each (draw,), per year."""

    growth: jax.Array
    ronic: jax.Array


class Timing(NamedTuple):
    """Which part of each year's cash flow is still to come, and when.

    ``weight`` (year,): 0 for past years, the remaining part of the current year, then 1.
    ``time`` (year,): years from the valuation date to the cash flow; 0 where the weight is 0.
    ``horizon``: years from the valuation date at which the terminal value stands.
    """

    weight: jax.Array
    time: jax.Array
    horizon: jax.Array


def year_fraction(day: date) -> float:
    """A date as a decimal year.

    >>> year_fraction(date(2025, 1, 1))
    2025.0
    """
    first, following = date(day.year, 1, 1), date(day.year + 1, 1, 1)
    return day.year + (day - first).days / (following - first).days


def timing(valued_on: date, first_year: int, last_year: int, *, mid_year: bool = True) -> Timing:
    """Timing of the cash flows of calendar years ``first_year`` to ``last_year``.

    Args:
        valued_on: the valuation date. mid_year: cash arrives in the middle of the (remaining)
            year; otherwise at its end. The terminal value shifts by the same half year.
    """
    now = year_fraction(valued_on)
    starts = np.arange(first_year, last_year + 1, dtype=np.float64)
    begins = np.maximum(starts, now)
    weight = np.clip(starts + 1 - begins, 0.0, 1.0)
    paid = starts + 1 - (weight / 2 if mid_year else 0.0)
    time = np.where(weight > 0, paid - now, 0.0)
    horizon = last_year + 1 - now - (0.5 if mid_year else 0.0)
    return Timing(*(on_device(each, np.float64) for each in (weight, time, horizon)))


def entry_growth(level: jax.Array) -> jax.Array:
    """Growth with which a segment enters the fade, (draw,).

    Args:
        level: revenue or capital by explicit year, (draw, year), USD_bn. The growth is the compound
            rate over its last two years, bounded by :data:`ENTRY_GROWTH_BOUNDS`, and zero where
            there was nothing to grow from.
    """
    before, last = level[:, -3], level[:, -1]
    grows = (before > 0) & (last > 0)
    ratio = jnp.where(grows, last, 1.0) / jnp.where(grows, before, 1.0)
    return jnp.clip(jnp.sqrt(ratio) - 1, *ENTRY_GROWTH_BOUNDS)


def fade(
    explicit: Segment, growth: jax.Array, new_return: jax.Array, terminal: Terminal
) -> Segment:
    """Append the fade: growth and return on new capital move linearly to their terminal values.

    Args:
        explicit: paths of the explicit years; the last year's investment is replaced by what the
            first year of fade needs, since the chain ends there.
        growth, new_return: growth and return on new capital at entry, (draw,), per year.

    Returns:
        the segment over explicit and :data:`FADE_YEARS` fade years, (draw, year).
    """
    nopat, spent = by_year(explicit.nopat), by_year(explicit.investment)[:-1]
    for k in range(1, FADE_YEARS + 1):
        gone = k / FADE_YEARS
        faster = growth + (terminal.growth - growth) * gone
        earned = new_return + (terminal.ronic - new_return) * gone
        spent.append(nopat[-1] * faster / earned)
        nopat.append(nopat[-1] * (1 + faster))
    spent.append(nopat[-1] * terminal.growth / terminal.ronic)
    return Segment(jnp.stack(nopat, axis=1), jnp.stack(spent, axis=1))


def by_year(path: jax.Array) -> list[jax.Array]:
    """A path's years, each (draw,): slices, which the compiler looks through."""
    return [path[:, year] for year in range(path.shape[1])]


def operating_segment(
    revenue: jax.Array,
    margin: jax.Array,
    tax_rate: jax.Array,
    sales_to_capital: jax.Array,
    terminal: Terminal,
    new_return: jax.Array | None = None,
) -> Segment:
    """A business that earns a margin on revenue.

    NOPAT[t] = revenue[t] margin[t] (1 - tax); investment[t] = (revenue[t+1] - revenue[t]) /
    sales-to-capital. New capital enters the fade at the return of the last explicit year,
    margin (1 - tax) sales-to-capital, or at RONIC if that is higher: a business does not grow for a
    decade on capital that returns less than it will settle for.

    Args:
        revenue: (draw, explicit year), USD_bn a year. margin: EBIT margin, (draw, explicit year).
        tax_rate: (draw,). sales_to_capital: yearly revenue per unit of new capital, (draw,).
        new_return: of capital that enters the fade, (draw,), where it is not that of the last year.
    """
    kept = (1 - tax_rate)[:, None]
    investment = jnp.diff(revenue, axis=1, append=revenue[:, -1:]) / sales_to_capital[:, None]
    explicit = Segment(revenue * margin * kept, investment)
    earned = margin[:, -1] * (1 - tax_rate) * sales_to_capital if new_return is None else new_return
    return fade(explicit, entry_growth(revenue), jnp.maximum(earned, terminal.ronic), terminal)


def capital_segment(
    spending: jax.Array, life: jax.Array, return_on_capital: jax.Array, terminal: Terminal
) -> Segment:
    """A business that earns a return on the capital it has spent (AI at a hyperscaler).

    K[t] = K[t-1] (1 - 1/life) + spending[t], with K = 0 before the first explicit year;
    NOPAT[t] = return K[t-1]; investment[t] = K[t] - K[t-1]. A return below the cost of capital
    makes spending destroy value, so here the return is not bounded from below.

    Args:
        spending: gross AI capital spending, (draw, explicit year), USD_bn a year.
        life: years of declining-balance depreciation, (draw,). return_on_capital: after tax,
            per year, (draw,).
    """
    kept = 1 - 1 / life
    capital = [jnp.zeros_like(life)]
    for spent in by_year(spending):
        capital.append(capital[-1] * kept + spent)
    opening, closing = jnp.stack(capital[:-1], axis=1), jnp.stack(capital[1:], axis=1)
    explicit = Segment(return_on_capital[:, None] * opening, closing - opening)
    return fade(explicit, entry_growth(closing), return_on_capital, terminal)


def value_driver(
    nopat: jax.Array, growth: jax.Array, ronic: jax.Array, wacc: jax.Array
) -> jax.Array:
    """Value today of a perpetuity: V = NOPAT1 (1 - g/RONIC) / (WACC - g).

    Args:
        nopat: NOPAT of the coming year, (draw,), USD_bn. The rest per year, (draw,), g < WACC
            (:func:`jevons.valuation.fair_value.refuse_endless_growth` guards it at the edge).
    """
    return nopat * (1 - growth / ronic) / (wacc - growth)


class Worth(NamedTuple):
    """Enterprise value and the part of it that lies beyond the fade, each (draw,), USD_bn."""

    enterprise: jax.Array
    terminal: jax.Array


def present_value(segment: Segment, wacc: jax.Array, terminal: Terminal, when: Timing) -> Worth:
    """Discount a segment: sum of FCFF[t] (1 + WACC)^-t and the terminal value.

    Args:
        segment: paths over explicit and fade years, (draw, year). wacc: per year, (draw,).
        when: timing over the same years.
    """
    rate = -jnp.log1p(wacc)  # continuous; an exponential is several times faster than a power
    flows = jnp.zeros_like(wacc)
    for year, (nopat, spent) in enumerate(zip(*map(by_year, segment), strict=True)):
        flows += when.weight[year] * (nopat - spent) * jnp.exp(rate * when.time[year])
    coming = segment.nopat[:, -1] * (1 + terminal.growth)
    beyond = value_driver(coming, terminal.growth, terminal.ronic, wacc)
    beyond = beyond * jnp.exp(rate * when.horizon)
    return Worth(flows + beyond, beyond)
