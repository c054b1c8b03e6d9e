"""Writes ``measurements.csv`` from the table of published serving figures.

Run ``python -m tests.validation.read_ground_truth TABLE`` with the path of
``inference_ground_truth.csv``. What is left out, and why, is printed; nothing is left out because
of what the roofline makes of it.
"""

import csv
import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

from jevons.errors import UserError
from jevons.model.architecture import architecture
from jevons.model.chip import chip
from jevons.model.measurements import COLUMNS, FILE, Measurement, measurements
from jevons.model.serving_setup import BYTES

Row = dict[str, str]

MODELS = {
    "DeepSeek-R1": "deepseek-v3",
    "Llama-3.1-70B": "llama-3.1-70b",
    "MiniMax-M2.5": "minimax-m2.5",
    "gpt-oss-120b": "gpt-oss-120b",
    "Llama-3.1-405B": "llama-3.1-405b",
    "Llama-3.1-8B": "llama-3.1-8b",
    "Llama-2-70B": "llama-2-70b",
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
}
MEAN_LENGTH = 0.9  # InferenceX draws lengths from 80 to 100 % of nominal
FASTER = 1.2  # a smaller batch that is this much slower shows that the larger one did not run


def kv_precision(model: str, on: str, engine: str) -> str:
    """Precision of the KV cache as set in the benchmark's published scripts.

    InferenceMAX repository, benchmarks/*.sh: FP8 in every TensorRT-LLM script, in SGLang's for
    Blackwell and in vLLM's gpt-oss script for B200; the others leave the model's own.
    """
    blackwell = on in ("B200", "B300", "GB200", "GB300")
    if engine.startswith("trtllm") or (engine.startswith("sglang") and blackwell):
        return "fp8"
    return "fp8" if model == "gpt-oss-120b" and on == "B200" else "bf16"


def inference_x(row: Row) -> Row:
    """A point of the public nightly benchmark: time per output token, mixed prefill and decode."""
    tags = dict(re.findall(r"(\w+)=(\d+)", row["note"]))
    model, on = MODELS[row["model"]], CHIPS[row["hardware"]]
    engine = row["note"].split(";")[0].strip()
    chips, spread = int(row["n_gpus"]), int(tags["attention_dp"]) > 1
    experts = chips if spread else min(int(tags["moe_ep"]), chips)
    return {
        "source": "InferenceX",
        "model": model,
        "chip": on,
        "chips": str(chips),
        "kv_precision": kv_precision(model, on, engine),
        "phase": "serve",
        "batch": row["batch"],
        "context_in": str(round(MEAN_LENGTH * int(row["context_in"]))),
        "context_out": str(round(MEAN_LENGTH * int(row["context_out"]))),
        "tp": "1" if spread else tags["tp"],
        "ep": str(experts),
        "pp": tags["pp"],
        "engine": engine,
        "metric": "time_per_output_token_ms",
        "value": row["value"],
        "note": row["note"].split("; ", 1)[-1],
    }


def mlperf(row: Row) -> Row:
    """An offline result; the batch is the configured maximum, limited by memory when predicted."""
    tags = dict(re.findall(r"(\w+)=(\d+)", row["note"]))
    chips = int(tags["tp"]) * int(tags["pp"])
    return {
        "source": "MLPerf v5.1",
        "model": MODELS[row["model"]],
        "chip": CHIPS[row["hardware"]],
        "chips": str(chips),
        "kv_precision": "fp8",
        "phase": "serve",
        "batch": str(int(float(row["batch"]))),
        "context_in": str(round(float(row["context_in"]))),
        "context_out": str(round(float(row["context_out"]))),
        "tp": tags["tp"],
        "ep": "1",
        "pp": tags["pp"],
        "engine": row["note"].split(";")[1].strip(),
        "metric": "tokens_per_s_per_chip",
        "value": f"{float(row['value']) / int(row['n_gpus']):.6g}",
        "note": row["note"].replace("from memory, unverified", "not confirmed by a source"),
    }


def select(rows: list[Row], left_out: Counter[str]) -> Iterator[Row]:
    """The rows of both benchmarks in the form of ``measurements.csv``."""
    for row in rows:
        nightly = row["source_title"].startswith("NVIDIA AIConfigurator")
        if not nightly and not row["source_title"].startswith("MLPerf Inference v5.1 datacenter"):
            continue
        if nightly and (row["metric"] != "tpot" or row["phase"] != "serve_agg"):
            continue
        if not nightly and row["phase"] != "serve_offline":
            continue
        reason = missing(row, nightly)
        if reason:
            left_out[reason] += 1
            continue
        read = inference_x(row) if nightly else mlperf(row)
        shared = ("case_id", "precision", "known_on", "source_title", "source_url")
        yield {name: row[name] for name in shared} | read


def missing(row: Row, nightly: bool) -> str:
    """Why a row cannot be set up; empty if it can."""
    if row["model"] not in MODELS:
        return f"model {row['model']} is not in the catalogue"
    if row["hardware"] not in CHIPS:
        return "chip is not in the catalogue, or a variant of one that is"
    if not nightly and ("tp=" not in row["note"] or not row["batch"]):
        return "MLPerf without a published batch and layout"
    return "" if row["context_in"] else "MLPerf without a published prompt length"


def impossible(row: Row, rows: list[Row]) -> str:
    """Why a row contradicts the chip's peak or a smaller batch of the same set-up."""
    if row["metric"] != "time_per_output_token_ms":
        return ""
    try:
        measured = Measurement.from_row(row)
        setup = measured.setup()
        setup.largest_batch(1)
    except UserError:
        return "layout or size that the published tags do not allow"
    ranks = measured.chips / measured.pp / measured.tp
    cache = setup.sequence_bytes_per_chip(measured.context_in + measured.context_out / 2)
    model = setup.model
    untouched = (1 - model.experts_per_token / max(model.experts, 1)) ** measured.batch
    experts = model.routed_parameters * BYTES[setup.precision] * (1 - untouched)
    weights = model.dense_parameters * setup.dense_bytes / measured.tp + experts / measured.chips
    bytes_read = cache * min(measured.batch, measured.batch_limit()) / ranks + weights
    peak = (setup.chip.value("memory_bandwidth") or 0) * 1e12
    if 1e3 * bytes_read / peak > measured.value:
        return "cache and weights read faster than the chip's peak"
    same = ("model", "chip", "chips", "precision", "tp", "ep", "context_in", "context_out")
    for other in rows:
        alike = all(other[name] == row[name] for name in same)
        smaller = int(other["batch"]) < int(row["batch"])
        if alike and smaller and float(other["value"]) > FASTER * float(row["value"]):
            return "faster than a smaller batch of the same set-up"
    return ""


def wide_rows() -> list[Mapping[str, str]]:
    """The rows of wide expert parallelism, read by hand and kept as they are."""
    kept = [row for row in measurements() if row.source in ("LMSYS", "DeepSeek")]
    return [row.as_row() for row in kept]


def main(table: Path) -> None:
    """Write the file and print what was left out."""
    left_out: Counter[str] = Counter()
    with table.open(encoding="utf-8") as file:
        candidates = list(select(list(csv.DictReader(file)), left_out))
    kept = []
    for row in candidates:
        reason = impossible(row, candidates)
        if reason:
            left_out[reason] += 1
        else:
            kept.append(row)
    for row in kept:
        assert architecture(row["model"]).name == row["model"]
        assert chip(row["chip"]).name == row["chip"]
    everything = [*wide_rows(), *kept]
    with Path(str(FILE)).open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(everything)
    print(f"{len(everything)} rows written")  # noqa: T201
    for reason, count in sorted(left_out.items()):
        print(f"{count:4d} left out: {reason}")  # noqa: T201


if __name__ == "__main__":
    main(Path(sys.argv[1]))
