"""Present values against closed forms of the textbooks, to 1e-9."""

from collections.abc import Iterator
from datetime import date

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jevons.valuation import cash_flow as cf

NEW_YEAR = date(2025, 1, 1)
rates = st.floats(0.05, 0.14)
growths = st.floats(-0.02, 0.04)


@pytest.fixture(autouse=True)
def _double_precision() -> Iterator[None]:
    with jax.enable_x64(True):
        yield


def one(value: float) -> jax.Array:
    return jnp.asarray([value], jnp.float64)


def steady(
    growth: float, ronic: float, years: int, wacc: float, *, mid_year: bool = False
) -> float:
    """Enterprise value of NOPAT 1 in the first year, growing for ever, through all three stages."""
    level = (1 + growth) ** jnp.arange(years)[None, :]
    explicit = cf.Segment(level, level * growth / ronic)
    terminal = cf.Terminal(one(growth), one(ronic))
    segment = cf.fade(explicit, one(growth), one(ronic), terminal)
    when = cf.timing(NEW_YEAR, 2025, 2024 + years + cf.FADE_YEARS, mid_year=mid_year)
    return float(cf.present_value(segment, one(wacc), terminal, when).enterprise[0])


@settings(deadline=None, max_examples=50)  # the first example compiles
@given(growths, rates)
def test_stages_of_one_growth_are_gordon(growth: float, wacc: float) -> None:
    """FCFF1 / (WACC - g), whatever the split into explicit years, fade and perpetuity."""
    flow = 1 - growth / 0.15
    assert steady(growth, 0.15, 6, wacc) == pytest.approx(flow / (wacc - growth), rel=1e-9)


@settings(deadline=None, max_examples=50)  # the first example compiles
@given(growths, rates)
def test_mid_year_is_half_a_year_of_discount(growth: float, wacc: float) -> None:
    end = steady(growth, 0.2, 5, wacc)
    assert steady(growth, 0.2, 5, wacc, mid_year=True) == pytest.approx(
        end * (1 + wacc) ** 0.5, rel=1e-9
    )


@settings(deadline=None, max_examples=50)  # the first example compiles
@given(growths, rates)
def test_growth_is_neutral_when_ronic_is_wacc(growth: float, wacc: float) -> None:
    """Growth that earns the cost of capital adds nothing: V = NOPAT1 / WACC."""
    assert steady(growth, wacc, 6, wacc) == pytest.approx(1 / wacc, rel=1e-9)


@settings(deadline=None, max_examples=50)  # the first example compiles
@given(st.floats(0.0, 0.2), growths, rates)
def test_fading_growth_is_neutral_too_when_ronic_is_wacc(
    first: float, growth: float, wacc: float
) -> None:
    terminal = cf.Terminal(one(growth), one(wacc))
    segment = cf.fade(
        cf.Segment(jnp.ones((1, 1)), jnp.zeros((1, 1))), one(first), one(wacc), terminal
    )
    when = cf.timing(NEW_YEAR, 2025, 2025 + cf.FADE_YEARS, mid_year=False)
    value = cf.present_value(segment, one(wacc), terminal, when).enterprise[0]
    assert float(value) == pytest.approx(1 / wacc, rel=1e-9)


def test_value_driver_by_hand() -> None:
    """NOPAT 100, g 3 %, RONIC 12 %, WACC 8 %: 100 x 0.75 / 0.05 = 1500."""
    assert float(cf.value_driver(one(100), one(0.03), one(0.12), one(0.08))[0]) == pytest.approx(
        1500
    )


def test_two_stage_closed_form() -> None:
    """n years at growth a, then g for ever, all payout: the growing annuity and the perpetuity."""
    a, g, r, n = 0.12, 0.03, 0.09, 8
    level = (1 + a) ** np.arange(n)
    endless = cf.Terminal(one(g), one(1e12))  # an endless return needs no reinvestment
    explicit = cf.Segment(jnp.asarray(level[None]), jnp.zeros((1, n)))
    segment = cf.fade(explicit, one(g), one(1e12), endless)
    when = cf.timing(NEW_YEAR, 2025, 2024 + n + cf.FADE_YEARS, mid_year=False)
    closed = (1 - ((1 + a) / (1 + r)) ** n) / (r - a) + level[-1] * (1 + g) / (r - g) / (1 + r) ** n
    value = cf.present_value(segment, one(r), endless, when).enterprise[0]
    assert float(value) == pytest.approx(closed, rel=1e-9)


def test_linear_fade_is_the_h_model_to_first_order() -> None:
    """Fuller and Hsia 1984: V0 = D0 ((1 + g) + H (gs - g)) / (r - g), H half of the fade.

    H stands for the sum of the fading excess growth, undiscounted. Each year's excess (1 - k/10)
    lifts all later dividends by that much over 1 + g, so the exact slope in gs at gs = g is that
    sum with each term discounted to its own year; with r near g the discount vanishes and H is met.
    """
    g, k = 0.03, np.arange(1, 11)

    def value(first: jax.Array, r: float) -> jax.Array:
        terminal = cf.Terminal(one(g), one(1e12))  # an endless return pays all profit out
        start = cf.Segment(jnp.ones((1, 1)), jnp.zeros((1, 1)))
        segment = cf.fade(start, first[None], one(1e12), terminal)
        when = cf.timing(date(2024, 1, 1), 2024, 2024 + cf.FADE_YEARS, mid_year=False)
        worth = cf.present_value(segment, one(r), terminal, when).enterprise[0]
        return worth * (1 + r) - 1  # just after D0 = 1 was paid

    start = jnp.asarray(g)
    for r in (0.0300001, 0.06, 0.09):
        assert float(value(start, r)) == pytest.approx((1 + g) / (r - g), rel=1e-9)
        ratio = (1 + g) / (1 + r)
        exact = ((1 - k / 10) * ratio ** (k - 1)).sum() / (r - g)
        assert float(jax.grad(value)(start, r)) == pytest.approx(exact, rel=1e-9)
    h = (1 - k / 10).sum()  # 4.5: half of the ten years, less half of the first year's step
    assert float(jax.grad(value)(start, 0.0300001)) == pytest.approx(h / 1e-7, rel=1e-5)


def test_three_stage_by_hand() -> None:
    """An operating segment against a plain loop over years."""
    revenue = np.array([[10.0, 12.0, 15.0, 17.0]])
    margin, tax, turn, wacc, g, ronic = 0.3, 0.2, 2.0, 0.09, 0.025, 0.11
    terminal = cf.Terminal(one(g), one(ronic))
    segment = cf.operating_segment(
        jnp.asarray(revenue), jnp.full((1, 4), margin), one(tax), one(turn), terminal
    )
    when = cf.timing(NEW_YEAR, 2025, 2028 + cf.FADE_YEARS, mid_year=False)
    got = float(cf.present_value(segment, one(wacc), terminal, when).enterprise[0])

    kept = margin * (1 - tax)
    nopat = list(revenue[0] * kept)
    growth, new = (17 / 12) ** 0.5 - 1, kept * turn
    growths = [growth + (g - growth) * k / 10 for k in range(1, 11)] + [g]
    returns = [new + (ronic - new) * k / 10 for k in range(1, 11)] + [ronic]
    spent = [2 / turn, 3 / turn, 2 / turn]
    for step in range(10):
        spent.append(nopat[-1] * growths[step] / returns[step])
        nopat.append(nopat[-1] * (1 + growths[step]))
    spent.append(nopat[-1] * g / ronic)
    growths_ok = min(growth, cf.ENTRY_GROWTH_BOUNDS[1]) == growth
    value = sum(
        (n - s) / 1.09 ** (t + 1) for t, (n, s) in enumerate(zip(nopat, spent, strict=True))
    )
    value += nopat[-1] * (1 + g) * (1 - g / ronic) / (wacc - g) / 1.09**14
    assert growths_ok
    assert got == pytest.approx(value, rel=1e-9)


def test_economic_profit_identity() -> None:
    """Invested capital + PV(economic profit) = PV(FCFF), on a hyperscaler's fading segment."""
    spending = jnp.asarray([[20.0, 30.0, 45.0, 50.0]])
    life, earned, wacc, g, ronic = 6.0, 0.14, 0.09, 0.03, 0.1
    terminal = cf.Terminal(one(g), one(ronic))
    segment = cf.capital_segment(spending, one(life), one(earned), terminal)
    when = cf.timing(NEW_YEAR, 2025, 2028 + cf.FADE_YEARS, mid_year=False)
    value = float(cf.present_value(segment, one(wacc), terminal, when).enterprise[0])

    nopat, spent = np.asarray(segment.nopat[0]), np.asarray(segment.investment[0])
    opening = np.concatenate([[0.0], np.cumsum(spent)])  # the segment starts with no capital
    profit = nopat - wacc * opening[:-1]
    years = np.arange(1, len(nopat) + 1)
    present = float((profit / (1 + wacc) ** years).sum())
    # Beyond the fade: profit of year n + 1, then growth by the spread on each year's investment.
    coming, capital = nopat[-1] * (1 + g), opening[-1]
    lasting = (coming - wacc * capital) / wacc
    growing = coming * g / ronic * (ronic - wacc) / wacc / (wacc - g)
    present += (lasting + growing) / (1 + wacc) ** years[-1]
    assert value == pytest.approx(present, rel=1e-9)


def test_capital_is_paid_a_year_before_it_earns() -> None:
    """NOPAT[t+1] - NOPAT[t] = return x investment[t] on every explicit year of a buyer."""
    spending = jnp.asarray([[20.0, 30.0, 45.0, 50.0]])
    segment = cf.capital_segment(spending, one(6.0), one(0.14), cf.Terminal(one(0.03), one(0.1)))
    gains = np.diff(np.asarray(segment.nopat[0]))[:3]
    np.testing.assert_allclose(gains, 0.14 * np.asarray(segment.investment[0])[:3], rtol=1e-12)


def test_roll_forward_returns_the_cost_of_capital() -> None:
    """V(2026) + FCFF(2025) = V(2025) (1 + WACC) at unchanged expectations."""
    revenue = jnp.asarray([[10.0, 12.0, 15.0, 17.0]])
    terminal = cf.Terminal(one(0.025), one(0.11))
    segment = cf.operating_segment(revenue, jnp.full((1, 4), 0.3), one(0.2), one(2.0), terminal)
    values = [
        float(
            cf.present_value(
                segment, one(0.09), terminal, cf.timing(day, 2025, 2038, mid_year=False)
            ).enterprise[0]
        )
        for day in (NEW_YEAR, date(2026, 1, 1))
    ]
    paid = float(segment.free_cash_flow[0, 0])
    assert values[1] + paid == pytest.approx(values[0] * 1.09, rel=1e-9)


def test_timing_counts_only_what_is_still_to_come() -> None:
    """On 2025-07-02, midday of the year: half of 2025 is left, nothing of 2024."""
    when = cf.timing(date(2025, 7, 2), 2024, 2026, mid_year=True)
    left = 183 / 365
    np.testing.assert_allclose(when.weight, [0, left, 1])
    np.testing.assert_allclose(when.time, [0, left / 2, left + 0.5])
    assert float(when.horizon) == pytest.approx(left + 0.5)


def test_gradient_equals_finite_differences() -> None:
    """Exact slopes of value in WACC, margin, sales to capital and g: autodiff and differences."""
    revenue = jnp.asarray([[10.0, 12.0, 14.0, 16.0]])
    when = cf.timing(NEW_YEAR, 2025, 2038)

    def value(x: jax.Array) -> jax.Array:
        terminal = cf.Terminal(x[3:4], x[4:5])
        margin = jnp.broadcast_to(x[1], (1, 4))
        segment = cf.operating_segment(revenue, margin, one(0.2), x[2:3], terminal)
        return cf.present_value(segment, x[0:1], terminal, when).enterprise[0]

    point = jnp.asarray([0.09, 0.3, 2.0, 0.025, 0.11])
    slopes = jax.grad(value)(point)
    for i, step in enumerate(np.eye(5) * 1e-6):
        difference = (value(point + step) - value(point - step)) / 2e-6
        assert float(slopes[i]) == pytest.approx(float(difference), rel=1e-6)


def test_gradient_survives_a_segment_without_revenue() -> None:
    """A company with no AI revenue is worth nothing more for it, and has no NaN in its slope."""

    def value(level: jax.Array) -> jax.Array:
        terminal = cf.Terminal(one(0.02), one(0.1))
        segment = cf.operating_segment(
            level * jnp.ones((1, 4)), jnp.full((1, 4), 0.3), one(0.2), one(2.0), terminal
        )
        when = cf.timing(NEW_YEAR, 2025, 2038)
        return cf.present_value(segment, one(0.09), terminal, when).enterprise[0]

    assert float(value(jnp.asarray(0.0))) == 0.0
    assert np.isfinite(float(jax.grad(value)(jnp.asarray(0.0))))


@settings(deadline=None, max_examples=50)  # the first example compiles
@given(st.floats(0.1, 50.0))
def test_value_scales_with_money(scale: float) -> None:
    revenue = jnp.asarray([[10.0, 12.0, 14.0, 16.0]])
    terminal = cf.Terminal(one(0.02), one(0.1))
    when = cf.timing(NEW_YEAR, 2025, 2038)

    def value(amount: jax.Array) -> float:
        segment = cf.operating_segment(amount, jnp.full((1, 4), 0.3), one(0.2), one(2.0), terminal)
        return float(cf.present_value(segment, one(0.09), terminal, when).enterprise[0])

    assert value(scale * revenue) == pytest.approx(scale * value(revenue), rel=1e-9)


def test_entry_growth_is_bounded() -> None:
    """A doubling a year enters the fade at 20 %, a collapse at -20 %, nothing at zero."""
    level = jnp.asarray([[1.0, 2.0, 4.0], [4.0, 2.0, 1.0], [0.0, 0.0, 0.0], [1.0, 1.1, 1.21]])
    np.testing.assert_allclose(cf.entry_growth(level), [0.2, -0.2, 0.0, 0.1])
