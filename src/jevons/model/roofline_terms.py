"""What the roofline takes and gives: work of a model, peaks of a chip, layout, stages of a step."""

from typing import NamedTuple

import jax
import numpy as np
from jax.typing import ArrayLike

Array = jax.Array | np.ndarray

HEAD_BYTES = 2  # checkpoints quantise the blocks only; the output head stays in BF16


class Work(NamedTuple):
    """What a model asks for per token and layer; counts, bytes, FLOP."""

    layers: ArrayLike
    moe_layers: ArrayLike
    full_layers: ArrayLike
    window_layers: ArrayLike
    window: ArrayLike
    hidden_size: ArrayLike
    dense_parameters: ArrayLike
    head_parameters: ArrayLike  # of these, the output head: only where a token is sampled
    dense_outputs_split: ArrayLike  # outputs per token of the dense matrices, split over ranks
    dense_outputs_whole: ArrayLike  # those that every rank computes
    dense_inputs_split: ArrayLike
    dense_inputs_whole: ArrayLike
    expert_parameters: ArrayLike
    expert_outputs_split: ArrayLike  # of one expert
    expert_outputs_whole: ArrayLike
    expert_inputs_split: ArrayLike
    expert_inputs_whole: ArrayLike
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
    head_rate: ArrayLike
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
    crowded: ArrayLike  # 1 where tokens choose experts unevenly, 0 in profiles that balance them


class Stages(NamedTuple):
    """Seconds of one step by stage and roof; each array broadcast over draws and set-ups.

    ``activations`` is what moves between matrix products, ``overhead`` the engine's own time.
    Arrays of JAX inside compiled code, of NumPy for results.
    """

    dense_memory: Array
    dense_compute: Array
    expert_memory: Array
    expert_compute: Array
    attention_memory: Array
    attention_compute: Array
    activations: Array
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
        work = self.dense + self.expert + self.attention + self.activations
        return self.communication - self.overlap * _minimum(work, self.communication)

    @property
    def total(self) -> Array:
        """Seconds of the step."""
        work = self.dense + self.expert + self.attention + self.activations
        return work + self.exposed + self.overhead


# By the library that the arrays belong to, which the array API standard lets them name.
def _maximum(one: Array, other: Array) -> Array:
    found: Array = one.__array_namespace__().maximum(one, other)
    return found


def _minimum(one: Array, other: Array) -> Array:
    found: Array = one.__array_namespace__().minimum(one, other)
    return found
