"""What was known on a day: for each series the last figure published by then, and only that."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType

from jevons.errors import UserError, did_you_mean
from jevons.facts.fact import Fact, Series


def _order(fact: Fact) -> tuple[str, str, date, str, int]:
    return fact.entity, fact.metric, fact.period_end, fact.stated_by, fact.days


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Facts known on ``as_of``: ``facts`` holds one row a series, its last vintage by then.

    ``earlier`` holds the vintages that these have replaced. Nothing in it became public later.
    """

    as_of: date
    facts: tuple[Fact, ...]
    earlier: tuple[Fact, ...] = ()
    _by_key: Mapping[tuple[str, str], tuple[Fact, ...]] = field(init=False, compare=False)
    _by_id: Mapping[str, Fact] = field(init=False, compare=False)

    def __post_init__(self) -> None:
        for fact in (*self.facts, *self.earlier):
            assert fact.known_on <= self.as_of, f"{fact.fact_id} was not public on {self.as_of}"
        ordered = tuple(sorted(self.facts, key=_order))
        groups: dict[tuple[str, str], list[Fact]] = {}
        for fact in ordered:
            groups.setdefault((fact.entity, fact.metric), []).append(fact)
        by_key = {key: tuple(group) for key, group in groups.items()}
        by_id = {fact.fact_id: fact for fact in (*self.earlier, *ordered)}
        object.__setattr__(self, "facts", ordered)
        object.__setattr__(self, "earlier", tuple(sorted(self.earlier, key=_order)))
        object.__setattr__(self, "_by_key", MappingProxyType(by_key))
        object.__setattr__(self, "_by_id", MappingProxyType(by_id))

    def __len__(self) -> int:
        return len(self.facts)

    def earlier_day(self, day: date) -> "Snapshot":
        """What of this was public on an earlier day: the same as the store's own snapshot of it."""
        assert day <= self.as_of, f"{day} is after {self.as_of}"
        known = [fact for fact in (*self.earlier, *self.facts) if fact.known_on <= day]
        last: dict[Series, Fact] = {}
        for fact in sorted(known, key=lambda fact: fact.known_on):
            last[fact.series] = fact
        replaced = tuple(fact for fact in known if last[fact.series] is not fact)
        return Snapshot(day, tuple(last.values()), replaced)

    def select(
        self, entity: str | None = None, metric: str | None = None, stated_by: str | None = None
    ) -> tuple[Fact, ...]:
        """Facts that match all that is given, by entity, metric, period_end, stated_by."""
        if entity is not None and metric is not None:
            found: Sequence[Fact] = self._by_key.get((entity, metric), ())
        else:
            found = self.facts
        return tuple(
            fact
            for fact in found
            if entity in (None, fact.entity)
            and metric in (None, fact.metric)
            and stated_by in (None, fact.stated_by)
        )

    def latest(self, entity: str, metric: str, stated_by: str | None = None) -> Fact | None:
        """The fact with the last period that has ended by ``as_of``.

        Where several end that day: the shortest period (a quarter, not its year), then the one
        published last.
        """
        return _last(
            fact for fact in self.select(entity, metric, stated_by) if fact.period_end <= self.as_of
        )

    def at(
        self, entity: str, metric: str, period_end: date, stated_by: str | None = None
    ) -> Fact | None:
        """The fact about the period that ends on a day; several are told apart as in latest."""
        return _last(
            fact for fact in self.select(entity, metric, stated_by) if fact.period_end == period_end
        )

    def get(self, fact_id: str) -> Fact:
        """A fact known on ``as_of`` by its name, also one that was replaced by then.

        Raises:
            UserError: no fact known by then has this name.
        """
        try:
            return self._by_id[fact_id]
        except KeyError:
            hint = did_you_mean(fact_id, self._by_id)
            raise UserError(f"no fact {fact_id!r} is known on {self.as_of}{hint}") from None

    def earlier_view(self, day: date, entity: str, metrics: Sequence[str]) -> "Snapshot":
        """What of some metrics of an entity was known on an earlier day.

        >>> empty = Snapshot(date(2025, 3, 11), ())
        >>> len(empty.earlier_view(date(2024, 3, 11), "NVDA", ["total_revenue"]))
        0
        """
        assert day <= self.as_of, "a snapshot knows nothing of later days"
        last: dict[Series, Fact] = {}
        replaced = []
        found = (fact for fact in (*self.earlier, *self.facts) if fact.known_on <= day)
        for fact in sorted(found, key=lambda fact: fact.known_on):
            if fact.entity == entity and fact.metric in metrics:
                if fact.series in last:
                    replaced.append(last[fact.series])
                last[fact.series] = fact
        return Snapshot(day, tuple(last.values()), tuple(replaced))

    def vintages(self, fact_id: str) -> tuple[Fact, ...]:
        """All figures published by ``as_of`` for the series of a fact, oldest first."""
        series = self.get(fact_id).series
        found = (fact for fact in (*self.earlier, *self.facts) if fact.series == series)
        return tuple(sorted(found, key=lambda fact: fact.known_on))


def _last(facts: Iterable[Fact]) -> Fact | None:
    return max(
        facts,
        key=lambda fact: (fact.period_end, -fact.days, fact.known_on, fact.stated_by),
        default=None,
    )
