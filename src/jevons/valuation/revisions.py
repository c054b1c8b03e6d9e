"""Whether what a company earns still holds: revisions of facts that were known by a day.

A fall of the price is an entry only while the fundamentals hold. They are called broken where the
trailing revenue fell, the company lowered its own guidance of revenue, or an earlier figure was
restated downwards, each by more than rounding. Nothing is judged where nothing was reported.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from jevons.facts.fact import Fact
from jevons.facts.snapshot import Snapshot
from jevons.quantiles import rounded
from jevons.valuation.fundamentals import trailing_years

ROUNDING = 0.01  # a change by less is no news
RECENT = timedelta(days=365)  # revisions older than this are history
GUIDED = ("total_revenue_guidance", "ai_semiconductor_revenue_guidance")
RESTATED = ("total_revenue", "operating_income", "net_income")


def fundamentals_state(snapshot: Snapshot, ticker: str) -> dict[str, Any]:
    """Trailing revenue against that of the report before, guidance and restatements of a year.

    Returns:
        ``intact`` (True, False, or None where nothing is known), ``revenue_growth`` (1, the last
        trailing year over the one that ended a report earlier), ``revenue_to`` (its last day),
        ``revisions`` (each with ``metric``, ``period_end``, ``before``, ``after``, ``change``,
        ``known_on``), ``broken`` (which of the tests fail), ``facts`` and ``missing``.
    """
    snapshot = snapshot.earlier_view(snapshot.as_of, ticker, (*GUIDED, *RESTATED))
    revisions = [
        revision
        for metric in (*GUIDED, *RESTATED)
        for revision in revised(snapshot, ticker, metric)
    ]
    growth, ended, facts = _trailing_growth(snapshot, ticker)
    broken = [] if growth is None or growth >= -ROUNDING else ["revenue"]
    if any(r["change"] < -ROUNDING and r["metric"] in GUIDED for r in _last(revisions)):
        broken.append("guidance")
    if any(r["change"] < -ROUNDING and r["metric"] in RESTATED for r in revisions):
        broken.append("restatement")
    missing = None
    if growth is None:
        missing = f"two trailing years of revenue of {ticker} are not known by {snapshot.as_of}"
    return {
        "intact": False if broken else (None if growth is None else True),
        "revenue_growth": None if growth is None else rounded(growth),
        "revenue_to": None if ended is None else ended.isoformat(),
        "revisions": revisions,
        "broken": broken,
        "facts": [*facts, *(fact_id for r in revisions for fact_id in r["facts"])],
        "missing": missing,
    }


def fundamentals_history(snapshot: Snapshot, ticker: str) -> list[tuple[date, bool]]:
    """Days on which fundamentals turned out intact or broken, from what was known on each."""
    wanted = (*GUIDED, *RESTATED)
    own = snapshot.earlier_view(snapshot.as_of, ticker, wanted)
    found: list[tuple[date, bool]] = []
    for day in sorted({fact.known_on for fact in (*own.earlier, *own.facts)}):
        intact = fundamentals_state(own.earlier_view(day, ticker, wanted), ticker)["intact"]
        if intact is not None and (not found or found[-1][1] is not intact):
            found.append((day, intact))
    return found


def revised(snapshot: Snapshot, entity: str, metric: str) -> list[dict[str, Any]]:
    """Changes of a series by a later vintage in the last year, the oldest first."""
    series: dict[Any, list[Fact]] = {}
    for fact in (*snapshot.earlier, *snapshot.facts):
        if fact.entity == entity and fact.metric == metric:
            series.setdefault(fact.series, []).append(fact)
    found = []
    for facts in series.values():
        facts.sort(key=lambda fact: fact.known_on)
        for before, after in pairwise(facts):
            if before.central and after.known_on > snapshot.as_of - RECENT:
                found.append(_revision(before, after))
    return sorted(found, key=lambda revision: (revision["known_on"], revision["period_end"]))


def spending_plans(snapshot: Snapshot, buyers: Sequence[str]) -> dict[str, Any]:
    """What the buyers' own plans of capital spending became in the last year: the chain's demand.

    Returns:
        ``raised`` and ``lowered``: buyers by their last revision; ``revisions``: all of them.
    """
    revisions = [
        {"buyer": buyer, **revision}
        for buyer in buyers
        for revision in revised(snapshot, buyer, "capex_guidance")
    ]
    last = {revision["buyer"]: revision["change"] for revision in revisions}
    return {
        "raised": [buyer for buyer, change in last.items() if change > ROUNDING],
        "lowered": [buyer for buyer, change in last.items() if change < -ROUNDING],
        "revisions": revisions,
    }


def _revision(before: Fact, after: Fact) -> dict[str, Any]:
    return {
        "metric": after.metric,
        "period_end": after.period_end.isoformat(),
        "before": rounded(before.central),
        "after": rounded(after.central),
        "change": rounded((after.central - before.central) / abs(before.central)),
        "unit": after.unit,
        "known_on": after.known_on.isoformat(),
        "facts": [before.fact_id, after.fact_id],
    }


def _last(revisions: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The last revision of each series."""
    return list({(r["metric"], r["period_end"]): r for r in revisions}.values())


def _trailing_growth(
    snapshot: Snapshot, ticker: str
) -> tuple[float | None, date | None, tuple[str, ...]]:
    """The last trailing year of revenue over the one before it, its end, and the facts."""
    years = trailing_years(snapshot, ticker, "total_revenue")
    by_end = {window[1]: flow for window, flow in sorted(years.items())}
    ends = sorted(by_end)[-2:]
    if len(ends) < 2 or by_end[ends[0]].amount <= 0:
        return None, None, ()
    before, after = by_end[ends[0]], by_end[ends[1]]
    return after.amount / before.amount - 1, ends[1], (*before.facts, *after.facts)
