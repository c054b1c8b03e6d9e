"""A ladder for one share: levels, sizes, chances, gate, and a verdict that can be no."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from jevons.entry.episodes import clusters, episodes
from jevons.entry.fill import fill_probability
from jevons.entry.reasons import Reason, money, percent, phrase, unknown
from jevons.entry.rule import Rule
from jevons.market import PriceHistory, Volatility
from jevons.market.volatility import FEWEST_CLOSES
from jevons.quantiles import NotFiniteError, rounded

FEWEST_CLUSTERS = 10  # with fewer separate falls no rule can be told from luck
RULE = Rule()
Draws = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Rung:
    """One step.

    Attributes:
        level_usd: USD/share. drawdown: of the level below the peak, in (-1, 0).
        weight: share of the budget; those of a ladder sum to 1.
        fill_probability: that the price falls to the level within the horizon; 1 if it has.
        price_to_fair_value: level over the median fair value, None if that is unknown or zero.
        p_above: P(fair value > price paid), the level or the price now if that is lower; None if
            no value is known. gate: whether that is at least the rule's.
    """

    level_usd: float
    drawdown: float
    weight: float
    fill_probability: float
    price_to_fair_value: float | None
    p_above: float | None
    gate: bool

    def document(self) -> dict[str, Any]:
        """The step as reports show it."""
        return {
            "level_usd": rounded(self.level_usd),
            "drawdown": self.drawdown,
            "weight": rounded(self.weight),
            "fill_probability": rounded(self.fill_probability),
            "price_to_fair_value": _shown(self.price_to_fair_value),
            "p_above_price": _shown(self.p_above),
            "gate": self.gate,
        }


@dataclass(frozen=True, slots=True)
class Trial:
    """What a test of the rule against its controls found.

    Attributes:
        verdict: "supports", "rejects" or "not identified". clusters: separate falls in it.
        reason: why, in words.
    """

    verdict: str
    clusters: int
    reason: Reason


@dataclass(frozen=True, slots=True)
class Ladder:
    """A ladder on a share, a proposal of research and no advice.

    Attributes:
        rungs: shallow first; none if the price, its peak or the volatility is unknown.
        p_above_price: P(fair value > price now). gate: whether that is at least the rule's.
        halt: nothing may be bought: the thesis is false, or the gate is shut even at the last step.
        clusters: separate falls that reached the first step, in the trial's prices if there is
            one, else in the share's own.
        verdict: "halt" (no), "wait" (not at this price), the verdict of the trial, or
            "not identified" (the rule is untested, or no fair value is known).
    """

    ticker: str
    rule: Rule
    rungs: tuple[Rung, ...]
    p_above_price: float | None
    gate: bool
    halt: bool
    clusters: int
    verdict: str
    reason: Reason
    volatility: Volatility | None

    def document(self) -> dict[str, Any]:
        """The ladder as reports show it."""
        depths = [rung.drawdown for rung in self.rungs]
        return {
            "ticker": self.ticker,
            "rungs": [rung.document() for rung in self.rungs],
            "gate": self.gate,
            "gate_probability": self.rule.gate,
            "p_above_price": _shown(self.p_above_price),
            "halt": self.halt,
            "verdict": self.verdict,
            "why": self.reason.english,
            "why_zh": self.reason.chinese,
            "clusters": self.clusters,
            "clusters_needed": FEWEST_CLUSTERS,
            "horizon_sessions": self.rule.sessions,
            "volatility": None if self.volatility is None else self.volatility.document(),
            "rule": self.rule.text(self.ticker, depths) if depths else None,
        }


def propose(
    ticker: str,
    price: float | None,
    high_52_week: float | None,
    volatility: Volatility | None,
    fair_value: ArrayLike | None,
    *,
    rule: Rule = RULE,
    history: PriceHistory | None = None,
    trial: Trial | None = None,
    thesis_false: str | None = None,
) -> Ladder:
    """A ladder under the 52-week high of a share.

    Levels are high x (1 + drawdown) and stay where they are over the horizon, although a new high
    would move the peak. A step whose level is at or above the price is reached already.

    Args:
        ticker: for the rule's text. price, high_52_week: USD/share; None if unknown.
        volatility: of the share. fair_value: draws (draw,) USD/share, None if unknown.
        rule: depths, sizes, gate, horizon.
        history: prices known on the day, to count the falls that the rule could be tested on.
        trial: of the rule against its controls, None if none was made.
        thesis_false: why the thesis no longer holds, which halts the ladder; None if it does.

    Returns:
        The ladder. It never says to buy: where the gate is open it quotes the trial.

    Raises:
        ValueError: the price or the high is not above zero, the price is above the high, or a
            draw of the fair value is not finite.
    """
    _check(ticker, price, high_52_week)
    draws = _draws(ticker, fair_value)
    rungs: tuple[Rung, ...] = ()
    if price is not None and high_52_week is not None and volatility is not None:
        rungs = _rungs(price, high_52_week, volatility.value, draws, rule)
    p_above = None if draws is None or price is None else float((draws > price).mean())
    gate = p_above is not None and p_above >= rule.gate
    shut = draws is not None and bool(rungs) and not rungs[-1].gate
    halt = thesis_false is not None or shut
    daily = _daily(history)
    falls = clusters(episodes(daily, rungs[0].drawdown)) if rungs and daily is not None else 0
    verdict = _verdict(halt, gate, bool(rungs) and draws is not None, trial)
    if not rungs:
        known = {"price": price, "high_52_week": high_52_week, "volatility": volatility}
        reason = unknown(next(name for name, value in known.items() if value is None))
    else:
        assert price is not None
        assert volatility is not None
        reason = _value_reason(price, rungs, p_above, rule)
        reason += _test_reason(daily, falls) if trial is None else trial.reason
        if volatility.is_assumption:
            reason += phrase("assumed", volatility=percent(volatility.value))
    if rungs:
        reason += phrase("stops", gate=percent(rule.gate))
    if thesis_false is not None:
        reason = phrase("thesis", what=thesis_false) + reason
    falls = falls if trial is None else trial.clusters
    return Ladder(ticker, rule, rungs, p_above, gate, halt, falls, verdict, reason, volatility)


def _verdict(halt: bool, gate: bool, judged: bool, trial: Trial | None) -> str:
    """The verdict; ``judged``: there are steps and a fair value to hold them against."""
    if halt:
        return "halt"
    if judged and not gate:
        return "wait"
    return trial.verdict if judged and trial is not None else "not identified"


def _daily(history: PriceHistory | None) -> PriceHistory | None:
    """The last sessions without a break, None if they are too few to learn from."""
    daily = None if history is None else history.unbroken()
    return daily if daily is not None and len(daily) >= FEWEST_CLOSES else None


def _rungs(
    price: float, peak: float, volatility: float, draws: Draws | None, rule: Rule
) -> tuple[Rung, ...]:
    median = None if draws is None else float(np.median(draws))
    rungs = []
    for drawdown, weight in zip(rule.drawdowns(volatility), rule.weights, strict=True):
        level = peak * (1 + drawdown)
        # A step that is reached already buys at the price, which is lower.
        p_above = None if draws is None else float((draws > min(level, price)).mean())
        rungs.append(
            Rung(
                level_usd=level,
                drawdown=drawdown,
                weight=weight,
                fill_probability=fill_probability(
                    math.log(price / level), volatility, rule.years, rule.drift
                ),
                price_to_fair_value=level / median if median else None,
                p_above=p_above,
                gate=p_above is not None and p_above >= rule.gate,
            )
        )
    return tuple(rungs)


def _value_reason(
    price: float, rungs: tuple[Rung, ...], p_above: float | None, rule: Rule
) -> Reason:
    """What the fair value says at the price and at the steps."""
    if p_above is None:
        return phrase("no_value")
    gate = percent(rule.gate)
    if p_above >= rule.gate:
        return phrase("open", price=money(price), chance=percent(p_above), gate=gate)
    last = rungs[-1]
    if not last.gate:
        assert last.p_above is not None
        level = money(min(last.level_usd, price))
        return phrase("shut", level=level, chance=percent(last.p_above), gate=gate)
    level = money(next(rung.level_usd for rung in rungs if rung.gate))
    return phrase("wait", price=money(price), chance=percent(p_above), gate=gate, level=level)


def _test_reason(daily: PriceHistory | None, falls: int) -> Reason:
    """Why the rule counts as untested."""
    if daily is None:
        return phrase("no_history")
    if falls < FEWEST_CLUSTERS:
        return phrase("few", count=falls, needed=FEWEST_CLUSTERS)
    return phrase("enough", count=falls)


def _draws(ticker: str, fair_value: ArrayLike | None) -> Draws | None:
    if fair_value is None:
        return None
    draws = np.asarray(fair_value, dtype=np.float64)
    if not draws.size or not np.isfinite(draws).all():
        raise NotFiniteError(f"{ticker}: fair values must be finite draws, at least one")
    return draws


def _check(ticker: str, price: float | None, high: float | None) -> None:
    if price is not None and not price > 0:
        raise ValueError(f"{ticker}: the price {price} must be above 0")
    if price is not None and high is not None and not price <= high < math.inf:
        raise ValueError(f"{ticker}: the price {price} is above its 52-week high {high}")


def _shown(number: float | None) -> float | None:
    return None if number is None else float(rounded(number))
