"""The roofline beside AIConfigurator on the rows of InferenceX that both can set up.

Needs ``aiconfigurator==0.12.0``, which brings its own versions of common libraries: install it in
an environment of its own, put this repository's ``src`` on its path, and run the file there. It
takes about ten minutes on one core. The layout of each row is read from the package's own table.
"""

import csv
import re
import sys
from collections.abc import Iterator
from importlib import import_module
from importlib.resources import files
from statistics import median
from typing import Any

TABLES = files("jevons.model")
# Published under a new name; the package carries the configuration of this one.
PATHS = {"meta-llama/Llama-3.1-70B": "meta-llama/Meta-Llama-3.1-70B"}
RANKS = ("tp_size", "pp_size", "attention_dp_size", "moe_tp_size", "moe_ep_size")
ENGINES = {"sglang": "SGLang", "trtllm": "TensorRT-LLM", "vllm": "vLLM"}
WITHIN = 1.6


def read(table: str) -> list[dict[str, str]]:
    """A table of the model."""
    return list(csv.DictReader(TABLES.joinpath(table).read_text(encoding="utf-8").splitlines()))


def layouts() -> dict[tuple[str, float], dict[str, str]]:
    """The package's rows by chip and measured milliseconds."""
    sample = files("aiconfigurator_core").joinpath("systems/silicon_sample.csv")
    rows = csv.DictReader(sample.read_text(encoding="utf-8").splitlines())
    return {
        (row["system"].split("_")[0].upper(), round(float(row["silicon_tpot_ms"] or 0), 4)): row
        for row in rows
        if row["mode"] == "agg"
    }


def estimate(row: dict[str, str], layout: dict[str, str]) -> float:
    """Milliseconds per output token as AIConfigurator has them."""
    api: Any = import_module("aiconfigurator.cli.api")
    users = re.search(r"silicon_concurrency=(\d+)", layout["silicon_data_source"])
    ranks = {name: int(float(layout[name])) for name in RANKS if layout[name]}
    if int(row["chips"]) < ranks["tp_size"] * ranks.get("attention_dp_size", 1):
        # Ranks that the table multiplied although they share chips: see read_ground_truth.py.
        chips, spread = int(row["chips"]), ranks.get("attention_dp_size", 1) > 1
        ranks |= {"tp_size": 1 if spread else chips, "attention_dp_size": chips if spread else 1}
        ranks |= {"moe_tp_size": 1, "moe_ep_size": chips}
    batch = int(users[1] if users else row["batch"]) / ranks.get("attention_dp_size", 1)
    setting = dict(
        backend_name=layout["backend"],
        isl=int(row["context_in"]),
        osl=int(row["context_out"]),
        batch_size=max(1, round(batch)),
        gemm_quant_mode=layout["gemm_quant_mode"] or None,
        moe_quant_mode=layout["moe_quant_mode"] or None,
        kvcache_quant_mode="fp8" if row["kv_precision"] == "fp8" else None,
        **ranks,
    )
    model = PATHS.get(layout["model_path"], layout["model_path"])
    try:
        found = api.cli_estimate(model, layout["system"], database_mode="SILICON", **setting)
    except (RuntimeError, ValueError):  # a kernel was not measured at these sizes
        found = api.cli_estimate(model, layout["system"], database_mode="HYBRID", **setting)
    return float(found.tpot)


def compared() -> Iterator[tuple[tuple[str, ...], float, float]]:
    """Groups of a row, and both predictions over what was measured: held out, AIConfigurator's."""
    known = layouts()
    held_out = {row["case_id"]: float(row["held_out"]) for row in read("validation.csv")}
    for row in read("measurements.csv"):
        layout = known.get((row["chip"], round(float(row["value"]), 4)))
        if row["source"] != "InferenceX" or row["phase"] != "serve" or layout is None:
            continue
        try:
            theirs = estimate(row, layout)
        except (RuntimeError, ValueError, KeyError, NotImplementedError) as reason:
            print(f"{row['case_id']}: {reason}", file=sys.stderr)
            continue
        groups = ("all", f"with {ENGINES[layout['backend']]}", f"{row['model']} on {row['chip']}")
        measured = float(row["value"])
        yield groups, held_out[row["case_id"]] / measured, theirs / measured


def main() -> None:
    """Print the table of docs/efficiency.md: both tools' ratio, error and share within 1.6."""
    table: dict[str, list[tuple[float, float]]] = {}
    for groups, ours, theirs in compared():
        for name in groups:
            table.setdefault(name, []).append((ours, theirs))
    for name, ratios in sorted(table.items(), key=lambda item: (" on " in item[0], item[0])):
        cells = [name, str(len(ratios))]
        for side in zip(*ratios, strict=True):
            error = median(abs(ratio - 1) for ratio in side)
            within = sum(1 / WITHIN <= ratio <= WITHIN for ratio in side) / len(side)
            cells += [f"{median(side):.2f}", f"{error:.0%}", f"{within:.0%}"]
        print(f"| {' | '.join(cells)} |".replace("%", " %"))


if __name__ == "__main__":
    main()
