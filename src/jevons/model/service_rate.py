"""The roofline: seconds of one step, stage by stage, over broadcastable arrays.

Every stage is the longer of its memory traffic and its arithmetic, each over a measured share of
the chip's peak; stages add up. Roofline: Williams et al. 2009; transformer terms: Pope et al.
2022, arXiv 2211.05102. Nothing here checks its input: see :mod:`jevons.model.serving_setup`.
"""

from collections.abc import Mapping

import jax
import jax.numpy as jnp
from jax.typing import ArrayLike

from jevons.model.roofline_terms import HEAD_BYTES, Array, Layout, Machine, Stages, Work

Factors = Mapping[str, Array]
ALL_REDUCES = 2  # per layer: after attention and after the feed-forward block
DISPATCH_BYTES = 1  # FP8 activations to the experts
COMBINE_BYTES = 2  # BF16 results back
ACTIVATION_BYTES = 2  # BF16 between kernels
REMOTE_NODES = 3  # of the four nodes a token reaches in prefill, those other than its own


def _floats(values: ArrayLike) -> jax.Array:
    """Floats, because counts of bytes overflow the engine's 32-bit integers."""
    return jnp.asarray(values, dtype=jnp.float32)


def gemm_share(tokens: ArrayLike, factors: Factors) -> Array:
    """Share of peak FLOP/s of a deep matrix product: ``e(M) = e M / (M + M_half)``.

    One of inner dimension K reaches ``K / (K + K_half)`` of it: see :func:`_matrices`.
    """
    count = jnp.maximum(_floats(tokens), 1e-6)  # no tokens, no time, but no 0/0
    return factors["gemm_compute"] * count / (count + factors["gemm_half_tokens"])


def experts_read(tokens: ArrayLike, work: Work, spread: ArrayLike = 1.0) -> Array:
    """Expected experts touched per layer: ``E (1 - (1 - k/E)^b)``, ``b = 1 + s (B - 1)``.

    Tokens that choose their experts alike touch fewer than independent ones would: a token beyond
    the first counts as ``spread`` (s) of an independent one. 0 without experts.
    """
    experts = jnp.maximum(_floats(work.experts), 1)
    alone = jnp.maximum(1 + spread * (_floats(tokens) - 1), jnp.minimum(_floats(tokens), 1.0))
    untouched = (1 - _floats(work.experts_per_token) / experts) ** alone
    return _floats(work.experts) * (1 - untouched)


def _matrices(
    work: Work,
    machine: Machine,
    layout: Layout,
    factors: Factors,
    tokens: ArrayLike,
    sampled: ArrayLike,
) -> tuple[Array, Array, Array, Array]:
    """Seconds (dense memory, dense compute, expert memory, expert compute) for ``tokens``.

    The output head, in BF16, multiplies the ``sampled`` of them only: in prefill the last of each
    prompt. An output costs as much as ``gemm_half_depth`` (K_half) more multiplications, so that a
    product of inner dimension K reaches ``K / (K + K_half)`` of a deep one's rate.
    """
    parts = _floats(layout.micro_batches)
    tokens = _floats(tokens)
    memory = machine.memory_rate * factors["weight_bandwidth"]
    expert_rate = machine.memory_rate * factors["expert_bandwidth"]
    rank_tokens = tokens * layout.tensor / layout.chips
    head = _floats(work.head_parameters) / layout.tensor
    blocks = _floats(work.dense_parameters) / layout.tensor - head
    dense_memory = parts * (blocks * layout.dense_bytes + head * HEAD_BYTES) / memory
    four_bit = factors["fp4_compute"]
    share = gemm_share(rank_tokens / parts, factors)
    dense_rate = machine.dense_rate * share
    dense_rate = dense_rate * jnp.where(_floats(machine.dense_four_bit) > 0, four_bit, 1.0)
    depth = factors["gemm_half_depth"]
    outputs = _floats(work.dense_outputs_split) / layout.tensor + work.dense_outputs_whole
    dense_compute = 2 * (blocks + depth * outputs) * rank_tokens / dense_rate
    chosen = 2 * head * rank_tokens * sampled / tokens
    dense_compute = dense_compute + chosen / (machine.head_rate * share)
    read = experts_read(tokens / parts, work, factors["routing_spread"])
    uneven = (_floats(layout.expert_parallel) > 1) & (_floats(layout.crowded) > 0)
    crowd = jnp.where(uneven, factors["expert_imbalance"], 1.0)
    layer_bytes = read * work.expert_parameters * layout.expert_bytes
    expert_memory = parts * layer_bytes * work.moe_layers * crowd / (expert_rate * layout.chips)
    routed = tokens * work.experts_per_token
    per_expert = routed / (parts * jnp.maximum(read, 1e-9))
    rate = machine.expert_rate * gemm_share(per_expert, factors) * layout.chips
    rate = rate * jnp.where(_floats(machine.expert_four_bit) > 0, four_bit, 1.0)
    slices = layout.chips / _floats(layout.expert_parallel)
    outputs = _floats(work.expert_outputs_split) + work.expert_outputs_whole * slices
    multiplied = work.expert_parameters + depth * outputs
    expert_compute = 2 * routed * multiplied * work.moe_layers * crowd / rate
    return dense_memory, dense_compute, expert_memory, expert_compute


def _communication(
    work: Work, machine: Machine, layout: Layout, factors: Factors, tokens: ArrayLike, nodes: bool
) -> Array:
    """Seconds of tensor-parallel all-reduces and expert dispatch and combine for ``tokens``."""
    tensor, chips = _floats(layout.tensor), _floats(layout.chips)
    tokens = _floats(tokens)
    link = machine.link_rate * factors["link_bandwidth"]
    network = machine.network_rate * factors["network_bandwidth"]
    reduce_rate = jnp.where(tensor <= machine.domain, link, network)
    rank_bytes = tokens * tensor / chips * work.hidden_size * COMBINE_BYTES
    ring = 2 * (tensor - 1) / tensor * rank_bytes / reduce_rate + factors["collective_latency"]
    reduces = jnp.where(tensor > 1, ALL_REDUCES * work.layers * ring, 0.0)
    # A token crosses the network once a node where the node forwards it, else once an expert.
    inside = chips <= machine.domain
    copies = _floats(work.experts_per_token)
    if nodes:
        copies = jnp.where(inside, copies, jnp.minimum(copies, REMOTE_NODES))
    sent = copies * _floats(work.hidden_size) * (DISPATCH_BYTES + COMBINE_BYTES) * tokens / chips
    exchange = sent * work.moe_layers / jnp.where(inside, link, network)
    spread = (_floats(layout.expert_parallel) > 1) & (tensor < chips)
    return reduces + jnp.where(spread, exchange, 0.0)


@jax.jit
def decode_stages(
    work: Work,
    machine: Machine,
    layout: Layout,
    factors: Factors,
    batch: ArrayLike,
    context: ArrayLike,
    queries: ArrayLike = 1,
) -> Stages:
    """Seconds of one decode step of ``batch`` sequences of mean ``context`` tokens.

    Args:
        work, machine, layout, factors: broadcastable arrays. batch: sequences of the instance (of
            one pipeline stage). queries: tokens computed per sequence (more with drafts).
    """
    tokens = _floats(batch) * queries
    dense_memory, dense_compute, expert_memory, expert_compute = _matrices(
        work, machine, layout, factors, tokens, tokens
    )
    attended = _attended(work, _floats(context))
    rank_batch = _floats(batch) * layout.tensor / layout.chips
    indexed = _floats(context) * work.full_layers
    cache = (
        attended
        * work.kv_elements
        * layout.kv_bytes
        / jnp.minimum(_floats(layout.tensor), work.kv_shards)
    )
    # A step reads the state of every sequence and writes it back.
    state = 2 * work.state_bytes / jnp.minimum(_floats(layout.tensor), work.state_shards)
    read = rank_batch * (cache + indexed * work.index_bytes + state)
    flop = attended * work.attention_flop_decode + indexed * work.index_flop + work.state_flop
    rate = machine.attention_rate * factors["attention_compute"] * layout.chips
    return Stages(
        dense_memory,
        dense_compute,
        expert_memory,
        expert_compute,
        read / (machine.memory_rate * factors["kv_bandwidth"]),
        tokens * flop / rate,
        _activations(work, machine, layout, factors, tokens),
        _communication(work, machine, layout, factors, tokens, nodes=False),
        _overhead(work, layout, factors) + factors["sequence_overhead"] * rank_batch,
        _overlap(layout, factors),
    )


@jax.jit
def prefill_stages(
    work: Work,
    machine: Machine,
    layout: Layout,
    factors: Factors,
    tokens: ArrayLike,
    context: ArrayLike,
) -> Stages:
    """Seconds to read ``tokens`` prompt tokens, prompts of ``context`` tokens, causal attention."""
    tokens = _floats(tokens)
    dense_memory, dense_compute, expert_memory, expert_compute = _matrices(
        work, machine, layout, factors, tokens, tokens / jnp.maximum(_floats(context), 1)
    )
    mean = _floats(context) / 2
    attended = _attended(work, mean)
    flop = attended * work.attention_flop_prefill + mean * work.full_layers * work.index_flop
    flop = flop + work.state_flop
    rate = machine.attention_rate * factors["attention_compute"] * layout.chips
    compute = tokens * flop / rate
    return Stages(
        dense_memory,
        dense_compute,
        expert_memory,
        expert_compute,
        jnp.zeros_like(compute),
        compute,
        _activations(work, machine, layout, factors, tokens),
        _communication(work, machine, layout, factors, tokens, nodes=True),
        _overhead(work, layout, factors) * jnp.ones_like(compute),
        _overlap(layout, factors),
    )


def _attended(work: Work, context: jax.Array) -> Array:
    """Tokens attended, times layers: all, or those selected and compressed, or a window."""
    branches = context * work.compressed_share + work.selected_tokens
    window = jnp.minimum(context, work.window) * work.window_layers
    return jnp.minimum(context, branches) * work.full_layers + window


def _activations(
    work: Work, machine: Machine, layout: Layout, factors: Factors, tokens: ArrayLike
) -> Array:
    """Seconds in which the inputs and outputs of every matrix product move through memory.

    Each does so ``activation_passes`` times: by products, norms, quantisation, gates, the sorting
    by expert.
    """
    rank_tokens = _floats(tokens) * layout.tensor / layout.chips
    dense = (_floats(work.dense_inputs_split) + work.dense_outputs_split) / layout.tensor
    dense = rank_tokens * (dense + work.dense_inputs_whole + work.dense_outputs_whole)
    slices = layout.chips / _floats(layout.expert_parallel)
    expert = (_floats(work.expert_inputs_whole) + work.expert_outputs_whole) * slices
    expert = expert + work.expert_inputs_split + work.expert_outputs_split
    routed = _floats(tokens) * work.experts_per_token * work.moe_layers / layout.chips
    moved = factors["activation_passes"] * ACTIVATION_BYTES * (dense + routed * expert)
    return moved / machine.memory_rate


def _overhead(work: Work, layout: Layout, factors: Factors) -> Array:
    """Seconds of the engine itself, outside every kernel: launches and routing."""
    launches = factors["layer_overhead"] * work.layers
    routing = factors["expert_overhead"] * work.moe_layers * work.experts_per_token
    return (launches + routing) * layout.micro_batches


def _overlap(layout: Layout, factors: Factors) -> Array:
    return jnp.where(_floats(layout.micro_batches) > 1, factors["communication_overlap"], 0.0)
