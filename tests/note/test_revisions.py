"""The section on what changed since an earlier note."""

from typing import Any

import pytest

from jevons.note.edition import Edition
from jevons.note.render import page, sections_of

from .reading import Page

LANGUAGES = ("en", "zh")
pytestmark = pytest.mark.usefixtures("small_bundle")


@pytest.fixture
def revised(figures: dict[str, Any]) -> dict[str, Any]:
    """The sample with an earlier note beside it."""
    rows = [
        {"name": "ai_capex", "quarter": "2028Q4", "unit": "USD_bn/quarter", "then": 200.0,
         "now": 250.0},
        {"name": "tokens", "quarter": "2028Q4", "unit": "Ttoken/day", "then": 400.0, "now": 100.0},
        {"name": "net_shortfall", "quarter": "2028Q4", "unit": "GW", "then": 0.0, "now": 1.0},
    ]  # fmt: skip
    share = {"ticker": "NVDA", "price_then": 100.0, "price_now": 110.0, "fair_value_then": 80.0,
             "fair_value_now": 60.0}  # fmt: skip
    since = {"as_of": "2024-12-31", "version": "0.1", "rows": rows, "shares": [share]}
    return figures | {"since": since}


def test_the_section_comes_first_and_only_when_asked(
    figures: dict[str, Any], revised: dict[str, Any]
) -> None:
    assert sections_of(Edition(revised, "en"))[0].name == "revisions"
    assert all(section.name != "revisions" for section in sections_of(Edition(figures, "en")))


def test_the_sentence_and_the_tables_tell_the_changes(revised: dict[str, Any]) -> None:
    english, chinese = (Page(page(revised, which, LANGUAGES)) for which in LANGUAGES)
    text = " ".join(english.text.split())
    assert (
        "Since the note of 31 December 2024, 1 of 3 headline figures are higher and 1 lower" in text
    )
    assert "(−75%)" in text  # of tokens, the largest change; nothing can be said from zero
    assert {(0.25, "▲ +25%"), (-0.75, "▼ −75%"), (-0.25, "▼ −25%")} <= set(english.values)
    assert "较上次笔记的变化" in chinese.text
    assert english.figures == chinese.figures
