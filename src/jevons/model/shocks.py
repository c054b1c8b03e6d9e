"""Sudden changes from a quarter on, as logs of factors; all zero by default."""

import math
from collections.abc import Mapping
from typing import NamedTuple

import jax
import numpy as np

from jevons.errors import UserError, did_you_mean
from jevons.model.clock import QUARTERS, index_of
from jevons.model.device import on_device


class Shocks(NamedTuple):
    """Logs of factors by quarter, (quarter,).

    ``efficiency``: tokens served per unit of compute. ``demand``: tokens wanted at an unchanged
    price. ``tokens_per_answer``: tokens of reasoning and agents. ``chips``: capacity to make
    accelerators. ``power``: US gigawatts that arrive, all sources. ``capital``: money that can be
    spent.
    """

    efficiency: jax.Array
    demand: jax.Array
    tokens_per_answer: jax.Array
    chips: jax.Array
    power: jax.Array
    capital: jax.Array

    @staticmethod
    def none() -> "Shocks":
        """No shock at all."""
        zero = on_device(np.zeros(len(QUARTERS)))
        return Shocks(*(zero for _ in Shocks._fields))

    def joined(self, other: "Shocks") -> "Shocks":
        """Both together: factors multiply."""
        return Shocks(*(on_device(np.add(a, b)) for a, b in zip(self, other, strict=True)))


def shocks_of(factors: Mapping[str, float], at: str, first: str) -> Shocks:
    """Shocks that set in with quarter ``at`` and stay.

    Args:
        factors: by name of a :class:`Shocks` field, each above 0; 1 is none. at: e.g. "2026Q1".
        first: the first quarter that the run decides; earlier ones are history.

    Raises:
        UserError: an unknown name, a factor that is not above 0, a quarter before ``first`` or
            beyond the clock.
    """
    onset = np.arange(len(QUARTERS)) >= index_of(at)
    if at < first:
        raise UserError(
            f"a shock at {at} lies in what was already observed: this run decides from "
            f"{first} on; choose that or later, or an earlier --as-of"
        )
    given = {}
    for name, factor in factors.items():
        if name not in Shocks._fields:
            raise UserError(f"unknown shock {name!r}{did_you_mean(name, Shocks._fields)}")
        if not 0 < factor < math.inf:
            raise UserError(f"{name} {factor:g} must be a factor above 0; 10 means ten times more")
        given[name] = on_device(np.where(onset, math.log(factor), 0.0))
    return Shocks.none()._replace(**given)
