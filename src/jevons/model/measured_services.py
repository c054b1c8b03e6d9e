"""Many measured services as arrays (row,), for one evaluation of the roofline."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from jevons.model.measurements import TIME_PER_TOKEN, Measurement
from jevons.model.roofline_terms import Layout, Machine, Stages, Work
from jevons.model.service_rate import Factors, decode_stages, prefill_stages
from jevons.model.serving import CHUNK_TOKENS, PREFILL_TOKENS_PER_CHIP

_KINDS = {"serve": 1, "prefill": 2, "decode": 3}


class MeasuredServices(NamedTuple):
    """What :func:`predict` needs of each measurement; every array is (row,)."""

    work: Work
    machine: Machine
    layout: Layout
    batch: jax.Array
    prompt: jax.Array
    answer: jax.Array
    chips: jax.Array
    pipeline: jax.Array
    wide: jax.Array
    apart: jax.Array  # prefill and decode run on chips of their own
    drafts: jax.Array
    kind: jax.Array  # 0 time per token, 1 served, 2 prefill, 3 decode
    measured: jax.Array


def side_by_side(rows: Sequence[Measurement]) -> MeasuredServices:
    """Put measurements side by side, (row,)."""
    services = [row.serving() for row in rows]

    def column(values: list[float]) -> jax.Array:
        return jnp.asarray(np.array(values, dtype=np.float32))

    def columns(parts: Sequence[Iterable[Any]]) -> list[jax.Array]:
        return [column(list(values)) for values in zip(*parts, strict=True)]

    def kind(row: Measurement) -> int:
        return 0 if row.metric == TIME_PER_TOKEN else _KINDS[row.phase.split("_")[0]]

    return MeasuredServices(
        Work(*columns([service.setup.work() for service in services])),
        Machine(*columns([service.setup.machine() for service in services])),
        Layout(*columns([service.setup.layout() for service in services])),
        column([service.batch for service in services]),
        column([service.context_in for service in services]),
        column([service.context_out for service in services]),
        column([service.setup.chips for service in services]),
        column([service.setup.pp for service in services]),
        column([service.setup.wide for service in services]),
        column([service.disaggregated for service in services]),
        column([service.speculative for service in services]),
        column([kind(row) for row in rows]),
        column([row.value for row in rows]),
    )


def stages(many: MeasuredServices, factors: Factors) -> tuple[Stages, Stages, jax.Array]:
    """Stages of a decode step and of reading a chunk of prompts, and the chunk's tokens, (row,)."""
    roof = (many.work, many.machine, many.layout, factors)
    context = many.prompt + many.answer / 2
    step = decode_stages(*roof, many.batch / many.pipeline, context, 1.0 + many.drafts)
    wide = many.wide > 0
    chunk = jnp.where(wide, PREFILL_TOKENS_PER_CHIP * many.layout.chips, CHUNK_TOKENS)
    return step, prefill_stages(*roof, chunk, many.prompt), chunk


def predict(many: MeasuredServices, factors: Factors) -> jax.Array:
    """Predictions (row,) in each row's metric: the equations of :mod:`jevons.model.serving`.

    Args:
        factors: by name, each a number or (row,).
    """
    decoding, prompts, chunk = stages(many, factors)
    step = decoding.total / (1.0 + many.drafts * factors["draft_acceptance"])
    reading = chunk / (prompts.total * many.layout.chips)
    prompt = many.prompt / (reading * many.chips)
    wait = factors["prefill_interference"] * (many.batch - 1) * prompt / many.answer
    user = step + jnp.where(many.apart > 0, 0.0, wait)
    served = 1.0 / (many.chips * step / many.batch + many.prompt / many.answer / reading)
    decoded = many.batch / (step * many.chips)
    return jnp.select(
        [many.kind == 0, many.kind == 1, many.kind == 2], [1e3 * user, served, reading], decoded
    )
