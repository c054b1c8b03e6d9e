"""What a request may ask: bounded, known by name, and the same whatever its order."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jevons.app.question import MOST_CHANGES, Question, moves, scenario_texts, shocks
from jevons.errors import UserError

DAY = date(2025, 3, 11)


def test_changes_are_sorted_so_that_equal_questions_are_equal() -> None:
    texts = ["elasticity:1.5", "grid_access:9"]
    assert moves(texts) == moves(texts[::-1]) == (("elasticity", 1.5), ("grid_access", 9.0))


def test_shocks_are_bounded_factors() -> None:
    assert shocks(["power:1", "chips:2"]) == (("chips", 2.0), ("power", 1.0))
    for text in ("power:0", "power:-1", "power:1e9", "power:1e-9"):
        with pytest.raises(UserError, match=r"must be a factor from 0\.001 to 1000"):
            shocks([text])


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        (["elastic:1"], "unknown input 'elastic'; did you mean elasticity"),
        (["elasticity"], "is not NAME:NUMBER"),
        (["elasticity:x"], "is not NAME:NUMBER"),
        (["elasticity:inf"], "not finite"),
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


FILE = """
name = "Mine"
about = "A test."
[inputs.elasticity]
median = 2.0
unit = "1"
why = "Assumption."
[shocks]
chips = 3.0
demand = 2.0
why = "Assumption."
"""


def test_the_requests_own_changes_replace_what_scenarios_say() -> None:
    question = Question(
        DAY, 1, 100, ("power-starved",), (FILE,), (("elasticity", 1.5),), (("chips", 2.0),)
    )
    named, file, own = question.applied()
    assert named.name == "power-starved"
    assert (file.changes, file.factors) == ({}, {"demand": 2.0})
    assert own.changes["elasticity"].median == 1.5
    assert own.changes["elasticity"].unit == "1"
    assert own.factors == {"chips": 2.0}
    assert question.scenario().factors == {"power": 0.5, "demand": 2.0, "chips": 2.0}


def test_inputs_of_the_valuation_may_be_moved() -> None:
    question = Question(DAY, 1, 100, moves=moves(["risk_free_rate:0.05"]))
    assert question.scenario().changes["risk_free_rate"].unit == "1/year"


def test_files_are_bounded_and_name_their_line() -> None:
    with pytest.raises(UserError, match="4 scenario files are more than 3"):
        scenario_texts([FILE] * 4)
    with pytest.raises(UserError, match="longer than 8000"):
        scenario_texts(["x" * 8001])
    assert scenario_texts(["", "  "]) == ()
    twice = Question(DAY, 1, 100, (), (FILE, FILE.replace("chips", "chip")))
    with pytest.raises(UserError, match="your file 2:9: chip is not known; did you mean chips"):
        twice.applied()


def test_equal_questions_have_equal_hashes() -> None:
    question = Question(DAY, 1, 100, files=(FILE,))
    assert question.digest("a") == Question(DAY, 1, 100, files=(FILE,)).digest("a")
    others = [replace(question, seed=2), replace(question, files=()), question.plain]
    assert len({each.digest("a") for each in (question, *others)} | {question.digest("b")}) == 4
    assert question.plain.is_plain
    assert not question.is_plain


@given(st.lists(st.text(max_size=30), max_size=5))
def test_any_text_is_read_or_refused(texts: list[str]) -> None:
    for read in (moves, shocks):
        try:
            found = read(texts)
        except UserError:
            continue
        assert len(found) <= len(texts)
