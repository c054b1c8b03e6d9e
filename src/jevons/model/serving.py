"""One service: tokens a second from a set-up and its load, prompts and answers together.

Rates follow from the roofline of :mod:`jevons.model.service_rate`; here the two phases meet.
"""

from dataclasses import dataclass, replace

import numpy as np

from jevons.model.roofline_terms import Array, Stages
from jevons.model.service_rate import Factors, decode_stages, prefill_stages
from jevons.model.serving_setup import Setup

PREFILL_TOKENS_PER_CHIP = 16_384  # LMSYS and DeepSeek profile data, wide expert parallelism
CHUNK_TOKENS = 8_192  # prompt tokens read at once by a small instance
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
