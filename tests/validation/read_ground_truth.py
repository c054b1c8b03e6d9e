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
from jevons.model.serving_setup import BYTES, GIBIBYTE, USABLE_MEMORY

from .benchmark_scripts import (
    CHIPS,
    MODELS,
    counted_twice,
    drafted,
    kv_precision,
    state_precision,
    tokens_read,
)

Row = dict[str, str]
ROUNDS = ("MLPerf Inference v4.1 datacenter", "MLPerf Inference v5.1 datacenter")
WEIGHTS = (
    0.75  # of the usable memory at most, where the layout of an MLPerf system is not published
)
# Sequences at once where the table has none and the submitter's script has: Red Hat's, in
# mlcommons/inference, language/llama3.1-8b/run_offline_submission.sh (KV cache in FP8 there too).
PUBLISHED_BATCH = {"submitter RedHat;": 1024}
# Mean prompt of MLPerf's CNN/DailyMail set, tokens: the table's figure counts words. The validation
# split (13,368 articles; dataset card of cnn_dailymail 3.0.0) has 57,732,436 bytes, 3,950 an
# article without its summary; Llama 3's tokeniser makes a token of 4.6 bytes of such text, and
# MLPerf's instruction (mlcommons/inference, language/llama3.1-8b/download_cnndm.py) adds 23.
CNN_PROMPT = {"Llama-3.1-8B": ("778", "880")}
CNN_NOTE = "CNN/DailyMail mean prompt of 880 tokens from the bytes of the split and the tokeniser"
PROMPT_NOTE = "prompt as the server read it, 5.03 times what the client counted (InferenceX 937)"
MEAN_LENGTH = 0.9  # InferenceX draws lengths from 80 to 100 % of nominal
NO_BATCH_LIMIT = 1_000_000  # where no maximum is published, memory alone sets the batch
FASTER = 1.2  # a smaller batch that is this much slower shows that the larger one did not run


def inference_x(row: Row) -> Row:
    """A point of the public nightly benchmark: time per output token.

    Mixed prefill and decode; or, where both run apart, one of the instances that decode.
    """
    tags = dict(re.findall(r"(\w+)=(\d+)", row["note"]))
    model, on = MODELS[row["model"]], CHIPS[row["hardware"]]
    engine = row["note"].split(";")[0].strip()
    apart = row["phase"] == "serve_disagg"
    of = "decode_" if apart else ""
    ranks = int(tags[f"{of}attention_dp_size" if apart else "attention_dp"])
    tensor = int(tags[f"{of}tp_size" if apart else "tp"])
    chips, spread = tensor * ranks if apart else int(row["n_gpus"]), ranks > 1
    experts = int(tags[f"{of}moe_ep_size" if apart else "moe_ep"])
    if counted_twice(tags):
        chips, tensor = experts, tensor if spread else experts
    batch = str(int(tags["decode_batch_size"]) * ranks) if apart else row["batch"]
    read, note = tokens_read(row, engine), row["note"].split("; ", 1)[-1]
    return {
        "source": "InferenceX",
        "model": model,
        "chip": on,
        "chips": str(chips),
        "kv_precision": kv_precision(row, engine),
        "state_precision": state_precision(row, engine),
        "phase": "decode" if apart else "serve",
        "batch": batch,
        "context_in": str(round(read * MEAN_LENGTH * int(row["context_in"]))),
        "context_out": str(round(MEAN_LENGTH * int(row["context_out"]))),
        "tp": "1" if spread else str(tensor),
        "ep": str(chips if spread else min(experts, chips)),
        "pp": tags.get("pp", "1"),
        "engine": engine,
        "metric": "time_per_output_token_ms",
        "value": row["value"],
        "note": note if read == 1 else f"{note}; {PROMPT_NOTE}",
    }


def mlperf(row: Row) -> Row:
    """An offline result; the batch is the configured maximum, limited by memory when predicted.

    A submission without a published layout runs on the fewest chips that leave a quarter of the
    memory to the cache, with all the sequences that fit.
    """
    tags = dict(re.findall(r"(\w+)=(\d+)", row["note"]))
    on = CHIPS[row["hardware"]]
    chips = int(tags.get("tp", 0)) * int(tags.get("pp", 0)) or fewest_chips(row)
    said = row["note"].split(";")
    engine = said[1].strip() if "v5.1" in row["source_title"] else "not stated"
    if engine == "not stated" and row["case_id"].endswith("_TRT-llama2-70b-Off"):
        engine = "TensorRT"
    named = (at for who, at in PUBLISHED_BATCH.items() if row["note"].startswith(who))
    batch = next(named, NO_BATCH_LIMIT)
    prompt, note = prompt_of(row)
    return {
        "source": "MLPerf v5.1" if "v5.1" in row["source_title"] else "MLPerf v4.1",
        "model": MODELS[row["model"]],
        "chip": on,
        "chips": str(chips),
        "kv_precision": "fp8",
        "state_precision": "fp32",
        "phase": "serve",
        "batch": str(int(float(row["batch"]))) if row["batch"] else str(batch),
        "context_in": prompt,
        "context_out": str(round(float(row["context_out"]))),
        "tp": tags.get("tp", str(chips)),
        "ep": "1",
        "pp": tags.get("pp", "1"),
        "engine": engine,
        "metric": "tokens_per_s_per_chip",
        "value": f"{float(row['value']) / int(row['n_gpus']):.6g}",
        "note": note.replace("from memory, unverified", "not confirmed by a source"),
    }


def prompt_of(row: Row) -> tuple[str, str]:
    """Mean prompt of an MLPerf row in tokens, and the note that says where it is from.

    Raises:
        UserError: the table no longer has the figure that is corrected here.
    """
    if row["model"] not in CNN_PROMPT:
        return str(round(float(row["context_in"]))), row["note"]
    expected, corrected = CNN_PROMPT[row["model"]]
    said = f"CNN/DailyMail mean input about {expected} from memory, unverified"
    if row["context_in"] != expected or said not in row["note"]:
        raise UserError(
            f"{row['case_id']}: the table has a prompt of {row['context_in']} tokens, and the "
            f"correction to {corrected} expects {expected}; drop it where the table was repaired"
        )
    return corrected, row["note"].replace(said, CNN_NOTE)


def fewest_chips(row: Row) -> int:
    """Chips of an instance, a power of two, where the layout was not published."""
    memory = chip(CHIPS[row["hardware"]]).needed("memory", "the layout") * GIBIBYTE
    weights = architecture(MODELS[row["model"]]).total_parameters * BYTES[row["precision"]]
    chips = 1
    while weights > WEIGHTS * USABLE_MEMORY * chips * memory:
        chips *= 2
    return chips


def select(rows: list[Row], left_out: Counter[str]) -> Iterator[Row]:
    """The rows of both benchmarks in the form of ``measurements.csv``."""
    waits = {
        row["case_id"].removesuffix("ttft"): float(row["value"])
        for row in rows
        if row["metric"] == "ttft"
    }
    for row in rows:
        nightly = row["source_title"].startswith("NVIDIA AIConfigurator")
        if not nightly and not row["source_title"].startswith(ROUNDS):
            continue
        if nightly and (row["metric"] != "tpot" or row["phase"] == "serve_offline"):
            continue
        if not nightly and row["phase"] != "serve_offline":
            continue
        reason = missing(row, nightly) or (nightly and drafted(row)) or queueing(row, waits)
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
    if nightly and row["phase"] == "serve_disagg" and not row["n_gpus"]:
        return "prefill and decode apart without a published number of instances"
    if "power-capped" in row["note"]:
        return "MLPerf at capped power"
    return "" if row["context_in"] else "MLPerf without a published prompt length"


def queueing(row: Row, waits: Mapping[str, float]) -> str:
    """Why a row's load is not the requests sent: most of them wait for their first token.

    By Little's law the requests decoded at once are those sent times the time of decoding over
    that of decoding and waiting; both times are published for each run.
    """
    wait = waits.get(row["case_id"].removesuffix("tpot"), 0.0)
    if wait and wait > float(row["value"]) * MEAN_LENGTH * float(row["context_out"]):
        return "most requests wait for their first token: the batch is not known"
    return ""


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
    same = ("model", "chip", "chips", "phase", "precision", "tp", "ep", "context_in", "context_out")
    for other in rows:
        alike = all(other[name] == row[name] for name in same)
        smaller = int(other["batch"]) < int(row["batch"])
        if alike and smaller and float(other["value"]) > FASTER * float(row["value"]):
            return "faster than a smaller batch of the same set-up"
    return ""


def repeated(row: Row, kept: list[Row]) -> str:
    """Why a row is one kept before: the same load in the same time, to the last digit."""
    same = ("model", "chip", "engine", "precision", "batch", "context_in", "context_out", "value")
    if row["source"] == "InferenceX" and any(
        all(other[name] == row[name] for name in same) for other in kept
    ):
        return "the same measurement in the table again"
    return ""


def wide_rows() -> list[Mapping[str, str]]:
    """The rows of wide expert parallelism, read by hand and kept as they are."""
    kept = [row for row in measurements() if row.source in ("LMSYS", "DeepSeek")]
    return [row.as_row() for row in kept]


def read(table: Path) -> tuple[list[Mapping[str, str]], Counter[str]]:
    """Rows of ``measurements.csv``, and how many were left out for each reason."""
    left_out: Counter[str] = Counter()
    with table.open(encoding="utf-8") as file:
        candidates = list(select(list(csv.DictReader(file)), left_out))
    kept: list[Row] = []
    for row in candidates:
        reason = impossible(row, candidates) or repeated(row, kept)
        if reason:
            left_out[reason] += 1
        else:
            kept.append(row)
    return [*wide_rows(), *kept], left_out


def main(table: Path) -> None:
    """Write the file and print what was left out."""
    rows, left_out = read(table)
    with Path(str(FILE)).open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    print(f"{len(rows)} rows written")  # noqa: T201
    for reason, count in sorted(left_out.items()):
        print(f"{count:4d} left out: {reason}")  # noqa: T201


if __name__ == "__main__":
    main(Path(sys.argv[1]))
