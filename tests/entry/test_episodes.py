"""Falls in a history: counted once each, and together where they begin together."""

from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jevons.entry import Episode, clusters, episodes
from jevons.market import PriceHistory

FIRST = date(2024, 1, 1)


def history(*closes: float) -> PriceHistory:
    days = np.datetime64(FIRST, "D") + np.arange(len(closes))
    values = np.array(closes, dtype=np.float64)
    return PriceHistory("A", days, values, values)


def day(number: int) -> date:
    return FIRST + timedelta(days=number)


def test_a_fall_that_crosses_the_depth_twice_is_one_episode() -> None:
    closes = (100, 79, 90, 70, 75, 101, 90, 102, 80, 81)
    first, second = episodes(history(*closes), -0.2)
    assert first == Episode(day(0), day(1), day(3), day(5), start=1, drawdown=70 / 100 - 1)
    assert second.peak == day(7)
    assert second.recovered is None  # it lasts
    assert second.drawdown == pytest.approx(80 / 102 - 1)


def test_falls_that_begin_within_a_month_of_sessions_are_one_cluster() -> None:
    def starting(*starts: int) -> list[Episode]:
        return [Episode(FIRST, FIRST, FIRST, None, start, -0.3) for start in starts]

    assert clusters([]) == 0
    assert clusters(starting(0, 21, 42)) == 1  # each within 21 sessions of the one before
    assert clusters(starting(0, 22, 44)) == 3
    assert clusters(starting(44, 0, 22)) == 3


@given(st.lists(st.floats(1, 100), max_size=60), st.floats(-0.9, -0.05))
def test_every_episode_reaches_the_depth_and_they_do_not_overlap(
    closes: list[float], depth: float
) -> None:
    found = episodes(history(*closes), depth)
    for episode in found:
        assert episode.drawdown <= depth
        assert episode.peak < episode.first <= episode.deepest
        assert closes[episode.start] / max(closes[: episode.start + 1]) - 1 <= depth
    for before, after in pairwise(found):
        assert before.recovered is not None
        assert before.deepest < before.recovered <= after.peak


@given(st.lists(st.floats(1, 100), min_size=2, max_size=60), st.integers(1, 59))
def test_later_prices_change_no_earlier_start(closes: list[float], cut: int) -> None:
    early = [episode.start for episode in episodes(history(*closes[:cut]), -0.2)]
    whole = [episode.start for episode in episodes(history(*closes), -0.2)]
    assert whole[: len(early)] == early


@pytest.mark.parametrize("depth", [0.0, 0.2, -1.0])
def test_a_depth_that_is_no_fall_is_refused(depth: float) -> None:
    with pytest.raises(ValueError, match="must be in"):
        episodes(history(1, 2), depth)


def test_a_depth_may_move_with_the_session_and_an_unknown_one_reaches_nothing() -> None:
    closes = np.array([100.0, 80.0, 101.0, 80.0])
    days = np.datetime64(date(2020, 1, 1), "D") + np.arange(4)
    history = PriceHistory("A", days, closes, closes)
    found = episodes(history, np.array([np.nan, np.nan, -0.1, -0.1]))
    assert [fall.start for fall in found] == [3]
