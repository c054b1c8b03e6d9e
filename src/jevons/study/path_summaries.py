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
    Progress,
    each_part,
    series,
    simulate,
)
from jevons.model.supply import LIMITS
from jevons.quantiles import LEVELS, path, rounded
from jevons.study.reports import OUTPUTS, REPORTED, SECOND_NAMES, TOTAL, Reports, spread

KEPT = 2**16  # draws whose paths fit in memory: a series of them takes 8 MB
THESIS_SHORTFALL = 40.0  # GW short in the US by 2028: the claim under test
THESIS_YEAR = 2028
BINDING, SHORTFALL = "binding", "gross_shortfall"
REPORT = ", reported"  # after the name of a series: its draws to come are those of reports


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
        quantities: each series as a path, by name; of what companies report, the quantiles of
            their reports. binding: share of draws in which each limit is the smallest, by forecast
            quarter. p_more_is_spent: P(the five buyers report more capex for the next four quarters
            than for the last four), None where the clock ends before.
        p_thesis_shortfall: P(gross shortfall above :data:`THESIS_SHORTFALL` at the end of
            :data:`THESIS_YEAR`). kept: paths (draw, ..., quarter) that were to be kept, by name;
            reported: those of :data:`~jevons.study.reports.OUTPUTS` with what was reported up to
            the anchor and then the draws of reports; none where the draws are too many.
    """

    quantities: dict[str, Any]
    binding: dict[str, Any]
    p_more_is_spent: float | None
    p_thesis_shortfall: float
    kept: Mapping[str, np.ndarray]
    reported: Mapping[str, np.ndarray]


def summarise_paths(
    reports: Reports,
    draws: int,
    progress: Progress | None = None,
    keep: Sequence[str] = (),
) -> PathSummaries:
    """Run the chain once and summarise every path; ``keep`` names those to hand on whole."""
    tally = _Tally(QUARTERS.index(reports.experiment.anchor))
    kept: dict[str, np.ndarray] = {}
    reported: dict[str, np.ndarray] = {}
    if draws <= KEPT:
        paths = simulate(reports.experiment, draws, outputs(), progress)
        rows = {name: np.moveaxis(path, 0, -1) for name, path in paths.items()}
        with_reports = reports.around(rows)
        quantities = _sorted(rows, with_reports)
        reports.put_past(with_reports)
        tally.add(with_reports)
        kept = {name: paths[name] for name in keep}
        reported = {name: np.moveaxis(with_reports[name], -1, 0) for name in OUTPUTS}
    else:
        quantities = _counted(reports, draws, tally, progress)
    quantities |= {second: quantities[name] for second, name in SECOND_NAMES.items()}
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
        reported,
    )


class _Tally:
    """Counts of draws over blocks: which limit binds, whether more is spent, the thesis."""

    def __init__(self, anchor: int) -> None:
        self.anchor = anchor
        self.binding = np.zeros((len(LIMITS), len(QUARTERS) - anchor - 1), np.int64)
        self.more = self.short = 0
        self.years_known = anchor >= 3 and anchor + 4 < len(QUARTERS)

    def add(self, paths: Mapping[str, np.ndarray]) -> None:
        """Count one block's paths, each (quarter, draw), capex as reported, to come and past."""
        now = self.anchor + 1
        limit, capex = paths[BINDING][now:], paths[TOTAL]
        self.binding += np.stack([(limit == at).sum(1) for at in range(len(LIMITS))])
        if self.years_known:
            self.more += int(np.sum(capex[now : now + 4].sum(0) > capex[now - 4 : now].sum(0)))
        end = paths[SHORTFALL][QUARTERS.index(f"{THESIS_YEAR}Q4")]
        self.short += int(np.sum(end > THESIS_SHORTFALL))


def _rows(
    paths: Mapping[str, np.ndarray], with_reports: Mapping[str, np.ndarray]
) -> dict[str, np.ndarray]:
    """Every series by name, (quarter, draw), and beside them those that hold reports."""
    own = {name: _row(paths, name) for name in series_names() if name != BINDING}
    return own | {name + REPORT: _row(with_reports, name) for name in (*REPORTED, TOTAL)}


def _row(paths: Mapping[str, np.ndarray], name: str) -> np.ndarray:
    output, place = series(name)
    return paths[output] if place is None else paths[output][place]


def _joined(found: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    """Summaries of :func:`_rows` as quantities, what is reported as reports have it."""
    return {
        name: spread(own, found[name + REPORT]) if name + REPORT in found else own
        for name, own in found.items()
        if not name.endswith(REPORT)
    }


def _sorted(
    paths: Mapping[str, np.ndarray], with_reports: Mapping[str, np.ndarray]
) -> dict[str, Any]:
    """Summaries of every series of the paths, each (..., quarter, draw)."""
    rows = _rows(paths, with_reports)
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:  # sorting lets others run
        found = pool.map(summary, rows, (row.T for row in rows.values()))
        return _joined(dict(zip(rows, found, strict=True)))


def _counted(
    reports: Reports, draws: int, tally: _Tally, progress: Progress | None
) -> dict[str, Any]:
    from jevons.model.histograms import Histograms  # brings a compiler that few runs need

    histograms: Histograms | None = None
    turn = Lock()
    waiting: dict[int, list[Mapping[str, np.ndarray]]] = {}  # parts by block, until all are there

    def take(start: int, paths: Mapping[str, np.ndarray]) -> None:
        nonlocal histograms
        with_reports = reports.around(paths, start)
        counted = _rows(paths, with_reports)
        if histograms is None:  # the first part comes alone
            histograms = Histograms(counted, -(-draws // BLOCK))
        block, end = start // BLOCK, start + len(paths[BINDING].T)
        parts = waiting.setdefault(block, [])
        parts.append(counted)
        if end == min(draws, (block + 1) * BLOCK):
            histograms.add(block, waiting.pop(block))
        total = {TOTAL: with_reports[TOTAL].copy()}  # its history is counted above
        reports.put_past(total)
        with turn:
            tally.add({**with_reports, **total})

    each_part(reports.experiment, draws, take, outputs(), progress)
    assert histograms is not None  # block 0 always comes
    quantiles, means = histograms.quantiles(list(LEVELS.values())), histograms.means()
    return _joined(
        {
            name: {"unit": _unit(name)}
            | {level: rounded(row) for level, row in zip(LEVELS, quantiles[name], strict=True)}
            | {"mean": rounded(means[name]), "quarter": list(QUARTERS)}
            for name in quantiles
        }
    )


def summary(name: str, values: np.ndarray) -> dict[str, Any]:
    """A series (draw, quarter) of :func:`series_names` as a path."""
    return path(values, _unit(name), QUARTERS)


def _unit(name: str) -> str:
    return variable(name.removesuffix(REPORT).partition(".")[0]).unit
