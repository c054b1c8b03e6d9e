"""Shapes of the answers: what the interface promises, and what its description says.

Fields that are named here are always there; a study may add others, which pass through.
"""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class Open(BaseModel):
    """A document that may hold more than is promised."""

    model_config = ConfigDict(extra="allow")


class Quantity(Open):
    """A random quantity: quantiles and mean over the draws."""

    unit: str
    p05: float
    p25: float
    p50: float
    p75: float
    p95: float
    mean: float


class Levels(Open):
    """A random path: quantiles and mean at each time."""

    unit: str
    p05: list[float]
    p25: list[float]
    p50: list[float]
    p75: list[float]
    p95: list[float]
    mean: list[float] = Field(
        description="Of the chain's own draws, also where the quantiles are those of reports to "
        "come: a walk of uncertain deviation has no mean, and the chain's means add up."
    )


class QuarterlyPath(Levels):
    """A path by quarter."""

    quarter: list[str] = Field(examples=[["2025Q1", "2025Q2"]])


class YearlyPath(Levels):
    """A path at years' ends."""

    year: list[int]


class Provenance(Open):
    """What fixes an answer: equal provenance, equal numbers."""

    as_of: str
    seed: int
    draws: int
    version: str
    fact_hash: str
    scenarios: list[str]
    price_hash: str | None
    anchor: str = Field(description="Last quarter of history; what follows is simulated.")


class Number(BaseModel):
    """A key number beside the same number of the other question."""

    name: str
    unit: str
    value: float
    base: float = Field(description="The number of the question it is compared with.")
    why: str = Field(description="Name to ask /api/why for.")
    label: str
    value_text: str = Field(description="The value as the language writes it.")
    base_text: str


class Summary(BaseModel):
    """Key numbers."""

    provenance: Provenance
    name: str = Field(description="What the question is called.")
    against: str = Field(description="What the other question is called.")
    numbers: list[Number]


class InputRange(BaseModel):
    """An input that may be moved, with its range as the scenario has it."""

    name: str
    group: str
    label: str
    unit: str = Field(description="As it is written beside a number.")
    factor: float = Field(description="From the input's own unit, that of p05 to p95, to this one.")
    distribution: str
    p05: float
    p50: float
    p95: float
    source: str


class Shock(BaseModel):
    """A shock that may be set."""

    name: str
    label: str
    about: str = Field(description="What is multiplied.")
    factor: float = Field(description="As the scenario has it; 1 is none.")


class ScenarioTexts(BaseModel):
    """A bundled scenario."""

    name: str
    title: str
    about: str


class Controls(BaseModel):
    """What may be changed, and the words of the page."""

    first_day: str
    last_day: str
    parts: list[str]
    inputs: list[InputRange]
    shocks: list[Shock]
    scenarios: list[ScenarioTexts]
    files: list[str] = Field(description="Names that the reader's own scenario files give.")
    chart_config: dict[str, Any]
    words: dict[str, str]


class Simulation(Open):
    """Paths of the chain by quantity; members of an axis as ``name.member``."""

    as_of: str
    seed: int
    draws: int
    quantities: dict[str, QuarterlyPath]


class WorkloadIndex(Open):
    """The Jevons index of one workload."""

    jevons_index: Quantity
    p_positive: float = Field(ge=0, le=1)


class HorizonIndex(WorkloadIndex):
    """The Jevons index over one horizon."""

    by_workload: dict[str, WorkloadIndex]


class JevonsIndex(HorizonIndex):
    """d ln(compute) / d ln(efficiency): above 0, efficiency raises demand for compute."""

    one_year: HorizonIndex


class Power(Open):
    """Gigawatts in the US at years' ends."""

    demand_gw: YearlyPath
    under_construction_gw: YearlyPath
    grid_gw: YearlyPath
    gross_shortfall_gw: YearlyPath
    options_gw: dict[str, YearlyPath]
    net_shortfall_gw: YearlyPath
    realisation_factor: Quantity
    us_share_of_builds: YearlyPath


class Value(Open):
    """Price and fair value of one share; ``missing`` says why there is no value."""

    ticker: str
    price: float | None
    price_date: str | None
    currency: str
    fair_value: Quantity | None
    p_above_price: float | None
    missing: str | None
    warnings: list[str]


class Implied(Open):
    """The build-out that a price implies; ``reason`` says why there is none."""

    ticker: str
    driver: str
    unit: str
    implied: float | None
    base: Quantity | None
    reason: str | None
    scale: float | None


class SideBySide(Open):
    """Every price's build-out, and whether all of them can be met at once."""

    companies: list[Implied]
    oversubscription: dict[str, Any]


class Cost(Open):
    """What a token costs: a model on a chip."""

    model: str
    chip: str
    phase: str
    tokens_per_s_per_chip: Quantity
    usd_per_mtok: Quantity
    joule_per_token: Quantity
    bound: str = Field(description="What limits: arithmetic, memory or wires.")


class Fact(Open):
    """A dated, sourced fact."""

    fact_id: str
    entity: str
    metric: str
    period_start: str | None
    period_end: str
    value: float | None
    low: float | None
    high: float | None
    unit: str
    known_on: str
    source_title: str
    source_url: str
    note: str


class FactWithVintages(Fact):
    """A fact with every figure published for its series by the day, oldest first."""

    vintages: list[Fact]


class Assumption(Open):
    """An input: its distribution and source."""

    distribution: str
    p05: float
    p50: float
    p95: float
    unit: str
    source: str
    facts: list[str]


class Why(BaseModel):
    """What stands behind a figure or quantity."""

    name: str
    formula: str
    facts: list[Fact]
    assumptions: dict[str, Assumption]


class Claim(Open):
    """A claim of the ledger, and what came of it by the day."""

    id: str
    text: str
    who: str
    said_on: str
    status: str
    p_model: float | None


class Ladder(Open):
    """Steps to buy one share in, whether its gate is open, and the verdict."""

    ticker: str
    rungs: list[dict[str, Any]]
    gate: bool
    verdict: str
    why: str
    rule: str


class Mistake(BaseModel):
    """What was wrong with a request, in one sentence."""

    detail: str
