"""Runs of InferenceX that the table of published figures does not hold; no fit sees them.

``unseen_runs.csv`` has each point that the benchmark's threads, posts and files quote beside the
table, of models and chips of the catalogue, with layout and time per output token, plain decoding,
prompts and answers on the same chips. Lengths are nominal; precisions of cache and state are those
of the benchmark's scripts and posts. DeepSeek-R1 stands as ``deepseek-v3``, Kimi K2.5 as
``kimi-k2``, whose dimensions they have. Ranks of a TPU are chips here, cores in the source, two of
them a chip. What the two stored copies of the benchmark's answers hold of the table's own months on
NVIDIA's chips is not read: the table is a sample of it.
"""

import csv
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

from jevons.model.measurements import (
    TIME_PER_TOKEN,
    GroupError,
    Measurement,
    group_error,
    measurements,
)

from .read_ground_truth import MEAN_LENGTH

FILE = Path(__file__).parent / "unseen_runs.csv"
AS_THEY_ARE = (
    *("model", "chip", "chips", "tp", "ep", "engine"),
    *("precision", "kv_precision", "state_precision"),
)
LEAST_DECODING = 0.5  # as in the table: where most users wait, the batch is not known


def decoding(row: Mapping[str, str]) -> float:
    """Share of a run's users that are being answered, the others wait; 1 where it is not told.

    By Little's law users being answered are answer tokens a second times seconds a token.
    """
    if not row["tokens_per_s_chip"]:
        return 1.0
    tokens = float(row["tokens_per_s_chip"]) * int(row["chips"])
    answered = tokens * int(row["written"]) / (int(row["read"]) + int(row["written"]))
    return answered * float(row["token_ms"]) / 1e3 / int(row["users"])


@cache
def unseen_runs() -> tuple[Measurement, ...]:
    """The runs, as the measurements of the table are."""
    with FILE.open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if decoding(row) > LEAST_DECODING]
    return tuple(
        Measurement.from_row(
            {
                "case_id": f"UNSEEN-{number:03d}",
                "source": "InferenceX",
                "phase": "serve",
                "batch": row["users"],
                "context_in": str(round(MEAN_LENGTH * int(row["read"]))),
                "context_out": str(round(MEAN_LENGTH * int(row["written"]))),
                "pp": "1",
                "metric": TIME_PER_TOKEN,
                "value": row["token_ms"],
                "known_on": row["published"],
                "source_title": "InferenceX",
                "source_url": row["url"],
                "note": "",
            }
            | {name: row[name] for name in AS_THEY_ARE}
        )
        for number, row in enumerate(rows)
    )


def kind(row: Measurement) -> str:
    """What is new of a run: engine or load alone, the model, or the maker of the chip."""
    named = {"MI": "AMD's chips", "TPU": "Google's chip"}
    maker = next((who for start, who in named.items() if row.chip.startswith(start)), None)
    if maker:
        return maker
    known = row.model in {each.model for each in measurements()}
    return "NVIDIA's chips, models of the table" if known else "NVIDIA's chips, other models"


def unseen_errors(name: Callable[[Measurement], str]) -> tuple[GroupError, ...]:
    """Errors of the factors in use on these runs' times, grouped by a name of each."""
    groups: dict[str, list[dict[str, float]]] = {}
    for row in unseen_runs():
        point = {"predicted": row.predicted(), "measured": row.value}
        groups.setdefault(name(row), []).append(point)
    return tuple(group_error(label, groups[label], "predicted") for label in sorted(groups))
