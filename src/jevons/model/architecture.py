"""Model architectures: dated dimensions, and what follows from them exactly.

Parameters, bytes of KV cache and FLOP per token are computed from the dimensions of the published
configuration, never typed in. The catalogue is ``architectures.csv``; a row's ``known_on`` is the
day the configuration was public.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from jevons.errors import UserError, did_you_mean

Attention = Literal["MHA", "GQA", "MLA"]
STATE_BYTES = 4  # the state of linear attention is kept in FP32
STATE_FLOP = 7  # per entry of the state: 1 decay, 2 read, 2 update, 2 read
GATED_MATRICES = 3  # a gated feed-forward block has gate, up and down matrices


@dataclass(frozen=True, slots=True)
class Architecture:
    """Dimensions of a decoder-only transformer (counts and element widths).

    ``dense_layers`` have an ordinary feed-forward block of width ``dense_ffn_size``; the others
    route every token to ``experts_per_token`` of ``experts`` blocks of width ``expert_ffn_size``
    and pass it through ``shared_experts`` more. Layers beyond ``full_attention_layers`` attend to
    the last ``sliding_window`` tokens only. ``sparse_index_topk`` tokens are attended where an
    indexer of ``index_heads`` heads selects them (0: all). With a ``compression_stride`` one
    compressed vector per so many tokens is attended beside the selected ones (native sparse
    attention). ``linear_layers`` keep a state of ``linear_key_dim`` by ``linear_value_dim`` a value
    head in place of a cache (gated delta rule, arXiv 2412.06464); ``query_gate``: the attention's
    output is gated, by a projection as large as that of the queries.
    """

    name: str
    title: str
    released: date
    known_on: date
    attention: Attention
    layers: int
    hidden_size: int
    attention_heads: int
    kv_heads: int
    head_dim: int
    q_lora_rank: int
    kv_lora_rank: int
    qk_nope_head_dim: int
    qk_rope_head_dim: int
    v_head_dim: int
    dense_ffn_size: int
    dense_layers: int
    experts: int
    experts_per_token: int
    shared_experts: int
    expert_ffn_size: int
    mtp_layers: int
    vocab_size: int
    sliding_window: int
    full_attention_layers: int
    sparse_index_topk: int
    index_heads: int
    index_head_dim: int
    max_context: int
    tied_embeddings: bool
    compression_stride: int = 0
    linear_layers: int = 0
    linear_key_heads: int = 0
    linear_value_heads: int = 0
    linear_key_dim: int = 0
    linear_value_dim: int = 0
    query_gate: bool = False
    aliases: tuple[str, ...] = ()
    stated_total_b: float | None = None
    stated_active_b: float | None = None
    source_title: str = ""
    source_url: str = ""
    note: str = ""

    @property
    def moe_layers(self) -> int:
        """Layers with routed experts."""
        return self.layers - self.dense_layers if self.experts else 0

    @property
    def window_layers(self) -> int:
        """Layers that attend to a sliding window only."""
        return self.layers - self.full_attention_layers - self.linear_layers

    @property
    def attention_parameters(self) -> int:
        """Weights of one layer's softmax attention (norms and biases left out)."""
        width, heads = self.hidden_size, self.attention_heads
        if self.attention != "MLA":
            gates = heads if self.query_gate else 0
            return width * self.head_dim * (2 * heads + 2 * self.kv_heads + gates)
        query_key = self.qk_nope_head_dim + self.qk_rope_head_dim
        query = (
            width * self.q_lora_rank + self.q_lora_rank * heads * query_key
            if self.q_lora_rank
            else width * heads * query_key
        )
        latent = width * (self.kv_lora_rank + self.qk_rope_head_dim)
        expand = self.kv_lora_rank * heads * (self.qk_nope_head_dim + self.v_head_dim)
        return query + latent + expand + heads * self.v_head_dim * width

    @property
    def linear_parameters(self) -> int:
        """Weights of one layer's linear attention: queries and keys, values, gate, output, rates.

        The short convolution, under a thousandth of them, is left out.
        """
        keys = self.linear_key_heads * self.linear_key_dim
        values = self.linear_value_heads * self.linear_value_dim
        return self.hidden_size * (2 * keys + 3 * values + 2 * self.linear_value_heads)

    @property
    def expert_parameters(self) -> int:
        """Weights of one expert of one layer."""
        return GATED_MATRICES * self.hidden_size * self.expert_ffn_size

    @property
    def embedding_parameters(self) -> int:
        """Weights of the input embedding: looked up by row, not multiplied."""
        return self.vocab_size * self.hidden_size

    @property
    def dense_parameters(self) -> int:
        """Weights that every token is multiplied with: all but the routed experts.

        Attention, dense feed-forward blocks, shared experts, routers and the output head.
        """
        dense_ffn = GATED_MATRICES * self.hidden_size * self.dense_ffn_size * self.dense_layers
        shared = self.shared_experts * self.expert_parameters * self.moe_layers
        router = self.hidden_size * self.experts * self.moe_layers
        softmax = self.attention_parameters * (self.layers - self.linear_layers)
        attention = softmax + self.linear_parameters * self.linear_layers
        return attention + dense_ffn + shared + router + self.embedding_parameters

    @property
    def routed_parameters(self) -> int:
        """Weights of all routed experts."""
        return self.experts * self.expert_parameters * self.moe_layers

    @property
    def total_parameters(self) -> int:
        """All weights, without the multi-token-prediction module."""
        untied = 0 if self.tied_embeddings else self.embedding_parameters
        return self.dense_parameters + self.routed_parameters + untied

    @property
    def active_parameters(self) -> int:
        """Weights that one token is multiplied with (output head counted, embedding not)."""
        routed = self.experts_per_token * self.expert_parameters * self.moe_layers
        return self.dense_parameters + routed

    @property
    def mtp_parameters(self) -> int:
        """Weights active in the multi-token-prediction modules, output head shared but run again.

        One module is a projection of two concatenated vectors and one more layer.
        """
        if not self.mtp_layers:
            return 0
        routed = self.experts_per_token + self.shared_experts
        layer = self.attention_parameters + routed * self.expert_parameters
        projection = 2 * self.hidden_size**2
        return self.mtp_layers * (projection + layer + self.embedding_parameters)

    @property
    def compressed_share(self) -> float:
        """Compressed vectors kept and attended per token of context."""
        return 1.0 / self.compression_stride if self.compression_stride else 0.0

    @property
    def kv_elements_per_layer(self) -> int:
        """Elements kept per token and layer: the latent for MLA, else keys and values."""
        if self.attention == "MLA":
            return self.kv_lora_rank + self.qk_rope_head_dim
        return 2 * self.kv_heads * self.head_dim

    def kv_bytes_per_token(self, bytes_per_element: float = 2.0) -> float:
        """Bytes one more token adds to the KV cache of the full-attention layers."""
        tokens = self.full_attention_layers * (1.0 + self.compressed_share)
        return self.kv_elements_per_layer * tokens * bytes_per_element

    def kv_bytes(self, context: float, bytes_per_element: float = 2.0) -> float:
        """Bytes of KV cache of one sequence of ``context`` tokens, windows bounded."""
        window = min(context, self.sliding_window) * self.window_layers
        tokens = context * (1.0 + self.compressed_share) * self.full_attention_layers + window
        return self.kv_elements_per_layer * tokens * bytes_per_element

    @property
    def state_bytes(self) -> float:
        """Bytes of state of one sequence, all linear layers: fixed, whatever the context."""
        entries = self.linear_value_heads * self.linear_key_dim * self.linear_value_dim
        return float(STATE_BYTES * entries * self.linear_layers)

    @property
    def state_flop(self) -> float:
        """FLOP per new token of all linear layers beside their matrices.

        A head decays its state, reads it by the key, adds an outer product and reads it by the
        query: ``7 d_k d_v``.
        """
        return STATE_FLOP * self.state_bytes / STATE_BYTES

    @property
    def attention_flop_decode(self) -> float:
        """FLOP per new token, layer and context token in decode; MLA in its absorbed form."""
        if self.attention == "MLA":
            return 2.0 * self.attention_heads * (2 * self.kv_lora_rank + self.qk_rope_head_dim)
        return 4.0 * self.attention_heads * self.head_dim

    @property
    def attention_flop_prefill(self) -> float:
        """FLOP per new token, layer and context token in prefill; MLA in its expanded form."""
        if self.attention == "MLA":
            query_key = self.qk_nope_head_dim + self.qk_rope_head_dim
            return 2.0 * self.attention_heads * (query_key + self.v_head_dim)
        return 4.0 * self.attention_heads * self.head_dim


@cache
def architectures() -> Mapping[str, Architecture]:
    """The catalogue by name, in the order of the file."""
    text = files("jevons.model").joinpath("architectures.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    return {row["name"]: _from_row(row) for row in rows}


def _from_row(row: Mapping[str, str]) -> Architecture:
    values: dict[str, Any] = {}
    for field in fields(Architecture):
        text = row.get(field.name, "0")  # a column that the catalogue does without
        if field.name in ("released", "known_on"):
            values[field.name] = date.fromisoformat(text)
        elif field.type is bool:
            values[field.name] = text == "yes"
        elif field.name == "aliases":
            values[field.name] = tuple(alias for alias in text.split(";") if alias)
        elif field.name.startswith("stated_"):
            values[field.name] = float(text) if text else None
        elif field.type is int:
            values[field.name] = int(text)
        else:
            values[field.name] = text
    return Architecture(**values)


def architecture(name: str, as_of: date | None = None) -> Architecture:
    """Look an architecture up by name or alias, case and spaces ignored.

    Raises:
        UserError: no such model (the message suggests the nearest), or not public by ``as_of``.

    >>> architecture("DeepSeek-R1").name
    'deepseek-v3'
    """
    known: dict[str, Architecture] = {}
    for model in architectures().values():
        for label in (model.name, *model.aliases):
            known[label] = model
    found = known.get(name.strip().casefold().replace(" ", "-"))
    if found is None:
        raise UserError(f"unknown model {name!r}{did_you_mean(name, known)}")
    if as_of is not None and found.known_on > as_of:
        raise UserError(
            f"model {found.name} was not public on {as_of}: its configuration is known from "
            f"{found.known_on}; choose a later date or an earlier model"
        )
    return found
