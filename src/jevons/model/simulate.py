"""Run the chain over draws: blocks of draws, one thread a core, labelled arrays at the edge."""

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import TYPE_CHECKING, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from jevons.facts.snapshot import Snapshot
from jevons.facts.variables import variable
from jevons.model import anchors, input_output, nvidia, revenue
from jevons.model.buyers import balances
from jevons.model.capex import CATEGORIES
from jevons.model.chain import Paths, chain
from jevons.model.clock import QUARTERS
from jevons.model.demand import WORKLOADS
from jevons.model.device import compiler_options, on_device
from jevons.model.exposures import settle_exposures
from jevons.model.generations import generations_of
from jevons.model.guidance import guided
from jevons.model.observations import reported_sales
from jevons.model.power import OPTIONS
from jevons.model.priors import BLOCK, Input, NormalScale, Prior, settle, standard_normals, streams
from jevons.model.setting import Setting, setting_of
from jevons.model.shocks import shocks_of
from jevons.model.supply import LIMITS

LEADING_AXES: Mapping[str, tuple[str, Sequence[str]]] = {
    "tokens_by_workload": ("workload", WORKLOADS),
    "compute_by_workload": ("workload", WORKLOADS),
    "capex_by_buyer": ("buyer", anchors.BUYERS),
    "ai_capex_by_buyer": ("buyer", anchors.BUYERS),
    "capex_by_category": ("category", CATEGORIES),
    "limits": ("limit", LIMITS),
    "power_options": ("option", OPTIONS),
    "ai_revenue": ("company", revenue.companies()),
    "spending_pools": ("pool", revenue.POOLS),
}
# Draws that pass the chain together, so that few need no whole block; as fast as 512 or 4,096.
PART = BLOCK // 4
if TYPE_CHECKING:
    import xarray as xr

Progress = Callable[[int, int], None]
Scales = tuple[tuple[str, NormalScale], ...]  # by input; all of them that compiled code knows
Correlation = tuple[tuple[str, ...], np.ndarray]  # names, and their correlations (name, name)


@dataclass(frozen=True, slots=True)
class Experiment:
    """Everything that fixes a run: settled inputs, setting, seed. Equal experiments, equal bits.

    ``correlation`` are the correlations among inputs that a calibration found, by pairs of names
    in the order of ``inputs``; without one the inputs are independent.
    """

    inputs: Mapping[str, Input]
    setting: Setting
    seed: int
    anchor: str
    correlation: Correlation | None = None

    @staticmethod
    def of(snapshot: Snapshot, seed: int) -> "Experiment":
        """The experiment that the facts known by a date define.

        Raises:
            UserError: too few facts are known by then; the message names the series.
        """
        inputs = settle(snapshot)
        told = guided(snapshot)
        # What the weight is laid on; its centre stays as declared.
        inputs["guidance_weight"] = replace(inputs["guidance_weight"], facts=told.facts)
        anchor = nvidia.anchor_quarter(snapshot)
        buyers = {
            name: (capex.before, capex.now) for name, capex in anchors.buyer_capex(snapshot).items()
        }
        setting = setting_of(
            anchor,
            buyers,
            surge=nvidia.surge(snapshot),
            guidance=told,
            reported=reported_sales(snapshot, anchor),
            net_debt=sum(each.net_debt for each in balances(snapshot)),
            generations=generations_of(snapshot),
        )
        exposed = settle_exposures(snapshot, inputs, setting)
        return Experiment(inputs | settle_coefficients() | exposed, setting, seed, anchor)

    @property
    def first_forecast(self) -> str:
        """The first quarter that the run decides, the clock's last where all is history."""
        return QUARTERS[min(QUARTERS.index(self.anchor) + 1, len(QUARTERS) - 1)]

    def shocked(self, factors: Mapping[str, float], at: str) -> "Experiment":
        """The experiment with lasting changes from a quarter on, on top of those it has.

        Args:
            factors: by name of a :class:`~jevons.model.shocks.Shocks` field. at: e.g. "2025Q1".

        Raises:
            UserError: an unknown name, a factor not above 0, or a quarter of the run's history.
        """
        more = shocks_of(factors, at, self.first_forecast)
        setting = self.setting._replace(shocks=self.setting.shocks.joined(more))
        return replace(self, setting=setting)


def settle_coefficients() -> dict[str, Input]:
    """Inputs for the coefficients of the input-output table, centred as declared."""
    settled = {}
    for row in input_output.coefficients():
        prior = Prior(row.name, "logitnormal", row.p10, row.median, row.p90, "1", row.source)
        settled[row.name] = Input(prior, prior.forward(row.median), ())
    return settled


class Drawn(NamedTuple):
    """What turns standard normals into draws of the inputs, as arrays, so that dates share code."""

    location: jax.Array  # centre on the normal scale, (input,)
    width: jax.Array  # standard deviation on the normal scale, (input,)
    factor: jax.Array  # Cholesky factor of the inputs' correlation, (input, input)
    seed: jax.Array  # scalar

    def normals(self, names: Sequence[str], block: jax.Array) -> jax.Array:
        """Standard normals of the named inputs in a block, correlated, (input, draw)."""
        return correlated(self.factor, streams(self.seed, names, block))

    def inputs(self, scales: Scales, normals: jax.Array) -> dict[str, jax.Array]:
        """Draws of every input in its unit, each (draw,), from normals (input, draw)."""
        return inputs_at(scales, self.location, self.width, normals)


def inputs_at(
    scales: Scales, location: jax.Array, width: jax.Array, normals: jax.Array
) -> dict[str, jax.Array]:
    """Every input in its unit, each (draw,), from standard normals (input, draw).

    Args:
        location: centres, width: standard deviations, on the normal scales, each (input,).
    """
    return {
        name: scale.value(location[i] + width[i] * normals[i])
        for i, (name, scale) in enumerate(scales)
    }


def correlated(factor: jax.typing.ArrayLike, independent: jax.typing.ArrayLike) -> jax.Array:
    """Normals (input, draw) with the correlation of a Cholesky factor, in full precision."""
    return jnp.matmul(factor, independent, precision="highest")


def sample(scales: Scales, drawn: Drawn, block: jax.Array) -> dict[str, jax.Array]:
    """Draws of every input in one block, each (draw,)."""
    return drawn.inputs(scales, drawn.normals([name for name, _ in scales], block))


@cache
def sampler(scales: Scales) -> Callable[[Drawn, jax.typing.ArrayLike], list[jax.Array]]:
    """Standard normals of one block of draws by part, each (input, draw), compiled once."""
    names = [name for name, _ in scales]

    def run(drawn: Drawn, block: jax.Array) -> list[jax.Array]:
        # Parts of their own: a part cut out where it is used is cut out at every use.
        return jnp.split(drawn.normals(names, block), BLOCK // PART, axis=1)

    return jax.jit(run)


@cache
def compiled(scales: Scales) -> Callable[[Drawn, jax.Array, Setting], Paths]:
    """The chain over one part of a block's normals, compiled once for a set of inputs.

    Centres, widths, correlation, seed and setting are arguments, so every as-of date shares it.
    """

    def run(drawn: Drawn, normals: jax.Array, setting: Setting) -> Paths:
        paths = chain(drawn.inputs(scales, normals), setting)
        tokens = paths["tokens_by_workload"].sum(0)
        return paths | {"tokens": tokens}

    return jax.jit(run, compiler_options=compiler_options())


def scales_of(inputs: Mapping[str, Input]) -> Scales:
    """The scales of inputs in their order: all dates share them, so dates share compiled code."""
    return tuple((name, entry.prior.normal_scale) for name, entry in inputs.items())


def arguments(experiment: Experiment) -> tuple[Scales, Drawn]:
    """Scales of the inputs and how they are drawn, as the compiled chain takes them."""
    entries = experiment.inputs
    drawn = Drawn(
        location=on_device([entry.location for entry in entries.values()]),
        width=on_device([entry.width for entry in entries.values()]),
        factor=on_device(_factor(experiment)),
        seed=on_device(experiment.seed, np.uint32),
    )
    return scales_of(entries), drawn


def _factor(experiment: Experiment) -> np.ndarray:
    """Lower Cholesky factor of the correlation of all inputs, (input, input)."""
    names = tuple(experiment.inputs)
    if experiment.correlation is None:
        return np.eye(len(names))
    known, among = experiment.correlation
    return _factor_of(names, known, np.asarray(among, np.float64).tobytes())


@lru_cache(maxsize=8)  # a question asks for it several times, and the next for the same again
def _factor_of(names: tuple[str, ...], known: tuple[str, ...], among: bytes) -> np.ndarray:
    matrix = np.eye(len(names))
    places = [names.index(name) for name in known]
    matrix[np.ix_(places, places)] = np.frombuffer(among).reshape(len(known), len(known))
    factor: np.ndarray = np.linalg.cholesky(matrix)
    return factor


def series(name: str) -> tuple[str, int | None]:
    """Output and position on its leading axis that ``name`` or ``name.member`` stands for.

    >>> series("compute_by_workload.multimodal")
    ('compute_by_workload', 2)
    """
    output, _, member = name.partition(".")
    return output, list(LEADING_AXES[output][1]).index(member) if member else None


def simulate(
    experiment: Experiment,
    draws: int,
    names: Iterable[str] | None = None,
    progress: Progress | None = None,
) -> dict[str, np.ndarray]:
    """Paths of the chain over ``draws`` draws.

    Args:
        experiment: what to run. draws: number of draws, at least 1.
        names: outputs to keep, all by default; ``name.member`` keeps one member of a leading
            axis. Memory is 128 bytes a draw and series.
        progress: called with blocks done and blocks in all.

    Returns:
        arrays (draw, quarter), or (draw, axis, quarter) for a whole name of :data:`LEADING_AXES`;
        in memory the draw axis is the innermost, as summaries read it. The same bits for a seed
        at any number of threads.
    """
    kept: dict[str, np.ndarray] = {}

    def keep(start: int, paths: Mapping[str, np.ndarray]) -> None:
        for name, path in paths.items():
            if name not in kept:
                kept[name] = np.empty((*path.shape[:-1], draws), path.dtype)
            kept[name][..., start : start + path.shape[-1]] = path

    each_part(experiment, draws, keep, names, progress)
    return {name: np.moveaxis(values, -1, 0) for name, values in kept.items()}


def each_part(
    experiment: Experiment,
    draws: int,
    take: Callable[[int, Mapping[str, np.ndarray]], None],
    names: Iterable[str] | None = None,
    progress: Progress | None = None,
) -> None:
    """Run the chain part by part, a thread a core, and hand over what each part gave.

    Args:
        take: called with the number of the part's first draw, a multiple of :data:`PART`, and its
            paths, each (..., quarter, draw): for the first block alone and in order, then from
            several threads in any order. Else as :func:`simulate`.
    """
    scales, drawn = arguments(experiment)
    sample, run = sampler(scales), compiled(scales)
    blocks = -(-draws // BLOCK)
    wanted = None if names is None else {name: series(name) for name in names}

    def one(block: int) -> None:
        parts = sample(drawn, np.uint32(block))
        for first, normals in zip(range(block * BLOCK, draws, PART), parts, strict=False):
            paths = run(drawn, normals, experiment.setting)
            places = {name: (name, None) for name in paths} if wanted is None else wanted
            found = {}
            for name, (output, place) in places.items():
                path = np.asarray(paths[output])[..., : draws - first]
                found[name] = path if place is None else path[place]
            take(first, found)

    def report(done: int) -> None:
        if progress is not None:
            progress(done, blocks)

    one(0)  # compiles once, and lets the taker lay out its memory, before the threads start
    report(1)
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        try:
            for done, _ in enumerate(pool.map(one, range(1, blocks)), 2):
                report(done)
        except BaseException:  # an interrupt must not wait for all the blocks still to come
            pool.shutdown(cancel_futures=True)
            raise


def input_normals(experiment: Experiment, draws: int) -> dict[str, np.ndarray]:
    """Standard normals of every input as the chain sees them, correlated, each (draw,)."""
    names = list(experiment.inputs)
    blocks = -(-draws // BLOCK)
    independent = standard_normals(experiment.seed, names, blocks * BLOCK)
    table = np.stack(list(independent.values())).reshape(len(names), blocks, BLOCK)
    factor = on_device(_factor(experiment))
    parts = [np.asarray(correlated(factor, table[:, block])) for block in range(blocks)]
    return dict(zip(names, np.concatenate(parts, axis=1)[:, :draws], strict=True))


@dataclass(frozen=True, slots=True)
class Block:
    """The first block of draws in double precision, for links downstream of the chain.

    ``inputs`` by name, (draw,); ``paths`` by name, (..., quarter, draw); ``anchor`` is the number
    of the last historical quarter.
    """

    inputs: Mapping[str, np.ndarray]
    paths: Mapping[str, np.ndarray]
    anchor: int

    @staticmethod
    def of(experiment: Experiment, draws: int = BLOCK) -> "Block":
        """The first draws of an experiment, a block at most: the ones that every run begins with.

        Args:
            experiment: what to run. draws: how many of the block to keep.
        """
        draws = min(draws, BLOCK)
        paths = simulate(experiment, draws)
        return Block(
            {name: values[:draws] for name, values in _block_inputs(experiment).items()},
            {name: np.moveaxis(path, 0, -1).astype(np.float64) for name, path in paths.items()},
            QUARTERS.index(experiment.anchor),
        )


def _block_inputs(experiment: Experiment) -> dict[str, np.ndarray]:
    """Draws of every input in the first block, each (draw,), in double precision."""
    scales, drawn = arguments(experiment)
    normals = np.stack(list(input_normals(experiment, BLOCK).values()))
    tables = zip(_kinds(scales), _values(scales)(drawn, normals), strict=True)
    return {
        scales[place][0]: values
        for places, table in tables
        for place, values in zip(places, np.asarray(table, np.float64), strict=True)
    }


def _kinds(scales: Scales) -> list[list[int]]:
    """Places of the inputs by what they have in common, distribution and floor."""
    places: dict[NormalScale, list[int]] = {}
    for place, (_, scale) in enumerate(scales):
        places.setdefault(scale, []).append(place)
    return list(places.values())


@cache
def _values(scales: Scales) -> Callable[[Drawn, np.ndarray], list[jax.Array]]:
    """Draws (input, draw) by kind from normals: one table compiles sooner than each input alone."""

    def run(drawn: Drawn, normals: jax.Array) -> list[jax.Array]:
        raw = drawn.location[:, None] + drawn.width[:, None] * normals
        return [scales[kind[0]][1].value(raw[np.array(kind)]) for kind in _kinds(scales)]

    return jax.jit(run)


def input_draws(experiment: Experiment, name: str, draws: int) -> np.ndarray:
    """Draws of one input, (draw,), as the chain sees them, in the input's unit."""
    return inputs_drawn(experiment, [name], draws)[name]


def inputs_drawn(experiment: Experiment, names: Sequence[str], draws: int) -> dict[str, np.ndarray]:
    """Draws of several inputs by name, each (draw,), as the chain sees them, in their units."""
    normals = input_normals(experiment, draws)
    entries = {name: experiment.inputs[name] for name in names}
    raw = {
        name: np.float32(entry.location) + np.float32(entry.width) * normals[name]
        for name, entry in entries.items()
    }
    return {
        name: np.asarray(entries[name].prior.normal_scale.value(each)) for name, each in raw.items()
    }


def dataset(paths: Mapping[str, np.ndarray]) -> "xr.Dataset":
    """Label simulated paths: coordinates draw, quarter, the leading axes; units as attributes."""
    import xarray as xr  # half the time of a start, and few commands need it

    arrays = {}
    for name, values in paths.items():
        axis = LEADING_AXES.get(name)
        dims = ("draw", "quarter") if axis is None else ("draw", axis[0], "quarter")
        coords: dict[str, object] = {
            "draw": np.arange(len(values)),
            "quarter": list(QUARTERS),
        }
        if axis is not None:
            coords[axis[0]] = list(axis[1])
        about = variable(name)
        attributes = {"unit": about.unit, "meaning": about.meaning}
        arrays[name] = xr.DataArray(values, dims=dims, coords=coords, attrs=attributes)
    return xr.Dataset(arrays)
