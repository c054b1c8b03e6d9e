"""What a ladder is measured against: the same money in the same share, by rules of the language."""

from dataclasses import replace
from decimal import Decimal

import numpy as np

from jevons.ladder import layout
from jevons.ladder.parse import parse
from jevons.ladder.rule import LadderRule
from jevons.ladder.run import Run

AVERAGE = 50  # sessions that confirm a rise
REBALANCE = 21  # sessions between the purchases and sales of a constant mix
RANDOM_SEEDS = (1, 2, 3, 4, 5)

NAMES = {
    "lump_start": "all at once, on the first session, and held",
    "lump_trigger": "all at once, when the first rung is reached",
    "dca": "as many equal purchases by the clock, over the time the ladder took, and held",
    "right_side": f"all at once after the fall, when the close is above its mean of {AVERAGE}",
    "random": "the same parts on random days",
    "matched_exposure": "a constant share of the wealth, as high as the ladder's on average",
}


def controls(result: Run) -> dict[str, LadderRule]:
    """The controls of a run, by name; those that it is too short or too idle for are left out.

    The clock, the random days and the matched exposure use how long and how much the ladder was
    invested, which nobody knew before: they are yardsticks, not strategies.
    """
    rule = result.rule
    found = {"lump_start": _alone(rule, "buy 100% of budget when clock every 1 sessions", 1)}
    parts, bought = len(result.rungs), len(result.purchases)
    if parts:
        first = result.rungs[0].trigger.text()
        confirmed = f"close > sma({AVERAGE}) and {first}"
        found["lump_trigger"] = _like(rule, f"buy 100% of budget when {first}")
        found["right_side"] = _like(rule, f"buy 100% of budget when {confirmed}")
    if parts and bought:
        last = int(result.purchases[-1, layout.FILLED])
        share = _decimal(100 / bought)
        pace = f"clock every {max(1, last // bought)} sessions"
        found["dca"] = _alone(rule, f"buy {share}% of budget when {pace}", bought)
        share, pace = _decimal(100 / parts), f"random every {max(1, last * parts // bought)}"
        for seed in RANDOM_SEEDS:
            body = " ".join(
                f"buy {share}% of budget when {pace} sessions seed {100 * seed + i}"
                for i in range(parts)
            )
            found[f"random_{seed}"] = _like(rule, body)
    matched = matched_exposure(result)
    if matched is not None:
        found["matched_exposure"] = matched
    return found


def matched_exposure(result: Run) -> LadderRule | None:
    """A constant share of the wealth as high as the ladder's on average; None below 1 %."""
    exposure = 100 * float(np.mean(result.exposure))
    if exposure < 1:
        return None
    held = f"hold {_decimal(min(exposure, 100))}% of nav every {REBALANCE} sessions"
    return _alone(result.rule, held)


def _alone(rule: LadderRule, body: str, tranches: int | None = None) -> LadderRule:
    """A rule on the same reference that buys as the body says and never sells."""
    limit = "" if tranches is None else f" max_tranches {tranches}"
    return parse(f"ladder {rule.name} on {rule.reference.text()} {{ {body}{limit} }}")


def _like(rule: LadderRule, body: str) -> LadderRule:
    """A rule with the reference, the rearming and the exits of another."""
    return replace(_alone(rule, body), rearm=rule.rearm, exits=rule.exits)


def _decimal(number: float) -> Decimal:
    return Decimal(f"{number:.4f}")
