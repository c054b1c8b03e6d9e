"""One service: tokens a second from a set-up and its load, prompts and answers together.

Rates follow from the roofline of :mod:`jevons.model.service_rate`; here the two phases meet.
"""

from dataclasses import dataclass, replace

import numpy as np

from jevons.errors import UserError
from jevons.model.roofline_terms import Array, Stages
from jevons.model.service_rate import Factors, decode_stages, prefill_stages
from jevons.model.serving_setup import Setup, plan

PREFILL_TOKENS_PER_CHIP = 16_384  # LMSYS and DeepSeek profile data, wide expert parallelism
CHUNK_TOKENS = 8_192  # prompt tokens read at once by a small instance
CACHE_READ_RATE = 40 * 2**30 / 8  # bytes/s a chip; 3FS README: 40 GiB/s for a client node of 8
STEP_LIMIT = 0.05  # s; 20 tokens/s for a user, the speed of DeepSeek's service


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


def _results(stages: Stages) -> Stages:
    """The same for NumPy, whose few operations from here on need no compiling."""
    return Stages(*map(np.asarray, stages))


def decode(serving: Serving, factors: Factors) -> tuple[Stages, Array]:
    """Stages of one decode step and seconds per output token of a user, (draw,)."""
    setup = serving.setup
    stages = _results(
        decode_stages(
            setup.work(),
            setup.machine(),
            setup.layout(),
            factors,
            serving.batch / setup.pp,
            serving.mean_context,
            2.0 if serving.speculative else 1.0,
        )
    )
    accepted = factors["draft_acceptance"] if serving.speculative else 0.0
    return stages, stages.total / (1.0 + accepted)


def prefill(serving: Serving, factors: Factors) -> tuple[Stages, Array]:
    """Stages of reading one chunk and prompt tokens read per chip-second, (draw,)."""
    setup = serving.setup
    stage_chips = setup.chips // setup.pp
    tokens = PREFILL_TOKENS_PER_CHIP * stage_chips if setup.wide else CHUNK_TOKENS
    stages = _results(
        prefill_stages(
            setup.work(),
            setup.machine(),
            setup.layout(),
            factors,
            tokens,
            max(serving.context_in, 1),
        )
    )
    return stages, tokens / (stages.total * stage_chips)


def tokens_per_chip_second(serving: Serving, factors: Factors, phase: str = "serve") -> Array:
    """Tokens per second and chip, (draw,): prompt tokens in prefill, else output tokens.

    The chip-seconds of both phases add, on the same chips or on two pools: what of the prompts
    does not delay a user's decode delays the first token. Cached prompt tokens are not read again.
    """
    chips = serving.setup.chips
    _, reading = prefill(serving, factors)
    if phase == "prefill":
        return reading / (1.0 - serving.cache_hit)
    _, step = decode(serving, factors)
    if phase == "decode":
        return serving.batch / (step * chips)
    read = serving.context_in * (1.0 - serving.cache_hit)
    seconds = chips * step / serving.batch + read / serving.context_out / reading
    return 1.0 / seconds


def cache_read_seconds(serving: Serving) -> float:
    """Chip-seconds in which the KV cache of one prompt token comes from storage."""
    setup = serving.setup
    return setup.model.kv_bytes_per_token(setup.kv_bytes) / CACHE_READ_RATE


def cached_seconds(serving: Serving, phase: str = "serve") -> float:
    """Chip-seconds that a token of the phase is charged for its cached prompt tokens.

    Cached prompts come from storage while the chip works for others: they lower no throughput, so
    :func:`tokens_per_chip_second` leaves them out. They take the chip's share of the storage
    network, which is charged as if the chip waited.
    """
    prompt = {"serve": serving.context_in / serving.context_out, "prefill": 1.0}.get(phase, 0.0)
    return prompt * serving.cache_hit * cache_read_seconds(serving)


def time_per_output_token(serving: Serving, factors: Factors) -> Array:
    """Seconds between a user's output tokens, (draw,), prefill of others included."""
    _, step = decode(serving, factors)
    if serving.disaggregated:
        return step
    _, reading = prefill(serving, factors)
    read = serving.context_in * (1.0 - serving.cache_hit)
    prompt = read / (reading * serving.setup.chips)
    wait = factors["prefill_interference"] * (serving.batch - 1) * prompt / serving.context_out
    return step + wait


def sensible_batch(serving: Serving, factors: Factors) -> tuple[int, str]:
    """Largest power-of-two batch a data-parallel rank within the step limit, and what stopped it.

    The limit is on the decode step alone: a user also waits for the prompts of others that are
    read on the same chips, see :func:`time_per_output_token`.

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


def gain_of_twice_the_chips(serving: Serving, factors: Factors, phase: str) -> float:
    """Tokens per chip-second on twice the chips, at its sensible batch, over those of ``serving``.

    1 where twice the chips are no possible set-up. ``factors``: medians, (1,).
    """
    one = serving.setup
    try:
        two = plan(
            one.model,
            one.chip,
            one.precision,
            2 * one.chips,
            kv_precision=one.kv_precision,
            state_precision=one.state_precision,
        )
        larger = replace(serving, setup=two, disaggregated=two.wide)
        larger = replace(larger, batch=sensible_batch(larger, factors)[0])
        after = tokens_per_chip_second(larger, factors, phase)
    except UserError:
        return 1.0
    return float(after[0] / tokens_per_chip_second(serving, factors, phase)[0])
