"""The roofline: seconds of one step, stage by stage, over broadcastable arrays.

Every stage is the longer of its memory traffic and its arithmetic, each over a measured share of
the chip's peak; stages add up. Roofline: Williams et al. 2009; transformer terms: Pope et al.
2022, arXiv 2211.05102. Nothing here checks its input: see :mod:`jevons.model.serving_setup`.
"""

from collections.abc import Mapping
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.typing import ArrayLike

Array = jax.Array | np.ndarray
Factors = Mapping[str, Array]
ALL_REDUCES = 2  # per layer: after attention and after the feed-forward block
DISPATCH_BYTES = 1  # FP8 activations to the experts
COMBINE_BYTES = 2  # BF16 results back
ACTIVATION_BYTES = 2  # BF16 between kernels
REMOTE_NODES = 3  # of the four nodes a token reaches in prefill, those other than its own


class Work(NamedTuple):
    """What a model asks for per token and layer; counts, bytes, FLOP."""

    layers: ArrayLike
    moe_layers: ArrayLike
    full_layers: ArrayLike
    window_layers: ArrayLike
    window: ArrayLike
    hidden_size: ArrayLike
    dense_parameters: ArrayLike
    expert_parameters: ArrayLike
    experts: ArrayLike
    experts_per_token: ArrayLike
    kv_elements: ArrayLike
    kv_shards: ArrayLike  # over how many tensor-parallel ranks the cache divides at most
    attention_flop_decode: ArrayLike
    attention_flop_prefill: ArrayLike
    selected_tokens: ArrayLike  # attended at most, where an indexer selects; else the limit
    compressed_share: ArrayLike  # compressed vectors attended beside them, per token of context
    index_bytes: ArrayLike  # read per context token and layer by the indexer
    index_flop: ArrayLike  # per new token, context token and layer
    state_bytes: ArrayLike  # of one sequence, all linear layers together
    state_shards: ArrayLike  # over how many tensor-parallel ranks the state divides at most
    state_flop: ArrayLike  # per new token, all linear layers together


class Machine(NamedTuple):
    """Peaks of one chip: FLOP/s, bytes/s."""

    dense_rate: ArrayLike
    expert_rate: ArrayLike
    attention_rate: ArrayLike
    memory_rate: ArrayLike
    link_rate: ArrayLike  # one way, inside the fast-link domain
    network_rate: ArrayLike  # one way, between domains
    domain: ArrayLike  # chips in one fast-link domain
    dense_four_bit: ArrayLike  # 1 where the rate is an FP4 peak, else 0
    expert_four_bit: ArrayLike


class Layout(NamedTuple):
    """How the instance is laid out, bytes per element, chips and ranks."""

    chips: ArrayLike  # of one pipeline stage
    tensor: ArrayLike  # tensor-parallel ranks of attention
    dense_bytes: ArrayLike
    expert_bytes: ArrayLike
    kv_bytes: ArrayLike
    micro_batches: ArrayLike  # two where communication is overlapped, else one
    expert_parallel: ArrayLike


class Stages(NamedTuple):
    """Seconds of one step by stage and roof; each array broadcast over draws and set-ups.

    ``overhead`` is the engine's own time and the traffic of activations between kernels.
    Arrays of JAX inside compiled code, of NumPy for results.
    """

    dense_memory: Array
    dense_compute: Array
    expert_memory: Array
    expert_compute: Array
    attention_memory: Array
    attention_compute: Array
    communication: Array
    overhead: Array
    overlap: Array  # share of the shorter of work and communication that is hidden

    @property
    def dense(self) -> Array:
        """Weights that all tokens pass through."""
        return _maximum(self.dense_memory, self.dense_compute)

    @property
    def expert(self) -> Array:
        """Routed experts."""
        return _maximum(self.expert_memory, self.expert_compute)

    @property
    def attention(self) -> Array:
        """Attention over the context."""
        return _maximum(self.attention_memory, self.attention_compute)

    @property
    def exposed(self) -> Array:
        """Communication that adds to the step: all that the other stages do not hide."""
        work = self.dense + self.expert + self.attention
        return self.communication - self.overlap * _minimum(work, self.communication)

    @property
    def total(self) -> Array:
        """Seconds of the step."""
        return self.dense + self.expert + self.attention + self.exposed + self.overhead


# By the library that the arrays belong to, which the array API standard lets them name.
def _maximum(one: Array, other: Array) -> Array:
    found: Array = one.__array_namespace__().maximum(one, other)
    return found


def _minimum(one: Array, other: Array) -> Array:
    found: Array = one.__array_namespace__().minimum(one, other)
    return found


def _floats(values: ArrayLike) -> jax.Array:
    """Floats, because counts of bytes overflow the engine's 32-bit integers."""
    return jnp.asarray(values, dtype=jnp.float32)


def gemm_share(tokens: ArrayLike, factors: Factors) -> Array:
    """Share of peak FLOP/s of a matrix product: ``e(M) = e M / (M + M_half)``."""
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
    work: Work, machine: Machine, layout: Layout, factors: Factors, tokens: ArrayLike
) -> tuple[Array, Array, Array, Array]:
    """Seconds (dense memory, dense compute, expert memory, expert compute) for ``tokens``."""
    parts = _floats(layout.micro_batches)
    tokens = _floats(tokens)
    memory = machine.memory_rate * factors["weight_bandwidth"]
    expert_rate = machine.memory_rate * factors["expert_bandwidth"]
    rank_tokens = tokens * layout.tensor / layout.chips
    dense_shard = _floats(work.dense_parameters) / layout.tensor
    dense_memory = parts * dense_shard * layout.dense_bytes / memory
    four_bit = factors["fp4_compute"]
    dense_rate = machine.dense_rate * gemm_share(rank_tokens / parts, factors)
    dense_rate = dense_rate * jnp.where(_floats(machine.dense_four_bit) > 0, four_bit, 1.0)
    dense_compute = 2 * dense_shard * rank_tokens / dense_rate
    read = experts_read(tokens / parts, work, factors["routing_spread"])
    crowd = jnp.where(_floats(layout.expert_parallel) > 1, factors["expert_imbalance"], 1.0)
    layer_bytes = read * work.expert_parameters * layout.expert_bytes
    expert_memory = parts * layer_bytes * work.moe_layers * crowd / (expert_rate * layout.chips)
    routed = tokens * work.experts_per_token
    per_expert = routed / (parts * jnp.maximum(read, 1e-9))
    rate = machine.expert_rate * gemm_share(per_expert, factors) * layout.chips
    rate = rate * jnp.where(_floats(machine.expert_four_bit) > 0, four_bit, 1.0)
    expert_compute = 2 * routed * work.expert_parameters * work.moe_layers * crowd / rate
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
        work, machine, layout, factors, tokens
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
        _communication(work, machine, layout, factors, tokens, nodes=False),
        _overhead(work, machine, layout, factors, tokens)
        + factors["sequence_overhead"] * rank_batch,
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
        work, machine, layout, factors, tokens
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
        _communication(work, machine, layout, factors, tokens, nodes=True),
        _overhead(work, machine, layout, factors, tokens),
        _overlap(layout, factors),
    )


def _attended(work: Work, context: jax.Array) -> Array:
    """Tokens attended, times layers: all, or those selected and compressed, or a window."""
    branches = context * work.compressed_share + work.selected_tokens
    window = jnp.minimum(context, work.window) * work.window_layers
    return jnp.minimum(context, branches) * work.full_layers + window


def _overhead(
    work: Work, machine: Machine, layout: Layout, factors: Factors, tokens: ArrayLike
) -> Array:
    """Seconds outside matrix products and attention: launches, routing, activations moved."""
    launches = factors["layer_overhead"] * work.layers
    routing = factors["expert_overhead"] * work.moe_layers * work.experts_per_token
    widths = factors["activation_passes"] * work.layers * work.hidden_size
    moved = widths * ACTIVATION_BYTES * _floats(tokens) * layout.tensor / layout.chips
    return (launches + routing) * layout.micro_batches + moved / machine.memory_rate


def _overlap(layout: Layout, factors: Factors) -> Array:
    return jnp.where(_floats(layout.micro_batches) > 1, factors["communication_overlap"], 0.0)
