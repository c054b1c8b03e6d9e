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
    "no_thesis": "the same rule without its tests of the thesis",
    "no_value": "the same rule without its tests of the fair value",
    "thesis_flipped": "the same rule with the thesis false where it holds, and true where not",
}
# Tests of what is thought of a share, which a rule may be run without.
SCREENS = {
    "no_thesis": ("thesis", "thesis_false"),
    "no_value": ("p(fv>px) >= {fraction}", "px/fv <= {positive}", "px/fv >= {positive}"),
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


def screened(rule: LadderRule) -> dict[str, LadderRule]:
    """The rule without each kind of screen that it has, by name.

    A trigger stays what it is: only what else must hold, what halts and what sells is left out.
    """
    found = {}
    for name, forms in SCREENS.items():
        other = replace(
            rule,
            rungs=tuple(
                replace(rung, conditions=tuple(c for c in rung.conditions if c.form not in forms))
                for rung in rule.rungs
            ),
            halts=tuple(halt for halt in rule.halts if halt.form not in forms),
            exits=tuple(sale for sale in rule.exits if sale.trigger.form not in forms),
        )
        if other != rule:
            found[name] = other
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
