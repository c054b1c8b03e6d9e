"""Inputs of the valuation: as declared, as facts and scenarios move them, and their draws."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from jevons.facts import Snapshot
from jevons.model.priors import Z_90, Input, standard_normals
from jevons.valuation import Company, Described, companies, input_names, settle
from jevons.valuation.priors import standard_points

RISK_FREE = "risk_free_rate"
OLDEST_YIELD = 120  # days; an older one says no more than the declared range


@cache
def valuation_inputs() -> Mapping[str, Input]:
    """Inputs of the valuation by stream name, every company's, as declared."""
    return {
        name: entry for company in companies().values() for name, entry in settle(company).items()
    }


def declared_inputs(described: Sequence[Described]) -> Mapping[str, Input]:
    """:func:`valuation_inputs` with those of described companies."""
    own = (settle(each.company) for each in described)
    return {**valuation_inputs(), **{n: entry for inputs in own for n, entry in inputs.items()}}


def settled_inputs(declared: Mapping[str, Input], snapshot: Snapshot) -> dict[str, Input]:
    """The risk-free rate centred on the last ten-year yield, where one is known and recent.

    The range around it stays as declared: the yield moves by about a percentage point in a year.
    """
    found = dict(declared)
    known = snapshot.latest("US", "treasury_yield_10y")
    if known and known.central > 0 and (snapshot.as_of - known.period_end).days <= OLDEST_YIELD:
        prior = found[RISK_FREE].prior
        found[RISK_FREE] = Input(prior, prior.forward(known.central), (known.fact_id,))
    return found


@dataclass(frozen=True, slots=True)
class ValuationInputs:
    """Inputs of the valuation by stream name.

    Attributes:
        declared: see :func:`declared_inputs`. settled: the same, moved by facts and by
            scenarios.
    """

    declared: Mapping[str, Input]
    settled: Mapping[str, Input]

    def normals(self, seed: int, draws: int) -> Mapping[str, np.ndarray]:
        """Draws of every input on the scale on which its declared prior is standard.

        An input whose centre or range was moved has its draws moved in the same way: the prior as
        declared then turns them into the input as moved.
        """
        drawn = standard_normals(seed, sorted(self.settled), draws)
        return {
            name: drawn[name]
            if entry == self.declared[name]
            else standard_points(self.declared[name], entry, drawn[name])
            for name, entry in self.settled.items()
        }

    def centre(self, company: Company) -> dict[str, np.ndarray]:
        """One draw of one company's inputs, each at its median, on the scale of :meth:`normals`."""
        return {
            name: np.full(1, standard_points(self.declared[name], self.settled[name], 0.0))
            for name in input_names(company)
        }

    def ends(self, company: Company) -> dict[str, tuple[float, float]]:
        """10 % and 90 % points of one company's moved inputs, on the scale of :meth:`normals`."""
        return {
            name: (
                standard_points(self.declared[name], self.settled[name], -Z_90),
                standard_points(self.declared[name], self.settled[name], Z_90),
            )
            for name in input_names(company)
            if self.settled[name] != self.declared[name]
        }
