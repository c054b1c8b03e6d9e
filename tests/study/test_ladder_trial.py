"""The ladders' rule on prices: whom it is tried on, what it may say, and the stress of 2000-02."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from jevons.entry import RULE
from jevons.market import PriceHistory, PriceTable, read_prices
from jevons.study.ladder_trial import ladder_trial, rule_on_trial

REAL = Path(__file__).parents[3] / "shared" / "data" / "prices" / "us_daily_adjusted.parquet"


def history(ticker: str, first: date, closes: np.ndarray, opens: bool = True) -> PriceHistory:
    days = np.datetime64(first, "D") + np.arange(len(closes))
    return PriceHistory(ticker, days, closes, closes, open=closes if opens else None)


def walk(seed: int, sessions: int, drift: float = 0.0) -> np.ndarray:
    shocks = np.random.default_rng(seed).standard_normal(sessions)
    return np.asarray(100 * np.exp(np.cumsum(drift + 0.02 * shocks - 0.0002)))


def test_the_rule_reads_deviations_known_before_the_day() -> None:
    text = rule_on_trial(RULE).text()
    assert "buy 10% of budget when zdd <= -0.5" in text
    assert "buy 40% of budget when zdd <= -2" in text
    assert text.endswith("sell 100% of remaining when held 252 sessions }")


def test_without_prices_there_is_no_trial() -> None:
    nothing = ladder_trial(PriceTable({}), ["A"])
    assert nothing.trial is None
    assert nothing.document("A") is None


def test_short_prices_and_prices_without_opens_are_left_out() -> None:
    table = PriceTable(
        {
            "A": history("A", date(2010, 1, 1), walk(1, 2000)),
            "B": history("B", date(2010, 1, 1), walk(2, 300)),
            "C": history("C", date(2010, 1, 1), walk(3, 2000), opens=False),
        }
    )
    found = ladder_trial(table, ["A", "B", "C", "D"])
    assert list(found.runs) == ["A"]
    document = found.document("B")
    assert document is not None
    assert document["names"] == 1
    assert document["outcome"] is None  # its own prices are too short


def test_few_falls_say_so_and_no_price_of_2000_says_so() -> None:
    table = PriceTable({"A": history("A", date(2010, 1, 1), walk(1, 800))})
    trial = ladder_trial(table, ["A"]).trial
    assert trial is not None
    assert trial.verdict == "not identified"
    assert "separate falls to the first step, and a test needs 10" in trial.reason.english
    assert "2000-02 is not run" in trial.reason.english


def test_survivors_never_support() -> None:
    rises = [walk(seed, 3000, 0.001) for seed in range(3)]
    names = ["A", "B", "C"]
    table = PriceTable(
        {n: history(n, date(2010, 1, 1), x) for n, x in zip(names, rises, strict=True)}
    )
    trial = ladder_trial(table, names).trial
    assert trial is not None
    assert trial.verdict != "supports"
    assert "all of which survived" in trial.reason.english


def test_the_stress_is_held_to_the_end_of_2002() -> None:
    # Flat at 100 with ripples, then 50 from the middle of 2001 on: at once loses a half.
    days = (date(2002, 12, 31) - date(2000, 1, 1)).days + 1
    closes = 100 + 0.5 * (np.arange(days) % 2)
    closes[500:] /= 2
    table = PriceTable({name: history(name, date(2000, 1, 1), closes) for name in ("A", "CSCO")})
    found = ladder_trial(table, ["A"])
    stress = found.stress
    assert stress is not None
    assert stress.names == 1  # A did not belong to technology and telecom then
    assert stress.at_once == pytest.approx(0.5, abs=0.01)
    # All four steps fill at the open after the fall, at 50, and stay there.
    assert stress.ladder == pytest.approx(1.0, abs=0.01)


def test_later_prices_change_nothing_earlier() -> None:
    whole = PriceTable({"A": history("A", date(2010, 1, 1), walk(1, 1500))})
    cut = whole.as_of(date(2013, 6, 1))
    other = walk(1, 1500)
    other[1400:] *= 3
    changed = PriceTable({"A": history("A", date(2010, 1, 1), other)}).as_of(date(2013, 6, 1))
    assert ladder_trial(cut, ["A"]).document("A") == ladder_trial(changed, ["A"]).document("A")


@pytest.mark.skipif(not REAL.exists(), reason="../shared/data/prices is absent")
def test_real_survivors_of_2000_lost_less_in_steps_than_at_once() -> None:
    names = ["NVDA", "MSFT", "ORCL", "AMZN", "VST"]
    found = ladder_trial(read_prices([REAL]).as_of(date(2025, 3, 11)), names)
    assert found.stress is not None
    # Members of the universe of 2000 with prices, all of them survivors: none of the dead.
    assert (found.stress.names, found.stress.ended) == (14, 0)
    assert found.stress.worst <= found.stress.ladder
    assert found.stress.at_once < found.stress.ladder < 1
    trial = found.trial
    assert trial is not None
    # Worse than buying at once for sure, and no different at the same exposure: both are said.
    assert found.judged is not None
    edges = {edge["control"]: edge for edge in found.judged["edges"]}
    assert edges["lump_start"]["high"] < 0
    assert edges["matched_exposure"]["low"] < 0 < edges["matched_exposure"]["high"]
    assert trial.verdict == "rejects"
    # The same universe is in the verdict: the rule lost there too, against the hardest control.
    assert found.judged["stress"]["names"] == 14
    assert found.judged["stress"]["members"] == 61
    assert found.judged["worst_universe_edge"] <= min(found.judged["edge"], -0.01)
    assert "the rule did worse than" in trial.reason.english
