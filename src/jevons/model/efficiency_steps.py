"""What each step from a dense model to today's serving is worth, one change at a time.

Every step is a service before and after one change on the same body; its factor is output tokens
per chip-second after over before, each at the largest batch that leaves a user 20 tokens/s.
``python -m jevons.model.efficiency_steps`` prints the table of docs/efficiency_steps.md.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache

import numpy as np

from jevons.errors import UserError
from jevons.model.architecture import Architecture, architecture
from jevons.model.chip import chip
from jevons.model.efficiency_factors import efficiency_factors
from jevons.model.serving import Serving, sensible_batch, tokens_per_chip_second
from jevons.model.serving_setup import Setup, plan
from jevons.model.sparse_attention import SparseAttention

ANSWER = 1024  # tokens written
SHORT, LONG = 4096, 65_536  # tokens read
CACHED = 0.563  # share of the prompt that DeepSeek's day found cached
WITHOUT_LIBRARY = {"communication_overlap": 0.0, "expert_imbalance": 2.0}


@dataclass(frozen=True, slots=True)
class Service:
    """A set-up and how it is run; ``moved``: efficiency factors set to a value."""

    setup: Setup
    disaggregated: bool = False
    speculative: bool = False
    cached: float = 0.0
    users: int | None = None  # sequences of the instance; None takes the largest sensible batch
    moved: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """One change: its name, the services, and what was published about it."""

    name: str
    before: Service
    after: Service
    published: str


def dense(heads: int = 8, **changes: object) -> Architecture:
    """The body of Llama 3.1 70B with so many key-value heads: 64 is multi-head attention."""
    body = architecture("llama-3.1-70b")
    attention = "MHA" if heads == body.attention_heads else "GQA"
    values: Mapping[str, object] = {"kv_heads": heads, "attention": attention, **changes}
    return replace(body, name=f"llama-70b-{heads}", **values)  # type: ignore[arg-type]


def mixture(heads: int) -> Architecture:
    """The body of DeepSeek-V3 with keys and values of 128 in so many heads, not the latent."""
    return replace(
        architecture("deepseek-v3"),
        name=f"deepseek-v3-{heads}",
        attention="MHA" if heads == 128 else "GQA",
        kv_heads=heads,
        head_dim=128,
    )


def undivided() -> Architecture:
    """A dense model of the parameters of DeepSeek-V3: every expert reads every token."""
    body = architecture("deepseek-v3")
    width = body.dense_ffn_size * body.dense_layers + body.moe_layers * body.expert_ffn_size * (
        body.experts + body.shared_experts
    )
    return replace(
        body,
        name="deepseek-v3-dense",
        experts=0,
        experts_per_token=0,
        shared_experts=0,
        dense_layers=body.layers,
        dense_ffn_size=width // body.layers,
    )


def sparse() -> Architecture:
    """The body of Llama 3.1 70B with native sparse attention of the paper's sizes."""
    sizes = SparseAttention()
    near = sizes.selected + sizes.window
    return dense(8, sparse_index_topk=near, compression_stride=sizes.stride)


@cache
def steps() -> tuple[Step, ...]:
    """The steps, in the order in which they came into use."""
    h100, body = chip("H100"), architecture("deepseek-v3")
    node = {"tp": 8}

    def on_node(model: Architecture) -> Service:
        return Service(plan(model, h100, "bf16", 8, node))

    def wide(model: Architecture = body, precision: str = "fp8", chips: int = 128) -> Service:
        return Service(plan(model, h100, precision, chips), disaggregated=True)

    narrow = plan(body, h100, "fp8", 16, {"tp": 8, "pp": 2})
    rack = plan(body, chip("GB200"), "fp8", 64, {"ep": 64})
    four = plan(body, chip("GB200"), "fp4", 64, {"ep": 64})
    window = dense(8, full_attention_layers=40, sliding_window=128)
    together = replace(wide(), disaggregated=False)
    return (
        Step(
            "Grouped queries: 8 key-value heads for 64",
            on_node(dense(64)),
            on_node(dense(8)),
            "GQA (arXiv 2305.13245); Llama 3.1 70B uses it",
        ),
        Step(
            "Latent attention (MLA) for multi-head attention",
            wide(mixture(128)),
            wide(),
            "DeepSeek-V2 (arXiv 2405.04434): KV cache -93.3 % and 5.76 x the throughput of "
            "DeepSeek 67B, mixture and engine included",
        ),
        Step(
            "Latent attention (MLA) for 8 grouped heads",
            wide(mixture(8)),
            wide(),
            "no figure known",
        ),
        Step(
            "Mixture of experts for a dense model of 671B",
            Service(plan(undivided(), h100, "fp8", 128, {"tp": 8, "pp": 16}), disaggregated=True),
            wide(),
            "DeepSeek-V3 (arXiv 2412.19437): 37B of 671B active",
        ),
        Step(
            "FP8 for BF16, DeepSeek-V3 (DeepGEMM)",
            wide(precision="bf16"),
            wide(),
            "DeepGEMM: 990-1,358 TFLOP/s at 4,096 tokens; the BF16 peak is half of FP8's",
        ),
        Step(
            "Sliding window of 128 tokens in every second layer",
            on_node(dense(8)),
            on_node(window),
            "gpt-oss: window of 128 and full layers in turn",
        ),
        Step(
            "Native sparse attention (NSA), decode side",
            on_node(dense(8)),
            on_node(sparse()),
            "NSA (arXiv 2502.11089): 11.6 x fewer tokens loaded at 64k, the kernel alone",
        ),
        Step(
            "Multi-token prediction, one draft, DeepSeek-V3",
            wide(),
            replace(wide(), speculative=True),
            "DeepSeek-V3: acceptance 85-90 %, 1.8 x tokens per second for a user",
        ),
        Step(
            "Speculative decoding of few users (8 on a node)",
            replace(on_node(dense(8)), users=8),
            replace(on_node(dense(8)), users=8, speculative=True),
            "the same arithmetic where a node is far from full",
        ),
        Step(
            "Wide expert parallelism: 128 chips for 16 (DeepEP)",
            Service(narrow),
            together,
            "LMSYS, 2025-05-05: up to 5 x over plain tensor parallelism on the same chips",
        ),
        Step(
            "Prefill and decode on chips of their own",
            together,
            wide(),
            "bought for latency: no answer waits for another user's prompt",
        ),
        Step(
            "Overlap and balance of experts (DualPipe, EPLB)",
            replace(wide(), moved=tuple(WITHOUT_LIBRARY.items())),
            wide(),
            "LMSYS: perfect balance alone lifts prefill 1.18 x (50.3k to 59.3k tokens/s a node)",
        ),
        Step(
            "Prompt cache on disk (3FS), 56.3 % of tokens cached",
            wide(),
            replace(wide(), cached=CACHED),
            "DeepSeek's day: 342 of 608 billion input tokens came from the cache",
        ),
        Step(
            "FP4 experts for FP8 on GB200, 64 chips",
            Service(rack, disaggregated=True),
            Service(four, disaggregated=True),
            "no figure of this change alone known",
        ),
        Step(
            "One rack of GB200 for 128 H100, both FP8",
            wide(),
            Service(rack, disaggregated=True),
            "LMSYS: 7,583 tokens/s a GB200 in decode against 2,788 an H100, 2.7 x",
        ),
    )


@dataclass(frozen=True, slots=True)
class Worth:
    """A service's output tokens per chip-second and sequences of the instance."""

    rate: float
    batch: int


def worth(service: Service, context: int, as_of: date | None = None) -> Worth | None:
    """The service at ``context`` prompt tokens; nothing where no sequence fits."""
    factors = efficiency_factors(as_of).at(*service.setup.chip.levels).medians()
    factors |= {name: np.array([value], np.float32) for name, value in service.moved}
    setup = service.setup
    serving = Serving(
        setup,
        service.users or 1,
        context,
        ANSWER,
        service.cached,
        service.disaggregated,
        service.speculative,
    )
    if service.users is None:
        try:
            batch, _ = sensible_batch(serving, factors)
        except UserError:  # not one sequence fits beside the weights
            return None
        serving = replace(serving, batch=batch)
    return Worth(float(tokens_per_chip_second(serving, factors)[0]), serving.batch)


def factor(step: Step, context: int, as_of: date | None = None) -> float | None:
    """How many times more a chip serves after the step; nothing where one side cannot run."""
    before, after = (worth(service, context, as_of) for service in (step.before, step.after))
    return None if before is None or after is None else after.rate / before.rate


def rows(as_of: date | None = None) -> Iterator[str]:
    """Rows of the table in docs/efficiency_steps.md."""
    for step in steps():
        cells = [_cell(factor(step, context, as_of)) for context in (SHORT, LONG)]
        yield f"| {step.name} | {cells[0]} | {cells[1]} | {step.published} |"


def _cell(value: float | None) -> str:
    return "does not fit" if value is None else f"{value:.2f}"


if __name__ == "__main__":
    print("\n".join(rows()))  # noqa: T201
