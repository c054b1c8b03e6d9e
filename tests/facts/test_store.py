"""As-of queries: the last vintage known by then, exactly one, and never a later one."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jevons.errors import UserError
from jevons.facts.fact import Fact
from jevons.facts.snapshot import Snapshot
from jevons.facts.store import Store

from .tables import fact

FIRST, SECOND, THIRD = date(2024, 12, 20), date(2025, 4, 10), date(2026, 1, 15)
ENTITY, METRIC = "US data centres", "electricity_use"


@pytest.fixture
def store() -> Store:
    """Three vintages of one outlook, and another source with its own."""
    return Store(
        [
            fact("C", THIRD, 728.0),
            fact("A", FIRST, 450.0),
            fact("B", SECOND, 426.0),
            fact("I", SECOND, 400.0, stated_by="IEA"),
        ]
    )


@pytest.mark.parametrize(
    ("day", "known"),
    [
        (FIRST, ["A"]),
        (SECOND - timedelta(1), ["A"]),
        (SECOND, ["B", "I"]),
        (THIRD - timedelta(1), ["B", "I"]),
        (THIRD, ["C", "I"]),
        (THIRD + timedelta(9999), ["C", "I"]),
    ],
)
def test_the_last_vintage_known_by_then(store: Store, day: date, known: list[str]) -> None:
    assert sorted(f.fact_id for f in store.as_of(day).facts) == known


def test_days_outside_what_is_known(store: Store) -> None:
    with pytest.raises(UserError, match=r"2024-12-19 is before the first fact.*2024-12-20; choose"):
        store.as_of(FIRST - timedelta(1))
    with pytest.raises(UserError, match="2025-04-11 is in the future; choose a day up to today"):
        store.as_of(SECOND + timedelta(1), today=SECOND)
    assert len(store.as_of(SECOND, today=SECOND)) == 2
    assert (store.first_known_on, store.last_known_on, len(store)) == (FIRST, THIRD, 4)
    with pytest.raises(UserError, match="before the first fact"):
        Store([]).as_of(FIRST)


def test_vintages_up_to_the_day(store: Store) -> None:
    snapshot = store.as_of(SECOND)
    assert [f.fact_id for f in snapshot.vintages("B")] == ["A", "B"]
    assert snapshot.get("A").value == 450.0  # replaced by then, yet known
    with pytest.raises(UserError, match="no fact 'C' is known on 2025-04-10"):
        snapshot.get("C")


def test_the_hash_is_of_the_content(store: Store) -> None:
    assert Store(reversed(store.facts)).fact_hash == store.fact_hash
    assert Store(store.facts[1:]).fact_hash != store.fact_hash
    changed = [fact("A", FIRST, 450.1), *store.facts[1:]]
    assert Store(changed).fact_hash != store.fact_hash


def test_select_latest_and_at() -> None:
    year, quarter = date(2024, 1, 1), date(2024, 10, 1)
    end, ahead = date(2024, 12, 31), date(2028, 12, 31)
    snapshot = Snapshot(
        THIRD,
        (
            fact("outlook", SECOND, 426.0, period_start=date(2028, 1, 1), period_end=ahead),
            fact("year", SECOND, 183.0, period_start=year, period_end=end),
            fact("quarter", SECOND, 190.0, period_start=quarter, period_end=end),
            fact("lab", THIRD, 176.0, period_start=year, period_end=end, stated_by="Lab"),
            fact("world", SECOND, 415.0, entity="World", period_start=year, period_end=end),
        ),
    )
    names = [f.fact_id for f in snapshot.select(metric=METRIC)]
    assert names == ["quarter", "year", "lab", "outlook", "world"]
    assert [f.fact_id for f in snapshot.select(ENTITY, stated_by="Lab")] == ["lab"]
    assert snapshot.select("NVDA") == ()

    def name(found: Fact | None) -> str | None:
        return None if found is None else found.fact_id

    assert name(snapshot.latest(ENTITY, METRIC)) == "quarter"  # not the outlook, not the year
    assert name(snapshot.latest(ENTITY, METRIC, "Lab")) == "lab"
    assert name(snapshot.at(ENTITY, METRIC, ahead)) == "outlook"
    assert snapshot.at(ENTITY, METRIC, date(2023, 12, 31)) is None
    assert snapshot.latest("NVDA", METRIC) is None


def test_a_snapshot_refuses_what_became_known_later() -> None:
    with pytest.raises(AssertionError, match="was not public"):
        Snapshot(FIRST, (fact("B", SECOND),))


DAYS = st.dates(date(2023, 1, 1), date(2026, 1, 1))
VINTAGES = st.lists(
    st.tuples(
        st.sampled_from(["US", "China", "World"]),
        st.sampled_from(["LBNL", "IEA"]),
        st.sampled_from([date(2028, 12, 31), date(2030, 12, 31)]),
        DAYS,
        st.floats(0, 1000),
    ),
    min_size=1,
    max_size=30,
    unique_by=lambda row: row[:4],
)


def build(rows: list[tuple[str, str, date, date, float]]) -> list[Fact]:
    return [
        fact(
            f"F-{number}",
            known_on,
            value,
            entity=entity,
            stated_by=stated_by,
            period_start=end.replace(month=1, day=1),
            period_end=end,
        )
        for number, (entity, stated_by, end, known_on, value) in enumerate(rows)
    ]


@given(VINTAGES, DAYS)
def test_replay(rows: list[tuple[str, str, date, date, float]], day: date) -> None:
    """Facts that become known later change nothing that was known before."""
    facts = build(rows)
    known = [f for f in facts if f.known_on <= day]
    if not known:
        return
    assert Store(facts).as_of(day) == Store(known).as_of(day)


@given(VINTAGES, DAYS)
def test_one_row_a_series_against_a_plain_loop(
    rows: list[tuple[str, str, date, date, float]], day: date
) -> None:
    last: dict[object, Fact] = {}
    for candidate in sorted(build(rows), key=lambda f: f.known_on):
        if candidate.known_on <= day:
            last[candidate.series] = candidate
    if not last:
        return
    snapshot = Store(build(rows)).as_of(day)
    assert {f.series: f for f in snapshot.facts} == last
    assert len(snapshot.facts) == len(last)
