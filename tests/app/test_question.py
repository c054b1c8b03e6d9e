"""What a request may ask: bounded, known by name, and the same whatever its order."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jevons.app.question import MOST_CHANGES, Question, moves, shocks
from jevons.errors import UserError

DAY = date(2025, 3, 11)


def test_changes_are_sorted_so_that_equal_questions_are_equal() -> None:
    texts = ["elasticity:1.5", "grid_access:9"]
    assert moves(texts) == moves(texts[::-1]) == (("elasticity", 1.5), ("grid_access", 9.0))


def test_a_factor_of_one_is_no_shock() -> None:
    assert shocks(["power:1", "chips:2"]) == (("chips", 2.0),)


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        (["elastic:1"], "unknown input 'elastic'; did you mean elasticity"),
        (["elasticity"], "is not NAME:NUMBER"),
        (["elasticity:x"], "is not NAME:NUMBER"),
        (["elasticity:1", "elasticity:2"], "given twice"),
        (["elasticity:1"] * (MOST_CHANGES + 1), "are more than"),
    ],
)
def test_mistakes(texts: list[str], message: str) -> None:
    with pytest.raises(UserError, match=message):
        moves(texts)


def test_files_are_not_scenarios_of_a_request() -> None:
    with pytest.raises(UserError, match="unknown scenario '/etc/hostname'"):
        Question(DAY, 1, 100, ("/etc/hostname",)).applied()


def test_changes_come_after_the_named_scenarios() -> None:
    question = Question(DAY, 1, 100, ("power-starved",), (("elasticity", 1.5),), (("chips", 2.0),))
    named, own = question.applied()
    assert named.name == "power-starved"
    assert own.changes["elasticity"].median == 1.5
    assert own.factors == {"chips": 2.0}


@given(st.lists(st.text(max_size=30), max_size=5))
def test_any_text_is_read_or_refused(texts: list[str]) -> None:
    for read in (moves, shocks):
        try:
            found = read(texts)
        except UserError:
            continue
        assert len(found) <= len(texts)
