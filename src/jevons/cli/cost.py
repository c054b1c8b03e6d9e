"""``jevons cost``: what a token costs, from model and chip; ``jevons cost compare`` for several."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from jevons.cli.compiled import keep_compiled_code
from jevons.cli.options import (
    DRAWS,
    SEED,
    AsOf,
    Draws,
    FactFiles,
    Json,
    Seed,
    choose_day,
    open_store,
    parse_parallel,
    read_architecture,
)
from jevons.cli.output import number, show
from jevons.errors import UserError

if TYPE_CHECKING:
    from jevons.model.architecture import Architecture

ONE = "tokens"  # the command that "jevons cost MODEL" means
# Options that a phase has no use for.
SERVING_ONLY = (
    "batch", "context_out", "precision", "chips", "parallel", "cache_hit", "kv_precision",
    "engine", "speculative",
)  # fmt: skip
UNUSED = {
    "pretrain": SERVING_ONLY, "sft": SERVING_ONLY,
    "serve": ("tokens",), "prefill": ("tokens", "speculative"), "decode": ("tokens",),
}  # fmt: skip
BAR = 48  # characters of the longest bar of the frontier


class OneOrCompare(TyperGroup):
    """Takes ``jevons cost MODEL`` for ``jevons cost tokens MODEL``: a model needs no verb."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any
    ) -> Any:
        """The context of the named command, else that of one model's cost."""
        if args and args[0] in self.commands:
            return super().make_context(info_name, args, parent, **extra)
        return self.commands[ONE].make_context(info_name, args, parent, **extra)


app = typer.Typer(
    cls=OneOrCompare,
    help="What a token costs: a model on a chip, from arithmetic, memory and wires.",
    rich_markup_mode=None,
)

Phase = Annotated[
    str,
    typer.Option("--phase", metavar="PHASE", help="serve, prefill, decode, pretrain, sft or rl."),
]
Batch = Annotated[
    int | None, typer.Option("--batch", metavar="N", min=1, help="Requests decoded together.")
]
ContextIn = Annotated[
    int | None,
    typer.Option(
        "--context-in", metavar="N", min=1, help="Tokens read per request, or per sequence trained."
    ),
]
ContextOut = Annotated[
    int | None,
    typer.Option("--context-out", metavar="N", min=1, help="Tokens written per request."),
]
Precision = Annotated[
    str | None,
    typer.Option("--precision", metavar="FORMAT", help="Of the weights: bf16, fp8, fp4, int4."),
]
Chips = Annotated[int | None, typer.Option("--chips", metavar="N", min=1, help="Chips used.")]
Parallel = Annotated[
    str | None, typer.Option("--parallel", metavar="tp=8,ep=1", help="Spread over chips.")
]
Price = Annotated[
    float | None,
    typer.Option("--price-per-hour", metavar="USD", min=0.0, help="Price of a chip-hour."),
]
CacheHit = Annotated[
    float | None,
    typer.Option(
        "--cache-hit", metavar="SHARE", help="Share of input already cached, 0 to below 1."
    ),
]
Engine = Annotated[
    str | None,
    typer.Option("--engine", metavar="NAME", help="sglang, trtllm or vllm, with its own time."),
]
KvPrecision = Annotated[
    str | None,
    typer.Option("--kv-precision", metavar="FORMAT", help="Of the KV cache: bf16, fp8."),
]
Utilisation = Annotated[
    float | None,
    typer.Option("--utilisation", metavar="SHARE", help="Share of hours sold, above 0 to 1."),
]
Speculative = Annotated[
    bool, typer.Option("--speculative", help="Draft one token ahead, as DeepSeek-V3 does.")
]
Tokens = Annotated[
    float | None,
    typer.Option("--tokens", metavar="N", help="Tokens of a training run, above 0, e.g. 14.8e12."),
]
Sweep = Annotated[
    str | None,
    typer.Option(
        "--sweep",
        metavar="batch=1..512",
        help="Throughput against interactivity, the batch doubling over the range.",
    ),
]


@app.command(
    ONE,
    hidden=True,
    epilog="Several at once: jevons cost compare --help; longer: jevons cost reasoning --help",
)
def tokens(
    model: Annotated[
        str, typer.Argument(metavar="MODEL", help="A model, or the path of its config.json.")
    ],
    chip: Annotated[
        str, typer.Option("--chip", metavar="CHIP", help="The accelerator it runs on.")
    ],
    phase: Phase = "serve",
    batch: Batch = None,
    context_in: ContextIn = None,
    context_out: ContextOut = None,
    precision: Precision = None,
    chips: Chips = None,
    parallel: Parallel = None,
    price_per_hour: Price = None,
    cache_hit: CacheHit = None,
    kv_precision: KvPrecision = None,
    engine: Engine = None,
    speculative: Speculative = False,
    utilisation: Utilisation = None,
    training_tokens: Tokens = None,
    sweep: Sweep = None,
    as_of: AsOf = None,
    seed: Seed = SEED,
    draws: Draws = DRAWS,
    as_json: Json = False,
    facts: FactFiles = None,
) -> None:
    """What a token costs: a model on a chip, from arithmetic, memory and wires."""
    options = _given(
        batch=batch,
        context_in=context_in,
        context_out=context_out,
        precision=precision,
        chips=chips,
        parallel=parse_parallel(parallel),
        price_per_hour=price_per_hour,
        cache_hit=cache_hit,
        kv_precision=kv_precision,
        engine=engine,
        speculative=speculative or None,
        utilisation=utilisation,
        tokens=training_tokens,
    )
    swept = None if sweep is None else _sweep(sweep, phase, options)
    _check_phase(phase, options)
    options |= {"seed": seed, "draws": draws, "as_of": _day(as_of, facts)}
    keep_compiled_code()
    from jevons.model import efficiency

    if swept is None:
        show(efficiency.cost(_described(model), chip, phase=phase, **options), as_json)
        return
    from jevons.model.frontier import doubling

    answer = efficiency.frontier(_described(model), chip, doubling(*swept), **options)
    show(answer, as_json)
    if not as_json:
        _draw(answer["frontier"])


@app.command()
def compare(
    models: Annotated[
        list[str], typer.Argument(metavar="MODEL[@CHIP]...", help="Models, each on its chip.")
    ],
    chip: Annotated[
        str | None, typer.Option("--chip", metavar="CHIP", help="Chip of those without their own.")
    ] = None,
    phase: Phase = "serve",
    batch: Batch = None,
    context_in: ContextIn = None,
    context_out: ContextOut = None,
    precision: Precision = None,
    chips: Chips = None,
    parallel: Parallel = None,
    price_per_hour: Price = None,
    cache_hit: CacheHit = None,
    kv_precision: KvPrecision = None,
    engine: Engine = None,
    speculative: Speculative = False,
    utilisation: Utilisation = None,
    training_tokens: Tokens = None,
    as_of: AsOf = None,
    seed: Seed = SEED,
    draws: Draws = DRAWS,
    as_json: Json = False,
    facts: FactFiles = None,
) -> None:
    """Several models or chips side by side, each against the first."""
    options = _given(
        batch=batch,
        context_in=context_in,
        context_out=context_out,
        precision=precision,
        chips=chips,
        parallel=parse_parallel(parallel),
        price_per_hour=price_per_hour,
        cache_hit=cache_hit,
        kv_precision=kv_precision,
        engine=engine,
        speculative=speculative or None,
        utilisation=utilisation,
        tokens=training_tokens,
    )
    _check_phase(phase, options)
    pairs = [_pair(text, chip) for text in models]
    options |= {"seed": seed, "draws": draws, "as_of": _day(as_of, facts)}
    keep_compiled_code()
    from jevons.model import efficiency

    rows = [efficiency.cost(_described(model), on, phase=phase, **options) for model, on in pairs]
    show({"phase": phase, "rows": _side_by_side(rows)}, as_json)


@app.command()
def reasoning(
    model: Annotated[str, typer.Argument(metavar="MODEL", help="A model, or its config.json.")],
    chip: Annotated[
        str, typer.Option("--chip", metavar="CHIP", help="The accelerator it runs on.")
    ],
    batch: Batch = None,
    context_in: ContextIn = None,
    context_out: ContextOut = None,
    precision: Precision = None,
    chips: Chips = None,
    parallel: Parallel = None,
    price_per_hour: Price = None,
    as_of: AsOf = None,
    seed: Seed = SEED,
    draws: Draws = DRAWS,
    as_json: Json = False,
    facts: FactFiles = None,
) -> None:
    """Answers 8 and 100 times as long, and post-training up to the size of pre-training."""
    options = _given(
        batch=batch,
        context_in=context_in,
        context_out=context_out,
        precision=precision,
        chips=chips,
        parallel=parse_parallel(parallel),
        price_per_hour=price_per_hour,
    )
    options |= {"seed": seed, "draws": draws, "as_of": _day(as_of, facts)}
    keep_compiled_code()
    from jevons.model.reasoning_scenarios import reasoning_document

    show(reasoning_document(_described(model), chip, **options), as_json)


def _given(**options: Any) -> dict[str, Any]:
    """What was given; the rest is left to the model, which knows what fits model and chip."""
    return {name: value for name, value in options.items() if value is not None}


def _check_phase(phase: str, options: Mapping[str, Any]) -> None:
    """Refuse an option that the phase would ignore.

    Raises:
        UserError: names the option.
    """
    ignored = [f"--{name.replace('_', '-')}" for name in UNUSED.get(phase, ()) if name in options]
    if ignored:
        raise UserError(f"--phase {phase} would ignore {', '.join(ignored)}; run it without")


def _day(as_of: str | None, facts: Sequence[Path] | None) -> date:
    return choose_day(as_of, open_store(facts))


def _described(model: str) -> "str | Architecture":
    return read_architecture(Path(model)) if model.endswith(".json") else model


def _pair(text: str, chip: str | None) -> tuple[str, str]:
    model, _, own = text.partition("@")
    on = own or chip
    if not on:
        raise UserError(f"{text!r} names no chip; write it as {model}@H100 or give --chip")
    return model, on


def _side_by_side(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The agreed fields of each, its price, and USD per token over the first's, of medians."""
    fields = ("model", "chip", "tokens_per_s_per_chip", "usd_per_mtok", "joule_per_token", "bound",
              "usd_per_chip_hour")  # fmt: skip
    first = rows[0]["usd_per_mtok"]["p50"]
    return [
        {name: row[name] for name in fields}
        | {"usd_over_first": float(f"{row['usd_per_mtok']['p50'] / first:.4g}") if first else None}
        | {"price": row["setup"]["price"]}
        for row in rows
    ]


def _sweep(text: str, phase: str, options: dict[str, Any]) -> tuple[int, int]:
    """First and last batch of a sweep.

    Raises:
        UserError: not ``batch=FIRST..LAST``, or with an option that a sweep replaces.
    """
    found = re.fullmatch(r"batch=(\d{1,9})\.\.(\d{1,9})", text)
    if found is None or not 1 <= int(found[1]) <= int(found[2]):
        raise UserError(f"--sweep {text!r} is not a range of batches; write it as batch=1..512")
    if phase != "serve" or "batch" in options or "tokens" in options:
        raise UserError("--sweep takes the place of --batch and serves; leave --phase as serve")
    if "utilisation" in options:
        raise UserError("--sweep draws busy hours; leave --utilisation out")
    return int(found[1]), int(found[2])


def _draw(rows: Sequence[Mapping[str, Any]]) -> None:
    """The frontier as bars: tokens/s a user at the left, tokens/s a chip along the bar."""
    most = max(row["tokens_per_s_per_chip"]["p50"] for row in rows)
    typer.echo("tokens/s a user | tokens/s a chip")
    for row in rows:
        user, rate = row["tokens_per_s_per_user"]["p50"], row["tokens_per_s_per_chip"]["p50"]
        typer.echo(f"{number(user):>15} | {'█' * max(1, round(BAR * rate / most))} {number(rate)}")
