"""Ladders worked by hand, the identity of the accounts, and no look ahead."""

from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jevons.errors import UserError
from jevons.ladder import layout
from jevons.ladder.bars import Bars, bars_of
from jevons.ladder.parse import parse
from jevons.ladder.rule import LadderRule
from jevons.ladder.run import NO_SIGNALS, Run, audit
from jevons.ladder.run import run as run_setting
from jevons.ladder.setting import Costs, Setting
from jevons.market import PriceHistory
from jevons.market.actions import Action

from .rules import rules

FIRST = date(2020, 1, 1)


def bars(closes: list[float], opens: list[float] | None = None, *actions: Action) -> Bars:
    days = np.datetime64(FIRST, "D") + np.arange(len(closes))
    close = np.array(closes, float)
    return bars_of(PriceHistory("A", days, close, close, open=np.array(opens or closes)), actions)


def run(which: LadderRule, on: Bars, signals: Any = NO_SIGNALS, **setting: Any) -> Run:
    return run_setting(which, on, Setting(**setting), signals)


def day(session: int) -> date:
    return date(2020, 1, 1 + session)


def rule(body: str) -> LadderRule:
    return parse(f"ladder A on peak(lookback=all, field=close) {{ {body} }}")


TWO = rule("buy 50% of budget when dd <= -10% buy 50% of budget when dd <= -20%")


def test_decided_on_the_close_and_filled_at_the_next_open() -> None:
    # 90 is 10 % below 100; the order fills a session later at 88: 500 / 88 shares.
    done = run(TWO, bars([100, 90, 95, 99], [100, 97, 88, 95]), budget=1000)
    assert done.fills[:, [layout.DECIDED, layout.FILLED, layout.BY]].tolist() == [[1, 2, 0]]
    assert done.fills[0, layout.COUNT] == pytest.approx(500 / 88)
    assert done.wealth[-1] == pytest.approx(500 + 500 / 88 * 99)


def test_a_gap_through_several_rungs_fills_all_at_the_open_in_order_of_depth() -> None:
    backwards = rule("buy 50% of budget when dd <= -20% buy 50% of budget when dd <= -10%")
    done = run(backwards, bars([100, 70, 80], [100, 70, 75]), budget=1000)
    assert done.fills[:, layout.BY].tolist() == [0, 1]
    assert done.rungs[0].trigger.text() == "dd <= -10%"
    assert done.fills[:, layout.PRICE].tolist() == [75, 75]
    assert done.wealth[-1] == pytest.approx(1000 / 75 * 80)


def test_costs_are_paid_out_of_the_tranche() -> None:
    costs = Costs(commission=1.0, per_share=0.01, half_spread=0.001, duty=0.002)
    done = run(TWO, bars([100, 90, 90, 90]), budget=1000, costs=costs)
    # 500 = 1 + q (90 x 1.003 + 0.01)
    q = 499 / (90 * 1.003 + 0.01)
    assert done.fills[0, layout.COUNT] == pytest.approx(q)
    assert done.fills[0, layout.COST] == pytest.approx(500 - 90 * q)
    assert done.account[-1, layout.CASH] == pytest.approx(500)


def test_whole_lots() -> None:
    done = run(TWO, bars([100, 90, 90]), budget=1000, costs=Costs(lot=1.0))
    assert done.fills[0, layout.COUNT] == 5
    assert done.account[-1, layout.CASH] == pytest.approx(1000 - 450)


def test_a_split_changes_no_wealth_and_no_drawdown() -> None:
    plain = run(TWO, bars([100, 90, 90, 81, 80, 84]), budget=1000)
    split = run(
        TWO,
        bars([100, 90, 90, 40.5, 40, 42], None, Action("A", day(3), "split", 2.0)),
        budget=1000,
    )
    assert split.wealth == pytest.approx(plain.wealth)
    assert split.account[-1, layout.SHARES] == pytest.approx(2 * plain.account[-1, layout.SHARES])
    assert split.seen == pytest.approx(plain.seen, nan_ok=True)


def test_an_unadjusted_split_is_named() -> None:
    assert "2020-01-03, which looks like a split of 10 for 1" in bars([100, 99, 10]).warnings[0]
    assert not bars([100, 99, 10], None, Action("A", day(2), "split", 10.0)).warnings


def test_a_dividend_accrues_on_its_ex_date_and_is_cash_on_its_pay_date() -> None:
    paid = Action("A", day(3), "dividend", 2.0, day(5))
    done = run(
        TWO, bars([100, 90, 90, 88, 88, 88], None, paid), budget=1000, costs=Costs(withheld=0.25)
    )
    owed = 500 / 90 * 2 * 0.75
    assert done.account[:, layout.ACCRUED] == pytest.approx([0, 0, 0, owed, owed, 0])
    assert done.account[-1, layout.CASH] == pytest.approx(500 + owed)
    assert done.wealth[3] == pytest.approx(500 + 500 / 90 * 88 + owed)


def test_a_delisting_at_zero_loses_the_position_and_keeps_the_cash() -> None:
    done = run(
        TWO, bars([100, 90, 90, 85], None, Action("A", day(5), "delisting", 0.0)), budget=1000
    )
    assert len(done.wealth) == 5
    assert done.wealth[-1] == pytest.approx(500)
    assert audit(done)[-1]["rule"] == "delisting"


def test_a_delisting_pays_its_value_and_ends_all_buying() -> None:
    last = run(
        TWO, bars([100, 90, 90, 70], None, Action("A", day(3), "delisting", 30.0)), budget=1000
    )
    assert last.wealth[-1] == pytest.approx(500 + 500 / 90 * 30)  # the order of -30 % never fills
    with pytest.raises(UserError, match="is delisted on 2020-01-02 but has prices"):
        bars([100, 90, 90], None, Action("A", day(1), "delisting", 0.0))


def test_idle_cash_earns_the_rate_over_calendar_days() -> None:
    done = run(TWO, bars([100, 100, 100]), budget=1000, cash_rate=0.0365)
    assert done.wealth.tolist() == pytest.approx([1000, 1000 * 1.0001, 1000 * 1.0001**2])


def test_an_exit_sells_and_a_new_peak_arms_the_rungs_again() -> None:
    again = rule(
        "buy 50% of budget when dd <= -10% rearm on_new_peak sell 100% of remaining when new_peak"
    )
    path = [100, 90, 90, 101, 101, 90, 90, 102, 103.0]
    done = run(again, bars(path), budget=1000)
    first = 500 / 90 * 101  # sold a session after the peak
    assert done.fills[:, layout.FILLED].tolist() == [2, 4, 6, 8]
    assert done.fills[3, layout.PRICE] == 103
    assert done.wealth[-1] == pytest.approx(first + 500 / 90 * 103)
    assert run(rule("buy 50% of budget when dd <= -10%"), bars(path)).fills[:, 1].tolist() == [2]


def test_guards_and_waiting() -> None:
    path = [100, 89, 79, 69, 69, 69, 69.0]
    steps = "buy 50% of budget when dd <= -10% buy 50% of budget when dd <= -20%"
    assert len(run(rule(f"{steps} max_tranches 1"), bars(path)).fills) == 1
    light = run(rule(f"{steps} max_weight 60%"), bars(path), budget=1000)
    # At the close of 79 the 500 / 79 shares are ordered already; 10 % of the wealth is left.
    assert light.exposure.max() < 0.62
    late = run(rule("buy 50% of budget when dd <= -10% after 3 sessions"), bars(path))
    assert late.fills[0, [layout.DECIDED, layout.FILLED]].tolist() == [4, 5]
    stopped = run(rule("buy 50% of budget when dd <= -20% halt_if dd <= -10%"), bars(path))
    assert not len(stopped.fills)
    assert stopped.account[-1, layout.STATE] == layout.HALTED


def test_the_clock_and_a_constant_share() -> None:
    monthly = run(rule("buy 25% of budget when clock every 2 sessions"), bars([10.0] * 9))
    assert monthly.fills[:, layout.FILLED].tolist() == [1, 3, 5, 7]
    half = run(rule("hold 50% of nav every 1 sessions"), bars([10, 10, 20, 20.0]), budget=100)
    # 5 shares at 10; at 20 the wealth is 150, so 3.75 shares are half of it.
    assert half.account[:, layout.SHARES].tolist() == pytest.approx([0, 5, 5, 3.75])


def test_a_log_entry_holds_the_numbers_seen() -> None:
    entry = audit(run(TWO, bars([100, 90, 90])))[0]
    assert entry["decided"] == "2020-01-02"
    assert entry["rule"] == "buy 50% of budget when dd <= -10%"
    assert entry["seen"]["dd"] == pytest.approx(-0.1)


def test_what_the_prices_cannot_tell_is_refused() -> None:
    with pytest.raises(UserError, match="reads 'fv' of A, which is not given"):
        run(rule("buy 50% of budget when px/fv <= 0.8"), bars([1, 2]))
    cheap = run(
        rule("buy 50% of budget when px/fv <= 0.8"),
        bars([100.0, 90, 80]),
        signals={"fv": np.array([np.nan, 120, 120])},
    )
    assert cheap.fills[0, layout.DECIDED] == 1
    with pytest.raises(UserError, match="reads 'mu' of A, which is not given"):
        run(rule("buy kelly(0.5) when dd <= -5%"), bars([1, 2]))
    with pytest.raises(UserError, match="the Kelly share is a size to buy up to"):
        run(rule("buy 5% of nav when dd <= -5% sell kelly(0.5) when new_peak"), bars([1, 2]))


def test_a_kelly_share_is_bought_up_to() -> None:
    # s of daily moves of +-1 % is 0.01 sqrt(252) = 0.1587; mu = 0.03, r = 0: f = 1.19, half 0.595.
    path = [100.0] * 60
    for t in range(1, 60):
        path[t] = path[t - 1] * np.exp(0.01 * (-1) ** t)
    half = rule("buy kelly(0.5) when dd <= -0.5%")
    done = run(half, bars(path), signals={"mu": np.full(60, 0.03)}, budget=1000)
    spent = done.fills[0, layout.COUNT] * done.fills[0, layout.PRICE]
    assert spent == pytest.approx(1000 * 0.5 * 0.03 / (0.01**2 * 252), rel=0.01)
    assert not len(run(half, bars(path), signals={"mu": np.full(60, -0.03)}).fills)


def test_a_spacing_buys_at_each_of_its_steps() -> None:
    spaced = rule("buy 25% of budget when dd <= linear(-10%, -30%, 3)")
    plain = rule(" ".join(f"buy 25% of budget when dd <= -{d}%" for d in (10, 20, 30)))
    path = bars([100, 89, 79, 69, 75, 80.0])
    assert run(spaced, path).account.tobytes() == run(plain, path).account.tobytes()
    assert audit(run(spaced, path))[1]["rule"] == "buy 25% of budget when dd <= -20%"


def walk(seed: int, sessions: int = 45) -> tuple[list[float], list[float], list[Action]]:
    random = np.random.default_rng(seed)
    close = 100 * np.exp(np.cumsum(0.06 * random.standard_normal(sessions)))
    opens = close * np.exp(0.02 * random.standard_normal(sessions))
    actions = [Action("A", date(2020, 1, 20), "split", 2.0)]
    actions += [Action("A", date(2020, 1, 15), "dividend", 1.0, date(2020, 1, 25))]
    return list(close), list(opens), actions


def simulated(which: LadderRule, closes: list[float], opens: list[float], *act: Action) -> Run:
    costs = Costs(1.0, 0.01, 0.001, 0.001, 0.15, 0.0)
    return run(which, bars(closes, opens, *act), budget=10_000, costs=costs, cash_rate=0.04)


@given(rules(prices_only=True), st.integers(0, 2**32), st.booleans())
@settings(max_examples=150, deadline=None)
def test_wealth_changes_by_its_parts_alone(which: LadderRule, seed: int, dies: bool) -> None:
    closes, opens, actions = walk(seed)
    ends = [Action("A", date(2020, 3, 1), "delisting", 0.0)] if dies else []
    done = simulated(which, closes, opens, *actions, *ends)
    assert done.identity_error() < 1e-9
    parts = done.account[:, layout.CASH] + done.account[:, layout.ACCRUED]
    gap = done.wealth - parts - done.account[:, layout.SHARES] * done.bars.close
    assert np.abs(gap).max() < 1e-9 * done.budget
    assert (done.account[:, layout.CASH] >= 0).all()
    assert (done.account[:, layout.SHARES] >= 0).all()


@given(rules(prices_only=True), st.integers(0, 2**32), st.integers(2, 43))
@settings(max_examples=150, deadline=None)
def test_later_bars_change_nothing_earlier(which: LadderRule, seed: int, cut: int) -> None:
    closes, opens, actions = walk(seed)
    other, other_opens, _ = walk(seed + 1)
    later = [Action("A", day(cut) if cut < 31 else date(2020, 2, cut - 30), "split", 3.0)]
    before = simulated(which, closes, opens, *(a for a in actions if a.day < later[0].day))
    after = simulated(
        which,
        closes[:cut] + other[cut:],
        opens[:cut] + other_opens[cut:],
        *(a for a in actions if a.day < later[0].day),
        *later,
    )
    assert before.account[:cut].tobytes() == after.account[:cut].tobytes()
    known = before.fills[before.fills[:, layout.FILLED] < cut]
    assert known.tobytes() == after.fills[: len(known)].tobytes()
    assert before.seen[:, :cut].tobytes() == after.seen[:, :cut].tobytes()
