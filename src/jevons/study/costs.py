"""Cost per token of a few models on a few chips, and the roofline held against measurements."""

from dataclasses import asdict
from datetime import date
from typing import Any

from jevons.errors import UserError
from jevons.model import efficiency
from jevons.model.measurements import errors, points_known
from jevons.quantiles import rounded

ROWS = (
    ("deepseek-v3", ("H100", "H800", "GB200")),
    ("llama-3.1-405b", ("H100", "GB200")),
    ("llama-3.1-70b", ("H100", "A100")),
    ("gpt-oss-120b", ("H100", "GB200")),
)
PHASES = ("prefill", "decode")
DRAWS = 4000
FIELDS = ("tokens_per_s_per_chip", "usd_per_mtok", "joule_per_token", "bound")


def costs(as_of: date, seed: int) -> dict[str, Any]:
    """Cost per token of models and chips that were public, and priced, by the day."""
    rows = (
        _row(model, chip, phase, as_of, seed)
        for model, chips in ROWS
        for chip in chips
        for phase in PHASES
    )
    return {"rows": [row for row in rows if row is not None]}


def _row(model: str, chip: str, phase: str, as_of: date, seed: int) -> dict[str, Any] | None:
    try:
        answer = efficiency.cost(model, chip, phase=phase, seed=seed, draws=DRAWS, as_of=as_of)
    except UserError:  # not public or not priced by then
        return None
    return {name: answer[name] for name in ("model", "chip", "phase", *FIELDS)}


def checked(as_of: date) -> dict[str, Any]:
    """Measured serving figures beside what the roofline predicts, and its errors by group.

    ``points``: ``source, model, chip, engine, metric, measured, predicted``, the prediction by
    factors that never saw the row. ``errors``: by all, source, chip, engine and phase.
    """
    points = points_known(as_of)
    fields = ("source", "model", "chip", "engine", "metric", "measured")
    groups = [(), ("source",), ("chip",), ("family",), ("phase",)] if points else []
    return {
        "points": [
            {name: point[name] for name in fields} | {"predicted": rounded(point["held_out"])}
            for point in points
            if not point["idle"]
        ],
        "errors": [
            {name: rounded(value) if isinstance(value, float) else value for name, value in row}
            for names in groups
            for row in (asdict(found).items() for found in errors(*names, points=points))
        ],
    }
