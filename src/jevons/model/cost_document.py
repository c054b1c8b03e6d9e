"""The document that ``jevons cost`` prints for a service: rates, USD, joule, roofs, sources."""

from typing import Any

import numpy as np

from jevons.model.chip import Chip
from jevons.model.efficiency_factors import EfficiencyFactors
from jevons.model.roofline_terms import Array, Stages
from jevons.model.service_rate import Factors
from jevons.model.serving import (
    Serving,
    cache_read_seconds,
    cached_seconds,
    decode,
    prefill,
    time_per_output_token,
    tokens_per_chip_second,
)
from jevons.model.serving_setup import Setup
from jevons.model.token_price import hourly_price, power
from jevons.quantiles import summarise

# Field of Stages, label, roof; the longer of its two roofs where none is named.
_STAGES = (
    ("dense", "weights (dense)", None),
    ("expert", "experts", None),
    ("attention", "attention and KV cache", None),
    ("activations", "activations", "memory"),
    ("exposed", "communication", "communication"),
    ("overhead", "engine", "latency"),
)


def serving_document(
    serving: Serving,
    table: EfficiencyFactors,
    factors: Factors,
    phase: str,
    price_per_hour: float | None,
    utilisation: float,
    stopped: str,
    advice: str | None,
) -> dict[str, Any]:
    """Rates, prices and energy of a service as quantiles, with what binds and the sources.

    Args:
        factors: (draw,) by name. stopped: what limited the batch: "given", "capacity",
            "interactivity". advice: a better set-up, in words, if one is known.
    """
    setup = serving.setup
    rate = tokens_per_chip_second(serving, factors, phase)
    watts = power(setup.chip, factors)
    hour = hourly_price(setup.chip, factors, watts, price_per_hour)
    paid = 1 / (3600.0 * utilisation)  # chip-hours for a second of work
    usd = hour.usd * 1e6 * paid
    stages, step = decode(serving, factors)
    reading_stages, reading = prefill(serving, factors)
    rows, bound = contributions(reading_stages if phase == "prefill" else stages)
    if stopped == "capacity" and phase != "prefill":
        bound = "capacity"
    seconds = 1.0 / rate + cached_seconds(serving, phase)
    served = tokens_per_chip_second(serving, factors)
    answer = serving.context_out * (1.0 / served + cached_seconds(serving))
    user = time_per_output_token(serving, factors)
    return {
        "model": setup.model.name,
        "chip": setup.chip.name,
        "phase": phase,
        "tokens_per_s_per_chip": quantity(rate, "token/s"),
        "usd_per_mtok": quantity(usd * seconds, "USD/Mtoken"),
        "joule_per_token": quantity(watts / rate, "J/token"),
        "usd_per_chip_hour": quantity(hour.usd, "USD/hour"),
        "bound": bound,
        "usd_per_mtok_by_kind": {
            "input": quantity(usd / reading, "USD/Mtoken"),
            "cached_input": quantity(usd * cache_read_seconds(serving), "USD/Mtoken"),
            "output": quantity(usd * step * setup.chips / serving.batch, "USD/Mtoken"),
        },
        "usd_per_answer": quantity(usd * answer / 1e6, "USD"),
        "time_per_output_token_ms": quantity(1e3 * user, "ms"),
        "tokens_per_s_per_user": quantity(1.0 / user, "token/s"),
        "contributions": rows,
        "setup": describe(serving, utilisation, stopped)
        | {"price": hour.basis}
        | ({} if advice is None else {"advice": advice}),
        "sources": sources(setup, table, hour.sources),
    }


def contributions(stages: Stages) -> tuple[list[dict[str, Any]], str]:
    """Seconds by stage for one step, the share of each, and the roof with the largest sum."""
    total = np.mean(stages.total)
    roofs = {"memory": 0.0, "compute": 0.0, "communication": 0.0}
    rows = []
    for name, label, named in _STAGES:
        seconds = getattr(stages, name) * np.ones_like(stages.total)
        roof = named
        if roof is None:
            memory = np.mean(getattr(stages, f"{name}_memory"))
            roof = "memory" if memory >= np.mean(getattr(stages, f"{name}_compute")) else "compute"
        share = float(np.mean(seconds) / total)
        if roof in roofs:
            roofs[roof] += share
        row = {"stage": label, "roof": roof, "seconds": quantity(seconds, "s")}
        rows.append(row | {"share": round(share, 4)})
    return rows, max(roofs, key=lambda roof: roofs[roof])


def describe(serving: Serving, utilisation: float, stopped: str) -> dict[str, Any]:
    """The set-up and its load in plain values."""
    setup = serving.setup
    return {
        "chips": setup.chips,
        "parallel": {"tp": setup.tp, "ep": setup.ep, "pp": setup.pp},
        "precision": setup.precision,
        "kv_precision": setup.kv_precision,
        "batch": serving.batch,
        "batch_limit": stopped,
        "context_in": serving.context_in,
        "context_out": serving.context_out,
        "cache_hit": serving.cache_hit,
        "disaggregated": serving.disaggregated,
        "speculative": serving.speculative,
        "utilisation": utilisation,
        "weight_gb_per_chip": round(setup.weight_bytes_per_chip / 1e9, 3),
    }


def sources(setup: Setup, table: EfficiencyFactors, price: list[str]) -> list[str]:
    """Where the dimensions, the chip's figures, the price and the factors come from."""
    used = ("memory", "memory_bandwidth", "bf16", "fp8", "fp4", "intranode", "internode")
    chip: Chip = setup.chip
    figures = [chip.figures[name].source for name in used if name in chip.figures]
    model = f"{setup.model.name}: {setup.model.source_title} {setup.model.source_url}".strip()
    return [model, *figures, *price, *(factor.source for factor in table.table.values())]


def quantity(values: Array, unit: str) -> dict[str, Any]:
    """Quantiles over draws (draw,) in ``unit``."""
    return summarise(np.asarray(values), unit)
