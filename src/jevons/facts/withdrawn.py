"""Rows that were entered wrongly: they stay in their tables as typed, and no run reads them.

A publisher's correction is a new vintage. A mistake of ours, a wrong publisher say, was never
public, so no day should see it: the right row is added under a name of its own, and
``withdrawn.csv`` names both and says why.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """Why a row is no longer read, since when, and the row that says it right."""

    withdrawn_on: date
    replaced_by: str
    reason: str


@cache
def withdrawals() -> Mapping[str, Withdrawal]:
    """Withdrawn rows of the bundled tables by fact_id.

    >>> withdrawals()["DCP-0028"].replaced_by
    'DCP-0114'
    """
    text = files("jevons.facts").joinpath("withdrawn.csv").read_text(encoding="utf-8")
    return {
        row["fact_id"]: Withdrawal(
            date.fromisoformat(row["withdrawn_on"]), row["replaced_by"], row["reason"]
        )
        for row in csv.DictReader(text.splitlines())
    }
