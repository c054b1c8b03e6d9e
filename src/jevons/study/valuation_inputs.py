"""The uncertain inputs of the valuation: as declared, as scenarios move them, and their draws."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TypeVar

import numpy as np

from jevons.model.priors import Z_90, Input, standard_normals
from jevons.valuation import Company, Described, companies, input_names, settle

Points = TypeVar("Points", float, np.ndarray)


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


def standard_points(declared: Input, moved: Input, points: Points) -> Points:
    """Points of a moved input in standard deviations of the declared one, from its own."""
    scale = declared.prior.scale
    return (moved.location - declared.location) / scale + moved.prior.scale / scale * points


@dataclass(frozen=True, slots=True)
class ValuationInputs:
    """Inputs of the valuation by stream name.

    Attributes:
        declared: see :func:`declared_inputs`. settled: the same, moved by scenarios.
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
