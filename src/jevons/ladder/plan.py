"""Rules as the loop reads them: numbers in arrays, each series and each group of tests once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from jevons.errors import UserError
from jevons.ladder import layout
from jevons.ladder.phrases import KELLY, Phrase
from jevons.ladder.rule import Exit, LadderRule, Rung

Numbers = NDArray[np.float64]
Part = TypeVar("Part", Rung, Exit, Phrase)
Arrays = tuple[NDArray[Any], ...]
Test = tuple[float, float, float]  # row of the series, relation, bound
BASES = {"budget": layout.BUDGET, "remaining": layout.REMAINING, "nav": layout.WEALTH}
NO_TEST: Test = (-1.0, -1.0, -1.0)
NEW_PEAK: tuple[Test, ...] = ((float(layout.NEW_PEAK), float(layout.AT_LEAST), 1.0),)
KELLY_SHARE = Phrase(KELLY)
# How a row reads its phrase: on the close, on the close before, as a limit order of the session
# (USD/share), or as the low of the session over that limit.
NOW, BEFORE, LIMIT, REACHED = "{}", "{} the day before", "limit({})", "low/limit({})"
LIMITED = ("dd <= {depth}%", "zdd <= {negative}", "px/fv <= {positive}")  # triggers with a price
LIVE_NAMES = ("since fill", "gain", "held", "new peak")  # rows that every rule has
# Phrases that the loop itself answers: row and relation.
_LIVE = {
    "days_since_fill >= {count}": (layout.DAYS_SINCE_FILL, layout.AT_LEAST),
    "gain >= {positive}": (layout.GAIN, layout.AT_LEAST),
    "held {count} sessions": (layout.HELD, layout.AT_LEAST),
    "dd_from_cost <= {negative}": (layout.GAIN, layout.AT_MOST),
    "new_peak": (layout.NEW_PEAK, layout.AT_LEAST),
}


@dataclass(frozen=True, slots=True)
class Read:
    """A row of what the loop sees: its name, a phrase that reads it, and how."""

    name: str
    phrase: Phrase
    how: str


class Planner:
    """Turns rules with one reference into plans that share series and groups of tests.

    Args:
        limits: whether rungs at a price are limit orders within the session.
        alone: whether each share is run by itself, and so is the whole of its layer.
    """

    def __init__(self, limits: bool = False, alone: bool = True) -> None:
        self._limits, self._alone = limits, alone
        self._reads: dict[str, Read] = {}
        self._padded: Numbers | None = None
        self._planned: dict[tuple[str, tuple[Any, ...]], Arrays] = {}
        self._groups: dict[tuple[Test, ...], int] = {NEW_PEAK: layout.NEW_PEAK_GROUP}

    @property
    def reads(self) -> tuple[Read, ...]:
        """Series after the first four."""
        return tuple(self._reads.values())

    @property
    def groups(self) -> Numbers:
        """All groups of tests, (group, test, 3)."""
        if self._padded is None or len(self._padded) < len(self._groups):
            self._padded = _padded(list(self._groups))
        return self._padded

    def plan(self, rule: LadderRule) -> layout.Plan:
        """A rule in numbers, its steps in the order in which they fill.

        Raises:
            UserError: the rule asks for what a simulation of one share cannot give.
        """
        rungs, rung_tests, rung_group = self._once(self._purchases, rule.rungs)
        exits, exit_tests, exit_group = self._once(self._sales, rule.exits)
        halt_tests, halt_group = self._once(self._halts, rule.halts)
        return layout.Plan(
            rungs,
            rung_tests,
            rung_group,
            exits,
            exit_tests,
            exit_group,
            halt_tests,
            halt_group,
            _limits(rule, self._limits, self._alone),
        )

    def plans(self, rules: Sequence[LadderRule]) -> layout.Plans:
        """Several rules, padded to the longest."""
        each = [self.plan(rule) for rule in rules]
        counts = [(len(p.rungs), len(p.exits), len(p.halt_group)) for p in each]
        fields = zip(*each, strict=True)
        return layout.Plans(np.array(counts, np.int64), *(_stacked(arrays) for arrays in fields))

    def _once(self, plan: Callable[[tuple[Part, ...]], Arrays], parts: tuple[Part, ...]) -> Arrays:
        """Parts of a rule in numbers; rules of a family have most of theirs in common."""
        key = plan.__name__, parts
        if key not in self._planned:
            self._planned[key] = plan(parts)
        return self._planned[key]

    def _purchases(self, rungs: tuple[Rung, ...]) -> Arrays:
        steps = deepest_last(tuple(step for rung in rungs for step in rung.steps()))
        tests = [self._rung_tests(rung) for rung in steps]
        numbers = np.array([self._rung(rung) for rung in steps], np.float64)
        return numbers.reshape(-1, 6), _padded(tests), self._group(tests)

    def _sales(self, exits: tuple[Exit, ...]) -> Arrays:
        tests = [self._tests((sale.trigger,)) for sale in exits]
        numbers = np.array([_sale(sale.weight) for sale in exits], np.float64)
        return numbers.reshape(-1, 2), _padded(tests), self._group(tests)

    def _halts(self, halts: tuple[Phrase, ...]) -> Arrays:
        tests = [self._tests((halt,)) for halt in halts]
        return _padded(tests), self._group(tests)

    def _group(self, tests: Sequence[tuple[Test, ...]]) -> NDArray[np.int64]:
        found = [self._groups.setdefault(group, len(self._groups)) for group in tests]
        return np.array(found, np.int64)

    def _tests(self, phrases: tuple[Phrase, ...]) -> tuple[Test, ...]:
        return tuple(self._test(phrase) for phrase in phrases)

    def _rung_tests(self, rung: Rung) -> tuple[Test, ...]:
        if not self._is_limit(rung):
            return self._tests((rung.trigger, *rung.conditions))
        reached = self._row(rung.trigger.text(), rung.trigger, REACHED)
        others = (self._test(phrase, BEFORE) for phrase in rung.conditions)
        return ((float(reached), float(layout.AT_MOST), 1.0), *others)

    def _is_limit(self, rung: Rung) -> bool:
        return self._limits and rung.trigger.form in LIMITED

    def _test(self, phrase: Phrase, how: str = NOW) -> Test:
        if phrase.form in _LIVE:
            row, relation = _LIVE[phrase.form]
            return float(row), float(relation), phrase.number() if phrase.values else 1.0
        name, relation, bound = _test_of(phrase)
        return float(self._row(name, phrase, how)), float(relation), bound

    def _row(self, name: str, phrase: Phrase, how: str = NOW) -> int:
        name = how.format(name)
        if name not in self._reads:
            self._reads[name] = Read(name, phrase, how)
        return len(LIVE_NAMES) + list(self._reads).index(name)

    def _rung(self, rung: Rung) -> tuple[float, int, int, int, int, int]:
        # The clock strikes again by its nature; every other rung waits to be armed.
        repeats = int(rung.trigger.form.startswith("clock"))
        after, level = rung.after or 0, -1
        if self._is_limit(rung):
            if after:
                raise UserError(
                    f"{rung.text()}: a limit order within the session cannot wait; leave out "
                    f"after {after} sessions, or fill at the open"
                )
            level = self._row(rung.trigger.text(), rung.trigger, LIMIT)
        if rung.weight.form.startswith(KELLY):
            row = self._row(KELLY, KELLY_SHARE, BEFORE if level >= 0 else NOW)
            return rung.weight.number(), layout.KELLY, after, repeats, row, level
        return (*_weight(rung.weight), after, repeats, -1, level)


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


@cache
def _test_of(phrase: Phrase) -> tuple[str, int, float]:
    """The series that a phrase reads, the relation and the bound; asked for by many rules."""
    return series_name(phrase), *_bound(phrase)


def _bound(phrase: Phrase) -> tuple[int, float]:
    form = phrase.form
    if form.startswith(("close", "clock", "random", "thesis", "regime")):
        if form == "thesis_false":
            return layout.AT_MOST, 0.0
        relation = {"close > sma({count})": layout.ABOVE, "close<sma({count})": layout.BELOW}
        return relation.get(form, layout.AT_LEAST), 1.0
    bound = phrase.number(len(phrase.values) - 1)
    relation_ = layout.AT_LEAST if ">=" in form else layout.AT_MOST
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
    if len({one.shape for one in arrays}) == 1:
        return np.array(arrays)
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


def _limits(rule: LadderRule, reaches: bool, alone: bool) -> Numbers:
    limits = np.array([layout.NEVER, 0.0, np.inf, np.inf, 0.0, 1.0, 0.0, reaches])
    if rule.rearm is not None and rule.rearm.form.startswith("rearm on"):
        rebound = bool(rule.rearm.values)
        limits[layout.REARM] = layout.ON_REBOUND if rebound else layout.ON_NEW_PEAK
        limits[layout.REBOUND] = rule.rearm.number() / 100 if rebound else 0.0
    for guard in rule.guards:
        kind, number = guard.form.split()[0], guard.number()
        if kind == "max_tranches":
            limits[layout.MOST_TRANCHES] = min(limits[layout.MOST_TRANCHES], number)
        elif kind == "max_weight" or (kind == "max_layer_weight" and alone):
            limits[layout.MOST_WEIGHT] = min(limits[layout.MOST_WEIGHT], number / 100)
        elif kind == "cooldown":
            limits[layout.COOLING] = max(limits[layout.COOLING], number)
    if rule.hold is not None:
        limits[layout.HELD_WEIGHT] = rule.hold.number() / 100
        limits[layout.HELD_EVERY] = rule.hold.number(1)
    return limits
