"""Measured serving figures, and what the roofline predicts for each."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np

from jevons.model.architecture import architecture
from jevons.model.chip import chip
from jevons.model.efficiency import Serving, time_per_output_token, tokens_per_chip_second
from jevons.model.efficiency_factors import efficiency_factors
from jevons.model.serving_setup import plan


@dataclass(frozen=True, slots=True)
class Measurement:
    """One measured figure and the set-up it was measured on; ``metric`` names its unit."""

    case_id: str
    group: str
    model: str
    chip: str
    chips: int
    precision: str
    kv_precision: str
    phase: str
    batch: int
    context_in: int
    context_out: int
    tp: int
    ep: int
    metric: str
    value: float
    known_on: str
    source_title: str
    source_url: str
    note: str

    def predicted(self) -> float:
        """The roofline's figure with every factor at its median, in the metric's unit."""
        factors = efficiency_factors().medians()
        ranks = {"tp": self.tp, "ep": self.ep}
        setup = plan(
            architecture(self.model),
            chip(self.chip),
            self.precision,
            self.chips,
            ranks,
            self.kv_precision,
        )
        batch = min(self.batch, setup.largest_batch(self.context_in + self.context_out))
        serving = Serving(
            setup,
            batch,
            self.context_in,
            self.context_out,
            disaggregated=setup.wide,
            speculative=self.phase.endswith("speculative"),
        )
        if self.metric == "time_per_output_token_ms":
            return 1e3 * float(time_per_output_token(serving, factors)[0])
        phase = self.phase.removesuffix("_speculative")
        return float(tokens_per_chip_second(serving, factors, phase)[0])


@cache
def measurements() -> tuple[Measurement, ...]:
    """All bundled measurements, in the order of ``measurements.csv``."""
    text = files("jevons.model").joinpath("measurements.csv").read_text(encoding="utf-8")
    whole = ("chips", "batch", "context_in", "context_out", "tp", "ep")
    rows = []
    for row in csv.DictReader(text.splitlines()):
        numbers = {name: int(row.pop(name)) for name in whole}
        value = float(row.pop("value"))
        rows.append(Measurement(value=value, **numbers, **row))  # type: ignore[arg-type]
    return tuple(rows)


@dataclass(frozen=True, slots=True)
class GroupError:
    """Errors of one group: rows, median ratio predicted over measured, median absolute error."""

    group: str
    rows: int
    median_ratio: float
    median_absolute_error: float
    worst: float


def errors_by_group(rows: Sequence[Measurement] | None = None) -> tuple[GroupError, ...]:
    """Relative errors of the roofline by group of measurements."""
    ratios: dict[str, list[float]] = {}
    for row in measurements() if rows is None else rows:
        ratios.setdefault(row.group, []).append(row.predicted() / row.value)
    return tuple(
        GroupError(
            group,
            len(found),
            float(np.median(found)),
            float(np.median(np.abs(np.array(found) - 1))),
            float(max(np.abs(np.array(found) - 1))),
        )
        for group, found in ratios.items()
    )
