"""The six answers and what would refute them, from small invented figures."""

from typing import Any

import pytest

from jevons.model.clock import QUARTERS
from jevons.study.answers import WATCHED, answers, falsifiers, mean, reported_by

UNITS = {
    "buyers_capex": "USD_bn/quarter",
    "data_center_revenue": "USD_bn/quarter",
    "tokens": "Ttoken/day",
    "us_electricity": "TWh/year",
}


def figures() -> dict[str, Any]:
    """Paths whose 5 % point is the number of the quarter, and observations up to 2024Q4."""
    levels = [float(number) for number in range(len(QUARTERS))]
    points = [
        {"quarter": quarter, "value": value, "known_on": "2025-02-26"}
        for quarter, value in (("2024Q3", 10.0), ("2024Q4", 12.0))
    ]
    return {
        "provenance": {"as_of": "2025-03-11"},
        "jevons_index": {"long_run": {"p_positive": 0.4, "jevons_index": {"p50": -0.2}}},
        "power": [
            {"year": year, "gross_shortfall_gw": {"p50": 20.0 + year - 2027},
             "net_shortfall_gw": {"p50": 3.0}}
            for year in (2027, 2028, 2029)
        ],
        "companies": [{"p_above_price": chance} for chance in (0.2, None, 0.6)],
        "claims": [{"status": status} for status in ("true", "false", "false", "open", "false")],
        "ladders": [
            {"gate": gate, "halt": halt}
            for gate, halt in zip(
                (True, True, True, False, False), (False, False, True, False, True), strict=True
            )
        ],
        "quantities": {name: {"p05": levels, "unit": unit} for name, unit in UNITS.items()},
        "observed": dict.fromkeys(UNITS, points),
    }  # fmt: skip


def test_each_answer_is_read_off_its_figures() -> None:
    found = {each["id"]: each for each in answers(figures(), {"build": 0.7, "power": 0.3})}
    assert list(found) == ["jevons", "build", "power", "value", "entry", "record"]
    chances = {name: each["probability"] for name, each in found.items()}
    assert chances == {
        "jevons": 0.4,
        "build": 0.7,
        "power": 0.3,
        "value": pytest.approx(0.4),  # of 0.2 and 0.6; a company without a price is left out
        "entry": pytest.approx(0.4),  # two of five gates are open and not halted
        "record": pytest.approx(0.25),  # one of four decided; an open claim is not wrong
    }
    assert found["jevons"]["values"] == {"jevons_index": -0.2}
    assert found["power"]["values"] == {"gross_shortfall": 21.0, "net_shortfall": 3.0}


def test_each_answer_says_of_what_in_both_languages() -> None:
    for each in answers(figures(), {"build": None, "power": 0.3}):
        assert each["of"].isascii()
        assert not each["of_zh"].isascii()


def test_nothing_to_average_is_no_probability() -> None:
    empty = figures() | {"companies": [], "claims": [], "ladders": []}
    found = {
        each["id"]: each["probability"] for each in answers(empty, {"build": None, "power": 1})
    }
    assert [found[name] for name in ("build", "value", "entry", "record")] == [None] * 4
    assert mean([]) is None
    assert mean([True, False]) == 0.5


def test_a_falsifier_is_the_low_end_of_the_range_a_year_after_the_last_report() -> None:
    rows = falsifiers(figures())
    assert [row["metric"] for row in rows] == list(WATCHED)
    for row in rows:
        assert row["quarter"] == "2025Q4"
        assert row["threshold"] == QUARTERS.index("2025Q4")
        assert (row["now"], row["now_quarter"]) == (12.0, "2024Q4")
        assert row["by"] == "2026-02-28"
        assert row["direction"] == "below"
        assert row["unit"] == UNITS[row["metric"]]
        assert row["why"].startswith("2025Q4: ")
        assert row["why_zh"].startswith("2025Q4：")
    assert len({row["id"] for row in rows}) == len(rows)


def test_what_was_never_observed_refutes_nothing() -> None:
    seen = figures()
    seen["observed"] = {"tokens": seen["observed"]["tokens"], "us_electricity": []}
    assert [row["metric"] for row in falsifiers(seen)] == ["tokens"]


def test_of_two_reports_on_a_quarter_the_later_one_is_now() -> None:
    seen = figures()
    late = {"quarter": "2024Q4", "value": 13.0, "known_on": "2025-03-01"}
    seen["observed"] = {"us_electricity": [late, *seen["observed"]["tokens"]]}
    assert falsifiers(seen)[0]["now"] == 13.0


def test_beyond_the_clock_nothing_is_forecast() -> None:
    seen = figures()
    seen["observed"] = {"tokens": [{"quarter": "2030Q2", "value": 1.0, "known_on": "2030-08-01"}]}
    assert falsifiers(seen) == []


def test_a_figure_that_is_already_due_refutes_nothing() -> None:
    """2025Q4 was due by 2026-02-28: on 2026-09-24 the next fourth quarter is watched."""
    seen = figures() | {"provenance": {"as_of": "2026-09-24"}}
    assert {row["quarter"] for row in falsifiers(seen)} == {"2026Q4"}
    assert all(row["by"] > "2026-09-24" for row in falsifiers(seen))


@pytest.mark.parametrize(
    ("quarter", "day"),
    [
        ("2025Q1", "2025-05-31"),
        ("2025Q2", "2025-08-31"),
        ("2025Q3", "2025-11-30"),
        ("2025Q4", "2026-02-28"),
    ],
)
def test_a_quarter_is_reported_within_two_months(quarter: str, day: str) -> None:
    assert reported_by(quarter) == day
