"""Dated, sourced facts: what is known, since when, and from where."""

from jevons.facts.fact import Fact
from jevons.facts.questions import add, check, document, facts_list, facts_show
from jevons.facts.snapshot import Snapshot
from jevons.facts.store import Store, load
from jevons.facts.variables import Variable, variable, variables

__all__ = [
    "Fact",
    "Snapshot",
    "Store",
    "Variable",
    "add",
    "check",
    "document",
    "facts_list",
    "facts_show",
    "load",
    "variable",
    "variables",
]
