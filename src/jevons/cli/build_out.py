"""The commands about what gets built: chips, power, money, sites."""

from collections.abc import Mapping
from typing import Any

from jevons.cli.options import (
    DRAWS,
    SEED,
    AsOf,
    Draws,
    FactFiles,
    Json,
    PriorOnly,
    Scenarios,
    Seed,
    open_study,
)
from jevons.cli.output import progress, show

# Columns that a reader of a table does without; --json has them.
HIDDEN = ("stages", "facts", "fact", "published", "source", "known_on", "lead_time")


def power(
    as_of: AsOf = None,
    seed: Seed = SEED,
    draws: Draws = DRAWS,
    as_json: Json = False,
    facts: FactFiles = None,
    scenario: Scenarios = None,
    prior: PriorOnly = False,
) -> None:
    """How many gigawatts the US is short, by year, and what closes the gap."""
    with progress(f"Simulating {draws:,} draws") as report:
        answer = open_study(
            as_of, seed, draws, facts, report=report, scenarios=scenario, prior=prior
        ).power()
    show(answer if as_json else brief(answer), as_json)


def supply(
    as_of: AsOf = None,
    seed: Seed = SEED,
    draws: Draws = DRAWS,
    as_json: Json = False,
    facts: FactFiles = None,
    scenario: Scenarios = None,
    prior: PriorOnly = False,
) -> None:
    """What gets built: chips by vendor and vintage, what binds, and what more of it is worth."""
    with progress("Simulating what gets built"):
        answer = open_study(as_of, seed, draws, facts, scenarios=scenario, prior=prior).supply()
    show(answer if as_json else brief(answer), as_json)


def capital(
    as_of: AsOf = None,
    seed: Seed = SEED,
    draws: Draws = DRAWS,
    as_json: Json = False,
    facts: FactFiles = None,
    scenario: Scenarios = None,
    prior: PriorOnly = False,
) -> None:
    """Who pays: each buyer's build against its money, and against its reported capex."""
    with progress("Simulating what is spent"):
        answer = open_study(as_of, seed, draws, facts, scenarios=scenario, prior=prior).capital()
    show(answer if as_json else brief(answer), as_json)


def campuses(
    as_of: AsOf = None,
    seed: Seed = SEED,
    draws: Draws = DRAWS,
    as_json: Json = False,
    facts: FactFiles = None,
    scenario: Scenarios = None,
    prior: PriorOnly = False,
) -> None:
    """Sites announced and observed, gigawatts by date, against the model's build-out."""
    with progress("Simulating what gets built"):
        answer = open_study(as_of, seed, draws, facts, scenarios=scenario, prior=prior).campuses()
    show(answer if as_json else brief(answer), as_json)


def brief(answer: Mapping[str, Any]) -> dict[str, Any]:
    """An answer without the columns that only explain: sources, stages, fact ids."""

    def part(value: Any) -> Any:
        if isinstance(value, list):
            return [part(each) for each in value]
        if not isinstance(value, Mapping) or "p50" in value:
            return value
        return {name: part(each) for name, each in value.items() if name not in HIDDEN}

    return {name: part(value) for name, value in answer.items()}
