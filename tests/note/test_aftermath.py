"""The section on what happened next: there when the figures hold it, with words and numbers."""

from typing import Any

import pytest

from jevons.note.edition import Edition
from jevons.note.render import page, sections_of
from jevons.note.words import LANGUAGES

from .reading import Page
from .sample_aftermath import aftermath

pytestmark = pytest.mark.usefixtures("small_bundle")


@pytest.fixture
def replayed(figures: dict[str, Any]) -> dict[str, Any]:
    return figures | {"replay": aftermath(figures)}


def test_it_comes_first_and_only_where_there_is_something_to_tell(
    figures: dict[str, Any], replayed: dict[str, Any]
) -> None:
    assert sections_of(Edition(replayed, "en"))[0].name == "aftermath"
    assert all(section.name != "aftermath" for section in sections_of(Edition(figures, "en")))


def test_the_lesson_is_said_in_both_languages(replayed: dict[str, Any]) -> None:
    english, chinese = (Page(page(replayed, which, LANGUAGES)) for which in LANGUAGES)
    assert "Too low: the outcome is 1.3 times the median and 50% of outcomes" in english.html
    assert "预测过低" in chinese.html
    assert "24 September 2026, 50% of 2 outcomes" in english.html
    assert "1 of 1 shares rose" in english.html
    assert "+107%" in english.html


@pytest.mark.parametrize("lesson", ["held", "too_low", "too_high", "too_narrow"])
def test_every_lesson_has_words(replayed: dict[str, Any], lesson: str) -> None:
    replayed["replay"]["links"][0]["lesson"] = lesson
    for language in LANGUAGES:
        page(replayed, language, LANGUAGES)


def test_later_points_stand_in_the_charts(replayed: dict[str, Any]) -> None:
    html = Page(page(replayed, "en", LANGUAGES))
    outcome = replayed["replay"]["outcomes"][0]
    fans = [spec for spec in html.charts if outcome["quarter"] in str(spec)]
    assert fans
