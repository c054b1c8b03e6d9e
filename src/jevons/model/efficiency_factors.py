"""The efficiency factors of the roofline: few, physical, each with a range and a source.

``efficiency_factors.csv`` declares them. A factor may have several vintages; a run sees the last
one known by its date. The first come from measured kernels, later ones from fits to serving
figures known by their day (:mod:`jevons.model.factor_fit`). A row with a ``level`` holds for one
generation of chips or one engine only; without a row of its own a level has the common median,
whose range then spans the levels.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files

import jax.numpy as jnp
import numpy as np

from jevons.errors import UserError

Z_95 = 1.6448536269514722  # the standard normal's 95 % point


@dataclass(frozen=True, slots=True)
class Factor:
    """One factor: median, 5 % and 95 % points, hard upper limit, all in ``unit``."""

    name: str
    level: str
    median: float
    low: float
    high: float
    cap: float
    unit: str
    known_on: date
    source_title: str
    source_url: str
    meaning: str

    def transform(self, normal: np.ndarray) -> np.ndarray:
        """Two-piece lognormal draws from standard normals (draw,), cut off at ``cap``.

        A median of 0 leaves the factor out: every draw is 0.
        """
        if self.median == 0:
            return np.zeros_like(normal)
        ends = np.array([self.high / self.median, self.median / self.low], np.float32)
        above, below = np.asarray(jnp.log(ends)) / np.float32(Z_95)
        spread = np.where(normal > 0, above, below)
        return np.minimum(self.median * np.asarray(jnp.exp(spread * normal)), np.float32(self.cap))

    @property
    def source(self) -> str:
        """The source in one line, for reports."""
        return f"{self.name}: {self.source_title} {self.source_url}".strip()


@dataclass(frozen=True, slots=True)
class EfficiencyFactors:
    """The factors of one date, by name; ``levels``: those of a generation or engine apart."""

    table: Mapping[str, Factor]
    levels: Mapping[str, Mapping[str, Factor]]

    def at(self, *levels: str) -> "EfficiencyFactors":
        """The factors of a generation of chips, an engine or both; unknown levels change nothing.

        >>> efficiency_factors().at("Hopper").table["gemm_compute"].level
        'Hopper'
        """
        table = dict(self.table)
        for level in levels:
            table |= self.levels.get(level, {})
        return EfficiencyFactors(table, self.levels)

    def medians(self) -> dict[str, np.ndarray]:
        """Every factor at its median, as arrays (1,)."""
        return {name: np.array([factor.median], np.float32) for name, factor in self.table.items()}

    def from_normals(self, normals: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Draws (draw,) of every factor from standard normals (draw,) by name."""
        return {name: factor.transform(normals[name]) for name, factor in self.table.items()}

    def draw(self, seed: int, draws: int) -> dict[str, np.ndarray]:
        """Draws (draw,) of every factor; one stream a name, so a new factor moves no other."""
        # The declared inputs are centred on this link, so it can only be read when it is called.
        from jevons.model.priors import standard_normals

        return self.from_normals(standard_normals(seed, tuple(self.table), draws))


@cache
def efficiency_factors(as_of: date | None = None) -> EfficiencyFactors:
    """The factors known by ``as_of`` (None: all), the last vintage of each.

    A factor without a vintage known by then takes its earliest: a year before the first kernel
    figures the physics was the same, and no later figure is read.

    Raises:
        UserError: ``as_of`` is before the first accelerator of the catalogue.
    """
    if as_of is not None and as_of < date(2020, 5, 14):
        raise UserError(f"no efficiency factors for {as_of}: the catalogue starts on 2020-05-14")
    text = files("jevons.model").joinpath("efficiency_factors.csv").read_text(encoding="utf-8")
    levels: dict[str, dict[str, Factor]] = {"": {}}
    for row in sorted(csv.DictReader(text.splitlines()), key=lambda row: row["known_on"]):
        known_on = date.fromisoformat(row["known_on"])
        late = as_of is not None and known_on > as_of
        if late and (row["level"] or row["name"] in levels[""]):
            continue
        numbers = {key: float(row[key]) for key in ("median", "low", "high", "cap")}
        words = {
            key: row[key]
            for key in ("name", "level", "unit", "source_title", "source_url", "meaning")
        }
        factor = Factor(known_on=known_on, **numbers, **words)  # type: ignore[arg-type]
        levels.setdefault(factor.level, {})[factor.name] = factor
    return EfficiencyFactors(levels.pop(""), levels)
