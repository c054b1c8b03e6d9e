"""Runs of InferenceX that the table of published figures does not hold; no fit sees them.

``unseen_runs.csv`` has each point that the benchmark's threads, posts and files quote from later
engines, or of models and chips that the table lacks, where model and chip are in the catalogue.
Lengths are nominal; precisions of cache and state are those of the benchmark's scripts. Left out:
speculative decoding, prefill and decode apart, points without layout or time per output token, and
nine whose users wait: by Little's law a fifth fewer than sent are decoded at once. Ranks of a TPU
are chips here, cores in the source, two of them a chip.
"""

import csv
from collections.abc import Callable
from functools import cache
from pathlib import Path

from jevons.model.measurements import TIME_PER_TOKEN, GroupError, Measurement, group_error

from .read_ground_truth import MEAN_LENGTH

FILE = Path(__file__).parent / "unseen_runs.csv"
AS_THEY_ARE = (
    *("model", "chip", "tp", "ep", "engine"),
    *("precision", "kv_precision", "state_precision"),
)


@cache
def unseen_runs() -> tuple[Measurement, ...]:
    """The runs, as the measurements of the table are."""
    with FILE.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return tuple(
        Measurement.from_row(
            {
                "case_id": f"UNSEEN-{number:03d}",
                "source": "InferenceX",
                "chips": row["tp"],
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


def unseen_errors(name: Callable[[Measurement], str]) -> tuple[GroupError, ...]:
    """Errors of the factors in use on these runs' times, grouped by a name of each."""
    groups: dict[str, list[dict[str, float]]] = {}
    for row in unseen_runs():
        point = {"predicted": row.predicted(), "measured": row.value}
        groups.setdefault(name(row), []).append(point)
    return tuple(group_error(label, groups[label], "predicted") for label in sorted(groups))
