"""Which claims came true, with the facts known by a day, and how likely the model holds them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from jevons.claims.ledger import Claim
from jevons.facts.fact import Fact
from jevons.facts.snapshot import Snapshot
from jevons.facts.units import conversion_factor
from jevons.quantiles import rounded

Status = Literal["open", "true", "false", "not resolvable"]
STATUSES: tuple[Status, ...] = ("open", "true", "false", "not resolvable")
GRACE = timedelta(days=180)  # after it, a claim whose figure was never published is given up


@dataclass(frozen=True, slots=True)
class Resolution:
    """What became of a claim by a day: status, the figure in the claim's unit, its facts."""

    status: Status
    outcome: float | None
    facts: tuple[str, ...]


def resolve(claim: Claim, snapshot: Snapshot) -> Resolution:
    """Hold a claim against the facts known by the snapshot's day, and no later ones.

    A flow counts when facts cover its period whole: one fact, or quarters without a gap. Until
    then the claim is open; :data:`GRACE` after ``resolves_on`` it is given up as not resolvable.
    """
    if claim.period_end > snapshot.as_of:
        return Resolution("open", None, ())
    whole = _figure(claim, claim.entity, snapshot)
    parts = claim.entity.split("+")
    figures = [whole] if whole else [_figure(claim, entity, snapshot) for entity in parts]
    if all(figure is not None for figure in figures):
        known = [figure for figure in figures if figure is not None]
        total = sum(amount for amount, _ in known)
        facts = tuple(fact.fact_id for _, used in known for fact in used)
        return Resolution("true" if claim.holds(total) else "false", rounded(total), facts)
    late = snapshot.as_of > claim.resolves_on + GRACE
    return Resolution("not resolvable" if late else "open", None, ())


def _figure(claim: Claim, entity: str, snapshot: Snapshot) -> tuple[float, tuple[Fact, ...]] | None:
    facts = [
        fact
        for fact in snapshot.select(entity, claim.metric, claim.stated_by)
        if fact.period_end <= fact.known_on  # reported, not forecast
    ]
    used: tuple[Fact, ...]
    if claim.period_start is None:
        last = [fact for fact in facts if fact.period_end == claim.period_end]
        used = (max(last, key=lambda fact: fact.known_on),) if last else ()
    else:
        used = _cover(facts, claim.period_start, claim.period_end)
    if not used:
        return None
    return sum(f.central * conversion_factor(f.unit, claim.unit) for f in used), used


def _cover(facts: Sequence[Fact], start: date, end: date) -> tuple[Fact, ...]:
    """The fewest facts that follow one another over the period; none if there is a gap."""
    by_start: dict[date, list[Fact]] = {}
    for fact in facts:
        if fact.period_start is not None and fact.period_end <= end:
            by_start.setdefault(fact.period_start, []).append(fact)
    run: list[Fact] = []
    while start <= end and start in by_start:
        run.append(max(by_start[start], key=lambda fact: (fact.period_end, fact.known_on)))
        start = run[-1].period_end + timedelta(days=1)
    return tuple(run) if start > end else ()


def probability(claim: Claim, draws: ArrayLike) -> float:
    """Share of draws (draw,) of the claim's figure, in its unit, that make the claim true."""
    values = np.asarray(draws, dtype=np.float64)
    low = -np.inf if claim.low is None else claim.low
    high = np.inf if claim.high is None else claim.high
    return float(np.mean((values >= low) & (values <= high)))


def document(claim: Claim, resolution: Resolution, p_model: float | None) -> dict[str, Any]:
    """A claim as reports show it."""
    return {
        "id": claim.id,
        "text": claim.text,
        "text_zh": claim.text_zh,
        "who": claim.who,
        "said_on": claim.said_on.isoformat(),
        "metric": claim.metric,
        "unit": claim.unit,
        "low": claim.low,
        "high": claim.high,
        "resolves_on": claim.resolves_on.isoformat(),
        "status": resolution.status,
        "outcome": resolution.outcome,
        "p_model": None if p_model is None else rounded(p_model),
        "facts": list(resolution.facts),
        "source_title": claim.source_title,
        "source_url": claim.source_url,
    }
