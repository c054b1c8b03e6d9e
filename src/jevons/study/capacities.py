"""Packaging and memory in their own units: what is built, what could be, and what is published.

The chain holds every limit as accelerator spend. A quarter's builds say how many wafers and how
much memory a dollar of it takes, and so what the limit is in wafers and in bits. They are made
:data:`AHEAD` quarters before the compute counts as built.
"""

from collections.abc import Sequence
from datetime import date
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jevons.facts.fact import Fact
from jevons.facts.snapshot import Snapshot
from jevons.model.clock import QUARTERS, YEARS
from jevons.model.simulate import Block
from jevons.model.supply import LEAD_TIMES, LIMITS
from jevons.quantiles import rounded, summarise

Floats = NDArray[np.float64]
ENDS = [QUARTERS.index(f"{year}Q4") for year in YEARS]
# Quarters from a wafer packed or memory made to compute that is built: test, boards, racks and
# their installation. Assumption; TrendForce puts as much from HBM wafer to package (CHP-0071).
AHEAD = 2
LATE = (11, 1)  # from here on a capacity stands for that of the year's end
# What is published of a limit's lead time, by the limit's input in the chain.
PUBLISHED_LEADS = {"lead_time_memory": ("HBM from wafer to package", "HBM capacity")}


def packaging(block: Block, wafers: Floats, snapshot: Snapshot) -> list[dict[str, Any]]:
    """CoWoS wafers a month of each year's last quarter: packed for builds, and possible.

    Args:
        block: paths. wafers: thousand a month in the builds of a quarter, (quarter, draw).

    Returns:
        a row a year: ``needed``, ``capacity``, and what is ``stated`` of TSMC's capacity at the
        year's end (median, lowest and highest of the publishers' last words), thousand wafers a
        month; ``ratio``: our median capacity over it.
    """
    needed, possible = made(wafers), made(capacity(block, wafers, "packaging"))
    rows = []
    for year, end in zip(YEARS, ENDS, strict=True):
        facts = [
            fact
            for fact in snapshot.select("TSMC CoWoS", "wafer_capacity")
            if fact.period_start is None
            and date(year, *LATE) <= fact.period_end <= date(year, 12, 31)
        ]
        row = _row(needed[end], possible[end], "1000 wafer/month", facts, 1e-3)
        rows.append({"year": year, **row})
    return rows


def memory(block: Block, petabytes: Floats, snapshot: Snapshot) -> list[dict[str, Any]]:
    """High-bandwidth memory of each year: made for builds, and possible, in PB a year.

    Args:
        block: paths. petabytes: in the builds of a quarter, (quarter, draw).

    Returns:
        a row a year as of :func:`packaging`; ``stated`` is what all makers ship in the year.
    """
    shape = (len(YEARS), 4, petabytes.shape[-1])
    needed = made(petabytes).reshape(shape).sum(1)
    possible = made(capacity(block, petabytes, "memory")).reshape(shape).sum(1)
    rows = []
    for at, year in enumerate(YEARS):
        facts = [
            fact
            for fact in snapshot.select("HBM", "memory_shipments")
            if fact.period_end == date(year, 12, 31)
        ]
        rows.append({"year": year, **_row(needed[at], possible[at], "PB/year", facts, 1.0)})
    return rows


def made(built: Floats) -> Floats:
    """What is made in a quarter for the builds :data:`AHEAD`, as of builds, (quarter, draw).

    Nothing is known of builds after the clock: its last quarter stands for them.

    >>> made(np.array([[1.0], [2.0], [3.0], [4.0]]))[:, 0].tolist()
    [3.0, 4.0, 4.0, 4.0]
    """
    result: Floats = built[np.minimum(np.arange(len(built)) + AHEAD, len(built) - 1)]
    return result


def capacity(block: Block, needed: Floats, limit: str) -> Floats:
    """A limit in its own unit, (quarter, draw): what builds need x limit / spend."""
    allowed = block.paths["limits"][LIMITS.index(limit)]
    result: Floats = needed * allowed / block.paths["accelerator_spend"]
    return result


def lead_times(block: Block, snapshot: Snapshot) -> list[dict[str, Any]]:
    """Years from a shortage to the capacity that answers it, and what is published of them."""
    rows = []
    for name in LEAD_TIMES:
        facts = [
            fact
            for entity in PUBLISHED_LEADS.get(name, ())
            for fact in snapshot.select(entity, "lead_time")
        ]
        rows.append(
            {
                "limit": name.removeprefix("lead_time_"),
                "ours": summarise(block.inputs[name], "year"),
                "stated": [rounded(fact.central / 12) for fact in facts],
                "stated_by": ", ".join(fact.stated_by for fact in facts),
                "facts": [fact.fact_id for fact in facts],
            }
        )
    return rows


def _row(
    needed: Floats, possible: Floats, unit: str, facts: Sequence[Fact], scale: float
) -> dict[str, Any]:
    last = _last_words(facts)
    stated = [fact.central * scale for fact in last]
    middle = rounded(median(stated)) if stated else None
    ours = summarise(possible, unit)
    return {
        "needed": summarise(needed, unit),
        "capacity": ours,
        "stated": middle,
        "stated_low": rounded(min(stated)) if stated else None,
        "stated_high": rounded(max(stated)) if stated else None,
        "stated_by": ", ".join(sorted(fact.stated_by for fact in last)),
        "ratio": rounded(ours["p50"] / middle) if middle else None,
        "facts": [fact.fact_id for fact in last],
    }


def _last_words(facts: Sequence[Fact]) -> list[Fact]:
    """Each publisher's latest figure, leaving out what was published over a year before that."""
    words: dict[str, Fact] = {}
    for fact in sorted(facts, key=lambda fact: (fact.known_on, fact.fact_id)):
        words[fact.stated_by] = fact
    if not words:
        return []
    newest = max(fact.known_on for fact in words.values())
    return [fact for fact in words.values() if (newest - fact.known_on).days <= 365]
