"""Fits the efficiency factors to measured serving figures and predicts those held out.

Run ``python -m jevons.model.factor_fit``: it rewrites the fitted vintages in
``efficiency_factors.csv`` and all of ``validation.csv``. A vintage is fitted to the sources that
were known by its day and that it may see (:data:`VINTAGES`). For the validation each cell of
InferenceX (a model on a chip), and each other source as a whole, is predicted by a fit that never
saw it.

    minimise  sum soft_l1((ln predicted - ln measured) / s) + sum ((ln x - ln x0) / r)^2
              + sum (level / q)^2

over the logarithms of the factors, with the kernel-based vintage as the prior x0, and over levels:
every generation of chips has its own share of the peak, every engine its own time, both drawn
towards the common one (partial pooling). A chip whose vendor measured kernels of its own starts
from those, in the ratio of the two kernel figures.
"""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from itertools import product
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares

from jevons.model.chip import chip
from jevons.model.efficiency_factors import Z_95, efficiency_factors
from jevons.model.measured_services import predict, side_by_side
from jevons.model.measurements import (
    FIT_SOURCES,
    IDLE,
    KERNELS_KNOWN_ON,
    VALIDATION,
    Measurement,
    measurements,
)

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
KERNELS = KERNELS_KNOWN_ON  # the vintage of that day is the prior
NOISE = 0.12  # relative error of a figure that is not an outlier
OUTLIER = 2.0  # in units of the noise; beyond, errors count linearly
# Prior medians of terms that the kernel vintage leaves out, and relative widths of all priors.
START = {
    "expert_overhead": 2.5e-6,
    "activation_passes": 2.0,
    "sequence_overhead": 5e-6,
    "fp4_compute": 0.8,
    "routing_spread": 0.8,
}
WIDTH = {
    "weight_bandwidth": 0.15,
    "expert_bandwidth": 0.2,
    "kv_bandwidth": 0.12,
    "gemm_compute": 0.12,
    "gemm_half_tokens": 0.4,
    "gemm_half_depth": 0.3,
    "fp4_compute": 0.3,
    "routing_spread": 0.3,
    "attention_compute": 0.2,
    "network_bandwidth": 0.05,
    "link_bandwidth": 0.2,
    "communication_overlap": 0.3,
    "expert_imbalance": 0.1,
    "layer_overhead": 0.6,
    "expert_overhead": 0.8,
    "collective_latency": 0.5,
    "prefill_interference": 0.3,
    "sequence_overhead": 1.0,
    "activation_passes": 0.5,
}
NAMES = tuple(WIDTH)
LEVEL_WIDTH = 0.2  # relative spread of generations and of engines around the common factor
LEVELS = {
    "generation": (("Hopper", "Blackwell", "CDNA3"), ("gemm_compute", "attention_compute")),
    "engine": (
        ("sglang", "trtllm", "vllm"),
        ("layer_overhead", "expert_overhead", "collective_latency", "sequence_overhead"),
    ),
}
PLACES = tuple((kind, level) for kind, (levels, _) in LEVELS.items() for level in levels)


@dataclass(frozen=True, slots=True)
class Vintage:
    """A fit and the day it holds from: its sources, the factors that they can tell."""

    known_on: date
    sources: tuple[str, ...]
    names: tuple[str, ...]
    kinds: tuple[str, ...]  # of levels

    def sees(self, row: Measurement) -> bool:
        """Whether a row may be fitted to: its source is named, it was no mean of idle hours."""
        known = row.known_on <= self.known_on.isoformat()
        return row.source in self.sources and known and row.case_id != IDLE


# One dense model under one engine tells nothing of experts, networks, FP4 and other engines.
DENSE = (
    "weight_bandwidth",
    "kv_bandwidth",
    "gemm_compute",
    "gemm_half_tokens",
    "gemm_half_depth",
    "attention_compute",
    "link_bandwidth",
    "layer_overhead",
    "collective_latency",
    "sequence_overhead",
    "activation_passes",
)
VINTAGES = (
    Vintage(date(2025, 2, 28), ("MLPerf v4.1",), DENSE, ("generation",)),
    Vintage(date(2026, 8, 21), FIT_SOURCES, NAMES, tuple(LEVELS)),
)


@dataclass(frozen=True, slots=True)
class Fit:
    """Fitted factors: medians by name, logarithms of the levels by name of the level."""

    medians: Mapping[str, float]
    levels: Mapping[str, float]


class FactorFit:
    """All measurements with the equations compiled once; each fit sees some rows.

    Args:
        rows: measurements to fit to and to predict.
    """

    def __init__(self, rows: Sequence[Measurement]) -> None:
        self.rows = tuple(rows)
        self._many = side_by_side(rows)
        members = [[_level(row, kind) == level for kind, level in PLACES] for row in rows]
        self._members = jnp.asarray(np.array(members, dtype=np.float32))
        own = [np.log(kernel_ratio(row.chip)) for row in rows]
        self._own = jnp.asarray(np.array(own, dtype=np.float32))
        # What no row tells apart stays as a user of the day before the last vintage has it.
        before = date.fromordinal(VINTAGES[-1].known_on.toordinal() - 1)
        medians, kernels = efficiency_factors(before).medians(), efficiency_factors(KERNELS)
        self._fixed = {name: values[0] for name, values in medians.items() if name not in NAMES}
        self._table = kernels.table
        self._kernel = jnp.asarray([self._table[name].median for name in NAMES])
        self._value = jax.jit(self._errors)
        self._slope = jax.jit(jax.jacfwd(self._errors))
        self._predict = jax.jit(self._predictions)

    def _predictions(self, x: jax.Array, free: jax.Array) -> jax.Array:
        """Predictions (row,) by logarithms of factors and levels; what is not free is the prior."""
        count = len(NAMES)
        medians = jnp.where(free[:count] > 0, jnp.exp(x[:count]), self._kernel)
        moved = self._members * (x * free)[count:]
        factors = self._fixed | dict(zip(NAMES, medians, strict=True))
        for kind, (_, names) in LEVELS.items():
            places = np.array([place[0] == kind for place in PLACES])
            own = self._own if kind == "generation" else 0.0
            scale = jnp.exp(jnp.sum(moved[:, places], axis=1) + own)
            factors |= {name: factors[name] * scale for name in names}
        return predict(self._many, factors)

    def _errors(self, x: jax.Array, free: jax.Array, seen: jax.Array) -> jax.Array:
        return seen * jnp.log(self._predictions(x, free) / self._many.measured) / NOISE

    def _prior(self) -> tuple[Floats, Floats, Floats]:
        """Centres, widths and upper limits of all logarithms."""
        start = [START.get(name, self._table[name].median) for name in NAMES]
        caps = [self._table[name].cap for name in NAMES]
        levels = np.zeros(len(PLACES))
        return (
            np.concatenate([np.log(start), levels]),
            np.concatenate([list(WIDTH.values()), levels + LEVEL_WIDTH]),
            np.concatenate([np.log(caps), levels + 2.0]),
        )

    def fit(self, seen: Flags, vintage: Vintage) -> Fit:
        """Fit the vintage's factors to the rows seen, (row,)."""
        open_ = [name in vintage.names for name in NAMES]
        free = jnp.asarray(open_ + [kind in vintage.kinds for kind, _ in PLACES], dtype=float)
        mask = jnp.asarray(seen, dtype=float)
        centre, width, cap = self._prior()

        def residuals(x: Floats) -> Floats:
            return np.concatenate([np.asarray(self._value(x, free, mask)), (x - centre) / width])

        def slope(x: Floats) -> Floats:
            return np.concatenate([np.asarray(self._slope(x, free, mask)), np.diag(1 / width)])

        found = least_squares(
            residuals,
            np.minimum(centre, cap - 1e-6),
            slope,
            bounds=(np.full_like(cap, -40.0), cap),
            loss="soft_l1",
            f_scale=OUTLIER,
        )
        medians = zip(NAMES, np.exp(found.x).tolist(), strict=False)
        levels = zip(PLACES, found.x[len(NAMES) :].tolist(), strict=True)
        # A level without rows has nothing of its own.
        with_rows = np.asarray(self._members)[seen].max(axis=0, initial=0.0)
        present = {place for place, rows in zip(PLACES, with_rows, strict=True) if rows}
        return Fit(
            {name: median for name, median in medians if name in vintage.names},
            {place[1]: value for place, value in levels
             if place in present and place[0] in vintage.kinds},
        )  # fmt: skip

    def predictions(self, fitted: Fit) -> Floats:
        """Every row as the fitted factors have it, (row,)."""
        x = [np.log(fitted.medians.get(name, 1.0)) for name in NAMES]
        x += [fitted.levels.get(level, 0.0) for _, level in PLACES]
        free = [name in fitted.medians for name in NAMES] + [True] * len(PLACES)
        return np.asarray(self._predict(jnp.asarray(x), jnp.asarray(free, dtype=float)), float)

    def seen(self, vintage: Vintage) -> Flags:
        """The rows that a vintage is fitted to, (row,)."""
        return np.array([vintage.sees(row) for row in self.rows])

    def held_out(self, vintage: Vintage) -> Floats:
        """Predictions (row,), each from a fit without the row's fold.

        The wide sources LMSYS and DeepSeek are the only ones whose network is a roof, so the fit
        that leaves one out has the other.
        """
        found = np.zeros(len(self.rows))
        allowed = np.array([row.case_id != IDLE for row in self.rows])
        labels = np.array([fold(row) for row in self.rows])
        for label in sorted(set(labels)):
            apart = labels == label
            found[apart] = self.predictions(self.fit(allowed & ~apart, vintage))[apart]
        return found


def _level(row: Measurement, kind: str) -> str:
    return row.generation if kind == "generation" else row.engine_family


def fold(row: Measurement) -> str:
    """What is held out together: a cell of InferenceX, else a source, both rounds of MLPerf."""
    return row.cell if row.source == "InferenceX" else row.source.split()[0]


def kernel_ratio(on: str) -> float:
    """A chip's share of the peak in matrix products over the common one, both by kernels; else 1.

    >>> round(kernel_ratio("MI300X"), 2), kernel_ratio("H100")
    (0.69, 1.0)
    """
    kernels = efficiency_factors(KERNELS)
    name = LEVELS["generation"][1][0]
    own = kernels.levels.get(on, {}).get(name)
    return own.median / kernels.table[name].median if own else 1.0


def factor_rows(vintage: Vintage, fitted: Fit) -> list[dict[str, str]]:
    """Rows of ``efficiency_factors.csv``: the common factors, then those of each level.

    A generation whose chips have kernels of their own has a row for each chip instead. The range
    of a level is that of the prior around its median; that of the common factor also spans the
    levels.
    """
    kinds = {level: kind for kind, level in PLACES}
    rows = []
    for name, median in fitted.medians.items():
        pooled = any(name in LEVELS[kind][1] for kind in vintage.kinds)
        width = float(np.hypot(WIDTH[name], LEVEL_WIDTH if pooled else 0.0))
        rows.append(_row(vintage, name, "", median, width))
    chips = {on: chip(on).generation for on in efficiency_factors(KERNELS).levels}
    for level, moved in fitted.levels.items():
        own = [on for on, generation in chips.items() if generation == level] or [level]
        for label, name in product(own, LEVELS[kinds[level]][1]):
            if name in fitted.medians:
                median = fitted.medians[name] * float(np.exp(moved)) * kernel_ratio(label)
                rows.append(_row(vintage, name, label, median, WIDTH[name]))
    return rows


def _row(vintage: Vintage, name: str, level: str, median: float, width: float) -> dict[str, str]:
    earlier = efficiency_factors(KERNELS).table[name]
    spread, median = np.exp(Z_95 * width), min(median, earlier.cap)
    return {
        "name": name,
        "level": level,
        "median": f"{median:.4g}",
        "low": f"{median / spread:.4g}",
        "high": f"{min(median * spread, earlier.cap):.4g}",
        "cap": f"{earlier.cap:g}",
        "unit": earlier.unit,
        "known_on": vintage.known_on.isoformat(),
        "source_title": f"fitted to {', '.join(vintage.sources)} by jevons.model.factor_fit",
        "source_url": "",
        "meaning": earlier.meaning,
    }


def _write(path: Path, rows: Sequence[Mapping[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def main() -> None:
    """Fit every vintage, predict what was held out, and write both tables."""
    path = Path(str(files("jevons.model").joinpath("efficiency_factors.csv")))
    days = {vintage.known_on.isoformat() for vintage in VINTAGES}
    text = path.read_text(encoding="utf-8").splitlines()
    table = [row for row in csv.DictReader(text) if row["known_on"] not in days]
    problem = FactorFit(measurements())
    for vintage in VINTAGES:
        fitted = problem.fit(problem.seen(vintage), vintage)
        table += factor_rows(vintage, fitted)
    _write(path, table)
    used, apart = problem.predictions(fitted), problem.held_out(VINTAGES[-1])
    rows = zip(problem.rows, used, apart, strict=True)
    _write(
        Path(str(VALIDATION)),
        [
            {"case_id": row.case_id, "predicted": f"{seen:.4g}", "held_out": f"{other:.4g}"}
            for row, seen, other in rows
        ],
    )


if __name__ == "__main__":
    main()
