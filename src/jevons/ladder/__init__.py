"""Rules of buying in steps: written, simulated with every cost, and judged against controls."""

from jevons.ladder.bars import Bars, bars_of
from jevons.ladder.document import family_document, memory_needed, run_document, variants
from jevons.ladder.parse import parse
from jevons.ladder.rule import EACH, LadderRule
from jevons.ladder.run import Costs, Run, Setting, audit, run

__all__ = [
    "EACH",
    "Bars",
    "Costs",
    "LadderRule",
    "Run",
    "Setting",
    "audit",
    "bars_of",
    "family_document",
    "memory_needed",
    "parse",
    "run",
    "run_document",
    "variants",
]
