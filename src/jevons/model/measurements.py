"""Measured serving figures, what the roofline predicts for each, and its errors.

``measurements.csv`` holds the figures and the set-up each was measured on. ``validation.csv``
holds, for each, the prediction by factors that were fitted without its cell (a model on a chip) or
without its whole source; :mod:`jevons.model.factor_fit` writes it.
"""

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from jevons.model.architecture import architecture
from jevons.model.chip import chip
from jevons.model.efficiency_factors import efficiency_factors
from jevons.model.serving import Serving, time_per_output_token, tokens_per_chip_second
from jevons.model.serving_setup import Setup, plan

FILE = files("jevons.model").joinpath("measurements.csv")
VALIDATION = files("jevons.model").joinpath("validation.csv")
FIT_SOURCES = ("MLPerf v4.1", "InferenceX", "LMSYS")  # the factors in use are fitted to these
IDLE = "LMSYS-EP-06"  # mean of a day with hours without load: shown, not counted as an error
# In notes of figures that simulate balanced experts: LMSYS's blog of 2025-05-05 and the README of
# deepseek-ai/profile-data ("an absolutely balanced MoE routing strategy").
BALANCED = ("perfect expert balance", "profile-data")
KERNELS_KNOWN_ON = date(2025, 2, 27)  # the last kernel figures; no factor was fitted before
FITTED_ON = date(2026, 8, 21)  # the day of the vintage that is fitted to measurements
FAMILY_NAMES = {"sglang": "SGLang", "trtllm": "TensorRT-LLM", "vllm": "vLLM", "": "other_engine"}
_ENGINES = {"sglang": "sglang", "trtllm": "trtllm", "tensorrt": "trtllm", "vllm": "vllm"}
TIME_PER_TOKEN = "time_per_output_token_ms"  # noqa: S105


@dataclass(frozen=True, slots=True)
class Measurement:
    """One measured figure and the set-up it was measured on; ``metric`` names its unit."""

    case_id: str
    source: str
    model: str
    chip: str
    chips: int
    precision: str
    kv_precision: str
    state_precision: str  # of linear attention; "fp32" where the model has none
    phase: str
    batch: int
    context_in: int
    context_out: int
    tp: int
    ep: int
    pp: int
    engine: str
    metric: str
    value: float
    known_on: str
    source_title: str
    source_url: str
    note: str

    @classmethod
    def from_row(cls, row: Mapping[str, str]) -> "Measurement":
        """Read a row of the file; names are those of the fields."""
        readers: dict[Any, Any] = {int: int, float: float, str: str}
        return cls(**{field.name: readers[field.type](row[field.name]) for field in fields(cls)})

    def as_row(self) -> dict[str, str]:
        """The row of the file."""
        return {name: f"{getattr(self, name)}" for name in COLUMNS}

    @property
    def generation(self) -> str:
        """The design of its chip."""
        return chip(self.chip).generation

    @property
    def levels(self) -> tuple[str, ...]:
        """Its chip's generation, its chip, its engine: what has factors of its own."""
        return (*chip(self.chip).levels, self.engine_family)

    @property
    def engine_family(self) -> str:
        """The serving engine without its version; empty where it is not one of those fitted."""
        label = self.engine.casefold()
        return next((name for start, name in _ENGINES.items() if label.startswith(start)), "")

    @property
    def cell(self) -> str:
        """Model and chip: what is held out as a whole."""
        return f"{self.model} on {self.chip}"

    def setup(self) -> Setup:
        """The set-up as the published tags describe it.

        Raises:
            UserError: they describe none that is possible.
        """
        ranks = {"tp": self.tp, "ep": self.ep, "pp": self.pp}
        model, on = architecture(self.model), chip(self.chip)
        precisions = self.kv_precision, self.state_precision
        setup = plan(model, on, self.precision, self.chips, ranks, *precisions)
        return replace(setup, balanced=any(word in self.note for word in BALANCED))

    def batch_limit(self) -> int:
        """Sequences that fit at their mean length: what an engine runs, others wait."""
        return self.setup().largest_batch(self.context_in + self.context_out / 2)

    def serving(self) -> Serving:
        """The service that was measured."""
        setup = self.setup()
        return Serving(
            setup,
            min(self.batch, self.batch_limit()),
            self.context_in,
            self.context_out,
            disaggregated=setup.wide or not self.phase.startswith("serve"),
            speculative=self.phase.endswith("speculative"),
        )

    def predicted(self, as_of: date | None = None) -> float:
        """The roofline's figure with every factor known by then at its median, metric's unit."""
        table = efficiency_factors(as_of).at(*self.levels)
        factors, serving = table.medians(), self.serving()
        if self.metric == TIME_PER_TOKEN:
            return 1e3 * float(time_per_output_token(serving, factors)[0])
        phase = self.phase.removesuffix("_speculative")
        return float(tokens_per_chip_second(serving, factors, phase)[0])


COLUMNS = tuple(field.name for field in fields(Measurement))


@cache
def measurements() -> tuple[Measurement, ...]:
    """All bundled measurements, in the order of ``measurements.csv``."""
    rows = csv.DictReader(FILE.read_text(encoding="utf-8").splitlines())
    return tuple(Measurement.from_row(row) for row in rows)


def points_known(as_of: date) -> list[dict[str, Any]]:
    """The measurements known by a day beside what the roofline of that day predicts for each.

    From the last vintage on that is the prediction by factors that never saw the row. Before it
    the factors of the day, or of the kernels where those of the day were fitted to the row's
    source. Fields as in :func:`validation_points`.
    """
    rows = {row.case_id: row for row in measurements() if row.known_on <= as_of.isoformat()}
    points = [point for point in validation_points() if point["case_id"] in rows]
    if as_of >= FITTED_ON:
        return points
    then = {
        name: row.predicted(KERNELS_KNOWN_ON if row.source in FIT_SOURCES else as_of)
        for name, row in rows.items()
    }
    return [
        point | dict.fromkeys(("held_out", "predicted"), then[point["case_id"]]) for point in points
    ]


@cache
def validation_points() -> tuple[dict[str, Any], ...]:
    """Every measurement beside its predictions, for tables and the scatter.

    Each has ``case_id``, ``source``, ``model``, ``chip``, ``engine``, ``family`` (the engine
    without its version), ``phase``, ``metric``, ``measured``, ``predicted`` (factors in use),
    ``held_out`` (fitted without its cell or source), ``fitted`` (whether the factors in use saw
    its source), ``idle`` (a day's mean with idle hours).
    """
    table = {row["case_id"]: row for row in csv.DictReader(VALIDATION.read_text().splitlines())}
    return tuple(
        {
            "case_id": row.case_id,
            "source": row.source,
            "model": row.model,
            "chip": row.chip,
            "engine": row.engine,
            "family": FAMILY_NAMES[row.engine_family],
            "phase": row.phase,
            "metric": row.metric,
            "measured": row.value,
            "predicted": float(table[row.case_id]["predicted"]),
            "held_out": float(table[row.case_id]["held_out"]),
            "fitted": row.source in FIT_SOURCES and row.case_id != IDLE,
            "idle": row.case_id == IDLE,
        }
        for row in measurements()
    )


@dataclass(frozen=True, slots=True)
class GroupError:
    """Errors of a group: median ratio of predicted over measured, median and worst error."""

    group: str
    rows: int
    median_ratio: float
    median_absolute_error: float
    within_1_6: float
    worst: float


def group_error(group: str, points: Iterable[Mapping[str, Any]], by: str) -> GroupError:
    """Errors of some points; ``by`` is "predicted" or "held_out"."""
    ratio = np.array([point[by] / point["measured"] for point in points])
    error = np.abs(ratio - 1)
    return GroupError(
        group,
        len(ratio),
        float(np.median(ratio)),
        float(np.median(error)),
        float(np.mean(np.abs(np.log(ratio)) <= np.log(1.6))),
        float(error.max()),
    )


def errors(
    *names: str, by: str = "held_out", points: Sequence[Mapping[str, Any]] | None = None
) -> tuple[GroupError, ...]:
    """Errors grouped by fields of the points, all together without names; idle hours apart."""
    groups: dict[str, list[Mapping[str, Any]]] = {}
    for point in validation_points() if points is None else points:
        if not point["idle"]:
            label = ", ".join(str(point[name]) for name in names) or "all"
            groups.setdefault(label, []).append(point)
    return tuple(group_error(name, groups[name], by) for name in sorted(groups))
