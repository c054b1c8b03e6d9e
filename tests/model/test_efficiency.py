"""The roofline against closed forms, its limits, and a user's mistakes."""

import re
from datetime import date
from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jevons.errors import UserError
from jevons.model.architecture import architecture
from jevons.model.chip import chip
from jevons.model.efficiency import (
    Serving,
    cost,
    decode,
    frontier,
    reference_rate,
    tokens_per_chip_second,
)
from jevons.model.efficiency_factors import efficiency_factors
from jevons.model.service_rate import decode_stages, experts_read, gemm_share, prefill_stages
from jevons.model.serving import prefill, time_per_output_token
from jevons.model.serving_setup import plan

FACTORS = efficiency_factors().medians()
KERNELS = efficiency_factors(date(2025, 2, 27)).medians()  # before any fit to serving figures
NOTHING = ("gemm_half_tokens", "gemm_half_depth", "layer_overhead", "expert_overhead",
           "activation_passes", "sequence_overhead")  # fmt: skip
PERFECT = FACTORS | {
    name: jnp.ones(1)
    for name in ("weight_bandwidth", "kv_bandwidth", "gemm_compute", "attention_compute")
} | {name: jnp.zeros(1) for name in NOTHING}  # fmt: skip


def test_one_sequence_reads_the_weights_once() -> None:
    setup = plan(architecture("llama-3.1-8b"), chip("H100"), "bf16", 1)
    stages = decode_stages(setup.work(), setup.machine(), setup.layout(), PERFECT, 1, 0)
    weights = setup.model.active_parameters * 2
    assert float(stages.total[0]) == pytest.approx(weights / 3.35e12, rel=1e-5)


def test_kv_cache_is_read_once_a_step() -> None:
    setup = plan(architecture("llama-3.1-8b"), chip("H100"), "bf16", 1)
    stages = decode_stages(setup.work(), setup.machine(), setup.layout(), PERFECT, 4, 10_000)
    cache = 4 * 10_000 * setup.model.kv_bytes_per_token()
    assert float(stages.attention_memory[0]) == pytest.approx(cache / 3.35e12, rel=1e-5)


def test_latent_attention_does_not_shrink_with_tensor_parallel_ranks() -> None:
    model, chips = architecture("deepseek-v3"), chip("H200")
    by_rank = [
        float(decode(Serving(plan(model, chips, "fp8", 8, {"tp": 8}), 8, 4096, 1), FACTORS)[0]
              .attention_memory[0]),
        float(decode(Serving(plan(model, chips, "fp8", 16, {"tp": 16}), 8, 4096, 1), FACTORS)[0]
              .attention_memory[0]),
    ]  # fmt: skip
    assert by_rank[0] == pytest.approx(by_rank[1])


def test_experts_read_has_its_limits() -> None:
    work = plan(architecture("deepseek-v3"), chip("H200"), "fp8", 8).work()
    assert float(experts_read(1, work)) == pytest.approx(8, rel=1e-4)
    assert float(experts_read(100_000, work)) == pytest.approx(256, rel=1e-4)


def test_gemm_share_saturates_as_the_kernel_table_does() -> None:
    # DeepGEMM README, H800: tokens a product, inner dimension, TFLOP/s; dense, then grouped.
    table = [
        (4096, 16384, 1358),
        (4096, 7168, 1304),
        (4096, 2048, 1025),
        (4096, 1536, 990),
        (1024, 7168, 1233),
        (256, 7168, 932),
        (256, 2048, 815),
    ]
    half = float(KERNELS["gemm_half_depth"][0])
    for tokens, depth, measured in table:
        share = float(gemm_share(tokens, KERNELS)[0]) * depth / (depth + half)
        assert 1979 * share == pytest.approx(measured, rel=0.10), (tokens, depth)


def test_a_product_of_inner_dimension_k_has_its_share_of_a_deep_one() -> None:
    """Rank-parallel: a down-projection of width f over tp ranks is f / tp deep."""
    model = architecture("llama-3.1-70b")
    tokens, half = 8192, float(KERNELS["gemm_half_depth"][0])
    for ranks in (1, 8):
        setup = plan(model, chip("H100"), "fp8", 8, {"tp": ranks, "pp": 8 // ranks})
        one = setup.work()._replace(layers=1, head_parameters=0.0)
        ffn, width = model.dense_ffn_size, model.hidden_size
        block = one._replace(
            dense_parameters=3.0 * ffn * width,
            dense_outputs_split=2 * ffn,
            dense_outputs_whole=width,
        )
        layout = setup.layout()._replace(chips=float(ranks))
        stages = prefill_stages(block, setup.machine(), layout, KERNELS, tokens, 1024)
        rate = chip("H100").rate("fp8") * float(gemm_share(tokens, KERNELS)[0])
        deep, down = width / (width + half), ffn / ranks / (ffn / ranks + half)
        by_hand = 2 * tokens * ffn * width / ranks * (2 / deep + 1 / down) / rate
        assert float(stages.dense_compute[0]) == pytest.approx(by_hand, rel=1e-4)


def test_the_head_multiplies_the_last_token_of_each_prompt_only() -> None:
    setup = plan(architecture("llama-3.1-8b"), chip("H100"), "fp8", 1)
    work = setup.work()
    roof = (setup.machine(), setup.layout(), KERNELS)
    with_head = prefill_stages(work, *roof, 8192, 1024).dense_compute
    without = prefill_stages(
        work._replace(
            head_parameters=0.0,
            dense_parameters=float(setup.model.dense_parameters - setup.model.embedding_parameters),
        ),
        *roof,
        8192,
        1024,
    ).dense_compute
    # 8 prompts of 1,024 tokens: 8 of 8,192 tokens pass through 525 of 8,030 million weights.
    assert float(with_head[0] / without[0]) == pytest.approx(1.0, abs=0.001)
    assert float(with_head[0]) > float(without[0])


def test_both_phases_add_on_the_same_chips() -> None:
    """Served together or apart, what is read and written costs the same chip-seconds."""
    setup = plan(architecture("llama-3.1-70b"), chip("H100"), "fp8", 4)
    serving = Serving(setup, 64, 1024, 1024)
    step = float(decode(serving, FACTORS)[1][0])
    reading = float(prefill(serving, FACTORS)[1][0])
    rate = float(tokens_per_chip_second(serving, FACTORS)[0])
    assert 1 / rate == pytest.approx(4 * step / 64 + 1 / reading, rel=1e-5)
    # A user waits for less than all of it: the rest comes before the first token.
    assert 64 / (4 * rate) > float(time_per_output_token(serving, FACTORS)[0]) > step


def test_expert_exchange_matches_the_measured_kernel() -> None:
    setup = plan(architecture("deepseek-v3"), chip("H800"), "fp8", 128)
    stages, _ = decode(Serving(setup, 128 * 128, 1, 1), KERNELS)
    per_layer = float(stages.communication[0]) / setup.model.moe_layers
    assert per_layer == pytest.approx(192e-6 + 369e-6, rel=0.10)


def test_deepseek_day_arithmetic() -> None:
    # Published 2025-03-01; the node count follows from throughput and the reverse.
    prefill_days, decode_days = 608e9 / 73_700 / 86_400, 168e9 / 14_800 / 86_400
    assert prefill_days == pytest.approx(95.5, abs=0.05)
    assert decode_days == pytest.approx(131.4, abs=0.05)
    assert prefill_days + decode_days == pytest.approx(226.75, rel=0.001)
    assert 226.75 * 8 * 24 * 2 == 87_072
    margin = 562_027 / 87_072 - 1
    assert margin == pytest.approx(5.45, abs=0.01)
    usd_per_mtok = 16 / 3600 / 14_800 * 1e6
    assert usd_per_mtok == pytest.approx(0.30, abs=0.001)
    requests = 14_800 / 8 / 21
    assert requests == pytest.approx(88, abs=0.2)


@settings(max_examples=25, deadline=None)
@given(batch=st.integers(1, 256), context=st.integers(128, 16_384))
def test_more_sequences_raise_throughput_and_slow_each_user(batch: int, context: int) -> None:
    setup = plan(architecture("llama-3.1-70b"), chip("H200"), "fp8", 8)
    small, large = (Serving(setup, b, context, 256) for b in (batch, 2 * batch))
    assert float(decode(large, FACTORS)[1][0]) >= float(decode(small, FACTORS)[1][0])
    rates = [float(tokens_per_chip_second(s, FACTORS, "decode")[0]) for s in (small, large)]
    assert rates[1] >= rates[0] * 0.999


def test_document_has_the_agreed_shape_and_is_reproducible() -> None:
    document = cost("deepseek-v3", "H100", draws=500)
    assert document == cost("deepseek-r1", "H100", draws=500)
    assert document["tokens_per_s_per_chip"]["unit"] == "token/s"
    assert set(document["usd_per_mtok_by_kind"]) == {"input", "cached_input", "output"}
    assert document["bound"] in ("memory", "compute", "communication", "capacity")
    assert sum(row["share"] for row in document["contributions"]) == pytest.approx(1, abs=0.001)
    kinds = document["usd_per_mtok_by_kind"]
    assert kinds["cached_input"]["p50"] < kinds["input"]["p50"] < kinds["output"]["p50"]


def test_given_price_and_utilisation_scale_the_cost() -> None:
    def usd(**options: Any) -> float:
        document = cost("llama-3.1-8b", "H100", batch=16, draws=200, **options)
        return float(document["usd_per_mtok"]["p50"])

    assert usd(price_per_hour=4.0) == pytest.approx(2 * usd(price_per_hour=2.0), rel=1e-5)
    assert usd(price_per_hour=2.0, utilisation=0.5) == pytest.approx(usd(price_per_hour=4.0))


def test_price_falls_back_to_the_purchase_price() -> None:
    day = date(2025, 3, 11)  # no rental price of it was known yet
    document = cost("llama-3.1-8b", "MI300X", draws=200, as_of=day)
    assert document["setup"]["price"].startswith("purchase price of 2023-12-06")
    rented = cost("llama-3.1-8b", "MI300X", draws=200)["setup"]["price"]
    assert rented.startswith("rental price of 2026-05-01")


def test_a_chip_without_a_price_asks_for_one() -> None:
    with pytest.raises(UserError, match=r"no dated price of MI355X.*--price-per-hour"):
        cost("llama-3.1-8b", "MI355X", draws=200)
    assert cost("llama-3.1-8b", "MI355X", draws=200, price_per_hour=1.48)["usd_per_mtok"]["p50"] > 0


@pytest.mark.parametrize(("model", "batch"), [("deepseek-v3", 512), ("llama-3.1-8b", 64)])
def test_caching_the_prompt_pays_where_storage_is_faster_than_reading_anew(
    model: str, batch: int
) -> None:
    cold, warm = (cost(model, "H100", batch=batch, draws=200, cache_hit=hit) for hit in (0.0, 0.9))
    assert warm["tokens_per_s_per_chip"]["p50"] > cold["tokens_per_s_per_chip"]["p50"]
    kinds = cold["usd_per_mtok_by_kind"]
    pays = kinds["cached_input"]["mean"] < kinds["input"]["mean"]
    assert pays == (model == "deepseek-v3")  # a latent cache is small for so large a model
    assert (warm["usd_per_mtok"]["mean"] < cold["usd_per_mtok"]["mean"]) == pays


def test_the_parts_add_to_the_whole() -> None:
    """Means add: 512 tokens written, 20.48 read, 2,027.52 read from the cache."""
    options: dict[str, Any] = {"batch": 64, "cache_hit": 0.99, "draws": 200}
    document = cost("llama-3.1-8b", "H100", **options)
    kinds = {name: row["mean"] for name, row in document["usd_per_mtok_by_kind"].items()}
    parts = 512 * kinds["output"] + 20.48 * kinds["input"] + 2027.52 * kinds["cached_input"]
    assert document["usd_per_mtok"]["mean"] == pytest.approx(parts / 512, rel=1e-4)
    assert document["usd_per_answer"]["mean"] == pytest.approx(parts / 1e6, rel=1e-4)
    assert 1.0e-4 < document["usd_per_answer"]["p50"] < 1.2e-4
    reading = cost("llama-3.1-8b", "H100", phase="prefill", **options)
    assert reading["usd_per_mtok"]["mean"] == pytest.approx(
        0.01 * kinds["input"] + 0.99 * kinds["cached_input"], rel=1e-4
    )
    writing = cost("llama-3.1-8b", "H100", phase="decode", **options)
    assert writing["usd_per_mtok"]["mean"] == pytest.approx(kinds["output"], rel=1e-4)
    # From storage at 40 GiB/s for 8 chips: 32 layers x 2 x 8 heads x 128 x 2 bytes a token.
    seconds = 131_072 / (5 * 2**30)
    price = document["usd_per_chip_hour"]["p50"] / 3600
    assert kinds["cached_input"] == pytest.approx(seconds * price * 1e6, rel=1e-4)


def test_a_user_waits_for_the_prompts_of_others_too() -> None:
    document = cost("deepseek-v3", "MI300X", draws=50)
    assert document["setup"]["batch_limit"] == "interactivity"
    speed = document["tokens_per_s_per_user"]["p50"]
    assert speed == pytest.approx(1e3 / document["time_per_output_token_ms"]["p50"], rel=1e-3)
    assert speed < 20  # the limit on the batch is on the decode step alone


def test_the_document_says_where_more_chips_serve_more() -> None:
    options: dict[str, Any] = {"precision": "bf16", "draws": 50}
    few = cost("deepseek-v3", "H800", **options)
    gain, chips = re.findall(r"[\d.]+", few["setup"]["advice"])[1:]
    assert chips == "128"
    more = cost("deepseek-v3", "H800", chips=128, **options)
    rates = [document["tokens_per_s_per_chip"]["p50"] for document in (more, few)]
    assert rates[0] / rates[1] == pytest.approx(float(gain), rel=0.05)
    assert "advice" not in more["setup"]  # what was chosen needs no advice
    assert "advice" not in cost("llama-3.1-8b", "H100", draws=50)["setup"]  # one chip is best
    assert "advice" not in cost("llama-3.1-8b", "H100", draws=50, batch=1)["setup"]
    laid_out = cost("deepseek-v3", "H800", parallel={"tp": 8}, **options)
    assert "advice" not in laid_out["setup"]  # twice the chips of another layout is no advice


def test_drafts_need_a_head_to_draft_with() -> None:
    plain, drafted = (
        cost("deepseek-v3", "H800", batch=512, draws=50, speculative=speculative)
        for speculative in (False, True)
    )
    assert drafted["usd_per_mtok"]["p50"] < plain["usd_per_mtok"]["p50"]
    with pytest.raises(UserError, match="has no multi-token-prediction head"):
        frontier("llama-3.1-70b", "H100", (1, 2), speculative=True, draws=10)


def test_reference_rate_uses_the_normals_by_name() -> None:
    normals = {name: np.zeros(3, np.float32) for name in efficiency_factors().table}
    rate = np.asarray(reference_rate(normals, date(2025, 3, 11)))
    assert rate.shape == (3,)
    assert 500 < rate[0] < 3000


def test_default_ranks_stay_on_the_fast_links() -> None:
    dense = plan(architecture("llama-3.1-405b"), chip("H100"), "fp8", 16)
    assert (dense.tp, dense.ep, dense.pp) == (8, 1, 2)
    wide = plan(architecture("deepseek-v3"), chip("H100"), "fp8", 64)
    assert (wide.tp, wide.ep, wide.pp) == (1, 64, 1)


def test_levels_are_those_of_the_chip_and_of_the_engine_named() -> None:
    table = efficiency_factors()
    hopper, amd = table.at("Hopper").table, table.at("CDNA3", "MI300X").table
    assert hopper["gemm_compute"].median > 1.5 * amd["gemm_compute"].median
    # The same design at 1,000 W in place of 750: AMD measures 1.2 times the rate.
    cooler = table.at("CDNA3", "MI325X").table["gemm_compute"].median
    assert cooler / amd["gemm_compute"].median == pytest.approx(
        1519 / 2600 * 2614.9 / 1273, rel=1e-3
    )
    assert table.at("Ascend 910C").table == table.table  # no row measured on it: the common share
    common, known = table.table["gemm_compute"], hopper["gemm_compute"]
    assert common.high / common.low > known.high / known.low  # the range spans the generations
    times = {
        engine: cost("llama-3.1-8b", "H100", batch=8, draws=50, engine=engine)[
            "time_per_output_token_ms"
        ]["p50"]
        for engine in ("sglang", "trtllm", "vllm")
    }
    assert times["trtllm"] < times["vllm"] < times["sglang"]


def test_tokens_that_choose_alike_read_fewer_experts() -> None:
    work = plan(architecture("deepseek-v3"), chip("H100"), "fp8", 16).work()
    assert float(experts_read(1, work, 0.5)) == pytest.approx(8)  # a token reads its own, always
    # 64 tokens, each beyond the first half of an independent one: 256 (1 - (31/32)^32.5).
    assert float(experts_read(64, work, 0.5)) == pytest.approx(256 * (1 - (31 / 32) ** 32.5))
    assert float(experts_read(64, work, 0.5)) < float(experts_read(64, work))


def test_a_state_is_read_and_written_whatever_the_context() -> None:
    setup = plan(architecture("qwen3.5-397b"), chip("H200"), "fp8", 8, {"tp": 8})
    roof = (setup.work(), setup.machine(), setup.layout(), FACTORS)
    near, far = (float(decode_stages(*roof, 64, s).attention_memory[0]) for s in (1.0, 10_001.0))
    rate = 4.8e12 * float(FACTORS["kv_bandwidth"][0])
    state = 2 * 45 * 64 * 128 * 128 * 4 / 8
    assert near == pytest.approx(64 * state / rate, rel=0.01)
    # 15 full layers, two heads of 256 on two ranks, keys and values in BF16.
    assert far - near == pytest.approx(64 * 10_000 * 15 * 2 * 256 * 2 / rate, rel=0.01)


def test_factors_have_vintages() -> None:
    early = efficiency_factors(date(2025, 3, 11)).table["expert_imbalance"]
    late = efficiency_factors(date(2025, 5, 5)).table["expert_imbalance"]
    assert early.known_on <= date(2025, 3, 11) < late.known_on


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"batch": 0}, "batch 0 must be at least 1"),
        ({"batch": -3}, "batch -3 must be at least 1"),
        ({"context_in": 200_000}, "exceeds the limit of llama-3.1-70b, 131072 tokens"),
        ({"context_out": 0}, "must be at least 1 token"),
        ({"parallel": {"tp": 3}}, "tp=3 is impossible"),
        ({"parallel": {"pp": 5}}, "pp=5 is impossible"),
        ({"parallel": {"ep": 2}}, "ep=2 is impossible"),
        ({"parallel": {"dp": 2}}, "unknown parallelism 'dp'"),
        ({"price_per_hour": -1.0}, "must not be negative"),
        ({"price_per_hour": float("inf")}, "price inf USD per chip-hour must be finite"),
        ({"speculative": True}, "llama-3.1-70b has no multi-token-prediction head"),
        ({"cache_hit": 1.0}, "cache hit 1.0"),
        ({"utilisation": 0.0}, "utilisation 0.0"),
        ({"precision": "fp7"}, "unknown precision 'fp7'; did you mean"),
        ({"phase": "decod"}, "unknown phase 'decod'; did you mean decode"),
        ({"chips": 0}, "chips 0 must be at least 1"),
        ({"chips": 1, "precision": "bf16"}, "does not fit on 1 H100: weights of 131.4 GiB"),
        ({"batch": 100_000}, "use a batch of at most"),
        ({"draws": 0}, "draws 0"),
        ({"engine": "vlm"}, "unknown engine 'vlm'; did you mean vllm"),
        ({"engine": "vllm", "as_of": date(2025, 3, 11)}, "no figures told engines apart"),
    ],
)
def test_mistakes_get_one_sentence(options: dict[str, Any], message: str) -> None:
    with pytest.raises(UserError, match=message) as caught:
        cost("llama-3.1-70b", "H100", **({"chips": 8, "draws": 10} | options))
    assert "\n" not in str(caught.value)


def test_as_of_refuses_what_was_not_there() -> None:
    with pytest.raises(UserError, match="B300 was not on sale"):
        cost("deepseek-v3", "B300", as_of=date(2025, 3, 11))
    with pytest.raises(UserError, match="gpt-oss-120b was not public"):
        cost("gpt-oss-120b", "H100", as_of=date(2025, 3, 11))
