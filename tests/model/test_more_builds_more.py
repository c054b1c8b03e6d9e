"""More of an input never lowers the build, a longer lead time never the shortfall: how far so.

Through the whole chain, in double precision, for inputs and factors that Hypothesis draws. In the
first quarter it always holds, because the build is the smallest limit. Over quarters it holds while
the buyers' plans are held: power that builds draw, added up, never falls. It does not hold in every
quarter of every draw, for reasons that are the model's meaning: a gigawatt that was drawn earlier
is not there later, a fuller fleet lowers the plan, a shortage that was relieved orders less
capacity. On average over the draws the build up to every quarter never falls even then.
docs/supply.md tells how often and how far.
"""

from collections.abc import Mapping
from functools import cache

import jax
import jax.numpy as jnp
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from jevons.model.chain import chain
from jevons.model.clock import QUARTERS
from jevons.model.power import OPTIONS
from jevons.model.priors import BLOCK
from jevons.model.setting import Setting
from jevons.model.supply import CAPACITIES, LIMITS

from .invented import experiment, inputs

DRAWS = 256
SHOCKED = ("chips", "power", "capital")  # by a shock from the first forecast quarter on
SLACK = tuple(f"{name}_slack" for name in CAPACITIES[1:])
MORE = (
    *SHOCKED, *SLACK, "under_construction", "grid_access", *OPTIONS, "buyers_cash_flow",
    "capex_intensity_limit", "outside_finance_ratio",
)  # fmt: skip
Paths = Mapping[str, np.ndarray]
FIRST = QUARTERS.index(experiment().anchor) + 1
NEVER = 1e15  # years: a planning half-life that holds the buyers' plans where they are


@cache
def compiled() -> jax.stages.Wrapped:
    with jax.enable_x64(True):
        return jax.jit(chain)


@cache
def ready(draws: int = DRAWS) -> tuple[dict[str, np.ndarray], Setting]:
    with jax.enable_x64(True):
        setting = jax.tree.map(
            lambda value: jnp.asarray(np.asarray(value, np.float64)), experiment().setting
        )
    return {name: value[:draws].astype(np.float64) for name, value in inputs().items()}, setting


def run(times: Mapping[str, float], held: bool = False, draws: int = DRAWS) -> Paths:
    """The chain with inputs multiplied by factors, the plans of buyers held if so."""
    x, setting = ready(draws)
    x = dict(x)
    shocks = setting.shocks
    if held:
        x["planning_half_life"] = np.full(draws, NEVER)
    onset = np.arange(len(QUARTERS)) >= FIRST
    with jax.enable_x64(True):
        for name, factor in times.items():
            if name in SHOCKED:
                change = jnp.asarray(np.where(onset, np.log(factor), 0.0))
                shocks = shocks._replace(**{name: change + getattr(shocks, name)})
            else:
                x[name] = x[name] * factor
        paths = compiled()(x, setting._replace(shocks=shocks))
    return {name: np.asarray(path)[..., FIRST:, :] for name, path in paths.items()}


def falls(more: np.ndarray, less: np.ndarray) -> np.ndarray:
    """Where a path is lower than before by more than rounding."""
    found: np.ndarray = more < less - 1e-9 * np.maximum(np.abs(less), 1.0)
    return found


# Starting points in which another limit binds: less of it than the priors say.
TIGHT = st.fixed_dictionaries(
    {name: st.sampled_from([0.4, 0.7, 1.0]) for name in ("chips", "power", "capital")}
)
FACTOR = st.floats(1.01, 3.0)


@settings(max_examples=12, deadline=None)
@given(TIGHT, st.sampled_from(MORE), FACTOR)
def test_in_the_first_quarter_more_never_lowers_the_build(
    tight: dict[str, float], name: str, factor: float
) -> None:
    before = run(tight)
    after = run(tight | {name: factor * tight.get(name, 1.0)})
    assert not falls(after["accelerator_spend"][0], before["accelerator_spend"][0]).any()


@settings(max_examples=12, deadline=None)
@given(st.sampled_from(OPTIONS), FACTOR, st.sampled_from([0.02, 0.4, 1.0]))
def test_in_the_first_quarter_a_longer_wait_for_power_never_raises_the_build(
    option: str, factor: float, power: float
) -> None:
    """Nor where history has drawn more than was supplied, as with little power of everything."""
    scarce = dict.fromkeys(("under_construction", "grid_access", "power_slack"), power)
    before = run(scarce)["limits"][LIMITS.index("power"), 0]
    after = run(scarce | {f"{option}_lead_time": factor})["limits"][LIMITS.index("power"), 0]
    assert not falls(before, after).any()


@settings(max_examples=12, deadline=None)
@given(TIGHT, st.sampled_from(MORE), FACTOR)
def test_with_plans_held_power_drawn_by_builds_never_falls(
    tight: dict[str, float], name: str, factor: float
) -> None:
    """U' = U + min(other limits, max(supply - U, arriving)) rises with each of its terms.

    In one quarter the build may fall, where the power that it would draw was drawn before.
    """
    before = run(tight, held=True)
    after = run(tight | {name: factor * tight.get(name, 1.0)}, held=True)
    assert not falls(after["power_used"], before["power_used"]).any()


@settings(max_examples=12, deadline=None)
@given(st.sampled_from([0.4, 0.7]), st.sampled_from(["chips", "capital"]), FACTOR)
def test_with_plans_held_and_power_plenty_no_quarter_builds_less(
    tight: float, name: str, factor: float
) -> None:
    """Nothing that was built before is missed: the build is the least of limits that only rise."""
    start = {"power": 1e3, name: tight}
    before, after = run(start, held=True), run(start | {name: tight * factor}, held=True)
    assert not falls(after["accelerator_spend"], before["accelerator_spend"]).any()
    assert (after["accelerator_spend"] > before["accelerator_spend"]).any()


@settings(max_examples=12, deadline=None)
@given(st.sampled_from(MORE), FACTOR)
def test_on_average_the_build_up_to_every_quarter_never_falls(name: str, factor: float) -> None:
    """Whatever buyers answer."""
    before, after = run({}), run({name: factor})
    assert not falls(
        after["accelerator_spend"].mean(-1).cumsum(), before["accelerator_spend"].mean(-1).cumsum()
    ).any()


@settings(max_examples=12, deadline=None)
@given(st.sampled_from(OPTIONS), st.floats(1.01, 3.0), TIGHT)
def test_with_plans_held_a_longer_lead_time_of_power_never_lowers_the_shortfall(
    option: str, factor: float, tight: dict[str, float]
) -> None:
    before = run(tight, held=True)
    after = run(tight | {f"{option}_lead_time": factor}, held=True)
    for name in ("gross_shortfall", "net_shortfall"):
        assert not falls(after[name], before[name]).any()


@settings(max_examples=12, deadline=None)
@given(st.sampled_from(OPTIONS), st.floats(1.01, 3.0))
def test_a_longer_lead_time_of_power_never_lowers_the_mean_shortfall(
    option: str, factor: float
) -> None:
    """Buyers' answers included: they want no less power because it comes later, on average.

    Over a whole block: in rare draws they want some GW less, which 256 may hold too many of.
    """
    before, after = run({}, draws=BLOCK), run({f"{option}_lead_time": factor}, draws=BLOCK)
    assert not falls(after["net_shortfall"].mean(-1), before["net_shortfall"].mean(-1)).any()


@settings(max_examples=12, deadline=None)
@given(st.sampled_from(["packaging", "memory", "network"]), st.floats(1.01, 3.0))
def test_while_a_shortage_lasts_a_longer_lead_time_never_gives_more_capacity(
    name: str, factor: float
) -> None:
    """Until the shortage that orders see first falls, where those placed for it are too many.

    From then on a longer lead time may give more capacity: orders still come in for a shortage
    that is over. Half of the slack makes a shortage from the start.
    """
    tight = {f"{name}_slack": 0.5}
    short, long = (
        run(tight | {f"lead_time_{name}": each}, held=True)["limits"] for each in (1.0, factor)
    )
    number = LIMITS.index(name)
    x = ready()[0]
    anchor = 0.5 * x["accelerator_spend_at_anchor"] * x[f"{name}_slack"]
    shortage = np.log(short[0] / np.vstack([anchor, short[number][:-1]]))
    rising = np.cumprod(np.diff(shortage, axis=0) >= 0, axis=0).astype(bool)
    lasting = np.vstack([np.ones_like(rising[:1]), rising])
    assert not (falls(-long[number], -short[number]) & lasting).any()
    assert falls(long[number], short[number]).any()


def test_where_buyers_answer_some_quarters_of_some_draws_build_less() -> None:
    """The counterexample, so that nobody takes the averages for a law of every quarter.

    A fifth more capital: in some quarter of a quarter of the draws less is built than without it,
    and never in the first. Up to a quarter the whole build is less in few draws, and by little.
    """
    before, after = run({}), run({"capital": 1.2})
    less = falls(after["accelerator_spend"], before["accelerator_spend"])
    assert 0.1 < less.any(0).mean() < 0.4
    built = [paths["accelerator_spend"].cumsum(0) for paths in (before, after)]
    behind = built[1] / built[0] - 1
    assert (behind < -1e-9).any(0).mean() < 0.1
    assert behind.min() > -0.05


def test_where_more_money_builds_less_the_gigawatts_were_drawn_before() -> None:
    """Money is never what stops those quarters: in most of them it is power that is used up.

    A whole block, because they are few. In the rest, 18 %, buyers plan less: more of what they
    wanted stands already. In a rare one memory binds: a shortage of it, relieved early, had
    ordered less capacity.
    """
    before, after = run({}, draws=BLOCK), run({"capital": 1.2}, draws=BLOCK)
    less = falls(after["accelerator_spend"], before["accelerator_spend"])
    binds = after["binding"][less].astype(int)
    assert not (binds == LIMITS.index("capital")).any()
    assert np.mean(binds == LIMITS.index("power")) > 0.8
    assert set(binds) <= {LIMITS.index(name) for name in ("power", "desired", "memory")}
    assert np.mean(binds == LIMITS.index("memory")) < 0.005
    power = LIMITS.index("power")
    assert (after["limits"][power][less] <= before["limits"][power][less]).mean() > 0.95
    assert (after["power_used"][less] >= before["power_used"][less] - 1e-9).mean() > 0.95
