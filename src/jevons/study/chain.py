"""Figures of the chain: every quantity summarised, the index, shocks, power."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import numpy as np

from jevons.model import rebound
from jevons.model.clock import QUARTERS
from jevons.model.demand import WORKLOADS
from jevons.model.power import OPTIONS
from jevons.model.simulate import simulate
from jevons.quantiles import path, rounded, summarise
from jevons.study.path_summaries import PathSummaries
from jevons.study.run import Run

POWER_YEARS = range(2025, 2031)
RESPONSES = ("compute_wanted", "tokens", "token_price", "ai_capex", "new_power_demand", "fleet")
REALISED = "realisation_factor"
SHOCK = 10.0  # the note's question: a token costs a tenth
SERIES_BYTES = 4 * len(QUARTERS)  # float32, a draw
MEMORY = 2**29  # bytes of responses held at once; more draws take more passes


class ChainFigures:
    """Summaries of one experiment over its draws, each computed when first asked for."""

    def __init__(self, run: Run) -> None:
        self.run, self.experiment, self.draws = run, run.experiment, run.draws

    @property
    def paths(self) -> PathSummaries:
        """Every path summarised, and what is counted over draws beside it."""
        return self.run.summaries

    @property
    def quantities(self) -> dict[str, Any]:
        """Every quantity as a path; members of a leading axis under ``name.member``."""
        return self.paths.quantities

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
            base = self.run.paths(names)
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
        """Gigawatts in the US at each year's end: demand, supply, options, shortfall, as paths.

        ``us_share_of_builds``: of what is built in the year's last quarter.
        """

        def by_year(name: str) -> dict[str, Any]:
            return year_ends(self.quantities[name])

        factor = summarise(self.run.inputs([REALISED])[REALISED], "1")
        return {
            "demand_gw": by_year("new_power_demand"),
            "under_construction_gw": by_year("power_under_construction"),
            "grid_gw": by_year("power_grid_access"),
            "gross_shortfall_gw": by_year("gross_shortfall"),
            "options_gw": {name: by_year(f"power_options.{name}") for name in OPTIONS},
            "net_shortfall_gw": by_year("net_shortfall"),
            "realisation_factor": factor,
            "us_share_of_builds": by_year("us_share_of_builds"),
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
