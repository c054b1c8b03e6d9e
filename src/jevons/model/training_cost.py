"""What a training run costs: FLOP, chip-hours, USD, MWh; and a round of reinforcement learning.

    FLOP  = D (6 N_active + 6 n_q (d_qk + d_v) s/2 L + 6 N_mtp)
    hours = FLOP / (peak * MFU * goodput * 3600)

Step MFU (model FLOP of a step over the BF16 peak) and goodput (useful steps over hours paid for)
are two factors. Post-training by reinforcement adds roll-outs, which are inference, to 2 N per
token of a reference pass and 6 N per token of an update.
"""

from dataclasses import dataclass

import jax
import jax.numpy as jnp
from jax.typing import ArrayLike

from jevons.errors import UserError
from jevons.model.architecture import Architecture
from jevons.model.chip import Chip

SECONDS_PER_HOUR = 3600.0
# Llama 3 Herd of Models (arXiv 2407.21783): 38-43 % on 16,384 H100; DeepSeek-V3's hours imply
# 40.5 % with attention and multi-token prediction counted (arXiv 2412.19437).
STEP_MFU = (0.40, 0.36, 0.44)  # median, low, high
GOODPUT = (0.95, 0.85, 1.00)  # Llama 3: more than 90 % effective training time


@dataclass(frozen=True, slots=True)
class TrainingCost:
    """Cost of a run; arrays broadcast over draws: FLOP, chip-hours, USD, MWh."""

    flop: jax.Array
    chip_hours: jax.Array
    usd: jax.Array
    mwh: jax.Array


def flop_by_part(model: Architecture, context: int, mtp: bool = True) -> dict[str, float]:
    """Training FLOP per token by part: forward and backward, causal attention over ``context``."""
    routed = 6.0 * (model.active_parameters - model.dense_parameters)
    tokens = min(context / 2, model.sparse_index_topk or context)
    window = min(context / 2, model.sliding_window)
    attended = tokens * model.full_attention_layers + window * model.window_layers
    indexer = 2.0 * model.index_heads * model.index_head_dim * model.full_attention_layers
    parts = {
        "weights (dense)": 6.0 * model.dense_parameters,
        "experts": routed,
        "attention": 3.0
        * (model.attention_flop_prefill * attended + indexer * context / 2 + model.state_flop),
        "multi-token prediction": 6.0 * model.mtp_parameters if mtp else 0.0,
    }
    return {name: flop for name, flop in parts.items() if flop}


def flop_per_token(model: Architecture, context: int, mtp: bool = True) -> float:
    """Training FLOP per token, all parts of :func:`flop_by_part`."""
    return sum(flop_by_part(model, context, mtp).values())


def pretraining(
    model: Architecture,
    chip: Chip,
    tokens: float,
    *,
    context: int = 4096,
    mfu: ArrayLike = STEP_MFU[0],
    goodput: ArrayLike = GOODPUT[0],
    price_per_hour: ArrayLike = 2.0,
    watts: ArrayLike | None = None,
) -> TrainingCost:
    """Cost of pre-training on ``tokens`` tokens.

    Args:
        model, chip: what is trained on what; the peak is the chip's BF16 rate also where matrix
            products run in FP8, which is how published MFU figures are stated.
        mfu, goodput: shares, broadcastable. price_per_hour: USD per chip-hour.
        watts: site power per chip; None takes the chip's TDP.

    Raises:
        UserError: a share outside (0, 1], no tokens, a negative price.
    """
    if tokens <= 0:
        raise UserError(f"tokens {tokens:g} must be above 0")
    for name, share in (("mfu", mfu), ("goodput", goodput)):
        if not bool(jnp.all((jnp.asarray(share) > 0) & (jnp.asarray(share) <= 1))):
            raise UserError(f"{name} must be above 0 and at most 1")
    if bool(jnp.any(jnp.asarray(price_per_hour) < 0)):
        raise UserError("price per chip-hour must not be negative")
    flop = flop_per_token(model, context) * tokens
    return _priced(flop, chip, mfu, goodput, price_per_hour, watts)


def reinforcement(
    model: Architecture,
    chip: Chip,
    sampled_tokens: float,
    decode_tokens_per_second: ArrayLike,
    *,
    trained_share: float = 1.0,
    context: int = 8192,
    mfu: ArrayLike = STEP_MFU[0],
    goodput: ArrayLike = GOODPUT[0],
    price_per_hour: ArrayLike = 2.0,
    watts: ArrayLike | None = None,
) -> TrainingCost:
    """Cost of reinforcement learning on ``sampled_tokens`` of roll-outs.

    Args:
        decode_tokens_per_second: output tokens per chip-second of the roll-outs, from
            :func:`jevons.model.serving.tokens_per_chip_second`.
        trained_share: share of the sampled tokens that the update uses.
    """
    forward_backward = flop_per_token(model, context, mtp=False) * trained_share
    reference = flop_per_token(model, context, mtp=False) / 3  # forward pass alone: 2 of 6 N
    flop = (forward_backward + reference) * sampled_tokens
    update = _priced(flop, chip, mfu, goodput, price_per_hour, watts)
    rollout = sampled_tokens / jnp.asarray(decode_tokens_per_second) / SECONDS_PER_HOUR
    scale = 1 + rollout / update.chip_hours
    return TrainingCost(
        update.flop + 2.0 * model.active_parameters * sampled_tokens,
        update.chip_hours * scale,
        update.usd * scale,
        update.mwh * scale,
    )


def _priced(
    flop: float,
    chip: Chip,
    mfu: ArrayLike,
    goodput: ArrayLike,
    price_per_hour: ArrayLike,
    watts: ArrayLike | None,
) -> TrainingCost:
    rate = chip.rate("bf16") * jnp.asarray(mfu) * jnp.asarray(goodput)
    hours = flop / rate / SECONDS_PER_HOUR
    drawn = chip.needed("tdp", "energy of training") if watts is None else watts
    usd = hours * jnp.asarray(price_per_hour)
    return TrainingCost(jnp.asarray(flop), hours, usd, hours * jnp.asarray(drawn) / 1e6)
