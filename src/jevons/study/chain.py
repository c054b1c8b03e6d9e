"""Figures of the chain: every quantity summarised, the limits that bind, index, shock, power."""

import os
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import Any

import numpy as np

from jevons.facts.variables import variable, variables
from jevons.model import rebound
from jevons.model.clock import QUARTERS
from jevons.model.demand import WORKLOADS
from jevons.model.power import OPTIONS
from jevons.model.simulate import LEADING_AXES, Experiment, Progress, input_draws, simulate
from jevons.model.supply import LIMITS
from jevons.quantiles import path, rounded, summarise

POWER_YEARS = range(2025, 2031)
THESIS_SHORTFALL = 40.0  # GW short in the US by 2028: the claim under test
THESIS_YEAR = 2028
RESPONSES = ("compute_wanted", "tokens", "token_price", "ai_capex", "new_power_demand", "fleet")
SHOCK = 10.0  # the note's question: a token costs a tenth
SERIES_BYTES = 4 * len(QUARTERS)  # float32, a draw
MEMORY = 2**30  # bytes of simulated paths held at once; more draws take more passes


def outputs() -> tuple[str, ...]:
    """Names of the chain's paths: the outputs with a quarter in the table of variables."""
    return tuple(
        entry.name
        for entry in variables().values()
        if entry.kind == "output" and "quarter" in entry.dimensions
    )


class ChainFigures:
    """Summaries of one experiment over its draws, each computed when first asked for."""

    def __init__(
        self, experiment: Experiment, draws: int, progress: Progress | None = None
    ) -> None:
        self.experiment, self.draws, self.progress = experiment, draws, progress
        self.anchor = QUARTERS.index(experiment.anchor)  # the last historical quarter

    def passes(self) -> Iterator[dict[str, np.ndarray]]:
        """All simulated paths, a few names at a time, so that memory stays bounded."""
        lengths = {
            name: len(LEADING_AXES[name][1]) if name in LEADING_AXES else 1 for name in outputs()
        }
        room = max(MEMORY // (SERIES_BYTES * self.draws), *lengths.values())
        group: list[str] = []
        taken = 0
        for name, length in lengths.items():
            if group and taken + length > room:
                yield simulate(self.experiment, self.draws, group, self.progress)
                group, taken = [], 0
            group.append(name)
            taken += length
        yield simulate(self.experiment, self.draws, group, self.progress)

    @cached_property
    def _all(self) -> dict[str, Any]:
        """Summaries of the chain: ``quantities``, ``binding``, ``power`` and two probabilities."""
        quantities: dict[str, Any] = {}
        result: dict[str, Any] = {"quantities": quantities}
        for paths in self.passes():
            if "binding" in paths:
                result["binding"] = self._binding(paths.pop("binding"))
            with ThreadPoolExecutor(os.cpu_count() or 1) as pool:  # sorting lets others run
                for found in pool.map(summaries, paths, paths.values()):
                    quantities.update(found)
            if "buyers_capex" in paths:
                result["build"] = self._more_is_spent(paths["buyers_capex"])
            if "gross_shortfall" in paths:
                end = paths["gross_shortfall"][:, QUARTERS.index(f"{THESIS_YEAR}Q4")]
                result["power"] = rounded(np.mean(end > THESIS_SHORTFALL))
        quantities["data_center_revenue"] = quantities["ai_revenue.NVDA"]
        result["quantities"] = dict(sorted(quantities.items()))
        return result

    def _binding(self, limit: np.ndarray) -> dict[str, Any]:
        ahead = slice(self.anchor + 1, None)
        shares = {
            name: rounded(np.mean(limit[:, ahead] == number, axis=0))
            for number, name in enumerate(LIMITS)
        }
        return {"quarter": list(QUARTERS[ahead]), "share": shares}

    def _more_is_spent(self, capex: np.ndarray) -> float | None:
        year, now = 4, self.anchor + 1
        if now < year or now + year > len(QUARTERS):
            return None
        more = capex[:, now : now + year].sum(1) > capex[:, now - year : now].sum(1)
        return float(rounded(np.mean(more)))

    @property
    def quantities(self) -> dict[str, Any]:
        """Every quantity as a path; members of a leading axis under ``name.member``."""
        found: dict[str, Any] = self._all["quantities"]
        return found

    @property
    def binding(self) -> dict[str, Any]:
        """Share of draws in which each limit is the smallest, by forecast quarter."""
        found: dict[str, Any] = self._all["binding"]
        return found

    @property
    def p_more_is_spent(self) -> float | None:
        """P(five buyers' capex of the next four quarters exceeds that of the last four)."""
        chance: float | None = self._all["build"]
        return chance

    @property
    def p_thesis_shortfall(self) -> float:
        """P(gross shortfall above :data:`THESIS_SHORTFALL` at the end of :data:`THESIS_YEAR`)."""
        chance: float = self._all["power"]
        return chance

    @cached_property
    def horizons(self) -> dict[str, dict[str, Any]]:
        """The Jevons index by horizon, in all and by workload."""
        found = {}
        for horizon, draws in rebound.jevons_index(self.experiment, self.draws).items():
            workloads = dict(zip(WORKLOADS, draws["by_workload"], strict=True))
            found[horizon] = index_of_draws(draws["total"]) | {
                "by_workload": {name: index_of_draws(each) for name, each in workloads.items()}
            }
        return found

    def shock(
        self, *, at: str | None = None, efficiency: float = 1.0, **factors: float
    ) -> dict[str, Any]:
        """Responses to sudden changes, as ratios to the same draw without them.

        Args:
            at: quarter of the shock, by default the first one that the run decides.
            efficiency: factor in tokens per unit of compute. factors: other shocks by name of a
                :class:`~jevons.model.shocks.Shocks` field.

        Raises:
            UserError: a factor is not positive, or the quarter lies in the run's history.
        """
        quarter = self.experiment.first_forecast if at is None else at
        given = {"efficiency": efficiency} | factors
        other = self.experiment.shocked(given, quarter)
        first = max(QUARTERS.index(quarter) - 1, 0)
        responses = {}
        for names in self._response_passes():
            base = simulate(self.experiment, self.draws, names)
            moved = simulate(other, self.draws, names)
            for name in names:
                before, after = base[name][:, first:], moved[name][:, first:]
                # Where nothing was wanted before or after, nothing changed.
                ratio = np.divide(after, before, out=np.ones_like(after), where=before > 0)
                responses[name] = path(ratio, "1", QUARTERS[first:])
        return given | {"at": quarter, "responses": responses}

    def _response_passes(self) -> list[tuple[str, ...]]:
        size = max(MEMORY // (2 * SERIES_BYTES * self.draws), 1)
        return [RESPONSES[i : i + size] for i in range(0, len(RESPONSES), size)]

    def power(self) -> dict[str, Any]:
        """Gigawatts in the US at each year's end: demand, supply, options, shortfall, as paths."""

        def by_year(name: str) -> dict[str, Any]:
            return year_ends(self.quantities[name])

        factor = summarise(input_draws(self.experiment, "realisation_factor", self.draws), "1")
        return {
            "demand_gw": by_year("new_power_demand"),
            "under_construction_gw": by_year("power_under_construction"),
            "grid_gw": by_year("power_grid_access"),
            "gross_shortfall_gw": by_year("gross_shortfall"),
            "options_gw": {name: by_year(f"power_options.{name}") for name in OPTIONS},
            "net_shortfall_gw": by_year("net_shortfall"),
            "realisation_factor": factor,
        }


def power_rows(power: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The paths of :meth:`ChainFigures.power` as one record a year."""

    def at_year(value: Any, position: int) -> Any:
        if "year" in value:
            return {
                name: part[position] if isinstance(part, list) else part
                for name, part in value.items()
                if name != "year"
            }
        return value if "p50" in value else {k: at_year(v, position) for k, v in value.items()}

    return [
        {"year": year} | {name: at_year(value, position) for name, value in power.items()}
        for position, year in enumerate(POWER_YEARS)
    ]


def year_ends(quantity: Mapping[str, Any]) -> dict[str, Any]:
    """A quarterly path at the ends of :data:`POWER_YEARS`, with ``year`` for ``quarter``."""
    ends = [QUARTERS.index(f"{year}Q4") for year in POWER_YEARS]
    levels = {
        name: [value[end] for end in ends] if isinstance(value, list) else value
        for name, value in quantity.items()
        if name != "quarter"
    }
    return levels | {"year": list(POWER_YEARS)}


def summaries(name: str, values: np.ndarray) -> dict[str, Any]:
    """Paths of a quantity by name, ``name.member`` for each member of a leading axis."""
    unit = variable(name).unit
    if name not in LEADING_AXES:
        return {name: path(values, unit, QUARTERS)}
    members = LEADING_AXES[name][1]
    return {
        f"{name}.{member}": path(values[:, number], unit, QUARTERS)
        for number, member in enumerate(members)
    }


def members(quantities: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Paths of each member of a leading axis, by member."""
    prefix = f"{name}."
    return {
        key.removeprefix(prefix): value
        for key, value in quantities.items()
        if key.startswith(prefix)
    }


def index_of_draws(draws: np.ndarray) -> dict[str, Any]:
    """The index and the share of draws above zero."""
    return {
        "jevons_index": summarise(draws, "1"),
        "p_positive": rounded(np.mean(draws > 0)),
    }
