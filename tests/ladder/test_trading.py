"""Impact, currencies, limits, tax lots and cooldowns, worked by hand; and what always holds."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jevons.errors import UserError
from jevons.ladder import Bars, Costs, LadderRule, Run, Setting, audit, bars_of, layout, run
from jevons.ladder.bars import bars_in
from jevons.ladder.lots import tax_lots
from jevons.ladder.outcome import outcome
from jevons.ladder.trading import affordable
from jevons.market import PriceHistory, PriceTable
from jevons.market.actions import Action

from .rules import rules
from .test_run import TWO, day, rule

FIRST = date(2020, 1, 1)


def history(
    closes: list[float],
    ticker: str = "A",
    opens: list[float] | None = None,
    low: list[float] | None = None,
    volume: list[float] | None = None,
    currency: str = "USD",
) -> PriceHistory:
    days = np.datetime64(FIRST, "D") + np.arange(len(closes))
    close, first = np.array(closes, float), np.array(opens or closes, float)
    return PriceHistory(
        ticker,
        days,
        close,
        np.maximum(first, close),
        open=first,
        currency=currency,
        low=None if low is None else np.array(low, float),
        volume=None if volume is None else np.array(volume, float),
    )


def test_shares_that_the_money_buys_with_impact() -> None:
    # 4 shares at 2 USD and 4 sqrt(4) x 1 USD of impact are 16 USD.
    assert affordable(16.0, 2.0, 1.0) == pytest.approx(4.0, rel=1e-14)
    assert affordable(16.0, 2.0, 0.0) == 8.0
    assert affordable(-1.0, 2.0, 1.0) < 0


def test_a_large_order_moves_the_price_against_itself() -> None:
    # Closes alternate by 1 %, so the daily deviation is 0.01 (ln 1.01 = 0.00995); 10,000 shares a
    # day. With c = 1 a purchase of q shares costs 0.00995 sqrt(q / 10,000) of its value.
    closes = [100.0 * 1.01 ** (t % 2) for t in range(40)] + [80.0] * 5
    bars = bars_of(history(closes, volume=[10_000.0] * 45))
    big = Setting(1e6, Costs(impact=1.0))
    done = run(rule("buy 50% of budget when dd <= -15%"), bars, big)
    # Filled a session after the fall: the deviation known then has the fall in it.
    log = np.log(1.01)
    variance = log**2
    variance = 0.94 * variance + 0.06 * np.log(80 / closes[39]) ** 2
    rate = variance**0.5 / 10_000**0.5
    q, fee = done.fills[0, layout.COUNT], done.fills[0, layout.COST]
    assert fee == pytest.approx(q * 80 * rate * q**0.5, rel=1e-9)
    assert q * 80 + fee == pytest.approx(500_000, rel=1e-12)
    # A tenth of the money pays a share of its value that is sqrt(10) times smaller, or nearly.
    small = run(rule("buy 50% of budget when dd <= -15%"), bars, Setting(1e5, Costs(impact=1.0)))
    shares = [x.fills[0, layout.COST] / x.fills[0, layout.COUNT] for x in (done, small)]
    assert shares[0] / shares[1] == pytest.approx((q / small.fills[0, layout.COUNT]) ** 0.5)
    with pytest.raises(UserError, match="needs the volume of A"):
        run(TWO, bars_of(history(closes)), big)


def test_a_split_changes_no_impact() -> None:
    closes = [100.0 * 1.01 ** (t % 2) for t in range(40)] + [80.0] * 5
    split = [c / 2 if t >= 42 else c for t, c in enumerate(closes)]
    more = [10_000.0 * (2 if t >= 42 else 1) for t in range(45)]
    on = Action("A", FIRST.replace(month=2, day=12), "split", 2.0)
    plain = Setting(1e6, Costs(impact=1.0)).impact(bars_of(history(closes, volume=[1e4] * 45)))
    after = Setting(1e6, Costs(impact=1.0)).impact(bars_of(history(split, volume=more), [on]))
    # Twice the shares for the same money: c s sqrt(2 q / 2 ADV), so a share costs 1 / sqrt(2).
    assert after[43] == pytest.approx(plain[43] / 2**0.5)


def test_a_share_in_another_currency() -> None:
    rates = history([30.0, 30, 30, 20], "TWD=X")
    table = PriceTable({"2330.TW": history([100.0, 90, 90, 90], "2330.TW"), "TWD=X": rates})
    bars = bars_in(table, "2330.TW")
    done = run(TWO, bars, Setting(1000))
    # 500 USD buy at 90 / 30 = 3 USD; then the dollar falls from 30 to 20 TWD, and a share is 4.5.
    assert done.fills[0, [layout.FILLED, layout.PRICE, layout.COUNT]] == pytest.approx(
        [2, 3, 500 / 3]
    )
    assert done.wealth[-1] == pytest.approx(500 + 500 / 3 * 4.5)
    assert done.account[3, layout.FX_GAIN] == pytest.approx(250)
    assert done.account[3, layout.PRICE_GAIN] == 0
    assert outcome(done)["currency_gain_usd"] == pytest.approx(250)
    assert done.identity_error() < 1e-12
    dear = run(TWO, bars, Setting(1000, Costs(fx=0.01)))
    assert dear.fills[0, layout.COST] == pytest.approx(500 - 500 / 1.01)
    home = run(TWO, bars_of(history([100.0, 90, 90, 90])), Setting(1000, Costs(fx=0.01)))
    assert home.fills[0, layout.COST] == 0
    with pytest.raises(UserError, match="is quoted in TWD; give TWD=X"):
        bars_of(history([1.0, 2], currency="TWD"))
    late = history([1.0, 2], "TWD=X").as_of(FIRST)
    with pytest.raises(UserError, match="has no rate in the 10 days up to 2020-01-12"):
        bars_of(history([1.0] * 20, currency="TWD"), (), late)


def test_a_limit_order_fills_within_the_session_at_its_level() -> None:
    # The low of the second session touches 90; no close ever does.
    bars = bars_of(history([100.0, 99, 95, 99], opens=[100, 100, 98, 95], low=[99, 89, 94, 95]))
    done = run(TWO, bars, Setting(1000, fill_at="limit"))
    assert done.fills[:, [layout.DECIDED, layout.FILLED, layout.BY]].tolist() == [[0, 1, 0]]
    assert done.fills[0, layout.PRICE] == pytest.approx(90)
    assert done.wealth[1] == pytest.approx(500 + 500 / 90 * 99)
    assert audit(done)[0]["seen"]["limit(dd <= -10%)"] == pytest.approx(90)
    assert not len(run(TWO, bars, Setting(1000)).fills)
    with pytest.raises(UserError, match="limit orders need the low of A"):
        run(TWO, bars_of(history([100.0, 99])), Setting(1000, fill_at="limit"))
    waits = rule("buy 50% of budget when dd <= -10% after 2 sessions")
    with pytest.raises(UserError, match="cannot wait; leave out after 2 sessions"):
        run(waits, bars, Setting(1000, fill_at="limit"))


def test_limits_fill_in_the_order_of_depth_and_a_gap_fills_all_at_the_open() -> None:
    backwards = rule("buy 50% of budget when dd <= -20% buy 50% of budget when dd <= -10%")
    at_levels = bars_of(history([100.0, 85, 90], opens=[100, 97, 85], low=[100, 79, 85]))
    done = run(backwards, at_levels, Setting(1000, fill_at="limit"))
    assert done.fills[:, layout.PRICE] == pytest.approx([90, 80])
    gap = bars_of(history([100.0, 75, 90], opens=[100, 70, 85], low=[100, 69, 85]))
    done = run(backwards, gap, Setting(1000, fill_at="limit"))
    assert done.fills[:, layout.BY].tolist() == [0, 1]
    assert done.fills[:, layout.PRICE].tolist() == [70, 70]


def test_a_limit_keeps_its_conditions_of_the_day_before_and_splits() -> None:
    only = rule("buy 50% of budget when dd <= -10% and thesis")
    bars = bars_of(
        history([100.0, 99, 49.5, 50], opens=[100, 100, 49.5, 50], low=[99, 95, 44.9, 50]),
        [Action("A", day(2), "split", 2.0)],
    )
    on = Setting(1000, fill_at="limit")
    # 90 before the split is 45 after it.
    done = run(only, bars, on, {"thesis": np.array([1.0, 1, 0, 0])})
    assert done.fills[0, [layout.FILLED, layout.PRICE]] == pytest.approx([2, 45])
    assert not len(run(only, bars, on, {"thesis": np.array([1.0, 0, 1, 1])}).fills)


def test_lots_are_sold_first_in_first_out() -> None:
    # 500 USD at 90 and 500 at 80; at 120 half of all shares goes: the first lot and some more.
    sells = rule(
        "buy 50% of budget when dd <= -10% buy 50% of budget when dd <= -20% "
        "sell 50% of remaining when gain >= 0.3"
    )
    done = run(sells, bars_of(history([100.0, 90, 90, 80, 80, 120, 120])), Setting(1000))
    first, second = 500 / 90, 500 / 80
    half = (first + second) / 2
    lots = tax_lots(done)
    assert [lot.shares for lot in lots] == pytest.approx(
        [first, half - first, second + first - half]
    )
    assert lots[0].gain == pytest.approx(first * 30)
    assert lots[1].gain == pytest.approx((half - first) * 40)
    assert lots[2].proceeds is None
    got = outcome(done)
    assert got["realised_gain_usd"] == pytest.approx(first * 30 + (half - first) * 40, rel=1e-5)
    assert got["average_cost_usd"] == pytest.approx(80)


def test_the_average_cost_with_and_without_fees() -> None:
    done = run(TWO, bars_of(history([100.0, 90, 90])), Setting(1000, Costs(half_spread=0.01)))
    assert outcome(done)["average_cost_gross_usd"] == pytest.approx(90)
    assert outcome(done)["average_cost_usd"] == pytest.approx(90 * 1.01)


def test_after_all_is_sold_nothing_is_bought_for_a_while() -> None:
    body = (
        "buy 50% of budget when dd <= -10% rearm on_new_peak {}sell 100% of remaining when new_peak"
    )
    # Sold at the open of session 4; the falls at 5 and 6 come within three sessions of it.
    path = history([100.0, 90, 90, 101, 101, 90, 90, 89, 89])
    hot = run(rule(body.format("")), bars_of(path), Setting(1000))
    cool = run(rule(body.format("cooldown 3 sessions ")), bars_of(path), Setting(1000))
    assert hot.fills[:, layout.FILLED].tolist() == [2, 4, 6]
    assert cool.fills[:, layout.FILLED].tolist() == [2, 4, 8]  # decided on the close of session 7
    states = [layout.STATES[int(state)] for state in cool.account[3:, layout.STATE]]
    assert states[1:4] == ["cooldown"] * 3


def volatile(seed: int, cut: int | None = None) -> Bars:
    """A share in another currency with lows, volume, a split, a dividend; other bars from a cut."""

    def one(seed: int) -> list[np.ndarray]:
        random = np.random.default_rng(seed)
        close = 100 * np.exp(np.cumsum(0.05 * random.standard_normal(60)))
        opens = close * np.exp(0.02 * random.standard_normal(60))
        low = np.minimum(opens, close) * np.exp(-0.02 * random.random(60))
        return [close, opens, low, random.integers(0, 5000, 60) * 1.0, 30 + random.random(60)]

    arrays = one(seed)
    if cut is not None:
        other = one(seed + 1000)
        arrays = [np.concatenate((a[:cut], b[cut:])) for a, b in zip(arrays, other, strict=True)]
    close, opens, low, volume, rate = arrays
    actions = [Action("A", date(2020, 1, 20), "split", 2.0)]
    actions += [Action("A", date(2020, 1, 15), "dividend", 1.0, date(2020, 1, 25))]
    listed = history(list(close), "A", list(opens), list(low), list(volume), "TWD")
    return bars_of(listed, actions, history(list(rate), "TWD=X"))


def simulated(which: LadderRule, bars: Bars, fill: str) -> Run:
    costs = Costs(1.0, 0.01, 0.001, 0.001, 0.15, 0.0, 0.5, 0.002)
    waits = fill == "limit" and any(step.after for step in which.steps)
    return run(which, bars, Setting(10_000, costs, 0.04, "open" if waits else fill))


@settings(max_examples=150, deadline=None)
@given(rules(prices_only=True), st.integers(0, 500), st.sampled_from(["open", "close", "limit"]))
def test_wealth_and_lots_add_up(which: LadderRule, seed: int, fill: str) -> None:
    done = simulated(which, volatile(seed), fill)
    assert done.identity_error() < 1e-9
    assert (done.account[:, layout.CASH] >= 0).all()
    lots, last = tax_lots(done), done.account[-1]
    held = sum(lot.shares for lot in lots if lot.proceeds is None)
    assert held == pytest.approx(last[layout.SHARES], rel=1e-9, abs=1e-9)
    won = sum(lot.gain for lot in lots)
    won += last[layout.SHARES] * done.bars.usd[-1] - sum(
        lot.cost for lot in lots if lot.proceeds is None
    )
    won += done.account[:, [layout.DIVIDENDS, layout.INTEREST]].sum()
    assert won == pytest.approx(done.wealth[-1] - done.budget, abs=1e-6)


@settings(max_examples=150, deadline=None)
@given(
    rules(prices_only=True),
    st.integers(0, 500),
    st.integers(2, 58),
    st.sampled_from(["open", "close", "limit"]),
)
def test_later_bars_change_nothing_earlier(
    which: LadderRule, seed: int, cut: int, fill: str
) -> None:
    before = simulated(which, volatile(seed), fill)
    after = simulated(which, volatile(seed, cut), fill)
    assert before.account[:cut].tobytes() == after.account[:cut].tobytes()
    known = before.fills[before.fills[:, layout.FILLED] < cut]
    assert known.tobytes() == after.fills[: len(known)].tobytes()
    assert before.seen[:, :cut].tobytes() == after.seen[:, :cut].tobytes()
