"""The errors: one tree, and an end of sentence that helps."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jevons.errors import JevonsError, UserError, did_you_mean


def test_a_users_mistake_is_an_error_of_ours_and_not_a_builtin() -> None:
    assert issubclass(UserError, JevonsError)
    assert not issubclass(UserError, ValueError)  # a fault of ours must never pass for a mistake


@pytest.mark.parametrize("word", ["nvda", "NVDIA", "NVD"])
def test_a_near_miss_names_what_was_probably_meant(word: str) -> None:
    assert "NVDA" in did_you_mean(word, ["NVDA", "MSFT", "ETN"])


def test_case_alone_does_not_hide_a_match() -> None:
    assert did_you_mean("H100", ["h100"]) == "; did you mean h100?"


def test_a_wild_guess_lists_what_there_is() -> None:
    assert did_you_mean("zzzz", ["b", "a"]) == "; known: a, b"


def test_a_long_list_is_cut_and_says_how_many_are_left_out() -> None:
    text = did_you_mean("zzzz", [f"metric_{number:03}" for number in range(50)])
    assert text.endswith("metric_018, metric_019 and 30 more")


@given(st.text(max_size=8), st.lists(st.text("abcXYZ", min_size=1, max_size=6), min_size=1))
def test_only_what_exists_is_suggested(word: str, choices: list[str]) -> None:
    ending = did_you_mean(word, choices)
    suggested = ending.removeprefix("; did you mean ").removesuffix("?").split(" or ")
    if ending.endswith("?"):
        assert set(suggested) <= set(choices)
    else:
        assert ending.startswith("; known: ")
