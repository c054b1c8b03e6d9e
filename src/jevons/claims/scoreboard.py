"""Who was right how often: decided claims by source, and how many of them are independent."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from jevons.claims.ledger import Claim
from jevons.claims.resolution import Resolution
from jevons.quantiles import rounded

DECIDED = ("true", "false", "partly")


def scoreboard(resolved: Sequence[tuple[Claim, Resolution]]) -> list[dict[str, Any]]:
    """One row a source, and one for all: how many of its claims were decided, and came true.

    Returns:
        rows ``who, claims, open, not_resolvable, decided, true, partly, share_true, independent``;
        a claim that is partly true counts as decided and not as true; the last counts decided
        claims that do not share a figure with another one.
    """
    sources = dict.fromkeys(claim.who for claim, _ in resolved)
    groups = {who: [row for row in resolved if row[0].who == who] for who in sources}
    if len(groups) > 1:
        groups["all"] = list(resolved)
    return [_row(who, rows) for who, rows in groups.items()]


def _row(who: str, rows: Sequence[tuple[Claim, Resolution]]) -> dict[str, Any]:
    count = Counter(found.status for _, found in rows)
    decided = [claim for claim, found in rows if found.status in DECIDED]
    return {
        "who": who,
        "claims": len(rows),
        "open": count["open"],
        "not_resolvable": count["not resolvable"],
        "decided": len(decided),
        "true": count["true"],
        "partly": count["partly"],
        "share_true": rounded(count["true"] / len(decided)) if decided else None,
        "independent": independent(decided),
    }


def independent(claims: Sequence[Claim]) -> int:
    """Groups of claims that share no figure: an entity's metric over overlapping periods.

    Four claims about one year's spending of one company are one test of their authors, not four.
    """
    groups: list[list[Claim]] = []
    for claim in claims:
        touching = [group for group in groups if any(_share(claim, other) for other in group)]
        merged = [claim, *(other for group in touching for other in group)]
        groups = [group for group in groups if group not in touching] + [merged]
    return len(groups)


def _share(one: Claim, other: Claim) -> bool:
    entities = _entities(one) & _entities(other)
    first, second = (claim.period_start or claim.period_end for claim in (one, other))
    overlap = first <= other.period_end and second <= one.period_end
    return one.metric == other.metric and bool(entities) and overlap


def _entities(claim: Claim) -> set[str]:
    return {entity for part in claim.parts for entity in part.split("+")}
