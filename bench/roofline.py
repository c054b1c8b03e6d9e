"""A million set-ups through the roofline, against the same formula in plain NumPy.

Run: ``python bench/roofline.py``. Every set-up has its own model, chip, batch and context. Prints
seconds of a decode step by both and their ratio, and seconds of the whole service (decode step,
prompts read, wait for the prompts of others), which has no peer.
"""

import time
from collections.abc import Callable, Iterable

import jax
import numpy as np
from numpy.typing import NDArray

from jevons.model.architecture import architecture
from jevons.model.chip import chip
from jevons.model.efficiency_factors import efficiency_factors
from jevons.model.measured_services import MeasuredServices, predict
from jevons.model.roofline_terms import Layout, Machine, Work
from jevons.model.service_rate import decode_stages
from jevons.model.serving_setup import plan

SETUPS = 1_000_000
MODELS = (
    "llama-3.1-8b", "llama-3.1-70b", "llama-3.1-405b", "qwen3-32b", "mixtral-8x22b",
    "gpt-oss-120b", "qwen3-235b-a22b", "deepseek-v3", "kimi-k2",
)  # fmt: skip
CHIPS = ("H100", "H200", "B200", "B300", "MI300X", "MI355X")
Floats = NDArray[np.float32]


def plain(
    work: Work,
    machine: Machine,
    layout: Layout,
    x: dict[str, Floats],
    batch: Floats,
    context: Floats,
) -> Floats:
    """The decode step of tensor-parallel set-ups, written out in NumPy; fields (set-up,)."""
    w, m, y = work._asdict(), machine._asdict(), layout._asdict()

    def share(tokens: Floats) -> Floats:
        return x["gemm_compute"] * tokens / (tokens + x["gemm_half_tokens"])

    expert_memory = m["memory_rate"] * x["expert_bandwidth"]
    memory = m["memory_rate"] * x["weight_bandwidth"]
    ranks, slices, depth = y["tensor"], y["chips"] / y["expert_parallel"], x["gemm_half_depth"]
    head = w["head_parameters"] / ranks
    blocks = w["dense_parameters"] / ranks - head
    outputs = w["dense_outputs_split"] / ranks + w["dense_outputs_whole"]
    arithmetic = (blocks + depth * outputs) / m["dense_rate"] + head / m["head_rate"]
    dense = np.maximum(
        (blocks * y["dense_bytes"] + 2 * head) / memory, 2 * arithmetic * batch / share(batch)
    )
    experts = np.maximum(w["experts"], 1)
    alone = 1 + x["routing_spread"] * (batch - 1)
    read = w["experts"] * (1 - (1 - w["experts_per_token"] / experts) ** alone)
    routed = batch * w["experts_per_token"]
    per_expert = np.maximum(routed / np.maximum(read, 1e-9), 1e-6)
    layers = w["moe_layers"] / y["chips"]
    expert_outputs = w["expert_outputs_split"] + w["expert_outputs_whole"] * slices
    deep = w["expert_parameters"] + depth * expert_outputs
    expert = np.maximum(
        read * layers * w["expert_parameters"] * y["expert_bytes"] / expert_memory,
        2 * routed * layers * deep / (m["expert_rate"] * share(per_expert)),
    )
    attended = context * w["full_layers"] + np.minimum(context, w["window"]) * w["window_layers"]
    cache = attended * w["kv_elements"] * y["kv_bytes"] / np.minimum(y["tensor"], w["kv_shards"])
    attention = np.maximum(
        batch * cache / (m["memory_rate"] * x["kv_bandwidth"]),
        batch * attended * w["attention_flop_decode"]
        / (m["attention_rate"] * x["attention_compute"] * y["chips"]),
    )  # fmt: skip
    ring = 2 * (y["tensor"] - 1) / y["tensor"] * batch * w["hidden_size"] * 2
    reduce = ring / (m["link_rate"] * x["link_bandwidth"]) + x["collective_latency"]
    routing = x["expert_overhead"] * w["moe_layers"] * w["experts_per_token"]
    engine = x["layer_overhead"] * w["layers"] + routing + x["sequence_overhead"] * batch
    widths = outputs + w["dense_inputs_split"] / ranks + w["dense_inputs_whole"]
    ends = expert_outputs + w["expert_inputs_split"] + w["expert_inputs_whole"] * slices
    widths = batch * widths + routed * layers * ends
    moved = x["activation_passes"] * 2 * widths / m["memory_rate"]
    total: Floats = dense + expert + attention + 2 * w["layers"] * reduce + engine + moved
    return total


def set_ups() -> MeasuredServices:
    """A million services of random model, chip, batch and lengths, eight chips each, (set-up,)."""
    plans = [
        plan(architecture(model), chip(on), "fp8", 8, {"tp": 8}) for model in MODELS for on in CHIPS
    ]
    generator = np.random.default_rng(0)
    which = generator.integers(0, len(plans), SETUPS)

    def column(values: Iterable[float]) -> Floats:
        return np.array(list(values), dtype=np.float32)[which]

    def columns(parts: list[tuple[float, ...]]) -> list[Floats]:
        return [column(values) for values in zip(*parts, strict=True)]

    batch = generator.integers(1, 512, SETUPS).astype(np.float32)
    prompt = generator.integers(128, 32_768, SETUPS).astype(np.float32)
    ones, none = np.ones(SETUPS, np.float32), np.zeros(SETUPS, np.float32)
    return MeasuredServices(
        Work(*columns([one.work() for one in plans])),
        Machine(*columns([one.machine() for one in plans])),
        Layout(*columns([one.layout() for one in plans])),
        batch, prompt, 512 * ones, 8 * ones, ones, none, none, none, none, ones,
    )  # fmt: skip


def median_seconds(run: Callable[[], object]) -> float:
    """The median of five runs after one that compiles."""
    run()
    times = []
    for _ in range(5):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return sorted(times)[2]


def main() -> None:
    """Time both and check that they agree."""
    many = set_ups()
    factors = efficiency_factors().medians()
    roof = (many.work, many.machine, many.layout)
    numbers = {name: np.asarray(value) for name, value in factors.items()}
    context = many.prompt + many.answer / 2
    arrays = jax.device_put((*roof, many.batch, context))
    decode = jax.jit(lambda w, m, y, b, c: decode_stages(w, m, y, factors, b, c).total)
    whole, on_device = jax.jit(lambda rows: predict(rows, factors)), jax.device_put(many)
    ours = median_seconds(lambda: decode(*arrays).block_until_ready())
    theirs = median_seconds(lambda: plain(*roof, numbers, many.batch, context))
    service = median_seconds(lambda: whole(on_device).block_until_ready())
    slow = plain(*roof, numbers, many.batch, context)
    assert np.allclose(np.asarray(decode(*arrays)), slow, rtol=1e-3)
    print(f"{SETUPS:,} set-ups of {len(MODELS) * len(CHIPS)} models on chips")
    print(f"decode step: {ours:.3f} s, plain NumPy {theirs:.3f} s, ratio {theirs / ours:.1f}")
    print(f"whole service: {service:.3f} s")


if __name__ == "__main__":
    main()
