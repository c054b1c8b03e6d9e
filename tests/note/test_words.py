"""Words: each text in both languages, none that nobody says, the same blanks to fill."""

import re
from typing import Any

import pytest

from jevons.note.document import Cell, Column
from jevons.note.edition import Edition
from jevons.note.numbers import NOTHING
from jevons.note.render import page, printed
from jevons.note.words import LANGUAGES, Words, messages

from .sample_aftermath import aftermath
from .sample_market import market

# Closed lists that the study's words are looked up in; which of them occur depends on the run.
LISTS = {
    "amount", "bound", "category", "checked_group", "chip_line", "counted", "distribution", "flag",
    "fundamentals", "gate", "horizon", "ladder_verdict", "layer", "lesson", "limit", "market",
    "metric", "money", "money_amount", "one_more", "option", "per", "per_label", "phase", "place",
    "quadrant", "quantity", "region", "revenue_line", "sector", "series", "status", "unit",
    "vendor", "verdict", "who", "workload",
}  # fmt: skip

SHARE = {"ticker": "NVDA"} | dict.fromkeys(
    ("price_then", "price_now", "fair_value_then", "fair_value_now"), 1.0
)

SOME_KNOWN = {"Company": "NVDA", "Forward P/E": NOTHING, "Price": "9"}


def test_each_text_is_in_both_languages() -> None:
    for name, text in messages().items():
        assert set(text) == set(LANGUAGES), name
        if name.partition(".")[0] != "unit":  # a bare number has no unit
            assert all(text.values()), name
        english, chinese = (set(re.findall(r"\{(\w+)\}", text[which])) for which in LANGUAGES)
        assert english == chinese, name


@pytest.mark.usefixtures("small_bundle")
def test_no_text_is_unused(figures: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    said: set[str] = set()
    say = Words.say

    def listen(self: Words, key: str, **values: object) -> str:
        said.add(key)
        return say(self, key, **values)

    monkeypatch.setattr(Words, "say", listen)
    for claim, status in zip(figures["claims"], ("partly", "not resolvable"), strict=False):
        claim["status"] = status
    since = {"as_of": "2024-12-31", "rows": [], "shares": [SHARE]}
    page(figures | {"replay": aftermath(figures), "since": since}, "en", LANGUAGES)
    for claim in figures["claims"]:
        claim["status"] = "open"
    figures["why"].pop("claims")
    figures["falsifiers"][0]["by"] = "2025-01-01"
    figures["implied"][0] |= {"implied": None, "nearest": 12e3}
    figures["implied"][1]["base"] = {**figures["implied"][1]["base"], "p50": 600.0}
    figures["market"] = market(whole=False)
    figures["campuses"]["sites"] = []
    figures["power_context"]["realisation"].pop("published")
    for buyer in figures["capital"]["funding"]:
        buyer["flag"] = []
    page(figures, "zh", LANGUAGES)
    page({}, "en", LANGUAGES)
    printed({}, "en")
    unused = {name for name in messages() if name.partition(".")[0] not in LISTS} - said
    assert unused == set()


def test_a_name_without_a_word_is_shown_as_it_is() -> None:
    assert Words("zh").name("layer", "space_mirror") == "space mirror"
    assert Words("en").label("no_such_quantity") == "no such quantity"


def test_an_input_of_one_company_is_named_after_it() -> None:
    label = Words("en").label("gross_shortfall")
    assert Words("en").label("NVDA_gross_shortfall") == f"NVDA: {label}"


def test_a_text_needs_its_values() -> None:
    with pytest.raises(KeyError):
        Words("en").say("note.dateline")


def test_a_chinese_name_stands_in_a_sentence_without_gaps_and_a_latin_one_with() -> None:
    told = {"all": "21", "quarter": "2028Q4", "revenue": "3,164 亿美元/年", "share": "27%"}
    say = Words("zh").say
    assert "，英伟达的人工智能收入最大" in say("finding.value_chain", company="英伟达", **told)
    assert "，Bloom 的人工智能收入最大" in say("finding.value_chain", company="Bloom", **told)


def test_a_column_of_which_nothing_is_known_is_left_out() -> None:
    columns = [(Column(name), [Cell(text), Cell(NOTHING)]) for name, text in SOME_KNOWN.items()]
    table = Edition({}, "en").table(columns)
    assert [column.heading for column in table.columns] == ["Company", "Price"]
    assert [[cell.text for cell in row] for row in table.rows] == [["NVDA", "9"], [NOTHING] * 2]


def test_per_cent_signs_of_the_study_stand_at_their_numbers() -> None:
    record = {"text": "below 50 % of it", "text_zh": "低于 50 %"}
    assert Edition({}, "en").free(record, "text") == "below 50% of it"
    assert Edition({}, "zh").free(record, "text") == "低于 50%"
