"""What gets built: the wish of the buyers cut to the smallest of six limits, fleet by vintage.

All limits are put in one unit, accelerator spend in USD_bn a quarter, so that the smallest is the
one that binds. Chips, packaging, memory and network are capacities that grow by themselves as far
as what buyers plan and can pay for would use them and, after a lead time, in answer to shortage:

    o(t) = o(t-1) + (ln(paid / capacity)+ - o(t-1)) dt / lead time
    d ln capacity = (growth min(paid / capacity, 1) + response o) dt    where growth is positive
"""

from collections.abc import Sequence

import jax
import jax.numpy as jnp

from jevons.model.clock import QUARTER_YEARS
from jevons.model.demand import Inputs

# Limits with a capacity path of their own, and the inputs' names of their lead times.
CAPACITIES: tuple[str, ...] = ("accelerators", "packaging", "memory", "network")
LEAD_TIMES: tuple[str, ...] = (
    "lead_time_chips", "lead_time_packaging", "lead_time_memory", "lead_time_network",
)  # fmt: skip
LIMITS: tuple[str, ...] = ("desired", *CAPACITIES, "power", "capital")
BUILD_SPEEDS = (0.02, 1.0)  # shares of the gap ordered in a quarter that make sense
SURVIVAL_WIDTH = 0.6  # years; spread of retirement ages about the economic life


def survival(life: jax.Array, age_years: jax.Array) -> jax.Array:
    """Share of a vintage still in service, logistic in age from 1; life (draw,), age (age, 1)."""
    return jax.nn.sigmoid((life - age_years) / SURVIVAL_WIDTH) / jax.nn.sigmoid(
        life / SURVIVAL_WIDTH
    )


def in_service(built: jax.Array, life: jax.Array, last: jax.Array) -> jax.Array:
    """What is still in service of everything built up to a vintage, (..., draw).

    The logistic of :func:`survival` is (1 + q) / (1 + q exp(age / width)), q = exp(-life / width):
    only q differs between draws.

    Args:
        built: by vintage, a quarter apart, (..., vintage, draw). life: (draw,), years. last: index
            of the vintage whose age is 0; later ones do not count.

    >>> built, life = jnp.array([[8.0], [4.0], [2.0]]), jnp.array([50.0])
    >>> [round(float(in_service(built, life, last)[0]), 3) for last in range(3)]
    [8.0, 12.0, 14.0]
    """
    ages = (last - jnp.arange(built.shape[-2]))[:, None] * QUARTER_YEARS
    worn = jnp.exp(jnp.maximum(ages, 0.0) / SURVIVAL_WIDTH)
    kept = jnp.exp(-life / SURVIVAL_WIDTH)
    return ((1 + kept) * jnp.where(ages < 0, 0.0, built) / (1 + kept * worn)).sum(-2)


def capacity_growth(x: Inputs, years_ahead: jax.Array) -> jax.Array:
    """Own log growth a year of the capacity for accelerators, (quarter, draw).

    Growth fades from the anchor's rate to a floor: floor + (rate - floor) 2^(-years / half-life).
    """
    fade = 2.0 ** (-jnp.maximum(years_ahead, 0.0) / x["capacity_growth_half_life"])
    floor = x["capacity_growth_floor"]
    return floor + (x["accelerator_spend_growth"] - floor) * fade


def relative_growth(x: Inputs) -> jax.Array:
    """By how much each of :data:`CAPACITIES` grows faster, log a year, (capacity, draw)."""
    others = [x[f"{name}_relative_growth"] for name in CAPACITIES[1:]]
    return jnp.stack([jnp.zeros_like(others[0]), *others])


def slack(x: Inputs) -> jax.Array:
    """Each capacity over accelerator deliveries at the anchor, (capacity, draw); 1 for chips."""
    others = [x[f"{name}_slack"] for name in CAPACITIES[1:]]
    return jnp.stack([jnp.ones_like(others[0]), *others])


def grow(
    capacity: jax.Array, orders: jax.Array, paid: jax.Array, growth: jax.Array, x: Inputs
) -> tuple[jax.Array, jax.Array]:
    """One quarter of capacity growth, as far as orders use it, with lagged response to shortage.

    Args:
        capacity, orders: logs of USD_bn/quarter and of shortage, (capacity, draw). paid: what
            buyers plan and can pay for, log of USD_bn/quarter, (draw,). growth: (capacity, draw),
            log a year.

    Returns:
        capacity and orders one quarter on.
    """
    lead = jnp.stack([x[name] for name in LEAD_TIMES])
    shortage = jnp.maximum(paid - capacity, 0.0)
    orders = orders + (shortage - orders) * jnp.minimum(QUARTER_YEARS / lead, 1.0)
    used = jnp.exp(jnp.minimum(paid - capacity, 0.0))
    growth = jnp.where(growth > 0, growth * used, growth)
    return capacity + QUARTER_YEARS * (growth + x["shortage_response"] * orders), orders


def looking_ahead(demand: jax.Array, growth: jax.Array, x: Inputs) -> jax.Array:
    """Compute that buyers expect to be wanted a year ahead: a share of growth is extrapolated."""
    return demand * jnp.exp(x["demand_extrapolation"] * jnp.clip(growth, -1.0, 1.5))


def build_speed(
    ahead: jax.Array, fleet: jax.Array, retiring: jax.Array, built: jax.Array, x: Inputs
) -> jax.Array:
    """Share of the gap to compute wanted ahead that is ordered in a quarter, (draw,).

    The one at which the wish of a quarter is ``orders_over_deliveries`` times what was built in it,
    within :data:`BUILD_SPEEDS`: who builds at a rate is taken to have wished for about that rate.

    Args:
        ahead, fleet, retiring, built: millions of H100-equivalents in that quarter, (draw,).

    >>> x = {"orders_over_deliveries": jnp.float32(1.5)}
    >>> round(float(build_speed(*map(jnp.float32, (12.0, 4.0, 0.5, 1.0)), x)), 6)
    0.125
    """
    low, high = BUILD_SPEEDS
    gap = jnp.maximum(ahead - fleet, built)  # who builds sees a gap, if only of one quarter
    return jnp.clip((x["orders_over_deliveries"] * built - retiring) / gap, low, high)


def desired_additions(
    ahead: jax.Array, fleet: jax.Array, retiring: jax.Array, speed: jax.Array
) -> jax.Array:
    """H100-equivalents (millions) that buyers want to add in a quarter.

    They close a share of the gap to compute wanted ahead and replace what retires. Never negative:
    a fleet shrinks by age, not by decision.
    """
    return jnp.maximum(speed * (ahead - fleet) + retiring, 1e-4)


def adjusted(plan: jax.Array, wish: jax.Array, share: jax.Array) -> jax.Array:
    """A plan moved a share of the way to the wish, in dollars; all but the share logs, (draw,).

    ln((1 - share) exp(plan) + share exp(wish)): orders are placed quarters ahead and budgets set
    once a year, so spending neither jumps to a new wish nor drops to it at once; who wishes for
    nothing lets what is ordered run out, by the share a quarter.

    >>> round(float(jnp.exp(adjusted(jnp.log(4.0), jnp.log(9.0), jnp.float32(0.2)))), 4)
    5.0
    """
    return jnp.logaddexp(plan + jnp.log1p(-share), wish + jnp.log(share))


def guided(plan: jax.Array, told: jax.Array, weight: jax.Array) -> jax.Array:
    """A plan drawn to what buyers have told, by a weight, all but the weight logs, (draw,).

    Budgets told to shareholders are mostly kept within their year, whatever happens to the wish.

    >>> float(guided(jnp.float32(4.0), jnp.float32(9.0), jnp.float32(0.5)))
    6.5
    """
    return plan + weight * (told - plan)


def smallest(bounds: Sequence[jax.Array]) -> tuple[jax.Array, jax.Array, jax.Array]:
    """The smallest limit, which one it is, and how far the next one lies above it.

    Args:
        bounds: every limit as accelerator spend, USD_bn/quarter, each (draw,).

    Returns:
        the build, the number of its limit (the first of equals), and what relaxing that limit
        alone could add at most, each (draw,).

    >>> build, which, room = smallest(jnp.asarray([[9.0], [4.0], [6.0]]))
    >>> float(build[0]), int(which[0]), float(room[0])
    (4.0, 1, 2.0)
    """
    build, following = bounds[0], jnp.full_like(bounds[0], jnp.inf)
    which = jnp.zeros(build.shape, jnp.int32)
    for number, bound in enumerate(bounds[1:], 1):
        following = jnp.minimum(following, jnp.maximum(build, bound))
        which = jnp.where(bound < build, number, which)
        build = jnp.minimum(build, bound)
    return build, which, following - build


def units_per_dollar(price: jax.Array, asic: jax.Array, ratio: jax.Array) -> jax.Array:
    """Millions of H100-equivalents per USD_bn of accelerators: GPU and custom chips together."""
    return 1e3 / price * (1 - asic + asic / ratio)
