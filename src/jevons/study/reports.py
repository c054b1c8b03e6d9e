"""Reports to come: what companies will report, drawn around the chain's paths.

A report is the chain's path times exp(common walk + own walk + measurement errors), a seller's path
put on its report of the anchor. The walks start at the anchor quarter and go on to the clock's end;
their yearly deviations are those that the calibration found, or before it the declared ones. What
nobody reports is the chain's own path. Up to the anchor a figure that reports decide has what was
reported (:meth:`Reports.put_past`); elsewhere history is the chain's own, to be held against it.
"""

import math
import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, NamedTuple
from zlib import crc32

import numpy as np

from jevons.facts.fact import Fact
from jevons.facts.snapshot import Snapshot
from jevons.model.anchors import BUYERS
from jevons.model.clock import QUARTER_YEARS, QUARTERS
from jevons.model.evidence import common_parts
from jevons.model.observables import from_report
from jevons.model.observations import SALES
from jevons.model.observations import series as observed_series
from jevons.model.posterior import Posterior
from jevons.model.priors import Z_90
from jevons.model.reported import quarterly
from jevons.model.setting import SELLERS
from jevons.model.simulate import PART, Experiment, series
from jevons.quantiles import LEVELS

COMMON = "build_out"  # the walk that moves all reports together


@dataclass(frozen=True, slots=True)
class Reported:
    """Who reports a path, under which metric of the facts, and the series that says how it errs."""

    entity: str
    metric: str
    series: str


# Every path that companies report, by the name of the path.
REPORTED: Mapping[str, Reported] = {
    **{
        f"capex_by_buyer.{buyer}": Reported(buyer, "capex_cash_ppe", f"capex.{buyer}")
        for buyer in BUYERS
    },
    **{
        f"ai_revenue.{seller}": Reported(seller, metric, name)
        for seller, (name, metric) in SALES.items()
    },
}
BY_BUYER, TOTAL = "capex_by_buyer", "buyers_capex"  # the buyers' reports, and their sum
SECOND_NAMES: Mapping[str, str] = {"data_center_revenue": "ai_revenue.NVDA"}
OUTPUTS = (BY_BUYER, "ai_revenue", TOTAL)  # of the chain that hold reported paths


class Wander(NamedTuple):
    """How far reports of one series lie from the chain, in logs.

    Attributes:
        deviation: of its walk after a year, median. width: log deviation of that. error: standard
            deviation of one report's measurement error.
    """

    deviation: float
    width: float
    error: float


@dataclass(frozen=True, slots=True)
class Reports:
    """How the reports of an experiment are drawn.

    Attributes:
        experiment: whose paths they lie around. wander: how, by series. known: what was reported of
            quarters up to the anchor by name of the path, :data:`TOTAL` where all buyers did, by
            position on the clock. parts: by how much the common walk moves a path, 1 if not named.
    """

    experiment: Experiment
    wander: Mapping[str, Wander]
    known: Mapping[str, Mapping[int, float]]
    parts: Mapping[str, float]

    @staticmethod
    def of(snapshot: Snapshot, experiment: Experiment, posterior: Posterior | None) -> "Reports":
        """The reports of an experiment at the posterior, or at the priors if there is none.

        Args:
            snapshot: what was known on the experiment's day.
        """
        found = {}
        for name in (COMMON, *(each.series for each in REPORTED.values())):
            entry = observed_series()[name]
            low, high = entry.discrepancy["p10"], entry.discrepancy["p90"]
            middle = math.sqrt(low * high)
            if posterior is not None:
                low, middle, high = posterior.discrepancy[name]
            found[name] = Wander(middle, math.log(high / low) / (2 * Z_90), entry.measurement)
        known = _known(snapshot, QUARTERS.index(experiment.anchor))
        return Reports(experiment, found, known, common_parts(experiment))

    def around(self, paths: Mapping[str, np.ndarray], first: int = 0) -> dict[str, np.ndarray]:
        """Paths with draws of reports in the quarters after the anchor of what companies report.

        A draw's reports depend on the seed and the number of the draw alone.

        Args:
            paths: by output, USD_bn a quarter, (..., quarter, draw); with :data:`TOTAL` those of
                the buyers, whose sum it is. first: number of the first draw, a multiple of
                :data:`~jevons.model.simulate.PART`.

        Returns:
            the same paths; those of :data:`OUTPUTS` are copies, the chain's own up to the anchor.
        """
        found = {name: path.copy() if name in OUTPUTS else path for name, path in paths.items()}
        places = {name: series(name) for name in REPORTED}
        rows = {
            name: found[output][place]
            for name, (output, place) in places.items()
            if output in found
        }
        now = QUARTERS.index(self.experiment.anchor)
        self._put_on_reports(rows, now)
        draws = next((row.shape[-1] for row in rows.values()), 0)

        def scatter(start: int) -> None:
            part = slice(start, start + PART)
            ahead = {name: row[now + 1 :, part] for name, row in rows.items()}
            self._scatter(ahead, (first + start) // PART)

        if draws <= PART:  # the caller has threads of its own
            scatter(0)
        else:
            with ThreadPoolExecutor(os.cpu_count() or 1) as pool:  # drawing lets others run
                list(pool.map(scatter, range(0, draws, PART)))
        if TOTAL in found:
            found[TOTAL][now + 1 :] = found[BY_BUYER][:, now + 1 :].sum(0)
        return found

    def of_simulated(self, paths: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """:meth:`around` for arrays as ``simulate`` gives them, (draw, ..., quarter)."""
        found = self.around({name: np.moveaxis(path, 0, -1) for name, path in paths.items()})
        return {name: np.moveaxis(path, -1, 0) for name, path in found.items()}

    def put_past(self, paths: Mapping[str, np.ndarray]) -> None:
        """Put what was reported into quarters up to the anchor, in place.

        Args:
            paths: by output, (..., quarter, draw); those of :data:`OUTPUTS` must be writable.
        """
        for name, values in self.known.items():
            output, place = series(name)
            if output in paths:
                row = paths[output] if place is None else paths[output][place]
                for at, value in values.items():
                    row[at] = value

    def _put_on_reports(self, rows: Mapping[str, np.ndarray], now: int) -> None:
        """Put sellers' paths (quarter, draw) on their reports of the anchor, in place."""
        for seller, reported in zip(SELLERS, self.experiment.setting.reported, strict=True):
            row = rows.get(f"ai_revenue.{seller}")
            if row is not None:
                row[now + 1 :] = from_report(row[now + 1 :], row[now], reported)

    def _scatter(self, rows: Mapping[str, np.ndarray], part: int) -> None:
        """Multiply one part's rows of the quarters ahead, (quarter, draw), in place."""
        if not rows:
            return
        ahead, draws = next(iter(rows.values())).shape
        common = self._errors(COMMON, part, ahead)
        for name, row in rows.items():
            own = self._errors(REPORTED[name].series, part, ahead)
            errors = self.parts.get(name, 1.0) * common + own
            np.multiply(row, np.exp(errors[:, :draws]), out=row)

    def _errors(self, name: str, part: int, ahead: int) -> np.ndarray:
        """A series' walk and measurement errors in logs over the quarters ahead, (quarter, draw).

        Steps of a walk and errors of reports come quarter by quarter from one stream, so that a
        longer look ahead begins with a shorter one. The first pair is the anchor's: the draw of the
        walk's deviation, and the error of the report that all later ones are forecast from.
        """
        wander = self.wander[name]
        stream = [self.experiment.seed, crc32(f"report of {name}".encode()), part]
        shape = ahead + 1, 2, PART
        normals = np.random.default_rng(stream).standard_normal(shape, np.float32)
        deviation = wander.deviation * np.exp(wander.width * normals[0, 0])
        walk = normals[1:, 0]
        for step in range(1, ahead):  # twenty times as fast as a cumulated sum along this axis
            walk[step] += walk[step - 1]
        scale = math.sqrt(QUARTER_YEARS) * deviation
        errors: np.ndarray = scale * walk + wander.error * (normals[1:, 1] - normals[0, 1])
        return errors


def reported_facts(snapshot: Snapshot, name: str) -> dict[str, tuple[Fact, ...]]:
    """The facts that report a path, a name of :data:`REPORTED` or :data:`TOTAL`, by quarter.

    One a quarter, of the total one of each buyer in the quarters that all have reported; they add
    up to what was reported. Quarters before the clock are among them.
    """
    if name == TOTAL:
        each = [reported_facts(snapshot, f"{BY_BUYER}.{buyer}") for buyer in BUYERS]
        common = sorted(set.intersection(*(set(known) for known in each)))
        return {quarter: tuple(known[quarter][0] for known in each) for quarter in common}
    of = REPORTED[name]
    facts = quarterly(snapshot.select(entity=of.entity, metric=of.metric))
    return {quarter: (fact,) for quarter, fact in facts.items()}


def _known(snapshot: Snapshot, anchor: int) -> dict[str, dict[int, float]]:
    """What was reported by name of the path and position on the clock, up to the anchor."""
    places = {quarter: at for at, quarter in enumerate(QUARTERS[: anchor + 1])}
    return {
        name: {
            places[quarter]: sum(fact.central for fact in facts)
            for quarter, facts in reported_facts(snapshot, name).items()
            if quarter in places
        }
        for name in (*REPORTED, TOTAL)
    }


def with_parts(names: Sequence[str]) -> tuple[str, ...]:
    """Outputs to simulate so that the named ones can be reported: the total with its parts."""
    parts = (BY_BUYER,) if TOTAL in names and BY_BUYER not in names else ()
    return (*names, *parts)


def spread(own: Mapping[str, Any], reports: Mapping[str, Any]) -> dict[str, Any]:
    """Summary of reports: their quantiles around the chain's own mean.

    A walk whose deviation is itself uncertain has no mean, and the chain's means add up.

    Args:
        own, reports: summaries of the chain's own draws and of the reports'.
    """
    return {**own, **{level: reports[level] for level in LEVELS}}
