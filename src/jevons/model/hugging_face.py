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
_LINEAR = {
    "linear_num_key_heads": "linear_key_heads",
    "linear_num_value_heads": "linear_value_heads",
    "linear_key_head_dim": "linear_key_dim",
    "linear_value_head_dim": "linear_value_dim",
}
_FULL, _WINDOW, _DELTA = "full_attention", "sliding_attention", "linear_attention"
_INDEXED = "deepseek_sparse_attention"  # reads the whole cache's index: full, with index_topk
_OPTIONAL = (
    "intermediate_size",
    "moe_intermediate_size",
    "num_experts_per_tok",
    "num_key_value_heads",
    "head_dim",
    "q_lora_rank",
    "sliding_window",
    "sliding_window_pattern",
    "n_shared_experts",
    "shared_expert_intermediate_size",
    "first_k_dense_replace",
    "decoder_sparse_step",
    "num_nextn_predict_layers",
    "mtp_num_hidden_layers",
    "index_topk",
    "index_n_heads",
    "index_head_dim",
)
# Kinds of attention with equations of their own that the roofline does not hold.
_NOT_DESCRIBED = (
    "compress_ratios",
    "sparse_attention_config",
    "interleave_moe_layer_step",  # Llama 4, whose chunked attention is not said in its own words
    "ssm_state_size",
    "mamba_d_state",
)


def from_hugging_face(config: Mapping[str, Any], name: str = "config.json") -> Architecture:
    """Build an architecture from the fields of a Hugging Face ``config.json``.

    A multimodal configuration is read by its ``text_config``.

    Raises:
        UserError: needed fields are missing or are no counts; the message names all of them. Or
            the model has layers that the equations do not describe.
    """
    inner = config.get("text_config")
    text = {**config, **inner} if isinstance(inner, Mapping) else config
    _counts(text, name)
    experts = _first(text, _EXPERT_COUNT)
    kinds = _layer_kinds(text, name)
    _require(text, name, experts, linear=_DELTA in kinds)
    layers = int(text["num_hidden_layers"])
    window, linear = _share(kinds, _WINDOW, layers), _share(kinds, _DELTA, layers)
    return Architecture(
        name=name,
        title=name,
        released=ALWAYS_KNOWN,
        known_on=ALWAYS_KNOWN,
        layers=layers,
        hidden_size=int(text["hidden_size"]),
        attention_heads=int(text["num_attention_heads"]),
        mtp_layers=_first(text, ("num_nextn_predict_layers", "mtp_num_hidden_layers")),
        vocab_size=int(text["vocab_size"]),
        sliding_window=int(text.get("sliding_window") or 0) if window else 0,
        full_attention_layers=layers - window - linear,
        linear_layers=linear,
        sparse_index_topk=int(text.get("index_topk") or 0),
        index_heads=int(text.get("index_n_heads") or 0),
        index_head_dim=int(text.get("index_head_dim") or 0),
        max_context=int(text["max_position_embeddings"]),
        tied_embeddings=bool(text.get("tie_word_embeddings", False)),
        query_gate=bool(text.get("attn_output_gate", False)),
        **_linear(text if linear else {}),
        **_attention(text),
        **_experts(text, experts, layers),
    )


def _layer_kinds(config: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """The pattern of attention over the layers; one kind where all are alike."""
    strange = [field for field in _NOT_DESCRIBED if config.get(field)]
    kinds = tuple(config.get("layer_types") or ())
    strange += sorted({str(kind) for kind in kinds} - {_FULL, _WINDOW, _DELTA, _INDEXED})
    if strange:
        raise UserError(
            f"{name}: {', '.join(strange)} has no equation here; full, sliding-window, latent and "
            "gated linear attention have"
        )
    if kinds:
        return kinds
    if config.get("hybrid_layer_pattern"):
        return tuple(_WINDOW if windowed else _FULL for windowed in config["hybrid_layer_pattern"])
    windowed = config.get("sliding_window") and config.get("use_sliding_window", True)
    if not windowed:
        return (_FULL,)
    every = int(config.get("sliding_window_pattern") or 0)  # Gemma: each such layer is in full
    return (_WINDOW,) * (every - 1) + (_FULL,) if every else (_WINDOW,)


def _share(kinds: Sequence[str], kind: str, layers: int) -> int:
    """Layers of a kind where the pattern repeats from the first layer on."""
    return sum(kinds[at % len(kinds)] == kind for at in range(layers))


def _require(config: Mapping[str, Any], name: str, experts: int, linear: bool) -> None:
    required = [*_REQUIRED, "num_experts_per_tok" if experts else "intermediate_size"]
    if "kv_lora_rank" in config:
        required += _MLA_REQUIRED
    if linear:
        required += _LINEAR
    missing = [field for field in required if config.get(field) is None]
    if missing:
        raise UserError(f"{name}: fields needed and not found: {', '.join(missing)}")


def _counts(config: Mapping[str, Any], name: str) -> None:
    """Check that fields which size a model are whole numbers: from 1 where every model has them."""
    needed = (*_REQUIRED, *(_MLA_REQUIRED if "kv_lora_rank" in config else ()))
    for field in (*needed, *_OPTIONAL, *_EXPERT_COUNT, *_LINEAR):
        value, least = config.get(field), 1 if field in needed else 0
        if value is None:
            continue
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            raise UserError(f"{name}: {field} is {value!r}, not a whole number from {least}")
    heads, kv_heads = config.get("num_attention_heads"), config.get("num_key_value_heads")
    if heads and kv_heads and heads % kv_heads:
        raise UserError(f"{name}: {heads} attention heads cannot share {kv_heads} key-value heads")


def _linear(config: Mapping[str, Any]) -> dict[str, Any]:
    return {ours: int(config.get(theirs) or 0) for theirs, ours in _LINEAR.items()}


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
    width = _first(config, ("moe_intermediate_size", "intermediate_size"))
    dense_width = int(config.get("intermediate_size") or 0)
    if not experts:
        return {
            "experts": 0,
            "experts_per_token": 0,
            "shared_experts": 0,
            "expert_ffn_size": 0,
            "dense_layers": layers,
            "dense_ffn_size": dense_width,
        }
    shared = int(config.get("n_shared_experts") or 0)
    if not shared:
        shared = int(config.get("shared_expert_intermediate_size") or 0) // width
    dense_layers = _dense_layers(config, layers)
    return {
        "experts": experts,
        "experts_per_token": int(config["num_experts_per_tok"]),
        "shared_experts": shared,
        "expert_ffn_size": width,
        "dense_layers": dense_layers,
        "dense_ffn_size": dense_width if dense_layers else 0,
    }


def _dense_layers(config: Mapping[str, Any], layers: int) -> int:
    """Layers without experts, in any of the ways that model families write it."""
    frequency = config.get("moe_layer_freq")
    if isinstance(frequency, Sequence):
        return sum(not int(experts) for experts in frequency)
    step = int(config.get("decoder_sparse_step") or 1)
    alone = set(config.get("mlp_only_layers") or ())
    first = int(config.get("first_k_dense_replace") or 0)
    return sum(at < first or at in alone or (at + 1) % step != 0 for at in range(layers))


def _first(config: Mapping[str, Any], names: Sequence[str]) -> int:
    """First of several fields that different model families use for one count; 0 if none."""
    return next((int(config[name]) for name in names if config.get(name)), 0)
