"""Rules of buying in steps: written, simulated with every cost, and judged against controls."""

from jevons.ladder.bars import Bars, bars_in, bars_of
from jevons.ladder.document import family_document, run_document, variants
from jevons.ladder.engine import Engine
from jevons.ladder.parse import parse
from jevons.ladder.rule import EACH, LadderRule
from jevons.ladder.run import Run, audit, run
from jevons.ladder.scenario import Scenario
from jevons.ladder.setting import Costs, Setting
from jevons.ladder.signals import read_signals
from jevons.ladder.sweep import memory_needed, try_rules
from jevons.ladder.together import run_all

__all__ = [
    "EACH",
    "Bars",
    "Costs",
    "Engine",
    "LadderRule",
    "Run",
    "Scenario",
    "Setting",
    "audit",
    "bars_in",
    "bars_of",
    "family_document",
    "memory_needed",
    "parse",
    "read_signals",
    "run",
    "run_all",
    "run_document",
    "try_rules",
    "variants",
]
