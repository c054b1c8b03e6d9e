"""What buyers themselves say they will spend: the growth of capex that their guidance implies.

Guidance for a quarter or a year, less what is reported of it up to the anchor, is left for its
other quarters. It is moved by what the buyer's record says of its word (``statements.overrun``) and
put into cash at the anchor's rate of cash to what the guidance counts. It is met by one constant
growth a quarter from the anchor on: with ``now`` a buyer's capex at the anchor and k the guided
quarters ahead, by the positive root x of

    sum over k of  now x^k  =  what is left.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import exp, log

import numpy as np

from jevons.facts.snapshot import Snapshot
from jevons.model.anchors import buyer_capex
from jevons.model.clock import QUARTER_YEARS, QUARTERS
from jevons.model.nvidia import anchor_quarter
from jevons.model.statements import overrun, spent, statements


@dataclass(frozen=True, slots=True)
class Guided:
    """Growth of capex from the anchor on that guidance implies.

    Attributes:
        growth: by guiding buyer its log growth a quarter and for how many quarters from the anchor
            that holds. facts: behind it.
    """

    growth: Mapping[str, tuple[float, int]] = field(default_factory=dict)
    facts: tuple[str, ...] = ()

    def path(self, buyer: str, now: float, ahead: np.ndarray) -> np.ndarray:
        """A buyer's capex as told in the quarters it guides, 0 in others, (quarter,).

        Args:
            now: at the anchor, in the unit of the result. ahead: quarters from the anchor, may be
                negative, (quarter,).
        """
        rate, last = self.growth.get(buyer, (0.0, 0))
        path: np.ndarray = np.where((ahead > 0) & (ahead <= last), now * np.exp(rate * ahead), 0.0)
        return path


def guided(snapshot: Snapshot) -> Guided:
    """What the guidance known by a day implies; without any, growth over no quarters.

    Raises:
        UserError: too few facts for an anchor; see :func:`~jevons.model.anchors.buyer_capex`.
    """
    anchor = QUARTERS.index(anchor_quarter(snapshot))
    growth, facts = {}, list[str]()
    for buyer, capex in buyer_capex(snapshot).items():
        latest = _guidance(snapshot, buyer, anchor)
        if latest is None:
            continue
        used, quarters, now, left = latest
        if left > 0:
            growth[buyer] = _growth(capex.now, quarters, left * capex.now / now), max(quarters)
            facts += used
    return Guided(growth, tuple(dict.fromkeys(facts)))


def _growth(now: float, quarters: tuple[int, ...], left: float) -> float:
    """Log growth a quarter that meets what is left.

    >>> round(_growth(10.0, (1, 2), 24.0), 4)  # x + x^2 = 2.4, x = 1.1279
    0.1203
    """
    polynomial = np.zeros(1 + max(quarters))
    polynomial[0] = -left / now
    polynomial[list(quarters)] = 1.0
    roots = np.roots(polynomial[::-1])
    # Descartes: coefficients that change sign once have one positive root.
    return log(max(root.real for root in roots if abs(root.imag) < 1e-9))


def _guidance(
    snapshot: Snapshot, buyer: str, anchor: int
) -> tuple[tuple[str, ...], tuple[int, ...], float, float] | None:
    """The guidance said last, of one day the one that reaches furthest, as the record moves it.

    Where all of its quarters are reported those reports stand for it.

    Returns:
        the facts, its quarters ahead of the anchor, what was spent in the last quarter reported up
        to the anchor's and what is left to spend, USD_bn as the guidance counts it; none where
        nothing is guided.
    """
    reported = {name: each.amount for name, each in spent(snapshot, buyer).items()}
    found = []
    for said in statements(snapshot, buyer):
        if not set(said.quarters) <= set(QUARTERS):
            continue
        past = [name for name in said.quarters if QUARTERS.index(name) <= anchor]
        ahead = tuple(QUARTERS.index(name) - anchor for name in said.quarters if name not in past)
        if ahead and all(name in reported for name in past):
            found.append((said, ahead, sum(reported[name] for name in past)))
    if not found:
        return None
    said, ahead, before = max(
        found, key=lambda each: (each[0].fact.known_on, each[0].fact.period_end)
    )
    now = reported[max(name for name in reported if name <= QUARTERS[anchor])]
    facts: tuple[str, ...] = (said.fact.fact_id,)
    if set(said.quarters) <= set(reported):
        left = sum(reported[name] for name in said.quarters) - before
    else:
        record = overrun(snapshot, buyer)
        assert record.value is not None
        beyond = exp(record.value * QUARTER_YEARS * float(np.mean(ahead)))
        facts, left = (*facts, *record.facts), beyond * (said.amount - before)
    return facts, ahead, now, left
