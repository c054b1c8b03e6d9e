"""What a token costs: tokens per second, USD and joule from a model, a chip and a set-up.

    USD/Mtoken = USD per chip-hour / 3600 * chip-seconds paid per token * 1e6 / utilisation
    J/token    = W * PUE / tokens per chip-second

See ``docs/efficiency.md`` for the equations of the roofline behind it.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

import numpy as np

from jevons.errors import UserError, did_you_mean
from jevons.model.architecture import Architecture, architecture
from jevons.model.chip import Chip
from jevons.model.chip import chip as chip_by_name
from jevons.model.cost_document import contributions, describe, serving_document
from jevons.model.efficiency_factors import EfficiencyFactors, efficiency_factors
from jevons.model.frontier import frontier_document
from jevons.model.roofline_terms import Array
from jevons.model.serving import (
    STEP_LIMIT,
    Serving,
    decode,
    gain_of_twice_the_chips,
    prefill,
    sensible_batch,
    time_per_output_token,
    tokens_per_chip_second,
)
from jevons.model.serving_setup import plan
from jevons.model.training_document import (
    SEQUENCE,
    TRAINING_PHASES,
    RollOut,
    training_document,
    training_tokens,
)

__all__ = [
    "PHASES",
    "REFERENCE_KNOWN_ON",
    "STEP_LIMIT",
    "Serving",
    "cost",
    "decode",
    "frontier",
    "prefill",
    "reference_rate",
    "reference_serving",
    "sensible_batch",
    "time_per_output_token",
    "tokens_per_chip_second",
]

WORTH_SAYING = 1.1  # gain of a better set-up from which the document says so
ENGINES = ("sglang", "trtllm", "vllm")
PHASES = ("serve", "prefill", "decode", *TRAINING_PHASES)
CONTEXT_IN, CONTEXT_OUT = 2048, 512

# The day the reference model was published; before it the chain has no set-up to price.
REFERENCE_KNOWN_ON = date(2024, 12, 26)


def reference_serving(as_of: date | None = None) -> Serving:
    """The set-up that the chain prices: DeepSeek-V3 class, H100, FP8, wide expert parallelism.

    Load as on DeepSeek's published day: 3.6 prompt tokens an output token, mean context 4,989,
    56.3 % of the prompt cached, 88 requests a chip.
    """
    setup = plan(architecture("deepseek-v3", as_of), chip_by_name("H100", as_of), "fp8", 128)
    return Serving(setup, 88 * 128, 4_381, 1_216, cache_hit=0.563, disaggregated=True)


def reference_rate(normals: Mapping[str, np.ndarray], as_of: date | None = None) -> Array:
    """Output tokens per chip-second of the reference set-up, (draw,), from standard normals."""
    serving = reference_serving(as_of)
    table = efficiency_factors(as_of).at(*serving.setup.chip.levels)
    return tokens_per_chip_second(serving, table.from_normals(normals))


def cost(
    model: str | Architecture,
    chip: str,
    *,
    phase: str = "serve",
    batch: int | None = None,
    context_in: int | None = None,
    context_out: int | None = None,
    precision: str | None = None,
    chips: int | None = None,
    parallel: Mapping[str, int] | None = None,
    price_per_hour: float | None = None,
    cache_hit: float = 0.0,
    utilisation: float = 1.0,
    speculative: bool = False,
    kv_precision: str = "bf16",
    tokens: float | None = None,
    engine: str | None = None,
    as_of: date | None = None,
    seed: int = 2025,
    draws: int = 4000,
) -> dict[str, Any]:
    """Cost of a token of ``model`` on ``chip``; the document ``jevons cost`` prints.

    Args:
        model: name in the catalogue, or an architecture. chip: name in the catalogue.
        phase: "serve" and "decode" count output tokens, "prefill" prompt tokens, "pretrain" and
            "sft" trained tokens, "rl" sampled tokens.
        batch: sequences of the whole instance; None takes the largest whose decode
            step alone keeps 20 tokens/s.
        context_in, context_out: tokens of prompt and answer, 2,048 and 512 if None; in training
            ``context_in`` is the sequence, 4,096 if None. precision: of weights; None takes FP8
            where the chip multiplies in it, else what it has.
        chips: of the instance; None takes the fewest that hold the model with room to spare, and
            the set-up says where twice as many would serve more tokens each.
        parallel: ranks "tp", "ep", "pp". price_per_hour: USD per chip-hour; None takes a dated
            rental figure, else spreads the purchase price.
        cache_hit: share of the prompt read from cache. utilisation: share of hours sold.
        speculative: draft one token ahead with the model's own multi-token-prediction head.
        tokens: of a training run; None takes the published count of a pre-training run, else a
            trillion; fine-tuning and reinforcement have none.
        engine: "sglang", "trtllm" or "vllm", whose own time was fitted; None is none of them.
        as_of: sees only what was known by that day. seed, draws: of the efficiency factors.

    Raises:
        UserError: unknown name, impossible set-up, out of memory, not yet known by ``as_of``.
    """
    training = phase in ("pretrain", "sft")
    prompt = (SEQUENCE if training else CONTEXT_IN) if context_in is None else context_in
    answer = CONTEXT_OUT if context_out is None else context_out
    _check(phase, prompt, answer, cache_hit, utilisation, price_per_hour, draws)
    built = architecture(model, as_of) if isinstance(model, str) else model
    _check_context(built, prompt if training else prompt + answer)
    _check_drafts(built, speculative)
    on = chip_by_name(chip, as_of)
    table = _factors(on, engine, as_of)
    run = partial(
        training_document, built, on, phase, table,
        tokens=training_tokens(built.name, phase, tokens, as_of),
        price_per_hour=price_per_hour, utilisation=utilisation,
    )  # fmt: skip
    if training:
        return run(table.draw(seed, draws), context=prompt)
    setup = plan(built, on, precision or on.serving_precision, chips, parallel, kv_precision)
    first = 1 if batch is None else batch
    serving = Serving(setup, first, prompt, answer, cache_hit, setup.wide, speculative)
    stopped, advice = "given", None
    if batch is None:
        chosen, stopped = sensible_batch(serving, table.medians())
        serving = replace(serving, batch=chosen)
        if chips is None and parallel is None and phase in ("serve", "decode"):
            advice = _advice(serving, table, phase)
    setup.check_batch(serving.batch, prompt + answer)
    factors = table.draw(seed, draws)
    if phase == "rl":
        binds = contributions(decode(serving, factors)[0])[1]
        bound = "capacity" if stopped == "capacity" else binds
        rolled = RollOut(
            tokens_per_chip_second(serving, factors), bound, describe(serving, utilisation, stopped)
        )
        return run(factors, context=prompt + answer, roll_out=rolled)
    return serving_document(
        serving, table, factors, phase, price_per_hour, utilisation, stopped, advice
    )


def frontier(
    model: str | Architecture,
    chip: str,
    batches: Sequence[int],
    *,
    context_in: int | None = None,
    context_out: int | None = None,
    precision: str | None = None,
    chips: int | None = None,
    parallel: Mapping[str, int] | None = None,
    price_per_hour: float | None = None,
    cache_hit: float = 0.0,
    speculative: bool = False,
    kv_precision: str = "bf16",
    engine: str | None = None,
    as_of: date | None = None,
    seed: int = 2025,
    draws: int = 4000,
) -> dict[str, Any]:
    """Throughput against interactivity over ``batches``; arguments as in :func:`cost`.

    Raises:
        UserError: as :func:`cost`; not one batch fits.
    """
    prompt = CONTEXT_IN if context_in is None else context_in
    answer = CONTEXT_OUT if context_out is None else context_out
    _check("serve", prompt, answer, cache_hit, 1.0, price_per_hour, draws)
    built = architecture(model, as_of) if isinstance(model, str) else model
    _check_context(built, prompt + answer)
    _check_drafts(built, speculative)
    on = chip_by_name(chip, as_of)
    setup = plan(built, on, precision or on.serving_precision, chips, parallel, kv_precision)
    setup.check_batch(min(batches), prompt + answer)
    serving = Serving(setup, 1, prompt, answer, cache_hit, setup.wide, speculative)
    factors = _factors(setup.chip, engine, as_of).draw(seed, draws)
    return frontier_document(serving, batches, factors, price_per_hour)


def _advice(serving: Serving, table: EfficiencyFactors, phase: str) -> str | None:
    """What twice the chips would gain, where it is worth saying."""
    gain = gain_of_twice_the_chips(serving, table.medians(), phase)
    if gain < WORTH_SAYING:
        return None
    twice = 2 * serving.setup.chips
    return f"on {twice} chips each would serve {gain:.3g} times the tokens: --chips {twice}"


def _factors(on: Chip, engine: str | None, as_of: date | None) -> EfficiencyFactors:
    """The factors of a chip's generation, and of an engine where one is named.

    Raises:
        UserError: unknown engine, or one whose time was not fitted by then.
    """
    table = efficiency_factors(as_of)
    if engine is not None and engine not in ENGINES:
        raise UserError(f"unknown engine {engine!r}{did_you_mean(engine, ENGINES)}")
    if engine is not None and engine not in table.levels:
        raise UserError(f"no figures told engines apart on {as_of}; leave the engine open")
    return table.at(*on.levels, *([] if engine is None else [engine]))


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
    if price is not None and not 0 <= price < math.inf:
        raise UserError(f"price {price} USD per chip-hour must be finite and must not be negative")
    if draws < 1:
        raise UserError(f"draws {draws} must be at least 1")


def _check_context(model: Architecture, context: int) -> None:
    if context > model.max_context:
        raise UserError(
            f"context of {context} tokens exceeds the limit of {model.name}, "
            f"{model.max_context} tokens; shorten the prompt or the answer"
        )


def _check_drafts(model: Architecture, speculative: bool) -> None:
    if speculative and not model.mtp_layers:
        raise UserError(
            f"{model.name} has no multi-token-prediction head to draft with; "
            "leave --speculative out"
        )
