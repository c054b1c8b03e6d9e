"""What a token costs: tokens per second, USD and joule from a model, a chip and a set-up.

    USD/Mtoken = USD per chip-hour / 3600 / tokens per chip-second * 1e6 / utilisation
    J/token    = W * PUE / tokens per chip-second

See ``docs/efficiency.md`` for the equations of the roofline behind it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jevons.errors import UserError, did_you_mean
from jevons.model.architecture import Architecture, architecture
from jevons.model.chip import Chip
from jevons.model.chip import chip as chip_by_name
from jevons.model.efficiency_factors import EfficiencyFactors, efficiency_factors
from jevons.model.service_rate import Factors, Stages, decode_stages, prefill_stages
from jevons.model.serving_setup import Setup, plan
from jevons.model.token_price import hourly_price, power
from jevons.quantiles import summarise

PHASES = ("serve", "prefill", "decode")
PREFILL_TOKENS_PER_CHIP = 16_384  # LMSYS and DeepSeek profile data, wide expert parallelism
CHUNK_TOKENS = 8_192  # prompt tokens read at once by a small instance
STEP_LIMIT = 0.05  # s; 20 tokens/s for a user, the speed of DeepSeek's service
CACHE_READ_RATE = 40 * 2**30 / 8  # bytes/s a chip; 3FS README: 40 GiB/s for a client node of 8
_STAGES = ("dense", "expert", "attention", "exposed", "overhead")
_LABELS = ("weights (dense)", "experts", "attention and KV cache", "communication", "engine")


@dataclass(frozen=True, slots=True)
class Serving:
    """One service: a set-up, its load, and where prefill runs."""

    setup: Setup
    batch: int
    context_in: int
    context_out: int
    cache_hit: float = 0.0
    disaggregated: bool = False
    speculative: bool = False

    @property
    def mean_context(self) -> float:
        """Mean context over the answer, tokens."""
        return self.context_in + self.context_out / 2


def decode(serving: Serving, factors: Factors) -> tuple[Stages, jax.Array]:
    """Stages of one decode step and seconds per output token of a user, (draw,)."""
    setup = serving.setup
    stages = decode_stages(
        setup.work(),
        setup.machine(),
        setup.layout(),
        factors,
        serving.batch / setup.pp,
        serving.mean_context,
        2.0 if serving.speculative else 1.0,
    )
    accepted = factors["draft_acceptance"] if serving.speculative else 0.0
    return stages, stages.total / (1.0 + accepted)


def prefill(serving: Serving, factors: Factors) -> tuple[Stages, jax.Array]:
    """Stages of reading one chunk and prompt tokens read per chip-second, (draw,)."""
    setup = serving.setup
    stage_chips = setup.chips // setup.pp
    tokens = PREFILL_TOKENS_PER_CHIP * stage_chips if setup.wide else CHUNK_TOKENS
    stages = prefill_stages(
        setup.work(),
        setup.machine(),
        setup.layout(),
        factors,
        tokens,
        max(serving.context_in, 1),
    )
    return stages, tokens / (stages.total * stage_chips)


def tokens_per_chip_second(serving: Serving, factors: Factors, phase: str = "serve") -> jax.Array:
    """Tokens per second and chip, (draw,): prompt tokens in prefill, else output tokens.

    Served together, ``TPOT = t_decode + phi (B - 1) t_prompt / output``; served apart, the
    chip-seconds of both pools add. Cached prompt tokens are not read again.
    """
    chips = serving.setup.chips
    _, reading = prefill(serving, factors)
    if phase == "prefill":
        return reading / (1.0 - serving.cache_hit)
    _, step = decode(serving, factors)
    if phase == "decode":
        return serving.batch / (step * chips)
    read = serving.context_in * (1.0 - serving.cache_hit)
    if serving.disaggregated:
        seconds = chips * step / serving.batch + read / serving.context_out / reading
        return 1.0 / seconds
    return serving.batch / (time_per_output_token(serving, factors) * chips)


def time_per_output_token(serving: Serving, factors: Factors) -> jax.Array:
    """Seconds between a user's output tokens, (draw,), prefill of others included."""
    _, step = decode(serving, factors)
    if serving.disaggregated:
        return step
    _, reading = prefill(serving, factors)
    read = serving.context_in * (1.0 - serving.cache_hit)
    prompt = read / (reading * serving.setup.chips)
    wait = factors["prefill_interference"] * (serving.batch - 1) * prompt / serving.context_out
    return step + wait


# The day the reference model was published; before it the chain has no set-up to price.
REFERENCE_KNOWN_ON = date(2024, 12, 26)


def reference_serving(as_of: date | None = None) -> Serving:
    """The set-up that the chain prices: DeepSeek-V3 class, H100, FP8, wide expert parallelism.

    Load as on DeepSeek's published day: 3.6 prompt tokens an output token, mean context 4,989,
    56.3 % of the prompt cached, 88 requests a chip.
    """
    setup = plan(architecture("deepseek-v3", as_of), chip_by_name("H100", as_of), "fp8", 128)
    return Serving(setup, 88 * 128, 4_381, 1_216, cache_hit=0.563, disaggregated=True)


def reference_rate(normals: Mapping[str, jax.Array], as_of: date | None = None) -> jax.Array:
    """Output tokens per chip-second of the reference set-up, (draw,), from standard normals."""
    factors = efficiency_factors(as_of).from_normals(normals)
    return tokens_per_chip_second(reference_serving(as_of), factors)


def sensible_batch(serving: Serving, factors: Factors) -> tuple[int, str]:
    """Largest power-of-two batch a data-parallel rank within the step limit, and what stopped it.

    Returns:
        Sequences of the instance, and "capacity" or "interactivity".
    """
    setup = serving.setup
    ranks = setup.chips // setup.pp // setup.tp
    most = setup.largest_batch(serving.context_in + serving.context_out)
    batch = min(ranks, most)
    while True:
        larger = 2 * batch
        if larger > most:
            return batch, "capacity"
        if float(decode(replace(serving, batch=larger), factors)[1][0]) > STEP_LIMIT:
            return batch, "interactivity"
        batch = larger


def cost(
    model: str | Architecture,
    chip: str,
    *,
    phase: str = "serve",
    batch: int | None = None,
    context_in: int = 2048,
    context_out: int = 512,
    precision: str = "fp8",
    chips: int | None = None,
    parallel: Mapping[str, int] | None = None,
    price_per_hour: float | None = None,
    cache_hit: float = 0.0,
    utilisation: float = 1.0,
    speculative: bool = False,
    kv_precision: str = "bf16",
    as_of: date | None = None,
    seed: int = 2025,
    draws: int = 4000,
) -> dict[str, Any]:
    """Cost of a token of ``model`` on ``chip``; the document ``jevons cost`` prints.

    Args:
        model: name in the catalogue, or an architecture. chip: name in the catalogue.
        phase: "serve" and "decode" count output tokens, "prefill" prompt tokens.
        batch: sequences of the whole instance; None takes the largest that keeps 20 tokens/s.
        context_in, context_out: tokens of prompt and answer. precision: of weights.
        chips: of the instance; None takes the fewest that hold the model with room to spare.
        parallel: ranks "tp", "ep", "pp". price_per_hour: USD per chip-hour; None takes a dated
            rental figure, else spreads the purchase price.
        cache_hit: share of the prompt read from cache. utilisation: share of hours sold.
        as_of: sees only what was known by that day. seed, draws: of the efficiency factors.

    Raises:
        UserError: unknown name, impossible set-up, out of memory, not yet known by ``as_of``.
    """
    _check(phase, context_in, context_out, cache_hit, utilisation, price_per_hour, draws)
    built = architecture(model, as_of) if isinstance(model, str) else model
    _check_context(built, context_in + context_out)
    setup = plan(built, chip_by_name(chip, as_of), precision, chips, parallel, kv_precision)
    table = efficiency_factors(as_of)
    first = 1 if batch is None else batch
    serving = Serving(setup, first, context_in, context_out, cache_hit, setup.wide, speculative)
    stopped = "given"
    if batch is None:
        chosen, stopped = sensible_batch(serving, table.medians())
        serving = replace(serving, batch=chosen)
    setup.check_batch(serving.batch, context_in + context_out)
    factors = table.draw(seed, draws)
    return _document(serving, table, factors, phase, price_per_hour, utilisation, stopped)


def _document(
    serving: Serving,
    table: EfficiencyFactors,
    factors: Factors,
    phase: str,
    price_per_hour: float | None,
    utilisation: float,
    stopped: str,
) -> dict[str, Any]:
    setup = serving.setup
    rate = tokens_per_chip_second(serving, factors, phase)
    watts = power(setup.chip, factors)
    hour = hourly_price(setup.chip, factors, watts, price_per_hour)
    usd = hour.usd * 1e6 / (3600.0 * utilisation)
    contributions, bound = _contributions(serving, factors, phase)
    if stopped == "capacity" and phase != "prefill":
        bound = "capacity"
    _, reading = prefill(serving, factors)
    cached = setup.model.kv_bytes_per_token(setup.kv_bytes) / CACHE_READ_RATE
    _, step = decode(serving, factors)
    return {
        "model": setup.model.name,
        "chip": setup.chip.name,
        "phase": phase,
        "tokens_per_s_per_chip": _q(rate, "token/s"),
        "usd_per_mtok": _q(usd / rate, "USD/Mtoken"),
        "joule_per_token": _q(watts / rate, "J/token"),
        "bound": bound,
        "usd_per_mtok_by_kind": {
            "input": _q(usd / reading, "USD/Mtoken"),
            "cached_input": _q(usd * cached * jnp.ones_like(reading), "USD/Mtoken"),
            "output": _q(usd * step * setup.chips / serving.batch, "USD/Mtoken"),
        },
        "time_per_output_token_ms": _q(1e3 * time_per_output_token(serving, factors), "ms"),
        "contributions": contributions,
        "setup": _setup(serving, utilisation, stopped) | {"price": hour.basis},
        "sources": _sources(setup, table, hour.sources),
    }


def _contributions(
    serving: Serving, factors: Factors, phase: str
) -> tuple[list[dict[str, Any]], str]:
    """Seconds by stage for one step, the share of each, and the roof with the largest sum."""
    stages, _ = prefill(serving, factors) if phase == "prefill" else decode(serving, factors)
    total = jnp.mean(stages.total)
    roofs = {"memory": 0.0, "compute": 0.0, "communication": 0.0}
    rows = []
    for name, label in zip(_STAGES, _LABELS, strict=True):
        seconds = getattr(stages, name) * jnp.ones_like(stages.total)
        roof = {"exposed": "communication", "overhead": "latency"}.get(name)
        if roof is None:
            memory = jnp.mean(getattr(stages, f"{name}_memory"))
            roof = "memory" if memory >= jnp.mean(getattr(stages, f"{name}_compute")) else "compute"
        share = float(jnp.mean(seconds) / total)
        if roof in roofs:
            roofs[roof] += share
        rows.append(
            {"stage": label, "roof": roof, "seconds": _q(seconds, "s"), "share": round(share, 4)}
        )
    return rows, max(roofs, key=lambda roof: roofs[roof])


def _setup(serving: Serving, utilisation: float, stopped: str) -> dict[str, Any]:
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


def _sources(setup: Setup, table: EfficiencyFactors, price: list[str]) -> list[str]:
    used = ("memory", "memory_bandwidth", "bf16", "fp8", "fp4", "intranode", "internode")
    chip: Chip = setup.chip
    figures = [chip.figures[name].source for name in used if name in chip.figures]
    model = f"{setup.model.name}: {setup.model.source_title} {setup.model.source_url}".strip()
    return [model, *figures, *price, *(factor.source for factor in table.table.values())]


def _q(values: jax.Array, unit: str) -> dict[str, Any]:
    return summarise(np.asarray(values), unit)


def _check(
    phase: str,
    context_in: int,
    context_out: int,
    cache_hit: float,
    utilisation: float,
    price: float | None,
    draws: int,
) -> None:
    if phase not in PHASES:
        raise UserError(f"unknown phase {phase!r}{did_you_mean(phase, PHASES)}")
    if context_in < 1 or context_out < 1:
        raise UserError(f"context {context_in} in and {context_out} out must be at least 1 token")
    if not 0 <= cache_hit < 1:
        raise UserError(f"cache hit {cache_hit} must be at least 0 and below 1")
    if not 0 < utilisation <= 1:
        raise UserError(f"utilisation {utilisation} must be above 0 and at most 1")
    if price is not None and price < 0:
        raise UserError(f"price {price} USD per chip-hour must not be negative")
    if draws < 1:
        raise UserError(f"draws {draws} must be at least 1")


def _check_context(model: Architecture, context: int) -> None:
    if context > model.max_context:
        raise UserError(
            f"context of {context} tokens exceeds the limit of {model.name}, "
            f"{model.max_context} tokens; shorten the prompt or the answer"
        )
