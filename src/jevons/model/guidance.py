"""What buyers themselves say they will spend: the growth of AI capex that their guidance implies.

Guidance for a year, less what is reported of it up to the anchor, is left for its other quarters.
Less capex outside AI, it is met by one constant growth a quarter from the anchor on: with ``own``
a buyer's AI capex at the anchor and k the guided quarters ahead, by the positive root x of

    sum over k of  own x^k  =  what is left for AI.

The chain plans by the spending of all buyers that still guide a quarter, over what they spent at
the anchor, with the weight of their part in the build-out; what a buyer's own guidance grows beyond
the plan moves its share.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from math import exp, log

import numpy as np

from jevons.facts.fact import Fact
from jevons.facts.snapshot import Snapshot
from jevons.model.anchors import buyer_capex, year_end
from jevons.model.clock import QUARTER_YEARS, QUARTERS, quarter_of
from jevons.model.nvidia import anchor_quarter
from jevons.model.reported import quarterly

# What each buyer's guidance counts, which is then taken off and compared: Amazon's is net of
# proceeds and incentives, Meta's has the principal of finance leases in it. Microsoft's counts
# whole leases, a quarter of it and more, and is not read.
GUIDING: Mapping[str, str] = {
    "AMZN": "capex_net_of_proceeds",
    "GOOGL": "capex_cash_ppe",
    "META": "capex_incl_finance_leases",
    "ORCL": "capex_cash_ppe",
}
MIDDLES = tuple(timedelta(days) for days in (45, 136, 228, 319))  # of a year's four quarters


@dataclass(frozen=True, slots=True)
class Guided:
    """Growth of AI capex from the anchor on that guidance implies.

    Attributes:
        own: by guiding buyer its AI capex at the anchor (USD_bn/quarter), its log growth a quarter
            and the number of quarters for which that holds. total: AI capex of all buyers at the
            anchor, USD_bn/quarter. facts: behind it.
    """

    own: Mapping[str, tuple[float, float, int]] = field(default_factory=dict)
    total: float = 0.0
    facts: tuple[str, ...] = ()

    def last(self, buyer: str) -> int:
        """For how many quarters ahead of the anchor a buyer guides, 0 where it does not."""
        return self.own[buyer][2] if buyer in self.own else 0

    def growth(self, buyer: str, ahead: np.ndarray) -> np.ndarray:
        """Log of a buyer's AI capex as guided over the anchor's, (quarter,), then as at the last.

        Args:
            ahead: quarters from the anchor, may be negative, (quarter,).
        """
        rate = self.own[buyer][1] if buyer in self.own else 0.0
        path: np.ndarray = rate * np.clip(ahead, 0, self.last(buyer))
        return path

    def plan(self, ahead: np.ndarray) -> np.ndarray:
        """Log of the AI capex of those that guide a quarter over their anchor's, (quarter,).

        In quarters that nobody guides it is that of the last one that somebody does.
        """
        furthest = max((last for _, _, last in self.own.values()), default=0)
        steps = [0.0]
        for k in range(1, furthest + 1):
            told = [each for each in self.own.values() if each[2] >= k]
            grown = sum(amount * exp(growth * k) for amount, growth, _ in told)
            steps.append(log(grown / sum(amount for amount, _, _ in told)))
        path: np.ndarray = np.array(steps)[np.clip(ahead, 0, furthest)]
        return path

    def part(self, ahead: np.ndarray) -> np.ndarray:
        """The part in all buyers' AI capex of those that guide a quarter, 0 to 1, (quarter,)."""
        told = [
            (amount / self.total) * ((ahead > 0) & (ahead <= last))
            for amount, _, last in self.own.values()
        ]
        return sum(told, np.zeros(len(ahead)))


def guided(snapshot: Snapshot) -> Guided:
    """What the guidance known by a day implies; without any, growth over no quarters.

    Raises:
        UserError: too few facts for an anchor; see :func:`~jevons.model.anchors.buyer_capex`.
    """
    quarter = anchor_quarter(snapshot)
    anchor, end = QUARTERS.index(quarter), year_end(quarter)
    own, facts, total = {}, [], 0.0
    for buyer, capex in buyer_capex(snapshot).items():
        amount = capex.ai(end)
        total += amount
        latest = _guidance(snapshot, buyer, anchor) if buyer in GUIDING else None
        if latest is None:
            continue
        fact, quarters, left = latest
        left -= sum(capex.outside(end + k * QUARTER_YEARS) for k in quarters)
        if left > 0:
            own[buyer] = amount, _growth(amount, quarters, left), max(quarters)
            facts.append(fact.fact_id)
    return Guided(own, total, tuple(facts))


def _growth(own: float, quarters: tuple[int, ...], left: float) -> float:
    """Log growth a quarter that meets what is left for AI.

    >>> round(_growth(10.0, (1, 2), 24.0), 4)  # x + x^2 = 2.4, x = 1.1279
    0.1203
    """
    polynomial = np.zeros(1 + max(quarters))
    polynomial[0] = -left / own
    polynomial[list(quarters)] = 1.0
    roots = np.roots(polynomial[::-1])
    # Descartes: coefficients that change sign once have one positive root.
    return log(max(root.real for root in roots if abs(root.imag) < 1e-9))


def _guidance(
    snapshot: Snapshot, buyer: str, anchor: int
) -> tuple[Fact, tuple[int, ...], float] | None:
    """The guidance that reaches furthest: its quarters ahead of the anchor, and USD_bn left.

    Where a quarter is not known by the definition of the guidance its cash capex stands in.
    """
    reported = {
        quarter: fact.central
        for metric in ("capex_cash_ppe", GUIDING[buyer])
        for quarter, fact in quarterly(snapshot.select(entity=buyer, metric=metric)).items()
    }
    found = []
    for fact in snapshot.select(entity=buyer, metric="capex_guidance", stated_by="company"):
        if fact.period_start is None or not 350 <= fact.days <= 380:
            continue
        names = [quarter_of(fact.period_start + middle) for middle in MIDDLES]
        if not set(names) <= set(QUARTERS):
            continue
        past = [name for name in names if QUARTERS.index(name) <= anchor]
        ahead = tuple(QUARTERS.index(name) - anchor for name in names if name not in past)
        if ahead and all(name in reported for name in past):
            over = all(name in reported for name in names)
            whole = sum(reported[name] for name in names) if over else fact.central
            found.append((fact, ahead, whole - sum(reported[name] for name in past)))
    return max(found, key=lambda each: (each[0].period_end, each[0].known_on), default=None)
