"""Rules as the loop reads them: numbers in arrays, each series and each group of tests once."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jevons.errors import UserError
from jevons.ladder import loop
from jevons.ladder.phrases import KELLY, Phrase
from jevons.ladder.rule import LadderRule, Rung

Numbers = NDArray[np.float64]
Test = tuple[float, float, float]  # row of the series, relation, bound
BASES = {"budget": loop.BUDGET, "remaining": loop.REMAINING, "nav": loop.WEALTH}
NO_TEST: Test = (-1.0, -1.0, -1.0)
NEW_PEAK: tuple[Test, ...] = ((float(loop.NEW_PEAK), float(loop.AT_LEAST), 1.0),)
KELLY_SHARE = Phrase(KELLY)
LIVE_NAMES = ("since fill", "gain", "held", "new peak")  # rows that every rule has
# Phrases that the loop itself answers: row and relation.
_LIVE = {
    "days_since_fill >= {count}": (loop.DAYS_SINCE_FILL, loop.AT_LEAST),
    "gain >= {positive}": (loop.GAIN, loop.AT_LEAST),
    "held {count} sessions": (loop.HELD, loop.AT_LEAST),
    "dd_from_cost <= {negative}": (loop.GAIN, loop.AT_MOST),
    "new_peak": (loop.NEW_PEAK, loop.AT_LEAST),
}


class Planner:
    """Turns rules with one reference into plans that share series and groups of tests."""

    def __init__(self) -> None:
        self._reads: dict[str, Phrase] = {}
        self._groups: dict[tuple[Test, ...], int] = {NEW_PEAK: loop.NEW_PEAK_GROUP}

    @property
    def reads(self) -> tuple[tuple[str, Phrase], ...]:
        """Series after the first four, by name, each with a phrase that reads it."""
        return tuple(self._reads.items())

    def groups(self) -> Numbers:
        """All groups of tests, (group, test, 3)."""
        return _padded(list(self._groups))

    def plan(self, rule: LadderRule) -> loop.Plan:
        """A rule in numbers, its steps in the order in which they fill.

        Raises:
            UserError: the rule asks for what a simulation of one share cannot give.
        """
        steps = deepest_last(rule.steps)
        rung_tests = [self._tests((rung.trigger, *rung.conditions)) for rung in steps]
        exit_tests = [self._tests((sale.trigger,)) for sale in rule.exits]
        halt_tests = [self._tests((halt,)) for halt in rule.halts]
        rungs = [self._rung(rung) for rung in steps]
        exits = [_sale(sale.weight) for sale in rule.exits]
        return loop.Plan(
            np.array(rungs, np.float64).reshape(-1, 5),
            _padded(rung_tests),
            self._group(rung_tests),
            np.array(exits, np.float64).reshape(-1, 2),
            _padded(exit_tests),
            self._group(exit_tests),
            _padded(halt_tests),
            self._group(halt_tests),
            _limits(rule),
        )

    def plans(self, rules: Sequence[LadderRule]) -> loop.Plans:
        """Several rules, padded to the longest."""
        each = [self.plan(rule) for rule in rules]
        counts = [(len(p.rungs), len(p.exits), len(p.halt_group)) for p in each]
        fields = zip(*each, strict=True)
        return loop.Plans(np.array(counts, np.int64), *(_stacked(arrays) for arrays in fields))

    def _group(self, tests: Sequence[tuple[Test, ...]]) -> NDArray[np.int64]:
        found = [self._groups.setdefault(group, len(self._groups)) for group in tests]
        return np.array(found, np.int64)

    def _tests(self, phrases: tuple[Phrase, ...]) -> tuple[Test, ...]:
        return tuple(self._test(phrase) for phrase in phrases)

    def _test(self, phrase: Phrase) -> Test:
        if phrase.form in _LIVE:
            row, relation = _LIVE[phrase.form]
            return float(row), float(relation), phrase.number() if phrase.values else 1.0
        relation, bound = _bound(phrase)
        return float(self._row(series_name(phrase), phrase)), float(relation), bound

    def _row(self, name: str, phrase: Phrase) -> int:
        self._reads.setdefault(name, phrase)
        return len(LIVE_NAMES) + list(self._reads).index(name)

    def _rung(self, rung: Rung) -> tuple[float, int, int, int, int]:
        # The clock strikes again by its nature; every other rung waits to be armed.
        repeats = int(rung.trigger.form.startswith("clock"))
        after = rung.after or 0
        if rung.weight.form.startswith(KELLY):
            row = self._row(KELLY, KELLY_SHARE)
            return rung.weight.number(), loop.KELLY, after, repeats, row
        return (*_weight(rung.weight), after, repeats, -1)


def deepest_last(rungs: tuple[Rung, ...]) -> tuple[Rung, ...]:
    """Rungs that fill on one bar do so in the order of their depth."""
    by_depth = "dd <= {depth}%"
    if any(rung.trigger.form != by_depth for rung in rungs):
        return rungs
    return tuple(sorted(rungs, key=lambda rung: -rung.trigger.number()))


def series_name(phrase: Phrase) -> str:
    """What a phrase reads, e.g. ``dd`` or ``close/sma(50)``."""
    name = phrase.text().split(" <=")[0].split(" >=")[0]
    return name.replace(" > ", "/").replace("<", "/")


def _bound(phrase: Phrase) -> tuple[int, float]:
    form = phrase.form
    if form.startswith(("close", "clock", "random", "thesis", "regime")):
        if form == "thesis_false":
            return loop.AT_MOST, 0.0
        relation = {"close > sma({count})": loop.ABOVE, "close<sma({count})": loop.BELOW}
        return relation.get(form, loop.AT_LEAST), 1.0
    bound = phrase.number(len(phrase.values) - 1)
    relation_ = loop.AT_LEAST if ">=" in form else loop.AT_MOST
    return relation_, bound / 100 if form.startswith("dd ") else bound


def _padded(groups: Sequence[tuple[Test, ...]]) -> Numbers:
    """Tests of several groups as (group, test, 3)."""
    width = max([len(group) for group in groups], default=1)
    table = np.full((len(groups), width, 3), NO_TEST)
    for i, group in enumerate(groups):
        table[i, : len(group)] = group
    return table


def _stacked(arrays: Sequence[NDArray[Any]]) -> NDArray[Any]:
    """Arrays of different lengths under one another, filled up with -1."""
    shape = np.max([one.shape for one in arrays], axis=0)
    found = np.full((len(arrays), *shape), -1, arrays[0].dtype)
    for row, one in zip(found, arrays, strict=True):
        row[tuple(slice(length) for length in one.shape)] = one
    return found


def _weight(weight: Phrase) -> tuple[float, int]:
    return weight.number() / 100, BASES[weight.form.rpartition(" ")[2]]


def _sale(weight: Phrase) -> tuple[float, int]:
    if weight.form.startswith(KELLY):
        raise UserError(
            f"sell {weight.text()}: the Kelly share is a size to buy up to; sell a share of the "
            "budget, of remaining or of nav"
        )
    return _weight(weight)


def _limits(rule: LadderRule) -> Numbers:
    limits = np.array([loop.NEVER, 0.0, np.inf, np.inf, 0.0, 1.0])
    if rule.rearm is not None and rule.rearm.form.startswith("rearm on"):
        rebound = bool(rule.rearm.values)
        limits[0] = loop.ON_REBOUND if rebound else loop.ON_NEW_PEAK
        limits[1] = rule.rearm.number() / 100 if rebound else 0.0
    for guard in rule.guards:
        if guard.form.startswith("max_layer"):
            raise UserError(
                f"{guard.text()} limits several shares together; a ladder is run on one share, "
                "so leave it out"
            )
        at, scale = (2, 1) if guard.form.startswith("max_tranches") else (3, 100)
        limits[at] = min(limits[at], guard.number() / scale)
    if rule.hold is not None:
        limits[4:] = rule.hold.number() / 100, rule.hold.number(1)
    return limits
