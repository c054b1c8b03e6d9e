"""The document that ``jevons cost`` prints for training: pre-training, fine-tuning, reinforcement.

    tokens per chip-second = peak * MFU * goodput / FLOP per token
    reinforcement:  1 / rate = 1 / roll-out rate + 4/3 FLOP per token / (peak * MFU * goodput)

A reference pass is a third of an update. Published token counts are in ``training_tokens.csv``; a
model without one is priced for a trillion.
"""

import csv
import math
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

import numpy as np

from jevons.errors import UserError
from jevons.model.architecture import Architecture
from jevons.model.chip import Chip
from jevons.model.cost_document import quantity
from jevons.model.efficiency_factors import EfficiencyFactors
from jevons.model.roofline_terms import Array
from jevons.model.service_rate import Factors
from jevons.model.token_price import Hour, hourly_price, power
from jevons.model.training_cost import flop_by_part

TRAINING_PHASES = ("pretrain", "sft", "rl")
TRILLION = 1e12
SEQUENCE = 4096  # tokens of a training sequence, as DeepSeek-V3's pre-training


class RollOut(NamedTuple):
    """Inference inside reinforcement learning: tokens per chip-second (draw,), roof, set-up."""

    rate: Array
    bound: str
    setup: dict[str, Any]


@cache
def _token_rows() -> tuple[dict[str, str], ...]:
    text = files("jevons.model").joinpath("training_tokens.csv").read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines()))


def training_tokens(
    model: str, phase: str, given: float | None, as_of: date | None = None
) -> tuple[float, str]:
    """Tokens of a run and where the count comes from: given, published by then, else a trillion.

    Raises:
        UserError: no tokens of fine-tuning or reinforcement are given: no published count stands
            for a run of one's own.
    """
    if given is not None:
        return given, "given"
    if phase in ("sft", "rl"):
        raise UserError(f"phase {phase} needs the length of the run; give tokens, e.g. 1e9")
    for row in _token_rows() if phase == "pretrain" else ():
        if row["model"] == model and (
            as_of is None or date.fromisoformat(row["known_on"]) <= as_of
        ):
            return float(row["tokens"]), f"{row['source_title']} {row['source_url']}"
    return TRILLION, "not given and no published count: a trillion"


def training_document(
    model: Architecture,
    chip: Chip,
    phase: str,
    table: EfficiencyFactors,
    factors: Factors,
    *,
    tokens: tuple[float, str],
    context: int,
    price_per_hour: float | None,
    utilisation: float,
    roll_out: RollOut | None = None,
) -> dict[str, Any]:
    """Rates, price and energy of a trained token, and of the whole run, as quantiles.

    Args:
        phase: "pretrain" (with multi-token prediction), "sft", or "rl" with its ``roll_out``.
        tokens: trained tokens, in "rl" sampled tokens, and where the count comes from.
        context: tokens of a sequence. factors: (draw,) by name.

    Raises:
        UserError: no tokens, or no end of them.
    """
    if not 0 < tokens[0] < math.inf:
        raise UserError(f"tokens {tokens[0]:g} must be above 0 and finite")
    parts = flop_by_part(model, context, mtp=phase == "pretrain")
    peak = chip.rate("bf16") * factors["step_mfu"] * factors["goodput"]
    seconds = {name: flop / peak for name, flop in parts.items()}
    flop, bound = sum(parts.values()), "compute"
    if roll_out is not None:
        # A reference pass reads every sampled token forward: 2 N of the update's 6 N.
        seconds = {"reference pass": flop / 3 / peak, "update": flop / peak}
        seconds = {"roll-outs": 1.0 / roll_out.rate} | seconds
        flop = flop * 4 / 3 + 2.0 * model.active_parameters
        inference = float(np.median(seconds["roll-outs"]) * np.median(peak))
        bound = roll_out.bound if inference > sum(parts.values()) * 4 / 3 else "compute"
    watts = power(chip, factors)
    hour = hourly_price(chip, factors, watts, price_per_hour)
    total = sum(seconds.values(), start=np.zeros_like(watts))
    usd = hour.usd / (3600.0 * utilisation)
    return {
        "model": model.name,
        "chip": chip.name,
        "phase": phase,
        "tokens_per_s_per_chip": quantity(1.0 / total, "token/s"),
        "usd_per_mtok": quantity(usd * total * 1e6, "USD/Mtoken"),
        "joule_per_token": quantity(watts * total, "J/token"),
        "usd_per_chip_hour": quantity(hour.usd, "USD/hour"),
        "bound": bound,
        "run": {
            "tokens": tokens[0],
            "tokens_source": tokens[1],
            "flop": float(f"{flop * tokens[0]:.6g}"),
            "chip_hours": quantity(tokens[0] * total / 3600.0, "hour"),
            "usd": quantity(tokens[0] * usd * total, "USD"),
            "mwh": quantity(tokens[0] * total * watts / 3.6e9, "MWh"),
            "step_mfu": quantity(factors["step_mfu"], "1"),
            "goodput": quantity(factors["goodput"], "1"),
        },
        "contributions": _rows(seconds, total),
        "setup": {"context": context, "utilisation": utilisation, "price": hour.basis}
        | ({} if roll_out is None else {"roll_out": roll_out.setup}),
        "sources": _sources(model, chip, table, hour),
    }


def _rows(seconds: dict[str, Array], total: Array) -> list[dict[str, Any]]:
    whole = np.mean(total)
    return [
        {
            "stage": name,
            "roof": "inference" if name == "roll-outs" else "compute",
            "seconds": quantity(values, "s"),
            "share": round(float(np.mean(values) / whole), 4),
        }
        for name, values in seconds.items()
    ]


def _sources(model: Architecture, chip: Chip, table: EfficiencyFactors, hour: Hour) -> list[str]:
    named = f"{model.name}: {model.source_title} {model.source_url}".strip()
    used = ("step_mfu", "goodput", "pue", "power_draw")
    factors = [table.table[name].source for name in used]
    return [named, chip.figures["bf16"].source, *hour.sources, *factors]
