"""Numbers and dates as readers of each language write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jevons.note.edition import Edition
from jevons.note.numbers import Numbers, common_decimals
from jevons.note.words import Words

ENGLISH, CHINESE = Numbers(Words("en")), Numbers(Words("zh"))


@pytest.mark.parametrize(
    ("value", "unit", "english", "chinese"),
    [
        (34.2, "USD_bn", "USD 34.2bn", "342 亿美元"),
        (1_550.0, "USD_bn", "USD 1.55tn", "1.55 万亿美元"),
        (0.05, "USD_bn", "USD 50mn", "5,000 万美元"),  # below 1 亿 the step is 万
        (2.5, "USD_mn", "USD 2.50mn", "250 万美元"),
        (91.4, "USD_bn/quarter", "USD 91.4bn a quarter", "914 亿美元/季"),
        (0.44, "USD/Mtoken", "USD 0.44 per million tokens", "0.44 美元/百万词元"),
        (19.6, "GW", "19.6 GW", "19.6 吉瓦"),
        (-0.25, "1", "−0.25", "−0.25"),
        (None, "GW", "–", "–"),
    ],
)
def test_amounts(value: float | None, unit: str, english: str, chinese: str) -> None:
    assert ENGLISH.amount(value, unit) == english
    assert CHINESE.amount(value, unit) == chinese


def test_a_range_has_one_scale_and_one_count_of_decimals() -> None:
    assert ENGLISH.between(220.0, 1550.0, "USD_bn") == "USD 0.22–1.55tn"
    assert ENGLISH.between(-0.43, 0.07, "1") == "−0.43 to 0.07"


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0.0, "0%"), (0.001, "<1%"), (0.3, "30%"), (0.994, "99%"), (0.996, ">99%"), (1.0, "100%"),
        (None, "–"),
    ],
)  # fmt: skip
def test_a_probability_is_certain_only_where_it_is(share: float | None, text: str) -> None:
    assert ENGLISH.percent(share) == text


def test_signs_of_changes() -> None:
    assert ENGLISH.percent(-0.25, signed=True) == "−25%"
    assert ENGLISH.percent(0.25, signed=True) == "+25%"
    assert ENGLISH.percent(0.001, signed=True) == "0%"


def test_dates() -> None:
    assert ENGLISH.day("2025-03-11") == "11 March 2025"
    assert CHINESE.day("2025-03-11") == "2025年3月11日"
    assert ENGLISH.day("some day") == "some day"
    assert ENGLISH.day(None) == "–"


@given(st.floats(-1e15, 1e15))
def test_a_number_shown_is_the_number(value: float) -> None:
    """Within half a unit of the last of its digits: at least two significant ones."""
    shown = float(ENGLISH.plain(value).replace(",", "").replace("−", "-"))
    assert shown == pytest.approx(value, rel=0.05, abs=5e-5)


@given(st.lists(st.floats(0, 1e6), max_size=5))
def test_a_column_needs_at_most_two_decimals(values: list[float]) -> None:
    assert common_decimals(values) in (0, 1, 2)


@pytest.mark.parametrize(
    ("period", "heading"),
    [
        ("2024", "2024"),
        ("2025", "2025E"),
        ("2024Q4", "2024Q4"),
        ("2025Q1", "2025Q1E"),  # not over on 11 March
        ("2028Q4", "2028Q4E"),
    ],
)
def test_what_is_expected_is_marked(period: str, heading: str) -> None:
    assert Edition({"provenance": {"as_of": "2025-03-11"}}, "zh").period(period) == heading
    assert Edition({}, "en").period(period) == period  # no day, no mark


def test_a_quarter_that_ends_on_the_day_is_over() -> None:
    assert Edition({"provenance": {"as_of": "2025-03-31"}}, "en").period("2025Q1") == "2025Q1"
    assert Edition({"provenance": {"as_of": "2025-06-30"}}, "en").period("2025Q2") == "2025Q2"
