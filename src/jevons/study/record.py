"""The record: claims made by the day, what became of them, and how likely the chain held them."""

from collections.abc import Mapping
from datetime import timedelta
from functools import cached_property
from typing import Any

import numpy as np

from jevons.claims import Claim, Resolution, claims, document, probability, resolve, scoreboard
from jevons.facts.snapshot import Snapshot
from jevons.facts.variables import variable
from jevons.model.clock import QUARTERS, fiscal_quarter_of, quarter_of
from jevons.study.run import Run

MOST_DRAWS = 100_000  # that a probability is counted from; its error is then 0.2 % at most


class Record:
    """The ledger of claims on one day, held against the facts and the chain."""

    def __init__(self, snapshot: Snapshot, run: Run) -> None:
        self.snapshot, self.run = snapshot, run

    @cached_property
    def resolutions(self) -> list[tuple[Claim, Resolution]]:
        """Claims made by the day with their resolutions."""
        return [(claim, resolve(claim, self.snapshot)) for claim in claims(self.snapshot)]

    @property
    def facts(self) -> list[str]:
        """Facts that decided claims."""
        return [fact_id for _, found in self.resolutions for fact_id in found.facts]

    def claims(self) -> list[dict[str, Any]]:
        """Every claim as reports show it."""
        return [
            document(claim, found, self._probability(claim)) for claim, found in self.resolutions
        ]

    def decided(self) -> list[dict[str, Any]]:
        """Every claim as reports show it, without the chain's probability, which takes a run."""
        return [document(claim, found, None) for claim, found in self.resolutions]

    def scoreboard(self) -> list[dict[str, Any]]:
        """Sources by how many of their decided claims came true."""
        return scoreboard(self.resolutions)

    def _probability(self, claim: Claim) -> float | None:
        """The chain's probability of a claim about a period that it forecasts, else nothing.

        A claim about a figure that companies report is judged by the draws of their reports.

        A period counts where its last quarter is later than the last one observed: what the chain
        holds of earlier ones is history.
        """
        if not claim.quantity:
            return None
        positions = quarters_of(claim)
        anchor = QUARTERS.index(self.run.experiment.anchor)
        if not positions or positions[-1] <= anchor:
            return None
        names = claim.quantity.split("+")
        path = np.stack([self._paths[name][:, positions] for name in names]).sum(0)
        flow = variable(names[0].partition(".")[0]).unit.endswith("/quarter")
        return probability(claim, path.sum(1) if flow else path[:, -1])

    @cached_property
    def _paths(self) -> Mapping[str, np.ndarray]:
        return self.run.reported(quantities(self.snapshot), min(self.run.draws, MOST_DRAWS))


def quantities(snapshot: Snapshot) -> list[str]:
    """Names of the series that the claims made by the day are about."""
    of_claims = (name for claim in claims(snapshot) for name in claim.quantity.split("+"))
    return sorted({name for name in of_claims if name})


def quarters_of(claim: Claim) -> list[int]:
    """Positions on the clock of the quarters in a claim's period; a stock has its last one.

    A fiscal quarter is the calendar quarter that holds its middle.
    """
    if claim.period_start is None:
        last = quarter_of(claim.period_end)
        return [QUARTERS.index(last)] if last in QUARTERS else []
    count = round((claim.period_end - claim.period_start).days / 91.3)
    length = (claim.period_end - claim.period_start + timedelta(days=1)) / max(count, 1)
    starts = [claim.period_start + number * length for number in range(count)]
    names = [fiscal_quarter_of(start, start + length) for start in starts]
    if any(name not in QUARTERS for name in names):
        return []
    return [QUARTERS.index(name) for name in names]
