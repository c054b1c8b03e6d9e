"""What the public scripts and configuration of InferenceX say of a run and its table does not."""

import re
from collections.abc import Mapping

Row = Mapping[str, str]

MODELS = {
    "DeepSeek-R1": "deepseek-v3",
    "Llama-3.1-70B": "llama-3.1-70b",
    "MiniMax-M2.5": "minimax-m2.5",
    "gpt-oss-120b": "gpt-oss-120b",
    "Llama-3.1-405B": "llama-3.1-405b",
    "Llama-3.1-8B": "llama-3.1-8b",
    "Llama-2-70B": "llama-2-70b",
    "Qwen3.5-397B-A17B": "qwen3.5-397b-a17b",
}
CHIPS = {
    "NVIDIA H100 SXM": "H100",
    "NVIDIA H200 SXM": "H200",
    "NVIDIA B200": "B200",
    "NVIDIA B300": "B300",
    "NVIDIA GB200": "GB200",
    "NVIDIA GB300": "GB300",
    "NVIDIA H200-SXM-141GB": "H200",
    "NVIDIA H200-SXM-141GB-CTS": "H200",
    "NVIDIA B200-SXM-180GB": "B200",
    "NVIDIA H100-SXM-80GB": "H100",
    "AMD Instinct MI300X": "MI300X",
    "AMD Instinct MI300X 192GB HBM3": "MI300X",
    "AMD Instinct MI325X 256GB HBM3e": "MI325X",
}


def kv_precision(row: Mapping[str, str], engine: str) -> str:
    """Precision of the KV cache as set in the benchmark's published scripts.

    InferenceX repository, benchmarks/: FP8 in every TensorRT-LLM script, in SGLang's for Blackwell
    but those in BF16, in SGLang's of Qwen3.5 for H200, in vLLM's of gpt-oss for B200 and of MiniMax
    for Blackwell from 0.19.0 on; the others leave the model's own.
    """
    model, on = MODELS[row["model"]], CHIPS[row["hardware"]]
    blackwell = on in ("B200", "B300", "GB200", "GB300")
    known = (
        engine.startswith("trtllm"),
        engine.startswith("sglang") and blackwell and row["precision"] != "bf16",
        engine.startswith("sglang") and model.startswith("qwen3.5") and on == "H200",
        engine.startswith("vllm") and model == "gpt-oss-120b" and on == "B200",
        engine == "vllm 0.19.0" and model == "minimax-m2.5" and blackwell,
    )
    return "fp8" if any(known) else "bf16"


def state_precision(row: Mapping[str, str], engine: str) -> str:
    """Precision of the state of linear attention as set in the benchmark's published scripts.

    InferenceX repository, benchmarks/single_node/qwen3.5_*.sh: ``--mamba-ssm-dtype bfloat16`` on
    H200 and, from SGLang 0.5.10, on B300 in FP8 and FP4; the others leave the model's FP32.
    """
    on = CHIPS[row["hardware"]]
    later = on == "B300" and engine.startswith("sglang 0.5.10") and row["precision"] != "bf16"
    qwen = row["model"].startswith("Qwen3.5")
    return "bf16" if qwen and (on == "H200" or later) else "fp32"


READ_FOR_COUNTED = 35_921 / 7_140


def tokens_read(row: Row, engine: str) -> float:
    """Prompt tokens that the server read for each that the benchmark's client counted.

    DeepSeek's files name a tokenizer that it has not. Servers mend that when they start. The client
    did not from version 5 of the transformers library on, which SGLang 0.5.10 brought, and wrote
    prompts that the server read as five times as many tokens, 35,921 for 7,140 (InferenceX 937,
    24 March 2026; mended there for models given as a folder). Models given by name, as on B300,
    were mended on 15 May 2026 (1381), and the runs of DeepSeek under SGLang made anew (1502).
    """
    spoilt = row["model"] == "DeepSeek-R1" and engine.startswith("sglang 0.5.10")
    return READ_FOR_COUNTED if spoilt else 1.0


def counted_twice(tags: Mapping[str, str]) -> bool:
    """Whether a row of the table multiplied ranks that the benchmark runs on the same chips.

    The benchmark's scripts start one node with ``--tp 8 --ep 8``, eight chips. The table holds
    such a run as tp=64, moe_tp=8, moe_ep=8 on 64 chips: also for a model of 32 attention heads,
    which 64 ranks cannot share, and beside rows of eight chips with the very same times.
    """
    experts, slices = tags.get("moe_ep", "1"), tags.get("moe_tp", "1")
    ranks = int(tags.get("tp", 1)) * int(tags.get("attention_dp", 1))
    return experts == slices != "1" and ranks == int(experts) * int(slices)


def drafted(row: Row) -> str:
    """Why a run drafts tokens ahead, or may: its figure is not that of one token a step.

    The table has no tag for it; the benchmark's configuration does (InferenceX repository,
    .github/configs/nvidia-master.yaml and perf-changelog.yaml, early April 2026). There
    ``spec-decoding: mtp`` alone has Qwen3.5 in FP8 under SGLang 0.5.9 on four chips without expert
    parallelism (plain runs: eight, or four with it) and DeepSeek-R1 under TensorRT-LLM
    1.2.0rc6.post3 (plain runs: post2). Plain and drafted runs share engine, layout and requests for
    DeepSeek-R1 in FP8 on B200 under SGLang 0.5.9, and under TensorRT-LLM 1.1.0rc2 since January
    2026, when drafted runs were added.
    """
    tags = dict(re.findall(r"(\w+)=(\d+)", row["note"]))
    engine, day = row["note"].split(";")[0].strip(), row["note"].split("measured ")[-1][:10]
    layout = tags.get("tp"), tags.get("moe_ep")
    model, fp8 = row["model"], row["precision"] == "fp8"
    if row["phase"] == "serve_disagg":
        return ""
    if model == "Qwen3.5-397B-A17B" and fp8 and engine == "sglang 0.5.9" and layout == ("4", "1"):
        return "speculative decoding by the benchmark's configuration"
    if model != "DeepSeek-R1":
        return ""
    if engine == "trtllm 1.2.0rc6.post3":
        return "speculative decoding by the benchmark's configuration"
    shared = CHIPS[row["hardware"]] == "B200" and fp8 and engine == "sglang 0.5.9"
    if shared or (engine.startswith("trtllm 1.1.0rc2") and day >= "2026-01-01"):
        return "plain and speculative runs of the same engine and layout, not told apart"
    return ""
