"""What a calibration reads: nothing later than its day, nothing twice, everything named."""

from collections import Counter
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jevons.facts import Store
from jevons.facts.fact import Fact
from jevons.facts.snapshot import Snapshot
from jevons.model.clock import QUARTERS
from jevons.model.evidence import (
    AHEAD,
    ROOM,
    Evidence,
    TooFewFactsError,
    gather,
)
from jevons.model.observables import ROWS
from jevons.model.observations import series
from jevons.model.simulate import Experiment

from .invented import store

FIRST, LAST = date(2024, 6, 15), date(2026, 9, 24)


def evidence(snapshot: Snapshot) -> Evidence:
    return gather(snapshot, Experiment.of(snapshot, 1))


def test_an_earlier_day_of_a_snapshot_is_the_stores_own() -> None:
    """Vintages included: the snapshot of a later day holds all that an earlier one needs."""
    late = store().as_of(LAST)
    for day in (date(2024, 2, 21), date(2025, 3, 11), date(2025, 9, 15)):
        found, expected = late.earlier_day(day), store().as_of(day)
        assert found.facts == expected.facts
        assert found.earlier == expected.earlier


def distorted(fact: Fact) -> Fact:
    """The same fact with every figure seven times as large."""

    def seven(figure: float | None) -> float | None:
        return None if figure is None else 7 * figure

    return replace(fact, value=seven(fact.value), low=seven(fact.low), high=seven(fact.high))


@settings(max_examples=12)
@given(st.dates(FIRST, LAST))
def test_what_became_known_later_changes_no_evidence(day: date) -> None:
    """Leave it out or multiply it by seven: the hash of all that is read stays the same."""
    expected = evidence(store().as_of(day))
    known = [fact for fact in store().facts if fact.known_on <= day]
    later = [fact for fact in store().facts if fact.known_on > day]
    for facts in (known, [*known, *map(distorted, later)]):
        assert evidence(Store(facts).as_of(day)).key == expected.key
    snapshot = store().as_of(day)
    assert all(snapshot.get(fact_id).known_on <= day for fact_id in expected.facts)


@settings(max_examples=12)
@given(st.dates(FIRST, LAST))
def test_no_figure_is_read_twice(day: date) -> None:
    """No fact behind two levels, and no outcome under two origins."""
    found = evidence(store().as_of(day))
    outcomes = Counter(
        (each.row, each.quarters)
        for segment in found.segments
        if segment.origin
        for each in segment.observations
    )
    assert set(outcomes.values()) == {1}
    for segment in found.segments:
        anchor = QUARTERS.index(segment.experiment.anchor)
        for each in segment.observations:
            ahead = max(each.quarters) - anchor
            assert 1 <= ahead <= AHEAD if segment.origin else ahead <= 0
    used = {fact for entry in found.experiment.inputs.values() for fact in entry.facts}
    levels = [e for e in found.segments[-1].observations if not series()[e.series].free]
    assert not used & {fact for each in levels for fact in each.facts}


def test_a_figure_that_is_read_changes_the_key_and_another_does_not() -> None:
    snapshot = store().as_of(date(2025, 3, 11))
    expected = evidence(snapshot)

    def with_doubled(fact_id: str) -> str:
        facts = [
            replace(fact, value=2 * fact.central) if fact.fact_id == fact_id else fact
            for fact in store().facts
        ]
        return evidence(Store(facts).as_of(snapshot.as_of)).key

    assert with_doubled(expected.facts[3]) != expected.key
    unread = next(fact for fact in snapshot.facts if fact.metric == "total_revenue")
    assert with_doubled(unread.fact_id) == expected.key


def test_every_series_is_declared_with_its_reason_and_has_a_row() -> None:
    found = evidence(store().as_of(LAST))
    assert {each.series for each in found.observations} | {"build_out"} == set(series())
    assert {each.row for each in found.observations} == set(ROWS)
    for entry in series().values():
        assert entry.source.strip()
        assert entry.meaning_zh.strip()
        assert 0 < entry.discrepancy["p10"] < entry.discrepancy["p90"]


def test_blocks_hold_everything_once() -> None:
    found = evidence(store().as_of(LAST))
    packed = [each for _, block in found.blocks for each in block]
    assert sorted(map(repr, packed)) == sorted(map(repr, found.observations))
    assert all(len(block) <= ROOM for _, block in found.blocks)


def test_too_few_facts_are_named_with_the_way_out() -> None:
    with pytest.raises(TooFewFactsError) as caught:
        evidence(store().as_of(date(2024, 3, 1)))
    message = str(caught.value)
    assert "capex_cash_ppe of MSFT" in message
    assert "ai_semiconductor_revenue of AVGO" in message
    assert "--prior" in message
