"""Fits the efficiency factors to measured serving figures and predicts those held out.

Run ``python -m jevons.model.factor_fit``: it rewrites the last vintage in
``efficiency_factors.csv`` and all of ``validation.csv``. The factors in use are fitted to the
sources :data:`~jevons.model.measurements.FIT_SOURCES` alone. For the validation each cell of
InferenceX (a model on a chip), and each other source as a whole, is predicted by a fit that
never saw it.

    minimise  sum soft_l1((ln predicted - ln measured) / s) + ((ln x - ln x0) / r)^2

over the logarithms of the factors, with the earlier, kernel-based vintage as the prior x0.
"""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares

from jevons.model.efficiency_factors import efficiency_factors
from jevons.model.measurements import (
    FIT_SOURCES,
    IDLE,
    TIME_PER_TOKEN,
    VALIDATION,
    Measurement,
    measurements,
)
from jevons.model.service_rate import (
    Factors,
    Layout,
    Machine,
    Work,
    decode_stages,
    prefill_stages,
)
from jevons.model.serving import CHUNK_TOKENS, PREFILL_TOKENS_PER_CHIP

Floats = NDArray[np.float64]
BEFORE = date(2026, 8, 20)  # the kernel-based vintage is the prior
KNOWN_ON = "2026-08-21"  # the last source became known
NOISE = 0.12  # relative error of a figure that is not an outlier
OUTLIER = 2.0  # in units of the noise; beyond, errors count linearly
# Prior medians where the kernel-based vintage leaves a factor out, and relative widths of all.
START = {
    "expert_overhead": 2.5e-6,
    "activation_passes": 40.0,
    "sequence_overhead": 5e-6,
    "fp4_compute": 0.8,
    "layer_overhead": 30e-6,
    "collective_latency": 10e-6,
}
WIDTH = {
    "weight_bandwidth": 0.15,
    "expert_bandwidth": 0.2,
    "kv_bandwidth": 0.12,
    "gemm_compute": 0.12,
    "gemm_half_tokens": 0.4,
    "fp4_compute": 0.3,
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


class Stack(NamedTuple):
    """Many measurements as arrays (row,), for one evaluation of the roofline."""

    work: Work
    machine: Machine
    layout: Layout
    batch: jax.Array
    prompt: jax.Array
    answer: jax.Array
    chips: jax.Array
    pipeline: jax.Array
    wide: jax.Array
    drafts: jax.Array
    kind: jax.Array  # 0 time per token, 1 served, 2 prefill, 3 decode
    measured: jax.Array


def stack(rows: Sequence[Measurement]) -> Stack:
    """Put measurements side by side, (row,)."""
    services = [row.serving() for row in rows]
    kinds = {"serve": 1, "prefill": 2, "decode": 3}

    def column(values: list[float]) -> jax.Array:
        return jnp.asarray(np.array(values, dtype=np.float32))

    def columns(parts: Sequence[Iterable[Any]]) -> list[jax.Array]:
        return [column(list(values)) for values in zip(*parts, strict=True)]

    return Stack(
        Work(*columns([service.setup.work() for service in services])),
        Machine(*columns([service.setup.machine() for service in services])),
        Layout(*columns([service.setup.layout() for service in services])),
        column([service.batch for service in services]),
        column([service.context_in for service in services]),
        column([service.context_out for service in services]),
        column([service.setup.chips for service in services]),
        column([service.setup.pp for service in services]),
        column([service.setup.wide for service in services]),
        column([service.speculative for service in services]),
        column(
            [
                0 if row.metric == TIME_PER_TOKEN else kinds[row.phase.removesuffix("_speculative")]
                for row in rows
            ]
        ),
        column([row.value for row in rows]),
    )


def predict(many: Stack, factors: Factors) -> jax.Array:
    """Predictions (row,) in each row's metric: the equations of :mod:`jevons.model.serving`."""
    roof = (many.work, many.machine, many.layout, factors)
    wide, drafts = many.wide > 0, many.drafts
    context = many.prompt + many.answer / 2
    step = decode_stages(*roof, many.batch / many.pipeline, context, 1.0 + drafts).total
    step = step / (1.0 + drafts * factors["draft_acceptance"])
    chunk = jnp.where(wide, PREFILL_TOKENS_PER_CHIP * many.layout.chips, CHUNK_TOKENS)
    reading = chunk / (prefill_stages(*roof, chunk, many.prompt).total * many.layout.chips)
    prompt = many.prompt / (reading * many.chips)
    wait = factors["prefill_interference"] * (many.batch - 1) * prompt / many.answer
    user = step + jnp.where(wide, 0.0, wait)
    served = many.batch / (user * many.chips)
    decoded = many.batch / (step * many.chips)
    return jnp.select(
        [many.kind == 0, many.kind == 1, many.kind == 2], [1e3 * user, served, reading], decoded
    )


@dataclass(frozen=True, slots=True)
class Fit:
    """Fitted factors: medians by name, in the order of :data:`NAMES`."""

    medians: dict[str, float]

    def factors(self) -> dict[str, jax.Array]:
        """All factors, those that were not fitted at their kernel-based median."""
        fixed = efficiency_factors(BEFORE).medians()
        return fixed | {name: jnp.asarray([value]) for name, value in self.medians.items()}


def prior() -> tuple[Floats, Floats, Floats]:
    """Logarithms of the prior medians, their widths, and of the hard upper limits."""
    table = efficiency_factors(BEFORE).table
    medians = [START.get(name, table[name].median) for name in NAMES]
    caps = [table[name].cap for name in NAMES]
    widths = [WIDTH[name] for name in NAMES]
    return np.log(medians), np.array(widths), np.log(caps)


def fit(rows: Sequence[Measurement]) -> Fit:
    """Fit the factors to some measurements."""
    many = stack(rows)
    fixed = {
        name: values[0]
        for name, values in efficiency_factors(BEFORE).medians().items()
        if name not in NAMES
    }
    centre, width, cap = prior()

    def errors(logs: jax.Array) -> jax.Array:
        found = fixed | dict(zip(NAMES, jnp.exp(logs), strict=True))
        return jnp.log(predict(many, found) / many.measured) / NOISE

    value, slope = jax.jit(errors), jax.jit(jax.jacfwd(errors))

    def residuals(logs: Floats) -> Floats:
        return np.concatenate([np.asarray(value(logs), float), (logs - centre) / width])

    def jacobian(logs: Floats) -> Floats:
        return np.concatenate([np.asarray(slope(logs), float), np.diag(1 / width)])

    start = np.minimum(centre, cap - 1e-6)
    bounds = (np.full_like(cap, -40.0), cap)
    found = least_squares(
        residuals, start, jacobian, bounds=bounds, loss="soft_l1", f_scale=OUTLIER
    )
    return Fit(dict(zip(NAMES, np.exp(found.x).tolist(), strict=True)))


def folds(rows: Sequence[Measurement]) -> dict[str, list[Measurement]]:
    """What is held out together: a cell of InferenceX, else a whole source."""
    found: dict[str, list[Measurement]] = {}
    for row in rows:
        label = row.cell if row.source == "InferenceX" else row.source
        found.setdefault(label, []).append(row)
    return found


def held_out(rows: Sequence[Measurement]) -> dict[str, float]:
    """Predictions by case, each from a fit without its fold; the idle day is never fitted to.

    The wide sources LMSYS and DeepSeek are the only ones with network-bound rows, so the fit that
    leaves one out has the other.
    """
    predictions: dict[str, float] = {}
    for fold in folds(rows).values():
        apart = {row.case_id for row in fold} | {IDLE}
        fitted = fit([row for row in rows if row.case_id not in apart])
        predictions |= _predictions(fold, fitted)
    return predictions


def _predictions(rows: Sequence[Measurement], fitted: Fit) -> dict[str, float]:
    values = np.asarray(predict(stack(rows), fitted.factors()))
    return {row.case_id: float(value) for row, value in zip(rows, values, strict=True)}


def _write_factors(fitted: Fit) -> None:
    """Replace the last vintage: fitted medians, the kernel-based relative ranges around them."""
    path = Path(str(files("jevons.model").joinpath("efficiency_factors.csv")))
    rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
    table = efficiency_factors(BEFORE).table
    kept = [row for row in rows if row["known_on"] != KNOWN_ON]
    for name, median in fitted.medians.items():
        earlier, spread = table[name], np.exp(1.645 * WIDTH[name])
        low, high = median / spread, min(median * spread, earlier.cap)
        row = {
            "name": name,
            "median": f"{median:.4g}",
            "low": f"{low:.4g}",
            "high": f"{max(high, median):.4g}",
            "cap": f"{earlier.cap:g}",
            "unit": earlier.unit,
            "known_on": KNOWN_ON,
            "source_title": f"fitted to {' and '.join(FIT_SOURCES)} by jevons.model.factor_fit",
            "source_url": "",
            "meaning": earlier.meaning,
        }
        kept.append(row)
    _write(path, kept)


def _write(path: Path, rows: Sequence[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def main() -> None:
    """Fit, predict what was held out, and write both tables."""
    rows = measurements()
    fitted = fit([row for row in rows if row.source in FIT_SOURCES and row.case_id != IDLE])
    _write_factors(fitted)
    used, apart = _predictions(rows, fitted), held_out(rows)
    table = [
        {
            "case_id": row.case_id,
            "predicted": f"{used[row.case_id]:.5g}",
            "held_out": f"{apart[row.case_id]:.5g}",
        }
        for row in rows
    ]
    _write(Path(str(VALIDATION)), table)


if __name__ == "__main__":
    main()
