"""A million set-ups through the roofline, against the same formula in plain NumPy.

Run: ``python bench/roofline.py``. Prints seconds of each and their ratio.
"""

import time

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from jevons.model.architecture import architecture
from jevons.model.chip import chip
from jevons.model.efficiency_factors import efficiency_factors
from jevons.model.service_rate import Layout, Machine, Work, decode_stages
from jevons.model.serving_setup import plan

SETUPS = 1_000_000
Floats = NDArray[np.float32]


def plain(
    work: Work,
    machine: Machine,
    layout: Layout,
    x: dict[str, Floats],
    batch: Floats,
    context: Floats,
) -> Floats:
    """The decode step for a tensor-parallel mixture model, written out in NumPy."""
    w = {name: np.float32(value) for name, value in work._asdict().items()}
    m = {name: np.float32(value) for name, value in machine._asdict().items()}
    y = {name: np.float32(value) for name, value in layout._asdict().items()}

    def share(tokens: Floats) -> Floats:
        return x["gemm_compute"] * tokens / (tokens + x["gemm_half_tokens"])

    expert_memory = m["memory_rate"] * x["expert_bandwidth"]
    memory = m["memory_rate"] * x["weight_bandwidth"]
    dense = np.maximum(
        w["dense_parameters"] / y["tensor"] * y["dense_bytes"] / memory,
        2 * w["dense_parameters"] / y["tensor"] * batch / (m["dense_rate"] * share(batch)),
    )
    read = w["experts"] * (1 - (1 - w["experts_per_token"] / w["experts"]) ** batch)
    routed = batch * w["experts_per_token"]
    size = w["expert_parameters"] * w["moe_layers"] / y["chips"]
    expert = np.maximum(
        read * size * y["expert_bytes"] / expert_memory,
        2 * routed * size / (m["expert_rate"] * share(routed / read)),
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
    moved = x["activation_passes"] * w["layers"] * w["hidden_size"] * 2 * batch / m["memory_rate"]
    engine = x["layer_overhead"] * w["layers"] + routing + x["sequence_overhead"] * batch + moved
    total: Floats = dense + expert + attention + 2 * w["layers"] * reduce + engine
    return total


def main() -> None:
    """Time both and check that they agree."""
    setup = plan(architecture("gpt-oss-120b"), chip("H200"), "fp8", 8, {"tp": 8})
    work, machine, layout = setup.work(), setup.machine(), setup.layout()
    generator = np.random.default_rng(0)
    batch = generator.integers(1, 512, SETUPS).astype(np.float32)
    context = generator.integers(128, 65_536, SETUPS).astype(np.float32)
    factors = efficiency_factors().medians()
    step = jax.jit(lambda b, c: decode_stages(work, machine, layout, factors, b, c).total)
    arrays = jnp.asarray(batch), jnp.asarray(context)
    step(*arrays).block_until_ready()
    engine, text = [], []
    numbers = {name: np.asarray(value) for name, value in factors.items()}
    for _ in range(5):
        start = time.perf_counter()
        fast = step(*arrays).block_until_ready()
        engine.append(time.perf_counter() - start)
        start = time.perf_counter()
        slow = plain(work, machine, layout, numbers, batch, context)
        text.append(time.perf_counter() - start)
    assert np.allclose(np.asarray(fast), slow, rtol=1e-3)
    ours, theirs = sorted(engine)[2], sorted(text)[2]
    print(
        f"{SETUPS:,} set-ups: {ours:.3f} s, plain NumPy {theirs:.3f} s, ratio {theirs / ours:.2f}"
    )


if __name__ == "__main__":
    main()
