"""Reading a table: what is kept, what is converted, and the exact words of each refusal."""

from datetime import date

import pytest

from jevons.errors import UserError
from jevons.facts.table import check_together, read_table

from .tables import HEADER, line, table

OUTLOOK = {"metric": "electricity_use", "unit": "TWh/year", "stated_by": "LBNL"}


def test_a_good_row() -> None:
    (row,) = read_table(table(line(note='"a, note"')), "mine.csv")
    assert row.place == "mine.csv:2"
    assert row.fact.period_start == date(2024, 10, 28)
    assert (row.fact.value, row.fact.low, row.fact.unit) == (35.6, None, "USD_bn")
    assert row.fact.note == "a, note"
    assert row.fact.days == 91


def test_figures_come_in_the_unit_of_the_metric() -> None:
    (row,) = read_table(table(line(value="35580", unit="USD_mn")), "mine.csv")
    assert (row.fact.value, row.fact.unit) == (35.58, "USD_bn")


def test_a_stock_has_no_start_however_it_is_written() -> None:
    on_a_day = line(metric="total_debt", period_start="2025-01-26")
    without = line(metric="total_debt", period_start="")
    starts = [
        row.fact.period_start for one in (on_a_day, without) for row in read_table(table(one), "t")
    ]
    assert starts == [None, None]


def test_a_range_alone_is_enough() -> None:
    (row,) = read_table(table(line(value="", low="6.7", high="12.0")), "mine.csv")
    assert row.fact.value is None
    assert row.fact.central == pytest.approx(9.35)


def test_columns_may_be_in_any_order_and_optional_ones_absent() -> None:
    text = (
        "known_on,metric,entity,fact_id,value,unit,stated_by,period_end,source_title,source_url\n"
        "2025-02-26,total_debt,NVDA,F-1,8.5,USD_bn,company,2025-01-26,Report,https://example.org\n"
    )
    (row,) = read_table(text, "mine.csv", recorded_on=date(2025, 3, 2))
    assert row.fact.recorded_on == date(2025, 3, 2)
    assert row.fact.value == 8.5


def test_blank_lines_and_a_byte_order_mark_are_no_rows() -> None:
    rows = read_table("\ufeff" + table("", line(), ",,,,,,,,,,,,,,"), "mine.csv")
    assert [row.place for row in rows] == ["mine.csv:3"]


def test_an_outlook_may_be_known_before_its_period() -> None:
    (row,) = read_table(table(line(**OUTLOOK, period_end="2028-12-31")), "mine.csv")
    assert row.fact.known_on < row.fact.period_end


REFUSALS = [
    (line(unit="furlong"), "2:unit: unit 'furlong' is not known"),
    (
        line(unit="GW"),
        "2:unit: unit 'GW' does not measure what 'USD_bn' does "
        "(data_center_revenue is in 'USD_bn')",
    ),
    (line(unit=""), "2:unit: is empty; every fact needs one"),
    (
        line(period_start="2025-01-26", period_end="2024-10-28"),
        "2:period_start: 2025-01-26 is after period_end 2024-10-28; swap them?",
    ),
    (
        line(known_on="2025-01-25"),
        "2:known_on: 2025-01-25 is before the period ends on 2025-01-26, when "
        "data_center_revenue could not yet be known; check both days",
    ),
    (
        line(recorded_on="2025-02-25"),
        "2:recorded_on: 2025-02-25 is before known_on 2025-02-26",
    ),
    (line(recorded_on=""), "2:recorded_on: is empty"),
    (line(known_on="26.02.2025"), "2:known_on: '26.02.2025' is not a day; write it as YYYY-MM-DD"),
    (line(known_on="2025-02-30"), "2:known_on: '2025-02-30' is not a day"),
    (line(known_on="20250226"), "2:known_on: '20250226' is not a day"),
    (line(value="thirty"), "2:value: 'thirty' is not a number; write it plainly, e.g. 1234.5"),
    (line(value="nan"), "2:value: 'nan' is not a number"),
    (line(value="inf"), "2:value: 'inf' is not a number"),
    (line(value="1e999"), "2:value: '1e999' is not a number"),
    (line(value='"35,600"'), "2:value: '35,600' is not a number"),
    (line(value="3_5"), "2:value: '3_5' is not a number"),
    (line(value="٣٥"), "2:value: '٣٥' is not a number"),
    (line(value=""), "2:value: is empty, and low and high give no range instead"),
    (line(low="30"), "2:low: a range needs both low and high"),
    (line(low="40", high="30"), "2:low: 40 is above high 30; swap them?"),
    (line(low="36", high="40"), "2:value: 35.6 is outside low 36 to high 40"),
    (line(value="-1"), "2:value: -1 USD_bn is below 0, the least data_center_revenue can be"),
    (
        line(**OUTLOOK, value="176000"),
        "2:value: 176000 TWh/year is above 40000, the most electricity_use can be",
    ),
    (
        line(metric="data_centre_revenue"),
        "2:metric: 'data_centre_revenue' is not a metric; did you mean data_center_revenue",
    ),
    (line(source_url=""), "2:source_url: is empty; every fact needs one"),
    (line(stated_by=" "), "2:stated_by: is empty; every fact needs one"),
    (line() + ",extra", "2: has 16 cells where the header has 15"),
    ('"unclosed', "2: is not CSV"),
]


@pytest.mark.parametrize(("row", "message"), REFUSALS, ids=[message for _, message in REFUSALS])
def test_refusals_name_the_place_and_the_way_out(row: str, message: str) -> None:
    with pytest.raises(UserError) as caught:
        read_table(table(row), "mine.csv")
    assert str(caught.value).startswith(f"mine.csv:{message}")


@pytest.mark.parametrize(
    ("header", "message"),
    [
        (HEADER.replace("unit,", ""), "mine.csv:1: column 'unit' is missing; the header is fact"),
        (HEADER.replace("unit", "units"), "mine.csv:1: column 'units' is not known; did you mean"),
        (HEADER + ",unit", "mine.csv:1: column 'unit' stands there twice"),
        ("", "mine.csv:1: column 'fact_id' is missing"),
    ],
)
def test_header(header: str, message: str) -> None:
    with pytest.raises(UserError) as caught:
        read_table(header + "\n", "mine.csv")
    assert str(caught.value).startswith(message)


CLASHES = [
    (
        line(entity="AVGO"),
        "mine.csv:3:fact_id: 'F-1' already names the fact at mine.csv:2; give each fact its own "
        "name",
    ),
    (
        line(fact_id="F-2"),
        "mine.csv:3:value: F-2 states the same figure of the same day as F-1 at mine.csv:2; keep "
        "one of the two",
    ),
    (
        line(fact_id="F-2", value="36"),
        "mine.csv:3:value: F-2 states 36 USD_bn where F-1 at mine.csv:2 states 35.6 USD_bn for the "
        "same series and known_on; keep one, or say in stated_by whose figure each is",
    ),
    (
        line(fact_id="F-2", value="", low="34", high="36"),
        "mine.csv:3:value: F-2 states 34 to 36 USD_bn where F-1 at mine.csv:2 states 35.6",
    ),
]


@pytest.mark.parametrize(("second", "message"), CLASHES)
def test_duplicates_and_contradictions(second: str, message: str) -> None:
    rows = read_table(table(line(), second), "mine.csv")
    with pytest.raises(UserError) as caught:
        check_together(rows)
    assert str(caught.value).startswith(message)


def test_every_faulty_row_is_named_and_of_many_the_rest_is_counted() -> None:
    wrong = [line(value="many"), line(), line(unit="USD_bnn"), line() + ",extra"]
    with pytest.raises(UserError) as caught:
        read_table(table(*wrong), "mine.csv")
    places = [each.split(": ")[0] for each in str(caught.value).splitlines()]
    assert places == ["mine.csv:2:value", "mine.csv:4:unit", "mine.csv:5"]
    with pytest.raises(UserError) as caught:
        read_table(table(*[line(value="many")] * 25), "mine.csv")
    lines = str(caught.value).splitlines()
    assert lines[-2].startswith("mine.csv:21:value")
    assert lines[-1] == "and 5 more mistakes"


def test_every_contradiction_is_named() -> None:
    rows = read_table(table(line(), line(entity="AVGO"), line(fact_id="F-2")), "mine.csv")
    with pytest.raises(UserError) as caught:
        check_together(rows)
    places = [each.split(": ")[0] for each in str(caught.value).splitlines()]
    assert places == ["mine.csv:3:fact_id", "mine.csv:4:value"]


def test_a_later_vintage_and_another_source_are_no_contradiction() -> None:
    later = line(fact_id="F-2", value="36", known_on="2025-03-01")
    other = line(fact_id="F-3", value="37", stated_by="Epoch AI")
    check_together(read_table(table(line(), later, other), "mine.csv"))
