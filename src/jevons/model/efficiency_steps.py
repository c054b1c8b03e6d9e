"""The walk from a dense model to today's serving, one step at a time, each with its factor.

Every step changes one thing about the service before it; its factor is output tokens per
chip-second over those of the step before, at the largest batch that leaves a user 20 tokens/s.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from jevons.errors import UserError
from jevons.model.architecture import Architecture, architecture
from jevons.model.chip import chip
from jevons.model.efficiency_factors import EfficiencyFactors, efficiency_factors
from jevons.model.serving import Serving, sensible_batch, tokens_per_chip_second
from jevons.model.serving_setup import Setup, plan
from jevons.model.sparse_attention import SparseAttention

ANSWER = 1024  # tokens written
SHORT, LONG = 4096, 65_536  # tokens read
CACHED = 0.563  # share of the prompt that DeepSeek's day found cached


@dataclass(frozen=True, slots=True)
class Step:
    """One step: what changed, tokens per chip-second, and the factor over the step before."""

    name: str
    batch: int
    rate: float
    factor: float | None


@dataclass(frozen=True, slots=True)
class _Service:
    name: str
    setup: Setup
    disaggregated: bool = False
    speculative: bool = False
    cached: float = 0.0


def llama(heads: int) -> Architecture:
    """The body of Llama 3.1 70B with so many key-value heads: 64 is multi-head attention."""
    body = architecture("llama-3.1-70b")
    return replace(
        body,
        name=f"llama-70b-{heads}",
        kv_heads=heads,
        attention="MHA" if heads == body.attention_heads else "GQA",
    )


def latent_llama() -> Architecture:
    """The body of Llama 3.1 70B with the latent attention of DeepSeek-V3."""
    latent = architecture("deepseek-v3")
    sizes = ("q_lora_rank", "kv_lora_rank", "qk_nope_head_dim", "qk_rope_head_dim", "v_head_dim")
    widths = {name: getattr(latent, name) for name in sizes}
    return replace(llama(8), name="llama-70b-mla", attention="MLA", kv_heads=0, **widths)


def sparse_llama() -> Architecture:
    """The body of Llama 3.1 70B with native sparse attention of the paper's sizes."""
    sizes = SparseAttention()
    near = sizes.selected + sizes.window
    return replace(
        llama(8),
        name="llama-70b-nsa",
        sparse_index_topk=near,
        compression_stride=sizes.stride,
    )


def windowed_llama() -> Architecture:
    """The body of Llama 3.1 70B, every second layer with the 128-token window of gpt-oss."""
    half = llama(8).layers // 2
    return replace(
        llama(8), name="llama-70b-window", full_attention_layers=half, sliding_window=128
    )


def _dense(name: str, model: Architecture) -> _Service:
    return _Service(name, plan(model, chip("H100"), "bf16", 8, {"tp": 8}))


def walk() -> tuple[_Service, ...]:
    """Dense multi-head attention to FP4 with wide expert parallelism."""
    v3, h100 = architecture("deepseek-v3"), chip("H100")
    wide = plan(v3, h100, "fp8", 128, {"ep": 128})
    four = plan(v3, chip("GB200"), "fp4", 64, {"ep": 64})
    ranks = {"tp": 8, "pp": 4}
    return (
        _dense("dense, multi-head attention, BF16", llama(64)),
        _dense("grouped queries: 8 key-value heads", llama(8)),
        _dense("latent attention (MLA)", latent_llama()),
        _Service("mixture of experts: DeepSeek-V3", plan(v3, h100, "bf16", 32, ranks)),
        _Service("FP8 weights and arithmetic", plan(v3, h100, "fp8", 32, ranks)),
        _Service("wide expert parallelism, 128 chips", wide),
        _Service("prefill and decode apart", wide, disaggregated=True),
        _Service("multi-token prediction, one draft", wide, True, True),
        _Service("prompt cache on disk (3FS)", wide, True, True, CACHED),
        _Service("GB200, FP4 experts, one NVLink domain", four, True, True, CACHED),
    )


def attention() -> tuple[_Service, ...]:
    """Attention alone, each against grouped queries on one body."""
    return (
        _dense("grouped queries: 8 key-value heads", llama(8)),
        _dense("window of 128 tokens in every second layer", windowed_llama()),
        _dense("native sparse attention (NSA)", sparse_llama()),
        _dense("latent attention (MLA)", latent_llama()),
    )


def steps(
    services: tuple[_Service, ...], context: int, as_of: date | None = None, first: bool = False
) -> Iterator[Step]:
    """Each service's rate at ``context`` prompt tokens, over the one before or over the first."""
    factors = efficiency_factors(as_of)
    base: float | None = None
    for service in services:
        rate, batch = _rate(service, context, factors)
        yield Step(service.name, batch, rate, None if base is None else rate / base)
        if not first or base is None:
            base = rate


def _rate(service: _Service, context: int, factors: EfficiencyFactors) -> tuple[float, int]:
    serving = Serving(
        service.setup,
        1,
        context,
        ANSWER,
        service.cached,
        service.disaggregated,
        service.speculative,
    )
    medians = factors.medians()
    try:
        batch, _ = sensible_batch(serving, medians)
    except UserError:  # not one sequence fits beside the weights
        return float("nan"), 0
    rate = tokens_per_chip_second(replace(serving, batch=batch), medians)
    return float(rate[0]), batch
