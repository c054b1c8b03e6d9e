"""What history says: nothing of a martingale or of few falls, the truth where it is plain."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from jevons.errors import UserError
from jevons.ladder import Bars, LadderRule, Scenario, Setting, bars_of, parse, run
from jevons.ladder.breakdown import after_fills
from jevons.ladder.controls import controls
from jevons.ladder.document import family_document, run_document, variants
from jevons.ladder.ledger import record
from jevons.ladder.outcome import outcome
from jevons.ladder.stress import Stressed
from jevons.ladder.verdict import FEWEST_CLUSTERS, falls, verdict
from jevons.market import PriceHistory

RULE = parse(
    "ladder A on peak(lookback=60, field=close) { buy 50% of budget when dd <= -10% "
    "buy 50% of budget when dd <= -20% rearm on_new_peak sell 100% of remaining when held 30 "
    "sessions }"
)


def path(log_returns: np.ndarray, ticker: str = "A") -> Bars:
    close = 100 * np.exp(np.cumsum(log_returns))
    days = np.datetime64(date(2000, 1, 3), "D") + np.arange(len(close))
    return bars_of(PriceHistory(ticker, days, close, close, open=close))


def martingale(seed: int, sessions: int = 500, volatility: float = 0.02) -> Bars:
    shocks = np.random.default_rng(seed).standard_normal(sessions)
    return path(volatility * shocks - volatility**2 / 2)


def test_a_martingale_has_no_edge_for_any_rule() -> None:
    gains: dict[str, list[float]] = {"ladder": []}
    for seed in range(120):
        own = run(RULE, martingale(seed))
        gains["ladder"].append(own.wealth[-1] / own.budget - 1)
        for name, rule in controls(own).items():
            if not name.startswith("random"):
                end = run(rule, own.bars).wealth[-1] / own.budget - 1
                gains.setdefault(name, []).append(end)
    for name, values in gains.items():
        if name in ("dca", "matched_exposure"):
            continue  # they know how long and how much the ladder bought
        error = np.std(values) / len(values) ** 0.5
        assert abs(np.mean(values)) < 3.3 * error, name


def test_few_falls_identify_nothing() -> None:
    own = run(RULE, martingale(1, 150))
    answer = run_document(RULE, Scenario((own.bars,)))
    assert answer["verdict"]["clusters"] < FEWEST_CLUSTERS
    assert answer["verdict"]["verdict"] == "not identified"
    assert "separate falls" in answer["verdict"]["why"]


def sawtooth(rises: bool) -> Bars:
    """Falls of 15 % in 5 sessions, won back in the next 20 (or lost again, step by step)."""
    random = np.random.default_rng(0)
    back = -np.log(0.85) / 20 if rises else -0.004
    cycle = np.concatenate((np.full(5, np.log(0.85) / 5), np.full(20, back), np.full(5, 0.0005)))
    if not rises:
        cycle = np.concatenate((cycle, np.full(40, 0.0115)))
    steps = np.tile(cycle, 40)
    return path(steps + 0.0005 * random.standard_normal(len(steps)))


def test_falls_that_are_always_won_back_support_the_ladder() -> None:
    rule = parse(
        "ladder A on peak(lookback=60, field=close) { buy 100% of budget when dd <= -13% "
        "rearm on_new_peak sell 100% of remaining when new_peak }"
    )
    own = run(rule, sawtooth(True))
    against = controls(own)
    wanted = ("lump_start", "matched_exposure", "dca")
    others = {name: [run(against[name], own.bars)] for name in wanted}
    # Without the stress of 2000-02 nothing is supported; these falls begin in 2000.
    assert verdict([own], others)["why"] == "not shown: the stress of 2000-02"
    found = verdict([own], others, stressed=Stressed([own], others))
    assert found["clusters"] >= FEWEST_CLUSTERS
    assert found["verdict"] == "supports", found["why"]
    assert found["worst_universe_edge"] > 0
    assert found["p_superior"] <= 0.05


def test_falls_that_go_on_reject_it() -> None:
    rule = parse(
        "ladder A on peak(lookback=60, field=close) { buy 100% of budget when dd <= -10% "
        "rearm on_rebound 5% sell 100% of remaining when held 20 sessions }"
    )
    own = run(rule, sawtooth(False))
    against = controls(own)
    found = verdict([own], {"lump_start": [run(against["lump_start"], own.bars)]})
    assert found["verdict"] == "rejects", found


def test_falls_at_the_same_time_in_several_shares_are_one() -> None:
    one = run(RULE, martingale(3, 400))
    twin = replace(one, bars=replace(one.bars, ticker="B"))
    count, separate = falls([one])
    assert falls([one, twin]) == (2 * count, separate)


def test_outcomes_worked_by_hand() -> None:
    rule = parse(
        "ladder A on peak(lookback=all, field=close) { buy 50% of budget when dd <= -10% }"
    )
    days = np.array(["2020-01-01", "2020-01-02", "2020-01-03", "2021-01-02"], "datetime64[D]")
    close = np.array([100.0, 90, 80, 100])
    bars = bars_of(PriceHistory("A", days, close, close, open=close))
    got = outcome(run(rule, bars, Setting(budget=1000)))
    assert got["terminal_wealth"] == pytest.approx(0.5 + 0.5 * 100 / 80)
    assert got["return_on_deployed"] == pytest.approx(0.25)
    assert got["money_weighted"] == pytest.approx(1.25 ** (365.25 / 365) - 1, rel=1e-5)
    assert got["exposure"] == pytest.approx((0.5 + 625 / 1125) / 4, rel=1e-5)
    assert got["best_from_cost"] == pytest.approx(0.25)


def test_interest_on_idle_cash_is_no_skill() -> None:
    # Two shares that never fall far enough: all the wealth ever earns is interest.
    never = parse(
        "ladder A on peak(lookback=60, field=close) { buy 50% of budget when dd <= -99% }"
    )
    on = Scenario((martingale(2), replace(martingale(3), ticker="B")), Setting(cash_rate=0.05))
    rich = family_document([never, RULE], on)
    idle = next(record for record in rich["rules"] if "-99%" in record["rule"])
    assert idle["median_terminal_wealth"] > 1.05
    assert idle["sharpe"] == pytest.approx(0, abs=1e-6)


def test_what_came_after_each_rung() -> None:
    rule = parse(
        "ladder A on peak(lookback=all, field=close) { buy 50% of budget when dd <= -10% "
        "buy 50% of budget when dd <= -50% }"
    )
    days = np.datetime64("2020-01-01", "D") + np.arange(5)
    close = np.array([100.0, 90, 80, 40, 60])
    bars = bars_of(PriceHistory("A", days, close, close, open=close))
    first, second = after_fills([run(rule, bars)], sessions=2)
    # Bought at 80, 60 two sessions later; the second rung filled on the last day.
    assert first["change"]["p50"] == pytest.approx(-0.25)
    assert (second["fills"], second["followed"], second["change"]) == (1, 0, None)


def test_a_share_that_was_never_bought_matches_cash() -> None:
    flat = path(np.full(500, 0.001), "B")
    both = run_document(RULE, Scenario((martingale(2), flat)))
    names = {control["control"] for control in both["controls"]}
    assert {"dca", "matched_exposure", "right_side"} <= names


def test_a_family_counts_every_rule_once(tmp_path: Path) -> None:
    text = RULE.text().replace("-10%", "[-8|-10|-12]%").replace("30 ", "[20|30] ")
    rules: list[LadderRule] = [parse(variant) for variant in variants(text)]
    assert len(rules) == 6
    ledger = tmp_path / "trials.csv"
    on = Scenario((martingale(2),))
    first = family_document(rules, on, ledger)
    again = family_document(rules, on, ledger)
    assert first["verdict"]["trials"] == 6
    assert first == again
    assert len(ledger.read_text(encoding="utf-8").splitlines()) == 7
    assert run_document(RULE, on, trials=ledger)["verdict"]["trials"] == 6


def test_a_file_that_is_no_ledger_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "trials.csv"
    file.write_text("date,close\n", encoding="utf-8")
    with pytest.raises(UserError, match="is not a ledger of trials"):
        record(file, "data", {"rule": 0.1})
    assert file.read_text(encoding="utf-8") == "date,close\n"
