"""Shares under one cap: what one buys leaves less for the others of its layer."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jevons.ladder import Bars, Scenario, Setting, bars_of, layout, parse, run, run_all, try_rules
from jevons.market import PriceHistory

CAPPED = parse(
    "ladder each on peak(lookback=all, field=close) { buy 50% of budget when dd <= -10% "
    "max_layer_weight 30% }"
)


def share(ticker: str, closes: list[float]) -> Bars:
    days = np.datetime64(date(2020, 1, 1), "D") + np.arange(len(closes))
    close = np.array(closes)
    return bars_of(PriceHistory(ticker, days, close, close, open=close))


def test_the_shares_of_a_layer_weigh_no_more_than_their_cap() -> None:
    path = [100.0, 90, 90, 90]
    three = tuple(share(name, path) for name in ("A", "B", "C"))
    on = Scenario(three, Setting(1000), layers={"A": "chips", "B": "chips", "C": "power"})
    runs = run_all(CAPPED, on)
    # 30 % of 3,000 USD are 900: A takes 500 of it and leaves 400 to B; C is another layer.
    spent = [float(r.fills[0, layout.COUNT] * r.fills[0, layout.PRICE]) for r in runs]
    assert spent == pytest.approx([500, 400, 500])
    alone = run_all(CAPPED, Scenario(three[:1], Setting(1000)))[0]
    assert alone.fills[0, layout.COUNT] * 90 == pytest.approx(300)  # by itself, of its own 1,000
    assert run(CAPPED, three[0], Setting(1000)).account.tobytes() == alone.account.tobytes()


def test_an_order_on_its_way_counts_and_a_later_fall_finds_what_is_left() -> None:
    on = Scenario(
        (share("A", [100.0, 90, 90, 180, 180]), share("B", [100.0, 100, 90, 90, 90])),
        Setting(1000),
        layers={"A": "chips", "B": "chips"},
    )
    first, second = run_all(CAPPED, on)
    assert first.fills[0, layout.COUNT] * 90 == pytest.approx(500)
    # Wealth is 2,000 when B falls; 600 less the 500 of A, whose order fills that day.
    assert second.fills[0, layout.COUNT] * 90 == pytest.approx(100)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 1000))
def test_a_cap_that_never_binds_changes_no_bit(seed: int) -> None:
    random = np.random.default_rng(seed)
    shares = tuple(
        share(name, list(100 * np.exp(np.cumsum(0.05 * random.standard_normal(80)))))
        for name in ("A", "B")
    )
    text = (
        "ladder each on peak(lookback=20, field=close) {{ buy 30% of budget when dd <= -5% "
        "buy 30% of remaining when dd <= -15% rearm on_new_peak {}"
        "sell 100% of remaining when gain >= 0.1 }}"
    )
    on = Scenario(shares, Setting(1000, cash_rate=0.03))
    free, wide = parse(text.format("")), parse(text.format("max_layer_weight 100% "))
    for plain, capped in zip(run_all(free, on), run_all(wide, on), strict=True):
        assert plain.account.tobytes() == capped.account.tobytes()
        assert plain.fills.tobytes() == capped.fills.tobytes()
    tried = try_rules([free, wide], on)
    assert tried.returns[0].tobytes() == tried.returns[1].tobytes()
    assert tried.wealth[0] == pytest.approx(tried.wealth[1])
