"""Dimensions give the published parameter counts and KV bytes; bad names and files are refused."""

import subprocess
import sys
from datetime import date

import pytest

from jevons.errors import UserError
from jevons.model.architecture import architecture, architectures
from jevons.model.chip import chip
from jevons.model.hugging_face import from_hugging_face
from jevons.model.matrix_sizes import dense_sizes
from jevons.model.serving_setup import plan

LLAMA_CONFIG = {
    "num_hidden_layers": 32,
    "hidden_size": 4096,
    "num_attention_heads": 32,
    "num_key_value_heads": 8,
    "intermediate_size": 14336,
    "vocab_size": 128256,
    "max_position_embeddings": 131072,
    "tie_word_embeddings": False,
}
DEEPSEEK_CONFIG = {
    "num_hidden_layers": 61,
    "hidden_size": 7168,
    "num_attention_heads": 128,
    "num_key_value_heads": 128,
    "q_lora_rank": 1536,
    "kv_lora_rank": 512,
    "qk_nope_head_dim": 128,
    "qk_rope_head_dim": 64,
    "v_head_dim": 128,
    "intermediate_size": 18432,
    "first_k_dense_replace": 3,
    "n_routed_experts": 256,
    "num_experts_per_tok": 8,
    "n_shared_experts": 1,
    "moe_intermediate_size": 2048,
    "num_nextn_predict_layers": 1,
    "vocab_size": 129280,
    "max_position_embeddings": 163840,
}


@pytest.mark.parametrize(
    ("name", "total", "active"),
    [
        ("deepseek-v3", 671.03, 36.62),
        ("deepseek-v2", 235.74, 20.85),
        ("llama-3.1-405b", 405.85, 403.75),
        ("mixtral-8x7b", 46.70, 12.75),
        ("gpt-oss-120b", 116.79, 5.13),
        ("qwen3-235b-a22b", 235.09, 21.57),
        ("glm-5", 743.18, 40.10),
        ("qwen3.5-397b-a17b", 396.34, 16.33),  # stated 397 and 17
    ],
)
def test_parameters_from_dimensions(name: str, total: float, active: float) -> None:
    model = architecture(name)
    assert model.total_parameters / 1e9 == pytest.approx(total, abs=0.005)
    assert model.active_parameters / 1e9 == pytest.approx(active, abs=0.005)


def test_every_total_is_within_three_percent_of_the_stated_one() -> None:
    for model in architectures().values():
        assert model.stated_total_b is not None
        assert model.total_parameters / 1e9 == pytest.approx(model.stated_total_b, rel=0.03)


@pytest.mark.parametrize(
    ("name", "kilobytes"),
    [("deepseek-v3", 70.272), ("llama-3.1-405b", 516.096), ("llama-3.1-70b", 327.68),
     ("gpt-3", 4718.592)],
)  # fmt: skip
def test_kv_bytes_per_token_as_published(name: str, kilobytes: float) -> None:
    assert architecture(name).kv_bytes_per_token() == kilobytes * 1000


def test_window_layers_stop_growing_at_the_window() -> None:
    model = architecture("gpt-oss-120b")
    grown = model.kv_bytes(20_000) - model.kv_bytes(10_000)
    assert grown == 10_000 * model.kv_bytes_per_token()
    assert model.kv_bytes(100) == 100 * 2 * model.kv_bytes_per_token()  # 18 full, 18 window layers


def test_aliases_and_spelling() -> None:
    assert architecture("DeepSeek R1") is architecture("deepseek-v3")
    assert architecture("llama-405b") is architecture("Llama-3.1-405B")
    with pytest.raises(UserError, match="unknown model 'deepsek-v3'; did you mean deepseek-v3"):
        architecture("deepsek-v3")


def test_a_model_is_unknown_before_its_configuration_was_public() -> None:
    with pytest.raises(UserError, match="kimi-k2 was not public on 2025-03-11"):
        architecture("kimi-k2", date(2025, 3, 11))


def test_hugging_face_config_gives_the_catalogue_dimensions() -> None:
    llama = from_hugging_face(LLAMA_CONFIG)
    assert llama.total_parameters == architecture("llama-3.1-8b").total_parameters
    assert llama.attention == "GQA"
    deepseek, known = from_hugging_face(DEEPSEEK_CONFIG), architecture("deepseek-v3")
    assert deepseek.total_parameters == known.total_parameters
    assert deepseek.kv_bytes_per_token() == known.kv_bytes_per_token()
    assert deepseek.mtp_parameters == known.mtp_parameters


# Fields as published; the rest of the file does not matter here.
QWEN_CONFIG = {
    "tie_word_embeddings": False,
    "text_config": {
        "num_hidden_layers": 60,
        "hidden_size": 4096,
        "num_attention_heads": 32,
        "num_key_value_heads": 2,
        "head_dim": 256,
        "attn_output_gate": True,
        "layer_types": [*["linear_attention"] * 3, "full_attention"] * 15,
        "linear_key_head_dim": 128,
        "linear_num_key_heads": 16,
        "linear_num_value_heads": 64,
        "linear_value_head_dim": 128,
        "max_position_embeddings": 262_144,
        "moe_intermediate_size": 1024,
        "shared_expert_intermediate_size": 1024,
        "num_experts": 512,
        "num_experts_per_tok": 10,
        "mtp_num_hidden_layers": 1,
        "vocab_size": 248_320,
    },
}


def test_hybrid_linear_attention_is_read_from_the_text_part_of_a_multimodal_config() -> None:
    model, known = from_hugging_face(QWEN_CONFIG), architecture("qwen3.5-397b")
    assert model.total_parameters == known.total_parameters
    assert (model.linear_layers, model.full_attention_layers) == (45, 15)
    assert model.state_bytes == known.state_bytes == 45 * 64 * 128 * 128 * 4


def test_the_state_of_linear_attention_does_not_grow_with_the_context() -> None:
    setup = plan(architecture("qwen3.5-397b"), chip("H200"), "fp8", 8, {"tp": 8})
    short, long = (setup.sequence_bytes_per_chip(context) for context in (1, 100_001))
    # 15 full layers with two heads of 256, keys and values in BF16, on two ranks; 64 state heads.
    assert long - short == pytest.approx(100_000 * 15 * 2 * 2 * 256 * 2 / 2)
    assert short == pytest.approx(45 * 64 * 128 * 128 * 4 / 8, rel=0.001)


@pytest.mark.parametrize(
    ("fields", "full"),
    [
        ({"sliding_window": 4096}, 0),  # Mistral 7B: every layer
        ({"sliding_window": 4096, "use_sliding_window": False}, 32),  # Qwen 2
        ({"sliding_window": 1024, "sliding_window_pattern": 6}, 5),  # Gemma 3: every sixth in full
        ({"sliding_window": 128, "hybrid_layer_pattern": [0, 1, 1, 1] * 8}, 8),  # MiMo
    ],
)
def test_window_layers_are_found_however_a_family_writes_them(
    fields: dict[str, object], full: int
) -> None:
    assert from_hugging_face(LLAMA_CONFIG | fields).full_attention_layers == full


@pytest.mark.parametrize(
    ("fields", "dense"),
    [
        ({"moe_layer_freq": [0, *[1] * 31]}, 1),
        ({"decoder_sparse_step": 2}, 16),
        ({"mlp_only_layers": [0, 5]}, 2),
        ({"first_k_dense_replace": 3}, 3),
        ({}, 0),
    ],
)
def test_dense_layers_are_found_however_a_family_writes_them(
    fields: dict[str, object], dense: int
) -> None:
    experts = {"num_experts": 64, "num_experts_per_tok": 8, "moe_intermediate_size": 1024}
    assert from_hugging_face(LLAMA_CONFIG | experts | fields).dense_layers == dense


@pytest.mark.parametrize("field", ["ssm_state_size", "compress_ratios"])
def test_attention_without_an_equation_is_refused_by_name(field: str) -> None:
    with pytest.raises(UserError, match=f"{field} has no equation here"):
        from_hugging_face(LLAMA_CONFIG | {field: [128]})
    with pytest.raises(UserError, match="mamba has no equation here"):
        from_hugging_face(LLAMA_CONFIG | {"layer_types": ["mamba", "full_attention"]})


def test_missing_fields_are_named() -> None:
    config = {k: v for k, v in LLAMA_CONFIG.items() if k not in ("vocab_size", "hidden_size")}
    with pytest.raises(UserError, match=r"mine\.json: .*hidden_size, vocab_size"):
        from_hugging_face(config, "mine.json")


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"num_hidden_layers": "32"}, "num_hidden_layers is '32', not a whole number from 1"),
        ({"hidden_size": -4096}, "hidden_size is -4096, not a whole number from 1"),
        ({"vocab_size": 0}, "vocab_size is 0, not a whole number from 1"),
        ({"num_attention_heads": 32.5}, "num_attention_heads is 32.5"),
        ({"intermediate_size": [14336]}, r"intermediate_size is \[14336\]"),
        ({"num_experts": True}, "num_experts is True, not a whole number from 0"),
        ({"num_key_value_heads": 5}, "32 attention heads cannot share 5 key-value heads"),
    ],
)
def test_fields_that_are_no_counts_are_named(fields: dict[str, object], message: str) -> None:
    with pytest.raises(UserError, match=rf"mine\.json: {message}"):
        from_hugging_face(LLAMA_CONFIG | fields, "mine.json")


def test_what_does_not_fit_names_the_remedy_that_helps() -> None:
    model = architecture("deepseek-v3")
    # 17 billion dense parameters in BF16 stand on every data-parallel rank, however many chips.
    apart = plan(model, chip("TPU v5e"), "bf16", 16, {"tp": 1, "ep": 16})
    with pytest.raises(UserError, match="use more tensor-parallel ranks"):
        apart.largest_batch(2048)
    together = plan(model, chip("H100"), "bf16", 4, {"tp": 4})
    with pytest.raises(UserError, match="use more chips"):
        together.largest_batch(2048)


def test_a_chip_known_by_fp4_alone_holds_every_weight_in_it() -> None:
    model = architecture("deepseek-v3")
    rubin, blackwell = (plan(model, chip(name), "fp4", 4, {"tp": 4}) for name in ("Rubin", "B200"))
    assert (rubin.dense_bytes, blackwell.dense_bytes) == (0.5625, 1.0)
    assert rubin.machine().dense_rate == chip("Rubin").rate("fp4")


def test_weights_in_int4_are_multiplied_in_bf16_and_the_rest_of_a_mixture_kept_in_it() -> None:
    kimi, dense = (
        plan(architecture(name), chip("B200"), "int4", 8) for name in ("kimi-k2", "llama-3.1-70b")
    )
    assert (kimi.dense_bytes, dense.dense_bytes) == (2.0, 4 / 8 + 2 / 32)
    assert kimi.machine().expert_rate == dense.machine().dense_rate == chip("B200").rate("bf16")
    assert not kimi.machine().expert_four_bit


def test_memory_of_a_datasheet_is_in_binary_units() -> None:
    """FP8 weights of DeepSeek-V3, 168 GB a chip, ran on four B200 of 180 (InferenceX 3363)."""
    setup = plan(architecture("deepseek-v3"), chip("B200"), "fp8", 4, {"tp": 4}, "fp8")
    assert setup.weight_bytes_per_chip > 0.9 * 180e9
    assert 8 < setup.largest_batch(8_192) < 40


def test_the_catalogues_load_without_the_numeric_engine() -> None:
    code = (
        "import sys; from jevons.model.architecture import architectures; "
        "from jevons.model.chip import chip; architectures(); chip('H100'); "
        "sys.exit('jax' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_what_matrix_products_read_and_write_by_hand() -> None:
    # Llama 3.1 8B, a layer: queries, keys and values 4,096 -> 6,144; output 4,096 -> 4,096; gate
    # and up 4,096 -> 2 x 14,336; down 14,336 -> 4,096.
    sizes = dense_sizes(architecture("llama-3.1-8b"))
    layer = [count // 32 for count in sizes]
    assert layer == [4096 + 14336, 2 * 4096, 6144 + 2 * 14336, 2 * 4096]
    # DeepSeek-V3: every product's inputs times its outputs are its weights, so the sums of both
    # must be those of 61 layers of latent attention, 3 gated blocks, 58 shared experts and routers.
    deepseek = architecture("deepseek-v3")
    sizes = dense_sizes(deepseek)
    attention = 128 * (192 + 128 + 128)  # up-projections of queries, keys, values
    assert sizes.outputs_split == 61 * attention + 2 * (3 * 18432 + 58 * 2048)
    assert sizes.outputs_whole == 61 * (7168 + 1536 + 512 + 64) + 61 * 7168 + 58 * 256


def test_a_state_in_bf16_is_half_of_one_in_fp32() -> None:
    model = architecture("qwen3.5-397b-a17b")
    full, half = (plan(model, chip("B300"), "fp8", 8, state_precision=p) for p in ("fp32", "bf16"))
    assert full.state_bytes == model.state_bytes == 2 * half.state_bytes
    assert half.largest_batch(2048) > full.largest_batch(2048)
    with pytest.raises(UserError, match="unknown precision of the state 'bf15'; did you mean bf16"):
        plan(model, chip("B300"), "fp8", 8, state_precision="bf15")
