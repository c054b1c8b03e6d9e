"""All paths of an experiment summarised in one run of the chain, in bounded memory.

Up to :data:`KEPT` draws are kept and sorted. Above, blocks are counted into histograms as they
come: quantiles to one part in 1,024, in memory that does not grow with the draws.
"""

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Lock
from typing import Any

import numpy as np

from jevons.facts.variables import variable, variables
from jevons.model.clock import QUARTERS
from jevons.model.priors import BLOCK
from jevons.model.simulate import (
    LEADING_AXES,
    Experiment,
    Progress,
    each_part,
    series,
    simulate,
)
from jevons.model.supply import LIMITS
from jevons.quantiles import LEVELS, path, rounded

KEPT = 2**16  # draws whose paths fit in memory: a series of them takes 8 MB
THESIS_SHORTFALL = 40.0  # GW short in the US by 2028: the claim under test
THESIS_YEAR = 2028
BINDING, CAPEX, SHORTFALL = "binding", "buyers_capex", "gross_shortfall"


# Paths that only other commands read, and whose members would lengthen every summary: spending by
# sector is told by year, with its accounts, by jevons chain, the limits in their units by supply.
UNSUMMARISED = frozenset({"spending_pools", "limits"})


def outputs() -> tuple[str, ...]:
    """Names of the chain's paths: the outputs with a quarter in the table of variables."""
    return tuple(
        entry.name
        for entry in variables().values()
        if entry.kind == "output"
        and "quarter" in entry.dimensions
        and entry.name not in UNSUMMARISED
    )


def series_names() -> list[str]:
    """Every path over quarters: the outputs, each member of a leading axis as ``name.member``."""
    names: list[str] = []
    for name in outputs():
        members = LEADING_AXES[name][1] if name in LEADING_AXES else ()
        names += [f"{name}.{member}" for member in members] or [name]
    return names


@dataclass(frozen=True, slots=True)
class PathSummaries:
    """What one run of the chain gave.

    Attributes:
        quantities: each series as a path, by name. binding: share of draws in which each limit is
            the smallest, by forecast quarter. p_more_is_spent: P(the five buyers' capex of the
            next four quarters exceeds that of the last four), None where the clock ends before.
        p_thesis_shortfall: P(gross shortfall above :data:`THESIS_SHORTFALL` at the end of
            :data:`THESIS_YEAR`). kept: paths (draw, ..., quarter) that were to be kept, by name,
            none where the draws are too many.
    """

    quantities: dict[str, Any]
    binding: dict[str, Any]
    p_more_is_spent: float | None
    p_thesis_shortfall: float
    kept: Mapping[str, np.ndarray]


def summarise_paths(
    experiment: Experiment,
    draws: int,
    progress: Progress | None = None,
    keep: Sequence[str] = (),
) -> PathSummaries:
    """Run the chain once and summarise every path; ``keep`` names those to hand on whole."""
    tally = _Tally(QUARTERS.index(experiment.anchor))
    kept: dict[str, np.ndarray] = {}
    if draws <= KEPT:
        paths = simulate(experiment, draws, outputs(), progress)
        quantities = _sorted(paths, tally)
        kept = {name: paths[name] for name in keep}
    else:
        quantities = _counted(experiment, draws, tally, progress)
    quantities["data_center_revenue"] = quantities["ai_revenue.NVDA"]
    ahead = list(QUARTERS[tally.anchor + 1 :])
    shares = {
        name: rounded(count / draws) for name, count in zip(LIMITS, tally.binding, strict=True)
    }
    return PathSummaries(
        dict(sorted(quantities.items())),
        {"quarter": ahead, "share": shares},
        rounded(tally.more / draws) if tally.years_known else None,
        rounded(tally.short / draws),
        kept,
    )


class _Tally:
    """Counts of draws over blocks: which limit binds, whether more is spent, the thesis."""

    def __init__(self, anchor: int) -> None:
        self.anchor = anchor
        self.binding = np.zeros((len(LIMITS), len(QUARTERS) - anchor - 1), np.int64)
        self.more = self.short = 0
        self.years_known = anchor >= 3 and anchor + 4 < len(QUARTERS)

    def add(self, paths: Mapping[str, np.ndarray]) -> None:
        """Count one block's paths, each (quarter, draw)."""
        now = self.anchor + 1
        limit, capex = paths[BINDING][now:], paths[CAPEX]
        self.binding += np.stack([(limit == at).sum(1) for at in range(len(LIMITS))])
        if self.years_known:
            self.more += int(np.sum(capex[now : now + 4].sum(0) > capex[now - 4 : now].sum(0)))
        end = paths[SHORTFALL][QUARTERS.index(f"{THESIS_YEAR}Q4")]
        self.short += int(np.sum(end > THESIS_SHORTFALL))


def _sorted(paths: Mapping[str, np.ndarray], tally: _Tally) -> dict[str, Any]:
    """Summaries of every series of the paths, each (draw, ..., quarter)."""
    tally.add({name: paths[name].T for name in (BINDING, CAPEX, SHORTFALL)})
    places = {name: series(name) for name in series_names() if name != BINDING}
    each = [paths[of] if at is None else paths[of][:, at] for of, at in places.values()]
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:  # sorting lets others run
        return dict(zip(places, pool.map(summary, places, each), strict=True))


def _counted(
    experiment: Experiment, draws: int, tally: _Tally, progress: Progress | None
) -> dict[str, Any]:
    from jevons.model.histograms import Histograms  # brings a compiler that few runs need

    names = series_names()
    histograms: Histograms | None = None
    turn = Lock()
    waiting: dict[int, list[Mapping[str, np.ndarray]]] = {}  # parts by block, until all are there

    def take(start: int, paths: Mapping[str, np.ndarray]) -> None:
        nonlocal histograms
        counted = {name: each for name, each in paths.items() if name != BINDING}
        if histograms is None:  # the first part comes alone
            histograms = Histograms(counted, -(-draws // BLOCK))
        block, end = start // BLOCK, start + len(paths[BINDING].T)
        parts = waiting.setdefault(block, [])
        parts.append(counted)
        if end == min(draws, (block + 1) * BLOCK):
            histograms.add(block, waiting.pop(block))
        with turn:
            tally.add(paths)

    each_part(experiment, draws, take, names, progress)
    assert histograms is not None  # block 0 always comes
    quantiles, means = histograms.quantiles(list(LEVELS.values())), histograms.means()
    return {
        name: {"unit": variable(series(name)[0]).unit}
        | {level: rounded(row) for level, row in zip(LEVELS, quantiles[name], strict=True)}
        | {"mean": rounded(means[name]), "quarter": list(QUARTERS)}
        for name in quantiles
    }


def summary(name: str, values: np.ndarray) -> dict[str, Any]:
    """A series (draw, quarter) of :func:`series_names` as a path."""
    return path(values, variable(series(name)[0]).unit, QUARTERS)
