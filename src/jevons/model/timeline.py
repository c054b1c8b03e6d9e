"""Times of the quarters of a run, as arrays, from the origins that the links count from."""

from dataclasses import dataclass

import jax
import jax.numpy as jnp

from jevons.model.clock import FIRST_YEAR, QUARTER_YEARS, QUARTERS


@dataclass(frozen=True, slots=True)
class Timeline:
    """Years of each quarter's middle, (quarter, 1), from three origins."""

    since_anchor: jax.Array
    since_2025: jax.Array
    year_end: jax.Array

    @property
    def anchor_since_2025(self) -> jax.Array:
        """Years from 2025Q1 to the anchor quarter, scalar."""
        return self.since_2025[0, 0] - self.since_anchor[0, 0]

    @staticmethod
    def of(anchor: jax.Array) -> "Timeline":
        """The timeline for an anchor quarter's index."""
        steps = jnp.arange(len(QUARTERS), dtype=jnp.float32)[:, None]
        origin = QUARTERS.index("2025Q1")
        return Timeline(
            since_anchor=(steps - anchor) * QUARTER_YEARS,
            since_2025=(steps - origin) * QUARTER_YEARS,
            year_end=FIRST_YEAR + (steps + 1) * QUARTER_YEARS,
        )
