"""A serving set-up: model, chip, precision and parallelism, checked, and what memory it needs."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from jevons.errors import UserError, did_you_mean
from jevons.model.architecture import Architecture
from jevons.model.chip import Chip
from jevons.model.matrix_sizes import dense_sizes
from jevons.model.roofline_terms import HEAD_BYTES, Layout, Machine, Work

USABLE_MEMORY = 0.9  # share of chip memory left after activations and the engine's own buffers
# Datasheets write GB for it: nvidia-smi has 81,559 MiB for an H100's 80, 183,359 for a B200's 180.
GIBIBYTE = 2.0**30
WIDE = 16  # from this many chips on, experts spread over all chips and attention is data-parallel
# With the scales of a block: FP8 for 16 weights in FP4, BF16 for 32 in INT4.
BYTES = {"bf16": 2.0, "fp8": 1.0, "int8": 1.0, "fp4": 0.5625, "int4": 0.5625}
PARALLEL = ("tp", "ep", "pp")
STATE_PRECISIONS = {"fp32": 1.0, "bf16": 0.5}  # share of a linear layer's state in FP32
NO_LIMIT = 1e12  # tokens; stands for "attends to all"


@dataclass(frozen=True, slots=True)
class Setup:
    """A checked set-up. ``tp`` tensor, ``ep`` expert, ``pp`` pipeline-parallel ranks.

    ``balanced``: every expert gets as many tokens, as in profiles that simulate it.
    """

    model: Architecture
    chip: Chip
    precision: str
    chips: int
    tp: int
    ep: int
    pp: int
    kv_precision: str = "bf16"
    state_precision: str = "fp32"
    balanced: bool = False

    @property
    def wide(self) -> bool:
        """Attention is data-parallel, experts are spread over all chips of a stage."""
        stage = self.chips // self.pp
        return stage >= WIDE and self.ep > 1 and self.tp < stage

    @property
    def overlaps(self) -> bool:
        """Two micro-batches run in turn, to hide what goes over the network between domains."""
        return self.wide and self.chips // self.pp > (self.chip.value("domain") or 1)

    @property
    def dense_bytes(self) -> float:
        """Bytes per weight outside the experts."""
        return BYTES[self._dense_precision]

    @property
    def kv_bytes(self) -> float:
        """Bytes per element of the KV cache."""
        return BYTES[self.kv_precision]

    @property
    def state_bytes(self) -> float:
        """Bytes of state of one sequence, all linear layers."""
        return self.model.state_bytes * STATE_PRECISIONS[self.state_precision]

    @property
    def weight_bytes_per_chip(self) -> float:
        """Weights on one chip: dense weights once per data-parallel rank, experts spread."""
        model, stage = self.model, self.chips // self.pp
        routed = model.routed_parameters * BYTES[self.precision] / stage / self.pp
        return self._dense_bytes_per_chip + routed

    @property
    def _dense_bytes_per_chip(self) -> float:
        head = self.model.embedding_parameters
        embedding = head * (1 if self.model.tied_embeddings else 2) * HEAD_BYTES
        blocks = (self.model.dense_parameters - head) * self.dense_bytes
        return (blocks + embedding) / self.tp / self.pp

    def sequence_bytes_per_chip(self, context: float) -> float:
        """KV cache, and state of linear layers, of one sequence on one chip of its rank."""
        shards = min(self.tp, self.model.kv_heads) if self.model.kv_heads else 1
        cache = self.model.kv_bytes(context, self.kv_bytes) / shards
        state = self.state_bytes / min(self.tp, self.model.linear_value_heads or 1)
        return (cache + state) / self.pp

    def largest_batch(self, context: float) -> int:
        """Sequences that fit beside the weights.

        Raises:
            UserError: not one fits; the message says which bytes do not and what would.
        """
        memory = self.chip.needed("memory", "the batch limit") * GIBIBYTE * USABLE_MEMORY
        one = self.sequence_bytes_per_chip(context)
        free = memory - self.weight_bytes_per_chip
        if free < one:
            raise UserError(self._misfit(memory, one))
        ranks = self.chips // self.pp // self.tp
        return math.floor(free / one) * ranks

    def check_batch(self, batch: int, context: float) -> None:
        """Refuse a batch that is not positive or does not fit.

        Raises:
            UserError: with the largest batch that fits.
        """
        if batch < 1:
            raise UserError(f"batch {batch} must be at least 1 sequence")
        most = self.largest_batch(context)
        if batch > most:
            need = math.ceil(batch * self.tp * self.pp / self.chips)
            cache = need * self.sequence_bytes_per_chip(context) / GIBIBYTE
            memory = (self.chip.value("memory") or 0) * USABLE_MEMORY
            raise UserError(
                f"batch {batch} does not fit on {self.chips} {self.chip.name}: KV cache of "
                f"{cache:.1f} GiB a chip beside {self.weight_bytes_per_chip / GIBIBYTE:.1f} GiB of "
                f"weights exceeds {memory:.1f} GiB; use a batch of at most {most}, "
                "more chips or a lower precision"
            )

    def _misfit(self, memory: float, one: float) -> str:
        # Every data-parallel rank holds the dense weights: chips alone do not divide them.
        fewer = self._dense_bytes_per_chip > memory and self.tp < self.chips // self.pp
        chips = "more tensor-parallel ranks" if fewer else "more chips"
        weights, one, memory = (
            each / GIBIBYTE for each in (self.weight_bytes_per_chip, one, memory)
        )
        return (
            f"{self.model.name} in {self.precision} does not fit on {self.chips} "
            f"{self.chip.name}: weights of {weights:.1f} GiB and one sequence of {one:.2f} GiB a "
            f"chip exceed {memory:.1f} GiB; use {chips}, a lower precision or a shorter context"
        )

    def work(self) -> Work:
        """The model's demands, for the roofline."""
        model, dense = self.model, dense_sizes(self.model)
        return Work(
            layers=model.layers,
            moe_layers=model.moe_layers,
            full_layers=model.full_attention_layers,
            window_layers=model.window_layers,
            window=model.sliding_window,
            hidden_size=model.hidden_size,
            dense_parameters=float(model.dense_parameters),
            head_parameters=float(model.embedding_parameters),
            dense_outputs_split=dense.outputs_split,
            dense_outputs_whole=dense.outputs_whole,
            dense_inputs_split=dense.inputs_split,
            dense_inputs_whole=dense.inputs_whole,
            expert_parameters=float(model.expert_parameters),
            expert_outputs_split=2 * model.expert_ffn_size,
            expert_outputs_whole=model.hidden_size,
            expert_inputs_split=model.expert_ffn_size,
            expert_inputs_whole=model.hidden_size,
            experts=model.experts,
            experts_per_token=model.experts_per_token,
            kv_elements=model.kv_elements_per_layer,
            kv_shards=model.kv_heads or 1,
            attention_flop_decode=model.attention_flop_decode,
            attention_flop_prefill=model.attention_flop_prefill,
            selected_tokens=model.sparse_index_topk or NO_LIMIT,
            compressed_share=model.compressed_share,
            index_bytes=model.index_head_dim * BYTES["fp8"],
            index_flop=2.0 * model.index_heads * model.index_head_dim,
            state_bytes=self.state_bytes,
            state_shards=model.linear_value_heads or 1,
            state_flop=model.state_flop,
        )

    def machine(self) -> Machine:
        """The chip's peaks, for the roofline."""
        chip, several = self.chip, self.chips > 1
        link = chip.needed("intranode", "more than one chip") if several else 1.0
        domain = chip.value("domain") or 1
        network = chip.value("internode")
        if network is None and self.chips > domain:
            most = f"{domain:.0f} chips" if domain > 1 else "one chip"
            network = chip.needed("internode", f"more than {most}")
        dense = multiply_precision(chip, self._dense_precision)
        expert = multiply_precision(chip, self.precision)
        widest = chip.rate("bf16") if "bf16" in chip.figures else chip.rate("fp4")
        return Machine(
            dense_rate=chip.rate(dense),
            expert_rate=chip.rate(expert),
            head_rate=widest,
            attention_rate=widest,
            memory_rate=chip.needed("memory_bandwidth", "the memory roof") * 1e12,
            link_rate=link * 1e9 / 2,
            network_rate=(network or 1.0) * 1e9,
            domain=domain,
            dense_four_bit=float(dense == "fp4"),
            expert_four_bit=float(expert == "fp4"),
        )

    @property
    def _dense_precision(self) -> str:
        """Only experts of mixture models go below FP8, save on a chip known by FP4 alone.

        In INT4 the rest stays in BF16, as in the published weights of Kimi K2 Thinking and K2.5.
        """
        if not self.model.experts:
            return self.precision
        only = "fp4" in self.chip.figures and "fp8" not in self.chip.figures
        rest = {"int4": "bf16"} if only else {"int4": "bf16", "fp4": "fp8"}
        return rest.get(self.precision, self.precision)

    def layout(self) -> Layout:
        """Ranks and bytes per element, for the roofline."""
        return Layout(
            chips=float(self.chips // self.pp),
            tensor=float(self.tp),
            dense_bytes=self.dense_bytes,
            expert_bytes=BYTES[self.precision],
            kv_bytes=self.kv_bytes,
            micro_batches=2.0 if self.overlaps else 1.0,
            expert_parallel=float(self.ep),
            crowded=float(not self.balanced),
        )


def multiply_precision(chip: Chip, precision: str) -> str:
    """The precision a chip multiplies in: INT4 is widened, as FP4 is on a chip without its rate."""
    widened = precision == "int4" or (precision == "fp4" and "fp4" not in chip.figures)
    return "bf16" if widened else precision


def plan(
    model: Architecture,
    chip: Chip,
    precision: str = "fp8",
    chips: int | None = None,
    parallel: Mapping[str, int] | None = None,
    kv_precision: str = "bf16",
    state_precision: str = "fp32",
) -> Setup:
    """Check a set-up and fill in what was left open.

    ``chips`` None takes the fewest chips (a power of two) that hold the weights twice
    over. Without ``parallel``, 16 chips or more of a mixture model spread the experts over
    all chips with data-parallel attention; fewer, or a dense model, are tensor-parallel inside
    the fast-link domain and pipeline-parallel beyond.

    Raises:
        UserError: unknown precision, no such rate on the chip, impossible parallelism.
    """
    for name in (precision, kv_precision):
        if name not in BYTES:
            raise UserError(f"unknown precision {name!r}{did_you_mean(name, BYTES)}")
    if state_precision not in STATE_PRECISIONS:
        hint = did_you_mean(state_precision, STATE_PRECISIONS)
        raise UserError(f"unknown precision of the state {state_precision!r}{hint}")
    chip.rate(multiply_precision(chip, precision))
    count = _fewest_chips(model, chip, precision) if chips is None else chips
    if count < 1:
        raise UserError(f"chips {count} must be at least 1")
    ranks = _ranks(model, count, parallel or _default_ranks(model, chip, count))
    return Setup(
        model,
        chip,
        precision,
        count,
        *ranks,
        kv_precision=kv_precision,
        state_precision=state_precision,
    )


def _fewest_chips(model: Architecture, chip: Chip, precision: str) -> int:
    memory = chip.needed("memory", "the number of chips") * GIBIBYTE * USABLE_MEMORY
    count = 1
    while count * memory < 2.0 * model.total_parameters * BYTES[precision]:
        count *= 2
    return count


def _default_ranks(model: Architecture, chip: Chip, chips: int) -> dict[str, int]:
    """Wide expert parallelism where it pays, else tensor ranks on fast links, pipeline beyond."""
    if model.experts and chips >= WIDE:
        ep = max(n for n in range(1, chips + 1) if chips % n == 0 and n <= model.experts)
        return {"tp": 1, "ep": ep}
    domain = int(chip.value("domain") or 1)
    within = max(n for n in range(1, min(chips, domain) + 1) if chips % n == 0)
    tp = math.gcd(within, model.attention_heads)
    pp = chips // tp
    return {"tp": tp, "pp": pp if pp <= model.layers else 1}


def _ranks(model: Architecture, chips: int, parallel: Mapping[str, int]) -> tuple[int, int, int]:
    for name in parallel:
        if name not in PARALLEL:
            raise UserError(f"unknown parallelism {name!r}{did_you_mean(name, PARALLEL)}")
    pp = parallel.get("pp", 1)
    if pp < 1 or pp > model.layers or chips % pp:
        raise UserError(
            f"pp={pp} is impossible: it must divide {chips} chips and be at most "
            f"{model.layers} layers"
        )
    stage = chips // pp
    default = 1 if "ep" in parallel else math.gcd(stage, model.attention_heads)
    tp = parallel.get("tp", default)
    if tp < 1 or stage % tp or model.attention_heads % tp:
        raise UserError(
            f"tp={tp} is impossible: it must divide {stage} chips of a pipeline stage and "
            f"{model.attention_heads} attention heads"
        )
    ep = parallel.get("ep", 1)
    if ep < 1 or stage % ep or ep > max(model.experts, 1):
        raise UserError(
            f"ep={ep} is impossible: it must divide {stage} chips of a pipeline stage and be at "
            f"most {model.experts} experts"
        )
    return tp, ep, pp
