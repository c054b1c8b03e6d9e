"""Which claims came true with the facts known by a day, and why; how likely they are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from jevons.claims.ledger import Claim
from jevons.facts.fact import Fact
from jevons.facts.snapshot import Snapshot
from jevons.facts.units import conversion_factor
from jevons.quantiles import rounded

Status = Literal["open", "true", "false", "partly", "not resolvable"]
STATUSES: tuple[Status, ...] = ("open", "true", "false", "partly", "not resolvable")
GRACE = timedelta(days=180)  # after it, a claim whose figure was never published is given up
# Names of the ledger's entities that are no ticker, in Chinese.
CHINESE = {
    "US": "美国",
    "US data centres": "美国数据中心",
    "Stargate programme": "星际之门",
    "reasoning models": "推理模型",
}
Figure = tuple[float, tuple[Fact, ...]]


@dataclass(frozen=True, slots=True)
class Resolution:
    """What became of a claim by a day: status, the figure in the claim's unit, its facts, and why.

    Of a claim with several parts the figure is the median of theirs.
    """

    status: Status
    outcome: float | None
    facts: tuple[str, ...]
    why: str = ""
    why_zh: str = ""


def resolve(claim: Claim, snapshot: Snapshot) -> Resolution:
    """Hold a claim against the facts known by the snapshot's day, and no later ones.

    A flow counts when facts cover its period whole: one fact, or quarters without a gap. Until
    then the claim is open; :data:`GRACE` after ``resolves_on`` it is given up as not resolvable.
    """
    if claim.not_resolvable:
        why, why_zh = claim.not_resolvable, claim.not_resolvable_zh or claim.not_resolvable
        return Resolution("not resolvable", None, (), why, why_zh)
    if claim.period_end > snapshot.as_of:
        end = claim.period_end
        return Resolution("open", None, (), f"its period ends on {end}", f"期末为 {end}")
    found = {part: _part(claim, part, snapshot) for part in claim.parts}
    figures = {part: figure for part, figure in found.items() if figure is not None}
    if len(figures) < len(found):
        return _undecided(claim, snapshot, [part for part in found if part not in figures])
    holds = [claim.holds(amount) for amount, _ in figures.values()]
    status: Status = "true" if all(holds) else "partly" if any(holds) else "false"
    facts = tuple(dict.fromkeys(fact.fact_id for _, used in figures.values() for fact in used))
    outcome = rounded(median(amount for amount, _ in figures.values()))
    return Resolution(status, outcome, facts, *_reasons(claim, figures, sum(holds)))


def _undecided(claim: Claim, snapshot: Snapshot, missing: Sequence[str]) -> Resolution:
    """Open, or given up, for want of figures."""
    names = ", ".join(missing)
    names_zh = "、".join(CHINESE.get(each, each) for each in missing)
    limit = claim.resolves_on + GRACE
    if snapshot.as_of > limit:
        why = f"no figure of {names} that covers the period was known by {limit}"
        return Resolution("not resolvable", None, (), why, f"截至 {limit} 未见{names_zh}的完整数据")
    why = f"not every figure of {names} is public"
    return Resolution("open", None, (), why, f"{names_zh}的数据尚未全部公布")


def _reasons(claim: Claim, figures: dict[str, Figure], holds: int) -> tuple[str, str]:
    """The figure against the range, or how many parts hold and which does least, in words."""
    if len(figures) == 1:
        ((amount, _),) = figures.values()
        return _against(claim, amount)
    amounts = sorted((amount, part) for part, (amount, _) in figures.items())
    (least, worst), (most, best) = amounts[0], amounts[-1]
    unit = {"1": "", "percent": "%"}.get(claim.unit, f" {claim.unit.replace('_', ' ')}")
    ends = f"{worst} {least:.4g}", f"{best} {most:.4g}{unit}"
    return (
        f"{holds} of {len(figures)} hold, from {ends[0]} to {ends[1]}",
        f"{len(figures)} 项中 {holds} 项成立，{ends[0]} 至 {ends[1]}",
    )


def _against(claim: Claim, amount: float) -> tuple[str, str]:
    """Where a figure lies: within the claimed range, above or below it."""
    within = claim.holds(amount)
    above = claim.high is not None and amount > claim.high
    place, place_zh = ("in", "在") if within else ("above", "高于") if above else ("below", "低于")
    low, high = (None if end is None else f"{end:,.4g}" for end in (claim.low, claim.high))
    if low is None or high is None:
        span, span_zh = (f"at least {low}", f"≥ {low}") if low else (f"at most {high}", f"≤ {high}")
    else:
        span, span_zh = f"{low} to {high}", f"{low} 至 {high}"
    return (
        f"{amount:,.4g} is {place} the claimed range, {span}",
        f"{amount:,.4g} {place_zh}所称区间（{span_zh}）",
    )


def _part(claim: Claim, entity: str, snapshot: Snapshot) -> Figure | None:
    """The figure of one part of a claim, in its unit."""
    if claim.measure == "change":
        own = _change(claim, entity, snapshot)
        if own is None or not claim.benchmark:
            return own
        other = _change(claim, claim.benchmark, snapshot)
        return None if other is None else (own[0] - other[0], own[1] + other[1])
    if claim.measure == "last":
        return _last(claim, entity, snapshot)
    whole = _figure(claim, entity, snapshot)
    figures = [whole] if whole else [_figure(claim, each, snapshot) for each in entity.split("+")]
    known = [figure for figure in figures if figure is not None]
    if len(known) < len(figures):
        return None
    return sum(amount for amount, _ in known), tuple(fact for _, used in known for fact in used)


def _reported(claim: Claim, entity: str, snapshot: Snapshot) -> list[Fact]:
    """Facts of an entity that tell what was, not what is to come."""
    facts = snapshot.select(entity, claim.metric, claim.stated_by)
    return [fact for fact in facts if fact.period_end <= fact.known_on]


def _change(claim: Claim, entity: str, snapshot: Snapshot) -> Figure | None:
    """The change of a level over the claim's period, in its unit."""
    levels = []
    for day in (claim.period_start, claim.period_end):
        on_day = [f for f in _reported(claim, entity, snapshot) if f.period_end == day]
        if not on_day:
            return None
        levels.append(max(on_day, key=lambda fact: (fact.known_on, fact.fact_id)))
    first, last = levels
    change = last.central / first.central - 1
    return change * conversion_factor("1", claim.unit), (first, last)


def _last(claim: Claim, entity: str, snapshot: Snapshot) -> Figure | None:
    """The last level stated within the claim's period, in its unit."""
    assert claim.period_start is not None
    within = [
        fact
        for fact in _reported(claim, entity, snapshot)
        if claim.period_start <= fact.period_end <= claim.period_end
    ]
    if not within:
        return None
    last = max(within, key=lambda fact: (fact.period_end, fact.known_on, fact.fact_id))
    return last.central * conversion_factor(last.unit, claim.unit), (last,)


def _figure(claim: Claim, entity: str, snapshot: Snapshot) -> Figure | None:
    """A stock on the last day of the period, or a flow over the whole of it."""
    facts = _reported(claim, entity, snapshot)
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
        "parts": len(claim.parts),
        "unit": claim.unit,
        "low": claim.low,
        "high": claim.high,
        "resolves_on": claim.resolves_on.isoformat(),
        "status": resolution.status,
        "why": resolution.why,
        "why_zh": resolution.why_zh,
        "outcome": resolution.outcome,
        "p_model": None if p_model is None else rounded(p_model),
        "facts": list(resolution.facts),
        "source_title": claim.source_title,
        "source_url": claim.source_url,
        "note": claim.note,
    }
