"""What a rule is seen beside: itself without a thesis, other yields, the stress, placebo names."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from jevons.ladder import Scenario, Setting, bars_of, layout, parse, run, run_all
from jevons.ladder.beside import control_runs, flipped, placebo_names, stressed, yields
from jevons.ladder.controls import screened
from jevons.ladder.document import run_document
from jevons.ladder.groups import STRESS, placebo_bars, stressed_bars, stressed_members
from jevons.ladder.stress import stress_edge
from jevons.market import PriceHistory, PriceTable
from jevons.market.actions import Action
from jevons.market.bills import bill_yields

from .test_verdict import RULE, martingale

BELIEVES = parse(
    "ladder A on peak(lookback=60, field=close) { buy 50% of budget when dd <= -10% and thesis "
    "halt_if thesis_false sell 100% of remaining when thesis_false }"
)


def history(ticker: str, first: date, closes: np.ndarray) -> PriceHistory:
    days = np.datetime64(first, "D") + np.arange(len(closes))
    return PriceHistory(ticker, days, closes, closes, open=closes)


def walk(seed: int, sessions: int) -> np.ndarray:
    shocks = np.random.default_rng(seed).standard_normal(sessions)
    return np.asarray(100 * np.exp(np.cumsum(0.02 * shocks - 0.0002)))


def test_a_rule_is_also_run_without_its_screen_and_with_it_turned_round() -> None:
    (bare,) = screened(BELIEVES).values()
    assert bare.text().endswith("{ buy 50% of budget when dd <= -10% }")
    assert not screened(RULE)
    bars = bars_of(history("A", date(2020, 1, 1), np.array([100.0, 90, 90, 90, 80, 80])))
    thesis = {"A": {"thesis": np.array([1.0, 1, 1, 1, 1, 1])}}
    on = Scenario((bars,), Setting(1000), thesis)
    own = run_all(BELIEVES, on)
    against = control_runs(own, on)
    assert {"no_thesis", "thesis_flipped"} <= set(against)
    # The thesis holds, so the screen changes nothing, and turned round it stops all buying.
    assert against["no_thesis"][0].wealth.tolist() == own[0].wealth.tolist()
    assert not len(against["thesis_flipped"][0].fills)
    assert flipped(on)["A"]["thesis"].tolist() == [0.0] * 6


def test_bills_are_known_after_their_month_and_earn_what_they_yield() -> None:
    known = dict(bill_yields())
    assert known[date(2000, 12, 5)] == 0.0617  # the mean of November 2000
    assert known[date(2025, 3, 5)] == 0.0422
    closes = np.full(40, 100.0)
    bars = bars_of(history("A", date(2025, 2, 20), closes))
    setting = Setting(1000, bills=bill_yields())
    rates = setting.yields(bars)
    # 4.21 % (January) until 5 March, then 4.22 %; a day earns what was known the day before.
    assert rates[:13].tolist() == [0.0421] * 13
    assert rates[13] == 0.0422
    assert setting.idle_returns(bars)[13] == pytest.approx(0.0421 / 365)
    assert setting.idle_returns(bars)[14] == pytest.approx(0.0422 / 365)


def test_both_yields_stand_side_by_side() -> None:
    on = Scenario((martingale(3, 400),))
    own = run_all(RULE, on)
    nothing, bills = yields(own, control_runs(own, on), on)
    assert (nothing["cash_yield"], nothing["mean_yield"]) == ("0", 0)
    # Some 400 days of 2000 and 2001 at 5 to 6 %; 252 sessions of a calendar day each.
    assert bills["mean_yield"] == pytest.approx(0.057 * 252 / 365, abs=0.003)
    assert bills["median_terminal_wealth"] > nothing["median_terminal_wealth"]
    early = bars_of(history("A", date(1980, 1, 1), walk(1, 300)))
    on = Scenario((early,))
    own = run_all(RULE, on)
    assert "begin on 1980-01-01" in yields(own, control_runs(own, on), on)[1]["missing"]


def test_the_stress_takes_its_own_universe_and_keeps_the_dead() -> None:
    days = (STRESS[1] - STRESS[0]).days + 1
    table = PriceTable(
        {
            "CSCO": history("CSCO", STRESS[0], walk(1, days)),
            "WCOEQ": history("WCOEQ", STRESS[0], walk(2, 700)),  # left the index in May 2002
            "GX": history("GX", STRESS[0], walk(3, 400)),  # and Global Crossing in 2001
            "ZZZ": history("ZZZ", STRESS[0], walk(4, days)),  # no member
        }
    )
    told = [Action("GX", date(2001, 10, 10), "delisting", 0.0)]
    fallen = {bars.ticker: bars for bars in stressed_bars(table, told)}
    assert set(fallen) == {"CSCO", "WCOEQ", "GX"}
    assert fallen["CSCO"].end == -1
    assert fallen["WCOEQ"].end_value == table.histories["WCOEQ"].close[-1]
    assert fallen["GX"].end_value == 0
    held = run(parse(RULE.text().split(" sell")[0] + " }"), fallen["GX"])
    assert held.fills[-1, layout.BY] == layout.DELISTED
    on = Scenario((martingale(3, 1200),), stress=tuple(fallen.values()))
    found = stress_edge(stressed(RULE, on))
    assert found is not None
    assert (found["names"], found["ended"]) == (3, 2)
    assert found["members"] == len(stressed_members())
    judged = run_document(RULE, on)["verdict"]
    assert judged["worst_universe_edge"] == min(judged["edge"], found["edge"])
    # Who has no prices of 2000, and rules on what nobody knew then, have no stress.
    assert stressed(RULE, replace(on, stress=())) is None
    assert stressed(BELIEVES, on) is None


def test_placebo_names_are_the_same_sector_without_ai() -> None:
    table = PriceTable(
        {
            "MA": history("MA", date(2006, 1, 1), walk(5, 1500)),
            "V": history("V", date(2008, 1, 1), walk(6, 1500)),
            "NVDA": history("NVDA", date(2008, 1, 1), walk(7, 1500)),
        }
    )
    others = placebo_bars(table, without=["V"])
    assert [(bars.ticker, str(bars.days[0])) for bars in others] == [("MA", "2008-07-18")]
    on = Scenario((bars_of(table.histories["NVDA"]),), placebo=others)
    own = run_all(RULE, on)
    found = placebo_names(own, control_runs(own, on), on)
    assert found is not None
    assert found["names"] == 1
    assert found["difference"] == pytest.approx(found["edge"] - found["placebo_edge"], abs=1e-5)
    # Both are martingales: nothing is found.
    assert found["low"] < 0 < found["high"]
    assert placebo_names(own, control_runs(own, on), replace(on, placebo=())) is None
