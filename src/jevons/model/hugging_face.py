"""Architectures from a user's own Hugging Face ``config.json``."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from jevons.errors import UserError
from jevons.model.architecture import Architecture

ALWAYS_KNOWN = date(1900, 1, 1)  # a user's own file has no release day

_REQUIRED = (
    "num_hidden_layers",
    "hidden_size",
    "num_attention_heads",
    "vocab_size",
    "max_position_embeddings",
)
_MLA_REQUIRED = ("kv_lora_rank", "qk_nope_head_dim", "qk_rope_head_dim", "v_head_dim")
_EXPERT_COUNT = ("n_routed_experts", "num_local_experts", "num_experts")


def from_hugging_face(config: Mapping[str, Any], name: str = "config.json") -> Architecture:
    """Build an architecture from the fields of a Hugging Face ``config.json``.

    Raises:
        UserError: needed fields are missing; the message names all of them.
    """
    experts = _first(config, _EXPERT_COUNT)
    _require(config, name, experts)
    window_layers = list(config.get("layer_types") or ()).count("sliding_attention")
    layers = int(config["num_hidden_layers"])
    return Architecture(
        name=name,
        title=name,
        released=ALWAYS_KNOWN,
        known_on=ALWAYS_KNOWN,
        layers=layers,
        hidden_size=int(config["hidden_size"]),
        attention_heads=int(config["num_attention_heads"]),
        dense_ffn_size=int(config.get("intermediate_size") or 0),
        mtp_layers=int(config.get("num_nextn_predict_layers") or 0),
        vocab_size=int(config["vocab_size"]),
        sliding_window=int(config.get("sliding_window") or 0) if window_layers else 0,
        full_attention_layers=layers - window_layers,
        sparse_index_topk=int(config.get("index_topk") or 0),
        index_heads=int(config.get("index_n_heads") or 0),
        index_head_dim=int(config.get("index_head_dim") or 0),
        max_context=int(config["max_position_embeddings"]),
        tied_embeddings=bool(config.get("tie_word_embeddings", False)),
        **_attention(config),
        **_experts(config, experts, layers),
    )


def _require(config: Mapping[str, Any], name: str, experts: int) -> None:
    required = [*_REQUIRED, "num_experts_per_tok" if experts else "intermediate_size"]
    if "kv_lora_rank" in config:
        required += _MLA_REQUIRED
    missing = [field for field in required if config.get(field) is None]
    if missing:
        raise UserError(f"{name}: fields needed and not found: {', '.join(missing)}")


def _attention(config: Mapping[str, Any]) -> dict[str, Any]:
    heads = int(config["num_attention_heads"])
    kv_heads = int(config.get("num_key_value_heads") or heads)
    latent = "kv_lora_rank" in config
    sizes = {field: int(config[field]) if latent else 0 for field in _MLA_REQUIRED}
    return sizes | {
        "attention": "MLA" if latent else "MHA" if kv_heads == heads else "GQA",
        "kv_heads": 0 if latent else kv_heads,
        "head_dim": 0 if latent else int(config.get("head_dim") or config["hidden_size"] // heads),
        "q_lora_rank": int(config.get("q_lora_rank") or 0) if latent else 0,
    }


def _experts(config: Mapping[str, Any], experts: int, layers: int) -> dict[str, Any]:
    if not experts:
        return {
            "experts": 0,
            "experts_per_token": 0,
            "shared_experts": 0,
            "expert_ffn_size": 0,
            "dense_layers": layers,
        }
    return {
        "experts": experts,
        "experts_per_token": int(config["num_experts_per_tok"]),
        "shared_experts": int(config.get("n_shared_experts") or 0),
        "expert_ffn_size": _first(config, ("moe_intermediate_size", "intermediate_size")),
        "dense_layers": int(config.get("first_k_dense_replace") or 0),
    }


def _first(config: Mapping[str, Any], names: Sequence[str]) -> int:
    """First of several fields that different model families use for one count; 0 if none."""
    return next((int(config[name]) for name in names if config.get(name)), 0)
