"""Inputs and outputs of a model's matrix products for one token: what kernels read and write.

Tensor-parallel ranks split the outputs of the first matrices of a block and the inputs of its last
one; the rest is whole on every rank: what the first matrices read, what the last one writes (each
rank computes it in part), down-projections to latents, routers. The output head is left out: it
multiplies sampled tokens only.
"""

from typing import NamedTuple

from jevons.model.architecture import Architecture


class MatrixSizes(NamedTuple):
    """Elements per token of all dense matrices: split over ranks, whole on every rank."""

    inputs_split: int
    inputs_whole: int
    outputs_split: int
    outputs_whole: int


def dense_sizes(model: Architecture) -> MatrixSizes:
    """Attention, gated blocks that every token passes through, routers; all layers together.

    Matrices that read the same vector (queries and keys, gate and up) read it once.
    """
    width, heads = model.hidden_size, model.attention_heads
    if model.attention == "MLA":
        query_key = model.qk_nope_head_dim + model.qk_rope_head_dim
        latents = model.q_lora_rank + model.kv_lora_rank
        softmax = MatrixSizes(
            heads * model.v_head_dim,
            width + latents,
            heads * (query_key + model.qk_nope_head_dim + model.v_head_dim),
            width + latents + model.qk_rope_head_dim,
        )
    else:
        gates = heads if model.query_gate else 0
        kept = model.head_dim * (heads + gates + 2 * model.kv_heads)
        softmax = MatrixSizes(heads * model.head_dim, width, kept, width)
    keys = model.linear_key_heads * model.linear_key_dim
    values = model.linear_value_heads * model.linear_value_dim
    linear = MatrixSizes(values, width, 2 * (keys + values + model.linear_value_heads), width)
    shared = model.moe_layers if model.shared_experts else 0
    widths = model.dense_ffn_size * model.dense_layers
    widths += model.shared_experts * model.expert_ffn_size * shared
    blocks = (model.dense_layers + shared) * width
    gated = MatrixSizes(widths, blocks, 2 * widths, blocks)
    routers = MatrixSizes(0, width * model.moe_layers, 0, model.experts * model.moe_layers)
    layers = model.layers - model.linear_layers
    parts = zip(softmax, linear, gated, routers, strict=True)
    return MatrixSizes(
        *(layers * own + model.linear_layers * state + block + router
          for own, state, block, router in parts)
    )  # fmt: skip
