"""All that a calibration reads on one day, as arrays: origins, observations, how their errors move.

Arrays have one shape for every day, padded where a day knows less, so that one compiled
likelihood serves all of them.
"""

import json
import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from functools import cached_property, partial
from hashlib import sha256
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from jevons.errors import UserError
from jevons.facts.snapshot import Snapshot
from jevons.model.anchors import BUYERS
from jevons.model.clock import QUARTERS
from jevons.model.nvidia import FORECAST_MINIMUM_QUARTERS, data_center_revenue
from jevons.model.observables import ROWS
from jevons.model.observations import (
    FREE_LEVEL,
    Observation,
    Series,
    after_origin,
    history,
    series,
)
from jevons.model.priors import Z_90
from jevons.model.setting import Setting, ai_part
from jevons.model.simulate import Experiment

ORIGINS = 2  # the last two years; older ones tell of another market
AHEAD = 4  # quarters that an origin looks ahead, as the note's own forecasts do
FEWEST_AHEAD = 2  # quarters after an origin that make it worth asking
ROOM = 28  # observations in one block: seven series over the four quarters of an origin
HISTORY_BLOCKS = 3
TOLD = ("meaning", "meaning_zh", "source")  # of a series, to readers: no fit depends on it
LEVEL_STARTS = -1.0  # years before the clock at which a level's random walk begins


class Arrays(NamedTuple):
    """Evidence of one day; segments are the origins, then the history.

    Errors of observations in different blocks are independent of each other; an origin is one
    block. Blocks are padded to :data:`ROOM`.
    """

    locations: jax.Array  # centre of each input, (segment, input)
    widths: jax.Array  # prior deviation of each input, (segment, input)
    setting: Setting  # each field with a leading segment axis
    segment: jax.Array  # of each block, (block,)
    row: jax.Array  # of ROWS, (block, observation)
    last: jax.Array  # weights by quarter, (block, observation, quarter)
    first: jax.Array  # the same for the start of a slope, else zero
    scale: jax.Array  # 1, or one over the years of a slope, (block, observation)
    value: jax.Array  # log of the figure less the known bias, (block, observation)
    known: jax.Array  # 1 where there is an observation, else 0, (block, observation)
    fixed: jax.Array  # covariance that is declared, (block, observation, observation)
    walks: jax.Array  # covariance a squared deviation of a series, (series, block, obs., obs.)


class TooFewFactsError(UserError):
    """A day on which too little was known to calibrate; its priors can still be used."""


@dataclass(frozen=True)
class Segment:
    """The chain as it stood in one anchor quarter, and what it is held against."""

    experiment: Experiment
    observations: tuple[Observation, ...]
    origin: bool  # the observations lie after the anchor

    @cached_property
    def common_parts(self) -> dict[str, float]:
        """By how much the common walk moves the buyers' rows; see :func:`common_parts`."""
        return common_parts(self.experiment)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a calibration reads on one day."""

    experiment: Experiment
    segments: tuple[Segment, ...]

    @property
    def observations(self) -> tuple[Observation, ...]:
        """All observations, origins first."""
        return tuple(each for segment in self.segments for each in segment.observations)

    @property
    def facts(self) -> tuple[str, ...]:
        """Facts behind the observations."""
        ids = (fact for each in self.observations for fact in each.facts)
        return tuple(dict.fromkeys(ids))

    @property
    def key(self) -> str:
        """Hash of all that a calibration reads, except the code: figures, centres, declarations."""
        read = {
            "inputs": {
                name: [segment.experiment.inputs[name].location for segment in self.segments]
                + [segment.experiment.inputs[name].prior.scale for segment in self.segments]
                + [entry.prior.distribution, entry.prior.floor]
                for name, entry in self.experiment.inputs.items()
            },
            "settings": [
                [np.ravel(each).astype(float).tolist() for each in jax.tree.leaves(setting)]
                for setting in (segment.experiment.setting for segment in self.segments)
            ],
            "observations": [
                [each.series, each.row, each.group, each.quarters, each.value, each.slope]
                for each in self.observations
            ],
            "series": {
                name: {field: value for field, value in asdict(entry).items() if field not in TOLD}
                for name, entry in series().items()
            },
        }
        return sha256(json.dumps(read, sort_keys=True).encode()).hexdigest()

    @property
    def blocks(self) -> tuple[tuple[int, tuple[Observation, ...]], ...]:
        """Segment and observations of each block, as in :class:`Arrays`."""
        *origins, past = self.segments
        blocks = [(number, segment.observations) for number, segment in enumerate(origins)]
        groups: dict[str, list[Observation]] = {}
        for each in past.observations:
            groups.setdefault(_independent(each), []).append(each)
        packed: list[list[Observation]] = [[] for _ in range(HISTORY_BLOCKS)]
        for group in sorted(groups.values(), key=len, reverse=True):
            smallest = min(packed, key=len)
            smallest += group
        blocks += [(len(origins), tuple(block)) for block in packed]
        return tuple(blocks)

    def arrays(self) -> Arrays:
        """The evidence in the shape that the compiled likelihood takes."""
        names = list(self.experiment.inputs)
        inputs = [segment.experiment.inputs for segment in self.segments]
        settings = [segment.experiment.setting for segment in self.segments]
        tables = [
            block_arrays(observations, self.segments[number])
            for number, observations in self.blocks
        ]
        stacked = {
            name: jnp.asarray(np.stack([table[name] for table in tables])) for name in tables[0]
        }
        stacked["walks"] = jnp.moveaxis(stacked["walks"], 1, 0)
        return Arrays(
            locations=jnp.asarray([[each[name].location for name in names] for each in inputs]),
            widths=jnp.asarray([[each[name].prior.scale for name in names] for each in inputs]),
            setting=jax.tree.map(lambda *each: jnp.stack(each), *settings),
            segment=jnp.asarray([number for number, _ in self.blocks]),
            **stacked,
        )


def _independent(each: Observation) -> str:
    """Observations of one name may share an error, a level or a bias."""
    return each.series if series()[each.series].bias else each.group


def gather(snapshot: Snapshot, experiment: Experiment) -> Evidence:
    """The evidence known by the snapshot's day.

    Args:
        experiment: of the same snapshot, without scenarios.

    Raises:
        TooFewFactsError: to calibrate; the message names the missing series.
    """
    anchor = QUARTERS.index(experiment.anchor)
    segments = [
        Segment(Experiment.of(snapshot.earlier_day(day), experiment.seed), observed, origin=True)
        for day, observed in _origins(snapshot, anchor)
    ]
    missing = _missing(segments)
    if missing:
        raise TooFewFactsError(
            f"too few facts to calibrate as of {snapshot.as_of}: fewer than {FEWEST_AHEAD} "
            f"quarters after the first possible origin are known of {', '.join(missing)}; choose a "
            "later day, or use the priors with --prior"
        )
    while len(segments) < ORIGINS:  # of a day that knows of one only; it weighs nothing
        segments.append(Segment(segments[0].experiment, (), origin=True))
    settled = {fact for entry in experiment.inputs.values() for fact in entry.facts}
    settled |= {
        fact
        for entry in experiment.inputs.values()
        for fact in re.findall(r"[A-Z]{3}-\d{4}", entry.prior.source)
    }
    past = Segment(experiment, history(snapshot, anchor, settled), origin=False)
    return Evidence(experiment, (*segments, past))


def _origins(snapshot: Snapshot, anchor: int) -> Iterator[tuple[date, tuple[Observation, ...]]]:
    """Day and outcomes of each origin, the last one first; outcomes of two never overlap."""
    known = {
        QUARTERS.index(quarter): fact for quarter, fact in data_center_revenue(snapshot).items()
    }
    first = min(known) + FORECAST_MINIMUM_QUARTERS - 1
    last = anchor
    for _ in range(ORIGINS):
        origin = max(last - AHEAD, first)
        if last - origin < FEWEST_AHEAD:
            return
        yield known[origin].known_on, after_origin(snapshot, origin, last)
        last = origin


def _missing(segments: Sequence[Segment]) -> list[str]:
    """Series of the build-out of which the origins have too few quarters."""
    rows = {f"capex_by_buyer.{b}": f"capex_cash_ppe of {b}" for b in BUYERS}
    rows |= {"ai_revenue.NVDA": "data_center_revenue of NVDA"}
    rows |= {"ai_revenue.AVGO": "ai_semiconductor_revenue of AVGO"}
    counts = dict.fromkeys(rows, 0)
    for segment in segments:
        for each in segment.observations:
            counts[each.row] += 1
    return [rows[row] for row, count in counts.items() if count < FEWEST_AHEAD]


def block_arrays(observations: Sequence[Observation], segment: Segment) -> dict[str, np.ndarray]:
    """One block of :class:`Arrays` by field, without the block axis, padded."""
    count = len(observations)
    assert count <= ROOM, f"{count} observations in one block; raise ROOM"
    last = np.full((ROOM, len(QUARTERS)), 1 / len(QUARTERS), np.float32)
    found = {
        "row": np.zeros(ROOM, np.int32),
        "last": last,
        "first": np.zeros_like(last),
        "scale": np.zeros(ROOM, np.float32),
        "value": np.zeros(ROOM, np.float32),
        "known": np.zeros(ROOM, np.float32),
        "fixed": np.eye(ROOM, dtype=np.float32),
        "walks": np.zeros((len(series()), ROOM, ROOM), np.float32),
    }
    for i, each in enumerate(observations):
        found["row"][i] = ROWS.index(each.row)
        found["known"][i] = found["scale"][i] = 1.0
        last[i] = 0.0
        if each.slope:
            begin, end = each.quarters
            last[i, end] = found["first"][i, begin] = 1.0
            found["scale"][i] = 4 / (end - begin)
        else:
            last[i, list(each.quarters)] = 1 / len(each.quarters)
        bias = series()[each.series].bias
        found["value"][i] = each.log - (bias["mean"] if bias else 0.0)
    pairs = np.ix_(range(count), range(count))
    found["fixed"][pairs] = _table(observations, declared_covariance)
    for number, name in enumerate(series()):
        walk = partial(walk_covariance, name=name, segment=segment)
        found["walks"][number][pairs] = _table(observations, walk)
    return found


def _table(
    observations: Sequence[Observation], covariance: Callable[[Observation, Observation], float]
) -> np.ndarray:
    rows = [[covariance(a, b) for b in observations] for a in observations]
    return np.asarray(rows, np.float32).reshape(len(observations), len(observations))


def declared_covariance(a: Observation, b: Observation) -> float:
    """Covariance of the declared errors of two observations: measurement, unknown level, bias."""
    if a.series != b.series:
        return 0.0
    entry: Series = series()[a.series]
    same = entry.measurement**2 * ((a is b) + (entry.anchored and a.group == b.group))
    level = FREE_LEVEL**2 if entry.free and a.group == b.group else 0.0
    bias = entry.bias["deviation"] ** 2 if entry.bias else 0.0
    return same + level + bias


def walk_covariance(a: Observation, b: Observation, name: str, segment: Segment) -> float:
    """Covariance of two observations for a deviation of one of the random walk ``name``.

    A walk starts at the origin; in the history at the start of its group's reports, before which
    the free level stands, and for a level that is used, before the clock. The common walk is one of
    the AI build-out: it moves a buyer's capex by the part of it that is AI.
    """
    size = 1.0
    if name == "build_out":
        if not segment.origin:
            return 0.0
        parts = segment.common_parts
        size = parts.get(a.row, 1.0) * parts.get(b.row, 1.0)
    elif not a.series == b.series == name or a.group != b.group:
        return 0.0
    if a.slope:
        return 1.0 if a is b else 0.0
    if segment.origin:
        start = QUARTERS.index(segment.experiment.anchor) / 4
    elif series()[name].free:
        start = min(each.year for each in segment.observations if each.group == a.group)
    else:
        start = LEVEL_STARTS
    return size * (min(a.year, b.year) - start)


def common_parts(experiment: Experiment) -> dict[str, float]:
    """By how much the common walk moves the buyers' rows, whose capex is AI in part.

    The part is that of the centre of what buyers spend outside AI.
    """
    outside = experiment.inputs["capex_outside_ai"]
    parts = ai_part(experiment.setting, outside.quantile(0.0)).tolist()
    return {f"capex_by_buyer.{buyer}": part for buyer, part in zip(BUYERS, parts, strict=True)}


def deviations() -> tuple[np.ndarray, np.ndarray]:
    """Prior of the log of each series' discrepancy: centre and deviation, each (series,)."""
    low = np.array([math.log(entry.discrepancy["p10"]) for entry in series().values()])
    high = np.array([math.log(entry.discrepancy["p90"]) for entry in series().values()])
    return (low + high) / 2, (high - low) / (2 * Z_90)
