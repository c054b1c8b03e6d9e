"""What longer answers and more post-training cost: "reasoning 100x", "another order of magnitude".

    answer of m times the tokens:  chip-seconds = m T / rate(context + m T)
    post-training:                 hours = share * hours of pre-training, tokens = hours * rate

An answer costs more than its tokens: the mean context grows with it, so that the cache takes
memory and time. Multiples and shares are dated facts in ``reasoning_scenarios.csv``; the order of
magnitude is on top of the last share known.
"""

import csv
from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from jevons.errors import UserError
from jevons.model.architecture import Architecture
from jevons.model.efficiency import cost

ANSWER = 512  # tokens of a plain answer
REASONING = "reasoning answer"  # the length of a roll-out
ORDER_OF_MAGNITUDE = 10.0


@cache
def _rows() -> tuple[dict[str, str], ...]:
    text = files("jevons.model").joinpath("reasoning_scenarios.csv").read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines()))


def known(kind: str, as_of: date | None) -> list[tuple[str, float, str]]:
    """Name, multiple and source of the scenarios of a kind, "answer" or "training", by a day."""
    found = []
    for row in _rows():
        if row["kind"] == kind and (as_of is None or date.fromisoformat(row["known_on"]) <= as_of):
            source = f"{row['source_title']} {row['source_url']}".strip()
            found.append((row["name"], float(row["multiple"]), source))
    return found


def reasoning_document(
    model: str | Architecture,
    chip: str,
    *,
    context_out: int | None = None,
    as_of: date | None = None,
    **options: Any,
) -> dict[str, Any]:
    """Answers of each length, and training up to post-training as large as pre-training.

    Args:
        model, chip, options: as :func:`jevons.model.efficiency.cost` takes them.
        context_out: tokens of a plain answer, 512 if None.

    Raises:
        UserError: as :func:`jevons.model.efficiency.cost`; not one length fits the model.
    """
    plain = ANSWER if context_out is None else context_out
    answers: list[dict[str, Any]] = []
    for name, multiple, source in known("answer", as_of):
        tokens = round(multiple * plain)
        try:
            document = cost(model, chip, context_out=tokens, as_of=as_of, **options)
        except UserError as mistake:
            if not answers:
                raise
            answers.append({"scenario": name, "tokens": tokens, "left_out": str(mistake)})
            continue
        answers.append(_answer(name, tokens, document, source, answers))
    return {
        "model": answers[0]["model"],
        "chip": answers[0]["chip"],
        "answers": [
            {k: v for k, v in row.items() if k not in ("model", "chip")} for row in answers
        ],
        "training": _training(model, chip, plain, as_of, options),
        "sources": [source for kind in ("answer", "training") for *_, source in known(kind, as_of)],
    }


def _answer(
    name: str, tokens: int, document: Mapping[str, Any], source: str, before: list[dict[str, Any]]
) -> dict[str, Any]:
    usd = document["usd_per_answer"]
    first = before[0]["usd_per_answer"]["p50"] if before else usd["p50"]
    return {
        "model": document["model"],
        "chip": document["chip"],
        "scenario": name,
        "tokens": tokens,
        "usd_per_answer": usd,
        "over_plain": float(f"{usd['p50'] / first:.4g}") if first else None,
        "tokens_per_s_per_chip": document["tokens_per_s_per_chip"],
        "bound": document["bound"],
        "source": source,
    }


def _training(
    model: str | Architecture, chip: str, plain: int, as_of: date | None, options: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Pre-training, post-training of each share known, ten times the last, and as much again."""
    kept = {name: options[name] for name in ("price_per_hour", "seed", "draws") if name in options}
    whole = cost(model, chip, phase="pretrain", as_of=as_of, **kept)
    shares = [(name, share) for name, share, _ in known("training", as_of)]
    if shares:
        shares.append(("another order of magnitude", ORDER_OF_MAGNITUDE * shares[-1][1]))
    shares.append(("as much as pre-training", 1.0))
    lengths = {name: multiple for name, multiple, _ in known("answer", as_of)}
    sampled = {**options, "context_out": round(plain * lengths.get(REASONING, 1.0))}
    one = cost(model, chip, phase="rl", tokens=1e12, as_of=as_of, **sampled)
    rate = one["tokens_per_s_per_chip"]["p50"]
    run = {name: whole["run"][name] for name in ("chip_hours", "usd", "mwh")}
    rows = [{"scenario": "pre-training", "share": 1.0, "tokens": whole["run"]["tokens"]} | run]
    for name, share in shares:
        scaled = {quantity: _scaled(run[quantity], share) for quantity in run}
        tokens = 3600.0 * share * run["chip_hours"]["p50"] * rate
        rows.append({"scenario": name, "share": share, "tokens": float(f"{tokens:.4g}")} | scaled)
    return rows


def _scaled(quantity: Mapping[str, Any], share: float) -> dict[str, Any]:
    """Quantiles times a share; the unit stays."""
    return {
        name: value if name == "unit" else float(f"{share * value:.4g}")
        for name, value in quantity.items()
    }
